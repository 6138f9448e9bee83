//! A FHIR R4 Observation as a way in: for devices and apps that speak it. Vital signs by their LOINC codes, blood pressure with
//! its two components. Pure.

use super::model::Vital;
use super::sample::{Flaw, Sample};
use crate::devices::model::Fault;
use chrono::DateTime;
use kernel::Instant;
use serde_json::Value;

/// Reads one Observation. What is right of it and what is wrong.
#[must_use]
pub fn read(payload: &[u8]) -> (Vec<Sample>, Vec<Flaw>) {
    let whole: Value = match serde_json::from_slice(payload) {
        Ok(value) => value,
        Err(e) => return (vec![], vec![Flaw::new(Fault::Malformed, format!("不是 JSON：{e}"))]),
    };
    match parts(&whole) {
        Ok(parts) => parts,
        Err(flaw) => (vec![], vec![flaw]),
    }
}

fn parts(whole: &Value) -> Result<(Vec<Sample>, Vec<Flaw>), Flaw> {
    let malformed = |what: &str| Flaw::new(Fault::Malformed, what.to_owned());
    if whole["resourceType"] != "Observation" {
        return Err(malformed("resourceType 不是 Observation"));
    }
    if !matches!(whole["status"].as_str(), Some("final" | "amended" | "corrected" | "preliminary")) {
        return Err(malformed("Observation.status 不是 final、amended、corrected 或 preliminary"));
    }
    let at = whole["effectiveDateTime"].as_str().or(whole["effectiveInstant"].as_str());
    let at: Instant = at
        .and_then(|text| DateTime::parse_from_rfc3339(text).ok())
        .ok_or_else(|| malformed("Observation.effectiveDateTime 没有写明时刻和时区"))?
        .to_utc();
    let components = whole["component"].as_array().map(Vec::as_slice).unwrap_or_default();
    let all: Vec<&Value> = if components.is_empty() { vec![whole] } else { components.iter().collect() };
    let (mut samples, mut flaws) = (vec![], vec![]);
    for part in all {
        match one(part, at) {
            Ok(sample) => samples.push(sample),
            Err(flaw) => flaws.push(flaw),
        }
    }
    Ok((samples, flaws))
}

fn one(part: &Value, at: Instant) -> Result<Sample, Flaw> {
    let codings = part["code"]["coding"].as_array().map(Vec::as_slice).unwrap_or_default();
    let code = |coding: &Value| {
        let loinc = coding["system"] == "http://loinc.org";
        let code = coding["code"].as_str().filter(|code| loinc && !code.is_empty())?.to_owned();
        Vital::ALL.iter().copied().find(|vital| vital.loinc() == code || also(*vital, &code))
    };
    let vital = codings.iter().find_map(code).ok_or_else(|| {
        let shown = codings.first().map(Value::to_string).unwrap_or_default();
        Flaw::new(Fault::UnknownName, kernel::text::clip(&shown, 80))
    })?;
    let quantity = &part["valueQuantity"];
    let value = quantity["value"].as_f64();
    let value =
        value.ok_or_else(|| Flaw::new(Fault::Malformed, format!("{}没有 valueQuantity.value", vital.name())))?;
    let unit = quantity["code"].as_str().or(quantity["unit"].as_str());
    if !unit.is_none_or(|unit| fits(vital, unit)) {
        let unit = kernel::text::clip(unit.unwrap_or_default(), 20);
        return Err(Flaw::new(Fault::WrongUnit, format!("{}的单位“{unit}”", vital.name())));
    }
    Sample::of(vital, value, (at, false))
}

/// Other LOINC codes of the same measure.
fn also(vital: Vital, code: &str) -> bool {
    matches!((vital, code), (Vital::Spo2, "2708-6") | (Vital::Glucose, "15074-8") | (Vital::Pulse, "8889-8"))
}

/// UCUM units in which the measure's value needs no conversion.
fn fits(vital: Vital, unit: &str) -> bool {
    matches!(
        (vital, unit),
        (Vital::Sbp | Vital::Dbp, "mm[Hg]" | "mmHg")
            | (Vital::Pulse | Vital::Respiration, "/min" | "{beats}/min" | "beats/minute")
            | (Vital::Spo2, "%")
            | (Vital::Temperature, "Cel")
            | (Vital::Glucose, "mmol/L")
            | (Vital::Weight, "kg")
            | (Vital::Steps, "1" | "{steps}")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRESSURE: &str = r#"{"resourceType":"Observation","status":"final","effectiveDateTime":"2025-11-29T15:06:40+08:00",
      "code":{"coding":[{"system":"http://loinc.org","code":"85354-9"}]},"component":[
      {"code":{"coding":[{"system":"http://loinc.org","code":"8480-6"}]},"valueQuantity":{"value":132,"code":"mm[Hg]"}},
      {"code":{"coding":[{"system":"http://loinc.org","code":"8462-4"}]},"valueQuantity":{"value":81,"code":"mm[Hg]"}}]}"#;

    #[test]
    fn blood_pressure_has_two_components() {
        let (samples, flaws) = read(PRESSURE.as_bytes());
        assert_eq!(flaws, []);
        let found: Vec<_> = samples.iter().map(|s| (s.vital, s.value, s.at.timestamp())).collect();
        assert_eq!(found, [(Vital::Sbp, 132, 1_764_400_000), (Vital::Dbp, 81, 1_764_400_000)]);
    }

    #[test]
    fn what_does_not_fit_is_said() {
        for (from, to, fault) in [
            ("\"final\"", "\"entered-in-error\"", Fault::Malformed),
            ("Observation\"", "Patient\"", Fault::Malformed),
            ("T15:06:40+08:00", "", Fault::Malformed),
            ("8480-6", "9999-9", Fault::UnknownName),
            ("mm[Hg]", "kPa", Fault::WrongUnit),
            ("\"value\":132", "\"value\":\"132\"", Fault::Malformed),
        ] {
            let (_, flaws) = read(PRESSURE.replacen(from, to, 1).as_bytes());
            assert_eq!(flaws.first().map(|f| f.fault), Some(fault), "{to}");
        }
        assert_eq!(read(b"x").1[0].fault, Fault::Malformed);
    }
}
