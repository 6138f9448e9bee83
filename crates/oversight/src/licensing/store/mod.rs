//! Applications and their steps in the database.

pub mod steps;

use super::model::{Application, Condition, NewApplication, State, Step};
use db::{Actor, Condition as Where, Result, Row, Tx, Value, params};
use kernel::{Area, CreditCode, Date, InstitutionId, LicensingId};
use registry::institutions::{self, Institution};

const COLUMNS: &str = "a.id, a.number, a.area, a.unit, a.path, a.state, a.mode, a.name, a.credit_code, a.institution_id, a.address, a.contact,
     a.phone, a.facts, a.returns, a.extended, a.submitted_on, a.accepted_on, a.decided_on, a.due_on, a.conditions, a.reason, a.made_by,
     a.version";

fn join(conditions: &[Condition]) -> String {
    conditions.iter().map(|one| one.code()).collect::<Vec<_>>().join(",")
}

fn split(text: &str) -> Vec<Condition> {
    text.split(',').filter_map(Condition::parse).collect()
}

fn application(row: &Row<'_>) -> Result<Application> {
    let mut c = row.columns();
    let (id, number, area, unit, way, state) = (c.take()?, c.take()?, c.take()?, c.take()?, c.take()?, c.take()?);
    let (mode, name, code) = (c.take()?, c.take()?, c.take::<Option<String>>()?);
    let (institution, address, contact, phone) = (c.take()?, c.take()?, c.take()?, c.take()?);
    let promises = serde_json::from_str(&c.take::<String>()?);
    let promises = promises.map_err(|e| db::Error::Decode { column: 13, what: e.to_string() })?;
    let credit_code = code.and_then(|code| CreditCode::parse(&code).ok());
    Ok(Application {
        id,
        number,
        facts: NewApplication { unit, mode, name, credit_code, institution, area, address, contact, phone, promises },
        way,
        state,
        returns: c.take()?,
        extended: c.take()?,
        submitted_on: c.take()?,
        accepted_on: c.take()?,
        decided_on: c.take()?,
        due_on: c.take()?,
        conditions: split(&c.take::<String>()?),
        reason: c.take()?,
        made_by: c.take()?,
        version: c.take()?,
    })
}

/// What an actor sees: applications in their area, and those of their own institution.
fn seen(by: &Actor) -> Where {
    let mut condition = Where::new(by.scope.institutions("a.area", "a.institution_id", 1));
    if let Some(own) = by.institution {
        condition.values.push(own.into());
        condition.sql = format!("({} or a.institution_id = ${})", condition.sql, condition.values.len());
    }
    condition
}

/// An application within sight.
///
/// # Errors
/// [`db::Error::NotFound`], or what the engine says.
pub fn find(tx: &mut Tx<'_>, by: &Actor, id: LicensingId) -> Result<Application> {
    let mut all = seen(by);
    all.with("a.id = ?", id);
    tx.query_one(&format!("select {COLUMNS} from licensing_applications a where {}", all.sql), &all.values, application)
}

/// What a list of applications shows only.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter {
    /// In this state.
    pub state: Option<State>,
    /// The office was to act before this day.
    pub late_on: Option<Date>,
    /// Handed in on this day or later, and over.
    pub decided_since: Option<Date>,
}

fn narrowed(by: &Actor, filter: &Filter) -> Where {
    let mut all = seen(by);
    all.with_some("a.state = ?", filter.state);
    all.with_some("(a.state in ('submitted', 'accepted') and a.due_on < ?)", filter.late_on);
    all.with_some("(a.state in ('approved', 'refused', 'filed') and a.decided_on >= ?)", filter.decided_since);
    all
}

/// Applications within sight: what is to be done first, by its last day; then the newest.
///
/// # Errors
/// What the engine says.
pub fn list(tx: &mut Tx<'_>, by: &Actor, filter: &Filter, limit: i64, offset: i64) -> Result<Vec<Application>> {
    let mut all = narrowed(by, filter);
    let page = all.page(limit, offset);
    let sql = format!(
        "select {COLUMNS} from licensing_applications a where {}
         order by case when a.state in ('submitted', 'accepted') then 0 when a.state in ('draft', 'returned') then 1 else 2 end,
           coalesce(a.due_on, '9999-12-31'), a.created_at desc, a.id {page}",
        all.sql
    );
    tx.query(&sql, &all.values, application)
}

/// How many there are of them.
///
/// # Errors
/// What the engine says.
pub fn count(tx: &mut Tx<'_>, by: &Actor, filter: &Filter) -> Result<i64> {
    let all = narrowed(by, filter);
    tx.count(&format!("select count(*) from licensing_applications a where {}", all.sql), &all.values)
}

fn step(row: &Row<'_>) -> Result<Step> {
    let mut c = row.columns();
    Ok(Step {
        event: c.take()?,
        state: c.take()?,
        on: c.take()?,
        due_on: c.take()?,
        in_days: c.take()?,
        note: c.take()?,
        by: c.take()?,
    })
}

/// The steps of an application, from the first on. Ask whether it is in sight first.
///
/// # Errors
/// What the engine says.
pub fn steps(tx: &mut Tx<'_>, id: LicensingId) -> Result<Vec<Step>> {
    let sql = "select event, state, on_date, due_on, in_days, note, done_by from licensing_steps where application_id = $1 order by seq";
    tx.query(sql, params![id], step)
}

/// How long it takes: of what was decided since a day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Speed {
    /// Applications.
    pub decided: i64,
    /// Steps of all of them.
    pub steps: i64,
    /// Working days that the office took for all of them.
    pub days: i64,
    /// Steps of the office that had a last day.
    pub limited: i64,
    /// Of those, taken in time.
    pub in_time: i64,
}

/// How long the applications took that were decided since a day, within sight.
///
/// # Errors
/// What the engine says.
pub fn speed(tx: &mut Tx<'_>, by: &Actor, since: Date) -> Result<Speed> {
    let all = narrowed(by, &Filter { decided_since: Some(since), ..Filter::default() });
    let sql = format!(
        "select s.event, s.state, s.on_date, s.due_on, s.in_days, s.note, s.done_by from licensing_steps s
         join licensing_applications a on a.id = s.application_id where {} order by s.application_id, s.seq",
        all.sql
    );
    let steps: Vec<Step> = tx.query(&sql, &all.values, step)?;
    let decided = count(tx, by, &Filter { decided_since: Some(since), ..Filter::default() })?;
    let mut speed = Speed { decided, steps: steps.len() as i64, ..Speed::default() };
    for one in steps.iter().filter(|one| one.of_office()) {
        speed.days += one.in_days;
        speed.limited += i64::from(one.in_time().is_some());
        speed.in_time += i64::from(one.in_time() == Some(true));
    }
    Ok(speed)
}

/// Who applies, as the register has them, wherever they are; none where the register has not.
///
/// # Errors
/// What the engine says.
pub fn applicant(tx: &mut Tx<'_>, by: &Actor, id: Option<InstitutionId>) -> Result<Option<Institution>> {
    let all = Actor { scope: db::Scope::ALL, ..by.clone() };
    id.map(|id| institutions::store::find(tx, &all, id)).transpose()
}

/// The next number of a county in a year: `320623-2026-0003`. Two counters get two: the second waits for the first.
fn number(tx: &mut Tx<'_>, area: Area, on: Date) -> Result<String> {
    let county = area.up_to(kernel::area::Level::County);
    tx.exec("update areas set name = name where code = $1", params![county])?;
    let county = county.short();
    let begin = format!("{county}-{}-", on.format("%Y"));
    let sql = "select count(*) from licensing_applications where number like $1";
    let so_far = tx.count(sql, params![format!("{begin}%")])?;
    Ok(format!("{begin}{:04}", so_far + 1))
}

fn columns(a: &Application, promises: &str, now: kernel::Instant) -> Vec<Value<'static>> {
    let f = &a.facts;
    vec![
        a.id.into(),
        a.number.clone().into(),
        f.area.into(),
        f.unit.into(),
        a.way.into(),
        a.state.into(),
        f.mode.into(),
        f.name.clone().into(),
        f.credit_code.as_ref().map(|code| code.as_str().to_owned()).into(),
        f.institution.into(),
        f.address.clone().into(),
        f.contact.clone().into(),
        f.phone.clone().into(),
        promises.to_owned().into(),
        a.returns.into(),
        a.extended.into(),
        a.submitted_on.into(),
        a.accepted_on.into(),
        a.decided_on.into(),
        a.due_on.into(),
        join(&a.conditions).into(),
        a.reason.clone().into(),
        a.made_by.clone().into(),
        now.into(),
    ]
}

fn json(a: &Application) -> Result<String> {
    serde_json::to_string(&a.facts.promises).map_err(|e| db::Error::Engine(e.to_string()))
}

fn insert(tx: &mut Tx<'_>, by: &Actor, a: &Application) -> Result<()> {
    let values = columns(a, &json(a)?, by.now);
    let places: Vec<String> = (1..=values.len()).map(|at| format!("${at}")).collect();
    let columns = COLUMNS.replace("a.", "").replace(", version", "").replace(",\n     version", "");
    tx.exec(
        &format!(
            "insert into licensing_applications ({columns}, changed_at, created_at, version) values ({}, $24, 1)",
            places.join(", ")
        ),
        &values,
    )?;
    Ok(())
}

fn write(tx: &mut Tx<'_>, by: &Actor, a: &Application) -> Result<()> {
    let mut values = columns(a, &json(a)?, by.now);
    values.push(a.version.into());
    let sets: Vec<String> = COLUMNS
        .replace("a.", "")
        .split(',')
        .map(|name| name.trim().to_owned())
        .enumerate()
        .filter(|(at, name)| *at > 0 && name != "version")
        .map(|(at, name)| format!("{name} = ${}", at + 1))
        .collect();
    let sql = format!(
        "update licensing_applications set {}, changed_at = $24, version = version + 1 where id = $1 and version = $25",
        sets.join(", ")
    );
    if tx.exec(&sql, &values)? == 0 { Err(db::Error::Conflict(steps::FASTER.into())) } else { Ok(()) }
}

fn add_step(tx: &mut Tx<'_>, by: &Actor, id: LicensingId, step: &Step) -> Result<()> {
    tx.exec(
        "insert into licensing_steps (application_id, seq, event, state, on_date, due_on, in_days, note, done_by, done_at)
         values ($1, (select count(*) + 1 from licensing_steps where application_id = $1), $2, $3, $4, $5, $6, $7, $8, $9)",
        params![id, &step.event, step.state, step.on, step.due_on, step.in_days, &step.note, &step.by, by.now],
    )?;
    Ok(())
}

/// The day of the last step.
fn last_day(tx: &mut Tx<'_>, id: LicensingId) -> Result<Option<Date>> {
    tx.query_one("select max(on_date) from licensing_steps where application_id = $1", params![id], |row| row.get(0))
}

fn unanswered(tx: &mut Tx<'_>, today: Date) -> Result<Vec<Application>> {
    let sql = format!(
        "select {COLUMNS} from licensing_applications a
         where a.state = 'submitted' and a.path = 'approval' and a.due_on < $1 order by a.id"
    );
    tx.query(&sql, params![today], application)
}
