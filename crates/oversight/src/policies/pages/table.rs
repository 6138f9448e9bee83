//! A decision table as a table: conditions on the left, results on the right, its cases below.

use super::SOURCE;
use crate::policies::wording;
use axum::extract::Path;
use policy::{Column, Example, Library, Row, Table};
use web::ui::{self, Tone};
use web::{Cx, Error, Markup, Page, html};

/// The address of a table.
pub(in super::super) fn href(table: &Table) -> String {
    format!("/policies/{}/tables/{}", table.document, name(table))
}

fn name(table: &Table) -> &str {
    let file = table.file.rsplit('/').next().unwrap_or_default();
    file.strip_suffix(".toml").unwrap_or(file)
}

pub(in super::super) async fn show(
    cx: Cx,
    Path((place, document, wanted)): Path<(String, String, String)>,
) -> Result<Markup, Error> {
    let library = cx.state.policies.clone();
    let id = format!("{place}/{document}");
    let document = library.document(&id).ok_or(Error::NotFound)?;
    let table = library.tables().find(|t| t.document == id && name(t) == wanted).ok_or(Error::NotFound)?;
    let body = html! {
        (head(&library, table))
        (rows(&library, table))
        @if let Some(silent) = &table.silent { p { "其余情形：未定。" (silent) } }
        (cases(&library, table))
    };
    let ask = format!("/policies/ask/{}?area={}", table.question, document.area);
    let actions = html! {
        (ui::link_button(&ask, "试一试", Tone::Primary))
        (ui::link_button(&format!("/policies/beside/{}", table.question), "各地对照", Tone::Neutral))
    };
    let page = Page::new(&cx, &table.title).crumb("政策文件", "/policies");
    Ok(page.crumb(&document.number, &format!("/policies/{id}")).actions(actions).source(SOURCE).body(body))
}

/// How many rows may answer, in words.
const fn hit(hit: policy::Hit) -> &'static str {
    match hit {
        policy::Hit::Unique => "每种情形恰好适用一行",
        policy::Hit::First => "自上而下，适用第一个符合的行",
        policy::Hit::Collect => "符合的行全部适用",
        policy::Hit::CollectSum => "符合的行全部适用，数额相加",
    }
}

fn head(library: &Library, table: &Table) -> Markup {
    let follows = |column: &Column| {
        Some(format!("{} = {}", library.fact(&column.name), wording::formula(library, &column.follows()?, "")))
    };
    let takes = |column: &Column| {
        let takes = column.takes.as_ref()?;
        let title =
            library.tables_of(&takes.question).first().map_or(takes.question.as_str(), |table| table.title.as_str());
        Some(format!("{}取自“{title}”的“{}”", library.fact(&column.name), library.fact(&takes.output)))
    };
    let derived: Vec<String> =
        table.inputs.iter().filter_map(|column| follows(column).or_else(|| takes(column))).collect();
    html! {
        p.text-secondary {
            (hit(table.hit)) "。自 " (table.period.from) " 起"
            @if let Some(until) = table.period.until { "，至 " (until) " 前" }
            "施行。提问名 " code { (table.question) } "。"
        }
        @if let Some(lines) = &table.lines { p { "对“" (library.fact(&lines.each)) "”逐项判断，数额相加。" } }
        @for one in derived { p.text-secondary { "自动算出：" (one) } }
        @if let Some(why) = &table.unverified { (ui::unverified(why)) }
        (super::doubts(&table.unclear))
    }
}

pub(super) fn rows(library: &Library, table: &Table) -> Markup {
    let mut headings: Vec<String> = vec!["行".into()];
    headings.extend(table.inputs.iter().map(|column| library.fact(&column.name).to_owned()));
    headings.extend(table.outputs.iter().map(|column| format!("⇒ {}", library.fact(&column.name))));
    headings.push("条款".into());
    let headings: Vec<&str> = headings.iter().map(String::as_str).collect();
    let numbered = table.rows.iter().enumerate().map(|(at, row)| (at + 1, row));
    let all = numbered.chain(table.otherwise.iter().map(|row| (0, row)));
    ui::table(&headings, all.map(|(number, one)| row(library, table, number, one)))
}

fn row(library: &Library, table: &Table, number: usize, row: &Row) -> Vec<Markup> {
    let first = html! { span id={ "row-" (number) } { @if number > 0 { (number) } @else { "其余情形" } } };
    let tests = row.sources().zip(&table.inputs).map(|(cell, column)| {
        let text = wording::condition(cell, &column.kind);
        html! { @if cell == "-" { span.text-secondary { (text) } } @else { (text) } }
    });
    let results = row.results().zip(&table.outputs).map(|(text, column)| {
        html! { strong { (wording::result(library, &text, column)) } }
    });
    let clause = html! {
        a.text-nowrap href={ "/policies/" (table.document) "#" (row.clause) } { (row.clause) }
        @if let Some(why) = &row.unverified { (ui::unverified(why)) }
        @if !row.note.is_empty() { div.text-secondary { (row.note) } }
    };
    std::iter::once(first).chain(tests).chain(results).chain([clause]).collect()
}

/// The cases of the table's document for its question on the days of the table.
fn cases(library: &Library, table: &Table) -> Markup {
    let own = |case: &&Example| {
        case.document == table.document && case.question == table.question && table.period.contains(case.on)
    };
    let cases: Vec<&Example> = library.examples().iter().filter(own).collect();
    let known = |columns: &[Column], name: &str, value: &policy::Value| wording::value(library, columns, name, value);
    let facts = |case: &Example| {
        let one = |(name, value): (&String, &policy::Value)| {
            format!("{} {}", library.fact(name), known(&table.inputs, name, value))
        };
        case.facts.0.iter().map(one).collect::<Vec<_>>().join("；")
    };
    let then = |case: &Example| match &case.then {
        None => "未定".to_owned(),
        Some(then) => {
            let one = |(name, value): (&String, &Option<policy::Value>)| {
                let value = value.as_ref().map_or_else(|| "没有值".into(), |value| known(&table.outputs, name, value));
                format!("{} {value}", library.fact(name))
            };
            then.iter().map(one).collect::<Vec<_>>().join("；")
        }
    };
    let rows =
        cases.iter().map(|case| vec![html! { (facts(case)) }, html! { strong { (then(case)) } }, html! { (case.on) }]);
    ui::card(
        "",
        html! { details { summary { "案例（" (cases.len()) " 个，全部已验证相符）" } (ui::table(&["情况", "应得的结果", "日期"], rows)) } },
    )
}
