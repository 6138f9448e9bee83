//! Corrections in the database.

use super::model::{Correction, NewCorrection, faults};
use crate::ltci::settlement::lines::store::of_visit_of;
use crate::ltci::settlement::model::LineKind;
use crate::ltci::{catalogue, visits};
use db::audit::Entry;
use db::{Actor, Row, Tx, Value, params};
use kernel::area::Level;
use kernel::{CorrectionId, Date, ElderId, SettlementId, VisitId};
use web::Error;

const COLUMNS: &str =
    "c.elder_id, c.id, c.county, c.settlement_id, c.visit_id, c.kind, c.state, c.reason, c.withdrawn, c.in_at,
     c.out_at, c.items, c.entered_by, c.created_at, c.settled_in";

fn correction(row: &Row<'_>) -> db::Result<Correction> {
    let mut c = row.columns();
    Ok(Correction {
        elder: c.take()?,
        id: c.take()?,
        county: c.take()?,
        settlement: c.take()?,
        visit: c.take()?,
        kind: LineKind::of(c.take()?),
        state: c.take()?,
        reason: c.take()?,
        withdrawn: c.take()?,
        from: c.take()?,
        to: c.take()?,
        items: c.take()?,
        entered_by: c.take()?,
        created_at: c.take()?,
        settled_in: c.take()?,
    })
}

/// The settled line of a visit that counts now: the youngest that is no counter-entry.
struct Standing {
    settlement: SettlementId,
    kind: LineKind,
    day: Date,
    county: kernel::Area,
}

fn standing(tx: &mut Tx<'_>, elder: ElderId, visit: VisitId) -> db::Result<Option<Standing>> {
    let mut values = vec![];
    let condition = of_visit_of(tx, elder, visit, &mut values)?;
    let sql = format!(
        "select l.settlement_id, l.kind, l.day, s.county from ltci_lines l join ltci_settlements s on s.id = l.settlement_id
         where {condition} and s.state in ('settled', 'paid') order by s.month desc, l.kind desc limit 1"
    );
    let last = tx.query_opt(&sql, &values, |row| {
        let kind = LineKind::of(row.get(1)?);
        Ok(Standing { settlement: row.get(0)?, kind, day: row.get(2)?, county: row.get(3)? })
    })?;
    Ok(last.filter(|line| line.kind != LineKind::Counter))
}

/// Whether a visit stands settled, so that it can be corrected only by a counter-entry. Ask for the visit first.
///
/// # Errors
/// What the engine says.
pub fn correctable(tx: &mut Tx<'_>, elder: ElderId, visit: VisitId) -> db::Result<bool> {
    Ok(standing(tx, elder, visit)?.is_some())
}

/// Asks for a correction: the next settlement of the county takes the settled line back and enters it anew.
///
/// # Errors
/// [`Error::Refused`] with numbered reasons; [`Error::Conflict`] when the visit is not settled; [`Error::NotFound`].
pub fn propose(tx: &mut Tx<'_>, by: &Actor, new: &NewCorrection) -> Result<CorrectionId, Error> {
    visits::store::find(tx, by, new.elder, new.visit)?;
    let line = standing(tx, new.elder, new.visit)?;
    let line = line.ok_or_else(|| Error::Conflict("这次服务没有已结算的明细，不需要更正".into()))?;
    let open = "select count(*) from ltci_corrections where elder_id = $1 and visit_id = $2 and state = 'open'";
    let open = tx.count(open, params![new.elder, new.visit])? > 0;
    let reasons = faults(new, line.day, open);
    if !reasons.is_empty() {
        return Err(Error::Refused(reasons));
    }
    let id = CorrectionId::new(by.now, tx.chance());
    let happened = new.happened.as_ref();
    tx.exec(
        "insert into ltci_corrections (elder_id, id, county, settlement_id, visit_id, kind, state, reason, withdrawn, in_at,
           out_at, items, entered_by, created_at)
         values ($1, $2, $3, $4, $5, $6, 'open', $7, $8, $9, $10, $11, $12, $13)",
        params![
            new.elder,
            id,
            line.county,
            line.settlement,
            new.visit,
            line.kind as i64,
            new.reason.trim(),
            happened.is_none(),
            happened.map(|h| h.from),
            happened.map(|h| h.to),
            happened.map(|h| catalogue::join(&h.items)).unwrap_or_default(),
            &by.name,
            by.now
        ],
    )?;
    let detail = new.reason.trim().to_owned();
    tx.audit(by, Entry { action: "ltci.correct", elder: Some(new.elder), subject: id.to_string(), detail })?;
    Ok(id)
}

/// Takes back a correction that no settlement has taken up yet.
///
/// # Errors
/// [`Error::Conflict`] in another state; [`Error::NotFound`].
pub fn withdraw(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, id: CorrectionId) -> Result<(), Error> {
    registry::elders::store::visible(tx, by, elder)?;
    let sql = "update ltci_corrections set state = 'withdrawn' where elder_id = $1 and id = $2 and state = 'open'";
    if tx.exec(sql, params![elder, id])? == 0 {
        return Err(Error::Conflict("这项更正已经结算或撤回".into()));
    }
    tx.audit(
        by,
        Entry { action: "ltci.correct.withdraw", elder: Some(elder), subject: id.to_string(), ..Entry::default() },
    )?;
    Ok(())
}

/// The corrections of the counties within sight with the elders' names, newest first; only those of one settlement (as the
/// corrected or the correcting one) if it is given.
///
/// # Errors
/// What the engine says.
pub fn list(
    tx: &mut Tx<'_>,
    by: &Actor,
    settlement: Option<SettlementId>,
    limit: i64,
) -> db::Result<Vec<(String, Correction)>> {
    let (scope, mut values) = by.scope.elders("e.area", "e.id", 1);
    let (low, high) = by.scope.area.up_to(Level::County).bounds();
    let at = values.len() + 1;
    values.extend([low.into(), high.into(), limit.into()]);
    let mut only = String::new();
    if let Some(id) = settlement {
        values.push(Value::from(id));
        only = format!(" and (c.settlement_id = ${0} or c.settled_in = ${0})", values.len());
    }
    let sql = format!(
        "select {COLUMNS}, e.name from ltci_corrections c join elders e on e.id = c.elder_id
         where {scope} and c.county between ${at} and ${}{only} order by c.id desc limit ${}",
        at + 1,
        at + 2
    );
    tx.query(&sql, &values, |row| Ok((row.get(15)?, correction(row)?)))
}

/// The corrections of a visit, oldest first. Ask for the visit first.
///
/// # Errors
/// What the engine says.
pub fn of_visit(tx: &mut Tx<'_>, elder: ElderId, visit: VisitId) -> db::Result<Vec<Correction>> {
    let sql =
        format!("select {COLUMNS} from ltci_corrections c where c.elder_id = $1 and c.visit_id = $2 order by c.id");
    tx.query(&sql, params![elder, visit], correction)
}
