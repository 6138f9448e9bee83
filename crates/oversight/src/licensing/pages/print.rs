//! The application and where it stands on A4, with room for the seal.

use super::super::model::State;
use super::case::{Case, facts, history, load, told};
use super::{SOURCE, named};
use axum::extract::Path;
use web::ui;
use web::{Cx, Error, Markup, Page, html};

pub(in super::super) async fn show(cx: Cx, Path(id): Path<String>) -> Result<Markup, Error> {
    let case = load(&cx, &id).await?;
    let title = match case.a.state {
        State::Approved => "准予设立决定书",
        State::Refused => "不予批准决定书",
        State::Filed => "备案凭证",
        State::Accepted => "受理通知书",
        State::Returned => "补正告知书",
        _ => "设立申请表",
    };
    let page = Page::new(&cx, title).crumb("设立审批", "/licensing").crumb(&case.a.facts.name, &case.a.href());
    Ok(page.source(SOURCE).body(ui::print_sheet(title, sheet(&case))))
}

fn sheet(case: &Case) -> Markup {
    let a = &case.a;
    let day = |day: Option<kernel::Date>| day.map(ui::date_zh).unwrap_or_default();
    html! {
        (ui::facts(&[("机构名称", ui::text(&a.facts.name))]))
        (ui::facts(&facts(case)))
        @match a.state {
            State::Approved => p { "经审查，符合公布的条件，" (day(a.decided_on)) "决定准予设立。" },
            State::Filed => p { "材料齐全，" (day(a.decided_on)) "予以备案。" },
            State::Refused => p {
                "经审查，没有达到公布的条件：" (told(a)) "。" (day(a.decided_on)) "决定不予批准。对本决定不服的，可以依法申请行政复议或者提起行政诉讼。"
            },
            State::Returned => p { "请一次补齐：" (told(a)) "。补齐后重新提交，审批部门不再提出新的要求。" },
            State::Accepted => p { (day(a.accepted_on)) "受理，应在 " (day(a.due_on)) "前作出决定。" },
            _ => {
                @if let Some(terms) = &case.terms { p { "公布的条件：" (named(&terms.conditions)) "。" } }
            }
        }
        (history(&case.steps))
        (ui::seals(&["审批部门", "申请机构"]))
    }
}
