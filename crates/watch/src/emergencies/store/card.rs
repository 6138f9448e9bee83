//! The elder's card: who, where, what must not be overlooked, whom to call, what was measured last. Showing it in full needs an
//! audit row: see [`entry`].

use super::super::model::Spot;
use super::phones::{self, Phone};
use crate::alarms::model::Alarm;
use crate::vitals::model::{Measurement, Vital};
use crate::{alarms, vitals};
use care::chart::Latest;
use care::visits::model::Note;
use care::{chart, contracts, episodes, visits};
use db::audit::Entry;
use db::{Actor, Result, Row, Tx, params};
use kernel::{Area, ElderId, Instant, InstitutionId};
use policy::Library;
use registry::elders::{Elder, Private, store as elders};

/// How many alarms are looked at for those that are open.
const ALARMS: i64 = 50;

/// The family doctor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doctor {
    /// Name.
    pub name: String,
    /// Where.
    pub institution: String,
    /// Telephone of the institution.
    pub phone: Option<String>,
}

/// All that an operator needs on one page.
pub struct Card {
    /// The file.
    pub elder: Elder,
    /// What is sealed: telephone, address, contact. Masked for who only looks.
    pub private: Private,
    /// What must not be overlooked.
    pub chart: Latest,
    /// What is to be known at the door, key box first.
    pub notes: Vec<Note>,
    /// What devices measured last.
    pub vitals: Vec<Measurement>,
    /// Alarms that are not over.
    pub alarms: Vec<Alarm>,
    /// The family doctor, if there is one.
    pub doctor: Option<Doctor>,
    /// Where the elder is now: 居家, 养老机构 with its name.
    pub place: String,
    /// Further numbers.
    pub phones: Vec<Phone>,
}

/// The audit row of somebody who saw a card in full.
#[must_use]
pub fn entry(elder: ElderId, subject: String) -> Entry<'static> {
    let detail = "呼救处置所需的住址、电话、入户须知和健康档案".into();
    Entry { action: "emergencies.card", elder: Some(elder), subject, detail }
}

/// The card of an elder within sight; `whole` opens what is sealed.
///
/// # Errors
/// [`db::Error::NotFound`] out of sight; what the engine says.
pub fn of(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, whole: bool) -> Result<Card> {
    let file = elders::find(tx, by, elder)?;
    let private = if whole { file.open(tx.vault())? } else { file.masked(tx.vault())? };
    let latest = vitals::store::latest(tx, elder)?;
    let open = alarms::store::of_elder(tx, elder, ALARMS)?.into_iter().filter(|a| a.closed_at.is_none());
    Ok(Card {
        private,
        chart: chart::store::latest(tx, elder)?,
        notes: if whole { visits::store::door::notes(tx, elder)? } else { vec![] },
        vitals: latest.into_iter().filter(|m| m.vital.charted()).collect(),
        alarms: open.collect(),
        doctor: doctor(tx, by, elder)?,
        place: place(tx, elder)?,
        phones: if whole { phones::of_elder(tx, elder)? } else { vec![] },
        elder: file,
    })
}

fn doctor(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> Result<Option<Doctor>> {
    let signed = contracts::store::of_elder(tx, by, elder)?.into_iter().find(|c| c.state == contracts::State::Signed);
    let Some(c) = signed else { return Ok(None) };
    let sql = "select phone from institutions where id = $1";
    let phone = tx.query_opt(sql, params![c.institution], |row| row.get(0))?.flatten();
    Ok(Some(Doctor { name: c.doctor_name, institution: c.institution_name, phone }))
}

fn now_at(tx: &mut Tx<'_>, elder: ElderId) -> Result<Option<(episodes::Place, Option<InstitutionId>)>> {
    let spells = episodes::store::spells(tx, elder, None)?;
    Ok(spells.into_iter().rev().find(|s| s.until.is_none() && !s.kept).map(|s| (s.place, s.institution)))
}

fn place(tx: &mut Tx<'_>, elder: ElderId) -> Result<String> {
    let Some((place, institution)) = now_at(tx, elder)? else { return Ok(String::new()) };
    let name = institution.map(|id| registry::institutions::store::name(tx, id)).transpose()?;
    Ok(name.map_or_else(|| place.to_string(), |name| format!("{place}：{name}")))
}

fn lon_lat(row: &Row<'_>) -> Result<Option<(f64, f64)>> {
    Ok(row.get::<Option<f64>>(0)?.zip(row.get::<Option<f64>>(1)?))
}

/// Where an elder is believed to be: by the device, if it said so lately; in the institution where they are; else in the middle of
/// their village, or of what it lies in.
///
/// # Errors
/// What the engine says.
pub fn spot(tx: &mut Tx<'_>, by: &Actor, library: &Library, elder: ElderId, area: Area) -> Result<Spot> {
    let minutes = library.parameter("emergency_position_minutes", area, by.today()).map_or(0, |p| p.value);
    if let Some((at, measured)) = device(tx, elder, by.now - chrono::TimeDelta::minutes(minutes))? {
        let ago = (by.now - measured).num_minutes().max(0);
        return Ok(Spot { at: Some(at), from: format!("设备定位（{ago} 分钟前）") });
    }
    if let Some((_, Some(institution))) = now_at(tx, elder)? {
        let sql = "select lon, lat, name from institutions where id = $1";
        let found = tx.query_opt(sql, params![institution], |row| Ok((lon_lat(row)?, row.get::<String>(2)?)))?;
        if let Some((Some(at), name)) = found {
            return Ok(Spot { at: Some(at), from: format!("所在机构：{name}") });
        }
    }
    use kernel::area::Level;
    for level in [Level::Village, Level::Town, Level::County] {
        let sql = "select lon, lat, name from areas where code = $1";
        let code = area.up_to(level);
        let found = tx.query_opt(sql, params![code], |row| Ok((lon_lat(row)?, row.get::<String>(2)?)))?;
        if let Some((Some(at), name)) = found {
            return Ok(Spot { at: Some(at), from: format!("{name}中心") });
        }
    }
    Ok(Spot { at: None, from: "位置未知".to_owned() })
}

type Fix = ((f64, f64), Instant);

/// What the device last said of where it is, unless that is older than `since`. Both numbers must be of the same moment.
fn device(tx: &mut Tx<'_>, elder: ElderId, since: Instant) -> Result<Option<Fix>> {
    let latest = vitals::store::latest(tx, elder)?;
    let of = |vital| latest.iter().find(|m| m.vital == vital);
    let (Some(lat), Some(lon)) = (of(Vital::Latitude), of(Vital::Longitude)) else { return Ok(None) };
    let degrees = |m: &Measurement| m.value as f64 / 1_000_000.0;
    let fresh = lat.at == lon.at && lat.believed() >= since;
    Ok(fresh.then(|| ((degrees(lon), degrees(lat)), lat.believed())))
}
