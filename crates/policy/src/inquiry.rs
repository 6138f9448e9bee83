//! Asking from outside: which questions there are, which facts they want, the facts checked before they are asked, and
//! the answer as a file or a page gives it.
//!
//! [`Library::decide`] says of everything that it cannot decide why; here a document's silence, which is an answer, is told
//! apart from facts that are missing, mistyped or too large, which the asker has to mend ([`Refusal`]).

use crate::asking::Scope;
use crate::columns::{Column, Taken};
use crate::decide::Decision;
use crate::document::Document;
use crate::kind::Kind;
use crate::library::Library;
use crate::table::Table;
use crate::value::{Facts, Value};
use kernel::{Area, Date};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// The list in `words.toml` that holds the Chinese names of questions.
const QUESTIONS: &str = "question";

/// Something that can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Question<'a> {
    /// The name it is asked by.
    pub name: &'a str,
    /// What it is about.
    pub title: &'a str,
}

/// A fact that a question wants to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Want<'a> {
    /// Its name.
    pub name: &'a str,
    /// What it is.
    pub form: Form<'a>,
}

/// What a fact is that a question wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form<'a> {
    /// One value of the column's type.
    One(&'a Column),
    /// A list, each item with these facts.
    List(Vec<&'a Column>),
}

/// Something that is wrong with a fact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Wrong {
    /// The fact.
    pub fact: String,
    /// What is wrong and what would be right.
    pub message: String,
}

/// Why a question was not asked: something for the asker to mend. A document's silence is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Nobody answers a question of this name; with the questions that there are.
    Question(String),
    /// The day lies before every document; with what is known.
    Day(String),
    /// Facts are missing or not of their type.
    Facts(Vec<Wrong>),
    /// An amount is more than can be reckoned with.
    Overflow(String),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Question(text) | Self::Day(text) | Self::Overflow(text) => f.write_str(text),
            Self::Facts(all) => f.write_str(&all.iter().map(|w| w.message.as_str()).collect::<Vec<_>>().join("；")),
        }
    }
}

/// A decision as it is handed out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reply {
    /// The question asked.
    pub question: String,
    /// The area it was asked for, as it was asked.
    pub area: String,
    /// The day it was asked for.
    pub on: Date,
    /// Folder of the document that answers; none where none does.
    pub document: Option<String>,
    /// The outputs by name, nothing for one that has no value; none where the question is undecided.
    pub outcome: Option<BTreeMap<String, Value>>,
    /// The rows that answered.
    pub because: Vec<Ground>,
    /// Why it is undecided.
    pub undecided: Option<String>,
    /// Why figures in it are not verified.
    pub unverified: Vec<String>,
}

/// A row that answered, as it is handed out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Ground {
    /// The clause.
    pub clause: String,
    /// The file of the table in the folder `tables` of the clause's document.
    pub table: String,
    /// Number of the row from 1; 0 for the `otherwise` of a table.
    pub row: usize,
    /// The inputs that the row looked at.
    pub inputs: BTreeMap<String, Value>,
    /// The parameters that its arithmetic named.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, i64>,
}

impl Column {
    /// The texts that rows name, for a column of free text.
    #[must_use]
    pub fn named(&self) -> &[String] {
        &self.texts
    }

    /// What is wrong with a value for this column, if anything.
    #[must_use]
    pub fn wrong(&self, value: &Value) -> Option<String> {
        self.kind.number(value, &self.texts).err()
    }
}

impl Library {
    /// What can be asked, by name.
    #[must_use]
    pub fn questions(&self) -> Vec<Question<'_>> {
        self.tables.keys().map(|name| Question { name, title: self.title(name).unwrap_or_default() }).collect()
    }

    /// What a question is about, as `words.toml` has it, else as the first of its tables says it; none for an unknown one.
    #[must_use]
    pub fn title(&self, question: &str) -> Option<&str> {
        let first = self.tables.get(question)?.first().map(|table| table.title.as_str());
        self.label(QUESTIONS, question).or(first)
    }

    /// The tables of a question, of all documents, by document and date.
    #[must_use]
    pub fn tables_of(&self, question: &str) -> Vec<&Table> {
        let mut all: Vec<&Table> = self.tables.get(question).into_iter().flatten().map(AsRef::as_ref).collect();
        all.sort_by_key(|table| (&table.document, table.period.from));
        all
    }

    /// The table that answers a question for a place on a day; an error says why none does.
    ///
    /// # Errors
    /// In words for the user.
    pub fn table_for(&self, question: &str, place: Area, on: Date) -> Result<&Table, String> {
        self.find(question, place, on).map(AsRef::as_ref)
    }

    /// The table with which a document answers a question on a day, its own or that of a document in force for its area.
    ///
    /// # Errors
    /// In words for the user.
    pub fn table_by(&self, document: &str, question: &str, on: Date) -> Result<&Table, String> {
        let own = self.documents.get(document).ok_or_else(|| format!("没有文件“{document}”"))?;
        self.find_in(question, Scope::Document(own), on).map(AsRef::as_ref)
    }

    /// The facts that a table wants to be told: not what follows from others, and of what other questions answer, theirs.
    #[must_use]
    pub fn wants<'a>(&'a self, table: &'a Table) -> Vec<Want<'a>> {
        let mut all = vec![];
        self.gather(table, &mut all, &mut BTreeSet::new());
        all
    }

    /// The facts that any table of a question wants, of whichever document.
    #[must_use]
    pub fn wants_of(&self, question: &str) -> Vec<Want<'_>> {
        let mut all = vec![];
        for table in self.tables_of(question) {
            self.gather(table, &mut all, &mut BTreeSet::new());
        }
        all
    }

    fn gather<'a>(&'a self, table: &'a Table, all: &mut Vec<Want<'a>>, asked: &mut BTreeSet<&'a str>) {
        let mut add = |name: &'a str, form: Form<'a>| {
            if all.iter().all(|want: &Want<'_>| want.name != name) {
                all.push(Want { name, form });
            }
        };
        let stated = || table.inputs.iter().filter(|column| column.computed.is_none() && column.takes.is_none());
        match &table.lines {
            None => stated().for_each(|column| add(&column.name, Form::One(column))),
            Some(lines) => {
                add(&lines.each, Form::List(stated().collect()));
                for (name, taken) in lines.also.iter().flatten() {
                    let column = table.inputs.iter().find(|column| column.name == *name);
                    if let (Taken::Fact(fact), Some(column)) = (taken, column) {
                        add(fact, Form::One(column));
                    }
                }
            }
        }
        for takes in table.inputs.iter().filter_map(|column| column.takes.as_ref()) {
            if asked.insert(&takes.question) {
                let inner = self.tables.get(&takes.question).into_iter().flatten();
                let own = inner.clone().find(|other| other.document == table.document);
                if let Some(inner) = own.or_else(|| inner.clone().next()) {
                    self.gather(inner, all, asked);
                }
            }
        }
    }

    /// Decides a question for a place on a day, or says what the asker has to mend. Facts that the question does not want
    /// are left aside; nothing (`null`) for a fact that cannot be nothing is a fact that is not known.
    ///
    /// # Errors
    /// [`Refusal`]
    pub fn inquire(&self, question: &str, place: Area, on: Date, facts: Facts) -> Result<Decision, Refusal> {
        self.known(question, on)?;
        let Ok(table) = self.table_for(question, place, on) else {
            return Ok(self.decide(question, place, on, &facts));
        };
        let facts = self.fitting(table, facts)?;
        let decision = self.decide(question, place, on, &facts);
        self.sound(table, decision)
    }

    /// The same by the table of one document, wherever it is in force.
    ///
    /// # Errors
    /// [`Refusal`]
    pub fn inquire_by(&self, document: &Document, question: &str, on: Date, facts: Facts) -> Result<Decision, Refusal> {
        self.known(question, on)?;
        let table = self.table_by(&document.id, question, on).ok();
        let facts = match table {
            Some(table) => self.fitting(table, facts)?,
            None => facts,
        };
        let unknown = || Refusal::Question(format!("没有文件“{}”", document.id));
        let decision = self.decide_by(&document.id, question, on, &facts).ok_or_else(unknown)?;
        table.map_or(Ok(decision.clone()), |table| self.sound(table, decision))
    }

    /// What is said of a question that nobody answers.
    #[must_use]
    pub fn unknown(&self, question: &str) -> Refusal {
        let all: Vec<String> = self.questions().iter().map(|q| format!("{}（{}）", q.name, q.title)).collect();
        let all = all.join("、");
        Refusal::Question(format!("没有“{}”这个问题。可以问：{all}", crate::value::short(question)))
    }

    /// Whether there is such a question, and a document that had begun.
    fn known(&self, question: &str, on: Date) -> Result<(), Refusal> {
        if !self.tables.contains_key(question) {
            return Err(self.unknown(question));
        }
        let first = self.documents().map(|d| d.period.from).min();
        match first.filter(|first| on < *first) {
            Some(first) => Err(Refusal::Day(format!("{on} 早于全部文件的施行日，最早的自 {first} 起"))),
            None => Ok(()),
        }
    }

    /// The facts that the table wants, or all that is wrong with them.
    fn fitting(&self, table: &Table, mut facts: Facts) -> Result<Facts, Refusal> {
        let mut wrong = vec![];
        for Want { name, form } in self.wants(table) {
            let Some(value) = facts.get(name) else { continue };
            let mut say = |fact: String, message: String| wrong.push(Wrong { fact, message });
            match (form, value) {
                (Form::One(column), Value::Nothing) if !matches!(column.kind, Kind::Maybe(_)) => {
                    facts.0.remove(name);
                }
                (Form::One(column), value) => {
                    if let Some(why) = column.wrong(value) {
                        say(name.to_owned(), format!("“{name}”{why}"));
                    }
                }
                (Form::List(columns), Value::List(items)) => {
                    for (at, item) in items.iter().enumerate() {
                        let of = |column: &&Column| item.get(&column.name).and_then(|value| column.wrong(value));
                        for column in &columns {
                            if let Some(why) = of(column) {
                                let at = at + 1;
                                say(
                                    format!("{name}[{at}].{}", column.name),
                                    format!("“{name}”第 {at} 项的“{}”{why}", column.name),
                                );
                            }
                        }
                    }
                }
                (Form::List(_), Value::Set(none)) if none.is_empty() => {}
                (Form::List(columns), value) => {
                    let names = columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>().join("、");
                    say(name.to_owned(), format!("“{name}”应为列表，每项写 {names}，这里是“{value}”"));
                }
            }
        }
        if wrong.is_empty() { Ok(facts) } else { Err(Refusal::Facts(wrong)) }
    }

    /// A decision, unless it is open because of what the asker said.
    fn sound(&self, table: &Table, decision: Decision) -> Result<Decision, Refusal> {
        let Some(reason) = decision.undecided() else { return Ok(decision) };
        let absent = self.wants(table).into_iter().filter(|want| decision.facts.get(want.name).is_none());
        let missing: Vec<&str> =
            absent.map(|want| want.name).filter(|name| reason.contains(&format!("缺少“{name}”"))).collect();
        if !missing.is_empty() || reason.contains("缺少“") {
            return Err(Refusal::Facts(vec![Wrong {
                fact: missing.join("、"),
                message: self.hinted(table, &decision, reason),
            }]));
        }
        if let Some(wrong) = derived(table, reason) {
            return Err(Refusal::Facts(wrong));
        }
        if reason.contains("得不出") || reason.contains("超出可表示的范围") {
            return Err(Refusal::Overflow(format!("{reason}：给出的数太大，请核对")));
        }
        Ok(decision)
    }

    /// What is missing, which facts the question wants, and which of the given ones it has no use for: perhaps misspelt.
    fn hinted(&self, table: &Table, decision: &Decision, reason: &str) -> String {
        let wanted: BTreeSet<&str> =
            self.wants(table).iter().chain(&self.wants_of(&table.question)).map(|want| want.name).collect();
        let other: Vec<String> = decision
            .facts
            .0
            .keys()
            .filter(|name| !wanted.contains(name.as_str()))
            .map(|n| format!("“{}”", crate::value::short(n)))
            .collect();
        let wants = self.wants(table);
        let mut said = reason.to_owned();
        if wants.len() > 1 {
            let all: Vec<&str> = wants.iter().map(|want| want.name).collect();
            said += &format!("；这个问题看的情况有 {}", all.join("、"));
        }
        if !other.is_empty() {
            said += &format!("；给出的{}不是这个问题要的", other.join("、"));
        }
        said
    }

    /// The decision as it is handed out; `area` as it was asked.
    #[must_use]
    pub fn reply_of(&self, decision: &Decision, area: &str) -> Reply {
        let table = self.table_of(decision);
        let outcome = decision.undecided().is_none().then(|| {
            let mut all = Facts::from(decision).0;
            let optional = table.into_iter().filter(|table| table.lines.is_none()).flat_map(|table| &table.outputs);
            for column in optional.filter(|column| column.optional) {
                all.entry(column.name.clone()).or_insert(Value::Nothing);
            }
            all
        });
        let ground = |b: &crate::Because| Ground {
            clause: b.clause.to_string(),
            table: b.table.clone(),
            row: b.row,
            inputs: b.inputs.iter().cloned().collect(),
            parameters: b.parameters.iter().cloned().collect(),
        };
        Reply {
            question: decision.question.clone(),
            area: area.to_owned(),
            on: decision.on,
            document: table.map(|table| table.document.clone()),
            outcome,
            because: decision.because.iter().map(ground).collect(),
            undecided: decision.undecided().map(str::to_owned),
            unverified: decision.unverified.clone(),
        }
    }

    /// The table that answered a decision: the one its trace names, else the one in force for its place.
    #[must_use]
    pub fn table_of(&self, decision: &Decision) -> Option<&Table> {
        let named = decision.because.first().and_then(|because| self.named_table(because));
        named.or_else(|| self.table_for(&decision.question, decision.place, decision.on).ok())
    }
}

/// The facts from which an input follows that is not of its type: last done on a day still to come.
fn derived(table: &Table, reason: &str) -> Option<Vec<Wrong>> {
    let wrong = |column: &&Column| column.computed.is_some() && reason.contains(&format!("“{}”应为", column.name));
    let column = table.inputs.iter().find(wrong)?;
    let names: Vec<&str> = column.sources.iter().filter_map(|at| Some(table.inputs.get(*at)?.name.as_str())).collect();
    let from = names.iter().map(|name| format!("“{name}”")).collect::<Vec<_>>().join("、");
    let message = format!("{from}与提问的日期不相符：由它算出的{reason}");
    Some(vec![Wrong { fact: (*names.first()?).to_owned(), message }])
}
