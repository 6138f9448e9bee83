//! The project's own chores: `cargo xtask tidy | docs | test | pg | fuzz | soak | bench`.

mod bench;
mod docs;
mod fuzz;
mod invariants;
mod licences;
mod pg;
mod project;
mod soak;
mod source;
mod steps;
mod tables;
mod tidy;

use std::process::ExitCode;

const HELP: &str = "cargo xtask …
  tidy                 check the invariants of ARCHITECTURE.md, each with its reason
  docs [--check]       write docs/reference from the program itself (or fail when it is stale)
  test [--list|STEP…]  everything that CI runs, or only the steps named
  pg -- COMMAND…       run a command with a throw-away PostgreSQL in YIYANG_TEST_POSTGRES
  fuzz [N]             policy check against N changed tables (a million when nothing is said)
  soak [--rounds N] [--seed N] [--away SECONDS] [--crowd N] [--program FILE] [PART…]  nothing acknowledged is lost: killed a hundred
                       times, locked, lied to, come to all at once
  bench [ELDERS|policy|day|watch] how fast and how small, each figure beside its target and its floor
  bench routes [SECONDS [fewer|shorter [beside] [NAME…]]] how good and how fast a day is planned; YIYANG_SOLOMON names the instances";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> anyhow::Result<ExitCode> {
    let project = project::Project::find()?;
    let rest = arguments.get(1..).unwrap_or_default();
    match arguments.first().map(String::as_str) {
        Some("tidy") => tidy::run(&project),
        Some("docs") => docs::run(&project, rest.iter().any(|word| word == "--check")),
        Some("test") => steps::run(&project, rest),
        Some("pg") => pg::run(rest),
        Some("fuzz") => fuzz::run(&project, rest),
        Some("soak") => soak::run(&project, rest),
        Some("bench") => bench::run(&project, rest),
        _ => {
            eprintln!("{HELP}");
            Ok(ExitCode::from(2))
        }
    }
}
