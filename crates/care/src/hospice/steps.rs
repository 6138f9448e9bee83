//! The steps of hospice care: each loads, asks [`super::model`], writes, tells and leaves an audit row behind.

use super::model::{
    Case, Contact, Content, FollowUp, Key, NewCase, Party, Place, Plan, Rhythm, Round, Scores, Seen, State, in_words,
    reaching,
};
use super::store;
use crate::consents;
use crate::episodes::model::EventKind;
use crate::episodes::store::Line;
use crate::episodes::{self, Effect, Thing};
use crate::subject::{self, Subject};
use chrono::Days;
use db::audit::Entry;
use db::{Actor, Tx};
use kernel::{Area, BereavementId, Date, Happening, HospiceId, InstitutionId, What};
use policy::{Decision, Facts, Library, Scale};
use registry::elders::{LinkKind, links};
use web::{Error, FieldError, Reason};

/// The result of a step.
pub type Result<T> = std::result::Result<T, Error>;

/// The question of the criteria.
pub const QUESTION: &str = "hospice_admission";
/// The scale by whose points and levels symptoms are scored.
const SCALE: &str = "pain_nrs";
/// The longest text of a field that is kept, in characters.
const LONGEST: usize = 2000;

fn unless(reasons: Vec<Reason>) -> Result<()> {
    if reasons.is_empty() { Ok(()) } else { Err(Error::Refused(reasons)) }
}

fn log(tx: &mut Tx<'_>, by: &Actor, key: Key, event: &str, detail: String) -> Result<()> {
    let action = format!("hospice.{event}");
    let entry = Entry { action: &action, elder: Some(key.elder), subject: key.id.to_string(), detail };
    Ok(tx.audit(by, entry)?)
}

/// What somebody wrote, whole or not at all.
fn clean(text: &str, field: &str, label: &str) -> Result<String> {
    let text = kernel::text::prose(text);
    let n = text.chars().count();
    if n > LONGEST {
        return Err(Error::field(field, label, format!("有 {n} 个字，请精简到 {LONGEST} 字以内")));
    }
    Ok(text)
}

fn needed(text: &str, field: &str, label: &str) -> Result<String> {
    let text = clean(text, field, label)?;
    if text.is_empty() { Err(Error::field(field, label, "没有填写")) } else { Ok(text) }
}

fn present(subject: &Subject) -> Result<()> {
    if subject.present {
        Ok(())
    } else {
        Err(Error::refused("HO-01", "老年人已去世或已迁出，不能办理安宁疗护"))
    }
}

/// Only the centre and the hospital of a case act on it; who works nowhere in particular acts for all.
fn ours(by: &Actor, centre: InstitutionId, hospital: Option<InstitutionId>) -> Result<()> {
    if by.institution.is_none_or(|own| own == centre || Some(own) == hospital) {
        Ok(())
    } else {
        Err(Error::refused("HO-05", "您只能办理本机构牵头或参与的安宁疗护"))
    }
}

fn stepped(case: &Case, event: &str) -> Result<Case> {
    let state = case.state.after(event).ok_or_else(|| {
        Error::Conflict(format!("这份安宁疗护现为“{}”，不能再办理这一步，请刷新页面", case.state.name()))
    })?;
    Ok(Case { state, ..case.clone() })
}

/// The scale of the symptoms.
///
/// # Errors
/// [`Error::Internal`] when the scale is not there.
pub fn scale(library: &Library) -> Result<&Scale> {
    library.scale(SCALE).ok_or_else(|| Error::Internal(format!("scale {SCALE} is missing")))
}

/// What the documents of a place set for rounds.
///
/// # Errors
/// [`Error::Refused`] where no document sets it.
pub fn rhythm(library: &Library, place: Area, on: Date) -> Result<Rhythm> {
    let number = |name: &str| {
        let found = library.parameter(name, place, on).map(|parameter| parameter.value);
        found.ok_or_else(|| Error::refused("HO-10", "本地没有施行中的文件规定巡访的间隔和症状的级别，不能办理"))
    };
    Ok(Rhythm {
        round_days: number("hospice_round_days")?,
        recheck_days: number("hospice_recheck_days")?,
        answer_level: number("hospice_answer_level")?,
        urgent_level: number("hospice_urgent_level")?,
    })
}

/// Whether the criteria hold, with the clauses.
#[must_use]
pub fn criteria(library: &Library, place: Area, on: Date, new: &NewCase) -> Decision {
    let facts = Facts::new()
        .with("terminal", new.terminal)
        .with("prognosis_months", new.prognosis_months)
        .with("consented", new.consent.agreed);
    library.decide(QUESTION, place, on, &facts)
}

/// Applies for hospice care.
///
/// # Errors
/// [`Error::Invalid`] with the fields, [`Error::Refused`] with the numbered reasons.
pub fn apply(tx: &mut Tx<'_>, by: &Actor, library: &Library, new: &NewCase) -> Result<Key> {
    let today = by.today();
    let subject = subject::store::find(tx, by, new.elder)?;
    let mut faults: Vec<FieldError> =
        new.consent.faults(today).into_iter().map(|(f, l, text)| FieldError::new(f, l, text)).collect();
    if new.diagnosis.trim().is_empty() {
        faults.push(FieldError::new("diagnosis", "主要诊断", "没有填写"));
    }
    if new.judged_by.trim().is_empty() {
        faults.push(FieldError::new("judged_by", "判断的医师", "没有填写"));
    }
    if !faults.is_empty() {
        return Err(Error::Invalid(faults));
    }
    store::hold(tx, new.elder)?;
    let decision = criteria(library, subject.area, today, new);
    unless(against(tx, &subject, library, &decision)?)?;
    let institution_name = registry::institutions::store::name(tx, new.institution)?;
    let hospital_name = new.hospital.map(|id| registry::institutions::store::name(tx, id)).transpose()?;
    ours(by, new.institution, new.hospital)?;
    let facts = NewCase {
        diagnosis: clean(&new.diagnosis, "diagnosis", "诊断")?,
        judged_by: clean(&new.judged_by, "judged_by", "判断的医师")?,
        ..new.clone()
    };
    let case = Case {
        id: HospiceId::new(by.now, tx.chance()),
        state: State::Applied,
        facts,
        hospital_name: hospital_name.unwrap_or_default(),
        decision,
        applied_on: today,
        admitted_on: None,
        ended_on: None,
        end_code: String::new(),
        end_reason: String::new(),
        version: 0,
        urgent: false,
        due_on: Some(today),
        made_by: by.name.clone(),
        changed_at: by.now,
        institution_name,
    };
    store::insert(tx, by, &case)?;
    consents::store::record(tx, by, &case.as_consent())?;
    log(tx, by, case.key(), "apply", format!("{}，{}", case.institution_name, case.facts.diagnosis))?;
    Ok(case.key())
}

fn against(tx: &mut Tx<'_>, subject: &Subject, library: &Library, decision: &Decision) -> Result<Vec<Reason>> {
    let mut reasons = vec![];
    if !subject.present {
        reasons.push(Reason::new("HO-01", "老年人已去世或已迁出，不能办理安宁疗护"));
    }
    if let Some(other) = store::all(tx, subject.id)?.iter().find(|case| case.state.open()) {
        let text = format!("已有一份安宁疗护（{}，{}）", other.institution_name, other.state.name());
        reasons.push(Reason::new("HO-02", text));
    }
    if decision.bool("admit") != Some(true) {
        let why = decision.undecided().unwrap_or_else(|| decision.text("reason").unwrap_or_default());
        let why = library.label("hospice reason", why).map_or_else(|| library.told(why), str::to_owned);
        let code = if decision.text("reason") == Some("no_consent") { "HO-04" } else { "HO-03" };
        reasons.push(Reason::new(code, format!("不符合准入条件：{why}")));
    }
    Ok(reasons)
}

/// The centre takes the elder on: care begins, and both institutions may see the file.
///
/// # Errors
/// [`Error::Refused`] with the numbered reasons, [`Error::Conflict`] when somebody was faster.
pub fn admit(tx: &mut Tx<'_>, by: &Actor, library: &Library, key: Key, place: Place) -> Result<()> {
    store::hold(tx, key.elder)?;
    let before = store::find(tx, by, key)?;
    let mut case = stepped(&before, "admit")?;
    let subject = subject::store::find(tx, by, key.elder)?;
    present(&subject)?;
    ours(by, case.facts.institution, None)?;
    let rhythm = rhythm(library, subject.area, by.today())?;
    let today = by.today();
    (case.admitted_on, case.facts.place) = (Some(today), place);
    case.due_on = Some(rhythm.next(today, true));
    store::write(tx, by, &before, &case)?;
    for institution in [Some(case.facts.institution), case.facts.hospital].into_iter().flatten() {
        links::open(tx, key.elder, institution, LinkKind::Hospice, today)?;
    }
    log(tx, by, key, "admit", format!("{}，{place}", case.institution_name))?;
    let institution = Some(case.facts.institution);
    Ok(tx.tell(by, &Happening { elder: key.elder, what: What::HospiceBegun, on: today, institution })?)
}

/// The centre does not take the elder on, or the application is taken back.
///
/// # Errors
/// [`Error::Invalid`] without a reason, [`Error::Conflict`] when somebody was faster.
pub fn decline(tx: &mut Tx<'_>, by: &Actor, key: Key, event: &str, why: &str) -> Result<()> {
    let why = needed(why, "reason", "理由")?;
    let before = store::find(tx, by, key)?;
    let mut case = stepped(&before, event)?;
    ours(by, case.facts.institution, case.facts.hospital.filter(|_| event == "withdraw"))?;
    (case.end_reason, case.ended_on, case.due_on) = (why.clone(), Some(by.today()), None);
    store::write(tx, by, &before, &case)?;
    log(tx, by, key, event, why)
}

/// Care ends in life.
///
/// # Errors
/// [`Error::Invalid`] without a reason or with a day that cannot be, [`Error::Conflict`] when somebody was faster.
pub fn end(tx: &mut Tx<'_>, by: &Actor, key: Key, on: Date, why: &str) -> Result<()> {
    let why = needed(why, "reason", "结束原因")?;
    let before = store::find(tx, by, key)?;
    let mut case = stepped(&before, "end")?;
    ours(by, case.facts.institution, None)?;
    if on > by.today() || case.admitted_on.is_some_and(|first| on < first) {
        return Err(Error::field("on", "结束日期", "应在开始疗护之后、今天以前"));
    }
    finish(&mut case, on, ("", &why));
    store::write(tx, by, &before, &case)?;
    unlink(tx, &case, on)?;
    log(tx, by, key, "end", why)?;
    let institution = Some(case.facts.institution);
    Ok(tx.tell(by, &Happening { elder: key.elder, what: What::HospiceEnded, on, institution })?)
}

/// Follows a consent that was withdrawn: care ends today, an application is taken back.
///
/// # Errors
/// What the steps answer.
pub fn end_consent(tx: &mut Tx<'_>, by: &Actor, key: Key, why: &str) -> Result<()> {
    match store::find(tx, by, key)?.state {
        State::Applied => decline(tx, by, key, "withdraw", why),
        _ => end(tx, by, key, by.today(), why),
    }
}

fn finish(case: &mut Case, on: Date, (code, why): (&str, &str)) {
    (case.ended_on, case.end_code, case.end_reason) = (Some(on), code.to_owned(), why.to_owned());
    (case.urgent, case.due_on) = (false, None);
}

fn unlink(tx: &mut Tx<'_>, case: &Case, on: Date) -> Result<()> {
    for institution in [Some(case.facts.institution), case.facts.hospital].into_iter().flatten() {
        links::close(tx, case.facts.elder, institution, LinkKind::Hospice, on + Days::new(1))?;
    }
    Ok(())
}

/// Writes a new version of the plan. `based_on` is the version that the writer had before them.
///
/// # Errors
/// [`Error::Invalid`] with the fields, [`Error::Conflict`] when somebody wrote another version meanwhile.
pub fn plan(
    tx: &mut Tx<'_>,
    by: &Actor,
    key: Key,
    based_on: i64,
    (content, contacts): (Content, Vec<Contact>),
) -> Result<i64> {
    let before = store::find(tx, by, key)?;
    if !matches!(before.state, State::Applied | State::Active) {
        return Err(Error::Conflict(format!("这份安宁疗护现为“{}”，计划不能再改", before.state.name())));
    }
    ours(by, before.facts.institution, before.facts.hospital)?;
    if before.version != based_on {
        let text = format!(
            "您打开的是第 {based_on} 版，别人已改到第 {} 版。您的修改没有保存，请打开新版核对后再改。",
            before.version
        );
        return Err(Error::Conflict(text));
    }
    let version = based_on + 1;
    let content = checked(content, version)?;
    let contacts: Vec<Contact> = contacts.into_iter().filter(|one| !one.name.trim().is_empty()).collect();
    if contacts.is_empty() {
        return Err(Error::field("contact_name", "有事找谁", "至少写一位联系人和电话"));
    }
    store::add_plan(tx, by, key, &Plan { version, content, contacts, on: by.today(), by: by.name.clone() })?;
    store::write(tx, by, &before, &Case { version, ..before.clone() })?;
    log(tx, by, key, "plan", format!("第 {version} 版"))?;
    Ok(version)
}

fn checked(c: Content, version: i64) -> Result<Content> {
    Ok(Content {
        goals: needed(&c.goals, "goals", "目标和意愿")?,
        wished_place: c.wished_place,
        unwanted: clean(&c.unwanted, "unwanted", "不希望做的")?,
        symptoms: needed(&c.symptoms, "symptoms", "症状处置")?,
        comfort: clean(&c.comfort, "comfort", "日常舒适照护")?,
        mind: clean(&c.mind, "mind", "心理和家人")?,
        why: if version > 1 {
            needed(&c.why, "why", "这次改了什么")?
        } else {
            clean(&c.why, "why", "这次改了什么")?
        },
    })
}

/// Notes that one of the three has read the newest version.
///
/// # Errors
/// [`Error::Refused`] without a plan, [`Error::Invalid`] without a name, [`Error::Conflict`] when there is a newer version.
pub fn seen(tx: &mut Tx<'_>, by: &Actor, key: Key, version: i64, party: Party, name: &str) -> Result<()> {
    let name = needed(name, "name", "知悉人")?;
    let case = store::find(tx, by, key)?;
    if case.version == 0 {
        return Err(Error::refused("HO-08", "还没有计划，不能登记知悉"));
    }
    if case.version != version {
        return Err(Error::Conflict(format!("计划已改到第 {} 版，请按新版说明后再登记", case.version)));
    }
    store::add_seen(tx, by, key, &Seen { version, party, name: name.clone(), on: by.today() })?;
    log(tx, by, key, "seen", format!("第 {version} 版，{party}{name}"))
}

/// A round as a form brings it.
#[derive(Clone, Debug)]
pub struct NewRound {
    /// When.
    pub on: Date,
    /// Where.
    pub place: Place,
    /// The scores.
    pub scores: Scores,
    /// What was done.
    pub answer: String,
    /// What else was seen.
    pub note: String,
}

/// Writes a round down; the next one is due by how severe the symptoms are.
///
/// # Errors
/// [`Error::Invalid`] for a score or a day that cannot be, [`Error::Refused`] when a symptom is left without an answer.
pub fn round(tx: &mut Tx<'_>, by: &Actor, library: &Library, key: Key, new: NewRound) -> Result<bool> {
    let before = store::find(tx, by, key)?;
    if before.state != State::Active {
        return Err(Error::Conflict(format!("这份安宁疗护现为“{}”，不能登记巡访", before.state.name())));
    }
    ours(by, before.facts.institution, before.facts.hospital)?;
    let subject = subject::store::find(tx, by, key.elder)?;
    if new.on > by.today() || before.admitted_on.is_some_and(|first| new.on < first) {
        return Err(Error::field("on", "巡访日期", "应在开始疗护之后、今天以前"));
    }
    let (scale, rhythm) = (scale(library)?, rhythm(library, subject.area, new.on)?);
    fits(scale, &new.scores)?;
    let (answer, note) = (clean(&new.answer, "answer", "做了什么处置")?, clean(&new.note, "note", "其他情况")?);
    let to_answer = reaching(scale, &new.scores, rhythm.answer_level);
    if answer.is_empty() && !to_answer.is_empty() {
        let which: Vec<String> = to_answer.iter().map(|(symptom, score)| format!("{symptom} {score} 分")).collect();
        return Err(Error::refused("HO-07", format!("{}，请写明做了什么处置", which.join("、"))));
    }
    let urgent = !reaching(scale, &new.scores, rhythm.urgent_level).is_empty();
    let words = in_words(&new.scores);
    let last = store::rounds(tx, key)?.first().map(|round| round.on);
    let NewRound { on, place, scores, .. } = new;
    store::add_round(tx, by, key, &Round { on, place, scores, answer, note, urgent, by: by.name.clone() })?;
    // A round entered late does not move what a later one has set.
    if last.is_none_or(|last| on >= last) {
        let mut case = Case { urgent, due_on: Some(rhythm.next(on, urgent)), ..before.clone() };
        case.facts.place = place;
        store::write(tx, by, &before, &case)?;
    }
    log(tx, by, key, "round", format!("{on}：{words}"))?;
    if urgent {
        let title = format!("安宁疗护症状严重：{words}");
        let href = key.href();
        let line =
            Line { on, kind: EventKind::Note, code: "", title: &title, detail: "尽快复查", href: Some(&href) };
        episodes::note(tx, by, key.elder, &line)?;
    }
    Ok(urgent)
}

fn fits(scale: &Scale, scores: &Scores) -> Result<()> {
    if scores.is_empty() {
        return Err(Error::field("pain", "症状评分", "至少评一项"));
    }
    let wrong = scores.iter().find(|(_, score)| !(scale.min()..=scale.max()).contains(*score));
    match wrong {
        Some((symptom, _)) => {
            Err(Error::field(symptom.code(), symptom.name(), format!("应在 {} 至 {} 之间", scale.min(), scale.max())))
        }
        None => Ok(()),
    }
}

/// Notes what came of a follow-up of the bereaved.
///
/// # Errors
/// [`Error::Invalid`] for a day that cannot be or without a text, [`Error::Conflict`] when it was done already.
pub fn follow_up(
    tx: &mut Tx<'_>,
    by: &Actor,
    key: Key,
    id: BereavementId,
    (on, contact, note, referred): (Date, &str, &str, bool),
) -> Result<()> {
    let before = store::find(tx, by, key)?;
    let all = store::follow_ups(tx, key)?;
    let planned = all.iter().find(|one| one.id == id).ok_or(Error::NotFound)?;
    ours(by, before.facts.institution, before.facts.hospital)?;
    if on > by.today() || before.ended_on.is_some_and(|died| on < died) {
        return Err(Error::field("on", "随访日期", "应在老人去世之后、今天以前"));
    }
    let (contact, note) = (needed(contact, "contact", "随访的家属")?, needed(note, "note", "随访情况")?);
    let done = FollowUp { done_on: Some(on), contact, note, referred, by: by.name.clone(), ..planned.clone() };
    store::write_follow_up(tx, key, &done)?;
    let next = all.iter().filter(|one| one.id != id && one.done_on.is_none()).map(|one| one.due_on).min();
    store::write(tx, by, &before, &Case { due_on: next, ..before.clone() })?;
    log(tx, by, key, "follow_up", if referred { "已随访，转介".into() } else { "已随访".into() })
}

/// The family was followed up: the case is closed.
///
/// # Errors
/// [`Error::Refused`] while a follow-up is open, [`Error::Conflict`] when somebody was faster.
pub fn close(tx: &mut Tx<'_>, by: &Actor, key: Key) -> Result<()> {
    let before = store::find(tx, by, key)?;
    let case = Case { due_on: None, ..stepped(&before, "close")? };
    ours(by, case.facts.institution, None)?;
    let open = store::follow_ups(tx, key)?.iter().filter(|one| one.done_on.is_none()).count();
    if open > 0 {
        return Err(Error::refused("HO-09", format!("还有 {open} 次丧亲随访没有登记，不能结案")));
    }
    store::write(tx, by, &before, &case)?;
    unlink(tx, &case, by.today())?;
    log(tx, by, key, "close", String::new())
}

/// Follows what happens to an elder: a death begins the follow-up of the family, moving away ends the care.
///
/// # Errors
/// What the engine says.
pub fn follow(tx: &mut Tx<'_>, by: &Actor, h: &Happening) -> db::Result<()> {
    let Some(ending) = episodes::ends(Thing::Hospice, h.what) else { return Ok(()) };
    if ending.effect != Effect::Ends {
        return Ok(());
    }
    let by = &episodes::follower(by);
    for before in store::all(tx, h.elder)? {
        let event = match (before.state, h.what) {
            (State::Applied, _) => "withdraw",
            (State::Active, What::Died) => "die",
            (State::Active, _) => "end",
            _ => continue,
        };
        let Some(state) = before.state.after(event) else { continue };
        let mut case = Case { state, ..before.clone() };
        let on = h.on.max(case.admitted_on.unwrap_or(case.applied_on));
        finish(&mut case, on, (ending.code, ending.words));
        case.due_on = (event == "die").then_some(on);
        store::write(tx, by, &before, &case)?;
        let entry = Entry {
            action: "hospice.follow",
            elder: Some(h.elder),
            subject: case.id.to_string(),
            detail: format!("{} {}", ending.code, ending.words),
        };
        tx.audit(by, entry)?;
        episodes::followed(tx, by, h, (Thing::Hospice, &case.institution_name, &case.key().href()), &ending)?;
    }
    Ok(())
}

/// Plans the follow-ups of the families of those who died, by the days that the documents set. Answers for how many.
///
/// # Errors
/// What the store says.
pub fn plan_follow_ups(tx: &mut Tx<'_>, by: &Actor, library: &Library) -> Result<usize> {
    let filter = store::Filter { states: vec![State::Bereaved], ..Default::default() };
    let mut planned = 0;
    for one in store::list(tx, by, &filter, 500, 0)? {
        let (case, key) = (&one.case, one.case.key());
        let Some(died) = case.ended_on else { continue };
        if !store::follow_ups(tx, key)?.is_empty() {
            continue;
        }
        let days = |name| library.parameter(name, one.area, died).map(|p| died + Days::new(p.value.unsigned_abs()));
        let due: Vec<Date> =
            ["hospice_bereavement_first_days", "hospice_bereavement_last_days"].into_iter().filter_map(days).collect();
        for day in &due {
            store::add_follow_up(tx, by, key, *day)?;
        }
        store::write(tx, by, case, &Case { due_on: due.first().copied(), ..case.clone() })?;
        planned += 1;
    }
    Ok(planned)
}
