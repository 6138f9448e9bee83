//! `duties.toml`: who must do what by when. What a clause obliges somebody to, where no table decides and no target counts.

use crate::document::{self, Document};
use crate::error::Mistake;
use kernel::ClauseId;
use serde::{Deserialize, Serialize};

/// Something that a clause obliges somebody to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Duty {
    /// Its id: that of the clause, with a word behind it where a clause has several.
    pub id: String,
    /// The clause.
    pub clause: ClauseId,
    /// Folder of its document.
    pub document: String,
    /// Who is obliged.
    pub who: String,
    /// `must`, `should` or `may`, by the words of the document.
    pub duty: String,
    /// To what, in our own words.
    pub what: String,
    /// The departments that answer for it, where they are not those of the clause.
    pub departments: Vec<String>,
    /// By when or how often, as the document says it.
    pub by: Option<String>,
    /// The least number that fulfils it.
    pub least: Option<i64>,
    /// The greatest number that fulfils it.
    pub most: Option<i64>,
    /// What is counted: `count`, `bp`, `age` (of the elders meant), `hours`, `years`, …
    pub unit: Option<String>,
    /// How a doubt about it was read.
    pub unclear: Option<String>,
}

impl Duty {
    /// Whether a number fulfils it; a duty without a number is not fulfilled by one.
    #[must_use]
    pub fn reached(&self, number: i64) -> bool {
        let bounded = self.least.is_some() || self.most.is_some();
        bounded && self.least.is_none_or(|least| number >= least) && self.most.is_none_or(|most| number <= most)
    }

    /// The quantity in words: `至少 2`, `2 至 3`, `至多 5`; empty if it has none.
    #[must_use]
    pub fn quantity(&self) -> String {
        let unit = self.unit.as_deref().map_or("", crate::explain::measure);
        let show = |n: i64| match self.unit.as_deref() {
            Some("bp") => kernel::Bp(n).to_string(),
            Some("grade") => GRADES.get(n as usize).map_or_else(|| n.to_string(), |&grade| grade.to_owned()),
            _ => n.to_string(),
        };
        match (self.least, self.most) {
            (Some(least), Some(most)) if least == most => format!("{}{unit}", show(least)),
            (Some(least), Some(most)) => format!("{} 至 {}{unit}", show(least), show(most)),
            (Some(least), None) => format!("至少 {}{unit}", show(least)),
            (None, Some(most)) => format!("至多 {}{unit}", show(most)),
            (None, None) => String::new(),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Duties {
    duty: Vec<RawDuty>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawDuty {
    id: String,
    clause: String,
    who: String,
    duty: String,
    what: String,
    #[serde(default)]
    departments: Vec<String>,
    by: Option<String>,
    least: Option<i64>,
    most: Option<i64>,
    unit: Option<String>,
    unclear: Option<String>,
}

/// Reads `duties.toml` of a document.
pub(crate) fn read(file: &str, text: &str, document: &Document) -> Result<Vec<Duty>, Mistake> {
    let raw: Duties = toml::from_str(text).map_err(|e| document::not_toml(file, &e))?;
    let one = |d: RawDuty| Duty {
        id: d.id,
        clause: ClauseId(d.clause),
        document: document.id.clone(),
        who: d.who,
        duty: d.duty,
        what: d.what,
        departments: d.departments,
        by: d.by,
        least: d.least,
        most: d.most,
        unit: d.unit,
        unclear: d.unclear,
    };
    Ok(raw.duty.into_iter().map(one).collect())
}

const WORDS: [&str; 3] = ["must", "should", "may"];
/// Grades of hospitals, by their number.
const GRADES: [&str; 4] = ["未定级", "一级", "二级", "三级"];
const UNITS: [&str; 10] = ["count", "bp", "age", "grade", "hours", "days", "months", "years", "times", "kinds"];

/// What is wrong with a duty by itself.
pub(crate) fn wrong(duty: &Duty) -> Option<(String, String)> {
    let bounded = duty.least.is_some() || duty.most.is_some();
    let empty = duty.least.zip(duty.most).is_some_and(|(least, most)| least > most);
    if !WORDS.contains(&duty.duty.as_str()) {
        return Some((
            format!("责任“{}”的 duty“{}”不认识", duty.id, duty.duty),
            format!("用 {} 之一", WORDS.join("、")),
        ));
    }
    if [&duty.who, &duty.what].iter().any(|text| text.trim().is_empty()) {
        return Some((format!("责任“{}”没有写对象或内容", duty.id), "写明 who（谁）和 what（做什么）".into()));
    }
    if duty.unit.as_deref().map(|unit| UNITS.contains(&unit)) != bounded.then_some(true) || empty {
        let what = format!("责任“{}”的 least、most 与 unit 不配套", duty.id);
        return Some((what, format!("有数量就写 unit（{}），least 不大于 most", UNITS.join("、"))));
    }
    None
}
