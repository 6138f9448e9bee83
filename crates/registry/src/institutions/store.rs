//! The table of institutions.

use super::model::{Institution, Kind, LABELS, NewInstitution, check};
use crate::areas;
use crate::saved::{self, FieldChange, Refused, Saved, changes, fill_blanks, put_back};
use db::audit::Entry;
use db::{Actor, Condition, Result, Row, Tx, Value, params};
use kernel::{AgreementId, Area, CreditCode, Date, InstitutionId};

const COLUMNS: &str = "i.id, i.credit_code, i.name, i.kind, i.ownership, i.profit, i.area, i.address, i.lon, i.lat, i.phone,
  i.beds, i.nursing_beds, i.medical_beds, i.medical_unit, i.partner_code, i.partner_until, i.licence_no, i.licence_until,
  i.opened_on, i.hospital_level";

fn read(row: &Row<'_>) -> Result<Institution> {
    let mut c = row.columns();
    let id = c.take()?;
    let code: String = c.take()?;
    let decode = |e: kernel::credit::NotACreditCode| db::Error::Decode { column: 1, what: e.to_string() };
    let facts = NewInstitution {
        credit_code: CreditCode::parse(&code).map_err(decode)?,
        name: c.take()?,
        kind: c.take()?,
        ownership: c.take()?,
        profit: c.take()?,
        area: c.take()?,
        address: c.take()?,
        lon: c.take()?,
        lat: c.take()?,
        phone: c.take()?,
        beds: c.take()?,
        nursing_beds: c.take()?,
        medical_beds: c.take()?,
        medical_unit: c.take()?,
        partner_code: c.take()?,
        partner_until: c.take()?,
        licence_no: c.take()?,
        licence_until: c.take()?,
        opened_on: c.take()?,
        hospital_level: c.take()?,
    };
    Ok(Institution { id, facts })
}

fn values(n: &NewInstitution) -> Vec<Value<'_>> {
    params![
        n.credit_code.as_str(),
        &n.name,
        n.kind,
        n.ownership,
        n.profit,
        n.area,
        n.address.as_deref(),
        n.lon,
        n.lat,
        n.phone.as_deref(),
        n.beds,
        n.nursing_beds,
        n.medical_beds,
        n.medical_unit,
        n.partner_code.as_deref(),
        n.partner_until,
        n.licence_no.as_deref(),
        n.licence_until,
        n.opened_on,
        n.hospital_level.as_deref(),
    ]
    .to_vec()
}

/// An institution within the actor's sight.
///
/// # Errors
/// [`db::Error::NotFound`], or what the engine says.
pub fn find(tx: &mut Tx<'_>, by: &Actor, id: InstitutionId) -> Result<Institution> {
    let (scope, mut values) = by.scope.institutions("i.area", "i.id", 2);
    values.insert(0, id.into());
    tx.query_one(&format!("select {COLUMNS} from institutions i where i.id = $1 and {scope}"), &values, read)
}

/// The name of an institution, wherever it is: names of institutions are public.
///
/// # Errors
/// [`db::Error::NotFound`], or what the engine says.
pub fn name(tx: &mut Tx<'_>, id: InstitutionId) -> Result<String> {
    tx.query_one("select name from institutions where id = $1", params![id], |row| row.get(0))
}

/// Identity, name and area of the institution with this credit code, wherever it is.
///
/// # Errors
/// What the engine says.
pub fn by_credit_code(tx: &mut Tx<'_>, code: &CreditCode) -> Result<Option<InstitutionId>> {
    tx.query_opt("select id from institutions where credit_code = $1", params![code.as_str()], |row| row.get(0))
}

/// What a list shows only.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of one of these kinds; empty for all.
    pub kinds: Vec<Kind>,
    /// In this area or below.
    pub area: Option<Area>,
    /// With this in the name or the credit code.
    pub name: Option<String>,
}

fn condition(by: &Actor, filter: &Filter) -> Condition {
    let mut all = Condition::new(by.scope.institutions("i.area", "i.id", 1));
    all.within("i.area", filter.area);
    if !filter.kinds.is_empty() {
        let codes: Vec<String> = filter.kinds.iter().map(|kind| format!("'{}'", kind.code())).collect();
        all.and(&format!("i.kind in ({})", codes.join(", ")));
    }
    let name = filter.name.as_deref().map(like);
    all.with_some("(i.name like ? escape '!' or i.credit_code like ? escape '!')", name);
    all
}

/// A pattern for `like … escape '!'` that finds the text anywhere.
pub fn like(text: &str) -> String {
    let quoted = text.replace('!', "!!").replace('%', "!%").replace('_', "!_");
    format!("%{quoted}%")
}

/// Institutions within the actor's sight, in the order of areas and names.
///
/// # Errors
/// What the engine says.
pub fn list(tx: &mut Tx<'_>, by: &Actor, filter: &Filter, limit: i64, offset: i64) -> Result<Vec<Institution>> {
    let mut scope = condition(by, filter);
    let page = scope.page(limit, offset);
    let Condition { sql: scope, values } = scope;
    let sql = format!("select {COLUMNS} from institutions i where {scope} order by i.area, i.name, i.id {page}");
    tx.query(&sql, &values, read)
}

/// How many there are of them, with their beds: institutions, beds, nursing beds.
///
/// # Errors
/// What the engine says.
pub fn totals(tx: &mut Tx<'_>, by: &Actor, filter: &Filter) -> Result<(i64, i64, i64)> {
    let Condition { sql: scope, values } = condition(by, filter);
    let sql = format!(
        "select count(*), cast(coalesce(sum(i.beds), 0) as bigint), cast(coalesce(sum(i.nursing_beds), 0) as bigint)
         from institutions i where {scope}"
    );
    tx.query_one(&sql, &values, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
}

/// Identity and name of all within sight of some kinds, for a choice on a form.
///
/// # Errors
/// What the engine says.
pub fn options(tx: &mut Tx<'_>, by: &Actor, kinds: &[Kind]) -> Result<Vec<(InstitutionId, String)>> {
    let Condition { sql: scope, values } = condition(by, &Filter { kinds: kinds.to_vec(), ..Filter::default() });
    let sql = format!("select i.id, i.name from institutions i where {scope} order by i.name, i.id");
    tx.query(&sql, &values, |row| Ok((row.get(0)?, row.get(1)?)))
}

/// Institutions whose licence or agreement ends on or before the day, soonest first.
///
/// # Errors
/// What the engine says.
pub fn ending(tx: &mut Tx<'_>, by: &Actor, until: Date) -> Result<Vec<Institution>> {
    let (scope, mut values) = by.scope.institutions("i.area", "i.id", 2);
    values.insert(0, until.into());
    let sql = format!(
        "select {COLUMNS} from institutions i where (i.licence_until <= $1 or i.partner_until <= $1) and {scope}
         order by coalesce(i.licence_until, i.partner_until), i.id"
    );
    tx.query(&sql, &values, read)
}

/// Saves an institution under its credit code. What a list does not say stays as it was.
///
/// # Errors
/// [`Refused::Field`] for a wrong field, an unknown area, or one outside the actor's.
pub fn save(tx: &mut Tx<'_>, by: &Actor, new: &NewInstitution) -> saved::Result<(InstitutionId, Saved)> {
    let sql = format!("select {COLUMNS} from institutions i where i.credit_code = $1");
    match tx.query_opt(&sql, params![new.credit_code.as_str()], read)? {
        None => {
            accept(tx, by, new)?;
            Ok((insert(tx, by, new)?, Saved::Created))
        }
        Some(old) => {
            within(by, old.facts.area)?;
            let whole = fill_blanks(new, &old.facts)?;
            Ok((old.id, overwrite(tx, by, &old, &whole)?))
        }
    }
}

/// Gives an institution exactly these facts: what is blank becomes blank. The credit code stays.
///
/// # Errors
/// [`Refused::Field`] for a wrong field, or [`db::Error::NotFound`].
pub fn update(tx: &mut Tx<'_>, by: &Actor, id: InstitutionId, new: &NewInstitution) -> saved::Result<Saved> {
    let old = find(tx, by, id)?;
    overwrite(tx, by, &old, new)
}

fn within(by: &Actor, area: Area) -> saved::Result<()> {
    if by.scope.area.contains(area) {
        return Ok(());
    }
    Err(Refused::field("区划代码", format!("{area} 不在您的辖区内")))
}

fn accept(tx: &mut Tx<'_>, by: &Actor, new: &NewInstitution) -> saved::Result<()> {
    if let Some(wrong) = check(new, by.today()).into_iter().next() {
        return Err(wrong.into());
    }
    within(by, new.area)?;
    if !areas::store::exists(tx, new.area)? {
        return Err(Refused::field("区划代码", format!("没有代码为 {} 的区划，请核对或先导入区划名单", new.area)));
    }
    Ok(())
}

fn insert(tx: &mut Tx<'_>, by: &Actor, new: &NewInstitution) -> Result<InstitutionId> {
    let id = InstitutionId::new(by.now, tx.chance());
    let columns = COLUMNS.replace("i.", "");
    let places: Vec<String> = (1..=23).map(|at| format!("${at}")).collect();
    let mut all = values(new);
    all.insert(0, id.into());
    all.extend([by.now.into(), by.now.into()]);
    tx.exec(
        &format!("insert into institutions ({columns}, created_at, changed_at) values ({})", places.join(", ")),
        &all,
    )?;
    Ok(id)
}

fn overwrite(tx: &mut Tx<'_>, by: &Actor, old: &Institution, new: &NewInstitution) -> saved::Result<Saved> {
    let kept = kept_partner(tx, old, new)?;
    let new = kept.as_ref().unwrap_or(new);
    let changed = changes(&old.facts, new, LABELS);
    if changed.is_empty() {
        return Ok(Saved::Unchanged);
    }
    accept(tx, by, new)?;
    let sets: Vec<String> =
        COLUMNS.split(',').skip(2).enumerate().map(|(at, column)| assignment(column, at + 2)).collect();
    let mut all = values(new);
    all[0] = old.id.into();
    all.push(by.now.into());
    tx.exec_one(&format!("update institutions set {}, changed_at = $21 where id = $1", sets.join(", ")), &all)?;
    let detail = changed.iter().map(|c| c.label.as_str()).collect::<Vec<_>>().join("、");
    tx.audit(by, Entry { action: "institutions.write", subject: new.name.clone(), detail, ..Entry::default() })?;
    Ok(Saved::of(changed))
}

/// While an agreement says who the partner is, neither a form nor a list says otherwise.
fn kept_partner(tx: &mut Tx<'_>, old: &Institution, new: &NewInstitution) -> Result<Option<NewInstitution>> {
    if partner_agreement(tx, old.id)?.is_none() {
        return Ok(None);
    }
    let (partner_code, partner_until) = (old.facts.partner_code.clone(), old.facts.partner_until);
    Ok(Some(NewInstitution { partner_code, partner_until, ..new.clone() }))
}

/// The agreement that the partner of an institution follows; none while the register speaks for itself.
///
/// # Errors
/// What the engine says.
pub fn partner_agreement(tx: &mut Tx<'_>, id: InstitutionId) -> Result<Option<AgreementId>> {
    let sql = "select partner_agreement from institutions where id = $1";
    Ok(tx.query_opt(sql, params![id], |row| row.get(0))?.flatten())
}

/// Sets the partner of an institution to what its agreements say: with whom, and the last day. With `agreement` that one is the
/// source from now on; without, the register may be edited again.
///
/// # Errors
/// What the engine says.
pub fn set_partner(
    tx: &mut Tx<'_>,
    by: &Actor,
    id: InstitutionId,
    (medical, until): (InstitutionId, Option<Date>),
    agreement: Option<AgreementId>,
) -> Result<()> {
    let sql = "select name, partner_code, partner_until, (select m.credit_code from institutions m where m.id = $2)
               from institutions where id = $1";
    type Now = (String, Option<String>, Option<Date>, String);
    let read = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?));
    let (subject, code, last, new): Now = tx.query_one(sql, params![id, medical], read)?;
    let same = code.as_deref() == Some(new.as_str()) && last == until;
    let sql = "update institutions set partner_code = $2, partner_until = $3, partner_agreement = $4, changed_at = $5
               where id = $1";
    tx.exec_one(sql, params![id, &new, until, agreement, by.now])?;
    if same {
        return Ok(());
    }
    let detail = "签约医疗机构信用代码、签约有效期至（合作协议）".to_owned();
    tx.audit(by, Entry { action: "institutions.write", subject, detail, ..Entry::default() })
}

fn assignment(column: &str, at: usize) -> String {
    format!("{} = ${at}", column.trim().trim_start_matches("i."))
}

/// Takes an institution back that an import had created.
///
/// # Errors
/// [`Refused::Field`] while staff, accounts or elders hang on it.
pub fn remove(tx: &mut Tx<'_>, by: &Actor, id: InstitutionId) -> saved::Result<()> {
    let found = find(tx, by, id)?;
    let uses = [
        "select count(*) from staff where institution_id = $1",
        "select count(*) from accounts where institution_id = $1",
        "select count(*) from elder_links where institution_id = $1",
    ];
    for sql in uses {
        if tx.count(sql, params![id])? > 0 {
            let message = format!("“{}”已有人员、账号或服务对象，不能撤回", found.facts.name);
            return Err(Refused::field("机构名称", message));
        }
    }
    tx.exec_one("delete from institutions where id = $1", params![id])?;
    tx.audit(by, Entry { action: "institutions.remove", subject: found.facts.name, ..Entry::default() })?;
    Ok(())
}

/// Takes changes back that an import had made.
///
/// # Errors
/// [`Refused::Field`] when one of the fields was changed again in between.
pub fn restore(tx: &mut Tx<'_>, by: &Actor, id: InstitutionId, changes: &[FieldChange]) -> saved::Result<()> {
    let old = find(tx, by, id)?;
    let back = put_back(&old.facts, changes)?;
    overwrite(tx, by, &old, &back).map(drop)
}
