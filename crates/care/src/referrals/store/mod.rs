//! Referrals in the database. What may happen is decided in [`super::model`] and done in [`steps`].

pub mod lists;
pub mod overstays;
pub mod steps;

use super::model::{Channel, Conclusion, Consent, Key, NewReferral, Part, Referral, Site, State};
use crate::agreements;
use crate::sharing;
use db::{Actor, Condition, Result, Row, Tx, params};
use kernel::{AgreementId, Area, Date, ElderId, Instant, InstitutionId};
use registry::institutions::Kind as Place;

const COLUMNS: &str = "r.elder_id, r.id, r.kind, r.state, r.version, e.name, r.from_id, f.name, r.to_id, r.to_name, r.to_phone,
     r.agreement_id, r.reason, r.diagnosis, r.consent_by, r.consent_name, r.consent_relation, r.consent_how, r.consent_at,
     r.shared, r.purpose, r.shared_until, r.share_ended_at, r.requested_at, r.requested_by, r.answer_due_at, r.lapses_at,
     r.answered_at, r.answered_by, r.refusal, r.call_name, r.call_at, r.booked_for, r.booked_place, r.arrived_at,
     r.arrived_how, r.concluded_at, r.concluded_by, r.finding, r.done, r.medication, r.advice, r.follow_up_due,
     r.followed_up_on, r.followed_up_by, r.follow_up_note, r.closed_at, r.closed_reason";
const FROM: &str = "from referrals r join elders e on e.id = r.elder_id join institutions f on f.id = r.from_id";

fn referral(row: &Row<'_>) -> Result<Referral> {
    let mut c = row.columns();
    Ok(Referral {
        key: Key { elder: c.take()?, id: c.take()? },
        kind: c.take()?,
        state: c.take()?,
        version: c.take()?,
        elder_name: c.take()?,
        from: c.take()?,
        from_name: c.take()?,
        to: c.take()?,
        to_name: c.take()?,
        to_phone: c.take()?,
        agreement: c.take()?,
        reason: c.take()?,
        diagnosis: c.take()?,
        consent: Consent { by: c.take()?, name: c.take()?, relation: c.take()?, how: c.take()?, at: c.take()? },
        shared: Part::split(&c.take::<String>()?),
        purpose: c.take()?,
        shared_until: c.take()?,
        share_ended_at: c.take()?,
        requested_at: c.take()?,
        requested_by: c.take()?,
        answer_due: c.take()?,
        lapses: c.take()?,
        answered_at: c.take()?,
        answered_by: c.take()?,
        refusal: c.take()?,
        call_name: c.take()?,
        call_at: c.take()?,
        booked_for: c.take()?,
        booked_place: c.take()?,
        arrived_at: c.take()?,
        arrived_how: c.take()?,
        concluded_at: c.take()?,
        concluded_by: c.take()?,
        conclusion: Conclusion {
            finding: c.take()?,
            done: c.take()?,
            medication: c.take()?,
            advice: c.take()?,
            follow_up_due: c.take()?,
        },
        followed_up_on: c.take()?,
        followed_up_by: c.take()?,
        follow_up_note: c.take()?,
        closed_at: c.take()?,
        closed_reason: c.take()?,
    })
}

/// The referrals that an actor sees.
fn seen(by: &Actor) -> Condition {
    sharing::store::seen(by, "r")
}

/// A referral within sight.
///
/// # Errors
/// [`db::Error::NotFound`], or what the engine says.
pub fn find(tx: &mut Tx<'_>, by: &Actor, key: Key) -> Result<Referral> {
    let mut condition = seen(by);
    condition.with("r.elder_id = ?", key.elder).with("r.id = ?", key.id);
    tx.query_one(&format!("select {COLUMNS} {FROM} where {}", condition.sql), &condition.values, referral)
}

/// The referrals of an elder within sight, newest first.
///
/// # Errors
/// What the engine says.
pub fn of_elder(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> Result<Vec<Referral>> {
    let mut condition = seen(by);
    condition.with("r.elder_id = ?", elder);
    let sql = format!("select {COLUMNS} {FROM} where {} order by r.requested_at desc, r.id", condition.sql);
    tx.query(&sql, &condition.values, referral)
}

/// The referrals of an elder that something can still happen to, whoever asks: for what follows the bus.
fn open_of(tx: &mut Tx<'_>, elder: ElderId) -> Result<Vec<Referral>> {
    let sql = format!(
        "select {COLUMNS} {FROM} where r.elder_id = $1
         and r.state in ('requested', 'accepted', 'booked', 'arrived', 'concluded') order by r.requested_at, r.id"
    );
    tx.query(&sql, params![elder], referral)
}

/// An institution as a side of a referral, wherever it is.
///
/// # Errors
/// [`db::Error::NotFound`], or what the engine says.
pub fn site(tx: &mut Tx<'_>, id: InstitutionId) -> Result<Site> {
    tx.query_one(&format!("select {SITE} from institutions i where i.id = $1"), params![id], as_site)
}

const SITE: &str = "i.id, i.name, i.kind, i.phone,
     (select count(*) from accounts a where a.institution_id = i.id and a.disabled_at is null)";

fn as_site(row: &Row<'_>) -> Result<Site> {
    let mut c = row.columns();
    Ok(Site { id: c.take()?, name: c.take()?, kind: c.take()?, phone: c.take()?, on_platform: c.take::<i64>()? > 0 })
}

/// The institution of the register that is called exactly so, if there is one and no other.
///
/// # Errors
/// What the engine says.
pub fn called(tx: &mut Tx<'_>, name: &str) -> Result<Option<InstitutionId>> {
    let all = tx.query("select id from institutions where name = $1 limit 2", params![name], |row| row.get(0))?;
    Ok(Some(all).filter(|all| all.len() == 1).and_then(|all| all.into_iter().next()))
}

/// The institutions of some kinds in the county of a place.
///
/// # Errors
/// What the engine says.
pub fn sites(tx: &mut Tx<'_>, near: Area, kinds: &[Place]) -> Result<Vec<Site>> {
    let (low, high) = near.up_to(kernel::area::Level::County).bounds();
    let codes: Vec<String> = kinds.iter().map(|kind| format!("'{}'", kind.code())).collect();
    let sql = format!(
        "select {SITE} from institutions i where i.area between $1 and $2 and i.kind in ({}) order by i.kind, i.name",
        codes.join(", ")
    );
    tx.query(&sql, params![low, high], as_site)
}

/// The home that an elder lives in, if they do, and longitude and latitude of where they are.
type Whereabouts = (Option<InstitutionId>, Option<(f64, f64)>);

/// Longitude and latitude of where an elder is: of the home they live in, else of their village or street.
fn whereabouts(tx: &mut Tx<'_>, elder: ElderId, area: Area) -> Result<Whereabouts> {
    let sql = "select i.id, i.lon, i.lat from elder_links l join institutions i on i.id = l.institution_id
               where l.elder_id = $1 and l.kind = 'resident' and l.until is null order by l.from_on desc limit 1";
    type Place = (InstitutionId, Option<f64>, Option<f64>);
    let home: Option<Place> = tx.query_opt(sql, params![elder], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let village = tx.query_opt("select lon, lat from areas where code = $1", params![area], |row| {
        Ok(row.get::<Option<f64>>(0)?.zip(row.get::<Option<f64>>(1)?))
    })?;
    let at = home.and_then(|(_, lon, lat)| lon.zip(lat)).or(village.flatten());
    Ok((home.map(|(id, ..)| id), at))
}

/// The hospitals with a green channel by an agreement in force, in the order of choice: those of the elder's county, and those
/// that the elder's home or one's own institution has agreed with.
///
/// # Errors
/// What the engine says.
pub fn channels(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, area: Area) -> Result<Vec<Channel>> {
    let (home, at) = whereabouts(tx, elder, area)?;
    let sql = "select h.id, h.name, h.phone, a.id, a.home_id, a.green_minutes, h.lon, h.lat from agreements a
               join institutions h on h.id = a.medical_id
               where h.kind = 'hospital' and a.state = 'signed' and a.green_minutes is not null
                 and a.from_on <= $1 and a.until_on > $1
                 and (h.area between $2 and $3 or a.home_id = $4 or a.home_id = $5) order by h.name, a.id";
    let (low, high) = area.up_to(kernel::area::Level::County).bounds();
    let found = tx.query(sql, params![by.today(), low, high, home, by.institution], |row| {
        let mut c = row.columns();
        let (hospital, name, phone, agreement) = (c.take()?, c.take()?, c.take()?, c.take()?);
        let (with, minutes): (InstitutionId, Option<i64>) = (c.take()?, c.take()?);
        let place = c.take::<Option<f64>>()?.zip(c.take::<Option<f64>>()?);
        let metres = at.zip(place).map(|(one, other)| agreements::pairing::metres(one, other));
        let own = Some(with) == home || Some(with) == by.institution;
        Ok(Channel { hospital, name, phone, agreement, home: with, minutes, own, metres })
    })?;
    Ok(super::model::in_order(found))
}

/// Writes a new request.
fn insert(tx: &mut Tx<'_>, by: &Actor, r: &Referral) -> Result<()> {
    tx.exec(
        "insert into referrals (elder_id, id, kind, state, version, from_id, to_id, to_name, to_phone, agreement_id, reason,
           diagnosis, consent_by, consent_name, consent_relation, consent_how, consent_at, shared, purpose, shared_until,
           requested_at, requested_by, answer_due_at, lapses_at, answered_by, refusal, call_name, booked_place, arrived_how,
           concluded_by, finding, done, medication, advice, followed_up_by, follow_up_note, closed_reason, created_at,
           changed_at)
         values ($1, $2, $3, $4, 1, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23,
           '', '', '', '', '', '', '', '', '', '', '', '', '', $20, $20)",
        params![
            r.key.elder,
            r.key.id,
            r.kind,
            r.state,
            r.from,
            r.to,
            &r.to_name,
            &r.to_phone,
            r.agreement,
            &r.reason,
            &r.diagnosis,
            r.consent.by,
            &r.consent.name,
            &r.consent.relation,
            r.consent.how,
            r.consent.at,
            Part::join(&r.shared),
            &r.purpose,
            r.shared_until,
            by.now,
            &r.requested_by,
            r.answer_due,
            r.lapses
        ],
    )?;
    Ok(())
}

/// Writes what a step changed, if nobody was faster.
fn write(tx: &mut Tx<'_>, now: Instant, r: &Referral) -> Result<()> {
    let c = &r.conclusion;
    let written = tx.exec(
        "update referrals set state = $4, share_ended_at = $5, lapses_at = $6, answered_at = $7, answered_by = $8, refusal = $9,
           call_name = $10, call_at = $11, booked_for = $12, booked_place = $13, arrived_at = $14, arrived_how = $15,
           concluded_at = $16, concluded_by = $17, finding = $18, done = $19, medication = $20, advice = $21,
           follow_up_due = $22, followed_up_on = $23, followed_up_by = $24, follow_up_note = $25, closed_at = $26,
           closed_reason = $27, changed_at = $28, version = version + 1
         where elder_id = $1 and id = $2 and version = $3",
        params![
            r.key.elder,
            r.key.id,
            r.version,
            r.state,
            r.share_ended_at,
            r.lapses,
            r.answered_at,
            &r.answered_by,
            &r.refusal,
            &r.call_name,
            r.call_at,
            r.booked_for,
            &r.booked_place,
            r.arrived_at,
            &r.arrived_how,
            r.concluded_at,
            &r.concluded_by,
            &c.finding,
            &c.done,
            &c.medication,
            &c.advice,
            c.follow_up_due,
            r.followed_up_on,
            &r.followed_up_by,
            &r.follow_up_note,
            r.closed_at,
            &r.closed_reason,
            now
        ],
    )?;
    if written == 0 { Err(db::Error::Conflict(steps::FASTER.into())) } else { Ok(()) }
}

/// Whether an open referral of this kind to this place is there already.
fn again(tx: &mut Tx<'_>, new: &NewReferral, to: Option<InstitutionId>) -> Result<bool> {
    let sql = "select count(*) from referrals where elder_id = $1 and kind = $2 and to_id = $3
               and state in ('requested', 'accepted', 'booked', 'arrived')";
    Ok(to.is_some() && tx.count(sql, params![new.elder, new.kind, to])? > 0)
}

/// Keeps others from requesting for the elder until the transaction ends.
fn hold(tx: &mut Tx<'_>, elder: ElderId) -> Result<()> {
    tx.exec("update elders set changed_at = changed_at where id = $1", params![elder])?;
    Ok(())
}

/// Keys of referrals whose time is over.
fn over(tx: &mut Tx<'_>, now: Instant, limit: i64) -> Result<Vec<Referral>> {
    let sql = format!(
        "select {COLUMNS} {FROM} where r.state in ('requested', 'accepted', 'booked') and r.lapses_at < $1
         order by r.lapses_at, r.id limit $2"
    );
    tx.query(&sql, params![now, limit], referral)
}

/// How many referrals to a medical institution from a home fell due within a term, and how many of them were answered in
/// time: for the fulfilment of an agreement. Those that still have time are in neither.
///
/// # Errors
/// What the engine says.
pub fn answered(
    tx: &mut Tx<'_>,
    agreement: AgreementId,
    sides: (InstitutionId, InstitutionId),
    (from, until): (Date, Date),
    now: Instant,
) -> Result<(i64, i64)> {
    let (home, medical) = sides;
    let edge = |day: Date| kernel::time::at(day, 0, 0).unwrap_or(now);
    let sql = "select cast(coalesce(sum(case when r.answered_at is not null or r.answer_due_at < $6 or r.state = 'lapsed'
                  then 1 else 0 end), 0) as bigint),
               cast(coalesce(sum(case when r.answered_at <= r.answer_due_at then 1 else 0 end), 0) as bigint)
               from referrals r where r.to_id = $3 and (r.from_id = $2 or r.agreement_id = $1) and r.state <> 'cancelled'
               and (r.state <> 'closed_elsewhere' or r.answered_at is not null) and r.requested_at >= $4
               and r.requested_at < $5";
    tx.query_one(sql, params![agreement, home, medical, edge(from), edge(until), now], |row| {
        Ok((row.get(0)?, row.get(1)?))
    })
}

/// Whether the state is one that waits for an answer.
pub(super) const fn waiting(state: State) -> bool {
    matches!(state, State::Requested)
}
