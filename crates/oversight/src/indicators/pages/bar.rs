//! A bar beside its target. Drawn, not styled: the content-security policy forbids inline styles. What it shows stands in
//! words beside it.

use crate::indicators::model::{Figure, Measure};
use maud::{Markup, html};

/// The bar's length.
const LONG: i64 = 1_000;

/// How far the figure reaches and where the target stands; nothing where there is nothing to draw.
pub(super) fn bar(f: &Figure) -> Markup {
    let (value, mark) = ends(f);
    html! {
        @if let Some(value) = value {
            svg viewBox="0 0 1000 36" width="100%" height="14" preserveAspectRatio="none" aria-hidden="true" {
                rect x="0" y="6" width=(LONG) height="24" fill="#dfe5e1" {}
                rect x="0" y="6" width=(value) height="24" fill="#2f6f5b" {}
                @if let Some(mark) = mark { rect x=((mark - 5).max(0)) y="0" width="10" height="36" fill="#1d2b26" {} }
            }
        }
    }
}

/// Both as parts of the bar's length. Counts are drawn to one and a half times their target.
fn ends(f: &Figure) -> (Option<i64>, Option<i64>) {
    let goal = f.goal.as_ref().map(|g| g.target.value);
    match f.measure {
        Measure::Share { .. } => (f.share().map(|bp| bp.0 / 10), goal.map(|g| g / 10)),
        Measure::Each { .. } => (f.share().map(|bp| bp.0 / 10), Some(LONG)),
        Measure::Count(count) => {
            let full = goal.map(|g| (g * 3 / 2).max(1));
            (full.map(|full| (count * LONG / full).min(LONG)), full.zip(goal).map(|(full, goal)| goal * LONG / full))
        }
    }
}
