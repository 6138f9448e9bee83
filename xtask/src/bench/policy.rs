//! How fast questions are decided: one by one with their trace, and for a whole population without, beside the same rule
//! as a loop written by hand and in OpenFisca-core, in the same run, on the same people, equal to the fen.

use super::report::{Report, Row};
use super::{Bench, text};
use crate::project::{Project, output, succeed};
use anyhow::{Context, Result, ensure};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

/// People of the made-up city.
const PEOPLE: usize = 2_300_000;
/// Of these OpenFisca reads so many in its own way: the text of a situation, as its web service takes it.
const SITUATION: usize = 10_000;
/// Fewer than this many decisions a second on one core are too few.
const DECISIONS: f64 = 500_000.0;

/// What a program printed: a name and a number on every line.
/// What a program printed.
pub(super) type Said = BTreeMap<String, f64>;

/// Names and numbers that a program printed, one to a line.
pub(super) fn said(text: &str) -> Said {
    let pair = |line: &str| line.rsplit_once(' ').and_then(|(name, n)| Some((name.to_owned(), n.parse().ok()?)));
    text.lines().filter_map(pair).collect()
}

/// One of them.
pub(super) fn figure(said: &Said, name: &str) -> Result<f64> {
    said.get(name).copied().with_context(|| format!("no {name} was printed"))
}

/// `cargo xtask bench policy`: these rows alone, on the terminal.
pub(super) fn alone(project: &Project) -> Result<ExitCode> {
    succeed(project.cargo().args(["build", "--release", "-p", "floor"]))?;
    let target = project.target()?;
    let folder = target.join("bench-policy");
    std::fs::create_dir_all(&folder)?;
    let (program, floor) = (target.join("release/yiyang"), target.join("release/floor"));
    let report = Report::new(project)?;
    let mut bench = Bench { project, program, floor, folder, csv_elders: 0, xlsx_elders: 0, report };
    bench.policy()?;
    println!("{}", bench.report.text());
    std::fs::remove_dir_all(&bench.folder)?;
    Ok(ExitCode::SUCCESS)
}

impl Bench<'_> {
    /// Everything that is measured on the policy engine.
    pub(super) fn policy(&mut self) -> Result<()> {
        let mut build = self.project.cargo();
        succeed(build.args(["build", "--release", "-p", "policy", "--example", "speed"]))?;
        let speed = self.project.target()?.join("release/examples/speed");
        let run = |words: &[&str]| -> Result<Said> {
            let mut command = self.project.command(text(&speed)?);
            Ok(said(&output(command.args(words))?))
        };
        let root = text(&self.project.root)?.to_owned();
        let (decided, checked) = (run(&["decide", &root])?, run(&["check", &root])?);
        let file = self.folder.join("people.csv");
        let file = text(&file)?.to_owned();
        run(&["people", &file, &PEOPLE.to_string()])?;
        let cores = std::thread::available_parallelism()?.to_string();
        let ours = run(&["simulate", &file, &cores])?;
        let hand = self.by_hand(&file, &cores)?;
        let peer = self.openfisca(&file);
        self.decisions(&decided);
        let name = format!("prove all packs ({} tables)", figure(&checked, "tables")?);
        self.report.add(Row::at_most(name, figure(&checked, "check")?, "s", 1.0));
        self.simulated(&ours, &hand, &cores)?;
        self.against(&ours, peer)
    }

    fn decisions(&mut self, decided: &Said) {
        for (question, rate) in decided {
            // The made-up rule is five decisions in one.
            let asks = if question == "care_allowance" { ", which asks four other questions" } else { "" };
            let name = format!("one decision with trace, one core, {question}{asks} ({rate:.0} a second)");
            self.report.add(Row::at_most(name, 1e6 / rate, "µs", 1e6 / DECISIONS));
        }
    }

    fn by_hand(&self, file: &str, cores: &str) -> Result<Said> {
        let mut command = self.project.command(text(&self.floor)?);
        Ok(said(&output(command.args(["rule", file, cores]))?))
    }

    fn simulated(&mut self, ours: &Said, hand: &Said, cores: &str) -> Result<()> {
        same(ours, hand).context("the loop written by hand")?;
        let (run, floor) = (figure(ours, "run")?, figure(hand, "run")?);
        let name = format!(
            "simulate a rule of five tables for {PEOPLE} people, {cores} threads ({:.0} million a second; floor: the rule \
             as a loop written by hand, {:.0} million)",
            PEOPLE as f64 / run / 1e6,
            PEOPLE as f64 / floor / 1e6
        );
        self.report.add(Row::at_most(name, run * 1e3, "ms", floor * 4e3).beside(floor * 1e3));
        self.report.add(Row::plain("its sums by area and by row", figure(ours, "sums")? * 1e3, "ms"));
        Ok(())
    }

    /// The same rule in OpenFisca-core, in an environment of its own; why not, where it cannot be had.
    fn openfisca(&self, file: &str) -> Result<Said> {
        let folder = self.project.target()?.join("openfisca");
        let python: PathBuf = folder.join("bin/python");
        if !python.exists() {
            succeed(self.project.command("python3").args(["-m", "venv", text(&folder)?]))?;
        }
        let mut install = self.project.command(text(&python)?);
        succeed(install.args(["-m", "pip", "install", "--quiet", "OpenFisca-Core==46.0.1"]))?;
        let mut command = self.project.command(text(&python)?);
        let script = "xtask/src/bench/openfisca.py";
        Ok(said(&output(command.args([script, file, &SITUATION.to_string()]))?))
    }

    fn against(&mut self, ours: &Said, peer: Result<Said>) -> Result<()> {
        let (run, whole) = (figure(ours, "run")? * 1e3, figure(ours, "whole")? * 1e3);
        let peer = match peer {
            Ok(peer) => peer,
            Err(why) => {
                let name = format!("the same beside OpenFisca-core: not measured, it could not be had ({why})");
                self.report.add(Row::plain(name.replace(['|', '\n'], " "), run, "ms"));
                return Ok(());
            }
        };
        same(ours, &peer).context("OpenFisca")?;
        let calculate = figure(&peer, "run")? * 1e3;
        let name = format!("the same (floor: OpenFisca-core's calculate, {PEOPLE} people, one core)");
        self.report.add(Row::at_most(name, run, "ms", calculate / 5.0).beside(calculate));
        let csv = figure(&peer, "whole")? * 1e3;
        let name = "with reading the people from csv (floor: numpy.loadtxt and OpenFisca-core)";
        self.report.add(Row::at_most(name, whole, "ms", csv / 40.0).beside(csv));
        let situation = figure(&peer, "situation")? * 1e3 * PEOPLE as f64 / SITUATION as f64;
        let name = format!(
            "the same (floor: OpenFisca-core reading its own form, a situation; {SITUATION} people measured, times {}, although its time grows faster)",
            PEOPLE / SITUATION
        );
        self.report.add(Row::at_most(name, whole, "ms", situation / 40.0).beside(situation));
        Ok(())
    }
}

/// The same people, the same sum, and the same amount for each (a sum in which every person weighs differently).
fn same(ours: &Said, other: &Said) -> Result<()> {
    for name in ["people", "sum", "check"] {
        let (one, two) = (figure(ours, name)?, figure(other, name)?);
        ensure!(one == two, "{name}: {one} is not {two}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{figure, said, same};

    #[test]
    fn names_and_numbers_are_read_and_compared() {
        let ours = said("people 3\nsum 12\ncheck 40\nrun 0.5\n\nnothing here");
        assert_eq!(figure(&ours, "run").ok(), Some(0.5));
        assert!(figure(&ours, "here").is_err());
        assert!(same(&ours, &said("people 3\nsum 12\ncheck 40")).is_ok());
        assert!(same(&ours, &said("people 3\nsum 12\ncheck 41")).is_err());
    }
}
