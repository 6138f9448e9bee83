use super::*;
use crate::institutions::tests::{clerk, home, seed};
use chrono::TimeDelta;
use db::testing::TestDb;
use kernel::chance::Seeded;
use kernel::{AccountId, Area};
use std::sync::Arc;
use web::testing::{Answer, Client, TestApp};

const PASSWORD: &str = "spring-2026";

fn account(login: &str, role: Role) -> NewAccount {
    NewAccount {
        login: login.into(),
        name: "李经办".into(),
        role,
        area: Area::parse("320623").expect("area"),
        institution: None,
        staff: None,
        password: Hashed::new(PASSWORD, &Seeded::new(5)).expect("hash"),
        must_change: false,
    }
}

fn app(db: TestDb, accounts: &[NewAccount]) -> TestApp {
    seed(&db);
    for new in accounts {
        db.write(|tx| store::create(tx, &clerk("32"), new)).expect("created");
    }
    TestApp::new(db, policy::Library::default(), routes(), |state| state.nav(NAV))
}

fn try_login(who: &Client<'_>, login: &str, password: &str) -> Answer {
    who.post("/login", &[("login", login), ("password", password)])
}

/// What the page says to a refused attempt, without the log-in name that it repeats.
fn refusal(answer: &Answer, login: &str) -> String {
    assert_eq!(answer.status.as_u16(), 401);
    assert!(answer.cookies.is_empty(), "{:?}", answer.cookies);
    answer.text().replace(login, "")
}

db::on_both! {
    fn wrong_unknown_and_disabled_look_the_same(db: TestDb) {
        let app = app(db, &[account("li", Role::Clerk), account("wang", Role::Clerk)]
            .map(|new| NewAccount { login: format!("{}ming", new.login), ..new }));
        let stranger = app.stranger();
        let wang = app.db.read(|tx| store::by_login(tx, "wangming")).expect("read").expect("account");
        app.db.write(|tx| store::set_disabled(tx, &clerk("32"), wang, true)).expect("disabled");
        let wrong = refusal(&try_login(&stranger, "liming", "autumn-2026"), "liming");
        assert_eq!(refusal(&try_login(&stranger, "nobody", "autumn-2026"), "nobody"), wrong);
        assert_eq!(refusal(&try_login(&stranger, "wangming", PASSWORD), "wangming"), wrong);
        assert_eq!(refusal(&try_login(&stranger, "wangming", "autumn-2026"), "wangming"), wrong);
    }

    fn five_failures_lock_for_a_quarter_of_an_hour(db: TestDb) {
        let app = app(db, &[account("liming", Role::Clerk)]);
        let stranger = app.stranger();
        for _ in 0..4 {
            refusal(&try_login(&stranger, "liming", "wrong"), "liming");
        }
        assert_eq!(try_login(&stranger, "liming", PASSWORD).goes_to(), "/", "four are forgiven, and forgotten");
        for _ in 0..5 {
            assert!(!refusal(&try_login(&stranger, "liming", "wrong"), "liming").contains("已锁定"));
        }
        let locked = refusal(&try_login(&stranger, "liming", PASSWORD), "liming");
        assert!(locked.contains("2026-11-02 09:15"), "{locked}");
        app.clock.advance(TimeDelta::minutes(15) - TimeDelta::seconds(1));
        refusal(&try_login(&stranger, "liming", PASSWORD), "liming");
        app.clock.advance(TimeDelta::seconds(1));
        assert_eq!(try_login(&stranger, "LiMing ", PASSWORD).goes_to(), "/");
        let (audit, _) = app.db.read(|tx| db::audit::visible(tx, &db::Actor::system(clerk("32").now), 50, 0)).expect("audit");
        let count = |action: &str| audit.iter().filter(|row| row.action == action).count();
        assert_eq!((count("accounts.login"), count("accounts.login_failed")), (2, 9));
    }

    fn a_log_in_makes_a_new_session_and_ends_the_old(db: TestDb) {
        let app = app(db, &[account("liming", Role::Clerk)]);
        let cookie = |answer: &Answer| answer.cookies[0].split(';').next().expect("pair").to_owned();
        let first = try_login(&app.stranger(), "liming", PASSWORD);
        assert!(first.cookies[0].contains("HttpOnly") && first.cookies[0].contains("SameSite=Lax"));
        let second = try_login(&app.stranger(), "liming", PASSWORD);
        assert_ne!(cookie(&first), cookie(&second));
        let next = app.stranger().post("/login", &[("login", "liming"), ("password", PASSWORD), ("next", "/elders?page=2")]);
        assert_eq!(next.goes_to(), "/elders?page=2");
        for bad in ["//evil.example", "https://evil.example", "/\\evil.example"] {
            let answer = app.stranger().post("/login", &[("login", "liming"), ("password", PASSWORD), ("next", bad)]);
            assert_eq!(answer.goes_to(), "/");
        }
    }

    fn a_temporary_password_is_told_once_and_must_be_changed(db: TestDb) {
        let app = app(db, &[]);
        let keeper = app.person("管理员", &["accounts.*"], "320623");
        let form = [("login", "zhao"), ("name", "赵评估"), ("role", "assessor"), ("area", "320623")];
        let page = keeper.post("/accounts", &form).page();
        let secret = page.split("<code>").nth(1).and_then(|rest| rest.split("</code>").next()).expect("shown").to_owned();
        assert!(!keeper.get("/accounts").page().contains(&secret));
        assert_eq!(keeper.post("/accounts", &form).status.as_u16(), 422);
        assert_eq!(try_login(&app.stranger(), "zhao", &secret).goes_to(), "/");
        let id = app.db.read(|tx| store::by_login(tx, "zhao")).expect("read").expect("account");
        let user = app.db.read(|tx| load_user(tx, id)).expect("read").expect("user");
        assert!(user.must_change);
        app.db.write(|tx| web::session::store::delete_all(tx, id)).expect("ended");
        let zhao = app.login(user);
        assert_eq!(zhao.get("/accounts").goes_to(), "/account");
        let change = |old: &str, new: &str, again: &str| zhao.post("/account", &[("old", old), ("new", new), ("again", again)]);
        for (old, new, again, what) in [("x", "spring-2027", "spring-2027", "现在的密码"), (&secret, "short1", "short1", "至少"),
            (&secret, "spring-2027", "spring-2028", "不一致"), (&secret, &secret, &secret, "相同")] {
            let answer = change(old, new, again);
            assert!(answer.status.as_u16() == 422 && answer.text().contains(what), "{what}: {}", answer.text());
        }
        assert_eq!(change(&secret, "spring-2027", "spring-2027").goes_to(), "/");
        refusal(&try_login(&app.stranger(), "zhao", &secret), "zhao");
        assert_eq!(try_login(&app.stranger(), "zhao", "spring-2027").goes_to(), "/");
        assert!(!app.db.read(|tx| load_user(tx, id)).expect("read").expect("user").must_change);
        let told = keeper.post(&format!("/accounts/{id}/reset"), &[]).page();
        assert!(told.contains("临时密码"));
        refusal(&try_login(&app.stranger(), "zhao", "spring-2027"), "zhao");
    }

    fn a_disabled_account_is_out_at_once_and_neighbours_are_out_of_reach(db: TestDb) {
        let app = app(db, &[account("liming", Role::Clerk)]);
        let id = app.db.read(|tx| store::by_login(tx, "liming")).expect("read").expect("account");
        assert_eq!(try_login(&app.stranger(), "liming", PASSWORD).goes_to(), "/");
        let sessions = || app.db.read(|tx| tx.count("select count(*) from sessions where account_id = $1", db::params![id]));
        assert_eq!(sessions().expect("count"), 1);
        let neighbour = app.person("邻县", &["accounts.*"], "320612");
        assert!(!neighbour.get("/accounts").page().contains("liming"));
        for step in ["disable", "enable", "reset"] {
            assert_eq!(neighbour.post(&format!("/accounts/{id}/{step}"), &[]).status.as_u16(), 404);
        }
        let keeper = app.person("管理员", &["accounts.*"], "320623");
        assert_eq!(keeper.post(&format!("/accounts/{id}/disable"), &[]).goes_to(), "/accounts");
        assert_eq!(sessions().expect("count"), 0);
        assert!(app.db.read(|tx| load_user(tx, id)).expect("read").is_none());
        assert_eq!(keeper.post(&format!("/accounts/{id}/enable"), &[]).goes_to(), "/accounts");
        assert!(app.db.read(|tx| load_user(tx, id)).expect("read").is_some());
        let by = db::Actor { account: Some(id), ..clerk("32") };
        assert!(app.db.write(|tx| store::set_disabled(tx, &by, id, true)).is_err(), "not one's own");
        let wide = [("login", "qian"), ("name", "钱"), ("role", "clerk"), ("area", "3206")];
        assert!(keeper.post("/accounts", &wide).text().contains("不在您的辖区内"));
    }

    fn confined_roles_see_their_institution_only(db: TestDb) {
        seed(&db);
        let by = clerk("320623");
        let (employer, _) = db.write(|tx| crate::institutions::store::save(tx, &by, &home(1, "护理站"))).expect("saved");
        let without = db.write(|tx| store::create(tx, &by, &account("station1", Role::Station)));
        assert!(without.expect_err("needs one").to_string().contains("所属机构"));
        let make = |login: &str, role| {
            let new = NewAccount { institution: Some(employer), ..account(login, role) };
            let id: AccountId = db.write(|tx| store::create(tx, &by, &new)).expect("created");
            let places = Arc::new(web::shell::Places::default());
            let user = db.read(|tx| loader(places.clone())(tx, id)).expect("read").expect("user");
            (user, places.get(id))
        };
        let (station, place) = make("station1", Role::Station);
        assert_eq!((station.scope.institution, place.as_str()), (Some(employer), "如东县 · 护理站"));
        let (doctor, _) = make("doctor1", Role::Doctor);
        assert_eq!((doctor.scope.institution, doctor.institution), (None, Some(employer)));
        let denied = db.write(|tx| crate::institutions::store::remove(tx, &by, employer));
        assert!(denied.is_err(), "accounts hang on it");
        let carer = NewAccount { institution: Some(employer), ..account("carer1", Role::Carer) };
        assert!(db.write(|tx| store::create(tx, &by, &carer)).expect_err("needs staff").to_string().contains("身份证号"));
    }
}

#[test]
fn log_in_names_are_plain() {
    for (login, fine) in [("li", false), ("lim", true), ("Li-ming", false), ("li ming", false), ("li.ming_2", true)] {
        assert_eq!(model::check(&account(login, Role::Clerk)).is_empty(), fine, "{login}");
    }
}
