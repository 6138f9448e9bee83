//! What an application is. Pure.

use kernel::{Area, CreditCode, Date, InstitutionId, LicensingId};
use registry::institutions::{Kind, MedicalUnit};
use serde::{Deserialize, Serialize};
use web::FieldError;

registry::choice! {
    /// What is to be opened.
    pub enum Unit {
        /// 康复医院
        RehabilitationHospital = "rehabilitation_hospital" "康复医院",
        /// 老年病医院
        GeriatricHospital = "geriatric_hospital" "老年病医院",
        /// 护理院
        NursingHome = "nursing_home" "护理院",
        /// 安宁疗护中心
        HospiceCentre = "hospice_centre" "安宁疗护中心",
        /// 社区护理站
        NursingStation = "nursing_station" "社区护理站",
        /// 其他医养结合机构
        Combined = "combined" "其他医养结合机构",
        /// 养老机构内设医务室
        InnerInfirmary = "inner_infirmary" "养老机构内设医务室",
        /// 养老机构内设诊所、卫生所（室）
        InnerClinic = "inner_clinic" "养老机构内设诊所、卫生所（室）",
        /// 养老机构内设护理站
        InnerNursingStation = "inner_nursing_station" "养老机构内设护理站",
        /// 养老机构内设门诊部
        InnerOutpatient = "inner_outpatient" "养老机构内设门诊部",
        /// 养老机构内设护理院
        InnerNursingHome = "inner_nursing_home" "养老机构内设护理院",
        /// 医疗卫生机构用现有资源办医养服务
        ElderService = "elder_service" "医疗卫生机构用现有资源办医养服务",
    }

    /// Who runs it and how.
    pub enum Mode {
        /// 民办
        Private = "private" "民办",
        /// 民办公助
        Subsidised = "subsidised" "民办公助",
        /// 公建民营
        PublicPrivate = "public_private" "公建民营",
        /// 特许经营
        Franchise = "franchise" "特许经营",
        /// 公办
        Public = "public" "公办",
    }

    /// By approval or by filing.
    pub enum Way {
        /// 审批
        Approval = "approval" "审批",
        /// 备案
        Filing = "filing" "备案",
    }

    /// Where an application stands.
    pub enum State {
        /// Being written.
        Draft = "draft" "草稿",
        /// Handed in.
        Submitted = "submitted" "待受理",
        /// Sent back for what is missing.
        Returned = "returned" "待补正",
        /// Accepted, to be decided.
        Accepted = "accepted" "已受理，待决定",
        /// Approved.
        Approved = "approved" "准予设立",
        /// Refused for a published condition.
        Refused = "refused" "不予批准",
        /// Filed.
        Filed = "filed" "已备案",
        /// Taken back by the applicant.
        Withdrawn = "withdrawn" "已撤回",
    }

    /// A published condition.
    pub enum Condition {
        /// 场所
        Premises = "premises" "有合法使用的场所",
        /// 规划
        Planning = "planning" "符合区域规划",
        /// 消防
        Fire = "fire" "消防安全合格",
        /// 环保、卫生防疫
        Sanitation = "sanitation" "环保、卫生防疫合格",
        /// 床位
        Beds = "beds" "床位数达到标准",
        /// 医师
        Physicians = "physicians" "医师人数达到标准",
        /// 护士
        Nurses = "nurses" "护士人数达到标准",
        /// 康复治疗师
        Therapists = "therapists" "康复治疗师人数达到标准",
    }
}

/// Every step that there is: state, event, next state.
pub const TRANSITIONS: &[(&str, &str, &str)] = &[
    ("draft", "edit", "draft"),
    ("draft", "submit", "submitted"),
    ("draft", "withdraw", "withdrawn"),
    ("submitted", "return", "returned"),
    ("submitted", "accept", "accepted"),
    ("submitted", "lapse", "accepted"),
    ("submitted", "file", "filed"),
    ("submitted", "withdraw", "withdrawn"),
    ("returned", "edit", "returned"),
    ("returned", "submit", "submitted"),
    ("returned", "withdraw", "withdrawn"),
    ("accepted", "extend", "accepted"),
    ("accepted", "approve", "approved"),
    ("accepted", "refuse", "refused"),
    ("accepted", "withdraw", "withdrawn"),
];

/// An event in words.
#[must_use]
pub fn event_name(event: &str) -> &'static str {
    match event {
        "draft" => "填写申请",
        "submit" => "提交",
        "return" => "一次告知补正",
        "accept" => "受理",
        "lapse" => "逾期未告知，视为受理",
        "file" => "备案",
        "extend" => "延长期限",
        "approve" => "准予设立",
        "refuse" => "不予批准",
        _ => "撤回",
    }
}

impl State {
    /// The state after the event, if the event can happen here.
    #[must_use]
    pub fn after(self, event: &str) -> Option<Self> {
        let step = TRANSITIONS.iter().find(|(from, by, _)| *from == self.code() && *by == event)?;
        Self::parse(step.2)
    }

    /// Whether the office is to act.
    #[must_use]
    pub const fn with_office(self) -> bool {
        matches!(self, Self::Submitted | Self::Accepted)
    }

    /// Whether it is over.
    #[must_use]
    pub const fn over(self) -> bool {
        matches!(self, Self::Approved | Self::Refused | Self::Filed | Self::Withdrawn)
    }
}

/// What the register calls something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A new institution of this kind.
    New(Kind),
    /// A medical unit inside the home that applies.
    Inner(MedicalUnit),
    /// Nothing changes in the register.
    Same,
}

impl Unit {
    /// What becomes of it in the register once it may open.
    #[must_use]
    pub const fn entry(self) -> Entry {
        match self {
            Self::RehabilitationHospital | Self::GeriatricHospital | Self::HospiceCentre => Entry::New(Kind::Hospital),
            Self::NursingHome => Entry::New(Kind::NursingHome),
            Self::NursingStation => Entry::New(Kind::NursingStation),
            Self::Combined => Entry::New(Kind::ElderCareInstitution),
            Self::InnerInfirmary | Self::InnerClinic => Entry::Inner(MedicalUnit::Infirmary),
            Self::InnerNursingStation => Entry::Inner(MedicalUnit::NursingStation),
            Self::InnerOutpatient => Entry::Inner(MedicalUnit::OutpatientDepartment),
            Self::InnerNursingHome => Entry::Inner(MedicalUnit::NursingHome),
            Self::ElderService => Entry::Same,
        }
    }

    /// Whether it is a unit inside a home.
    #[must_use]
    pub const fn inner(self) -> bool {
        matches!(self.entry(), Entry::Inner(_))
    }
}

/// The numbers and promises of the form.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promises {
    /// Beds.
    pub beds: i64,
    /// Physicians.
    pub physicians: i64,
    /// Nurses.
    pub nurses: i64,
    /// Rehabilitation therapists.
    pub therapists: i64,
    /// There are premises that may be used.
    pub premises: bool,
    /// It fits the area's plan.
    pub planning: bool,
    /// Fire safety was passed.
    pub fire: bool,
    /// Sanitation was passed.
    pub sanitation: bool,
    /// It is done with what is there already.
    pub existing: bool,
    /// What else, in words.
    pub note: String,
}

/// An application as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewApplication {
    /// What is to be opened.
    pub unit: Unit,
    /// How it is run.
    pub mode: Mode,
    /// Its name.
    pub name: String,
    /// Its credit code, if it has one.
    pub credit_code: Option<CreditCode>,
    /// Who applies, if the register has them.
    pub institution: Option<InstitutionId>,
    /// Where it is to be.
    pub area: Area,
    /// The address.
    pub address: String,
    /// Whom the office calls.
    pub contact: String,
    /// Telephone of the applicant (not personal).
    pub phone: String,
    /// Numbers and promises.
    pub promises: Promises,
}

/// The most beds or people. A limit of plausibility of this program.
const MOST: i64 = 9_999;

impl NewApplication {
    /// What is wrong with the fields.
    #[must_use]
    pub fn faults(&self) -> Vec<FieldError> {
        let p = &self.promises;
        let empty = |text: &str| text.trim().is_empty();
        let long = |text: &str, most: usize| text.chars().count() > most;
        let wrong = |n: i64| !(0..=MOST).contains(&n);
        let checks = [
            (empty(&self.name), "name", "机构名称", "请填写"),
            (long(&self.name, 80), "name", "机构名称", "请精简到 80 字以内"),
            (empty(&self.address), "address", "地址", "请填写"),
            (long(&self.address, 120), "address", "地址", "请精简到 120 字以内"),
            (empty(&self.contact), "contact", "联系人", "请填写"),
            (long(&self.contact, 40), "contact", "联系人", "请精简到 40 字以内"),
            (empty(&self.phone), "phone", "联系电话", "请填写"),
            (long(&self.phone, 30), "phone", "联系电话", "请精简到 30 字以内"),
            (wrong(p.beds), "beds", "床位数", "应在 0 到 9999 之间"),
            (wrong(p.physicians), "physicians", "医师人数", "应在 0 到 9999 之间"),
            (wrong(p.nurses), "nurses", "护士人数", "应在 0 到 9999 之间"),
            (wrong(p.therapists), "therapists", "康复治疗师人数", "应在 0 到 9999 之间"),
            (long(&p.note, 600), "note", "说明", "请精简到 600 字以内"),
        ];
        let bad = checks.into_iter().filter(|(wrong, ..)| *wrong);
        bad.map(|(_, field, label, text)| FieldError::new(field, label, text)).collect()
    }
}

/// An application as it stands in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application {
    /// Identity.
    pub id: LicensingId,
    /// Its number, for people.
    pub number: String,
    /// What was written.
    pub facts: NewApplication,
    /// By approval or by filing.
    pub way: Way,
    /// Where it stands.
    pub state: State,
    /// How often it was sent back.
    pub returns: i64,
    /// How often the time to decide was extended.
    pub extended: i64,
    /// The day it was handed in first.
    pub submitted_on: Option<Date>,
    /// The day it was accepted.
    pub accepted_on: Option<Date>,
    /// The day it was decided or filed.
    pub decided_on: Option<Date>,
    /// Last day of whoever is to act.
    pub due_on: Option<Date>,
    /// Conditions that are missing (sent back) or not met (refused).
    pub conditions: Vec<Condition>,
    /// The reasons, in words.
    pub reason: String,
    /// Who wrote it.
    pub made_by: String,
    /// Counts the changes.
    pub version: i64,
}

impl Application {
    /// Its page.
    #[must_use]
    pub fn href(&self) -> String {
        format!("/licensing/{}", self.id)
    }

    /// Whether the office is late.
    #[must_use]
    pub fn overdue(&self, today: Date) -> bool {
        self.state.with_office() && self.due_on.is_some_and(|day| day < today)
    }
}

/// A step that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What happened.
    pub event: String,
    /// The state that it led to.
    pub state: State,
    /// The day.
    pub on: Date,
    /// The last day that there was for it.
    pub due_on: Option<Date>,
    /// Working days since the step before.
    pub in_days: i64,
    /// In words.
    pub note: String,
    /// Who did it.
    pub by: String,
}

impl Step {
    /// Whether it was the office's step: its time is what 简化环节 is about.
    #[must_use]
    pub fn of_office(&self) -> bool {
        !matches!(self.event.as_str(), "draft" | "submit" | "withdraw")
    }

    /// Whether the office took it in time; `None` where it had no last day.
    #[must_use]
    pub fn in_time(&self) -> Option<bool> {
        self.due_on.filter(|_| self.of_office()).map(|due| self.event != "lapse" && self.on <= due)
    }
}
