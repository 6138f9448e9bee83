//! What a resource of a partner means for the record here. Pure; the elements have been held against the standard before.

use super::model::Resource;
use super::outcome::Issue;
use super::shape::{Moment, moment};
use care::chart::codes;
use care::chart::model::NO_ALLERGY;
use care::chart::store::Past;
use care::chart::store::receive::Received;
use care::chart::{Kind, NewItem, State};
use kernel::{Date, ElderId};
use serde_json::Value;

/// Where items of partners come from, as the record names it; who it was stands beside it.
pub const SOURCE: &str = "平台对接";
/// ICD-10, as the standard and as the data elements of China name it.
const ICD10: &[&str] = &["http://hl7.org/fhir/sid/icd-10", "urn:oid:2.16.156.10011.2.3.3.11"];
const LOINC: &str = "http://loinc.org";
const UCUM: &str = "http://unitsofmeasure.org";
/// 居民身份证号.
pub const CITIZEN: &str = "urn:oid:2.16.156.10011.1.3";
/// 统一社会信用代码; another system may be used for it, the number proves itself.
pub const CREDIT: &str = "urn:x-local:uscc";
/// No known allergy, by SNOMED CT.
const NO_KNOWN_ALLERGY: &str = "716186003";
/// The longest name and the longest description that the record takes, in characters.
const NAME: usize = 100;
const DETAIL: usize = 200;

/// A stay in hospital as a partner tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceivedStay {
    /// Credit number of the hospital.
    pub hospital: String,
    /// First day.
    pub admitted_on: Date,
    /// Day of leaving.
    pub discharged_on: Option<Date>,
    /// Diagnosis.
    pub diagnosis: Option<String>,
}

/// What a resource means.
#[derive(Clone, Debug, PartialEq)]
pub enum Meaning {
    /// An item of the record.
    Item(Box<Received>),
    /// A stay in hospital.
    Stay(ReceivedStay),
}

/// Reads a resource, collecting what is wrong on the way.
struct Reader<'a> {
    kind: Resource,
    resource: &'a Value,
    issues: Vec<Issue>,
}

impl<'a> Reader<'a> {
    fn wrong(&mut self, element: &str, code: &'static str, text: impl Into<String>) {
        self.issues.push(Issue::at(format!("{}.{element}", self.kind.code()), code, text));
    }

    fn text(&self, pointer: &str) -> Option<&'a str> {
        self.resource.pointer(pointer)?.as_str().filter(|text| !text.is_empty())
    }

    /// The day of the first of these elements that is there.
    fn day(&mut self, elements: &[&str]) -> Date {
        let found = elements.iter().find_map(|element| {
            let pointer = format!("/{}", element.replace('.', "/"));
            self.text(&pointer).map(|text| ((*element).to_owned(), text))
        });
        match found.as_ref().map(|(element, text)| (element, moment(text))) {
            Some((_, Some(Moment::Day(day)))) => return day,
            Some((element, _)) => {
                self.wrong(&element.clone(), "value", "需要到日，如 2026-11-02；只到年、月的不能登记");
            }
            None => {
                let also = elements[1..].join(" 或 ");
                let text =
                    if also.is_empty() { "缺少日期".into() } else { format!("缺少日期，也可写 {also}") };
                self.wrong(elements[0], "required", text);
            }
        }
        Date::default()
    }

    fn opt_day(&mut self, elements: &[&str]) -> Option<Date> {
        let there = elements.iter().any(|e| self.text(&format!("/{}", e.replace('.', "/"))).is_some());
        there.then(|| self.day(elements))
    }

    /// The words of a concept: its text, or what its codes say.
    fn words(&mut self, element: &str) -> String {
        let text = concept(&self.resource[element]);
        if text.is_empty() {
            self.wrong(element, "value", "应有 text，或 coding.display");
        }
        self.short(element, text, NAME)
    }

    fn short(&mut self, element: &str, text: String, most: usize) -> String {
        if text.chars().count() > most {
            self.wrong(element, "too-long", format!("文字超过 {most} 字，请精简"));
            return String::new();
        }
        text
    }

    /// A code of a concept's one of these systems.
    fn code_of(&self, element: &str, systems: &[&str]) -> Option<&'a str> {
        let codings = self.resource[element]["coding"].as_array()?;
        codings.iter().find(|c| c["system"].as_str().is_some_and(|s| systems.contains(&s)))?["code"].as_str()
    }

    fn codes(&self, element: &str) -> Vec<&'a str> {
        let all = self.resource[element]["coding"].as_array();
        all.into_iter().flatten().filter_map(|c| c["code"].as_str()).collect()
    }

    /// The state that a code means; anything else is a mistake.
    fn state(&mut self, element: &str, code: &str, words: &[(&str, Option<State>)]) -> Option<State> {
        match words.iter().find(|(word, _)| *word == code) {
            Some((_, Some(state))) => Some(*state),
            Some((_, None)) => {
                self.wrong(element, "business-rule", format!("“{}”的不登记，确定后再传", clip(code)));
                None
            }
            None => {
                let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
                self.wrong(
                    element,
                    "code-invalid",
                    format!("“{}”不是允许的代码，应为 {}", clip(code), known.join("、")),
                );
                None
            }
        }
    }

    fn notes(&mut self) -> String {
        let all = self.resource["note"].as_array();
        let text: Vec<&str> = all.into_iter().flatten().filter_map(|n| n["text"].as_str()).collect();
        self.short("note", kernel::text::prose(&text.join("；")), DETAIL)
    }
}

fn clip(text: &str) -> String {
    text.chars().take(40).collect()
}

fn concept(value: &Value) -> String {
    let display = || value["coding"].as_array()?.iter().find_map(|c| c["display"].as_str());
    kernel::text::prose(value["text"].as_str().or_else(display).unwrap_or_default())
}

/// What a resource of an elder means, or all that is wrong with it.
///
/// # Errors
/// The issues, each with its FHIRPath.
pub fn read(kind: Resource, resource: &Value, elder: ElderId, today: Date) -> Result<Meaning, Vec<Issue>> {
    let mut r = Reader { kind, resource, issues: vec![] };
    let meaning = match kind {
        Resource::Condition => item(&mut r, elder, today, condition),
        Resource::AllergyIntolerance => item(&mut r, elder, today, allergy),
        Resource::MedicationStatement => item(&mut r, elder, today, medication),
        Resource::Observation => item(&mut r, elder, today, observation),
        Resource::Procedure => item(&mut r, elder, today, procedure),
        Resource::Flag => item(&mut r, elder, today, flag),
        Resource::Encounter => Meaning::Stay(encounter(&mut r)),
        Resource::Patient => {
            r.wrong("resourceType", "not-supported", "基本信息以名册为准，不经接口传入");
            return Err(r.issues);
        }
    };
    if r.issues.is_empty() { Ok(meaning) } else { Err(r.issues) }
}

/// The facts of an item and where it stands.
type Told = (NewItem, Option<State>, Option<Date>);

fn item(r: &mut Reader<'_>, elder: ElderId, today: Date, read: fn(&mut Reader<'_>, ElderId) -> Told) -> Meaning {
    let (new, state, ended) = read(r, elder);
    let state = state.unwrap_or(State::Active);
    let over = state != State::Active;
    if !over && ended.is_some_and(|day| day <= today) && state == State::Active && r.kind == Resource::Condition {
        r.wrong(
            "abatementDateTime",
            "invariant",
            "con-4：已缓解的诊断，clinicalStatus 应为 inactive、remission 或 resolved",
        );
    }
    if ended.is_some_and(|day| day < new.began_on) {
        r.wrong("period", "value", "结束早于开始");
    }
    let reason = if over { "对接单位传来".to_owned() } else { String::new() };
    let past =
        Past { state: over.then_some(state), ended_on: over.then(|| ended.unwrap_or(today).max(new.began_on)), reason };
    let new = NewItem { source: SOURCE, in_spite: String::new(), ..new };
    Meaning::Item(Box::new(Received { new, past, resource: r.resource.clone() }))
}

const VERIFIED: &[(&str, Option<State>)] = &[
    ("confirmed", Some(State::Active)),
    ("entered-in-error", Some(State::Error)),
    ("unconfirmed", None),
    ("provisional", None),
    ("differential", None),
    ("refuted", None),
];
const CLINICAL: &[(&str, Option<State>)] = &[
    ("active", Some(State::Active)),
    ("recurrence", Some(State::Active)),
    ("relapse", Some(State::Active)),
    ("inactive", Some(State::Ended)),
    ("remission", Some(State::Ended)),
    ("resolved", Some(State::Ended)),
];

/// Where a diagnosis or an allergy stands, by its two states.
fn standing(r: &mut Reader<'_>, clinical: &[(&str, Option<State>)]) -> Option<State> {
    let verified = r.codes("verificationStatus").first().copied().unwrap_or("confirmed");
    let verified = r.state("verificationStatus", verified, VERIFIED)?;
    let code = r.codes("clinicalStatus").first().copied();
    if verified == State::Error {
        if code.is_some() {
            r.wrong("clinicalStatus", "invariant", "录入有误（entered-in-error）的不能再有临床状态");
        }
        return Some(State::Error);
    }
    match code {
        Some(code) => r.state("clinicalStatus", code, clinical),
        None => {
            r.wrong("clinicalStatus", "required", "缺少临床状态");
            None
        }
    }
}

fn condition(r: &mut Reader<'_>, elder: ElderId) -> Told {
    let state = standing(r, CLINICAL);
    let name = r.words("code");
    let code = r.code_of("code", ICD10).unwrap_or_default().to_ascii_uppercase();
    if !code.is_empty() && !codes::is_icd10(&code) {
        r.wrong("code.coding", "code-invalid", format!("“{}”不像 ICD-10 编码，应如 I10 或 E11.901", clip(&code)));
    }
    let began = r.day(&["onsetDateTime", "onsetPeriod.start", "recordedDate"]);
    let ended = r.opt_day(&["abatementDateTime", "abatementPeriod.end"]);
    let detail = r.notes();
    (NewItem { code, detail, ..NewItem::new(elder, Kind::Condition, &name, began) }, state, ended)
}

fn allergy(r: &mut Reader<'_>, elder: ElderId) -> Told {
    let state = standing(r, &[CLINICAL[0], CLINICAL[3], CLINICAL[5]]);
    let none = r.codes("code").contains(&NO_KNOWN_ALLERGY);
    let name = if none { NO_ALLERGY.to_owned() } else { r.words("code") };
    let severe = match r.text("/criticality") {
        None | Some("low" | "unable-to-assess") => false,
        Some("high") => true,
        Some(other) => {
            let text = format!("“{}”不是允许的代码，应为 low、high、unable-to-assess", clip(other));
            r.wrong("criticality", "code-invalid", text);
            false
        }
    };
    let reactions = r.resource["reaction"].as_array();
    let words: Vec<String> = reactions
        .into_iter()
        .flatten()
        .flat_map(|one| one["manifestation"].as_array().into_iter().flatten())
        .map(concept)
        .filter(|text| !text.is_empty())
        .collect();
    let detail = r.short("reaction", words.join("、"), DETAIL);
    let began = r.day(&["onsetDateTime", "onsetPeriod.start", "recordedDate"]);
    (NewItem { severe, detail, ..NewItem::new(elder, Kind::Allergy, &name, began) }, state, None)
}

fn medication(r: &mut Reader<'_>, elder: ElderId) -> Told {
    let status = r.text("/status").unwrap_or_default();
    let state = r.state(
        "status",
        status,
        &[
            ("active", Some(State::Active)),
            ("on-hold", Some(State::Active)),
            ("completed", Some(State::Ended)),
            ("stopped", Some(State::Ended)),
            ("entered-in-error", Some(State::Error)),
            ("intended", None),
            ("unknown", None),
            ("not-taken", None),
        ],
    );
    if r.resource["medicationReference"].is_object() {
        r.wrong("medicationReference", "not-supported", "请改用 medicationCodeableConcept 写明药品名称");
    }
    let name = r.words("medicationCodeableConcept");
    let dosage = r.resource["dosage"].as_array();
    let words: Vec<&str> = dosage.into_iter().flatten().filter_map(|d| d["text"].as_str()).collect();
    let detail = r.short("dosage", kernel::text::prose(&words.join("；")), DETAIL);
    let began = r.day(&["effectivePeriod.start", "effectiveDateTime", "dateAsserted"]);
    let ended = r.opt_day(&["effectivePeriod.end"]);
    let new = NewItem { detail, ..NewItem::new(elder, Kind::Medication, &name, began) };
    (new, state, ended)
}

const OBSERVED: &[(&str, Option<State>)] = &[
    ("final", Some(State::Active)),
    ("amended", Some(State::Active)),
    ("corrected", Some(State::Active)),
    ("entered-in-error", Some(State::Error)),
    ("registered", None),
    ("preliminary", None),
    ("cancelled", None),
    ("unknown", None),
];

fn observation(r: &mut Reader<'_>, elder: ElderId) -> Told {
    let status = r.text("/status").unwrap_or_default();
    let state = r.state("status", status, OBSERVED);
    let began = r.day(&["effectiveDateTime", "effectiveInstant", "effectivePeriod.start"]);
    let categories = r.resource["category"].as_array();
    let habit = categories
        .into_iter()
        .flatten()
        .flat_map(|c| c["coding"].as_array().into_iter().flatten())
        .any(|c| c["code"] == "social-history");
    let known = r.resource["code"]["coding"].as_array().into_iter().flatten().find_map(|c| {
        let code = c["code"].as_str().filter(|_| c["system"] == LOINC)?;
        // The general code of saturation stands beside that of the oximeter.
        codes::measure(if code == "2708-6" { codes::SATURATION } else { code })
    });
    let Some(measure) = known.filter(|_| !habit) else {
        let (name, detail) = (r.words("code"), free_value(r));
        let kind = if habit { Kind::Lifestyle } else { Kind::Result };
        return (NewItem { detail, ..NewItem::new(elder, kind, &name, began) }, state, None);
    };
    let (value, second) = if measure.code == codes::PRESSURE {
        (pressure(r, "8480-6", "收缩压"), pressure(r, "8462-4", "舒张压"))
    } else {
        let value = &r.resource["valueQuantity"];
        (quantity(r, value, "valueQuantity", measure.ucum), None)
    };
    let new =
        NewItem { code: measure.code.into(), value, second, ..NewItem::new(elder, Kind::Result, measure.name, began) };
    (new, state, None)
}

fn pressure(r: &mut Reader<'_>, code: &str, name: &str) -> Option<i64> {
    let all = r.resource["component"].as_array().map(Vec::as_slice).unwrap_or_default();
    let has = |one: &Value| one["code"]["coding"].as_array().is_some_and(|all| all.iter().any(|c| c["code"] == code));
    let Some(at) = all.iter().position(has) else {
        r.wrong("component", "required", format!("血压应有{name}（LOINC {code}）"));
        return None;
    };
    quantity(r, &all[at]["valueQuantity"], &format!("component[{at}].valueQuantity"), "mm[Hg]")
}

/// A number with the unit that its code is measured in, in hundredths.
fn quantity(r: &mut Reader<'_>, value: &Value, element: &str, ucum: &str) -> Option<i64> {
    let number = match &value["value"] {
        Value::Number(number) => number.to_string(),
        _ => {
            r.wrong(element, "required", format!("应有数值和单位 {ucum}"));
            return None;
        }
    };
    let unit = value["code"].as_str().or_else(|| value["unit"].as_str()).unwrap_or_default();
    let system = value["system"].as_str().is_none_or(|system| system == UCUM);
    if unit != ucum || !system {
        r.wrong(&format!("{element}.code"), "code-invalid", format!("单位“{}”不对，应为 UCUM 的 {ucum}", clip(unit)));
        return None;
    }
    let read = codes::parse(&shortest(&number));
    if read.is_none() {
        r.wrong(&format!("{element}.value"), "value", "应为不小于 0 的数，最多两位小数");
    }
    read
}

/// `6.100` is 6.1: zeros at the end say nothing.
fn shortest(number: &str) -> String {
    if number.contains('.') && !number.contains(['e', 'E']) {
        number.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        number.to_owned()
    }
}

/// A value that has no column of its own, in words.
fn free_value(r: &mut Reader<'_>) -> String {
    let of = |name: &str| &r.resource[name];
    let amount = of("valueQuantity");
    let text = if let Some(text) = of("valueString").as_str() {
        text.to_owned()
    } else if amount.is_object() {
        let unit = amount["unit"].as_str().or_else(|| amount["code"].as_str()).unwrap_or_default();
        format!("{} {unit}", amount["value"])
    } else if of("valueCodeableConcept").is_object() {
        concept(of("valueCodeableConcept"))
    } else {
        [of("valueInteger"), of("valueBoolean")].iter().find(|v| !v.is_null()).map_or(String::new(), |v| v.to_string())
    };
    if text.trim().is_empty() {
        r.wrong("value[x]", "required", "没有结果：应有 valueQuantity、valueString 或 valueCodeableConcept");
    }
    r.short("value[x]", kernel::text::prose(&text), DETAIL)
}

fn procedure(r: &mut Reader<'_>, elder: ElderId) -> Told {
    let status = r.text("/status").unwrap_or_default();
    let words = [
        ("completed", Some(State::Active)),
        ("entered-in-error", Some(State::Error)),
        ("preparation", None),
        ("in-progress", None),
        ("not-done", None),
        ("on-hold", None),
        ("stopped", None),
        ("unknown", None),
    ];
    let state = r.state("status", status, &words);
    let name = r.words("code");
    let began = r.day(&["performedDateTime", "performedPeriod.start"]);
    let detail = r.notes();
    (NewItem { detail, ..NewItem::new(elder, Kind::Procedure, &name, began) }, state, None)
}

fn flag(r: &mut Reader<'_>, elder: ElderId) -> Told {
    let status = r.text("/status").unwrap_or_default();
    let words =
        [("active", Some(State::Active)), ("inactive", Some(State::Ended)), ("entered-in-error", Some(State::Error))];
    let state = r.state("status", status, &words);
    let name = r.words("code");
    let began = r.day(&["period.start"]);
    let ended = r.opt_day(&["period.end"]);
    (NewItem::new(elder, Kind::Risk, &name, began), state, ended)
}

fn encounter(r: &mut Reader<'_>) -> ReceivedStay {
    if r.text("/class/code") != Some("IMP") {
        r.wrong("class", "not-supported", "只接收住院（class 为 IMP）的就诊");
    }
    let status = r.text("/status").unwrap_or_default();
    let words = [
        ("in-progress", Some(State::Active)),
        ("onleave", Some(State::Active)),
        ("finished", Some(State::Ended)),
        ("planned", None),
        ("arrived", None),
        ("triaged", None),
        ("cancelled", None),
        ("entered-in-error", None),
        ("unknown", None),
    ];
    let state = r.state("status", status, &words);
    let admitted_on = r.day(&["period.start"]);
    let discharged_on = r.opt_day(&["period.end"]);
    match (state, discharged_on) {
        (Some(State::Ended), None) => r.wrong("period.end", "required", "已结束的住院应有出院日期"),
        (Some(State::Active), Some(_)) => r.wrong("status", "invariant", "有出院日期的，status 应为 finished"),
        _ => {}
    }
    let hospital = kernel::text::clean(r.text("/serviceProvider/identifier/value").unwrap_or_default());
    if hospital.is_empty() {
        r.wrong("serviceProvider.identifier", "required", "应写明医院的统一社会信用代码");
    }
    let diagnosis = r.resource["reasonCode"].as_array().map(|all| all.iter().map(concept).collect::<Vec<_>>());
    let diagnosis = r.short("reasonCode", diagnosis.unwrap_or_default().join("；"), DETAIL);
    ReceivedStay { hospital, admitted_on, discharged_on, diagnosis: Some(diagnosis).filter(|t| !t.is_empty()) }
}
