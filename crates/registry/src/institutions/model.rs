//! An institution: what it is, what it has, what it may.

use crate::areas::model::check_place;
use crate::choice;
use kernel::{Area, CreditCode, Date, InstitutionId};
use serde::{Deserialize, Serialize};
use web::FieldError;

choice! {
    /// 机构类型
    pub enum Kind {
        /// 养老机构
        ElderCareInstitution = "elder_care_institution" "养老机构",
        /// 社会福利院
        WelfareHome = "welfare_home" "社会福利院",
        /// 农村敬老院
        RuralElderHome = "rural_elder_home" "农村敬老院",
        /// 日间照料中心
        DayCareCentre = "day_care_centre" "日间照料中心",
        /// 护理院
        NursingHome = "nursing_home" "护理院",
        /// 社区护理站
        NursingStation = "nursing_station" "社区护理站",
        /// 社区卫生服务中心
        CommunityHealthCentre = "community_health_centre" "社区卫生服务中心",
        /// 乡镇卫生院
        TownshipHealthCentre = "township_health_centre" "乡镇卫生院",
        /// 医院
        Hospital = "hospital" "医院",
        /// 评估机构
        AssessmentAgency = "assessment_agency" "评估机构",
    }
}

choice! {
    /// 所有制
    pub enum Ownership {
        /// 公办
        Public = "public" "公办",
        /// 民办
        Private = "private" "民办",
        /// 公建民营
        PublicPrivate = "public_private" "公建民营",
    }
}

choice! {
    /// 营利性质
    pub enum Profit {
        /// 非营利
        NonProfit = "non_profit" "非营利",
        /// 营利
        ForProfit = "for_profit" "营利",
    }
}

choice! {
    /// 内设医疗机构
    pub enum MedicalUnit {
        /// 无
        None = "none" "无",
        /// 医务室
        Infirmary = "infirmary" "医务室",
        /// 护理站
        NursingStation = "nursing_station" "护理站",
        /// 门诊部
        OutpatientDepartment = "outpatient_department" "门诊部",
        /// 综合门诊部
        GeneralOutpatientDepartment = "general_outpatient_department" "综合门诊部",
        /// 护理院
        NursingHome = "nursing_home" "护理院",
        /// 医院
        Hospital = "hospital" "医院",
    }
}

/// An institution as a list or a form brings it. `None` means "not said".
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewInstitution {
    /// 统一社会信用代码: the key.
    #[serde(with = "code_text")]
    pub credit_code: CreditCode,
    /// 机构名称
    pub name: String,
    /// 机构类型
    pub kind: Kind,
    /// 所有制
    pub ownership: Option<Ownership>,
    /// 营利性质
    pub profit: Option<Profit>,
    /// 区划代码 of its place
    pub area: Area,
    /// 详细地址
    pub address: Option<String>,
    /// 经度 in degrees
    pub lon: Option<f64>,
    /// 纬度 in degrees
    pub lat: Option<f64>,
    /// 联系电话 of the institution (not personal)
    pub phone: Option<String>,
    /// 养老床位数
    pub beds: Option<i64>,
    /// 护理型床位数, of those
    pub nursing_beds: Option<i64>,
    /// 医疗床位数
    pub medical_beds: Option<i64>,
    /// 内设医疗机构
    pub medical_unit: Option<MedicalUnit>,
    /// 签约医疗机构信用代码: with whom it has an agreement
    pub partner_code: Option<String>,
    /// 签约有效期至, last day
    pub partner_until: Option<Date>,
    /// 执业许可证号
    pub licence_no: Option<String>,
    /// 许可证有效期至, last day
    pub licence_until: Option<Date>,
    /// 开业日期
    pub opened_on: Option<Date>,
    /// 医院等级, as written: 三级甲等
    pub hospital_level: Option<String>,
}

mod code_text {
    use kernel::CreditCode;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(code: &CreditCode, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(code.as_str())
    }

    pub fn deserialize<'d, D: Deserializer<'d>>(from: D) -> Result<CreditCode, D::Error> {
        CreditCode::parse(&String::deserialize(from)?).map_err(D::Error::custom)
    }
}

/// Chinese names of the fields that may change.
pub const LABELS: &[(&str, &str)] = &[
    ("name", "机构名称"),
    ("kind", "机构类型"),
    ("ownership", "所有制"),
    ("profit", "营利性质"),
    ("area", "区划代码"),
    ("address", "详细地址"),
    ("lon", "经度"),
    ("lat", "纬度"),
    ("phone", "联系电话"),
    ("beds", "养老床位数"),
    ("nursing_beds", "护理型床位数"),
    ("medical_beds", "医疗床位数"),
    ("medical_unit", "内设医疗机构"),
    ("partner_code", "签约医疗机构信用代码"),
    ("partner_until", "签约有效期至"),
    ("licence_no", "执业许可证号"),
    ("licence_until", "许可证有效期至"),
    ("opened_on", "开业日期"),
    ("hospital_level", "医院等级"),
];

/// An institution as it stands in the store.
#[derive(Clone, Debug, PartialEq)]
pub struct Institution {
    /// Identity.
    pub id: InstitutionId,
    /// All that is known of it.
    pub facts: NewInstitution,
}

/// Days before its end from which a licence, an agreement or a certificate is pointed out. An installation setting.
pub const WARNING_DAYS: i64 = 60;

/// How a dated paper stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Validity {
    /// No date was given.
    Unknown,
    /// In force for longer than [`WARNING_DAYS`].
    Valid,
    /// In force, but for so many days only; 0 is the last day.
    Ending(i64),
    /// Ended so many days ago.
    Ended(i64),
}

/// How a paper whose last day is `until` stands on a day.
#[must_use]
pub fn validity(until: Option<Date>, today: Date) -> Validity {
    match until.map(|last| (last - today).num_days()) {
        None => Validity::Unknown,
        Some(left) if left < 0 => Validity::Ended(-left),
        Some(left) if left <= WARNING_DAYS => Validity::Ending(left),
        Some(_) => Validity::Valid,
    }
}

/// What is wrong with an institution by itself, field by field.
#[must_use]
pub fn check(new: &NewInstitution, today: Date) -> Vec<FieldError> {
    let mut wrong = Vec::new();
    let mut say = |field: &str, label: &str, message: &str| wrong.push(FieldError::new(field, label, message));
    if new.name.trim().is_empty() {
        say("name", "机构名称", "没有填写");
    }
    let beds = [("beds", "养老床位数", new.beds), ("medical_beds", "医疗床位数", new.medical_beds)];
    for (field, label, count) in beds.into_iter().chain([("nursing_beds", "护理型床位数", new.nursing_beds)]) {
        if count.is_some_and(|count| count < 0) {
            say(field, label, "不能是负数");
        }
    }
    if new.nursing_beds.unwrap_or_default() > new.beds.unwrap_or(i64::MAX) {
        say("nursing_beds", "护理型床位数", "不能多于养老床位数");
    }
    if new.opened_on.is_some_and(|day| day > today) {
        say("opened_on", "开业日期", "晚于今天");
    }
    if let Some(Err(e)) = new.partner_code.as_deref().map(CreditCode::parse) {
        say("partner_code", "签约医疗机构信用代码", &e.to_string());
    }
    if new.partner_code.as_deref() == Some(new.credit_code.as_str()) {
        say("partner_code", "签约医疗机构信用代码", "不能是本机构自己");
    }
    wrong.extend(check_place(new.lon, new.lat));
    wrong
}

/// What the policy table `required_medical_function` asks about an institution.
#[must_use]
pub fn medical_facts(i: &NewInstitution) -> policy::Facts {
    let mut facts = policy::Facts::new().with("kind", i.kind.code());
    if let Some(ownership) = i.ownership {
        facts = facts.with("ownership", ownership.code());
    }
    if let Some(beds) = i.beds {
        facts = facts.with("beds", beds);
    }
    facts
}

/// Whether what the decision demands is there: a medical unit of one of the kinds, or an agreement where that is enough.
/// `None` when the question is undecided or there is no duty.
#[must_use]
pub fn has_medical_function(i: &NewInstitution, decision: &policy::Decision, today: Date) -> Option<bool> {
    let any_of = decision.set("any_of")?;
    let unit = i.medical_unit.filter(|unit| *unit != MedicalUnit::None);
    let own = unit.is_some_and(|unit| any_of.contains(unit.code()) || any_of.contains("medical_institution"));
    let partner = i.partner_code.is_some() && i.partner_until.is_none_or(|last| last >= today);
    Some(own || (partner && decision.bool("or_agreement") == Some(true)))
}
