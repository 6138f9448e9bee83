//! What people and machines hand in that is wrong: a reason in words each, and no panic.

#[allow(dead_code, reason = "this test needs the rule, not its people")]
mod population;

use kernel::{Area, Date};
use policy::simulate::{Basis, Column, Columns};
use policy::{Facts, Library, Value, lines};
use std::path::Path;

fn day(text: &str) -> Date {
    text.parse().expect("date")
}

fn asked(library: &Library, question: &str, area: &str, on: &str, facts: Facts) -> String {
    let decision = library.decide(question, Area::parse(area).expect("area"), day(on), &facts);
    decision.undecided().unwrap_or("（有结果）").to_owned()
}

fn person() -> Facts {
    let facts = Facts::new().with("age", 80).with("level", 3).with("district", "hill");
    facts.with("income_fen", 0).with("care_cost_fen", 100_000)
}

#[test]
fn every_wrong_fact_is_answered_in_words() {
    let library = population::library();
    let ask = |facts| asked(&library, "care_allowance", "990200", "2026-11-01", facts);
    assert_eq!(ask(person()), "（有结果）");
    let taken = |name: &str, question: &str, why: &str| format!("“{name}”取自“{question}”，而它未定：{why}");
    for (facts, why) in [
        (person().with("care_cost_fen", -1), "“care_cost_fen”应为 0 到 100000000 的整数，这里是“-1”".to_owned()),
        (
            person().with("care_cost_fen", "many"),
            "“care_cost_fen”应为 0 到 100000000 的整数，这里是文字“many”".to_owned(),
        ),
        (person().with("age", -1), taken("base_fen", "age_allowance", "“age”应为 0 到 150 的整数，这里是“-1”")),
        (person().with("level", 6), taken("cap_fen", "care_cap", "“level”应为 0 到 5 的整数，这里是“6”")),
        (
            person().with("district", Value::Nothing),
            taken(
                "rate_bp",
                "district_rate",
                "“district”应为下列之一：east（东区）、west（西区）、north（北区）、south（南区）、hill（山区）、lake（湖区）、coast（海滨）、island（岛区），这里是 null",
            ),
        ),
    ] {
        assert_eq!(ask(facts), why);
    }
    let mut unknown = person();
    unknown.0.remove("income_fen");
    assert_eq!(ask(unknown), taken("share_bp", "income_share", "缺少“income_fen”（0 到 100000000 的整数）"));
    assert_eq!(ask(person().with("base_fen", 99_999_999)), "（有结果）", "what is taken from a question is no fact");
}

#[test]
fn unknown_questions_places_and_days_are_answered_in_words() {
    let library = population::library();
    let ask = |question: &str, area: &str, on: &str| asked(&library, question, area, on, person());
    assert_eq!(ask("pocket_money", "990200", "2026-11-01"), "没有任何文件回答“pocket_money”");
    assert_eq!(ask("care_cap", "980000", "2026-11-01"), "地区 980000 没有文件对“按失能等级的照护费封顶”作出规定");
    assert_eq!(
        ask("care_cap", "990200", "2020-02-29"),
        "地区 990200 在 2020-02-29 没有施行中的文件对“按失能等级的照护费封顶”作出规定"
    );
    assert!(library.decide_by("no/document", "care_cap", day("2026-11-01"), &person()).is_none());
}

fn mistakes(change: impl Fn(&str, String) -> String) -> String {
    let files = population::files().into_iter().map(|(path, text)| {
        let text = change(&path, text);
        (path, text)
    });
    Library::from_files(files.collect()).map_or_else(|mistakes| lines(&mistakes), |_| "（没有发现错误）".to_owned())
}

#[test]
fn questions_that_ask_each_other_in_a_circle_are_refused() {
    let said = mistakes(|path, text| match path.rsplit('/').next() {
        Some("care_cap.toml") => {
            text.replace("\"integer 0..5\"", "\"integer 0..10000000000 = care_allowance.amount_fen\"")
        }
        _ => text,
    });
    assert!(said.contains("“care_allowance”取值时问到了自己，成了圈"), "{said}");
    assert!(said.contains("“care_cap”取值时问到了自己，成了圈"), "{said}");
    assert!(!said.contains("“age_allowance”取值"), "{said}");
}

#[test]
fn a_question_that_is_answered_only_for_a_time_is_seen() {
    let said = mistakes(|path, text| match path.rsplit('/').next() {
        Some("care_cap.toml") => text.replace("hit = \"unique\"", "hit = \"unique\"\nuntil = 2025-01-01"),
        _ => text,
    });
    let why = "输入列“cap_fen”要问“care_cap”，但本表施行期间有时没有它的表。例如：2025-01-01 这天。";
    assert!(said.contains(why), "{said}");
}

/// A pack of one table whose amount may be more than a number holds.
fn large() -> Library {
    let document = "prefix = \"LG\"\nnumber = \"x\"\ntitle = \"x\"\narea = \"990200\"\nfrom = 2024-01-01\n[[clause]]\nid = \"LG-1\"\n\
                    at = \"一\"\ntitle = \"x\"\nsummary = \"x\"\nkind = \"rule\"\ndepartments = []\n";
    let table = "[table]\nquestion = \"large\"\ntitle = \"x\"\nhit = \"unique\"\ninputs = { n = \"integer fen\" }\noutputs = { out = \"integer \
                 fen\" }\n[[row]]\nclause = \"LG-1\"\nthen = { out = \"= share(n * n, 20_000) - 2\" }\n";
    let cases = "[[cases]]\nquestion = \"large\"\ninputs = [\"n\"]\noutputs = [\"out\"]\nrows = [[3, 16], [9_223_372_036_854_775_807, \
                 \"undecided\"]]\n";
    let file = |name: &str, text: &str| (format!("policies/a/b/{name}"), text.to_owned());
    let files = vec![file("document.toml", document), file("tables/large.toml", table), file("cases.toml", cases)];
    Library::from_files(files).unwrap_or_else(|mistakes| panic!("{}", lines(&mistakes)))
}

#[test]
fn amounts_that_overflow_are_undecided_and_never_wrap() {
    let library = large();
    let numbers = vec![0, 1, 3, 2_147_483_647, 2_147_483_648, 3_037_000_499, 3_037_000_500, i64::MAX];
    let columns = Columns::new(8).with(Column::longs("n", numbers.clone())).expect("column");
    let basis = Basis::Document("a/b".into());
    let program = library.program("large", "out", basis, day("2026-11-01")).expect("program");
    let results = program.run(&columns, 1).expect("runs");
    for (row, n) in numbers.into_iter().enumerate() {
        let exact = i128::from(n) * i128::from(n) * 2 - 2;
        let exact = i64::try_from(exact).ok().filter(|out| *out >= 0);
        let facts = Facts::new().with("n", n);
        let decision = library.decide("large", Area::parse("990200").expect("area"), day("2026-11-01"), &facts);
        assert_eq!((decision.int("out"), results.value(row)), (exact, exact), "{n}");
        assert!(exact.is_some() || decision.undecided().is_some_and(|why| why.contains("得不出")), "{decision:?}");
    }
}

#[test]
fn the_packs_of_this_repository_are_proven_without_a_word() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    assert!(Library::load(&root).is_ok());
    let nowhere = Library::load(Path::new("/nowhere")).expect_err("nothing there");
    assert_eq!(
        lines(&nowhere),
        "/nowhere：没有 policies 和 scales 目录。请指向其中有 policies 和 scales 的目录（不是 policies 目录本身），或用 --policies 指定。\n"
    );
}
