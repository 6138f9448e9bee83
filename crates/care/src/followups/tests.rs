use super::model::{
    Adherence, Adverse, Disease, Key, NewVisit, Outcome, Referral, Standing, State, Way, judge, warning,
};
use super::store::{self, Filter};
use super::{READ, WRITE, routes};
use crate::chart;
use crate::testing::{actor, area, day, elder, library, neighbour, seed};
use db::testing::TestDb;
use kernel::{ElderId, Happening, What};
use registry::elders::{Chronic, NewElder};
use web::testing::TestApp;

fn visit(on: &str, sbp: i64, dbp: i64) -> NewVisit {
    NewVisit {
        on: day(on),
        way: Way::Clinic,
        sbp: Some(sbp),
        dbp: Some(dbp),
        glucose: None,
        pulse: None,
        temperature: None,
        signs: vec![],
        adverse: Adverse::None,
        adverse_note: String::new(),
        complication: false,
        complication_note: String::new(),
        adherence: Adherence::Regular,
        lifestyle: String::new(),
        treatment: String::new(),
    }
}

fn sugar(on: &str, glucose: i64) -> NewVisit {
    NewVisit { sbp: None, dbp: None, glucose: Some(glucose), ..visit(on, 0, 0) }
}

#[test]
fn age_and_both_values_decide_whether_pressure_is_controlled() {
    let outcome = |age, sbp, dbp, before| {
        let place = (Disease::Hypertension, area("320623"));
        judge(&library(), place, &visit("2026-11-02", sbp, dbp), (age, before)).expect("judged").outcome
    };
    assert_eq!(outcome(64, 139, 89, false), Outcome::Satisfied);
    assert_eq!(outcome(64, 140, 89, false), Outcome::Adjust);
    assert_eq!(outcome(65, 149, 89, true), Outcome::Satisfied);
    assert_eq!(outcome(65, 150, 89, false), Outcome::Adjust);
    assert_eq!(outcome(65, 150, 89, true), Outcome::Refer);
    assert_eq!(outcome(65, 130, 90, false), Outcome::Adjust);
    assert_eq!(outcome(65, 179, 109, false), Outcome::Adjust);
    assert_eq!(outcome(65, 180, 80, false), Outcome::Urgent);
    assert_eq!(outcome(65, 130, 110, false), Outcome::Urgent);
}

#[test]
fn glucose_signs_and_side_effects_decide_in_their_order() {
    let outcome = |visit: &NewVisit| {
        let judged = judge(&library(), (Disease::Diabetes, area("320623")), visit, (70, false)).expect("judged");
        (judged.outcome, judged.next_by)
    };
    let (soon, later) = (day("2026-11-16"), day("2027-02-02"));
    for (tenths, expected) in [
        (39, Outcome::Urgent),
        (40, Outcome::Satisfied),
        (69, Outcome::Satisfied),
        (70, Outcome::Adjust),
        (166, Outcome::Adjust),
        (167, Outcome::Urgent),
    ] {
        let next = if expected == Outcome::Satisfied { later } else { soon };
        assert_eq!(outcome(&sugar("2026-11-02", tenths)), (expected, next), "{tenths}");
    }
    let good = sugar("2026-11-02", 60);
    assert_eq!(outcome(&NewVisit { signs: vec!["深大呼吸、皮肤潮红".into()], ..good.clone() }).0, Outcome::Urgent);
    assert_eq!(outcome(&NewVisit { adverse: Adverse::Mild, ..good.clone() }).0, Outcome::Adjust);
    assert_eq!(outcome(&NewVisit { adverse: Adverse::Uncontrolled, ..good.clone() }).0, Outcome::Refer);
    assert_eq!(outcome(&NewVisit { complication: true, ..good.clone() }).0, Outcome::Refer);
    assert_eq!(outcome(&NewVisit { pulse: Some(101), ..good.clone() }).0, Outcome::Urgent);
    assert_eq!(outcome(&NewVisit { pulse: Some(100), ..good.clone() }).0, Outcome::Satisfied);
    assert_eq!(outcome(&NewVisit { temperature: Some(391), ..good.clone() }).0, Outcome::Urgent);
    assert_eq!(outcome(&NewVisit { temperature: Some(390), ..good }).0, Outcome::Satisfied);
}

#[test]
fn before_the_rules_there_is_no_answer() {
    let place = (Disease::Hypertension, area("320623"));
    let reason = judge(&library(), place, &visit("2017-02-27", 130, 80), (70, false)).expect_err("undecided");
    assert_eq!(reason.code, "FU-05");
    assert!(judge(&library(), place, &visit("2017-02-28", 130, 80), (70, false)).is_ok());
}

#[test]
fn what_cannot_be_true_is_named() {
    let field = |visit: &NewVisit, disease| visit.fault(disease).map(|(field, ..)| field);
    let at = |sbp, dbp| field(&visit("2026-11-02", sbp, dbp), Disease::Hypertension);
    assert_eq!(
        [at(49, 30), at(300, 80), at(301, 80), at(130, 19), at(83, 83), at(84, 83)],
        [Some("sbp"), None, Some("sbp"), Some("dbp"), Some("dbp"), None]
    );
    for (tenths, wrong) in [(5, true), (6, false), (400, false), (401, true)] {
        assert_eq!(field(&sugar("2026-11-02", tenths), Disease::Diabetes).is_some(), wrong, "{tenths}");
    }
    assert_eq!(field(&sugar("2026-11-02", 60), Disease::Hypertension), Some("sbp"));
    assert_eq!(field(&visit("2026-11-02", 130, 80), Disease::Diabetes), Some("glucose"));
    assert_eq!(field(&NewVisit { sbp: Some(130), ..sugar("2026-11-02", 60) }, Disease::Diabetes), Some("dbp"));
}

fn enrol(db: &TestDb, elder: ElderId, disease: Disease) -> Key {
    db.write(|tx| store::enrol(tx, &actor("2026-06-01", 1), elder, disease)).expect("enrolled")
}

fn record(db: &TestDb, key: Key, version: i64, new: &NewVisit) -> Result<Outcome, web::Error> {
    let by = actor("2026-11-02", 1);
    db.write(|tx| store::record(tx, &by, &library(), (key, version), new)).map(|judged| judged.outcome)
}

fn found(db: &TestDb, key: Key) -> super::Followup {
    db.read(|tx| store::find(tx, &actor("2026-11-02", 1), key)).expect("found")
}

db::on_both! {
    fn two_bad_results_in_a_row_propose_a_referral(db: TestDb) {
        seed(&db);
        let key = enrol(&db, elder(&db, 2, "王桂英"), Disease::Hypertension);
        assert_eq!(found(&db, key).next_by, Some(day("2026-06-01")));
        assert_eq!(record(&db, key, 1, &visit("2026-08-01", 160, 80)).expect("first"), Outcome::Adjust);
        assert_eq!(found(&db, key).next_by, Some(day("2026-08-15")));
        assert_eq!(record(&db, key, 2, &visit("2026-08-14", 152, 80)).expect("second"), Outcome::Refer);
        assert_eq!(record(&db, key, 3, &visit("2026-08-28", 140, 80)).expect("third"), Outcome::Satisfied);
        assert_eq!(record(&db, key, 4, &visit("2026-10-28", 160, 80)).expect("fourth"), Outcome::Adjust);
        let by = actor("2026-11-02", 1);
        let visits = db.read(|tx| store::visits(tx, &by, key.elder)).expect("visits");
        let referrals: Vec<Referral> = visits.iter().map(|one| one.referral).collect();
        assert_eq!(referrals, [Referral::None, Referral::None, Referral::Open, Referral::None]);
        assert_eq!(warning(visits[2].judged.outcome, &visits[2].facts).expect("reason").code, "FU-12");
        let open = Filter { referral: true, ..Filter::default() };
        assert_eq!(db.read(|tx| store::count(tx, &by, &open)).expect("count"), 1);
        let answer = |made| db.write(|tx| store::refer(tx, &by, (key.elder, visits[2].id), (made, "县人民医院")));
        answer(true).expect("answered");
        assert!(answer(false).expect_err("twice").text().contains("FU-06"));
        assert_eq!(db.read(|tx| store::count(tx, &by, &open)).expect("count"), 0);
        let vitals = db.read(|tx| chart::latest(tx, key.elder)).expect("latest").vitals;
        assert_eq!(vitals, [("血压".to_owned(), "160/80 毫米汞柱".to_owned(), day("2026-10-28"))]);
    }

    fn a_followup_since_the_checkup_answers_what_that_found(db: TestDb) {
        seed(&db);
        let (by, who) = (actor("2026-11-02", 1), elder(&db, 2, "王桂英"));
        let key = enrol(&db, who, Disease::Hypertension);
        let checkup = crate::records::model::NewCheckup {
            elder: who,
            on: day("2026-10-01"),
            institution: None,
            file_built: true,
            guided: true,
            complete: true,
            sbp: Some(160),
            dbp: Some(82),
            glucose: Some(61),
        };
        db.write(|tx| crate::records::store::save(tx, &by, &checkup, "导入")).expect("saved");
        let examine = || crate::records::jobs::nightly(&db, &by, &library()).expect("night");
        let open = || db.read(|tx| crate::records::store::findings::count_open(tx, &by, None)).expect("count");
        examine();
        assert_eq!(open(), 1);
        record(&db, key, 1, &visit("2026-09-30", 160, 80)).expect("before");
        assert_eq!(open(), 1, "what was done before the check-up does not answer it");
        record(&db, key, 2, &visit("2026-10-01", 140, 80)).expect("the same day");
        assert_eq!(open(), 0);
        db.write(|tx| crate::records::store::save(tx, &by, &crate::records::model::NewCheckup { sbp: Some(161), ..checkup }, "导入"))
            .expect("mended");
        examine();
        assert_eq!(open(), 0, "looked for again after the follow-up");
    }

    fn each_refusal_has_its_number(db: TestDb) {
        seed(&db);
        let who = elder(&db, 2, "王桂英");
        let key = enrol(&db, who, Disease::Hypertension);
        let by = actor("2026-11-02", 1);
        let twice = db.write(|tx| store::enrol(tx, &by, who, Disease::Hypertension)).expect_err("twice");
        assert!(twice.text().contains("FU-01"));
        record(&db, key, 1, &visit("2026-08-01", 130, 80)).expect("first");
        assert!(record(&db, key, 1, &visit("2026-08-02", 130, 80)).expect_err("stale").text().contains("FU-04"));
        assert!(record(&db, key, 2, &visit("2026-08-01", 130, 80)).expect_err("same day").text().contains("FU-02"));
        assert!(record(&db, key, 2, &visit("2026-07-31", 130, 80)).expect_err("before").text().contains("FU-02"));
        assert!(record(&db, key, 2, &visit("2026-11-03", 130, 80)).expect_err("future").text().contains("晚于今天"));
        let step = |version, event, why| db.write(|tx| store::step(tx, &by, (key, version), (event, why)));
        assert_eq!(step(2, "lose", "电话停机").expect("lost"), State::Lost);
        assert!(step(2, "end", "本人拒绝").expect_err("stale").text().contains("FU-04"));
        assert!(step(3, "lose", "再次").expect_err("twice").text().contains("FU-03"));
        record(&db, key, 3, &visit("2026-08-03", 130, 80)).expect("found again");
        assert_eq!(found(&db, key).state, State::Managed);
        assert_eq!(step(4, "end", "诊断排除").expect("ended"), State::Ended);
        assert!(record(&db, key, 5, &visit("2026-08-04", 130, 80)).expect_err("ended").text().contains("FU-03"));
        enrol(&db, who, Disease::Hypertension);
    }

    fn a_death_and_a_move_away_end_everything(db: TestDb) {
        seed(&db);
        for (number, what) in [(2, What::Died), (4, What::MovedAway), (6, What::LeftHospital)] {
            let who = elder(&db, number, "王桂英");
            let key = enrol(&db, who, Disease::Hypertension);
            record(&db, key, 1, &visit("2026-08-01", 190, 80)).expect("urgent");
            let happening = Happening { elder: who, what, on: day("2026-09-01"), institution: None };
            let by = actor("2026-11-02", 1);
            for _ in 0..2 {
                db.write(|tx| store::follow(tx, &by, &happening)).expect("followed");
            }
            let (one, over) = (found(&db, key), what != What::LeftHospital);
            assert_eq!(one.state == State::Ended, over);
            assert_eq!(one.end_reason == what.name(), over);
            let visits = db.read(|tx| store::visits(tx, &by, who)).expect("visits");
            assert_eq!(visits[0].referral == Referral::Open, !over);
        }
    }

    fn the_lists_sort_by_the_day(db: TestDb) {
        seed(&db);
        let key = enrol(&db, elder(&db, 2, "王桂英"), Disease::Hypertension);
        record(&db, key, 1, &visit("2026-08-02", 130, 80)).expect("done");
        let one = found(&db, key);
        assert_eq!(one.next_by, Some(day("2026-11-02")));
        assert_eq!(one.standing(day("2026-11-03"), 14), Standing::Overdue);
        assert_eq!(one.standing(day("2026-11-02"), 14), Standing::Due);
        assert_eq!(one.standing(day("2026-10-19"), 14), Standing::Due);
        assert_eq!(one.standing(day("2026-10-18"), 14), Standing::Waiting);
        let by = actor("2026-11-02", 1);
        let count = |before: &str| {
            let filter = Filter { state: Some(State::Managed), before: Some(day(before)), ..Filter::default() };
            db.read(|tx| store::count(tx, &by, &filter)).expect("count")
        };
        assert_eq!((count("2026-11-02"), count("2026-11-03")), (0, 1));
    }

    fn the_pages_enrol_record_warn_and_keep_neighbours_out(db: TestDb) {
        seed(&db);
        let who = elder(&db, 2, "王桂英");
        let mut roster = NewElder::new("王桂英", crate::testing::citizen("1940-03-04", 2), area("320623"));
        roster.details.chronic = Some(vec![Chronic::Hypertension, Chronic::Stroke]);
        db.write(|tx| registry::elders::store::save(tx, &actor("2026-01-01", 1), &roster)).expect("roster");
        let app = TestApp::new(db, (*library()).clone(), routes(), |state| state);
        let doctor = app.person("张医生", &[READ.0, WRITE.0, crate::followups::REFER.0], "320623");
        assert!(doctor.get("/followups/candidates").page().contains("王桂英"));
        assert!(!doctor.get("/followups/candidates?disease=diabetes").page().contains("王桂英"));
        let id = who.to_string();
        let page = doctor.post("/followups", &[("elder", &id), ("disease", "hypertension")]).goes_to();
        assert!(!doctor.get("/followups/candidates").page().contains("王桂英"));
        assert_eq!(doctor.post("/followups", &[("elder", &id), ("disease", "hypertension")]).status.as_u16(), 422);
        let key = app.db.read(|tx| store::of_elder(tx, &actor("2026-11-02", 1), who)).expect("all")[0].key;
        let href = format!("{page}/{}", key.id);
        assert!(doctor.get(&format!("{href}/new")).page().contains("剧烈头痛或头晕"));
        let mut form = vec![("version", "1"), ("on", "2026-11-02"), ("way", "home"), ("sbp", "185"), ("dbp", "95")];
        form.extend([("adherence", "intermittent"), ("adverse", "none"), ("signs", "剧烈头痛或头晕"), ("signs", "自编的")]);
        assert_eq!(doctor.post(&href, &form).goes_to(), page);
        let shown = doctor.get(&page).page();
        for text in ["FU-11", "立即转诊", "剧烈头痛或头晕", &format!("/referrals/new?elder={who}")] {
            assert!(shown.contains(text), "{text}");
        }
        assert!(!shown.contains("自编的"));
        assert!(doctor.get("/followups?show=referral").page().contains("王桂英"));
        let visit = app.db.read(|tx| store::visits(tx, &actor("2026-11-02", 1), who)).expect("visits")[0].id;
        let answer = [("became", "made"), ("note", "县人民医院急诊")];
        assert_eq!(doctor.post(&format!("{href}/visits/{visit}"), &answer).goes_to(), page);
        assert!(doctor.get(&page).page().contains("县人民医院急诊"));
        for show in ["overdue", "due", "all", "lost"] {
            assert!(doctor.get(&format!("/followups?show={show}")).page().contains("慢病随访"));
        }
        let stranger = app.person("邻县", &[READ.0, WRITE.0], "320612");
        assert_eq!(stranger.get(&page).status.as_u16(), 404);
        assert_eq!(stranger.get(&format!("{href}/new")).status.as_u16(), 404);
        assert_eq!(stranger.post(&href, &form).status.as_u16(), 404);
        assert_eq!(stranger.post(&format!("{href}/end"), &[("reason", "死亡"), ("version", "2")]).status.as_u16(), 404);
        assert_eq!(stranger.post(&format!("{href}/visits/{visit}"), &answer).status.as_u16(), 404);
        assert_eq!(stranger.post("/followups", &[("elder", &id), ("disease", "diabetes")]).status.as_u16(), 404);
        assert!(!stranger.get("/followups?show=all").page().contains("王桂英"));
        assert_eq!(app.person("只看", &[READ.0], "320623").post(&href, &form).status.as_u16(), 403);
        assert_eq!(doctor.post(&format!("{href}/end"), &[("reason", "其他"), ("version", "2")]).goes_to(), page);
    }

    fn a_neighbour_neither_enrols_nor_records(db: TestDb) {
        seed(&db);
        let key = enrol(&db, elder(&db, 2, "王桂英"), Disease::Hypertension);
        let by = neighbour("2026-11-02");
        let refused = db.write(|tx| store::record(tx, &by, &library(), (key, 1), &visit("2026-08-01", 130, 80)));
        assert!(matches!(refused, Err(web::Error::NotFound)));
        assert_eq!(db.read(|tx| store::count(tx, &by, &Filter::default())).expect("count"), 0);
    }
}
