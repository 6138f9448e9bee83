//! A second reading of a table, written without the engine and without cleverness: every value next to a number that the
//! table names is tried with every other. It says whether some input has no row, or two.

use std::collections::{BTreeMap, BTreeSet};

/// Most combinations that are tried.
const MOST: usize = 400_000;

/// The words of every list.
pub type Words = BTreeMap<String, Vec<String>>;

/// What the oracle found in a table.
#[derive(Debug, PartialEq, Eq)]
pub struct Found {
    /// Some input has no row.
    pub gap: bool,
    /// Some input has two rows.
    pub overlap: bool,
    /// The head says that the document is silent on what has no row.
    pub silent: bool,
    /// There is an answer for when no row fits.
    pub otherwise: bool,
    /// Two rows that fit are a contradiction.
    pub unique: bool,
}

#[derive(Clone, Debug, PartialEq)]
enum Point {
    Nothing,
    Number(i128),
    Word(String),
    Set(BTreeSet<String>),
}

/// Reads the lists of `words.toml`.
pub fn words(text: &str) -> Words {
    let parsed: toml::Table = toml::from_str(text).expect("words");
    let list = |value: toml::Value| value.as_table().expect("list").keys().cloned().collect();
    parsed.into_iter().map(|(name, value)| (name, list(value))).collect()
}

/// Looks at a whole table; none if there is too much to try.
pub fn look(text: &str, words: &Words) -> Option<Found> {
    let file: toml::Table = toml::from_str(text).expect("the engine read it");
    let head = file["table"].as_table().expect("head");
    let rows: Vec<&toml::Value> = file.get("row").and_then(|rows| rows.as_array()).into_iter().flatten().collect();
    assert!(rows.len() <= 128, "a pack of the tests has more rows");
    let mut columns: Vec<Vec<u128>> = vec![];
    for (name, kind) in head["inputs"].as_table().expect("inputs") {
        let cells: Vec<String> = rows.iter().map(|row| cell(row, name)).collect();
        // What follows from other inputs may have any value of its type.
        let kind = kind.as_str().expect("kind").split('=').next().expect("kind").trim();
        let (kind, maybe) = kind.strip_suffix('?').map_or((kind, false), |kind| (kind, true));
        let holds = |point: &Point| {
            let fits = cells.iter().enumerate().filter(|(_, cell)| holds(cell, kind, point));
            fits.map(|(at, _)| 1_u128 << at).fold(0, |all, bit| all | bit)
        };
        let nothing = maybe.then_some(Point::Nothing);
        columns.push(points(kind, &cells, words).iter().chain(&nothing).map(holds).collect());
    }
    if columns.iter().map(Vec::len).try_fold(1_usize, |all, many| all.checked_mul(many)).is_none_or(|all| all > MOST) {
        return None;
    }
    let all = if rows.len() == 128 { u128::MAX } else { (1 << rows.len()) - 1 };
    let (mut gap, mut overlap) = (false, false);
    every(&columns, all, &mut |fits| {
        gap |= fits == 0;
        overlap |= fits.count_ones() > 1;
    });
    let unique = head["hit"].as_str() == Some("unique");
    let silent = head.contains_key("silent");
    Some(Found { gap, overlap, silent, otherwise: file.contains_key("otherwise"), unique })
}

fn every(columns: &[Vec<u128>], fits: u128, see: &mut impl FnMut(u128)) {
    match columns.split_first() {
        None => see(fits),
        Some((column, rest)) => column.iter().for_each(|point| every(rest, fits & point, see)),
    }
}

fn cell(row: &toml::Value, name: &str) -> String {
    match row.get("when").and_then(|when| when.get(name)) {
        None => "-".into(),
        Some(toml::Value::String(text)) => text.trim().to_owned(),
        Some(other) => other.to_string(),
    }
}

/// The numbers that a text of a cell names; dates are days.
fn numbers(cell: &str) -> Vec<i128> {
    let word = |c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_');
    cell.split(word).flat_map(|part| part.split("..")).filter_map(number).collect()
}

fn number(text: &str) -> Option<i128> {
    match text.trim().parse::<kernel::Date>() {
        Ok(date) => Some(i128::from(kernel::time::day_number(date))),
        Err(_) => text.trim().replace('_', "").parse().ok(),
    }
}

fn quoted(cell: &str) -> Vec<String> {
    cell.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

fn points(kind: &str, cells: &[String], words: &Words) -> Vec<Point> {
    let named: BTreeSet<String> = cells.iter().flat_map(|cell| quoted(cell)).collect();
    if let Some(list) = kind.strip_prefix("set of ") {
        return sets(&named, &words[list.trim()]);
    }
    if let Some((least, most)) = bounds(kind) {
        let mut all: BTreeSet<i128> = cells.iter().flat_map(|cell| numbers(cell)).collect();
        all.extend([least, most]);
        let around: BTreeSet<i128> = all.iter().flat_map(|n| [n - 1, *n, n + 1]).collect();
        return around.into_iter().filter(|n| (least..=most).contains(n)).map(Point::Number).collect();
    }
    let list = match kind {
        "boolean" => vec!["true".to_owned(), "false".to_owned()],
        "text" => named.into_iter().chain(["别的文字".to_owned()]).collect(),
        list => words[list].clone(),
    };
    list.into_iter().map(Point::Word).collect()
}

/// The least and greatest value of a type of numbers or days.
fn bounds(kind: &str) -> Option<(i128, i128)> {
    if kind == "date" {
        let day = |date| i128::from(kernel::time::day_number(date));
        return Some((day(kernel::Date::MIN), day(kernel::Date::MAX)));
    }
    let (least, rest) = match kind.strip_prefix("signed ") {
        Some(rest) => (i128::from(i64::MIN), rest),
        None => (0, kind),
    };
    let rest = rest.strip_prefix("integer")?.trim();
    let Some((lo, hi)) = rest.split_once("..") else { return Some((least, i128::from(i64::MAX))) };
    let hi = hi.split(' ').next().unwrap_or_default();
    let bound = |text: &str, missing| if text.trim().is_empty() { missing } else { number(text).expect("bound") };
    Some((bound(lo, least), bound(hi, i128::from(i64::MAX))))
}

/// Every set of the words that are named, with and without one that is not.
fn sets(named: &BTreeSet<String>, list: &[String]) -> Vec<Point> {
    let other = list.iter().find(|word| !named.contains(*word));
    let words: Vec<&String> = named.iter().chain(other).collect();
    let set = |bits: usize| (0..words.len()).filter(|at| bits >> at & 1 == 1).map(|at| words[at].clone()).collect();
    (0..1_usize << words.len()).map(|bits| Point::Set(set(bits))).collect()
}

fn holds(cell: &str, kind: &str, point: &Point) -> bool {
    if cell == "-" {
        return true;
    }
    if let Point::Set(set) = point {
        return match cell {
            "empty" => set.is_empty(),
            "not empty" | "not(empty)" => !set.is_empty(),
            _ => quoted(cell).iter().any(|word| set.contains(word)) != cell.starts_with("not("),
        };
    }
    let (inner, negated) = match cell.strip_prefix("not(").and_then(|rest| rest.strip_suffix(')')) {
        Some(inner) => (inner, true),
        None => (cell, false),
    };
    let any = match point {
        Point::Nothing => inner.split(',').any(|part| part.trim() == "null"),
        Point::Word(word) if kind == "boolean" => inner.split(',').any(|part| part.trim() == word),
        Point::Word(word) => quoted(inner).contains(word),
        Point::Number(n) => inner.split(',').any(|part| test(part.trim(), *n)),
        Point::Set(_) => false,
    };
    any != negated
}

/// One test of a number, without commas.
fn test(part: &str, n: i128) -> bool {
    if part == "null" {
        return false;
    }
    let than = |rest: &str| number(rest).expect("number");
    match part.as_bytes() {
        [b'>', b'=', ..] => n >= than(&part[2..]),
        [b'<', b'=', ..] => n <= than(&part[2..]),
        [b'>', ..] => n > than(&part[1..]),
        [b'<', ..] => n < than(&part[1..]),
        [b'[' | b'(', ..] => {
            let (lo, hi) = part[1..part.len() - 1].split_once("..").expect("interval");
            let (lo, hi) = (than(lo), than(hi));
            let low = if part.starts_with('[') { n >= lo } else { n > lo };
            low && if part.ends_with(']') { n <= hi } else { n < hi }
        }
        _ => n == than(part),
    }
}
