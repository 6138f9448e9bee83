//! Every vector of `vectors.json`, which an independent implementation in another language computed, against the scales.

use policy::{Answers, Item, Library, Scale, Scored, lines};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::OnceLock;

/// A kind of vector, and what runs all of its kind; it answers how many it ran.
type Runner = fn(&Value) -> usize;

const RUNNERS: &[(&str, Runner)] = &[
    ("gbt42195", gbt42195),
    ("ltci2021", ltci2021),
    ("phs_adl", phs_adl),
    ("tcm33", tcm33),
    ("scales_cut", scales_cut),
    ("news2", news2),
    ("grading", grading),
];

fn vectors() -> Value {
    serde_json::from_str(include_str!("vectors.json")).expect("json")
}

fn scale(id: &str) -> &'static Scale {
    static LIBRARY: OnceLock<Library> = OnceLock::new();
    let library = LIBRARY.get_or_init(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        Library::load(&root).unwrap_or_else(|mistakes| panic!("{}", lines(&mistakes)))
    });
    library.scale(id).unwrap_or_else(|| panic!("no scale {id}"))
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("list")
}

fn int(value: &Value, key: &str) -> i64 {
    value[key].as_i64().unwrap_or_else(|| panic!("{key} of {value}"))
}

fn flag(value: &Value, key: &str) -> i64 {
    i64::from(value[key].as_bool().unwrap_or_else(|| panic!("{key} of {value}")))
}

/// How many vectors a kind has: entries of a list, or of all the lists of a group.
fn count(kind: &Value) -> usize {
    match kind {
        Value::Array(all) => all.len(),
        Value::Object(groups) => groups.values().map(|group| list(group).len()).sum(),
        other => panic!("{other} is no list of vectors"),
    }
}

#[test]
fn every_vector_of_every_kind_is_run() {
    let vectors = vectors();
    let kinds: BTreeSet<&str> = vectors.as_object().expect("kinds").keys().map(String::as_str).collect();
    let run: BTreeSet<&str> = RUNNERS.iter().map(|(kind, _)| *kind).collect();
    assert_eq!(kinds, run, "a kind of vector is not run");
    for (kind, runner) in RUNNERS {
        let all = count(&vectors[kind]);
        assert!(all > 0, "{kind} is empty");
        assert_eq!(runner(&vectors[kind]), all, "vectors of {kind} are left out");
    }
}

/// An answer to each item, and each sum that answers to the first items can make.
fn spread(items: &[&Item], total: i64) -> Option<Vec<i64>> {
    let Some((first, rest)) = items.split_first() else { return (total == 0).then(Vec::new) };
    let none = Answers::default();
    let answers: Vec<i64> = match &first.measure {
        Some(measure) => (measure.min..=measure.max).collect(),
        None => first.options.iter().map(|(answer, _)| *answer).collect(),
    };
    let most: i64 = rest.iter().map(|item| points(item).into_iter().max().unwrap_or(0)).sum();
    let mut seen = BTreeSet::new();
    for answer in answers {
        let given = first.points(answer, &none).expect("points");
        // The same points again lead nowhere new, and what the rest cannot make up for leads nowhere at all.
        if given > total || total - given > most || !seen.insert(given) {
            continue;
        }
        if let Some(others) = spread(rest, total - given) {
            return Some(std::iter::once(answer).chain(others).collect());
        }
    }
    None
}

fn points(item: &Item) -> Vec<i64> {
    let none = Answers::default();
    let all = item.measure.as_ref().map(|measure| (measure.min..=measure.max).collect::<Vec<_>>());
    let all = all.unwrap_or_else(|| item.options.iter().map(|(answer, _)| *answer).collect());
    all.into_iter().filter_map(|answer| item.points(answer, &none)).collect()
}

/// A whole form with so many points over the items of a domain (or of all), if there is one.
fn fill(scale: &Scale, domains: &[(&str, i64)], flags: &[(&str, i64)]) -> Option<Answers> {
    let mut answers =
        Answers { flags: scale.flags.iter().map(|flag| (flag.code.clone(), 0)).collect(), ..Answers::default() };
    answers.flags.extend(flags.iter().map(|(code, value)| ((*code).to_owned(), *value)));
    for (domain, total) in domains {
        let within = |item: &&Item| item.instead_of.is_none() && (*domain == "*" || item.domain == *domain);
        let items: Vec<&Item> = scale.items.iter().filter(within).collect();
        let given = spread(&items, *total)?;
        answers.items.extend(items.iter().zip(given).map(|(item, answer)| (item.code.clone(), answer)));
    }
    Some(answers)
}

fn scored(scale: &Scale, domains: &[(&str, i64)], flags: &[(&str, i64)]) -> Option<Scored> {
    fill(scale, domains, flags)
        .map(|answers| scale.score(&answers).unwrap_or_else(|open| panic!("{}: {open:?}", scale.id)))
}

fn gbt42195(all: &Value) -> usize {
    let scale = scale("gbt42195");
    for one in list(all) {
        let flags = [
            ("coma", flag(one, "coma")),
            ("dementia_or_mental", flag(one, "dementia_or_mental")),
            ("risk_events_30d", int(one, "events_30d")),
        ];
        let scored = scored(scale, &[("*", int(one, "total"))], &flags).expect("reachable");
        assert_eq!((scored.base_level, scored.level), (int(one, "base"), int(one, "final")), "{one}");
    }
    list(all).len()
}

fn ltci2021(all: &Value) -> usize {
    for one in list(all) {
        let parts = [("ADL", int(one, "adl")), ("COG", int(one, "cog")), ("PER", int(one, "per"))];
        let scored = scored(scale("ltci2021"), &parts, &[]).expect("reachable");
        assert_eq!(scored.level, int(one, "level"), "{one}");
    }
    list(all).len()
}

fn phs_adl(all: &Value) -> usize {
    let scale = scale("phs_adl");
    let reachable: BTreeSet<i64> = list(&all["reachable_totals"]).iter().filter_map(Value::as_i64).collect();
    let made: BTreeSet<i64> = (0..=scale.max()).filter(|total| fill(scale, &[("*", *total)], &[]).is_some()).collect();
    assert_eq!(made, reachable);
    for pair in list(&all["levels"]) {
        let scored = scored(scale, &[("*", pair[0].as_i64().expect("total"))], &[]).expect("reachable");
        assert_eq!(scored.level_name, pair[1].as_str().expect("name"), "{pair}");
    }
    made.len() + list(&all["levels"]).len()
}

fn tcm33(all: &Value) -> usize {
    let scale = scale("tcm33");
    for one in list(all) {
        let given = list(&one["answers"]).iter().enumerate();
        let items = given.map(|(at, answer)| (format!("Q{}", at + 1), answer.as_i64().expect("answer"))).collect();
        let scored = scale.score(&Answers { items, ..Answers::default() }).expect("scored");
        let of = |key: &str| one[key].as_object().expect("results").clone();
        let scores: BTreeMap<String, Value> =
            scored.findings.iter().map(|f| (f.name.clone(), f.score.into())).collect();
        let verdicts: BTreeMap<String, Value> =
            scored.findings.iter().map(|f| (f.name.clone(), f.verdict.clone().into())).collect();
        assert_eq!(scores, of("scores").into_iter().collect(), "{one}");
        assert_eq!(verdicts, of("results").into_iter().collect(), "{one}");
    }
    list(all).len()
}

/// Every edge of every band. Where no form makes that total (Barthel 99, PHS …) the band of the total must still be right.
fn scales_cut(all: &Value) -> usize {
    let mut run = 0;
    for (id, edges) in all.as_object().expect("scales") {
        let scale = scale(id);
        for pair in list(edges) {
            let (total, name) = (pair[0].as_i64().expect("total"), pair[1].as_str().expect("name"));
            let level = scale.level_of(total).unwrap_or_else(|| panic!("{id} {total}"));
            assert_eq!(level.name, name, "{id} {total}");
            match cut(scale, total) {
                Some(scored) => assert_eq!((scored.total, scored.level_name.as_str()), (total, name), "{id}"),
                None => assert!(["barthel", "morse"].contains(&id.as_str()), "{id} has no form with {total}"),
            }
            run += 1;
        }
    }
    run
}

fn cut(scale: &Scale, total: i64) -> Option<Scored> {
    if scale.id == "nrs2002" {
        // Its nutrition part takes the worst row, so the points are put by hand: nutrition, severity, age.
        let (nutrition, severity, age) = (total.min(3), (total - 3).clamp(0, 3), if total > 6 { 70 } else { 69 });
        let given =
            [("bmi", 0), ("loss", nutrition), ("intake", nutrition.min(1)), ("severity", severity), ("age", age)];
        let items = given.map(|(code, answer)| (code.to_owned(), answer)).into();
        return scale.score(&Answers { items, ..Answers::default() }).ok();
    }
    scored(scale, &[("*", total)], &[])
}

fn news2(all: &Value) -> usize {
    let scale = scale("news2");
    for one in list(all) {
        let consciousness = "ACVPU".find(one["acvpu"].as_str().expect("acvpu")).expect("known") as i64;
        let given = [
            ("rr", int(one, "rr")),
            ("spo2", int(one, "spo2")),
            ("oxygen", 2 * flag(one, "oxygen")),
            ("sbp", int(one, "sbp")),
            ("pulse", int(one, "pulse")),
            ("acvpu", consciousness),
            ("temp", int(one, "temp_c10")),
        ];
        let items = given.map(|(code, answer)| (code.to_owned(), answer)).into();
        let answers = Answers { items, flags: [("scale2".to_owned(), flag(one, "scale2"))].into() };
        let scored = scale.score(&answers).expect("scored");
        let parts: Vec<i64> = given.iter().filter_map(|(code, _)| scale.item_points(code, &answers)).collect();
        let wanted: Vec<i64> = list(&one["parts"]).iter().filter_map(Value::as_i64).collect();
        assert_eq!((parts, scored.total), (wanted, int(one, "total")), "{one}");
        assert_eq!(scored.level_name, one["risk"].as_str().expect("risk"), "{one}");
    }
    list(all).len()
}

fn grading(all: &Value) -> usize {
    for one in list(all) {
        let sections = one["sections"].as_object().expect("sections");
        let parts: Vec<(&str, i64)> =
            sections.iter().map(|(name, points)| (name.as_str(), points.as_i64().expect("points"))).collect();
        let scored = scored(scale("gbt37276"), &parts, &[]).expect("reachable");
        assert_eq!(scored.level, int(one, "level"), "{one}");
    }
    list(all).len()
}
