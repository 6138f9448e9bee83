use super::model::{
    Bed, BedState, BedUse, Channel, Giving, InfectionZone, Key, Plan, Room, State, Stretch, TRANSITIONS, Taken, Tally,
    UseZone, Ward, against_bed, average, next,
};
use super::outbreak::{self, What as Intent, against_staff};
use super::store::outbreak::Dedicated;
use super::store::rooms::{self, Conversion};
use super::store::steps::{self, NewApplication};
use super::{MANAGE, READ, WRITE, routes, store};
use crate::testing::{actor, assessor, day, dies, elder, institution, library, neighbour, seed};
use crate::{episodes, stays};
use db::testing::TestDb;
use db::{Actor, Scope};
use kernel::{BedId, CitizenNumber, ElderId, InstitutionId, ResidentId, RoomId, StaffId};
use registry::areas;
use registry::elders::{Fact, facts, links};
use registry::institutions::Kind;
use uuid::Uuid;
use web::testing::{Client, TestApp};

const TODAY: &str = "2026-11-02";

fn bed(id: u128, taken: Option<State>) -> Bed {
    let at = kernel::time::parse_local("2026-11-02 09:00").expect("instant");
    let key = Key { elder: ElderId(Uuid::from_u128(1)), id: ResidentId(Uuid::from_u128(1)) };
    Bed {
        id: BedId(Uuid::from_u128(id)),
        institution: InstitutionId(Uuid::from_u128(9)),
        room: Room {
            id: RoomId(Uuid::from_u128(1)),
            building: "1号楼".into(),
            floor: 3,
            name: "301".into(),
            use_zone: UseZone::ElderCare,
            infection_zone: InfectionZone::Clean,
            changed_at: at,
        },
        label: "2".into(),
        bed_use: BedUse::ElderCare,
        ward: Ward::Other,
        nursing: true,
        state: BedState::Open,
        note: String::new(),
        changed_at: at,
        taken: taken.map(|state| Taken { key, state, name: None }),
    }
}

fn need(level: i64) -> policy::Decision {
    let asked = policy::Facts::new().with("disability_level", level).with("dementia", false);
    library().decide("bed_need", crate::testing::area("320623"), day(TODAY), &asked)
}

#[test]
fn the_table_of_states_is_walked_and_nothing_else() {
    for (from, event, to) in TRANSITIONS {
        assert_eq!(next(State::parse(from).expect("state"), event), State::parse(to));
    }
    assert_eq!(next(State::Discharged, "return"), None);
    assert_eq!(next(State::Away, "move"), None);
}

#[test]
fn a_bed_is_given_to_one_and_only_by_need() {
    let other = Key { elder: ElderId(Uuid::from_u128(2)), id: ResidentId(Uuid::from_u128(2)) };
    let codes = |bed: &Bed, level: i64, key: Key| -> Vec<String> {
        let need = need(level);
        let taken_by = Some("李四 于 09:00 预留".into());
        against_bed(&Giving { bed, key, need: &need, taken_by }).into_iter().map(|reason| reason.code).collect()
    };
    let free = bed(1, None);
    assert_eq!(codes(&free, 3, other), Vec::<String>::new());
    assert_eq!(codes(&bed(1, Some(State::Living)), 3, other), ["BED-04"]);
    let held = bed(1, Some(State::Invited));
    assert_eq!(codes(&held, 3, other), ["BED-04"]);
    assert_eq!(codes(&held, 3, held.taken.as_ref().expect("taken").key), Vec::<String>::new());
    let plain = Bed { nursing: false, ..free.clone() };
    assert_eq!(
        [codes(&plain, 1, other).len(), codes(&plain, 2, other).len(), codes(&plain, 3, other).len()],
        [0, 1, 1]
    );
    assert_eq!(codes(&Bed { state: BedState::Closed, ..free }, 1, other), ["BED-05"]);
}

#[test]
fn counts_are_checked_with_their_numbers() {
    let tally = |beds, open, occupied| Tally { beds, nursing: 0, open, occupied }.fault();
    assert_eq!((tally(5, 4, 3), tally(5, 5, 5), tally(0, 0, 0)), (None, None, None));
    assert!(tally(5, 4, 5).expect("fault").contains("占用 5 张"));
    assert!(tally(5, 6, 5).expect("fault").contains("开放 6 张"));
}

#[test]
fn a_plan_has_its_limits() {
    let plan = |first, last, beds| Plan {
        building: "1号楼".into(),
        floor: 3,
        first,
        last,
        beds,
        bed_use: BedUse::ElderCare,
        ward: Ward::Other,
        nursing: true,
        use_zone: UseZone::ElderCare,
    };
    let field = |plan: Plan| plan.fault().map(|fault| fault.0);
    assert_eq!(field(plan(301, 320, 2)), None);
    assert_eq!(
        [field(plan(301, 301, 12)), field(plan(301, 301, 13)), field(plan(301, 301, 0))],
        [None, Some("beds"), Some("beds")]
    );
    assert_eq!([field(plan(320, 301, 2)), field(plan(0, 1, 2))], [Some("last"); 2]);
    assert_eq!([field(plan(1, 250, 12)), field(plan(1, 251, 12))], [None, Some("last")]);
    assert_eq!(field(Plan { use_zone: UseZone::Medical, ..plan(1, 1, 1) }), Some("use_zone"));
    assert_eq!(field(Plan { floor: 100, ..plan(1, 1, 1) }), Some("floor"));
}

#[test]
fn wards_paid_by_the_bed_day_are_left_out_of_the_average() {
    let stretch = |id, days, counts| Stretch {
        key: Key { elder: ElderId(Uuid::from_u128(id)), id: ResidentId(Uuid::from_u128(id)) },
        days,
        counts,
    };
    let all = [stretch(1, 10, true), stretch(2, 5, true), stretch(3, 90, false)];
    assert_eq!(average(&all, false), (Some(75), 2));
    assert_eq!(average(&all, true), (Some(350), 3));
    assert_eq!(average(&[], true), (None, 0));
}

#[test]
fn staff_serve_one_zone_only() {
    let staff = StaffId(Uuid::from_u128(1));
    let own =
        Dedicated { kind: "staff".into(), staff: Some(staff), name: "张护士".into(), zone: InfectionZone::Half };
    let code = |all: &[Dedicated], zone| against_staff(all, staff, zone).map(|reason| reason.code);
    assert_eq!(code(std::slice::from_ref(&own), InfectionZone::Half), None);
    assert_eq!(code(std::slice::from_ref(&own), InfectionZone::Clean), Some("BED-09".into()));
    assert_eq!(code(&[], InfectionZone::Clean), None);
    assert_eq!(code(&[], InfectionZone::Contaminated), Some("BED-09".into()));
}

fn citizen(number: u32) -> CitizenNumber {
    let body = format!("32062319400304{number:03}");
    let check = kernel::citizen::check_digit(body.as_bytes()) as char;
    CitizenNumber::parse(&format!("{body}{check}"), day(TODAY)).expect("number")
}

/// A home with six beds on a floor, and elders with an assessment.
struct Home {
    id: InstitutionId,
    by: Actor,
}

fn home(db: &TestDb) -> Home {
    seed(db);
    db.follow(vec![episodes::follow, crate::beds::follow, crate::daycare::follow]);
    let id = institution(db, 1, Kind::ElderCareInstitution, "晚晴养老院");
    let by = actor(TODAY, 1);
    db.write(|tx| rooms::draw(tx, &by, id, &plan(301, 303))).expect("drawn");
    Home { id, by }
}

fn plan(first: i64, last: i64) -> Plan {
    Plan {
        building: "1号楼".into(),
        floor: 3,
        first,
        last,
        beds: 2,
        bed_use: BedUse::ElderCare,
        ward: Ward::Other,
        nursing: true,
        use_zone: UseZone::Both,
    }
}

impl Home {
    fn assessed(&self, db: &TestDb, number: u32, name: &str, level: i64) -> ElderId {
        let id = elder(db, number, name);
        let fact = Fact::AbilityLevel { level: Some(level), until: None };
        db.write(|tx| facts::set(tx, id, fact)).expect("fact");
        id
    }

    fn apply(&self, db: &TestDb, number: u32, name: &str) -> Key {
        self.apply_on(db, TODAY, (number, name))
    }

    fn apply_on(&self, db: &TestDb, on: &str, (number, name): (u32, &str)) -> Key {
        let by = actor(on, 1);
        let new = NewApplication { name: name.into(), government_supported: false, wish: String::new() };
        db.write(|tx| steps::apply(tx, &by, &library(), (self.id, &citizen(number)), &new)).expect("applied")
    }

    fn beds(&self, db: &TestDb) -> Vec<Bed> {
        db.read(|tx| store::beds(tx, &self.by, self.id)).expect("beds")
    }

    fn admit(&self, db: &TestDb, key: Key, bed: BedId) -> Result<(), web::Error> {
        db.write(|tx| steps::admit(tx, &self.by, &library(), key, (bed, day(TODAY), "家属急需")))
    }

    fn state(&self, db: &TestDb, key: Key) -> State {
        db.read(|tx| store::find(tx, &self.by, key)).expect("found").state
    }

    fn tally(&self, db: &TestDb, bed_use: BedUse) -> Tally {
        db.read(|tx| store::tally(tx, self.id, bed_use)).expect("tally")
    }
}

fn refused(result: Result<(), web::Error>) -> String {
    result.expect_err("refused").text()
}

db::on_both! {
    fn from_the_queue_into_a_bed_away_and_out(db: TestDb) {
        let home = home(&db);
        let elder = home.assessed(&db, 2, "王桂英", 2);
        let key = home.apply(&db, 2, "王桂英");
        assert_eq!(home.state(&db, key), State::Waiting);
        let beds = home.beds(&db);
        assert_eq!((beds.len(), beds[0].place()), (6, "1号楼 301 室 1 床".into()));
        home.admit(&db, key, beds[0].id).expect("admitted");
        assert_eq!(home.tally(&db, BedUse::ElderCare), Tally { beds: 6, nursing: 6, open: 6, occupied: 1 });
        let open = db.read(|tx| crate::beds::open(tx, &home.by, elder)).expect("open");
        assert_eq!((open.len(), open[0].thing), (1, episodes::Thing::Bed));
        let library = library();
        let most = day("2026-12-02");
        let leave = |until| db.write(|tx| steps::leave(tx, &home.by, &library, key, (day(TODAY), until, "回家过节")));
        assert!(leave(most.succ_opt().expect("day")).is_err() && leave(day("2026-11-01")).is_err());
        leave(most).expect("left");
        assert!(db.write(|tx| steps::relocate(tx, &home.by, &library, key, (beds[1].id, day(TODAY), "朝南"))).is_err());
        db.write(|tx| steps::come_back(tx, &home.by, key, day(TODAY))).expect("back");
        db.write(|tx| steps::relocate(tx, &home.by, &library, key, (beds[1].id, day(TODAY), "朝南"))).expect("moved");
        assert_eq!(home.beds(&db)[0].taken, None);
        db.write(|tx| steps::discharge(tx, &home.by, key, day(TODAY), "回家")).expect("discharged");
        assert_eq!((home.state(&db, key), home.tally(&db, BedUse::ElderCare).occupied), (State::Discharged, 0));
        let open = db.read(|tx| links::of(tx, elder)).expect("links");
        assert!(open.iter().all(|link| link.until.is_some()), "{open:?}");
        assert_eq!(db.read(|tx| crate::beds::timeline(tx, &home.by, elder)).expect("timeline").len(), 6);
    }

    fn an_identity_that_is_not_the_elders_is_refused(db: TestDb) {
        let home = home(&db);
        home.assessed(&db, 2, "王桂英", 2);
        let try_as = |by: &Actor, number, name: &str| {
            let new = NewApplication { name: name.into(), government_supported: false, wish: String::new() };
            db.write(|tx| steps::apply(tx, by, &library(), (home.id, &citizen(number)), &new)).expect_err("refused").text()
        };
        assert!(try_as(&home.by, 2, "张桂英").starts_with("BED-01"));
        assert!(try_as(&home.by, 4, "王桂英").starts_with("BED-01"));
        assert!(try_as(&neighbour(TODAY), 2, "王桂英").contains("没有找到"));
        dies(&db, 2, "王桂英", TODAY);
        assert!(try_as(&home.by, 2, "王桂英").starts_with("BED-02"));
    }

    fn one_bed_goes_to_one_of_two_at_the_same_second(db: TestDb) {
        let home = home(&db);
        let names = [(2, "王桂英"), (4, "李秀兰")];
        let keys: Vec<Key> = names.iter().map(|(number, name)| {
            home.assessed(&db, *number, name, 2);
            home.apply(&db, *number, name)
        }).collect();
        let target = home.beds(&db)[0].id;
        let results: Vec<Result<(), web::Error>> = std::thread::scope(|scope| {
            let admit = |key: Key| { let (home, db) = (&home, &db); scope.spawn(move || home.admit(db, key, target)) };
            let both: Vec<_> = keys.iter().map(|key| admit(*key)).collect();
            both.into_iter().map(|one| one.join().expect("thread")).collect()
        });
        assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1, "{results:?}");
        let told = results.into_iter().find_map(Result::err).expect("one refused").text();
        assert!(told.starts_with("BED-04") && told.contains("经办1") && told.contains("2026-11-02 09:00"), "{told}");
        assert_eq!(home.tally(&db, BedUse::ElderCare).occupied, 1);
    }

    fn the_queue_has_its_channels_and_its_order(db: TestDb) {
        let home = home(&db);
        for (number, name, level) in [(2, "王桂英", 0), (4, "李秀兰", 3), (6, "赵玉珍", 4)] {
            home.assessed(&db, number, name, level);
        }
        // All three are over eighty: the channel is that of priority for each, and they stand in the order of applying.
        let all = [("2026-10-30", (2, "王桂英")), ("2026-10-31", (4, "李秀兰")), ("2026-11-01", (6, "赵玉珍"))];
        let keys: Vec<Key> = all.iter().map(|(on, who)| home.apply_on(&db, on, *who)).collect();
        let rows = db.read(|tx| store::of_institution(tx, &home.by, home.id, &[State::Waiting])).expect("queue");
        assert!(rows.iter().all(|(_, r)| r.channel == Channel::Priority));
        assert_eq!(rows[0].1.decision.text("reason"), Some("very_old"));
        let before: Vec<i64> = rows.iter().map(|(_, r)| db.read(|tx| store::before(tx, r)).expect("before")).collect();
        assert_eq!(before, [0, 1, 2]);
        let bed = home.beds(&db)[0].id;
        let last = rows[2].1.key;
        let out_of_turn = db.write(|tx| steps::admit(tx, &home.by, &library(), last, (bed, day(TODAY), "")));
        assert!(refused(out_of_turn).contains("前面还有 2 人"));
        let twice = NewApplication { name: "王桂英".into(), government_supported: true, wish: String::new() };
        let twice = db.write(|tx| steps::apply(tx, &home.by, &library(), (home.id, &citizen(2)), &twice));
        assert!(twice.expect_err("twice").text().starts_with("BED-03"));
        db.write(|tx| steps::withdraw(tx, &home.by, keys[0], "改去别处")).expect("withdrawn");
        let again = NewApplication { name: "王桂英".into(), government_supported: true, wish: String::new() };
        let key = db.write(|tx| steps::apply(tx, &home.by, &library(), (home.id, &citizen(2)), &again)).expect("special");
        assert_eq!(db.read(|tx| store::find(tx, &home.by, key)).expect("row").channel, Channel::Special);
    }

    fn a_reserved_bed_is_kept_for_some_days(db: TestDb) {
        let home = home(&db);
        home.assessed(&db, 2, "王桂英", 2);
        let key = home.apply(&db, 2, "王桂英");
        let bed = home.beds(&db)[0].id;
        db.write(|tx| steps::invite(tx, &home.by, &library(), key, (bed, ""))).expect("invited");
        let held = db.read(|tx| store::find(tx, &home.by, key)).expect("row").held_until;
        assert_eq!(held, Some(day("2026-11-09")));
        assert_eq!(home.tally(&db, BedUse::ElderCare).occupied, 0);
        let night = |on: &str| db.write(|tx| steps::tidy_up(tx, &Actor { scope: Scope::ALL, ..actor(on, 1) })).expect("night");
        assert_eq!([night("2026-11-08"), night("2026-11-09"), night("2026-11-10"), night("2026-11-10")], [0, 0, 1, 0]);
        assert_eq!(home.state(&db, key), State::Waiting);
        assert!(home.beds(&db)[0].free());
    }

    fn nobody_without_an_assessment_is_admitted(db: TestDb) {
        let home = home(&db);
        elder(&db, 2, "王桂英");
        let key = home.apply(&db, 2, "王桂英");
        let bed = home.beds(&db)[0].id;
        assert!(refused(home.admit(&db, key, bed)).starts_with("BED-06"));
        let hospital = institution(&db, 2, Kind::Hospital, "如东县人民医院");
        let stay = stays::NewStay { elder: key.elder, institution: hospital, admitted_on: day(TODAY), discharged_on: None, diagnosis: None };
        db.write(|tx| stays::store::save(tx, &home.by, &stay, "登记")).expect("stay");
        assert!(refused(home.admit(&db, key, bed)).starts_with("BED-14"));
    }

    fn the_bed_is_kept_in_hospital_and_freed_by_death(db: TestDb) {
        let home = home(&db);
        let elder = home.assessed(&db, 2, "王桂英", 2);
        let key = home.apply(&db, 2, "王桂英");
        home.admit(&db, key, home.beds(&db)[0].id).expect("admitted");
        let hospital = institution(&db, 2, Kind::Hospital, "如东县人民医院");
        let stay = stays::NewStay { elder, institution: hospital, admitted_on: day(TODAY), discharged_on: None, diagnosis: None };
        let (stay, _) = db.write(|tx| stays::store::save(tx, &home.by, &stay, "登记")).expect("stay");
        assert_eq!(home.state(&db, key), State::Hospital);
        let r = db.read(|tx| store::find(tx, &home.by, key)).expect("row");
        let kept = db.read(|tx| steps::kept_until(tx, &home.by, &library(), &r)).expect("kept");
        assert_eq!(kept, Some(day("2026-12-02")));
        assert_eq!(home.tally(&db, BedUse::ElderCare).occupied, 1);
        db.write(|tx| stays::store::discharge(tx, &home.by, elder, stay, day(TODAY))).expect("left hospital");
        assert_eq!(home.state(&db, key), State::Living);
        dies(&db, 2, "王桂英", TODAY);
        let r = db.read(|tx| store::find(tx, &home.by, key)).expect("row");
        assert_eq!((r.state, r.end_reason.as_str()), (State::Discharged, "去世，床位空出"));
        assert_eq!(home.tally(&db, BedUse::ElderCare).occupied, 0);
    }

    fn who_lives_in_one_home_is_not_admitted_to_another(db: TestDb) {
        let home = home(&db);
        home.assessed(&db, 2, "王桂英", 2);
        let key = home.apply(&db, 2, "王桂英");
        let second = institution(&db, 2, Kind::WelfareHome, "福利院");
        db.write(|tx| rooms::draw(tx, &home.by, second, &plan(301, 301))).expect("drawn");
        let new = NewApplication { name: "王桂英".into(), government_supported: false, wish: String::new() };
        let there = db.write(|tx| steps::apply(tx, &home.by, &library(), (second, &citizen(2)), &new)).expect("waits");
        home.admit(&db, key, home.beds(&db)[0].id).expect("admitted");
        // Moving in ends waiting elsewhere, and says why.
        let r = db.read(|tx| store::find(tx, &home.by, there)).expect("row");
        assert_eq!((r.state, r.end_reason.as_str()), (State::Withdrawn, "已入住，退出轮候"));
        let again = db.write(|tx| steps::apply(tx, &home.by, &library(), (second, &citizen(2)), &new));
        assert!(again.expect_err("lives elsewhere").text().contains("晚晴养老院"));
    }

    fn a_taken_bed_is_neither_closed_nor_converted_and_counts_hold(db: TestDb) {
        let home = home(&db);
        home.assessed(&db, 2, "王桂英", 2);
        let key = home.apply(&db, 2, "王桂英");
        let beds = home.beds(&db);
        home.admit(&db, key, beds[0].id).expect("admitted");
        let close = |bed: &Bed| db.write(|tx| rooms::set_state(tx, &home.by, (home.id, bed.id, bed.changed_at), (BedState::Closed, "漏水")));
        let told = refused(close(&beds[0]));
        assert!(told.starts_with("BED-10") && told.contains("开放 6 张，占用 1 张"), "{told}");
        close(&beds[1]).expect("closed");
        assert_eq!(home.tally(&db, BedUse::ElderCare), Tally { beds: 6, nursing: 6, open: 5, occupied: 1 });
        // The same page again: somebody else changed the bed in between.
        assert!(matches!(close(&Bed { changed_at: beds[2].changed_at - chrono::TimeDelta::seconds(1), ..beds[2].clone() }), Err(web::Error::Conflict(_))));
        let more = db.write(|tx| tx.exec("update bed_tallies set occupied = 7 where institution_id = $1 and use = 'elder_care'", db::params![home.id]));
        assert!(more.is_err(), "the store itself refuses");
    }

    fn a_conversion_needs_zone_approval_licence_and_room(db: TestDb) {
        let home = home(&db);
        let bed = home.beds(&db)[0].clone();
        let new = |number: &str| Conversion {
            to: BedUse::Medical,
            ward: Ward::Geriatric,
            approval_no: number.into(),
            approved_on: day("2026-10-01"),
            approved_by: "县卫健委".into(),
            on: day(TODAY),
        };
        let convert = |number: &str| db.write(|tx| rooms::convert(tx, &home.by, &library(), (home.id, bed.id), &new(number)));
        let told = refused(convert(""));
        assert!(told.contains("没有批准") && told.contains("执业许可证") && told.contains("超出登记的床位数"), "{told}");
        let mut whole = db.read(|tx| registry::institutions::store::find(tx, &home.by, home.id)).expect("found").facts;
        (whole.medical_beds, whole.licence_no, whole.licence_until) = (Some(1), Some("PDY1".into()), Some(day(TODAY)));
        db.write(|tx| registry::institutions::store::update(tx, &home.by, home.id, &whole)).expect("licence");
        convert("如卫〔2026〕3号").expect("converted");
        assert_eq!([home.tally(&db, BedUse::ElderCare).beds, home.tally(&db, BedUse::Medical).beds], [5, 1]);
        let second = home.beds(&db)[1].id;
        let over = db.write(|tx| rooms::convert(tx, &home.by, &library(), (home.id, second), &new("如卫〔2026〕4号")));
        assert!(refused(over).contains("超出登记的床位数"));
        let trail = db.read(|tx| store::figures::conversions(tx, home.id, None)).expect("trail");
        assert_eq!((trail.len(), trail[0].4.as_str()), (1, "如卫〔2026〕3号"));
        assert!(matches!(convert("如卫〔2026〕3号"), Err(web::Error::Conflict(_))));
    }

    fn an_outbreak_keeps_zones_apart(db: TestDb) {
        let home = home(&db);
        home.assessed(&db, 2, "王桂英", 2);
        let key = home.apply(&db, 2, "王桂英");
        let beds = home.beds(&db);
        home.admit(&db, key, beds[0].id).expect("admitted");
        db.write(|tx| store::outbreak::begin(tx, &home.by, home.id, "流感聚集")).expect("begun");
        assert!(matches!(db.write(|tx| store::outbreak::begin(tx, &home.by, home.id, "再来")), Err(web::Error::Conflict(_))));
        let zone = |bed: &Bed, zone| db.write(|tx| rooms::zone(tx, &home.by, (home.id, bed.room.id, bed.room.changed_at), (UseZone::Both, zone)));
        zone(&beds[2], InfectionZone::Contaminated).expect("zoned");
        let relocate = |bed: BedId| db.write(|tx| steps::relocate(tx, &home.by, &library(), key, (bed, day(TODAY), "发热")));
        relocate(beds[2].id).expect("into isolation");
        assert!(refused(relocate(beds[0].id)).starts_with("BED-08"));
        let leave = db.write(|tx| steps::leave(tx, &home.by, &library(), key, (day(TODAY), day(TODAY), "回家")));
        assert!(refused(leave).starts_with("BED-08"));
        let nurse = assessor(&db, home.id, 301, "张护士", "2027-01-01");
        let against = |bed: BedId| db.read(|tx| outbreak::against(tx, home.id, Intent::Bed(nurse, bed))).expect("asked").len();
        assert_eq!([against(beds[2].id), against(beds[0].id)], [1, 0]);
        let dedicate = |zone| db.write(|tx| store::outbreak::dedicate(tx, &home.by, home.id, (Some(nurse), "", zone)));
        dedicate(InfectionZone::Contaminated).expect("dedicated");
        assert!(refused(dedicate(InfectionZone::Clean)).starts_with("BED-09"));
        assert_eq!([against(beds[2].id), against(beds[0].id)], [0, 1]);
        // The planner knows the elder, who lies in the contaminated zone now.
        let visit = |staff| db.read(|tx| outbreak::against(tx, home.id, Intent::Visit(staff, key.elder))).expect("asked").len();
        assert_eq!([visit(nurse), visit(StaffId(Uuid::from_u128(7)))], [0, 1]);
        let send = |staff| db.read(|tx| outbreak::refuse_visit(tx, key.elder, staff));
        assert!(send(nurse).is_ok() && refused(send(StaffId(Uuid::from_u128(7)))).starts_with("BED-09"));
        let chair = |zone| db.write(|tx| store::outbreak::dedicate(tx, &home.by, home.id, (None, "3 号轮椅", zone)));
        chair(InfectionZone::Half).expect("equipment");
        assert!(refused(chair(InfectionZone::Clean)).contains("3 号轮椅"));
        db.write(|tx| store::outbreak::end(tx, &home.by, home.id, "连续七天无新发")).expect("ended");
        relocate(beds[0].id).expect("back");
        assert_eq!(against(beds[0].id), 0);
    }

    fn the_pages_lead_from_an_empty_house_to_a_resident(db: TestDb) {
        seed(&db);
        let id = institution(&db, 1, Kind::ElderCareInstitution, "晚晴养老院");
        let other = institution(&db, 2, Kind::ElderCareInstitution, "隔壁养老院");
        let elder = elder(&db, 2, "王桂英");
        db.write(|tx| facts::set(tx, elder, Fact::AbilityLevel { level: Some(2), until: None })).expect("fact");
        let app = TestApp::new(db, (*library()).clone(), routes(), |state| state.with(areas::Names::default()));
        let all = [READ.0, WRITE.0, MANAGE.0];
        let scope = |own| Scope { area: crate::testing::area("320623"), institution: Some(own) };
        let staff = app.person_with("院长", &all, scope(id), Some(id));
        let next_door = app.person_with("邻院", &all, scope(other), Some(other));
        let far = app.person("邻县", &all, "320612");
        let at = |path: &str| format!("/beds/{id}{path}");
        assert!(staff.get(&at("")).page().contains("还没有画房间和床位"));
        assert!(staff.get(&at("/rooms")).page().contains("画一层楼"));
        let plan = [("building", "1号楼"), ("floor", "3"), ("first", "301"), ("last", "302"), ("beds", "2"), ("bed_use", "elder_care"), ("use_zone", "both"), ("ward", "other"), ("nursing", "true")];
        assert_eq!(staff.post(&at("/rooms"), &plan).goes_to(), at(""));
        assert!(staff.post(&at("/rooms"), &plan).text().contains("已经画过"));
        assert!(staff.get("/beds").page().contains("晚晴养老院"));
        let number = citizen(2);
        let key = staff.post(&at("/queue"), &[("name", "王桂英"), ("citizen", number.as_str())]).goes_to();
        assert!(staff.get(&at("/queue")).page().contains("高龄"));
        let bed = app.db.read(|tx| store::beds(tx, &actor(TODAY, 1), id)).expect("beds")[0].id.to_string();
        let admit = |who: &Client<'_>| who.post(&format!("{key}/admit"), &[("bed", bed.as_str()), ("on", TODAY)]);
        assert_eq!([admit(&next_door).status.as_u16(), admit(&far).status.as_u16()], [404, 404]);
        assert_eq!(admit(&staff).goes_to(), key);
        assert_eq!(admit(&staff).status.as_u16(), 409);
        let picture = staff.get(&at("")).page();
        assert!(picture.contains("在住 王桂英") && picture.contains(">住</a>"), "{picture}");
        for path in ["", "/queue", "/figures", "/outbreak", "/rooms", &format!("/bed/{bed}")] {
            assert_eq!(staff.get(&at(path)).status.as_u16(), 200, "{path}");
            assert_eq!([next_door.get(&at(path)).status.as_u16(), far.get(&at(path)).status.as_u16()], [404, 404], "{path}");
        }
        for who in [&next_door, &far] {
            assert_eq!(who.get(&key).status.as_u16(), 404);
            assert_eq!(who.post(&at("/outbreak"), &[("reason", "x")]).status.as_u16(), 404);
        }
        assert!(staff.get(&format!("{key}/print")).page().contains("入住登记表"));
        assert!(!next_door.get("/beds").page().contains("晚晴养老院"));
        let out = staff.post(&format!("{key}/discharge"), &[("ended_on", TODAY), ("end_reason", "回家")]);
        assert_eq!(out.goes_to(), at(""));
        assert_eq!(staff.get(&key).status.as_u16(), 404);
    }
}
