//! The steps of a case: each loads, asks the model, writes, and leaves an event and an audit row. The hour is the actor's.

use super::super::model::{Case, Dispatch, Key, Kind, Leg, NewCase, Outcome, Source, State, Told, needed, short};
use super::{calls, card, duties, phones};
use crate::alarms;
use care::contracts::ConsentHow;
use care::referrals::model::{Consent, ConsentBy, Destination, NewReferral, Part};
use care::referrals::{self, store::steps as referring};
use care::subject;
use db::audit::Entry;
use db::{Actor, Tx};
use kernel::{AgreementId, EmergencyId, EmergencyRowId, Instant, InstitutionId};
use policy::Library;
use web::{Error, Reason};

/// The result of a step.
pub type Result<T> = std::result::Result<T, Error>;

/// What is said to the slower of two.
pub const FASTER: &str = "别的坐席刚刚办理了这个呼救，请刷新后再看";

fn unless(reasons: Vec<Reason>) -> Result<()> {
    if reasons.is_empty() { Ok(()) } else { Err(Error::Refused(reasons)) }
}

/// Writes an event and its audit row.
fn log(tx: &mut Tx<'_>, by: &Actor, key: Key, event: &str, note: &str) -> Result<()> {
    super::add_event(tx, by, key, event, note)?;
    let action = format!("emergencies.{event}");
    let entry = Entry { action: &action, elder: Some(key.elder), subject: key.id.to_string(), detail: note.to_owned() };
    Ok(tx.audit(by, entry)?)
}

/// A case as a person saw it when they pressed the button.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    /// Which.
    pub key: Key,
    /// The version that their page showed.
    pub version: i64,
}

/// Loads what a step is about; says who was faster, if the page is old.
fn load(tx: &mut Tx<'_>, by: &Actor, seen: Seen) -> Result<Case> {
    let c = super::find(tx, by, seen.key)?;
    if c.version == seen.version {
        return Ok(c);
    }
    Err(Error::Conflict(format!("{FASTER}：{}刚刚办理，现为“{}”，由{}处理", c.changed_by, c.state, c.operator_name)))
}

/// The case with its next state.
fn step(tx: &mut Tx<'_>, by: &Actor, seen: Seen, event: &str) -> Result<Case> {
    let c = load(tx, by, seen)?;
    match c.state.after(event) {
        Some(state) => Ok(Case { state, ..c }),
        None => Err(Error::refused("EM-03", format!("呼救现为“{}”，不能办理这一步", c.state))),
    }
}

/// Opens a case. An elder who has an open one keeps it: answers that one.
///
/// # Errors
/// EM-02 for somebody who died or moved away, [`Error::Invalid`] with the fields.
pub fn open(tx: &mut Tx<'_>, by: &Actor, library: &Library, new: &NewCase) -> Result<Key> {
    super::hold(tx, new.elder)?;
    let subject = subject::store::find(tx, by, new.elder)?;
    if !subject.present {
        return Err(Error::refused("EM-02", "老年人已去世或已迁出，请核对是不是本人"));
    }
    if let Some(known) = super::open_of(tx, new.elder, new.drill)? {
        let note = format!("{}：{}（{}正在处理）", new.source, new.what, known.operator_name);
        log(tx, by, known.key, "join", &note)?;
        return Ok(known.key);
    }
    let key = Key { elder: new.elder, id: EmergencyId::new(by.now, tx.chance()) };
    let c = made(tx, by, library, key, (new, subject.name, subject.area))?;
    super::insert(tx, by, &c)?;
    phones::refresh(tx, by, new.elder)?;
    let drill = if c.drill { "【演练】" } else { "" };
    log(tx, by, key, "open", &format!("{drill}{}：{}，{}", c.source, c.kind, c.what))?;
    Ok(key)
}

type About<'a> = (&'a NewCase, String, kernel::Area);

fn made(tx: &mut Tx<'_>, by: &Actor, library: &Library, key: Key, (new, name, area): About<'_>) -> Result<Case> {
    Ok(Case {
        key,
        name,
        state: State::Answered,
        version: 1,
        source: new.source,
        kind: new.kind,
        what: needed(&new.what, "what", "情况")?,
        drill: new.drill,
        area,
        spot: card::spot(tx, by, library, new.elder, area)?,
        began_at: new.began_at.min(new.answered_at),
        answered_at: new.answered_at,
        operator: by.account,
        operator_name: by.name.clone(),
        dispatched_at: None,
        arrived_at: None,
        handed_at: None,
        closed_at: None,
        closed_by: String::new(),
        outcome: None,
        note: String::new(),
        ambulance_at: None,
        ambulance_number: String::new(),
        call: new.call,
        referral: None,
        changed_by: by.name.clone(),
    })
}

/// Takes an alarm: the first operator has it, the second is told who. A second alarm of the elder joins the open case.
///
/// # Errors
/// EM-01 (as a conflict) when somebody has it already, and as [`open`].
pub fn take_alarm(tx: &mut Tx<'_>, by: &Actor, library: &Library, key: alarms::model::Key) -> Result<Key> {
    super::hold(tx, key.elder)?;
    let alarm = alarms::store::find(tx, by, key)?;
    // Who took it on the list of alarms may make a case of it; nobody else.
    let own = alarm.case.is_none()
        && alarm.closed_at.is_none()
        && alarm.acknowledged_id.is_some()
        && alarm.acknowledged_id == by.account;
    if let Some(why) = alarm.against_acknowledging().filter(|_| !own) {
        let at = alarm.acknowledged_at.map(|at| format!("（{}）", kernel::time::show(at))).unwrap_or_default();
        return Err(Error::Conflict(format!("EM-01 {}{at}", why.text)));
    }
    let new = NewCase {
        elder: key.elder,
        source: Source::Alarm,
        kind: Kind::of_alarm(alarm.kind),
        what: alarm.message.clone(),
        drill: alarm.drill,
        began_at: alarm.raised_at,
        answered_at: alarm.acknowledged_at.unwrap_or(by.now),
        call: None,
    };
    let case = open(tx, by, library, &new)?;
    if !own {
        alarms::store::acknowledge(tx, by, library, key)?;
    }
    alarms::store::attach(tx, by, key, case.id)?;
    Ok(case)
}

/// Another operator goes on with the case: at the change of shifts, or when the first is busy.
///
/// # Errors
/// [`Error::Conflict`] for an old page, EM-03 for a case that is over.
pub fn take_over(tx: &mut Tx<'_>, by: &Actor, seen: Seen) -> Result<()> {
    let mut c = load(tx, by, seen)?;
    going(&c)?;
    let note = format!("{} → {}", c.operator_name, by.name);
    (c.operator, c.operator_name) = (by.account, by.name.clone());
    super::write(tx, by, &c)?;
    log(tx, by, c.key, "take_over", &note)
}

fn going(c: &Case) -> Result<()> {
    match c.state {
        State::Closed => Err(Error::refused("EM-03", "呼救已经结束")),
        _ => Ok(()),
    }
}

/// Asks somebody on duty to go.
///
/// # Errors
/// EM-04 for somebody who is not on duty now, EM-05 for somebody who has another case, and as [`take_over`].
pub fn dispatch(tx: &mut Tx<'_>, by: &Actor, seen: Seen, duty: EmergencyRowId) -> Result<()> {
    let mut c = step(tx, by, seen, "dispatch")?;
    // Whoever asks for the same person at the same moment waits here and then sees that they are bound.
    duties::hold(tx, duty)?;
    let d = duties::find(tx, by, duty)?;
    if !d.on_at(by.now) {
        return Err(Error::refused("EM-04", format!("{}现在不值班，请改派", d.name)));
    }
    if super::busy(tx, duty)? {
        return Err(Error::refused("EM-05", format!("{}正在处理另一个呼救，请改派", d.name)));
    }
    let metres = c.spot.at.zip(d.at).map(|(one, other)| care::agreements::pairing::metres(one, other));
    let sent = Dispatch {
        id: EmergencyRowId::new(by.now, tx.chance()),
        duty,
        kind: d.kind,
        name: d.name.clone(),
        phone: d.phone.clone(),
        place: d.place.clone(),
        metres,
        leg: Leg::Asked,
        asked_at: by.now,
        confirmed_at: None,
        set_out_at: None,
        arrived_at: None,
        why: String::new(),
    };
    super::add_dispatch(tx, c.key, &sent)?;
    c.dispatched_at = c.dispatched_at.or(Some(by.now));
    super::write(tx, by, &c)?;
    log(tx, by, c.key, "dispatch", &format!("{} {}（{}）", d.kind, d.name, d.place))
}

/// The responder who is bound by the case.
fn bound(tx: &mut Tx<'_>, key: Key) -> Result<Option<Dispatch>> {
    Ok(super::dispatches(tx, key)?.into_iter().rev().find(|d| d.leg.active()))
}

/// The responder confirms, sets out, arrives, cannot go, or is called back: `event` is one of the table's.
///
/// # Errors
/// As [`take_over`]; [`Error::Invalid`] without a reason for not going.
pub fn respond(tx: &mut Tx<'_>, by: &Actor, seen: Seen, event: &str, why: &str) -> Result<()> {
    let mut c = step(tx, by, seen, event)?;
    let leg = Leg::after(event).ok_or(Error::NotFound)?;
    let mut d = bound(tx, c.key)?.ok_or(Error::NotFound)?;
    let why = if leg.active() { short(why) } else { needed(why, "why", "原因")? };
    match leg {
        Leg::Confirmed => d.confirmed_at = Some(by.now),
        Leg::OnTheWay => (d.confirmed_at, d.set_out_at) = (d.confirmed_at.or(Some(by.now)), Some(by.now)),
        Leg::Arrived => {
            (d.confirmed_at, d.arrived_at) = (d.confirmed_at.or(Some(by.now)), Some(by.now));
            c.arrived_at = c.arrived_at.or(Some(by.now));
        }
        _ => {}
    }
    (d.leg, d.why) = (leg, why.clone());
    super::write_dispatch(tx, by, c.key.elder, &d)?;
    super::write(tx, by, &c)?;
    let note = if why.is_empty() { d.name } else { format!("{}：{why}", d.name) };
    log(tx, by, c.key, event, &note)
}

/// 120 was called.
///
/// # Errors
/// As [`take_over`]; [`Error::Invalid`] for an hour that cannot be.
pub fn ambulance(tx: &mut Tx<'_>, by: &Actor, seen: Seen, at: Instant, number: &str) -> Result<()> {
    let mut c = load(tx, by, seen)?;
    going(&c)?;
    // A form knows no seconds: the minute in which the case began is not before it.
    if at > by.now || at + chrono::TimeDelta::minutes(1) <= c.began_at {
        return Err(Error::field("at", "呼叫 120 的时间", "应在呼救开始之后、现在之前"));
    }
    (c.ambulance_at, c.ambulance_number) = (Some(at.max(c.began_at)), short(number));
    super::write(tx, by, &c)?;
    let vehicle = if c.ambulance_number.is_empty() { "车号未知" } else { &c.ambulance_number };
    log(tx, by, c.key, "ambulance", &format!("{} 呼叫，{vehicle}", kernel::time::show(at)))
}

/// Somebody close was told, or was not reached.
///
/// # Errors
/// As [`take_over`]; [`Error::Invalid`] without a name.
pub fn tell(tx: &mut Tx<'_>, by: &Actor, seen: Seen, told: (&str, &str, bool, &str)) -> Result<()> {
    let c = load(tx, by, seen)?;
    going(&c)?;
    let (name, relation, reached, note) = told;
    let told = Told {
        at: by.now,
        name: needed(name, "name", "联系人")?,
        relation: short(relation),
        reached,
        by: by.name.clone(),
        note: short(note),
    };
    super::add_told(tx, by, c.key, &told)?;
    super::write(tx, by, &c)?;
    let result = if reached { "已接通" } else { "没有接通" };
    let note = if told.note.is_empty() { String::new() } else { format!("，{}", told.note) };
    log(tx, by, c.key, "contact", &format!("{}{}：{result}{note}", told.relation, told.name))
}

/// More is known: what it is, in words.
///
/// # Errors
/// As [`take_over`]; [`Error::Invalid`] without words.
pub fn note(tx: &mut Tx<'_>, by: &Actor, seen: Seen, kind: Kind, text: &str) -> Result<()> {
    let mut c = load(tx, by, seen)?;
    going(&c)?;
    let text = needed(text, "text", "补充情况")?;
    let changed = if kind == c.kind { String::new() } else { format!("{} → {kind}；", c.kind) };
    c.kind = kind;
    super::write(tx, by, &c)?;
    log(tx, by, c.key, "note", &format!("{changed}{text}"))
}

/// The ambulance takes the elder over.
///
/// # Errors
/// As [`take_over`]; EM-03 when 120 was not called.
pub fn hand_over(tx: &mut Tx<'_>, by: &Actor, seen: Seen, text: &str) -> Result<()> {
    let mut c = step(tx, by, seen, "hand_over")?;
    if c.ambulance_at.is_none() {
        return Err(Error::refused("EM-03", "还没有登记呼叫 120"));
    }
    (c.handed_at, c.arrived_at) = (Some(by.now), c.arrived_at.or(Some(by.now)));
    if let Some(mut d) = bound(tx, c.key)? {
        d.leg = Leg::Done;
        super::write_dispatch(tx, by, c.key.elder, &d)?;
    }
    super::write(tx, by, &c)?;
    log(tx, by, c.key, "hand_over", &short(text))
}

/// The case is over; the alarms that belong to it end with it.
///
/// # Errors
/// EM-06, EM-07, EM-15, and as [`take_over`].
pub fn close(tx: &mut Tx<'_>, by: &Actor, seen: Seen, outcome: Outcome, text: &str) -> Result<()> {
    let before = load(tx, by, seen)?;
    going(&before)?;
    unless(before.against_closing(outcome, text))?;
    let mut c = step(tx, by, seen, "close")?;
    if let Some(mut d) = bound(tx, c.key)? {
        d.leg = Leg::Done;
        super::write_dispatch(tx, by, c.key.elder, &d)?;
    }
    (c.closed_at, c.closed_by) = (Some(by.now), by.name.clone());
    (c.outcome, c.note) = (Some(outcome), needed(text, "note", "处置经过")?);
    super::write(tx, by, &c)?;
    close_alarms(tx, by, &c)?;
    log(tx, by, c.key, "close", &format!("{outcome}：{}", c.note))
}

/// How many alarms of an elder are looked at: those of one case are among the newest.
const ALARMS: i64 = 50;

fn close_alarms(tx: &mut Tx<'_>, by: &Actor, c: &Case) -> Result<()> {
    let outcome = match c.outcome {
        Some(Outcome::Drill) => alarms::model::Outcome::Drill,
        Some(Outcome::FalseAlarm) => alarms::model::Outcome::FalsePress,
        _ => alarms::model::Outcome::Handled,
    };
    for alarm in alarms::store::of_elder(tx, c.key.elder, ALARMS)? {
        if alarm.case == Some(c.key.id) && alarm.closed_at.is_none() {
            alarms::store::close(tx, by, alarm.key, outcome, &c.note)?;
        }
    }
    Ok(())
}

/// Sends the elder through the green channel, prefilled from the case: no second form while somebody lies on the floor.
///
/// # Errors
/// EM-08, EM-09, EM-10, and what the referral answers.
pub fn green(
    tx: &mut Tx<'_>,
    by: &Actor,
    library: &Library,
    seen: Seen,
    (hospital, agreement): (InstitutionId, AgreementId),
) -> Result<referrals::Key> {
    let mut c = load(tx, by, seen)?;
    unless(c.against_green())?;
    let channels = referrals::store::channels(tx, by, c.key.elder, c.area)?;
    let found = channels.into_iter().find(|one| one.hospital == hospital && one.agreement == agreement);
    let channel = found.ok_or_else(|| Error::refused("EM-09", "与这家医院没有有效的绿色通道协议，请改选或拨打 120"))?;
    let consent = Consent {
        by: ConsentBy::Emergency,
        name: by.name.clone(),
        relation: String::new(),
        how: ConsentHow::Spoken,
        at: by.now,
    };
    let new = NewReferral {
        elder: c.key.elder,
        kind: referrals::Kind::GreenChannel,
        from: by.institution.unwrap_or(channel.home),
        to: Destination::Known(hospital),
        agreement: Some((agreement, channel.minutes)),
        reason: short(&format!("呼叫中心：{}，{}", c.kind, c.what)),
        diagnosis: String::new(),
        consent,
        shared: Part::ALL.to_vec(),
        purpose: "急诊诊治".to_owned(),
        shared_until: None,
    };
    let key = referring::request(tx, by, library, &new)?;
    c.referral = Some(key.id);
    super::write(tx, by, &c)?;
    log(tx, by, c.key, "green", &channel.name)?;
    Ok(key)
}

/// Opens a case for a telephone call whose elder is known, and binds the two.
///
/// # Errors
/// EM-01 (as a conflict) when somebody else has it, EM-14 when it is done with, and as [`open`].
pub fn open_for_call(
    tx: &mut Tx<'_>,
    by: &Actor,
    library: &Library,
    call: EmergencyRowId,
    (elder, kind, what, drill): (kernel::ElderId, Kind, &str, bool),
) -> Result<Key> {
    calls::hold(tx, call)?;
    let told = calls::find(tx, by, call)?;
    calls::takeable(&told, by)?;
    let what = if what.trim().is_empty() { "来电呼救" } else { what };
    let new = NewCase {
        elder,
        source: Source::Call,
        kind,
        what: what.to_owned(),
        drill,
        began_at: told.rang_at,
        answered_at: told.answered_at.unwrap_or(by.now).max(told.rang_at),
        call: Some(call),
    };
    let key = open(tx, by, library, &new)?;
    calls::bind(tx, by, call, key)?;
    Ok(key)
}
