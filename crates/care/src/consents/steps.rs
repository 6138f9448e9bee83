//! Withdrawing a consent, and seeing to what was withdrawn.

use super::effect;
use super::model::{Consent, NewConsent, Role, Scope, State, Withdrawal};
use super::store;
use db::audit::Entry;
use db::{Actor, Tx};
use kernel::{ConsentId, ElderId};
use web::Error;

/// The longest name and the longest note, in characters.
const LONGEST_NAME: usize = 40;
const LONGEST_NOTE: usize = 300;

fn log(tx: &mut Tx<'_>, by: &Actor, consent: &Consent, event: &str, detail: String) -> db::Result<()> {
    let action = format!("consents.{event}");
    tx.audit(by, Entry { action: &action, elder: Some(consent.given.elder), subject: consent.id.to_string(), detail })
}

/// Withdraws a consent: what rests on it ends in the same transaction. The caller has seen to it that the actor may: staff who
/// see the elder, the elder, or who acts for them.
///
/// # Errors
/// CO-01 without a name, CO-02 when nothing rests on it any more, [`Error::Conflict`] when somebody was faster.
pub fn withdraw(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, id: ConsentId, said: &Withdrawal) -> Result<(), Error> {
    let consent = store::find(tx, elder, id, by.today())?;
    if let Some(done) = &consent.withdrawn {
        let text = format!("这项同意已由{}在 {} 撤回", done.by.name, kernel::time::show(done.at));
        return Err(Error::Conflict(text));
    }
    if !consent.live {
        return Err(Error::refused("CO-02", "这项同意所办的事已经结束，不需要撤回"));
    }
    let name: String = kernel::text::clean(&said.name).chars().take(LONGEST_NAME).collect();
    if name.is_empty() || said.role == Role::Emergency {
        return Err(Error::refused("CO-01", "请写明谁撤回同意：本人、家属、监护人或委托代理人的姓名"));
    }
    let said = Withdrawal { name, ..said.clone() };
    if !store::withdraw(tx, by, &consent, (&said, consent.given.scope.effect()))? {
        return Err(Error::Conflict("别人刚刚撤回了这项同意，请刷新后再看".into()));
    }
    effect::end(tx, by, &consent)?;
    let detail = format!("{}，{}（{}，{}）", consent.title(), said.name, said.role, said.how);
    Ok(log(tx, by, &consent, "withdraw", detail)?)
}

/// For what the record goes to the health platform.
const PLATFORM: &str = "基本信息、健康档案和病历与健康信息平台互通（依文件办理，本人可以反对）";

/// Writes down what the elder, or who acts for them, says on the exchange with health platforms: no asking comes before it, as
/// the documents make it a duty; an objection stops it at once. The caller has seen to it that the actor may.
///
/// # Errors
/// CO-01 without a name, [`Error::Conflict`] when that is what was said last.
pub fn platform(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, said: &Withdrawal, objects: bool) -> Result<(), Error> {
    let last = store::on_platform(tx, elder, by.today())?;
    if objects == last.as_ref().is_some_and(|word| word.state != State::Given) && (objects || last.is_some()) {
        return Err(Error::Conflict("登记的意见与现在的一致，没有变化".into()));
    }
    if let Some(given) = last.filter(|_| objects) {
        return withdraw(tx, by, elder, given.id, said);
    }
    let name: String = kernel::text::clean(&said.name).chars().take(LONGEST_NAME).collect();
    if name.is_empty() || said.role == Role::Emergency {
        return Err(Error::refused("CO-01", "请写明是谁的意见：本人、家属、监护人或委托代理人的姓名"));
    }
    let new = NewConsent {
        elder,
        scope: Scope::Platform,
        source: elder.uuid(),
        institution: by.institution,
        purpose: PLATFORM.into(),
        from: by.today(),
        until: None,
        name,
        role: said.role,
        relation: String::new(),
        how: said.how,
    };
    let id = store::record(tx, by, &new)?;
    if objects {
        return withdraw(tx, by, elder, id, said);
    }
    let consent = store::find(tx, elder, id, by.today())?;
    Ok(log(tx, by, &consent, "agree", consent.title())?)
}

/// Notes what was done about a withdrawal.
///
/// # Errors
/// [`Error::Invalid`] without words, [`Error::Conflict`] when it is not waiting any more.
pub fn handle(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, id: ConsentId, note: &str) -> Result<(), Error> {
    store::concerned(tx, by, elder, id)?;
    let consent = store::find(tx, elder, id, by.today())?;
    let note: String = kernel::text::prose(note).chars().take(LONGEST_NOTE).collect();
    if note.is_empty() {
        return Err(Error::field("note", "处理情况", "请写明做了什么，如“已电话联系女儿，说明后续安排”"));
    }
    if !store::handle(tx, by, elder, id, &note)? {
        return Err(Error::Conflict("这项撤回已不是待处理，可能已由别人登记".into()));
    }
    Ok(log(tx, by, &consent, "handle", note)?)
}
