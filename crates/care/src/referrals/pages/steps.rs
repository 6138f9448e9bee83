//! The steps of a referral, as the forms of its page send them.

use super::super::model::Conclusion;
use super::super::store::steps::{self, Seen};
use super::{instant, key};
use crate::stays;
use axum::extract::Path;
use axum::response::Response;
use kernel::{Date, Instant};
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
pub(in super::super) struct Answer {
    version: i64,
    call_name: Option<String>,
    call_at: Option<String>,
    refusal: Option<String>,
}

impl Answer {
    fn call(&self) -> Result<Option<(String, Instant)>, Error> {
        let at = self.call_at.as_deref().map(|text| instant(text, "call_at", "通话时间")).transpose()?;
        Ok(self.call_name.clone().zip(at))
    }
}

pub(in super::super) async fn accept(cx: Cx, Path(ids): Ids, Form(f): Form<Answer>) -> Result<Response, Error> {
    let (seen, call, library) = (seen(&ids, f.version)?, f.call()?, cx.state.policies.clone());
    if f.refusal.is_some() {
        return Err(Error::field("refusal", "拒绝的原因", "填了拒绝原因却点了“接受”，请核对"));
    }
    cx.write(move |tx, by| steps::accept(tx, by, &library, seen, call.as_ref().map(|(name, at)| (name.as_str(), *at))))
        .await?;
    Ok(back(seen, "已接受，请预约或等待到诊"))
}

pub(in super::super) async fn refuse(cx: Cx, Path(ids): Ids, Form(f): Form<Answer>) -> Result<Response, Error> {
    let (seen, call, library) = (seen(&ids, f.version)?, f.call()?, cx.state.policies.clone());
    cx.write(move |tx, by| {
        let call = call.as_ref().map(|(name, at)| (name.as_str(), *at));
        steps::refuse(tx, by, &library, seen, call, f.refusal.as_deref().unwrap_or_default())
    })
    .await?;
    Ok(back(seen, "已拒绝，转出机构会看到原因"))
}

#[derive(Deserialize)]
pub(in super::super) struct Booking {
    version: i64,
    booked_for: String,
    booked_place: String,
}

pub(in super::super) async fn book(cx: Cx, Path(ids): Ids, Form(f): Form<Booking>) -> Result<Response, Error> {
    let (seen, at) = (seen(&ids, f.version)?, instant(&f.booked_for, "booked_for", "时间")?);
    cx.write(move |tx, by| steps::book(tx, by, seen, at, &f.booked_place)).await?;
    Ok(back(seen, "已预约"))
}

#[derive(Deserialize)]
pub(in super::super) struct Arrival {
    version: i64,
    arrived_at: String,
    id_tail: String,
    #[serde(default)]
    admit: bool,
    diagnosis: Option<String>,
}

pub(in super::super) async fn arrive(cx: Cx, Path(ids): Ids, Form(f): Form<Arrival>) -> Result<Response, Error> {
    let (seen, at) = (seen(&ids, f.version)?, instant(&f.arrived_at, "arrived_at", "到诊时间")?);
    if !f.admit {
        cx.write(move |tx, by| steps::arrive(tx, by, seen, at, &f.id_tail)).await?;
        return Ok(back(seen, "已登记到诊"));
    }
    if !cx.may(stays::WRITE) {
        return Err(Error::field("admit", "收住入院", "您不能登记住院，请由病区登记"));
    }
    let diagnosis = f.diagnosis.unwrap_or_default();
    cx.write(move |tx, by| steps::admit(tx, by, seen, (at, &f.id_tail), &diagnosis)).await?;
    Ok(back(seen, "已登记到诊和住院；上门服务等已按住院办理"))
}

#[derive(Deserialize)]
pub(in super::super) struct Concluded {
    version: i64,
    finding: String,
    done: String,
    medication: Option<String>,
    advice: Option<String>,
    follow_up_due: Option<Date>,
    #[serde(default)]
    no_follow_up: bool,
}

pub(in super::super) async fn conclude(cx: Cx, Path(ids): Ids, Form(f): Form<Concluded>) -> Result<Response, Error> {
    let (seen, library) = (seen(&ids, f.version)?, cx.state.policies.clone());
    let said = Conclusion {
        finding: f.finding,
        done: f.done,
        medication: f.medication.unwrap_or_default(),
        advice: f.advice.unwrap_or_default(),
        follow_up_due: f.follow_up_due,
    };
    cx.write(move |tx, by| steps::conclude(tx, by, &library, seen, &said, f.no_follow_up)).await?;
    Ok(back(seen, "结论已转回，资料共享已结束"))
}

#[derive(Deserialize)]
pub(in super::super) struct Why {
    version: i64,
    reason: String,
}

pub(in super::super) async fn cancel(cx: Cx, Path(ids): Ids, Form(f): Form<Why>) -> Result<Response, Error> {
    let seen = seen(&ids, f.version)?;
    cx.write(move |tx, by| steps::cancel(tx, by, seen, &f.reason)).await?;
    Ok(back(seen, "已撤回"))
}

#[derive(Deserialize)]
pub(in super::super) struct Followed {
    version: i64,
    followed_up_on: Date,
    follow_up_note: String,
}

pub(in super::super) async fn follow_up(cx: Cx, Path(ids): Ids, Form(f): Form<Followed>) -> Result<Response, Error> {
    let seen = seen(&ids, f.version)?;
    cx.write(move |tx, by| steps::follow_up(tx, by, seen, f.followed_up_on, &f.follow_up_note)).await?;
    Ok(back(seen, "随访已登记"))
}
