//! Merges in the database.

use super::model::{File, Merge, Moved, Snapshot, combine, conflicts, split};
use super::{OwnedTable, OwnedTables};
use crate::elders::model::{Elder, identity_hash};
use crate::elders::{facts, links, store};
use db::audit::Entry;
use db::{Actor, Row, Tx, params};
use kernel::{ElderId, MergeId};
use web::{Error, Reason};

/// Name of the sealed field.
const SNAPSHOT: &str = "elder_merges.snapshot";

fn file(tx: &mut Tx<'_>, elder: &Elder) -> Result<File, Error> {
    Ok(File {
        details: elder.details(tx.vault())?,
        facts: facts::store::of(tx, elder.id)?,
        links: links::store::of(tx, elder.id)?,
    })
}

/// Both files and what stands against merging them: what the page shows before anybody presses the button.
///
/// # Errors
/// [`Error::NotFound`] when one of them is out of sight, [`Error::Refused`] when one was merged already.
pub fn compare(
    tx: &mut Tx<'_>,
    by: &Actor,
    primary: ElderId,
    secondary: ElderId,
) -> Result<(File, File, Vec<Reason>), Error> {
    if primary == secondary {
        return Err(Error::refused("ELDERS-07", "一份档案不能与自己合并"));
    }
    let (a, b) = (store::find(tx, by, primary)?, store::find(tx, by, secondary)?);
    if a.merged_into.is_some() || b.merged_into.is_some() {
        return Err(Error::refused("ELDERS-08", "其中一份档案已经合并过，请打开合并后的档案"));
    }
    let (a, b) = (file(tx, &a)?, file(tx, &b)?);
    let reasons = conflicts(&a, &b, by.today());
    Ok((a, b, reasons))
}

/// Merges the secondary into the primary.
///
/// # Errors
/// [`Error::Refused`] with every reason, [`Error::Invalid`] without a reason given, [`Error::NotFound`] out of sight.
pub fn merge(
    tx: &mut Tx<'_>,
    by: &Actor,
    primary: ElderId,
    secondary: ElderId,
    reason: &str,
    tables: &OwnedTables,
) -> Result<MergeId, Error> {
    if reason.trim().is_empty() {
        return Err(Error::field("reason", "合并理由", "请写明判断为同一人的依据"));
    }
    let (a, b, reasons) = compare(tx, by, primary, secondary)?;
    if !reasons.is_empty() {
        return Err(Error::Refused(reasons));
    }
    let merged = combine(&a, &b, by.today())?;
    let identities = merged_before(tx, secondary)?;
    repoint_identities(tx, &identities, primary)?;
    let moved = tables.0.iter().map(|t| take_over(tx, t, primary, secondary)).collect::<db::Result<Vec<_>>>()?;
    put(tx, by, primary, &merged)?;
    facts::store::replace(tx, secondary, &facts::Facts::default())?;
    links::store::replace(tx, secondary, &[])?;
    tx.exec_one("update elders set merged_into = $2 where id = $1", params![secondary, primary])?;
    store::touch(tx, secondary)?;
    let snapshot = Snapshot { primary: a, secondary: b, merged, identities, moved };
    let id = keep(tx, by, primary, secondary, reason.trim(), &snapshot)?;
    note(tx, by, "elders.merge", primary, secondary, reason.trim())?;
    Ok(id)
}

fn put(tx: &mut Tx<'_>, by: &Actor, id: ElderId, file: &File) -> Result<(), Error> {
    store::write(tx, by, id, &file.details)?;
    facts::store::replace(tx, id, &file.facts)?;
    links::store::replace(tx, id, &file.links)?;
    Ok(())
}

/// Both files get their audit row: either may be asked for later.
fn note(tx: &mut Tx<'_>, by: &Actor, action: &str, a: ElderId, b: ElderId, detail: &str) -> db::Result<()> {
    for (elder, other) in [(a, b), (b, a)] {
        let entry = Entry { action, elder: Some(elder), subject: other.to_string(), detail: detail.to_owned() };
        tx.audit(by, entry)?;
    }
    Ok(())
}

/// The elder and everything that was ever merged into it.
fn merged_before(tx: &mut Tx<'_>, id: ElderId) -> db::Result<Vec<ElderId>> {
    let (mut all, mut next) = (vec![id], 0);
    while next < all.len() {
        let sql = "select id from elders where merged_into = $1 order by id";
        all.extend(tx.query(sql, params![all[next]], |row| row.get::<ElderId>(0))?);
        next += 1;
    }
    Ok(all)
}

/// Every file that was ever one with this one, itself first: rows that a merge leaves as they are (what is settled and
/// printed) may stand under any of them, also under one from which it was parted again.
///
/// # Errors
/// What the engine says.
pub fn files(tx: &mut Tx<'_>, elder: ElderId) -> db::Result<Vec<ElderId>> {
    let (mut all, mut next) = (vec![elder], 0);
    while next < all.len() {
        let sql = "select secondary_id from elder_merges where elder_id = $1
                   union select elder_id from elder_merges where secondary_id = $1 order by 1";
        let more: Vec<ElderId> = tx.query(sql, params![all[next]], |row| row.get(0))?;
        for one in more {
            if !all.contains(&one) {
                all.push(one);
            }
        }
        next += 1;
    }
    Ok(all)
}

fn repoint_identities(tx: &mut Tx<'_>, of: &[ElderId], to: ElderId) -> db::Result<()> {
    for id in of {
        let elder = store::find_anywhere(tx, *id)?;
        let citizen = elder.open(tx.vault())?.citizen;
        let hash = identity_hash(tx.vault(), &citizen);
        tx.exec_one("update identities set elder_id = $2 where hash = $1", params![hash, to])?;
    }
    Ok(())
}

fn take_over(tx: &mut Tx<'_>, t: &OwnedTable, primary: ElderId, secondary: ElderId) -> db::Result<Moved> {
    let own = count(tx, t.table, primary)?;
    let sql = format!("select {0} from {1} where elder_id = $1 order by {0}", t.key, t.table);
    let rows: Vec<Vec<u8>> = tx.query(&sql, params![secondary], |row| row.get(0))?;
    let sql = format!("update {} set elder_id = $2 where elder_id = $1", t.table);
    tx.exec(&sql, params![secondary, primary])?;
    let rows = rows.iter().map(|r| hex(r)).collect();
    let of = t.of.map(|(column, table)| (column.to_owned(), table.to_owned()));
    let parts = t.parts.map(|(table, column)| (table.to_owned(), column.to_owned()));
    Ok(Moved { table: t.table.into(), title: t.title.into(), key: t.key.into(), of, parts, rows, own })
}

fn count(tx: &mut Tx<'_>, table: &str, elder: ElderId) -> db::Result<i64> {
    tx.count(&format!("select count(*) from {table} where elder_id = $1"), params![elder])
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn keep(
    tx: &mut Tx<'_>,
    by: &Actor,
    primary: ElderId,
    secondary: ElderId,
    reason: &str,
    snapshot: &Snapshot,
) -> Result<MergeId, Error> {
    let id = MergeId::new(by.now, tx.chance());
    let text = serde_json::to_string(snapshot).map_err(|e| Error::Internal(e.to_string()))?;
    let sealed = tx.seal(SNAPSHOT, &text);
    tx.exec(
        "insert into elder_merges (elder_id, id, secondary_id, reason, snapshot_sealed, merged_at, merged_by)
         values ($1, $2, $3, $4, $5, $6, $7)",
        params![primary, id, secondary, reason, sealed, by.now, &by.name],
    )?;
    Ok(id)
}

const COLUMNS: &str = "m.id, m.elder_id, m.secondary_id, m.reason, m.merged_at, m.merged_by, m.undone_at";

fn read(row: &Row<'_>) -> db::Result<Merge> {
    let mut c = row.columns();
    Ok(Merge {
        id: c.take()?,
        primary: c.take()?,
        secondary: c.take()?,
        reason: c.take()?,
        merged_at: c.take()?,
        merged_by: c.take()?,
        undone_at: c.take()?,
    })
}

/// The merges in which the elder's file remained, newest first, undone ones too.
///
/// # Errors
/// What the engine says.
pub fn of(tx: &mut Tx<'_>, elder: ElderId) -> db::Result<Vec<Merge>> {
    let sql = format!("select {COLUMNS} from elder_merges m where m.elder_id = $1 order by m.id desc");
    tx.query(&sql, params![elder], read)
}

/// Undoes a merge: both files are again what they were, with what was changed since and has nothing to do with it.
///
/// # Errors
/// [`Error::Refused`] with the reason when something was done since that nobody but a person can sort out.
pub fn undo(tx: &mut Tx<'_>, by: &Actor, primary: ElderId, id: MergeId) -> Result<(), Error> {
    let current = store::find(tx, by, primary)?;
    let sql = format!("select {COLUMNS}, m.snapshot_sealed from elder_merges m where m.elder_id = $1 and m.id = $2");
    let (merge, sealed) = tx.query_one(&sql, params![primary, id], |row| Ok((read(row)?, row.get::<Vec<u8>>(7)?)))?;
    check(tx, &current, &merge)?;
    let text = tx.vault().open(SNAPSHOT, &sealed)?;
    let mut was: Snapshot = serde_json::from_str(&text).map_err(|e| Error::Internal(e.to_string()))?;
    was.moved = was.moved.into_iter().map(Moved::today).collect();
    let now = file(tx, &current)?;
    let (back, facts) = split(&now, &was).map_err(|reason| Error::Refused(vec![reason]))?;
    for moved in &was.moved {
        give_back(tx, moved, primary, merge.secondary)?;
    }
    for moved in &was.moved {
        none_left(tx, moved, primary, merge.secondary)?;
    }
    repoint_identities(tx, &was.identities, merge.secondary)?;
    put(tx, by, primary, &back)?;
    tx.exec_one("update elders set merged_into = null where id = $1", params![merge.secondary])?;
    facts::store::replace(tx, merge.secondary, &facts)?;
    links::store::replace(tx, merge.secondary, &was.secondary.links)?;
    let sql = "update elder_merges set undone_at = $3, undone_by = $4 where elder_id = $1 and id = $2";
    tx.exec_one(sql, params![primary, id, by.now, &by.name])?;
    Ok(note(tx, by, "elders.unmerge", primary, merge.secondary, "")?)
}

fn check(tx: &mut Tx<'_>, current: &Elder, merge: &Merge) -> Result<(), Error> {
    if merge.undone_at.is_some() {
        return Err(Error::refused("ELDERS-13", "这次合并已经撤销过"));
    }
    let secondary = store::find_anywhere(tx, merge.secondary)?;
    if current.merged_into.is_some() || secondary.merged_into != Some(current.id) {
        return Err(Error::refused("ELDERS-14", "之后又发生过合并，请先撤销后一次合并"));
    }
    Ok(())
}

fn give_back(tx: &mut Tx<'_>, moved: &Moved, primary: ElderId, secondary: ElderId) -> Result<(), Error> {
    if moved.rows.is_empty() {
        return Ok(());
    }
    let refuse = |what: &str| Err(since(moved, what));
    if count(tx, &moved.table, primary)? != moved.own + moved.rows.len() as i64 {
        return refuse("又有新增或删除");
    }
    let sql = format!("update {} set elder_id = $2 where elder_id = $1 and {} = $3", moved.table, moved.key);
    for row in &moved.rows {
        if tx.exec(&sql, params![primary, secondary, bytes(row)])? == 0 {
            return refuse("有变动");
        }
    }
    Ok(())
}

fn since(moved: &Moved, what: &str) -> Error {
    Error::refused("ELDERS-15", format!("合并之后{}{what}，不能自动拆分，请人工核对", moved.title))
}

/// Refuses when a row stays behind whose owner was given back: a form of an assessment, a correction of a visit.
fn none_left(tx: &mut Tx<'_>, moved: &Moved, primary: ElderId, secondary: ElderId) -> Result<(), Error> {
    let own = moved.of.iter().map(|(column, table)| (&moved.table, column, table));
    let others = moved.parts.iter().map(|(table, column)| (table, column, &moved.table));
    for (rows, column, owners) in own.chain(others) {
        let sql = format!(
            "select count(*) from {rows} c join {owners} p on p.id = c.{column} where c.elder_id = $1 and p.elder_id = $2"
        );
        if tx.count(&sql, params![primary, secondary])? > 0 {
            return Err(since(moved, "又有新增"));
        }
    }
    Ok(())
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len() / 2).filter_map(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).ok()).collect()
}
