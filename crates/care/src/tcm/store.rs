//! Services in the store, and the fact that follows from them.

use super::model::{self, Part, Service};
use super::{SCALE, due};
use crate::screenings::{self, Key};
use crate::subject;
use db::{Actor, Condition, Json, Row, Tx, params};
use kernel::{Date, ElderId, TcmServiceId};
use policy::Library;
use registry::elders::facts::{self, Fact};
use web::{Error, Reason};

const COLUMNS: &str =
    "t.id, t.elder_id, t.screening_id, t.on_date, t.constitutions, t.parts, t.advice, t.institution_id, t.done_by";

fn service(row: &Row<'_>) -> db::Result<Service> {
    let mut c = row.columns();
    Ok(Service {
        id: c.take()?,
        elder: c.take()?,
        screening: c.take()?,
        on: c.take()?,
        constitutions: c.take::<Json<_>>()?.0,
        parts: c.take::<Json<_>>()?.0,
        advice: c.take()?,
        institution: c.take()?,
        by: c.take()?,
    })
}

fn refused(code: &str, text: &str) -> Error {
    Error::Refused(vec![Reason::new(code, text)])
}

/// Keeps the guidance that was given for some answers; the elder's fact follows.
///
/// # Errors
/// [`Error::Invalid`] with the field, [`Error::Refused`] with the numbered reason.
pub fn save(
    tx: &mut Tx<'_>,
    by: &Actor,
    key: Key,
    (on, main, parts, advice): (Date, &str, &[Part], &str),
) -> Result<(), Error> {
    let subject = subject::store::find(tx, by, key.elder)?;
    let screening = screenings::store::find(tx, by, key)?;
    if screening.struck.is_some() || screening.scale != SCALE {
        return Err(refused("TC-02", "这份答案已作废，或不是中医体质辨识"));
    }
    if of_screening(tx, key)?.is_some() {
        return Err(refused("TC-03", "已据这份答案做过指导"));
    }
    if let Some(why) = subject.against_date("指导日期", on, by.today()) {
        return Err(Error::field("on", "指导日期", why));
    }
    if on < screening.on {
        return Err(Error::field("on", "指导日期", format!("不能早于辨识的日期 {}", screening.on)));
    }
    let advice = kernel::text::prose(advice);
    if parts.is_empty() || advice.is_empty() {
        return Err(Error::field("advice", "保健指导", "请勾选指导的内容并写明指导意见"));
    }
    let constitutions = model::constitutions(&screening.scored, main)?;
    let id = TcmServiceId::new(by.now, tx.chance());
    let service = Service {
        id,
        elder: key.elder,
        screening: key.id,
        on,
        constitutions,
        parts: parts.to_vec(),
        advice,
        institution: by.institution,
        by: by.name.clone(),
    };
    insert(tx, by, &service)?;
    let entry = db::audit::Entry {
        action: "tcm.write",
        elder: Some(key.elder),
        subject: id.to_string(),
        detail: format!("{on} {}", service.in_words()),
    };
    tx.audit(by, entry)?;
    Ok(follow(tx, key.elder)?)
}

fn insert(tx: &mut Tx<'_>, by: &Actor, s: &Service) -> db::Result<()> {
    tx.exec(
        "insert into tcm_services (elder_id, id, screening_id, on_date, constitutions, parts, advice, institution_id, done_by,
           created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        params![
            s.elder,
            s.id,
            s.screening,
            s.on,
            Json(&s.constitutions),
            Json(&s.parts),
            &s.advice,
            s.institution,
            &s.by,
            by.now
        ],
    )?;
    Ok(())
}

/// Sets the elder's fact to the last service.
fn follow(tx: &mut Tx<'_>, elder: ElderId) -> db::Result<()> {
    let sql = "select max(on_date) from tcm_services where elder_id = $1";
    let last: Option<Date> = tx.query_one(sql, params![elder], |row| row.get(0))?;
    facts::set(tx, elder, Fact::TcmOn(last))
}

/// Takes back guidance that was entered by mistake; the answers stay.
///
/// # Errors
/// [`db::Error::NotFound`], or what the engine says.
pub fn undo(tx: &mut Tx<'_>, by: &Actor, key: Key) -> Result<(), Error> {
    subject::store::find(tx, by, key.elder)?;
    let old = of_screening(tx, key)?.ok_or(Error::NotFound)?;
    tx.exec_one("delete from tcm_services where elder_id = $1 and id = $2", params![key.elder, old.id])?;
    let entry = db::audit::Entry {
        action: "tcm.undo",
        elder: Some(key.elder),
        subject: old.id.to_string(),
        detail: format!("{} {}：{}", old.on, old.in_words(), old.advice),
    };
    tx.audit(by, entry)?;
    Ok(follow(tx, key.elder)?)
}

/// The service that rests on some answers. Callers have seen the elder.
///
/// # Errors
/// What the engine says.
pub fn of_screening(tx: &mut Tx<'_>, key: Key) -> db::Result<Option<Service>> {
    let sql = format!("select {COLUMNS} from tcm_services t where t.elder_id = $1 and t.screening_id = $2");
    tx.query_opt(&sql, params![key.elder, key.id], service)
}

/// The services of an elder within sight, newest first.
///
/// # Errors
/// [`db::Error::NotFound`], or what the engine says.
pub fn of_elder(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> db::Result<Vec<Service>> {
    registry::elders::store::visible(tx, by, elder)?;
    let sql = format!("select {COLUMNS} from tcm_services t where t.elder_id = $1 order by t.on_date desc, t.id desc");
    tx.query(&sql, params![elder], service)
}

/// Whether an elder is due, and until when.
///
/// # Errors
/// [`db::Error::NotFound`], or what the engine says.
pub fn is_due(tx: &mut Tx<'_>, by: &Actor, library: &Library, elder: ElderId) -> db::Result<(bool, Option<Date>)> {
    let subject = subject::store::find(tx, by, elder)?;
    let last = facts::of(tx, elder)?.tcm_on;
    let age = kernel::time::age_on(subject.born, by.today());
    Ok(due::ask(library, subject.area, by.today(), age, last))
}

/// A page of the services within sight since a day with the elders' names, newest first, and how many there are.
///
/// # Errors
/// What the engine says.
pub fn list(
    tx: &mut Tx<'_>,
    by: &Actor,
    from: Date,
    limit: i64,
    offset: i64,
) -> db::Result<(Vec<(String, Service)>, i64)> {
    let mut all = Condition::new(by.scope.elders("e.area", "e.id", 1));
    all.with("t.on_date >= ?", from);
    let tables = "from tcm_services t join elders e on e.id = t.elder_id where";
    let total = tx.count(&format!("select count(*) {tables} {}", all.sql), &all.values)?;
    let (page, condition) = (all.page(limit, offset), &all.sql);
    let sql = format!("select {COLUMNS}, e.name {tables} {condition} order by t.on_date desc, t.id desc {page}");
    let rows = tx.query(&sql, &all.values, |row| Ok((row.get(9)?, service(row)?)))?;
    Ok((rows, total))
}
