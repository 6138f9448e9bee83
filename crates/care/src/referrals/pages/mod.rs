//! Pages of referrals: lists, the request, the green channel, one referral, its steps, the shared record, long stays, the sheet.

pub(super) mod case;
pub(super) mod green;
pub(super) mod list;
pub(super) mod overstays;
pub(super) mod print;
pub(super) mod record;
pub(super) mod request;
pub(super) mod steps;

use super::model::{Key, Kind};
use crate::sharing::fields::{consent, consent_fields, instant, local};
use kernel::ElderId;
use web::ui;
use web::{Error, Markup};

/// Where what the pages show comes from.
const SOURCE: &str =
    "转诊由转出、转入双方在本平台登记；平台外的机构由转出机构按电话答复登记。时限由本平台设定，见“依据”。";

fn key(elder: &str, id: &str) -> Result<Key, Error> {
    Key::parse(elder, id).ok_or(Error::NotFound)
}

/// The kinds of a request for an elder as tabs; the green channel first.
fn kinds(elder: ElderId, chosen: Kind) -> Markup {
    let href = |kind: Kind| match kind {
        Kind::GreenChannel => format!("/referrals/green?elder={elder}"),
        other => format!("/referrals/new?elder={elder}&kind={}", other.code()),
    };
    let all = [Kind::GreenChannel, Kind::Up, Kind::Down, Kind::CareTransfer];
    let tabs: Vec<(String, &str, bool)> = all.iter().map(|one| (href(*one), one.name(), *one == chosen)).collect();
    ui::tabs(&tabs)
}
