//! Devices that lie, and a database that somebody else holds.

use super::count;
use super::place::{FEW, Place, length, look_away, until};
use super::raw::Raw;
use super::{Chance, Options};
use anyhow::{Context, Result, ensure};
use rusqlite::{Connection, OpenFlags};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// What is wrong, and under which fault it is to be noted.
const LIES: &[(&str, &str)] = &[
    ("AT+CSQ: 17,99", "malformed"),
    ("", "malformed"),
    (r#"[{"n":"pulse","v":"#, "malformed"),
    (r#"{"n":"pulse","v":70}"#, "malformed"),
    (r#"[{"n":"aura","v":7}]"#, "unknown_name"),
    (r#"[{"n":"temperature","u":"m/s","v":36.6}]"#, "wrong_unit"),
    (r#"[{"n":"pulse","u":"beat/min","v":900}]"#, "implausible"),
    (r#"[{"n":"temperature","u":"Cel","v":-274}]"#, "implausible"),
    (r#"[{"n":"pulse","v":1e308}]"#, "implausible"),
];

struct Device {
    serial: String,
    secret: String,
}

fn devices(place: &Place) -> Result<Vec<Device>> {
    let text = std::fs::read_to_string(place.path("devices.csv"))?;
    let row = |line: &str| {
        let mut cells = line.split(',').map(str::to_owned);
        Some(Device { serial: cells.next()?, secret: cells.next()? })
    };
    text.lines().skip(1).map(row).collect::<Option<_>>().context("devices.csv")
}

/// Whatever is sent, the server stands, notes it, and goes on taking what is right.
pub fn lies(place: &Place, options: &Options) -> Result<String> {
    place.prepare(FEW)?;
    let mut server = place.serve(&[])?;
    let all = devices(place)?;
    let (one, other) = (&all[0], &all[1]);
    ensure!(Raw::connect(server.door(), &one.serial, &other.secret)?.is_none(), "let in with another's secret");
    ensure!(Raw::connect(server.door(), "nobody", "nothing")?.is_none(), "let in without being registered");
    let connect = || Raw::connect(server.door(), &one.serial, &one.secret)?.context("not let in");
    let topic = format!("yiyang/{}/senml", one.serial);
    let mut device = connect()?;
    for (lie, _) in LIES {
        ensure!(device.publish(&topic, lie.as_bytes(), false)?, "no acknowledgement of {lie}");
    }
    let good = r#"[{"n":"pulse","u":"beat/min","v":71,"t":-5},{"n":"mood","v":1}]"#;
    ensure!(device.publish(&topic, good.as_bytes(), false)?, "what is right of it is not taken");
    let foreign = format!("yiyang/{}/senml", other.serial);
    ensure!(!device.publish(&foreign, good.as_bytes(), false)?, "publishing as another is acknowledged");
    let garbage = garbage(options, &connect)?;
    let sos = r#"[{"bt":1,"n":"sos","vb":true}]"#.replace("\"bt\":1", &format!("\"bt\":{}", now()?));
    let mut device = connect()?;
    for again in [false, true, true] {
        ensure!(device.publish(&topic, sos.as_bytes(), again)?, "no acknowledgement of a call for help");
    }
    server.running.is_there()?;
    server.running.kill()?;
    noted(place, one, other)?;
    let found = count::all(&place.database(), &[])?;
    ensure!(found.stored == 2 && found.alarms == 1, "stored: {found:?}");
    Ok(format!(
        "{} lies acknowledged and noted, {garbage} floods of garbage hung up on, a call sent three times is one",
        LIES.len()
    ))
}

fn now() -> Result<u64> {
    #[expect(clippy::disallowed_methods, reason = "a device has a clock")]
    Ok(std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?.as_secs())
}

/// Bytes that are no MQTT: the server hangs up and stands.
fn garbage(options: &Options, connect: &dyn Fn() -> Result<Raw>) -> Result<usize> {
    let mut chance = Chance::new(options.seed);
    let floods = 50;
    for _ in 0..floods {
        let mut bytes: Vec<u8> = (0..200).map(|_| chance.below(256) as u8).collect();
        // The first byte says what it is, and 0xf0 is nothing; the second how long it is: all of it has come.
        bytes[0] = 0xf0;
        bytes[1] &= 0x7f;
        ensure!(connect()?.hangs_up_after(&bytes)?, "garbage is answered");
    }
    Ok(floods)
}

/// Every lie stands under its name and its own device; the other device has done nothing.
fn noted(place: &Place, one: &Device, other: &Device) -> Result<()> {
    let db = Connection::open_with_flags(place.database(), OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let sql = "select f.kind, sum(f.count) from device_faults f join devices d on d.id = f.device_id where d.serial = ?1 group by 1";
    let faults = |serial: &str| -> Result<BTreeMap<String, i64>> {
        let mut statement = db.prepare(sql)?;
        let rows = statement.query_map([serial], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    };
    let found = faults(&one.serial)?;
    for (lie, kind) in LIES {
        let meant = LIES.iter().filter(|(_, other)| other == kind).count() as i64;
        let noted = found.get(*kind).copied().unwrap_or_default();
        ensure!(noted >= meant, "{lie} should be noted as {kind}: {found:?}");
    }
    ensure!(found.get("impostor") == Some(&1), "publishing as another is not noted: {found:?}");
    ensure!(faults(&other.serial)?.is_empty(), "the other device is blamed");
    let sql = "select count(*) from measurements m join devices d on d.id = m.device_id where d.serial = ?1";
    let foreign: i64 = db.query_row(sql, [&other.serial], |row| row.get(0))?;
    ensure!(foreign == 0, "another device's measurement was taken");
    Ok(())
}

/// Another process holds the write lock for a while: devices wait, nothing is lost.
pub fn locked(place: &Place, options: &Options) -> Result<String> {
    place.prepare(FEW)?;
    let mut server = place.serve(&[])?;
    let file = place.path("acknowledged");
    let more = ["--hours", "20", "--speed", "300", "--events", super::EVENTS, "--patience", "100"];
    let mut sender = place.send(server.door(), &place.path("devices.csv"), &file, &more)?;
    until("devices are acknowledged", || Ok(length(&file) > 20_000), || sender.is_there())?;
    let held = hold(place, Duration::from_secs(options.away), || Ok(length(&file)))?;
    let before = length(&file);
    until("it goes on", || Ok(length(&file) > before + 60_000 && count::called(&[&file])), || sender.is_there())?;
    sender.stop()?;
    server.running.is_there()?;
    server.running.kill()?;
    let found = count::all(&place.database(), &[&file])?;
    Ok(format!("locked for {} s, in which {held} bytes of acknowledgements came; {found}", options.away))
}

/// Holds the lock; answers how much a measure grew after the first second of it.
fn hold(place: &Place, time: Duration, measure: impl Fn() -> Result<u64>) -> Result<u64> {
    let mut db = Connection::open(place.database())?;
    db.busy_timeout(Duration::from_secs(10))?;
    let lock = db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let start = Instant::now();
    look_away(Duration::from_secs(1));
    let before = measure()?;
    while start.elapsed() < time {
        look_away(Duration::from_millis(100));
    }
    let grown = measure()? - before;
    ensure!(grown == 0, "{grown} bytes of acknowledgements while nothing could be stored");
    lock.rollback()?;
    Ok(grown)
}
