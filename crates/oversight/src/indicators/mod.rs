//! Indicators (指标): the figures of the policy document, each with what is counted, among whom, its target, and the list
//! behind it. People are counted on the column copy, institutions and streets from their registers; lists come from SQL.
//!
//! | file | holds |
//! |---|---|
//! | [`model`] | what an indicator is in the profession's words; measures, targets, verdicts |
//! | [`rules`] | what the documents say about who counts, asked once |
//! | [`people`], [`places`] | counting people in one pass; counting institutions, streets, counties |
//! | [`survey`] | all indicators of an area and of its parts |
//! | [`store`] | the ground, the lists behind the figures, the figures that are kept |
//! | [`listing`], [`book`], [`text`] | the list behind a figure; workbooks; the table on a terminal |
//! | `pages` | the pages |
//!
//! | route | permission |
//! |---|---|
//! | `GET /indicators`, `/indicators/export` | indicators.read |
//! | `GET /indicators/{code}` | indicators.read |
//! | `GET /indicators/{code}/list`, `/indicators/{code}/export` | indicators.read; lists of people also elders.read |

pub mod book;
pub mod jobs;
pub mod listing;
pub mod model;
mod pages;
pub mod people;
pub mod places;
pub mod rules;
pub mod store;
pub mod survey;
#[cfg(test)]
mod tests;
pub mod text;

use db::{Actor, Db};
use kernel::Area;
use policy::Library;
use registry::elders::Columns;
use web::{Error, Nav, Permission, Routes};

pub use jobs::{daily, verify, work};
pub use model::{Code, Figure, Goal, Measure, Side, Verdict};
pub use survey::{Ask, Survey};

/// Sees indicators.
pub const READ: Permission = Permission("indicators.read");

/// The menu entry.
pub const NAV: &[Nav] =
    &[Nav { group: "监管", title: "考核指标", href: "/indicators", permission: READ, order: 600 }];

/// All routes of the capability.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .get("/indicators", READ, pages::overview)
        .get("/indicators/export", READ, pages::export)
        .get("/indicators/{code}", READ, pages::one::show)
        .get("/indicators/{code}/list", READ, pages::list::show)
        .get("/indicators/{code}/export", READ, pages::list::export)
}

/// All indicators of an area on a day.
///
/// # Errors
/// See [`Survey::take`].
pub fn all(db: &Db, columns: &Columns, library: &Library, by: &Actor, ask: &Ask) -> Result<Vec<Figure>, Error> {
    Ok(Survey::take(db, columns, library, by, ask)?.figures)
}

/// The indicators of an area today as a table for a terminal.
///
/// # Errors
/// See [`Survey::take`].
pub fn report(db: &Db, library: &Library, by: &Actor, area: Area) -> Result<String, Error> {
    let ask = Ask { area, on: by.today(), month: None };
    Ok(text::table(&Survey::take(db, &Columns::default(), library, by, &ask)?))
}
