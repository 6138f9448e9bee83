//! `cargo xtask fuzz [N]`: many more changed tables than the unit tests try (`crates/policy/tests/mutants.rs`).
//!
//! None may crash `policy check`, and a second, independent reading of each table must find gaps and overlaps exactly where
//! the prover does. The changes are the same on every run: a failure prints its table.

use crate::project::{Project, succeed};
use anyhow::{Context, Result};
use std::process::ExitCode;

/// Tables when nothing is said.
const MANY: usize = 1_000_000;

/// Runs the test with so many tables, compiled for speed.
pub fn run(project: &Project, words: &[String]) -> Result<ExitCode> {
    let many = words.first().map_or(Ok(MANY), |word| word.replace('_', "").parse()).context("how many tables?")?;
    let mut command = project.cargo();
    command.args(["test", "--release", "-p", "policy", "--test", "mutants", "--", "--nocapture"]);
    succeed(command.env("MUTANTS", many.to_string()))?;
    Ok(ExitCode::SUCCESS)
}
