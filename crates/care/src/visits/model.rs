//! What a visit is and what may be done with it: pure.

use super::catalogue::Item;
use super::store::crew::Carer;
use db::Scope;
use kernel::citizen::Sex;
use kernel::{Area, Date, ElderId, Instant, InstitutionId, Month, StaffId, VisitId};
use uuid::Uuid;
use web::Reason;

/// The steps that a visit may take; the table in `mod.rs` says the same.
pub const TRANSITIONS: &[(&str, &str, &str)] = &[
    ("planned", "check_in", "checked_in"),
    ("planned", "enter_late", "done"),
    ("planned", "reassign", "planned"),
    ("planned", "join", "planned"),
    ("planned", "cancel", "cancelled"),
    ("planned", "miss", "missed"),
    ("checked_in", "check_out", "done"),
    ("checked_in", "join", "checked_in"),
    ("checked_in", "enter_late", "done"),
    ("missed", "enter_late", "done"),
    ("done", "amend", "done"),
    ("cancelled", "resume", "planned"),
];

registry::choice! {
    /// Why somebody comes.
    pub enum Kind {
        /// 长护险服务: by a plan of the care insurance, settled by the month
        CareInsurance = "care_insurance" "长护险服务",
        /// 家庭病床巡诊
        SickbedRound = "sickbed_round" "家庭病床巡诊",
        /// 签约服务: what a family-doctor contract promises
        Contract = "contract" "签约服务",
        /// 上门护理: asked for once, paid by whoever asks
        Nursing = "nursing" "上门护理",
        /// 喘息服务: so that the family can rest
        Respite = "respite" "喘息服务",
    }

    /// What is to be known at the door.
    pub enum NoteKind {
        /// 钥匙盒
        KeyBox = "key_box" "钥匙盒与进门",
        /// 过敏
        Allergy = "allergy" "过敏",
        /// 风险: falls, dogs, infection, wandering
        Risk = "risk" "风险",
        /// 其他
        Other = "about" "其他须知",
    }

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

/// Something to be known at the door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Identity.
    pub id: Uuid,
    /// What it is about.
    pub kind: NoteKind,
    /// What it says.
    pub text: String,
    /// Who wrote it.
    pub entered_by: String,
    /// When.
    pub created_at: Instant,
}

/// Something to be known at the door, to be written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewNote {
    /// At whose door.
    pub elder: ElderId,
    /// What it is about.
    pub kind: NoteKind,
    /// What it says.
    pub text: String,
}

/// What a visit asks of whoever comes and when, beside its planned time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wishes {
    /// What whoever comes must be able to do: codes of items or certificates, joined by commas.
    pub skills: String,
    /// The sex that the elder wishes for.
    pub sex: Option<Sex>,
    /// Not before.
    pub earliest: Option<Instant>,
    /// Not after.
    pub latest: Option<Instant>,
}

/// A visit as it stands in the store.
#[derive(Clone, Debug, PartialEq)]
pub struct Visit {
    /// To whom.
    pub elder: ElderId,
    /// Identity.
    pub id: VisitId,
    /// Why somebody comes.
    pub kind: Kind,
    /// The plan, home sickbed or contract that it comes from; its own id when it comes from nothing.
    pub source: Uuid,
    /// Who serves.
    pub institution: InstitutionId,
    /// Who comes.
    pub carer: StaffId,
    /// Who comes along, when two are needed.
    pub second: Option<StaffId>,
    /// When the second one was there.
    pub second_in_at: Option<Instant>,
    /// The county that pays: where the elder lives.
    pub county: Area,
    /// The month of service.
    pub month: Month,
    /// What else it asks for.
    pub wishes: Wishes,
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
    /// When it was changed last; two people at one visit are told apart by it.
    pub changed_at: Instant,
}

/// A visit to be planned.
#[derive(Clone, Debug, PartialEq)]
pub struct NewVisit {
    /// To whom.
    pub elder: ElderId,
    /// Why somebody comes.
    pub kind: Kind,
    /// What it comes from; nothing for one that is asked for by itself.
    pub source: Option<Uuid>,
    /// Who serves.
    pub institution: InstitutionId,
    /// Who comes.
    pub carer: StaffId,
    /// Who comes along.
    pub second: Option<StaffId>,
    /// What else it asks for.
    pub wishes: Wishes,
    /// Planned beginning.
    pub from: Instant,
    /// Planned end.
    pub to: Instant,
    /// Codes of the items.
    pub items: Vec<String>,
}

impl NewVisit {
    /// The visit that it becomes.
    #[must_use]
    pub fn planned(self, id: VisitId, county: Area, now: Instant) -> Visit {
        Visit {
            elder: self.elder,
            id,
            kind: self.kind,
            source: self.source.unwrap_or(id.uuid()),
            institution: self.institution,
            carer: self.carer,
            second: self.second,
            second_in_at: None,
            county,
            month: Month::of(kernel::time::date_of(self.from)),
            wishes: self.wishes,
            planned_from: self.from,
            planned_to: self.to,
            items: super::catalogue::join(&self.items),
            state: State::Planned,
            in_at: None,
            in_place: None,
            in_distance: None,
            out_at: None,
            late_entered_at: None,
            late_reason: None,
            note: None,
            changed_at: now,
        }
    }
}

impl Visit {
    /// The day of service in China.
    #[must_use]
    pub fn day(&self) -> Date {
        kernel::time::date_of(self.planned_from)
    }

    /// Whether somebody may write on it: whoever works for one institution on that institution's own, others as far as they see.
    #[must_use]
    pub fn is_theirs(&self, scope: Scope) -> bool {
        scope.institution.is_none_or(|own| own == self.institution)
    }

    /// Whether this is somebody who comes.
    #[must_use]
    pub fn is_of(&self, staff: StaffId) -> bool {
        self.carer == staff || self.second == Some(staff)
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
    /// From how far on a check-in is marked and looked at again; it is never refused for that: telephones err.
    pub far_metres: i64,
}

/// What a planned visit is checked against.
pub struct Checked<'a> {
    /// The one who comes.
    pub carer: &'a Carer,
    /// The one who comes along.
    pub second: Option<&'a Carer>,
    /// Their sexes, in that order.
    pub sexes: [Option<Sex>; 2],
    /// The price list.
    pub items: &'a [Item],
    /// The elder is alive and lives here.
    pub present: bool,
    /// The present.
    pub now: Instant,
}

/// What speaks against planning a visit so, in numbered reasons; empty for a good one. Who is engaged elsewhere is asked
/// in the store.
#[must_use]
pub fn against_plan(new: &NewVisit, against: &Checked<'_>) -> Vec<Reason> {
    let mut reasons = vec![];
    let mut refuse = |condition: bool, code: &str, text: String| {
        if condition {
            reasons.push(Reason::new(code, text));
        }
    };
    let day = kernel::time::date_of(new.from);
    refuse(!against.present, "VISITS-21", "老年人不在本地或已去世，不能安排上门".into());
    refuse(
        new.to <= new.from || kernel::time::date_of(new.to) != day,
        "VISITS-22",
        "结束时间须晚于开始时间，且在同一天".into(),
    );
    refuse(new.from < against.now, "VISITS-23", "不能安排在现在之前".into());
    let wishes = &new.wishes;
    let outside = wishes.earliest.is_some_and(|t| new.from < t) || wishes.latest.is_some_and(|t| new.to > t);
    refuse(outside, "VISITS-24", "计划时间不在老年人要求的时间段内".into());
    refuse(new.items.is_empty(), "VISITS-25", "至少选择一个服务项目".into());
    refuse(new.second == Some(new.carer), "VISITS-26", "同行人员不能与服务人员是同一人".into());
    let unwished = wishes.sex.is_some() && against.sexes[0] != wishes.sex;
    refuse(unwished, "VISITS-27", "老年人对服务人员的性别有要求，请另派人员".into());
    for code in &new.items {
        let known = against.items.iter().find(|item| item.code == *code);
        refuse(known.is_none(), "VISITS-28", format!("服务项目“{code}”不在价格目录内"));
        let able = |carer: &Carer| known.is_none_or(|i| carer.kind.is_some_and(|kind| kind.may_do(i.price.staff)));
        refuse(
            !able(against.carer),
            "VISITS-64",
            format!("{}的岗位不符合“{}”的要求", against.carer.name, known.map_or("", |i| i.name.as_str())),
        );
    }
    for carer in std::iter::once(against.carer).chain(against.second) {
        refuse(carer.institution != new.institution, "VISITS-63", format!("{}不是本机构的人员", carer.name));
        refuse(!carer.certified(day), "VISITS-65", format!("{}在服务当日没有有效的资格证书", carer.name));
    }
    reasons
}

/// What speaks against checking in now.
#[must_use]
pub fn against_check_in(visit: &Visit, rules: Rules, now: Instant) -> Vec<Reason> {
    let mut reasons = vec![];
    let early = (visit.planned_from - now).num_minutes();
    let late = (now - visit.planned_from).num_minutes();
    if kernel::time::date_of(now) != visit.day() {
        reasons.push(Reason::new("VISITS-51", format!("这次服务计划在 {}，只能当天签到", visit.day())));
    } else if early > rules.early_minutes {
        let text = format!("离计划时间还有 {early} 分钟，最多可提前 {} 分钟签到", rules.early_minutes);
        reasons.push(Reason::new("VISITS-52", text));
    } else if late > rules.late_minutes {
        let text = format!("已晚于计划时间 {late} 分钟（最多 {} 分钟），请按补录办理并说明原因", rules.late_minutes);
        reasons.push(Reason::new("VISITS-53", text));
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
    refuse(to <= from, "VISITS-54", "签退时间须晚于签到时间".into());
    refuse(to > now, "VISITS-55", "签退时间不能晚于现在".into());
    let day = kernel::time::date_of;
    let on_day = day(from) == visit.day() && day(to) == visit.day();
    refuse(!on_day, "VISITS-56", format!("服务时间须在计划当天（{}）；改期请另行安排", visit.day()));
    if let Some(limit) = limit {
        let days = (day(now) - visit.day()).num_days();
        refuse(days > limit, "VISITS-57", format!("服务日已过 {days} 天，超过补录期限（{limit} 天）"));
    }
    reasons
}

/// Whether chance picks a visit, for a share in basis points: by its id, so that it comes out the same whenever it is asked.
#[must_use]
pub fn picked(id: VisitId, share_bp: i64) -> bool {
    let uuid = id.uuid();
    let number =
        uuid.as_bytes()[8..].iter().fold(0_u64, |sum, byte| sum.wrapping_mul(257).wrapping_add(u64::from(*byte)));
    i64::try_from(number % 10_000).is_ok_and(|drawn| drawn < share_bp)
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::time::parse_local;
    use uuid::Uuid;

    const RULES: Rules = Rules { early_minutes: 60, late_minutes: 120, late_days: 3, far_metres: 500 };

    fn instant(text: &str) -> Instant {
        parse_local(text).expect("instant")
    }

    fn visit() -> Visit {
        let new = NewVisit {
            elder: ElderId(Uuid::from_u128(1)),
            kind: Kind::CareInsurance,
            source: Some(Uuid::from_u128(3)),
            institution: InstitutionId(Uuid::from_u128(4)),
            carer: StaffId(Uuid::from_u128(5)),
            second: None,
            wishes: Wishes::default(),
            from: instant("2026-11-02 09:00"),
            to: instant("2026-11-02 10:00"),
            items: vec!["a".into()],
        };
        new.planned(VisitId(Uuid::from_u128(2)), Area::parse("320623").expect("area"), instant("2026-11-01 09:00"))
    }

    fn codes(reasons: Vec<Reason>) -> Vec<String> {
        reasons.into_iter().map(|r| r.code).collect()
    }

    #[test]
    fn every_row_of_the_table_and_no_other_step() {
        for from in State::ALL {
            for event in ["check_in", "check_out", "enter_late", "reassign", "join", "cancel", "miss", "amend"] {
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
            ("2026-11-01 09:00", Some("VISITS-51")),
            ("2026-11-02 07:59", Some("VISITS-52")),
            ("2026-11-02 08:00", None),
            ("2026-11-02 09:00", None),
            ("2026-11-02 11:00", None),
            ("2026-11-02 11:01", Some("VISITS-53")),
            ("2026-11-03 09:00", Some("VISITS-51")),
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
        assert_eq!(check("2026-11-02 09:00", "2026-11-02 10:00", "2026-11-06 00:00"), ["VISITS-57"]);
        assert_eq!(check("2026-11-02 09:00", "2026-11-02 09:00", "2026-11-02 12:00"), ["VISITS-54"]);
        assert_eq!(check("2026-11-02 09:00", "2026-11-02 10:00", "2026-11-02 09:59"), ["VISITS-55"]);
        assert_eq!(check("2026-11-03 09:00", "2026-11-03 10:00", "2026-11-03 12:00"), ["VISITS-56"]);
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
