//! Safe areas in the database.

use super::SafeArea;
use crate::vitals::Vital;
use crate::vitals::store::files;
use db::audit::Entry;
use db::{Actor, Tx, params};
use kernel::{ElderId, Instant};
use registry::elders;
use web::Error;

/// The safe area of an elder: of their file, else of one that was merged into it. Whoever asks has seen the elder already.
///
/// # Errors
/// What the engine says.
pub fn of_elder(tx: &mut Tx<'_>, elder: ElderId) -> db::Result<Option<SafeArea>> {
    let sql = "select latitude, longitude, radius, name, set_by, set_at from safe_areas where elder_id = $1";
    for file in files(tx, elder)? {
        let found = tx.query_opt(sql, params![file], |row| {
            let mut c = row.columns();
            let (latitude, longitude, radius) = (c.take()?, c.take()?, c.take()?);
            Ok(SafeArea { latitude, longitude, radius, name: c.take()?, set_by: c.take()?, set_at: c.take()? })
        })?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

/// Removes what any file of the elder has; answers how many there were.
fn remove(tx: &mut Tx<'_>, elder: ElderId) -> db::Result<u64> {
    let mut gone = 0;
    for file in files(tx, elder)? {
        gone += tx.exec("delete from safe_areas where elder_id = $1", params![file])?;
    }
    Ok(gone)
}

/// Where a device last knew an elder to be: latitude and longitude in millionths of a degree, and when.
///
/// # Errors
/// What the engine says.
pub fn last_position(tx: &mut Tx<'_>, elder: ElderId) -> db::Result<Option<(i64, i64, Instant)>> {
    let sql = "select a.value, o.value, a.measured_at from measurements a
               join measurements o on o.elder_id = a.elder_id and o.kind = $3 and o.measured_at = a.measured_at
                 and o.device_id = a.device_id
               where a.elder_id = $1 and a.kind = $2 order by a.measured_at desc limit 1";
    tx.query_opt(sql, params![elder, Vital::Latitude.number(), Vital::Longitude.number()], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?))
    })
}

/// Sets the safe area of an elder within sight.
///
/// # Errors
/// VA-02, [`Error::NotFound`] out of sight.
pub fn set(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, area: &SafeArea) -> Result<(), Error> {
    elders::store::visible(tx, by, elder)?;
    if let Some(wrong) = area.fault() {
        return Err(Error::refused("VA-02", wrong));
    }
    remove(tx, elder)?;
    tx.exec(
        "insert into safe_areas (elder_id, latitude, longitude, radius, name, set_by, set_at) values ($1, $2, $3, $4, $5, $6, $7)",
        params![elder, area.latitude, area.longitude, area.radius, &area.name, &by.name, by.now],
    )?;
    let detail = format!("{}，半径 {} 米", area.name, area.radius);
    Ok(tx.audit(by, Entry { action: "vitals.area", elder: Some(elder), detail, ..Entry::default() })?)
}

/// Ends it: nobody is alarmed any more when the elder goes far.
///
/// # Errors
/// [`Error::NotFound`] out of sight or when there is none.
pub fn end(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> Result<(), Error> {
    elders::store::visible(tx, by, elder)?;
    if remove(tx, elder)? == 0 {
        return Err(Error::NotFound);
    }
    Ok(tx.audit(by, Entry { action: "vitals.area_end", elder: Some(elder), ..Entry::default() })?)
}
