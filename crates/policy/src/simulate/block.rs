//! A block of people through all stages of a program.

use super::arithmetic::{self, Lanes, Pool};
use super::bind::{BAD, Feed, Index, Ready, State, Way};
use super::columns::{Cells, Column};
use super::program::{FAILED, Given, MISTYPED};
use super::single;

/// People in a block: the numbers of a stage stay in the nearest cache.
pub(crate) const BLOCK: usize = 512;

/// The inputs of a stage that do not stand elsewhere as they are wanted.
#[derive(Default)]
struct Own {
    numbers: Vec<Vec<i64>>,
    states: Vec<Vec<State>>,
}

/// What a stage gives.
#[derive(Default)]
struct Gives {
    codes: Vec<u16>,
    /// By wanted output.
    values: Vec<Vec<i64>>,
    /// By wanted output; empty where there always is a value.
    states: Vec<Vec<State>>,
}

/// What is only used on the way.
#[derive(Default)]
struct Scratch {
    cells: Vec<u32>,
    lanes: Vec<u16>,
    results: Vec<i64>,
    pool: Pool,
}

/// One worker: its own space for every stage.
pub(crate) struct Worker<'a> {
    stages: &'a [Ready<'a>],
    own: Vec<Own>,
    gives: Vec<Gives>,
    scratch: Scratch,
}

/// The numbers of an input for a block; all are known where no states are given.
#[derive(Clone, Copy, Default)]
struct View<'x> {
    numbers: &'x [i64],
    states: &'x [State],
}

impl View<'_> {
    fn state(&self, lane: usize) -> State {
        self.states.get(lane).copied().unwrap_or(State::Known)
    }

    fn known(&self, lane: usize) -> Option<i64> {
        (self.state(lane) == State::Known).then(|| self.numbers.get(lane).copied()).flatten()
    }
}

impl<'a> Worker<'a> {
    pub(crate) fn new(stages: &'a [Ready<'a>]) -> Self {
        let own = |ready: &Ready<'_>| Own {
            numbers: vec![vec![]; ready.feeds.len()],
            states: vec![vec![]; ready.feeds.len()],
        };
        let gives = |ready: &Ready<'_>| Gives {
            codes: vec![],
            values: vec![vec![]; ready.looks.len()],
            states: vec![vec![]; ready.looks.len()],
        };
        Self {
            stages,
            own: stages.iter().map(own).collect(),
            gives: stages.iter().map(gives).collect(),
            scratch: Scratch::default(),
        }
    }

    /// Runs the people from a row on; as many as there is room for in `values` and `codes`, at most a block.
    pub(crate) fn run(&mut self, from: usize, values: &mut [i64], codes: &mut [u16]) {
        let many = values.len();
        for (at, ready) in self.stages.iter().enumerate() {
            let (before, rest) = self.gives.split_at_mut(at);
            match &ready.direct {
                Some(_) => direct(ready, (from, many), &mut rest[0].values, &mut self.scratch),
                None => {
                    fill(ready, (from, many), &mut self.own[at]);
                    follow(ready, before, &mut self.own[at], (from, many));
                    let views = views(ready, before, &self.own[at], (from, many));
                    stage(ready, &views, (from, many), &mut rest[0], &mut self.scratch);
                }
            }
        }
        if let Some(last) = self.gives.last() {
            values.copy_from_slice(&last.values[0]);
            codes.copy_from_slice(&last.codes);
        }
    }
}

/// Reads the facts whose numbers are needed as such and do not stand ready.
fn fill(ready: &Ready<'_>, (from, many): (usize, usize), own: &mut Own) {
    for (at, feed) in ready.feeds.iter().enumerate().filter(|(at, _)| ready.reads[*at]) {
        if !matches!(feed, Feed::Asked { .. } | Feed::Computed { .. }) && feed.lies(from, many).is_none() {
            feed.fill(from, many, &mut own.numbers[at], &mut own.states[at]);
        }
    }
}

/// Works out the inputs that follow from others, as [`crate::lines`] does for a single decision.
fn follow(ready: &Ready<'_>, before: &[Gives], own: &mut Own, span: (usize, usize)) {
    for (at, feed) in ready.feeds.iter().enumerate() {
        let Feed::Computed { expr, day } = feed else { continue };
        let needs: Vec<usize> = expr.inputs().into_iter().filter(|at| *at < ready.feeds.len()).collect();
        let (mut numbers, mut states) = (Vec::with_capacity(span.1), Vec::with_capacity(span.1));
        let views = views(ready, before, own, span);
        let mut known = vec![None; ready.feeds.len()];
        known.push(Some(*day));
        for lane in 0..span.1 {
            needs.iter().for_each(|at| known[*at] = views[*at].known(lane));
            let (number, state) = single::follows(&ready.stage.table, at, (expr, &needs), &known);
            numbers.push(number);
            states.push(state);
        }
        (own.numbers[at], own.states[at]) = (numbers, states);
    }
}

fn views<'x>(ready: &'x Ready<'_>, before: &'x [Gives], own: &'x Own, (from, many): (usize, usize)) -> Vec<View<'x>> {
    let view = |(at, feed): (usize, &'x Feed<'_>)| match feed {
        _ if !ready.reads[at] => View::default(),
        Feed::Asked { stage, output, .. } => {
            View { numbers: &before[*stage].values[*output], states: &before[*stage].states[*output] }
        }
        feed => match feed.lies(from, many) {
            Some(numbers) => View { numbers, states: &[] },
            None => View { numbers: &own.numbers[at], states: &own.states[at] },
        },
    };
    ready.feeds.iter().enumerate().map(view).collect()
}

/// A stage of one column and fixed values: from the number straight to the value.
fn direct(ready: &Ready<'_>, (from, many): (usize, usize), values: &mut [Vec<i64>], scratch: &mut Scratch) {
    let Some((at, tables)) = &ready.direct else { return };
    let Feed::Fact { column, .. } = &ready.feeds[*at] else { return };
    for (values, table) in values.iter_mut().zip(tables) {
        values.clear();
        match (&ready.index[*at], &column.cells) {
            (Index::Listed { .. }, Cells::Bytes(all)) => {
                if let Ok(table) = <&[i64; 256]>::try_from(table.as_slice()) {
                    values.extend(all[from..from + many].iter().map(|n| table[usize::from(*n)]));
                }
            }
            (Index::Listed { least, .. }, cells) => {
                values.extend((from..from + many).map(|row| table[(cells.get(row) - least) as usize]));
            }
            (Index::Counted32 { starts, .. }, Cells::Ints(all)) => {
                count(&all[from..from + many], starts, &mut scratch.cells);
                values.extend(scratch.cells.iter().map(|reached| table[*reached as usize]));
            }
            _ => {}
        }
    }
}

/// How many starts each number reaches.
fn count(numbers: &[i32], starts: &[i32], reached: &mut Vec<u32>) {
    reached.clear();
    reached.resize(numbers.len(), 0);
    for start in starts {
        for (reached, number) in reached.iter_mut().zip(numbers) {
            *reached += u32::from(number >= start);
        }
    }
}

fn stage(ready: &Ready<'_>, views: &[View<'_>], span: (usize, usize), gives: &mut Gives, scratch: &mut Scratch) {
    if ready.stage.cells.is_empty() {
        return one_by_one(ready, views, span.1, gives);
    }
    gives.codes.clear();
    if let Some(code) = ready.uniform {
        gives.codes.resize(span.1, code);
    } else {
        scratch.cells.clear();
        scratch.cells.resize(span.1, ready.base);
        for (at, view) in views.iter().enumerate() {
            add(ready, at, *view, span.0, &mut scratch.cells);
        }
        codes(ready, &scratch.cells, &mut gives.codes);
    }
    if ready.follows {
        let failed = |lane: usize| views.iter().any(|view| view.state(lane) == State::Failed);
        gives.codes.iter_mut().enumerate().filter(|(lane, _)| failed(*lane)).for_each(|(_, code)| *code = FAILED);
    }
    guard(ready, views, &mut gives.codes);
    for wanted in 0..ready.looks.len() {
        output(ready, wanted, views, gives, scratch);
    }
}

/// Adds what a column contributes to the places of the cells.
fn add(ready: &Ready<'_>, at: usize, view: View<'_>, from: usize, cells: &mut [u32]) {
    match (&ready.index[at], &ready.feeds[at]) {
        (Index::Listed { least, pieces }, Feed::Fact { column, .. }) => listed(column, (*least, pieces), from, cells),
        (Index::Counted { starts, pieces }, _) => {
            for (cell, number) in cells.iter_mut().zip(view.numbers) {
                let reached: usize = starts.iter().map(|start| usize::from(number >= start)).sum();
                *cell += pieces[reached];
            }
        }
        (Index::Counted32 { starts, pieces }, Feed::Fact { column, .. }) => {
            if let Cells::Ints(all) = &column.cells {
                for (cell, number) in cells.iter_mut().zip(&all[from..]) {
                    let reached: usize = starts.iter().map(|start| usize::from(number >= start)).sum();
                    *cell += pieces[reached];
                }
            }
        }
        (Index::Searched { stride }, _) => {
            let Some(plan) = ready.stage.table.plan() else { return };
            for (lane, cell) in cells.iter_mut().enumerate() {
                *cell += match view.state(lane) {
                    State::Known => plan.cuts[at].piece(Some(view.numbers[lane])) * stride,
                    State::Missing => 0,
                    State::Mistyped | State::Failed => BAD,
                };
            }
        }
        _ => {}
    }
}

fn listed(column: &Column, (least, pieces): (i64, &[u32]), from: usize, cells: &mut [u32]) {
    fn each<T: Copy + Into<i64>>(all: &[T], least: i64, pieces: &[u32], cells: &mut [u32]) {
        for (cell, number) in cells.iter_mut().zip(all) {
            *cell += pieces[((*number).into() - least) as usize];
        }
    }
    let to = from + cells.len();
    match &column.cells {
        Cells::Bytes(all) if column.always_known() => each(&all[from..to], least, pieces, cells),
        Cells::Shorts(all) if column.always_known() => each(&all[from..to], least, pieces, cells),
        Cells::Ints(all) if column.always_known() => each(&all[from..to], least, pieces, cells),
        Cells::Longs(all) if column.always_known() => each(&all[from..to], least, pieces, cells),
        all => {
            for (cell, row) in cells.iter_mut().zip(from..).filter(|(_, row)| column.is_known(*row)) {
                *cell += pieces[(all.get(row) - least) as usize];
            }
        }
    }
}

fn codes(ready: &Ready<'_>, cells: &[u32], codes: &mut Vec<u16>) {
    let of = &ready.stage.cells;
    if ready.doubtful {
        codes.extend(cells.iter().map(|cell| if *cell >= BAD { MISTYPED } else { of[*cell as usize] }));
    } else {
        codes.extend(cells.iter().map(|cell| of[*cell as usize]));
    }
}

/// Works out one by one the expressions that may have no result, and notes for whom they have none.
fn guard(ready: &Ready<'_>, views: &[View<'_>], codes: &mut [u16]) {
    if ready.ways.iter().all(|way| matches!(way, Way::Blocks(_))) {
        return;
    }
    let single = |expr: &usize| matches!(ready.ways[*expr], Way::Single);
    for (lane, code) in codes.iter_mut().enumerate() {
        let mut guards = ready.stage.guards[usize::from(*code)].iter();
        if guards.any(|expr| single(expr) && one(ready, *expr, views, lane).is_none()) {
            *code = FAILED;
        }
    }
}

/// The result of an expression for one person.
fn one(ready: &Ready<'_>, expr: usize, views: &[View<'_>], lane: usize) -> Option<i64> {
    let numbers: Vec<Option<i64>> = views.iter().map(|view| view.known(lane)).collect();
    single::computed(&ready.stage.table, &ready.stage.exprs[expr], &numbers)
}

/// The values of an output, by the codes.
fn output(ready: &Ready<'_>, wanted: usize, views: &[View<'_>], gives: &mut Gives, scratch: &mut Scratch) {
    let look = &ready.looks[wanted];
    let given = &ready.stage.wanted[wanted].given;
    let computed = |code: &u16| if let Given::Computed(expr) = &given[usize::from(*code)] { Some(*expr) } else { None };
    let (codes, values) = (&gives.codes, &mut gives.values[wanted]);
    let same = codes.first().filter(|first| ready.uniform.is_some() || codes.iter().all(|code| code == *first));
    match same.and_then(computed).map(|expr| &ready.ways[expr]) {
        Some(Way::Blocks(tree)) => {
            let inputs: Vec<&[i64]> = views.iter().map(|view| view.numbers).collect();
            arithmetic::run(tree, &inputs, Lanes::All(codes.len()), &mut scratch.pool, values);
        }
        _ => {
            values.clear();
            values.extend(codes.iter().map(|code| look.numbers[usize::from(*code)]));
            for expr in 0..ready.stage.exprs.len() {
                let of = |(_, code): &(usize, &u16)| computed(code) == Some(expr);
                scratch.lanes.clear();
                scratch.lanes.extend(codes.iter().enumerate().filter(of).map(|(lane, _)| lane as u16));
                scatter(ready, expr, views, scratch, values);
            }
        }
    }
    if !look.always {
        let state = |code: &u16| if look.has[usize::from(*code)] { State::Known } else { State::Missing };
        gives.states[wanted].clear();
        gives.states[wanted].extend(codes.iter().map(state));
    }
}

/// Works an expression out for some people of the block.
fn scatter(ready: &Ready<'_>, expr: usize, views: &[View<'_>], scratch: &mut Scratch, values: &mut [i64]) {
    let Scratch { lanes, results, pool, .. } = scratch;
    match &ready.ways[expr] {
        _ if lanes.is_empty() => {}
        Way::Single => {
            for lane in lanes.iter().map(|lane| usize::from(*lane)) {
                values[lane] = one(ready, expr, views, lane).unwrap_or(0);
            }
        }
        Way::Blocks(tree) => {
            let inputs: Vec<&[i64]> = views.iter().map(|view| view.numbers).collect();
            arithmetic::run(tree, &inputs, Lanes::Some(lanes), pool, results);
            lanes.iter().zip(results).for_each(|(lane, result)| values[usize::from(*lane)] = *result);
        }
    }
}

/// A stage whose answers are not looked up: every person by herself.
fn one_by_one(ready: &Ready<'_>, views: &[View<'_>], many: usize, gives: &mut Gives) {
    gives.codes.clear();
    gives.values.iter_mut().for_each(Vec::clear);
    gives.states.iter_mut().for_each(Vec::clear);
    for lane in 0..many {
        let mistyped = views.iter().any(|view| view.state(lane) == State::Mistyped);
        let numbers = || views.iter().map(|view| view.known(lane)).collect::<Vec<_>>();
        let (code, row) = match mistyped {
            _ if views.iter().any(|view| view.state(lane) == State::Failed) => (FAILED, vec![]),
            true => (MISTYPED, vec![]),
            false => single::answer(ready.stage, &numbers()),
        };
        gives.codes.push(code);
        for wanted in 0..ready.looks.len() {
            let value = row.get(wanted).copied().flatten();
            gives.values[wanted].push(value.unwrap_or(0));
            gives.states[wanted].push(value.map_or(State::Missing, |_| State::Known));
        }
    }
}
