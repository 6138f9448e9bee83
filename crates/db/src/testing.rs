//! Throw-away stores for tests, on both engines. PostgreSQL is the server named by `YIYANG_TEST_POSTGRES`
//! (`cargo xtask test` and `cargo xtask pg` start one).

use crate::engine::{Db, EngineKind};
use crate::vault::Vault;
use kernel::chance::Seeded;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// A store of its own for one test; gone when dropped.
pub struct TestDb {
    db: Db,
    url: String,
    folder: Option<PathBuf>,
    schema: Option<(String, String)>,
}

impl std::ops::Deref for TestDb {
    type Target = Db;
    fn deref(&self) -> &Db {
        &self.db
    }
}

static NEXT: AtomicU32 = AtomicU32::new(0);

impl TestDb {
    /// An empty, migrated store on the engine.
    ///
    /// # Panics
    /// When it cannot be made; for PostgreSQL, when no server was named.
    #[must_use]
    pub fn new(kind: EngineKind) -> Self {
        let name = format!("t{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        match kind {
            EngineKind::Sqlite => Self::sqlite(&name),
            EngineKind::Postgres => Self::postgres(&name),
        }
    }

    fn sqlite(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("yiyang-{name}"));
        std::fs::create_dir_all(&folder).expect("temporary folder");
        let url = folder.join("test.db").display().to_string();
        Self { db: open(&url), url, folder: Some(folder), schema: None }
    }

    fn postgres(name: &str) -> Self {
        let server = std::env::var("YIYANG_TEST_POSTGRES")
            .expect("YIYANG_TEST_POSTGRES names a server: run `cargo xtask pg -- cargo test`");
        let mut client = postgres::Client::connect(&server, postgres::NoTls).expect("test server answers");
        client.batch_execute(&format!("create schema {name}")).expect("schema");
        let sep = if server.contains('?') { '&' } else { '?' };
        let url = format!("{server}{sep}options=-csearch_path%3D{name}");
        Self { db: open(&url), url, folder: None, schema: Some((server, name.to_owned())) }
    }

    /// The address that [`Db::open`] took, to open the same store once more.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }
}

fn open(url: &str) -> Db {
    Db::open(url, Vault::new(&[7; 32]), Arc::new(Seeded::new(7))).expect("store opens")
}

impl Drop for TestDb {
    fn drop(&mut self) {
        if let Some(folder) = &self.folder {
            let _ = std::fs::remove_dir_all(folder);
        }
        if let Some((server, name)) = &self.schema
            && let Ok(mut client) = postgres::Client::connect(server, postgres::NoTls)
        {
            let _ = client.batch_execute(&format!("drop schema {name} cascade"));
        }
    }
}

/// Writes each test twice: `name::sqlite` and `name::postgres`.
#[macro_export]
macro_rules! on_both {
    ($($(#[$meta:meta])* fn $name:ident($db:ident: TestDb) $body:block)*) => {$(
        $(#[$meta])*
        mod $name {
            #[allow(unused_imports)]
            use super::*;
            fn run($db: $crate::testing::TestDb) $body
            #[test]
            fn sqlite() { run($crate::testing::TestDb::new($crate::EngineKind::Sqlite)) }
            #[test]
            fn postgres() { run($crate::testing::TestDb::new($crate::EngineKind::Postgres)) }
        }
    )*};
}
