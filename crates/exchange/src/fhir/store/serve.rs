//! What a partner reads: elders of its area, unless they object, and of their record what it has a right to.

use super::super::bundle::Who;
use super::super::model::{Resource, Rights};
use super::super::outbound::{self, Served};
use super::super::outcome::{Issue, Problem};
use care::{chart, consents, stays};
use db::{Actor, Tx, params};
use kernel::{CitizenNumber, ElderId, Instant};
use registry::elders;
use registry::elders::model::Elder;
use std::collections::HashMap;

fn unknown() -> Problem {
    Problem::of(404, Issue::error("not-found", "FX-05 没有这位老人，或不在对接单位的区划内"))
}

fn objected() -> Problem {
    let text = "FX-06 本人（或代理人）已反对与健康信息平台共享，不再提供和接收资料";
    Problem::of(403, Issue::error("suppressed", text))
}

/// The elder that is meant, in the partner's area.
///
/// # Errors
/// FX-05, FX-06, or what is wrong with the identity number (which is not repeated).
pub fn elder(tx: &mut Tx<'_>, by: &Actor, who: &Who) -> Result<Elder, Problem> {
    let id = match who {
        Who::Id(text) => ElderId::parse(text).ok_or_else(unknown)?,
        Who::Citizen(number) => {
            let number = CitizenNumber::parse(number.trim(), by.today())
                .map_err(|e| Problem::of(422, Issue::error("value", format!("身份证号不对：{e}"))))?;
            elders::store::by_citizen(tx, by, &number)?.ok_or_else(unknown)?
        }
    };
    let found = match elders::store::find(tx, by, id) {
        Err(db::Error::NotFound) => return Err(unknown()),
        found => found?,
    };
    if let Some(into) = found.merged_into {
        let text = format!("FX-05 这份档案已合并到 Patient/{}，请改用它", into.uuid());
        return Err(Problem::of(404, Issue::error("not-found", text)));
    }
    if consents::store::objects(tx, found.id, by.today())? {
        return Err(objected());
    }
    Ok(found)
}

/// The basic file of an elder.
///
/// # Errors
/// When what is sealed does not open.
pub fn patient(tx: &Tx<'_>, elder: &Elder) -> Result<Served, Problem> {
    Ok(outbound::patient(elder, &elder.open(tx.vault())?))
}

/// Everything of an elder that a partner has a right to and that was changed since; of one kind only, if one is asked for.
///
/// # Errors
/// What the engine says.
pub fn record(
    tx: &mut Tx<'_>,
    by: &Actor,
    elder: &Elder,
    (rights, only): (&Rights, Option<Resource>),
    since: Instant,
) -> Result<Vec<Served>, Problem> {
    let wanted = |kind: Resource| rights.read.contains(&kind) && only.is_none_or(|only| only == kind);
    let mut all = vec![];
    if wanted(Resource::Patient) && elder.changed_at >= since {
        all.push(patient(tx, elder)?);
    }
    let items = chart::store::versions(tx, by, elder.id, since)?;
    all.extend(items.into_iter().filter_map(outbound::item).filter(|one| wanted(one.kind)));
    if wanted(Resource::Encounter) {
        all.extend(encounters(tx, by, elder.id, since)?);
    }
    Ok(all)
}

fn encounters(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, since: Instant) -> Result<Vec<Served>, Problem> {
    let sql =
        "select s.id, s.changed_at, i.name, i.credit_code from stays s join institutions i on i.id = s.institution_id
               where s.elder_id = $1 and s.changed_at >= $2";
    let rows: Vec<(kernel::StayId, Instant, String, String)> =
        tx.query(sql, params![elder, since], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
    let places: HashMap<_, _> = rows.into_iter().map(|(id, at, name, credit)| (id, (at, (name, credit)))).collect();
    let mut stays = stays::store::of_elder(tx, by, elder)?;
    stays.reverse();
    let one = |stay: &stays::Stay| {
        let (at, hospital) = places.get(&stay.id)?;
        Some(outbound::stay(elder, stay, *at, hospital))
    };
    Ok(stays.iter().filter_map(one).collect())
}

/// Whose a resource of the record is, for reading it by its id.
///
/// # Errors
/// FX-05 when it is nobody's in the partner's area.
pub fn owner(tx: &mut Tx<'_>, kind: Resource, id: &str) -> Result<ElderId, Problem> {
    let id = uuid::Uuid::try_parse(id).map_err(|_| unknown())?;
    let table = if kind == Resource::Encounter { "stays" } else { "chart_items" };
    let sql = format!("select elder_id from {table} where id = $1");
    tx.query_opt(&sql, params![id], |row| row.get(0))?.ok_or_else(unknown)
}
