//! What must hold where a table asks other questions: they exist, give the right type, are in force, and go round no circle.

use crate::check::uncovered;
use crate::columns::{Column, Takes};
use crate::error::Mistake;
use crate::kind::Kind;
use crate::library::Library;
use crate::table::{Hit, Table};
use kernel::Date;
use std::collections::BTreeSet;

/// Most questions that one may set in motion, each counted as often as it is asked.
const MOST_ASKED: usize = 64;

/// Checks every input that another question answers.
pub(crate) fn check(library: &Library, mistakes: &mut Vec<Mistake>) {
    for table in library.tables.values().flatten() {
        for column in &table.inputs {
            if let Some(takes) = &column.takes {
                mistakes.extend(wrong(library, table, column, takes));
            }
        }
    }
    for (question, tables) in &library.tables {
        let mistake = |what: &str, todo: &str| Mistake::new(&tables[0].file, format!("“{question}”{what}"), todo);
        match asked(library, question, &mut vec![]) {
            None => mistakes.push(mistake("取值时问到了自己，成了圈", "让其中一张表直接用事实，不再问回来")),
            Some(many) if many > MOST_ASKED => {
                let what = format!("一共要问 {many} 个问题，超过 {MOST_ASKED} 个");
                mistakes.push(mistake(&what, "减少层次，或把几张表合并"));
            }
            Some(_) => {}
        }
    }
}

/// How many questions a question sets in motion; none if it asks itself.
fn asked<'a>(library: &'a Library, question: &'a str, way: &mut Vec<&'a str>) -> Option<usize> {
    if way.contains(&question) {
        return None;
    }
    way.push(question);
    let mut many = 1_usize;
    for next in next(library, question) {
        many = many.saturating_add(asked(library, next, way)?);
        if many > MOST_ASKED {
            break;
        }
    }
    way.pop();
    Some(many)
}

fn next<'a>(library: &'a Library, question: &str) -> BTreeSet<&'a str> {
    let tables = library.tables.get(question).into_iter().flatten();
    tables
        .flat_map(|table| &table.inputs)
        .filter_map(|c| c.takes.as_ref())
        .map(|takes| takes.question.as_str())
        .collect()
}

fn wrong(library: &Library, table: &Table, column: &Column, takes: &Takes) -> Option<Mistake> {
    let (name, question, output) = (&column.name, &takes.question, &takes.output);
    let Some(tables) = library.tables.get(question) else {
        let what = format!("输入列“{name}”要问“{question}”，但没有这个问题的表");
        return Some(Mistake::new(&table.file, what, "改正问题的名字，或补上这张表"));
    };
    if table.lines.is_some() || tables.iter().any(|other| other.lines.is_some()) {
        let what = format!("输入列“{name}”要问“{question}”，但逐项判断的表不能问、也不能被问");
        return Some(Mistake::new(&table.file, what, "改为直接用事实"));
    }
    for other in tables {
        let Some(given) = other.outputs.iter().find(|column| column.name == *output) else {
            let what = format!("输入列“{name}”要取“{question}”的“{output}”，但 {} 没有这个结果", other.file);
            return Some(Mistake::new(&table.file, what, "改正结果的名字"));
        };
        if !answered(other.hit, &given.kind).is_some_and(|kind| fits(&kind, &column.kind)) {
            let what = format!("输入列“{name}”应为{}，而 {} 给出的不是", column.kind.describe(), other.file);
            return Some(Mistake::new(&table.file, what, "使两处的类型相同（整数的范围要容得下）"));
        }
    }
    let day = unanswered(library, table, question)?;
    let what = format!("输入列“{name}”要问“{question}”，但本表施行期间有时没有它的表");
    let todo = "补上这段时间的表，或改正本表的 from、until";
    Some(Mistake::new(&table.file, what, todo).example(format!("{day} 这天")))
}

/// The first day of a table's period on which a question has no answer for the table's area.
fn unanswered(library: &Library, table: &Table, question: &str) -> Option<Date> {
    let area = library.documents.get(&table.document)?.area;
    let here = |other: &&std::sync::Arc<Table>| {
        other.document == table.document
            || library.documents.get(&other.document).is_some_and(|document| document.area.contains(area))
    };
    let tables = library.tables.get(question).into_iter().flatten().filter(here).map(|other| other.period);
    let periods = tables.filter(|period| period.overlaps(table.period));
    uncovered(table.period, periods.collect())
}

/// The type of an output as the whole table answers it; none where it gives no single value.
fn answered(hit: Hit, kind: &Kind) -> Option<Kind> {
    match (hit, kind) {
        (Hit::Collect, Kind::Word(list) | Kind::SetOf(list)) => Some(Kind::SetOf(list.clone())),
        (Hit::Collect, Kind::Boolean) | (Hit::Unique | Hit::First | Hit::CollectSum, _) => Some(kind.clone()),
        (Hit::Collect, _) => None,
    }
}

/// Whether every value of one type is one of the other.
fn fits(given: &Kind, wanted: &Kind) -> bool {
    match (given, wanted) {
        (Kind::Integer { lo, hi, .. }, Kind::Integer { lo: least, hi: most, .. }) => least <= lo && hi <= most,
        (Kind::Word(one), Kind::Word(other)) | (Kind::SetOf(one), Kind::SetOf(other)) => one.name == other.name,
        (Kind::Boolean, Kind::Boolean) | (Kind::Date, Kind::Date) | (Kind::Text, Kind::Text) => true,
        (given, Kind::Maybe(inner)) => fits(given, inner),
        _ => false,
    }
}
