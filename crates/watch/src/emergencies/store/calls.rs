//! Incoming telephone calls in the database.

use super::super::measure::Times;
use super::super::model::{Key, needed};
use super::super::phone::{Call, Event, News};
use super::{key_of, steps};
use db::audit::Entry;
use db::{Actor, Condition, Result, Row, Tx, params};
use kernel::{Area, ElderId, EmergencyRowId, Instant};
use web::Error;

/// The column to which a sealed number is bound.
const SEALED: &str = "emergency_calls.number";

const COLUMNS: &str =
    "k.id, k.area, k.exchange_call, k.number_sealed, k.dialled, k.agent, k.rang_at, k.answered_at, k.ended_at,
     k.taken_id, k.taken_name, k.elder_id, coalesce(e.name, ''), k.case_id, k.dismissed_at, k.note, k.version";
const FROM: &str = "from emergency_calls k left join elders e on e.id = k.elder_id";

fn call(row: &Row<'_>) -> Result<(Call, Vec<u8>)> {
    let mut c = row.columns();
    let (id, area, exchange_call) = (c.take()?, c.take()?, c.take()?);
    let sealed: Vec<u8> = c.take()?;
    let call = Call {
        id,
        area,
        exchange_call,
        number: String::new(),
        dialled: c.take()?,
        agent: c.take()?,
        rang_at: c.take()?,
        answered_at: c.take()?,
        ended_at: c.take()?,
        taken: c.take()?,
        taken_name: c.take()?,
        elder: c.take()?,
        elder_name: c.take()?,
        case: c.take()?,
        dismissed_at: c.take()?,
        note: c.take()?,
        version: c.take()?,
    };
    Ok((call, sealed))
}

fn opened(tx: &Tx<'_>, (call, sealed): (Call, Vec<u8>)) -> Result<Call> {
    Ok(Call { number: tx.vault().open(SEALED, &sealed)?, ..call })
}

/// The calls within sight: of the county's exchange; for those who see one institution's elders only, calls of these.
fn seen(by: &Actor) -> Condition {
    let (low, high) = by.scope.area.bounds();
    let mut all = Condition::new(("(k.area between $1 and $2)".to_owned(), vec![low.into(), high.into()]));
    let linked = "exists (select 1 from elder_links l where l.elder_id = k.elder_id and l.institution_id = ? and l.until is null)";
    all.with_some(linked, by.scope.institution);
    all
}

/// A call within sight.
///
/// # Errors
/// [`db::Error::NotFound`], or what the engine says.
pub fn find(tx: &mut Tx<'_>, by: &Actor, id: EmergencyRowId) -> Result<Call> {
    let mut all = seen(by);
    all.with("k.id = ?", id);
    let found = tx.query_one(&format!("select {COLUMNS} {FROM} where {}", all.sql), &all.values, call)?;
    opened(tx, found)
}

/// Calls within sight that something is still to be done about, the oldest first.
///
/// # Errors
/// What the engine says.
pub fn waiting(tx: &mut Tx<'_>, by: &Actor, limit: i64) -> Result<Vec<Call>> {
    let mut all = seen(by);
    all.and("k.case_id is null and k.dismissed_at is null");
    let page = all.page(limit, 0);
    let sql = format!("select {COLUMNS} {FROM} where {} order by k.rang_at, k.id {page}", all.sql);
    let found = tx.query(&sql, &all.values, call)?;
    found.into_iter().map(|one| opened(tx, one)).collect()
}

/// A page of all calls within sight, the newest first, and how many there are.
///
/// # Errors
/// What the engine says.
pub fn list(tx: &mut Tx<'_>, by: &Actor, limit: i64, offset: i64) -> Result<(Vec<Call>, i64)> {
    let mut all = seen(by);
    let total = tx.count(&format!("select count(*) {FROM} where {}", all.sql), &all.values)?;
    let page = all.page(limit, offset);
    let sql = format!("select {COLUMNS} {FROM} where {} order by k.rang_at desc, k.id {page}", all.sql);
    let found = tx.query(&sql, &all.values, call)?;
    Ok((found.into_iter().map(|one| opened(tx, one)).collect::<Result<_>>()?, total))
}

/// Calls of a span that ended and that nobody took.
pub(super) fn lost(
    tx: &mut Tx<'_>,
    by: &Actor,
    (from, until): (Instant, Instant),
    area: Option<Area>,
) -> Result<Vec<Times>> {
    let mut all = seen(by);
    all.and("k.ended_at is not null and k.answered_at is null and k.taken_id is null");
    all.with("k.rang_at >= ?", from).with("k.rang_at < ?", until).within("k.area", area);
    let sql = format!("select k.area, k.rang_at {FROM} where {}", all.sql);
    tx.query(&sql, &all.values, |row| {
        Ok(Times {
            area: row.get(0)?,
            began: row.get(1)?,
            answered: None,
            dispatched: None,
            arrived: None,
            by_hand: false,
        })
    })
}

/// Keeps others from taking the call until the transaction ends.
pub(super) fn hold(tx: &mut Tx<'_>, id: EmergencyRowId) -> Result<()> {
    tx.exec("update emergency_calls set version = version where id = $1", params![id])?;
    Ok(())
}

/// Writes down what the exchange told. The same again changes nothing, whatever the order in which it comes; answers the call, and
/// whether anything is new.
///
/// # Errors
/// What the engine says.
pub fn record(tx: &mut Tx<'_>, by: &Actor, news: &News, elder: Option<ElderId>) -> Result<(EmergencyRowId, bool)> {
    let id = EmergencyRowId::new(by.now, tx.chance());
    let sealed = tx.seal(SEALED, &news.from);
    let tail: String = news.from.chars().rev().take(4).collect::<Vec<_>>().into_iter().rev().collect();
    // Two deliveries at once: the second finds the row of the first.
    let added = tx.exec(
        "insert into emergency_calls (elder_id, id, area, exchange_call, number_sealed, number_tail, dialled, agent, rang_at,
           taken_name, note, version) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, '', '', 1) on conflict do nothing",
        params![elder, id, by.scope.area, &news.call, sealed, tail, &news.to, &news.agent, news.at],
    )?;
    let sql = "select id from emergency_calls where area = $1 and exchange_call = $2";
    let id = tx.query_one(sql, params![by.scope.area, &news.call], |row| row.get(0))?;
    let told = match news.event {
        Event::Ringing if added == 0 => tx.exec(
            // Late news of the beginning: it began then.
            "update emergency_calls set rang_at = $2, version = version + 1 where id = $1 and rang_at > $2",
            params![id, news.at],
        )?,
        Event::Ringing => 0,
        Event::Answered => tx.exec(
            "update emergency_calls set answered_at = $2, agent = $3, version = version + 1
             where id = $1 and answered_at is null",
            params![id, news.at, &news.agent],
        )?,
        Event::Ended => tx.exec(
            "update emergency_calls set ended_at = $2, version = version + 1 where id = $1 and ended_at is null",
            params![id, news.at],
        )?,
    };
    Ok((id, added + told > 0))
}

/// The operator whose log-in the exchange named, if there is one in the county.
///
/// # Errors
/// What the engine says.
pub fn agent(tx: &mut Tx<'_>, by: &Actor, login: &str) -> Result<Option<(kernel::AccountId, String)>> {
    let (low, high) = by.scope.area.bounds();
    let sql = "select id, name from accounts where login = $1 and role = 'operator' and disabled_at is null
               and area between $2 and $3";
    tx.query_opt(sql, params![login, low, high], |row| Ok((row.get(0)?, row.get(1)?)))
}

/// Notes who took the call at the exchange, unless somebody has it.
///
/// # Errors
/// What the engine says.
pub fn taken_by_agent(tx: &mut Tx<'_>, id: EmergencyRowId, (account, name): (kernel::AccountId, String)) -> Result<()> {
    let sql = "update emergency_calls set taken_id = $2, taken_name = $3, version = version + 1
               where id = $1 and taken_id is null and case_id is null and dismissed_at is null";
    tx.exec(sql, params![id, account, name])?;
    Ok(())
}

/// Whether an actor may go on with a call.
pub(super) fn takeable(call: &Call, by: &Actor) -> std::result::Result<(), Error> {
    if !call.waits() {
        return Err(Error::Conflict(format!("EM-14 这个来电已由{}办理", name(call))));
    }
    match call.taken {
        Some(other) if Some(other) != by.account => {
            Err(Error::Conflict(format!("EM-01 {}已经接听这个来电", name(call))))
        }
        _ => Ok(()),
    }
}

fn name(call: &Call) -> &str {
    if call.taken_name.is_empty() { "别的坐席" } else { &call.taken_name }
}

fn log(tx: &mut Tx<'_>, by: &Actor, call: &Call, event: &str, detail: &str) -> Result<()> {
    let action = format!("emergencies.{event}");
    let (subject, detail) = (call.id.to_string(), detail.to_owned());
    tx.audit(by, Entry { action: &action, elder: call.elder, subject, detail })
}

/// An operator takes the call: the first has it, the second is told who.
///
/// # Errors
/// EM-01 or EM-14, as conflicts.
pub fn take(tx: &mut Tx<'_>, by: &Actor, id: EmergencyRowId) -> std::result::Result<Call, Error> {
    hold(tx, id)?;
    let call = find(tx, by, id)?;
    takeable(&call, by)?;
    if call.taken.is_some() {
        return Ok(call);
    }
    let sql = "update emergency_calls set taken_id = $2, taken_name = $3, version = version + 1,
                 answered_at = coalesce(answered_at, $4) where id = $1";
    tx.exec_one(sql, params![id, by.account, &by.name, by.now])?;
    log(tx, by, &call, "answer", "")?;
    Ok(find(tx, by, id)?)
}

/// The case that came of the call.
pub(super) fn bind(tx: &mut Tx<'_>, by: &Actor, id: EmergencyRowId, key: Key) -> std::result::Result<(), Error> {
    let sql = "update emergency_calls set elder_id = $2, case_id = $3, taken_id = coalesce(taken_id, $4),
                 taken_name = case when taken_name = '' then $5 else taken_name end,
                 answered_at = coalesce(answered_at, $6), version = version + 1 where id = $1";
    tx.exec_one(sql, params![id, key.elder, key.id, by.account, &by.name, by.now])?;
    // The case is there, and in sight of whoever opened it.
    match key_of(tx, by, key.elder, key.id)? {
        Some(_) => Ok(()),
        None => Err(Error::Conflict(steps::FASTER.into())),
    }
}

/// Nothing more is to be done: a wrong number, somebody who is not on the roster.
///
/// # Errors
/// EM-01 or EM-14, as conflicts; [`Error::Invalid`] without words.
pub fn dismiss(tx: &mut Tx<'_>, by: &Actor, id: EmergencyRowId, why: &str) -> std::result::Result<(), Error> {
    hold(tx, id)?;
    let call = find(tx, by, id)?;
    takeable(&call, by)?;
    let why = needed(why, "why", "处理情况")?;
    let sql = "update emergency_calls set dismissed_at = $2, note = $3, taken_id = coalesce(taken_id, $4),
                 taken_name = case when taken_name = '' then $5 else taken_name end, version = version + 1 where id = $1";
    tx.exec_one(sql, params![id, by.now, &why, by.account, &by.name])?;
    Ok(log(tx, by, &call, "dismiss", &why)?)
}
