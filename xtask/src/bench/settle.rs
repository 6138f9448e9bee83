//! A month of care insurance for a county as large as a province's, settled at once.

use super::report::Row;
use super::{Bench, text};
use anyhow::{Context, Result, bail};
use std::process::Stdio;

/// What the demonstration calls the step that is measured.
const STEP: &str = "月度结算：";

impl Bench<'_> {
    /// Makes the county as the demonstration does, visit by visit; what counts are the lines and seconds of its settlement.
    pub(super) fn settle(&mut self) -> Result<()> {
        let data = self.folder.join("month");
        let elders = self.csv_elders.to_string();
        let mut command = self.project.command(text(&self.program)?);
        command.args(["demo", "--no-serve", "--data", text(&data)?, "--elders", &elders]);
        let done = command.stdout(Stdio::null()).stderr(Stdio::piped()).output()?;
        let said = String::from_utf8_lossy(&done.stderr);
        if !done.status.success() {
            bail!("yiyang demo: {}\n{said}", done.status);
        }
        let (lines, seconds) = said.lines().find_map(measured).with_context(|| format!("no settlement in\n{said}"))?;
        let floor = self.floor_seconds(&["copy", text(&data.join("yiyang.db"))?, "ltci_lines"])?;
        let target = 20.0 * lines / 1_000_000.0;
        self.report.add(Row::at_most(format!("settle {lines} visits of a county"), seconds, "s", target).beside(floor));
        Ok(())
    }
}

/// Lines and seconds of `月度结算：如东县 2026-10：18799 条（…），…（0.4 秒）`.
fn measured(line: &str) -> Option<(f64, f64)> {
    let rest = line.strip_prefix(STEP)?;
    let (head, _) = rest.split_once(" 条")?;
    let seconds = rest.rsplit_once('（')?.1.strip_suffix(" 秒）")?;
    Some((head.rsplit('：').next()?.parse().ok()?, seconds.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::measured;

    #[test]
    fn the_step_of_the_demonstration_is_read() {
        let line = "月度结算：如东县 2026-10：18799 条（核减 700，拒付 40），申报 1.00 元（0.4 秒）";
        assert_eq!(measured(line), Some((18_799.0, 0.4)));
        assert_eq!(measured("照护保险一个月：核定 900 人（6.9 秒）"), None);
    }
}
