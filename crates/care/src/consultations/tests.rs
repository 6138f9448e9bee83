use super::model::{self, Means, NewConsultation, Payer, Refusal, Said, Side, State, Urgency};
use super::store::lists::{self, Filter, Way};
use super::store::steps::{self, Booking, Seen};
use super::{Consultation, Ice, Key, Rooms, routes, seal, store, views};
use crate::contracts::ConsentHow;
use crate::sharing::{Consent, ConsentBy, Part};
use crate::testing::{actor, area, citizen, day, dies, elder, institution, library, neighbour, seed};
use chrono::TimeDelta;
use db::testing::TestDb;
use db::{Actor, Scope};
use kernel::{ElderId, Fen, Instant, InstitutionId, StaffId};
use registry::accounts::model::{NewAccount, Role};
use registry::accounts::password::Hashed;
use registry::institutions::Kind as Place;
use registry::staff::{NewStaff, Post, StaffFacts};
use web::User;
use web::testing::{Client, TestApp};

fn at(text: &str) -> Instant {
    kernel::time::parse_local(text).expect("instant")
}

/// A centre with its elder, a hospital of the second grade that works on the platform, and two of its doctors.
struct County {
    centre: InstitutionId,
    hospital: InstitutionId,
    consultant: StaffId,
    colleague: StaffId,
    who: ElderId,
}

fn county(db: &TestDb) -> County {
    db.follow(vec![crate::episodes::follow, super::follow]);
    seed(db);
    let centre = institution(db, 1, Place::CommunityHealthCentre, "掘港街道社区卫生服务中心");
    let hospital = institution(db, 2, Place::Hospital, "如东县人民医院");
    db.write(|tx| tx.exec("update institutions set hospital_level = '二级甲等' where id = $1", db::params![hospital]))
        .expect("graded");
    let account = NewAccount {
        login: "hospital1".into(),
        name: "会诊中心".into(),
        role: Role::Hospital,
        area: area("320623"),
        institution: Some(hospital),
        staff: None,
        password: Hashed::new("yiyang-2018", &kernel::chance::Seeded::new(3)).expect("hash"),
        must_change: false,
    };
    db.write(|tx| registry::accounts::store::create(tx, &actor("2026-01-01", 1), &account)).expect("account");
    let doctor = |number, name: &str| staff(db, hospital, (number, name), Post::Doctor, None);
    let (consultant, colleague) = (doctor(501, "周医生"), doctor(502, "吴医生"));
    County { centre, hospital, consultant, colleague, who: elder(db, 2, "王桂英") }
}

fn staff(db: &TestDb, of: InstitutionId, (number, name): (u32, &str), post: Post, until: Option<&str>) -> StaffId {
    let facts = StaffFacts {
        name: name.into(),
        institution: of,
        post,
        qualification: None,
        certificate_no: None,
        certificate_until: until.map(day),
        phone: None,
    };
    let new = NewStaff { citizen: citizen("1980-05-05", number), facts };
    db.write(|tx| registry::staff::store::save(tx, &actor("2026-01-01", 1), &new)).expect("staff").0
}

/// Somebody of the hospital, who sees only its own elders.
fn there(c: &County, now: &str) -> Actor {
    let scope = Scope { area: area("320623"), institution: Some(c.hospital) };
    Actor { institution: Some(c.hospital), scope, now: at(now), ..actor("2026-11-02", 2) }
}

/// The family doctor, who sees the county.
fn here(c: &County, now: &str) -> Actor {
    Actor { institution: Some(c.centre), now: at(now), ..actor("2026-11-02", 1) }
}

fn new(c: &County) -> NewConsultation {
    NewConsultation {
        elder: c.who,
        from: c.centre,
        to: c.hospital,
        department: "心内科".into(),
        urgency: Urgency::Routine,
        question: "是否需要调整利尿剂？".into(),
        situation: "夜间气喘两周".into(),
        phone: "0513-1".into(),
        consent: Consent {
            by: ConsentBy::Elder,
            name: "王桂英".into(),
            relation: String::new(),
            how: ConsentHow::Spoken,
            at: at("2026-11-02 08:50"),
        },
        shared: vec![Part::Summary, Part::Chart],
        purpose: "远程会诊".into(),
        shared_until: None,
        payer: Payer::Elder,
        funded_by: None,
    }
}

fn ask(db: &TestDb, c: &County, new: &NewConsultation) -> Result<Key, web::Error> {
    db.write(|tx| steps::request(tx, &here(c, "2026-11-02 09:00"), &library(), new))
}

fn now(db: &TestDb, key: Key) -> Consultation {
    db.read(|tx| store::find(tx, &actor("2026-11-02", 1), key)).expect("found")
}

fn seen(db: &TestDb, key: Key) -> Seen {
    Seen { key, version: now(db, key).version }
}

fn booking(c: &County, hour: &str) -> Booking {
    Booking { at: at(hour), consultant: c.consultant, phone: "0513-2".into() }
}

fn accept(db: &TestDb, c: &County, key: Key, new: &Booking) -> Result<(), web::Error> {
    let (by, seen) = (there(c, "2026-11-02 09:30"), seen(db, key));
    db.write(|tx| steps::accept(tx, &by, &library(), seen, new))
}

fn start(db: &TestDb, c: &County, key: Key, hour: &str) -> Result<(), web::Error> {
    let (by, seen) = (there(c, hour), seen(db, key));
    db.write(|tx| steps::start(tx, &by, &library(), seen))
}

fn said() -> Said {
    Said {
        means: Means::Video,
        finding: "慢性心衰加重".into(),
        advice: "限盐，三天后复查".into(),
        medication: "呋塞米 20 毫克".into(),
    }
}

fn conclude(db: &TestDb, c: &County, key: Key, hour: &str) -> Result<(), web::Error> {
    let (by, seen) = (there(c, hour), seen(db, key));
    db.write(|tx| steps::conclude(tx, &by, &library(), (seen, Some(c.consultant)), &said()))
}

/// A consultation that was booked for two o'clock and has begun then.
fn begun(db: &TestDb, c: &County) -> Key {
    let key = ask(db, c, &new(c)).expect("sent");
    accept(db, c, key, &booking(c, "2026-11-02 14:00")).expect("accepted");
    start(db, c, key, "2026-11-02 14:00").expect("begun");
    key
}

fn refusal<T: std::fmt::Debug>(result: Result<T, web::Error>) -> String {
    result.expect_err("refused").text()
}

db::on_both! {
    fn a_withdrawn_consent_closes_the_record_and_leaves_the_consultation(db: TestDb) {
        let c = county(&db);
        let key = ask(&db, &c, &new(&c)).expect("asked");
        let consents = || {
            let day = at("2026-11-02 10:00");
            db.read(|tx| crate::consents::store::of_elder(tx, c.who, kernel::time::date_of(day))).expect("read")
        };
        let one = consents().remove(0);
        assert!(one.live && one.given.scope == crate::consents::Scope::Consultation, "{}", one.title());
        assert!(now(&db, key).against_looking(at("2026-11-02 10:00")).is_none());
        let taken_back = crate::consents::Withdrawal {
            name: "王桂英".into(),
            role: crate::consents::Role::Elder,
            how: crate::consents::How::Spoken,
        };
        let by = here(&c, "2026-11-02 10:00");
        db.write(|tx| crate::consents::steps::withdraw(tx, &by, c.who, one.id, &taken_back)).expect("withdrawn");
        assert!(now(&db, key).against_looking(at("2026-11-02 10:00")).is_some_and(|why| why.code == "CN-09"));
        assert_eq!(now(&db, key).state, State::Requested);
        assert!(!consents().remove(0).live);
        let last = now(&db, key).shared_until;
        let late = booking(&c, &format!("{} 14:00", last + chrono::Days::new(1)));
        assert!(accept(&db, &c, key, &late).expect_err("nothing to look at then").text().contains("资料只共享到"));
        accept(&db, &c, key, &booking(&c, "2026-11-02 14:00")).expect("it goes on");
        assert!(now(&db, key).share_ended_at.is_some(), "accepting does not share again");
        start(&db, &c, key, "2026-11-02 14:00").expect("begun");
        let papers = Said { means: Means::Papers, ..said() };
        let sign = |said: &Said| {
            let seen = (seen(&db, key), Some(c.consultant));
            db.write(|tx| steps::conclude(tx, &there(&c, "2026-11-02 14:20"), &library(), seen, said))
        };
        assert!(sign(&papers).expect_err("nothing was seen").text().contains("CN-15"));
        sign(&said()).expect("by video");
    }

    fn a_consultation_goes_its_whole_way(db: TestDb) {
        let c = county(&db);
        let key = ask(&db, &c, &new(&c)).expect("sent");
        let one = now(&db, key);
        assert_eq!((one.answer_due, one.lapses), (at("2026-11-03 09:00"), at("2026-11-09 09:00")));
        assert_eq!(one.shared_until, day("2026-12-02"));
        assert!(refusal(accept(&db, &c, key, &booking(&c, "2026-11-02 09:29"))).contains("不能早于现在"));
        assert!(refusal(accept(&db, &c, key, &Booking { phone: " ".into(), ..booking(&c, "2026-11-02 14:00") })).contains("电话"));
        accept(&db, &c, key, &booking(&c, "2026-11-02 09:30")).expect("now is no past");
        let rebook = |hour: &str| {
            let (by, seen) = (there(&c, "2026-11-02 09:31"), seen(&db, key));
            db.write(|tx| steps::book(tx, &by, &library(), seen, &booking(&c, hour)))
        };
        assert!(refusal(rebook("2026-11-02 09:30")).contains("不能早于现在"));
        rebook("2026-11-02 14:00").expect("booked anew");
        assert_eq!(now(&db, key).lapses, at("2026-11-09 14:00"));
        // The room opens half an hour before.
        assert!(refusal(start(&db, &c, key, "2026-11-02 13:29")).starts_with("CN-11 还没有到时间"));
        start(&db, &c, key, "2026-11-02 13:30").expect("begun");
        assert!(refusal(conclude_as(&db, &c, key, Some(c.colleague))).starts_with("CN-08 结论由会诊医生周医生本人"));
        assert!(refusal(conclude_as(&db, &c, key, None)).starts_with("CN-08"));
        conclude(&db, &c, key, "2026-11-02 14:30").expect("signed");
        let one = now(&db, key);
        assert_eq!((one.state, one.acknowledge_due), (State::Concluded, Some(day("2026-11-05"))));
        assert!(one.share_ended_at.is_some() && one.against_looking(at("2026-11-02 14:31")).is_some());
        let acknowledge = |by: &Actor, note: &str| { let s = seen(&db, key); db.write(|tx| steps::acknowledge(tx, by, s, note)) };
        assert!(refusal(acknowledge(&there(&c, "2026-11-02 15:00"), "照办")).starts_with("CN-05"));
        assert!(refusal(acknowledge(&here(&c, "2026-11-02 15:00"), " ")).contains("后续安排"));
        acknowledge(&here(&c, "2026-11-02 15:00"), "照办").expect("acknowledged");
        let course = db.read(|tx| views::timeline(tx, &actor("2026-11-10", 1), c.who)).expect("timeline");
        let titles: Vec<&str> = course.iter().map(|one| one.title.as_str()).collect();
        assert_eq!(course.len(), 5, "{titles:?}");
        assert!(titles.contains(&"远程会诊结论：如东县人民医院"));
        let card = db.read(|tx| views::card(tx, &actor("2026-11-10", 1), c.who)).expect("card").expect("some");
        assert_eq!(card.action.map(|action| action.text), Some("申请远程会诊"));
    }

    fn what_is_signed_is_never_changed_and_shows_if_it_was(db: TestDb) {
        let c = county(&db);
        let key = begun(&db, &c);
        conclude(&db, &c, key, "2026-11-02 14:20").expect("signed");
        let before = now(&db, key);
        let signed = before.conclusion.clone().expect("signed");
        assert_eq!((signed.fingerprint.len(), signed.name.as_str(), signed.charge.minutes), (64, "周医生", 20));
        // The door is shut to every step but acknowledging, with the page that showed it before and after.
        for version in [before.version - 1, before.version] {
            let by = there(&c, "2026-11-02 14:40");
            let seen = Seen { key, version };
            let again = db.write(|tx| steps::conclude(tx, &by, &library(), (seen, Some(c.consultant)), &said()));
            assert!(refusal(again).contains("现为“结论已签名”"));
            let book = db.write(|tx| steps::book(tx, &by, &library(), seen, &booking(&c, "2026-11-03 09:00")));
            assert!(refusal(book).contains("现为“结论已签名”"));
            let cancel = db.write(|tx| steps::cancel(tx, &here(&c, "2026-11-02 14:40"), seen, "x"));
            assert!(refusal(cancel).contains("现为“结论已签名”"));
        }
        assert_eq!(now(&db, key).conclusion, Some(signed.clone()));
        let append = |staff, words: &str, minute: &str| {
            let by = there(&c, &format!("2026-11-02 15:{minute}"));
            db.write(|tx| steps::append(tx, &by, key, staff, words))
        };
        assert!(refusal(append(Some(c.colleague), "补充", "00")).starts_with("CN-08"));
        assert!(refusal(append(Some(c.consultant), " ", "00")).contains("补充意见"));
        append(Some(c.consultant), "带上血压记录", "00").expect("added");
        append(Some(c.consultant), "再查电解质", "01").expect("added");
        let addenda = || db.read(|tx| store::addenda(tx, key)).expect("addenda");
        assert_eq!((addenda().len(), seal::holds(&now(&db, key), &addenda())), (2, Some(true)));
        assert_eq!(now(&db, key).conclusion, Some(signed));
        // What somebody altered behind the program's back shows.
        let alter = |sql: &str| db.write(|tx| tx.exec(sql, db::params![])).expect("altered");
        alter("update consultation_addenda set content = '不必复查' where content = '带上血压记录'");
        assert_eq!(seal::holds(&now(&db, key), &addenda()), Some(false));
        alter("update consultation_addenda set content = '带上血压记录' where content = '不必复查'");
        assert_eq!(seal::holds(&now(&db, key), &addenda()), Some(true));
        alter("update consultations set finding = '正常'");
        assert_eq!(seal::holds(&now(&db, key), &addenda()), Some(false));
    }

    fn of_two_who_accept_at_once_one_wins_and_the_other_is_told(db: TestDb) {
        let c = county(&db);
        let key = ask(&db, &c, &new(&c)).expect("sent");
        let seen = seen(&db, key);
        let results: Vec<Result<(), web::Error>> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..2).map(|n| {
                let (db, c) = (&db, &c);
                scope.spawn(move || {
                    let by = Actor { name: format!("会诊员{n}"), ..there(c, "2026-11-02 09:30") };
                    db.write(|tx| steps::accept(tx, &by, &library(), seen, &booking(c, "2026-11-02 14:00")))
                })
            }).collect();
            threads.into_iter().map(|one| one.join().expect("thread")).collect()
        });
        assert_eq!(results.iter().filter(|one| one.is_ok()).count(), 1, "{results:?}");
        let told = results.into_iter().find_map(Result::err).expect("told").text();
        assert!(told.contains("别人刚刚办理了这次会诊"), "{told}");
        let refuse = db.write(|tx| steps::refuse(tx, &there(&c, "2026-11-02 09:31"), seen, Refusal::NoTime, ""));
        let text = refusal(refuse);
        assert!(text.contains("会诊员") && text.contains("已预约"), "{text}");
    }

    fn requests_are_refused_with_numbered_reasons(db: TestDb) {
        let c = county(&db);
        let station = institution(&db, 3, Place::NursingStation, "掘港护理站");
        let quiet = institution(&db, 4, Place::Hospital, "如东县中医院");
        let with = |change: &dyn Fn(&mut NewConsultation)| {
            let mut one = new(&c);
            change(&mut one);
            refusal(ask(&db, &c, &one))
        };
        assert!(with(&|n| n.consent.at = at("2026-11-02 09:01")).starts_with("CN-02"));
        assert!(with(&|n| n.consent.by = ConsentBy::Emergency).starts_with("CN-02"));
        assert!(with(&|n| n.to = station).starts_with("CN-03 掘港护理站是"));
        assert!(with(&|n| n.to = quiet).starts_with("CN-06 如东县中医院没有在本平台"));
        assert!(with(&|n| n.from = c.hospital).contains("CN-05"));
        assert!(with(&|n| n.to = c.centre).contains("CN-04"));
        assert!(with(&|n| n.question = " ".into()).contains("问题"));
        assert!(with(&|n| n.question = "长".repeat(401)).contains("400 字"));
        assert!(with(&|n| n.phone = String::new()).contains("电话"));
        assert!(with(&|n| n.consent.by = ConsentBy::Family).contains("关系"));
        assert!(with(&|n| n.purpose = String::new()).contains("用途"));
        assert!(with(&|n| n.shared_until = Some(day("2026-11-01"))).contains("共享至"));
        ask(&db, &c, &NewConsultation { question: "长".repeat(400), ..new(&c) }).expect("sent");
        assert!(with(&|_| ()).contains("还没有办完"));
        ask(&db, &c, &NewConsultation { department: "内分泌科".into(), ..new(&c) }).expect("another department");
        let stranger = Actor { institution: Some(c.centre), ..neighbour("2026-11-02") };
        assert!(matches!(db.write(|tx| steps::request(tx, &stranger, &library(), &new(&c))), Err(web::Error::NotFound)));
        let clerk = actor("2026-11-02", 1);
        assert!(refusal(db.write(|tx| steps::request(tx, &clerk, &library(), &NewConsultation { department: "x".into(), ..new(&c) }))).starts_with("CN-05"));
        dies(&db, 2, "王桂英", "2026-11-02");
        assert!(with(&|_| ()).starts_with("CN-01"));
    }

    fn a_consultant_is_a_doctor_of_the_house_with_time(db: TestDb) {
        let c = county(&db);
        let key = ask(&db, &c, &new(&c)).expect("sent");
        let by_whom = |consultant, hour: &str| accept(&db, &c, key, &Booking { consultant, ..booking(&c, hour) });
        let nurse = staff(&db, c.hospital, (601, "钱护士"), Post::Nurse, None);
        let foreign = staff(&db, c.centre, (602, "孙医生"), Post::Doctor, None);
        let lapsing = staff(&db, c.hospital, (603, "李医生"), Post::Doctor, Some("2026-11-02"));
        assert!(refusal(by_whom(nurse, "2026-11-02 14:00")).starts_with("CN-10 钱护士的岗位是护士"));
        assert!(refusal(by_whom(foreign, "2026-11-02 14:00")).starts_with("CN-10 孙医生不是本机构"));
        assert!(refusal(by_whom(lapsing, "2026-11-03 14:00")).starts_with("CN-10 李医生的执业证书到 2026-11-02"));
        let other = ask(&db, &c, &NewConsultation { department: "内分泌科".into(), ..new(&c) }).expect("sent");
        accept(&db, &c, other, &booking(&c, "2026-11-02 14:00")).expect("accepted");
        // Half an hour lies between two of them.
        for close in ["2026-11-02 13:31", "2026-11-02 14:00", "2026-11-02 14:29"] {
            assert!(refusal(by_whom(c.consultant, close)).starts_with("CN-14 周医生在 2026-11-02 14:00 已有会诊"), "{close}");
        }
        by_whom(c.consultant, "2026-11-02 14:30").expect("half an hour later");
        let third = ask(&db, &c, &NewConsultation { department: "骨科".into(), ..new(&c) }).expect("sent");
        accept(&db, &c, third, &booking(&c, "2026-11-02 13:30")).expect("half an hour before");
        let fourth = ask(&db, &c, &NewConsultation { department: "神经内科".into(), ..new(&c) }).expect("sent");
        accept(&db, &c, fourth, &Booking { consultant: lapsing, ..booking(&c, "2026-11-02 14:00") }).expect("last day of it");
    }

    fn the_price_follows_the_grade_and_the_time_and_somebody_pays(db: TestDb) {
        let c = county(&db);
        let key = begun(&db, &c);
        let charge = |minutes| db.read(|tx| steps::charge(tx, &library(), &now(&db, key), (minutes, day("2026-11-02")))).expect("charge");
        let fen = |minutes| charge(minutes).price;
        assert_eq!((fen(59), fen(60), fen(61)), (Fen(15_000), Fen(15_000), Fen(22_500)));
        assert_eq!((charge(60).elder, charge(60).asker), (Fen(15_000), Fen(0)));
        conclude(&db, &c, key, "2026-11-02 15:01").expect("signed");
        let signed = now(&db, key).conclusion.expect("signed");
        assert_eq!((signed.charge.minutes, signed.charge.price, signed.charge.decisions.len()), (61, Fen(22_500), 2));
        let paid = |payer, funded_by| {
            let one = Consultation { payer, funded_by, ..now(&db, key) };
            let charge = db.read(|tx| steps::charge(tx, &library(), &one, (10, day("2026-11-02")))).expect("charge");
            (charge.elder, charge.asker)
        };
        assert_eq!(paid(Payer::Asker, None), (Fen(0), Fen(15_000)));
        assert_eq!(paid(Payer::Asker, Some(model::Funder::FamilyDoctor)), (Fen(0), Fen(0)));
        db.write(|tx| tx.exec("update institutions set hospital_level = null", db::params![])).expect("no grade");
        assert_eq!(fen(60), Fen(8_000));
    }

    fn who_does_not_come_is_written_down_and_booked_anew(db: TestDb) {
        let c = county(&db);
        let key = ask(&db, &c, &new(&c)).expect("sent");
        accept(&db, &c, key, &booking(&c, "2026-11-02 14:00")).expect("accepted");
        let miss = |by: &Actor| { let s = seen(&db, key); db.write(|tx| steps::miss(tx, by, s, "电话无人接听")) };
        assert!(refusal(miss(&there(&c, "2026-11-02 13:59"))).contains("还没有到预约的时间"));
        miss(&there(&c, "2026-11-02 14:00")).expect("written down");
        let one = now(&db, key);
        assert_eq!((one.state, one.missed_by), (State::NoShow, Some(Side::Asking)));
        let (by, s) = (there(&c, "2026-11-02 15:00"), seen(&db, key));
        db.write(|tx| steps::book(tx, &by, &library(), s, &booking(&c, "2026-11-03 10:00"))).expect("booked anew");
        miss(&here(&c, "2026-11-03 10:20")).expect("written down");
        assert_eq!(now(&db, key).missed_by, Some(Side::Consulting));
    }

    fn nobody_answering_or_coming_lets_it_lapse_and_death_closes_it(db: TestDb) {
        let c = county(&db);
        let key = ask(&db, &c, &new(&c)).expect("sent");
        let lapse = |now: &str| db.write(|tx| steps::lapse(tx, &Actor::system(at(now)))).expect("ran");
        assert_eq!((lapse("2026-11-09 08:59"), lapse("2026-11-09 09:00"), lapse("2026-11-09 09:01")), (0, 0, 1));
        assert_eq!(lapse("2026-11-09 09:01"), 0);
        assert_eq!((now(&db, key).state, now(&db, key).closed_reason.as_str()), (State::Lapsed, "超过时限无人答复"));
        let booked = ask(&db, &c, &new(&c)).expect("sent");
        accept(&db, &c, booked, &booking(&c, "2026-11-02 14:00")).expect("accepted");
        let signed = ask(&db, &c, &NewConsultation { department: "骨科".into(), ..new(&c) }).expect("sent");
        accept(&db, &c, signed, &booking(&c, "2026-11-02 15:00")).expect("accepted");
        start(&db, &c, signed, "2026-11-02 15:00").expect("begun");
        conclude(&db, &c, signed, "2026-11-02 15:10").expect("signed");
        assert_eq!(db.read(|tx| views::open(tx, &actor("2026-11-02", 1), c.who)).expect("open").len(), 1);
        dies(&db, 2, "王桂英", "2026-11-03");
        let one = now(&db, booked);
        assert_eq!((one.state, one.closed_reason.as_str()), (State::Closed, "去世，会诊取消（2026-11-03）"));
        assert!(one.share_ended_at.is_some());
        assert_eq!(now(&db, signed).state, State::Concluded, "what was signed stays");
    }

    fn lists_show_what_is_ones_own(db: TestDb) {
        let c = county(&db);
        let key = ask(&db, &c, &new(&c)).expect("sent");
        let count = |by: &Actor, filter: Filter| db.read(|tx| lists::count(tx, by, &filter)).expect("counted");
        let received = Filter { way: Way::Received, institution: Some(c.hospital), ..Filter::default() };
        assert_eq!(count(&there(&c, "2026-11-02 10:00"), received.clone()), 1, "wherever the elder is linked");
        assert_eq!(count(&there(&c, "2026-11-02 10:00"), Filter { way: Way::Sent, ..received }), 0);
        let outsider = Actor { institution: None, ..there(&c, "2026-11-02 10:00") };
        assert_eq!(count(&outsider, Filter::default()), 0);
        assert_eq!(count(&neighbour("2026-11-02"), Filter::default()), 0);
        assert!(matches!(db.read(|tx| store::find(tx, &neighbour("2026-11-02"), key)), Err(db::Error::NotFound)));
        let late = |now: &str| count(&here(&c, now), Filter { late_at: Some(at(now)), ..Filter::default() });
        assert_eq!((late("2026-11-03 09:00"), late("2026-11-03 09:01")), (0, 1));
        let figures = db.read(|tx| lists::figures(tx, &here(&c, "2026-11-03 09:01"), at("2026-11-01 00:00"))).expect("figures");
        assert_eq!((figures.asked, figures.due, figures.in_time, figures.signed), (1, 1, 0, 0));
    }

    fn the_pages_work_for_either_side(db: TestDb) {
        let c = county(&db);
        let app = app(db);
        let (asking, hospital, consultant) = people(&app, &c);
        let who = c.who.to_string();
        let blank = asking.get(&format!("/consultations/new?elder={who}")).page();
        assert!(blank.contains("如东县人民医院") && blank.contains("视频不通时的电话"), "{blank}");
        let (from, to) = (c.centre.to_string(), c.hospital.to_string());
        let form = [("elder", who.as_str()), ("from", &from), ("to", &to), ("urgency", "urgent"), ("question", "要不要住院？"),
            ("phone", "0513-1"), ("consent_by", "elder"), ("consent_name", "王桂英"), ("consent_how", "written"),
            ("consent_at", "2026-11-02T08:00"), ("shared", "summary"), ("shared", "chart"), ("purpose", "会诊"), ("payer", "asker")];
        let case = asking.post("/consultations", &form).goes_to();
        assert!(asking.get(&format!("{case}/print")).page().contains("同意人签字"));
        assert!(asking.get(&case).page().contains("撤回申请"));
        let page = hospital.get(&case).page();
        assert!(page.contains("接受并预约") && page.contains("CR-03") && !page.contains("撤回申请"), "{page}");
        assert!(hospital.get("/consultations?way=received&state=requested").page().contains("王桂英"));
        assert_eq!(asking.post(&format!("{case}/accept"), &[("version", "1")]).status.as_u16(), 422);
        assert!(asking.get(&format!("{case}/record")).text().contains("CN-05"));
        assert!(hospital.get(&format!("{case}/record")).page().contains("过敏史未询问"));
        assert!(hospital.get(&format!("{case}/room")).text().contains("CN-11"));
        let doctor = c.consultant.to_string();
        let booked = [("version", "1"), ("booked_for", "2026-11-02T09:10"), ("consultant", &doctor), ("consult_phone", "0513-2")];
        assert_eq!(hospital.post(&format!("{case}/accept"), &booked).goes_to(), case);
        assert_eq!(hospital.post(&format!("{case}/accept"), &booked).status.as_u16(), 409);
        assert!(asking.get(&case).page().contains("进入视频会诊"));
        assert!(asking.get(&format!("{case}/room")).page().contains("tel:0513-2"));
        let room = hospital.get(&format!("{case}/room")).page();
        assert!(room.contains("tel:0513-1") && room.contains("慢性病") && room.contains("data-call-step"), "{room}");
        assert_eq!(hospital.post(&format!("{case}/start"), &[("version", "2")]).goes_to(), case);
        assert!(hospital.get(&case).page().contains("本人登录后书写"));
        let signing = [("version", "3"), ("means", "video"), ("finding", "心衰"), ("advice", "住院")];
        assert!(hospital.post(&format!("{case}/conclude"), &signing).text().contains("CN-08"));
        assert!(consultant.get(&case).page().contains("签名并发出结论"));
        assert_eq!(consultant.post(&format!("{case}/conclude"), &signing).goes_to(), case);
        assert_eq!(consultant.post(&format!("{case}/append"), &[("content", "带药来")]).goes_to(), case);
        let page = asking.get(&case).page();
        assert!(page.contains("指纹一致") && page.contains("签收结论") && page.contains("带药来"), "{page}");
        assert!(asking.get(&format!("{case}/print")).page().contains("远程会诊结论单"));
        assert_eq!(asking.post(&format!("{case}/acknowledge"), &[("version", "4"), ("note", "送院")]).goes_to(), case);
        let reader = app.person("监管", &["consultations.read"], "3206");
        assert!(reader.get("/consultations?late=true&way=sent&state=x&today=1").page().contains("数据来源"));
        assert!(reader.get(&case).page().contains("已签收"));
        assert!(reader.get(&format!("{case}/room")).text().contains("CN-05"));
        app.db.write(|tx| tx.exec("update consultations set advice = '回家'", db::params![])).expect("altered");
        assert!(asking.get(&format!("{case}/print")).page().contains("指纹不一致"));
    }

    fn a_room_is_for_the_two_sides_and_for_messages_of_browsers(db: TestDb) {
        let c = county(&db);
        let app = app(db);
        let key = ask(&app.db, &c, &new(&c)).expect("sent");
        accept(&app.db, &c, key, &booking(&c, "2026-11-02 09:31")).expect("accepted");
        app.clock.set(at("2026-11-02 09:01"));
        let (asking, hospital, _) = people(&app, &c);
        let room = format!("{}/room", key.href());
        let json = "application/json";
        let post = |client: &Client<'_>, door: &str, body: &str| client.post_with_token(&format!("{room}/{door}"), json, body.into());
        app.clock.set(at("2026-11-02 09:00"));
        assert_eq!(post(&asking, "enter", "").status.as_u16(), 422, "a minute too early");
        app.clock.set(at("2026-11-02 09:01"));
        let ticket = |client: &Client<'_>| -> (String, serde_json::Value) {
            let entered: serde_json::Value = serde_json::from_str(&post(client, "enter", "").page()).expect("json");
            (entered["ticket"].as_str().expect("ticket").to_owned(), entered)
        };
        let (mine, first) = ticket(&asking);
        let (yours, second) = ticket(&hospital);
        assert_eq!((first["here"].as_bool(), second["here"].as_bool()), (Some(false), Some(true)));
        assert_eq!((first["side"].as_str(), second["side"].as_str()), (Some("asking"), Some("consulting")));
        let servers = &first["ice"]["servers"];
        assert!(servers[0]["username"].as_str().is_some_and(|name| name.contains(':')), "{servers}");
        assert_eq!(first["ice"]["relay"], serde_json::json!(true));
        // A message passes, once it is heard it is forgotten.
        let offer = r#"{"kind":"offer","call":1,"sdp":"v=0"}"#;
        assert_eq!(post(&asking, &format!("say?ticket={mine}"), offer).status.as_u16(), 200);
        let hear = |client: &Client<'_>, question: &str| client.get(&format!("{room}/hear?{question}"));
        assert!(hear(&hospital, &format!("ticket={yours}&wait=1")).page().contains(r#""kind":"offer""#));
        assert!(!hear(&hospital, &format!("ticket={yours}&after=1")).page().contains("offer"));
        // Rubbish, another's ticket, no ticket, no message, too much of it.
        for (query, body) in [(format!("ticket={mine}"), "{"), (format!("ticket={yours}"), offer), (String::new(), offer), (format!("ticket={mine}"), r#"{"kind":"gone"}"#)] {
            let answer = post(&asking, &format!("say?{query}"), body);
            assert!(answer.status.as_u16() == 422 && answer.text().contains("CN-1"), "{query} {body}: {}", answer.text());
        }
        let long = format!(r#"{{"kind":"offer","call":1,"sdp":"{}"}}"#, "x".repeat(crate::consultations::rooms::LONGEST));
        assert!(post(&asking, &format!("say?ticket={mine}"), &long).text().contains("太长"));
        assert_eq!(asking.post_raw(&format!("{room}/enter"), json, vec![]).status.as_u16(), 409, "not without the page's proof");
        // Nobody else: the county's clerk, another institution, the neighbour, a stranger, a role that may not.
        let clerk = app.person("经办", &["consultations.*"], "320623");
        assert!(post(&clerk, "enter", "").text().contains("CN-05"));
        let next = app.person("邻县", &["consultations.*"], "320612");
        assert_eq!(post(&next, "enter", "").status.as_u16(), 404);
        let reader = app.person_with("同事", &["consultations.read"], Scope { area: area("320623"), institution: None }, Some(c.centre));
        assert!(post(&reader, "enter", "").text().contains("CN-05"));
        assert_eq!(app.stranger().get(&format!("{room}/hear")).status.as_u16(), 303);
        // Signed is over: the room is closed and forgotten.
        start(&app.db, &c, key, "2026-11-02 09:05").expect("begun");
        let signing = [("version", "3"), ("means", "video"), ("finding", "心衰"), ("advice", "住院")];
        let (_, _, consultant) = people(&app, &c);
        assert_eq!(consultant.post(&format!("{}/conclude", key.href()), &signing).goes_to(), key.href());
        let over = hear(&asking, &format!("ticket={mine}"));
        assert!(over.status.as_u16() == 422 && over.text().contains("结论已签名"), "{}", over.text());
    }
}

fn conclude_as(db: &TestDb, c: &County, key: Key, staff: Option<StaffId>) -> Result<(), web::Error> {
    let (by, seen) = (there(c, "2026-11-02 14:30"), seen(db, key));
    db.write(|tx| steps::conclude(tx, &by, &library(), (seen, staff), &said()))
}

fn app(db: TestDb) -> TestApp {
    let turn = vec!["turn:127.0.0.1:3478".to_owned()];
    let ice = Ice { stun: vec![], turn, secret: "合成".into(), relay_only: true };
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let policies = policy::Library::load(&root).expect("policies");
    TestApp::new(db, policies, routes(), |builder| builder.with(Rooms::default()).with(ice))
}

/// The family doctor, the hospital's desk, and the consultant.
fn people<'a>(app: &'a TestApp, c: &County) -> (Client<'a>, Client<'a>, Client<'a>) {
    let county = Scope { area: area("320623"), institution: None };
    let own = Scope { area: area("320623"), institution: Some(c.hospital) };
    let asking = app.person_with("张医生", &["consultations.*"], county, Some(c.centre));
    let hospital = app.person_with("会诊中心", &["consultations.*"], own, Some(c.hospital));
    let signs = app.person_with("周医生", &["consultations.*"], own, Some(c.hospital));
    let later = kernel::Clock::now(app.clock.as_ref()) + TimeDelta::milliseconds(1);
    let account = kernel::AccountId::new(later, app.state.chance.as_ref());
    let consultant = app.login(User { account, staff: Some(c.consultant), ..signs.user.clone() });
    (asking, hospital, consultant)
}
