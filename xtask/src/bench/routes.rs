//! How good and how fast a day is planned: a synthetic county's day, and the benchmark of Solomon beside PyVRP in the same run.
//!
//! The instances are not ours to hand on: their folder is named by `YIYANG_SOLOMON`. Their best known solutions (fewest
//! vehicles, then least distance) lie beside them.

use super::policy::{figure, said};
use super::report::{Report, Row};
use super::text;
use crate::project::{Project, output, succeed};
use anyhow::{Context, Result, bail, ensure};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// The folder of the instances.
const FOLDER: &str = "YIYANG_SOLOMON";
/// Seconds for one instance when nothing is said.
const SECONDS: &str = "30";
/// More than so many per cent over the best known on the average is too much.
const GAP: f64 = 3.0;
const VISITS: &str = "400";
const CARERS: &str = "40";
/// A county's day is planned and planned anew in at most so many seconds.
const PLAN: f64 = 30.0;
const REPLAN: f64 = 3.0;

/// Vehicles and distance.
type Found = (u32, f64);

/// What a run on the instances is to be.
struct Ask<'a> {
    folder: String,
    seconds: &'a str,
    fewer: bool,
    beside: bool,
    names: Vec<String>,
}

/// An instance as we, the best known and PyVRP have it.
struct Line {
    name: String,
    ours: Found,
    best: Found,
    peer: Option<Found>,
}

/// `cargo xtask bench routes [SECONDS [fewer|shorter [beside] [NAME…]]]`: these rows alone, on the terminal. `beside`: ours and
/// PyVRP at the same time, each on a core of its own, instead of one after the other on all cores.
pub(super) fn alone(project: &Project, words: &[String]) -> Result<ExitCode> {
    let mut report = Report::new(project)?;
    rows(project, &mut report, words)?;
    println!("{}", report.text());
    Ok(ExitCode::SUCCESS)
}

/// Everything that is measured on the planning of routes.
pub(super) fn rows(project: &Project, report: &mut Report, words: &[String]) -> Result<()> {
    let mut build = project.cargo();
    succeed(build.args(["build", "--release", "-p", "routing", "--examples"]))?;
    county(project, report)?;
    let Ok(folder) = std::env::var(FOLDER) else {
        let name = format!("the instances of Solomon: not measured, {FOLDER} names no folder");
        report.add(Row::plain(name, 0.0, "%"));
        return Ok(());
    };
    let seconds = words.first().map_or(SECONDS, String::as_str);
    let fewer = match words.get(1).map(String::as_str) {
        None | Some("fewer") => true,
        Some("shorter") => false,
        Some(other) => bail!("fewer vehicles first, or only shorter ways? not {other}"),
    };
    let rest = words.get(2..).unwrap_or_default();
    let beside = rest.first().is_some_and(|word| word == "beside");
    let named = &rest[usize::from(beside)..];
    let names = if named.is_empty() { instances(Path::new(&folder))? } else { named.to_vec() };
    solomon(project, report, &Ask { folder, seconds, fewer, beside, names })
}

/// The names of all instances of the folder.
fn instances(folder: &Path) -> Result<Vec<String>> {
    let mut names = vec![];
    for family in ["c/1", "c/2", "r/1", "r/2", "rc/1", "rc/2"] {
        for entry in std::fs::read_dir(folder.join(family))? {
            let path = entry?.path();
            let name = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().to_lowercase();
            names.extend(path.extension().is_some_and(|kind| kind == "txt").then_some(name));
        }
    }
    names.sort();
    Ok(names)
}

fn county(project: &Project, report: &mut Report) -> Result<()> {
    let program = project.target()?.join("release/examples/county");
    let (plan, replan) = (PLAN.to_string(), REPLAN.to_string());
    let told = said(&output(project.command(text(&program)?).args([VISITS, CARERS, &plan, &replan]))?);
    let figure = |name: &str| figure(&told, name);
    let left = |of: &str| figure(&format!("{of}_unassigned"));
    let road = |of: &str| figure(&format!("{of}_travel_hours"));
    let name = format!(
        "plan a county's day, {VISITS} visits, {CARERS} carers, synthetic ({} left out, {} h on the road)",
        left("plan")?,
        road("plan")?
    );
    report.add(Row::at_most(name, figure("plan_seconds")?, "s", PLAN));
    let name = format!(
        "plan it anew, a carer absent, what begins before ten agreed ({} left out, {} % with whom they were)",
        left("replan")?,
        figure("replan_kept_percent")?
    );
    report.add(Row::at_most(name, figure("replan_seconds")?, "s", REPLAN));
    report.add(Row::at_most("price a visit dragged by hand", figure("price_microseconds")?, "µs", 1_000.0));
    Ok(())
}

fn solomon(project: &Project, report: &mut Report, ask: &Ask) -> Result<()> {
    let ready = python(project);
    let (ours, peer) = if ask.beside {
        std::thread::scope(|scope| {
            let peer = scope.spawn(|| pyvrp(project, ask, ready));
            (ours(project, ask), peer.join().unwrap_or_else(|_| bail!("it broke off")))
        })
    } else {
        (ours(project, ask), pyvrp(project, ask, ready))
    };
    let ours = ours?;
    ensure!(!ours.is_empty(), "no instance of these names in {}", ask.folder);
    if let Err(why) = &peer {
        let name = format!("beside PyVRP: not measured, it could not be had ({why})").replace(['|', '\n'], " ");
        report.add(Row::plain(name, 0.0, "%"));
    }
    let peer = peer.unwrap_or_default();
    let beside = |line: Line| Line { peer: peer.get(&line.name).copied().filter(|found| found.0 > 0), ..line };
    let lines: Vec<Line> = ours.into_iter().map(beside).collect();
    for line in &lines {
        report.add(row(line, ask));
    }
    if ask.fewer {
        fewer(&lines, ask, report)
    } else {
        shorter(&lines, ask, report)
    }
    Ok(())
}

/// Runs ours: name, vehicles, distance, best known vehicles and distance.
fn ours(project: &Project, ask: &Ask) -> Result<Vec<Line>> {
    let program = project.target()?.join("release/examples/solomon");
    let mut command = on_core(project, ask, "0", text(&program)?);
    command.args([&ask.folder, ask.seconds, mode(ask)]).args(&ask.names);
    let told = output(&mut command)?;
    told.lines().map(|line| parsed(line).with_context(|| format!("not understood: {line}"))).collect()
}

fn parsed(line: &str) -> Option<Line> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let found = |at: usize| Some((words.get(at)?.parse().ok()?, words.get(at + 1)?.parse().ok()?));
    Some(Line { name: (*words.first()?).to_owned(), ours: found(1)?, best: found(3)?, peer: None })
}

const fn mode(ask: &Ask) -> &'static str {
    if ask.fewer { "fewer" } else { "shorter" }
}

/// A command on a core of its own where both run at the same time.
fn on_core(project: &Project, ask: &Ask, core: &str, program: &str) -> Command {
    if !ask.beside {
        return project.command(program);
    }
    let mut command = project.command("taskset");
    command.args(["-c", core, program]);
    command
}

/// A Python with PyVRP, in an environment of its own.
fn python(project: &Project) -> Result<PathBuf> {
    let folder = project.target()?.join("pyvrp");
    let python = folder.join("bin/python");
    if !python.exists() {
        succeed(project.command("python3").args(["-m", "venv", text(&folder)?]))?;
    }
    let mut install = project.command(text(&python)?);
    succeed(install.args(["-m", "pip", "install", "--quiet", "pyvrp==0.14.1"]))?;
    Ok(python)
}

/// The same in PyVRP.
fn pyvrp(project: &Project, ask: &Ask, python: Result<PathBuf>) -> Result<BTreeMap<String, Found>> {
    let python = python?;
    let cores = if ask.beside { "1".to_owned() } else { std::thread::available_parallelism()?.to_string() };
    let mut command = on_core(project, ask, "1", text(&python)?);
    command.args(["xtask/src/bench/routes.py", &ask.folder, ask.seconds, &cores, mode(ask)]).args(&ask.names);
    let told = output(&mut command)?;
    let found = |line: &str| {
        let mut words = line.split_whitespace();
        let name = words.next()?.to_owned();
        Some((name, (words.next()?.parse().ok()?, words.next()?.parse().ok()?)))
    };
    Ok(told.lines().filter_map(found).collect())
}

/// Per cent over the best known, where as many vehicles drive; distances of other numbers of vehicles are no measure.
fn gap(found: Found, best: Found) -> Option<f64> {
    (found.0 == best.0 && best.1 > 0.0).then(|| (found.1 / best.1 - 1.0) * 100.0)
}

fn row(line: &Line, ask: &Ask) -> Row {
    let shown = |found: Found| format!("{} vehicles {:.2}", found.0, found.1);
    let peer = line.peer.map_or("nothing".into(), shown);
    let name = format!("{}: {}, PyVRP {peer}", line.name, shown(line.ours));
    if !ask.fewer {
        let row = Row::plain(format!("{name}, only the distance counts"), line.ours.1, "");
        return line.peer.map(|peer| peer.1).into_iter().fold(row, Row::beside);
    }
    if line.best.0 == 0 {
        return Row::plain(format!("{name}, no best known at hand"), line.ours.1, "");
    }
    let name = format!("{name}, best known {}", shown(line.best));
    let Some(over) = gap(line.ours, line.best) else {
        return Row::plain(format!("{name}; more vehicles, no gap"), 0.0, "%");
    };
    let row = Row::plain(name, over, "%");
    line.peer.and_then(|peer| gap(peer, line.best)).into_iter().fold(row, Row::beside)
}

/// The mean gap, and how often more vehicles were needed than the best known.
fn fewer(lines: &[Line], ask: &Ask, report: &mut Report) {
    let known: Vec<&Line> = lines.iter().filter(|line| line.best.0 > 0).collect();
    let gaps = |of: &dyn Fn(&Line) -> Option<Found>| -> (usize, f64) {
        let all: Vec<f64> = known.iter().filter_map(|line| gap(of(line)?, line.best)).collect();
        (all.len(), all.iter().sum::<f64>() / all.len().max(1) as f64)
    };
    let (ours, peer) = (gaps(&|line| Some(line.ours)), gaps(&|line| line.peer));
    let name = format!(
        "mean gap to the best known, {} s each{}, over {} of {} instances with as many vehicles (PyVRP over {})",
        ask.seconds,
        if ask.beside { " on one core, both at the same time" } else { "" },
        ours.0,
        known.len(),
        peer.0
    );
    let row = Row::at_most(name, ours.1, "%", GAP);
    report.add(if peer.0 > 0 { row.beside(peer.1) } else { row });
    let more = known.len() - ours.0;
    report.add(Row::at_most("instances with more vehicles than the best known", more as f64, "", 0.0));
}

/// The sum of all distances beside PyVRP's.
fn shorter(lines: &[Line], ask: &Ask, report: &mut Report) {
    let both: Vec<(f64, f64)> = lines.iter().filter_map(|line| Some((line.ours.1, line.peer?.1))).collect();
    let (ours, peer): (f64, f64) = both.iter().fold((0.0, 0.0), |sum, pair| (sum.0 + pair.0, sum.1 + pair.1));
    let name = format!("sum of the distances of {} instances, {} s each (floor: PyVRP)", both.len(), ask.seconds);
    report.add(Row::plain(name, ours, "").beside(peer));
}

#[cfg(test)]
mod tests {
    use super::{gap, parsed};

    #[test]
    fn a_gap_is_told_only_where_as_many_vehicles_drive() {
        assert_eq!(gap((9, 102.0), (9, 100.0)).map(f64::round), Some(2.0));
        assert_eq!(gap((10, 90.0), (9, 100.0)), None);
        assert_eq!(gap((9, 90.0), (0, 0.0)), None);
    }

    #[test]
    fn a_line_is_read_or_refused() {
        let line = parsed("r104 9 1013.20 9 1007.31 270").map(|line| (line.name, line.ours, line.best));
        assert_eq!(line, Some(("r104".into(), (9, 1013.20), (9, 1007.31))));
        assert!(parsed("r104 9").is_none());
    }
}
