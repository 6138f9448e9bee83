use super::calendar::{Held, Per, Span, Standing, Tally, Verdict, horizon, standings};
use super::model::{Clinic, Department, HospitalKind, NewClinic, Note, Progress, Report, State, short};
use super::store::{self, rows};
use super::{ledger, routes};
use crate::testing::{actor, area, credit, day, inside, institution, library, neighbour, refusal, seed};
use db::testing::TestDb;
use db::{Actor, Scope};
use kernel::{FreeClinicId, InstitutionId};
use registry::areas::Names;
use registry::institutions::{self, Kind, MedicalUnit};
use web::testing::TestApp;

struct County {
    hospital: InstitutionId,
    bare: InstitutionId,
    clinic_inside: InstitutionId,
}

fn county(db: &TestDb) -> County {
    seed(db);
    let level =
        |level: &'static str| move |new: &mut institutions::NewInstitution| new.hospital_level = Some(level.into());
    County {
        hospital: institution(db, 1, Kind::Hospital, "如东县人民医院", level("二级甲等")),
        bare: institution(db, 2, Kind::RuralElderHome, "栟茶敬老院", |_| ()),
        clinic_inside: institution(db, 3, Kind::ElderCareInstitution, "安康养老院", |new| {
            new.medical_unit = Some(MedicalUnit::Infirmary);
        }),
    }
}

fn clinic(on: &str) -> NewClinic {
    NewClinic {
        on: day(on), team: "老年病科医师 2 名".into(), staff: 3, seen: 40, what: "测血压、看用药".into()
    }
}

fn record(db: &TestDb, c: &County, by: &Actor, home: InstitutionId, on: &str) -> Result<FreeClinicId, web::Error> {
    db.write(|tx| store::record(tx, by, &library(), (c.hospital, home), &clinic(on)))
}

fn found(db: &TestDb, id: FreeClinicId) -> Clinic {
    db.read(|tx| store::find(tx, &actor("2026-11-02", 1), id)).expect("found")
}

fn stand(db: &TestDb, on: &str) -> Standing {
    let by = actor(on, 1);
    let all = db.read(|tx| {
        let hospitals = store::institutions(tx, &by, &[Kind::Hospital], None)?;
        Ok::<_, db::Error>(standings(
            &library(),
            hospitals,
            &rows::kinds(tx, &by)?,
            &store::held(tx, &by, horizon(day(on)))?,
            day(on),
        ))
    });
    all.expect("read").remove(0)
}

#[test]
fn quarters_and_years_are_natural_ones() {
    let name = |per, on: &str| Span::of(per, day(on)).expect("span").name();
    assert_eq!(
        ["2026-01-01", "2026-03-31", "2026-04-01", "2026-12-31"].map(|on| name(Per::Quarter, on)),
        ["2026年第1季度", "2026年第1季度", "2026年第2季度", "2026年第4季度"]
    );
    let span = Span::of(Per::Quarter, day("2026-02-10")).expect("span");
    assert_eq!((span.first, span.last), (day("2026-01-01"), day("2026-03-31")));
    let before = span.before().expect("before");
    assert_eq!(
        (before.first, before.last, before.name().as_str()),
        (day("2025-10-01"), day("2025-12-31"), "2025年第4季度")
    );
    assert_eq!(Span::of(Per::Year, day("2024-02-29")).expect("span").last, day("2024-12-31"));
    assert!(span.contains(day("2026-03-31")) && !span.contains(day("2026-04-01")));
}

#[test]
fn only_what_is_confirmed_at_a_home_short_of_medicine_counts() {
    let id = InstitutionId::NOTHING;
    let span = Span::of(Per::Quarter, day("2026-11-02")).expect("span");
    let held = |state, short, on: &str| Held { hospital: id, on: day(on), state, short };
    let all = [
        held(State::Confirmed, true, "2026-10-01"),
        held(State::Confirmed, true, "2026-09-30"),
        held(State::Confirmed, false, "2026-10-02"),
        held(State::Recorded, true, "2026-10-03"),
        held(State::Disputed, true, "2026-10-04"),
        held(State::Withdrawn, true, "2026-10-05"),
    ];
    assert_eq!(Tally::of(&all, id, span), Tally { done: 1, open: 2, elsewhere: 1 });
}

#[test]
fn a_ledger_has_the_duties_in_force_with_their_last_day() {
    let library = library();
    let today = day("2026-11-02");
    let lines = |code: &str| ledger::lines(&library, area(code), today, &[]);
    let nantong = lines("320623");
    assert!(
        nantong
            .iter()
            .all(|line| line.document.id.starts_with("nantong/") || line.document.id.starts_with("national/"))
    );
    let one = nantong.iter().find(|line| line.duty.id == "NT-2.1.2-rules").expect("there");
    assert_eq!((one.by, one.state(), one.overdue(today)), (Some(day("2018-12-31")), Progress::NotBegun, true));
    assert!(!one.overdue(day("2018-12-31")), "the last day is a day");
    assert!(nantong.iter().any(|line| line.duty.id == "NT-4.1" && line.by.is_none() && !line.overdue(today)));
    let should = nantong.iter().find(|line| line.duty.id == "NT-2.4.3-county").expect("there");
    assert!(should.by.is_some() && !should.overdue(today), "what is encouraged is not overdue");
    assert!(ledger::departments(&nantong).contains(&"市卫计委".to_owned()));
    assert!(lines("310000").iter().any(|line| line.duty.id == "SH-3.5-inspect"));
    assert!(!lines("310000").iter().any(|line| line.duty.id.starts_with("NT-")));
    assert!(lines("000000").len() > nantong.len(), "whoever sees the country sees all documents");
    assert!(
        ledger::lines(&library, area("320623"), day("2018-06-30"), &[])
            .iter()
            .all(|line| !line.duty.id.starts_with("NT-"))
    );
}

db::on_both! {
    fn a_clinic_is_recorded_by_one_side_and_confirmed_by_the_other(db: TestDb) {
        let c = county(&db);
        let by = inside("2026-11-02", 1, c.hospital);
        let home = inside("2026-11-02", 2, c.bare);
        let id = record(&db, &c, &by, c.bare, "2026-11-01").expect("recorded");
        let first = found(&db, id);
        assert!(first.short.short && first.short.first && !first.counts());
        let other = inside("2026-11-02", 3, c.clinic_inside);
        assert!(matches!(db.write(|tx| store::confirm(tx, &other, (id, 1))), Err(web::Error::Db(db::Error::NotFound) | web::Error::NotFound)));
        assert!(refusal(db.write(|tx| store::confirm(tx, &by, (id, 1)))).starts_with("DU-04"));
        let clerk = actor("2026-11-02", 1);
        assert!(refusal(db.write(|tx| store::confirm(tx, &clerk, (id, 1)))).starts_with("DU-05"), "the same account");
        db.write(|tx| store::dispute(tx, &home, (id, 1), "只来了 20 人")).expect("disputed");
        assert!(refusal(db.write(|tx| store::confirm(tx, &home, (id, 1)))).contains("请刷新"));
        let mended = NewClinic { seen: 20, ..clinic("2026-11-01") };
        assert!(refusal(db.write(|tx| store::amend(tx, &home, &library(), (id, 2), &mended))).starts_with("DU-04"));
        db.write(|tx| store::amend(tx, &by, &library(), (id, 2), &mended)).expect("mended");
        db.write(|tx| store::confirm(tx, &home, (id, 3))).expect("confirmed");
        let done = found(&db, id);
        assert!(done.counts() && done.facts.seen == 20 && done.answered_by.as_deref() == Some("经办2"));
        assert!(refusal(db.write(|tx| store::withdraw(tx, &by, (id, 4), "写错"))).contains("请刷新"), "what is confirmed stays");
        assert!(db.read(|tx| store::find(tx, &neighbour("2026-11-02"), id)).is_err());
    }

    fn a_clinic_that_cannot_be_is_refused_with_its_number(db: TestDb) {
        let c = county(&db);
        let by = actor("2026-11-02", 1);
        assert!(refusal(record(&db, &c, &by, c.bare, "2026-11-03")).starts_with("DU-01"));
        assert!(refusal(record(&db, &c, &by, c.bare, "2024-12-31")).starts_with("DU-08"));
        assert!(refusal(record(&db, &c, &by, c.hospital, "2026-11-01")).starts_with("DU-03"));
        let far = institution(&db, 7, Kind::RuralElderHome, "东湖敬老院", |new| new.area = area("360102"));
        assert!(refusal(record(&db, &c, &by, far, "2026-11-01")).starts_with("DU-06"));
        let id = record(&db, &c, &by, c.bare, "2026-11-02").expect("recorded");
        assert!(refusal(record(&db, &c, &by, c.bare, "2026-11-02")).starts_with("DU-02"));
        record(&db, &c, &by, c.clinic_inside, "2026-11-02").expect("another home");
        db.write(|tx| store::withdraw(tx, &by, (id, 1), "填错日期")).expect("withdrawn");
        record(&db, &c, &by, c.bare, "2026-11-02").expect("again");
        let bad = NewClinic { staff: 0, seen: 0, team: " ".into(), what: String::new(), ..clinic("2026-11-01") };
        let text = refusal(db.write(|tx| store::record(tx, &by, &library(), (c.hospital, c.bare), &bad)));
        assert!(["派出人员", "派出人数", "看诊老人数", "义诊内容"].iter().all(|word| text.contains(word)), "{text}");
        assert!(record(&db, &c, &neighbour("2026-11-02"), c.bare, "2026-11-01").is_err(), "no hospital of theirs");
        let other = inside("2026-11-02", 5, c.bare);
        assert!(refusal(record(&db, &c, &other, c.bare, "2026-11-01")).starts_with("DU-04"));
    }

    fn a_quarter_is_behind_due_or_done(db: TestDb) {
        let c = county(&db);
        let one = stand(&db, "2026-11-02");
        assert_eq!((one.verdict(), one.left(), one.owed.map(|(times, span)| (times, span.last))), (Verdict::Behind, 1, Some((1, day("2026-12-31")))));
        let (by, home) = (actor("2026-11-02", 1), actor("2026-11-02", 2));
        let id = record(&db, &c, &by, c.bare, "2026-09-30").expect("last quarter");
        db.write(|tx| store::confirm(tx, &home, (id, 1))).expect("confirmed");
        assert_eq!(stand(&db, "2026-11-02").verdict(), Verdict::Due);
        let id = record(&db, &c, &by, c.clinic_inside, "2026-10-08").expect("recorded");
        db.write(|tx| store::confirm(tx, &home, (id, 1))).expect("confirmed");
        let one = stand(&db, "2026-11-02");
        assert_eq!((one.verdict(), one.now.elsewhere), (Verdict::Due, 1), "a home with an infirmary does not count");
        let id = record(&db, &c, &by, c.bare, "2026-10-01").expect("recorded");
        assert_eq!(stand(&db, "2026-11-02").verdict(), Verdict::Due, "not confirmed");
        db.write(|tx| store::confirm(tx, &home, (id, 1))).expect("confirmed");
        assert_eq!(stand(&db, "2026-11-02").verdict(), Verdict::Done);
        assert_eq!(stand(&db, "2027-01-01").verdict(), Verdict::Due, "the next quarter");
        assert_eq!(stand(&db, "2027-04-01").verdict(), Verdict::Behind, "nothing in the first quarter");
    }

    fn what_a_hospital_owes_is_its_regions_document(db: TestDb) {
        seed(&db);
        let hospital = |number, level: Option<&str>, place: &str, opened: Option<&str>| {
            institution(&db, number, Kind::Hospital, &format!("医院{number}"), |new| {
                new.hospital_level = level.map(Into::into);
                new.area = area(place);
                new.opened_on = opened.map(day);
            })
        };
        hospital(1, Some("一级甲等"), "320623", None);
        hospital(2, None, "320623", None);
        hospital(3, Some("三级甲等"), "360102", None);
        hospital(4, Some("二级甲等"), "320623", Some("2026-08-01"));
        let eye = hospital(5, Some("三级甲等"), "310101", None);
        let general = hospital(6, Some("三级甲等"), "310101", None);
        hospital(7, Some("三级甲等"), "310101", None);
        let kinds = std::collections::HashMap::from([(eye, HospitalKind::Specialist), (general, HospitalKind::General)]);
        let by = Actor { scope: Scope::ALL, ..actor("2026-11-02", 1) };
        let hospitals = db.read(|tx| store::institutions(tx, &by, &[Kind::Hospital], None)).expect("list");
        let all = standings(&library(), hospitals, &kinds, &[], day("2026-11-02"));
        let verdict = |name: &str| all.iter().find(|one| one.hospital.facts.name == name).expect("there").verdict();
        assert_eq!(["医院1", "医院2", "医院3", "医院4"].map(verdict), [Verdict::Encouraged, Verdict::Undecided, Verdict::Undecided, Verdict::Due]);
        assert_eq!(["医院5", "医院6", "医院7"].map(verdict), [Verdict::Free, Verdict::Behind, Verdict::Undecided], "Shanghai asks general ones");
        assert_eq!(all[0].hospital.facts.name, "医院6", "who is behind comes first");
    }

    fn shortness_follows_the_register(db: TestDb) {
        let c = county(&db);
        let home = |id| db.read(|tx| store::side(tx, &actor("2026-11-02", 1), id)).expect("home").facts;
        let ask = |new: &institutions::NewInstitution, on: &str| { let s = short(&library(), new, day(on)); (s.short, s.first) };
        assert_eq!(ask(&home(c.clinic_inside), "2026-11-02"), (false, false));
        assert_eq!(ask(&home(c.bare), "2026-11-02"), (true, true));
        let agreed = institutions::NewInstitution { partner_code: Some(credit(1).as_str().into()), partner_until: Some(day("2026-11-02")), ..home(c.bare) };
        assert_eq!((ask(&agreed, "2026-11-02"), ask(&agreed, "2026-11-03")), ((true, false), (true, true)));
    }

    fn notes_and_reports_only_grow(db: TestDb) {
        let c = county(&db);
        let by = actor("2026-11-02", 1);
        let note = |state, on: &str, evidence: &str| Note {
            area: area("320623"), state, on: day(on), note: "已开协调会".into(), evidence: evidence.into(), by: "监管员".into(),
        };
        let write = |note: &Note| db.write(|tx| rows::note(tx, &by, "NT-4.1", note));
        assert!(refusal(write(&note(Progress::Done, "2026-11-02", " "))).starts_with("DU-07"));
        assert!(refusal(write(&note(Progress::UnderWay, "2026-11-03", ""))).contains("不能晚于今天"));
        write(&note(Progress::UnderWay, "2026-10-01", "")).expect("noted");
        write(&note(Progress::Done, "2026-11-02", "东政办〔2026〕9号")).expect("noted");
        let notes = db.read(|tx| rows::notes(tx, area("320623"))).expect("notes");
        let library = library();
        let lines = ledger::lines(&library, area("320623"), day("2026-11-02"), &notes);
        assert_eq!(lines.iter().find(|line| line.duty.id == "NT-4.1").expect("there").state(), Progress::Done);
        assert_eq!(db.read(|tx| rows::notes_of(tx, &by, "NT-4.1")).expect("notes").len(), 2);
        assert!(db.read(|tx| rows::notes_of(tx, &neighbour("2026-11-02"), "NT-4.1")).expect("notes").is_empty());
        let report = Report {
            on: day("2026-11-02"), kind: Some(HospitalKind::General), department: Department::Open, geriatric_beds: 30,
            rehabilitation_beds: 20, hospice_beds: 6, note: String::new(), said_by: "医务科".into(),
        };
        db.write(|tx| rows::report(tx, &inside("2026-11-02", 4, c.hospital), c.hospital, &report)).expect("reported");
        let bad = Report { geriatric_beds: -1, ..report.clone() };
        assert!(refusal(db.write(|tx| rows::report(tx, &by, c.hospital, &bad))).contains("老年护理床位"));
        assert!(db.write(|tx| rows::report(tx, &neighbour("2026-11-02"), c.hospital, &report)).is_err());
        assert_eq!(db.read(|tx| rows::reports_of(tx, c.hospital)).expect("reports"), vec![report]);
    }

    fn pages_lead_from_what_is_due_to_what_is_confirmed(db: TestDb) {
        let c = county(&db);
        let app = TestApp::new(db, (*library()).clone(), routes(), |state| state.with(Names::default()));
        let seat = |own| Scope { area: area("320623"), institution: Some(own) };
        let hospital = app.person_with("医务科", &["duties.read", "duties.clinic", "institutions.read"], seat(c.hospital), Some(c.hospital));
        let home = app.person_with("院长", &["duties.read", "duties.confirm"], seat(c.bare), Some(c.bare));
        let clerk = app.person("经办", &["duties.*", "institutions.read"], "320623");
        let page = hospital.get("/duties").page();
        assert!(page.contains("逾期") && page.contains("通政发〔2018〕54号") && page.contains("剩 59 天"), "{page}");
        assert!(hospital.get("/duties/clinics/new").page().contains("栟茶敬老院（优先前往）"));
        let (h, b) = (c.hospital.to_string(), c.bare.to_string());
        let form = [("hospital", h.as_str()), ("home", &b), ("on", "2026-11-01"), ("staff", "3"), ("seen", "40"), ("team", "医师 2 名"), ("what", "测血压")];
        let case = hospital.post("/duties/clinics", &form).goes_to();
        assert!(!hospital.get(&case).page().contains("情况属实，确认"));
        assert!(home.get("/duties").page().contains(&case));
        assert!(home.get(&case).page().contains("情况属实，确认"));
        assert_eq!(home.post(&format!("{case}/confirm"), &[("version", "1")]).goes_to(), case);
        assert_eq!(home.post(&format!("{case}/confirm"), &[("version", "1")]).status.as_u16(), 409);
        assert!(hospital.get("/duties").page().contains("本期已做足"));
        assert!(clerk.get("/duties/clinics?state=confirmed").page().contains("计入"));
        let departments = clerk.get("/duties/departments").page();
        assert!(departments.contains("无法判定") || departments.contains("应设，没有填报"), "{departments}");
        let own = format!("/duties/departments/{h}");
        let report = [("on", "2026-11-02"), ("kind", "general"), ("department", "absent"), ("geriatric_beds", "0"), ("rehabilitation_beds", "5"), ("hospice_beds", "0")];
        assert_eq!(hospital.post(&own, &report).goes_to(), own);
        assert!(clerk.get(&own).page().contains("应设未设"));
        let ledger = clerk.get("/duties/ledger?department=%E5%B8%82%E5%8D%AB%E8%AE%A1%E5%A7%94").page();
        assert!(ledger.contains("/duties/of/NT-2.1.1-contract") && ledger.contains("逾期"));
        assert!(clerk.get("/duties/ledger/print?state=overdue").page().contains("打印（A4）"));
        assert_eq!(clerk.get("/duties/ledger/export").status.as_u16(), 200);
        let noted = [("state", "done"), ("on", "2026-11-02"), ("note", "已印发"), ("evidence", "通政办〔2019〕1号")];
        assert_eq!(clerk.post("/duties/of/NT-2.1.2-rules", &noted).goes_to(), "/duties/of/NT-2.1.2-rules");
        assert!(clerk.get("/duties/of/NT-2.1.2-rules").page().contains("通政办〔2019〕1号"));
        assert_eq!(clerk.get("/duties/of/NT-0").status.as_u16(), 404);
        assert_eq!(home.post("/duties/of/NT-4.1", &noted).status.as_u16(), 403);
    }
}
