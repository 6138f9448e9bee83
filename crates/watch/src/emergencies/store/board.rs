//! What the board and the big screen show, read at once.

use super::super::measure::Times;
use super::super::model::{Case, Duty};
use super::super::phone::Call;
use super::{Filter, calls, duties};
use crate::alarms;
use crate::alarms::model::Alarm;
use db::{Actor, Result, Tx};
use kernel::{Area, Instant};

/// Most rows of a kind on the board: nobody reads more, and the counts say how many there are.
pub const MOST: i64 = 100;

/// Everything that is open within sight.
pub struct Board {
    /// Calls that something is still to be done about.
    pub calls: Vec<Call>,
    /// Alarms that are not over and belong to no case, or became worse since, with the name of the elder.
    pub alarms: Vec<(String, Alarm)>,
    /// How many of them there are.
    pub waiting: i64,
    /// Cases that are not over.
    pub cases: Vec<Case>,
    /// How many cases there are.
    pub open: i64,
    /// Who is on duty.
    pub duties: Vec<Duty>,
}

/// Reads the board.
///
/// # Errors
/// What the engine says.
pub fn read(tx: &mut Tx<'_>, by: &Actor) -> Result<Board> {
    let filter = Filter { open: true, ..Filter::default() };
    let waiting = alarms::store::Filter { waiting: true, ..alarms::store::Filter::default() };
    let mut alarms = alarms::store::list(tx, by, waiting, MOST, 0)?;
    // The oldest that nobody has answered stands first, drills after what is real.
    alarms.sort_by_key(|(_, a)| {
        (a.acknowledged_at.is_some(), a.drill, std::cmp::Reverse(a.level), a.raised_at, a.key.id)
    });
    Ok(Board {
        calls: calls::waiting(tx, by, MOST)?,
        waiting: alarms::store::count(tx, by, waiting)?,
        alarms,
        cases: super::list(tx, by, &filter, MOST, 0)?,
        open: super::count(tx, by, &filter)?,
        duties: duties::between(tx, by, by.now, by.now + chrono::TimeDelta::seconds(1))?,
    })
}

/// Where calls came from: a point of the map.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// Longitude and latitude.
    pub at: (f64, f64),
    /// The township.
    pub name: String,
    /// Cases since the instant asked for.
    pub cases: i64,
    /// How many of them are open.
    pub open: i64,
}

/// What the big screen shows: numbers and places, no names.
pub struct Screen {
    /// Elders who wear a device.
    pub watched: i64,
    /// Alarms that are not over.
    pub alarms: i64,
    /// Of these nobody has taken, drills left out.
    pub unanswered: i64,
    /// Cases that are not over, drills left out.
    pub cases: Vec<Case>,
    /// The times of today.
    pub today: Vec<Times>,
    /// The townships, with what came from them in a day.
    pub points: Vec<Point>,
    /// How many are on duty.
    pub duties: i64,
}

fn watched(tx: &mut Tx<'_>, by: &Actor) -> Result<i64> {
    let (scope, values) = by.scope.elders("e.area", "e.id", 1);
    let sql = format!(
        "select count(distinct d.elder_id) from devices d join elders e on e.id = d.elder_id
         where d.state = 'active' and {scope}"
    );
    tx.count(&sql, &values)
}

/// Reads the screen; `since` is when the day of the map begins, `midnight` that of the figures.
///
/// # Errors
/// What the engine says.
pub fn screen(tx: &mut Tx<'_>, by: &Actor, since: Instant, midnight: Instant) -> Result<Screen> {
    let board = read(tx, by)?;
    let unanswered = alarms::store::Filter { unanswered: true, ..alarms::store::Filter::default() };
    let real = |filter: Filter| Filter { drill: Some(false), ..filter };
    let cases = super::list(tx, by, &real(Filter { open: true, ..Filter::default() }), MOST, 0)?;
    let recent = super::list(tx, by, &real(Filter { from: Some(since), ..Filter::default() }), MOST * 10, 0)?;
    let until = by.now + chrono::TimeDelta::seconds(1);
    Ok(Screen {
        watched: watched(tx, by)?,
        alarms: alarms::store::count(tx, by, alarms::store::Filter::default())?,
        unanswered: alarms::store::count(tx, by, unanswered)?,
        today: super::times(tx, by, (midnight, until), None)?,
        points: points(tx, by, &cases, &recent)?,
        cases,
        duties: board.duties.len() as i64,
    })
}

fn points(tx: &mut Tx<'_>, by: &Actor, open: &[Case], recent: &[Case]) -> Result<Vec<Point>> {
    use kernel::area::Level;
    let (low, high) = by.scope.area.bounds();
    let sql =
        "select code, name, lon, lat from areas where code between $1 and $2 and lon is not null and lat is not null
               order by code";
    let rows: Vec<(Area, String, (f64, f64))> =
        tx.query(sql, db::params![low, high], |row| Ok((row.get(0)?, row.get(1)?, (row.get(2)?, row.get(3)?))))?;
    // The townships of a county; of a city its counties: as many as can be read.
    let level = if by.scope.area.level() < Level::County { Level::County } else { Level::Town };
    let level = if by.scope.area.level() >= Level::Town { Level::Village } else { level };
    let within = |cases: &[Case], area: Area| cases.iter().filter(|c| area.contains(c.area)).count() as i64;
    let chosen = rows.into_iter().filter(|(area, ..)| area.level() == level);
    Ok(chosen
        .map(|(area, name, at)| {
            let fresh = recent.iter().filter(|c| c.closed_at.is_some()).cloned().collect::<Vec<_>>();
            let open = within(open, area);
            Point { at, name, cases: within(&fresh, area) + open, open }
        })
        .collect())
}
