//! Proposals in the database. The day as it stands is read in [`day`], working hours in [`hours`], accepting is [`accept`].

pub mod accept;
pub mod day;
pub mod hours;

use super::jobs::{Found, SEARCH};
use super::model::{Asked, Dayplan, Kind, State};
use db::audit::Entry;
use db::{Actor, Json, Row, Tx, params};
use kernel::{Date, DayplanId, Instant, InstitutionId};
use policy::Library;
use routing::{Matrix, Plan};
use web::Error;

const COLUMNS: &str =
    "p.id, p.institution_id, p.day, p.kind, p.state, p.job_id, p.asked, p.before, p.matrix, p.road, p.plan,
     p.made_by, p.made_at, p.decided_by, p.decided_at, p.changed_at";
/// How many days ahead a day may be planned.
const AHEAD: i64 = 62;

fn dayplan(row: &Row<'_>) -> db::Result<Dayplan> {
    let mut c = row.columns();
    Ok(Dayplan {
        id: c.take()?,
        institution: c.take()?,
        day: c.take()?,
        kind: c.take()?,
        state: c.take()?,
        job: c.take()?,
        asked: c.take::<Json<Asked>>()?.0,
        before: c.take::<Json<Plan>>()?.0,
        matrix: c.take::<Option<Json<Matrix>>>()?.map(|json| json.0),
        road: c.take()?,
        plan: c.take::<Option<Json<Plan>>>()?.map(|json| json.0),
        made_by: c.take()?,
        made_at: c.take()?,
        decided_by: c.take()?,
        decided_at: c.take()?,
        changed_at: c.take()?,
    })
}

/// A proposal, whoever asks: for the search itself.
///
/// # Errors
/// [`db::Error::NotFound`], or what the engine says.
pub fn any(tx: &mut Tx<'_>, id: DayplanId) -> db::Result<Dayplan> {
    tx.query_one(&format!("select {COLUMNS} from visit_dayplans p where p.id = $1"), params![id], dayplan)
}

/// A proposal of an institution within sight.
///
/// # Errors
/// [`db::Error::NotFound`], or what the engine says.
pub fn find(tx: &mut Tx<'_>, by: &Actor, id: DayplanId) -> db::Result<Dayplan> {
    let (scope, mut values) = by.scope.institutions("i.area", "i.id", 2);
    values.insert(0, id.into());
    let sql = format!(
        "select {COLUMNS} from visit_dayplans p join institutions i on i.id = p.institution_id where p.id = $1 and {scope}"
    );
    tx.query_one(&sql, &values, dayplan)
}

/// A proposal in a list.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Identity.
    pub id: DayplanId,
    /// What it is for.
    pub kind: Kind,
    /// How far it is.
    pub state: State,
    /// Who asked for it.
    pub made_by: String,
    /// When.
    pub made_at: Instant,
}

/// The proposals of a day, newest first. Ask whether the institution is in sight first.
///
/// # Errors
/// What the engine says.
pub fn of_day(tx: &mut Tx<'_>, institution: InstitutionId, day: Date) -> db::Result<Vec<Listed>> {
    let sql = "select id, kind, state, made_by, made_at from visit_dayplans where institution_id = $1 and day = $2
               order by made_at desc, id desc";
    tx.query(sql, params![institution, day], |row| {
        let mut c = row.columns();
        Ok(Listed { id: c.take()?, kind: c.take()?, state: c.take()?, made_by: c.take()?, made_at: c.take()? })
    })
}

/// Asks for a proposal for a day.
///
/// # Errors
/// [`Error::Invalid`] for a day that is over or too far away, or without visits; [`Error::NotFound`] out of sight.
pub fn ask(
    tx: &mut Tx<'_>,
    by: &Actor,
    policies: &Library,
    (institution, on): (InstitutionId, Date),
    kind: Kind,
) -> Result<DayplanId, Error> {
    let days = (on - by.today()).num_days();
    if !(0..=AHEAD).contains(&days) {
        return Err(Error::field("day", "日期", format!("只能排今天到 {AHEAD} 天之内")));
    }
    let day = day::load(tx, by, policies, institution, on)?;
    let (asked, before) = day.compose(by.now);
    if asked.problem.visits.is_empty() {
        return Err(Error::field("day", "日期", format!("{on} 没有待上门的服务，请先安排")));
    }
    let id = DayplanId::new(by.now, tx.chance());
    let job = db::jobs::enqueue(tx, by, SEARCH, &id.to_string())?;
    tx.exec(
        "insert into visit_dayplans (id, institution_id, day, kind, state, job_id, asked, before, road, made_by, made_at,
           changed_at) values ($1, $2, $3, $4, $5, $6, $7, $8, '', $9, $10, $10)",
        params![id, institution, on, kind, State::Solving, job, Json(asked), Json(before), &by.name, by.now],
    )?;
    let detail = format!("{} {on} {}", day.name, kind.name());
    tx.audit(by, Entry { action: "visits.planner", subject: id.to_string(), detail, ..Entry::default() })?;
    Ok(id)
}

/// Writes down what was found, if it is still wanted.
///
/// # Errors
/// What the engine says.
pub fn solved(tx: &mut Tx<'_>, id: DayplanId, found: &Found, now: Instant) -> db::Result<()> {
    let sql = "update visit_dayplans set state = 'open', matrix = $2, road = $3, plan = $4, changed_at = $5
               where id = $1 and state = 'solving'";
    tx.exec(sql, params![id, Json(found.matrix.clone()), &found.road, Json(found.plan.clone()), now]).map(drop)
}

/// Writes down why nothing was found.
///
/// # Errors
/// What the engine says.
pub fn failed(tx: &mut Tx<'_>, id: DayplanId, why: &str, now: Instant) -> db::Result<()> {
    let sql =
        "update visit_dayplans set state = 'failed', road = $2, changed_at = $3 where id = $1 and state = 'solving'";
    tx.exec(sql, params![id, why, now]).map(drop)
}

/// A step of a proposal that somebody saw at `seen`.
pub(super) fn step(of: &Dayplan, event: &str, seen: i64) -> Result<State, Error> {
    let next = of.state.after(event);
    let next = next.ok_or_else(|| Error::Conflict(format!("这份方案“{}”，不能再办理；请刷新页面", of.state.name())))?;
    if of.changed_at.timestamp_millis() != seen {
        return Err(Error::Conflict("您查看之后，这份方案已被改动；请刷新页面后再办理".into()));
    }
    Ok(next)
}

/// Keeps what was moved by hand.
///
/// # Errors
/// [`Error::Conflict`] when somebody else moved or decided meanwhile.
pub fn keep(tx: &mut Tx<'_>, by: &Actor, of: &Dayplan, plan: &Plan, seen: i64) -> Result<(), Error> {
    step(of, "move", seen)?;
    // Each change has an instant of its own, so that whoever looks at the one before is told.
    let at = by.now.timestamp_millis().max(seen + 1);
    let sql =
        "update visit_dayplans set plan = $2, changed_at = $3 where id = $1 and state = 'open' and changed_at = $4";
    if tx.exec(sql, params![of.id, Json(plan.clone()), at, seen])? == 0 {
        return Err(Error::Conflict("您查看之后，这份方案已被改动；请刷新页面后再办理".into()));
    }
    Ok(())
}

/// Discards a proposal.
///
/// # Errors
/// [`Error::Conflict`] when it is decided or was moved meanwhile; [`Error::NotFound`].
pub fn discard(tx: &mut Tx<'_>, by: &Actor, id: DayplanId, seen: i64) -> Result<Dayplan, Error> {
    let of = find(tx, by, id)?;
    let next = step(&of, "discard", seen)?;
    decide(tx, by, &of, next)?;
    tx.audit(by, Entry { action: "visits.planner_discard", subject: id.to_string(), ..Entry::default() })?;
    Ok(of)
}

/// Writes down who decided, unless somebody else was faster.
fn decide(tx: &mut Tx<'_>, by: &Actor, of: &Dayplan, next: State) -> Result<(), Error> {
    let sql = "update visit_dayplans set state = $2, decided_by = $3, decided_at = $4, changed_at = $4
               where id = $1 and state = $5 and changed_at = $6";
    if tx.exec(sql, params![of.id, next, &by.name, by.now, of.state, of.changed_at])? == 0 {
        return Err(Error::Conflict("这份方案刚刚被他人办理；请刷新页面".into()));
    }
    Ok(())
}

/// Visit and elder of visits that a day does not have any more, for the page of an older proposal.
///
/// # Errors
/// What the engine says.
pub fn gone(tx: &mut Tx<'_>, by: &Actor, ids: &[String]) -> db::Result<Vec<(String, String)>> {
    let mut all = vec![];
    for id in ids.iter().filter_map(|id| kernel::VisitId::parse(id)) {
        let (scope, mut values) = by.scope.elders("e.area", "e.id", 2);
        values.insert(0, id.into());
        let sql = format!("select e.name from visits v join elders e on e.id = v.elder_id where v.id = $1 and {scope}");
        all.extend(tx.query_opt(&sql, &values, |row| row.get(0))?.map(|name: String| (id.to_string(), name)));
    }
    Ok(all)
}
