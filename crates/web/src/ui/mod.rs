//! Components: plain functions from values to HTML. No inline script and no inline style, so that the
//! content-security policy can forbid both; what must move is in `assets/app.js`.

mod card;
mod chart;
mod form;
mod map;
mod money;
mod policy;
mod print;
mod table;
mod timeline;

pub use card::{alert, badge, card, card_with, columns, empty, facts, figure, muted, progress, seldom, tabs};
pub use chart::{chart, poll};
pub use form::{
    Field, button_post, checkbox, confirm_post, csrf, date, date_with, field, file, filters, form, form_among,
    form_row, hidden, link_button, number, radios, select, select_with, submit, submit_toned, textarea,
};
pub use map::Frame;
pub use money::{bp, date_zh, fen, moment, money, month_zh, period, yuan};
pub use policy::{because, clause, parameter, table_href, trace, unverified, unverified_all};
pub use print::{print_sheet, seals};
pub use table::{PageInfo, pager, row_link, table, table_or};
pub use timeline::{Moment, timeline};

use maud::{Markup, html};
use std::fmt::Display;

/// The meaning of a colour. Colour never stands alone: the text says the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// The one thing that a page is for.
    Primary,
    /// Neither good nor bad.
    #[default]
    Neutral,
    /// Done, in order.
    Success,
    /// Wants attention.
    Warning,
    /// Wrong, refused, or not to be undone.
    Danger,
    /// For information.
    Info,
}

impl Tone {
    const fn class(self) -> &'static str {
        match self {
            Self::Primary => "primary",
            Self::Neutral => "secondary",
            Self::Success => "success",
            Self::Warning => "warning",
            Self::Danger => "danger",
            Self::Info => "info",
        }
    }
}

/// A value as text, escaped: the cell of a table.
pub fn text(value: impl Display) -> Markup {
    html! { (value.to_string()) }
}

/// A value or, without one, a dash that screen readers read as 未填写.
pub fn opt(value: Option<impl Display>) -> Markup {
    match value.map(|v| v.to_string()).filter(|t| !t.is_empty()) {
        Some(text) => html! { (text) },
        None => html! { span.text-secondary.yy-none aria-label="未填写" { "—" } },
    }
}

/// A link.
pub fn link(href: &str, text: impl Display) -> Markup {
    html! { a href=(href) { (text.to_string()) } }
}

#[cfg(test)]
mod tests;
