//! What was acknowledged, counted in the database.

use anyhow::{Context, Result, bail, ensure};
use rusqlite::{Connection, OpenFlags};
use std::collections::{HashMap, HashSet};
use std::path::Path;

/// The number of a call for help among the vital signs.
const SOS: i64 = 21;

type Key = (String, i64, i64);

/// What is found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Different measurements that were acknowledged.
    pub acknowledged: usize,
    /// Measurements in the database.
    pub stored: usize,
    /// Calls for help that were acknowledged.
    pub calls: usize,
    /// Elders with such an alarm.
    pub alarms: usize,
}

/// Counts: no acknowledged measurement lost or altered, none doubled, one alarm for each elder who called.
///
/// # Errors
/// The first that is wrong, by name.
pub fn all(database: &Path, acknowledged: &[&Path]) -> Result<Found> {
    let db = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let sound: String = db.query_row("pragma quick_check", [], |row| row.get(0))?;
    ensure!(sound == "ok", "the database is damaged: {sound}");
    let stored = stored(&db)?;
    let mut found = Found { stored: stored.len(), ..Found::default() };
    let mut seen = HashSet::new();
    for file in acknowledged {
        for line in std::fs::read_to_string(file)?.lines() {
            let (key, value) = parse(line)?;
            match stored.get(&key) {
                None => bail!("acknowledged and not stored: {line}"),
                Some(other) if *other != value => bail!("acknowledged {line}, stored {other}"),
                Some(_) => drop(seen.insert(key)),
            }
        }
    }
    found.acknowledged = seen.len();
    found.calls = seen.iter().filter(|(_, kind, _)| *kind == SOS).count();
    found.alarms = alarms(&db, &seen)?;
    Ok(found)
}

/// Whether a call for help is among what was acknowledged: without one nothing is shown about alarms.
pub fn called(acknowledged: &[&Path]) -> bool {
    let lines = |file: &&Path| std::fs::read_to_string(file).unwrap_or_default();
    acknowledged.iter().any(|file| lines(file).contains(&format!(",{SOS},")))
}

/// The file of acknowledgements holds whole lines: it was closed before it is read.
fn parse(line: &str) -> Result<(Key, i64)> {
    let cells: Vec<&str> = line.split(',').collect();
    let [serial, kind, at, value] = cells[..] else { bail!("not a line of four cells: {line}") };
    Ok(((serial.to_owned(), kind.parse()?, at.parse()?), value.parse()?))
}

fn stored(db: &Connection) -> Result<HashMap<Key, i64>> {
    let sql =
        "select d.serial, m.kind, m.measured_at, m.value from measurements m join devices d on d.id = m.device_id";
    let mut statement = db.prepare(sql)?;
    let rows = statement.query_map([], |row| Ok(((row.get(0)?, row.get(1)?, row.get(2)?), row.get(3)?)))?;
    let mut all = HashMap::new();
    for row in rows {
        let (key, value) = row?;
        ensure!(all.insert(key, value).is_none(), "one measurement stands twice in the database");
    }
    Ok(all)
}

/// Every elder who called has one alarm, which counts as many calls as are stored.
fn alarms(db: &Connection, acknowledged: &HashSet<Key>) -> Result<usize> {
    let sql = "select d.serial, m.calls, count(a.id), coalesce(sum(a.repeats), 0)
               from (select elder_id, device_id, count(*) calls from measurements where kind = ?1 and value = 1
                     group by elder_id, device_id) m
               join devices d on d.id = m.device_id
               left join alarms a on a.elder_id = m.elder_id and a.kind = 'sos' group by d.serial, m.calls";
    let mut statement = db.prepare(sql)?;
    let rows = statement.query_map([SOS], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
    let found: HashMap<String, (i64, i64, i64)> = rows
        .map(|row| row.map(|(serial, calls, alarms, repeats)| (serial, (calls, alarms, repeats))))
        .collect::<Result<_, _>>()?;
    for (serial, (calls, alarms, repeats)) in &found {
        ensure!(*alarms == 1, "{serial}: {calls} calls for help, {alarms} alarms");
        ensure!(repeats + 1 == *calls, "{serial}: {calls} calls for help, an alarm that counts {}", repeats + 1);
    }
    for (serial, ..) in acknowledged.iter().filter(|(_, kind, _)| *kind == SOS) {
        found.get(serial).with_context(|| format!("{serial} called for help, and there is no alarm"))?;
    }
    Ok(found.len())
}

impl std::fmt::Display for Found {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { acknowledged, stored, calls, alarms } = self;
        write!(
            f,
            "{acknowledged} measurements acknowledged, all stored once ({stored} stored), {calls} calls for help of {alarms} \
             elders, one alarm each"
        )
    }
}
