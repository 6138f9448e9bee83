//! Pages of the health record: the list, and one elder's record with what matters at the top.

pub(super) mod item;
pub(super) mod print;
pub(super) mod review;

use super::model::{Item, Kind, Latest, State};
use super::reviews::Review;
use super::views::banner;
use super::{READ, REVIEW, WRITE, codes, store};
use crate::subject::{self, Subject};
use axum::extract::Path;
use kernel::ElderId;
use serde::Deserialize;
use web::ui::{self, PageInfo, Tone};
use web::{Cx, Error, Markup, Page, Query, html};

const SIZE: i64 = 30;
const SOURCE: &str = "健康档案由家庭医生登记，随访、体检和上门服务测得的数值自动并入；按 FHIR R4 保存。诊断可选的编码分组取自 GB/T 42195-2022 附表，也可以直接填写。";

#[derive(Deserialize)]
pub(in super::super) struct Turn {
    page: Option<i64>,
}

pub(super) async fn list(cx: Cx, Query(turn): Query<Turn>) -> Result<Markup, Error> {
    let page = turn.page.unwrap_or(1).max(1);
    let (total, rows) = cx
        .read(move |tx, by| Ok::<_, Error>((store::count(tx, by)?, store::recent(tx, by, SIZE, (page - 1) * SIZE)?)))
        .await?;
    let rows = rows.iter().map(|(name, item)| {
        vec![
            ui::row_link(&format!("/chart/{}", item.facts.elder), name),
            ui::text(item.facts.kind),
            named(item),
            ui::text(item.facts.began_on),
            state(item),
            ui::text(&item.recorded_by),
        ]
    });
    let none = ui::empty("还没有健康档案条目。请从老年人页面登记。", None);
    let body = html! {
        (ui::table_or(&["老年人", "类别", "内容", "日期", "状态", "登记人"], rows, none))
        (ui::pager(&PageInfo::new("/chart", page, SIZE, total)))
    };
    Ok(Page::new(&cx, "健康档案：最近更新").source(SOURCE).body(body))
}

fn named(item: &Item) -> Markup {
    let facts = &item.facts;
    html! {
        @if facts.severe { strong.text-danger { (facts.name) "（严重）" } } @else { (facts.name) }
        @if !facts.code.is_empty() && facts.kind == Kind::Condition { " " span.text-secondary { (facts.code) } }
        @let figure = item.figure();
        @if !figure.is_empty() { " " (figure) }
        @if !facts.detail.is_empty() { br; span.text-secondary { (facts.detail) } }
    }
}

fn state(item: &Item) -> Markup {
    let tone = match item.state {
        State::Active => Tone::Success,
        State::Ended => Tone::Neutral,
        State::Error => Tone::Warning,
    };
    html! {
        (ui::badge(tone, item.state.name()))
        @if let Some(on) = item.ended_on { br; span.text-secondary { (on) " " (item.end_reason) } }
    }
}

struct Chart {
    subject: Subject,
    items: Vec<Item>,
    latest: Latest,
    reviews: Vec<Review>,
    stays: Vec<crate::stays::Stay>,
}

impl Chart {
    async fn open(cx: &Cx, elder: &str) -> Result<Self, Error> {
        let elder = ElderId::parse(elder).ok_or(Error::NotFound)?;
        let chart = cx
            .read(move |tx, by| {
                Ok::<_, Error>(Self {
                    subject: subject::store::find(tx, by, elder)?,
                    items: store::of_elder(tx, by, elder)?,
                    latest: store::latest(tx, elder)?,
                    reviews: store::reviews::of_elder(tx, by, elder)?,
                    stays: crate::stays::store::of_elder(tx, by, elder)?,
                })
            })
            .await?;
        // Whoever looks into a health record is written down, whatever they do there.
        let (subject, detail) = (elder.to_string(), "查看健康档案".to_owned());
        cx.note(db::audit::Entry { action: "chart.read", elder: Some(elder), subject, detail }).await?;
        Ok(chart)
    }

    fn standing(&self, kind: Kind) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(move |item| item.active() && item.facts.kind == kind)
    }
}

pub(super) async fn show(cx: Cx, Path(elder): Path<String>) -> Result<Markup, Error> {
    let chart = Chart::open(&cx, &elder).await?;
    let body = html! {
        (banner(&chart.latest))
        (vitals(&chart.latest))
        (ui::columns(&[standing(&cx, &chart, Kind::Condition), standing(&cx, &chart, Kind::Medication)]))
        (ui::columns(&[standing(&cx, &chart, Kind::Allergy), standing(&cx, &chart, Kind::Risk)]))
        (results(&cx, &chart))
        (ui::columns(&[standing(&cx, &chart, Kind::Lifestyle), standing(&cx, &chart, Kind::Procedure)]))
        (stays(&chart))
        (services(&cx, &chart))
        (history(&cx, &chart))
    };
    let title = format!("健康档案：{}", chart.subject.name);
    let page = Page::new(&cx, &title).crumb(&chart.subject.name, &format!("/elders/{}", chart.subject.id));
    Ok(page.actions(actions(&cx, &chart.subject)).source(SOURCE).body(body))
}

fn actions(cx: &Cx, subject: &Subject) -> Markup {
    let href = format!("/chart/{}", subject.id);
    html! {
        @if cx.may(WRITE) { (ui::link_button(&format!("{href}/new"), "登记", Tone::Primary)) }
        @if cx.may(REVIEW) { (ui::link_button(&format!("{href}/reviews/new"), "用药指导或处方点评", Tone::Neutral)) }
        @if cx.may(crate::followups::READ) { (ui::link_button(&format!("/followups/{}", subject.id), "慢病随访", Tone::Neutral)) }
        (ui::link_button(&format!("{href}/print"), "打印摘要", Tone::Neutral))
        @if cx.may(READ) { (ui::link_button(&format!("{href}/fhir"), "导出 FHIR", Tone::Neutral)) }
    }
}

fn vitals(latest: &Latest) -> Markup {
    let facts: Vec<(&str, Markup)> = latest
        .vitals
        .iter()
        .map(|(name, figure, on)| (name.as_str(), html! { strong { (figure) } " " span.text-secondary { (on) } }))
        .collect();
    ui::card(
        "最近一次测量",
        html! {
            @if facts.is_empty() { p.text-secondary { "还没有测量记录。" } } @else { (ui::facts(&facts)) }
        },
    )
}

/// What stands of a kind, each with the way to end it.
fn standing(cx: &Cx, chart: &Chart, kind: Kind) -> Markup {
    let href = format!("/chart/{}/new?kind={}", chart.subject.id, kind.code());
    let add = html! { @if cx.may(WRITE) { a.btn.btn-sm href=(href) { "登记" } } };
    let rows: Vec<&Item> = chart.standing(kind).collect();
    ui::card_with(
        kind.name(),
        add,
        html! {
            @if rows.is_empty() { p.text-secondary { "没有登记。" } }
            @for item in rows {
                div.mb-3 {
                    div { (named(item)) }
                    div.text-secondary { (item.facts.began_on) " 起，" (item.source) "，" (item.recorded_by) }
                    @if cx.may(WRITE) { (closing(cx, item)) }
                }
            }
        },
    )
}

/// The two steps on an item, folded.
fn closing(cx: &Cx, item: &Item) -> Markup {
    let href = format!("/chart/{}/items/{}", item.facts.elder, item.id);
    let fields = |button: &str| {
        html! {
            (ui::hidden("version", item.version.to_string()))
            div.row.g-2 {
                label.col-auto { span.visually-hidden { "日期" }
                    input.form-control type="date" name="on" required value=(cx.today()) min=(item.facts.began_on) max=(cx.today()); }
                label.col { span.visually-hidden { "原因" }
                    input.form-control type="text" name="reason" required maxlength="100" placeholder="原因"; }
                div.col-auto { (ui::submit_toned(button, Tone::Neutral)) }
            }
        }
    };
    html! {
        details.d-print-none {
            summary { "结束或更正" }
            @if item.facts.kind.lasts() { (ui::form(cx, &format!("{href}/end"), fields("结束"))) }
            (ui::form(cx, &format!("{href}/void"), fields("录入有误，作废")))
        }
    }
}

/// Results by what was measured, the newest first; only the last few of each.
fn results(cx: &Cx, chart: &Chart) -> Markup {
    const EACH: usize = 4;
    let all: Vec<&Item> = chart.standing(Kind::Result).collect();
    let known = codes::MEASURES.iter().filter_map(|measure| {
        let of: Vec<&Item> = all.iter().copied().filter(|item| item.facts.code == measure.code).take(EACH).collect();
        (!of.is_empty()).then_some(of)
    });
    let free = all.iter().filter(|item| codes::measure(&item.facts.code).is_none()).map(|item| vec![*item]);
    let rows = known.chain(free).map(|of| {
        let first = of[0];
        let before: Vec<String> =
            of.iter().skip(1).map(|i| format!("{}（{}）", i.figure(), i.facts.began_on)).collect();
        let figure = first.figure();
        let value = if figure.is_empty() { first.facts.detail.clone() } else { figure };
        let close = html! { @if cx.may(WRITE) { (closing(cx, first)) } };
        vec![
            ui::text(&first.facts.name),
            ui::text(value),
            ui::text(first.facts.began_on),
            ui::text(before.join("，")),
            close,
        ]
    });
    let href = format!("/chart/{}/new?kind=result", chart.subject.id);
    let add = html! { @if cx.may(WRITE) { a.btn.btn-sm href=(href) { "登记" } } };
    let none = ui::empty("没有检查检验结果。", None);
    ui::card_with("检查检验", add, ui::table_or(&["项目", "最近结果", "日期", "此前", ""], rows, none))
}

fn stays(chart: &Chart) -> Markup {
    let rows = chart.stays.iter().map(|stay| {
        vec![
            ui::text(stay.facts.admitted_on),
            ui::opt(stay.facts.discharged_on),
            ui::opt(stay.facts.diagnosis.as_ref()),
        ]
    });
    ui::card("住院", ui::table_or(&["入院日期", "出院日期", "主要诊断"], rows, ui::empty("没有住院记录。", None)))
}

fn services(cx: &Cx, chart: &Chart) -> Markup {
    let rows = chart.reviews.iter().map(review::cells);
    let href = format!("/chart/{}/reviews/new", chart.subject.id);
    let add = html! { @if cx.may(REVIEW) { a.btn.btn-sm href=(href) { "登记" } } };
    let none = ui::empty("没有用药指导和处方点评。", None);
    ui::card_with("用药指导与处方点评", add, ui::table_or(&["日期", "服务", "结论", "状态"], rows, none))
}

fn history(cx: &Cx, chart: &Chart) -> Markup {
    let gone: Vec<&Item> = chart.items.iter().filter(|item| !item.active()).collect();
    let rows = gone.iter().map(|item| {
        let void = html! { @if cx.may(WRITE) && item.state == State::Ended { (closing_void(cx, item)) } };
        vec![ui::text(item.facts.kind), named(item), ui::text(item.facts.began_on), state(item), void]
    });
    ui::seldom("既往与更正", false, ui::table(&["类别", "内容", "开始", "状态", ""], rows))
}

fn closing_void(cx: &Cx, item: &Item) -> Markup {
    let href = format!("/chart/{}/items/{}/void", item.facts.elder, item.id);
    ui::form(
        cx,
        &href,
        html! {
            (ui::hidden("version", item.version.to_string()))
            (ui::hidden("on", cx.today().to_string()))
            (ui::hidden("reason", "录入有误"))
            (ui::submit_toned("作废", Tone::Neutral))
        },
    )
}
