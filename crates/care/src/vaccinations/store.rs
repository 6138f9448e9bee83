//! Doses and lots in the store.

use super::due::{Person, ask};
use super::model::{Asked, Dose, Entry, Lot, Reaction, State, Vaccine};
use crate::episodes::model::EventKind;
use crate::episodes::store::Line;
use crate::{episodes, subject};
use chrono::Days;
use db::{Actor, Condition, Json, Row, Tx, params};
use kernel::{Date, ElderId, InstitutionId, VaccinationId, VaccineLotId};
use policy::Library;
use std::collections::{HashMap, HashSet};
use web::{Error, Reason};

const COLUMNS: &str =
    "v.id, v.elder_id, v.vaccine, v.state, v.on_date, v.lot_id, v.lot_number, v.site, v.asked, v.reason,
     v.again_on, v.institution_id, v.given_by, v.reaction, v.reaction_on, v.reaction_note";
/// The last day that there is: nobody is asked again before it.
const NEVER: Date = Date::MAX;

fn dose(row: &Row<'_>) -> db::Result<Dose> {
    let mut c = row.columns();
    Ok(Dose {
        id: c.take()?,
        elder: c.take()?,
        vaccine: c.take()?,
        state: c.take()?,
        on: c.take()?,
        lot: c.take()?,
        lot_number: c.take()?,
        site: super::model::Site::parse(&c.take::<String>()?),
        asked: c.take::<Json<_>>()?.0,
        reason: c.take()?,
        again_on: c.take()?,
        institution: c.take()?,
        by: c.take()?,
        reaction: Reaction::parse(&c.take::<String>()?),
        reaction_on: c.take()?,
        reaction_note: c.take()?,
    })
}

fn refused(code: &str, text: impl Into<String>) -> Error {
    Error::Refused(vec![Reason::new(code, text)])
}

fn audit(tx: &mut Tx<'_>, by: &Actor, elder: Option<ElderId>, action: &str, detail: String) -> db::Result<()> {
    tx.audit(by, db::audit::Entry { action, elder, detail, ..db::audit::Entry::default() })
}

/// The doses of an elder within sight, newest first, with what was put off or declined.
///
/// # Errors
/// [`db::Error::NotFound`], or what the engine says.
pub fn of_elder(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> db::Result<Vec<Dose>> {
    registry::elders::store::visible(tx, by, elder)?;
    let sql = format!("select {COLUMNS} from vaccinations v where v.elder_id = $1 order by v.on_date desc, v.id desc");
    tx.query(&sql, params![elder], dose)
}

/// What the answers of `vaccine_due` rest on for an elder.
///
/// # Errors
/// [`db::Error::NotFound`], or what the engine says.
pub fn person(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, vaccine: Vaccine, on: Date) -> db::Result<Person> {
    let subject = subject::store::find(tx, by, elder)?;
    let given: Vec<Date> = of_elder(tx, by, elder)?
        .into_iter()
        .filter(|dose| dose.vaccine == vaccine && dose.state == State::Given)
        .map(|dose| dose.on)
        .collect();
    Ok(Person {
        age: kernel::time::age_on(subject.born, on),
        high_risk: !subject.chronic.is_empty(),
        doses: given.len() as i64,
        last: given.into_iter().max(),
    })
}

/// Writes a dose down, or that there was none.
///
/// # Errors
/// [`Error::Invalid`] for a day that cannot be, [`Error::Refused`] with the numbered reason.
pub fn save(
    tx: &mut Tx<'_>,
    by: &Actor,
    library: &Library,
    (elder, vaccine, on): (ElderId, Vaccine, Date),
    entry: &Entry,
) -> Result<(), Error> {
    let subject = subject::store::find(tx, by, elder)?;
    if !subject.present {
        return Err(refused("VA-01", "老年人已去世或已迁出，不能登记接种"));
    }
    if let Some(why) = subject.against_date("日期", on, by.today()) {
        return Err(Error::field("on", "日期", why));
    }
    hold(tx, elder)?;
    let known = of_elder(tx, by, elder)?;
    if known.iter().any(|old| old.vaccine == vaccine && old.on == on && old.state == State::Given) {
        return Err(refused("VA-05", format!("{on} 已登记过{vaccine}，请勿重复")));
    }
    let mut new = Dose {
        id: VaccinationId::new(by.now, tx.chance()),
        elder,
        vaccine,
        state: State::Given,
        on,
        lot: None,
        lot_number: String::new(),
        site: None,
        asked: Asked::default(),
        reason: String::new(),
        again_on: None,
        institution: by.institution,
        by: by.name.clone(),
        reaction: None,
        reaction_on: None,
        reaction_note: String::new(),
    };
    match entry {
        Entry::Ours { lot, site, asked } => {
            let person = person(tx, by, elder, vaccine, on)?;
            let decision = ask(library, subject.area, on, vaccine, person);
            if decision.bool("due") != Some(true) {
                let why = decision.undecided().map_or_else(|| "没有到接种年龄或间隔".to_owned(), |w| library.told(w));
                return Err(refused("VA-02", format!("{vaccine}不该现在种：{why}")));
            }
            allowed(library, subject.area, on, *asked)?;
            let lot = take(tx, by, *lot, vaccine, on)?;
            (new.lot, new.lot_number, new.site, new.asked) = (Some(lot.id), lot.number, Some(*site), *asked);
            new.institution = Some(lot.institution);
        }
        Entry::Elsewhere { lot_number, place } => {
            (new.lot_number, new.by, new.institution) =
                (kernel::text::clean(lot_number), kernel::text::clean(place), None);
        }
        Entry::Not { state, reason } => {
            (new.state, new.reason) = (*state, kernel::text::clean(reason));
            if new.reason.is_empty() {
                return Err(Error::field("reason", "原因", "没有填写"));
            }
            let days = library.parameter("vaccination_put_off_days", subject.area, on).map(|p| p.value.unsigned_abs());
            new.again_on = days.filter(|_| *state == State::PutOff).map(|days| on + Days::new(days));
        }
    }
    insert(tx, by, &new)?;
    Ok(audit(tx, by, Some(elder), "vaccinations.write", format!("{vaccine} {on} {} {}", new.state, new.lot_number))?)
}

/// Keeps others from writing a dose for the elder until the transaction ends.
fn hold(tx: &mut Tx<'_>, elder: ElderId) -> db::Result<()> {
    tx.exec("update elders set changed_at = changed_at where id = $1", params![elder])?;
    Ok(())
}

fn allowed(library: &Library, place: kernel::Area, on: Date, asked: Asked) -> Result<(), Error> {
    let decision = library.decide("vaccine_asking", place, on, &asked.facts());
    if decision.text("verdict") == Some("give") {
        return Ok(());
    }
    let word = |list, name| decision.text(name).map(|word| library.label(list, word).unwrap_or(word).to_owned());
    let verdict = word("vaccination verdict", "verdict").unwrap_or_else(|| "不能判定".to_owned());
    let reason = word("vaccination reason", "reason").unwrap_or_default();
    Err(refused("VA-03", format!("{verdict}：{reason}。请改为登记暂缓或不接种")))
}

/// Takes a dose from a lot: the last one goes to one person only.
fn take(tx: &mut Tx<'_>, by: &Actor, id: VaccineLotId, vaccine: Vaccine, on: Date) -> Result<Lot, Error> {
    let lot = lot(tx, by, id)?;
    if by.institution.is_some_and(|own| own != lot.institution) {
        return Err(refused("VA-04", "这是别的机构的批次"));
    }
    if let Some(why) = lot.against(vaccine, on) {
        return Err(refused("VA-04", why));
    }
    let sql =
        "update vaccination_lots set used = used + 1, changed_at = $2 where id = $1 and used < doses and stopped = ''";
    if tx.exec(sql, params![id, by.now])? == 0 {
        return Err(refused("VA-04", format!("批次 {} 刚刚用完或停用，请换一批", lot.number)));
    }
    Ok(lot)
}

fn insert(tx: &mut Tx<'_>, by: &Actor, d: &Dose) -> db::Result<()> {
    tx.exec(
        "insert into vaccinations (elder_id, id, vaccine, state, on_date, lot_id, lot_number, site, asked, reason, again_on,
           institution_id, given_by, reaction, reaction_note, created_at, changed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, '', '', $14, $14)",
        params![
            d.elder,
            d.id,
            d.vaccine,
            d.state,
            d.on,
            d.lot,
            &d.lot_number,
            d.site.map_or("", |site| site.code()),
            Json(d.asked),
            &d.reason,
            d.again_on,
            d.institution,
            &d.by,
            by.now
        ],
    )?;
    Ok(())
}

/// Writes down how the body answered; an abnormal reaction stands on the elder's thread.
///
/// # Errors
/// [`Error::Invalid`] for a day or text that cannot be, [`Error::Refused`] when nothing was given.
pub fn react(
    tx: &mut Tx<'_>,
    by: &Actor,
    (elder, id): (ElderId, VaccinationId),
    (reaction, on, note): (Reaction, Date, &str),
) -> Result<(), Error> {
    subject::store::find(tx, by, elder)?;
    let dose = of_elder(tx, by, elder)?.into_iter().find(|dose| dose.id == id).ok_or(Error::NotFound)?;
    if dose.state != State::Given {
        return Err(refused("VA-06", "这次没有接种，不能登记反应"));
    }
    if on < dose.on || on > by.today() {
        return Err(Error::field("reaction_on", "观察日期", "应在接种之后、今天以前"));
    }
    let note = kernel::text::clean(note);
    if note.is_empty() && reaction != Reaction::None {
        return Err(Error::field("note", "反应和处置", "没有填写"));
    }
    tx.exec_one(
        "update vaccinations set reaction = $3, reaction_on = $4, reaction_note = $5, changed_at = $6
         where elder_id = $1 and id = $2",
        params![elder, id, reaction.code(), on, &note, by.now],
    )?;
    if reaction == Reaction::Severe {
        let title = format!("{}接种后{reaction}", dose.vaccine);
        let href = format!("/vaccinations/{elder}");
        let line = Line { on, kind: EventKind::Note, code: "", title: &title, detail: &note, href: Some(&href) };
        episodes::note(tx, by, elder, &line)?;
    }
    Ok(audit(tx, by, Some(elder), "vaccinations.reaction", format!("{} {reaction} {note}", dose.vaccine))?)
}

/// What somebody had of a vaccine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Given {
    /// Doses.
    pub doses: i64,
    /// The last one.
    pub last: Option<Date>,
    /// Not to be asked before this day: put off, or declined.
    pub waits_until: Option<Date>,
}

/// What everybody within sight had of a vaccine.
///
/// # Errors
/// What the engine says.
pub fn given(tx: &mut Tx<'_>, by: &Actor, vaccine: Vaccine) -> db::Result<HashMap<ElderId, Given>> {
    let mut all = Condition::new(by.scope.elders("e.area", "e.id", 1));
    all.with("v.vaccine = ?", vaccine.code());
    let sql = format!(
        "select v.elder_id, v.state, v.on_date, v.again_on from vaccinations v join elders e on e.id = v.elder_id
         where {} order by v.on_date, v.id",
        all.sql
    );
    let rows: Vec<(ElderId, State, Date, Option<Date>)> =
        tx.query(&sql, &all.values, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
    let mut found: HashMap<ElderId, Given> = HashMap::new();
    for (elder, state, on, again) in rows {
        let one = found.entry(elder).or_default();
        match state {
            State::Given => *one = Given { doses: one.doses + 1, last: Some(on), waits_until: None },
            State::PutOff => one.waits_until = again,
            State::Declined => one.waits_until = Some(NEVER),
        }
    }
    Ok(found)
}

const LOT: &str =
    "l.id, l.institution_id, l.vaccine, l.maker, l.number, l.expires_on, l.received_on, l.doses, l.used, l.stopped";

fn as_lot(row: &Row<'_>) -> db::Result<Lot> {
    let mut c = row.columns();
    Ok(Lot {
        id: c.take()?,
        institution: c.take()?,
        vaccine: c.take()?,
        maker: c.take()?,
        number: c.take()?,
        expires_on: c.take()?,
        received_on: c.take()?,
        doses: c.take()?,
        used: c.take()?,
        stopped: c.take()?,
    })
}

/// A lot within sight.
///
/// # Errors
/// [`db::Error::NotFound`], or what the engine says.
pub fn lot(tx: &mut Tx<'_>, by: &Actor, id: VaccineLotId) -> db::Result<Lot> {
    let mut all = Condition::new(by.scope.institutions("i.area", "i.id", 1));
    all.with("l.id = ?", id);
    let sql = format!(
        "select {LOT} from vaccination_lots l join institutions i on i.id = l.institution_id where {}",
        all.sql
    );
    tx.query_one(&sql, &all.values, as_lot)
}

/// Who had a dose in some days, and how many each institution gave.
pub type Doses = (HashSet<ElderId>, Vec<(String, i64)>);

/// Elders within sight with a dose of a vaccine from a day until before another, and how many doses each institution gave then;
/// without a name stand those that were given elsewhere.
///
/// # Errors
/// What the engine says.
pub fn between(tx: &mut Tx<'_>, by: &Actor, vaccine: Vaccine, (from, until): (Date, Date)) -> db::Result<Doses> {
    let mut all = Condition::new(by.scope.elders("e.area", "e.id", 1));
    all.with("v.vaccine = ?", vaccine).and("v.state = 'given'");
    all.with("v.on_date >= ?", from).with("v.on_date < ?", until);
    let of = "from vaccinations v join elders e on e.id = v.elder_id";
    let sql = format!("select distinct v.elder_id {of} where {}", all.sql);
    let elders = tx.query(&sql, &all.values, |row| row.get(0))?.into_iter().collect();
    let sql = format!(
        "select coalesce(i.name, ''), count(*) {of} left join institutions i on i.id = v.institution_id where {}
         group by coalesce(i.name, '') order by count(*) desc, coalesce(i.name, '')",
        all.sql
    );
    Ok((elders, tx.query(&sql, &all.values, |row| Ok((row.get(0)?, row.get(1)?)))?))
}

/// The lots within sight with the name of where they are, the first to expire in front; only the actor's own institution's, if
/// they work in one.
///
/// # Errors
/// What the engine says.
pub fn lots(tx: &mut Tx<'_>, by: &Actor) -> db::Result<Vec<(String, Lot)>> {
    let mut all = Condition::new(by.scope.institutions("i.area", "i.id", 1));
    all.with_some("l.institution_id = ?", by.institution);
    let sql = format!(
        "select {LOT}, i.name from vaccination_lots l join institutions i on i.id = l.institution_id where {}
         order by l.expires_on, l.number limit 500",
        all.sql
    );
    tx.query(&sql, &all.values, |row| Ok((row.get(10)?, as_lot(row)?)))
}

/// A lot as a form brings it.
#[derive(Clone, Debug)]
pub struct NewLot {
    /// Where it is kept.
    pub institution: InstitutionId,
    /// Of what.
    pub vaccine: Vaccine,
    /// Who made it.
    pub maker: String,
    /// Its number.
    pub number: String,
    /// Last day on which it may be given.
    pub expires_on: Date,
    /// How many doses came.
    pub doses: i64,
}

/// Takes a lot in; the same number again adds to it.
///
/// # Errors
/// [`Error::Invalid`] with the field, [`Error::Refused`] for an institution that is not one's own.
pub fn add_lot(tx: &mut Tx<'_>, by: &Actor, new: &NewLot) -> Result<(), Error> {
    if by.institution.is_some_and(|own| own != new.institution) {
        return Err(refused("VA-07", "您只能登记本机构的批次"));
    }
    registry::institutions::store::find(tx, by, new.institution)?;
    let (number, maker) = (kernel::text::clean(&new.number), kernel::text::clean(&new.maker));
    if number.is_empty() || new.doses < 1 {
        return Err(Error::field("doses", "批号和剂数", "批号要填写，剂数至少为 1"));
    }
    if new.expires_on < by.today() {
        return Err(Error::field("expires_on", "有效期至", "已经过期，不能入库"));
    }
    let known = "select expires_on from vaccination_lots where institution_id = $1 and vaccine = $2 and number = $3";
    let old: Option<Date> = tx.query_opt(known, params![new.institution, new.vaccine, &number], |row| row.get(0))?;
    if old.is_some_and(|old| old != new.expires_on) {
        return Err(Error::field("expires_on", "有效期至", "与已入库的同一批号不一致，请核对"));
    }
    tx.exec(
        "insert into vaccination_lots (id, institution_id, vaccine, maker, number, expires_on, received_on, doses, used,
           stopped, made_by, created_at, changed_at) values ($1, $2, $3, $4, $5, $6, $7, $8, 0, '', $9, $10, $10)
         on conflict (institution_id, vaccine, number) do update
           set doses = vaccination_lots.doses + excluded.doses, changed_at = excluded.changed_at",
        params![
            VaccineLotId::new(by.now, tx.chance()),
            new.institution,
            new.vaccine,
            maker,
            &number,
            new.expires_on,
            by.today(),
            new.doses,
            &by.name,
            by.now
        ],
    )?;
    Ok(audit(tx, by, None, "vaccinations.lot", format!("{} {number} 入库 {} 剂", new.vaccine, new.doses))?)
}

/// Stops a lot: no dose is given from it any more. Answers how many elders had one.
///
/// # Errors
/// [`Error::Invalid`] without a reason, [`Error::Conflict`] when it is stopped already.
pub fn stop_lot(tx: &mut Tx<'_>, by: &Actor, id: VaccineLotId, why: &str) -> Result<i64, Error> {
    let why = kernel::text::clean(why);
    if why.is_empty() {
        return Err(Error::field("why", "停用原因", "没有填写"));
    }
    let lot = lot(tx, by, id)?;
    if by.institution.is_some_and(|own| own != lot.institution) {
        return Err(refused("VA-07", "您只能停用本机构的批次"));
    }
    let sql = "update vaccination_lots set stopped = $2, changed_at = $3 where id = $1 and stopped = ''";
    if tx.exec(sql, params![id, &why, by.now])? == 0 {
        return Err(Error::Conflict("这一批次已经停用".into()));
    }
    audit(tx, by, None, "vaccinations.stop", format!("{} {}：{why}", lot.vaccine, lot.number))?;
    Ok(tx.count("select count(*) from vaccinations where lot_id = $1", params![id])?)
}
