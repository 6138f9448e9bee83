//! What a visit cost, as it was decided when it was done.

use super::super::charges::{Charge, Funded, Line, charge};
use super::super::model::Visit;
use db::{Actor, Tx, Value, params};
use kernel::{ElderId, VisitId};
use policy::Library;
use registry::elders::facts;

/// Decides what a visit costs and keeps it, line by line with its reason; what was decided before is replaced.
///
/// # Errors
/// What the engine says.
pub fn price(tx: &mut Tx<'_>, by: &Actor, policies: &Library, visit: &Visit) -> db::Result<()> {
    let known = facts::of(tx, visit.elder)?;
    let day = visit.day();
    let funded = Funded { entitled: known.entitled_on(day), contracted: known.contracted_on(day) };
    let Some(charge) = charge(policies, visit, funded) else { return Ok(()) };
    tx.exec("delete from visit_charges where elder_id = $1 and visit_id = $2", params![visit.elder, visit.id])?;
    let rows: Vec<Vec<Value<'static>>> = charge
        .lines
        .into_iter()
        .zip(0_i64..)
        .map(|(line, place)| {
            let id = kernel::id::new_uuid(by.now, tx.chance());
            vec![
                visit.elder.into(),
                id.into(),
                visit.id.into(),
                place.into(),
                line.code.into(),
                line.price.into(),
                line.funded_by.into(),
                line.charge.into(),
                line.reason.into(),
            ]
        })
        .collect();
    let into = "visit_charges (elder_id, id, visit_id, place, code, price_fen, funded_by, charge_fen, reason)";
    tx.insert_many(into, 9, rows)?;
    let sql = "update visits set charge_fen = $3, charge_open = $4 where elder_id = $1 and id = $2";
    tx.exec(sql, params![visit.elder, visit.id, charge.total, charge.open]).map(|_| ())
}

/// What a visit cost; nothing when it was never priced. Ask for the visit first.
///
/// # Errors
/// What the engine says.
pub fn of(tx: &mut Tx<'_>, elder: ElderId, visit: VisitId) -> db::Result<Option<Charge>> {
    let sql = "select code, price_fen, funded_by, charge_fen, reason from visit_charges
               where elder_id = $1 and visit_id = $2 order by place";
    let lines = tx.query(sql, params![elder, visit], |row| {
        let mut c = row.columns();
        Ok(Line { code: c.take()?, price: c.take()?, funded_by: c.take()?, charge: c.take()?, reason: c.take()? })
    })?;
    if lines.is_empty() {
        return Ok(None);
    }
    let sql = "select charge_fen, charge_open from visits where elder_id = $1 and id = $2";
    let (total, open) = tx.query_one(sql, params![elder, visit], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(Some(Charge { lines, total, open }))
}
