//! The web side of every capability: state, routes with permissions, session, forms, errors, page shell, components.
//!
//! A request passes, from outside in: security headers, [`session`] (who is it), [`csrf`] (did they mean it),
//! the permission of its route ([`routes`]), and then the handler, which gets a [`Cx`].

pub mod assets;
pub mod audit;
pub mod csrf;
pub mod cx;
pub mod error;
pub mod form;
pub mod home;
pub mod jobs;
pub mod problem;
pub mod routes;
pub mod serve;
pub mod session;
pub mod shell;
pub mod state;
pub mod ui;
pub mod user;
pub mod work;

#[cfg(feature = "testing")]
pub mod testing;

pub use cx::{Cx, Visitor};
pub use error::{Error, FieldError, Reason};
pub use form::{Form, Query};
pub use maud::{Markup, html};
pub use problem::Problem;
pub use routes::{Nav, Permission, Routes};
pub use serve::{CSV, XLSX, download, see, see_with};
pub use shell::Page;
pub use state::{State, StateBuilder};
pub use user::User;
pub use work::{Desk, WorkGroup, WorkItem, WorkSource};
