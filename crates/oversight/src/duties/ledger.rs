//! The duties of the documents that are in force in an area or below it, each with its clause, its last day and how far it is. Pure.

use super::model::{Note, Progress};
use kernel::{Area, Date};
use policy::{Clause, Document, Duty, Facts, Library};

/// A line of the ledger.
#[derive(Clone, Debug)]
pub struct Line<'a> {
    /// The duty.
    pub duty: &'a Duty,
    /// Its clause.
    pub clause: &'a Clause,
    /// Its document.
    pub document: &'a Document,
    /// Last day, where the document names a year.
    pub by: Option<Date>,
    /// What was noted last for the area.
    pub note: Option<Note>,
}

impl Line<'_> {
    /// Who answers for it.
    #[must_use]
    pub fn departments(&self) -> &[String] {
        if self.duty.departments.is_empty() { &self.clause.departments } else { &self.duty.departments }
    }

    /// How far it is: not begun while nobody noted anything.
    #[must_use]
    pub fn state(&self) -> Progress {
        self.note.as_ref().map_or(Progress::NotBegun, |note| note.state)
    }

    /// Whether its last day is over and it is not done; only for what is a must.
    #[must_use]
    pub fn overdue(&self, today: Date) -> bool {
        self.duty.duty == "must" && self.by.is_some_and(|day| day < today) && self.state() != Progress::Done
    }

    /// By when, in words.
    #[must_use]
    pub fn by_words(&self) -> String {
        let words = self.duty.by.as_deref().or(self.clause.deadline.as_deref()).unwrap_or_default();
        match self.by {
            Some(day) => format!("{words}（至 {day}）"),
            None => words.to_owned(),
        }
    }

    /// Its page.
    #[must_use]
    pub fn href(&self) -> String {
        format!("/duties/of/{}", self.duty.id)
    }

    /// What it asks, with the number.
    #[must_use]
    pub fn what(&self) -> String {
        let quantity = self.duty.quantity();
        if quantity.is_empty() { self.duty.what.clone() } else { format!("{}：{quantity}", self.duty.what) }
    }
}

/// Whether a document says something to an area on a day: it holds there, or in a part of it.
fn speaks(document: &Document, area: Area, on: Date) -> bool {
    document.period.contains(on) && (document.area.contains(area) || area.contains(document.area))
}

/// The last day of a duty, if its own document names one.
fn last_day(library: &Library, duty: &Duty, on: Date) -> Option<Date> {
    let facts = Facts::new().with("goal", duty.id.as_str());
    let decision = library.decide_by(&duty.document, "deadline", on, &facts)?;
    match decision.get("by")? {
        policy::Value::Date(day) => Some(*day),
        _ => None,
    }
}

/// All duties of an area on a day, in the order of the documents; `notes` are the latest of each duty.
#[must_use]
pub fn lines<'a>(library: &'a Library, area: Area, on: Date, notes: &[(String, Note)]) -> Vec<Line<'a>> {
    let line = |duty: &'a Duty| {
        let document = library.document(&duty.document).filter(|d| speaks(d, area, on))?;
        let clause = library.clause(&duty.clause)?;
        let note = notes.iter().find(|(id, note)| *id == duty.id && note.area == area).map(|(_, note)| note.clone());
        Some(Line { duty, clause, document, by: last_day(library, duty, on), note })
    };
    library.duties().filter_map(line).collect()
}

/// One duty, wherever it holds.
#[must_use]
pub fn line<'a>(library: &'a Library, id: &str, on: Date, note: Option<Note>) -> Option<Line<'a>> {
    let duty = library.duties().find(|duty| duty.id == id)?;
    let (document, clause) = (library.document(&duty.document)?, library.clause(&duty.clause)?);
    Some(Line { duty, clause, document, by: last_day(library, duty, on), note })
}

/// Every department that answers for one of the lines, once, in their order.
#[must_use]
pub fn departments(lines: &[Line<'_>]) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for department in lines.iter().flat_map(Line::departments) {
        if !all.contains(department) {
            all.push(department.clone());
        }
    }
    all
}
