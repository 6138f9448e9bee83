//! The face-to-face part of a check-up, and the abnormal findings that become work. Pure.

use super::Checkup;
use kernel::{Area, CheckupId, Date, FindingId};
use policy::{Answers, Decision, Facts, Library, Scored, Value};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

registry::choice! {
    /// How somebody finds their own health (健康状态自我评估).
    pub enum SelfRating {
        /// 满意
        Satisfied = "satisfied" "满意",
        /// 基本满意
        Fairly = "fairly" "基本满意",
        /// 说不清楚
        Unsure = "unsure" "说不清楚",
        /// 不太满意
        Hardly = "hardly" "不太满意",
        /// 不满意
        Dissatisfied = "dissatisfied" "不满意",
    }

    /// A coarse screening, by the words and questions of the form.
    pub enum Screening {
        /// 粗筛阴性
        Negative = "negative" "粗筛阴性",
        /// 粗筛阳性
        Positive = "positive" "粗筛阳性",
    }

    /// Where a finding stands.
    pub enum FindingState {
        /// Nobody has seen to it.
        Open = "open" "待处理",
        /// Seen to.
        Done = "done" "已处理",
        /// A later check-up says what is so now.
        Superseded = "superseded" "已有更新的体检",
        /// The elder died or moved away.
        Closed = "closed" "不再处理",
    }
}

/// Every step that there is: state, event, next state.
pub const TRANSITIONS: &[(&str, &str, &str)] =
    &[("open", "handle", "done"), ("open", "supersede", "superseded"), ("open", "close", "closed")];

/// The scale of self-care that belongs to the form.
pub const SELF_CARE: &str = "phs_adl";

/// What was asked and seen face to face. Measures are tenths of their units.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FaceToFace {
    /// 身高 in tenths of a centimetre
    pub height: Option<i64>,
    /// 体重 in tenths of a kilogram
    pub weight: Option<i64>,
    /// 腰围 in tenths of a centimetre
    pub waist: Option<i64>,
    /// 脉搏 in tenths
    pub pulse: Option<i64>,
    /// 体温 in tenths of a degree
    pub temperature: Option<i64>,
    /// 健康状态自我评估
    pub self_rating: Option<SelfRating>,
    /// 认知功能粗筛
    pub cognition: Option<Screening>,
    /// 情感状态粗筛
    pub affect: Option<Screening>,
    /// Answers of the scale of self-care: item, points.
    pub self_care: BTreeMap<String, i64>,
    /// 生活方式: smoking, drinking, exercise, food.
    pub lifestyle: String,
    /// 其他异常 and 指导
    pub note: String,
}

impl FaceToFace {
    /// Weight in kilograms over the square of height in metres, in tenths, cut off: a limit is not reached by rounding.
    #[must_use]
    pub fn bmi(&self) -> Option<i64> {
        let (weight, height) = (self.weight?, self.height.filter(|height| *height > 0)?);
        // Tenths of a kilogram over the square of tenths of a centimetre: 10^6 of that is kg/m², 10 more its tenths.
        Some(weight * 1_000_000 / (height * height))
    }

    /// The scored scale of self-care; none while nothing is answered.
    ///
    /// # Errors
    /// The items without an answer, in words.
    pub fn score(&self, library: &Library) -> Result<Option<Scored>, String> {
        if self.self_care.is_empty() {
            return Ok(None);
        }
        let scale = library.scale(SELF_CARE).ok_or("没有生活自理能力评估表")?;
        let answers = Answers { items: self.self_care.clone(), ..Answers::default() };
        let open = |wrong: Vec<policy::Unanswered>| {
            let names: Vec<String> = wrong.into_iter().map(|one| one.name).collect();
            format!("还有没有作答的条目：{}", names.join("、"))
        };
        scale.score(&answers).map(Some).map_err(open)
    }
}

/// A form as it stands in the store.
#[derive(Clone, Debug, PartialEq)]
pub struct Form {
    /// What was asked and seen.
    pub facts: FaceToFace,
    /// What the scale of self-care came to.
    pub scored: Option<Scored>,
    /// Who asked.
    pub recorded_by: String,
}

/// What the rules are asked with beside the check-up.
#[derive(Clone, Debug)]
pub struct Known {
    /// Full years on the day of the check-up.
    pub age: i64,
    /// Whether hypertension is diagnosed.
    pub hypertension: bool,
    /// Whether diabetes is diagnosed.
    pub diabetes: bool,
    /// Where the elder lives.
    pub area: Area,
}

/// An abnormal finding that the rules name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Word of the policy table.
    pub finding: String,
    /// What it asks for: word of the policy table.
    pub action: String,
    /// The last day in time.
    pub due_on: Date,
}

/// Asks the rules of the place what a check-up shows.
#[must_use]
pub fn ask(library: &Library, checkup: &Checkup, form: Option<&Form>, known: &Known) -> Decision {
    let value = |value: Option<i64>| value.map_or(Value::Nothing, Value::Int);
    let positive =
        |screening: Option<Screening>| screening.map_or(Value::Nothing, |one| Value::Bool(one == Screening::Positive));
    let facts = Facts::new()
        .with("age", known.age)
        .with("sbp", value(checkup.facts.sbp))
        .with("dbp", value(checkup.facts.dbp))
        .with("glucose", value(checkup.facts.glucose))
        .with("hypertension", known.hypertension)
        .with("diabetes", known.diabetes)
        .with("bmi", value(form.and_then(|form| form.facts.bmi())))
        .with("self_care", value(form.and_then(|form| form.scored.as_ref()).map(|scored| scored.level)))
        .with("cognition_positive", positive(form.and_then(|form| form.facts.cognition)))
        .with("affect_positive", positive(form.and_then(|form| form.facts.affect)));
    library.decide("checkup_finding", known.area, checkup.facts.on, &facts)
}

/// The abnormal findings of a decision; an undecided one has none.
#[must_use]
pub fn found(decision: &Decision, on: Date) -> Vec<Found> {
    let row = |row: &BTreeMap<String, Value>| {
        let (finding, action) = (row.get("finding")?.text()?, row.get("action")?.text()?);
        let days = row.get("within_days")?.int()?;
        let due_on = on + chrono::Days::new(days.unsigned_abs());
        (finding != "none").then(|| Found { finding: finding.to_owned(), action: action.to_owned(), due_on })
    };
    let mut all: Vec<Found> = decision.rows.iter().filter_map(row).collect();
    all.dedup_by(|one, other| one.finding == other.finding);
    all
}

/// A finding as it stands in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Identity.
    pub id: FindingId,
    /// Of which check-up.
    pub checkup: CheckupId,
    /// What was found, what it asks for, by when.
    pub found: Found,
    /// The values behind it.
    pub detail: String,
    /// Where it stands.
    pub state: FindingState,
    /// When it was seen to.
    pub done_on: Option<Date>,
    /// By whom.
    pub done_by: String,
    /// What was done.
    pub result: String,
}

impl FindingState {
    /// The state after the event, if the event can happen here.
    #[must_use]
    pub fn after(self, event: &str) -> Option<Self> {
        let step = TRANSITIONS.iter().find(|(from, by, _)| *from == self.code() && *by == event)?;
        Self::parse(step.2)
    }
}
