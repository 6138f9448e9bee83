//! Who works when at the nursing station that can log in, and a proposal for tomorrow's visits.

use super::{Crew, Story};
use anyhow::anyhow;
use care::visits::catalogue::StaffKind;
use care::visits::model::{Kind, NewVisit, State, Wishes};
use care::visits::planner::model::{Kind as For, Skill};
use care::visits::planner::store as planner;
use care::visits::planner::store::hours::{self, Hours};
use care::visits::store::{self, Filter, crew, fit};
use chrono::{Datelike, TimeDelta};
use kernel::{Date, ElderId, InstitutionId, Month};
use std::collections::HashSet;

/// From eight to half past five, an hour of rest.
const USUAL: Hours = Hours { from: 480, until: 1050, rest: 60 };
/// How many of tomorrow's visits are agreed by telephone.
const AGREED: usize = 3;
/// So many more visits, the first at twenty to nine, then every seventy minutes.
const MORE: usize = 18;
const FIRST: u32 = 520;
const SLOT: u32 = 70;
/// A day off, so many days after tomorrow: each has one, and nobody tomorrow.
const OFF: usize = 2;

/// Keeps the hours, adds what makes a day interesting, and asks for a proposal.
///
/// # Errors
/// What the steps answer.
pub fn run(story: &Story<'_>, team: &Crew) -> anyhow::Result<String> {
    day(story, team).map_err(|e| anyhow!(e.text()))
}

fn day(story: &Story<'_>, team: &Crew) -> Result<String, web::Error> {
    let Some(station) = team.station.institution else { return Ok("没有护理站".into()) };
    let by = story.actor_at(&team.station, story.now);
    let tomorrow = kernel::time::date_of(story.now) + TimeDelta::days(1);
    if Month::of(tomorrow) != Month::of(kernel::time::date_of(story.now)) {
        story.db.write(|tx| money::ltci::plans::schedule_month(tx, &by, &story.policies, Month::of(tomorrow)))?;
    }
    let staff = story.db.read(|tx| crew::carers(tx, station))?;
    keep_hours(story, team, &staff, tomorrow)?;
    pair(story, team, &staff, tomorrow)?;
    more(story, team, &staff, tomorrow)?;
    let filter = Filter { institution: Some(station), state: Some(State::Planned), ..Filter::day(tomorrow) };
    let visits = story.db.read(|tx| store::list(tx, &by, &filter, 500, 0))?;
    let late = |row: &&store::Listed| row.visit.planned_from >= kernel::time::at(tomorrow, 10, 0).unwrap_or(story.now);
    for row in visits.iter().filter(late).step_by(3).take(AGREED) {
        story.db.write(|tx| fit::agree(tx, &by, row.visit.elder, row.visit.id, true))?;
    }
    let asked = ask(story, team, station, tomorrow)?;
    Ok(format!("{} 人的工时，明天 {} 次上门{}", staff.len(), visits.len(), if asked { "，方案一份" } else { "" }))
}

fn keep_hours(story: &Story<'_>, team: &Crew, staff: &[crew::Carer], tomorrow: Date) -> Result<(), web::Error> {
    let by = story.actor_at(&team.station, story.now);
    for (n, one) in staff.iter().enumerate() {
        let off = i64::from((tomorrow + TimeDelta::days((OFF + n % 4) as i64)).weekday().number_from_monday());
        let week: Vec<(i64, Hours)> = (1..=7).filter(|day| *day != off).map(|day| (day, USUAL)).collect();
        let skills: &[Skill] = match one.kind {
            Some(StaffKind::Nurse) => &[Skill::Wound, Skill::Catheter],
            _ if n % 2 == 0 => &[Skill::Transfer],
            _ => &[Skill::Dementia, Skill::Transfer],
        };
        story.db.write(|tx| hours::keep(tx, &by, one.id, &week, skills))?;
    }
    Ok(())
}

/// A visit for which two are needed, if two carers are free.
fn pair(story: &Story<'_>, team: &Crew, staff: &[crew::Carer], tomorrow: Date) -> Result<(), web::Error> {
    let by = story.actor_at(&team.station, story.now);
    let able = |one: &&crew::Carer| one.kind == Some(StaffKind::Carer) && one.certified(tomorrow);
    let carers: Vec<&crew::Carer> = staff.iter().filter(able).take(2).collect();
    let [one, two] = carers[..] else { return Ok(()) };
    let filter = Filter { carer: Some(one.id), ..Filter::default() };
    let known = story.db.read(|tx| store::list(tx, &by, &filter, 1, 0))?;
    let times = [(15, 0), (13, 30), (16, 30), (11, 30)];
    for ((hour, minute), row) in times.into_iter().zip(known.iter().cycle()) {
        let Some(from) = kernel::time::at(tomorrow, hour, minute) else { continue };
        let hours = TimeDelta::hours(2);
        let wishes = Wishes {
            skills: Skill::Transfer.code().into(),
            earliest: Some(from - hours),
            latest: Some(from + hours),
            sex: None,
        };
        let new = NewVisit {
            elder: row.visit.elder,
            kind: Kind::Nursing,
            source: None,
            institution: row.visit.institution,
            carer: one.id,
            second: Some(two.id),
            wishes,
            from,
            to: from + TimeDelta::minutes(60),
            items: vec!["body_cleaning".into(), "turning".into()],
        };
        match story.db.write(|tx| store::plan(tx, &by, &story.policies, new)) {
            Ok(_) => return Ok(()),
            Err(web::Error::Refused(_) | web::Error::NotFound) => {} // one of them is engaged then
            Err(e) => return Err(e),
        }
    }
    Ok(())
}

/// Visits of one kind to elders of the county whom nobody visits tomorrow yet, one after the other through the day, each by
/// whoever is next: so that there is something to be planned better.
fn more(story: &Story<'_>, team: &Crew, staff: &[crew::Carer], tomorrow: Date) -> Result<(), web::Error> {
    let by = story.actor_at(&team.clerk, story.now);
    let rows = story.db.read(|tx| store::list(tx, &by, &Filter::default(), 2_000, 0))?;
    let busy = |row: &&store::Listed| row.visit.day() == tomorrow;
    let mut known: HashSet<ElderId> = rows.iter().filter(busy).map(|row| row.visit.elder).collect();
    let elders: Vec<ElderId> = rows.iter().map(|row| row.visit.elder).filter(|elder| known.insert(*elder)).collect();
    let able: Vec<&crew::Carer> = staff.iter().filter(|one| one.certified(tomorrow) && one.kind.is_some()).collect();
    let Some(station) = team.station.institution.filter(|_| !able.is_empty()) else { return Ok(()) };
    for (n, elder) in elders.into_iter().take(MORE).enumerate() {
        let carer = able[n % able.len()];
        let minutes = FIRST + SLOT * (n / able.len()) as u32;
        let Some(from) = kernel::time::at(tomorrow, minutes / 60, minutes % 60) else { continue };
        let nurse = carer.kind == Some(StaffKind::Nurse);
        let items: &[&str] = if nurse { &["vital_signs", "wound_dressing"] } else { &["body_cleaning"] };
        let new = NewVisit {
            elder,
            kind: Kind::Nursing,
            source: None,
            institution: station,
            carer: carer.id,
            second: None,
            wishes: Wishes::default(),
            from,
            to: from + TimeDelta::minutes(if nurse { 45 } else { 60 }),
            items: items.iter().map(|code| (*code).to_owned()).collect(),
        };
        match story.db.write(|tx| store::plan(tx, &by, &story.policies, new)) {
            Ok(_) | Err(web::Error::Refused(_) | web::Error::NotFound) => {} // engaged then, or moved away
            Err(e) => return Err(e),
        }
    }
    Ok(())
}

fn ask(story: &Story<'_>, team: &Crew, station: InstitutionId, tomorrow: Date) -> Result<bool, web::Error> {
    let by = story.actor_at(&team.station, story.now);
    let asked = story.db.write(|tx| planner::ask(tx, &by, &story.policies, (station, tomorrow), For::Plan));
    match asked {
        Ok(_) => Ok(true),
        Err(web::Error::Invalid(_)) => Ok(false), // tomorrow nobody is visited
        Err(e) => Err(e),
    }
}
