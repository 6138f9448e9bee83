//! Settlements in the store: the whole road, freezing, stopping in the middle, who sees what.

use super::model::{State, Verdict};
use super::reason::Reason;
use super::store::{self, Filter, Settlement, Watch};
use super::{Step, settle_county, settle_month};
use crate::ltci::testing::{County, actor, area, code, day, dies, instant, key, library, month};
use crate::ltci::visits::{self, LateEntry, enter_late};
use db::testing::TestDb;
use db::{Actor, Scope, params};
use kernel::Fen;
use registry::elders::facts;
use web::Error;

fn try_month(db: &TestDb, at: &str, step: Step, stop: bool) -> Result<Settlement, Error> {
    let mut watch = Watch { tell: &mut |_, _| {}, stop: &|| stop };
    settle_county(db, &actor(at), &library(), area("320623"), month("2026-11"), step, &mut watch)
}

fn lines(db: &TestDb, s: &Settlement) -> Vec<store::Shown> {
    db.read(|tx| store::lines(tx, &actor("2026-12-01 09:00"), s.id, Filter::default(), 1000, 0)).expect("lines")
}

/// Two elders with two visits a week: the first four are made whole, the fifth is too short, the others are not made.
fn november(db: &TestDb) -> (County, Vec<visits::store::Listed>) {
    let county = County::new(db);
    county.planned(db, 1, 1);
    county.planned(db, 2, 1);
    let rows = county.november(db);
    for row in &rows[..4] {
        county.make(db, &row.visit, 90);
    }
    county.make(db, &rows[4].visit, 71);
    (county, rows)
}

db::on_both! {
    fn a_month_is_tried_out_settled_frozen_and_paid(db: TestDb) {
        let (_, rows) = november(&db);
        assert_eq!(rows.len(), 10);
        assert_eq!(code(try_month(&db, "2026-11-30 23:59", Step::Settle, false)), "LTCI-63");
        let draft = try_month(&db, "2026-11-30 23:59", Step::Check, false).expect("tried out");
        assert_eq!((draft.state, draft.totals.lines, draft.totals.refused), (State::Draft, 10, 6));
        // 60 + 30 yuan a visit, four visits, nine tenths from the fund.
        let a = draft.totals.amounts;
        assert_eq!((a.asked, a.adjusted, a.approved, a.paid), (Fen(90_000), Fen(90_000), Fen(36_000), Fen(32_400)));
        let settled = try_month(&db, "2026-12-01 09:00", Step::Settle, false).expect("settled");
        assert_eq!((settled.state, settled.id, &settled.digest), (State::Settled, draft.id, &draft.digest));
        assert_eq!(try_month(&db, "2026-12-02 09:00", Step::Settle, false).expect("again"), settled, "a second time answers what stands");
        assert!(matches!(try_month(&db, "2026-12-02 09:00", Step::Check, false), Err(Error::Conflict(_))));
        let (elder, id) = key(&rows[9]);
        let entry = LateEntry { from: instant("2026-11-30 11:00"), to: instant("2026-11-30 12:30"), items: vec!["turning".into()], reason: "补录".into() };
        assert_eq!(code(db.write(|tx| enter_late(tx, &actor("2026-12-01 10:00"), &library(), elder, id, &entry))), "VISITS-61");
        let facts = db.read(|tx| facts::store::of(tx, rows[0].visit.elder)).expect("facts");
        assert_eq!(facts.benefit_month, Some(month("2026-11")));
        let pay = |at: &str| db.write(|tx| store::pay(tx, &actor(at), settled.id, day("2026-12-05"), "凭证 1"));
        assert!(matches!(pay("2026-12-04 09:00"), Err(Error::Invalid(_))));
        pay("2026-12-05 09:00").expect("paid");
        assert!(matches!(pay("2026-12-05 09:00"), Err(Error::Conflict(_))));
    }

    fn what_is_edited_later_changes_nothing_settled(db: TestDb) {
        let (county, rows) = november(&db);
        let settled = try_month(&db, "2026-12-01 09:00", Step::Settle, false).expect("settled");
        let before = lines(&db, &settled);
        db.write(|tx| tx.exec("update staff set certificate_until = '2020-01-01' where institution_id = $1", params![county.station])).expect("edited");
        dies(&db, 1, "2026-11-01");
        db.write(|tx| tx.exec("update ltci_entitlements set rate_bp = 1", &[])).expect("edited");
        assert_eq!(lines(&db, &settled), before);
        let standing = db.read(|tx| store::of_month(tx, area("320623"), month("2026-11"))).expect("read").expect("there");
        assert_eq!(standing, settled);
        assert!(before.iter().any(|line| line.elder == rows[0].visit.elder));
    }

    fn each_reason_of_the_store_is_found(db: TestDb) {
        let (county, rows) = november(&db);
        dies(&db, 1, "2026-11-08");
        let named = |name: &str| rows.iter().find(|row| row.elder == name).expect("there").visit.clone();
        let (first, second) = (named("合成老人乙").elder, named("合成老人丙"));
        db.write(|tx| tx.exec(
            "insert into stays (elder_id, id, institution_id, admitted_on, discharged_on, diagnosis, source, created_at, changed_at)
             values ($1, $2, $3, '2026-11-08', '2026-11-10', '肺炎', '登记', 0, 0)",
            params![second.elder, second.id, county.other],
        )).expect("stay");
        let draft = try_month(&db, "2026-12-01 09:00", Step::Check, false).expect("tried out");
        let found = lines(&db, &draft);
        for line in found {
            let dead = line.elder == first && line.day > day("2026-11-08");
            assert_eq!(line.reasons.has(Reason::AfterDeath), dead, "{}", line.day);
            let inside = line.elder != first && line.day == day("2026-11-09");
            assert_eq!(line.reasons.has(Reason::InHospital), inside, "{}", line.day);
            assert_eq!(line.reasons.has(Reason::NotCheckedOut), line.end.is_none());
        }
        let totals = db.read(|tx| store::reasons(tx, draft.id)).expect("reasons");
        assert_eq!(totals.iter().map(|(_, _, cut)| *cut).sum::<Fen>(), draft.totals.amounts.cut());
        let filter = Filter { reason: Some(Reason::AfterDeath), ..Filter::default() };
        let by = actor("2026-12-01 09:00");
        let dead = db.read(|tx| store::count_lines(tx, &by, draft.id, filter)).expect("count");
        assert_eq!(dead, 4);
        let filter = Filter { verdict: Some(Verdict::Passed.number()), ..Filter::default() };
        assert_eq!(db.read(|tx| store::count_lines(tx, &by, draft.id, filter)).expect("count"), 2);
    }

    fn stopped_in_the_middle_and_begun_again_it_ends_the_same(db: TestDb) {
        november(&db);
        assert!(try_month(&db, "2026-12-01 09:00", Step::Settle, true).is_err());
        let nothing = db.read(|tx| tx.count("select count(*) from ltci_lines", &[])).expect("count");
        assert_eq!(nothing, 0);
        assert!(db.read(|tx| store::of_month(tx, area("320623"), month("2026-11"))).expect("read").is_none());
        let draft = try_month(&db, "2026-12-01 09:00", Step::Check, false).expect("tried out");
        assert!(try_month(&db, "2026-12-01 09:00", Step::Settle, true).is_err());
        let standing = db.read(|tx| store::of_month(tx, area("320623"), month("2026-11"))).expect("read").expect("there");
        assert_eq!(standing, draft);
        let settled = try_month(&db, "2026-12-01 09:00", Step::Settle, false).expect("settled");
        assert_eq!((settled.digest, settled.totals), (draft.digest, draft.totals));
    }

    fn others_see_their_part_or_nothing(db: TestDb) {
        let (county, _) = november(&db);
        let settled = try_month(&db, "2026-12-01 09:00", Step::Settle, false).expect("settled");
        let seat = |code: &str, institution| Actor { scope: Scope { area: area(code), institution }, ..actor("2026-12-01 09:00") };
        let seen = |by: &Actor| db.read(|tx| store::count_lines(tx, by, settled.id, Filter::default())).expect("count");
        assert_eq!(seen(&seat("320623", None)), 10);
        assert_eq!(seen(&seat("320612", None)), 0);
        let other = Filter { institution: Some(county.other), ..Filter::default() };
        let confined = seat("320623", Some(county.station));
        let asked = db.read(|tx| store::count_lines(tx, &confined, settled.id, other)).expect("count");
        assert_eq!(asked, 10, "asking for another's lines answers one's own");
        assert!(db.read(|tx| store::find(tx, &seat("320612", None), settled.id)).is_err());
        assert_eq!(seen(&seat("320623", Some(county.station))), 10);
        assert_eq!(seen(&seat("320623", Some(county.other))), 0);
        db.write(|tx| tx.exec("update elder_links set until = '2026-12-01'", &[])).expect("no longer served");
        assert_eq!(seen(&seat("320623", Some(county.station))), 10, "what it is paid for stays in its sight");
        db.write(|tx| tx.exec("update elders set area = '320612000000'", &[])).expect("moved");
        assert_eq!(seen(&seat("320623", None)), 10, "and in that of the county that pays");
        let homes = db.read(|tx| store::institutions(tx, &seat("320623", Some(county.other)), settled.id)).expect("read");
        assert!(homes.is_empty());
        let mut watch = Watch { tell: &mut |_, _| {}, stop: &|| false };
        let confined = seat("320623", Some(county.station));
        assert_eq!(code(settle_county(&db, &confined, &library(), area("320623"), month("2026-11"), Step::Check, &mut watch)), "LTCI-64");
    }

    fn a_whole_city_is_settled_county_by_county(db: TestDb) {
        november(&db);
        let by = Actor { scope: Scope::ALL, ..actor("2026-12-01 09:00") };
        let report = settle_month(&db, &by, &library(), area("3206"), month("2026-11"), &mut |_, _| {}).expect("settled");
        assert_eq!(report.0.len(), 1);
        assert!(report.to_string().contains("如东县 2026-11：10 条"), "{report}");
        let none = settle_month(&db, &by, &library(), area("3206"), month("2026-10"), &mut |_, _| {}).expect("nothing");
        assert_eq!(none.to_string(), "该月没有可结算的上门服务");
    }
}
