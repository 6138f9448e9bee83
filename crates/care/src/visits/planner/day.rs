//! A day of an institution as it stands, and the question that it becomes for the search. Pure.

use super::model::{Asked, Line, STEP, Skill};
use crate::visits::catalogue::{StaffKind, split};
use crate::visits::model::{State, Wishes};
use chrono::TimeDelta;
use kernel::citizen::Sex;
use kernel::{Area, Date, ElderId, Instant, InstitutionId, StaffId, VisitId};
use routing::{Pin, Place, Plan, Problem, Rest, Seconds, Shift, Stop, Tour, Weights, Window};
use std::collections::{BTreeMap, HashMap, HashSet};

/// One minute in seconds.
pub const MINUTE: Seconds = 60;
/// Seconds of a day.
const DAY: Seconds = 86_400;

/// The region's numbers for planning a day; minutes unless the name says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numbers {
    /// Hours of those for whom none are kept: begin, end, rest.
    pub usual: (i64, i64, i64),
    /// A rest begins within, in minutes of the day.
    pub rest: (i64, i64),
    /// Overtime of a shift at most.
    pub overtime: i64,
    /// How far a visit may be moved for which the elder named no time.
    pub moves: i64,
    /// What begins so soon is not moved any more.
    pub lead: i64,
    /// So many days back it is counted who came mostly.
    pub continuity_days: i64,
    /// Road for straight line, in basis points.
    pub detour_bp: i64,
    /// Speed on the road.
    pub metres_per_hour: i64,
    /// Parking and finding the door, for each way.
    pub settle: i64,
    /// From door to door within a village.
    pub same_village: i64,
}

/// A visit of the day.
#[derive(Clone, Debug, PartialEq)]
pub struct DayVisit {
    /// To whom.
    pub elder: ElderId,
    /// Identity.
    pub id: VisitId,
    /// Name of the elder.
    pub name: String,
    /// The village's place, where the register has one.
    pub at: Option<Place>,
    /// How far it is.
    pub state: State,
    /// Who comes.
    pub carer: StaffId,
    /// Who comes along.
    pub second: Option<StaffId>,
    /// Planned beginning.
    pub from: Instant,
    /// Planned end.
    pub to: Instant,
    /// Planned at first.
    pub first_from: Instant,
    /// The time is agreed with the elder.
    pub agreed: bool,
    /// Times, skills and sex that it asks for.
    pub wishes: Wishes,
    /// As what whoever comes must work.
    pub kinds: Vec<StaffKind>,
    /// Who may not come: the elder does not want them, or an outbreak keeps them out.
    pub barred: Vec<StaffId>,
    /// Who came mostly.
    pub known: Option<StaffId>,
}

impl DayVisit {
    /// Who goes.
    pub fn carers(&self) -> impl Iterator<Item = StaffId> {
        std::iter::once(self.carer).chain(self.second)
    }

    fn seconds(&self) -> Seconds {
        i32::try_from((self.to - self.from).num_seconds()).unwrap_or(DAY).max(MINUTE)
    }
}

/// Working time on the day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Duty {
    /// Works from, until, with a rest of so many minutes; `kept`: by a schedule, else by the usual hours.
    Works {
        /// Minute of the day.
        from: i64,
        /// Minute of the day.
        until: i64,
        /// Minutes.
        rest: i64,
        /// By a schedule that somebody keeps.
        kept: bool,
    },
    /// Absent, with the reason.
    Absent(String),
    /// Not on the schedule, and without a visit.
    Off,
}

/// A member of staff on the day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayCarer {
    /// Who.
    pub id: StaffId,
    /// Name.
    pub name: String,
    /// As what.
    pub kind: Option<StaffKind>,
    /// Woman or man.
    pub sex: Option<Sex>,
    /// What they can do besides.
    pub skills: Vec<String>,
    /// Has a certificate that holds on the day.
    pub certified: bool,
    /// When they work.
    pub duty: Duty,
}

impl DayCarer {
    /// Whether they can be sent to anybody on the day.
    #[must_use]
    pub fn there(&self) -> bool {
        self.certified && matches!(self.duty, Duty::Works { .. })
    }
}

/// A day of an institution.
#[derive(Clone, Debug, PartialEq)]
pub struct Day {
    /// Whose.
    pub institution: InstitutionId,
    /// Its name.
    pub name: String,
    /// Where it lies.
    pub area: Area,
    /// Its place on the map.
    pub home: Option<Place>,
    /// The day.
    pub day: Date,
    /// What is planned, under way and done.
    pub visits: Vec<DayVisit>,
    /// The staff who give care.
    pub carers: Vec<DayCarer>,
    /// The region's numbers.
    pub numbers: Numbers,
}

/// How firmly a visit stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// Carer and time are free.
    Free,
    /// The time is agreed; its carer is not there.
    Time,
    /// Neither carer nor time are moved.
    Whole,
    /// Whoever is there has gone home since: it takes no part.
    Out,
}

impl Day {
    /// Second of this day; below nought for what lies before.
    #[must_use]
    pub fn second(&self, at: Instant) -> Seconds {
        let midnight = kernel::time::at(self.day, 0, 0);
        let seconds = midnight.map_or(0, |midnight| (at - midnight).num_seconds());
        seconds.clamp(-i64::from(DAY), i64::from(2 * DAY)) as Seconds
    }

    /// A carer by id.
    #[must_use]
    pub fn carer(&self, id: StaffId) -> Option<&DayCarer> {
        self.carers.iter().find(|one| one.id == id)
    }

    /// How firmly a visit stands at an instant.
    #[must_use]
    pub fn hold(&self, visit: &DayVisit, now: Instant) -> Hold {
        let there = visit.carers().all(|id| self.carer(id).is_some_and(DayCarer::there));
        let begun = matches!(visit.state, State::CheckedIn | State::Done);
        let soon = visit.from <= now + TimeDelta::minutes(self.numbers.lead);
        match (begun, visit.agreed, there) {
            (true, _, true) => Hold::Whole,
            (true, _, false) => Hold::Out,
            (false, true, false) => Hold::Time,
            (false, _, true) if visit.agreed || soon => Hold::Whole,
            (false, ..) => Hold::Free,
        }
    }

    /// When a visit may begin: the elder's time, else as far from the first plan as the region allows; not in the past.
    fn window(&self, visit: &DayVisit, now: Instant) -> Window {
        let (moves, wishes) = (TimeDelta::minutes(self.numbers.moves), &visit.wishes);
        let earliest = match (wishes.earliest, wishes.latest) {
            (Some(at), _) => at,
            (None, Some(at)) => visit.first_from.min(at) - moves,
            (None, None) => visit.first_from - moves,
        };
        let latest = wishes.latest.map_or(visit.first_from + moves, |at| at - (visit.to - visit.from));
        let (low, high) = match self.hold(visit, now) {
            Hold::Time => (visit.from, visit.from),
            _ => (earliest, latest.max(earliest)),
        };
        let soonest = (self.second(now) + STEP - 1).div_euclid(STEP) * STEP;
        let from = self.second(low).max(soonest).clamp(0, DAY);
        let until = self.second(high).min(DAY);
        let late = from + MINUTE * self.numbers.moves as Seconds;
        Window { from, until: if until < from { late } else { until } }
    }

    /// What the search is asked, and how the day stands before it.
    #[must_use]
    pub fn compose(&self, now: Instant) -> (Asked, Plan) {
        let taking: Vec<&DayVisit> = self.visits.iter().filter(|v| self.hold(v, now) != Hold::Out).collect();
        let map = Map::of(self, &taking);
        let mut windows: Vec<Window> = taking.iter().map(|visit| self.window(visit, now)).collect();
        self.apart(&taking, &mut windows, now);
        let visits = taking.iter().zip(&windows).map(|(visit, window)| self.asked(visit, *window, &map, now)).collect();
        let soft = |v: &&&DayVisit| v.wishes.earliest.is_none() && v.wishes.latest.is_none() && !v.agreed;
        let n = &self.numbers;
        let asked = Asked {
            problem: Problem { visits, carers: self.carers(), weights: Weights::default() },
            soft: taking.iter().filter(soft).map(|visit| visit.id.to_string()).collect(),
            places: map.places,
            rows: map.rows,
            line: Line { detour_bp: n.detour_bp, metres_per_hour: n.metres_per_hour, settle: n.settle },
            same_village: n.same_village,
        };
        let before = self.before(&taking);
        (asked, before)
    }

    /// Visits of one elder keep their order and do not meet.
    fn apart(&self, visits: &[&DayVisit], windows: &mut [Window], now: Instant) {
        let mut of: BTreeMap<ElderId, Vec<usize>> = BTreeMap::new();
        visits.iter().enumerate().for_each(|(n, visit)| of.entry(visit.elder).or_default().push(n));
        for mut own in of.into_values() {
            own.sort_by_key(|n| visits[*n].from);
            for two in own.windows(2).filter(|two| visits[two[0]].to <= visits[two[1]].from) {
                let border = self.second(visits[two[1]].from).max(self.second(now)).max(0);
                let (first, second) = (two[0], two[1]);
                windows[first].until =
                    windows[first].until.min(border - visits[first].seconds()).max(windows[first].from);
                windows[second].from = windows[second].from.max(border);
                windows[second].until = windows[second].until.max(windows[second].from);
            }
        }
    }

    fn asked(&self, visit: &DayVisit, window: Window, map: &Map, now: Instant) -> routing::Visit {
        let known = |id: &StaffId| self.carer(*id).is_some();
        let whole = self.hold(visit, now) == Hold::Whole;
        let pin =
            || Pin { carers: visit.carers().map(|id| id.to_string()).collect(), start: self.second(visit.from).max(0) };
        let kinds = visit.kinds.iter().map(|kind| needs(*kind));
        routing::Visit {
            id: visit.id.to_string(),
            place: map.row[&visit.elder],
            service: visit.seconds(),
            windows: vec![window],
            skills: kinds.chain(split(&visit.wishes.skills).map(str::to_owned)).collect(),
            sex: visit.wishes.sex.map(sex),
            refused: visit.barred.iter().filter(|id| known(id)).map(ToString::to_string).collect(),
            only: vec![],
            preferred: visit.known.filter(known).map(|id| id.to_string()),
            pinned: whole.then(pin),
            carers: visit.carers().count(),
            priority: 1,
        }
    }

    fn carers(&self) -> Vec<routing::Carer> {
        let home = self.home.is_some().then_some(0);
        let n = &self.numbers;
        let of = |one: &DayCarer| {
            let shift = match one.duty {
                Duty::Works { from, until, rest, .. } => Some(Shift {
                    from: MINUTE * from as Seconds,
                    until: MINUTE * until as Seconds,
                    overtime: MINUTE * n.overtime as Seconds,
                    start: home,
                    end: home,
                    rest: resting(n, from, until, rest),
                }),
                Duty::Absent(_) | Duty::Off => None,
            };
            let kinds = one.kind.map(|kind| StaffKind::ALL.iter().filter(move |needed| kind.may_do(**needed)));
            routing::Carer {
                id: one.id.to_string(),
                skills: kinds
                    .into_iter()
                    .flatten()
                    .map(|kind| needs(*kind))
                    .chain(one.skills.iter().cloned())
                    .collect(),
                sex: one.sex.map(sex),
                shifts: shift.into_iter().collect(),
                absent: !one.there(),
            }
        };
        self.carers.iter().map(of).collect()
    }

    /// The day as it stands, as tours without ways.
    fn before(&self, visits: &[&DayVisit]) -> Plan {
        let tour = |carer: &DayCarer| {
            let mut own: Vec<&&DayVisit> = visits.iter().filter(|v| v.carers().any(|id| id == carer.id)).collect();
            own.sort_by_key(|visit| (visit.from, visit.id));
            let stops: Vec<Stop> = own.iter().map(|visit| self.stop(visit)).collect();
            let (leave, home) = (stops.first().map_or(0, |s| s.start), stops.last().map_or(0, |s| s.end));
            Tour { carer: carer.id.to_string(), shift: 0, leave, stops, home, travel_home: 0 }
        };
        Plan { tours: self.carers.iter().map(tour).filter(Tour::used).collect(), ..Plan::default() }
    }

    fn stop(&self, visit: &DayVisit) -> Stop {
        let start = self.second(visit.from);
        let end = start + visit.seconds();
        Stop { visit: Some(visit.id.to_string()), travel: 0, arrival: start, wait: 0, start, end }
    }
}

/// What somebody must work as, among the skills.
fn needs(kind: StaffKind) -> String {
    format!("kind:{}", kind.code())
}

/// A skill as pages say it.
#[must_use]
pub fn skill_name(code: &str) -> String {
    let kind = code.strip_prefix("kind:").and_then(StaffKind::parse).map(|kind| format!("{}资格", kind.name()));
    kind.or_else(|| Skill::parse(code).map(|skill| skill.name().to_owned())).unwrap_or_else(|| code.to_owned())
}

const fn sex(of: Sex) -> routing::Sex {
    match of {
        Sex::Male => routing::Sex::Male,
        Sex::Female => routing::Sex::Female,
    }
}

/// The rest of a shift, if there is one and the shift has the time for it.
fn resting(n: &Numbers, from: i64, until: i64, rest: i64) -> Option<Rest> {
    let begins = (n.rest.0.max(from), n.rest.1.min(until - rest));
    let window = Window { from: MINUTE * begins.0 as Seconds, until: MINUTE * begins.1 as Seconds };
    (rest > 0 && begins.0 <= begins.1).then_some(Rest { begins: window, length: MINUTE * rest as Seconds })
}

/// Where everybody lives: each place once, and the place of each row of the matrix.
struct Map {
    places: Vec<Place>,
    rows: Vec<usize>,
    row: HashMap<ElderId, usize>,
}

impl Map {
    /// The institution is the first row, each elder one more. Who has no place is taken for living at the institution.
    fn of(day: &Day, visits: &[&DayVisit]) -> Self {
        let somewhere = day.home.or_else(|| visits.iter().find_map(|visit| visit.at));
        let home = somewhere.unwrap_or(Place { lon: 0.0, lat: 0.0 });
        let mut map = Self { places: vec![home], rows: vec![0], row: HashMap::new() };
        for visit in visits {
            if map.row.contains_key(&visit.elder) {
                continue;
            }
            let at = visit.at.unwrap_or(home);
            let place = map.places.iter().position(|known| *known == at).unwrap_or(map.places.len());
            if place == map.places.len() {
                map.places.push(at);
            }
            map.row.insert(visit.elder, map.rows.len());
            map.rows.push(place);
        }
        map
    }
}

/// Elders of the day for whom the register has no place.
#[must_use]
pub fn nowhere(day: &Day) -> Vec<&str> {
    let mut seen = HashSet::new();
    let without = day.visits.iter().filter(|visit| visit.at.is_none() && seen.insert(visit.elder));
    without.map(|visit| visit.name.as_str()).collect()
}
