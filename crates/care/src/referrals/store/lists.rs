//! Lists of referrals: which are one's own, which wait, which are late.

use super::super::model::{Key, Kind, Referral, State};
use super::{COLUMNS, FROM, referral, seen};
use db::{Actor, Condition, Result, Tx};
use kernel::{Date, Instant, InstitutionId};

/// Which side one's own institution is on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Side {
    /// Either.
    #[default]
    Any,
    /// It was asked.
    Received,
    /// It asks.
    Sent,
}

/// What a list is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Which side.
    pub side: Side,
    /// Whose side; the actor's own institution.
    pub institution: Option<InstitutionId>,
    /// What sort.
    pub kind: Option<Kind>,
    /// One of these states; all if empty.
    pub states: Vec<State>,
    /// Should have been answered before this instant.
    pub late_at: Option<Instant>,
    /// Follow-up is due on or before this day.
    pub follow_up_by: Option<Date>,
    /// Followed up by this institution: the side that asked, or the one of the family doctor.
    pub follows_up: Option<InstitutionId>,
}

fn condition(by: &Actor, filter: &Filter) -> Condition {
    let mut all = seen(by);
    match (filter.side, filter.institution) {
        (Side::Received, Some(own)) => all.with("r.to_id = ?", own),
        (Side::Sent, Some(own)) => all.with("r.from_id = ?", own),
        _ => &mut all,
    };
    all.with_some("r.kind = ?", filter.kind);
    if !filter.states.is_empty() {
        let codes: Vec<String> = filter.states.iter().map(|state| format!("'{}'", state.code())).collect();
        all.and(&format!("r.state in ({})", codes.join(", ")));
    }
    if let Some(now) = filter.late_at {
        all.with("r.state = 'requested' and r.answer_due_at < ?", now);
    }
    all.with_some("r.follow_up_due <= ?", filter.follow_up_by);
    all.with_some(
        "(r.from_id = ? or exists (select 1 from elder_links l where l.elder_id = r.elder_id and l.institution_id = ?
           and l.kind = 'contract' and l.until is null))",
        filter.follows_up,
    );
    all
}

/// The referrals, those that must be answered first at the front.
///
/// # Errors
/// What the engine says.
pub fn list(tx: &mut Tx<'_>, by: &Actor, filter: &Filter, limit: i64, offset: i64) -> Result<Vec<Referral>> {
    let mut all = condition(by, filter);
    let page = all.page(limit, offset);
    let sql = format!(
        "select {COLUMNS} {FROM} where {} order by case when r.state = 'requested' then 0 else 1 end,
           case when r.state = 'requested' then r.answer_due_at else 0 end, r.requested_at desc, r.id {page}",
        all.sql
    );
    tx.query(&sql, &all.values, referral)
}

/// How many there are of them.
///
/// # Errors
/// What the engine says.
pub fn count(tx: &mut Tx<'_>, by: &Actor, filter: &Filter) -> Result<i64> {
    let all = condition(by, filter);
    tx.count(&format!("select count(*) {FROM} where {}", all.sql), &all.values)
}

/// Figures of the referrals within sight since a day: asked, answered in time, fallen due, concluded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Asked for.
    pub asked: i64,
    /// Fallen due or answered.
    pub due: i64,
    /// Answered in time.
    pub in_time: i64,
    /// The elder was there.
    pub arrived: i64,
    /// A conclusion was sent back.
    pub concluded: i64,
}

/// Counts the referrals within sight since an instant.
///
/// # Errors
/// What the engine says.
pub fn figures(tx: &mut Tx<'_>, by: &Actor, since: Instant) -> Result<Figures> {
    let mut all = seen(by);
    all.with("r.requested_at >= ?", since).with("r.state <> 'cancelled' and r.requested_at <= ?", by.now);
    all.values.push(by.now.into());
    let now = all.values.len();
    let sum = |what: &str| format!("cast(coalesce(sum(case when {what} then 1 else 0 end), 0) as bigint)");
    let sql = format!(
        "select count(*), {}, {}, {}, {} {FROM} where {}",
        sum(&format!("r.answered_at is not null or r.answer_due_at < ${now}")),
        sum("r.answered_at <= r.answer_due_at"),
        sum("r.arrived_at is not null"),
        sum("r.concluded_at is not null"),
        all.sql
    );
    tx.query_one(&sql, &all.values, |row| {
        let mut c = row.columns();
        Ok(Figures { asked: c.take()?, due: c.take()?, in_time: c.take()?, arrived: c.take()?, concluded: c.take()? })
    })
}

/// The keys of a list, for tests and links.
#[must_use]
pub fn keys(all: &[Referral]) -> Vec<Key> {
    all.iter().map(|one| one.key).collect()
}
