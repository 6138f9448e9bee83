//! Lists of consultations: which are one's own, which wait, which are late.

use super::super::model::{Consultation, State};
use super::{COLUMNS, FROM, consultation, seen};
use db::{Actor, Condition, Result, Tx};
use kernel::{Instant, InstitutionId, StaffId};

/// Which side one's own institution is on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Way {
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
    /// Which way.
    pub way: Way,
    /// Whose; the actor's own institution.
    pub institution: Option<InstitutionId>,
    /// One of these states; all if empty.
    pub states: Vec<State>,
    /// Should have been answered before this instant.
    pub late_at: Option<Instant>,
    /// Booked from this instant on, and before that one.
    pub booked: Option<(Instant, Instant)>,
    /// The consultant.
    pub consultant: Option<StaffId>,
}

fn condition(by: &Actor, filter: &Filter) -> Condition {
    let mut all = seen(by);
    match (filter.way, filter.institution) {
        (Way::Received, Some(own)) => all.with("c.to_id = ?", own),
        (Way::Sent, Some(own)) => all.with("c.from_id = ?", own),
        _ => &mut all,
    };
    if !filter.states.is_empty() {
        let codes: Vec<String> = filter.states.iter().map(|state| format!("'{}'", state.code())).collect();
        all.and(&format!("c.state in ({})", codes.join(", ")));
    }
    if let Some(now) = filter.late_at {
        all.with("c.state = 'requested' and c.answer_due_at < ?", now);
    }
    if let Some((from, until)) = filter.booked {
        all.with("c.booked_for >= ?", from).with("c.booked_for < ?", until);
    }
    all.with_some("c.consultant_id = ?", filter.consultant);
    all
}

/// The consultations: first those to be answered, then those to be held, each with the earliest first.
///
/// # Errors
/// What the engine says.
pub fn list(tx: &mut Tx<'_>, by: &Actor, filter: &Filter, limit: i64, offset: i64) -> Result<Vec<Consultation>> {
    let mut all = condition(by, filter);
    let page = all.page(limit, offset);
    let sql = format!(
        "select {COLUMNS} {FROM} where {} order by case c.state when 'requested' then 0 when 'under_way' then 1
           when 'booked' then 2 when 'no_show' then 3 else 4 end,
           case when c.state = 'requested' then c.answer_due_at when c.state in ('booked', 'under_way') then c.booked_for
           else 0 end, c.requested_at desc, c.id {page}",
        all.sql
    );
    tx.query(&sql, &all.values, consultation)
}

/// How many there are of them.
///
/// # Errors
/// What the engine says.
pub fn count(tx: &mut Tx<'_>, by: &Actor, filter: &Filter) -> Result<i64> {
    let all = condition(by, filter);
    tx.count(&format!("select count(*) {FROM} where {}", all.sql), &all.values)
}

/// Figures of the consultations within sight since a day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Asked for.
    pub asked: i64,
    /// Fallen due or answered.
    pub due: i64,
    /// Answered in time.
    pub in_time: i64,
    /// Concluded and signed.
    pub signed: i64,
    /// By video.
    pub by_video: i64,
}

/// Counts the consultations within sight since an instant.
///
/// # Errors
/// What the engine says.
pub fn figures(tx: &mut Tx<'_>, by: &Actor, since: Instant) -> Result<Figures> {
    let mut all = seen(by);
    all.with("c.requested_at >= ?", since).with("c.state <> 'cancelled' and c.requested_at <= ?", by.now);
    all.values.push(by.now.into());
    let now = all.values.len();
    let sum = |what: &str| format!("cast(coalesce(sum(case when {what} then 1 else 0 end), 0) as bigint)");
    let sql = format!(
        "select count(*), {}, {}, {}, {} {FROM} where {}",
        sum(&format!("c.answered_at is not null or c.answer_due_at < ${now}")),
        sum("c.answered_at <= c.answer_due_at"),
        sum("c.signed_at is not null"),
        sum("c.means = 'video'"),
        all.sql
    );
    tx.query_one(&sql, &all.values, |row| {
        let mut c = row.columns();
        Ok(Figures { asked: c.take()?, due: c.take()?, in_time: c.take()?, signed: c.take()?, by_video: c.take()? })
    })
}
