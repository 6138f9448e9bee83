//! What time does: the ladder every second, silence and stillness every minute. May be repeated.

use super::model::{Kind, Level, Outcome};
use super::rules::{Effect, Today};
use super::store::{self, Cause};
use super::watching;
use crate::devices::directory::{Directory, Entry};
use crate::devices::model::Kind as DeviceKind;
use crate::live::Live;
use crate::vitals::engine::Heard;
use crate::vitals::{self, Vital};
use chrono::TimeDelta;
use db::{Actor, Db};
use kernel::area::Level as AreaLevel;
use kernel::{Area, DeviceId, ElderId, Instant, time};
use policy::{Facts, Library};
use std::collections::HashMap;

/// So many devices in one transaction.
const PORTION: usize = 200;
/// A device that was heard so short a time ago would have told of a movement.
const SPEAKS: TimeDelta = TimeDelta::hours(1);

/// Alarms whose next step is due go on. Answers whether any did.
///
/// # Errors
/// What the engine says.
pub fn climb(db: &Db, by: &Actor, library: &Library, live: &Live) -> db::Result<bool> {
    // Most seconds nothing is due, and then nobody waits for the writer.
    if !db.read(|tx| store::any_due(tx, by.now))? {
        return Ok(false);
    }
    let climbed = db.write(|tx| store::climb(tx, by, library))? > 0;
    if climbed {
        live.changed();
    }
    Ok(climbed)
}

/// Looks at every worn device: whether it is silent, whether its wearer lies still.
///
/// # Errors
/// What the engine says.
pub fn look_round(
    db: &Db,
    by: &Actor,
    library: &Library,
    (directory, heard, live): (&Directory, &Heard, &Live),
) -> db::Result<()> {
    let kinds = [Kind::DeviceSilent, Kind::NoActivity];
    let standing = db.read(|tx| store::standing_of(tx, kinds))?;
    let standing = standing.into_iter().map(|(elder, kind, device)| ((elder, kind), device)).collect();
    let mut round = Round { by, library, heard, standing, limits: HashMap::new(), rules: Today::default() };
    for portion in directory.worn().chunks(PORTION) {
        let found: Vec<Finding> = db.read(|tx| round.find(tx, portion))?;
        if !found.is_empty() && db.write(|tx| round.write(tx, &found))? {
            live.changed();
        }
    }
    Ok(())
}

/// What was found of an elder's device: an alarm of a kind, or its end.
struct Finding {
    entry: Entry,
    kind: Kind,
    message: Option<String>,
    since: Instant,
}

struct Round<'a> {
    by: &'a Actor,
    library: &'a Library,
    heard: &'a Heard,
    /// What is not closed, with the device that raised it.
    standing: HashMap<(ElderId, Kind), Option<DeviceId>>,
    limits: HashMap<(Area, DeviceKind), Option<TimeDelta>>,
    rules: Today,
}

impl Round<'_> {
    fn find(&mut self, tx: &mut db::Tx<'_>, devices: &[std::sync::Arc<Entry>]) -> db::Result<Vec<Finding>> {
        let mut found = vec![];
        for entry in devices {
            found.extend(self.silence(entry));
            found.extend(self.stillness(tx, entry)?);
        }
        Ok(found)
    }

    /// A device that was never heard counts from when it was bound.
    fn last(&self, entry: &Entry) -> Option<Instant> {
        let bound = entry.worn.last().map(|worn| worn.since);
        self.heard.last(entry.id).max(bound)
    }

    fn silence(&mut self, entry: &Entry) -> Option<Finding> {
        let (library, now) = (self.library, self.by.now);
        let county = entry.area.up_to(AreaLevel::County);
        let limit = *self.limits.entry((county, entry.kind)).or_insert_with(|| limit(library, county, entry.kind, now));
        let (heard, elder) = (self.last(entry)?, entry.wearer?);
        let message = watching::silent((&entry.serial, entry.kind), limit, (heard, entry.maintenance_until), now);
        let standing = self.standing.get(&(elder, Kind::DeviceSilent));
        // Of an elder's devices one may be silent and another not: only the one that raised the alarm ends it.
        let own = standing == Some(&Some(entry.id));
        let news = if message.is_some() { standing.is_none() } else { own };
        news.then(|| Finding { entry: entry.clone(), kind: Kind::DeviceSilent, message, since: heard })
    }

    fn stillness(&mut self, tx: &mut db::Tx<'_>, entry: &Entry) -> db::Result<Option<Finding>> {
        let moves = matches!(entry.kind, DeviceKind::Wristband | DeviceKind::MotionSensor | DeviceKind::BedMat);
        let now = self.by.now;
        // A device that sends nothing says nothing of its wearer.
        let speaks = self.heard.last(entry.id).is_some_and(|heard| now - heard < SPEAKS);
        let known = |elder: &ElderId| self.standing.contains_key(&(*elder, Kind::NoActivity));
        let Some(elder) = entry.wearer.filter(|elder| moves && speaks && !known(elder)) else { return Ok(None) };
        let Some(moved) = vitals::store::newest(tx, elder, Vital::Motion)? else { return Ok(None) };
        let found = watching::still(&self.rules.of(self.library, entry.area, now), moved, now);
        let finding =
            |(since, message)| Finding { entry: entry.clone(), kind: Kind::NoActivity, message: Some(message), since };
        Ok(found.map(finding))
    }

    fn write(&self, tx: &mut db::Tx<'_>, found: &[Finding]) -> db::Result<bool> {
        let mut news = false;
        for Finding { entry, kind, message, since } in found {
            let Some(elder) = entry.wearer else { continue };
            let Some(area) = vitals::store::area(tx, elder)? else { continue };
            let cause = Cause { elder, device: Some(entry.id), now: self.by.now, library: self.library, area };
            news |= match message {
                // Somebody has answered just this: "visiting her son" is not asked again every minute.
                Some(_) if store::answered(tx, elder, *kind, entry.id, *since)? => false,
                Some(message) => {
                    let level = if *kind == Kind::NoActivity { Level::Warning } else { Level::Notice };
                    let rule = format!("{}.{}", kind.code(), level.code());
                    let message = message.clone();
                    let effect = Effect::Alarm { kind: *kind, level, rule, message, value: None, since: *since };
                    store::apply(tx, cause, &effect)?
                }
                None => store::end(tx, cause, *kind, Outcome::Recovered)?,
            };
        }
        Ok(news)
    }
}

fn limit(library: &Library, place: Area, kind: DeviceKind, now: Instant) -> Option<TimeDelta> {
    let facts = Facts::new().with("kind", kind.code());
    let decision = library.decide("device_silence", place, time::date_of(now), &facts);
    decision.int("minutes").map(TimeDelta::minutes)
}
