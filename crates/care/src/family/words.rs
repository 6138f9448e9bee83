//! Outcomes of the rules in plain words. They repeat what a rule found and arranged; they add no medicine.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// What something means, and what to do next.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Said {
    /// What it means.
    pub means: String,
    /// What to do next.
    pub next: String,
}

/// All of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// Whose words they are.
    pub note: String,
    /// By outcome of a follow-up.
    pub outcome: BTreeMap<String, Said>,
    /// By what a finding of a check-up asks for.
    pub action: BTreeMap<String, Said>,
    /// A check-up: `clear` when nothing waits.
    pub checkup: BTreeMap<String, Said>,
    /// A level of an assessment.
    pub level: Said,
}

static WORDS: OnceLock<Words> = OnceLock::new();

/// The words that the program was built with.
#[must_use]
pub fn words() -> &'static Words {
    WORDS.get_or_init(|| toml::from_str(include_str!("words.toml")).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::followups::model::Outcome;

    #[test]
    fn every_outcome_and_every_action_of_the_rules_is_said() {
        let words: Words = toml::from_str(include_str!("words.toml")).expect("words");
        let outcomes: Vec<&str> = Outcome::ALL.iter().map(|one| one.code()).collect();
        assert!(outcomes.iter().all(|code| words.outcome.contains_key(*code)), "{outcomes:?}");
        let library = crate::testing::library();
        for code in words.action.keys() {
            assert!(library.label("finding action", code).is_some(), "{code} is no action of the rules");
        }
        let table = include_str!("../../../../policies/national/public-health/tables/checkup_finding.toml");
        let asked: Vec<&str> = table
            .split("action = \"")
            .skip(2)
            .filter_map(|rest| rest.split('"').next())
            .filter(|one| *one != "none")
            .collect();
        assert!(asked.len() > 5, "{asked:?}");
        for text in asked {
            assert!(words.action.contains_key(text), "{text} is not said");
        }
        assert!(words.checkup.contains_key("clear") && !words.level.means.is_empty());
    }
}
