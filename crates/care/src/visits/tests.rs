//! Visits through the store and the router. All synthetic.

use super::charges::{self, Charge, Funded};
use super::model::{Kind, NewNote, NewVisit, NoteKind, Place, State, Visit, Wishes, picked};
use super::store::steps::There;
use super::store::{self, Filter, LateEntry, door, reviews};
use super::{NAV, routes, work};
use crate::testing::{area, day, elder, institution, library, seed};
use db::testing::TestDb;
use db::{Actor, Scope};
use kernel::citizen::Sex;
use kernel::{AccountId, CitizenNumber, ElderId, Fen, Instant, InstitutionId, StaffId, VisitId};
use registry::elders::links::{self, LinkKind};
use registry::institutions::Kind as House;
use registry::staff::{NewStaff, Post, StaffFacts};
use std::sync::Arc;
use uuid::Uuid;
use web::Desk;
use web::testing::{Client, TestApp};

pub(super) fn instant(text: &str) -> Instant {
    kernel::time::parse_local(text).expect("instant")
}

/// Somebody of the county at an instant: `2026-11-02 09:00`.
pub(super) fn actor(at: &str) -> Actor {
    let scope = Scope { area: area("320623"), institution: None };
    Actor { account: Some(AccountId(Uuid::from_u128(1))), name: "经办".into(), scope, ..Actor::system(instant(at)) }
}

/// The codes of a refusal.
pub(super) fn code<T: std::fmt::Debug>(result: Result<T, web::Error>) -> String {
    match result {
        Err(web::Error::Refused(reasons)) => reasons.iter().map(|r| r.code.as_str()).collect::<Vec<_>>().join(" "),
        other => format!("{other:?}"),
    }
}

fn staff(db: &TestDb, home: InstitutionId, number: u32, name: &str, post: Post) -> StaffId {
    let body = format!("32062319800101{number:03}");
    let check = kernel::citizen::check_digit(body.as_bytes()) as char;
    let citizen = CitizenNumber::parse(&format!("{body}{check}"), day("2026-11-02")).expect("number");
    let facts = StaffFacts {
        name: name.into(),
        institution: home,
        post,
        qualification: Some("证书".into()),
        certificate_no: Some(format!("HL{number:06}")),
        certificate_until: Some(day("2027-12-31")),
        phone: None,
    };
    let by = actor("2026-01-01 09:00");
    db.write(|tx| registry::staff::store::save(tx, &by, &NewStaff { citizen, facts })).expect("saved").0
}

/// A station with two nurses (a woman and a man), a carer, and an elder.
pub(super) struct Home {
    pub station: InstitutionId,
    pub nurse: StaffId,
    pub man: StaffId,
    pub carer: StaffId,
    pub stranger: StaffId,
    pub elder: ElderId,
}

impl Home {
    pub(super) fn new(db: &TestDb) -> Self {
        seed(db);
        let station = institution(db, 1, House::NursingStation, "安和护理站");
        let other = institution(db, 2, House::NursingStation, "福泽护理站");
        Self {
            station,
            nurse: staff(db, station, 2, "护士甲", Post::Nurse),
            man: staff(db, station, 3, "护士乙", Post::Nurse),
            carer: staff(db, station, 4, "护理员丙", Post::Carer),
            stranger: staff(db, other, 6, "护士丁", Post::Nurse),
            elder: elder(db, 2, "王桂英"),
        }
    }

    /// A dressing by the first nurse on the second of November at nine.
    pub(super) fn visit(&self) -> NewVisit {
        NewVisit {
            elder: self.elder,
            kind: Kind::Nursing,
            source: None,
            institution: self.station,
            carer: self.nurse,
            second: None,
            wishes: Wishes::default(),
            from: instant("2026-11-02 09:00"),
            to: instant("2026-11-02 10:00"),
            items: vec!["wound_dressing".into()],
        }
    }

    pub(super) fn plan(&self, db: &TestDb, new: NewVisit) -> VisitId {
        db.write(|tx| store::plan(tx, &actor("2026-11-01 09:00"), &library(), new)).expect("planned")
    }

    /// The nurse, logged in with her station's sight.
    pub(super) fn login<'a>(&self, app: &'a TestApp, staff: StaffId) -> Client<'a> {
        let mut user = app.stranger().user.clone();
        user.account = AccountId::new(instant("2026-11-01 09:00"), app.state.chance.as_ref());
        user.name = "护士".into();
        user.permissions = Arc::new(["elders.read", "visits.read", "visits.visit"]);
        user.scope = Scope { area: area("320623"), institution: Some(self.station) };
        (user.institution, user.staff) = (Some(self.station), Some(staff));
        app.login(user)
    }
}

pub(super) fn app(db: TestDb, at: &str) -> TestApp {
    let app = TestApp::new(db, (*library()).clone(), routes(), |state| state.nav(NAV));
    app.clock.set(instant(at));
    app
}

fn done(county: &str, kind: Kind, items: &[&str]) -> Visit {
    let new = NewVisit {
        elder: ElderId(Uuid::from_u128(1)),
        kind,
        source: None,
        institution: InstitutionId(Uuid::from_u128(2)),
        carer: StaffId(Uuid::from_u128(3)),
        second: None,
        wishes: Wishes::default(),
        from: instant("2026-11-02 09:00"),
        to: instant("2026-11-02 10:00"),
        items: items.iter().map(|item| (*item).to_owned()).collect(),
    };
    new.planned(VisitId(Uuid::from_u128(4)), area(county), instant("2026-11-01 09:00"))
}

fn lines(charge: &Charge) -> Vec<(&str, Option<Fen>, Option<&str>)> {
    charge.lines.iter().map(|l| (l.code.as_str(), l.charge, l.reason.as_deref())).collect()
}

#[test]
fn what_is_paid_for_already_is_not_charged_again_item_by_item() {
    let visit = done("360102", Kind::Nursing, &["wound_dressing", "turning"]);
    let nobody = charges::charge(&library(), &visit, Funded::default()).expect("not the insurance's");
    let price = |code: &str| nobody.lines.iter().find(|l| l.code == code).expect("there").price;
    assert_eq!(
        lines(&nobody),
        [
            ("turning", Some(price("turning")), Some("medical_price")),
            ("wound_dressing", Some(price("wound_dressing")), Some("medical_price")),
            ("visit_fee", Some(price("visit_fee")), Some("visit_fee")),
        ]
    );
    assert_eq!(nobody.total, Some(nobody.lines.iter().map(|l| l.price).sum()));
    // No list of a care insurance in force there has the item: whoever is entitled pays like anybody else.
    let entitled = Funded { entitled: true, contracted: false };
    assert_eq!(charges::charge(&library(), &visit, entitled), Some(nobody));
    let promised = done("360102", Kind::Contract, &["wound_dressing"]);
    let contracted = Funded { entitled: false, contracted: true };
    let charge = charges::charge(&library(), &promised, contracted).expect("decided");
    assert_eq!(charge.lines[0].charge, Some(Fen(0)));
    assert_eq!(charge.lines[0].reason.as_deref(), Some("already_funded"));
    assert_eq!(charge.total, charge.lines[1].charge, "the fee for coming is its own line");
    let round = done("360102", Kind::SickbedRound, &["doctor_round"]);
    let charge = charges::charge(&library(), &round, Funded::default()).expect("decided");
    assert_eq!(charge.lines[1].price, Fen(0), "the price of the round has the way in it");
}

#[test]
fn the_care_insurance_pays_for_what_its_list_has() {
    let visit = done("320623", Kind::Nursing, &["turning", "wound_dressing"]);
    let entitled = Funded { entitled: true, contracted: false };
    assert_eq!(entitled.by(&library(), &visit, "turning"), Some("long_term_care_insurance"));
    assert_eq!(entitled.by(&library(), &visit, "wound_dressing"), None);
    let charge = charges::charge(&library(), &visit, entitled).expect("not the insurance's");
    assert!(charge.total.is_none() && charge.open.is_some(), "no document of the place decides");
    assert_eq!(charges::charge(&library(), &done("320623", Kind::CareInsurance, &["turning"]), entitled), None);
}

#[test]
fn chance_picks_by_the_id_alone() {
    let ids = || (0..10_000_u128).map(|n| VisitId(Uuid::from_u128(n * 0x9e37_79b9_7f4a_7c15)));
    assert_eq!(ids().filter(|id| picked(*id, 0)).count(), 0);
    assert_eq!(ids().filter(|id| picked(*id, 10_000)).count(), 10_000);
    let some = ids().filter(|id| picked(*id, 2_000)).count();
    assert!((1_800..2_200).contains(&some), "{some}");
}

db::on_both! {
    fn every_fault_of_a_plan_has_its_number(db: TestDb) {
        let home = Home::new(&db);
        let plan = |new: NewVisit| db.write(|tx| store::plan(tx, &actor("2026-11-01 09:00"), &library(), new));
        let good = || home.visit();
        assert_eq!(code(plan(NewVisit { to: instant("2026-11-02 09:00"), ..good() })), "VISITS-22");
        assert_eq!(code(plan(NewVisit { from: instant("2026-11-01 08:59"), to: instant("2026-11-01 09:30"), ..good() })), "VISITS-23");
        let window = |from: &str, to: &str| Wishes { earliest: Some(instant(from)), latest: Some(instant(to)), ..Wishes::default() };
        assert_eq!(code(plan(NewVisit { wishes: window("2026-11-02 09:01", "2026-11-02 11:00"), ..good() })), "VISITS-24");
        assert_eq!(code(plan(NewVisit { wishes: window("2026-11-02 08:00", "2026-11-02 09:59"), ..good() })), "VISITS-24");
        assert_eq!(code(plan(NewVisit { items: vec![], ..good() })), "VISITS-25");
        assert_eq!(code(plan(NewVisit { second: Some(home.nurse), ..good() })), "VISITS-26");
        let man = Wishes { sex: Some(Sex::Male), ..Wishes::default() };
        assert_eq!(code(plan(NewVisit { wishes: man.clone(), ..good() })), "VISITS-27");
        assert_eq!(code(plan(NewVisit { items: vec!["joint_movement".into()], ..good() })), "VISITS-28");
        assert_eq!(code(plan(NewVisit { carer: home.stranger, ..good() })), "VISITS-63");
        assert_eq!(code(plan(NewVisit { carer: home.carer, ..good() })), "VISITS-64");
        let late = NewVisit { from: instant("2028-01-03 09:00"), to: instant("2028-01-03 10:00"), ..good() };
        assert_eq!(code(plan(late)), "VISITS-65");
        plan(NewVisit { wishes: man, carer: home.man, ..good() }).expect("a man as wished");
        assert_eq!(code(plan(NewVisit { carer: home.man, ..good() })), "VISITS-62");
        let touching = NewVisit { carer: home.man, from: instant("2026-11-02 10:00"), to: instant("2026-11-02 10:30"), ..good() };
        plan(touching).expect("one may begin when the other ends");
        plan(NewVisit { wishes: window("2026-11-02 09:00", "2026-11-02 10:00"), ..good() }).expect("just within");
        let foreign = Actor { scope: Scope { area: area("320612"), institution: None }, ..actor("2026-11-01 09:00") };
        assert!(matches!(db.write(|tx| store::plan(tx, &foreign, &library(), good())), Err(web::Error::NotFound)));
    }

    fn two_come_and_the_station_sees_the_elder_as_long_as_a_visit_is_to_come(db: TestDb) {
        let home = Home::new(&db);
        let id = home.plan(&db, NewVisit { second: Some(home.man), ..home.visit() });
        let open = || db.read(|tx| links::store::of(tx, home.elder)).expect("links").iter().any(|l| l.kind == LinkKind::Visit && l.until.is_none());
        assert!(open());
        let there = |carer, at: &str| There { carer: Some(carer), place: None, at: instant(at) };
        let join = |carer, at: &str| db.write(|tx| store::join(tx, &actor(at), home.elder, id, there(carer, at)));
        assert_eq!(code(join(home.nurse, "2026-11-02 09:00")), "VISITS-67");
        assert_eq!(code(join(home.man, "2026-11-03 09:00")), "VISITS-51");
        let enter = |at: &str, carer| db.write(|tx| store::check_in(tx, &actor(at), &library(), home.elder, id, Some(carer), None));
        enter("2026-11-02 08:58", home.nurse).expect("in");
        join(home.man, "2026-11-02 09:04").expect("joined");
        let at = "2026-11-02 10:01";
        db.write(|tx| store::check_out(tx, &actor(at), &library(), home.elder, id, Some(home.nurse), None)).expect("out");
        let visit = db.read(|tx| store::find(tx, &actor(at), home.elder, id)).expect("there");
        assert_eq!((visit.state, visit.second_in_at), (State::Done, Some(instant("2026-11-02 09:04"))));
        assert!(!open());
        let charge = db.read(|tx| store::charges::of(tx, home.elder, id)).expect("read").expect("priced");
        assert!(charge.open.is_some() && charge.lines.len() == 2, "{charge:?}");
        assert!(matches!(join(home.man, at), Err(web::Error::Conflict(_))));
    }

    fn who_serves_the_same_elder_leaves_the_visits_of_others_alone(db: TestDb) {
        let home = Home::new(&db);
        let id = home.plan(&db, home.visit());
        let other = institution(&db, 7, House::NursingStation, "别家护理站");
        db.write(|tx| links::open(tx, home.elder, other, LinkKind::Contract, day("2026-10-01"))).expect("linked");
        let of = |own| {
            let scope = Scope { area: area("320623"), institution: Some(own) };
            Actor { scope, institution: Some(own), ..actor("2026-11-02 11:00") }
        };
        db.read(|tx| store::find(tx, &of(other), home.elder, id)).expect("seen");
        let entry = LateEntry {
            from: instant("2026-11-02 09:00"),
            to: instant("2026-11-02 10:00"),
            items: home.visit().items,
            reason: "手机没电".into(),
        };
        let late = |by: &Actor| db.write(|tx| store::enter_late(tx, by, &library(), home.elder, id, &entry));
        assert_eq!(code(db.write(|tx| store::call_off(tx, &of(other), home.elder, id, "老人不在家"))), "VISITS-74");
        assert_eq!(code(db.write(|tx| store::reassign(tx, &of(other), &library(), home.elder, id, home.man))), "VISITS-74");
        assert_eq!(code(db.write(|tx| store::fit::agree(tx, &of(other), home.elder, id, true))), "VISITS-74");
        assert_eq!(code(late(&of(other))), "VISITS-74");
        late(&of(home.station)).expect("its own");
    }

    fn thirty_kilometres_away_is_told_marked_and_looked_at_by_somebody_else(db: TestDb) {
        let home = Home::new(&db);
        let first = home.plan(&db, home.visit());
        let second = home.plan(&db, NewVisit { from: instant("2026-11-02 14:00"), to: instant("2026-11-02 15:00"), ..home.visit() });
        db.write(|tx| tx.exec("update areas set lon = 121.0, lat = 32.0 where code = $1", db::params![area("320623")])).expect("placed");
        let at = |lat| Some(Place { lon: 121.0, lat, accuracy: Some(20) });
        let enter = |id, now: &str, lat| db.write(|tx| store::check_in(tx, &actor(now), &library(), home.elder, id, Some(home.nurse), at(lat)));
        let most = library().parameter("check_in_distance_metres", area("320623"), day("2026-11-02")).expect("set").value;
        let far = enter(first, "2026-11-02 09:00", 32.27).expect("not refused").expect("told");
        assert!(far > 29_000 && far > most, "{far}");
        db.write(|tx| store::check_out(tx, &actor("2026-11-02 10:00"), &library(), home.elder, first, Some(home.nurse), None)).expect("out");
        assert_eq!(enter(second, "2026-11-02 14:00", 32.0).expect("near"), None);
        let waiting = || db.read(|tx| reviews::list(tx, &actor("2026-11-02 16:00"), 9, 0)).expect("read").into_iter().map(|row| row.visit.id).collect::<Vec<_>>();
        assert_eq!(waiting(), [first]);
        let decide = |staff, note: &str| db.write(|tx| reviews::decide(tx, &actor("2026-11-03 09:00"), (home.elder, first), staff, true, note));
        assert_eq!(code(decide(Some(home.nurse), "本人说在")), "VISITS-68");
        assert!(matches!(decide(None, " "), Err(web::Error::Invalid(_))));
        decide(None, "电话核实，老人临时住女儿家").expect("looked at");
        assert!(waiting().is_empty());
        assert!(matches!(decide(None, "再看一次"), Err(web::Error::Conflict(_))));
    }

    fn a_locked_month_stays_as_it_is(db: TestDb) {
        let home = Home::new(&db);
        let id = home.plan(&db, home.visit());
        db.write(|tx| store::lock(tx, Kind::Nursing, area("320623"), kernel::Month::parse("2026-11").expect("month"))).expect("locked");
        let entry = LateEntry { from: instant("2026-11-02 09:00"), to: instant("2026-11-02 10:00"), items: vec!["wound_dressing".into()], reason: "手机没电".into() };
        let late = db.write(|tx| store::enter_late(tx, &actor("2026-11-03 09:00"), &library(), home.elder, id, &entry));
        assert_eq!(code(late), "VISITS-61");
        let filter = Filter { overdue: true, ..Filter::default() };
        assert_eq!(db.read(|tx| store::count(tx, &actor("2026-11-03 09:00"), &filter)).expect("read"), 0);
    }

    fn the_carer_of_the_day_sees_the_door_and_that_is_kept(db: TestDb) {
        let home = Home::new(&db);
        let id = home.plan(&db, home.visit());
        let note = |kind, text: &str| NewNote { elder: home.elder, kind, text: text.into() };
        let write = |new: NewNote| db.write(|tx| door::note(tx, &actor("2026-11-01 09:00"), &new));
        write(note(NoteKind::KeyBox, "门右侧，密码 2580")).expect("noted");
        write(note(NoteKind::Allergy, "青霉素过敏")).expect("noted");
        assert!(matches!(write(note(NoteKind::Risk, " ")), Err(web::Error::Invalid(_))));
        let app = app(db, "2026-11-02 08:50");
        let nurse = home.login(&app, home.nurse);
        let mine = nurse.get("/visits/mine").page();
        assert!(mine.contains("门右侧，密码 2580") && mine.contains("青霉素过敏"), "{mine}");
        let rows = app.db.read(|tx| tx.count("select count(*) from audit where action = 'visits.door' and elder_id = $1", db::params![home.elder]));
        assert_eq!(rows.expect("read"), 1);
        let colleague = home.login(&app, home.man);
        let page = colleague.get(&format!("/visits/{}/{id}", home.elder)).page();
        assert!(page.contains("青霉素过敏") && !page.contains("2580"));
        assert!(!colleague.get("/visits/mine").page().contains("王桂英"));
        app.clock.set(instant("2026-11-03 08:50"));
        let again = home.login(&app, home.nurse);
        assert!(!again.get(&format!("/visits/{}/{id}", home.elder)).page().contains("2580"), "only on the day");
        let neighbour = app.person("邻县", &["visits.*", "elders.read"], "320612");
        for page in [format!("/visits/{}/{id}", home.elder), format!("/visits/{}/{id}/review", home.elder), format!("/visits/new?elder={}", home.elder)] {
            assert_eq!(neighbour.get(&page).status, 404, "{page}");
        }
        let fields = [("kind", "risk"), ("text", "有狗")];
        assert_eq!(neighbour.post(&format!("/visits/{}/{id}/note", home.elder), &fields).status, 404);
    }

    fn a_visit_is_planned_and_made_through_the_pages(db: TestDb) {
        let home = Home::new(&db);
        let app = app(db, "2026-11-01 09:00");
        let office = app.person("护理站", &["visits.*", "elders.read"], "320623");
        let form = office.get(&format!("/visits/new?elder={}&institution={}", home.elder, home.station)).page();
        assert!(form.contains("伤口换药") && form.contains("护士甲"), "{form}");
        let (elder, station, nurse) = (home.elder.to_string(), home.station.to_string(), home.nurse.to_string());
        let fields = [
            ("elder", elder.as_str()), ("kind", "nursing"), ("institution", &station), ("day", "2026-11-02"), ("from", "09:00"),
            ("to", "10:00"), ("earliest", "08:30"), ("latest", "11:00"), ("carer", &nurse), ("items", "wound_dressing"), ("items", "vital_signs"),
        ];
        let visit = office.post("/visits", &fields).goes_to();
        let mut insured = fields;
        insured[1].1 = "care_insurance";
        assert_eq!(office.post("/visits", &insured).status, 422);
        let page = office.get(&visit).page();
        assert!(page.contains("可上门时间") && page.contains("上门护理"), "{page}");
        app.clock.set(instant("2026-11-02 09:01"));
        let nurse = home.login(&app, home.nurse);
        assert_eq!(nurse.post(&format!("{visit}/check-in"), &[]).goes_to(), visit);
        app.clock.set(instant("2026-11-02 09:25"));
        assert_eq!(nurse.post(&format!("{visit}/check-out"), &[]).goes_to(), visit);
        let office = app.person("护理站", &["visits.*", "elders.read"], "320623");
        let page = office.get(&visit).page();
        assert!(page.contains("尚不能判定") && page.contains("上门服务费"), "{page}");
        let by = actor("2026-11-02 12:00");
        let groups = app.db.read(|tx| work(tx, &Desk { user: &office.user, by: &by, policies: &library() })).expect("work");
        assert!(groups.is_empty());
        let titles: Vec<String> = app.db.read(|tx| crate::visits::timeline(tx, &by, home.elder)).expect("read").into_iter().map(|item| item.title).collect();
        assert_eq!(titles, ["已完成"]);
    }
}
