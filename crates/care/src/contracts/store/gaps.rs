//! Elders who have no contract: counted by night for the home page, and who of them is not to be asked now.

use crate::contracts::candidates::{Person, Priorities};
use chrono::Months;
use db::{Actor, Result, Tx, Value};
use kernel::area::Level;
use kernel::{Area, Date, ElderId};
use policy::Library;
use registry::elders::Chronic;
use std::collections::{BTreeMap, HashSet};

/// Elders with a draft that waits for its signature, or who declined and are not to be asked again yet.
///
/// # Errors
/// What the engine says.
pub fn resting(tx: &mut Tx<'_>, by: &Actor) -> Result<HashSet<ElderId>> {
    let (scope, mut values) = by.scope.elders("e.area", "e.id", 2);
    values.insert(0, by.today().into());
    let sql = format!(
        "select c.elder_id from contracts c join elders e on e.id = c.elder_id
         where (c.state = 'draft' or (c.state = 'declined' and (c.ask_again_on is null or c.ask_again_on > $1)))
           and cast($1 as text) is not null and {scope}"
    );
    Ok(tx.query(&sql, &values, |row| row.get(0))?.into_iter().collect())
}

/// Elders without a contract, by area.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gap {
    /// How many.
    pub unsigned: i64,
    /// How many of them come first.
    pub priority: i64,
}

/// Counts the elders without a contract, for all areas within the actor's sight that have documents on contracts. Only reads:
/// a large register takes seconds, and nobody should wait for it to write.
///
/// # Errors
/// What the engine says.
pub fn count(tx: &mut Tx<'_>, by: &Actor, library: &Library) -> Result<BTreeMap<Area, Gap>> {
    let (on, resting) = (by.today(), resting(tx, by)?);
    let (mut gaps, mut priorities) = (BTreeMap::<Area, Gap>::new(), Priorities::new(library, on));
    for county in counties(tx, by)? {
        let Some(age) = library.parameter("contract_age", county, on) else { continue };
        let Some(born) = u32::try_from(age.value * 12).ok().and_then(|m| on.checked_sub_months(Months::new(m))) else {
            continue;
        };
        unsigned(tx, by, (county, born), |elder, area, person| {
            if !resting.contains(&elder) {
                let gap = gaps.entry(area).or_default();
                gap.unsigned += 1;
                gap.priority += i64::from(priorities.of(county, person).first);
            }
        })?;
    }
    Ok(gaps)
}

/// Keeps what was counted.
///
/// # Errors
/// What the engine says.
pub fn keep(tx: &mut Tx<'_>, by: &Actor, gaps: BTreeMap<Area, Gap>) -> Result<()> {
    let (low, high) = by.scope.area.bounds();
    tx.exec("delete from contract_gaps where area between $1 and $2", db::params![low, high])?;
    let rows =
        gaps.into_iter().map(|(area, g)| vec![area.into(), g.unsigned.into(), g.priority.into(), by.today().into()]);
    tx.insert_many("contract_gaps (area, unsigned, priority, on_date)", 4, rows)?;
    Ok(())
}

fn counties(tx: &mut Tx<'_>, by: &Actor) -> Result<Vec<Area>> {
    let (low, high) = by.scope.area.bounds();
    let sql = "select distinct substr(area, 1, 6) from elders where area between $1 and $2 order by 1";
    let found: Vec<Area> = tx.query(sql, db::params![low, high], |row| row.get(0))?;
    Ok(found.into_iter().map(|area| area.up_to(Level::County)).collect())
}

/// Elders of a county who were born by the day, live there, and have no contract.
fn unsigned(
    tx: &mut Tx<'_>,
    by: &Actor,
    (county, born): (Area, Date),
    mut each: impl FnMut(ElderId, Area, Person),
) -> Result<()> {
    let (low, high) = county.bounds();
    let sql = "select e.id, e.area, e.born, e.seriously_ill, e.special_family, e.handicapped, e.chronic,
                 case when f.ability_until is null or f.ability_until > $1 then f.ability_level end,
                 case when f.ltci_until is null or f.ltci_until > $1 then f.ltci_level end
               from elders e left join elder_facts f on f.elder_id = e.id
               where e.area between $2 and $3 and e.born <= $4 and e.status = 'alive' and e.merged_into is null
                 and coalesce(e.resident, 1) = 1
                 and (f.contract_from is null or f.contract_until <= $1)";
    let values: [Value<'_>; 4] = [by.today().into(), low.into(), high.into(), born.into()];
    tx.each(sql, &values, |row| {
        let mut c = row.columns();
        let (elder, area, born) = (c.take()?, c.take()?, c.take()?);
        let [ill, special, handicapped]: [Option<bool>; 3] = [c.take()?, c.take()?, c.take()?];
        let chronic = Chronic::split(&c.take::<Option<String>>()?.unwrap_or_default());
        let level = c.take::<Option<i64>>()?.max(c.take()?).unwrap_or_default();
        let person = Person {
            age: kernel::time::age_on(born, by.today()),
            level,
            seriously_ill: ill == Some(true),
            special_family: special == Some(true),
            handicapped: handicapped == Some(true),
            chronic: chronic.iter().fold(0, |bits, one| bits | one.bit()),
        };
        each(elder, area, person);
        Ok(())
    })
}

/// What was counted within the actor's area, and on which day.
///
/// # Errors
/// What the engine says.
pub fn counted(tx: &mut Tx<'_>, by: &Actor) -> Result<Option<(Gap, Date)>> {
    let (low, high) = by.scope.area.bounds();
    let sql = "select cast(sum(unsigned) as bigint), cast(sum(priority) as bigint), max(on_date) from contract_gaps
               where area between $1 and $2";
    let (unsigned, priority, on): (Option<i64>, Option<i64>, Option<Date>) =
        tx.query_one(sql, db::params![low, high], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok(on.map(|on| (Gap { unsigned: unsigned.unwrap_or_default(), priority: priority.unwrap_or_default() }, on)))
}
