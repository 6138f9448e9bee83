//! Devices in the synthetic county: who wears what, a year of it for some, two weeks value by value for a few, a health hut. What
//! the devices would have sent is made up; handing them out, limits, cards and stays at the hut go through the product's functions.

use super::forms::Draw;
use super::{Crew, Member, Story, store};
use anyhow::anyhow;
use chrono::{Days, TimeDelta};
use db::{Actor, Tx, Value};
use kernel::{Date, DeviceId, ElderId, Instant};
use registry::accounts::Role;
use watch::devices::store::steps::{self, NewDevice};
use watch::devices::{Fault, Kind};
use watch::huts;
use watch::huts::model::Said;
use watch::vitals::limits::Band;
use watch::vitals::safe_area::SafeArea;
use watch::vitals::store::Contact;
use watch::vitals::{self, Measurement, Vital};
use web::Error;

/// So many wear something; so many of them for a year, and so many have single values.
const WORN: i64 = 18;
const YEAR: usize = 6;
const RAW: usize = 3;
/// So many stay at the hut.
const STAYS: usize = 5;
/// Days of the summaries, and of single values.
const DAYS: i64 = 365;
const RAW_DAYS: i64 = 14;

/// Hands devices out and lets them measure; answers what came of it in a sentence.
///
/// # Errors
/// What the steps answer.
pub fn run(story: &Story<'_>, crew: &Crew) -> anyhow::Result<String> {
    let text = |e: Error| anyhow!(e.text());
    let Some(centre) = crew.doctor.institution else { return Ok("没有家庭医生所在的机构".into()) };
    let people = story.db.read(|tx| store::contracted(tx, centre, WORN))?;
    for (at, elder) in people.iter().enumerate() {
        story.db.write(|tx| one(tx, story, crew, at, *elder)).map_err(text)?;
    }
    let stays = story.db.write(|tx| hut(tx, story, crew, &people)).map_err(text)?;
    story.db.write(|tx| spare(tx, story, crew)).map_err(text)?;
    Ok(format!("{} 人配戴设备，健康小屋 {stays} 人次", people.len()))
}

fn day(story: &Story<'_>, ago: i64) -> Date {
    kernel::time::date_of(story.now) - Days::new(ago.unsigned_abs())
}

fn doctor(story: &Story<'_>, crew: &Crew, ago: i64) -> Actor {
    story.actor_at(&crew.doctor, kernel::time::at(day(story, ago), 10, 0).unwrap_or(story.now))
}

fn device(
    tx: &mut Tx<'_>,
    by: &Actor,
    crew: &Crew,
    (kind, place): (Kind, &Member),
    number: usize,
) -> Result<DeviceId, Error> {
    let mark = match kind {
        Kind::Wristband => "W",
        Kind::HealthHut => "HH",
        Kind::SosButton => "SOS",
        _ => "BP",
    };
    let new = NewDevice {
        serial: format!("{mark}-{}-{number:03}", crew.county.short()),
        kind,
        name: format!("{} {number} 号", kind.name()),
        maker: "合成".into(),
        area: crew.county,
        institution: place.institution,
    };
    Ok(steps::register(tx, by, &new)?.0)
}

fn one(tx: &mut Tx<'_>, story: &Story<'_>, crew: &Crew, at: usize, elder: ElderId) -> Result<(), Error> {
    let mut draw = Draw::of(elder.uuid().into_bytes(), 41);
    let ago = if at < YEAR { DAYS + 1 } else { 20 + draw.below(100) as i64 };
    let by = doctor(story, crew, ago);
    let cuff = device(tx, &by, crew, (Kind::PressureCuff, &crew.doctor), at + 1)?;
    steps::bind(tx, &by, cuff, elder)?;
    if at < YEAR {
        year(tx, story, elder, at, &mut draw)?;
    }
    if at < RAW {
        raw(tx, story, elder, cuff, &mut draw)?;
        let band = device(tx, &by, crew, (Kind::Wristband, &crew.doctor), at + 1)?;
        steps::bind(tx, &by, band, elder)?;
        worn(tx, story, elder, band, &mut draw)?;
        heard(tx, story, band, 30 + at as i64 * 7, Some(if at == 1 { 12 } else { 78 }))?;
        sum_up(tx, story, elder)?;
    } else {
        let last = Measurement { elder, device: cuff, vital: Vital::Sbp, at: story.now, value: 0, received: story.now };
        let when = kernel::time::at(day(story, 1 + draw.below(3) as i64), 8, draw.below(50) as u32);
        let when = when.unwrap_or(story.now);
        let pair = [(Vital::Sbp, 118 + draw.below(44) as i64), (Vital::Dbp, 68 + draw.below(22) as i64)];
        let pair = pair.map(|(vital, value)| Measurement { vital, value, at: when, received: when, ..last });
        vitals::store::insert(tx, &pair)?;
    }
    heard(tx, story, cuff, 60 * (1 + draw.below(20) as i64), Some(35 + draw.below(60) as i64))?;
    if at == 0 {
        apart(tx, story, crew, elder)?;
    }
    if at == 4 {
        vitals::store::note_fault(
            tx,
            cuff,
            story.now - TimeDelta::days(1),
            Fault::Implausible,
            "收缩压 12，应在 50—300",
        )?;
    }
    Ok(())
}

/// A person's own limits and a safe area, each by who may set it.
fn apart(tx: &mut Tx<'_>, story: &Story<'_>, crew: &Crew, elder: ElderId) -> Result<(), Error> {
    let by = doctor(story, crew, 30);
    let band = Band { high: Some(149), ..Band::default() };
    vitals::limits::store::set(tx, &by, &story.policies, elder, (Vital::Sbp, band), "合并慢性肾病，目标血压较低")?;
    let area = SafeArea {
        latitude: 32_311_800,
        longitude: 121_185_200,
        radius: 500,
        name: "家".into(),
        set_by: by.name.clone(),
        set_at: by.now,
    };
    vitals::safe_area::store::set(tx, &by, elder, &area)
}

fn heard(tx: &mut Tx<'_>, story: &Story<'_>, device: DeviceId, minutes: i64, battery: Option<i64>) -> db::Result<()> {
    let heard_at = story.now - TimeDelta::minutes(minutes);
    vitals::store::keep_contacts(tx, &[Contact { device, heard_at, battery, skew_ms: 800 }])
}

/// A value that goes with the seasons, wavers from day to day, and for some creeps up in the end.
fn of_day(draw: &mut Draw, base: i64, ago: i64, swing: i64, creep: i64) -> i64 {
    let season = ((ago % 365) - 182).abs() * swing / 182;
    let late = if ago <= 7 { creep } else { 0 };
    base + season - swing / 2 + late + draw.below(7) as i64 - 3
}

fn year(tx: &mut Tx<'_>, story: &Story<'_>, elder: ElderId, at: usize, draw: &mut Draw) -> Result<(), Error> {
    let creep = if at % 3 == 2 { 22 } else { 0 };
    let (high, low) = (126 + draw.below(20) as i64, 72 + draw.below(10) as i64);
    let (beat, weight) = (62 + draw.below(14) as i64, 520 + draw.below(160) as i64);
    let mut rows: Vec<Vec<Value<'static>>> = vec![];
    let mut put = |vital: Vital, day: Date, value: i64, spread: i64| {
        let start = kernel::time::at(day, 0, 0).unwrap_or_default();
        let (least, most) = (value - spread, value + spread);
        rows.push(vec![
            elder.into(),
            vital.number().into(),
            24_i64.into(),
            start.into(),
            2_i64.into(),
            least.into(),
            most.into(),
            (2 * value).into(),
        ]);
    };
    for ago in 1..=DAYS {
        let on = day(story, ago);
        put(Vital::Sbp, on, of_day(draw, high, ago, 12, creep), 5);
        put(Vital::Dbp, on, of_day(draw, low, ago, 6, creep / 3), 3);
        put(Vital::Pulse, on, of_day(draw, beat, ago, 2, 0), 6);
        if ago % 2 == 0 {
            let lost = if at % 3 == 1 && ago <= 9 { weight * 6 / 100 } else { 0 };
            put(Vital::Weight, on, weight - lost + draw.below(5) as i64 - 2, 0);
        }
    }
    store::put_summaries(tx, rows)?;
    Ok(())
}

/// Twice a day, for two weeks.
fn raw(tx: &mut Tx<'_>, story: &Story<'_>, elder: ElderId, cuff: DeviceId, draw: &mut Draw) -> Result<(), Error> {
    let mut all = vec![];
    for ago in 1..=RAW_DAYS {
        for hour in [7, 20] {
            let at = kernel::time::at(day(story, ago), hour, draw.below(50) as u32).unwrap_or(story.now);
            let one = |vital, value| Measurement { elder, device: cuff, vital, at, value, received: at };
            all.push(one(Vital::Sbp, 128 + draw.below(34) as i64));
            all.push(one(Vital::Dbp, 70 + draw.below(22) as i64));
        }
    }
    vitals::store::insert(tx, &all)?;
    Ok(())
}

/// A wristband, every hour for two weeks: slower at night, steps by day; and where the elder is.
fn worn(tx: &mut Tx<'_>, story: &Story<'_>, elder: ElderId, band: DeviceId, draw: &mut Draw) -> Result<(), Error> {
    let mut all = vec![];
    for ago in 1..=RAW_DAYS {
        let mut steps = 0;
        for hour in 0..24 {
            let at = kernel::time::at(day(story, ago), hour, 0).unwrap_or(story.now);
            let one = |vital, value| Measurement { elder, device: band, vital, at, value, received: at };
            let awake = (7..21).contains(&hour);
            steps += if awake { draw.below(420) as i64 } else { 0 };
            all.push(one(Vital::Pulse, if awake { 72 } else { 60 } + draw.below(16) as i64));
            all.push(one(Vital::Spo2, 94 + draw.below(5) as i64));
            all.push(one(Vital::Steps, steps));
        }
    }
    let at = kernel::time::at(day(story, 1), 16, 0).unwrap_or(story.now);
    let one = |vital, value| Measurement { elder, device: band, vital, at, value, received: at };
    all.push(one(Vital::Latitude, 32_312_400));
    all.push(one(Vital::Longitude, 121_187_000));
    vitals::store::insert(tx, &all)?;
    Ok(())
}

fn sum_up(tx: &mut Tx<'_>, story: &Story<'_>, elder: ElderId) -> Result<(), Error> {
    let span = (day(story, RAW_DAYS), day(story, 0));
    for vital in Vital::ALL.iter().copied().filter(|vital| vital.charted()) {
        vitals::store::sum_up(tx, (elder, vital), span)?;
    }
    Ok(())
}

/// The hut of the day-care centre: a few came by with their card, one of them with a pressure that is far too high.
fn hut(tx: &mut Tx<'_>, story: &Story<'_>, crew: &Crew, people: &[ElderId]) -> Result<usize, Error> {
    let Some(screen) = crew.others.iter().find(|member| member.role == Role::Hut) else { return Ok(0) };
    let clerk = story.actor_at(&crew.clerk, kernel::time::at(day(story, 40), 10, 0).unwrap_or(story.now));
    let station = device(tx, &clerk, crew, (Kind::HealthHut, screen), 1)?;
    let mut stays = 0;
    for (at, elder) in people.iter().rev().take(STAYS).enumerate() {
        let begun = kernel::time::at(day(story, at as i64 + 1), 9, 5).unwrap_or(story.now);
        let by = story.actor_at(screen, begun);
        let card = huts::store::card(tx, &doctor(story, crew, 41), *elder)?;
        huts::store::identify(tx, &by, &story.policies, station, &Said::Card(card), at % 2 == 0)?;
        let high = if at == 1 { 188 } else { 118 + 11 * at as i64 };
        measured(tx, *elder, station, begun + TimeDelta::minutes(2), (high, 76 + 3 * at as i64, 96))?;
        let by = story.actor_at(screen, begun + TimeDelta::minutes(4));
        huts::store::finish(tx, &by, &story.policies, station)?;
        stays += 1;
    }
    heard(tx, story, station, 15, None)?;
    Ok(stays)
}

fn measured(
    tx: &mut Tx<'_>,
    elder: ElderId,
    device: DeviceId,
    at: Instant,
    (high, low, spo2): (i64, i64, i64),
) -> db::Result<()> {
    let all = [(Vital::Sbp, high), (Vital::Dbp, low), (Vital::Pulse, 76), (Vital::Spo2, spo2)];
    let all = all.map(|(vital, value)| Measurement { elder, device, vital, at, value, received: at });
    vitals::store::insert(tx, &all).map(drop)
}

/// One in the cupboard, one away for repair, one that is worn out.
fn spare(tx: &mut Tx<'_>, story: &Story<'_>, crew: &Crew) -> Result<(), Error> {
    let by = doctor(story, crew, 10);
    for number in 1..=3 {
        let id = device(tx, &by, crew, (Kind::SosButton, &crew.doctor), number)?;
        match number {
            2 => drop(steps::step(tx, &by, id, "suspend", "送修")?),
            3 => drop(steps::step(tx, &by, id, "retire", "外壳破损")?),
            _ => {}
        }
    }
    Ok(())
}
