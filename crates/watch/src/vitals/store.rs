//! Measurements in the database: written once each, read for pages, aged into summaries; what the intake knows of devices.

use super::model::{Measurement, Vital};
use crate::alarms::rules::Bounds;
use crate::devices::directory::{Entry, Worn};
use crate::devices::model::Fault;
use db::{Row, Tx, params};
use kernel::{Area, Date, DeviceId, ElderId, Instant, LimitId, time};

/// Milliseconds of an hour and of a day.
const HOUR: i64 = 3_600_000;
/// China's day begins so many milliseconds before that of UTC; it has no summer time.
const SHIFT: i64 = 8 * HOUR;

/// Writes measurements; answers for each whether it is new. A repeated one changes nothing.
///
/// # Errors
/// What the engine says.
pub fn insert(tx: &mut Tx<'_>, all: &[Measurement]) -> db::Result<Vec<bool>> {
    let rows = all.iter().map(|m| {
        [m.elder.into(), m.vital.number().into(), m.at.into(), m.device.into(), m.value.into(), m.received.into()]
    });
    tx.insert_new("measurements", &["elder_id", "kind", "measured_at", "device_id"], &["value", "received_at"], rows)
}

fn measurement(row: &Row<'_>) -> db::Result<Option<Measurement>> {
    let mut c = row.columns();
    let (elder, number) = (c.take()?, c.take::<i64>()?);
    let (at, device, value, received) = (c.take()?, c.take()?, c.take()?, c.take()?);
    Ok(Vital::of_number(number).map(|vital| Measurement { elder, device, vital, at, value, received }))
}

/// The newest measurement of each vital sign of an elder; the caller has asked whether the elder is in sight.
///
/// # Errors
/// What the engine says.
pub fn latest(tx: &mut Tx<'_>, elder: ElderId) -> db::Result<Vec<Measurement>> {
    let sql = "select elder_id, kind, measured_at, device_id, value, received_at from measurements \
               where elder_id = $1 and kind = $2 order by measured_at desc limit 1";
    let files = files(tx, elder)?;
    let mut all = vec![];
    for vital in Vital::ALL {
        let mut newest: Option<Measurement> = None;
        for file in &files {
            let found = tx.query_opt(sql, params![*file, vital.number()], measurement)?.flatten();
            newest = newest.into_iter().chain(found).max_by_key(|m| m.at);
        }
        all.extend(newest);
    }
    Ok(all)
}

/// When something of an elder was last measured.
///
/// # Errors
/// What the engine says.
pub fn newest(tx: &mut Tx<'_>, elder: ElderId, vital: Vital) -> db::Result<Option<Instant>> {
    let sql = "select max(measured_at) from measurements where elder_id = $1 and kind = $2";
    let mut newest = None;
    for file in files(tx, elder)? {
        newest = newest.max(tx.query_one(sql, params![file, vital.number()], |row| row.get(0))?);
    }
    Ok(newest)
}

/// The raw values of a vital sign of an elder between two instants, oldest first.
///
/// # Errors
/// What the engine says.
pub fn series(
    tx: &mut Tx<'_>,
    elder: ElderId,
    vital: Vital,
    from: Instant,
    until: Instant,
) -> db::Result<Vec<(Instant, i64)>> {
    let sql = "select measured_at, value from measurements \
               where elder_id = $1 and kind = $2 and measured_at >= $3 and measured_at < $4 order by measured_at";
    let mut all = vec![];
    for file in files(tx, elder)? {
        all.extend(tx.query(sql, params![file, vital.number(), from, until], |row| Ok((row.get(0)?, row.get(1)?)))?);
    }
    all.sort_unstable();
    Ok(all)
}

/// What is left of the measurements of an hour or a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary {
    /// When it begins.
    pub starts_at: Instant,
    /// How many measurements.
    pub count: i64,
    /// The lowest value.
    pub least: i64,
    /// The highest.
    pub most: i64,
    /// All values added.
    pub total: i64,
}

impl Summary {
    /// Takes in another of the same time: of another file of the same person.
    fn add(&mut self, other: &Self) -> bool {
        self.count += other.count;
        self.total += other.total;
        self.least = self.least.min(other.least);
        self.most = self.most.max(other.most);
        true
    }

    /// The mean value, rounded.
    #[must_use]
    pub const fn mean(&self) -> i64 {
        if self.count == 0 { 0 } else { (self.total + self.count / 2) / self.count }
    }
}

/// How long a summary is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    /// An hour.
    Hour,
    /// A day of China.
    Day,
}

impl Span {
    /// Both, the shorter first.
    pub const ALL: [Self; 2] = [Self::Hour, Self::Day];

    const fn hours(self) -> i64 {
        match self {
            Self::Hour => 1,
            Self::Day => 24,
        }
    }

    const fn millis(self) -> i64 {
        self.hours() * HOUR
    }
}

/// The summaries of a vital sign of an elder between two instants, oldest first.
///
/// # Errors
/// What the engine says.
pub fn summaries(
    tx: &mut Tx<'_>,
    (elder, vital): (ElderId, Vital),
    span: Span,
    (from, until): (Instant, Instant),
) -> db::Result<Vec<Summary>> {
    let sql = "select starts_at, count, least, most, total from measurement_summaries \
               where elder_id = $1 and kind = $2 and span = $3 and starts_at >= $4 and starts_at < $5 order by starts_at";
    let mut all: Vec<Summary> = vec![];
    for file in files(tx, elder)? {
        all.extend(tx.query(sql, params![file, vital.number(), span.hours(), from, until], |row| {
            let mut c = row.columns();
            let starts_at = c.take()?;
            Ok(Summary { starts_at, count: c.take()?, least: c.take()?, most: c.take()?, total: c.take()? })
        })?);
    }
    all.sort_by_key(|summary| summary.starts_at);
    all.dedup_by(|later, first| later.starts_at == first.starts_at && first.add(later));
    Ok(all)
}

/// The files under which what an elder's devices told stands: their own, and those that are merged into it now. A merge that was
/// undone leaves no trace here: the other is another person.
///
/// # Errors
/// What the engine says.
pub fn files(tx: &mut Tx<'_>, elder: ElderId) -> db::Result<Vec<ElderId>> {
    let (mut all, mut next) = (vec![elder], 0);
    while let Some(file) = all.get(next).copied() {
        let merged = "select id from elders where merged_into = $1 order by id";
        all.extend(tx.query(merged, params![file], |row| row.get::<ElderId>(0))?);
        next += 1;
    }
    Ok(all)
}

/// The daily summaries of a vital sign of an elder from one day to before another.
///
/// # Errors
/// What the engine says.
pub fn days(tx: &mut Tx<'_>, elder: ElderId, vital: Vital, from: Date, until: Date) -> db::Result<Vec<Summary>> {
    let start = |day| time::at(day, 0, 0).unwrap_or_default();
    summaries(tx, (elder, vital), Span::Day, (start(from), start(until)))
}

/// A limit that a clinician set for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnLimit {
    /// Which.
    pub id: LimitId,
    /// Of what.
    pub vital: Vital,
    /// The bounds; none: as the table says.
    pub bounds: Bounds,
    /// Why.
    pub why: String,
    /// When it was set, by whom.
    pub set_at: Instant,
    /// See above.
    pub set_by: String,
}

/// The limits of an elder that stand, the newest of each vital sign first.
///
/// # Errors
/// What the engine says.
pub fn limits(tx: &mut Tx<'_>, elder: ElderId) -> db::Result<Vec<OwnLimit>> {
    let sql = "select id, kind, danger_low, low, high, danger_high, why, set_at, set_by from vital_limits \
               where elder_id = $1 and ended_at is null order by set_at desc, id";
    let found = tx.query(sql, params![elder], |row| {
        let Some(vital) = Vital::of_number(row.get(1)?) else { return Ok(None) };
        let bounds = crate::alarms::store::bounds(row, 2)?;
        let (id, why) = (row.get(0)?, row.get(6)?);
        Ok(Some(OwnLimit { id, vital, bounds, why, set_at: row.get(7)?, set_by: row.get(8)? }))
    })?;
    Ok(found.into_iter().flatten().collect())
}

/// Elders who wear or wore a device, and files that were merged, from one id on: the nightly work goes through them in portions.
///
/// # Errors
/// What the engine says.
pub fn watched(tx: &mut Tx<'_>, after: ElderId, limit: i64) -> db::Result<Vec<ElderId>> {
    let sql = "select elder_id from device_bindings where elder_id > $1 union \
               select secondary_id from elder_merges where secondary_id > $1 order by 1 limit $2";
    tx.query(sql, params![after, limit], |row| row.get(0))
}

/// Up to which day (not included) the nightly work has come.
///
/// # Errors
/// What the engine says.
pub fn done_until(tx: &mut Tx<'_>) -> db::Result<Option<Date>> {
    tx.query_opt("select done_until from measurement_progress where id = 1", &[], |row| row.get(0))
}

/// Notes how far it has come.
///
/// # Errors
/// What the engine says.
pub fn set_done(tx: &mut Tx<'_>, until: Date) -> db::Result<()> {
    let sql = "insert into measurement_progress (id, done_until) values (1, $1) \
               on conflict (id) do update set done_until = excluded.done_until";
    tx.exec(sql, params![until]).map(drop)
}

/// Computes the hourly and daily summaries of a vital sign of an elder anew, from what was measured on the days from one to
/// before another. However often it is done, the result is the same.
///
/// # Errors
/// What the engine says.
pub fn sum_up(tx: &mut Tx<'_>, (elder, vital): (ElderId, Vital), (from, until): (Date, Date)) -> db::Result<()> {
    let start = |day| time::at(day, 0, 0).unwrap_or_default();
    for span in Span::ALL {
        let millis = span.millis();
        let sql = format!(
            "insert into measurement_summaries (elder_id, kind, span, starts_at, count, least, most, total) \
             select elder_id, kind, {hours}, ((measured_at + {SHIFT}) / {millis}) * {millis} - {SHIFT}, count(*), \
             min(value), max(value), cast(sum(value) as bigint) from measurements \
             where elder_id = $1 and kind = $2 and measured_at >= $3 and measured_at < $4 group by 1, 2, 4 \
             on conflict (elder_id, kind, span, starts_at) do update set count = excluded.count, \
             least = excluded.least, most = excluded.most, total = excluded.total",
            hours = span.hours(),
        );
        tx.exec(&sql, params![elder, vital.number(), start(from), start(until)])?;
    }
    Ok(())
}

/// Removes what is too old: raw measurements from before one instant, hourly summaries from before another.
///
/// # Errors
/// What the engine says.
pub fn age_out(tx: &mut Tx<'_>, elder: ElderId, raw: Instant, hourly: Instant) -> db::Result<()> {
    for vital in Vital::ALL {
        let sql = "delete from measurements where elder_id = $1 and kind = $2 and measured_at < $3";
        tx.exec(sql, params![elder, vital.number(), raw])?;
    }
    let sql = "delete from measurement_summaries where elder_id = $1 and span = 1 and starts_at < $2";
    tx.exec(sql, params![elder, hourly]).map(drop)
}

/// Devices that changed since an instant, with who wore them when.
///
/// # Errors
/// What the engine says.
pub fn entries(tx: &mut Tx<'_>, since: Instant) -> db::Result<Vec<Entry>> {
    let sql = "select id, serial, kind, secret_hash, state, area, elder_id, maintenance_until, changed_at from devices \
               where changed_at >= $1 order by id";
    let mut all = tx.query(sql, params![since], |row| {
        let mut c = row.columns();
        Ok(Entry {
            id: c.take()?,
            serial: c.take()?,
            kind: c.take()?,
            secret_hash: c.take()?,
            state: c.take()?,
            area: c.take()?,
            wearer: c.take()?,
            maintenance_until: c.take()?,
            changed_at: c.take()?,
            worn: vec![],
        })
    })?;
    let worn = worn(tx, since)?;
    for entry in &mut all {
        let from = worn.partition_point(|(device, _)| *device < entry.id);
        entry.worn = worn[from..].iter().take_while(|(device, _)| *device == entry.id).map(|(_, worn)| *worn).collect();
    }
    Ok(all)
}

/// When two files of elders were last made one, or one made two again: devices may have another wearer since.
///
/// # Errors
/// What the engine says.
pub fn merged(tx: &mut Tx<'_>) -> db::Result<Option<Instant>> {
    let sql = "select max(case when undone_at is null then merged_at else undone_at end) from elder_merges";
    tx.query_one(sql, &[], |row| row.get(0))
}

fn worn(tx: &mut Tx<'_>, since: Instant) -> db::Result<Vec<(DeviceId, Worn)>> {
    let sql = "select b.device_id, b.elder_id, b.since, b.until from device_bindings b \
               join devices d on d.id = b.device_id where d.changed_at >= $1 order by b.device_id, b.since";
    tx.query(sql, params![since], |row| {
        Ok((row.get(0)?, Worn { elder: row.get(1)?, since: row.get(2)?, until: row.get(3)? }))
    })
}

/// When devices were last heard, for the start.
///
/// # Errors
/// What the engine says.
pub fn contacts(tx: &mut Tx<'_>) -> db::Result<Vec<(DeviceId, Instant)>> {
    tx.query("select device_id, heard_at from device_contacts", &[], |row| Ok((row.get(0)?, row.get(1)?)))
}

/// When a device was heard, what is left in its battery, how far its clock is ahead in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contact {
    /// Which.
    pub device: DeviceId,
    /// When.
    pub heard_at: Instant,
    /// In per cent, if it said so.
    pub battery: Option<i64>,
    /// Ahead of ours by so much; negative: behind, or late.
    pub skew_ms: i64,
}

/// Keeps when devices were heard.
///
/// # Errors
/// What the engine says.
pub fn keep_contacts(tx: &mut Tx<'_>, all: &[Contact]) -> db::Result<()> {
    let sql = "insert into device_contacts (device_id, heard_at, battery, skew_ms) values ($1, $2, $3, $4) \
               on conflict (device_id) do update set heard_at = excluded.heard_at, \
               battery = coalesce(excluded.battery, device_contacts.battery), skew_ms = excluded.skew_ms";
    for c in all {
        tx.exec(sql, params![c.device, c.heard_at, c.battery, c.skew_ms])?;
    }
    Ok(())
}

/// Notes what a device did wrong.
///
/// # Errors
/// What the engine says.
pub fn note_fault(tx: &mut Tx<'_>, device: DeviceId, now: Instant, fault: Fault, detail: &str) -> db::Result<()> {
    tx.exec(
        "insert into device_faults (device_id, on_date, kind, count, last_at, detail) values ($1, $2, $3, 1, $4, $5) \
         on conflict (device_id, on_date, kind) do update set count = device_faults.count + 1, \
         last_at = excluded.last_at, detail = excluded.detail",
        params![device, time::date_of(now), fault, now, detail],
    )?;
    Ok(())
}

/// Where elders live, for the documents of the place.
///
/// # Errors
/// What the engine says.
pub fn area(tx: &mut Tx<'_>, elder: ElderId) -> db::Result<Option<Area>> {
    tx.query_opt("select area from elders where id = $1", params![elder], |row| row.get(0))
}
