//! A synthetic county's day: towns in a plane of degrees, carers who live in them, visits around them. Nothing of it is
//! anybody's; the shares are made up.

use kernel::chance::mix;
use routing::{Carer, Matrix, Place, Problem, Rest, Sex, Shift, StraightLine, Travel, Visit, Weights, Window};

const HOUR: i32 = 3_600;
const MINUTE: i32 = 60;
const TOWNS: usize = 12;

/// A day and its travel times.
pub struct County {
    pub problem: Problem,
    pub matrix: Matrix,
}

struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        (mix(&mut self.0) >> 33) as usize % n
    }

    fn percent(&mut self, n: usize) -> bool {
        self.below(100) < n
    }

    fn degrees(&mut self, centre: f64, spread: f64) -> f64 {
        centre + (self.below(20_001) as f64 / 10_000.0 - 1.0) * spread
    }
}

/// So many visits and carers.
pub fn county(visits: usize, carers: usize, seed: u64) -> County {
    let mut dice = Dice(seed);
    let towns: Vec<Place> =
        (0..TOWNS).map(|_| Place { lon: dice.degrees(121.0, 0.15), lat: dice.degrees(32.3, 0.12) }).collect();
    let mut places = Vec::new();
    let homes: Vec<usize> = (0..carers).map(|n| settle(&mut places, &mut dice, towns[n % TOWNS], 0.01)).collect();
    let carers: Vec<Carer> = homes.iter().enumerate().map(|(n, home)| carer(&mut dice, n, *home)).collect();
    let visits = (0..visits).map(|n| {
        let town = dice.below(TOWNS);
        let place = settle(&mut places, &mut dice, towns[town], 0.03);
        visit(&mut dice, n, place, town, &carers)
    });
    let problem = Problem { visits: visits.collect(), carers: carers.clone(), weights: Weights::default() };
    let line = StraightLine { factor: 1.35, km_h: 25.0, settle: 2 * MINUTE };
    County { matrix: line.matrix(&places).expect("places on the globe"), problem }
}

fn settle(places: &mut Vec<Place>, dice: &mut Dice, town: Place, spread: f64) -> usize {
    places.push(Place { lon: dice.degrees(town.lon, spread), lat: dice.degrees(town.lat, spread) });
    places.len() - 1
}

fn carer(dice: &mut Dice, number: usize, home: usize) -> Carer {
    let mut skills = vec!["basic".to_owned()];
    skills.extend(dice.percent(45).then(|| "nursing".to_owned()));
    skills.extend(dice.percent(25).then(|| "rehabilitation".to_owned()));
    let rest = Rest { begins: Window { from: 11 * HOUR, until: 13 * HOUR }, length: HOUR };
    let shift = Shift {
        from: 7 * HOUR + 30 * MINUTE,
        until: 17 * HOUR,
        overtime: 30 * MINUTE,
        start: Some(home),
        end: Some(home),
        rest: Some(rest),
    };
    let sex = if dice.percent(15) { Sex::Male } else { Sex::Female };
    Carer { id: format!("c{number}"), skills, sex: Some(sex), shifts: vec![shift], absent: false }
}

fn visit(dice: &mut Dice, number: usize, place: usize, town: usize, carers: &[Carer]) -> Visit {
    let begin = (8 + dice.below(7) as i32) * HOUR;
    let windows = match dice.below(10) {
        0..5 => vec![Window { from: begin, until: begin + 2 * HOUR }],
        5..8 => vec![Window { from: 8 * HOUR, until: 16 * HOUR }],
        _ => {
            vec![Window { from: 8 * HOUR, until: 10 * HOUR }, Window { from: 14 * HOUR, until: 16 * HOUR }]
        }
    };
    let skill = match dice.below(20) {
        0..5 => "nursing",
        5 => "rehabilitation",
        _ => "basic",
    };
    let near: Vec<&Carer> = carers.iter().skip(town).step_by(TOWNS).collect();
    let known = (!near.is_empty() && dice.percent(60)).then(|| near[dice.below(near.len())].id.clone());
    let refused = dice.percent(3).then(|| carers[dice.below(carers.len())].id.clone());
    Visit {
        id: format!("v{number}"),
        place,
        service: [20, 30, 30, 30, 45][dice.below(5)] * MINUTE,
        windows,
        skills: vec![skill.to_owned()],
        sex: dice.percent(6).then(|| if dice.percent(20) { Sex::Male } else { Sex::Female }),
        refused: refused.filter(|id| Some(id) != known.as_ref()).into_iter().collect(),
        only: Vec::new(),
        preferred: known,
        pinned: None,
        carers: if dice.percent(4) { 2 } else { 1 },
        priority: 1,
    }
}
