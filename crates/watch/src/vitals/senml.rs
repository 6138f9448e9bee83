//! SenML JSON (RFC 8428), the way in for most devices: a pack of records with base fields, resolved and checked. Pure.

use super::model::Vital;
use super::sample::{Flaw, Sample};
use crate::devices::model::Fault;
use chrono::DateTime;
use kernel::Instant;
use serde::Deserialize;

/// The most records in one pack: a device that was offline for long sends several packs.
pub const MOST: usize = 1_000;
/// Times below this are relative to now (RFC 8428, section 4.5.3).
const ABSOLUTE: f64 = 268_435_456.0;

#[derive(Deserialize)]
struct Record {
    #[serde(default)]
    bn: Option<String>,
    #[serde(default)]
    bt: Option<f64>,
    #[serde(default)]
    bu: Option<String>,
    #[serde(default)]
    bv: Option<f64>,
    #[serde(default)]
    bver: Option<f64>,
    #[serde(default)]
    n: Option<String>,
    #[serde(default)]
    u: Option<String>,
    #[serde(default)]
    v: Option<f64>,
    #[serde(default)]
    vb: Option<bool>,
    #[serde(default)]
    t: Option<f64>,
}

/// The base fields that hold for the records after them.
#[derive(Default)]
struct Base {
    name: String,
    time: f64,
    unit: Option<String>,
    value: f64,
}

/// Reads a pack that came in at `received`. What is right of it and what is wrong: one bad record does not spoil the others.
#[must_use]
pub fn read(payload: &[u8], received: Instant) -> (Vec<Sample>, Vec<Flaw>) {
    let records: Vec<Record> = match serde_json::from_slice(payload) {
        Ok(records) => records,
        Err(e) => return (vec![], vec![Flaw::new(Fault::Malformed, format!("不是 SenML JSON：{e}"))]),
    };
    if records.is_empty() || records.len() > MOST {
        let what = format!("一包应有 1 至 {MOST} 条记录，这一包有 {} 条", records.len());
        return (vec![], vec![Flaw::new(Fault::Malformed, what)]);
    }
    let (mut samples, mut flaws, mut base) = (Vec::with_capacity(records.len()), vec![], Base::default());
    for (place, record) in records.iter().enumerate() {
        take(&mut base, record);
        match resolve(&base, record, received) {
            Ok(Some(sample)) => samples.push(sample),
            Ok(None) => {}
            Err(flaw) => flaws.push(flaw.at(format!("第 {} 条", place + 1))),
        }
    }
    (samples, flaws)
}

fn take(base: &mut Base, record: &Record) {
    if let Some(name) = &record.bn {
        base.name.clone_from(name);
    }
    if let Some(time) = record.bt {
        base.time = time;
    }
    if let Some(unit) = &record.bu {
        base.unit = Some(unit.clone());
    }
    if let Some(value) = record.bv {
        base.value = value;
    }
}

/// A record with its base fields: a sample, nothing (a record of base fields only), or what is wrong.
fn resolve(base: &Base, record: &Record, received: Instant) -> Result<Option<Sample>, Flaw> {
    if record.bver.is_some_and(|version| version > 10.0) {
        return Err(Flaw::new(Fault::Malformed, "SenML 版本高于 10".into()));
    }
    let value = match (record.v, record.vb) {
        (Some(v), None) => base.value + v,
        (None, Some(yes)) => f64::from(u8::from(yes)),
        (None, None) => return Ok(None),
        (Some(_), Some(_)) => return Err(Flaw::new(Fault::Malformed, "同时有 v 和 vb".into())),
    };
    let full = format!("{}{}", base.name, record.n.as_deref().unwrap_or_default());
    let word = full.rsplit([':', '/']).next().unwrap_or_default();
    let Some(vital) = Vital::of_code(word) else {
        return Err(Flaw::new(Fault::UnknownName, format!("“{}”", kernel::text::clip(word, 40))));
    };
    let value = in_unit(vital, record.u.as_deref().or(base.unit.as_deref()), value)?;
    let at = instant(base.time + record.t.unwrap_or_default(), received)?;
    Sample::of(vital, value, at).map(Some)
}

fn instant(seconds: f64, received: Instant) -> Result<(Instant, bool), Flaw> {
    let relative = seconds < ABSOLUTE;
    let millis = if relative { received.timestamp_millis() as f64 + seconds * 1e3 } else { seconds * 1e3 };
    let wrong = || Flaw::new(Fault::Malformed, format!("时间 {seconds} 不能理解"));
    if !millis.is_finite() || millis.abs() > 1e15 {
        return Err(wrong());
    }
    let at = DateTime::from_timestamp_millis(millis.round() as i64).ok_or_else(wrong)?;
    Ok((at, relative))
}

/// The value in the measure's own unit; units are those of the SenML registry, with the few that devices use instead.
fn in_unit(vital: Vital, unit: Option<&str>, value: f64) -> Result<f64, Flaw> {
    let factor = match (vital, unit) {
        (_, None | Some("")) => Some(1.0),
        (Vital::Sbp | Vital::Dbp, Some("mmHg" | "mm[Hg]")) => Some(1.0),
        (Vital::Sbp | Vital::Dbp, Some("kPa")) => Some(7.500_62),
        (Vital::Pulse | Vital::Respiration, Some("beat/min" | "/min" | "bpm")) => Some(1.0),
        (Vital::Pulse | Vital::Respiration, Some("Hz" | "1/s")) => Some(60.0),
        (Vital::Spo2, Some("%")) => Some(1.0),
        (Vital::Spo2 | Vital::Battery, Some("/")) => Some(100.0),
        (Vital::Temperature, Some("Cel" | "℃" | "C")) => Some(1.0),
        (Vital::Glucose, Some("mmol/L")) => Some(1.0),
        (Vital::Glucose, Some("mg/dL")) => Some(1.0 / 18.018),
        (Vital::Weight, Some("kg")) => Some(1.0),
        (Vital::Weight, Some("g")) => Some(1e-3),
        (Vital::Steps | Vital::Motion | Vital::Sos | Vital::Fall, Some("count" | "/")) => Some(1.0),
        (Vital::Latitude, Some("lat" | "deg")) | (Vital::Longitude, Some("lon" | "deg")) => Some(1.0),
        (Vital::Battery, Some("%EL" | "%")) => Some(1.0),
        _ => None,
    };
    match factor {
        Some(factor) => Ok(value * factor),
        None => {
            let unit = kernel::text::clip(unit.unwrap_or_default(), 20);
            Err(Flaw::new(Fault::WrongUnit, format!("{}的单位“{unit}”", vital.name())))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Instant {
        DateTime::from_timestamp_millis(1_764_400_060_000).expect("an instant")
    }

    fn of(text: &str) -> (Vec<(Vital, i64, i64)>, Vec<Fault>) {
        let (samples, flaws) = read(text.as_bytes(), now());
        let seconds = |s: &Sample| s.at.timestamp();
        (samples.iter().map(|s| (s.vital, s.value, seconds(s))).collect(), flaws.iter().map(|f| f.fault).collect())
    }

    #[test]
    fn base_fields_hold_for_the_records_after_them() {
        let text = r#"[{"bn":"urn:yiyang:W-1:","bt":1764400000,"bu":"beat/min","n":"pulse","v":72},
                       {"n":"pulse","v":75,"t":30},{"n":"spo2","u":"%","v":97}]"#;
        let expected = vec![
            (Vital::Pulse, 72, 1_764_400_000),
            (Vital::Pulse, 75, 1_764_400_030),
            (Vital::Spo2, 97, 1_764_400_000),
        ];
        assert_eq!(of(text), (expected, vec![]));
    }

    #[test]
    fn small_times_are_relative_to_now_and_units_are_converted() {
        let text = r#"[{"n":"temperature","u":"Cel","v":36.84,"t":-60},{"n":"sbp","u":"kPa","v":16},{"n":"sos","vb":true},
                       {"n":"glucose","u":"mg/dL","v":126}]"#;
        let expected = vec![
            (Vital::Temperature, 368, 1_764_400_000),
            (Vital::Sbp, 120, 1_764_400_060),
            (Vital::Sos, 1, 1_764_400_060),
            (Vital::Glucose, 70, 1_764_400_060),
        ];
        assert_eq!(of(text), (expected, vec![]));
    }

    #[test]
    fn one_bad_record_does_not_spoil_the_others() {
        let text =
            r#"[{"n":"pulse","u":"V","v":1},{"n":"mood","v":3},{"n":"pulse","v":70},{"n":"pulse","v":1,"vb":true}]"#;
        let (samples, flaws) = of(text);
        assert_eq!(samples.len(), 1);
        assert_eq!(flaws, [Fault::WrongUnit, Fault::UnknownName, Fault::Malformed]);
    }

    #[test]
    fn what_is_no_pack_is_malformed() {
        for text in ["", "{}", "[]", "[1]", "null", "[{\"n\":\"pulse\",\"v\":1e999}]", "\u{0}"] {
            let (samples, flaws) = of(text);
            assert_eq!((samples.len(), flaws), (0, vec![Fault::Malformed]), "{text}");
        }
        let many = format!("[{}]", vec![r#"{"n":"pulse","v":70}"#; MOST + 1].join(","));
        assert_eq!(of(&many).1, [Fault::Malformed]);
    }
}
