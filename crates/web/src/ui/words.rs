//! Chinese words for the facts and outcomes that decision tables name, for pages that show a table or a decision.

/// Name in the tables and its word on pages. A name that is not here is shown as it is.
const FACTS: &[(&str, &str)] = &[
    ("account_balance_fen", "个人账户余额（分）"),
    ("account_fen", "账户支付（分）"),
    ("actual_cost_fen", "实际费用（分）"),
    ("adjacent_to_medical", "与医疗机构邻近或整合设置"),
    ("age", "年龄"),
    ("already_paid", "已享受过补助"),
    ("amount_fen", "金额（分）"),
    ("amount_fen_per_month", "每月金额（分）"),
    ("any_of", "可选的形式"),
    ("beds", "床位数"),
    ("by", "应在此日之前"),
    ("cap_fen", "金额限额（分）"),
    ("cap_per", "限额周期"),
    ("cash_fen", "现金支付（分）"),
    ("category", "类别"),
    ("charge_fen", "收费（分）"),
    ("chronic_diseases", "慢性病种数"),
    ("code", "项目"),
    ("confirmed_by_civil_affairs", "民政部门确认"),
    ("confirmed_by_health", "卫生健康部门确认"),
    ("counts_in_average_stay", "计入平均住院日"),
    ("daily_rate_fen", "床日标准（分）"),
    ("days", "天数"),
    ("dementia", "失智"),
    ("disability_level", "失能等级"),
    ("disabled", "失能"),
    ("district", "区"),
    ("due", "应做"),
    ("duty", "义务"),
    ("elder_care_beds", "养老机构护理床位"),
    ("eligible", "符合条件"),
    ("eligible_fen", "符合规定的费用（分）"),
    ("fund_fen", "基金支付（分）"),
    ("funded_by", "已由何种经费保障"),
    ("government_supported", "政府供养"),
    ("handicapped", "残疾"),
    ("hospital_kind", "医院类别"),
    ("hospital_level", "医院等级"),
    ("idle_beds", "闲置床位较多"),
    ("interval_days", "间隔（天）"),
    ("item", "服务项目"),
    ("kind", "机构类型"),
    ("last_done", "上次做的日期"),
    ("lease_years", "租赁年限"),
    ("level", "失能等级"),
    ("lines", "各项"),
    ("local_resident_share_bp", "本地户籍占比（万分之一）"),
    ("medical_beds", "医疗机构护理床位"),
    ("minutes", "标准时长（分钟）"),
    ("months_since_last", "距上次（月）"),
    ("months_stayed", "入住月数"),
    ("networked_unit", "已纳入医保联网"),
    ("new_beds", "新增床位"),
    ("or_agreement", "可以签约代替"),
    ("original_use", "按原用途和权利类型使用"),
    ("ownership", "所有制"),
    ("package", "服务包"),
    ("paid_this_year_fen", "本年已付自负段（分）"),
    ("payable_fen", "应付（分）"),
    ("payer", "付费渠道"),
    ("per", "周期"),
    ("price_fen", "单价（分）"),
    ("priority", "优先"),
    ("profit_status", "营利性质"),
    ("quota", "次数限额"),
    ("quota_unit", "限额单位"),
    ("rate_bp", "支付比例（万分之一）"),
    ("reason", "理由"),
    ("reasons", "理由"),
    ("registered_60_plus", "户籍 60 岁及以上人数"),
    ("retired", "退休"),
    ("retired_before_2001", "2000 年底以前退休"),
    ("scheme", "参保种类"),
    ("self_paid_fen", "自负段（分）"),
    ("seriously_ill", "重病"),
    ("service", "服务项"),
    ("setting", "照护方式"),
    ("special_family", "特殊家庭"),
    ("staff", "人员"),
    ("standard_fen", "床日定额（分）"),
    ("tenure", "房屋"),
    ("times", "次数"),
    ("unit", "内设机构"),
    ("urban_registration", "市区户籍"),
    ("visit_fee_fen", "上门服务费（分）"),
    ("visit_fee_funded_by", "上门服务费已由何种经费保障"),
    ("ward", "病区"),
    ("years_since_change", "改用年数"),
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
