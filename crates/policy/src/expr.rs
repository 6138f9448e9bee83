//! The tiny exact arithmetic of outputs: `= new_beds * 1_200_000`, `= min(days, 30) * share(rate_fen, 8000)`.
//!
//! Whole numbers, inputs by name, `+ - *`, brackets, `min(a, b)`, `max(a, b)`, `share(amount, bp)` (half rounded away from
//! zero) and `share_up(amount, bp)` (rounded up, for "at least a share of"). Every step is checked for overflow.

use std::fmt;

/// A parsed expression with what its author wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Expr {
    source: String,
    node: Node,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Node {
    Number(i64),
    /// The place of an input column.
    Input(usize),
    Apply(Op, Box<(Node, Node)>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Op {
    Add,
    Subtract,
    Multiply,
    Min,
    Max,
    Share,
    ShareUp,
}

/// Deepest nesting of brackets.
const DEEPEST: usize = 32;
/// A whole in basis points.
const WHOLE: i128 = 10_000;

impl Expr {
    /// Parses the text after `=`; `inputs` gives the place of a named number column.
    pub(crate) fn parse(source: &str, inputs: impl Fn(&str) -> Option<usize>) -> Result<Self, String> {
        let tokens = tokens(source)?;
        let mut parser = Parser { tokens: &tokens, inputs: &inputs, depth: 0 };
        let node = parser.sum()?;
        match parser.tokens {
            [] => Ok(Self { source: source.trim().to_owned(), node }),
            [extra, ..] => Err(format!("算式“{}”中“{extra}”多余", source.trim())),
        }
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
    }
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
    inputs: &'a F,
    depth: usize,
}

impl<F: Fn(&str) -> Option<usize>> Parser<'_, F> {
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

    fn sum(&mut self) -> Result<Node, String> {
        let mut left = self.product()?;
        loop {
            let op = if self.eat("+") {
                Op::Add
            } else if self.eat("-") {
                Op::Subtract
            } else {
                return Ok(left);
            };
            left = Node::Apply(op, Box::new((left, self.product()?)));
        }
    }

    fn product(&mut self) -> Result<Node, String> {
        let mut left = self.factor()?;
        while self.eat("*") {
            left = Node::Apply(Op::Multiply, Box::new((left, self.factor()?)));
        }
        Ok(left)
    }

    fn factor(&mut self) -> Result<Node, String> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err("算式的括号太深".into());
        }
        let node = self.simple();
        self.depth -= 1;
        node
    }

    fn simple(&mut self) -> Result<Node, String> {
        let token = self.next().ok_or("算式不完整")?.to_owned();
        if token == "(" {
            let inner = self.sum()?;
            return self.expect(")").map(|()| inner);
        }
        if let Some(op) = function(&token) {
            self.expect("(")?;
            let first = self.sum()?;
            self.expect(",")?;
            let second = self.sum()?;
            return self.expect(")").map(|()| Node::Apply(op, Box::new((first, second))));
        }
        if let Some(at) = (self.inputs)(&token) {
            return Ok(Node::Input(at));
        }
        let number = token.replace('_', "").parse().map(Node::Number);
        number.map_err(|_| format!("算式中的“{token}”不是数字，也不是整数输入列的名字"))
    }
}

fn function(name: &str) -> Option<Op> {
    Some(match name {
        "min" => Op::Min,
        "max" => Op::Max,
        "share" => Op::Share,
        "share_up" => Op::ShareUp,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calc(source: &str) -> Result<Option<i64>, String> {
        let place = |name: &str| ["beds", "days"].iter().position(|n| *n == name);
        Expr::parse(source, place).map(|e| e.value(&[Some(101), Some(7)]))
    }

    #[test]
    fn arithmetic_is_exact() {
        for (source, expected) in [
            ("beds * 1_200_000", 121_200_000),
            ("2 + 3 * days", 23),
            ("(2 + 3) * days - 1 - 1", 33),
            ("min(beds, 100) + max(days, 10)", 110),
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
        let missing = Expr::parse("days", |_| Some(5)).expect("expr");
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
