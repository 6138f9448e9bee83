//! How fast the engine is, for `cargo xtask bench` and for whoever changes it:
//!
//! `speed decide` single decisions with trace · `speed people FILE.csv N` writes made-up people · `speed simulate FILE.csv
//! THREADS` the made-up rule of `tests/chain` over them · `speed check ROOT` all packs. Each prints names and numbers.

#[path = "../tests/population/mod.rs"]
mod population;

use kernel::{Area, Date};
use policy::simulate::{Basis, Outcomes};
use policy::{Facts, Library, lines};
use population::{DISTRICTS, People};
use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

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
    let mut text = String::with_capacity(many * 24);
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
    let people = read(&std::fs::read(file).map_err(|e| e.to_string())?, threads)?;
    let columns = people.columns();
    let program = library.program("care_allowance", "amount_fen", basis, day())?;
    program.run_into(&columns, threads, &mut results)?;
    println!("whole {:.6}", start.elapsed().as_secs_f64());
    let seconds = fastest(|| {
        black_box(program.run_into(black_box(&columns), threads, &mut results)).unwrap_or_default();
    });
    println!("run {seconds:.6}");
    let seconds = fastest(|| {
        black_box((results.by_area(&people.district, DISTRICTS.len()), results.by_code()));
    });
    println!("sums {seconds:.6}");
    println!("people {}", columns.len());
    let weighed = |(n, value): (usize, &i64)| value.wrapping_mul(n as i64 % 97 + 1);
    println!("sum {}", results.total().sum);
    println!("check {}", results.values().iter().enumerate().map(weighed).fold(0, i64::wrapping_add));
    Ok(())
}

/// Reads the people, each thread its part of the file.
fn read(text: &[u8], threads: usize) -> Result<People, String> {
    let line = |from: usize| text[from..].iter().position(|b| *b == b'\n').map_or(text.len(), |at| from + at + 1);
    let mut cuts: Vec<usize> = (1..threads).map(|n| line(text.len() * n / threads)).collect();
    cuts.insert(0, 0);
    cuts.push(text.len());
    let parts = cuts.windows(2).map(|cut| &text[cut[0]..cut[1]]);
    let parts: Vec<Option<People>> = std::thread::scope(|scope| {
        let running: Vec<_> = parts.map(|part| scope.spawn(move || read_part(part))).collect();
        running.into_iter().map(|part| part.join().ok().flatten()).collect()
    });
    let mut whole = People::default();
    for part in parts {
        let part = part.ok_or("the people cannot be read")?;
        whole.age.extend(part.age);
        whole.level.extend(part.level);
        whole.district.extend(part.district);
        whole.income_fen.extend(part.income_fen);
        whole.care_cost_fen.extend(part.care_cost_fen);
    }
    Ok(whole)
}

fn read_part(text: &[u8]) -> Option<People> {
    let mut people = People::default();
    let (mut number, mut row, mut at) = (0_i32, [0_i32; 5], 0);
    for byte in text {
        match byte {
            b'0'..=b'9' => number = number.wrapping_mul(10) + i32::from(byte - b'0'),
            b',' | b'\n' => {
                *row.get_mut(at)? = number;
                (number, at) = (0, at + 1);
                if *byte == b'\n' {
                    people.age.push(u8::try_from(row[0]).ok()?);
                    people.level.push(u8::try_from(row[1]).ok()?);
                    people.district.push(u16::try_from(row[2]).ok()?);
                    people.income_fen.push(row[3]);
                    people.care_cost_fen.push(row[4]);
                    at = 0;
                }
            }
            _ => return None,
        }
    }
    Some(people)
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
