//! Check-ups in the store, and the facts that follow from them.

pub mod findings;

use super::model::{Checkup, LABELS, NewCheckup};
use crate::subject;
use db::{Actor, Row, Tx, params};
use kernel::{CheckupId, Date, ElderId};
use registry::elders::facts::{self, Fact};
use registry::saved::{self, FieldChange, Refused, Saved};

const COLUMNS: &str = "id, source, elder_id, on_date, institution_id, file_built, guided, complete, sbp, dbp, glucose";

fn checkup(row: &Row<'_>) -> db::Result<Checkup> {
    let mut c = row.columns();
    Ok(Checkup {
        id: c.take()?,
        source: c.take()?,
        facts: NewCheckup {
            elder: c.take()?,
            on: c.take()?,
            institution: c.take()?,
            file_built: c.take()?,
            guided: c.take()?,
            complete: c.take()?,
            sbp: c.take()?,
            dbp: c.take()?,
            glucose: c.take()?,
        },
    })
}

/// Saves a check-up; one of the same elder and day is changed. `source` says where it came from: 导入 or 登记.
///
/// # Errors
/// [`Refused`] with the field that cannot be true, when the elder is out of sight, or when the store fails.
pub fn save(tx: &mut Tx<'_>, by: &Actor, new: &NewCheckup, source: &str) -> saved::Result<(CheckupId, Saved)> {
    let subject = match subject::store::find(tx, by, new.elder) {
        Err(db::Error::NotFound) => return Err(Refused::field("身份证号", "没有这位老年人，或不在您的辖区内")),
        found => found?,
    };
    if let Some((field, why)) = new.fault(&subject, by.today()) {
        return Err(Refused::field(field, why));
    }
    let sql = format!("select {COLUMNS} from checkups where elder_id = $1 and on_date = $2");
    match tx.query_opt(&sql, params![new.elder, new.on], checkup)? {
        Some(old) => {
            let whole = saved::fill_blanks(new, &old.facts)?;
            let changes = saved::changes(&old.facts, &whole, LABELS);
            if !changes.is_empty() {
                update(tx, by, old.id, &whole)?;
            }
            Ok((old.id, Saved::of(changes)))
        }
        None => Ok((insert(tx, by, new, source)?, Saved::Created)),
    }
}

/// Saves a check-up from the form, with an audit row.
///
/// # Errors
/// Like [`save`].
pub fn register(tx: &mut Tx<'_>, by: &Actor, new: &NewCheckup) -> saved::Result<(CheckupId, Saved)> {
    let result = save(tx, by, new, "登记")?;
    let entry = db::audit::Entry {
        action: "records.write",
        elder: Some(new.elder),
        subject: result.0.to_string(),
        detail: format!("健康体检 {}（{}）", new.on, result.1.name()),
    };
    tx.audit(by, entry)?;
    Ok(result)
}

fn insert(tx: &mut Tx<'_>, by: &Actor, new: &NewCheckup, source: &str) -> db::Result<CheckupId> {
    let id = CheckupId::new(by.now, tx.chance());
    tx.exec(
        "insert into checkups (elder_id, id, on_date, institution_id, file_built, guided, complete, sbp, dbp, glucose,
           source, created_at, changed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12)",
        params![
            new.elder,
            id,
            new.on,
            new.institution,
            new.file_built,
            new.guided,
            new.complete,
            new.sbp,
            new.dbp,
            new.glucose,
            source,
            by.now
        ],
    )?;
    follow(tx, new.elder)?;
    Ok(id)
}

fn update(tx: &mut Tx<'_>, by: &Actor, id: CheckupId, facts: &NewCheckup) -> db::Result<()> {
    tx.exec_one(
        "update checkups set institution_id = $3, file_built = $4, guided = $5, complete = $6, sbp = $7, dbp = $8,
           glucose = $9, examined_at = null, changed_at = $10 where elder_id = $1 and id = $2",
        params![
            facts.elder,
            id,
            facts.institution,
            facts.file_built,
            facts.guided,
            facts.complete,
            facts.sbp,
            facts.dbp,
            facts.glucose,
            by.now
        ],
    )?;
    follow(tx, facts.elder)
}

/// Sets the elder's facts to what the check-ups now say, and lets them fulfil what a contract promised.
fn follow(tx: &mut Tx<'_>, elder: ElderId) -> db::Result<()> {
    let sql = "select max(on_date), max(case when file_built = 1 and guided = 1 and complete = 1 then on_date end)
               from checkups where elder_id = $1";
    let (last, managed): (Option<Date>, Option<Date>) =
        tx.query_one(sql, params![elder], |row| Ok((row.get(0)?, row.get(1)?)))?;
    facts::set(tx, elder, Fact::CheckupOn(last))?;
    facts::set(tx, elder, Fact::ManagedOn(managed))?;
    crate::contracts::match_checkups(tx, elder)
}

/// The check-ups of an elder, newest first.
///
/// # Errors
/// [`db::Error::NotFound`] when the elder is out of sight, or what the engine says.
pub fn of_elder(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> db::Result<Vec<Checkup>> {
    subject::store::find(tx, by, elder)?;
    let sql = format!("select {COLUMNS} from checkups where elder_id = $1 order by on_date desc");
    tx.query(&sql, params![elder], checkup)
}

/// The check-ups of a year or of other days, newest first, with the elder's name.
///
/// # Errors
/// What the engine says.
pub fn list(tx: &mut Tx<'_>, by: &Actor, from: Date, limit: i64, offset: i64) -> db::Result<Vec<(String, Checkup)>> {
    let (scope, mut values) = by.scope.elders("e.area", "e.id", 4);
    values.splice(0..0, [from.into(), limit.into(), offset.into()]);
    let columns = COLUMNS.split(", ").map(|c| format!("k.{c}")).collect::<Vec<_>>().join(", ");
    let sql = format!(
        "select {columns}, e.name from checkups k join elders e on e.id = k.elder_id
         where k.on_date >= $1 and {scope} order by k.on_date desc, k.id desc limit $2 offset $3"
    );
    tx.query(&sql, &values, |row| Ok((row.get(11)?, checkup(row)?)))
}

/// How many check-ups there are since a day within sight.
///
/// # Errors
/// What the engine says.
pub fn count(tx: &mut Tx<'_>, by: &Actor, from: Date) -> db::Result<i64> {
    let (scope, mut values) = by.scope.elders("e.area", "e.id", 2);
    values.insert(0, from.into());
    let sql =
        format!("select count(*) from checkups k join elders e on e.id = k.elder_id where k.on_date >= $1 and {scope}");
    tx.count(&sql, &values)
}

/// Takes back a check-up that an import created.
///
/// # Errors
/// [`db::Error::NotFound`], or what the engine says.
pub fn remove(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, id: CheckupId) -> db::Result<()> {
    subject::store::find(tx, by, elder)?;
    tx.exec_one("delete from checkups where elder_id = $1 and id = $2", params![elder, id])?;
    tx.exec("delete from checkup_forms where elder_id = $1 and id = $2", params![elder, id])?;
    tx.exec("delete from checkup_findings where elder_id = $1 and checkup_id = $2", params![elder, id])?;
    follow(tx, elder)
}

/// Takes back what an import changed.
///
/// # Errors
/// [`Refused`] when a field was changed again since, or when the store fails.
pub fn restore(
    tx: &mut Tx<'_>,
    by: &Actor,
    elder: ElderId,
    id: CheckupId,
    changes: &[FieldChange],
) -> saved::Result<()> {
    subject::store::find(tx, by, elder)?;
    let sql = format!("select {COLUMNS} from checkups where elder_id = $1 and id = $2");
    let current = tx.query_one(&sql, params![elder, id], checkup)?;
    let before = saved::put_back(&current.facts, changes)?;
    Ok(update(tx, by, id, &before)?)
}
