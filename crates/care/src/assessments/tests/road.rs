use super::super::compare::answer;
use super::super::jobs::nightly;
use super::super::model::*;
use super::super::steps;
use super::super::store::{self, Filter};
use super::{application, whole};
use crate::subject;
use crate::testing::*;
use db::Actor;
use db::testing::TestDb;
use kernel::{ElderId, StaffId};
use policy::{Answers, Library};
use registry::elders::facts;
use registry::institutions::Kind;
use std::collections::BTreeMap;
use std::sync::Arc;
use web::Error;

/// A county with five assessors and an elder.
struct County {
    db: TestDb,
    library: Arc<Library>,
    elder: ElderId,
    staff: Vec<StaffId>,
}

impl County {
    fn new(db: TestDb) -> Self {
        seed(&db);
        let agency = institution(&db, 7, Kind::AssessmentAgency, "如东评估中心");
        let staff = (1..=5).map(|n| assessor(&db, agency, n, &format!("评估员{n}"), "2027-12-31")).collect();
        let elder = elder(&db, 2, "王桂英");
        Self { db, library: library(), elder, staff }
    }

    fn apply(&self, scale: &str) -> Key {
        let new = application(scale);
        let by = actor("2026-11-02", 1);
        self.db.write(|tx| steps::apply(tx, &by, &self.library, self.elder, &new)).expect("applied")
    }

    fn assigned(&self, scale: &str) -> Key {
        let (key, by) = (self.apply(scale), actor("2026-11-02", 1));
        self.db.write(|tx| steps::accept(tx, &by, &self.library, key)).expect("accepted");
        self.db.write(|tx| steps::assign(tx, &by, &self.library, key, &self.staff[..2])).expect("assigned");
        key
    }

    /// The assessor with that number hands in the answers.
    fn hand_in(&self, key: Key, number: usize, answers: &Answers, on: &str) -> Result<State, Error> {
        let (by, staff) = (actor(on, 10 + number as u128), self.staff[number]);
        self.db.write(|tx| {
            steps::save_form(tx, &by, &self.library, key, staff, answers)?;
            steps::submit_form(tx, &by, &self.library, key, staff)
        })
    }

    fn answers(&self, scale: &str, best: bool) -> Answers {
        whole(self.library.scale(scale).expect("scale"), best)
    }

    fn review(&self, key: Key, by: &Actor, approve: bool) -> Result<State, Error> {
        self.db.write(|tx| steps::review(tx, by, &self.library, key, None, approve, "请核对"))
    }

    fn noticed(&self) -> Key {
        let key = self.assigned("ltci2021");
        let worst = self.answers("ltci2021", false);
        assert_eq!(self.hand_in(key, 0, &worst, "2026-11-03").expect("in"), State::Assessing);
        assert_eq!(self.hand_in(key, 1, &worst, "2026-11-03").expect("in"), State::Proposed);
        let by = actor("2026-11-04", 2);
        assert_eq!(self.review(key, &by, true).expect("reviewed"), State::Reviewed);
        assert_eq!(self.db.write(|tx| steps::open_notice(tx, &by, &self.library, key)).expect("open"), State::Noticed);
        key
    }

    fn find(&self, key: Key) -> Assessment {
        let by = actor("2026-11-02", 1);
        self.db
            .read(|tx| {
                let subject = subject::store::find(tx, &by, key.elder)?;
                store::find(tx, &subject, key.id)
            })
            .expect("found")
    }

    fn night(&self, on: &str) -> String {
        nightly(&self.db, &actor(on, 3), &self.library).expect("night")
    }

    fn effective(&self, on: &str) -> Vec<EffectiveResult> {
        self.db.read(|tx| store::effective(tx, &actor("2026-11-02", 1), "ltci2021", day(on))).expect("read")
    }
}

fn refused<T: std::fmt::Debug>(result: Result<T, Error>) -> Vec<String> {
    match result.expect_err("refused") {
        Error::Refused(reasons) => reasons.into_iter().map(|r| r.code).collect(),
        other => panic!("{other:?}"),
    }
}

db::on_both! {
    fn from_application_to_effect_and_expiry(db: TestDb) {
        let county = County::new(db);
        let key = county.noticed();
        let until = county.find(key).notice_until.expect("notice");
        let days = county.library.parameter("public_notice_days", area("320623"), day("2026-11-04")).expect("parameter").value;
        assert!((until - day("2026-11-04")).num_days() >= days);
        assert!(county.night(&until.pred_opt().expect("day").to_string()).contains("生效 0 件"));
        assert!(county.night(&until.to_string()).contains("生效 1 件"));
        let a = county.find(key);
        assert_eq!((a.state, a.from, a.level()), (State::Effective, Some(until), Some(5)));
        let facts = county.db.read(|tx| facts::of(tx, county.elder)).expect("facts");
        assert_eq!((facts.ltci_level, facts.ltci_until), (Some(5), a.until));
        let end = a.until.expect("end");
        assert_eq!(county.effective(&end.pred_opt().expect("day").to_string()).len(), 1);
        assert!(county.effective(&end.to_string()).is_empty() && county.effective("2026-11-05").is_empty());
        assert!(county.db.read(|tx| store::effective(tx, &neighbour("2026-11-02"), "ltci2021", until)).expect("read").is_empty());
        let one = county.db.read(|tx| store::of_elder(tx, &actor("2026-11-02", 1), county.elder, "ltci2021", until)).expect("read");
        assert_eq!(one.map(|r| (r.assessment, r.level, r.dementia)), Some((key.id, 5, false)));
        assert!(county.night(&end.pred_opt().expect("day").to_string()).contains("到期 0 件"));
        assert!(county.night(&end.to_string()).contains("到期 1 件"));
        assert_eq!(county.db.read(|tx| facts::of(tx, county.elder)).expect("facts").ltci_level, None);
        assert_eq!(county.night(&end.to_string()), "公示期满生效 0 件，到期 0 件，因去世终止 0 件");
    }

    fn a_partial_form_is_kept_but_not_scored(db: TestDb) {
        let county = County::new(db);
        let key = county.assigned("gbt42195");
        let (by, staff) = (actor("2026-11-03", 10), county.staff[0]);
        let mut answers = county.answers("gbt42195", true);
        answers.items.remove("B1.3");
        let left = county.db.write(|tx| steps::save_form(tx, &by, &county.library, key, staff, &answers)).expect("kept");
        assert_eq!((left, county.find(key).state), (1, State::Assessing));
        let Err(Error::Refused(reasons)) = county.db.write(|tx| steps::submit_form(tx, &by, &county.library, key, staff)) else { panic!("refused") };
        assert_eq!(reasons.len(), 1);
        assert!(reasons[0].code == "PG-17" && reasons[0].text.contains("B1.3"), "{reasons:?}");
        let wrong = Answers { items: BTreeMap::from([("B1.3".to_owned(), 9)]), ..Answers::default() };
        let save = |staff, answers: &Answers| county.db.write(|tx| steps::save_form(tx, &by, &county.library, key, staff, answers));
        assert!(matches!(save(staff, &wrong), Err(Error::Invalid(_))));
        assert!(matches!(save(county.staff[4], &answers), Err(Error::Forbidden)));
        let last = Answers { items: BTreeMap::from([("B1.3".to_owned(), 4)]), ..Answers::default() };
        assert_eq!(save(staff, &last).expect("kept"), 0);
        county.db.write(|tx| steps::submit_form(tx, &by, &county.library, key, staff)).expect("handed in");
        assert!(matches!(save(staff, &last), Err(Error::Conflict(_))), "what is handed in stays");
    }

    fn differences_are_agreed_with_a_reason_or_by_a_third(db: TestDb) {
        let county = County::new(db);
        let key = county.assigned("gbt42195");
        let one = county.answers("gbt42195", true);
        let mut two = one.clone();
        two.items.insert("B1.1".into(), 2);
        county.hand_in(key, 0, &one, "2026-11-03").expect("in");
        assert_eq!(county.hand_in(key, 1, &two, "2026-11-03").expect("in"), State::Compared);
        let agree = |number: usize, choices: &[(&str, i64)], why: &str| {
            let choices = choices.iter().map(|(code, n)| ((*code).to_owned(), *n)).collect();
            let by = actor("2026-11-03", 10);
            county.db.write(|tx| steps::reconcile(tx, &by, &county.library, key, county.staff[number], &choices, why))
        };
        assert!(matches!(agree(0, &[("B1.1", 3)], " "), Err(Error::Invalid(_))));
        assert_eq!(refused(agree(0, &[], "再看")), ["PG-18"]);
        assert_eq!(refused(agree(4, &[("B1.1", 3)], "再看")), ["PG-22"]);
        assert_eq!(agree(0, &[("B1.1", 3)], "再看进食过程").expect("agreed"), State::Proposed);
        let a = county.find(key);
        assert_eq!((answer(a.agreed.as_ref().expect("agreed"), "B1.1"), a.changes[0].to), (Some(3), 3));
        let reviewer = actor("2026-11-04", 2);
        assert_eq!(county.review(key, &reviewer, false).expect("back"), State::Compared);
        let add = |number: usize| county.db.write(|tx| steps::add_assessor(tx, &reviewer, key, county.staff[number]));
        assert_eq!(refused(add(1)), ["PG-15"]);
        assert_eq!(add(2).expect("added"), State::Assessing);
        assert_eq!(county.hand_in(key, 2, &two, "2026-11-05").expect("in"), State::Proposed);
        let a = county.find(key);
        assert_eq!((answer(a.agreed.as_ref().expect("agreed"), "B1.1"), a.changes[0].reason.as_str()), (Some(2), "多数评估员意见一致"));
        assert_eq!(refused(county.review(key, &actor("2026-11-05", 12), true)), ["PG-21"]);
        assert_eq!(county.review(key, &reviewer, true).expect("no notice is asked for"), State::Effective);
        let facts = county.db.read(|tx| facts::of(tx, county.elder)).expect("facts");
        assert_eq!((facts.ability_level, facts.ltci_level), (Some(1), None));
    }

    fn an_objection_leads_to_others_or_is_answered(db: TestDb) {
        let county = County::new(db);
        let key = county.noticed();
        let dispute = |on: &str, text: &str| county.db.write(|tx| steps::dispute(tx, &actor(on, 1), key, "李四", text));
        assert!(matches!(dispute("2026-11-05", ""), Err(Error::Invalid(_))));
        assert_eq!(dispute("2026-11-05", "等级偏重").expect("heard"), State::Disputed);
        county.db.write(|tx| steps::dismiss(tx, &actor("2026-11-05", 1), key, "已复核录像")).expect("answered");
        assert_eq!(county.find(key).dispute.expect("kept").answer.as_deref(), Some("已复核录像"));
        dispute("2026-11-06", "仍有异议").expect("heard again");
        let again = |who: &[StaffId]| county.db.write(|tx| steps::reassess(tx, &actor("2026-11-06", 1), &county.library, key, who));
        assert_eq!(refused(again(&county.staff[1..3])), ["PG-15"]);
        assert_eq!(again(&county.staff[2..4]).expect("named"), State::Reassessing);
        let best = county.answers("ltci2021", true);
        assert!(matches!(county.hand_in(key, 0, &best, "2026-11-07"), Err(Error::Forbidden)));
        assert_eq!(county.hand_in(key, 2, &best, "2026-11-07").expect("in"), State::Reassessing);
        assert_eq!(county.hand_in(key, 3, &best, "2026-11-07").expect("in"), State::Proposed);
        let a = county.find(key);
        assert_eq!((a.level(), a.round, a.notice_until), (Some(0), 2, None));
        let reviewer = actor("2026-11-08", 2);
        county.review(key, &reviewer, true).expect("approved");
        county.db.write(|tx| steps::open_notice(tx, &reviewer, &county.library, key)).expect("open");
        let until = county.find(key).notice_until.expect("notice");
        county.night(&until.to_string());
        assert_eq!(county.find(key).state, State::Effective);
        let mut soon = application("ltci2021");
        soon.disabled_since = Some(day("2026-01-15"));
        let by = actor("2026-12-01", 1);
        let next = county.db.write(|tx| steps::apply(tx, &by, &county.library, county.elder, &soon)).expect("applied");
        assert_eq!(refused(county.db.write(|tx| steps::accept(tx, &by, &county.library, next))), ["PG-03"]);
        assert_eq!(county.db.write(|tx| steps::reject(tx, &by, &county.library, next, "")).expect("rejected"), State::Rejected);
        assert_eq!(county.find(next).refusals[0].code, "PG-03");
    }

    fn a_new_result_takes_the_place_of_the_old(db: TestDb) {
        let county = County::new(db);
        let run = |numbers: [usize; 2], on: &str| {
            let (mut new, by) = (application("gbt42195"), actor(on, 1));
            new.consent_on = Some(day(on));
            let key = county.db.write(|tx| steps::apply(tx, &by, &county.library, county.elder, &new)).expect("applied");
            county.db.write(|tx| steps::accept(tx, &by, &county.library, key)).expect("accepted");
            let who = numbers.map(|n| county.staff[n]);
            county.db.write(|tx| steps::assign(tx, &by, &county.library, key, &who)).expect("assigned");
            for n in numbers {
                county.hand_in(key, n, &county.answers("gbt42195", true), on).expect("in");
            }
            county.review(key, &actor(on, 2), true).expect("approved");
            key
        };
        let first = run([0, 1], "2026-11-02");
        let again = county.db.write(|tx| steps::apply(tx, &actor("2026-11-02", 1), &county.library, county.elder, &application("gbt42195")));
        let open = again.expect("one in force is no obstacle");
        assert_eq!(refused(county.db.write(|tx| steps::apply(tx, &actor("2026-11-02", 1), &county.library, county.elder, &application("gbt42195")))), ["PG-04"]);
        county.db.write(|tx| steps::withdraw(tx, &actor("2026-11-02", 1), open, "改日再办")).expect("withdrawn");
        let second = run([0, 1], "2026-12-01");
        let (a, b) = (county.find(first), county.find(second));
        assert_eq!((a.state, a.ended_on, b.state), (State::Replaced, Some(day("2026-12-01")), State::Effective));
        let on = |text: &str| county.db.read(|tx| store::effective(tx, &actor("2026-12-01", 1), "gbt42195", day(text))).expect("read");
        assert_eq!(on("2026-11-30")[0].assessment, first.id);
        assert_eq!((on("2026-12-01").len(), on("2026-12-01")[0].assessment), (1, second.id));
    }

    fn nothing_goes_on_for_the_dead(db: TestDb) {
        let county = County::new(db);
        let (open, by) = (county.assigned("gbt42195"), actor("2026-11-05", 1));
        let noticed = county.noticed();
        dies(&county.db, 2, "王桂英", "2026-11-05");
        assert_eq!(refused(county.hand_in(open, 0, &county.answers("gbt42195", true), "2026-11-05")), ["PG-05"]);
        assert_eq!(refused(county.db.write(|tx| steps::apply(tx, &by, &county.library, county.elder, &application("gbt42195")))), ["PG-04", "PG-05"]);
        assert!(county.night("2026-12-31").contains("因去世终止 2 件"));
        for key in [open, noticed] {
            assert_eq!((county.find(key).state, county.find(key).ended_on), (State::Cancelled, Some(day("2026-11-05"))));
        }
    }

    fn a_result_in_force_ends_with_the_elder(db: TestDb) {
        let county = County::new(db);
        let key = county.noticed();
        county.night("2026-12-01");
        dies(&county.db, 2, "王桂英", "2026-12-10");
        county.night("2026-12-11");
        assert_eq!(county.find(key).state, State::Cancelled);
        assert_eq!((county.effective("2026-12-09").len(), county.effective("2026-12-10").len()), (1, 0));
        assert_eq!(county.db.read(|tx| facts::of(tx, county.elder)).expect("facts").ltci_level, None);
    }

    fn assessors_may_be_changed_until_they_hand_in(db: TestDb) {
        let county = County::new(db);
        let (key, by) = (county.assigned("gbt42195"), actor("2026-11-03", 1));
        county.hand_in(key, 0, &county.answers("gbt42195", true), "2026-11-03").expect("in");
        let name = |who: &[StaffId]| county.db.write(|tx| steps::assign(tx, &by, &county.library, key, who));
        assert_eq!(refused(name(&county.staff[1..3])), ["PG-16"]);
        name(&[county.staff[0], county.staff[3]]).expect("changed");
        let forms = county.db.read(|tx| store::forms(tx, key)).expect("forms");
        assert_eq!(forms.iter().map(|f| (f.seat, f.staff, f.submitted)).collect::<Vec<_>>(), [(1, county.staff[0], true), (2, county.staff[3], false)]);
        assert!(matches!(county.hand_in(key, 1, &county.answers("gbt42195", true), "2026-11-03"), Err(Error::Forbidden)));
        assert_eq!(county.hand_in(key, 3, &county.answers("gbt42195", true), "2026-11-03").expect("in"), State::Proposed);
    }

    fn a_neighbour_can_do_nothing(db: TestDb) {
        let county = County::new(db);
        let (key, by) = (county.assigned("gbt42195"), neighbour("2026-11-03"));
        let all: [Result<State, Error>; 4] = [
            county.db.write(|tx| steps::accept(tx, &by, &county.library, key)),
            county.db.write(|tx| steps::withdraw(tx, &by, key, "x")),
            county.db.write(|tx| steps::submit_form(tx, &by, &county.library, key, county.staff[0])),
            county.db.write(|tx| steps::review(tx, &by, &county.library, key, None, true, "")),
        ];
        assert!(all.iter().all(|result| matches!(result, Err(Error::NotFound))), "{all:?}");
        assert_eq!(county.db.read(|tx| store::count(tx, &by, &Filter::default())).expect("count"), 0);
        assert_eq!(county.db.read(|tx| store::count(tx, &actor("2026-11-03", 1), &Filter::default())).expect("count"), 1);
    }
}
