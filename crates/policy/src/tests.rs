//! The prover and the evaluation against a naive reading, over tables made at random; and against mutilated ones.

use crate::decide;
use crate::kind::{Lists, WordList};
use crate::prove;
use crate::table::{self, Table};
use crate::value::{Facts, Value};
use kernel::chance::mix;
use kernel::{Date, Period};
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

const WORDS: [&str; 3] = ["a", "b", "c"];
const NAMES: [&str; 4] = ["n", "f", "w", "s"];

fn lists() -> Lists {
    let words = WORDS.iter().map(|word| (word.to_string(), word.to_uppercase())).collect();
    Lists::from([("letter".to_owned(), Arc::new(WordList { name: "letter".into(), words }))])
}

fn read(text: &str) -> Result<Table, Vec<crate::Mistake>> {
    let period = Period { from: Date::from_ymd_opt(2018, 7, 1).expect("date"), until: None };
    table::read("t.toml", text, ("x/y", period), crate::columns::Words { lists: &lists(), parameters: &[] })
}

/// One of the four columns that random tables have: number 0..9, yes or no, word, set of words.
#[derive(Clone, Debug)]
struct Input {
    number: i64,
    flag: bool,
    word: usize,
    set: usize,
}

fn all_inputs() -> Vec<Input> {
    let mut all = vec![];
    for number in 0..=9 {
        for flag in [false, true] {
            for word in 0..3 {
                all.extend((0..8).map(|set| Input { number, flag, word, set }));
            }
        }
    }
    all
}

fn facts(input: &Input) -> Facts {
    let set: BTreeSet<String> = (0..3).filter(|at| input.set >> at & 1 == 1).map(|at| WORDS[at].to_owned()).collect();
    Facts::new().with("n", input.number).with("f", input.flag).with("w", WORDS[input.word]).with("s", set)
}

/// A test as its author writes it, and what it means.
type Written = (String, Rc<dyn Fn(&Input) -> bool>);

fn number_test(dice: &mut impl FnMut(u64) -> u64) -> Written {
    let (a, b) = (dice(10) as i64, dice(10) as i64);
    let (lo, hi) = (a.min(b), a.max(b));
    match dice(8) {
        0 => (format!(">= {a}"), Rc::new(move |i| i.number >= a)),
        1 if a > 0 => (format!("< {a}"), Rc::new(move |i| i.number < a)),
        2 => (format!("<= {a}"), Rc::new(move |i| i.number <= a)),
        3 if a < 9 => (format!("> {a}"), Rc::new(move |i| i.number > a)),
        4 => (format!("[{lo}..{hi}]"), Rc::new(move |i| lo <= i.number && i.number <= hi)),
        5 if lo < hi => (format!("({lo}..{hi}]"), Rc::new(move |i| lo < i.number && i.number <= hi)),
        6 => (format!("{a}, {b}"), Rc::new(move |i| i.number == a || i.number == b)),
        7 => (format!("not({a})"), Rc::new(move |i| i.number != a)),
        _ => ("-".into(), Rc::new(|_| true)),
    }
}

fn other_tests(dice: &mut impl FnMut(u64) -> u64) -> [Written; 3] {
    let yes = dice(2) == 1;
    let flag: Written = match dice(3) {
        0 => (yes.to_string(), Rc::new(move |i| i.flag == yes)),
        _ => ("-".into(), Rc::new(|_| true)),
    };
    let (w, v) = (dice(3) as usize, dice(3) as usize);
    let (x, y) = (WORDS[w], WORDS[v]);
    let word: Written = match dice(4) {
        0 => (format!("\"{x}\""), Rc::new(move |i| i.word == w)),
        1 => (format!("\"{x}\", \"{y}\""), Rc::new(move |i| i.word == w || i.word == v)),
        2 => (format!("not(\"{x}\")"), Rc::new(move |i| i.word != w)),
        _ => ("-".into(), Rc::new(|_| true)),
    };
    let set: Written = match dice(7) {
        0 => ("empty".into(), Rc::new(|i| i.set == 0)),
        1 => ("not empty".into(), Rc::new(|i| i.set != 0)),
        2 => (format!("\"{x}\", \"{y}\""), Rc::new(move |i| (i.set >> w | i.set >> v) & 1 == 1)),
        3 => (format!("not(\"{x}\")"), Rc::new(move |i| i.set >> w & 1 == 0)),
        _ => ("-".into(), Rc::new(|_| true)),
    };
    [flag, word, set]
}

/// Rows whose tests are thrown at random: mostly with gaps and overlaps.
fn thrown(dice: &mut impl FnMut(u64) -> u64) -> Vec<[Written; 4]> {
    let mut rows = vec![];
    for _ in 0..=dice(4) {
        let [f, w, s] = other_tests(dice);
        rows.push([number_test(dice), f, w, s]);
    }
    rows
}

/// Rows made by splitting one row that takes all again and again: neither gap nor overlap.
fn split(dice: &mut impl FnMut(u64) -> u64) -> Vec<[Written; 4]> {
    let any = || -> Written { ("-".into(), Rc::new(|_| true)) };
    let mut rows = vec![[any(), any(), any(), any()]];
    for _ in 0..=dice(6) {
        let (row, column) = (dice(rows.len() as u64) as usize, dice(4) as usize);
        if rows[row][column].0 != "-" {
            continue;
        }
        let (n, w) = (1 + dice(9) as i64, dice(3) as usize);
        let (one, other): (Written, Written) = match column {
            0 => (
                (format!("< {n}"), Rc::new(move |i| i.number < n)),
                (format!(">= {n}"), Rc::new(move |i| i.number >= n)),
            ),
            1 => (("true".into(), Rc::new(|i| i.flag)), ("false".into(), Rc::new(|i| !i.flag))),
            2 => {
                let word = WORDS[w];
                let is: Written = (format!("\"{word}\""), Rc::new(move |i| i.word == w));
                (is, (format!("not(\"{word}\")"), Rc::new(move |i| i.word != w)))
            }
            _ => (("empty".into(), Rc::new(|i| i.set == 0)), ("not empty".into(), Rc::new(|i| i.set != 0))),
        };
        let mut copy = rows[row].clone();
        rows[row][column] = one;
        copy[column] = other;
        rows.push(copy);
    }
    rows
}

/// The table as its author writes it, with only the columns that some row uses.
fn written(rows: &[[Written; 4]]) -> String {
    let kinds = ["integer 0..9", "boolean", "letter", "set of letter"];
    let used: Vec<usize> = (0..4).filter(|at| rows.iter().any(|row| row[*at].0 != "-")).collect();
    let columns: Vec<String> = used.iter().map(|at| format!("{} = \"{}\"", NAMES[*at], kinds[*at])).collect();
    let mut text = format!(
        "[table]\nquestion = \"q\"\ntitle = \"t\"\nhit = \"unique\"\ninputs = {{ {} }}\noutputs = {{ out = \"integer\" }}\n",
        columns.join(", ")
    );
    for (number, row) in rows.iter().enumerate() {
        let cells: Vec<String> = used.iter().map(|at| format!("{} = '{}'", NAMES[*at], row[*at].0)).collect();
        text += &format!("[[row]]\nclause = \"X-1\"\nwhen = {{ {} }}\nthen = {{ out = {number} }}\n", cells.join(", "));
    }
    text
}

#[test]
fn the_prover_and_the_evaluation_agree_with_a_naive_reading() {
    let inputs = all_inputs();
    let (mut gaps, mut overlaps, mut clean) = (0, 0, 0);
    for seed in 0..800 {
        let mut state = seed;
        let mut dice = |sides: u64| mix(&mut state) % sides;
        let rows = if seed % 2 == 0 { thrown(&mut dice) } else { split(&mut dice) };
        let text = written(&rows);
        let Ok(table) = read(&text) else { continue };
        let hits = |input: &Input| -> Vec<usize> {
            (0..rows.len()).filter(|row| rows[*row].iter().all(|(_, holds)| holds(input))).collect()
        };
        let mistakes = prove::prove(&table);
        let said = |what: &str| mistakes.iter().any(|m| m.what.contains(what));
        let gap = inputs.iter().any(|i| hits(i).is_empty());
        let overlap = inputs.iter().any(|i| hits(i).len() > 1);
        assert_eq!((said("没有规则"), said("同时适用")), (gap, overlap), "{text}\n{mistakes:?}");
        gaps += usize::from(gap);
        overlaps += usize::from(overlap);
        clean += usize::from(!gap && !overlap);
        for input in &inputs {
            let first = hits(input).first().copied();
            let asked = decide::ask(&table, &facts(input), &|_| None).ok().map(|answer| answer.outcome["out"].clone());
            assert_eq!(asked, first.map(|row| Value::Int(row as i64)), "{text}\n{input:?}");
        }
    }
    assert!(gaps > 100 && overlaps > 100 && clean > 300, "{gaps} {overlaps} {clean}");
}

const SAMPLE: &str = include_str!("../../../policies/nantong/2018-54/tables/required_medical_function.toml");

#[test]
fn no_mutilated_table_crashes_the_loader_or_the_prover() {
    let lists = crate::kind::lists("words.toml", include_str!("../../../policies/words.toml")).expect("words");
    let period = Period { from: Date::from_ymd_opt(2018, 7, 1).expect("date"), until: None };
    let pieces =
        ["\"", "[", "]", "..", ">= ", "<", "not(", ")", "-", "99999999999999999999", ",", "=", "\n", "9", "空", "when"];
    let mut state = 7;
    let mut dice = |sides: usize| (mix(&mut state) % sides as u64) as usize;
    let mut read_well = 0;
    for _ in 0..4_000 {
        let mut text: Vec<char> = SAMPLE.chars().collect();
        for _ in 0..=dice(3) {
            let at = dice(text.len());
            let end = (at + dice(8)).min(text.len());
            text.splice(at..end, pieces[dice(pieces.len())].chars());
        }
        let text: String = text.into_iter().collect();
        if let Ok(table) =
            table::read("t.toml", &text, ("x/y", period), crate::columns::Words { lists: &lists, parameters: &[] })
        {
            read_well += 1;
            prove::prove(&table);
        }
    }
    assert!(read_well > 100, "{read_well}");
}

#[test]
fn a_table_of_a_hundred_thousand_rows_is_refused_in_words() {
    let mut text = "[table]\nquestion = \"q\"\ntitle = \"t\"\nhit = \"unique\"\ninputs = { n = \"integer\" }\noutputs = { out = \"integer\" }\n".to_owned();
    for n in 0..100_000 {
        text += &format!("[[row]]\nclause = \"X-1\"\nwhen = {{ n = {n} }}\nthen = {{ out = 1 }}\n");
    }
    let mistakes = read(&text).expect_err("too many rows");
    assert!(mistakes[0].what.contains("100000 条规则"), "{mistakes:?}");
}
