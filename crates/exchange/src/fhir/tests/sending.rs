use super::*;
use care::chart::State;
use serde_json::json;

/// A diagnosis as a health platform would send it.
pub(super) fn condition(subject: &str, id: &str) -> Value {
    json!({
        "resourceType": "Condition",
        "identifier": [{ "system": "urn:oid:2.16.156.10011.1.1", "value": id }],
        "clinicalStatus": { "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active" }] },
        "verificationStatus": { "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/condition-ver-status", "code": "confirmed" }] },
        "code": { "coding": [{ "system": "http://hl7.org/fhir/sid/icd-10", "code": "E11.9", "display": "2型糖尿病" }] },
        "subject": { "reference": subject },
        "onsetDateTime": "2020-05-01T08:00:00+08:00",
        "note": [{ "text": "平台转入" }],
    })
}

fn by_number(which: u32) -> Value {
    json!({ "identifier": { "system": CITIZEN, "value": number(which).as_str() } })
}

fn pressure(subject: Value, id: &str, values: (f64, f64)) -> Value {
    let part = |code: &str, value: f64| {
        json!({
            "code": { "coding": [{ "system": "http://loinc.org", "code": code }] },
            "valueQuantity": { "value": value, "unit": "mmHg", "system": "http://unitsofmeasure.org", "code": "mm[Hg]" },
        })
    };
    json!({
        "resourceType": "Observation",
        "identifier": [{ "system": "urn:x-local:hip", "value": id }],
        "status": "final",
        "category": [{ "coding": [{ "code": "vital-signs" }] }],
        "code": { "coding": [{ "system": "http://loinc.org", "code": "85354-9" }] },
        "subject": subject,
        "effectiveDateTime": "2026-11-01",
        "component": [part("8480-6", values.0), part("8462-4", values.1)],
    })
}

fn bundle(kind: &str, resources: &[Value]) -> Value {
    let entries: Vec<Value> = resources
        .iter()
        .map(|one| json!({ "resource": one, "request": { "method": "POST", "url": one["resourceType"] } }))
        .collect();
    json!({ "resourceType": "Bundle", "type": kind, "entry": entries })
}

fn statuses(response: &Value) -> Vec<String> {
    let entries = response["entry"].as_array().expect("entries");
    entries.iter().map(|e| e["response"]["status"].as_str().unwrap_or_default().to_owned()).collect()
}

fn begin(db: TestDb) -> (TestApp, ElderId, String) {
    let app = app(db);
    let who = elder(&app, 2, "王桂英");
    let (_, secret) = partner(&app, &new_partner("320623"));
    (app, who, secret)
}

db::on_both! {
    fn what_is_sent_twice_counts_once_and_says_from_whom(db: TestDb) {
        let (app, who, secret) = begin(db);
        let sent = condition(&format!("Patient/{}", who.uuid()), "C-1");
        let first = call(&app, &secret, "POST", "/Condition", &sent);
        assert_eq!(first.status.as_u16(), 201, "{}", first.text());
        assert!(first.location.expect("location").starts_with("http://yiyang.test/fhir/r4/Condition/"));
        let (status, again) = post(&app, &secret, "/Condition", &sent);
        assert!(status == 200 && says(&again, "不重复登记"), "{again}");
        let all = items(&app, who);
        assert_eq!(all.len(), 1);
        let one = &all[0];
        assert_eq!((one.facts.code.as_str(), one.facts.name.as_str(), one.facts.began_on.to_string().as_str()), ("E11.9", "2型糖尿病", "2020-05-01"));
        assert_eq!((one.source.as_str(), one.recorded_by.as_str()), ("平台对接", "320623健康信息平台（接口）"));
        // What they wrote beside what we know is still there.
        let kept = app.db.read(|tx| chart::store::resources(tx, &clerk(), who)).expect("resources");
        assert_eq!((kept[0]["identifier"][0]["value"].as_str(), kept[0]["code"]["coding"][0]["display"].as_str()), (Some("C-1"), Some("2型糖尿病")));
        // Resolved by the platform: ended here. Entered in error: void.
        let mut over = sent.clone();
        over["clinicalStatus"]["coding"][0]["code"] = json!("resolved");
        over["abatementDateTime"] = json!("2026-10-31");
        assert_eq!(post(&app, &secret, "/Condition", &over).0, 201);
        let ended = &items(&app, who)[0];
        assert_eq!((ended.state, ended.ended_on.map(|d| d.to_string())), (State::Ended, Some("2026-10-31".into())));
        let mut error = sent.clone();
        error["verificationStatus"]["coding"][0]["code"] = json!("entered-in-error");
        error.as_object_mut().expect("object").remove("clinicalStatus");
        assert_eq!(post(&app, &secret, "/Condition", &error).0, 201);
        assert_eq!(items(&app, who)[0].state, State::Error);
        assert_eq!(items(&app, who).len(), 1);
    }

    fn another_partner_with_the_same_identifier_is_another_thing_and_what_is_known_is_not_doubled(db: TestDb) {
        let (app, who, secret) = begin(db);
        fill(&app, who);
        let before = items(&app, who).len();
        let mut known = condition(&format!("Patient/{}", who.uuid()), "C-9");
        known["code"] = json!({ "coding": [{ "system": "urn:oid:2.16.156.10011.2.3.3.11", "code": "I10" }], "text": "高血压" });
        let (status, outcome) = post(&app, &secret, "/Condition", &known);
        assert!(status == 200 && says(&outcome, "档案中已有"), "{outcome}");
        // The doctor's own item is not the partner's to end.
        known["clinicalStatus"]["coding"][0]["code"] = json!("resolved");
        assert_eq!(post(&app, &secret, "/Condition", &known).0, 200);
        assert_eq!(items(&app, who).iter().filter(|i| i.state == State::Active).count(), before);
        // An identifier does not move to somebody else.
        let other = elder(&app, 4, "李秀兰");
        let mut moved = known.clone();
        moved["subject"]["reference"] = json!(format!("Patient/{}", other.uuid()));
        let (status, outcome) = post(&app, &secret, "/Condition", &moved);
        assert!(status == 409 && says(&outcome, "FX-07"), "{outcome}");
    }

    fn every_mistake_is_named_with_its_place(db: TestDb) {
        let (app, who, secret) = begin(db);
        let good = condition(&format!("Patient/{}", who.uuid()), "C-1");
        let wrong = |change: fn(&mut Value)| {
            let mut bad = good.clone();
            change(&mut bad);
            let (status, outcome) = post(&app, &secret, "/Condition", &bad);
            assert_eq!(status, 422, "{outcome}");
            places(&outcome)
        };
        assert_eq!(wrong(|c| c["code"]["coding"][0]["code"] = json!(17)), ["Condition.code.coding[0].code"]);
        assert_eq!(wrong(|c| c["colour"] = json!("red")), ["Condition.colour"]);
        assert_eq!(wrong(|c| { c.as_object_mut().expect("o").remove("code"); c.as_object_mut().expect("o").remove("identifier"); }), ["Condition.identifier", "Condition.code"]);
        assert_eq!(wrong(|c| c["note"] = json!({ "text": "x" })), ["Condition.note"]);
        assert_eq!(wrong(|c| c["note"][0] = json!({ "time": "2026-01-01" })), ["Condition.note[0].text"]);
        assert_eq!(wrong(|c| c["onsetDateTime"] = json!("2026-02-30")), ["Condition.onsetDateTime"]);
        assert_eq!(wrong(|c| c["onsetDateTime"] = json!("2020-05")), ["Condition.onsetDateTime"]);
        assert_eq!(wrong(|c| c["onsetString"] = json!("童年")), ["Condition.onset[x]"]);
        assert_eq!(wrong(|c| c["clinicalStatus"]["coding"][0]["code"] = json!("ill")), ["Condition.clinicalStatus"]);
        assert_eq!(wrong(|c| c["verificationStatus"]["coding"][0]["code"] = json!("provisional")), ["Condition.verificationStatus"]);
        assert_eq!(wrong(|c| c["code"]["coding"][0]["code"] = json!("糖尿病")), ["Condition.code.coding"]);
        assert_eq!(wrong(|c| c["subject"] = json!({ "display": "王桂英" })), ["Condition.subject"]);
        assert_eq!(wrong(|c| c["subject"]["reference"] = json!("Group/1")), ["Condition.subject.reference"]);
        assert_eq!(wrong(|c| c["modifierExtension"] = json!([{ "url": "x" }])), ["Condition.modifierExtension"]);
        assert_eq!(wrong(|c| c["onsetDateTime"] = json!("2026-11-03")), [""]);
        let (status, outcome) = post(&app, &secret, "/Observation", &good);
        assert!(status == 400 && places(&outcome) == ["resourceType"], "{outcome}");
        assert!(items(&app, who).is_empty());
        let bearer = format!("Bearer {secret}");
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        let (status, outcome) = told(&app.stranger().call("POST", "/fhir/r4/Condition", &headers, b"{\"a\":\n x}".to_vec()));
        assert!(status == 400 && says(&outcome, "第 2 行"), "{outcome}");
        let (status, _) = told(&app.stranger().call("POST", "/fhir/r4/Condition", &[headers[0], ("content-type", "text/plain")], vec![]));
        assert_eq!(status, 415);
    }

    fn numbers_are_taken_with_their_unit_only(db: TestDb) {
        let (app, who, secret) = begin(db);
        let send = |change: &dyn Fn(&mut Value)| {
            let mut one = pressure(by_number(2), "P-1", (138.5, 82.0));
            change(&mut one);
            let (status, outcome) = post(&app, &secret, "/Observation", &one);
            (status, places(&outcome))
        };
        assert_eq!(send(&|o| o["component"][0]["valueQuantity"]["code"] = json!("kPa")), (422, vec!["Observation.component[0].valueQuantity.code".into()]));
        assert_eq!(send(&|o| o["component"][1]["valueQuantity"]["value"] = json!("82")), (422, vec!["Observation.component[1].valueQuantity.value".into()]));
        assert_eq!(send(&|o| { o["component"].as_array_mut().expect("list").pop(); }), (422, vec!["Observation.component".into()]));
        assert_eq!(send(&|o| o["status"] = json!("preliminary")), (422, vec!["Observation.status".into()]));
        assert_eq!(send(&|o| o["component"][0]["valueQuantity"]["value"] = json!(301)).0, 422);
        assert_eq!(send(&|o| o["component"][0]["valueQuantity"]["value"] = json!(300)).0, 201);
        assert_eq!(send(&|_| {}).0, 201);
        let all = items(&app, who);
        let active: Vec<_> = all.iter().filter(|i| i.active()).collect();
        assert_eq!((active.len(), active[0].facts.value, active[0].facts.second), (1, Some(13850), Some(8200)));
        assert_eq!(all.iter().filter(|i| i.state == State::Error).count(), 1);
        // A result with a code that nothing here computes on is kept in words, with its number beside.
        let free = json!({
            "resourceType": "Observation", "identifier": [{ "system": "urn:x-local:hip", "value": "F-1" }], "status": "final",
            "code": { "text": "尿微量白蛋白" }, "subject": by_number(2), "effectiveDateTime": "2026-11-01",
            "valueQuantity": { "value": 12.5, "unit": "mg/L" },
        });
        assert_eq!(post(&app, &secret, "/Observation", &free).0, 201);
        let kept = app.db.read(|tx| chart::store::resources(tx, &clerk(), who)).expect("resources");
        let kept = kept.iter().find(|r| r["code"]["text"] == "尿微量白蛋白").expect("kept");
        assert!(kept["valueQuantity"]["value"] == 12.5 && kept["valueString"].is_null(), "{kept}");
    }

    fn a_batch_keeps_what_is_right_and_a_transaction_all_or_nothing(db: TestDb) {
        let (app, who, secret) = begin(db);
        let patient = json!({ "resourceType": "Patient", "identifier": [{ "system": CITIZEN, "value": number(2).as_str() }] });
        let nobody = pressure(by_number(9), "P-2", (120.0, 80.0));
        let mut odd = condition("urn:uuid:0198c0de-0000-7000-8000-000000000002", "C-2");
        odd["clinicalStatus"]["coding"][0]["code"] = json!("ill");
        let mut sent = bundle("batch", &[condition("urn:uuid:0198c0de-0000-7000-8000-000000000002", "C-1"), nobody, odd, pressure(by_number(2), "P-1", (120.0, 80.0))]);
        sent["entry"].as_array_mut().expect("entries").insert(0, json!({ "fullUrl": "urn:uuid:0198c0de-0000-7000-8000-000000000002", "resource": patient }));
        let mut whole = sent.clone();
        whole["type"] = json!("transaction");
        let (status, outcome) = post(&app, &secret, "", &whole);
        assert_eq!((status, places(&outcome)), (422, vec!["Bundle.entry[2].resource.subject".to_owned(), "Bundle.entry[3].resource.clinicalStatus".to_owned()]), "{outcome}");
        assert!(items(&app, who).is_empty());
        let (status, response) = post(&app, &secret, "", &sent);
        assert_eq!((status, statuses(&response)), (200, ["200", "201", "404", "422", "201"].map(String::from).to_vec()), "{response}");
        assert_eq!(items(&app, who).len(), 2);
        assert_eq!(places(&response["entry"][3]["response"]["outcome"]), ["Bundle.entry[3].resource.clinicalStatus"]);
        // The whole again: nothing is doubled.
        let (_, response) = post(&app, &secret, "", &sent);
        assert_eq!(statuses(&response), ["200", "200", "404", "422", "200"].map(String::from).to_vec());
        assert_eq!(items(&app, who).len(), 2);
        let (status, _) = post(&app, &secret, "", &bundle("transaction", &[condition(&format!("Patient/{}", who.uuid()), "C-1")]));
        assert_eq!(status, 200);
        for bad in [json!({ "resourceType": "Bundle", "type": "collection" }), json!([]), json!({ "resourceType": "Bundle", "type": "batch", "entry": [] })] {
            assert_eq!(post(&app, &secret, "", &bad).0, 400);
        }
        let many = vec![condition("Patient/x", "1"); 501];
        let (status, outcome) = post(&app, &secret, "", &bundle("batch", &many));
        assert!(status == 413 && says(&outcome, "501"), "{outcome}");
        let heavy = json!({ "resourceType": "Bundle", "type": "batch", "x": "重".repeat(2 << 20) });
        assert_eq!(post(&app, &secret, "", &heavy).0, 413);
    }

    fn a_stay_in_hospital_comes_in_and_ends(db: TestDb) {
        let (app, who, secret) = begin(db);
        let hospital = hospital(&app, 7);
        let mut stay = json!({
            "resourceType": "Encounter", "identifier": [{ "system": "urn:oid:2.16.156.10011.1.12", "value": "ZY-1" }],
            "status": "in-progress", "class": { "system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "IMP" },
            "subject": by_number(2), "period": { "start": "2026-10-20T09:00:00+08:00" },
            "serviceProvider": { "identifier": { "system": "urn:x-local:uscc", "value": credit(7).as_str() } },
            "reasonCode": [{ "text": "肺部感染" }],
        });
        assert_eq!(post(&app, &secret, "/Encounter", &stay).0, 201);
        stay["status"] = json!("finished");
        let (status, outcome) = post(&app, &secret, "/Encounter", &stay);
        assert_eq!((status, places(&outcome)), (422, vec!["Encounter.period.end".to_owned()]));
        stay["period"]["end"] = json!("2026-11-01");
        assert_eq!(post(&app, &secret, "/Encounter", &stay).0, 201);
        let all = app.db.read(|tx| care::stays::store::of_elder(tx, &clerk(), who)).expect("stays");
        assert_eq!((all.len(), all[0].facts.institution, all[0].facts.discharged_on.map(|d| d.to_string()), all[0].source.as_str()), (1, hospital, Some("2026-11-01".into()), "平台对接"));
        let mut away = stay.clone();
        away["identifier"][0]["value"] = json!("ZY-2");
        away["serviceProvider"]["identifier"]["value"] = json!(credit(8).as_str());
        let (status, outcome) = post(&app, &secret, "/Encounter", &away);
        assert!(status == 422 && says(&outcome, "FX-08"), "{outcome}");
        let (_, served) = get(&app, &secret, &format!("/Encounter?patient={}", who.uuid()));
        assert_eq!(served["entry"][0]["resource"]["status"], "finished", "{served}");
    }
}

/// What one installation serves, another one takes: the bundle of everything, sent as it came.
fn round(from: db::EngineKind, to: db::EngineKind) {
    let here = app(TestDb::new(from));
    let who = elder(&here, 2, "王桂英");
    fill(&here, who);
    let (_, secret) = partner(&here, &new_partner("320623"));
    let (_, all) = get(&here, &secret, &format!("/Patient/{}/$everything", who.uuid()));
    let entries: Vec<Value> = all["entry"].as_array().expect("entries").iter().map(|e| {
        json!({ "fullUrl": e["fullUrl"], "resource": e["resource"], "request": { "method": "POST", "url": e["resource"]["resourceType"] } })
    }).collect();
    let there = app(TestDb::new(to));
    elder(&there, 3, "别人");
    let same = elder(&there, 2, "王桂英");
    let (_, secret) = partner(&there, &new_partner("320623"));
    let (status, response) =
        post(&there, &secret, "", &json!({ "resourceType": "Bundle", "type": "transaction", "entry": entries }));
    assert_eq!(status, 200, "{response}");
    let facts = |app: &TestApp, who: ElderId| {
        let mut all: Vec<_> = items(app, who)
            .into_iter()
            .map(|i| {
                (
                    i.facts.kind,
                    i.facts.code,
                    i.facts.name,
                    i.facts.began_on,
                    i.facts.severe,
                    i.facts.value,
                    i.facts.second,
                    i.facts.detail,
                )
            })
            .collect();
        all.sort();
        all
    };
    assert_eq!(facts(&here, who), facts(&there, same));
}

#[test]
fn what_we_serve_we_take_ourselves() {
    round(db::EngineKind::Sqlite, db::EngineKind::Sqlite);
}

mod across_engines {
    #[test]
    fn postgres() {
        super::round(db::EngineKind::Sqlite, db::EngineKind::Postgres);
    }
}
