//! Filling the column copy from the database, and following its change log.

use super::record::{self, Day, Record, flag};
use crate::elders::facts::{self, store::COLUMNS as FACTS};
use crate::elders::model::{Living, Scheme, SelfCare};
use db::{EngineKind, Row, Tx, params};
use kernel::ElderId;
use kernel::citizen::Sex;

const COLUMNS: &str = "e.id, e.name, e.area, e.registered_area, e.born, e.died_on, e.sex, e.status, e.merged_into, e.resident,
     e.urban, e.ltci_insured, e.seriously_ill, e.special_family, e.handicapped, e.living, e.scheme, e.self_care, e.chronic,
     e.id_tail, e.phone_tail, f.elder_id";

/// How far the change log reaches for a reader who begins now. See [`crate::elders::store::touch`].
pub(super) fn position(tx: &mut Tx<'_>) -> db::Result<i64> {
    let sql = match tx.kind() {
        EngineKind::Sqlite => "select coalesce(max(tx), 0) from elder_changes",
        // Everything older than the oldest transaction that is still open is visible now.
        EngineKind::Postgres => "select cast(cast(pg_snapshot_xmin(pg_current_snapshot()) as text) as bigint)",
    };
    tx.count(sql, &[])
}

/// The elders that were touched since the position.
pub(super) fn changed(tx: &mut Tx<'_>, from: i64) -> db::Result<Vec<ElderId>> {
    let sql = match tx.kind() {
        EngineKind::Sqlite => "select distinct elder_id from elder_changes where tx > $1",
        EngineKind::Postgres => "select distinct elder_id from elder_changes where tx >= $1",
    };
    tx.query(sql, params![from], |row| row.get(0))
}

/// How many rows a scan will bring.
pub(super) fn size(tx: &mut Tx<'_>) -> db::Result<usize> {
    Ok(usize::try_from(tx.count("select count(*) from elders", &[])?).unwrap_or_default())
}

/// Hands over every elder, without those merged away.
pub(super) fn scan(tx: &mut Tx<'_>, mut each: impl FnMut(Record)) -> db::Result<()> {
    let sql = format!(
        "select {COLUMNS}, {FACTS} from elders e left join elder_facts f on f.elder_id = e.id where e.merged_into is null"
    );
    tx.each(&sql, &[], |row| {
        each(read(row)?);
        Ok(())
    })
}

/// The given elders, without those merged away or deleted.
pub(super) fn records(tx: &mut Tx<'_>, ids: &[ElderId]) -> db::Result<Vec<Record>> {
    let mut all = Vec::with_capacity(ids.len());
    for part in ids.chunks(200) {
        let mut values = vec![];
        let places = db::value::list(&mut values, part.iter().copied());
        let sql = format!(
            "select {COLUMNS}, {FACTS} from elders e left join elder_facts f on f.elder_id = e.id
             where e.merged_into is null and e.id in ({places})"
        );
        all.extend(tx.query(&sql, &values, read)?);
    }
    Ok(all)
}

/// Forgets old entries of the change log, all but the newest `keep`: a follower that is further behind must build anew.
///
/// # Errors
/// What the engine says.
pub fn prune(tx: &mut Tx<'_>, keep: i64) -> db::Result<u64> {
    let sql = "delete from elder_changes where tx < (select max(tx) from elder_changes) - $1";
    tx.exec(sql, params![keep.max(0)])
}

fn read(row: &Row<'_>) -> db::Result<Record> {
    let mut c = row.columns();
    let mut one = Record {
        id: c.take()?,
        name: c.take()?,
        area: c.take()?,
        registered: c.take()?,
        born: Day::of(c.take()?),
        died: c.take::<Option<_>>()?.into(),
        flags: record::person(Sex::of(c.take()?), c.take()?, c.take::<Option<ElderId>>()?.is_some()),
        ..Record::default()
    };
    let answers = [
        (flag::RESIDENT, flag::NOT_RESIDENT),
        (flag::URBAN, flag::RURAL),
        (flag::INSURED, 0),
        (flag::SERIOUSLY_ILL, 0),
        (flag::SPECIAL_FAMILY, 0),
        (flag::HANDICAPPED, 0),
    ];
    for (yes, no) in answers {
        one.flags |= record::yes_no(c.take()?, yes, no);
    }
    one.living = record::living(c.take::<Option<Living>>()?);
    one.scheme = record::scheme(c.take::<Option<Scheme>>()?);
    one.self_care = record::self_care(c.take::<Option<SelfCare>>()?);
    one.chronic = record::chronic(c.take::<Option<String>>()?.as_deref());
    one.id_tail = record::pack_id_tail(&c.take::<String>()?);
    one.phone_tail = record::pack_phone_tail(c.take::<Option<String>>()?.as_deref());
    if c.take::<Option<ElderId>>()?.is_some() {
        one.set_facts(&facts::store::take(&mut c)?);
    }
    Ok(one)
}
