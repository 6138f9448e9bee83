//! Clause references: the `NT-2.1.1` that stands on every rule and beside every decision.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The id of a clause of a policy document, as in the mission's list: document prefix, hyphen, section.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ClauseId(pub String);

impl ClauseId {
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
