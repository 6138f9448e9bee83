//! The tiny exact arithmetic of outputs: `= new_beds * 1_200_000`, `= min(days, 30) * share(rate_fen, 8000)`.
//!
//! Whole numbers, inputs, parameters and earlier outputs by name, `+ - *`, brackets, `min(a, b)`, `max(a, b)`,
//! `share(amount, bp)` (half rounded away from zero) and `share_up(amount, bp)` (rounded up, for "at least a share of").
//! Days: `months(from, to)` (full months between), `days(from, to)`, `after_months(day, n)` (the last day of the month
//! where the day does not exist) and `after_days(day, n)`. Every step is checked for overflow and for numbers and days
//! that are mixed up.

use kernel::Date;
use kernel::time::{day_number, months_between, plus_months};
use std::fmt;

/// A parsed expression with what its author wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Expr {
    source: String,
    node: Node,
    sort: Sort,
}

/// Whether a result is a number or a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sort {
    Number,
    Day,
}

/// What a name in an expression stands for.
pub(crate) enum Term {
    /// The place of an input column.
    Input(usize, Sort),
    /// The value of a parameter.
    Number(i64),
    /// What an earlier output gives.
    Same(Expr),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Node {
    Number(i64),
    /// The place of an input column.
    Input(usize),
    Apply(Op, Box<(Node, Node)>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    Add,
    Subtract,
    Multiply,
    Min,
    Max,
    Share,
    ShareUp,
    Months,
    Days,
    AfterMonths,
    AfterDays,
}

impl Op {
    /// What it takes and gives.
    const fn sorts(self) -> (Sort, Sort, Sort) {
        match self {
            Self::Months | Self::Days => (Sort::Day, Sort::Day, Sort::Number),
            Self::AfterMonths | Self::AfterDays => (Sort::Day, Sort::Number, Sort::Day),
            _ => (Sort::Number, Sort::Number, Sort::Number),
        }
    }
}

/// Days from the first day of our calendar to 1970-01-01.
const EPOCH: i64 = 719_163;
/// Deepest nesting of brackets.
const DEEPEST: usize = 32;
/// A whole in basis points.
const WHOLE: i128 = 10_000;

impl Expr {
    /// Parses the text after `=`; `names` says what a name stands for.
    pub(crate) fn parse(source: &str, names: impl Fn(&str) -> Option<Term>) -> Result<Self, String> {
        let tokens = tokens(source)?;
        let mut parser = Parser { tokens: &tokens, names: &names, depth: 0 };
        let (node, sort) = parser.sum()?;
        match parser.tokens {
            [] => Ok(Self { source: source.trim().to_owned(), node, sort }),
            [extra, ..] => Err(format!("算式“{}”中“{extra}”多余", source.trim())),
        }
    }

    /// Its tree.
    pub(crate) fn node(&self) -> &Node {
        &self.node
    }

    /// A number as an expression, for an earlier output that is written as one.
    pub(crate) fn number(n: i64) -> Self {
        Self { source: n.to_string(), node: Node::Number(n), sort: Sort::Number }
    }

    /// Whether the result is a number or a day.
    pub(crate) fn sort(&self) -> Sort {
        self.sort
    }

    /// The places of the inputs that it needs.
    pub(crate) fn inputs(&self) -> Vec<usize> {
        fn walk(node: &Node, all: &mut Vec<usize>) {
            match node {
                Node::Number(_) => {}
                Node::Input(at) => all.push(*at),
                Node::Apply(_, both) => {
                    walk(&both.0, all);
                    walk(&both.1, all);
                }
            }
        }
        let mut all = vec![];
        walk(&self.node, &mut all);
        all
    }

    /// The result for the numbers of a decision; none if a number is missing or the result is too large.
    pub(crate) fn value(&self, numbers: &[Option<i64>]) -> Option<i64> {
        i64::try_from(value(&self.node, numbers)?).ok()
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "= {}", self.source)
    }
}

fn value(node: &Node, numbers: &[Option<i64>]) -> Option<i128> {
    let (op, both) = match node {
        Node::Number(n) => return Some(i128::from(*n)),
        Node::Input(at) => return numbers.get(*at).copied().flatten().map(i128::from),
        Node::Apply(op, both) => (op, both),
    };
    let (a, b) = (value(&both.0, numbers)?, value(&both.1, numbers)?);
    match op {
        Op::Add => a.checked_add(b),
        Op::Subtract => a.checked_sub(b),
        Op::Multiply => a.checked_mul(b),
        Op::Min => Some(a.min(b)),
        Op::Max => Some(a.max(b)),
        Op::Share => {
            let exact = a.checked_mul(b)?;
            exact.checked_add(if exact < 0 { -WHOLE / 2 } else { WHOLE / 2 }).map(|n| n / WHOLE)
        }
        Op::ShareUp => {
            let exact = a.checked_mul(b)?;
            Some(exact.div_euclid(WHOLE) + i128::from(exact.rem_euclid(WHOLE) != 0))
        }
        Op::Months => months_between(day(a)?, day(b)?).map(i128::from),
        Op::Days => b.checked_sub(a),
        Op::AfterMonths => {
            let later = plus_months(day(a)?, i64::try_from(b).ok()?);
            later.filter(|date| kernel::time::in_four_digits(*date)).map(|date| i128::from(day_number(date)))
        }
        Op::AfterDays => a.checked_add(b).and_then(|n| day(n).map(|_| n)),
    }
}

/// The day that a number stands for.
pub(crate) fn day(number: i128) -> Option<Date> {
    let number = i32::try_from(number.checked_add(i128::from(EPOCH))?).ok()?;
    Date::from_num_days_from_ce_opt(number).filter(|date| kernel::time::in_four_digits(*date))
}

fn tokens(source: &str) -> Result<Vec<String>, String> {
    let mut tokens: Vec<String> = vec![];
    let mut word = String::new();
    for c in source.chars().chain([' ']) {
        if c.is_ascii_alphanumeric() || c == '_' {
            word.push(c);
            continue;
        }
        if !word.is_empty() {
            tokens.push(std::mem::take(&mut word));
        }
        match c {
            '+' | '-' | '*' | '(' | ')' | ',' => tokens.push(c.to_string()),
            c if c.is_whitespace() => {}
            c => return Err(format!("算式“{}”中的“{c}”不认识", source.trim())),
        }
    }
    Ok(tokens)
}

struct Parser<'a, F> {
    tokens: &'a [String],
    names: &'a F,
    depth: usize,
}

type Typed = (Node, Sort);

/// The two operands put together, if they are of the sort that the operation takes.
fn apply(op: Op, (a, first): Typed, (b, second): Typed) -> Result<Typed, String> {
    let (takes, then, gives) = op.sorts();
    let free = matches!(op, Op::Min | Op::Max) && first == second;
    if !free && (first, second) != (takes, then) {
        return Err("算式把日期和数字混在一起（日期用 months、days、after_months、after_days）".into());
    }
    Ok((Node::Apply(op, Box::new((a, b))), if free { first } else { gives }))
}

impl<F: Fn(&str) -> Option<Term>> Parser<'_, F> {
    fn next(&mut self) -> Option<&str> {
        let (first, rest) = self.tokens.split_first()?;
        self.tokens = rest;
        Some(first)
    }

    fn eat(&mut self, token: &str) -> bool {
        let found = self.tokens.first().is_some_and(|first| first == token);
        if found {
            self.tokens = &self.tokens[1..];
        }
        found
    }

    fn expect(&mut self, token: &str) -> Result<(), String> {
        if self.eat(token) { Ok(()) } else { Err(format!("算式缺少“{token}”")) }
    }

    fn sum(&mut self) -> Result<Typed, String> {
        let mut left = self.product()?;
        loop {
            let op = if self.eat("+") {
                Op::Add
            } else if self.eat("-") {
                Op::Subtract
            } else {
                return Ok(left);
            };
            left = apply(op, left, self.product()?)?;
        }
    }

    fn product(&mut self) -> Result<Typed, String> {
        let mut left = self.factor()?;
        while self.eat("*") {
            left = apply(Op::Multiply, left, self.factor()?)?;
        }
        Ok(left)
    }

    fn factor(&mut self) -> Result<Typed, String> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err("算式的括号太深".into());
        }
        let node = self.simple();
        self.depth -= 1;
        node
    }

    fn simple(&mut self) -> Result<Typed, String> {
        let token = self.next().ok_or("算式不完整")?.to_owned();
        if token == "(" {
            let inner = self.sum()?;
            return self.expect(")").map(|()| inner);
        }
        if let Some(op) = function(&token).filter(|_| self.eat("(")) {
            let first = self.sum()?;
            self.expect(",")?;
            let second = self.sum()?;
            self.expect(")")?;
            return apply(op, first, second);
        }
        match (self.names)(&token) {
            Some(Term::Input(at, sort)) => return Ok((Node::Input(at), sort)),
            Some(Term::Number(n)) => return Ok((Node::Number(n), Sort::Number)),
            Some(Term::Same(other)) => return Ok((other.node, other.sort)),
            None => {}
        }
        let number = token.replace('_', "").parse().map(|n| (Node::Number(n), Sort::Number));
        number.map_err(|_| format!("算式中的“{token}”不是数字，也不是输入列、本文件的参数或前面输出列的名字"))
    }
}

fn function(name: &str) -> Option<Op> {
    Some(match name {
        "min" => Op::Min,
        "max" => Op::Max,
        "share" => Op::Share,
        "share_up" => Op::ShareUp,
        "months" => Op::Months,
        "days" => Op::Days,
        "after_months" => Op::AfterMonths,
        "after_days" => Op::AfterDays,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calc(source: &str) -> Result<Option<i64>, String> {
        let place = |name: &str| match name {
            "beds" => Some(Term::Input(0, Sort::Number)),
            "stay" => Some(Term::Input(1, Sort::Number)),
            "first" => Some(Term::Input(2, Sort::Day)),
            "last" => Some(Term::Input(3, Sort::Day)),
            "rate" => Some(Term::Number(9000)),
            "twice" => Expr::parse("beds + beds", |_| Some(Term::Input(0, Sort::Number))).ok().map(Term::Same),
            _ => None,
        };
        let day = |text: &str| Some(i64::from(day_number(text.parse().expect("date"))));
        Expr::parse(source, place).map(|e| e.value(&[Some(101), Some(7), day("2024-02-29"), day("2025-03-28")]))
    }

    #[test]
    fn days_are_counted_as_the_civil_code_does() {
        let day = |text: &str| Ok(Some(i64::from(day_number(text.parse().expect("date")))));
        for (source, expected) in [
            ("months(first, last)", Ok(Some(12))),
            ("months(last, first)", Ok(Some(-13))),
            ("months(first, first)", Ok(Some(0))),
            ("months(first, after_days(last, 1))", Ok(Some(13))),
            ("days(first, last)", Ok(Some(393))),
            ("after_months(first, 12)", day("2025-02-28")),
            ("after_months(first, 0 - 12)", day("2023-02-28")),
            ("after_days(last, 4)", day("2025-04-01")),
            ("max(first, last)", day("2025-03-28")),
            ("after_months(first, 99999999999)", Ok(None)),
            ("after_days(first, 9223372036854775807)", Ok(None)),
        ] {
            assert_eq!(calc(source), expected, "{source}");
        }
        for mixed in [
            "first + 1",
            "first - last",
            "months(first, 3)",
            "after_days(3, first)",
            "min(first, 3)",
            "share(first, 1)",
        ] {
            assert!(calc(mixed).is_err(), "{mixed}");
        }
    }

    #[test]
    fn a_column_may_be_named_like_a_function() {
        let days = |name: &str| (name == "days").then_some(Term::Input(0, Sort::Number));
        assert_eq!(Expr::parse("days * 2", days).map(|e| e.value(&[Some(4)])), Ok(Some(8)));
        assert!(Expr::parse("days * max", days).is_err());
    }

    #[test]
    fn names_stand_for_columns_parameters_and_earlier_outputs() {
        assert_eq!(calc("share(twice, rate) + beds"), Ok(Some(182 + 101)));
    }

    #[test]
    fn arithmetic_is_exact() {
        for (source, expected) in [
            ("beds * 1_200_000", 121_200_000),
            ("2 + 3 * stay", 23),
            ("(2 + 3) * stay - 1 - 1", 33),
            ("min(beds, 100) + max(stay, 10)", 110),
            ("share(beds, 5000)", 51),
            ("share(0 - beds, 5000)", -51),
            ("share_up(beds, 5000)", 51),
            ("share_up(1, 1)", 1),
            ("share_up(beds, 10000)", 101),
            ("share_up(0 - beds, 5000)", -50),
        ] {
            assert_eq!(calc(source), Ok(Some(expected)), "{source}");
        }
    }

    #[test]
    fn overflow_and_missing_numbers_have_no_result() {
        assert_eq!(calc("9223372036854775807 + 1"), Ok(None));
        assert_eq!(calc("9223372036854775807 * 9223372036854775807 * 9223372036854775807"), Ok(None));
        let missing = Expr::parse("stay", |_| Some(Term::Input(5, Sort::Number))).expect("expr");
        assert_eq!(missing.value(&[None]), None);
    }

    #[test]
    fn what_is_no_arithmetic_is_refused() {
        let deep = "(".repeat(99);
        for source in ["", "1 +", "min(1)", "rooms", "1 2", "(1", "1 / 2", "1.5", "99999999999999999999", &deep] {
            assert!(calc(source).is_err(), "{source}");
        }
    }
}
