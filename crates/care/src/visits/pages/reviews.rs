//! The second look at late entries and distant check-ins that were picked.

use super::{SOURCE, href, ids, table};
use crate::visits::store::{self, reviews};
use axum::extract::Path;
use axum::response::Response;
use serde::Deserialize;
use web::ui::{self, Field, PageInfo, Tone};
use web::{Cx, Error, Form, Markup, Page, Query, html, see_with};

const SIZE: i64 = 50;

#[derive(Deserialize)]
pub(in crate::visits) struct Turn {
    page: Option<i64>,
}

pub(in crate::visits) async fn list(cx: Cx, Query(turn): Query<Turn>) -> Result<Markup, Error> {
    let page = turn.page.unwrap_or(1).max(1);
    let (total, rows) = cx
        .read(move |tx, by| Ok::<_, Error>((reviews::count(tx, by)?, reviews::list(tx, by, SIZE, (page - 1) * SIZE)?)))
        .await?;
    let body = html! {
        p.text-secondary { "补录按比例抽查（由服务编号决定，不能挑选），签到位置过远的全部核查。" }
        (table(&cx, &rows))
        (ui::pager(&PageInfo::new("/visits/reviews", page, SIZE, total)))
    };
    Ok(Page::new(&cx, "待核查的上门服务").crumb("上门服务", "/visits").source(SOURCE).body(body))
}

pub(in crate::visits) async fn form(cx: Cx, Path((elder, id)): Path<(String, String)>) -> Result<Markup, Error> {
    let (elder, id) = ids(&elder, &id)?;
    let (visit, name) = cx
        .read(move |tx, by| {
            let visit = store::find(tx, by, elder, id)?;
            Ok::<_, Error>((visit, registry::elders::store::find(tx, by, elder)?.name))
        })
        .await?;
    let action = format!("{}/review", href(&visit));
    let result = [("fine", "属实"), ("fault", "有问题")];
    let body = html! {
        p { (ui::link(&href(&visit), "查看服务记录")) }
        (ui::card("核查结果", ui::form(&cx, &action, html! {
            (ui::select("结果", "finding", &result, "fine"))
            (ui::textarea("核查情况", "note", "", Field::text().required().limit(300).hint("如：电话询问老人及家属、比对照片和签名。")))
            (ui::submit_toned("保存", Tone::Primary))
        })))
    };
    let title = format!("核查：{name} {} 上门服务", visit.day());
    Ok(Page::new(&cx, &title).crumb("待核查", "/visits/reviews").source(SOURCE).body(body))
}

#[derive(Deserialize)]
pub(in crate::visits) struct Finding {
    finding: String,
    note: String,
}

pub(in crate::visits) async fn decide(
    cx: Cx,
    Path((elder, id)): Path<(String, String)>,
    Form(form): Form<Finding>,
) -> Result<Response, Error> {
    let (elder, id) = ids(&elder, &id)?;
    let staff = cx.user.staff;
    cx.write(move |tx, by| reviews::decide(tx, by, (elder, id), staff, form.finding == "fine", &form.note)).await?;
    Ok(see_with("/visits/reviews", "核查结果已保存"))
}
