//! `cases.toml`: what must come out for which facts. Every row needs a case, every threshold one below, at and above.

use crate::asking::Scope;
use crate::decide::{Decision, Outcome};
use crate::error::Mistake;
use crate::library::Library;
use crate::lines;
use crate::load::case_files;
use crate::table::Table;
use crate::value::{self, Facts, Value};
use kernel::{Area, Date};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    case: Vec<RawCase>,
    #[serde(default)]
    cases: Vec<RawTable>,
    #[serde(default)]
    reached: Vec<RawReached>,
}

/// Which measured numbers reach a target or fulfil a duty.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawReached {
    of: String,
    rows: Vec<(i64, bool)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCase {
    question: String,
    on: Option<toml::value::Datetime>,
    place: Option<String>,
    with: toml::Table,
    then: Option<toml::Table>,
    /// True when the answer must be undecided.
    #[serde(default)]
    undecided: bool,
}

/// Many cases of one question as a table: the inputs, then the outputs, a line each.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTable {
    question: String,
    on: Option<toml::value::Datetime>,
    place: Option<String>,
    #[serde(default)]
    always: toml::Table,
    inputs: Vec<String>,
    outputs: Vec<String>,
    rows: Vec<Vec<toml::Value>>,
}

/// A case, ready to be tried. `None` in `then` says that the output must have no value.
struct Case {
    file: String,
    number: usize,
    question: String,
    on: Date,
    place: Area,
    facts: Facts,
    /// None: must be undecided.
    then: Option<BTreeMap<String, Option<Value>>>,
}

impl Case {
    fn shown(&self, document: &str) -> Example {
        Example {
            document: document.to_owned(),
            question: self.question.clone(),
            on: self.on,
            place: self.place,
            facts: self.facts.clone(),
            then: self.then.clone(),
        }
    }
}

/// A case of a document, as its pack has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// Folder of the document.
    pub document: String,
    /// The question asked.
    pub question: String,
    /// The day it is asked for.
    pub on: Date,
    /// The place it is asked for.
    pub place: Area,
    /// The facts.
    pub facts: Facts,
    /// What must come out, nothing for an output without a value; none where it must be undecided.
    pub then: Option<BTreeMap<String, Option<Value>>>,
}

impl Library {
    /// The cases of all documents, all of which have been tried.
    #[must_use]
    pub fn examples(&self) -> &[Example] {
        &self.tried
    }
}

/// What the cases of a table have tried.
#[derive(Default)]
struct Tried {
    inputs: Vec<Vec<Option<i64>>>,
    rows: BTreeSet<usize>,
    days: BTreeSet<Date>,
}

/// Runs all cases, then looks for rows and boundaries that no case tries.
pub(crate) fn run(library: &mut Library, files: &Vec<(String, String)>, mistakes: &mut Vec<Mistake>) {
    let mut tried: BTreeMap<String, Tried> = BTreeMap::new();
    let mut count = 0;
    let mut unread = BTreeSet::new();
    for (document, (file, text)) in case_files(files) {
        match read(library, document, file, text) {
            Ok(cases) => {
                count += cases.len();
                library.tried.extend(cases.iter().map(|case| case.shown(document)));
                cases.iter().for_each(|case| attempt(library, case, &mut tried, mistakes));
            }
            Err(mistake) => {
                unread.insert(document.to_owned());
                mistakes.push(mistake);
            }
        }
    }
    let mut boundaries = 0;
    for table in library.tables.values().flatten().filter(|table| !unread.contains(&table.document)) {
        let tried = tried.remove(&table.file).unwrap_or_default();
        boundaries += untried(table, &tried, mistakes);
        first_days(library, table, &tried, mistakes);
    }
    for (document, (file, text)) in case_files(files) {
        let Ok(raw) = toml::from_str::<File>(text) else { continue };
        count += raw.reached.iter().map(|reached| reached.rows.len()).sum::<usize>();
        boundaries += reached(library, (document, file), &raw.reached, mistakes);
    }
    let unreached = library.targets.iter().map(|t| &t.document).chain(library.duties.iter().map(|d| &d.document));
    let with_cases: BTreeSet<&str> = case_files(files).into_keys().collect();
    for document in unreached.filter(|d| !with_cases.contains(d.as_str())).cloned().collect::<BTreeSet<_>>() {
        let file = format!("policies/{document}/cases.toml");
        boundaries += reached(library, (&document, &file), &[], mistakes);
    }
    (library.cases, library.boundaries) = (count, boundaries);
}

/// A target or duty of a document: its id, the numbers it names, the least and greatest possible number.
struct Goal<'a> {
    id: &'a str,
    numbers: Vec<i64>,
    most: i64,
    holds: Box<dyn Fn(i64) -> bool + 'a>,
}

fn goals<'a>(library: &'a Library, document: &str) -> Vec<Goal<'a>> {
    let most = |unit: Option<&str>| if unit == Some("bp") { 10_000 } else { i64::MAX };
    let targets = library.targets.iter().filter(|t| t.document == document).map(|t| Goal {
        id: &t.indicator,
        numbers: vec![t.value],
        most: most(Some(&t.unit)),
        holds: Box::new(|n| t.reached(n)),
    });
    let duties = library.duties.iter().filter(|d| d.document == document).map(|d| Goal {
        id: &d.id,
        numbers: d.least.into_iter().chain(d.most).collect(),
        most: most(d.unit.as_deref()),
        holds: Box::new(|n| d.reached(n)),
    });
    targets.chain(duties).collect()
}

/// Tries what the cases say of targets and duties, and finds their numbers without a case below, at or above.
fn reached(
    library: &Library,
    (document, file): (&str, &str),
    given: &[RawReached],
    mistakes: &mut Vec<Mistake>,
) -> usize {
    let mut count = 0;
    let goals = goals(library, document);
    for raw in given {
        let Some(goal) = goals.iter().find(|goal| goal.id == raw.of) else {
            let what = format!("没有名为“{}”的目标或责任", raw.of);
            mistakes.push(Mistake::new(file, what, "改正 reached 的 of"));
            continue;
        };
        for (number, _) in raw.rows.iter().filter(|(number, reached)| (goal.holds)(*number) != *reached) {
            let what = format!("“{}”的案例不符", raw.of);
            mistakes.push(Mistake::new(file, what, "核对案例与数值").example(number.to_string()));
        }
    }
    for goal in &goals {
        let tried: BTreeSet<i64> =
            given.iter().filter(|raw| raw.of == goal.id).flat_map(|raw| raw.rows.iter().map(|row| row.0)).collect();
        let around = goal
            .numbers
            .iter()
            .flat_map(|n| [n.saturating_sub(1), *n, n.saturating_add(1)])
            .filter(|n| (0..=goal.most).contains(n));
        for number in around.collect::<BTreeSet<_>>() {
            count += 1;
            if !tried.contains(&number) {
                let what = format!("“{}”的界限没有案例", goal.id);
                let mistake = Mistake::new(file, what, "在 cases.toml 的 [[reached]] 中补上");
                mistakes.push(mistake.example(number.to_string()));
            }
        }
    }
    count
}

fn read(library: &Library, document: &str, file: &str, text: &str) -> Result<Vec<Case>, Mistake> {
    let raw: File = toml::from_str(text).map_err(|e| crate::document::not_toml(file, &e))?;
    let mut cases = vec![];
    for case in raw.case {
        let then = case.then.map(|then| then.into_iter().collect::<Vec<_>>());
        if case.undecided == then.is_some() {
            let mistake =
                Mistake::new(file, "案例的 then 与 undecided 应写且只写一个", "写 then = { … } 或 undecided = true");
            return Err(mistake.row(cases.len() + 1));
        }
        let head = (case.question, case.on, case.place);
        cases.push(build(library, document, (file, cases.len() + 1), head, case.with.into_iter().collect(), then)?);
    }
    for table in raw.cases {
        for row in table.rows {
            let number = cases.len() + 1;
            if row.len() != table.inputs.len() + table.outputs.len() {
                let what =
                    format!("“{}”的案例行应有 {} 个值", table.question, table.inputs.len() + table.outputs.len());
                return Err(Mistake::new(file, what, "按 inputs、outputs 的顺序写全").row(number));
            }
            let mut values = row.into_iter();
            let with = table.inputs.iter().cloned().zip(values.by_ref()).chain(table.always.clone()).collect();
            let then: Vec<_> = table.outputs.iter().cloned().zip(values).collect();
            let undecided = then.iter().any(|(_, value)| value.as_str() == Some("undecided"));
            let head = (table.question.clone(), table.on, table.place.clone());
            cases.push(build(library, document, (file, number), head, with, (!undecided).then_some(then))?);
        }
    }
    Ok(cases)
}

type Head = (String, Option<toml::value::Datetime>, Option<String>);

fn build(
    library: &Library,
    document: &str,
    (file, number): (&str, usize),
    (question, on, place): Head,
    with: Vec<(String, toml::Value)>,
    then: Option<Vec<(String, toml::Value)>>,
) -> Result<Case, Mistake> {
    let wrong = |what: String| Mistake::new(file, what, "改正这个案例").row(number);
    let document = library.documents.get(document).ok_or_else(|| wrong("没有 document.toml".into()))?;
    let on = on.map(|d| value::date(&d).ok_or_else(|| wrong(format!("“{d}”不是日期")))).transpose()?;
    let area = place.map(|place| Area::parse(&place).map_err(|e| wrong(e.to_string()))).transpose()?;
    let read = |(name, value): &(String, toml::Value)| {
        let value = value::of_case(value).ok_or_else(|| wrong(format!("“{name}”的值不可用")))?;
        Ok((name.clone(), value))
    };
    let missing = |(_, value): &(String, toml::Value)| value.as_str() == Some("-");
    let given: Result<Vec<_>, Mistake> = with.iter().filter(|pair| !missing(pair)).map(read).collect();
    let expect = |pair: &(String, toml::Value)| {
        if missing(pair) { Ok((pair.0.clone(), None)) } else { read(pair).map(|(name, value)| (name, Some(value))) }
    };
    let then = then.map(|then| then.iter().map(expect).collect::<Result<BTreeMap<_, _>, Mistake>>()).transpose()?;
    Ok(Case {
        file: file.to_owned(),
        number,
        question,
        on: on.unwrap_or(document.period.from),
        place: area.unwrap_or(document.area),
        facts: given?.into_iter().collect(),
        then,
    })
}

fn attempt(library: &Library, case: &Case, tried: &mut BTreeMap<String, Tried>, mistakes: &mut Vec<Mistake>) {
    let decision = library.decide(&case.question, case.place, case.on, &case.facts);
    if let Ok(table) = library.find(&case.question, case.place, case.on) {
        let taken = library.taken(table, Scope::Place(case.place), case.on, &case.facts);
        note(table, (case, &taken.facts), &decision, tried.entry(table.file.clone()).or_default());
    }
    let wrong = match (&case.then, &decision.outcome) {
        (None, Outcome::Undecided { .. }) => None,
        (None, Outcome::Decided(got)) => Some(format!("应为未定，得到 {}", words(got))),
        (Some(_), Outcome::Undecided { reason }) => Some(format!("应有结果，却未定：{reason}")),
        (Some(then), Outcome::Decided(got)) => differences(then, got),
    };
    if let Some(wrong) = wrong {
        let mistake = Mistake::new(&case.file, format!("“{}”的案例不符：{wrong}", case.question), "核对案例与规则");
        mistakes.push(mistake.row(case.number).example(words(&case.facts.0)));
    }
}

fn differences(then: &BTreeMap<String, Option<Value>>, got: &BTreeMap<String, Value>) -> Option<String> {
    let different = |(name, value): &(&String, &Option<Value>)| got.get(*name) != value.as_ref();
    let show = |value: Option<&Value>| value.map_or_else(|| "没有值".to_owned(), Value::to_string);
    let all = then.iter().filter(different);
    let all = all.map(|(name, value)| format!("{name} 应为 {}，得到 {}", show(value.as_ref()), show(got.get(name))));
    Some(all.collect::<Vec<_>>().join("；")).filter(|text| !text.is_empty())
}

fn words(values: &BTreeMap<String, Value>) -> String {
    values.iter().map(|(name, value)| format!("{name} = {value}")).collect::<Vec<_>>().join("，")
}

fn note(table: &Table, (case, facts): (&Case, &Facts), decision: &Decision, tried: &mut Tried) {
    for facts in lines::asked(table, facts, case.on).unwrap_or_default() {
        let number = |c: &crate::columns::Column| facts.get(&c.name).and_then(|v| c.kind.number(v, &c.texts).ok());
        tried.inputs.push(table.inputs.iter().map(number).collect());
    }
    // Behind the rows of this table stand those of the questions that it asked.
    tried.rows.extend(decision.because.iter().take(decision.rows.len()).map(|because| because.row));
    tried.days.insert(case.on);
}

/// Reports rows and boundaries without a case; returns how many boundaries there are.
fn untried(table: &Table, tried: &Tried, mistakes: &mut Vec<Mistake>) -> usize {
    let mut count = 0;
    let mut missing = BTreeSet::new();
    for (at, row) in table.rows.iter().enumerate() {
        if !tried.rows.contains(&(at + 1)) {
            let mistake =
                Mistake::new(&table.file, "没有案例用到这条规则（或它永远轮不到）", "在 cases.toml 中补一个案例");
            mistakes.push(mistake.row(at + 1));
        }
        for (column, cell) in row.cells.iter().enumerate() {
            let input = &table.inputs[column];
            let (least, most) = input.kind.inner().bounds(input.texts.len());
            let around = cell.thresholds.iter().flat_map(|&t| [t.checked_sub(1), Some(t), t.checked_add(1)]).flatten();
            for number in around.filter(|n| (least..=most).contains(n)).collect::<BTreeSet<_>>() {
                count += 1;
                if !tried.inputs.iter().any(|numbers| reaches(row, numbers, column, number)) {
                    missing.insert((at, format!("{} = {}", input.name, input.kind.show(number, &input.texts))));
                }
            }
        }
    }
    for (at, boundary) in missing {
        let mistake = Mistake::new(&table.file, "边界没有案例", "在 cases.toml 中补上（其余条件满足本条规则）");
        mistakes.push(mistake.row(at + 1).example(boundary));
    }
    count
}

/// Whether a case has this number in the column while the rest of the row holds.
fn reaches(row: &crate::table::Row, numbers: &[Option<i64>], column: usize, number: i64) -> bool {
    let rest = row.cells.iter().zip(numbers).enumerate().filter(|(at, _)| *at != column);
    let mut rest = rest.map(|(_, (cell, number))| cell.test.is_any() || number.is_some_and(|n| cell.test.holds(n)));
    numbers[column] == Some(number) && rest.all(|holds| holds)
}

/// A table that takes over from an earlier one needs a case on its first day, the earlier one on its last.
fn first_days(library: &Library, table: &Table, tried: &Tried, mistakes: &mut Vec<Mistake>) {
    let Some(document) = library.documents.get(&table.document).map(|document| document.period) else { return };
    let last = table.period.until.filter(|end| Some(*end) != document.until).and_then(|end| end.pred_opt());
    let first = Some(table.period.from).filter(|from| *from != document.from);
    for day in [first, last].into_iter().flatten().filter(|day| !tried.days.contains(day)) {
        let mistake = Mistake::new(&table.file, "新旧表交接的那天没有案例", "在 cases.toml 中补上这天的案例（on = …）");
        mistakes.push(mistake.example(day.to_string()));
    }
}
