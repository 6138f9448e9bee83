//! Pages of the exchange: partners, what was exchanged, the form of a partner.

pub(super) mod partner;

use super::WRITE;
use super::model::{NewPartner, PER_MINUTE, Partner, Resource, Rights, State};
use super::store::{self, Daily, Listed};
use axum::response::{IntoResponse, Response};
use chrono::Days;
use kernel::{Area, Date, PartnerId};
use registry::areas::{NameTable, Names};
use serde::Deserialize;
use web::ui::{self, Field, PageInfo, Tone};
use web::{Cx, Error, Form, Markup, Page, Query, html};

const SIZE: i64 = 30;
/// Days that are counted on the page.
const COUNTED: u64 = 14;
const SOURCE: &str =
    "对接单位由管理员登记；每次查询和传入都先记录再执行，密钥只在登记或更换时显示一次，库中只存带密钥的摘要。";

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    failed: bool,
    page: Option<i64>,
}

pub(super) async fn list(cx: Cx, Query(asked): Query<Asked>) -> Result<Markup, Error> {
    let (page, failed, names) = (asked.page.unwrap_or(1).max(1), asked.failed, cx.state.get::<Names>());
    let from = cx.today() - Days::new(COUNTED - 1);
    let (partners, daily, rows, total, names) = cx
        .read(move |tx, by| {
            let rows = store::exchanges(tx, by, (None, failed), (SIZE, (page - 1) * SIZE))?;
            let total = store::count(tx, by, (None, failed))?;
            Ok::<_, Error>((store::list(tx, by)?, store::daily(tx, by, from)?, rows, total, names.at(tx)?))
        })
        .await?;
    let base = if failed { "/fhir?failed=true" } else { "/fhir" };
    let tabs = [("/fhir", "全部", !failed), ("/fhir?failed=true", "有拒绝的", failed)];
    let body = html! {
        (ui::card("对接单位", partners_table(&cx, &partners, &names)))
        (ui::card(&format!("近 {COUNTED} 天每日统计"), daily_table(&daily)))
        (ui::card("对接记录", html! {
            (ui::tabs(&tabs))
            (exchange_table(&rows, true))
            (ui::pager(&PageInfo::new(base, page, SIZE, total)))
        }))
    };
    let mut page = Page::new(&cx, "信息平台对接").source(SOURCE);
    if cx.may(WRITE) {
        page = page.actions(ui::link_button("/fhir/partners/new", "登记对接单位", Tone::Primary));
    }
    Ok(page.body(body))
}

fn standing(partner: &Partner, today: Date) -> Markup {
    match (partner.state, partner.open_on(today).is_ok()) {
        (State::Revoked, _) => ui::badge(Tone::Danger, State::Revoked.name()),
        (State::Active, true) => ui::badge(Tone::Success, State::Active.name()),
        (State::Active, false) => ui::badge(Tone::Warning, "不在有效期内"),
    }
}

fn partners_table(cx: &Cx, partners: &[Partner], names: &NameTable) -> Markup {
    let rows = partners.iter().map(|one| {
        vec![
            ui::row_link(&one.href(), &one.facts.name),
            ui::text(names.path(one.facts.area)),
            ui::text(one.facts.rights.words()),
            ui::text(format!("{} 至 {}", one.facts.from, one.facts.until)),
            standing(one, cx.today()),
        ]
    });
    let none = ui::empty("还没有登记对接单位。", None);
    ui::table_or(&["单位", "区划", "权限", "有效期", "状态"], rows, none)
}

fn daily_table(daily: &[Daily]) -> Markup {
    let rows = daily.iter().map(|one| {
        vec![
            ui::text(one.on),
            ui::text(&one.partner),
            ui::text(one.requests),
            ui::text(one.given),
            ui::text(one.taken),
            if one.refused > 0 { ui::badge(Tone::Warning, one.refused.to_string()) } else { ui::text(0) },
        ]
    });
    let none = ui::empty("近来没有对接。", None);
    ui::table_or(&["日期", "单位", ">请求", ">提供资源", ">接收资源", ">拒绝"], rows, none)
}

/// What an interaction is called.
fn interaction(code: &str) -> &str {
    match code {
        "read" => "读取",
        "search" => "检索",
        "everything" => "整份查询",
        "create" => "单条传入",
        "batch" => "批量传入",
        "transaction" => "整批传入",
        other => other,
    }
}

pub(super) fn exchange_table(rows: &[Listed], partner: bool) -> Markup {
    let cells = |one: &Listed| {
        let resource =
            Resource::parse(&one.resource).map_or_else(|| one.resource.clone(), |kind| kind.name().to_owned());
        let status = match one.status {
            status if status < 400 && one.refused == 0 => ui::badge(Tone::Success, "成功"),
            status if status < 400 => ui::badge(Tone::Warning, "部分拒绝"),
            status => ui::badge(Tone::Danger, format!("拒绝 {status}")),
        };
        let mut cells = vec![
            ui::text(kernel::time::show(one.at)),
            html! { (interaction(&one.interaction)) @if !resource.is_empty() && one.interaction != "everything" { "：" (resource) } },
            ui::text(one.elders),
            ui::text(one.resources),
            ui::text(one.refused),
            status,
            html! { @if !one.detail.is_empty() { span.text-secondary { (one.detail) } } },
        ];
        if partner {
            cells.insert(1, ui::text(&one.partner));
        }
        cells
    };
    let mut headings = vec!["时间", "事项", ">人", ">资源", ">拒绝", "结果", "原因"];
    if partner {
        headings.insert(1, "单位");
    }
    ui::table_or(&headings, rows.iter().map(cells), ui::empty("没有对接记录。", None))
}

pub(super) async fn blank(cx: Cx) -> Result<Markup, Error> {
    let names = cx.state.get::<Names>();
    let names = cx.read(move |tx, _| names.at(tx)).await?;
    let top = cx.user.scope.area;
    let mut areas = vec![(top.to_string(), names.path(top))];
    areas.extend(names.choices(top, None).into_iter().filter(|(code, _)| !code.is_empty()));
    let next_year = cx.today().checked_add_days(Days::new(365));
    let body = html! {
        (ui::form_row(&[
            ui::field("单位名称", "name", "", Field::text().required().limit(60).hint("如 某县全民健康信息平台")),
            ui::select("对接区划（只涉及这里的老人）", "area", &areas, &top.to_string()),
        ]))
        (ui::field("用途和依据", "purpose", "", Field::text().required().limit(200).hint("如 基本信息、健康档案、病历互通，通政发〔2018〕54号三（五）")))
        (ui::form_row(&[
            ui::field("联系人和电话", "contact", "", Field::text().required().limit(100)),
            ui::number("每分钟最多请求数", "per_minute", Some(PER_MINUTE), Field::number().required().min(1)),
        ]))
        (ui::form_row(&[
            ui::date_with("开始日期", "valid_from", Some(cx.today()), Field::date().required()),
            ui::date_with("有效期至", "valid_until", next_year, Field::date().required()),
        ]))
        (rights("可以查询", "read", Resource::ALL))
        (rights("可以传入", "write", &Resource::ALL[1..]))
        (ui::submit("登记并生成密钥"))
    };
    let page = Page::new(&cx, "登记对接单位").crumb("信息平台对接", "/fhir");
    Ok(page.source(SOURCE).body(ui::card("", ui::form(&cx, "/fhir/partners", body))))
}

fn rights(title: &str, name: &str, all: &[Resource]) -> Markup {
    html! {
        fieldset.mb-3 {
            legend.form-label { (title) }
            div.yy-radios { @for one in all {
                label.form-check.form-check-inline {
                    input.form-check-input type="checkbox" name=(name) value=(one.code());
                    span.form-check-label { (one.name()) }
                }
            } }
        }
    }
}

#[derive(Deserialize)]
pub(super) struct Filled {
    name: String,
    area: String,
    purpose: String,
    contact: String,
    per_minute: i64,
    valid_from: Date,
    valid_until: Date,
    #[serde(default)]
    read: Vec<Resource>,
    #[serde(default)]
    write: Vec<Resource>,
}

impl Filled {
    fn read(self) -> Result<NewPartner, Error> {
        let plain = |day: Date, field, label| {
            if kernel::time::in_four_digits(day) {
                Ok(day)
            } else {
                Err(Error::field(field, label, "年份应为四位数"))
            }
        };
        let area = Area::parse(&kernel::text::clean(&self.area));
        Ok(NewPartner {
            name: kernel::text::clean(&self.name),
            area: area.map_err(|e| Error::field("area", "对接区划", e.to_string()))?,
            rights: Rights { read: self.read, write: self.write },
            purpose: kernel::text::clean(&self.purpose),
            contact: kernel::text::clean(&self.contact),
            per_minute: self.per_minute,
            from: plain(self.valid_from, "valid_from", "开始日期")?,
            until: plain(self.valid_until, "valid_until", "有效期至")?,
        })
    }
}

pub(super) async fn create(cx: Cx, Form(form): Form<Filled>) -> Result<Response, Error> {
    let new = form.read()?;
    let name = new.name.clone();
    let (id, secret) = cx.write(move |tx, by| store::create(tx, by, &new)).await?;
    Ok(shown_once(&cx, (id, &name), &secret).into_response())
}

/// The secret, on the only page on which it ever stands.
fn shown_once(cx: &Cx, (id, name): (PartnerId, &str), secret: &str) -> Markup {
    let body = html! {
        (ui::alert(Tone::Warning, "密钥只显示这一次", "请立即交给对接单位妥善保存。离开本页后无法再看，遗失的只能更换。"))
        (ui::card("密钥", html! {
            p { code.yy-code { (secret) } }
            p { "每次请求在 HTTP 头中带上：" code { "Authorization: Bearer 密钥" } "。接口地址为本平台地址加 " code { "/fhir/r4" } "，能力说明在 " code { "/fhir/r4/metadata" } "。" }
            p { (ui::link(&format!("/fhir/partners/{id}"), "已保存，去看对接单位")) }
        }))
    };
    Page::new(cx, &format!("{name}的密钥")).crumb("信息平台对接", "/fhir").source(SOURCE).body(body)
}

fn parse(id: &str) -> Result<PartnerId, Error> {
    PartnerId::parse(id).ok_or(Error::NotFound)
}
