//! Many rows at once.

use super::{Engine, EngineKind, Tx, numbered, pg_params, prepared};
use crate::error::Result;
use crate::value::Value;
use postgres::fallible_iterator::FallibleIterator;
use std::collections::HashSet;

/// PostgreSQL takes at most 65 535 parameters in a statement.
const MOST_PARAMETERS: usize = 60_000;
/// Rows in one statement for PostgreSQL: more gain little.
const ROWS: usize = 500;

impl Tx<'_> {
    /// Inserts many rows: `into` is `table (a, b, c)`, each row has a value for each column.
    ///
    /// # Errors
    /// What the engine says.
    pub fn insert_many<'v>(
        &mut self,
        into: &str,
        columns: usize,
        rows: impl IntoIterator<Item = Vec<Value<'v>>>,
    ) -> Result<u64> {
        let batch = if self.kind() == EngineKind::Sqlite { 1 } else { (MOST_PARAMETERS / columns).min(500) };
        let (mut written, mut waiting, mut rows) = (0, Vec::new(), rows.into_iter().peekable());
        while let Some(row) = rows.next() {
            waiting.extend(row);
            let count = waiting.len() / columns;
            if count == batch || rows.peek().is_none() {
                let all: Vec<String> = (0..count).map(|i| places(i * columns, columns)).collect();
                written += self.exec(&format!("insert into {into} values {}", all.join(", ")), &waiting)?;
                waiting.clear();
            }
        }
        Ok(written)
    }

    /// Inserts rows that are not there yet, by their key; answers for each whether it was new. A row whose key is there, or comes
    /// twice, changes nothing.
    ///
    /// # Errors
    /// What the engine says.
    pub fn insert_new<'v, const N: usize>(
        &mut self,
        table: &str,
        key: &[&str],
        others: &[&str],
        rows: impl IntoIterator<Item = [Value<'v>; N]>,
    ) -> Result<Vec<bool>> {
        let columns = [key, others].concat().join(", ");
        let key = key.join(", ");
        let end = format!("on conflict ({key}) do nothing");
        match &mut self.engine {
            Engine::Sqlite(tx) => {
                let sql = format!("insert into {table} ({columns}) values {} {end}", places(0, N));
                let mut statement = tx.prepare_cached(&numbered(&sql))?;
                let one = |row: [Value<'v>; N]| Ok(statement.execute(rusqlite::params_from_iter(row))? > 0);
                rows.into_iter().map(one).collect()
            }
            Engine::Postgres(tx, statements) => {
                let rows: Vec<_> = rows.into_iter().collect();
                let mut new = Vec::with_capacity(rows.len());
                for chunk in rows.chunks(ROWS) {
                    let all: Vec<String> = (0..chunk.len()).map(|row| places(row * N, N)).collect();
                    // The key as one text: what comes back says which rows were written.
                    let sql = format!(
                        "insert into {table} ({columns}) values {} {end} returning row({key})::text",
                        all.join(", ")
                    );
                    let statement = prepared(tx, statements, &sql)?;
                    let flat: Vec<Value<'_>> = chunk.iter().flatten().cloned().collect();
                    let mut written = HashSet::new();
                    let mut found = tx.query_raw(&statement, pg_params(&flat))?;
                    while let Some(row) = found.next()? {
                        written.insert(row.get::<_, String>(0));
                    }
                    drop(found);
                    let width = key.split(", ").count();
                    // Of rows with the same key only the first was written.
                    new.extend(chunk.iter().map(|row| written.remove(&as_row(&row[..width]))));
                }
                Ok(new)
            }
        }
    }
}

/// `($1, $2, $3)`.
fn places(after: usize, count: usize) -> String {
    let all: Vec<String> = (after + 1..=after + count).map(|i| format!("${i}")).collect();
    format!("({})", all.join(", "))
}

/// A key as PostgreSQL writes a row of numbers and bytes as text.
fn as_row(key: &[Value<'_>]) -> String {
    use std::fmt::Write;
    let mut text = String::from("(");
    for (n, value) in key.iter().enumerate() {
        if n > 0 {
            text.push(',');
        }
        // Writing to a String cannot fail.
        let _ = match value {
            Value::Int(number) => write!(text, "{number}"),
            Value::Blob(bytes) => {
                let hex: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
                write!(text, "\"\\\\x{hex}\"")
            }
            Value::Text(word) => write!(text, "{word}"),
            Value::Real(_) | Value::Null => Ok(()),
        };
    }
    text + ")"
}

#[cfg(test)]
mod tests {
    use crate::params;
    use crate::value::Value;

    crate::on_both! {
        fn what_is_there_is_not_written_again(db: TestDb) {
            let row = |a: i64, b: u8, c: i64| [Value::Int(a), vec![b; 16].into(), Value::Int(c)];
            db.write(|tx| {
                tx.exec("create table things (a bigint, b BLOBTYPE, c bigint, primary key (a, b))".replace("BLOBTYPE",
                    if tx.kind() == crate::EngineKind::Sqlite { "blob" } else { "bytea" }).as_str(), &[])?;
                let rows = [row(1, 1, 10), row(1, 2, 20), row(1, 1, 30), row(-2, 255, 40)];
                assert_eq!(tx.insert_new("things", &["a", "b"], &["c"], rows)?, [true, true, false, true]);
                let many = (0..1_203).map(|n| row(n, 2, 50));
                let new = tx.insert_new("things", &["a", "b"], &["c"], many)?;
                assert_eq!(new.iter().filter(|new| !**new).count(), 1);
                assert!(!new[1]);
                Ok::<_, crate::Error>(())
            }).expect("written");
            let kept = db.read(|tx| tx.count("select c from things where a = $1 and b = $2", params![1, vec![1_u8; 16]]));
            assert_eq!(kept.expect("read"), 10);
        }
    }
}
