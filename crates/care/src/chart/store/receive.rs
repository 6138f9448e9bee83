//! Items that come from another system: what it wrote stays beside what we know, and it is asked for nothing that it cannot know.

use super::super::model::{self, Item, Kind, NewItem, State};
use super::{COLUMNS, Past, all, audit, close, insert, item, no_more_without};
use crate::subject;
use db::{Actor, Tx, params};
use kernel::{ChartItemId, ElderId};
use serde_json::Value as Resource;
use web::Error;

/// An item as another system tells it, with its own resource.
#[derive(Clone, Debug, PartialEq)]
pub struct Received {
    /// What it says.
    pub new: NewItem,
    /// Whether and how it ended.
    pub past: Past,
    /// As it came.
    pub resource: Resource,
}

impl Received {
    fn state(&self) -> State {
        self.past.state.unwrap_or(State::Active)
    }
}

/// Writes down what another system told. Answers the item and whether it is new: what stands in the record already is not
/// written twice.
///
/// # Errors
/// The field that cannot be true, CH-02, or what the store says.
pub fn receive(tx: &mut Tx<'_>, by: &Actor, one: &Received) -> Result<(ChartItemId, bool), Error> {
    let subject = subject::store::find(tx, by, one.new.elder)?;
    let new = one.new.clone().resolved();
    if let Some((field, label, why)) = new.fault(&subject, by.today()) {
        return Err(Error::field(field, label, why));
    }
    let standing = all(tx, new.elder)?;
    if one.state() == State::Active {
        if let Some(known) = standing.iter().find(|known| same(known, &new)) {
            return Ok((known.id, false));
        }
        let reasons = model::against(&new, &standing);
        if !reasons.is_empty() {
            return Err(Error::Refused(reasons));
        }
        no_more_without(tx, by, &new, &standing)?;
    }
    let id = insert(tx, by, &new, &one.past, Some(&one.resource))?;
    if new.kind == Kind::Condition && one.state() == State::Active {
        crate::followups::store::diagnosed(tx, by, &subject, &new.code)?;
    }
    audit(tx, by, &new, id, "接收")?;
    Ok((id, true))
}

/// Whether an item that stands says the same: for what lasts the thing itself, for a moment its day and value too.
fn same(known: &Item, new: &NewItem) -> bool {
    let facts = &known.facts;
    let coded = !new.code.is_empty() && facts.code == new.code;
    let thing = facts.kind == new.kind && (facts.name == new.name || coded);
    let moment = facts.began_on == new.began_on && facts.value == new.value && facts.second == new.second;
    let told = facts.value.is_some() || facts.detail == new.detail;
    let lasts = new.kind.lasts() && new.kind != Kind::Lifestyle;
    known.active() && thing && (lasts || (moment && told))
}

/// Writes down that another system tells an item of its own otherwise: an end or a mistake closes it, anything else takes its
/// place. Answers the item that stands for it now.
///
/// # Errors
/// As [`receive`]; [`Error::Conflict`] when the item was marked as wrong here.
pub fn revise(
    tx: &mut Tx<'_>,
    by: &Actor,
    (elder, id): (ElderId, ChartItemId),
    one: &Received,
) -> Result<ChartItemId, Error> {
    let sql = format!("select {COLUMNS} from chart_items c where c.elder_id = $1 and c.id = $2");
    let old = tx.query_one(&sql, params![elder, id], item)?;
    let on = one.past.ended_on.unwrap_or_else(|| by.today()).max(old.facts.began_on);
    if old.state == State::Error {
        return Err(Error::Conflict(format!("CH-04 “{}”已在本平台作废，不再更新", old.facts.name)));
    }
    if says_the_same(&old.facts, &one.new.clone().resolved()) {
        match one.state() {
            next if next == old.state => return Ok(id),
            State::Active => {}
            next => {
                close(tx, by, &old, (next, on, &one.past.reason))?;
                audit(tx, by, &old.facts, id, next.name())?;
                return Ok(id);
            }
        }
    }
    close(tx, by, &old, (State::Error, by.today(), "对接单位更正"))?;
    Ok(receive(tx, by, one)?.0)
}

fn says_the_same(old: &NewItem, new: &NewItem) -> bool {
    (old.kind, &old.code, &old.name, old.began_on, old.severe, old.value, old.second, &old.detail)
        == (new.kind, &new.code, &new.name, new.began_on, new.severe, new.value, new.second, &new.detail)
}
