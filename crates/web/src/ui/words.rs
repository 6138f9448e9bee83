//! Chinese words for the facts and outcomes that decision tables name, for pages that show a table or a decision.

/// Name in the tables and its word on pages. A name that is not here is shown as it is.
const FACTS: &[(&str, &str)] = &[
    ("age", "年龄"),
    ("already_paid", "已享受过补助"),
    ("amount_fen", "金额（分）"),
    ("amount_fen_per_month", "每月金额（分）"),
    ("any_of", "可选的形式"),
    ("beds", "床位数"),
    ("cap_fen", "金额限额（分）"),
    ("cap_per", "限额周期"),
    ("category", "类别"),
    ("charge_fen", "收费（分）"),
    ("chronic_diseases", "慢性病种数"),
    ("confirmed_by_civil_affairs", "民政部门确认"),
    ("confirmed_by_health", "卫生健康部门确认"),
    ("dementia", "失智"),
    ("disability_level", "失能等级"),
    ("disabled", "失能"),
    ("district", "区"),
    ("due", "应做"),
    ("duty", "义务"),
    ("eligible", "符合条件"),
    ("ever_done", "做过"),
    ("government_supported", "政府供养"),
    ("hospital_kind", "医院类别"),
    ("hospital_level", "医院等级"),
    ("interval_days", "间隔（天）"),
    ("interval_months", "间隔（月）"),
    ("item", "服务项目"),
    ("kind", "机构类型"),
    ("lease_years", "租赁年限"),
    ("level", "失能等级"),
    ("local_resident_share_bp", "本地户籍占比（万分之一）"),
    ("minutes", "标准时长（分钟）"),
    ("months_since_last", "距上次（月）"),
    ("months_stayed", "入住月数"),
    ("new_beds", "新增床位"),
    ("or_agreement", "可以签约代替"),
    ("ownership", "所有制"),
    ("package", "服务包"),
    ("payable_fen", "应付（分）"),
    ("payer", "付费渠道"),
    ("per", "周期"),
    ("price_fen", "单价（分）"),
    ("priority", "优先"),
    ("profit_status", "营利性质"),
    ("quota", "次数限额"),
    ("quota_unit", "限额单位"),
    ("rate_bp", "支付比例（万分之一）"),
    ("reasons", "理由"),
    ("seriously_ill", "重病"),
    ("service", "服务项"),
    ("setting", "照护方式"),
    ("special_family", "特殊家庭"),
    ("staff", "人员"),
    ("tenure", "房屋"),
    ("times", "次数"),
    ("urban_registration", "市区户籍"),
];

/// The word for a fact or outcome.
#[must_use]
pub fn fact(name: &str) -> &str {
    FACTS.binary_search_by_key(&name, |(code, _)| code).map_or(name, |at| FACTS[at].1)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_words_are_found_and_others_stay_as_they_are() {
        assert!(super::FACTS.is_sorted());
        assert_eq!((super::fact("age"), super::fact("urban_registration")), ("年龄", "市区户籍"));
        assert_eq!(super::fact("weight"), "weight");
    }
}
