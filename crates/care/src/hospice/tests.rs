use super::model::{Rhythm, State, Symptom, in_words, reaching};
use super::{READ, ROUND, WRITE, jobs, routes, steps, store};
use crate::testing::{actor, area, day, dies, elder, institution, library, seed};
use crate::{episodes, hospice};
use db::testing::TestDb;
use kernel::{ElderId, InstitutionId};
use registry::institutions::Kind;
use web::testing::{Client, TestApp};

const ALL: [&str; 3] = [READ.0, WRITE.0, ROUND.0];

struct World {
    app: TestApp,
    elder: ElderId,
    centre: InstitutionId,
    hospital: InstitutionId,
}

fn world(db: TestDb) -> World {
    seed(&db);
    db.follow(vec![episodes::follow, hospice::follow]);
    let elder = elder(&db, 2, "王桂英");
    let centre = institution(&db, 1, Kind::CommunityHealthCentre, "城中街道社区卫生服务中心");
    let hospital = institution(&db, 2, Kind::Hospital, "如东县人民医院");
    let app = TestApp::new(db, (*library()).clone(), routes(), |state| state.with(registry::areas::Names::default()));
    World { app, elder, centre, hospital }
}

impl World {
    fn doctor(&self) -> Client<'_> {
        self.app.person("李医生", &ALL, "320623")
    }

    fn apply(&self, client: &Client<'_>, changed: &[(&str, &str)]) -> web::testing::Answer {
        let (elder, centre, hospital) = (self.elder.to_string(), self.centre.to_string(), self.hospital.to_string());
        let mut form = vec![
            ("elder", elder.as_str()),
            ("diagnosis", "胰腺癌"),
            ("terminal", "true"),
            ("prognosis_months", "3"),
            ("judged_by", "周主任"),
            ("institution", centre.as_str()),
            ("hospital", hospital.as_str()),
            ("place", "ward"),
            ("agreed", "yes"),
            ("by", "elder"),
            ("consent_name", "王桂英"),
            ("how", "written"),
            ("consent_on", "2026-11-01"),
        ];
        for (name, value) in changed {
            form.retain(|(known, _)| known != name);
            form.push((name, value));
        }
        client.post("/hospice", &form)
    }

    /// An elder in hospice care.
    fn begun(&self, client: &Client<'_>) -> String {
        let case = self.apply(client, &[]).goes_to();
        assert_eq!(client.post(&format!("{case}/admit"), &[("place", "home")]).goes_to(), case);
        case
    }

    fn case(&self) -> super::model::Case {
        let by = actor("2026-11-02", 1);
        self.app.db.read(|tx| store::of_elder(tx, &by, self.elder)).expect("read").remove(0)
    }

    fn place(&self) -> Option<episodes::Place> {
        let by = actor("2026-11-02", 1);
        let spells = self.app.db.read(|tx| episodes::store::spells(tx, self.elder, None)).expect("read");
        let _ = by;
        spells.into_iter().find(|spell| spell.until.is_none()).map(|spell| spell.place)
    }
}

const PLAN: [(&str, &str); 7] = [
    ("goals", "在家里，不疼，看到孙子结婚"),
    ("wished_place", "home"),
    ("symptoms", "疼痛：按时服药；加重时先加用一次备用药，仍不好打电话"),
    ("contact_name", "李医生"),
    ("contact_role", "疼痛加重"),
    ("contact_phone", "13800000000"),
    ("unwanted", "不插管"),
];

fn plan(version: &'static str, why: &'static str) -> Vec<(&'static str, &'static str)> {
    [PLAN.to_vec(), vec![("version", version), ("why", why)]].concat()
}

#[test]
fn a_symptom_is_answered_and_severe_from_the_scale_s_own_levels_on() {
    let library = library();
    let scale = steps::scale(&library).expect("scale");
    let rhythm = steps::rhythm(&library, area("320623"), day("2026-11-02")).expect("rhythm");
    assert_eq!(rhythm, Rhythm { round_days: 7, recheck_days: 1, answer_level: 2, urgent_level: 3 });
    let at = |score, level| !reaching(scale, &[(Symptom::Pain, score)].into(), level).is_empty();
    assert_eq!([at(3, 2), at(4, 2), at(5, 2)], [false, true, true]);
    assert_eq!([at(6, 3), at(7, 3), at(8, 3)], [false, true, true]);
    assert_eq!(rhythm.next(day("2026-11-02"), false), day("2026-11-09"));
    assert_eq!(rhythm.next(day("2026-11-02"), true), day("2026-11-03"));
    assert_eq!(in_words(&[(Symptom::Pain, 4), (Symptom::Breath, 6), (Symptom::Sleep, 0)].into()), "气短 6、疼痛 4");
}

#[test]
fn the_state_table_knows_no_other_step() {
    assert_eq!(State::Applied.after("admit"), Some(State::Active));
    assert_eq!(State::Active.after("admit"), None);
    assert_eq!(State::Active.after("die"), Some(State::Bereaved));
    assert_eq!(State::Closed.after("close"), None);
}

db::on_both! {
    fn the_whole_road_in_life(db: TestDb) {
        let w = world(db);
        let doctor = w.doctor();
        assert!(doctor.get(&format!("/hospice/new?elder={}", w.elder)).page().contains("城中街道社区卫生服务中心"));
        let case = w.apply(&doctor, &[]).goes_to();
        assert!(doctor.get(&case).page().contains("接收，开始疗护"));
        assert!(w.apply(&doctor, &[]).text().contains("HO-02"));
        assert_eq!(doctor.post(&format!("{case}/admit"), &[("place", "home")]).goes_to(), case);
        assert_eq!(doctor.post(&format!("{case}/admit"), &[("place", "home")]).status.as_u16(), 409);
        assert_eq!(w.place(), Some(episodes::Place::Hospice));
        assert!(doctor.post(&format!("{case}/seen"), &[("version", "1"), ("party", "family"), ("name", "王小明")]).text().contains("HO-08"));
        assert_eq!(doctor.post(&format!("{case}/plan"), &plan("0", "")).goes_to(), case);
        assert_eq!(doctor.post(&format!("{case}/seen"), &[("version", "1"), ("party", "family"), ("name", "王小明")]).goes_to(), case);
        let round = format!("{case}/round");
        assert!(doctor.get(&round).page().contains("疼痛"));
        assert!(doctor.post(&round, &[("on", "2026-11-02"), ("place", "home"), ("pain", "4")]).text().contains("HO-07"));
        let severe = [("on", "2026-11-02"), ("place", "home"), ("pain", "7"), ("answer", "加用备用药一次，半小时后 4 分")];
        assert_eq!(doctor.post(&round, &severe).goes_to(), case);
        assert_eq!((w.case().urgent, w.case().due_on), (true, Some(day("2026-11-03"))));
        assert!(doctor.get("/hospice?urgent=true").page().contains("王桂英"));
        assert_eq!(doctor.post(&round, &[("on", "2026-11-02"), ("place", "home"), ("pain", "11")]).status.as_u16(), 422);
        assert_eq!(doctor.post(&round, &[("on", "2026-11-02"), ("place", "home"), ("pain", "3")]).goes_to(), case);
        assert_eq!((w.case().urgent, w.case().due_on), (false, Some(day("2026-11-09"))));
        assert!(doctor.get(&case).page().contains("王小明"));
        assert!(doctor.get(&format!("{case}/print")).page().contains("13800000000"));
        assert_eq!(doctor.post(&format!("{case}/end"), &[("on", "2026-11-02"), ("reason", "病情好转")]).goes_to(), case);
        assert_eq!((w.case().state, w.place()), (State::Ended, Some(episodes::Place::Home)));
        assert_eq!(doctor.post(&round, &severe).status.as_u16(), 409);
    }

    fn what_is_against_an_application_is_numbered(db: TestDb) {
        let w = world(db);
        let doctor = w.doctor();
        let said = |changed: &[(&str, &str)]| w.apply(&doctor, changed).text();
        assert!(said(&[("terminal", "false")]).contains("HO-03"));
        assert!(said(&[("prognosis_months", "7")]).contains("HO-03"));
        assert!(said(&[("prognosis_months", "200")]).contains("HO-03"));
        assert!(said(&[("agreed", "no")]).contains("HO-04"));
        assert!(said(&[("consent_on", "2026-11-03")]).contains("不能晚于今天"));
        let scope = db::Scope { area: area("320623"), institution: None };
        let other = institution(&w.app.db, 3, Kind::CommunityHealthCentre, "城北街道社区卫生服务中心");
        let stranger = w.app.person_with("外院", &ALL, scope, Some(other));
        assert!(w.apply(&stranger, &[]).text().contains("HO-05"));
        assert!(w.apply(&doctor, &[("prognosis_months", "6")]).goes_to().starts_with("/hospice/"));
    }

    fn two_people_editing_one_plan_lose_nothing(db: TestDb) {
        let w = world(db);
        let (doctor, nurse) = (w.doctor(), w.app.person("张护士", &ALL, "320623"));
        let url = format!("{}/plan", w.begun(&doctor));
        assert!(doctor.get(&url).page().contains("第 1 版"));
        assert_eq!(doctor.post(&url, &plan("0", "")).status.as_u16(), 303);
        let late = nurse.post(&url, &plan("0", ""));
        assert_eq!(late.status.as_u16(), 409);
        assert!(late.text().contains("别人已改到第 1 版"));
        assert_eq!(nurse.post(&url, &plan("1", "")).status.as_u16(), 422);
        assert_eq!(nurse.post(&url, &plan("1", "加了夜间电话")).status.as_u16(), 303);
        assert_eq!(w.case().version, 2);
        let half: Vec<_> = plan("2", "改").into_iter().filter(|(name, _)| *name != "contact_phone").collect();
        assert_eq!(nurse.post(&url, &half).status.as_u16(), 422);
    }

    fn a_death_begins_the_follow_up_of_the_family(db: TestDb) {
        let w = world(db);
        let doctor = w.doctor();
        let case = w.begun(&doctor);
        dies(&w.app.db, 2, "王桂英", "2026-11-02");
        assert_eq!((w.case().state, w.case().end_code.as_str()), (State::Bereaved, "EP-56"));
        assert!(doctor.get(&case).page().contains("丧亲随访"));
        let by = actor("2026-11-02", 1);
        jobs::nightly(&w.app.db, &by, &library()).expect("nightly");
        jobs::nightly(&w.app.db, &by, &library()).expect("again");
        let key = w.case().key();
        let open = w.app.db.read(|tx| store::follow_ups(tx, key)).expect("read");
        assert_eq!(open.iter().map(|one| one.due_on).collect::<Vec<_>>(), [day("2026-11-16"), day("2027-01-31")]);
        assert!(doctor.post(&format!("{case}/close"), &[]).text().contains("HO-09"));
        for one in &open {
            let url = format!("{case}/followup");
            let which = one.id.to_string();
            let form = [("followup", which.as_str()), ("on", "2026-11-02"), ("contact", "王小明"), ("note", "情绪平稳")];
            assert_eq!(doctor.post(&url, &form).goes_to(), case);
            assert_eq!(doctor.post(&url, &form).status.as_u16(), 409);
        }
        assert_eq!(doctor.post(&format!("{case}/close"), &[]).goes_to(), case);
        assert_eq!(w.case().state, State::Closed);
    }

    fn who_works_elsewhere_reads_and_is_offered_nothing(db: TestDb) {
        let w = world(db);
        let case = w.begun(&w.doctor());
        let own = w.app.person_with("本院", &ALL, db::Scope { area: area("320623"), institution: None }, Some(w.hospital));
        assert!(own.get(&case).page().contains("登记巡访"));
        let station = institution(&w.app.db, 3, Kind::NursingStation, "安湾鹤年护理站");
        let carer = w.app.person_with("护理员", &ALL, db::Scope { area: area("320623"), institution: None }, Some(station));
        let page = carer.get(&case).page();
        assert!(page.contains("胰腺癌") && !page.contains("登记巡访") && !page.contains("写计划") && !page.contains("结束安宁疗护"), "{page}");
    }

    fn the_neighbour_sees_and_does_nothing(db: TestDb) {
        let w = world(db);
        let case = w.begun(&w.doctor());
        let next = w.app.person("邻县", &ALL, "320612");
        assert_eq!(next.get(&case).status.as_u16(), 404);
        assert_eq!(next.get(&format!("{case}/print")).status.as_u16(), 404);
        assert_eq!(next.post(&format!("{case}/plan"), &plan("0", "")).status.as_u16(), 404);
        assert_eq!(next.post(&format!("{case}/end"), &[("on", "2026-11-02"), ("reason", "其他")]).status.as_u16(), 404);
        assert!(!next.get("/hospice").page().contains("王桂英"));
    }
}
