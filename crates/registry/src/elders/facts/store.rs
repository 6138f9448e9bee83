//! Current facts in the database.

use super::{Fact, Facts};
use crate::elders::store::touch;
use db::{Tx, Value, params};
use kernel::ElderId;

/// The columns of [`Facts`], in its order; the table of elders has none of these names.
pub(in crate::elders) const COLUMNS: &str =
    "ability_level, ability_until, ltci_level, ltci_until, entitled_from, entitled_until, contract_from,
     contract_until, checkup_on, managed_on, tcm_on, benefit_month, hospital_since";

/// Sets a fact; the column copy follows.
///
/// # Errors
/// What the engine says.
pub fn set(tx: &mut Tx<'_>, elder: ElderId, fact: Fact) -> db::Result<()> {
    match fact {
        Fact::AbilityLevel { level, until } => pair(tx, elder, "ability_level", "ability_until", level, until),
        Fact::LtciLevel { level, until } => pair(tx, elder, "ltci_level", "ltci_until", level, until),
        Fact::Entitled { from, until } => pair(tx, elder, "entitled_from", "entitled_until", from, until),
        Fact::Contract { from, until } => pair(tx, elder, "contract_from", "contract_until", from, until),
        Fact::CheckupOn(on) => one(tx, elder, "checkup_on", on),
        Fact::ManagedOn(on) => one(tx, elder, "managed_on", on),
        Fact::TcmOn(on) => one(tx, elder, "tcm_on", on),
        Fact::BenefitMonth(month) => one(tx, elder, "benefit_month", month),
        Fact::HospitalSince(on) => one(tx, elder, "hospital_since", on),
    }?;
    touch(tx, elder)
}

fn one<'v>(tx: &mut Tx<'_>, elder: ElderId, column: &str, value: impl Into<Value<'v>>) -> db::Result<()> {
    let sql = format!(
        "insert into elder_facts (elder_id, {column}) values ($1, $2)
         on conflict (elder_id) do update set {column} = excluded.{column}"
    );
    tx.exec(&sql, &[elder.into(), value.into()])?;
    Ok(())
}

fn pair<'v>(
    tx: &mut Tx<'_>,
    elder: ElderId,
    a: &str,
    b: &str,
    first: impl Into<Value<'v>>,
    second: impl Into<Value<'v>>,
) -> db::Result<()> {
    let sql = format!(
        "insert into elder_facts (elder_id, {a}, {b}) values ($1, $2, $3)
         on conflict (elder_id) do update set {a} = excluded.{a}, {b} = excluded.{b}"
    );
    tx.exec(&sql, &[elder.into(), first.into(), second.into()])?;
    Ok(())
}

/// The current facts of an elder; all empty when nothing was ever set. Ask [`crate::elders::store::visible`] first.
///
/// # Errors
/// What the engine says.
pub fn of(tx: &mut Tx<'_>, elder: ElderId) -> db::Result<Facts> {
    let sql = format!("select {COLUMNS} from elder_facts where elder_id = $1");
    Ok(tx.query_opt(&sql, params![elder], |row| take(&mut row.columns()))?.unwrap_or_default())
}

/// Takes [`COLUMNS`] from a row.
pub(in crate::elders) fn take(c: &mut db::value::Columns<'_>) -> db::Result<Facts> {
    Ok(Facts {
        ability_level: c.take()?,
        ability_until: c.take()?,
        ltci_level: c.take()?,
        ltci_until: c.take()?,
        entitled_from: c.take()?,
        entitled_until: c.take()?,
        contract_from: c.take()?,
        contract_until: c.take()?,
        checkup_on: c.take()?,
        managed_on: c.take()?,
        tcm_on: c.take()?,
        benefit_month: c.take()?,
        hospital_since: c.take()?,
    })
}

/// Replaces all facts of an elder: merging and its undoing only.
pub(in crate::elders) fn replace(tx: &mut Tx<'_>, elder: ElderId, f: &Facts) -> db::Result<()> {
    tx.exec("delete from elder_facts where elder_id = $1", params![elder])?;
    if *f != Facts::default() {
        let sql = format!(
            "insert into elder_facts (elder_id, {COLUMNS})
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"
        );
        let values = params![
            elder,
            f.ability_level,
            f.ability_until,
            f.ltci_level,
            f.ltci_until,
            f.entitled_from,
            f.entitled_until,
            f.contract_from,
            f.contract_until,
            f.checkup_on,
            f.managed_on,
            f.tcm_on,
            f.benefit_month,
            f.hospital_since,
        ];
        tx.exec(&sql, values)?;
    }
    touch(tx, elder)
}
