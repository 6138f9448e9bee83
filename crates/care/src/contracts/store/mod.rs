//! Contracts and promises in the database. What may happen is decided in [`super::model`] and done in [`steps`].

pub mod gaps;
pub mod lists;
pub mod steps;

use super::fulfilment::{self, Done, Promise, Seen, Slot, Wanted};
use super::model::{Centre, Consent, Contract, Doctor, Key, Party, State, standing};
use db::{Actor, Json, Result, Row, Tx, params};
use kernel::{Area, CheckupId, ContractId, Date, ElderId, Instant, InstitutionId, PromiseId, StaffId};
use registry::elders::facts::{self, Fact};
use registry::elders::{self, LinkKind, Status, links};

pub use steps::{consent, end, examine, expire, fulfil, reopen, sign, withdraw};

const COLUMNS: &str = "c.elder_id, c.id, c.state, c.institution_id, i.name, c.doctor_id, c.doctor_name, c.package, c.priority,
     c.decision, c.promised, c.consent_by, c.consent_name, c.consent_relation, c.consent_how, c.consent_on, c.consent_note,
     c.ask_again_on, c.renews, c.signed_on, c.from_on, c.until_on, c.ended_on, c.end_reason, c.made_by";
const FROM: &str = "from contracts c join institutions i on i.id = c.institution_id";

fn contract(row: &Row<'_>) -> Result<Contract> {
    let mut c = row.columns();
    let key = Key { elder: c.take()?, id: c.take()? };
    let state: State = c.take()?;
    Ok(Contract {
        key,
        state,
        institution: c.take()?,
        institution_name: c.take()?,
        doctor: c.take()?,
        doctor_name: c.take()?,
        package: c.take()?,
        priority: c.take()?,
        decision: c.take::<Json<_>>()?.0,
        promised: c.take::<Option<Json<_>>>()?.map(|json| json.0),
        consent: Consent {
            agreed: state != State::Declined,
            by: c.take()?,
            name: c.take()?,
            relation: c.take()?,
            how: c.take()?,
            on: c.take()?,
            note: c.take()?,
            ask_again_on: c.take()?,
        },
        renews: c.take()?,
        signed_on: c.take()?,
        from: c.take()?,
        until: c.take()?,
        ended_on: c.take()?,
        end_reason: c.take()?,
        made_by: c.take()?,
    })
}

/// The elder as far as a contract concerns them, if they are within the actor's sight.
///
/// # Errors
/// [`db::Error::NotFound`], or what the engine says.
pub fn party(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, on: Date) -> Result<Party> {
    let e = elders::store::find(tx, by, elder)?;
    let f = facts::of(tx, elder)?;
    Ok(Party {
        id: elder,
        name: e.name,
        sex: e.sex.name(),
        id_tail: e.id_tail,
        born: e.born,
        area: e.area,
        present: e.status == Status::Alive && e.merged_into.is_none(),
        resident: e.resident,
        level: f.ability_on(on).max(f.ltci_on(on)),
        self_care: e.self_care,
        seriously_ill: e.seriously_ill,
        special_family: e.special_family,
        handicapped: e.handicapped,
        chronic: e.chronic,
    })
}

/// A contract of an elder within sight.
///
/// # Errors
/// [`db::Error::NotFound`], or what the engine says.
pub fn find(tx: &mut Tx<'_>, by: &Actor, key: Key) -> Result<Contract> {
    elders::store::visible(tx, by, key.elder)?;
    let sql = format!("select {COLUMNS} {FROM} where c.elder_id = $1 and c.id = $2");
    tx.query_one(&sql, params![key.elder, key.id], contract)
}

/// All contracts, drafts and refusals of an elder within sight, newest first.
///
/// # Errors
/// [`db::Error::NotFound`], or what the engine says.
pub fn of_elder(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> Result<Vec<Contract>> {
    elders::store::visible(tx, by, elder)?;
    all(tx, elder)
}

fn all(tx: &mut Tx<'_>, elder: ElderId) -> Result<Vec<Contract>> {
    let sql = format!("select {COLUMNS} {FROM} where c.elder_id = $1 order by c.created_at desc, c.id desc");
    tx.query(&sql, params![elder], contract)
}

const PROMISE: &str =
    "id, service, title, payer, unverified, nth, opens_on, due_on, lapses_on, done_on, done_by_id, done_by, result,
     checkup_id";

fn promise(row: &Row<'_>) -> Result<Promise> {
    let mut c = row.columns();
    let (id, service, title) = (c.take()?, c.take()?, c.take()?);
    let (payer, unverified, nth) = (c.take()?, c.take()?, c.take()?);
    let slot = Slot { opens_on: c.take()?, due_on: c.take()?, lapses_on: c.take()? };
    let (on, by_id, by): (Option<Date>, Option<StaffId>, Option<String>) = (c.take()?, c.take()?, c.take()?);
    let (result, checkup): (Option<String>, Option<CheckupId>) = (c.take()?, c.take()?);
    let (by, result) = (by.unwrap_or_default(), result.unwrap_or_default());
    let done = on.map(|on| Done { on, by_id, by, result, checkup });
    Ok(Promise { id, service, title, payer, unverified, nth, slot, done })
}

/// The promises of a contract, by due date. Callers have seen the contract.
///
/// # Errors
/// What the engine says.
pub fn promises(tx: &mut Tx<'_>, key: Key) -> Result<Vec<Promise>> {
    let sql = format!(
        "select {PROMISE} from contract_promises where elder_id = $1 and contract_id = $2 order by due_on, service, nth"
    );
    tx.query(&sql, params![key.elder, key.id], promise)
}

const CENTRE: &str = "i.id, i.name, i.kind";
const PRIMARY: &str = "i.kind in ('community_health_centre', 'township_health_centre')";

fn as_centre(row: &Row<'_>) -> Result<Centre> {
    let kind: String = row.get(2)?;
    let primary = matches!(kind.as_str(), "community_health_centre" | "township_health_centre");
    Ok(Centre { id: row.get(0)?, name: row.get(1)?, primary })
}

/// An institution by its id.
///
/// # Errors
/// [`db::Error::NotFound`], or what the engine says.
pub fn centre(tx: &mut Tx<'_>, id: InstitutionId) -> Result<Centre> {
    tx.query_one(&format!("select {CENTRE} from institutions i where i.id = $1"), params![id], as_centre)
}

/// The health centres of the elder's county within the actor's area, those of the elder's own town first; only the actor's
/// own, if they work in one.
///
/// # Errors
/// What the engine says.
pub fn centres(tx: &mut Tx<'_>, by: &Actor, near: Area) -> Result<Vec<Centre>> {
    use kernel::area::Level;
    let (low, high) = near.up_to(Level::County).bounds();
    let (town_low, town_high) = near.up_to(Level::Town).bounds();
    let (scope, mut values) = by.scope.institutions("i.area", "i.id", 5);
    values.splice(0..0, [low.into(), high.into(), town_low.into(), town_high.into()]);
    let sql = format!(
        "select {CENTRE} from institutions i where {PRIMARY} and i.area between $1 and $2 and {scope}
         order by case when i.area between $3 and $4 then 0 else 1 end, i.area, i.name"
    );
    let mut found = tx.query(&sql, &values, as_centre)?;
    if let Some(own) = by.institution {
        found.retain(|centre| centre.id == own);
    }
    Ok(found)
}

/// A member of staff as a possible doctor.
///
/// # Errors
/// [`db::Error::NotFound`], or what the engine says.
pub fn doctor(tx: &mut Tx<'_>, id: StaffId) -> Result<Doctor> {
    tx.query_one(&format!("select {DOCTOR} from staff s where s.id = $1"), params![id], as_doctor)
}

const DOCTOR: &str = "s.id, s.name, s.institution_id, s.post, s.qualification, s.certificate_until";

fn as_doctor(row: &Row<'_>) -> Result<Doctor> {
    let mut c = row.columns();
    Ok(Doctor {
        id: c.take()?,
        name: c.take()?,
        institution: c.take()?,
        physician: c.take::<String>()? == "doctor",
        qualification: c.take()?,
        certificate_until: c.take()?,
    })
}

/// The staff of an institution; the doctors first.
///
/// # Errors
/// What the engine says.
pub fn people(tx: &mut Tx<'_>, institution: InstitutionId) -> Result<Vec<Doctor>> {
    let sql = format!(
        "select {DOCTOR} from staff s where s.institution_id = $1
         order by case when s.post = 'doctor' then 0 else 1 end, s.name, s.id"
    );
    tx.query(&sql, params![institution], as_doctor)
}

/// Sets the elder's current facts to what the contracts now say.
pub(super) fn follow(tx: &mut Tx<'_>, elder: ElderId) -> Result<()> {
    let chain = standing(&all(tx, elder)?);
    facts::set(tx, elder, Fact::Contract { from: chain.map(|c| c.0), until: chain.map(|c| c.1) })
}

/// Closes the institution's link to the elder, unless another contract with it goes on.
fn unlink(tx: &mut Tx<'_>, c: &Contract, until: Date) -> Result<()> {
    let others = all(tx, c.key.elder)?;
    let goes_on = |o: &Contract| {
        o.key != c.key && o.institution == c.institution && o.state == State::Signed && o.end() > Some(until)
    };
    if others.iter().any(goes_on) {
        return Ok(());
    }
    links::close(tx, c.key.elder, c.institution, LinkKind::Contract, until)
}

/// Matches the elder's check-ups with the promises that a check-up fulfils; called whenever a check-up was written, changed or
/// taken back, by a form or an import. What was entered by hand stays.
///
/// # Errors
/// What the engine says.
pub fn match_checkups(tx: &mut Tx<'_>, elder: ElderId) -> Result<()> {
    let sql =
        "select p.id, p.service, p.opens_on, p.due_on, p.lapses_on, coalesce(c.ended_on, c.until_on), p.checkup_id
               from contract_promises p join contracts c on c.elder_id = p.elder_id and c.id = p.contract_id
               where p.elder_id = $1 and p.service in ($2, $3) and (p.done_on is null or p.checkup_id is not null)
               order by p.due_on, p.id";
    let rows = tx.query(sql, params![elder, fulfilment::CHECKUP, fulfilment::RECORD], |row| {
        let mut c = row.columns();
        let (id, service) = (c.take()?, c.take()?);
        let slot = Slot { opens_on: c.take()?, due_on: c.take()?, lapses_on: c.take()? };
        Ok((Wanted { id, service, slot, end: c.take()? }, c.take::<Option<CheckupId>>()?))
    })?;
    if rows.is_empty() {
        return Ok(());
    }
    let (wanted, before): (Vec<Wanted>, Vec<Option<CheckupId>>) = rows.into_iter().unzip();
    let sql = "select id, on_date, file_built from checkups where elder_id = $1 order by on_date, id";
    let read = |row: &Row<'_>| Ok(Seen { id: row.get(0)?, on: row.get(1)?, file_built: row.get(2)? });
    let seen = tx.query(sql, params![elder], read)?;
    for ((id, found), before) in fulfilment::match_checkups(&wanted, &seen).into_iter().zip(before) {
        match found {
            Some(checkup) => show_by_checkup(tx, elder, id, checkup)?,
            None if before.is_some() => clear(tx, elder, id)?,
            None => {}
        }
    }
    Ok(())
}

fn show_by_checkup(tx: &mut Tx<'_>, elder: ElderId, id: PromiseId, seen: Seen) -> Result<()> {
    tx.exec_one(
        "update contract_promises set done_on = $3, done_by = coalesce((select i.name from checkups k join institutions i
           on i.id = k.institution_id where k.elder_id = $1 and k.id = $4), '体检机构未登记'), done_by_id = null,
           result = '体检记录', checkup_id = $4, recorded_by = '体检记录自动对应',
           recorded_at = (select k.changed_at from checkups k where k.elder_id = $1 and k.id = $4)
         where elder_id = $1 and id = $2",
        params![elder, id, seen.on, seen.id],
    )
}

fn clear(tx: &mut Tx<'_>, elder: ElderId, id: PromiseId) -> Result<()> {
    tx.exec_one(
        "update contract_promises set done_on = null, done_by_id = null, done_by = null, result = null, checkup_id = null,
           recorded_at = null, recorded_by = null where elder_id = $1 and id = $2",
        params![elder, id],
    )
}

fn write_done(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, id: PromiseId, done: &Done) -> Result<()> {
    let written = tx.exec(
        "update contract_promises set done_on = $3, done_by_id = $4, done_by = $5, result = $6, recorded_at = $7,
           recorded_by = $8 where elder_id = $1 and id = $2 and done_on is null",
        params![elder, id, done.on, done.by_id, &done.by, &done.result, by.now, &by.name],
    )?;
    if written == 0 { Err(db::Error::Conflict("这一项已经登记完成，请刷新页面".into())) } else { Ok(()) }
}

/// Writes a new consent or refusal.
fn insert(tx: &mut Tx<'_>, by: &Actor, c: &Contract) -> Result<()> {
    tx.exec(
        "insert into contracts (elder_id, id, state, institution_id, doctor_name, package, priority, decision, consent_by,
           consent_name, consent_relation, consent_how, consent_on, consent_note, ask_again_on, renews, end_reason, made_by,
           created_at, changed_at)
         values ($1, $2, $3, $4, '', $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, '', $16, $17, $17)",
        params![
            c.key.elder,
            c.key.id,
            c.state,
            c.institution,
            c.package,
            c.priority,
            Json(&c.decision),
            c.consent.by,
            &c.consent.name,
            &c.consent.relation,
            c.consent.how,
            c.consent.on,
            &c.consent.note,
            c.consent.ask_again_on,
            c.renews,
            &c.made_by,
            by.now
        ],
    )?;
    Ok(())
}

/// Writes what a step changed, if the contract is still in the state that the step began with.
fn write(tx: &mut Tx<'_>, now: Instant, before: State, c: &Contract) -> Result<()> {
    let written = tx.exec(
        "update contracts set state = $4, doctor_id = $5, doctor_name = $6, package = $7, priority = $8, decision = $9,
           promised = $10, signed_on = $11, from_on = $12, until_on = $13, ended_on = $14, end_reason = $15, changed_at = $16
         where elder_id = $1 and id = $2 and state = $3",
        params![
            c.key.elder,
            c.key.id,
            before,
            c.state,
            c.doctor,
            &c.doctor_name,
            c.package,
            c.priority,
            Json(&c.decision),
            c.promised.as_ref().map(Json),
            c.signed_on,
            c.from,
            c.until,
            c.ended_on,
            &c.end_reason,
            now
        ],
    )?;
    if written == 0 {
        Err(db::Error::Conflict("别人刚刚办理了这份签约，请刷新后再看".into()))
    } else {
        Ok(())
    }
}

/// Keeps others from signing for the elder until the transaction ends.
fn hold(tx: &mut Tx<'_>, elder: ElderId) -> Result<()> {
    tx.exec("update contracts set changed_at = changed_at where elder_id = $1", params![elder])?;
    Ok(())
}

fn add_promise(
    tx: &mut Tx<'_>,
    by: &Actor,
    key: Key,
    due: &super::model::Due,
    title: &str,
    unverified: Option<&String>,
) -> Result<()> {
    let id = PromiseId::new(by.now, tx.chance());
    tx.exec(
        "insert into contract_promises (elder_id, id, contract_id, service, title, payer, unverified, nth, opens_on, due_on,
           lapses_on) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        params![
            key.elder,
            id,
            key.id,
            &due.service,
            title,
            &due.payer,
            unverified,
            due.nth,
            due.opens_on,
            due.due_on,
            due.lapses_on
        ],
    )?;
    Ok(())
}

/// A key with the day that belongs to the step that waits for it.
type Waiting = (Key, Option<Date>);

fn waiting(tx: &mut Tx<'_>, by: &Actor, condition: &str, limit: i64) -> Result<Vec<Waiting>> {
    let (scope, mut values) = by.scope.elders("e.area", "e.id", 3);
    values.splice(0..0, [by.today().into(), limit.into()]);
    let sql = format!(
        "select c.elder_id, c.id, e.died_on from contracts c join elders e on e.id = c.elder_id
         where c.state = 'signed' and {condition} and {scope} order by c.until_on, c.id limit $2"
    );
    tx.query(&sql, &values, |row| Ok((Key { elder: row.get(0)?, id: row.get(1)? }, row.get(2)?)))
}

/// Signed contracts whose term is over.
fn over(tx: &mut Tx<'_>, by: &Actor, limit: i64) -> Result<Vec<Waiting>> {
    waiting(tx, by, "c.until_on <= $1", limit)
}

/// Signed contracts of elders who died or moved away, with the day of death.
fn of_the_gone(tx: &mut Tx<'_>, by: &Actor, limit: i64) -> Result<Vec<Waiting>> {
    waiting(tx, by, "c.until_on > $1 and e.status in ('dead', 'moved')", limit)
}

/// Ids that a page's address names.
#[must_use]
pub fn key(elder: &str, id: &str) -> Option<Key> {
    Some(Key { elder: ElderId::parse(elder)?, id: ContractId::parse(id)? })
}
