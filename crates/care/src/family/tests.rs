use super::model::{Kind, NewAccess, Standing};
use super::{NAV, routes, store};
use crate::consents;
use crate::sickbeds::model::{Application, AskedBy, Condition};
use crate::testing::{actor, area, day, dies, elder, institution, library, neighbour, seed};
use db::Actor;
use db::testing::TestDb;
use kernel::chance::Seeded;
use kernel::{AccessId, ElderId};
use registry::accounts::Hashed;
use registry::institutions::Kind as Place;
use web::testing::{Client, TestApp};

const TODAY: &str = "2026-11-02";

fn clerk() -> Actor {
    actor(TODAY, 1)
}

fn set_up(db: &TestDb) -> ElderId {
    db.follow(vec![crate::episodes::follow, crate::sickbeds::follow, super::follow]);
    seed(db);
    elder(db, 2, "王桂英")
}

fn daughter(elder: ElderId) -> NewAccess {
    NewAccess {
        elder,
        kind: Kind::ByLaw,
        name: "李小红".into(),
        relation: "女儿".into(),
        document: "户口簿第 3 页".into(),
        from: day(TODAY),
        until: Some(day("2026-11-30")),
        checked: true,
    }
}

fn hashed() -> Hashed {
    Hashed::new("mkqv-4827-xwtn", &Seeded::new(7)).expect("hash")
}

fn open(db: &TestDb, new: &NewAccess, login: &str) -> Result<(AccessId, bool), web::Error> {
    db.write(|tx| store::open(tx, &clerk(), new, (login, hashed(), false)))
}

/// Somebody who is logged in with the account.
fn at_home<'a>(app: &'a TestApp, login: &str) -> Client<'a> {
    let load = |tx: &mut db::Tx<'_>| {
        let id = registry::accounts::store::by_login(tx, login)?.expect("account");
        registry::accounts::load_user(tx, id)
    };
    app.login(app.db.read(load).expect("read").expect("user"))
}

fn app(db: TestDb) -> TestApp {
    let routes = routes().merge(web::home::routes()).merge(registry::elders::routes()).merge(consents::routes());
    TestApp::new(db, std::sync::Arc::unwrap_or_clone(library()), routes, |state| state.nav(NAV))
}

fn refusal<T: std::fmt::Debug>(result: Result<T, web::Error>) -> String {
    result.expect_err("refused").text()
}

db::on_both! {
    fn a_family_sees_its_own_elder_and_nobody_else(db: TestDb) {
        let mother = set_up(&db);
        let other = elder(&db, 4, "陈玉兰");
        open(&db, &daughter(mother), "13900000001").expect("opened");
        open(&db, &NewAccess { name: "陈小明".into(), ..daughter(other) }, "13900000002").expect("opened");
        let app = app(db);
        let li = at_home(&app, "13900000001");
        assert_eq!(li.get("/").goes_to(), "/family");
        assert_eq!(li.get("/family").goes_to(), format!("/family/{mother}"));
        let page = li.get(&format!("/family/{mother}")).page();
        assert!(page.contains("王桂英") && page.contains("法定监护人") && page.contains("2026年11月30日"), "{page}");
        for (url, status) in [(format!("/family/{other}"), 404), (format!("/elders/{mother}"), 403), ("/elders".into(), 403),
            (format!("/consents/{mother}"), 403), (format!("/family/accesses/{mother}"), 403)] {
            assert_eq!(li.get(&url).status.as_u16(), status, "{url}");
        }
        let theirs = app.db.read(|tx| consents::store::of_elder(tx, other, day(TODAY))).expect("read")[0].id;
        for url in [format!("/family/{other}/consents/{theirs}"), format!("/family/{mother}/consents/{theirs}")] {
            assert_eq!(li.get(&url).status.as_u16(), 404);
            assert_eq!(li.post(&url, &[]).status.as_u16(), 404);
        }
        let scope = li.user.scope;
        assert!(app.db.read(|tx| registry::elders::store::visible(tx, &Actor { scope, ..clerk() }, mother)).is_err());
        let looked = app.db.read(|tx| db::audit::of_elder(tx, mother, 20)).expect("audit");
        assert!(looked.iter().any(|row| row.action == "family.view"));
    }

    fn an_access_holds_on_its_days_and_says_when_it_is_over(db: TestDb) {
        let mother = set_up(&db);
        let new = NewAccess { from: day("2026-11-03"), ..daughter(mother) };
        assert!(refusal(open(&db, &new, "li")).contains("登录名"), "too short");
        let (id, fresh) = open(&db, &new, "lixiaohong").expect("opened");
        assert!(fresh);
        let one = db.read(|tx| store::of_elder(tx, &clerk(), mother)).expect("read").remove(0);
        assert_eq!(one.id, id);
        for (on, holds) in [("2026-11-02", false), ("2026-11-03", true), ("2026-11-30", true), ("2026-12-01", false)] {
            assert_eq!(one.holds(day(on)), holds, "{on}");
            assert_eq!(one.told(day(on)).is_none(), holds);
        }
        assert_eq!(one.on(day("2026-12-01")), Standing::Over(day("2026-11-30")));
        let app = app(db);
        let li = at_home(&app, "lixiaohong");
        let page = li.get(&format!("/family/{mother}")).page();
        assert!(page.contains("您可以从 2026年11月3日 起") && !page.contains("同意过的事"), "{page}");
        let refused = li.post(&format!("/family/{mother}/agree"), &[("scope", "sickbed"), ("source", "x")]);
        assert!(matches!(refused.status.as_u16(), 404 | 422));
    }

    fn an_access_ends_by_hand_and_by_a_death_and_the_page_says_so(db: TestDb) {
        let mother = set_up(&db);
        let (id, _) = open(&db, &daughter(mother), "lixiaohong").expect("opened");
        let end = |by: &Actor, why: &str| db.write(|tx| store::revoke(tx, by, (mother, id), why));
        assert!(matches!(end(&neighbour(TODAY), "x"), Err(web::Error::Db(db::Error::NotFound) | web::Error::NotFound)));
        assert!(refusal(end(&clerk(), " ")).contains("结束原因"));
        end(&clerk(), "监护关系已变更").expect("ended");
        assert!(refusal(end(&clerk(), "再结束")).contains("FA-05"));
        open(&db, &NewAccess { name: "李大强".into(), ..daughter(mother) }, "lidaqiang").expect("opened");
        dies(&db, 2, "王桂英", TODAY);
        let app = app(db);
        for (login, why) in [("lixiaohong", "监护关系已变更"), ("lidaqiang", "老人已去世")] {
            let page = at_home(&app, login).get("/family").page();
            assert!(page.contains("现在不能查看") && page.contains(why), "{page}");
            let page = at_home(&app, login).get(&format!("/family/{mother}")).page();
            assert!(page.contains(why) && !page.contains("同意过的事"), "{page}");
        }
        assert!(refusal(open(&app.db, &daughter(mother), "wang")).contains("FA-01"));
    }

    fn opening_is_refused_with_its_reason(db: TestDb) {
        let mother = set_up(&db);
        let cases = [
            (NewAccess { checked: false, ..daughter(mother) }, "FA-02"),
            (NewAccess { document: String::new(), ..daughter(mother) }, "证明文件编号"),
            (NewAccess { relation: String::new(), ..daughter(mother) }, "与老年人的关系"),
            (NewAccess { name: String::new(), ..daughter(mother) }, "姓名"),
            (NewAccess { kind: Kind::Agent, until: None, ..daughter(mother) }, "委托应有期限"),
            (NewAccess { until: Some(day("2026-11-01")), ..daughter(mother) }, "不能早于"),
        ];
        for (new, why) in cases {
            let text = refusal(open(&db, &new, "lixiaohong"));
            assert!(text.contains(why), "{text}");
        }
        let last = NewAccess { until: Some(day(TODAY)), ..daughter(mother) };
        open(&db, &last, "lixiaohong").expect("a single day is a term");
        assert!(refusal(open(&db, &daughter(mother), "lixiaohong")).contains("FA-04"));
        let staff = registry::accounts::NewAccount {
            login: "doctor".into(), name: "医生".into(), role: registry::accounts::Role::Clerk, area: area("320623"),
            institution: None, staff: None, password: hashed(), must_change: false,
        };
        db.write(|tx| registry::accounts::store::create(tx, &clerk(), &staff)).expect("account");
        assert!(refusal(open(&db, &daughter(mother), "doctor")).contains("FA-03"));
        let away = db.write(|tx| store::open(tx, &neighbour(TODAY), &daughter(mother), ("lixiaohong", hashed(), true)));
        assert!(away.is_err(), "the neighbour opens nothing here");
    }

    fn one_account_looks_after_two_and_withdrawing_the_look_ends_it(db: TestDb) {
        let mother = set_up(&db);
        let father = elder(&db, 3, "李建国");
        assert!(open(&db, &daughter(mother), "lixiaohong").expect("opened").1);
        assert!(!open(&db, &daughter(father), "lixiaohong").expect("opened").1, "the same account");
        let app = app(db);
        let li = at_home(&app, "lixiaohong");
        let page = li.get("/family").page();
        assert!(page.contains("王桂英") && page.contains("李建国"));
        let look = app.db.read(|tx| consents::store::of_elder(tx, mother, day(TODAY))).expect("read")[0].id;
        let url = format!("/family/{mother}/consents/{look}");
        assert!(li.get(&url).page().contains("不能再看家庭页"));
        assert_eq!(li.post(&url, &[]).goes_to(), format!("/family/{mother}"));
        assert!(li.get(&format!("/family/{mother}")).page().contains("同意已撤回"));
        assert_eq!(li.post(&url, &[]).status.as_u16(), 422, "what is over does nothing more");
        assert!(li.get(&format!("/family/{father}")).page().contains("李建国"));
    }

    fn a_proxy_consents_to_a_home_sickbed_that_waits_and_withdraws_it(db: TestDb) {
        let mother = set_up(&db);
        let centre = institution(&db, 1, Place::CommunityHealthCentre, "掘港街道社区卫生服务中心");
        open(&db, &daughter(mother), "lixiaohong").expect("opened");
        let asked = Application {
            institution: centre, by: AskedBy::Doctor, name: "张医生".into(), relation: String::new(), on: day(TODAY),
            condition: Condition::Stroke, diagnosis: "脑梗死后遗症".into(), diagnosis_code: String::new(), wish: String::new(),
        };
        let key = db.write(|tx| crate::sickbeds::store::steps::apply(tx, &clerk(), mother, &asked)).expect("applied");
        db.write(|tx| tx.exec("update sickbeds set state = 'accepted'", &[])).expect("the criteria hold");
        let app = app(db);
        let li = at_home(&app, "lixiaohong");
        assert!(li.get(&format!("/family/{mother}")).page().contains("可以为您在家建立家庭病床"));
        let source = key.id.to_string();
        let agree = [("scope", "sickbed"), ("source", source.as_str())];
        let url = format!("/family/{mother}/agree");
        assert_eq!(li.post(&url, &[("scope", "hospice"), ("source", source.as_str())]).status.as_u16(), 422);
        assert_eq!(li.post(&url, &agree).goes_to(), format!("/family/{mother}"));
        assert_eq!(li.post(&url, &agree).status.as_u16(), 422, "given once");
        let bed = || app.db.read(|tx| crate::sickbeds::store::find(tx, &clerk(), key)).expect("bed");
        assert_eq!(bed().state, crate::sickbeds::State::Agreed);
        let all = app.db.read(|tx| consents::store::of_elder(tx, mother, day(TODAY))).expect("read");
        let given = all.iter().find(|one| one.given.scope == consents::Scope::Sickbed).expect("consent");
        assert_eq!((given.given.how, given.given.role, given.live), (consents::How::Page, consents::Role::Guardian, true));
        assert!(li.post(&format!("/family/{mother}/consents/{}", given.id), &[]).status.is_redirection());
        assert_eq!((bed().state, bed().close_reason.as_str()), (crate::sickbeds::State::Withdrawn, "同意已撤回"));
    }

    fn the_slip_is_printed_once_and_its_password_must_be_changed(db: TestDb) {
        let mother = set_up(&db);
        let app = app(db);
        let clerk = app.person("经办", &["family.access"], "320623");
        let url = format!("/family/accesses/{mother}");
        let form = [("kind", "guardian_law"), ("name", "李小红"), ("relation", "女儿"), ("document", "户口簿"),
            ("from", TODAY), ("until", "2026-11-30"), ("login", "13900000001"), ("checked", "true")];
        let page = clerk.post(&url, &form).page();
        assert!(page.contains("13900000001") && page.contains("<code>"), "{page}");
        assert!(at_home(&app, "13900000001").user.must_change);
        let secret = page.split("<code>").nth(1).and_then(|rest| rest.split("</code>").next()).expect("shown").to_owned();
        assert!(!clerk.get(&url).page().contains(&secret));
        let one = app.db.read(|tx| store::of_elder(tx, &self::clerk(), mother)).expect("read").remove(0);
        let again = clerk.post(&format!("{url}/{}/code", one.id), &[]).page();
        assert!(again.contains("<code>") && !again.contains(&secret));
        let stranger = app.person("邻县", &["family.access"], "320612");
        assert_eq!(stranger.get(&url).status.as_u16(), 404);
        assert_eq!(stranger.post(&url, &form).status.as_u16(), 404);
        assert_eq!(stranger.post(&format!("{url}/{}/code", one.id), &[]).status.as_u16(), 404);
    }
}
