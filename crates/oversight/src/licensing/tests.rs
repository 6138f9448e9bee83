use super::model::{Application, Condition, Entry, Mode, NewApplication, Promises, State, Unit, Way};
use super::rules::{shortfall, terms, workdays_between};
use super::store::{self, steps};
use super::{jobs, routes};
use crate::testing::{actor, area, credit, day, inside, institution, library, neighbour, refusal, seed};
use db::testing::TestDb;
use db::{Actor, Scope};
use kernel::{InstitutionId, LicensingId};
use registry::areas::Names;
use registry::institutions::Kind;
use web::testing::TestApp;

fn nursing_home() -> NewApplication {
    NewApplication {
        unit: Unit::NursingHome,
        mode: Mode::Private,
        name: "康宁护理院".into(),
        credit_code: None,
        institution: None,
        area: area("320623"),
        address: "掘港街道 1 号".into(),
        contact: "王某".into(),
        phone: "0513-84500000".into(),
        promises: Promises {
            beds: 80,
            physicians: 4,
            nurses: 24,
            therapists: 1,
            premises: true,
            planning: true,
            fire: true,
            sanitation: true,
            existing: false,
            note: String::new(),
        },
    }
}

fn inner(home: InstitutionId) -> NewApplication {
    let promises = Promises { physicians: 1, nurses: 1, planning: false, sanitation: false, ..nursing_home().promises };
    NewApplication {
        unit: Unit::InnerInfirmary,
        institution: Some(home),
        name: "安康养老院医务室".into(),
        promises,
        ..nursing_home()
    }
}

fn draft(db: &TestDb, by: &Actor, new: &NewApplication) -> Result<LicensingId, web::Error> {
    db.write(|tx| steps::draft(tx, by, &library(), new))
}

fn submitted(db: &TestDb, on: &str, new: &NewApplication) -> LicensingId {
    let id = draft(db, &actor(on, 1), new).expect("draft");
    db.write(|tx| steps::submit(tx, &actor(on, 1), &library(), (id, 1))).expect("submitted");
    id
}

fn accepted(db: &TestDb, on: &str, new: &NewApplication) -> LicensingId {
    let id = submitted(db, on, new);
    db.write(|tx| steps::accept(tx, &actor(on, 2), &library(), (id, 2))).expect("accepted");
    id
}

fn found(db: &TestDb, id: LicensingId) -> Application {
    let by = Actor { scope: Scope::ALL, ..actor("2026-11-02", 1) };
    db.read(|tx| store::find(tx, &by, id)).expect("found")
}

#[test]
fn working_days_leave_out_the_weekends() {
    let between = |from: &str, to: &str| workdays_between(day(from), day(to));
    assert_eq!(
        [between("2026-11-02", "2026-11-02"), between("2026-11-02", "2026-11-06"), between("2026-11-06", "2026-11-09")],
        [0, 4, 1]
    );
    assert_eq!(between("2026-11-07", "2026-11-08"), 0);
}

#[test]
fn every_kind_has_a_way_and_what_it_can_lack_is_published() {
    let library = library();
    for unit in Unit::ALL {
        let terms = terms(&library, area("320623"), day("2026-11-02"), *unit).unwrap_or_else(|| panic!("{unit}"));
        let filing = matches!(unit, Unit::InnerInfirmary | Unit::InnerClinic | Unit::InnerNursingStation);
        assert_eq!(terms.way == Way::Filing, filing, "{unit}");
        let (missing, decision) = shortfall(&library, day("2026-11-02"), area("320623"), *unit, &Promises::default());
        assert_eq!(missing, terms.conditions, "{unit}: {decision:?}");
        assert_eq!(unit.inner(), matches!(unit.entry(), Entry::Inner(_)));
    }
}

db::on_both! {
    fn an_application_goes_its_way_in_published_time(db: TestDb) {
        seed(&db);
        let id = draft(&db, &actor("2026-11-02", 1), &nursing_home()).expect("draft");
        assert_eq!((found(&db, id).number.as_str(), found(&db, id).due_on), ("320623-2026-0001", None));
        db.write(|tx| steps::submit(tx, &actor("2026-11-02", 1), &library(), (id, 1))).expect("submitted");
        assert_eq!(found(&db, id).due_on, Some(day("2026-11-09")), "five working days");
        let back = |conditions: &[Condition], text: &str, version| db.write(|tx| steps::send_back(tx, &actor("2026-11-03", 2), &library(), (id, version), (conditions, text)));
        assert!(refusal(back(&[], " ", 2)).starts_with("LI-02"));
        assert!(refusal(back(&[Condition::Therapists], "", 2)).starts_with("LI-03"), "not published for a nursing home");
        back(&[Condition::Fire], "消防验收意见书", 2).expect("sent back");
        assert_eq!((found(&db, id).state, found(&db, id).due_on), (State::Returned, None));
        let better = NewApplication { address: "掘港街道 2 号".into(), ..nursing_home() };
        db.write(|tx| steps::edit(tx, &actor("2026-11-04", 1), &library(), (id, 3), &better)).expect("completed");
        db.write(|tx| steps::submit(tx, &actor("2026-11-04", 1), &library(), (id, 4))).expect("submitted");
        assert!(refusal(back(&[Condition::Beds], "", 5)).starts_with("LI-01"), "only once");
        db.write(|tx| steps::accept(tx, &actor("2026-11-05", 2), &library(), (id, 5))).expect("accepted");
        assert_eq!(found(&db, id).due_on, Some(day("2026-12-03")), "twenty working days");
        let extend = |version| db.write(|tx| steps::extend(tx, &actor("2026-11-06", 2), &library(), (id, version), "专家评审"));
        extend(6).expect("extended");
        assert_eq!(found(&db, id).due_on, Some(day("2026-12-17")));
        assert!(refusal(extend(7)).starts_with("LI-07"));
        db.write(|tx| steps::approve(tx, &actor("2026-11-09", 2), &library(), (id, 7))).expect("approved");
        let a = found(&db, id);
        assert_eq!((a.state, a.decided_on, a.submitted_on), (State::Approved, Some(day("2026-11-09")), Some(day("2026-11-02"))));
        let all = db.read(|tx| steps(tx, id)).expect("steps");
        let took: Vec<(&str, i64)> = all.iter().map(|s| (s.event.as_str(), s.in_days)).collect();
        assert_eq!(took, [("draft", 0), ("submit", 0), ("return", 1), ("submit", 1), ("accept", 1), ("extend", 1), ("approve", 1)]);
        let speed = db.read(|tx| store::speed(tx, &actor("2026-11-09", 1), day("2026-01-01"))).expect("speed");
        assert_eq!((speed.decided, speed.steps, speed.days, speed.limited, speed.in_time), (1, 7, 4, 4, 4));
        assert!(refusal(db.write(|tx| steps::withdraw(tx, &actor("2026-11-09", 1), (id, 8), "不办了"))).contains("请刷新"));
    }

    fn nobody_is_refused_without_a_published_condition(db: TestDb) {
        seed(&db);
        let id = accepted(&db, "2026-11-02", &nursing_home());
        let refuse = |unmet: &[Condition], why: &str| db.write(|tx| steps::refuse(tx, &actor("2026-11-03", 2), &library(), (id, 3), (unmet, why)));
        assert!(refusal(refuse(&[], "附近已有护理院")).starts_with("LI-02"));
        assert!(refusal(refuse(&[Condition::Therapists], "没有治疗师")).starts_with("LI-03"));
        assert!(refusal(refuse(&[Condition::Fire], " ")).contains("理由"));
        refuse(&[Condition::Fire], "现场核查疏散通道被占").expect("refused");
        let a = found(&db, id);
        assert_eq!((a.state, a.conditions, a.reason.as_str()), (State::Refused, vec![Condition::Fire], "现场核查疏散通道被占"));
        let small = NewApplication { promises: Promises { beds: 49, ..nursing_home().promises }, ..nursing_home() };
        let id = accepted(&db, "2026-11-02", &small);
        let approve = db.write(|tx| steps::approve(tx, &actor("2026-11-03", 2), &library(), (id, 3)));
        assert!(refusal(approve).starts_with("LI-06 申请填报的情况没有达到：床位数达到标准"));
    }

    fn what_needs_only_filing_has_one_step(db: TestDb) {
        seed(&db);
        let home = institution(&db, 1, Kind::ElderCareInstitution, "安康养老院", |_| ());
        let own = inside("2026-11-02", 3, home);
        assert!(refusal(draft(&db, &own, &nursing_home())).starts_with("LI-04"));
        assert!(refusal(draft(&db, &actor("2026-11-02", 1), &NewApplication { institution: None, ..inner(home) })).starts_with("LI-05"));
        let id = draft(&db, &own, &inner(home)).expect("draft");
        db.write(|tx| steps::submit(tx, &own, &library(), (id, 1))).expect("submitted");
        assert!(refusal(db.write(|tx| steps::accept(tx, &actor("2026-11-02", 2), &library(), (id, 2)))).starts_with("LI-08"));
        assert!(refusal(db.write(|tx| steps::file(tx, &own, &library(), (id, 2)))).starts_with("LI-09"));
        db.write(|tx| steps::file(tx, &actor("2026-11-02", 2), &library(), (id, 2))).expect("filed");
        assert_eq!((found(&db, id).state, found(&db, id).way), (State::Filed, Way::Filing));
        let big = submitted(&db, "2026-11-02", &nursing_home());
        assert!(refusal(db.write(|tx| steps::file(tx, &actor("2026-11-02", 2), &library(), (big, 2)))).starts_with("LI-08"));
        assert!(db.read(|tx| store::find(tx, &own, big)).is_err(), "an institution sees its own only");
        assert!(db.read(|tx| store::find(tx, &neighbour("2026-11-02"), big)).is_err());
        assert!(refusal(draft(&db, &neighbour("2026-11-02"), &nursing_home())).contains("不在您的辖区内"));
    }

    fn primary_care_in_jiangxi_registers_with_what_it_has(db: TestDb) {
        seed(&db);
        let place = |number, kind: Kind, code: &str| institution(&db, number, kind, &format!("机构{number}"), |new| new.area = area(code));
        let by = Actor { scope: Scope::ALL, ..actor("2026-11-02", 1) };
        let way = |institution, code: &str, existing: bool, fire: bool| {
            let promises = Promises { existing, fire, ..nursing_home().promises };
            let new = NewApplication { unit: Unit::ElderService, institution: Some(institution), area: area(code), promises, ..nursing_home() };
            found(&db, draft(&db, &by, &new).expect("draft")).way
        };
        let centre = place(1, Kind::TownshipHealthCentre, "360102");
        assert_eq!(way(centre, "360102", true, true), Way::Filing);
        assert_eq!([way(centre, "360102", false, true), way(centre, "360102", true, false)], [Way::Approval; 2]);
        assert_eq!(way(place(2, Kind::Hospital, "360102"), "360102", true, true), Way::Approval);
        assert_eq!(way(place(3, Kind::TownshipHealthCentre, "320623"), "320623", true, true), Way::Approval, "not in Nantong");
    }

    fn silence_of_the_office_is_acceptance(db: TestDb) {
        seed(&db);
        let home = institution(&db, 1, Kind::ElderCareInstitution, "安康养老院", |_| ());
        let id = submitted(&db, "2026-11-02", &nursing_home());
        let filing = submitted(&db, "2026-11-02", &inner(home));
        let night = |on: &str| jobs::nightly(&db, &Actor::system(kernel::time::parse_local(&format!("{on} 00:30")).expect("instant")), &library()).expect("night");
        assert!(night("2026-11-09").contains("0 件"), "the last day is the office's");
        assert!(night("2026-11-10").contains("1 件"));
        assert!(night("2026-11-10").contains("0 件"));
        let a = found(&db, id);
        assert_eq!((a.state, a.accepted_on, a.due_on), (State::Accepted, Some(day("2026-11-10")), Some(day("2026-12-08"))));
        assert!(found(&db, filing).overdue(day("2026-11-10")), "filing is late, and seen to be");
        let late = db.read(|tx| store::count(tx, &actor("2026-11-10", 1), &store::Filter { late_on: Some(day("2026-11-10")), ..Default::default() }));
        assert_eq!(late.expect("count"), 1);
        let last = db.read(|tx| steps(tx, id)).expect("steps").pop().expect("step");
        assert_eq!((last.event.as_str(), last.in_time()), ("lapse", Some(false)));
    }

    fn pages_lead_from_the_form_to_the_register(db: TestDb) {
        seed(&db);
        let home = institution(&db, 1, Kind::ElderCareInstitution, "安康养老院", |_| ());
        let all = routes().merge(registry::institutions::routes());
        let app = TestApp::new(db, (*library()).clone(), all, |state| state.with(Names::default()));
        let clerk = app.person("经办", &["licensing.*", "institutions.*"], "320623");
        let seat = Scope { area: area("320623"), institution: Some(home) };
        let head = app.person_with("院长", &["licensing.read", "licensing.apply"], seat, Some(home));
        assert!(clerk.get("/licensing/conditions").page().contains("非禁即入"));
        assert!(clerk.get("/licensing/new").page().contains("尚未在名册（窗口代录）"));
        let form = [
            ("unit", "nursing_home"), ("mode", "private"), ("name", "康宁护理院"), ("area", "320623"), ("address", "掘港街道 1 号"),
            ("contact", "王某"), ("phone", "0513-84500000"), ("beds", "80"), ("physicians", "4"), ("nurses", "24"), ("therapists", "0"),
            ("premises", "true"), ("planning", "true"), ("fire", "true"), ("sanitation", "true"),
        ];
        let case = clerk.post("/licensing", &form).goes_to();
        assert!(clerk.get(&format!("{case}/edit")).page().contains("康宁护理院"));
        assert_eq!(clerk.post(&format!("{case}/submit"), &[("version", "1")]).goes_to(), case);
        assert_eq!(clerk.get(&format!("{case}/edit")).status.as_u16(), 409);
        assert!(clerk.get(&case).page().contains("受理"));
        assert_eq!(clerk.post(&format!("{case}/accept"), &[("version", "2")]).goes_to(), case);
        assert!(clerk.get(&format!("{case}/print")).page().contains("受理通知书"));
        assert_eq!(clerk.post(&format!("{case}/refuse"), &[("version", "3"), ("reason", "不需要")]).status.as_u16(), 422);
        assert_eq!(clerk.post(&format!("{case}/approve"), &[("version", "3")]).goes_to(), case);
        let page = clerk.get(&case).page();
        assert!(page.contains("带到名册新增机构") && page.contains("证书应在"), "{page}");
        let prefilled = clerk.get(&format!("/institutions/new?name=x&kind=nursing_home&area=320623&medical_beds=80&credit_code={}", credit(9).as_str()));
        assert!(prefilled.page().contains("value=\"80\""));
        let own = [
            ("unit", "inner_infirmary"), ("mode", "private"), ("name", "安康养老院医务室"), ("area", "320623"), ("address", "1 号"),
            ("institution", &home.to_string()), ("contact", "王某"), ("phone", "0513-84500000"), ("beds", "0"), ("physicians", "1"),
            ("nurses", "1"), ("therapists", "0"), ("premises", "true"), ("fire", "true"),
        ];
        let case = head.post("/licensing", &own).goes_to();
        assert_eq!(head.post(&format!("{case}/submit"), &[("version", "1")]).goes_to(), case);
        assert!(!head.get(&case).page().contains("予以备案"));
        assert_eq!(clerk.post(&format!("{case}/file"), &[("version", "2")]).goes_to(), case);
        assert!(clerk.get(&case).page().contains("把内设医疗机构改为“医务室”"));
        assert!(clerk.get(&format!("/institutions/{home}/edit?medical_unit=infirmary")).page().contains("value=\"infirmary\" selected"));
        assert!(clerk.get("/licensing").page().contains("平均环节"));
        assert!(clerk.get("/licensing?late=true").page().contains("没有设立申请"));
    }
}
