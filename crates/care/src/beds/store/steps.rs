//! The steps of a resident: each loads, asks the model, writes, leaves an audit row, and tells who follows. The day is the
//! actor's.

use super::super::model::{Bed, BedUse, Channel, Giving, Key, Resident, State, against_bed, next};
use super::super::outbreak;
use super::{all, bed_of, before, find, rooms, taken_by};
use crate::episodes;
use chrono::Days;
use db::audit::Entry;
use db::{Actor, Json, Tx, params};
use kernel::{BedId, BedRowId, CitizenNumber, Date, ElderId, Happening, InstitutionId, ResidentId, What};
use policy::{Decision, Facts, Library, Value};
use registry::elders::{self, Chronic, LinkKind, Living, Status, facts, links};
use registry::institutions;
use web::{Error, Reason};

/// The result of a step.
pub type Result<T> = std::result::Result<T, Error>;

/// The longest note, in characters.
const LONGEST_NOTE: usize = 200;

/// An application for a bed.
#[derive(Clone, Debug)]
pub struct NewApplication {
    /// The elder's name, as the paper has it.
    pub name: String,
    /// 特困供养, as the paper shows it.
    pub government_supported: bool,
    /// What they wish for.
    pub wish: String,
}

pub(super) fn noted(text: &str, field: &str, label: &str) -> Result<String> {
    let text = kernel::text::clean(text);
    match text.chars().count() {
        0 => Err(Error::field(field, label, "请写明")),
        n if n > LONGEST_NOTE => {
            Err(Error::field(field, label, format!("有 {n} 个字，请精简到 {LONGEST_NOTE} 字以内")))
        }
        _ => Ok(text),
    }
}

fn unless(reasons: Vec<Reason>) -> Result<()> {
    if reasons.is_empty() { Ok(()) } else { Err(Error::Refused(reasons)) }
}

pub(super) fn log(tx: &mut Tx<'_>, by: &Actor, key: Key, (event, on): (&str, Date), detail: &str) -> db::Result<()> {
    let id = BedRowId::new(by.now, tx.chance());
    tx.exec(
        "insert into bed_events (elder_id, id, resident_id, at, on_date, event, detail, who)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![key.elder, id, key.id, by.now, on, event, detail, &by.name],
    )?;
    let action = format!("beds.{event}");
    let entry =
        Entry { action: &action, elder: Some(key.elder), subject: key.id.to_string(), detail: detail.to_owned() };
    tx.audit(by, entry)
}

/// Keeps others from admitting the same elder elsewhere until the transaction ends.
fn hold_elder(tx: &mut Tx<'_>, elder: ElderId) -> db::Result<()> {
    tx.exec("update elders set changed_at = changed_at where id = $1", params![elder]).map(drop)
}

pub(super) fn step(state: State, event: &str) -> Result<State> {
    next(state, event)
        .ok_or_else(|| Error::Conflict(format!("现在的状态是“{}”，不能这样办理，请刷新页面", state.name())))
}

/// The elder whose identity number and name these are, within the actor's area whether linked or not.
///
/// # Errors
/// [`Error::Refused`] when number and name are not those of one elder there.
pub fn identify(tx: &mut Tx<'_>, by: &Actor, citizen: &CitizenNumber, name: &str) -> Result<ElderId> {
    let wide = Actor { scope: db::Scope { institution: None, ..by.scope }, ..by.clone() };
    let refused = || Error::refused("BED-01", "身份证号与姓名对不上本辖区名册中的任何一位老年人，请核对证件，或先建档");
    let id = elders::store::by_citizen(tx, &wide, citizen)?.ok_or_else(refused)?;
    let elder = elders::store::find(tx, &wide, id)?;
    if elder.name == kernel::text::clean(name) { Ok(id) } else { Err(refused()) }
}

/// The level in effect: the heavier of the ability assessment and the care insurance's.
fn level(tx: &mut Tx<'_>, elder: ElderId, on: Date) -> db::Result<Option<i64>> {
    let known = facts::of(tx, elder)?;
    Ok(known.ability_on(on).max(known.ltci_on(on)))
}

/// By which channel somebody waits, with the clause.
///
/// # Errors
/// What the store says.
pub fn channel(tx: &mut Tx<'_>, by: &Actor, library: &Library, elder: ElderId, supported: bool) -> Result<Decision> {
    let wide = Actor { scope: db::Scope { institution: None, ..by.scope }, ..by.clone() };
    let e = elders::store::find(tx, &wide, elder)?;
    let asked = Facts::new()
        .with("age", kernel::time::age_on(e.born, by.today()))
        .with("disability_level", level(tx, elder, by.today())?.unwrap_or_default())
        .with("government_supported", supported)
        .with("special_family", e.special_family.unwrap_or_default())
        .with("living_alone", e.living == Some(Living::Alone));
    Ok(library.decide("bed_channel", e.area, by.today(), &asked))
}

/// Which bed the elder's level asks for.
///
/// # Errors
/// What the store says.
pub fn need(tx: &mut Tx<'_>, by: &Actor, library: &Library, elder: ElderId) -> Result<Decision> {
    let e = elders::store::find(tx, by, elder)?;
    let level = level(tx, elder, by.today())?.map_or(Value::Nothing, Value::Int);
    let dementia = e.chronic.is_some_and(|all| all.contains(&Chronic::Dementia));
    let asked = Facts::new().with("disability_level", level).with("dementia", dementia);
    Ok(library.decide("bed_need", e.area, by.today(), &asked))
}

/// Puts somebody into the queue. From now on the institution sees the file.
///
/// # Errors
/// [`Error::Refused`] with the numbered reasons, [`Error::Invalid`] for a wish that is too long.
pub fn apply(
    tx: &mut Tx<'_>,
    by: &Actor,
    library: &Library,
    (institution, citizen): (InstitutionId, &CitizenNumber),
    new: &NewApplication,
) -> Result<Key> {
    institutions::store::find(tx, by, institution)?;
    let elder = identify(tx, by, citizen, &new.name)?;
    hold_elder(tx, elder)?;
    unless(against_person(tx, by, elder, institution)?)?;
    let wish = if new.wish.trim().is_empty() { String::new() } else { noted(&new.wish, "wish", "意愿")? };
    wait(tx, by, library, (institution, elder), (new.government_supported, &wish))
}

/// Puts somebody into the queue whom the institution has agreed to take, known by the referral; nothing happens to who waits
/// or lives there or elsewhere already.
///
/// # Errors
/// What the store says.
pub fn expect(
    tx: &mut Tx<'_>,
    by: &Actor,
    library: &Library,
    (institution, elder): (InstitutionId, ElderId),
    wish: &str,
) -> Result<Option<Key>> {
    // The referral is the reason for the sight: the elder may live in another county.
    let by = &episodes::follower(by);
    hold_elder(tx, elder)?;
    if !against_person(tx, by, elder, institution)?.is_empty() {
        return Ok(None);
    }
    let wish: String = kernel::text::clean(wish).chars().take(LONGEST_NOTE).collect();
    wait(tx, by, library, (institution, elder), (false, &wish)).map(Some)
}

fn wait(
    tx: &mut Tx<'_>,
    by: &Actor,
    library: &Library,
    (institution, elder): (InstitutionId, ElderId),
    (supported, wish): (bool, &str),
) -> Result<Key> {
    let place = institutions::store::name(tx, institution)?;
    let decision = channel(tx, by, library, elder, supported)?;
    let channel = decision.text("channel").and_then(Channel::parse).unwrap_or(Channel::Ordinary);
    let key = Key { elder, id: ResidentId::new(by.now, tx.chance()) };
    let level = level(tx, elder, by.today())?;
    insert(tx, by, key, (institution, channel, level), (&decision, wish))?;
    links::open(tx, elder, institution, LinkKind::Resident, by.today())?;
    log(tx, by, key, ("apply", by.today()), &format!("{place}，{}", channel.name()))?;
    Ok(key)
}

fn insert(
    tx: &mut Tx<'_>,
    by: &Actor,
    key: Key,
    (institution, channel, level): (InstitutionId, Channel, Option<i64>),
    (decision, wish): (&Decision, &str),
) -> db::Result<()> {
    tx.exec(
        "insert into bed_residents (elder_id, id, institution_id, state, channel, decision, level, wish, applied_on, away_why,
           end_reason, made_by, created_at, changed_at)
         values ($1, $2, $3, 'waiting', $4, $5, $6, $7, $8, '', '', $9, $10, $10)",
        params![
            key.elder,
            key.id,
            institution,
            channel,
            Json(decision),
            level,
            wish,
            by.today(),
            &by.name,
            by.now
        ],
    )
    .map(drop)
}

fn against_person(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, institution: InstitutionId) -> Result<Vec<Reason>> {
    let wide = Actor { scope: db::Scope { institution: None, ..by.scope }, ..by.clone() };
    let e = elders::store::find(tx, &wide, elder)?;
    let mut reasons = vec![];
    if e.status != Status::Alive {
        reasons.push(Reason::new("BED-02", format!("{}已登记为“{}”", e.name, e.status.name())));
    }
    for other in all(tx, elder)?.iter().filter(|other| other.state.open()) {
        if other.institution == institution {
            reasons.push(Reason::new("BED-03", format!("{}在本机构{}，不必重复登记", e.name, other.state.name())));
        } else if other.state.lives() {
            let name = institutions::store::name(tx, other.institution).unwrap_or_default();
            reasons.push(Reason::new("BED-03", format!("{}现在入住{name}，退住后才能登记", e.name)));
        }
    }
    Ok(reasons)
}

/// Writes the row back if nobody changed it in between.
pub(super) fn write(tx: &mut Tx<'_>, by: &Actor, before: &Resident, now: &Resident) -> Result<()> {
    let done = tx.exec(
        "update bed_residents set state = $3, level = $4, bed_id = $5, held_until = $6, admitted_on = $7, away_since = $8,
           away_until = $9, away_why = $10, ended_on = $11, end_reason = $12, changed_at = $13
         where elder_id = $1 and id = $2 and state = $14 and changed_at = $15",
        params![
            now.key.elder,
            now.key.id,
            now.state,
            now.level,
            now.bed,
            now.held_until,
            now.admitted_on,
            now.away_since,
            now.away_until,
            &now.away_why,
            now.ended_on,
            &now.end_reason,
            by.now,
            before.state,
            before.changed_at,
        ],
    );
    match done {
        Ok(0) => Err(Error::Conflict("这条入住记录刚被别人办理过，请刷新页面后再试".into())),
        Ok(_) => Ok(()),
        // The unique index is the last word when two were faster than each other's look.
        Err(db::Error::Taken(_)) => Err(Error::refused("BED-04", "这张床刚刚被安排给别人，请刷新页面另选一张")),
        Err(e) => Err(e.into()),
    }
}

/// What stands against giving the bed to the row: taken, closed, level, zones.
fn given(tx: &mut Tx<'_>, by: &Actor, library: &Library, r: &Resident, id: BedId) -> Result<Bed> {
    rooms::hold(tx, by, r.institution)?;
    let bed = bed_of(tx, by, r.institution, id)?;
    let taken = if bed.taken.is_some() { taken_by(tx, id)? } else { None };
    let need = need(tx, by, library, r.key.elder)?;
    let mut reasons = against_bed(&Giving { bed: &bed, key: r.key, need: &need, taken_by: taken });
    if r.state.lives() {
        reasons.extend(outbreak::against_move(tx, by, library, r, &bed)?);
    }
    unless(reasons)?;
    Ok(bed)
}

/// Reserves a bed for somebody who waits, for as many days as the parameter says.
///
/// # Errors
/// [`Error::Refused`] with the numbered reasons, [`Error::Conflict`] when the row is in another state.
pub fn invite(tx: &mut Tx<'_>, by: &Actor, library: &Library, key: Key, (bed, why): (BedId, &str)) -> Result<()> {
    let old = find(tx, by, key)?;
    let mut r = old.clone();
    r.state = step(old.state, "invite")?;
    let bed = given(tx, by, library, &old, bed)?;
    in_turn(tx, &old, why)?;
    let days = number(tx, by, library, key.elder, "bed_reserve_days")?;
    (r.bed, r.held_until) = (Some(bed.id), days.and_then(|days| by.today().checked_add_days(Days::new(days))));
    write(tx, by, &old, &r)?;
    rooms::recount(tx, by, r.institution)?;
    Ok(log(tx, by, key, ("invite", by.today()), &format!("{} {why}", bed.place()))?)
}

/// Somebody who stands further back may be taken first, if it is said why.
fn in_turn(tx: &mut Tx<'_>, r: &Resident, why: &str) -> Result<()> {
    let earlier = if r.state == State::Waiting { before(tx, r)? } else { 0 };
    if earlier > 0 && why.trim().is_empty() {
        let text = format!("前面还有 {earlier} 人在轮候；不按次序安排的，请写明理由");
        return Err(Error::refused("BED-13", text));
    }
    Ok(())
}

fn number(tx: &mut Tx<'_>, by: &Actor, library: &Library, elder: ElderId, name: &str) -> Result<Option<u64>> {
    let area = elders::store::find(tx, by, elder)?.area;
    Ok(library.parameter(name, area, by.today()).and_then(|p| u64::try_from(p.value).ok()))
}

/// Gives the reserved bed back; they wait on in their old place.
///
/// # Errors
/// [`Error::Conflict`] when nothing is reserved.
pub fn release(tx: &mut Tx<'_>, by: &Actor, key: Key, why: &str) -> Result<()> {
    let old = find(tx, by, key)?;
    let mut r = old.clone();
    r.state = step(old.state, "release")?;
    let why = noted(why, "reason", "原因")?;
    (r.bed, r.held_until) = (None, None);
    write(tx, by, &old, &r)?;
    rooms::recount(tx, by, r.institution)?;
    Ok(log(tx, by, key, ("release", by.today()), &why)?)
}

/// Admits somebody into a bed: their period begins, and who follows is told.
///
/// # Errors
/// [`Error::Refused`] with the numbered reasons, [`Error::Invalid`] for the day, [`Error::Conflict`] for another state.
pub fn admit(
    tx: &mut Tx<'_>,
    by: &Actor,
    library: &Library,
    key: Key,
    (bed, on, why): (BedId, Date, &str),
) -> Result<()> {
    hold_elder(tx, key.elder)?;
    let old = find(tx, by, key)?;
    let mut r = old.clone();
    r.state = step(old.state, "admit")?;
    check_day(on, old.applied_on, by.today(), "入住日期", "申请日期")?;
    lives_nowhere_else(tx, key)?;
    not_in_hospital(tx, by, &old)?;
    let bed = given(tx, by, library, &old, bed)?;
    in_turn(tx, &old, why)?;
    (r.bed, r.admitted_on, r.held_until) = (Some(bed.id), Some(on), None);
    r.level = level(tx, key.elder, by.today())?;
    write(tx, by, &old, &r)?;
    begin_period(tx, by, key, &bed, on)?;
    rooms::recount(tx, by, r.institution)?;
    log(tx, by, key, ("admit", on), format!("{} {why}", bed.place()).trim())?;
    tell(tx, by, &r, What::MovedIn, on)
}

fn lives_nowhere_else(tx: &mut Tx<'_>, key: Key) -> Result<()> {
    let other = all(tx, key.elder)?.into_iter().find(|other| other.key != key && other.state.lives());
    let Some(other) = other else { return Ok(()) };
    let name = institutions::store::name(tx, other.institution).unwrap_or_default();
    Err(Error::refused("BED-03", format!("现在入住{name}（{}），退住后才能入住别处", other.state.name())))
}

/// Somebody in hospital leaves it first; a nursing home's own ward is no other place.
fn not_in_hospital(tx: &mut Tx<'_>, by: &Actor, r: &Resident) -> Result<()> {
    let stays = crate::stays::store::of_elder(tx, by, r.key.elder)?;
    let elsewhere = |facts: &crate::stays::NewStay| facts.discharged_on.is_none() && facts.institution != r.institution;
    match stays.into_iter().find(|stay| elsewhere(&stay.facts)) {
        None => Ok(()),
        Some(stay) => {
            let text = format!("{} 起住院，登记出院后才能办理入住", stay.facts.admitted_on);
            Err(Error::refused("BED-14", text))
        }
    }
}

fn check_day(on: Date, first: Date, today: Date, label: &str, what: &str) -> Result<()> {
    if on > today {
        return Err(Error::field("on", label, format!("{on} 晚于今天")));
    }
    if on < first {
        return Err(Error::field("on", label, format!("{on} 早于{what} {first}")));
    }
    Ok(())
}

fn begin_period(tx: &mut Tx<'_>, by: &Actor, key: Key, bed: &Bed, on: Date) -> db::Result<()> {
    let id = BedRowId::new(by.now, tx.chance());
    tx.exec(
        "insert into bed_periods (elder_id, id, resident_id, institution_id, bed_id, use, ward, from_on)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![key.elder, id, key.id, bed.institution, bed.id, bed.bed_use, bed.ward, on],
    )
    .map(drop)
}

fn end_period(tx: &mut Tx<'_>, key: Key, on: Date) -> db::Result<()> {
    tx.exec(
        "update bed_periods set until_on = case when $3 < from_on then from_on else $3 end
         where elder_id = $1 and resident_id = $2 and until_on is null",
        params![key.elder, key.id, on],
    )
    .map(drop)
}

/// The first day on which the last change of bed may stand.
fn last_from(tx: &mut Tx<'_>, r: &Resident) -> db::Result<Date> {
    let sql = "select max(from_on) from bed_periods where elder_id = $1 and resident_id = $2";
    let last: Option<Date> = tx.query_one(sql, params![r.key.elder, r.key.id], |row| row.get(0))?;
    Ok(last.or(r.admitted_on).unwrap_or(r.applied_on))
}

fn tell(tx: &mut Tx<'_>, by: &Actor, r: &Resident, what: What, on: Date) -> Result<()> {
    let happening = Happening { elder: r.key.elder, what, on, institution: Some(r.institution) };
    Ok(tx.tell(by, &happening)?)
}

/// Moves a resident to another bed.
///
/// # Errors
/// [`Error::Refused`] with the numbered reasons, zones among them; [`Error::Invalid`], [`Error::Conflict`].
pub fn relocate(
    tx: &mut Tx<'_>,
    by: &Actor,
    library: &Library,
    key: Key,
    (bed, on, why): (BedId, Date, &str),
) -> Result<()> {
    let old = find(tx, by, key)?;
    let mut r = old.clone();
    r.state = step(old.state, "move")?;
    let why = noted(why, "reason", "换床原因")?;
    if old.bed == Some(bed) {
        return Err(Error::field("bed", "床位", "已经住在这张床"));
    }
    check_day(on, last_from(tx, &old)?, by.today(), "换床日期", "上次安排床位的日期")?;
    let bed = given(tx, by, library, &old, bed)?;
    r.bed = Some(bed.id);
    write(tx, by, &old, &r)?;
    end_period(tx, key, on)?;
    begin_period(tx, by, key, &bed, on)?;
    rooms::recount(tx, by, r.institution)?;
    Ok(log(tx, by, key, ("move", on), &format!("换到 {}：{why}", bed.place()))?)
}

/// Somebody goes out for some days; the bed is kept.
///
/// # Errors
/// [`Error::Invalid`] for days or a reason that cannot be, [`Error::Refused`] in an outbreak, [`Error::Conflict`].
pub fn leave(
    tx: &mut Tx<'_>,
    by: &Actor,
    library: &Library,
    key: Key,
    (on, until, why): (Date, Date, &str),
) -> Result<()> {
    let old = find(tx, by, key)?;
    let mut r = old.clone();
    r.state = step(old.state, "leave")?;
    check_day(on, old.admitted_on.unwrap_or(old.applied_on), by.today(), "外出日期", "入住日期")?;
    let most = number(tx, by, library, key.elder, "bed_leave_days")?.unwrap_or_default();
    let last = on.checked_add_days(Days::new(most));
    if until < on || last.is_some_and(|last| until > last) {
        return Err(Error::field("until", "预计返回", format!("应在外出当天至 {most} 天之内")));
    }
    unless(outbreak::against(tx, r.institution, outbreak::What::Leave)?)?;
    r.away_why = noted(why, "reason", "去向和事由")?;
    (r.away_since, r.away_until) = (Some(on), Some(until));
    write(tx, by, &old, &r)?;
    Ok(log(tx, by, key, ("leave", on), &format!("预计 {until} 返回：{}", r.away_why))?)
}

/// Somebody is back, from outside or from hospital.
///
/// # Errors
/// [`Error::Invalid`] for the day, [`Error::Conflict`] when they are here.
pub fn come_back(tx: &mut Tx<'_>, by: &Actor, key: Key, on: Date) -> Result<()> {
    let old = find(tx, by, key)?;
    let since = old.away_since.or(old.admitted_on).unwrap_or(old.applied_on);
    check_day(on, since, by.today(), "返回日期", "离开日期")?;
    back(tx, by, &old, on)
}

pub(super) fn back(tx: &mut Tx<'_>, by: &Actor, old: &Resident, on: Date) -> Result<()> {
    let mut r = old.clone();
    r.state = step(old.state, "return")?;
    (r.away_since, r.away_until, r.held_until) = (None, None, None);
    r.away_why = String::new();
    write(tx, by, old, &r)?;
    Ok(log(tx, by, r.key, ("return", on), if old.state == State::Hospital { "出院返回" } else { "外出返回" })?)
}

/// Ends a stay: the bed is free, the link closes, and who follows is told.
///
/// # Errors
/// [`Error::Invalid`] for the day or without a reason, [`Error::Conflict`] for another state.
pub fn discharge(tx: &mut Tx<'_>, by: &Actor, key: Key, on: Date, why: &str) -> Result<()> {
    let old = find(tx, by, key)?;
    step(old.state, "discharge")?;
    check_day(on, last_from(tx, &old)?, by.today(), "退住日期", "上次安排床位的日期")?;
    let why = noted(why, "reason", "退住原因")?;
    close(tx, by, &old, (on, &why))
}

/// Takes somebody out of the queue.
///
/// # Errors
/// [`Error::Invalid`] without a reason, [`Error::Conflict`] when they do not wait.
pub fn withdraw(tx: &mut Tx<'_>, by: &Actor, key: Key, why: &str) -> Result<()> {
    let old = find(tx, by, key)?;
    step(old.state, "withdraw")?;
    let why = noted(why, "reason", "撤销原因")?;
    close(tx, by, &old, (by.today(), &why))
}

pub(super) fn close(tx: &mut Tx<'_>, by: &Actor, old: &Resident, (on, why): (Date, &str)) -> Result<()> {
    let event = if old.state.lives() { "discharge" } else { "withdraw" };
    let mut r = old.clone();
    r.state = step(old.state, event)?;
    (r.ended_on, r.end_reason, r.held_until) = (Some(on), why.to_owned(), None);
    if !old.state.lives() {
        r.bed = None;
    }
    write(tx, by, old, &r)?;
    end_period(tx, r.key, on)?;
    rooms::recount(tx, by, r.institution)?;
    links::close(tx, r.key.elder, r.institution, LinkKind::Resident, on)?;
    log(tx, by, r.key, (event, on), why)?;
    if event == "discharge" { tell(tx, by, &r, What::MovedOut, on) } else { Ok(()) }
}

/// What the night does: reservations whose last day is over are given back. Answers how many.
///
/// # Errors
/// What the store says.
pub fn tidy_up(tx: &mut Tx<'_>, by: &Actor) -> Result<usize> {
    let sql = "select elder_id, id from bed_residents where state = 'invited' and held_until < $1 order by id";
    let over = tx.query(sql, params![by.today()], |row| Ok(Key { elder: row.get(0)?, id: row.get(1)? }))?;
    for key in &over {
        release(tx, by, *key, "预留期满")?;
    }
    Ok(over.len())
}

/// Until when the bed of somebody in hospital is kept: the last day, by the parameter of their place.
///
/// # Errors
/// What the store says.
pub fn kept_until(tx: &mut Tx<'_>, by: &Actor, library: &Library, r: &Resident) -> Result<Option<Date>> {
    let (Some(since), State::Hospital) = (r.away_since, r.state) else { return Ok(None) };
    let days = number(tx, by, library, r.key.elder, "bed_keep_days")?;
    Ok(days.and_then(|days| since.checked_add_days(Days::new(days))))
}

/// What a bed counts as, for pages: `养老床位（护理型）`.
#[must_use]
pub fn kind(bed: &Bed) -> String {
    match (bed.bed_use, bed.nursing) {
        (BedUse::Medical, _) => format!("{}（{}）", bed.bed_use.name(), bed.ward.name()),
        (BedUse::ElderCare, true) => format!("{}（护理型）", bed.bed_use.name()),
        (BedUse::ElderCare, false) => bed.bed_use.name().to_owned(),
    }
}
