//! Pages of referrals: lists, the request, the green channel, one referral, its steps, the shared record, long stays, the sheet.

pub(super) mod case;
pub(super) mod green;
pub(super) mod list;
pub(super) mod overstays;
pub(super) mod print;
pub(super) mod record;
pub(super) mod request;
pub(super) mod steps;

use super::model::{Consent, ConsentBy, Key, Kind, Part};
use crate::contracts::ConsentHow;
use kernel::time::{parse_local, show};
use kernel::{ElderId, Instant};
use web::ui::{self, Field};
use web::{Cx, Error, Markup, html};

/// Where what the pages show comes from.
const SOURCE: &str =
    "转诊由转出、转入双方在本平台登记；平台外的机构由转出机构按电话答复登记。时限由本平台设定，见“依据”。";

fn key(elder: &str, id: &str) -> Result<Key, Error> {
    Key::parse(elder, id).ok_or(Error::NotFound)
}

/// An hour of a form.
fn instant(text: &str, field: &str, label: &str) -> Result<Instant, Error> {
    parse_local(text).ok_or_else(|| Error::field(field, label, "请填写日期和时间"))
}

/// The value of a field for day and hour.
fn local(at: Instant) -> String {
    show(at).replace(' ', "T")
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

/// A field for day and hour.
fn moment_field(label: &str, name: &str, at: Instant) -> Markup {
    ui::field(label, name, local(at), Field::time().required())
}

/// The part of a request's form about the consent and what goes along.
fn consent_fields(cx: &Cx, name: &str, emergency: bool) -> Markup {
    let by: Vec<(&str, &str)> = ConsentBy::options()
        .into_iter()
        .filter(|(code, _)| emergency || *code != ConsentBy::Emergency.code())
        .collect();
    html! {
        (ui::form_row(&[
            ui::select("由谁同意", "consent_by", &by, ConsentBy::Elder.code()),
            ui::field("同意人（或负责人）姓名", "consent_name", name, Field::text().required().limit(40)),
            ui::field("与老年人的关系", "relation", "", Field::text().limit(20).hint("家属、监护人同意的必填")),
        ]))
        (ui::form_row(&[
            ui::select("方式", "consent_how", &ConsentHow::options(), ConsentHow::Spoken.code()),
            moment_field("征得同意的时间", "consent_at", cx.now),
        ]))
        fieldset.mb-3 {
            legend.form-label { "随转诊共享的资料" }
            div.yy-radios {
                @for part in Part::ALL {
                    label.form-check.form-check-inline {
                        input.form-check-input type="checkbox" name="shared" value=(part.code()) checked;
                        span.form-check-label { (part.name()) }
                    }
                }
            }
        }
    }
}

/// The consent of a form.
fn consent(by: ConsentBy, name: String, relation: Option<String>, how: ConsentHow, at: &str) -> Result<Consent, Error> {
    let at = instant(at, "consent_at", "征得同意的时间")?;
    Ok(Consent { by, name, relation: relation.unwrap_or_default(), how, at })
}
