//! The benchmark of Solomon: `solomon DIR SECONDS [fewer|shorter] [NAME…]`.
//!
//! DIR holds `c/1/c101.txt` … and `results/*.txt`, the best known (fewest vehicles, then least distance). A line for
//! each instance: name, vehicles, distance, best known vehicles and distance (0 where DIR has none), thousand steps. Every
//! answer is checked here, in floating point, by arithmetic that the search does not share.

use routing::vrptw::{Ask, Customer, distance, solve};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Rounding of distances to ten-thousandths may add up to this.
const TOLERANCE: f64 = 0.01;

struct Problem {
    vehicles: usize,
    capacity: i32,
    customers: Vec<Customer>,
}

fn main() -> Result<(), String> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [folder, seconds, rest @ ..] = &words[..] else {
        return Err("solomon DIR SECONDS [fewer|shorter] [NAME…]".into());
    };
    let seconds: f64 = seconds.parse().map_err(|_| "how many seconds?")?;
    let fewer = rest.first().is_none_or(|word| word != "shorter");
    let names = rest.get(1..).unwrap_or_default();
    let folder = Path::new(folder);
    for (name, file) in instances(folder)? {
        if names.is_empty() || names.contains(&name) {
            println!("{}", one(folder, &name, &file, seconds, fewer)?);
        }
    }
    Ok(())
}

fn one(folder: &Path, name: &str, file: &Path, seconds: f64, fewer: bool) -> Result<String, String> {
    let problem = read(file)?;
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let ask = Ask { vehicles: problem.vehicles, capacity: problem.capacity, fewer, threads, seed: 1 };
    let begin = Instant::now();
    let (routes, steps) = solve(&problem.customers, ask, &|| begin.elapsed().as_secs_f64() / seconds);
    let ours = length(&problem, &routes).map_err(|why| format!("{name}: {why}"))?;
    let (vehicles, best) = match best_known(folder, name) {
        Some(routes) => (routes.len(), length(&problem, &routes).map_err(|why| format!("best of {name}: {why}"))?),
        None => (0, 0.0),
    };
    Ok(format!("{name} {} {ours:.2} {vehicles} {best:.2} {}", routes.len(), steps / 1000))
}

/// All instances of the folder by name.
fn instances(folder: &Path) -> Result<Vec<(String, PathBuf)>, String> {
    let mut found = Vec::new();
    for family in ["c/1", "c/2", "r/1", "r/2", "rc/1", "rc/2"] {
        let entries = std::fs::read_dir(folder.join(family)).map_err(|e| format!("{family}: {e}"))?;
        for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
            if path.extension().is_some_and(|kind| kind == "txt") {
                let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default().to_lowercase();
                found.push((name, path));
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Vehicles and capacity stand alone on a line, customers in rows of seven numbers.
fn read(file: &Path) -> Result<Problem, String> {
    let text = std::fs::read_to_string(file).map_err(|e| format!("{}: {e}", file.display()))?;
    let rows: Vec<Vec<f64>> = text.lines().filter_map(numbers).collect();
    let fleet = rows.iter().find(|row| row.len() == 2).ok_or("no vehicles")?;
    let customers = rows.iter().filter(|row| row.len() == 7).map(|row| Customer {
        x: row[1],
        y: row[2],
        demand: row[3] as i32,
        earliest: row[4],
        latest: row[5],
        service: row[6],
    });
    Ok(Problem { vehicles: fleet[0] as usize, capacity: fleet[1] as i32, customers: customers.collect() })
}

fn numbers(line: &str) -> Option<Vec<f64>> {
    line.split_whitespace().map(|word| word.parse().ok()).collect()
}

/// The routes of `results/NAME.txt` or `results/NAME_….txt`.
fn best_known(folder: &Path, name: &str) -> Option<Vec<Vec<usize>>> {
    let entries = std::fs::read_dir(folder.join("results")).ok()?;
    let mut files = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let file = files.find(|path| {
        let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        path.extension().is_some_and(|kind| kind == "txt") && stem.split('_').next() == Some(name)
    })?;
    let text = std::fs::read_to_string(file).ok()?;
    let routes = text.lines().filter(|line| line.trim_start().starts_with("Route"));
    let route = |line: &str| {
        let (_, stops) = line.split_once(':')?;
        let stops = stops.split_whitespace().map(|word| word.parse().ok());
        stops.collect::<Option<Vec<usize>>>()
    };
    let routes: Vec<Vec<usize>> = routes.filter_map(route).collect();
    (!routes.is_empty()).then_some(routes)
}

/// The distance of all routes, or why they are none.
fn length(problem: &Problem, routes: &[Vec<usize>]) -> Result<f64, String> {
    let mut seen = vec![0; problem.customers.len()];
    let mut sum = 0.0;
    for route in routes {
        sum += drive(problem, route)?;
        for stop in route {
            *seen.get_mut(*stop).ok_or("an unknown customer")? += 1;
        }
    }
    match seen.iter().skip(1).position(|times| *times != 1) {
        Some(number) => Err(format!("customer {} is visited {} times", number + 1, seen[number + 1])),
        None if routes.len() > problem.vehicles => Err("too many vehicles".into()),
        None => Ok(sum),
    }
}

fn drive(problem: &Problem, route: &[usize]) -> Result<f64, String> {
    let depot = &problem.customers[0];
    let (mut now, mut at, mut sum, mut load) = (depot.earliest, depot, 0.0, 0);
    for number in route {
        let next = problem.customers.get(*number).ok_or("an unknown customer")?;
        let leg = distance(at, next);
        sum += leg;
        load += next.demand;
        now = (now + leg).max(next.earliest);
        if now > next.latest + TOLERANCE || load > problem.capacity {
            return Err(format!("customer {number} is reached too late or with too much"));
        }
        now += next.service;
        at = next;
    }
    let leg = distance(at, depot);
    if now + leg > depot.latest + TOLERANCE { Err("back too late".into()) } else { Ok(sum + leg) }
}
