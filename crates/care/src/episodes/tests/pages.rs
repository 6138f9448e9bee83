//! Through the router: opening, leading, goals, team, closing; from the neighbour's seat too.

use crate::episodes::model::{GoalState, Place};
use crate::episodes::store::lists::{Filter, count};
use crate::episodes::{OpenThing, OpenThings, READ, Thing, WRITE, follow, routes, store};
use crate::testing::{actor, area, assessor, day, elder, institution, library, seed};
use db::testing::TestDb;
use db::{Actor, Scope, Tx};
use kernel::{CitizenNumber, ElderId, Happening, InstitutionId, StaffId, What};
use registry::elders::{ElderPage, LinkKind, links};
use registry::institutions::Kind;
use registry::staff::{NewStaff, Post, StaffFacts};
use web::testing::{Client, TestApp};

/// Something open of another capability.
fn referral(_: &mut Tx<'_>, _: &Actor, elder: ElderId) -> db::Result<Vec<OpenThing>> {
    let (title, href, since) = ("如东县人民医院".to_owned(), format!("/referrals/{elder}/1"), day("2026-10-20"));
    Ok(vec![OpenThing { thing: Thing::Referral, title, href, since }])
}

struct County {
    app: TestApp,
    elder: ElderId,
    centre: InstitutionId,
    doctor: StaffId,
}

fn doctor(db: &TestDb, institution: InstitutionId) -> StaffId {
    let body = b"32062319800101001";
    let check = kernel::citizen::check_digit(body) as char;
    let citizen = CitizenNumber::parse(&format!("32062319800101001{check}"), day("2026-11-02")).expect("number");
    let facts = StaffFacts {
        name: "张医生".into(),
        institution,
        post: Post::Doctor,
        qualification: None,
        certificate_no: None,
        certificate_until: None,
        phone: None,
    };
    db.write(|tx| registry::staff::store::save(tx, &actor("2026-01-01", 1), &NewStaff { citizen, facts }))
        .expect("saved")
        .0
}

fn county(db: TestDb, things: Vec<(web::Permission, crate::episodes::OpenSource)>) -> County {
    db.follow(vec![follow]);
    seed(&db);
    let elder = elder(&db, 2, "王桂英");
    let centre = institution(&db, 1, Kind::CommunityHealthCentre, "掘港街道社区卫生服务中心");
    let doctor = doctor(&db, centre);
    db.write(|tx| links::open(tx, elder, centre, LinkKind::Contract, day("2026-01-01"))).expect("link");
    let page =
        ElderPage { timelines: vec![(READ, crate::episodes::timeline)], cards: vec![(READ, crate::episodes::card)] };
    let app = TestApp::new(db, (*library()).clone(), routes(), |state| {
        state.with(page).with(OpenThings(things)).with(registry::areas::Names::default())
    });
    County { app, elder, centre, doctor }
}

fn nurse(c: &County) -> Client<'_> {
    c.app.person_with("张护士", &[READ.0, WRITE.0], Scope { area: area("320623"), institution: None }, Some(c.centre))
}

fn tell(c: &County, what: What, on: &str) {
    let happening = Happening { elder: c.elder, what, on: day(on), institution: None };
    c.app.db.write(|tx| tx.tell(&actor(on, 1), &happening)).expect("told");
}

fn seen(c: &County) -> String {
    let episode = c.app.db.read(|tx| store::current(tx, c.elder)).expect("read").expect("open");
    episode.changed_at.timestamp_millis().to_string()
}

db::on_both! {
    fn one_page_has_place_lead_goals_team_and_thread(db: TestDb) {
        let c = county(db, vec![(READ, referral)]);
        let (nurse, url) = (nurse(&c), format!("/episodes/{}", c.elder));
        assert!(nurse.get(&url).page().contains("还没有照护全程"));
        tell(&c, What::MovedIn, "2026-10-01");
        tell(&c, What::AdmittedToHospital, "2026-10-20");
        let page = nurse.get(&url).page();
        for words in ["住院", "保留：养老机构", "养老机构 → 住院", "如东县人民医院", "yy-thread-ward", "尚未确定"] {
            assert!(page.contains(words), "{words}: {page}");
        }
        let (doctor, seen) = (c.doctor.to_string(), seen(&c));
        assert_eq!(nurse.post(&format!("{url}/lead"), &[("staff", &doctor), ("seen", &seen)]).goes_to(), url);
        let goal = [("text", "血压稳定"), ("measure", "连续三次达标"), ("due_on", "2026-12-01")];
        assert_eq!(nurse.post(&format!("{url}/goals"), &goal).goes_to(), url);
        assert_eq!(nurse.post(&format!("{url}/team"), &[("staff", ""), ("name", "李芳"), ("role", "女儿")]).goes_to(), url);
        assert_eq!(nurse.post(&format!("{url}/notes"), &[("note", "家属要求周末探视")]).goes_to(), url);
        let page = nurse.get(&url).page();
        for words in ["张医生", "血压稳定", "李芳", "家属要求周末探视", "新目标：血压稳定"] {
            assert!(page.contains(words), "{words}");
        }
        assert!(nurse.get(&format!("{url}/print")).page().contains("老年人或家属（盖章）"));
        let list = nurse.get("/episodes?place=ward&q=%E6%A1%82").page();
        assert!(list.contains("王桂英") && list.contains("转诊") && list.contains("张医生"));
        assert!(!nurse.get("/episodes?place=home").page().contains("王桂英"));
        assert!(!nurse.get("/episodes?lead=none").page().contains("王桂英"));
        assert!(nurse.get("/episodes?lead=house").page().contains("王桂英"));
        assert!(nurse.get(&format!("/episodes?lead={doctor}")).page().contains("王桂英"));
    }

    fn what_one_has_not_seen_one_does_not_overwrite(db: TestDb) {
        let c = county(db, vec![]);
        tell(&c, What::ContractSigned, "2026-10-01");
        let (nurse, url) = (nurse(&c), format!("/episodes/{}", c.elder));
        let (doctor, before) = (c.doctor.to_string(), seen(&c));
        assert_eq!(nurse.post(&format!("{url}/lead"), &[("staff", &doctor), ("seen", &before)]).goes_to(), url);
        let late = nurse.post(&format!("{url}/lead"), &[("staff", &doctor), ("seen", &before)]);
        assert_eq!(late.status.as_u16(), 409);
        assert!(late.text().contains("张护士 已在 2026-11-02 09:00 改过"), "{}", late.text());
        assert_eq!(nurse.post(&format!("{url}/goals"), &[("text", "能下床"), ("measure", "三天")]).goes_to(), url);
        let goal = c.app.db.read(|tx| store::goals(tx, c.elder)).expect("read").remove(0);
        let (at, end) = (goal.changed_at.timestamp_millis().to_string(), format!("{url}/goals/{}", goal.id));
        c.app.clock.advance(chrono::TimeDelta::minutes(1));
        let reached = [("state", "reached"), ("reason", "已能下床行走"), ("seen", at.as_str())];
        assert_eq!(nurse.post(&end, &reached).goes_to(), url);
        assert_eq!(nurse.post(&end, &[("state", "given_up"), ("reason", "不做了"), ("seen", at.as_str())]).status.as_u16(), 409);
        let goal = c.app.db.read(|tx| store::goals(tx, c.elder)).expect("read").remove(0);
        assert_eq!((goal.state, goal.reason.as_str()), (GoalState::Reached, "已能下床行走"));
    }

    fn what_cannot_be_is_refused_with_its_number(db: TestDb) {
        let c = county(db, vec![(READ, referral)]);
        let (nurse, url) = (nurse(&c), format!("/episodes/{}", c.elder));
        let refused = |url: &str, form: &[(&str, &str)], number: &str| {
            let answer = nurse.post(url, form);
            assert_eq!(answer.status.as_u16(), 422, "{}", answer.text());
            assert!(answer.text().contains(number), "{number}: {}", answer.text());
        };
        refused(&format!("{url}/notes"), &[("note", "电话")], "EP-04");
        assert_eq!(nurse.post(&url, &[("why", "家属求助")]).goes_to(), url);
        refused(&url, &[("why", "再来一次")], "EP-01");
        let agency = institution(&c.app.db, 2, Kind::AssessmentAgency, "评估机构");
        let stranger = assessor(&c.app.db, agency, 9, "外人", "2027-01-01").to_string();
        let seen = seen(&c);
        refused(&format!("{url}/lead"), &[("staff", &stranger), ("seen", &seen)], "EP-05");
        let member = [("name", "李芳"), ("role", "女儿")];
        assert_eq!(nurse.post(&format!("{url}/team"), &member).goes_to(), url);
        refused(&format!("{url}/team"), &member, "EP-06");
        refused(&format!("{url}/goals"), &[("text", "能下床"), ("measure", "三天"), ("due_on", "2026-11-01")], "期限");
        for due in ["2026-11-02", "2026-11-03"] {
            assert_eq!(nurse.post(&format!("{url}/goals"), &[("text", "能下床"), ("measure", "三天"), ("due_on", due)]).goes_to(), url);
        }
        refused(&format!("{url}/goals"), &[("text", &"长".repeat(201)), ("measure", "三天")], "201 个字");
        refused(&format!("{url}/close"), &[("why", "已康复"), ("seen", &seen)], "EP-03");
        let id = c.app.db.read(|tx| store::team(tx, c.elder)).expect("read")[0].id;
        let leave = format!("{url}/team/{id}/leave");
        assert_eq!(nurse.post(&leave, &[]).goes_to(), url);
        assert_eq!(nurse.post(&leave, &[]).status.as_u16(), 409);
    }

    fn nobody_closes_while_the_elder_is_away_and_nothing_opens_for_the_dead(db: TestDb) {
        let c = county(db, vec![]);
        let (nurse, url) = (nurse(&c), format!("/episodes/{}", c.elder));
        tell(&c, What::SickbedOpened, "2026-10-01");
        let close = |why: &str| nurse.post(&format!("{url}/close"), &[("why", why), ("seen", &seen(&c))]);
        assert!(close("已康复").text().contains("仍在家庭病床"));
        tell(&c, What::SickbedClosed, "2026-10-20");
        assert_eq!(close("已康复").goes_to(), url);
        assert!(nurse.get(&url).page().contains("已结束"));
        crate::testing::dies(&c.app.db, 2, "王桂英", "2026-11-01");
        assert!(nurse.post(&url, &[("why", "再开")]).text().contains("EP-02"));
    }

    fn the_neighbour_sees_and_does_nothing(db: TestDb) {
        let c = county(db, vec![]);
        tell(&c, What::ContractSigned, "2026-10-01");
        let url = format!("/episodes/{}", c.elder);
        let neighbour = c.app.person("邻县", &[READ.0, WRITE.0], "320612");
        assert!(!neighbour.get("/episodes").page().contains("王桂英"));
        let nothing = ("why", "想看看");
        for (path, form) in [
            (String::new(), vec![nothing]),
            ("/close".into(), vec![nothing, ("seen", "0")]),
            ("/lead".into(), vec![("staff", "00000000000000000000000000000001"), ("seen", "0")]),
            ("/goals".into(), vec![("text", "能下床"), ("measure", "三天")]),
            ("/team".into(), vec![("name", "李芳"), ("role", "女儿")]),
            ("/notes".into(), vec![("note", "电话")]),
        ] {
            assert_eq!(neighbour.post(&format!("{url}{path}"), &form).status.as_u16(), 404, "{path}");
        }
        assert_eq!([neighbour.get(&url).status.as_u16(), neighbour.get(&format!("{url}/print")).status.as_u16()], [404; 2]);
        // Somebody who only looks on changes nothing.
        let looker = c.app.person("监管", &[READ.0], "320623");
        assert_eq!(looker.post(&format!("{url}/notes"), &[("note", "电话")]).status.as_u16(), 403);
        assert!(!looker.get(&url).page().contains("写备注"));
        // Every look at the page is in the audit.
        let by = actor("2026-11-02", 1);
        let views = c.app.db.read(|tx| tx.count("select count(*) from audit where action = 'episodes.view'", &[])).expect("read");
        assert_eq!((views, by.today()), (1, day("2026-11-02")));
        let home = Filter { place: Some(Place::Home), ..Filter::default() };
        assert_eq!(c.app.db.read(|tx| count(tx, &by, &home)).expect("read"), 1);
    }
}
