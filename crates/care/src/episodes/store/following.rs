//! What happens to an elder moves their place, opens the first episode and closes the last.

use super::Line;
use crate::contracts;
use crate::episodes::ending::{Effect, Ending, Thing};
use crate::episodes::model::{Episode, EventKind, Moves, Place, Spell, around, first_place, moves, never_left};
use db::{Actor, Result, Scope, Tx, params};
use kernel::{Date, ElderId, EpisodeId, Happening, InstitutionId, What};
use uuid::Uuid;

/// The same person, for what follows by itself: not held up by how far they see or where they work.
#[must_use]
pub fn follower(by: &Actor) -> Actor {
    Actor { scope: Scope::ALL, institution: None, ..by.clone() }
}

/// Follows what happens to elders: moves their place, opens and closes episodes, writes it on the thread.
///
/// # Errors
/// What the engine says.
pub fn follow(tx: &mut Tx<'_>, by: &Actor, h: &Happening) -> Result<()> {
    let by = &follower(by);
    match super::current(tx, h.elder)? {
        Some(episode) => go_on(tx, by, &episode, h)?,
        None => start(tx, by, h)?,
    }
    if h.what == What::ContractSigned { lead_by_contract(tx, by, h) } else { Ok(()) }
}

/// Opens the first episode, if that is what such a happening does; nobody dead gets one.
fn start(tx: &mut Tx<'_>, by: &Actor, h: &Happening) -> Result<()> {
    let Some(place) = first_place(h.what) else { return Ok(()) };
    super::hold(tx, h.elder)?;
    if super::current(tx, h.elder)?.is_some() || !living(tx, h.elder)? {
        return Ok(());
    }
    let at = (place, h.institution.filter(|_| place != Place::Home));
    open(tx, by, h.elder, at, (h.on, h.what.code(), h.what.name()))?;
    let sql = "select institution_id, admitted_on, discharged_on from stays
               where elder_id = $1 and admitted_on >= $2 and discharged_on is not null order by admitted_on";
    let past = tx.query(sql, params![h.elder, h.on], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    past.into_iter().try_for_each(|(institution, from, until)| past_stay(tx, by, h.elder, institution, (from, until)))
}

/// Puts a stay in hospital that is over already into the thread of the open episode, where it belongs.
///
/// # Errors
/// What the engine says.
pub fn past_stay(
    tx: &mut Tx<'_>,
    by: &Actor,
    elder: ElderId,
    hospital: InstitutionId,
    (from, until): (Date, Date),
) -> Result<()> {
    let Some(episode) = super::current(tx, elder)? else { return Ok(()) };
    let spells = super::spells(tx, elder, Some(episode.id))?;
    let Some(whole) = around(&spells, from, until) else { return Ok(()) };
    end_at(tx, elder, whole, from)?;
    let (place, institution) = (Place::Ward, Some(hospital));
    let ward = Spell { id: super::uuid(tx, by), place, institution, from, until: Some(until), kept: false };
    super::begin(tx, (elder, episode.id), &ward, What::AdmittedToHospital.code())?;
    if whole.until == Some(until) {
        return Ok(());
    }
    let rest = Spell { id: super::uuid(tx, by), from: until, ..whole.clone() };
    super::begin(tx, (elder, episode.id), &rest, What::LeftHospital.code())
}

/// Ends a spell on a day; one that would not have lasted a day never was.
fn end_at(tx: &mut Tx<'_>, elder: ElderId, spell: &Spell, on: Date) -> Result<()> {
    if spell.from >= on {
        return delete(tx, elder, spell.id);
    }
    let sql = "update episode_places set until_on = $3 where elder_id = $1 and id = $2";
    tx.exec_one(sql, params![elder, spell.id, on])
}

fn delete(tx: &mut Tx<'_>, elder: ElderId, spell: Uuid) -> Result<()> {
    tx.exec_one("delete from episode_places where elder_id = $1 and id = $2", params![elder, spell])
}

/// Takes a stay in hospital that never was out of the thread again.
///
/// # Errors
/// What the engine says.
pub fn no_stay(tx: &mut Tx<'_>, elder: ElderId, (from, until): (Date, Date)) -> Result<()> {
    let spells = super::spells(tx, elder, None)?;
    let Some([before, ward, after]) = never_left(&spells, from, until) else { return Ok(()) };
    let sql = "update episode_places set until_on = $3, kept = $4 where elder_id = $1 and id = $2";
    tx.exec_one(sql, params![elder, before.id, after.until, after.kept])?;
    delete(tx, elder, ward.id)?;
    delete(tx, elder, after.id)
}

fn living(tx: &mut Tx<'_>, elder: ElderId) -> Result<bool> {
    let sql = "select count(*) from elders where id = $1 and status = 'alive' and merged_into is null";
    Ok(tx.count(sql, params![elder])? > 0)
}

/// Opens an episode at a place; `because` is a code and its words.
pub(super) fn open(
    tx: &mut Tx<'_>,
    by: &Actor,
    elder: ElderId,
    (place, institution): (Place, Option<InstitutionId>),
    (on, because, words): (Date, &str, &str),
) -> Result<EpisodeId> {
    let id = super::insert(tx, by, elder, (on, because))?;
    let spell = Spell { id: super::uuid(tx, by), place, institution, from: on, until: None, kept: false };
    super::begin(tx, (elder, id), &spell, because)?;
    let title = format!("开始照护：{}", at(tx, place, institution));
    let line = Line { on, kind: EventKind::Open, code: "", title: &title, detail: words, href: None };
    super::write_line(tx, by, elder, id, &line)?;
    Ok(id)
}

/// 住院（如东县人民医院）
pub(in crate::episodes) fn at(tx: &mut Tx<'_>, place: Place, institution: Option<InstitutionId>) -> String {
    match institution.and_then(|id| registry::institutions::store::name(tx, id).ok()) {
        Some(name) => format!("{}（{name}）", place.name()),
        None => place.name().to_owned(),
    }
}

fn go_on(tx: &mut Tx<'_>, by: &Actor, episode: &Episode, h: &Happening) -> Result<()> {
    let spells = super::spells(tx, h.elder, Some(episode.id))?;
    let moves = moves(&spells, h);
    if moves.none() {
        return Ok(());
    }
    if moves.closes {
        return close(tx, by, episode, h.on, h.what.name());
    }
    carry_out(tx, by, episode, &moves, h.what)?;
    let Some((place, institution, on)) = moves.begins else { return Ok(()) };
    let from = left(tx, episode, &spells, &moves)?;
    let title = format!("{from} → {}", at(tx, place, institution));
    let kept = moves.ends.is_some_and(|(_, _, kept)| kept);
    let detail = if kept { format!("{}；{from}保留", h.what.name()) } else { h.what.name().to_owned() };
    let line = Line { on, kind: EventKind::Move, code: "", title: &title, detail: &detail, href: None };
    super::write_line(tx, by, h.elder, episode.id, &line)
}

/// Where the elder comes from, in words. A place that never was is passed over: the line that led to it goes with it.
fn left(tx: &mut Tx<'_>, episode: &Episode, spells: &[Spell], m: &Moves) -> Result<String> {
    let Some(now) = spells.iter().rev().find(|s| s.until.is_none()) else { return Ok(String::new()) };
    let here = at(tx, now.place, now.institution);
    let before = spells.iter().rev().find(|s| m.dropped == Some(now.id) && s.until == Some(now.from));
    let Some(before) = before else { return Ok(here) };
    let from = at(tx, before.place, before.institution);
    let sql = "delete from episode_events where elder_id = $1 and episode_id = $2 and kind = 'move' and on_date = $3 and title = $4";
    tx.exec(sql, params![episode.elder, episode.id, now.from, &format!("{from} → {here}")])?;
    Ok(from)
}

fn carry_out(tx: &mut Tx<'_>, by: &Actor, episode: &Episode, m: &Moves, what: What) -> Result<()> {
    let elder = episode.elder;
    for id in &m.released {
        tx.exec("update episode_places set kept = 0 where elder_id = $1 and id = $2", params![elder, *id])?;
    }
    if let Some(id) = m.dropped {
        delete(tx, elder, id)?;
    }
    if let Some((id, on, kept)) = m.ends {
        let sql = "update episode_places set until_on = $3, kept = $4 where elder_id = $1 and id = $2";
        tx.exec_one(sql, params![elder, id, on, kept])?;
    }
    if let Some((place, institution, from)) = m.begins {
        let spell = Spell { id: super::uuid(tx, by), place, institution, from, until: None, kept: false };
        super::begin(tx, (elder, episode.id), &spell, what.code())?;
        let sql = "update episodes set opened_on = $3 where elder_id = $1 and id = $2 and opened_on > $3";
        tx.exec(sql, params![elder, episode.id, from])?;
    }
    Ok(())
}

/// Closes an episode and says so on the thread.
pub(super) fn close(tx: &mut Tx<'_>, by: &Actor, episode: &Episode, on: Date, why: &str) -> Result<()> {
    let on = on.max(episode.opened_on);
    super::write_close(tx, by, episode, on, why)?;
    let line = Line { on, kind: EventKind::Close, code: "", title: "照护结束", detail: why, href: None };
    super::write_line(tx, by, episode.elder, episode.id, &line)
}

/// Who signs the contract leads, unless somebody leads already.
fn lead_by_contract(tx: &mut Tx<'_>, by: &Actor, h: &Happening) -> Result<()> {
    let elder = h.elder;
    let Some(episode) = super::current(tx, elder)?.filter(|e| e.lead.is_none()) else { return Ok(()) };
    let signed = contracts::store::of_elder(tx, by, elder)?;
    let Some(doctor) = signed.iter().filter(|c| c.state == contracts::State::Signed).find_map(|c| c.doctor) else {
        return Ok(());
    };
    let lead = super::staff(tx, doctor)?;
    super::write_lead(tx, by, &episode, &lead)?;
    let title = format!("牵头人：{}", lead.name);
    let line = Line {
        on: h.on.min(by.today()),
        kind: EventKind::Lead,
        code: "",
        title: &title,
        detail: "签约医生",
        href: None,
    };
    super::write_line(tx, by, elder, episode.id, &line)
}

/// Writes on the thread what a capability did because of a happening. `title` says of what: 家庭病床（城中街道…）.
/// Nothing is written for an elder who never had an episode.
///
/// # Errors
/// What the engine says.
pub fn followed(
    tx: &mut Tx<'_>,
    by: &Actor,
    h: &Happening,
    (thing, title, href): (Thing, &str, &str),
    ending: &Ending,
) -> Result<()> {
    let done = match ending.effect {
        Effect::Ends => "结束",
        Effect::Rests => "暂停",
        Effect::GoesOn => "恢复",
    };
    let title = format!("{}{done}：{title}", thing.name());
    let line = Line {
        on: h.on,
        kind: EventKind::Follow,
        code: ending.code,
        title: &title,
        detail: ending.words,
        href: Some(href),
    };
    say(tx, by, h.elder, &line)
}

/// Writes a line of another capability on the thread of an elder, such as a fall or a consultation's conclusion.
///
/// # Errors
/// What the engine says.
pub fn note(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, line: &Line<'_>) -> Result<()> {
    say(tx, by, elder, line)
}

/// On the open episode, or on the last one: what follows a death is written when the episode is closed already.
fn say(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, line: &Line<'_>) -> Result<()> {
    match super::all(tx, elder)?.first() {
        Some(episode) => super::write_line(tx, by, elder, episode.id, line),
        None => Ok(()),
    }
}
