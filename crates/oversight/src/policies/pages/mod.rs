//! Pages of the documents.

pub(super) mod ask;
pub(super) mod beside;
pub(super) mod document;
pub(super) mod list;
pub(super) mod scales;
pub(super) mod table;

use super::divisions::Divisions;
use super::form::Filled;
use super::json;
use kernel::area::Level;
use kernel::{Area, Date};
use policy::{Library, Refusal};
use registry::areas::Names;
use std::collections::BTreeMap;
use std::sync::Arc;
use web::ui::{self, Field};
use web::{Cx, Error, Markup, html};

/// Where what the pages show comes from.
const SOURCE: &str = "本平台载入的政策文件。条款为本平台概述，以文件原文为准；标“未核实”的数值待主管部门确认。";

/// The names of areas as they are now.
async fn names(cx: &Cx) -> Result<Arc<registry::areas::NameTable>, Error> {
    let names = cx.state.get::<Names>();
    cx.read(move |tx, _| names.at(tx)).await
}

fn given<'a>(filled: &'a Filled, name: &str) -> Option<&'a str> {
    filled.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

/// The day that was asked for; today if none was.
fn day(cx: &Cx, filled: &Filled) -> Result<Date, Error> {
    let read = |text: &str| json::day(text).map_err(|why| Error::field("on", "日期", why));
    given(filled, "on").map_or(Ok(cx.today()), read)
}

/// The areas to choose from: of the provinces, cities and counties those that a document rules for or the person sees.
fn areas(cx: &Cx, library: &Library, names: &registry::areas::NameTable, chosen: Area) -> Vec<(String, String)> {
    let own = cx.user.scope.area;
    let ruled: Vec<Area> = library.documents().map(|d| d.area).filter(|area| *area != Area::COUNTRY).collect();
    let shown = |area: &Area| {
        *area == chosen
            || own == *area
            || (area.level() <= Level::County && ruled.iter().any(|r| r.contains(*area) || area.contains(*r)))
    };
    let mut all: Vec<Area> = names.codes().filter(shown).chain([chosen]).collect();
    all.sort_unstable();
    all.dedup();
    let indent = |area: Area| match area.level() {
        Level::City => "　",
        Level::County => "　　",
        Level::Town | Level::Village => "　　　",
        _ => "",
    };
    let label = |area: Area| format!("{}{}（{}）", indent(area), names.name(area), &area.to_string()[..6]);
    all.into_iter().map(|area| (area.to_string(), label(area))).collect()
}

/// The area that was asked for; one's own, or where the question is ruled, if none was.
fn area(cx: &Cx, names: &registry::areas::NameTable, question: &str, on: Date, filled: &Filled) -> Result<Area, Error> {
    let divisions: Divisions = names.codes().collect();
    if let Some(text) = given(filled, "area") {
        return divisions.read(text).map_err(|why| Error::field("area", "地区", why));
    }
    let (library, own) = (&cx.state.policies, cx.user.scope.area);
    if own != Area::COUNTRY && library.table_for(question, own, on).is_ok() {
        return Ok(own);
    }
    let first = library.tables_of(question).first().and_then(|table| library.document(&table.document));
    Ok(first.map_or(own, |document| document.area))
}

/// Everything that is wrong with the facts, by the name of the fact; what is no fact's fault under no name.
fn wrongs(library: &Library, refusal: Refusal) -> BTreeMap<String, String> {
    match refusal {
        Refusal::Facts(all) => {
            let name = |fact: &str| fact.split('、').next().unwrap_or_default().to_owned();
            all.into_iter().map(|wrong| (name(&wrong.fact), library.told(&wrong.message))).collect()
        }
        Refusal::Overflow(_) => [(String::new(), "给出的数太大，算不出结果：请核对数量和金额".into())].into(),
        other => [(String::new(), other.to_string())].into(),
    }
}

/// What went wrong above the form, field by field, also for those who do not see the fields.
fn alarm(library: &Library, wrong: &BTreeMap<String, String>) -> Markup {
    let text = |(fact, why): (&String, &String)| {
        let (list, name) = fact.split_once("].").map_or(("", fact.as_str()), |(list, name)| (list, name));
        let said = library.fact(name);
        match list.split_once('[') {
            _ if fact.is_empty() || why.contains(said) => why.clone(),
            Some((list, at)) => format!("{}第 {at} 项的“{said}”：{why}", library.fact(list)),
            None => format!("“{said}”：{why}"),
        }
    };
    let texts: Vec<String> = wrong.iter().map(text).collect();
    html! { @if !texts.is_empty() {
        (ui::alert(ui::Tone::Danger, "请补上或改正", html! { ul.mb-0 { @for text in texts { li { (text) } } } }))
    } }
}

/// Doubts about the reading, in one place.
fn doubts(all: &[String]) -> Markup {
    html! { @if !all.is_empty() {
        (ui::alert(ui::Tone::Info, "存疑与读法", html! { ul.mb-0 { @for doubt in all { li { (doubt) } } } }))
    } }
}

fn on_field(on: Date) -> Markup {
    ui::date_with("日期", "on", Some(on), Field::date().required())
}

/// Every question with what it decides and where it is ruled, to choose from.
fn questions(library: &Library, to: &str) -> Markup {
    let rows = library.questions().into_iter().map(|question| {
        let mut numbers: Vec<&str> = vec![];
        for table in library.tables_of(question.name) {
            let number = library.document(&table.document).map_or("", |document| document.number.as_str());
            if !numbers.contains(&number) {
                numbers.push(number);
            }
        }
        vec![
            html! { (ui::row_link(&format!("/policies/{to}/{}", question.name), question.title)) },
            html! { @for number in numbers { div { (number) } } },
        ]
    });
    ui::table(&["问题", "作出规定的文件"], rows)
}

fn ways(here: &str) -> Markup {
    let all = [
        ("/policies", "文件"),
        ("/policies/ask", "试一试"),
        ("/policies/beside", "各地对照"),
        ("/policies/scales", "量表"),
    ];
    ui::tabs(&all.map(|(href, text)| (href, text, href == here)))
}
