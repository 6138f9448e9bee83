//! How fast it was, and the hand-over of shifts.

use super::{ALL, World, world};
use kernel::{AccountId, InstitutionId};
use registry::accounts::{Hashed, NewAccount, Role};

struct Cheap;

impl kernel::Chance for Cheap {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

fn account(w: &World, login: &str, name: &str) -> AccountId {
    let new = NewAccount {
        login: login.into(),
        name: name.into(),
        role: Role::Operator,
        area: super::area("320623"),
        institution: None::<InstitutionId>,
        staff: None,
        password: Hashed::new("yiyang-2018", &Cheap).expect("hashed"),
        must_change: false,
    };
    w.app.db.write(|tx| registry::accounts::store::create(tx, &super::system(), &new)).expect("account")
}

db::on_both! {
    fn figures_leave_drills_out_and_name_the_target(db: TestDb) {
        let w = world(db);
        let one = w.operator("赵坐席");
        let nurse = w.duty(&one, "nurse", "孙护士", w.centre);
        for (seconds, drill) in [(170, false), (190, false), (900, true)] {
            let more: &[(&str, &str)] = if drill { &[("drill", "true")] } else { &[] };
            let case = w.case(&one, more);
            w.later(seconds);
            w.steps(&one, &case, &[("dispatch", &[("duty", &nurse)])]);
            w.later(300);
            let outcome = if drill { "drill" } else { "helped" };
            w.steps(&one, &case, &[("respond", &[("event", "arrive")]), ("close", &[("outcome", outcome), ("note", "已处置")])]);
        }
        let page = one.get("/emergencies/figures").page();
        assert!(page.contains("1 / 2 件") && page.contains("2 分 50 秒") && page.contains("未核实"), "{page}");
        assert!(page.contains("掘港街道") && page.contains("9 时"));
        assert!(one.get("/emergencies/figures/xlsx").bytes.starts_with(b"PK"));
        assert_eq!(one.get("/emergencies/figures?from=2026-11-03&until=2026-11-01").status.as_u16(), 422);
        let next = w.app.person("邻县", &ALL, "320612").get("/emergencies/figures").page();
        assert!(!next.contains("掘港街道") && next.contains("0 / 0 件"));
        let screen = one.get("/emergencies/screen").page();
        assert!(screen.contains("今日及时接听") && !screen.contains("王桂英"), "no names on the wall");
    }

    fn a_shift_is_handed_over_and_read_by_the_one_who_was_named(db: TestDb) {
        let w = world(db);
        let (given, taken) = (account(&w, "op1", "赵坐席"), account(&w, "op2", "钱坐席"));
        let operator = |id, name: &str| {
            let mut user = w.operator(name).user.clone();
            user.account = id;
            w.app.login(user)
        };
        let (one, other) = (operator(given, "赵坐席"), operator(taken, "钱坐席"));
        w.case(&one, &[]);
        w.duty(&one, "nurse", "孙护士", w.centre);
        let (own, next) = (given.to_string(), taken.to_string());
        assert!(one.post("/emergencies/shifts", &[("taker", &own)]).text().contains("EM-11"));
        let form = [("taker", next.as_str()), ("remarks", "耳机有杂音")];
        let sheet = one.post("/emergencies/shifts", &form).goes_to();
        let page = other.get(&sheet).page();
        for words in ["王桂英", "孙护士", "耳机有杂音", "赵坐席", "钱坐席", "确认接班"] {
            assert!(page.contains(words), "{words}: {page}");
        }
        assert!(one.post(&format!("{sheet}/acknowledge"), &[]).text().contains("EM-12"));
        assert_eq!(other.post(&format!("{sheet}/acknowledge"), &[("note", "已看")]).goes_to(), sheet);
        assert_eq!(other.post(&format!("{sheet}/acknowledge"), &[]).status.as_u16(), 409);
        assert_eq!(w.app.person("邻县", &ALL, "320612").get(&sheet).status.as_u16(), 404);
    }

    fn the_duty_list_takes_nobody_twice_and_no_hour_that_cannot_be(db: TestDb) {
        let w = world(db);
        let one = w.operator("赵坐席");
        let id = w.duty(&one, "nurse", "孙护士", w.centre);
        let centre = w.centre.to_string();
        let add = |from, until, phone| {
            let form = [("kind", "nurse"), ("name", "孙护士"), ("phone", phone), ("institution", centre.as_str()), ("from", from), ("until", until)];
            one.post("/emergencies/duties", &form)
        };
        assert!(add("2026-11-02T19:59", "2026-11-02T23:00", "13900000001").text().contains("EM-13"));
        assert_eq!(add("2026-11-02T20:00", "2026-11-02T23:00", "13900000001").status.as_u16(), 303);
        for (from, until, phone) in [
            ("2026-11-02T20:00", "2026-11-02T19:00", "13900000002"),
            ("2026-11-02T20:00", "2026-11-09T19:00", "13900000002"),
            ("2026-11-01T20:00", "2026-11-02T07:00", "13900000002"),
            ("2026-11-02T20:00", "2026-11-02T23:00", "电话"),
        ] {
            assert_eq!(add(from, until, phone).status.as_u16(), 422, "{from} {until} {phone}");
        }
        assert_eq!(one.post(&format!("/emergencies/duties/{id}/end"), &[]).status.as_u16(), 422);
        assert_eq!(one.post(&format!("/emergencies/duties/{id}/end"), &[("why", "换班")]).status.as_u16(), 303);
        assert_eq!(one.post(&format!("/emergencies/duties/{id}/end"), &[("why", "换班")]).status.as_u16(), 409);
    }
}
