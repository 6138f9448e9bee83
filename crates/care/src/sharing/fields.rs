//! The part of a form about the consent and what goes along of the record.

use super::{Consent, ConsentBy, Part};
use crate::contracts::ConsentHow;
use kernel::Instant;
use kernel::time::{parse_local, show};
use web::ui::{self, Field};
use web::{Cx, Error, Markup, html};

/// An hour of a form.
///
/// # Errors
/// [`Error::Invalid`] for anything that is no day and hour.
pub fn instant(text: &str, field: &str, label: &str) -> Result<Instant, Error> {
    parse_local(text).ok_or_else(|| Error::field(field, label, "请填写日期和时间"))
}

/// The value of a field for day and hour.
#[must_use]
pub fn local(at: Instant) -> String {
    show(at).replace(' ', "T")
}

/// A field for day and hour.
fn moment_field(label: &str, name: &str, at: Instant) -> Markup {
    ui::field(label, name, local(at), Field::time().required())
}

/// Who consents, how and when, and which parts of the record go along; `emergency` offers to ask afterwards.
#[must_use]
pub fn consent_fields(cx: &Cx, name: &str, emergency: bool) -> Markup {
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
            legend.form-label { "同意共享的资料" }
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
///
/// # Errors
/// [`Error::Invalid`] without the hour.
pub fn consent(
    by: ConsentBy,
    name: String,
    relation: Option<String>,
    how: ConsentHow,
    at: &str,
) -> Result<Consent, Error> {
    let at = instant(at, "consent_at", "征得同意的时间")?;
    Ok(Consent { by, name, relation: relation.unwrap_or_default(), how, at })
}
