//! A throw-away PostgreSQL for tests: its own folder, its own port on loopback, nothing flushed to disk.
//!
//! A guard process holds one end of a pipe. When we end, in whatever way (also by ctrl-c or kill), the pipe closes and
//! the guard stops that one server by the number in its own `postmaster.pid` and removes the folder.

use crate::project::{exit_code, output, succeed};
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};

/// Stops the server when its standard input closes. `$1` is the folder, `$2` pg_ctl, the rest how to become its owner.
const GUARD: &str = r#"
trap '' INT TERM HUP
folder=$1 pg_ctl=$2
shift 2
cat >/dev/null
"$@" "$pg_ctl" -D "$folder/data" -m immediate -w stop >/dev/null 2>&1
rm -rf -- "$folder"
"#;

/// Settings of a server whose data nobody will miss.
const SETTINGS: &str = "fsync = off
synchronous_commit = off
full_page_writes = off
listen_addresses = '127.0.0.1'
max_connections = 300
shared_buffers = 128MB
max_wal_size = 1GB
log_min_messages = warning
";

/// A running server; dropping it stops it.
pub struct Server {
    guard: Child,
    port: u16,
}

impl Server {
    /// Makes a cluster and starts it.
    pub fn start() -> Result<Self> {
        let programs = programs()?;
        let owner = owner()?;
        let folder =
            PathBuf::from(output(become_owner(&owner, "mktemp").args(["-d", "/tmp/yiyang-pg-XXXXXX"]))?.trim());
        let guard = guard(&folder, &programs, &owner)?;
        let server = Self { guard, port: free_port()? };
        server.initialise(&folder, &programs, &owner)?;
        Ok(server)
    }

    /// The address that tests are given in `YIYANG_TEST_POSTGRES`.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    fn initialise(&self, folder: &Path, programs: &Path, owner: &[String]) -> Result<()> {
        let data = folder.join("data");
        let initdb = programs.join("initdb");
        let words = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "-D"];
        succeed(become_owner(owner, path(&initdb)?).args(words).arg(&data).stdout(Stdio::null()))?;
        let sockets = format!("unix_socket_directories = '{}'\nport = {}\n", path(folder)?, self.port);
        let settings = folder.join("settings.conf");
        std::fs::write(&settings, format!("{SETTINGS}{sockets}"))?;
        let append = format!("cat '{}' >> '{}/postgresql.conf'", path(&settings)?, path(&data)?);
        succeed(become_owner(owner, "sh").args(["-c", &append]))?;
        let log = folder.join("log");
        let mut start = become_owner(owner, path(&programs.join("pg_ctl"))?);
        start.arg("-D").arg(&data).arg("-l").arg(&log).args(["-w", "start"]).stdout(Stdio::null());
        succeed(&mut start).with_context(|| std::fs::read_to_string(&log).unwrap_or_default())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        if let Err(error) = self.guard.wait() {
            eprintln!("xtask: the PostgreSQL guard: {error}");
        }
    }
}

/// `cargo xtask pg -- COMMAND…`
pub fn run(words: &[String]) -> Result<ExitCode> {
    let words: Vec<&String> = words.iter().skip_while(|word| *word == "--").collect();
    let Some((program, rest)) = words.split_first() else { bail!("say what to run: cargo xtask pg -- COMMAND…") };
    let server = Server::start()?;
    let status = Command::new(program).args(rest).env("YIYANG_TEST_POSTGRES", server.url()).status()?;
    Ok(exit_code(status))
}

/// The folder of initdb and pg_ctl: Debian keeps them out of the PATH, one folder per version.
fn programs() -> Result<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .filter(|(_, folder)| folder.join("initdb").exists())
        .collect();
    found.sort();
    if let Some((_, folder)) = found.pop() {
        return Ok(folder);
    }
    let paths = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&paths)
        .find(|folder| folder.join("initdb").exists())
        .context("no PostgreSQL server programs here; on Debian: apt-get install postgresql")
}

/// PostgreSQL refuses to run as root: then it runs as the user that Debian's package made.
fn owner() -> Result<Vec<String>> {
    let user = output(Command::new("id").arg("-u"))?;
    let words: &[&str] = if user.trim() == "0" { &["runuser", "-u", "postgres", "--"] } else { &["env"] };
    Ok(words.iter().map(ToString::to_string).collect())
}

fn become_owner(owner: &[String], program: &str) -> Command {
    let mut command = Command::new(&owner[0]);
    // The owner may not be allowed to stand in our folder.
    command.args(&owner[1..]).arg(program).current_dir("/");
    command
}

fn guard(folder: &Path, programs: &Path, owner: &[String]) -> Result<Child> {
    let mut command = Command::new("sh");
    command.args(["-c", GUARD, "yiyang-pg-guard"]).arg(folder).arg(programs.join("pg_ctl")).args(owner);
    command.current_dir("/").stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    Ok(command.spawn()?)
}

fn free_port() -> Result<u16> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

fn path(path: &Path) -> Result<&str> {
    path.to_str().context("a path that is not UTF-8")
}
