//! Partners and exchanges in the database.

pub mod receive;
pub mod serve;

use super::model::{NewPartner, Partner, Rights, SECRET, State};
use db::audit::Entry;
use db::{Actor, Condition, Result, Row, Scope, Tx, params};
use kernel::{Date, ElderId, ExchangeId, Instant, PartnerId};
use web::Error;

const COLUMNS: &str = "p.id, p.name, p.area, p.scopes, p.purpose, p.contact, p.per_minute, p.valid_from, p.valid_until,
     p.secret_tail, p.state, p.ended_at, p.ended_by, p.end_reason, p.made_by, p.version";

fn partner(row: &Row<'_>) -> Result<Partner> {
    let mut c = row.columns();
    let id = c.take()?;
    let facts = NewPartner {
        name: c.take()?,
        area: c.take()?,
        rights: Rights::split(&c.take::<String>()?),
        purpose: c.take()?,
        contact: c.take()?,
        per_minute: c.take()?,
        from: c.take()?,
        until: c.take()?,
    };
    let (secret_tail, state) = (c.take()?, c.take()?);
    let (at, by, why): (Option<Instant>, String, String) = (c.take()?, c.take()?, c.take()?);
    let ended = at.map(|at| (at, by, why));
    Ok(Partner { id, facts, secret_tail, state, ended, made_by: c.take()?, version: c.take()? })
}

fn hash(tx: &Tx<'_>, secret: &str) -> Vec<u8> {
    tx.vault().index("fhir.secret", secret)
}

/// The partner whose secret it is.
///
/// # Errors
/// What the engine says.
pub fn by_secret(tx: &mut Tx<'_>, secret: &str) -> Result<Option<Partner>> {
    let hash = hash(tx, secret);
    tx.query_opt(&format!("select {COLUMNS} from fhir_partners p where p.secret_hash = $1"), params![hash], partner)
}

/// Partners are seen by those whose area covers theirs.
fn seen(by: &Actor) -> Condition {
    let (low, high) = by.scope.area.bounds();
    Condition::new(("(p.area between $1 and $2)".into(), vec![low.into(), high.into()]))
}

/// A partner within sight.
///
/// # Errors
/// [`db::Error::NotFound`], or what the engine says.
pub fn find(tx: &mut Tx<'_>, by: &Actor, id: PartnerId) -> Result<Partner> {
    let mut all = seen(by);
    all.with("p.id = ?", id);
    tx.query_one(&format!("select {COLUMNS} from fhir_partners p where {}", all.sql), &all.values, partner)
}

/// All partners within sight, those that are open first.
///
/// # Errors
/// What the engine says.
pub fn list(tx: &mut Tx<'_>, by: &Actor) -> Result<Vec<Partner>> {
    let all = seen(by);
    let sql = format!("select {COLUMNS} from fhir_partners p where {} order by p.state, p.name, p.id", all.sql);
    tx.query(&sql, &all.values, partner)
}

fn fresh(tx: &Tx<'_>) -> String {
    let mut bytes = [0; 24];
    tx.chance().fill(&mut bytes);
    SECRET.to_owned() + &bytes.iter().map(|b| format!("{b:02x}")).collect::<String>()
}

fn tail(secret: &str) -> &str {
    &secret[secret.len() - 4..]
}

fn log(tx: &mut Tx<'_>, by: &Actor, (action, name): (&str, &str), detail: String) -> Result<()> {
    tx.audit(by, Entry { action, subject: name.to_owned(), detail, ..Entry::default() })
}

/// Registers a partner; answers it and its secret, which is shown once.
///
/// # Errors
/// [`Error::Invalid`] with the fields.
pub fn create(tx: &mut Tx<'_>, by: &Actor, new: &NewPartner) -> std::result::Result<(PartnerId, String), Error> {
    let faults = new.faults(by.today());
    if !faults.is_empty() {
        return Err(Error::Invalid(faults));
    }
    if !by.scope.area.contains(new.area) || !registry::areas::store::exists(tx, new.area)? {
        return Err(Error::field("area", "对接区划", "应在您的辖区内，并且在区划表中"));
    }
    let (id, secret) = (PartnerId::new(by.now, tx.chance()), fresh(tx));
    let hash = hash(tx, &secret);
    tx.exec(
        "insert into fhir_partners (id, name, area, scopes, purpose, contact, secret_hash, secret_tail, per_minute, valid_from,
           valid_until, state, ended_by, end_reason, made_by, version, created_at, changed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'active', '', '', $12, 1, $13, $13)",
        params![
            id,
            &new.name,
            new.area,
            new.rights.join(),
            &new.purpose,
            &new.contact,
            hash,
            tail(&secret),
            new.per_minute,
            new.from,
            new.until,
            &by.name,
            by.now
        ],
    )?;
    log(tx, by, ("fhir.partner", &new.name), format!("登记对接单位：{}", new.rights.words()))?;
    Ok((id, secret))
}

/// Gives a partner another secret; the old one is worth nothing from now on.
///
/// # Errors
/// [`Error::Conflict`] for one that was revoked or changed meanwhile.
pub fn renew(tx: &mut Tx<'_>, by: &Actor, id: PartnerId, version: i64) -> std::result::Result<String, Error> {
    let (old, secret) = (find(tx, by, id)?, fresh(tx));
    let hash = hash(tx, &secret);
    let sql = "update fhir_partners set secret_hash = $2, secret_tail = $3, version = version + 1, changed_at = $4
               where id = $1 and version = $5 and state = 'active'";
    if tx.exec(sql, params![id, hash, tail(&secret), by.now, version])? == 0 {
        return Err(Error::Conflict("这个对接单位已停用，或刚由别人改过，请看过再办".into()));
    }
    log(tx, by, ("fhir.partner", &old.facts.name), "更换密钥".into())?;
    Ok(secret)
}

/// Revokes a partner at once.
///
/// # Errors
/// [`Error::Invalid`] without a reason, [`Error::Conflict`] when it is revoked already.
pub fn revoke(tx: &mut Tx<'_>, by: &Actor, id: PartnerId, why: &str) -> std::result::Result<(), Error> {
    let old = find(tx, by, id)?;
    let why: String = kernel::text::clean(why).chars().take(200).collect();
    if why.is_empty() {
        return Err(Error::field("why", "停用原因", "没有填写"));
    }
    let sql =
        "update fhir_partners set state = $2, ended_at = $3, ended_by = $4, end_reason = $5, version = version + 1,
                 changed_at = $3 where id = $1 and state = 'active'";
    if tx.exec(sql, params![id, State::Revoked, by.now, &by.name, &why])? == 0 {
        return Err(Error::Conflict("这个对接单位已经停用".into()));
    }
    Ok(log(tx, by, ("fhir.partner", &old.facts.name), format!("停用：{why}"))?)
}

/// The partner as the store knows who asks: the elders of its area, at the instant.
#[must_use]
pub fn actor(partner: &Partner, ip: &str, now: Instant) -> Actor {
    let scope = Scope { area: partner.facts.area, institution: None };
    Actor { account: None, name: partner.as_actor(), ip: ip.to_owned(), institution: None, scope, now }
}

/// How many requests a partner made in the last minute.
///
/// # Errors
/// What the engine says.
pub fn lately(tx: &mut Tx<'_>, partner: PartnerId, now: Instant) -> Result<i64> {
    let since = now - chrono::TimeDelta::minutes(1);
    tx.count("select count(*) from fhir_exchanges where partner_id = $1 and at > $2", params![partner, since])
}

/// One request of a partner and what came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exchange {
    /// `read`, `search`, `everything`, `create`, `batch`, `transaction`.
    pub interaction: &'static str,
    /// The kind of resource; blank for bundles.
    pub resource: String,
    /// Whom it was about, each once, with how many resources.
    pub elders: Vec<(ElderId, usize)>,
    /// How many resources were given or taken.
    pub resources: usize,
    /// How many were refused.
    pub refused: usize,
    /// Of HTTP.
    pub status: u16,
    /// Why it was refused; no identity numbers.
    pub detail: String,
}

/// Notes an exchange, and on the file of each elder whom it was about.
///
/// # Errors
/// What the engine says.
pub fn note(tx: &mut Tx<'_>, by: &Actor, partner: &Partner, done: &Exchange) -> Result<()> {
    let id = ExchangeId::new(by.now, tx.chance());
    tx.exec(
        "insert into fhir_exchanges (id, partner_id, at, on_date, interaction, resource, elders, resources, refused, status,
           ip, detail) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        params![
            id,
            partner.id,
            by.now,
            by.today(),
            done.interaction,
            &done.resource,
            done.elders.len(),
            done.resources,
            done.refused,
            i64::from(done.status),
            &by.ip,
            &done.detail
        ],
    )?;
    let writes = matches!(done.interaction, "create" | "batch" | "transaction");
    let (action, word) = if writes { ("fhir.write", "传入") } else { ("fhir.read", "查询") };
    for (elder, count) in &done.elders {
        let what = if done.resource.is_empty() { "资源" } else { done.resource.as_str() };
        let detail = format!("{word} {what} {count} 项；用途：{}", partner.facts.purpose);
        tx.audit(by, Entry { action, elder: Some(*elder), subject: id.to_string(), detail })?;
    }
    Ok(())
}

/// An exchange as pages list it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Name of the partner.
    pub partner: String,
    /// When.
    pub at: Instant,
    /// What.
    pub interaction: String,
    /// Kind of resource.
    pub resource: String,
    /// People.
    pub elders: i64,
    /// Resources.
    pub resources: i64,
    /// Refused.
    pub refused: i64,
    /// Of HTTP.
    pub status: i64,
    /// From where.
    pub ip: String,
    /// Why.
    pub detail: String,
}

fn listed(row: &Row<'_>) -> Result<Listed> {
    let mut c = row.columns();
    Ok(Listed {
        partner: c.take()?,
        at: c.take()?,
        interaction: c.take()?,
        resource: c.take()?,
        elders: c.take()?,
        resources: c.take()?,
        refused: c.take()?,
        status: c.take()?,
        ip: c.take()?,
        detail: c.take()?,
    })
}

fn of(by: &Actor, partner: Option<PartnerId>, failed: bool) -> Condition {
    let mut all = seen(by);
    all.with_some("x.partner_id = ?", partner);
    if failed {
        all.and("(x.status >= 400 or x.refused > 0)");
    }
    all
}

/// Exchanges within sight, newest first; of one partner, or only those in which something was refused.
///
/// # Errors
/// What the engine says.
pub fn exchanges(
    tx: &mut Tx<'_>,
    by: &Actor,
    (partner, failed): (Option<PartnerId>, bool),
    (limit, offset): (i64, i64),
) -> Result<Vec<Listed>> {
    let mut all = of(by, partner, failed);
    let page = all.page(limit, offset);
    let sql = format!(
        "select p.name, x.at, x.interaction, x.resource, x.elders, x.resources, x.refused, x.status, x.ip, x.detail
         from fhir_exchanges x join fhir_partners p on p.id = x.partner_id where {} order by x.id desc {page}",
        all.sql
    );
    tx.query(&sql, &all.values, listed)
}

/// How many there are of them.
///
/// # Errors
/// What the engine says.
pub fn count(tx: &mut Tx<'_>, by: &Actor, (partner, failed): (Option<PartnerId>, bool)) -> Result<i64> {
    let all = of(by, partner, failed);
    let sql =
        format!("select count(*) from fhir_exchanges x join fhir_partners p on p.id = x.partner_id where {}", all.sql);
    tx.count(&sql, &all.values)
}

/// What a partner exchanged on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Daily {
    /// The day.
    pub on: Date,
    /// Name of the partner.
    pub partner: String,
    /// Requests.
    pub requests: i64,
    /// Resources given.
    pub given: i64,
    /// Resources taken.
    pub taken: i64,
    /// Refused: requests and resources.
    pub refused: i64,
}

/// Day by day and partner by partner, newest first, from a day on.
///
/// # Errors
/// What the engine says.
pub fn daily(tx: &mut Tx<'_>, by: &Actor, from: Date) -> Result<Vec<Daily>> {
    let mut all = seen(by);
    all.with("x.on_date >= ?", from);
    let writes = "x.interaction in ('create', 'batch', 'transaction')";
    let sql = format!(
        "select x.on_date, p.name, count(*), cast(sum(case when {writes} then 0 else x.resources end) as bigint),
           cast(sum(case when {writes} then x.resources else 0 end) as bigint),
           cast(sum(x.refused + case when x.status >= 400 and x.refused = 0 then 1 else 0 end) as bigint)
         from fhir_exchanges x join fhir_partners p on p.id = x.partner_id where {}
         group by x.on_date, p.name order by x.on_date desc, p.name",
        all.sql
    );
    tx.query(&sql, &all.values, |row| {
        let mut c = row.columns();
        Ok(Daily {
            on: c.take()?,
            partner: c.take()?,
            requests: c.take()?,
            given: c.take()?,
            taken: c.take()?,
            refused: c.take()?,
        })
    })
}

/// The exchanges about an elder as the audit has them, newest first: when, by whom, what. Whoever asks has seen the elder.
///
/// # Errors
/// What the engine says.
pub fn about(tx: &mut Tx<'_>, elder: ElderId, limit: i64) -> Result<Vec<(Instant, String, String)>> {
    let sql = "select at, account_name, detail from audit where elder_id = $1 and action in ('fhir.read', 'fhir.write')
               order by id desc limit $2";
    tx.query(sql, params![elder, limit], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
}
