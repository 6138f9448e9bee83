use super::model::{Conclusion, ConsentBy, Destination, Kind, NewReferral, Part, Referral, State};
use super::store::lists::{self, Filter, Side};
use super::store::steps::{self, Seen};
use super::store::{self, overstays};
use super::{Key, model, routes, views};
use crate::agreements::{self, Item, Terms};
use crate::contracts::ConsentHow;
use crate::stays::{self, NewStay};
use crate::testing::{actor, area, day, dies, elder, institution, library, neighbour, seed};
use db::testing::TestDb;
use db::{Actor, Scope};
use kernel::{ElderId, Happening, Instant, InstitutionId, What};
use registry::accounts::model::{NewAccount, Role};
use registry::accounts::password::Hashed;
use registry::elders::{LinkKind, links};
use registry::institutions::Kind as Place;
use web::testing::TestApp;

fn at(text: &str) -> Instant {
    kernel::time::parse_local(text).expect("instant")
}

/// A centre and its elder, a hospital that works on the platform, and a home that does not.
struct County {
    centre: InstitutionId,
    hospital: InstitutionId,
    home: InstitutionId,
    who: ElderId,
}

fn county(db: &TestDb) -> County {
    db.follow(vec![crate::episodes::follow, super::follow]);
    seed(db);
    let centre = institution(db, 1, Place::CommunityHealthCentre, "掘港街道社区卫生服务中心");
    let hospital = institution(db, 2, Place::Hospital, "如东县人民医院");
    let home = institution(db, 3, Place::ElderCareInstitution, "安康养老院");
    on_platform(db, "hospital1", hospital);
    County { centre, hospital, home, who: elder(db, 2, "王桂英") }
}

fn on_platform(db: &TestDb, login: &str, institution: InstitutionId) {
    let new = NewAccount {
        login: login.into(),
        name: "转诊办".into(),
        role: Role::Hospital,
        area: area("320623"),
        institution: Some(institution),
        staff: None,
        password: Hashed::new("yiyang-2018", &kernel::chance::Seeded::new(3)).expect("hash"),
        must_change: false,
    };
    db.write(|tx| registry::accounts::store::create(tx, &actor("2026-01-01", 1), &new)).expect("account");
}

/// Somebody of an institution, who sees only its own elders.
fn of(institution: InstitutionId, now: &str) -> Actor {
    let scope = Scope { area: area("320623"), institution: Some(institution) };
    Actor { institution: Some(institution), scope, ..actor_at(now) }
}

/// A doctor of an institution, who sees the county.
fn doctor(institution: InstitutionId, now: &str) -> Actor {
    Actor { institution: Some(institution), ..actor_at(now) }
}

fn actor_at(now: &str) -> Actor {
    Actor { now: at(now), ..actor("2026-11-02", 1) }
}

fn new(c: &County, kind: Kind, to: InstitutionId) -> NewReferral {
    NewReferral {
        elder: c.who,
        kind,
        from: c.centre,
        to: Destination::Known(to),
        agreement: None,
        reason: "右髋疼痛，不能站立".into(),
        diagnosis: "髋部骨折？".into(),
        consent: model::Consent {
            by: ConsentBy::Elder,
            name: "王桂英".into(),
            relation: String::new(),
            how: ConsentHow::Spoken,
            at: at("2026-11-02 08:50"),
        },
        shared: vec![Part::Summary, Part::Stays],
        purpose: "诊治".into(),
        shared_until: None,
    }
}

fn ask(db: &TestDb, c: &County, new: &NewReferral) -> Result<Key, web::Error> {
    db.write(|tx| steps::request(tx, &doctor(c.centre, "2026-11-02 09:00"), &library(), new))
}

fn sent(db: &TestDb, c: &County) -> Key {
    ask(db, c, &new(c, Kind::Up, c.hospital)).expect("sent")
}

fn now(db: &TestDb, key: Key) -> Referral {
    db.read(|tx| store::find(tx, &actor("2026-11-02", 1), key)).expect("found")
}

fn seen(db: &TestDb, key: Key) -> Seen {
    Seen { key, version: now(db, key).version }
}

fn accepted(db: &TestDb, c: &County, key: Key) {
    let by = of(c.hospital, "2026-11-02 09:30");
    let seen = seen(db, key);
    db.write(|tx| steps::accept(tx, &by, &library(), seen, None)).expect("accepted");
}

fn refusal<T: std::fmt::Debug>(result: Result<T, web::Error>) -> String {
    result.expect_err("refused").text()
}

fn said() -> Conclusion {
    Conclusion {
        finding: "股骨颈骨折".into(),
        done: "内固定术".into(),
        medication: "利伐沙班".into(),
        advice: "三周内不负重".into(),
        follow_up_due: None,
    }
}

fn linked(db: &TestDb, who: ElderId, to: InstitutionId) -> bool {
    let all = db.read(|tx| links::of(tx, who)).expect("links");
    all.iter().any(|link| link.institution == to && link.kind == LinkKind::Referral && link.until.is_none())
}

db::on_both! {
    fn a_referral_goes_its_whole_way_and_the_link_ends_with_it(db: TestDb) {
        let c = county(&db);
        let key = sent(&db, &c);
        let r = now(&db, key);
        assert_eq!((r.state, r.answer_due, r.lapses), (State::Requested, at("2026-11-03 09:00"), at("2026-11-09 09:00")));
        assert_eq!(r.shared_until, day("2026-12-02"));
        accepted(&db, &c, key);
        let by = of(c.hospital, "2026-11-02 10:00");
        let book = |hour: &str, place| { let s = seen(&db, key); db.write(|tx| steps::book(tx, &by, s, at(hour), place)) };
        assert!(refusal(book("2026-11-02 09:59", "骨科")).contains("不能早于现在"));
        assert!(refusal(book("2026-11-02 15:00", " ")).contains("科室"));
        book("2026-11-02 15:00", "骨科 3 床").expect("booked");
        book("2026-11-02 16:00", "骨科 4 床").expect("booked anew");
        assert!(!linked(&db, c.who, c.hospital));
        let by = of(c.hospital, "2026-11-02 16:20");
        let arrive = |hour: &str, tail: &str| { let s = seen(&db, key); db.write(|tx| steps::arrive(tx, &by, s, at(hour), tail)) };
        let tail = db.read(|tx| registry::elders::store::find(tx, &actor("2026-11-02", 1), c.who)).expect("elder").id_tail;
        assert!(refusal(arrive("2026-11-02 16:10", "0000")).starts_with("RF-13 证件号码后四位与王桂英的不符"));
        assert!(refusal(arrive("2026-11-02 16:21", &tail)).contains("到诊时间"));
        assert!(refusal(arrive("2026-11-02 08:59", &tail)).contains("到诊时间"));
        assert_eq!(now(&db, key).state, State::Booked, "nothing is half done");
        arrive("2026-11-02 16:10", &tail).expect("arrived");
        assert!(linked(&db, c.who, c.hospital));
        let by = of(c.hospital, "2026-11-05 11:00");
        let conclude = |said: &Conclusion| { let s = seen(&db, key); db.write(|tx| steps::conclude(tx, &by, &library(), s, said, false)) };
        assert!(refusal(conclude(&Conclusion { done: String::new(), ..said() })).contains("做了什么"));
        conclude(&said()).expect("concluded");
        let r = now(&db, key);
        assert_eq!((r.state, r.conclusion.follow_up_due), (State::Concluded, Some(day("2026-11-12"))));
        assert!(!linked(&db, c.who, c.hospital) && r.share_ended_at.is_some());
        let follow = |by: &Actor, on: &str| { let s = seen(&db, key); db.write(|tx| steps::follow_up(tx, by, s, day(on), "伤口愈合好")) };
        assert!(refusal(follow(&of(c.hospital, "2026-11-10 09:00"), "2026-11-10")).starts_with("RF-05"));
        assert!(refusal(follow(&doctor(c.centre, "2026-11-10 09:00"), "2026-11-04")).contains("随访日期"));
        assert!(refusal(follow(&doctor(c.centre, "2026-11-10 09:00"), "2026-11-11")).contains("随访日期"));
        follow(&doctor(c.centre, "2026-11-10 09:00"), "2026-11-10").expect("followed up");
        let course = db.read(|tx| views::timeline(tx, &actor("2026-11-10", 1), c.who)).expect("timeline");
        assert_eq!(course.len(), 5, "{course:?}");
    }

    fn of_two_who_accept_at_once_one_wins_and_the_other_is_told(db: TestDb) {
        let c = county(&db);
        let key = sent(&db, &c);
        let seen = seen(&db, key);
        let results: Vec<Result<(), web::Error>> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..2).map(|n| {
                let (db, c) = (&db, &c);
                scope.spawn(move || {
                    let by = Actor { name: format!("转诊员{n}"), ..of(c.hospital, "2026-11-02 09:30") };
                    db.write(|tx| steps::accept(tx, &by, &library(), seen, None))
                })
            }).collect();
            threads.into_iter().map(|one| one.join().expect("thread")).collect()
        });
        assert_eq!(results.iter().filter(|one| one.is_ok()).count(), 1, "{results:?}");
        let told = results.into_iter().find_map(Result::err).expect("told").text();
        assert!(told.contains("别人刚刚办理了这份转诊"), "{told}");
        let winner = now(&db, key).answered_by;
        // Two windows: the second page is old, and says who was there.
        let again = db.write(|tx| steps::refuse(tx, &of(c.hospital, "2026-11-02 09:31"), &library(), seen, None, "没有床"));
        let text = refusal(again);
        assert!(text.contains(&winner) && text.contains("已接受"), "{text}");
        let old = Seen { version: seen.version, ..seen };
        let book = db.write(|tx| steps::book(tx, &of(c.hospital, "2026-11-02 09:32"), old, at("2026-11-02 10:00"), "骨科"));
        assert!(refusal(book).contains("请刷新后再看"));
    }

    fn requests_are_refused_with_numbered_reasons(db: TestDb) {
        let c = county(&db);
        let with = |change: &dyn Fn(&mut NewReferral)| {
            let mut one = new(&c, Kind::Up, c.hospital);
            change(&mut one);
            refusal(ask(&db, &c, &one))
        };
        assert!(with(&|n| n.to = Destination::Known(c.home)).starts_with("RF-03 安康养老院是养老机构，不能接收上转"));
        assert!(with(&|n| { n.kind = Kind::Down; n.to = Destination::Known(c.centre); }).starts_with("RF-04"));
        assert!(with(&|n| n.consent.at = at("2026-11-02 09:01")).starts_with("RF-02"));
        assert!(with(&|n| n.consent.by = ConsentBy::Emergency).starts_with("RF-02"));
        assert!(with(&|n| n.from = c.home).starts_with("RF-05"));
        assert!(with(&|n| { n.kind = Kind::CareTransfer; n.to = Destination::Known(c.home); }).starts_with("RF-07"));
        assert!(with(&|n| n.kind = Kind::GreenChannel).starts_with("RF-11"));
        assert!(with(&|n| n.reason = " ".into()).contains("转诊原因"));
        assert!(with(&|n| n.reason = "长".repeat(401)).contains("400 字"));
        assert!(with(&|n| n.consent.by = ConsentBy::Family).contains("关系"));
        assert!(with(&|n| n.purpose = String::new()).contains("用途"));
        assert!(with(&|n| n.shared_until = Some(day("2026-11-01"))).contains("共享至"));
        assert!(with(&|n| n.to = Destination::Outside("上海某医院".into(), String::new())).contains("名称和电话"));
        sent(&db, &c);
        assert!(with(&|_| ()).contains("没有办完的同类转诊"));
        dies(&db, 2, "王桂英", "2026-11-02");
        assert!(with(&|_| ()).starts_with("RF-01"));
        assert!(matches!(db.write(|tx| steps::request(tx, &neighbour("2026-11-02"), &library(), &new(&c, Kind::Up, c.hospital))), Err(web::Error::NotFound)));
    }

    fn a_place_that_is_not_on_the_platform_answers_by_telephone(db: TestDb) {
        let c = county(&db);
        let outside = NewReferral { to: Destination::Outside("上海某医院".into(), "021-00000000".into()), ..new(&c, Kind::Up, c.hospital) };
        let key = ask(&db, &c, &outside).expect("sent");
        let by = doctor(c.centre, "2026-11-02 10:00");
        let accept = |key, by: &Actor, call: Option<(&str, &str)>| {
            let seen = seen(&db, key);
            db.write(|tx| steps::accept(tx, by, &library(), seen, call.map(|(name, hour)| (name, at(hour)))))
        };
        assert!(refusal(accept(key, &by, None)).contains("通话对象"));
        assert!(refusal(accept(key, &by, Some((" ", "2026-11-02 09:30")))).contains("接电话的人"));
        assert!(refusal(accept(key, &by, Some(("李护士长", "2026-11-02 08:59")))).contains("通话时间"));
        assert!(refusal(accept(key, &by, Some(("李护士长", "2026-11-02 10:01")))).contains("通话时间"));
        assert!(refusal(accept(key, &doctor(c.home, "2026-11-02 10:00"), Some(("李护士长", "2026-11-02 09:30")))).starts_with("RF-05"));
        accept(key, &by, Some(("李护士长", "2026-11-02 09:30"))).expect("written down");
        let r = now(&db, key);
        assert_eq!((r.call_name.as_str(), r.answered_at, r.answered_by.as_str()), ("李护士长", Some(at("2026-11-02 09:30")), "李护士长（电话）"));
        // Its whole name finds a place of the register, and no telephone is needed.
        let named = NewReferral { to: Destination::Outside("如东县中医院".into(), String::new()), ..new(&c, Kind::Up, c.hospital) };
        let tcm = institution(&db, 4, Place::Hospital, "如东县中医院");
        let found = ask(&db, &c, &named).expect("sent");
        assert_eq!(now(&db, found).to, Some(tcm));
        // The hospital works on the platform: nobody answers for it.
        let other = sent(&db, &c);
        assert!(refusal(accept(other, &by, Some(("某人", "2026-11-02 09:30")))).starts_with("RF-08 如东县人民医院在本平台办理"));
    }

    fn what_happens_elsewhere_closes_it_and_admission_there_is_arrival(db: TestDb) {
        let c = county(&db);
        let other = institution(&db, 4, Place::Hospital, "如东县中医院");
        let tell = |what, on: &str, place| db.write(|tx| tx.tell(&actor_at("2026-11-04 09:00"), &Happening { elder: c.who, what, on: day(on), institution: place })).expect("told");
        let key = sent(&db, &c);
        tell(What::AdmittedToHospital, "2026-11-01", Some(other));
        assert_eq!(now(&db, key).state, State::Requested, "what was before it is history");
        tell(What::LeftHospital, "2026-11-03", Some(c.hospital));
        assert_eq!(now(&db, key).state, State::Requested);
        tell(What::AdmittedToHospital, "2026-11-03", Some(c.hospital));
        let r = now(&db, key);
        assert_eq!((r.state, r.arrived_how.as_str(), r.answered_at.is_some()), (State::Arrived, "入院", true));
        tell(What::AdmittedToHospital, "2026-11-04", Some(other));
        assert_eq!(now(&db, key).state, State::Arrived, "its conclusion is still owed");
        let down = ask(&db, &c, &NewReferral { from: c.centre, to: Destination::Outside("邻县卫生院".into(), "0513".into()), ..new(&c, Kind::Down, c.hospital) }).expect("sent");
        tell(What::MovedIn, "2026-11-04", Some(c.home));
        let r = now(&db, down);
        assert_eq!((r.state, r.closed_reason.as_str()), (State::ClosedElsewhere, "已入住养老机构，转诊关闭（2026-11-04，安康养老院）"));
        assert!(linked(&db, c.who, c.hospital));
        dies(&db, 2, "王桂英", "2026-11-04");
        let r = now(&db, key);
        assert_eq!((r.state, r.closed_reason.as_str()), (State::ClosedElsewhere, "去世，转诊关闭（2026-11-04）"));
        assert!(!linked(&db, c.who, c.hospital) && r.share_ended_at.is_some());
    }

    fn a_stay_written_down_at_the_destination_is_the_arrival(db: TestDb) {
        let c = county(&db);
        let key = sent(&db, &c);
        let stay = NewStay { elder: c.who, institution: c.hospital, admitted_on: day("2026-11-02"), discharged_on: None, diagnosis: None };
        db.write(|tx| stays::store::register(tx, &actor_at("2026-11-02 15:00"), &stay)).expect("admitted");
        assert_eq!(now(&db, key).state, State::Arrived);
        // The hospital sees its patient while they are in.
        let visible = |now: &str| db.read(|tx| registry::elders::store::visible(tx, &of(c.hospital, now), c.who)).is_ok();
        assert!(visible("2026-11-02 15:01"));
    }

    fn nobody_in_time_is_the_supervisors_work_and_then_it_lapses(db: TestDb) {
        let c = county(&db);
        let key = sent(&db, &c);
        let due = now(&db, key).answer_due;
        let minute = chrono::TimeDelta::minutes(1);
        let late = |now: Instant| {
            let filter = Filter { late_at: Some(now), ..Filter::default() };
            db.read(|tx| lists::count(tx, &actor("2026-11-02", 1), &filter)).expect("counted")
        };
        assert_eq!([due - minute, due, due + minute].map(late), [0, 0, 1]);
        let r = now(&db, key);
        assert_eq!([due - minute, due, due + minute].map(|now| r.in_time(now)), [None, None, Some(false)]);
        let groups = |by: &Actor, permissions: &[&'static str]| {
            let user = user(permissions, by);
            let desk = web::Desk { user: &user, by, policies: &library() };
            let all = db.read(|tx| views::work(tx, &desk)).expect("work");
            all.into_iter().map(|g| (g.title, g.total)).collect::<Vec<_>>()
        };
        let supervisor = Actor { now: due + minute, ..actor("2026-11-02", 5) };
        assert_eq!(groups(&supervisor, &["referrals.read"]), [("超时未答复的转诊".to_owned(), 1)]);
        assert_eq!(groups(&Actor { now: due, ..supervisor.clone() }, &["referrals.read"]), []);
        assert_eq!(groups(&of(c.hospital, "2026-11-02 10:00"), &["referrals.*"]), [("待答复的转诊".to_owned(), 1)]);
        assert_eq!(groups(&Actor { now: due + minute, ..doctor(c.centre, "2026-11-02 10:00") }, &["referrals.*"]), [("对方超时未答复的转诊".to_owned(), 1)]);
        assert_eq!(groups(&supervisor, &[]), []);
        let lapse = |now: Instant| db.write(|tx| steps::lapse(tx, &Actor::system(now))).expect("lapsed");
        let end = r.lapses;
        assert_eq!([end - minute, end, end + minute, end + minute].map(lapse), [0, 0, 1, 0]);
        let r = now(&db, key);
        assert_eq!((r.state, r.closed_reason.as_str()), (State::Lapsed, "超过时限无人答复"));
    }

    fn the_follow_up_is_work_of_the_side_that_asked_until_it_is_done(db: TestDb) {
        let c = county(&db);
        let key = sent(&db, &c);
        let stay = NewStay { elder: c.who, institution: c.hospital, admitted_on: day("2026-11-02"), discharged_on: None, diagnosis: None };
        db.write(|tx| stays::store::register(tx, &actor_at("2026-11-02 15:00"), &stay)).expect("admitted");
        let (by, s) = (of(c.hospital, "2026-11-05 11:00"), seen(&db, key));
        db.write(|tx| steps::conclude(tx, &by, &library(), s, &Conclusion { follow_up_due: Some(day("2026-11-20")), ..said() }, false)).expect("concluded");
        let due = |on: &str, own| {
            let by = doctor(own, &format!("{on} 09:00"));
            let user = user(&["referrals.*"], &by);
            let desk = web::Desk { user: &user, by: &by, policies: &library() };
            db.read(|tx| views::work(tx, &desk)).expect("work").iter().any(|g| g.title == "转诊后待随访")
        };
        assert_eq!(["2026-11-12", "2026-11-13", "2026-11-21"].map(|on| due(on, c.centre)), [false, true, true]);
        assert!(!due("2026-11-20", c.home));
        let s = seen(&db, key);
        db.write(|tx| steps::follow_up(tx, &doctor(c.centre, "2026-11-20 09:00"), s, day("2026-11-20"), "好转")).expect("done");
        assert!(!due("2026-11-20", c.centre));
    }

    fn the_record_is_shared_for_its_time_and_each_look_is_noted(db: TestDb) {
        let c = county(&db);
        let key = sent(&db, &c);
        let later = NewReferral { shared: vec![], purpose: String::new(), ..new(&c, Kind::Down, c.hospital) };
        let silent = ask(&db, &c, &NewReferral { to: Destination::Known(institution(&db, 5, Place::NursingHome, "康宁护理院")), ..later }).expect("sent");
        let looking = |on: &str| now(&db, key).against_looking(at(on)).map(|reason| reason.code);
        assert_eq!(looking("2026-12-02 23:59"), None);
        assert_eq!(looking("2026-12-03 00:00").as_deref(), Some("RF-09"));
        assert_eq!(now(&db, silent).against_looking(at("2026-11-02 10:00")).map(|reason| reason.code).as_deref(), Some("RF-09"));
        let app = TestApp::new(db, (*library()).clone(), routes(), |state| state);
        let scope = Scope { area: area("320623"), institution: Some(c.hospital) };
        let nurse = app.person_with("转诊员", &["referrals.*"], scope, Some(c.hospital));
        let record = format!("{}/record", key.href());
        let page = nurse.get(&record).page();
        assert!(page.contains("基本情况与慢性病") && page.contains("住院记录") && !page.contains("健康体检"), "{page}");
        let looks = "select count(*) from audit where action = 'referrals.record' and detail like '用途：诊治%'";
        assert_eq!(app.db.read(|tx| tx.count(looks, &[])).expect("audit"), 1);
        let asking = app.person_with("张医生", &["referrals.*"], Scope { area: area("320623"), institution: None }, Some(c.centre));
        assert!(asking.get(&record).text().contains("RF-05"));
        assert!(nurse.get(&key.href()).page().contains("查看共享的资料"));
        let stranger = Scope { area: area("320623"), institution: Some(c.home) };
        let other = app.person_with("别家", &["referrals.*"], stranger, Some(c.home));
        let next_door = app.person("邻县", &["referrals.*"], "320612");
        for url in [record.clone(), key.href(), format!("{}/print", key.href())] {
            assert_eq!((other.get(&url).status.as_u16(), next_door.get(&url).status.as_u16()), (404, 404), "{url}");
        }
        let s = seen(&app.db, key);
        let by = doctor(c.centre, "2026-11-02 12:00");
        assert!(refusal(app.db.write(|tx| steps::cancel(tx, &of(c.hospital, "2026-11-02 12:00"), s, "误"))).starts_with("RF-05"));
        app.db.write(|tx| steps::cancel(tx, &by, s, "已自行就诊")).expect("cancelled");
        assert!(nurse.get(&record).text().contains("RF-09"));
        assert_eq!(app.db.read(|tx| tx.count(looks, &[])).expect("audit"), 1, "no look, no note");
    }

    fn a_green_channel_goes_to_a_hospital_that_agreed_to_one(db: TestDb) {
        let c = county(&db);
        let terms = Terms { items: vec![Item::GreenChannel], note: String::new(), rounds_per_week: 0, green_minutes: Some(15), months: 12 };
        let by = actor("2026-11-01", 1);
        let channels = |db: &TestDb, on: &str| db.read(|tx| store::channels(tx, &actor(on, 1), c.who, area("320623"))).expect("channels");
        let id = db.write(|tx| agreements::store::draft(tx, &by, (c.home, c.hospital), &terms, None)).expect("draft");
        assert!(channels(&db, "2026-11-02").is_empty(), "a draft is no agreement");
        db.write(|tx| agreements::store::sign(tx, &by, (id, 1), day("2026-11-02"))).expect("signed");
        assert_eq!(["2026-11-01", "2026-11-02", "2027-11-01", "2027-11-02"].map(|on| channels(&db, on).len()), [0, 1, 1, 0]);
        let app = TestApp::new(db, (*library()).clone(), routes(), |state| state);
        let scope = Scope { area: area("320623"), institution: None };
        let home = app.person_with("护理站", &["referrals.*"], scope, Some(c.home));
        let page = home.get(&format!("/referrals/green?elder={}", c.who)).page();
        assert!(page.contains("如东县人民医院") && page.contains("15 分钟内答复") && page.contains("本机构协议"), "{page}");
        let (who, channel) = (c.who.to_string(), format!("{}.{id}", c.hospital));
        let mut form = vec![("elder", who.as_str()), ("channel", channel.as_str()), ("reason", "胸痛"), ("consent_by", "emergency"),
            ("consent_name", "院长"), ("consent_how", "spoken"), ("consent_at", "2026-11-02T00:00"), ("shared", "summary"), ("shared", "checkups")];
        let at = home.post("/referrals/green", &form).goes_to();
        let key = { let parts: Vec<&str> = at.split('/').collect(); Key::parse(parts[2], parts[3]).expect("key") };
        let r = now(&app.db, key);
        assert_eq!((r.kind, r.from, r.agreement, (r.answer_due - r.requested_at).num_minutes()), (Kind::GreenChannel, c.home, Some(id), 15));
        form[1].1 = "x";
        assert_eq!(home.post("/referrals/green", &form).status.as_u16(), 422);
        let wrong = format!("{}.{id}", c.centre);
        form[1].1 = &wrong;
        assert!(home.post("/referrals/green", &form).text().contains("RF-11"));
    }

    fn long_stays_without_a_reason_are_listed_and_transferred(db: TestDb) {
        let c = county(&db);
        let stay = NewStay { elder: c.who, institution: c.hospital, admitted_on: day("2026-10-03"), discharged_on: None, diagnosis: Some("脑梗死后遗症".into()) };
        db.write(|tx| stays::store::register(tx, &actor_at("2026-10-03 15:00"), &stay)).expect("admitted");
        let days = library().parameter("overstay_days", area("320623"), day("2026-11-02")).expect("set").value;
        let listed = |on: &str| {
            let by = of(c.hospital, &format!("{on} 09:00"));
            let before = by.today() - chrono::TimeDelta::days(days);
            db.read(|tx| overstays::list(tx, &by, before, 10)).expect("list")
        };
        assert_eq!(["2026-11-01", "2026-11-02", "2026-11-03"].map(|on| listed(on).len()), [0, 1, 1]);
        assert_eq!(model::days_in(day("2026-10-03"), day("2026-11-02")), 30);
        let id = listed("2026-11-02")[0].stay;
        let explain = |by: &Actor, why: &str, until: &str| db.write(|tx| overstays::explain(tx, by, (c.who, id), why, day(until)));
        assert!(refusal(explain(&of(c.hospital, "2026-11-02 09:00"), " ", "2026-11-09")).contains("治疗理由"));
        assert!(refusal(explain(&of(c.hospital, "2026-11-02 09:00"), "感染", "2026-11-01")).contains("下次核查"));
        assert!(refusal(explain(&doctor(c.centre, "2026-11-02 09:00"), "感染", "2026-11-09")).starts_with("RF-05"));
        assert!(matches!(explain(&of(c.home, "2026-11-02 09:00"), "感染", "2026-11-09"), Err(web::Error::NotFound)));
        explain(&of(c.hospital, "2026-11-02 09:00"), "感染未控制", "2026-11-09").expect("explained");
        let open = |on: &str| listed(on)[0].unexplained(day(on));
        assert_eq!(["2026-11-08", "2026-11-09", "2026-11-10"].map(open), [false, false, true]);
        let transfer = NewReferral { from: c.hospital, ..new(&c, Kind::CareTransfer, c.home) };
        let key = db.write(|tx| steps::request(tx, &of(c.hospital, "2026-11-10 09:00"), &library(), &transfer)).expect("sent");
        assert_eq!(listed("2026-11-10")[0].referral, Some(key.id));
        db.write(|tx| tx.tell(&actor_at("2026-11-12 09:00"), &Happening { elder: c.who, what: What::MovedIn, on: day("2026-11-12"), institution: Some(c.home) })).expect("told");
        assert_eq!(now(&db, key).state, State::Concluded);
    }

    fn pages_lead_from_the_elder_to_the_follow_up(db: TestDb) {
        let c = county(&db);
        let app = TestApp::new(db, (*library()).clone(), routes(), |state| state);
        let wide = Scope { area: area("320623"), institution: None };
        let asking = app.person_with("张医生", &["referrals.*"], wide, Some(c.centre));
        let hospital = app.person_with("转诊员", &["referrals.*"], Scope { institution: Some(c.hospital), ..wide }, Some(c.hospital));
        let who = c.who.to_string();
        for kind in ["up", "down", "care_transfer"] {
            assert!(asking.get(&format!("/referrals/new?elder={who}&kind={kind}")).page().contains("发出转诊"));
        }
        assert!(asking.get(&format!("/referrals/green?elder={who}")).page().contains("没有与本地医院约定绿色通道"));
        let (from, to) = (c.centre.to_string(), c.hospital.to_string());
        let form = [("elder", who.as_str()), ("kind", "up"), ("from", &from), ("to", &to), ("reason", "右髋疼痛"), ("consent_by", "elder"),
            ("consent_name", "王桂英"), ("consent_how", "written"), ("consent_at", "2026-11-02T00:00"), ("shared", "summary"), ("purpose", "诊治")];
        let case = asking.post("/referrals", &form).goes_to();
        let page = asking.get(&case).page();
        assert!(page.contains("撤回转诊") && !page.contains("登记到诊"), "the other side answers: {page}");
        assert!(asking.get(&format!("{case}/print")).page().contains("同意人签字"));
        let page = hospital.get(&case).page();
        assert!(page.contains("登记到诊") && page.contains("拒绝的原因") && !page.contains("撤回转诊"), "{page}");
        assert!(hospital.get("/referrals?side=received&state=requested").page().contains("王桂英"));
        assert!(!hospital.get("/referrals?side=sent").page().contains("王桂英"));
        let reader = app.person("监管", &["referrals.read"], "3206");
        assert!(reader.get("/referrals?late=true&kind=up&state=x").page().contains("数据来源"));
        assert_eq!(reader.post(&format!("{case}/accept"), &[("version", "1")]).status.as_u16(), 403);
        assert!(hospital.post(&format!("{case}/accept"), &[("version", "1"), ("refusal", "没床")]).text().contains("填了拒绝原因"));
        assert_eq!(hospital.post(&format!("{case}/accept"), &[("version", "1")]).goes_to(), case);
        assert_eq!(hospital.post(&format!("{case}/refuse"), &[("version", "1"), ("refusal", "没床")]).status.as_u16(), 409);
        let book = |at: &str| hospital.post(&format!("{case}/book"), &[("version", "2"), ("booked_for", at), ("booked_place", "骨科")]);
        assert!(book("2099-01-01T08:00").text().contains("应在一年之内"));
        assert_eq!(book("2027-11-02T08:00").goes_to(), case);
        assert!(hospital.get(&case).page().contains("改约"));
        let tail = app.db.read(|tx| registry::elders::store::find(tx, &actor("2026-11-02", 1), c.who)).expect("elder").id_tail;
        let hour = kernel::time::show(kernel::Clock::now(app.clock.as_ref()));
        assert_eq!(hospital.post(&format!("{case}/arrive"), &[("version", "3"), ("arrived_at", &hour), ("id_tail", &tail)]).goes_to(), case);
        let form = [("version", "4"), ("finding", "骨折"), ("done", "手术"), ("advice", "休养")];
        assert_eq!(hospital.post(&format!("{case}/conclude"), &form).goes_to(), case);
        let page = asking.get(&case).page();
        assert!(page.contains("转回的结论") && page.contains("登记随访"), "{page}");
        let today = kernel::time::date_of(kernel::Clock::now(app.clock.as_ref())).to_string();
        assert_eq!(asking.post(&format!("{case}/follow-up"), &[("version", "5"), ("followed_up_on", &today), ("follow_up_note", "好转")]).goes_to(), case);
        assert!(asking.get(&case).page().contains("已随访"));
        assert!(hospital.get("/referrals/overstays").page().contains("没有治疗理由"));
        let card = app.db.read(|tx| views::card(tx, &actor("2026-11-02", 1), c.who)).expect("card").expect("some");
        assert_eq!(card.action.map(|action| action.text), Some("绿色通道、转诊"));
        let sent = Filter { side: Side::Sent, institution: Some(c.centre), ..Filter::default() };
        assert_eq!(app.db.read(|tx| lists::count(tx, &actor("2026-11-02", 1), &sent)).expect("counted"), 1);
    }
}

fn user(permissions: &[&'static str], by: &Actor) -> web::User {
    web::User {
        account: by.account.expect("account"),
        login: "x".into(),
        name: by.name.clone(),
        role: "doctor".into(),
        role_name: "家庭医生".into(),
        permissions: permissions.to_vec().into(),
        scope: by.scope,
        institution: by.institution,
        staff: None,
        must_change: false,
    }
}
