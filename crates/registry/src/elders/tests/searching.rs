use super::*;
use crate::elders::columns::Columns;
use crate::elders::pages::look_up;
use crate::elders::search::{self, Query, Term};
use crate::elders::{Chronic, Fact, LinkKind, Status, duplicates, facts, links};

struct Town {
    db: TestDb,
    columns: Columns,
}

impl Town {
    fn new(db: TestDb) -> Self {
        with_areas(&db);
        Self { db, columns: Columns::default() }
    }

    fn add(&self, name: &str, born: &str, serial: u32, code: &str, change: impl Fn(&mut Details)) -> ElderId {
        let mut new = elder(name, born, serial, code);
        change(&mut new.details);
        save(&self.db, &actor("32"), &new)
    }

    fn find(&self, by: &Actor, text: &str) -> Vec<ElderId> {
        let terms = search::read(text, by.today()).expect("readable");
        self.ask(by, &Query { terms, ..Query::default() })
    }

    fn ask(&self, by: &Actor, query: &Query) -> Vec<ElderId> {
        look_up(&self.db, &self.columns, by, query, 50).expect("found").ids
    }
}

db::on_both! {
    fn one_box_understands_what_people_type(db: TestDb) {
        let town = Town::new(db);
        let by = actor("320623");
        let phone = |d: &mut Details| d.phone = Some("138-0013-8765".into());
        let zeng = town.add("曾国强", "1949-10-01", 1, VILLAGE, phone);
        let wang = town.add("王国", "1950-02-03", 2, VILLAGE, |d| d.sex = kernel::citizen::Sex::Female);
        let number = citizen("1949-10-01", 1);
        for text in ["曾国强", "国强", "zeng", "zgq", "ZengGuoQiang", number.as_str(), &number.as_str()[12..], number.tail(),
            "8765", "13800138765", "19491001", "曾 8765", "zgq 19491001", "　曾国强　"] {
            assert_eq!(town.find(&by, text), [zeng], "{text}");
        }
        assert_eq!(town.find(&by, "国"), [zeng, wang]);
        assert_eq!(town.find(&by, "王国"), [wang]);
        for text in ["曾 0000", "13800138766", "李", "20200101", citizen("1949-10-01", 3).as_str()] {
            assert_eq!(town.find(&by, text), [], "{text}");
        }
        let neighbour = actor("320682");
        for text in ["曾国强", "zgq", number.as_str(), number.tail(), "8765", "13800138765", "19491001"] {
            assert_eq!(town.find(&neighbour, text), [], "{text}");
        }
    }

    fn filters_narrow(db: TestDb) {
        let town = Town::new(db);
        let by = actor("320600");
        let a = town.add("甲", "1961-11-02", 1, VILLAGE, |d| d.chronic = Some(vec![Chronic::Stroke, Chronic::Diabetes]));
        let b = town.add("乙", "1961-11-03", 3, OTHER_COUNTY, |d| (d.status, d.died_on) = (Some(Status::Dead), Some(day("2026-01-01"))));
        let ask = |query: Query| town.ask(&by, &query);
        assert_eq!(ask(Query { age_from: Some(65), ..Query::default() }), [a], "65 today, the other tomorrow");
        assert_eq!(ask(Query { age_to: Some(64), ..Query::default() }), [b]);
        assert_eq!(ask(Query { age_from: Some(64), age_to: Some(65), ..Query::default() }), [a, b]);
        assert_eq!(ask(Query { area: Some(area("320623")), ..Query::default() }), [a]);
        assert_eq!(ask(Query { chronic: Some(Chronic::Stroke), ..Query::default() }), [a]);
        assert_eq!(ask(Query { status: Some(Status::Dead), ..Query::default() }), [b]);
        assert_eq!(ask(Query { status: Some(Status::Alive), male: Some(true), ..Query::default() }), [a]);
        let set = |fact| town.db.write(|tx| facts::set(tx, a, fact)).expect("set");
        for (until, found) in [("2026-11-03", vec![a]), ("2026-11-02", vec![])] {
            set(Fact::LtciLevel { level: Some(3), until: Some(day(until)) });
            assert_eq!(ask(Query { ltci: Some(3), ..Query::default() }), found, "{until}");
        }
        set(Fact::Contract { from: Some(day("2026-11-02")), until: None });
        assert_eq!(ask(Query { contracted: Some(true), ..Query::default() }), [a]);
        assert_eq!(ask(Query { contracted: Some(false), ..Query::default() }), [b]);
    }

    fn the_confined_find_only_whom_they_serve(db: TestDb) {
        let town = Town::new(db);
        let a = town.add("王甲", "1949-10-01", 1, VILLAGE, |_| {});
        town.add("王乙", "1949-10-01", 3, VILLAGE, |_| {});
        let by = confined("320623", institution(1));
        assert_eq!(town.find(&by, "王"), []);
        town.db.write(|tx| links::open(tx, a, institution(1), LinkKind::Ltci, day("2026-11-01"))).expect("opened");
        assert_eq!(town.find(&by, "王"), [a]);
        assert_eq!(town.find(&by, "19491001"), [a]);
    }

    fn likely_duplicates_are_candidates(db: TestDb) {
        let town = Town::new(db);
        let a = town.add("王建国", "1949-10-01", 1, VILLAGE, |_| {});
        let b = town.add("王健国", "1949-10-01", 3, VILLAGE, |_| {});
        town.add("李秀兰", "1949-10-01", 2, VILLAGE, |d| d.sex = kernel::citizen::Sex::Female);
        town.columns.refresh(&town.db).expect("built");
        let s = town.columns.snapshot();
        assert_eq!(duplicates::candidates(&s, s.row(a).expect("row")), [b]);
        assert_eq!(duplicates::pairs(&s, |_| true, 10), [(a, b)]);
        let faces = town.db.read(|tx| store::faces(tx, &actor("32"), &[a, b])).expect("faces");
        assert!(duplicates::compare(&faces[0], &faces[1]).is_likely());
    }
}

#[test]
fn what_cannot_be_meant_is_explained() {
    let today = day("2026-11-02");
    let wrong = |text: &str| search::read(text, today).expect_err(text);
    assert!(wrong("110105194912310021").contains("校验码"));
    assert!(wrong("123").contains("3 位数字"));
    assert_eq!(search::read("", today), Ok(vec![]));
    assert_eq!(search::read("002x", today), Ok(vec![Term::Tail("002X".into())]));
    assert_eq!(search::read("x", today), Ok(vec![Term::Letters("x".into())]));
    assert_eq!(search::read("１２３４", today), Ok(vec![Term::Tail("1234".into())]));
}
