//! The simulation gives what the single decision gives, for every table and for facts of every kind.

mod population;

use kernel::chance::mix;
use kernel::{Area, Date};
use policy::simulate::{Basis, Code, Column, Columns, Program, compare};
use policy::{Decision, Hit, Kind, Library, Outcome, Table, lines};
use population::People;
use std::path::Path;

const PEOPLE: usize = 1_200;

type Dice<'a> = &'a mut dyn FnMut(u64) -> u64;

fn packs() -> Library {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    Library::load(&root).unwrap_or_else(|mistakes| panic!("{}", lines(&mistakes)))
}

/// The numbers that a table's cells and arithmetic name, with their neighbours.
fn edges(table: &Table) -> Vec<i64> {
    let texts = table.rows.iter().flat_map(|row| row.sources().map(str::to_owned).chain(row.results()));
    let mut all = vec![0, 1, i64::MAX];
    for text in texts {
        let digits = text.replace('_', "");
        for word in digits.split(|c: char| !c.is_ascii_digit()).filter_map(|word| word.parse::<i64>().ok()) {
            all.extend([word - 1, word, word.saturating_add(1)]);
        }
    }
    all
}

/// The words in quotation marks of a table's cells.
fn quoted(table: &Table) -> Vec<String> {
    let cells = table.rows.iter().flat_map(|row| row.sources().map(str::to_owned)).collect::<Vec<_>>();
    cells.iter().flat_map(|cell| cell.split('"').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>()).collect()
}

/// A column of facts at random: on the edges of the rules, out of range, of strange words, and sometimes not known.
fn column(name: &str, kind: &Kind, tables: &[&Table], dice: Dice<'_>) -> Column {
    let never = !matches!(kind, Kind::Maybe(_)) && dice(8) > 0;
    let column = known_column(name, kind.inner(), tables, dice);
    if never { column } else { column.nothing((0..PEOPLE).map(|_| dice(u64::MAX) & dice(u64::MAX)).collect()) }
}

fn known_column(name: &str, kind: &Kind, tables: &[&Table], dice: Dice<'_>) -> Column {
    let clean = dice(3) == 0;
    let edges: Vec<i64> = tables.iter().flat_map(|table| edges(table)).collect();
    let mut words: Vec<String> = tables.iter().flat_map(|table| quoted(table)).collect();
    if let Kind::Word(list) | Kind::SetOf(list) = kind {
        words = list.words.iter().map(|(code, _)| code.clone()).collect();
    }
    words.truncate(40);
    if !clean || words.is_empty() {
        words.push("从未见过".into());
    }
    let many = words.len() as u64;
    let column = match kind {
        Kind::Integer { lo, hi, .. } => {
            let mut number = || {
                let number = if dice(4) > 0 { edges[dice(edges.len() as u64) as usize] } else { dice(100_000) as i64 };
                if clean || dice(40) > 0 { number.clamp(*lo, *hi) } else { number }
            };
            let numbers: Vec<i64> = (0..PEOPLE).map(|_| number()).collect();
            match numbers.iter().map(|n| u8::try_from(*n)).collect::<Result<Vec<u8>, _>>() {
                Ok(bytes) => Column::bytes(name, bytes),
                Err(_) => Column::longs(name, numbers),
            }
        }
        Kind::Boolean if clean => Column::bits(name, (0..PEOPLE).map(|_| dice(u64::MAX)).collect(), PEOPLE),
        Kind::Boolean => Column::flags(name, (0..PEOPLE).map(|_| dice(2) == 1)),
        Kind::Date => {
            let day = |n: u64| Date::from_num_days_from_ce_opt(736_023 + n as i32).expect("after 29 February 2016");
            Column::days(name, (0..PEOPLE).map(|_| day(dice(4_000))))
        }
        Kind::SetOf(_) => {
            let sets = (0..PEOPLE).map(|_| (dice(1 << many.min(62)) & dice(1 << many.min(62))) as i64).collect();
            Column::sets(name, sets, words).expect("few words")
        }
        _ => Column::words(name, (0..PEOPLE).map(|_| dice(many) as u16).collect(), words).expect("places"),
    };
    if dice(2) == 0 { column } else { column.known((0..PEOPLE).map(|_| dice(u64::MAX) | dice(u64::MAX)).collect()) }
}

fn people(program: &Program, tables: &[&Table], dice: Dice<'_>) -> Columns {
    let mut columns = Columns::new(PEOPLE);
    for (name, kind) in program.inputs() {
        if dice(12) > 0 {
            columns = columns.with(column(name, kind, tables, dice)).expect("as long as the others");
        }
    }
    columns
}

/// That a number and a code say what the decision says.
fn same(program: &Program, number: Option<i64>, code: &Code, decision: &Decision) {
    let value = number.map(|number| program.value(number).expect("value"));
    let at = || format!("{} {:?} {code:?}\n{decision:?}", program.question(), number);
    assert_eq!(value.as_ref(), decision.get(program.output()), "{}", at());
    match (&decision.outcome, code) {
        (Outcome::Decided(_), Code::Rows(rows)) => {
            let own: Vec<usize> = decision.because.iter().take(decision.rows.len()).map(|b| b.row).collect();
            assert_eq!(*rows, own, "{}", at());
        }
        (Outcome::Undecided { reason }, Code::Missing) => {
            assert!(reason.starts_with("缺少") || reason.contains("取自"), "{}", at());
        }
        (Outcome::Undecided { reason }, Code::Mistyped) => assert!(reason.contains("应为"), "{}", at()),
        (Outcome::Undecided { reason }, Code::Failed) => {
            assert!(reason.contains("得不出") || reason.contains("超出"), "{}", at());
        }
        (Outcome::Undecided { reason }, Code::Silent) => {
            assert!(!reason.starts_with("缺少") && !reason.contains("应为"), "{}", at());
        }
        _ => panic!("{}", at()),
    }
}

/// Tables that list whatever applies, from more independent facts than can be told apart at once: they refuse in words.
const TOO_MANY: [&str; 2] = ["checkup_finding", "licensing_shortfall"];

fn try_one(library: &Library, table: &Table, output: &str, dice: Dice<'_>) -> [usize; 2] {
    let basis = Basis::Document(table.document.clone());
    let program = library.program(&table.question, output, basis, table.period.from);
    if TOO_MANY.contains(&table.question.as_str()) {
        assert!(program.is_err_and(|why| why.contains("规则组合太多")));
        return [1; 2];
    }
    let program = program.expect("program");
    let all: Vec<&Table> = library.tables().collect();
    let asked: Vec<&str> =
        table.inputs.iter().filter_map(|c| c.takes.as_ref()).map(|takes| takes.question.as_str()).collect();
    let near = all.into_iter().filter(|t| t.question == table.question || asked.contains(&t.question.as_str()));
    let columns = people(&program, &near.collect::<Vec<_>>(), dice);
    let results = program.run(&columns, 2).expect("runs");
    let mut seen = [0; 2];
    for row in 0..PEOPLE {
        let decision = library.opened(&program, &columns, row).expect("row");
        let code = &program.codes()[usize::from(results.codes()[row])];
        same(&program, results.value(row), code, &decision);
        seen[usize::from(decision.undecided().is_none())] += 1;
    }
    seen
}

fn try_all(library: &Library, rounds: usize) {
    let mut state = 5;
    let mut dice = |sides: u64| mix(&mut state) % sides;
    let mut seen = [0; 2];
    for table in library.tables().filter(|table| table.lines.is_none()) {
        for output in &table.outputs {
            let scalar = matches!(output.kind, Kind::Integer { .. } | Kind::Date | Kind::Text);
            if table.hit == Hit::Collect && scalar {
                continue;
            }
            for _ in 0..rounds {
                let [undecided, decided] = try_one(library, table, &output.name, &mut dice);
                seen = [seen[0] + undecided, seen[1] + decided];
            }
        }
    }
    assert!(seen.iter().all(|many| *many > 1_000), "{seen:?}");
}

#[test]
fn every_table_of_the_packs_gives_what_the_single_decision_gives() {
    try_all(&packs(), 2);
}

#[test]
fn tables_that_ask_each_other_do_too() {
    try_all(&population::library(), 12);
}

#[test]
fn the_rule_of_four_tables_is_right_to_the_fen() {
    let people = People::new(3_000);
    let basis = Basis::Place(Area::parse("990200").expect("area"));
    let on = Date::from_ymd_opt(2026, 11, 1).expect("date");
    let library = population::library();
    let program = library.program("care_allowance", "amount_fen", basis, on).expect("program");
    let columns = people.columns();
    for threads in [1, 2, 7] {
        let results = program.run(&columns, threads).expect("runs");
        let by_hand: Vec<i64> = (0..people.age.len()).map(|row| by_hand(&people, row)).collect();
        assert_eq!(results.values(), by_hand);
        assert_eq!(results.total().sum, by_hand.iter().map(|n| i128::from(*n)).sum());
    }
    let decision = library.opened(&program, &columns, 7).expect("row");
    assert_eq!(decision.int("amount_fen"), Some(by_hand(&people, 7)));
    assert_eq!((decision.rows.len(), decision.because.len()), (1, 5));
    let given: Vec<&str> = decision.because[0].inputs.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(given, ["care_cost_fen", "base_fen", "cap_fen", "rate_bp", "share_bp"]);
    assert!(library.opened(&program, &columns, 3_000).is_none());
}

fn by_hand(people: &People, row: usize) -> i64 {
    let share = |amount: i64, bp: i64| (amount * bp + 5_000) / 10_000;
    let base = match people.age[row] {
        ..60 => 0,
        60..70 => 5_000,
        70..80 => 10_000,
        80..90 => 20_000,
        90..100 => 50_000,
        _ => 100_000,
    };
    let cap = [0, 30_000, 80_000, 150_000, 200_000, 300_000][usize::from(people.level[row])];
    let rates = [5_000, 5_500, 6_125, 6_500, 9_000, 7_250, 7_777, 10_000];
    let care = share(i64::from(people.care_cost_fen[row]).min(cap), rates[usize::from(people.district[row])]);
    let part = match people.income_fen[row] {
        ..80_000 => 10_000,
        80_000..150_000 => 8_000,
        150_000..300_000 => 5_000,
        300_000..600_000 => 2_500,
        _ => 0,
    };
    share(base + care, part).min(200_000)
}

#[test]
fn two_documents_are_compared_by_area_and_by_row() {
    let people = People::new(2_000);
    let mut files = population::files();
    let dearer = |text: &str| text.replace("prefix = \"QZ\"", "prefix = \"RZ\"").replace("\"QZ-1\"", "\"RZ-1\"");
    let mut more: Vec<(String, String)> = files[1..]
        .iter()
        .map(|(path, text)| (path.replace("quzhou", "rongzhou"), dearer(text).replace("990200", "990300")))
        .collect();
    for (_, text) in &mut more {
        *text = text.replace("amount_fen = 5_000", "amount_fen = 6_000").replace("[60, 5000]", "[60, 6000]");
        *text = text.replace("[61, 5000]", "[61, 6000]").replace("[69, 5000]", "[69, 6000]");
    }
    files.extend(more);
    let library = Library::from_files(files).unwrap_or_else(|mistakes| panic!("{}", lines(&mistakes)));
    let on = Date::from_ymd_opt(2026, 11, 1).expect("date");
    let columns = people.columns();
    let run = |document: &str| {
        let basis = Basis::Document(document.into());
        let program = library.program("age_allowance", "amount_fen", basis, on).expect("program");
        program.run(&columns, 2).expect("runs")
    };
    let (before, after) = (run("quzhou/2024-1"), run("rongzhou/2024-1"));
    let difference = compare(&before, &after, &people.district, 8).expect("same people");
    let sixties = people.age.iter().filter(|age| (60..70).contains(*age)).count();
    assert_eq!((difference.whole.people, difference.whole.more, difference.whole.less), (2_000, sixties, 0));
    assert_eq!(difference.whole.difference(), sixties as i128 * 1_000);
    assert_eq!(difference.by_area.iter().map(|change| change.more).sum::<usize>(), sixties);
    assert_eq!(difference.by_code.values().map(|change| change.difference()).max(), Some(sixties as i128 * 1_000));
    assert_eq!(before.by_code().iter().map(|tally| tally.people).sum::<usize>(), 2_000);
    assert_eq!(before.by_area(&people.district, 8).iter().map(|tally| tally.sum).sum::<i128>(), before.total().sum);
    assert!(compare(&before, &after, &[], 8).is_err());
}

#[test]
fn what_cannot_be_run_says_why() {
    let library = population::library();
    let on = Date::from_ymd_opt(2026, 11, 1).expect("date");
    let here = || Basis::Document("quzhou/2024-1".into());
    let program = |question: &str, output: &str, basis, on| library.program(question, output, basis, on).map(drop);
    assert_eq!(program("x", "y", here(), on), Err("没有任何文件回答“x”".into()));
    assert_eq!(program("care_cap", "y", here(), on), Err("“care_cap”没有名为“y”的结果".into()));
    assert_eq!(program("care_cap", "cap_fen", Basis::Document("x".into()), on), Err("没有文件“x”".into()));
    let early = Date::from_ymd_opt(2020, 2, 29).expect("date");
    assert!(program("care_cap", "cap_fen", here(), early).is_err_and(|why| why.contains("没有施行中的文件")));
    let caps = library.program("care_cap", "cap_fen", here(), on).expect("program");
    let wrong = Columns::new(2).with(Column::flags("level", [true, false])).expect("column");
    assert_eq!(caps.run(&wrong, 1).map(drop), Err("列“level”应为0 到 5 的整数".into()));
    assert!(Columns::new(3).with(Column::bytes("level", vec![1])).is_err());
    assert!(Column::words("district", vec![1], vec!["east".into()]).is_none());
    assert!(caps.run(&Columns::new(0), 4).is_ok_and(|results| results.values().is_empty()));
    let nobody_knows = caps.run(&Columns::new(700), 4).expect("runs");
    assert_eq!((nobody_knows.total().people, nobody_knows.total().with_value), (700, 0));
}
