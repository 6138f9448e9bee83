//! Elders and stays as FHIR R4, resources with their version and identifier, and what the interface says of itself. Pure.

use super::inbound::{CITIZEN, CREDIT};
use super::model::{MOST_ENTRIES, PAGE, Resource};
use care::chart::store::Version;
use care::stays::Stay;
use kernel::citizen::Sex;
use kernel::{Date, ElderId, Instant};
use registry::elders::Elder;
use registry::elders::model::{Marital, Private};
use serde_json::{Value, json};
use uuid::Uuid;

/// The system of identifiers that are addresses themselves.
const URI: &str = "urn:ietf:rfc:3986";
const MARITAL: &str = "urn:oid:2.16.156.10011.2.3.3.5";
const V2: &str = "http://terminology.hl7.org/CodeSystem/v2-0203";
const ACT: &str = "http://terminology.hl7.org/CodeSystem/v3-ActCode";

/// A resource with what a list of them needs to know.
#[derive(Clone, Debug, PartialEq)]
pub struct Served {
    /// Its kind.
    pub kind: Resource,
    /// Its id.
    pub id: Uuid,
    /// When it was last changed.
    pub changed_at: Instant,
    /// As it is served.
    pub resource: Value,
}

fn served(kind: Resource, id: Uuid, changed_at: Instant, version: i64, mut resource: Value) -> Served {
    resource["id"] = json!(id.to_string());
    resource["meta"] = json!({ "versionId": version.to_string(), "lastUpdated": changed_at.to_rfc3339() });
    let own = json!({ "use": "official", "system": URI, "value": format!("urn:uuid:{id}") });
    match resource["identifier"].as_array_mut() {
        Some(all) => all.insert(0, own),
        None => resource["identifier"] = json!([own]),
    }
    Served { kind, id, changed_at, resource }
}

/// An elder with what is sealed opened: the basic file (基本信息).
#[must_use]
pub fn patient(elder: &Elder, private: &Private) -> Served {
    let mut resource = json!({
        "resourceType": "Patient",
        "identifier": [{
            "use": "official",
            "type": { "coding": [{ "system": V2, "code": "NI" }], "text": "居民身份证号" },
            "system": CITIZEN,
            "value": private.citizen,
        }],
        "active": elder.died_on.is_none(),
        "name": [{ "use": "official", "text": elder.name }],
        "gender": match elder.sex { Sex::Male => "male", Sex::Female => "female" },
        "birthDate": elder.born.to_string(),
    });
    if let Some(phone) = &private.phone {
        resource["telecom"] = json!([{ "system": "phone", "value": phone }]);
    }
    let text = private.address.clone().unwrap_or_default();
    resource["address"] = json!([{ "use": "home", "text": text, "postalCode": elder.area.to_string() }]);
    if text.is_empty() {
        resource["address"] = json!([{ "use": "home", "postalCode": elder.area.to_string() }]);
    }
    if let Some((code, text)) = elder.marital.map(marital) {
        resource["maritalStatus"] = json!({ "coding": [{ "system": MARITAL, "code": code }], "text": text });
    }
    if let Some(died) = elder.died_on {
        resource["deceasedDateTime"] = json!(died.to_string());
    }
    if let Some(name) = &elder.contact_name {
        let mut contact = json!({ "name": { "text": name } });
        if let Some(phone) = &private.contact_phone {
            contact["telecom"] = json!([{ "system": "phone", "value": phone }]);
        }
        resource["contact"] = json!([contact]);
    }
    served(Resource::Patient, elder.id.uuid(), elder.changed_at, 1, resource)
}

/// Code of GB/T 2261.2 and the word.
const fn marital(one: Marital) -> (&'static str, &'static str) {
    match one {
        Marital::Single => ("10", "未婚"),
        Marital::Married => ("20", "已婚"),
        Marital::Widowed => ("30", "丧偶"),
        Marital::Divorced => ("40", "离婚"),
    }
}

/// The same without empty texts, which FHIR does not know: records of earlier versions have some.
fn without_blanks(value: Value) -> Value {
    match value {
        Value::Object(all) => {
            let kept = all.into_iter().filter(|(_, one)| one.as_str() != Some(""));
            Value::Object(kept.map(|(name, one)| (name, without_blanks(one))).collect())
        }
        Value::Array(all) => Value::Array(all.into_iter().map(without_blanks).collect()),
        other => other,
    }
}

/// An item of the record; none for a kind that is not exchanged.
#[must_use]
pub fn item(version: Version) -> Option<Served> {
    let kind = Resource::parse(version.resource["resourceType"].as_str().unwrap_or_default())?;
    Some(served(kind, version.id.uuid(), version.changed_at, version.version, without_blanks(version.resource)))
}

/// A hospital as a stay names it: name and credit number.
pub type Hospital = (String, String);

/// A stay in hospital.
#[must_use]
pub fn stay(elder: ElderId, stay: &Stay, changed_at: Instant, (name, credit): &Hospital) -> Served {
    let facts = &stay.facts;
    let day = |day: Date| day.to_string();
    let mut resource = json!({
        "resourceType": "Encounter",
        "status": if facts.discharged_on.is_some() { "finished" } else { "in-progress" },
        "class": { "system": ACT, "code": "IMP", "display": "inpatient encounter" },
        "subject": { "reference": format!("Patient/{}", elder.uuid()) },
        "period": { "start": day(facts.admitted_on) },
        "serviceProvider": { "identifier": { "system": CREDIT, "value": credit }, "display": name },
    });
    if let Some(left) = facts.discharged_on {
        resource["period"]["end"] = json!(day(left));
    }
    if let Some(diagnosis) = &facts.diagnosis {
        resource["reasonCode"] = json!([{ "text": diagnosis }]);
    }
    served(Resource::Encounter, stay.id.uuid(), changed_at, 1, resource)
}

/// What the interface can do (CapabilityStatement).
#[must_use]
pub fn capabilities(base: &str, now: Instant) -> Value {
    let parameters = |kind: Resource| match kind {
        Resource::Patient => json!([
            { "name": "identifier", "type": "token", "documentation": "身份证号；请用 POST _search，不要写在地址里" },
            { "name": "_id", "type": "token" },
        ]),
        _ => json!([
            { "name": "patient", "type": "reference", "documentation": "必填" },
            { "name": "_lastUpdated", "type": "date", "documentation": "ge 前缀" },
        ]),
    };
    let resource = |kind: &Resource| {
        let mut interactions = vec![json!({ "code": "read" }), json!({ "code": "search-type" })];
        if *kind != Resource::Patient {
            interactions.push(json!({ "code": "create" }));
        }
        let mut one = json!({
            "type": kind.code(), "documentation": kind.name(), "interaction": interactions,
            "versioning": "versioned", "searchParam": parameters(*kind),
        });
        if *kind == Resource::Patient {
            let definition = "http://hl7.org/fhir/OperationDefinition/Patient-everything";
            one["operation"] = json!([{ "name": "everything", "definition": definition }]);
        }
        one
    };
    json!({
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": now.to_rfc3339(),
        "kind": "instance",
        "software": { "name": "医养 Yiyang", "version": env!("CARGO_PKG_VERSION") },
        "implementation": { "description": "医养结合服务平台与健康信息平台的接口", "url": base },
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json"],
        "rest": [{
            "mode": "server",
            "documentation": format!(
                "每页 {} 至 {} 条；一个 Bundle 最多 {MOST_ENTRIES} 项；传入的资源按 identifier 只计一次。", PAGE.0, PAGE.1
            ),
            "security": { "description": "Authorization: Bearer 密钥，由平台管理员登记对接单位时给出" },
            "resource": Resource::ALL.iter().map(resource).collect::<Vec<_>>(),
            "interaction": [{ "code": "transaction" }, { "code": "batch" }],
        }],
    })
}
