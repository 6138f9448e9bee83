//! Links between elders and institutions in the database.

use super::{Link, LinkKind};
use crate::saved::{self, Refused};
use db::{Tx, params};
use kernel::{Date, ElderId, InstitutionId};

/// Opens a link; nothing happens when one of this kind is open already.
///
/// # Errors
/// What the engine says.
pub fn open(tx: &mut Tx<'_>, elder: ElderId, institution: InstitutionId, kind: LinkKind, from: Date) -> db::Result<()> {
    let known = "select count(*) from elder_links
                 where elder_id = $1 and institution_id = $2 and kind = $3 and until is null";
    if tx.count(known, params![elder, institution, kind])? > 0 {
        return Ok(());
    }
    // Closed and opened again on the same day: the same link goes on.
    tx.exec(
        "insert into elder_links (elder_id, institution_id, kind, from_on) values ($1, $2, $3, $4)
         on conflict (elder_id, institution_id, kind, from_on) do update set until = null",
        params![elder, institution, kind, from],
    )?;
    Ok(())
}

/// Closes the open link of this kind; nothing happens without one. `until` is the first day without it.
///
/// # Errors
/// What the engine says.
pub fn close(
    tx: &mut Tx<'_>,
    elder: ElderId,
    institution: InstitutionId,
    kind: LinkKind,
    until: Date,
) -> db::Result<()> {
    tx.exec(
        "update elder_links set until = $4
         where elder_id = $1 and institution_id = $2 and kind = $3 and until is null",
        params![elder, institution, kind, until],
    )?;
    Ok(())
}

/// Takes back a link that was opened by mistake, as if it had never been.
///
/// # Errors
/// What the engine says.
pub fn take_back(
    tx: &mut Tx<'_>,
    elder: ElderId,
    institution: InstitutionId,
    kind: LinkKind,
    from: Date,
) -> db::Result<()> {
    tx.exec(
        "delete from elder_links where elder_id = $1 and institution_id = $2 and kind = $3 and from_on = $4",
        params![elder, institution, kind, from],
    )?;
    Ok(())
}

/// All links of an elder, open and closed, in a fixed order.
///
/// # Errors
/// What the engine says.
pub fn of(tx: &mut Tx<'_>, elder: ElderId) -> db::Result<Vec<Link>> {
    let sql = "select institution_id, kind, from_on, until from elder_links where elder_id = $1
               order by institution_id, kind, from_on";
    tx.query(sql, params![elder], |row| {
        let mut c = row.columns();
        Ok(Link { institution: c.take()?, kind: c.take()?, from: c.take()?, until: c.take()? })
    })
}

/// Replaces all links of an elder: merging and its undoing only.
pub(in crate::elders) fn replace(tx: &mut Tx<'_>, elder: ElderId, links: &[Link]) -> db::Result<()> {
    tx.exec("delete from elder_links where elder_id = $1", params![elder])?;
    for l in links {
        tx.exec(
            "insert into elder_links (elder_id, institution_id, kind, from_on, until) values ($1, $2, $3, $4, $5)",
            params![elder, l.institution, l.kind, l.from, l.until],
        )?;
    }
    Ok(())
}

/// The elders that an institution serves now.
///
/// # Errors
/// What the engine says.
pub fn elders_of(tx: &mut Tx<'_>, institution: InstitutionId) -> db::Result<Vec<ElderId>> {
    let sql = "select distinct elder_id from elder_links where institution_id = $1 and until is null";
    tx.query(sql, params![institution], |row| row.get(0))
}

/// Refuses when an institution serves, or served, the elder.
pub(in crate::elders) fn none(tx: &mut Tx<'_>, elder: ElderId) -> saved::Result<()> {
    match of(tx, elder)?.len() {
        0 => Ok(()),
        n => Err(Refused::field("老年人", format!("已有 {n} 条机构服务关系，不能自动撤回"))),
    }
}
