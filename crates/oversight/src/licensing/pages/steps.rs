//! What the forms of one application do.

use super::super::model::Condition;
use super::super::store::steps;
use super::parse;
use axum::extract::Path;
use axum::response::Response;
use kernel::LicensingId;
use serde::Deserialize;
use web::{Cx, Error, Form};

#[derive(Deserialize)]
pub(in super::super) struct Seen {
    version: i64,
}

#[derive(Deserialize)]
pub(in super::super) struct Why {
    version: i64,
    reason: String,
}

#[derive(Deserialize)]
pub(in super::super) struct Missing {
    version: i64,
    #[serde(default)]
    conditions: Vec<Condition>,
    text: Option<String>,
}

#[derive(Deserialize)]
pub(in super::super) struct Unmet {
    version: i64,
    #[serde(default)]
    conditions: Vec<Condition>,
    reason: Option<String>,
}

fn back(id: LicensingId, said: &str) -> Response {
    web::see_with(&format!("/licensing/{id}"), said)
}

pub(in super::super) async fn submit(cx: Cx, Path(id): Path<String>, Form(f): Form<Seen>) -> Result<Response, Error> {
    let (id, library) = (parse(&id)?, cx.state.policies.clone());
    cx.write(move |tx, by| steps::submit(tx, by, &library, (id, f.version))).await?;
    Ok(back(id, "已提交"))
}

pub(in super::super) async fn withdraw(cx: Cx, Path(id): Path<String>, Form(f): Form<Why>) -> Result<Response, Error> {
    let id = parse(&id)?;
    cx.write(move |tx, by| steps::withdraw(tx, by, (id, f.version), &f.reason)).await?;
    Ok(back(id, "已撤回"))
}

pub(in super::super) async fn accept(cx: Cx, Path(id): Path<String>, Form(f): Form<Seen>) -> Result<Response, Error> {
    let (id, library) = (parse(&id)?, cx.state.policies.clone());
    cx.write(move |tx, by| steps::accept(tx, by, &library, (id, f.version))).await?;
    Ok(back(id, "已受理，决定的期限从今天起算"))
}

pub(in super::super) async fn send_back(
    cx: Cx,
    Path(id): Path<String>,
    Form(f): Form<Missing>,
) -> Result<Response, Error> {
    let (id, library) = (parse(&id)?, cx.state.policies.clone());
    let text = f.text.unwrap_or_default();
    cx.write(move |tx, by| steps::send_back(tx, by, &library, (id, f.version), (&f.conditions, &text))).await?;
    Ok(back(id, "已一次告知补正"))
}

pub(in super::super) async fn file(cx: Cx, Path(id): Path<String>, Form(f): Form<Seen>) -> Result<Response, Error> {
    let (id, library) = (parse(&id)?, cx.state.policies.clone());
    cx.write(move |tx, by| steps::file(tx, by, &library, (id, f.version))).await?;
    Ok(back(id, "已备案"))
}

pub(in super::super) async fn extend(cx: Cx, Path(id): Path<String>, Form(f): Form<Why>) -> Result<Response, Error> {
    let (id, library) = (parse(&id)?, cx.state.policies.clone());
    cx.write(move |tx, by| steps::extend(tx, by, &library, (id, f.version), &f.reason)).await?;
    Ok(back(id, "期限已延长"))
}

pub(in super::super) async fn approve(cx: Cx, Path(id): Path<String>, Form(f): Form<Seen>) -> Result<Response, Error> {
    let (id, library) = (parse(&id)?, cx.state.policies.clone());
    cx.write(move |tx, by| steps::approve(tx, by, &library, (id, f.version))).await?;
    Ok(back(id, "已准予设立"))
}

pub(in super::super) async fn refuse(cx: Cx, Path(id): Path<String>, Form(f): Form<Unmet>) -> Result<Response, Error> {
    let (id, library) = (parse(&id)?, cx.state.policies.clone());
    let why = f.reason.unwrap_or_default();
    cx.write(move |tx, by| steps::refuse(tx, by, &library, (id, f.version), (&f.conditions, &why))).await?;
    Ok(back(id, "已作出不予批准的决定"))
}
