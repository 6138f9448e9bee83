//! The road through the router: grant, plan, schedule, visit, settle, print, correct; and who may not.

use super::testing::{County, actor, area, instant, library};
use super::{NAV, routes, visits, wire};
use db::Scope;
use db::testing::TestDb;
use kernel::{InstitutionId, StaffId};
use std::sync::Arc;
use web::Desk;
use web::testing::{Client, TestApp};

fn app(db: TestDb) -> TestApp {
    let all = routes().merge(visits::routes());
    let app = TestApp::new(db, (*library()).clone(), all, |state| {
        state.nav(&[NAV, visits::NAV].concat()).with(visits::Neighbours(vec![super::beside]))
    });
    wire(&app.state);
    app
}

const OFFICE: &[&str] = &["elders.read", "ltci.*", "visits.*"];

/// A carer of the station, logged in.
fn carer(app: &TestApp, station: InstitutionId, staff: StaffId) -> Client<'_> {
    let mut user = app.stranger().user.clone();
    user.name = "护理员".into();
    user.permissions = Arc::new(["ltci.read", "visits.read", "visits.visit"]);
    user.scope = Scope { area: area("320623"), institution: Some(station) };
    (user.institution, user.staff) = (Some(station), Some(staff));
    app.login(user)
}

/// The first address on a page that begins so.
fn link(page: &str, begins: &str) -> String {
    let at = page.find(&format!("href=\"{begins}")).unwrap_or_else(|| panic!("{begins} on {page}"));
    page[at + 6..].split('"').next().expect("closed").replace("&amp;", "&")
}

fn plan(office: &Client<'_>, county: &County, entitlement: &str) -> String {
    let (elder, id) = entitlement.trim_start_matches("/ltci/entitlements/").split_once('/').expect("two ids");
    let form = format!("/ltci/plans/new?elder={elder}&entitlement={id}");
    assert!(office.get(&form).page().contains("安和护理站"));
    let page = office.get(&format!("{form}&institution={}", county.station)).page();
    assert!(page.contains("身体清洁") && page.contains("护理员甲") && page.contains("未核实"));
    let (station, carer) = (county.station.to_string(), county.carers[0].to_string());
    let refused = office.post(
        "/ltci/plans",
        &[
            ("elder", elder),
            ("entitlement", id),
            ("institution", &station),
            ("starts_on", "2026-11-02"),
            ("start", "10:00"),
            ("first_weekday", "0"),
            ("times_vital_signs", "1"),
            ("carer_vital_signs", &carer),
        ],
    );
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("LTCI-39"));
    let made = office.post(
        "/ltci/plans",
        &[
            ("elder", elder),
            ("entitlement", id),
            ("institution", &station),
            ("starts_on", "2026-11-02"),
            ("start", "10:00"),
            ("first_weekday", "0"),
            ("times_turning", "2"),
            ("carer_turning", &carer),
            ("times_feeding", "0"),
        ],
    );
    made.goes_to()
}

db::on_both! {
    fn from_a_level_to_the_printed_sheet(db: TestDb) {
        let app = app(db);
        let county = County::new(&app.db);
        county.elder(&app.db, 1, 3);
        county.elder(&app.db, 2, 1);
        let office = app.person("经办", OFFICE, "320623");
        let page = office.get("/ltci/entitlements/pending").page();
        assert!(page.contains("合成老人乙") && page.contains("LTCI-25"), "{page}");
        assert_eq!(office.post("/ltci/entitlements/grant-all", &[]).goes_to(), "/ltci/entitlements/pending");
        let list = office.get("/ltci/entitlements").page();
        let entitlement = link(&list, "/ltci/entitlements/0");
        assert!(office.get(&entitlement).page().contains("依据"));
        let plan = plan(&office, &county, &entitlement);
        assert!(office.get(&plan).page().contains("翻身叩背"));
        let visits = office.post("/ltci/plans/schedule", &[("month", "2026-11")]).goes_to();
        assert!(office.get(&visits).page().contains("待上门"));

        app.clock.set(instant("2026-11-02 09:55"));
        let carer = carer(&app, county.station, county.carers[0]);
        let mine = carer.get("/visits/mine").page();
        assert!(mine.contains("data-geo") && mine.contains("签到"));
        let visit = link(&mine, "/visits/0");
        assert_eq!(carer.post(&format!("{visit}/check-out"), &[]).status, 409);
        app.clock.set(instant("2026-11-02 10:00"));
        let place = [("lon", "121.18"), ("lat", "32.31"), ("accuracy", "15.4")];
        assert_eq!(carer.post(&format!("{visit}/check-in"), &place).goes_to(), visit);
        app.clock.set(instant("2026-11-02 10:29"));
        assert_eq!(carer.post(&format!("{visit}/check-out"), &[]).goes_to(), visit);
        assert!(carer.get(&visit).page().contains("29 分钟"));

        app.clock.set(instant("2026-12-01 08:30"));
        let office = app.person("经办", OFFICE, "320623");
        let month = "/ltci/settlements/of/320623000000/2026-11";
        assert!(office.get(month).page().contains("尚未试算"));
        let which = [("county", "320623000000"), ("month", "2026-11")];
        assert!(office.post("/ltci/settlements/check", &which).goes_to().starts_with("/jobs/"));
        app.state.jobs.run_waiting().expect("run");
        let settlement = office.get(month).goes_to();
        let page = office.get(&settlement).page();
        assert!(page.contains("已试算") && page.contains("安和护理站") && page.contains("LTCI-07"), "{page}");
        assert!(office.post("/ltci/settlements/settle", &which).goes_to().starts_with("/jobs/"));
        app.state.jobs.run_waiting().expect("run");
        assert!(office.get(&settlement).page().contains("登记拨付"));
        let lines = office.get(&format!("{settlement}/lines?verdict=0")).page();
        assert!(lines.contains("27.00"), "thirty yuan at nine tenths");
        let sheet = office.get(&format!("{settlement}/sheet?institution={}", county.station)).page();
        assert!(sheet.contains("贰拾柒元整") && sheet.contains("盖章"), "{sheet}");
        assert!(office.get(&format!("{settlement}/sheet")).page().contains("医疗保障部门"));
        let book = office.get(&format!("{settlement}/xlsx"));
        assert_eq!((book.status.as_u16(), &book.bytes[..2]), (200, b"PK".as_slice()));
        let paid = [("on", "2026-12-01"), ("note", "凭证 7")];
        assert_eq!(office.post(&format!("{settlement}/pay"), &paid).goes_to(), settlement);
        assert!(office.get(&settlement).page().contains("已拨付"));

        let visit_page = office.get(&visit).page();
        assert!(visit_page.contains("更正已结算的服务"));
        let correction = visit.replace("/visits/", "/ltci/corrections/");
        let form = [("withdrawn", "true"), ("reason", "未实际上门")];
        assert_eq!(office.post(&correction, &form).goes_to(), visit);
        assert!(office.get("/ltci/corrections").page().contains("待下次结算"));
        assert!(office.get("/ltci/settlements").page().contains("2026年11月"));
    }

    fn a_neighbour_finds_no_page_and_a_reader_takes_no_step(db: TestDb) {
        let app = app(db);
        let county = County::new(&app.db);
        let (elder, id, plan) = county.planned(&app.db, 1, 1);
        let visits = county.november(&app.db);
        let pages = [
            format!("/ltci/entitlements/{elder}/{id}"),
            format!("/ltci/plans/{elder}/{plan}"),
            format!("/visits/{elder}/{}", visits[0].visit.id),
            "/ltci/settlements/of/320623000000/2026-11".to_owned(),
        ];
        let neighbour = app.person("邻县", OFFICE, "320612");
        let office = app.person("经办", OFFICE, "320623");
        for page in &pages {
            assert_eq!(neighbour.get(page).status, 404, "{page}");
            assert_eq!(office.get(page).status, 200, "{page}");
        }
        for list in ["/ltci/entitlements", "/ltci/plans", "/visits?from=2026-11-02&to=2026-11-02"] {
            assert!(!neighbour.get(list).page().contains("合成老人"), "{list}");
            assert!(office.get(list).page().contains("合成老人"), "{list}");
        }
        let reader = app.person("监管", &["ltci.read", "visits.read"], "320623");
        for step in ["/ltci/entitlements/grant-all", "/ltci/plans/schedule", "/ltci/settlements/settle"] {
            assert_eq!(reader.post(step, &[]).status, 403, "{step}");
        }
        assert_eq!(neighbour.post("/ltci/settlements/check", &[("county", "320623000000"), ("month", "2026-11")]).status, 404);
    }

    fn the_lists_of_work_and_the_elders_page_know_of_it(db: TestDb) {
        let app = app(db);
        let county = County::new(&app.db);
        let (elder, _, _) = county.planned(&app.db, 1, 1);
        county.elder(&app.db, 2, 4);
        county.november(&app.db);
        app.clock.set(instant("2026-12-01 08:30"));
        let office = app.person("经办", OFFICE, "320623");
        let by = actor("2026-12-01 08:30");
        let groups = app.db.read(|tx| crate::ltci::work(tx, &Desk { user: &office.user, by: &by, policies: &library() })).expect("work");
        let titles: Vec<&str> = groups.iter().map(|g| g.title.as_str()).collect();
        assert_eq!(titles, ["待核定的长护险待遇", "待结算的月份"]);
        let groups = app.db.read(|tx| visits::work(tx, &Desk { user: &office.user, by: &by, policies: &library() })).expect("work");
        assert_eq!(groups.iter().map(|g| g.title.as_str()).collect::<Vec<_>>(), ["已过时间、没有签退的服务"]);
        let days = library().parameter("settlement_close_days", area("320623"), by.today()).expect("set").value;
        let last = kernel::Month::parse("2026-11").expect("month").last() + chrono::TimeDelta::days(days);
        for (more, urgent) in [(-1, false), (0, false), (1, true)] {
            let by = actor(&format!("{} 08:30", last + chrono::TimeDelta::days(more)));
            let groups = app.db.read(|tx| crate::ltci::work(tx, &Desk { user: &office.user, by: &by, policies: &library() })).expect("work");
            let month = &groups.last().expect("settle").items[0];
            assert_eq!((month.due, month.urgent), (Some(last), urgent), "{more}");
        }
        let mut user = office.user.clone();
        (user.staff, user.permissions) = (Some(county.carers[0]), Arc::new(["visits.visit"]));
        let by = actor("2026-11-02 08:30");
        let groups = app.db.read(|tx| visits::work(tx, &Desk { user: &user, by: &by, policies: &library() })).expect("work");
        assert_eq!((groups.len(), groups[0].total), (1, 1));
        let card = app.db.read(|tx| crate::ltci::card(tx, &by, elder)).expect("card").expect("there is one");
        assert!(card.body.into_string().contains("安和护理站"));
        let titles: Vec<String> = app.db.read(|tx| crate::ltci::timeline(tx, &by, elder)).expect("timeline").into_iter().map(|i| i.title).collect();
        assert_eq!(titles, ["享受长期护理保险待遇（3 级）", "照护计划开始"]);
    }
}
