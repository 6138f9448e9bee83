//! One fixture per mistake that a pack's author can make, with the exact words that answer it (`tests/mistakes/*.txt`).
//!
//! `UPDATE_WORDS=1 cargo test -p policy --test mistakes` writes the words anew, for review.

use policy::{Library, lines};
use std::path::PathBuf;

const WORDS: &str = "policies/words.toml";
const DOCUMENT: &str = "policies/anzhou/2020-1/document.toml";
const TABLE: &str = "policies/anzhou/2020-1/tables/medical_unit.toml";
const SUM: &str = "policies/anzhou/2020-1/tables/allowance.toml";
const PARAMETERS: &str = "policies/anzhou/2020-1/parameters.toml";
const TARGETS: &str = "policies/anzhou/2020-1/targets.toml";
const CASES: &str = "policies/anzhou/2020-1/cases.toml";
const PROVINCE: &str = "policies/province/2019-1/document.toml";
const DUTIES: &str = "policies/anzhou/2020-1/duties.toml";
const BILL: &str = "policies/anzhou/2020-1/tables/bill.toml";
const PROVINCE_TABLE: &str = "policies/province/2019-1/tables/allowance.toml";
const PROVINCE_CASES: &str = "policies/province/2019-1/cases.toml";
const SCALE: &str = "scales/tiny.toml";
const WIDE: &str = "scales/wide.toml";
const GRADED: &str = "scales/graded.toml";

/// A small pack of a made-up county and its made-up province, without a mistake.
fn pack() -> Vec<(String, String)> {
    let file = |path: &str, text: &str| (path.to_owned(), text.to_owned());
    vec![
        file(WORDS, include_str!("pack/words.toml")),
        file(DOCUMENT, include_str!("pack/document.toml")),
        file(TABLE, include_str!("pack/medical_unit.toml")),
        file(SUM, include_str!("pack/allowance.toml")),
        file(PARAMETERS, include_str!("pack/parameters.toml")),
        file(TARGETS, include_str!("pack/targets.toml")),
        file(DUTIES, include_str!("pack/duties.toml")),
        file(BILL, include_str!("pack/bill.toml")),
        file(CASES, include_str!("pack/cases.toml")),
        file(PROVINCE, include_str!("pack/province.toml")),
        file(PROVINCE_TABLE, include_str!("pack/province_allowance.toml")),
        file(PROVINCE_CASES, include_str!("pack/province_cases.toml")),
        file(SCALE, include_str!("pack/tiny.toml")),
        file(WIDE, include_str!("pack/wide.toml")),
        file(GRADED, include_str!("pack/graded.toml")),
    ]
}

/// Where the rows of the table begin.
const HEAD: usize = 193;

/// Name of the fixture, the file to spoil, what is replaced (once) by what.
const MISTAKES: &[(&str, &str, &str, &str)] = &[
    ("not_toml", TABLE, "[table]", "[table"),
    ("unknown_field", TABLE, "title =", "titel ="),
    ("missing_field", DOCUMENT, "number = \"安政发〔2020〕1号\"\n", ""),
    ("area_no_code", DOCUMENT, "area = \"990123\"", "area = \"99012\""),
    ("date_as_text", DOCUMENT, "from = 2020-01-01", "from = \"2020-01-01\""),
    ("number_as_text", PARAMETERS, "value = ", "value = \"many\" #"),
    ("unknown_hit", TABLE, "hit = \"unique\"", "hit = \"any\""),
    ("date_with_time", DOCUMENT, "from = 2020-01-01", "from = 2020-01-01T08:00:00"),
    ("until_before_from", DOCUMENT, "from = 2020-01-01", "from = 2020-01-01\nuntil = 2019-12-31"),
    ("clause_prefix", DOCUMENT, "id = \"AZ-2\"", "id = \"AX-2\""),
    ("clause_twice", DOCUMENT, "id = \"AZ-2\"", "id = \"AZ-1\""),
    (
        "clause_idle",
        DOCUMENT,
        "[[clause]]\nid = \"AZ-2\"",
        "[[clause]]\nid = \"AZ-9\"\nat = \"九\"\ntitle = \"无\"\nsummary = \"没有承担者。\"\nkind = \"rule\"\ndepartments = []\n\n[[clause]]\nid = \"AZ-2\"",
    ),
    ("clause_kind", DOCUMENT, "kind = \"payment\"", "kind = \"money\""),
    ("clause_summary", DOCUMENT, "summary = \"机构要有医疗功能。\"", "summary = \" \""),
    ("prefix_taken", PROVINCE, "prefix = \"PV\"", "prefix = \"AZ\""),
    ("overrides_unknown", DOCUMENT, "\"province/2019-1\"", "\"province/2019-2\""),
    ("overrides_circle", PROVINCE, "overrides = []", "overrides = [\"anzhou/2020-1\"]"),
    ("overrides_missing", DOCUMENT, "overrides = [\"province/2019-1\"]", "overrides = []"),
    ("unknown_clause", TABLE, "clause = \"AZ-1\"", "clause = \"AZ-9\""),
    ("unknown_type", TABLE, "beds = \"integer beds\"", "beds = \"number\""),
    ("unknown_list", TABLE, "set of medical unit", "set of medical units"),
    ("bad_range_of_type", TABLE, "beds = \"integer beds\"", "beds = \"integer 9..1 beds\""),
    ("no_columns", TABLE, "inputs = { ownership = \"ownership\", beds = \"integer beds\" }", "inputs = {}"),
    ("unknown_column", TABLE, "beds = \">= 100\"", "bed = \">= 100\""),
    ("unknown_word", TABLE, "'\"public\"'", "'\"state\"'"),
    ("word_without_quotes", TABLE, "'\"public\"'", "\"public\""),
    ("not_a_number", TABLE, "beds = \">= 100\"", "beds = \">= many\""),
    ("never_true", TABLE, "beds = \">= 100\"", "beds = \"< 0\""),
    ("empty_interval", TABLE, "beds = \">= 100\"", "beds = \"[200..100]\""),
    ("unused_column", TABLE, "beds = \"integer beds\"", "beds = \"integer beds\", age = \"integer\""),
    ("output_missing", TABLE, "then = { duty = \"must\", any_of = [\"infirmary\"] }", "then = { duty = \"must\" }"),
    ("output_word", TABLE, "duty = \"must\"", "duty = \"shall\""),
    ("output_nothing", TABLE, "duty = \"must\"", "duty = \"-\""),
    ("output_float", SUM, "amount_fen = 5_000", "amount_fen = 5000.5"),
    ("arithmetic", SUM, "\"= children * 1_000\"", "\"= childs * 1_000\""),
    ("sum_of_words", SUM, "amount_fen = \"integer fen\"", "amount_fen = \"text\""),
    ("gap", TABLE, "beds = \"< 100\"", "beds = \"< 99\""),
    ("overlap", TABLE, "beds = \"< 100\"", "beds = \"<= 100\""),
    ("silent_needless", TABLE, "hit = \"unique\"", "hit = \"unique\"\nsilent = \"没有规定\""),
    (
        "otherwise_in_unique",
        TABLE,
        "[[row]]",
        "[otherwise]\nclause = \"AZ-1\"\nthen = { duty = \"none\", any_of = [] }\n\n[[row]]",
    ),
    ("gap_in_first", PROVINCE_TABLE, "[[row]]\nclause = \"PV-1\"\nthen = { amount_fen = 100 }\n", ""),
    ("no_rows", TABLE, include_str!("pack/medical_unit.toml").split_at(HEAD).1, ""),
    ("period_outside", TABLE, "hit = \"unique\"", "hit = \"unique\"\nfrom = 2019-01-01"),
    ("period_gap", TABLE, "hit = \"unique\"", "hit = \"unique\"\nfrom = 2021-01-01"),
    ("boundary_untried", CASES, "  [\"private\", 101, \"must\"],\n", ""),
    ("row_untried", CASES, "  [\"public\", 1, \"may\"],\n", ""),
    ("case_wrong", CASES, "[\"private\", 100, \"must\"]", "[\"private\", 100, \"may\"]"),
    ("case_decided", CASES, "[\"private\", 100, \"must\"]", "[\"private\", 100, \"undecided\"]"),
    ("case_undecided", CASES, "[\"private\", 100, \"must\"]", "[\"private\", -100, \"must\"]"),
    ("case_short", CASES, "[\"private\", 100, \"must\"]", "[\"private\", 100]"),
    ("case_without_outcome", CASES, "undecided = true\n", ""),
    ("parameter_unit", PARAMETERS, "unit = \"days\"", "unit = \"day\""),
    ("parameter_clause", PARAMETERS, "clause = \"AZ-2\"", "clause = \"PV-1\""),
    ("parameter_twice", PARAMETERS, "name = \"late_days\"", "name = \"notice_days\""),
    ("target_word", TARGETS, "op = \">=\"", "op = \">\""),
    ("target_untried", CASES, ", [6001, true]", ""),
    ("target_case_wrong", CASES, "[5999, false]", "[5999, true]"),
    ("target_unknown", CASES, "of = \"AZ-1-open\"", "of = \"AZ-7\""),
    ("duty_word", DUTIES, "duty = \"must\"", "duty = \"shall\""),
    ("duty_clause", DUTIES, "clause = \"AZ-1\"", "clause = \"AZ-7\""),
    ("duty_unit", DUTIES, "unit = \"hours\"\n", ""),
    ("duty_empty", DUTIES, "who = \"急救中心\"", "who = \"\""),
    ("duty_twice", DUTIES, "id = \"AZ-1-open\"", "id = \"AZ-1\""),
    ("silent_unknown", DOCUMENT, "[[clause]]", "[[silent]]\nquestion = \"x\"\nreason = \"未写\"\n\n[[clause]]"),
    ("silent_answered", DOCUMENT, "[[clause]]", "[[silent]]\nquestion = \"bill\"\nreason = \"未写\"\n\n[[clause]]"),
    ("asks_unknown", DOCUMENT, "departments = []", "departments = []\nasks = [\"x\"]"),
    ("planned_carried", DOCUMENT, "departments = []", "departments = []\ncarried_by = [\"a/b\"]\nplanned = [\"a/b\"]"),
    ("arithmetic_mixes_days", BILL, "after_days(bought, late_days)", "bought + late_days"),
    ("arithmetic_wrong_sort", BILL, "= price_fen - back_fen", "= after_days(bought, 1)"),
    ("computed_wrong_sort", BILL, "days(bought, on)", "after_days(bought, 1)"),
    ("computed_needs_later", BILL, "days(bought, on)", "days(later, on)"),
    ("maybe_set", BILL, "code = \"text\"", "code = \"text\", units = \"set of medical unit?\""),
    ("null_without_maybe", BILL, "paid_by = \"ownership?\"", "paid_by = \"ownership\""),
    ("lines_column", BILL, "price_fen = \"fee_fen\", ", ""),
    ("lines_collect", BILL, "hit = \"unique\"", "hit = \"collect\""),
    ("gap_of_null", BILL, "paid_by = 'not(null)'", "paid_by = '\"public\"'"),
    ("words_without_comma", TABLE, "'\"public\"'", "'\"public\" \"private\"'"),
    ("takes_unknown_question", SUM, "children = \"integer count\"", "children = \"integer count = families.children\""),
    (
        "takes_unknown_output",
        SUM,
        "children = \"integer count\"",
        "children = \"integer count = medical_unit.children\"",
    ),
    ("takes_other_type", SUM, "children = \"integer count\"", "children = \"integer count = medical_unit.duty\""),
    ("takes_itself", SUM, "children = \"integer count\"", "children = \"integer count = allowance.amount_fen\""),
    ("takes_from_lines", SUM, "children = \"integer count\"", "children = \"integer count = bill.charge_fen\""),
    ("day_that_is_none", TABLE, "hit = \"unique\"", "hit = \"unique\"\nfrom = 2021-02-29"),
    ("day_of_a_bill", BILL, "age_days = \"<= 5\"", "bought = \"<= 2021-02-29\""),
    ("number_too_large", TABLE, "beds = \">= 100\"", "beds = \">= 9_223_372_036_854_775_808\""),
    ("word_list", WORDS, "public = \"公办\"", "public = 1"),
    ("scale_points", SCALE, "max = 3", "max = 4"),
    ("scale_gap", SCALE, "min = 0\nmax = 2", "min = 0\nmax = 1"),
    ("scale_item_twice", SCALE, "code = \"I2\"", "code = \"I1\""),
    ("scale_option", SCALE, "[0, \"完全依赖\"]", "[1, \"完全依赖\"]"),
    ("scale_case_wrong", SCALE, "total = 2\nlevel = 1", "total = 2\nlevel = 0"),
    ("scale_edge_untried", SCALE, "[[case]]\ntotal = 2\nlevel = 1\n", ""),
    ("scale_number", SCALE, "max = 5", "max = 5_000_000_000"),
    ("scale_adjust", SCALE, "at_least = 2", "at_least = 7"),
    ("scale_purpose", SCALE, "purpose = \"screening\"", "purpose = \"entitlement\""),
    ("scale_licence", SCALE, "note = \"虚构\"", "note = \" \""),
    ("scale_wording", WIDE, "name = \"体重指数\"", "name = \"您最近三个月的体重是不是下降了？\""),
    ("scale_option_set", WIDE, "option_set = \"yes\"", "option_set = \"no\""),
    ("scale_measure_turned", WIDE, "min = 0, max = 100, unit", "min = 100, max = 0, unit"),
    ("scale_measure_wide", WIDE, "max = 100, unit", "max = 5000, unit"),
    ("scale_measure_gap", WIDE, "[88, 100, 0]", "[89, 100, 0]"),
    ("scale_measure_overlap", WIDE, "[92, 100, 0]", "[91, 100, 0]"),
    ("scale_condition", WIDE, "{ when = { O2 = 1 }", "{ when = { O2 = 2 }"),
    ("scale_condition_gap", WIDE, "{ when = { O2 = 1 }", "{ when = { O2 = 1, school = 1 }"),
    ("scale_instead_of", WIDE, "instead_of = \"B1\"", "instead_of = \"W1\""),
    ("scale_least_points", WIDE, "take = \"greatest\"\nmin = 1", "take = \"greatest\""),
    ("scale_flag_answers", WIDE, "[\"小学\", \"中学\"]", "[\"小学\"]"),
    ("scale_level_numbers", WIDE, "lift_to = 1", "lift_to = 2"),
    ("scale_alert", WIDE, "item = \"A1\"\nat_least = 2", "item = \"A1\"\nat_least = 3"),
    ("scale_adjust_two", WIDE, "lift_to = 1", "lift_to = 1\nraise = 1"),
    ("scale_finding_items", WIDE, "reverse = [\"W1\"]", "reverse = [\"B1\"]"),
    ("scale_finding_condition", WIDE, "when = { school = 0 }", "when = { schooling = 0 }"),
    (
        "scale_verdict_gap",
        WIDE,
        "  { name = \"否\" },\n]\n\n[[finding]]",
        "  { name = \"否\", max = 0 },\n]\n\n[[finding]]",
    ),
    (
        "scale_verdict_never",
        WIDE,
        "{ name = \"是\", min = 2, recorded = true }",
        "{ name = \"是\", min = 3, recorded = true }",
    ),
    ("scale_profile", WIDE, "[[\"f1\", \"f2\"]]", "[[\"f1\", \"f3\"]]"),
    ("scale_self_screen", WIDE, "[[\"A\", \"B\"], [\"B\", \"C\"]]", "[[\"A\", \"B\"], [\"C\", \"B\"]]"),
    ("scale_self_screen_short", WIDE, "[[\"A\", \"B\"], [\"B\", \"C\"]]", "[[\"A\", \"B\"]]"),
    ("scale_case_answer", WIDE, "A1 = 92, B1 = 0", "A1 = 192, B1 = 0"),
    ("scale_case_both", WIDE, "A1 = 92, B1 = 0", "A1 = 92, B1 = 0, B2 = 0"),
    ("scale_case_total", WIDE, "total = 6", "total = 5"),
    ("scale_case_finding", WIDE, "findings = { f1 = \"否\", f2 = \"否\" }", "findings = { f1 = \"否\", f2 = \"是\" }"),
    ("scale_case_counts", WIDE, "main = [\"f2\"]\ndoubts = 0\nalerts = 0", "main = [\"f1\"]\ndoubts = 1\nalerts = 1"),
    ("scale_case_part", WIDE, "domains = { M = 3, W = 2 }", "domains = { M = 3 }"),
    ("scale_case_points", WIDE, "domains = { M = 6, W = 3 }", "domains = { M = 6, W = 4 }"),
    ("scale_measure_untried", WIDE, "A1 = 88", "A1 = 89"),
    ("scale_instead_untried", WIDE, "B2 = 0", "B1 = 0"),
    ("scale_alert_untried", WIDE, "alerts = 1\n", ""),
    ("scale_verdict_untried", WIDE, "W1 = 1, W2 = 2", "W1 = 1, W2 = 1"),
    ("scale_floors", GRADED, "min = 0\nfloor_bp = 0", "min = 0\nfloor_bp = 6000"),
    ("scale_floor_untried", GRADED, "E = 4, S = 20", "E = 3, S = 20"),
    ("scale_floor_total_untried", GRADED, "E = 5, S = 12", "E = 5, S = 11"),
];

fn answer(files: Vec<(String, String)>) -> String {
    Library::from_files(files).map_or_else(|mistakes| lines(&mistakes), |_| "（没有发现错误）\n".to_owned())
}

fn spoilt(file: &str, from: &str, to: &str) -> Vec<(String, String)> {
    let mut files = pack();
    let (_, text) = files.iter_mut().find(|(path, _)| path == file).expect("file");
    assert!(text.contains(from), "{file} has no {from}");
    *text = text.replacen(from, to, 1);
    files
}

#[test]
fn the_pack_itself_has_no_mistake() {
    assert_eq!(answer(pack()), "（没有发现错误）\n");
}

#[test]
fn every_mistake_is_answered_in_its_words() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/mistakes");
    let mut wrong = vec![];
    for (name, file, from, to) in MISTAKES {
        let got = answer(spoilt(file, from, to));
        let path = folder.join(format!("{name}.txt"));
        if std::env::var_os("UPDATE_WORDS").is_some() {
            std::fs::write(&path, &got).expect("write");
        }
        let expected = std::fs::read_to_string(&path).unwrap_or_default();
        if got != expected || got.contains("没有发现错误") {
            wrong.push(format!("{name}:\n  got {got}  not {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_mutilated_pack_crashes_the_loader() {
    let pieces = [
        "\"",
        "[",
        "]",
        "[[row]]\n",
        "=",
        "-",
        "99999999999999999999",
        "9223372036854775807",
        "-1",
        "\n",
        "0",
        "空",
        "{ }",
    ];
    let mut state = 11;
    let mut dice = |sides: usize| (kernel::chance::mix(&mut state) % sides as u64) as usize;
    let mut refused = 0;
    for _ in 0..1_500 {
        let mut files = pack();
        let at = dice(files.len());
        let mut text: Vec<char> = files[at].1.chars().collect();
        for _ in 0..=dice(2) {
            let from = dice(text.len());
            let to = (from + dice(6)).min(text.len());
            text.splice(from..to, pieces[dice(pieces.len())].chars());
        }
        files[at].1 = text.into_iter().collect();
        refused += usize::from(Library::from_files(files).is_err());
    }
    assert!(refused > 700, "{refused}");
}

#[test]
fn a_file_in_the_wrong_place_is_named() {
    let mut files = pack();
    files.push(("policies/anzhou/2020-1/table/x.toml".into(), String::new()));
    files.push(("policies/x.toml".into(), String::new()));
    files.push(("policies/nowhere/1/targets.toml".into(), String::new()));
    assert_eq!(
        answer(files),
        "policies/anzhou/2020-1/table/x.toml：不知道这个文件是什么。请表放在 tables/ 下，其余按 policies/README.md。\n\
         policies/nowhere/1/targets.toml：目录“nowhere/1”没有能读懂的 document.toml。请写上 document.toml，或移走这个文件。\n\
         policies/x.toml：不知道这个文件是什么。请按 policies/README.md 放到文件目录中。\n"
    );
}

#[test]
fn findings_stand_beside_a_level_and_do_not_replace_it() {
    let library = Library::from_files(pack()).expect("pack");
    let scale = library.scale("wide").expect("scale");
    let items = [("O2", 1), ("A1", 87), ("B2", 0), ("W1", 1), ("W2", 2)].map(|(code, n)| (code.to_owned(), n)).into();
    let answers = policy::Answers { items, flags: [("school".to_owned(), 1)].into() };
    let scored = scale.score(&answers).expect("scored");
    assert_eq!((scored.total, scored.level_name.as_str()), (5, "高"));
    let main: Vec<bool> = scored.findings.iter().map(|found| found.main).collect();
    assert_eq!(
        (main, scored.doubts.len(), scored.alerts.len()),
        (vec![false, true], 1, 1),
        "乙 has more points than 甲"
    );
    assert_eq!((scored.domains[1].score, scored.domains[1].max), (2, 3), "the greatest row counts alone");
}

#[test]
fn the_county_answers_by_its_own_document_and_its_neighbour_by_the_province() {
    let library = Library::from_files(pack()).expect("pack");
    let amount = |area: &str| {
        let facts = policy::Facts::new().with("age", 80).with("children", 2);
        let place = kernel::Area::parse(area).expect("area");
        library.decide("allowance", place, "2020-01-01".parse().expect("date"), &facts).int("amount_fen")
    };
    assert_eq!((amount("990123"), amount("990124"), amount("980123")), (Some(7_000), Some(100), None));
    assert_eq!(library.parameter("late_days", kernel::Area::COUNTRY, "2020-01-01".parse().expect("date")), None);
}
