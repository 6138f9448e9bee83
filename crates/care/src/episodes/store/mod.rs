//! Episodes in the database. What moves an elder is decided in [`super::model`], what ends with it in [`super::ending`].

pub mod following;
pub mod lists;
pub mod steps;

use super::model::{Episode, Event, EventKind, Goal, Lead, Member, Spell};
use db::{Actor, Error, Result, Row, Tx, params};
use kernel::{Date, ElderId, EpisodeId, Instant, InstitutionId, StaffId};
use registry::elders;
use uuid::Uuid;

pub use following::{follow, followed, follower, note};

const COLUMNS: &str = "p.elder_id, p.id, p.opened_on, p.because, p.closed_on, p.why, p.lead_id, p.lead_name,
     p.lead_institution_id, p.changed_by, p.changed_at";

fn episode(row: &Row<'_>) -> Result<Episode> {
    let mut c = row.columns();
    let (elder, id, opened_on, because) = (c.take()?, c.take()?, c.take()?, c.take()?);
    let (closed_on, why) = (c.take()?, c.take()?);
    let (staff, name, institution): (Option<StaffId>, String, Option<InstitutionId>) =
        (c.take()?, c.take()?, c.take()?);
    let lead = staff.zip(institution).map(|(staff, institution)| Lead { staff, name, institution });
    let (changed_by, changed_at) = (c.take()?, c.take()?);
    Ok(Episode { elder, id, opened_on, because, closed_on, why, lead, changed_by, changed_at })
}

/// All episodes of an elder within sight, the open one first, then the newest.
///
/// # Errors
/// [`Error::NotFound`], or what the engine says.
pub fn of_elder(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> Result<Vec<Episode>> {
    elders::store::visible(tx, by, elder)?;
    all(tx, elder)
}

/// After a merge there may be two open ones until the night closes the younger: the older one counts.
fn all(tx: &mut Tx<'_>, elder: ElderId) -> Result<Vec<Episode>> {
    let sql = format!(
        "select {COLUMNS} from episodes p where p.elder_id = $1
         order by case when p.closed_on is null then 0 else 1 end,
           case when p.closed_on is null then p.opened_on end, p.opened_on desc, p.id"
    );
    tx.query(&sql, params![elder], episode)
}

/// The open episode of an elder, if there is one. Whoever asks has seen the elder, or follows what happens to them.
///
/// # Errors
/// What the engine says.
pub fn current(tx: &mut Tx<'_>, elder: ElderId) -> Result<Option<Episode>> {
    Ok(all(tx, elder)?.into_iter().next().filter(|e| e.closed_on.is_none()))
}

/// Where an elder was and is, oldest first, over all episodes or in one.
///
/// # Errors
/// What the engine says.
pub fn spells(tx: &mut Tx<'_>, elder: ElderId, of: Option<EpisodeId>) -> Result<Vec<Spell>> {
    let sql =
        "select id, kind, institution_id, from_on, until_on, kept, episode_id from episode_places where elder_id = $1
               order by from_on, case when until_on is null then 1 else 0 end, id";
    let rows = tx.query(sql, params![elder], |row| {
        let mut c = row.columns();
        let spell = Spell {
            id: c.take()?,
            place: c.take()?,
            institution: c.take()?,
            from: c.take()?,
            until: c.take()?,
            kept: c.take()?,
        };
        Ok((spell, c.take::<EpisodeId>()?))
    })?;
    Ok(rows.into_iter().filter(|(_, id)| of.is_none_or(|one| one == *id)).map(|(spell, _)| spell).collect())
}

/// The goals of an elder's plan: open ones by their day, then the others, newest first.
///
/// # Errors
/// What the engine says.
pub fn goals(tx: &mut Tx<'_>, elder: ElderId) -> Result<Vec<Goal>> {
    let sql = "select id, text, measure, due_on, state, set_on, set_by, closed_on, reason, changed_by, changed_at
               from episode_goals where elder_id = $1
               order by case when state = 'open' then 0 else 1 end, case when state = 'open' then coalesce(due_on, '9999') end,
                 closed_on desc, id";
    tx.query(sql, params![elder], |row| {
        let mut c = row.columns();
        Ok(Goal {
            id: c.take()?,
            text: c.take()?,
            measure: c.take()?,
            due_on: c.take()?,
            state: c.take()?,
            set_on: c.take()?,
            set_by: c.take()?,
            closed_on: c.take()?,
            reason: c.take()?,
            changed_by: c.take()?,
            changed_at: c.take()?,
        })
    })
}

/// Who is and was in the team, those of today first.
///
/// # Errors
/// What the engine says.
pub fn team(tx: &mut Tx<'_>, elder: ElderId) -> Result<Vec<Member>> {
    let sql = "select id, staff_id, name, role, from_on, until_on from episode_team where elder_id = $1
               order by case when until_on is null then 0 else 1 end, from_on, id";
    tx.query(sql, params![elder], |row| {
        let mut c = row.columns();
        Ok(Member {
            id: c.take()?,
            staff: c.take()?,
            name: c.take()?,
            role: c.take()?,
            from: c.take()?,
            until: c.take()?,
        })
    })
}

/// The thread, oldest first. Whoever asks has seen the elder.
///
/// # Errors
/// What the engine says.
pub fn events(tx: &mut Tx<'_>, elder: ElderId) -> Result<Vec<Event>> {
    let sql = "select on_date, at, kind, code, title, detail, href, by_name from episode_events where elder_id = $1
               order by on_date, at, case kind when 'open' then 0 when 'move' then 1 when 'close' then 2 when 'follow' then 4 else 3 end,
                 code, id";
    tx.query(sql, params![elder], |row| {
        let mut c = row.columns();
        Ok(Event {
            on: c.take()?,
            at: c.take()?,
            kind: c.take()?,
            code: c.take()?,
            title: c.take()?,
            detail: c.take()?,
            href: c.take()?,
            by: c.take()?,
        })
    })
}

/// What is to stand on the thread.
#[derive(Clone, Debug)]
pub struct Line<'a> {
    /// The day it concerns.
    pub on: Date,
    /// What sort.
    pub kind: EventKind,
    /// Number of the rule, if it was one.
    pub code: &'a str,
    /// In a line.
    pub title: &'a str,
    /// More.
    pub detail: &'a str,
    /// Where it stands in full.
    pub href: Option<&'a str>,
}

fn write_line(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, episode: EpisodeId, line: &Line<'_>) -> Result<()> {
    let id = kernel::id::new_uuid(by.now, tx.chance());
    tx.exec(
        "insert into episode_events (elder_id, id, episode_id, on_date, at, kind, code, title, detail, href, by_name)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        params![
            elder,
            id,
            episode,
            line.on,
            by.now,
            line.kind,
            line.code,
            line.title,
            line.detail,
            line.href,
            &by.name
        ],
    )?;
    Ok(())
}

fn insert(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, (on, because): (Date, &str)) -> Result<EpisodeId> {
    let id = EpisodeId::new(by.now, tx.chance());
    tx.exec(
        "insert into episodes (elder_id, id, opened_on, because, why, lead_name, changed_by, changed_at)
         values ($1, $2, $3, $4, '', '', $5, $6)",
        params![elder, id, on, because, &by.name, by.now],
    )?;
    Ok(id)
}

/// Sets who leads.
fn write_lead(tx: &mut Tx<'_>, by: &Actor, e: &Episode, lead: &Lead) -> Result<()> {
    tx.exec_one(
        "update episodes set lead_id = $3, lead_name = $4, lead_institution_id = $5, changed_by = $6, changed_at = $7
         where elder_id = $1 and id = $2",
        params![e.elder, e.id, lead.staff, &lead.name, lead.institution, &by.name, by.now],
    )
}

/// Closes an episode with all that hangs on it: the place, the goals, the team.
fn write_close(tx: &mut Tx<'_>, by: &Actor, e: &Episode, on: Date, why: &str) -> Result<()> {
    let sql = "update episodes set closed_on = $3, why = $4, changed_by = $5, changed_at = $6
               where elder_id = $1 and id = $2 and closed_on is null";
    tx.exec_one(sql, params![e.elder, e.id, on, why, &by.name, by.now])?;
    let sql =
        "update episode_places set until_on = coalesce(until_on, case when from_on > $2 then from_on else $2 end),
                 kept = 0 where elder_id = $1 and (until_on is null or kept = 1)";
    tx.exec(sql, params![e.elder, on])?;
    tx.exec(
        "update episode_goals set state = 'given_up', closed_on = $2, reason = $3, changed_by = $4, changed_at = $5
         where elder_id = $1 and state = 'open'",
        params![e.elder, on, why, &by.name, by.now],
    )?;
    let sql = "update episode_team set until_on = case when from_on > $2 then from_on else $2 end
               where elder_id = $1 and until_on is null";
    tx.exec(sql, params![e.elder, on])?;
    Ok(())
}

/// Keeps others from opening or changing the elder's episode until the transaction ends.
fn hold(tx: &mut Tx<'_>, elder: ElderId) -> Result<()> {
    tx.exec("update elders set changed_at = changed_at where id = $1", params![elder])?;
    Ok(())
}

/// Refuses when what is to be changed was changed since it was looked at.
fn unchanged(seen: Instant, now: Instant, by: &str) -> Result<()> {
    if seen.timestamp_millis() == now.timestamp_millis() {
        return Ok(());
    }
    let when = kernel::time::show(now);
    Err(Error::Conflict(format!("{by} 已在 {when} 改过，您看到的不是最新内容；请刷新后再办理")))
}

/// A member of staff, as who leads or joins is named.
fn staff(tx: &mut Tx<'_>, id: StaffId) -> Result<Lead> {
    let sql = "select s.id, s.name, s.institution_id from staff s where s.id = $1";
    tx.query_one(sql, params![id], |row| Ok(Lead { staff: row.get(0)?, name: row.get(1)?, institution: row.get(2)? }))
}

/// The staff who may lead or join: of institutions that serve the elder, of the place where they are, and of the actor's own.
///
/// # Errors
/// What the engine says.
pub fn candidates(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> Result<Vec<(StaffId, String)>> {
    let sql = "select s.id, s.name, i.name, s.post from staff s join institutions i on i.id = s.institution_id
               where s.post <> 'assessor' and (i.id = $2
                 or i.id in (select l.institution_id from elder_links l where l.elder_id = $1 and l.until is null)
                 or i.id in (select p.institution_id from episode_places p where p.elder_id = $1
                   and (p.until_on is null or p.kept = 1)))
               order by i.name, s.post, s.name, s.id limit 500";
    tx.query(sql, params![elder, by.institution], |row| {
        let post: registry::staff::Post = row.get(3)?;
        let (name, institution): (String, String) = (row.get(1)?, row.get(2)?);
        Ok((row.get(0)?, format!("{name}（{}，{institution}）", post.name())))
    })
}

/// Puts a spell in.
fn begin(tx: &mut Tx<'_>, (elder, episode): (ElderId, EpisodeId), spell: &Spell, because: &str) -> Result<()> {
    tx.exec(
        "insert into episode_places (elder_id, id, episode_id, kind, institution_id, from_on, until_on, kept, because)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        params![elder, spell.id, episode, spell.place, spell.institution, spell.from, spell.until, spell.kept, because],
    )?;
    Ok(())
}

fn uuid(tx: &Tx<'_>, by: &Actor) -> Uuid {
    kernel::id::new_uuid(by.now, tx.chance())
}
