//! What the tests ask of the database itself: what is whose, and whether anything has changed.

use db::{Db, EngineKind, Tx, params};
use kernel::{Area, ElderId};
use std::collections::{BTreeMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

/// Rows of a county with the parameters of an address in the order of the address; ids as `b`, texts as `t`. After them
/// stands what tells rows apart that behave differently: their state.
pub struct Rows {
    /// One letter for each parameter.
    pub kinds: &'static str,
    /// Query with the county's bounds as `$1` and `$2`.
    pub sql: &'static str,
}

/// What may change without anything having happened to anybody: who is logged in, who tried what, figures counted again.
const APART: [&str; 5] = ["sessions", "audit", "audit_seals", "refinery_schema_history", "contract_gaps"];

fn tables(tx: &mut Tx<'_>) -> db::Result<Vec<String>> {
    let sql = match tx.kind() {
        EngineKind::Sqlite => {
            "select name from sqlite_master where type = 'table' and name not like 'sqlite_%' order by 1"
        }
        EngineKind::Postgres => {
            "select cast(table_name as text) from information_schema.tables where table_schema = current_schema() order by 1"
        }
    };
    let all = tx.query(sql, &[], |row| row.get::<String>(0))?;
    Ok(all.into_iter().filter(|name| !APART.contains(&name.as_str())).collect())
}

/// A statement that answers each row of a table as one text.
fn whole_rows(tx: &mut Tx<'_>, table: &str) -> db::Result<String> {
    if tx.kind() == EngineKind::Postgres {
        return Ok(format!("select t::text from {table} t order by 1"));
    }
    let sql = format!("select name from pragma_table_info('{table}')");
    let columns = tx.query(&sql, &[], |row| row.get::<String>(0))?;
    let quoted: Vec<String> = columns.iter().map(|c| format!("quote({c})")).collect();
    Ok(format!("select {} from {table} order by 1", quoted.join(" || ',' || ")))
}

/// Number of rows and a hash of their contents, for each table.
pub type Digest = BTreeMap<String, (usize, u64)>;

/// The digest of all tables.
pub fn digest(db: &Db) -> Digest {
    let all = db.read(|tx| {
        let mut all = Digest::new();
        for table in tables(tx)? {
            let sql = whole_rows(tx, &table)?;
            let (mut rows, mut hasher) = (0, DefaultHasher::new());
            tx.each(&sql, &[], |row| {
                rows += 1;
                row.get::<String>(0)?.hash(&mut hasher);
                Ok(())
            })?;
            all.insert(table, (rows, hasher.finish()));
        }
        Ok::<_, db::Error>(all)
    });
    all.expect("digest")
}

/// Names of the tables that differ.
pub fn differences(before: &Digest, after: &Digest) -> Vec<String> {
    let changed = after.iter().filter(|(table, now)| before.get(*table) != Some(now));
    changed.map(|(table, now)| format!("{table} ({:?} -> {now:?})", before.get(table))).collect()
}

/// Parameters of each row, and what tells it apart.
pub fn rows(db: &Db, county: Area, what: &Rows) -> Vec<(Vec<String>, String)> {
    let (low, high) = county.bounds();
    let read = |row: &db::Row<'_>| {
        let mut values = Vec::new();
        for (i, kind) in what.kinds.chars().enumerate() {
            values.push(match kind {
                'b' => row.get::<Vec<u8>>(i)?.iter().map(|byte| format!("{byte:02x}")).collect(),
                _ => row.get::<String>(i)?,
            });
        }
        Ok((values, row.get::<String>(what.kinds.len())?))
    };
    db.read(|tx| tx.query(what.sql, params![low, high], read)).unwrap_or_else(|e| panic!("{}: {e}", what.sql))
}

/// Names and ids by which the people of a county, or what is theirs, would be recognised on a page.
pub fn traces(db: &Db, county: Area, other: Area) -> HashSet<String> {
    let names = Rows {
        kinds: "tb",
        sql: "select name, id, '' from elders where area between $1 and $2
              union all select coalesce(contact_name, ''), id, '' from elders where area between $1 and $2
              union all select name, id, '' from institutions where area between $1 and $2
              union all select s.name, s.id, '' from staff s join institutions i on i.id = s.institution_id
                where i.area between $1 and $2",
    };
    let known: HashSet<String> = rows(db, other, &names).into_iter().flat_map(|(values, _)| values).collect();
    let own = rows(db, county, &names).into_iter().flat_map(|(values, _)| values);
    // A name of two characters stands in longer names and in ordinary sentences.
    own.filter(|text| text.chars().count() > 2 && !known.contains(text)).collect()
}

/// Visits of a county: carer, elder, beginning and state of each.
pub fn calendar(db: &Db, county: Area) -> Vec<(Vec<String>, String)> {
    let sql = "select s.name, e.name, cast(v.planned_from as text), v.state
               from visits v join staff s on s.id = v.carer_id join elders e on e.id = v.elder_id
               where v.county between $1 and $2";
    let mut all = rows(db, county, &Rows { kinds: "ttt", sql });
    all.sort();
    all
}

/// Elders with a link to the institution.
pub fn linked(db: &Db, institution: &[u8]) -> HashSet<String> {
    let sql = "select elder_id from elder_links where institution_id = $1 and until is null";
    let ids = db.read(|tx| tx.query(sql, params![institution], |row| row.get::<Vec<u8>>(0))).expect("links");
    ids.iter().map(|id| id.iter().map(|byte| format!("{byte:02x}")).collect()).collect()
}

/// Gives way to the log-ins of another county.
pub fn rename_logins(db: &Db, suffix: &str) {
    let sql = "update accounts set login = login || $1";
    db.write(|tx| tx.exec(sql, params![suffix])).expect("renamed");
}

/// Elders of the county who live and have one file.
pub fn alive(db: &Db, county: Area) -> Vec<ElderId> {
    let (low, high) = county.bounds();
    let sql = "select id from elders where area between $1 and $2 and status = 'alive' and merged_into is null
               and self_care = 'able' and not exists (select 1 from contracts c where c.elder_id = elders.id)
               and not exists (select 1 from stays s where s.elder_id = elders.id) order by id";
    db.read(|tx| tx.query(sql, params![low, high], |row| row.get(0))).expect("elders")
}

/// A visit of the county that is settled: elder and visit.
pub fn settled_visit(db: &Db, county: Area) -> Vec<String> {
    let sql = "select v.elder_id, v.id, '' from ltci_lines l join ltci_settlements s on s.id = l.settlement_id
               join visits v on v.id = l.visit_id where s.county between $1 and $2 order by l.approved desc, l.visit_id";
    rows(db, county, &Rows { kinds: "bb", sql }).remove(0).0
}

/// A hospital of the county.
pub fn hospital(db: &Db, county: Area) -> String {
    let what =
        Rows { kinds: "b", sql: "select id, '' from institutions where area between $1 and $2 and kind = 'hospital'" };
    rows(db, county, &what).remove(0).0.remove(0)
}
