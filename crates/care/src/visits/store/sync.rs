//! What telephones send: each event once, in its own transaction, with an answer for the person.

use super::super::model::{State, Visit};
use super::super::offline::{
    Answer, At, Event, FileKind, LARGEST_FILE, Moment, Outcome, Vital, What, against_late, moment,
};
use super::super::{catalogue, rules};
use super::steps::{self, There};
use super::{find, moved};
use db::audit::Entry;
use db::{Actor, Row, Tx, params};
use kernel::{ElderId, Instant, StaffId, VisitId};
use policy::Library;
use registry::elders::store::primary;
use uuid::Uuid;
use web::Error;

/// The column to which a sealed picture is bound.
const SEALED: &str = "visit_files.content";
/// The parameter that says how far a telephone's clock may move between an event and its sending.
const DRIFT: &str = "phone_clock_minutes";

/// Takes an event in, or answers what came of it when it was sent before. What a rule speaks against is an answer too, and
/// is kept: the person was there and noted it.
///
/// # Errors
/// [`Error::NotFound`] when nobody in sight has such a visit; what the engine says, then the telephone sends it again.
pub fn accept(
    tx: &mut Tx<'_>,
    by: &Actor,
    policies: &Library,
    staff: Option<StaffId>,
    event: &Event,
) -> Result<Answer, Error> {
    let elder = primary(tx, event.elder)?;
    let visit = match find(tx, by, elder, event.visit) {
        Err(db::Error::NotFound) => moved(tx, by, elder, event.visit)?.ok_or(Error::NotFound)?,
        found => found?,
    };
    if let Some(answer) = before(tx, visit.elder, event.id)? {
        return Ok(answer);
    }
    let drift = rules::number(policies, DRIFT, visit.county, visit.day())?;
    let moment = moment(event, by.now, drift);
    let (outcome, message) = match act(tx, by, policies, (staff, &visit, moment), event) {
        Ok(words) if words.is_empty() => (Outcome::Done, String::new()),
        Ok(words) => (Outcome::Told, words.join("；")),
        Err(e @ (Error::Refused(_) | Error::Conflict(_) | Error::Invalid(_))) => (Outcome::Refused, e.text()),
        Err(e) => return Err(e),
    };
    keep(tx, by, &visit, moment.instant(), event, (outcome, &message))?;
    Ok(Answer { id: event.id, outcome, message })
}

fn before(tx: &mut Tx<'_>, elder: ElderId, id: Uuid) -> db::Result<Option<Answer>> {
    let sql = "select outcome, message from visit_events where elder_id = $1 and id = $2";
    tx.query_opt(sql, params![elder, id], |row| Ok(Answer { id, outcome: row.get(0)?, message: row.get(1)? }))
}

fn keep(
    tx: &mut Tx<'_>,
    by: &Actor,
    visit: &Visit,
    at: Instant,
    event: &Event,
    (outcome, message): (Outcome, &str),
) -> Result<(), Error> {
    let phone_at = Instant::from_timestamp_millis(event.phone_at).unwrap_or(by.now);
    tx.exec(
        "insert into visit_events (elder_id, id, visit_id, kind, phone_at, at, received_at, outcome, message, sent_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        params![visit.elder, event.id, visit.id, event.what.code(), phone_at, at, by.now, outcome, message, &by.name],
    )?;
    let detail =
        format!("{} {}：{}", kernel::time::show(at), super::super::offline::name(event.what.code()), outcome.name());
    let subject = visit.id.to_string();
    Ok(tx.audit(by, Entry { action: "visits.sync", elder: Some(visit.elder), subject, detail })?)
}

/// Does what the event says; answers what the person must know of it.
fn act(
    tx: &mut Tx<'_>,
    by: &Actor,
    policies: &Library,
    (staff, visit, moment): (Option<StaffId>, &Visit, Moment),
    event: &Event,
) -> Result<Vec<String>, Error> {
    over(visit)?;
    let mut words = told(visit, moment, event);
    let there = There { carer: staff, place: event.place.map(At::place), at: moment.instant() };
    let (elder, id) = (visit.elder, visit.id);
    if matches!(event.what, What::CheckIn | What::Join | What::CheckOut) {
        timely(policies, visit, moment, by.now)?;
    } else {
        theirs(visit, staff)?;
    }
    match &event.what {
        What::CheckIn => {
            let far = steps::arrive(tx, by, policies, elder, id, there)?;
            words.extend(far.map(|metres| format!("位置距老人所在村（社区）中心约 {metres} 米，已转核查")));
        }
        What::Join => steps::join(tx, by, elder, id, there)?,
        What::CheckOut => steps::leave(tx, by, policies, elder, id, there)?,
        What::Items { items } => tick(tx, by, policies, visit, items)?,
        What::Vitals { values } => {
            values.iter().try_for_each(|(vital, value)| plausible(*vital, *value))?;
            for (vital, value) in values {
                measure(tx, by, visit, (*vital, *value), there.at)?;
            }
        }
        What::Photo { data } => picture(tx, by, visit, FileKind::Photo, data, there)?,
        What::Signature { data } => picture(tx, by, visit, FileKind::Signature, data, there)?,
    }
    Ok(words)
}

/// What was decided meanwhile at the desk stands; the person is told who is to be asked.
fn over(visit: &Visit) -> Result<(), Error> {
    let why = visit.note.clone().unwrap_or_default();
    let when = kernel::time::show(visit.changed_at);
    match visit.state {
        State::Cancelled => {
            let text = format!("这次服务已在 {when} 取消（{why}）；您的记录已留存，确已上门的请联系护理站");
            Err(Error::refused("VISITS-71", text))
        }
        State::Missed => {
            let text = format!("这次服务已在 {when} 登记为未服务（{why}）；您的记录已留存，确已上门的请补录并写明原因");
            Err(Error::refused("VISITS-71", text))
        }
        State::Planned | State::CheckedIn | State::Done => Ok(()),
    }
}

fn told(visit: &Visit, moment: Moment, event: &Event) -> Vec<String> {
    let mut words = vec![];
    if visit.elder != event.elder {
        words.push("老人的档案已合并，已记到现在的档案".into());
    }
    if let Moment::At(_, Some(minutes)) = moment {
        let side = if minutes > 0 { "快" } else { "慢" };
        words.push(format!("手机时钟{side} {} 分钟，已校正", minutes.abs()));
    }
    words
}

/// Refuses a time that nobody can vouch for, or that is too long ago.
fn timely(policies: &Library, visit: &Visit, moment: Moment, now: Instant) -> Result<(), Error> {
    if let Moment::Unknown(_) = moment {
        return Err(Error::refused("VISITS-70", "手机时钟在记录之后改动过或超前，时间不可信；请按补录办理并说明原因"));
    }
    let most = rules::rules(policies, visit.county, visit.day())?.late_days;
    match against_late(visit, moment.instant(), now, most) {
        Some(reason) => Err(Error::Refused(vec![reason])),
        None => Ok(()),
    }
}

fn theirs(visit: &Visit, staff: Option<StaffId>) -> Result<(), Error> {
    if staff.is_some_and(|staff| visit.is_of(staff)) {
        return Ok(());
    }
    Err(Error::refused("VISITS-58", "这次服务安排给了其他人员；请由护理站管理员改派"))
}

/// Writes down which items were done, as long as somebody is there.
fn tick(tx: &mut Tx<'_>, by: &Actor, policies: &Library, visit: &Visit, items: &[String]) -> Result<(), Error> {
    if visit.state != State::CheckedIn {
        return Err(Error::Conflict(format!("这次服务“{}”，签到后签退前才能勾选项目", visit.state.name())));
    }
    let known = |item: &String| catalogue::item_of(policies, visit.kind, visit.county, visit.day(), item).is_some();
    if items.is_empty() || !items.iter().all(known) {
        return Err(Error::field("items", "服务项目", "请选择实际完成的服务项目"));
    }
    steps::rewrite(tx, by, &Visit { items: catalogue::join(items), ..visit.clone() })
}

fn plausible(vital: Vital, value: f64) -> Result<(), Error> {
    let (low, high) = vital.plausible();
    if (low..=high).contains(&value) {
        return Ok(());
    }
    Err(Error::field(vital.code(), vital.name(), format!("{value} 不在 {low} 至 {high} 之间，请核对")))
}

fn measure(tx: &mut Tx<'_>, by: &Actor, visit: &Visit, (vital, value): (Vital, f64), at: Instant) -> Result<(), Error> {
    let id = kernel::id::new_uuid(by.now, tx.chance());
    let sql = "insert into visit_vitals (elder_id, id, visit_id, kind, value, at, taken_by) values ($1, $2, $3, $4, $5, $6, $7)";
    tx.exec(sql, params![visit.elder, id, visit.id, vital, value, at, &by.name])?;
    Ok(())
}

fn picture(tx: &mut Tx<'_>, by: &Actor, v: &Visit, kind: FileKind, data: &str, there: There) -> Result<(), Error> {
    let picture = ["data:image/jpeg;base64,", "data:image/png;base64,"].iter().any(|begin| data.starts_with(begin));
    if !picture || data.len() > LARGEST_FILE {
        return Err(Error::field("data", kind.name(), "图片太大或不是图片，请重拍"));
    }
    let id = kernel::id::new_uuid(by.now, tx.chance());
    let sealed = tx.seal(SEALED, data);
    let place = there.place;
    tx.exec(
        "insert into visit_files (elder_id, id, visit_id, kind, content_sealed, at, lon, lat, accuracy_m, sent_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        params![
            v.elder,
            id,
            v.id,
            kind,
            sealed,
            there.at,
            place.map(|p| p.lon),
            place.map(|p| p.lat),
            place.and_then(|p| p.accuracy),
            &by.name
        ],
    )?;
    Ok(())
}

/// An event as it was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Noted {
    /// Its code.
    pub kind: String,
    /// When it happened.
    pub at: Instant,
    /// When it was sent.
    pub received_at: Instant,
    /// What came of it.
    pub outcome: Outcome,
    /// In words.
    pub message: String,
    /// Who sent it.
    pub by: String,
}

/// What telephones noted at a visit, in order. Ask for the visit first.
///
/// # Errors
/// What the engine says.
pub fn events(tx: &mut Tx<'_>, elder: ElderId, visit: VisitId) -> db::Result<Vec<Noted>> {
    let sql = "select kind, at, received_at, outcome, message, sent_by from visit_events
               where elder_id = $1 and visit_id = $2 order by at, received_at, id";
    tx.query(sql, params![elder, visit], |row: &Row<'_>| {
        let mut c = row.columns();
        Ok(Noted {
            kind: c.take()?,
            at: c.take()?,
            received_at: c.take()?,
            outcome: c.take()?,
            message: c.take()?,
            by: c.take()?,
        })
    })
}

/// What was measured at a visit, in order. Ask for the visit first.
///
/// # Errors
/// What the engine says.
pub fn vitals(tx: &mut Tx<'_>, elder: ElderId, visit: VisitId) -> db::Result<Vec<(Vital, f64, Instant)>> {
    let sql = "select kind, value, at from visit_vitals where elder_id = $1 and visit_id = $2 order by at, id";
    tx.query(sql, params![elder, visit], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
}

/// The pictures of a visit: ids and what they are. Ask for the visit first.
///
/// # Errors
/// What the engine says.
pub fn files(tx: &mut Tx<'_>, elder: ElderId, visit: VisitId) -> db::Result<Vec<(Uuid, FileKind, Instant)>> {
    let sql = "select id, kind, at from visit_files where elder_id = $1 and visit_id = $2 order by at, id";
    tx.query(sql, params![elder, visit], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
}

/// The pictures of a visit, opened, in the order of [`files`]. Showing them needs an audit row. Ask for the visit first.
///
/// # Errors
/// What the engine says.
pub fn pictures(tx: &mut Tx<'_>, elder: ElderId, visit: VisitId) -> db::Result<Vec<(FileKind, Instant, String)>> {
    let sql = "select kind, at, content_sealed from visit_files where elder_id = $1 and visit_id = $2 order by at, id";
    let sealed: Vec<(FileKind, Instant, Vec<u8>)> =
        tx.query(sql, params![elder, visit], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    sealed.into_iter().map(|(kind, at, bytes)| Ok((kind, at, tx.vault().open(SEALED, &bytes)?))).collect()
}
