//! The tests in the cells of a table: FEEL unary tests of DMN, as far as rules of documents need them.
//!
//! `-` any · `>= 100` · `< 5` · `[100..200]` · `(0..5]` · `3` · `"private"` · `true` · `"a", "b"` (comma is or) ·
//! `not("x")` · `null` where an input may be nothing (then `not("x")` takes nothing too) · for sets `empty`, `not empty`, `"a", "b"` (has one of them), `not("a")` (has none of them).

use crate::kind::Kind;
use kernel::Date;
use kernel::time::day_number;

/// A test, compiled: every value is a number (see [`Kind`]), a set is the bits of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Test {
    Any,
    /// The number lies in one of these closed, sorted, disjoint ranges.
    Ranges(Vec<(i64, i64)>),
    Empty,
    NotEmpty,
    /// The set has one of these words.
    Has(i64),
    /// The set has none of these words.
    HasNot(i64),
}

impl Test {
    pub(crate) fn holds(&self, number: i64) -> bool {
        match self {
            Self::Any => true,
            Self::Ranges(ranges) => ranges.iter().any(|&(lo, hi)| lo <= number && number <= hi),
            Self::Empty => number == 0,
            Self::NotEmpty => number != 0,
            Self::Has(mask) => number & mask != 0,
            Self::HasNot(mask) => number & mask == 0,
        }
    }

    pub(crate) fn is_any(&self) -> bool {
        *self == Self::Any
    }
}

/// A cell: what its author wrote, the test, and the numbers whose neighbours must be tried in cases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cell {
    pub source: String,
    pub test: Test,
    pub thresholds: Vec<i64>,
}

impl Cell {
    pub(crate) fn any() -> Self {
        Self { source: "-".into(), test: Test::Any, thresholds: vec![] }
    }

    /// Reads a cell for a column; texts that it names are added to `texts`.
    pub(crate) fn parse(source: &str, kind: &Kind, texts: &[String]) -> Result<Self, String> {
        let source = source.trim();
        if source == "-" {
            return Ok(Self::any());
        }
        let (inner, negated) = match source.strip_prefix("not(").and_then(|rest| rest.strip_suffix(')')) {
            Some(inner) => (inner, true),
            None => (source, false),
        };
        let mut thresholds = vec![];
        let test = match kind {
            Kind::SetOf(_) => set(inner, negated, kind)?,
            _ => {
                let parts = split(inner)?.into_iter().map(|part| range(part, kind, texts, &mut thresholds));
                let bounds = kind.bounds(texts.len());
                let ranges = normal(parts.collect::<Result<Vec<_>, _>>()?, bounds);
                let ranges = if negated { complement(&ranges, bounds) } else { ranges };
                if ranges.is_empty() {
                    return Err(format!("“{source}”永远不成立（该列应为{}）", kind.describe()));
                }
                Test::Ranges(ranges)
            }
        };
        let numeric = matches!(kind.inner(), Kind::Integer { .. } | Kind::Date);
        Ok(Self { source: source.to_owned(), test, thresholds: if numeric { thresholds } else { vec![] } })
    }
}

/// The texts that a cell names, in their order.
pub(crate) fn named(source: &str) -> Vec<String> {
    source.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Splits at the commas outside quotes.
fn split(source: &str) -> Result<Vec<&str>, String> {
    let mut parts = vec![];
    let (mut start, mut quoted) = (0, false);
    for (at, c) in source.char_indices() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => {
                parts.push(source[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(source[start..].trim());
    if quoted || parts.iter().any(|part| part.is_empty()) {
        return Err(format!("“{source}”的引号或逗号不完整"));
    }
    Ok(parts)
}

fn unquote(part: &str) -> Result<&str, String> {
    let inner = part.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    if inner.is_some_and(|inner| inner.contains('"')) {
        return Err(format!("“{part}”的两个词之间缺少逗号"));
    }
    inner.ok_or_else(|| format!("“{part}”应加英文引号，写成 '\"{part}\"'"))
}

fn set(inner: &str, negated: bool, kind: &Kind) -> Result<Test, String> {
    match (inner, negated) {
        ("empty", false) => return Ok(Test::Empty),
        ("not empty", false) | ("empty", true) => return Ok(Test::NotEmpty),
        _ => {}
    }
    let mut mask = 0;
    for part in split(inner)? {
        let word = std::iter::once(unquote(part)?.to_owned()).collect();
        mask |= kind.number(&crate::Value::Set(word), &[])?;
    }
    Ok(if negated { Test::HasNot(mask) } else { Test::Has(mask) })
}

/// One test without commas, as a closed range of numbers.
fn range(part: &str, kind: &Kind, texts: &[String], thresholds: &mut Vec<i64>) -> Result<(i64, i64), String> {
    match kind {
        Kind::Maybe(inner) => {
            let nothing = kind.bounds(texts.len()).0;
            if part == "null" {
                return Ok((nothing, nothing));
            }
            let (lo, hi) = range(part, inner, texts, thresholds)?;
            Ok((lo.max(nothing + 1), hi))
        }
        _ if part == "null" => Err("这一列不会是 null（允许没有的，类型后加 ?）".into()),
        Kind::Boolean => match part {
            "true" => Ok((1, 1)),
            "false" => Ok((0, 0)),
            _ => Err(format!("“{part}”应为 true 或 false")),
        },
        Kind::Text | Kind::Word(_) => {
            let number = kind.number(&unquote(part)?.into(), texts)?;
            Ok((number, number))
        }
        _ => ordered(part, kind, thresholds),
    }
}

fn ordered(part: &str, kind: &Kind, thresholds: &mut Vec<i64>) -> Result<(i64, i64), String> {
    let mut number = |text: &str| {
        let n = literal(text.trim(), kind)?;
        thresholds.push(n);
        Ok::<i64, String>(n)
    };
    for (sign, up, open) in [(">=", true, false), ("<=", false, false), (">", true, true), ("<", false, true)] {
        if let Some(rest) = part.strip_prefix(sign) {
            let n = number(rest)?;
            let never = || format!("“{part}”永远不成立");
            let edge = if up { n.checked_add(open.into()) } else { n.checked_sub(open.into()) }.ok_or_else(never)?;
            return Ok(if up { (edge, i64::MAX) } else { (i64::MIN, edge) });
        }
    }
    let Some((lo, hi)) = part.split_once("..") else {
        return number(part).map(|n| (n, n));
    };
    let wrong = || format!("“{part}”不是区间，应写成 [100..200]、(0..5] 这样");
    let (open_lo, lo) =
        lo.strip_prefix('[').map(|l| (false, l)).or(lo.strip_prefix('(').map(|l| (true, l))).ok_or_else(wrong)?;
    let (open_hi, hi) =
        hi.strip_suffix(']').map(|h| (false, h)).or(hi.strip_suffix(')').map(|h| (true, h))).ok_or_else(wrong)?;
    let (lo, hi) = (number(lo)?.saturating_add(open_lo.into()), number(hi)?.saturating_sub(open_hi.into()));
    if lo > hi { Err(format!("区间“{part}”是空的")) } else { Ok((lo, hi)) }
}

fn literal(text: &str, kind: &Kind) -> Result<i64, String> {
    let wrong = || format!("“{text}”不是{}", kind.describe());
    match kind {
        Kind::Date => text.parse::<Date>().map(|d| day_number(d).into()).map_err(|_| wrong()),
        _ => text.replace('_', "").parse().map_err(|_| wrong()),
    }
}

/// Sorted, disjoint, inside the bounds.
fn normal(mut ranges: Vec<(i64, i64)>, (least, most): (i64, i64)) -> Vec<(i64, i64)> {
    ranges.sort_unstable();
    let mut out: Vec<(i64, i64)> = vec![];
    for (lo, hi) in ranges {
        let (lo, hi) = (lo.max(least), hi.min(most));
        match out.last_mut() {
            _ if lo > hi => {}
            Some(last) if lo <= last.1.saturating_add(1) => last.1 = last.1.max(hi),
            _ => out.push((lo, hi)),
        }
    }
    out
}

fn complement(ranges: &[(i64, i64)], (least, most): (i64, i64)) -> Vec<(i64, i64)> {
    let mut out = vec![];
    let mut next = Some(least);
    for &(lo, hi) in ranges {
        if let Some(from) = next.filter(|&from| from < lo) {
            out.push((from, lo - 1));
        }
        next = hi.checked_add(1);
    }
    if let Some(from) = next.filter(|&from| from <= most) {
        out.push((from, most));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn beds() -> Kind {
        Kind::Integer { lo: 0, hi: i64::MAX, unit: "beds".into() }
    }

    fn holds(source: &str, number: i64) -> bool {
        Cell::parse(source, &beds(), &[]).expect(source).test.holds(number)
    }

    #[test]
    fn edges_are_in_or_out_as_written() {
        for (source, below, at, above) in [
            (">= 100", false, true, true),
            ("> 100", false, false, true),
            ("<= 100", true, true, false),
            ("< 100", true, false, false),
            ("100", false, true, false),
            ("not(100)", true, false, true),
            ("[100..200]", false, true, true),
            ("(100..200]", false, false, true),
            ("[0..100]", true, true, false),
            ("[0..100)", true, false, false),
            ("< 100, > 100", true, false, true),
            ("-", true, true, true),
        ] {
            assert_eq!([holds(source, 99), holds(source, 100), holds(source, 101)], [below, at, above], "{source}");
        }
    }

    #[test]
    fn nothing_is_taken_where_it_is_named_and_by_what_takes_all_others() {
        let kind = beds().maybe().expect("kind");
        let holds = |source: &str, number: i64| Cell::parse(source, &kind, &[]).expect(source).test.holds(number);
        let nothing = kind.number(&crate::Value::Nothing, &[]).expect("number");
        for (source, of_nothing, of_three) in [
            ("null", true, false),
            ("not(null)", false, true),
            ("-", true, true),
            ("3", false, true),
            ("not(3)", true, false),
            ("null, 3", true, true),
            ("not(null, 3)", false, false),
            ("< 5", false, true),
            (">= 0", false, true),
            ("<= 9223372036854775807", false, true),
        ] {
            assert_eq!((holds(source, nothing), holds(source, 3)), (of_nothing, of_three), "{source}");
        }
        assert!(Cell::parse("null", &beds(), &[]).is_err());
        assert!(Cell::parse("not(null, >= 0)", &kind, &[]).is_err());
    }

    #[test]
    fn what_is_no_test_is_refused() {
        for source in
            ["", "abc", ">= ", "[5..3]", "(5..6)", "[1..", "1,,2", "\"x", "< 0", ">= 99999999999999999999", "true"]
        {
            assert!(Cell::parse(source, &beds(), &[]).is_err(), "{source}");
        }
    }

    #[test]
    fn the_ends_of_the_numbers_do_not_overflow() {
        assert!(holds("<= 9223372036854775807", i64::MAX));
        assert!(
            Cell::parse("> 9223372036854775807", &Kind::Integer { lo: 0, hi: 9, unit: String::new() }, &[]).is_err()
        );
        assert!(!holds("not(9223372036854775807)", i64::MAX));
    }
}
