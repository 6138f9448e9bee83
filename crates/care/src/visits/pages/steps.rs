//! The steps of a visit as forms post them.

use super::{ids, span};
use crate::visits::model::{NewNote, NoteKind, Place};
use crate::visits::store::steps::There;
use crate::visits::store::{self, LateEntry, door};
use axum::extract::Path;
use axum::response::Response;
use kernel::{ElderId, StaffId};
use serde::Deserialize;
use uuid::Uuid;
use web::{Cx, Error, Form, see_with};

#[derive(Deserialize)]
pub(in crate::visits) struct Geo {
    lon: Option<f64>,
    lat: Option<f64>,
    accuracy: Option<f64>,
}

impl Geo {
    fn place(&self) -> Option<Place> {
        Some(Place { lon: self.lon?, lat: self.lat?, accuracy: self.accuracy.map(|m| m.round() as i64) })
    }
}

pub(in crate::visits) async fn check_in(
    cx: Cx,
    Path((elder, id)): Path<(String, String)>,
    Form(geo): Form<Geo>,
) -> Result<Response, Error> {
    let (elder, id) = ids(&elder, &id)?;
    let (policies, carer) = (cx.state.policies.clone(), cx.user.staff);
    let far = cx.write(move |tx, by| store::check_in(tx, by, &policies, elder, id, carer, geo.place())).await?;
    Ok(see_with(&format!("/visits/{elder}/{id}"), &arrived(far)))
}

/// What whoever checked in is told; from too far away they are told so, and that somebody will ask.
pub(in crate::visits) fn arrived(far: Option<i64>) -> String {
    match far {
        None => "已签到，服务结束时请签退".into(),
        Some(metres) => format!("已签到，但位置距老年人所在村（社区）中心约 {metres} 米，已转核查；服务结束时请签退"),
    }
}

pub(in crate::visits) async fn join(
    cx: Cx,
    Path((elder, id)): Path<(String, String)>,
    Form(geo): Form<Geo>,
) -> Result<Response, Error> {
    let (elder, id) = ids(&elder, &id)?;
    let there = There { carer: cx.user.staff, place: geo.place(), at: cx.now };
    cx.write(move |tx, by| store::join(tx, by, elder, id, there)).await?;
    Ok(see_with(&format!("/visits/{elder}/{id}"), "已登记同行到场"))
}

#[derive(Deserialize)]
pub(in crate::visits) struct Noted {
    kind: NoteKind,
    text: String,
}

pub(in crate::visits) async fn note(
    cx: Cx,
    Path((elder, id)): Path<(String, String)>,
    Form(form): Form<Noted>,
) -> Result<Response, Error> {
    let (elder, id) = ids(&elder, &id)?;
    let new = NewNote { elder, kind: form.kind, text: form.text };
    cx.write(move |tx, by| door::note(tx, by, &new)).await?;
    Ok(see_with(&format!("/visits/{elder}/{id}"), "已添加"))
}

pub(in crate::visits) async fn end_note(cx: Cx, Path((elder, id)): Path<(String, String)>) -> Result<Response, Error> {
    let elder = ElderId::parse(&elder).ok_or(Error::NotFound)?;
    let id = Uuid::try_parse(&id).map_err(|_| Error::NotFound)?;
    cx.write(move |tx, by| door::end(tx, by, elder, id)).await?;
    Ok(see_with(&format!("/elders/{elder}"), "已删除"))
}

pub(in crate::visits) async fn check_out(
    cx: Cx,
    Path((elder, id)): Path<(String, String)>,
    Form(geo): Form<Geo>,
) -> Result<Response, Error> {
    let (elder, id) = ids(&elder, &id)?;
    let (policies, carer) = (cx.state.policies.clone(), cx.user.staff);
    cx.write(move |tx, by| store::check_out(tx, by, &policies, elder, id, carer, geo.place())).await?;
    Ok(see_with(&format!("/visits/{elder}/{id}"), "已签退"))
}

#[derive(Deserialize)]
pub(in crate::visits) struct Late {
    from: String,
    to: String,
    #[serde(default)]
    items: Vec<String>,
    #[serde(default)]
    reason: String,
}

pub(in crate::visits) async fn late(
    cx: Cx,
    Path((elder, id)): Path<(String, String)>,
    Form(form): Form<Late>,
) -> Result<Response, Error> {
    let (elder, id) = ids(&elder, &id)?;
    let (from, to) = span(&form.from, &form.to)?;
    let entry = LateEntry { from, to, items: form.items, reason: form.reason };
    let policies = cx.state.policies.clone();
    cx.write(move |tx, by| store::enter_late(tx, by, &policies, elder, id, &entry)).await?;
    Ok(see_with(&format!("/visits/{elder}/{id}"), "已保存"))
}

#[derive(Deserialize)]
pub(in crate::visits) struct CallOff {
    call_off_reason: String,
}

pub(in crate::visits) async fn call_off(
    cx: Cx,
    Path((elder, id)): Path<(String, String)>,
    Form(form): Form<CallOff>,
) -> Result<Response, Error> {
    let (elder, id) = ids(&elder, &id)?;
    cx.write(move |tx, by| store::call_off(tx, by, elder, id, &form.call_off_reason)).await?;
    Ok(see_with(&format!("/visits/{elder}/{id}"), "已登记"))
}

#[derive(Deserialize)]
pub(in crate::visits) struct Reassign {
    carer: String,
}

pub(in crate::visits) async fn reassign(
    cx: Cx,
    Path((elder, id)): Path<(String, String)>,
    Form(form): Form<Reassign>,
) -> Result<Response, Error> {
    let (elder, id) = ids(&elder, &id)?;
    let carer = StaffId::parse(&form.carer).ok_or_else(|| Error::field("carer", "服务人员", "请选择"))?;
    let policies = cx.state.policies.clone();
    cx.write(move |tx, by| store::reassign(tx, by, &policies, elder, id, carer)).await?;
    Ok(see_with(&format!("/visits/{elder}/{id}"), "已改派"))
}
