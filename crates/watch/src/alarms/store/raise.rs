//! What the intake and time write: alarms raised and repeated, runs, the ladder.

use super::super::ladder;
use super::super::model::{Alarm, Key, Kind, Level, Outcome, State};
use super::super::rules::{Effect, Person, Profile, Run};
use super::{COLUMNS, LAST_STEP, WIDTH, alarm};
use crate::vitals::{self, Vital};
use chrono::TimeDelta;
use db::{Actor, Tx, params};
use kernel::{AlarmEventId, AlarmId, Area, DeviceId, ElderId, Instant};
use policy::{Facts, Library};
use registry::elders;

/// So many alarms go up the ladder in one transaction.
const CHUNK: i64 = 500;

/// An elder as the rules want them: limits of their own, runs, open alarms, newest values.
///
/// # Errors
/// What the engine says.
pub fn person(tx: &mut Tx<'_>, elder: ElderId) -> db::Result<Person> {
    let mut person = Person { profile: profile(tx, elder)?, ..Person::default() };
    for limit in vitals::store::limits(tx, elder)? {
        person.own.entry(limit.vital).or_insert(limit.bounds);
    }
    for m in vitals::store::latest(tx, elder)? {
        person.latest.insert(m.vital, (m.believed(), m.value));
    }
    person.safe = vitals::safe_area::store::of_elder(tx, elder)?;
    let sql = "select kind, level, since, times, last_at from alarm_pending where elder_id = $1";
    tx.each(sql, params![elder], |row| {
        if let Some(vital) = Vital::of_code(&row.get::<String>(0)?) {
            let run = Run { since: row.get(2)?, times: row.get(3)?, last_at: row.get(4)? };
            person.runs.insert((vital, row.get(1)?), run);
        }
        Ok(())
    })?;
    tx.each("select kind, level from alarms where elder_id = $1 and closed_at is null", params![elder], |row| {
        person.active.insert(row.get(0)?, row.get(1)?);
        Ok(())
    })?;
    Ok(person)
}

fn profile(tx: &mut Tx<'_>, elder: ElderId) -> db::Result<Profile> {
    let chronic =
        tx.query_opt("select chronic from elders where id = $1", params![elder], |row| row.get::<Option<String>>(0))?;
    let chronic = chronic.flatten().unwrap_or_default();
    let has = |word: &str| chronic.split(',').any(|one| one.trim() == word);
    Ok(Profile { diabetes: has("diabetes"), copd: has("copd") })
}

/// An effect of a measurement on an elder: by which device, and the limits of time.
#[derive(Clone, Copy, Debug)]
pub struct Cause<'a> {
    /// Whose.
    pub elder: ElderId,
    /// By which device.
    pub device: Option<DeviceId>,
    /// Now.
    pub now: Instant,
    /// The documents: how the ladder goes.
    pub library: &'a Library,
    /// Where the elder lives.
    pub area: Area,
}

/// Writes an effect. Answers whether an open page must hear of it.
///
/// # Errors
/// What the engine says.
pub fn apply(tx: &mut Tx<'_>, cause: Cause<'_>, effect: &Effect) -> db::Result<bool> {
    if let Effect::Run(key, run) = effect {
        return keep_run(tx, cause.elder, *key, *run).map(|()| false);
    }
    // A file may have been merged since the device was looked up: its alarm belongs to the one that goes on.
    let cause = Cause { elder: elders::store::primary(tx, cause.elder)?, ..cause };
    match effect {
        Effect::Run(..) => Ok(false),
        // Of an elder's devices one may be full and another empty: only the one that raised the alarm ends it.
        Effect::Recovered(Kind::BatteryLow) => match standing(tx, cause.elder, Kind::BatteryLow)? {
            Some(alarm) if alarm.device == cause.device => end(tx, cause, Kind::BatteryLow, Outcome::Recovered),
            _ => Ok(false),
        },
        Effect::Recovered(kind) => recovered(tx, cause, *kind),
        Effect::CalledOff(kind) => note_active(tx, cause, *kind, "called_off", "本人在设备上取消"),
        Effect::Alarm { .. } => repeat_or_raise(tx, cause, effect).map(|()| true),
    }
}

fn keep_run(tx: &mut Tx<'_>, elder: ElderId, (vital, level): (Vital, Level), run: Option<Run>) -> db::Result<()> {
    match run {
        Some(run) => tx.exec(
            "insert into alarm_pending (elder_id, kind, level, since, times, last_at) values ($1, $2, $3, $4, $5, $6)
             on conflict (elder_id, kind, level) do update set since = excluded.since, times = excluded.times, \
             last_at = excluded.last_at",
            params![elder, vital.code(), level, run.since, run.times, run.last_at],
        ),
        None => tx.exec(
            "delete from alarm_pending where elder_id = $1 and kind = $2 and level = $3",
            params![elder, vital.code(), level],
        ),
    }?;
    Ok(())
}

/// The alarm of a kind that is not closed, if there is one; for the program itself.
///
/// # Errors
/// What the engine says.
pub fn standing(tx: &mut Tx<'_>, elder: ElderId, kind: Kind) -> db::Result<Option<Alarm>> {
    let sql = format!("select {COLUMNS} from alarms a where a.elder_id = $1 and a.kind = $2 and a.closed_at is null");
    tx.query_opt(&sql, params![elder, kind], alarm)
}

/// One active alarm for each elder and kind: what is seen again is counted on it, what has become worse opens it again.
fn repeat_or_raise(tx: &mut Tx<'_>, cause: Cause<'_>, effect: &Effect) -> db::Result<()> {
    let Effect::Alarm { kind, level, rule, message, value, since } = effect else { return Ok(()) };
    let mut found = standing(tx, cause.elder, *kind)?;
    // A drill gives way: what is real is never counted onto it.
    if let Some(drill) = found.take_if(|alarm| alarm.drill) {
        shut(tx, drill.key, cause.now, ("", Outcome::Drill, "真实报警到来，演练结束"))?;
    }
    let Some(standing) = found else {
        let new = New { kind: *kind, level: *level, rule, message, value: *value, since: *since, drill: false };
        return raise(tx, cause, new).map(drop);
    };
    // A milder reading of a grave alarm is counted, but what it says stays that of the gravest.
    let (message, rule) = if *level >= standing.level { (message, rule) } else { (&standing.message, &standing.rule) };
    tx.exec(
        "update alarms set message = $3, rule = $4, value = $5, last_at = $6, repeats = repeats + 1, recovered_at = null, \
         version = version + 1 where elder_id = $1 and id = $2",
        params![cause.elder, standing.key.id, message, rule, *value, cause.now],
    )?;
    if *level > standing.level { worsen(tx, cause, &standing, (*level, message)) } else { Ok(()) }
}

/// What has become graver is open again, whoever had it, and begins at the foot of the ladder.
fn worsen(tx: &mut Tx<'_>, cause: Cause<'_>, standing: &Alarm, (level, message): (Level, &str)) -> db::Result<()> {
    tx.exec(
        "update alarms set level = $3, state = $4, step = 0, next_step_at = $5, acknowledged_at = null, \
         acknowledged_by = '', acknowledged_id = null where elder_id = $1 and id = $2",
        params![cause.elder, standing.key.id, level, State::Open, next_step(cause, level, 0)],
    )?;
    event(tx, standing.key, cause.now, "worsen", "", message)
}

/// Alarms of devices and stillness that are not closed: whose, of which kind, by which device.
///
/// # Errors
/// What the engine says.
pub fn standing_of(tx: &mut Tx<'_>, kinds: [Kind; 2]) -> db::Result<Vec<(ElderId, Kind, Option<DeviceId>)>> {
    let sql = "select elder_id, kind, device_id from alarms where closed_at is null and kind in ($1, $2)";
    tx.query(sql, params![kinds[0], kinds[1]], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
}

/// Whether a person has ended an alarm of the kind about what began at an instant, or later: it is not raised again.
///
/// # Errors
/// What the engine says.
pub fn answered(tx: &mut Tx<'_>, elder: ElderId, kind: Kind, device: DeviceId, since: Instant) -> db::Result<bool> {
    let sql = "select 1 from alarms where elder_id = $1 and kind = $2 and device_id = $3 and first_at >= $4 limit 1";
    Ok(tx.query_opt(sql, params![elder, kind, device, since], |row| row.get::<i64>(0))?.is_some())
}

/// A new alarm.
#[derive(Clone, Copy, Debug)]
pub struct New<'a> {
    /// About what.
    pub kind: Kind,
    /// How grave.
    pub level: Level,
    /// By which rule.
    pub rule: &'a str,
    /// In words.
    pub message: &'a str,
    /// The value, where there is one.
    pub value: Option<i64>,
    /// Since when.
    pub since: Instant,
    /// Whether it is a drill.
    pub drill: bool,
}

/// Raises an alarm; the caller has seen that none of its kind is active.
///
/// # Errors
/// What the engine says.
pub fn raise(tx: &mut Tx<'_>, cause: Cause<'_>, new: New<'_>) -> db::Result<Key> {
    let key = Key { elder: cause.elder, id: AlarmId::new(cause.now, tx.chance()) };
    tx.exec(
        "insert into alarms (elder_id, id, kind, level, state, version, device_id, rule, message, value, first_at, \
         last_at, raised_at, repeats, step, next_step_at, acknowledged_by, assigned_name, drill, closed_by, note) \
         values ($1, $2, $3, $4, 'open', 1, $5, $6, $7, $8, $9, $10, $11, 0, 0, $12, '', '', $13, '', '')",
        params![
            key.elder,
            key.id,
            new.kind,
            new.level,
            cause.device,
            new.rule,
            new.message,
            new.value,
            new.since,
            cause.now,
            cause.now,
            next_step(cause, new.level, 0),
            new.drill
        ],
    )?;
    event(tx, key, cause.now, "raise", "", new.message)?;
    Ok(key)
}

fn recovered(tx: &mut Tx<'_>, cause: Cause<'_>, kind: Kind) -> db::Result<bool> {
    let sql = "update alarms set recovered_at = $3, version = version + 1 \
               where elder_id = $1 and kind = $2 and closed_at is null and recovered_at is null";
    Ok(tx.exec(sql, params![cause.elder, kind, cause.now])? > 0)
}

fn note_active(tx: &mut Tx<'_>, cause: Cause<'_>, kind: Kind, what: &str, note: &str) -> db::Result<bool> {
    let Some(standing) = standing(tx, cause.elder, kind)? else { return Ok(false) };
    event(tx, standing.key, cause.now, what, "", note)?;
    recovered(tx, cause, kind)?;
    Ok(true)
}

/// Ends an alarm that ends by itself: the device is heard again, the battery is charged, nobody wears it any more.
///
/// # Errors
/// What the engine says.
pub fn end(tx: &mut Tx<'_>, cause: Cause<'_>, kind: Kind, outcome: Outcome) -> db::Result<bool> {
    let Some(standing) = standing(tx, cause.elder, kind)? else { return Ok(false) };
    shut(tx, standing.key, cause.now, ("", outcome, outcome.name()))?;
    Ok(true)
}

pub(crate) fn shut(
    tx: &mut Tx<'_>,
    key: Key,
    now: Instant,
    (by, outcome, note): (&str, Outcome, &str),
) -> db::Result<()> {
    tx.exec(
        "update alarms set state = 'closed', closed_at = $3, closed_by = $4, outcome = $5, note = $6, next_step_at = null, \
         version = version + 1 where elder_id = $1 and id = $2",
        params![key.elder, key.id, now, by, outcome, note],
    )?;
    event(tx, key, now, "close", by, note)
}

pub(super) fn event(tx: &mut Tx<'_>, key: Key, at: Instant, what: &str, by: &str, note: &str) -> db::Result<()> {
    let id = AlarmEventId::new(at, tx.chance());
    tx.exec(
        "insert into alarm_events (elder_id, id, alarm_id, at, event, by_name, note) values ($1, $2, $3, $4, $5, $6, $7)",
        params![key.elder, id, key.id, at, what, by, note],
    )?;
    Ok(())
}

/// A step of the ladder: who answers, when the next is due, whether it rests at night.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rung {
    /// Who (a word of the list `alarm responder`).
    pub who: String,
    /// So long until the next step.
    pub after: TimeDelta,
    /// Whether nobody is woken for it.
    pub quiet: bool,
}

/// What the documents of a place say of a step.
#[must_use]
pub fn rung(library: &Library, area: Area, now: Instant, level: Level, step: i64) -> Option<Rung> {
    let facts = Facts::new().with("level", level.code()).with("step", step);
    let decision = library.decide("alarm_ladder", area, kernel::time::date_of(now), &facts);
    Some(Rung {
        who: decision.text("who")?.to_owned(),
        after: TimeDelta::seconds(decision.int("after_seconds")?),
        quiet: decision.bool("quiet")?,
    })
}

pub(super) fn next_step(cause: Cause<'_>, level: Level, step: i64) -> Option<Instant> {
    let rung = rung(cause.library, cause.area, cause.now, level, step)?;
    let due = cause.now + rung.after;
    Some(if rung.quiet { ladder::after_night(cause.library, cause.area, due) } else { due })
}

/// Whether any alarm's next step is due.
///
/// # Errors
/// What the engine says.
pub fn any_due(tx: &mut Tx<'_>, now: Instant) -> db::Result<bool> {
    let sql =
        "select 1 from alarms where closed_at is null and next_step_at is not null and next_step_at <= $1 limit 1";
    Ok(tx.query_opt(sql, params![now], |row| row.get::<i64>(0))?.is_some())
}

/// Alarms whose next step is due go on: up while nobody took them, a reminder while somebody has. Answers how many.
///
/// # Errors
/// What the engine says.
pub fn climb(tx: &mut Tx<'_>, by: &Actor, library: &Library) -> db::Result<usize> {
    let sql = format!(
        "select {COLUMNS}, e.area from alarms a join elders e on e.id = a.elder_id \
         where a.closed_at is null and a.next_step_at is not null and a.next_step_at <= $1 order by a.next_step_at limit $2"
    );
    let due = tx.query(&sql, params![by.now, CHUNK], |row| Ok((alarm(row)?, row.get::<Area>(WIDTH)?)))?;
    for (alarm, area) in &due {
        let cause = Cause { elder: alarm.key.elder, device: alarm.device, now: by.now, library, area: *area };
        let open = alarm.state == State::Open;
        let step = if open { (alarm.step + 1).min(LAST_STEP) } else { alarm.step };
        let what = if step > alarm.step { "escalate" } else { "remind" };
        // Who has taken it is reminded as often as on the last step, and by whom that one names.
        let asked = if open { step } else { LAST_STEP };
        let who = rung(library, *area, by.now, alarm.level, asked).map(|rung| rung.who).unwrap_or_default();
        let name = library.label("alarm responder", &who).unwrap_or_default();
        tx.exec(
            "update alarms set step = $3, next_step_at = $4, version = version + 1 where elder_id = $1 and id = $2",
            params![alarm.key.elder, alarm.key.id, step, next_step(cause, alarm.level, asked)],
        )?;
        event(tx, alarm.key, by.now, what, "", name)?;
    }
    Ok(due.len())
}
