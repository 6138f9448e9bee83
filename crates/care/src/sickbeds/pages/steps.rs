//! The steps from the application to the closing, as forms send them.

use super::super::model::{CloseReason, Condition, Consent, Findings, State};
use super::super::store::steps::{self, Closing, Opening, Verdict};
use super::key;
use crate::contracts::model::ConsentBy;
use axum::extract::Path;
use axum::response::Response;
use kernel::{Date, StaffId};
use serde::Deserialize;
use web::{Cx, Error, Form};

type Ids = Path<(String, String)>;

#[derive(Deserialize)]
pub(in super::super) struct Decided {
    seen: Option<i64>,
    condition: Condition,
    #[serde(default)]
    stable: bool,
    #[serde(default)]
    needs_treatment: bool,
    #[serde(default)]
    homebound: bool,
    #[serde(default)]
    home_fit: bool,
    #[serde(default)]
    carer_at_home: bool,
    accept: String,
    note: Option<String>,
}

pub(in super::super) async fn decide(
    cx: Cx,
    Path((elder, id)): Ids,
    Form(f): Form<Decided>,
) -> Result<Response, Error> {
    let (key, library) = (key(&elder, &id)?, cx.state.policies.clone());
    let accept = match f.accept.as_str() {
        "yes" => true,
        "no" => false,
        _ => return Err(Error::field("accept", "结论", "请选择准予或不予建床")),
    };
    let found = Findings {
        condition: f.condition,
        stable: f.stable,
        needs_treatment: f.needs_treatment,
        homebound: f.homebound,
        home_fit: f.home_fit,
        carer_at_home: f.carer_at_home,
    };
    let verdict = Verdict { found, accept, note: f.note.unwrap_or_default() };
    let state = cx.write(move |tx, by| steps::decide(tx, by, &library, (key, f.seen), &verdict)).await?;
    let note =
        if state == State::Accepted { "准予建床，请打印同意书" } else { "已记录不予建床及原因" };
    Ok(web::see_with(&key.href(), note))
}

#[derive(Deserialize)]
pub(in super::super) struct Signed {
    seen: Option<i64>,
    by: ConsentBy,
    consent_name: Option<String>,
    relation: Option<String>,
    consent_on: Date,
}

pub(in super::super) async fn consent(
    cx: Cx,
    Path((elder, id)): Ids,
    Form(f): Form<Signed>,
) -> Result<Response, Error> {
    let key = key(&elder, &id)?;
    let (name, relation) = (f.consent_name.unwrap_or_default(), f.relation.unwrap_or_default());
    let new = Consent { by: f.by, name, relation, on: f.consent_on };
    cx.write(move |tx, by| steps::consent(tx, by, (key, f.seen), &new)).await?;
    Ok(web::see_with(&key.href(), "已登记同意书，可以建床"))
}

#[derive(Deserialize)]
pub(in super::super) struct Opened {
    seen: Option<i64>,
    doctor: String,
    nurse: String,
    opened_on: Date,
}

pub(in super::super) async fn open(cx: Cx, Path((elder, id)): Ids, Form(f): Form<Opened>) -> Result<Response, Error> {
    let (key, library) = (key(&elder, &id)?, cx.state.policies.clone());
    let doctor = StaffId::parse(&f.doctor).ok_or_else(|| Error::field("doctor", "责任医师", "请选择"))?;
    let nurse = StaffId::parse(&f.nurse).ok_or_else(|| Error::field("nurse", "责任护士", "请选择"))?;
    let new = Opening { doctor, nurse, on: f.opened_on };
    cx.write(move |tx, by| steps::open(tx, by, &library, (key, f.seen), &new)).await?;
    Ok(web::see_with(&key.href(), "已建床，请制定服务计划"))
}

#[derive(Deserialize)]
pub(in super::super) struct Why {
    seen: Option<i64>,
    reason: Option<String>,
}

pub(in super::super) async fn withdraw(cx: Cx, Path((elder, id)): Ids, Form(f): Form<Why>) -> Result<Response, Error> {
    let (key, why) = (key(&elder, &id)?, f.reason.unwrap_or_default());
    cx.write(move |tx, by| steps::withdraw(tx, by, (key, f.seen), &why)).await?;
    Ok(web::see_with(&key.href(), "已撤回申请"))
}

#[derive(Deserialize)]
pub(in super::super) struct Longer {
    seen: Option<i64>,
    days: i64,
    reason: Option<String>,
}

pub(in super::super) async fn extend(cx: Cx, Path((elder, id)): Ids, Form(f): Form<Longer>) -> Result<Response, Error> {
    let (key, library, why) = (key(&elder, &id)?, cx.state.policies.clone(), f.reason.unwrap_or_default());
    cx.write(move |tx, by| steps::extend(tx, by, &library, (key, f.seen), (f.days, &why))).await?;
    Ok(web::see_with(&key.href(), "已延长周期"))
}

#[derive(Deserialize)]
pub(in super::super) struct Closed {
    seen: Option<i64>,
    reason: CloseReason,
    closed_on: Date,
    summary: Option<String>,
}

pub(in super::super) async fn close(cx: Cx, Path((elder, id)): Ids, Form(f): Form<Closed>) -> Result<Response, Error> {
    let key = key(&elder, &id)?;
    let new = Closing { on: f.closed_on, reason: f.reason, summary: f.summary.unwrap_or_default() };
    cx.write(move |tx, by| steps::close(tx, by, (key, f.seen), &new)).await?;
    Ok(web::see_with(&key.href(), "已撤床，可以打印小结和费用清单"))
}
