//! Alarms in the database: reading. What the intake and time write stands in `raise`, the steps of people in `steps`.

mod raise;
mod steps;

pub(crate) use raise::shut;
pub use raise::{Cause, New, Rung, answered, any_due, apply, climb, end, person, raise, rung, standing, standing_of};
pub use steps::{acknowledge, assign, attach, close, raise_by_hand};

use super::model::{Alarm, Key, Kind, Level};
use super::rules::Bounds;
use db::{Actor, Condition, Row, Tx, params};
use kernel::{ElderId, Instant};
use registry::elders;
use web::Error;

/// The result of a step.
pub type Result<T> = std::result::Result<T, Error>;

/// The longest note, in characters.
pub const LONGEST: usize = 500;
/// The ladder has the steps 0, 1, 2; on the last it reminds.
const LAST_STEP: i64 = 2;

const COLUMNS: &str = "a.elder_id, a.id, a.kind, a.level, a.state, a.version, a.device_id, a.rule, a.message, a.value, \
     a.first_at, a.last_at, a.raised_at, a.repeats, a.recovered_at, a.step, a.next_step_at, a.acknowledged_at, \
     a.acknowledged_by, a.acknowledged_id, a.assigned_id, a.assigned_name, a.case_id, a.drill, a.closed_at, a.closed_by, a.outcome, a.note";
/// How many columns that is.
const WIDTH: usize = 28;

fn alarm(row: &Row<'_>) -> db::Result<Alarm> {
    let mut c = row.columns();
    Ok(Alarm {
        key: Key { elder: c.take()?, id: c.take()? },
        kind: c.take()?,
        level: c.take()?,
        state: c.take()?,
        version: c.take()?,
        device: c.take()?,
        rule: c.take()?,
        message: c.take()?,
        value: c.take()?,
        first_at: c.take()?,
        last_at: c.take()?,
        raised_at: c.take()?,
        repeats: c.take()?,
        recovered_at: c.take()?,
        step: c.take()?,
        next_step_at: c.take()?,
        acknowledged_at: c.take()?,
        acknowledged_by: c.take()?,
        acknowledged_id: c.take()?,
        assigned: c.take()?,
        assigned_name: c.take()?,
        case: c.take()?,
        drill: c.take()?,
        closed_at: c.take()?,
        closed_by: c.take()?,
        outcome: c.take()?,
        note: c.take()?,
    })
}

/// An alarm of an elder within sight.
///
/// # Errors
/// [`db::Error::NotFound`], or what the engine says.
pub fn find(tx: &mut Tx<'_>, by: &Actor, key: Key) -> db::Result<Alarm> {
    elders::store::visible(tx, by, key.elder)?;
    let sql = format!("select {COLUMNS} from alarms a where a.elder_id = $1 and a.id = $2");
    tx.query_one(&sql, params![key.elder, key.id], alarm)
}

/// What a list of alarms is narrowed to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter {
    /// Closed ones instead of those that are not.
    pub closed: bool,
    /// Only this level.
    pub level: Option<Level>,
    /// Only this kind.
    pub kind: Option<Kind>,
    /// Only those that wait for the call centre: on no case, or worse since they were.
    pub waiting: bool,
    /// Only those that nobody has taken and that are no drills.
    pub unanswered: bool,
}

fn narrowed(by: &Actor, filter: Filter) -> Condition {
    let mut condition = Condition::new(by.scope.elders("e.area", "e.id", 1));
    condition.and(if filter.closed { "a.closed_at is not null" } else { "a.closed_at is null" });
    condition.with_some("a.level = ?", filter.level).with_some("a.kind = ?", filter.kind);
    if filter.waiting {
        condition.and("(a.case_id is null or a.state = 'open')");
    }
    if filter.unanswered {
        condition.and("a.state = 'open' and a.drill = 0");
    }
    condition
}

/// One page of alarms in sight with the elder's name; the gravest and oldest first, closed ones newest first.
///
/// # Errors
/// What the engine says.
pub fn list(tx: &mut Tx<'_>, by: &Actor, filter: Filter, limit: i64, offset: i64) -> db::Result<Vec<(String, Alarm)>> {
    let mut condition = narrowed(by, filter);
    let order = if filter.closed {
        "a.closed_at desc, a.id"
    } else {
        "case a.level when 'danger' then 0 when 'warning' then 1 else 2 end, \
         case a.state when 'open' then 0 else 1 end, a.raised_at, a.id"
    };
    let page = condition.page(limit, offset);
    let sql = format!(
        "select {COLUMNS}, e.name from alarms a join elders e on e.id = a.elder_id where {} order by {order} {page}",
        condition.sql
    );
    tx.query(&sql, &condition.values, |row| Ok((row.get(WIDTH)?, alarm(row)?)))
}

/// How many there are.
///
/// # Errors
/// What the engine says.
pub fn count(tx: &mut Tx<'_>, by: &Actor, filter: Filter) -> db::Result<i64> {
    let condition = narrowed(by, filter);
    let sql = format!("select count(*) from alarms a join elders e on e.id = a.elder_id where {}", condition.sql);
    tx.count(&sql, &condition.values)
}

/// Alarms in sight that are not closed, with the elder's name; the gravest and oldest first.
///
/// # Errors
/// What the engine says.
pub fn open(tx: &mut Tx<'_>, by: &Actor, limit: i64) -> db::Result<Vec<(String, Alarm)>> {
    list(tx, by, Filter::default(), limit, 0)
}

/// The alarms of an elder, newest first; the caller has asked whether the elder is in sight.
///
/// # Errors
/// What the engine says.
pub fn of_elder(tx: &mut Tx<'_>, elder: ElderId, limit: i64) -> db::Result<Vec<Alarm>> {
    let sql = format!("select {COLUMNS} from alarms a where a.elder_id = $1 order by a.raised_at desc, a.id limit $2");
    tx.query(&sql, params![elder, limit], alarm)
}

/// What happened to an alarm: when, what, by whom, with what note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub at: Instant,
    /// What.
    pub event: String,
    /// By whom; empty for the program itself.
    pub by: String,
    /// With what note.
    pub note: String,
}

/// What happened to an alarm, oldest first.
///
/// # Errors
/// What the engine says.
pub fn events(tx: &mut Tx<'_>, key: Key) -> db::Result<Vec<Event>> {
    let sql = "select at, event, by_name, note from alarm_events where elder_id = $1 and alarm_id = $2 order by at, id";
    tx.query(sql, params![key.elder, key.id], |row| {
        Ok(Event { at: row.get(0)?, event: row.get(1)?, by: row.get(2)?, note: row.get(3)? })
    })
}

/// How a rule did: alarms closed since then, false ones among them, by rule, the most alarms first.
///
/// # Errors
/// What the engine says.
pub fn rules(tx: &mut Tx<'_>, by: &Actor, since: Instant) -> db::Result<Vec<(String, i64, i64)>> {
    let mut condition = Condition::new(by.scope.elders("e.area", "e.id", 1));
    condition.and("a.closed_at is not null and a.drill = 0").with("a.raised_at >= ?", since);
    let sql = format!(
        "select a.rule, count(*), cast(sum(case when a.outcome like 'false%' then 1 else 0 end) as bigint)
         from alarms a join elders e on e.id = a.elder_id where {} group by a.rule order by 2 desc, 1",
        condition.sql
    );
    tx.query(&sql, &condition.values, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
}

/// Bounds from four columns that begin at `first`.
pub(crate) fn bounds(row: &Row<'_>, first: usize) -> db::Result<Bounds> {
    Ok(Bounds {
        danger_low: row.get(first)?,
        low: row.get(first + 1)?,
        high: row.get(first + 2)?,
        danger_high: row.get(first + 3)?,
    })
}
