//! An expression over many people at once: one operation after the other, each over a block of numbers.
//!
//! Only for expressions whose every step is proven, from the least and greatest numbers that go in, to stay within 64 bits;
//! the others are worked out one by one with [`Expr::value`].

use crate::expr::{Expr, Node, Op};

/// A whole in basis points.
const WHOLE: i64 = 10_000;

/// The least and greatest result of a step.
pub(crate) type Range = (i64, i64);

/// An expression made ready for blocks.
#[derive(Clone, Debug)]
pub(crate) enum Tree {
    Number(i64),
    /// The place of an input column.
    Input(usize),
    Apply(Step, Box<(Tree, Tree)>),
}

/// An operation, the shares by how large the product may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Add,
    Subtract,
    Multiply,
    Min,
    Max,
    /// Nothing is below zero, and the product with its rounding stays within 32 bits.
    SmallShare,
    /// Nothing is below zero.
    PlainShare,
    Share,
    ShareUp,
}

/// Makes an expression ready, with its least and greatest result; none if a step might leave 64 bits.
pub(crate) fn ready(expr: &Expr, inputs: &impl Fn(usize) -> Range) -> Option<(Tree, Range)> {
    of_node(expr.node(), inputs)
}

fn of_node(node: &Node, inputs: &impl Fn(usize) -> Range) -> Option<(Tree, Range)> {
    let (op, both) = match node {
        Node::Number(n) => return Some((Tree::Number(*n), (*n, *n))),
        Node::Input(at) => return Some((Tree::Input(*at), inputs(*at))),
        Node::Apply(op, both) => (*op, both),
    };
    let ((one, (a, b)), (other, (c, d))) = (of_node(&both.0, inputs)?, of_node(&both.1, inputs)?);
    let (step, range) = match op {
        Op::Add => (Step::Add, (a.checked_add(c)?, b.checked_add(d)?)),
        Op::Subtract => (Step::Subtract, (a.checked_sub(d)?, b.checked_sub(c)?)),
        Op::Min => (Step::Min, (a.min(c), b.min(d))),
        Op::Max => (Step::Max, (a.max(c), b.max(d))),
        Op::Multiply => (Step::Multiply, product((a, b), (c, d))?),
        // Months differ in length: they are counted one by one.
        Op::Months | Op::Days | Op::AfterMonths | Op::AfterDays => return None,
        Op::Share | Op::ShareUp => {
            let (least, most) = product((a, b), (c, d))?;
            // Room for the rounding.
            least.checked_sub(WHOLE)?;
            let small = most.checked_add(WHOLE)? <= i64::from(u32::MAX) && b.max(d) <= i64::from(u32::MAX);
            let step = match (op, a.min(c) >= 0) {
                (Op::ShareUp, _) => Step::ShareUp,
                (_, true) if small => Step::SmallShare,
                (_, true) => Step::PlainShare,
                _ => Step::Share,
            };
            let end = if op == Op::ShareUp { share_up } else { share };
            (step, (end(least, 1), end(most, 1)))
        }
    };
    Some((Tree::Apply(step, Box::new((one, other))), range))
}

fn product((a, b): Range, (c, d): Range) -> Option<Range> {
    let corners = [a.checked_mul(c)?, a.checked_mul(d)?, b.checked_mul(c)?, b.checked_mul(d)?];
    Some((*corners.iter().min()?, *corners.iter().max()?))
}

/// Which people of a block: all of its first, or those.
#[derive(Clone, Copy)]
pub(crate) enum Lanes<'a> {
    All(usize),
    Some(&'a [u16]),
}

/// Blocks of numbers to work in, handed back after use.
#[derive(Default)]
pub(crate) struct Pool(Vec<Vec<i64>>);

impl Pool {
    fn take(&mut self) -> Vec<i64> {
        let mut block = self.0.pop().unwrap_or_default();
        block.clear();
        block
    }

    fn give(&mut self, operand: Operand<'_>) {
        if let Operand::Own(block) = operand {
            self.0.push(block);
        }
    }
}

enum Operand<'a> {
    One(i64),
    Many(&'a [i64]),
    Own(Vec<i64>),
}

impl Operand<'_> {
    fn view(&self) -> Result<&[i64], i64> {
        match self {
            Self::One(n) => Err(*n),
            Self::Many(all) => Ok(all),
            Self::Own(all) => Ok(all),
        }
    }
}

/// The results for these people of a block; `inputs` are the blocks of the columns.
pub(crate) fn run(tree: &Tree, inputs: &[&[i64]], lanes: Lanes<'_>, pool: &mut Pool, out: &mut Vec<i64>) {
    let many = match lanes {
        Lanes::All(many) => many,
        Lanes::Some(lanes) => lanes.len(),
    };
    out.clear();
    match of(tree, inputs, lanes, pool) {
        Operand::One(n) => out.resize(many, n),
        Operand::Many(all) => out.extend_from_slice(all),
        Operand::Own(block) => pool.0.push(std::mem::replace(out, block)),
    }
}

fn of<'a>(tree: &Tree, inputs: &[&'a [i64]], lanes: Lanes<'_>, pool: &mut Pool) -> Operand<'a> {
    let (step, both) = match tree {
        Tree::Number(n) => return Operand::One(*n),
        Tree::Input(at) => {
            return match lanes {
                Lanes::All(many) => Operand::Many(&inputs[*at][..many]),
                Lanes::Some(lanes) => {
                    let mut block = pool.take();
                    block.extend(lanes.iter().map(|lane| inputs[*at][usize::from(*lane)]));
                    Operand::Own(block)
                }
            };
        }
        Tree::Apply(step, both) => (*step, both),
    };
    let (a, b) = (of(&both.0, inputs, lanes, pool), of(&both.1, inputs, lanes, pool));
    let mut out = pool.take();
    let single = apply(step, &a, &b, &mut out);
    pool.give(a);
    pool.give(b);
    match single {
        Some(n) => {
            pool.give(Operand::Own(out));
            Operand::One(n)
        }
        None => Operand::Own(out),
    }
}

fn apply(step: Step, a: &Operand<'_>, b: &Operand<'_>, out: &mut Vec<i64>) -> Option<i64> {
    match step {
        Step::Add => each(a, b, out, |a, b| a + b),
        Step::Subtract => each(a, b, out, |a, b| a - b),
        Step::Multiply => each(a, b, out, |a, b| a * b),
        Step::Min => each(a, b, out, i64::min),
        Step::Max => each(a, b, out, i64::max),
        Step::SmallShare => each(a, b, out, small_share),
        Step::PlainShare => each(a, b, out, plain_share),
        Step::Share => each(a, b, out, share),
        Step::ShareUp => each(a, b, out, share_up),
    }
}

/// Half is rounded away from zero.
fn share(a: i64, b: i64) -> i64 {
    let size = plain_share((a * b).saturating_abs(), 1);
    if a * b < 0 { -size } else { size }
}

/// A division of unsigned numbers by a constant: a multiplication.
fn plain_share(a: i64, b: i64) -> i64 {
    (((a * b) as u64 + WHOLE as u64 / 2) / WHOLE as u64) as i64
}

/// The same within 32 bits, in operations that a processor does on several numbers at once: 10,000 goes into a number of 32
/// bits as often as the number times 2^45 / 10,000 (rounded up) goes beyond 2^45.
fn small_share(a: i64, b: i64) -> i64 {
    const INVERSE: u64 = (1 << 45) / WHOLE as u64 + 1;
    let low = |n: i64| u64::from(n as u32);
    let exact = low(a) * low(b) + WHOLE as u64 / 2;
    (((exact & u64::from(u32::MAX)) * INVERSE) >> 45) as i64
}

fn share_up(a: i64, b: i64) -> i64 {
    let exact = a * b;
    exact.div_euclid(WHOLE) + i64::from(exact.rem_euclid(WHOLE) != 0)
}

/// The operation on two blocks, or on a block and a number; the result itself when both are numbers.
fn each(a: &Operand<'_>, b: &Operand<'_>, out: &mut Vec<i64>, f: impl Fn(i64, i64) -> i64) -> Option<i64> {
    match (a.view(), b.view()) {
        (Ok(a), Ok(b)) => out.extend(a.iter().zip(b).map(|(a, b)| f(*a, *b))),
        (Ok(a), Err(b)) => out.extend(a.iter().map(|a| f(*a, b))),
        (Err(a), Ok(b)) => out.extend(b.iter().map(|b| f(a, *b))),
        (Err(a), Err(b)) => return Some(f(a, b)),
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::{Sort, Term};

    fn agrees(source: &str, inputs: [&[i64]; 2], range: Range) -> Tree {
        let place = |name: &str| ["a", "b"].iter().position(|n| *n == name).map(|at| Term::Input(at, Sort::Number));
        let expr = Expr::parse(source, place).expect(source);
        let (tree, (least, most)) = ready(&expr, &|_| range).expect("fits");
        let mut out = vec![];
        run(&tree, &inputs, Lanes::All(inputs[0].len()), &mut Pool::default(), &mut out);
        for (at, got) in out.iter().enumerate() {
            assert_eq!(Some(*got), expr.value(&[Some(inputs[0][at]), Some(inputs[1][at])]), "{source} {at}");
            assert!(range.1 == 1 || (least <= *got && *got <= most), "{source} {got}");
        }
        let mut some = vec![];
        run(&tree, &inputs, Lanes::Some(&[6, 2]), &mut Pool::default(), &mut some);
        assert_eq!(some, [out[6], out[2]]);
        tree
    }

    #[test]
    fn blocks_give_what_single_numbers_give() {
        let (a, b) = ([-70_000, -1, 0, 1, 4_999, 5_000, 70_000], [3, -3, 10_000, 5_000, -5_000, 1, 9_999]);
        for source in [
            "a + b",
            "a - 3 * b",
            "min(a, b) * max(b, 7)",
            "share(a, b)",
            "share_up(a, b)",
            "share(5, 5_000)",
            "share(0 - a, b)",
        ] {
            agrees(source, [&a, &b], (-70_000, 70_000));
        }
    }

    #[test]
    fn shares_are_exact_at_the_ends_of_32_bits() {
        let whole = i64::from(u32::MAX) - WHOLE;
        let a: Vec<i64> = (0..30_000).chain(whole - 30_000..=whole).collect();
        let ones = vec![1; a.len()];
        let small = agrees("share(a, b)", [&a, &ones], (0, 1));
        assert!(matches!(small, Tree::Apply(Step::SmallShare, _)));
        let plain = agrees("share(a, b)", [&a, &ones], (0, 1 << 31));
        assert!(matches!(plain, Tree::Apply(Step::PlainShare, _)));
    }

    #[test]
    fn what_may_leave_64_bits_is_not_run_in_blocks() {
        let range = |source: &str| {
            let expr = Expr::parse(source, |name| (name == "a").then_some(Term::Input(0, Sort::Number))).expect(source);
            ready(&expr, &|_| (i64::MIN, i64::MAX)).map(|(_, range)| range)
        };
        for source in ["a + 1", "a - 1", "a * 2", "share(a, 1)", "0 - a", "share(a, 0 - 1)"] {
            assert_eq!(range(source), None, "{source}");
        }
        assert_eq!(range("max(min(a, 9), 0) * 5"), Some((0, 45)));
    }
}
