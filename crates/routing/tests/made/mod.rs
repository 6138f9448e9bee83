//! Small questions, put together by hand or by chance.
#![allow(dead_code)]

use kernel::chance::mix;
use routing::{Carer, Matrix, Pin, Problem, Rest, Sex, Shift, Visit, Weights, Window};

pub const MINUTE: i32 = 60;
pub const HOUR: i32 = 3_600;

/// Half an hour at a place, to begin between eight and sixteen.
pub fn visit(id: &str, place: usize) -> Visit {
    Visit {
        id: id.into(),
        place,
        service: 30 * MINUTE,
        windows: vec![window(8 * HOUR, 16 * HOUR)],
        skills: Vec::new(),
        sex: None,
        refused: Vec::new(),
        only: Vec::new(),
        preferred: None,
        pinned: None,
        carers: 1,
        priority: 1,
    }
}

pub fn window(from: i32, until: i32) -> Window {
    Window { from, until }
}

/// Eight to seventeen from place 0 and back, no rest.
pub fn carer(id: &str) -> Carer {
    let shift = Shift { from: 8 * HOUR, until: 17 * HOUR, overtime: 0, start: Some(0), end: Some(0), rest: None };
    Carer { id: id.into(), skills: Vec::new(), sex: None, shifts: vec![shift], absent: false }
}

pub fn pin(carers: &[&str], start: i32) -> Option<Pin> {
    Some(Pin { carers: names(carers), start })
}

pub fn names(ids: &[&str]) -> Vec<String> {
    ids.iter().map(|id| (*id).to_owned()).collect()
}

pub fn day(visits: Vec<Visit>, carers: Vec<Carer>) -> Problem {
    Problem { visits, carers, weights: Weights::default() }
}

/// Places in a row, ten minutes from each to the next.
pub fn row(places: usize) -> Matrix {
    let legs = (0..places).flat_map(|from| (0..places).map(move |to| from.abs_diff(to) as i32 * 10 * MINUTE));
    Matrix::new(places, legs.collect())
}

pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, n: usize) -> usize {
        (mix(&mut self.0) >> 33) as usize % n
    }

    pub fn percent(&mut self, n: usize) -> bool {
        self.below(100) < n
    }

    fn time(&mut self, from: i32, until: i32) -> i32 {
        from + self.below((until - from + 1) as usize) as i32
    }
}

const SKILLS: [&str; 3] = ["a", "b", "c"];

/// A question of any shape: travel that obeys no triangle, missing homes, night shifts, pins that collide.
pub fn any(seed: u64) -> (Problem, Matrix) {
    let mut dice = Dice(seed);
    let places = 1 + dice.below(12);
    let legs = (0..places * places).map(|n| if n % (places + 1) == 0 { 0 } else { dice.time(0, 40 * MINUTE) });
    let matrix = Matrix::new(places, legs.collect());
    let count = 1 + dice.below(6);
    let carers: Vec<Carer> = (0..count).map(|n| any_carer(&mut dice, n, places)).collect();
    let visits = (0..1 + dice.below(30)).map(|n| any_visit(&mut dice, n, places, &carers)).collect();
    let weights = Weights {
        idle: dice.below(2) as i64,
        overtime: 9 * dice.below(2) as i64,
        shift: 1_000 * dice.below(2) as i64,
        ..Weights::default()
    };
    (Problem { visits, carers, weights }, matrix)
}

fn some_skills(dice: &mut Dice, percent: usize) -> Vec<String> {
    SKILLS.iter().filter(|_| dice.percent(percent)).map(|skill| (*skill).to_owned()).collect()
}

fn any_carer(dice: &mut Dice, number: usize, places: usize) -> Carer {
    let mut shifts = Vec::new();
    let mut free = dice.time(5 * HOUR, 9 * HOUR);
    for _ in 0..=dice.below(2) {
        let until = free + dice.time(2 * HOUR, 7 * HOUR);
        let overtime = dice.time(0, HOUR);
        let length = dice.time(10 * MINUTE, HOUR);
        let begins = window(free + HOUR / 2, until - length);
        let rest = (dice.percent(60) && begins.from <= begins.until).then_some(Rest { begins, length });
        let end = |dice: &mut Dice| dice.percent(70).then(|| dice.below(places));
        shifts.push(Shift { from: free, until, overtime, start: end(dice), end: end(dice), rest });
        free = until + overtime + dice.time(0, HOUR);
    }
    let sex = dice.percent(80).then(|| if dice.percent(50) { Sex::Male } else { Sex::Female });
    Carer { id: format!("c{number}"), skills: some_skills(dice, 70), sex, shifts, absent: dice.percent(10) }
}

fn any_visit(dice: &mut Dice, number: usize, places: usize, carers: &[Carer]) -> Visit {
    let mut windows = Vec::new();
    for _ in 0..=dice.below(3) {
        let from = dice.time(6 * HOUR, 18 * HOUR);
        windows.push(window(from, from + dice.time(0, 3 * HOUR)));
    }
    let two = carers.len() > 1 && dice.percent(20);
    let first = dice.below(carers.len());
    let named = |n: usize| carers[n % carers.len()].id.clone();
    let mut agreed = vec![named(first)];
    agreed.extend(two.then(|| named(first + 1)));
    let start = dice.time(7 * HOUR, 16 * HOUR);
    Visit {
        id: format!("v{number}"),
        place: dice.below(places),
        service: dice.time(5 * MINUTE, 90 * MINUTE),
        windows,
        skills: some_skills(dice, 15),
        sex: dice.percent(10).then_some(Sex::Female),
        refused: dice.percent(10).then(|| named(first + 1)).into_iter().collect(),
        only: dice.percent(10).then(|| named(first)).into_iter().collect(),
        preferred: dice.percent(40).then(|| named(first)),
        pinned: dice.percent(10).then_some(Pin { carers: agreed, start }),
        carers: if two { 2 } else { 1 },
        priority: 1 + dice.below(3) as i32,
    }
}
