use super::candidates::candidates;
use super::fulfilment::{CHECKUP, Promise, RECORD, Tally};
use super::model::{Consent, ConsentBy, ConsentHow, Key, Package, State, standing};
use super::store::{self, gaps, lists};
use super::{NewConsent, Signing, jobs, routes, views};
use crate::records::{self, NewCheckup};
use crate::testing::{actor, area, day, dies, elder, institution, library, neighbour, seed};
use crate::{contracts, episodes};
use db::testing::TestDb;
use db::{Actor, Scope};
use kernel::{CitizenNumber, ElderId, InstitutionId, StaffId};
use registry::elders::{Chronic, Columns, NewElder, facts, links};
use registry::institutions::Kind;
use registry::staff::{NewStaff, Post, StaffFacts};
use std::collections::HashSet;
use uuid::Uuid;
use web::testing::TestApp;

/// What the elder said on a day.
pub(super) fn said(on: &str, agreed: bool) -> Consent {
    Consent {
        agreed,
        by: ConsentBy::Elder,
        name: "王桂英".into(),
        relation: String::new(),
        how: ConsentHow::Written,
        on: day(on),
        note: String::new(),
        ask_again_on: None,
    }
}

struct County {
    centre: InstitutionId,
    doctor: StaffId,
}

fn staff(db: &TestDb, institution: InstitutionId, number: u32, name: &str, post: Post) -> StaffId {
    let body = format!("32062319800101{number:03}");
    let check = kernel::citizen::check_digit(body.as_bytes()) as char;
    let citizen = CitizenNumber::parse(&format!("{body}{check}"), day("2026-11-02")).expect("number");
    let facts = StaffFacts {
        name: name.into(),
        institution,
        post,
        qualification: Some("执业医师证".into()),
        certificate_no: None,
        certificate_until: None,
        phone: None,
    };
    let by = actor("2026-01-01", 1);
    db.write(|tx| registry::staff::store::save(tx, &by, &NewStaff { citizen, facts })).expect("saved").0
}

fn county(db: &TestDb) -> County {
    seed(db);
    let centre = institution(db, 1, Kind::CommunityHealthCentre, "掘港街道社区卫生服务中心");
    County { centre, doctor: staff(db, centre, 1, "张医生", Post::Doctor) }
}

fn asked(c: &County, on: &str, agreed: bool) -> NewConsent {
    NewConsent { institution: c.centre, consent: said(on, agreed), package: None, renews: None }
}

fn signing(c: &County, on: &str) -> Signing {
    Signing { doctor: c.doctor, package: Package::Healthy, on: day(on) }
}

fn signed(db: &TestDb, c: &County, elder: ElderId, on: &str) -> Key {
    let by = actor(on, 1);
    let key = db.write(|tx| store::consent(tx, &by, &library(), elder, &asked(c, on, true))).expect("consent");
    db.write(|tx| store::sign(tx, &by, &library(), key, &signing(c, on))).expect("signed");
    key
}

fn promises(db: &TestDb, key: Key) -> Vec<Promise> {
    db.read(|tx| store::promises(tx, key)).expect("promises")
}

fn first(db: &TestDb, key: Key, service: &str) -> Promise {
    promises(db, key).into_iter().find(|p| p.service == service).expect("promise")
}

fn refusal<T: std::fmt::Debug>(result: Result<T, web::Error>) -> String {
    result.expect_err("refused").text()
}

fn checkup(elder: ElderId, on: &str) -> NewCheckup {
    NewCheckup {
        elder,
        on: day(on),
        institution: None,
        file_built: true,
        guided: true,
        complete: true,
        sbp: None,
        dbp: None,
        glucose: None,
    }
}

db::on_both! {
    fn a_contract_is_signed_with_its_promises_and_followed_by_facts_and_link(db: TestDb) {
        let c = county(&db);
        let who = elder(&db, 2, "王桂英");
        let key = signed(&db, &c, who, "2026-11-02");
        let contract = db.read(|tx| store::find(tx, &actor("2026-11-02", 1), key)).expect("found");
        assert_eq!((contract.state, contract.from, contract.until), (State::Signed, Some(day("2026-11-02")), Some(day("2027-11-02"))));
        assert!(contract.priority && contract.decision.because.iter().all(|b| b.clause.0 == "NT-2.1.1"));
        let all = promises(&db, key);
        assert_eq!(all.iter().filter(|p| p.service == CHECKUP).count(), 1);
        assert_eq!(all.iter().filter(|p| p.service == "consultation").count(), 2);
        assert!(all.iter().all(|p| p.unverified.is_some() && !p.title.is_ascii()), "{all:?}");
        let now = db.read(|tx| facts::of(tx, who)).expect("facts");
        assert_eq!((now.contract_from, now.contract_until), (Some(day("2026-11-02")), Some(day("2027-11-02"))));
        let open = db.read(|tx| links::of(tx, who)).expect("links");
        assert_eq!((open.len(), open[0].institution, open[0].until), (1, c.centre, None));
        let again = db.write(|tx| store::consent(tx, &actor("2026-11-03", 1), &library(), who, &asked(&c, "2026-11-03", true)));
        assert!(refusal(again).starts_with("FD-02 已与掘港街道社区卫生服务中心签约，有效至 2027-11-01"));
    }

    fn a_refusal_rests_and_a_draft_is_withdrawn(db: TestDb) {
        let c = county(&db);
        let (who, by) = (elder(&db, 2, "王桂英"), actor("2026-11-02", 1));
        let mut no = asked(&c, "2026-11-02", false);
        no.consent.ask_again_on = Some(day("2027-01-01"));
        let key = db.write(|tx| store::consent(tx, &by, &library(), who, &no)).expect("recorded");
        assert!(refusal(db.write(|tx| store::sign(tx, &by, &library(), key, &signing(&c, "2026-11-02")))).contains("已谢绝"));
        let resting = |on: &str| db.read(|tx| gaps::resting(tx, &actor(on, 1))).expect("read").contains(&who);
        assert_eq!(["2026-12-31", "2027-01-01"].map(resting), [true, false]);
        let draft = db.write(|tx| store::consent(tx, &by, &library(), who, &asked(&c, "2026-11-02", true))).expect("draft");
        let second = db.write(|tx| store::consent(tx, &by, &library(), who, &asked(&c, "2026-11-02", true)));
        assert!(refusal(second).contains("待签约的记录"));
        assert!(refusal(db.write(|tx| store::withdraw(tx, &by, draft, " "))).contains("作废原因"));
        db.write(|tx| store::withdraw(tx, &by, draft, "改变主意")).expect("withdrawn");
        assert!(refusal(db.write(|tx| store::sign(tx, &by, &library(), draft, &signing(&c, "2026-11-02")))).contains("已作废"));
    }

    fn reasons_are_numbered_and_nothing_is_half_signed(db: TestDb) {
        let c = county(&db);
        let (who, by) = (elder(&db, 2, "王桂英"), actor("2026-11-02", 1));
        let hospital = institution(&db, 2, Kind::Hospital, "县医院");
        let stranger = staff(&db, hospital, 2, "外院医生", Post::Nurse);
        let wrong = NewConsent { institution: hospital, ..asked(&c, "2026-11-02", true) };
        assert!(refusal(db.write(|tx| store::consent(tx, &by, &library(), who, &wrong))).starts_with("FD-07"));
        let bound = Actor { institution: Some(hospital), ..by.clone() };
        assert!(refusal(db.write(|tx| store::consent(tx, &bound, &library(), who, &asked(&c, "2026-11-02", true)))).starts_with("FD-08"));
        let key = db.write(|tx| store::consent(tx, &by, &library(), who, &asked(&c, "2026-11-02", true))).expect("consent");
        let sign = |doctor, on: &str| db.write(|tx| store::sign(tx, &by, &library(), key, &Signing { doctor, package: Package::Healthy, on: day(on) }));
        let text = refusal(sign(stranger, "2026-11-03"));
        assert!(text.contains("FD-11") && text.contains("FD-05 外院医生不是本机构") && text.contains("不是医师"), "{text}");
        assert!(refusal(sign(c.doctor, "2026-11-01")).starts_with("FD-04"));
        assert!(promises(&db, key).is_empty());
        sign(c.doctor, "2026-11-02").expect("signed");
        assert!(refusal(sign(c.doctor, "2026-11-02")).contains("履约中"));
    }

    fn what_was_done_is_recorded_once_in_its_time_and_can_be_taken_back(db: TestDb) {
        let c = county(&db);
        let key = signed(&db, &c, elder(&db, 2, "王桂英"), "2026-11-02");
        let nurse = staff(&db, c.centre, 3, "李护士", Post::Nurse);
        let talk = first(&db, key, "consultation");
        let by = actor("2026-11-10", 1);
        let fulfil = |id, on: &str, result| db.write(|tx| store::fulfil(tx, &by, key, id, (day(on), Some(nurse), result)));
        assert!(refusal(fulfil(talk.id, "2026-11-11", "咨询")).contains("晚于今天"));
        assert!(refusal(fulfil(talk.id, "2026-11-01", "咨询")).contains("这一期从"));
        assert!(refusal(fulfil(talk.id, "2026-11-05", "")).contains("服务结果"));
        assert!(refusal(fulfil(first(&db, key, CHECKUP).id, "2026-11-05", "体检")).contains("请登记体检结果"));
        fulfil(talk.id, "2026-11-05", "血压平稳，嘱低盐").expect("done");
        assert!(refusal(fulfil(talk.id, "2026-11-05", "再来")).contains("已经登记"));
        let done = first(&db, key, "consultation").done.expect("done");
        assert_eq!((done.on, done.by.as_str(), done.by_id), (day("2026-11-05"), "李护士", Some(nurse)));
        assert!(refusal(db.write(|tx| store::end(tx, &by, key, day("2026-11-05"), "其他"))).contains("还登记有服务"));
        db.write(|tx| store::reopen(tx, &by, key, talk.id, "登记错人")).expect("taken back");
        assert!(first(&db, key, "consultation").done.is_none());
    }

    fn a_checkup_from_anywhere_fulfils_and_its_removal_reopens(db: TestDb) {
        let c = county(&db);
        let who = elder(&db, 2, "王桂英");
        let key = signed(&db, &c, who, "2026-11-02");
        let by = actor("2026-11-20", 1);
        let kept = |service| first(&db, key, service).done.map(|d| d.on);
        let (id, _) = db.write(|tx| records::store::save(tx, &by, &checkup(who, "2026-11-15"), "导入")).expect("imported");
        assert_eq!((kept(CHECKUP), kept(RECORD)), (Some(day("2026-11-15")), Some(day("2026-11-15"))));
        let reopened = db.write(|tx| store::reopen(tx, &by, key, first(&db, key, CHECKUP).id, "误"));
        assert!(refusal(reopened).starts_with("FD-13"));
        db.write(|tx| records::store::remove(tx, &by, who, id)).expect("removed");
        assert_eq!((kept(CHECKUP), kept(RECORD)), (None, None));
        let promise = first(&db, key, CHECKUP).id;
        assert!(refusal(db.write(|tx| store::examine(tx, &by, key, promise, &checkup(who, "2026-11-01")))).contains("这一期从"));
        db.write(|tx| store::examine(tx, &by, key, promise, &checkup(who, "2026-11-18"))).expect("examined");
        assert_eq!(kept(CHECKUP), Some(day("2026-11-18")));
        assert_eq!(db.read(|tx| facts::of(tx, who)).expect("facts").managed_on, Some(day("2026-11-18")));
    }

    fn a_checkup_that_was_there_before_the_entry_counts_if_it_lies_in_the_term(db: TestDb) {
        let c = county(&db);
        let (who, by) = (elder(&db, 2, "王桂英"), actor("2026-11-20", 1));
        db.write(|tx| records::store::save(tx, &by, &checkup(who, "2026-11-15"), "导入")).expect("imported");
        let late = asked(&c, "2026-11-02", true);
        let key = db.write(|tx| store::consent(tx, &by, &library(), who, &late)).expect("consent");
        db.write(|tx| store::sign(tx, &by, &library(), key, &signing(&c, "2026-11-02"))).expect("signed afterwards");
        assert_eq!(first(&db, key, CHECKUP).done.map(|d| d.on), Some(day("2026-11-15")));
    }

    fn time_ends_contracts_and_a_renewal_goes_on(db: TestDb) {
        let c = county(&db);
        let (who, dead) = (elder(&db, 2, "王桂英"), elder(&db, 4, "李秀兰"));
        let (key, other) = (signed(&db, &c, who, "2026-11-02"), signed(&db, &c, dead, "2026-11-02"));
        let by = actor("2027-10-01", 1);
        let renewal = NewConsent { renews: Some(key.id), ..asked(&c, "2027-10-01", true) };
        let next = db.write(|tx| store::consent(tx, &by, &library(), who, &renewal)).expect("consent");
        db.write(|tx| store::sign(tx, &by, &library(), next, &signing(&c, "2027-10-01"))).expect("renewed");
        let until = |elder| db.read(|tx| facts::of(tx, elder)).expect("facts").contract_until;
        assert_eq!(until(who), Some(day("2028-11-02")));
        dies(&db, 4, "李秀兰", "2027-03-01");
        let expire = |on: &str| db.write(|tx| store::expire(tx, &actor(on, 1))).expect("expired");
        assert_eq!(["2027-11-01", "2027-11-01", "2027-11-02", "2027-11-02"].map(expire), [1, 0, 1, 0]);
        let state = |key| db.read(|tx| store::find(tx, &by, key)).expect("found");
        assert_eq!((state(other).state, state(other).ended_on, state(other).end_reason.as_str()), (State::Ended, Some(day("2027-03-02")), "死亡"));
        assert_eq!((state(key).state, state(next).state, until(dead)), (State::Expired, State::Signed, Some(day("2027-03-02"))));
        let open = |elder| db.read(|tx| links::of(tx, elder)).expect("links").iter().filter(|l| l.until.is_none()).count();
        assert_eq!((open(who), open(dead)), (1, 0));
        assert!(refusal(db.write(|tx| store::end(tx, &by, next, day("2027-11-01"), "其他"))).contains("不能早于"));
        let later = actor("2027-12-01", 1);
        db.write(|tx| store::end(tx, &later, next, day("2027-12-01"), "本人或家属要求解约")).expect("ended");
        assert_eq!((until(who), open(who)), (Some(day("2027-12-01")), 0));
        let terms = db.read(|tx| store::of_elder(tx, &later, who)).expect("read");
        assert_eq!(standing(&terms), Some((day("2026-11-02"), day("2027-12-01"))));
    }

    fn figures_in_sql_equal_the_pure_ones(db: TestDb) {
        let c = county(&db);
        let keys: Vec<Key> = (1..=4).map(|n| signed(&db, &c, elder(&db, 2 * n, "王桂英"), "2026-11-02")).collect();
        let by = actor("2027-06-20", 1);
        let talk = promises(&db, keys[0]).into_iter().filter(|p| p.service == "consultation").collect::<Vec<_>>();
        db.write(|tx| store::fulfil(tx, &by, keys[0], talk[0].id, (day("2027-05-10"), None, "迟了"))).expect("late");
        db.write(|tx| store::fulfil(tx, &by, keys[0], talk[1].id, (day("2027-05-11"), None, "咨询"))).expect("early");
        let guided = first(&db, keys[1], "medication_guidance");
        db.write(|tx| store::fulfil(tx, &by, keys[1], guided.id, (day("2027-01-10"), None, "指导"))).expect("in time");
        db.write(|tx| store::end(tx, &by, keys[2], day("2027-05-15"), "其他")).expect("ended");
        for (today, all) in [("2027-04-30", true), ("2027-06-20", true), ("2027-06-20", false), ("2027-10-29", true), ("2027-11-01", true)] {
            let by = actor(today, 1);
            let pure = keys.iter().fold(Tally::default(), |sum, key| {
                let contract = db.read(|tx| store::find(tx, &by, *key)).expect("found");
                let counts = all || contract.state == State::Signed;
                let tally = Tally::of(&promises(&db, *key), contract.ended_on, day(today));
                if counts { sum.and(tally) } else { sum }
            });
            for group in [lists::Group::Institution, lists::Group::Doctor, lists::Group::Area(9)] {
                let rows = db.read(|tx| lists::figures(tx, &by, area("320623"), group, all)).expect("figures");
                assert_eq!((rows.len(), rows[0].tally), (1, pure), "{today} {all} {group:?}");
            }
        }
        let late = actor("2027-05-05", 1);
        let overdue = lists::Filter { overdue: true, ..Default::default() };
        let rows = db.read(|tx| lists::list(tx, &late, &overdue, 10, 0)).expect("list");
        assert!(rows.iter().all(|row| row.overdue > 0) && !rows.is_empty());
        assert_eq!(db.read(|tx| lists::count(tx, &late, &overdue)).expect("count"), rows.len() as i64);
        let idle = lists::Filter { idle: true, ..Default::default() };
        assert_eq!(db.read(|tx| lists::count(tx, &by, &idle)).expect("count"), 1);
    }

    fn those_who_come_first_stand_in_front_and_the_gap_is_counted(db: TestDb) {
        let c = county(&db);
        let by = actor("2026-11-02", 1);
        let save = |number: u32, born: &str, change: fn(&mut NewElder)| {
            let body = format!("320623{}{number:03}", born.replace('-', ""));
            let check = kernel::citizen::check_digit(body.as_bytes()) as char;
            let citizen = CitizenNumber::parse(&format!("{body}{check}"), day("2026-11-02")).expect("number");
            let mut new = NewElder::new("某某", citizen, area("320623"));
            change(&mut new);
            db.write(|tx| registry::elders::store::save(tx, &by, &new)).expect("saved").0
        };
        let plain = save(1, "1955-01-01", |_| ());
        let ill = save(2, "1955-01-01", |e| e.details.chronic = Some(vec![Chronic::Diabetes]));
        let old = save(3, "1940-01-01", |e| e.details.seriously_ill = Some(true));
        let _young = save(4, "1961-11-03", |_| ());
        let _away = save(5, "1940-01-01", |e| e.details.resident = Some(false));
        let served = save(6, "1940-01-01", |_| ());
        signed(&db, &c, served, "2026-11-02");
        let columns = Columns::new(&db).expect("columns");
        let order = |resting: &HashSet<ElderId>| {
            let found = candidates(&columns.snapshot(), &library(), area("3206"), day("2026-11-02"), resting);
            found.iter().map(|c| c.id).collect::<Vec<_>>()
        };
        assert_eq!(order(&HashSet::new()), [old, ill, plain]);
        assert_eq!(order(&[old].into()), [ill, plain]);
        jobs::nightly(&db, &Actor::system(by.now), &library()).expect("nightly");
        let gap = |by: &Actor| db.read(|tx| gaps::counted(tx, by)).expect("counted").map(|(gap, _)| (gap.unsigned, gap.priority));
        assert_eq!((gap(&by), gap(&neighbour("2026-11-02"))), (Some((3, 2)), None));
        db.write(|tx| store::consent(tx, &by, &library(), old, &asked(&c, "2026-11-02", false))).expect("declined");
        jobs::nightly(&db, &Actor::system(by.now), &library()).expect("nightly");
        assert_eq!(gap(&by), Some((2, 1)));
    }

    fn a_neighbour_sees_and_does_nothing(db: TestDb) {
        let c = county(&db);
        let who = elder(&db, 2, "王桂英");
        let key = signed(&db, &c, who, "2026-11-02");
        let other = neighbour("2027-06-20");
        assert!(db.read(|tx| store::find(tx, &other, key)).is_err());
        assert!(db.read(|tx| store::of_elder(tx, &other, who)).is_err());
        assert!(db.write(|tx| store::consent(tx, &other, &library(), who, &asked(&c, "2026-11-02", true))).is_err());
        assert!(db.write(|tx| store::end(tx, &other, key, day("2027-06-20"), "其他")).is_err());
        let id = first(&db, key, "consultation").id;
        assert!(db.write(|tx| store::fulfil(tx, &other, key, id, (day("2026-11-05"), None, "x"))).is_err());
        assert_eq!(db.read(|tx| lists::count(tx, &other, &lists::Filter::default())).expect("count"), 0);
        assert!(db.read(|tx| lists::figures(tx, &other, area("320623"), lists::Group::Institution, true)).expect("figures").is_empty());
        let (rows, total) = db.read(|tx| lists::waiting(tx, &other, day("2020-01-01"), day("2030-01-01"), 9)).expect("waiting");
        assert!(rows.is_empty() && total == 0);
        let confined = Actor { scope: Scope { institution: Some(InstitutionId(Uuid::from_u128(9))), ..actor("2026-11-02", 1).scope }, ..actor("2026-11-02", 1) };
        assert!(db.read(|tx| store::find(tx, &confined, key)).is_err());
        let linked = Actor { scope: Scope { institution: Some(c.centre), ..confined.scope }, ..confined };
        assert!(db.read(|tx| store::find(tx, &linked, key)).is_ok());
    }

    fn the_whole_road_by_clicks(db: TestDb) {
        let c = county(&db);
        let who = elder(&db, 2, "王桂英");
        let columns = Columns::new(&db).expect("columns");
        let app = TestApp::new(db, (*library()).clone(), routes(), |b| b.with(columns));
        let doctor = app.person("张医生", &["contracts.*", "records.write"], "320623");
        assert!(doctor.get("/contracts/candidates").page().contains("王桂英"));
        let page = doctor.get(&format!("/contracts/new?elder={who}")).page();
        assert!(page.contains("优先对象") && page.contains("高龄") && page.contains("NT-2.1.1"), "{page}");
        let (elder, centre) = (who.to_string(), c.centre.to_string());
        let form = [("elder", elder.as_str()), ("institution", &centre), ("agreed", "yes"), ("by", "elder"),
            ("consent_name", "王桂英"), ("how", "written"), ("consent_on", "2026-11-02")];
        let case = doctor.post("/contracts", &form).goes_to();
        assert!(doctor.get(&case).page().contains("签订协议"));
        let id = c.doctor.to_string();
        let sign = [("doctor", id.as_str()), ("package", "healthy"), ("signed_on", "2026-11-02")];
        assert_eq!(doctor.post(&format!("{case}/sign"), &sign).goes_to(), case);
        let page = doctor.get(&case).page();
        assert!(page.contains("服务项与履约") && page.contains("年度健康体检") && page.contains("未核实"), "{page}");
        let key = Key { elder: who, id: kernel::ContractId::parse(case.rsplit('/').next().expect("id")).expect("id") };
        let talk = format!("{case}/promises/{}", first(&app.db, key, "consultation").id);
        assert!(doctor.get(&talk).page().contains("服务结果"));
        assert_eq!(doctor.post(&talk, &[("done_on", "2026-11-02"), ("result", "血压平稳"), ("staff", &id)]).goes_to(), case);
        let exam = format!("{case}/promises/{}", first(&app.db, key, CHECKUP).id);
        let wrong = doctor.post(&exam, &[("done_on", "2026-11-02"), ("glucose", "x")]);
        assert_eq!(wrong.status, 422);
        let filled = [("done_on", "2026-11-02"), ("sbp", "138"), ("dbp", "82"), ("glucose", "6.1"), ("guided", "true"), ("complete", "true"), ("file_built", "true")];
        assert_eq!(doctor.post(&exam, &filled).goes_to(), case);
        assert!(doctor.get(&case).page().contains("3 / "));
        assert!(doctor.get(&format!("{case}/print")).page().contains("家庭医生签约服务协议"));
        for url in ["/contracts", "/contracts?idle=true&overdue=true&priority=true&expiring=true&doctor=x&area=320623", "/contracts/fulfilment",
            "/contracts/fulfilment?by=area&all=true", "/contracts/fulfilment?by=doctor", "/contracts/candidates?area=320623"] {
            assert!(doctor.get(url).page().contains("数据来源"), "{url}");
        }
        let reader = app.person("监管", &["contracts.read"], "3206");
        assert!(!reader.get(&case).page().contains("解约原因"));
        assert_eq!(reader.post(&format!("{case}/end"), &[("reason", "其他"), ("ended_on", "2026-11-03")]).status, 403);
        let next_door = app.person("邻县", &["contracts.*"], "320612");
        for url in [case.clone(), format!("{case}/print"), talk.clone(), format!("/contracts/new?elder={who}")] {
            assert_eq!(next_door.get(&url).status, 404, "{url}");
        }
        assert_eq!(next_door.post(&format!("{case}/end"), &[("reason", "其他"), ("ended_on", "2026-11-03")]).status, 404);
        assert!(!next_door.get("/contracts?institution=all").page().contains("王桂英"));
        assert_eq!(doctor.post(&format!("{case}/end"), &[("reason", "其他"), ("note", "搬家"), ("ended_on", "2026-11-03")]).goes_to(), case);
        let page = doctor.get(&case).page();
        assert!(page.contains("其他：搬家") && page.contains("再次征询"), "{page}");
    }

    fn the_work_list_and_the_elders_page_tell_of_it(db: TestDb) {
        let c = county(&db);
        let who = elder(&db, 2, "王桂英");
        let by = actor("2026-11-02", 1);
        let card = db.read(|tx| views::card(tx, &by, who)).expect("card").expect("some");
        assert_eq!(card.action.map(|action| action.text), Some("征询并签约"));
        let key = signed(&db, &c, who, "2026-11-02");
        let talk = first(&db, key, "consultation");
        db.write(|tx| store::fulfil(tx, &by, key, talk.id, (day("2026-11-02"), None, "血压平稳"))).expect("done");
        let card = db.read(|tx| views::card(tx, &by, who)).expect("card").expect("some");
        assert!(card.body.into_string().contains("履约中"));
        let kinds: Vec<&str> = db.read(|tx| views::timeline(tx, &by, who)).expect("timeline").iter().map(|i| i.kind).collect();
        assert_eq!(kinds, ["签约", "签约", "履约"]);
        let groups = |on: &str| {
            let app_user = user(&["contracts.*"], &by);
            let groups = db.read(|tx| views::work(tx, &web::Desk { user: &app_user, by: &actor(on, 1), policies: &library() })).expect("work");
            groups.into_iter().map(|g| (g.title, g.total)).collect::<Vec<_>>()
        };
        let due = first(&db, key, "medication_guidance").slot.due_on;
        assert_eq!(groups("2026-11-02"), []);
        let days = library().parameter("promise_reminder_days", by.scope.area, by.today()).expect("set").value;
        let before = |more: i64| groups(&(due - chrono::TimeDelta::days(days + more)).to_string());
        let reminder = [(format!("{days} 天内到期的签约服务"), 3)];
        assert_eq!((before(1), before(0).as_slice(), before(-1).as_slice()), (vec![], &reminder[..], &reminder[..]));
        assert_eq!(groups(&due.to_string()), reminder, "the last day is still in time");
        assert_eq!(groups(&(due + chrono::Days::new(1)).to_string()), [("已逾期的签约服务".to_owned(), 3)]);
        assert!(groups("2027-10-15").iter().any(|(title, _)| title == "即将到期的签约"));
        assert!(db.read(|tx| views::work(tx, &web::Desk { user: &user(&[], &by), by: &actor("2027-10-15", 1), policies: &library() })).expect("work").is_empty());
    }

    fn signing_begins_the_episode_and_a_death_ends_the_contract_at_once(db: TestDb) {
        db.follow(vec![episodes::follow, contracts::follow]);
        let c = county(&db);
        let who = elder(&db, 2, "王桂英");
        let key = signed(&db, &c, who, "2026-11-02");
        let episode = db.read(|tx| episodes::store::current(tx, who)).expect("read").expect("open");
        assert_eq!((episode.opened_on, episode.lead.map(|lead| lead.name)), (day("2026-11-02"), Some("张医生".into())));
        let by = actor("2026-12-01", 1);
        assert_eq!(db.read(|tx| contracts::open(tx, &by, who)).expect("read").len(), 1);
        dies(&db, 2, "王桂英", "2026-11-30");
        let ended = db.read(|tx| store::find(tx, &by, key)).expect("found");
        assert_eq!((ended.state, ended.ended_on, ended.end_reason.as_str()), (State::Ended, Some(day("2026-12-01")), "死亡"));
        let said = db.read(|tx| episodes::store::events(tx, who)).expect("read");
        assert!(said.iter().any(|e| e.code == "EP-21" && e.href == Some(key.href())), "{said:?}");
        assert_eq!(db.write(|tx| store::expire(tx, &by)).expect("night"), 0);
        assert!(db.read(|tx| contracts::open(tx, &by, who)).expect("read").is_empty());
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
        institution: None,
        staff: None,
        must_change: false,
    }
}
