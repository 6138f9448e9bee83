//! The steps of an application: each loads, asks the rules, writes, keeps how long it took, and leaves an audit row.

use super::super::model::{Application, Condition, NewApplication, State, Step, Way, event_name};
use super::super::rules::{self, Terms};
use crate::duties::model::HOMES;
use db::audit::Entry;
use db::{Actor, Tx};
use kernel::{Date, LicensingId};
use policy::Library;
use web::{Error, Reason};

/// The result of a step.
pub type Result<T> = std::result::Result<T, Error>;

/// What is said to the slower of two.
pub(in super::super) const FASTER: &str = "别人刚刚办理了这件申请，请刷新后再看";
/// The longest reason, in characters.
const LONGEST: usize = 600;

/// An application as a page showed it: which, and how often it had been changed.
pub type Seen = (LicensingId, i64);

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

/// Only for one's own institution; the county, which has none, does it at the counter for anybody in its area.
fn own(tx: &mut Tx<'_>, by: &Actor, new: &NewApplication) -> Result<()> {
    if by.institution.is_some_and(|own| new.institution != Some(own)) {
        return Err(Error::refused("LI-04", "您只能为本机构申请"));
    }
    if !by.scope.area.contains(new.area) {
        return Err(Error::field("area", "区划代码", format!("{} 不在您的辖区内", new.area)));
    }
    if let Some(applicant) = new.institution.filter(|_| by.institution.is_none()) {
        registry::institutions::store::find(tx, by, applicant)?;
    }
    Ok(())
}

/// The terms that hold for an application, and the inner unit's home asked for.
fn terms(tx: &mut Tx<'_>, by: &Actor, library: &Library, new: &NewApplication) -> Result<Terms> {
    let applicant = super::applicant(tx, by, new.institution)?;
    let kind = applicant.map(|one| one.facts.kind);
    if new.unit.inner() && !kind.is_some_and(|kind| HOMES.contains(&kind)) {
        return Err(Error::refused("LI-05", format!("“{}”须由名册中的养老机构申请，请先选申请机构", new.unit)));
    }
    let none = || Error::refused("LI-10", format!("没有文件规定“{}”在这里怎样办理", new.unit));
    rules::terms_of(library, by.today(), new, kind).ok_or_else(none)
}

fn clean(new: &NewApplication) -> Result<NewApplication> {
    let faults = new.faults();
    if !faults.is_empty() {
        return Err(Error::Invalid(faults));
    }
    let tidy = kernel::text::clean;
    let mut new = NewApplication {
        name: tidy(&new.name),
        address: tidy(&new.address),
        contact: tidy(&new.contact),
        phone: tidy(&new.phone),
        ..new.clone()
    };
    new.promises.note = kernel::text::prose(&new.promises.note);
    Ok(new)
}

fn in_register(tx: &mut Tx<'_>, new: &NewApplication) -> Result<()> {
    if registry::areas::store::exists(tx, new.area)? {
        return Ok(());
    }
    Err(Error::field("area", "区划代码", format!("没有代码为 {} 的区划，请核对", new.area)))
}

/// Writes an application down.
///
/// # Errors
/// [`Error::Invalid`] with the fields, [`Error::Refused`] with the numbered reasons.
pub fn draft(tx: &mut Tx<'_>, by: &Actor, library: &Library, new: &NewApplication) -> Result<LicensingId> {
    let facts = clean(new)?;
    own(tx, by, &facts)?;
    in_register(tx, &facts)?;
    let way = terms(tx, by, library, &facts)?.way;
    let a = Application {
        id: LicensingId::new(by.now, tx.chance()),
        number: super::number(tx, facts.area, by.today())?,
        facts,
        way,
        state: State::Draft,
        returns: 0,
        extended: 0,
        submitted_on: None,
        accepted_on: None,
        decided_on: None,
        due_on: None,
        conditions: vec![],
        reason: String::new(),
        made_by: by.name.clone(),
        version: 1,
    };
    super::insert(tx, by, &a)?;
    keep(tx, by, &a, ("draft", None), String::new())?;
    Ok(a.id)
}

/// Keeps a step with the working days since the one before; `due` is the last day that there was for it.
fn keep(tx: &mut Tx<'_>, by: &Actor, a: &Application, (event, due): (&str, Option<Date>), note: String) -> Result<()> {
    let before = super::last_day(tx, a.id)?.unwrap_or(by.today());
    let step = Step {
        event: event.into(),
        state: a.state,
        on: by.today(),
        due_on: due,
        in_days: rules::workdays_between(before, by.today()),
        note: note.clone(),
        by: by.name.clone(),
    };
    super::add_step(tx, by, a.id, &step)?;
    let detail = if note.is_empty() { event_name(event).to_owned() } else { format!("{}：{note}", event_name(event)) };
    let action = format!("licensing.{event}");
    Ok(tx.audit(by, Entry { action: &action, subject: a.number.clone(), detail, ..Entry::default() })?)
}

/// Loads what a step is about; says so if the page was old or the step can no longer be.
fn load(tx: &mut Tx<'_>, by: &Actor, (id, version): Seen, event: &str) -> Result<Application> {
    let mut a = super::find(tx, by, id)?;
    match a.state.after(event) {
        Some(next) if a.version == version => {
            a.state = next;
            Ok(a)
        }
        _ => Err(Error::Conflict(format!("{FASTER}：现为“{}”", a.state))),
    }
}

/// Loads for a step of the office: not by the applicant.
fn decided(tx: &mut Tx<'_>, by: &Actor, seen: Seen, event: &str) -> Result<Application> {
    let a = load(tx, by, seen, event)?;
    if by.institution.is_some() && by.institution == a.facts.institution {
        return Err(Error::refused("LI-09", "申请机构不能办理自己的申请"));
    }
    Ok(a)
}

/// Changes what is written, before it is handed in or while it is completed.
///
/// # Errors
/// As [`draft`]; [`Error::Conflict`] when it is handed in.
pub fn edit(tx: &mut Tx<'_>, by: &Actor, library: &Library, seen: Seen, new: &NewApplication) -> Result<()> {
    let facts = clean(new)?;
    let mut a = load(tx, by, seen, "edit")?;
    own(tx, by, &a.facts)?;
    own(tx, by, &facts)?;
    in_register(tx, &facts)?;
    a.way = terms(tx, by, library, &facts)?.way;
    a.facts = facts;
    super::write(tx, by, &a)?;
    let entry =
        Entry { action: "licensing.edit", subject: a.number, detail: "修改申请".into(), ..Entry::default() };
    Ok(tx.audit(by, entry)?)
}

/// Hands it in, the first time or completed: the office has its time from today.
///
/// # Errors
/// [`Error::Refused`] for another applicant, [`Error::Conflict`] when it was handed in.
pub fn submit(tx: &mut Tx<'_>, by: &Actor, library: &Library, seen: Seen) -> Result<()> {
    let mut a = load(tx, by, seen, "submit")?;
    own(tx, by, &a.facts)?;
    let terms = terms(tx, by, library, &a.facts)?;
    a.way = terms.way;
    a.submitted_on = a.submitted_on.or(Some(by.today()));
    (a.due_on, a.conditions, a.reason) = (rules::due(&terms, a.state, by.today()), vec![], String::new());
    super::write(tx, by, &a)?;
    keep(tx, by, &a, ("submit", None), String::new())
}

/// The applicant takes it back.
///
/// # Errors
/// [`Error::Invalid`] without a reason, [`Error::Conflict`] when it is over.
pub fn withdraw(tx: &mut Tx<'_>, by: &Actor, seen: Seen, why: &str) -> Result<()> {
    let why = needed(why, "reason", "撤回原因")?;
    let mut a = load(tx, by, seen, "withdraw")?;
    own(tx, by, &a.facts)?;
    (a.due_on, a.reason) = (None, why.clone());
    super::write(tx, by, &a)?;
    keep(tx, by, &a, ("withdraw", None), why)
}

/// Sends it back once, with all that is missing.
///
/// # Errors
/// [`Error::Refused`] with the numbered reasons, [`Error::Conflict`] when it waits no more.
pub fn send_back(
    tx: &mut Tx<'_>,
    by: &Actor,
    library: &Library,
    seen: Seen,
    (missing, text): (&[Condition], &str),
) -> Result<()> {
    let mut a = decided(tx, by, seen, "return")?;
    let terms = terms(tx, by, library, &a.facts)?;
    unless(rules::against_return(&a, &terms, missing, text))?;
    let text = if text.trim().is_empty() { String::new() } else { needed(text, "text", "缺少的材料")? };
    let due = a.due_on.take();
    a.returns += 1;
    (a.conditions, a.reason) = (missing.to_vec(), text);
    super::write(tx, by, &a)?;
    let note = told(&a);
    keep(tx, by, &a, ("return", due), note)
}

/// Conditions and reason in one text.
fn told(a: &Application) -> String {
    let named = a.conditions.iter().map(|one| one.name()).collect::<Vec<_>>().join("、");
    [named, a.reason.clone()].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("；")
}

/// Accepts it: the time to decide begins.
///
/// # Errors
/// [`Error::Refused`] where filing is enough, [`Error::Conflict`] when it waits no more.
pub fn accept(tx: &mut Tx<'_>, by: &Actor, library: &Library, seen: Seen) -> Result<()> {
    let a = decided(tx, by, seen, "accept")?;
    unless(rules::against_way(&a, Way::Approval).into_iter().collect())?;
    take_on(tx, by, library, a, "accept")
}

fn take_on(tx: &mut Tx<'_>, by: &Actor, library: &Library, mut a: Application, event: &str) -> Result<()> {
    let terms = terms(tx, by, library, &a.facts)?;
    let due = std::mem::replace(&mut a.due_on, rules::due(&terms, State::Accepted, by.today()));
    a.accepted_on = Some(by.today());
    super::write(tx, by, &a)?;
    keep(tx, by, &a, (event, due), String::new())
}

/// Applications for approval that nobody answered in time count as accepted. Answers how many.
///
/// # Errors
/// What the engine says.
pub fn lapse(tx: &mut Tx<'_>, by: &Actor, library: &Library) -> Result<usize> {
    let mut lapsed = 0;
    for a in super::unanswered(tx, by.today())? {
        match take_on(tx, by, library, Application { state: State::Accepted, ..a }, "lapse") {
            Ok(()) => lapsed += 1,
            // No document says any more how it is decided: it stays late, and somebody sees it.
            Err(Error::Refused(_)) => {}
            Err(e) => return Err(e),
        }
    }
    Ok(lapsed)
}

/// Gives the office more time, once, with a reason.
///
/// # Errors
/// [`Error::Refused`] the second time, [`Error::Invalid`] without a reason.
pub fn extend(tx: &mut Tx<'_>, by: &Actor, library: &Library, seen: Seen, why: &str) -> Result<()> {
    let why = needed(why, "reason", "延长理由")?;
    let mut a = decided(tx, by, seen, "extend")?;
    let terms = terms(tx, by, library, &a.facts)?;
    unless(rules::against_extension(&a, &terms).into_iter().collect())?;
    let due = a.due_on;
    a.due_on = due.map(|day| kernel::time::workdays_after(day, terms.extend));
    a.extended += 1;
    super::write(tx, by, &a)?;
    keep(tx, by, &a, ("extend", due), why)
}

/// Lets it in: approves, or files. Refused while a published condition is not met by what was written.
fn let_in(tx: &mut Tx<'_>, by: &Actor, library: &Library, seen: Seen, event: &str, way: Way) -> Result<()> {
    let mut a = decided(tx, by, seen, event)?;
    unless(rules::against_way(&a, way).into_iter().collect())?;
    let terms = terms(tx, by, library, &a.facts)?;
    let (missing, _) = rules::shortfall(library, by.today(), a.facts.area, a.facts.unit, &a.facts.promises);
    let missing: Vec<Condition> = missing.into_iter().filter(|one| terms.conditions.contains(one)).collect();
    unless(rules::against_entry(&missing).into_iter().collect())?;
    let due = std::mem::replace(&mut a.due_on, rules::due(&terms, a.state, by.today()));
    (a.decided_on, a.conditions, a.reason) = (Some(by.today()), vec![], String::new());
    super::write(tx, by, &a)?;
    keep(tx, by, &a, (event, due), String::new())
}

/// Approves it.
///
/// # Errors
/// [`Error::Refused`] with the numbered reasons, [`Error::Conflict`] when it is not accepted.
pub fn approve(tx: &mut Tx<'_>, by: &Actor, library: &Library, seen: Seen) -> Result<()> {
    let_in(tx, by, library, seen, "approve", Way::Approval)
}

/// Files it: one step.
///
/// # Errors
/// [`Error::Refused`] with the numbered reasons, [`Error::Conflict`] when it waits no more.
pub fn file(tx: &mut Tx<'_>, by: &Actor, library: &Library, seen: Seen) -> Result<()> {
    let_in(tx, by, library, seen, "file", Way::Filing)
}

/// Refuses it, for published conditions and with reasons.
///
/// # Errors
/// [`Error::Refused`] without a published condition, [`Error::Invalid`] without reasons.
pub fn refuse(
    tx: &mut Tx<'_>,
    by: &Actor,
    library: &Library,
    seen: Seen,
    (unmet, why): (&[Condition], &str),
) -> Result<()> {
    let mut a = decided(tx, by, seen, "refuse")?;
    let terms = terms(tx, by, library, &a.facts)?;
    unless(rules::against_refusal(&terms, unmet))?;
    let why = needed(why, "reason", "理由")?;
    let due = a.due_on.take();
    (a.decided_on, a.conditions, a.reason) = (Some(by.today()), unmet.to_vec(), why);
    super::write(tx, by, &a)?;
    let note = told(&a);
    keep(tx, by, &a, ("refuse", due), note)
}
