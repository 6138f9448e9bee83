use super::fees::{Fee, Funder, NewFee, sum};
use super::model::{Application, AskedBy, CloseReason, Condition, Consent, Findings, ItemKind, Key, Sickbed, State};
use super::rounds::{NewRound, Report, RoundKind, RoundState, Vitals};
use super::store::running::{self, Call};
use super::store::steps::{self, Closing, Opening, Verdict};
use super::store::{self, lists};
use super::{follow, open, routes, views};
use crate::contracts::model::ConsentBy;
use crate::stays::{self, NewStay};
use crate::testing::{actor, day, dies, elder, institution, library, neighbour, seed};
use crate::visits::model::{Kind as VisitKind, NewVisit, Wishes};
use crate::{episodes, visits};
use db::Actor;
use db::testing::TestDb;
use kernel::{CitizenNumber, ElderId, Fen, InstitutionId, StaffId, VisitId};
use registry::elders::facts::{self, Fact};
use registry::institutions::Kind;
use registry::staff::{NewStaff, Post, StaffFacts};
use web::testing::TestApp;

struct Place {
    centre: InstitutionId,
    doctor: StaffId,
    nurse: StaffId,
}

fn staff(db: &TestDb, institution: InstitutionId, number: u32, name: &str, post: Post) -> StaffId {
    let body = format!("32062319800101{number:03}");
    let check = kernel::citizen::check_digit(body.as_bytes()) as char;
    let citizen = CitizenNumber::parse(&format!("{body}{check}"), day("2026-11-02")).expect("number");
    let facts = StaffFacts {
        name: name.into(),
        institution,
        post,
        qualification: Some("执业证".into()),
        certificate_no: None,
        certificate_until: None,
        phone: None,
    };
    let by = actor("2026-01-01", 1);
    db.write(|tx| registry::staff::store::save(tx, &by, &NewStaff { citizen, facts })).expect("saved").0
}

/// A county with a health centre, everybody who follows what happens wired in.
fn county(db: &TestDb) -> Place {
    seed(db);
    db.follow(vec![episodes::follow, follow, visits::follow]);
    let centre = institution(db, 1, Kind::CommunityHealthCentre, "掘港街道社区卫生服务中心");
    let doctor = staff(db, centre, 1, "张医生", Post::Doctor);
    Place { centre, doctor, nurse: staff(db, centre, 3, "李护士", Post::Nurse) }
}

/// An elder under a family-doctor contract.
fn contracted(db: &TestDb, number: u32, name: &str) -> ElderId {
    let elder = elder(db, number, name);
    let (from, until) = (Some(day("2026-01-01")), Some(day("2027-12-31")));
    db.write(|tx| facts::set(tx, elder, Fact::Contract { from, until })).expect("contracted");
    elder
}

fn asked(p: &Place, on: &str) -> Application {
    Application {
        institution: p.centre,
        by: AskedBy::Family,
        name: "王建国".into(),
        relation: "儿子".into(),
        on: day(on),
        condition: Condition::Stroke,
        diagnosis: "脑梗死后遗症".into(),
        diagnosis_code: "I69.3".into(),
        wish: "换胃管".into(),
    }
}

fn found() -> Findings {
    Findings {
        condition: Condition::Stroke,
        stable: true,
        needs_treatment: true,
        homebound: true,
        home_fit: true,
        carer_at_home: true,
    }
}

fn accepted() -> Verdict {
    Verdict { found: found(), accept: true, note: String::new() }
}

fn consent(on: &str) -> Consent {
    Consent { by: ConsentBy::Family, name: "王建国".into(), relation: "儿子".into(), on: day(on) }
}

fn bed(db: &TestDb, by: &Actor, key: Key) -> Sickbed {
    db.read(|tx| store::find(tx, by, key)).expect("found")
}

/// Applied for, accepted and agreed to on the day.
fn agreed(db: &TestDb, p: &Place, elder: ElderId, on: &str) -> Key {
    let by = actor(on, 1);
    let key = db.write(|tx| steps::apply(tx, &by, elder, &asked(p, on))).expect("applied");
    db.write(|tx| steps::decide(tx, &by, &library(), (key, None), &accepted())).expect("accepted");
    db.write(|tx| steps::consent(tx, &by, (key, None), &consent(on))).expect("agreed");
    key
}

fn opening(p: &Place, on: &str) -> Opening {
    Opening { doctor: p.doctor, nurse: p.nurse, on: day(on) }
}

fn opened(db: &TestDb, p: &Place, elder: ElderId, on: &str) -> Key {
    let key = agreed(db, p, elder, on);
    db.write(|tx| steps::open(tx, &actor(on, 1), &library(), (key, None), &opening(p, on))).expect("opened");
    key
}

fn round(p: &Place, on: &str, kind: RoundKind) -> NewRound {
    NewRound {
        planned: None,
        kind,
        on: day(on),
        staff: p.doctor,
        report: Report {
            vitals: Vitals { sbp: Some(150), dbp: Some(85), ..Vitals::default() },
            found: "病情平稳".into(),
            done: String::new(),
            orders: "继续原药".into(),
        },
        items: vec![],
        next_on: None,
        funded_by: None,
        visit_fee_charged: false,
    }
}

fn stay(elder: ElderId, hospital: InstitutionId, from: &str, until: Option<&str>) -> NewStay {
    NewStay { elder, institution: hospital, admitted_on: day(from), discharged_on: until.map(day), diagnosis: None }
}

fn refusal<T: std::fmt::Debug>(result: Result<T, web::Error>) -> String {
    result.expect_err("refused").text()
}

db::on_both! {
    fn a_bed_goes_its_whole_way(db: TestDb) {
        let p = county(&db);
        let who = contracted(&db, 2, "王桂英");
        let key = opened(&db, &p, who, "2026-11-02");
        let by = actor("2026-11-02", 1);
        let now = bed(&db, &by, key);
        assert_eq!((now.state, now.opened_on, now.until), (State::Open, Some(day("2026-11-02")), Some(day("2027-01-31"))));
        assert_eq!((now.doctor_name.as_str(), now.nurse_name.as_str()), ("张医生", "李护士"));
        let episode = db.read(|tx| episodes::store::spells(tx, who, None)).expect("read");
        assert_eq!(episode.last().map(|s| (s.place, s.institution)), Some((episodes::Place::Sickbed, Some(p.centre))));
        db.write(|tx| running::add_item(tx, &by, (key, None), (ItemKind::Nursing, "更换胃管", 30))).expect("planned");
        let item = db.read(|tx| store::items(tx, key)).expect("items")[0].clone();
        assert_eq!(item.due_on(), Some(day("2026-11-02")));

        let by = actor("2026-11-09", 1);
        let planned = db.read(|tx| store::rounds(tx, key)).expect("rounds")[0].clone();
        assert_eq!((planned.state, planned.due_on), (RoundState::Planned, day("2026-11-09")));
        let new = NewRound { planned: Some(planned.id), items: vec![item.id], ..round(&p, "2026-11-08", RoundKind::Round) };
        db.write(|tx| running::round(tx, &by, &library(), key, &new)).expect("made");
        let again = refusal(db.write(|tx| running::round(tx, &by, &library(), key, &new)));
        assert!(again.contains("已经登记"), "{again}");
        let rounds = db.read(|tx| store::rounds(tx, key)).expect("rounds");
        assert_eq!(rounds.iter().map(|r| (r.state, r.due_on)).collect::<Vec<_>>(), [(RoundState::Planned, day("2026-11-15")), (RoundState::Done, day("2026-11-09"))]);
        assert_eq!(rounds[1].report.vitals.line(), "血压 150/85");
        assert_eq!(db.read(|tx| store::items(tx, key)).expect("items")[0].due_on(), Some(day("2026-12-08")));

        let by = actor("2027-01-20", 1);
        db.write(|tx| steps::extend(tx, &by, &library(), (key, None), (60, "仍需换药"))).expect("extended");
        assert_eq!(bed(&db, &by, key).until, Some(day("2027-04-01")));
        let more = refusal(db.write(|tx| steps::extend(tx, &by, &library(), (key, None), (10, "再延"))));
        assert!(more.starts_with("SB-12"), "{more}");
        let done = Closing { on: day("2027-01-20"), reason: CloseReason::Stable, summary: "好转".into() };
        db.write(|tx| steps::close(tx, &by, (key, None), &done)).expect("closed");
        let end = bed(&db, &by, key);
        assert_eq!((end.state, end.closed_on, end.lasted(by.today()), end.close_code.as_str()), (State::Closed, Some(day("2027-01-20")), 79, ""));
        assert!(db.read(|tx| store::rounds(tx, key)).expect("rounds").iter().all(|r| r.state != RoundState::Planned));
        assert!(db.read(|tx| store::items(tx, key)).expect("items")[0].ended_on.is_some());
        let episode = db.read(|tx| episodes::store::spells(tx, who, None)).expect("read");
        assert_eq!(episode.last().map(|s| s.place), Some(episodes::Place::Home));
        assert!(db.read(|tx| open(tx, &by, who)).expect("read").is_empty());
        let shown = db.read(|tx| views::timeline(tx, &by, who)).expect("timeline");
        assert_eq!(shown.len(), 5, "{shown:?}");
    }

    fn no_bed_is_opened_during_a_stay_and_admission_closes_an_open_one(db: TestDb) {
        let p = county(&db);
        let (who, other) = (contracted(&db, 2, "王桂英"), contracted(&db, 4, "李秀兰"));
        let hospital = institution(&db, 2, Kind::Hospital, "如东县人民医院");
        let by = actor("2026-11-02", 1);
        let admit = |who, from| db.write(|tx| stays::store::register(tx, &actor("2026-11-10", 2), &stay(who, hospital, from, None))).expect("admitted").0;
        let first = admit(who, "2026-11-01");
        let key = agreed(&db, &p, who, "2026-11-02");
        let inside = refusal(db.write(|tx| steps::open(tx, &by, &library(), (key, None), &opening(&p, "2026-11-02"))));
        assert!(inside.starts_with("SB-03") && inside.contains("尚未出院"), "{inside}");
        assert_eq!(bed(&db, &by, key).state, State::Agreed, "an application waits for the discharge");
        db.write(|tx| stays::store::discharge(tx, &actor("2026-11-10", 2), who, first, day("2026-11-05"))).expect("left");
        let later = actor("2026-11-10", 1);
        let early = refusal(db.write(|tx| steps::open(tx, &later, &library(), (key, None), &opening(&p, "2026-11-04"))));
        assert!(early.starts_with("SB-03"), "{early}");
        db.write(|tx| steps::open(tx, &later, &library(), (key, None), &opening(&p, "2026-11-05"))).expect("opened on the day of leaving");

        let key = opened(&db, &p, other, "2026-11-02");
        admit(other, "2026-11-08");
        let closed = bed(&db, &later, key);
        assert_eq!((closed.state, closed.closed_on, closed.close_code.as_str()), (State::Closed, Some(day("2026-11-08")), "EP-37"));
        assert!(closed.close_reason.contains("自动撤床"));
        let episode = db.read(|tx| episodes::store::spells(tx, other, None)).expect("read");
        assert_eq!(episode.last().map(|s| s.place), Some(episodes::Place::Ward));
        let thread = db.read(|tx| episodes::store::events(tx, other)).expect("thread");
        assert!(thread.iter().any(|e| e.code == "EP-37" && e.href.as_deref() == Some(&key.href())), "{thread:?}");
        let late = refusal(db.write(|tx| running::round(tx, &later, &library(), key, &round(&p, "2026-11-09", RoundKind::CallOut))));
        assert!(late.starts_with("SB-13"), "{late}");
        db.write(|tx| running::round(tx, &later, &library(), key, &round(&p, "2026-11-08", RoundKind::CallOut))).expect("that of the last day");
    }

    fn appointments_of_a_bed_are_cancelled_with_it_and_do_not_come_back(db: TestDb) {
        let p = county(&db);
        let (who, other) = (contracted(&db, 2, "王桂英"), contracted(&db, 4, "李秀兰"));
        let (key, second) = (opened(&db, &p, who, "2026-11-02"), opened(&db, &p, other, "2026-11-02"));
        let by = actor("2026-11-03", 1);
        let plan = |key: Key| {
            let at = |hour| kernel::time::at(day("2026-11-20"), hour, 0).expect("instant");
            let new = NewVisit {
                elder: key.elder,
                kind: VisitKind::SickbedRound,
                source: Some(key.id.uuid()),
                institution: p.centre,
                carer: p.doctor,
                second: None,
                wishes: Wishes::default(),
                from: at(9),
                to: at(10),
                items: vec![],
            };
            let visit = new.planned(VisitId(key.id.uuid()), crate::testing::area("320623"), by.now);
            db.write(|tx| visits::store::insert(tx, &by, std::slice::from_ref(&visit))).expect("planned");
        };
        plan(key);
        plan(second);
        let states = |key: Key| {
            let of = visits::store::Filter { source: Some(key.id.uuid()), ..visits::store::Filter::default() };
            db.read(|tx| visits::store::list(tx, &by, &of, 9, 0)).expect("visits").iter().map(|v| v.visit.state).collect::<Vec<_>>()
        };
        let hospital = institution(&db, 2, Kind::Hospital, "如东县人民医院");
        let stay = db.write(|tx| stays::store::register(tx, &actor("2026-11-10", 2), &stay(who, hospital, "2026-11-08", None))).expect("admitted").0;
        db.write(|tx| stays::store::discharge(tx, &actor("2026-11-12", 2), who, stay, day("2026-11-12"))).expect("left");
        assert_eq!((states(key), states(second)), (vec![visits::model::State::Cancelled], vec![visits::model::State::Planned]));
        let linked = |elder| db.read(|tx| registry::elders::links::of(tx, elder)).expect("links").iter().filter(|l| l.until.is_none()).count();
        assert_eq!((linked(who), linked(other)), (0, 1));
        let done = Closing { on: day("2026-11-12"), reason: CloseReason::Asked, summary: "要求".into() };
        db.write(|tx| steps::close(tx, &actor("2026-11-12", 1), (second, None), &done)).expect("closed");
        assert_eq!((states(second), linked(other)), (vec![visits::model::State::Cancelled], 0));
    }

    fn a_round_becomes_a_visit_some_days_before_and_only_once(db: TestDb) {
        let p = county(&db);
        let key = opened(&db, &p, contracted(&db, 2, "王桂英"), "2026-11-02");
        let due = db.read(|tx| store::rounds(tx, key)).expect("rounds")[0].due_on;
        let nightly = |days: i64| {
            let by = Actor { now: kernel::time::at(due - chrono::TimeDelta::days(days), 6, 0).expect("instant"), ..actor("2026-11-02", 1) };
            crate::sickbeds::jobs::nightly(&db, &by, &library()).expect("nightly")
        };
        let of = visits::store::Filter { source: Some(key.id.uuid()), ..visits::store::Filter::default() };
        let made = || db.read(|tx| visits::store::list(tx, &actor("2026-11-02", 1), &of, 9, 0)).expect("visits");
        assert!(nightly(7).contains("1 次没有排上"), "the doctor's certificate is not in the register");
        let certified = "update staff set certificate_no = 'YS000001' where id = $1";
        db.write(|tx| tx.exec(certified, db::params![p.doctor])).expect("certified");
        assert!(nightly(8).starts_with("家庭病床巡诊排成上门 0 次，0 次"), "eight days before is too early");
        assert!(made().is_empty());
        assert!(nightly(7).contains("上门 1 次"));
        let visit = made().remove(0).visit;
        assert_eq!((visit.day(), visit.carer, visit.kind), (due, p.doctor, VisitKind::SickbedRound));
        assert!(nightly(6).contains("上门 0 次"));
        let on = (due - chrono::TimeDelta::days(1)).to_string();
        let by = actor(&on, 1);
        db.write(|tx| running::round(tx, &by, &library(), key, &round(&p, &on, RoundKind::Round))).expect("made earlier");
        assert_eq!(made()[0].visit.state, visits::model::State::Cancelled);
    }

    fn a_round_on_a_day_in_hospital_is_refused(db: TestDb) {
        let p = county(&db);
        let who = contracted(&db, 2, "王桂英");
        let hospital = institution(&db, 2, Kind::Hospital, "如东县人民医院");
        let key = opened(&db, &p, who, "2026-11-02");
        let by = actor("2026-11-20", 1);
        db.write(|tx| stays::store::register(tx, &by, &stay(who, hospital, "2026-11-05", Some("2026-11-08")))).expect("history");
        assert_eq!(bed(&db, &by, key).state, State::Open, "what is over long ago is not followed");
        let on = |text| db.write(|tx| running::round(tx, &by, &library(), key, &round(&p, text, RoundKind::CallOut)));
        assert!(refusal(on("2026-11-06")).starts_with("SB-03"));
        on("2026-11-08").expect("on the day of leaving");
    }

    fn death_and_moving_away_end_beds_and_applications(db: TestDb) {
        let p = county(&db);
        let (who, waiting) = (contracted(&db, 2, "王桂英"), contracted(&db, 4, "李秀兰"));
        let (key, asked) = (opened(&db, &p, who, "2026-11-02"), agreed(&db, &p, waiting, "2026-11-02"));
        dies(&db, 2, "王桂英", "2026-11-06");
        dies(&db, 4, "李秀兰", "2026-11-06");
        let by = actor("2026-11-10", 1);
        let (one, other) = (bed(&db, &by, key), bed(&db, &by, asked));
        assert_eq!((one.state, one.closed_on, one.close_code.as_str()), (State::Closed, Some(day("2026-11-06")), "EP-35"));
        assert_eq!((other.state, other.close_code.as_str()), (State::Withdrawn, "EP-35"));
    }

    fn criteria_and_neighbours_are_checked(db: TestDb) {
        let p = county(&db);
        let who = elder(&db, 2, "王桂英");
        let by = actor("2026-11-02", 1);
        let key = db.write(|tx| steps::apply(tx, &by, who, &asked(&p, "2026-11-02"))).expect("applied");
        let twice = refusal(db.write(|tx| steps::apply(tx, &by, who, &asked(&p, "2026-11-02"))));
        assert!(twice.starts_with("SB-02"), "{twice}");
        let poor = Verdict { found: Findings { stable: false, ..found() }, ..accepted() };
        let text = refusal(db.write(|tx| steps::decide(tx, &by, &library(), (key, None), &poor)));
        assert!(text.contains("SB-07 没有有效的家庭医生签约") && text.contains("SB-07 病情不稳定"), "{text}");
        let refused = Verdict { accept: false, ..poor };
        assert_eq!(db.write(|tx| steps::decide(tx, &by, &library(), (key, None), &refused)).expect("refused"), State::Refused);
        assert_eq!(bed(&db, &by, key).close_reason, "没有有效的家庭医生签约；病情不稳定，应当住院");
        assert!(refusal(db.write(|tx| steps::decide(tx, &by, &library(), (key, None), &accepted()))).contains("不予建床"));

        let far = neighbour("2026-11-02");
        assert!(db.read(|tx| store::find(tx, &far, key)).is_err());
        assert!(db.write(|tx| steps::apply(tx, &far, who, &asked(&p, "2026-11-02"))).is_err());
        assert_eq!(db.read(|tx| lists::count(tx, &far, &lists::Filter::default())).expect("count"), 0);
        let station = institution(&db, 2, Kind::NursingStation, "掘港护理站");
        let wrong = Application { institution: station, ..asked(&p, "2026-11-02") };
        assert!(refusal(db.write(|tx| steps::apply(tx, &by, who, &wrong))).starts_with("SB-04"));
        let theirs = Actor { institution: Some(station), ..actor("2026-11-02", 3) };
        assert!(refusal(db.write(|tx| steps::apply(tx, &theirs, who, &asked(&p, "2026-11-02")))).starts_with("SB-05"));
        let late = Application { diagnosis_code: "脑".into(), relation: String::new(), ..asked(&p, "2026-11-03") };
        let text = refusal(db.write(|tx| steps::apply(tx, &by, who, &late)));
        assert!(text.contains("申请日期") && text.contains("ICD-10") && text.contains("关系"), "{text}");
    }

    fn a_contract_that_ended_meanwhile_and_the_wrong_people_keep_a_bed_from_opening(db: TestDb) {
        let p = county(&db);
        let who = contracted(&db, 2, "王桂英");
        let key = agreed(&db, &p, who, "2026-11-02");
        let by = actor("2026-11-05", 1);
        let try_it = |new: Opening| refusal(db.write(|tx| steps::open(tx, &by, &library(), (key, None), &new)));
        assert!(try_it(opening(&p, "2026-11-01")).starts_with("SB-08"));
        assert!(try_it(opening(&p, "2026-11-06")).starts_with("SB-13"));
        let text = try_it(Opening { doctor: p.nurse, nurse: p.doctor, ..opening(&p, "2026-11-02") });
        assert!(text.contains("SB-09 李护士的岗位是护士") && text.contains("SB-09 张医生的岗位是医师"), "{text}");
        db.write(|tx| facts::set(tx, who, Fact::Contract { from: Some(day("2026-01-01")), until: Some(day("2026-11-04")) })).expect("ended");
        assert!(try_it(opening(&p, "2026-11-05")).starts_with("SB-07"));
        db.write(|tx| steps::open(tx, &by, &library(), (key, None), &opening(&p, "2026-11-03"))).expect("while it held");
    }

    fn two_people_on_one_bed_are_told(db: TestDb) {
        let p = county(&db);
        let who = contracted(&db, 2, "王桂英");
        let key = opened(&db, &p, who, "2026-11-02");
        let by = actor("2026-11-03", 1);
        let sight = Some(bed(&db, &by, key).changed_at.timestamp_millis());
        let add = |title: &str, seen| db.write(|tx| running::add_item(tx, &actor("2026-11-03", 2), (key, seen), (ItemKind::Nursing, title, 7)));
        add("换药", sight).expect("the first");
        let second = refusal(add("翻身", sight));
        assert!(second.contains("经办2") && second.contains("不是最新内容"), "{second}");
        let done = Closing { on: day("2026-11-03"), reason: CloseReason::Asked, summary: "要求".into() };
        assert!(refusal(db.write(|tx| steps::close(tx, &by, (key, sight), &done))).contains("不是最新内容"));
        let fresh = Some(bed(&db, &by, key).changed_at.timestamp_millis());
        db.write(|tx| steps::close(tx, &by, (key, fresh), &done)).expect("closed");
        assert!(refusal(add("翻身", None)).contains("已撤床"));
    }

    fn rounds_keep_to_the_interval_the_cycle_and_what_can_be(db: TestDb) {
        let p = county(&db);
        let who = contracted(&db, 2, "王桂英");
        let key = opened(&db, &p, who, "2026-11-02");
        let by = actor("2027-01-31", 1);
        let make = |new: &NewRound| db.write(|tx| running::round(tx, &by, &library(), key, new));
        assert!(refusal(make(&round(&p, "2026-11-01", RoundKind::Round))).starts_with("SB-13"));
        assert!(refusal(make(&round(&p, "2027-01-31", RoundKind::Round))).contains("周期已于 2027-01-30 届满"));
        let next = |day_text: &str| NewRound { next_on: Some(day(day_text)), ..round(&p, "2026-11-08", RoundKind::Round) };
        assert!(refusal(make(&next("2026-11-16"))).contains("下次巡诊"));
        assert!(refusal(make(&next("2026-11-08"))).contains("下次巡诊"));
        make(&next("2026-11-15")).expect("at the interval");
        let mut odd = round(&p, "2026-11-09", RoundKind::Round);
        odd.report.vitals.spo2 = Some(101);
        assert!(refusal(make(&odd)).contains("血氧饱和度"));
        let outsider = institution(&db, 2, Kind::Hospital, "如东县人民医院");
        let stranger = staff(&db, outsider, 5, "赵医生", Post::Doctor);
        assert!(refusal(make(&NewRound { staff: stranger, ..round(&p, "2026-11-09", RoundKind::Round) })).starts_with("SB-09"));
        make(&round(&p, "2026-11-10", RoundKind::CallOut)).expect("called");
        let due = |db: &TestDb| db.read(|tx| store::rounds(tx, key)).expect("rounds")[0].due_on;
        assert_eq!(due(&db), day("2026-11-15"), "a call-out moves no round");
        let call = Call { on: day("2026-11-12"), what: "发热 38.5 ℃".into(), doctor: "张医生".into(), advice: "明日上门".into(), next_on: Some(day("2026-11-13")) };
        db.write(|tx| running::escalate(tx, &by, key, &call)).expect("escalated");
        assert_eq!(due(&db), day("2026-11-13"));
        let back = Call { next_on: Some(day("2026-11-11")), ..call };
        assert!(refusal(db.write(|tx| running::escalate(tx, &by, key, &back))).contains("最迟上门日期"));
        let filter = |day_text: &str| lists::Filter { round_before: Some(day(day_text)), ..lists::Filter::default() };
        let count = |day_text| db.read(|tx| lists::count(tx, &by, &filter(day_text))).expect("count");
        assert_eq!(["2026-11-13", "2026-11-14"].map(count), [0, 1]);
    }

    fn the_account_charges_nothing_twice_and_takes_back_exactly(db: TestDb) {
        let p = county(&db);
        let who = contracted(&db, 2, "王桂英");
        let key = opened(&db, &p, who, "2026-11-02");
        let by = actor("2026-11-09", 1);
        let funded = NewRound { funded_by: Some(Funder::FamilyDoctor), ..round(&p, "2026-11-09", RoundKind::Round) };
        db.write(|tx| running::round(tx, &by, &library(), key, &funded)).expect("funded");
        let item = NewFee { on: day("2026-11-09"), fee: Fee::Item, title: "换药".into(), price: Some(Fen(1550)), funded_by: None, visit_fee_charged: false };
        db.write(|tx| running::fee(tx, &by, &library(), key, &item)).expect("written");
        let ltci = NewFee { funded_by: Some(Funder::CareInsurance), ..item.clone() };
        assert!(refusal(db.write(|tx| running::fee(tx, &by, &library(), key, &ltci))).starts_with("SB-14"));
        assert!(refusal(db.write(|tx| running::fee(tx, &by, &library(), key, &NewFee { fee: Fee::Opening, ..item.clone() }))).contains("建床费"));
        let lines = || db.read(|tx| store::lines(tx, key)).expect("lines");
        assert_eq!(lines().iter().map(|l| (l.charge.price.0, l.charge.charge.0)).collect::<Vec<_>>(), [(2000, 2000), (3000, 0), (1550, 1550)]);
        assert!(lines().iter().all(|l| !l.charge.reason.is_empty() && !l.charge.decisions.is_empty()));
        let wrong = lines()[2].id;
        db.write(|tx| running::reverse(tx, &by, key, wrong, "记错人")).expect("taken back");
        assert_eq!(sum(&lines()), (Fen(5000), Fen(2000)));
        let counter = lines().iter().find(|l| l.reverses.is_some()).expect("counter-entry").id;
        for id in [wrong, counter] {
            assert!(refusal(db.write(|tx| running::reverse(tx, &by, key, id, "再冲"))).starts_with("SB-15"));
        }
    }

    fn pages_lead_from_application_to_the_printed_account(db: TestDb) {
        let p = county(&db);
        let who = contracted(&db, 2, "王桂英");
        let app = TestApp::new(db, (*library()).clone(), routes(), |state| state.with(registry::areas::Names::default()));
        let doctor = app.person("张医生", &["sickbeds.*"], "320623");
        let (centre, who_text) = (p.centre.to_string(), who.to_string());
        assert!(doctor.get(&format!("/sickbeds/new?elder={who}")).page().contains("掘港街道社区卫生服务中心"));
        let form = [("elder", who_text.as_str()), ("institution", &centre), ("by", "family"), ("asked_name", "王建国"), ("relation", "儿子"),
            ("asked_on", "2026-11-01"), ("condition", "wound"), ("diagnosis", "压疮三期"), ("wish", "换药")];
        let url = doctor.post("/sickbeds", &form).goes_to();
        assert!(doctor.get(&url).page().contains("审核收治条件"));
        assert!(doctor.get(&format!("/sickbeds/new?elder={who}")).page().contains("SB-02"));
        assert_eq!(doctor.get(&format!("{url}/consent-form")).status.as_u16(), 409);
        let criteria = [("condition", "wound"), ("stable", "true"), ("needs_treatment", "true"), ("homebound", "true"), ("home_fit", "true")];
        let short: Vec<_> = criteria.into_iter().chain([("accept", "yes")]).collect();
        assert!(doctor.post(&format!("{url}/decide"), &short).text().contains("家中无人照护"));
        let whole: Vec<_> = short.into_iter().chain([("carer_at_home", "true")]).collect();
        assert_eq!(doctor.post(&format!("{url}/decide"), &whole).goes_to(), url);
        let sheet = doctor.get(&format!("{url}/consent-form")).page();
        assert_eq!(sheet.matches("家庭病床服务知情同意书</h2>").count(), 2);
        assert!(sheet.contains("医疗机构存") && sheet.contains("患者存") && sheet.contains("（盖章）"));
        let signed = [("by", "elder"), ("consent_name", "王桂英"), ("consent_on", "2026-11-01")];
        assert_eq!(doctor.post(&format!("{url}/consent"), &signed).goes_to(), url);
        let (d, n) = (p.doctor.to_string(), p.nurse.to_string());
        let open = [("doctor", d.as_str()), ("nurse", &n), ("opened_on", "2026-11-01")];
        assert_eq!(doctor.post(&format!("{url}/open"), &open).goes_to(), url);
        let plan = [("kind", "nursing"), ("title", "压疮换药"), ("every_days", "3")];
        assert_eq!(doctor.post(&format!("{url}/items"), &plan).goes_to(), url);
        let by = actor("2026-11-02", 1);
        let key = app.db.read(|tx| store::of_elder(tx, &by, who)).expect("read")[0].key;
        let planned = app.db.read(|tx| store::rounds(tx, key)).expect("read")[0].id.to_string();
        let item = app.db.read(|tx| store::items(tx, key)).expect("read")[0].id.to_string();
        let made = [("planned", planned.as_str()), ("kind", "round"), ("on", "2026-11-02"), ("staff", &d), ("temperature", "36.8"), ("sbp", "150"),
            ("dbp", "85"), ("found", "创面渗出减少"), ("items", &item), ("orders", "继续换药")];
        assert_eq!(doctor.post(&format!("{url}/rounds"), &made).goes_to(), url);
        assert_eq!(doctor.post(&format!("{url}/rounds"), &made).status.as_u16(), 409);
        let price = [("fee", "item"), ("on", "2026-11-02"), ("title", "大换药"), ("price", "15.5")];
        assert_eq!(doctor.post(&format!("{url}/fees"), &price).goes_to(), url);
        let page = doctor.get(&url).page();
        assert!(page.contains("体温 36.8 ℃") && page.contains("压疮换药") && page.contains("65.50") && page.contains("未核实"), "{page}");
        let account = doctor.get(&format!("{url}/account")).page();
        assert!(account.contains("130600001") && account.contains("大换药") && account.contains("65.50"));
        assert!(doctor.get("/sickbeds?state=open").page().contains("王桂英"));
        let call = [("on", "2026-11-02"), ("what", "发热"), ("doctor", "张医生"), ("advice", "加测体温")];
        assert_eq!(doctor.post(&format!("{url}/escalate"), &call).goes_to(), url);
        let end = [("reason", "cured"), ("closed_on", "2026-11-02"), ("summary", "创面愈合")];
        assert_eq!(doctor.post(&format!("{url}/close"), &end).goes_to(), url);
        let summary = doctor.get(&format!("{url}/summary")).page();
        assert!(summary.contains("创面愈合") && summary.contains("创面渗出减少") && summary.contains("治愈或好转"));
        assert_eq!(app.person("邻县", &["sickbeds.*"], "320612").get(&url).status.as_u16(), 404);
        assert_eq!(app.person("监管", &["sickbeds.read"], "320623").post(&format!("{url}/close"), &end).status.as_u16(), 403);
        let other = format!("/sickbeds/{}/{}", elder(&app.db, 4, "李秀兰"), key.id);
        assert_eq!(doctor.get(&other).status.as_u16(), 404, "an address with somebody else's bed");
        let looked = app.db.read(|tx| tx.count("select count(*) from audit where action = 'sickbeds.view'", &[])).expect("audit");
        assert!(looked > 5);
    }
}
