//! Reads the inputs of a settlement: a handful of queries, whatever the number of visits.

use super::Places;
use crate::ltci::catalogue::StaffKind;
use crate::ltci::plans::model::Service;
use crate::ltci::settlement::lines::store::{of as lines_of, of_visit_of};
use crate::ltci::settlement::model::{
    Cap, Correction, Entitled, Inputs, Late, Line, LineKind, Quota, Rules, Standing, Visit,
};
use crate::ltci::settlement::reason::Reasons;
use crate::ltci::settlement::store::Watch;
use db::{Json, Row, Tx, params};
use kernel::{Area, Date, ElderId, Instant, Month, Period, VisitId};
use policy::Library;
use registry::staff::Post;
use std::collections::{BTreeMap, BTreeSet};

/// How many visits are read between two looks at the progress.
const STEP: usize = 10_000;

/// Reads all that a settlement of the county's month looks at.
///
/// # Errors
/// What the engine says.
pub fn read(
    tx: &mut Tx<'_>,
    policies: &Library,
    county: Area,
    month: Month,
    rules: Rules,
    watch: &mut Watch<'_>,
) -> db::Result<Inputs> {
    let mut places = Places::new(Inputs::empty(month, rules));
    entitlements(tx, &mut places, county)?;
    staff(tx, &mut places)?;
    plans(tx, &mut places, county)?;
    visits(tx, &mut places, county, month, watch)?;
    corrections(tx, &mut places, county)?;
    let earliest = places.inputs.corrections.iter().map(|c| c.line.day).min();
    stays(tx, &mut places, county, earliest.unwrap_or(month.first()), month.last())?;
    deaths(tx, &mut places, county)?;
    Ok(places.finish(policies, county))
}

fn entitlements(tx: &mut Tx<'_>, places: &mut Places, county: Area) -> db::Result<()> {
    let sql = "select elder_id, id, level, from_on, until_on, ended_on, quota, rate_bp, cap from ltci_entitlements
               where county = $1 order by elder_id, id";
    tx.each(sql, params![county], |row| {
        let mut c = row.columns();
        let elder = places.elder(c.take()?);
        let (id, level, from) = (c.take()?, c.take()?, c.take()?);
        let (until, ended): (Date, Option<Date>) = (c.take()?, c.take()?);
        let period = Period { from, until: Some(ended.map_or(until, |end| end.min(until))) };
        let quota = c.take::<Option<Json<Quota>>>()?.map(|json| json.0);
        let rate = c.take()?;
        let cap = c.take::<Option<Json<Cap>>>()?.map(|json| json.0);
        places.inputs.elders[elder as usize].entitlements.push(Entitled { id, level, period, quota, rate, cap });
        Ok(())
    })
}

fn staff(tx: &mut Tx<'_>, places: &mut Places) -> db::Result<()> {
    let sql = "select id, post, certificate_no, certificate_until from staff where post in ('doctor', 'nurse', 'therapist', 'carer')";
    tx.each(sql, &[], |row| {
        let place = places.carer(row.get(0)?);
        let carer = &mut places.inputs.carers[place as usize];
        carer.kind = StaffKind::of_post(row.get::<Post>(1)?);
        carer.certificate = row.get::<Option<String>>(2)?.is_some_and(|no| !no.is_empty());
        carer.certified_until = row.get(3)?;
        Ok(())
    })
}

fn plans(tx: &mut Tx<'_>, places: &mut Places, county: Area) -> db::Result<()> {
    let sql = "select id, starts_on, ends_on, ended_on, services from ltci_plans where county = $1";
    tx.each(sql, params![county], |row| {
        let place = places.plan(row.get(0)?);
        let (from, until): (Date, Date) = (row.get(1)?, row.get(2)?);
        let until = row.get::<Option<Date>>(3)?.map_or(until, |end| end.min(until));
        let services = row.get::<Json<Vec<Service>>>(4)?.0;
        let items = services.iter().map(|s| places.item(&s.item)).collect();
        let plan = &mut places.inputs.plans[place as usize];
        (plan.period, plan.items) = (Period { from, until: Some(until) }, items);
        Ok(())
    })
}

fn visits(tx: &mut Tx<'_>, places: &mut Places, county: Area, month: Month, watch: &mut Watch<'_>) -> db::Result<()> {
    let total = tx.count(
        "select count(*) from visits where kind = 'care_insurance' and county = $1 and month = $2",
        params![county, month],
    )?;
    places.inputs.visits.reserve_exact(total as usize);
    let sql =
        "select elder_id, id, institution_id, carer_id, source_id, items, planned_from, in_at, out_at, late_entered_at,
                 coalesce(late_reason, '')
               from visits where kind = 'care_insurance' and county = $1 and month = $2 and state in ('planned', 'checked_in', 'done')
               order by elder_id, id";
    tx.each(sql, params![county, month], |row| {
        let visit = visit(places, row)?;
        places.inputs.visits.push(visit);
        let done = places.inputs.visits.len();
        if done.is_multiple_of(STEP) {
            (watch.tell)(done, 2 * total as usize);
        }
        Ok(())
    })
}

fn visit(places: &mut Places, row: &Row<'_>) -> db::Result<Visit> {
    let mut c = row.columns();
    let (elder, id) = (places.elder(c.take()?), c.take()?);
    let (institution, carer, plan) = (places.institution(c.take()?), places.carer(c.take()?), places.plan(c.take()?));
    let items = places.item_set(&c.take::<String>()?);
    let from: Instant = c.take()?;
    let (began, ended) = (c.take()?, c.take()?);
    let entered: Option<Instant> = c.take()?;
    let reason = !c.take::<String>()?.trim().is_empty();
    Ok(Visit {
        id,
        elder,
        institution,
        carer,
        plan,
        items,
        day: kernel::time::date_of(from),
        planned_from: from.timestamp_millis(),
        began,
        ended,
        late: entered.map(|at| Late { entered_on: kernel::time::date_of(at), reason }),
    })
}

fn stays(tx: &mut Tx<'_>, places: &mut Places, county: Area, from: Date, to: Date) -> db::Result<()> {
    let sql = "select s.elder_id, s.admitted_on, s.discharged_on from stays s
               where s.admitted_on <= $3 and (s.discharged_on is null or s.discharged_on >= $2)
                 and s.elder_id in (select t.elder_id from ltci_entitlements t where t.county = $1)";
    tx.each(sql, params![county, from, to], |row| {
        let elder = places.elder(row.get(0)?);
        places.inputs.elders[elder as usize].stays.push((row.get(1)?, row.get(2)?));
        Ok(())
    })
}

fn deaths(tx: &mut Tx<'_>, places: &mut Places, county: Area) -> db::Result<()> {
    let sql = "select distinct t.elder_id, e.died_on from ltci_entitlements t join elders e on e.id = t.elder_id
               where t.county = $1 and e.died_on is not null";
    tx.each(sql, params![county], |row| {
        let elder = places.elder(row.get(0)?);
        places.inputs.elders[elder as usize].died_on = row.get(1)?;
        Ok(())
    })
}

/// A correction as it waits.
struct Waiting {
    id: kernel::CorrectionId,
    elder: ElderId,
    settlement: kernel::SettlementId,
    visit: VisitId,
    kind: i64,
    withdrawn: bool,
    began: Option<i64>,
    ended: Option<i64>,
    items: String,
}

fn corrections(tx: &mut Tx<'_>, places: &mut Places, county: Area) -> db::Result<()> {
    let sql =
        "select id, elder_id, settlement_id, visit_id, kind, withdrawn, in_at, out_at, items from ltci_corrections
               where county = $1 and state = 'open' order by id";
    let waiting = tx.query(sql, params![county], |row| {
        let mut c = row.columns();
        Ok(Waiting {
            id: c.take()?,
            elder: c.take()?,
            settlement: c.take()?,
            visit: c.take()?,
            kind: c.take()?,
            withdrawn: c.take()?,
            began: c.take()?,
            ended: c.take()?,
            items: c.take()?,
        })
    })?;
    let mut reach = BTreeSet::new();
    for w in waiting {
        let line = line(tx, places, &w)?;
        reach.insert((w.elder, Month::of(line.day)));
        reach_of_carer(tx, &line, places, &mut reach)?;
        let visit = (!w.withdrawn).then(|| anew(places, &w, &line));
        places.inputs.corrections.push(Correction { id: w.id, line, visit });
    }
    for (elder, month) in reach {
        standing(tx, places, elder, month)?;
    }
    Ok(())
}

/// The visit as the correction says that it was.
fn anew(places: &mut Places, w: &Waiting, line: &Line) -> Visit {
    Visit {
        id: line.visit,
        elder: line.elder,
        institution: line.institution,
        carer: line.carer,
        plan: line.plan,
        items: places.item_set(&w.items),
        day: line.day,
        planned_from: line.start,
        began: w.began,
        ended: w.ended,
        late: None,
    }
}

const LINE: &str =
    "l.visit_id, l.kind, l.institution_id, l.carer_id, l.plan_id, l.entitlement_id, l.correction_id, l.level,
     l.rate_bp, l.day, l.start_at, l.end_at, l.items, l.standard_minutes, l.minutes, l.reasons, l.counted, l.asked,
     l.adjusted, l.approved, l.paid";

/// The line to be corrected, under the file whose the visit is now: that is where the new lines will stand.
fn line(tx: &mut Tx<'_>, places: &mut Places, w: &Waiting) -> db::Result<Line> {
    let mut values = vec![w.settlement.into(), w.kind.into()];
    let condition = of_visit_of(tx, w.elder, w.visit, &mut values)?;
    let sql = format!("select {LINE} from ltci_lines l where l.settlement_id = $1 and l.kind = $2 and {condition}");
    tx.query_one(&sql, &values, |row| frozen(places, w.elder, row))
}

fn frozen(places: &mut Places, elder: ElderId, row: &Row<'_>) -> db::Result<Line> {
    let mut c = row.columns();
    let (elder, visit) = (places.elder(elder), c.take()?);
    let kind = LineKind::of(c.take()?);
    let (institution, carer, plan) = (places.institution(c.take()?), places.carer(c.take()?), places.plan(c.take()?));
    let (entitlement, correction, level, rate, day) = (c.take()?, c.take()?, c.take()?, c.take()?, c.take()?);
    let (start, end) = (c.take()?, c.take()?);
    let items = places.item_set(&c.take::<String>()?);
    let (standard_minutes, minutes) = (c.take()?, c.take()?);
    let reasons = Reasons(c.take::<i64>()? as u32);
    let counted = c.take()?;
    let amounts = crate::ltci::settlement::model::Amounts {
        asked: c.take()?,
        adjusted: c.take()?,
        approved: c.take()?,
        paid: c.take()?,
    };
    Ok(Line {
        kind,
        visit,
        elder,
        institution,
        carer,
        plan,
        items,
        entitlement,
        level,
        rate,
        day,
        start,
        end,
        standard_minutes,
        minutes,
        reasons,
        counted,
        amounts,
        correction,
    })
}

/// The elders whom the carer of a corrected line visited on that day: their visits must not overlap the corrected one.
fn reach_of_carer(
    tx: &mut Tx<'_>,
    line: &Line,
    places: &Places,
    reach: &mut BTreeSet<(ElderId, Month)>,
) -> db::Result<()> {
    let carer = places.inputs.carers[line.carer as usize].id;
    let midnight = |day: Date| kernel::time::at(day, 0, 0).map_or(0, |t| t.timestamp_millis());
    let (from, to) = (midnight(line.day), midnight(line.day.succ_opt().unwrap_or(line.day)));
    let sql = "select distinct elder_id from visits where kind = 'care_insurance' and carer_id = $1 and planned_from >= $2 and planned_from < $3";
    let elders = tx.query(sql, params![carer, from, to], |row| row.get(0))?;
    reach.extend(elders.into_iter().map(|elder| (elder, Month::of(line.day))));
    Ok(())
}

/// The visits of an elder's month that stand settled: each with its last line, unless that was taken back.
fn standing(tx: &mut Tx<'_>, places: &mut Places, elder: ElderId, month: Month) -> db::Result<()> {
    let mut values = vec![month.first().into(), month.last().into()];
    let condition = lines_of(tx, elder, &mut values)?;
    let sql = format!(
        "select l.visit_id, l.kind, l.counted, l.carer_id, l.start_at, l.end_at, l.day, l.approved
         from ltci_lines l join ltci_settlements s on s.id = l.settlement_id
         where {condition} and s.state in ('settled', 'paid') and l.day between $1 and $2
         order by s.month, l.visit_id, l.kind"
    );
    let place = places.elder(elder);
    let mut last: BTreeMap<VisitId, Option<Standing>> = BTreeMap::new();
    tx.each(&sql, &values, |row| {
        let mut c = row.columns();
        let (visit, _kind, counted): (VisitId, i64, i64) = (c.take()?, c.take()?, c.take()?);
        let carer = places.carer(c.take()?);
        let from: i64 = c.take()?;
        let to = c.take::<Option<i64>>()?.unwrap_or(from);
        let (day, approved) = (c.take()?, c.take()?);
        let line = Standing { visit, elder: place, carer, from, to, day, approved };
        last.insert(visit, (counted == 1).then_some(line));
        Ok(())
    })?;
    places.inputs.standing.extend(last.into_values().flatten());
    Ok(())
}
