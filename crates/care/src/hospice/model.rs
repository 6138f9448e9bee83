//! What hospice care is, and every decision about it. Pure: the day, the policies' answers and the history are handed in.

use crate::consents::{NewConsent, Scope};
use crate::contracts::Consent;
use chrono::Days;
use kernel::{BereavementId, Date, ElderId, HospiceId, Instant, InstitutionId};
use policy::{Decision, Scale};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

registry::choice! {
    /// Where hospice care stands.
    pub enum State {
        /// Applied for.
        Applied = "applied" "待接收",
        /// The centre did not take it on.
        Refused = "refused" "未接收",
        /// Taken back before it began.
        Withdrawn = "withdrawn" "已撤回",
        /// Care goes on.
        Active = "active" "疗护中",
        /// Ended in life.
        Ended = "ended" "已结束",
        /// The elder died; the family is followed up.
        Bereaved = "bereaved" "丧亲随访",
        /// The family was followed up.
        Closed = "closed" "已结案",
    }

    /// Where the elder lies, or wishes to be.
    pub enum Place {
        /// At home.
        Home = "home" "家中",
        /// In the health centre or a hospice unit.
        Centre = "centre" "安宁疗护病区",
        /// In an institution for the elderly.
        Institution = "institution" "养老机构",
        /// In a hospital ward.
        Ward = "ward" "医院病房",
    }

    /// What is scored at a round.
    pub enum Symptom {
        /// 疼痛
        Pain = "pain" "疼痛",
        /// 气短
        Breath = "breath" "气短",
        /// 恶心呕吐
        Nausea = "nausea" "恶心呕吐",
        /// 不想吃
        Appetite = "appetite" "食欲差",
        /// 便秘
        Constipation = "constipation" "便秘",
        /// 乏力
        Fatigue = "fatigue" "乏力",
        /// 睡不好
        Sleep = "sleep" "睡眠差",
        /// 焦虑
        Anxiety = "anxiety" "焦虑",
        /// 情绪低落
        LowMood = "low_mood" "情绪低落",
        /// 意识模糊、躁动
        Confusion = "confusion" "意识模糊或躁动",
    }

    /// Who shares the plan.
    pub enum Party {
        /// The hospital behind it.
        Hospital = "hospital" "医院",
        /// The health centre that leads.
        Centre = "centre" "基层机构",
        /// The elder and the family.
        Family = "family" "本人和家属",
    }
}

/// Every step that there is: state, event, next state.
pub const TRANSITIONS: &[(&str, &str, &str)] = &[
    ("applied", "admit", "active"),
    ("applied", "refuse", "refused"),
    ("applied", "withdraw", "withdrawn"),
    ("active", "end", "ended"),
    ("active", "die", "bereaved"),
    ("bereaved", "close", "closed"),
];

/// Why care may end in life.
pub const END_REASONS: &[&str] = &["本人或家属要求退出", "病情好转", "转为其他治疗", "转往外地", "其他"];

impl State {
    /// The state after the event, if the event can happen here.
    #[must_use]
    pub fn after(self, event: &str) -> Option<Self> {
        let step = TRANSITIONS.iter().find(|(from, by, _)| *from == self.code() && *by == event)?;
        Self::parse(step.2)
    }

    /// Whether something is open: applied for, going on, or the family still to be followed up.
    #[must_use]
    pub const fn open(self) -> bool {
        matches!(self, Self::Applied | Self::Active | Self::Bereaved)
    }
}

/// Key of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// Whose.
    pub elder: ElderId,
    /// Which.
    pub id: HospiceId,
}

impl Key {
    /// Its page.
    #[must_use]
    pub fn href(self) -> String {
        format!("/hospice/{}/{}", self.elder, self.id)
    }
}

/// An application: what the physician judged, and who consented.
#[derive(Clone, Debug, PartialEq)]
pub struct NewCase {
    /// Whose.
    pub elder: ElderId,
    /// The health centre that is to lead.
    pub institution: InstitutionId,
    /// The hospital behind it, if there is one.
    pub hospital: Option<InstitutionId>,
    /// Where the elder lies.
    pub place: Place,
    /// 主要诊断
    pub diagnosis: String,
    /// Whether the illness is in its last stage, in the physician's judgement.
    pub terminal: bool,
    /// How many months the physician expects.
    pub prognosis_months: i64,
    /// The physician's name.
    pub judged_by: String,
    /// The consent.
    pub consent: Consent,
}

/// Hospice care as it stands in the store.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// Identity.
    pub id: HospiceId,
    /// Where it stands.
    pub state: State,
    /// What was applied for.
    pub facts: NewCase,
    /// Name of the centre.
    pub institution_name: String,
    /// Name of the hospital; empty without one.
    pub hospital_name: String,
    /// Whether the criteria held, as decided at the application.
    pub decision: Decision,
    /// Day of the application.
    pub applied_on: Date,
    /// First day.
    pub admitted_on: Option<Date>,
    /// Last day.
    pub ended_on: Option<Date>,
    /// Number of the rule that ended it; empty if a person did.
    pub end_code: String,
    /// Why it ended, or was refused or withdrawn.
    pub end_reason: String,
    /// The newest version of the plan; 0 without one.
    pub version: i64,
    /// Whether a symptom was severe at the last round.
    pub urgent: bool,
    /// When the next round is due; after a death the next follow-up.
    pub due_on: Option<Date>,
    /// Who applied.
    pub made_by: String,
    /// When it was changed last.
    pub changed_at: Instant,
}

impl Case {
    /// Its key.
    #[must_use]
    pub const fn key(&self) -> Key {
        Key { elder: self.facts.elder, id: self.id }
    }
}

impl Case {
    /// The consent as the register keeps it.
    #[must_use]
    pub fn as_consent(&self) -> NewConsent {
        let said = &self.facts.consent;
        NewConsent {
            elder: self.facts.elder,
            scope: Scope::Hospice,
            source: self.id.uuid(),
            institution: Some(self.facts.institution),
            purpose: format!("{}的安宁疗护", self.institution_name),
            from: said.on,
            until: None,
            name: said.name.clone(),
            role: said.by.into(),
            relation: said.relation.clone(),
            how: said.how.into(),
        }
    }
}

/// Somebody to be called, in this order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Name.
    pub name: String,
    /// For what: 夜间疼痛加重.
    pub role: String,
    /// Telephone.
    pub phone: String,
}

/// What a plan says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// What the elder and the family want to reach.
    pub goals: String,
    /// Where the elder wishes to be at the end.
    pub wished_place: Place,
    /// What the elder does not want done.
    pub unwanted: String,
    /// What is done about each symptom, and what the family may do.
    pub symptoms: String,
    /// Comfort day by day: position, mouth, skin, food.
    pub comfort: String,
    /// Mind, family, wishes still open.
    pub mind: String,
    /// What changed against the version before; empty for the first.
    pub why: String,
}

/// A version of the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Number, from 1 on.
    pub version: i64,
    /// What it says.
    pub content: Content,
    /// Who is to be called.
    pub contacts: Vec<Contact>,
    /// From when on.
    pub on: Date,
    /// Who wrote it.
    pub by: String,
}

/// Who has read a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Of which version.
    pub version: i64,
    /// For which of the three.
    pub party: Party,
    /// Their name.
    pub name: String,
    /// When.
    pub on: Date,
}

/// Scores from 0 to 10 by symptom; what was not asked is not there.
pub type Scores = BTreeMap<Symptom, i64>;

/// A round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Round {
    /// When.
    pub on: Date,
    /// Where.
    pub place: Place,
    /// The scores.
    pub scores: Scores,
    /// What was done about them.
    pub answer: String,
    /// What else was seen.
    pub note: String,
    /// Whether a symptom was severe.
    pub urgent: bool,
    /// Who made it.
    pub by: String,
}

/// A follow-up of the bereaved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FollowUp {
    /// Identity.
    pub id: BereavementId,
    /// Last day in time.
    pub due_on: Date,
    /// When it was done.
    pub done_on: Option<Date>,
    /// With whom.
    pub contact: String,
    /// What was said.
    pub note: String,
    /// Whether the grief was such that they were referred.
    pub referred: bool,
    /// Who did it.
    pub by: String,
}

/// The days and levels that the documents of a place set for rounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rhythm {
    /// Days between two rounds.
    pub round_days: i64,
    /// Days until a severe symptom is looked at again.
    pub recheck_days: i64,
    /// From this level on a symptom must be answered.
    pub answer_level: i64,
    /// From this level on it is severe.
    pub urgent_level: i64,
}

impl Rhythm {
    /// When the next round is due after one on this day.
    #[must_use]
    pub fn next(&self, on: Date, urgent: bool) -> Date {
        let days = if urgent { self.recheck_days } else { self.round_days };
        on + Days::new(days.unsigned_abs())
    }
}

/// The symptoms that reach a level of the pain scale, with their scores.
#[must_use]
pub fn reaching(scale: &Scale, scores: &Scores, level: i64) -> Vec<(Symptom, i64)> {
    let reached = |score: i64| scale.level_of(score).is_some_and(|found| found.code >= level);
    scores.iter().filter(|(_, score)| reached(**score)).map(|(symptom, score)| (*symptom, *score)).collect()
}

/// The name of a score's level.
#[must_use]
pub fn level_name(scale: &Scale, score: i64) -> &str {
    scale.level_of(score).map_or("", |level| level.name.as_str())
}

/// 疼痛 4、气短 2, the worst first.
#[must_use]
pub fn in_words(scores: &Scores) -> String {
    let mut all: Vec<_> = scores.iter().filter(|(_, score)| **score > 0).collect();
    all.sort_by_key(|(symptom, score)| (std::cmp::Reverse(**score), **symptom));
    if all.is_empty() {
        return "没有明显不适".to_owned();
    }
    all.iter().map(|(symptom, score)| format!("{symptom} {score}")).collect::<Vec<_>>().join("、")
}
