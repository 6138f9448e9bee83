//! The table of staff.

use super::model::{LABELS, NewStaff, Post, Staff, StaffFacts};
use crate::institutions::store::like;
use crate::saved::{self, FieldChange, Refused, Saved, changes, fill_blanks, put_back};
use db::audit::Entry;
use db::{Actor, Condition, Result, Row, Tx, Value, params};
use kernel::{CitizenNumber, Date, InstitutionId, StaffId};

const COLUMNS: &str = "s.id, s.id_sealed, s.name, s.institution_id, s.post, s.qualification, s.certificate_no,
  s.certificate_until, s.phone_sealed";
/// Names under which the vault keeps the personal fields apart.
const CITIZEN: &str = "staff.citizen";
const PHONE: &str = "staff.phone";

struct Sealed {
    id: StaffId,
    citizen: Vec<u8>,
    phone: Option<Vec<u8>>,
    facts: StaffFacts,
}

fn read(row: &Row<'_>) -> Result<Sealed> {
    let mut c = row.columns();
    let (id, citizen) = (c.take()?, c.take()?);
    let facts = StaffFacts {
        name: c.take()?,
        institution: c.take()?,
        post: c.take()?,
        qualification: c.take()?,
        certificate_no: c.take()?,
        certificate_until: c.take()?,
        phone: None,
    };
    Ok(Sealed { id, citizen, phone: c.take()?, facts })
}

fn open(tx: &Tx<'_>, sealed: Sealed) -> Result<Staff> {
    let number = tx.vault().open(CITIZEN, &sealed.citizen)?;
    let phone = sealed.phone.map(|bytes| tx.vault().open(PHONE, &bytes)).transpose()?;
    let id_masked = format!("{}********{}", &number[..6], &number[14..]);
    Ok(Staff { id: sealed.id, id_masked, facts: StaffFacts { phone, ..sealed.facts } })
}

fn query(tx: &mut Tx<'_>, sql: &str, values: &[Value<'_>]) -> Result<Vec<Staff>> {
    let sealed = tx.query(sql, values, read)?;
    sealed.into_iter().map(|one| open(tx, one)).collect()
}

/// A member of staff of an institution within the actor's sight.
///
/// # Errors
/// [`db::Error::NotFound`], or what the engine says.
pub fn find(tx: &mut Tx<'_>, by: &Actor, id: StaffId) -> Result<Staff> {
    let (scope, mut values) = by.scope.institutions("i.area", "i.id", 2);
    values.insert(0, id.into());
    let sql = format!(
        "select {COLUMNS} from staff s join institutions i on i.id = s.institution_id where s.id = $1 and {scope}"
    );
    query(tx, &sql, &values)?.into_iter().next().ok_or(db::Error::NotFound)
}

/// The sex of a member of staff, for elders who wish for one.
///
/// # Errors
/// [`db::Error::NotFound`], or what the engine says.
pub fn sex(tx: &mut Tx<'_>, id: StaffId) -> Result<Option<kernel::citizen::Sex>> {
    let sealed: Vec<u8> = tx.query_one("select id_sealed from staff where id = $1", params![id], |row| row.get(0))?;
    let number = tx.vault().open(CITIZEN, &sealed)?;
    let digit = number.as_bytes().get(16).map_or(0, |byte| byte.wrapping_sub(b'0'));
    Ok(kernel::citizen::Sex::of(if digit % 2 == 1 { 1 } else { 2 }))
}

/// The name of a member of staff, wherever they work: it stands on what they signed.
///
/// # Errors
/// [`db::Error::NotFound`], or what the engine says.
pub fn name(tx: &mut Tx<'_>, id: StaffId) -> Result<String> {
    tx.query_one("select name from staff where id = $1", params![id], |row| row.get(0))
}

/// Who has this identity number, wherever they work.
///
/// # Errors
/// What the engine says.
pub fn by_citizen(tx: &mut Tx<'_>, citizen: &CitizenNumber) -> Result<Option<StaffId>> {
    let hash = tx.vault().index(CITIZEN, citizen.as_str());
    tx.query_opt("select id from staff where id_hash = $1", params![hash], |row| row.get(0))
}

/// What a list shows only.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of this institution.
    pub institution: Option<InstitutionId>,
    /// At this post.
    pub post: Option<Post>,
    /// With this in the name, or with this end of the identity number.
    pub name: Option<String>,
    /// Whose certificate ends on or before this day.
    pub ends_by: Option<Date>,
}

fn condition(by: &Actor, filter: &Filter) -> Condition {
    let mut all = Condition::new(by.scope.institutions("i.area", "i.id", 1));
    all.with_some("s.institution_id = ?", filter.institution).with_some("s.post = ?", filter.post);
    all.with_some("s.certificate_until <= ?", filter.ends_by);
    match filter.name.as_deref() {
        Some(tail) if tail.len() == 4 && tail[..3].bytes().all(|b| b.is_ascii_digit()) => {
            all.with("s.id_tail = ?", tail.to_uppercase());
        }
        Some(name) => {
            all.with("s.name like ? escape '!'", like(name));
        }
        None => {}
    }
    all
}

/// Staff within the actor's sight, by institution, post and name.
///
/// # Errors
/// What the engine says.
pub fn list(tx: &mut Tx<'_>, by: &Actor, filter: &Filter, limit: i64, offset: i64) -> Result<Vec<Staff>> {
    let mut scope = condition(by, filter);
    let page = scope.page(limit, offset);
    let Condition { sql: scope, values } = scope;
    let sql = format!(
        "select {COLUMNS} from staff s join institutions i on i.id = s.institution_id where {scope}
         order by i.area, i.name, s.post, s.name, s.id {page}"
    );
    query(tx, &sql, &values)
}

/// How many there are of them.
///
/// # Errors
/// What the engine says.
pub fn count(tx: &mut Tx<'_>, by: &Actor, filter: &Filter) -> Result<i64> {
    let Condition { sql: scope, values } = condition(by, filter);
    tx.count(
        &format!("select count(*) from staff s join institutions i on i.id = s.institution_id where {scope}"),
        &values,
    )
}

/// Identity and name of the staff of an institution at some posts (all if none is named), for a choice on a form.
///
/// # Errors
/// What the engine says.
pub fn options(
    tx: &mut Tx<'_>,
    by: &Actor,
    institution: Option<InstitutionId>,
    posts: &[Post],
) -> Result<Vec<(StaffId, String)>> {
    let Condition { sql: mut scope, values } = condition(by, &Filter { institution, ..Filter::default() });
    if !posts.is_empty() {
        let codes: Vec<String> = posts.iter().map(|post| format!("'{}'", post.code())).collect();
        scope += &format!(" and s.post in ({})", codes.join(", "));
    }
    let sql = format!(
        "select s.id, s.name from staff s join institutions i on i.id = s.institution_id where {scope} order by s.name, s.id"
    );
    tx.query(&sql, &values, |row| Ok((row.get(0)?, row.get(1)?)))
}

/// Saves a member of staff under their identity number. What a list does not say stays as it was.
///
/// # Errors
/// [`Refused::Field`] for a blank name or an institution that is not there or not the actor's.
pub fn save(tx: &mut Tx<'_>, by: &Actor, new: &NewStaff) -> saved::Result<(StaffId, Saved)> {
    accept(tx, by, &new.facts)?;
    let hash = tx.vault().index(CITIZEN, new.citizen.as_str());
    let known =
        query(tx, &format!("select {COLUMNS} from staff s where s.id_hash = $1"), params![&hash])?.into_iter().next();
    match known {
        None => Ok((insert(tx, by, new, &hash)?, Saved::Created)),
        Some(old) => {
            if old.facts.institution != new.facts.institution {
                within(tx, by, old.facts.institution, "此人登记在辖区外的机构，请由该地办理调出")?;
            }
            let whole = fill_blanks(&new.facts, &old.facts)?;
            Ok((old.id, overwrite(tx, by, &old, &whole)?))
        }
    }
}

/// Gives a member of staff exactly these facts: what is blank becomes blank. The identity number stays.
///
/// # Errors
/// [`Refused::Field`] for a wrong field, or [`db::Error::NotFound`].
pub fn update(tx: &mut Tx<'_>, by: &Actor, id: StaffId, facts: &StaffFacts) -> saved::Result<Saved> {
    let old = find(tx, by, id)?;
    accept(tx, by, facts)?;
    overwrite(tx, by, &old, facts)
}

fn within(tx: &mut Tx<'_>, by: &Actor, institution: InstitutionId, message: &str) -> saved::Result<()> {
    match crate::institutions::store::find(tx, by, institution) {
        Ok(_) => Ok(()),
        Err(db::Error::NotFound) => Err(Refused::field("所属机构信用代码", message)),
        Err(e) => Err(e.into()),
    }
}

fn accept(tx: &mut Tx<'_>, by: &Actor, facts: &StaffFacts) -> saved::Result<()> {
    if facts.name.trim().is_empty() {
        return Err(Refused::field("姓名", "没有填写"));
    }
    within(tx, by, facts.institution, "没有这个机构，或不在您的辖区内，请先导入机构名册")
}

fn sealed_phone(tx: &Tx<'_>, phone: Option<&str>) -> (Option<Vec<u8>>, Option<String>) {
    let tail = |phone: &str| phone.chars().rev().take(4).collect::<Vec<_>>().into_iter().rev().collect();
    (phone.map(|phone| tx.seal(PHONE, phone)), phone.map(tail))
}

fn insert(tx: &mut Tx<'_>, by: &Actor, new: &NewStaff, hash: &[u8]) -> Result<StaffId> {
    let id = StaffId::new(by.now, tx.chance());
    let citizen = tx.seal(CITIZEN, new.citizen.as_str());
    let f = &new.facts;
    let (phone, tail) = sealed_phone(tx, f.phone.as_deref());
    tx.exec(
        "insert into staff (id, institution_id, name, id_hash, id_sealed, id_tail, post, qualification, certificate_no,
           certificate_until, phone_sealed, phone_tail, created_at, changed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13)",
        params![
            id,
            f.institution,
            &f.name,
            hash,
            citizen,
            new.citizen.tail(),
            f.post,
            f.qualification.as_deref(),
            f.certificate_no.as_deref(),
            f.certificate_until,
            phone,
            tail,
            by.now
        ],
    )?;
    Ok(id)
}

fn overwrite(tx: &mut Tx<'_>, by: &Actor, old: &Staff, f: &StaffFacts) -> saved::Result<Saved> {
    let changed = changes(&old.facts, f, LABELS);
    if changed.is_empty() {
        return Ok(Saved::Unchanged);
    }
    let (phone, tail) = sealed_phone(tx, f.phone.as_deref());
    tx.exec_one(
        "update staff set institution_id = $2, name = $3, post = $4, qualification = $5, certificate_no = $6,
           certificate_until = $7, phone_sealed = $8, phone_tail = $9, changed_at = $10 where id = $1",
        params![
            old.id,
            f.institution,
            &f.name,
            f.post,
            f.qualification.as_deref(),
            f.certificate_no.as_deref(),
            f.certificate_until,
            phone,
            tail,
            by.now
        ],
    )?;
    let detail = changed.iter().map(|c| c.label.as_str()).collect::<Vec<_>>().join("、");
    tx.audit(by, Entry { action: "staff.write", subject: f.name.clone(), detail, ..Entry::default() })?;
    Ok(Saved::of(changed))
}

/// Takes a member of staff back whom an import had created.
///
/// # Errors
/// [`Refused::Field`] while an account is theirs.
pub fn remove(tx: &mut Tx<'_>, by: &Actor, id: StaffId) -> saved::Result<()> {
    let found = find(tx, by, id)?;
    if tx.count("select count(*) from accounts where staff_id = $1", params![id])? > 0 {
        return Err(Refused::field("姓名", format!("“{}”已开通账号，不能撤回", found.facts.name)));
    }
    tx.exec_one("delete from staff where id = $1", params![id])?;
    tx.audit(by, Entry { action: "staff.remove", subject: found.facts.name, ..Entry::default() })?;
    Ok(())
}

/// Takes changes back that an import had made.
///
/// # Errors
/// [`Refused::Field`] when one of the fields was changed again in between.
pub fn restore(tx: &mut Tx<'_>, by: &Actor, id: StaffId, changes: &[FieldChange]) -> saved::Result<()> {
    let old = find(tx, by, id)?;
    let back = put_back(&old.facts, changes)?;
    overwrite(tx, by, &old, &back).map(drop)
}
