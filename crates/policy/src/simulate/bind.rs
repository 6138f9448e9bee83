//! A program brought together with columns: how each number is read, and which cell of a table it leads to.

use super::arithmetic::{self, Tree};
use super::columns::{Cells, Column, Columns};
use super::program::{Given, Program, Source, Stage};
use crate::expr::Expr;
use crate::kind::Kind;
use crate::plan::Cut;
use crate::value::Value;

/// Added to the place of a cell when a fact is not of its type: more than any table has cells, little enough to be added
/// once for each column.
pub(crate) const BAD: u32 = 1 << 24;
/// Most different numbers of a column whose pieces are written down.
const MOST_LISTED: i64 = 1 << 12;

/// Whether a number is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Known,
    Missing,
    Mistyped,
    /// What should follow from the facts is more than a number holds.
    Failed,
}

/// How the number of a column of facts becomes the number that stands in the table's column.
pub(crate) enum Map {
    Same,
    /// By the number; none where the word is not one of the type.
    List(Vec<Option<i64>>),
    /// By the bit, for sets.
    Bits(Vec<Option<i64>>),
}

/// Where the numbers of an input come from.
pub(crate) enum Feed<'a> {
    /// Nobody's fact is known.
    Absent,
    /// A column of facts; `bounds` are those of its type, `nothing` what stands for nothing where the type has it.
    Fact {
        column: &'a Column,
        map: Map,
        bounds: (i64, i64),
        nothing: Option<i64>,
    },
    /// What follows from the inputs before it and the day of the question.
    Computed {
        expr: &'a Expr,
        day: i64,
    },
    Asked {
        stage: usize,
        output: usize,
        always: bool,
        range: (i64, i64),
    },
}

impl Feed<'_> {
    fn of<'a>(columns: &'a Columns, input: &crate::Column) -> Result<Feed<'a>, String> {
        let Some(column) = columns.get(&input.name) else { return Ok(Feed::Absent) };
        let bounds = input.kind.inner().bounds(input.texts.len());
        let nothing = matches!(input.kind, Kind::Maybe(_)).then(|| input.kind.bounds(input.texts.len()).0);
        let number = |value: Value| input.kind.number(&value, &input.texts).ok();
        let map = if let Some(words) = column.dictionary() {
            Map::List((0..words as i64).map(|n| column.meant(n).and_then(number)).collect())
        } else if let Some(words) = column.set_words() {
            Map::Bits(words.iter().map(|word| number(Value::Set([word.clone()].into()))).collect())
        } else {
            let sample = column.meant(column.range.0.clamp(0, 1)).or(column.meant(0));
            let fits = matches!(
                (input.kind.inner(), sample),
                (Kind::Integer { .. }, Some(Value::Int(_)))
                    | (Kind::Boolean, Some(Value::Bool(_)))
                    | (Kind::Date, Some(Value::Date(_)))
            );
            if !fits {
                return Err(format!("列“{}”应为{}", input.name, input.kind.describe()));
            }
            Map::Same
        };
        Ok(Feed::Fact { column, map, bounds, nothing })
    }

    /// Whether the number is known for everybody and of its type.
    fn sure(&self) -> bool {
        match self {
            Self::Absent | Self::Computed { .. } => false,
            Self::Asked { always, .. } => *always,
            Self::Fact { column, .. } => column.always_known() && column.never_nothing() && !self.doubtful(),
        }
    }

    /// The numbers of a block where they stand as they are wanted, so that they need not be copied.
    pub(crate) fn lies(&self, from: usize, many: usize) -> Option<&[i64]> {
        match self {
            Self::Fact { column, map: Map::Same, .. } if self.sure() => match &column.cells {
                Cells::Longs(all) => Some(&all[from..from + many]),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether a number may be one that the type does not take.
    fn doubtful(&self) -> bool {
        match self {
            Self::Fact { column, nothing: None, .. } if !column.never_nothing() => true,
            Self::Fact { column, map: Map::Same, bounds, .. } => column.range.0 < bounds.0 || bounds.1 < column.range.1,
            Self::Fact { map: Map::List(all) | Map::Bits(all), .. } => all.iter().any(Option::is_none),
            Self::Computed { .. } => true,
            _ => false,
        }
    }

    /// Whether the number may be missing.
    fn may_miss(&self) -> bool {
        match self {
            Self::Absent | Self::Computed { .. } => true,
            Self::Asked { always, .. } => !always,
            Self::Fact { column, .. } => !column.always_known(),
        }
    }

    /// The least and greatest number that a block of it may hold, also where nothing is known.
    pub(crate) fn range(&self) -> (i64, i64) {
        let (least, most) = match self {
            Self::Absent => (0, 0),
            Self::Computed { .. } => (i64::MIN, i64::MAX),
            Self::Asked { range, .. } => *range,
            Self::Fact { column, map: Map::Same, nothing, .. } => {
                (column.range.0.min(nothing.unwrap_or(0)), column.range.1.max(nothing.unwrap_or(0)))
            }
            Self::Fact { bounds, nothing, .. } => (bounds.0.min(nothing.unwrap_or(0)), bounds.1),
        };
        (least.min(0), most.max(0))
    }

    /// The number of one person among the facts.
    pub(crate) fn read(&self, row: usize) -> (i64, State) {
        let Self::Fact { column, map, bounds, nothing } = self else { return (0, State::Missing) };
        if !column.is_known(row) {
            return (0, State::Missing);
        }
        if column.is_nothing(row) {
            return nothing.map_or((0, State::Mistyped), |number| (number, State::Known));
        }
        let number = column.cells.get(row);
        let mapped = match map {
            Map::Same => Some(number).filter(|n| bounds.0 <= *n && *n <= bounds.1),
            Map::List(all) => all[number as usize],
            Map::Bits(all) => bits(all, number),
        };
        mapped.map_or((0, State::Mistyped), |number| (number, State::Known))
    }

    /// The numbers of a block of people; the states only where not all are known.
    pub(crate) fn fill(&self, from: usize, many: usize, numbers: &mut Vec<i64>, states: &mut Vec<State>) {
        numbers.clear();
        states.clear();
        if let (Self::Fact { column, map: Map::Same, .. }, true) = (self, self.sure()) {
            return match &column.cells {
                Cells::Bytes(all) => numbers.extend(all[from..from + many].iter().map(|n| i64::from(*n))),
                Cells::Shorts(all) => numbers.extend(all[from..from + many].iter().map(|n| i64::from(*n))),
                Cells::Ints(all) => numbers.extend(all[from..from + many].iter().map(|n| i64::from(*n))),
                Cells::Longs(all) => numbers.extend_from_slice(&all[from..from + many]),
                Cells::Bits(..) => numbers.extend((from..from + many).map(|row| column.cells.get(row))),
            };
        }
        for row in from..from + many {
            let (number, state) = self.read(row);
            numbers.push(number);
            states.push(state);
        }
    }
}

fn bits(all: &[Option<i64>], number: i64) -> Option<i64> {
    let chosen = all.iter().enumerate().filter(|(at, _)| number >> at & 1 == 1);
    chosen.map(|(_, mask)| *mask).try_fold(0, |set, mask| Some(set | mask?))
}

/// How the piece of a column is found, already multiplied by its stride.
pub(crate) enum Index {
    /// The same for everybody: it stands in the base of the stage.
    Fixed,
    /// Written down for every number of a column of facts, from the least on.
    Listed { least: i64, pieces: Vec<u32> },
    /// Counted: a piece further for every start that is reached.
    Counted { starts: Vec<i64>, pieces: Vec<u32> },
    /// The same for a column of 32 bits, whose numbers are read as they are.
    Counted32 { starts: Vec<i32>, pieces: Vec<u32> },
    /// By the cut itself.
    Searched { stride: u32 },
}

/// How an expression is worked out.
pub(crate) enum Way {
    /// In blocks: every step fits, and so does the result.
    Blocks(Tree),
    /// One by one, each result looked at.
    Single,
}

/// What an output gives, for looking up.
pub(crate) struct Look {
    /// By code: a number, 0 where there is none.
    pub numbers: Vec<i64>,
    /// By code: whether there is a value.
    pub has: Vec<bool>,
    /// Whether there always is.
    pub always: bool,
    /// The least and greatest, 0 among them where there is none.
    pub range: (i64, i64),
}

/// A stage, ready to run.
pub(crate) struct Ready<'a> {
    pub stage: &'a Stage,
    pub feeds: Vec<Feed<'a>>,
    pub index: Vec<Index>,
    /// Whether the numbers of an input are needed as such.
    pub reads: Vec<bool>,
    pub base: u32,
    /// Whether a fact may be mistyped.
    pub doubtful: bool,
    /// Whether an input follows from others.
    pub follows: bool,
    pub ways: Vec<Way>,
    pub looks: Vec<Look>,
    /// The code of everybody, where nothing that is looked up differs.
    pub uniform: Option<u16>,
    /// Where one column leads straight to the values: its place and, by wanted output, the values by its number.
    pub direct: Option<(usize, Vec<Vec<i64>>)>,
}

/// Brings every stage of a program together with the columns.
pub(crate) fn bind<'a>(program: &'a Program, columns: &'a Columns) -> Result<Vec<Ready<'a>>, String> {
    let mut ready: Vec<Ready<'a>> = vec![];
    for stage in &program.stages {
        let mut feeds = vec![];
        for (input, source) in stage.table.inputs.iter().zip(&stage.sources) {
            feeds.push(match source {
                Source::Fact => Feed::of(columns, input)?,
                Source::Computed(expr) => Feed::Computed { expr, day: kernel::time::day_number(program.on).into() },
                Source::Stage { stage, output } => {
                    let look = &ready[*stage].looks[*output];
                    Feed::Asked { stage: *stage, output: *output, always: look.always, range: look.range }
                }
            });
        }
        ready.push(Ready::of(stage, feeds));
    }
    let asked = ready.len().saturating_sub(1);
    ready.iter_mut().take(asked).for_each(|ready| ready.direct = ready.straight());
    Ok(ready)
}

impl<'a> Ready<'a> {
    fn of(stage: &'a Stage, feeds: Vec<Feed<'a>>) -> Self {
        let used: Vec<usize> = stage.exprs.iter().flat_map(|(_, expr)| expr.inputs()).collect();
        let follows = feeds.iter().any(|feed| matches!(feed, Feed::Computed { .. }));
        let all = stage.cells.is_empty() || follows;
        let mut reads: Vec<bool> = (0..feeds.len()).map(|at| all || used.contains(&at)).collect();
        let (mut index, mut base) = (vec![], 0);
        if let Some(plan) = stage.table.plan().filter(|_| !stage.cells.is_empty()) {
            for (at, feed) in feeds.iter().enumerate() {
                let (found, add) = Index::of(feed, &plan.cuts[at], plan.strides[at]);
                reads[at] |= matches!(found, Index::Counted { .. } | Index::Searched { .. });
                index.push(found);
                base += add;
            }
        }
        let inputs = |at: usize| feeds[at].range();
        let fits = |(column, expr): &(usize, Expr)| {
            let (least, most) = stage.table.outputs[*column].kind.bounds(0);
            let ready = arithmetic::ready(expr, &inputs).filter(|(_, range)| least <= range.0 && range.1 <= most);
            ready.map_or(Way::Single, |(tree, _)| Way::Blocks(tree))
        };
        let ways = stage.exprs.iter().map(fits).collect();
        let doubtful = feeds.iter().any(Feed::doubtful);
        let mut ready = Self {
            stage,
            feeds,
            index,
            reads,
            base,
            doubtful,
            follows,
            ways,
            looks: vec![],
            uniform: None,
            direct: None,
        };
        ready.looks = (0..stage.wanted.len()).map(|wanted| ready.look(wanted)).collect();
        let fixed = !doubtful && ready.index.iter().all(|index| matches!(index, Index::Fixed));
        ready.uniform = stage.cells.get(base as usize).copied().filter(|_| fixed);
        ready
    }

    fn look(&self, wanted: usize) -> Look {
        let (stage, wanted) = (self.stage, &self.stage.wanted[wanted]);
        let bounds = stage.table.outputs[wanted.column].kind.bounds(0);
        let number = |given: &Given| if let Given::Number(n) = given { *n } else { 0 };
        let numbers: Vec<i64> = wanted.given.iter().map(number).collect();
        let has: Vec<bool> = wanted.given.iter().map(|given| !matches!(given, Given::Nothing)).collect();
        let reached = self.reached();
        let sure =
            !self.doubtful && !stage.cells.is_empty() && self.ways.iter().all(|way| matches!(way, Way::Blocks(_)));
        let always = sure && reached.iter().all(|code| has[usize::from(*code)]);
        let mut range = if always { (i64::MAX, i64::MIN) } else { (0, 0) };
        let mut widen = |least: i64, most: i64| range = (range.0.min(least), range.1.max(most));
        for code in &reached {
            match wanted.given.get(usize::from(*code)) {
                Some(Given::Number(n)) => widen(*n, *n),
                Some(Given::Computed(expr)) => {
                    let inputs = |at: usize| self.feeds[at].range();
                    let ready = arithmetic::ready(&stage.exprs[*expr].1, &inputs);
                    let (least, most) = ready.map_or(bounds, |(_, range)| range);
                    widen(least.max(bounds.0), most.min(bounds.1));
                }
                Some(Given::Nothing) => {}
                None => widen(bounds.0, bounds.1),
            }
        }
        Look { numbers, has, always, range }
    }

    /// The values by the number of the only column that matters, if the stage is as plain as that.
    fn straight(&self) -> Option<(usize, Vec<Vec<i64>>)> {
        let mut open = self.index.iter().enumerate().filter(|(_, index)| !matches!(index, Index::Fixed));
        let (at, index) = open.next().filter(|_| self.stage.exprs.is_empty() && !self.doubtful)?;
        let Feed::Fact { column, .. } = &self.feeds[at] else { return None };
        let plain = open.next().is_none() && self.looks.iter().all(|look| look.always) && column.always_known();
        let pieces = match index {
            Index::Listed { pieces, .. } | Index::Counted32 { pieces, .. } if plain => pieces,
            _ => return None,
        };
        let value =
            |look: &Look, piece: &u32| look.numbers[usize::from(self.stage.cells[(self.base + piece) as usize])];
        let values = self.looks.iter().map(|look| pieces.iter().map(|piece| value(look, piece)).collect());
        Some((at, values.collect()))
    }

    /// The codes of the cells that somebody may come to.
    fn reached(&self) -> Vec<u16> {
        let Some(plan) = self.stage.table.plan().filter(|_| !self.stage.cells.is_empty()) else {
            return (0..self.stage.codes.len() as u16).collect();
        };
        let sure = |at: &usize| plan.cuts[*at] != Cut::Unseen && !self.feeds[*at].may_miss();
        let sure: Vec<usize> = (0..self.feeds.len()).filter(sure).collect();
        let next = |at: usize| plan.strides.get(at + 1).map_or(plan.cells.len(), |stride| *stride as usize);
        let missing = |cell: usize, at: usize| cell % next(at) / (plan.strides[at] as usize) == 0;
        let cells = self.stage.cells.iter().enumerate();
        let mut codes: Vec<u16> =
            cells.filter(|(cell, _)| sure.iter().all(|at| !missing(*cell, *at))).map(|(_, code)| *code).collect();
        codes.sort_unstable();
        codes.dedup();
        codes
    }
}

impl Index {
    /// How the piece is found, and what stands in the base when it is the same for everybody.
    fn of(feed: &Feed<'_>, cut: &Cut, stride: u32) -> (Self, u32) {
        match feed {
            Feed::Absent => return (Self::Fixed, 0),
            Feed::Fact { column, map, bounds, .. } if !matches!(map, Map::Bits(_)) && column.never_nothing() => {
                let (least, most) = column.range;
                if most.saturating_sub(least) < MOST_LISTED {
                    let known = |number: i64| match map {
                        Map::List(all) => all[number as usize],
                        _ => Some(number).filter(|n| bounds.0 <= *n && *n <= bounds.1),
                    };
                    let piece = |number| known(number).map_or(BAD, |number| cut.piece(Some(number)) * stride);
                    // All that a byte can hold is written down, so that no byte falls outside.
                    let bytes = matches!(column.cells, Cells::Bytes(_));
                    let (from, to) = if bytes { (0, 255) } else { (least, most) };
                    let piece = |number: i64| piece(number.clamp(least, most));
                    return Self::listed(from, (from..=to).map(piece).collect(), feed);
                }
            }
            _ => {}
        }
        match cut {
            Cut::Unseen if feed.sure() => (Self::Fixed, 0),
            Cut::Starts(starts, pieces) if feed.sure() && pieces.iter().all(|piece| *piece == pieces[0]) => {
                debug_assert!(!starts.is_empty());
                (Self::Fixed, pieces[0] * stride)
            }
            Cut::Starts(starts, pieces) if feed.sure() && starts.len() <= 16 => {
                let pieces = pieces.iter().map(|piece| piece * stride).collect();
                Self::counted(feed, starts[1..].to_vec(), pieces)
            }
            _ => (Self::Searched { stride }, 0),
        }
    }

    fn counted(feed: &Feed<'_>, starts: Vec<i64>, pieces: Vec<u32>) -> (Self, u32) {
        let narrow =
            matches!(feed, Feed::Fact { column, map: Map::Same, .. } if matches!(column.cells, Cells::Ints(_)));
        let short: Result<Vec<i32>, _> = starts.iter().map(|start| i32::try_from(*start)).collect();
        match short.ok().filter(|_| narrow) {
            Some(starts) => (Self::Counted32 { starts, pieces }, 0),
            None => (Self::Counted { starts, pieces }, 0),
        }
    }

    fn listed(least: i64, pieces: Vec<u32>, feed: &Feed<'_>) -> (Self, u32) {
        match pieces.first() {
            Some(first) if feed.sure() && pieces.iter().all(|piece| piece == first) => (Self::Fixed, *first),
            _ => (Self::Listed { least, pieces }, 0),
        }
    }
}
