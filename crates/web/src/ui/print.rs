//! Sheets of A4 that are signed and sealed.

use maud::{Markup, Render, html};

/// A sheet to print: title, body, then room for signatures and seals.
#[must_use]
pub fn print_sheet(title: &str, body: impl Render) -> Markup {
    html! {
        div.btn-list.mb-3.d-print-none { button.btn.btn-primary type="button" data-print { "打印（A4）" } }
        article.yy-sheet { h2.yy-sheet-title { (title) } (body) }
    }
}

/// Room for signatures and seals: one box for each party.
#[must_use]
pub fn seals<P: AsRef<str>>(parties: &[P]) -> Markup {
    html! {
        div.yy-seals {
            @for party in parties {
                div.yy-seal { div { (party.as_ref()) "（盖章）" } div { "经办人：" } div { "日期：　　　年　　月　　日" } }
            }
        }
    }
}
