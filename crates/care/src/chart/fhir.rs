//! An item as FHIR R4 (4.0.1) writes it: built by us, and whatever we build is held against what the standard demands.
//!
//! Only what an exchange needs: Condition, AllergyIntolerance, MedicationStatement, Observation, Procedure, Flag, and the
//! Bundle of all of them. The codes of the systems are those of the standard's own terminology.

use super::codes::{self, Measure};
use super::model::{Item, Kind, NO_ALLERGY, State};
use kernel::ElderId;
use serde_json::{Map, Value, json};

const TERMINOLOGY: &str = "http://terminology.hl7.org/CodeSystem";
const LOINC: &str = "http://loinc.org";
const UCUM: &str = "http://unitsofmeasure.org";
const ICD10: &str = "http://hl7.org/fhir/sid/icd-10";

/// The resource of an item. What another system wrote beside what we know stays: our fields are laid over `stored`.
#[must_use]
pub fn resource(item: &Item, stored: Option<&Value>) -> Value {
    let mut whole = stored.and_then(Value::as_object).cloned().unwrap_or_default();
    for gone in ["clinicalStatus", "abatementDateTime"] {
        whole.remove(gone);
    }
    let Value::Object(mut ours) = own(item) else { return Value::Object(whole) };
    keep_what_is_finer(&whole, &mut ours);
    whole.extend(ours.into_iter().filter(|(_, value)| !value.is_null()));
    owned_by(Value::Object(whole), item.facts.elder)
}

/// Another system's codes are not lost for a text of ours, nor its number for the same in words.
fn keep_what_is_finer(stored: &Map<String, Value>, ours: &mut Map<String, Value>) {
    for key in ["code", "medicationCodeableConcept"] {
        let theirs = stored.get(key).is_some_and(|concept| concept["coding"][0].is_object());
        if theirs && ours.get(key).is_some_and(|concept| concept["coding"].is_null()) {
            ours.remove(key);
        }
    }
    let value = |key: &String| key.starts_with("value") && key != "valueString";
    if stored.keys().any(value) && ours.contains_key("valueString") {
        ours.remove("valueString");
    }
    for key in ["category", "reaction", "dosage"] {
        if stored.contains_key(key) {
            ours.remove(key);
        }
    }
}

/// The same resource as another elder's: after a merge of two files the reference follows the row.
#[must_use]
pub fn owned_by(mut resource: Value, elder: ElderId) -> Value {
    let key = if resource["resourceType"] == "AllergyIntolerance" { "patient" } else { "subject" };
    resource[key] = json!({ "reference": format!("Patient/{}", elder.uuid()) });
    resource
}

fn own(item: &Item) -> Value {
    let mut fields = match item.facts.kind {
        Kind::Condition => condition(item),
        Kind::Allergy => allergy(item),
        Kind::Medication => medication(item),
        Kind::Result => result(item),
        Kind::Lifestyle => lifestyle(item),
        Kind::Procedure => procedure(item),
        Kind::Risk => flag(item),
    };
    fields["id"] = json!(item.id.uuid().to_string());
    fields
}

fn coded(system: &str, code: &str) -> Value {
    json!({ "coding": [{ "system": format!("{TERMINOLOGY}/{system}"), "code": code }] })
}

/// A code with its text, or the text alone.
fn concept(system: &str, code: &str, text: &str) -> Value {
    if code.is_empty() {
        return json!({ "text": text });
    }
    json!({ "coding": [{ "system": system, "code": code, "display": text }], "text": text })
}

fn note(item: &Item) -> Value {
    let facts = &item.facts;
    let texts = [&facts.detail, &facts.in_spite, &item.end_reason];
    let notes: Vec<Value> = texts.iter().filter(|text| !text.is_empty()).map(|text| json!({ "text": text })).collect();
    if notes.is_empty() { Value::Null } else { json!(notes) }
}

fn condition(item: &Item) -> Value {
    let verified = if item.state == State::Error { "entered-in-error" } else { "confirmed" };
    let clinical = match item.state {
        State::Active => coded("condition-clinical", "active"),
        State::Ended => coded("condition-clinical", "resolved"),
        State::Error => Value::Null,
    };
    json!({
        "resourceType": "Condition",
        "clinicalStatus": clinical,
        "verificationStatus": coded("condition-ver-status", verified),
        "code": concept(ICD10, &item.facts.code, &item.facts.name),
        "onsetDateTime": item.facts.began_on.to_string(),
        "abatementDateTime": item.ended_on.filter(|_| item.state == State::Ended).map(|day| day.to_string()),
        "recorder": { "display": item.recorded_by },
        "note": note(item),
    })
}

fn allergy(item: &Item) -> Value {
    let verified = if item.state == State::Error { "entered-in-error" } else { "confirmed" };
    let clinical = match item.state {
        State::Active => coded("allergyintolerance-clinical", "active"),
        State::Ended => coded("allergyintolerance-clinical", "inactive"),
        State::Error => Value::Null,
    };
    let known = item.facts.name != NO_ALLERGY;
    let reaction =
        (known && !item.facts.detail.is_empty()).then(|| json!([{ "manifestation": [{ "text": item.facts.detail }] }]));
    json!({
        "resourceType": "AllergyIntolerance",
        "clinicalStatus": clinical,
        "verificationStatus": coded("allergyintolerance-verification", verified),
        "criticality": known.then_some(if item.facts.severe { "high" } else { "low" }),
        "code": concept("", "", &item.facts.name),
        "onsetDateTime": item.facts.began_on.to_string(),
        "recorder": { "display": item.recorded_by },
        "reaction": reaction,
    })
}

fn medication(item: &Item) -> Value {
    let status = match item.state {
        State::Active => "active",
        State::Ended => "completed",
        State::Error => "entered-in-error",
    };
    let dosage = (!item.facts.detail.is_empty()).then(|| json!([{ "text": item.facts.detail }]));
    json!({
        "resourceType": "MedicationStatement",
        "status": status,
        "medicationCodeableConcept": concept("", "", &item.facts.name),
        "effectivePeriod": period(item),
        "informationSource": { "display": item.recorded_by },
        "dosage": dosage,
        "note": note(item),
    })
}

fn period(item: &Item) -> Value {
    match item.ended_on {
        Some(end) => json!({ "start": item.facts.began_on.to_string(), "end": end.to_string() }),
        None => json!({ "start": item.facts.began_on.to_string() }),
    }
}

const fn observed(state: State) -> &'static str {
    match state {
        State::Active | State::Ended => "final",
        State::Error => "entered-in-error",
    }
}

fn quantity(measure: &Measure, hundredths: i64) -> Value {
    // Two decimals at most: the shortest decimal that reads back as the same number is the one that was typed.
    let value = serde_json::from_str::<Value>(&codes::show(hundredths)).unwrap_or(Value::Null);
    json!({ "value": value, "unit": measure.unit, "system": UCUM, "code": measure.ucum })
}

fn result(item: &Item) -> Value {
    let facts = &item.facts;
    let mut whole = json!({
        "resourceType": "Observation",
        "status": observed(item.state),
        "code": concept(LOINC, &facts.code, &facts.name),
        "effectiveDateTime": facts.began_on.to_string(),
        "performer": [{ "display": item.recorded_by }],
        "note": note(item),
    });
    let Some(measure) = codes::measure(&facts.code) else {
        whole["category"] = json!([coded("observation-category", "exam")]);
        whole["valueString"] = json!(facts.detail);
        return whole;
    };
    whole["category"] =
        json!([coded("observation-category", if measure.vital { "vital-signs" } else { "laboratory" })]);
    if measure.code == codes::SATURATION {
        // The profile of vital signs wants the general code beside that of the oximeter.
        whole["code"]["coding"] =
            json!([{ "system": LOINC, "code": "2708-6" }, { "system": LOINC, "code": measure.code }]);
    }
    if measure.code == codes::PRESSURE {
        let part = |code: &str, name: &str, value: Option<i64>| json!({ "code": concept(LOINC, code, name), "valueQuantity": quantity(measure, value.unwrap_or_default()) });
        whole["component"] = json!([part("8480-6", "收缩压", facts.value), part("8462-4", "舒张压", facts.second)]);
    } else if let Some(value) = facts.value {
        whole["valueQuantity"] = quantity(measure, value);
    }
    whole
}

fn lifestyle(item: &Item) -> Value {
    json!({
        "resourceType": "Observation",
        "status": observed(item.state),
        "category": [coded("observation-category", "social-history")],
        "code": concept("", "", &item.facts.name),
        "effectiveDateTime": item.facts.began_on.to_string(),
        "valueString": if item.facts.detail.is_empty() { "是" } else { item.facts.detail.as_str() },
        "performer": [{ "display": item.recorded_by }],
    })
}

fn procedure(item: &Item) -> Value {
    json!({
        "resourceType": "Procedure",
        "status": if item.state == State::Error { "entered-in-error" } else { "completed" },
        "code": concept("", "", &item.facts.name),
        "performedDateTime": item.facts.began_on.to_string(),
        "recorder": { "display": item.recorded_by },
        "note": note(item),
    })
}

fn flag(item: &Item) -> Value {
    let status = match item.state {
        State::Active => "active",
        State::Ended => "inactive",
        State::Error => "entered-in-error",
    };
    let text = format!("{} {}", item.facts.name, item.facts.detail);
    json!({
        "resourceType": "Flag",
        "status": status,
        "category": [coded("flag-category", "safety")],
        "code": concept("", "", text.trim()),
        "period": period(item),
        "author": { "display": item.recorded_by },
    })
}

/// What every resource of a kind must have, and the words that its state may be.
const DEMANDS: &[(&str, &[&str], &[&str])] = &[
    ("Condition", &["subject"], &[]),
    ("AllergyIntolerance", &["patient"], &[]),
    (
        "MedicationStatement",
        &["status", "medicationCodeableConcept", "subject"],
        &["active", "completed", "entered-in-error", "intended", "stopped", "on-hold", "unknown", "not-taken"],
    ),
    (
        "Observation",
        &["status", "code", "subject"],
        &["registered", "preliminary", "final", "amended", "corrected", "cancelled", "entered-in-error", "unknown"],
    ),
    (
        "Procedure",
        &["status", "subject"],
        &["preparation", "in-progress", "not-done", "on-hold", "stopped", "completed", "entered-in-error", "unknown"],
    ),
    ("Flag", &["status", "code", "subject"], &["active", "inactive", "entered-in-error"]),
];

/// What a resource lacks of what FHIR R4 demands of its kind, in words; none if nothing.
#[must_use]
pub fn fault(resource: &Value) -> Option<String> {
    let kind = resource["resourceType"].as_str().unwrap_or_default();
    let Some((_, fields, states)) = DEMANDS.iter().find(|(name, ..)| *name == kind) else {
        return Some(format!("不支持的资源类型“{kind}”"));
    };
    let missing = fields.iter().find(|field| resource.get(**field).is_none_or(Value::is_null));
    if let Some(field) = missing {
        return Some(format!("{kind} 缺少 {field}"));
    }
    let status = resource["status"].as_str().unwrap_or_default();
    if !states.is_empty() && !states.contains(&status) {
        return Some(format!("{kind}.status 不能是“{status}”"));
    }
    invariants(kind, resource).map(str::to_owned)
}

/// The invariants that a single resource can break.
fn invariants(kind: &str, resource: &Value) -> Option<&'static str> {
    let has = |field: &str| resource.get(field).is_some_and(|value| !value.is_null());
    let wrong = resource["verificationStatus"]["coding"][0]["code"] == "entered-in-error";
    let resolved = resource["clinicalStatus"]["coding"][0]["code"] != "active";
    let value = ["valueQuantity", "valueString", "component", "dataAbsentReason"].iter().any(|field| has(field));
    let vital = resource["category"][0]["coding"][0]["code"] == "vital-signs";
    match kind {
        "Condition" if wrong && has("clinicalStatus") => Some("con-5：录入有误的诊断不再有临床状态"),
        "Condition" if has("abatementDateTime") && !resolved => Some("con-4：已缓解的诊断不能是活动状态"),
        "AllergyIntolerance" if !wrong && !has("clinicalStatus") => Some("ait-1：过敏应有临床状态"),
        "AllergyIntolerance" if wrong && has("clinicalStatus") => Some("ait-2：录入有误的过敏不再有临床状态"),
        "Observation" if vital && !value => Some("vs-2：生命体征应有数值"),
        _ => None,
    }
}

/// All resources of a record in one, as a file.
#[must_use]
pub fn bundle(resources: Vec<Value>) -> Value {
    let entries: Vec<Value> = resources
        .into_iter()
        .map(|resource| {
            let id = resource["id"].as_str().unwrap_or_default().to_owned();
            Value::Object(Map::from_iter([
                ("fullUrl".to_owned(), json!(format!("urn:uuid:{id}"))),
                ("resource".to_owned(), resource),
            ]))
        })
        .collect();
    json!({ "resourceType": "Bundle", "type": "collection", "entry": entries })
}
