//! Whatever is asked, what comes out keeps every rule; the rules are asked by arithmetic that the search does not share.

mod made;

use made::{Dice, any};
use routing::{Cost, Effort, Move, Plan, Pricer, Problem, Target, breaches, plan, replan};

const QUESTIONS: u64 = 150;
const STEPS: u64 = 60;

/// The rests that a plan had to give up for what was agreed are told in its cost and are no fault.
fn keeps_all(problem: &Problem, matrix: &routing::Matrix, plan: &Plan, seed: u64) {
    let broken: Vec<_> = breaches(problem, matrix, plan).into_iter().filter(|breach| breach.code() != "RT52").collect();
    assert!(broken.is_empty(), "question {seed}: {broken:?}\n{plan:#?}");
    let rests = breaches(problem, matrix, plan).len() - broken.len();
    assert_eq!(rests as i64, plan.cost.missed_rests, "question {seed}");
    assert_eq!(plan.unassigned.len() as i64, plan.cost.unassigned, "question {seed}");
}

#[test]
fn every_plan_keeps_every_rule() {
    for seed in 0..QUESTIONS {
        let (problem, matrix) = any(seed);
        let found = plan(&problem, &matrix, Effort::steps(STEPS, seed)).expect("a sound question");
        keeps_all(&problem, &matrix, &found, seed);
    }
}

#[test]
fn every_plan_made_anew_keeps_every_rule() {
    for seed in 0..QUESTIONS {
        let (mut problem, matrix) = any(seed);
        let before = plan(&problem, &matrix, Effort::steps(STEPS, seed)).expect("a sound question");
        let absent = seed as usize % problem.carers.len();
        problem.carers[absent].absent = true;
        let (late, _) = any(seed + 1_000);
        let mut new = late.visits[0].clone();
        (new.id, new.place, new.pinned) = ("new".into(), 0, None);
        new.refused.clear();
        new.only.clear();
        new.preferred = None;
        problem.visits.push(new);
        let found = replan(&problem, &matrix, &before, Effort::steps(STEPS, seed)).expect("a sound question");
        keeps_all(&problem, &matrix, &found, seed);
        assert!(found.tours.iter().all(|tour| tour.carer != problem.carers[absent].id));
    }
}

#[test]
fn the_same_seed_and_steps_give_the_same_plan() {
    for seed in 0..20 {
        let (problem, matrix) = any(seed);
        let run = |threads| {
            let effort = Effort { threads, ..Effort::steps(STEPS, seed) };
            plan(&problem, &matrix, effort).expect("a sound question")
        };
        assert_eq!(run(1), run(1));
        assert_eq!(run(2), run(2), "two searches side by side");
        assert!(run(2).cost.points <= run(1).cost.points, "the first of two is the one alone");
    }
}

#[test]
fn more_steps_never_leave_a_plan_that_is_worse_than_its_beginning() {
    for seed in 0..80 {
        let (problem, matrix) = any(seed);
        let before = plan(&problem, &matrix, Effort::steps(STEPS, seed)).expect("a sound question");
        let after = replan(&problem, &matrix, &before, Effort::steps(STEPS, seed)).expect("a sound question");
        assert!(after.cost.points <= before.cost.points, "question {seed}: {:?} {:?}", before.cost, after.cost);
    }
}

/// A move's price is the difference of two plans counted in full, and what it breaks is what a full check finds.
#[test]
fn a_price_is_what_the_moved_plan_costs_and_breaks() {
    for seed in 0..QUESTIONS {
        let (problem, matrix) = any(seed);
        let found = plan(&problem, &matrix, Effort::steps(STEPS, seed)).expect("a sound question");
        let pricer = Pricer::new(&problem, &matrix, &found, None).expect("a sound plan");
        let mut dice = Dice(seed);
        for _ in 0..10 {
            let change = any_move(&mut dice, &problem, &found);
            let price = pricer.price(&change).expect("a move that can be priced");
            let moved = pricer.moved(&change).expect("a move that can be made");
            let counted = Pricer::new(&problem, &matrix, &moved, None).expect("a sound plan").cost();
            assert_eq!(price.cost, counted, "question {seed}: {change:?}");
            assert_eq!(price.cost, found.cost.plus(price.change));
            let before = breaches(&problem, &matrix, &found);
            let new = breaches(&problem, &matrix, &moved).into_iter().filter(|breach| !before.contains(breach));
            let (mut new, mut told): (Vec<_>, Vec<_>) = (new.collect(), price.breaks.clone());
            new.sort_by_key(ToString::to_string);
            told.sort_by_key(ToString::to_string);
            new.dedup();
            told.dedup();
            assert_eq!(new, told, "question {seed}: {change:?}");
        }
    }
}

fn any_move(dice: &mut Dice, problem: &Problem, plan: &Plan) -> Move {
    let visit = &problem.visits[dice.below(problem.visits.len())];
    let now: Vec<&str> = plan.carers(&visit.id).collect();
    let from = (!now.is_empty()).then(|| now[dice.below(now.len())].to_owned());
    let carer = &problem.carers[dice.below(problem.carers.len())];
    let shift = dice.below(carer.shifts.len());
    let to = Target { carer: carer.id.clone(), shift, position: dice.below(6) };
    Move { visit: visit.id.clone(), from, to: (!dice.percent(10)).then_some(to) }
}

#[test]
fn nothing_to_do_and_nobody_to_do_it_are_plans_too() {
    let (mut problem, matrix) = any(1);
    problem.visits.clear();
    let found = plan(&problem, &matrix, Effort::steps(STEPS, 1)).expect("a sound question");
    assert_eq!((found.tours.len(), found.unassigned.len(), found.cost), (0, 0, Cost::default()));
    let (mut problem, matrix) = any(2);
    problem.visits.iter_mut().for_each(|visit| {
        (visit.pinned, visit.preferred) = (None, None);
        visit.refused.clear();
        visit.only.clear();
    });
    problem.carers.clear();
    let found = plan(&problem, &matrix, Effort::steps(STEPS, 1)).expect("a sound question");
    assert_eq!(found.unassigned.len(), problem.visits.len());
}
