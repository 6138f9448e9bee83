//! The carer's page without a signal: how soon something is seen when it is opened for the first time over a slow line.

use super::policy::{figure, said};
use super::report::{Report, Row};
use super::text;
use crate::project::{Project, output, succeed};
use anyhow::Result;
use std::process::ExitCode;

/// First paint within so many milliseconds, and so many kilobytes of script and style at most.
const PAINT: f64 = 1_000.0;
const KILOBYTES: f64 = 200.0;

/// `cargo xtask bench day`: these rows alone, on the terminal.
pub(super) fn alone(project: &Project) -> Result<ExitCode> {
    succeed(project.cargo().args(["build", "--release", "-p", "yiyang"]))?;
    let mut report = Report::new(project)?;
    rows(project, &mut report)?;
    println!("{}", report.text());
    Ok(ExitCode::SUCCESS)
}

/// Opens the page in Chromium over a line slowed down as web measurements do it; the floor is a page of one word.
pub(super) fn rows(project: &Project, report: &mut Report) -> Result<()> {
    let program = project.target()?.join("release/yiyang");
    let mut command = project.command("node");
    command.arg("e2e/measure/day.mjs").env("YIYANG_PROGRAM", text(&program)?).env_remove("YIYANG_TEST_POSTGRES");
    let told = said(&output(&mut command)?);
    let name = "the carer's day page, first paint over a slow line (150 ms, 1.6 Mbit/s), nothing kept";
    report.add(Row::at_most(name, figure(&told, "paint_ms")?, "ms", PAINT).beside(figure(&told, "floor_ms")?));
    report.add(Row::at_most("its script and style on the wire", figure(&told, "bytes")? / 1e3, "KB", KILOBYTES));
    Ok(())
}
