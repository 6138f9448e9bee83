//! Pages of settlements.

use super::digest::hex;
use super::jobs::{self, Order};
use super::model::{State, Totals, Verdict};
use super::reason::Reason;
use super::store::{self, Filter, InstitutionTotals, Settlement, Shown};
use crate::ltci::{SETTLE, catalogue, corrections, rules};
use axum::extract::Path;
use axum::response::Response;
use kernel::{Area, Date, ElderId, Fen, InstitutionId, Month, SettlementId};
use serde::Deserialize;
use web::ui::{self, Field, PageInfo, Tone};
use web::{Cx, Error, Form, Markup, Page, Query, html, see, see_with};

const SIZE: i64 = 50;
/// The most months that the list shows.
const MONTHS: i64 = 60;
pub(super) const SOURCE: &str = "上门服务记录、待遇、照护计划、人员证书、住院和死亡登记均来自本平台；价格、限额和比例来自本地政策规则表。\
     每行金额四舍五入到分，合计为各行之和。";

pub(super) fn id(text: &str) -> Result<SettlementId, Error> {
    SettlementId::parse(text).ok_or(Error::NotFound)
}

pub(super) async fn list(cx: Cx) -> Result<Markup, Error> {
    let (months, names) = cx
        .read(|tx, by| {
            let months = store::months(tx, by, MONTHS)?;
            let mut names = vec![];
            for m in &months {
                names.push(registry::areas::store::name(tx, m.county)?);
            }
            Ok::<_, Error>((months, names))
        })
        .await?;
    let rows = months.iter().zip(&names).map(|(m, name)| {
        let state = m.settlement.as_ref().map_or(State::None, |s| s.state);
        let amounts = m.settlement.as_ref().map(|s| s.totals.amounts);
        let href = format!("/ltci/settlements/of/{}/{}", m.county, m.month);
        vec![
            ui::row_link(&href, ui::month_zh(m.month)),
            ui::text(name),
            html! { (m.visits) @if m.open > 0 { br; span.text-secondary { (m.open) " 次未完成" } } },
            badge(state),
            ui::fen(amounts.map(|a| a.asked)),
            ui::fen(amounts.map(|a| a.approved)),
            ui::fen(amounts.map(|a| a.paid)),
        ]
    });
    let none = ui::empty("还没有上门服务记录", Some(ui::link_button("/ltci/plans", "去制定照护计划", Tone::Primary)));
    let body = ui::table_or(&["月份", "地区", ">上门次数", "状态", ">申报金额", ">核准金额", ">基金支付"], rows, none);
    Ok(Page::new(&cx, "长期护理保险月度结算").source(SOURCE).body(body))
}

pub(super) fn badge(state: State) -> Markup {
    let tone = match state {
        State::None => Tone::Neutral,
        State::Draft => Tone::Warning,
        State::Settled => Tone::Success,
        State::Paid => Tone::Info,
    };
    ui::badge(tone, state.name())
}

/// A month without a settlement yet shows what can be done; one with a settlement leads there.
pub(super) async fn of_month(cx: Cx, Path((county, month)): Path<(String, String)>) -> Result<Response, Error> {
    use axum::response::IntoResponse;
    let county = Area::parse(&county).map_err(|_| Error::NotFound)?;
    let month = Month::parse(&month).ok_or(Error::NotFound)?;
    let (found, name) = cx
        .read(move |tx, by| {
            let listed = store::months(tx, by, MONTHS)?.into_iter().find(|m| m.county == county && m.month == month);
            Ok::<_, Error>((listed.ok_or(Error::NotFound)?, registry::areas::store::name(tx, county)?))
        })
        .await?;
    if let Some(settlement) = found.settlement {
        return Ok(see(&format!("/ltci/settlements/{}", settlement.id)));
    }
    let body = ui::card(
        "尚未试算",
        html! {
            p { "本月有 " (found.visits) " 次上门服务，其中 " (found.open) " 次没有完成签到、签退。" }
            p { "试算会逐次核价、核验并列出核减和拒付的原因，不产生任何支付；可反复试算。" }
            @if cx.may(SETTLE) { (order_form(&cx, county, month, "check", "试算", Tone::Primary)) }
        },
    );
    let title = format!("{name} {} 月度结算", ui::month_zh(month));
    Ok(Page::new(&cx, &title).crumb("月度结算", "/ltci/settlements").source(SOURCE).body(body).into_response())
}

fn order_form(cx: &Cx, county: Area, month: Month, step: &str, text: &str, tone: Tone) -> Markup {
    let ask = "结算后本月服务记录不能再改动，差错只能在以后月份更正。确定结算？";
    html! {
        form.d-inline method="post" action={ "/ltci/settlements/" (step) } data-confirm=[(step == "settle").then_some(ask)] {
            (ui::csrf(cx))
            (ui::hidden("county", county.to_string()))
            (ui::hidden("month", month.to_string()))
            (ui::submit_toned(text, tone))
        }
    }
}

#[derive(Deserialize)]
pub(super) struct Which {
    county: String,
    month: String,
}

async fn order(cx: Cx, which: Which, settle: bool) -> Result<Response, Error> {
    let county = Area::parse(&which.county).map_err(|_| Error::NotFound)?;
    let month = Month::parse(&which.month).ok_or(Error::NotFound)?;
    if !cx.user.scope.area.contains(county) {
        return Err(Error::NotFound);
    }
    let order = Order { county, month, settle, name: cx.user.name.clone(), area: cx.user.scope.area };
    let payload = serde_json::to_string(&order).map_err(|e| Error::Internal(e.to_string()))?;
    let job = cx.write(move |tx, by| db::jobs::enqueue(tx, by, jobs::SETTLE, &payload)).await?;
    Ok(see(&format!("/jobs/{job}?then=/ltci/settlements/of/{county}/{month}")))
}

pub(super) async fn check(cx: Cx, Form(which): Form<Which>) -> Result<Response, Error> {
    order(cx, which, false).await
}

pub(super) async fn settle(cx: Cx, Form(which): Form<Which>) -> Result<Response, Error> {
    order(cx, which, true).await
}

pub(super) async fn show(cx: Cx, Path(text): Path<String>) -> Result<Markup, Error> {
    let id = id(&text)?;
    let (s, name, institutions, reasons, corrections) = cx
        .read(move |tx, by| {
            let s = store::find(tx, by, id)?;
            let name = registry::areas::store::name(tx, s.county)?;
            let corrections = corrections::store::list(tx, by, Some(id), 50)?;
            Ok::<_, Error>((s, name, store::institutions(tx, by, id)?, store::reasons(tx, id)?, corrections))
        })
        .await?;
    let own = cx.user.scope.institution.is_some();
    let totals = if own { institutions.iter().fold(Totals::default(), |sum, i| plus(sum, i.totals)) } else { s.totals };
    let body = html! {
        (four(totals))
        (ui::card("结算情况", state_facts(&cx, &s)))
        @if cx.may(SETTLE) && !own { (steps(&cx, &s)) }
        (ui::card_with("按服务机构", sheets(&s), institution_table(&s, &institutions)))
        @if !own { (ui::card("按核减、拒付原因", reason_table(&s, &reasons))) }
        @if !corrections.is_empty() { (ui::card("更正", corrections::pages::table(&cx, &corrections))) }
    };
    let title = format!("{name} {} 月度结算", ui::month_zh(s.month));
    let lines = ui::link_button(&format!("/ltci/settlements/{id}/lines"), "结算明细", Tone::Neutral);
    Ok(Page::new(&cx, &title).crumb("月度结算", "/ltci/settlements").source(SOURCE).actions(lines).body(body))
}

fn plus(mut sum: Totals, other: Totals) -> Totals {
    sum.lines += other.lines;
    sum.cut += other.cut;
    sum.refused += other.refused;
    sum.amounts.add(other.amounts);
    sum
}

fn four(t: Totals) -> Markup {
    let a = t.amounts;
    let figure = |label: &str, amount: Fen, note: String| ui::figure(label, format!("¥{amount}"), note);
    html! {
        div.yy-figures {
            (figure("申报金额", a.asked, format!("{} 条", t.lines)))
            (figure("核定金额", a.adjusted, "剔除不计价的项目后".into()))
            (figure("核准金额", a.approved, format!("核减 {} 条，拒付 {} 条", t.cut, t.refused)))
            (figure("基金支付", a.paid, format!("个人自付 ¥{}", a.own())))
        }
    }
}

fn state_facts(cx: &Cx, s: &Settlement) -> Markup {
    let names = ["minimum_minutes_share_bp", "late_entry_days", "settlement_close_days"];
    let parameters = rules::shown(&cx.state.policies, &names, s.county, s.month.first());
    html! {
        (ui::facts(&[
            ("状态", badge(s.state)),
            ("试算时间", ui::moment(s.checked_at)),
            ("结算时间", html! { @match s.settled_at { Some(at) => { (ui::moment(at)) "，" (s.settled_by.clone().unwrap_or_default()) }, None => (ui::opt(None::<String>)) } }),
            ("拨付", html! { @match s.paid_on { Some(on) => { (on) " " (s.paid_note.clone().unwrap_or_default()) }, None => (ui::opt(None::<String>)) } }),
            ("时长要求", html! { "不少于标准时长的 " (s.rules.least_share) }),
            ("申报截止", ui::opt(rules::closes_on(&cx.state.policies, s.county, s.month))),
            ("补录期限", html! { "服务日后 " (s.rules.late_days) " 天内" }),
            ("明细指纹（SM3）", html! { code.yy-break { (hex(&s.digest)) } }),
        ]))
        @for p in parameters {
            @if let Some(why) = p.unverified() { div.mt-2 { (p.title) "：" (ui::parameter(p)) " " (ui::unverified(why)) } }
        }
    }
}

fn steps(cx: &Cx, s: &Settlement) -> Markup {
    match s.state {
        State::None | State::Draft => {
            let over = cx.today() > s.month.last();
            ui::card(
                "办理",
                html! {
                    div.btn-list {
                        (order_form(cx, s.county, s.month, "check", "重新试算", Tone::Neutral))
                        @if over { (order_form(cx, s.county, s.month, "settle", "结算", Tone::Primary)) }
                    }
                    @if !over { p.text-secondary { "本月尚未结束，只能试算。" } }
                },
            )
        }
        State::Settled => ui::card(
            "登记拨付",
            ui::form(
                cx,
                &format!("/ltci/settlements/{}/pay", s.id),
                html! {
                    (ui::form_row(&[
                        ui::date_with("拨付日期", "on", Some(cx.today()), Field::date().required().max(cx.today())),
                        ui::field("凭证号或说明", "note", "", Field::text().required().limit(100)),
                    ]))
                    (ui::submit("登记拨付"))
                },
            ),
        ),
        State::Paid => html! {},
    }
}

fn sheets(s: &Settlement) -> Markup {
    html! {
        (ui::link_button(&format!("/ltci/settlements/{}/sheet", s.id), "汇总结算单（打印）", Tone::Neutral))
        (ui::link_button(&format!("/ltci/settlements/{}/xlsx", s.id), "下载 Excel", Tone::Neutral))
    }
}

fn institution_table(s: &Settlement, institutions: &[InstitutionTotals]) -> Markup {
    let rows = institutions.iter().map(|i| {
        let mut row = vec![html! {
            a href={ "/ltci/settlements/" (s.id) "/lines?institution=" (i.id) } { (i.name) }
        }];
        row.extend(figures(i.totals));
        row.push(html! { a href={ "/ltci/settlements/" (s.id) "/sheet?institution=" (i.id) } { "结算单" } });
        row
    });
    ui::table(
        &["服务机构", ">条数", ">核减", ">拒付", ">申报金额", ">核定金额", ">核准金额", ">基金支付", ">个人自付", ""],
        rows,
    )
}

/// The cells of sums.
pub(super) fn figures(t: Totals) -> Vec<Markup> {
    let a = t.amounts;
    let mut cells = vec![ui::text(t.lines), ui::text(t.cut), ui::text(t.refused)];
    cells.extend([a.asked, a.adjusted, a.approved, a.paid, a.own()].map(ui::money));
    cells
}

fn reason_table(s: &Settlement, reasons: &[(Reason, i64, Fen)]) -> Markup {
    let rows = reasons.iter().map(|(reason, lines, amount)| {
        vec![
            html! { a href={ "/ltci/settlements/" (s.id) "/lines?reason=" (reason.code()) } { span.reason-code { (reason.code()) } " " (reason.title()) } },
            ui::text(lines),
            ui::money(*amount),
            ui::muted(reason.advice()),
        ]
    });
    let none = ui::empty("没有核减或拒付", None);
    ui::table_or(&["原因", ">条数", ">未核准金额", "怎样处理"], rows, none)
}

#[derive(Deserialize, Clone)]
pub(super) struct Lines {
    institution: Option<String>,
    verdict: Option<i64>,
    reason: Option<String>,
    elder: Option<String>,
    page: Option<i64>,
}

impl Lines {
    fn filter(&self) -> Filter {
        Filter {
            institution: self.institution.as_deref().and_then(InstitutionId::parse),
            verdict: self.verdict,
            reason: self.reason.as_deref().and_then(Reason::parse),
            elder: self.elder.as_deref().and_then(ElderId::parse),
        }
    }

    fn base(&self, id: SettlementId) -> String {
        let verdict = self.verdict.map(|v| v.to_string());
        let all = [
            ("institution", &self.institution),
            ("verdict", &verdict),
            ("reason", &self.reason),
            ("elder", &self.elder),
        ];
        let query: Vec<String> = all.iter().filter_map(|(k, v)| v.as_ref().map(|v| format!("{k}={v}"))).collect();
        format!("/ltci/settlements/{id}/lines?{}", query.join("&"))
    }
}

pub(super) async fn lines(cx: Cx, Path(text): Path<String>, Query(q): Query<Lines>) -> Result<Markup, Error> {
    let id = id(&text)?;
    let (filter, page) = (q.filter(), q.page.unwrap_or(1).max(1));
    let (s, institutions, total, rows) = cx
        .read(move |tx, by| {
            let s = store::find(tx, by, id)?;
            let institutions = store::institutions(tx, by, id)?;
            let total = store::count_lines(tx, by, id, filter)?;
            Ok::<_, Error>((s, institutions, total, store::lines(tx, by, id, filter, SIZE, (page - 1) * SIZE)?))
        })
        .await?;
    let body = html! {
        (filters(&q, id, &institutions))
        (line_table(&cx, &rows))
        (ui::pager(&PageInfo::new(q.base(id), page, SIZE, total)))
    };
    let back = format!("/ltci/settlements/{id}");
    let title = format!("{} 结算明细", ui::month_zh(s.month));
    Ok(Page::new(&cx, &title).crumb("月度结算", "/ltci/settlements").crumb("结算", &back).source(SOURCE).body(body))
}

fn filters(q: &Lines, id: SettlementId, institutions: &[InstitutionTotals]) -> Markup {
    let mut homes = vec![(String::new(), "全部机构".to_owned())];
    homes.extend(institutions.iter().map(|i| (i.id.to_string(), i.name.clone())));
    let mut reasons = vec![(String::new(), "全部原因".to_owned())];
    reasons.extend(Reason::ALL.iter().map(|r| (r.code(), format!("{} {}", r.code(), r.title()))));
    let verdicts = [("", "全部结果"), ("0", "通过"), ("1", "核减"), ("2", "拒付")];
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let verdict = q.verdict.map(|v| v.to_string()).unwrap_or_default();
    ui::filters(
        &format!("/ltci/settlements/{id}/lines"),
        ui::form_row(&[
            ui::select("服务机构", "institution", &homes, &text(&q.institution)),
            ui::select("结果", "verdict", &verdicts, &verdict),
            ui::select("原因", "reason", &reasons, &text(&q.reason)),
        ]),
    )
}

fn line_table(cx: &Cx, rows: &[Shown]) -> Markup {
    let cells = rows.iter().map(|line| {
        let verdict = Verdict::of(line.reasons);
        let tone = match verdict {
            Verdict::Passed => Tone::Success,
            Verdict::Cut => Tone::Warning,
            Verdict::Refused => Tone::Danger,
        };
        vec![
            html! {
                a href={ "/visits/" (line.elder) "/" (line.visit) } { (line.name) }
                @if line.kind as i64 > 0 { " " (ui::badge(Tone::Info, line.kind.name())) }
            },
            html! { (line.day) br; span.text-secondary { (times(line)) } },
            html! { (catalogue::names(&cx.state.policies, &line.items)) br; span.text-secondary { (line.carer) "，" (line.minutes) "/" (line.standard_minutes) " 分钟" } },
            amounts_cell(line.amounts.asked),
            amounts_cell(line.amounts.adjusted),
            amounts_cell(line.amounts.approved),
            amounts_cell(line.amounts.paid),
            html! {
                (ui::badge(tone, verdict.name()))
                @for r in line.reasons.iter() { div { span.reason-code { (r.code()) } " " (r.title()) } }
            },
        ]
    });
    let heads = ["老年人", "服务时间", "项目与人员", ">申报", ">核定", ">核准", ">基金支付", "结果与原因"];
    html! { (ui::table(&heads, cells)) }
}

fn amounts_cell(amount: Fen) -> Markup {
    ui::money(amount)
}

/// 09:00—10:00
pub(super) fn times(line: &Shown) -> String {
    let clock = |at: kernel::Instant| kernel::time::show(at)[11..].to_owned();
    line.end.map_or_else(
        || format!("{}（未签退）", clock(line.start)),
        |end| format!("{}—{}", clock(line.start), clock(end)),
    )
}

#[derive(Deserialize)]
pub(super) struct Paid {
    on: Date,
    note: String,
}

pub(super) async fn pay(cx: Cx, Path(text): Path<String>, Form(form): Form<Paid>) -> Result<Response, Error> {
    let id = id(&text)?;
    cx.write(move |tx, by| store::pay(tx, by, id, form.on, form.note.trim())).await?;
    Ok(see_with(&format!("/ltci/settlements/{id}"), "已登记拨付"))
}
