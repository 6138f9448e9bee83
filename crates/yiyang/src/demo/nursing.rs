//! Nursing at home beside the care insurance: a few visits of the station that can log in, and what is to be known at doors.

use super::{Crew, Story};
use anyhow::anyhow;
use care::visits::catalogue::StaffKind;
use care::visits::model::{Kind, NewNote, NewVisit, NoteKind, Wishes};
use care::visits::store::{self, Filter, crew, door};
use chrono::TimeDelta;
use kernel::{ElderId, Instant, InstitutionId, StaffId};

/// How many elders get a dressing changed.
const SOME: usize = 6;
/// What is said at doors. All made up.
const SAID: [(NoteKind, &str); 4] = [
    (NoteKind::KeyBox, "钥匙盒在门右侧，密码 2580（合成）"),
    (NoteKind::Allergy, "青霉素过敏（合成）"),
    (NoteKind::Risk, "夜间易跌倒，起身须有人扶（合成）"),
    (NoteKind::Other, "听力差，请大声敲门（合成）"),
];

/// Plans dressings three days ago, which were made, and tomorrow; writes down what is to be known.
///
/// # Errors
/// What the steps answer.
pub fn run(story: &Story<'_>, team: &Crew) -> anyhow::Result<String> {
    plan(story, team).map(|made| format!("上门护理 {made} 次")).map_err(|e| anyhow!(e.text()))
}

fn plan(story: &Story<'_>, team: &Crew) -> Result<usize, web::Error> {
    let Some(station) = team.station.institution else { return Ok(0) };
    let filter = Filter { carer: team.carer.staff, ..Filter::default() };
    let by = story.actor_at(&team.station, story.now);
    let rows = story.db.read(|tx| store::list(tx, &by, &filter, 200, 0))?;
    let mut elders: Vec<ElderId> = rows.into_iter().map(|row| row.visit.elder).collect();
    elders.sort_unstable();
    elders.dedup();
    let today = kernel::time::date_of(story.now);
    let Some(nurse) = nurse(story, station)? else { return Ok(0) };
    let mut made = 0;
    for (elder, n) in elders.into_iter().take(SOME).zip(0_usize..) {
        let (kind, text) = SAID[n % SAID.len()];
        let note = NewNote { elder, kind, text: text.into() };
        story.db.write(|tx| door::note(tx, &by, &note))?;
        for days in [-3, 1] {
            let day = today + TimeDelta::days(days);
            let Some(from) = kernel::time::at(day, 8 + n as u32, 0) else { continue };
            let new = NewVisit { wishes: wishes(n, from), ..dressing((elder, station, nurse), from) };
            make(story, team, new)?;
            made += 1;
        }
    }
    Ok(made)
}

/// Somebody of the station who may change a dressing tomorrow.
fn nurse(story: &Story<'_>, station: InstitutionId) -> db::Result<Option<StaffId>> {
    let day = kernel::time::date_of(story.now) + TimeDelta::days(1);
    let able = |c: &&crew::Carer| c.kind == Some(StaffKind::Nurse) && c.certified(day);
    Ok(story.db.read(|tx| crew::carers(tx, station))?.iter().find(able).map(|one| one.id))
}

fn dressing((elder, institution, carer): (ElderId, InstitutionId, StaffId), from: Instant) -> NewVisit {
    NewVisit {
        elder,
        kind: Kind::Nursing,
        source: None,
        institution,
        carer,
        second: None,
        wishes: Wishes::default(),
        from,
        to: from + TimeDelta::minutes(40),
        items: vec!["wound_dressing".into(), "vital_signs".into()],
    }
}

/// Plans a dressing for an elder the day after tomorrow, asked for by the county's clerk.
///
/// # Errors
/// What the step answers.
pub(super) fn once(story: &Story<'_>, team: &Crew, elder: ElderId, hour: u32) -> Result<(), web::Error> {
    let Some(station) = team.station.institution else { return Ok(()) };
    let day = kernel::time::date_of(story.now) + TimeDelta::days(2);
    let at = kernel::time::at(day, hour, 30);
    let (Some(nurse), Some(from)) = (nurse(story, station)?, at) else { return Ok(()) };
    let by = story.actor_at(&team.clerk, story.now);
    let new = dressing((elder, station, nurse), from);
    match story.db.write(|tx| store::plan(tx, &by, &story.policies, new)) {
        Ok(_) | Err(web::Error::Refused(_)) => Ok(()), // somebody else comes at that hour: the rules hold here too
        Err(e) => Err(e),
    }
}

/// Every second elder names the hours between which somebody may come.
fn wishes(n: usize, from: Instant) -> Wishes {
    let wide = n % 2 == 1;
    let hours = TimeDelta::hours;
    Wishes { earliest: wide.then(|| from - hours(1)), latest: wide.then(|| from + hours(3)), ..Wishes::default() }
}

/// Plans a visit the evening before; one that is over was made.
fn make(story: &Story<'_>, team: &Crew, new: NewVisit) -> Result<(), web::Error> {
    let (elder, carer, from, to) = (new.elder, Some(new.carer), new.from, new.to);
    let at = |when| story.actor_at(&team.station, when);
    story.db.write(|tx| {
        let before = story.now.min(from - TimeDelta::hours(12));
        let id = store::plan(tx, &at(before), &story.policies, new)?;
        if to < story.now {
            store::check_in(tx, &at(from), &story.policies, elder, id, carer, None)?;
            store::check_out(tx, &at(to), &story.policies, elder, id, carer, None)?;
        }
        Ok(())
    })
}
