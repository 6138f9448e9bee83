//! Working hours of the week, days that are otherwise, absence, and skills.

use super::super::day::{Duty, Numbers};
use super::super::model::Skill;
use super::AHEAD;
use crate::visits::store::crew::{self, Carer};
use chrono::Datelike;
use db::audit::Entry;
use db::{Actor, Tx, params};
use kernel::{Date, InstitutionId, StaffId};
use std::collections::{HashMap, HashSet};
use web::Error;

/// The longest reason of an absence, in characters.
const LONGEST: usize = 60;

/// Working time of a day: minutes of the day, and of rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hours {
    /// Begin.
    pub from: i64,
    /// End.
    pub until: i64,
    /// Rest.
    pub rest: i64,
}

/// A day that is not as the week says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Exception {
    /// Works then.
    Works(Hours),
    /// Absent, with the reason.
    Absent(String),
}

/// What is kept of an institution's staff.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    /// The weekday of the day: 1 is Monday.
    weekday: i64,
    weeks: HashMap<StaffId, HashMap<i64, Hours>>,
    days: HashMap<StaffId, Exception>,
    skills: HashMap<StaffId, HashSet<String>>,
}

impl Kept {
    /// What is kept of an institution's staff for a day.
    ///
    /// # Errors
    /// What the engine says.
    pub fn of(tx: &mut Tx<'_>, institution: InstitutionId, on: Date) -> db::Result<Self> {
        let mut kept = Self { weekday: i64::from(on.weekday().number_from_monday()), ..Self::default() };
        let own = "(select id from staff where institution_id = $1)";
        let sql = format!(
            "select staff_id, weekday, from_minute, until_minute, rest_minutes from visit_shifts where staff_id in {own}"
        );
        let hours = |row: &db::Row<'_>| {
            Ok((row.get(0)?, row.get(1)?, Hours { from: row.get(2)?, until: row.get(3)?, rest: row.get(4)? }))
        };
        for (staff, weekday, hours) in tx.query(&sql, params![institution], hours)? {
            kept.weeks.entry(staff).or_default().insert(weekday, hours);
        }
        let sql = format!(
            "select staff_id, from_minute, until_minute, rest_minutes, reason from visit_shift_days
             where day = $2 and staff_id in {own}"
        );
        kept.days = tx.query(&sql, params![institution, on], exception)?.into_iter().collect();
        let sql = format!("select staff_id, skill from visit_skills where staff_id in {own}");
        for (staff, skill) in tx.query(&sql, params![institution], |row| Ok((row.get(0)?, row.get(1)?)))? {
            kept.skills.entry(staff).or_default().insert(skill);
        }
        Ok(kept)
    }

    /// When somebody works on the day. The usual hours stand in for a schedule of those who have a visit.
    #[must_use]
    pub fn duty(&self, staff: StaffId, busy: bool, numbers: &Numbers) -> Duty {
        let works = |h: &Hours, kept| Duty::Works { from: h.from, until: h.until, rest: h.rest, kept };
        let (from, until, rest) = numbers.usual;
        match (self.days.get(&staff), self.weeks.get(&staff)) {
            (Some(Exception::Absent(why)), _) => Duty::Absent(why.clone()),
            (Some(Exception::Works(hours)), _) => works(hours, true),
            (None, Some(week)) => week.get(&self.weekday).map_or(Duty::Off, |hours| works(hours, true)),
            (None, None) if busy => works(&Hours { from, until, rest }, false),
            (None, None) => Duty::Off,
        }
    }

    /// What somebody can do besides their post, in alphabetical order.
    #[must_use]
    pub fn skills(&self, staff: StaffId) -> Vec<String> {
        let mut all: Vec<String> = self.skills.get(&staff).into_iter().flatten().cloned().collect();
        all.sort_unstable();
        all
    }

    /// Somebody's hours of a weekday.
    #[must_use]
    pub fn week(&self, staff: StaffId, weekday: i64) -> Option<Hours> {
        self.weeks.get(&staff)?.get(&weekday).copied()
    }

    /// Whether a schedule is kept of somebody.
    #[must_use]
    pub fn scheduled(&self, staff: StaffId) -> bool {
        self.weeks.contains_key(&staff)
    }
}

fn exception(row: &db::Row<'_>) -> db::Result<(StaffId, Exception)> {
    let mut c = row.columns();
    let staff = c.take()?;
    let (from, until): (Option<i64>, Option<i64>) = (c.take()?, c.take()?);
    let (rest, reason) = (c.take()?, c.take()?);
    let of = from.zip(until).map(|(from, until)| Exception::Works(Hours { from, until, rest }));
    Ok((staff, of.unwrap_or(Exception::Absent(reason))))
}

/// A member of staff who works for an institution within sight.
///
/// # Errors
/// [`Error::NotFound`] otherwise.
pub fn own(tx: &mut Tx<'_>, by: &Actor, staff: StaffId) -> Result<Carer, Error> {
    let carer = crew::staff(tx, staff)?;
    registry::institutions::store::find(tx, by, carer.institution)?;
    Ok(carer)
}

/// Minutes of a day.
const MIDNIGHT: i64 = 24 * 60;

fn sound(hours: &Hours) -> Result<(), Error> {
    if hours.from < 0 || hours.until <= hours.from || hours.until > MIDNIGHT {
        return Err(Error::refused("PLAN-21", "下班时间须晚于上班时间，且在同一天"));
    }
    if !(0..hours.until - hours.from).contains(&hours.rest) {
        return Err(Error::refused("PLAN-22", "休息时间须短于班次"));
    }
    Ok(())
}

/// Writes down somebody's week and skills, in place of what stood there.
///
/// # Errors
/// [`Error::Refused`] for hours that are none; [`Error::NotFound`] out of sight.
pub fn keep(
    tx: &mut Tx<'_>,
    by: &Actor,
    staff: StaffId,
    week: &[(i64, Hours)],
    skills: &[Skill],
) -> Result<Carer, Error> {
    let carer = own(tx, by, staff)?;
    week.iter().try_for_each(|(_, hours)| sound(hours))?;
    tx.exec("delete from visit_shifts where staff_id = $1", params![staff])?;
    for (weekday, h) in week {
        let sql = "insert into visit_shifts (staff_id, weekday, from_minute, until_minute, rest_minutes, changed_by, changed_at)
                   values ($1, $2, $3, $4, $5, $6, $7)";
        tx.exec(sql, params![staff, *weekday, h.from, h.until, h.rest, &by.name, by.now])?;
    }
    tx.exec("delete from visit_skills where staff_id = $1", params![staff])?;
    for skill in skills {
        let sql = "insert into visit_skills (staff_id, skill, changed_by, changed_at) values ($1, $2, $3, $4)
                   on conflict do nothing";
        tx.exec(sql, params![staff, skill.code(), &by.name, by.now])?;
    }
    let detail = format!("{}：每周 {} 天", carer.name, week.len());
    tx.audit(by, Entry { action: "visits.hours", subject: staff.to_string(), detail, ..Entry::default() })?;
    Ok(carer)
}

/// Writes down that somebody is absent on a day.
///
/// # Errors
/// [`Error::Invalid`] without a reason; [`Error::Refused`] for a day that is over; [`Error::NotFound`] out of sight.
pub fn absent(tx: &mut Tx<'_>, by: &Actor, staff: StaffId, on: Date, reason: &str) -> Result<Carer, Error> {
    let carer = own(tx, by, staff)?;
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(Error::field("reason", "原因", "请写明原因，如病假、事假"));
    }
    if on < by.today() {
        return Err(Error::refused("PLAN-23", format!("{on} 已经过去，不能再登记请假")));
    }
    if (on - by.today()).num_days() > AHEAD {
        return Err(Error::refused("PLAN-24", format!("只能登记今天到 {AHEAD} 天之内的请假")));
    }
    if reason.chars().count() > LONGEST {
        return Err(Error::field("reason", "原因", format!("请精简到 {LONGEST} 字以内")));
    }
    let sql = "insert into visit_shift_days (staff_id, day, rest_minutes, reason, changed_by, changed_at)
               values ($1, $2, 0, $3, $4, $5)
               on conflict (staff_id, day) do update set from_minute = null, until_minute = null, reason = $3,
                 changed_by = $4, changed_at = $5";
    tx.exec(sql, params![staff, on, reason, &by.name, by.now])?;
    let detail = format!("{} {on}：{reason}", carer.name);
    tx.audit(by, Entry { action: "visits.absent", subject: staff.to_string(), detail, ..Entry::default() })?;
    Ok(carer)
}

/// Somebody is there after all: the day is as the week says.
///
/// # Errors
/// [`Error::Conflict`] when nothing stood there; [`Error::NotFound`] out of sight.
pub fn back(tx: &mut Tx<'_>, by: &Actor, staff: StaffId, on: Date) -> Result<Carer, Error> {
    let carer = own(tx, by, staff)?;
    if tx.exec("delete from visit_shift_days where staff_id = $1 and day = $2", params![staff, on])? == 0 {
        return Err(Error::Conflict(format!("{}在 {on} 没有登记请假；请刷新页面", carer.name)));
    }
    let detail = format!("{} {on}：到岗", carer.name);
    tx.audit(by, Entry { action: "visits.absent", subject: staff.to_string(), detail, ..Entry::default() })?;
    Ok(carer)
}
