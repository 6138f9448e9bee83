//! Writing an item down, ending it, marking it as wrong.

use super::super::codes;
use super::super::model::{Kind, NO_ALLERGY, NewItem};
use super::super::store::{self, Step};
use super::SOURCE;
use crate::subject::{self, Subject};
use axum::extract::Path;
use axum::response::Response;
use kernel::{ChartItemId, Date, ElderId};
use serde::Deserialize;
use web::ui::{self, Field};
use web::{Cx, Error, Form, Markup, Page, Query, html};

#[derive(Deserialize)]
pub(in super::super) struct Which {
    kind: Option<Kind>,
}

pub(in super::super) async fn blank(
    cx: Cx,
    Path(elder): Path<String>,
    Query(which): Query<Which>,
) -> Result<Markup, Error> {
    let elder = ElderId::parse(&elder).ok_or(Error::NotFound)?;
    let subject = cx.read(move |tx, by| subject::store::find(tx, by, elder)).await?;
    let kind = which.kind.unwrap_or(Kind::Condition);
    let tabs: Vec<(String, &str, bool)> = Kind::ALL
        .iter()
        .map(|one| (format!("/chart/{elder}/new?kind={}", one.code()), one.name(), *one == kind))
        .collect();
    let body = html! {
        (ui::tabs(&tabs))
        (ui::card(&subject.age_and_sex(cx.today()), ui::form(&cx, &format!("/chart/{elder}"), fields(&cx, &subject, kind))))
    };
    let page = Page::new(&cx, &format!("登记{}：{}", kind, subject.name));
    Ok(page.crumb(&subject.name, &format!("/chart/{elder}")).source(SOURCE).body(body))
}

fn fields(cx: &Cx, subject: &Subject, kind: Kind) -> Markup {
    let day = Field::date().required().max(cx.today()).min(subject.born);
    html! {
        (ui::hidden("kind", kind.code()))
        (what(kind))
        (ui::form_row(&[
            ui::date_with(kind.begins(), "began_on", Some(cx.today()), day),
            ui::field(kind.detail(), "detail", "", Field::text().limit(200).hint(hint(kind))),
        ]))
        @match kind {
            Kind::Allergy => (ui::checkbox("严重（可能危及生命）", "severe", false)),
            Kind::Risk => (ui::checkbox("必须首先告知", "severe", false)),
            Kind::Medication => (ui::field("与过敏史冲突仍需使用的理由", "in_spite", "", Field::text().limit(200).hint("没有冲突的不填"))),
            Kind::Condition | Kind::Result | Kind::Procedure | Kind::Lifestyle => (html! {}),
        }
        (ui::submit("保存"))
        @if kind == Kind::Allergy {
            p.text-secondary.mt-3 { "问过而没有的，名称填“" (NO_ALLERGY) "”。" }
        }
    }
}

const fn hint(kind: Kind) -> &'static str {
    match kind {
        Kind::Allergy => "如 皮疹、呼吸困难",
        Kind::Medication => "如 5 毫克，每日一次，口服",
        Kind::Lifestyle => "如 每日 10 支，40 年",
        Kind::Result => "没有数值的结果写在这里",
        Kind::Condition | Kind::Procedure | Kind::Risk => "可以不填",
    }
}

/// The fields that say what it is.
fn what(kind: Kind) -> Markup {
    match kind {
        Kind::Condition => html! {
            div.mb-3 {
                label.form-label.required for="name" { "诊断（名称、ICD-10 编码或拼音首字母）" }
                input.form-control id="name" name="name" required maxlength="100" list="diagnoses" autocomplete="off"
                    aria-describedby="name-hint";
                datalist id="diagnoses" {
                    @for one in codes::DIAGNOSES.iter() { option value=(format!("{} {}", one.code, one.name)) { (one.letters) } }
                }
                small.form-hint id="name-hint" { "可从列表选择，也可填“I10 原发性高血压”这样的编码和名称，没有编码的只填名称" }
            }
        },
        Kind::Result => {
            let mut options: Vec<(&str, String)> =
                codes::MEASURES.iter().map(|m| (m.code, format!("{}（{}）", m.name, m.unit))).collect();
            options.push(("", "其他（在名称和说明中写）".to_owned()));
            html! {
                (ui::select("项目", "code", &options, codes::PRESSURE))
                (ui::form_row(&[
                    ui::field("数值", "value", "", Field::number().step("any").hint("血压填收缩压")),
                    ui::field("舒张压", "second", "", Field::number().step("any").hint("只有血压填")),
                    ui::field("其他项目的名称", "name", "", Field::text().limit(100)),
                ]))
            }
        }
        Kind::Allergy | Kind::Medication | Kind::Procedure | Kind::Lifestyle | Kind::Risk => {
            let list: &[&str] = match kind {
                Kind::Allergy => {
                    &[NO_ALLERGY, "青霉素类", "头孢菌素类", "磺胺类", "碘造影剂", "阿司匹林", "海鲜", "花粉"]
                }
                Kind::Lifestyle => &["吸烟", "饮酒", "体育锻炼", "饮食偏咸", "睡眠"],
                Kind::Risk => &["跌倒", "噎食", "走失", "压疮", "坠床", "自伤", "传染性疾病", "家中有犬"],
                _ => &[],
            };
            html! {
                div.mb-3 {
                    label.form-label.required for="name" { (kind.name()) }
                    input.form-control id="name" name="name" required maxlength="100" list="names" autocomplete="off";
                    datalist id="names" { @for one in list { option value=(one) {} } }
                }
            }
        }
    }
}

#[derive(Deserialize)]
pub(in super::super) struct Filled {
    kind: Kind,
    code: Option<String>,
    name: Option<String>,
    began_on: Date,
    #[serde(default)]
    severe: bool,
    value: Option<String>,
    second: Option<String>,
    detail: Option<String>,
    in_spite: Option<String>,
}

pub(in super::super) async fn create(
    cx: Cx,
    Path(elder): Path<String>,
    Form(filled): Form<Filled>,
) -> Result<Response, Error> {
    let elder = ElderId::parse(&elder).ok_or(Error::NotFound)?;
    let number = |field: &'static str, label: &'static str, text: Option<String>| {
        let read =
            |text: String| codes::parse(&text).ok_or_else(|| Error::field(field, label, "请填写数字，最多两位小数"));
        text.map(read).transpose()
    };
    let clean = |text: Option<String>| kernel::text::clean(&text.unwrap_or_default());
    let new = NewItem {
        code: clean(filled.code),
        severe: filled.severe,
        value: number("value", "数值", filled.value)?,
        second: number("second", "舒张压", filled.second)?,
        detail: clean(filled.detail),
        in_spite: clean(filled.in_spite),
        ..NewItem::new(elder, filled.kind, &clean(filled.name), filled.began_on)
    };
    cx.write(move |tx, by| store::add(tx, by, new)).await?;
    Ok(web::see_with(&format!("/chart/{elder}"), "已登记"))
}

#[derive(Deserialize)]
pub(in super::super) struct Closed {
    on: Date,
    reason: String,
    version: i64,
}

type Ids = Path<(String, String)>;

async fn close(cx: Cx, (elder, id): (String, String), event: &'static str, f: Closed) -> Result<Response, Error> {
    let elder = ElderId::parse(&elder).ok_or(Error::NotFound)?;
    let id = ChartItemId::parse(&id).ok_or(Error::NotFound)?;
    let step = Step { event, on: f.on, reason: kernel::text::clean(&f.reason), version: f.version };
    cx.write(move |tx, by| store::step(tx, by, (elder, id), &step)).await?;
    Ok(web::see_with(&format!("/chart/{elder}"), if event == "end" { "已结束" } else { "已作废" }))
}

pub(in super::super) async fn end(cx: Cx, Path(ids): Ids, Form(f): Form<Closed>) -> Result<Response, Error> {
    close(cx, ids, "end", f).await
}

pub(in super::super) async fn void(cx: Cx, Path(ids): Ids, Form(f): Form<Closed>) -> Result<Response, Error> {
    close(cx, ids, "void", f).await
}
