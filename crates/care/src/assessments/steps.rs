//! The steps of an assessment: each loads, asks [`super::model`], writes, and leaves an event and an audit row behind.
//! Handlers, jobs and the simulated month call the same functions; the day is the actor's.

use super::compare::{self, Change, Comparison};
use super::model::{self, Application, Assessment, Assessor, Dispute, Form, Key, State, reason};
use super::rules::{Purpose, Rules};
use super::store::{self, Filter};
use crate::episodes::{self, Thing};
use crate::subject::{self, Subject};
use chrono::Days;
use db::{Actor, Tx};
use kernel::{Date, ElderId, Happening, StaffId, What};
use policy::{Answers, Library, Scale};
use registry::elders::facts::{self, Fact};
use std::collections::BTreeMap;
use web::{Error, FieldError, Reason};

/// The result of a step.
pub type Result<T> = std::result::Result<T, Error>;

/// How many assessments a nightly step takes in one transaction.
const CHUNK: i64 = 500;

/// An assessment taken in hand.
struct Hand {
    subject: Subject,
    a: Assessment,
    before: (State, i64),
}

fn take(tx: &mut Tx<'_>, by: &Actor, key: Key) -> Result<Hand> {
    let subject = subject::store::find(tx, by, key.elder)?;
    store::hold(tx, key)?;
    let a = store::find(tx, &subject, key.id)?;
    Ok(Hand { subject, before: (a.state, a.round), a })
}

/// Takes in hand an assessment of an elder who is there: nothing goes on for the dead.
fn take_living(tx: &mut Tx<'_>, by: &Actor, key: Key) -> Result<Hand> {
    let hand = take(tx, by, key)?;
    if hand.subject.present {
        Ok(hand)
    } else {
        Err(Error::refused("PG-05", "老年人已去世或已迁出，本件不再办理"))
    }
}

impl Hand {
    fn rules(&self, library: &Library, on: Date) -> Rules {
        Rules::of(library, &self.a.application.scale, self.subject.area, on)
    }

    fn done(mut self, tx: &mut Tx<'_>, by: &Actor, event: &str, note: &str) -> Result<State> {
        self.a.step(event)?;
        store::write(tx, by, self.before, &self.a, event, note)?;
        Ok(self.a.state)
    }
}

/// The scale of that id.
///
/// # Errors
/// [`Error::Invalid`] when there is none.
pub fn scale<'l>(library: &'l Library, id: &str) -> Result<&'l Scale> {
    library.scale(id).ok_or_else(|| Error::field("scale", "评估标准", format!("没有“{id}”这份量表")))
}

/// The scale of that id, if a level is decided by it here.
///
/// # Errors
/// [`Error::Invalid`] when there is none, or when it is for screening or for institutions.
pub fn deciding<'l>(library: &'l Library, id: &str) -> Result<&'l Scale> {
    let scale = scale(library, id)?;
    let text = || format!("“{}”用于{}，不能据以评定等级，请选择评估标准", scale.name, scale.purpose.title());
    Purpose::decided_by(scale).map(|_| scale).ok_or_else(|| Error::field("scale", "评估标准", text()))
}

fn unless(reasons: Vec<Reason>) -> Result<()> {
    if reasons.is_empty() { Ok(()) } else { Err(Error::Refused(reasons)) }
}

fn needed(text: &str, field: &str, label: &str) -> Result<()> {
    if text.trim().is_empty() { Err(Error::field(field, label, "请写明")) } else { Ok(()) }
}

/// Chinese names of the application's fields.
fn label(field: &str) -> &'static str {
    match field {
        "applicant" => "申请人",
        "relation" => "与老年人的关系",
        "phone" => "联系电话",
        "reason" => "评估原因",
        "consent_on" => "同意日期",
        "disabled_since" => "失能开始日期",
        _ => "自评表",
    }
}

/// Hands in an application.
///
/// # Errors
/// [`Error::Invalid`] with the fields that are wrong, [`Error::Refused`] when one is under way or the elder is gone.
pub fn apply(tx: &mut Tx<'_>, by: &Actor, library: &Library, elder: ElderId, new: &Application) -> Result<Key> {
    let subject = subject::store::find(tx, by, elder)?;
    let scale = deciding(library, &new.scale)?;
    let rules = Rules::of(library, &scale.id, subject.area, by.today());
    let faults = new.faults(scale, &rules, by.today());
    if !faults.is_empty() {
        let errors = faults.iter().map(|(field, text)| FieldError::new(field, label(field), text.clone()));
        return Err(Error::Invalid(errors.collect()));
    }
    let history = store::history(tx, &subject, &scale.id, None)?;
    let hopeless = model::consider(new, by.today(), scale, &rules, &history);
    unless(hopeless.into_iter().filter(|r| matches!(r.code.as_str(), "PG-04" | "PG-05")).collect())?;
    let key = store::insert(tx, by, elder, new, new.grade(scale))?;
    store::log(tx, by, key, "apply", State::Applied, &format!("{}，{}", scale.name, new.reason))?;
    Ok(key)
}

/// The reasons against admitting an application; none if it may be accepted.
///
/// # Errors
/// What the store says.
pub fn against(tx: &mut Tx<'_>, by: &Actor, library: &Library, key: Key) -> Result<Vec<Reason>> {
    let subject = subject::store::find(tx, by, key.elder)?;
    let a = store::find(tx, &subject, key.id)?;
    weigh(tx, library, &subject, &a)
}

fn weigh(tx: &mut Tx<'_>, library: &Library, subject: &Subject, a: &Assessment) -> Result<Vec<Reason>> {
    let scale = scale(library, &a.application.scale)?;
    let rules = Rules::of(library, &scale.id, subject.area, a.applied_on);
    let history = store::history(tx, subject, &scale.id, Some(a.key.id))?;
    Ok(model::consider(&a.application, a.applied_on, scale, &rules, &history))
}

/// Admits an application.
///
/// # Errors
/// [`Error::Refused`] with the reasons against it.
pub fn accept(tx: &mut Tx<'_>, by: &Actor, library: &Library, key: Key) -> Result<State> {
    let hand = take(tx, by, key)?;
    unless(weigh(tx, library, &hand.subject, &hand.a)?)?;
    hand.done(tx, by, "accept", "")
}

/// Does not admit an application. Without a numbered reason the officer must write one.
///
/// # Errors
/// [`Error::Invalid`] without any reason.
pub fn reject(tx: &mut Tx<'_>, by: &Actor, library: &Library, key: Key, note: &str) -> Result<State> {
    let mut hand = take(tx, by, key)?;
    let mut reasons = weigh(tx, library, &hand.subject, &hand.a)?;
    if !note.trim().is_empty() {
        reasons.push(reason("PG-09", note.trim()));
    }
    if reasons.is_empty() {
        return Err(Error::field("note", "不予受理的理由", "没有发现不符合条件之处，请写明理由"));
    }
    let text = reasons.iter().map(|r| format!("{} {}", r.code, r.text)).collect::<Vec<_>>().join("；");
    hand.a.refusals = reasons;
    hand.a.ended_on = Some(by.today());
    hand.done(tx, by, "reject", &text)
}

/// The applicant takes it back.
///
/// # Errors
/// [`Error::Conflict`] when there is a result already.
pub fn withdraw(tx: &mut Tx<'_>, by: &Actor, key: Key, note: &str) -> Result<State> {
    needed(note, "note", "撤回原因")?;
    let mut hand = take(tx, by, key)?;
    hand.a.ended_on = Some(by.today());
    hand.done(tx, by, "withdraw", note)
}

fn people(tx: &mut Tx<'_>, staff: &[StaffId]) -> Result<Vec<Assessor>> {
    Ok(staff.iter().map(|id| store::assessor(tx, *id)).collect::<db::Result<_>>()?)
}

fn names(assessors: &[Assessor]) -> String {
    assessors.iter().map(|who| who.name.as_str()).collect::<Vec<_>>().join("、")
}

/// Names the assessors, or names others for those who have not handed in their form.
///
/// # Errors
/// [`Error::Refused`] with the reasons against one of them.
pub fn assign(tx: &mut Tx<'_>, by: &Actor, library: &Library, key: Key, staff: &[StaffId]) -> Result<State> {
    let hand = take_living(tx, by, key)?;
    hand.a.clone().step("assign")?;
    let (forms, assessors) = (store::forms(tx, key)?, people(tx, staff)?);
    let (now, earlier): (Vec<Form>, Vec<Form>) = forms.into_iter().partition(|form| form.round == hand.a.round);
    let earlier: Vec<StaffId> = earlier.iter().map(|form| form.staff).collect();
    let mut reasons = model::against_assessors(&assessors, &earlier, &hand.rules(library, by.today()), by.today());
    let gone = now.iter().filter(|form| !staff.contains(&form.staff));
    let done = gone.clone().filter(|form| form.submitted);
    reasons.extend(done.map(|form| reason("PG-16", format!("{}已提交评估表，不能再换", form.name))));
    unless(reasons)?;
    for form in gone {
        store::unseat(tx, key, form.id)?;
    }
    let taken = |who: &StaffId| now.iter().find(|form| form.staff == *who).map(|form| form.seat);
    let mut used: Vec<i64> = staff.iter().filter_map(taken).collect();
    for who in assessors.iter().filter(|who| taken(&who.staff).is_none()) {
        let seat = (1..).find(|seat| !used.contains(seat)).unwrap_or_default();
        used.push(seat);
        store::seat(tx, by, key, hand.a.round, seat, who)?;
    }
    hand.done(tx, by, "assign", &names(&assessors))
}

/// Adds an assessor when the forms differ and no agreement is found.
///
/// # Errors
/// [`Error::Refused`] with the reason against the person.
pub fn add_assessor(tx: &mut Tx<'_>, by: &Actor, key: Key, staff: StaffId) -> Result<State> {
    let hand = take_living(tx, by, key)?;
    hand.a.clone().step("add")?;
    let who = store::assessor(tx, staff)?;
    let forms = store::forms(tx, key)?;
    let known: Vec<StaffId> = forms.iter().map(|form| form.staff).collect();
    unless(model::against_assessors(std::slice::from_ref(&who), &known, &Rules::default(), by.today()))?;
    let seat = forms.iter().filter(|form| form.round == hand.a.round).map(|form| form.seat).max().unwrap_or_default();
    store::seat(tx, by, key, hand.a.round, seat + 1, &who)?;
    hand.done(tx, by, "add", &who.name)
}

/// The form of an assessor in the present round, as long as it can be filled in.
fn own_form(tx: &mut Tx<'_>, hand: &Hand, staff: StaffId) -> Result<Form> {
    if !hand.a.state.open_for_forms() {
        return Err(Error::Conflict(format!("本件现为“{}”，评估表不能再改", hand.a.state.name())));
    }
    let form = store::forms(tx, hand.a.key)?.into_iter().find(|f| f.round == hand.a.round && f.staff == staff);
    let form = form.ok_or(Error::Forbidden)?;
    if form.submitted { Err(Error::Conflict("您已提交评估表，不能再改".into())) } else { Ok(form) }
}

fn check_answer(scale: &Scale, code: &str, value: i64) -> Result<bool> {
    let wrong = |name: &str| Error::field(code, name, format!("没有 {value} 这个选项"));
    if let Some(item) = scale.item(code) {
        return if item.accepts(value) { Ok(false) } else { Err(wrong(&item.name)) };
    }
    let flag = scale.flags.iter().find(|flag| flag.code == code);
    let flag = flag.ok_or_else(|| Error::field(code, code, "量表中没有这一项"))?;
    if (0..=flag.max).contains(&value) { Ok(true) } else { Err(wrong(&flag.text)) }
}

/// Keeps answers of a draft; what was answered before stays. Answers how many questions are still open.
///
/// # Errors
/// [`Error::Invalid`] for an answer that is no option; [`Error::Forbidden`] for somebody who is not an assessor of it.
pub fn save_form(
    tx: &mut Tx<'_>,
    by: &Actor,
    library: &Library,
    key: Key,
    staff: StaffId,
    answers: &Answers,
) -> Result<usize> {
    let hand = take_living(tx, by, key)?;
    let scale = scale(library, &hand.a.application.scale)?;
    let mut form = own_form(tx, &hand, staff)?;
    for (code, value) in answers.items.iter().chain(&answers.flags) {
        let flag = check_answer(scale, code, *value)?;
        compare::put(&mut form.answers, code, flag, *value);
    }
    let first = form.started_at.is_none();
    form.started_at = form.started_at.or(Some(by.now));
    store::write_form(tx, key, &form)?;
    if first {
        hand.done(tx, by, "begin", &form.name)?;
    }
    Ok(scale.unanswered(&form.answers).len())
}

/// Hands in a form. When it is the last of the round, the forms are put side by side.
///
/// # Errors
/// [`Error::Refused`] with each question that has no answer: a partial form is never scored.
pub fn submit_form(tx: &mut Tx<'_>, by: &Actor, library: &Library, key: Key, staff: StaffId) -> Result<State> {
    let hand = take_living(tx, by, key)?;
    let scale = scale(library, &hand.a.application.scale)?;
    let mut form = own_form(tx, &hand, staff)?;
    unless(store::assessor(tx, staff)?.unfit(by.today()).into_iter().collect())?;
    let open = |wrong: Vec<policy::Unanswered>| {
        Error::Refused(wrong.iter().map(|one| reason("PG-17", one.to_string())).collect())
    };
    form.scored = Some(scale.score(&form.answers).map_err(open)?);
    (form.submitted, form.account, form.submitted_at) = (true, by.account, Some(by.now));
    form.started_at = form.started_at.or(Some(by.now));
    store::write_form(tx, key, &form)?;
    store::log(tx, by, key, "submit", hand.a.state, &form.name)?;
    let forms: Vec<Form> = store::forms(tx, key)?.into_iter().filter(|f| f.round == hand.a.round).collect();
    if forms.iter().all(|form| form.submitted) { put_together(tx, by, scale, hand, &forms) } else { Ok(hand.a.state) }
}

/// What came of the forms of a round.
#[must_use]
pub fn comparison(scale: &Scale, forms: &[Form]) -> Comparison {
    let whole: Vec<_> = forms.iter().filter_map(|f| Some((&f.answers, f.scored.as_ref()?))).collect();
    compare::compare(scale, &whole)
}

fn put_together(tx: &mut Tx<'_>, by: &Actor, scale: &Scale, hand: Hand, forms: &[Form]) -> Result<State> {
    let comparison = comparison(scale, forms);
    if comparison.open().next().is_some() {
        let count = comparison.differences.len();
        let level = if comparison.same_level { "等级一致" } else { "等级不一致" };
        return hand.done(tx, by, "differ", &format!("{count} 项评分不一致，{level}"));
    }
    let settled = compare::settle(scale, &comparison, &BTreeMap::new(), "");
    let (answers, changes) = settled.map_err(|missing| Error::Internal(missing.join("；")))?;
    let note = if changes.is_empty() { "各评估员逐项一致" } else { "按多数评估员意见" };
    propose(tx, by, scale, hand, (answers, changes), note)
}

fn propose(
    tx: &mut Tx<'_>,
    by: &Actor,
    scale: &Scale,
    mut hand: Hand,
    (answers, changes): (Answers, Vec<Change>),
    note: &str,
) -> Result<State> {
    let scored = scale.score(&answers).map_err(|wrong| Error::Internal(format!("{wrong:?}")))?;
    let note = format!("{note}：{} 级 {}", scored.level, scored.level_name);
    hand.a.dementia = model::dementia(&answers, &hand.subject.chronic);
    (hand.a.agreed, hand.a.changes, hand.a.scored) = (Some(answers), changes, Some(scored));
    hand.a.proposed_on = Some(by.today());
    hand.done(tx, by, "agree", &note)
}

/// The assessors of the round agree on the questions where they differed, with their reason.
///
/// # Errors
/// [`Error::Refused`] with the questions that have no choice, or when somebody else tries.
pub fn reconcile(
    tx: &mut Tx<'_>,
    by: &Actor,
    library: &Library,
    key: Key,
    staff: StaffId,
    choices: &BTreeMap<String, i64>,
    why: &str,
) -> Result<State> {
    let hand = take_living(tx, by, key)?;
    if hand.a.state != State::Compared {
        return Err(Error::Conflict(format!("本件现为“{}”，没有待合议的评分", hand.a.state.name())));
    }
    needed(why, "why", "合议理由")?;
    let scale = scale(library, &hand.a.application.scale)?;
    let forms: Vec<Form> = store::forms(tx, key)?.into_iter().filter(|f| f.round == hand.a.round).collect();
    if forms.iter().all(|form| form.staff != staff) {
        return Err(Error::refused("PG-22", "合议须由本轮评估员登记"));
    }
    for (code, value) in choices {
        check_answer(scale, code, *value)?;
    }
    let missing = |open: Vec<String>| {
        Error::Refused(open.iter().map(|name| reason("PG-18", format!("{name} 还没有选定合议评分"))).collect())
    };
    let settled = compare::settle(scale, &comparison(scale, &forms), choices, why.trim()).map_err(missing)?;
    propose(tx, by, scale, hand, settled, why.trim())
}

/// Reviews a proposed result. Approved results go on to public notice, or take effect at once where none is asked for.
///
/// # Errors
/// [`Error::Refused`] for an assessor of the case; [`Error::Invalid`] when it is sent back without a reason.
pub fn review(
    tx: &mut Tx<'_>,
    by: &Actor,
    library: &Library,
    key: Key,
    staff: Option<StaffId>,
    approve: bool,
    note: &str,
) -> Result<State> {
    let mut hand = take_living(tx, by, key)?;
    hand.a.clone().step(if approve { "approve" } else { "return" })?;
    unless(model::against_reviewer(&store::forms(tx, key)?, by.account, staff).into_iter().collect())?;
    if !approve {
        needed(note, "note", "退回理由")?;
        hand.a.forget_result();
        return hand.done(tx, by, "return", note);
    }
    (hand.a.reviewer_account, hand.a.reviewer) = (by.account, Some(by.name.clone()));
    hand.a.reviewed_on = Some(by.today());
    let noticed = hand.rules(library, by.today()).notice_length().is_some();
    let state = hand.done(tx, by, "approve", note)?;
    if noticed { Ok(state) } else { effect(tx, by, library, key) }
}

/// Opens the public notice.
///
/// # Errors
/// [`Error::Refused`] where the documents ask for none.
pub fn open_notice(tx: &mut Tx<'_>, by: &Actor, library: &Library, key: Key) -> Result<State> {
    let mut hand = take_living(tx, by, key)?;
    let length = hand.rules(library, by.today()).notice_length();
    let days = length.ok_or_else(|| Error::refused("PG-30", "没有文件要求公示这一评估的结论"))?;
    let until = u64::try_from(days).ok().and_then(|days| by.today().checked_add_days(Days::new(days)));
    (hand.a.notice_from, hand.a.notice_until) = (Some(by.today()), until);
    hand.done(tx, by, "notice", &format!("{days} 天"))
}

/// Somebody objects to a result during its notice.
///
/// # Errors
/// [`Error::Refused`] outside the notice; [`Error::Invalid`] without name or reason.
pub fn dispute(tx: &mut Tx<'_>, by: &Actor, key: Key, who: &str, text: &str) -> Result<State> {
    needed(who, "who", "异议人")?;
    needed(text, "text", "异议内容")?;
    let mut hand = take(tx, by, key)?;
    hand.a.clone().step("dispute")?;
    unless(model::against_dispute(hand.a.notice_from, hand.a.notice_until, by.today()).into_iter().collect())?;
    let (who, text) = (who.trim().to_owned(), text.trim().to_owned());
    let note = format!("{who}：{text}");
    hand.a.dispute = Some(Dispute { who, text, on: by.today(), answer: None });
    hand.done(tx, by, "dispute", &note)
}

/// Does not follow an objection, with the reason; the notice goes on.
///
/// # Errors
/// [`Error::Invalid`] without a reason.
pub fn dismiss(tx: &mut Tx<'_>, by: &Actor, key: Key, why: &str) -> Result<State> {
    needed(why, "why", "答复")?;
    let mut hand = take(tx, by, key)?;
    if let Some(dispute) = &mut hand.a.dispute {
        dispute.answer = Some(why.trim().to_owned());
    }
    hand.done(tx, by, "dismiss", why)
}

/// Has others assess again after an objection.
///
/// # Errors
/// [`Error::Refused`] with the reasons against one of them.
pub fn reassess(tx: &mut Tx<'_>, by: &Actor, library: &Library, key: Key, staff: &[StaffId]) -> Result<State> {
    let mut hand = take_living(tx, by, key)?;
    let assessors = people(tx, staff)?;
    let earlier: Vec<StaffId> = store::forms(tx, key)?.iter().map(|form| form.staff).collect();
    let rules = hand.rules(library, by.today());
    unless(model::against_assessors(&assessors, &earlier, &rules, by.today()))?;
    hand.a.round += 1;
    hand.a.forget_result();
    for (seat, who) in (1..).zip(&assessors) {
        store::seat(tx, by, key, hand.a.round, seat, who)?;
    }
    hand.done(tx, by, "reassess", &names(&assessors))
}

fn set_fact(tx: &mut Tx<'_>, elder: ElderId, scale: &str, level: Option<i64>, until: Option<Date>) -> Result<()> {
    let fact = match Purpose::of(scale) {
        Purpose::Ability => Fact::AbilityLevel { level, until },
        Purpose::CareInsurance => Fact::LtciLevel { level, until },
    };
    Ok(facts::set(tx, elder, fact)?)
}

/// The result takes effect: from the end of its notice, or today without one. An earlier result by the scale ends.
fn effect(tx: &mut Tx<'_>, by: &Actor, library: &Library, key: Key) -> Result<State> {
    let mut hand = take_living(tx, by, key)?;
    let on = hand.a.notice_until.unwrap_or_else(|| by.today());
    let months = hand.rules(library, on).valid_months;
    let months = months.ok_or_else(|| Error::refused("PG-41", "没有文件规定评估结论的有效期，请先在政策库中补充"))?;
    let (from, until) = model::validity(on, months);
    let scale = hand.a.application.scale.clone();
    for other in store::all_of(tx, &hand.subject)? {
        if other.state == State::Effective && other.application.scale == scale {
            let mut old = take(tx, by, other.key)?;
            old.a.ended_on = Some(from);
            old.done(tx, by, "replace", "")?;
        }
    }
    (hand.a.from, hand.a.until) = (Some(from), Some(until));
    set_fact(tx, key.elder, &scale, hand.a.level(), Some(until))?;
    hand.done(tx, by, "effect", &format!("{from} 至 {until} 前"))
}

/// Ends every notice whose days are over: the results take effect. Answers how many.
///
/// # Errors
/// What a step says; then none of this chunk took effect.
pub fn close_notices(tx: &mut Tx<'_>, by: &Actor, library: &Library) -> Result<usize> {
    let filter = Filter { states: vec![State::Noticed], notice_over: Some(by.today()), ..Filter::default() };
    let mut count = 0;
    for listed in store::list(tx, by, &filter, CHUNK, 0)? {
        if subject::store::find(tx, by, listed.key.elder)?.present {
            effect(tx, by, library, listed.key)?;
            count += 1;
        }
    }
    Ok(count)
}

/// Ends every result whose time is over. Answers how many.
///
/// # Errors
/// What a step says.
pub fn expire(tx: &mut Tx<'_>, by: &Actor) -> Result<usize> {
    let tomorrow = by.today().succ_opt().unwrap_or_else(|| by.today());
    let filter = Filter { states: vec![State::Effective], until: Some(tomorrow), ..Filter::default() };
    let over = store::list(tx, by, &filter, CHUNK, 0)?;
    for listed in &over {
        let mut hand = take(tx, by, listed.key)?;
        hand.a.ended_on = hand.a.until;
        set_fact(tx, listed.key.elder, &listed.scale, None, None)?;
        hand.done(tx, by, "expire", "")?;
    }
    Ok(over.len())
}

/// Ends what is open, and the results in force, of elders who have died. Answers how many.
///
/// # Errors
/// What a step says.
pub fn cancel_of_the_dead(tx: &mut Tx<'_>, by: &Actor) -> Result<usize> {
    let all = store::of_the_dead(tx, by)?;
    for (key, died) in &all {
        cancel(tx, by, *key, *died)?;
    }
    Ok(all.len())
}

fn cancel(tx: &mut Tx<'_>, by: &Actor, key: Key, died: Date) -> Result<()> {
    let mut hand = take(tx, by, key)?;
    if hand.a.state == State::Effective {
        set_fact(tx, key.elder, &hand.a.application.scale, None, None)?;
    }
    hand.a.ended_on = Some(died);
    let words = episodes::ends(Thing::Assessment, What::Died).map_or("", |ending| ending.words);
    hand.done(tx, by, "cancel", words).map(drop)
}

/// Follows what happens to an elder: nothing of an assessment goes on after death.
///
/// # Errors
/// What the engine says.
pub fn follow(tx: &mut Tx<'_>, by: &Actor, h: &Happening) -> db::Result<()> {
    let Some(ending) = episodes::ends(Thing::Assessment, h.what) else { return Ok(()) };
    let by = &episodes::follower(by);
    let subject = subject::store::find(tx, by, h.elder)?;
    for a in store::all_of(tx, &subject)?.into_iter().filter(|a| a.state.after("cancel").is_some()) {
        cancel(tx, by, a.key, h.on).map_err(Error::into_db)?;
        episodes::followed(tx, by, h, (Thing::Assessment, a.state.name(), &a.key.href()), &ending)?;
    }
    Ok(())
}
