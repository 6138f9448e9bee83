//! Clause references: the `NT-2.1.1` that stands on every rule and beside every decision.

use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::fmt;

/// The id of a clause of a policy document, as in the mission's list: document prefix, hyphen, section.
///
/// Ids stand in the order of their document: `WF-4.9` before `WF-4.10`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ClauseId(pub String);

impl Ord for ClauseId {
    fn cmp(&self, other: &Self) -> Ordering {
        let mut pairs = self.parts().zip(other.parts());
        let first = pairs.find_map(|(one, two)| Some(one.cmp(&two)).filter(|order| order.is_ne()));
        first.unwrap_or_else(|| self.0.cmp(&other.0))
    }
}

impl PartialOrd for ClauseId {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl ClauseId {
    /// Numbers and what stands between them, so that numbers are compared as such.
    fn parts(&self) -> impl Iterator<Item = (u32, &str)> {
        let same = |a: char, b: char| a.is_ascii_digit() == b.is_ascii_digit();
        let mut rest = self.0.as_str();
        std::iter::from_fn(move || {
            let first = rest.chars().next()?;
            let (part, after) = rest.split_at(rest.find(|c| !same(first, c)).unwrap_or(rest.len()));
            rest = after;
            Some((part.parse().unwrap_or(0), part))
        })
    }

    /// The document's prefix: `NT` of `NT-2.1.1`.
    #[must_use]
    pub fn document(&self) -> &str {
        self.0.split_once('-').map_or("", |(document, _)| document)
    }
}

impl From<&str> for ClauseId {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Display for ClauseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::ClauseId;

    #[test]
    fn clauses_stand_in_the_order_of_their_document() {
        let mut all = ["WF-4.10", "WF-4.2", "JX-10", "WF-4.1", "JX-2", "WF-4.5b", "WF-4.5a", "WF-4", "JX-13b", "JX-1"];
        all.sort_by_key(|id| ClauseId::from(*id));
        assert_eq!(
            all,
            ["JX-1", "JX-2", "JX-10", "JX-13b", "WF-4", "WF-4.1", "WF-4.2", "WF-4.5a", "WF-4.5b", "WF-4.10"]
        );
    }
}
