//! The list of today's work: each capability says what waits for a person; the home page shows it.

use crate::user::User;
use db::{Actor, Tx};
use kernel::Date;

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

/// Says what waits for a person. Must look only within the actor's scope and the user's permissions.
pub type WorkSource = fn(&mut Tx<'_>, &User, &Actor) -> db::Result<Vec<WorkGroup>>;

/// All sources, put into the state at wiring time.
#[derive(Default)]
pub struct WorkSources(pub Vec<WorkSource>);
