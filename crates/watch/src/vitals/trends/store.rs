//! Trends in the database: medians of daily summaries, and what of them got worse.

use super::{LOOKED_AT, Trend, Windows};
use crate::vitals::Vital;
use chrono::Days;
use db::{Actor, Condition, Tx, Value, params};
use kernel::{Area, Date, ElderId, Instant, TrendId};
use registry::elders;

/// Elders alive who wore a device since an instant, in the order of their ids.
///
/// # Errors
/// What the engine says.
pub fn watched(
    tx: &mut Tx<'_>,
    after: Option<ElderId>,
    since: Instant,
    limit: usize,
) -> db::Result<Vec<(ElderId, Area)>> {
    let after = after.map_or(Value::from(vec![0; 16]), Value::from);
    let sql = "select distinct b.elder_id, e.area from device_bindings b join elders e on e.id = b.elder_id
               where b.elder_id > $1 and (b.until is null or b.until >= $2) and e.status = 'alive' and e.merged_into is null
               order by b.elder_id limit $3";
    tx.query(sql, &[after, since.into(), limit.into()], |row| Ok((row.get(0)?, row.get(1)?)))
}

fn midnight(day: Date) -> Instant {
    kernel::time::at(day, 0, 0).unwrap_or_default()
}

/// The value of a day: the lowest pulse is the one at rest, steps count up from midnight, of the others the mean.
const OF_DAY: &str = "case when s.kind = 3 then s.least when s.kind = 9 then s.most
    else (2 * s.total + s.count) / (2 * s.count) end";

/// The medians of both windows where both have days enough: elder, what, before, now.
///
/// # Errors
/// What the engine says.
pub(super) fn medians(
    tx: &mut Tx<'_>,
    people: &[ElderId],
    today: Date,
    windows: &Windows,
) -> db::Result<Vec<(ElderId, Vital, i64, i64)>> {
    let recent = today - Days::new(windows.recent.unsigned_abs());
    let from = recent - Days::new(windows.before.unsigned_abs());
    let mut values: Vec<Value<'_>> = vec![midnight(from).into(), midnight(recent).into(), midnight(today).into()];
    values.extend([windows.before_least.into(), windows.recent_least.into()]);
    let kinds = db::value::list(&mut values, LOOKED_AT.iter().map(|vital| vital.number()));
    let people = db::value::list(&mut values, people.iter().copied());
    let sql = format!(
        "with days as (
           select s.elder_id, s.kind, case when s.starts_at >= $2 then 1 else 0 end as late, {OF_DAY} as value
           from measurement_summaries s
           where s.elder_id in ({people}) and s.kind in ({kinds}) and s.span = 24 and s.starts_at >= $1 and s.starts_at < $3),
         ranked as (
           select elder_id, kind, late, value, row_number() over (partition by elder_id, kind, late order by value) as place,
             count(*) over (partition by elder_id, kind, late) as many from days),
         middle as (
           select elder_id, kind, late, cast(sum(value) as bigint) / count(*) as median, max(many) as many from ranked
           where place in ((many + 1) / 2, (many + 2) / 2) group by elder_id, kind, late)
         select b.elder_id, b.kind, b.median, n.median from middle b
         join middle n on n.elder_id = b.elder_id and n.kind = b.kind and n.late = 1
         where b.late = 0 and b.many >= $4 and n.many >= $5 order by b.elder_id, b.kind"
    );
    let all = tx.query(&sql, &values, |row| {
        let vital = Vital::of_number(row.get(1)?);
        Ok((row.get::<ElderId>(0)?, vital, row.get::<i64>(2)?, row.get::<i64>(3)?))
    })?;
    Ok(all.into_iter().filter_map(|(elder, vital, was, became)| Some((elder, vital?, was, became))).collect())
}

/// Puts what got worse in the place of what was there.
///
/// # Errors
/// What the engine says.
pub(super) fn put(tx: &mut Tx<'_>, by: &Actor, found: &[(ElderId, Vec<Trend>)]) -> db::Result<()> {
    let mut values = vec![];
    let people = db::value::list(&mut values, found.iter().map(|(elder, _)| *elder));
    tx.exec(&format!("delete from vital_trends where elder_id in ({people})"), &values)?;
    for (elder, trends) in found {
        for t in trends {
            let id = TrendId::new(by.now, tx.chance());
            tx.exec(
                "insert into vital_trends (elder_id, id, kind, trend, was, became, on_date) values ($1, $2, $3, $4, $5, $6, $7)",
                params![*elder, id, t.vital.number(), t.direction, t.was, t.became, by.today()],
            )?;
        }
    }
    Ok(())
}

/// Forgets what the last night did not find any more.
///
/// # Errors
/// What the engine says.
pub(super) fn forget(tx: &mut Tx<'_>, today: Date) -> db::Result<u64> {
    tx.exec("delete from vital_trends where on_date < $1", params![today])
}

/// Which elders a list is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// Those contracted with the actor's own institution, if they have one.
    Mine,
    /// All within sight.
    All,
}

fn sight(by: &Actor, whose: Whose) -> Condition {
    let mut seen = Condition::new(by.scope.elders("e.area", "e.id", 1));
    seen.and("e.merged_into is null and e.status = 'alive'");
    let own = by.institution.filter(|_| whose == Whose::Mine);
    seen.with_some(
        "exists (select 1 from contracts c where c.elder_id = e.id and c.institution_id = ? and c.state = 'signed')",
        own,
    );
    seen
}

/// An elder who is getting worse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Worse {
    /// Who.
    pub elder: ElderId,
    /// Their name.
    pub name: String,
    /// When they were born.
    pub born: Date,
    /// In what.
    pub trends: Vec<Trend>,
}

/// How many elders are getting worse.
///
/// # Errors
/// What the engine says.
pub fn count(tx: &mut Tx<'_>, by: &Actor, whose: Whose) -> db::Result<i64> {
    let seen = sight(by, whose);
    let sql = format!(
        "select count(distinct t.elder_id) from vital_trends t join elders e on e.id = t.elder_id where {}",
        seen.sql
    );
    tx.count(&sql, &seen.values)
}

/// Elders who are getting worse, those in most ways first.
///
/// # Errors
/// What the engine says.
pub fn worse(tx: &mut Tx<'_>, by: &Actor, whose: Whose, (limit, offset): (i64, i64)) -> db::Result<Vec<Worse>> {
    let mut seen = sight(by, whose);
    let page = seen.page(limit, offset);
    let sql = format!(
        "select t.elder_id, e.name, e.born from vital_trends t join elders e on e.id = t.elder_id where {}
         group by t.elder_id, e.name, e.born order by count(*) desc, e.name, t.elder_id {page}",
        seen.sql
    );
    let mut all = tx.query(&sql, &seen.values, |row| {
        Ok(Worse { elder: row.get(0)?, name: row.get(1)?, born: row.get(2)?, trends: vec![] })
    })?;
    for one in &mut all {
        one.trends = of_elder(tx, one.elder)?;
    }
    Ok(all)
}

/// In what an elder is getting worse. Whoever asks has seen the elder already.
///
/// # Errors
/// What the engine says.
pub fn of_elder(tx: &mut Tx<'_>, elder: ElderId) -> db::Result<Vec<Trend>> {
    let sql = "select kind, trend, was, became from vital_trends where elder_id = $1 order by kind, id";
    let all = tx.query(sql, params![elder], |row| {
        let (vital, direction) = (Vital::of_number(row.get(0)?), row.get(1)?);
        let (was, became) = (row.get(2)?, row.get(3)?);
        Ok(vital.map(|vital| Trend { vital, direction, was, became }))
    })?;
    Ok(all.into_iter().flatten().collect())
}

/// The values of days of a vital sign, oldest first, for a small picture.
///
/// # Errors
/// [`db::Error::NotFound`] out of sight, or what the engine says.
pub fn days(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, vital: Vital, from: Date) -> db::Result<Vec<i64>> {
    elders::store::visible(tx, by, elder)?;
    let sql = format!(
        "select {OF_DAY} from measurement_summaries s
         where s.elder_id = $1 and s.kind = $2 and s.span = 24 and s.starts_at >= $3 order by s.starts_at"
    );
    tx.query(&sql, params![elder, vital.number(), midnight(from)], |row| row.get(0))
}

/// An elder who wears something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watched {
    /// Who.
    pub elder: ElderId,
    /// Their name.
    pub name: String,
    /// When they were born.
    pub born: Date,
    /// How many devices.
    pub devices: i64,
    /// When one of them was heard last.
    pub heard: Option<Instant>,
    /// In how many ways they are getting worse.
    pub worse: i64,
}

fn wearing(by: &Actor, words: Option<&str>) -> Condition {
    let mut seen = Condition::new(by.scope.elders("e.area", "e.id", 1));
    let like = words.map(registry::institutions::store::like);
    seen.and("e.merged_into is null").with_some("e.name like ? escape '\\'", like);
    seen
}

/// How many elders within sight wear something.
///
/// # Errors
/// What the engine says.
pub fn count_watched(tx: &mut Tx<'_>, by: &Actor, words: Option<&str>) -> db::Result<i64> {
    let seen = wearing(by, words);
    let sql = format!(
        "select count(*) from elders e where {} and exists (select 1 from devices d where d.elder_id = e.id)",
        seen.sql
    );
    tx.count(&sql, &seen.values)
}

/// Elders within sight who wear something, by name.
///
/// # Errors
/// What the engine says.
pub fn list_watched(
    tx: &mut Tx<'_>,
    by: &Actor,
    words: Option<&str>,
    (limit, offset): (i64, i64),
) -> db::Result<Vec<Watched>> {
    let mut seen = wearing(by, words);
    let page = seen.page(limit, offset);
    let sql = format!(
        "select e.id, e.name, e.born, count(*), max(c.heard_at),
           (select count(*) from vital_trends t where t.elder_id = e.id)
         from devices d join elders e on e.id = d.elder_id left join device_contacts c on c.device_id = d.id
         where {} group by e.id, e.name, e.born order by e.name, e.id {page}",
        seen.sql
    );
    tx.query(&sql, &seen.values, |row| {
        let mut c = row.columns();
        let (elder, name, born) = (c.take()?, c.take()?, c.take()?);
        Ok(Watched { elder, name, born, devices: c.take()?, heard: c.take()?, worse: c.take()? })
    })
}
