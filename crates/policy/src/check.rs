//! What must hold between files: clauses exist, periods are covered once, overrides are declared and go round no circle.

use crate::chain;
use crate::document::{Clause, Document};
use crate::error::Mistake;
use crate::library::Library;
use crate::prove;
use crate::table::Table;
use kernel::{ClauseId, Date, Period};
use std::collections::BTreeSet;
use std::sync::Arc;

const KINDS: [&str; 8] = ["indicator", "rule", "workflow", "registry", "payment", "exchange", "oversight", "planning"];
const UNITS: [&str; 10] = ["fen", "bp", "age", "days", "months", "years", "minutes", "count", "metres", "visits"];

/// Checks the clauses of one document.
pub(crate) fn clauses(file: &str, document: &Document, clauses: &[Clause], mistakes: &mut Vec<Mistake>) {
    let mut seen = BTreeSet::new();
    for (at, clause) in clauses.iter().enumerate() {
        let mut wrong = |what: String, todo: String| mistakes.push(Mistake::new(file, what, todo).row(at + 1));
        if clause.id.document() != document.prefix {
            wrong(format!("条款“{}”不以“{}-”开头", clause.id, document.prefix), "改正条款号或 prefix".into());
        }
        if !seen.insert(&clause.id) {
            wrong(format!("条款“{}”重复", clause.id), "每条用不同的编号".into());
        }
        if !KINDS.contains(&clause.kind.as_str()) {
            wrong(
                format!("条款“{}”的 kind“{}”不认识", clause.id, clause.kind),
                format!("用 {} 之一", KINDS.join("、")),
            );
        }
        if clause.planned.iter().any(|planned| clause.carried_by.contains(planned)) {
            wrong(format!("条款“{}”的同一功能既已承担又待建", clause.id), "建成后从 planned 移到 carried_by".into());
        }
        if clause.summary.trim().is_empty() {
            wrong(format!("条款“{}”没有摘要", clause.id), "用自己的话写一句 summary".into());
        }
    }
}

/// Checks everything between the files of a library; `whole` where every file could be read, else what one document says of
/// another is not held against it: that one's own mistakes would be told once more in other words.
pub(crate) fn check(library: &Library, whole: bool) -> Vec<Mistake> {
    let mut mistakes = vec![];
    overrides(library, &mut mistakes);
    prefixes(library, &mut mistakes);
    numbers(library, &mut mistakes);
    chain::check(library, &mut mistakes);
    duties(library, &mut mistakes);
    if whole {
        questions(library, &mut mistakes);
        carried(library, &mut mistakes);
    }
    for tables in library.tables.values() {
        for table in tables {
            rows(library, table, &mut mistakes);
            mistakes.extend(prove::prove(table));
        }
        periods(library, tables, &mut mistakes);
    }
    mistakes
}

fn document_file(id: &str) -> String {
    format!("policies/{id}/document.toml")
}

fn prefixes(library: &Library, mistakes: &mut Vec<Mistake>) {
    let mut seen = BTreeSet::new();
    for document in library.documents.values().filter(|document| !seen.insert(&document.prefix)) {
        let what = format!("prefix“{}”已被另一个文件使用", document.prefix);
        mistakes.push(Mistake::new(&document_file(&document.id), what, "换一个 prefix"));
    }
}

fn overrides(library: &Library, mistakes: &mut Vec<Mistake>) {
    for document in library.documents.values() {
        let file = document_file(&document.id);
        for other in &document.overrides {
            match library.documents.get(other) {
                None => mistakes.push(Mistake::new(
                    &file,
                    format!("overrides 中的“{other}”不存在"),
                    "写文件目录名，如 nantong/2018-54",
                )),
                Some(other) if !other.area.contains(document.area) => {
                    let what = format!("本文件的地域不在“{}”之内，不能取代它", other.id);
                    mistakes.push(Mistake::new(&file, what, "只取代上级或同级地域的文件"));
                }
                Some(_) => {}
            }
        }
        if circle(library, &document.id) {
            mistakes.push(Mistake::new(&file, "overrides 互相取代，成了圈", "只让较新或较具体的文件取代另一个"));
        }
    }
}

/// Whether following the overrides from a document leads back to it.
fn circle(library: &Library, start: &str) -> bool {
    let mut seen = BTreeSet::new();
    let mut next = vec![start];
    while let Some(id) = next.pop() {
        for other in library.documents.get(id).into_iter().flat_map(|document| &document.overrides) {
            if other == start {
                return true;
            }
            if seen.insert(other) {
                next.push(other);
            }
        }
    }
    false
}

/// A clause that nothing carries, now or later, is one that nobody reads again.
fn carried(library: &Library, mistakes: &mut Vec<Mistake>) {
    let idle = |clause: &&Clause| clause.planned.is_empty() && library.carriers(&clause.id).is_empty();
    for clause in library.clauses.values().filter(idle) {
        let what = format!("条款“{}”没有由任何表、目标、参数、责任或功能承担", clause.id);
        let todo = "写一张表、一个目标、参数或责任，或在 carried_by、planned、asks 中写明由什么承担";
        mistakes.push(Mistake::new(&document_file(&clause.document), what, todo));
    }
}

fn known(library: &Library, document: &str, clause: &ClauseId) -> bool {
    library.clauses.get(clause).is_some_and(|clause| clause.document == document)
}

fn rows(library: &Library, table: &Table, mistakes: &mut Vec<Mistake>) {
    let numbered =
        table.rows.iter().enumerate().map(|(at, row)| (at + 1, row)).chain(table.otherwise.iter().map(|row| (0, row)));
    for (number, row) in numbered.filter(|(_, row)| !known(library, &table.document, &row.clause)) {
        let what = format!("条款“{}”不在本文件的条款清单中", row.clause);
        let mistake = Mistake::new(&table.file, what, "改正条款号，或在 document.toml 中补上这一条");
        mistakes.push(if number > 0 { mistake.row(number) } else { mistake });
    }
}

fn numbers(library: &Library, mistakes: &mut Vec<Mistake>) {
    for parameter in library.parameters() {
        let file = format!("policies/{}/parameters.toml", parameter.document);
        let mut wrong = |what: String, todo: String| mistakes.push(Mistake::new(&file, what, todo));
        if !known(library, &parameter.document, &parameter.clause) {
            wrong(format!("参数“{}”的条款“{}”不在本文件中", parameter.name, parameter.clause), "改正条款号".into());
        }
        if !UNITS.contains(&parameter.unit.as_str()) {
            wrong(
                format!("参数“{}”的单位“{}”不认识", parameter.name, parameter.unit),
                format!("用 {} 之一", UNITS.join("、")),
            );
        }
    }
    for parameters in library.parameters.values() {
        let claims = parameters.iter().map(|p| Claim { document: &p.document, period: p.period });
        twice(
            library,
            &claims.collect::<Vec<_>>(),
            |id| format!("policies/{id}/parameters.toml"),
            &parameters[0].name,
            mistakes,
        );
    }
    let mut seen = BTreeSet::new();
    for target in &library.targets {
        let file = format!("policies/{}/targets.toml", target.document);
        let words = [">=", "=="].contains(&target.op.as_str())
            && ["bp", "count"].contains(&target.unit.as_str())
            && ["whole", "county", "street"].contains(&target.per.as_str());
        if !words || !known(library, &target.document, &target.clause) || !seen.insert(&target.indicator) {
            let what = format!("目标“{}”重复、条款不存在，或 op、unit、per 不认识", target.indicator);
            mistakes.push(Mistake::new(
                &file,
                what,
                "op 用 >= 或 ==，unit 用 bp 或 count，per 用 whole、county 或 street",
            ));
        }
    }
}

fn duties(library: &Library, mistakes: &mut Vec<Mistake>) {
    let mut seen: BTreeSet<&str> = library.targets.iter().map(|target| target.indicator.as_str()).collect();
    for duty in &library.duties {
        let file = format!("policies/{}/duties.toml", duty.document);
        let id = &duty.id;
        let wrong = crate::duty::wrong(duty).or_else(|| {
            if !known(library, &duty.document, &duty.clause) {
                let todo = "改正条款号，或在 document.toml 中补上这一条";
                return Some((format!("责任“{id}”的条款“{}”不在本文件中", duty.clause), todo.into()));
            }
            (!seen.insert(id)).then(|| (format!("责任“{id}”与另一项责任或目标同名"), "换一个 id".into()))
        });
        mistakes.extend(wrong.map(|(what, todo)| Mistake::new(&file, what, todo)));
    }
}

/// Questions that a document leaves open or leaves to another document must be questions, and not its own.
fn questions(library: &Library, mistakes: &mut Vec<Mistake>) {
    let own = |document: &str, question: &str| {
        library.tables.get(question).map(|tables| tables.iter().any(|table| table.document == document))
    };
    let mut wrong = |document: &str, question: &str, own: Option<bool>| {
        let (what, todo) = match own {
            None => (format!("没有任何表回答“{question}”"), "改正问题名"),
            Some(true) => (format!("“{question}”由本文件自己的表回答"), "删去 silent 或 asks 中的这一项"),
            Some(false) => return,
        };
        mistakes.push(Mistake::new(&document_file(document), what, todo));
    };
    for document in library.documents.values() {
        document.silent.iter().for_each(|s| wrong(&document.id, &s.question, own(&document.id, &s.question)));
    }
    for clause in library.clauses.values() {
        clause.asks.iter().for_each(|question| wrong(&clause.document, question, own(&clause.document, question)));
    }
}

/// That a document answers something during a period.
struct Claim<'a> {
    document: &'a str,
    period: Period,
}

/// Within a document the tables of a question cover its period without gap; between documents one must override the other.
fn periods(library: &Library, tables: &[Arc<Table>], mistakes: &mut Vec<Mistake>) {
    let claims: Vec<Claim<'_>> = tables.iter().map(|t| Claim { document: &t.document, period: t.period }).collect();
    let Some(question) = tables.first().map(|table| table.question.as_str()) else { return };
    twice(library, &claims, document_file, question, mistakes);
    for document in claims.iter().map(|claim| claim.document).collect::<BTreeSet<_>>() {
        let Some(whole) = library.documents.get(document).map(|document| document.period) else { continue };
        let own = claims.iter().filter(|claim| claim.document == document).map(|claim| claim.period);
        if let Some(day) = uncovered(whole, own.collect()) {
            let what = format!("“{question}”的各表没有覆盖文件的全部期间");
            let mistake = Mistake::new(&document_file(document), what, "改正各表的 from 和 until，使前后相接");
            mistakes.push(mistake.example(format!("{day} 这天没有表")));
        }
    }
}

/// The first day of the whole that no part covers.
pub(crate) fn uncovered(whole: Period, mut parts: Vec<Period>) -> Option<Date> {
    parts.sort_by_key(|part| part.from);
    let mut day = whole.from;
    for part in parts {
        if part.from > day {
            return Some(day);
        }
        day = part.until?.max(day);
    }
    whole.until.is_none_or(|end| day < end).then_some(day)
}

fn twice(
    library: &Library,
    claims: &[Claim<'_>],
    file: impl Fn(&str) -> String,
    name: &str,
    mistakes: &mut Vec<Mistake>,
) {
    for (at, a) in claims.iter().enumerate() {
        for b in claims[at + 1..].iter().filter(|b| a.period.overlaps(b.period)) {
            let (one, other) = (library.documents.get(a.document), library.documents.get(b.document));
            let (Some(one), Some(other)) = (one, other) else { continue };
            let declared = one.overrides.contains(&other.id) || other.overrides.contains(&one.id);
            let shared = one.area.contains(other.area) || other.area.contains(one.area);
            if one.id == other.id || (shared && !declared) {
                let what = format!("“{name}”在同一地域同一期间有两个答案，另一个在“{}”", one.id);
                let todo = "改正期间，或在较具体的文件的 overrides 中声明取代";
                let day = a.period.from.max(b.period.from);
                mistakes.push(Mistake::new(&file(&other.id), what, todo).example(format!("{day} 这天")));
            }
        }
    }
}
