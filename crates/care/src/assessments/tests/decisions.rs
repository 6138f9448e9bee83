use super::super::compare::{answer, compare, settle};
use super::super::model::*;
use super::super::rules::{Purpose, Rules};
use super::super::steps;
use super::{application, whole};
use crate::testing::{area, day, library};
use kernel::{AccountId, Date, FormId, StaffId};
use policy::Answers;
use std::collections::BTreeMap;
use uuid::Uuid;

const EVENTS: &[&str] = &[
    "accept", "reject", "assign", "begin", "differ", "agree", "add", "approve", "return", "notice", "dispute",
    "dismiss", "reassess", "effect", "expire", "replace", "withdraw", "cancel",
];

#[test]
fn every_pair_of_state_and_event_is_either_in_the_table_or_refused() {
    let mut allowed = 0;
    for state in State::ALL {
        assert_eq!(State::parse(state.code()), Some(*state));
        for event in EVENTS {
            let listed = TRANSITIONS.iter().find(|(from, by, _)| *from == state.code() && by == event);
            assert_eq!(state.after(event).map(State::code), listed.map(|step| step.2), "{state:?} {event}");
            allowed += usize::from(listed.is_some());
        }
    }
    assert_eq!(allowed, TRANSITIONS.len(), "an event or a state is unknown, or a step stands twice");
}

#[test]
fn no_way_leads_out_of_an_end() {
    for state in [State::Rejected, State::Expired, State::Replaced, State::Withdrawn, State::Cancelled] {
        assert!(state.settled() && EVENTS.iter().all(|event| state.after(event).is_none()), "{state:?}");
    }
    let reached = |state: &&State| TRANSITIONS.iter().any(|(_, _, to)| *to == state.code());
    assert_eq!(State::ALL.iter().filter(reached).count(), State::ALL.len() - 1, "all but the first are reached");
}

fn rules() -> Rules {
    Rules::of(&library(), "ltci2021", area("320623"), day("2026-11-02"))
}

fn codes(change: impl FnOnce(&mut Application, &mut History)) -> Vec<String> {
    let (library, mut history) = (library(), History { present: true, ..History::default() });
    let mut new = application("ltci2021");
    change(&mut new, &mut history);
    let scale = library.scale("ltci2021").expect("scale");
    consider(&new, day("2026-11-02"), scale, &rules(), &history).into_iter().map(|r| r.code).collect()
}

#[test]
fn the_documents_give_the_numbers() {
    let rules = rules();
    assert_eq!((rules.assessors, rules.disability_months, rules.reapply_months), (Some(2), Some(6), Some(6)));
    assert_eq!((rules.valid_months, rules.notice_length()), (Some(24), rules.notice_days.max(rules.dispute_days)));
    assert!(rules.sources.iter().all(|source| source.unverified.is_some()));
    let ability = Rules::of(&library(), "gbt42195", area("320623"), day("2026-11-02"));
    assert_eq!((ability.assessors, ability.valid_months), (Some(2), Some(12)));
    assert_eq!((ability.disability_months, ability.notice_length()), (None, None));
}

/// A screening scale must never become somebody's level, and what a scale says of itself must agree with its id.
#[test]
fn only_the_two_standards_decide_a_level() {
    let library = library();
    let offered: Vec<&str> = Purpose::scales(&library).map(|scale| scale.id.as_str()).collect();
    assert_eq!(offered, ["gbt42195", "ltci2021"]);
    for scale in library.scales() {
        let decides = offered.contains(&scale.id.as_str());
        assert_eq!(scale.purpose.formal(), decides, "{}", scale.id);
        assert_eq!(steps::deciding(&library, &scale.id).is_ok(), decides, "{}", scale.id);
        let found = decides.then(|| Purpose::of(&scale.id));
        assert_eq!(Purpose::decided_by(scale), found, "{}", scale.id);
    }
    let mut mislabelled = library.scale("barthel").expect("scale").clone();
    mislabelled.purpose = policy::Purpose::CareInsurance;
    assert_eq!(Purpose::decided_by(&mislabelled), None, "its id is not one of the care insurance");
    assert!(steps::deciding(&library, "no_such_scale").is_err());
}

#[test]
fn a_whole_and_timely_application_is_admitted() {
    assert!(codes(|_, _| ()).is_empty());
}

#[test]
fn the_self_screen_must_reach_e() {
    // Class a comes first: 1a+2b is D, 1a+3b and 2a+1b are E.
    let screen = |a: usize, b: usize| {
        codes(|new, _| {
            let answers = |dependent: usize| (0..3).map(move |i| if i < dependent { 2 } else { 1 });
            new.self_screen = answers(a).chain(answers(b)).collect();
        })
    };
    assert_eq!(screen(1, 2), ["PG-01"]);
    assert!(screen(1, 3).is_empty() && screen(2, 1).is_empty() && screen(3, 3).is_empty());
    assert_eq!(screen(2, 0), ["PG-01"]);
    assert_eq!(codes(|new, _| new.self_screen.truncate(5)), ["PG-01"]);
    assert_eq!(codes(|new, _| new.self_screen[5] = 3), ["PG-01"]);
}

#[test]
fn the_disability_must_have_lasted() {
    let since = |text: &str| codes(|new, _| new.disabled_since = Some(day(text)));
    assert!(since("2026-05-01").is_empty());
    assert!(since("2026-05-02").is_empty(), "six months to the day");
    assert_eq!(since("2026-05-03"), ["PG-02"]);
    assert_eq!(codes(|new, _| new.disabled_since = None), ["PG-02"]);
}

#[test]
fn after_a_result_without_disability_one_waits() {
    let refused = |text: &str| codes(|_, history| history.refused_on = Some(day(text)));
    assert!(refused("2026-05-01").is_empty());
    assert!(refused("2026-05-02").is_empty(), "six months to the day");
    assert_eq!(refused("2026-05-03"), ["PG-03"]);
}

#[test]
fn one_at_a_time_for_the_living_with_consent() {
    assert_eq!(codes(|_, history| history.under_way = true), ["PG-04"]);
    assert_eq!(codes(|_, history| history.present = false), ["PG-05"]);
    assert_eq!(codes(|new, _| new.consent_on = None), ["PG-06"]);
}

#[test]
fn the_form_names_each_field_that_is_wrong() {
    let library = library();
    let scale = library.scale("ltci2021").expect("scale");
    let faults = |change: fn(&mut Application)| {
        let mut new = application("ltci2021");
        change(&mut new);
        new.faults(scale, &rules(), day("2026-11-02")).into_iter().map(|(field, _)| field).collect::<Vec<_>>()
    };
    assert!(faults(|_| ()).is_empty());
    assert_eq!(faults(|a| a.applicant = " ".into()), ["applicant"]);
    assert_eq!(faults(|a| a.relation = "路人".into()), ["relation"]);
    assert_eq!(faults(|a| a.phone = "123456".into()), ["phone"]);
    assert!(faults(|a| a.phone = "0513-8451".into()).is_empty());
    assert_eq!(faults(|a| a.reason = String::new()), ["reason"]);
    assert_eq!(faults(|a| a.consent_on = Some(day("2026-11-03"))), ["consent_on"]);
    assert_eq!(faults(|a| a.disabled_since = Some(day("2026-11-03"))), ["disabled_since"]);
    assert_eq!(faults(|a| a.self_screen.clear()), ["self_screen"]);
}

fn person(number: u128, until: Option<&str>) -> Assessor {
    Assessor {
        staff: StaffId(Uuid::from_u128(number)),
        name: format!("评估员{number}"),
        is_assessor: true,
        certificate: "PG000001".into(),
        certificate_until: until.map(day),
    }
}

fn against(assessors: &[Assessor], earlier: &[StaffId]) -> Vec<String> {
    against_assessors(assessors, earlier, &rules(), day("2026-11-02")).into_iter().map(|r| r.code).collect()
}

#[test]
fn two_different_assessors_with_certificates() {
    let (one, two) = (person(1, Some("2026-11-02")), person(2, None));
    assert!(against(&[one.clone(), two.clone()], &[]).is_empty(), "the last day still counts");
    assert_eq!(against(std::slice::from_ref(&one), &[]), ["PG-11"]);
    assert_eq!(against(&[one.clone(), one.clone()], &[]), ["PG-12"]);
    assert_eq!(against(&[two.clone(), person(3, Some("2026-11-01"))], &[]), ["PG-14"]);
    assert_eq!(against(&[two.clone(), Assessor { certificate: String::new(), ..person(3, None) }], &[]), ["PG-14"]);
    assert_eq!(against(&[two.clone(), Assessor { is_assessor: false, ..person(3, None) }], &[]), ["PG-13"]);
    assert_eq!(against(&[one.clone(), two], &[one.staff]), ["PG-15"]);
    assert!(against(&[one, person(2, None), person(3, None)], &[]).is_empty(), "more than needed is fine");
}

#[test]
fn nobody_reviews_their_own() {
    let form = Form {
        id: FormId(Uuid::from_u128(9)),
        round: 1,
        seat: 1,
        staff: StaffId(Uuid::from_u128(1)),
        name: String::new(),
        certificate: String::new(),
        submitted: true,
        answers: Answers::default(),
        scored: None,
        account: Some(AccountId(Uuid::from_u128(5))),
        started_at: None,
        submitted_at: None,
    };
    let (staff, account) = (|n| Some(StaffId(Uuid::from_u128(n))), |n| Some(AccountId(Uuid::from_u128(n))));
    let forms = [form];
    assert!(against_reviewer(&forms, account(6), staff(1)).is_some());
    assert!(against_reviewer(&forms, account(5), None).is_some());
    assert!(against_reviewer(&forms, account(6), staff(2)).is_none());
    assert!(against_reviewer(&forms, None, None).is_none());
}

#[test]
fn objections_are_heard_during_the_notice_only() {
    let on = |text: &str| against_dispute(Some(day("2026-11-02")), Some(day("2026-11-12")), day(text)).is_none();
    assert_eq!(["2026-11-01", "2026-11-02", "2026-11-11", "2026-11-12"].map(on), [false, true, true, false]);
    assert!(against_dispute(None, None, day("2026-11-02")).is_some());
}

#[test]
fn results_hold_for_full_months() {
    let until = |from: &str, months| validity(day(from), months).1;
    assert_eq!(until("2026-11-12", 24), day("2028-11-12"));
    assert_eq!(until("2026-08-31", 6), day("2027-02-28"));
    assert_eq!(validity(Date::MIN, -1).1, Date::MIN);
}

#[test]
fn dementia_is_a_flag_or_on_file() {
    let flagged = Answers { flags: BTreeMap::from([("dementia".to_owned(), 1)]), ..Answers::default() };
    assert!(dementia(&flagged, "") && dementia(&Answers::default(), "stroke,dementia"));
    assert!(!dementia(&Answers::default(), "stroke,mental") && !dementia(&Answers::default(), ""));
}

#[test]
fn forms_are_put_side_by_side() {
    let library = library();
    let scale = library.scale("ltci2021").expect("scale");
    let (one, mut two) = (whole(scale, true), whole(scale, true));
    let look = |forms: &[&Answers]| {
        let scored: Vec<_> = forms.iter().map(|a| (*a, scale.score(a).expect("whole"))).collect();
        compare(scale, &scored.iter().map(|(a, s)| (*a, s)).collect::<Vec<_>>())
    };
    let same = look(&[&one, &two]);
    assert!(same.differences.is_empty() && same.same_level && same.agreed == one);
    two.items.insert("ADL1".into(), 5);
    let differ = look(&[&one, &two]);
    assert_eq!((differ.differences.len(), differ.same_level), (1, false));
    assert_eq!(differ.differences[0].values, [10, 5]);
    assert_eq!(differ.open().count(), 1, "two who differ have no majority");
    assert_eq!(settle(scale, &differ, &BTreeMap::new(), "x").expect_err("open"), ["ADL1 进食"]);
    let (answers, changes) =
        settle(scale, &differ, &BTreeMap::from([("ADL1".to_owned(), 5)]), "复看录像").expect("settled");
    assert_eq!((answer(&answers, "ADL1"), changes.len(), changes[0].reason.as_str()), (Some(5), 1, "复看录像"));
    let third = look(&[&one, &two, &two]);
    assert_eq!((third.open().count(), answer(&third.agreed, "ADL1")), (0, Some(5)));
    let mut other = one.clone();
    other.items.insert("ADL1".into(), 0);
    assert_eq!(look(&[&one, &two, &other]).open().count(), 1, "three opinions are no majority");
}
