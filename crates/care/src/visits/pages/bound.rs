//! What binds the planner at a visit: the time is agreed, somebody is not wanted.

use super::href;
use crate::visits::model::Visit;
use crate::visits::store::crew::Carer;
use crate::visits::store::fit::Refusal;
use web::ui::{self, Field, Tone};
use web::{Cx, Markup, html};

/// Agreed with the elder by telephone, or not any more.
pub(super) fn agree_form(cx: &Cx, v: &Visit, agreed: bool) -> Markup {
    let action = format!("{}/agree", href(v));
    let (title, text) =
        if agreed { ("时间已约定", "取消约定") } else { ("与老年人约定时间", "时间已约定") };
    let body = html! {
        p { "约定之后，当日排班不再变动这次上门的时间；原定人员请假时只换人。" }
        (ui::hidden("agreed", (!agreed).to_string())) (ui::submit_toned(text, Tone::Neutral))
    };
    ui::seldom(title, false, ui::form(cx, &action, body))
}

/// Whom the elder does not want at the door.
pub(super) fn refuse_form(cx: &Cx, v: &Visit, carers: &[Carer], refusals: &[Refusal]) -> Markup {
    let action = format!("{}/refuse", href(v));
    let options: Vec<(String, String)> = carers.iter().map(|one| (one.id.to_string(), one.name.clone())).collect();
    let body = html! {
        @for one in refusals {
            form.yy-inline.mb-2 method="post" action=(action) {
                (ui::csrf(cx)) (ui::hidden("end", one.id.as_simple().to_string()))
                span { (one.name) "：" (one.reason) } button.btn.btn-sm type="submit" { "取消不派" }
            }
        }
        (ui::form(cx, &action, html! {
            (ui::form_row(&[
                ui::select("人员", "staff", &options, ""),
                ui::field("不接受的原因", "why", "", Field::text().required().limit(100)),
            ]))
            (ui::submit_toned("不再派此人", Tone::Neutral))
        }))
    };
    ui::seldom("老年人不接受的人员", false, body)
}
