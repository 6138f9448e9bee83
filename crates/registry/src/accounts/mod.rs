//! Accounts (账号): who may log in, as what, and how far they see.
//!
//! | state | event | next |
//! |---|---|---|
//! | open | fail | open |
//! | open | fail_too_often | locked |
//! | locked | time_passes | open |
//! | open | disable | disabled |
//! | locked | disable | disabled |
//! | disabled | enable | open |
//! | locked | reset | open |
//!
//! | route | permission |
//! |---|---|
//! | `GET /login`, `POST /login` | public |
//! | `POST /logout`, `GET /account`, `POST /account` | everyone who is logged in |
//! | `GET /accounts`, `GET /accounts/new`, `POST /accounts`, `POST /accounts/{id}/…` | accounts.manage |

mod manage;
pub mod model;
mod pages;
pub mod password;
pub mod store;
#[cfg(test)]
mod tests;

pub use manage::temporary;
pub use model::{NewAccount, Role};
pub use password::Hashed;
pub use store::{load_user, loader};
use web::{Nav, Permission, Routes};

/// Creates, disables and resets accounts.
pub const MANAGE: Permission = Permission("accounts.manage");

/// The menu entry.
pub const NAV: &[Nav] = &[Nav { group: "系统", title: "账号", href: "/accounts", permission: MANAGE, order: 900 }];

/// All routes of the capability.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .public_get("/login", pages::ask)
        .public_post("/login", pages::login)
        .post("/logout", Permission::ANYONE, pages::logout)
        .get("/account", Permission::ANYONE, pages::own)
        .post("/account", Permission::ANYONE, pages::change)
        .get("/accounts", MANAGE, manage::list)
        .get("/accounts/new", MANAGE, manage::blank)
        .post("/accounts", MANAGE, manage::create)
        .post("/accounts/{id}/disable", MANAGE, manage::disable)
        .post("/accounts/{id}/enable", MANAGE, manage::enable)
        .post("/accounts/{id}/reset", MANAGE, manage::reset)
}
