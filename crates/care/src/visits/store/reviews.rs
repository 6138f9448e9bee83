//! Late entries and distant check-ins that are looked at again.

use super::super::model::{Visit, picked};
use super::super::rules;
use super::{COLUMNS, Listed, WIDTH, visit};
use db::audit::Entry;
use db::{Actor, Condition, Tx, params};
use kernel::{ElderId, StaffId, VisitId};
use policy::Library;
use web::Error;

/// Picks a late entry for a second look when its turn has come by the region's share.
///
/// # Errors
/// [`Error::Refused`] when no document in force sets the share.
pub fn sample(tx: &mut Tx<'_>, by: &Actor, policies: &Library, v: &Visit) -> Result<(), Error> {
    let share = rules::number(policies, rules::REVIEWED, v.county, v.day())?;
    if picked(v.id, share) { Ok(pick(tx, by, v.elder, v.id)?) } else { Ok(()) }
}

/// Picks a visit for a second look.
///
/// # Errors
/// What the engine says.
pub fn pick(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, id: VisitId) -> db::Result<()> {
    let sql = "insert into visit_reviews (elder_id, id, picked_at) values ($1, $2, $3) on conflict do nothing";
    tx.exec(sql, params![elder, id, by.now]).map(|_| ())
}

/// What was found at a second look.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Review {
    /// In order or not; none while nobody has looked.
    pub finding: Option<String>,
    /// What was seen.
    pub note: Option<String>,
    /// Who looked.
    pub by: Option<String>,
}

/// The second look at a visit, if it was picked. Ask for the visit first.
///
/// # Errors
/// What the engine says.
pub fn of(tx: &mut Tx<'_>, elder: ElderId, id: VisitId) -> db::Result<Option<Review>> {
    let sql = "select finding, note, reviewed_by from visit_reviews where elder_id = $1 and id = $2";
    tx.query_opt(sql, params![elder, id], |row| Ok(Review { finding: row.get(0)?, note: row.get(1)?, by: row.get(2)? }))
}

fn waiting(by: &Actor) -> Condition {
    let mut all = Condition::new(by.scope.elders("e.area", "e.id", 1));
    all.and("r.reviewed_at is null");
    all
}

const FROM: &str = "from visit_reviews r join visits v on v.elder_id = r.elder_id and v.id = r.id
     join elders e on e.id = v.elder_id left join staff s on s.id = v.carer_id
     left join institutions i on i.id = v.institution_id where";

/// The visits that wait for a second look, within sight, oldest first.
///
/// # Errors
/// What the engine says.
pub fn list(tx: &mut Tx<'_>, by: &Actor, limit: i64, offset: i64) -> db::Result<Vec<Listed>> {
    let mut all = waiting(by);
    let (page, condition) = (all.page(limit, offset), &all.sql);
    let sql = format!(
        "select {COLUMNS}, e.name, e.area, s.name, i.name {FROM} {condition} order by r.picked_at, v.id {page}"
    );
    tx.query(&sql, &all.values, |row| {
        Ok(Listed {
            visit: visit(row)?,
            elder: row.get(WIDTH)?,
            area: row.get(WIDTH + 1)?,
            carer: row.get::<Option<String>>(WIDTH + 2)?.unwrap_or_default(),
            institution: row.get::<Option<String>>(WIDTH + 3)?.unwrap_or_default(),
        })
    })
}

/// How many wait.
///
/// # Errors
/// What the engine says.
pub fn count(tx: &mut Tx<'_>, by: &Actor) -> db::Result<i64> {
    let all = waiting(by);
    tx.count(&format!("select count(*) {FROM} {}", all.sql), &all.values)
}

/// Writes down what was found. Whoever came may not look themselves.
///
/// # Errors
/// [`Error::Refused`] for one's own; [`Error::Conflict`] when somebody did already; [`Error::Invalid`] without a note; [`Error::NotFound`].
pub fn decide(
    tx: &mut Tx<'_>,
    by: &Actor,
    (elder, id): (ElderId, VisitId),
    staff: Option<StaffId>,
    fine: bool,
    note: &str,
) -> Result<(), Error> {
    let visit = super::find(tx, by, elder, id)?;
    if staff.is_some_and(|staff| visit.is_of(staff)) {
        return Err(Error::refused("VISITS-68", "不能核查本人的服务"));
    }
    if note.trim().is_empty() {
        return Err(Error::field("note", "核查情况", "请写明怎样核实、结果如何"));
    }
    let finding = if fine { "fine" } else { "fault" };
    let sql = "update visit_reviews set finding = $3, note = $4, reviewed_by = $5, reviewed_at = $6
               where elder_id = $1 and id = $2 and reviewed_at is null";
    if tx.exec(sql, params![elder, id, finding, note.trim(), &by.name, by.now])? == 0 {
        return Err(Error::Conflict("这次服务没有待核查，或已由他人核查；请刷新页面".into()));
    }
    let detail = format!("{}：{}", if fine { "属实" } else { "有问题" }, note.trim());
    tx.audit(by, Entry { action: "visits.review", elder: Some(elder), subject: visit.id.to_string(), detail })?;
    Ok(())
}
