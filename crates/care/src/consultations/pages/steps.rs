//! The steps of a consultation, as the forms of its page send them.

use super::super::model::{Means, Refusal, Said};
use super::super::rooms::Rooms;
use super::super::store;
use super::super::store::steps::{self, Booking, Seen};
use super::{key, own_side};
use crate::sharing::fields::instant;
use axum::extract::Path;
use axum::response::Response;
use kernel::StaffId;
use serde::Deserialize;
use web::{Cx, Error, Form};

type Ids = Path<(String, String)>;

fn seen((elder, id): &(String, String), version: i64) -> Result<Seen, Error> {
    Ok(Seen { key: key(elder, id)?, version })
}

fn back(seen: Seen, text: &str) -> Response {
    web::see_with(&seen.key.href(), text)
}

#[derive(Deserialize)]
pub(in super::super) struct Booked {
    version: i64,
    booked_for: String,
    consultant: String,
    consult_phone: String,
}

impl Booked {
    fn booking(&self) -> Result<Booking, Error> {
        Ok(Booking {
            at: instant(&self.booked_for, "booked_for", "会诊时间")?,
            consultant: StaffId::parse(&self.consultant).ok_or(Error::NotFound)?,
            phone: self.consult_phone.clone(),
        })
    }
}

pub(in super::super) async fn accept(cx: Cx, Path(ids): Ids, Form(f): Form<Booked>) -> Result<Response, Error> {
    let (seen, new, library) = (seen(&ids, f.version)?, f.booking()?, cx.state.policies.clone());
    cx.write(move |tx, by| steps::accept(tx, by, &library, seen, &new)).await?;
    Ok(back(seen, "已接受并预约，申请机构会看到时间"))
}

pub(in super::super) async fn book(cx: Cx, Path(ids): Ids, Form(f): Form<Booked>) -> Result<Response, Error> {
    let (seen, new, library) = (seen(&ids, f.version)?, f.booking()?, cx.state.policies.clone());
    cx.write(move |tx, by| steps::book(tx, by, &library, seen, &new)).await?;
    cx.state.get::<Rooms>().close(seen.key.id);
    Ok(back(seen, "已改约"))
}

#[derive(Deserialize)]
pub(in super::super) struct Refused {
    version: i64,
    why: Refusal,
    refusal: Option<String>,
}

pub(in super::super) async fn refuse(cx: Cx, Path(ids): Ids, Form(f): Form<Refused>) -> Result<Response, Error> {
    let seen = seen(&ids, f.version)?;
    cx.write(move |tx, by| steps::refuse(tx, by, seen, f.why, f.refusal.as_deref().unwrap_or_default())).await?;
    Ok(back(seen, "已拒绝，申请机构会看到原因"))
}

#[derive(Deserialize)]
pub(in super::super) struct Version {
    version: i64,
}

pub(in super::super) async fn start(cx: Cx, Path(ids): Ids, Form(f): Form<Version>) -> Result<Response, Error> {
    let (seen, library) = (seen(&ids, f.version)?, cx.state.policies.clone());
    cx.write(move |tx, by| steps::start(tx, by, &library, seen)).await?;
    Ok(back(seen, "会诊已开始"))
}

#[derive(Deserialize)]
pub(in super::super) struct Concluded {
    version: i64,
    means: Means,
    finding: String,
    advice: String,
    medication: Option<String>,
}

pub(in super::super) async fn conclude(cx: Cx, Path(ids): Ids, Form(f): Form<Concluded>) -> Result<Response, Error> {
    let (seen, library, staff) = (seen(&ids, f.version)?, cx.state.policies.clone(), cx.user.staff);
    let medication = f.medication.unwrap_or_default();
    let said = Said { means: f.means, finding: f.finding, advice: f.advice, medication };
    cx.write(move |tx, by| steps::conclude(tx, by, &library, (seen, staff), &said)).await?;
    cx.state.get::<Rooms>().close(seen.key.id);
    Ok(back(seen, "结论已签名并发出，资料共享已结束"))
}

#[derive(Deserialize)]
pub(in super::super) struct More {
    content: String,
}

pub(in super::super) async fn append(cx: Cx, Path(ids): Ids, Form(f): Form<More>) -> Result<Response, Error> {
    let (key, staff) = (key(&ids.0, &ids.1)?, cx.user.staff);
    cx.write(move |tx, by| steps::append(tx, by, key, staff, &f.content)).await?;
    Ok(web::see_with(&key.href(), "补充意见已签名"))
}

#[derive(Deserialize)]
pub(in super::super) struct Note {
    version: i64,
    note: String,
}

pub(in super::super) async fn miss(cx: Cx, Path(ids): Ids, Form(f): Form<Note>) -> Result<Response, Error> {
    let seen = seen(&ids, f.version)?;
    let c = cx.read(move |tx, by| store::find(tx, by, seen.key)).await?;
    own_side(&cx, &c).ok_or(Error::Forbidden)?;
    cx.write(move |tx, by| steps::miss(tx, by, seen, &f.note)).await?;
    cx.state.get::<Rooms>().close(seen.key.id);
    Ok(back(seen, "已登记对方未到，请会诊机构改约"))
}

pub(in super::super) async fn acknowledge(cx: Cx, Path(ids): Ids, Form(f): Form<Note>) -> Result<Response, Error> {
    let seen = seen(&ids, f.version)?;
    cx.write(move |tx, by| steps::acknowledge(tx, by, seen, &f.note)).await?;
    Ok(back(seen, "已签收"))
}

#[derive(Deserialize)]
pub(in super::super) struct Why {
    version: i64,
    reason: String,
}

pub(in super::super) async fn cancel(cx: Cx, Path(ids): Ids, Form(f): Form<Why>) -> Result<Response, Error> {
    let seen = seen(&ids, f.version)?;
    cx.write(move |tx, by| steps::cancel(tx, by, seen, &f.reason)).await?;
    cx.state.get::<Rooms>().close(seen.key.id);
    Ok(back(seen, "已撤回"))
}
