//! Trying a question: a form made from what it wants, the decision, and why.

use super::{SOURCE, alarm, area, areas, day, names, on_field, questions, ways, wrongs};
use crate::policies::form::{self, Filled};
use crate::policies::wording;
use axum::extract::Path;
use policy::{Decision, Library};
use std::collections::BTreeMap;
use web::ui::{self, Tone};
use web::{Cx, Error, Markup, Page, Query, html};

pub(in super::super) async fn choose(cx: Cx) -> Result<Markup, Error> {
    let body = html! { (ways("/policies/ask")) (questions(&cx.state.policies, "ask")) };
    Ok(Page::new(&cx, "政策问答").source(SOURCE).body(body))
}

pub(in super::super) async fn show(
    cx: Cx,
    Path(question): Path<String>,
    Query(filled): Query<Filled>,
) -> Result<Markup, Error> {
    let names = names(&cx).await?;
    let library = cx.state.policies.clone();
    let title = library.title(&question).map(str::to_owned).ok_or(Error::NotFound)?;
    let on = day(&cx, &filled)?;
    let place = area(&cx, &names, &question, on, &filled)?;
    let table = library.table_for(&question, place, on);
    let wants = table.as_ref().map_or_else(|_| library.wants_of(&question), |table| library.wants(table));
    let asked = form::is_filled(&filled) || table.is_err();
    let mut wrong = BTreeMap::new();
    let decision = if asked {
        let facts = form::facts(&wants, &filled);
        let decided =
            facts.and_then(|facts| library.inquire(&question, place, on, facts).map_err(|r| wrongs(&library, r)));
        decided.map_err(|all| wrong = all).ok()
    } else {
        None
    };
    let body = html! {
        (alarm(&library, &wrong))
        @if let Some(decision) = &decision { (result(&library, decision, &names.name(place))) }
        form.yy-form method="get" action={ "/policies/ask/" (question) } {
            (ui::card("情况", html! {
                (ui::form_row(&[ui::select("地区", "area", &areas(&cx, &library, &names, place), &place.to_string()), on_field(on)]))
                @if let Err(why) = &table { p { "这个地区这一天没有规则表：" (why) } }
                (form::fields(&library, &wants, &filled, &wrong))
                (ui::submit("判定"))
            }))
        }
        @if let Ok(table) = &table { p { a href=(ui::table_href(table)) { "查看所用的规则表" } } }
    };
    let beside = ui::link_button(&format!("/policies/beside/{question}{}", again(&filled)), "各地对照", Tone::Neutral);
    Ok(Page::new(&cx, &title).crumb("政策问答", "/policies/ask").actions(beside).source(SOURCE).body(body))
}

/// The facts of the form for another page.
fn again(filled: &Filled) -> String {
    let facts = filled.iter().filter(|(name, _)| name.starts_with("f_") || name == "on");
    let text: String = form_urlencoded::Serializer::new(String::new()).extend_pairs(facts).finish();
    if text.is_empty() { text } else { format!("?{text}") }
}

fn result(library: &Library, decision: &Decision, place: &str) -> Markup {
    let title = format!("结论：{place}，{}", ui::date_zh(decision.on));
    ui::card(
        &title,
        html! {
            (wording::outcome(library, decision))
            @if !decision.because.is_empty() { h3.mt-3 { "为什么" } }
            (ui::trace(library, decision))
        },
    )
}
