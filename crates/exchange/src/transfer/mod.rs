//! Import and export of rosters (导入导出): xlsx and csv, with a dry run, a result for each row, and taking back whole.
//!
//! For the clerk who begins with three Excel files. A file is read by [`read`], its columns are found by [`matching`],
//! its rows understood by [`kinds`]; [`feed`] does that on a thread of its own while [`run`] writes, in chunks that can
//! be taken up again, through [`target`] into the capability that owns the data. What goes out is made by [`out`].
//!
//! | state | event | next |
//! |---|---|---|
//! | uploaded | check | checked |
//! | uploaded | reject | rejected |
//! | checked | rematch | uploaded |
//! | checked | apply | applying |
//! | applying | finish | applied |
//! | applied | undo | undone |
//! | uploaded | discard | discarded |
//! | checked | discard | discarded |
//! | rejected | discard | discarded |
//!
//! | route | permission |
//! |---|---|
//! | `GET /transfer`, `/transfer/{id}`, `/transfer/templates/{kind}` | `transfer.read` |
//! | `GET /transfer/{id}/refused` | `transfer.run` |
//! | `POST /transfer/upload`, `/transfer/{id}/match`, `…/apply`, `…/undo`, `…/discard` | `transfer.run` |
//! | `GET` and `POST /transfer/export/elders` | `transfer.run`, and `elders.unmask` |

pub mod export;
mod feed;
pub mod jobs;
pub mod kinds;
pub mod matching;
pub mod model;
pub mod out;
pub mod pages;
pub mod read;
pub mod run;
pub mod store;
mod target;

#[cfg(test)]
mod tests;

pub use export::{elder_book, refused_book};
pub use jobs::{Incoming, Report, Uploads, import_file, register, sweep};
pub use kinds::Kind;
pub use model::{Batch, Counts, Options, Outcome, State};
pub use pages::{NAV, routes, work};

use web::Permission;

/// Sees batches and their results.
pub const READ: Permission = Permission("transfer.read");
/// Brings files, imports them, takes them back.
pub const RUN: Permission = Permission("transfer.run");
