//! What of the record is shared with the destination: only the parts that were named, only while the sharing lasts, and each
//! look is noted before it is shown.

use super::super::store;
use super::{SOURCE, key};
use crate::sharing::{Part, record};
use axum::extract::Path;
use db::audit::Entry;
use web::ui;
use web::{Cx, Error, Markup, Page, html};

pub(in super::super) async fn show(cx: Cx, Path((elder, id)): Path<(String, String)>) -> Result<Markup, Error> {
    let key = key(&elder, &id)?;
    let r = cx.read(move |tx, by| store::find(tx, by, key)).await?;
    if cx.user.institution.is_none() || cx.user.institution != r.to {
        return Err(Error::refused("RF-05", "共享的资料只供转入机构查看"));
    }
    if let Some(reason) = r.against_looking(cx.now) {
        return Err(Error::Refused(vec![reason]));
    }
    let detail = format!("用途：{}；{}", r.purpose, Part::names(&r.shared));
    let entry = Entry { action: "referrals.record", elder: Some(key.elder), subject: key.id.to_string(), detail };
    cx.note(entry).await?;
    let parts = r.shared.clone();
    let shared = cx.read(move |tx, by| record::read(tx, by, key.elder, &parts)).await?;
    let page = Page::new(&cx, &format!("共享的资料：{}", r.elder_name))
        .crumb("转诊", "/referrals")
        .crumb("转诊单", &key.href());
    let text = format!("用途：{}。共享至 {}，办结即停止；本次查看已记录。", r.purpose, r.shared_until);
    Ok(page.source(SOURCE).body(html! {
        (ui::alert(ui::Tone::Info, "限定用途", text))
        (record::cards(&shared, &r.shared, cx.today()))
    }))
}
