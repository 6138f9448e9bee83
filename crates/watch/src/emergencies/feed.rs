//! The board as open pages follow it: rendered once for each scope and change, however many watch, and sent as server-sent events.
//! Nothing personal to the watcher is in it but the proof of their forms, which is put in last.

use super::ACT;
use super::model::LONGEST;
use super::pages::board::{self, View};
use crate::live::Live;
use axum::http::{HeaderMap, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use db::Actor;
use futures_util::{Stream, stream};
use kernel::{Area, Instant, InstitutionId};
use std::collections::HashMap;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use web::{Cx, Error, Query};

/// Stands where the watcher's own proof is put in; nobody's text contains it, for what people type is escaped.
pub(super) const PROOF: &str = "<proof/>";
/// A watcher is let go after so long: the browser comes back by itself, and is asked again who it is.
const LIFE: Duration = Duration::from_secs(600);
/// What time alone changes (who is on duty) is seen after so long.
const IDLE: Duration = Duration::from_secs(30);
/// The shortest time between two pictures: a storm of alarms is shown as it stands, not one by one.
const PAUSE: Duration = Duration::from_millis(250);
/// A picture without news is drawn anew after so many seconds.
const STALE: i64 = 20;
/// How often a silent line shows that it is alive.
const BEAT: Duration = Duration::from_secs(15);

/// Whose picture it is: those who see the same share it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Which {
    area: Area,
    institution: Option<InstitutionId>,
    act: bool,
    view: View,
}

/// A picture, the number of the change that it shows, and when it was drawn.
type Picture = Option<(u64, Instant, Arc<str>)>;

/// All pictures, and the word to stop. Put into the state once.
pub struct Boards {
    pictures: Mutex<HashMap<Which, Arc<tokio::sync::Mutex<Picture>>>>,
    drawn: std::sync::atomic::AtomicU64,
    stop: watch::Sender<bool>,
}

impl Default for Boards {
    fn default() -> Self {
        Self { pictures: Mutex::default(), drawn: 0.into(), stop: watch::Sender::new(false) }
    }
}

impl Boards {
    /// Lets all watchers go: the server is being stopped.
    pub fn shut(&self) {
        self.stop.send_replace(true);
    }

    /// How often anything was drawn: watchers must not cost drawings.
    #[must_use]
    pub fn drawn(&self) -> u64 {
        self.drawn.load(std::sync::atomic::Ordering::Relaxed)
    }

    fn of(&self, which: Which) -> Arc<tokio::sync::Mutex<Picture>> {
        self.pictures.lock().unwrap_or_else(PoisonError::into_inner).entry(which).or_default().clone()
    }
}

/// The picture for a person as it stands now. Whoever comes while it is being drawn waits for that one.
///
/// # Errors
/// What the store says.
pub(super) async fn picture(cx: &Cx, view: View) -> Result<String, Error> {
    let (boards, live) = (cx.state.get::<Boards>(), cx.state.get::<Live>());
    let scope = cx.user.scope;
    let which = Which { area: scope.area, institution: scope.institution, act: cx.may(ACT), view };
    let cell = boards.of(which);
    let mut cell = cell.lock().await;
    // Read before the store is: what comes meanwhile is drawn again.
    let number = *live.follow().borrow();
    let now = cx.state.clock.now();
    let fresh = |(known, at, _): &(u64, Instant, Arc<str>)| *known == number && (now - *at).num_seconds() < STALE;
    let drawn = match cell.as_ref().filter(|picture| fresh(picture)) {
        Some((.., drawn)) => drawn.clone(),
        None => {
            let by = Actor { now, ..cx.actor() };
            let (state, act) = (cx.state.clone(), which.act);
            let drawn: Arc<str> = cx.blocking(move || board::draw(&state, &by, act, view)).await?.into();
            boards.drawn.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            *cell = Some((number, now, drawn.clone()));
            drawn
        }
    };
    Ok(drawn.replace(PROOF, &web::ui::csrf(cx).into_string()))
}

#[derive(serde::Deserialize)]
pub(super) struct Wanted {
    view: Option<String>,
}

/// The board's events; for who does not ask for a stream, the picture alone: that is what pages fall back to.
pub(super) async fn events(cx: Cx, headers: HeaderMap, Query(wanted): Query<Wanted>) -> Result<Response, Error> {
    let view = if wanted.view.as_deref() == Some("screen") { View::Screen } else { View::Board };
    let accept = headers.get(header::ACCEPT).and_then(|v| v.to_str().ok()).unwrap_or_default();
    if !accept.contains("text/event-stream") {
        return Ok(([(header::CONTENT_TYPE, "text/html; charset=utf-8")], picture(&cx, view).await?).into_response());
    }
    let alive = KeepAlive::new().interval(BEAT);
    Ok(Sse::new(follow(cx, view)).keep_alive(alive).into_response())
}

struct Watcher {
    cx: Cx,
    view: View,
    news: watch::Receiver<u64>,
    stop: watch::Receiver<bool>,
    over: Pin<Box<tokio::time::Sleep>>,
    first: bool,
}

fn follow(cx: Cx, view: View) -> impl Stream<Item = Result<Event, Infallible>> {
    let (news, stop) = (cx.state.get::<Live>().follow(), cx.state.get::<Boards>().stop.subscribe());
    let over = Box::pin(tokio::time::sleep(LIFE));
    stream::unfold(Watcher { cx, view, news, stop, over, first: true }, next)
}

async fn next(mut w: Watcher) -> Option<(Result<Event, Infallible>, Watcher)> {
    if !std::mem::take(&mut w.first) && !wait(&mut w).await {
        return None;
    }
    w.news.borrow_and_update();
    let event = match picture(&w.cx, w.view).await {
        // The form of the events knows no carriage return.
        Ok(picture) => Event::default().event("board").data(picture.replace('\r', " ")),
        Err(e) => Event::default().event("problem").data(e.text().chars().take(LONGEST).collect::<String>()),
    };
    Some((Ok(event), w))
}

/// Waits for something new; false when the watcher is to go.
async fn wait(w: &mut Watcher) -> bool {
    if *w.stop.borrow() {
        return false;
    }
    tokio::select! {
        () = &mut w.over => false,
        _ = w.stop.changed() => false,
        news = async {
            tokio::time::sleep(PAUSE).await;
            tokio::time::timeout(IDLE, w.news.changed()).await
        } => !matches!(news, Ok(Err(_))),
    }
}
