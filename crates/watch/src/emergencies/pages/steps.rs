//! The steps of a case as forms send them. Each ends where it began; open boards are told.

use super::super::model::{Kind, Outcome};
use super::super::store::steps::{self, Seen};
use super::{key, row, told_of};
use crate::alarms;
use axum::extract::Path;
use axum::response::Response;
use db::{Actor, Tx};
use kernel::{AgreementId, InstitutionId};
use policy::Library;
use serde::Deserialize;
use web::{Cx, Error, Form};

type Ids = Path<(String, String)>;

/// Does a step and goes back to the case.
async fn doing<F>(cx: &Cx, ids: &(String, String), version: i64, note: &str, work: F) -> Result<Response, Error>
where
    F: FnOnce(&mut Tx<'_>, &Actor, &Library, Seen) -> Result<(), Error> + Send + 'static,
{
    let seen = Seen { key: key(&ids.0, &ids.1)?, version };
    let library = cx.state.policies.clone();
    cx.write(move |tx, by| work(tx, by, &library, seen)).await?;
    told_of(cx, seen.key.elder);
    Ok(web::see_with(&seen.key.href(), note))
}

pub(in super::super) async fn take(cx: Cx, Path((elder, alarm)): Ids) -> Result<Response, Error> {
    let key = alarms::model::Key::parse(&elder, &alarm).ok_or(Error::NotFound)?;
    let library = cx.state.policies.clone();
    let case = cx.write(move |tx, by| steps::take_alarm(tx, by, &library, key)).await?;
    told_of(&cx, case.elder);
    Ok(web::see_with(&case.href(), "已接警，由您处理"))
}

#[derive(Deserialize)]
pub(in super::super) struct Bare {
    version: i64,
}

pub(in super::super) async fn take_over(cx: Cx, Path(ids): Ids, Form(f): Form<Bare>) -> Result<Response, Error> {
    doing(&cx, &ids, f.version, "已由您接手", |tx, by, _, seen| steps::take_over(tx, by, seen)).await
}

#[derive(Deserialize)]
pub(in super::super) struct Sent {
    version: i64,
    duty: String,
}

pub(in super::super) async fn dispatch(cx: Cx, Path(ids): Ids, Form(f): Form<Sent>) -> Result<Response, Error> {
    let duty = row(&f.duty)?;
    doing(&cx, &ids, f.version, "已派出，请打电话确认", move |tx, by, _, seen| {
        steps::dispatch(tx, by, seen, duty)
    })
    .await
}

#[derive(Deserialize)]
pub(in super::super) struct Responded {
    version: i64,
    event: String,
    why: Option<String>,
}

/// What a form may say of a responder.
const RESPONSES: [&str; 5] = ["confirm", "set_out", "arrive", "decline", "recall"];

pub(in super::super) async fn respond(cx: Cx, Path(ids): Ids, Form(f): Form<Responded>) -> Result<Response, Error> {
    if !RESPONSES.contains(&f.event.as_str()) {
        return Err(Error::field("event", "怎样", "请选择"));
    }
    doing(&cx, &ids, f.version, "已登记", move |tx, by, _, seen| {
        steps::respond(tx, by, seen, &f.event, f.why.as_deref().unwrap_or_default())
    })
    .await
}

#[derive(Deserialize)]
pub(in super::super) struct Ambulance {
    version: i64,
    at: String,
    number: Option<String>,
}

pub(in super::super) async fn ambulance(cx: Cx, Path(ids): Ids, Form(f): Form<Ambulance>) -> Result<Response, Error> {
    let wrong = || Error::field("at", "呼叫 120 的时间", "请填写日期和时间");
    let at = kernel::time::parse_local(&f.at).ok_or_else(wrong)?;
    let number = f.number.unwrap_or_default();
    doing(&cx, &ids, f.version, "已登记呼叫 120", move |tx, by, _, seen| {
        steps::ambulance(tx, by, seen, at, &number)
    })
    .await
}

#[derive(Deserialize)]
pub(in super::super) struct Contact {
    version: i64,
    name: String,
    relation: Option<String>,
    reached: String,
    note: Option<String>,
}

pub(in super::super) async fn contact(cx: Cx, Path(ids): Ids, Form(f): Form<Contact>) -> Result<Response, Error> {
    let reached = match f.reached.as_str() {
        "yes" => true,
        "no" => false,
        _ => return Err(Error::field("reached", "结果", "请选择")),
    };
    doing(&cx, &ids, f.version, "已登记", move |tx, by, _, seen| {
        let (relation, note) = (f.relation.unwrap_or_default(), f.note.unwrap_or_default());
        steps::tell(tx, by, seen, (&f.name, &relation, reached, &note))
    })
    .await
}

#[derive(Deserialize)]
pub(in super::super) struct Noted {
    version: i64,
    kind: Kind,
    text: String,
}

pub(in super::super) async fn note(cx: Cx, Path(ids): Ids, Form(f): Form<Noted>) -> Result<Response, Error> {
    doing(&cx, &ids, f.version, "已补充", move |tx, by, _, seen| steps::note(tx, by, seen, f.kind, &f.text)).await
}

#[derive(Deserialize)]
pub(in super::super) struct Green {
    version: i64,
    channel: String,
}

pub(in super::super) async fn green(cx: Cx, Path(ids): Ids, Form(f): Form<Green>) -> Result<Response, Error> {
    if !cx.may(care::referrals::REQUEST) {
        return Err(Error::Forbidden);
    }
    let wrong = || Error::field("channel", "医院", "请选择");
    let (hospital, agreement) = f.channel.split_once('.').ok_or_else(wrong)?;
    let hospital = InstitutionId::parse(hospital).ok_or_else(wrong)?;
    let agreement = AgreementId::parse(agreement).ok_or_else(wrong)?;
    doing(&cx, &ids, f.version, "绿色通道已发出", move |tx, by, library, seen| {
        steps::green(tx, by, library, seen, (hospital, agreement)).map(drop)
    })
    .await
}

#[derive(Deserialize)]
pub(in super::super) struct Handed {
    version: i64,
    text: Option<String>,
}

pub(in super::super) async fn hand_over(cx: Cx, Path(ids): Ids, Form(f): Form<Handed>) -> Result<Response, Error> {
    let text = f.text.unwrap_or_default();
    doing(&cx, &ids, f.version, "已交给 120", move |tx, by, _, seen| steps::hand_over(tx, by, seen, &text)).await
}

#[derive(Deserialize)]
pub(in super::super) struct Closed {
    version: i64,
    outcome: Outcome,
    note: Option<String>,
}

pub(in super::super) async fn close(cx: Cx, Path(ids): Ids, Form(f): Form<Closed>) -> Result<Response, Error> {
    let text = f.note.unwrap_or_default();
    doing(&cx, &ids, f.version, "呼救已结束", move |tx, by, _, seen| steps::close(tx, by, seen, f.outcome, &text)).await
}
