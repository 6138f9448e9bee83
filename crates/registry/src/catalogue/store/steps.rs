//! Entering, changing, pricing and reviewing.

use super::super::model::{Event, Item, NewItem, Provider, State, against, paper};
use super::{COLUMNS, FROM, find, item};
use crate::elders::pinyin;
use crate::{areas, institutions};
use db::audit::Entry;
use db::{Actor, Tx, params};
use kernel::{CatalogueId, Fen, text};
use policy::Library;
use web::Error;

/// Keeps the fields as they are compared and searched.
fn tidied(mut new: NewItem) -> NewItem {
    for field in [&mut new.name, &mut new.phone, &mut new.paper, &mut new.unit] {
        *field = text::clean(field);
    }
    new.what = text::prose(&new.what);
    if let Provider::Other { name, credit_code } = &mut new.provider {
        *name = text::clean(name);
        *credit_code = text::clean(credit_code).to_ascii_uppercase();
    }
    new
}

/// Whether the actor may write for the provider, and the fields are right.
fn accept(tx: &mut Tx<'_>, by: &Actor, new: &NewItem) -> Result<(), Error> {
    let faults = new.faults();
    if !faults.is_empty() {
        return Err(Error::Invalid(faults));
    }
    own(by, &new.provider)?;
    if let Provider::Institution(id) = new.provider {
        institutions::store::find(tx, by, id)?;
    }
    if !by.scope.area.contains(new.area) || !areas::store::exists(tx, new.area)? {
        return Err(Error::field("area", "服务区划", "应在您的辖区内，并且在区划表中"));
    }
    Ok(())
}

fn own(by: &Actor, provider: &Provider) -> Result<(), Error> {
    let other = by.institution.is_some_and(|own| *provider != Provider::Institution(own));
    if other { Err(Error::refused("CA-09", "您只能登记和修改本机构的产品与服务")) } else { Ok(()) }
}

/// Writes a draft.
///
/// # Errors
/// [`Error::Invalid`] with the fields, CA-09 for another institution.
pub fn create(tx: &mut Tx<'_>, by: &Actor, new: NewItem) -> Result<CatalogueId, Error> {
    let new = tidied(new);
    accept(tx, by, &new)?;
    let id = CatalogueId::new(by.now, tx.chance());
    insert(tx, by, id, &new)?;
    if let Some(price) = new.price {
        keep_price(tx, by, id, (price, &new.unit, ""))?;
    }
    note(tx, by, (id, &new.name), ("登记", ""))?;
    Ok(id)
}

fn insert(tx: &mut Tx<'_>, by: &Actor, id: CatalogueId, new: &NewItem) -> db::Result<()> {
    let (initials, reading) = pinyin::reading(&new.name);
    let (institution, provider, credit) = parts(&new.provider);
    tx.exec(
        "insert into catalogue_items (id, kind, name, initials, reading, what, institution_id, provider, credit_code, phone,
           paper, area, price, unit, valid_from, valid_until, state, reason, made_by, made_account, reviewed_by, version,
           created_at, changed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 'draft', '', $17, $18, '', 1, $19, $19)",
        params![
            id,
            new.kind,
            &new.name,
            initials,
            reading,
            &new.what,
            institution,
            provider,
            credit,
            &new.phone,
            &new.paper,
            new.area,
            new.price,
            &new.unit,
            new.from,
            new.until,
            &by.name,
            by.account,
            by.now
        ],
    )?;
    Ok(())
}

/// Identity of the institution, name and credit number of another provider.
fn parts(provider: &Provider) -> (Option<kernel::InstitutionId>, &str, &str) {
    match provider {
        Provider::Institution(id) => (Some(*id), "", ""),
        Provider::Other { name, credit_code } => (None, name, credit_code),
    }
}

fn keep_price(
    tx: &mut Tx<'_>,
    by: &Actor,
    item: CatalogueId,
    (price, unit, reason): (Fen, &str, &str),
) -> db::Result<()> {
    let id = CatalogueId::new(by.now, tx.chance());
    tx.exec(
        "insert into catalogue_prices (item_id, id, price, unit, reason, set_by, set_at) values ($1, $2, $3, $4, $5, $6, $7)",
        params![item, id, price, unit, reason, &by.name, by.now],
    )?;
    Ok(())
}

fn note(
    tx: &mut Tx<'_>,
    by: &Actor,
    (item, name): (CatalogueId, &str),
    (event, words): (&str, &str),
) -> db::Result<()> {
    let id = CatalogueId::new(by.now, tx.chance());
    tx.exec(
        "insert into catalogue_events (item_id, id, event, note, done_by, done_at) values ($1, $2, $3, $4, $5, $6)",
        params![item, id, event, words, &by.name, by.now],
    )?;
    let detail = if words.is_empty() { event.to_owned() } else { format!("{event}：{words}") };
    tx.audit(by, Entry { action: "catalogue.write", subject: name.to_owned(), detail, ..Entry::default() })
}

fn changed(written: u64) -> Result<(), Error> {
    let text = "这个条目刚由别人改过，或已不在可以这样办的状态，请看过再办";
    if written == 0 { Err(Error::Conflict(text.into())) } else { Ok(()) }
}

/// An item that the actor may change.
fn to_change(tx: &mut Tx<'_>, by: &Actor, id: CatalogueId) -> Result<Item, Error> {
    let old = find(tx, by, id)?;
    // What is published above one's area can be read there, but is somebody else's.
    if !by.scope.area.contains(old.facts.area) {
        return Err(Error::NotFound);
    }
    Ok(old)
}

/// Changes a draft. A price that changes is kept beside the old one.
///
/// # Errors
/// [`Error::Invalid`] with the fields, CA-09, [`Error::Conflict`] when it is no draft or was changed meanwhile.
pub fn update(tx: &mut Tx<'_>, by: &Actor, id: CatalogueId, version: i64, new: NewItem) -> Result<(), Error> {
    let (old, new) = (to_change(tx, by, id)?, tidied(new));
    own(by, &old.facts.provider)?;
    accept(tx, by, &new)?;
    let (initials, reading) = pinyin::reading(&new.name);
    let (institution, provider, credit) = parts(&new.provider);
    let written = tx.exec(
        "update catalogue_items set kind = $2, name = $3, initials = $4, reading = $5, what = $6, institution_id = $7,
           provider = $8, credit_code = $9, phone = $10, paper = $11, area = $12, price = $13, unit = $14, valid_from = $15,
           valid_until = $16, version = version + 1, changed_at = $17
         where id = $1 and state = 'draft' and version = $18",
        params![
            id,
            new.kind,
            &new.name,
            initials,
            reading,
            &new.what,
            institution,
            provider,
            credit,
            &new.phone,
            &new.paper,
            new.area,
            new.price,
            &new.unit,
            new.from,
            new.until,
            by.now,
            version
        ],
    )?;
    changed(written)?;
    if let Some(price) = new.price.filter(|price| (Some(*price), &new.unit) != (old.facts.price, &old.facts.unit)) {
        keep_price(tx, by, id, (price, &new.unit, "修改草稿"))?;
    }
    Ok(note(tx, by, (id, &new.name), ("修改", ""))?)
}

/// Sets a new price; the old one stays in the history.
///
/// # Errors
/// CA-09, [`Error::Invalid`] without a reason or with the same price, [`Error::Conflict`] when it was changed meanwhile.
pub fn price(
    tx: &mut Tx<'_>,
    by: &Actor,
    id: CatalogueId,
    version: i64,
    (price, reason): (Fen, &str),
) -> Result<(), Error> {
    let old = to_change(tx, by, id)?;
    own(by, &old.facts.provider)?;
    let reason: String = text::clean(reason).chars().take(100).collect();
    if reason.is_empty() {
        return Err(Error::field("reason", "调价原因", "没有填写"));
    }
    if price < Fen::ZERO || old.facts.price == Some(price) {
        return Err(Error::field("price", "新价格", "应与现价不同，且不是负数"));
    }
    let written = tx.exec(
        "update catalogue_items set price = $2, version = version + 1, changed_at = $3
         where id = $1 and version = $4 and state <> 'withdrawn'",
        params![id, price, by.now, version],
    )?;
    changed(written)?;
    keep_price(tx, by, id, (price, &old.facts.unit, &reason))?;
    let words = format!("{price} 元／{}，{reason}", old.facts.unit);
    Ok(note(tx, by, (id, &old.facts.name), ("调价", &words))?)
}

/// Takes an item a step on: hands it in, reviews it, suspends it, lets it go on, withdraws it.
///
/// # Errors
/// [`Error::Refused`] with the numbered reasons, [`Error::Invalid`] without the words that the step needs, [`Error::Conflict`]
/// when it is in another state.
pub fn step(
    tx: &mut Tx<'_>,
    by: &Actor,
    library: &Library,
    (id, version): (CatalogueId, i64),
    (event, words): (Event, &str),
) -> Result<(), Error> {
    let old = to_change(tx, by, id)?;
    own_or_reviewer(by, &old, event)?;
    let words: String = text::clean(words).chars().take(200).collect();
    if event.wants_reason() && words.is_empty() {
        return Err(Error::field("words", "原因", "没有填写"));
    }
    let next = old.state.after(event).filter(|_| old.version == version);
    let Some(next) = next else { return changed(0) };
    if event.shows() {
        ready(tx, by, library, &old)?;
    }
    write(tx, by, &old, (event, next), &words)?;
    Ok(note(tx, by, (id, &old.facts.name), (event.name(), &words))?)
}

/// Providers take their own steps; a review is another person's than the one who wrote it.
fn own_or_reviewer(by: &Actor, old: &Item, event: Event) -> Result<(), Error> {
    if matches!(event, Event::Submit | Event::Withdraw) {
        return own(by, &old.facts.provider);
    }
    if event == Event::Publish && old.made_account.is_some() && old.made_account == by.account {
        return Err(Error::refused("CA-08", "登记人不能审核自己登记的条目，请由另一位监管人员审核"));
    }
    Ok(())
}

fn ready(tx: &mut Tx<'_>, by: &Actor, library: &Library, old: &Item) -> Result<(), Error> {
    let needed = paper(library, old.facts.kind, old.facts.area, by.today());
    let twin = twin(tx, old)?.map(|twin| format!("{} 上架", kernel::time::date_of(twin.changed_at)));
    let reasons = against(old, needed.as_deref(), twin.as_deref(), by.today());
    if reasons.is_empty() { Ok(()) } else { Err(Error::Refused(reasons)) }
}

/// The same of the same provider in the same area that is published already.
fn twin(tx: &mut Tx<'_>, old: &Item) -> db::Result<Option<Item>> {
    let sql = format!(
        "select {COLUMNS} {FROM} where c.id <> $1 and c.state = 'published' and c.kind = $2 and c.name = $3 and c.unit = $4
           and c.area = $5 and coalesce(i.credit_code, c.credit_code) = $6"
    );
    let facts = &old.facts;
    let values = params![old.id, facts.kind, &facts.name, &facts.unit, facts.area, &old.credit_code];
    tx.query_opt(&sql, values, item)
}

fn write(tx: &mut Tx<'_>, by: &Actor, old: &Item, (event, next): (Event, State), words: &str) -> Result<(), Error> {
    let reviewed = matches!(event, Event::Publish | Event::Return | Event::Suspend | Event::Resume);
    let (reviewer, at) =
        if reviewed { (by.name.as_str(), Some(by.now)) } else { (old.reviewed_by.as_str(), old.reviewed_at) };
    let written = tx.exec(
        "update catalogue_items set state = $2, reason = $3, reviewed_by = $4, reviewed_at = $5, version = version + 1,
           changed_at = $6 where id = $1 and version = $7",
        params![old.id, next, words, reviewer, at, by.now, old.version],
    )?;
    changed(written)
}
