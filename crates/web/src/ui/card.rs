//! Cards and the small things that stand on them.

use super::Tone;
use maud::{Markup, Render, html};

/// A card with a title.
#[must_use]
pub fn card(title: &str, body: impl Render) -> Markup {
    card_with(title, html! {}, body)
}

/// A card with a title and something to do at its right.
#[must_use]
pub fn card_with(title: &str, actions: impl Render, body: impl Render) -> Markup {
    html! {
        section.card.mb-3 {
            @if !title.is_empty() {
                div.card-header { h2.card-title { (title) } div.card-actions.btn-list.d-print-none { (actions) } }
            }
            div.card-body { (body) }
        }
    }
}

/// A step that is seldom taken: folded unless `open`, so that nobody takes it by mistake.
#[must_use]
pub fn seldom(title: &str, open: bool, body: impl Render) -> Markup {
    if open {
        return card(title, body);
    }
    card("", html! { details { summary { (title) } (body) } })
}

/// Cards side by side where there is room.
#[must_use]
pub fn columns(cards: &[Markup]) -> Markup {
    html! { div.yy-columns { @for card in cards { div { (card) } } } }
}

/// One large figure with its name and what stands behind it.
#[must_use]
pub fn figure(label: &str, value: impl std::fmt::Display, note: impl Render) -> Markup {
    html! {
        div.yy-figure-card {
            div.yy-figure-label { (label) }
            div.yy-figure-value { (value.to_string()) }
            div.text-secondary { (note) }
        }
    }
}

/// A word with a coloured ground.
#[must_use]
pub fn badge(tone: Tone, text: impl AsRef<str>) -> Markup {
    html! { span class=(format!("badge bg-{0}-lt text-{0}-lt-fg", tone.class())) { (text.as_ref()) } }
}

/// Secondary text.
#[must_use]
pub fn muted(text: impl AsRef<str>) -> Markup {
    html! { span.text-secondary { (text.as_ref()) } }
}

/// Names and values, in a grid.
#[must_use]
pub fn facts<L: AsRef<str>>(facts: &[(L, Markup)]) -> Markup {
    html! {
        dl.datagrid {
            @for (label, value) in facts {
                div.datagrid-item { dt.datagrid-title { (label.as_ref()) } dd.datagrid-content { (value) } }
            }
        }
    }
}

/// What stands where there is nothing yet, with what to do about it, if anything.
#[must_use]
pub fn empty(text: &str, action: Option<Markup>) -> Markup {
    html! { div.empty { p.empty-title { (text) } @if let Some(action) = action { div.empty-action { (action) } } } }
}

/// How far something is: a bar and the two figures.
#[must_use]
pub fn progress(done: i64, total: i64) -> Markup {
    let percent = if total > 0 { done.clamp(0, total) * 100 / total } else { 0 };
    html! {
        div.yy-progress {
            @if total > 0 { progress max=(total) value=(done) aria-label="进度" {} } @else { progress aria-label="进度" {} }
            span { @if total > 0 { (done) " / " (total) "（" (percent) "%）" } @else { "正在准备…" } }
        }
    }
}

/// A message above the rest.
#[must_use]
pub fn alert(tone: Tone, title: &str, body: impl Render) -> Markup {
    let role = if tone == Tone::Danger { "alert" } else { "status" };
    html! {
        div class=(format!("alert alert-{}", tone.class())) role=(role) {
            div { h4.alert-title { (title) } div.text-secondary { (body) } }
        }
    }
}

/// Tabs that are links: address, text, whether it is this one.
#[must_use]
pub fn tabs<H: AsRef<str>, T: AsRef<str>>(tabs: &[(H, T, bool)]) -> Markup {
    html! {
        ul.nav.nav-tabs.mb-3.d-print-none {
            @for (href, text, active) in tabs {
                li.nav-item {
                    a.nav-link.active[*active] href=(href.as_ref()) aria-current=[active.then_some("page")] { (text.as_ref()) }
                }
            }
        }
    }
}
