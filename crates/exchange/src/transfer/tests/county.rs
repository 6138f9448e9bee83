//! A made-up county with its lists, for the tests beside.

use crate::transfer::jobs::{Incoming, Report, import_file};
use crate::transfer::kinds::Kind;
use db::testing::TestDb;
use db::{Actor, Scope};
use kernel::{Area, Clock, Instant};
use registry::areas::{AreaKind, NewArea};
use rust_xlsxwriter::Workbook;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// Headings of the shortest roster of elders.
pub const SHORT: &[&str] = &["姓名", "身份证号", "区划代码", "联系电话"];
/// A village of the county.
pub const VILLAGE: &str = "320623901001";

/// Stands still at nine in the morning of 2 November 2026.
pub struct Noon;

impl Clock for Noon {
    fn now(&self) -> Instant {
        kernel::time::parse_local("2026-11-02 09:00").expect("instant")
    }
}

/// A folder of its own, gone when dropped.
pub struct Folder(PathBuf);

static NEXT: AtomicU32 = AtomicU32::new(0);

impl Folder {
    pub fn new() -> Self {
        let name = format!("yiyang-transfer-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).expect("folder");
        Self(path)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        std::fs::write(self.path(name), bytes).expect("written");
        self.path(name)
    }

    pub fn csv(&self, name: &str, rows: &[Vec<String>]) -> PathBuf {
        let lines: Vec<String> = rows.iter().map(|cells| cells.join(",")).collect();
        self.write(name, lines.join("\r\n"))
    }

    pub fn xlsx(&self, name: &str, fill: impl FnOnce(&mut Workbook)) -> PathBuf {
        let mut book = Workbook::new();
        fill(&mut book);
        book.save(self.path(name)).expect("saved");
        self.path(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The identity number of the n-th made-up person.
pub fn citizen(n: u32) -> String {
    let body = format!("3206231945{:02}{:02}{:03}", 1 + n / 28 % 12, 1 + n % 28, n / 336);
    format!("{body}{}", kernel::citizen::check_digit(body.as_bytes()) as char)
}

/// A valid credit code.
pub fn credit(body: &str) -> String {
    format!("{body}{}", kernel::credit::check_character(body.as_bytes()) as char)
}

pub fn by() -> Actor {
    Actor::system(Noon.now())
}

/// Somebody who sees one area.
pub fn clerk(area: &str) -> Actor {
    Actor { scope: Scope { area: Area::parse(area).expect("area"), institution: None }, name: "经办".into(), ..by() }
}

/// Province, city, two counties, and a village of one of them.
pub fn found(db: &TestDb) {
    let areas = [
        ("32", "江苏省", AreaKind::Province),
        ("3206", "南通市", AreaKind::City),
        ("320623", "如东县", AreaKind::County),
        ("320681", "启东市", AreaKind::County),
        ("320623901", "安和街道", AreaKind::Street),
        (VILLAGE, "示例社区", AreaKind::Community),
    ];
    db.write(|tx| {
        for (code, name, kind) in areas {
            let code = Area::parse(code).expect("area");
            let new = NewArea { code, name: name.into(), kind, parent: None, lon: None, lat: None };
            registry::areas::store::save(tx, &by(), &new)?;
        }
        Ok::<_, registry::saved::Refused>(())
    })
    .expect("areas");
}

/// Rows of the short roster, with its headings: so many people, each with a telephone.
pub fn roster(count: u32) -> Vec<Vec<String>> {
    let mut rows = vec![SHORT.iter().map(|h| (*h).to_owned()).collect()];
    rows.extend((0..count).map(|n| person(n, "王建国")));
    rows
}

/// A row of the short roster.
pub fn person(n: u32, name: &str) -> Vec<String> {
    vec![name.into(), citizen(n), VILLAGE.into(), format!("1540000{n:04}")]
}

/// Imports as the command line does.
pub fn import(db: &TestDb, by: &Actor, kind: Kind, path: &Path) -> Result<Report, String> {
    import_file(db, &Noon, by, Incoming::new(kind, path), &|_, _| {})
}

/// Imports elders and answers created, changed, unchanged, refused.
pub fn elders(db: &TestDb, path: &Path) -> [i64; 4] {
    let counts = import(db, &by(), Kind::Elders, path).expect("imported").counts;
    [counts.created, counts.changed, counts.unchanged, counts.refused]
}

pub fn count(db: &TestDb, table: &str) -> i64 {
    db.read(|tx| tx.count(&format!("select count(*) from {table}"), &[])).expect("counted")
}
