//! The steps of a contract: each loads, asks the model, writes, and leaves an audit row. Handlers, jobs and the simulated
//! month call the same functions; the day is the actor's.

use crate::consents;
use crate::contracts::fulfilment::{Done, Promise};
use crate::contracts::model::{
    self, Consent, Contract, Key, Package, Party, State, against_centre, against_consent, against_doctor,
    against_others, against_person,
};
use crate::episodes::{self, Ending, Thing};
use crate::records::{self, NewCheckup};
use chrono::Days;
use db::audit::Entry;
use db::{Actor, Tx};
use kernel::{ContractId, Date, ElderId, Happening, InstitutionId, PromiseId, StaffId, What};
use policy::{Decision, Facts, Library, Value};
use registry::elders::{LinkKind, links};
use std::collections::BTreeMap;
use web::{Error, FieldError, Reason};

/// The result of a step.
pub type Result<T> = std::result::Result<T, Error>;

/// How many contracts the night's job takes in one transaction.
const CHUNK: i64 = 500;
/// The longest note or result, in characters.
const LONGEST_NOTE: usize = 200;

/// What is recorded when an elder is asked.
#[derive(Clone, Debug)]
pub struct NewConsent {
    /// With whom the contract would be.
    pub institution: InstitutionId,
    /// The answer.
    pub consent: Consent,
    /// The package that was talked about; the proposed one if none.
    pub package: Option<Package>,
    /// The contract that this one would go on from.
    pub renews: Option<ContractId>,
}

/// What is decided when a contract is signed.
#[derive(Clone, Copy, Debug)]
pub struct Signing {
    /// The family doctor.
    pub doctor: StaffId,
    /// The package.
    pub package: Package,
    /// Day of signing.
    pub on: Date,
}

fn unless(reasons: Vec<Reason>) -> Result<()> {
    if reasons.is_empty() { Ok(()) } else { Err(Error::Refused(reasons)) }
}

fn needed(text: &str, field: &str, label: &str) -> Result<()> {
    match text.trim().chars().count() {
        0 => Err(Error::field(field, label, "请写明")),
        n if n > LONGEST_NOTE => {
            Err(Error::field(field, label, format!("有 {n} 个字，请精简到 {LONGEST_NOTE} 字以内")))
        }
        _ => Ok(()),
    }
}

fn log(tx: &mut Tx<'_>, by: &Actor, key: Key, event: &str, detail: String) -> Result<()> {
    let action = format!("contracts.{event}");
    let entry = Entry { action: &action, elder: Some(key.elder), subject: key.id.to_string(), detail };
    Ok(tx.audit(by, entry)?)
}

const PRIORITY: &str = "family_doctor_priority";

/// Whether the elder comes first, with the clauses.
#[must_use]
pub fn priority(library: &Library, party: &Party, on: Date) -> Decision {
    library.decide(PRIORITY, party.area, on, &party.facts(on))
}

/// Which facts the rule of the elder's place asks for.
pub fn asked(library: &Library, party: &Party, on: Date) -> impl Fn(&str) -> bool + use<> {
    let table = library.table(PRIORITY, party.area, on);
    move |fact| table.as_ref().is_some_and(|table| table.input(fact).is_some())
}

/// What a package promises at the elder's place, with the clauses.
#[must_use]
pub fn promises(library: &Library, party: &Party, package: Package, on: Date) -> Decision {
    library.decide("contract_promises", party.area, on, &Facts::new().with("package", package.code()))
}

/// The age from which the documents of the place provide contracts.
#[must_use]
pub fn from_age(library: &Library, party: &Party, on: Date) -> Option<i64> {
    library.parameter("contract_age", party.area, on).map(|parameter| parameter.value)
}

/// First day of the contract: the day of signing, or the end of the one that it renews.
fn first_day(others: &[Contract], renews: Option<ContractId>, on: Date) -> Date {
    let old = others.iter().find(|c| Some(c.key.id) == renews).and_then(Contract::end);
    old.map_or(on, |end| end.max(on))
}

/// Records what an elder answered when asked for a contract: a draft to be signed, or a refusal.
///
/// # Errors
/// [`Error::Invalid`] with the fields, [`Error::Refused`] with the numbered reasons, [`Error::Conflict`] for a second draft.
pub fn consent(tx: &mut Tx<'_>, by: &Actor, library: &Library, elder: ElderId, new: &NewConsent) -> Result<Key> {
    let (today, said) = (by.today(), clean(&new.consent));
    let party = super::party(tx, by, elder, today)?;
    let faults = said.faults(today);
    if !faults.is_empty() {
        return Err(Error::Invalid(faults.into_iter().map(|(f, l, text)| FieldError::new(f, l, text)).collect()));
    }
    let others = super::all(tx, elder)?;
    let centre = super::centre(tx, new.institution)?;
    let mut reasons = against_person(&party, from_age(library, &party, today), today);
    reasons.extend(against_centre(&centre, by.institution));
    if said.agreed {
        reasons.extend(against_others(&others, new.renews, first_day(&others, new.renews, said.on), None));
    }
    unless(reasons)?;
    if said.agreed && others.iter().any(|c| c.state == State::Draft) {
        return Err(Error::Conflict("这位老年人已有一份待签约的记录，请先签约或作废".into()));
    }
    let draft = draft(tx, by, library, &party, (new, said, centre.name));
    super::insert(tx, by, &draft)?;
    if draft.consent.agreed {
        consents::store::record(tx, by, &draft.as_consent())?;
    }
    let event = if draft.consent.agreed { "consent" } else { "decline" };
    let detail = format!("{}（{}），{}", draft.consent.by.name(), draft.consent.how.name(), draft.institution_name);
    log(tx, by, draft.key, event, detail)?;
    Ok(draft.key)
}

fn clean(consent: &Consent) -> Consent {
    let text = |t: &str| kernel::text::clean(t).chars().take(LONGEST_NOTE).collect::<String>();
    let ask_again_on = consent.ask_again_on.filter(|_| !consent.agreed);
    let (name, relation, note) = (text(&consent.name), text(&consent.relation), text(&consent.note));
    Consent { name, relation, note, ask_again_on, ..consent.clone() }
}

type Said<'a> = (&'a NewConsent, Consent, String);

fn draft(tx: &Tx<'_>, by: &Actor, library: &Library, party: &Party, (new, consent, name): Said<'_>) -> Contract {
    let decision = priority(library, party, by.today());
    let (proposed, _) = party.proposed(&decision);
    Contract {
        key: Key { elder: party.id, id: ContractId::new(by.now, tx.chance()) },
        state: if consent.agreed { State::Draft } else { State::Declined },
        institution: new.institution,
        institution_name: name,
        doctor: None,
        doctor_name: String::new(),
        package: new.package.unwrap_or(proposed),
        priority: decision.bool("priority").unwrap_or_default(),
        decision,
        promised: None,
        consent,
        renews: new.renews,
        signed_on: None,
        from: None,
        until: None,
        ended_on: None,
        end_reason: String::new(),
        made_by: by.name.clone(),
    }
}

/// Signs a draft: the term begins and every service of the package gets its due dates.
///
/// # Errors
/// [`Error::Refused`] with the numbered reasons, [`Error::Conflict`] when it is no draft any more.
pub fn sign(tx: &mut Tx<'_>, by: &Actor, library: &Library, key: Key, new: &Signing) -> Result<()> {
    super::hold(tx, key.elder)?;
    let mut c = super::find(tx, by, key)?;
    c.state = next(c.state, "sign")?;
    let party = super::party(tx, by, key.elder, new.on)?;
    let others: Vec<Contract> = super::all(tx, key.elder)?.into_iter().filter(|o| o.key != key).collect();
    let (centre, doctor) = (super::centre(tx, c.institution)?, super::doctor(tx, new.doctor)?);
    let from = first_day(&others, c.renews, new.on);
    let until = library
        .parameter("contract_months", party.area, from)
        .and_then(|parameter| model::term(from, parameter.value))
        .ok_or_else(|| Error::refused("FD-10", "本地没有施行中的文件规定签约期限，不能办理"))?;
    let mut reasons = against_person(&party, from_age(library, &party, new.on), new.on);
    reasons.extend(against_centre(&centre, by.institution));
    reasons.extend(against_others(&others, c.renews, from, Some(until)));
    reasons.extend(against_consent(&c.consent, new.on, by.today()));
    reasons.extend(against_doctor(&doctor, c.institution, new.on));
    unless(reasons)?;
    c.decision = priority(library, &party, new.on);
    c.priority = c.decision.bool("priority").unwrap_or_default();
    (c.doctor, c.doctor_name, c.package) = (Some(doctor.id), doctor.name, new.package);
    (c.signed_on, c.from, c.until) = (Some(new.on), Some(from), Some(until));
    owe(tx, by, library, &party, &mut c)?;
    super::write(tx, by.now, State::Draft, &c)?;
    links::open(tx, key.elder, c.institution, LinkKind::Contract, from)?;
    super::follow(tx, key.elder)?;
    super::match_checkups(tx, key.elder)?;
    let told = Happening { elder: key.elder, what: What::ContractSigned, on: from, institution: Some(c.institution) };
    tx.tell(by, &told)?;
    log(tx, by, key, "sign", format!("{}，{}，{from} 起", c.institution_name, c.package.name()))
}

fn next(state: State, event: &str) -> Result<State> {
    state.after(event).ok_or_else(|| Error::Conflict(format!("这份签约现为“{}”，不能再办理这一步", state.name())))
}

/// Writes the promises of a contract that is being signed.
fn owe(tx: &mut Tx<'_>, by: &Actor, library: &Library, party: &Party, c: &mut Contract) -> Result<()> {
    let (Some(from), Some(until)) = (c.from, c.until) else { return Ok(()) };
    let decision = promises(library, party, c.package, from);
    let services = model::promised(&decision);
    if services.is_empty() {
        let why = decision.undecided().unwrap_or("服务包没有服务项").to_owned();
        return Err(Error::refused("FD-09", format!("不能确定服务包的内容：{why}")));
    }
    for due in model::schedule(&services, from, until) {
        let doubt = doubt(library, &decision, &due.service);
        let title = library.label("promised service", &due.service).unwrap_or(&due.service);
        super::add_promise(tx, by, c.key, &due, title, doubt.as_ref())?;
    }
    c.promised = Some(decision);
    Ok(())
}

/// Why the interval or the payer of a service is not verified, if so.
#[must_use]
pub fn doubt(library: &Library, decision: &Decision, service: &str) -> Option<String> {
    let of = |row: &BTreeMap<String, Value>| row.get("service").and_then(Value::text) == Some(service);
    let because = decision.because.get(decision.rows.iter().position(of)?)?;
    let table = library.table(&decision.question, decision.place, decision.on)?;
    table.table().rows.get(because.row.checked_sub(1)?)?.unverified.clone()
}

/// Consent is taken back before signing, or was recorded by mistake.
///
/// # Errors
/// [`Error::Conflict`] when it is signed already.
pub fn withdraw(tx: &mut Tx<'_>, by: &Actor, key: Key, why: &str) -> Result<()> {
    needed(why, "reason", "作废原因")?;
    let mut c = super::find(tx, by, key)?;
    c.state = next(c.state, "withdraw")?;
    c.end_reason = why.trim().to_owned();
    super::write(tx, by.now, State::Draft, &c)?;
    log(tx, by, key, "withdraw", c.end_reason.clone())
}

/// Ends a contract before its time; `on` is the first day on which it does not hold any more.
///
/// # Errors
/// [`Error::Invalid`] for a day outside the term or without a reason, [`Error::Conflict`] when it is not in force.
pub fn end(tx: &mut Tx<'_>, by: &Actor, key: Key, on: Date, why: &str) -> Result<()> {
    needed(why, "reason", "解约原因")?;
    super::hold(tx, key.elder)?;
    let mut c = super::find(tx, by, key)?;
    c.state = next(c.state, "end")?;
    let outside = |text: String| Err(Error::field("ended_on", "解约日期", text));
    match (c.from, c.until) {
        (Some(from), _) if on < from => return outside(format!("不能早于签约起始日 {from}")),
        (_, Some(until)) if on > until => return outside(format!("不能晚于签约到期日 {until}")),
        _ if on > by.today() + Days::new(1) => return outside("不能晚于明天".into()),
        _ => {}
    }
    let done = super::promises(tx, key)?.iter().filter_map(|p| p.done.as_ref().map(|d| d.on)).max();
    if let Some(day) = done.filter(|day| *day >= on) {
        return outside(format!("{day} 还登记有服务，解约日期应在其后"));
    }
    (c.ended_on, c.end_reason) = (Some(on), why.trim().to_owned());
    close(tx, by, State::Signed, &c, on)?;
    log(tx, by, key, "end", c.end_reason.clone())
}

/// Follows a consent that was withdrawn: a draft is void, a contract ends today, or on the day after its last service.
///
/// # Errors
/// What the store says.
pub fn end_consent(tx: &mut Tx<'_>, by: &Actor, key: Key, why: &str) -> Result<()> {
    super::hold(tx, key.elder)?;
    let mut c = super::find(tx, by, key)?;
    if c.state == State::Draft {
        return withdraw(tx, by, key, why);
    }
    c.state = next(c.state, "end")?;
    let done = super::promises(tx, key)?.iter().filter_map(|p| p.done.as_ref().map(|d| d.on + Days::new(1))).max();
    let today = by.today();
    let on = today.max(c.from.unwrap_or(today)).max(done.unwrap_or(today)).min(c.until.unwrap_or(today));
    (c.ended_on, c.end_reason) = (Some(on), why.to_owned());
    close(tx, by, State::Signed, &c, on)?;
    log(tx, by, key, "end", c.end_reason.clone())
}

fn close(tx: &mut Tx<'_>, by: &Actor, before: State, c: &Contract, until: Date) -> Result<()> {
    super::write(tx, by.now, before, c)?;
    super::unlink(tx, c, until)?;
    Ok(super::follow(tx, c.key.elder)?)
}

/// A contract with one of its promises, and the first day on which the contract does not hold.
fn promise_of(tx: &mut Tx<'_>, by: &Actor, key: Key, id: PromiseId) -> Result<(Contract, Promise, Date)> {
    let c = super::find(tx, by, key)?;
    if by.institution.is_some_and(|own| own != c.institution) {
        return Err(Error::refused("FD-08", "您只能登记本机构签约的服务"));
    }
    let promise = super::promises(tx, key)?.into_iter().find(|p| p.id == id).ok_or(Error::NotFound)?;
    let end = c.end().ok_or(Error::NotFound)?;
    Ok((c, promise, end))
}

fn open_on(promise: &Promise, day: Date, end: Date, today: Date) -> Result<()> {
    if promise.done.is_some() {
        return Err(Error::Conflict("这一项已经登记完成，请刷新页面".into()));
    }
    match promise.against_day(day, end, today) {
        Some(why) => Err(Error::field("done_on", "完成日期", why)),
        None => Ok(()),
    }
}

/// Records that a promised service was done. `staff` is somebody of the institution; the family doctor if none.
///
/// # Errors
/// [`Error::Invalid`] for a day or text that cannot be, [`Error::Conflict`] when it was done already.
pub fn fulfil(
    tx: &mut Tx<'_>,
    by: &Actor,
    key: Key,
    id: PromiseId,
    (on, staff, result): (Date, Option<StaffId>, &str),
) -> Result<()> {
    let (c, promise, end) = promise_of(tx, by, key, id)?;
    if promise.by_checkup() {
        return Err(Error::field("done_on", "完成日期", "健康体检请登记体检结果，登记后自动对应到本项"));
    }
    open_on(&promise, on, end, by.today())?;
    needed(result, "result", "服务结果")?;
    let (by_id, who) = match staff.or(c.doctor) {
        Some(id) => {
            let person = super::doctor(tx, id)?;
            if person.institution != c.institution && Some(id) != c.doctor {
                return Err(Error::field("staff", "服务人员", format!("{}不是本机构的从业人员", person.name)));
            }
            (Some(id), person.name)
        }
        None => (None, c.doctor_name.clone()),
    };
    let done = Done { on, by_id, by: who, result: kernel::text::clean(result), checkup: None };
    super::write_done(tx, by, key.elder, id, &done)?;
    log(tx, by, key, "fulfil", format!("{} 第 {} 次，{on}", promise.title, promise.nth))
}

/// Records the check-up that a promise asks for: it becomes a health check-up like any other, moves the health-management
/// rate, and fulfils the promise.
///
/// # Errors
/// [`Error::Invalid`] for a day or figure that cannot be, [`Error::Conflict`] when it was done already.
pub fn examine(tx: &mut Tx<'_>, by: &Actor, key: Key, id: PromiseId, new: &NewCheckup) -> Result<()> {
    let (_, promise, end) = promise_of(tx, by, key, id)?;
    if new.elder != key.elder || !promise.by_checkup() {
        return Err(Error::NotFound);
    }
    open_on(&promise, new.on, end, by.today())?;
    records::store::register(tx, by, new)?;
    let (_, promise, _) = promise_of(tx, by, key, id)?;
    if promise.done.is_none() {
        return Err(Error::refused("FD-12", format!("{} 的体检已对应到另一期，请核对体检日期", new.on)));
    }
    log(tx, by, key, "fulfil", format!("{} 第 {} 次，{}", promise.title, promise.nth, new.on))
}

/// Takes back a service that was recorded by mistake. One that a check-up shows is taken back with the check-up.
///
/// # Errors
/// [`Error::Invalid`] without a reason, [`Error::Refused`] for one that a check-up shows, [`Error::Conflict`] if it is open.
pub fn reopen(tx: &mut Tx<'_>, by: &Actor, key: Key, id: PromiseId, why: &str) -> Result<()> {
    needed(why, "reason", "撤回原因")?;
    let (_, promise, _) = promise_of(tx, by, key, id)?;
    let done = promise.done.ok_or_else(|| Error::Conflict("这一项尚未登记完成".into()))?;
    if done.checkup.is_some() {
        return Err(Error::refused("FD-13", "这一项由体检记录自动对应，如有误请更正体检记录"));
    }
    super::clear(tx, key.elder, id)?;
    log(tx, by, key, "reopen", format!("{} 第 {} 次：{}", promise.title, promise.nth, why.trim()))
}

/// Ends what time has ended: contracts whose term is over expire, those of the dead and of those who moved away end. Answers
/// how many, at most a few hundred at once: call it until it answers 0.
///
/// # Errors
/// What the store says.
pub fn expire(tx: &mut Tx<'_>, by: &Actor) -> Result<usize> {
    let over = super::over(tx, by, CHUNK)?;
    for (key, _) in &over {
        let mut c = super::find(tx, by, *key)?;
        c.state = next(c.state, "expire")?;
        let until = c.until.unwrap_or(by.today());
        close(tx, by, State::Signed, &c, until)?;
        log(tx, by, *key, "expire", String::new())?;
    }
    let gone = super::of_the_gone(tx, by, CHUNK)?;
    for (key, died) in &gone {
        let what = if died.is_some() { What::Died } else { What::MovedAway };
        end_for(tx, by, *key, (what, died.unwrap_or(by.today())))?;
    }
    Ok(over.len() + gone.len())
}

/// Ends a contract because of what happened to the elder: with the day after death, with the day of moving away. Answers the
/// reason, or none if such a thing ends no contract.
fn end_for(tx: &mut Tx<'_>, by: &Actor, key: Key, (what, on): (What, Date)) -> Result<Option<Ending>> {
    let Some(ending) = episodes::ends(Thing::Contract, what) else { return Ok(None) };
    let mut c = super::find(tx, by, key)?;
    c.state = next(c.state, "end")?;
    let day = if what == What::Died { on + Days::new(1) } else { on };
    let day = day.max(c.from.unwrap_or(day)).min(c.until.unwrap_or(day));
    (c.ended_on, c.end_reason) = (Some(day), ending.words.into());
    close(tx, by, State::Signed, &c, day)?;
    log(tx, by, key, "end", c.end_reason.clone())?;
    Ok(Some(ending))
}

/// Follows what happens to an elder: a death or a move away ends the contract at once.
///
/// # Errors
/// What the store says.
pub fn follow(tx: &mut Tx<'_>, by: &Actor, h: &Happening) -> db::Result<()> {
    if episodes::ends(Thing::Contract, h.what).is_none() {
        return Ok(());
    }
    let by = &episodes::follower(by);
    for c in super::all(tx, h.elder)?.into_iter().filter(|c| c.state == State::Signed) {
        if let Some(ending) = end_for(tx, by, c.key, (h.what, h.on)).map_err(Error::into_db)? {
            let title = format!("{} {}", c.institution_name, c.doctor_name);
            episodes::followed(tx, by, h, (Thing::Contract, &title, &c.key.href()), &ending)?;
        }
    }
    Ok(())
}
