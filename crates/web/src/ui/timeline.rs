//! The timeline of an elder: everything that happened, newest first.

use maud::{Markup, html};

/// One thing that happened.
#[derive(Clone, Debug, Default)]
pub struct Moment {
    /// When, as read: `2026-11-03 08:05` or `2026-11-03`.
    pub when: String,
    /// What sort of thing: 评估, 签约, 上门服务 …
    pub kind: String,
    /// In a line.
    pub title: String,
    /// More.
    pub detail: String,
    /// Where it is told in full.
    pub href: Option<String>,
}

/// What happened, in the order given.
#[must_use]
pub fn timeline(moments: &[Moment]) -> Markup {
    html! { ol.yy-timeline { @for moment in moments { (one(moment)) } } }
}

fn one(moment: &Moment) -> Markup {
    html! {
        li {
            div.yy-timeline-when { time { (moment.when) } }
            div.yy-timeline-what {
                span.badge.bg-primary-lt { (moment.kind) } " "
                @match &moment.href {
                    Some(href) => a href=(href) { (moment.title) },
                    None => strong { (moment.title) },
                }
                @if !moment.detail.is_empty() { p.text-secondary { (moment.detail) } }
            }
        }
    }
}
