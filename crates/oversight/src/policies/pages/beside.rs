//! Documents beside each other on one question: what each answers to the same facts.

use super::{SOURCE, alarm, day, given, names, on_field, questions, ways, wrongs};
use crate::policies::form::{self, Filled};
use crate::policies::wording;
use axum::extract::Path;
use kernel::Date;
use policy::{Decision, Document, Facts, Library};
use registry::areas::NameTable;
use std::collections::BTreeMap;
use web::ui;
use web::{Cx, Error, Markup, Page, Query, html};

pub(in super::super) async fn choose(cx: Cx) -> Result<Markup, Error> {
    let body = html! {
        (ways("/policies/beside"))
        p { "选一个问题，填同一家机构、同一位老人的情况，看各地文件分别怎样规定。" }
        (questions(&cx.state.policies, "beside"))
    };
    Ok(Page::new(&cx, "各地对照").source(SOURCE).body(body))
}

/// The documents that can be chosen: those of an area that say something about the question or say that they are silent.
fn choices<'a>(library: &'a Library, question: &str) -> Vec<&'a Document> {
    let speaks = |d: &&Document| {
        library.tables_of(question).iter().any(|t| t.document == d.id)
            || d.silent.iter().any(|s| s.question == question)
    };
    library.documents().filter(speaks).collect()
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
    let all = choices(&library, &question);
    let picked = |d: &Document| filled.iter().any(|(name, value)| name == "document" && *value == d.id);
    let none = given(&filled, "document").is_none();
    let chosen: Vec<&Document> = all.iter().copied().filter(|d| none || picked(d)).collect();
    let wants = library.wants_of(&question);
    let (mut wrong, mut answers) = (BTreeMap::new(), vec![]);
    if form::is_filled(&filled) {
        match form::facts(&wants, &filled) {
            Ok(facts) => answers = ask(&library, &question, on, &chosen, &facts),
            Err(all) => wrong = all,
        }
    }
    let body = html! {
        (alarm(&library, &wrong))
        @if !answers.is_empty() { (compared(&library, &question, &answers, &names)) }
        form.yy-form method="get" action={ "/policies/beside/" (question) } {
            (ui::card("同样的情况", html! {
                (form::fields(&library, &wants, &filled, &wrong))
                (on_field(on))
                fieldset.mb-3 {
                    legend.form-label { "比较哪些文件" }
                    @for d in &all {
                        label.form-check {
                            input.form-check-input type="checkbox" name="document" value=(d.id) checked[none || picked(d)];
                            span.form-check-label { (names.name(d.area)) " " (d.number) }
                        }
                    }
                }
                (ui::submit("对照"))
            }))
        }
    };
    Ok(Page::new(&cx, &format!("各地对照：{title}")).crumb("各地对照", "/policies/beside").source(SOURCE).body(body))
}

/// What a document answers, or what it lacks.
type Answer<'a> = (&'a Document, Result<Decision, String>);

fn ask<'a>(library: &Library, question: &str, on: Date, chosen: &[&'a Document], facts: &Facts) -> Vec<Answer<'a>> {
    let one = |document: &'a Document| {
        let answer = library.inquire_by(document, question, on, facts.clone());
        let lacks = |refusal| wrongs(library, refusal).into_values().collect::<Vec<_>>().join("；");
        (document, answer.map_err(lacks))
    };
    chosen.iter().map(|document| one(document)).collect()
}

fn compared(library: &Library, question: &str, answers: &[Answer<'_>], names: &NameTable) -> Markup {
    let mut outputs: Vec<&str> = vec![];
    for column in library.tables_of(question).iter().flat_map(|table| &table.outputs) {
        if !outputs.contains(&column.name.as_str()) {
            outputs.push(&column.name);
        }
    }
    let mut headings = vec!["文件"];
    headings.extend(outputs.iter().map(|name| library.fact(name)));
    headings.push("依据或理由");
    let rows = answers.iter().map(|(document, answer)| {
        let place = html! { strong { (names.name(document.area)) } div.text-secondary { (document.number) } };
        let cells = outputs.iter().map(|name| cell(library, answer, name));
        std::iter::once(place).chain(cells).chain([reason(library, answer)]).collect()
    });
    html! {
        (ui::card("各地怎样规定", ui::table(&headings, rows)))
        (ui::columns(&answers.iter().map(|(document, answer)| one(library, document, answer, names)).collect::<Vec<_>>()))
    }
}

fn cell(library: &Library, answer: &Result<Decision, String>, name: &str) -> Markup {
    let value = answer.as_ref().ok().and_then(|decision| {
        let columns = library.table_of(decision).map_or(&[][..], |table| &table.outputs);
        Some(library.said(columns, name, decision.get(name)?))
    });
    html! { strong { (ui::opt(value)) } }
}

fn reason(library: &Library, answer: &Result<Decision, String>) -> Markup {
    match answer {
        Err(lacks) => html! { "情况不全：" (lacks) },
        Ok(decision) => match decision.undecided() {
            Some(why) => html! { (ui::badge(ui::Tone::Warning, "未定")) " " (library.told(why)) },
            None => html! { @for b in &decision.because { div { (ui::clause(library, &b.clause)) } } },
        },
    }
}

fn one(library: &Library, document: &Document, answer: &Result<Decision, String>, names: &NameTable) -> Markup {
    let title = format!("{}：{}", names.name(document.area), document.number);
    ui::card(
        &title,
        match answer {
            Err(lacks) => html! { div.yy-undecided { "情况不全：" (lacks) } },
            Ok(decision) => html! { (wording::outcome(library, decision)) (ui::trace(library, decision)) },
        },
    )
}
