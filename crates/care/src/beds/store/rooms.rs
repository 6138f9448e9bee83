//! Rooms and beds in the database: drawn, closed, converted, counted. Every writer first holds the institution's count, so
//! that two of them never pass each other.

use super::super::model::{Bed, BedState, BedUse, InfectionZone, Plan, Room, Tally, UseZone, Ward, conversion_facts};
use super::steps::{Result, noted};
use super::{TAKES, bed_of, tally};
use db::audit::Entry;
use db::{Actor, Json, Row, Tx, Value, params};
use kernel::{BedId, BedRowId, Date, Instant, InstitutionId, RoomId};
use policy::{Decision, Library};
use registry::institutions;
use web::{Error, Reason};

/// Takes the institution's counts, so that the next writer waits; makes them if there are none.
///
/// # Errors
/// What the engine says.
pub fn hold(tx: &mut Tx<'_>, by: &Actor, institution: InstitutionId) -> db::Result<()> {
    for bed_use in BedUse::ALL {
        tx.exec(
            "insert into bed_tallies (institution_id, use, beds, nursing, open, occupied, changed_at)
             values ($1, $2, 0, 0, 0, 0, $3)
             on conflict (institution_id, use) do update set changed_at = excluded.changed_at",
            params![institution, *bed_use, by.now],
        )?;
    }
    Ok(())
}

/// Counts the beds anew. What does not fit is refused with the numbers, and the store would refuse it too.
///
/// # Errors
/// [`Error::Refused`], or what the engine says.
pub fn recount(tx: &mut Tx<'_>, by: &Actor, institution: InstitutionId) -> Result<()> {
    let sql = format!(
        "select count(*), cast(coalesce(sum(b.nursing), 0) as bigint),
           cast(coalesce(sum(case when b.state = 'open' then 1 else 0 end), 0) as bigint),
           cast(coalesce(sum(case when o.state in ('living', 'away', 'hospital') then 1 else 0 end), 0) as bigint)
         from beds b left join bed_residents o on o.bed_id = b.id and o.state in {TAKES}
         where b.institution_id = $1 and b.use = $2"
    );
    hold(tx, by, institution)?;
    for bed_use in BedUse::ALL {
        let read = |row: &Row<'_>| {
            Ok(Tally { beds: row.get(0)?, nursing: row.get(1)?, open: row.get(2)?, occupied: row.get(3)? })
        };
        let now = tx.query_one(&sql, params![institution, *bed_use], read)?;
        if let Some(fault) = now.fault() {
            return Err(Error::refused("BED-10", format!("{}：{fault}", bed_use.name())));
        }
        tx.exec(
            "update bed_tallies set beds = $3, nursing = $4, open = $5, occupied = $6 where institution_id = $1 and use = $2",
            params![institution, *bed_use, now.beds, now.nursing, now.open, now.occupied],
        )?;
    }
    Ok(())
}

fn log(tx: &mut Tx<'_>, by: &Actor, action: &str, subject: String, detail: String) -> Result<()> {
    Ok(tx.audit(by, Entry { action, subject, detail, ..Entry::default() })?)
}

/// Rooms of an institution, in the order of the picture.
///
/// # Errors
/// What the engine says.
pub fn rooms(tx: &mut Tx<'_>, institution: InstitutionId) -> db::Result<Vec<Room>> {
    let sql = "select id, building, floor, name, use_zone, infection_zone, changed_at from bed_rooms
               where institution_id = $1 order by building, floor, name, id";
    tx.query(sql, params![institution], |row| {
        let mut c = row.columns();
        Ok(Room {
            id: c.take()?,
            building: c.take()?,
            floor: c.take()?,
            name: c.take()?,
            use_zone: c.take()?,
            infection_zone: c.take()?,
            changed_at: c.take()?,
        })
    })
}

/// Draws the rooms of a floor with their beds. A room that is there already is an error: nothing is drawn twice.
///
/// # Errors
/// [`Error::Invalid`] for a plan that cannot be, or a room that is there.
pub fn draw(tx: &mut Tx<'_>, by: &Actor, institution: InstitutionId, plan: &Plan) -> Result<i64> {
    let place = institutions::store::find(tx, by, institution)?;
    if let Some((field, label, why)) = plan.fault() {
        return Err(Error::field(field, label, why));
    }
    hold(tx, by, institution)?;
    let building = kernel::text::clean(&plan.building);
    let known = rooms(tx, institution)?;
    let numbers: Vec<String> = (plan.first..=plan.last).map(|n| n.to_string()).collect();
    if let Some(twice) = known.iter().find(|room| room.building == building && numbers.contains(&room.name)) {
        let text = format!("{building} {} 室已经画过，请从它之后开始", twice.name);
        return Err(Error::field("first", "首间房号", text));
    }
    let ids: Vec<RoomId> = numbers.iter().map(|_| RoomId::new(by.now, tx.chance())).collect();
    let drawn: Vec<(RoomId, &String)> = ids.into_iter().zip(&numbers).collect();
    insert_rooms(tx, by, institution, (plan, &building), &drawn)?;
    insert_beds(tx, by, institution, plan, &drawn)?;
    recount(tx, by, institution)?;
    let beds = plan.beds * numbers.len() as i64;
    let detail = format!("{building} {} 层 {}–{} 室，{beds} 张{}", plan.floor, plan.first, plan.last, plan.bed_use);
    log(tx, by, "beds.draw", place.facts.name, detail)?;
    Ok(beds)
}

fn insert_rooms(
    tx: &mut Tx<'_>,
    by: &Actor,
    institution: InstitutionId,
    (plan, building): (&Plan, &str),
    drawn: &[(RoomId, &String)],
) -> db::Result<()> {
    let rows = drawn.iter().map(|(id, name)| -> Vec<Value<'_>> {
        params![institution, *id, building, plan.floor, *name, plan.use_zone, InfectionZone::Clean, by.now, by.now]
            .to_vec()
    });
    let columns =
        "bed_rooms (institution_id, id, building, floor, name, use_zone, infection_zone, created_at, changed_at)";
    tx.insert_many(columns, 9, rows).map(drop)
}

fn insert_beds(
    tx: &mut Tx<'_>,
    by: &Actor,
    institution: InstitutionId,
    plan: &Plan,
    drawn: &[(RoomId, &String)],
) -> db::Result<()> {
    let mut rows: Vec<Vec<Value<'_>>> = vec![];
    for (room, _) in drawn {
        for label in 1..=plan.beds {
            let id = BedId::new(by.now, tx.chance());
            rows.push(
                params![
                    institution,
                    id,
                    *room,
                    label.to_string(),
                    plan.bed_use,
                    plan.ward,
                    plan.nursing,
                    BedState::Open,
                    "",
                    by.now,
                    by.now
                ]
                .to_vec(),
            );
        }
    }
    let columns = "beds (institution_id, id, room_id, label, use, ward, nursing, state, note, created_at, changed_at)";
    tx.insert_many(columns, 11, rows).map(drop)
}

/// Says what a room suits and in which zone it lies. `seen` is when the page was made: somebody else's change in between
/// is not overwritten.
///
/// # Errors
/// [`Error::Conflict`] when it was changed in between, [`Error::Refused`] when a bed in it does not suit.
pub fn zone(
    tx: &mut Tx<'_>,
    by: &Actor,
    (institution, room, seen): (InstitutionId, RoomId, Instant),
    (suits, zone): (UseZone, InfectionZone),
) -> Result<()> {
    institutions::store::find(tx, by, institution)?;
    let uses = "select distinct use from beds where institution_id = $1 and room_id = $2 order by use";
    let uses: Vec<BedUse> = tx.query(uses, params![institution, room], |row| row.get(0))?;
    if let Some(wrong) = uses.iter().find(|bed_use| !suits.suits(**bed_use)) {
        let text = format!("房间里有{}，不能划为{}；请先转换床位", wrong.name(), suits.name());
        return Err(Error::field("use_zone", "区域", text));
    }
    let sql = "update bed_rooms set use_zone = $3, infection_zone = $4, changed_at = $5
               where institution_id = $1 and id = $2 and changed_at = $6";
    if tx.exec(sql, params![institution, room, suits, zone, by.now, seen])? == 0 {
        return Err(gone(tx, (institution, room))?);
    }
    log(tx, by, "beds.zone", room.to_string(), format!("{}，{}", suits.name(), zone.name()))
}

fn gone(tx: &mut Tx<'_>, (institution, room): (InstitutionId, RoomId)) -> Result<Error> {
    let sql = "select count(*) from bed_rooms where institution_id = $1 and id = $2";
    let there = tx.count(sql, params![institution, room])? > 0;
    let changed = || Error::Conflict("这个房间刚被别人改过，请刷新页面后再改".into());
    Ok(if there { changed() } else { Error::NotFound })
}

/// Opens or closes a bed.
///
/// # Errors
/// [`Error::Refused`] with the numbers when somebody is in it, [`Error::Conflict`] when it was changed in between.
pub fn set_state(
    tx: &mut Tx<'_>,
    by: &Actor,
    (institution, id, seen): (InstitutionId, BedId, Instant),
    (state, note): (BedState, &str),
) -> Result<()> {
    institutions::store::find(tx, by, institution)?;
    hold(tx, by, institution)?;
    let bed = bed_of(tx, by, institution, id)?;
    let note = if state == BedState::Closed { noted(note, "note", "停用原因")? } else { String::new() };
    if state == BedState::Closed && bed.taken.is_some() {
        let count = tally(tx, institution, bed.bed_use)?;
        let text = format!(
            "{} 有人占用或已预留，不能停用（{}现在开放 {} 张，占用 {} 张）",
            bed.place(),
            bed.bed_use.name(),
            count.open,
            count.occupied
        );
        return Err(Error::refused("BED-10", text));
    }
    let sql = "update beds set state = $3, note = $4, changed_at = $5
               where institution_id = $1 and id = $2 and changed_at = $6";
    if tx.exec(sql, params![institution, id, state, &note, by.now, seen])? == 0 {
        return Err(Error::Conflict("这张床刚被别人改过，请刷新页面后再改".into()));
    }
    recount(tx, by, institution)?;
    log(tx, by, "beds.state", bed.place(), format!("{} {note}", state.name()))
}

/// What a conversion needs.
#[derive(Clone, Debug)]
pub struct Conversion {
    /// What the bed becomes.
    pub to: BedUse,
    /// Its ward, when it becomes a medical bed.
    pub ward: Ward,
    /// Number of the approval.
    pub approval_no: String,
    /// Its day.
    pub approved_on: Date,
    /// Who approved.
    pub approved_by: String,
    /// From when the bed counts as the other.
    pub on: Date,
}

/// Whether a bed may become the other kind, with the clause and every obstacle.
///
/// # Errors
/// What the store says.
pub fn convertible(
    tx: &mut Tx<'_>,
    by: &Actor,
    library: &Library,
    bed: &Bed,
    (to, approved): (BedUse, bool),
) -> Result<Decision> {
    let place = institutions::store::find(tx, by, bed.institution)?.facts;
    let registered = if to == BedUse::Medical { place.medical_beds } else { place.beds };
    let left = registered.unwrap_or_default() - tally(tx, bed.institution, to)?.beds - 1;
    let licence = place.licence_no.is_some() && place.licence_until.is_none_or(|until| until >= by.today());
    let facts = conversion_facts(to, bed.room.use_zone.suits(to), approved, licence, left);
    Ok(library.decide("bed_conversion", place.area, by.today(), &facts))
}

/// Makes a free bed one of the other kind, with the approval and the day.
///
/// # Errors
/// [`Error::Refused`] with every obstacle, [`Error::Conflict`] when somebody is in it or it is of that kind already.
pub fn convert(
    tx: &mut Tx<'_>,
    by: &Actor,
    library: &Library,
    (institution, id): (InstitutionId, BedId),
    new: &Conversion,
) -> Result<()> {
    institutions::store::find(tx, by, institution)?;
    hold(tx, by, institution)?;
    let bed = bed_of(tx, by, institution, id)?;
    if bed.taken.is_some() || bed.bed_use == new.to {
        return Err(Error::Conflict(format!("{} 有人占用，或已经是{}，不能转换", bed.place(), new.to.name())));
    }
    let (number, who) = approval(by, new)?;
    let decision = convertible(tx, by, library, &bed, (new.to, !number.is_empty() && !who.is_empty()))?;
    obstacles(library, &decision)?;
    let ward = if new.to == BedUse::Medical { new.ward } else { Ward::Other };
    tx.exec(
        "update beds set use = $3, ward = $4, changed_at = $5 where institution_id = $1 and id = $2",
        params![institution, id, new.to, ward, by.now],
    )?;
    keep(tx, by, (&bed, ward), (new, &number, &who), &decision)?;
    recount(tx, by, institution)?;
    let detail = format!("{} 转为{}，{} 起，批准文号 {number}", bed.bed_use.name(), new.to.name(), new.on);
    log(tx, by, "beds.convert", bed.place(), detail)
}

fn approval(by: &Actor, new: &Conversion) -> Result<(String, String)> {
    let wrong = |field: &str, label: &str, text: String| Err(Error::field(field, label, text));
    if new.approved_on > by.today() {
        return wrong("approved_on", "批准日期", format!("{} 晚于今天", new.approved_on));
    }
    if new.on > by.today() || new.on < new.approved_on {
        return wrong("on", "转换日期", format!("应在批准日期 {} 与今天之间", new.approved_on));
    }
    let short = |text: &str| kernel::text::clean(text).chars().take(80).collect::<String>();
    Ok((short(&new.approval_no), short(&new.approved_by)))
}

fn obstacles(library: &Library, decision: &Decision) -> Result<()> {
    if decision.bool("refused") == Some(false) {
        return Ok(());
    }
    let named = |code: &String| library.label("conversion obstacle", code).unwrap_or(code).to_owned();
    let all: Vec<String> = decision.set("reasons").into_iter().flatten().map(named).collect();
    let text = if all.is_empty() { "没有可依据的规则".to_owned() } else { all.join("、") };
    Err(Error::Refused(vec![Reason::new("BED-11", format!("不能转换：{text}"))]))
}

fn keep(
    tx: &mut Tx<'_>,
    by: &Actor,
    (bed, ward): (&Bed, Ward),
    (new, number, who): (&Conversion, &str, &str),
    decision: &Decision,
) -> db::Result<()> {
    let id = BedRowId::new(by.now, tx.chance());
    tx.exec(
        "insert into bed_conversions (institution_id, id, bed_id, from_use, to_use, ward, on_date, approval_no, approved_on,
           approved_by, decision, who, at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        params![
            bed.institution,
            id,
            bed.id,
            bed.bed_use,
            new.to,
            ward,
            new.on,
            number,
            new.approved_on,
            who,
            Json(decision),
            &by.name,
            by.now
        ],
    )
    .map(drop)
}

/// The zone of the room in which a bed stands.
///
/// # Errors
/// What the engine says.
pub fn zone_of(tx: &mut Tx<'_>, institution: InstitutionId, bed: BedId) -> db::Result<Option<InfectionZone>> {
    let sql = "select r.infection_zone from beds b join bed_rooms r on r.institution_id = b.institution_id and r.id = b.room_id
               where b.institution_id = $1 and b.id = $2";
    tx.query_opt(sql, params![institution, bed], |row| row.get(0))
}
