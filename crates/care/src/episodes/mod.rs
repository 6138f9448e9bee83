//! Episodes (照护全程): the spine of an elder's care. Where they are now, since when and because of what; who leads; the plan
//! with its goals; the team; what is open elsewhere; one thread of everything. An elder has at most one open episode. It opens
//! by itself with the first contract, admission, moving in, home sickbed, day care or hospice, and closes with death, with
//! moving away, or by hand when nothing is open any more.
//!
//! The place follows what happens to the elder (`kernel::Happening`, told in the same transaction):
//!
//! | state | event | next |
//! |---|---|---|
//! | home | admitted_to_hospital | ward |
//! | home | moved_in | institution |
//! | home | sickbed_opened | sickbed |
//! | home | day_care_begun | day_care |
//! | home | hospice_begun | hospice |
//! | day_care | admitted_to_hospital | ward |
//! | day_care | moved_in | institution |
//! | day_care | sickbed_opened | sickbed |
//! | day_care | hospice_begun | hospice |
//! | day_care | day_care_ended | back |
//! | sickbed | admitted_to_hospital | ward |
//! | sickbed | moved_in | institution |
//! | sickbed | hospice_begun | hospice |
//! | sickbed | sickbed_closed | back |
//! | institution | admitted_to_hospital | ward |
//! | institution | moved_in | institution |
//! | institution | hospice_begun | hospice |
//! | institution | moved_out | back |
//! | ward | admitted_to_hospital | ward |
//! | ward | moved_in | institution |
//! | ward | hospice_begun | hospice |
//! | ward | left_hospital | back |
//! | hospice | admitted_to_hospital | ward |
//! | hospice | moved_in | institution |
//! | hospice | hospice_ended | back |
//! | home | died | gone |
//! | home | moved_away | gone |
//! | day_care | died | gone |
//! | day_care | moved_away | gone |
//! | sickbed | died | gone |
//! | sickbed | moved_away | gone |
//! | institution | died | gone |
//! | institution | moved_away | gone |
//! | ward | died | gone |
//! | ward | moved_away | gone |
//! | hospice | died | gone |
//! | hospice | moved_away | gone |
//!
//! `back` is the place that was kept last (the bed in the institution during a stay in hospital), or home; `gone` closes the
//! episode.
//!
//! # For a capability that has something open
//!
//! 1. It is its own follower: `pub fn follow(tx, by, happening) -> db::Result<()>`, named in the wiring after [`follow`]. It
//!    asks [`ends`] whether and with which words its thing ends, rests or goes on; does so; and writes that on the thread with
//!    [`followed`]. It acts as [`follower`]: what follows by itself is not held up by the sight of who began it.
//! 2. It says what is open in `pub fn open(tx, by, elder) -> db::Result<Vec<OpenThing>>`, named in the wiring among
//!    [`OpenThings`] with the permission that the reader needs.
//! 3. It tells what is its own (`tx.tell`): moving in and out, the opening and closing of a home sickbed …; the place follows.
//! 4. Anything else worth a line on the thread: [`note`].
//!
//! | reason | against |
//! |---|---|
//! | EP-01 | an open episode already |
//! | EP-02 | dead or moved away |
//! | EP-03 | closing by hand while something is open |
//! | EP-04 | the episode is closed |
//! | EP-05 | who is to lead or to join works for none of the institutions that serve the elder |
//! | EP-06 | in the team already |
//! | EP-21 … EP-64 | what ends by itself, see [`ending::RULES`] |
//!
//! | file | holds |
//! |---|---|
//! | [`model`] | what an episode is, where a happening takes the elder |
//! | [`ending`] | what ends, rests or goes on with what |
//! | [`store`] | the database; what follows in `store/following.rs`, the steps in `store/steps.rs`, lists in `store/lists.rs` |
//! | [`jobs`] | what the night does |
//!
//! | route | permission |
//! |---|---|
//! | `GET /episodes`, `/episodes/{elder}`, `/episodes/{elder}/print` | episodes.read |
//! | `POST /episodes/{elder}`, `…/close`, `…/lead`, `…/goals`, `…/goals/{goal}`, `…/team`, `…/team/{member}/leave`, `…/notes` | episodes.write |

pub mod ending;
pub mod jobs;
pub mod model;
mod pages;
pub mod store;
#[cfg(test)]
mod tests;
mod views;

use db::{Actor, Tx};
pub use ending::{Effect, Ending, OpenThing, Thing, ends};
use kernel::ElderId;
pub use model::{Episode, Place, TRANSITIONS};
pub use store::{follow, followed, follower, note};
pub use views::{card, timeline, work};
use web::{Nav, Permission, Routes};

/// Sees episodes.
pub const READ: Permission = Permission("episodes.read");
/// Opens and closes, names who leads, sets goals, changes the team, writes notes.
pub const WRITE: Permission = Permission("episodes.write");

/// The menu entry.
pub const NAV: &[Nav] =
    &[Nav { group: "健康服务", title: "照护全程", href: "/episodes", permission: READ, order: 290 }];

/// All routes of the capability.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .get("/episodes", READ, pages::list::list)
        .get("/episodes/{elder}", READ, pages::show::show)
        .get("/episodes/{elder}/print", READ, pages::print::show)
        .post("/episodes/{elder}", WRITE, pages::forms::open)
        .post("/episodes/{elder}/close", WRITE, pages::forms::close)
        .post("/episodes/{elder}/lead", WRITE, pages::forms::lead)
        .post("/episodes/{elder}/goals", WRITE, pages::forms::add_goal)
        .post("/episodes/{elder}/goals/{goal}", WRITE, pages::forms::end_goal)
        .post("/episodes/{elder}/team", WRITE, pages::forms::join)
        .post("/episodes/{elder}/team/{member}/leave", WRITE, pages::forms::leave)
        .post("/episodes/{elder}/notes", WRITE, pages::forms::remark)
}

/// Says what of a capability is open for an elder. The elder is visible to the actor when it is asked.
pub type OpenSource = fn(&mut Tx<'_>, &Actor, ElderId) -> db::Result<Vec<OpenThing>>;

/// All sources with what their reader must be allowed to see, put into the state at wiring time.
#[derive(Clone, Default)]
pub struct OpenThings(pub Vec<(Permission, OpenSource)>);

impl OpenThings {
    /// What is open for an elder and may be seen, the oldest first.
    ///
    /// # Errors
    /// What a source says.
    pub fn of(
        &self,
        tx: &mut Tx<'_>,
        by: &Actor,
        may: impl Fn(Permission) -> bool,
        elder: ElderId,
    ) -> db::Result<Vec<OpenThing>> {
        let mut all = vec![];
        for (_, source) in self.0.iter().filter(|(needed, _)| may(*needed)) {
            all.extend(source(tx, by, elder)?);
        }
        all.sort_by(|a, b| (a.since, a.thing, &a.title).cmp(&(b.since, b.thing, &b.title)));
        Ok(all)
    }
}
