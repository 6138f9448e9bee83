//! The planner through the router and the store, on both engines. All synthetic.

use super::day::Hold;
use super::jobs;
use super::model::{Kind, Skill, TRANSITIONS, going};
use super::store::accept::{self, Left};
use super::store::hours::{self, Hours};
use super::store::{self, day as days};
use crate::testing::{day, elder, library};
use crate::visits::model::{NewVisit, State, Visit, Wishes};
use crate::visits::store::{self as visits, fit};
use crate::visits::tests::{Home, actor, app, code, instant};
use db::testing::TestDb;
use kernel::citizen::Sex;
use kernel::{DayplanId, ElderId, StaffId, VisitId};
use web::testing::{Client, TestApp};

const MORNING: &str = "2026-11-02 09:00";
const TOMORROW: &str = "2026-11-03";
/// Who is visited.
const NAMES: [&str; 3] = ["赵一兰", "钱二妹", "孙三英"];
/// The hours of most: eight to half past five with an hour of rest.
const USUAL: Hours = Hours { from: 480, until: 1050, rest: 60 };

/// A station with two nurses and a carer on duty, and elders with a dressing each tomorrow, all by the first nurse.
struct Station {
    home: Home,
    elders: Vec<ElderId>,
    visits: Vec<VisitId>,
}

impl Station {
    fn new(db: &TestDb) -> Self {
        let home = Home::new(db);
        let elders: Vec<ElderId> = (20..).step_by(2).zip(NAMES).map(|(n, name)| elder(db, n, name)).collect();
        let mut station = Self { home, elders, visits: vec![] };
        for staff in [station.home.nurse, station.home.man, station.home.carer] {
            station.works(db, staff, USUAL, &[]);
        }
        for n in 0..3 {
            let new = station.visit(n, &format!("{TOMORROW} {:02}:00", 9 + n));
            station.visits.push(station.home.plan(db, new));
        }
        station
    }

    fn works(&self, db: &TestDb, staff: StaffId, hours: Hours, skills: &[Skill]) {
        let week: Vec<(i64, Hours)> = (1..=7).map(|n| (n, hours)).collect();
        db.write(|tx| hours::keep(tx, &actor("2026-11-01 09:00"), staff, &week, skills)).expect("kept");
    }

    fn visit(&self, n: usize, at: &str) -> NewVisit {
        let from = instant(at);
        NewVisit { elder: self.elders[n], from, to: from + chrono::TimeDelta::minutes(40), ..self.home.visit() }
    }

    fn found(&self, db: &TestDb, n: usize) -> Visit {
        db.read(|tx| visits::find(tx, &actor(MORNING), self.elders[n], self.visits[n])).expect("visit")
    }

    fn day(&self, db: &TestDb) -> super::day::Day {
        db.read(|tx| days::load(tx, &actor(MORNING), &library(), self.home.station, day(TOMORROW))).expect("day")
    }

    fn ask(&self, app: &TestApp, kind: Kind) -> DayplanId {
        let of = (self.home.station, day(TOMORROW));
        let id = app.db.write(|tx| store::ask(tx, &actor(MORNING), &library(), of, kind)).expect("asked");
        app.state.jobs.run_waiting().expect("searched");
        id
    }
}

fn planner(db: TestDb) -> TestApp {
    let app = app(db, MORNING);
    jobs::wire(&app.state);
    app
}

fn office(app: &TestApp) -> Client<'_> {
    app.person("护理站", &["visits.*", "elders.read"], "320623")
}

fn seen(app: &TestApp, id: DayplanId) -> String {
    let of = app.db.read(|tx| store::any(tx, id)).expect("proposal");
    of.changed_at.timestamp_millis().to_string()
}

fn accept(app: &TestApp, id: DayplanId) -> Result<usize, web::Error> {
    let seen = seen(app, id).parse().expect("number");
    let accept = |tx: &mut db::Tx<'_>| accept::accept(tx, &actor(MORNING), &library(), id, seen, Left::Keep);
    app.db.write(accept).map(|(_, count)| count)
}

/// Posts a move and answers the page.
fn price(app: &TestApp, id: DayplanId, visit: VisitId, carer: StaffId, at: &str) -> String {
    let (visit, carer, seen) = (visit.to_string(), carer.to_string(), seen(app, id));
    let fields = [("visit", visit.as_str()), ("carer", &carer), ("at", at), ("seen", &seen)];
    office(app).post(&format!("/visits/planner/{id}/price"), &fields).text()
}

fn keep(app: &TestApp, id: DayplanId, visit: VisitId, carer: StaffId, at: &str) -> axum::http::StatusCode {
    let (visit, carer, seen) = (visit.to_string(), carer.to_string(), seen(app, id));
    let fields = [("visit", visit.as_str()), ("carer", &carer), ("at", at), ("seen", &seen)];
    office(app).post(&format!("/visits/planner/{id}/move"), &fields).status
}

#[test]
fn every_row_of_the_table_and_no_other_step() {
    use super::model::State;
    for from in State::ALL {
        for event in ["solve", "fail", "move", "accept", "discard"] {
            let row = TRANSITIONS.iter().find(|(f, e, _)| *f == from.code() && *e == event);
            assert_eq!(from.after(event).map(State::code), row.map(|r| r.2), "{from:?} {event}");
        }
    }
}

db::on_both! {
    fn a_day_is_planned_looked_at_and_accepted(db: TestDb) {
        let s = Station::new(&db);
        let app = planner(db);
        let office = office(&app);
        let institution = s.home.station.to_string();
        let start = office.get(&format!("/visits/planner?institution={institution}&day={TOMORROW}")).page();
        assert!(start.contains("赵一兰") && start.contains("重新排这一天"), "{start}");
        let href = office.post("/visits/planner", &[("institution", &institution), ("day", TOMORROW), ("kind", "plan")]).goes_to();
        assert!(office.get(&href).page().contains("正在计算"));
        app.state.jobs.run_waiting().expect("searched");
        let page = office.get(&href).page();
        for word in ["待确认", "路上", "没有排上", "护士甲", "孙三英", "采用这份方案", "按直线距离"] {
            assert!(page.contains(word), "{word}: {page}");
        }
        let id = DayplanId::parse(href.rsplit('/').next().expect("id")).expect("id");
        let seen = seen(&app, id);
        let accept = format!("{href}/accept");
        assert!(office.post(&accept, &[("seen", &seen), ("left", "keep")]).status.is_redirection());
        let of = app.db.read(|tx| store::any(tx, id)).expect("proposal");
        let plan = of.plan.expect("plan");
        let day = s.day(&app.db);
        for n in 0..3 {
            let visit = s.found(&app.db, n);
            let planned = going(&plan, &visit.id.to_string()).expect("planned");
            assert_eq!((planned.carers, planned.start), (vec![visit.carer.to_string()], day.second(visit.planned_from)));
            assert_eq!(visit.planned_to - visit.planned_from, chrono::TimeDelta::minutes(40));
        }
        assert_eq!(office.post(&accept, &[("seen", &seen), ("left", "keep")]).status, 409, "once only");
        assert!(office.get(&format!("{href}/calls")).page().contains("电话通知名单"));
    }

    fn what_has_changed_meanwhile_is_said_and_nothing_is_done(db: TestDb) {
        let s = Station::new(&db);
        let app = planner(db);
        let by = actor(MORNING);
        let first = s.ask(&app, Kind::Plan);
        app.db.write(|tx| visits::call_off(tx, &by, s.elders[0], s.visits[0], "住院")).expect("off");
        assert_eq!(code(accept(&app, first)), "PLAN-11");
        let second = s.ask(&app, Kind::Plan);
        let new = s.visit(0, "2026-11-03 15:00");
        s.home.plan(&app.db, new);
        assert_eq!(code(accept(&app, second)), "PLAN-12");
        let third = s.ask(&app, Kind::Plan);
        app.db.write(|tx| visits::reassign(tx, &by, &library(), s.elders[1], s.visits[1], s.home.man)).expect("given");
        assert_eq!(code(accept(&app, third)), "PLAN-13");
        let page = office(&app).get(&format!("/visits/planner/{third}")).page();
        assert!(page.contains("不能采用") && page.contains("PLAN-13"), "{page}");
        let fourth = s.ask(&app, Kind::Plan);
        app.db.write(|tx| hours::absent(tx, &by, s.home.man, day(TOMORROW), "病假")).expect("absent");
        assert!(code(accept(&app, fourth)).contains("PLAN-14"));
        assert_eq!(s.found(&app.db, 1).carer, s.home.man, "nothing half done");
    }

    fn of_two_who_plan_a_day_the_later_is_refused_whole(db: TestDb) {
        let s = Station::new(&db);
        let app = planner(db);
        let (one, two) = (s.ask(&app, Kind::Plan), s.ask(&app, Kind::Plan));
        for (id, n) in [(one, 0), (two, 1)] {
            assert!(keep(&app, id, s.visits[n], s.home.man, "11:00").is_redirection());
        }
        assert!(accept(&app, one).expect("first") > 0);
        let before: Vec<Visit> = (0..3).map(|n| s.found(&app.db, n)).collect();
        let refused = accept(&app, two).expect_err("later");
        assert!(refused.text().contains("PLAN-13") && refused.text().contains("赵一兰"), "{}", refused.text());
        let after: Vec<Visit> = (0..3).map(|n| s.found(&app.db, n)).collect();
        assert_eq!(before, after);
        assert!(code(accept(&app, one)).contains("Conflict"));
    }

    fn a_move_by_hand_says_what_it_costs_and_which_rule_it_breaks(db: TestDb) {
        let s = Station::new(&db);
        let by = actor("2026-11-01 09:00");
        let wished = Wishes { sex: Some(Sex::Female), earliest: Some(instant("2026-11-03 13:30")), latest: Some(instant("2026-11-03 15:00")), ..Wishes::default() };
        let picky = elder(&db, 40, "李四珍");
        let new = NewVisit { elder: picky, wishes: wished, from: instant("2026-11-03 14:00"), to: instant("2026-11-03 14:40"), ..s.home.visit() };
        db.write(|tx| fit::refuse(tx, &by, picky, s.home.carer, "不熟悉")).expect("refused");
        // Odd numbers of citizens are men's: the first nurse is a woman, the second a man.
        let picky = s.home.plan(&db, new);
        s.works(&db, s.home.carer, Hours { from: 480, until: 600, rest: 0 }, &[]);
        let app = planner(db);
        let id = s.ask(&app, Kind::Replan);
        let told = price(&app, id, s.visits[0], s.home.man, "09:30");
        assert!(told.contains("护士乙") && told.contains("保留这个调整"), "{told}");
        let rule = |visit, carer, at: &str, number: &str| {
            let told = price(&app, id, visit, carer, at);
            assert!(told.contains(number) && told.contains("不能这样调整"), "{number}: {told}");
            assert_eq!(keep(&app, id, visit, carer, at), 422, "{number}");
        };
        rule(s.visits[0], s.home.carer, "09:00", "RT43");
        rule(picky, s.home.man, "14:00", "RT44");
        rule(picky, s.home.carer, "09:00", "RT45");
        rule(picky, s.home.carer, "09:00", "RT51");
        assert!(price(&app, id, s.visits[0], s.home.stranger, "09:00").contains("RT14"), "a carer of another station");
        assert!(price(&app, id, s.visits[0], s.home.man, "25:00").contains("大约几点"));
        let stale = [("visit", s.visits[0].to_string()), ("carer", s.home.man.to_string()), ("at", "09:00".into()), ("seen", "1".into())];
        let stale: Vec<(&str, &str)> = stale.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(office(&app).post(&format!("/visits/planner/{id}/move"), &stale).status, 409);
        let out = [("visit", s.visits[0].to_string()), ("carer", String::new()), ("seen", seen(&app, id))];
        let out: Vec<(&str, &str)> = out.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert!(office(&app).post(&format!("/visits/planner/{id}/move"), &out).status.is_redirection());
        assert!(office(&app).get(&format!("/visits/planner/{id}")).page().contains("RT29"), "left out by hand");
    }

    fn what_is_agreed_is_not_moved_by_hand_either(db: TestDb) {
        let s = Station::new(&db);
        let by = actor(MORNING);
        db.write(|tx| fit::agree(tx, &by, s.elders[1], s.visits[1], true)).expect("agreed");
        let app = planner(db);
        let id = s.ask(&app, Kind::Plan);
        let told = price(&app, id, s.visits[1], s.home.man, "10:00");
        assert!(told.contains("RT47") && !told.contains("保留这个调整"), "{told}");
        accept(&app, id).expect("accepted");
        let visit = s.found(&app.db, 1);
        assert_eq!((visit.carer, visit.planned_from), (s.home.nurse, instant("2026-11-03 10:00")));
    }

    fn an_absence_is_written_for_today_and_the_days_that_can_be_planned(db: TestDb) {
        let s = Station::new(&db);
        let by = actor(MORNING);
        let on = |days: i64, reason: &str| {
            let when = by.today() + chrono::TimeDelta::days(days);
            code(db.write(|tx| hours::absent(tx, &by, s.home.man, when, reason)).map(|_| "written"))
        };
        assert_eq!(on(-1, "病假"), "PLAN-23");
        assert!([0, 62].iter().all(|days| on(*days, "病假").contains("written")));
        assert_eq!(on(63, "病假"), "PLAN-24");
        assert!(on(1, &"病".repeat(60)).contains("written"));
        assert!(on(1, &"病".repeat(61)).contains("60 字以内"));
    }

    fn somebody_is_absent_and_only_what_must_moves(db: TestDb) {
        let s = Station::new(&db);
        let by = actor("2026-11-01 09:00");
        let elder = elder(&db, 40, "周五凤");
        let calm = NewVisit { elder, carer: s.home.man, from: instant("2026-11-03 09:30"), to: instant("2026-11-03 10:10"), ..s.home.visit() };
        let calm = s.home.plan(&db, calm);
        db.write(|tx| fit::agree(tx, &by, s.elders[2], s.visits[2], true)).expect("agreed");
        let app = planner(db);
        let office = office(&app);
        let nurse = s.home.nurse.to_string();
        let blank = [("staff", nurse.as_str()), ("day", TOMORROW), ("reason", " ")];
        assert_eq!(office.post("/visits/planner/absence", &blank).status, 422);
        let past = [("staff", nurse.as_str()), ("day", "2026-11-01"), ("reason", "病假")];
        assert_eq!(office.post("/visits/planner/absence", &past).status, 422);
        let href = office.post("/visits/planner/absence", &[("staff", &nurse), ("day", TOMORROW), ("reason", "病假")]).goes_to();
        app.state.jobs.run_waiting().expect("searched");
        let id = DayplanId::parse(href.rsplit('/').next().expect("id")).expect("id");
        accept(&app, id).expect("accepted");
        let after: Vec<Visit> = (0..3).map(|n| s.found(&app.db, n)).collect();
        assert!(after.iter().all(|visit| visit.carer == s.home.man), "{after:?}");
        assert_eq!(after[2].planned_from, instant("2026-11-03 11:00"), "the time was agreed");
        let stayed = app.db.read(|tx| visits::find(tx, &by, elder, calm)).expect("visit");
        assert_eq!((stayed.carer, stayed.planned_from), (s.home.man, instant("2026-11-03 09:30")));
        let calls = office.get(&format!("{href}/calls")).page();
        assert!(calls.contains("赵一兰") && !calls.contains("周五凤"), "{calls}");
        let start = office.get(&format!("/visits/planner?institution={}&day={TOMORROW}", s.home.station)).page();
        assert!(start.contains("病假") && start.contains("到岗"));
        assert!(office.post("/visits/planner/return", &[("staff", &nurse), ("day", TOMORROW)]).status.is_redirection());
        assert_eq!(office.post("/visits/planner/return", &[("staff", &nurse), ("day", TOMORROW)]).status, 409);
    }

    fn nobody_is_left_and_what_is_left_out_is_called_off_or_refused(db: TestDb) {
        let s = Station::new(&db);
        let app = planner(db);
        for staff in [s.home.nurse, s.home.man] {
            app.db.write(|tx| hours::absent(tx, &actor(MORNING), staff, day(TOMORROW), "病假")).expect("absent");
        }
        let id = s.ask(&app, Kind::Replan);
        let page = office(&app).get(&format!("/visits/planner/{id}")).page();
        assert!(page.contains("RT25") && page.contains("护士资格"), "{page}");
        assert_eq!(code(accept(&app, id)), "PLAN-16");
        let seen = seen(&app, id);
        let done = office(&app).post(&format!("/visits/planner/{id}/accept"), &[("seen", &seen), ("left", "cancel")]);
        assert!(done.status.is_redirection(), "{}", done.text());
        assert!((0..3).all(|n| s.found(&app.db, n).state == State::Cancelled));
    }

    fn how_firmly_a_visit_stands_at_the_edges(db: TestDb) {
        let s = Station::new(&db);
        let day = s.day(&db);
        let visit = &day.visits[0];
        for (now, expected) in [("2026-11-03 07:59", Hold::Free), ("2026-11-03 08:00", Hold::Whole), ("2026-11-03 08:01", Hold::Whole)] {
            assert_eq!(day.hold(visit, instant(now)), expected, "{now}");
        }
        let (asked, before) = day.compose(instant(MORNING));
        assert_eq!((asked.problem.visits[0].windows[0].from, asked.problem.visits[0].windows[0].until), (7 * 3600, 11 * 3600));
        assert_eq!(asked.soft.len(), 3);
        assert_eq!(going(&before, &visit.id.to_string()).expect("there").start, 9 * 3600);
        let (late, _) = day.compose(instant("2026-11-03 08:30"));
        assert!(late.problem.visits[0].pinned.is_some(), "begins within the hour");
        assert_eq!(late.problem.visits[1].windows[0].from, 8 * 3600 + 1800, "nothing begins in the past");
    }

    fn two_visits_of_one_elder_never_meet(db: TestDb) {
        let s = Station::new(&db);
        let new = NewVisit { carer: s.home.man, ..s.visit(0, "2026-11-03 10:00") };
        let later = s.home.plan(&db, new);
        let app = planner(db);
        let id = s.ask(&app, Kind::Plan);
        let of = app.db.read(|tx| store::any(tx, id)).expect("proposal");
        let plan = of.plan.expect("plan");
        let start = |visit: VisitId| going(&plan, &visit.to_string()).expect("planned").start;
        assert!(start(s.visits[0]) + 40 * 60 <= start(later));
    }

    fn skills_are_asked_however_a_visit_is_given(db: TestDb) {
        let s = Station::new(&db);
        let by = actor("2026-11-01 09:00");
        let wishes = Wishes { skills: "wound".into(), ..Wishes::default() };
        let new = NewVisit { wishes, from: instant("2026-11-03 14:00"), to: instant("2026-11-03 15:00"), ..s.home.visit() };
        let plan = |new: NewVisit| db.write(|tx| visits::plan(tx, &by, &library(), new));
        assert_eq!(code(plan(new.clone())), "VISITS-72");
        s.works(&db, s.home.nurse, USUAL, &[Skill::Wound]);
        assert_eq!(code(plan(NewVisit { second: Some(s.home.man), ..new.clone() })), "VISITS-72");
        let id = plan(new.clone()).expect("planned");
        let give = |carer| db.write(|tx| visits::reassign(tx, &by, &library(), new.elder, id, carer));
        assert_eq!(code(give(s.home.man)), "VISITS-72");
        s.works(&db, s.home.man, USUAL, &[Skill::Wound]);
        db.write(|tx| fit::refuse(tx, &by, new.elder, s.home.man, "争执")).expect("refused");
        assert_eq!(code(give(s.home.man)), "VISITS-73");
        assert!(matches!(db.write(|tx| fit::refuse(tx, &by, new.elder, s.home.man, "再次")), Err(web::Error::Conflict(_))));
        let refusal = db.read(|tx| fit::refusals(tx, new.elder)).expect("read").remove(0);
        db.write(|tx| fit::welcome(tx, &by, new.elder, refusal.id)).expect("welcome");
        give(s.home.man).expect("given");
        s.works(&db, s.home.man, USUAL, &[]);
        let of = (s.home.station, day(TOMORROW));
        let app = planner(db);
        let asked = app.db.write(|tx| store::ask(tx, &actor(MORNING), &library(), of, Kind::Plan)).expect("asked");
        app.state.jobs.run_waiting().expect("searched");
        let plan = app.db.read(|tx| store::any(tx, asked)).expect("there").plan.expect("plan");
        assert_eq!(going(&plan, &id.to_string()).expect("planned").carers, [s.home.nurse.to_string()], "the planner asks too");
    }

    fn the_neighbour_sees_nothing_and_rubbish_is_answered(db: TestDb) {
        let s = Station::new(&db);
        let app = planner(db);
        let id = s.ask(&app, Kind::Plan);
        let (institution, nurse) = (s.home.station.to_string(), s.home.nurse.to_string());
        let neighbour = app.person("邻县", &["visits.*", "elders.read"], "320612");
        for page in [format!("/visits/planner/{id}"), format!("/visits/planner/{id}/calls"), format!("/visits/planner/hours?institution={institution}"), format!("/visits/planner?institution={institution}")] {
            assert_eq!(neighbour.get(&page).status, 404, "{page}");
        }
        let (seen, visit) = (seen(&app, id), s.visits[0].to_string());
        let drag = [("visit", visit.as_str()), ("carer", &nurse), ("at", "09:00"), ("seen", &seen), ("left", "keep")];
        for step in ["price", "move", "accept", "discard"] {
            assert_eq!(neighbour.post(&format!("/visits/planner/{id}/{step}"), &drag).status, 404, "{step}");
        }
        for (path, fields) in [
            ("/visits/planner", vec![("institution", institution.as_str()), ("day", TOMORROW), ("kind", "plan")]),
            ("/visits/planner/hours", vec![("staff", &nurse)]),
            ("/visits/planner/absence", vec![("staff", &nurse), ("day", TOMORROW), ("reason", "病假")]),
            ("/visits/planner/return", vec![("staff", &nurse), ("day", TOMORROW)]),
        ] {
            assert_eq!(neighbour.post(path, &fields).status, 404, "{path}");
        }
        let office = office(&app);
        for (day, expected) in [("2026-11-01", 422), ("2026-11-08", 422), ("2030-01-01", 422), ("昨天", 422)] {
            let status = office.post("/visits/planner", &[("institution", &institution), ("day", day), ("kind", "plan")]).status;
            assert!(status == expected || status == 400, "{day}: {status}");
        }
        let hours = |from: &str, until: &str, rest: &str| office.post("/visits/planner/hours", &[("staff", nurse.as_str()), ("on1", "true"), ("from1", from), ("until1", until), ("rest1", rest)]);
        for (from, until, rest, says) in [("18:00", "08:00", "0", "PLAN-21"), ("08:00", "08:00", "0", "PLAN-21"), ("08:00", "09:00", "60", "PLAN-22"), ("八点", "09:00", "0", "周一上班")] {
            let answer = hours(from, until, rest);
            assert_eq!(answer.status, 422);
            assert!(answer.text().contains(says), "{says}: {}", answer.text());
        }
        assert!(hours("08:00", "09:00", "59").status.is_redirection());
        assert!(office.get(&format!("/visits/planner/hours?institution={institution}&staff={nurse}")).page().contains("周一 08:00—09:00"));
        let own = app.person_with("站内", &["visits.*"], db::Scope { area: crate::testing::area("320623"), institution: Some(s.home.station) }, Some(s.home.station));
        assert!(own.get("/visits/planner").page().contains("安和护理站"));
    }
}
