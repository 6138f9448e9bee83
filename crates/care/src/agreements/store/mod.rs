//! Agreements and rounds in the database, and the partner in the register that follows from them.

pub mod pairs;
pub mod steps;

use super::model::{Agreement, HOMES, Item, Kept, MEDICAL, Round, Side, State, Terms, rounds_due};
use crate::referrals;
use db::{Actor, Condition, Result, Row, Tx, params};
use kernel::{AgreementId, Area, Date, InstitutionId, RoundId};
use registry::institutions::{self, Kind};

pub use steps::{draft, end, expire, hold_round, sign, withdraw};

const COLUMNS: &str = "a.id, a.home_id, h.name, a.medical_id, m.name, a.state, a.items, a.note, a.rounds_per_week,
     a.green_minutes, a.months, a.from_on, a.until_on, a.ended_on, a.end_reason, a.renews, a.made_by, a.version";
const FROM: &str =
    "from agreements a join institutions h on h.id = a.home_id join institutions m on m.id = a.medical_id";

fn split(text: &str) -> Vec<Item> {
    text.split(',').filter_map(Item::parse).collect()
}

fn join(items: &[Item]) -> String {
    let known = Item::ALL.iter().filter(|one| items.contains(one));
    known.map(|one| one.code()).collect::<Vec<_>>().join(",")
}

fn agreement(row: &Row<'_>) -> Result<Agreement> {
    let mut c = row.columns();
    Ok(Agreement {
        id: c.take()?,
        home: c.take()?,
        home_name: c.take()?,
        medical: c.take()?,
        medical_name: c.take()?,
        state: c.take()?,
        terms: Terms {
            items: split(&c.take::<String>()?),
            note: c.take()?,
            rounds_per_week: c.take()?,
            green_minutes: c.take()?,
            months: c.take()?,
        },
        from: c.take()?,
        until: c.take()?,
        ended_on: c.take()?,
        end_reason: c.take()?,
        renews: c.take()?,
        made_by: c.take()?,
        version: c.take()?,
    })
}

/// What an actor sees: agreements of the homes of their area, and those that their own institution is a side of.
fn seen(by: &Actor) -> Condition {
    let mut condition = Condition::new(by.scope.institutions("h.area", "h.id", 1));
    if let Some(own) = by.institution {
        condition.values.push(own.into());
        let at = condition.values.len();
        condition.sql = format!("({} or a.home_id = ${at} or a.medical_id = ${at})", condition.sql);
    }
    condition
}

/// An agreement within sight.
///
/// # Errors
/// [`db::Error::NotFound`], or what the engine says.
pub fn find(tx: &mut Tx<'_>, by: &Actor, id: AgreementId) -> Result<Agreement> {
    let mut condition = seen(by);
    condition.with("a.id = ?", id);
    tx.query_one(&format!("select {COLUMNS} {FROM} where {}", condition.sql), &condition.values, agreement)
}

/// What a list is narrowed to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter {
    /// In this state.
    pub state: Option<State>,
    /// In force on this day.
    pub on: Option<Date>,
    /// Signed and ending on or before this day.
    pub ending_by: Option<Date>,
    /// With this institution on either side.
    pub with: Option<InstitutionId>,
}

/// Agreements within sight, by home.
///
/// # Errors
/// What the engine says.
pub fn list(tx: &mut Tx<'_>, by: &Actor, filter: Filter) -> Result<Vec<Agreement>> {
    let mut all = seen(by);
    all.with_some("a.state = ?", filter.state);
    all.with_some("(a.state = 'signed' and a.from_on <= ? and a.until_on > ?)", filter.on);
    all.with_some("(a.state = 'signed' and a.until_on <= ?)", filter.ending_by);
    all.with_some("(a.home_id = ? or a.medical_id = ?)", filter.with);
    let sql = format!("select {COLUMNS} {FROM} where {} order by h.name, a.created_at desc, a.id", all.sql);
    tx.query(&sql, &all.values, agreement)
}

/// All agreements of a home, whoever asks.
fn of_home(tx: &mut Tx<'_>, home: InstitutionId) -> Result<Vec<Agreement>> {
    tx.query(&format!("select {COLUMNS} {FROM} where a.home_id = $1 order by a.created_at"), params![home], agreement)
}

/// Keeps others from signing for the home until the transaction ends.
fn hold(tx: &mut Tx<'_>, home: InstitutionId) -> Result<()> {
    tx.exec("update institutions set changed_at = changed_at where id = $1", params![home])?;
    Ok(())
}

fn insert(tx: &mut Tx<'_>, by: &Actor, a: &Agreement) -> Result<()> {
    let t = &a.terms;
    tx.exec(
        "insert into agreements (id, home_id, medical_id, state, items, note, rounds_per_week, green_minutes, months,
           end_reason, renews, made_by, version, created_at, changed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, '', $10, $11, 1, $12, $12)",
        params![
            a.id,
            a.home,
            a.medical,
            a.state,
            join(&t.items),
            &t.note,
            t.rounds_per_week,
            t.green_minutes,
            t.months,
            a.renews,
            &a.made_by,
            by.now
        ],
    )?;
    Ok(())
}

fn write(tx: &mut Tx<'_>, by: &Actor, a: &Agreement) -> Result<()> {
    let written = tx.exec(
        "update agreements set state = $3, from_on = $4, until_on = $5, ended_on = $6, end_reason = $7, changed_at = $8,
           version = version + 1 where id = $1 and version = $2",
        params![a.id, a.version, a.state, a.from, a.until, a.ended_on, &a.end_reason, by.now],
    )?;
    if written == 0 {
        return Err(db::Error::Conflict(steps::FASTER.into()));
    }
    follow(tx, by, a.home)
}

/// Sets the register's partner of a home to what its agreements say: the one in force that holds longest. When none is in
/// force any more, the last one stays as the partner whose time is over, and the register may be edited by hand again.
fn follow(tx: &mut Tx<'_>, by: &Actor, home: InstitutionId) -> Result<()> {
    let today = by.today();
    let all = of_home(tx, home)?;
    let open = |a: &&Agreement| a.state == State::Signed && a.end().is_some_and(|end| end > today);
    if let Some(a) = all.iter().filter(open).max_by_key(|a| a.end()) {
        return institutions::store::set_partner(tx, by, home, (a.medical, a.last_day()), Some(a.id));
    }
    let over = all.iter().filter(|a| a.from.is_some()).max_by_key(|a| a.end());
    match over {
        Some(a) => institutions::store::set_partner(tx, by, home, (a.medical, a.last_day()), None),
        None => Ok(()),
    }
}

/// The rounds of an agreement, newest first.
///
/// # Errors
/// What the engine says.
pub fn rounds(tx: &mut Tx<'_>, id: AgreementId) -> Result<Vec<Round>> {
    let sql =
        "select on_date, who, seen, what from agreement_rounds where agreement_id = $1 order by on_date desc, who";
    tx.query(sql, params![id], |row| {
        Ok(Round { on: row.get(0)?, who: row.get(1)?, seen: row.get(2)?, what: row.get(3)? })
    })
}

fn add_round(tx: &mut Tx<'_>, by: &Actor, id: AgreementId, round: &Round) -> Result<bool> {
    let new = RoundId::new(by.now, tx.chance());
    let written = tx.exec(
        "insert into agreement_rounds (agreement_id, id, on_date, who, seen, what, recorded_by, recorded_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (agreement_id, on_date, who) do nothing",
        params![id, new, round.on, &round.who, round.seen, &round.what, &by.name, by.now],
    )?;
    Ok(written > 0)
}

/// How an agreement was kept until today.
///
/// # Errors
/// What the engine says.
pub fn kept(tx: &mut Tx<'_>, by: &Actor, a: &Agreement) -> Result<Kept> {
    let (Some(from), Some(end)) = (a.from, a.end()) else { return Ok(Kept::default()) };
    let sql = "select count(*), cast(coalesce(sum(seen), 0) as bigint) from agreement_rounds
               where agreement_id = $1 and on_date >= $2 and on_date < $3";
    let (rounds, seen) = tx.query_one(sql, params![a.id, from, end], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let (referrals_due, referrals_in_time) =
        referrals::store::answered(tx, a.id, (a.home, a.medical), (from, end), by.now)?;
    Ok(Kept { rounds_due: rounds_due(a, by.today()), rounds, seen, referrals_due, referrals_in_time })
}

const SIDE: &str = "i.id, i.name, i.kind, i.ownership, i.lon, i.lat,
     (select count(*) from agreements a where (a.home_id = i.id or a.medical_id = i.id) and a.state = 'signed'
        and a.from_on <= $1 and a.until_on > $1)";

fn side_row(row: &Row<'_>) -> Result<Side> {
    let mut c = row.columns();
    let (id, name, kind) = (c.take()?, c.take()?, c.take()?);
    let public = c.take::<Option<String>>()?.as_deref() == Some("public");
    let at = c.take::<Option<f64>>()?.zip(c.take::<Option<f64>>()?);
    Ok(Side { id, name, kind, public, at, agreements: c.take::<i64>()? as usize })
}

/// An institution as a side of an agreement.
///
/// # Errors
/// [`db::Error::NotFound`], or what the engine says.
pub fn side(tx: &mut Tx<'_>, by: &Actor, id: InstitutionId) -> Result<Side> {
    tx.query_one(&format!("select {SIDE} from institutions i where i.id = $2"), params![by.today(), id], side_row)
}

/// The institutions of some kinds in an area, by name.
///
/// # Errors
/// What the engine says.
pub fn sides(tx: &mut Tx<'_>, by: &Actor, area: Area, kinds: &[Kind]) -> Result<Vec<Side>> {
    let (low, high) = area.bounds();
    let codes: Vec<String> = kinds.iter().map(|kind| format!("'{}'", kind.code())).collect();
    let sql = format!(
        "select {SIDE} from institutions i where i.area between $2 and $3 and i.kind in ({}) order by i.name, i.id",
        codes.join(", ")
    );
    tx.query(&sql, params![by.today(), low, high], side_row)
}

/// The homes and the medical institutions of an area.
///
/// # Errors
/// What the engine says.
pub fn both(tx: &mut Tx<'_>, by: &Actor, area: Area) -> Result<(Vec<Side>, Vec<Side>)> {
    Ok((sides(tx, by, area, HOMES)?, sides(tx, by, area, MEDICAL)?))
}

/// Of the institutions of a kind within sight: how many there are and how many have an agreement in force.
///
/// # Errors
/// What the engine says.
pub fn covered(tx: &mut Tx<'_>, by: &Actor, kinds: &[Kind]) -> Result<(i64, i64)> {
    let (scope, mut values) = by.scope.institutions("i.area", "i.id", 2);
    values.insert(0, by.today().into());
    let codes: Vec<String> = kinds.iter().map(|kind| format!("'{}'", kind.code())).collect();
    let sql = format!(
        "select count(*), cast(coalesce(sum(case when exists (select 1 from agreements a where a.home_id = i.id
             and a.state = 'signed' and a.from_on <= $1 and a.until_on > $1) then 1 else 0 end), 0) as bigint)
         from institutions i where i.kind in ({}) and {scope}",
        codes.join(", ")
    );
    tx.query_one(&sql, &values, |row| Ok((row.get(0)?, row.get(1)?)))
}

fn over(tx: &mut Tx<'_>, today: Date) -> Result<Vec<Agreement>> {
    let sql = format!("select {COLUMNS} {FROM} where a.state = 'signed' and a.until_on <= $1 order by a.id");
    tx.query(&sql, params![today], agreement)
}
