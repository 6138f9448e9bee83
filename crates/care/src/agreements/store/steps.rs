//! The steps of an agreement: each loads, asks the model, writes, and leaves an audit row.

use super::super::model::{Agreement, Round, State, Terms, against_others, against_sides, term};
use chrono::Days;
use db::audit::Entry;
use db::{Actor, Tx};
use kernel::{AgreementId, Date, InstitutionId};
use web::{Error, Reason};

/// The result of a step.
pub type Result<T> = std::result::Result<T, Error>;

/// What is said to the slower of two.
pub(in super::super) const FASTER: &str = "别人刚刚办理了这份协议，请刷新后再看";
/// The longest text of a round or a reason, in characters.
const LONGEST: usize = 400;

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

fn log(tx: &mut Tx<'_>, by: &Actor, id: AgreementId, event: &str, detail: String) -> Result<()> {
    let action = format!("agreements.{event}");
    Ok(tx.audit(by, Entry { action: &action, subject: id.to_string(), detail, ..Entry::default() })?)
}

/// Only people of one of the two sides, or of the county without an institution of their own.
fn own_side(by: &Actor, home: InstitutionId, medical: InstitutionId) -> Result<()> {
    match by.institution {
        Some(own) if own != home && own != medical => Err(Error::refused("AG-04", "您只能办理本机构的协议")),
        _ => Ok(()),
    }
}

/// Writes an agreement to be signed.
///
/// # Errors
/// [`Error::Invalid`] with the fields, [`Error::Refused`] with the numbered reasons, [`Error::Conflict`] for a second draft of
/// the two.
pub fn draft(
    tx: &mut Tx<'_>,
    by: &Actor,
    (home, medical): (InstitutionId, InstitutionId),
    terms: &Terms,
    renews: Option<AgreementId>,
) -> Result<AgreementId> {
    let faults = terms.faults();
    if !faults.is_empty() {
        return Err(Error::Invalid(faults));
    }
    own_side(by, home, medical)?;
    super::hold(tx, home)?;
    let visible = registry::institutions::store::find(tx, by, home);
    if by.institution.is_none() {
        visible?;
    }
    let (one, other) = (super::side(tx, by, home)?, super::side(tx, by, medical)?);
    unless(against_sides(&one, &other))?;
    if super::of_home(tx, home)?.iter().any(|a| a.medical == medical && a.state == State::Draft) {
        return Err(Error::Conflict("两家已有一份待签署的协议，请先签署或作废".into()));
    }
    let terms = Terms { note: kernel::text::prose(&terms.note), ..terms.clone() };
    let a = Agreement {
        id: AgreementId::new(by.now, tx.chance()),
        home,
        home_name: one.name,
        medical,
        medical_name: other.name,
        state: State::Draft,
        terms,
        from: None,
        until: None,
        ended_on: None,
        end_reason: String::new(),
        renews,
        made_by: by.name.clone(),
        version: 1,
    };
    super::insert(tx, by, &a)?;
    log(tx, by, a.id, "draft", format!("{} 与 {}", a.home_name, a.medical_name))?;
    Ok(a.id)
}

/// Loads what a step is about; says so if the page was old or the step can no longer be.
fn load(tx: &mut Tx<'_>, by: &Actor, (id, version): (AgreementId, i64), event: &str) -> Result<Agreement> {
    let mut a = super::find(tx, by, id)?;
    own_side(by, a.home, a.medical)?;
    match a.state.after(event) {
        Some(next) if a.version == version => {
            a.state = next;
            Ok(a)
        }
        _ => Err(Error::Conflict(format!("{FASTER}：现为“{}”", a.state))),
    }
}

/// Signs a draft: the term begins.
///
/// # Errors
/// [`Error::Refused`] when the two have one in that time, [`Error::Conflict`] when it is no draft any more.
pub fn sign(tx: &mut Tx<'_>, by: &Actor, seen: (AgreementId, i64), from: Date) -> Result<()> {
    let mut a = load(tx, by, seen, "sign")?;
    super::hold(tx, a.home)?;
    let wrong = || Error::field("from", "生效日期", "超出日历，请检查");
    let until = term(from, a.terms.months).ok_or_else(wrong)?;
    if until <= by.today() {
        return Err(Error::field("from", "生效日期", format!("按期限到 {until} 已经结束，请检查")));
    }
    let others: Vec<Agreement> = super::of_home(tx, a.home)?.into_iter().filter(|o| o.state != State::Draft).collect();
    unless(against_others(&others, &a, from, until))?;
    (a.from, a.until) = (Some(from), Some(until));
    super::write(tx, by, &a)?;
    log(tx, by, a.id, "sign", format!("{from} 起，{} 个月", a.terms.months))
}

/// Takes a draft back.
///
/// # Errors
/// [`Error::Conflict`] when it is signed already.
pub fn withdraw(tx: &mut Tx<'_>, by: &Actor, seen: (AgreementId, i64), why: &str) -> Result<()> {
    let mut a = load(tx, by, seen, "withdraw")?;
    a.end_reason = needed(why, "reason", "作废原因")?;
    super::write(tx, by, &a)?;
    log(tx, by, a.id, "withdraw", a.end_reason.clone())
}

/// Ends an agreement before its time; `on` is the first day on which it does not hold any more.
///
/// # Errors
/// [`Error::Invalid`] for a day outside the term or without a reason, [`Error::Conflict`] when it is not in force.
pub fn end(tx: &mut Tx<'_>, by: &Actor, seen: (AgreementId, i64), on: Date, why: &str) -> Result<()> {
    let mut a = load(tx, by, seen, "end")?;
    let why = needed(why, "reason", "终止原因")?;
    let (Some(from), Some(until)) = (a.from, a.until) else { return Err(Error::NotFound) };
    if on < from || on > until || on > by.today() + Days::new(1) {
        let text = format!("应在 {from} 到明天之间，且不晚于到期日 {until}");
        return Err(Error::field("ended_on", "终止日期", text));
    }
    (a.ended_on, a.end_reason) = (Some(on), why);
    super::write(tx, by, &a)?;
    log(tx, by, a.id, "end", a.end_reason.clone())
}

/// Agreements whose term is over expire; the register follows. Answers how many.
///
/// # Errors
/// What the engine says.
pub fn expire(tx: &mut Tx<'_>, by: &Actor) -> Result<usize> {
    let all = super::over(tx, by.today())?;
    for mut a in all.iter().cloned() {
        a.state = State::Expired;
        super::write(tx, by, &a)?;
        log(tx, by, a.id, "expire", String::new())?;
    }
    Ok(all.len())
}

/// Records a round.
///
/// # Errors
/// [`Error::Invalid`] for a day outside the term or in the future, [`Error::Conflict`] when the same person's round of that day is
/// there already.
pub fn hold_round(tx: &mut Tx<'_>, by: &Actor, id: AgreementId, round: &Round) -> Result<()> {
    let a = super::find(tx, by, id)?;
    own_side(by, a.home, a.medical)?;
    if !a.in_force(round.on) {
        return Err(Error::field("on_date", "巡诊日期", "不在协议有效期内"));
    }
    if round.on > by.today() {
        return Err(Error::field("on_date", "巡诊日期", "不能晚于今天"));
    }
    if !(0..=9999).contains(&round.seen) {
        return Err(Error::field("seen", "诊视人数", "应在 0 到 9999 之间"));
    }
    let round = Round {
        who: needed(&round.who, "who", "巡诊人员")?,
        what: needed(&round.what, "what", "巡诊内容")?,
        ..round.clone()
    };
    if !super::add_round(tx, by, id, &round)? {
        return Err(Error::Conflict(format!("{} {} 的巡诊已经登记，没有重复记录", round.on, round.who)));
    }
    log(tx, by, id, "round", format!("{}，{}，{} 人", round.on, round.who, round.seen))
}
