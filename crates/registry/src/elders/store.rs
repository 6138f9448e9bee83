//! Elders in the database: saving by identity number, finding within the actor's sight, taking back.

use super::duplicates::Face;
use super::links;
use super::model::{
    ADDRESS, Brief, CITIZEN, CONTACT_PHONE, Chronic, Details, Elder, LABELS, NewElder, PHONE, Private, Sealed, Status,
    identity_hash, phone_hash, phone_tail, update,
};
use crate::saved::{self, FieldChange, Refused, Saved};
use db::audit::Entry;
use db::{Actor, EngineKind, Error, Row, Tx, Value, params};
use kernel::citizen::Sex;
use kernel::{Area, CitizenNumber, Date, ElderId, Happening, What, text};

/// The columns of [`Elder`], in its order.
const COLUMNS: &str = "e.id, e.name, e.sex, e.born, e.id_tail, e.phone_tail, e.area, e.registered_area, e.resident, e.urban,
     e.living, e.marital, e.scheme, e.ltci_insured, e.chronic, e.self_care, e.seriously_ill, e.special_family, e.handicapped,
     e.status, e.died_on, e.contact_name, e.merged_into, e.created_at, e.changed_at,
     e.citizen_sealed, e.phone_sealed, e.address_sealed, e.contact_phone_sealed";

const BRIEF: &str = "e.id, e.name, e.sex, e.born, e.area, e.id_tail, e.status, e.died_on";

/// Saves a row of a roster or a form: a new elder, or changes to the one with this identity number.
///
/// Blank fields never erase. Writes an audit row for a change; for a new elder that is the caller's (a form) or the
/// batch's (an import), so that a million rows do not write a million audit rows.
///
/// # Errors
/// [`Refused::Field`] when the row contradicts itself or the file, or lies outside the actor's area; [`Refused::Store`].
pub fn save(tx: &mut Tx<'_>, by: &Actor, new: &NewElder) -> saved::Result<(ElderId, Saved)> {
    new.check(by.today())?;
    let hash = identity_hash(tx.vault(), new.citizen.as_str());
    match owner(tx, &hash)? {
        None => {
            let id = create(tx, by, new, hash)?;
            Ok((id, Saved::Created))
        }
        Some(id) => Ok((id, change(tx, by, id, new)?)),
    }
}

fn owner(tx: &mut Tx<'_>, hash: &[u8]) -> db::Result<Option<ElderId>> {
    tx.query_opt("select elder_id from identities where hash = $1", params![hash], |row| row.get(0))
}

fn create(tx: &mut Tx<'_>, by: &Actor, new: &NewElder, hash: Vec<u8>) -> saved::Result<ElderId> {
    check_area(tx, by, new.details.area)?;
    if by.scope.institution.is_some() {
        return Err(Refused::field(
            "身份证号",
            "尚未建档；本机构账号不能新建档案，请联系社区卫生服务机构或主管部门建档",
        ));
    }
    let id = ElderId::new(by.now, tx.chance());
    insert(tx, by, id, new)?;
    tx.exec("insert into identities (hash, elder_id) values ($1, $2)", params![hash, id])?;
    touch(tx, id)?;
    Ok(id)
}

fn check_area(tx: &mut Tx<'_>, by: &Actor, area: Area) -> saved::Result<()> {
    if !by.scope.area.contains(area) {
        return Err(Refused::field("区划代码", format!("{area} 不在您的辖区内，请核对或由所在辖区导入")));
    }
    if tx.count("select count(*) from areas where code = $1", params![area])? == 0 {
        let message = format!("{area} 不在区划表中：请先导入区划，或改填所在乡镇街道、县区的代码");
        return Err(Refused::field("区划代码", message));
    }
    Ok(())
}

fn change(tx: &mut Tx<'_>, by: &Actor, id: ElderId, new: &NewElder) -> saved::Result<Saved> {
    let elder = match find(tx, by, id) {
        Err(Error::NotFound) => {
            let message = "此人已在其他辖区（或其他机构名下）建档，请联系该辖区办理迁移";
            return Err(Refused::field("身份证号", message));
        }
        found => found?,
    };
    let old = elder.details(tx.vault())?;
    let whole = update(&old, new)?;
    let changes = saved::changes(&old, &whole, LABELS);
    if changes.is_empty() {
        return Ok(Saved::Unchanged);
    }
    if whole.area != old.area {
        check_area(tx, by, whole.area)?;
    }
    write(tx, by, id, &whole)?;
    audit_changes(tx, by, id, "elders.change", &changes)?;
    tell(tx, by, id, (&old, &whole))?;
    Ok(Saved::Changed(changes))
}

/// Whoever follows learns at once that the elder died or moved away.
fn tell(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, (old, new): (&Details, &Details)) -> db::Result<()> {
    let what = match new.status {
        _ if new.status == old.status => return Ok(()),
        Some(Status::Dead) => What::Died,
        Some(Status::Moved) => What::MovedAway,
        Some(Status::Alive) | None => return Ok(()),
    };
    let on = new.died_on.unwrap_or_else(|| by.today());
    tx.tell(by, &Happening { elder, what, on, institution: None })
}

/// Opens a file by hand: the number must be new.
///
/// # Errors
/// [`Refused::Field`] when the number has a file already or the row may not be saved; [`Refused::Store`].
pub fn create_by_hand(tx: &mut Tx<'_>, by: &Actor, new: &NewElder) -> saved::Result<ElderId> {
    let hash = identity_hash(tx.vault(), new.citizen.as_str());
    if owner(tx, &hash)?.is_some() {
        return Err(Refused::field("身份证号", "此人已有档案，请在名册中用身份证号查找"));
    }
    let (id, _) = save(tx, by, new)?;
    tx.audit(by, Entry { action: "elders.create", elder: Some(id), ..Entry::default() })?;
    Ok(id)
}

/// Replaces the details of an elder by what a form says: here blanks do erase.
///
/// # Errors
/// [`Refused::Field`] when the form contradicts itself or moves the elder out of the actor's area; [`Refused::Store`].
pub fn edit(tx: &mut Tx<'_>, by: &Actor, id: ElderId, details: &Details) -> saved::Result<Saved> {
    let elder = find(tx, by, id)?;
    if elder.merged_into.is_some() {
        return Err(Refused::field("老年人", "这份档案已合并，请在合并后的档案上修改"));
    }
    let citizen = CitizenNumber::parse(&elder.open(tx.vault())?.citizen, by.today());
    let citizen = citizen.map_err(|e| Refused::field("身份证号", e.to_string()))?;
    let new = NewElder { citizen, details: details.clone(), overrule: true };
    new.check(by.today())?;
    let old = elder.details(tx.vault())?;
    if details.area != old.area {
        check_area(tx, by, details.area)?;
    }
    let changes = saved::changes(&old, details, LABELS);
    if !changes.is_empty() {
        write(tx, by, id, details)?;
        audit_changes(tx, by, id, "elders.change", &changes)?;
        tell(tx, by, id, (&old, details))?;
    }
    Ok(Saved::of(changes))
}

/// Opens what is sealed, for a reason that goes into the audit.
///
/// # Errors
/// [`web::Error::Invalid`] without a reason; [`web::Error::NotFound`] out of sight.
pub fn unmask(tx: &mut Tx<'_>, by: &Actor, id: ElderId, reason: &str) -> Result<(String, Private), web::Error> {
    let reason = text::clean(reason);
    if reason.is_empty() {
        return Err(web::Error::field("reason", "查看理由", "请写明为什么需要查看完整信息"));
    }
    let elder = find(tx, by, id)?;
    tx.audit(by, Entry { action: "elders.unmask", elder: Some(id), detail: reason, ..Entry::default() })?;
    Ok((elder.name.clone(), elder.open(tx.vault())?))
}

/// Of the given elders those with exactly this telephone number, within the actor's sight.
///
/// # Errors
/// What the engine says.
pub fn with_phone(tx: &mut Tx<'_>, by: &Actor, ids: &[ElderId], phone: &str) -> db::Result<Vec<ElderId>> {
    let hash = phone_hash(tx.vault(), phone);
    let faces = faces(tx, by, ids)?;
    Ok(faces.into_iter().filter(|f| f.phone.as_ref() == Some(&hash)).map(|f| f.id).collect())
}

/// The fields by name; what stood in them may be personal and stays out of the audit.
fn audit_changes(tx: &mut Tx<'_>, by: &Actor, id: ElderId, action: &str, changes: &[FieldChange]) -> db::Result<()> {
    let labels: Vec<&str> = changes.iter().map(|c| c.label.as_str()).collect();
    tx.audit(by, Entry { action, elder: Some(id), detail: labels.join("、"), ..Entry::default() })
}

struct Personal {
    phone: Option<Vec<u8>>,
    hash: Option<Vec<u8>>,
    tail: Option<String>,
    address: Option<Vec<u8>>,
    contact_phone: Option<Vec<u8>>,
}

fn seal(tx: &Tx<'_>, d: &Details) -> Personal {
    let sealed = |field: &str, plain: &Option<String>| plain.as_ref().map(|p| tx.seal(field, p));
    Personal {
        phone: sealed(PHONE, &d.phone),
        hash: d.phone.as_ref().map(|p| phone_hash(tx.vault(), p)),
        tail: d.phone.as_ref().map(|p| phone_tail(p)),
        address: sealed(ADDRESS, &d.address),
        contact_phone: sealed(CONTACT_PHONE, &d.contact_phone),
    }
}

/// The columns that [`Details`] fills, and their values from `$first` on.
const DETAIL_COLUMNS: &[&str] = &[
    "name",
    "name_key",
    "sex",
    "born",
    "phone_sealed",
    "phone_hash",
    "phone_tail",
    "address_sealed",
    "area",
    "registered_area",
    "resident",
    "urban",
    "living",
    "marital",
    "scheme",
    "ltci_insured",
    "chronic",
    "self_care",
    "seriously_ill",
    "special_family",
    "handicapped",
    "status",
    "died_on",
    "contact_name",
    "contact_phone_sealed",
    "changed_at",
];

fn detail_values<'v>(tx: &Tx<'_>, by: &Actor, d: &'v Details) -> Vec<Value<'v>> {
    let p = seal(tx, d);
    vec![
        (&d.name).into(),
        text::name_key(&d.name).into(),
        d.sex.code().into(),
        d.born.into(),
        p.phone.into(),
        p.hash.into(),
        p.tail.into(),
        p.address.into(),
        d.area.into(),
        d.registered_area.into(),
        d.resident.into(),
        d.urban.into(),
        d.living.into(),
        d.marital.into(),
        d.scheme.into(),
        d.ltci_insured.into(),
        d.chronic.as_ref().map(|list| Chronic::join(list)).into(),
        d.self_care.into(),
        d.seriously_ill.into(),
        d.special_family.into(),
        d.handicapped.into(),
        d.status.unwrap_or(Status::Alive).into(),
        d.died_on.into(),
        d.contact_name.as_ref().into(),
        p.contact_phone.into(),
        by.now.into(),
    ]
}

fn insert(tx: &mut Tx<'_>, by: &Actor, id: ElderId, new: &NewElder) -> db::Result<()> {
    let mut values = detail_values(tx, by, &new.details);
    values.push(id.into());
    values.push(tx.seal(CITIZEN, new.citizen.as_str()).into());
    values.push(new.citizen.tail().into());
    values.push(by.now.into());
    tx.exec(insert_sql(), &values)?;
    Ok(())
}

/// Built once: it is run a million times.
fn insert_sql() -> &'static str {
    static SQL: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    SQL.get_or_init(|| {
        let places: Vec<String> = (1..=DETAIL_COLUMNS.len() + 4).map(|i| format!("${i}")).collect();
        format!(
            "insert into elders ({}, id, citizen_sealed, id_tail, created_at) values ({})",
            DETAIL_COLUMNS.join(", "),
            places.join(", ")
        )
    })
}

fn update_sql() -> &'static str {
    static SQL: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    SQL.get_or_init(|| {
        let set = DETAIL_COLUMNS.iter().enumerate().map(|(i, column)| format!("{column} = ${}", i + 1));
        let set: Vec<String> = set.collect();
        format!("update elders set {} where id = ${}", set.join(", "), DETAIL_COLUMNS.len() + 1)
    })
}

/// Writes all details of an elder, without asking anything.
pub(super) fn write(tx: &mut Tx<'_>, by: &Actor, id: ElderId, details: &Details) -> db::Result<()> {
    let mut values = detail_values(tx, by, details);
    values.push(id.into());
    tx.exec_one(update_sql(), &values)?;
    touch(tx, id)
}

/// Notes in the change log that the column copy must read this elder again.
///
/// The number is the transaction's: on PostgreSQL that of the engine, so that a follower can wait for older ones that
/// are still open; on SQLite, with its one writer, the next one.
///
/// # Errors
/// What the engine says.
pub fn touch(tx: &mut Tx<'_>, id: ElderId) -> db::Result<()> {
    let number = match tx.kind() {
        EngineKind::Sqlite => "(select coalesce(max(tx), 0) + 1 from elder_changes)",
        EngineKind::Postgres => "cast(cast(pg_current_xact_id() as text) as bigint)",
    };
    let sql = format!("insert into elder_changes (tx, elder_id) values ({number}, $1) on conflict do nothing");
    tx.exec(&sql, params![id])?;
    Ok(())
}

fn sex(code: i64) -> db::Result<Sex> {
    Sex::of(code).ok_or_else(|| Error::Decode { column: 2, what: format!("{code} 不是性别代码") })
}

fn elder(row: &Row<'_>) -> db::Result<Elder> {
    let mut c = row.columns();
    Ok(Elder {
        id: c.take()?,
        name: c.take()?,
        sex: sex(c.take()?)?,
        born: c.take()?,
        id_tail: c.take()?,
        phone_tail: c.take()?,
        area: c.take()?,
        registered_area: c.take()?,
        resident: c.take()?,
        urban: c.take()?,
        living: c.take()?,
        marital: c.take()?,
        scheme: c.take()?,
        ltci_insured: c.take()?,
        chronic: c.take::<Option<String>>()?.map(|text| Chronic::split(&text)),
        self_care: c.take()?,
        seriously_ill: c.take()?,
        special_family: c.take()?,
        handicapped: c.take()?,
        status: c.take()?,
        died_on: c.take()?,
        contact_name: c.take()?,
        merged_into: c.take()?,
        created_at: c.take()?,
        changed_at: c.take()?,
        sealed: Sealed { citizen: c.take()?, phone: c.take()?, address: c.take()?, contact_phone: c.take()? },
    })
}

fn brief(row: &Row<'_>) -> db::Result<Brief> {
    let mut c = row.columns();
    Ok(Brief {
        id: c.take()?,
        name: c.take()?,
        sex: sex(c.take()?)?,
        born: c.take()?,
        area: c.take()?,
        id_masked: format!("尾号 {}", c.take::<String>()?),
        status: c.take()?,
        died_on: c.take()?,
    })
}

/// The elder with this id, if the actor may see it. One that was merged away is found too, with `merged_into` set.
///
/// # Errors
/// [`Error::NotFound`] when there is none or it is out of sight.
pub fn find(tx: &mut Tx<'_>, by: &Actor, id: ElderId) -> db::Result<Elder> {
    let (scope, mut values) = by.scope.elders("e.area", "e.id", 2);
    values.insert(0, id.into());
    tx.query_one(&format!("select {COLUMNS} from elders e where e.id = $1 and {scope}"), &values, elder)
}

/// The elder with this id, whoever asks: for merging, which must follow files that the actor has no need to see.
pub(super) fn find_anywhere(tx: &mut Tx<'_>, id: ElderId) -> db::Result<Elder> {
    tx.query_one(&format!("select {COLUMNS} from elders e where e.id = $1"), params![id], elder)
}

/// What is compared when looking for the same person twice, for the ids that the actor may see.
///
/// # Errors
/// What the engine says.
pub fn faces(tx: &mut Tx<'_>, by: &Actor, ids: &[ElderId]) -> db::Result<Vec<Face>> {
    let mut all = Vec::with_capacity(ids.len());
    for part in ids.chunks(200) {
        let (scope, mut values) = by.scope.elders("e.area", "e.id", 1);
        let places = db::value::list(&mut values, part.iter().copied());
        let sql = format!(
            "select {COLUMNS}, e.phone_hash from elders e where e.merged_into is null and {scope} and e.id in ({places})"
        );
        let found = tx.query(&sql, &values, |row| Ok((elder(row)?, row.get::<Option<Vec<u8>>>(29)?)))?;
        for (e, phone) in found {
            let citizen = tx.vault().open(CITIZEN, &e.sealed.citizen)?;
            all.push(Face { id: e.id, name: e.name, sex: e.sex, born: e.born, citizen, phone, area: e.area });
        }
    }
    Ok(all)
}

/// What the audit has of changes to the file itself, for the timeline.
pub(super) fn history(tx: &mut Tx<'_>, id: ElderId) -> db::Result<Vec<db::audit::Record>> {
    // Views outnumber changes, so the audit's own newest-first list would soon hold nothing else.
    let sql = "select id, at, account_name, ip, action, elder_id, subject, detail from audit
               where elder_id = $1 and action in ('elders.change', 'elders.restore', 'elders.merge', 'elders.unmerge')
               order by id desc limit 200";
    tx.query(sql, params![id], |row| {
        let mut c = row.columns();
        Ok(db::audit::Record {
            id: c.take()?,
            at: c.take()?,
            name: c.take()?,
            ip: c.take()?,
            action: c.take()?,
            elder: c.take()?,
            subject: c.take()?,
            detail: c.take()?,
        })
    })
}

/// Whether the actor may see the elder.
///
/// # Errors
/// [`Error::NotFound`] when not.
pub fn visible(tx: &mut Tx<'_>, by: &Actor, id: ElderId) -> db::Result<()> {
    let (scope, mut values) = by.scope.elders("e.area", "e.id", 2);
    values.insert(0, id.into());
    match tx.count(&format!("select count(*) from elders e where e.id = $1 and {scope}"), &values)? {
        0 => Err(Error::NotFound),
        _ => Ok(()),
    }
}

/// The elder with this identity number (or merged from one), if there is one that the actor may see.
///
/// # Errors
/// What the engine says.
pub fn by_citizen(tx: &mut Tx<'_>, by: &Actor, citizen: &CitizenNumber) -> db::Result<Option<ElderId>> {
    let hash = identity_hash(tx.vault(), citizen.as_str());
    let Some(id) = owner(tx, &hash)? else { return Ok(None) };
    match visible(tx, by, id) {
        Err(Error::NotFound) => Ok(None),
        seen => seen.map(|()| Some(id)),
    }
}

/// One line each for the ids that the actor may see, in the order of the ids.
///
/// # Errors
/// What the engine says.
pub fn briefs(tx: &mut Tx<'_>, by: &Actor, ids: &[ElderId]) -> db::Result<Vec<Brief>> {
    let mut found = std::collections::HashMap::with_capacity(ids.len());
    for part in ids.chunks(200) {
        let (scope, mut values) = by.scope.elders("e.area", "e.id", 1);
        let places = db::value::list(&mut values, part.iter().copied());
        let sql = format!("select {BRIEF} from elders e where {scope} and e.id in ({places})");
        tx.each(&sql, &values, |row| {
            let one = brief(row)?;
            found.insert(one.id, one);
            Ok(())
        })?;
    }
    Ok(ids.iter().filter_map(|id| found.get(id).cloned()).collect())
}

/// Elders in the order of their ids, after the given one: the roster page by page, without those merged away.
///
/// # Errors
/// What the engine says.
pub fn list(tx: &mut Tx<'_>, by: &Actor, after: Option<ElderId>, limit: usize) -> db::Result<Vec<Elder>> {
    let (scope, mut values) = by.scope.elders("e.area", "e.id", 3);
    values.splice(0..0, [after.map_or(Value::from(vec![0; 16]), Value::from), limit.into()]);
    let sql = format!(
        "select {COLUMNS} from elders e where e.id > $1 and e.merged_into is null and {scope} order by e.id limit $2"
    );
    tx.query(&sql, &values, elder)
}

/// How many elders the actor may see, merged ones not counted.
///
/// # Errors
/// What the engine says.
pub fn count(tx: &mut Tx<'_>, by: &Actor) -> db::Result<i64> {
    let (scope, values) = by.scope.elders("e.area", "e.id", 1);
    tx.count(&format!("select count(*) from elders e where e.merged_into is null and {scope}"), &values)
}

/// The date of death, if one is recorded. Not limited to the actor's sight: money must never be paid past it.
///
/// # Errors
/// [`Error::NotFound`] without such an elder.
pub fn died_on(tx: &mut Tx<'_>, id: ElderId) -> db::Result<Option<Date>> {
    tx.query_one("select died_on from elders where id = $1", params![id], |row| row.get(0))
}

/// All recorded deaths under an area, for a settlement to take in at once.
///
/// # Errors
/// What the engine says.
pub fn deaths(tx: &mut Tx<'_>, area: Area) -> db::Result<Vec<(ElderId, Date)>> {
    let (low, high) = area.bounds();
    let sql = "select id, died_on from elders where died_on is not null and area between $1 and $2";
    tx.query(sql, params![low, high], |row| Ok((row.get(0)?, row.get(1)?)))
}

/// The file that answers for this one now: itself, or the one that it was merged into.
///
/// # Errors
/// [`Error::NotFound`] without such an elder.
pub fn primary(tx: &mut Tx<'_>, id: ElderId) -> db::Result<ElderId> {
    let next = tx.query_one("select merged_into from elders where id = $1", params![id], |row| row.get(0))?;
    match next {
        Some(next) => primary(tx, next),
        None => Ok(id),
    }
}

/// The id of the file that answers now for the row `o` of the table of elders, for a `join`: its own, unless it was merged.
pub const PRIMARY: &str = "case when o.merged_into is null then o.id else (
     with recursive above (id, next) as (
       select a.id, a.merged_into from elders a where a.id = o.merged_into
       union all select b.id, b.merged_into from above join elders b on b.id = above.next)
     select above.id from above where above.next is null) end";

/// Takes back a change that [`save`] reported: the fields become what they were.
///
/// # Errors
/// [`Refused::Field`] when one of them was changed again in between; [`Refused::Store`].
pub fn restore(tx: &mut Tx<'_>, by: &Actor, id: ElderId, changes: &[FieldChange]) -> saved::Result<()> {
    let current = find(tx, by, id)?.details(tx.vault())?;
    let back = saved::put_back(&current, changes)?;
    write(tx, by, id, &back)?;
    audit_changes(tx, by, id, "elders.restore", changes)?;
    Ok(())
}

/// Takes back a creation: the elder is gone, unless something was done with the file since.
///
/// # Errors
/// [`Refused::Field`] names what was done; [`Refused::Store`].
pub fn remove(tx: &mut Tx<'_>, by: &Actor, id: ElderId) -> saved::Result<()> {
    let elder = find(tx, by, id)?;
    if elder.created_at != elder.changed_at {
        return Err(Refused::field("老年人", "建档之后又被修改过，不能自动撤回，请人工核对"));
    }
    let table: String = tx.query_one(dependent_sql(), params![id], |row| row.get(0))?;
    if !table.is_empty() {
        return Err(Refused::field("老年人", format!("已有后续业务记录（{table}），不能自动撤回")));
    }
    links::store::none(tx, id)?;
    let citizen = elder.open(tx.vault())?.citizen;
    let hash = identity_hash(tx.vault(), &citizen);
    tx.exec("delete from identities where hash = $1 and elder_id = $2", params![hash, id])?;
    tx.exec("delete from elder_facts where elder_id = $1", params![id])?;
    tx.exec_one("delete from elders where id = $1", params![id])?;
    touch(tx, id)?;
    tx.audit(by, Entry { action: "elders.remove", elder: Some(id), ..Entry::default() })?;
    Ok(())
}

/// Asks at once in which table of another capability an elder has rows; built once, as it may be run for a whole batch.
fn dependent_sql() -> &'static str {
    static SQL: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    SQL.get_or_init(|| {
        let cases: Vec<String> = dependents()
            .map(|table| format!("when exists (select 1 from {table} where elder_id = $1) then '{table}'"))
            .collect();
        format!("select case {} else '' end", cases.join(" "))
    })
}

/// The tables of other capabilities that have rows of elders, and those of merges.
pub fn dependents() -> impl Iterator<Item = &'static str> {
    let own = ["audit", "identities", "elder_facts", "elder_changes", "elder_links"];
    let tables =
        db::migrate::ALL.iter().flat_map(|(_, sql)| owned_tables(sql)).filter(move |table| !own.contains(table));
    tables.map(renamed)
}

/// What a table is called today.
fn renamed(table: &'static str) -> &'static str {
    let begin = format!("alter table {table} rename to ");
    let new = db::migrate::ALL.iter().find_map(|(_, sql)| sql.split_once(begin.as_str())?.1.split_once(';'));
    new.map_or(table, |(name, _)| name)
}

/// The tables with rows of elders, read from a migration: none can be forgotten.
fn owned_tables(sql: &str) -> impl Iterator<Item = &str> {
    sql.split("create table ").skip(1).filter_map(|table| {
        let (name, rest) = table.split_once('(')?;
        let columns = rest.split_once("\n)").map_or(rest, |(columns, _)| columns);
        columns.lines().any(|line| line.trim().starts_with("elder_id ")).then(|| name.trim())
    })
}
