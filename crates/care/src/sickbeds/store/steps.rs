//! The steps of a home sickbed from the application to the closing: each loads, asks the model, writes, and leaves an event
//! and an audit row. The day is the actor's.

use crate::consents::{self, How};
use crate::contracts::model::ConsentBy;
use crate::sickbeds::fees::{Fee, NewFee};
use crate::sickbeds::model::{
    self, Application, CloseReason, Consent, Findings, Key, Limits, Sickbed, State, against_criteria, against_person,
    against_place, against_staff, against_stays,
};
use crate::{stays, subject, visits};
use db::audit::Entry;
use db::{Actor, Tx};
use kernel::{Area, Date, ElderId, Happening, SickbedId, StaffId, What};
use policy::{Decision, Library};
use registry::elders::{LinkKind, facts, links};
use registry::staff::Post;
use web::{Error, FieldError, Reason};

/// The result of a step.
pub type Result<T> = std::result::Result<T, Error>;

/// The longest text of a field, in characters.
const LONGEST: usize = 500;

pub(super) fn unless(reasons: Vec<Reason>) -> Result<()> {
    if reasons.is_empty() { Ok(()) } else { Err(Error::Refused(reasons)) }
}

/// A text that has to be there, cleaned.
pub(super) fn needed(text: &str, field: &str, label: &str) -> Result<String> {
    let clean = kernel::text::prose(text);
    match clean.chars().count() {
        0 => Err(Error::field(field, label, "请写明")),
        n if n > LONGEST => Err(Error::field(field, label, format!("有 {n} 个字，请精简到 {LONGEST} 字以内"))),
        _ => Ok(clean),
    }
}

/// A text that may be there, cleaned and cut.
pub(super) fn cut(text: &str) -> String {
    kernel::text::prose(text).chars().take(LONGEST).collect()
}

/// Event and audit row of a step: what it is called in the code and on the page.
pub(super) fn log(
    tx: &mut Tx<'_>,
    by: &Actor,
    key: Key,
    (on, event, kind): (Date, &str, &str),
    detail: &str,
) -> db::Result<()> {
    super::write_event(tx, by, key, (on, kind, detail))?;
    let action = format!("sickbeds.{event}");
    let entry =
        Entry { action: &action, elder: Some(key.elder), subject: key.id.to_string(), detail: detail.to_owned() };
    tx.audit(by, entry)
}

/// The state after a step.
pub(super) fn next(state: State, event: &str) -> Result<State> {
    state.after(event).ok_or_else(|| Error::Conflict(format!("这份家庭病床现为“{}”，不能再办理这一步", state.name())))
}

/// A bed as somebody saw it, who may work on it: nobody changed it since, and it is their institution's.
pub(super) fn seen(tx: &mut Tx<'_>, by: &Actor, key: Key, seen: Option<i64>) -> Result<Sickbed> {
    let bed = super::find(tx, by, key)?;
    super::unchanged(seen, &bed)?;
    if by.institution.is_some_and(|own| own != bed.asked.institution) {
        return Err(Error::refused("SB-05", "您只能办理本机构的家庭病床"));
    }
    Ok(bed)
}

pub(super) fn limits(library: &Library, place: Area, on: Date) -> Result<Limits> {
    let none = || Error::refused("SB-06", "本地没有施行中的文件规定家庭病床的期限和巡诊间隔，不能办理");
    Limits::of(library, place, on).ok_or_else(none)
}

/// Records an application.
///
/// # Errors
/// [`Error::Invalid`] with the fields, [`Error::Refused`] with the numbered reasons.
pub fn apply(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, new: &Application) -> Result<Key> {
    let text = |t: &str| cut(t);
    let new = Application {
        name: text(&new.name),
        relation: text(&new.relation),
        diagnosis: text(&new.diagnosis),
        diagnosis_code: kernel::text::clean(&new.diagnosis_code),
        wish: text(&new.wish),
        ..new.clone()
    };
    super::hold(tx, elder)?;
    let person = subject::store::find(tx, by, elder)?;
    let mut faults: Vec<FieldError> =
        new.faults(by.today()).into_iter().map(|(f, l, text)| FieldError::new(f, l, text)).collect();
    faults.extend(
        person.against_date("申请日期", new.on, by.today()).map(|t| FieldError::new("asked_on", "申请日期", t)),
    );
    if !faults.is_empty() {
        return Err(Error::Invalid(faults));
    }
    let (kind, name) = super::place(tx, by, new.institution)?;
    let mut reasons = against_person(person.present, &super::all(tx, elder)?, None);
    reasons.extend(against_place(kind, (new.institution, &name), by.institution));
    unless(reasons)?;
    let key = Key { elder, id: SickbedId::new(by.now, tx.chance()) };
    super::insert(tx, by, key, &new)?;
    let detail = format!("{} {} 申请，{name}，{}", new.by.name(), new.name, new.diagnosis);
    log(tx, by, key, (new.on, "apply", "申请"), &detail)?;
    Ok(key)
}

/// What the admission criteria say, with the contract as it is on the day.
///
/// # Errors
/// What the store says.
pub fn criteria(
    tx: &mut Tx<'_>,
    library: &Library,
    place: Area,
    (elder, on): (ElderId, Date),
    found: &Findings,
) -> db::Result<Decision> {
    let contracted = facts::of(tx, elder)?.contracted_on(on);
    Ok(library.decide("sickbed_admission", place, on, &found.facts(contracted)))
}

/// What is decided about an application.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// What was found.
    pub found: Findings,
    /// Whether it is accepted; without one of the criteria it cannot be.
    pub accept: bool,
    /// What is to be added; needed where the criteria are met and it is refused all the same.
    pub note: String,
}

/// Decides about an application by the admission criteria. A refusal says which of them is not met.
///
/// # Errors
/// [`Error::Refused`] with the criteria that are not met, [`Error::Conflict`] when it was decided already.
pub fn decide(
    tx: &mut Tx<'_>,
    by: &Actor,
    library: &Library,
    (key, sight): (Key, Option<i64>),
    verdict: &Verdict,
) -> Result<State> {
    let mut bed = seen(tx, by, key, sight)?;
    bed.state = next(bed.state, if verdict.accept { "accept" } else { "refuse" })?;
    let person = subject::store::find(tx, by, key.elder)?;
    let today = by.today();
    let decision = criteria(tx, library, person.area, (key.elder, today), &verdict.found)?;
    let missing = against_criteria(library, &decision);
    bed.decision_note = cut(&verdict.note);
    if verdict.accept {
        let mut reasons = against_person(person.present, &super::all(tx, key.elder)?, Some(key));
        reasons.extend(missing);
        unless(reasons)?;
    } else {
        let words: Vec<String> = missing.into_iter().map(|reason| reason.text).collect();
        if words.is_empty() {
            bed.decision_note = needed(&verdict.note, "note", "说明")?;
        }
        bed.close_reason = words
            .into_iter()
            .chain([bed.decision_note.clone()])
            .filter(|w| !w.is_empty())
            .collect::<Vec<_>>()
            .join("；");
    }
    bed.asked.condition = verdict.found.condition;
    bed.decision = Some(decision);
    (bed.decided_on, bed.decided_by) = (Some(today), by.name.clone());
    super::write(tx, by, bed.changed_at, &bed)?;
    let kind = if verdict.accept { "准予建床" } else { "不予建床" };
    let detail = if verdict.accept { bed.decision_note.clone() } else { bed.close_reason.clone() };
    log(tx, by, key, (today, if verdict.accept { "accept" } else { "refuse" }, kind), &detail)?;
    Ok(bed.state)
}

/// Records that the consent was signed on paper.
///
/// # Errors
/// [`Error::Invalid`] for fields, [`Error::Conflict`] in another state.
pub fn consent(tx: &mut Tx<'_>, by: &Actor, seen: (Key, Option<i64>), new: &Consent) -> Result<()> {
    agree(tx, by, seen, (new, How::Written))
}

/// Records a consent, given in whatever way.
///
/// # Errors
/// As [`consent`].
pub fn agree(tx: &mut Tx<'_>, by: &Actor, (key, sight): (Key, Option<i64>), (new, how): (&Consent, How)) -> Result<()> {
    let mut bed = seen(tx, by, key, sight)?;
    bed.state = next(bed.state, "consent")?;
    let name = needed(&new.name, "consent_name", "签字人")?;
    let relation = cut(&new.relation);
    if new.by != ConsentBy::Elder && relation.is_empty() {
        return Err(Error::field("relation", "与老年人的关系", "代为签字的，请填写关系"));
    }
    if new.on > by.today() || new.on < bed.asked.on {
        let text = format!("应在申请日期（{}）至今天之间", bed.asked.on);
        return Err(Error::field("consent_on", "签字日期", text));
    }
    let detail = format!("{} {name}，{how}", new.by.name());
    let given = Consent { by: new.by, name, relation, on: new.on };
    super::write(tx, by, bed.changed_at, &Sickbed { consent: Some(given.clone()), ..bed.clone() })?;
    consents::store::record(tx, by, &bed.as_consent(&given, how))?;
    Ok(log(tx, by, key, (new.on, "consent", "签同意书"), &detail)?)
}

/// What is decided when a bed is opened.
#[derive(Clone, Copy, Debug)]
pub struct Opening {
    /// The doctor who is responsible.
    pub doctor: StaffId,
    /// The nurse who is responsible.
    pub nurse: StaffId,
    /// First day.
    pub on: Date,
}

/// Opens a bed: its cycle begins, the first round is planned, the fee of opening is on the account.
///
/// # Errors
/// [`Error::Refused`] with the numbered reasons, [`Error::Conflict`] in another state.
pub fn open(
    tx: &mut Tx<'_>,
    by: &Actor,
    library: &Library,
    (key, sight): (Key, Option<i64>),
    new: &Opening,
) -> Result<()> {
    super::hold(tx, key.elder)?;
    let mut bed = seen(tx, by, key, sight)?;
    bed.state = next(bed.state, "open")?;
    let person = subject::store::find(tx, by, key.elder)?;
    let limits = limits(library, person.area, new.on)?;
    let others: Vec<Sickbed> = super::all(tx, key.elder)?.into_iter().filter(|b| b.key != key).collect();
    let mut reasons = against_person(person.present, &others, None);
    reasons.extend(against_stays(&stays::store::of_elder(tx, by, key.elder)?, new.on));
    reasons.extend(against_opening_day(&bed, new.on, by.today()));
    for (id, post) in [(new.doctor, Post::Doctor), (new.nurse, Post::Nurse)] {
        reasons.extend(against_staff(&super::one_of_staff(tx, id)?, post, bed.asked.institution, new.on));
    }
    reasons.extend(still_met(tx, library, person.area, &bed, new.on)?);
    let until = match model::cycle(&spans(&others, by.today()), &limits, new.on) {
        Ok(until) => Some(until),
        Err(more) => {
            reasons.extend(more);
            None
        }
    };
    unless(reasons)?;
    let (doctor, nurse) = (super::one_of_staff(tx, new.doctor)?, super::one_of_staff(tx, new.nurse)?);
    (bed.doctor, bed.doctor_name) = (Some(doctor.id), doctor.name);
    (bed.nurse, bed.nurse_name) = (Some(nurse.id), nurse.name);
    (bed.opened_on, bed.until) = (Some(new.on), until);
    super::write(tx, by, bed.changed_at, &bed)?;
    links::open(tx, key.elder, bed.asked.institution, LinkKind::Sickbed, new.on)?;
    super::running::plan_round(tx, by, key, model::plus(new.on, limits.round_days))?;
    let fee = NewFee {
        on: new.on,
        fee: Fee::Opening,
        title: String::new(),
        price: None,
        funded_by: None,
        visit_fee_charged: false,
    };
    super::running::put_fee(tx, by, library, (&bed, person.area), &fee)?;
    let detail = format!("{}，{}，{}", bed.institution_name, bed.doctor_name, bed.asked.diagnosis);
    log(tx, by, key, (new.on, "open", "建床"), &detail)?;
    let institution = Some(bed.asked.institution);
    Ok(tx.tell(by, &Happening { elder: key.elder, what: What::SickbedOpened, on: new.on, institution })?)
}

/// First day and first day after of the beds that were opened, an open one until today.
pub(super) fn spans(beds: &[Sickbed], today: Date) -> Vec<(Date, Date)> {
    beds.iter().filter_map(|bed| bed.opened_on.map(|from| (from, model::plus(from, bed.lasted(today))))).collect()
}

fn against_opening_day(bed: &Sickbed, on: Date, today: Date) -> Vec<Reason> {
    let mut reasons = vec![];
    if on > today {
        reasons.push(Reason::new("SB-13", format!("建床日期 {on} 晚于今天")));
    }
    if let Some(consent) = bed.consent.as_ref().filter(|c| c.on > on) {
        reasons.push(Reason::new("SB-08", format!("同意书（{}）应在建床（{on}）之前签订", consent.on)));
    }
    reasons
}

/// The criteria once more with what was found then: the contract may have ended meanwhile.
fn still_met(tx: &mut Tx<'_>, library: &Library, place: Area, bed: &Sickbed, on: Date) -> Result<Vec<Reason>> {
    let Some(decision) = &bed.decision else {
        return Ok(vec![Reason::new("SB-07", "没有收治条件的审核记录")]);
    };
    let contracted = facts::of(tx, bed.key.elder)?.contracted_on(on);
    let facts = decision.facts.clone().with("contracted", contracted);
    Ok(against_criteria(library, &library.decide("sickbed_admission", place, on, &facts)))
}

/// Takes an application back before the opening.
///
/// # Errors
/// [`Error::Invalid`] without a reason, [`Error::Conflict`] in another state.
pub fn withdraw(tx: &mut Tx<'_>, by: &Actor, (key, sight): (Key, Option<i64>), why: &str) -> Result<()> {
    let mut bed = seen(tx, by, key, sight)?;
    let why = needed(why, "reason", "撤回原因")?;
    bed.state = next(bed.state, "withdraw")?;
    bed.close_reason.clone_from(&why);
    super::write(tx, by, bed.changed_at, &bed)?;
    Ok(log(tx, by, key, (by.today(), "withdraw", "撤回申请"), &why)?)
}

/// Extends the cycle by so many days.
///
/// # Errors
/// [`Error::Refused`] with the limits, [`Error::Conflict`] when it is not open.
pub fn extend(
    tx: &mut Tx<'_>,
    by: &Actor,
    library: &Library,
    (key, sight): (Key, Option<i64>),
    (days, why): (i64, &str),
) -> Result<()> {
    let mut bed = seen(tx, by, key, sight)?;
    let why = needed(why, "reason", "延长理由")?;
    if days < 1 {
        return Err(Error::field("days", "延长天数", "至少 1 天"));
    }
    bed.state = next(bed.state, "extend")?;
    let (Some(from), Some(until)) = (bed.opened_on, bed.until) else { return Err(Error::NotFound) };
    let place = subject::store::find(tx, by, key.elder)?.area;
    let limits = limits(library, place, by.today())?;
    let others: Vec<Sickbed> = super::all(tx, key.elder)?.into_iter().filter(|b| b.key != key).collect();
    let earlier = spans(&others, by.today());
    let end = model::extended((from, until), &earlier, &limits, (bed.extensions, days)).map_err(Error::Refused)?;
    (bed.until, bed.extensions) = (Some(end), bed.extensions + 1);
    super::write(tx, by, bed.changed_at, &bed)?;
    let last = end.pred_opt().unwrap_or(end);
    Ok(log(tx, by, key, (by.today(), "extend", "延长"), &format!("至 {last}：{why}"))?)
}

/// What is decided when a bed is closed.
#[derive(Clone, Debug)]
pub struct Closing {
    /// The last day.
    pub on: Date,
    /// Why.
    pub reason: CloseReason,
    /// The course and the advice, for the summary.
    pub summary: String,
}

/// Closes a bed.
///
/// # Errors
/// [`Error::Invalid`] for the day or without a summary, [`Error::Conflict`] when it is not open.
pub fn close(tx: &mut Tx<'_>, by: &Actor, (key, sight): (Key, Option<i64>), new: &Closing) -> Result<()> {
    let mut bed = seen(tx, by, key, sight)?;
    let summary = needed(&new.summary, "summary", "撤床小结")?;
    bed.state = next(bed.state, "close")?;
    let from = bed.opened_on.unwrap_or(new.on);
    if new.on < from || new.on > by.today() {
        return Err(Error::field("closed_on", "撤床日期", format!("应在建床日期（{from}）至今天之间")));
    }
    let last = super::rounds(tx, key)?.iter().filter_map(|r| r.done_on).max();
    if let Some(day) = last.filter(|day| *day > new.on) {
        return Err(Error::field("closed_on", "撤床日期", format!("{day} 还有巡诊记录，撤床日期不能早于它")));
    }
    bed.summary = summary;
    bed.close_reason = new.reason.name().to_owned();
    bed.closed_on = Some(new.on);
    finish(tx, by, &bed)?;
    log(tx, by, key, (new.on, "close", "撤床"), &bed.close_reason)?;
    told(tx, by, &bed, new.on)
}

/// Writes a bed that was just closed, with what hangs on it.
pub(super) fn finish(tx: &mut Tx<'_>, by: &Actor, bed: &Sickbed) -> db::Result<()> {
    let (elder, on) = (bed.key.elder, bed.closed_on.unwrap_or(by.today()));
    super::write(tx, by, bed.changed_at, bed)?;
    super::running::void_rounds(tx, bed.key)?;
    super::running::end_items(tx, bed.key, on)?;
    visits::store::cancel_from(tx, by, elder, bed.key.id.uuid(), on, &bed.close_reason)?;
    links::close(tx, elder, bed.asked.institution, LinkKind::Sickbed, on)
}

pub(super) fn told(tx: &mut Tx<'_>, by: &Actor, bed: &Sickbed, on: Date) -> Result<()> {
    let institution = Some(bed.asked.institution);
    Ok(tx.tell(by, &Happening { elder: bed.key.elder, what: What::SickbedClosed, on, institution })?)
}
