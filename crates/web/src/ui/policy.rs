//! Why something was decided so, in the words of the policies, and which figures nobody has verified yet.

use kernel::ClauseId;
use maud::{Markup, html};
use policy::{Because, Decision, Library, Parameter, Table};

/// The clauses behind a decision, folded until asked for. A clause that several rows stand on is named once.
#[must_use]
pub fn because(library: &Library, decision: &Decision) -> Markup {
    let mut sources: Vec<String> = Vec::new();
    for source in decision.because.iter().map(source) {
        if !sources.contains(&source) {
            sources.push(source);
        }
    }
    html! {
        @if let Some(reason) = decision.undecided() { div.yy-undecided { "尚不能判定：" (library.told(reason)) } }
        @if !decision.because.is_empty() {
            details.yy-because {
                summary { "依据：" (sources.join("、")) }
                (grounds(library, decision))
            }
        }
        (unverified_all(&decision.unverified))
    }
}

/// The same, open: for pages that are about the decision itself.
#[must_use]
pub fn trace(library: &Library, decision: &Decision) -> Markup {
    html! {
        @if !decision.because.is_empty() { (grounds(library, decision)) }
        (unverified_all(&decision.unverified))
    }
}

/// Step by step: the clause, what it says, which facts were looked at, which row of which table answered.
fn grounds(library: &Library, decision: &Decision) -> Markup {
    let steps = decision.because.chunk_by(|one, next| one.clause == next.clause);
    html! { ol.yy-trace { @for step in steps { li { (clause_of(library, &step[0])) @for one in step { (row(library, one)) } } } } }
}

fn source(b: &Because) -> String {
    format!("{} {}", b.number, b.at).trim_end().to_owned()
}

/// The clause and what it says: once for all rows in a row that stand on it.
fn clause_of(library: &Library, b: &Because) -> Markup {
    html! {
        p {
            a href={ "/policies/" (b.document) "#" (b.clause) } { (source(b)) }
            @if let Some(clause) = library.clause(&b.clause) { "　" strong { (clause.title) } }
        }
        p { (b.summary) }
    }
}

/// The row that answered, and on which facts.
fn row(library: &Library, b: &Because) -> Markup {
    let table = library.named_table(b);
    let inputs = table.map_or(&[][..], |table| &table.inputs);
    let row = table.and_then(|t| b.row.checked_sub(1).map_or(t.otherwise.as_ref(), |at| t.rows.get(at)));
    html! {
        @if !b.inputs.is_empty() {
            p { "看了这些情况：" @for (i, (name, one)) in b.inputs.iter().enumerate() {
                @if i > 0 { "；" } (library.fact(name)) " " strong { (library.said(inputs, name, one)) }
            } }
        }
        @if !b.parameters.is_empty() {
            p { "用了这些参数：" @for (i, (name, number)) in b.parameters.iter().enumerate() {
                @if i > 0 { "；" } (library.parameter_named(name, *number, &b.document))
            } }
        }
        @if let Some(note) = row.map(|row| row.note.as_str()).filter(|note| !note.is_empty()) { p { "读法：" (note) } }
        @if let Some(table) = table {
            p.text-secondary {
                a href=(table_href(table)) { "规则表“" (table.title) "”" }
                @if b.row > 0 { "第 " (b.row) " 行" } @else { "“其余情形”一行" }
            }
        }
    }
}

/// Where a table is read.
#[must_use]
pub fn table_href(table: &Table) -> String {
    let file = table.file.rsplit('/').next().unwrap_or_default();
    format!("/policies/{}/tables/{}", table.document, file.strip_suffix(".toml").unwrap_or(file))
}

/// A clause by its place in its document and its title, as a link to it.
#[must_use]
pub fn clause(library: &Library, id: &ClauseId) -> Markup {
    html! {
        @match library.clause(id) {
            Some(clause) => a href={ "/policies/" (clause.document) "#" (id) } { (clause.at) " " (clause.title) },
            None => (id),
        }
    }
}

/// The yellow mark on a figure whose source is not verified, with the reason.
#[must_use]
pub fn unverified(why: &str) -> Markup {
    unverified_all(&[why])
}

/// One yellow mark for all that is not verified, with every reason once.
#[must_use]
pub fn unverified_all<W: AsRef<str>>(whys: &[W]) -> Markup {
    let mut reasons: Vec<&str> = Vec::new();
    for why in whys.iter().map(AsRef::as_ref) {
        if !reasons.contains(&why) {
            reasons.push(why);
        }
    }
    html! {
        @if !reasons.is_empty() {
            details.yy-unverified {
                summary { span.badge.bg-warning-lt { @if reasons.len() > 1 { (reasons.len()) " 处" } "未核实" } }
                @for reason in reasons { p { (reason) } }
            }
        }
    }
}

/// The value of a parameter with its unit, as people read it.
#[must_use]
pub fn parameter(p: &Parameter) -> String {
    policy::quantity(p.value, &p.unit)
}
