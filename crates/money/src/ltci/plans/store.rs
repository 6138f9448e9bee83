//! Care plans in the database.

use super::model::{Checked, NewPlan, Plan, Service, faults};
use crate::ltci::catalogue;
use crate::ltci::{entitlements, visits};
pub use care::visits::store::crew::{carers, named, staff};
use db::audit::Entry;
use db::{Actor, Json, Row, Tx, Value, params};
use kernel::area::Level;
use kernel::{Area, Date, ElderId, EntitlementId, InstitutionId, PlanId};
use policy::Library;
use registry::elders::links::{self, LinkKind};
use registry::institutions::Kind;
use web::Error;

const COLUMNS: &str =
    "p.elder_id, p.id, p.entitlement_id, p.institution_id, p.county, p.services, p.first_weekday, p.start_minute,
     p.starts_on, p.ends_on, p.ended_on, p.end_reason";

fn plan(row: &Row<'_>) -> db::Result<Plan> {
    let mut c = row.columns();
    let (elder, id, entitlement, institution) = (c.take()?, c.take()?, c.take()?, c.take()?);
    let county = c.take()?;
    let services = c.take::<Json<Vec<Service>>>()?.0;
    let (first_weekday, start_minute, starts_on) = (c.take()?, c.take()?, c.take()?);
    let facts = NewPlan { elder, entitlement, institution, services, first_weekday, start_minute, starts_on };
    Ok(Plan { id, facts, county, ends_on: c.take()?, ended_on: c.take()?, end_reason: c.take()? })
}

/// Makes a plan. The institution sees the elder's file from then on.
///
/// # Errors
/// [`Error::Refused`] with numbered reasons; [`Error::NotFound`] when elder, entitlement or institution are out of sight.
pub fn create(tx: &mut Tx<'_>, by: &Actor, policies: &Library, new: &NewPlan) -> Result<PlanId, Error> {
    if by.scope.institution.is_some_and(|own| own != new.institution) {
        return Err(Error::NotFound);
    }
    let entitlement = entitlements::store::find(tx, by, new.elder, new.entitlement)?;
    let items = catalogue::items(policies, entitlement.county, new.starts_on);
    let carers = named(tx, new.services.iter().map(|s| s.carer).collect())?;
    let another = tx.count(
        "select count(*) from ltci_plans where elder_id = $1 and entitlement_id = $2 and ended_on is null and ends_on > $3",
        params![new.elder, new.entitlement, by.today()],
    )? > 0;
    let institution = institution(tx, new.institution)?.kind;
    let entitlement_ref = &entitlement;
    let today = by.today();
    let against = Checked { entitlement: entitlement_ref, institution, items: &items, carers: &carers, another, today };
    let reasons = faults(new, &against);
    if !reasons.is_empty() {
        return Err(Error::Refused(reasons));
    }
    insert(tx, by, new, &entitlement)
}

fn insert(
    tx: &mut Tx<'_>,
    by: &Actor,
    new: &NewPlan,
    entitlement: &entitlements::model::Entitlement,
) -> Result<PlanId, Error> {
    let id = PlanId::new(by.now, tx.chance());
    let ends_on = entitlement.runs().until.unwrap_or(Date::MAX);
    tx.exec(
        "insert into ltci_plans (elder_id, id, entitlement_id, institution_id, county, services, first_weekday, start_minute,
           starts_on, ends_on, made_by, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        params![
            new.elder,
            id,
            new.entitlement,
            new.institution,
            entitlement.county,
            Json(&new.services),
            new.first_weekday,
            new.start_minute,
            new.starts_on,
            ends_on,
            &by.name,
            by.now
        ],
    )?;
    links::store::open(tx, new.elder, new.institution, LinkKind::Ltci, by.today())?;
    let detail = format!("{} 项，自 {} 起", new.services.len(), new.starts_on);
    tx.audit(by, Entry { action: "ltci.plan", elder: Some(new.elder), subject: id.to_string(), detail })?;
    Ok(id)
}

/// Ends a plan; `on` is the first day without it. Its coming visits from that day on are cancelled.
///
/// # Errors
/// [`Error::Conflict`] when it has ended already; [`Error::NotFound`].
pub fn end(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, id: PlanId, on: Date, reason: &str) -> Result<(), Error> {
    let plan = find(tx, by, elder, id)?;
    if plan.ended_on.is_some() {
        return Err(Error::Conflict("这份照护计划已经终止".into()));
    }
    if on < by.today() {
        return Err(Error::field("on", "终止日期", "不能早于今天"));
    }
    close(tx, by, &plan, on, reason)
}

fn close(tx: &mut Tx<'_>, by: &Actor, plan: &Plan, on: Date, reason: &str) -> Result<(), Error> {
    let (elder, id, on) = (plan.facts.elder, plan.id, on.max(plan.facts.starts_on));
    let sql = "update ltci_plans set ended_on = $3, end_reason = $4 where elder_id = $1 and id = $2";
    tx.exec_one(sql, params![elder, id, on, reason])?;
    visits::store::cancel_from(tx, by, elder, id.uuid(), on, reason)?;
    links::store::close(tx, elder, plan.facts.institution, LinkKind::Ltci, on)?;
    let detail = format!("自 {on} 起终止：{reason}");
    tx.audit(by, Entry { action: "ltci.plan.end", elder: Some(elder), subject: id.to_string(), detail })?;
    Ok(())
}

/// Ends the plans that rest on an entitlement that ends.
///
/// # Errors
/// What the engine says.
pub fn end_of_entitlement(
    tx: &mut Tx<'_>,
    by: &Actor,
    elder: ElderId,
    entitlement: EntitlementId,
    on: Date,
    reason: &str,
) -> Result<(), Error> {
    let sql = format!(
        "select {COLUMNS} from ltci_plans p where p.elder_id = $1 and p.entitlement_id = $2 and p.ended_on is null"
    );
    for plan in tx.query(&sql, params![elder, entitlement], plan)? {
        close(tx, by, &plan, on, reason)?;
    }
    Ok(())
}

/// A plan.
///
/// # Errors
/// [`db::Error::NotFound`] when there is none or it is out of sight.
pub fn find(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, id: PlanId) -> db::Result<Plan> {
    let (scope, values) = by.scope.elders("e.area", "e.id", 3);
    let mut all: Vec<Value<'_>> = vec![elder.into(), id.into()];
    all.extend(values);
    let sql = format!(
        "select {COLUMNS} from ltci_plans p join elders e on e.id = p.elder_id where p.elder_id = $1 and p.id = $2 and {scope}"
    );
    tx.query_one(&sql, &all, plan)
}

/// The plans of an elder, newest first. Ask whether the elder is in sight first.
///
/// # Errors
/// What the engine says.
pub fn of_elder(tx: &mut Tx<'_>, elder: ElderId) -> db::Result<Vec<Plan>> {
    let sql = format!("select {COLUMNS} from ltci_plans p where p.elder_id = $1 order by p.starts_on desc, p.id desc");
    tx.query(&sql, params![elder], plan)
}

/// A plan in a list.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The plan.
    pub plan: Plan,
    /// Name of the elder.
    pub name: String,
    /// Name of the institution.
    pub institution: String,
}

const FROM: &str = "from ltci_plans p join elders e on e.id = p.elder_id join institutions i on i.id = p.institution_id
     where p.ends_on > $1 and (p.ended_on is null or p.ended_on > $1) and";

/// The plans within sight that run today or will, by elder's name.
///
/// # Errors
/// What the engine says.
pub fn list(tx: &mut Tx<'_>, by: &Actor, limit: i64, offset: i64) -> db::Result<Vec<Listed>> {
    let (scope, values) = by.scope.elders("e.area", "e.id", 4);
    let mut all: Vec<Value<'_>> = vec![by.today().into(), limit.into(), offset.into()];
    all.extend(values);
    let sql = format!("select {COLUMNS}, e.name, i.name {FROM} {scope} order by e.name, p.id limit $2 offset $3");
    tx.query(&sql, &all, |row| Ok(Listed { plan: plan(row)?, name: row.get(12)?, institution: row.get(13)? }))
}

/// How many there are of them.
///
/// # Errors
/// What the engine says.
pub fn count(tx: &mut Tx<'_>, by: &Actor) -> db::Result<i64> {
    let (scope, values) = by.scope.elders("e.area", "e.id", 2);
    let mut all: Vec<Value<'_>> = vec![by.today().into()];
    all.extend(values);
    tx.count(&format!("select count(*) {FROM} {scope}"), &all)
}

/// All plans of an area that run in a period (both days included), by id: what a month is scheduled from.
///
/// # Errors
/// What the engine says.
pub fn between(tx: &mut Tx<'_>, by: &Actor, from: Date, to: Date) -> db::Result<Vec<Plan>> {
    let (scope, values) = by.scope.elders("e.area", "e.id", 3);
    let mut all: Vec<Value<'_>> = vec![from.into(), to.into()];
    all.extend(values);
    let sql = format!(
        "select {COLUMNS} from ltci_plans p join elders e on e.id = p.elder_id
         where p.starts_on <= $2 and p.ends_on > $1 and (p.ended_on is null or p.ended_on > $1) and e.status = 'alive'
           and {scope} order by p.id"
    );
    tx.query(&sql, &all, plan)
}

/// An institution as a plan needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provider {
    /// Identity.
    pub id: InstitutionId,
    /// Name.
    pub name: String,
    /// Kind.
    pub kind: Kind,
}

fn provider(row: &Row<'_>) -> db::Result<Provider> {
    Ok(Provider { id: row.get(0)?, name: row.get(1)?, kind: row.get(2)? })
}

/// An institution.
///
/// # Errors
/// [`db::Error::NotFound`], or what the engine says.
pub fn institution(tx: &mut Tx<'_>, id: InstitutionId) -> db::Result<Provider> {
    tx.query_one("select i.id, i.name, i.kind from institutions i where i.id = $1", params![id], provider)
}

/// The name of an institution.
///
/// # Errors
/// [`db::Error::NotFound`], or what the engine says.
pub fn institution_name(tx: &mut Tx<'_>, id: InstitutionId) -> db::Result<String> {
    Ok(institution(tx, id)?.name)
}

/// The institutions of a county that may serve at home and have staff for it; only the actor's own if they are confined.
///
/// # Errors
/// What the engine says.
pub fn providers(tx: &mut Tx<'_>, by: &Actor, near: Area) -> db::Result<Vec<Provider>> {
    let (low, high) = near.up_to(Level::County).bounds();
    let mut values: Vec<Value<'_>> = vec![low.into(), high.into()];
    let own = by.scope.institution.map(|id| {
        values.push(id.into());
        " and i.id = $3"
    });
    let sql = format!(
        "select i.id, i.name, i.kind from institutions i where i.area between $1 and $2
           and i.kind not in ('assessment_agency', 'hospital')
           and exists (select 1 from staff s where s.institution_id = i.id and s.post in ('carer', 'nurse')){}
         order by case i.kind when 'nursing_station' then 0 else 1 end, i.name, i.id",
        own.unwrap_or_default()
    );
    tx.query(&sql, &values, provider)
}

/// The names of the institutions that serve an elder for the insurance now.
///
/// # Errors
/// What the engine says.
pub fn servers(tx: &mut Tx<'_>, elder: ElderId) -> db::Result<Vec<String>> {
    let sql = "select i.name from elder_links l join institutions i on i.id = l.institution_id
               where l.elder_id = $1 and l.kind = $2 and l.until is null order by i.name";
    tx.query(sql, params![elder, LinkKind::Ltci], |row| row.get(0))
}
