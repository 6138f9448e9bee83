//! The health hut's kiosk (健康小屋; clause NT-2.2.2): an elder says who they are, measures at the station, and sees at once how it
//! stands, in large letters, a word and a sentence. What was measured goes into the health record; what is not in order waits for
//! the family doctor.
//!
//! For a screen beside a shared device ([`crate::devices::Kind::HealthHut`]) under a log-in that can do nothing else. The device
//! is bound to the person for a few minutes (`hut_minutes`); measurements come in as all others do. Identity is shown by a printed
//! card, or by the identity number together with the last four digits of the telephone: the day of birth stands in the number
//! itself and would prove nothing. Too many wrong answers close the station for a while (`hut_wrong_times`, `hut_lock_minutes`);
//! an unknown person and a wrong answer are told the same.
//!
//! | state | event | next |
//! |---|---|---|
//! | free | identify | measuring |
//! | measuring | finish | free |
//! | measuring | time_passes | free |
//! | measuring | identify | measuring |
//!
//! | reason | against |
//! |---|---|
//! | HUT-01 | nobody is at the station |
//! | HUT-02 | the elder is dead or has moved away: no card |
//!
//! | route | permission |
//! |---|---|
//! | `GET /huts`, `/huts/{device}`, `/huts/{device}/now`, `POST /huts/{device}/identify`, `/huts/{device}/finish` | huts.kiosk |
//! | `GET /huts/visits` | huts.read |
//! | `POST /huts/visits/{elder}/{id}` | huts.answer |
//! | `POST /huts/cards/{elder}` | huts.card |

pub mod bars;
pub mod model;
mod pages;
pub mod store;
#[cfg(test)]
mod tests;
mod views;
mod words;

pub use model::TRANSITIONS;
pub use store::follow;
pub use views::{timeline, work};
use web::{Nav, Permission, Routes};

/// Runs a station.
pub const KIOSK: Permission = Permission("huts.kiosk");
/// Sees who measured what.
pub const READ: Permission = Permission("huts.read");
/// Looks after what was not in order: clinicians.
pub const ANSWER: Permission = Permission("huts.answer");
/// Prints cards.
pub const CARD: Permission = Permission("huts.card");

/// The menu entries.
pub const NAV: &[Nav] = &[
    Nav { group: "监测与呼救", title: "健康小屋终端", href: "/huts", permission: KIOSK, order: 364 },
    Nav { group: "监测与呼救", title: "健康小屋测量", href: "/huts/visits", permission: READ, order: 366 },
];

/// All routes of the capability.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .get("/huts", KIOSK, pages::stations)
        .get("/huts/visits", READ, pages::visits::list)
        .post("/huts/visits/{elder}/{id}", ANSWER, pages::visits::answer)
        .post("/huts/cards/{elder}", CARD, pages::visits::card)
        .get("/huts/{device}", KIOSK, pages::kiosk::show)
        .get("/huts/{device}/now", KIOSK, pages::kiosk::now)
        .post("/huts/{device}/identify", KIOSK, pages::kiosk::identify)
        .post("/huts/{device}/finish", KIOSK, pages::kiosk::finish)
}
