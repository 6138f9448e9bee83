//! What a service says, and the guidance for each constitution.

use kernel::{Date, ElderId, InstitutionId, ScreeningId, TcmServiceId};
use policy::Scored;
use serde::{Deserialize, Serialize};
use std::sync::OnceLock;
use web::{Error, Reason};

registry::choice! {
    /// A part of guidance.
    pub enum Part {
        /// 情志调摄
        Mood = "mood" "情志调摄",
        /// 饮食调养
        Diet = "diet" "饮食调养",
        /// 起居调摄
        Living = "living" "起居调摄",
        /// 运动保健
        Exercise = "exercise" "运动保健",
        /// 穴位保健
        Points = "points" "穴位保健",
        /// 其他
        Other = "other" "其他",
    }
}

/// Guidance for one constitution.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guidance {
    /// `qixu` …, as the scale has it.
    pub code: String,
    mood: String,
    diet: String,
    living: String,
    exercise: String,
    points: String,
}

impl Guidance {
    /// What is said for a part; nothing for 其他.
    #[must_use]
    pub fn of(&self, part: Part) -> &str {
        match part {
            Part::Mood => &self.mood,
            Part::Diet => &self.diet,
            Part::Living => &self.living,
            Part::Exercise => &self.exercise,
            Part::Points => &self.points,
            Part::Other => "",
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Book {
    note: String,
    constitution: Vec<Guidance>,
}

fn book() -> &'static Book {
    static BOOK: OnceLock<Book> = OnceLock::new();
    let empty = || Book { note: String::new(), constitution: vec![] };
    BOOK.get_or_init(|| toml::from_str(include_str!("guidance.toml")).unwrap_or_else(|_| empty()))
}

/// Where the guidance comes from, and what it is not.
#[must_use]
pub fn note() -> &'static str {
    &book().note
}

/// The guidance for a constitution.
#[must_use]
pub fn guidance(code: &str) -> Option<&'static Guidance> {
    book().constitution.iter().find(|one| one.code == code)
}

/// A constitution that the answers found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Constitution {
    /// `qixu` …
    pub code: String,
    /// 气虚质
    pub name: String,
    /// 是、倾向是、基本是
    pub verdict: String,
    /// Whether guidance was given by it.
    pub main: bool,
}

/// A service that was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// Identity.
    pub id: TcmServiceId,
    /// Whose.
    pub elder: ElderId,
    /// Which answers.
    pub screening: ScreeningId,
    /// When the guidance was given.
    pub on: Date,
    /// What the answers found.
    pub constitutions: Vec<Constitution>,
    /// Which parts of guidance.
    pub parts: Vec<Part>,
    /// The guidance.
    pub advice: String,
    /// For which institution.
    pub institution: Option<InstitutionId>,
    /// Who gave it.
    pub by: String,
}

impl Service {
    /// 气虚质（为主，是）、血瘀质（倾向是）
    #[must_use]
    pub fn in_words(&self) -> String {
        let one = |c: &Constitution| format!("{}（{}{}）", c.name, if c.main { "为主，" } else { "" }, c.verdict);
        self.constitutions.iter().map(one).collect::<Vec<_>>().join("、")
    }
}

/// What was found, with the one that the physician chose as the main one.
///
/// # Errors
/// [`Error::Refused`] when nothing was found, or the choice is none of what was found.
pub fn constitutions(scored: &Scored, main: &str) -> Result<Vec<Constitution>, Error> {
    let found: Vec<_> = scored.findings.iter().filter(|found| found.recorded).collect();
    if found.is_empty() {
        let text = "没有判出体质，不能据此指导：请查找原因，重新采集后再填一次";
        return Err(Error::Refused(vec![Reason::new("TC-01", text)]));
    }
    if found.iter().all(|one| one.code != main) {
        return Err(Error::Refused(vec![Reason::new("TC-04", "主要体质应是判定为“是”或“倾向是”的一种")]));
    }
    let constitution = |one: &&policy::Found| Constitution {
        code: one.code.clone(),
        name: one.name.clone(),
        verdict: one.verdict.clone(),
        main: one.code == main,
    };
    Ok(found.iter().map(constitution).collect())
}

/// The guidance for a constitution as a draft: a line for each part.
#[must_use]
pub fn draft(code: &str) -> String {
    let Some(guidance) = guidance(code) else { return String::new() };
    let line = |part: &Part| format!("{part}：{}", guidance.of(*part));
    let parts = Part::ALL.iter().filter(|part| !guidance.of(**part).is_empty());
    parts.map(line).collect::<Vec<_>>().join("\n")
}
