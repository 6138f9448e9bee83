//! The doors of a room for the browsers in it (`crates/web/assets/call.js`): entering, saying, hearing, leaving.

use super::super::model::Side;
use super::super::rooms::{Rooms, Signal, Voice};
use super::super::store::steps::{area_of, limits};
use super::super::{Ice, store};
use super::{key, own_side};
use axum::Json;
use axum::body::Bytes;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use kernel::ConsultationId;
use kernel::time::date_of;
use serde::Deserialize;
use std::time::Duration;
use web::{Cx, Error, Problem, Query};

type Ids = Path<(String, String)>;

/// So long a browser waits for news before it asks again.
const PATIENCE: Duration = Duration::from_secs(20);

/// The room that the person may sit in now, and on which side.
pub(super) async fn seat(cx: &Cx, (elder, id): &(String, String)) -> Result<(ConsultationId, Side), Error> {
    let (key, library) = (key(elder, id)?, cx.state.policies.clone());
    let (c, limits) = cx
        .read(move |tx, by| {
            let c = store::find(tx, by, key)?;
            let area = area_of(tx, &c)?;
            let limits = limits(&library, c.urgency, area, date_of(c.requested_at))?;
            Ok::<_, Error>((c, limits))
        })
        .await?;
    let side = own_side(cx, &c).ok_or_else(|| Error::refused("CN-05", "会诊室只供申请、会诊双方进入"))?;
    match c.against_entering(&limits, cx.now) {
        Some(reason) => Err(Error::Refused(vec![reason])),
        None => Ok((key.id, side)),
    }
}

fn json(result: Result<Response, Error>) -> Response {
    result.unwrap_or_else(|error| Problem::from(error).into_response())
}

pub(in super::super) async fn enter(cx: Cx, Path(ids): Ids) -> Response {
    json(entered(&cx, &ids).await)
}

async fn entered(cx: &Cx, ids: &(String, String)) -> Result<Response, Error> {
    let (room, side) = seat(cx, ids).await?;
    let (rooms, account) = (cx.state.get::<Rooms>(), cx.user.account);
    let (ticket, here) = rooms.enter(room, (side, account), cx.now, cx.state.chance.as_ref())?;
    let ice = cx.state.get::<Ice>().told(account, cx.now);
    Ok(Json(serde_json::json!({ "side": side.code(), "ticket": ticket, "here": here, "ice": ice })).into_response())
}

#[derive(Deserialize)]
pub(in super::super) struct Ticket {
    ticket: Option<String>,
    after: Option<u64>,
    wait: Option<String>,
}

impl Ticket {
    fn voice<'a>(&'a self, cx: &Cx, (room, side): (ConsultationId, Side)) -> Voice<'a> {
        let ticket = self.ticket.as_deref().unwrap_or_default();
        Voice { room, side, account: cx.user.account, ticket, now: cx.now }
    }
}

pub(in super::super) async fn say(cx: Cx, Path(ids): Ids, Query(q): Query<Ticket>, body: Bytes) -> Response {
    let said = async {
        let voice = q.voice(&cx, seat(&cx, &ids).await?);
        cx.state.get::<Rooms>().say(voice, Signal::read(&body)?)?;
        Ok(Json(serde_json::json!({})).into_response())
    };
    json(said.await)
}

pub(in super::super) async fn hear(cx: Cx, Path(ids): Ids, Query(q): Query<Ticket>) -> Response {
    json(heard(&cx, &ids, &q).await)
}

async fn heard(cx: &Cx, ids: &(String, String), q: &Ticket) -> Result<Response, Error> {
    let at = seat(cx, ids).await?;
    let (rooms, voice, after) = (cx.state.get::<Rooms>(), q.voice(cx, at), q.after.unwrap_or(0));
    let bell = rooms.bell(at.0);
    let news = bell.notified();
    let heard = rooms.hear(voice, after)?;
    if q.wait.is_none() || !heard.messages.is_empty() || rooms.is_shut() {
        return Ok(Json(heard).into_response());
    }
    let _ = tokio::time::timeout(PATIENCE, news).await;
    // The consultation may be over meanwhile.
    seat(cx, ids).await?;
    Ok(Json(rooms.hear(voice, after)?).into_response())
}

pub(in super::super) async fn leave(cx: Cx, Path(ids): Ids, Query(q): Query<Ticket>) -> Response {
    let left = async {
        let voice = q.voice(&cx, seat(&cx, &ids).await?);
        cx.state.get::<Rooms>().leave(voice)?;
        Ok(Json(serde_json::json!({})).into_response())
    };
    json(left.await)
}
