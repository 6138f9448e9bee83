//! Results in the store.

use super::model::{self, Key, Screening};
use crate::subject;
use db::{Actor, Condition, Json, Row, Tx, params};
use kernel::{Date, ElderId, ScreeningId};
use policy::{Answers, Library};
use web::{Error, FieldError};

const COLUMNS: &str =
    "s.elder_id, s.id, s.scale, s.title, s.on_date, s.answers, s.scored, s.institution_id, s.done_by, s.struck";

fn screening(row: &Row<'_>) -> db::Result<Screening> {
    let mut c = row.columns();
    Ok(Screening {
        key: Key { elder: c.take()?, id: c.take()? },
        scale: c.take()?,
        title: c.take()?,
        on: c.take()?,
        answers: c.take::<Json<_>>()?.0,
        scored: c.take::<Json<_>>()?.0,
        institution: c.take()?,
        by: c.take()?,
        struck: c.take()?,
    })
}

/// Scores a whole form and keeps it. The same answers of the same day sent twice are kept once.
///
/// # Errors
/// [`Error::Invalid`] with every question that is open or wrong, [`Error::Refused`] with the numbered reason.
pub fn save(
    tx: &mut Tx<'_>,
    by: &Actor,
    library: &Library,
    (elder, scale, on): (ElderId, &str, Date),
    answers: &Answers,
) -> Result<Key, Error> {
    let subject = subject::store::find(tx, by, elder)?;
    let refused = || Error::refused("SC-01", "这份量表不用于老年人筛查，请另选");
    let scale = model::scale(library, scale).ok_or_else(refused)?;
    if !subject.present {
        return Err(Error::refused("SC-02", "老年人已去世或已迁出，不能再做筛查"));
    }
    if let Some(why) = subject.against_date("筛查日期", on, by.today()) {
        return Err(Error::field("on", "筛查日期", why));
    }
    let scored = scale.score(answers).map_err(|open| {
        let field = |one: &policy::Unanswered| {
            let wrong = one.why.clone().unwrap_or_else(|| "这一项的答案不在选项内".into());
            FieldError::new(&one.code, &one.name, if one.given.is_some() { wrong } else { "没有回答".into() })
        };
        Error::Invalid(open.iter().map(field).collect())
    })?;
    let same = |old: &Screening| old.scale == scale.id && old.on == on && old.answers == *answers;
    if let Some(old) = of_elder(tx, by, elder)?.iter().find(|old| old.struck.is_none() && same(old)) {
        return Ok(old.key);
    }
    let id = ScreeningId::new(by.now, tx.chance());
    tx.exec(
        "insert into screenings (elder_id, id, scale, title, on_date, answers, scored, level, alerts, institution_id, done_by,
           created_at, changed_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12)",
        params![
            elder,
            id,
            &scale.id,
            &scale.name,
            on,
            Json(answers),
            Json(&scored),
            scored.level,
            scored.alerts.len() as i64,
            by.institution,
            &by.name,
            by.now
        ],
    )?;
    audit(tx, by, Key { elder, id }, "screenings.write", format!("{} {on}：{}", scale.name, model::result(&scored)))?;
    Ok(Key { elder, id })
}

fn audit(tx: &mut Tx<'_>, by: &Actor, key: Key, action: &str, detail: String) -> db::Result<()> {
    tx.audit(by, db::audit::Entry { action, elder: Some(key.elder), subject: key.id.to_string(), detail })
}

/// A result of an elder within sight.
///
/// # Errors
/// [`db::Error::NotFound`], or what the engine says.
pub fn find(tx: &mut Tx<'_>, by: &Actor, key: Key) -> db::Result<Screening> {
    registry::elders::store::visible(tx, by, key.elder)?;
    let sql = format!("select {COLUMNS} from screenings s where s.elder_id = $1 and s.id = $2");
    tx.query_one(&sql, params![key.elder, key.id], screening)
}

/// All results of an elder within sight, newest first, the ones struck out too.
///
/// # Errors
/// [`db::Error::NotFound`], or what the engine says.
pub fn of_elder(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> db::Result<Vec<Screening>> {
    registry::elders::store::visible(tx, by, elder)?;
    let sql = format!(
        "select {COLUMNS} from screenings s where s.elder_id = $1 order by s.on_date desc, s.created_at desc, s.id desc"
    );
    tx.query(&sql, params![elder], screening)
}

/// Strikes out a result that was entered by mistake; its answers stay to be read.
///
/// # Errors
/// [`Error::Invalid`] without a reason, [`Error::Refused`] when it is struck out already or other things rest on it.
pub fn strike(tx: &mut Tx<'_>, by: &Actor, key: Key, why: &str) -> Result<(), Error> {
    let why = kernel::text::clean(why);
    if why.is_empty() {
        return Err(Error::field("why", "作废原因", "没有填写"));
    }
    let old = find(tx, by, key)?;
    let rests = "select count(*) from tcm_services where elder_id = $1 and screening_id = $2";
    if tx.count(rests, params![key.elder, key.id])? > 0 {
        return Err(Error::refused("SC-04", "已据此做了中医药保健指导，请先作废那次指导"));
    }
    let sql = "update screenings set struck = $3, changed_at = $4 where elder_id = $1 and id = $2 and struck is null";
    if tx.exec(sql, params![key.elder, key.id, &why, by.now])? == 0 {
        return Err(Error::refused("SC-03", "这份结果已经作废"));
    }
    Ok(audit(tx, by, key, "screenings.strike", format!("{} {}：{why}", old.scale, old.on))?)
}

/// What a list is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// By this scale.
    pub scale: Option<String>,
    /// Only results that somebody must be told of.
    pub alerts: bool,
}

fn condition(by: &Actor, f: &Filter) -> Condition {
    let mut all = Condition::new(by.scope.elders("e.area", "e.id", 1));
    all.and("s.struck is null").with_some("s.scale = ?", f.scale.clone());
    if f.alerts {
        all.and("s.alerts > 0");
    }
    all
}

/// A page of the results within sight with the elders' names, newest first.
///
/// # Errors
/// What the engine says.
pub fn list(
    tx: &mut Tx<'_>,
    by: &Actor,
    filter: &Filter,
    limit: i64,
    offset: i64,
) -> db::Result<Vec<(String, Screening)>> {
    let mut all = condition(by, filter);
    let (page, condition) = (all.page(limit, offset), &all.sql);
    let sql = format!(
        "select {COLUMNS}, e.name from screenings s join elders e on e.id = s.elder_id where {condition}
         order by s.on_date desc, s.id desc {page}"
    );
    tx.query(&sql, &all.values, |row| Ok((row.get(10)?, screening(row)?)))
}

/// How many there are of them.
///
/// # Errors
/// What the engine says.
pub fn count(tx: &mut Tx<'_>, by: &Actor, filter: &Filter) -> db::Result<i64> {
    let all = condition(by, filter);
    let sql = format!("select count(*) from screenings s join elders e on e.id = s.elder_id where {}", all.sql);
    tx.count(&sql, &all.values)
}

/// Ids that a page's address names.
#[must_use]
pub fn key(elder: &str, id: &str) -> Option<Key> {
    Some(Key { elder: ElderId::parse(elder)?, id: ScreeningId::parse(id)? })
}
