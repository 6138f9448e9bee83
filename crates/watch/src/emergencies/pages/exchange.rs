//! The door for a telephone exchange: it says that a telephone rings, was answered, is over. The same again changes nothing.

use super::super::exchange::Exchanges;
use super::super::phone::{Event, News, Sent};
use super::super::store::{calls, phones};
use crate::live::Live;
use axum::Json;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use db::{Actor, Scope};
use kernel::{Area, ElderId};
use registry::elders::Columns;
use registry::elders::pages::look_up;
use registry::elders::search::{Query as Search, Term};
use web::{Error, Problem, Visitor};

/// The header in which an exchange proves itself.
const KEY: &str = "x-exchange-key";
/// What an exchange sends is short: anything longer is none of its messages.
const LONGEST: usize = 8 * 1024;
/// Elders that share a number; more than one is for the operator to tell apart.
const SHARING: usize = 5;

pub(in super::super) async fn hear(visitor: Visitor, headers: HeaderMap, body: Bytes) -> Response {
    heard(&visitor, &headers, &body).await.unwrap_or_else(|problem| problem.into_response())
}

async fn heard(visitor: &Visitor, headers: &HeaderMap, body: &Bytes) -> Result<Response, Problem> {
    let key = headers.get(KEY).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let area = visitor.state.get::<Exchanges>().of(key).ok_or_else(|| {
        let advice = "请在 X-Exchange-Key 头里写上与本平台 --exchange-key-file 中相同的密钥。";
        Problem::new(StatusCode::UNAUTHORIZED, "密钥不对", "没有密钥，或不是本平台认识的密钥", advice)
    })?;
    if body.len() > LONGEST {
        return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "太长", "一条通知最多 8 KB", "请只发说明中的字段。"));
    }
    let sent: Sent = serde_json::from_slice(body).map_err(|e| {
        Problem::new(
            StatusCode::BAD_REQUEST,
            "不是要求的 JSON",
            format!("第 {} 行第 {} 个字符：{e}", e.line(), e.column()),
            "字段见 docs/ops/calls.md。",
        )
    })?;
    let news = sent.read(visitor.now)?;
    let (state, now) = (visitor.state.clone(), visitor.now);
    let (id, fresh) = web::cx::blocking(move || record(&state, &by(area, now), &news)).await?;
    if fresh {
        visitor.state.get::<Live>().changed();
    }
    Ok(Json(serde_json::json!({ "id": id.to_string(), "new": fresh })).into_response())
}

/// The exchange as the store knows it: it finds the elders of its own county only.
fn by(area: Area, now: kernel::Instant) -> Actor {
    Actor { name: "电话交换机".into(), scope: Scope { area, institution: None }, ..Actor::system(now) }
}

fn record(state: &web::State, by: &Actor, news: &News) -> Result<(kernel::EmergencyRowId, bool), Error> {
    let elder = whose(state, by, &news.from)?;
    state.db.write(|tx| {
        let (id, fresh) = calls::record(tx, by, news, elder)?;
        if fresh
            && news.event == Event::Answered
            && !news.agent.is_empty()
            && let Some(agent) = calls::agent(tx, by, &news.agent)?
        {
            calls::taken_by_agent(tx, id, agent)?;
        }
        Ok((id, fresh))
    })
}

/// The one elder who is known by a number; none when there are several, or none.
fn whose(state: &web::State, by: &Actor, number: &str) -> Result<Option<ElderId>, Error> {
    if number.len() < 7 {
        return Ok(None);
    }
    let query = Search { terms: vec![Term::Phone(number.to_owned())], ..Search::default() };
    let mut found = look_up(&state.db, &state.get::<Columns>(), by, &query, SHARING)?.ids;
    for id in state.db.read(|tx| phones::known_by(tx, by, number))? {
        if !found.contains(&id) {
            found.push(id);
        }
    }
    Ok(Some(found).filter(|all| all.len() == 1).and_then(|all| all.into_iter().next()))
}
