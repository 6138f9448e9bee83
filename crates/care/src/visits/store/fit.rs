//! Whether somebody fits a visit beyond post and certificate: skills that it asks for, and whom the elder does not want; and
//! what is agreed with the elder.

use super::crew::{self, Carer};
use super::{UNLOCKED, find};
use crate::visits::catalogue::split;
use crate::visits::model::State;
use crate::visits::planner::model::Skill;
use db::audit::Entry;
use db::{Actor, Tx, params};
use kernel::{ElderId, Instant, StaffId, VisitId};
use uuid::Uuid;
use web::{Error, Reason};

/// What speaks against sending somebody: VISITS-72 for each skill that they lack, VISITS-73 when the elder does not want them.
///
/// # Errors
/// What the engine says.
pub fn against(tx: &mut Tx<'_>, elder: ElderId, skills: &str, carer: &Carer) -> db::Result<Vec<Reason>> {
    let mut reasons = vec![];
    for skill in split(skills) {
        let has = "select count(*) from visit_skills where staff_id = $1 and skill = $2";
        if tx.count(has, params![carer.id, skill])? == 0 {
            let name = Skill::parse(skill).map_or(skill, |known| known.name());
            reasons.push(Reason::new("VISITS-72", format!("{}没有登记“{name}”技能", carer.name)));
        }
    }
    for one in refusals(tx, elder)?.into_iter().filter(|one| one.staff == carer.id) {
        reasons.push(Reason::new("VISITS-73", format!("老年人不接受{}上门（{}）", carer.name, one.reason)));
    }
    Ok(reasons)
}

/// Somebody whom an elder does not want.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Identity.
    pub id: Uuid,
    /// Whom.
    pub staff: StaffId,
    /// Name.
    pub name: String,
    /// Why.
    pub reason: String,
}

/// Whom an elder does not want. Ask whether the elder is in sight first.
///
/// # Errors
/// What the engine says.
pub fn refusals(tx: &mut Tx<'_>, elder: ElderId) -> db::Result<Vec<Refusal>> {
    let sql = "select r.id, r.staff_id, s.name, r.reason from visit_refusals r left join staff s on s.id = r.staff_id
               where r.elder_id = $1 and r.ended_at is null order by r.created_at, r.id";
    tx.query(sql, params![elder], |row| {
        let mut c = row.columns();
        let (id, staff) = (c.take()?, c.take()?);
        Ok(Refusal { id, staff, name: c.take::<Option<String>>()?.unwrap_or_default(), reason: c.take()? })
    })
}

/// Writes down that the elder does not want somebody at the door.
///
/// # Errors
/// [`Error::Invalid`] without a reason; [`Error::Conflict`] when it stands already; [`Error::NotFound`] out of sight.
pub fn refuse(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, staff: StaffId, reason: &str) -> Result<(), Error> {
    let person = crate::subject::store::find(tx, by, elder)?;
    let carer = crew::staff(tx, staff)?;
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(Error::field("reason", "原因", "请写明原因"));
    }
    if refusals(tx, person.id)?.iter().any(|one| one.staff == staff) {
        return Err(Error::Conflict(format!("已经登记不派{}", carer.name)));
    }
    let id = kernel::id::new_uuid(by.now, tx.chance());
    let sql = "insert into visit_refusals (elder_id, id, staff_id, reason, entered_by, created_at)
               values ($1, $2, $3, $4, $5, $6)";
    tx.exec(sql, params![person.id, id, staff, reason, &by.name, by.now])?;
    let detail = format!("不派{}：{reason}", carer.name);
    Ok(tx.audit(by, Entry { action: "visits.refuse", elder: Some(person.id), subject: id.to_string(), detail })?)
}

/// The elder accepts somebody again.
///
/// # Errors
/// [`Error::Conflict`] when it is over already; [`Error::NotFound`] out of sight.
pub fn welcome(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, id: Uuid) -> Result<(), Error> {
    let person = crate::subject::store::find(tx, by, elder)?;
    let sql = "update visit_refusals set ended_at = $3 where elder_id = $1 and id = $2 and ended_at is null";
    if tx.exec(sql, params![person.id, id, by.now])? == 0 {
        return Err(Error::Conflict("这条登记已经取消；请刷新页面".into()));
    }
    let detail = "取消不派".to_owned();
    Ok(tx.audit(by, Entry { action: "visits.refuse", elder: Some(person.id), subject: id.to_string(), detail })?)
}

/// Since when the time of a visit is agreed with the elder, and who said so. Ask whether the visit is in sight first.
///
/// # Errors
/// What the engine says.
pub fn agreed(tx: &mut Tx<'_>, elder: ElderId, id: VisitId) -> db::Result<Option<(Instant, String)>> {
    let sql = "select agreed_at, agreed_by from visits where elder_id = $1 and id = $2 and agreed_at is not null";
    tx.query_opt(sql, params![elder, id], |row| Ok((row.get(0)?, row.get::<Option<String>>(1)?.unwrap_or_default())))
}

/// Writes down that the time of a planned visit is agreed with the elder, or not any more.
///
/// # Errors
/// [`Error::Conflict`] for a visit that is not to come; [`Error::NotFound`] out of sight.
pub fn agree(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, id: VisitId, agreed: bool) -> Result<(), Error> {
    let visit = find(tx, by, elder, id)?;
    super::steps::arranged_here(by, &visit)?;
    if visit.state != State::Planned {
        return Err(Error::Conflict(format!("这次服务“{}”，不能再改约定；请刷新页面", visit.state.name())));
    }
    let (at, who) = (agreed.then_some(by.now), agreed.then_some(by.name.clone()));
    let sql = format!(
        "update visits set agreed_at = $3, agreed_by = $4, changed_at = $5
         where elder_id = $1 and id = $2 and state = 'planned' and {UNLOCKED}"
    );
    if tx.exec(&sql, params![elder, id, at, who, by.now])? == 0 {
        return Err(Error::refused("VISITS-61", format!("{} 已结算，不能再改动；请在结算单中办理更正", visit.month)));
    }
    let detail = if agreed { "时间已与老年人约定" } else { "取消约定" }.to_owned();
    Ok(tx.audit(by, Entry { action: "visits.agree", elder: Some(elder), subject: id.to_string(), detail })?)
}
