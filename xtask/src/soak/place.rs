//! A folder with an installation in it, its server, and devices that send to it.

use anyhow::{Context, Result, bail, ensure};
use std::fs::File;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Devices of most parts.
pub const FEW: usize = 120;
/// A thing that does not happen in this time will not happen.
const PATIENCE: Duration = Duration::from_secs(300);
/// The acknowledged measurements of a file in a line take about so many bytes.
pub const LINE: u64 = 60;

/// The folder.
pub struct Place {
    folder: PathBuf,
    program: PathBuf,
}

impl Place {
    /// An empty folder for a part.
    pub fn new(name: &str, program: &Path) -> Result<Self> {
        let folder = std::env::temp_dir().join(format!("yiyang-soak-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        Ok(Self { folder, program: program.to_owned() })
    }

    /// A path in it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The database.
    pub fn database(&self) -> PathBuf {
        self.path("data/yiyang.db")
    }

    /// The program on this folder's data.
    pub fn yiyang(&self, words: &[&str]) -> Command {
        let mut command = open_files(&self.program);
        command.args(words).env("YIYANG_DATA", self.path("data")).env_remove("YIYANG_KEY").env_remove("YIYANG_DB");
        command.env_remove("YIYANG_POLICIES").current_dir(&self.folder).stdin(Stdio::null());
        command
    }

    fn done(&self, words: &[&str]) -> Result<()> {
        let output = self.yiyang(words).output()?;
        ensure!(output.status.success(), "yiyang {}: {}", words.join(" "), String::from_utf8_lossy(&output.stderr));
        Ok(())
    }

    /// A synthetic county with so many devices on as many elders; their credentials stand in `devices.csv`. It is made once and
    /// copied for the parts after that.
    pub fn prepare(&self, devices: usize) -> Result<()> {
        let made = county(devices);
        if !made.exists() {
            let new = Self::new(&format!("county-{devices}-new"), &self.program)?;
            new.make(devices)?;
            std::fs::rename(new.folder, &made)?;
        }
        copy(&made, &self.folder)
    }

    fn make(&self, devices: usize) -> Result<()> {
        // Some rows of the roster are people who have died.
        let elders = (devices * 5 / 4 + 50).to_string();
        let generate = ["generate", "--county", "320623", "--elders", &elders, "--out", "rosters"];
        self.done(&[&generate[..], &["--format", "csv", "--dirty", "0"]].concat())?;
        for (kind, file) in [("areas", "areas.csv"), ("institutions", "institutions.xlsx"), ("elders", "elders.csv")] {
            self.done(&["import", "--kind", kind, &format!("rosters/{file}")])?;
        }
        self.done(&["register-devices", "--count", &devices.to_string(), "--out", "devices.csv"])
    }

    /// The credentials in several files, as evenly as it goes.
    pub fn shares(&self, of: usize) -> Result<Vec<PathBuf>> {
        let text = std::fs::read_to_string(self.path("devices.csv"))?;
        let (head, rows) = text.split_once('\n').context("no devices")?;
        let rows: Vec<&str> = rows.lines().collect();
        let share = |n: usize| {
            let path = self.path(&format!("devices-{n}.csv"));
            let own: Vec<&str> = rows.iter().skip(n).step_by(of).copied().collect();
            std::fs::write(&path, format!("{head}\n{}\n", own.join("\n")))?;
            Ok(path)
        };
        (0..of).map(share).collect()
    }

    /// Starts the server; it is there when its doors are open.
    pub fn serve(&self, more: &[&str]) -> Result<Server> {
        let (pages, devices) = (free_port()?, free_port()?);
        self.serve_at(pages, devices, more)
    }

    /// The same at certain ports: devices come back to where they were.
    pub fn serve_at(&self, pages: u16, devices: u16, more: &[&str]) -> Result<Server> {
        let (listen, door) = (format!("127.0.0.1:{pages}"), format!("127.0.0.1:{devices}"));
        let mut command = self.yiyang(&["serve", "--listen", &listen, "--devices-listen", &door]);
        let log = File::options().create(true).append(true).open(self.path("server.log"))?;
        command.args(more).env("RUST_BACKTRACE", "1").stdout(log.try_clone()?).stderr(log);
        let mut server = Server { running: Running(command.spawn()?), pages, devices };
        let door = server.door();
        until("the server opens its door", || Ok(TcpStream::connect(door).is_ok()), || server.running.is_there())?;
        server.running.is_there()?;
        Ok(server)
    }

    /// Starts devices that send at an address, with what is acknowledged in a file.
    pub fn send(&self, at: SocketAddr, credentials: &Path, acknowledged: &Path, more: &[&str]) -> Result<Running> {
        let (at, credentials, acknowledged) = (at.to_string(), text(credentials)?, text(acknowledged)?);
        let words = ["devices", "--broker", &at, "--credentials", credentials, "--acknowledged", acknowledged];
        let log = File::options().create(true).append(true).open(self.path("devices.log"))?;
        let mut command = self.yiyang(&words);
        Ok(Running(command.args(more).stdout(log.try_clone()?).stderr(log).spawn()?))
    }

    /// What stands last in the logs.
    pub fn last_words(&self) -> String {
        let tail = |name: &str| {
            let text = std::fs::read_to_string(self.path(name)).unwrap_or_default();
            let lines: Vec<&str> = text.lines().collect();
            format!("{name}:\n{}\n", lines[lines.len().saturating_sub(15)..].join("\n"))
        };
        ["server.log", "devices.log"].map(tail).concat()
    }

    /// The folder, for whoever looks for what went wrong.
    pub fn keep(&self) -> String {
        self.folder.display().to_string()
    }

    /// Removes it.
    pub fn throw_away(&self) -> Result<()> {
        Ok(std::fs::remove_dir_all(&self.folder)?)
    }
}

fn county(devices: usize) -> PathBuf {
    std::env::temp_dir().join(format!("yiyang-soak-{}-county-{devices}", std::process::id()))
}

/// Removes a county that was copied.
pub fn forget(devices: usize) -> Result<()> {
    let made = county(devices);
    if made.exists() {
        std::fs::remove_dir_all(made)?;
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// A process that ends with us.
pub struct Running(pub Child);

impl Running {
    /// Ends it at once, as a power cut does.
    pub fn kill(&mut self) -> Result<()> {
        self.0.kill()?;
        self.0.wait()?;
        Ok(())
    }

    /// Asks it to stop and waits for its end.
    pub fn stop(&mut self) -> Result<()> {
        crate::project::succeed(Command::new("sh").args(["-c", "kill -TERM \"$0\"", &self.0.id().to_string()]))?;
        self.finish()
    }

    /// Waits until it has ended well.
    pub fn finish(&mut self) -> Result<()> {
        let mut ended = None;
        let over = |child: &mut Child, ended: &mut Option<std::process::ExitStatus>| {
            *ended = child.try_wait()?;
            Ok(ended.is_some())
        };
        until("a process ends", || over(&mut self.0, &mut ended), || Ok(()))?;
        let status = ended.context("it did not end")?;
        ensure!(status.success(), "a process ended with {status}");
        Ok(())
    }

    /// An error when it has ended.
    pub fn is_there(&mut self) -> Result<()> {
        match self.0.try_wait()? {
            None => Ok(()),
            Some(status) => bail!("a process has ended too early: {status}"),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if matches!(self.0.try_wait(), Ok(None)) && self.kill().is_err() {
            eprintln!("xtask: process {} could not be ended", self.0.id());
        }
    }
}

/// A server.
pub struct Server {
    /// Its process.
    pub running: Running,
    /// Port of its pages.
    pub pages: u16,
    /// Port of its door for devices.
    pub devices: u16,
}

impl Server {
    /// Where devices come in.
    pub fn door(&self) -> SocketAddr {
        at(self.devices)
    }
}

/// A port on loopback.
pub fn at(port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], port))
}

/// A port that is free now.
pub fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(at(0))?.local_addr()?.port())
}

/// A short look away; what is waited for is asked for again and again.
#[expect(clippy::disallowed_methods, reason = "between two looks at the thing that is waited for")]
pub fn look_away(time: Duration) {
    std::thread::sleep(time);
}

/// Waits until something is so; `alive` says whether it still can be.
pub fn until(what: &str, mut so: impl FnMut() -> Result<bool>, mut alive: impl FnMut() -> Result<()>) -> Result<()> {
    let start = Instant::now();
    while !so()? {
        alive().with_context(|| what.to_owned())?;
        ensure!(start.elapsed() < PATIENCE, "{what}: not within {} s", PATIENCE.as_secs());
        look_away(Duration::from_millis(10));
    }
    Ok(())
}

/// How long a file is; nothing while it is not there.
pub fn length(file: &Path) -> u64 {
    std::fs::metadata(file).map_or(0, |meta| meta.len())
}

/// A path as text.
pub fn text(path: &Path) -> Result<&str> {
    path.to_str().context("a path that is not UTF-8")
}

/// A program that may open as many files as the system lets it: a connection is one.
fn open_files(program: &Path) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -n \"$(ulimit -Hn)\" 2>/dev/null; exec \"$0\" \"$@\""]).arg(program);
    command
}
