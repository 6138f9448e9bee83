//! Stations of health huts in the database: who is there, cards, what was measured, what waits for the family doctor.

use super::model::{Answer, End, Said, Valued, Verdict, Visit, closes, line, of, verdict};
use crate::devices::store::steps;
use crate::devices::{self, Device, Kind, State};
use crate::vitals::limits::model::Whose;
use crate::vitals::{Measurement, Vital, limits};
use care::chart::codes;
use care::{chart, daycare, episodes, subject};
use chrono::TimeDelta;
use db::audit::Entry;
use db::{Actor, Condition, Row, Scope, Tx, params};
use kernel::{CitizenNumber, DeviceId, ElderId, Happening, HutId, Instant, What};
use policy::Library;
use registry::elders::{self, Status};
use web::Error;

/// The result of a step.
pub type Result<T> = std::result::Result<T, Error>;

/// The field that a card's keyed hash is bound to.
const CARD: &str = "huts.card";
/// Where a value in the record comes from.
const SOURCE: &str = "健康小屋";
/// The longest note of a clinician, in characters.
const LONGEST: usize = 200;

const COLUMNS: &str =
    "v.elder_id, v.id, v.device_id, v.institution_id, v.begun_at, v.until_at, v.ended_at, v.fasting, v.light,
    v.words, v.seen_at, v.seen_by, v.seen_note";

fn visit(row: &Row<'_>) -> db::Result<Visit> {
    let mut c = row.columns();
    Ok(Visit {
        elder: c.take()?,
        id: c.take()?,
        device: c.take()?,
        institution: c.take()?,
        begun: c.take()?,
        until: c.take()?,
        ended: c.take()?,
        fasting: c.take()?,
        verdict: c.take()?,
        words: c.take()?,
        seen_at: c.take()?,
        seen_by: c.take()?,
        seen_note: c.take()?,
    })
}

/// Whoever runs a station sees everybody of its area there, not only those whom the institution serves.
fn wide(by: &Actor) -> Actor {
    Actor { scope: Scope { institution: None, ..by.scope }, ..by.clone() }
}

/// A station that may be used.
///
/// # Errors
/// [`db::Error::NotFound`] for anything else, or what the engine says.
pub fn station(tx: &mut Tx<'_>, by: &Actor, id: DeviceId) -> db::Result<Device> {
    let found = devices::store::find_own(tx, by, id)?;
    let usable = found.kind == Kind::HealthHut && found.shared && found.state == State::Active;
    if usable { Ok(found) } else { Err(db::Error::NotFound) }
}

/// The stations within sight.
///
/// # Errors
/// What the engine says.
pub fn stations(tx: &mut Tx<'_>, by: &Actor) -> db::Result<Vec<devices::store::Listed>> {
    let filter = devices::store::Filter { kind: Some(Kind::HealthHut), ..Default::default() };
    devices::store::list(tx, by, &filter, (200, 0))
}

/// Who is at a station.
///
/// # Errors
/// What the engine says.
pub fn present(tx: &mut Tx<'_>, device: DeviceId) -> db::Result<Option<Visit>> {
    let sql = format!("select {COLUMNS} from hut_visits v where v.device_id = $1 and v.ended_at is null");
    tx.query_opt(&sql, params![device], visit)
}

/// How long somebody may stay, how often an answer may be wrong, how long the station is closed then: as the documents set it.
fn numbers(library: &Library, d: &Device, by: &Actor) -> (TimeDelta, i64, TimeDelta) {
    let number = |name: &str| library.parameter(name, d.area, by.today()).map(|parameter| parameter.value);
    let minutes = |name: &str| TimeDelta::minutes(number(name).unwrap_or(1));
    (minutes("hut_minutes"), number("hut_wrong_times").unwrap_or(1), minutes("hut_lock_minutes"))
}

/// Until when a station takes no answer.
///
/// # Errors
/// What the engine says.
pub fn locked(tx: &mut Tx<'_>, device: DeviceId, now: Instant) -> db::Result<Option<Instant>> {
    let sql = "select locked_until from hut_locks where device_id = $1";
    let until = tx.query_opt(sql, params![device], |row| row.get::<Option<Instant>>(0))?.flatten();
    Ok(until.filter(|until| *until > now))
}

/// Lets somebody measure who says who they are. A wrong answer is counted, so it is no error of the transaction.
///
/// # Errors
/// [`Error::NotFound`] for no station, or what the store says.
pub fn identify(
    tx: &mut Tx<'_>,
    by: &Actor,
    library: &Library,
    id: DeviceId,
    said: &Said,
    fasting: bool,
) -> Result<Answer> {
    let d = station(tx, by, id)?;
    if let Some(until) = locked(tx, id, by.now)? {
        return Ok(Answer::Locked(until));
    }
    let (stay, most, lock) = numbers(library, &d, by);
    let Some(elder) = who(tx, by, said)? else { return wrong(tx, by, &d, (most, lock)) };
    // Wrong answers stay counted: who has a card of their own must not clear them between two guesses.
    if let Some(before) = present(tx, id)? {
        close(tx, by, library, &before, End::Next)?;
    }
    let d = devices::store::find_own(tx, by, id)?;
    steps::hold(tx, by, &d, elder)?;
    let visit = HutId::new(by.now, tx.chance());
    tx.exec(
        "insert into hut_visits (elder_id, id, device_id, institution_id, begun_at, until_at, ended_how, fasting, light, words,
           seen_by, seen_note) values ($1, $2, $3, $4, $5, $6, '', $7, 'nothing', '', '', '')",
        params![elder, visit, id, d.institution, by.now, by.now + stay, fasting],
    )?;
    let entry = Entry { action: "huts.identify", elder: Some(elder), subject: visit.to_string(), detail: d.serial };
    tx.audit(by, entry)?;
    Ok(Answer::Known)
}

fn wrong(tx: &mut Tx<'_>, by: &Actor, d: &Device, (most, lock): (i64, TimeDelta)) -> Result<Answer> {
    let before = tx.count("select wrong from hut_locks where device_id = $1", params![d.id]).or_else(|e| match e {
        db::Error::NotFound => Ok(0),
        other => Err(other),
    })?;
    let until = closes(before, most).then_some(by.now + lock);
    let count = if until.is_some() { 0 } else { before + 1 };
    tx.exec(
        "insert into hut_locks (device_id, wrong, locked_until) values ($1, $2, $3)
         on conflict (device_id) do update set wrong = excluded.wrong, locked_until = excluded.locked_until",
        params![d.id, count, until],
    )?;
    let detail = format!("{}：身份核对不符", d.serial);
    tx.audit(by, Entry { action: "huts.wrong", subject: d.id.to_string(), detail, ..Entry::default() })?;
    Ok(until.map_or(Answer::Wrong, Answer::Locked))
}

/// The elder who this is, alive and within the station's area.
fn who(tx: &mut Tx<'_>, by: &Actor, said: &Said) -> Result<Option<ElderId>> {
    let by = &wide(by);
    let found = match said {
        Said::Card(code) => by_card(tx, code)?,
        Said::Number(number, tail) => by_number(tx, by, number, tail)?,
    };
    let Some(elder) = found else { return Ok(None) };
    match subject::store::find(tx, by, elder) {
        Ok(subject) => Ok(subject.present.then_some(elder)),
        Err(db::Error::NotFound) => Ok(None),
        Err(other) => Err(other.into()),
    }
}

fn by_card(tx: &mut Tx<'_>, code: &str) -> db::Result<Option<ElderId>> {
    let digits: String = code.chars().filter(char::is_ascii_digit).collect();
    let hash = tx.vault().index(CARD, &digits);
    let sql = "select elder_id from hut_cards where code_hash = $1 and ended_at is null";
    tx.query_opt(sql, params![hash], |row| row.get(0))
}

fn by_number(tx: &mut Tx<'_>, by: &Actor, number: &str, tail: &str) -> Result<Option<ElderId>> {
    let Ok(citizen) = CitizenNumber::parse(&kernel::text::clean(number), by.today()) else { return Ok(None) };
    let Some(elder) = elders::store::by_citizen(tx, by, &citizen)? else { return Ok(None) };
    let known = elders::store::find(tx, by, elder)?.phone_tail;
    Ok(known.filter(|known| known == &kernel::text::clean(tail)).map(|_| elder))
}

/// The newest value of each vital that came from the station since the stay began, with how it stands.
///
/// # Errors
/// What the store says.
pub fn values(tx: &mut Tx<'_>, by: &Actor, library: &Library, v: &Visit) -> db::Result<Vec<Valued>> {
    let subject = subject::store::find(tx, &wide(by), v.elder)?;
    let (whose, own) = (Whose::of(&subject, by.today()), limits::store::of_elder(tx, v.elder)?);
    let mut all = vec![];
    for vital in Vital::ALL.iter().copied().filter(|vital| vital.charted()) {
        let sql = "select measured_at, value, received_at from measurements
                   where elder_id = $1 and kind = $2 and measured_at >= $3 and device_id = $4 and received_at >= $5
                   order by measured_at desc limit 1";
        // A clock that is a little behind is no reason to show nothing.
        let since = v.begun - TimeDelta::hours(1);
        let read = |row: &Row<'_>| {
            let (at, value, received) = (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok(Measurement { elder: v.elder, device: v.device, vital, at, value, received })
        };
        if let Some(measured) = tx.query_opt(sql, params![v.elder, vital.number(), since, v.device, v.begun], read)? {
            all.push(Valued::new(measured, limits::store::in_force(library, &whose, &own, vital)));
        }
    }
    Ok(all)
}

/// Ends the stay at a station: what was measured goes into the record, the device is free again.
///
/// # Errors
/// HUT-01, [`Error::NotFound`], or what the store says.
pub fn finish(tx: &mut Tx<'_>, by: &Actor, library: &Library, id: DeviceId) -> Result<Verdict> {
    station(tx, by, id)?;
    let there = present(tx, id)?.ok_or_else(|| Error::refused("HUT-01", "现在没有人在测量，请重新开始"))?;
    close(tx, by, library, &there, End::Finished)
}

fn close(tx: &mut Tx<'_>, by: &Actor, library: &Library, v: &Visit, how: End) -> Result<Verdict> {
    // Ends by itself as well, whoever happens to ask: never held up by how far they see.
    let by = &Actor { scope: Scope::ALL, ..by.clone() };
    let all = values(tx, by, library, v)?;
    let light = verdict(&all);
    let done = tx.exec(
        "update hut_visits set ended_at = $3, ended_how = $4, light = $5, words = $6
         where elder_id = $1 and id = $2 and ended_at is null",
        params![v.elder, v.id, by.now, how, light, line(&all)],
    )?;
    if done == 0 {
        return Ok(light);
    }
    let d = devices::store::find_own(tx, by, v.device)?;
    steps::release(tx, by, &d, how.name())?;
    into_record(tx, by, v, &all)?;
    let entry = Entry { action: "huts.finish", elder: Some(v.elder), subject: v.id.to_string(), detail: line(&all) };
    tx.audit(by, entry)?;
    Ok(light)
}

/// Members of the centre have it on their day there as well; everybody in the health record, in hundredths.
fn into_record(tx: &mut Tx<'_>, by: &Actor, v: &Visit, all: &[Valued]) -> Result<()> {
    let value = |vital| of(all, vital);
    let pressure = value(Vital::Sbp).zip(value(Vital::Dbp));
    let measured = daycare::Measured {
        sbp: pressure.map(|both| both.0),
        dbp: pressure.map(|both| both.1),
        pulse: value(Vital::Pulse),
        glucose: value(Vital::Glucose),
        fasting: v.fasting,
        weight: value(Vital::Weight),
    };
    let extra = [
        value(Vital::Temperature).map(|tenths| (codes::TEMPERATURE, tenths * 10, None)),
        value(Vital::Spo2).map(|n| (codes::SATURATION, n * 100, None)),
    ];
    let mut rest: Vec<(&str, i64, Option<i64>)> = extra.into_iter().flatten().collect();
    // What the day's sheet does not take as a whole, the record judges value by value.
    if measured.fault().is_some() || !as_member(tx, by, v, &measured)? {
        let glucose = if v.fasting { codes::FASTING_GLUCOSE } else { codes::FINGER_GLUCOSE };
        rest.extend(pressure.map(|(high, low)| (codes::PRESSURE, high * 100, Some(low * 100))));
        rest.extend(measured.pulse.map(|n| (codes::PULSE, n * 100, None)));
        rest.extend(measured.glucose.map(|tenths| (glucose, tenths * 10, None)));
        rest.extend(measured.weight.map(|tenths| (codes::WEIGHT, tenths * 10, None)));
    }
    for (code, value, second) in rest {
        let written = chart::store::measure(tx, by, v.elder, (code, by.today(), SOURCE), (value, second));
        // A value that the record does not take is still among the measurements.
        if let Err(Error::Db(e)) = written {
            return Err(Error::Db(e));
        }
    }
    Ok(())
}

fn as_member(tx: &mut Tx<'_>, by: &Actor, v: &Visit, measured: &daycare::Measured) -> Result<bool> {
    let all = daycare::store::of_elder(tx, by, v.elder)?;
    let open = |m: &&daycare::Member| Some(m.institution) == v.institution && m.ended_on.is_none();
    let Some(member) = all.iter().find(open) else { return Ok(false) };
    match daycare::store::measure(tx, by, member.key, measured) {
        Ok(()) => Ok(true),
        Err(Error::Db(e)) => Err(Error::Db(e)),
        Err(_) => Ok(false),
    }
}

/// Ends the stays whose time is over; answers how many.
///
/// # Errors
/// What the store says.
pub fn sweep(tx: &mut Tx<'_>, by: &Actor, library: &Library) -> Result<usize> {
    let sql =
        format!("select {COLUMNS} from hut_visits v where v.ended_at is null and v.until_at <= $1 order by v.until_at");
    let over = tx.query(&sql, params![by.now], visit)?;
    for one in &over {
        close(tx, by, library, one, End::Time)?;
    }
    Ok(over.len())
}

/// Who dies or moves away is not at a station any more, and their card is worth nothing. What was measured stays where it is.
///
/// # Errors
/// What the engine says.
pub fn follow(tx: &mut Tx<'_>, by: &Actor, happening: &Happening) -> db::Result<()> {
    if !matches!(happening.what, What::Died | What::MovedAway) {
        return Ok(());
    }
    let by = &episodes::follower(by);
    tx.exec(
        "update hut_visits set ended_at = $2, ended_how = $3 where elder_id = $1 and ended_at is null",
        params![happening.elder, by.now, End::Gone],
    )?;
    tx.exec(
        "update hut_cards set ended_at = $2 where elder_id = $1 and ended_at is null",
        params![happening.elder, by.now],
    )?;
    Ok(())
}

/// A new card for an elder within sight; the one before is worth nothing. Answers the number that is printed on it, once.
///
/// # Errors
/// HUT-02, [`Error::NotFound`] out of sight.
pub fn card(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> Result<String> {
    let e = elders::store::find(tx, by, elder)?;
    if e.status != Status::Alive {
        return Err(Error::refused("HUT-02", format!("{}已登记为“{}”，不能发卡", e.name, e.status.name())));
    }
    tx.exec("update hut_cards set ended_at = $2 where elder_id = $1 and ended_at is null", params![elder, by.now])?;
    let code = format!("{:012}", tx.chance().u64() % 1_000_000_000_000);
    let (id, hash) = (HutId::new(by.now, tx.chance()), tx.vault().index(CARD, &code));
    tx.exec(
        "insert into hut_cards (elder_id, id, code_hash, made_at, made_by) values ($1, $2, $3, $4, $5)",
        params![elder, id, hash, by.now, &by.name],
    )?;
    let entry = Entry { action: "huts.card", elder: Some(elder), subject: id.to_string(), ..Entry::default() };
    tx.audit(by, entry)?;
    Ok(code)
}

/// Which stays a list is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// All of them.
    All,
    /// Not in order, and nobody looked after it yet.
    Waiting,
    /// The same, of elders contracted with the actor's own institution, if they have one.
    Mine,
}

fn sight(by: &Actor, which: Which) -> Condition {
    let mut seen = Condition::new(by.scope.elders("e.area", "e.id", 1));
    if which != Which::All {
        seen.and("v.seen_at is null and v.light in ('warning', 'danger') and v.ended_at is not null");
    }
    let own = by.institution.filter(|_| which == Which::Mine);
    seen.with_some(
        "exists (select 1 from contracts c where c.elder_id = e.id and c.institution_id = ? and c.state = 'signed')",
        own,
    );
    seen
}

/// Stays of elders within sight, newest first; those that wait gravest first.
///
/// # Errors
/// What the engine says.
pub fn list(
    tx: &mut Tx<'_>,
    by: &Actor,
    which: Which,
    (limit, offset): (i64, i64),
) -> db::Result<Vec<(String, Visit)>> {
    let mut seen = sight(by, which);
    let page = seen.page(limit, offset);
    let order = if which == Which::All { "" } else { "v.light, " };
    let sql = format!(
        "select {COLUMNS}, e.name from hut_visits v join elders e on e.id = v.elder_id
         where {} order by {order} v.begun_at desc, v.id desc {page}",
        seen.sql
    );
    tx.query(&sql, &seen.values, |row| Ok((row.get(13)?, visit(row)?)))
}

/// How many there are.
///
/// # Errors
/// What the engine says.
pub fn count(tx: &mut Tx<'_>, by: &Actor, which: Which) -> db::Result<i64> {
    let seen = sight(by, which);
    let from = "hut_visits v join elders e on e.id = v.elder_id";
    tx.count(&format!("select count(*) from {from} where {}", seen.sql), &seen.values)
}

/// The stays of an elder, newest first. Whoever asks has seen the elder already.
///
/// # Errors
/// What the engine says.
pub fn of_elder(tx: &mut Tx<'_>, elder: ElderId) -> db::Result<Vec<Visit>> {
    let sql = format!("select {COLUMNS} from hut_visits v where v.elder_id = $1 order by v.begun_at desc limit 100");
    tx.query(&sql, params![elder], visit)
}

/// A clinician has looked after a result that was not in order.
///
/// # Errors
/// [`Error::NotFound`] out of sight, [`Error::Invalid`] without a note, [`Error::Conflict`] when somebody did already.
pub fn answer(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, id: HutId, note: &str) -> Result<()> {
    elders::store::visible(tx, by, elder)?;
    let known = "select count(*) from hut_visits where elder_id = $1 and id = $2";
    if tx.count(known, params![elder, id])? == 0 {
        return Err(Error::NotFound);
    }
    let note = kernel::text::clean(note);
    if note.is_empty() || note.chars().count() > LONGEST {
        return Err(Error::field("note", "处理情况", format!("请写明，{LONGEST} 字以内")));
    }
    let done = tx.exec(
        "update hut_visits set seen_at = $3, seen_by = $4, seen_note = $5 where elder_id = $1 and id = $2 and seen_at is null",
        params![elder, id, by.now, &by.name, &note],
    )?;
    if done == 0 {
        return Err(Error::Conflict("已经有人处理过，请刷新页面".into()));
    }
    Ok(tx.audit(by, Entry { action: "huts.answer", elder: Some(elder), subject: id.to_string(), detail: note })?)
}
