//! Amounts, shares and days as Chinese readers write them.

use chrono::Datelike;
use kernel::time::Period;
use kernel::{Bp, Date, Fen, Instant, Month};
use maud::{Markup, html};

/// An amount in yuan, figures aligned: `¥1,234.50`.
#[must_use]
pub fn money(amount: Fen) -> Markup {
    html! { span.yy-money { "¥" (amount.to_string()) } }
}

/// An amount that may be missing.
#[must_use]
pub fn fen(amount: Option<Fen>) -> Markup {
    amount.map_or_else(|| super::opt(None::<String>), money)
}

/// An amount in running text: `1,234.50 元`.
#[must_use]
pub fn yuan(amount: Fen) -> String {
    format!("{amount} 元")
}

/// A share, or a dash.
#[must_use]
pub fn bp(share: Option<Bp>) -> Markup {
    super::opt(share)
}

/// `2026年11月1日`
#[must_use]
pub fn date_zh(date: Date) -> String {
    kernel::time::in_words(date)
}

/// From its first day to its end, a day never broken: `2026-08-31 起，至 2028-08-31 前`.
#[must_use]
pub fn period(period: Period) -> Markup {
    html! {
        span.text-nowrap { (period.from) " 起" }
        @if let Some(until) = period.until { "，" span.text-nowrap { "至 " (until) " 前" } }
    }
}

/// `2026年11月`
#[must_use]
pub fn month_zh(month: Month) -> String {
    format!("{}年{}月", month.first().year(), month.first().month())
}

/// An instant in Chinese time, with the machine-readable form beside it.
#[must_use]
pub fn moment(at: Instant) -> Markup {
    html! { time datetime=(at.to_rfc3339()) { (kernel::time::show(at)) } }
}
