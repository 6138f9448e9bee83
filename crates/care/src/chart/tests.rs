use super::model::{self, Kind, Latest, NO_ALLERGY, NewItem, State};
use super::reviews::ReviewState;
use super::store::{self, Step};
use super::{READ, REVIEW, WRITE, codes, fhir, routes};
use crate::followups::Disease;
use crate::testing::{actor, day, dies, elder, library, neighbour, seed};
use db::testing::TestDb;
use kernel::{ChartItemId, ElderId};
use registry::elders::{OwnedTables, merges};
use web::testing::TestApp;

#[test]
fn a_diagnosis_is_found_by_code_name_and_letters() {
    let names = |text: &str| codes::search(text).iter().map(|one| one.name).collect::<Vec<_>>();
    assert_eq!(names("I10"), ["高血压病"]);
    assert_eq!(names("i11.9"), ["高血压病"]);
    assert_eq!(names("I15.9"), ["高血压病"]);
    assert!(names("I16").is_empty() && names("I09").is_empty() && names("").is_empty());
    assert_eq!(names("gxy"), ["高血压病"]);
    assert_eq!(names("血压"), ["高血压病"]);
    assert_eq!(names("D48"), ["肿瘤"]);
    assert!(names("D49").is_empty());
    for (text, fits) in [
        ("I10", true),
        ("E11.901", true),
        ("I63.x00x002", true),
        ("I10-I15", true),
        ("I15-I10", false),
        ("10", false),
        ("II0", false),
        ("I10.", false),
        ("I10.123456789", false),
    ] {
        assert_eq!(codes::is_icd10(text), fits, "{text}");
    }
}

#[test]
fn hundredths_are_read_and_shown() {
    assert_eq!(
        ["6.1", "138", "0.85", "6.10", "６.5"].map(codes::parse),
        [Some(610), Some(13800), Some(85), Some(610), Some(650)]
    );
    assert_eq!(["6.155", "", "-1", "x", ".5", "6."].map(codes::parse), [None; 6]);
    assert_eq!([610, 13800, 85, 5].map(codes::show), ["6.1", "138", "0.85", "0.05"]);
}

#[test]
fn what_cannot_be_measured_is_named() {
    let pressure = codes::measure(codes::PRESSURE).expect("measure");
    let wrong = |value, second| model::implausible(pressure, value, second).is_some();
    assert!(wrong(None, None) && wrong(Some(13000), None));
    assert!(!wrong(Some(13000), Some(8000)) && wrong(Some(8000), Some(8000)) && !wrong(Some(8001), Some(8000)));
    assert!(wrong(Some(30001), Some(8000)) && !wrong(Some(30000), Some(8000)));
    assert!(wrong(Some(13000), Some(1999)) && !wrong(Some(13000), Some(2000)));
}

#[test]
fn a_medicine_and_an_allergen_share_a_name() {
    assert!(model::related("青霉素V钾片", "青霉素类"));
    assert!(model::related("阿司匹林肠溶片", "阿司匹林过敏"));
    assert!(!model::related("氨氯地平片", "青霉素类"));
    assert!(!model::related("无已知过敏颗粒", NO_ALLERGY));
}

fn new(elder: ElderId, kind: Kind, name: &str) -> NewItem {
    NewItem::new(elder, kind, name, day("2026-10-01"))
}

fn add(db: &TestDb, item: NewItem) -> ChartItemId {
    db.write(|tx| store::add(tx, &actor("2026-11-02", 1), item)).expect("added")
}

fn refusal(db: &TestDb, item: NewItem) -> String {
    db.write(|tx| store::add(tx, &actor("2026-11-02", 1), item)).expect_err("refused").text()
}

fn latest(db: &TestDb, elder: ElderId) -> Latest {
    db.read(|tx| store::latest(tx, elder)).expect("latest")
}

fn step(
    db: &TestDb,
    key: (ElderId, ChartItemId),
    event: &'static str,
    on: &str,
    version: i64,
) -> Result<(), web::Error> {
    let step = Step { event, on: day(on), reason: "停用".into(), version };
    db.write(|tx| store::step(tx, &actor("2026-11-02", 1), key, &step))
}

db::on_both! {
    fn every_kind_is_kept_as_fhir_that_the_standard_takes(db: TestDb) {
        seed(&db);
        let who = elder(&db, 2, "王桂英");
        let mut ids = vec![];
        for kind in Kind::ALL {
            let mut item = new(who, *kind, "甲");
            item.detail = "说明".into();
            ids.push(add(&db, item));
        }
        for measure in codes::MEASURES {
            let (low, high) = measure.plausible;
            let second = (measure.code == codes::PRESSURE).then_some(low);
            add(&db, NewItem { code: measure.code.into(), value: Some(high), second, ..new(who, Kind::Result, "") });
        }
        let by = actor("2026-11-02", 1);
        let check = || {
            let all = db.read(|tx| store::resources(tx, &by, who)).expect("resources");
            for resource in &all {
                assert_eq!(fhir::fault(resource), None, "{resource}");
                let key = if resource["resourceType"] == "AllergyIntolerance" { "patient" } else { "subject" };
                assert_eq!(resource[key]["reference"], format!("Patient/{}", who.uuid()));
            }
            all
        };
        assert_eq!(check().len(), Kind::ALL.len() + codes::MEASURES.len());
        for id in &ids {
            let _ = step(&db, (who, *id), "end", "2026-10-02", 1);
        }
        check();
        for item in db.read(|tx| store::of_elder(tx, &by, who)).expect("items") {
            step(&db, (who, item.id), "void", "2026-10-03", item.version).expect("void");
        }
        assert!(check().iter().all(|r| r["status"] == "entered-in-error" || r["verificationStatus"]["coding"][0]["code"] == "entered-in-error"));
        assert_eq!(latest(&db, who), Latest::default());
    }

    fn what_matters_comes_first(db: TestDb) {
        seed(&db);
        let who = elder(&db, 2, "王桂英");
        assert!(!latest(&db, who).asked);
        add(&db, new(who, Kind::Allergy, NO_ALLERGY));
        assert!(latest(&db, who).asked && latest(&db, who).allergies.is_empty());
        add(&db, new(who, Kind::Allergy, "海鲜"));
        add(&db, NewItem { severe: true, detail: "呼吸困难".into(), ..new(who, Kind::Allergy, "青霉素类") });
        add(&db, new(who, Kind::Risk, "跌倒"));
        add(&db, NewItem { severe: true, ..new(who, Kind::Risk, "噎食") });
        let by = actor("2026-11-02", 1);
        for (on, high) in [("2026-10-03", 15000), ("2026-10-01", 13000)] {
            let what = (codes::PRESSURE, day(on), "上门服务");
            db.write(|tx| store::measure(tx, &by, who, what, (high, Some(8000)))).expect("measured");
            db.write(|tx| store::measure(tx, &by, who, what, (high, Some(8000)))).expect("measured twice");
        }
        let seen = latest(&db, who);
        assert_eq!(seen.allergies[0], ("青霉素类".into(), "呼吸困难".into(), true));
        assert_eq!((seen.allergies.len(), seen.risks), (2, vec!["噎食".to_owned(), "跌倒".to_owned()]));
        assert_eq!(seen.vitals, [("血压".to_owned(), "150/80 毫米汞柱".to_owned(), day("2026-10-03"))]);
        let results = db.read(|tx| store::of_elder(tx, &by, who)).expect("items");
        assert_eq!(results.iter().filter(|item| item.facts.kind == Kind::Result).count(), 2);
        let refused = db.write(|tx| store::measure(tx, &by, who, (codes::PULSE, day("2026-10-01"), "随访"), (30000, None)));
        assert!(refused.expect_err("implausible").text().contains("不合常理"));
    }

    fn each_reason_has_its_number(db: TestDb) {
        seed(&db);
        let who = elder(&db, 2, "王桂英");
        add(&db, new(who, Kind::Condition, "I10 原发性高血压"));
        assert!(refusal(&db, new(who, Kind::Condition, "I10")).contains("CH-01"));
        let penicillin = add(&db, new(who, Kind::Allergy, "青霉素类"));
        assert!(refusal(&db, new(who, Kind::Allergy, NO_ALLERGY)).contains("CH-02"));
        assert!(refusal(&db, new(who, Kind::Medication, "青霉素V钾片")).contains("CH-03"));
        let tablet = add(&db, NewItem { in_spite: "皮试阴性".into(), ..new(who, Kind::Medication, "青霉素V钾片") });
        step(&db, (who, tablet), "end", "2026-10-20", 1).expect("ended");
        for (version, event) in [(1, "void"), (2, "end")] {
            let stale = step(&db, (who, tablet), event, "2026-10-20", version).expect_err("stale");
            assert!(stale.text().contains("CH-04"), "{stale}");
        }
        assert!(step(&db, (who, penicillin), "end", "2026-09-30", 1).expect_err("before").text().contains("早于"));
        assert!(step(&db, (who, penicillin), "end", "2026-11-03", 1).expect_err("future").text().contains("晚于今天"));
        assert!(refusal(&db, NewItem { code: "高血压".into(), ..new(who, Kind::Condition, "甲") }).contains("不像 ICD-10"));
        assert!(refusal(&db, new(who, Kind::Condition, "Z99")).contains("请填写名称"));
        assert!(refusal(&db, NewItem::new(who, Kind::Risk, "跌倒", day("2026-11-03"))).contains("晚于今天"));
        dies(&db, 2, "王桂英", "2026-10-31");
        assert!(refusal(&db, NewItem::new(who, Kind::Risk, "跌倒", day("2026-11-01"))).contains("晚于去世日期"));
    }

    fn a_diagnosis_takes_the_elder_into_the_followup(db: TestDb) {
        seed(&db);
        let who = elder(&db, 2, "王桂英");
        let managed = |disease| db.read(|tx| crate::followups::store::managed(tx, who, disease)).expect("managed");
        add(&db, new(who, Kind::Condition, "I15.9 继发性高血压"));
        add(&db, new(who, Kind::Condition, "E10 1型糖尿病"));
        assert!(!managed(Disease::Hypertension) && !managed(Disease::Diabetes));
        add(&db, new(who, Kind::Condition, "gxyb"));
        add(&db, new(who, Kind::Condition, "E11.9 2型糖尿病"));
        assert!(managed(Disease::Hypertension) && managed(Disease::Diabetes));
        assert!(db.read(|tx| store::diagnosed(tx, who, "I10-I15")).expect("asked"));
    }

    fn a_record_follows_the_elder_into_a_merge(db: TestDb) {
        seed(&db);
        let (one, other) = (elder(&db, 2, "王桂英"), elder(&db, 4, "王桂英"));
        add(&db, new(other, Kind::Allergy, "海鲜"));
        let by = actor("2026-11-02", 1);
        let tables = OwnedTables(crate::OWNED.to_vec());
        db.write(|tx| merges::store::merge(tx, &by, one, other, "同一人", &tables)).expect("merged");
        let all = db.read(|tx| store::resources(tx, &by, one)).expect("resources");
        assert_eq!(all[0]["patient"]["reference"], format!("Patient/{}", one.uuid()));
        assert_eq!(latest(&db, one).allergies.len(), 1);
    }

    fn the_pages_write_show_print_and_keep_neighbours_out(db: TestDb) {
        seed(&db);
        let who = elder(&db, 2, "王桂英");
        let app = TestApp::new(db, (*library()).clone(), routes(), |state| state);
        let doctor = app.person("张医生", &[READ.0, WRITE.0, REVIEW.0, "followups.read"], "320623");
        let page = format!("/chart/{who}");
        assert!(doctor.get(&page).page().contains("过敏史未询问"));
        for kind in Kind::ALL {
            assert!(doctor.get(&format!("{page}/new?kind={}", kind.code())).page().contains(kind.begins()));
        }
        let post = |fields: &[(&str, &str)]| {
            let mut form = vec![("began_on", "2026-10-01")];
            form.extend(fields);
            doctor.post(&page, &form).goes_to()
        };
        post(&[("kind", "allergy"), ("name", "青霉素类"), ("detail", "皮疹"), ("severe", "true")]);
        post(&[("kind", "condition"), ("name", "I10-I15 高血压病")]);
        post(&[("kind", "result"), ("code", codes::PRESSURE), ("value", "138"), ("second", "82")]);
        post(&[("kind", "medication"), ("name", "氨氯地平片"), ("detail", "5 毫克，每日一次")]);
        let shown = doctor.get(&page).page();
        for text in ["青霉素类（严重）", "高血压病", "138/82 毫米汞柱", "氨氯地平片", "alert-danger"] {
            assert!(shown.contains(text), "{text}");
        }
        let wrong = doctor.post(&page, &[("began_on", "2026-10-01"), ("kind", "result"), ("code", codes::PULSE), ("value", "7x")]);
        assert_eq!(wrong.status.as_u16(), 422);
        let item = app.db.read(|tx| store::of_elder(tx, &actor("2026-11-02", 1), who)).expect("items").into_iter()
            .find(|item| item.facts.kind == Kind::Medication).expect("medicine");
        let closing = [("on", "2026-10-05"), ("reason", "换药"), ("version", "1")];
        let href = format!("{page}/items/{}/end", item.id);
        assert_eq!(doctor.post(&href, &closing).goes_to(), page);
        assert_eq!(doctor.post(&href, &closing).status.as_u16(), 409);
        assert!(doctor.get(&format!("{page}/print")).page().contains("健康档案摘要"));
        let bundle: serde_json::Value = serde_json::from_str(&doctor.get(&format!("{page}/fhir")).text()).expect("json");
        assert_eq!((bundle["resourceType"].as_str(), bundle["entry"].as_array().map(Vec::len)), (Some("Bundle"), Some(4)));
        assert!(doctor.get("/chart").page().contains("王桂英"));
        let stranger = app.person("邻县", &[READ.0, WRITE.0, REVIEW.0], "320612");
        for url in [page.clone(), format!("{page}/new"), format!("{page}/print"), format!("{page}/fhir"), format!("{page}/reviews/new")] {
            assert_eq!(stranger.get(&url).status.as_u16(), 404, "{url}");
        }
        assert!(!stranger.get("/chart").page().contains("王桂英"));
        assert_eq!(stranger.post(&page, &[("began_on", "2026-10-01"), ("kind", "risk"), ("name", "跌倒")]).status.as_u16(), 404);
        assert_eq!(app.person("只看", &[READ.0], "320623").post(&href, &closing).status.as_u16(), 403);
    }

    fn a_checkup_counts_among_the_last_values(db: TestDb) {
        seed(&db);
        let (who, by) = (elder(&db, 2, "王桂英"), actor("2026-11-02", 1));
        let measured = |on: &str, high: i64| {
            let what = (codes::PRESSURE, day(on), "上门服务");
            db.write(|tx| store::measure(tx, &by, who, what, (high * 100, Some(8000)))).expect("measured");
        };
        let pressure = || latest(&db, who).vitals.into_iter().find(|(name, ..)| name == "血压").map(|(_, figure, _)| figure);
        measured("2026-09-30", 131);
        let checkup = crate::records::NewCheckup {
            elder: who,
            on: day("2026-10-01"),
            institution: None,
            file_built: true,
            guided: true,
            complete: true,
            sbp: Some(132),
            dbp: Some(80),
            glucose: Some(61),
        };
        db.write(|tx| crate::records::store::save(tx, &by, &checkup, "导入")).expect("saved");
        assert_eq!(pressure().as_deref(), Some("132/80 毫米汞柱"));
        assert!(latest(&db, who).vitals.contains(&("空腹血糖".into(), "6.1 毫摩尔/升".into(), day("2026-10-01"))));
        measured("2026-10-02", 133);
        assert_eq!(pressure().as_deref(), Some("133/80 毫米汞柱"));
    }

    fn a_review_waits_for_its_answer_and_guidance_does_not(db: TestDb) {
        seed(&db);
        let who = elder(&db, 2, "王桂英");
        add(&db, NewItem { detail: "5 毫克".into(), ..new(who, Kind::Medication, "氨氯地平片") });
        let app = TestApp::new(db, (*library()).clone(), routes(), |state| state);
        let doctor = app.person("张医生", &[READ.0, REVIEW.0], "320623");
        let url = format!("/chart/{who}/reviews");
        assert!(doctor.get(&format!("{url}/new")).page().contains("氨氯地平片 5 毫克"));
        let form = [("kind", "review"), ("on", "2026-11-02"), ("problems", "dose"), ("problems", "adverse"), ("advice", "减量")];
        let page = doctor.post(&url, &form).goes_to();
        let shown = doctor.get(&page).page();
        assert!(shown.contains("用法用量不适宜、有不良反应") && shown.contains("待处方医师答复"), "{shown}");
        assert!(doctor.get("/chart/reviews?open=true").page().contains("王桂英"));
        let answer = format!("{page}/answer");
        assert_eq!(doctor.post(&answer, &[("answer", "已减量"), ("version", "2")]).status.as_u16(), 409);
        assert_eq!(doctor.post(&answer, &[("answer", "已减量"), ("version", "1")]).goes_to(), page);
        assert!(doctor.post(&answer, &[("answer", "再答"), ("version", "2")]).text().contains("CH-05"));
        let form = [("kind", "guidance"), ("on", "2026-11-02"), ("problems", "adherence"), ("advice", "教会分装药盒")];
        assert!(doctor.get(&doctor.post(&url, &form).goes_to()).page().contains(ReviewState::Done.name()));
        assert!(!doctor.get("/chart/reviews?open=true").page().contains("王桂英"));
        assert_eq!(doctor.post(&url, &form[..3]).status.as_u16(), 422);
        assert_eq!(doctor.post(&url, &[("kind", "review"), ("on", "2026-11-03"), ("advice", "甲")]).status.as_u16(), 422);
        let stranger = app.person("邻县", &[READ.0, REVIEW.0], "320612");
        assert_eq!(stranger.get(&page).status.as_u16(), 404);
        assert_eq!(stranger.post(&answer, &[("answer", "甲"), ("version", "2")]).status.as_u16(), 404);
    }

    fn a_neighbour_neither_sees_nor_writes(db: TestDb) {
        seed(&db);
        let who = elder(&db, 2, "王桂英");
        let by = neighbour("2026-11-02");
        assert!(matches!(db.write(|tx| store::add(tx, &by, new(who, Kind::Risk, "跌倒"))), Err(web::Error::NotFound)));
        assert!(matches!(db.read(|tx| store::of_elder(tx, &by, who)), Err(db::Error::NotFound)));
        assert!(matches!(db.read(|tx| store::resources(tx, &by, who)), Err(db::Error::NotFound)));
        assert_eq!(db.read(|tx| store::count(tx, &by)).expect("count"), 0);
    }
}

#[test]
fn states_follow_the_table() {
    assert_eq!(State::Active.after("end"), Some(State::Ended));
    assert_eq!(State::Ended.after("end"), None);
    assert_eq!(State::Error.after("void"), None);
}
