//! The served program: how soon it is there, how fast its pages are, how much memory it takes.

use super::http::{Client, Times, click, encode};
use super::report::Row;
use super::{Bench, seconds, text};
use crate::project::output;
use anyhow::{Context, Result};
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

pub(super) const PASSWORD: &str = "Kuai-kuai-3-zhi";
/// People who click at once.
const CROWD: usize = 50;
/// Pages that each of them opens.
const ROUNDS: usize = 40;
/// How long somebody in a hurry looks at a page.
const LOOK: Duration = Duration::from_millis(500);
/// Searches that one person makes.
const SEARCHES: usize = 600;

/// A child that ends with us.
pub(super) struct Served {
    child: Child,
    pub(super) address: SocketAddr,
    took: Duration,
}

impl Served {
    /// Starts a command that prints its address when it listens.
    pub(super) fn start(command: &mut Command) -> Result<Self> {
        let start = Instant::now();
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let lines = BufReader::new(child.stdout.take().context("no output")?).lines();
        let found = lines.map_while(Result::ok).find_map(|line| {
            let (_, rest) = line.split_once("http://")?;
            rest.trim().parse().ok()
        });
        Ok(Self { took: start.elapsed(), address: found.context("it printed no address")?, child })
    }

    pub(super) fn resident_megabytes(&self) -> Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find(|line| line.starts_with("VmRSS")).context("no VmRSS")?;
        let kilobytes: f64 = line.split_whitespace().nth(1).context("no figure")?.parse()?;
        Ok(kilobytes / 1e3)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        if let Err(error) = self.child.kill().and_then(|()| self.child.wait().map(drop)) {
            eprintln!("xtask: {error}");
        }
    }
}

impl Bench<'_> {
    /// Everything that is measured on the running program.
    pub(super) fn served(&mut self) -> Result<()> {
        let data = self.folder.join("data");
        let user = self.administrator(&data)?;
        let listen = ["--listen", "127.0.0.1:0"];
        let mut command = self.project.command(text(&self.program)?);
        let served = Served::start(command.args(["serve", "--data", text(&data)?]).args(listen))?;
        let listening = Instant::now();
        let floor = Served::start(self.project.command(text(&self.floor)?).arg("page"))?;
        let (took, bare) = (served.took.as_secs_f64(), floor.took.as_secs_f64());
        self.report.add(Row::at_most("start to listening", took, "s", 1.0).beside(bare));
        let mut person = Client::connect(served.address)?;
        person.log_in(&user, PASSWORD)?;
        self.copied(&mut person, listening)?;
        let elders = self.search(&mut person, &floor)?;
        self.indicators(&mut person, &floor)?;
        self.bed_picture(&mut person, &served, &floor)?;
        self.crowd(&served, &user, elders, &floor)?;
        let (whole, bare) = (served.resident_megabytes()?, floor.resident_megabytes()?);
        self.report.add(Row::at_most("resident memory after all this", whole, "MB", 300.0).beside(bare));
        Ok(())
    }

    /// An administrator with a password of our own: the first log-in asks for a new one.
    pub(super) fn administrator(&self, data: &Path) -> Result<String> {
        let login = "bench";
        let mut command = self.project.command(text(&self.program)?);
        let said = output(command.args(["admin", "--data", text(data)?, "--login", login]))?;
        let given =
            said.split("初始密码是").nth(1).and_then(|rest| rest.split('（').next()).context("no password")?.trim();
        let mut command = self.project.command(text(&self.program)?);
        let served = Served::start(command.args(["serve", "--data", text(data)?, "--listen", "127.0.0.1:0"]))?;
        let mut client = Client::connect(served.address)?;
        client.log_in(login, given)?;
        client.submit("/account", "/account", &[("old", given), ("new", PASSWORD), ("again", PASSWORD)])?;
        Ok(login.to_owned())
    }

    /// The first search waits for the column copy, which is built from the moment that the program listens.
    fn copied(&mut self, person: &mut Client, listening: Instant) -> Result<()> {
        person.page(&format!("/elders?q={}", encode("王")))?;
        let took = listening.elapsed().as_secs_f64();
        let database = self.folder.join("data/yiyang.db");
        let mut read = self.project.command(text(&self.floor)?);
        let floor = seconds(&output(read.args(["read", text(&database)?, "elders", "elder_facts"]))?)?;
        let name = "listening to the first search answered: the column copy is built";
        self.report.add(Row::at_most(name, took, "s", 5.0).beside(floor));
        Ok(())
    }

    /// Searches as clerks do; gives pages of elders found.
    fn search(&mut self, person: &mut Client, floor: &Served) -> Result<Vec<String>> {
        let words = self.words()?;
        let mut times = Vec::new();
        let mut found = Vec::new();
        for word in words.iter().cycle().take(SEARCHES) {
            let start = Instant::now();
            let page = person.page(&format!("/elders?q={}", encode(word)))?;
            times.push(start.elapsed());
            found.extend(elder_pages(&page).into_iter().take(2));
        }
        let times = Times::new(times);
        let name = format!("search, p99 of {} (p50 {:.1} ms)", times.count(), milliseconds(times.at(50)));
        let floor = milliseconds(alone(floor, SEARCHES)?.at(99));
        self.report.add(Row::at_most(name, milliseconds(times.at(99)), "ms", 20.0).beside(floor));
        found.sort();
        found.dedup();
        Ok(found)
    }

    /// Whole names, parts of names, tails of numbers, from all over the roster.
    fn words(&self) -> Result<Vec<String>> {
        let file = BufReader::new(std::fs::File::open(self.folder.join("csv/elders.csv"))?);
        let step = (self.csv_elders / 100).max(1);
        let mut words = Vec::new();
        for (n, line) in file.lines().skip(1).step_by(step).enumerate() {
            let line = line?;
            let (name, number) = line.split_once(',').context("a row without cells")?;
            let number = number.split(',').next().unwrap_or_default();
            words.push(match n % 4 {
                0 => name.to_owned(),
                1 => name.chars().take(2).collect(),
                2 => number.chars().skip(12).collect(),
                _ => name.chars().skip(1).collect(),
            });
        }
        Ok(words)
    }

    fn indicators(&mut self, person: &mut Client, floor: &Served) -> Result<()> {
        person.page("/indicators")?;
        let mut times = Vec::new();
        for _ in 0..20 {
            let start = Instant::now();
            person.page("/indicators")?;
            times.push(start.elapsed());
        }
        let name = "all indicators, as their page (median of 20)";
        let floor = alone(floor, times.len())?.at(50).as_secs_f64();
        self.report.add(Row::at_most(name, Times::new(times).at(50).as_secs_f64(), "s", 0.1).beside(floor));
        Ok(())
    }

    fn crowd(&mut self, served: &Served, user: &str, elders: Vec<String>, floor: &Served) -> Result<()> {
        let lists = (0..elders.len().max(1)).map(|_| "/".to_owned());
        let pages: Vec<String> = elders.iter().cloned().zip(lists).flat_map(|(elder, list)| [elder, list]).collect();
        for (who, pause) in [("in a hurry", LOOK), ("who never pause", Duration::ZERO)] {
            let bare: Result<Vec<Client>> = (0..CROWD).map(|_| Client::connect(floor.address)).collect();
            let bare = click(bare?, &["/".to_owned()], ROUNDS, pause)?;
            let mut people = Vec::new();
            for _ in 0..CROWD {
                let mut person = Client::connect(served.address)?;
                person.log_in(user, PASSWORD)?;
                people.push(person);
            }
            let times = click(people, &pages, ROUNDS, pause)?;
            let median = milliseconds(times.at(50));
            let name = format!("work list and elder page, {CROWD} people {who}, p99 (p50 {median:.1} ms)");
            let floor = milliseconds(bare.at(99));
            self.report.add(Row::at_most(name, milliseconds(times.at(99)), "ms", 50.0).beside(floor));
        }
        Ok(())
    }
}

/// One person on the bare page.
pub(super) fn alone(floor: &Served, rounds: usize) -> Result<Times> {
    click(vec![Client::connect(floor.address)?], &["/".to_owned()], rounds, Duration::ZERO)
}

pub(super) fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// Addresses of elders on a page of results.
fn elder_pages(page: &str) -> Vec<String> {
    let links = page.split("href=\"/elders/").skip(1).filter_map(|rest| rest.split('"').next());
    let ids = links.filter(|id| id.len() >= 32 && id.chars().all(|c| c.is_ascii_hexdigit() || c == '-'));
    ids.map(|id| format!("/elders/{id}")).collect()
}

#[cfg(test)]
mod tests {
    use super::elder_pages;

    #[test]
    fn links_to_elders_are_found() {
        let id = "01a1190654be7c9b83e92d05b5802196";
        let page = format!("<a href=\"/elders/new\">x</a><a href=\"/elders/{id}\">y</a><a href=\"/elders?q=1\">z</a>");
        assert_eq!(elder_pages(&page), [format!("/elders/{id}")]);
    }
}
