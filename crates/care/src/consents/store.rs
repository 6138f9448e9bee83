//! The register of consents in the database.

use super::model::{Consent, NewConsent, Scope, State, Withdrawal, Withdrawn};
use db::{Actor, Condition, Result, Row, Tx, params};
use kernel::{ConsentId, Date, ElderId, Instant};
use uuid::Uuid;

const COLUMNS: &str = "c.elder_id, c.id, c.scope, c.state, c.source_id, c.institution_id, coalesce(i.name, ''), c.purpose, c.from_on,
     c.until_on, c.given_by, c.given_role, c.relation, c.how, c.recorded_by, c.withdrawn_at, c.withdrawn_by, c.withdrawn_role,
     c.withdrawn_how, c.effect, c.handled_at, c.handled_by, c.handled_note";
const FROM: &str = "from consents c left join institutions i on i.id = c.institution_id";

/// Whether something rests on a consent on the day `?`: asked of the capabilities' own tables, so that it is never out of date.
fn live(day: usize) -> String {
    let rests = |scope: &str, table: &str, more: &str| {
        format!(
            "(c.scope = '{scope}' and exists (select 1 from {table} s where s.elder_id = c.elder_id and s.id = c.source_id
               and {more}))"
        )
    };
    let shares =
        |states: &str| format!("s.state in ({states}) and s.share_ended_at is null and s.shared_until >= ${day}");
    let any = [
        rests("contract", "contracts", "s.state in ('draft', 'signed')"),
        rests("sickbed", "sickbeds", "s.state in ('accepted', 'agreed', 'open')"),
        rests("sharing", "referrals", &shares("'requested', 'accepted', 'booked', 'arrived'")),
        rests("consultation", "consultations", &shares("'requested', 'booked', 'no_show', 'under_way'")),
        rests("hospice", "hospice_cases", "s.state in ('applied', 'active')"),
        rests("family", "family_accesses", &format!("s.ended_at is null and coalesce(s.until_on, ${day}) >= ${day}")),
        "c.scope = 'platform'".to_owned(),
    ];
    format!("cast(case when c.state = 'given' and ({}) then 1 else 0 end as bigint)", any.join(" or "))
}

fn consent(row: &Row<'_>) -> Result<Consent> {
    let mut c = row.columns();
    let (elder, id, scope, state) = (c.take()?, c.take()?, c.take()?, c.take()?);
    let source: Option<Uuid> = c.take()?;
    let (institution, institution_name) = (c.take()?, c.take()?);
    let given = NewConsent {
        elder,
        scope,
        source: source.unwrap_or_default(),
        institution,
        purpose: c.take()?,
        from: c.take()?,
        until: c.take()?,
        name: c.take()?,
        role: c.take()?,
        relation: c.take()?,
        how: c.take()?,
    };
    let recorded_by = c.take()?;
    let (at, name): (Option<Instant>, String) = (c.take()?, c.take()?);
    let (role, how) = (c.take()?, c.take()?);
    let (effect, handled_at): (String, Option<Instant>) = (c.take()?, c.take()?);
    let (handled_by, note): (String, String) = (c.take()?, c.take()?);
    let by = Option::zip(role, how).map(|(role, how)| Withdrawal { name, role, how });
    let handled = handled_at.map(|at| (at, handled_by, note));
    let withdrawn = at.zip(by).map(|(at, by)| Withdrawn { at, by, effect, handled });
    Ok(Consent { id, state, given, institution_name, recorded_by, withdrawn, live: c.take()? })
}

/// Writes a consent down. Whoever calls has checked it.
///
/// # Errors
/// What the engine says.
pub fn record(tx: &mut Tx<'_>, by: &Actor, new: &NewConsent) -> Result<ConsentId> {
    let id = ConsentId::new(by.now, tx.chance());
    tx.exec(
        "insert into consents (elder_id, id, scope, state, source_id, institution_id, purpose, from_on, until_on, given_by,
           given_role, relation, how, recorded_by, recorded_at, withdrawn_by, effect, handled_by, handled_note)
         values ($1, $2, $3, 'given', $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, '', '', '', '')",
        params![
            new.elder,
            id,
            new.scope,
            new.source,
            new.institution,
            &new.purpose,
            new.from,
            new.until,
            &new.name,
            new.role,
            &new.relation,
            new.how,
            &by.name,
            by.now
        ],
    )?;
    Ok(id)
}

/// The consents of an elder, newest first. Whoever asks has seen the elder.
///
/// # Errors
/// What the engine says.
pub fn of_elder(tx: &mut Tx<'_>, elder: ElderId, today: Date) -> Result<Vec<Consent>> {
    let sql =
        format!("select {COLUMNS}, {} {FROM} where c.elder_id = $1 order by c.recorded_at desc, c.id desc", live(2));
    tx.query(&sql, params![elder, today], consent)
}

/// One consent of an elder. Whoever asks has seen the elder, or that it concerns them.
///
/// # Errors
/// [`db::Error::NotFound`], or what the engine says.
pub fn find(tx: &mut Tx<'_>, elder: ElderId, id: ConsentId, today: Date) -> Result<Consent> {
    let sql = format!("select {COLUMNS}, {} {FROM} where c.elder_id = $1 and c.id = $3", live(2));
    tx.query_one(&sql, params![elder, today, id], consent)
}

/// Whether the elder is in sight, or one of their consents concerns the actor's own institution.
///
/// # Errors
/// [`db::Error::NotFound`], or what the engine says.
pub fn visible(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> Result<()> {
    let mut all = seen(by);
    all.with("e.id = ?", elder).and("e.merged_into is null");
    let sql = format!("select count(*) from elders e left join consents c on c.elder_id = e.id where {}", all.sql);
    if tx.count(&sql, &all.values)? > 0 { Ok(()) } else { Err(db::Error::NotFound) }
}

/// Whether the elder is in sight, or this consent concerns the actor's own institution.
///
/// # Errors
/// [`db::Error::NotFound`], or what the engine says.
pub fn concerned(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, id: ConsentId) -> Result<()> {
    let mut all = seen(by);
    all.with("c.elder_id = ?", elder).with("c.id = ?", id);
    let sql = format!("select count(*) from consents c join elders e on e.id = c.elder_id where {}", all.sql);
    if tx.count(&sql, &all.values)? > 0 { Ok(()) } else { Err(db::Error::NotFound) }
}

fn seen(by: &Actor) -> Condition {
    let mut all = Condition::new(by.scope.elders("e.area", "e.id", 1));
    if let Some(own) = by.institution {
        all.values.push(own.into());
        all.sql = format!("({} or c.institution_id = ${})", all.sql, all.values.len());
    }
    all
}

/// Withdrawals that nobody has seen to, of the actor's institution (or, without one, of all in sight), oldest first, with the
/// elder's name.
///
/// # Errors
/// What the engine says.
pub fn waiting(tx: &mut Tx<'_>, by: &Actor, limit: i64, offset: i64) -> Result<Vec<(String, Consent)>> {
    let mut all = open(by);
    all.values.push(by.today().into());
    let live = live(all.values.len());
    let page = all.page(limit, offset);
    let sql = format!(
        "select {COLUMNS}, {live}, e.name {FROM} join elders e on e.id = c.elder_id where {}
         order by c.withdrawn_at, c.id {page}",
        all.sql
    );
    tx.query(&sql, &all.values, |row| Ok((row.get(24)?, consent(row)?)))
}

/// How many there are of them.
///
/// # Errors
/// What the engine says.
pub fn count_waiting(tx: &mut Tx<'_>, by: &Actor) -> Result<i64> {
    let all = open(by);
    let sql = format!("select count(*) from consents c join elders e on e.id = c.elder_id where {}", all.sql);
    tx.count(&sql, &all.values)
}

fn open(by: &Actor) -> Condition {
    let mut all = seen(by);
    all.and("c.state = 'withdrawn'").with_some("c.institution_id = ?", by.institution);
    all
}

/// Writes a withdrawal, if nobody was faster; answers whether that is so.
pub(super) fn withdraw(
    tx: &mut Tx<'_>,
    by: &Actor,
    consent: &Consent,
    (said, effect): (&Withdrawal, &str),
) -> Result<bool> {
    let sql = "update consents set state = 'withdrawn', withdrawn_at = $3, withdrawn_by = $4, withdrawn_role = $5,
                 withdrawn_how = $6, effect = $7 where elder_id = $1 and id = $2 and state = 'given'";
    let (elder, id) = (consent.given.elder, consent.id);
    Ok(tx.exec(sql, params![elder, id, by.now, &said.name, said.role, said.how, effect])? == 1)
}

/// Writes what was done about a withdrawal, if nobody was faster; answers whether that is so.
pub(super) fn handle(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, id: ConsentId, note: &str) -> Result<bool> {
    let sql = "update consents set state = 'handled', handled_at = $3, handled_by = $4, handled_note = $5
               where elder_id = $1 and id = $2 and state = 'withdrawn'";
    Ok(tx.exec(sql, params![elder, id, by.now, &by.name, note])? == 1)
}

/// Sources of a scope for which no consent was ever written down, at most `limit` of them: they were begun before there was a
/// register.
pub(super) fn unrecorded(tx: &mut Tx<'_>, scope: Scope, limit: i64) -> Result<Vec<(ElderId, Uuid)>> {
    let (table, open) = match scope {
        Scope::Sharing => ("referrals", "s.shared <> '' and s.state in ('requested', 'accepted', 'booked', 'arrived')"),
        Scope::Hospice => ("hospice_cases", "s.state in ('applied', 'active')"),
        Scope::Contract | Scope::Sickbed | Scope::Consultation | Scope::FamilyPage | Scope::Platform => {
            return Ok(vec![]);
        }
    };
    let sql = format!(
        "select s.elder_id, s.id from {table} s where {open} and not exists
           (select 1 from consents c where c.elder_id = s.elder_id and c.source_id = s.id) order by s.id limit $1"
    );
    tx.query(&sql, params![limit], |row| Ok((row.get(0)?, row.get(1)?)))
}

/// Whether the newest consent to something was withdrawn; none when none was ever given.
///
/// # Errors
/// What the engine says.
pub fn withdrawn(tx: &mut Tx<'_>, elder: ElderId, source: Uuid) -> Result<Option<bool>> {
    let sql =
        "select state from consents where elder_id = $1 and source_id = $2 order by recorded_at desc, id desc limit 1";
    let state: Option<State> = tx.query_opt(sql, params![elder, source], |row| row.get(0))?;
    Ok(state.map(|state| state != State::Given))
}

/// The newest word of an elder on the exchange with health platforms; none when nobody ever said anything.
///
/// # Errors
/// What the engine says.
pub fn on_platform(tx: &mut Tx<'_>, elder: ElderId, today: Date) -> Result<Option<Consent>> {
    let sql = format!(
        "select {COLUMNS}, {} {FROM} where c.elder_id = $1 and c.scope = 'platform'
         order by c.recorded_at desc, c.id desc limit 1",
        live(2)
    );
    tx.query_opt(&sql, params![elder, today], consent)
}

/// Whether an elder objects to the exchange with health platforms.
///
/// # Errors
/// What the engine says.
pub fn objects(tx: &mut Tx<'_>, elder: ElderId, today: Date) -> Result<bool> {
    Ok(on_platform(tx, elder, today)?.is_some_and(|word| word.state != State::Given))
}
