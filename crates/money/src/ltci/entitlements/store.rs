//! Entitlements in the database.

use super::model::{Benefit, Candidate, EndReason, Entitlement, SCALE, Setting, decide};
use crate::ltci::plans;
use care::assessments::store::{RESULT, in_force, result};
use db::audit::Entry;
use db::{Actor, Json, Row, Tx, Value, params};
use kernel::area::Level;
use kernel::{AssessmentId, Date, ElderId, EntitlementId, InstitutionId, Period};
use policy::Library;
use registry::elders::facts::{self, Fact};
use registry::elders::links::{self, LinkKind};
use web::Error;

const COLUMNS: &str =
    "t.elder_id, t.id, t.assessment_id, t.county, t.level, t.dementia, t.setting, t.quota, t.rate_bp, t.cap,
     t.from_on, t.until_on, t.ended_on, t.end_reason, t.decision";

fn entitlement(row: &Row<'_>) -> db::Result<Entitlement> {
    let mut c = row.columns();
    Ok(Entitlement {
        elder: c.take()?,
        id: c.take()?,
        assessment: c.take()?,
        county: c.take()?,
        level: c.take()?,
        dementia: c.take()?,
        setting: c.take()?,
        benefit: Benefit {
            quota: c.take::<Option<Json<_>>>()?.map(|json| json.0),
            rate: c.take()?,
            cap: c.take::<Option<Json<_>>>()?.map(|json| json.0),
        },
        period: Period { from: c.take()?, until: c.take()? },
        ended_on: c.take()?,
        end_reason: c.take()?,
        decision: c.take::<Json<_>>()?.0,
    })
}

/// The latest effective result of each elder within sight that has no entitlement of its own, with what decides on it.
/// `$1` is the scale, `$2` the day.
fn candidates() -> String {
    format!(
        "select {RESULT}, e.name, e.born, e.area, e.status, e.ltci_insured, e.living,
           (select t.id from ltci_entitlements t where t.elder_id = a.elder_id and t.ended_on is null and t.until_on > $2
              order by t.id desc limit 1)
         from {} join elders e on e.id = a.elder_id
         where e.merged_into is null
           and not exists (select 1 from ltci_entitlements t where t.elder_id = a.elder_id and t.assessment_id = a.id
             and coalesce(t.end_reason, '') <> 'new_setting')",
        in_force(1, 2)
    )
}

fn candidate(row: &Row<'_>) -> db::Result<Candidate> {
    let mut c = row.columns();
    Ok(Candidate {
        result: result(&mut c)?,
        name: c.take()?,
        born: c.take()?,
        area: c.take()?,
        present: c.take::<String>()? == "alive",
        insured: c.take::<Option<bool>>()?.unwrap_or_default(),
        in_institution: c.take::<Option<String>>()?.as_deref() == Some("institution"),
        running: c.take()?,
    })
}

/// Elders within sight with an effective level and no entitlement by it (待核定), by the day of the result.
///
/// # Errors
/// What the engine says.
pub fn pending(tx: &mut Tx<'_>, by: &Actor, limit: i64) -> db::Result<Vec<Candidate>> {
    let (scope, values) = by.scope.elders("e.area", "e.id", 4);
    let mut all: Vec<Value<'_>> = vec![SCALE.into(), by.today().into(), limit.into()];
    all.extend(values);
    tx.query(&format!("{} and {scope} order by a.from_on, a.id limit $3", candidates()), &all, candidate)
}

fn one_pending(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, assessment: AssessmentId) -> db::Result<Candidate> {
    let (scope, values) = by.scope.elders("e.area", "e.id", 5);
    let mut all: Vec<Value<'_>> = vec![SCALE.into(), by.today().into(), elder.into(), assessment.into()];
    all.extend(values);
    tx.query_one(&format!("{} and a.elder_id = $3 and a.id = $4 and {scope}", candidates()), &all, candidate)
}

/// Grants the entitlement that an effective level gives. A running one of an older level ends on the day that this begins.
///
/// # Errors
/// [`Error::Refused`] with numbered reasons; [`Error::NotFound`] when there is no such level or it has one already.
pub fn grant(
    tx: &mut Tx<'_>,
    by: &Actor,
    policies: &Library,
    elder: ElderId,
    assessment: AssessmentId,
    setting: Setting,
) -> Result<EntitlementId, Error> {
    let candidate = one_pending(tx, by, elder, assessment)?;
    give(tx, by, policies, &candidate, setting)
}

fn give(
    tx: &mut Tx<'_>,
    by: &Actor,
    policies: &Library,
    candidate: &Candidate,
    setting: Setting,
) -> Result<EntitlementId, Error> {
    let (decision, reasons) = decide(policies, candidate, setting, by.today());
    let Some(benefit) = Benefit::of(&decision).filter(|_| reasons.is_empty()) else {
        return Err(Error::Refused(reasons));
    };
    let result = &candidate.result;
    let from = begin(tx, by, candidate)?;
    let id = EntitlementId::new(by.now, tx.chance());
    let entitlement = Entitlement {
        elder: result.elder,
        id,
        assessment: result.assessment,
        county: candidate.area.up_to(Level::County),
        level: result.level,
        dementia: result.dementia,
        setting,
        benefit,
        period: Period { from, until: Some(result.until) },
        ended_on: None,
        end_reason: None,
        decision,
    };
    insert(tx, by, &entitlement)?;
    let detail = format!("{} 级，{}，自 {from} 起", result.level, setting.name());
    tx.audit(by, Entry { action: "ltci.entitle", elder: Some(result.elder), subject: id.to_string(), detail })?;
    facts::store::set(tx, result.elder, Fact::Entitled { from: Some(from), until: Some(result.until) })?;
    Ok(id)
}

/// The first day of a new entitlement: that of the result, but not before an earlier entitlement ended. One that still
/// runs ends today, so that visits made under it keep their ground.
fn begin(tx: &mut Tx<'_>, by: &Actor, candidate: &Candidate) -> Result<Date, Error> {
    let result = &candidate.result;
    if candidate.running.is_some() {
        end_running(tx, by, result.elder, by.today().max(result.from), EndReason::NewLevel)?;
    }
    let ends = of_elder(tx, result.elder)?.into_iter().filter_map(|e| e.runs().until.filter(|u| *u <= by.today()));
    Ok(ends.max().map_or(result.from, |end| end.max(result.from)))
}

fn insert(tx: &mut Tx<'_>, by: &Actor, e: &Entitlement) -> db::Result<()> {
    tx.exec(
        "insert into ltci_entitlements (elder_id, id, assessment_id, county, level, dementia, setting, quota, rate_bp, cap,
           from_on, until_on, decision, granted_by, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        params![
            e.elder,
            e.id,
            e.assessment,
            e.county,
            e.level,
            e.dementia,
            e.setting,
            e.benefit.quota.map(Json),
            e.benefit.rate,
            e.benefit.cap.map(Json),
            e.period.from,
            e.period.until,
            Json(&e.decision),
            &by.name,
            by.now
        ],
    )?;
    Ok(())
}

/// What granting all at once came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Granted {
    /// Entitlements granted.
    pub granted: usize,
    /// Candidates that the rules refuse.
    pub refused: usize,
}

/// Grants every entitlement that the rules give, in the setting that the roster suggests.
///
/// # Errors
/// What the engine says.
pub fn grant_all(tx: &mut Tx<'_>, by: &Actor, policies: &Library) -> Result<Granted, Error> {
    let mut count = Granted::default();
    for candidate in pending(tx, by, i64::MAX)? {
        match give(tx, by, policies, &candidate, candidate.likely()) {
            Ok(_) => count.granted += 1,
            Err(Error::Refused(reasons)) => {
                refuse(tx, by, policies, &candidate, &reasons)?;
                count.refused += 1;
            }
            Err(other) => return Err(other),
        }
    }
    Ok(count)
}

/// Writes down that a candidate gets nothing, and why.
fn refuse(
    tx: &mut Tx<'_>,
    by: &Actor,
    policies: &Library,
    candidate: &Candidate,
    reasons: &[web::Reason],
) -> db::Result<()> {
    let (decision, _) = decide(policies, candidate, candidate.likely(), by.today());
    let result = &candidate.result;
    tx.exec(
        "insert into ltci_refusals (elder_id, assessment_id, reasons, decision, decided_by, decided_at)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (elder_id, assessment_id) do update set reasons = excluded.reasons, decision = excluded.decision,
           decided_by = excluded.decided_by, decided_at = excluded.decided_at",
        params![result.elder, result.assessment, Json(reasons), Json(&decision), &by.name, by.now],
    )?;
    Ok(())
}

/// An entitlement.
///
/// # Errors
/// [`db::Error::NotFound`] when there is none or it is out of sight.
pub fn find(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, id: EntitlementId) -> db::Result<Entitlement> {
    let (scope, values) = by.scope.elders("e.area", "e.id", 3);
    let mut all: Vec<Value<'_>> = vec![elder.into(), id.into()];
    all.extend(values);
    let sql = format!(
        "select {COLUMNS} from ltci_entitlements t join elders e on e.id = t.elder_id
         where t.elder_id = $1 and t.id = $2 and {scope}"
    );
    tx.query_one(&sql, &all, entitlement)
}

/// The entitlements of an elder, newest first. Ask whether the elder is in sight first.
///
/// # Errors
/// What the engine says.
pub fn of_elder(tx: &mut Tx<'_>, elder: ElderId) -> db::Result<Vec<Entitlement>> {
    let sql =
        format!("select {COLUMNS} from ltci_entitlements t where t.elder_id = $1 order by t.from_on desc, t.id desc");
    tx.query(&sql, params![elder], entitlement)
}

/// The entitlement of an elder that runs on the day.
///
/// # Errors
/// What the engine says.
pub fn running(tx: &mut Tx<'_>, elder: ElderId, on: Date) -> db::Result<Option<Entitlement>> {
    Ok(of_elder(tx, elder)?.into_iter().find(|e| e.runs().contains(on)))
}

/// An entitlement in a list.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The entitlement.
    pub entitlement: Entitlement,
    /// Name of the elder.
    pub name: String,
    /// Date of birth.
    pub born: Date,
    /// Whether a care plan runs on it.
    pub planned: bool,
}

/// Which entitlements a list shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only those without a running plan.
    pub without_plan: bool,
}

fn condition(by: &Actor, filter: Filter, first: usize) -> (String, Vec<Value<'static>>) {
    let (scope, values) = by.scope.elders("e.area", "e.id", first);
    let plan = "exists (select 1 from ltci_plans p where p.elder_id = t.elder_id and p.entitlement_id = t.id
                and p.ended_on is null and p.ends_on > $1)";
    let only = if filter.without_plan { format!(" and not {plan} and e.status = 'alive'") } else { String::new() };
    let sql = format!(
        "from ltci_entitlements t join elders e on e.id = t.elder_id
         where t.until_on > $1 and (t.ended_on is null or t.ended_on > $1) and {scope}{only}"
    );
    (sql, values)
}

/// The entitlements within sight that run today or will, by elder's name.
///
/// # Errors
/// What the engine says.
pub fn list(tx: &mut Tx<'_>, by: &Actor, filter: Filter, limit: i64, offset: i64) -> db::Result<Vec<Listed>> {
    let (from, values) = condition(by, filter, 4);
    let mut all: Vec<Value<'_>> = vec![by.today().into(), limit.into(), offset.into()];
    all.extend(values);
    let sql = format!(
        "select {COLUMNS}, e.name, e.born, (select count(*) from ltci_plans p where p.elder_id = t.elder_id
           and p.entitlement_id = t.id and p.ended_on is null and p.ends_on > $1)
         {from} order by e.name, t.id limit $2 offset $3"
    );
    tx.query(&sql, &all, |row| {
        Ok(Listed {
            entitlement: entitlement(row)?,
            name: row.get(15)?,
            born: row.get(16)?,
            planned: row.get::<i64>(17)? > 0,
        })
    })
}

/// How many there are of them.
///
/// # Errors
/// What the engine says.
pub fn count(tx: &mut Tx<'_>, by: &Actor, filter: Filter) -> db::Result<i64> {
    let (from, values) = condition(by, filter, 2);
    let mut all: Vec<Value<'_>> = vec![by.today().into()];
    all.extend(values);
    tx.count(&format!("select count(*) {from}"), &all)
}

/// Names the institution that is to serve: it sees the elder's file from then on.
///
/// # Errors
/// [`Error::Refused`] when the entitlement has ended; [`Error::NotFound`].
pub fn assign(
    tx: &mut Tx<'_>,
    by: &Actor,
    elder: ElderId,
    id: EntitlementId,
    institution: InstitutionId,
) -> Result<(), Error> {
    let entitlement = find(tx, by, elder, id)?;
    let today = by.today();
    if entitlement.ended_on.is_some() || entitlement.period.until.is_some_and(|until| today >= until) {
        return Err(Error::refused("LTCI-26", "待遇已终止或到期，不能指定服务机构"));
    }
    let name = plans::store::institution_name(tx, institution)?;
    links::store::open(tx, elder, institution, LinkKind::Ltci, today)?;
    tx.audit(by, Entry { action: "ltci.assign", elder: Some(elder), subject: id.to_string(), detail: name })?;
    Ok(())
}

/// Ends an entitlement early; `on` is the first day without it. Its plans end and their coming visits are cancelled.
///
/// # Errors
/// [`Error::Conflict`] when it has ended already; [`Error::NotFound`].
pub fn end(
    tx: &mut Tx<'_>,
    by: &Actor,
    elder: ElderId,
    id: EntitlementId,
    on: Date,
    reason: EndReason,
) -> Result<(), Error> {
    let entitlement = find(tx, by, elder, id)?;
    if entitlement.ended_on.is_some() {
        return Err(Error::Conflict("这项待遇已经终止".into()));
    }
    close(tx, by, &entitlement, on, reason)
}

fn end_running(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, on: Date, reason: EndReason) -> Result<(), Error> {
    let open = |e: &Entitlement| e.ended_on.is_none() && e.period.until.is_none_or(|until| until > on);
    for entitlement in of_elder(tx, elder)?.into_iter().filter(open) {
        close(tx, by, &entitlement, on, reason)?;
    }
    Ok(())
}

fn close(tx: &mut Tx<'_>, by: &Actor, e: &Entitlement, on: Date, reason: EndReason) -> Result<(), Error> {
    let on = on.max(e.period.from);
    let sql = "update ltci_entitlements set ended_on = $3, end_reason = $4 where elder_id = $1 and id = $2";
    tx.exec_one(sql, params![e.elder, e.id, on, reason])?;
    plans::store::end_of_entitlement(tx, by, e.elder, e.id, on, reason.name())?;
    facts::store::set(tx, e.elder, Fact::Entitled { from: Some(e.period.from), until: Some(on) })?;
    let detail = format!("自 {on} 起终止：{}", reason.name());
    tx.audit(by, Entry { action: "ltci.end", elder: Some(e.elder), subject: e.id.to_string(), detail })?;
    Ok(())
}

/// Ends what no longer has a ground: the elder died or moved away, or a newer level gives nothing. Answers how many.
///
/// # Errors
/// What the engine says.
pub fn sweep(tx: &mut Tx<'_>, by: &Actor, policies: &Library) -> Result<usize, Error> {
    let mut ended = 0;
    for (elder, id, died_on) in of_the_absent(tx, by)? {
        let (on, reason) = match died_on {
            Some(day) => (day.succ_opt().unwrap_or(day), EndReason::Death),
            None => (by.today(), EndReason::Moved),
        };
        end(tx, by, elder, id, on, reason)?;
        ended += 1;
    }
    let no_longer = |c: &Candidate| c.running.is_some() && c.present;
    for candidate in pending(tx, by, i64::MAX)?.into_iter().filter(no_longer) {
        let (decision, _) = decide(policies, &candidate, candidate.likely(), by.today());
        if decision.bool("eligible") == Some(false) {
            end_running(tx, by, candidate.result.elder, by.today(), EndReason::NotEligible)?;
            ended += 1;
        }
    }
    Ok(ended)
}

fn of_the_absent(tx: &mut Tx<'_>, by: &Actor) -> db::Result<Vec<(ElderId, EntitlementId, Option<Date>)>> {
    let (scope, values) = by.scope.elders("e.area", "e.id", 2);
    let mut all: Vec<Value<'_>> = vec![by.today().into()];
    all.extend(values);
    let sql = format!(
        "select t.elder_id, t.id, e.died_on from ltci_entitlements t join elders e on e.id = t.elder_id
         where t.ended_on is null and t.until_on > $1 and e.status <> 'alive' and {scope} order by t.id"
    );
    tx.query(&sql, &all, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
}

/// How many insured elders wait for a decision on their level. Who was refused waits again when the file changes.
///
/// # Errors
/// What the engine says.
pub fn waiting(tx: &mut Tx<'_>, by: &Actor) -> db::Result<i64> {
    let (scope, values) = by.scope.elders("e.area", "e.id", 3);
    let mut all: Vec<Value<'_>> = vec![SCALE.into(), by.today().into()];
    all.extend(values);
    let sql = format!(
        "select count(*) from ({} and e.status = 'alive' and e.ltci_insured = 1 and {scope}
           and not exists (select 1 from ltci_refusals r where r.elder_id = a.elder_id and r.assessment_id = a.id
             and r.decided_at >= e.changed_at)) x",
        candidates()
    );
    tx.count(&sql, &all)
}
