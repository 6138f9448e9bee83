//! The four documents, whole: every clause has what carries it, every question an answer or the reason why there is none.

use kernel::{Area, ClauseId};
use policy::{Facts, Library, lines};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Id and folder of every clause, as the documents have them.
const CLAUSES: &str = include_str!("clauses.txt");

/// The questions that the documents are asked by.
const QUESTIONS: [&str; 16] = [
    "required_medical_function",
    "nursing_home_construction_subsidy",
    "nursing_home_operating_subsidy",
    "nursing_station_subsidy",
    "stronger_support",
    "administrative_charge",
    "geriatric_department",
    "free_clinic",
    "family_doctor_priority",
    "health_management_due",
    "tcm_due",
    "home_visit_charge",
    "bed_day_payment",
    "care_insurance_benefit",
    "settlement_segments",
    "nursing_bed_target",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn library() -> &'static Library {
    static LIBRARY: OnceLock<Library> = OnceLock::new();
    LIBRARY.get_or_init(|| Library::load(&root()).unwrap_or_else(|mistakes| panic!("{}", lines(&mistakes))))
}

fn wanted() -> BTreeMap<ClauseId, &'static str> {
    let lines = CLAUSES.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| line.split_once(' ').expect("id and folder")).map(|(id, folder)| (id.into(), folder)).collect()
}

#[test]
fn every_clause_of_the_four_documents_is_there_and_carried() {
    let wanted = wanted();
    assert_eq!(wanted.len(), 90);
    for (id, folder) in &wanted {
        let clause = library().clause(id).unwrap_or_else(|| panic!("{id} is missing"));
        assert_eq!(clause.document, *folder, "{id}");
        assert!(!library().carriers(id).is_empty(), "{id} has nothing that carries it");
        assert!(clause.summary.chars().count() >= 10 && !clause.at.is_empty(), "{id}");
    }
    let folders: BTreeSet<&str> = wanted.values().copied().collect();
    let more = library().clauses().filter(|c| folders.contains(c.document.as_str()) && !wanted.contains_key(&c.id));
    assert_eq!(more.map(|clause| clause.id.to_string()).collect::<Vec<_>>(), Vec::<String>::new());
    let list = library().clause_list();
    assert!(!list.contains("（尚无）"));
    assert!(wanted.keys().all(|id| list.contains(&format!("| {id} |"))));
}

#[test]
fn what_is_said_to_carry_a_clause_is_built_and_what_is_planned_is_not() {
    let built = |capability: &str| {
        let (group, slug) = capability.split_once('/').expect("group/slug");
        root().join("crates").join(group).join("src").join(slug).is_dir()
    };
    for clause in library().clauses() {
        let missing: Vec<_> = clause.carried_by.iter().filter(|capability| !built(capability)).collect();
        assert!(missing.is_empty(), "{}: {missing:?} is not there: move it to planned", clause.id);
        let there: Vec<_> = clause.planned.iter().filter(|capability| built(capability)).collect();
        assert!(there.is_empty(), "{}: {there:?} is there: move it to carried_by", clause.id);
    }
}

#[test]
fn every_document_answers_every_question_or_says_why_not() {
    let on = "2026-11-01".parse().expect("date");
    let folders: BTreeSet<&str> = wanted().into_values().collect();
    for folder in folders {
        let document = library().document(folder).expect("document");
        for question in QUESTIONS {
            if library().table(question, document.area, on).is_some() {
                continue;
            }
            let decision = library().decide(question, document.area, on, &Facts::new());
            let reason = decision.undecided().unwrap_or_default();
            assert!(reason.starts_with(&document.number), "{folder} {question}: {reason}");
        }
    }
}

#[test]
fn the_four_documents_differ_on_the_same_institution() {
    let on = "2026-11-01".parse().expect("date");
    let ask = |area: &str, beds: i64| {
        let facts = Facts::new().with("kind", "elder_care_institution").with("ownership", "private");
        let facts = facts.with("beds", beds).with("adjacent_to_medical", false);
        let decision = library().decide("required_medical_function", Area::parse(area).expect("area"), on, &facts);
        decision.text("duty").unwrap_or("undecided").to_owned()
    };
    let all = |beds: i64| ["320623", "210281", "310000", "360100"].map(|area| ask(area, beds)).join(" ");
    assert_eq!(all(99), "may may none none");
    assert_eq!(all(100), "must should none none");
    assert_eq!(all(150), "must should must none");
    assert_eq!(all(200), "must must must none");
}

#[test]
fn facts_come_and_outcomes_go_as_json_of_the_same_names() {
    let on = "2026-11-01".parse().expect("date");
    let facts: Facts = serde_json::from_str(
        r#"{"items": [{"code": "a", "price_fen": 3000, "funded_by": null},
                      {"code": "b", "price_fen": 500, "funded_by": "public_health"}],
            "visit_fee_fen": 5000, "visit_fee_funded_by": null}"#,
    )
    .expect("json");
    let jiangxi = Area::parse("360000").expect("area");
    let decision = library().decide("home_visit_charge", jiangxi, on, &facts);
    let outcome = serde_json::to_value(&decision.outcome).expect("json");
    assert_eq!(outcome["decided"]["charge_fen"], 8000);
    assert_eq!(outcome["decided"]["lines"][1]["charge_fen"], 0);
    assert_eq!(outcome["decided"]["lines"][1]["reason"], "already_funded");
    assert_eq!(outcome["decided"]["lines"][2]["code"], "visit_fee");
    assert_eq!(
        decision.because.iter().map(|b| b.clause.to_string()).collect::<Vec<_>>(),
        ["JX-13a", "JX-13b", "JX-13a"]
    );
    let notice = library().notice(&decision, None);
    assert!(notice.contains("结论：收费 80.00 元。\n　　1. a；单价 30.00 元"), "{notice}");
    assert!(
        notice.contains("2. b；单价 5.00 元；已由基本公共卫生服务经费保障：收费 0.00 元；已有其他经费保障"),
        "{notice}"
    );
    let read: policy::Decision = serde_json::from_str(&serde_json::to_string(&decision).expect("json")).expect("json");
    assert_eq!(library().replay(&read), decision);

    let none: Facts =
        serde_json::from_str(r#"{"items": [], "visit_fee_fen": 1, "visit_fee_funded_by": null}"#).expect("json");
    assert_eq!(library().decide("home_visit_charge", jiangxi, on, &none).int("charge_fen"), Some(1));

    let facts: Facts = serde_json::from_str(r#"{"age": 70, "last_done": "2025-11-02"}"#).expect("json");
    let due = library().decide("tcm_due", jiangxi, on, &facts);
    let outcome = serde_json::to_value(&due.outcome).expect("json");
    assert_eq!(outcome["decided"], serde_json::json!({"due": false, "by": "2026-11-02"}));
    let never: Facts = serde_json::from_str(r#"{"age": 70, "last_done": null}"#).expect("json");
    assert_eq!(library().decide("tcm_due", jiangxi, on, &never).bool("due"), Some(true));
    let unknown = library().decide("tcm_due", jiangxi, on, &Facts::new().with("age", 70));
    assert_eq!(unknown.undecided(), Some("缺少“last_done”（日期（如 2026-11-01），没有就写 null）"));
}

#[test]
fn a_parameter_that_is_not_verified_shows_in_the_decision() {
    let shanghai = Area::parse("310000").expect("area");
    let facts: Facts = serde_json::from_str(
        r#"{"scheme": "employee", "setting": "institution", "networked_unit": true, "eligible_fen": 200000,
            "account_balance_fen": 50000, "paid_this_year_fen": 0, "retired": true, "age": 70, "hospital_level": "一级"}"#,
    )
    .expect("json");
    for (on, self_paid, fund, cash) in [("2023-06-30", 70_000, 68_000, 82_000), ("2023-07-01", 30_000, 102_000, 48_000)]
    {
        let decision = library().decide("settlement_segments", shanghai, on.parse().expect("date"), &facts);
        let parts = ["account_fen", "self_paid_fen", "fund_fen", "cash_fen"].map(|name| decision.int(name));
        assert_eq!(parts, [50_000, self_paid, fund, cash].map(Some), "{on}");
        let used: Vec<&str> = decision.because[0].parameters.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(used, ["segment_self_pay_retired_fen", "segment_fund_retired_from_70_level1_bp"]);
        assert_eq!(decision.unverified.len(), 2, "{:?}", decision.unverified);
        assert!(library().notice(&decision, None).contains("参数：门急诊自负段标准（退休）为"));
    }
}
