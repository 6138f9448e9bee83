//! Lists of home sickbeds, always within the actor's sight.

use crate::sickbeds::model::{Condition as Group, Key, State};
use db::{Actor, Condition, Result, Row, Tx};
use kernel::{Date, InstitutionId};

/// What a list is narrowed to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter {
    /// In this state.
    pub state: Option<State>,
    /// Of this institution.
    pub institution: Option<InstitutionId>,
    /// Open, with a round that should have been made before this day.
    pub round_before: Option<Date>,
    /// Open, with a cycle that is over before this day.
    pub over_before: Option<Date>,
    /// Applied for before this day.
    pub asked_before: Option<Date>,
}

/// A row of a list.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Key.
    pub key: Key,
    /// Name of the elder.
    pub name: String,
    /// Date of birth.
    pub born: Date,
    /// Name of the institution.
    pub institution: String,
    /// The doctor.
    pub doctor: String,
    /// The group of conditions.
    pub condition: Group,
    /// The diagnosis.
    pub diagnosis: String,
    /// Where it stands.
    pub state: State,
    /// When it was applied for.
    pub asked_on: Date,
    /// First day.
    pub opened_on: Option<Date>,
    /// The first day after the cycle.
    pub until: Option<Date>,
    /// When the next round is due.
    pub round_on: Option<Date>,
}

const FROM: &str =
    "from sickbeds b join elders e on e.id = b.elder_id join institutions i on i.id = b.institution_id where";
const ROUND: &str = "(select min(r.due_on) from sickbed_rounds r where r.elder_id = b.elder_id and r.sickbed_id = b.id and r.state = 'planned')";

fn condition(by: &Actor, f: &Filter) -> Condition {
    let mut all = Condition::new(by.scope.elders("e.area", "e.id", 1));
    all.with_some("b.state = ?", f.state).with_some("b.institution_id = ?", f.institution);
    all.with_some(&format!("b.state = 'open' and {ROUND} < ?"), f.round_before);
    all.with_some("b.state = 'open' and b.until_on < ?", f.over_before);
    all.with_some("b.asked_on < ?", f.asked_before);
    all
}

/// A page of home sickbeds: the open ones with the most urgent round first, then what waits, then the newest.
///
/// # Errors
/// What the engine says.
pub fn list(tx: &mut Tx<'_>, by: &Actor, filter: &Filter, limit: i64, offset: i64) -> Result<Vec<Listed>> {
    let mut all = condition(by, filter);
    let (page, condition) = (all.page(limit, offset), &all.sql);
    let sql = format!(
        "select b.elder_id, b.id, e.name, e.born, i.name, b.doctor_name, b.condition, b.diagnosis, b.state, b.asked_on,
           b.opened_on, b.until_on, {ROUND} as round_on
         {FROM} {condition}
         order by case b.state when 'applied' then 0 when 'accepted' then 1 when 'agreed' then 1 when 'open' then 2 else 3 end,
           case when b.state = 'open' then {ROUND} end, b.asked_on desc, b.id desc {page}"
    );
    tx.query(&sql, &all.values, listed)
}

fn listed(row: &Row<'_>) -> Result<Listed> {
    let mut c = row.columns();
    Ok(Listed {
        key: Key { elder: c.take()?, id: c.take()? },
        name: c.take()?,
        born: c.take()?,
        institution: c.take()?,
        doctor: c.take()?,
        condition: c.take()?,
        diagnosis: c.take()?,
        state: c.take()?,
        asked_on: c.take()?,
        opened_on: c.take()?,
        until: c.take()?,
        round_on: c.take()?,
    })
}

/// How many there are of them.
///
/// # Errors
/// What the engine says.
pub fn count(tx: &mut Tx<'_>, by: &Actor, filter: &Filter) -> Result<i64> {
    let all = condition(by, filter);
    tx.count(&format!("select count(*) {FROM} {}", all.sql), &all.values)
}
