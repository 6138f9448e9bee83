use super::findings::{FaceToFace, Screening, SelfRating};
use super::jobs;
use super::model::{NewCheckup, parse_tenths, tenths};
use super::{READ, WRITE, routes, store};
use crate::subject::Subject;
use crate::testing::{actor, area, day, elder, institution, library, neighbour, seed};
use kernel::{Date, ElderId, Happening, What};
use registry::elders::{LinkKind, facts, links};
use registry::institutions::Kind;
use registry::saved::Saved;
use uuid::Uuid;
use web::testing::TestApp;

fn checkup(elder: ElderId, on: &str) -> NewCheckup {
    NewCheckup {
        elder,
        on: day(on),
        institution: None,
        file_built: true,
        guided: true,
        complete: true,
        sbp: Some(138),
        dbp: Some(82),
        glucose: Some(61),
    }
}

fn subject(died_on: Option<Date>) -> Subject {
    Subject {
        id: ElderId(Uuid::from_u128(1)),
        name: "王桂英".into(),
        sex: 2,
        born: day("1940-03-04"),
        area: area("320623"),
        chronic: String::new(),
        present: died_on.is_none(),
        died_on,
    }
}

fn fault(change: impl FnOnce(&mut NewCheckup)) -> Option<&'static str> {
    let mut new = checkup(ElderId(Uuid::from_u128(1)), "2026-11-02");
    change(&mut new);
    new.fault(&subject(Some(day("2026-11-02"))), day("2026-11-02")).map(|(field, _)| field)
}

#[test]
fn what_cannot_be_true_is_named() {
    assert_eq!(fault(|_| ()), None);
    assert_eq!(fault(|c| c.on = day("2026-11-03")), Some("体检日期"));
    assert_eq!(fault(|c| c.on = day("1940-03-04")), None);
    assert_eq!(fault(|c| c.on = day("1940-03-03")), Some("体检日期"));
    for (value, wrong) in [(49, true), (83, false), (300, false), (301, true)] {
        assert_eq!(fault(|c| c.sbp = Some(value)), wrong.then_some("收缩压"), "{value}");
    }
    for (value, wrong) in [(19, true), (20, false), (137, false), (138, true)] {
        assert_eq!(fault(|c| c.dbp = Some(value)), wrong.then_some("舒张压"), "{value}");
    }
    for (value, wrong) in [(9, true), (10, false), (500, false), (501, true)] {
        assert_eq!(fault(|c| c.glucose = Some(value)), wrong.then_some("空腹血糖"), "{value}");
    }
    assert_eq!(fault(|c| c.dbp = None), Some("舒张压"));
    assert_eq!(fault(|c| c.sbp = None), Some("收缩压"));
    assert_eq!(fault(|c| (c.sbp, c.dbp) = (None, None)), None);
    let dead = subject(Some(day("2026-10-31")));
    assert!(checkup(dead.id, "2026-11-01").fault(&dead, day("2026-11-02")).is_some());
}

#[test]
fn tenths_are_read_and_shown() {
    assert_eq!(["6.1", "6", "6.10", "0.5"].map(parse_tenths), [Some(61), Some(60), Some(61), Some(5)]);
    assert_eq!(["6.15", "", "-1", "x", ".5"].map(parse_tenths), [None; 5]);
    assert_eq!((tenths(61), tenths(5)), ("6.1".into(), "0.5".into()));
}

db::on_both! {
    fn the_same_day_is_one_checkup_and_facts_follow(db: TestDb) {
        seed(&db);
        let (by, elder) = (actor("2026-11-02", 1), elder(&db, 2, "王桂英"));
        let save = |new: &NewCheckup| db.write(|tx| store::save(tx, &by, new, "导入"));
        let known = || db.read(|tx| facts::of(tx, elder)).map(|f| (f.checkup_on, f.managed_on)).expect("facts");
        let (id, saved) = save(&checkup(elder, "2026-03-01")).expect("saved");
        assert_eq!(saved, Saved::Created);
        assert_eq!(save(&checkup(elder, "2026-03-01")).expect("saved"), (id, Saved::Unchanged));
        assert_eq!(known(), (Some(day("2026-03-01")), Some(day("2026-03-01"))));
        let later = NewCheckup { complete: false, ..checkup(elder, "2026-10-01") };
        let (second, _) = save(&later).expect("saved");
        assert_eq!(known(), (Some(day("2026-10-01")), Some(day("2026-03-01"))));
        let (_, Saved::Changed(changes)) = save(&checkup(elder, "2026-10-01")).expect("saved") else { panic!("changed") };
        assert_eq!((changes.len(), changes[0].label.as_str()), (1, "体检表完整"));
        assert_eq!(known().1, Some(day("2026-10-01")));
        db.write(|tx| store::restore(tx, &by, elder, second, &changes)).expect("back");
        assert_eq!(known().1, Some(day("2026-03-01")));
        db.write(|tx| store::remove(tx, &by, elder, second)).expect("removed");
        db.write(|tx| store::remove(tx, &by, elder, id)).expect("removed");
        assert_eq!(known(), (None, None));
    }

    fn a_neighbour_neither_sees_nor_writes(db: TestDb) {
        seed(&db);
        let elder = elder(&db, 2, "王桂英");
        let by = neighbour("2026-11-02");
        let refused = db.write(|tx| store::save(tx, &by, &checkup(elder, "2026-03-01"), "导入")).expect_err("refused");
        assert!(refused.to_string().contains("不在您的辖区内"), "{refused}");
        assert!(matches!(db.read(|tx| store::of_elder(tx, &by, elder)), Err(db::Error::NotFound)));
        assert_eq!(db.read(|tx| store::count(tx, &by, day("2026-01-01"))).expect("count"), 0);
    }

    fn the_form_registers_and_the_page_says_whether_it_is_due(db: TestDb) {
        seed(&db);
        let elder = elder(&db, 2, "王桂英");
        let app = TestApp::new(db, (*library()).clone(), routes(), |state| state);
        let nurse = app.person("张护士", &[READ.0, WRITE.0], "320623");
        let page = format!("/records/{elder}");
        assert!(nurse.get(&page).page().contains("本年度健康管理应做"));
        assert!(nurse.get(&format!("/records/new?elder={elder}")).page().contains("登记年度体检"));
        let elder_text = elder.to_string();
        let mut form = vec![("elder", elder_text.as_str()), ("on", "2026-11-02"), ("sbp", "138"), ("dbp", "82"), ("glucose", "6.1")];
        form.extend([("file_built", "true"), ("guided", "true"), ("complete", "true")]);
        assert_eq!(nurse.post("/records", &form).goes_to(), format!("/elders/{elder}"));
        let shown = nurse.get(&page).page();
        assert!(shown.contains("尚未到期") && shown.contains("138/82") && shown.contains("6.1"), "{shown}");
        assert!(nurse.get("/records").page().contains("王桂英"));
        form[3].1 = "150";
        assert_eq!(nurse.post("/records", &form).status.as_u16(), 422);
        let stranger = app.person("邻县", &[READ.0, WRITE.0], "320612");
        assert_eq!(stranger.get(&page).status.as_u16(), 404);
        assert!(!stranger.get("/records").page().contains("王桂英"));
        assert_eq!(app.person("无权", &[READ.0], "320623").post("/records", &form).status.as_u16(), 403);
    }
}

fn face() -> FaceToFace {
    FaceToFace {
        height: Some(1600),
        weight: Some(600),
        waist: Some(850),
        pulse: Some(720),
        temperature: Some(365),
        self_rating: Some(SelfRating::Fairly),
        cognition: Some(Screening::Negative),
        affect: Some(Screening::Negative),
        self_care: [("A1", 0), ("A2", 0), ("A3", 0), ("A4", 0), ("A5", 0)].map(|(k, n)| (k.to_owned(), n)).into(),
        lifestyle: "不吸烟".into(),
        note: String::new(),
    }
}

#[test]
fn the_body_mass_is_cut_off_and_never_rounded_over_a_limit() {
    let bmi = |weight, height| FaceToFace { weight: Some(weight), height: Some(height), ..face() }.bmi();
    assert_eq!(bmi(600, 1600), Some(234));
    assert_eq!((bmi(716, 1600), bmi(717, 1600)), (Some(279), Some(280)));
    assert_eq!(FaceToFace { height: Some(0), ..face() }.bmi(), None);
    assert_eq!(FaceToFace { weight: None, ..face() }.bmi(), None);
}

db::on_both! {
    fn what_is_abnormal_becomes_work_until_it_is_handled(db: TestDb) {
        seed(&db);
        let (by, elder) = (actor("2026-11-02", 1), elder(&db, 2, "王桂英"));
        let save = |new: &NewCheckup| db.write(|tx| store::save(tx, &by, new, "导入")).expect("saved").0;
        let open = || {
            let all = db.read(|tx| store::findings::open(tx, &by, None, (50, 0))).expect("open");
            all.into_iter().map(|(_, _, one)| (one.found.finding, one.found.due_on)).collect::<Vec<_>>()
        };
        let night = || jobs::nightly(&db, &by, &library()).expect("night");
        let first = save(&NewCheckup { sbp: Some(152), ..checkup(elder, "2026-10-01") });
        assert_eq!((night(), night()), (1, 0));
        assert_eq!(open(), [("pressure_high".to_owned(), day("2026-10-15"))]);
        save(&NewCheckup { sbp: Some(139), ..checkup(elder, "2026-10-01") });
        assert_eq!(night(), 1);
        assert!(open().is_empty());
        let mut form = face();
        form.cognition = Some(Screening::Positive);
        form.self_care.insert("A4".into(), 10);
        db.write(|tx| store::findings::save(tx, &by, &library(), (elder, first), &form)).expect("form");
        assert_eq!(open().len(), 2);
        form.self_care.remove("A1");
        let refused = db.write(|tx| store::findings::save(tx, &by, &library(), (elder, first), &form)).expect_err("open item");
        assert!(refused.text().contains("进餐"), "{refused}");
        let later = save(&NewCheckup { glucose: Some(170), ..checkup(elder, "2026-10-20") });
        night();
        assert_eq!(open(), [("glucose_danger".to_owned(), day("2026-10-20"))]);
        let finding = db.read(|tx| store::findings::findings_of(tx, &by, elder)).expect("all").into_iter()
            .find(|one| one.checkup == later).expect("one").id;
        let handle = || db.write(|tx| store::findings::handle(tx, &by, (elder, finding), "已转县医院"));
        handle().expect("handled");
        assert!(handle().expect_err("twice").text().contains("RC-01"));
        db.write(|tx| store::findings::examine(tx, &by, &library(), elder, later)).expect("again");
        assert!(open().is_empty());
        let vitals = db.read(|tx| crate::chart::latest(tx, elder)).expect("latest").vitals;
        assert!(vitals.contains(&("体重".to_owned(), "60 千克".to_owned(), day("2026-10-01"))), "{vitals:?}");
    }

    fn an_institution_sees_what_is_its_own(db: TestDb) {
        seed(&db);
        let (by, one) = (actor("2026-11-02", 1), elder(&db, 2, "王桂英"));
        let centre = institution(&db, 1, Kind::CommunityHealthCentre, "掘港街道社区卫生服务中心");
        let other = institution(&db, 2, Kind::CommunityHealthCentre, "马塘镇社区卫生服务中心");
        let new = NewCheckup { sbp: Some(185), institution: Some(other), ..checkup(one, "2026-10-01") };
        db.write(|tx| store::save(tx, &by, &new, "导入")).expect("saved");
        jobs::nightly(&db, &by, &library()).expect("night");
        let count = |own| db.read(|tx| store::findings::count_open(tx, &by, own)).expect("count");
        assert_eq!([None, Some(centre), Some(other)].map(count), [1, 0, 1]);
        db.write(|tx| links::open(tx, one, centre, LinkKind::Contract, day("2026-10-01"))).expect("linked");
        assert_eq!(count(Some(centre)), 1);
        let listed = db.read(|tx| store::findings::open(tx, &by, Some(centre), (5, 0))).expect("open");
        assert_eq!(listed[0].2.found.action, "refer_now");
    }

    fn a_death_closes_what_a_checkup_asked_for(db: TestDb) {
        seed(&db);
        let (by, elder) = (actor("2026-11-02", 1), elder(&db, 2, "王桂英"));
        db.write(|tx| store::save(tx, &by, &NewCheckup { sbp: Some(185), ..checkup(elder, "2026-10-01") }, "导入")).expect("saved");
        jobs::nightly(&db, &by, &library()).expect("night");
        assert_eq!(db.read(|tx| store::findings::count_open(tx, &by, None)).expect("count"), 1);
        let happening = Happening { elder, what: What::Died, on: day("2026-10-05"), institution: None };
        db.write(|tx| store::findings::follow(tx, &by, &happening)).expect("followed");
        assert_eq!(db.read(|tx| store::findings::count_open(tx, &by, None)).expect("count"), 0);
    }

    fn the_form_is_filled_in_and_a_finding_handled_on_the_page(db: TestDb) {
        seed(&db);
        let elder = elder(&db, 2, "王桂英");
        let by = actor("2026-11-02", 1);
        let (id, _) = db.write(|tx| store::save(tx, &by, &checkup(elder, "2026-10-01"), "导入")).expect("saved");
        let app = TestApp::new(db, (*library()).clone(), routes(), |state| state);
        let nurse = app.person("张护士", &[READ.0, WRITE.0], "320623");
        let href = format!("/records/{elder}/{id}/form");
        assert!(nurse.get(&href).page().contains("老年人生活自理能力评估表"));
        let mut form = vec![("height", "160"), ("weight", "46"), ("affect", "positive"), ("pulse", "7x")];
        assert_eq!(nurse.post(&href, &form).status.as_u16(), 422);
        form[3].1 = "72";
        for care in ["care-A1", "care-A2", "care-A3", "care-A4", "care-A5"] {
            form.push((care, "0"));
        }
        assert_eq!(nurse.post(&href, &form).goes_to(), format!("/records/{elder}"));
        let shown = nurse.get(&format!("/records/{elder}")).page();
        for text in ["消瘦", "情感状态粗筛阳性", "可自理（0 分）", "17.9"] {
            assert!(shown.contains(text), "{text}");
        }
        assert!(nurse.get("/records/findings").page().contains("王桂英"));
        let finding = app.db.read(|tx| store::findings::findings_of(tx, &by, elder)).expect("all")[0].id;
        let url = format!("/records/{elder}/findings/{finding}");
        let stranger = app.person("邻县", &[READ.0, WRITE.0], "320612");
        for answer in [stranger.get(&href), stranger.post(&href, &form), stranger.post(&url, &[("result", "甲")])] {
            assert_eq!(answer.status.as_u16(), 404);
        }
        assert!(!stranger.get("/records/findings").page().contains("王桂英"));
        assert_eq!(nurse.post(&url, &[("result", "已指导营养")]).goes_to(), format!("/records/{elder}"));
        assert_eq!(nurse.post(&url, &[("result", "再次")]).status.as_u16(), 409);
        assert!(nurse.get(&format!("/records/{elder}")).page().contains("已指导营养"));
    }
}
