//! The steps of a referral: each loads, asks the model, writes, and leaves an audit row. The day and hour are the actor's.

use super::super::model::{
    Conclusion, Destination, Key, Kind, LONGEST, Limits, NewReferral, Referral, Site, State, Touch, against_consent,
    against_site, reason,
};
use crate::beds;
use crate::consents;
use crate::episodes::{self, Ending, Thing};
use crate::stays::{self, NewStay};
use crate::subject;
use chrono::TimeDelta;
use db::audit::Entry;
use db::{Actor, Tx};
use kernel::time::date_of;
use kernel::{Area, Date, Happening, Instant, InstitutionId, ReferralId, What};
use policy::{Decision, Facts, Library};
use registry::elders::{LinkKind, links};
use web::{Error, Reason};

/// Nothing is booked for later than a year ahead: it is a slip of the pen.
const FARTHEST: TimeDelta = TimeDelta::days(366);

/// The result of a step.
pub type Result<T> = std::result::Result<T, Error>;

/// What is said to the slower of two.
pub(in super::super) const FASTER: &str = "别人刚刚办理了这份转诊，请刷新后再看";
/// How many the night's job takes in one transaction.
const CHUNK: i64 = 500;

fn unless(reasons: Vec<Reason>) -> Result<()> {
    if reasons.is_empty() { Ok(()) } else { Err(Error::Refused(reasons)) }
}

fn needed(text: &str, field: &str, label: &str) -> Result<String> {
    let clean = kernel::text::prose(text);
    match clean.chars().count() {
        0 => Err(Error::field(field, label, "请写明")),
        n if n > LONGEST => Err(Error::field(field, label, format!("有 {n} 个字，请精简到 {LONGEST} 字以内"))),
        _ => Ok(clean),
    }
}

fn short(text: &str) -> String {
    kernel::text::prose(text).chars().take(LONGEST).collect()
}

pub(in super::super) fn log(tx: &mut Tx<'_>, by: &Actor, key: Key, event: &str, detail: String) -> db::Result<()> {
    let action = format!("referrals.{event}");
    tx.audit(by, Entry { action: &action, elder: Some(key.elder), subject: key.id.to_string(), detail })
}

/// The limits of a kind at a place, with the decision that says so.
#[must_use]
pub fn decision(library: &Library, kind: Kind, area: Area, on: Date) -> Decision {
    library.decide("referral_limits", area, on, &Facts::new().with("kind", kind.code()))
}

fn limits(library: &Library, kind: Kind, area: Area, on: Date) -> Result<Limits> {
    let none = || Error::refused("RF-10", "本地没有施行中的文件规定转诊时限，不能办理");
    Limits::of(&decision(library, kind, area, on)).ok_or_else(none)
}

/// Sends a request.
///
/// # Errors
/// [`Error::Invalid`] with the fields, [`Error::Refused`] with the numbered reasons, [`Error::Conflict`] for one that is
/// open already.
pub fn request(tx: &mut Tx<'_>, by: &Actor, library: &Library, new: &NewReferral) -> Result<Key> {
    // Whoever writes the whole name of a place that is in the register means that one, in whatever county it lies.
    let known = match &new.to {
        Destination::Outside(name, _) => super::called(tx, &short(name))?,
        Destination::Known(_) => None,
    };
    let new = &NewReferral { to: known.map_or_else(|| new.to.clone(), Destination::Known), ..new.clone() };
    let faults = new.faults(by.now);
    if !faults.is_empty() {
        return Err(Error::Invalid(faults));
    }
    super::hold(tx, new.elder)?;
    let subject = subject::store::find(tx, by, new.elder)?;
    let from = super::site(tx, new.from)?;
    let to = match &new.to {
        Destination::Known(id) => Some(super::site(tx, *id)?),
        Destination::Outside(..) => None,
    };
    let mut reasons = against_consent(new.kind, &new.consent, by.now);
    if !subject.present {
        reasons.push(reason("RF-01", "老年人已去世或已迁出"));
    }
    if by.institution.is_some_and(|own| own != new.from) {
        reasons.push(reason("RF-05", "您只能为本机构发出转诊"));
    }
    reasons.extend(to.as_ref().map(|to| against_site(new.kind, new.from, to)).unwrap_or_default());
    if new.kind == Kind::CareTransfer && super::overstays::stay_of(tx, new.elder)?.is_none() {
        reasons.push(reason("RF-07", "老年人现在没有住院，照护转介只用于住院老年人"));
    }
    if new.kind == Kind::GreenChannel && new.agreement.is_none() && to.is_some() {
        reasons.push(reason("RF-11", "与这家医院没有有效的绿色通道协议，请改用上转或平台外电话转诊"));
    }
    unless(reasons)?;
    if super::again(tx, new, to.as_ref().map(|to| to.id))? {
        return Err(Error::Conflict("同一去向已有一份没有办完的同类转诊，请在那一份上办理".into()));
    }
    let limits = limits(library, new.kind, subject.area, by.today())?;
    let r = made(tx, by, new, &limits, (from.name, subject.name, to));
    super::insert(tx, by, &r)?;
    if !r.shared.is_empty() {
        consents::store::record(tx, by, &r.as_consent())?;
    }
    log(tx, by, r.key, "request", format!("{}，{} → {}", r.kind, r.from_name, r.to_name))?;
    if matches!(r.kind, Kind::Up | Kind::GreenChannel) {
        let what = What::Referred;
        tx.tell(by, &Happening { elder: r.key.elder, what, on: by.today(), institution: r.to })?;
    }
    Ok(r.key)
}

type Names = (String, String, Option<Site>);

fn made(tx: &Tx<'_>, by: &Actor, new: &NewReferral, limits: &Limits, (from_name, elder_name, to): Names) -> Referral {
    let (to_name, to_phone) = match (&new.to, &to) {
        (Destination::Outside(name, phone), _) => (short(name), short(phone)),
        (_, Some(site)) => (site.name.clone(), site.phone.clone().unwrap_or_default()),
        _ => Default::default(),
    };
    let mut consent = new.consent.clone();
    (consent.name, consent.relation) = (short(&consent.name), short(&consent.relation));
    Referral {
        key: Key { elder: new.elder, id: ReferralId::new(by.now, tx.chance()) },
        kind: new.kind,
        state: State::Requested,
        version: 1,
        elder_name,
        from: new.from,
        from_name,
        to: to.map(|site| site.id),
        to_name,
        to_phone,
        agreement: new.agreement.map(|(id, _)| id),
        reason: short(&new.reason),
        diagnosis: short(&new.diagnosis),
        consent,
        shared: new.shared.clone(),
        purpose: short(&new.purpose),
        shared_until: limits.shared_until(by.today(), new.shared_until),
        share_ended_at: None,
        requested_at: by.now,
        requested_by: by.name.clone(),
        answer_due: limits.answer_due(by.now, new.agreement.and_then(|(_, minutes)| minutes)),
        lapses: limits.lapses(by.now),
        answered_at: None,
        answered_by: String::new(),
        refusal: String::new(),
        call_name: String::new(),
        call_at: None,
        booked_for: None,
        booked_place: String::new(),
        arrived_at: None,
        arrived_how: String::new(),
        concluded_at: None,
        concluded_by: String::new(),
        conclusion: Conclusion::default(),
        followed_up_on: None,
        followed_up_by: String::new(),
        follow_up_note: String::new(),
        closed_at: None,
        closed_reason: String::new(),
    }
}

/// A referral as a person saw it when they pressed the button.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    /// Which.
    pub key: Key,
    /// The version that their page showed.
    pub version: i64,
}

/// Loads what a step is about; says who was faster, if the page is old or the step can no longer be.
fn load(tx: &mut Tx<'_>, by: &Actor, seen: Seen, event: &str) -> Result<Referral> {
    let mut r = super::find(tx, by, seen.key)?;
    let next = r.state.after(event);
    if let (Some(next), true) = (next, r.version == seen.version) {
        r.state = next;
        return Ok(r);
    }
    let who = match r.state {
        State::Accepted | State::Booked | State::Refused => {
            let at = r.answered_at.map(kernel::time::show).unwrap_or_default();
            format!("{} 于 {at} 答复，现为“{}”", r.answered_by, r.state)
        }
        state => format!("现为“{state}”"),
    };
    Err(Error::Conflict(format!("{FASTER}：{who}")))
}

/// Only the destination answers; one that does not work on the platform answers by telephone to the side that asked, who
/// say with whom they spoke and when.
fn may_answer(
    tx: &mut Tx<'_>,
    by: &Actor,
    r: &Referral,
    call: Option<(&str, Instant)>,
) -> Result<Option<(String, Instant)>> {
    let on_platform = r.to.map(|to| super::site(tx, to)).transpose()?.is_some_and(|site| site.on_platform);
    if r.to.is_some() && by.institution == r.to {
        return Ok(None);
    }
    if on_platform {
        return Err(Error::refused("RF-08", format!("{}在本平台办理，应由对方答复", r.to_name)));
    }
    if by.institution.is_some_and(|own| own != r.from) {
        return Err(Error::refused("RF-05", "您只能办理本机构发出或收到的转诊"));
    }
    let (name, at) =
        call.ok_or_else(|| Error::field("call_name", "对方接电话的人", "对方不在平台上，请填写通话对象和时间"))?;
    let name = needed(name, "call_name", "对方接电话的人")?;
    if at > by.now || sooner(at, r.requested_at) {
        return Err(Error::field("call_at", "通话时间", "应在发出转诊之后、现在之前"));
    }
    Ok(Some((name, at.max(r.requested_at))))
}

/// Whether an hour of a form lies before the request. A form knows no seconds: the same minute is not sooner.
fn sooner(at: Instant, requested: Instant) -> bool {
    at + TimeDelta::minutes(1) <= requested
}

/// A call as the form brings it: with whom, and when.
pub type Call<'a> = Option<(&'a str, Instant)>;

fn answer(tx: &mut Tx<'_>, by: &Actor, library: &Library, seen: Seen, event: &str, call: Call<'_>) -> Result<Referral> {
    let mut r = load(tx, by, seen, event)?;
    let call = may_answer(tx, by, &r, call)?;
    r.answered_at = Some(call.as_ref().map_or(by.now, |(_, at)| *at));
    r.answered_by = call.as_ref().map_or_else(|| by.name.clone(), |(name, _)| format!("{name}（电话）"));
    if let Some((name, at)) = call {
        (r.call_name, r.call_at) = (name, Some(at));
    }
    if event == "accept" {
        // The time for coming begins with the answer.
        let area = elder_area(tx, &r)?;
        r.lapses = limits(library, r.kind, area, by.today())?.lapses(by.now);
    }
    Ok(r)
}

fn elder_area(tx: &mut Tx<'_>, r: &Referral) -> Result<Area> {
    // The destination may lie outside the elder's county: the rules of the elder's place hold all the same.
    Ok(subject::store::find(tx, &Actor::system(r.requested_at), r.key.elder)?.area)
}

/// The destination takes the elder.
///
/// # Errors
/// [`Error::Conflict`] with who was faster, [`Error::Refused`] for another side.
pub fn accept(tx: &mut Tx<'_>, by: &Actor, library: &Library, seen: Seen, call: Call<'_>) -> Result<()> {
    let r = answer(tx, by, library, seen, "accept", call)?;
    super::write(tx, by.now, &r)?;
    log(tx, by, r.key, "accept", r.answered_by.clone())?;
    queue(tx, by, library, &r)
}

/// A home that takes somebody for care has them in its queue at once, with what the referral says: nobody types an identity
/// number twice. Who waits or lives there already is left where they are.
fn queue(tx: &mut Tx<'_>, by: &Actor, library: &Library, r: &Referral) -> Result<()> {
    let Some(home) = r.to.filter(|to| r.kind == Kind::CareTransfer && by.institution == Some(*to)) else {
        return Ok(());
    };
    let site = super::site(tx, home)?;
    if !beds::model::houses(site.kind) {
        return Ok(());
    }
    let wish = format!("照护转介自{}：{}", r.from_name, r.diagnosis);
    beds::store::steps::expect(tx, by, library, (home, r.key.elder), wish.trim_end_matches('：'))?;
    Ok(())
}

/// The destination does not take the elder.
///
/// # Errors
/// As [`accept`]; [`Error::Invalid`] without a reason.
pub fn refuse(tx: &mut Tx<'_>, by: &Actor, library: &Library, seen: Seen, call: Call<'_>, why: &str) -> Result<()> {
    let mut r = answer(tx, by, library, seen, "refuse", call)?;
    r.refusal = needed(why, "refusal", "拒绝原因")?;
    end_share(&mut r, by.now);
    super::write(tx, by.now, &r)?;
    Ok(log(tx, by, r.key, "refuse", r.refusal.clone())?)
}

fn end_share(r: &mut Referral, now: Instant) {
    r.share_ended_at = r.share_ended_at.or(Some(now));
}

/// Follows a consent that was withdrawn: the destination sees nothing of the record any more. The referral goes on.
///
/// # Errors
/// What the store says.
pub fn end_consent(tx: &mut Tx<'_>, by: &Actor, key: Key, why: &str) -> Result<()> {
    let mut r = super::find(tx, by, key)?;
    end_share(&mut r, by.now);
    super::write(tx, by.now, &r)?;
    Ok(log(tx, by, key, "unshare", why.to_owned())?)
}

/// The record is shared again, as it was before, after a consent that was withdrawn is given anew.
///
/// # Errors
/// RF-09 when the time of sharing is over.
pub fn share_again(tx: &mut Tx<'_>, by: &Actor, key: Key) -> Result<Referral> {
    let mut r = super::find(tx, by, key)?;
    if !r.state.shares() || by.today() > r.shared_until || r.shared.is_empty() {
        return Err(Error::refused("RF-09", format!("资料共享已经结束（共享至 {}）", r.shared_until)));
    }
    r.share_ended_at = None;
    super::write(tx, by.now, &r)?;
    log(tx, by, key, "share", "重新同意共享资料".to_owned())?;
    Ok(r)
}

/// The destination's own step, or the asking side's where the destination is not on the platform.
fn of_destination(tx: &mut Tx<'_>, by: &Actor, r: &Referral) -> Result<()> {
    match may_answer(tx, by, r, Some(("电话", r.requested_at))) {
        Ok(_) => Ok(()),
        Err(e) => Err(e),
    }
}

/// Settles day, hour and place.
///
/// # Errors
/// [`Error::Invalid`] for an hour that is over or after the referral lapses, and as [`accept`].
pub fn book(tx: &mut Tx<'_>, by: &Actor, seen: Seen, at: Instant, place: &str) -> Result<()> {
    let mut r = load(tx, by, seen, "book")?;
    of_destination(tx, by, &r)?;
    if at < by.now {
        return Err(Error::field("booked_for", "预约时间", "不能早于现在"));
    }
    if at > by.now + FARTHEST {
        return Err(Error::field("booked_for", "预约时间", "应在一年之内，请核对年份"));
    }
    r.booked_place = needed(place, "booked_place", "科室、病区或医生")?;
    r.booked_for = Some(at);
    // Whoever is booked for later than the limit has the day of the booking to come.
    r.lapses = r.lapses.max(at + TimeDelta::days(1));
    super::write(tx, by.now, &r)?;
    Ok(log(tx, by, r.key, "book", format!("{}，{}", kernel::time::show(at), r.booked_place))?)
}

/// The elder is there. `tail` is the end of the identity number on the card that the elder shows.
///
/// # Errors
/// [`Error::Refused`] when it is another person's card, and as [`accept`].
pub fn arrive(tx: &mut Tx<'_>, by: &Actor, seen: Seen, at: Instant, tail: &str) -> Result<()> {
    here(tx, by, seen, at, tail).map(drop)
}

/// The elder is there and is admitted: the stay begins with the arrival, and everybody who follows learns of it.
///
/// # Errors
/// As [`arrive`]; [`Error::Invalid`] without a diagnosis, or with the stay that stands against it.
pub fn admit(tx: &mut Tx<'_>, by: &Actor, seen: Seen, (at, tail): (Instant, &str), diagnosis: &str) -> Result<()> {
    let diagnosis = Some(needed(diagnosis, "diagnosis", "入院诊断")?);
    let r = here(tx, by, seen, at, tail)?;
    let institution = r.to.ok_or(Error::NotFound)?;
    let stay = NewStay { elder: r.key.elder, institution, admitted_on: date_of(at), discharged_on: None, diagnosis };
    // The referral itself is the reason for the sight: the elder may live in another county.
    stays::store::register(tx, &episodes::follower(by), &stay)?;
    Ok(())
}

fn here(tx: &mut Tx<'_>, by: &Actor, seen: Seen, at: Instant, tail: &str) -> Result<Referral> {
    let mut r = load(tx, by, seen, "arrive")?;
    of_destination(tx, by, &r)?;
    if at > by.now || sooner(at, r.requested_at) {
        return Err(Error::field("arrived_at", "到诊时间", "应在发出转诊之后、现在之前"));
    }
    let elder = registry::elders::store::find(tx, &Actor::system(by.now), r.key.elder)?;
    if !elder.id_tail.eq_ignore_ascii_case(tail.trim()) {
        let text = format!("证件号码后四位与{}的不符，请核对来的是不是本人", r.elder_name);
        return Err(Error::refused("RF-13", text));
    }
    // The minute of the form that is running now means now: the order of what was written is that of what happened.
    let at = if by.now - at < TimeDelta::minutes(1) { by.now } else { at.max(r.requested_at) };
    arrived(tx, by, &mut r, (at, "到诊登记"))?;
    Ok(r)
}

fn arrived(tx: &mut Tx<'_>, by: &Actor, r: &mut Referral, (at, how): (Instant, &str)) -> Result<()> {
    (r.arrived_at, r.arrived_how) = (Some(at), how.to_owned());
    // Whoever takes the elder without having answered has answered.
    if r.answered_at.is_none() {
        (r.answered_at, r.answered_by) = (Some(at), if by.name.is_empty() { how.to_owned() } else { by.name.clone() });
    }
    super::write(tx, by.now, r)?;
    if let Some(to) = r.to {
        links::open(tx, r.key.elder, to, LinkKind::Referral, date_of(at))?;
    }
    Ok(log(tx, by, r.key, "arrive", format!("{how}，{}", kernel::time::show(at)))?)
}

/// The destination's link to the elder ends, unless another referral still needs it.
fn unlink(tx: &mut Tx<'_>, r: &Referral, now: Instant) -> Result<()> {
    let Some(to) = r.to else { return Ok(()) };
    let others = super::open_of(tx, r.key.elder)?;
    if others.iter().any(|o| o.key != r.key && o.to == Some(to) && o.state == State::Arrived) {
        return Ok(());
    }
    Ok(links::close(tx, r.key.elder, to, LinkKind::Referral, date_of(now))?)
}

/// The destination sends back what it found and did. With `follow_up` the follow-up is due on that day; without, as the
/// table says; `none` if no follow-up is needed.
///
/// # Errors
/// [`Error::Invalid`] without diagnosis or what was done, and as [`accept`].
pub fn conclude(
    tx: &mut Tx<'_>,
    by: &Actor,
    library: &Library,
    seen: Seen,
    said: &Conclusion,
    none: bool,
) -> Result<()> {
    let mut r = load(tx, by, seen, "conclude")?;
    of_destination(tx, by, &r)?;
    let due = match said.follow_up_due {
        _ if none => None,
        Some(day) if day < by.today() => return Err(Error::field("follow_up_due", "随访日期", "不能早于今天")),
        Some(day) => Some(day),
        None => {
            let area = elder_area(tx, &r)?;
            Some(limits(library, r.kind, area, by.today())?.follow_up(by.today()))
        }
    };
    r.conclusion = Conclusion {
        finding: needed(&said.finding, "finding", "诊断或结论")?,
        done: needed(&said.done, "done", "做了什么")?,
        medication: short(&said.medication),
        advice: short(&said.advice),
        follow_up_due: due,
    };
    (r.concluded_at, r.concluded_by) = (Some(by.now), by.name.clone());
    end_share(&mut r, by.now);
    super::write(tx, by.now, &r)?;
    unlink(tx, &r, by.now)?;
    Ok(log(tx, by, r.key, "conclude", due.map_or_else(|| "不需随访".to_owned(), |day| format!("{day} 前随访")))?)
}

/// The family doctor, or the side that asked, has followed up.
///
/// # Errors
/// [`Error::Invalid`] for a day that cannot be or without words, [`Error::Conflict`] when it was done already.
pub fn follow_up(tx: &mut Tx<'_>, by: &Actor, seen: Seen, on: Date, note: &str) -> Result<()> {
    let mut r = load(tx, by, seen, "follow_up")?;
    if by.institution.is_some() && by.institution == r.to && r.to != Some(r.from) {
        return Err(Error::refused("RF-05", "随访由家庭医生或转出机构办理"));
    }
    let concluded = r.concluded_at.map(date_of).unwrap_or(on);
    if on > by.today() || on < concluded {
        return Err(Error::field("followed_up_on", "随访日期", format!("应在 {concluded} 到今天之间")));
    }
    r.follow_up_note = needed(note, "follow_up_note", "随访情况")?;
    (r.followed_up_on, r.followed_up_by) = (Some(on), by.name.clone());
    super::write(tx, by.now, &r)?;
    Ok(log(tx, by, r.key, "follow_up", on.to_string())?)
}

/// The side that asked takes the request back.
///
/// # Errors
/// [`Error::Refused`] for another side, [`Error::Conflict`] when the elder is there already.
pub fn cancel(tx: &mut Tx<'_>, by: &Actor, seen: Seen, why: &str) -> Result<()> {
    let mut r = load(tx, by, seen, "cancel")?;
    if by.institution.is_some_and(|own| own != r.from) {
        return Err(Error::refused("RF-05", "只有转出机构可以撤回"));
    }
    (r.closed_at, r.closed_reason) = (Some(by.now), needed(why, "reason", "撤回原因")?);
    end_share(&mut r, by.now);
    super::write(tx, by.now, &r)?;
    Ok(log(tx, by, r.key, "cancel", r.closed_reason.clone())?)
}

/// Referrals that nobody answered, or to which nobody came, lapse. Answers how many.
///
/// # Errors
/// What the engine says.
pub fn lapse(tx: &mut Tx<'_>, by: &Actor) -> Result<usize> {
    let all = super::over(tx, by.now, CHUNK)?;
    for mut r in all.iter().cloned() {
        let why = if super::waiting(r.state) { "超过时限无人答复" } else { "超过时限没有到诊" };
        r.state = State::Lapsed;
        (r.closed_at, r.closed_reason) = (Some(by.now), why.to_owned());
        end_share(&mut r, by.now);
        super::write(tx, by.now, &r)?;
        log(tx, by, r.key, "lapse", why.to_owned())?;
    }
    Ok(all.len())
}

/// What happens to an elder arrives at their open referrals at once.
///
/// # Errors
/// What the engine says.
pub fn follow(tx: &mut Tx<'_>, by: &Actor, news: &Happening) -> db::Result<()> {
    let by = &episodes::follower(by);
    for mut r in super::open_of(tx, news.elder)? {
        let result = match r.touched_by(news) {
            Some(Touch::Arrive) => take_in(tx, by, &mut r, news),
            Some(Touch::Close(ending)) => close(tx, by, &mut r, (news, ending)),
            None => Ok(()),
        };
        result.map_err(|e| match e {
            Error::Db(e) => e,
            other => db::Error::Conflict(other.text()),
        })?;
    }
    Ok(())
}

fn take_in(tx: &mut Tx<'_>, by: &Actor, r: &mut Referral, news: &Happening) -> Result<()> {
    r.state = State::Arrived;
    let noon = kernel::time::at(news.on, 12, 0).unwrap_or(by.now);
    let at = noon.clamp(r.requested_at, by.now.max(r.requested_at));
    arrived(tx, by, r, (at, news.what.name()))?;
    if r.kind == Kind::CareTransfer && news.what == What::MovedIn { settle(tx, by, r, news) } else { Ok(()) }
}

/// Whoever was to be cared for elsewhere lives there now: nothing is left to be written down.
fn settle(tx: &mut Tx<'_>, by: &Actor, r: &mut Referral, news: &Happening) -> Result<()> {
    r.version += 1;
    r.state = State::Concluded;
    r.conclusion = Conclusion {
        finding: format!("{} 已入住{}", news.on, r.to_name),
        done: "办理入住，照护转介自动办结".to_owned(),
        ..Conclusion::default()
    };
    (r.concluded_at, r.concluded_by) = (Some(by.now.max(r.requested_at)), by.name.clone());
    end_share(r, by.now);
    super::write(tx, by.now, r)?;
    unlink(tx, r, by.now)?;
    Ok(log(tx, by, r.key, "conclude", r.conclusion.finding.clone())?)
}

fn close(tx: &mut Tx<'_>, by: &Actor, r: &mut Referral, (news, ending): (&Happening, Ending)) -> Result<()> {
    let place = name_of(tx, news.institution)?.map(|name| format!("，{name}")).unwrap_or_default();
    r.closed_reason = format!("{}（{}{place}）", ending.words, news.on);
    (r.state, r.closed_at) = (State::ClosedElsewhere, Some(by.now));
    end_share(r, by.now);
    super::write(tx, by.now, r)?;
    unlink(tx, r, by.now)?;
    let title = format!("{}：{}", r.kind, r.to_name);
    episodes::followed(tx, by, news, (Thing::Referral, &title, &r.key.href()), &ending)?;
    Ok(log(tx, by, r.key, "close", format!("{} {}", ending.code, r.closed_reason))?)
}

fn name_of(tx: &mut Tx<'_>, id: Option<InstitutionId>) -> Result<Option<String>> {
    Ok(id.map(|id| registry::institutions::store::name(tx, id)).transpose()?)
}
