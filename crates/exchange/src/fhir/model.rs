//! Partners: who they are, what they may do, when. Pure.

use super::outcome::{Issue, Problem};
use kernel::{Area, Date, Instant, PartnerId};
use web::FieldError;

registry::choice! {
    /// Kinds of resources that are exchanged.
    pub enum Resource {
        /// Basic file (基本信息).
        Patient = "Patient" "基本信息",
        /// Diagnoses.
        Condition = "Condition" "诊断",
        /// Allergies.
        AllergyIntolerance = "AllergyIntolerance" "过敏",
        /// Medicines.
        MedicationStatement = "MedicationStatement" "用药",
        /// Results, vital signs, habits.
        Observation = "Observation" "检查检验与生活方式",
        /// Operations.
        Procedure = "Procedure" "手术与操作",
        /// Risks.
        Flag = "Flag" "风险提示",
        /// Stays in hospital.
        Encounter = "Encounter" "住院",
    }

    /// Where a partner stands.
    pub enum State {
        /// It may exchange, in its days.
        Active = "active" "已开通",
        /// It may not any more.
        Revoked = "revoked" "已停用",
    }
}

/// Every step that there is: state, event, next state.
pub const TRANSITIONS: &[(&str, &str, &str)] = &[("active", "revoke", "revoked")];

/// Requests in a minute that a partner may make unless it is registered with another number. An installation setting.
pub const PER_MINUTE: i64 = 120;
/// The most requests in a minute that can be registered.
pub const MOST_PER_MINUTE: i64 = 6000;
/// The most entries that one bundle may have. An installation setting.
pub const MOST_ENTRIES: usize = 500;
/// The most that one request may weigh, in bytes. An installation setting.
pub const HEAVIEST: usize = 4 << 20;
/// Resources of a page unless the request says otherwise, and at most.
pub const PAGE: (usize, usize) = (50, 200);
/// How many secrets begin, so that one that lies about is recognised.
pub const SECRET: &str = "yyfhir_";

/// What a partner may do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rights {
    /// What it may read.
    pub read: Vec<Resource>,
    /// What it may send.
    pub write: Vec<Resource>,
}

impl Rights {
    /// `Condition.read,Condition.write`
    #[must_use]
    pub fn join(&self) -> String {
        let known = Resource::ALL.iter().copied();
        let read = known.clone().filter(|one| self.read.contains(one)).map(|one| format!("{}.read", one.code()));
        let write = known.filter(|one| self.write.contains(one)).map(|one| format!("{}.write", one.code()));
        read.chain(write).collect::<Vec<_>>().join(",")
    }

    /// Reads what [`Rights::join`] wrote.
    #[must_use]
    pub fn split(text: &str) -> Self {
        let mut rights = Self::default();
        for (kind, what) in text.split(',').filter_map(|one| one.split_once('.')) {
            let Some(kind) = Resource::parse(kind) else { continue };
            if what == "read" { rights.read.push(kind) } else { rights.write.push(kind) }
        }
        rights
    }

    /// In words: 查询 基本信息、诊断；传入 诊断.
    #[must_use]
    pub fn words(&self) -> String {
        let names = |list: &[Resource]| list.iter().map(|one| one.name()).collect::<Vec<_>>().join("、");
        let parts = [("查询", &self.read), ("传入", &self.write)];
        let said = parts.iter().filter(|(_, list)| !list.is_empty());
        said.map(|(what, list)| format!("{what} {}", names(list))).collect::<Vec<_>>().join("；")
    }

    /// FX-03 when the partner may not read it.
    ///
    /// # Errors
    /// The problem, as the partner is told.
    pub fn may_read(&self, kind: Resource) -> Result<(), Problem> {
        if self.read.contains(&kind) { Ok(()) } else { Err(no_right(kind, "查询")) }
    }

    /// FX-03 when the partner may not send it.
    ///
    /// # Errors
    /// The problem, as the partner is told.
    pub fn may_write(&self, kind: Resource) -> Result<(), Problem> {
        if self.write.contains(&kind) { Ok(()) } else { Err(no_right(kind, "传入")) }
    }
}

fn no_right(kind: Resource, what: &str) -> Problem {
    Problem::of(403, Issue::error("forbidden", format!("FX-03 对接单位没有{what} {} 的权限", kind.code())))
}

/// A partner as a form brings it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPartner {
    /// Name: 如东县全民健康信息平台.
    pub name: String,
    /// Whose elders: those of this area.
    pub area: Area,
    /// What it may do.
    pub rights: Rights,
    /// For what, by which paper.
    pub purpose: String,
    /// Whom to call about it.
    pub contact: String,
    /// Requests in a minute.
    pub per_minute: i64,
    /// First day.
    pub from: Date,
    /// Last day.
    pub until: Date,
}

/// A partner as it stands in the store; its secret is not in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partner {
    /// Identity.
    pub id: PartnerId,
    /// What was registered.
    pub facts: NewPartner,
    /// The last four characters of the secret.
    pub secret_tail: String,
    /// Where it stands.
    pub state: State,
    /// When it was revoked, by whom, why.
    pub ended: Option<(Instant, String, String)>,
    /// Who registered it.
    pub made_by: String,
    /// Counts its changes.
    pub version: i64,
}

impl NewPartner {
    /// What is wrong with the fields.
    #[must_use]
    pub fn faults(&self, today: Date) -> Vec<FieldError> {
        let blank = |text: &str, most: usize| text.trim().is_empty() || text.chars().count() > most;
        let checks = [
            (blank(&self.name, 60), "name", "单位名称", "请填写名称，不超过 60 字"),
            (blank(&self.purpose, 200), "purpose", "用途和依据", "请写明用途和依据，不超过 200 字"),
            (blank(&self.contact, 100), "contact", "联系人和电话", "请填写，不超过 100 字"),
            (self.rights == Rights::default(), "read", "权限", "请至少选择一项"),
            (self.rights.write.contains(&Resource::Patient), "write", "权限", "基本信息以名册为准，不经接口传入"),
            (!(1..=MOST_PER_MINUTE).contains(&self.per_minute), "per_minute", "每分钟请求数", "应在 1 至 6000 之间"),
            (self.until < self.from || self.until < today, "valid_until", "有效期至", "不能早于开始日期和今天"),
        ];
        let wrong = checks.into_iter().filter(|(wrong, ..)| *wrong);
        wrong.map(|(_, field, label, text)| FieldError::new(field, label, text)).collect()
    }
}

impl Partner {
    /// Its page.
    #[must_use]
    pub fn href(&self) -> String {
        format!("/fhir/partners/{}", self.id)
    }

    /// As the audit, the record and the elder's family name it.
    #[must_use]
    pub fn as_actor(&self) -> String {
        format!("{}（接口）", self.facts.name)
    }

    /// FX-02 when it may not exchange on the day.
    ///
    /// # Errors
    /// The problem, as the partner is told.
    pub fn open_on(&self, day: Date) -> Result<(), Problem> {
        let facts = &self.facts;
        let why = if self.state == State::Revoked {
            "对接已停用".to_owned()
        } else if day < facts.from {
            format!("对接从 {} 起才有效", facts.from)
        } else if day > facts.until {
            format!("对接有效期 {} 已过", facts.until)
        } else {
            return Ok(());
        };
        Err(Problem::of(401, Issue::error("login", format!("FX-02 {why}，请联系平台管理员"))))
    }
}
