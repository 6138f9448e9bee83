//! Beds and residents in the database. What may happen is decided in [`super::model`] and done in [`steps`].

pub mod figures;
pub mod following;
pub mod outbreak;
pub mod rooms;
pub mod steps;

use super::model::{Bed, BedUse, Key, Resident, Room, State, Taken, Tally};
use db::{Actor, Json, Result, Row, Tx, Value, params};
use kernel::{BedId, Date, ElderId, InstitutionId, ResidentId};
use registry::elders;

const COLUMNS: &str =
    "r.elder_id, r.id, r.institution_id, r.state, r.channel, r.decision, r.level, r.wish, r.applied_on, r.bed_id,
     r.held_until, r.admitted_on, r.away_since, r.away_until, r.away_why, r.ended_on, r.end_reason, r.changed_at";
/// States in which a bed is taken or held, as the unique index has them.
const TAKES: &str = "('invited', 'living', 'away', 'hospital')";

fn resident(row: &Row<'_>) -> Result<Resident> {
    let mut c = row.columns();
    Ok(Resident {
        key: Key { elder: c.take()?, id: c.take()? },
        institution: c.take()?,
        state: c.take()?,
        channel: c.take()?,
        decision: c.take::<Json<_>>()?.0,
        level: c.take()?,
        wish: c.take()?,
        applied_on: c.take()?,
        bed: c.take()?,
        held_until: c.take()?,
        admitted_on: c.take()?,
        away_since: c.take()?,
        away_until: c.take()?,
        away_why: c.take()?,
        ended_on: c.take()?,
        end_reason: c.take()?,
        changed_at: c.take()?,
    })
}

/// A resident's row, of an elder within sight.
///
/// # Errors
/// [`db::Error::NotFound`], or what the engine says.
pub fn find(tx: &mut Tx<'_>, by: &Actor, key: Key) -> Result<Resident> {
    elders::store::visible(tx, by, key.elder)?;
    let sql = format!("select {COLUMNS} from bed_residents r where r.elder_id = $1 and r.id = $2");
    let found = tx.query_one(&sql, params![key.elder, key.id], resident)?;
    // The link to one institution shows the elder, not what happens at another.
    let own = by.scope.institution.is_none_or(|own| own == found.institution);
    if own { Ok(found) } else { Err(db::Error::NotFound) }
}

/// All rows of an elder within sight, newest first.
///
/// # Errors
/// [`db::Error::NotFound`], or what the engine says.
pub fn of_elder(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> Result<Vec<Resident>> {
    elders::store::visible(tx, by, elder)?;
    all(tx, elder)
}

pub(crate) fn all(tx: &mut Tx<'_>, elder: ElderId) -> Result<Vec<Resident>> {
    let sql =
        format!("select {COLUMNS} from bed_residents r where r.elder_id = $1 order by r.applied_on desc, r.id desc");
    tx.query(&sql, params![elder], resident)
}

/// Residents of an institution in some states, with their names, within sight. Those who queue stand in the order of the queue.
///
/// # Errors
/// What the engine says.
pub fn of_institution(
    tx: &mut Tx<'_>,
    by: &Actor,
    institution: InstitutionId,
    states: &[State],
) -> Result<Vec<(String, Resident)>> {
    let (scope, mut values) = by.scope.elders("e.area", "e.id", 2);
    values.insert(0, institution.into());
    let codes = db::value::list(&mut values, states.iter().map(|state| state.code()));
    let sql = format!(
        "select {COLUMNS}, e.name from bed_residents r join elders e on e.id = r.elder_id
         where r.institution_id = $1 and {scope} and r.state in ({codes})
         order by case r.channel when 'special' then 1 when 'priority' then 2 else 3 end, r.applied_on, r.id"
    );
    tx.query(&sql, &values, |row| Ok((row.get(18)?, resident(row)?)))
}

/// How many stand before somebody in the queue of their institution: the channels in their order, then the day of applying.
///
/// # Errors
/// What the engine says.
pub fn before(tx: &mut Tx<'_>, one: &Resident) -> Result<i64> {
    let rank = "case channel when 'special' then 1 when 'priority' then 2 else 3 end";
    let own = match one.channel {
        super::model::Channel::Special => 1,
        super::model::Channel::Priority => 2,
        super::model::Channel::Ordinary => 3,
    };
    let sql = format!(
        "select count(*) from bed_residents where institution_id = $1 and state = 'waiting' and id <> $4
           and ({rank} < $2 or ({rank} = $2 and (applied_on < $3 or (applied_on = $3 and id < $4))))"
    );
    tx.count(&sql, params![one.institution, own, one.applied_on, one.key.id])
}

const BED: &str =
    "b.id, b.institution_id, r.id, r.building, r.floor, r.name, r.use_zone, r.infection_zone, r.changed_at,
     b.label, b.use, b.ward, b.nursing, b.state, b.note, b.changed_at, o.elder_id, o.id, o.state";

fn bed(row: &Row<'_>) -> Result<Bed> {
    let mut c = row.columns();
    let (id, institution) = (c.take()?, c.take()?);
    let room = Room {
        id: c.take()?,
        building: c.take()?,
        floor: c.take()?,
        name: c.take()?,
        use_zone: c.take()?,
        infection_zone: c.take()?,
        changed_at: c.take()?,
    };
    let mut bed = Bed {
        id,
        institution,
        room,
        label: c.take()?,
        bed_use: c.take()?,
        ward: c.take()?,
        nursing: c.take()?,
        state: c.take()?,
        note: c.take()?,
        changed_at: c.take()?,
        taken: None,
    };
    let (elder, resident, state): (Option<ElderId>, Option<ResidentId>, Option<State>) =
        (c.take()?, c.take()?, c.take()?);
    let key = elder.zip(resident).map(|(elder, id)| Key { elder, id });
    bed.taken = key.zip(state).map(|(key, state)| Taken { key, state, name: None });
    Ok(bed)
}

fn beds_where(tx: &mut Tx<'_>, by: &Actor, condition: &str, first: Vec<Value<'_>>) -> Result<Vec<Bed>> {
    let (scope, more) = by.scope.elders("e.area", "e.id", first.len() + 1);
    let values: Vec<Value<'_>> = first.into_iter().chain(more).collect();
    let sql = format!(
        "select {BED}, e.name from beds b
         join bed_rooms r on r.institution_id = b.institution_id and r.id = b.room_id
         left join bed_residents o on o.bed_id = b.id and o.state in {TAKES}
         left join elders e on e.id = o.elder_id and {scope}
         where {condition}
         order by r.building, r.floor, r.name, b.label, b.id"
    );
    tx.query(&sql, &values, |row| {
        let mut bed = bed(row)?;
        let name: Option<String> = row.get(19)?;
        if let Some(taken) = &mut bed.taken {
            taken.name = name;
        }
        Ok(bed)
    })
}

/// All beds of an institution, in the order of the picture. Names only of elders within sight.
///
/// # Errors
/// What the engine says.
pub fn beds(tx: &mut Tx<'_>, by: &Actor, institution: InstitutionId) -> Result<Vec<Bed>> {
    beds_where(tx, by, "b.institution_id = $1", vec![institution.into()])
}

/// One bed of an institution.
///
/// # Errors
/// [`db::Error::NotFound`], or what the engine says.
pub fn bed_of(tx: &mut Tx<'_>, by: &Actor, institution: InstitutionId, id: BedId) -> Result<Bed> {
    let found = beds_where(tx, by, "b.institution_id = $1 and b.id = $2", vec![institution.into(), id.into()])?;
    found.into_iter().next().ok_or(db::Error::NotFound)
}

/// Free beds of an institution, for a choice.
///
/// # Errors
/// What the engine says.
pub fn free(tx: &mut Tx<'_>, by: &Actor, institution: InstitutionId) -> Result<Vec<Bed>> {
    let open = "b.institution_id = $1 and b.state = 'open' and o.id is null";
    beds_where(tx, by, open, vec![institution.into()])
}

/// Who took a bed and when: made_by of the row and the instant of its last change.
///
/// # Errors
/// What the engine says.
pub fn taken_by(tx: &mut Tx<'_>, bed: BedId) -> Result<Option<String>> {
    let sql = format!(
        "select v.who, v.at, r.state from bed_residents r
         join bed_events v on v.elder_id = r.elder_id and v.resident_id = r.id
         where r.bed_id = $1 and r.state in {TAKES} and v.event in ('invite', 'admit', 'move')
         order by v.at desc, v.id desc limit 1"
    );
    tx.query_opt(&sql, params![bed], |row| {
        let (who, at, state): (String, kernel::Instant, State) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let what = if state == State::Invited { "预留" } else { "安排入住" };
        Ok(format!("{who} 于 {} {what}", kernel::time::show(at)))
    })
}

/// What happened to a resident, newest first: day, event, detail, who.
///
/// # Errors
/// What the engine says.
pub fn events(tx: &mut Tx<'_>, key: Key) -> Result<Vec<(Date, String, String, String)>> {
    let sql = "select on_date, event, detail, who from bed_events where elder_id = $1 and resident_id = $2
               order by at desc, id desc";
    tx.query(sql, params![key.elder, key.id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
}

/// Who lay in a bed: name, from, until, as what it counted.
pub type Lain = (String, Date, Option<Date>, BedUse);

/// Who lay in a bed, newest first, of elders within sight.
///
/// # Errors
/// What the engine says.
pub fn lain(tx: &mut Tx<'_>, by: &Actor, bed: &Bed) -> Result<Vec<Lain>> {
    let (scope, mut values) = by.scope.elders("e.area", "e.id", 3);
    values.splice(0..0, [bed.institution.into(), bed.id.into()]);
    let sql = format!(
        "select e.name, p.from_on, p.until_on, p.use from bed_periods p join elders e on e.id = p.elder_id
         where p.institution_id = $1 and p.bed_id = $2 and {scope} order by p.from_on desc, p.id desc limit 50"
    );
    tx.query(&sql, &values, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
}

/// The counts of an institution: elder-care beds, medical beds.
///
/// # Errors
/// What the engine says.
pub fn tally(tx: &mut Tx<'_>, institution: InstitutionId, bed_use: BedUse) -> Result<Tally> {
    let sql = "select beds, nursing, open, occupied from bed_tallies where institution_id = $1 and use = $2";
    let read =
        |row: &Row<'_>| Ok(Tally { beds: row.get(0)?, nursing: row.get(1)?, open: row.get(2)?, occupied: row.get(3)? });
    Ok(tx.query_opt(sql, params![institution, bed_use], read)?.unwrap_or_default())
}
