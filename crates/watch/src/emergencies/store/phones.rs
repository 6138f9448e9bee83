//! Further telephones by which an elder is known: what operators remembered, and the emergency contact of the roster. Numbers are
//! sealed and found by a keyed hash.

use super::super::phone::digits;
use db::audit::Entry;
use db::{Actor, Result, Tx, params};
use kernel::{ElderId, EmergencyRowId};
use web::Error;

/// The column to which a sealed number is bound, and the name of its hash.
const SEALED: &str = "emergency_phones.number";
/// Where a number comes from.
const HAND: &str = "hand";
const REGISTER: &str = "register";

/// A further telephone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phone {
    /// Which entry.
    pub id: EmergencyRowId,
    /// Digits.
    pub number: String,
    /// Whose it is.
    pub name: String,
    /// Who that is to the elder.
    pub relation: String,
}

fn hash(tx: &Tx<'_>, number: &str) -> Vec<u8> {
    let mut hash = tx.vault().index(SEALED, number);
    hash.truncate(16);
    hash
}

/// What operators remembered of an elder. Callers have seen the elder.
///
/// # Errors
/// What the engine says, or that a seal does not open.
pub fn of_elder(tx: &mut Tx<'_>, elder: ElderId) -> Result<Vec<Phone>> {
    let sql = "select id, number_sealed, name, relation from emergency_phones
               where elder_id = $1 and source = $2 and ended_at is null order by created_at, id";
    let rows: Vec<(EmergencyRowId, Vec<u8>, String, String)> = tx.query(sql, params![elder, HAND], |row| {
        let mut c = row.columns();
        Ok((c.take()?, c.take()?, c.take()?, c.take()?))
    })?;
    let open = |(id, sealed, name, relation): (EmergencyRowId, Vec<u8>, String, String)| {
        Ok(Phone { id, number: tx.vault().open(SEALED, &sealed)?, name, relation })
    };
    rows.into_iter().map(open).collect()
}

/// The elders within sight who are known by a number that is not their own.
///
/// # Errors
/// What the engine says.
pub fn known_by(tx: &mut Tx<'_>, by: &Actor, number: &str) -> Result<Vec<ElderId>> {
    if number.is_empty() {
        return Ok(vec![]);
    }
    let (scope, mut values) = by.scope.elders("e.area", "e.id", 1);
    values.push(hash(tx, number).into());
    let place = values.len();
    let sql = format!(
        "select distinct p.elder_id from emergency_phones p join elders e on e.id = p.elder_id
         where {scope} and p.number_hash = ${place} and p.ended_at is null and e.merged_into is null order by p.elder_id"
    );
    tx.query(&sql, &values, |row| row.get(0))
}

type Whose<'a> = (&'a str, &'a str, &'a str);

fn insert(
    tx: &mut Tx<'_>,
    by: &Actor,
    elder: ElderId,
    source: &str,
    (number, name, relation): Whose<'_>,
) -> Result<()> {
    let id = EmergencyRowId::new(by.now, tx.chance());
    let (hash, sealed) = (hash(tx, number), tx.seal(SEALED, number));
    tx.exec(
        "insert into emergency_phones (elder_id, id, source, number_hash, number_sealed, name, relation, created_by, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        params![elder, id, source, hash, sealed, name, relation, &by.name, by.now],
    )?;
    Ok(())
}

/// Remembers a number of somebody close, as the operator says. The same number of the same elder is remembered once.
///
/// # Errors
/// [`Error::Invalid`] without a number or a name.
pub fn remember(
    tx: &mut Tx<'_>,
    by: &Actor,
    elder: ElderId,
    (number, name, relation): Whose<'_>,
) -> std::result::Result<(), Error> {
    if number.is_empty() {
        return Err(Error::field("remember", "记住号码", "来电没有显示号码，不能记住"));
    }
    let name = super::super::model::needed(name, "phone_name", "号码是谁的")?;
    let known = of_elder(tx, elder)?.iter().any(|p| p.number == number);
    if !known {
        insert(tx, by, elder, HAND, (number, &name, relation))?;
    }
    // The number stays out of the audit.
    let entry = Entry {
        action: "emergencies.remember",
        elder: Some(elder),
        detail: format!("{relation}{name}"),
        ..Entry::default()
    };
    Ok(tx.audit(by, entry)?)
}

/// Forgets a number.
///
/// # Errors
/// [`Error::NotFound`] out of sight; [`Error::Conflict`] when it is forgotten already.
pub fn forget(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, id: EmergencyRowId) -> std::result::Result<(), Error> {
    registry::elders::store::visible(tx, by, elder)?;
    let sql = "update emergency_phones set ended_at = $3 where elder_id = $1 and id = $2 and source = $4 and ended_at is null";
    if tx.exec(sql, params![elder, id, by.now, HAND])? == 0 {
        return Err(Error::Conflict("这个号码已经删除，请刷新页面".into()));
    }
    let (action, subject) = ("emergencies.forget", id.to_string());
    Ok(tx.audit(by, Entry { action, elder: Some(elder), subject, ..Entry::default() })?)
}

/// Writes the roster's emergency contact anew among the numbers by which the elder is found: the roster keeps no hash of it.
///
/// # Errors
/// What the engine says.
pub fn refresh(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> Result<()> {
    let file = registry::elders::store::find(tx, by, elder)?;
    let contact = file.open(tx.vault())?.contact_phone.map(|phone| digits(&phone)).filter(|phone| !phone.is_empty());
    let sql = "select number_sealed from emergency_phones where elder_id = $1 and source = $2 and ended_at is null";
    let known = tx.query_opt(sql, params![elder, REGISTER], |row| row.get::<Vec<u8>>(0))?;
    let known = known.map(|sealed| tx.vault().open(SEALED, &sealed)).transpose()?;
    if known == contact {
        return Ok(());
    }
    let over = "delete from emergency_phones where elder_id = $1 and source = $2";
    tx.exec(over, params![elder, REGISTER])?;
    match contact {
        Some(number) => {
            insert(tx, by, elder, REGISTER, (&number, file.contact_name.as_deref().unwrap_or_default(), "紧急联系人"))
        }
        None => Ok(()),
    }
}
