//! What a free clinic is, what a hospital reports, what a supervisor notes; and every decision about them. Pure.

use kernel::{AccountId, Area, Date, FreeClinicId, InstitutionId};
use policy::{Facts, Library};
use registry::institutions::{Kind, MedicalUnit, NewInstitution};
use web::{FieldError, Reason};

registry::choice! {
    /// Where a free clinic stands.
    pub enum State {
        /// Recorded by the medical side, not answered yet.
        Recorded = "recorded" "待养老机构确认",
        /// Confirmed by the home.
        Confirmed = "confirmed" "已确认",
        /// The home says that it was not so.
        Disputed = "disputed" "有异议",
        /// Taken back by the medical side.
        Withdrawn = "withdrawn" "已撤回",
    }

    /// How far a duty is.
    pub enum Progress {
        /// Nothing has been done.
        NotBegun = "not_begun" "未启动",
        /// Under way.
        UnderWay = "under_way" "推进中",
        /// Done.
        Done = "done" "已办结",
    }

    /// Whether a hospital has a geriatric department.
    pub enum Department {
        /// It has.
        Open = "open" "已开设",
        /// It is being prepared.
        Preparing = "preparing" "筹建中",
        /// It has not.
        Absent = "absent" "未开设",
    }

    /// The kind of a hospital, as the documents tell them apart.
    pub enum HospitalKind {
        /// 综合医院
        General = "general" "综合医院",
        /// 中医医院
        Tcm = "tcm" "中医医院",
        /// 中西医结合医院
        Integrated = "integrated" "中西医结合医院",
        /// 专科医院
        Specialist = "specialist" "专科医院",
    }
}

/// Every step that there is: state, event, next state.
pub const TRANSITIONS: &[(&str, &str, &str)] = &[
    ("recorded", "confirm", "confirmed"),
    ("recorded", "dispute", "disputed"),
    ("recorded", "withdraw", "withdrawn"),
    ("disputed", "amend", "recorded"),
    ("disputed", "withdraw", "withdrawn"),
];

impl State {
    /// The state after the event, if the event can happen here.
    #[must_use]
    pub fn after(self, event: &str) -> Option<Self> {
        let step = TRANSITIONS.iter().find(|(from, by, _)| *from == self.code() && *by == event)?;
        Self::parse(step.2)
    }
}

/// The institutions where elders live.
pub const HOMES: &[Kind] = &[Kind::WelfareHome, Kind::RuralElderHome, Kind::ElderCareInstitution];
/// Those that may hold a free clinic.
pub const MEDICAL: &[Kind] =
    &[Kind::Hospital, Kind::CommunityHealthCentre, Kind::TownshipHealthCentre, Kind::NursingHome];
/// The institutions of primary care, which are to have beds for elders.
pub const PRIMARY: &[Kind] = &[Kind::CommunityHealthCentre, Kind::TownshipHealthCentre];
/// The longest text of a field, in characters.
pub const LONGEST: usize = 400;
/// The most people of a clinic. A limit of plausibility of this program.
const MOST: i64 = 9999;

/// A free clinic as it is recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewClinic {
    /// The day.
    pub on: Date,
    /// Who came, in words: 老年科医师 2 名、护士 1 名.
    pub team: String,
    /// How many came.
    pub staff: i64,
    /// How many elders were seen.
    pub seen: i64,
    /// What was done.
    pub what: String,
}

impl NewClinic {
    /// What is wrong with the fields.
    #[must_use]
    pub fn faults(&self) -> Vec<FieldError> {
        let long = |text: &str| text.chars().count() > LONGEST;
        let empty = |text: &str| text.trim().is_empty();
        let checks = [
            (empty(&self.team), "team", "派出人员", "请写明科室、职称或姓名"),
            (long(&self.team), "team", "派出人员", "请精简到 400 字以内"),
            (!(1..=MOST).contains(&self.staff), "staff", "派出人数", "应在 1 到 9999 之间"),
            (!(1..=MOST).contains(&self.seen), "seen", "看诊老人数", "应在 1 到 9999 之间"),
            (empty(&self.what), "what", "义诊内容", "请写明做了什么"),
            (long(&self.what), "what", "义诊内容", "请精简到 400 字以内"),
        ];
        let wrong = checks.into_iter().filter(|(wrong, ..)| *wrong);
        wrong.map(|(_, field, label, text)| FieldError::new(field, label, text)).collect()
    }
}

/// A free clinic as it stands in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clinic {
    /// Identity.
    pub id: FreeClinicId,
    /// The medical side.
    pub hospital: InstitutionId,
    /// Its name.
    pub hospital_name: String,
    /// Where it was held.
    pub home: InstitutionId,
    /// Its name.
    pub home_name: String,
    /// Where it stands.
    pub state: State,
    /// Whether the home was short of medicine, and whether it came first, by the rule of the day on which it was recorded.
    pub short: Short,
    /// What was recorded.
    pub facts: NewClinic,
    /// What the home said, or why it was withdrawn.
    pub answer: String,
    /// Who recorded it.
    pub recorded_by: String,
    /// Their account.
    pub recorder: Option<AccountId>,
    /// Who answered for the home.
    pub answered_by: Option<String>,
    /// Counts the changes.
    pub version: i64,
}

impl Clinic {
    /// Its page.
    #[must_use]
    pub fn href(&self) -> String {
        format!("/duties/clinics/{}", self.id)
    }

    /// Whether it counts towards what its hospital owes.
    #[must_use]
    pub fn counts(&self) -> bool {
        self.state == State::Confirmed && self.short.short
    }
}

/// Whether a home is short of medicine (医疗资源薄弱), and whether one should go there first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Short {
    /// It is.
    pub short: bool,
    /// It has no agreement either.
    pub first: bool,
}

/// What the table `short_of_medicine` asks about a home on a day.
#[must_use]
pub fn short_facts(home: &NewInstitution, on: Date) -> Facts {
    let unit = home.medical_unit.is_some_and(|unit| unit != MedicalUnit::None);
    let partner = home.partner_code.is_some() && home.partner_until.is_none_or(|last| last >= on);
    Facts::new().with("has_unit", unit).with("has_agreement", partner)
}

/// Whether a home is short of medicine on a day; not where no document says what that is.
#[must_use]
pub fn short(library: &Library, home: &NewInstitution, on: Date) -> Short {
    let decision = library.decide("short_of_medicine", home.area, on, &short_facts(home, on));
    let yes = |name| decision.bool(name) == Some(true);
    Short { short: yes("short"), first: yes("first") }
}

/// A side of a free clinic.
#[derive(Clone, Debug, PartialEq)]
pub struct Side {
    /// Identity.
    pub id: InstitutionId,
    /// What the register says.
    pub facts: NewInstitution,
}

/// What is against a clinic of these two on a day.
#[must_use]
pub fn against(hospital: &Side, home: &Side, on: Date, today: Date) -> Vec<Reason> {
    let city = |area: Area| area.up_to(kernel::area::Level::City);
    let mut reasons = vec![];
    let mut say = |code: &str, text: String| reasons.push(Reason::new(code, text));
    if on > today {
        say("DU-01", format!("{on} 还没有到，义诊做完后再登记"));
    }
    if on < super::calendar::horizon(today) {
        say("DU-08", format!("{on} 早于上一年度，应做次数已不再核对，不必登记"));
    }
    if !MEDICAL.contains(&hospital.facts.kind) {
        say("DU-03", format!("{}不是医疗机构", hospital.facts.name));
    }
    if !HOMES.contains(&home.facts.kind) {
        say("DU-03", format!("{}不是老人居住的养老机构", home.facts.name));
    }
    if city(hospital.facts.area) != city(home.facts.area) {
        say("DU-06", format!("{}不在本市", home.facts.name));
    }
    reasons
}

/// What a medical institution says of its geriatric department and its beds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// As of this day.
    pub on: Date,
    /// The kind of hospital; none for those that are none.
    pub kind: Option<HospitalKind>,
    /// Whether it has the department.
    pub department: Department,
    /// Beds for geriatric nursing.
    pub geriatric_beds: i64,
    /// Beds for rehabilitation.
    pub rehabilitation_beds: i64,
    /// Beds for hospice care.
    pub hospice_beds: i64,
    /// What else.
    pub note: String,
    /// Who says so.
    pub said_by: String,
}

impl Report {
    /// What is wrong with the fields.
    #[must_use]
    pub fn faults(&self, today: Date) -> Vec<FieldError> {
        let beds = |n: i64| !(0..=MOST).contains(&n);
        let checks = [
            (self.on > today, "on", "截至日期", "不能晚于今天"),
            (beds(self.geriatric_beds), "geriatric_beds", "老年护理床位", "应在 0 到 9999 之间"),
            (beds(self.rehabilitation_beds), "rehabilitation_beds", "康复床位", "应在 0 到 9999 之间"),
            (beds(self.hospice_beds), "hospice_beds", "安宁疗护床位", "应在 0 到 9999 之间"),
            (self.note.chars().count() > LONGEST, "note", "说明", "请精简到 400 字以内"),
        ];
        let wrong = checks.into_iter().filter(|(wrong, ..)| *wrong);
        wrong.map(|(_, field, label, text)| FieldError::new(field, label, text)).collect()
    }

    /// All its beds for elders.
    #[must_use]
    pub const fn beds(&self) -> i64 {
        self.geriatric_beds + self.rehabilitation_beds + self.hospice_beds
    }
}

/// What somebody noted of a duty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Of which area.
    pub area: Area,
    /// How far it is.
    pub state: Progress,
    /// As of this day.
    pub on: Date,
    /// In words.
    pub note: String,
    /// What shows it: the number of a paper, a page of this program.
    pub evidence: String,
    /// Who noted it.
    pub by: String,
}

impl Note {
    /// What is wrong with the fields.
    #[must_use]
    pub fn faults(&self, today: Date) -> Vec<FieldError> {
        let long = |text: &str| text.chars().count() > LONGEST;
        let checks = [
            (self.on > today, "on", "日期", "不能晚于今天"),
            (self.note.trim().is_empty(), "note", "进展", "请写明"),
            (long(&self.note), "note", "进展", "请精简到 400 字以内"),
            (long(&self.evidence), "evidence", "佐证", "请精简到 400 字以内"),
        ];
        let wrong = checks.into_iter().filter(|(wrong, ..)| *wrong);
        wrong.map(|(_, field, label, text)| FieldError::new(field, label, text)).collect()
    }

    /// What is against it.
    #[must_use]
    pub fn against(&self) -> Option<Reason> {
        let bare = self.state == Progress::Done && self.evidence.trim().is_empty();
        bare.then(|| Reason::new("DU-07", "记为“已办结”要写明佐证（文号、文件名或本平台的页面）"))
    }
}
