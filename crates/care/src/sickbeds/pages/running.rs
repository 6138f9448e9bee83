//! What is done with an open bed, as forms send it.

use super::super::fees::{Fee, Funder, NewFee};
use super::super::model::ItemKind;
use super::super::rounds::{NewRound, Report, RoundKind, Vitals};
use super::super::store::running::{self, Call};
use super::key;
use crate::records::model::parse_tenths;
use axum::extract::Path;
use axum::response::Response;
use kernel::{Date, Fen, SickbedFeeId, SickbedItemId, SickbedRoundId, StaffId};
use serde::Deserialize;
use web::{Cx, Error, Form};

type Ids = Path<(String, String)>;

#[derive(Deserialize)]
pub(in super::super) struct Added {
    seen: Option<i64>,
    kind: ItemKind,
    title: Option<String>,
    every_days: i64,
}

pub(in super::super) async fn add_item(
    cx: Cx,
    Path((elder, id)): Ids,
    Form(f): Form<Added>,
) -> Result<Response, Error> {
    let (key, title) = (key(&elder, &id)?, f.title.unwrap_or_default());
    cx.write(move |tx, by| running::add_item(tx, by, (key, f.seen), (f.kind, &title, f.every_days))).await?;
    Ok(web::see_with(&key.href(), "已加入计划"))
}

#[derive(Deserialize)]
pub(in super::super) struct Seen {
    seen: Option<i64>,
}

pub(in super::super) async fn end_item(
    cx: Cx,
    Path((elder, id, item)): Path<(String, String, String)>,
    Form(f): Form<Seen>,
) -> Result<Response, Error> {
    let (key, item) = (key(&elder, &id)?, SickbedItemId::parse(&item).ok_or(Error::NotFound)?);
    cx.write(move |tx, by| running::end_item(tx, by, (key, f.seen), item)).await?;
    Ok(web::see_with(&key.href(), "已停止这一项"))
}

#[derive(Deserialize)]
pub(in super::super) struct Made {
    planned: Option<String>,
    kind: RoundKind,
    on: Date,
    staff: String,
    temperature: Option<String>,
    pulse: Option<i64>,
    breaths: Option<i64>,
    sbp: Option<i64>,
    dbp: Option<i64>,
    spo2: Option<i64>,
    found: Option<String>,
    #[serde(default)]
    items: Vec<String>,
    done: Option<String>,
    orders: Option<String>,
    next_on: Option<Date>,
    funded_by: Option<Funder>,
    #[serde(default)]
    visit_fee_charged: bool,
}

impl Made {
    fn read(self) -> Result<NewRound, Error> {
        let wrong = || Error::field("temperature", "体温", "请填写数字，最多一位小数");
        let temperature = self.temperature.as_deref().map(|text| parse_tenths(text).ok_or_else(wrong)).transpose()?;
        let (pulse, breaths) = (self.pulse, self.breaths);
        let vitals = Vitals { temperature, pulse, breaths, sbp: self.sbp, dbp: self.dbp, spo2: self.spo2 };
        let planned = self.planned.filter(|_| self.kind == RoundKind::Round);
        Ok(NewRound {
            planned: planned.map(|id| SickbedRoundId::parse(&id).ok_or(Error::NotFound)).transpose()?,
            kind: self.kind,
            on: self.on,
            staff: StaffId::parse(&self.staff).ok_or_else(|| Error::field("staff", "人员", "请选择"))?,
            report: Report {
                vitals,
                found: self.found.unwrap_or_default(),
                done: self.done.unwrap_or_default(),
                orders: self.orders.unwrap_or_default(),
            },
            items: self.items.iter().filter_map(|id| SickbedItemId::parse(id)).collect(),
            next_on: self.next_on,
            funded_by: self.funded_by,
            visit_fee_charged: self.visit_fee_charged,
        })
    }
}

pub(in super::super) async fn round(cx: Cx, Path((elder, id)): Ids, Form(f): Form<Made>) -> Result<Response, Error> {
    let (key, library, new) = (key(&elder, &id)?, cx.state.policies.clone(), f.read()?);
    cx.write(move |tx, by| running::round(tx, by, &library, key, &new)).await?;
    Ok(web::see_with(&key.href(), "已登记，费用已记入清单"))
}

#[derive(Deserialize)]
pub(in super::super) struct Called {
    on: Date,
    what: Option<String>,
    doctor: Option<String>,
    advice: Option<String>,
    next_on: Option<Date>,
}

pub(in super::super) async fn escalate(
    cx: Cx,
    Path((elder, id)): Ids,
    Form(f): Form<Called>,
) -> Result<Response, Error> {
    let key = key(&elder, &id)?;
    let (what, doctor, advice) =
        (f.what.unwrap_or_default(), f.doctor.unwrap_or_default(), f.advice.unwrap_or_default());
    let new = Call { on: f.on, what, doctor, advice, next_on: f.next_on };
    cx.write(move |tx, by| running::escalate(tx, by, key, &new)).await?;
    Ok(web::see_with(&key.href(), "已登记病情变化"))
}

#[derive(Deserialize)]
pub(in super::super) struct Charged {
    fee: Fee,
    on: Date,
    title: Option<String>,
    price: Option<String>,
    funded_by: Option<Funder>,
    #[serde(default)]
    visit_fee_charged: bool,
}

pub(in super::super) async fn fee(cx: Cx, Path((elder, id)): Ids, Form(f): Form<Charged>) -> Result<Response, Error> {
    let (key, library) = (key(&elder, &id)?, cx.state.policies.clone());
    let new = NewFee {
        on: f.on,
        fee: f.fee,
        title: f.title.unwrap_or_default(),
        price: f.price.as_deref().and_then(Fen::parse_yuan),
        funded_by: f.funded_by,
        visit_fee_charged: f.visit_fee_charged,
    };
    cx.write(move |tx, by| running::fee(tx, by, &library, key, &new)).await?;
    Ok(web::see_with(&key.href(), "已记入费用清单"))
}

#[derive(Deserialize)]
pub(in super::super) struct Why {
    reason: Option<String>,
}

pub(in super::super) async fn reverse(
    cx: Cx,
    Path((elder, id, fee)): Path<(String, String, String)>,
    Form(f): Form<Why>,
) -> Result<Response, Error> {
    let (key, fee) = (key(&elder, &id)?, SickbedFeeId::parse(&fee).ok_or(Error::NotFound)?);
    cx.write(move |tx, by| running::reverse(tx, by, key, fee, &f.reason.unwrap_or_default())).await?;
    Ok(web::see_with(&key.href(), "已冲销"))
}
