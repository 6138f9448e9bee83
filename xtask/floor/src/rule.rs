//! The made-up rule of `crates/policy/tests/chain`, written by hand as a loop over columns: what a programmer would write
//! who needs this one rule and no other, with its numbers in the program.

use anyhow::{Context, Result};
use std::hint::black_box;
use std::time::Instant;

/// Runs of which the fastest counts.
const RUNS: usize = 15;

#[derive(Default)]
struct People {
    age: Vec<u8>,
    level: Vec<u8>,
    district: Vec<u8>,
    income_fen: Vec<i32>,
    care_cost_fen: Vec<i32>,
}

/// `floor rule FILE.csv THREADS`
pub fn run(file: &str, threads: usize) -> Result<()> {
    let people = read(file)?;
    let many = people.age.len();
    let mut amounts = vec![0_i64; many];
    let mut best = f64::INFINITY;
    for _ in 0..RUNS {
        let start = Instant::now();
        everybody(black_box(&people), &mut amounts, threads);
        best = best.min(start.elapsed().as_secs_f64());
        black_box(&amounts);
    }
    let weighed = |(n, amount): (usize, &i64)| amount.wrapping_mul(n as i64 % 97 + 1);
    println!("run {best:.6}\npeople {many}\nsum {}", amounts.iter().sum::<i64>());
    println!("check {}", amounts.iter().enumerate().map(weighed).fold(0, i64::wrapping_add));
    Ok(())
}

fn read(file: &str) -> Result<People> {
    let mut people = People::default();
    let mut reader = csv::Reader::from_path(file)?;
    let mut row = csv::StringRecord::new();
    while reader.read_record(&mut row)? {
        let number = |at: usize| row.get(at).context("five columns")?.parse::<i32>().context("a number");
        people.age.push(number(0)?.try_into()?);
        people.level.push(number(1)?.try_into()?);
        people.district.push(number(2)?.try_into()?);
        people.income_fen.push(number(3)?);
        people.care_cost_fen.push(number(4)?);
    }
    Ok(people)
}

fn everybody(people: &People, amounts: &mut [i64], threads: usize) {
    let share = amounts.len().div_ceil(threads).max(1);
    std::thread::scope(|scope| {
        for (part, amounts) in amounts.chunks_mut(share).enumerate() {
            scope.spawn(move || some(people, part * share, amounts));
        }
    });
}

fn some(people: &People, from: usize, amounts: &mut [i64]) {
    const BASE: [i64; 256] = base();
    const CAP: [i64; 6] = [0, 30_000, 80_000, 150_000, 200_000, 300_000];
    const RATE: [i64; 8] = [5_000, 5_500, 6_125, 6_500, 9_000, 7_250, 7_777, 10_000];
    let to = from + amounts.len();
    let (age, level, district) = (&people.age[from..to], &people.level[from..to], &people.district[from..to]);
    let (income, cost) = (&people.income_fen[from..to], &people.care_cost_fen[from..to]);
    for n in 0..amounts.len() {
        let care = i64::from(cost[n]).min(CAP[usize::from(level[n])]) * RATE[usize::from(district[n])];
        let whole = BASE[usize::from(age[n])] + rounded(care);
        amounts[n] = rounded(whole * part(income[n])).min(200_000);
    }
}

const fn base() -> [i64; 256] {
    let mut all = [0; 256];
    let mut age = 60;
    while age < 256 {
        all[age] = match age {
            60..70 => 5_000,
            70..80 => 10_000,
            80..90 => 20_000,
            90..100 => 50_000,
            _ => 100_000,
        };
        age += 1;
    }
    all
}

/// A share of an amount from its product with basis points, half rounded up: no amount is below nothing.
fn rounded(product: i64) -> i64 {
    ((product + 5_000) as u64 / 10_000) as i64
}

fn part(income_fen: i32) -> i64 {
    const PARTS: [i64; 5] = [10_000, 8_000, 5_000, 2_500, 0];
    let reached =
        [80_000, 150_000, 300_000, 600_000].iter().map(|edge| usize::from(income_fen >= *edge)).sum::<usize>();
    PARTS[reached]
}
