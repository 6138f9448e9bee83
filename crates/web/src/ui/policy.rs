//! Why something was decided so, and which figures nobody has verified yet.

use maud::{Markup, html};
use policy::{Because, Decision, Parameter};

/// The clauses behind a decision, folded until asked for. A clause that several rows stand on is named once.
#[must_use]
pub fn because(decision: &Decision) -> Markup {
    let mut sources: Vec<String> = Vec::new();
    for source in decision.because.iter().map(source) {
        if !sources.contains(&source) {
            sources.push(source);
        }
    }
    html! {
        @if let Some(reason) = decision.undecided() { div.yy-undecided { "尚不能判定：" (reason) } }
        @if !decision.because.is_empty() {
            details.yy-because {
                summary { "依据：" (sources.join("、")) }
                ol { @for b in &decision.because { (reason(b)) } }
            }
        }
        (unverified_all(&decision.unverified))
    }
}

fn source(b: &Because) -> String {
    format!("{} {}", b.number, b.at).trim_end().to_owned()
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
                    @if i > 0 { "；" } (super::words::fact(name)) " = " (value)
                } }
            }
        }
    }
}

/// The yellow mark on a figure whose source is not verified, with the reason.
#[must_use]
pub fn unverified(why: &str) -> Markup {
    unverified_all(&[why])
}

/// One yellow mark for all that is not verified, with every reason once.
#[must_use]
pub fn unverified_all<W: AsRef<str>>(whys: &[W]) -> Markup {
    let mut reasons: Vec<&str> = Vec::new();
    for why in whys.iter().map(AsRef::as_ref) {
        if !reasons.contains(&why) {
            reasons.push(why);
        }
    }
    html! {
        @if !reasons.is_empty() {
            details.yy-unverified {
                summary { span.badge.bg-warning-lt { @if reasons.len() > 1 { (reasons.len()) " 处" } "未核实" } }
                @for reason in reasons { p { (reason) } }
            }
        }
    }
}

/// The value of a parameter with its unit, as people read it.
#[must_use]
pub fn parameter(p: &Parameter) -> String {
    match p.unit.as_str() {
        "fen" => format!("{} 元", kernel::Fen(p.value)),
        "bp" => kernel::Bp(p.value).to_string(),
        "days" => format!("{} 天", p.value),
        "months" => format!("{} 个月", p.value),
        "years" => format!("{} 年", p.value),
        "minutes" => format!("{} 分钟", p.value),
        "metres" => format!("{} 米", p.value),
        "visits" => format!("{} 次", p.value),
        _ => p.value.to_string(),
    }
}
