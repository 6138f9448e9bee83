//! `cargo xtask bench`: how fast and how small, each figure beside its target and its floor measured in the same run.
//!
//! Everything runs through the program's own commands on files like those that a county brings; nothing is privileged.

mod beds;
mod day;
mod http;
mod policy;
mod report;
mod routes;
mod serve;
mod settle;
mod watch;

use crate::project::{Project, output, succeed};
use anyhow::{Context, Result};
use report::{Report, Row};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// How much of it: the whole, or a part to try it out.
struct Bench<'a> {
    project: &'a Project,
    program: PathBuf,
    floor: PathBuf,
    folder: PathBuf,
    csv_elders: usize,
    xlsx_elders: usize,
    report: Report,
}

/// `cargo xtask bench [ELDERS | policy | day | watch … | routes …]`; a million when nothing is said. Writes docs/reference/bench.md
/// when it was the whole.
pub fn run(project: &Project, words: &[String]) -> Result<ExitCode> {
    const WHOLE: usize = 1_000_000;
    if words.first().is_some_and(|word| word == "policy") {
        return policy::alone(project);
    }
    if words.first().is_some_and(|word| word == "day") {
        return day::alone(project);
    }
    match words.split_first() {
        Some((first, rest)) if first == "routes" => return routes::alone(project, rest),
        Some((first, rest)) if first == "watch" => return watch::alone(project, rest),
        _ => {}
    }
    let elders = words.first().map_or(Ok(WHOLE), |word| word.replace('_', "").parse()).context("how many elders?")?;
    let mut bench = Bench::prepare(project, elders)?;
    bench.size()?;
    bench.generate()?;
    bench.import_xlsx()?;
    bench.import_csv()?;
    bench.served()?;
    bench.settle()?;
    bench.policy()?;
    bench.watching(watch::DEVICES)?;
    day::rows(project, &mut bench.report)?;
    routes::rows(project, &mut bench.report, &[])?;
    println!("{}", bench.report.text());
    if elders == WHOLE {
        let page = format!("# 性能\n\n<!-- Written by `cargo xtask bench`. -->\n\n{}\n", bench.report.text());
        std::fs::write(project.root.join("docs/reference/bench.md"), page)?;
    }
    std::fs::remove_dir_all(&bench.folder)?;
    Ok(ExitCode::SUCCESS)
}

impl<'a> Bench<'a> {
    fn prepare(project: &'a Project, elders: usize) -> Result<Self> {
        succeed(project.cargo().args(["build", "--release", "-p", "yiyang", "-p", "floor"]))?;
        let target = project.target()?;
        let folder = target.join("bench");
        if folder.exists() {
            std::fs::remove_dir_all(&folder)?;
        }
        std::fs::create_dir_all(&folder)?;
        let (program, floor) = (target.join("release/yiyang"), target.join("release/floor"));
        let report = Report::new(project)?;
        Ok(Self { project, program, floor, folder, csv_elders: elders, xlsx_elders: elders / 10, report })
    }

    fn size(&mut self) -> Result<()> {
        let megabytes = |path: &Path| Ok::<_, anyhow::Error>(std::fs::metadata(path)?.len() as f64 / 1e6);
        let (whole, floor) = (megabytes(&self.program)?, megabytes(&self.floor)?);
        self.report.add(Row::at_most("the binary", whole, "MB", 80.0).beside(floor));
        Ok(())
    }

    fn yiyang(&self, words: &[&str]) -> Result<Duration> {
        let start = Instant::now();
        succeed(self.project.command(text(&self.program)?).args(words).stdout(std::process::Stdio::null()))?;
        Ok(start.elapsed())
    }

    fn generate(&mut self) -> Result<()> {
        let (small, large) = (self.folder.join("xlsx"), self.folder.join("csv"));
        let (few, many) = (self.xlsx_elders.to_string(), self.csv_elders.to_string());
        self.yiyang(&["generate", "--elders", &few, "--dirty", "0", "--out", text(&small)?])?;
        // The same people as csv: the floor reads them.
        let same = self.folder.join("same");
        self.yiyang(&["generate", "--elders", &few, "--dirty", "0", "--format", "csv", "--out", text(&same)?])?;
        let took =
            self.yiyang(&["generate", "--elders", &many, "--dirty", "0", "--format", "csv", "--out", text(&large)?])?;
        self.report.add(Row::plain(format!("generate {many} elders as csv"), took.as_secs_f64(), "s"));
        Ok(())
    }

    fn import_xlsx(&mut self) -> Result<()> {
        let took = self.import("xlsx", "elders.xlsx", "data-xlsx")?;
        let floor = self.insert_floor("same")?;
        let target = 20.0 * self.xlsx_elders as f64 / 100_000.0;
        let name = format!("import {} elders from xlsx", self.xlsx_elders);
        self.report.add(Row::at_most(name, took, "s", target).beside(floor));
        Ok(())
    }

    fn import_csv(&mut self) -> Result<()> {
        let took = self.import("csv", "elders.csv", "data")?;
        let floor = self.insert_floor("csv")?;
        let target = 90.0 * self.csv_elders as f64 / 1_000_000.0;
        let name = format!("import {} elders from csv", self.csv_elders);
        self.report.add(Row::at_most(name, took, "s", target).beside(floor));
        Ok(())
    }

    /// Brings in all rosters of a folder and gives the seconds that the elders took.
    fn import(&self, folder: &str, elders: &str, data: &str) -> Result<f64> {
        let from = self.folder.join(folder);
        let data = self.folder.join(data);
        for (kind, file) in [("areas", "areas.csv"), ("institutions", "institutions.xlsx"), ("staff", "staff.xlsx")] {
            self.import_one(kind, &from.join(file), &data)?;
        }
        Ok(self.import_one("elders", &from.join(elders), &data)?.as_secs_f64())
    }

    fn import_one(&self, kind: &str, file: &Path, data: &Path) -> Result<Duration> {
        self.yiyang(&["import", "--data", text(data)?, "--kind", kind, text(file)?])
    }

    /// Seconds for the same rows into a bare table.
    fn insert_floor(&self, folder: &str) -> Result<f64> {
        let file = self.folder.join(folder).join("elders.csv");
        self.floor_seconds(&["insert", text(&file)?])
    }

    /// Seconds of a work of the floor that writes to a file, which is then removed.
    fn floor_seconds(&self, words: &[&str]) -> Result<f64> {
        let database = self.folder.join("floor.db");
        let mut command = self.project.command(text(&self.floor)?);
        let said = output(command.args(words).arg(&database))?;
        std::fs::remove_file(database)?;
        seconds(&said)
    }
}

/// What the floor says: rows and seconds.
fn seconds(said: &str) -> Result<f64> {
    Ok(said.split_whitespace().nth(1).context("the floor said nothing")?.parse()?)
}

fn text(path: &Path) -> Result<&str> {
    path.to_str().context("a path that is not UTF-8")
}
