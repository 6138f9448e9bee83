//! Asking documents on the command line: answers, refusals, and a fifth region without a line of Rust.

use crate::run::{Folder, Said};
use serde_json::{Value, json};
use std::process::Stdio;

const HOME: &str = r#"{"kind": "elder_care_institution", "ownership": "private", "beds": 100}"#;
const QUESTION: &str = "required_medical_function";

fn decide(folder: &Folder, facts: &str, question: &str, area: &str, on: &str) -> Said {
    folder.write("facts.json", facts);
    folder.run(&["policy", "decide", question, "--area", area, "--on", on, "--facts", "facts.json"])
}

fn answer(said: Said) -> Value {
    serde_json::from_str(&said.fine()).expect("json")
}

#[test]
fn a_question_is_answered_as_json_and_in_words() {
    let folder = Folder::new("policy-decide");
    let answer = answer(decide(&folder, HOME, QUESTION, "320623", "2026-11-01"));
    assert_eq!(
        answer["outcome"],
        json!({"duty": "must", "any_of": ["infirmary", "nursing_station"], "or_agreement": false})
    );
    assert_eq!((&answer["area"], &answer["on"]), (&json!("320623"), &json!("2026-11-01")));
    assert_eq!(answer["because"][0]["clause"], "NT-2.3.1");
    let mut program =
        folder.program(&["policy", "explain", QUESTION, "--area", "320623", "--on", "2026-11-01", "--facts", "-"]);
    let mut child = program.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("runs");
    std::io::Write::write_all(&mut child.stdin.take().expect("stdin"), HOME.as_bytes()).expect("written");
    let said = Said::of(child.wait_with_output().expect("ends")).fine();
    assert!(said.contains("如东县") && said.contains("结论：应当；") && said.contains("二（三）1"), "{said}");
    assert!(!folder.path("data").exists(), "asking made a data folder");
}

#[test]
fn what_no_document_says_is_undecided() {
    let folder = Folder::new("policy-silent");
    for (area, on) in [("110101", "2026-11-01"), ("320623", "2018-06-30")] {
        let answer = answer(decide(&folder, HOME, QUESTION, area, on));
        assert!(answer["undecided"].is_string() && answer["outcome"].is_null(), "{answer}");
    }
}

#[test]
fn bad_questions_are_refused_in_words() {
    let folder = Folder::new("policy-bad");
    let (place, on) = ("320623", "2026-11-01");
    let huge = r#"{"district": "崇川区", "tenure": "owned", "new_beds": 9223372036854775807}"#;
    decide(&folder, HOME, "nonsense", place, on).refuses(&["没有“nonsense”这个问题", QUESTION]);
    decide(&folder, HOME, QUESTION, "320699", on).refuses(&["--area", "320699"]);
    decide(&folder, HOME, QUESTION, "Rudong", on).refuses(&["--area", "不是行政区划代码"]);
    decide(&folder, HOME, QUESTION, place, "1990-01-01").refuses(&["早于全部文件"]);
    decide(&folder, HOME, QUESTION, place, "2027-02-29").refuses(&["--on", "2027-02-29"]);
    decide(&folder, r#"{"kind": "elder_care_institution"}"#, QUESTION, place, on).refuses(&["缺少“ownership”"]);
    decide(&folder, &HOME.replace("beds", "bed"), QUESTION, place, on)
        .refuses(&["缺少“beds”", "“bed”不是这个问题要的"]);
    decide(&folder, &HOME.replace("100", "-1"), QUESTION, place, on).refuses(&["“beds”应为不小于 0 的整数"]);
    decide(&folder, &HOME.replace("100", "99999999999999999999"), QUESTION, place, on).refuses(&["“beds”", "范围"]);
    decide(&folder, &HOME.replace("\"private\"", "7"), QUESTION, place, on).refuses(&["“ownership”应为"]);
    decide(&folder, &HOME.replace("100", "1, \"beds\": 2"), QUESTION, place, on).refuses(&["“beds”写了两次"]);
    decide(&folder, "", QUESTION, place, on).refuses(&["内容是空的"]);
    decide(&folder, &" ".repeat(16 << 20), QUESTION, place, on).refuses(&["超过 16 MB"]);
    decide(&folder, "{\"kind\": ", QUESTION, place, on).refuses(&["不是 JSON", "第 1 行"]);
    decide(&folder, "[1]", QUESTION, place, on).refuses(&["对象"]);
    decide(&folder, huge, "nursing_home_construction_subsidy", "320600", on).refuses(&["太大"]);
    let nowhere = ["policy", "decide", QUESTION, "--area", place, "--on", on, "--facts", "nowhere.json"];
    folder.run(&nowhere).refuses(&["没有文件 nowhere.json"]);
}

#[test]
fn two_documents_are_compared_over_a_made_up_population_and_over_the_register() {
    let folder = Folder::new("policy-simulate");
    let care = |on: &str| format!("nantong/basic-care-insurance@{on}");
    let (a, b) = (care("2016-06-01"), care("2019-06-01"));
    let sides = [
        "policy",
        "simulate",
        "--question",
        "care_insurance_benefit",
        "--document",
        &a,
        "--against",
        &b,
        "--assume",
        "setting=home",
    ];
    let with = |more: &[&str]| folder.run(&[&sides, more].concat());
    let table = with(&["--elders", "400"]).fine();
    assert!(table.contains("合成") && table.contains("按地区") && table.contains("按规则"), "{table}");
    assert_eq!(table, with(&["--elders", "400"]).fine(), "the same seed gives the same figures");
    let sums: Value = serde_json::from_str(&with(&["--elders", "400", "--format", "json"]).fine()).expect("json");
    assert_eq!(sums["total"]["people"], 400);
    assert!(with(&["--elders", "400", "--format", "csv"]).fine().starts_with("类别,"));
    with(&[]).refuses(&["没有名册"]);
    with(&["--elders", "0"]).refuses(&["至少"]);
    with(&["--elders", "99999999999999"]).refuses(&["最多", "99999999999999"]);
    let same = ["--document", &a, "--against", &a, "--question", "care_insurance_benefit", "--elders", "9"];
    assert!(folder.run(&[&["policy", "simulate"], &same[..]].concat()).fine().contains("同一份文件、同一天"));
    with(&["--elders", "9", "--assume", "weather=fine"]).refuses(&["weather"]);
    let written = |text: &str| std::fs::write(folder.0.join("people.csv"), text).expect("written");
    written("area,level,dementia\n320623101,5,否\n320623,0,否\n,5,是\n");
    let read = with(&["--people", "people.csv"]).fine();
    assert!(read.contains("人群　文件") && read.contains("如东县") && read.contains("没有写地区"), "{read}");
    written("area,level,dementia\n320623101,6,否\n");
    with(&["--people", "people.csv"]).refuses(&["第 2 行", "“level”应为0 到 5 的整数"]);
    written("area,level,dementia\n329999,5,否\n");
    with(&["--people", "people.csv"]).refuses(&["没有代码 329999 的区县"]);
    with(&["--people", "nowhere.csv"]).refuses(&["不能读 nowhere.csv"]);
    folder.county(60, "csv");
    folder.run(&["import", "--kind", "elders", "rosters/elders.csv"]).fine();
    let own = with(&["--area", "320623"]).fine();
    assert!(own.contains("名册") && own.contains("合计"), "{own}");
}

/// A county's document that is made up for this test: synthetic, of no place.
const DOCUMENT: &str = r#"
prefix = "SY"
number = "合成〔2026〕1号"
title = "合成县医养结合办法（虚构）"
area = "370102"
from = 2026-01-01

[[clause]]
id = "SY-1"
at = "第一条"
title = "养老机构的医务室"
summary = "虚构：50 张床及以上的养老机构要有医务室。"
kind = "rule"
departments = ["合成县民政局"]
"#;

const TABLE: &str = r#"
[table]
question = "required_medical_function"
title = "养老机构的医务室（虚构）"
hit = "unique"
inputs = { kind = "institution kind", beds = "integer beds" }
outputs = { duty = "duty", any_of = "set of medical unit", or_agreement = "boolean" }
silent = "没有规定其他机构"

[[row]]
clause = "SY-1"
when = { kind = '"elder_care_institution"', beds = ">= 50" }
then = { duty = "must", any_of = ["infirmary"], or_agreement = false }

[[row]]
clause = "SY-1"
when = { kind = '"elder_care_institution"', beds = "< 50" }
then = { duty = "may", any_of = ["infirmary"], or_agreement = true }
"#;

const CASES: &str = r#"
[[cases]]
question = "required_medical_function"
inputs = ["kind", "beds"]
outputs = ["duty"]
rows = [
  ["elder_care_institution", 49, "may"],
  ["elder_care_institution", 50, "must"],
  ["elder_care_institution", 51, "must"],
]
"#;

#[test]
fn a_fifth_region_is_a_folder_and_no_rust() {
    let folder = Folder::new("policy-fifth");
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for top in ["policies", "scales"] {
        crate::run::copy(&root.join(top), &folder.path("packs").join(top));
    }
    let own = folder.path("packs/policies/synthetic/2026-1");
    std::fs::create_dir_all(own.join("tables")).expect("folder");
    for (name, text) in
        [("document.toml", DOCUMENT), ("tables/required_medical_function.toml", TABLE), ("cases.toml", CASES)]
    {
        std::fs::write(own.join(name), text).expect("file");
    }
    let checked = folder.run(&["policy", "check", "packs"]).fine();
    assert!(checked.contains("synthetic/2026-1") && checked.contains("nantong/2018-54"), "{checked}");
    folder.write("facts.json", r#"{"kind": "elder_care_institution", "beds": 50}"#);
    let question = [
        "policy",
        "--policies",
        "packs",
        "decide",
        QUESTION,
        "--area",
        "370102",
        "--on",
        "2026-02-28",
        "--facts",
        "facts.json",
    ];
    let answer: Value = serde_json::from_str(&folder.run(&question).fine()).expect("json");
    assert_eq!((&answer["document"], &answer["outcome"]["duty"]), (&json!("synthetic/2026-1"), &json!("must")));
    assert_eq!(answer["because"][0]["clause"], "SY-1");
    // Two rows for 50 beds are found, with an example and what to do.
    std::fs::write(own.join("tables/required_medical_function.toml"), TABLE.replace("< 50", "<= 50")).expect("file");
    folder.run(&["policy", "check", "packs"]).refuses(&["synthetic/2026-1", "required_medical_function.toml"]);
    std::fs::write(own.join("tables/required_medical_function.toml"), TABLE).expect("file");
    std::fs::write(own.join("document.toml"), DOCUMENT.replace("370102", "990102")).expect("file");
    folder.run(&["policy", "check", "packs"]).refuses(&["synthetic/2026-1/document.toml", "990102", "区划"]);
    assert!(folder.run(&["policy", "clauses"]).fine().contains("NT-2.3.1"));
}
