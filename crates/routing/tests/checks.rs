//! What is wrong with a question, and what a plan that was spoilt by hand breaks: each by its number.

mod made;

use made::{HOUR, MINUTE, carer, day, names, pin, row, visit, window};
use routing::{
    Effort, Matrix, Move, NoTravel, Place, Plan, Pricer, Problem, Rest, Sex, StraightLine, Target, Travel, breaches,
    metres, osrm_path, osrm_table, plan, replan,
};

fn sound() -> Problem {
    let mut two = visit("two", 3);
    two.carers = 2;
    let mut other = carer("d");
    other.skills = names(&["tube"]);
    day(vec![visit("v", 1), two], vec![carer("c"), other])
}

fn codes(change: impl Fn(&mut Problem)) -> Vec<String> {
    let mut problem = sound();
    change(&mut problem);
    let found = plan(&problem, &row(5), Effort::steps(10, 1)).expect_err("a mistake");
    found.iter().map(routing::Mistake::code).collect()
}

#[test]
fn every_mistake_has_its_number() {
    let shift = |p: &mut Problem, change: &dyn Fn(&mut routing::Shift)| change(&mut p.carers[0].shifts[0]);
    assert_eq!(codes(|p| p.visits[1].id = "v".into()), ["RT01"]);
    assert_eq!(codes(|p| p.carers[1].id = "c".into()), ["RT01"]);
    assert_eq!(codes(|p| p.visits[0].place = 5), ["RT02"]);
    assert_eq!(codes(|p| shift(p, &|s| s.end = Some(5))), ["RT02"]);
    assert_eq!(codes(|p| p.visits[0].service = 0), ["RT03"]);
    assert_eq!(codes(|p| p.visits[0].service = -MINUTE), ["RT03"]);
    assert_eq!(codes(|p| p.visits[0].service = 86_401), ["RT03"]);
    assert_eq!(codes(|p| p.visits[0].windows = vec![window(9 * HOUR, 9 * HOUR - 1)]), ["RT04"]);
    assert_eq!(codes(|p| p.visits[0].windows = vec![window(-1, HOUR)]), ["RT04"]);
    assert_eq!(codes(|p| p.visits[0].windows = vec![window(0, 2 * 86_400 + 1)]), ["RT04"]);
    assert_eq!(codes(|p| p.visits[0].pinned = pin(&["c"], -1)), ["RT04"]);
    assert_eq!(codes(|p| shift(p, &|s| s.until = s.from - 1)), ["RT04"]);
    assert_eq!(codes(|p| shift(p, &|s| s.overtime = -1)), ["RT04"]);
    assert_eq!(codes(|p| p.visits[0].windows.clear()), ["RT05"]);
    assert_eq!(codes(|p| p.visits[0].preferred = Some("x".into())), ["RT06"]);
    assert_eq!(codes(|p| p.visits[0].refused = names(&["x"])), ["RT06"]);
    assert_eq!(codes(|p| p.visits[0].only = names(&["x"])), ["RT06"]);
    assert_eq!(codes(|p| p.visits[0].pinned = pin(&["x"], HOUR)), ["RT06"]);
    assert_eq!(codes(|p| p.visits[0].carers = 0), ["RT07"]);
    assert_eq!(codes(|p| p.visits[0].carers = 3), ["RT07"]);
    assert_eq!(codes(|p| p.visits[0].pinned = pin(&["c", "d"], HOUR)), ["RT08"]);
    assert_eq!(codes(|p| p.visits[1].pinned = pin(&["c", "c"], HOUR)), ["RT08"]);
    assert_eq!(codes(|p| p.carers[0].shifts.push(carer("x").shifts[0])), ["RT09"]);
    let rest = |from, until, length| Some(Rest { begins: window(from, until), length });
    assert_eq!(codes(|p| shift(p, &|s| s.rest = rest(7 * HOUR, 9 * HOUR, HOUR))), ["RT10"]);
    assert_eq!(codes(|p| shift(p, &|s| s.rest = rest(9 * HOUR, 16 * HOUR + 1, HOUR))), ["RT10"]);
    assert_eq!(codes(|p| shift(p, &|s| s.rest = rest(9 * HOUR, 10 * HOUR, 0))), ["RT03"]);
    assert_eq!(codes(|p| p.weights.travel = -1), ["RT12"]);
    assert_eq!(codes(|p| p.weights.unassigned = 10_000_001), ["RT12"]);
    assert_eq!(codes(|p| p.visits[0].priority = 0), ["RT13"]);
    assert_eq!(codes(|p| p.visits[0].priority = 101), ["RT13"]);
}

#[test]
fn a_travel_table_that_is_none_is_a_mistake() {
    let ask = |matrix: Matrix| {
        let found = plan(&sound(), &matrix, Effort::steps(10, 1)).expect_err("a mistake");
        found.iter().map(routing::Mistake::code).collect::<Vec<_>>()
    };
    assert_eq!(ask(Matrix::new(5, vec![0; 24])), ["RT11"]);
    assert_eq!(ask(Matrix::new(5, vec![-1; 25])), ["RT11"]);
    assert_eq!(ask(Matrix::new(5, vec![86_401; 25])), ["RT11"]);
    assert!(plan(&sound(), &Matrix::new(5, vec![86_400; 25]), Effort::steps(10, 1)).is_ok());
}

#[test]
fn limits_themselves_are_sound() {
    let mut problem = sound();
    problem.visits[0].windows = vec![window(0, 2 * 86_400)];
    problem.visits[0].priority = 100;
    problem.carers[0].shifts[0].rest = Some(Rest { begins: window(8 * HOUR, 16 * HOUR), length: HOUR });
    problem.weights.unassigned = 10_000_000;
    assert!(plan(&problem, &row(5), Effort::steps(10, 1)).is_ok());
}

fn good() -> (Problem, Plan) {
    let mut problem = sound();
    problem.carers[0].shifts[0].rest = Some(Rest { begins: window(11 * HOUR, 13 * HOUR), length: HOUR });
    problem.visits[0].only = names(&["c"]);
    let found = plan(&problem, &row(5), Effort::steps(200, 1)).expect("a sound question");
    assert_eq!(breaches(&problem, &row(5), &found), []);
    assert_eq!(found.unassigned, []);
    (problem, found)
}

fn broken(change: impl Fn(&mut Problem, &mut Plan)) -> Vec<String> {
    let (mut problem, mut plan) = good();
    change(&mut problem, &mut plan);
    let mut codes: Vec<String> = breaches(&problem, &row(5), &plan).iter().map(routing::Breach::code).collect();
    codes.dedup();
    codes
}

fn tour<'a>(plan: &'a mut Plan, carer: &str) -> &'a mut routing::Tour {
    plan.tours.iter_mut().find(|tour| tour.carer == carer).expect("a tour")
}

/// The stop of a visit in the tour of a carer.
fn stop<'a>(plan: &'a mut Plan, carer: &str, visit: Option<&str>) -> &'a mut routing::Stop {
    tour(plan, carer).stops.iter_mut().find(|stop| stop.visit.as_deref() == visit).expect("a stop")
}

#[test]
fn every_broken_rule_has_its_number() {
    assert_eq!(broken(|_, p| p.tours[0].carer = "x".into()), ["RT41"]);
    assert_eq!(broken(|_, p| p.tours[0].shift = 1), ["RT41"]);
    assert_eq!(broken(|_, p| tour(p, "d").stops.clear()), ["RT42"]);
    assert_eq!(broken(|q, _| q.visits[1].skills = names(&["tube"])), ["RT43"]);
    assert_eq!(broken(|q, _| q.visits[0].sex = Some(Sex::Male)), ["RT44"]);
    assert_eq!(broken(|q, _| q.visits[0].refused = names(&["c"])), ["RT45"]);
    assert_eq!(broken(|q, _| q.visits[0].only = names(&["d"])), ["RT45"]);
    assert_eq!(broken(|q, _| q.carers[1].absent = true), ["RT46"]);
    assert_eq!(broken(|q, _| q.visits[0].pinned = pin(&["c"], 15 * HOUR)), ["RT47"]);
    assert_eq!(broken(|q, _| q.visits[0].windows = vec![window(15 * HOUR, 16 * HOUR)]), ["RT48"]);
    assert_eq!(broken(|_, p| stop(p, "c", Some("v")).arrival -= 1), ["RT49"]);
    assert_eq!(broken(|_, p| stop(p, "c", Some("v")).end -= 1), ["RT50"]);
    assert_eq!(broken(|q, _| q.carers[1].shifts[0].until = 8 * HOUR + 30 * MINUTE), ["RT51"]);
    assert_eq!(broken(|q, _| q.carers[1].shifts[0].from = 16 * HOUR), ["RT51"]);
    assert_eq!(broken(|q, _| q.carers[0].shifts[0].rest = None), ["RT52"]);
    assert_eq!(broken(|_, p| tour(p, "c").home -= 1), ["RT49"]);
    let apart = broken(|_, p| {
        let stop = stop(p, "d", Some("two"));
        (stop.arrival, stop.start, stop.end) = (stop.arrival + 1, stop.start + 1, stop.end + 1);
        let tour = tour(p, "d");
        (tour.leave, tour.home) = (tour.leave + 1, tour.home + 1);
    });
    assert_eq!(apart, ["RT53"]);
}

#[test]
fn a_window_that_is_missed_says_by_how_much() {
    let (mut problem, plan) = good();
    let start = plan.tours.iter().flat_map(|tour| &tour.stops).find(|stop| stop.visit.as_deref() == Some("v"));
    let start = start.map_or(0, |stop| stop.start);
    problem.visits[0].windows = vec![window(0, start - 5), window(start + 7, 16 * HOUR)];
    let told: Vec<String> = breaches(&problem, &row(5), &plan).iter().map(ToString::to_string).collect();
    assert_eq!(told, ["RT48 访视“v”开始于约定时间段之外（偏差 5 秒）"]);
}

fn to(carer: &str, position: usize) -> Option<Target> {
    Some(Target { carer: carer.into(), shift: 0, position })
}

fn moving(visit: &str, from: Option<&str>, to: Option<Target>) -> Move {
    Move { visit: visit.into(), from: from.map(str::to_owned), to }
}

#[test]
fn a_dragged_visit_tells_its_cost_and_what_it_breaks() {
    let (problem, matrix) = (day(vec![visit("v", 1), visit("w", 2)], vec![carer("c"), carer("d")]), row(5));
    let found = plan(&problem, &matrix, Effort::steps(100, 1)).expect("a sound question");
    assert_eq!((found.tours.len(), found.cost.travel), (1, 2_400));
    let pricer = Pricer::new(&problem, &matrix, &found, None).expect("a sound plan");
    let (one, other) = if found.tours[0].carer == "c" { ("c", "d") } else { ("d", "c") };
    let price = pricer.price(&moving("w", None, to(other, 0))).expect("a price");
    assert_eq!((price.change.travel, price.change.shifts, price.breaks.len()), (1_200, 1, 0));
    let out = pricer.price(&moving("w", Some(one), None)).expect("a price");
    assert_eq!((out.change.travel, out.change.unassigned), (-1_200, 1));
    let plan = pricer.moved(&moving("w", None, None)).expect("a plan");
    assert_eq!((plan.unassigned.len(), plan.unassigned[0].reason.code().as_str()), (1, "RT29"));
}

#[test]
fn a_dragged_visit_that_comes_too_late_or_pulls_two_apart_says_so() {
    let (mut problem, matrix) = (sound(), row(5));
    problem.visits[0].windows = vec![window(8 * HOUR, 8 * HOUR + 10 * MINUTE)];
    problem.visits[1].windows = vec![window(8 * HOUR, 9 * HOUR + 10 * MINUTE)];
    let found = plan(&problem, &matrix, Effort::steps(200, 1)).expect("a sound question");
    let pricer = Pricer::new(&problem, &matrix, &found, None).expect("a sound plan");
    let who: Vec<&str> = found.carers("v").collect();
    let late = pricer.price(&moving("v", None, to(who[0], 1))).expect("a price");
    let codes: Vec<String> = late.breaks.iter().map(routing::Breach::code).collect();
    assert_eq!(codes, ["RT48"]);
    // The one who goes before the other is held up by a visit in between.
    let other = if who[0] == "c" { "d" } else { "c" };
    let held = pricer.price(&moving("v", None, to(other, 0))).expect("a price");
    assert_eq!(held.breaks, []);
    let alone = pricer.price(&moving("two", Some("c"), None)).expect("a price");
    assert!(alone.breaks.iter().any(|breach| breach.code() == "RT42"), "{:?}", alone.breaks);
}

#[test]
fn a_move_that_cannot_be_understood_is_refused_with_its_number() {
    let (problem, found) = good();
    let matrix = row(5);
    let pricer = Pricer::new(&problem, &matrix, &found, None).expect("a sound plan");
    let code = |change: Move| pricer.price(&change).expect_err("a mistake").code();
    assert_eq!(code(moving("x", None, None)), "RT14");
    assert_eq!(code(moving("v", None, to("x", 0))), "RT14");
    assert_eq!(code(moving("v", Some("d"), None)), "RT14");
    assert_eq!(code(moving("two", None, to("c", 0))), "RT07");
    let target = Some(Target { carer: "c".into(), shift: 1, position: 0 });
    assert_eq!(code(moving("v", None, target)), "RT14");
    let mut strange = found.clone();
    strange.tours[0].carer = "x".into();
    let refused = Pricer::new(&problem, &matrix, &strange, None).err().unwrap_or_default();
    assert_eq!(refused.iter().map(routing::Mistake::code).collect::<Vec<_>>(), ["RT14"]);
}

#[test]
fn a_plan_of_another_day_is_no_obstacle_to_a_new_one() {
    let (problem, mut found) = good();
    found.tours[0].stops[0].visit = Some("gone".into());
    found.tours[1].carer = "left".into();
    let after = replan(&problem, &row(5), &found, Effort::steps(100, 1)).expect("a sound question");
    assert_eq!((breaches(&problem, &row(5), &after), after.unassigned), (vec![], vec![]));
}

#[test]
fn a_plan_survives_being_written_down() {
    let (_, found) = good();
    let text = serde_json::to_string(&found).unwrap();
    assert_eq!(serde_json::from_str::<Plan>(&text).unwrap(), found);
}

const RUGAO: Place = Place { lon: 120.56, lat: 32.39 };
const NANTONG: Place = Place { lon: 120.86, lat: 32.01 };

#[test]
fn a_straight_line_is_lengthened_and_driven() {
    // A degree of latitude is 111.195 km on a globe of 6,371 km.
    let north = Place { lat: RUGAO.lat + 1.0, ..RUGAO };
    assert!((metres(RUGAO, north) - 111_194.9).abs() < 1.0);
    assert_eq!(metres(RUGAO, NANTONG), metres(NANTONG, RUGAO));
    let line = StraightLine { factor: 1.5, km_h: 36.0, settle: 120 };
    let matrix = line.matrix(&[RUGAO, north]).expect("places on the globe");
    // 166,792.4 m at 10 m/s, and two minutes at the door.
    assert_eq!((matrix.leg(0, 0), matrix.leg(0, 1), matrix.leg(1, 0)), (0, 16_800, 16_800));
    let off = line.matrix(&[RUGAO, Place { lon: 120.0, lat: 90.1 }]);
    assert_eq!(off, Err(NoTravel::Invalid(1)));
    let nan = line.matrix(&[Place { lon: f64::NAN, lat: 0.0 }]);
    assert_eq!(nan, Err(NoTravel::Invalid(0)));
    assert!(StraightLine { km_h: 0.0, ..line }.matrix(&[RUGAO]).is_err());
    assert!(StraightLine { factor: -1.0, ..line }.matrix(&[RUGAO]).is_err());
}

/// A routing service that is not there: its answers are made up.
struct Fake(Result<&'static str, &'static str>);

impl Travel for Fake {
    fn matrix(&self, places: &[Place]) -> Result<Matrix, NoTravel> {
        let answer = self.0.map_err(|why| NoTravel::Unreachable(why.into()))?;
        osrm_table(answer, places.len())
    }
}

#[test]
fn the_answer_of_a_routing_service_is_read_or_refused() {
    let ask = |answer| Fake(answer).matrix(&[RUGAO, NANTONG]).map_err(|e| e.to_string());
    let matrix = ask(Ok(r#"{"code":"Ok","durations":[[0,61.2],[58.0,0]],"sources":[]}"#)).unwrap();
    assert_eq!((matrix.leg(0, 1), matrix.leg(1, 0), matrix.places()), (62, 58, 2));
    let code = |answer| ask(answer).unwrap_err()[..4].to_owned();
    assert_eq!(code(Err("connection refused")), "RT31");
    assert_eq!(code(Ok("<html>")), "RT32");
    assert_eq!(code(Ok(r#"{"code":"InvalidUrl","message":"URL string malformed"}"#)), "RT32");
    assert_eq!(code(Ok(r#"{"code":"Ok"}"#)), "RT32");
    assert_eq!(code(Ok(r#"{"code":"Ok","durations":[[0,1]]}"#)), "RT32");
    assert_eq!(code(Ok(r#"{"code":"Ok","durations":[[0,1],[1]]}"#)), "RT32");
    assert_eq!(code(Ok(r#"{"code":"Ok","durations":[[0,-1],[1,0]]}"#)), "RT32");
    assert_eq!(code(Ok(r#"{"code":"Ok","durations":[[0,null],[1,0]]}"#)), "RT33");
    assert_eq!(
        osrm_path("driving", &[RUGAO, NANTONG]),
        "/table/v1/driving/120.560000,32.390000;120.860000,32.010000?annotations=duration"
    );
}
