//! Roles and what they may do; when an account is locked.

use super::password::Hashed;
use crate::choice;
use chrono::TimeDelta;
use kernel::{AccountId, Area, Instant, InstitutionId, StaffId};
use web::FieldError;

/// States of an account, as the table in `mod.rs` has them.
pub const TRANSITIONS: &[(&str, &str, &str)] = &[
    ("open", "fail", "open"),
    ("open", "fail_too_often", "locked"),
    ("locked", "time_passes", "open"),
    ("open", "disable", "disabled"),
    ("locked", "disable", "disabled"),
    ("disabled", "enable", "open"),
    ("locked", "reset", "open"),
];

/// So many wrong passwords in a row lock an account. An installation setting (等级保护 asks for one).
pub const MOST_FAILURES: i64 = 5;
/// So long it stays locked. An installation setting.
pub const LOCK: TimeDelta = TimeDelta::minutes(15);

choice! {
    /// 角色
    pub enum Role {
        /// 系统管理员: keeps accounts and rosters; does no business.
        Admin = "admin" "系统管理员",
        /// 业务经办: the clerk of the county's health commission or civil-affairs bureau.
        Clerk = "clerk" "业务经办",
        /// 评估员
        Assessor = "assessor" "评估员",
        /// 家庭医生
        Doctor = "doctor" "家庭医生",
        /// 护理员
        Carer = "carer" "护理员",
        /// 护理站管理员
        Station = "station" "护理站管理员",
        /// 养老机构管理员: beds, residents and day care of one institution.
        Residence = "residence" "养老机构管理员",
        /// 长护险经办
        Insurer = "insurer" "长护险经办",
        /// 医院经办: the ward or the referral desk of a hospital; sees its own patients.
        Hospital = "hospital" "医院经办",
        /// 监管人员: sees everything of the area and changes nothing but what it notes of duties and reviews for the catalogue.
        /// 呼叫中心坐席: takes alarms and calls of the area, day and night.
        Operator = "operator" "呼叫中心坐席",
        /// 监管人员: sees everything of the area and changes nothing.
        Supervisor = "supervisor" "监管人员",
        /// 健康小屋终端: the screen of one hut, left open for whoever measures; it can do nothing else.
        Hut = "hut" "健康小屋终端",
        /// 老人及家属: an elder, or who acts for one; sees the pages of those elders only, by `family_accesses`.
        Family = "family" "老人及家属",
    }
}

impl Role {
    /// What the role may do.
    #[must_use]
    pub const fn permissions(self) -> &'static [&'static str] {
        match self {
            Self::Admin => &[
                "catalogue.read",
                "fhir.*",
                "emergencies.read",
                "consultations.read",
                "consents.read",
                "referrals.read",
                "agreements.read",
                "accounts.*",
                "areas.*",
                "institutions.*",
                "staff.*",
                "elders.read",
                "episodes.read",
                "elders.write",
                "elders.merge",
                "transfer.*",
                "audit.*",
                "jobs.*",
                "hospice.read",
                "screenings.read",
                "tcm.read",
                "vaccinations.read",
                "policies.*",
                "indicators.*",
                "assessments.read",
                "records.read",
                "stays.read",
                "sickbeds.read",
                "beds.read",
                "daycare.read",
                "contracts.read",
                "visits.read",
                "ltci.read",
                "duties.read",
                "licensing.read",
            ],
            Self::Clerk => &[
                "catalogue.read",
                "catalogue.write",
                "fhir.read",
                "emergencies.read",
                "emergencies.manage",
                "consultations.read",
                "referrals.*",
                "agreements.*",
                "areas.*",
                "institutions.*",
                "staff.*",
                "elders.*",
                "episodes.read",
                "transfer.*",
                "jobs.*",
                "hospice.read",
                "screenings.read",
                "tcm.read",
                "vaccinations.read",
                "policies.*",
                "indicators.*",
                "simulation.*",
                "assessments.read",
                "assessments.apply",
                "assessments.accept",
                "assessments.review",
                "assessments.dispute",
                "records.*",
                "consents.*",
                "family.access",
                "chart.read",
                "followups.read",
                "stays.*",
                "sickbeds.read",
                "sickbeds.apply",
                "beds.*",
                "daycare.*",
                "contracts.read",
                "visits.read",
                "ltci.read",
                "alarms.read",
                "duties.*",
                "licensing.*",
                "devices.*",
                "huts.card",
                "huts.read",
                "vitals.read",
            ],
            Self::Assessor => &[
                "elders.read",
                "records.read",
                "chart.read",
                "assessments.read",
                "assessments.assess",
                "policies.*",
                "catalogue.read",
            ],
            Self::Doctor => &[
                "catalogue.read",
                "catalogue.write",
                "emergencies.read",
                "consultations.*",
                "referrals.*",
                "agreements.read",
                "agreements.write",
                "agreements.round",
                "elders.read",
                "episodes.*",
                "elders.write",
                "institutions.read",
                "staff.read",
                "consents.*",
                "family.access",
                "records.*",
                "chart.*",
                "followups.*",
                "stays.read",
                "sickbeds.*",
                "beds.read",
                "daycare.read",
                "contracts.*",
                "visits.*",
                "assessments.read",
                "assessments.apply",
                "assessments.dispute",
                "ltci.read",
                "indicators.*",
                "hospice.*",
                "screenings.*",
                "tcm.*",
                "vaccinations.*",
                "policies.*",
                "alarms.*",
                "duties.read",
                "duties.clinic",
                "devices.*",
                "vitals.*",
                "huts.read",
                "huts.answer",
                "huts.card",
            ],
            Self::Carer => &[
                "catalogue.read",
                "elders.read",
                "episodes.read",
                "visits.read",
                "visits.visit",
                "ltci.read",
                "hospice.read",
                "hospice.round",
                "screenings.read",
                "policies.*",
                "alarms.*",
                "devices.read",
                "vitals.read",
            ],
            Self::Station => &[
                "catalogue.read",
                "catalogue.write",
                "emergencies.read",
                "consultations.read",
                "consultations.request",
                "consents.*",
                "referrals.*",
                "agreements.*",
                "elders.read",
                "episodes.*",
                "institutions.read",
                "staff.*",
                "chart.read",
                "assessments.read",
                "visits.*",
                "ltci.read",
                "ltci.plan",
                "policies.*",
                "alarms.*",
                "licensing.read",
                "licensing.apply",
                "devices.*",
                "vitals.read",
            ],
            Self::Residence => &[
                "catalogue.read",
                "catalogue.write",
                "emergencies.read",
                "consultations.read",
                "consultations.request",
                "consents.*",
                "referrals.*",
                "agreements.*",
                "elders.read",
                "episodes.read",
                "visits.read",
                "institutions.read",
                "staff.*",
                "assessments.read",
                "records.read",
                "stays.read",
                "beds.*",
                "daycare.*",
                "ltci.read",
                "ltci.plan",
                "ltci.visit",
                "hospice.read",
                "hospice.round",
                "screenings.read",
                "screenings.write",
                "policies.*",
                "alarms.*",
                "duties.read",
                "duties.confirm",
                "licensing.read",
                "licensing.apply",
                "devices.*",
                "vitals.read",
                "huts.kiosk",
                "huts.read",
                "huts.card",
            ],
            Self::Insurer => &[
                "catalogue.read",
                "consultations.read",
                "referrals.read",
                "elders.read",
                "episodes.read",
                "elders.unmask",
                "institutions.read",
                "staff.read",
                "areas.read",
                "assessments.read",
                "assessments.apply",
                "assessments.accept",
                "assessments.review",
                "assessments.dispute",
                "stays.read",
                "visits.*",
                "sickbeds.read",
                "ltci.*",
                "transfer.read",
                "jobs.read",
                "indicators.*",
                "simulation.*",
                "policies.*",
            ],
            Self::Hospital => &[
                "catalogue.read",
                "catalogue.write",
                "consultations.*",
                "consents.*",
                "elders.read",
                "institutions.read",
                "staff.read",
                "records.read",
                "assessments.read",
                "stays.*",
                "referrals.*",
                "agreements.*",
                "policies.*",
                "duties.read",
                "duties.clinic",
                "licensing.read",
                "licensing.apply",
            ],
            Self::Supervisor => &[
                "catalogue.read",
                "catalogue.review",
                "fhir.read",
                "emergencies.read",
                "consultations.read",
                "referrals.read",
                "agreements.read",
                "elders.read",
                "episodes.read",
                "institutions.read",
                "staff.read",
                "areas.read",
                "assessments.read",
                "records.read",
                "followups.read",
                "stays.read",
                "sickbeds.read",
                "beds.read",
                "daycare.read",
                "contracts.read",
                "visits.read",
                "ltci.read",
                "transfer.read",
                "indicators.*",
                "simulation.*",
                "audit.*",
                "hospice.read",
                "screenings.read",
                "tcm.read",
                "vaccinations.read",
                "consents.read",
                "policies.*",
                "alarms.read",
                "duties.read",
                "duties.note",
                "licensing.read",
                "devices.read",
                "huts.read",
                "vitals.read",
            ],
            Self::Operator => &[
                "emergencies.*",
                "alarms.*",
                "vitals.read",
                "devices.read",
                "elders.read",
                "episodes.read",
                "chart.read",
                "referrals.*",
                "agreements.read",
                "institutions.read",
                "staff.read",
                "policies.*",
                "devices.read",
                "vitals.read",
                "huts.read",
            ],
            Self::Hut => &["huts.kiosk"],
            Self::Family => &["family.read", "family.consent"],
        }
    }

    /// Whether an administrator opens such accounts: those of elders and families are made where somebody checks who they are.
    #[must_use]
    pub const fn by_hand(self) -> bool {
        !matches!(self, Self::Family)
    }

    /// Whether the role sees only elders with a service link to its own institution.
    #[must_use]
    pub const fn confined(self) -> bool {
        matches!(self, Self::Carer | Self::Station | Self::Hospital | Self::Residence | Self::Hut)
    }
}

/// An account to be made.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// Log-in name: small letters, digits, `.`, `_`, `-`.
    pub login: String,
    /// The person's name.
    pub name: String,
    /// 角色
    pub role: Role,
    /// 辖区: what lies under it is seen.
    pub area: Area,
    /// Where the person works; needed for confined roles.
    pub institution: Option<InstitutionId>,
    /// Their entry in the staff register; needed for carers, whose visits carry it.
    pub staff: Option<StaffId>,
    /// The password, hashed.
    pub password: Hashed,
    /// Whether it must be changed at the first log-in.
    pub must_change: bool,
}

/// An account as the list shows it.
#[derive(Clone, Debug)]
pub struct Account {
    /// Identity.
    pub id: AccountId,
    /// Log-in name.
    pub login: String,
    /// The person's name.
    pub name: String,
    /// 角色
    pub role: Role,
    /// 辖区
    pub area: Area,
    /// Where the person works.
    pub institution: Option<InstitutionId>,
    /// Locked until then, if that is not past.
    pub locked_until: Option<Instant>,
    /// Disabled since then.
    pub disabled_at: Option<Instant>,
}

/// What is needed to check a password.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// Whose.
    pub account: AccountId,
    /// The person's name.
    pub name: String,
    /// The hash.
    pub hash: String,
    /// Locked until then.
    pub locked_until: Option<Instant>,
    /// Whether the account was disabled.
    pub disabled: bool,
}

impl Credentials {
    /// Until when the account is locked, if it is.
    #[must_use]
    pub fn locked(&self, now: Instant) -> Option<Instant> {
        self.locked_until.filter(|until| *until > now)
    }
}

/// What is wrong with a new account, field by field.
#[must_use]
pub fn check(new: &NewAccount) -> Vec<FieldError> {
    let mut wrong = Vec::new();
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c);
    if !(3..=32).contains(&new.login.len()) || !new.login.chars().all(plain) {
        wrong.push(FieldError::new("login", "登录名", "应为 3 至 32 位小写字母、数字或 . _ -"));
    }
    if new.name.trim().is_empty() {
        wrong.push(FieldError::new("name", "姓名", "没有填写"));
    }
    if new.role.confined() && new.institution.is_none() {
        let message = format!("{}只看本机构的服务对象，请选择机构", new.role);
        wrong.push(FieldError::new("institution", "所属机构", message));
    }
    if new.role == Role::Carer && new.staff.is_none() {
        wrong.push(FieldError::new("citizen", "人员身份证号", "护理员的服务要记在本人名下，请填写名册中的身份证号"));
    }
    wrong
}
