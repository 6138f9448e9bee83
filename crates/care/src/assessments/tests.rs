//! The decisions, the steps on both engines, and the pages.

mod decisions;
mod pages;
mod road;

use super::model::Application;
use crate::testing::day;
use policy::{Answers, Scale};

/// A whole form in which every item has its best (or worst) answer and no flag is set.
fn whole(scale: &Scale, best: bool) -> Answers {
    let pick = |item: &policy::Item| if best { item.options.first() } else { item.options.last() }.expect("option").0;
    Answers {
        items: scale.items.iter().map(|item| (item.code.clone(), pick(item))).collect(),
        flags: scale.flags.iter().map(|flag| (flag.code.clone(), 0)).collect(),
    }
}

/// An application as the counter writes it down on 2026-11-02; all six self-screen answers "dependent".
fn application(scale: &str) -> Application {
    Application {
        scale: scale.into(),
        applicant: "王建国".into(),
        relation: "子女".into(),
        phone: "13800138000".into(),
        reason: "首次评估".into(),
        consent_on: Some(day("2026-11-02")),
        disabled_since: Some(day("2026-01-15")),
        self_screen: if scale == "ltci2021" { vec![2; 6] } else { vec![] },
    }
}
