//! Lists of contracts and promises, and the figures of fulfilment, always within the actor's sight.

use crate::contracts::fulfilment::Tally;
use crate::contracts::model::{Key, Package, State};
use db::{Actor, Condition, Result, Row, Tx};
use kernel::{Area, Date, InstitutionId, StaffId};

/// What a list of contracts is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// With this institution.
    pub institution: Option<InstitutionId>,
    /// With this doctor.
    pub doctor: Option<StaffId>,
    /// In this state; a signed one whose term is over counts as expired.
    pub state: Option<State>,
    /// Elders in this area.
    pub area: Option<Area>,
    /// Only those who come first.
    pub priority: bool,
    /// Only with a service that is overdue.
    pub overdue: bool,
    /// Only signed ones of which nothing was done so far.
    pub idle: bool,
    /// Only those whose term is over before this day.
    pub until: Option<Date>,
}

/// A row of a list.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Key.
    pub key: Key,
    /// Name of the elder.
    pub name: String,
    /// Date of birth.
    pub born: Date,
    /// Where the elder lives.
    pub area: Area,
    /// With whom.
    pub institution: String,
    /// The doctor.
    pub doctor: String,
    /// Package.
    pub package: Package,
    /// Whether the elder comes first.
    pub priority: bool,
    /// State on the day.
    pub state: State,
    /// First day.
    pub from: Option<Date>,
    /// First day on which it does not hold.
    pub end: Option<Date>,
    /// When the consent was given.
    pub consent_on: Date,
    /// Services done, of those owed over the term.
    pub done: i64,
    /// Services owed over the term.
    pub promised: i64,
    /// Services overdue.
    pub overdue: i64,
}

const FROM: &str =
    "from contracts c join elders e on e.id = c.elder_id join institutions i on i.id = c.institution_id where";
/// Not done, and may still be made up: `$1` is today.
const OVERDUE: &str =
    "p.done_on is null and p.due_on < $1 and p.lapses_on > $1 and coalesce(c.ended_on, c.until_on) > $1";

/// The condition, with today as `$1`.
fn condition(by: &Actor, f: &Filter) -> Condition {
    let (scope, mut values) = by.scope.elders("e.area", "e.id", 2);
    values.insert(0, by.today().into());
    let mut all = Condition::new((scope, values));
    all.with_some("c.institution_id = ?", f.institution).with_some("c.doctor_id = ?", f.doctor);
    all.within("e.area", f.area).with_some("c.until_on < ?", f.until);
    if let Some(state) = f.state {
        all.and(in_state(state));
    }
    if f.priority {
        all.and("c.priority = 1");
    }
    if f.overdue {
        all.and(&format!("exists (select 1 from contract_promises p where {THEIRS} and {OVERDUE})"));
    }
    if f.idle {
        all.and(&format!(
            "c.state = 'signed' and c.from_on <= $1 and c.until_on > $1
              and not exists (select 1 from contract_promises p where {THEIRS} and p.done_on is not null)"
        ));
    }
    all
}

const fn in_state(state: State) -> &'static str {
    match state {
        State::Signed => "c.state = 'signed' and c.until_on > $1",
        State::Expired => "(c.state = 'expired' or (c.state = 'signed' and c.until_on <= $1))",
        State::Draft => "c.state = 'draft'",
        State::Declined => "c.state = 'declined'",
        State::Ended => "c.state = 'ended'",
        State::Withdrawn => "c.state = 'withdrawn'",
    }
}

const THEIRS: &str = "p.elder_id = c.elder_id and p.contract_id = c.id";

/// A page of contracts, the newest first; those that have waited longest first where one looks for what is not done.
///
/// # Errors
/// What the engine says.
pub fn list(tx: &mut Tx<'_>, by: &Actor, filter: &Filter, limit: i64, offset: i64) -> Result<Vec<Listed>> {
    let mut all = condition(by, filter);
    let (page, condition) = (all.page(limit, offset), &all.sql);
    let order = if filter.idle || filter.overdue || filter.until.is_some() { "c.until_on, c.id" } else { "c.id desc" };
    let sql = format!(
        "select c.elder_id, c.id, e.name, e.born, e.area, i.name, c.doctor_name, c.package, c.priority,
           case when c.state = 'signed' and c.until_on <= $1 then 'expired' else c.state end, c.from_on,
           coalesce(c.ended_on, c.until_on), c.consent_on,
           (select count(*) from contract_promises p where {THEIRS} and p.done_on is not null),
           (select count(*) from contract_promises p where {THEIRS}
              and (p.done_on is not null or c.ended_on is null or c.ended_on > p.due_on)),
           (select count(*) from contract_promises p where {THEIRS} and {OVERDUE})
         {FROM} {condition} order by {order} {page}"
    );
    tx.query(&sql, &all.values, listed)
}

fn listed(row: &Row<'_>) -> Result<Listed> {
    let mut c = row.columns();
    Ok(Listed {
        key: Key { elder: c.take()?, id: c.take()? },
        name: c.take()?,
        born: c.take()?,
        area: c.take()?,
        institution: c.take()?,
        doctor: c.take()?,
        package: c.take()?,
        priority: c.take()?,
        state: c.take()?,
        from: c.take()?,
        end: c.take()?,
        consent_on: c.take()?,
        done: c.take()?,
        promised: c.take()?,
        overdue: c.take()?,
    })
}

/// How many there are of them.
///
/// # Errors
/// What the engine says.
pub fn count(tx: &mut Tx<'_>, by: &Actor, filter: &Filter) -> Result<i64> {
    let all = condition(by, filter);
    // PostgreSQL must be told the type of a parameter that the condition may not use.
    tx.count(&format!("select count(*) {FROM} {} and cast($1 as text) is not null", all.sql), &all.values)
}

/// A service that waits to be done.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// Its contract.
    pub key: Key,
    /// Name of the elder.
    pub name: String,
    /// What is to be done.
    pub title: String,
    /// Last day in time.
    pub due_on: Date,
    /// The doctor.
    pub doctor: String,
}

/// Services of contracts in force that are not done and due in `from..until`, with how many there are; earliest first. Only
/// those of the actor's institution, if they work in one.
///
/// # Errors
/// What the engine says.
pub fn waiting(tx: &mut Tx<'_>, by: &Actor, from: Date, until: Date, limit: i64) -> Result<(Vec<Waiting>, i64)> {
    let (scope, mut values) = by.scope.elders("e.area", "e.id", 4);
    values.splice(0..0, [by.today().into(), from.into(), until.into()]);
    let mut own = String::new();
    if let Some(institution) = by.institution {
        values.push(institution.into());
        own = format!("and c.institution_id = ${}", values.len());
    }
    let from = format!(
        "from contract_promises p join contracts c on c.elder_id = p.elder_id and c.id = p.contract_id
         join elders e on e.id = p.elder_id
         where p.done_on is null and p.due_on >= $2 and p.due_on < $3 and p.lapses_on > $1 and c.state = 'signed'
           and c.until_on > $1 and {scope} {own}"
    );
    let total = tx.count(&format!("select count(*) {from}"), &values)?;
    values.push(limit.into());
    let sql = format!(
        "select p.elder_id, p.contract_id, e.name, p.title, p.due_on, c.doctor_name {from}
         order by p.due_on, p.elder_id, p.id limit ${}",
        values.len()
    );
    let rows = tx.query(&sql, &values, |row| {
        let mut c = row.columns();
        Ok(Waiting {
            key: Key { elder: c.take()?, id: c.take()? },
            name: c.take()?,
            title: c.take()?,
            due_on: c.take()?,
            doctor: c.take()?,
        })
    })?;
    Ok((rows, total))
}

/// By what figures of fulfilment are put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// By area below the one looked at; the number of digits of its code.
    Area(usize),
    /// By institution.
    Institution,
    /// By doctor.
    Doctor,
}

/// Figures of one group.
#[derive(Clone, Debug)]
pub struct Figures {
    /// Area code (padded), institution id or doctor id, as addresses have them.
    pub id: String,
    /// Name of the institution or doctor; empty for an area.
    pub name: String,
    /// Where: the institution of a doctor.
    pub place: String,
    /// The figures.
    pub tally: Tally,
}

/// Figures of fulfilment of the contracts in force today (with `all`: of every one that was ever signed), by group.
///
/// # Errors
/// What the engine says.
pub fn figures(tx: &mut Tx<'_>, by: &Actor, area: Area, group: Group, all: bool) -> Result<Vec<Figures>> {
    let filter = Filter { area: Some(area), ..Filter::default() };
    let all_of = condition(by, &filter);
    let condition = &all_of.sql;
    let held = if all {
        "c.from_on is not null and c.from_on <= $1"
    } else {
        "c.state = 'signed' and c.from_on <= $1 and c.until_on > $1"
    };
    let (key, names) = match group {
        Group::Area(digits) => (format!("substr(e.area, 1, {digits})"), "'', ''"),
        Group::Institution => ("c.institution_id".to_owned(), "max(t.institution), ''"),
        Group::Doctor => ("c.doctor_id".to_owned(), "max(t.doctor), max(t.institution)"),
    };
    let sql = format!(
        "select t.k, {names}, {SUMS} from (
           select {key} as k, i.name as institution, c.doctor_name as doctor, {EACH}
           from contracts c join elders e on e.id = c.elder_id join institutions i on i.id = c.institution_id
             left join contract_promises p on {THEIRS}
           where {condition} and {held} group by c.elder_id, c.id, {key}, i.name, c.doctor_name
         ) t group by t.k order by 1"
    );
    tx.query(&sql, &all_of.values, |row| figure(row, group))
}

/// What each contract has: the same as [`Tally::of`], in SQL.
const EACH: &str = "
    count(p.done_on) as done,
    count(case when p.done_on is not null or c.ended_on is null or c.ended_on > p.due_on then 1 end) as promised,
    count(case when p.due_on < $1 and (p.done_on is not null or c.ended_on is null or c.ended_on > p.due_on) then 1 end) as due,
    count(case when p.due_on < $1 and p.done_on <= p.due_on then 1 end) as in_time,
    count(case when p.due_on < $1 and p.done_on > p.due_on then 1 end) as late,
    count(case when p.due_on < $1 and p.done_on is null and (c.ended_on is null or c.ended_on > p.due_on)
      and (p.lapses_on <= $1 or coalesce(c.ended_on, p.lapses_on) <= $1) then 1 end) as missed,
    count(case when p.due_on < $1 and p.done_on is null and (c.ended_on is null or c.ended_on > p.due_on)
      and not (p.lapses_on <= $1 or coalesce(c.ended_on, p.lapses_on) <= $1) then 1 end) as overdue";

const SUMS: &str = "count(*), count(case when t.done = 0 then 1 end), cast(sum(t.promised) as bigint),
    cast(sum(t.done) as bigint), cast(sum(t.due) as bigint), cast(sum(t.in_time) as bigint), cast(sum(t.late) as bigint),
    cast(sum(t.overdue) as bigint), cast(sum(t.missed) as bigint)";

fn figure(row: &Row<'_>, group: Group) -> Result<Figures> {
    let mut c = row.columns();
    let id = match group {
        Group::Area(_) => c.take::<Area>()?.to_string(),
        Group::Institution => c.take::<InstitutionId>()?.to_string(),
        Group::Doctor => c.take::<Option<StaffId>>()?.map(|id| id.to_string()).unwrap_or_default(),
    };
    Ok(Figures {
        id,
        name: c.take()?,
        place: c.take()?,
        tally: Tally {
            contracts: c.take()?,
            idle: c.take()?,
            promised: c.take()?,
            done: c.take()?,
            due: c.take()?,
            in_time: c.take()?,
            late: c.take()?,
            overdue: c.take()?,
            missed: c.take()?,
        },
    })
}

/// Institutions and doctors that have contracts within sight, for choosing one in a list: (id, name).
///
/// # Errors
/// What the engine says.
pub fn institutions(tx: &mut Tx<'_>, by: &Actor) -> Result<Vec<(String, String)>> {
    let (scope, values) = by.scope.institutions("i.area", "i.id", 1);
    let sql = format!(
        "select i.id, i.name from institutions i where {scope}
           and exists (select 1 from contracts c where c.institution_id = i.id) order by i.name"
    );
    tx.query(&sql, &values, |row| Ok((row.get::<InstitutionId>(0)?.to_string(), row.get(1)?)))
}

/// The doctors of an institution who have contracts with elders within sight: (id, name).
///
/// # Errors
/// What the engine says.
pub fn doctors(tx: &mut Tx<'_>, by: &Actor, institution: InstitutionId) -> Result<Vec<(String, String)>> {
    let (scope, mut values) = by.scope.elders("e.area", "e.id", 2);
    let sql = format!(
        "select c.doctor_id, max(c.doctor_name) from contracts c join elders e on e.id = c.elder_id
         where c.institution_id = $1 and c.doctor_id is not null and {scope} group by c.doctor_id order by 2"
    );
    values.insert(0, institution.into());
    tx.query(&sql, &values, |row| Ok((row.get::<StaffId>(0)?.to_string(), row.get(1)?)))
}
