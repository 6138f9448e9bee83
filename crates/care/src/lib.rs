//! What is done for an elder: health check-ups, stays in hospital, assessments, family-doctor contracts, visits at home.
//!
//! Each folder is a capability; [`subject`] is what they share: the elder that something is done for.

pub mod agreements;
pub mod assessments;
pub mod beds;
pub mod chart;
pub mod consents;
pub mod consultations;
pub mod contracts;
pub mod daycare;
pub mod episodes;
pub mod family;
pub mod followups;
pub mod hospice;
pub mod records;
pub mod referrals;
pub mod screenings;
pub mod sharing;
pub mod sickbeds;
pub mod stays;
pub mod subject;
pub mod tcm;
#[cfg(test)]
mod testing;
pub mod vaccinations;
pub mod visits;

use registry::elders::OwnedTable;

/// Tables of this crate whose rows belong to an elder: a merge of two elder files re-points them.
pub const OWNED: &[OwnedTable] = &[
    OwnedTable::new("checkups", "健康体检"),
    OwnedTable::new("checkup_forms", "体检问诊").of("id", "checkups"),
    OwnedTable::new("checkup_findings", "体检异常").of("checkup_id", "checkups"),
    OwnedTable::new("stays", "住院"),
    OwnedTable::new("assessments", "评估"),
    OwnedTable::new("assessment_forms", "评估表").of("assessment_id", "assessments"),
    OwnedTable::new("assessment_events", "评估办理过程").of("assessment_id", "assessments"),
    OwnedTable::new("visits", "上门服务"),
    OwnedTable::new("visit_charges", "上门费用").of("visit_id", "visits"),
    OwnedTable::new("visit_notes", "入户须知"),
    OwnedTable::new("visit_refusals", "不派人员"),
    OwnedTable::new("visit_events", "上门离线记录").of("visit_id", "visits"),
    OwnedTable::new("visit_vitals", "上门测量").of("visit_id", "visits"),
    OwnedTable::new("visit_files", "上门照片与签名").of("visit_id", "visits"),
    OwnedTable::new("visit_reviews", "上门核查").of("id", "visits"),
    OwnedTable::new("contracts", "家庭医生签约"),
    OwnedTable::new("referrals", "转诊"),
    OwnedTable::new("consultations", "远程会诊"),
    OwnedTable::new("consultation_addenda", "会诊补充意见").of("consultation_id", "consultations"),
    OwnedTable::new("referral_treatments", "长期住院治疗理由"),
    OwnedTable::new("contract_promises", "签约服务项").of("contract_id", "contracts"),
    OwnedTable::new("episodes", "照护全程"),
    OwnedTable::new("episode_places", "照护去向").of("episode_id", "episodes"),
    OwnedTable::new("episode_goals", "照护目标").of("episode_id", "episodes"),
    OwnedTable::new("episode_team", "照护团队").of("episode_id", "episodes"),
    OwnedTable::new("episode_events", "照护经过").of("episode_id", "episodes"),
    OwnedTable::new("chart_items", "健康档案"),
    OwnedTable::new("chart_reviews", "用药指导与处方点评"),
    OwnedTable::new("followups", "慢病随访"),
    OwnedTable::new("followup_visits", "随访记录").of("followup_id", "followups"),
    OwnedTable::new("sickbeds", "家庭病床").parts("visits", "source_id"),
    OwnedTable::new("sickbed_items", "家庭病床计划").of("sickbed_id", "sickbeds"),
    OwnedTable::new("sickbed_rounds", "家庭病床巡诊").of("sickbed_id", "sickbeds"),
    OwnedTable::new("sickbed_fees", "家庭病床费用").of("sickbed_id", "sickbeds"),
    OwnedTable::new("sickbed_events", "家庭病床经过").of("sickbed_id", "sickbeds"),
    OwnedTable::new("bed_residents", "机构入住"),
    OwnedTable::new("bed_periods", "床位占用").of("resident_id", "bed_residents"),
    OwnedTable::new("bed_events", "入住办理过程").of("resident_id", "bed_residents"),
    OwnedTable::new("daycare_members", "日间照护"),
    OwnedTable::new("daycare_days", "日间照护签到").of("member_id", "daycare_members"),
    OwnedTable::new("daycare_measurements", "健康小屋测量"),
    OwnedTable::new("hospice_cases", "安宁疗护"),
    OwnedTable::new("hospice_plans", "安宁疗护计划").of("case_id", "hospice_cases"),
    OwnedTable::new("hospice_seen", "安宁疗护计划知悉").of("case_id", "hospice_cases"),
    OwnedTable::new("hospice_rounds", "安宁疗护巡访").of("case_id", "hospice_cases"),
    OwnedTable::new("hospice_bereavements", "丧亲随访").of("case_id", "hospice_cases"),
    OwnedTable::new("screenings", "量表筛查"),
    OwnedTable::new("tcm_services", "中医药健康管理").of("screening_id", "screenings"),
    OwnedTable::new("vaccinations", "疫苗接种"),
    OwnedTable::new("consents", "知情同意"),
    OwnedTable::new("family_accesses", "家庭页查看人"),
];
