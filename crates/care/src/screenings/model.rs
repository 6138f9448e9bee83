//! A scale that was filled in, and what came of it.

use kernel::{Date, ElderId, InstitutionId, ScreeningId};
use policy::{Answers, Library, Purpose, Scale, Scored};

/// Key of a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// Whose.
    pub elder: ElderId,
    /// Which.
    pub id: ScreeningId,
}

impl Key {
    /// Its page.
    #[must_use]
    pub fn href(self) -> String {
        format!("/screenings/{}/{}", self.elder, self.id)
    }
}

/// A scale filled in for an elder.
#[derive(Clone, Debug, PartialEq)]
pub struct Screening {
    /// Key.
    pub key: Key,
    /// Id of the scale.
    pub scale: String,
    /// Its name as it was then.
    pub title: String,
    /// When.
    pub on: Date,
    /// The answers.
    pub answers: Answers,
    /// The result.
    pub scored: Scored,
    /// For which institution.
    pub institution: Option<InstitutionId>,
    /// Who asked.
    pub by: String,
    /// Why it was struck out, if it was.
    pub struck: Option<String>,
}

/// The scales by which elders are screened.
pub fn scales(library: &Library) -> impl Iterator<Item = &Scale> {
    library.scales().filter(|scale| scale.purpose == Purpose::Screening)
}

/// The scale of that id, if elders are screened by it.
#[must_use]
pub fn scale<'l>(library: &'l Library, id: &str) -> Option<&'l Scale> {
    scales(library).find(|scale| scale.id == id)
}

/// The result in a line: 中度，14 分；疼痛 ….
#[must_use]
pub fn result(scored: &Scored) -> String {
    if scored.level_name.is_empty() {
        format!("{} 分", scored.total)
    } else {
        format!("{}（{} 分）", scored.level_name, scored.total)
    }
}
