//! Watching over: how many measurements a second are stored before they are acknowledged, how soon an alarm is on the board, how
//! soon a year of somebody's blood pressure is open. Beside the same rows without us, and a Mosquitto whose subscriber does nothing.

use super::http::{Client, Times, click};
use super::policy::{figure, said};
use super::report::{Report, Row};
use super::serve::{PASSWORD, Served, milliseconds};
use super::{Bench, seconds, text};
use crate::project::{Project, output, succeed};
use crate::soak::place::{Running, at, free_port, look_away, until};
use crate::soak::raw::Raw;
use anyhow::{Context, Result, ensure};
use rusqlite::{Connection, OpenFlags, params};
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// Devices that are registered and worn.
pub(super) const DEVICES: usize = 100_000;
/// Of these so many publish, for so many seconds.
const SENDING: usize = 400;
const SECONDS: u64 = 20;
/// A measurement is stored within so many microseconds, on the average: 40 000 a second.
const STORED: f64 = 25.0;
/// Messages of one transaction of the intake.
const BATCH: usize = 4_096;
/// Calls for help while half of the load runs.
const CALLS: usize = 45;
/// The board, and what it is sent.
const BOARD: &str = "/emergencies/board";
const EVENTS: &str = "/emergencies/board/events";
/// People at the board.
const WATCHERS: usize = 200;

/// `cargo xtask bench watch`: these rows alone, on the terminal.
pub(super) fn alone(project: &Project, words: &[String]) -> Result<ExitCode> {
    let devices =
        words.first().map_or(Ok(DEVICES), |word| word.replace('_', "").parse()).context("how many devices?")?;
    succeed(project.cargo().args(["build", "--release", "-p", "yiyang", "-p", "floor"]))?;
    let target = project.target()?;
    let folder = target.join("bench-watch");
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::create_dir_all(&folder)?;
    let (program, floor) = (target.join("release/yiyang"), target.join("release/floor"));
    let report = Report::new(project)?;
    let mut bench = Bench { project, program, floor, folder, csv_elders: devices, xlsx_elders: 0, report };
    bench.watching(devices)?;
    println!("{}", bench.report.text());
    std::fs::remove_dir_all(&bench.folder)?;
    Ok(ExitCode::SUCCESS)
}

impl Bench<'_> {
    /// Everything that is measured on watching over.
    pub(super) fn watching(&mut self, devices: usize) -> Result<()> {
        let data = self.folder.join("watch");
        let credentials = self.county_with_devices(&data, devices)?;
        let user = self.administrator(&data)?;
        let door = at(free_port()?);
        let mut command = self.project.command(text(&self.program)?);
        command.args([
            "serve",
            "--data",
            text(&data)?,
            "--listen",
            "127.0.0.1:0",
            "--devices-listen",
            &door.to_string(),
        ]);
        let served = Served::start(&mut command)?;
        let rate = self.stored(door, &credentials, &data, devices)?;
        self.report.add(Row::at_most("server's resident memory after that", served.resident_megabytes()?, "MB", 500.0));
        self.brokered()?;
        let person = || {
            let mut person = Client::connect(served.address)?;
            person.log_in(&user, PASSWORD)?;
            Ok::<_, anyhow::Error>(person)
        };
        self.on_the_board(person()?, (door, &credentials, &data), rate / 2.0)?;
        let people: Result<Vec<Client>> = (0..WATCHERS).map(|_| person()).collect();
        self.watchers(people?)?;
        // An administrator keeps accounts; what was measured is for a doctor to see.
        let db = Connection::open(data.join("yiyang.db"))?;
        db.busy_timeout(Duration::from_secs(30))?;
        db.execute("update accounts set role = 'doctor' where login = ?1", [&user])?;
        self.year(&mut person()?, &data)
    }

    /// A county with so many devices, each worn by somebody; answers the file of their secrets.
    fn county_with_devices(&self, data: &Path, devices: usize) -> Result<std::path::PathBuf> {
        let rosters = self.folder.join("watched");
        // Some of the roster have died.
        let elders = (devices * 6 / 5).to_string();
        let generate =
            ["generate", "--elders", &elders, "--county", "320623", "--dirty", "0", "--format", "csv", "--out"];
        self.yiyang(&[&generate[..], &[text(&rosters)?]].concat())?;
        for (kind, file) in [("areas", "areas.csv"), ("institutions", "institutions.xlsx"), ("elders", "elders.csv")] {
            self.yiyang(&["import", "--data", text(data)?, "--kind", kind, text(&rosters.join(file))?])?;
        }
        let (out, count) = (self.folder.join("devices.csv"), devices.to_string());
        let register = ["register-devices", "--data", text(data)?, "--count", &count, "--kind", "wristband", "--out"];
        self.yiyang(&[&register[..], &[text(&out)?]].concat())?;
        Ok(out)
    }

    fn publish(&self, at: SocketAddr, credentials: &Path, (seconds, rate): (u64, f64)) -> Result<Command> {
        let mut command = self.project.command(text(&self.floor)?);
        let numbers = [SENDING.to_string(), seconds.to_string(), rate.to_string()];
        command.args(["publish", &at.to_string(), text(credentials)?]).args(numbers);
        Ok(command)
    }

    /// Measurements that are acknowledged a second, each stored; answers how many.
    fn stored(&mut self, door: SocketAddr, credentials: &Path, data: &Path, devices: usize) -> Result<f64> {
        // Once for nothing: rules and persons are loaded.
        output(&mut self.publish(door, credentials, (3, 0.0))?)?;
        let told = said(&output(&mut self.publish(door, credentials, (SECONDS, 0.0))?)?);
        let rate = figure(&told, "acknowledged")? / figure(&told, "seconds")?;
        let database = data.join("yiyang.db");
        let mut command = self.project.command(text(&self.floor)?);
        let copy = self.folder.join("floor.db");
        let bare = output(command.args(["measurements", text(&database)?, &BATCH.to_string(), text(&copy)?]))?;
        let rows: f64 = bare.split_whitespace().next().context("no rows")?.parse()?;
        let floor = seconds(&bare)? / rows;
        std::fs::remove_file(copy)?;
        let name = format!(
            "a measurement by QoS 1 of one of {devices} worn devices, stored and judged before it is acknowledged \
             ({rate:.0} a second, acknowledged within {:.0} ms, p99 {:.0} ms; floor: the same rows into the same table, {:.0} a second)",
            figure(&told, "p50")?,
            figure(&told, "p99")?,
            1.0 / floor
        );
        self.report.add(Row::at_most(name, 1e6 / rate, "µs", STORED).beside(floor * 1e6));
        Ok(rate)
    }

    /// The same load through a Mosquitto that keeps it in memory, to a subscriber that does nothing with it.
    fn brokered(&mut self) -> Result<()> {
        let port = free_port()?;
        let settings = self.folder.join("mosquitto.conf");
        let lines = ["allow_anonymous true", "max_queued_messages 0", "max_inflight_messages 0", "persistence false"];
        std::fs::write(&settings, format!("listener {port} 127.0.0.1\n{}\n", lines.join("\n")))?;
        let paths = format!("{}:/usr/sbin", std::env::var("PATH").unwrap_or_default());
        let mut command = self.project.command("mosquitto");
        command.args(["-c", text(&settings)?]).env("PATH", paths).stdout(Stdio::null()).stderr(Stdio::null());
        let mut broker = Running(command.spawn().context("mosquitto; on Debian: apt-get install mosquitto")?);
        until("mosquitto listens", || Ok(TcpStream::connect(at(port)).is_ok()), || broker.is_there())?;
        let mut command = self.project.command(text(&self.floor)?);
        command.args(["subscribe", &at(port).to_string(), "nothing", "nothing"]).stdout(Stdio::piped());
        let mut subscriber = command.spawn()?;
        let mut lines = BufReader::new(subscriber.stdout.take().context("no output")?).lines();
        ensure!(lines.next().context("nothing said")?? == "subscribed", "the subscriber does not listen");
        let credentials = self.folder.join("devices.csv");
        output(&mut self.publish(at(port), &credentials, (SECONDS / 2, 0.0))?)?;
        let told = lines.next().context("nothing counted")??;
        subscriber.wait()?;
        let rate = told.split_whitespace().next().context("no count")?.parse::<f64>()? / seconds(&told)?;
        let name = format!(
            "the same through Mosquitto to a subscriber that does nothing, nothing stored ({rate:.0} a second)"
        );
        self.report.add(Row::plain(name, 1e6 / rate, "µs"));
        broker.kill()
    }

    /// Under half of the load somebody calls for help: how soon the board that is open shows it.
    fn on_the_board(
        &mut self,
        person: Client,
        (door, credentials, data): (SocketAddr, &Path, &Path),
        rate: f64,
    ) -> Result<()> {
        let seen = pictures(person.follow(EVENTS)?);
        let callers = callers(credentials, data)?;
        let load = self.publish(door, credentials, (60, rate))?.stdout(Stdio::piped()).spawn()?;
        look_away(Duration::from_secs(3));
        let mut times = vec![];
        for (serial, secret, elder) in &callers {
            let mut device = Raw::connect(door, serial, secret)?.context("not let in")?;
            let start = Instant::now();
            device.publish(&format!("yiyang/{serial}/senml"), br#"[{"n":"sos","vb":true}]"#, false)?;
            times.push(found(&seen, elder)? - start);
            look_away(Duration::from_millis(300));
        }
        let load = load.wait_with_output()?;
        let told = said(&String::from_utf8_lossy(&load.stdout));
        let (reached, times) = (figure(&told, "acknowledged")? / figure(&told, "seconds")?, Times::new(times));
        let name = format!(
            "from a call for help to the open board, p99 of {} under half of that load ({reached:.0} a second; p50 {:.0} ms)",
            times.count(),
            milliseconds(times.at(50))
        );
        self.report.add(Row::at_most(name, milliseconds(times.at(99)), "ms", 1_000.0));
        Ok(())
    }

    /// The board opened anew by many, each of whom follows it as well.
    fn watchers(&mut self, people: Vec<Client>) -> Result<()> {
        let open: Result<Vec<TcpStream>> = people.iter().map(|person| person.follow(EVENTS)).collect();
        let times = click(people, &[BOARD.to_owned()], 5, Duration::from_secs(2))?;
        let median = milliseconds(times.at(50));
        let name = format!("{BOARD}, {WATCHERS} watchers who open it anew every two seconds, p99 (p50 {median:.1} ms)");
        self.report.add(Row::at_most(name, milliseconds(times.at(99)), "ms", 200.0));
        drop(open?);
        Ok(())
    }

    /// Two blood pressures a day for a year, as a picture.
    fn year(&mut self, person: &mut Client, data: &Path) -> Result<()> {
        let elder = a_year(&data.join("yiyang.db"))?;
        let path = format!("/vitals/{elder}?show=pressure&span=year");
        ensure!(person.get(&path)?.status == 200, "{path} does not open");
        let mut times = vec![];
        for _ in 0..40 {
            let start = Instant::now();
            person.page(&path)?;
            times.push(start.elapsed());
        }
        let times = Times::new(times);
        let name = format!("a year of somebody's blood pressure, p99 of 40 (p50 {:.1} ms)", milliseconds(times.at(50)));
        self.report.add(Row::at_most(name, milliseconds(times.at(99)), "ms", 50.0));
        Ok(())
    }
}

/// Reads the pictures of a board as they come.
fn pictures(stream: TcpStream) -> mpsc::Receiver<(Instant, String)> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            if sender.send((Instant::now(), line)).is_err() {
                break;
            }
        }
    });
    receiver
}

/// When an elder is first seen on the board.
fn found(seen: &mpsc::Receiver<(Instant, String)>, elder: &str) -> Result<Instant> {
    let start = Instant::now();
    loop {
        let (at, text) = seen.recv_timeout(Duration::from_secs(60)).context("the board is silent")?;
        if text.contains(elder) {
            return Ok(at);
        }
        ensure!(start.elapsed() < Duration::from_secs(60), "the call is not to be seen");
    }
}

/// Devices that do not send otherwise, with who wears them.
fn callers(credentials: &Path, data: &Path) -> Result<Vec<(String, String, String)>> {
    let db = Connection::open_with_flags(data.join("yiyang.db"), OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let rows = std::fs::read_to_string(credentials)?;
    let step = (rows.lines().count() / CALLS).max(1);
    let mut all = vec![];
    // The load takes every so manieth row from the first on; these stand just behind them.
    for row in rows.lines().skip(2).step_by(step).take(CALLS) {
        let mut cells = row.split(',').map(str::to_owned);
        let (serial, secret) = cells.next().zip(cells.next()).context("devices.csv")?;
        let sql = "select lower(hex(elder_id)) from devices where serial = ?1";
        let elder = db.query_row(sql, [&serial], |row| row.get(0))?;
        all.push((serial, secret, elder));
    }
    Ok(all)
}

/// Writes a year of blood pressures for somebody who wears a device, as they are after ageing; answers who.
fn a_year(database: &Path) -> Result<String> {
    const DAY: i64 = 86_400_000;
    let mut db = Connection::open(database)?;
    db.busy_timeout(Duration::from_secs(30))?;
    let sql = "select elder_id, id, lower(hex(elder_id)) from devices where elder_id is not null order by serial desc limit 1";
    let (elder, device, name): (Vec<u8>, Vec<u8>, String) =
        db.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let now: i64 = db.query_row("select max(received_at) from measurements", [], |row| row.get(0))?;
    // China's day begins eight hours before that of UTC.
    let today = (now + DAY / 3) / DAY * DAY - DAY / 3;
    let transaction = db.transaction()?;
    for day in 1..365 {
        for (kind, value) in [(1, 120 + day % 25), (2, 70 + day % 15)] {
            let from = today - day * DAY;
            for at in [from + DAY * 7 / 24, from + DAY * 19 / 24] {
                let raw = "insert or ignore into measurements values (?1, ?2, ?3, ?4, ?5, ?3)";
                if day <= 90 {
                    transaction.execute(raw, params![elder, kind, at, device, value])?;
                }
                let hour = "insert or ignore into measurement_summaries values (?1, ?2, 1, ?3, 1, ?4, ?4, ?4)";
                transaction.execute(hour, params![elder, kind, at, value])?;
            }
            let sum = "insert or ignore into measurement_summaries values (?1, ?2, 24, ?3, 2, ?4, ?4, 2 * ?4)";
            transaction.execute(sum, params![elder, kind, from, value])?;
        }
    }
    transaction.commit()?;
    Ok(name)
}

impl Client {
    /// Opens a stream of events on a connection of its own, as the browser does.
    pub(super) fn follow(&self, path: &str) -> Result<TcpStream> {
        let mut stream = TcpStream::connect(self.server())?;
        let head = self.head();
        stream.write_all(format!("GET {path} HTTP/1.1\r\n{head}Accept: text/event-stream\r\n\r\n").as_bytes())?;
        Ok(stream)
    }
}
