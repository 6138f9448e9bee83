//! Vaccination of elders (疫苗接种, clause JX-18a): influenza and pneumonia. Who is due by the table `vaccine_due`, what is asked
//! before by `vaccine_asking`, lots that are received and used up, reactions, and the share that is covered, area by area.
//!
//! | reason | against |
//! |---|---|
//! | VA-01 | dead or moved away |
//! | VA-02 | not due by the table |
//! | VA-03 | a contraindication: never, or not now |
//! | VA-04 | a lot that is out of date, used up, stopped, of another vaccine or of another institution |
//! | VA-05 | a dose of this vaccine on this day already |
//! | VA-06 | a reaction to what was not given |
//! | VA-07 | lots of an institution that is not one's own |
//!
//! | route | permission |
//! |---|---|
//! | `GET /vaccinations`, `/vaccinations/coverage`, `/vaccinations/season`, `/vaccinations/lots`, `/vaccinations/{elder}` | vaccinations.read |
//! | `GET /vaccinations/{elder}/new`, `POST /vaccinations/{elder}`, `…/{id}/reaction` | vaccinations.write |
//! | `POST /vaccinations/lots`, `/vaccinations/lots/{id}/stop` | vaccinations.write |

pub mod due;
pub mod model;
mod pages;
pub mod store;
#[cfg(test)]
mod tests;
mod views;

pub use views::{card, timeline, work};
use web::{Nav, Permission, Routes};

/// Sees doses and lots.
pub const READ: Permission = Permission("vaccinations.read");
/// Gives doses, keeps lots.
pub const WRITE: Permission = Permission("vaccinations.write");

/// The menu entry.
pub const NAV: &[Nav] =
    &[Nav { group: "健康服务", title: "疫苗接种", href: "/vaccinations", permission: READ, order: 360 }];

/// All routes of the capability.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .get("/vaccinations", READ, pages::lists::due)
        .get("/vaccinations/coverage", READ, pages::lists::coverage)
        .get("/vaccinations/season", READ, pages::lists::season)
        .get("/vaccinations/lots", READ, pages::lots::list)
        .post("/vaccinations/lots", WRITE, pages::lots::add)
        .post("/vaccinations/lots/{lot}/stop", WRITE, pages::lots::stop)
        .get("/vaccinations/{elder}", READ, pages::dose::of_elder)
        .post("/vaccinations/{elder}", WRITE, pages::dose::save)
        .get("/vaccinations/{elder}/new", WRITE, pages::dose::blank)
        .post("/vaccinations/{elder}/{id}/reaction", WRITE, pages::dose::reaction)
}
