//! The steps of people: each loads, asks the model, writes, and leaves an audit row.

use super::super::model::{Key, Kind, Level, Outcome, State};
use super::super::rules;
use super::raise::{Cause, New, event, next_step, raise, shut, standing};
use super::{LAST_STEP, LONGEST, Result, find};
use crate::vitals::Vital;
use db::audit::Entry;
use db::{Actor, Tx, params};
use kernel::{Area, ElderId, EmergencyId, StaffId};
use policy::Library;
use registry::elders;
use web::{Error, Reason};

fn log(tx: &mut Tx<'_>, by: &Actor, key: Key, event: &str, detail: String) -> db::Result<()> {
    let action = format!("alarms.{event}");
    tx.audit(by, Entry { action: &action, elder: Some(key.elder), subject: key.id.to_string(), detail })
}

fn area_of(tx: &mut Tx<'_>, elder: ElderId) -> db::Result<Area> {
    tx.query_one("select area from elders where id = $1", params![elder], |row| row.get(0))
}

/// Takes an alarm: who is second is told who was first.
///
/// # Errors
/// [`Error::Refused`] with the numbered reason, or what the engine says.
pub fn acknowledge(tx: &mut Tx<'_>, by: &Actor, library: &Library, key: Key) -> Result<()> {
    let alarm = find(tx, by, key)?;
    if let Some(reason) = alarm.against_acknowledging() {
        return Err(Error::Refused(vec![reason]));
    }
    let area = area_of(tx, key.elder)?;
    let cause = Cause { elder: key.elder, device: alarm.device, now: by.now, library, area };
    let written = tx.exec(
        "update alarms set state = 'acknowledged', acknowledged_at = $3, acknowledged_by = $4, next_step_at = $5, acknowledged_id = $6, \
         version = version + 1 where elder_id = $1 and id = $2 and state = 'open'",
        params![key.elder, key.id, by.now, &by.name, next_step(cause, alarm.level, LAST_STEP), by.account],
    )?;
    if written == 0 {
        return Err(Error::Conflict("另一位同事刚刚接手了这个报警".into()));
    }
    event(tx, key, by.now, "acknowledge", &by.name, "")?;
    Ok(log(tx, by, key, "acknowledge", alarm.message)?)
}

/// Gives an alarm to somebody.
///
/// # Errors
/// [`Error::Refused`] if it is closed or nobody took it, or what the engine says.
pub fn assign(tx: &mut Tx<'_>, by: &Actor, key: Key, (staff, name): (StaffId, &str)) -> Result<()> {
    let alarm = find(tx, by, key)?;
    if alarm.state != State::Acknowledged {
        return Err(Error::refused("AL-06", "先接手报警，再指派人员"));
    }
    tx.exec(
        "update alarms set assigned_id = $3, assigned_name = $4, version = version + 1 where elder_id = $1 and id = $2",
        params![key.elder, key.id, staff, name],
    )?;
    event(tx, key, by.now, "assign", &by.name, name)?;
    Ok(log(tx, by, key, "assign", name.to_owned())?)
}

/// Hangs an alarm on a case of the call centre.
///
/// # Errors
/// [`Error::Refused`] if it is closed, or what the engine says.
pub fn attach(tx: &mut Tx<'_>, by: &Actor, key: Key, case: EmergencyId) -> Result<()> {
    let alarm = find(tx, by, key)?;
    if alarm.state == State::Closed {
        return Err(Error::refused("AL-02", "这个报警已经结束"));
    }
    tx.exec(
        "update alarms set case_id = $3, version = version + 1 where elder_id = $1 and id = $2",
        params![key.elder, key.id, case],
    )?;
    Ok(event(tx, key, by.now, "case", &by.name, "")?)
}

/// Ends an alarm. The run of readings that led to it begins anew, so that it does not come back with the next reading alone.
///
/// # Errors
/// [`Error::Refused`] with numbered reasons, or what the engine says.
pub fn close(tx: &mut Tx<'_>, by: &Actor, key: Key, outcome: Outcome, note: &str) -> Result<()> {
    let alarm = find(tx, by, key)?;
    let note = kernel::text::prose(note);
    if note.chars().count() > LONGEST {
        return Err(Error::field("note", "处置经过", format!("请精简到 {LONGEST} 字以内")));
    }
    let reasons: Vec<Reason> = alarm.against_closing(outcome, &note);
    if !reasons.is_empty() {
        return Err(Error::Refused(reasons));
    }
    shut(tx, key, by.now, (&by.name, outcome, &note))?;
    for vital in Vital::ALL.iter().filter(|vital| rules::kind_of(**vital) == Some(alarm.kind)) {
        tx.exec("delete from alarm_pending where elder_id = $1 and kind = $2", params![key.elder, vital.code()])?;
    }
    Ok(log(tx, by, key, "close", format!("{}：{note}", outcome.name()))?)
}

/// Raises an alarm that a person reports: a call by telephone, a drill.
///
/// # Errors
/// [`Error::Conflict`] if one of its kind is active, [`db::Error::NotFound`], or what the engine says.
pub fn raise_by_hand(
    tx: &mut Tx<'_>,
    by: &Actor,
    library: &Library,
    (elder, kind): (ElderId, Kind),
    (message, drill): (&str, bool),
) -> Result<Key> {
    elders::store::visible(tx, by, elder)?;
    if standing(tx, elder, kind)?.is_some() {
        return Err(Error::Conflict(format!("这位老年人已有一个“{}”报警没有结束", kind.name())));
    }
    let area = area_of(tx, elder)?;
    let cause = Cause { elder, device: None, now: by.now, library, area };
    let message = kernel::text::clip(&kernel::text::prose(message), LONGEST);
    let rule = format!("{}.by_hand", kind.code());
    let new = New { kind, level: Level::Danger, rule: &rule, message: &message, value: None, since: by.now, drill };
    let key = raise(tx, cause, new)?;
    log(tx, by, key, "raise", message)?;
    Ok(key)
}
