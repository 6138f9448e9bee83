//! Charts (ECharts reads them from `data-chart`) and parts of a page that look for news by themselves.

use maud::{Markup, Render, html};
use serde_json::Value;

/// A chart. `option` is what ECharts calls an option; `alt` says in words what it shows, for those who cannot see it.
#[must_use]
pub fn chart(id: &str, height_px: u32, option: &Value, alt: &str) -> Markup {
    html! {
        figure.yy-chart-frame {
            div.yy-chart id=(id) role="img" aria-label=(alt) data-height=(height_px) data-chart=(option.to_string()) {}
            figcaption.text-secondary { (alt) }
        }
    }
}

/// A part that is fetched again from `url` every two seconds until the answer has no such part any more.
#[must_use]
pub fn poll(url: &str, body: impl Render) -> Markup {
    html! { div hx-get=(url) hx-trigger="every 2s" hx-swap="outerHTML" aria-live="polite" { (body) } }
}
