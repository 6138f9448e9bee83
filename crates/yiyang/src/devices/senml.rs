//! A message as SenML (RFC 8428), and what of it is to be found in the store. Pure.

use super::life::{Message, Spoiled};
use serde_json::{Value, json};
use watch::vitals::model::Vital;

/// A measurement as it is stored when the message was taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// Of what.
    pub vital: Vital,
    /// When by the device's clock, in milliseconds.
    pub at: i64,
    /// As [`Vital`] stores it.
    pub value: i64,
}

/// The unit in which a device sends it; none for events and counts.
pub const fn unit(vital: Vital) -> Option<&'static str> {
    match vital {
        Vital::Sbp | Vital::Dbp => Some("mm[Hg]"),
        Vital::Pulse => Some("beat/min"),
        Vital::Respiration => Some("/min"),
        Vital::Spo2 => Some("%"),
        Vital::Temperature => Some("Cel"),
        Vital::Glucose => Some("mmol/L"),
        Vital::Weight => Some("kg"),
        Vital::Latitude => Some("lat"),
        Vital::Longitude => Some("lon"),
        Vital::Battery => Some("%EL"),
        Vital::Steps | Vital::Motion | Vital::Sos | Vital::Fall => None,
    }
}

/// The text that goes out, and what is to be stored of it: nothing when it is spoiled.
pub fn payload(serial: &str, message: &Message, stamp: impl Fn(i64) -> i64) -> (String, Vec<Held>) {
    let held: Vec<Held> = message
        .readings
        .iter()
        .filter_map(|(at, vital, value)| {
            Some(Held { vital: *vital, at: stamp(at * 1000) + message.skew, value: vital.stored(*value)? })
        })
        .collect();
    let text = write(serial, &held);
    match message.spoiled {
        None => (text, held),
        Some(how) => (spoil(serial, &text, how, held.first().map_or(0, |one| one.at)), vec![]),
    }
}

/// Measurements as a pack.
pub fn write(serial: &str, held: &[Held]) -> String {
    let base = held.first().map_or(0, |one| one.at);
    let records = held.iter().enumerate().map(|(n, one)| record(serial, one, base, n == 0));
    Value::Array(records.collect()).to_string()
}

fn record(serial: &str, one: &Held, base: i64, first: bool) -> Value {
    let mut record = json!({ "n": one.vital.code() });
    if first {
        record["bn"] = json!(name(serial));
        record["bt"] = seconds(base);
    }
    if one.at != base {
        record["t"] = seconds(one.at - base);
    }
    match unit(one.vital) {
        None if matches!(one.vital, Vital::Sos | Vital::Fall | Vital::Motion) => record["vb"] = json!(one.value != 0),
        unit => {
            record["v"] = value(one);
            if let Some(unit) = unit {
                record["u"] = json!(unit);
            }
        }
    }
    record
}

/// A whole number where it is one: no device sends `72.0`.
fn value(one: &Held) -> Value {
    match one.vital.decimals() {
        0 => json!(one.value),
        decimals => json!(one.value as f64 / 10_f64.powi(decimals as i32)),
    }
}

fn seconds(milliseconds: i64) -> Value {
    if milliseconds % 1000 == 0 { json!(milliseconds / 1000) } else { json!(milliseconds as f64 / 1000.0) }
}

fn name(serial: &str) -> String {
    format!("urn:yiyang:{serial}:")
}

fn spoil(serial: &str, text: &str, how: Spoiled, at: i64) -> String {
    let one = |record: Value| {
        let mut record = record;
        record["bn"] = json!(name(serial));
        record["bt"] = seconds(at);
        json!([record]).to_string()
    };
    match how {
        Spoiled::Cut => text.chars().take(text.len() / 2).collect(),
        Spoiled::Noise => "AT+CSQ: 17,99\r\n".to_owned(),
        Spoiled::UnknownName => one(json!({"n": "aura", "v": 7})),
        Spoiled::WrongUnit => one(json!({"n": "temperature", "u": "m/s", "v": 36.6})),
        Spoiled::Impossible => one(json!({"n": "pulse", "u": "beat/min", "v": 900})),
    }
}
