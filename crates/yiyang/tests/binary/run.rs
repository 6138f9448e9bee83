//! Starting the program in a folder of its own.

use rusqlite::Connection;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A folder that goes with the test.
pub struct Folder(pub PathBuf);

impl Folder {
    /// An empty folder; the name tells tests apart.
    pub fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("yiyang-binary-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).expect("folder");
        Self(path)
    }

    /// A path in it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// A file in it.
    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        std::fs::write(self.path(name), bytes).expect("file");
        self.path(name)
    }

    /// The program with arguments, its data in this folder's `data`.
    pub fn program(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_yiyang"));
        command.args(arguments).env("YIYANG_DATA", self.path("data")).env_remove("YIYANG_KEY").env_remove("YIYANG_DB");
        command.env_remove("YIYANG_POLICIES").current_dir(&self.0).stdin(Stdio::null());
        command
    }

    /// Runs it to its end.
    pub fn run(&self, arguments: &[&str]) -> Said {
        Said::of(self.program(arguments).output().expect("runs"))
    }

    /// The store, looked at from outside.
    pub fn store(&self) -> Connection {
        Connection::open(self.path("data/yiyang.db")).expect("store")
    }

    /// The rosters of a small synthetic county, areas and institutions imported already.
    pub fn county(&self, elders: usize, format: &str) {
        let number = elders.to_string();
        let generate = [
            "generate",
            "--county",
            "320623",
            "--elders",
            &number,
            "--out",
            "rosters",
            "--format",
            format,
            "--today",
            "2026-11-02",
            "--dirty",
            "0",
        ];
        self.run(&generate).fine();
        for (kind, file) in [("areas", "rosters/areas.csv"), ("institutions", "rosters/institutions.xlsx")] {
            self.run(&["import", "--kind", kind, file]).fine();
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// What the program said, and how it ended.
#[derive(Debug)]
pub struct Said {
    /// Whether it says that all went well.
    pub fine: bool,
    /// Both streams.
    pub text: String,
}

impl Said {
    /// What a finished run said.
    pub fn of(output: Output) -> Self {
        let text = [output.stdout, output.stderr].concat();
        Self { fine: output.status.success(), text: String::from_utf8_lossy(&text).into_owned() }
    }

    /// Fails unless it went well; answers what it said.
    pub fn fine(self) -> String {
        assert!(self.fine, "{}", self.text);
        self.text
    }

    /// Fails unless it ended with an error that says all of this, in Chinese and without the innards of the program.
    pub fn refuses(self, words: &[&str]) {
        assert!(!self.fine, "went well: {}", self.text);
        assert!(self.text.contains("错误："), "{}", self.text);
        for innards in ["panicked", "RUST_BACKTRACE", "Os {", "Error("] {
            assert!(!self.text.contains(innards), "{}", self.text);
        }
        for word in words {
            assert!(self.text.contains(word), "“{word}” is not in: {}", self.text);
        }
    }
}

/// All rows that a query answers, as text.
pub fn rows(store: &Connection, sql: &str) -> Vec<String> {
    let mut statement = store.prepare(sql).unwrap_or_else(|e| panic!("{sql}: {e}"));
    let columns = statement.column_count();
    let read = |row: &rusqlite::Row<'_>| {
        let cells: rusqlite::Result<Vec<String>> =
            (0..columns).map(|i| row.get_ref(i).map(|v| format!("{v:?}"))).collect();
        cells.map(|cells| cells.join("|"))
    };
    statement.query_map([], read).expect("query").collect::<Result<_, _>>().expect("rows")
}

/// One number that a query answers; 0 while there is nothing to ask.
pub fn number(store: &Connection, sql: &str) -> i64 {
    store.query_row(sql, [], |row| row.get(0)).unwrap_or_default()
}

/// Copies a folder with what is in it.
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("folder");
    for entry in std::fs::read_dir(from).expect("folder") {
        let entry = entry.expect("entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("copied");
        }
    }
}
