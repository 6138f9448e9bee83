//! Day care in the database, with its steps. The day is the actor's.

use super::model::{Day, Key, Meal, Measured, Member, Service, State, against_times};
use crate::beds;
use crate::chart::{self, codes};
use crate::episodes::{self, Effect, OpenThing, Thing};
use db::audit::Entry;
use db::{Actor, Row, Tx, params};
use kernel::{CitizenNumber, Date, DayCareId, ElderId, Happening, Instant, InstitutionId, Month, What};
use registry::elders::{self, LinkKind, Status, facts, links};
use registry::institutions;
use web::{Error, Reason};

/// The result of a step.
pub type Result<T> = std::result::Result<T, Error>;

/// The longest note, in characters.
const LONGEST_NOTE: usize = 200;

const COLUMNS: &str =
    "m.elder_id, m.id, m.institution_id, m.state, m.from_on, m.ended_on, m.end_reason, m.contact, m.note, m.changed_at";

fn member(row: &Row<'_>) -> db::Result<Member> {
    let mut c = row.columns();
    Ok(Member {
        key: Key { elder: c.take()?, id: c.take()? },
        institution: c.take()?,
        state: c.take()?,
        from: c.take()?,
        ended_on: c.take()?,
        end_reason: c.take()?,
        contact: c.take()?,
        note: c.take()?,
        changed_at: c.take()?,
    })
}

/// A member, an elder within sight; of one's own centre for those who see one only.
///
/// # Errors
/// [`db::Error::NotFound`], or what the engine says.
pub fn find(tx: &mut Tx<'_>, by: &Actor, key: Key) -> db::Result<Member> {
    elders::store::visible(tx, by, key.elder)?;
    let sql = format!("select {COLUMNS} from daycare_members m where m.elder_id = $1 and m.id = $2");
    let found = tx.query_one(&sql, params![key.elder, key.id], member)?;
    let own = by.scope.institution.is_none_or(|own| own == found.institution);
    if own { Ok(found) } else { Err(db::Error::NotFound) }
}

fn all(tx: &mut Tx<'_>, elder: ElderId) -> db::Result<Vec<Member>> {
    let sql =
        format!("select {COLUMNS} from daycare_members m where m.elder_id = $1 order by m.from_on desc, m.id desc");
    tx.query(&sql, params![elder], member)
}

/// All memberships of an elder within sight, newest first.
///
/// # Errors
/// [`db::Error::NotFound`], or what the engine says.
pub fn of_elder(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> db::Result<Vec<Member>> {
    elders::store::visible(tx, by, elder)?;
    all(tx, elder)
}

/// Members of a centre who are open, within sight, by name.
///
/// # Errors
/// What the engine says.
pub fn of_centre(tx: &mut Tx<'_>, by: &Actor, centre: InstitutionId) -> db::Result<Vec<(String, Member)>> {
    let (scope, mut values) = by.scope.elders("e.area", "e.id", 2);
    values.insert(0, centre.into());
    let sql = format!(
        "select {COLUMNS}, e.name from daycare_members m join elders e on e.id = m.elder_id
         where m.institution_id = $1 and m.state = 'open' and {scope} order by e.name, m.id"
    );
    tx.query(&sql, &values, |row| Ok((row.get(10)?, member(row)?)))
}

/// Centres within sight: day-care centres, and whoever has members.
///
/// # Errors
/// What the engine says.
pub fn centres(tx: &mut Tx<'_>, by: &Actor, today: Date) -> db::Result<Vec<(InstitutionId, String, i64, i64)>> {
    let (scope, mut values) = by.scope.institutions("i.area", "i.id", 2);
    values.insert(0, today.into());
    let sql = format!(
        "select i.id, i.name,
           (select count(*) from daycare_members m where m.institution_id = i.id and m.state = 'open'),
           (select count(*) from daycare_days d where d.institution_id = i.id and d.on_date = $1)
         from institutions i where {scope} and (i.kind in ('day_care_centre', 'nursing_station')
           or exists (select 1 from daycare_members m where m.institution_id = i.id)) order by i.area, i.name, i.id limit 500"
    );
    tx.query(&sql, &values, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
}

fn codes<T: Copy>(all: &[T], code: impl Fn(T) -> &'static str) -> String {
    all.iter().map(|one| code(*one)).collect::<Vec<_>>().join(",")
}

fn words<T>(text: &str, parse: impl Fn(&str) -> Option<T>) -> Vec<T> {
    text.split(',').filter_map(parse).collect()
}

fn one_day(row: &Row<'_>, first: usize) -> db::Result<Day> {
    Ok(Day {
        on: row.get(first)?,
        came: row.get(first + 1)?,
        went: row.get(first + 2)?,
        services: words(&row.get::<String>(first + 3)?, Service::parse),
        meals: words(&row.get::<String>(first + 4)?, Meal::parse),
        note: row.get(first + 5)?,
        who: row.get(first + 6)?,
    })
}

const DAY: &str = "d.on_date, d.came, d.went, d.services, d.meals, d.note, d.who";

/// The days of a member, newest first.
///
/// # Errors
/// What the engine says.
pub fn days(tx: &mut Tx<'_>, key: Key) -> db::Result<Vec<Day>> {
    let sql = format!(
        "select {DAY} from daycare_days d where d.elder_id = $1 and d.member_id = $2 order by d.on_date desc limit 400"
    );
    tx.query(&sql, params![key.elder, key.id], |row| one_day(row, 0))
}

/// The days of a month at a centre, of elders within sight, by name and day.
///
/// # Errors
/// What the engine says.
pub fn month(tx: &mut Tx<'_>, by: &Actor, centre: InstitutionId, month: Month) -> db::Result<Vec<(String, Key, Day)>> {
    let (scope, mut values) = by.scope.elders("e.area", "e.id", 4);
    values.splice(0..0, [centre.into(), month.first().into(), month.next().first().into()]);
    let sql = format!(
        "select e.name, d.elder_id, d.member_id, {DAY} from daycare_days d join elders e on e.id = d.elder_id
         where d.institution_id = $1 and d.on_date >= $2 and d.on_date < $3 and {scope}
         order by e.name, d.elder_id, d.on_date"
    );
    tx.query(&sql, &values, |row| Ok((row.get(0)?, Key { elder: row.get(1)?, id: row.get(2)? }, one_day(row, 3)?)))
}

/// What was measured of an elder, newest first: day, instant, what, who.
///
/// # Errors
/// What the engine says.
pub fn measurements(tx: &mut Tx<'_>, elder: ElderId) -> db::Result<Vec<(Date, Instant, Measured, String)>> {
    let sql = "select on_date, at, sbp, dbp, pulse, glucose, fasting, weight, who from daycare_measurements
               where elder_id = $1 order by at desc, id desc limit 200";
    tx.query(sql, params![elder], |row| {
        let mut c = row.columns();
        let (on, at) = (c.take()?, c.take()?);
        let (sbp, dbp, pulse) = (c.take()?, c.take()?, c.take()?);
        let measured = Measured { sbp, dbp, pulse, glucose: c.take()?, fasting: c.take()?, weight: c.take()? };
        Ok((on, at, measured, c.take()?))
    })
}

fn log(tx: &mut Tx<'_>, by: &Actor, action: &str, key: Key, detail: String) -> db::Result<()> {
    tx.audit(by, Entry { action, elder: Some(key.elder), subject: key.id.to_string(), detail })
}

fn short(text: &str, field: &str, label: &str) -> Result<String> {
    let text = kernel::text::clean(text);
    match text.chars().count() {
        n if n > LONGEST_NOTE => {
            Err(Error::field(field, label, format!("有 {n} 个字，请精简到 {LONGEST_NOTE} 字以内")))
        }
        _ => Ok(text),
    }
}

/// A registration.
#[derive(Clone, Debug)]
pub struct NewMember {
    /// The elder's name, as the paper has it.
    pub name: String,
    /// First day.
    pub from: Date,
    /// Whom to call.
    pub contact: String,
    /// What to mind.
    pub note: String,
}

/// Registers an elder at a centre; from now on the centre sees the file, and who follows is told.
///
/// # Errors
/// [`Error::Refused`] with the numbered reasons, [`Error::Invalid`] for the day or a text that is too long.
pub fn register(
    tx: &mut Tx<'_>,
    by: &Actor,
    (centre, citizen): (InstitutionId, &CitizenNumber),
    new: &NewMember,
) -> Result<Key> {
    let place = institutions::store::find(tx, by, centre)?;
    let refused = || Error::refused("DAY-01", "身份证号与姓名对不上本辖区名册中的任何一位老年人，请核对证件，或先建档");
    let elder = match beds::store::steps::identify(tx, by, citizen, &new.name) {
        Err(Error::Refused(_)) => return Err(refused()),
        other => other?,
    };
    tx.exec("update elders set changed_at = changed_at where id = $1", params![elder])?;
    let reasons = against(tx, by, elder, centre)?;
    if !reasons.is_empty() {
        return Err(Error::Refused(reasons));
    }
    if new.from > by.today() {
        return Err(Error::field("from", "入托日期", format!("{} 晚于今天", new.from)));
    }
    let (contact, note) = (short(&new.contact, "contact", "联系人")?, short(&new.note, "note", "注意事项")?);
    let key = Key { elder, id: DayCareId::new(by.now, tx.chance()) };
    tx.exec(
        "insert into daycare_members (elder_id, id, institution_id, state, from_on, end_reason, contact, note, made_by, created_at,
           changed_at) values ($1, $2, $3, 'open', $4, '', $5, $6, $7, $8, $8)",
        params![elder, key.id, centre, new.from, &contact, &note, &by.name, by.now],
    )?;
    links::open(tx, elder, centre, LinkKind::DayCare, new.from)?;
    log(tx, by, "daycare.register", key, place.facts.name)?;
    tell(tx, by, (elder, centre), What::DayCareBegun, new.from)?;
    Ok(key)
}

fn tell(
    tx: &mut Tx<'_>,
    by: &Actor,
    (elder, centre): (ElderId, InstitutionId),
    what: What,
    on: Date,
) -> db::Result<()> {
    tx.tell(by, &Happening { elder, what, on, institution: Some(centre) })
}

fn against(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, centre: InstitutionId) -> Result<Vec<Reason>> {
    let wide = Actor { scope: db::Scope { institution: None, ..by.scope }, ..by.clone() };
    let e = elders::store::find(tx, &wide, elder)?;
    let mut reasons = vec![];
    if e.status != Status::Alive {
        reasons.push(Reason::new("DAY-02", format!("{}已登记为“{}”", e.name, e.status.name())));
    }
    if all(tx, elder)?.iter().any(|m| m.institution == centre && m.state == State::Open) {
        reasons.push(Reason::new("DAY-03", format!("{}已在本中心登记", e.name)));
    }
    if let Some(home) = lives_at(tx, elder)? {
        reasons.push(Reason::new("DAY-04", format!("{}现在入住{home}，由该机构照护", e.name)));
    }
    Ok(reasons)
}

fn lives_at(tx: &mut Tx<'_>, elder: ElderId) -> db::Result<Option<String>> {
    let all = beds::store::all(tx, elder)?;
    let home = all.into_iter().find(|r| r.state.lives());
    Ok(home.map(|r| institutions::store::name(tx, r.institution).unwrap_or_default()))
}

/// Writes a day: the first time they come, later what was done and when they went. One row a day: sent twice it counts once.
///
/// # Errors
/// [`Error::Invalid`] for a day or times that cannot be, [`Error::Refused`] while in hospital, [`Error::Conflict`] after the end.
pub fn write_day(tx: &mut Tx<'_>, by: &Actor, key: Key, day: &Day) -> Result<()> {
    let m = find(tx, by, key)?;
    on_a_day(&m, day.on, by.today())?;
    if let Some(why) = against_times(day.came, day.went) {
        return Err(Error::field("went", "离开时间", why));
    }
    if let Some(since) = facts::of(tx, key.elder)?.hospital_since.filter(|since| *since <= day.on) {
        return Err(Error::refused("DAY-05", format!("{since} 起住院，住院期间不能签到")));
    }
    let note = short(&day.note, "note", "备注")?;
    let id = DayCareId::new(by.now, tx.chance());
    tx.exec(
        "insert into daycare_days (elder_id, id, member_id, institution_id, on_date, came, went, services, meals, note, who,
           changed_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
         on conflict (elder_id, member_id, on_date) do update set came = excluded.came, went = excluded.went,
           services = excluded.services, meals = excluded.meals, note = excluded.note, who = excluded.who,
           changed_at = excluded.changed_at",
        params![
            key.elder,
            id,
            key.id,
            m.institution,
            day.on,
            day.came,
            day.went,
            codes(&day.services, Service::code),
            codes(&day.meals, Meal::code),
            &note,
            &by.name,
            by.now
        ],
    )?;
    Ok(log(tx, by, "daycare.day", key, format!("{} 签到", day.on))?)
}

fn on_a_day(m: &Member, on: Date, today: Date) -> Result<()> {
    if m.state == State::Ended && m.ended_on.is_none_or(|ended| on >= ended) {
        return Err(Error::Conflict("已经退托，不能再登记".into()));
    }
    if on > today || on < m.from {
        return Err(Error::field("on", "日期", format!("应在入托日期 {} 与今天之间", m.from)));
    }
    Ok(())
}

/// Writes down what was measured at the hut, now.
///
/// # Errors
/// [`Error::Invalid`] for figures that cannot be, [`Error::Conflict`] after the end.
pub fn measure(tx: &mut Tx<'_>, by: &Actor, key: Key, new: &Measured) -> Result<()> {
    let m = find(tx, by, key)?;
    on_a_day(&m, by.today(), by.today())?;
    if let Some((field, label, why)) = new.fault() {
        return Err(Error::field(field, label, why));
    }
    let id = DayCareId::new(by.now, tx.chance());
    tx.exec(
        "insert into daycare_measurements (elder_id, id, institution_id, on_date, at, sbp, dbp, pulse, glucose, fasting, weight, who)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        params![
            key.elder,
            id,
            m.institution,
            by.today(),
            by.now,
            new.sbp,
            new.dbp,
            new.pulse,
            new.glucose,
            new.fasting,
            new.weight,
            &by.name
        ],
    )?;
    into_record(tx, by, key.elder, new)?;
    Ok(log(tx, by, "daycare.measure", key, new.words())?)
}

/// Every value stands in the health record as well, in hundredths, so that doctors and follow-ups see it.
fn into_record(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, new: &Measured) -> Result<()> {
    let glucose = if new.fasting { codes::FASTING_GLUCOSE } else { codes::FINGER_GLUCOSE };
    let values = [
        new.sbp.map(|high| (codes::PRESSURE, high * 100, new.dbp.map(|low| low * 100))),
        new.pulse.map(|n| (codes::PULSE, n * 100, None)),
        new.glucose.map(|tenths| (glucose, tenths * 10, None)),
        new.weight.map(|tenths| (codes::WEIGHT, tenths * 10, None)),
    ];
    for (code, value, second) in values.into_iter().flatten() {
        chart::store::measure(tx, by, elder, (code, by.today(), "健康小屋"), (value, second))?;
    }
    Ok(())
}

/// Ends a membership: the link closes, and who follows is told.
///
/// # Errors
/// [`Error::Invalid`] for the day or without a reason, [`Error::Conflict`] when it has ended.
pub fn end(tx: &mut Tx<'_>, by: &Actor, key: Key, on: Date, why: &str) -> Result<()> {
    let m = find(tx, by, key)?;
    let why = short(why, "reason", "退托原因")?;
    if why.is_empty() {
        return Err(Error::field("reason", "退托原因", "请写明"));
    }
    if on > by.today() || on < m.from {
        return Err(Error::field("on", "退托日期", format!("应在入托日期 {} 与今天之间", m.from)));
    }
    close(tx, by, &m, on, &why)
}

fn close(tx: &mut Tx<'_>, by: &Actor, m: &Member, on: Date, why: &str) -> Result<()> {
    let done = tx.exec(
        "update daycare_members set state = 'ended', ended_on = $3, end_reason = $4, changed_at = $5
         where elder_id = $1 and id = $2 and state = 'open'",
        params![m.key.elder, m.key.id, on, why, by.now],
    )?;
    if done == 0 {
        return Err(Error::Conflict("已经退托，请刷新页面".into()));
    }
    links::close(tx, m.key.elder, m.institution, LinkKind::DayCare, on)?;
    log(tx, by, "daycare.end", m.key, why.to_owned())?;
    Ok(tell(tx, by, (m.key.elder, m.institution), What::DayCareEnded, on)?)
}

/// What follows from what happened to an elder, by the table that all capabilities share. In hospital the place is kept;
/// nobody can be signed in meanwhile.
///
/// # Errors
/// What the store says.
pub fn follow(tx: &mut Tx<'_>, by: &Actor, happening: &Happening) -> db::Result<()> {
    let Some(ending) = episodes::ends(Thing::DayCare, happening.what) else { return Ok(()) };
    let by = &episodes::follower(by);
    for m in all(tx, happening.elder)?.into_iter().filter(|m| m.state == State::Open) {
        if ending.effect == Effect::Ends {
            close(tx, by, &m, happening.on.max(m.from), ending.words).map_err(Error::into_db)?;
        }
        let place = institutions::store::name(tx, m.institution).unwrap_or_default();
        episodes::followed(tx, by, happening, (Thing::DayCare, &place, &m.key.href()), &ending)?;
    }
    Ok(())
}

/// What is open for an elder: the centres to which they come.
///
/// # Errors
/// [`db::Error::NotFound`], or what the engine says.
pub fn open(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> db::Result<Vec<OpenThing>> {
    let mut things = vec![];
    for m in of_elder(tx, by, elder)?.into_iter().filter(|m| m.state == State::Open) {
        let title = institutions::store::name(tx, m.institution).unwrap_or_default();
        things.push(OpenThing { thing: Thing::DayCare, title, href: m.key.href(), since: m.from });
    }
    Ok(things)
}
