//! The assessment scales: what each is for, where it comes from, what it asks.

use super::ways;
use axum::extract::Path;
use policy::{Item, Scale};
use web::ui::{self, Tone};
use web::{Cx, Error, Markup, Page, html};

const SOURCE: &str = "本平台载入的评估量表。受保护的题目文字不刊载，只列本平台的简短名称；评估时请用授权的原表。";

pub(in super::super) async fn list(cx: Cx) -> Result<Markup, Error> {
    let rows = cx.state.policies.scales().map(|scale| {
        vec![
            html! { (ui::row_link(&format!("/policies/scales/{}", scale.id), &scale.name)) div.text-secondary { (scale.version) } },
            html! { (scale.purpose.title()) },
            html! { (scale.items.len()) },
            html! { (scale.source) },
            html! { (scale.licence.wording.title()) },
            checked(scale),
        ]
    });
    let body = html! {
        (ways("/policies/scales"))
        p.text-secondary { "只有用于评定的量表能据以申请评估、得出等级；筛查量表的结果不决定待遇。" }
        (ui::table(&["量表", "用途", ">项目", "来源", "文字", "核实"], rows))
    };
    Ok(Page::new(&cx, "评估量表").source(SOURCE).body(body))
}

fn checked(scale: &Scale) -> Markup {
    let open = scale.open_figures();
    html! { @if open.is_empty() { (ui::badge(Tone::Success, "已互校")) } @else { (ui::unverified_all(&open)) } }
}

pub(in super::super) async fn show(cx: Cx, Path(id): Path<String>) -> Result<Markup, Error> {
    let library = cx.state.policies.clone();
    let scale = library.scale(&id).ok_or(Error::NotFound)?;
    let head = [
        ("用途", ui::text(scale.purpose.title())),
        ("版本", ui::text(&scale.version)),
        ("来源", ui::text(&scale.source)),
        ("文字", html! { (scale.licence.wording.title()) div.text-secondary { (scale.licence.note) } }),
        ("核实", checked(scale)),
    ];
    let body = html! {
        (ui::card("", ui::facts(&head)))
        (super::doubts(&scale.unclear))
        (ui::card("项目", items(scale)))
        @if !scale.levels.is_empty() { (ui::card("等级", levels(scale))) }
        @if scale.domains.iter().any(|domain| !domain.bands.is_empty()) { (ui::card("各部分的分段", bands(scale))) }
        @if !scale.adjust.is_empty() {
            (ui::card("得分之后的调整", html! { ol { @for one in &scale.adjust { li { (one.text) } } } }))
        }
        @if !scale.alerts.is_empty() {
            (ui::card("须立即告知的回答", html! { ul { @for one in &scale.alerts { li { (one.text) } } } }))
        }
    };
    Ok(Page::new(&cx, &scale.name).crumb("评估量表", "/policies/scales").source(SOURCE).body(body))
}

fn items(scale: &Scale) -> Markup {
    let domain = |item: &Item| scale.domains.iter().find(|d| d.code == item.domain).map_or("", |d| d.name.as_str());
    let rows = scale.items.iter().zip(1..).map(|(item, nth)| {
        vec![
            html! { (numbered(item, nth)) },
            html! { (item.name) div.text-secondary { (item.guide) } },
            html! { (domain(item)) },
            options(item),
        ]
    });
    ui::table(&["编号", "项目", "部分", "选项与得分"], rows)
}

/// The number of an item in the standard, or its place where the standard gives none and the code is the program's own.
fn numbered(item: &Item, nth: usize) -> String {
    if item.code.contains(|c: char| c.is_ascii_lowercase()) { nth.to_string() } else { item.code.clone() }
}

fn options(item: &Item) -> Markup {
    html! {
        @match &item.measure {
            Some(measure) => { "测量值 " (measure.min) " 至 " (measure.max) " " (measure.unit) },
            None => @for (points, text) in &item.options { div { (points) "：" (text) } },
        }
    }
}

fn levels(scale: &Scale) -> Markup {
    let range = |min: Option<i64>, max: Option<i64>| match (min, max) {
        (Some(min), Some(max)) => format!("{min} 至 {max} 分"),
        (Some(min), None) => format!("{min} 分及以上"),
        (None, Some(max)) => format!("{max} 分及以下"),
        (None, None) => String::new(),
    };
    let rows = scale.levels.iter().map(|level| {
        vec![
            html! { (level.code) },
            html! { (level.name) },
            ui::opt(Some(range(level.min, level.max))),
            ui::opt(level.advice.as_deref()),
        ]
    });
    ui::table(&["级", "名称", "得分", "建议"], rows)
}

fn bands(scale: &Scale) -> Markup {
    let rows = scale.domains.iter().flat_map(|domain| {
        domain.bands.iter().map(|band| {
            vec![html! { (domain.name) }, html! { (band.name) }, html! { (band.min) " 至 " (band.max) " 分" }]
        })
    });
    ui::table(&["部分", "分段", "得分"], rows)
}
