//! Stays and beds of elder-care institutions (clauses NT-1.3b, SH-1.1c, JX-8, JX-14a, JX-18a): rooms and beds on one picture,
//! the queue with its channels, admission by level, leave, return, moving, discharge; medical and elder-care beds counted
//! apart; conversion between them; zones while an outbreak lasts.
//!
//! For the institution's own staff, the county's clerks and supervisors. What a channel, a level, a conversion or a zone
//! allows is asked of the policy library. The store itself refuses a bed that is given twice and more people than open beds.
//!
//! | state | event | next |
//! |---|---|---|
//! | waiting | invite | invited |
//! | waiting | admit | living |
//! | waiting | withdraw | withdrawn |
//! | invited | release | waiting |
//! | invited | admit | living |
//! | invited | withdraw | withdrawn |
//! | living | move | living |
//! | living | leave | away |
//! | away | return | living |
//! | living | hospital | hospital |
//! | away | hospital | hospital |
//! | hospital | return | living |
//! | living | discharge | discharged |
//! | away | discharge | discharged |
//! | hospital | discharge | discharged |
//!
//! | reason | against |
//! |---|---|
//! | BED-01 | identity number and name are not those of one elder of the area |
//! | BED-02 | dead or moved away |
//! | BED-03 | waits or lives here or elsewhere already |
//! | BED-04 | somebody else has the bed |
//! | BED-05 | the bed is closed |
//! | BED-06 | no assessment in force, or the documents do not answer |
//! | BED-07 | the level asks for a nursing bed |
//! | BED-08 | crosses a line between zones |
//! | BED-09 | staff or equipment of another zone |
//! | BED-10 | occupied ≤ open ≤ all does not hold |
//! | BED-11 | the conversion is not allowed |
//! | BED-12 | not this institution's, or not an institution with beds |
//! | BED-13 | somebody comes earlier in the queue |
//! | BED-14 | in hospital |
//!
//! | file | holds |
//! |---|---|
//! | [`model`] | what a bed, a resident, a channel is; what stands against giving a bed |
//! | [`store`] | the database; residents' steps in `store/steps.rs`, what follows in `store/following.rs`, rooms in `store/rooms.rs`, figures in `store/figures.rs` |
//! | [`outbreak`] | what stands against crossing a line, for the planner of visits too |
//!
//! | route | permission |
//! |---|---|
//! | `GET /beds`, `/beds/{institution}`, `…/queue`, `…/figures`, `…/outbreak`, `…/bed/{bed}`, `/beds/residents/{elder}/{id}`, `…/print` | beds.read |
//! | `POST /beds/{institution}/queue`, `/beds/residents/{elder}/{id}/…` | beds.write |
//! | `GET /beds/{institution}/rooms`, `POST …/rooms`, `…/rooms/{room}`, `…/bed/{bed}/state`, `…/bed/{bed}/convert`, `…/outbreak…` | beds.manage |

pub mod model;
pub mod outbreak;
mod pages;
pub mod store;
#[cfg(test)]
mod tests;
mod views;

pub use model::{Bed, BedUse, Key, Plan, Resident, State, TRANSITIONS};
pub use store::following::{follow, open};
pub use store::steps::tidy_up;
pub use views::{card, timeline, work};
use web::{Nav, Permission, Routes};

/// Sees beds and the queue.
pub const READ: Permission = Permission("beds.read");
/// Puts into the queue, admits, moves, discharges.
pub const WRITE: Permission = Permission("beds.write");
/// Draws rooms and beds, closes and converts them, keeps zones apart.
pub const MANAGE: Permission = Permission("beds.manage");

/// The menu entry.
pub const NAV: &[Nav] =
    &[Nav { group: "机构养老", title: "床位与入住", href: "/beds", permission: READ, order: 330 }];

/// All routes of the capability.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .get("/beds", READ, pages::overview::list)
        .get("/beds/{institution}", READ, pages::picture::show)
        .get("/beds/{institution}/rooms", MANAGE, pages::rooms::show)
        .post("/beds/{institution}/rooms", MANAGE, pages::rooms::draw)
        .post("/beds/{institution}/rooms/{room}", MANAGE, pages::rooms::zone)
        .get("/beds/{institution}/bed/{bed}", READ, pages::bed::show)
        .post("/beds/{institution}/bed/{bed}/state", MANAGE, pages::bed::state)
        .post("/beds/{institution}/bed/{bed}/convert", MANAGE, pages::bed::convert)
        .get("/beds/{institution}/queue", READ, pages::queue::show)
        .post("/beds/{institution}/queue", WRITE, pages::queue::apply)
        .get("/beds/{institution}/figures", READ, pages::figures::show)
        .get("/beds/{institution}/outbreak", READ, pages::outbreak::show)
        .post("/beds/{institution}/outbreak", MANAGE, pages::outbreak::begin)
        .post("/beds/{institution}/outbreak/end", MANAGE, pages::outbreak::end)
        .post("/beds/{institution}/outbreak/dedicate", MANAGE, pages::outbreak::dedicate)
        .get("/beds/residents/{elder}/{id}", READ, pages::resident::show)
        .get("/beds/residents/{elder}/{id}/print", READ, pages::resident::print)
        .post("/beds/residents/{elder}/{id}/invite", WRITE, pages::resident::invite)
        .post("/beds/residents/{elder}/{id}/release", WRITE, pages::resident::release)
        .post("/beds/residents/{elder}/{id}/admit", WRITE, pages::resident::admit)
        .post("/beds/residents/{elder}/{id}/withdraw", WRITE, pages::resident::withdraw)
        .post("/beds/residents/{elder}/{id}/move", WRITE, pages::resident::relocate)
        .post("/beds/residents/{elder}/{id}/leave", WRITE, pages::resident::leave)
        .post("/beds/residents/{elder}/{id}/return", WRITE, pages::resident::come_back)
        .post("/beds/residents/{elder}/{id}/discharge", WRITE, pages::resident::discharge)
}
