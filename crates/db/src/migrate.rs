//! Migrations: numbered files, one text for both engines, applied once and in order by refinery.

use crate::error::{Error, Result};
use refinery_core::{Migration, Runner};

macro_rules! migrations {
    ($($name:literal),* $(,)?) => {
        /// Name and text of each migration, oldest first. A released one is never edited: add another.
        pub const ALL: &[(&str, &str)] = &[$(($name, include_str!(concat!("../migrations/", $name, ".sql")))),*];
    };
}

migrations! {
    "V1__house",
    "V2__registry",
    "V3__transfer",
    "V4__care",
    "V5__contracts",
    "V6__ltci",
    "V7__indicators",
    "V8__key",
    "V9__views",
    "V10__visits",
    "V11__episodes",
    "V12__beds",
    "V13__referrals",
    "V14__chart",
    "V15__hospice",
    "V16__sickbeds",
    "V17__consultations",
    "V18__family",
    "V19__planner",
    "V20__watch",
    "V21__duties",
    "V22__catalogue",
    "V23__calls",
    "V24__huts",
}

/// The number of the newest migration.
#[must_use]
pub fn newest() -> i64 {
    ALL.len() as i64
}

pub(crate) fn sqlite(connection: &mut rusqlite::Connection) -> Result<()> {
    let known = "select count(*) from sqlite_master where name = 'refinery_schema_history'";
    let mut found = connection.query_row(known, [], |row| row.get::<_, i64>(0))?;
    if found > 0 {
        found =
            connection.query_row("select coalesce(max(version), 0) from refinery_schema_history", [], |r| r.get(0))?;
    }
    refuse_newer(found)?;
    runner(|sql| sql.to_owned())?.run(connection).map_err(explain)?;
    Ok(())
}

pub(crate) fn postgres(client: &mut postgres::Client) -> Result<()> {
    // Several servers may start at once; the lock goes with the session.
    client.batch_execute("select pg_advisory_lock(7946209)")?;
    let table = client.query_one("select to_regclass('refinery_schema_history') is not null", &[])?;
    if table.get::<_, bool>(0) {
        let row = client.query_one("select coalesce(max(version), 0)::bigint from refinery_schema_history", &[])?;
        refuse_newer(row.get(0))?;
    }
    runner(|sql| sql.replace(" blob", " bytea").replace(" without rowid", ""))?.run(client).map_err(explain)?;
    client.batch_execute("select pg_advisory_unlock(7946209)")?;
    Ok(())
}

fn refuse_newer(found: i64) -> Result<()> {
    let known = newest();
    if found > known { Err(Error::Newer { found, known }) } else { Ok(()) }
}

fn runner(dialect: impl Fn(&str) -> String) -> Result<Runner> {
    let all: Vec<Migration> = ALL
        .iter()
        .map(|(name, sql)| Migration::unapplied(name, &dialect(sql)))
        .collect::<std::result::Result<_, _>>()
        .map_err(explain)?;
    Ok(Runner::new(&all))
}

fn explain(e: refinery_core::Error) -> Error {
    Error::Engine(format!("建表或升级表结构失败：{e}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_run_without_a_gap() {
        for (i, (name, _)) in ALL.iter().enumerate() {
            assert!(name.starts_with(&format!("V{}__", i + 1)), "{name} stands at {}", i + 1);
        }
    }

    #[test]
    fn a_database_of_a_newer_version_is_refused() {
        let mut connection = rusqlite::Connection::open_in_memory().expect("opens");
        sqlite(&mut connection).expect("migrates");
        connection
            .execute(
                "insert into refinery_schema_history (version, name, applied_on, checksum) values (9999, 'x', '', '0')",
                [],
            )
            .expect("written");
        assert!(matches!(sqlite(&mut connection), Err(Error::Newer { found: 9999, .. })));
    }
}
