//! The lines of settlements in the database.

use crate::ltci::catalogue;
use crate::ltci::settlement::digest::{Fingerprint, NO_END};
use crate::ltci::settlement::model::{Amounts, LineKind, State};
use crate::ltci::settlement::reason::{Reason, Reasons};
use db::{Actor, Condition, Row, Tx, Value, params};
use kernel::{CorrectionId, Date, ElderId, Instant, InstitutionId, Month, SettlementId, VisitId};
use registry::elders::merges::store::files;
use registry::elders::store::{PRIMARY, primary};
use uuid::Uuid;

/// Which lines a list shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of this institution.
    pub institution: Option<InstitutionId>,
    /// With this verdict: 0 passed, 1 cut, 2 refused.
    pub verdict: Option<i64>,
    /// With this reason among others.
    pub reason: Option<Reason>,
    /// Of this elder.
    pub elder: Option<ElderId>,
}

/// A line as pages and sheets show it.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    /// The elder: the file that answers now for the one under which the line was settled.
    pub elder: ElderId,
    /// Name of the elder.
    pub name: String,
    /// The settlement.
    pub settlement: SettlementId,
    /// The visit.
    pub visit: VisitId,
    /// Why it stands here.
    pub kind: LineKind,
    /// The institution.
    pub institution: InstitutionId,
    /// Name of the carer.
    pub carer: String,
    /// The correction that it comes from.
    pub correction: Option<CorrectionId>,
    /// Level of disability.
    pub level: i64,
    /// The fund's share.
    pub rate: kernel::Bp,
    /// Day of service.
    pub day: Date,
    /// Beginning, or planned beginning.
    pub start: Instant,
    /// End.
    pub end: Option<Instant>,
    /// Items: codes joined by commas.
    pub items: String,
    /// Standard minutes of the items that count.
    pub standard_minutes: i64,
    /// Minutes really spent.
    pub minutes: i64,
    /// What was found.
    pub reasons: Reasons,
    /// The amounts.
    pub amounts: Amounts,
}

const SHOWN: &str = "e.id, e.name, l.settlement_id, l.visit_id, l.kind, l.institution_id, coalesce(s.name, ''), l.correction_id,
     l.level, l.rate_bp, l.day, l.start_at, l.end_at, l.items, l.standard_minutes, l.minutes, l.reasons, l.asked, l.adjusted,
     l.approved, l.paid";

fn shown(row: &Row<'_>) -> db::Result<Shown> {
    let mut c = row.columns();
    Ok(Shown {
        elder: c.take()?,
        name: c.take()?,
        settlement: c.take()?,
        visit: c.take()?,
        kind: LineKind::of(c.take()?),
        institution: c.take()?,
        carer: c.take()?,
        correction: c.take()?,
        level: c.take()?,
        rate: c.take()?,
        day: c.take()?,
        start: c.take()?,
        end: c.take()?,
        items: c.take()?,
        standard_minutes: c.take()?,
        minutes: c.take()?,
        reasons: Reasons(c.take::<i64>()? as u32),
        amounts: Amounts { asked: c.take()?, adjusted: c.take()?, approved: c.take()?, paid: c.take()? },
    })
}

/// The condition that a line `l` is of an elder. It stands for ever under the file for which it was settled; it is of the
/// one whose the visit is now, whatever was merged or parted since.
///
/// # Errors
/// What the engine says.
pub fn of(tx: &mut Tx<'_>, elder: ElderId, values: &mut Vec<Value<'static>>) -> db::Result<String> {
    let files = files(tx, elder)?;
    let alone = files.len() == 1;
    let places = db::value::list(values, files);
    if alone {
        return Ok(format!("l.elder_id in ({places})"));
    }
    values.push(elder.into());
    Ok(format!(
        "l.elder_id in ({places}) and exists (
           select 1 from visits v where v.elder_id = ${} and v.id = l.visit_id)",
        values.len()
    ))
}

/// The condition that a line `l` is of a visit, of which one knows that it is the elder's.
///
/// # Errors
/// What the engine says.
pub fn of_visit_of(
    tx: &mut Tx<'_>,
    elder: ElderId,
    visit: VisitId,
    values: &mut Vec<Value<'static>>,
) -> db::Result<String> {
    let places = db::value::list(values, files(tx, elder)?);
    values.push(visit.into());
    Ok(format!("l.elder_id in ({places}) and l.visit_id = ${}", values.len()))
}

/// Who pays for a county, or sees the elder, sees the line; an institution sees its own lines, also of elders whom it no
/// longer serves: the sums of its sheet are those of its lines.
fn condition(tx: &mut Tx<'_>, by: &Actor, id: SettlementId, filter: Filter) -> db::Result<Condition> {
    let (low, high) = by.scope.area.bounds();
    let seen = "(m.county between $2 and $3 or e.area between $2 and $3)";
    let mut all = Condition::new((seen.into(), vec![id.into(), low.into(), high.into()]));
    all.with_some("l.institution_id = ?", by.scope.institution.or(filter.institution));
    all.with_some("l.verdict = ?", filter.verdict);
    all.with_some("(l.reasons / ?) % 2 = 1", filter.reason.map(|reason| 1_i64 << reason as i64));
    if let Some(elder) = filter.elder {
        let now = match primary(tx, elder) {
            Err(db::Error::NotFound) => elder,
            known => known?,
        };
        let theirs = of(tx, now, &mut all.values)?;
        all.and(&theirs);
    }
    Ok(all)
}

fn from() -> String {
    format!(
        "from ltci_lines l join ltci_settlements m on m.id = l.settlement_id join elders o on o.id = l.elder_id
         join elders e on e.id = {PRIMARY} left join staff s on s.id = l.carer_id
         where l.settlement_id = $1 and"
    )
}

/// Lines of a settlement within sight, by elder and time.
///
/// # Errors
/// What the engine says.
pub fn lines(
    tx: &mut Tx<'_>,
    by: &Actor,
    id: SettlementId,
    filter: Filter,
    limit: i64,
    offset: i64,
) -> db::Result<Vec<Shown>> {
    let mut condition = condition(tx, by, id, filter)?;
    let page = condition.page(limit, offset);
    let Condition { sql: condition, values } = condition;
    let sql =
        format!("select {SHOWN} {} {condition} order by l.elder_id, l.start_at, l.visit_id, l.kind {page}", from());
    tx.query(&sql, &values, shown)
}

/// How many there are of them.
///
/// # Errors
/// What the engine says.
pub fn count_lines(tx: &mut Tx<'_>, by: &Actor, id: SettlementId, filter: Filter) -> db::Result<i64> {
    let Condition { sql: condition, values } = condition(tx, by, id, filter)?;
    tx.count(&format!("select count(*) {} {condition}", from()), &values)
}

/// The lines of a visit in all settlements, oldest first. Ask for the visit first.
///
/// # Errors
/// What the engine says.
pub fn of_visit(tx: &mut Tx<'_>, elder: ElderId, visit: VisitId) -> db::Result<Vec<(Month, State, Shown)>> {
    let mut values = vec![elder.into()];
    let condition = of_visit_of(tx, elder, visit, &mut values)?;
    let sql = format!(
        "select {SHOWN}, m.month, m.state from ltci_lines l join ltci_settlements m on m.id = l.settlement_id
           join elders e on e.id = $1 left join staff s on s.id = l.carer_id
         where {condition} order by m.month, l.kind"
    );
    tx.query(&sql, &values, |row| Ok((row.get(21)?, row.get(22)?, shown(row)?)))
}

/// The fingerprint of a settlement's lines as they stand now, computed in the order in which they were settled.
///
/// # Errors
/// What the engine says.
pub fn fingerprint(tx: &mut Tx<'_>, id: SettlementId, month: Month) -> db::Result<Vec<u8>> {
    let mut print = Fingerprint::new(month);
    let sql = "select elder_id, visit_id, institution_id, carer_id, plan_id, entitlement_id, correction_id, kind, level, rate_bp,
                 day, start_at, end_at, standard_minutes, minutes, reasons, counted, asked, adjusted, approved, paid, items
               from ltci_lines where settlement_id = $1 order by elder_id, start_at, visit_id, kind";
    tx.each(sql, params![id], |row| {
        let mut c = row.columns();
        let ids = [c.take()?, c.take()?, c.take()?, c.take()?, c.take()?, none(c.take()?), none(c.take()?)];
        let (kind, level, rate) = (c.take()?, c.take()?, c.take()?);
        let (day, start, end): (Date, i64, Option<i64>) = (c.take()?, c.take()?, c.take()?);
        let mut numbers = [
            kind,
            level,
            rate,
            kernel::time::day_number(day).into(),
            start,
            end.unwrap_or(NO_END),
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
        ];
        for number in &mut numbers[6..] {
            *number = c.take()?;
        }
        print.add(ids, numbers, catalogue::split(&c.take::<String>()?));
        Ok(())
    })?;
    Ok(print.finish())
}

fn none(id: Option<Uuid>) -> Uuid {
    id.unwrap_or_default()
}
