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

/// More of one kind in a month than this are folded into one: forty visits must not hide an assessment.
const MANY: usize = 3;
/// Letters of the month at the beginning of `when`.
const MONTH: usize = 7;
/// Letters of the day at the beginning of `when`.
const DAY: usize = 10;

/// What happened, in the order given.
#[must_use]
pub fn timeline(moments: &[Moment]) -> Markup {
    html! { ol.yy-timeline { @for month in moments.chunk_by(|a, b| start(a, MONTH) == start(b, MONTH)) { (of_month(month)) } } }
}

fn start(moment: &Moment, letters: usize) -> &str {
    moment.when.get(..letters).unwrap_or(&moment.when)
}

fn of_month(month: &[Moment]) -> Markup {
    let like = |moment: &Moment| month.iter().filter(|m| m.kind == moment.kind).collect::<Vec<_>>();
    html! {
        @for (n, moment) in month.iter().enumerate() {
            @let same = like(moment);
            @if same.len() <= MANY { (one(moment)) }
            @else if !month[..n].iter().any(|m| m.kind == moment.kind) { (fold(moment, &same)) }
        }
    }
}

fn fold(latest: &Moment, all: &[&Moment]) -> Markup {
    let first = all.last().map_or("", |m| start(m, DAY));
    html! {
        li {
            div.yy-timeline-when { time { (start(latest, DAY)) } }
            div.yy-timeline-what {
                span.badge.bg-primary-lt { (latest.kind) } " "
                details.yy-folded {
                    summary { (all.len()) " 项，" (first) " 起" }
                    ol.yy-timeline { @for moment in all { (one(moment)) } }
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
