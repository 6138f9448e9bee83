//! What the benchmark measures itself against: the same work with nothing of ours around it.
//!
//! `floor insert FILE.csv DB` writes the rows of a csv file into a bare SQLite table in one transaction;
//! `floor page` serves one small page and prints its address. `cargo xtask bench` runs both.

use anyhow::{Context, bail};
use std::time::Instant;

fn main() -> anyhow::Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["insert", file, database] => insert(file, database),
        ["page"] => page(),
        _ => bail!("floor insert FILE.csv DB | floor page"),
    }
}

fn insert(file: &str, database: &str) -> anyhow::Result<()> {
    let start = Instant::now();
    let mut reader = csv::Reader::from_path(file)?;
    let columns: Vec<String> = (0..reader.headers()?.len()).map(|n| format!("c{n} text")).collect();
    let mut connection = rusqlite::Connection::open(database)?;
    connection.execute_batch("pragma journal_mode = wal; pragma synchronous = normal")?;
    connection.execute_batch(&format!("create table roster (id integer primary key, {})", columns.join(", ")))?;
    let transaction = connection.transaction()?;
    let rows = fill(&transaction, &mut reader, columns.len())?;
    transaction.commit()?;
    println!("{rows} {:.3}", start.elapsed().as_secs_f64());
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
