//! The session table.

use super::{IDLE, IDLE_ON_THE_ROAD, LONGEST};
use crate::state::State;
use crate::user::User;
use chrono::TimeDelta;
use db::{Result, Tx, params};
use kernel::{AccountId, Instant};

/// `seen_at` is written at most this often: reading pages should not be writing.
const FRESH: TimeDelta = TimeDelta::minutes(1);

/// How long the session of a person may idle.
fn idle(user: &User) -> TimeDelta {
    if user.role == "carer" { IDLE_ON_THE_ROAD } else { IDLE }
}

pub(super) fn insert(tx: &mut Tx<'_>, hash: &[u8], account: AccountId, csrf: &str, now: Instant) -> Result<()> {
    tx.exec(
        "delete from sessions where created_at < $1 or seen_at < $2",
        params![now - LONGEST, now - IDLE_ON_THE_ROAD],
    )?;
    let sql = "insert into sessions (token_hash, account_id, csrf, created_at, seen_at) values ($1, $2, $3, $4, $4)";
    tx.exec(sql, params![hash, account, csrf, now]).map(drop)
}

pub(super) fn delete(tx: &mut Tx<'_>, hash: &[u8]) -> Result<()> {
    tx.exec("delete from sessions where token_hash = $1", params![hash]).map(drop)
}

/// Ends every session of an account: after a new password, or when it is disabled.
///
/// # Errors
/// What the store says.
pub fn delete_all(tx: &mut Tx<'_>, account: AccountId) -> Result<()> {
    tx.exec("delete from sessions where account_id = $1", params![account]).map(drop)
}

pub(super) fn resume(state: &State, hash: &[u8], now: Instant) -> Result<Option<(User, String)>> {
    let found = state.db.read(|tx| -> Result<_> {
        let sql =
            "select account_id, csrf, seen_at from sessions where token_hash = $1 and created_at > $2 and seen_at > $3";
        let row = tx.query_opt(sql, params![hash, now - LONGEST, now - IDLE_ON_THE_ROAD], |row| {
            Ok((row.get::<AccountId>(0)?, row.get::<String>(1)?, row.get::<Instant>(2)?))
        })?;
        let Some((account, csrf, seen)) = row else { return Ok(None) };
        let user = (state.load_user)(tx, account)?.filter(|user| now - seen < idle(user));
        Ok(user.map(|user| (user, csrf, seen)))
    })?;
    let Some((user, csrf, seen)) = found else { return Ok(None) };
    if now - seen > FRESH {
        state.db.write(|tx| tx.exec("update sessions set seen_at = $2 where token_hash = $1", params![hash, now]))?;
    }
    Ok(Some((user, csrf)))
}
