//! What the benchmark measures itself against: the same work with nothing of ours around it.
//!
//! `floor insert FILE.csv DB` writes the rows of a csv file into a bare SQLite table in one transaction;
//! `floor copy FROM.db TABLE TO.db` writes the rows of a table into a bare table of another file;
//! `floor read DB TABLE…` reads every value of every row of tables;
//! `floor page` serves one small page and prints its address. `cargo xtask bench` runs them all.
//! The first three print how many rows and how many seconds.

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
        ["page"] => page(),
        _ => bail!("floor insert FILE.csv DB | floor copy FROM.db TABLE TO.db | floor read DB TABLE… | floor page"),
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
