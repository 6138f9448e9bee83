//! A synthetic county's day, for `cargo xtask bench`: `county VISITS CARERS PLAN_SECONDS REPLAN_SECONDS`.
//!
//! Planned; then somebody is absent and what begins before ten is agreed: planned anew; then moves are priced. Every plan is
//! checked. Prints names and numbers.

#[path = "../tests/county/mod.rs"]
mod county;

use routing::{Effort, Move, Pin, Plan, Pricer, Problem, Target, breaches, plan, replan};
use std::time::Instant;

const TEN: i32 = 10 * 3_600;

fn main() -> Result<(), String> {
    let words: Result<Vec<f64>, _> = std::env::args().skip(1).map(|word| word.parse()).collect();
    let Ok([visits, carers, first, second]) = words.as_deref() else {
        return Err("county VISITS CARERS PLAN_SECONDS REPLAN_SECONDS".into());
    };
    let mut day = county::county(*visits as usize, *carers as usize, 1);
    let told = |mistakes: Vec<routing::Mistake>| format!("{mistakes:?}");
    let (planned, took) = timed(*first, |effort| plan(&day.problem, &day.matrix, effort).map_err(told))?;
    tell("plan", &day, &planned, took)?;
    prices(&day, &planned)?;
    let absent = planned.tours[0].carer.clone();
    agree(&mut day.problem, &planned, &absent);
    let (again, took) = timed(*second, |effort| replan(&day.problem, &day.matrix, &planned, effort).map_err(told))?;
    tell("replan", &day, &again, took)?;
    let others: Vec<_> = planned.tours.iter().filter(|tour| tour.carer != absent).collect();
    let stops = others.iter().flat_map(|tour| tour.stops.iter().map(move |stop| (tour, &stop.visit)));
    let visits: Vec<_> = stops.filter_map(|(tour, visit)| Some((tour, visit.as_deref()?))).collect();
    let kept = visits.iter().filter(|(tour, visit)| again.carers(visit).any(|carer| carer == tour.carer)).count();
    println!("replan_kept_percent {:.1}", 100.0 * kept as f64 / visits.len() as f64);
    Ok(())
}

fn timed(seconds: f64, run: impl Fn(Effort) -> Result<Plan, String>) -> Result<(Plan, f64), String> {
    let begin = Instant::now();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    // What comes before and after the search takes its part of the time.
    let progress = || begin.elapsed().as_secs_f64() / (seconds * 0.98);
    let plan = run(Effort { steps: None, progress: &progress, threads, seed: 1 })?;
    Ok((plan, begin.elapsed().as_secs_f64()))
}

/// The carer is absent; everybody else's visits before ten are agreed.
fn agree(problem: &mut Problem, plan: &Plan, absent: &str) {
    for carer in &mut problem.carers {
        carer.absent |= carer.id == absent;
    }
    for visit in &mut problem.visits {
        let carers: Vec<String> = plan.carers(&visit.id).map(str::to_owned).collect();
        let mut stops = plan.tours.iter().flat_map(|tour| &tour.stops);
        let start = stops.find(|stop| stop.visit.as_ref() == Some(&visit.id)).map(|stop| stop.start);
        if let Some(start) = start.filter(|start| *start < TEN && !carers.iter().any(|carer| carer == absent)) {
            visit.pinned = Some(Pin { carers, start });
        }
    }
}

fn tell(name: &str, day: &county::County, plan: &Plan, took: f64) -> Result<(), String> {
    let broken = breaches(&day.problem, &day.matrix, plan);
    if let Some(first) = broken.first() {
        return Err(format!("{name}: {} rules are broken, first {first}", broken.len()));
    }
    let cost = plan.cost;
    println!("{name}_seconds {took:.3}");
    println!("{name}_unassigned {}", plan.unassigned.len());
    println!("{name}_travel_hours {:.2}", cost.travel as f64 / 3_600.0);
    println!("{name}_idle_hours {:.2}", cost.idle as f64 / 3_600.0);
    println!("{name}_overtime_hours {:.2}", cost.overtime as f64 / 3_600.0);
    println!("{name}_lost_continuity {}", cost.lost_continuity);
    println!("{name}_points {}", cost.points);
    Ok(())
}

/// Mean microseconds of a move's price: every visit of one carer into every tour.
fn prices(day: &county::County, plan: &Plan) -> Result<(), String> {
    let pricer = Pricer::new(&day.problem, &day.matrix, plan, None).map_err(|found| format!("{found:?}"))?;
    let mut moves = Vec::new();
    for visit in day.problem.visits.iter().filter(|visit| visit.carers == 1) {
        for tour in &plan.tours {
            let position = tour.stops.len() / 2;
            let to = Some(Target { carer: tour.carer.clone(), shift: tour.shift, position });
            moves.push(Move { visit: visit.id.clone(), from: None, to });
        }
    }
    let begin = Instant::now();
    for change in &moves {
        std::hint::black_box(pricer.price(change).map_err(|e| e.to_string())?);
    }
    println!("price_microseconds {:.2}", begin.elapsed().as_secs_f64() * 1e6 / moves.len() as f64);
    Ok(())
}
