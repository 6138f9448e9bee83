//! Sessions: a random token in a cookie, its hash in the store, an end after idling and an end at all events.
//!
//! Our own on purpose: the published crates fit neither each other nor our store (see `docs/adr`).

pub mod store;
#[cfg(test)]
mod tests;

use crate::cx::{Caller, LoggedIn};
use crate::state::State;
use axum::extract::{ConnectInfo, Request, State as Extract};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use chrono::TimeDelta;
use kernel::{AccountId, Instant};
use sm3::{Digest, Sm3};
use std::net::SocketAddr;

/// Name of the cookie.
const COOKIE: &str = "yiyang_session";
/// Without a request for so long the session ends. An installation setting, as 等级保护 asks of shared desks.
pub const IDLE: TimeDelta = TimeDelta::minutes(30);
/// On the road it may idle for longer: between check-in and check-out a carer's hands are with the elder, not the telephone.
pub const IDLE_ON_THE_ROAD: TimeDelta = TimeDelta::hours(4);
/// However busy, a session ends after a working day.
pub const LONGEST: TimeDelta = TimeDelta::hours(12);

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn hash(token: &str) -> Vec<u8> {
    Sm3::digest(token.as_bytes()).to_vec()
}

/// Begins a session and answers the cookie that the browser is to keep. An older one of the same browser is ended, so
/// that a token known from before the log-in is worth nothing after it.
///
/// # Errors
/// What the store says.
pub fn begin(tx: &mut db::Tx<'_>, account: AccountId, now: Instant) -> db::Result<HeaderValue> {
    let mut bytes = [0; 48];
    tx.chance().fill(&mut bytes);
    let (token, csrf) = (hex(&bytes[..32]), hex(&bytes[32..]));
    store::insert(tx, &hash(&token), account, &csrf, now)?;
    let cookie = format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={}", LONGEST.num_seconds());
    HeaderValue::from_str(&cookie).map_err(|e| db::Error::Engine(e.to_string()))
}

/// Ends the session of the request and answers the cookie that clears the browser's.
///
/// # Errors
/// What the store says.
pub fn end(tx: &mut db::Tx<'_>, headers: &HeaderMap) -> db::Result<HeaderValue> {
    if let Some(token) = cookie(headers, COOKIE) {
        store::delete(tx, &hash(token))?;
    }
    Ok(HeaderValue::from_static("yiyang_session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0"))
}

/// The value of a cookie.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let all = headers.get_all(header::COOKIE).into_iter().filter_map(|v| v.to_str().ok());
    all.flat_map(|line| line.split(';')).find_map(|pair| {
        let (key, value) = pair.trim().split_once('=')?;
        (key == name).then_some(value)
    })
}

/// Finds out who is asking and puts it into the request.
pub(crate) async fn layer(Extract(state): Extract<State>, mut request: Request, next: Next) -> Response {
    let now = state.clock.now();
    let ip = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|c| c.0.ip().to_string()).unwrap_or_default();
    let flash = cookie(request.headers(), crate::serve::FLASH).map(decode);
    let token = cookie(request.headers(), COOKIE).map(str::to_owned);
    request.extensions_mut().insert(Caller { ip: ip.clone(), now, flash: flash.clone() });
    if let Some(token) = token {
        let found = tokio::task::spawn_blocking({
            let state = state.clone();
            move || store::resume(&state, &hash(&token), now)
        });
        match found.await {
            Ok(Ok(Some((user, csrf)))) => {
                request.extensions_mut().insert(LoggedIn { user, csrf, ip, now, flash });
            }
            Ok(Err(e)) => tracing::error!(error = %e, "session"),
            _ => {}
        }
    }
    next.run(request).await
}

fn decode(text: &str) -> String {
    form_urlencoded::parse(text.as_bytes()).map(|(key, _)| key.into_owned()).collect()
}
