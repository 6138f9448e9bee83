//! A month of care insurance: entitlements, plans, visits as they go in life; then its settlement.

use super::forms::Draw;
use super::{Crew, Member, Story, store};
use anyhow::anyhow;
use care::visits::model::Place;
use care::visits::store::{LateEntry, call_off, check_in, check_out, enter_late};
use chrono::TimeDelta;
use db::{Actor, Tx};
use kernel::{Area, Instant, InstitutionId, Month, StaffId};
use money::ltci::catalogue::{self, Item, StaffKind};
use money::ltci::entitlements;
use money::ltci::plans::model::{NewPlan, Service};
use money::ltci::{plans, settlement};
use registry::institutions::Kind;

/// Days before the month on which entitlements are granted and plans are made.
const GRANTED: i64 = 15;
const PLANNED: i64 = 10;
/// Visits a week that a carer of the county takes on.
const VISITS_PER_CARER: i64 = 24;
/// Visits in one transaction.
const CHUNK: usize = 200;

/// Somebody with an entitlement.
pub struct Entitled {
    /// Who.
    pub elder: kernel::ElderId,
    /// By which entitlement.
    pub entitlement: kernel::EntitlementId,
    /// Where they live.
    pub area: Area,
    /// Whether they live in an institution, whose own staff then cares for them.
    pub resides: bool,
}

/// A planned visit.
pub struct Due {
    /// Whose.
    pub elder: kernel::ElderId,
    /// Which.
    pub visit: kernel::VisitId,
    /// By whom.
    pub carer: StaffId,
    /// Beginning and end as planned.
    pub from: Instant,
    /// End as planned.
    pub to: Instant,
    /// Items, comma-joined.
    pub items: String,
    /// Centre of the elder's village, if known.
    pub place: Option<(f64, f64)>,
}

/// Runs the month; answers what came of it in a sentence.
///
/// # Errors
/// What the steps answer.
pub fn run(story: &Story<'_>, crew: &Crew, bar: &mut dyn FnMut(usize, usize)) -> anyhow::Result<String> {
    let text = |e: web::Error| anyhow!(e.text());
    let by = story.actor(&crew.reviewer, -GRANTED);
    let granted = story.db.write(|tx| entitlements::store::grant_all(tx, &by, &story.policies)).map_err(text)?;
    let made = plan_all(story, crew).map_err(text)?;
    let mut visited = 0;
    let today = kernel::time::date_of(story.now);
    for month in [story.month, Month::of(today)] {
        let by = story
            .actor_at(&crew.reviewer, kernel::time::at(month.first() - TimeDelta::days(2), 10, 0).unwrap_or(story.now));
        story.db.write(|tx| plans::schedule_month(tx, &by, &story.policies, month)).map_err(text)?;
        visited += visit_all(story, crew, month, bar).map_err(text)?;
    }
    Ok(format!("核定 {} 人，计划 {made} 份，服务 {visited} 次", granted.granted))
}

/// Settles the month.
///
/// # Errors
/// What the settlement answers.
pub fn settle(story: &Story<'_>, crew: &Crew, bar: &mut dyn FnMut(usize, usize)) -> anyhow::Result<String> {
    let by = story.actor_at(&crew.reviewer, story.now);
    let report = settlement::store::settle_month(story.db, &by, &story.policies, crew.county, story.month, bar);
    report.map(|report| report.to_string()).map_err(|e| anyhow!(e.text()))
}

struct Team {
    institution: InstitutionId,
    area: Area,
    residential: bool,
    carers: Vec<(StaffId, i64)>,
}

fn plan_all(story: &Story<'_>, crew: &Crew) -> Result<usize, web::Error> {
    let by = story.actor(&crew.reviewer, -PLANNED);
    let items = catalogue::items(&story.policies, crew.county, story.month.first());
    let items: Vec<&Item> = items.iter().filter(|i| i.price.staff == StaffKind::Carer).collect();
    let mut teams = story.db.read(|tx| teams(tx, &by, crew))?;
    let mut made = 0;
    for chunk in story.db.read(|tx| store::entitled(tx, crew.county))?.chunks(100) {
        story.db.write(|tx| {
            for (i, who) in chunk.iter().enumerate() {
                let Some((institution, carer)) = hire(&mut teams, who) else { continue };
                let mut draw = Draw::of(who.elder.uuid().into_bytes(), 2);
                let new = plan(story, who, institution, carer, &items, &mut draw, i as i64);
                match plans::store::create(tx, &by, &story.policies, &new) {
                    Ok(_) => made += 1,
                    // Somebody with a small quota gets fewer visits than asked for; they stay on the list of plans to make.
                    Err(web::Error::Refused(_)) => {}
                    Err(e) => return Err(e),
                }
            }
            Ok::<_, web::Error>(())
        })?;
    }
    Ok(made)
}

fn teams(tx: &mut Tx<'_>, by: &Actor, crew: &Crew) -> Result<Vec<Team>, web::Error> {
    let mut teams = Vec::new();
    for provider in plans::store::providers(tx, by, crew.county)? {
        let all = plans::store::carers(tx, provider.id)?;
        let fit = all.into_iter().filter(|c| c.until.is_none_or(|until| until > by.today()));
        let carers: Vec<(StaffId, i64)> = fit.filter(|c| c.kind == Some(StaffKind::Carer)).map(|c| (c.id, 0)).collect();
        if !carers.is_empty() {
            let area = registry::institutions::store::find(tx, by, provider.id)?.facts.area;
            let residential =
                matches!(provider.kind, Kind::ElderCareInstitution | Kind::WelfareHome | Kind::RuralElderHome);
            teams.push(Team { institution: provider.id, area, residential, carers });
        }
    }
    // The station that can log in comes first, so that its pages are not empty.
    teams.sort_by_key(|team| Some(team.institution) != crew.station.institution);
    Ok(teams)
}

/// A carer with room: of the elder's town if there is one, else of wherever there is.
fn hire(teams: &mut [Team], who: &Entitled) -> Option<(InstitutionId, StaffId)> {
    let town = who.area.up_to(kernel::area::Level::Town);
    let near = |team: &Team| team.area.up_to(kernel::area::Level::Town) == town;
    let free =
        |team: &Team| team.residential == who.resides && team.carers.iter().any(|(_, load)| *load < VISITS_PER_CARER);
    let at = teams.iter().position(|t| near(t) && free(t)).or_else(|| teams.iter().position(free))?;
    let team = &mut teams[at];
    let carer = team.carers.iter_mut().min_by_key(|(_, load)| *load)?;
    carer.1 += 3;
    Some((team.institution, carer.0))
}

fn plan(
    story: &Story<'_>,
    who: &Entitled,
    institution: InstitutionId,
    carer: StaffId,
    items: &[&Item],
    draw: &mut Draw,
    turn: i64,
) -> NewPlan {
    let first = draw.below(items.len() as u64) as usize;
    let second = (first + 1 + draw.below(items.len() as u64 - 1) as usize) % items.len();
    let service = |item: &Item, per_week| Service { item: item.code.clone(), per_week, carer };
    NewPlan {
        elder: who.elder,
        entitlement: who.entitlement,
        institution,
        services: vec![service(items[first], 2), service(items[second], 2)],
        first_weekday: turn % 5,
        start_minute: 8 * 60 + (turn % 8) * 60,
        starts_on: story.month.first(),
    }
}

fn visit_all(
    story: &Story<'_>,
    crew: &Crew,
    month: Month,
    bar: &mut dyn FnMut(usize, usize),
) -> Result<usize, web::Error> {
    let due = story.db.read(|tx| store::due(tx, crew.county, month, kernel::time::date_of(story.now)))?;
    let carer = Member { account: None, name: "护理员（合成）".into(), ..crew.clerk.clone() };
    for (i, chunk) in due.chunks(CHUNK).enumerate() {
        story.db.write(|tx| {
            for visit in chunk {
                go(tx, story, &carer, visit)?;
            }
            Ok::<_, web::Error>(())
        })?;
        bar(i * CHUNK, due.len());
    }
    Ok(due.len())
}

/// One visit as it goes in life: mostly in time, sometimes short, entered late, missed, or never recorded.
fn go(tx: &mut Tx<'_>, story: &Story<'_>, carer: &Member, due: &Due) -> Result<(), web::Error> {
    let mut draw = Draw::of(due.visit.uuid().into_bytes(), 3);
    let minutes = |n: u64| TimeDelta::minutes(n as i64);
    let at = |when: Instant| story.actor_at(carer, when);
    let (early, over) = (minutes(draw.below(8)), minutes(draw.below(10)));
    // Mostly within some two hundred metres of the door, once in a while somewhere else.
    let spread = if draw.percent(4) { 0.02 } else { 0.002 };
    let place = due.place.map(|(lon, lat)| Place {
        lon: lon + spread * (draw.below(200) as f64 / 100.0 - 1.0),
        lat: lat + spread * (draw.below(200) as f64 / 100.0 - 1.0),
        accuracy: Some(8 + draw.below(40) as i64),
    });
    match draw.below(100) {
        0..3 => call_off(tx, &at(due.to + TimeDelta::hours(2)), due.elder, due.visit, "老年人不在家"),
        3..6 => Ok(()),
        6..10 => {
            let items = due.items.split(',').map(str::to_owned).collect();
            let entry = LateEntry { from: due.from, to: due.to, items, reason: "手机没电，当晚补录".into() };
            enter_late(tx, &at(due.to + TimeDelta::hours(8)), &story.policies, due.elder, due.visit, &entry)
        }
        draw_for => {
            let to = if draw_for < 13 { due.from + (due.to - due.from) / 2 } else { due.to + over };
            check_in(tx, &at(due.from - early), &story.policies, due.elder, due.visit, Some(due.carer), place)?;
            check_out(tx, &at(to), &story.policies, due.elder, due.visit, Some(due.carer), place)
        }
    }
}
