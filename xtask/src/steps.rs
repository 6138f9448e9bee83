//! `cargo xtask test`: the steps of CI in order, each with the time it took; the first failure ends it.

use crate::pg::Server;
use crate::project::{Project, succeed};
use crate::{docs, soak, tidy};
use anyhow::{Result, bail};
use std::process::{Command, ExitCode};
use std::time::Instant;

type Action = fn(&Run) -> Result<()>;

struct Step {
    name: &'static str,
    what: &'static str,
    action: Action,
}

struct Run<'a> {
    project: &'a Project,
    server: Option<Server>,
}

/// Cheap ones first. The tests stand last, so that the last lines are the test runner's own.
const STEPS: &[Step] = &[
    Step { name: "format", what: "cargo fmt --check", action: format },
    Step { name: "lint", what: "cargo clippy, warnings are errors", action: lint },
    Step { name: "tidy", what: "the invariants", action: invariants },
    Step { name: "docs", what: "generated references are current", action: references },
    Step { name: "soak", what: "killed, locked, lied to: nothing acknowledged is lost (short form)", action: soaked },
    Step { name: "unit", what: "cargo test on SQLite and PostgreSQL", action: unit },
    Step { name: "browser-sqlite", what: "browser journeys on SQLite", action: browser_sqlite },
    Step { name: "browser-postgres", what: "browser journeys on PostgreSQL", action: browser_postgres },
];

/// Runs all steps, or those named.
pub fn run(project: &Project, words: &[String]) -> Result<ExitCode> {
    if words.iter().any(|word| word == "--list") {
        STEPS.iter().for_each(|step| println!("{:<18}{}", step.name, step.what));
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(word) = words.iter().find(|word| STEPS.iter().all(|step| step.name != **word)) {
        bail!("no step is called {word}; see cargo xtask test --list");
    }
    let chosen: Vec<&Step> =
        STEPS.iter().filter(|step| words.is_empty() || words.iter().any(|w| w == step.name)).collect();
    let mut run = Run { project, server: None };
    if chosen.iter().any(|step| matches!(step.name, "unit" | "browser-postgres")) {
        run.server = Some(Server::start()?);
    }
    chosen.iter().enumerate().try_for_each(|(n, step)| timed(&run, step, n + 1, chosen.len()))?;
    Ok(ExitCode::SUCCESS)
}

/// The last step's time goes before its runner's closing lines only if it is not printed at all: the runner says it.
fn timed(run: &Run, step: &Step, n: usize, of: usize) -> Result<()> {
    eprintln!("\n==> [{n}/{of}] {}: {}", step.name, step.what);
    let start = Instant::now();
    let result = (step.action)(run);
    let verdict = if result.is_ok() { "ok" } else { "FAILED" };
    if n < of || result.is_err() {
        eprintln!("==> [{n}/{of}] {}: {verdict} in {:.1} s", step.name, start.elapsed().as_secs_f64());
    }
    result
}

fn format(run: &Run) -> Result<()> {
    succeed(run.project.cargo().args(["fmt", "--all", "--check"]))
}

fn lint(run: &Run) -> Result<()> {
    succeed(run.project.cargo().args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))
}

fn invariants(run: &Run) -> Result<()> {
    passed(tidy::run(run.project)?)
}

fn references(run: &Run) -> Result<()> {
    passed(docs::run(run.project, true)?)
}

fn soaked(run: &Run) -> Result<()> {
    soak::short(run.project)
}

/// The store tests open both engines when the address of a PostgreSQL is in the environment.
fn unit(run: &Run) -> Result<()> {
    let mut command = run.project.cargo();
    command.args(["test", "--workspace"]);
    succeed(with_postgres(run, &mut command))
}

fn browser_sqlite(run: &Run) -> Result<()> {
    succeed(&mut journeys(run)?)
}

fn browser_postgres(run: &Run) -> Result<()> {
    succeed(with_postgres(run, &mut journeys(run)?))
}

/// A journey that hangs is ended after ten minutes and all of them together after twenty, so that it says where instead of
/// keeping everybody waiting: a browser that a failed test left open keeps node from ending.
fn journeys(run: &Run) -> Result<Command> {
    let program = run.project.program()?;
    let mut command = run.project.command("timeout");
    let files = run.project.files()?;
    command.args(["--kill-after=10", "1200", "node", "--test", "--test-concurrency=1", "--test-reporter=spec"]);
    command.args(["--test-timeout=600000", "--test-force-exit"]);
    command.args(files.iter().filter(|path| path.starts_with("e2e/journeys/") && path.ends_with(".mjs")));
    command.env("YIYANG_PROGRAM", program).env_remove("YIYANG_TEST_POSTGRES");
    Ok(command)
}

fn with_postgres<'c>(run: &Run, command: &'c mut Command) -> &'c mut Command {
    match &run.server {
        Some(server) => command.env("YIYANG_TEST_POSTGRES", server.url()),
        None => command,
    }
}

fn passed(code: ExitCode) -> Result<()> {
    if code == ExitCode::SUCCESS { Ok(()) } else { bail!("see above") }
}
