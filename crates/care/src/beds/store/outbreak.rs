//! Outbreaks and what is dedicated to a zone, in the database.

use super::super::model::InfectionZone;
use super::steps::{Result, noted};
use db::audit::Entry;
use db::{Actor, Tx, params};
use kernel::{BedRowId, Date, InstitutionId, StaffId};
use registry::{institutions, staff};
use web::Error;

/// An outbreak of an institution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outbreak {
    /// Identity.
    pub id: BedRowId,
    /// First day.
    pub began_on: Date,
    /// Why.
    pub reason: String,
    /// Who began it.
    pub began_by: String,
    /// The day it ended.
    pub ended_on: Option<Date>,
    /// Why it ended.
    pub end_reason: String,
}

/// Somebody or something that serves one zone only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dedicated {
    /// `staff` or `equipment`.
    pub kind: String,
    /// Who, of staff.
    pub staff: Option<StaffId>,
    /// Name.
    pub name: String,
    /// Zone.
    pub zone: InfectionZone,
}

/// All outbreaks of an institution, newest first.
///
/// # Errors
/// What the engine says.
pub fn list(tx: &mut Tx<'_>, institution: InstitutionId) -> db::Result<Vec<Outbreak>> {
    let sql = "select id, began_on, reason, began_by, ended_on, end_reason from bed_outbreaks
               where institution_id = $1 order by id desc";
    tx.query(sql, params![institution], |row| {
        let mut c = row.columns();
        Ok(Outbreak {
            id: c.take()?,
            began_on: c.take()?,
            reason: c.take()?,
            began_by: c.take()?,
            ended_on: c.take()?,
            end_reason: c.take()?,
        })
    })
}

/// The one that is on.
///
/// # Errors
/// What the engine says.
pub fn current(tx: &mut Tx<'_>, institution: InstitutionId) -> db::Result<Option<Outbreak>> {
    Ok(list(tx, institution)?.into_iter().find(|one| one.ended_on.is_none()))
}

/// Who and what serves which zone in an outbreak.
///
/// # Errors
/// What the engine says.
pub fn dedicated(tx: &mut Tx<'_>, institution: InstitutionId, outbreak: BedRowId) -> db::Result<Vec<Dedicated>> {
    let sql = "select kind, staff_id, name, zone from bed_dedications where institution_id = $1 and outbreak_id = $2
               order by zone, kind, name";
    tx.query(sql, params![institution, outbreak], |row| {
        let mut c = row.columns();
        Ok(Dedicated { kind: c.take()?, staff: c.take()?, name: c.take()?, zone: c.take()? })
    })
}

fn log(tx: &mut Tx<'_>, by: &Actor, action: &str, institution: InstitutionId, detail: &str) -> Result<()> {
    let entry = Entry { action, subject: institution.to_string(), detail: detail.to_owned(), ..Entry::default() };
    Ok(tx.audit(by, entry)?)
}

/// Begins one.
///
/// # Errors
/// [`Error::Invalid`] without a reason, [`Error::Conflict`] while one is on.
pub fn begin(tx: &mut Tx<'_>, by: &Actor, institution: InstitutionId, why: &str) -> Result<()> {
    institutions::store::find(tx, by, institution)?;
    let why = noted(why, "reason", "启动原因")?;
    let on = || Error::Conflict("本机构的疫情防控已经启动".into());
    if current(tx, institution)?.is_some() {
        return Err(on());
    }
    let id = BedRowId::new(by.now, tx.chance());
    let done = tx.exec(
        "insert into bed_outbreaks (institution_id, id, began_on, reason, began_by, end_reason) values ($1, $2, $3, $4, $5, '')",
        params![institution, id, by.today(), &why, &by.name],
    );
    match done {
        Err(db::Error::Taken(_)) => return Err(on()),
        other => other?,
    };
    log(tx, by, "beds.outbreak", institution, &format!("启动：{why}"))
}

/// Ends it: all rooms are clean again.
///
/// # Errors
/// [`Error::Invalid`] without a reason, [`Error::Conflict`] when none is on.
pub fn end(tx: &mut Tx<'_>, by: &Actor, institution: InstitutionId, why: &str) -> Result<()> {
    institutions::store::find(tx, by, institution)?;
    let why = noted(why, "reason", "解除原因")?;
    let Some(open) = current(tx, institution)? else {
        return Err(Error::Conflict("本机构没有启动疫情防控".into()));
    };
    tx.exec(
        "update bed_outbreaks set ended_on = $3, end_reason = $4 where institution_id = $1 and id = $2 and ended_on is null",
        params![institution, open.id, by.today(), &why],
    )?;
    tx.exec(
        "update bed_rooms set infection_zone = 'clean', changed_at = $2 where institution_id = $1 and infection_zone <> 'clean'",
        params![institution, by.now],
    )?;
    log(tx, by, "beds.outbreak", institution, &format!("解除：{why}"))
}

/// Dedicates one of the institution's staff, or a piece of equipment, to a zone. Who serves one zone already stays there.
///
/// # Errors
/// [`Error::Refused`] when it serves another zone, [`Error::Conflict`] when no outbreak is on.
pub fn dedicate(
    tx: &mut Tx<'_>,
    by: &Actor,
    institution: InstitutionId,
    (who, equipment, zone): (Option<StaffId>, &str, InfectionZone),
) -> Result<()> {
    institutions::store::find(tx, by, institution)?;
    let Some(open) = current(tx, institution)? else {
        return Err(Error::Conflict("没有启动疫情防控，不必指定专人专用".into()));
    };
    let (kind, name) = match who {
        Some(id) => ("staff", own_staff(tx, by, institution, id)?),
        None => ("equipment", noted(equipment, "equipment", "设备")?),
    };
    let known = dedicated(tx, institution, open.id)?.into_iter().find(|one| one.kind == kind && one.name == name);
    if let Some(known) = known {
        let text = format!("{name}已专用于{}，防控期间不能再用于{}", known.zone.name(), zone.name());
        return Err(Error::refused("BED-09", text));
    }
    let id = BedRowId::new(by.now, tx.chance());
    tx.exec(
        "insert into bed_dedications (institution_id, id, outbreak_id, kind, staff_id, name, zone, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![institution, id, open.id, kind, who, &name, zone, by.now],
    )?;
    log(tx, by, "beds.dedicate", institution, &format!("{name}：{}", zone.name()))
}

fn own_staff(tx: &mut Tx<'_>, by: &Actor, institution: InstitutionId, id: StaffId) -> Result<String> {
    let found = staff::store::find(tx, by, id)?;
    if found.facts.institution == institution {
        return Ok(found.facts.name);
    }
    Err(Error::refused("BED-12", format!("{}不是本机构的人员", found.facts.name)))
}
