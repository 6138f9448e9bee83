//! What is set on an elder's watching page: own limits, the safe area.

use super::super::limits::{Band, store};
use super::super::model::Vital;
use super::super::safe_area::{self, SafeArea};
use super::elder_id;
use crate::devices;
use axum::extract::Path;
use axum::response::Response;
use kernel::LimitId;
use registry::elders;
use serde::Deserialize;
use web::{Cx, Error, Form};

#[derive(Deserialize)]
pub(in super::super) struct Limits {
    vital: String,
    danger_low: Option<String>,
    low: Option<String>,
    high: Option<String>,
    danger_high: Option<String>,
    why: Option<String>,
}

impl Limits {
    fn read(&self) -> Result<(Vital, Band), Error> {
        let vital = Vital::of_code(&self.vital).filter(|vital| vital.charted());
        let vital = vital.ok_or_else(|| Error::field("vital", "指标", "请选择"))?;
        let number = |field: &str, label: &str, text: &Option<String>| {
            let Some(text) = text.as_deref() else { return Ok(None) };
            let value = kernel::text::clean(text).parse::<f64>().ok().and_then(|value| vital.stored(value));
            value.map(Some).ok_or_else(|| Error::field(field, label, "请填写数字"))
        };
        let band = Band {
            danger_low: number("danger_low", "危急下限", &self.danger_low)?,
            low: number("low", "预警下限", &self.low)?,
            high: number("high", "预警上限", &self.high)?,
            danger_high: number("danger_high", "危急上限", &self.danger_high)?,
        };
        Ok((vital, band))
    }
}

pub(in super::super) async fn set_limit(
    cx: Cx,
    Path(elder): Path<String>,
    Form(l): Form<Limits>,
) -> Result<Response, Error> {
    let elder = elder_id(&elder)?;
    let policies = cx.state.policies.clone();
    cx.write(move |tx, by| {
        elders::store::visible(tx, by, elder)?;
        let (set, why) = (l.read()?, l.why.clone().unwrap_or_default());
        store::set(tx, by, &policies, elder, set, &why)
    })
    .await?;
    devices::reload(&cx, Some(elder)).await?;
    Ok(web::see_with(&format!("/vitals/{elder}#limits"), "个人界限已保存，从下一次测量起生效"))
}

pub(in super::super) async fn end_limit(cx: Cx, Path((elder, id)): Path<(String, String)>) -> Result<Response, Error> {
    let elder = elder_id(&elder)?;
    let id = LimitId::parse(&id).ok_or(Error::NotFound)?;
    cx.write(move |tx, by| store::end(tx, by, elder, id)).await?;
    devices::reload(&cx, Some(elder)).await?;
    Ok(web::see_with(&format!("/vitals/{elder}#limits"), "个人界限已结束，恢复通用界限"))
}

#[derive(Deserialize)]
pub(in super::super) struct Area {
    place: Option<String>,
    radius: Option<i64>,
    latitude: Option<f64>,
    longitude: Option<f64>,
    #[serde(default)]
    last: bool,
}

pub(in super::super) async fn set_area(
    cx: Cx,
    Path(elder): Path<String>,
    Form(a): Form<Area>,
) -> Result<Response, Error> {
    let elder = elder_id(&elder)?;
    cx.write(move |tx, by| {
        elders::store::visible(tx, by, elder)?;
        let degrees = |value: Option<f64>, vital: Vital| value.and_then(|value| vital.stored(value));
        let typed = degrees(a.latitude, Vital::Latitude).zip(degrees(a.longitude, Vital::Longitude));
        let (latitude, longitude) = if a.last {
            let last = safe_area::store::last_position(tx, elder)?;
            let none = || Error::refused("VA-01", "设备还没有送来过位置，请改填坐标");
            last.map(|(latitude, longitude, _)| (latitude, longitude)).ok_or_else(none)?
        } else {
            typed.ok_or_else(|| Error::refused("VA-02", "请填写纬度和经度，或勾选“用最近一次位置”"))?
        };
        let name = kernel::text::clean(&a.place.unwrap_or_default());
        if name.chars().count() > 50 {
            return Err(Error::field("place", "地点", "请精简到 50 字以内"));
        }
        let name = if name.is_empty() { "家".to_owned() } else { name };
        let (radius, set_by, set_at) = (a.radius.unwrap_or_default(), by.name.clone(), by.now);
        safe_area::store::set(tx, by, elder, &SafeArea { latitude, longitude, radius, name, set_by, set_at })
    })
    .await?;
    devices::reload(&cx, Some(elder)).await?;
    Ok(web::see_with(&format!("/vitals/{elder}#area"), "安全区域已保存"))
}

pub(in super::super) async fn end_area(cx: Cx, Path(elder): Path<String>) -> Result<Response, Error> {
    let elder = elder_id(&elder)?;
    cx.write(move |tx, by| safe_area::store::end(tx, by, elder)).await?;
    devices::reload(&cx, Some(elder)).await?;
    Ok(web::see_with(&format!("/vitals/{elder}#area"), "安全区域已取消"))
}

#[derive(Deserialize)]
pub(in super::super) struct Serial {
    serial: String,
}

pub(in super::super) async fn bind(
    cx: Cx,
    Path(elder): Path<String>,
    Form(s): Form<Serial>,
) -> Result<Response, Error> {
    let elder = elder_id(&elder)?;
    cx.write(move |tx, by| {
        elders::store::visible(tx, by, elder)?;
        let serial = kernel::text::clean(&s.serial);
        let found = devices::store::by_serial(tx, by, &serial)?;
        let none = || Error::field("serial", "设备编号", format!("没有编号为 {serial} 的设备，请核对标签，或先登记"));
        let device = found.ok_or_else(none)?;
        devices::store::steps::bind(tx, by, device.id, elder)
    })
    .await?;
    devices::reload(&cx, Some(elder)).await?;
    Ok(web::see_with(&format!("/vitals/{elder}"), "设备已绑定"))
}
