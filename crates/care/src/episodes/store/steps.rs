//! What a person does with an episode: each loads, checks, writes, and leaves an audit row and a line on the thread.

use super::Line;
use crate::episodes::ending::OpenThing;
use crate::episodes::model::{Episode, EventKind, GoalState, Lead, Place};
use crate::subject;
use db::audit::Entry;
use db::{Actor, Tx, params};
use kernel::{Date, ElderId, EpisodeId, GoalId, Instant, MemberId, StaffId};
use web::{Error, Reason};

/// The result of a step.
pub type Result<T> = std::result::Result<T, Error>;

/// The longest text of a goal, a note, a reason, in characters.
const LONGEST: usize = 200;
/// The longest name or role, in characters.
const LONGEST_NAME: usize = 40;

fn text(given: &str, (field, label): (&str, &str), longest: usize) -> Result<String> {
    let clean = kernel::text::prose(given);
    match clean.chars().count() {
        0 => Err(Error::field(field, label, "请填写")),
        n if n > longest => Err(Error::field(field, label, format!("有 {n} 个字，请精简到 {longest} 字以内"))),
        _ => Ok(clean),
    }
}

fn audit(tx: &mut Tx<'_>, by: &Actor, (elder, event): (ElderId, &str), subject: String, detail: &str) -> Result<()> {
    let action = format!("episodes.{event}");
    Ok(tx.audit(by, Entry { action: &action, elder: Some(elder), subject, detail: detail.to_owned() })?)
}

/// The open episode of an elder within sight.
fn open_one(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> Result<Episode> {
    let closed = || Error::refused("EP-04", "没有进行中的照护全程，请先开始");
    super::hold(tx, elder)?;
    super::of_elder(tx, by, elder)?.into_iter().find(|e| e.closed_on.is_none()).ok_or_else(closed)
}

fn line(tx: &mut Tx<'_>, by: &Actor, e: &Episode, (kind, title, detail): (EventKind, &str, &str)) -> Result<()> {
    let line = Line { on: by.today(), kind, code: "", title, detail, href: None };
    Ok(super::write_line(tx, by, e.elder, e.id, &line)?)
}

/// Opens an episode by hand, at home.
///
/// # Errors
/// [`Error::Conflict`] when one is open; [`Error::Refused`] for the dead and those who moved away.
pub fn open(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, why: &str) -> Result<EpisodeId> {
    let why = text(why, ("why", "开始原因"), LONGEST)?;
    super::hold(tx, elder)?;
    let person = subject::store::find(tx, by, elder)?;
    if !person.present {
        return Err(Error::refused("EP-02", "已去世或迁出，不能开始照护全程"));
    }
    if super::current(tx, elder)?.is_some() {
        return Err(Error::refused("EP-01", "已有进行中的照护全程，请在其中办理"));
    }
    let id = super::following::open(tx, by, elder, (Place::Home, None), (by.today(), "by_hand", &why))?;
    audit(tx, by, (elder, "open"), id.to_string(), &why)?;
    Ok(id)
}

/// Closes an episode by hand; `open` is what is still open elsewhere.
///
/// # Errors
/// [`Error::Refused`] with each thing that is open, and when the elder is not at home; [`Error::Conflict`] when it was changed.
pub fn close(
    tx: &mut Tx<'_>,
    by: &Actor,
    elder: ElderId,
    (why, seen): (&str, Instant),
    open: &[OpenThing],
) -> Result<()> {
    let why = text(why, ("why", "结束原因"), LONGEST)?;
    let episode = open_one(tx, by, elder)?;
    super::unchanged(seen, episode.changed_at, &episode.changed_by)?;
    let mut reasons: Vec<Reason> = open
        .iter()
        .map(|o| Reason::new("EP-03", format!("{}尚未结束：{}（{} 起）", o.thing.name(), o.title, o.since)))
        .collect();
    let spells = super::spells(tx, elder, Some(episode.id))?;
    let away = spells.iter().filter(|s| (s.until.is_none() && s.place != Place::Home) || s.kept);
    for spell in away {
        let place = super::following::at(tx, spell.place, spell.institution);
        reasons.push(Reason::new("EP-03", format!("仍在{place}，请先办理离开")));
    }
    if !reasons.is_empty() {
        return Err(Error::Refused(reasons));
    }
    super::following::close(tx, by, &episode, by.today(), &why)?;
    audit(tx, by, (elder, "close"), episode.id.to_string(), &why)
}

/// Who may lead or join: somebody of an institution that serves the elder.
fn chosen(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, staff: StaffId) -> Result<Lead> {
    let found = super::staff(tx, staff)?;
    if super::candidates(tx, by, elder)?.iter().any(|(id, _)| *id == staff) {
        return Ok(found);
    }
    Err(Error::refused("EP-05", format!("{}所在机构目前不为这位老年人服务，不能担任", found.name)))
}

/// Says who leads.
///
/// # Errors
/// [`Error::Refused`] for somebody of another institution; [`Error::Conflict`] when the episode was changed since `seen`.
pub fn lead(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, staff: StaffId, seen: Instant) -> Result<()> {
    let episode = open_one(tx, by, elder)?;
    super::unchanged(seen, episode.changed_at, &episode.changed_by)?;
    let lead = chosen(tx, by, elder, staff)?;
    let before = episode.lead.as_ref().map(|l| format!("原为{}", l.name)).unwrap_or_default();
    super::write_lead(tx, by, &episode, &lead)?;
    let title = format!("牵头人：{}", lead.name);
    line(tx, by, &episode, (EventKind::Lead, &title, &before))?;
    audit(tx, by, (elder, "lead"), episode.id.to_string(), &title)
}

/// A goal as the form brings it.
#[derive(Clone, Debug)]
pub struct NewGoal {
    /// What is to be.
    pub text: String,
    /// By what one sees that it is.
    pub measure: String,
    /// Until when.
    pub due_on: Option<Date>,
}

/// Adds a goal to the plan.
///
/// # Errors
/// [`Error::Invalid`] with the field that is wrong.
pub fn add_goal(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, new: &NewGoal) -> Result<GoalId> {
    let what = text(&new.text, ("text", "目标"), LONGEST)?;
    let measure = text(&new.measure, ("measure", "怎样算达到"), LONGEST)?;
    if let Some(due) = new.due_on.filter(|due| *due < by.today()) {
        return Err(Error::field("due_on", "期限", format!("{due} 已过，请填今天或以后的日期")));
    }
    let episode = open_one(tx, by, elder)?;
    let id = GoalId::new(by.now, tx.chance());
    tx.exec(
        "insert into episode_goals (elder_id, id, episode_id, text, measure, due_on, state, set_on, set_by, reason,
           changed_by, changed_at) values ($1, $2, $3, $4, $5, $6, 'open', $7, $8, '', $8, $9)",
        params![elder, id, episode.id, &what, &measure, new.due_on, by.today(), &by.name, by.now],
    )?;
    line(tx, by, &episode, (EventKind::Goal, &format!("新目标：{what}"), &measure))?;
    audit(tx, by, (elder, "goal"), id.to_string(), &what)?;
    Ok(id)
}

/// What becomes of a goal, with the result or the reason, and which state of it was seen.
pub type GoalEnd<'a> = (GoalState, &'a str, Instant);

/// Says that a goal is reached or given up.
///
/// # Errors
/// [`Error::Conflict`] when somebody did so already; [`Error::Invalid`] without a result or reason; [`Error::NotFound`].
pub fn end_goal(
    tx: &mut Tx<'_>,
    by: &Actor,
    elder: ElderId,
    id: GoalId,
    (state, why, seen): GoalEnd<'_>,
) -> Result<()> {
    let label = if state == GoalState::Reached { "结果" } else { "放弃原因" };
    let why = text(why, ("reason", label), LONGEST)?;
    let episode = open_one(tx, by, elder)?;
    let goal = super::goals(tx, elder)?.into_iter().find(|g| g.id == id).ok_or(Error::NotFound)?;
    super::unchanged(seen, goal.changed_at, &goal.changed_by)?;
    if goal.state != GoalState::Open || state == GoalState::Open {
        return Err(Error::Conflict(format!("这个目标“{}”，不能再改", goal.state.name())));
    }
    let sql = "update episode_goals set state = $3, closed_on = $4, reason = $5, changed_by = $6, changed_at = $7
               where elder_id = $1 and id = $2";
    tx.exec_one(sql, params![elder, id, state, by.today(), &why, &by.name, by.now])?;
    line(tx, by, &episode, (EventKind::Goal, &format!("目标{}：{}", state.name(), goal.text), &why))?;
    audit(tx, by, (elder, "goal.end"), id.to_string(), &why)
}

/// Who joins: a member of staff, or another person by name.
#[derive(Clone, Debug)]
pub struct Joining {
    /// The member of staff.
    pub staff: Option<StaffId>,
    /// The name of somebody who is none.
    pub name: String,
    /// What they do.
    pub role: String,
}

/// Takes somebody into the team.
///
/// # Errors
/// [`Error::Refused`] for somebody who is in it, or of another institution; [`Error::Invalid`] without name or role.
pub fn join(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, new: &Joining) -> Result<MemberId> {
    let role = text(&new.role, ("role", "职责"), LONGEST_NAME)?;
    let episode = open_one(tx, by, elder)?;
    let name = match new.staff {
        Some(staff) => chosen(tx, by, elder, staff)?.name,
        None => text(&new.name, ("name", "姓名"), LONGEST_NAME)?,
    };
    let there = super::team(tx, elder)?;
    if there.iter().any(|m| m.until.is_none() && m.staff == new.staff && m.name == name) {
        return Err(Error::refused("EP-06", format!("{name}已在团队中")));
    }
    let id = MemberId::new(by.now, tx.chance());
    tx.exec(
        "insert into episode_team (elder_id, id, episode_id, staff_id, name, role, from_on)
         values ($1, $2, $3, $4, $5, $6, $7)",
        params![elder, id, episode.id, new.staff, &name, &role, by.today()],
    )?;
    line(tx, by, &episode, (EventKind::Team, &format!("{name}加入团队"), &role))?;
    audit(tx, by, (elder, "team"), id.to_string(), &format!("{name}（{role}）加入"))?;
    Ok(id)
}

/// Takes somebody out of the team.
///
/// # Errors
/// [`Error::Conflict`] when they have left; [`Error::NotFound`].
pub fn leave(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, id: MemberId) -> Result<()> {
    let episode = open_one(tx, by, elder)?;
    let member = super::team(tx, elder)?.into_iter().find(|m| m.id == id).ok_or(Error::NotFound)?;
    let sql = "update episode_team set until_on = $3 where elder_id = $1 and id = $2 and until_on is null";
    if tx.exec(sql, params![elder, id, by.today()])? == 0 {
        return Err(Error::Conflict(format!("{}已经离开团队", member.name)));
    }
    line(tx, by, &episode, (EventKind::Team, &format!("{}离开团队", member.name), &member.role))?;
    audit(tx, by, (elder, "team"), id.to_string(), &format!("{}（{}）离开", member.name, member.role))
}

/// Writes a note on the thread.
///
/// # Errors
/// [`Error::Invalid`] without text.
pub fn remark(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, note: &str) -> Result<()> {
    let note = text(note, ("note", "备注"), LONGEST)?;
    let episode = open_one(tx, by, elder)?;
    line(tx, by, &episode, (EventKind::Note, &note, ""))?;
    audit(tx, by, (elder, "note"), episode.id.to_string(), "")
}
