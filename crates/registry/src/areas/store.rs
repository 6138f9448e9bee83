//! The table of areas.

use super::model::{AreaKind, AreaRow, LABELS, NewArea, above, check};
use crate::saved::{self, FieldChange, Refused, Saved, changes, put_back};
use db::audit::Entry;
use db::{Actor, Result, Row, Tx, params};
use kernel::Area;
use kernel::area::Level;
use std::collections::{HashMap, HashSet};

const COLUMNS: &str = "code, name, kind, parent, lon, lat";

fn read(row: &Row<'_>) -> Result<AreaRow> {
    let mut c = row.columns();
    Ok(AreaRow { code: c.take()?, name: c.take()?, kind: c.take()?, parent: c.take()?, lon: c.take()?, lat: c.take()? })
}

fn lookup(tx: &mut Tx<'_>, code: Area) -> Result<Option<AreaRow>> {
    tx.query_opt(&format!("select {COLUMNS} from areas where code = $1"), params![code], read)
}

/// An area by its code. Areas are public knowledge and not scoped.
///
/// # Errors
/// [`db::Error::NotFound`], or what the engine says.
pub fn find(tx: &mut Tx<'_>, code: Area) -> Result<AreaRow> {
    lookup(tx, code)?.ok_or(db::Error::NotFound)
}

/// Whether the platform knows the code.
///
/// # Errors
/// What the engine says.
pub fn exists(tx: &mut Tx<'_>, code: Area) -> Result<bool> {
    Ok(tx.count("select count(*) from areas where code = $1", params![code])? > 0)
}

/// The name of an area; its code if nobody named it.
///
/// # Errors
/// What the engine says.
pub fn name(tx: &mut Tx<'_>, code: Area) -> Result<String> {
    Ok(lookup(tx, code)?.map_or_else(|| if code == Area::COUNTRY { "全国".into() } else { code.short() }, |a| a.name))
}

/// The areas directly below one.
///
/// # Errors
/// What the engine says.
pub fn children(tx: &mut Tx<'_>, of: Area) -> Result<Vec<AreaRow>> {
    let sql = format!("select {COLUMNS} from areas where parent = $1 order by code");
    tx.query(&sql, params![of], read)
}

/// An area and all below it, in the order of codes.
///
/// # Errors
/// What the engine says.
pub fn all_under(tx: &mut Tx<'_>, top: Area) -> Result<Vec<AreaRow>> {
    let (low, high) = top.bounds();
    let sql = format!("select {COLUMNS} from areas where code between $1 and $2 order by code");
    tx.query(&sql, params![low, high], read)
}

pub(super) fn all_names(tx: &mut Tx<'_>) -> Result<HashMap<Area, String>> {
    let all = tx.query("select code, name from areas", &[], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(all.into_iter().collect())
}

/// Something that differs after every change: when the last one was, and how many areas there are of that moment.
pub(super) fn stamp(tx: &mut Tx<'_>) -> Result<(i64, i64)> {
    let last = tx.count("select max(changed_at) from areas", &[])?;
    Ok((last, tx.count("select count(*) from areas where changed_at = $1", params![last])?))
}

/// Saves an area under its code. What a list does not say (coordinates) stays as it was.
///
/// # Errors
/// [`Refused::Field`] for a wrong field, an area outside the actor's, or a missing area above.
pub fn save(tx: &mut Tx<'_>, by: &Actor, new: &NewArea) -> saved::Result<(Area, Saved)> {
    let new = NewArea { parent: new.parent.or(above(new.code)), ..new.clone() };
    if let Some(wrong) = check(&new).into_iter().next() {
        return Err(wrong.into());
    }
    if !by.scope.area.contains(new.code) {
        return Err(Refused::field("区划代码", format!("{} 不在您的辖区内", new.code)));
    }
    match lookup(tx, new.code)? {
        None => {
            parent_known(tx, &new)?;
            insert(tx, by, &new)?;
            Ok((new.code, Saved::Created))
        }
        Some(old) => {
            let whole = saved::fill_blanks(&new, &old)?;
            Ok((new.code, overwrite(tx, by, &old, &whole)?))
        }
    }
}

fn parent_known(tx: &mut Tx<'_>, new: &NewArea) -> saved::Result<()> {
    match new.parent {
        Some(parent) if parent != Area::COUNTRY && !exists(tx, parent)? => {
            Err(Refused::field("上级代码", format!("没有代码为 {} 的上级区划，请先导入上级", parent.short())))
        }
        _ => Ok(()),
    }
}

fn insert(tx: &mut Tx<'_>, by: &Actor, a: &NewArea) -> Result<()> {
    tx.exec(
        &format!("insert into areas ({COLUMNS}, changed_at) values ($1, $2, $3, $4, $5, $6, $7)"),
        params![a.code, &a.name, a.kind, a.parent, a.lon, a.lat, by.now],
    )
    .map(drop)
}

fn overwrite(tx: &mut Tx<'_>, by: &Actor, old: &AreaRow, new: &NewArea) -> saved::Result<Saved> {
    let changed = changes(old, new, LABELS);
    if !changed.is_empty() {
        parent_known(tx, new)?;
        let sql =
            "update areas set name = $2, kind = $3, parent = $4, lon = $5, lat = $6, changed_at = $7 where code = $1";
        tx.exec_one(sql, params![new.code, &new.name, new.kind, new.parent, new.lon, new.lat, by.now])?;
        tx.audit(by, Entry { action: "areas.write", subject: new.code.to_string(), ..Entry::default() })?;
    }
    Ok(Saved::of(changed))
}

/// Takes an area back that an import had created.
///
/// # Errors
/// [`Refused::Field`] while something still lies in it.
pub fn remove(tx: &mut Tx<'_>, by: &Actor, code: Area) -> saved::Result<()> {
    let (low, high) = code.bounds();
    let uses = [
        "select count(*) from (select 1 from areas where code between $1 and $2 limit 2) x",
        "select 1 + count(*) from (select 1 from institutions where area between $1 and $2 limit 1) x",
        "select 1 + count(*) from (select 1 from elders where area between $1 and $2 limit 1) x",
    ];
    for sql in uses {
        if tx.count(sql, params![&low, &high])? > 1 {
            return Err(Refused::field("区划代码", format!("{code} 之下还有区划、机构或老年人，不能撤回")));
        }
    }
    tx.exec_one("delete from areas where code = $1", params![code])?;
    tx.audit(by, Entry { action: "areas.remove", subject: code.to_string(), ..Entry::default() })?;
    Ok(())
}

/// Takes changes back that an import had made.
///
/// # Errors
/// [`Refused::Field`] when one of the fields was changed again in between.
pub fn restore(tx: &mut Tx<'_>, by: &Actor, code: Area, changes: &[FieldChange]) -> saved::Result<()> {
    let old = find(tx, code)?;
    let back = put_back(&old, changes)?;
    overwrite(tx, by, &old, &back).map(drop)
}

/// Puts the public list down to the county in (`code,name,level,parent,status,succeeded_by`), where it is not in yet;
/// answers how many were new. Codes that are no longer in use are left out.
///
/// # Errors
/// What the engine says.
pub fn seed(tx: &mut Tx<'_>, by: &Actor, divisions: &str) -> Result<u64> {
    let known: HashSet<Area> = tx.query("select code from areas", &[], |row| row.get(0))?.into_iter().collect();
    let rows: Vec<_> = divisions.lines().skip(1).filter_map(division).filter(|a| !known.contains(&a.code)).collect();
    tx.insert_many(
        "areas (code, name, kind, parent, changed_at)",
        5,
        rows.iter().map(|a| vec![a.code.into(), (&a.name).into(), a.kind.into(), a.parent.into(), by.now.into()]),
    )
}

fn division(line: &str) -> Option<NewArea> {
    let fields: Vec<&str> = line.trim().split(',').collect();
    let [code, name, _, _, "current", ..] = fields[..] else { return None };
    let code = Area::parse(code).ok()?;
    let kind = AreaKind::of_level(code.level());
    Some(NewArea { code, name: name.into(), kind, parent: above(code), lon: None, lat: None })
}

/// How much there is in each area directly below one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Elders alive, within the actor's sight.
    pub elders: i64,
    /// Institutions, within the actor's sight.
    pub institutions: i64,
}

/// Counts for the areas directly below `top`.
///
/// # Errors
/// What the engine says.
pub fn counts(tx: &mut Tx<'_>, by: &Actor, top: Area) -> Result<HashMap<Area, Counts>> {
    let digits = match top.level() {
        Level::Country => 2,
        Level::Province => 4,
        Level::City => 6,
        Level::County => 9,
        Level::Town | Level::Village => 12,
    };
    let (low, high) = top.bounds();
    let mut all: HashMap<Area, Counts> = HashMap::new();
    let (scope, mut values) = by.scope.elders("e.area", "e.id", 3);
    values.splice(0..0, [low.clone().into(), high.clone().into()]);
    let sql = format!(
        "select substr(e.area, 1, {digits}), count(*) from elders e
         where e.area between $1 and $2 and {scope} and e.merged_into is null and e.status = 'alive' group by 1"
    );
    for (area, count) in tx.query(&sql, &values, |row| Ok((row.get::<Area>(0)?, row.get(1)?)))? {
        all.entry(area).or_default().elders = count;
    }
    let (scope, mut values) = by.scope.institutions("i.area", "i.id", 3);
    values.splice(0..0, [low.into(), high.into()]);
    let sql = format!(
        "select substr(i.area, 1, {digits}), count(*) from institutions i
         where i.area between $1 and $2 and {scope} group by 1"
    );
    for (area, count) in tx.query(&sql, &values, |row| Ok((row.get::<Area>(0)?, row.get(1)?)))? {
        all.entry(area).or_default().institutions = count;
    }
    Ok(all)
}
