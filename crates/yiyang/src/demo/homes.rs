//! A home with its residents and a day-care centre with its days.

use super::forms::Draw;
use super::{Crew, Member, Story, store};
use anyhow::anyhow;
use care::beds::model::{BedState, BedUse, Key, Plan, UseZone, Ward};
use care::beds::store::steps::{self, NewApplication};
use care::beds::store::{free, rooms};
use care::daycare::model::{Day, Meal, Measured, Service};
use care::daycare::store::{self as daycare, NewMember};
use chrono::TimeDelta;
use db::{Actor, Tx};
use kernel::{BedId, CitizenNumber, ElderId, InstitutionId};
use registry::accounts::Role;
use registry::{elders, institutions};
use web::Error;

/// Days before the month's end on which people moved in, and the first rooms of a floor.
const MOVED_IN: i64 = 20;
const ROOMS: i64 = 20;
/// So many come to the centre, and so many stand in the queue.
const MEMBERS: usize = 12;
const WAITING: usize = 4;

/// Fills the home and the centre; answers what came of it in a sentence.
///
/// # Errors
/// What the steps answer.
pub fn run(story: &Story<'_>, crew: &Crew) -> anyhow::Result<String> {
    let text = |e: Error| anyhow!(e.text());
    let mut places = crew.others.iter().filter(|m| m.role == Role::Residence);
    let (Some(home), Some(centre)) = (places.next(), places.next()) else {
        return Ok("没有可演示的机构".into());
    };
    let residents = story.db.write(|tx| fill(tx, story, crew, home)).map_err(text)?;
    let days = story.db.write(|tx| come(tx, story, crew, centre)).map_err(text)?;
    Ok(format!("入住 {residents} 人，日间照护 {days} 人日"))
}

/// An elder's paper, as they would show it at the desk.
fn paper(tx: &mut Tx<'_>, by: &Actor, id: ElderId) -> Result<(CitizenNumber, String), Error> {
    let elder = elders::store::find(tx, by, id)?;
    let citizen = elder.open(tx.vault())?.citizen;
    let number = CitizenNumber::parse(&citizen, by.today()).map_err(|e| Error::Internal(e.to_string()))?;
    Ok((number, elder.name))
}

fn fill(tx: &mut Tx<'_>, story: &Story<'_>, crew: &Crew, home: &Member) -> Result<usize, Error> {
    let (by, own) = (story.actor(home, MOVED_IN), home.institution.ok_or(Error::NotFound)?);
    draw(tx, &by, own)?;
    let mut beds = free(tx, &by, own)?.into_iter();
    let people = store::in_institutions(tx, crew.county)?;
    let (living, waiting) = people.split_at(people.len().saturating_sub(WAITING));
    let mut lived = 0;
    for candidate in living {
        let Some(bed) = beds.next() else { break };
        if let Some(key) = live(tx, story, (crew, home), candidate.elder, bed.id)? {
            lived += 1;
            if lived == 1 {
                let until = by.today() + TimeDelta::days(5);
                steps::leave(tx, &by, &story.policies, key, (by.today(), until, "回家小住"))?;
            }
        }
    }
    for candidate in waiting {
        let (number, new) = application(tx, &story.actor(&crew.clerk, MOVED_IN), candidate.elder)?;
        // Whom the rules refuse does not wait either.
        let _ = steps::apply(tx, &by, &story.policies, (own, &number), &new);
    }
    if let Some(last) = beds.last() {
        let closed = (BedState::Closed, "房间维修");
        rooms::set_state(tx, &by, (own, last.id, last.changed_at), closed)?;
    }
    Ok(lived)
}

fn application(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> Result<(CitizenNumber, NewApplication), Error> {
    let (number, name) = paper(tx, by, elder)?;
    Ok((number, NewApplication { name, government_supported: false, wish: String::new() }))
}

/// Somebody applies and moves in; nobody whom the rules refuse.
fn live(
    tx: &mut Tx<'_>,
    story: &Story<'_>,
    (crew, home): (&Crew, &Member),
    elder: ElderId,
    bed: BedId,
) -> Result<Option<Key>, Error> {
    let (by, own) = (story.actor(home, MOVED_IN), home.institution.ok_or(Error::NotFound)?);
    let (number, new) = application(tx, &story.actor(&crew.clerk, MOVED_IN), elder)?;
    let Ok(key) = steps::apply(tx, &by, &story.policies, (own, &number), &new) else { return Ok(None) };
    match steps::admit(tx, &by, &story.policies, key, (bed, by.today(), "前面的尚无评估结论")) {
        Ok(()) => Ok(Some(key)),
        Err(Error::Refused(_)) => steps::withdraw(tx, &by, key, "不符合入住条件").map(|()| None),
        Err(e) => Err(e),
    }
}

/// As many beds as the institution registered, floor by floor, nursing beds first.
fn draw(tx: &mut Tx<'_>, by: &Actor, own: InstitutionId) -> Result<(), Error> {
    let facts = institutions::store::find(tx, by, own)?.facts;
    let (mut left, mut nursing) = (facts.beds.unwrap_or_default() / 2, facts.nursing_beds.unwrap_or_default() / 2);
    for floor in 1.. {
        let rooms = left.min(ROOMS);
        if rooms == 0 {
            break;
        }
        let plan = Plan {
            building: "1号楼".into(),
            floor,
            first: floor * 100 + 1,
            last: floor * 100 + rooms,
            beds: 2,
            bed_use: BedUse::ElderCare,
            ward: Ward::Other,
            nursing: nursing > 0,
            use_zone: if floor == 1 { UseZone::Both } else { UseZone::ElderCare },
        };
        rooms::draw(tx, by, own, &plan)?;
        (left, nursing) = (left - rooms, nursing - rooms);
    }
    Ok(())
}

fn come(tx: &mut Tx<'_>, story: &Story<'_>, crew: &Crew, centre: &Member) -> Result<usize, Error> {
    let (by, own) = (story.actor(centre, 1), centre.institution.ok_or(Error::NotFound)?);
    let old = store::old(tx, crew.county, story.day(-(365 * 65 + 17)))?;
    let (mut members, mut days) = (0, 0);
    for (elder, _) in old {
        if members == MEMBERS {
            break;
        }
        let (number, name) = paper(tx, &story.actor(&crew.clerk, 1), elder)?;
        let new = NewMember { name, from: by.today(), contact: "家属（合成）".into(), note: String::new() };
        let Ok(key) = daycare::register(tx, &by, (own, &number), &new) else { continue };
        members += 1;
        days += a_month(tx, story, centre, key)?;
    }
    Ok(days)
}

fn a_month(tx: &mut Tx<'_>, story: &Story<'_>, centre: &Member, key: care::daycare::Key) -> Result<usize, Error> {
    let mut draw = Draw::of(key.elder.uuid().into_bytes(), 9);
    let mut days = 0;
    for offset in (1..28).filter(|offset| offset % 7 < 5) {
        let by = story.actor(centre, offset);
        let came = 8 * 60 + draw.below(60) as i64;
        let services = vec![Service::Activity, Service::Monitoring];
        let day = Day {
            on: by.today(),
            came,
            went: Some(came + 7 * 60),
            services,
            meals: vec![Meal::Lunch],
            note: String::new(),
            who: String::new(),
        };
        if draw.percent(60) && daycare::write_day(tx, &by, key, &day).is_ok() {
            days += 1;
            let (sbp, dbp) = (Some(118 + draw.below(30) as i64), Some(68 + draw.below(18) as i64));
            daycare::measure(tx, &by, key, &Measured { sbp, dbp, ..Measured::default() })?;
        }
    }
    Ok(days)
}
