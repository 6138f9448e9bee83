//! What is kept and what is said, one rule after the other, at its very limit.

mod made;

use made::{HOUR, MINUTE, carer, day, names, pin, row, visit, window};
use routing::{Carer, Effort, Plan, Problem, Reason, Rest, Sex, Visit, breaches, plan, replan};

fn planned(problem: &Problem) -> Plan {
    let found = plan(problem, &row(9), Effort::steps(400, 7)).expect("a sound question");
    assert_eq!(breaches(problem, &row(9), &found), [], "{found:#?}");
    found
}

/// The numbers of the reasons for which visits are left out.
fn left(plan: &Plan) -> Vec<String> {
    plan.unassigned.iter().map(|left| left.reason.code()).collect()
}

fn with(visit: Visit, change: impl Fn(&mut Visit)) -> Visit {
    let mut visit = visit;
    change(&mut visit);
    visit
}

fn but(carer: Carer, change: impl Fn(&mut Carer)) -> Carer {
    let mut carer = carer;
    change(&mut carer);
    carer
}

#[test]
fn one_visit_is_there_and_back_without_waiting_at_the_first_door() {
    let late = with(visit("v", 2), |v| v.windows = vec![window(10 * HOUR, 11 * HOUR)]);
    let found = planned(&day(vec![late], vec![carer("c")]));
    let tour = &found.tours[0];
    let stop = &tour.stops[0];
    assert_eq!((tour.leave, stop.travel, stop.arrival, stop.wait), (10 * HOUR - 20 * MINUTE, 1_200, 10 * HOUR, 0));
    assert_eq!((stop.start, stop.end, tour.home), (10 * HOUR, 10 * HOUR + 1_800, 10 * HOUR + 50 * MINUTE));
    assert_eq!((found.cost.travel, found.cost.idle, found.cost.points), (2_400, 0, 7_200));
}

#[test]
fn two_next_door_go_in_one_tour_and_the_row_is_walked_once() {
    let visits = (1..=6).map(|n| visit(&format!("v{n}"), n)).collect();
    let found = planned(&day(visits, vec![carer("c"), carer("d")]));
    assert_eq!((found.tours.len(), found.cost.travel), (1, 2 * 6 * 600));
}

#[test]
fn a_window_is_kept_to_the_second() {
    let closing = |until| with(visit("v", 3), |v| v.windows = vec![window(0, until)]);
    let reached = 8 * HOUR + 30 * MINUTE;
    for (until, codes) in [(reached - 1, vec!["RT28"]), (reached, vec![]), (reached + 1, vec![])] {
        assert_eq!(left(&planned(&day(vec![closing(until)], vec![carer("c")]))), codes, "until {until}");
    }
}

#[test]
fn a_shift_and_its_overtime_are_kept_to_the_second() {
    let late = with(visit("v", 3), |v| v.windows = vec![window(16 * HOUR, 16 * HOUR)]);
    let ending = |until, overtime| but(carer("c"), |c| (c.shifts[0].until, c.shifts[0].overtime) = (until, overtime));
    let home = 17 * HOUR;
    for (until, overtime, codes, over) in [
        (home, 0, vec![], 0),
        (home - 1, 0, vec!["RT28"], 0),
        (home - 600, 600, vec![], 600),
        (home - 600, 599, vec!["RT28"], 0),
    ] {
        let found = planned(&day(vec![late.clone()], vec![ending(until, overtime)]));
        assert_eq!((left(&found), found.cost.overtime), (codes.iter().map(ToString::to_string).collect(), over));
    }
}

#[test]
fn a_window_before_the_shift_is_left_out_with_its_reason() {
    let early = with(visit("v", 1), |v| v.windows = vec![window(5 * HOUR, 7 * HOUR)]);
    assert_eq!(left(&planned(&day(vec![early], vec![carer("c")]))), ["RT27"]);
}

#[test]
fn a_second_window_is_used_when_the_first_is_full() {
    let twice =
        |id: &str| with(visit(id, 1), |v| v.windows = vec![window(9 * HOUR, 9 * HOUR), window(14 * HOUR, 14 * HOUR)]);
    let found = planned(&day(vec![twice("v"), twice("w")], vec![carer("c")]));
    let starts: Vec<i32> = found.tours[0].stops.iter().map(|stop| stop.start).collect();
    assert_eq!(starts, [9 * HOUR, 14 * HOUR]);
    let three = day(vec![twice("v"), twice("w"), twice("x")], vec![carer("c")]);
    assert_eq!(left(&planned(&three)), ["RT29"]);
}

#[test]
fn skills_sex_and_welcome_are_kept_and_their_lack_is_told() {
    let able = but(carer("able"), |c| (c.skills, c.sex) = (names(&["tube"]), Some(Sex::Female)));
    let other = but(carer("other"), |c| c.sex = Some(Sex::Male));
    let ask = |change: &dyn Fn(&mut Visit)| {
        let found = planned(&day(vec![with(visit("v", 1), change)], vec![other.clone(), able.clone()]));
        let who: Vec<String> = found.carers("v").map(str::to_owned).collect();
        (who, left(&found))
    };
    let goes = |id: &str| (names(&[id]), vec![]);
    let nobody = |code: &str| (vec![], names(&[code]));
    assert_eq!(ask(&|v| v.skills = names(&["tube"])), goes("able"));
    assert_eq!(ask(&|v| v.skills = names(&["tube", "wound"])), nobody("RT25"));
    assert_eq!(ask(&|v| v.sex = Some(Sex::Male)), goes("other"));
    assert_eq!(ask(&|v| (v.sex, v.skills) = (Some(Sex::Male), names(&["tube"]))), nobody("RT26"));
    assert_eq!(ask(&|v| v.refused = names(&["other"])), goes("able"));
    assert_eq!(ask(&|v| v.only = names(&["other"])), goes("other"));
    assert_eq!(ask(&|v| v.refused = names(&["other", "able"])), nobody("RT24"));
    assert_eq!(ask(&|v| v.preferred = Some("other".into())), goes("other"));
    assert_eq!(ask(&|v| v.preferred = Some("able".into())), goes("able"));
}

#[test]
fn a_carer_of_unknown_sex_does_not_meet_a_wish() {
    let wish = with(visit("v", 1), |v| v.sex = Some(Sex::Female));
    assert_eq!(left(&planned(&day(vec![wish], vec![carer("c")]))), ["RT26"]);
}

#[test]
fn two_carers_begin_together_and_need_two_people() {
    let two = with(visit("two", 2), |v| v.carers = 2);
    let early = with(visit("early", 5), |v| v.windows = vec![window(9 * HOUR, 9 * HOUR)]);
    let found = planned(&day(vec![two.clone(), early], vec![carer("c"), carer("d")]));
    assert_eq!(found.carers("two").count(), 2);
    assert_eq!(left(&planned(&day(vec![two.clone()], vec![carer("c")]))), ["RT24"]);
    // One person with two shifts is one person.
    let mut split = carer("c");
    split.shifts = vec![split.shifts[0], split.shifts[0]];
    (split.shifts[0].until, split.shifts[1].from) = (12 * HOUR, 12 * HOUR);
    assert_eq!(left(&planned(&day(vec![two], vec![split]))), ["RT24"]);
}

#[test]
fn a_rest_is_taken_once_there_is_work_and_in_its_time() {
    let resting = |length| {
        but(carer("c"), |c| {
            c.shifts[0].rest = Some(Rest { begins: window(12 * HOUR, 12 * HOUR + 1_800), length });
        })
    };
    let fixed = |id: &str, at| with(visit(id, 0), |v| v.windows = vec![window(at, at)]);
    let noon = |gap| vec![fixed("v", 11 * HOUR + 45 * MINUTE), fixed("w", 12 * HOUR + 15 * MINUTE + gap)];
    let found = planned(&day(noon(HOUR), vec![resting(HOUR)]));
    let order: Vec<Option<&str>> = found.tours[0].stops.iter().map(|stop| stop.visit.as_deref()).collect();
    assert_eq!(order, [Some("v"), None, Some("w")]);
    assert_eq!(found.tours[0].stops[1].start, 12 * HOUR + 15 * MINUTE);
    // A second too little between the two: one has to go.
    assert_eq!(left(&planned(&day(noon(HOUR - 1), vec![resting(HOUR)]))), ["RT29"]);
    let idle = planned(&day(vec![], vec![resting(HOUR)]));
    assert_eq!((idle.tours.len(), idle.cost.missed_rests), (0, 0));
}

#[test]
fn what_is_agreed_stays_even_where_it_costs() {
    let agreed = with(visit("v", 1), |v| v.pinned = pin(&["far"], 13 * HOUR));
    let far = but(carer("far"), |c| (c.shifts[0].start, c.shifts[0].end) = (Some(8), Some(8)));
    let found = planned(&day(vec![agreed.clone(), visit("w", 1)], vec![carer("near"), far.clone()]));
    assert_eq!(found.carers("v").collect::<Vec<_>>(), ["far"]);
    let stop = found.tours.iter().flat_map(|tour| &tour.stops).find(|stop| stop.visit.as_deref() == Some("v"));
    assert_eq!(stop.map(|stop| stop.start), Some(13 * HOUR));
    let absent = but(far.clone(), |c| c.absent = true);
    assert_eq!(left(&planned(&day(vec![agreed.clone()], vec![carer("near"), absent]))), ["RT21"]);
    let unable = with(agreed.clone(), |v| v.skills = names(&["tube"]));
    assert_eq!(left(&planned(&day(vec![unable], vec![carer("near"), far.clone()]))), ["RT22"]);
    let second = with(agreed.clone(), |v| v.id = "again".into());
    assert_eq!(left(&planned(&day(vec![agreed, second], vec![carer("near"), far]))), ["RT23"]);
}

#[test]
fn what_is_agreed_for_two_goes_with_both_or_not_at_all() {
    let two = with(visit("v", 1), |v| (v.carers, v.pinned) = (2, pin(&["c", "d"], 9 * HOUR)));
    let found = planned(&day(vec![two.clone()], vec![carer("c"), carer("d"), carer("e")]));
    assert_eq!(found.carers("v").collect::<Vec<_>>(), ["c", "d"]);
    let absent = but(carer("d"), |c| c.absent = true);
    let found = planned(&day(vec![two], vec![carer("c"), absent, carer("e")]));
    assert_eq!((left(&found), found.tours.len()), (names(&["RT21"]), 0));
}

#[test]
fn where_not_all_can_be_made_the_weightier_is() {
    let at = |id: &str, priority| {
        with(visit(id, 1), |v| (v.windows, v.priority) = (vec![window(9 * HOUR, 9 * HOUR)], priority))
    };
    let found = planned(&day(vec![at("a", 1), at("b", 2), at("c", 1)], vec![carer("c")]));
    assert_eq!(found.carers("b").count(), 1);
    assert_eq!(left(&found), ["RT29", "RT29"]);
}

#[test]
fn an_absence_moves_only_what_it_must() {
    let visits: Vec<Visit> = (1..=8).map(|n| visit(&format!("v{n}"), n)).collect();
    let mut problem = day(visits, vec![carer("c"), carer("d"), carer("e")]);
    // More than any way: else one carer would walk the row alone.
    (problem.weights.continuity, problem.weights.changed) = (20_000, 20_000);
    for (n, visit) in problem.visits.iter_mut().enumerate() {
        visit.preferred = Some(["c", "d", "e"][n % 3].into());
    }
    let before = planned(&problem);
    assert_eq!(before.cost.lost_continuity, 0);
    problem.carers[1].absent = true;
    let after = replan(&problem, &row(9), &before, Effort::steps(400, 7)).expect("a sound question");
    assert_eq!(breaches(&problem, &row(9), &after), []);
    for visit in &problem.visits {
        let (was, is): (Vec<_>, Vec<_>) = (before.carers(&visit.id).collect(), after.carers(&visit.id).collect());
        assert!(was == is || was == ["d"], "{} went from {was:?} to {is:?}", visit.id);
    }
    assert_eq!((after.cost.changed, after.unassigned.len()), (before.carers_of("d"), 0));
}

trait CarersOf {
    fn carers_of(&self, carer: &str) -> i64;
}

impl CarersOf for Plan {
    fn carers_of(&self, carer: &str) -> i64 {
        let tours = self.tours.iter().filter(|tour| tour.carer == carer);
        tours.flat_map(|tour| &tour.stops).filter(|stop| stop.visit.is_some()).count() as i64
    }
}

#[test]
fn a_new_visit_goes_in_and_a_called_off_one_out() {
    let mut problem = day(vec![visit("v", 1), visit("w", 4)], vec![carer("c")]);
    let before = planned(&problem);
    problem.visits[1] = visit("new", 3);
    let after = replan(&problem, &row(9), &before, Effort::steps(100, 1)).expect("a sound question");
    assert_eq!((after.carers("w").count(), after.carers("new").count(), after.cost.changed), (0, 1, 0));
}

#[test]
fn reasons_are_numbered_and_told_in_words() {
    assert_eq!(Reason::Full.code(), "RT29");
    assert_eq!(Reason::NoSkill("鼻饲".into()).to_string(), "RT25 具备“鼻饲”技能的在岗人员不足");
}
