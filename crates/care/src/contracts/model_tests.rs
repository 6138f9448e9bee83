use super::fulfilment::{
    CHECKUP, Done, Progress, Promise, RECORD, Seen, Slot, Tally, Wanted, match_checkups, progress, share,
};
use super::model::{
    Centre, Consent, ConsentBy, Doctor, Package, Party, Promised, State, TRANSITIONS, against_centre, against_consent,
    against_doctor, against_person, schedule, term,
};
use super::store::steps;
use super::tests::said;
use crate::testing::{area, day, library};
use kernel::{Bp, CheckupId, ElderId, InstitutionId, PromiseId, StaffId};
use registry::elders::{Chronic, SelfCare};
use uuid::Uuid;

fn party(age_born: &str) -> Party {
    Party {
        id: ElderId(Uuid::from_u128(1)),
        name: "王桂英".into(),
        sex: "女",
        id_tail: "0021".into(),
        born: day(age_born),
        area: area("320623"),
        present: true,
        resident: Some(true),
        level: None,
        self_care: None,
        seriously_ill: Some(false),
        special_family: Some(false),
        handicapped: Some(false),
        chronic: Some(vec![]),
    }
}

fn codes(reasons: &[web::Reason]) -> Vec<&str> {
    reasons.iter().map(|r| r.code.as_str()).collect()
}

#[test]
fn the_age_of_contracts_is_the_documents() {
    let on = day("2026-11-02");
    let from = steps::from_age(&library(), &party("1950-01-01"), on);
    let against =
        |born: &str| against_person(&party(born), from, on).iter().map(|r| r.code.clone()).collect::<Vec<_>>();
    assert_eq!(against("1961-11-03"), ["FD-01"]);
    assert!(against("1961-11-02").is_empty() && against("1961-11-01").is_empty());
    let elsewhere = Party { area: area("310000"), ..party("1940-01-01") };
    assert_eq!(codes(&against_person(&elsewhere, steps::from_age(&library(), &elsewhere, on), on)), ["FD-09"]);
    let gone = Party { present: false, resident: Some(false), ..party("1940-01-01") };
    assert_eq!(codes(&against_person(&gone, from, on)), ["FD-03", "FD-06"]);
    assert!(against_person(&Party { resident: None, ..party("1940-01-01") }, from, on).is_empty());
}

#[test]
fn who_comes_first_is_decided_with_its_reasons() {
    let on = day("2026-11-02");
    let reasons = |p: &Party| {
        let decision = steps::priority(&library(), p, on);
        let reasons = decision.set("reasons").into_iter().flatten().cloned().collect::<Vec<_>>();
        (decision.bool("priority"), reasons)
    };
    assert_eq!(reasons(&party("1956-01-01")), (Some(false), vec![]));
    assert_eq!(reasons(&party("1946-11-03")), (Some(false), vec![]));
    assert_eq!(reasons(&party("1946-11-02")), (Some(true), vec!["very_old".into()]));
    let ill = Party { level: Some(1), chronic: Some(vec![Chronic::Stroke]), ..party("1956-01-01") };
    assert_eq!(reasons(&ill), (Some(true), vec!["chronic_disease".into(), "disabled".into()]));
    let unknown =
        Party { chronic: None, seriously_ill: None, special_family: None, handicapped: None, ..party("1956-01-01") };
    assert_eq!(reasons(&unknown), (Some(false), vec![]));
    let assumed = |p: &Party| p.assumed(steps::asked(&library(), p, on));
    assert_eq!(assumed(&unknown), ["失能等级（未评估）", "重病", "慢性病", "计划生育特殊家庭"]);
    let jiangxi = Party { area: area("360100"), ..unknown };
    assert_eq!(assumed(&jiangxi), ["失能等级（未评估）", "慢性病", "残疾"]);
    assert_eq!(reasons(&jiangxi), (Some(false), vec![]));
    let marked = Party { handicapped: Some(true), ..jiangxi };
    assert_eq!(reasons(&marked), (Some(true), vec!["handicapped".into()]));
}

#[test]
fn the_package_follows_the_assessment_before_the_roster() {
    let package = |level: Option<i64>, self_care: Option<SelfCare>| {
        let p = Party { level, self_care, ..party("1956-01-01") };
        p.proposed(&steps::priority(&library(), &p, day("2026-11-02"))).0
    };
    assert_eq!(package(Some(0), Some(SelfCare::Unable)), Package::Healthy);
    assert_eq!(package(Some(1), Some(SelfCare::Able)), Package::Disabled);
    assert_eq!(package(None, Some(SelfCare::Unable)), Package::Disabled);
    assert_eq!(package(None, Some(SelfCare::Partial)), Package::Healthy);
    assert_eq!(package(None, None), Package::Healthy);
}

fn service(interval_days: i64) -> Promised {
    Promised { service: "consultation".into(), interval_days, payer: "self".into() }
}

#[test]
fn each_service_is_due_at_the_end_of_each_whole_interval() {
    let (from, until) = (day("2026-11-02"), day("2027-11-02"));
    let dues = |every| schedule(&[service(every)], from, until);
    let yearly = dues(365);
    assert_eq!(
        (yearly.len(), yearly[0].opens_on, yearly[0].due_on, yearly[0].lapses_on),
        (1, from, day("2027-11-01"), until)
    );
    assert_eq!([364, 366, 400].map(|every| dues(every).len()), [1, 1, 1]);
    assert_eq!(dues(400)[0].due_on, day("2027-11-01"), "longer than the term: owed once by the last day");
    let quarterly = dues(90);
    assert_eq!(quarterly.len(), 4);
    assert_eq!(
        (quarterly[0].due_on, quarterly[1].opens_on, quarterly[0].lapses_on),
        (day("2027-01-30"), day("2027-01-31"), quarterly[1].due_on.succ_opt().expect("day"))
    );
    assert_eq!((quarterly[3].nth, quarterly[3].lapses_on), (4, until));
    assert_eq!([182, 183].map(|every| dues(every).len()), [2, 1]);
    assert_eq!(dues(0).len(), 365, "a nonsensical interval does not loop for ever");
}

#[test]
fn terms_are_whole_months() {
    assert_eq!(term(day("2026-11-02"), 12), Some(day("2027-11-02")));
    assert_eq!(term(day("2028-02-29"), 12), Some(day("2029-02-28")));
    assert_eq!((term(day("2026-11-02"), 0), term(day("2026-11-02"), -1)), (None, None));
}

const SLOT: (&str, &str, &str) = ("2026-01-01", "2026-03-31", "2026-07-01");

fn slot() -> Slot {
    Slot { opens_on: day(SLOT.0), due_on: day(SLOT.1), lapses_on: day(SLOT.2) }
}

#[test]
fn how_it_stands_with_a_promise_changes_at_its_days() {
    let open = |today: &str| progress(slot(), None, None, day(today));
    assert_eq!(
        ["2026-03-30", "2026-03-31", "2026-04-01"].map(open),
        [Progress::Waiting, Progress::Waiting, Progress::Overdue]
    );
    assert_eq!(["2026-06-30", "2026-07-01"].map(open), [Progress::Overdue, Progress::Missed]);
    let done = |on: &str| progress(slot(), Some(day(on)), None, day("2026-08-01"));
    assert_eq!(
        ["2026-03-30", "2026-03-31", "2026-04-01"].map(done),
        [Progress::InTime, Progress::InTime, Progress::Late]
    );
    let ended = |on: &str| progress(slot(), None, Some(day(on)), day("2026-05-01"));
    assert_eq!(
        ["2026-03-30", "2026-03-31", "2026-04-01"].map(ended),
        [Progress::Void, Progress::Void, Progress::Missed]
    );
}

fn promise(done: Option<&str>) -> Promise {
    let done =
        done.map(|on| Done {
            on: day(on), by_id: None, by: "张医生".into(), result: "血压平稳".into(), checkup: None
        });
    Promise {
        id: PromiseId(Uuid::from_u128(1)),
        service: "consultation".into(),
        title: "健康咨询".into(),
        payer: "self".into(),
        unverified: None,
        nth: 1,
        slot: slot(),
        done,
    }
}

#[test]
fn a_day_of_service_lies_within_its_time_and_the_contract() {
    let end = day("2026-06-15");
    let against = |on: &str| promise(None).against_day(day(on), end, day("2026-06-20")).is_some();
    assert_eq!(["2025-12-31", "2026-01-01", "2026-01-02"].map(against), [true, false, false]);
    assert_eq!(["2026-06-14", "2026-06-15", "2026-06-16"].map(against), [false, true, true]);
    let longer = |on: &str| promise(None).against_day(day(on), day("2027-01-01"), day("2026-07-01")).is_some();
    assert_eq!(["2026-06-30", "2026-07-01", "2026-07-02"].map(longer), [false, true, true]);
}

#[test]
fn figures_count_what_is_due_and_what_was_kept() {
    let today = day("2026-05-01");
    let all = [promise(Some("2026-02-01")), promise(Some("2026-04-15")), promise(None)];
    let tally = Tally::of(&all, None, today);
    assert_eq!((tally.due, tally.in_time, tally.late, tally.overdue, tally.missed, tally.idle), (3, 1, 1, 1, 0, 0));
    assert_eq!((tally.kept(), tally.punctual()), (Some(Bp(6_667)), Some(Bp(3_333))));
    let early = Tally::of(&all, None, day("2026-03-31"));
    assert_eq!((early.due, early.done, early.kept()), (0, 2, None));
    let idle = Tally::of(&[promise(None)], None, today);
    assert_eq!((idle.idle, idle.kept()), (1, Some(Bp(0))));
    let both = tally.and(idle);
    assert_eq!((both.contracts, both.idle, both.due), (2, 1, 4));
    assert_eq!((share(1, 0), share(1, 2), share(2, 3)), (None, Some(Bp(5_000)), Some(Bp(6_667))));
}

#[test]
fn a_checkup_fulfils_the_promise_of_its_time_once() {
    let wanted = |n: u128, service: &str, from: &str, due: &str, lapses: &str| Wanted {
        id: PromiseId(Uuid::from_u128(n)),
        service: service.into(),
        slot: Slot { opens_on: day(from), due_on: day(due), lapses_on: day(lapses) },
        end: day("2027-01-01"),
    };
    let all = [
        wanted(1, CHECKUP, "2026-01-01", "2026-06-30", "2027-01-01"),
        wanted(2, CHECKUP, "2026-07-01", "2026-12-31", "2027-01-01"),
        wanted(3, RECORD, "2026-01-01", "2026-12-31", "2027-01-01"),
    ];
    let seen = |n: u128, on: &str, file_built| Seen { id: CheckupId(Uuid::from_u128(n)), on: day(on), file_built };
    let matched = |seen: &[Seen]| {
        match_checkups(&all, seen).into_iter().map(|(_, c)| c.map(|c| c.id.0.as_u128())).collect::<Vec<_>>()
    };
    assert_eq!(matched(&[]), [None, None, None]);
    assert_eq!(matched(&[seen(7, "2026-06-30", false)]), [Some(7), None, None]);
    assert_eq!(matched(&[seen(7, "2026-07-01", true)]), [None, Some(7), Some(7)]);
    assert_eq!(matched(&[seen(7, "2026-07-01", true), seen(8, "2026-09-01", true)]), [Some(8), Some(7), Some(7)]);
    assert_eq!(matched(&[seen(7, "2025-12-31", true), seen(8, "2027-01-01", true)]), [None, None, None]);
}

#[test]
fn only_a_qualified_doctor_of_the_institution_signs() {
    let (own, other) = (InstitutionId(Uuid::from_u128(1)), InstitutionId(Uuid::from_u128(2)));
    let doctor = Doctor {
        id: StaffId(Uuid::from_u128(1)),
        name: "张医生".into(),
        institution: own,
        physician: true,
        qualification: Some("执业医师证".into()),
        certificate_until: Some(day("2026-11-02")),
    };
    let against = |d: &Doctor, on: &str| against_doctor(d, own, day(on)).len();
    assert_eq!(["2026-11-01", "2026-11-02", "2026-11-03"].map(|on| against(&doctor, on)), [0, 0, 1]);
    assert_eq!(against(&Doctor { institution: other, ..doctor.clone() }, "2026-11-01"), 1);
    assert_eq!(against(&Doctor { physician: false, ..doctor.clone() }, "2026-11-01"), 1);
    assert_eq!(against(&Doctor { qualification: Some(" ".into()), ..doctor }, "2026-11-01"), 1);
    let centre = Centre { id: own, name: "甲院".into(), primary: false };
    assert_eq!(codes(&against_centre(&centre, Some(other))), ["FD-07", "FD-08"]);
}

#[test]
fn without_consent_before_the_day_nobody_signs() {
    let against = |on: &str, agreed| against_consent(&said("2026-11-02", agreed), day(on), day("2026-11-03")).len();
    assert_eq!(["2026-11-01", "2026-11-02", "2026-11-03", "2026-11-04"].map(|on| against(on, true)), [1, 0, 0, 1]);
    assert_eq!(against("2026-11-02", false), 1);
    let family = Consent { by: ConsentBy::Family, ..said("2026-11-02", true) };
    assert_eq!(family.faults(day("2026-11-02")).iter().map(|f| f.0).collect::<Vec<_>>(), ["relation"]);
    assert_eq!(family.faults(day("2026-11-01")).len(), 2);
    let again = Consent { ask_again_on: Some(day("2026-11-02")), ..said("2026-11-02", false) };
    assert_eq!(again.faults(day("2026-11-02")).iter().map(|f| f.0).collect::<Vec<_>>(), ["ask_again_on"]);
}

#[test]
fn every_step_of_the_table_and_no_other_can_happen() {
    for state in State::ALL {
        for event in ["sign", "withdraw", "end", "expire"] {
            let next = TRANSITIONS.iter().find(|(from, by, _)| *from == state.code() && *by == event).map(|t| t.2);
            assert_eq!(state.after(event).map(State::code), next, "{} {event}", state.code());
        }
    }
}
