use super::*;
use crate::institutions;
use crate::institutions::tests::{clerk, home, seed};
use crate::saved::Saved;
use db::testing::TestDb;
use kernel::{CitizenNumber, InstitutionId};
use web::testing::TestApp;

/// A valid identity number that differs by the number.
fn citizen(number: u32) -> CitizenNumber {
    let body = format!("32062319800101{number:03}");
    let check = kernel::citizen::check_digit(body.as_bytes()) as char;
    CitizenNumber::parse(&format!("{body}{check}"), clerk("32").today()).expect("number")
}

fn person(number: u32, institution: InstitutionId) -> NewStaff {
    let facts = StaffFacts {
        name: "王小梅".into(),
        institution,
        post: Post::Nurse,
        qualification: Some("护士执业证书".into()),
        certificate_no: None,
        certificate_until: None,
        phone: Some("13800138000".into()),
    };
    NewStaff { citizen: citizen(number), facts }
}

fn employer(db: &TestDb) -> InstitutionId {
    seed(db);
    db.write(|tx| institutions::store::save(tx, &clerk("320623"), &home(1, "幸福养老院"))).expect("saved").0
}

db::on_both! {
    fn a_person_is_matched_by_the_identity_number_and_kept_sealed(db: TestDb) {
        let (by, employer) = (clerk("320623"), employer(&db));
        let (id, saved) = db.write(|tx| store::save(tx, &by, &person(1, employer))).expect("saved");
        assert_eq!(saved, Saved::Created);
        assert_eq!(db.write(|tx| store::save(tx, &by, &person(1, employer))).expect("saved"), (id, Saved::Unchanged));
        let found = db.read(|tx| store::find(tx, &by, id)).expect("found");
        assert_eq!(found.facts, person(1, employer).facts);
        assert!(found.id_masked.starts_with("320623********"));
        let raw = db.read(|tx| tx.query_one("select id_sealed, phone_sealed from staff", &[], |row| {
            Ok((row.get::<Vec<u8>>(0)?, row.get::<Vec<u8>>(1)?))
        })).expect("read");
        let holds = |bytes: &[u8], text: &str| bytes.windows(text.len()).any(|w| w == text.as_bytes());
        assert!(!holds(&raw.0, citizen(1).as_str()) && !holds(&raw.1, "13800138000"));
        let mut renamed = person(1, employer);
        renamed.facts.phone = None;
        renamed.facts.post = Post::Carer;
        let (_, Saved::Changed(changes)) = db.write(|tx| store::save(tx, &by, &renamed)).expect("saved") else { panic!() };
        assert_eq!(changes.len(), 1);
        db.write(|tx| store::restore(tx, &by, id, &changes)).expect("back");
        assert_eq!(db.read(|tx| store::find(tx, &by, id)).expect("found").facts, person(1, employer).facts);
        let denied = db.write(|tx| institutions::store::remove(tx, &by, employer));
        assert!(denied.expect_err("has staff").to_string().contains("不能撤回"));
        db.write(|tx| store::remove(tx, &by, id)).expect("removed");
        assert_eq!(db.read(|tx| store::by_citizen(tx, &citizen(1))).expect("read"), None);
    }

    fn an_institution_outside_is_refused(db: TestDb) {
        let (neighbour, employer) = (clerk("320612"), employer(&db));
        let refused = db.write(|tx| store::save(tx, &neighbour, &person(1, employer))).expect_err("refused");
        assert!(refused.to_string().contains("不在您的辖区内"), "{refused}");
        let (id, _) = db.write(|tx| store::save(tx, &clerk("320623"), &person(1, employer))).expect("saved");
        assert!(db.read(|tx| store::find(tx, &neighbour, id)).is_err());
        assert_eq!(db.read(|tx| store::count(tx, &neighbour, &store::Filter::default())).expect("count"), 0);
        let tail = citizen(1).tail().to_owned();
        let filter = store::Filter { name: Some(tail), post: Some(Post::Nurse), ..store::Filter::default() };
        assert_eq!(db.read(|tx| store::count(tx, &clerk("3206"), &filter)).expect("count"), 1);
        assert_eq!(db.read(|tx| store::options(tx, &clerk("3206"), None, &[Post::Doctor])).expect("list").len(), 0);
    }

    fn telephones_are_masked_for_readers(db: TestDb) {
        let employer = employer(&db);
        let app = TestApp::new(db, policy::Library::default(), routes(), |state| state.nav(NAV));
        let keeper = app.person("李经办", &["staff.*"], "320623");
        let (number, home) = (citizen(5), employer.to_string());
        let form = [("citizen", number.as_str()), ("name", "张护理"), ("institution", home.as_str()),
            ("post", "carer"), ("phone", "13912345678"), ("certificate_until", "2026-11-30")];
        let url = keeper.post("/staff", &form).goes_to();
        assert!(keeper.get(&url).page().contains("13912345678"));
        let reader = app.person("王监管", &["staff.read"], "320623");
        let page = reader.get(&url).page();
        assert!(page.contains("139****5678") && !page.contains("13912345678") && !page.contains(number.as_str()), "{page}");
        assert!(reader.get("/staff?ending=true").page().contains("张护理"));
        assert!(!reader.get("/staff?post=doctor").page().contains("张护理"));
        let wrong = [("citizen", "320623198001010000"), form[1], form[2], form[3]];
        let answer = keeper.post("/staff", &wrong);
        assert!(answer.status.as_u16() == 422 && answer.text().contains("校验码"), "{}", answer.text());
        assert_eq!(keeper.post("/staff", &form).status.as_u16(), 409);
        assert_eq!(keeper.post(&url, &form).goes_to(), url);
        assert!(keeper.get(&format!("{url}/edit")).page().contains("张护理"));
    }
}
