//! The documents and scales of this repository, whole.

use kernel::{Area, ClauseId, Date};
use policy::{Answers, Decision, Facts, Library, Purpose, Scale, Unanswered, Value, Wording, lines};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::OnceLock;

fn library() -> &'static Library {
    static LIBRARY: OnceLock<Library> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        Library::load(&root).unwrap_or_else(|mistakes| panic!("{}", lines(&mistakes)))
    })
}

fn rudong() -> Area {
    Area::parse("320623").expect("area")
}

fn day(text: &str) -> Date {
    text.parse().expect("date")
}

fn benefit(level: i64, setting: &str, dementia: bool, on: &str) -> Decision {
    let facts = Facts::new().with("level", level).with("setting", setting).with("dementia", dementia);
    library().decide("care_insurance_benefit", rudong(), day(on), &facts)
}

#[test]
fn everything_is_proven_and_counted() {
    let summary = library().summary();
    assert!(
        summary.scales == 18 && summary.documents >= 4 && summary.tables >= 16 && summary.boundaries > 100,
        "{summary:?}"
    );
    let text = library().check();
    assert!(text.contains("没有遗漏，没有冲突"), "{text}");
}

#[test]
fn every_fact_and_outcome_has_a_name_that_people_read() {
    for table in library().tables() {
        for column in table.inputs.iter().chain(&table.outputs) {
            assert_ne!(library().fact(&column.name), column.name, "{} of {}", column.name, table.question);
        }
    }
}

#[test]
fn care_insurance_widens_with_the_years() {
    for (on, moderate, dementia) in [
        ("2016-12-31", false, false),
        ("2017-01-01", true, false),
        ("2018-12-31", true, false),
        ("2019-01-01", true, true),
    ] {
        assert_eq!(benefit(2, "home", false, on).bool("eligible"), Some(moderate), "{on}");
        assert_eq!(benefit(1, "home", true, on).bool("eligible"), Some(dementia), "{on}");
        assert_eq!(benefit(3, "home", false, on).int("cap_fen"), Some(120_000), "{on}");
    }
}

#[test]
fn a_decision_shows_its_clause_and_can_be_stored_and_replayed() {
    let decision = benefit(4, "home", false, "2026-11-01");
    let because = &decision.because[0];
    assert_eq!((because.clause.clone(), because.row), (ClauseId::from("NTCI-home"), 10));
    assert_eq!(because.inputs, [("level".into(), Value::Int(4)), ("setting".into(), "home".into())]);
    assert!(!decision.unverified.is_empty());
    let stored = serde_json::to_string(&decision).expect("json");
    let read: Decision = serde_json::from_str(&stored).expect("json");
    assert_eq!(read, decision);
    assert_eq!(library().replay(&read), decision);
}

#[test]
fn silence_is_undecided_with_its_reason() {
    let reason = |decision: Decision| decision.undecided().unwrap_or_default().to_owned();
    let none = Facts::new();
    let ask = |question: &str, area: &str, on: &str| {
        reason(library().decide(question, Area::parse(area).expect("area"), day(on), &none))
    };
    assert_eq!(ask("no_such_question", "320623", "2026-11-01"), "没有任何文件回答“no_such_question”");
    assert_eq!(
        ask("stronger_support", "110000", "2026-11-01"),
        "地区 110000 没有文件对“按户籍老人占比加大扶持”作出规定"
    );
    assert_eq!(
        ask("stronger_support", "310000", "2026-11-01"),
        "《关于全面推进本市医养结合发展的若干意见》 没有按户籍老人占比加大扶持的规定"
    );
    assert_eq!(
        ask("stronger_support", "320623", "2018-06-30"),
        "地区 320623 在 2018-06-30 没有施行中的文件对“按户籍老人占比加大扶持”作出规定"
    );
    assert_eq!(ask("stronger_support", "320623", "2026-11-01"), "缺少“local_resident_share_bp”（0 到 10000 的整数）");
    assert_eq!(reason(benefit(6, "home", false, "2026-11-01")), "“level”应为 0 到 5 的整数，这里是“6”");
    assert_eq!(
        reason(benefit(3, "hotel", false, "2026-11-01")),
        "“setting”应为下列之一：home（居家）、community（社区）、institution（机构），这里是“hotel”"
    );
}

#[test]
fn the_compiled_table_answers_as_the_traced_one() {
    let on = day("2026-11-01");
    let table = library().table("care_insurance_benefit", rudong(), on).expect("table");
    let cap = table.output("cap_fen").expect("column");
    for level in 0..=5 {
        for (at, setting) in ["home", "community", "institution"].into_iter().enumerate() {
            for dementia in [false, true] {
                let mut numbers = vec![0; 3];
                numbers[table.input("level").expect("column")] = level;
                numbers[table.input("setting").expect("column")] = at as i64;
                numbers[table.input("dementia").expect("column")] = i64::from(dementia);
                let row = table.decide_row(&numbers).expect("row");
                let traced = benefit(level, setting, dementia, "2026-11-01");
                assert_eq!(table.int(row, cap, &numbers), traced.int("cap_fen"));
                assert_eq!(row + 1, traced.because[0].row);
            }
        }
    }
}

#[test]
fn a_contract_promises_eight_services_each_with_interval_and_payer() {
    let on = day("2026-11-01");
    for (package, consultation) in [("healthy", 180), ("disabled", 90)] {
        let decision = library().decide("contract_promises", rudong(), on, &Facts::new().with("package", package));
        let services: BTreeMap<&str, i64> = decision
            .rows
            .iter()
            .map(|row| (row["service"].text().expect("service"), row["interval_days"].int().expect("days")))
            .collect();
        assert_eq!((services.len(), decision.rows.len(), decision.because.len()), (8, 8, 8));
        assert_eq!((services["annual_checkup"], services["consultation"]), (365, consultation));
        assert!(decision.rows.iter().all(|row| row["payer"].text().is_some()));
    }
}

#[test]
fn parameters_and_targets_are_found_by_place_and_day() {
    let on = day("2026-11-01");
    let parameter = |name: &str, area: &str| library().parameter(name, Area::parse(area).expect("area"), on);
    assert_eq!(parameter("result_validity_months", "320623").map(|p| p.value), Some(24));
    assert_eq!(parameter("result_validity_months", "110101").map(|p| p.value), Some(24));
    assert!(parameter("minimum_minutes_share_bp", "110101").is_none());
    assert!(parameter("late_entry_days", "320623").is_some_and(|p| p.unverified().is_some()));
    assert!(parameter("contract_age", "320623").is_some_and(|p| p.unverified().is_none()));
    assert!(library().parameter("minimum_minutes_share_bp", rudong(), day("2015-12-31")).is_none());
    let targets = library().targets(rudong(), on);
    let beds = targets.iter().find(|t| t.indicator == "NT-1.3b-beds").expect("target");
    assert_eq!([4999, 5000, 5001].map(|n| beds.reached(n)), [false, true, true]);
    assert!(library().targets(Area::parse("110000").expect("area"), on).is_empty());
}

#[test]
fn an_explanation_reads_like_a_notice() {
    let facts = Facts::new().with("kind", "elder_care_institution").with("ownership", "private").with("beds", 100);
    let decision = library().decide("required_medical_function", rudong(), day("2026-11-01"), &facts);
    assert_eq!(
        library().notice(&decision, Some("如东县")),
        "关于“养老机构应有的医疗功能”（如东县，2026年11月1日）：\n\
         结论：应当；形式可以是医务室、护理站；不能用签约代替。\n\
         依据：通政发〔2018〕54号 二（三）1“养老机构的医疗功能”（条款 NT-2.3.1）。\
         情况：养老机构；民办；床位 100 张。\n"
    );
}

/// A form with the best answer everywhere and no flag.
fn best(scale: &str) -> Answers {
    let scale = library().scale(scale).expect("scale");
    Answers {
        items: scale.items.iter().map(|item| (item.code.clone(), first(item))).collect(),
        flags: scale.flags.iter().map(|flag| (flag.code.clone(), 0)).collect(),
    }
}

/// The first option, or the least number of a measure.
fn first(item: &policy::Item) -> i64 {
    item.measure.as_ref().map_or_else(|| item.options[0].0, |measure| measure.min)
}

#[test]
fn a_partial_or_wrong_form_is_not_scored() {
    let scale = library().scale("gbt42195").expect("scale");
    let wrong = |answers: &Answers| -> Vec<String> {
        scale.score(answers).expect_err("not scored").iter().map(Unanswered::to_string).collect()
    };
    let mut answers = best("gbt42195");
    answers.items.remove("B1.1");
    answers.items.insert("B2.4".into(), 4);
    answers.flags.remove("coma");
    answers.items.insert("B9.9".into(), 1);
    assert_eq!(
        wrong(&answers),
        [
            "B1.1 进食 尚未作答",
            "B2.4 上下楼梯 没有 4 这个选项",
            "coma 是否处于昏迷状态 尚未作答",
            "B9.9 （量表中没有这一项） 没有 1 这个选项"
        ]
    );
    assert_eq!(wrong(&Answers::default()).len(), 26 + 3);
}

#[test]
fn a_level_shows_how_it_came_about() {
    let scale = library().scale("gbt42195").expect("scale");
    let mut answers = best("gbt42195");
    answers.items.insert("B1.1".into(), 1);
    answers.flags.insert("dementia_or_mental".into(), 1);
    answers.flags.insert("risk_events_30d".into(), 2);
    let scored = scale.score(&answers).expect("scored");
    assert_eq!((scored.total, scored.base_level, scored.level), (87, 1, 2));
    let text: Vec<&str> = scored.steps.iter().map(|step| step.text.as_str()).collect();
    assert!(text[0].starts_with("自理能力：进食 1，修饰 4"), "{text:?}");
    assert_eq!(text[4], "总分 87 分，在 66 至 89 分之间，初步等级 1 级 能力轻度受损（轻度失能）");
    assert_eq!(text[5], "确诊痴呆或其他精神和行为障碍：由 1 级变更为 2 级");
    assert_eq!(text[6], "近 30 天内发生过 2 次及以上照护风险事件：同类变更只计一次，仍为 2 级");
    assert_eq!(text[7], "评估等级：2 级 能力中度受损（中度失能）");
    answers.flags.insert("coma".into(), 1);
    let coma = scale.score(&answers).expect("scored");
    assert_eq!((coma.level, coma.doubts.len()), (4, 1));
    let stored = serde_json::to_string(&coma).expect("json");
    assert_eq!(serde_json::from_str::<policy::Scored>(&stored).expect("json"), coma);
}

#[test]
fn the_combination_takes_the_worse_of_cognition_and_perception() {
    let scale = library().scale("ltci2021").expect("scale");
    let mut answers = best("ltci2021");
    for item in scale.items.iter().filter(|item| item.domain == "ADL") {
        answers.items.insert(item.code.clone(), 0);
    }
    let scored = scale.score(&answers).expect("scored");
    assert_eq!((scored.level, scored.level_name.as_str()), (3, "重度失能Ⅰ级"));
    answers.items.extend(["PER1", "PER2", "PER3"].map(|code| (code.to_owned(), 0)));
    let scored = scale.score(&answers).expect("scored");
    assert_eq!((scored.level, scored.unverified.len()), (5, 2));
    assert_eq!(
        scored.steps[3].text,
        "日常生活活动能力“重度受损”，认知能力与感知觉与沟通能力取较重者“重度受损”，查组合表得 5 级 重度失能Ⅲ级"
    );
}

#[test]
fn the_self_screen_lets_e_f_and_g_apply() {
    let screen = library().scale("ltci2021").and_then(|scale| scale.self_screen.as_ref()).expect("self-screen");
    let grades: Vec<String> =
        (0..4).map(|a| (0..4).map(|b| screen.grade(a, b).unwrap_or("?").to_owned()).collect()).collect();
    assert_eq!(grades, ["ABBC", "BCDE", "DEEF", "EFFG"]);
    assert_eq!(
        (screen.may_apply(1, 2), screen.may_apply(1, 3), screen.may_apply(4, 0)),
        (Some(false), Some(true), None)
    );
}

fn scale(id: &str) -> &'static Scale {
    library().scale(id).unwrap_or_else(|| panic!("no scale {id}"))
}

/// The best form with some answers put otherwise.
fn but(id: &str, given: &[(&str, i64)]) -> Answers {
    let mut answers = best(id);
    answers.items.extend(given.iter().map(|(code, answer)| ((*code).to_owned(), *answer)));
    answers
}

#[test]
fn every_scale_says_what_it_is_for_and_whose_its_words_are() {
    let of = |purpose: Purpose| {
        library().scales().filter(|s| s.purpose == purpose).map(|s| s.id.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(of(Purpose::Ability), ["gbt42195"]);
    assert_eq!(of(Purpose::CareInsurance), ["ltci2021"]);
    assert_eq!(of(Purpose::Institution), ["gbt37276"]);
    let screening = [
        "ad8", "barthel", "braden", "frail", "gds15", "minicog", "mmse", "mna_sf", "morse", "news2", "nrs2002",
        "pain_nrs", "phq9", "phs_adl", "tcm33",
    ];
    assert_eq!(of(Purpose::Screening), screening);
    let listed = library().check();
    for scale in library().scales() {
        assert!(
            !scale.source.is_empty() && !scale.version.is_empty() && !scale.licence.note.is_empty(),
            "{}",
            scale.id
        );
        assert!(listed.contains(&scale.source) && listed.contains(&scale.version), "{}", scale.id);
    }
    for protected in ["mmse", "minicog", "mna_sf", "braden", "morse", "phq9", "ad8"] {
        assert_eq!(scale(protected).licence.wording, Wording::Own, "{protected}");
    }
    assert!(scale("mmse").items.iter().all(|item| item.options.is_empty() && item.guide.is_empty()), "points only");
    assert!(scale("news2").licence.note.contains("Royal College of Physicians. National Early Warning Score"));
}

#[test]
fn a_single_red_score_lifts_the_early_warning() {
    let normal = [("rr", 16), ("spo2", 97), ("sbp", 120), ("pulse", 70), ("temp", 368)];
    let scored = |given: &[(&str, i64)], scale2: i64| {
        let mut answers = but("news2", &[&normal[..], given].concat());
        answers.flags.insert("scale2".into(), scale2);
        scale("news2").score(&answers).expect("scored")
    };
    let red = scored(&[("acvpu", 2)], 0);
    assert_eq!((red.total, red.base_level, red.level_name.as_str()), (3, 0, "低-中"));
    let text: Vec<&str> = red.steps.iter().map(|step| step.text.as_str()).collect();
    assert!(text[0].contains("意识 对声音有反应（V），计 3") && text[0].contains("呼吸 16 次/分，计 0"), "{text:?}");
    assert_eq!(text[2], "任一单项达 3 分：由 0 级变更为 1 级");
    assert_eq!(text[4], "处置：至少每 1 小时监测；紧急进行病房级评估");
    let high = scored(&[("acvpu", 2), ("oxygen", 2), ("rr", 22)], 0);
    assert_eq!((high.total, high.level_name.as_str()), (7, "高"));
    assert!(high.steps.iter().any(|step| step.text == "任一单项达 3 分：仍为 3 级"));
    let spo2 =
        |answer: i64, oxygen: i64, scale2: i64| scored(&[("spo2", answer), ("oxygen", oxygen)], scale2).total - oxygen;
    assert_eq!([92, 93, 94].map(|answer| spo2(answer, 2, 1)), [0, 1, 1], "scale 2 on oxygen");
    assert_eq!([92, 93, 94].map(|answer| spo2(answer, 0, 1)), [0, 0, 0], "scale 2 on air");
    assert_eq!([91, 92, 94].map(|answer| spo2(answer, 0, 0)), [3, 2, 1], "scale 1");
}

/// A form of 33 answers, all 1 but those given.
fn constitution(given: &[(i64, i64)]) -> policy::Scored {
    let mut items: BTreeMap<String, i64> = (1..=33).map(|n| (format!("Q{n}"), 1)).collect();
    items.extend(given.iter().map(|(n, answer)| (format!("Q{n}"), *answer)));
    scale("tcm33").score(&Answers { items, ..Answers::default() }).expect("scored")
}

#[test]
fn a_constitution_has_several_results_and_says_which_comes_first() {
    let mixed = constitution(&[(2, 3), (3, 3), (4, 3), (14, 3), (5, 3), (6, 3), (7, 3), (8, 2)]);
    assert_eq!((mixed.level, mixed.level_name.as_str()), (0, "气虚质（是）、气郁质（是）"));
    let main: Vec<&str> = mixed.findings.iter().filter(|found| found.main).map(|found| found.code.as_str()).collect();
    assert_eq!((main, mixed.doubts.len()), (vec!["qixu"], 0));
    let last = &mixed.steps.last().expect("steps").text;
    assert!(last.ends_with("为主的是气虚质（是）（以分数高的为主要体质进行指导）"), "{last}");
    let torn = constitution(&[(11, 3), (12, 3), (13, 3), (29, 2), (10, 3), (21, 3), (26, 3), (31, 2)]);
    assert_eq!(torn.doubts.len(), 2, "a tie, and a contradiction: {:?}", torn.doubts);
    let none = constitution(&[(2, 2), (4, 2), (5, 2), (13, 3)]);
    assert_eq!((none.level_name.as_str(), none.doubts.len()), ("", 1), "balanced by 16 only");
    let stored = serde_json::to_string(&torn).expect("json");
    assert_eq!(serde_json::from_str::<policy::Scored>(&stored).expect("json"), torn);
}

#[test]
fn of_two_items_that_stand_for_each_other_one_is_answered() {
    let scale = scale("mna_sf");
    let both = best("mna_sf");
    let wrong = |answers: &Answers| scale.score(answers).expect_err("refused")[0].to_string();
    assert_eq!(wrong(&both), "F2 小腿围（cm） 与 F1 只答一项，请删去其中一项");
    let mut neither = both.clone();
    neither.items.retain(|code, _| !code.starts_with('F'));
    assert_eq!(wrong(&neither), "F1 体重指数（kg/m²）（或小腿围（cm）） 尚未作答");
    for one in ["F1", "F2"] {
        let mut answers = both.clone();
        answers.items.remove(one);
        assert_eq!(scale.score(&answers).expect("scored").total, 14, "without {one}");
    }
}

#[test]
fn a_measured_number_out_of_range_is_refused_with_its_range() {
    let scored = scale("frail").score(&but("frail", &[("I", 12)]));
    assert_eq!(scored.expect_err("refused")[0].to_string(), "I 疾病 填的是 12，应在 0 至 11 种 之间");
    let ill = |count: i64| scale("frail").score(&but("frail", &[("I", count)])).expect("scored").total;
    assert_eq!([4, 5, 6].map(ill), [0, 1, 1]);
    let old = |age: i64| scale("nrs2002").score(&but("nrs2002", &[("age", age), ("loss", 1), ("intake", 2)]));
    let total = |age: i64| old(age).expect("scored").total;
    assert_eq!([69, 70, 71].map(total), [2, 3, 3], "the worst row counts alone, and 70 years add one");
}

#[test]
fn the_same_points_mean_something_else_by_schooling() {
    let scored = |total: i64, education: i64| {
        let mut left = total;
        let mut answers = best("mmse");
        for item in &scale("mmse").items {
            let points = left.min(item.measure.as_ref().expect("measure").max);
            answers.items.insert(item.code.clone(), points);
            left -= points;
        }
        answers.flags.insert("education".into(), education);
        scale("mmse").score(&answers).expect("scored").findings[0].verdict.clone()
    };
    for (education, cut) in [(0, 17), (1, 20), (2, 24)] {
        assert_eq!([cut - 1, cut, cut + 1].map(|total| scored(total, education)), ["可能受损", "可能受损", "未见受损"]);
    }
}

#[test]
fn thoughts_of_self_harm_are_told_whatever_the_total() {
    let scored = |answer: i64| scale("phq9").score(&but("phq9", &[("P9", answer)])).expect("scored");
    assert_eq!((scored(0).alerts.len(), scored(1).alerts.len(), scored(1).level), (0, 1, 0));
}
