//! Whom the simulated month concerns.

use super::assess::Candidate;
use super::month::{Due, Entitled};
use db::{Actor, Result, Row, Tx, params};
use kernel::{Area, Date, ElderId, InstitutionId, Month};
use registry::elders::{Chronic, SelfCare};

fn candidate(row: &Row<'_>) -> Result<Candidate> {
    let self_care = row.get::<Option<String>>(1)?.as_deref().and_then(SelfCare::parse).unwrap_or(SelfCare::Able);
    let chronic = Chronic::split(&row.get::<Option<String>>(2)?.unwrap_or_default());
    Ok(Candidate { elder: row.get(0)?, self_care, chronic })
}

/// Insured residents of the county who the roster says need help.
pub(super) fn disabled(tx: &mut Tx<'_>, county: Area) -> Result<Vec<Candidate>> {
    let (low, high) = county.bounds();
    let sql = "select id, self_care, chronic from elders
               where area between $1 and $2 and status = 'alive' and merged_into is null and ltci_insured = 1
                 and self_care in ('partial', 'unable') order by id";
    tx.query(sql, params![low, high], candidate)
}

/// Residents of institutions of the county.
pub(super) fn in_institutions(tx: &mut Tx<'_>, county: Area) -> Result<Vec<Candidate>> {
    let (low, high) = county.bounds();
    let sql = "select id, self_care, chronic from elders
               where area between $1 and $2 and status = 'alive' and merged_into is null and living = 'institution'
               order by id limit 300";
    tx.query(sql, params![low, high], candidate)
}

/// Residents of the county from 65 years on, with their town.
pub(super) fn old(tx: &mut Tx<'_>, county: Area, born_by: Date) -> Result<Vec<(ElderId, Area)>> {
    let (low, high) = county.bounds();
    let sql = "select id, area from elders
               where area between $1 and $2 and status = 'alive' and merged_into is null and resident = 1 and born <= $3
               order by id";
    tx.query(sql, params![low, high, born_by], |row| Ok((row.get(0)?, row.get(1)?)))
}

/// Elders contracted with an institution who are at home and for whom most is going on: a visit to come, a home sickbed, hospice
/// care, a follow-up.
pub(super) fn busiest(
    tx: &mut Tx<'_>,
    institution: InstitutionId,
    by: &Actor,
    most: i64,
) -> Result<Vec<(ElderId, String)>> {
    let one = |what: &str| format!("case when exists (select 1 from {what}) then 1 else 0 end");
    let weight = [
        one("visits v where v.elder_id = c.elder_id and v.state = 'planned' and v.planned_from > $2"),
        one("sickbeds b where b.elder_id = c.elder_id and b.state in ('accepted', 'open')"),
        one("hospice_cases h where h.elder_id = c.elder_id and h.state = 'active'"),
        one("followup_visits f where f.elder_id = c.elder_id"),
        one("checkup_findings k where k.elder_id = c.elder_id and k.state = 'open'"),
    ];
    let sql = format!(
        "select c.elder_id, e.name from contracts c join elders e on e.id = c.elder_id
         where c.institution_id = $1 and c.state = 'signed' and e.status = 'alive' and e.merged_into is null
           and not exists (select 1 from stays s where s.elder_id = c.elder_id and s.discharged_on is null)
           and not exists (select 1 from referrals r where r.elder_id = c.elder_id)
         order by {} desc, c.elder_id limit $3",
        weight.join(" + ")
    );
    tx.query(&sql, params![institution, by.now, most], |row| Ok((row.get(0)?, row.get(1)?)))
}

/// Elders contracted with an institution who are at home.
pub(super) fn contracted(tx: &mut Tx<'_>, institution: InstitutionId, limit: i64) -> Result<Vec<ElderId>> {
    let sql = "select c.elder_id from contracts c join elders e on e.id = c.elder_id
               where c.institution_id = $1 and c.state = 'signed' and e.status = 'alive' and e.merged_into is null
                 and not exists (select 1 from stays s where s.elder_id = c.elder_id and s.discharged_on is null)
               order by c.elder_id limit $2";
    tx.query(sql, params![institution, limit], |row| row.get(0))
}

/// Elders whom an institution serves and whose roster names a chronic disease.
pub(super) fn served(tx: &mut Tx<'_>, institution: InstitutionId, most: i64) -> Result<Vec<(ElderId, Vec<Chronic>)>> {
    let sql = "select e.id, e.chronic from elders e
               where e.status = 'alive' and e.merged_into is null and e.chronic <> ''
                 and exists (select 1 from elder_links l where l.elder_id = e.id and l.institution_id = $1 and l.until is null)
               order by e.id limit $2";
    tx.query(sql, params![institution, most], |row| {
        Ok((row.get(0)?, Chronic::split(&row.get::<Option<String>>(1)?.unwrap_or_default())))
    })
}

/// Entitlements that run, in the order of their beginning.
pub(super) fn entitled(tx: &mut Tx<'_>, county: Area) -> Result<Vec<Entitled>> {
    let sql = "select n.elder_id, n.id, e.area, n.setting from ltci_entitlements n join elders e on e.id = n.elder_id
               where n.county = $1 and n.ended_on is null order by n.from_on, n.id";
    tx.query(sql, params![county], |row| {
        let resides = row.get::<String>(3)? == "institution";
        Ok(Entitled { elder: row.get(0)?, entitlement: row.get(1)?, area: row.get(2)?, resides })
    })
}

/// Visits of a month that were planned for a day before `today`.
pub(super) fn due(tx: &mut Tx<'_>, county: Area, month: Month, today: Date) -> Result<Vec<Due>> {
    let before = kernel::time::at(today, 0, 0).unwrap_or_default();
    let sql = "select v.elder_id, v.id, v.carer_id, v.planned_from, v.planned_to, v.items, a.lon, a.lat
               from visits v join elders e on e.id = v.elder_id left join areas a on a.code = e.area
               where v.kind = 'care_insurance' and v.county = $1 and v.month = $2 and v.state = 'planned' and v.planned_from < $3
               order by v.planned_from, v.id";
    tx.query(sql, params![county, month, before], |row| {
        let mut c = row.columns();
        let (elder, visit, carer, from, to, items) = (c.take()?, c.take()?, c.take()?, c.take()?, c.take()?, c.take()?);
        let place = c.take::<Option<f64>>()?.zip(c.take::<Option<f64>>()?);
        Ok(Due { elder, visit, carer, from, to, items, place })
    })
}

/// Daily summaries as the night would have left them.
pub(super) fn put_summaries(tx: &mut Tx<'_>, rows: Vec<Vec<db::Value<'static>>>) -> Result<u64> {
    let into = "measurement_summaries (elder_id, kind, span, starts_at, count, least, most, total)";
    tx.insert_many(into, 8, rows)
}
