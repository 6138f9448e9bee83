//! What is asked of everybody, and what came out.

use super::{Assumed, Population, assume};
use kernel::Date;
use policy::simulate::{Basis, Change, Code, Columns, Difference, Outcomes, Program, compare};
use policy::{Kind, Library, Value};
use std::collections::BTreeMap;

/// A document on a day: the same document on two days compares two of its versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    /// Its folder.
    pub document: String,
    /// The day.
    pub on: Date,
}

/// What is asked of everybody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// The question.
    pub question: String,
    /// The document that is in force.
    pub a: Side,
    /// The document it is compared with.
    pub b: Side,
    /// What is assumed of everybody.
    pub assumed: Assumed,
}

/// What is counted of the answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counts {
    /// Amounts in fen.
    Money,
    /// Those with yes.
    Yes,
    /// Other numbers and words, of which only whether they change is counted.
    Words,
}

/// What came out.
#[derive(Debug)]
pub struct Outcome {
    /// The question by the first document.
    pub a: Program,
    /// By the second.
    pub b: Program,
    /// The facts, with what was assumed.
    pub columns: Columns,
    /// The results of the first.
    pub before: Outcomes,
    /// The results of the second.
    pub after: Outcomes,
    /// How they differ.
    pub difference: Difference,
    /// What the numbers are.
    pub counts: Counts,
    /// By area: for how many the answer is another one.
    pub changed: Vec<usize>,
    /// Facts that nobody said, by name: whoever needs them is undecided.
    pub unknown: Vec<String>,
}

/// Which output of a question is counted: an amount, else a yes or no, else the first that can be.
fn output(library: &Library, side: &Side, question: &str) -> Result<(String, Counts), String> {
    let table = library.table_by(&side.document, question, side.on)?;
    let kind = |wanted: fn(&Kind) -> bool| table.outputs.iter().find(|c| wanted(c.kind.inner()));
    let fen = kind(|kind| matches!(kind, Kind::Integer { unit, .. } if unit == "fen"));
    let other =
        kind(|kind| *kind == Kind::Boolean).or(kind(|kind| matches!(kind, Kind::Word(_)))).or(table.outputs.first());
    let found = fen.or(other).ok_or("这个问题没有可以计算的结果")?;
    let counts = match found.kind.inner() {
        Kind::Integer { unit, .. } if unit == "fen" => Counts::Money,
        Kind::Boolean => Counts::Yes,
        _ => Counts::Words,
    };
    Ok((found.name.clone(), counts))
}

fn programs(library: &Library, ask: &Ask) -> Result<(Program, Program, Counts), String> {
    let known = library.questions().into_iter().any(|question| question.name == ask.question);
    if !known {
        let all: Vec<&str> = library.questions().into_iter().map(|question| question.name).collect();
        return Err(format!("没有“{}”这个问题。可以问：{}", ask.question, all.join("、")));
    }
    for side in [&ask.a, &ask.b] {
        if library.document(&side.document).is_none() {
            let all: Vec<&str> = library.documents().map(|document| document.id.as_str()).collect();
            return Err(format!("没有文件“{}”。可以用：{}", side.document, all.join("、")));
        }
    }
    let (name, counts) = output(library, &ask.a, &ask.question).map_err(|why| of_side(library, &ask.a, &why))?;
    let program = |side: &Side| {
        let basis = Basis::Document(side.document.clone());
        library.program(&ask.question, &name, basis, side.on).map_err(|why| of_side(library, side, &why))
    };
    Ok((program(&ask.a)?, program(&ask.b)?, counts))
}

fn of_side(library: &Library, side: &Side, why: &str) -> String {
    let document = library.document(&side.document).map_or(side.document.as_str(), |document| &document.number);
    format!("{document} 在 {} 不能回答：{why}", side.on)
}

/// Whether it can be asked at all, and what is assumed can be.
///
/// # Errors
/// In words for the user.
pub fn check(library: &Library, ask: &Ask) -> Result<(), String> {
    let (a, b, _) = programs(library, ask)?;
    let wanted = inputs(&a, &b);
    for (name, text) in &ask.assumed {
        let kind = wanted.get(name.as_str()).ok_or_else(|| {
            let all: Vec<&str> = wanted.keys().map(String::as_str).collect();
            format!("假设“{name}”不是这个问题的情况；可以假设：{}", all.join("、"))
        })?;
        assumed(name, kind, text)?;
    }
    Ok(())
}

fn assumed(name: &str, kind: &Kind, text: &str) -> Result<Value, String> {
    kind.read(text).map_err(|why| format!("假设“{name}”{why}"))
}

/// The facts that either side looks at, with their types.
#[must_use]
pub fn inputs(a: &Program, b: &Program) -> BTreeMap<String, Kind> {
    let all = a.inputs().into_iter().chain(b.inputs());
    all.map(|(name, kind)| (name.to_owned(), kind.clone())).collect()
}

/// The facts that a question on both sides looks at.
///
/// # Errors
/// When a side does not answer, in words.
pub fn wanted(library: &Library, ask: &Ask) -> Result<BTreeMap<String, Kind>, String> {
    let (a, b, _) = programs(library, ask)?;
    Ok(inputs(&a, &b))
}

/// Asks everybody.
///
/// # Errors
/// In words for the user.
pub fn run(library: &Library, ask: &Ask, people: &Population) -> Result<Outcome, String> {
    let (a, b, counts) = programs(library, ask)?;
    let wanted = inputs(&a, &b);
    let mut columns = people.columns.clone();
    for (name, text) in &ask.assumed {
        let kind = wanted.get(name).ok_or_else(|| format!("假设“{name}”不是这个问题的情况"))?;
        let made = match assumed(name, kind, text)? {
            Value::Nothing => assume::nothing(name, kind, columns.len()),
            value => assume::column(name, &value, columns.len()),
        };
        columns = columns.with(made.ok_or_else(|| format!("“{name}”不能假设"))?)?;
    }
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let before = a.run(&columns, threads)?;
    let after = b.run(&columns, threads)?;
    let difference = compare(&before, &after, &people.places, people.areas.len())?;
    let mut changed = vec![0; people.areas.len()];
    for (row, place) in people.places.iter().enumerate() {
        changed[usize::from(*place)] += usize::from(before.value(row) != after.value(row));
    }
    let unknown = wanted.keys().filter(|name| columns.get(name).is_none()).cloned().collect();
    Ok(Outcome { a, b, columns, before, after, difference, counts, changed, unknown })
}

impl Outcome {
    /// What a code of a program means, in words: the rows with their result, or why there is none.
    #[must_use]
    pub fn code(&self, library: &Library, program: &Program, outcomes: &Outcomes, code: u16) -> String {
        match program.codes().get(usize::from(code)) {
            Some(Code::Rows(rows)) => {
                let numbers: Vec<String> = rows.iter().filter(|n| **n > 0).map(ToString::to_string).collect();
                let result = self.given(library, program, outcomes, code);
                match numbers.as_slice() {
                    [] => format!("其余情形{result}"),
                    numbers => format!("第 {} 行{result}", numbers.join("、")),
                }
            }
            Some(Code::Silent) => "未定：文件没有规定".into(),
            Some(Code::Missing) => "未定：情况不全".into(),
            Some(Code::Mistyped) => "未定：情况不在可用的范围".into(),
            Some(Code::Failed) | None => "未定：算不出结果".into(),
        }
    }

    /// The value that all with the code have, if they have the same.
    fn given(&self, library: &Library, program: &Program, outcomes: &Outcomes, code: u16) -> String {
        let mut all =
            outcomes.codes().iter().enumerate().filter(|(_, one)| **one == code).map(|(row, _)| outcomes.value(row));
        let Some(first) = all.next() else { return String::new() };
        if all.any(|other| other != first) {
            return "（按情况计算）".into();
        }
        let columns = program.table().map_or(&[][..], |table| &table.outputs);
        let value = first.and_then(|number| program.value(number));
        value.map_or_else(String::new, |value| {
            format!("：{} {}", library.fact(program.output()), library.said(columns, program.output(), &value))
        })
    }

    /// The changes by what answered before and after, the largest first.
    #[must_use]
    pub fn by_rows(&self) -> Vec<((u16, u16), Change)> {
        let mut all: Vec<_> = self.difference.by_code.iter().map(|(codes, change)| (*codes, *change)).collect();
        all.sort_by_key(|(codes, change)| (std::cmp::Reverse(change.people), *codes));
        all
    }

    /// For how many the answer of these rows is another one.
    #[must_use]
    pub fn changed_of(&self, codes: (u16, u16)) -> usize {
        let members = self.members(codes, 0, usize::MAX);
        members.into_iter().filter(|row| self.before.value(*row) != self.after.value(*row)).count()
    }

    /// Those for whom these rows answered, the first few.
    #[must_use]
    pub fn members(&self, codes: (u16, u16), from: usize, most: usize) -> Vec<usize> {
        let both = self.before.codes().iter().zip(self.after.codes()).enumerate();
        both.filter(|(_, (a, b))| (**a, **b) == codes).map(|(row, _)| row).skip(from).take(most).collect()
    }
}
