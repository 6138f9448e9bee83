//! What the kiosk says. It repeats what the limits found; it adds no medicine and no diagnosis.

use super::model::Verdict;
use crate::vitals::Vital;
use crate::vitals::limits::Light;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// One sentence for each side of the limits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Advice {
    low: String,
    high: String,
    danger_low: String,
    danger_high: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    note: String,
    normal: String,
    nothing: String,
    warning: String,
    danger: String,
    advice: BTreeMap<String, Advice>,
}

fn words() -> &'static Words {
    static WORDS: OnceLock<Words> = OnceLock::new();
    WORDS.get_or_init(|| toml::from_str(include_str!("words.toml")).unwrap_or_default())
}

/// What to do about a value; nothing where it is in order.
pub(super) fn advice(vital: Vital, light: Light) -> Option<&'static str> {
    let said = words().advice.get(vital.code())?;
    match light {
        Light::Open | Light::Normal => None,
        Light::Low => Some(&said.low),
        Light::High => Some(&said.high),
        Light::DangerLow => Some(&said.danger_low),
        Light::DangerHigh => Some(&said.danger_high),
    }
}

/// What is said about all of it.
pub(super) fn overall(verdict: Verdict) -> &'static str {
    let words = words();
    match verdict {
        Verdict::Nothing => &words.nothing,
        Verdict::Normal => &words.normal,
        Verdict::Warning => &words.warning,
        Verdict::Danger => &words.danger,
    }
}

/// Whose words they are.
pub(super) fn note() -> &'static str {
    &words().note
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_sentence_for_everything_with_limits() {
        let words: Words = toml::from_str(include_str!("words.toml")).expect("words");
        let limited = Vital::ALL.iter().filter(|vital| vital.charted() && **vital != Vital::Steps);
        assert!(limited.clone().count() == 8 && limited.clone().all(|vital| words.advice.contains_key(vital.code())));
        assert!(advice(Vital::Sbp, Light::DangerHigh).is_some_and(|text| text.contains("工作人员")));
        assert!(advice(Vital::Sbp, Light::Normal).is_none() && !note().is_empty());
    }
}
