//! The table of figures, with the machine that they were measured on.

use crate::project::{Project, output};
use anyhow::Result;

/// A figure beside its target and its floor.
pub struct Row {
    name: String,
    value: f64,
    unit: &'static str,
    target: Option<f64>,
    floor: Option<f64>,
}

impl Row {
    /// A figure without a target.
    pub fn plain(name: impl Into<String>, value: f64, unit: &'static str) -> Self {
        Self { name: name.into(), value, unit, target: None, floor: None }
    }

    /// A figure that should not be larger than its target.
    pub fn at_most(name: impl Into<String>, value: f64, unit: &'static str, target: f64) -> Self {
        Self { target: Some(target), ..Self::plain(name, value, unit) }
    }

    /// The same work with nothing of ours around it.
    pub fn beside(self, floor: f64) -> Self {
        Self { floor: Some(floor), ..self }
    }

    fn cells(&self) -> String {
        let show = |value: f64| {
            if value.abs() < 0.1 && value != 0.0 {
                format!("{value:.4}")
            } else if value.abs() < 10.0 {
                format!("{value:.2}")
            } else {
                format!("{value:.0}")
            }
        };
        let target = self.target.map_or("–".into(), |target| format!("≤ {} {}", show(target), self.unit));
        let floor = self.floor.map_or("–".into(), |floor| format!("{} {}", show(floor), self.unit));
        let ratio =
            self.floor.filter(|floor| *floor > 0.0).map_or("–".into(), |floor| format!("{:.1}", self.value / floor));
        format!(
            "| {} | {} {} | {target} | {} | {floor} | {ratio} |",
            self.name,
            show(self.value),
            self.unit,
            self.verdict()
        )
    }

    fn verdict(&self) -> String {
        match self.target {
            None => "–".into(),
            Some(target) if self.value <= target => "met".into(),
            Some(target) => format!("missed by {:.0} %", (self.value / target - 1.0) * 100.0),
        }
    }
}

/// All figures of a run.
pub struct Report {
    machine: String,
    rows: Vec<Row>,
}

impl Report {
    /// An empty table for this machine.
    pub fn new(project: &Project) -> Result<Self> {
        let rustc = output(project.command("rustc").arg("--version"))?;
        let date = output(project.command("date").arg("+%F"))?;
        let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
        let load = load.split(' ').next().unwrap_or("?").to_owned();
        let cores = std::thread::available_parallelism()?;
        let machine = format!(
            "{}, {cores} cores ({}), {}, {}, load {load} at the start.",
            date.trim(),
            from_proc("/proc/cpuinfo", "model name"),
            from_proc("/proc/meminfo", "MemTotal"),
            rustc.trim()
        );
        Ok(Self { machine, rows: Vec::new() })
    }

    /// Adds a figure and says it at once.
    pub fn add(&mut self, row: Row) {
        eprintln!("{}", row.cells());
        self.rows.push(row);
    }

    /// The table in Markdown.
    pub fn text(&self) -> String {
        let head = "| what | measured | target | verdict | floor | ratio |\n|---|---|---|---|---|---|";
        let rows: Vec<String> = self.rows.iter().map(Row::cells).collect();
        format!("{}\n\n{head}\n{}", self.machine, rows.join("\n"))
    }
}

fn from_proc(path: &str, key: &str) -> String {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with(key)).and_then(|line| line.split_once(':'));
    line.map_or("unknown".into(), |(_, value)| value.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_met_at_its_very_number() {
        let verdict = |value| Row::at_most("x", value, "s", 20.0).verdict();
        assert_eq!(
            (verdict(19.9), verdict(20.0), verdict(22.0)),
            ("met".into(), "met".into(), "missed by 10 %".into())
        );
        assert_eq!(
            Row::at_most("x", 4.0, "s", 20.0).beside(2.0).cells(),
            "| x | 4.00 s | ≤ 20 s | met | 2.00 s | 2.0 |"
        );
    }
}
