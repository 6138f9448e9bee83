//! Pages of beds.

pub(super) mod bed;
pub(super) mod figures;
pub(super) mod outbreak;
pub(super) mod overview;
pub(super) mod picture;
pub(super) mod queue;
pub(super) mod resident;
pub(super) mod rooms;

use super::model::{Bed, State};
use super::store::steps::kind;
use super::{MANAGE, model};
use db::{Actor, Tx};
use kernel::{BedId, InstitutionId};
use registry::institutions::{self, Institution};
use web::ui::{self, Tone};
use web::{Cx, Error, Markup};

const SOURCE: &str = "房间、床位、轮候和入住由本机构登记；登记床位数取自机构名册。";

fn place_id(text: &str) -> Result<InstitutionId, Error> {
    InstitutionId::parse(text).ok_or(Error::NotFound)
}

fn bed_id(text: &str) -> Result<BedId, Error> {
    BedId::parse(text).ok_or(Error::NotFound)
}

fn key(elder: &str, id: &str) -> Result<model::Key, Error> {
    let elder = kernel::ElderId::parse(elder).ok_or(Error::NotFound)?;
    let id = kernel::ResidentId::parse(id).ok_or(Error::NotFound)?;
    Ok(model::Key { elder, id })
}

fn institution(tx: &mut Tx<'_>, by: &Actor, id: InstitutionId) -> Result<Institution, Error> {
    Ok(institutions::store::find(tx, by, id)?)
}

/// The pages of one institution.
fn tabs(cx: &Cx, id: InstitutionId, here: &str) -> Markup {
    let all =
        [("", "床位图"), ("/queue", "轮候"), ("/figures", "统计"), ("/outbreak", "疫情防控"), ("/rooms", "房间与床位")];
    let seen = all.iter().filter(|(path, _)| *path != "/rooms" || cx.may(MANAGE));
    let tabs: Vec<(String, &str, bool)> =
        seen.map(|(path, text)| (format!("/beds/{id}{path}"), *text, *path == here)).collect();
    ui::tabs(&tabs)
}

/// Tone of a state.
pub(super) const fn tone(state: State) -> Tone {
    match state {
        State::Living => Tone::Success,
        State::Waiting | State::Invited => Tone::Info,
        State::Away | State::Hospital => Tone::Warning,
        State::Discharged | State::Withdrawn => Tone::Neutral,
    }
}

/// Free beds as a choice, with what each counts as.
fn choices(free: &[Bed]) -> Vec<(String, String)> {
    let own = free.iter().map(|bed| (bed.id.to_string(), format!("{}　{}", bed.place(), kind(bed))));
    std::iter::once((String::new(), "请选择空床".to_owned())).chain(own).collect()
}
