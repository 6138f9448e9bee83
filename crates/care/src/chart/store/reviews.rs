//! Guidance on medicines and reviews of prescriptions in the database.

use super::super::reviews::{NewReview, Problem, Review, ReviewState};
use crate::subject;
use db::{Actor, Json, Row, Tx, params};
use kernel::{Date, ElderId, ReviewId};
use web::Error;

const COLUMNS: &str =
    "r.elder_id, r.id, r.kind, r.state, r.on_date, r.medicines, r.findings, r.advice, r.answer, r.answered_on,
     r.recorded_by, r.version";

fn review(row: &Row<'_>) -> db::Result<Review> {
    let mut c = row.columns();
    let (elder, id, kind, state, on) = (c.take()?, c.take()?, c.take()?, c.take()?, c.take()?);
    let medicines = c.take::<Json<Vec<String>>>()?.0;
    let problems = c.take::<Json<Vec<Problem>>>()?.0;
    Ok(Review {
        id,
        state,
        facts: NewReview { elder, kind, on, medicines, problems, advice: c.take()? },
        answer: c.take()?,
        answered_on: c.take()?,
        recorded_by: c.take()?,
        version: c.take()?,
    })
}

/// Writes a service down.
///
/// # Errors
/// A day that cannot be, or what the store says.
pub fn record(tx: &mut Tx<'_>, by: &Actor, new: &NewReview) -> Result<ReviewId, Error> {
    let subject = subject::store::find(tx, by, new.elder)?;
    if let Some(why) = subject.against_date("服务日期", new.on, by.today()) {
        return Err(Error::field("on", "服务日期", why));
    }
    if new.advice.is_empty() {
        return Err(Error::field("advice", "指导或点评意见", "请填写告知了什么、建议什么"));
    }
    let id = ReviewId::new(by.now, tx.chance());
    tx.exec(
        "insert into chart_reviews (elder_id, id, kind, state, on_date, medicines, findings, advice, answer, recorded_by,
           institution_id, version, created_at, changed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, '', $9, $10, 1, $11, $11)",
        params![
            new.elder,
            id,
            new.kind,
            new.state(),
            new.on,
            Json(&new.medicines),
            Json(&new.problems),
            new.advice.as_str(),
            by.name.as_str(),
            by.institution,
            by.now
        ],
    )?;
    audit(tx, by, (new.elder, id), &format!("{}：{}", new.kind, new.verdict()))?;
    Ok(id)
}

/// Writes down what the prescriber answered.
///
/// # Errors
/// CH-05 when there is nothing (more) to answer, CH-04 when somebody was faster, or what the store says.
pub fn answer(
    tx: &mut Tx<'_>,
    by: &Actor,
    (elder, id): (ElderId, ReviewId),
    (text, version): (&str, i64),
) -> Result<(), Error> {
    let old = find(tx, by, elder, id)?;
    if old.state != ReviewState::Open {
        return Err(Error::Conflict(format!("CH-05 这次{}{}，不能再登记答复", old.facts.kind, old.state)));
    }
    let written = tx.exec(
        "update chart_reviews set state = $3, answer = $4, answered_on = $5, version = version + 1, changed_at = $6
         where elder_id = $1 and id = $2 and version = $7",
        params![elder, id, ReviewState::Answered, text, by.today(), by.now, version],
    )?;
    if written == 0 {
        return Err(Error::Conflict("CH-04 这次点评刚由别人改过，请看过再办".into()));
    }
    audit(tx, by, (elder, id), "处方医师已答复")
}

fn audit(tx: &mut Tx<'_>, by: &Actor, (elder, id): (ElderId, ReviewId), detail: &str) -> Result<(), Error> {
    let detail = detail.to_owned();
    let entry = db::audit::Entry { action: "chart.review", elder: Some(elder), subject: id.to_string(), detail };
    Ok(tx.audit(by, entry)?)
}

/// One service of an elder within sight.
///
/// # Errors
/// [`db::Error::NotFound`], or what the engine says.
pub fn find(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, id: ReviewId) -> db::Result<Review> {
    subject::store::find(tx, by, elder)?;
    let sql = format!("select {COLUMNS} from chart_reviews r where r.elder_id = $1 and r.id = $2");
    tx.query_one(&sql, params![elder, id], review)
}

/// All services of an elder within sight, newest first.
///
/// # Errors
/// [`db::Error::NotFound`] when the elder is out of sight, or what the engine says.
pub fn of_elder(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> db::Result<Vec<Review>> {
    subject::store::find(tx, by, elder)?;
    let sql = format!("select {COLUMNS} from chart_reviews r where r.elder_id = $1 order by r.on_date desc, r.id desc");
    tx.query(&sql, params![elder], review)
}

/// Services within sight, those that wait first or alone, with the elder's name.
///
/// # Errors
/// What the engine says.
pub fn list(tx: &mut Tx<'_>, by: &Actor, open: bool, (limit, offset): (i64, i64)) -> db::Result<Vec<(String, Review)>> {
    let (scope, mut values) = by.scope.elders("e.area", "e.id", 3);
    values.splice(0..0, [limit.into(), offset.into()]);
    let only = if open { "r.state = 'open'" } else { "1 = 1" };
    let sql = format!(
        "select {COLUMNS}, e.name from chart_reviews r join elders e on e.id = r.elder_id
         where {only} and {scope} order by r.on_date desc, r.id desc limit $1 offset $2"
    );
    tx.query(&sql, &values, |row| Ok((row.get(12)?, review(row)?)))
}

/// How many services there are within sight since a day, or how many wait.
///
/// # Errors
/// What the engine says.
pub fn count(tx: &mut Tx<'_>, by: &Actor, open: bool, from: Date) -> db::Result<i64> {
    let (scope, mut values) = by.scope.elders("e.area", "e.id", 2);
    values.insert(0, from.into());
    let only = if open { "r.state = 'open'" } else { "1 = 1" };
    let sql = format!(
        "select count(*) from chart_reviews r join elders e on e.id = r.elder_id
         where r.on_date >= $1 and {only} and {scope}"
    );
    tx.count(&sql, &values)
}
