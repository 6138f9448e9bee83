//! Finds gaps and overlaps by computing: each column is cut where some row's test changes, and every combination of the
//! pieces is looked at once, following only the rows that still fit.

use crate::cell::Test;
use crate::error::Mistake;
use crate::kind::Kind;
use crate::table::{Hit, Table};
use std::collections::BTreeMap;

/// Steps after which a table counts as too tangled to prove.
const MOST_WORK: usize = 20_000_000;
/// Most words of a list that the set tests of one column may name: their subsets are all looked at.
const MOST_NAMED: u32 = 12;

struct Prover<'a> {
    table: &'a Table,
    example: Vec<i64>,
    work: usize,
    gap: Option<Vec<i64>>,
    overlap: Option<(usize, usize, Vec<i64>)>,
}

/// What is wrong with the coverage of a table.
pub(crate) fn prove(table: &Table) -> Vec<Mistake> {
    let mut prover = Prover { table, example: vec![], work: 0, gap: None, overlap: None };
    let all: Vec<usize> = (0..table.rows.len()).collect();
    prover.walk(&all);
    let file = &table.file;
    let mut mistakes = vec![];
    if prover.work > MOST_WORK {
        mistakes.push(Mistake::new(file, "规则之间的组合太多，无法证明没有遗漏和冲突", "把表拆小，或减少列"));
        return mistakes;
    }
    let excused = table.silent.is_some() || table.otherwise.is_some();
    match &prover.gap {
        Some(gap) if !excused => mistakes.push(
            Mistake::new(file, "有的情况没有规则", "补一条规则；文件确无规定的，在表头写 silent = \"理由\"")
                .example(show(table, gap)),
        ),
        None if table.silent.is_some() => {
            mistakes.push(Mistake::new(file, "表头有 silent，但每种情况都有规则", "删去 silent"));
        }
        _ => {}
    }
    if let Some((a, b, example)) = &prover.overlap {
        let what = format!("与第 {} 条同时适用", b + 1);
        let mistake = Mistake::new(file, what, "改其中一条的条件，使同一情况只有一条适用").row(a + 1);
        mistakes.push(mistake.example(show(table, example)));
    }
    mistakes
}

/// An input in words: `kind = nursing_home，beds = 100`.
pub(crate) fn show(table: &Table, numbers: &[i64]) -> String {
    let named = table.inputs.iter().zip(numbers);
    named.map(|(c, n)| format!("{} = {}", c.name, c.kind.show(*n, &c.texts))).collect::<Vec<_>>().join("，")
}

impl Prover<'_> {
    fn walk(&mut self, active: &[usize]) {
        self.work += active.len() + 1;
        let at = self.example.len();
        let open = |row: &usize| self.table.rows[*row].cells[at..].iter().all(|cell| cell.test.is_any());
        let unique = self.table.hit == Hit::Unique;
        let done = match active {
            [] => true,
            [only] => open(only),
            _ => !unique && active.iter().any(open),
        };
        if done || at == self.table.inputs.len() {
            self.note(active);
        } else if self.work <= MOST_WORK {
            for (rows, number) in self.pieces(at, active) {
                self.example.push(number);
                self.walk(&rows);
                self.example.pop();
            }
        }
    }

    fn note(&mut self, active: &[usize]) {
        let full = || {
            let rest = self.table.inputs.iter().skip(self.example.len()).map(|c| c.kind.bounds(c.texts.len()).0.max(0));
            self.example.iter().copied().chain(rest).collect()
        };
        match active {
            [] if self.gap.is_none() => self.gap = Some(full()),
            [a, b, ..] if self.table.hit == Hit::Unique && self.overlap.is_none() => {
                self.overlap = Some((*a, *b, full()))
            }
            _ => {}
        }
    }

    /// The different sets of rows that values of a column leave, each with a value that leaves it.
    fn pieces(&mut self, at: usize, active: &[usize]) -> BTreeMap<Vec<usize>, i64> {
        let column = &self.table.inputs[at];
        let bounds = column.kind.bounds(column.texts.len());
        let tests: Vec<(usize, &Test)> =
            active.iter().map(|row| (*row, &self.table.rows[*row].cells[at].test)).collect();
        let lists = match column.kind {
            Kind::SetOf(_) => subsets(&tests, bounds.1, &mut self.work),
            _ => segments(&tests, bounds),
        };
        let mut pieces = BTreeMap::new();
        for (number, rows) in lists {
            self.work += rows.len() + 1;
            pieces.entry(rows).or_insert(number);
        }
        pieces
    }
}

/// Cuts the numbers of a column where a test changes.
fn segments(tests: &[(usize, &Test)], (least, most): (i64, i64)) -> Vec<(i64, Vec<usize>)> {
    let mut starts = vec![least];
    for (_, test) in tests {
        if let Test::Ranges(ranges) = test {
            starts.extend(ranges.iter().flat_map(|&(lo, hi)| [Some(lo), hi.checked_add(1)]).flatten());
        }
    }
    starts.retain(|start| (least..=most).contains(start));
    starts.sort_unstable();
    starts.dedup();
    let mut lists: Vec<(i64, Vec<usize>)> = starts.iter().map(|start| (*start, vec![])).collect();
    for (row, test) in tests {
        let whole = [(least, most)];
        let ranges: &[(i64, i64)] = if let Test::Ranges(ranges) = test { ranges } else { &whole };
        for &(lo, hi) in ranges {
            let first = starts.partition_point(|start| *start < lo);
            lists[first..].iter_mut().take_while(|(start, _)| *start <= hi).for_each(|(_, rows)| rows.push(*row));
        }
    }
    lists
}

/// All subsets of the words that some test names, each also with a word that none names.
fn subsets(tests: &[(usize, &Test)], all: i64, work: &mut usize) -> Vec<(i64, Vec<usize>)> {
    let named = tests.iter().fold(0, |mask, (_, test)| match test {
        Test::Has(words) | Test::HasNot(words) => mask | words,
        _ => mask,
    });
    if named.count_ones() > MOST_NAMED {
        *work = MOST_WORK + 1;
        return vec![];
    }
    let other = all & !named;
    let other = other & other.wrapping_neg();
    let mut lists = vec![];
    let mut subset = 0_i64;
    loop {
        for mask in [subset, subset | other] {
            lists.push((mask, tests.iter().filter(|(_, test)| test.holds(mask)).map(|(row, _)| *row).collect()));
        }
        subset = subset.wrapping_sub(named) & named;
        if subset == 0 {
            return lists;
        }
    }
}
