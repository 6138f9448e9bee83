//! The elements of each resource and of the types they are made of, as FHIR R4 (4.0.1) has them: what is sent is held against
//! them, and every mistake gets its FHIRPath. Pure.
//!
//! Only what the exchange takes is listed; extensions, narrative and contained resources pass unread.

use super::outcome::Issue;
use serde_json::{Map, Value};

/// What an element is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Is {
    /// A text, a code, an address.
    Text,
    /// A day, perhaps with the hour.
    Time,
    /// A number.
    Number,
    /// True or false.
    Truth,
    /// Made of these elements.
    Made(&'static [Element]),
    /// Not read.
    Unread,
}

/// Name, type, whether it is a list, whether it must be there.
type Element = (&'static str, Is, bool, bool);

const fn one(name: &'static str, is: Is) -> Element {
    (name, is, false, false)
}
const fn must(name: &'static str, is: Is) -> Element {
    (name, is, false, true)
}
const fn many(name: &'static str, is: Is) -> Element {
    (name, is, true, false)
}

const CODING: Is = Is::Made(&[
    one("system", Is::Text),
    one("version", Is::Text),
    one("code", Is::Text),
    one("display", Is::Text),
    one("userSelected", Is::Truth),
]);
const CONCEPT: Is = Is::Made(&[many("coding", CODING), one("text", Is::Text)]);
const PERIOD: Is = Is::Made(&[one("start", Is::Time), one("end", Is::Time)]);
const IDENTIFIER: Is = Is::Made(&[
    one("use", Is::Text),
    one("type", CONCEPT),
    one("system", Is::Text),
    one("value", Is::Text),
    one("period", PERIOD),
    one("assigner", Is::Unread),
]);
const REFERENCE: Is = Is::Made(&[
    one("reference", Is::Text),
    one("type", Is::Text),
    one("identifier", IDENTIFIER),
    one("display", Is::Text),
]);
const QUANTITY: Is = Is::Made(&[
    one("value", Is::Number),
    one("comparator", Is::Text),
    one("unit", Is::Text),
    one("system", Is::Text),
    one("code", Is::Text),
]);
const NOTE: Is = Is::Made(&[
    one("authorReference", REFERENCE),
    one("authorString", Is::Text),
    one("time", Is::Time),
    must("text", Is::Text),
]);
const DOSAGE: Is = Is::Made(&[
    one("sequence", Is::Number),
    one("text", Is::Text),
    many("additionalInstruction", CONCEPT),
    one("patientInstruction", Is::Text),
    one("timing", Is::Unread),
    one("asNeededBoolean", Is::Truth),
    one("asNeededCodeableConcept", CONCEPT),
    one("site", CONCEPT),
    one("route", CONCEPT),
    one("method", CONCEPT),
    many("doseAndRate", Is::Unread),
    one("maxDosePerPeriod", Is::Unread),
    one("maxDosePerAdministration", Is::Unread),
    one("maxDosePerLifetime", Is::Unread),
]);
const REACTION: Is = Is::Made(&[
    one("substance", CONCEPT),
    (("manifestation"), CONCEPT, true, true),
    one("description", Is::Text),
    one("onset", Is::Time),
    one("severity", Is::Text),
    one("exposureRoute", CONCEPT),
    many("note", NOTE),
]);
const COMPONENT: Is = Is::Made(&[
    must("code", CONCEPT),
    one("valueQuantity", QUANTITY),
    one("valueCodeableConcept", CONCEPT),
    one("valueString", Is::Text),
    one("dataAbsentReason", CONCEPT),
    many("interpretation", CONCEPT),
    many("referenceRange", Is::Unread),
]);

/// Elements that every resource may have; `identifier` is what it counts once by.
const COMMON: &[Element] = &[
    one("resourceType", Is::Text),
    one("id", Is::Text),
    one("meta", Is::Unread),
    one("implicitRules", Is::Text),
    one("language", Is::Text),
    one("text", Is::Unread),
    many("contained", Is::Unread),
    ("identifier", IDENTIFIER, true, true),
];

const CONDITION: &[Element] = &[
    one("clinicalStatus", CONCEPT),
    one("verificationStatus", CONCEPT),
    many("category", CONCEPT),
    one("severity", CONCEPT),
    must("code", CONCEPT),
    many("bodySite", CONCEPT),
    must("subject", REFERENCE),
    one("encounter", REFERENCE),
    one("onsetDateTime", Is::Time),
    one("onsetAge", QUANTITY),
    one("onsetPeriod", PERIOD),
    one("onsetRange", Is::Unread),
    one("onsetString", Is::Text),
    one("abatementDateTime", Is::Time),
    one("abatementAge", QUANTITY),
    one("abatementPeriod", PERIOD),
    one("abatementRange", Is::Unread),
    one("abatementString", Is::Text),
    one("recordedDate", Is::Time),
    one("recorder", REFERENCE),
    one("asserter", REFERENCE),
    many("stage", Is::Unread),
    many("evidence", Is::Unread),
    many("note", NOTE),
];
const ALLERGY: &[Element] = &[
    one("clinicalStatus", CONCEPT),
    one("verificationStatus", CONCEPT),
    one("type", Is::Text),
    many("category", Is::Text),
    one("criticality", Is::Text),
    must("code", CONCEPT),
    must("patient", REFERENCE),
    one("encounter", REFERENCE),
    one("onsetDateTime", Is::Time),
    one("onsetAge", QUANTITY),
    one("onsetPeriod", PERIOD),
    one("onsetRange", Is::Unread),
    one("onsetString", Is::Text),
    one("recordedDate", Is::Time),
    one("recorder", REFERENCE),
    one("asserter", REFERENCE),
    one("lastOccurrence", Is::Time),
    many("note", NOTE),
    many("reaction", REACTION),
];
const MEDICATION: &[Element] = &[
    many("basedOn", REFERENCE),
    many("partOf", REFERENCE),
    must("status", Is::Text),
    many("statusReason", CONCEPT),
    one("category", CONCEPT),
    one("medicationCodeableConcept", CONCEPT),
    one("medicationReference", REFERENCE),
    must("subject", REFERENCE),
    one("context", REFERENCE),
    one("effectiveDateTime", Is::Time),
    one("effectivePeriod", PERIOD),
    one("dateAsserted", Is::Time),
    one("informationSource", REFERENCE),
    many("derivedFrom", REFERENCE),
    many("reasonCode", CONCEPT),
    many("reasonReference", REFERENCE),
    many("note", NOTE),
    many("dosage", DOSAGE),
];
const OBSERVATION: &[Element] = &[
    many("basedOn", REFERENCE),
    many("partOf", REFERENCE),
    must("status", Is::Text),
    many("category", CONCEPT),
    must("code", CONCEPT),
    must("subject", REFERENCE),
    many("focus", REFERENCE),
    one("encounter", REFERENCE),
    one("effectiveDateTime", Is::Time),
    one("effectivePeriod", PERIOD),
    one("effectiveInstant", Is::Time),
    one("effectiveTiming", Is::Unread),
    one("issued", Is::Time),
    many("performer", REFERENCE),
    one("valueQuantity", QUANTITY),
    one("valueCodeableConcept", CONCEPT),
    one("valueString", Is::Text),
    one("valueBoolean", Is::Truth),
    one("valueInteger", Is::Number),
    one("valueRange", Is::Unread),
    one("valueRatio", Is::Unread),
    one("valueSampledData", Is::Unread),
    one("valueTime", Is::Text),
    one("valueDateTime", Is::Time),
    one("valuePeriod", PERIOD),
    one("dataAbsentReason", CONCEPT),
    many("interpretation", CONCEPT),
    many("note", NOTE),
    one("bodySite", CONCEPT),
    one("method", CONCEPT),
    one("specimen", REFERENCE),
    one("device", REFERENCE),
    many("referenceRange", Is::Unread),
    many("hasMember", REFERENCE),
    many("derivedFrom", REFERENCE),
    many("component", COMPONENT),
];
const PROCEDURE: &[Element] = &[
    many("basedOn", REFERENCE),
    many("partOf", REFERENCE),
    must("status", Is::Text),
    one("statusReason", CONCEPT),
    one("category", CONCEPT),
    must("code", CONCEPT),
    must("subject", REFERENCE),
    one("encounter", REFERENCE),
    one("performedDateTime", Is::Time),
    one("performedPeriod", PERIOD),
    one("performedString", Is::Text),
    one("recorder", REFERENCE),
    one("asserter", REFERENCE),
    many("performer", Is::Unread),
    one("location", REFERENCE),
    many("reasonCode", CONCEPT),
    many("reasonReference", REFERENCE),
    many("bodySite", CONCEPT),
    one("outcome", CONCEPT),
    many("report", REFERENCE),
    many("complication", CONCEPT),
    many("followUp", CONCEPT),
    many("note", NOTE),
];
const FLAG: &[Element] = &[
    must("status", Is::Text),
    many("category", CONCEPT),
    must("code", CONCEPT),
    must("subject", REFERENCE),
    one("period", PERIOD),
    one("encounter", REFERENCE),
    one("author", REFERENCE),
];
const ENCOUNTER: &[Element] = &[
    must("status", Is::Text),
    many("statusHistory", Is::Unread),
    must("class", CODING),
    many("classHistory", Is::Unread),
    many("type", CONCEPT),
    one("serviceType", CONCEPT),
    one("priority", CONCEPT),
    must("subject", REFERENCE),
    many("episodeOfCare", REFERENCE),
    many("basedOn", REFERENCE),
    many("participant", Is::Unread),
    many("appointment", REFERENCE),
    must("period", PERIOD),
    one("length", QUANTITY),
    many("reasonCode", CONCEPT),
    many("reasonReference", REFERENCE),
    many("diagnosis", Is::Unread),
    many("account", REFERENCE),
    one("hospitalization", Is::Unread),
    many("location", Is::Unread),
    must("serviceProvider", REFERENCE),
    one("partOf", REFERENCE),
];

/// Elements of which a resource has one at most.
const CHOICES: &[&str] = &["onset", "abatement", "medication", "effective", "value", "performed"];

fn elements(kind: &str) -> Option<&'static [Element]> {
    Some(match kind {
        "Condition" => CONDITION,
        "AllergyIntolerance" => ALLERGY,
        "MedicationStatement" => MEDICATION,
        "Observation" => OBSERVATION,
        "Procedure" => PROCEDURE,
        "Flag" => FLAG,
        "Encounter" => ENCOUNTER,
        _ => return None,
    })
}

/// Everything that is wrong with the elements of a resource, each with its FHIRPath; none if nothing. The values of codes are
/// looked at where they are understood ([`super::inbound`]).
#[must_use]
pub fn faults(resource: &Value) -> Vec<Issue> {
    let kind = resource["resourceType"].as_str().unwrap_or_default();
    let (Some(own), Some(fields)) = (elements(kind), resource.as_object()) else {
        return vec![Issue::at("resourceType", "not-supported", format!("不接收的资源类型“{}”", short(kind)))];
    };
    let mut issues = vec![];
    check(fields, &[COMMON, own], kind, &mut issues);
    for choice in CHOICES {
        let rest = |name: &str| name.strip_prefix(choice).is_some_and(|rest| rest.starts_with(char::is_uppercase));
        let filled: Vec<&String> = fields.keys().filter(|name| rest(name)).collect();
        if filled.len() > 1 {
            issues.push(Issue::at(format!("{kind}.{choice}[x]"), "structure", "只能有其中一种写法"));
        }
    }
    issues
}

fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

fn check(fields: &Map<String, Value>, lists: &[&[Element]], path: &str, issues: &mut Vec<Issue>) {
    let known = || lists.iter().flat_map(|list| list.iter());
    for (name, value) in fields {
        let unread = name.starts_with('_') || matches!(name.as_str(), "extension" | "modifierExtension" | "id");
        let at = format!("{path}.{}", short(name));
        match known().find(|(known, ..)| known == name) {
            Some((_, is, list, _)) => element(value, *is, *list, &at, issues),
            None if name == "modifierExtension" => {
                issues.push(Issue::at(at, "not-supported", "不认识的 modifierExtension 会改变含义，不能接收"));
            }
            None if unread => {}
            None => issues.push(Issue::at(at, "structure", "FHIR R4 没有这个元素")),
        }
    }
    for (name, ..) in known().filter(|(name, _, _, must)| *must && !fields.contains_key(*name)) {
        issues.push(Issue::at(format!("{path}.{name}"), "required", "缺少必填的元素"));
    }
}

fn element(value: &Value, is: Is, list: bool, path: &str, issues: &mut Vec<Issue>) {
    match value {
        Value::Array(all) if list && !all.is_empty() => {
            for (n, one) in all.iter().enumerate() {
                single(one, is, &format!("{path}[{n}]"), issues);
            }
        }
        Value::Array(_) if list => issues.push(Issue::at(path, "structure", "列表不能为空")),
        _ if list => issues.push(Issue::at(path, "structure", "应为列表")),
        one => single(one, is, path, issues),
    }
}

fn single(value: &Value, is: Is, path: &str, issues: &mut Vec<Issue>) {
    let mut wrong = |text: &str| issues.push(Issue::at(path, "structure", text));
    match (is, value) {
        (Is::Unread, Value::Null) | (_, Value::Null) => wrong("不能为 null"),
        (Is::Text, Value::String(text)) if text.trim().is_empty() => wrong("不能为空文字"),
        (Is::Text, Value::String(text)) if text.contains('\0') => wrong("含有不可见的控制字符"),
        (Is::Time, Value::String(text)) if moment(text).is_none() => {
            wrong("不是 FHIR 的日期或时间，应如 2026-11-02 或 2026-11-02T08:30:00+08:00");
        }
        (Is::Text | Is::Time, Value::String(_))
        | (Is::Number, Value::Number(_))
        | (Is::Truth, Value::Bool(_))
        | (Is::Unread, _) => {}
        (Is::Made(list), Value::Object(fields)) if !fields.is_empty() => check(fields, &[list], path, issues),
        (Is::Made(_), Value::Object(_)) => wrong("不能为空"),
        (Is::Text | Is::Time, _) => wrong("应为文字"),
        (Is::Number, _) => wrong("应为数字"),
        (Is::Truth, _) => wrong("应为 true 或 false"),
        (Is::Made(_), _) => wrong("应为对象"),
    }
}

/// A day or time of FHIR: with its day, if it is precise enough to have one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// To the day at least, in China.
    Day(kernel::Date),
    /// A year, or a month.
    Rough,
}

/// Reads a date, dateTime or instant of FHIR; none if it is none.
#[must_use]
pub fn moment(text: &str) -> Option<Moment> {
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    match text.len() {
        4 if digits(text) => Some(Moment::Rough),
        7 => kernel::time::day(&format!("{text}-01")).map(|_| Moment::Rough),
        10 => kernel::time::day(text).map(Moment::Day),
        _ => {
            let at = chrono::DateTime::parse_from_rfc3339(text).ok()?;
            Some(Moment::Day(kernel::time::date_of(at.to_utc())))
        }
    }
}
