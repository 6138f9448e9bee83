//! A year of family-doctor contracts: signed on different days, kept well or badly.

use super::forms::Draw;
use super::{Crew, Member, Story, store};
use anyhow::anyhow;
use care::contracts::model::{ConsentBy, ConsentHow};
use care::contracts::{self, Consent, NewConsent, Signing};
use chrono::TimeDelta;
use db::Tx;
use kernel::area::Level;
use kernel::{Area, Date, ElderId, InstitutionId, StaffId};
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// The last of so many days before the month on which contracts are signed.
const YEAR: u64 = 340;
/// So many in a hundred sign.
const SIGNED: u64 = 45;
/// Elders in one transaction.
const CHUNK: usize = 100;

/// A centre and its doctors.
type Centres = HashMap<Area, (InstitutionId, Vec<StaffId>)>;

/// Runs the contracts; answers what came of it in a sentence.
///
/// # Errors
/// What the steps answer.
pub fn run(story: &Story<'_>, crew: &Crew, bar: &mut dyn FnMut(usize, usize)) -> anyhow::Result<String> {
    let text = |e: web::Error| anyhow!(e.text());
    let old = story.db.read(|tx| store::old(tx, crew.county, story.day(-(365 * 65 + 17))))?;
    let (mut signed, mut kept) = (0, 0);
    let mut centres = Centres::new();
    for (i, chunk) in old.chunks(CHUNK).enumerate() {
        let done = story.db.write(|tx| {
            let mut done = (0, 0);
            for (elder, area) in chunk {
                let (s, k) = one(tx, story, crew, &mut centres, *elder, *area)?;
                done = (done.0 + s, done.1 + k);
            }
            Ok::<_, web::Error>(done)
        });
        let (s, k) = done.map_err(text)?;
        (signed, kept) = (signed + s, kept + k);
        bar(i * CHUNK, old.len());
    }
    Ok(format!("签约 {signed} 人，完成签约服务 {kept} 项"))
}

fn one(
    tx: &mut Tx<'_>,
    story: &Story<'_>,
    crew: &Crew,
    centres: &mut Centres,
    elder: ElderId,
    area: Area,
) -> Result<(usize, usize), web::Error> {
    let mut draw = Draw::of(elder.uuid().into_bytes(), 4);
    if !draw.percent(SIGNED) {
        return Ok((0, 0));
    }
    let Some((institution, doctor)) = centre(tx, story, crew, centres, area, &mut draw)? else { return Ok((0, 0)) };
    let on = story.day(30 - draw.below(YEAR) as i64);
    let by = |day: Date, member: &Member| story.actor_at(member, kernel::time::at(day, 9, 30).unwrap_or(story.now));
    let member =
        Member {
            account: None, institution: Some(institution), name: "家庭医生（合成）".into(), ..crew.clerk.clone()
        };
    let party = contracts::store::party(tx, &by(on, &member), elder, on)?;
    let package = party.proposed(&contracts::store::steps::priority(&story.policies, &party, on)).0;
    let new = NewConsent { institution, consent: consent(on, &party.name), package: Some(package), renews: None };
    let key = match contracts::consent(tx, &by(on, &member), &story.policies, elder, &new) {
        Ok(key) => key,
        Err(web::Error::Refused(_)) => return Ok((0, 0)), // too young on that day, say: the rules hold here too
        Err(e) => return Err(e),
    };
    if draw.percent(3) {
        return Ok((0, 0)); // consented, and still to be signed
    }
    match contracts::sign(tx, &by(on, &member), &story.policies, key, &Signing { doctor, package, on }) {
        Err(web::Error::Refused(_)) => return Ok((0, 0)),
        other => other?,
    }
    let diligent = draw.percent(70);
    let mut kept = 0;
    for promise in contracts::store::promises(tx, key)? {
        let late = if draw.percent(15) { draw.below(20) as i64 } else { -(draw.below(10) as i64) };
        let day = (promise.slot.due_on + TimeDelta::days(late)).max(promise.slot.opens_on).max(on);
        let due = day < kernel::time::date_of(story.now) && day < promise.slot.lapses_on;
        if due && promise.done.is_none() && !promise.by_checkup() && draw.percent(if diligent { 85 } else { 20 }) {
            contracts::fulfil(tx, &by(day, &member), key, promise.id, (day, Some(doctor), "已完成，情况稳定"))?;
            kept += 1;
        }
    }
    Ok((1, kept))
}

fn consent(on: Date, name: &str) -> Consent {
    Consent {
        agreed: true,
        by: ConsentBy::Elder,
        name: name.into(),
        relation: String::new(),
        how: ConsentHow::Written,
        on,
        note: String::new(),
        ask_again_on: None,
    }
}

/// The centre of the elder's town and one of its doctors; none where the roster has none with a valid certificate.
fn centre(
    tx: &mut Tx<'_>,
    story: &Story<'_>,
    crew: &Crew,
    centres: &mut Centres,
    area: Area,
    draw: &mut Draw,
) -> Result<Option<(InstitutionId, StaffId)>, web::Error> {
    let town = area.up_to(Level::Town);
    if let Entry::Vacant(place) = centres.entry(town) {
        let by = story.actor(&crew.clerk, 0);
        let Some(centre) = contracts::store::centres(tx, &by, area)?.into_iter().next() else { return Ok(None) };
        let today = kernel::time::date_of(story.now);
        let people = contracts::store::people(tx, centre.id)?.into_iter();
        let fit = people.filter(|d| d.physician && d.may_sign(today));
        place.insert((centre.id, fit.map(|d| d.id).collect()));
    }
    let (institution, doctors) = &centres[&town];
    let doctor = doctors.get(draw.below(doctors.len() as u64) as usize).copied();
    Ok(doctor.map(|doctor| (*institution, doctor)))
}
