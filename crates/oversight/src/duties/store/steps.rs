//! The steps of a free clinic: each loads, asks the model, writes, and leaves an audit row.

use super::super::model::{Clinic, NewClinic, State, against, short};
use db::audit::Entry;
use db::{Actor, Tx};
use kernel::{FreeClinicId, InstitutionId};
use policy::Library;
use web::{Error, Reason};

/// The result of a step.
pub type Result<T> = std::result::Result<T, Error>;

/// What is said to the slower of two.
pub(in super::super) const FASTER: &str = "别人刚刚办理了这次义诊，请刷新后再看";
/// The longest answer or reason, in characters.
const LONGEST: usize = 400;

/// A clinic as a page showed it: which, and how often it had been changed.
pub type Seen = (FreeClinicId, i64);

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

fn log(tx: &mut Tx<'_>, by: &Actor, id: FreeClinicId, event: &str, detail: String) -> Result<()> {
    let action = format!("duties.{event}");
    Ok(tx.audit(by, Entry { action: &action, subject: id.to_string(), detail, ..Entry::default() })?)
}

/// Only people of that institution, or of the county without one of their own.
fn own(by: &Actor, institution: InstitutionId) -> Result<()> {
    match by.institution {
        Some(own) if own != institution => Err(Error::refused("DU-04", "您只能办理本机构的义诊")),
        _ => Ok(()),
    }
}

fn cleaned(new: &NewClinic) -> Result<NewClinic> {
    let faults = new.faults();
    if !faults.is_empty() {
        return Err(Error::Invalid(faults));
    }
    let (team, what) = (kernel::text::prose(&new.team), kernel::text::prose(&new.what));
    Ok(NewClinic { team, what, ..new.clone() })
}

fn only_once(tx: &mut Tx<'_>, c: &Clinic) -> Result<()> {
    if super::twice(tx, c.id, (c.hospital, c.home), c.facts.on)? {
        let text = format!("{} {} 到 {} 的义诊已经登记，没有重复记录", c.facts.on, c.hospital_name, c.home_name);
        return Err(Error::refused("DU-02", text));
    }
    Ok(())
}

/// Records a free clinic on the medical side. Whether the home is short of medicine is decided now and kept.
///
/// # Errors
/// [`Error::Invalid`] with the fields, [`Error::Refused`] with the numbered reasons.
pub fn record(
    tx: &mut Tx<'_>,
    by: &Actor,
    library: &Library,
    (hospital, home): (InstitutionId, InstitutionId),
    new: &NewClinic,
) -> Result<FreeClinicId> {
    let facts = cleaned(new)?;
    own(by, hospital)?;
    if by.institution.is_none() {
        registry::institutions::store::find(tx, by, hospital)?;
    }
    super::hold(tx, hospital)?;
    let (one, other) = (super::side(tx, by, hospital)?, super::side(tx, by, home)?);
    unless(against(&one, &other, facts.on, by.today()))?;
    let c = Clinic {
        id: FreeClinicId::new(by.now, tx.chance()),
        hospital,
        hospital_name: one.facts.name,
        home,
        short: short(library, &other.facts, facts.on),
        home_name: other.facts.name,
        state: State::Recorded,
        facts,
        answer: String::new(),
        recorded_by: by.name.clone(),
        recorder: by.account,
        answered_by: None,
        version: 1,
    };
    only_once(tx, &c)?;
    super::insert(tx, by, &c)?;
    log(tx, by, c.id, "record", format!("{}，{} 到 {}", c.facts.on, c.hospital_name, c.home_name))?;
    Ok(c.id)
}

/// Loads what a step is about; says so if the page was old or the step can no longer be.
fn load(tx: &mut Tx<'_>, by: &Actor, (id, version): Seen, event: &str) -> Result<Clinic> {
    let mut c = super::find(tx, by, id)?;
    match c.state.after(event) {
        Some(next) if c.version == version => {
            c.state = next;
            Ok(c)
        }
        _ => Err(Error::Conflict(format!("{FASTER}：现为“{}”", c.state))),
    }
}

fn answer(tx: &mut Tx<'_>, by: &Actor, seen: Seen, event: &str, text: String) -> Result<()> {
    let mut c = load(tx, by, seen, event)?;
    own(by, c.home)?;
    if by.account.is_some() && by.account == c.recorder {
        return Err(Error::refused("DU-05", "登记的人不能代养老机构确认，请由养老机构或其他经办人办理"));
    }
    (c.answer, c.answered_by) = (text, Some(by.name.clone()));
    super::write(tx, by, &c)?;
    log(tx, by, c.id, event, c.answer)
}

/// The home says that it was so.
///
/// # Errors
/// [`Error::Refused`] for the recorder or another institution, [`Error::Conflict`] when it was answered already.
pub fn confirm(tx: &mut Tx<'_>, by: &Actor, seen: Seen) -> Result<()> {
    answer(tx, by, seen, "confirm", String::new())
}

/// The home says that it was not so, and why.
///
/// # Errors
/// As [`confirm`]; [`Error::Invalid`] without a reason.
pub fn dispute(tx: &mut Tx<'_>, by: &Actor, seen: Seen, why: &str) -> Result<()> {
    let why = needed(why, "why", "异议")?;
    answer(tx, by, seen, "dispute", why)
}

/// The medical side mends what was disputed: the home is asked again.
///
/// # Errors
/// As [`record`]; [`Error::Conflict`] when it is not disputed.
pub fn amend(tx: &mut Tx<'_>, by: &Actor, library: &Library, seen: Seen, new: &NewClinic) -> Result<()> {
    let facts = cleaned(new)?;
    let mut c = load(tx, by, seen, "amend")?;
    own(by, c.hospital)?;
    super::hold(tx, c.hospital)?;
    let (one, other) = (super::side(tx, by, c.hospital)?, super::side(tx, by, c.home)?);
    unless(against(&one, &other, facts.on, by.today()))?;
    (c.short, c.facts) = (short(library, &other.facts, facts.on), facts);
    (c.answer, c.answered_by) = (String::new(), None);
    only_once(tx, &c)?;
    super::write(tx, by, &c)?;
    log(tx, by, c.id, "amend", c.facts.on.to_string())
}

/// The medical side takes it back.
///
/// # Errors
/// [`Error::Conflict`] when it was confirmed, [`Error::Invalid`] without a reason.
pub fn withdraw(tx: &mut Tx<'_>, by: &Actor, seen: Seen, why: &str) -> Result<()> {
    let why = needed(why, "reason", "撤回原因")?;
    let mut c = load(tx, by, seen, "withdraw")?;
    own(by, c.hospital)?;
    c.answer = why;
    super::write(tx, by, &c)?;
    log(tx, by, c.id, "withdraw", c.answer)
}
