//! Visits in the database: finding, listing, planning, locking a month. The steps of a visit are in [`steps`].

pub mod charges;
pub mod crew;
pub mod door;
pub mod fit;
pub mod reviews;
pub mod steps;
pub mod sync;

use super::model::{Kind, Place, State, Visit, Wishes};
use db::{Actor, Condition, Row, Tx, Value, params};
use kernel::area::Level;
use kernel::citizen::Sex;
use kernel::{Area, Date, ElderId, Instant, InstitutionId, Month, StaffId, VisitId};
pub use steps::{LateEntry, call_off, check_in, check_out, enter_late, join, plan, reassign};
use uuid::Uuid;

const COLUMNS: &str =
    "v.elder_id, v.id, v.kind, v.source_id, v.institution_id, v.carer_id, v.second_carer_id, v.second_in_at, v.county,
     v.month, v.skills, v.sex_wish, v.earliest, v.latest, v.planned_from, v.planned_to, v.items, v.state, v.in_at, v.in_lon,
     v.in_lat, v.in_accuracy_m, v.in_distance_m, v.out_at, v.late_entered_at, v.late_reason, v.note, v.changed_at";
/// How many columns [`COLUMNS`] has.
const WIDTH: usize = 28;

fn visit(row: &Row<'_>) -> db::Result<Visit> {
    let mut c = row.columns();
    Ok(Visit {
        elder: c.take()?,
        id: c.take()?,
        kind: c.take()?,
        source: c.take()?,
        institution: c.take()?,
        carer: c.take()?,
        second: c.take()?,
        second_in_at: c.take()?,
        county: c.take()?,
        month: c.take()?,
        wishes: Wishes {
            skills: c.take()?,
            sex: c.take::<Option<i64>>()?.and_then(Sex::of),
            earliest: c.take()?,
            latest: c.take()?,
        },
        planned_from: c.take()?,
        planned_to: c.take()?,
        items: c.take()?,
        state: c.take()?,
        in_at: c.take()?,
        in_place: place(c.take()?, c.take()?, c.take()?),
        in_distance: c.take()?,
        out_at: c.take()?,
        late_entered_at: c.take()?,
        late_reason: c.take()?,
        note: c.take()?,
        changed_at: c.take()?,
    })
}

fn place(lon: Option<f64>, lat: Option<f64>, accuracy: Option<i64>) -> Option<Place> {
    Some(Place { lon: lon?, lat: lat?, accuracy })
}

/// A visit.
///
/// # Errors
/// [`db::Error::NotFound`] when there is none or it is out of sight.
pub fn find(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, id: VisitId) -> db::Result<Visit> {
    let (scope, values) = by.scope.elders("e.area", "e.id", 3);
    let mut all: Vec<Value<'_>> = vec![elder.into(), id.into()];
    all.extend(values);
    let sql = format!(
        "select {COLUMNS} from visits v join elders e on e.id = v.elder_id
         where v.elder_id = $1 and v.id = $2 and {scope}"
    );
    tx.query_one(&sql, &all, visit)
}

/// The visit, if it is not that elder's but stands under another file that was once one with the elder's.
///
/// # Errors
/// What the engine says.
pub fn moved(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, id: VisitId) -> db::Result<Option<Visit>> {
    let own = "select count(*) from visits where elder_id = $1 and id = $2";
    if tx.count(own, params![elder, id])? > 0 {
        return Ok(None);
    }
    for file in registry::elders::merges::store::files(tx, elder)?.into_iter().skip(1) {
        match find(tx, by, file, id) {
            Err(db::Error::NotFound) => {}
            found => return found.map(Some),
        }
    }
    Ok(None)
}

/// Which visits a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Planned within these days, both included.
    pub days: Option<(Date, Date)>,
    /// For this reason.
    pub kind: Option<Kind>,
    /// By this person, alone or as one of two.
    pub carer: Option<StaffId>,
    /// By this institution.
    pub institution: Option<InstitutionId>,
    /// In this state.
    pub state: Option<State>,
    /// Over, but without check-out, in a month that is not locked: something can still be done about it.
    pub overdue: bool,
    /// From this plan, home sickbed or contract.
    pub source: Option<Uuid>,
}

impl Filter {
    /// The visits of one day.
    #[must_use]
    pub fn day(day: Date) -> Self {
        Self { days: Some((day, day)), ..Self::default() }
    }
}

fn midnight(day: Date) -> i64 {
    kernel::time::at(day, 0, 0).map_or(0, |t| t.timestamp_millis())
}

fn condition(by: &Actor, filter: &Filter) -> Condition {
    let mut all = Condition::new(by.scope.elders("e.area", "e.id", 1));
    if let Some((from, to)) = filter.days {
        all.with("v.planned_from >= ?", midnight(from));
        all.with("v.planned_from < ?", midnight(to.succ_opt().unwrap_or(to)));
    }
    if let Some(carer) = filter.carer {
        all.with("? in (v.carer_id, v.second_carer_id)", carer);
    }
    all.with_some("v.institution_id = ?", filter.institution).with_some("v.kind = ?", filter.kind);
    all.with_some("v.source_id = ?", filter.source).with_some("v.state = ?", filter.state);
    if filter.overdue {
        all.and("v.state in ('planned', 'checked_in')").with("v.planned_to < ?", by.now).and(
            "not exists (select 1 from visit_locks l where l.kind = v.kind and l.county = v.county and l.month = v.month)",
        );
    }
    all
}

/// A visit in a list.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The visit.
    pub visit: Visit,
    /// Name of the elder.
    pub elder: String,
    /// Where the elder lives.
    pub area: Area,
    /// Name of the carer.
    pub carer: String,
    /// Name of the institution.
    pub institution: String,
}

const FROM: &str = "from visits v join elders e on e.id = v.elder_id left join staff s on s.id = v.carer_id
     left join institutions i on i.id = v.institution_id where";

/// The visits within sight, by time.
///
/// # Errors
/// What the engine says.
pub fn list(tx: &mut Tx<'_>, by: &Actor, filter: &Filter, limit: i64, offset: i64) -> db::Result<Vec<Listed>> {
    let mut all = condition(by, filter);
    let (page, condition) = (all.page(limit, offset), &all.sql);
    let sql = format!(
        "select {COLUMNS}, e.name, e.area, s.name, i.name {FROM} {condition}
         order by v.planned_from, v.id {page}"
    );
    tx.query(&sql, &all.values, |row| {
        Ok(Listed {
            visit: visit(row)?,
            elder: row.get(WIDTH)?,
            area: row.get(WIDTH + 1)?,
            carer: row.get::<Option<String>>(WIDTH + 2)?.unwrap_or_default(),
            institution: row.get::<Option<String>>(WIDTH + 3)?.unwrap_or_default(),
        })
    })
}

/// How many there are of them.
///
/// # Errors
/// What the engine says.
pub fn count(tx: &mut Tx<'_>, by: &Actor, filter: &Filter) -> db::Result<i64> {
    let Condition { sql: condition, values } = condition(by, filter);
    tx.count(&format!("select count(*) {FROM} {condition}"), &values)
}

/// The newest visits of an elder that have begun or been decided. Ask whether the elder is in sight first.
///
/// # Errors
/// What the engine says.
pub fn of_elder(tx: &mut Tx<'_>, elder: ElderId, limit: i64) -> db::Result<Vec<Visit>> {
    let sql = format!(
        "select {COLUMNS} from visits v where v.elder_id = $1 and v.state <> 'planned'
         order by v.planned_from desc, v.id desc limit $2"
    );
    tx.query(&sql, params![elder, limit], visit)
}

/// The visits of an elder that come next, at most so many. Ask whether the elder is in sight first.
///
/// # Errors
/// What the engine says.
pub fn next_of_elder(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, limit: i64) -> db::Result<Vec<Visit>> {
    let sql = format!(
        "select {COLUMNS} from visits v where v.elder_id = $1 and v.state in ('planned', 'checked_in')
           and v.planned_to > $2 order by v.planned_from, v.id limit $3"
    );
    tx.query(&sql, params![elder, by.now, limit], visit)
}

/// Puts visits in that were checked before; [`plan`] checks one.
///
/// # Errors
/// What the engine says.
pub fn insert(tx: &mut Tx<'_>, by: &Actor, visits: &[Visit]) -> db::Result<u64> {
    let into =
        "visits (elder_id, id, kind, source_id, institution_id, carer_id, second_carer_id, county, month, skills,
       sex_wish, earliest, latest, planned_from, planned_to, items, state, changed_at)";
    let row = |v: &Visit| -> Vec<Value<'static>> {
        vec![
            v.elder.into(),
            v.id.into(),
            v.kind.into(),
            v.source.into(),
            v.institution.into(),
            v.carer.into(),
            v.second.into(),
            v.county.into(),
            v.month.into(),
            v.wishes.skills.clone().into(),
            v.wishes.sex.map(Sex::code).into(),
            v.wishes.earliest.into(),
            v.wishes.latest.into(),
            v.planned_from.into(),
            v.planned_to.into(),
            v.items.clone().into(),
            v.state.into(),
            by.now.into(),
        ]
    };
    tx.insert_many(into, 18, visits.iter().map(row))
}

/// Locks the visits of a kind in a county's month: from now on nothing of them changes. For whoever settles them.
///
/// # Errors
/// What the engine says.
pub fn lock(tx: &mut Tx<'_>, kind: Kind, county: Area, month: Month) -> db::Result<()> {
    let sql = "insert into visit_locks (kind, county, month) values ($1, $2, $3) on conflict do nothing";
    tx.exec(sql, params![kind, county, month]).map(|_| ())
}

/// Whether the month of a visit is locked.
///
/// # Errors
/// What the engine says.
pub fn locked(tx: &mut Tx<'_>, v: &Visit) -> db::Result<bool> {
    let sql = "select count(*) from visit_locks where kind = $1 and county = $2 and month = $3";
    Ok(tx.count(sql, params![v.kind, v.county, v.month])? > 0)
}

/// Cancels the planned visits that come from something, from a day on, and writes so on each; also on those that rest.
///
/// # Errors
/// What the engine says.
pub fn cancel_from(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, source: Uuid, on: Date, why: &str) -> db::Result<u64> {
    tx.exec(
        "update visits set state = 'cancelled', note = $4, rests = null, changed_at = $5
         where elder_id = $1 and source_id = $2 and planned_from >= $3 and (state = 'planned' or rests is not null)",
        params![elder, source, midnight(on), why, by.now],
    )
}

/// Nothing of a month that is locked changes.
pub(in crate::visits) const UNLOCKED: &str = "not exists (select 1 from visit_locks l
     where l.kind = visits.kind and l.county = visits.county and l.month = visits.month)";

/// Calls off the planned visits of an elder from a day on, until they go on, and writes why on each; not those of `but`, who
/// cares for them now. Answers how many.
///
/// # Errors
/// What the engine says.
pub fn rest(
    tx: &mut Tx<'_>,
    by: &Actor,
    elder: ElderId,
    (on, but): (Date, Option<InstitutionId>),
    why: &str,
) -> db::Result<u64> {
    let sql = format!(
        "update visits set state = 'cancelled', note = $3, rests = $4, changed_at = $4
         where elder_id = $1 and planned_from >= $2 and state = 'planned' and institution_id <> $5 and {UNLOCKED}"
    );
    let but = but.unwrap_or(InstitutionId(Uuid::nil()));
    tx.exec(&sql, params![elder, midnight(on), why, by.now, but])
}

/// What rests will not go on.
///
/// # Errors
/// What the engine says.
pub fn settle_rest(tx: &mut Tx<'_>, elder: ElderId) -> db::Result<()> {
    tx.exec("update visits set rests = null where elder_id = $1 and rests is not null", params![elder]).map(drop)
}

/// Takes up again what [`rest`] called off, from a day on but nothing that is past, unless whoever comes or the elder is
/// engaged meanwhile. Answers how many.
///
/// # Errors
/// What the engine says.
pub fn resume(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, on: Date) -> db::Result<u64> {
    let sql = format!(
        "update visits set state = 'planned', note = null, rests = null, changed_at = $3
         where elder_id = $1 and planned_from >= $2 and rests is not null and {UNLOCKED}
           and not exists (select 1 from visits o
             where (o.carer_id = visits.carer_id or o.elder_id = visits.elder_id)
               and o.state in ('planned', 'checked_in')
               and o.planned_from < visits.planned_to and o.planned_to > visits.planned_from)"
    );
    let from = midnight(on).max(by.now.timestamp_millis());
    tx.exec(&sql, params![elder, from, by.now])
}

/// What stands in a month already: who is engaged when.
pub struct Engaged {
    /// What the visit comes from.
    pub source: Uuid,
    /// The elder.
    pub elder: ElderId,
    /// The carer.
    pub carer: StaffId,
    /// Who comes along.
    pub second: Option<StaffId>,
    /// Beginning.
    pub from: Instant,
    /// End.
    pub to: Instant,
    /// How far it is.
    pub state: State,
}

/// The visits of a month in the area of the actor.
///
/// # Errors
/// What the engine says.
pub fn engaged(tx: &mut Tx<'_>, by: &Actor, month: Month) -> db::Result<Vec<Engaged>> {
    let (low, high) = by.scope.area.up_to(Level::County).bounds();
    let sql = "select source_id, elder_id, carer_id, second_carer_id, planned_from, planned_to, state from visits
               where county between $1 and $2 and month = $3";
    tx.query(sql, params![low, high, month], |row| {
        let mut c = row.columns();
        Ok(Engaged {
            source: c.take()?,
            elder: c.take()?,
            carer: c.take()?,
            second: c.take()?,
            from: c.take()?,
            to: c.take()?,
            state: c.take()?,
        })
    })
}
