//! One person by herself, as numbers: for tables that cannot be looked up, and for arithmetic that may have no result.

use super::bind::State;
use super::program::{self, FAILED, Given, MISSING, SILENT, Stage};
use crate::decide;
use crate::expr::Expr;
use crate::kind::Kind;
use crate::plan;
use crate::table::Table;

/// The result of an expression if the output may have it.
pub(crate) fn computed(table: &Table, (column, expr): &(usize, Expr), numbers: &[Option<i64>]) -> Option<i64> {
    let (least, most) = table.outputs[*column].kind.bounds(0);
    expr.value(numbers).filter(|value| least <= *value && *value <= most)
}

/// The number of an input that follows from others, as [`crate::lines`] works it out; behind `numbers` stands the day.
pub(crate) fn follows(
    table: &Table,
    column: usize,
    (expr, needs): (&Expr, &[usize]),
    numbers: &[Option<i64>],
) -> (i64, State) {
    let kind = &table.inputs[column].kind;
    let nothing = |kind: &Kind| if let Kind::Maybe(_) = kind { Some(kind.bounds(0).0) } else { None };
    let is_nothing = |at: &usize| numbers[*at].is_some() && numbers[*at] == nothing(&table.inputs[*at].kind);
    let (least, most) = kind.inner().bounds(0);
    if needs.iter().any(is_nothing) {
        return nothing(kind).map_or((0, State::Mistyped), |number| (number, State::Known));
    }
    if needs.iter().any(|at| numbers[*at].is_none()) {
        return (0, State::Missing);
    }
    match expr.value(numbers).filter(|number| kind.value(*number).is_some()) {
        None => (0, State::Failed),
        Some(number) if least <= number && number <= most => (number, State::Known),
        Some(_) => (0, State::Mistyped),
    }
}

/// The code of the answer, and the values of the wanted outputs.
pub(crate) fn answer(stage: &Stage, numbers: &[Option<i64>]) -> (u16, Vec<Option<i64>>) {
    let table = &stage.table;
    let rows: Vec<usize> = match table.plan().map(|plan| plan.answer(numbers)) {
        Some(plan::Answer::Missing(_)) => return (MISSING, vec![]),
        Some(plan::Answer::Rows(rows)) => rows.iter().map(|row| usize::from(*row) + 1).collect(),
        None => match decide::hits(table, numbers) {
            Err(_) => return (MISSING, vec![]),
            Ok(rows) => rows.into_iter().map(|row| row + 1).collect(),
        },
    };
    let rows: Vec<usize> = if rows.is_empty() && table.otherwise.is_some() { vec![0] } else { rows };
    if rows.is_empty() {
        return (SILENT, vec![]);
    }
    let code = stage.code_of(&rows);
    if stage.guards[usize::from(code)].iter().any(|expr| computed(table, &stage.exprs[*expr], numbers).is_none()) {
        return (FAILED, vec![]);
    }
    if stage.wanted.iter().any(|wanted| wanted.given.is_empty()) {
        return together(stage, numbers, code);
    }
    let value = |given: &Given| match given {
        Given::Nothing => None,
        Given::Number(n) => Some(*n),
        Given::Computed(expr) => computed(table, &stage.exprs[*expr], numbers),
    };
    (code, stage.wanted.iter().map(|wanted| value(&wanted.given[usize::from(code)])).collect())
}

/// Rows that answer together, some by arithmetic: as the single decision puts them together.
fn together(stage: &Stage, numbers: &[Option<i64>], code: u16) -> (u16, Vec<Option<i64>>) {
    let table = &stage.table;
    let Ok(answer) = decide::answer(table, numbers, &|_| None) else { return (FAILED, vec![]) };
    let value = |column: usize| {
        let value = answer.outcome.get(&table.outputs[column].name)?;
        program::number(table, column, value)
    };
    (code, stage.wanted.iter().map(|wanted| value(wanted.column)).collect())
}
