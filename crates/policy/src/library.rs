//! All documents and scales together: what the program asks.

use crate::decide::{Compiled, Decision, Outcome};
use crate::document::{Clause, Document, Parameter, Status, Target};
use crate::duty::Duty;
use crate::kind::Lists;
use crate::scale::Scale;
use crate::table::Table;
use crate::value::{Facts, Value};
use kernel::{Area, ClauseId, Date, Period};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Every document and scale, read and proven.
#[derive(Clone, Debug, Default)]
pub struct Library {
    pub(crate) lists: Lists,
    pub(crate) documents: BTreeMap<String, Document>,
    pub(crate) clauses: BTreeMap<ClauseId, Clause>,
    pub(crate) tables: BTreeMap<String, Vec<Arc<Table>>>,
    pub(crate) parameters: BTreeMap<String, Vec<Parameter>>,
    pub(crate) targets: Vec<Target>,
    pub(crate) duties: Vec<Duty>,
    pub(crate) scales: BTreeMap<String, Scale>,
    /// The cases of all documents, for people.
    pub(crate) tried: Vec<crate::cases::Example>,
    pub(crate) cases: usize,
    pub(crate) boundaries: usize,
}

impl Library {
    /// The table that answers a question for a place on a day, for hot loops.
    #[must_use]
    pub fn table(&self, question: &str, place: Area, on: Date) -> Option<Compiled> {
        self.find(question, place, on).ok().cloned().map(Compiled)
    }

    /// The parameter of that name for a place on a day.
    #[must_use]
    pub fn parameter(&self, name: &str, place: Area, on: Date) -> Option<&Parameter> {
        let all = self.parameters.get(name)?.iter().filter(|p| self.holds(&p.document, p.period, place, on));
        self.most_specific(all.map(|p| (p.document.as_str(), p)).collect())
    }

    /// The targets for a place on a day, of all documents in force there.
    #[must_use]
    pub fn targets(&self, place: Area, on: Date) -> Vec<&Target> {
        let holds = |target: &&Target| {
            self.documents.get(&target.document).is_some_and(|d| self.holds(&d.id, d.period, place, on))
        };
        self.targets.iter().filter(holds).collect()
    }

    /// All targets, of all documents, in the order of the files.
    pub fn all_targets(&self) -> impl Iterator<Item = &Target> {
        self.targets.iter()
    }

    /// All documents, by folder.
    pub fn documents(&self) -> impl Iterator<Item = &Document> {
        self.documents.values()
    }

    /// The document of that folder.
    #[must_use]
    pub fn document(&self, id: &str) -> Option<&Document> {
        self.documents.get(id)
    }

    /// A clause by its id.
    #[must_use]
    pub fn clause(&self, id: &ClauseId) -> Option<&Clause> {
        self.clauses.get(id)
    }

    /// All clauses, by id.
    pub fn clauses(&self) -> impl Iterator<Item = &Clause> {
        self.clauses.values()
    }

    /// All duties, in the order of the files.
    pub fn duties(&self) -> impl Iterator<Item = &Duty> {
        self.duties.iter()
    }

    /// A scale by its id.
    #[must_use]
    pub fn scale(&self, id: &str) -> Option<&Scale> {
        self.scales.get(id)
    }

    /// All scales, by id.
    pub fn scales(&self) -> impl Iterator<Item = &Scale> {
        self.scales.values()
    }

    /// All tables, by question and date.
    pub fn tables(&self) -> impl Iterator<Item = &Table> {
        self.tables.values().flatten().map(Arc::as_ref)
    }

    /// All parameters, by name and date.
    pub fn parameters(&self) -> impl Iterator<Item = &Parameter> {
        self.parameters.values().flatten()
    }

    /// The Chinese name of a word of a list: `label("medical unit", "infirmary")` is 医务室.
    #[must_use]
    pub fn label(&self, list: &str, word: &str) -> Option<&str> {
        self.lists.get(list)?.label(word)
    }

    fn holds(&self, document: &str, period: Period, place: Area, on: Date) -> bool {
        let document = self.documents.get(document);
        document.is_some_and(|d| d.area.contains(place) && d.period.contains(on)) && period.contains(on)
    }

    /// Of several candidates, the one whose document no other candidate's document overrides.
    fn most_specific<'a, T>(&self, candidates: Vec<(&str, &'a T)>) -> Option<&'a T> {
        let overrides =
            |by: &str, other: &str| self.documents.get(by).is_some_and(|d| d.overrides.iter().any(|o| o == other));
        let beaten = |id: &str| candidates.iter().any(|(other, _)| overrides(other, id));
        let mut left = candidates.iter().filter(|(id, _)| !beaten(id));
        match (left.next(), left.next()) {
            (Some((_, one)), None) => Some(one),
            _ => None,
        }
    }

    pub(crate) fn find(&self, question: &str, place: Area, on: Date) -> Result<&Arc<Table>, String> {
        let all = self.tables.get(question).ok_or_else(|| format!("没有任何文件回答“{question}”"))?;
        let here = |table: &&Arc<Table>| self.documents.get(&table.document).is_some_and(|d| d.area.contains(place));
        if !all.iter().any(|table| here(&table)) {
            return Err(self.silence(question, place, on).unwrap_or_else(|| {
                format!("{}没有文件对“{}”作出规定", named(place), self.title(question).unwrap_or(question))
            }));
        }
        let now = all.iter().filter(|table| self.holds(&table.document, table.period, place, on));
        let table = self.most_specific(now.map(|table| (table.document.as_str(), table)).collect());
        let silence = || self.silence(question, place, on);
        let title = self.title(question).unwrap_or(question);
        let none = || format!("{}在 {on} 没有施行中的文件对“{title}”作出规定", named(place));
        table.ok_or_else(|| silence().unwrap_or_else(none))
    }

    /// Why the documents in force at a place leave a question open, in the words of their packs.
    fn silence(&self, question: &str, place: Area, on: Date) -> Option<String> {
        let here = self.documents.values().filter(|d| d.area.contains(place) && d.period.contains(on));
        let said = |d: &Document| {
            d.silent.iter().find(|s| s.question == question).map(|s| format!("{} {}", d.number, s.reason))
        };
        let all: Vec<String> = here.filter_map(said).collect();
        (!all.is_empty()).then(|| all.join("；"))
    }
}

/// A place by its code: the names of places are the installation's.
pub(crate) fn named(place: Area) -> String {
    let code = place.to_string();
    let code = code.strip_suffix("000000").unwrap_or(&code);
    if place == Area::COUNTRY { "全国".into() } else { format!("地区 {code} ") }
}

impl Parameter {
    /// Why it is not verified, if it is not.
    #[must_use]
    pub fn unverified(&self) -> Option<&str> {
        match &self.status {
            Status::Unverified { why } => Some(why),
            Status::Verified => None,
        }
    }
}

/// The outcome of a decision as facts for the next question.
impl From<&Decision> for Facts {
    fn from(decision: &Decision) -> Self {
        let none = BTreeMap::<String, Value>::new();
        let values = if let Outcome::Decided(values) = &decision.outcome { values } else { &none };
        Self(values.clone())
    }
}
