use super::*;
use uuid::Uuid;

fn duty(name: &str, at: Option<(f64, f64)>) -> Duty {
    let now = Instant::UNIX_EPOCH;
    Duty {
        id: EmergencyRowId(Uuid::nil()),
        area: Area::COUNTRY,
        institution: None,
        kind: Responder::Nurse,
        name: name.into(),
        phone: String::new(),
        place: String::new(),
        at,
        from: now,
        until: now + chrono::TimeDelta::hours(8),
        ended_at: None,
    }
}

fn proposal(name: &str, minutes: Option<i64>, penalty: Option<i64>) -> Proposal {
    let metres = minutes.map(|m| m * 300);
    Proposal { duty: duty(name, None), metres, minutes, penalty, busy: false, declined: false }
}

fn names(all: Vec<Proposal>) -> Vec<String> {
    in_order(all).into_iter().map(|p| p.duty.name).collect()
}

#[test]
fn who_is_near_and_fit_comes_first_and_who_is_nowhere_or_busy_last() {
    let busy = Proposal { busy: true, ..proposal("忙", Some(1), Some(0)) };
    let all = vec![
        busy,
        proposal("无位置", None, Some(0)),
        proposal("近而不合适", Some(4), Some(15)),
        proposal("合适", Some(9), Some(0)),
        proposal("未规定", Some(10), None),
    ];
    assert_eq!(names(all), ["合适", "未规定", "近而不合适", "无位置", "忙"]);
}

#[test]
fn a_way_takes_at_least_a_minute_and_huge_ones_do_not_overflow() {
    let road = Road { detour_bp: 14_000, metres_per_hour: 25_000 };
    assert_eq!([road.minutes(0), road.minutes(3_000), road.minutes(25_000)], [1, 10, 84]);
    assert!(road.minutes(i64::MAX) > 0);
    assert!(Road { detour_bp: 10_000, metres_per_hour: 0 }.minutes(5) > 0);
}

#[test]
fn a_duty_holds_from_its_beginning_until_before_its_end() {
    let one = duty("王", None);
    let at = |minutes| one.on_at(one.from + chrono::TimeDelta::minutes(minutes));
    assert_eq!([at(-1), at(0), at(479), at(480)], [false, true, true, false]);
    let ended = Duty { ended_at: Some(one.from), ..one.clone() };
    assert!(!ended.on_at(one.from + chrono::TimeDelta::minutes(1)));
}

#[test]
fn the_state_table_knows_no_other_step() {
    assert_eq!(State::Answered.after("dispatch"), Some(State::Dispatched));
    assert_eq!(State::Dispatched.after("decline"), Some(State::Answered));
    assert_eq!(State::Answered.after("arrive"), None);
    assert_eq!(State::OnTheWay.after("close"), None);
    assert_eq!(State::Closed.after("dispatch"), None);
}
