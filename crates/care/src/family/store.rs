//! Accesses in the database, and the gate that every page of a family passes.

use super::model::{Access, NewAccess, against};
use crate::consents::{self, How, NewConsent, Scope};
use crate::{episodes, subject};
use db::audit::Entry;
use db::{Actor, Result, Row, Tx, params};
use kernel::{AccessId, AccountId, Area, Date, ElderId, Happening, Instant, What};
use registry::accounts::{self, Hashed, NewAccount, Role};
use web::Error;

const COLUMNS: &str =
    "f.id, f.elder_id, e.name, f.account_id, a.login, f.kind, f.name, f.relation, f.document, f.from_on, f.until_on,
     f.checked_by, f.ended_at, f.ended_by, f.end_reason";
const FROM: &str = "from family_accesses f join elders e on e.id = f.elder_id join accounts a on a.id = f.account_id";

fn access(row: &Row<'_>) -> Result<Access> {
    let mut c = row.columns();
    let (id, elder, elder_name, account) = (c.take()?, c.take()?, c.take()?, c.take()?);
    let (login, kind, name, relation) = (c.take()?, c.take()?, c.take()?, c.take()?);
    let (document, from, until, checked_by) = (c.take()?, c.take()?, c.take()?, c.take()?);
    let (at, by, why): (Option<Instant>, String, String) = (c.take()?, c.take()?, c.take()?);
    let ended = at.map(|at| (at, by, why));
    Ok(Access { id, elder, elder_name, account, login, kind, name, relation, document, from, until, checked_by, ended })
}

/// The accesses of the actor's own account, those that hold first.
///
/// # Errors
/// What the engine says.
pub fn mine(tx: &mut Tx<'_>, by: &Actor) -> Result<Vec<Access>> {
    let sql = format!("select {COLUMNS} {FROM} where f.account_id = $1 order by f.made_at desc, f.id desc");
    let mut all = tx.query(&sql, params![by.account], access)?;
    all.sort_by_key(|one| !one.holds(by.today()));
    Ok(all)
}

/// The access of the actor's own account to an elder: one that holds, else the last one there was. Every page of a family
/// begins here; what it may see is asked of [`Access::on`].
///
/// # Errors
/// [`db::Error::NotFound`] for an elder whom this account never had to do with.
pub fn gate(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> Result<Access> {
    mine(tx, by)?.into_iter().find(|one| one.elder == elder).ok_or(db::Error::NotFound)
}

/// The actor for what a page reads after [`gate`] said that the access holds: it sees the elder, who is the only one asked for.
///
/// # Errors
/// FA-05 when the access does not hold, [`db::Error::NotFound`] as [`gate`].
pub fn enter(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> std::result::Result<(Access, Actor), Error> {
    let access = gate(tx, by, elder)?;
    match access.told(by.today()) {
        Some(why) => Err(Error::refused("FA-05", why)),
        None => Ok((access, episodes::follower(by))),
    }
}

/// All accesses to an elder within sight, newest first.
///
/// # Errors
/// [`db::Error::NotFound`], or what the engine says.
pub fn of_elder(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> Result<Vec<Access>> {
    registry::elders::store::visible(tx, by, elder)?;
    all(tx, elder)
}

fn all(tx: &mut Tx<'_>, elder: ElderId) -> Result<Vec<Access>> {
    let sql = format!("select {COLUMNS} {FROM} where f.elder_id = $1 order by f.made_at desc, f.id desc");
    tx.query(&sql, params![elder], access)
}

fn log(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, (event, id): (&str, AccessId), detail: String) -> Result<()> {
    let action = format!("family.{event}");
    tx.audit(by, Entry { action: &action, elder: Some(elder), subject: id.to_string(), detail })
}

/// The family's account with this log-in name; none when nobody has it.
fn account(tx: &mut Tx<'_>, login: &str) -> std::result::Result<Option<AccountId>, Error> {
    let sql = "select id, role from accounts where login = $1";
    let found: Option<(AccountId, Role)> = tx.query_opt(sql, params![login], |row| Ok((row.get(0)?, row.get(1)?)))?;
    match found {
        Some((_, role)) if role != Role::Family => {
            Err(Error::refused("FA-03", "这个登录名已有工作人员使用，请换一个，如老人或家属的手机号"))
        }
        found => Ok(found.map(|(id, _)| id)),
    }
}

/// Opens an access: for the account with the log-in name if it is a family's, else for a new one with this password, which is
/// good for one log-in. Answers the access and whether the account is new.
///
/// # Errors
/// [`Error::Invalid`] with the fields, [`Error::Refused`] with the numbered reasons.
pub fn open(
    tx: &mut Tx<'_>,
    by: &Actor,
    new: &NewAccess,
    (login, password, once): (&str, Hashed, bool),
) -> std::result::Result<(AccessId, bool), Error> {
    let faults = new.faults(by.today());
    if !faults.is_empty() {
        return Err(Error::Invalid(faults));
    }
    let subject = subject::store::find(tx, by, new.elder)?;
    let known = account(tx, login)?;
    let reasons = against(new, &subject, &all(tx, new.elder)?, known, by.today());
    if !reasons.is_empty() {
        return Err(Error::Refused(reasons));
    }
    let account = match known {
        Some(id) => id,
        None => make(tx, by, (login, &new.name, subject.area), (password, once))?,
    };
    let id = AccessId::new(by.now, tx.chance());
    insert(tx, by, new, (id, account))?;
    consents::store::record(tx, by, &consent(by, new, id))?;
    log(tx, by, new.elder, ("open", id), format!("{}（{}），{login}", new.name, new.kind))?;
    Ok((id, known.is_none()))
}

fn make(
    tx: &mut Tx<'_>,
    by: &Actor,
    (login, name, area): (&str, &str, Area),
    (password, must_change): (Hashed, bool),
) -> std::result::Result<AccountId, Error> {
    let account = NewAccount {
        login: login.to_owned(),
        name: name.to_owned(),
        role: Role::Family,
        area,
        institution: None,
        staff: None,
        password,
        must_change,
    };
    Ok(accounts::store::create(tx, by, &account)?)
}

fn insert(tx: &mut Tx<'_>, by: &Actor, new: &NewAccess, (id, account): (AccessId, AccountId)) -> Result<()> {
    tx.exec(
        "insert into family_accesses (elder_id, id, account_id, kind, name, relation, document, from_on, until_on, checked_by,
           made_at, ended_by, end_reason)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, '', '')",
        params![
            new.elder,
            id,
            account,
            new.kind,
            &new.name,
            &new.relation,
            &new.document,
            new.from,
            new.until,
            &by.name,
            by.now
        ],
    )?;
    Ok(())
}

/// That somebody may look at the page is a consent of its own, signed on the slip.
fn consent(by: &Actor, new: &NewAccess, id: AccessId) -> NewConsent {
    NewConsent {
        elder: new.elder,
        scope: Scope::FamilyPage,
        source: id.uuid(),
        institution: by.institution,
        purpose: format!("{}在家庭页上查看照护和健康资料", new.name),
        from: new.from,
        until: new.until,
        name: new.name.clone(),
        role: new.kind.role(),
        relation: new.relation.clone(),
        how: How::Written,
    }
}

/// Ends an access; nothing happens to one that is ended already. Answers whether it was open. An account that may look at
/// nobody any more keeps its log-in: its page says what ended.
///
/// # Errors
/// What the engine says.
pub fn end(tx: &mut Tx<'_>, by: &Actor, (elder, id): (ElderId, AccessId), why: &str) -> Result<bool> {
    let sql = "update family_accesses set ended_at = $3, ended_by = $4, end_reason = $5
               where elder_id = $1 and id = $2 and ended_at is null";
    let ended = tx.exec(sql, params![elder, id, by.now, &by.name, why])? == 1;
    if ended {
        log(tx, by, elder, ("end", id), why.to_owned())?;
    }
    Ok(ended)
}

/// Ends an access to an elder within sight.
///
/// # Errors
/// [`Error::Invalid`] without a reason, FA-05 when it is over already.
pub fn revoke(
    tx: &mut Tx<'_>,
    by: &Actor,
    (elder, id): (ElderId, AccessId),
    why: &str,
) -> std::result::Result<(), Error> {
    registry::elders::store::visible(tx, by, elder)?;
    let why: String = kernel::text::prose(why).chars().take(super::model::LONGEST).collect();
    if why.is_empty() {
        return Err(Error::field("reason", "结束原因", "请写明，如：监护关系已变更"));
    }
    if end(tx, by, (elder, id), &why)? {
        Ok(())
    } else {
        Err(Error::refused("FA-05", "这项查看权限已经结束"))
    }
}

/// Gives the account of an access that holds another password for one log-in.
///
/// # Errors
/// FA-05 when it does not hold, [`Error::NotFound`] out of sight.
pub fn reset(
    tx: &mut Tx<'_>,
    by: &Actor,
    (elder, id): (ElderId, AccessId),
    password: &Hashed,
) -> std::result::Result<Access, Error> {
    let found = of_elder(tx, by, elder)?.into_iter().find(|one| one.id == id).ok_or(Error::NotFound)?;
    if !found.holds(by.today()) {
        return Err(Error::refused("FA-05", "这项查看权限已经结束，不能再发密码"));
    }
    accounts::store::set_password(tx, by, found.account, password, true)?;
    log(tx, by, elder, ("code", id), found.login.clone())?;
    Ok(found)
}

/// Follows what happens to elders: with a death everything that was seen on their behalf ends.
///
/// # Errors
/// What the engine says.
pub fn follow(tx: &mut Tx<'_>, by: &Actor, h: &Happening) -> Result<()> {
    if h.what != What::Died {
        return Ok(());
    }
    for one in all(tx, h.elder)?.into_iter().filter(|one| one.ended.is_none()) {
        end(tx, by, (h.elder, one.id), "老人已去世")?;
    }
    Ok(())
}

/// A look at an elder's file, as the page tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// When.
    pub at: Instant,
    /// Who.
    pub name: String,
    /// Where they work; empty for those without an institution.
    pub place: String,
    /// Name of the action in the audit.
    pub action: String,
}

/// Looks at a file, as the audit names them, and in words.
pub const LOOKS: &[(&str, &str)] = &[
    ("elders.view", "看了档案"),
    ("elders.unmask", "看了身份证号、电话或住址"),
    ("chart.read", "看了健康档案"),
    ("chart.export", "导出了健康档案"),
    ("referrals.record", "看了转诊时共享的资料"),
    ("referrals.print", "打印了转诊单"),
    ("consultations.record", "看了会诊时共享的资料"),
    ("fhir.read", "经接口查询了资料"),
    ("fhir.write", "经接口传入了资料"),
    ("hospice.print", "打印了安宁疗护计划"),
];

/// The last looks of people who work here at an elder's file, newest first, one for a day, person and thing.
///
/// # Errors
/// What the engine says.
pub fn looks(tx: &mut Tx<'_>, elder: ElderId, most: usize) -> Result<Vec<Look>> {
    let names: Vec<String> = LOOKS.iter().map(|(action, _)| format!("'{action}'")).collect();
    let sql = format!(
        "select t.at, t.account_name, coalesce(i.name, ''), t.action from audit t left join accounts a on a.id = t.account_id
         left join institutions i on i.id = a.institution_id
         where t.elder_id = $1 and t.action in ({}) order by t.id desc limit 100",
        names.join(", ")
    );
    let mut all: Vec<Look> = tx.query(&sql, params![elder], |row| {
        let mut c = row.columns();
        Ok(Look { at: c.take()?, name: c.take()?, place: c.take()?, action: c.take()? })
    })?;
    let day = |one: &Look| -> Date { kernel::time::date_of(one.at) };
    let mut told = std::collections::HashSet::new();
    all.retain(|one| told.insert((day(one), one.name.clone(), one.action.clone())));
    all.truncate(most);
    Ok(all)
}
