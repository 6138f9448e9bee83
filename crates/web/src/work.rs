//! The list of today's work: each capability says what waits for a person; the home page shows it.

use crate::user::User;
use db::{Actor, Tx};
use kernel::{Area, Date};
use policy::Library;

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkItem {
    /// Whom or what it concerns.
    pub title: String,
    /// What is to be done.
    pub detail: String,
    /// Where it is done.
    pub href: String,
    /// Until when.
    pub due: Option<Date>,
    /// Whether it is overdue or dangerous.
    pub urgent: bool,
}

/// Things of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkGroup {
    /// What is to be done with them: 待受理的评估申请.
    pub title: String,
    /// The first few, most urgent first.
    pub items: Vec<WorkItem>,
    /// How many there are in all.
    pub total: i64,
    /// Where all of them are.
    pub href: String,
}

/// Whose work is asked for, and by which documents it is due.
#[derive(Clone, Copy)]
pub struct Desk<'a> {
    /// Who.
    pub user: &'a User,
    /// The same as the store knows them, and the day.
    pub by: &'a Actor,
    /// The documents that say until when something is to be done.
    pub policies: &'a Library,
}

impl Desk<'_> {
    /// A number that the documents of a place set today; none where no document sets it.
    #[must_use]
    pub fn number(&self, name: &str, place: Area) -> Option<i64> {
        self.policies.parameter(name, place, self.by.today()).map(|parameter| parameter.value)
    }

    /// Whether the last day for something is over.
    #[must_use]
    pub fn overdue(&self, due: Option<Date>) -> bool {
        due.is_some_and(|day| day < self.by.today())
    }
}

/// Says what waits for a person. Must look only within the actor's scope and the user's permissions.
pub type WorkSource = fn(&mut Tx<'_>, &Desk<'_>) -> db::Result<Vec<WorkGroup>>;

/// All sources, put into the state at wiring time.
#[derive(Default)]
pub struct WorkSources(pub Vec<WorkSource>);
