//! The catalogue in the database.

pub mod steps;

use super::model::{Happened, Item, Kind, NewItem, Price, Provider, State};
use crate::institutions::store::like;
use db::{Actor, Condition, Result, Row, Tx, Value, params};
use kernel::area::Level;
use kernel::{Area, CatalogueId, Date, Fen, InstitutionId};

pub use steps::{create, price, step, update};

const COLUMNS: &str = "c.id, c.kind, c.name, c.what, c.institution_id, c.provider, c.credit_code, coalesce(i.name, c.provider),
     coalesce(i.credit_code, c.credit_code), i.licence_until, c.phone, c.paper, c.area, c.price, c.unit, c.valid_from,
     c.valid_until, c.state, c.reason, c.made_by, c.made_account, c.reviewed_by, c.reviewed_at, c.version, c.changed_at";
const FROM: &str = "from catalogue_items c left join institutions i on i.id = c.institution_id";

fn item(row: &Row<'_>) -> Result<Item> {
    let mut c = row.columns();
    let (id, kind, name, what) = (c.take()?, c.take()?, c.take()?, c.take()?);
    let institution: Option<InstitutionId> = c.take()?;
    let other = Provider::Other { name: c.take()?, credit_code: c.take()? };
    let (provider_name, credit_code, licence_until) = (c.take()?, c.take()?, c.take()?);
    let facts = NewItem {
        kind,
        name,
        what,
        provider: institution.map_or(other, Provider::Institution),
        phone: c.take()?,
        paper: c.take()?,
        area: c.take()?,
        price: c.take()?,
        unit: c.take()?,
        from: c.take()?,
        until: c.take()?,
    };
    Ok(Item {
        id,
        facts,
        provider_name,
        credit_code,
        licence_until,
        state: c.take()?,
        reason: c.take()?,
        made_by: c.take()?,
        made_account: c.take()?,
        reviewed_by: c.take()?,
        reviewed_at: c.take()?,
        version: c.take()?,
        changed_at: c.take()?,
    })
}

/// The areas that lie above one, itself first.
fn above(area: Area) -> Vec<Area> {
    let levels = [Level::Town, Level::County, Level::City, Level::Province, Level::Country];
    let mut all = vec![area];
    all.extend(levels.map(|level| area.up_to(level)));
    all.dedup();
    all
}

/// What an actor sees: what is published in their area or in what lies above it, what their own institution entered, and, for
/// those who work for the area itself, everything of the area.
fn seen(by: &Actor) -> Condition {
    let (low, high) = by.scope.area.bounds();
    let mut values: Vec<Value<'static>> = vec![low.into(), high.into()];
    let above = db::value::list(&mut values, above(by.scope.area));
    let own = match by.institution {
        Some(own) => {
            values.push(own.into());
            format!("(c.institution_id = ${0} and c.area between $1 and $2)", values.len())
        }
        None => "c.area between $1 and $2".to_owned(),
    };
    let shown = format!("(c.state = 'published' and (c.area between $1 and $2 or c.area in ({above})))");
    Condition::new((format!("({shown} or {own})"), values))
}

/// An item within sight.
///
/// # Errors
/// [`db::Error::NotFound`], or what the engine says.
pub fn find(tx: &mut Tx<'_>, by: &Actor, id: CatalogueId) -> Result<Item> {
    let mut all = seen(by);
    all.with("c.id = ?", id);
    tx.query_one(&format!("select {COLUMNS} {FROM} where {}", all.sql), &all.values, item)
}

/// What a list is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Words of name, description or provider, or the beginning of the name as it is typed in pinyin.
    pub words: String,
    /// Of this kind.
    pub kind: Option<Kind>,
    /// In this state.
    pub state: Option<State>,
    /// To be had in this area: offered in it, under it, or above it.
    pub area: Option<Area>,
    /// At least so dear.
    pub least: Option<Fen>,
    /// At most so dear.
    pub most: Option<Fen>,
    /// Running on this day.
    pub on: Option<Date>,
    /// Published, and ending on this day or before.
    pub ending_by: Option<Date>,
}

fn condition(by: &Actor, filter: &Filter) -> Condition {
    let mut all = seen(by);
    all.with_some("c.kind = ?", filter.kind).with_some("c.state = ?", filter.state);
    all.with_some("c.price >= ?", filter.least).with_some("c.price <= ?", filter.most);
    all.with_some("(c.valid_from <= ? and coalesce(c.valid_until, ?) >= ?)", filter.on);
    all.with_some("(c.state = 'published' and c.valid_until <= ?)", filter.ending_by);
    if let Some(area) = filter.area {
        let (low, high) = area.bounds();
        let first = all.values.len() + 1;
        all.values.extend([low.into(), high.into()]);
        let places = db::value::list(&mut all.values, above(area));
        all.and(&format!("(c.area between ${first} and ${} or c.area in ({places}))", first + 1));
    }
    for word in filter.words.split_whitespace().take(5) {
        let latin = word.to_ascii_lowercase();
        let text = like(word);
        all.values.extend([text.into(), like(&latin).trim_start_matches('%').to_owned().into()]);
        let (text, latin) = (all.values.len() - 1, all.values.len());
        all.and(&format!(
            "(c.name like ${text} escape '!' or c.what like ${text} escape '!' or coalesce(i.name, c.provider) like ${text} escape '!'
              or c.initials like ${latin} escape '!' or c.reading like ${latin} escape '!')"
        ));
    }
    all
}

/// Items within sight, cheapest first within their kind; those without a price at the end.
///
/// # Errors
/// What the engine says.
pub fn list(tx: &mut Tx<'_>, by: &Actor, filter: &Filter, limit: i64, offset: i64) -> Result<Vec<Item>> {
    let mut all = condition(by, filter);
    let page = all.page(limit, offset);
    let order = "order by c.kind, case when c.price is null then 1 else 0 end, c.price, c.name, c.id";
    tx.query(&format!("select {COLUMNS} {FROM} where {} {order} {page}", all.sql), &all.values, item)
}

/// How many there are of them.
///
/// # Errors
/// What the engine says.
pub fn count(tx: &mut Tx<'_>, by: &Actor, filter: &Filter) -> Result<i64> {
    let all = condition(by, filter);
    tx.count(&format!("select count(*) {FROM} where {}", all.sql), &all.values)
}

/// The prices of an item, newest first. Whoever asks has seen the item.
///
/// # Errors
/// What the engine says.
pub fn prices(tx: &mut Tx<'_>, id: CatalogueId) -> Result<Vec<Price>> {
    let sql = "select price, unit, reason, set_by, set_at from catalogue_prices where item_id = $1 order by id desc";
    tx.query(sql, params![id], |row| {
        let mut c = row.columns();
        Ok(Price { price: c.take()?, unit: c.take()?, reason: c.take()?, by: c.take()?, at: c.take()? })
    })
}

/// What happened to an item, newest first. Whoever asks has seen the item.
///
/// # Errors
/// What the engine says.
pub fn events(tx: &mut Tx<'_>, id: CatalogueId) -> Result<Vec<Happened>> {
    let sql = "select event, note, done_by, done_at from catalogue_events where item_id = $1 order by id desc";
    tx.query(sql, params![id], |row| {
        let mut c = row.columns();
        Ok(Happened { event: c.take()?, note: c.take()?, by: c.take()?, at: c.take()? })
    })
}
