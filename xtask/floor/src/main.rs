//! What the benchmark measures itself against: the same work with nothing of ours around it.
//!
//! `floor insert FILE.csv DB` writes the rows of a csv file into a bare SQLite table in one transaction;
//! `floor copy FROM.db TABLE TO.db` writes the rows of a table into a bare table of another file;
//! `floor read DB TABLE…` reads every value of every row of tables;
//! `floor page` serves one small page and prints its address; `floor rule FILE.csv THREADS` works a rule out for many people
//! by a loop written for it alone. `cargo xtask bench` runs them all.
//! The first three print how many rows and how many seconds.
//! `floor publish …`, `floor subscribe …` and `floor measurements …` are devices, a subscriber and the rows of watching over, see
//! [`watch`]. `floor multiply DB TIMES` is no floor: it makes a settled county as large as a province, see [`multiply`].

mod rule;
mod watch;

use anyhow::{Context, bail};
use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags};
use std::time::Instant;

fn main() -> anyhow::Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["insert", file, database] => insert(file, database),
        ["copy", from, table, to] => copy(from, table, to),
        ["read", database, ref tables @ ..] => read(database, tables),
        ["multiply", database, times] => multiply(database, times.parse()?),
        ["page"] => page(),
        ["rule", file, threads] => rule::run(file, threads.parse().context("how many threads?")?),
        ["publish", at, file, devices, seconds, rate] => {
            watch::publish(at, file, devices.parse()?, seconds.parse()?, rate.parse()?)
        }
        ["subscribe", at, name, secret] => watch::subscribe(at, name, secret),
        ["measurements", from, batch, to] => watch::measurements(from, batch.parse()?, to),
        _ => bail!(
            "floor insert FILE.csv DB | copy FROM.db TABLE TO.db | read DB TABLE… | multiply DB TIMES | page | rule FILE.csv THREADS
      | publish ADDRESS CREDENTIALS DEVICES SECONDS RATE | subscribe ADDRESS NAME SECRET | measurements FROM.db BATCH TO.db"
        ),
    }
}

fn insert(file: &str, database: &str) -> anyhow::Result<()> {
    let start = Instant::now();
    let mut reader = csv::Reader::from_path(file)?;
    let columns: Vec<String> = (0..reader.headers()?.len()).map(|n| format!("c{n} text")).collect();
    let mut connection = bare(database)?;
    connection.execute_batch(&format!("create table roster (id integer primary key, {})", columns.join(", ")))?;
    let transaction = connection.transaction()?;
    let rows = fill(&transaction, &mut reader, columns.len())?;
    transaction.commit()?;
    say(rows, start);
    Ok(())
}

fn bare(database: &str) -> anyhow::Result<Connection> {
    let connection = Connection::open(database)?;
    connection.execute_batch("pragma journal_mode = wal; pragma synchronous = normal")?;
    Ok(connection)
}

fn say(rows: usize, start: Instant) {
    println!("{rows} {:.3}", start.elapsed().as_secs_f64());
}

/// The rows are in memory before the clock starts: writing is what is measured.
fn copy(from: &str, table: &str, to: &str) -> anyhow::Result<()> {
    let rows = rows(from, table)?;
    let columns = rows.first().map_or(1, Vec::len);
    let start = Instant::now();
    let mut connection = bare(to)?;
    let (names, places): (Vec<_>, Vec<_>) = (1..=columns).map(|n| (format!("c{n}"), format!("?{n}"))).unzip();
    connection.execute_batch(&format!("create table copy (id integer primary key, {})", names.join(", ")))?;
    let transaction = connection.transaction()?;
    {
        let mut insert = transaction.prepare(&format!("insert into copy values (null, {})", places.join(", ")))?;
        for row in &rows {
            insert.execute(rusqlite::params_from_iter(row))?;
        }
    }
    transaction.commit()?;
    say(rows.len(), start);
    Ok(())
}

fn rows(database: &str, table: &str) -> anyhow::Result<Vec<Vec<Value>>> {
    let connection = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut statement = connection.prepare(&format!("select * from {table}"))?;
    let columns = statement.column_count();
    let rows = statement.query_map([], |row| (0..columns).map(|n| row.get(n)).collect())?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn read(database: &str, tables: &[&str]) -> anyhow::Result<()> {
    let start = Instant::now();
    let connection = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut count = 0;
    for table in tables {
        let mut statement = connection.prepare(&format!("select * from {table}"))?;
        let columns = statement.column_count();
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            for column in 0..columns {
                std::hint::black_box(row.get_ref(column)?);
            }
            count += 1;
        }
    }
    say(count, start);
    Ok(())
}

/// Who is cared for, by whom, by which right, and how often: with each the columns that name a person or a thing.
const COPIED: [(&str, &[&str]); 6] = [
    ("elders", &["id"]),
    ("staff", &["id", "id_hash"]),
    ("stays", &["elder_id", "id"]),
    ("ltci_entitlements", &["elder_id", "id"]),
    ("ltci_plans", &["elder_id", "id", "entitlement_id"]),
    ("visits", &["elder_id", "id", "source_id", "carer_id"]),
];

/// Forgets the settlements of a store, and copies everybody of its care insurance so many times under new ids: running a
/// month of a million visits through the product takes half an hour, and only its settlement is to be measured.
fn multiply(database: &str, times: u8) -> anyhow::Result<()> {
    let mut connection = Connection::open(database)?;
    let transaction = connection.transaction()?;
    transaction.execute_batch(
        "delete from ltci_lines; delete from ltci_totals; delete from ltci_reason_totals; delete from ltci_settlements;
         update elder_facts set benefit_month = null",
    )?;
    for (table, named) in COPIED {
        let rows = rows(database, table)?;
        let names = columns(&transaction, table)?;
        let places: Vec<String> = (1..=names.len()).map(|n| format!("?{n}")).collect();
        let mut insert = transaction.prepare(&format!("insert into {table} values ({})", places.join(", ")))?;
        for copy in 1..times {
            for row in &rows {
                let values = row.iter().zip(&names).map(|(v, name)| renamed(v, named.contains(&name.as_str()), copy));
                insert.execute(rusqlite::params_from_iter(values))?;
            }
        }
    }
    Ok(transaction.commit()?)
}

fn columns(connection: &Connection, table: &str) -> anyhow::Result<Vec<String>> {
    let statement = connection.prepare(&format!("select * from {table}"))?;
    Ok(statement.column_names().into_iter().map(str::to_owned).collect())
}

/// The value in a copy: an id has another last byte.
fn renamed(value: &Value, named: bool, copy: u8) -> Value {
    match value {
        Value::Blob(id) if named => {
            let mut id = id.clone();
            if let Some(last) = id.last_mut() {
                *last ^= copy;
            }
            Value::Blob(id)
        }
        other => other.clone(),
    }
}

fn fill(
    transaction: &rusqlite::Transaction<'_>,
    reader: &mut csv::Reader<std::fs::File>,
    columns: usize,
) -> anyhow::Result<usize> {
    let places: Vec<String> = (1..=columns).map(|n| format!("?{n}")).collect();
    let mut statement = transaction.prepare(&format!("insert into roster values (null, {})", places.join(", ")))?;
    let mut row = csv::StringRecord::new();
    let mut rows = 0;
    while reader.read_record(&mut row)? {
        statement.execute(rusqlite::params_from_iter(row.iter())).with_context(|| format!("row {rows}"))?;
        rows += 1;
    }
    Ok(rows)
}

fn page() -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        println!("http://{}", listener.local_addr()?);
        let page = axum::routing::get(|| async { axum::response::Html("<!doctype html><title>floor</title><p>floor") });
        axum::serve(listener, axum::Router::new().route("/", page)).await?;
        Ok(())
    })
}
