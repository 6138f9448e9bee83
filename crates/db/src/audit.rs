//! The audit: who did what, on whom, from where and why. Append-only, sealed into a hash chain (SM3) by a job,
//! so that nothing on the hot path waits for it and any later change or deletion is found.

use crate::actor::Actor;
use crate::engine::Tx;
use crate::error::Result;
use crate::params;
use kernel::{ElderId, Instant};
use sm3::{Digest, Sm3};
use uuid::Uuid;

/// Rows younger than this are left for the next seal: a transaction that began earlier may still commit.
const SETTLING_MS: i64 = 60_000;

/// What was done.
#[derive(Clone, Debug, Default)]
pub struct Entry<'a> {
    /// The permission-like name of the action: `elders.merge`.
    pub action: &'a str,
    /// The elder concerned, if it is one.
    pub elder: Option<ElderId>,
    /// What else is concerned, in short: an id, a month, a file name.
    pub subject: String,
    /// Facts worth keeping, in the reader's words; no identity numbers.
    pub detail: String,
}

impl Tx<'_> {
    /// Writes an audit row.
    ///
    /// # Errors
    /// What the engine says.
    pub fn audit(&mut self, by: &Actor, entry: Entry<'_>) -> Result<()> {
        let id = kernel::id::new_uuid(by.now, self.chance());
        self.exec(
            "insert into audit (id, at, account_id, account_name, ip, action, elder_id, subject, detail)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            params![id, by.now, by.account, &by.name, &by.ip, entry.action, entry.elder, entry.subject, entry.detail],
        )?;
        Ok(())
    }
}

/// A row of the audit as pages list it.
#[derive(Clone, Debug)]
pub struct Record {
    /// Order and identity.
    pub id: Uuid,
    /// When.
    pub at: Instant,
    /// Who.
    pub name: String,
    /// From where.
    pub ip: String,
    /// What.
    pub action: String,
    /// On whom.
    pub elder: Option<ElderId>,
    /// On what.
    pub subject: String,
    /// More.
    pub detail: String,
}

const COLUMNS: &str = "id, at, account_name, ip, action, elder_id, subject, detail";

fn record(row: &crate::Row<'_>) -> Result<Record> {
    let mut c = row.columns();
    Ok(Record {
        id: c.take()?,
        at: c.take()?,
        name: c.take()?,
        ip: c.take()?,
        action: c.take()?,
        elder: c.take()?,
        subject: c.take()?,
        detail: c.take()?,
    })
}

/// The newest rows that the actor may see, and how many there are: those about elders in sight, and those by accounts of
/// the actor's area.
///
/// # Errors
/// What the engine says.
pub fn visible(tx: &mut Tx<'_>, by: &Actor, limit: i64, offset: i64) -> Result<(Vec<Record>, i64)> {
    let (low, high) = by.scope.area.bounds();
    let sight = "where exists (select 1 from accounts a where a.id = audit.account_id and a.area between $1 and $2)
          or exists (select 1 from elders e where e.id = audit.elder_id and e.area between $1 and $2)";
    let total = tx.count(&format!("select count(*) from audit {sight}"), params![&low, &high])?;
    let sql = format!("select {COLUMNS} from audit {sight} order by id desc limit $3 offset $4");
    Ok((tx.query(&sql, params![&low, &high, limit, offset], record)?, total))
}

/// The rows that concern an elder, newest first.
///
/// # Errors
/// What the engine says.
pub fn of_elder(tx: &mut Tx<'_>, elder: ElderId, limit: i64) -> Result<Vec<Record>> {
    let sql = format!("select {COLUMNS} from audit where elder_id = $1 order by id desc limit $2");
    tx.query(&sql, params![elder, limit], record)
}

/// The digest of some rows, as far as they were read: a busy day need not be in memory at once.
struct Chain {
    hash: Sm3,
    count: i64,
    last: Option<Uuid>,
}

impl Chain {
    fn after(previous: &[u8]) -> Self {
        Self { hash: Sm3::new().chain_update(previous), count: 0, last: None }
    }

    fn add(&mut self, r: &Record) {
        self.hash.update(r.id.as_bytes());
        self.hash.update(r.at.timestamp_millis().to_be_bytes());
        let elder = r.elder.map(|e| e.to_string()).unwrap_or_default();
        for text in [&r.name, &r.ip, &r.action, &elder, &r.subject, &r.detail] {
            self.hash.update((text.len() as u64).to_be_bytes());
            self.hash.update(text.as_bytes());
        }
        self.count += 1;
        self.last = Some(r.id);
    }

    fn digest(self) -> Vec<u8> {
        self.hash.finalize().to_vec()
    }
}

struct Seal {
    seq: i64,
    last: Uuid,
    count: i64,
    digest: Vec<u8>,
}

fn seals(tx: &mut Tx<'_>) -> Result<Vec<Seal>> {
    tx.query("select seq, last_id, count, digest from audit_seals order by seq", &[], |row| {
        Ok(Seal { seq: row.get(0)?, last: row.get(1)?, count: row.get(2)?, digest: row.get(3)? })
    })
}

fn between(
    tx: &mut Tx<'_>,
    previous: &[u8],
    after: Option<Uuid>,
    last: Option<Uuid>,
    before: Instant,
) -> Result<Chain> {
    let after = after.unwrap_or(Uuid::nil());
    let last = last.unwrap_or(Uuid::max());
    let sql = format!("select {COLUMNS} from audit where id > $1 and id <= $2 and at < $3 order by id");
    let mut chain = Chain::after(previous);
    tx.each(&sql, params![after, last, before], |row| {
        chain.add(&record(row)?);
        Ok(())
    })?;
    Ok(chain)
}

/// Seals the rows since the last seal; answers how many.
///
/// # Errors
/// What the engine says.
pub fn seal(tx: &mut Tx<'_>, now: Instant) -> Result<i64> {
    let before = now - chrono::TimeDelta::milliseconds(SETTLING_MS);
    let newest = "select seq, last_id, count, digest from audit_seals order by seq desc limit 1";
    let last = tx.query_opt(newest, &[], |row| {
        Ok(Seal { seq: row.get(0)?, last: row.get(1)?, count: row.get(2)?, digest: row.get(3)? })
    })?;
    let (seq, previous, after) = last.map_or((0, Vec::new(), None), |s| (s.seq, s.digest, Some(s.last)));
    let chain = between(tx, &previous, after, None, before)?;
    let count = chain.count;
    if let Some(last) = chain.last {
        tx.exec(
            "insert into audit_seals (seq, at, last_id, count, digest) values ($1, $2, $3, $4, $5)",
            params![seq + 1, now, last, count, chain.digest()],
        )?;
    }
    Ok(count)
}

/// What a verification found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Rows that are sealed.
    pub sealed: i64,
    /// The first seal that does not fit its rows: something was changed, deleted or slipped in before it.
    pub broken: Option<i64>,
}

/// Recomputes the whole chain.
///
/// # Errors
/// What the engine says.
pub fn verify(tx: &mut Tx<'_>) -> Result<Verdict> {
    let (mut previous, mut after, mut sealed) = (Vec::new(), None, 0);
    for seal in seals(tx)? {
        let chain = between(tx, &previous, after, Some(seal.last), Instant::MAX_UTC)?;
        if chain.count != seal.count || chain.digest() != seal.digest {
            return Ok(Verdict { sealed, broken: Some(seal.seq) });
        }
        sealed += seal.count;
        (previous, after) = (seal.digest, Some(seal.last));
    }
    Ok(Verdict { sealed, broken: None })
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{DateTime, TimeDelta};

    fn actor(minute: i64) -> Actor {
        let start = DateTime::from_timestamp_millis(1_790_000_000_000).expect("instant");
        Actor::system(start + TimeDelta::minutes(minute))
    }

    crate::on_both! {
        fn a_changed_or_deleted_row_breaks_the_chain(db: TestDb) {
            for minute in 0..6 {
                let entry = Entry { action: "elders.view", subject: format!("第{minute}"), ..Entry::default() };
                db.write(|tx| tx.audit(&actor(minute), entry)).expect("written");
                db.write(|tx| seal(tx, actor(minute).now)).expect("sealed");
            }
            let whole = db.read(verify).expect("read");
            assert_eq!(whole, Verdict { sealed: 4, broken: None });
            db.write(|tx| tx.exec("update audit set subject = 'x' where subject = '第2'", &[])).expect("written");
            assert!(db.read(verify).expect("read").broken.is_some());
            db.write(|tx| tx.exec("update audit set subject = '第2' where subject = 'x'", &[])).expect("written");
            assert_eq!(db.read(verify).expect("read"), whole);
            db.write(|tx| tx.exec("delete from audit where subject = '第1'", &[])).expect("written");
            assert!(db.read(verify).expect("read").broken.is_some());
        }
    }
}
