//! How fast the engine is, for `cargo xtask bench` and for whoever changes it:
//!
//! `speed decide` single decisions with trace · `speed people FILE.csv N` writes made-up people · `speed simulate FILE.csv
//! THREADS` the made-up rule of `tests/chain` over them · `speed check ROOT` all packs. Each prints names and numbers.

#[path = "../tests/population/mod.rs"]
mod population;

use kernel::{Area, Date};
use policy::simulate::{Basis, Column, Columns, Outcomes, read_csv};
use policy::{Facts, Kind, Library, lines};
use population::{DISTRICTS, People};
use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

/// The columns of the file of people.
const NAMES: [&str; 5] = ["age", "level", "district", "income_fen", "care_cost_fen"];
/// Runs of which the fastest counts.
const RUNS: usize = 15;

fn main() -> Result<(), String> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["decide", root] => decide(root),
        ["people", file, many] => people(file, many.parse().map_err(|_| "how many?")?),
        ["simulate", file, threads] => simulate(file, threads.parse().map_err(|_| "how many threads?")?),
        ["check", root] => check(root),
        _ => Err("speed decide ROOT | people FILE N | simulate FILE THREADS | check ROOT".into()),
    }
}

fn load(root: &str) -> Result<Library, String> {
    Library::load(Path::new(root)).map_err(|mistakes| lines(&mistakes))
}

fn day() -> Date {
    Date::from_ymd_opt(2026, 11, 1).unwrap_or_default()
}

/// The fastest of some runs, in seconds.
fn fastest(mut run: impl FnMut()) -> f64 {
    let time = |_| {
        let start = Instant::now();
        run();
        start.elapsed().as_secs_f64()
    };
    (0..RUNS).map(time).fold(f64::INFINITY, f64::min)
}

fn decide(root: &str) -> Result<(), String> {
    let packs = load(root)?;
    let settings = ["home", "community", "institution"];
    let benefit = |n: i64| {
        let facts = Facts::new().with("level", n % 6).with("setting", settings[n as usize / 6 % 3]);
        facts.with("dementia", n >= 18)
    };
    let unit = |n: i64| {
        let facts = Facts::new().with("kind", "elder_care_institution").with("ownership", "private");
        facts.with("beds", 82 + n)
    };
    let chain = |n: i64| {
        let facts =
            Facts::new().with("age", 50 + 2 * n).with("level", n % 6).with("district", DISTRICTS[n as usize % 8]);
        facts.with("income_fen", n * 20_000).with("care_cost_fen", n * 10_000)
    };
    let made_up = population::library();
    rate(&packs, "care_insurance_benefit", "320623", &benefit)?;
    rate(&packs, "required_medical_function", "320623", &unit)?;
    rate(&made_up, "care_allowance", "990200", &chain)
}

fn rate(library: &Library, question: &str, area: &str, facts: &dyn Fn(i64) -> Facts) -> Result<(), String> {
    const TIMES: usize = 36_000;
    let all: Vec<Facts> = (0..36).map(facts).collect();
    let place = Area::parse(area).map_err(|e| e.to_string())?;
    let seconds = fastest(|| {
        for facts in all.iter().cycle().take(TIMES) {
            black_box(library.decide(question, place, day(), facts));
        }
    });
    println!("{question} {:.0}", TIMES as f64 / seconds);
    Ok(())
}

fn people(file: &str, many: usize) -> Result<(), String> {
    let people = People::new(many);
    let mut text = NAMES.join(",") + "\n";
    for n in 0..many {
        let People { age, level, district, income_fen, care_cost_fen } = &people;
        text += &format!("{},{},{},{},{}\n", age[n], level[n], district[n], income_fen[n], care_cost_fen[n]);
    }
    std::fs::write(file, text).map_err(|e| e.to_string())
}

fn simulate(file: &str, threads: usize) -> Result<(), String> {
    let library = population::library();
    let basis = Basis::Document("quzhou/2024-1".into());
    let mut results = Outcomes::default();
    let start = Instant::now();
    let (columns, districts) = read(file, threads)?;
    println!("read {:.6}", start.elapsed().as_secs_f64());
    let program = library.program("care_allowance", "amount_fen", basis, day())?;
    program.run_into(&columns, threads, &mut results)?;
    println!("whole {:.6}", start.elapsed().as_secs_f64());
    let seconds = fastest(|| {
        black_box(program.run_into(black_box(&columns), threads, &mut results)).unwrap_or_default();
    });
    println!("run {seconds:.6}");
    let seconds = fastest(|| {
        black_box((results.by_area(&districts, DISTRICTS.len()), results.by_code()));
    });
    println!("sums {seconds:.6}");
    println!("people {}", columns.len());
    let weighed = |(n, value): (usize, &i64)| value.wrapping_mul(n as i64 % 97 + 1);
    println!("sum {}", results.total().sum);
    println!("check {}", results.values().iter().enumerate().map(weighed).fold(0, i64::wrapping_add));
    Ok(())
}

/// Reads the people; districts stand in the file as their places, so that whoever reads only numbers can read it too.
fn read(file: &str, threads: usize) -> Result<(Columns, Vec<u16>), String> {
    let number = |hi: i64| Kind::Integer { lo: 0, hi, unit: String::new() };
    let kinds = [number(150), number(5), number(7), number(100_000_000), number(100_000_000)];
    let wanted = NAMES.map(str::to_owned).into_iter().zip(kinds).collect();
    let columns = read_csv(Path::new(file), &wanted, threads)?;
    let places = columns.get("district").ok_or("no districts")?;
    let places: Vec<u16> = places.numbers().map(|place| place as u16).collect();
    let district = Column::words("district", places.clone(), DISTRICTS.map(str::to_owned).to_vec());
    Ok((columns.with(district.ok_or("unknown districts")?)?, places))
}

fn check(root: &str) -> Result<(), String> {
    let library = load(root)?;
    let seconds = fastest(|| {
        black_box(load(root)).map(drop).unwrap_or_default();
    });
    println!("check {seconds:.6}");
    println!("tables {}", library.summary().tables);
    Ok(())
}
