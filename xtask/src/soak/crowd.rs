//! All devices come at once, as after a power cut in the county; and once more when the server was killed.

use super::Options;
use super::count;
use super::place::{Place, look_away, until};
use crate::project::output;
use anyhow::{Context, Result};
use std::process::Command;
use std::time::{Duration, Instant};

/// Files that a process needs beside its connections.
const OTHERS: usize = 500;

/// Starts them, kills the server, starts it again; answers how soon all are in.
pub fn run(place: &Place, options: &Options) -> Result<String> {
    let most = open_files()?.saturating_sub(OTHERS);
    let count = options.crowd.min(most);
    let limited = if count < options.crowd {
        format!(" (of {}: no more files may be open)", options.crowd)
    } else {
        String::new()
    };
    place.prepare(count)?;
    let mut server = place.serve(&[])?;
    let (pages, door) = (server.pages, server.devices);
    let file = place.path("acknowledged");
    let more = ["--hours", "12", "--speed", "60", "--patience", "300"];
    // A few have an empty battery for all of the time.
    let enough = count - count / 20;
    let start = Instant::now();
    let mut sender = place.send(server.door(), &place.path("devices.csv"), &file, &more)?;
    until("all devices are in", || Ok(connected(door)? >= enough), || sender.is_there())?;
    let first = start.elapsed();
    let memory = resident(server.running.0.id())?;
    server.running.kill()?;
    // Devices find out in their own time; the new server is there at once.
    server = place.serve_at(pages, door, &[])?;
    let start = Instant::now();
    until("all devices are in again", || Ok(connected(door)? >= enough), || sender.is_there())?;
    let second = start.elapsed();
    look_away(Duration::from_secs(2));
    sender.stop()?;
    let memory = memory.max(resident(server.running.0.id())?);
    server.running.kill()?;
    let found = count::all(&place.database(), &[&file])?;
    Ok(format!(
        "{count} devices{limited}, all but those with an empty battery in after {:.1} s, after a kill in again after {:.1} s, server {memory:.0} MB; {found}",
        first.as_secs_f64(),
        second.as_secs_f64()
    ))
}

fn open_files() -> Result<usize> {
    let said = output(Command::new("sh").args(["-c", "ulimit -Hn"]))?;
    Ok(said.trim().parse().unwrap_or(usize::MAX))
}

/// Connections that a port has, as the system counts them.
fn connected(port: u16) -> Result<usize> {
    let table = std::fs::read_to_string("/proc/net/tcp")?;
    let own = format!(":{port:04X}");
    let established = |line: &&str| {
        let cells: Vec<&str> = line.split_whitespace().collect();
        cells.get(1).is_some_and(|local| local.ends_with(&own)) && cells.get(3) == Some(&"01")
    };
    Ok(table.lines().filter(established).count())
}

/// Megabytes that a process has in memory.
pub fn resident(process: u32) -> Result<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find(|line| line.starts_with("VmRSS")).context("no VmRSS")?;
    let kilobytes: f64 = line.split_whitespace().nth(1).context("no figure")?.parse()?;
    Ok(kilobytes / 1e3)
}
