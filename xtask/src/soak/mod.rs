//! `cargo xtask soak`: what must not be lost is not lost. The program is killed under load, its database locked, its broker taken
//! away, a node of a cluster killed, its devices come all at once and lie to it; then everything that was acknowledged is
//! counted in the database: each measurement once, each call for help one alarm.
//!
//! Everything runs on loopback, on free ports, in a folder of its own; every process is ended by its number.

mod brokers;
mod chance;
mod count;
mod crowd;
mod faults;
mod kills;
pub mod place;
pub mod raw;

use crate::project::{Project, succeed};
use anyhow::{Context, Result, bail};
use chance::Chance;
use place::Place;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

/// So many times as many falls and calls for help as in life: a short run has some to count.
const EVENTS: &str = "600";

/// How much of it.
#[derive(Clone, Debug)]
struct Options {
    rounds: usize,
    seed: u64,
    program: PathBuf,
    /// Seconds that the database is locked and that the broker is gone.
    away: u64,
    /// Devices that come at once.
    crowd: usize,
}

type Action = fn(&Place, &Options) -> Result<String>;

struct Part {
    name: &'static str,
    what: &'static str,
    action: Action,
}

const PARTS: &[Part] = &[
    Part { name: "kills", what: "the server is killed under load and started again", action: kills::run },
    Part { name: "lies", what: "malformed, impossible, another's name", action: faults::lies },
    Part { name: "locked", what: "another process holds the database", action: faults::locked },
    Part { name: "mosquitto", what: "a Mosquitto between, gone for a while", action: brokers::mosquitto },
    Part { name: "nats", what: "three NATS nodes between, one of them killed", action: brokers::nats },
    Part { name: "crowd", what: "all devices come at once, twice", action: crowd::run },
];

/// `cargo xtask soak [--rounds N] [--seed N] [--away SECONDS] [--crowd N] [--program FILE] [PART…]`
pub fn run(project: &Project, words: &[String]) -> Result<ExitCode> {
    let (mut rounds, mut seed, mut away, mut crowd) = (100, 2018, 20, 10_000);
    let (mut program, mut names) = (None, vec![]);
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let mut value = || words.next().with_context(|| format!("{word} needs a value"));
        match word.as_str() {
            "--rounds" => rounds = value()?.parse().context("how many rounds?")?,
            "--seed" => seed = value()?.parse().context("which seed?")?,
            "--away" => away = value()?.parse().context("how many seconds?")?,
            "--crowd" => crowd = value()?.parse().context("how many devices?")?,
            "--program" => program = Some(PathBuf::from(value()?)),
            name if PARTS.iter().any(|part| part.name == name) => names.push(name.to_owned()),
            other => bail!("no part is called {other}; there are {}", all_names()),
        }
    }
    let program = match program {
        Some(program) => program,
        None => {
            succeed(project.cargo().args(["build", "--release", "-p", "yiyang"]))?;
            project.target()?.join("release/yiyang")
        }
    };
    parts(&Options { rounds, seed, program, away, crowd }, &names)?;
    Ok(ExitCode::SUCCESS)
}

/// The short form of `cargo xtask test`: a few rounds, and the rest as briefly as it goes.
pub fn short(project: &Project) -> Result<()> {
    let options = Options { rounds: 5, seed: 2018, program: project.program()?, away: 3, crowd: place::FEW };
    parts(&options, &[])
}

fn all_names() -> String {
    PARTS.iter().map(|part| part.name).collect::<Vec<_>>().join(", ")
}

fn parts(options: &Options, names: &[String]) -> Result<()> {
    for part in PARTS.iter().filter(|part| names.is_empty() || names.iter().any(|name| name == part.name)) {
        eprintln!("soak {}: {}", part.name, part.what);
        let start = Instant::now();
        let place = Place::new(part.name, &options.program)?;
        let said = (part.action)(&place, options).with_context(|| place.last_words());
        let said = said.with_context(|| format!("soak {}: the folder {} is kept", part.name, place.keep()))?;
        println!("soak {}: {said} ({:.0} s)", part.name, start.elapsed().as_secs_f64());
        place.throw_away()?;
    }
    [place::FEW, kills::MANY, options.crowd].into_iter().try_for_each(place::forget)
}
