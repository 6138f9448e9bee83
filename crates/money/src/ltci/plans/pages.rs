//! Pages of care plans.

use super::model::{NewPlan, Plan, Service, four_weeks, visits_per_week};
use super::store::{self, Provider};
use crate::ltci::catalogue::{self, Item};
use crate::ltci::entitlements::model::{Entitlement, cap_words, quota_words};
use crate::ltci::{PLAN, entitlements, visits};
use axum::extract::Path;
use axum::response::Response;
use kernel::{Date, ElderId, EntitlementId, InstitutionId, Month, PlanId, StaffId};
use serde::Deserialize;
use std::collections::BTreeMap;
use web::ui::{self, Field, PageInfo, Tone};
use web::{Cx, Error, Form, Markup, Page, Query, html, see_with};

const SIZE: i64 = 30;
const SOURCE: &str = "服务项目、价格与标准时长来自本地服务项目目录（政策规则表）；人员与证书来自人员名册。";
/// Days of the week as the field counts them.
const WEEKDAYS: [&str; 7] = ["周一", "周二", "周三", "周四", "周五", "周六", "周日"];

pub(super) fn ids(elder: &str, id: &str) -> Result<(ElderId, PlanId), Error> {
    Ok((ElderId::parse(elder).ok_or(Error::NotFound)?, PlanId::parse(id).ok_or(Error::NotFound)?))
}

#[derive(Deserialize)]
pub(super) struct Turn {
    page: Option<i64>,
}

pub(super) async fn list(cx: Cx, Query(turn): Query<Turn>) -> Result<Markup, Error> {
    let page = turn.page.unwrap_or(1).max(1);
    let (total, rows) = cx
        .read(move |tx, by| Ok::<_, Error>((store::count(tx, by)?, store::list(tx, by, SIZE, (page - 1) * SIZE)?)))
        .await?;
    let rows = rows.iter().map(|row| {
        let p = &row.plan;
        vec![
            ui::row_link(&format!("/ltci/plans/{}/{}", p.facts.elder, p.id), &row.name),
            ui::text(&row.institution),
            html! { "每周上门 " (visits_per_week(&p.facts.services)) " 次" },
            ui::text(catalogue::names(&cx.state.policies, &codes(p))),
            ui::period(p.runs()),
        ]
    });
    let body = html! {
        @if cx.may(PLAN) { (schedule_card(&cx)) }
        (ui::table(&["老年人", "服务机构", "频次", "项目", "执行期"], rows))
        (ui::pager(&PageInfo::new("/ltci/plans", page, SIZE, total)))
    };
    Ok(Page::new(&cx, "照护计划").source(SOURCE).body(body))
}

fn codes(plan: &Plan) -> String {
    plan.facts.services.iter().map(|s| s.item.as_str()).collect::<Vec<_>>().join(",")
}

fn schedule_card(cx: &Cx) -> Markup {
    let month = Month::of(cx.today());
    ui::card(
        "按月排班",
        ui::form(
            cx,
            "/ltci/plans/schedule",
            html! {
                p.text-secondary { "为还没有排班的照护计划安排该月的上门服务；已排过的不变。现在之前的时间不排。" }
                (ui::field("月份", "month", month.to_string(), Field::month().required()))
                (ui::submit("排班"))
            },
        ),
    )
}

#[derive(Deserialize)]
pub(super) struct Schedule {
    month: String,
}

pub(super) async fn schedule(cx: Cx, Form(form): Form<Schedule>) -> Result<Response, Error> {
    let month = Month::parse(&form.month).ok_or_else(|| Error::field("month", "月份", "请选择月份"))?;
    let policies = cx.state.policies.clone();
    let made = cx.write(move |tx, by| super::schedule_month(tx, by, &policies, month)).await?;
    let rest = if made.unplaced.is_empty() {
        String::new()
    } else {
        let mut why: Vec<&str> = made.unplaced.iter().map(|(_, one)| one.why).collect();
        why.sort_unstable();
        why.dedup();
        format!("，{} 次未能排上（{}）", made.unplaced.len(), why.join("；"))
    };
    let note = format!("{} 份计划排出 {} 次服务{rest}", made.plans, made.visits);
    Ok(see_with(&format!("/visits?from={}&to={}", month.first().max(cx.today()), month.last()), &note))
}

#[derive(Deserialize)]
pub(super) struct Begin {
    elder: String,
    entitlement: String,
    institution: Option<String>,
}

pub(super) async fn new(cx: Cx, Query(q): Query<Begin>) -> Result<Markup, Error> {
    let elder = ElderId::parse(&q.elder).ok_or(Error::NotFound)?;
    let id = EntitlementId::parse(&q.entitlement).ok_or(Error::NotFound)?;
    let chosen = q.institution.as_deref().and_then(InstitutionId::parse).or(cx.user.scope.institution);
    let (entitlement, name, providers, carers) = cx
        .read(move |tx, by| {
            let entitlement = entitlements::store::find(tx, by, elder, id)?;
            let name = registry::elders::store::find(tx, by, elder)?.name;
            let providers = store::providers(tx, by, entitlement.county)?;
            let carers = chosen.map(|i| store::carers(tx, i)).transpose()?.unwrap_or_default();
            Ok::<_, Error>((entitlement, name, providers, carers))
        })
        .await?;
    let items = catalogue::items(&cx.state.policies, entitlement.county, cx.today());
    let body = html! {
        (limits(&cx, &entitlement))
        (provider_card(&entitlement, &providers, chosen))
        @if let Some(institution) = chosen { (plan_form(&cx, &entitlement, institution, &items, &carers)) }
    };
    let title = format!("制定照护计划：{name}");
    let back = format!("/ltci/entitlements/{elder}/{id}");
    Ok(Page::new(&cx, &title).crumb("待遇", &back).source(SOURCE).body(body))
}

fn limits(cx: &Cx, e: &Entitlement) -> Markup {
    ui::card(
        "待遇限额",
        html! {
            p { (e.level) " 级，" (e.setting.name()) "：" (quota_words(e.benefit.quota)) "，" (cap_words(e.benefit.cap)) "，基金支付 " (e.benefit.rate) }
            (ui::because(&cx.state.policies, &e.decision))
        },
    )
}

fn provider_card(e: &Entitlement, providers: &[Provider], chosen: Option<InstitutionId>) -> Markup {
    let options: Vec<(String, String)> =
        providers.iter().map(|p| (p.id.to_string(), format!("{}（{}）", p.name, p.kind.name()))).collect();
    let selected = chosen.map(|id| id.to_string()).unwrap_or_default();
    ui::card(
        "第一步：服务机构",
        html! {
            form method="get" action="/ltci/plans/new" {
                (ui::hidden("elder", e.elder.to_string()))
                (ui::hidden("entitlement", e.id.to_string()))
                (ui::select("服务机构", "institution", &options, &selected))
                (ui::submit_toned("选定机构", if chosen.is_some() { Tone::Neutral } else { Tone::Primary }))
            }
        },
    )
}

fn plan_form(
    cx: &Cx,
    e: &Entitlement,
    institution: InstitutionId,
    items: &[Item],
    carers: &[super::model::Carer],
) -> Markup {
    let rows = items.iter().map(|item| {
        let able = carers.iter().filter(|c| c.kind.is_some_and(|kind| kind.may_do(item.price.staff)));
        vec![
            html! { (item.name) br; span.text-secondary { (item.category) "，" (item.price.staff.name()) } },
            html! { (ui::money(item.price.price)) @for why in &item.unverified { (ui::unverified(why)) } },
            html! { (item.price.minutes) " 分钟" },
            html! { input.form-control type="number" min="0" max="7" inputmode="numeric" name={ "times_" (item.code) } aria-label={ (item.name) "每周次数" }; },
            html! {
                select.form-select name={ "carer_" (item.code) } aria-label={ (item.name) "服务人员" } {
                    @for carer in able { option value=(carer.id) { (carer.name) "（" (carer.kind.map_or("", |k| k.name())) "）" } }
                }
            },
        ]
    });
    let weekdays: Vec<(String, &str)> = WEEKDAYS.iter().enumerate().map(|(n, name)| (n.to_string(), *name)).collect();
    let body = html! {
        (ui::hidden("elder", e.elder.to_string()))
        (ui::hidden("entitlement", e.id.to_string()))
        (ui::hidden("institution", institution.to_string()))
        (ui::table(&["项目", ">价格", ">标准时长", "每周次数", "服务人员"], rows))
        (ui::form_row(&[
            ui::date_with("开始日期", "starts_on", Some(cx.today().max(e.period.from)), Field::date().required().min(cx.today())),
            ui::select("每周从哪天开始", "first_weekday", &weekdays, "0"),
            ui::select("上门时间", "start", &HOURS, "09:00"),
        ]))
        (ui::submit("保存计划"))
    };
    ui::card("第二步：项目、频次与人员", ui::form(cx, "/ltci/plans", body))
}

/// Beginnings that the form offers.
const HOURS: [(&str, &str); 11] = [
    ("07:30", "07:30"),
    ("08:00", "08:00"),
    ("08:30", "08:30"),
    ("09:00", "09:00"),
    ("09:30", "09:30"),
    ("10:00", "10:00"),
    ("13:30", "13:30"),
    ("14:00", "14:00"),
    ("14:30", "14:30"),
    ("15:00", "15:00"),
    ("16:00", "16:00"),
];

fn minute(text: &str) -> Option<i64> {
    let (hour, minute) = text.split_once(':')?;
    Some(hour.parse::<i64>().ok()? * 60 + minute.parse::<i64>().ok()?)
}

pub(super) async fn create(cx: Cx, Form(form): Form<BTreeMap<String, String>>) -> Result<Response, Error> {
    let new = read(&form)?;
    let policies = cx.state.policies.clone();
    let elder = new.elder;
    let id = cx.write(move |tx, by| store::create(tx, by, &policies, &new)).await?;
    Ok(see_with(&format!("/ltci/plans/{elder}/{id}"), "照护计划已保存，可以排班了"))
}

fn read(form: &BTreeMap<String, String>) -> Result<NewPlan, Error> {
    let text = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    let mut services = vec![];
    for (name, times) in form {
        let Some(item) = name.strip_prefix("times_") else { continue };
        let per_week: i64 = times.trim().parse().map_err(|_| Error::field(name, "每周次数", "请填写 0 至 7 的整数"))?;
        if per_week == 0 {
            continue;
        }
        let carer = StaffId::parse(text(&format!("carer_{item}")));
        let carer = carer.ok_or_else(|| Error::refused("LTCI-38", "所选项目没有合适的服务人员"))?;
        services.push(Service { item: item.to_owned(), per_week, carer });
    }
    Ok(NewPlan {
        elder: ElderId::parse(text("elder")).ok_or(Error::NotFound)?,
        entitlement: EntitlementId::parse(text("entitlement")).ok_or(Error::NotFound)?,
        institution: InstitutionId::parse(text("institution")).ok_or(Error::NotFound)?,
        services,
        first_weekday: text("first_weekday").parse().unwrap_or_default(),
        start_minute: minute(text("start")).ok_or_else(|| Error::field("start", "上门时间", "请选择"))?,
        starts_on: text("starts_on").parse().map_err(|_| Error::field("starts_on", "开始日期", "请填写日期"))?,
    })
}

pub(super) async fn show(cx: Cx, Path((elder, id)): Path<(String, String)>) -> Result<Markup, Error> {
    let (elder, id) = ids(&elder, &id)?;
    let (plan, name, institution, carers, visits) = cx
        .read(move |tx, by| {
            let plan = store::find(tx, by, elder, id)?;
            let name = registry::elders::store::find(tx, by, elder)?.name;
            let institution = store::institution_name(tx, plan.facts.institution)?;
            let carers = store::carers(tx, plan.facts.institution)?;
            let filter = visits::store::Filter { source: Some(id.uuid()), ..Default::default() };
            let visits = visits::store::list(tx, by, &filter, 200, 0)?;
            Ok::<_, Error>((plan, name, institution, carers, visits))
        })
        .await?;
    let items = catalogue::items(&cx.state.policies, plan.county, plan.facts.starts_on);
    let who =
        |s: &Service| carers.iter().find(|c| c.id == s.carer).map_or("（已离职）", |c| c.name.as_str()).to_owned();
    let services = plan.facts.services.iter().map(|s| {
        let item = items.iter().find(|item| item.code == s.item);
        vec![
            ui::text(catalogue::name(&cx.state.policies, &s.item)),
            html! { "每周 " (s.per_week) " 次" },
            ui::fen(item.map(|item| item.price.price)),
            ui::text(who(s)),
        ]
    });
    let entitlement = format!("/ltci/entitlements/{elder}/{}", plan.facts.entitlement);
    let body = html! {
        (ui::card("计划", html! {
            (ui::facts(&[
                ("老年人", ui::link(&format!("/elders/{elder}"), &name)),
                ("待遇", ui::link(&entitlement, "查看待遇")),
                ("服务机构", ui::text(&institution)),
                ("执行期", ui::period(plan.runs())),
                ("上门", html! { "每周 " (visits_per_week(&plan.facts.services)) " 次，从" (WEEKDAYS[plan.facts.first_weekday.clamp(0, 6) as usize]) "起" }),
                ("四周费用（按目录价）", ui::money(four_weeks(&plan.facts.services, &items))),
            ]))
            @if let (Some(on), Some(why)) = (plan.ended_on, &plan.end_reason) { p { "自 " (on) " 起终止：" (why) } }
        }))
        (ui::card("项目", ui::table(&["项目", "频次", ">单价", "服务人员"], services)))
        (ui::card("上门服务", visits::pages::table(&cx, &visits)))
        @if cx.may(PLAN) && plan.ended_on.is_none() { (end_form(&cx, &plan)) }
    };
    Ok(Page::new(&cx, &format!("{name}的照护计划")).crumb("照护计划", "/ltci/plans").source(SOURCE).body(body))
}

fn end_form(cx: &Cx, plan: &Plan) -> Markup {
    let action = format!("/ltci/plans/{}/{}/end", plan.facts.elder, plan.id);
    ui::seldom(
        "终止计划",
        false,
        ui::form(
            cx,
            &action,
            html! {
                (ui::form_row(&[
                    ui::date_with("终止日期（当日起不再执行）", "on", Some(cx.today()), Field::date().required().min(cx.today())),
                    ui::field("原因", "reason", "", Field::text().required().limit(100)),
                ]))
                (ui::submit_toned("终止计划", Tone::Danger))
            },
        ),
    )
}

#[derive(Deserialize)]
pub(super) struct End {
    on: Date,
    reason: String,
}

pub(super) async fn end(
    cx: Cx,
    Path((elder, id)): Path<(String, String)>,
    Form(form): Form<End>,
) -> Result<Response, Error> {
    let (elder, id) = ids(&elder, &id)?;
    cx.write(move |tx, by| store::end(tx, by, elder, id, form.on, &form.reason)).await?;
    Ok(see_with(&format!("/ltci/plans/{elder}/{id}"), "照护计划已终止"))
}
