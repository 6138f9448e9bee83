use super::*;
use chrono::TimeDelta;

db::on_both! {
    fn whoever_has_no_secret_gets_nothing(db: TestDb) {
        let app = app(db);
        let who = elder(&app, 2, "王桂英");
        let (status, outcome) = told(&app.stranger().get(&format!("/fhir/r4/Patient/{}", who.uuid())));
        assert!(status == 401 && outcome["resourceType"] == "OperationOutcome" && says(&outcome, "FX-01"), "{outcome}");
        for (method, path) in [("POST", ""), ("POST", "/Condition"), ("GET", "/Patient?_id=x"), ("GET", "/Nothing"), ("POST", "/Patient/_search")] {
            assert_eq!(call(&app, "yyfhir_wrong", method, path, &Value::Null).status.as_u16(), 401, "{method} {path}");
        }
        let (status, said) = told(&app.stranger().get("/fhir/r4/metadata"));
        assert_eq!((status, &said["resourceType"], &said["fhirVersion"]), (200, &"CapabilityStatement".into(), &"4.0.1".into()));
        assert_eq!(app.db.read(|tx| tx.count("select count(*) from fhir_exchanges", &[])).expect("count"), 0);
    }

    fn an_elder_is_found_by_the_identity_number_and_read_whole(db: TestDb) {
        let app = app(db);
        let who = elder(&app, 2, "王桂英");
        fill(&app, who);
        let (_, secret) = partner(&app, &new_partner("320623"));
        let (status, found) = search(&app, &secret, number(2).as_str());
        assert_eq!((status, found["total"].as_i64()), (200, Some(1)), "{found}");
        let patient = &found["entry"][0]["resource"];
        assert_eq!((patient["name"][0]["text"].as_str(), patient["gender"].as_str(), patient["birthDate"].as_str()), (Some("王桂英"), Some("female"), Some("1940-03-04")));
        assert!(!found["link"].to_string().contains(number(2).as_str()));
        // Nobody of that number; a number that is none.
        assert_eq!(search(&app, &secret, number(4).as_str()).1["total"], 0);
        let (status, outcome) = search(&app, &secret, "320623194003040021");
        assert!(status == 422 && says(&outcome, "校验码") && !says(&outcome, "32062319400304"), "{outcome}");
        let id = who.uuid();
        let (status, all) = get(&app, &secret, &format!("/Patient/{id}/$everything"));
        assert_eq!((status, all["total"].as_i64()), (200, Some(9)), "{all}");
        for entry in all["entry"].as_array().expect("entries") {
            let resource = &entry["resource"];
            assert!(resource["resourceType"] == "Patient" || chart::fhir::fault(resource).is_none(), "{resource}");
            assert!(resource["meta"]["lastUpdated"].is_string() && resource["identifier"].is_array(), "{resource}");
        }
        let (_, some) = get(&app, &secret, &format!("/Observation?patient=Patient/{id}"));
        assert_eq!(some["total"], 3, "{some}");
        let one = some["entry"][0]["resource"]["id"].as_str().expect("id").to_owned();
        assert_eq!(get(&app, &secret, &format!("/Observation/{one}")).1["id"], one.as_str());
        assert_eq!(get(&app, &secret, &format!("/Condition/{one}")).0, 404);
    }

    fn a_page_leads_to_the_next_and_a_time_leaves_out_what_is_older(db: TestDb) {
        let app = app(db);
        let who = elder(&app, 2, "王桂英");
        fill(&app, who);
        let (_, secret) = partner(&app, &new_partner("320623"));
        let path = format!("/Patient/{}/$everything", who.uuid());
        let (_, first) = get(&app, &secret, &format!("{path}?_count=4"));
        let next = first["link"].as_array().expect("links").iter().find(|l| l["relation"] == "next").expect("next")["url"].as_str().expect("url").to_owned();
        let next = next.trim_start_matches("http://yiyang.test/fhir/r4").to_owned();
        let (_, second) = get(&app, &secret, &next);
        let (_, third) = get(&app, &secret, &next.replace("_page=2", "_page=3"));
        let ids = |b: &Value| b["entry"].as_array().expect("entries").iter().map(|e| e["resource"]["id"].to_string()).collect::<Vec<_>>();
        let mut all = [ids(&first), ids(&second), ids(&third)].concat();
        assert_eq!(all.len(), 9);
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 9);
        // The items are of 09:00 in China.
        for (since, left) in [("2026-11-02T09:00:00%2B08:00", 9), ("2026-11-02T09:00:01%2B08:00", 0), ("2026-11-02", 9), ("2026-11-03", 0)] {
            assert_eq!(get(&app, &secret, &format!("{path}?_since={since}")).1["total"], left, "{since}");
        }
        for bad in ["_since=gestern", "_count=0", "_count=x", "_page=0", "status=active", "_since=lt2026-01-01"] {
            let (status, outcome) = get(&app, &secret, &format!("{path}?{bad}"));
            assert_eq!((status, &outcome["resourceType"]), (400, &"OperationOutcome".into()), "{bad}");
        }
        assert_eq!(get(&app, &secret, "/Condition").0, 400);
    }

    fn the_neighbours_partner_sees_nobody(db: TestDb) {
        let app = app(db);
        let who = elder(&app, 2, "王桂英");
        fill(&app, who);
        let (_, own) = partner(&app, &new_partner("320623"));
        let (_, next) = partner(&app, &new_partner("320612"));
        let (_, some) = get(&app, &own, &format!("/Condition?patient={}", who.uuid()));
        let condition = some["entry"][0]["resource"]["id"].as_str().expect("id").to_owned();
        assert_eq!(search(&app, &next, number(2).as_str()).1["total"], 0);
        for path in [format!("/Patient/{}", who.uuid()), format!("/Patient/{}/$everything", who.uuid()), format!("/Condition?patient={}", who.uuid()), format!("/Condition/{condition}")] {
            let (status, outcome) = get(&app, &next, &path);
            assert!(status == 404 && !says(&outcome, "王桂英"), "{path}: {outcome}");
        }
        let before = items(&app, who).len();
        let resource = sending::condition(&format!("Patient/{}", who.uuid()), "n-1");
        let (status, outcome) = post(&app, &next, "/Condition", &resource);
        assert!(status == 404 && says(&outcome, "FX-05"), "{outcome}");
        assert_eq!((items(&app, who).len(), places(&outcome)), (before, vec!["Condition.subject".to_owned()]));
    }

    fn rights_and_days_and_the_number_of_requests_hold(db: TestDb) {
        let app = app(db);
        let who = elder(&app, 2, "王桂英");
        fill(&app, who);
        let mut few = new_partner("320623");
        few.rights = Rights { read: vec![Resource::Patient, Resource::Condition], write: vec![] };
        (few.per_minute, few.name) = (4, "少权平台".into());
        let (_, secret) = partner(&app, &few);
        let path = format!("/Patient/{}/$everything", who.uuid());
        assert_eq!(get(&app, &secret, &path).1["total"], 2);
        let (status, outcome) = get(&app, &secret, &format!("/Observation?patient={}", who.uuid()));
        assert!(status == 403 && says(&outcome, "FX-03"), "{outcome}");
        assert_eq!(post(&app, &secret, "/Condition", &sending::condition("Patient/x", "1")).0, 403);
        assert_eq!(get(&app, &secret, &path).0, 200);
        let (status, outcome) = get(&app, &secret, &path);
        assert!(status == 429 && says(&outcome, "FX-04"), "{outcome}");
        app.clock.advance(TimeDelta::seconds(59));
        assert_eq!(get(&app, &secret, &path).0, 429);
        app.clock.advance(TimeDelta::seconds(1));
        assert_eq!(get(&app, &secret, &path).0, 200);
        // Its days: from the second to the third.
        let at = |day: &str| app.clock.set(kernel::time::parse_local(day).expect("instant"));
        at("2026-11-03 23:59");
        assert_eq!(get(&app, &secret, &path).0, 200);
        at("2026-11-04 00:00");
        let (status, outcome) = get(&app, &secret, &path);
        assert!(status == 401 && says(&outcome, "2026-11-03 已过"), "{outcome}");
        at("2026-11-01 23:59");
        assert_eq!(get(&app, &secret, &path).0, 401);
    }

    fn an_objection_stops_it_at_once_and_its_end_lets_it_go_on(db: TestDb) {
        use care::consents::{How, Role, Withdrawal, steps};
        let app = app(db);
        let who = elder(&app, 2, "王桂英");
        fill(&app, who);
        let (_, secret) = partner(&app, &new_partner("320623"));
        let path = format!("/Patient/{}", who.uuid());
        assert_eq!(get(&app, &secret, &path).0, 200);
        let said = Withdrawal { name: "王桂英".into(), role: Role::Elder, how: How::Spoken };
        app.db.write(|tx| steps::platform(tx, &clerk(), who, &said, true)).expect("objected");
        assert!(app.db.write(|tx| steps::platform(tx, &clerk(), who, &said, true)).is_err());
        let (status, outcome) = get(&app, &secret, &path);
        assert!(status == 403 && says(&outcome, "FX-06") && !says(&outcome, "王桂英"), "{outcome}");
        let (_, found) = search(&app, &secret, number(2).as_str());
        assert!(found["total"] == 0 && found["entry"][0]["search"]["mode"] == "outcome", "{found}");
        let (status, outcome) = post(&app, &secret, "/Condition", &sending::condition(&path[1..], "1"));
        assert!(status == 403 && says(&outcome, "FX-06"), "{outcome}");
        let card = app.db.read(|tx| crate::fhir::card(tx, &clerk(), who)).expect("card").expect("card");
        assert!(card.body.into_string().contains("已反对"));
        app.clock.advance(TimeDelta::minutes(1));
        let later = Actor { now: kernel::Clock::now(app.clock.as_ref()), ..clerk() };
        app.db.write(|tx| steps::platform(tx, &later, who, &said, false)).expect("agreed");
        assert_eq!(get(&app, &secret, &path).0, 200);
    }

    fn other_formats_and_addresses_are_answered_as_outcomes(db: TestDb) {
        let app = app(db);
        let (_, secret) = partner(&app, &new_partner("320623"));
        let (status, outcome) = get(&app, &secret, "/Patient?_id=0198c0de-0000-7000-8000-000000000001&_format=xml");
        assert!(status == 406 && outcome["resourceType"] == "OperationOutcome");
        for path in ["/Practitioner", "/Patient/x", "/Condition/0198c0de-0000-7000-8000-000000000001"] {
            let (status, outcome) = get(&app, &secret, path);
            assert_eq!((status, &outcome["resourceType"]), (404, &"OperationOutcome".into()), "{path}");
        }
        assert_eq!(get(&app, &secret, "/Patient?identifier=urn:x%7C1").0, 400);
    }
}
