//! The two engines behind one [`Tx`]: pools, transactions, statements, and what must differ between them.

mod insert;

use crate::actor::Actor;
use crate::error::{Error, Result};
use crate::migrate;
use crate::notes::Notes;
use crate::value::{Row, Value};
use crate::vault::Vault;
use kernel::{Chance, Happening};
use postgres::fallible_iterator::FallibleIterator;
use r2d2::{ManageConnection, Pool};
use std::borrow::Cow;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// Readers of a SQLite file. More gain little: its page caches share a lock.
const SQLITE_READERS: u32 = 4;
/// KiB of pages that a connection to a SQLite file keeps.
const CACHE: u32 = 4_000;
/// KiB of pages that the writer keeps while it has room, see [`Db::spacious`].
const SPACIOUS: u32 = 96_000;
/// Connections to PostgreSQL.
const POSTGRES_CONNECTIONS: u32 = 16;
/// How long a request waits for a connection or a lock before it is told that the store is busy.
const PATIENCE: Duration = Duration::from_secs(30);
/// Field and text of the proof that the key is the right one.
const PROOF: &str = "key_proof.proof";

/// Which engine a store runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EngineKind {
    /// The embedded file.
    Sqlite,
    /// A PostgreSQL server.
    Postgres,
}

/// The store. Cheap to clone.
#[derive(Clone)]
pub struct Db(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pools: Pools,
    vault: Vault,
    chance: Arc<dyn Chance>,
    pub(crate) notes: Notes,
    followers: OnceLock<Vec<Follower>>,
}

/// What a capability does when something happens to an elder, in the same transaction.
pub type Follower = fn(&mut Tx<'_>, &Actor, &Happening) -> Result<()>;

enum Pools {
    Sqlite { write: Pool<SqliteManager>, read: Pool<SqliteManager>, path: PathBuf },
    Postgres(Pool<PostgresManager>),
}

impl Db {
    /// Opens the store and brings its tables up to date. `url` is `postgres://…` or the path of a SQLite file.
    ///
    /// # Errors
    /// When it cannot be opened, is no database of ours, or was written by a newer version.
    pub fn open(url: &str, vault: Vault, chance: Arc<dyn Chance>) -> Result<Self> {
        let pools = if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            Self::open_postgres(url)?
        } else {
            Self::open_sqlite(Path::new(url))?
        };
        let db = Self(Arc::new(Inner { pools, vault, chance, notes: Notes::default(), followers: OnceLock::new() }));
        db.prove_key()?;
        Ok(db)
    }

    /// With another key every person would look new and nothing would open: better not to start at all.
    fn prove_key(&self) -> Result<()> {
        let known = |tx: &mut Tx<'_>| {
            tx.query_opt("select proof from key_proof where id = 1", &[], |row| row.get::<Vec<u8>>(0))
        };
        if self.read(known)?.is_none() {
            let insert = "insert into key_proof (id, proof) values (1, $1) on conflict (id) do nothing";
            self.write(|tx| {
                let proof = tx.seal(PROOF, PROOF);
                tx.exec(insert, &[proof.as_slice().into()])
            })?;
        }
        let proof = self.read(known)?.unwrap_or_default();
        self.vault().open(PROOF, &proof).map(drop).map_err(|_| Error::WrongKey)
    }

    fn open_sqlite(path: &Path) -> Result<Pools> {
        let manager = || SqliteManager { path: path.to_owned() };
        migrate::sqlite(&mut manager().connect()?)?;
        let pool =
            |size| Pool::builder().max_size(size).min_idle(Some(1)).connection_timeout(PATIENCE).build(manager());
        let (write, read) = (pool(1)?, pool(SQLITE_READERS)?);
        Ok(Pools::Sqlite { write, read, path: path.to_owned() })
    }

    fn open_postgres(url: &str) -> Result<Pools> {
        let config: postgres::Config = url.parse().map_err(Error::from)?;
        migrate::postgres(&mut config.connect(postgres::NoTls)?)?;
        let builder = Pool::builder().max_size(POSTGRES_CONNECTIONS).min_idle(Some(1)).connection_timeout(PATIENCE);
        Ok(Pools::Postgres(builder.build(PostgresManager { config })?))
    }

    /// Says once, when the program is put together, who follows what happens to elders.
    pub fn follow(&self, followers: Vec<Follower>) {
        if self.0.followers.set(followers).is_err() {
            tracing::warn!("followers were named twice");
        }
    }

    /// Which engine this is.
    #[must_use]
    pub fn kind(&self) -> EngineKind {
        match &self.0.pools {
            Pools::Sqlite { .. } => EngineKind::Sqlite,
            Pools::Postgres(_) => EngineKind::Postgres,
        }
    }

    /// The SQLite file, if that is what it is.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        match &self.0.pools {
            Pools::Sqlite { path, .. } => Some(path),
            Pools::Postgres(_) => None,
        }
    }

    /// Seals and opens personal fields.
    #[must_use]
    pub fn vault(&self) -> &Vault {
        &self.0.vault
    }

    /// Runs `work` on a snapshot; what it writes is an error on SQLite and taken back on PostgreSQL. Blocks.
    ///
    /// # Errors
    /// What `work` returns, or a failure to get a connection.
    pub fn read<T, E: From<Error>>(&self, work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>) -> Result<T, E> {
        self.run(false, work)
    }

    /// Runs `work` in a transaction: all of it or nothing. Blocks; on SQLite one writer at a time.
    ///
    /// # Errors
    /// What `work` returns (then nothing was written), or a failure to commit.
    pub fn write<T, E: From<Error>>(&self, work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>) -> Result<T, E> {
        self.run(true, work)
    }

    fn run<T, E: From<Error>>(&self, write: bool, work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>) -> Result<T, E> {
        let (vault, chance) = (&self.0.vault, self.0.chance.as_ref());
        let followers = self.0.followers.get().map_or(&[][..], Vec::as_slice);
        match &self.0.pools {
            Pools::Sqlite { write: writer, read: readers, .. } => {
                let mut connection = if write { writer } else { readers }.get().map_err(Error::from)?;
                let behaviour = if write {
                    rusqlite::TransactionBehavior::Immediate
                } else {
                    rusqlite::TransactionBehavior::Deferred
                };
                let inner = connection.transaction_with_behavior(behaviour).map_err(Error::from)?;
                let mut tx = Tx { engine: Engine::Sqlite(inner), vault, chance, followers };
                let result = work(&mut tx)?;
                tx.finish(write)?;
                Ok(result)
            }
            Pools::Postgres(pool) => {
                let mut connection = pool.get().map_err(Error::from)?;
                let PostgresConnection { client, statements } = &mut *connection;
                let inner = client.transaction().map_err(Error::from)?;
                let mut tx = Tx { engine: Engine::Postgres(inner, statements), vault, chance, followers };
                let result = work(&mut tx)?;
                tx.finish(write)?;
                Ok(result)
            }
        }
    }

    /// Runs long writing work, an import or a settlement, with room for many pages in memory: a million elders touch the
    /// whole index of identities at random. Afterwards the memory is given back, and SQLite looks again at how large its
    /// tables have become: a plan for an empty one may walk through all of a full one for each row of another.
    pub fn spacious<T>(&self, work: impl FnOnce() -> T) -> T {
        self.room(&format!("pragma cache_size = -{SPACIOUS}"));
        let result = work();
        self.room(&format!("pragma cache_size = -{CACHE}; pragma optimize = 0x10002; pragma shrink_memory"));
        result
    }

    /// Without the room the work is slower, not wrong: a failure is only noted.
    fn room(&self, pragmas: &str) {
        let Pools::Sqlite { write, .. } = &self.0.pools else { return };
        let set = write.get().map_err(Error::from).and_then(|c| Ok(c.execute_batch(pragmas)?));
        if let Err(error) = set {
            tracing::warn!(%error, "room for pages");
        }
    }

    /// Writes a whole, consistent copy of a SQLite store to a new file while others go on working.
    ///
    /// # Errors
    /// When the store is not SQLite, or the file exists or cannot be written.
    pub fn backup(&self, to: &Path) -> Result<()> {
        let Pools::Sqlite { read, .. } = &self.0.pools else {
            return Err(Error::Conflict("PostgreSQL 请使用 pg_dump 备份".into()));
        };
        if to.exists() {
            return Err(Error::Conflict(format!("{} 已存在，为免覆盖请换一个文件名", to.display())));
        }
        read.get()?.execute("vacuum into ?1", [to.display().to_string()])?;
        Ok(())
    }
}

/// A transaction on either engine.
pub struct Tx<'c> {
    engine: Engine<'c>,
    vault: &'c Vault,
    chance: &'c dyn Chance,
    followers: &'c [Follower],
}

enum Engine<'c> {
    Sqlite(rusqlite::Transaction<'c>),
    Postgres(postgres::Transaction<'c>, &'c mut HashMap<String, postgres::Statement>),
}

impl Tx<'_> {
    /// Which engine this is; for the few statements that must differ.
    #[must_use]
    pub const fn kind(&self) -> EngineKind {
        match self.engine {
            Engine::Sqlite(_) => EngineKind::Sqlite,
            Engine::Postgres(..) => EngineKind::Postgres,
        }
    }

    /// Seals and opens personal fields.
    #[must_use]
    pub const fn vault(&self) -> &Vault {
        self.vault
    }

    /// Where new ids and nonces come from.
    #[must_use]
    pub const fn chance(&self) -> &dyn Chance {
        self.chance
    }

    /// Seals a personal field.
    #[must_use]
    pub fn seal(&self, field: &str, plain: &str) -> Vec<u8> {
        self.vault.seal(field, plain, self.chance)
    }

    /// Tells everybody who follows what happened to an elder. What one of them closes they may tell in their turn.
    ///
    /// # Errors
    /// What a follower answers; then nothing of the transaction is kept.
    pub fn tell(&mut self, by: &Actor, happening: &Happening) -> Result<()> {
        self.followers.iter().try_for_each(|follow| follow(self, by, happening))
    }

    /// Runs a statement; answers how many rows it wrote.
    ///
    /// # Errors
    /// What the engine says.
    pub fn exec(&mut self, sql: &str, params: &[Value<'_>]) -> Result<u64> {
        match &mut self.engine {
            Engine::Sqlite(tx) => {
                let mut statement = tx.prepare_cached(&numbered(sql))?;
                Ok(statement.execute(rusqlite::params_from_iter(params))? as u64)
            }
            Engine::Postgres(tx, statements) => {
                let statement = prepared(tx, statements, sql)?;
                Ok(tx.execute(&statement, &pg_params(params))?)
            }
        }
    }

    /// Like [`Tx::exec`], but it is an [`Error::NotFound`] when no row was written.
    ///
    /// # Errors
    /// What the engine says, or [`Error::NotFound`].
    pub fn exec_one(&mut self, sql: &str, params: &[Value<'_>]) -> Result<()> {
        if self.exec(sql, params)? == 0 { Err(Error::NotFound) } else { Ok(()) }
    }

    /// Runs a query and hands over row after row without keeping them.
    ///
    /// # Errors
    /// What the engine or `each` says.
    pub fn each(
        &mut self,
        sql: &str,
        params: &[Value<'_>],
        mut each: impl FnMut(&Row<'_>) -> Result<()>,
    ) -> Result<()> {
        match &mut self.engine {
            Engine::Sqlite(tx) => {
                let mut statement = tx.prepare_cached(&numbered(sql))?;
                let mut rows = statement.query(rusqlite::params_from_iter(params))?;
                while let Some(row) = rows.next()? {
                    each(&Row::Sqlite(row))?;
                }
            }
            Engine::Postgres(tx, statements) => {
                let statement = prepared(tx, statements, sql)?;
                let mut rows = tx.query_raw(&statement, params.iter())?;
                while let Some(row) = rows.next()? {
                    each(&Row::Postgres(&row))?;
                }
            }
        }
        Ok(())
    }

    /// All rows of a query.
    ///
    /// # Errors
    /// What the engine or `read` says.
    pub fn query<T>(
        &mut self,
        sql: &str,
        params: &[Value<'_>],
        mut read: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let mut all = Vec::new();
        self.each(sql, params, |row| {
            all.push(read(row)?);
            Ok(())
        })?;
        Ok(all)
    }

    /// The first row of a query, if there is one.
    ///
    /// # Errors
    /// What the engine or `read` says.
    pub fn query_opt<T>(
        &mut self,
        sql: &str,
        params: &[Value<'_>],
        read: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        Ok(self.query(sql, params, read)?.into_iter().next())
    }

    /// The first row of a query; [`Error::NotFound`] without one.
    ///
    /// # Errors
    /// What the engine or `read` says, or [`Error::NotFound`].
    pub fn query_one<T>(
        &mut self,
        sql: &str,
        params: &[Value<'_>],
        read: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<T> {
        self.query_opt(sql, params, read)?.ok_or(Error::NotFound)
    }

    /// The single number that a `select count(*)` or `cast(sum(…) as bigint)` answers; 0 for null.
    ///
    /// # Errors
    /// What the engine says.
    pub fn count(&mut self, sql: &str, params: &[Value<'_>]) -> Result<i64> {
        self.query_one(sql, params, |row| Ok(row.get::<Option<i64>>(0)?.unwrap_or_default()))
    }

    fn finish(self, write: bool) -> Result<()> {
        match self.engine {
            Engine::Sqlite(tx) if write => Ok(tx.commit()?),
            Engine::Postgres(tx, _) if write => Ok(tx.commit()?),
            Engine::Sqlite(tx) => Ok(tx.rollback()?),
            Engine::Postgres(tx, _) => Ok(tx.rollback()?),
        }
    }
}

/// SQLite counts `$1` by first appearance but `?1` by its number, so the former becomes the latter.
fn numbered(sql: &str) -> Cow<'_, str> {
    if sql.contains('$') { Cow::Owned(sql.replace('$', "?")) } else { Cow::Borrowed(sql) }
}

fn pg_params<'a>(params: &'a [Value<'a>]) -> Vec<&'a (dyn postgres::types::ToSql + Sync)> {
    params.iter().map(|p| p as &(dyn postgres::types::ToSql + Sync)).collect()
}

fn prepared(
    tx: &mut postgres::Transaction<'_>,
    statements: &mut HashMap<String, postgres::Statement>,
    sql: &str,
) -> Result<postgres::Statement> {
    if let Some(known) = statements.get(sql) {
        return Ok(known.clone());
    }
    let statement = tx.prepare(sql)?;
    // Queries built from search forms differ endlessly; the cache is for the ones that come back.
    if statements.len() >= 500 {
        statements.clear();
    }
    statements.insert(sql.to_owned(), statement.clone());
    Ok(statement)
}

struct SqliteManager {
    path: PathBuf,
}

impl ManageConnection for SqliteManager {
    type Connection = rusqlite::Connection;
    type Error = rusqlite::Error;

    fn connect(&self) -> rusqlite::Result<rusqlite::Connection> {
        let connection = rusqlite::Connection::open(&self.path)?;
        connection.set_prepared_statement_cache_capacity(256);
        connection.busy_timeout(PATIENCE)?;
        // Fewer, larger checkpoints: the same page is written back once instead of many times.
        connection.execute_batch(&format!(
            "pragma journal_mode = wal; pragma synchronous = normal; pragma foreign_keys = on;
             pragma cache_size = -{CACHE}; pragma temp_store = memory; pragma wal_autocheckpoint = 8000;
             pragma journal_size_limit = 67108864;"
        ))?;
        Ok(connection)
    }

    fn is_valid(&self, _: &mut rusqlite::Connection) -> rusqlite::Result<()> {
        Ok(())
    }

    fn has_broken(&self, _: &mut rusqlite::Connection) -> bool {
        false
    }
}

struct PostgresManager {
    config: postgres::Config,
}

struct PostgresConnection {
    client: postgres::Client,
    statements: HashMap<String, postgres::Statement>,
}

impl ManageConnection for PostgresManager {
    type Connection = PostgresConnection;
    type Error = postgres::Error;

    fn connect(&self) -> Result<PostgresConnection, postgres::Error> {
        Ok(PostgresConnection { client: self.config.connect(postgres::NoTls)?, statements: HashMap::new() })
    }

    fn is_valid(&self, connection: &mut PostgresConnection) -> Result<(), postgres::Error> {
        connection.client.simple_query("").map(drop)
    }

    fn has_broken(&self, connection: &mut PostgresConnection) -> bool {
        connection.client.is_closed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params;

    crate::on_both! {
        fn another_key_does_not_open_the_store(db: TestDb) {
            let open = |key| Db::open(db.url(), Vault::new(&[key; 32]), Arc::new(kernel::chance::Seeded::new(1)));
            assert!(matches!(open(8).map(drop), Err(Error::WrongKey)));
            assert!(open(7).is_ok());
        }

        fn values_come_back_as_they_went_in(db: TestDb) {
            let (text, bytes) = ("中文'\"$1", vec![0_u8, 255, 3]);
            db.write(|tx| {
                tx.exec("create table things (a bigint, b text, c double precision, d bytea, e text)", &[])?;
                tx.exec("insert into things (b, a, c, d, e) values ($2, $1, $3, $4, $5)",
                    params![i64::MIN, text, 121.5, &bytes, None::<String>])
            }).expect("written");
            let back = db.read(|tx| tx.query_one("select a, b, c, d, e from things where b = $1 and a < $2", params![text, 0], |row| {
                let mut c = row.columns();
                Ok((c.take::<i64>()?, c.take::<String>()?, c.take::<f64>()?, c.take::<Vec<u8>>()?, c.take::<Option<String>>()?))
            })).expect("read");
            assert_eq!(back, (i64::MIN, text.into(), 121.5, bytes, None));
        }

        fn a_failed_transaction_leaves_nothing(db: TestDb) {
            db.write(|tx| tx.exec("create table things (a bigint primary key)", &[])).expect("written");
            let taken = db.write(|tx| {
                tx.exec("insert into things values ($1)", params![1])?;
                tx.exec("insert into things values ($1)", params![1])
            });
            assert!(matches!(taken, Err(Error::Taken(_))), "{taken:?}");
            assert_eq!(db.read(|tx| tx.count("select count(*) from things", &[])).expect("read"), 0);
        }

        fn many_rows_go_in_and_are_streamed(db: TestDb) {
            db.write(|tx| {
                tx.exec("create table things (a bigint, b text)", &[])?;
                tx.insert_many("things (a, b)", 2, (0..1203_i64).map(|i| vec![i.into(), i.to_string().into()]))
            }).expect("written");
            let mut sum = 0;
            db.read(|tx| tx.each("select a from things", &[], |row| { sum += row.get::<i64>(0)?; Ok(()) })).expect("read");
            assert_eq!(sum, 1203 * 1202 / 2);
        }
    }
}
