//! What of the record is shared with the consulting side: only the parts that were named, only while the sharing lasts, and
//! each look is noted before it is shown.

use super::super::model::{Consultation, Side};
use super::super::store;
use super::{SOURCE, key, own_side};
use crate::sharing::{Part, record};
use axum::extract::Path;
use db::audit::Entry;
use web::ui::{self, Tone};
use web::{Cx, Error, Markup, Page, html};

pub(in super::super) async fn show(cx: Cx, Path((elder, id)): Path<(String, String)>) -> Result<Markup, Error> {
    let key = key(&elder, &id)?;
    let c = cx.read(move |tx, by| store::find(tx, by, key)).await?;
    if own_side(&cx, &c) != Some(Side::Consulting) {
        return Err(Error::refused("CN-05", "共享的资料只供会诊机构查看"));
    }
    if let Some(reason) = c.against_looking(cx.now) {
        return Err(Error::Refused(vec![reason]));
    }
    let cards = shared(&cx, &c).await?;
    let page = Page::new(&cx, &format!("共享的资料：{}", c.elder_name))
        .crumb("远程会诊", "/consultations")
        .crumb("会诊单", &key.href());
    let text = format!("用途：{}。共享至 {}，签名即停止；本次查看已记录。", c.purpose, c.shared_until);
    Ok(page.source(SOURCE).body(html! { (ui::alert(Tone::Info, "限定用途", text)) (cards) }))
}

/// The shared parts as cards; the look is noted. Whether there may be one, the caller has asked.
pub(super) async fn shared(cx: &Cx, c: &Consultation) -> Result<Markup, Error> {
    let (key, parts) = (c.key, c.shared.clone());
    let detail = format!("用途：{}；{}", c.purpose, Part::names(&c.shared));
    let entry = Entry { action: "consultations.record", elder: Some(key.elder), subject: key.id.to_string(), detail };
    cx.note(entry).await?;
    let shared = cx.read(move |tx, by| record::read(tx, by, key.elder, &parts)).await?;
    Ok(record::cards(&shared, &c.shared, cx.today()))
}
