//! Recording that one promised service was done, or taking that back.

use super::super::fulfilment::Promise;
use super::super::model::{Contract, Doctor};
use super::super::store;
use super::{SOURCE, key};
use crate::records::{self, NewCheckup};
use axum::extract::Path;
use axum::response::Response;
use kernel::{Date, PromiseId, StaffId};
use serde::Deserialize;
use web::ui::{self, Field, Tone};
use web::{Cx, Error, Form, Markup, Page, html};

type Ids = Path<(String, String, String)>;

pub(in super::super) async fn form(cx: Cx, Path((elder, id, promise)): Ids) -> Result<Markup, Error> {
    let (key, promise) = (key(&elder, &id)?, PromiseId::parse(&promise).ok_or(Error::NotFound)?);
    let (c, party, promises, people) = cx
        .read(move |tx, by| {
            let c = store::find(tx, by, key)?;
            let people = store::people(tx, c.institution)?;
            let party = store::party(tx, by, key.elder, by.today())?;
            Ok::<_, Error>((c, party, store::promises(tx, key)?, people))
        })
        .await?;
    let promise = promises.into_iter().find(|p| p.id == promise).ok_or(Error::NotFound)?;
    let body = html! {
        (ui::card(&format!("{}（第 {} 期）", promise.title, promise.nth), html! {
            (ui::facts(&[
                ("老年人", ui::text(&party.name)),
                ("应完成日期", ui::text(promise.slot.due_on)),
                ("可登记的完成日期", ui::text(format!("{} 起，{} 前", promise.slot.opens_on, promise.slot.lapses_on))),
            ]))
        }))
        @match (&promise.done, promise.by_checkup()) {
            (Some(_), _) => (taking_back(&cx, &c, &promise)),
            (None, true) => (ui::card("体检结果", checkup(&cx, &c, &promise))),
            (None, false) => (ui::card("登记完成", service(&cx, &c, &promise, &people))),
        }
    };
    let title = format!("{}：{}", party.name, promise.title);
    let page = Page::new(&cx, &title).crumb("家庭医生签约", "/contracts").crumb("签约", &c.key.href());
    Ok(page.source(SOURCE).body(body))
}

fn action(c: &Contract, promise: &Promise) -> String {
    format!("{}/promises/{}", c.key.href(), promise.id)
}

fn done_on(cx: &Cx, promise: &Promise) -> Markup {
    let field = Field::date().required().min(promise.slot.opens_on).max(cx.today());
    ui::date_with("完成日期", "done_on", Some(cx.today()), field)
}

fn service(cx: &Cx, c: &Contract, promise: &Promise, people: &[Doctor]) -> Markup {
    let staff: Vec<(String, &str)> = people.iter().map(|p| (p.id.to_string(), p.name.as_str())).collect();
    let own = cx.user.staff.or(c.doctor).map(|id| id.to_string()).unwrap_or_default();
    let body = html! {
        (ui::form_row(&[done_on(cx, promise), ui::select("服务人员", "staff", &staff, &own)]))
        (ui::textarea("服务结果", "result", "", Field::text().required().limit(200).hint("做了什么、结果如何，一两句即可")))
        (ui::submit("登记完成"))
    };
    ui::form(cx, &action(c, promise), body)
}

fn checkup(cx: &Cx, c: &Contract, promise: &Promise) -> Markup {
    let body = html! {
        p { "登记后成为一条健康体检记录，计入健康管理，并自动对应到本项。" }
        (done_on(cx, promise))
        (ui::form_row(&[
            ui::number("收缩压（毫米汞柱）", "sbp", None, Field::number()),
            ui::number("舒张压（毫米汞柱）", "dbp", None, Field::number()),
            ui::field("空腹血糖（毫摩尔/升）", "glucose", "", Field::number().step("0.1").hint("保留一位小数，如 6.1")),
        ]))
        (ui::checkbox("已建立（更新）健康档案", "file_built", true))
        (ui::checkbox("已作健康指导", "guided", false))
        (ui::checkbox("体检表填写完整", "complete", false))
        (ui::submit("登记体检"))
    };
    ui::form(cx, &action(c, promise), body)
}

fn taking_back(cx: &Cx, c: &Contract, promise: &Promise) -> Markup {
    let Some(done) = &promise.done else { return html! {} };
    let body = html! {
        (ui::field("撤回原因", "reason", "", Field::text().required().limit(200)))
        (ui::submit_toned("撤回登记", Tone::Danger))
    };
    ui::card(
        "已登记",
        html! {
            p { (done.on) " " (done.by) "：" (done.result) }
            @if done.checkup.is_some() { p.text-secondary { "由体检记录自动对应；如有误请更正体检记录。" } }
            @else { (ui::form(cx, &format!("{}/reopen", action(c, promise)), body)) }
        },
    )
}

#[derive(Deserialize)]
pub(in super::super) struct Filled {
    done_on: Date,
    staff: Option<String>,
    result: Option<String>,
    sbp: Option<i64>,
    dbp: Option<i64>,
    glucose: Option<String>,
    #[serde(default)]
    file_built: bool,
    #[serde(default)]
    guided: bool,
    #[serde(default)]
    complete: bool,
}

pub(in super::super) async fn save(
    cx: Cx,
    Path((elder, id, promise)): Ids,
    Form(f): Form<Filled>,
) -> Result<Response, Error> {
    let (key, promise) = (key(&elder, &id)?, PromiseId::parse(&promise).ok_or(Error::NotFound)?);
    let wrong = || Error::field("glucose", "空腹血糖", "请填写数字，最多一位小数");
    let glucose = f.glucose.as_deref().map(|text| records::model::parse_tenths(text).ok_or_else(wrong)).transpose()?;
    cx.write(move |tx, by| {
        let c = store::find(tx, by, key)?;
        let promises = store::promises(tx, key)?;
        if !promises.iter().find(|p| p.id == promise).ok_or(Error::NotFound)?.by_checkup() {
            let staff = f.staff.as_deref().and_then(StaffId::parse);
            return store::fulfil(tx, by, key, promise, (f.done_on, staff, f.result.as_deref().unwrap_or_default()));
        }
        let new = NewCheckup {
            elder: key.elder,
            on: f.done_on,
            institution: Some(c.institution),
            file_built: f.file_built,
            guided: f.guided,
            complete: f.complete,
            sbp: f.sbp,
            dbp: f.dbp,
            glucose,
        };
        store::examine(tx, by, key, promise, &new)
    })
    .await?;
    Ok(web::see_with(&key.href(), "已登记完成"))
}

#[derive(Deserialize)]
pub(in super::super) struct Why {
    reason: String,
}

pub(in super::super) async fn reopen(
    cx: Cx,
    Path((elder, id, promise)): Ids,
    Form(f): Form<Why>,
) -> Result<Response, Error> {
    let (key, promise) = (key(&elder, &id)?, PromiseId::parse(&promise).ok_or(Error::NotFound)?);
    cx.write(move |tx, by| store::reopen(tx, by, key, promise, &f.reason)).await?;
    Ok(web::see_with(&key.href(), "已撤回登记"))
}
