//! Assessments (评估): from application to a level that holds, and to its expiry.
//!
//! The scales are data (`scales/`): GB/T 42195 老年人能力 and the 2021 disability levels of the care insurance. Periods and
//! numbers of assessors are parameters of the documents ([`rules`]). A partial form is never scored; each result shows how it
//! came about, item by item. For applicants' counters, assessors with a tablet, reviewers, and the insurance office.
//!
//! | state | event | next |
//! |---|---|---|
//! | applied | accept | accepted |
//! | applied | reject | rejected |
//! | applied | withdraw | withdrawn |
//! | applied | cancel | cancelled |
//! | accepted | assign | assigned |
//! | accepted | withdraw | withdrawn |
//! | accepted | cancel | cancelled |
//! | assigned | assign | assigned |
//! | assigned | begin | assessing |
//! | assigned | withdraw | withdrawn |
//! | assigned | cancel | cancelled |
//! | assessing | assign | assessing |
//! | assessing | begin | assessing |
//! | assessing | differ | compared |
//! | assessing | agree | proposed |
//! | assessing | withdraw | withdrawn |
//! | assessing | cancel | cancelled |
//! | compared | agree | proposed |
//! | compared | add | assessing |
//! | compared | withdraw | withdrawn |
//! | compared | cancel | cancelled |
//! | proposed | approve | reviewed |
//! | proposed | return | compared |
//! | proposed | withdraw | withdrawn |
//! | proposed | cancel | cancelled |
//! | reviewed | notice | noticed |
//! | reviewed | effect | effective |
//! | reviewed | cancel | cancelled |
//! | noticed | dispute | disputed |
//! | noticed | effect | effective |
//! | noticed | cancel | cancelled |
//! | disputed | dismiss | noticed |
//! | disputed | reassess | reassessing |
//! | disputed | cancel | cancelled |
//! | reassessing | assign | reassessing |
//! | reassessing | begin | reassessing |
//! | reassessing | differ | compared |
//! | reassessing | agree | proposed |
//! | reassessing | cancel | cancelled |
//! | effective | replace | replaced |
//! | effective | expire | expired |
//! | effective | cancel | cancelled |
//!
//! | route | permission |
//! |---|---|
//! | `GET /assessments`, `GET /assessments/notices`, `GET /assessments/{elder}/{id}`, `…/sheet` | assessments.read |
//! | `GET /assessments/new`, `POST /assessments`, `…/withdraw` | assessments.apply |
//! | `…/accept`, `…/reject`, `…/assign`, `…/add`, `…/dismiss`, `…/reassess` | assessments.accept |
//! | `…/form`, `…/submit`, `…/reconcile` | assessments.assess |
//! | `…/review`, `…/notice`, `POST /assessments/notices/close` | assessments.review |
//! | `…/dispute` | assessments.dispute |

pub mod compare;
pub mod jobs;
pub mod model;
mod pages;
pub mod rules;
pub mod steps;
pub mod store;
#[cfg(test)]
mod tests;
mod views;

pub use model::{Application, EffectiveResult, Key, State, TRANSITIONS};
pub(crate) use pages::form::{answers as read_answers, flag_card, item_card};
pub(crate) use pages::parts::answer_text;
pub use steps::follow;
pub use views::{card, open, timeline, work};
use web::{Nav, Permission, Routes};

/// Sees assessments.
pub const READ: Permission = Permission("assessments.read");
/// Hands in and withdraws applications.
pub const APPLY: Permission = Permission("assessments.apply");
/// Admits applications and names assessors.
pub const ACCEPT: Permission = Permission("assessments.accept");
/// Fills in forms.
pub const ASSESS: Permission = Permission("assessments.assess");
/// Reviews results and gives public notice.
pub const REVIEW: Permission = Permission("assessments.review");
/// Writes down objections.
pub const DISPUTE: Permission = Permission("assessments.dispute");

/// The menu entries.
pub const NAV: &[Nav] = &[
    Nav { group: "评估", title: "评估办理", href: "/assessments", permission: READ, order: 200 },
    Nav { group: "评估", title: "评估公示", href: "/assessments/notices", permission: READ, order: 210 },
];

/// All routes of the capability.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .get("/assessments", READ, pages::list)
        .get("/assessments/new", APPLY, pages::apply::blank)
        .post("/assessments", APPLY, pages::apply::create)
        .get("/assessments/notices", READ, pages::notices)
        .post("/assessments/notices/close", REVIEW, pages::close)
        .get("/assessments/{elder}/{id}", READ, pages::case::show)
        .get("/assessments/{elder}/{id}/sheet", READ, pages::sheet::show)
        .post("/assessments/{elder}/{id}/accept", ACCEPT, pages::case::accept)
        .post("/assessments/{elder}/{id}/reject", ACCEPT, pages::case::reject)
        .post("/assessments/{elder}/{id}/withdraw", APPLY, pages::case::withdraw)
        .post("/assessments/{elder}/{id}/assign", ACCEPT, pages::case::assign)
        .post("/assessments/{elder}/{id}/add", ACCEPT, pages::case::add)
        .get("/assessments/{elder}/{id}/form", ASSESS, pages::form::show)
        .post("/assessments/{elder}/{id}/form", ASSESS, pages::form::save)
        .post("/assessments/{elder}/{id}/submit", ASSESS, pages::form::submit)
        .post("/assessments/{elder}/{id}/reconcile", ASSESS, pages::case::reconcile)
        .post("/assessments/{elder}/{id}/review", REVIEW, pages::case::review)
        .post("/assessments/{elder}/{id}/notice", REVIEW, pages::case::notice)
        .post("/assessments/{elder}/{id}/dispute", DISPUTE, pages::case::dispute)
        .post("/assessments/{elder}/{id}/dismiss", ACCEPT, pages::case::dismiss)
        .post("/assessments/{elder}/{id}/reassess", ACCEPT, pages::case::reassess)
}
