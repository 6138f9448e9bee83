//! What a home sickbed is, and every decision about one. Pure: the day, the policies' answers and the history are handed in.

use crate::consents::{How, NewConsent, Scope};
use crate::contracts::model::ConsentBy;
use crate::stays::Stay;
use chrono::{Datelike, Days};
use kernel::{Area, Date, ElderId, Instant, InstitutionId, SickbedId, StaffId};
use policy::{Decision, Facts, Library};
use registry::institutions::Kind;
use registry::staff::Post;
use web::Reason;

registry::choice! {
    /// Where a home sickbed stands.
    pub enum State {
        /// Applied for; the criteria are to be checked.
        Applied = "applied" "待审核",
        /// The criteria are met; the consent is to be signed.
        Accepted = "accepted" "待签同意书",
        /// The consent is signed; it is to be opened.
        Agreed = "agreed" "待建床",
        /// Open.
        Open = "open" "在床",
        /// Closed.
        Closed = "closed" "已撤床",
        /// The criteria are not met.
        Refused = "refused" "不予建床",
        /// Taken back before the opening.
        Withdrawn = "withdrawn" "已撤回",
    }

    /// Who asks for it.
    pub enum AskedBy {
        /// The elder.
        Elder = "elder" "本人",
        /// The family.
        Family = "family" "家属",
        /// A doctor.
        Doctor = "doctor" "医师",
    }

    /// The group of conditions (words of the policy table).
    pub enum Condition {
        /// After a stroke, paralysis.
        Stroke = "stroke" "脑卒中后遗症、瘫痪",
        /// After a fracture or an operation.
        Fracture = "fracture" "骨折或术后康复",
        /// A chronic disease that needs continuous treatment.
        Chronic = "chronic" "慢性病需连续治疗",
        /// Pressure sores, stomas, tubes.
        Wound = "wound" "压疮、造瘘、置管护理",
        /// A late tumour.
        Tumour = "tumour" "肿瘤晚期",
        /// The end of life.
        EndOfLife = "end_of_life" "临终关怀",
        /// Another one.
        Other = "other" "其他",
    }

    /// What sort of thing the plan says is done.
    pub enum ItemKind {
        /// 治疗
        Treatment = "treatment" "治疗",
        /// 康复
        Rehabilitation = "rehabilitation" "康复",
        /// 护理
        Nursing = "nursing" "护理",
        /// 安宁疗护
        Hospice = "hospice" "安宁疗护",
        /// 指导
        Guidance = "guidance" "指导",
    }

    /// Why a home sickbed is closed.
    pub enum CloseReason {
        /// 治愈、好转
        Cured = "cured" "治愈或好转",
        /// 病情稳定
        Stable = "stable" "病情稳定，不再需要连续治疗",
        /// 住院
        Hospital = "hospital" "住院治疗",
        /// 死亡
        Died = "died" "死亡",
        /// 迁出
        Moved = "moved" "迁出",
        /// 入住养老机构
        MovedIn = "moved_in" "入住养老机构",
        /// 要求
        Asked = "asked" "本人或家属要求",
        /// 期满
        Over = "over" "周期届满",
        /// 其他
        Other = "other" "其他",
    }
}

/// Every step that there is: state, event, next state.
pub const TRANSITIONS: &[(&str, &str, &str)] = &[
    ("applied", "accept", "accepted"),
    ("applied", "refuse", "refused"),
    ("applied", "withdraw", "withdrawn"),
    ("accepted", "consent", "agreed"),
    ("accepted", "withdraw", "withdrawn"),
    ("agreed", "open", "open"),
    ("agreed", "withdraw", "withdrawn"),
    ("open", "extend", "open"),
    ("open", "close", "closed"),
];

impl State {
    /// The state after the event, if the event can happen here.
    #[must_use]
    pub fn after(self, event: &str) -> Option<Self> {
        let step = TRANSITIONS.iter().find(|(from, by, _)| *from == self.code() && *by == event)?;
        Self::parse(step.2)
    }

    /// Whether it is on its way to being opened.
    #[must_use]
    pub const fn waiting(self) -> bool {
        matches!(self, Self::Applied | Self::Accepted | Self::Agreed)
    }
}

/// Key of a home sickbed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// Whose.
    pub elder: ElderId,
    /// Which.
    pub id: SickbedId,
}

impl Key {
    /// Its page.
    #[must_use]
    pub fn href(self) -> String {
        format!("/sickbeds/{}/{}", self.elder, self.id)
    }
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application {
    /// Of which institution.
    pub institution: InstitutionId,
    /// Who asks.
    pub by: AskedBy,
    /// Their name.
    pub name: String,
    /// What they are to the elder; blank for the elder and for a doctor.
    pub relation: String,
    /// When.
    pub on: Date,
    /// The group of conditions.
    pub condition: Condition,
    /// The diagnosis in words.
    pub diagnosis: String,
    /// Its ICD-10 code, if it is known.
    pub diagnosis_code: String,
    /// What is wanted: 每周换药两次.
    pub wish: String,
}

/// Words of a diagnosis that tell its group; the first that stands in it counts.
const WORDS: &[(&str, Condition)] = &[
    ("癌", Condition::Tumour),
    ("肿瘤", Condition::Tumour),
    ("骨折", Condition::Fracture),
    ("术后", Condition::Fracture),
    ("压疮", Condition::Wound),
    ("造瘘", Condition::Wound),
    ("置管", Condition::Wound),
    ("卒中", Condition::Stroke),
    ("脑梗", Condition::Stroke),
    ("脑出血", Condition::Stroke),
    ("瘫", Condition::Stroke),
];

impl Condition {
    /// The group that a diagnosis seems to belong to: a proposal that a person sees and may change.
    #[must_use]
    pub fn of(diagnosis: &str) -> Option<Self> {
        WORDS.iter().find(|(word, _)| diagnosis.contains(word)).map(|(_, group)| *group)
    }
}

impl Application {
    /// What is wrong with the fields: (field, label, what to do).
    #[must_use]
    pub fn faults(&self, today: Date) -> Vec<(&'static str, &'static str, &'static str)> {
        let family = self.by == AskedBy::Family;
        let code = self.diagnosis_code.trim();
        let checks = [
            (self.name.trim().is_empty(), "asked_name", "申请人", "请填写姓名"),
            (family && self.relation.trim().is_empty(), "relation", "与老年人的关系", "家属申请的，请填写关系"),
            (self.on > today, "asked_on", "申请日期", "不能晚于今天"),
            (self.diagnosis.trim().is_empty(), "diagnosis", "主要诊断", "请填写诊断"),
            (!code.is_empty() && !icd10(code), "diagnosis_code", "疾病编码", "应为 ICD-10 编码，如 I69.3"),
        ];
        checks.into_iter().filter(|(wrong, ..)| *wrong).map(|(_, field, label, text)| (field, label, text)).collect()
    }
}

/// Whether it has the form of an ICD-10 code: a letter, two digits, then a point with digits or letters.
#[must_use]
pub fn icd10(code: &str) -> bool {
    let (main, rest) = code.split_once('.').unwrap_or((code, "0"));
    let main: Vec<char> = main.chars().collect();
    let plain = |c: char| c.is_ascii_digit() || c.is_ascii_lowercase() || c.is_ascii_uppercase();
    main.len() == 3
        && main[0].is_ascii_uppercase()
        && main[1..].iter().all(char::is_ascii_digit)
        && (1..=6).contains(&rest.len())
        && rest.chars().all(plain)
}

/// What was found when the application was checked, besides the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Findings {
    /// The group of conditions.
    pub condition: Condition,
    /// The condition is stable.
    pub stable: bool,
    /// Continuous treatment is needed.
    pub needs_treatment: bool,
    /// Going to the doctor is hard.
    pub homebound: bool,
    /// The home is fit for it.
    pub home_fit: bool,
    /// Somebody cares for them at home.
    pub carer_at_home: bool,
}

impl Findings {
    /// The inputs of `sickbed_admission` by their names in the table.
    #[must_use]
    pub fn facts(&self, contracted: bool) -> Facts {
        Facts::new()
            .with("contracted", contracted)
            .with("condition", self.condition.code())
            .with("stable", self.stable)
            .with("needs_treatment", self.needs_treatment)
            .with("homebound", self.homebound)
            .with("home_fit", self.home_fit)
            .with("carer_at_home", self.carer_at_home)
    }
}

/// The consent: who signed, when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    /// Who.
    pub by: ConsentBy,
    /// Their name.
    pub name: String,
    /// What they are to the elder; blank for the elder.
    pub relation: String,
    /// When.
    pub on: Date,
}

/// A home sickbed as it stands in the store.
#[derive(Clone, Debug, PartialEq)]
pub struct Sickbed {
    /// Key.
    pub key: Key,
    /// Where it stands.
    pub state: State,
    /// Name of the institution.
    pub institution_name: String,
    /// What was asked for.
    pub asked: Application,
    /// How the criteria were decided.
    pub decision: Option<Decision>,
    /// When.
    pub decided_on: Option<Date>,
    /// By whom.
    pub decided_by: String,
    /// What was added to it.
    pub decision_note: String,
    /// The consent.
    pub consent: Option<Consent>,
    /// The doctor who is responsible.
    pub doctor: Option<StaffId>,
    /// Their name on that day.
    pub doctor_name: String,
    /// The nurse who is responsible.
    pub nurse: Option<StaffId>,
    /// Their name on that day.
    pub nurse_name: String,
    /// First day.
    pub opened_on: Option<Date>,
    /// The first day after the cycle.
    pub until: Option<Date>,
    /// How often it was extended.
    pub extensions: i64,
    /// The day of closing.
    pub closed_on: Option<Date>,
    /// Number of the rule by which it closed itself; blank when somebody closed it.
    pub close_code: String,
    /// Why it was closed, refused or withdrawn.
    pub close_reason: String,
    /// The closing summary.
    pub summary: String,
    /// Who recorded the application.
    pub made_by: String,
    /// Who changed it last.
    pub changed_by: String,
    /// When: who edits shows that they have seen this state.
    pub changed_at: Instant,
}

impl Sickbed {
    /// First and last day of the bed as far as it is known on the day: an open bed lasts until today.
    #[must_use]
    pub fn days(&self, today: Date) -> Option<(Date, Date)> {
        let from = self.opened_on?;
        Some((from, self.closed_on.unwrap_or(today).max(from)))
    }

    /// A consent as the register keeps it.
    #[must_use]
    pub fn as_consent(&self, given: &Consent, how: How) -> NewConsent {
        NewConsent {
            elder: self.key.elder,
            scope: Scope::Sickbed,
            source: self.key.id.uuid(),
            institution: Some(self.asked.institution),
            purpose: format!("在家中建立家庭病床（{}）", self.asked.diagnosis),
            from: given.on,
            until: None,
            name: given.name.clone(),
            role: given.by.into(),
            relation: given.relation.clone(),
            how,
        }
    }

    /// Whether the cycle is over and the bed is still open.
    #[must_use]
    pub fn over(&self, today: Date) -> bool {
        self.state == State::Open && self.until.is_some_and(|until| until <= today)
    }

    /// How many days it has lasted; the first counts, the day of closing does not, unless it is the first.
    #[must_use]
    pub fn lasted(&self, today: Date) -> i64 {
        self.days(today).map_or(0, |(from, last)| (last - from).num_days().max(1))
    }
}

/// The limits of the place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Days of a cycle.
    pub cycle_days: i64,
    /// Days of a calendar year.
    pub year_days: i64,
    /// Openings of a calendar year.
    pub openings: i64,
    /// Extensions of one opening.
    pub extensions: i64,
    /// Days from one round to the next.
    pub round_days: i64,
}

impl Limits {
    /// What the documents of a place set on a day; none where one of them is missing.
    #[must_use]
    pub fn of(library: &Library, place: Area, on: Date) -> Option<Self> {
        let number = |name: &str| library.parameter(name, place, on).map(|p| p.value);
        Some(Self {
            cycle_days: number("sickbed_cycle_days")?,
            year_days: number("sickbed_year_days")?,
            openings: number("sickbed_openings_a_year")?,
            extensions: number("sickbed_extensions")?,
            round_days: number("sickbed_round_days")?,
        })
    }
}

/// Days of beds in a calendar year, each given by its first day and the first day after it.
#[must_use]
pub fn days_in_year(beds: &[(Date, Date)], year: i32) -> i64 {
    let edge = |year| Date::from_ymd_opt(year, 1, 1).unwrap_or_default();
    let (first, end) = (edge(year), edge(year + 1));
    beds.iter().map(|(from, until)| ((*until).min(end) - (*from).max(first)).num_days().max(0)).sum()
}

/// First day after so many days from a day on.
#[must_use]
pub fn plus(day: Date, days: i64) -> Date {
    day.checked_add_days(Days::new(days.max(0).unsigned_abs())).unwrap_or(day)
}

/// The first day after the cycle of a bed that opens on `on`, shortened to what the year leaves; the reasons where it leaves
/// nothing. `earlier` are the beds that the elder had.
///
/// # Errors
/// The numbered reasons.
pub fn cycle(earlier: &[(Date, Date)], limits: &Limits, on: Date) -> Result<Date, Vec<Reason>> {
    let mut reasons = vec![];
    let openings = earlier.iter().filter(|(from, _)| from.year() == on.year()).count() as i64;
    if openings >= limits.openings {
        let text = format!("{} 年已建床 {openings} 次，一年最多 {} 次", on.year(), limits.openings);
        reasons.push(Reason::new("SB-10", text));
    }
    let left = limits.year_days - days_in_year(earlier, on.year());
    if left <= 0 {
        let text = format!("{} 年的家庭病床已满 {} 天，本年不能再建", on.year(), limits.year_days);
        reasons.push(Reason::new("SB-11", text));
    }
    if !reasons.is_empty() {
        return Err(reasons);
    }
    let (whole, short) = (plus(on, limits.cycle_days), plus(on, left));
    Ok(if short.year() == on.year() { whole.min(short) } else { whole })
}

/// The first day after a cycle that is extended by so many days.
///
/// # Errors
/// The numbered reasons.
pub fn extended(
    bed: (Date, Date),
    earlier: &[(Date, Date)],
    limits: &Limits,
    (done, days): (i64, i64),
) -> Result<Date, Vec<Reason>> {
    let mut reasons = vec![];
    if done >= limits.extensions {
        let text = format!("已延长 {done} 次，一次建床最多延长 {} 次；仍需治疗的请撤床后重新申请", limits.extensions);
        reasons.push(Reason::new("SB-12", text));
    }
    if days > limits.cycle_days {
        let text = format!("一次最多延长一个周期（{} 天），填写了 {days} 天", limits.cycle_days);
        reasons.push(Reason::new("SB-12", text));
    }
    let until = plus(bed.1, days.min(limits.cycle_days));
    let all: Vec<(Date, Date)> = earlier.iter().copied().chain([(bed.0, until)]).collect();
    for year in bed.0.year()..=until.year() {
        let sum = days_in_year(&all, year);
        if sum > limits.year_days {
            let text = format!("延长后 {year} 年共 {sum} 天，一年最多 {} 天", limits.year_days);
            reasons.push(Reason::new("SB-11", text));
        }
    }
    if reasons.is_empty() { Ok(until) } else { Err(reasons) }
}

/// What is against a home sickbed of this elder, whatever the institution; `own` is the one that is being dealt with.
#[must_use]
pub fn against_person(present: bool, beds: &[Sickbed], own: Option<Key>) -> Vec<Reason> {
    let mut reasons = vec![];
    if !present {
        reasons.push(Reason::new("SB-01", "老年人已去世或已迁出"));
    }
    let other = beds.iter().find(|b| Some(b.key) != own && (b.state == State::Open || b.state.waiting()));
    if let Some(bed) = other {
        let text = format!("已有一份家庭病床（{}，{}），不能重复", bed.institution_name, bed.state.name());
        reasons.push(Reason::new("SB-02", text));
    }
    reasons
}

/// What is against a bed that lasts from a day on: a stay in hospital that is not over on that day, or begins after it.
#[must_use]
pub fn against_stays(stays: &[Stay], from: Date) -> Vec<Reason> {
    let over = |stay: &&Stay| stay.facts.discharged_on.is_none_or(|left| left > from);
    stays.iter().find(over).map(in_hospital).into_iter().collect()
}

/// What is against something done at home on a day: a stay in hospital. The days of coming and of leaving are free.
#[must_use]
pub fn against_day(stays: &[Stay], on: Date) -> Vec<Reason> {
    let inside = |s: &&Stay| s.facts.admitted_on < on && s.facts.discharged_on.is_none_or(|left| left > on);
    stays.iter().find(inside).map(in_hospital).into_iter().collect()
}

fn in_hospital(stay: &Stay) -> Reason {
    let until = stay.facts.discharged_on.map_or_else(|| "尚未出院".to_owned(), |day| format!("{day} 出院"));
    let text = format!("{} 起住院（{until}），住院与家庭病床不能同时", stay.facts.admitted_on);
    Reason::new("SB-03", text)
}

/// What is against this institution; `own` is where the person at the keyboard works, if anywhere.
#[must_use]
pub fn against_place(kind: Kind, (id, name): (InstitutionId, &str), own: Option<InstitutionId>) -> Vec<Reason> {
    let mut reasons = vec![];
    if !KINDS.contains(&kind) {
        reasons.push(Reason::new("SB-04", format!("{name}是{}，不能建家庭病床", kind.name())));
    }
    if own.is_some_and(|own| own != id) {
        reasons.push(Reason::new("SB-05", "您只能办理本机构的家庭病床"));
    }
    reasons
}

/// Institutions that may open home sickbeds.
pub const KINDS: [Kind; 4] =
    [Kind::CommunityHealthCentre, Kind::TownshipHealthCentre, Kind::Hospital, Kind::NursingHome];

/// A member of staff, as far as a home sickbed needs one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Identity.
    pub id: StaffId,
    /// Name.
    pub name: String,
    /// Where they work.
    pub institution: InstitutionId,
    /// What as.
    pub post: Post,
    /// Last day of the certificate, if it has one.
    pub certificate_until: Option<Date>,
}

/// What is against somebody in this post of this institution on the day.
#[must_use]
pub fn against_staff(person: &Person, post: Post, institution: InstitutionId, on: Date) -> Vec<Reason> {
    let name = &person.name;
    let mut reasons = vec![];
    if person.institution != institution {
        reasons.push(Reason::new("SB-09", format!("{name}不是本机构的从业人员")));
    }
    if person.post != post {
        reasons.push(Reason::new("SB-09", format!("{name}的岗位是{}，不是{}", person.post.name(), post.name())));
    }
    if let Some(last) = person.certificate_until.filter(|last| *last < on) {
        reasons.push(Reason::new("SB-09", format!("{name}的证书已于 {last} 到期")));
    }
    reasons
}

/// What of the criteria is not met, each with its word.
#[must_use]
pub fn against_criteria(library: &Library, decision: &Decision) -> Vec<Reason> {
    if let Some(why) = decision.undecided() {
        return vec![Reason::new("SB-06", format!("不能按收治条件判定：{why}"))];
    }
    let missing = decision.set("missing").into_iter().flatten();
    let text = |word: &String| library.label("sickbed shortfall", word).unwrap_or(word).to_owned();
    missing.map(|word| Reason::new("SB-07", text(word))).collect()
}

/// Something that the plan says is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Identity.
    pub id: kernel::SickbedItemId,
    /// What sort.
    pub kind: ItemKind,
    /// What: 换药.
    pub title: String,
    /// Every so many days.
    pub every_days: i64,
    /// First day.
    pub from: Date,
    /// The first day without it.
    pub ended_on: Option<Date>,
    /// When it was done last.
    pub last_done: Option<Date>,
}

impl Item {
    /// By when it is to be done next; none once it is ended.
    #[must_use]
    pub fn due_on(&self) -> Option<Date> {
        if self.ended_on.is_some() {
            return None;
        }
        Some(self.last_done.map_or(self.from, |last| plus(last, self.every_days)))
    }
}

/// Something that happened to a bed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The day it concerns.
    pub on: Date,
    /// When it was written.
    pub at: Instant,
    /// What: 申请, 建床, 病情变化 …
    pub kind: String,
    /// More.
    pub detail: String,
    /// Who did it.
    pub by: String,
}
