//! A person's own limits in the database.

use super::model::{Band, Limit, Whose, plausible};
use crate::vitals::Vital;
use care::subject;
use db::audit::Entry;
use db::{Actor, Tx, params};
use kernel::{ElderId, LimitId};
use policy::Library;
use registry::elders;
use web::{Error, Reason};

/// The longest reason, in characters.
const LONGEST: usize = 200;

/// All own limits of an elder, newest first, ended ones too. Whoever asks has seen the elder already.
///
/// # Errors
/// What the engine says.
pub fn of_elder(tx: &mut Tx<'_>, elder: ElderId) -> db::Result<Vec<Limit>> {
    let sql =
        "select id, kind, danger_low, low, high, danger_high, why, set_at, set_by, ended_at, ended_by from vital_limits
               where elder_id = $1 order by set_at desc, id desc limit 100";
    let all = tx.query(sql, params![elder], |row| {
        let mut c = row.columns();
        let (id, kind) = (c.take()?, c.take::<i64>()?);
        let band = Band { danger_low: c.take()?, low: c.take()?, high: c.take()?, danger_high: c.take()? };
        let (why, set_at, set_by, ended_at, ended_by) = (c.take()?, c.take()?, c.take()?, c.take()?, c.take()?);
        Ok(Vital::of_number(kind).map(|vital| Limit { id, vital, band, why, set_at, set_by, ended_at, ended_by }))
    })?;
    Ok(all.into_iter().flatten().collect())
}

/// The limits that hold for an elder: their own over those of the table.
#[must_use]
pub fn in_force(library: &Library, whose: &Whose, all: &[Limit], vital: Vital) -> Band {
    let own = all.iter().find(|limit| limit.vital == vital && limit.ended_at.is_none());
    own.map(|limit| limit.band).unwrap_or_default().over(Band::of_table(library, whose, vital))
}

/// Sets own limits; those of the same vital sign that held until now end.
///
/// # Errors
/// [`Error::Refused`] with the numbered reasons, [`Error::NotFound`] out of sight.
pub fn set(
    tx: &mut Tx<'_>,
    by: &Actor,
    library: &Library,
    elder: ElderId,
    (vital, band): (Vital, Band),
    why: &str,
) -> Result<LimitId, Error> {
    let subject = subject::store::find(tx, by, elder)?;
    let whose = Whose::of(&subject, by.today());
    let table = Band::of_table(library, &whose, vital);
    let mut reasons = band.against(vital, table, plausible(library, &whose, vital));
    let why = kernel::text::clean(why);
    if why.is_empty() {
        reasons.push(Reason::new("VL-03", "请写明为什么为此人另定界限"));
    }
    if !subject.present {
        reasons.push(Reason::new("VL-05", "老年人已去世或已迁出"));
    }
    if !reasons.is_empty() {
        return Err(Error::Refused(reasons));
    }
    if why.chars().count() > LONGEST {
        return Err(Error::field("why", "理由", format!("请精简到 {LONGEST} 字以内")));
    }
    tx.exec(
        "update vital_limits set ended_at = $3, ended_by = $4 where elder_id = $1 and kind = $2 and ended_at is null",
        params![elder, vital.number(), by.now, &by.name],
    )?;
    let id = LimitId::new(by.now, tx.chance());
    let who = by.account.map_or(uuid::Uuid::nil(), |account| account.0);
    tx.exec(
        "insert into vital_limits (elder_id, id, kind, danger_low, low, high, danger_high, why, set_at, set_by, set_id, ended_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, '')",
        params![
            elder,
            id,
            vital.number(),
            band.danger_low,
            band.low,
            band.high,
            band.danger_high,
            &why,
            by.now,
            &by.name,
            who
        ],
    )?;
    let detail = format!("{}：{}（{why}）", vital.name(), band.words(vital));
    tx.audit(by, Entry { action: "vitals.limit", elder: Some(elder), subject: id.to_string(), detail })?;
    Ok(id)
}

/// Ends own limits: from now on the table's hold again.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Conflict`] when they have ended.
pub fn end(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, id: LimitId) -> Result<(), Error> {
    elders::store::visible(tx, by, elder)?;
    let known = tx.count("select count(*) from vital_limits where elder_id = $1 and id = $2", params![elder, id])?;
    if known == 0 {
        return Err(Error::NotFound);
    }
    let done = tx.exec(
        "update vital_limits set ended_at = $3, ended_by = $4 where elder_id = $1 and id = $2 and ended_at is null",
        params![elder, id, by.now, &by.name],
    )?;
    if done == 0 {
        return Err(Error::Conflict("这个界限已经结束，请刷新页面".into()));
    }
    let entry = Entry { action: "vitals.limit_end", elder: Some(elder), subject: id.to_string(), ..Entry::default() };
    Ok(tx.audit(by, entry)?)
}
