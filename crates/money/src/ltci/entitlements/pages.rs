//! Pages of entitlements.

use super::model::{Candidate, EndReason, Entitlement, Setting, Standing, cap_words, decide, quota_words};
use super::store::{self, Filter};
use crate::ltci::{ENTITLE, PLAN, plans};
use axum::extract::Path;
use axum::response::Response;
use kernel::{AssessmentId, Date, ElderId, EntitlementId, InstitutionId};
use serde::Deserialize;
use web::ui::{self, Field, PageInfo, Tone};
use web::{Cx, Error, Form, Markup, Page, Query, html, see_with};

const SIZE: i64 = 30;
/// The most candidates that a page decides on.
const MOST: i64 = 500;
const SOURCE: &str = "等级来自已生效的失能等级评估；待遇按本地长期护理保险政策规则表判定，每项附条款。";

pub(super) fn ids(elder: &str, id: &str) -> Result<(ElderId, EntitlementId), Error> {
    Ok((ElderId::parse(elder).ok_or(Error::NotFound)?, EntitlementId::parse(id).ok_or(Error::NotFound)?))
}

fn tabs(pending: bool) -> Markup {
    ui::tabs(&[("/ltci/entitlements", "享受待遇人员", !pending), ("/ltci/entitlements/pending", "待核定", pending)])
}

#[derive(Deserialize)]
pub(super) struct Listing {
    page: Option<i64>,
    without_plan: Option<bool>,
}

pub(super) async fn list(cx: Cx, Query(q): Query<Listing>) -> Result<Markup, Error> {
    let filter = Filter { without_plan: q.without_plan.unwrap_or_default() };
    let page = q.page.unwrap_or(1).max(1);
    let (total, rows) = cx
        .read(move |tx, by| {
            Ok::<_, Error>((store::count(tx, by, filter)?, store::list(tx, by, filter, SIZE, (page - 1) * SIZE)?))
        })
        .await?;
    let today = cx.today();
    let rows = rows.iter().map(|row| {
        let e = &row.entitlement;
        vec![
            ui::row_link(&format!("/ltci/entitlements/{}/{}", e.elder, e.id), &row.name),
            html! { (kernel::time::age_on(row.born, today)) " 岁" },
            html! { (e.level) " 级" @if e.dementia { "（失智）" } },
            ui::text(e.setting.name()),
            html! { (quota_words(e.benefit.quota)) "，" (cap_words(e.benefit.cap)) },
            ui::text(e.benefit.rate),
            ui::period(e.runs()),
            if row.planned {
                ui::badge(Tone::Success, "已制定计划")
            } else {
                ui::badge(Tone::Warning, "待制定计划")
            },
        ]
    });
    let base = if filter.without_plan { "/ltci/entitlements?without_plan=true" } else { "/ltci/entitlements" };
    let body = html! {
        (tabs(false))
        (ui::filters("/ltci/entitlements", ui::checkbox("只看待制定计划的", "without_plan", filter.without_plan)))
        (ui::table(&["老年人", "年龄", "失能等级", "照护方式", "待遇限额", "基金支付比例", "享受期", "照护计划"], rows))
        (ui::pager(&PageInfo::new(base, page, SIZE, total)))
    };
    Ok(Page::new(&cx, "长期护理保险待遇").source(SOURCE).body(body))
}

pub(super) async fn pending(cx: Cx) -> Result<Markup, Error> {
    let candidates = cx.read(move |tx, by| store::pending(tx, by, MOST)).await?;
    let today = cx.today();
    let decided = candidates.iter().map(|c| (c, decide(&cx.state.policies, c, c.likely(), today)));
    let (good, bad): (Vec<_>, Vec<_>) = decided.partition(|(_, (_, reasons))| reasons.is_empty());
    let may = cx.may(ENTITLE);
    let granted = good.iter().map(|(c, (decision, _))| {
        let benefit = super::model::Benefit::of(decision);
        let gives = benefit.map(|b| format!("{}，{}，支付 {}", quota_words(b.quota), cap_words(b.cap), b.rate));
        vec![
            who(c),
            html! { (c.result.level) " 级" @if c.result.dementia { "（失智）" } br; span.text-secondary { (c.result.from) " 生效" } },
            html! { (gives.unwrap_or_default()) (ui::because(&cx.state.policies, decision)) },
            html! { @if may { (grant_form(&cx, c)) } },
        ]
    });
    let refused = bad.iter().map(|(c, (decision, reasons))| {
        vec![
            who(c),
            html! { (c.result.level) " 级" @if c.result.dementia { "（失智）" } },
            html! { ul.mb-1 { @for r in reasons { li { span.reason-code { (r.code) } " " (r.text) } } } (ui::because(&cx.state.policies, decision)) },
        ]
    });
    let all = html! {
        @if may && !good.is_empty() {
            (ui::confirm_post(&cx, "/ltci/entitlements/grant-all", &format!("全部核定（{} 人）", good.len()), Tone::Primary,
                "按名册所载居住情况确定照护方式，逐人核定待遇。确定办理？"))
        }
    };
    let body = html! {
        (tabs(true))
        (ui::card_with("符合条件，待核定", all, ui::table_or(&["老年人", "失能等级", "可享受待遇与依据", "办理"], granted,
            ui::empty("没有待核定的人员", None))))
        (ui::card("不符合条件", ui::table_or(&["老年人", "失能等级", "原因与依据"], refused, ui::empty("没有", None))))
    };
    Ok(Page::new(&cx, "待遇核定").crumb("待遇", "/ltci/entitlements").source(SOURCE).body(body))
}

fn who(c: &Candidate) -> Markup {
    html! { a href={ "/elders/" (c.result.elder) } { (c.name) } br; span.text-secondary { (c.born) " 出生" } }
}

fn grant_form(cx: &Cx, c: &Candidate) -> Markup {
    let options = Setting::options();
    ui::form(
        cx,
        "/ltci/entitlements/grant",
        html! {
            (ui::hidden("elder", c.result.elder.to_string()))
            (ui::hidden("assessment", c.result.assessment.to_string()))
            select.form-select.mb-2 name="setting" aria-label={ "照护方式：" (c.name) } {
                @for (value, text) in options { option value=(value) selected[value == c.likely().code()] { (text) } }
            }
            (ui::submit("核定"))
        },
    )
}

#[derive(Deserialize)]
pub(super) struct Grant {
    elder: String,
    assessment: String,
    setting: String,
}

pub(super) async fn grant(cx: Cx, Form(form): Form<Grant>) -> Result<Response, Error> {
    let elder = ElderId::parse(&form.elder).ok_or(Error::NotFound)?;
    let assessment = AssessmentId::parse(&form.assessment).ok_or(Error::NotFound)?;
    let setting = Setting::parse(&form.setting).ok_or_else(|| Error::field("setting", "照护方式", "请选择"))?;
    let policies = cx.state.policies.clone();
    let id = cx.write(move |tx, by| store::grant(tx, by, &policies, elder, assessment, setting)).await?;
    Ok(see_with(&format!("/ltci/entitlements/{elder}/{id}"), "已核定待遇"))
}

pub(super) async fn grant_all(cx: Cx) -> Result<Response, Error> {
    let policies = cx.state.policies.clone();
    let count = cx.write(move |tx, by| store::grant_all(tx, by, &policies)).await?;
    let note = format!("已核定 {} 人，{} 人不符合条件", count.granted, count.refused);
    Ok(see_with("/ltci/entitlements/pending", &note))
}

struct Shown {
    entitlement: Entitlement,
    name: String,
    plans: Vec<plans::model::Plan>,
    served: Vec<String>,
    providers: Vec<plans::store::Provider>,
}

pub(super) async fn show(cx: Cx, Path((elder, id)): Path<(String, String)>) -> Result<Markup, Error> {
    let (elder, id) = ids(&elder, &id)?;
    let shown = cx
        .read(move |tx, by| {
            let entitlement = store::find(tx, by, elder, id)?;
            let name = registry::elders::store::find(tx, by, elder)?.name;
            let mut plans = plans::store::of_elder(tx, elder)?;
            plans.retain(|p| p.facts.entitlement == id);
            let providers = plans::store::providers(tx, by, entitlement.county)?;
            let served = plans::store::servers(tx, elder)?;
            Ok::<_, Error>(Shown { entitlement, name, plans, served, providers })
        })
        .await?;
    let e = &shown.entitlement;
    let standing = e.standing(cx.today());
    let tone = if standing == Standing::Running { Tone::Success } else { Tone::Neutral };
    let mut actions = html! {};
    if standing == Standing::Running && cx.may(PLAN) && shown.plans.iter().all(|p| p.ended_on.is_some()) {
        let href = format!("/ltci/plans/new?elder={elder}&entitlement={id}");
        actions = ui::link_button(&href, "制定照护计划", Tone::Primary);
    }
    let body = html! {
        (ui::card("待遇", html! {
            (ui::facts(&[
                ("老年人", ui::link(&format!("/elders/{elder}"), &shown.name)),
                ("状态", ui::badge(tone, standing.name())),
                ("失能等级", html! { (e.level) " 级" @if e.dementia { "（失智）" } @if cx.may(care::assessments::READ) { " " a href={ "/assessments/" (elder) "/" (e.assessment) } { "查看评估" } } }),
                ("照护方式", ui::text(e.setting.name())),
                ("次数限额", ui::text(quota_words(e.benefit.quota))),
                ("金额限额", ui::text(cap_words(e.benefit.cap))),
                ("基金支付比例", ui::text(e.benefit.rate)),
                ("享受期", ui::period(e.period)),
                ("服务机构", ui::opt((!shown.served.is_empty()).then(|| shown.served.join("、")))),
            ]))
            @if let (Some(on), Some(reason)) = (e.ended_on, e.end_reason) { p { "自 " (on) " 起终止：" (reason.name()) } }
            (ui::because(&cx.state.policies, &e.decision))
        }))
        (ui::card("照护计划", plan_table(&shown.plans)))
        @if cx.may(ENTITLE) && e.ended_on.is_none() { (steps(&cx, e, &shown.providers)) }
    };
    Ok(Page::new(&cx, &format!("{}的待遇", shown.name))
        .crumb("待遇", "/ltci/entitlements")
        .source(SOURCE)
        .actions(actions)
        .body(body))
}

fn plan_table(plans: &[plans::model::Plan]) -> Markup {
    let rows = plans.iter().map(|p| {
        vec![
            ui::row_link(&format!("/ltci/plans/{}/{}", p.facts.elder, p.id), p.facts.starts_on),
            html! { (p.facts.services.len()) " 项，每周上门 " (plans::model::visits_per_week(&p.facts.services)) " 次" },
            html! { @match p.ended_on { Some(on) => { "自 " (on) " 起终止" }, None => "执行中" } },
        ]
    });
    ui::table_or(&["开始日期", "内容", "状态"], rows, ui::empty("还没有照护计划", None))
}

fn steps(cx: &Cx, e: &Entitlement, providers: &[plans::store::Provider]) -> Markup {
    let at = format!("/ltci/entitlements/{}/{}", e.elder, e.id);
    let homes = providers.iter().map(|p| (p.id.to_string(), p.name.as_str()));
    let homes: Vec<_> = std::iter::once((String::new(), "请选择机构")).chain(homes).collect();
    let reasons: Vec<_> =
        [EndReason::Waived, EndReason::NewSetting, EndReason::Moved].iter().map(|r| (r.code(), r.name())).collect();
    html! {
        (ui::card("指定服务机构", ui::form(cx, &format!("{at}/assign"), html! {
            p.text-secondary { "指定后，该机构可查看这位老年人的档案并制定照护计划。" }
            (ui::select_with("服务机构", "institution", &homes, "", Field::default().required()))
            (ui::submit("指定"))
        })))
        (ui::seldom("终止待遇", false, ui::form(cx, &format!("{at}/end"), html! {
            p.text-secondary { "终止后，执行中的照护计划一并终止，未上门的服务自动取消。" }
            (ui::form_row(&[
                ui::date_with("终止日期（当日起不再享受）", "on", Some(cx.today()), Field::date().required()),
                ui::select("原因", "reason", &reasons, ""),
            ]))
            (ui::submit_toned("终止", Tone::Danger))
        })))
    }
}

#[derive(Deserialize)]
pub(super) struct Assign {
    institution: String,
}

pub(super) async fn assign(
    cx: Cx,
    Path((elder, id)): Path<(String, String)>,
    Form(form): Form<Assign>,
) -> Result<Response, Error> {
    let (elder, id) = ids(&elder, &id)?;
    let institution = InstitutionId::parse(&form.institution);
    let institution = institution.ok_or_else(|| Error::field("institution", "服务机构", "请选择"))?;
    cx.write(move |tx, by| store::assign(tx, by, elder, id, institution)).await?;
    Ok(see_with(&format!("/ltci/entitlements/{elder}/{id}"), "已指定服务机构"))
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
    let reason = EndReason::parse(&form.reason).ok_or_else(|| Error::field("reason", "原因", "请选择"))?;
    if form.on < cx.today() {
        return Err(Error::field("on", "终止日期", "不能早于今天"));
    }
    cx.write(move |tx, by| store::end(tx, by, elder, id, form.on, reason)).await?;
    Ok(see_with(&format!("/ltci/entitlements/{elder}/{id}"), "已终止待遇"))
}
