//! Why something was decided so, and which figures nobody has verified yet.

use maud::{Markup, html};
use policy::{Because, Decision};

/// The clauses behind a decision, folded until asked for.
#[must_use]
pub fn because(decision: &Decision) -> Markup {
    html! {
        @if let Some(reason) = decision.undecided() { div.yy-undecided { "尚不能判定：" (reason) } }
        @for why in &decision.unverified { (unverified(why)) }
        @if !decision.because.is_empty() {
            details.yy-because {
                summary { "依据：" @for (i, b) in decision.because.iter().enumerate() { @if i > 0 { "、" } (source(b)) } }
                ol { @for b in &decision.because { (reason(b)) } }
            }
        }
    }
}

fn source(b: &Because) -> Markup {
    html! { (b.number) @if !b.at.is_empty() { " " (b.at) } }
}

fn reason(b: &Because) -> Markup {
    html! {
        li {
            p { (b.summary) }
            p.text-secondary {
                "条款 " code { (b.clause) } " · " (b.number) " " (b.at) " · 规则表 " code { (b.document) "/" (b.table) }
                @if b.row > 0 { " 第 " (b.row) " 行" } @else { " 兜底行" }
            }
            @if !b.inputs.is_empty() {
                p.text-secondary { "判定时依据：" @for (i, (name, value)) in b.inputs.iter().enumerate() {
                    @if i > 0 { "；" } (name) " = " (value)
                } }
            }
        }
    }
}

/// The yellow mark on a figure whose source is not verified, with the reason.
#[must_use]
pub fn unverified(why: &str) -> Markup {
    html! { details.yy-unverified { summary { span.badge.bg-warning-lt { "未核实" } } p { (why) } } }
}
