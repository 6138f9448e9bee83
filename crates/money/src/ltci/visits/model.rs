//! What a visit is and what may be done with it: pure.

use kernel::{Area, Date, ElderId, Instant, InstitutionId, Month, PlanId, StaffId, VisitId};
use web::Reason;

/// The steps that a visit may take; the table in `mod.rs` says the same.
pub const TRANSITIONS: &[(&str, &str, &str)] = &[
    ("planned", "check_in", "checked_in"),
    ("planned", "enter_late", "done"),
    ("planned", "reassign", "planned"),
    ("planned", "cancel", "cancelled"),
    ("planned", "miss", "missed"),
    ("checked_in", "check_out", "done"),
    ("checked_in", "enter_late", "done"),
    ("missed", "enter_late", "done"),
    ("done", "amend", "done"),
];

registry::choice! {
    /// How far a visit is.
    pub enum State {
        /// 待上门
        Planned = "planned" "待上门",
        /// 服务中
        CheckedIn = "checked_in" "服务中",
        /// 已完成
        Done = "done" "已完成",
        /// 未服务
        Missed = "missed" "未服务",
        /// 已取消
        Cancelled = "cancelled" "已取消",
    }
}

impl State {
    /// The state after the event, if the event is possible now.
    #[must_use]
    pub fn after(self, event: &str) -> Option<Self> {
        let row = TRANSITIONS.iter().find(|(from, e, _)| *from == self.code() && *e == event)?;
        Self::parse(row.2)
    }
}

/// A place as a telephone gives it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// Longitude in degrees (WGS 84).
    pub lon: f64,
    /// Latitude in degrees (WGS 84).
    pub lat: f64,
    /// How exact, in metres, as the telephone says.
    pub accuracy: Option<i64>,
}

impl Place {
    /// Whether the numbers can be a place.
    #[must_use]
    pub fn plausible(&self) -> bool {
        (-180.0..=180.0).contains(&self.lon) && (-90.0..=90.0).contains(&self.lat)
    }

    /// Metres along the great circle to another place.
    #[must_use]
    pub fn metres_to(&self, lon: f64, lat: f64) -> i64 {
        const EARTH: f64 = 6_371_000.0;
        let (a, b) = (self.lat.to_radians(), lat.to_radians());
        let (dlat, dlon) = (b - a, (lon - self.lon).to_radians());
        let h = (dlat / 2.0).sin().powi(2) + a.cos() * b.cos() * (dlon / 2.0).sin().powi(2);
        (2.0 * EARTH * h.sqrt().min(1.0).asin()).round() as i64
    }
}

/// A visit as it stands in the store.
#[derive(Clone, Debug, PartialEq)]
pub struct Visit {
    /// To whom.
    pub elder: ElderId,
    /// Identity.
    pub id: VisitId,
    /// The plan that it comes from.
    pub plan: PlanId,
    /// Who serves.
    pub institution: InstitutionId,
    /// Who comes.
    pub carer: StaffId,
    /// The county that pays.
    pub county: Area,
    /// The month of service.
    pub month: Month,
    /// Planned beginning.
    pub planned_from: Instant,
    /// Planned end.
    pub planned_to: Instant,
    /// Items: codes joined by commas.
    pub items: String,
    /// How far it is.
    pub state: State,
    /// Check-in.
    pub in_at: Option<Instant>,
    /// Where the check-in was.
    pub in_place: Option<Place>,
    /// Metres from the centre of the elder's village at check-in.
    pub in_distance: Option<i64>,
    /// Check-out.
    pub out_at: Option<Instant>,
    /// When it was entered late.
    pub late_entered_at: Option<Instant>,
    /// Why it was entered late.
    pub late_reason: Option<String>,
    /// Why it was cancelled or missed, or what else was noted.
    pub note: Option<String>,
}

impl Visit {
    /// The day of service in China.
    #[must_use]
    pub fn day(&self) -> Date {
        kernel::time::date_of(self.planned_from)
    }

    /// Whole minutes between check-in and check-out.
    #[must_use]
    pub fn minutes(&self) -> Option<i64> {
        Some((self.out_at? - self.in_at?).num_minutes())
    }
}

/// The region's parameters for visits, in minutes and days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// How much before its time a visit may begin.
    pub early_minutes: i64,
    /// How much after its time a visit may begin.
    pub late_minutes: i64,
    /// Days after the visit within which it may be entered late.
    pub late_days: i64,
}

/// What speaks against checking in now.
#[must_use]
pub fn against_check_in(visit: &Visit, rules: Rules, now: Instant) -> Vec<Reason> {
    let mut reasons = vec![];
    let early = (visit.planned_from - now).num_minutes();
    let late = (now - visit.planned_from).num_minutes();
    if kernel::time::date_of(now) != visit.day() {
        reasons.push(Reason::new("LTCI-51", format!("这次服务计划在 {}，只能当天签到", visit.day())));
    } else if early > rules.early_minutes {
        let text = format!("离计划时间还有 {early} 分钟，最多可提前 {} 分钟签到", rules.early_minutes);
        reasons.push(Reason::new("LTCI-52", text));
    } else if late > rules.late_minutes {
        let text = format!("已晚于计划时间 {late} 分钟（最多 {} 分钟），请按补录办理并说明原因", rules.late_minutes);
        reasons.push(Reason::new("LTCI-53", text));
    }
    reasons
}

/// What speaks against these times for a visit that is entered late or amended; `limit` is the days allowed.
#[must_use]
pub fn against_times(visit: &Visit, from: Instant, to: Instant, now: Instant, limit: Option<i64>) -> Vec<Reason> {
    let mut reasons = vec![];
    let mut refuse = |condition: bool, code: &str, text: String| {
        if condition {
            reasons.push(Reason::new(code, text));
        }
    };
    refuse(to <= from, "LTCI-54", "签退时间须晚于签到时间".into());
    refuse(to > now, "LTCI-55", "签退时间不能晚于现在".into());
    let day = kernel::time::date_of;
    let on_day = day(from) == visit.day() && day(to) == visit.day();
    refuse(!on_day, "LTCI-56", format!("服务时间须在计划当天（{}）；改期请另行安排", visit.day()));
    if let Some(limit) = limit {
        let days = (day(now) - visit.day()).num_days();
        refuse(days > limit, "LTCI-57", format!("服务日已过 {days} 天，超过补录期限（{limit} 天）"));
    }
    reasons
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::time::parse_local;
    use uuid::Uuid;

    const RULES: Rules = Rules { early_minutes: 60, late_minutes: 120, late_days: 3 };

    fn instant(text: &str) -> Instant {
        parse_local(text).expect("instant")
    }

    fn visit() -> Visit {
        Visit {
            elder: ElderId(Uuid::from_u128(1)),
            id: VisitId(Uuid::from_u128(2)),
            plan: PlanId(Uuid::from_u128(3)),
            institution: InstitutionId(Uuid::from_u128(4)),
            carer: StaffId(Uuid::from_u128(5)),
            county: Area::parse("320623").expect("area"),
            month: Month::parse("2026-11").expect("month"),
            planned_from: instant("2026-11-02 09:00"),
            planned_to: instant("2026-11-02 10:00"),
            items: "a".into(),
            state: State::Planned,
            in_at: None,
            in_place: None,
            in_distance: None,
            out_at: None,
            late_entered_at: None,
            late_reason: None,
            note: None,
        }
    }

    fn codes(reasons: Vec<Reason>) -> Vec<String> {
        reasons.into_iter().map(|r| r.code).collect()
    }

    #[test]
    fn every_row_of_the_table_and_no_other_step() {
        for from in State::ALL {
            for event in ["check_in", "check_out", "enter_late", "reassign", "cancel", "miss", "amend"] {
                let row = TRANSITIONS.iter().find(|(f, e, _)| *f == from.code() && *e == event);
                assert_eq!(from.after(event).map(State::code), row.map(|r| r.2), "{from:?} {event}");
            }
        }
        assert_eq!(State::Cancelled.after("check_in"), None);
        assert_eq!(State::Done.after("check_in"), None);
    }

    #[test]
    fn a_check_in_is_within_the_window_of_its_day() {
        for (now, expected) in [
            ("2026-11-01 09:00", Some("LTCI-51")),
            ("2026-11-02 07:59", Some("LTCI-52")),
            ("2026-11-02 08:00", None),
            ("2026-11-02 09:00", None),
            ("2026-11-02 11:00", None),
            ("2026-11-02 11:01", Some("LTCI-53")),
            ("2026-11-03 09:00", Some("LTCI-51")),
        ] {
            let found = codes(against_check_in(&visit(), RULES, instant(now)));
            assert_eq!(found.first().map(String::as_str), expected, "{now}");
        }
    }

    #[test]
    fn late_entries_keep_to_the_days_and_to_reason() {
        let check = |from, to, now| {
            codes(against_times(&visit(), instant(from), instant(to), instant(now), Some(RULES.late_days)))
        };
        assert!(check("2026-11-02 09:00", "2026-11-02 10:00", "2026-11-05 23:59").is_empty());
        assert_eq!(check("2026-11-02 09:00", "2026-11-02 10:00", "2026-11-06 00:00"), ["LTCI-57"]);
        assert_eq!(check("2026-11-02 09:00", "2026-11-02 09:00", "2026-11-02 12:00"), ["LTCI-54"]);
        assert_eq!(check("2026-11-02 09:00", "2026-11-02 10:00", "2026-11-02 09:59"), ["LTCI-55"]);
        assert_eq!(check("2026-11-03 09:00", "2026-11-03 10:00", "2026-11-03 12:00"), ["LTCI-56"]);
    }

    #[test]
    fn distances_are_those_of_the_globe() {
        let place = Place { lon: 121.0, lat: 32.0, accuracy: None };
        assert_eq!(place.metres_to(121.0, 32.0), 0);
        assert!((place.metres_to(121.0, 32.01) - 1_112).abs() < 3);
        assert!((place.metres_to(121.01, 32.0) - 943).abs() < 3);
        assert!(!Place { lon: 181.0, ..place }.plausible());
    }
}
