//! Devices in the database: finding and listing them. A device is within sight with its area and institution, or with the elder
//! who wears it; changed it is only by those who look after it.

pub mod steps;

use super::model::{Device, Fault, Kind, State};
use db::{Actor, Condition, Row, Tx, params};
use kernel::{Date, DeviceId, ElderId, Instant, InstitutionId};

const COLUMNS: &str =
    "d.id, d.serial, d.kind, d.name, d.maker, d.area, d.institution_id, d.shared, d.state, d.elder_id, d.bound_at,
    d.maintenance_until, d.maintenance_why";

fn device(row: &Row<'_>) -> db::Result<Device> {
    let mut c = row.columns();
    Ok(Device {
        id: c.take()?,
        serial: c.take()?,
        kind: c.take()?,
        name: c.take()?,
        maker: c.take()?,
        area: c.take()?,
        institution: c.take()?,
        shared: c.take()?,
        state: c.take()?,
        elder: c.take()?,
        bound_at: c.take()?,
        maintenance_until: c.take()?,
        maintenance_why: c.take()?,
    })
}

/// How a device is heard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Contact {
    /// When last.
    pub heard: Option<Instant>,
    /// What was left in its battery then, in percent.
    pub battery: Option<i64>,
    /// How far its clock was ahead, in milliseconds.
    pub skew_ms: i64,
}

/// A device as the list shows it.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The device.
    pub device: Device,
    /// Who looks after it.
    pub institution: String,
    /// Who wears it, if within sight.
    pub elder: Option<String>,
    /// How it is heard.
    pub contact: Contact,
}

/// What is within sight: placeholders from `$1` on; the elder `e` is joined by the same ones.
fn sight(by: &Actor) -> (Condition, String) {
    let (own, mut values) = by.scope.institutions("d.area", "d.institution_id", 1);
    let (elders, more) = by.scope.elders("e.area", "e.id", values.len() + 1);
    values.extend(more);
    let sql = format!("({own} or exists (select 1 from elders e where e.id = d.elder_id and {elders}))");
    (Condition::new((sql, values)), elders)
}

/// A device within sight.
///
/// # Errors
/// [`db::Error::NotFound`], or what the engine says.
pub fn find(tx: &mut Tx<'_>, by: &Actor, id: DeviceId) -> db::Result<Device> {
    let (mut seen, _) = sight(by);
    seen.with("d.id = ?", id);
    tx.query_one(&format!("select {COLUMNS} from devices d where {}", seen.sql), &seen.values, device)
}

/// A device that the actor's own institution or area looks after.
///
/// # Errors
/// [`db::Error::NotFound`], or what the engine says.
pub fn find_own(tx: &mut Tx<'_>, by: &Actor, id: DeviceId) -> db::Result<Device> {
    let mut seen = Condition::new(by.scope.institutions("d.area", "d.institution_id", 1));
    seen.with("d.id = ?", id);
    tx.query_one(&format!("select {COLUMNS} from devices d where {}", seen.sql), &seen.values, device)
}

/// A device by its serial number, of those that the actor looks after.
///
/// # Errors
/// What the engine says.
pub fn by_serial(tx: &mut Tx<'_>, by: &Actor, serial: &str) -> db::Result<Option<Device>> {
    let mut seen = Condition::new(by.scope.institutions("d.area", "d.institution_id", 1));
    seen.with("d.serial = ?", serial.to_owned());
    tx.query_opt(&format!("select {COLUMNS} from devices d where {}", seen.sql), &seen.values, device)
}

/// What an elder wears now. Whoever asks has seen the elder already.
///
/// # Errors
/// What the engine says.
pub fn worn(tx: &mut Tx<'_>, elder: ElderId) -> db::Result<Vec<(Device, Contact)>> {
    let sql = format!(
        "select {COLUMNS}, c.heard_at, c.battery, c.skew_ms from devices d left join device_contacts c on c.device_id = d.id
         where d.elder_id = $1 order by d.kind, d.serial"
    );
    tx.query(&sql, params![elder], |row| Ok((device(row)?, contact(row, 13)?)))
}

fn contact(row: &Row<'_>, first: usize) -> db::Result<Contact> {
    let skew: Option<i64> = row.get(first + 2)?;
    Ok(Contact { heard: row.get(first)?, battery: row.get(first + 1)?, skew_ms: skew.unwrap_or_default() })
}

/// What the list is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of this kind.
    pub kind: Option<Kind>,
    /// In this state.
    pub state: Option<State>,
    /// Looked after by it.
    pub institution: Option<InstitutionId>,
    /// Part of the serial number or the name.
    pub text: Option<String>,
    /// Which of them.
    pub show: Show,
    /// Before which instant a device of a kind must have been heard, or it is silent.
    pub silent: Vec<(Kind, Instant)>,
    /// The battery is low below it.
    pub battery: i64,
}

/// Which of the devices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Show {
    /// All.
    #[default]
    All,
    /// Worn by somebody.
    Bound,
    /// Ready, and worn by nobody.
    Free,
    /// Worn and not heard for long.
    Silent,
    /// Low battery.
    Battery,
    /// Did something wrong in the last week.
    Faulty,
}

/// Worn, in use, not in maintenance, and not heard since the instant of its kind.
fn silent(filter: &Filter, now: Instant) -> String {
    let kinds: Vec<String> = filter
        .silent
        .iter()
        .map(|(kind, at)| {
            format!("(d.kind = '{}' and coalesce(c.heard_at, d.bound_at) < {})", kind.code(), at.timestamp_millis())
        })
        .collect();
    let any = if kinds.is_empty() { "1 = 0".to_owned() } else { kinds.join(" or ") };
    format!(
        "(d.state = 'active' and d.elder_id is not null and coalesce(d.maintenance_until, 0) < {} and ({any}))",
        now.timestamp_millis()
    )
}

fn narrowed(by: &Actor, filter: &Filter) -> (Condition, String) {
    let (mut seen, elders) = sight(by);
    seen.with_some("d.kind = ?", filter.kind).with_some("d.state = ?", filter.state);
    seen.with_some("d.institution_id = ?", filter.institution);
    let like = filter.text.as_deref().map(registry::institutions::store::like);
    seen.with_some("(lower(d.serial) like lower(?) escape '\\' or lower(d.name) like lower(?) escape '\\')", like);
    (seen, elders)
}

fn shown(seen: &mut Condition, filter: &Filter, by: &Actor) {
    let week = by.today() - chrono::Days::new(7);
    match filter.show {
        Show::All => seen,
        Show::Bound => seen.and("d.elder_id is not null"),
        Show::Free => seen.and("d.elder_id is null and d.state = 'active' and d.shared = 0"),
        Show::Silent => seen.and(&silent(filter, by.now)),
        Show::Battery => seen.and("d.state = 'active'").with("c.battery < ?", filter.battery),
        Show::Faulty => {
            seen.with("exists (select 1 from device_faults f where f.device_id = d.id and f.on_date >= ?)", week)
        }
    };
}

/// Devices within sight, by serial number.
///
/// # Errors
/// What the engine says.
pub fn list(tx: &mut Tx<'_>, by: &Actor, filter: &Filter, (limit, offset): (i64, i64)) -> db::Result<Vec<Listed>> {
    let (mut seen, elders) = narrowed(by, filter);
    shown(&mut seen, filter, by);
    let page = seen.page(limit, offset);
    let sql = format!(
        "select {COLUMNS}, c.heard_at, c.battery, c.skew_ms, coalesce(i.name, ''), e.name from devices d
         left join device_contacts c on c.device_id = d.id left join institutions i on i.id = d.institution_id
         left join elders e on e.id = d.elder_id and {elders} where {} order by d.serial {page}",
        seen.sql
    );
    tx.query(&sql, &seen.values, |row| {
        Ok(Listed { device: device(row)?, contact: contact(row, 13)?, institution: row.get(16)?, elder: row.get(17)? })
    })
}

/// How many there are of the list, and of each thing that the top of the page names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// As the list is narrowed.
    pub listed: i64,
    /// In use.
    pub active: i64,
    /// Worn.
    pub bound: i64,
    /// Worn and not heard.
    pub silent: i64,
    /// Low battery.
    pub battery: i64,
}

/// The figures above the list: of all within sight, and of what the list is narrowed to.
///
/// # Errors
/// What the engine says.
pub fn counts(tx: &mut Tx<'_>, by: &Actor, filter: &Filter) -> db::Result<Counts> {
    let (mut seen, _) = sight(by);
    let silent = silent(filter, by.now);
    seen.values.push(filter.battery.into());
    let battery = seen.values.len();
    let sum = |what: &str| format!("cast(coalesce(sum(case when {what} then 1 else 0 end), 0) as bigint)");
    let sql = format!(
        "select {}, {}, {}, {} from devices d left join device_contacts c on c.device_id = d.id where {}",
        sum("d.state = 'active'"),
        sum("d.elder_id is not null"),
        sum(&silent),
        sum(&format!("d.state = 'active' and c.battery < ${battery}")),
        seen.sql
    );
    let all = tx.query_one(&sql, &seen.values, |row| {
        let mut c = row.columns();
        Ok(Counts { listed: 0, active: c.take()?, bound: c.take()?, silent: c.take()?, battery: c.take()? })
    })?;
    let (mut seen, _) = narrowed(by, filter);
    shown(&mut seen, filter, by);
    let from = "devices d left join device_contacts c on c.device_id = d.id";
    let listed = tx.count(&format!("select count(*) from {from} where {}", seen.sql), &seen.values)?;
    Ok(Counts { listed, ..all })
}

/// A time in which somebody wore a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// Who.
    pub elder: ElderId,
    /// Their name, if within sight.
    pub name: Option<String>,
    /// The device.
    pub device: DeviceId,
    /// What is printed on it.
    pub serial: String,
    /// What it is.
    pub kind: Kind,
    /// From when.
    pub since: Instant,
    /// Until when.
    pub until: Option<Instant>,
    /// Who gave it.
    pub bound_by: String,
    /// Who took it back.
    pub ended_by: String,
    /// Why.
    pub ended_why: String,
}

const BINDING: &str =
    "b.elder_id, e.name, b.device_id, d.serial, d.kind, b.since, b.until, b.bound_by, b.ended_by, b.ended_why";

fn binding(row: &Row<'_>) -> db::Result<Binding> {
    let mut c = row.columns();
    Ok(Binding {
        elder: c.take()?,
        name: c.take()?,
        device: c.take()?,
        serial: c.take()?,
        kind: c.take()?,
        since: c.take()?,
        until: c.take()?,
        bound_by: c.take()?,
        ended_by: c.take()?,
        ended_why: c.take()?,
    })
}

/// Who wore a device, newest first; names of elders within sight only.
///
/// # Errors
/// What the engine says.
pub fn bindings(tx: &mut Tx<'_>, by: &Actor, device: DeviceId) -> db::Result<Vec<Binding>> {
    let (elders, mut values) = by.scope.elders("e.area", "e.id", 2);
    values.insert(0, device.into());
    let sql = format!(
        "select {BINDING} from device_bindings b join devices d on d.id = b.device_id
         left join elders e on e.id = b.elder_id and {elders}
         where b.device_id = $1 order by b.since desc, b.id desc limit 100"
    );
    tx.query(&sql, &values, binding)
}

/// What an elder wore, newest first, without the minutes at a health hut. Whoever asks has seen the elder already.
///
/// # Errors
/// What the engine says.
pub fn bindings_of(tx: &mut Tx<'_>, elder: ElderId) -> db::Result<Vec<Binding>> {
    let sql = format!(
        "select {BINDING} from device_bindings b join devices d on d.id = b.device_id left join elders e on e.id = b.elder_id
         where b.elder_id = $1 and d.shared = 0 order by b.since desc, b.id desc limit 100"
    );
    tx.query(&sql, params![elder], binding)
}

/// What a device did wrong on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaultOfDay {
    /// Which day.
    pub on: Date,
    /// What.
    pub kind: Fault,
    /// How often.
    pub count: i64,
    /// The last time.
    pub last_at: Instant,
    /// What it sent, in short.
    pub detail: String,
}

/// What a device did wrong, newest first.
///
/// # Errors
/// What the engine says.
pub fn faults(tx: &mut Tx<'_>, device: DeviceId) -> db::Result<Vec<FaultOfDay>> {
    let sql = "select on_date, kind, count, last_at, detail from device_faults where device_id = $1
               order by on_date desc, last_at desc limit 60";
    tx.query(sql, params![device], |row| {
        let mut c = row.columns();
        Ok(FaultOfDay { on: c.take()?, kind: c.take()?, count: c.take()?, last_at: c.take()?, detail: c.take()? })
    })
}

/// How a device is heard.
///
/// # Errors
/// What the engine says.
pub fn contact_of(tx: &mut Tx<'_>, device: DeviceId) -> db::Result<Contact> {
    let sql = "select heard_at, battery, skew_ms from device_contacts where device_id = $1";
    Ok(tx.query_opt(sql, params![device], |row| contact(row, 0))?.unwrap_or_default())
}
