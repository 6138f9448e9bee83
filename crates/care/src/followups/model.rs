//! A chronic disease under follow-up, a follow-up, and what is asked of the rules. Pure.

use crate::chart::codes;
use crate::records::model::tenths;
use kernel::{Area, Date, ElderId, FollowupId, FollowupVisitId, InstitutionId};
use policy::{Decision, Facts, Library, Value};
use registry::elders::Chronic;
use serde::{Deserialize, Serialize};
use web::Reason;

registry::choice! {
    /// Which disease is followed up.
    pub enum Disease {
        /// Essential hypertension.
        Hypertension = "hypertension" "高血压",
        /// Type 2 diabetes.
        Diabetes = "diabetes" "2型糖尿病",
    }

    /// Where it stands.
    pub enum State {
        /// Under follow-up.
        Managed = "managed" "在管",
        /// Cannot be found.
        Lost = "lost" "失访",
        /// No more followed up.
        Ended = "ended" "已终止",
    }

    /// How a follow-up was done.
    pub enum Way {
        /// 门诊
        Clinic = "clinic" "门诊",
        /// 家庭
        Home = "home" "上门",
        /// 电话: a follow-up of the rules is face to face; a call counts as contact only.
        Telephone = "telephone" "电话",
    }

    /// Harm done by a medicine (words of the policy tables).
    pub enum Adverse {
        /// 无
        None = "none" "无",
        /// 可以耐受
        Mild = "mild" "有，可以耐受",
        /// 难以控制
        Uncontrolled = "uncontrolled" "有，难以控制",
    }

    /// How regularly the medicines are taken.
    pub enum Adherence {
        /// 规律
        Regular = "regular" "规律",
        /// 间断
        Intermittent = "intermittent" "间断",
        /// 不服药
        Refused = "refused" "不服药",
    }

    /// What the rules make of a follow-up (words of the policy tables).
    pub enum Outcome {
        /// 控制满意
        Satisfied = "satisfied" "控制满意",
        /// 调整治疗
        Adjust = "adjust" "调整治疗，近期再随访",
        /// 建议转诊
        Refer = "refer" "建议转诊",
        /// 立即转诊
        Urgent = "urgent" "立即转诊",
    }

    /// What became of a referral that the rules ask for.
    pub enum Referral {
        /// None was asked for.
        None = "none" "不需要",
        /// It is asked for, and nobody has said what became of it.
        Open = "open" "待转诊",
        /// The elder was referred.
        Made = "made" "已转诊",
        /// The elder was not referred, with a reason.
        Declined = "declined" "未转诊",
    }
}

/// Every step that there is: state, event, next state.
pub const TRANSITIONS: &[(&str, &str, &str)] = &[
    ("managed", "visit", "managed"),
    ("managed", "lose", "lost"),
    ("lost", "visit", "managed"),
    ("managed", "end", "ended"),
    ("lost", "end", "ended"),
];

/// Why a follow-up may end.
pub const END_REASONS: &[&str] = &["死亡", "迁出", "转由其他机构管理", "诊断排除", "本人拒绝", "其他"];

/// Signs of danger in hypertension, in our own words; pregnancy is left out among elders.
const PRESSURE_SIGNS: &[&str] = &[
    "意识改变",
    "剧烈头痛或头晕",
    "恶心、呕吐",
    "视力模糊、眼痛",
    "心悸、胸闷",
    "喘憋、不能平卧",
    "有本机构不能处理的其他疾病",
];
/// Signs of danger in diabetes.
const GLUCOSE_SIGNS: &[&str] = &[
    "意识或行为改变",
    "呼气有烂苹果味",
    "心悸、出汗",
    "食欲减退、恶心、呕吐",
    "多饮、多尿、腹痛",
    "深大呼吸、皮肤潮红",
    "视力突然下降",
    "有本机构不能处理的其他疾病",
];

impl State {
    /// The state after the event, if the event can happen here.
    #[must_use]
    pub fn after(self, event: &str) -> Option<Self> {
        let step = TRANSITIONS.iter().find(|(from, by, _)| *from == self.code() && *by == event)?;
        Self::parse(step.2)
    }
}

impl Disease {
    /// The disease that a diagnosis takes into the follow-up: essential hypertension (not secondary), diabetes (not type 1).
    #[must_use]
    pub fn of_diagnosis(code: &str) -> Option<Self> {
        let one_of = |groups: &[&str]| groups.iter().any(|group| codes::covers(group, code));
        if one_of(&["I10-I15"]) && !one_of(&["I15"]) {
            Some(Self::Hypertension)
        } else if one_of(&["E10-E14"]) && !one_of(&["E10"]) {
            Some(Self::Diabetes)
        } else {
            None
        }
    }

    /// What the roster calls it.
    #[must_use]
    pub const fn chronic(self) -> Chronic {
        match self {
            Self::Hypertension => Chronic::Hypertension,
            Self::Diabetes => Chronic::Diabetes,
        }
    }

    /// The groups of ICD-10 that it belongs to.
    #[must_use]
    pub const fn group(self) -> &'static str {
        match self {
            Self::Hypertension => "I10-I15",
            Self::Diabetes => "E10-E14",
        }
    }

    /// The signs of danger that are asked for.
    #[must_use]
    pub const fn signs(self) -> &'static [&'static str] {
        match self {
            Self::Hypertension => PRESSURE_SIGNS,
            Self::Diabetes => GLUCOSE_SIGNS,
        }
    }

    const fn questions(self) -> (&'static str, &'static str) {
        match self {
            Self::Hypertension => ("pressure_control", "hypertension_followup"),
            Self::Diabetes => ("glucose_control", "diabetes_followup"),
        }
    }
}

/// Key of a follow-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// Whose.
    pub elder: ElderId,
    /// Which.
    pub id: FollowupId,
}

/// A disease under follow-up, as it stands in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Followup {
    /// Key.
    pub key: Key,
    /// Which disease.
    pub disease: Disease,
    /// Where it stands.
    pub state: State,
    /// Since when.
    pub enrolled_on: Date,
    /// The last day on which the next follow-up is in time.
    pub next_by: Option<Date>,
    /// The day of the last one.
    pub last_on: Option<Date>,
    /// What the last one came to.
    pub last_outcome: Option<Outcome>,
    /// Whether the last one found it not controlled.
    pub poor: bool,
    /// Who follows up.
    pub institution: Option<InstitutionId>,
    /// The doctor's name.
    pub doctor: String,
    /// When it ended.
    pub ended_on: Option<Date>,
    /// Why it ended or was lost.
    pub end_reason: String,
    /// Counts its changes.
    pub version: i64,
}

/// What was asked, measured and done at a follow-up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewVisit {
    /// The day.
    pub on: Date,
    /// How.
    pub way: Way,
    /// 收缩压 in mmHg
    pub sbp: Option<i64>,
    /// 舒张压 in mmHg
    pub dbp: Option<i64>,
    /// 空腹血糖 in tenths of mmol/L
    pub glucose: Option<i64>,
    /// 脉搏 per minute
    pub pulse: Option<i64>,
    /// 体温 in tenths of a degree
    pub temperature: Option<i64>,
    /// Signs of danger that there are.
    pub signs: Vec<String>,
    /// Harm done by a medicine.
    pub adverse: Adverse,
    /// Which harm.
    pub adverse_note: String,
    /// Whether a complication is new or has become worse.
    pub complication: bool,
    /// Which complication.
    pub complication_note: String,
    /// How regularly the medicines are taken.
    pub adherence: Adherence,
    /// 吸烟、饮酒、运动、饮食: what was found and advised.
    pub lifestyle: String,
    /// How the medicines were changed.
    pub treatment: String,
}

/// Limits of plausibility of this program, not of a document: field, label, least, most.
const PLAUSIBLE: [(&str, &str, i64, i64); 5] = [
    ("sbp", "收缩压", 50, 300),
    ("dbp", "舒张压", 20, 200),
    ("glucose", "空腹血糖", 6, 400),
    ("pulse", "脉搏", 20, 250),
    ("temperature", "体温", 300, 430),
];

impl NewVisit {
    /// What cannot be true or is missing for the disease: (field, label, why).
    #[must_use]
    pub fn fault(&self, disease: Disease) -> Option<(&'static str, &'static str, String)> {
        let given = [self.sbp, self.dbp, self.glucose, self.pulse, self.temperature];
        let needed = [disease == Disease::Hypertension, disease == Disease::Hypertension, disease == Disease::Diabetes];
        for (at, (field, label, low, high)) in PLAUSIBLE.into_iter().enumerate() {
            let show = |n: i64| if matches!(at, 2 | 4) { tenths(n) } else { n.to_string() };
            match given[at] {
                None if needed.get(at) == Some(&true) => return Some((field, label, "没有填写".to_owned())),
                Some(n) if !(low..=high).contains(&n) => {
                    let why = format!("{} 不合常理（应在 {} 至 {} 之间），请核对", show(n), show(low), show(high));
                    return Some((field, label, why));
                }
                _ => {}
            }
        }
        match (self.sbp, self.dbp) {
            (Some(high), Some(low)) if low >= high => {
                Some(("dbp", "舒张压", format!("舒张压 {low} 不低于收缩压 {high}，可能填反了")))
            }
            (Some(_), None) => Some(("dbp", "舒张压", "只有收缩压，请补填舒张压".to_owned())),
            (None, Some(_)) => Some(("sbp", "收缩压", "只有舒张压，请补填收缩压".to_owned())),
            _ => None,
        }
    }

    /// The inputs of the rules.
    fn facts(&self, age: i64, poor_before: bool) -> Facts {
        let known = |value: Option<i64>| value.map_or(Value::Nothing, Value::Int);
        Facts::new()
            .with("age", age)
            .with("sbp", known(self.sbp))
            .with("dbp", known(self.dbp))
            .with("glucose", known(self.glucose))
            .with("pulse", known(self.pulse))
            .with("temperature", known(self.temperature))
            .with("danger_signs", !self.signs.is_empty())
            .with("adverse", self.adverse.code())
            .with("complication", self.complication)
            .with("poor_before", poor_before)
            .with("done_on", self.on)
    }

    /// The figures in a line.
    #[must_use]
    pub fn figures(&self) -> String {
        let parts = [
            self.sbp.zip(self.dbp).map(|(high, low)| format!("血压 {high}/{low}")),
            self.glucose.map(|n| format!("空腹血糖 {}", tenths(n))),
            self.pulse.map(|n| format!("脉搏 {n}")),
            self.temperature.map(|n| format!("体温 {}", tenths(n))),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join("，")
    }
}

/// What the rules make of a follow-up.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    /// Whether the value is where it should be.
    pub controlled: bool,
    /// What follows.
    pub outcome: Outcome,
    /// The last day for the next one.
    pub next_by: Date,
    /// The decision, to be kept.
    pub decision: Decision,
}

impl Judged {
    /// Whether a referral is asked for.
    #[must_use]
    pub const fn referral(&self) -> Referral {
        match self.outcome {
            Outcome::Urgent | Outcome::Refer => Referral::Open,
            Outcome::Satisfied | Outcome::Adjust => Referral::None,
        }
    }
}

/// Asks the rules of the place what follows from a follow-up.
///
/// # Errors
/// FU-05 when no document answers.
pub fn judge(
    library: &Library,
    (disease, place): (Disease, Area),
    visit: &NewVisit,
    (age, poor_before): (i64, bool),
) -> Result<Judged, Reason> {
    let (control, next) = disease.questions();
    let facts = visit.facts(age, poor_before);
    let controlled = library.decide(control, place, visit.on, &facts);
    let decision = library.decide(next, place, visit.on, &facts);
    let outcome = decision.text("outcome").and_then(Outcome::parse);
    let next_by = decision.get("next_by").and_then(|value| match value {
        Value::Date(day) => Some(*day),
        _ => None,
    });
    let (Some(controlled), Some(outcome), Some(next_by)) = (controlled.bool("controlled"), outcome, next_by) else {
        let why = decision.undecided().unwrap_or("没有结果").to_owned();
        return Err(Reason::new("FU-05", format!("没有文件规定这次随访应怎样处理：{why}")));
    };
    Ok(Judged { controlled, outcome, next_by, decision })
}

/// What stands above a follow-up that asks for a referral.
#[must_use]
pub fn warning(outcome: Outcome, visit: &NewVisit) -> Option<Reason> {
    let signs = if visit.signs.is_empty() { String::new() } else { format!("；{}", visit.signs.join("、")) };
    let figures = format!("{} {}{signs}", visit.on, visit.figures());
    match outcome {
        Outcome::Urgent => {
            Some(Reason::new("FU-11", format!("{figures}：达到危急界限或有危急症状，处理后立即转诊，两周内追踪")))
        }
        Outcome::Refer => Some(Reason::new(
            "FU-12",
            format!("{figures}：连续控制不满意、不良反应难以控制或有并发症，建议转诊，两周内追踪"),
        )),
        Outcome::Satisfied | Outcome::Adjust => None,
    }
}

/// A follow-up as it stands in the store.
#[derive(Clone, Debug, PartialEq)]
pub struct Visit {
    /// Identity.
    pub id: FollowupVisitId,
    /// Of which disease.
    pub followup: FollowupId,
    /// What was asked, measured and done.
    pub facts: NewVisit,
    /// What the rules made of it.
    pub judged: Judged,
    /// What became of the referral.
    pub referral: Referral,
    /// Where to, or why not.
    pub referral_note: String,
    /// Who did it.
    pub recorded_by: String,
}

/// Sorts an elder into the lists of the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The last day is past.
    Overdue,
    /// To be done within the days of the reminder.
    Due,
    /// Later.
    Waiting,
}

impl Followup {
    /// How it stands with the next follow-up on a day.
    #[must_use]
    pub fn standing(&self, today: Date, reminder_days: i64) -> Standing {
        match self.next_by.filter(|_| self.state == State::Managed) {
            Some(day) if day < today => Standing::Overdue,
            Some(day) if (day - today).num_days() <= reminder_days => Standing::Due,
            _ => Standing::Waiting,
        }
    }
}
