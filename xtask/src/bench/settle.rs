//! A month of care insurance for a county as large as a province's, settled at once.

use super::report::Row;
use super::{Bench, text};
use crate::project::succeed;
use anyhow::{Context, Result, bail};
use std::process::Stdio;

/// What the demonstration calls the step that settles its month.
const STEP: &str = "月度结算：";
/// Visits that are to be settled, for each elder of the benchmark.
const VISITS: usize = 1;
/// The demonstration's county is so much smaller than the benchmark's.
const SMALLER: usize = 20;

impl Bench<'_> {
    /// Makes a county as the demonstration does, visit by visit; multiplies its people; settles their month.
    pub(super) fn settle(&mut self) -> Result<()> {
        let data = self.folder.join("month");
        let database = data.join("yiyang.db");
        let month = self.month(text(&data)?)?;
        let times = (VISITS * self.csv_elders).div_ceil(month.lines.max(1));
        let mut multiply = self.project.command(text(&self.floor)?);
        succeed(multiply.args(["multiply", text(&database)?, &times.to_string()]))?;
        let took = self.yiyang(&["settle", "--data", text(&data)?, "--area", "320623", "--month", &month.name])?;
        let floor = self.floor_seconds(&["copy", text(&database)?, "ltci_lines"])?;
        let lines = month.lines * times;
        let target = 20.0 * lines as f64 / 1_000_000.0;
        let name = format!("settle {lines} visits of a month, with start and end of the program");
        self.report.add(Row::at_most(name, took.as_secs_f64(), "s", target).beside(floor));
        Ok(())
    }

    fn month(&self, data: &str) -> Result<Month> {
        let elders = (self.csv_elders / SMALLER).to_string();
        let mut command = self.project.command(text(&self.program)?);
        command.args(["demo", "--no-serve", "--data", data, "--elders", &elders]);
        let done = command.stdout(Stdio::null()).stderr(Stdio::piped()).output()?;
        let said = String::from_utf8_lossy(&done.stderr);
        if !done.status.success() {
            bail!("yiyang demo: {}\n{said}", done.status);
        }
        said.lines().find_map(month).with_context(|| format!("no settlement in\n{said}"))
    }
}

#[derive(Debug, PartialEq)]
struct Month {
    name: String,
    lines: usize,
}

/// The month and its lines of `月度结算：如东县 2026-10：18799 条（…`.
fn month(line: &str) -> Option<Month> {
    let (head, _) = line.strip_prefix(STEP)?.split_once(" 条")?;
    let (county, lines) = head.rsplit_once('：')?;
    Some(Month { name: county.rsplit(' ').next()?.to_owned(), lines: lines.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::{Month, month};

    #[test]
    fn the_step_of_the_demonstration_is_read() {
        let line = "月度结算：如东县 2026-10：18799 条（核减 700，拒付 40），申报 1.00 元（0.4 秒）";
        assert_eq!(month(line), Some(Month { name: "2026-10".into(), lines: 18_799 }));
        assert_eq!(month("照护保险一个月：核定 900 人（6.9 秒）"), None);
    }
}
