//! A decision table as a table: conditions on the left, results on the right, its cases below.

use super::SOURCE;
use crate::policies::wording;
use axum::extract::Path;
use policy::{Column, Example, Form, Library, Row, Table};
use web::ui::{self, Tone};
use web::{Cx, Error, Markup, Page, html};

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
        (ui::seldom("供程序提问", false, html! { p { "程序用名称 " code { (table.question) } " 提问，格式见本平台的接口说明。" } }))
    };
    let ask = format!("/policies/ask/{}?area={}", table.question, document.area);
    let actions = html! {
        (ui::link_button(&ask, "试一试", Tone::Primary))
        (ui::link_button(&format!("/policies/beside/{}", table.question), "各地对照", Tone::Neutral))
    };
    let page = Page::new(&cx, &table.title).crumb("政策文件", "/policies");
    Ok(page.crumb(&document.number, &format!("/policies/{id}")).actions(actions).source(SOURCE).body(body))
}

fn unit(column: &Column) -> &str {
    if let policy::Kind::Integer { unit, .. } = column.kind.inner() { unit } else { "" }
}

/// Characters from which on a cell wants a broad column.
const LONG: usize = 12;

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
        Some(format!(
            "{} = {}",
            library.fact(&column.name),
            wording::formula(library, &column.follows()?, unit(column))
        ))
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
            "施行。"
        }
        @if let Some(lines) = &table.lines { p { "对“" (library.fact(&lines.each)) "”逐项判断，数额相加。" } }
        @for one in derived { p.text-secondary { "自动算出：" (one) } }
        @if let Some(why) = &table.unverified { (ui::unverified(why)) }
        (super::doubts(&table.unclear))
    }
}

pub(super) fn rows(library: &Library, table: &Table) -> Markup {
    let unseen = unseen(table);
    let mut headings: Vec<String> = vec!["行".into()];
    let seen = table.inputs.iter().filter(|column| !unseen.contains(&column.name.as_str()));
    headings.extend(seen.map(|column| library.fact(&column.name).to_owned()));
    headings.extend(table.outputs.iter().map(|column| format!("⇒ {}", library.fact(&column.name))));
    headings.push("条款".into());
    let headings: Vec<&str> = headings.iter().map(String::as_str).collect();
    let numbered = table.rows.iter().enumerate().map(|(at, row)| (at + 1, row));
    let all = numbered.chain(table.otherwise.iter().map(|row| (0, row)));
    html! {
        (ui::table(&headings, all.map(|(number, one)| row(library, table, number, one))))
        @if !unseen.is_empty() {
            p.text-secondary { "各行都不看、只用来计算的情况："
                (unseen.iter().map(|name| library.fact(name)).collect::<Vec<_>>().join("、")) "。" }
        }
    }
}

/// Inputs on which no row makes a condition: they only enter the arithmetic.
fn unseen(table: &Table) -> Vec<&str> {
    let every = |at: usize| table.rows.iter().all(|row| row.sources().nth(at) == Some("-"));
    let all = table.inputs.iter().enumerate().filter(|(at, _)| every(*at));
    all.map(|(_, column)| column.name.as_str()).collect()
}

fn row(library: &Library, table: &Table, number: usize, row: &Row) -> Vec<Markup> {
    let first = html! { span id={ "row-" (number) } { @if number > 0 { (number) } @else { "其余情形" } } };
    let unseen = unseen(table);
    let tests = row.sources().zip(&table.inputs).filter(|(_, column)| !unseen.contains(&column.name.as_str()));
    let tests = tests.map(|(cell, column)| {
        let text = wording::condition(cell, &column.kind, &|text| library.text(&column.name, text));
        html! {
            @if cell == "-" { span.text-secondary { (text) } }
            @else if text.chars().count() > LONG { span.yy-formula { (text) } }
            @else { (text) }
        }
    });
    let results = row.results().zip(&table.outputs).map(|(text, column)| {
        let text = wording::result(library, &text, column);
        html! { strong.yy-formula[text.chars().count() > LONG] { (text) } }
    });
    let clause = html! {
        div.yy-clause { (ui::clause(library, &row.clause)) }
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
    let mut columns: Vec<Column> = table.outputs.iter().chain(&table.inputs).cloned().collect();
    for want in library.wants(table) {
        if let Form::One(column) = want.form {
            let mut column = column.clone();
            want.name.clone_into(&mut column.name);
            columns.push(column);
        }
    }
    let known = |name: &str, value: &policy::Value| library.said(&columns, name, value);
    let facts = |case: &Example| {
        let one = |(name, value): (&String, &policy::Value)| format!("{} {}", library.fact(name), known(name, value));
        case.facts.0.iter().map(one).collect::<Vec<_>>().join("；")
    };
    let then = |case: &Example| match &case.then {
        None => "未定".to_owned(),
        Some(then) => {
            let one = |(name, value): (&String, &Option<policy::Value>)| {
                let value = value.as_ref().map_or_else(|| "没有值".into(), |value| known(name, value));
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
