//! The way in for devices that know no MQTT: `POST /vitals/{serial}/senml` or `…/observation` with the device's name and secret
//! (HTTP Basic). Answered after the commit: 204 when all of it is stored, 200 with what was wrong when a part of it is, 422 when
//! nothing could be used, 401 for a wrong name or secret.

use super::gateway::Door;
use super::intake::Reply;
use super::receive::Form;
use axum::body::Bytes;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State as FromState};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use tokio::sync::oneshot;
use web::{Error, State};

/// Takes a message.
pub(super) async fn take(
    FromState(state): FromState<State>,
    place: Result<Path<(String, String)>, PathRejection>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Ok(Path((serial, form))) = place else { return Error::NotFound.into_response() };
    let (Some(door), Some(form)) = (state.try_get::<Door>(), Form::of(&form)) else {
        return Error::NotFound.into_response();
    };
    let device =
        login(&headers).filter(|(name, _)| *name == serial).and_then(|(name, secret)| door.admit(&name, &secret));
    let Some(device) = device else {
        let ask = [(header::WWW_AUTHENTICATE, "Basic realm=\"yiyang\"")];
        return (StatusCode::UNAUTHORIZED, ask, "设备编号或密钥不对，或设备已停用\n").into_response();
    };
    let (read, now) = door.read(&device, form, &body);
    let (taken, useless) = (read.measurements.len(), read.useless());
    let wrong: Vec<String> = read.flaws.iter().map(super::sample::Flaw::text).collect();
    let (reply, stored) = oneshot::channel();
    let sent = door.intake().send(read.message(device, now, Reply::Once(reply))).await;
    if sent.is_err() || stored.await.is_err() {
        return (StatusCode::SERVICE_UNAVAILABLE, "服务正在停止，请稍后重发\n").into_response();
    }
    let said = axum::Json(json!({ "stored": taken, "wrong": wrong }));
    match (useless, wrong.is_empty()) {
        (true, _) => (StatusCode::UNPROCESSABLE_ENTITY, said).into_response(),
        (false, true) => StatusCode::NO_CONTENT.into_response(),
        (false, false) => said.into_response(),
    }
}

fn login(headers: &HeaderMap) -> Option<(String, String)> {
    let text = headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Basic ")?;
    let pair = String::from_utf8(STANDARD.decode(text).ok()?).ok()?;
    pair.split_once(':').map(|(name, secret)| (name.to_owned(), secret.to_owned()))
}
