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

/// A run of one kind longer than this is folded after its first few: forty visits must not hide an assessment.
const RUN: usize = 5;
/// How many of a folded run are shown.
const FEW: usize = 3;

/// What happened, in the order given.
#[must_use]
pub fn timeline(moments: &[Moment]) -> Markup {
    html! {
        ol.yy-timeline {
            @for run in moments.chunk_by(|a, b| a.kind == b.kind) {
                @let (shown, folded) = run.split_at(if run.len() > RUN { FEW } else { run.len() });
                @for moment in shown { (one(moment)) }
                @if let (Some(first), Some(last)) = (folded.last(), folded.first()) { (fold(folded, first, last)) }
            }
        }
    }
}

fn fold(moments: &[Moment], first: &Moment, last: &Moment) -> Markup {
    let day = |m: &Moment| m.when.chars().take("2026-11-01".len()).collect::<String>();
    html! {
        li {
            div.yy-timeline-when { time { (day(first)) } " 起" }
            div.yy-timeline-what {
                details {
                    summary { "还有 " (moments.len()) " 项" (first.kind) "（" (day(first)) " 至 " (day(last)) "）" }
                    ol.yy-timeline { @for moment in moments { (one(moment)) } }
                }
            }
        }
    }
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
