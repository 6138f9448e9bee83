//! Import batches: their states, and what became of each row.

use super::matching::Layout;
use kernel::{Area, BatchId, Instant, JobId};
use serde::{Deserialize, Serialize};

pub use super::kinds::Kind;

/// From, event, to. The same as in the module's table.
pub const TRANSITIONS: &[(&str, &str, &str)] = &[
    ("uploaded", "check", "checked"),
    ("uploaded", "reject", "rejected"),
    ("checked", "rematch", "uploaded"),
    ("checked", "apply", "applying"),
    ("applying", "finish", "applied"),
    ("applied", "undo", "undone"),
    ("uploaded", "discard", "discarded"),
    ("checked", "discard", "discarded"),
    ("rejected", "discard", "discarded"),
];

/// The state that an event leads to, if it may happen in this one.
#[must_use]
pub fn next(state: State, event: &str) -> Option<State> {
    let found = TRANSITIONS.iter().find(|(from, by, _)| *from == state.code() && *by == event);
    found.and_then(|(_, _, to)| State::parse(to))
}

registry::choice! {
    /// How far a batch is.
    pub enum State {
        /// The file is there; the dry run is to come.
        Uploaded = "uploaded" "待核对",
        /// The file cannot be read; nothing more can be done with it.
        Rejected = "rejected" "无法读取",
        /// The dry run is done: what would happen is known, nothing is written.
        Checked = "checked" "已核对，待导入",
        /// Rows are being written.
        Applying = "applying" "导入中",
        /// All rows are written.
        Applied = "applied" "已导入",
        /// Taken back whole.
        Undone = "undone" "已撤回",
        /// Put aside without being written.
        Discarded = "discarded" "已作废",
    }
}

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// 新增
    Created,
    /// 更新
    Changed,
    /// 未变
    Unchanged,
    /// 被拒
    Refused,
}

impl Outcome {
    /// All of them, in the order of pages.
    pub const ALL: &'static [Self] = &[Self::Created, Self::Changed, Self::Unchanged, Self::Refused];

    /// The number in the database.
    #[must_use]
    pub const fn number(self) -> i64 {
        match self {
            Self::Created => 1,
            Self::Changed => 2,
            Self::Unchanged => 3,
            Self::Refused => 4,
        }
    }

    /// Reads a number.
    #[must_use]
    pub fn of(number: i64) -> Option<Self> {
        Self::ALL.iter().copied().find(|outcome| outcome.number() == number)
    }

    /// The Chinese name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Created => "新增",
            Self::Changed => "更新",
            Self::Unchanged => "未变",
            Self::Refused => "被拒",
        }
    }
}

/// How many rows of each outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Rows with something in them below the headings.
    pub rows: i64,
    /// 新增
    pub created: i64,
    /// 更新
    pub changed: i64,
    /// 未变
    pub unchanged: i64,
    /// 被拒
    pub refused: i64,
}

impl Counts {
    /// Counts one row.
    pub fn add(&mut self, outcome: Outcome) {
        self.rows += 1;
        *match outcome {
            Outcome::Created => &mut self.created,
            Outcome::Changed => &mut self.changed,
            Outcome::Unchanged => &mut self.unchanged,
            Outcome::Refused => &mut self.refused,
        } += 1;
    }

    /// Rows of one outcome.
    #[must_use]
    pub const fn of(&self, outcome: Outcome) -> i64 {
        match outcome {
            Outcome::Created => self.created,
            Outcome::Changed => self.changed,
            Outcome::Unchanged => self.unchanged,
            Outcome::Refused => self.refused,
        }
    }

    /// In one sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        format!(
            "共 {} 行：新增 {}，更新 {}，未变 {}，被拒 {}",
            self.rows, self.created, self.changed, self.unchanged, self.refused
        )
    }
}

/// What the person who imports decides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Options {
    /// 以文件为准: names of the file replace those on record.
    #[serde(default)]
    pub rename: bool,
}

/// An import batch.
#[derive(Clone, Debug)]
pub struct Batch {
    /// Identity.
    pub id: BatchId,
    /// Which kind of roster.
    pub kind: Kind,
    /// Name of the file.
    pub file_name: String,
    /// SM3 of the file.
    pub file_sm3: String,
    /// Size of the file.
    pub bytes: i64,
    /// How far it is.
    pub state: State,
    /// Where things stand in the file; once it has been read.
    pub layout: Option<Layout>,
    /// What was decided.
    pub options: Options,
    /// Remarks on the file: merged cells, ignored columns.
    pub notes: Vec<String>,
    /// Why the file as a whole cannot be used, or what is to be known first.
    pub problem: String,
    /// How many rows of each outcome.
    pub counts: Counts,
    /// Number of the last row that is done.
    pub done_row: i64,
    /// Where the file lies: in the folder of uploads, or anywhere for the command line.
    pub stored: String,
    /// Who brought it.
    pub by_name: String,
    /// How far they see.
    pub area: Area,
    /// The job that works or worked on it last.
    pub job: Option<JobId>,
    /// When it was brought.
    pub created_at: Instant,
    /// When it was written.
    pub applied_at: Option<Instant>,
    /// When it was taken back.
    pub undone_at: Option<Instant>,
}

/// What became of a row, for the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowResult {
    /// Number in the file.
    pub number: i64,
    /// What became of it.
    pub outcome: Outcome,
    /// What it is now: id of the elder, institution …; in bytes.
    pub subject: Option<Vec<u8>>,
    /// The elder that a check-up or stay belongs to.
    pub owner: Option<Vec<u8>>,
    /// Address of the first faulty cell.
    pub cell: String,
    /// Why it was refused, or which fields were changed.
    pub reason: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_listed_steps_are_possible() {
        let events = ["check", "reject", "rematch", "apply", "finish", "undo", "discard"];
        let mut possible = 0;
        for state in State::ALL {
            assert_eq!(State::parse(state.code()), Some(*state));
            for event in events {
                possible += usize::from(next(*state, event).is_some());
            }
        }
        assert_eq!(possible, TRANSITIONS.len());
        assert_eq!(next(State::Checked, "apply"), Some(State::Applying));
        assert_eq!(next(State::Applied, "apply"), None);
        assert_eq!(next(State::Undone, "undo"), None);
    }

    #[test]
    fn counts_add_up() {
        let mut counts = Counts::default();
        Outcome::ALL.iter().for_each(|outcome| counts.add(*outcome));
        assert_eq!(counts.sentence(), "共 4 行：新增 1，更新 1，未变 1，被拒 1");
        assert!(Outcome::ALL.iter().all(|o| counts.of(*o) == 1 && Outcome::of(o.number()) == Some(*o)));
    }
}
