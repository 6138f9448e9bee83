//! The table of accounts.

use super::model::{Account, Credentials, LOCK, MOST_FAILURES, NewAccount, Role, check};
use super::password::Hashed;
use crate::areas;
use crate::saved::{self, Refused};
use db::audit::Entry;
use db::{Actor, Result, Row, Scope, Tx, params};
use kernel::{AccountId, Area, InstitutionId};
use std::sync::Arc;
use web::User;
use web::session;
use web::shell::Places;
use web::state::LoadUser;

/// Makes an account.
///
/// # Errors
/// [`Refused::Field`] for a wrong field, a taken log-in name, or an area outside the actor's.
pub fn create(tx: &mut Tx<'_>, by: &Actor, new: &NewAccount) -> saved::Result<AccountId> {
    if let Some(wrong) = check(new).into_iter().next() {
        return Err(wrong.into());
    }
    if !by.scope.area.contains(new.area) {
        return Err(Refused::field("辖区", format!("{} 不在您的辖区内", new.area)));
    }
    if by_login(tx, &new.login)?.is_some() {
        return Err(Refused::field("登录名", "已有人使用，请换一个"));
    }
    let id = AccountId::new(by.now, tx.chance());
    tx.exec(
        "insert into accounts (id, login, name, password_hash, role, area, institution_id, staff_id, failed, must_change,
           created_at, changed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9, $10, $10)",
        params![
            id,
            &new.login,
            &new.name,
            new.password.as_str(),
            new.role,
            new.area,
            new.institution,
            new.staff,
            new.must_change,
            by.now
        ],
    )?;
    let detail = format!("{}，{}", new.role, new.area);
    tx.audit(by, Entry { action: "accounts.create", subject: new.login.clone(), detail, ..Entry::default() })?;
    Ok(id)
}

/// The account with this log-in name.
///
/// # Errors
/// What the engine says.
pub fn by_login(tx: &mut Tx<'_>, login: &str) -> Result<Option<AccountId>> {
    tx.query_opt("select id from accounts where login = $1", params![login], |row| row.get(0))
}

/// What is needed to check the password of a log-in name.
///
/// # Errors
/// What the engine says.
pub fn credentials(tx: &mut Tx<'_>, login: &str) -> Result<Option<Credentials>> {
    let sql = "select id, name, password_hash, locked_until, disabled_at from accounts where login = $1";
    tx.query_opt(sql, params![login], |row| {
        let mut c = row.columns();
        Ok(Credentials {
            account: c.take()?,
            name: c.take()?,
            hash: c.take()?,
            locked_until: c.take()?,
            disabled: c.take::<Option<i64>>()?.is_some(),
        })
    })
}

/// Notes a wrong password, and locks the account when there were too many in a row.
///
/// # Errors
/// What the engine says.
pub fn failed(tx: &mut Tx<'_>, by: &Actor, account: Option<AccountId>) -> Result<()> {
    let Some(account) = account else {
        let entry = Entry { action: "accounts.login_failed", subject: "未知登录名".into(), ..Entry::default() };
        return tx.audit(by, entry);
    };
    let counted = "update accounts set failed = failed + 1 where id = $1 returning failed, login";
    let (count, login) =
        tx.query_one(counted, params![account], |row| Ok((row.get::<i64>(0)?, row.get::<String>(1)?)))?;
    let mut detail = format!("连续第 {count} 次");
    if count >= MOST_FAILURES {
        let until = by.now + LOCK;
        tx.exec("update accounts set failed = 0, locked_until = $2 where id = $1", params![account, until])?;
        detail += &format!("，锁定至 {}", kernel::time::show(until));
    }
    tx.audit(by, Entry { action: "accounts.login_failed", subject: login, detail, ..Entry::default() })
}

/// Notes a log-in.
///
/// # Errors
/// What the engine says.
pub fn succeeded(tx: &mut Tx<'_>, by: &Actor, account: AccountId) -> Result<()> {
    tx.exec("update accounts set failed = 0, locked_until = null where id = $1", params![account])?;
    tx.audit(by, Entry { action: "accounts.login", ..Entry::default() })
}

/// Gives an account another password; all its sessions end.
///
/// # Errors
/// What the engine says.
pub fn set_password(tx: &mut Tx<'_>, by: &Actor, account: AccountId, new: &Hashed, must_change: bool) -> Result<()> {
    tx.exec_one(
        "update accounts set password_hash = $2, must_change = $3, failed = 0, locked_until = null, changed_at = $4
         where id = $1",
        params![account, new.as_str(), must_change, by.now],
    )?;
    session::store::delete_all(tx, account)?;
    let action = if must_change { "accounts.reset" } else { "accounts.password" };
    tx.audit(by, Entry { action, subject: account.to_string(), ..Entry::default() })
}

/// Disables an account (its sessions end) or enables it again.
///
/// # Errors
/// [`db::Error::Conflict`] for one's own account; [`db::Error::NotFound`] outside one's area.
pub fn set_disabled(tx: &mut Tx<'_>, by: &Actor, account: AccountId, disabled: bool) -> Result<()> {
    let found = find(tx, by, account)?;
    if by.account == Some(account) {
        return Err(db::Error::Conflict("不能停用自己的账号".into()));
    }
    let at = disabled.then_some(by.now);
    tx.exec_one("update accounts set disabled_at = $2, changed_at = $3 where id = $1", params![account, at, by.now])?;
    if disabled {
        session::store::delete_all(tx, account)?;
    }
    let action = if disabled { "accounts.disable" } else { "accounts.enable" };
    tx.audit(by, Entry { action, subject: found.login, ..Entry::default() })
}

const COLUMNS: &str = "id, login, name, role, area, institution_id, locked_until, disabled_at";

fn read(row: &Row<'_>) -> Result<Account> {
    let mut c = row.columns();
    Ok(Account {
        id: c.take()?,
        login: c.take()?,
        name: c.take()?,
        role: c.take()?,
        area: c.take()?,
        institution: c.take()?,
        locked_until: c.take()?,
        disabled_at: c.take()?,
    })
}

/// An account of the actor's area.
///
/// # Errors
/// [`db::Error::NotFound`], or what the engine says.
pub fn find(tx: &mut Tx<'_>, by: &Actor, account: AccountId) -> Result<Account> {
    let (low, high) = by.scope.area.bounds();
    let sql = format!("select {COLUMNS} from accounts where id = $1 and area between $2 and $3");
    tx.query_one(&sql, params![account, low, high], read)
}

/// All accounts of the actor's area.
///
/// # Errors
/// What the engine says.
pub fn list(tx: &mut Tx<'_>, by: &Actor) -> Result<Vec<Account>> {
    let (low, high) = by.scope.area.bounds();
    let sql = format!("select {COLUMNS} from accounts where area between $1 and $2 order by role, login");
    tx.query(&sql, params![low, high], read)
}

/// Whose elders an account sees. A family sees those of no institution: its own page asks `family_accesses` instead.
fn sight(role: Role, institution: Option<InstitutionId>) -> Option<InstitutionId> {
    if role == Role::Family { Some(InstitutionId::NOTHING) } else { institution.filter(|_| role.confined()) }
}

/// The person of an account, and where they work in words; `None` when it is gone or disabled.
fn load(tx: &mut Tx<'_>, account: AccountId) -> Result<Option<(User, String)>> {
    let sql = "select a.login, a.name, a.role, a.area, a.institution_id, a.staff_id, a.must_change, i.name
         from accounts a left join institutions i on i.id = a.institution_id where a.id = $1 and a.disabled_at is null";
    let found = tx.query_opt(sql, params![account], |row| {
        let mut c = row.columns();
        let (login, name, role, area): (_, _, Role, Area) = (c.take()?, c.take()?, c.take()?, c.take()?);
        let institution: Option<InstitutionId> = c.take()?;
        let user = User {
            account,
            login,
            name,
            role: role.code().into(),
            role_name: role.name().into(),
            permissions: role.permissions().into(),
            scope: Scope { area, institution: sight(role, institution) },
            institution,
            staff: c.take()?,
            must_change: c.take()?,
        };
        Ok((user, c.take::<Option<String>>()?))
    })?;
    let Some((user, home)) = found else { return Ok(None) };
    let area = areas::store::name(tx, user.scope.area)?;
    let place = home.map_or_else(|| area.clone(), |home| format!("{area} · {home}"));
    Ok(Some((user, place)))
}

/// The person of an account; `None` when it is gone or disabled.
///
/// # Errors
/// What the engine says.
pub fn load_user(tx: &mut Tx<'_>, account: AccountId) -> Result<Option<User>> {
    Ok(load(tx, account)?.map(|(user, _)| user))
}

/// How the web layer loads people; where they work is noted in `places`, which the page shell reads.
#[must_use]
pub fn loader(places: Arc<Places>) -> LoadUser {
    Arc::new(move |tx, account| {
        let Some((user, place)) = load(tx, account)? else { return Ok(None) };
        places.set(account, place);
        Ok(Some(user))
    })
}
