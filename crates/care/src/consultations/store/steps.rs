//! The steps of a consultation: each loads, asks the model, writes, and leaves an audit row. The day and hour are the actor's.

use super::super::consent;
use super::super::model::{
    Addendum, Charge, Conclusion, Consultation, Key, LONGEST, LONGEST_FINDING, Limits, Means, NewConsultation, Refusal,
    Said, Side, State, Urgency, against_consultant, charge_facts, price_facts, reason,
};
use super::super::seal::{self, Signer};
use super::FASTER;
use crate::consents;
use crate::episodes::model::EventKind;
use crate::episodes::store::Line;
use crate::episodes::{self, Thing};
use crate::referrals::store as referrals;
use crate::subject;
use db::audit::Entry;
use db::{Actor, Tx};
use kernel::time::{date_of, show};
use kernel::{AddendumId, Area, ConsultationId, Date, Fen, Happening, Instant, StaffId};
use policy::{Decision, Facts, Library};
use web::Error;

/// The result of a step.
pub type Result<T> = std::result::Result<T, Error>;

/// How many the night's job takes in one transaction.
const CHUNK: i64 = 500;

fn needed(text: &str, (field, label): (&str, &str), most: usize) -> Result<String> {
    let clean = kernel::text::prose(text);
    match clean.chars().count() {
        0 => Err(Error::field(field, label, "请写明")),
        n if n > most => Err(Error::field(field, label, format!("有 {n} 个字，请精简到 {most} 字以内"))),
        _ => Ok(clean),
    }
}

fn short(text: &str) -> String {
    kernel::text::prose(text).chars().take(LONGEST).collect()
}

fn log(tx: &mut Tx<'_>, by: &Actor, key: Key, event: &str, detail: String) -> db::Result<()> {
    let action = format!("consultations.{event}");
    tx.audit(by, Entry { action: &action, elder: Some(key.elder), subject: key.id.to_string(), detail })
}

/// The limits at a place, with the decision that says so.
#[must_use]
pub fn decision(library: &Library, urgency: Urgency, area: Area, on: Date) -> Decision {
    library.decide("consultation_limits", area, on, &Facts::new().with("urgency", urgency.code()))
}

fn undecided(what: &str, decision: &Decision) -> Error {
    let why = decision.undecided().unwrap_or("没有结果");
    Error::refused("CN-07", format!("{what}不能确定：{why}"))
}

/// The limits at a place.
///
/// # Errors
/// [`Error::Refused`] where no document decides.
pub fn limits(library: &Library, urgency: Urgency, area: Area, on: Date) -> Result<Limits> {
    let decision = decision(library, urgency, area, on);
    Limits::of(&decision).ok_or_else(|| undecided("会诊时限", &decision))
}

/// Where the elder lives: the rules of that place hold, wherever the consulting side is.
///
/// # Errors
/// [`db::Error::NotFound`], or what the engine says.
pub fn area_of(tx: &mut Tx<'_>, c: &Consultation) -> Result<Area> {
    Ok(subject::store::find(tx, &Actor::system(c.requested_at), c.key.elder)?.area)
}

fn limits_of(tx: &mut Tx<'_>, library: &Library, c: &Consultation) -> Result<Limits> {
    let area = area_of(tx, c)?;
    limits(library, c.urgency, area, date_of(c.requested_at))
}

/// Sends a request.
///
/// # Errors
/// [`Error::Invalid`] with the fields, [`Error::Refused`] with the numbered reasons, [`Error::Conflict`] for one that is
/// open already.
pub fn request(tx: &mut Tx<'_>, by: &Actor, library: &Library, new: &NewConsultation) -> Result<Key> {
    let faults = new.faults(by.now);
    if !faults.is_empty() {
        return Err(Error::Invalid(faults));
    }
    super::hold(tx, new.elder)?;
    let subject = subject::store::find(tx, by, new.elder)?;
    let (from, to) = (referrals::site(tx, new.from)?, referrals::site(tx, new.to)?);
    let mut reasons = new.against(&to, by.now);
    if !subject.present {
        reasons.push(reason("CN-01", "老年人已去世或已迁出"));
    }
    if by.institution != Some(new.from) {
        reasons.push(reason("CN-05", "只能为本机构申请会诊"));
    }
    if !reasons.is_empty() {
        return Err(Error::Refused(reasons));
    }
    let department = short(&new.department);
    if super::again(tx, new.elder, new.to, &department)? {
        return Err(Error::Conflict("已向这家机构（同一科室）申请过会诊，还没有办完，请在那一份上办理".into()));
    }
    let limits = limits(library, new.urgency, subject.area, by.today())?;
    let c = made(tx, by, new, &limits, (subject.name, from.name, to.name, department));
    super::insert(tx, by.now, &c)?;
    if !c.shared.is_empty() {
        consents::store::record(tx, by, &consent::of(&c))?;
    }
    log(tx, by, c.key, "request", format!("{} → {}{}", c.from_name, c.to_name, c.department))?;
    Ok(c.key)
}

type Names = (String, String, String, String);

fn made(tx: &Tx<'_>, by: &Actor, new: &NewConsultation, limits: &Limits, names: Names) -> Consultation {
    let (elder_name, from_name, to_name, department) = names;
    let mut consent = new.consent.clone();
    (consent.name, consent.relation) = (short(&consent.name), short(&consent.relation));
    Consultation {
        key: Key { elder: new.elder, id: ConsultationId::new(by.now, tx.chance()) },
        state: State::Requested,
        version: 1,
        elder_name,
        from: new.from,
        from_name,
        from_phone: String::new(),
        to: new.to,
        to_name,
        to_phone: String::new(),
        department,
        urgency: new.urgency,
        question: short(&new.question),
        situation: short(&new.situation),
        asker_phone: short(&new.phone),
        consent,
        shared: new.shared.clone(),
        purpose: short(&new.purpose),
        shared_until: limits.shared_until(by.today(), new.shared_until),
        share_ended_at: None,
        payer: new.payer,
        funded_by: new.funded_by,
        requested_at: by.now,
        requested_by: by.name.clone(),
        answer_due: limits.answer_due(by.now),
        lapses: limits.lapses(by.now),
        answered_at: None,
        answered_by: String::new(),
        refusal: None,
        refusal_note: String::new(),
        booked_for: None,
        consultant: None,
        consultant_name: String::new(),
        consult_phone: String::new(),
        missed_at: None,
        missed_by: None,
        missed_note: String::new(),
        started_at: None,
        started_by: String::new(),
        acknowledge_due: None,
        acknowledged_at: None,
        acknowledged_by: String::new(),
        acknowledge_note: String::new(),
        closed_at: None,
        closed_reason: String::new(),
        conclusion: None,
    }
}

/// A consultation as a person saw it when they pressed the button.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    /// Which.
    pub key: Key,
    /// The version that their page showed.
    pub version: i64,
}

/// Loads what a step of one side is about; says who was faster, if the page is old or the step can no longer be.
fn load(tx: &mut Tx<'_>, by: &Actor, seen: Seen, event: &str, sides: &[Side]) -> Result<Consultation> {
    let mut c = super::find(tx, by, seen.key)?;
    if !c.side(by.institution).is_some_and(|side| sides.contains(&side)) {
        let text = if sides == [Side::Consulting] { &c.to_name } else { &c.from_name };
        return Err(Error::refused("CN-05", format!("这一步由{text}办理")));
    }
    let next = c.state.after(event);
    if let (Some(next), true) = (next, c.version == seen.version) {
        c.state = next;
        return Ok(c);
    }
    let who = match (c.state, c.answered_at) {
        (State::Booked | State::Refused, Some(at)) => format!("{} 于 {} 办理，", c.answered_by, show(at)),
        _ => String::new(),
    };
    Err(Error::Conflict(format!("{FASTER}：{who}现为“{}”", c.state)))
}

/// The booking as the form brings it.
#[derive(Clone, Debug)]
pub struct Booking {
    /// The hour.
    pub at: Instant,
    /// Who is responsible.
    pub consultant: StaffId,
    /// Where the consulting side is reached when the video fails.
    pub phone: String,
}

fn settle(tx: &mut Tx<'_>, by: &Actor, library: &Library, c: &mut Consultation, new: &Booking) -> Result<()> {
    if new.at < by.now {
        return Err(Error::field("booked_for", "会诊时间", "不能早于现在"));
    }
    if date_of(new.at) > c.shared_until {
        let text = format!("资料只共享到 {}，请约在这一天或之前", c.shared_until);
        return Err(Error::field("booked_for", "会诊时间", text));
    }
    let wide = Actor { scope: db::Scope::ALL, ..by.clone() };
    let who = registry::staff::store::find(tx, &wide, new.consultant)?;
    if let Some(reason) = against_consultant(c.to, &who.facts, date_of(new.at)) {
        return Err(Error::Refused(vec![reason]));
    }
    let limits = limits_of(tx, library, c)?;
    let others = super::booked(tx, new.consultant, c.key)?;
    if let Some(other) = others.into_iter().find(|other| limits.collide(*other, new.at)) {
        let text = format!("{}在 {} 已有会诊，两次至少相隔 {} 分钟", who.facts.name, show(other), limits.slot_minutes);
        return Err(Error::refused("CN-14", text));
    }
    (c.booked_for, c.consultant, c.consultant_name) = (Some(new.at), Some(new.consultant), who.facts.name);
    c.consult_phone = needed(&new.phone, ("consult_phone", "联系电话"), LONGEST)?;
    (c.lapses, c.started_at, c.started_by) = (limits.lapses(new.at), None, String::new());
    Ok(())
}

/// The consulting institution accepts: hour and consultant are settled with it.
///
/// # Errors
/// [`Error::Conflict`] with who was faster, [`Error::Refused`] for another side or a consultant who cannot,
/// [`Error::Invalid`] for an hour in the past.
pub fn accept(tx: &mut Tx<'_>, by: &Actor, library: &Library, seen: Seen, new: &Booking) -> Result<()> {
    let mut c = load(tx, by, seen, "accept", &[Side::Consulting])?;
    settle(tx, by, library, &mut c, new)?;
    (c.answered_at, c.answered_by) = (Some(by.now), by.name.clone());
    super::write(tx, by.now, &c)?;
    Ok(log(tx, by, c.key, "accept", format!("{}，{}", show(new.at), c.consultant_name))?)
}

/// Another hour or another consultant.
///
/// # Errors
/// As [`accept`].
pub fn book(tx: &mut Tx<'_>, by: &Actor, library: &Library, seen: Seen, new: &Booking) -> Result<()> {
    let mut c = load(tx, by, seen, "book", &[Side::Consulting])?;
    settle(tx, by, library, &mut c, new)?;
    super::write(tx, by.now, &c)?;
    Ok(log(tx, by, c.key, "book", format!("{}，{}", show(new.at), c.consultant_name))?)
}

/// The consulting institution refuses, with a numbered reason and, for another one, in words.
///
/// # Errors
/// As [`accept`].
pub fn refuse(tx: &mut Tx<'_>, by: &Actor, seen: Seen, why: Refusal, note: &str) -> Result<()> {
    let mut c = load(tx, by, seen, "refuse", &[Side::Consulting])?;
    c.refusal_note = if why == Refusal::Other { needed(note, ("refusal", "说明"), LONGEST)? } else { short(note) };
    (c.refusal, c.answered_at, c.answered_by) = (Some(why), Some(by.now), by.name.clone());
    end_share(&mut c, by.now);
    super::write(tx, by.now, &c)?;
    Ok(log(tx, by, c.key, "refuse", format!("{why} {}", c.refusal_note))?)
}

/// Nothing of the record is shared any more; the consultation goes on.
pub(in super::super) fn unshare(tx: &mut Tx<'_>, by: &Actor, mut c: Consultation, why: &str) -> Result<()> {
    end_share(&mut c, by.now);
    super::write(tx, by.now, &c)?;
    Ok(log(tx, by, c.key, "unshare", why.to_owned())?)
}

fn end_share(c: &mut Consultation, now: Instant) {
    c.share_ended_at = c.share_ended_at.or(Some(now));
}

/// The side that asked takes the request back.
///
/// # Errors
/// As [`accept`].
pub fn cancel(tx: &mut Tx<'_>, by: &Actor, seen: Seen, why: &str) -> Result<()> {
    let mut c = load(tx, by, seen, "cancel", &[Side::Asking])?;
    (c.closed_at, c.closed_reason) = (Some(by.now), needed(why, ("reason", "撤回原因"), LONGEST)?);
    end_share(&mut c, by.now);
    super::write(tx, by.now, &c)?;
    Ok(log(tx, by, c.key, "cancel", c.closed_reason.clone())?)
}

/// The other side did not come at the hour.
///
/// # Errors
/// [`Error::Invalid`] before the hour, and as [`accept`].
pub fn miss(tx: &mut Tx<'_>, by: &Actor, seen: Seen, note: &str) -> Result<()> {
    let mut c = load(tx, by, seen, "miss", Side::ALL)?;
    if let Some(at) = c.booked_for.filter(|at| by.now < *at) {
        return Err(Error::field("note", "对方未到", format!("还没有到预约的时间 {}", show(at))));
    }
    let other = if c.side(by.institution) == Some(Side::Asking) { Side::Consulting } else { Side::Asking };
    (c.missed_at, c.missed_by) = (Some(by.now), Some(other));
    c.missed_note = needed(note, ("note", "情况"), LONGEST)?;
    super::write(tx, by.now, &c)?;
    Ok(log(tx, by, c.key, "miss", format!("{other}未到：{}", c.missed_note))?)
}

/// The consulting side begins.
///
/// # Errors
/// [`Error::Refused`] before the room opens, and as [`accept`].
pub fn start(tx: &mut Tx<'_>, by: &Actor, library: &Library, seen: Seen) -> Result<()> {
    let before = super::find(tx, by, seen.key)?;
    let mut c = load(tx, by, seen, "start", &[Side::Consulting])?;
    if let Some(reason) = before.against_entering(&limits_of(tx, library, &before)?, by.now) {
        return Err(Error::Refused(vec![reason]));
    }
    (c.started_at, c.started_by) = (Some(by.now), by.name.clone());
    super::write(tx, by.now, &c)?;
    Ok(log(tx, by, c.key, "start", c.consultant_name.clone())?)
}

/// What a consultation of so many minutes costs, and who pays.
///
/// # Errors
/// [`Error::Refused`] where no document decides.
pub fn charge(tx: &mut Tx<'_>, library: &Library, c: &Consultation, (minutes, on): (i64, Date)) -> Result<Charge> {
    let (area, grade) = (area_of(tx, c)?, super::grade(tx, c.to)?);
    let price = library.decide("consultation_price", area, on, &price_facts(grade, minutes));
    let fen = Fen(price.int("price_fen").ok_or_else(|| undecided("会诊价格", &price))?);
    let charge = library.decide("consultation_charge", area, on, &charge_facts(fen, c.payer, c.funded_by));
    let part = |name| charge.int(name).map(Fen).ok_or_else(|| undecided("会诊费用", &charge));
    let (elder, asker) = (part("elder_fen")?, part("asker_fen")?);
    let word = charge.text("reason").unwrap_or_default();
    let reason = library.label("consultation charge reason", word).unwrap_or(word).to_owned();
    Ok(Charge { minutes, price: fen, elder, asker, reason, decisions: vec![price, charge] })
}

/// Only the consultant signs, with their own log-in.
fn signer(c: &Consultation, staff: Option<StaffId>) -> Result<StaffId> {
    let own = staff.filter(|own| Some(*own) == c.consultant);
    own.ok_or_else(|| Error::refused("CN-08", format!("结论由会诊医生{}本人登录后签名", c.consultant_name)))
}

/// The consultant signs the conclusion; it ends the sharing of the record. `staff` is the entry in the staff register of
/// whoever is logged in.
///
/// # Errors
/// [`Error::Refused`] for another person than the consultant, [`Error::Invalid`] without finding or advice, and as [`accept`].
pub fn conclude(
    tx: &mut Tx<'_>,
    by: &Actor,
    library: &Library,
    (seen, staff): (Seen, Option<StaffId>),
    said: &Said,
) -> Result<()> {
    let mut c = load(tx, by, seen, "conclude", &[Side::Consulting])?;
    let id = signer(&c, staff)?;
    if said.means == Means::Papers && !c.shared.is_empty() && c.share_ended_at.is_some() {
        return Err(Error::refused("CN-15", "资料共享已停止，没有看过的资料可作依据；请写明实际的会诊方式"));
    }
    let said = Said {
        means: said.means,
        finding: needed(&said.finding, ("finding", "会诊意见"), LONGEST_FINDING)?,
        advice: needed(&said.advice, ("advice", "处理建议"), LONGEST_FINDING)?,
        medication: kernel::text::prose(&said.medication).chars().take(LONGEST_FINDING).collect(),
    };
    let minutes = c.started_at.map_or(0, |at| (by.now - at).num_minutes().max(0));
    let charge = charge(tx, library, &c, (minutes, by.today()))?;
    let name = registry::staff::store::name(tx, id)?;
    let fingerprint = seal::conclusion(c.key, &c.question, Signer { id, name: &name, at: by.now }, &said, &charge);
    c.acknowledge_due = Some(limits_of(tx, library, &c)?.acknowledge_due(by.today()));
    end_share(&mut c, by.now);
    super::write(tx, by.now, &c)?;
    super::sign(tx, c.key, &Conclusion { at: by.now, by: id, name, said, charge, fingerprint: fingerprint.clone() })?;
    let (title, href) = (format!("远程会诊结论：{}", c.to_name), c.key.href());
    let (on, kind) = (by.today(), EventKind::Note);
    let line = Line { on, kind, code: "", title: &title, detail: &c.question, href: Some(&href) };
    episodes::note(tx, by, c.key.elder, &line)?;
    Ok(log(tx, by, c.key, "sign", format!("{} SM3 {fingerprint}", c.consultant_name))?)
}

/// The consultant adds to a signed conclusion, which itself is never changed.
///
/// # Errors
/// As [`conclude`].
pub fn append(tx: &mut Tx<'_>, by: &Actor, key: Key, staff: Option<StaffId>, content: &str) -> Result<()> {
    super::hold(tx, key.elder)?;
    let c = super::find(tx, by, key)?;
    let Some(signed) = c.conclusion.as_ref().filter(|_| c.side(by.institution) == Some(Side::Consulting)) else {
        return Err(Error::refused("CN-05", "补充意见由会诊机构在签名之后办理"));
    };
    let id = signer(&c, staff)?;
    let content = needed(content, ("content", "补充意见"), LONGEST_FINDING)?;
    let before =
        super::addenda(tx, key)?.last().map_or_else(|| signed.fingerprint.clone(), |one| one.fingerprint.clone());
    let name = registry::staff::store::name(tx, id)?;
    let fingerprint = seal::addendum(&before, Signer { id, name: &name, at: by.now }, &content);
    let more = Addendum { id: AddendumId::new(by.now, tx.chance()), at: by.now, by: id, name, content, fingerprint };
    super::add(tx, key, &more)?;
    Ok(log(tx, by, key, "append", format!("SM3 {}", more.fingerprint))?)
}

/// The side that asked takes note of the conclusion, and says what follows from it.
///
/// # Errors
/// As [`accept`].
pub fn acknowledge(tx: &mut Tx<'_>, by: &Actor, seen: Seen, note: &str) -> Result<()> {
    let mut c = load(tx, by, seen, "acknowledge", &[Side::Asking])?;
    c.acknowledge_note = needed(note, ("note", "后续安排"), LONGEST)?;
    (c.acknowledged_at, c.acknowledged_by) = (Some(by.now), by.name.clone());
    super::write(tx, by.now, &c)?;
    Ok(log(tx, by, c.key, "acknowledge", c.acknowledge_note.clone())?)
}

/// Consultations that nobody answered, or nobody began, lapse. Answers how many.
///
/// # Errors
/// What the engine says.
pub fn lapse(tx: &mut Tx<'_>, by: &Actor) -> Result<usize> {
    let all = super::over(tx, by.now, CHUNK)?;
    for mut c in all.iter().cloned() {
        let why =
            if c.state == State::Requested { "超过时限无人答复" } else { "过了预约时间，没有会诊" };
        c.state = State::Lapsed;
        (c.closed_at, c.closed_reason) = (Some(by.now), why.to_owned());
        end_share(&mut c, by.now);
        super::write(tx, by.now, &c)?;
        log(tx, by, c.key, "lapse", why.to_owned())?;
    }
    Ok(all.len())
}

/// What happens to an elder arrives at their open consultations at once.
///
/// # Errors
/// What the engine says.
pub fn follow(tx: &mut Tx<'_>, by: &Actor, news: &Happening) -> db::Result<()> {
    let by = &episodes::follower(by);
    for mut c in super::open_of(tx, news.elder)? {
        let Some(ending) = c.touched_by(news) else { continue };
        c.closed_reason = format!("{}（{}）", ending.words, news.on);
        (c.state, c.closed_at) = (State::Closed, Some(by.now));
        end_share(&mut c, by.now);
        super::write(tx, by.now, &c)?;
        let title = format!("远程会诊：{}", c.to_name);
        episodes::followed(tx, by, news, (Thing::Consultation, &title, &c.key.href()), &ending)?;
        log(tx, by, c.key, "close", format!("{} {}", ending.code, c.closed_reason))?;
    }
    Ok(())
}
