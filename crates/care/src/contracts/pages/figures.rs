//! What was signed and what was done, side by side (签而不约).

use super::super::fulfilment::Tally;
use super::super::store::lists::{self, Figures, Filter, Group};
use super::{SIZE, SOURCE};
use kernel::Area;
use kernel::area::Level;
use registry::areas::Names;
use serde::Deserialize;
use serde_json::json;
use web::ui::{self, Tone};
use web::{Cx, Error, Markup, Page, Query, html};

/// How many groups the chart shows.
const BARS: usize = 20;

#[derive(Deserialize)]
pub(in super::super) struct Wanted {
    by: Option<String>,
    area: Option<String>,
    all: Option<String>,
}

impl Wanted {
    fn by(&self) -> &str {
        self.by.as_deref().filter(|by| matches!(*by, "area" | "doctor")).unwrap_or("institution")
    }
}

/// Digits of the codes directly below an area.
const fn digits(area: Area) -> usize {
    match area.level() {
        Level::Country => 2,
        Level::Province => 4,
        Level::City => 6,
        Level::County => 9,
        Level::Town | Level::Village => 12,
    }
}

pub(in super::super) async fn show(cx: Cx, Query(wanted): Query<Wanted>) -> Result<Markup, Error> {
    let scope = cx.user.scope.area;
    let area = wanted.area.as_deref().and_then(|text| Area::parse(text).ok()).filter(|a| scope.contains(*a));
    let (area, all, names) = (area.unwrap_or(scope), wanted.all.is_some(), cx.state.get::<Names>());
    let group = match wanted.by() {
        "area" => Group::Area(digits(area)),
        "doctor" => Group::Doctor,
        _ => Group::Institution,
    };
    let idle = Filter { idle: true, area: Some(area), ..Filter::default() };
    let (mut rows, idle, names) = cx
        .read(move |tx, by| {
            let rows = lists::figures(tx, by, area, group, all)?;
            Ok::<_, Error>((rows, lists::list(tx, by, &idle, SIZE, 0)?, names.at(tx)?))
        })
        .await?;
    if let Group::Area(_) = group {
        rows.iter_mut()
            .for_each(|row| row.name = Area::parse(&row.id).map_or_else(|_| row.id.clone(), |a| names.name(a)));
    }
    rows.sort_by_key(|row| std::cmp::Reverse((row.tally.idle, row.tally.contracts)));
    let total = rows.iter().fold(Tally::default(), |sum, row| sum.and(row.tally));
    let body = html! {
        (tabs(&wanted, area))
        (summary(&total))
        (chart(&rows))
        (ui::card("分组情况", table(&rows, &total, (group, area))))
        (ui::card("签约后一项服务都没做的", idle_list(&idle, &total, area)))
        p.text-secondary {
            "应做：应完成日期已过、且签约没有提前结束的服务项。履约率 =（按期 + 补做）÷ 应做；按期率 = 按期 ÷ 应做；"
            "应做为零的不计算。只统计" @if all { "曾经签订的全部签约" } @else { "今天有效的签约" } "。"
        }
    };
    let title = format!("履约情况：{}", names.name(area));
    Ok(Page::new(&cx, &title).crumb("家庭医生签约", "/contracts").source(SOURCE).body(body))
}

fn tabs(wanted: &Wanted, area: Area) -> Markup {
    let all = if wanted.all.is_some() { "&all=true" } else { "" };
    let tab = |by: &str, text: &'static str| {
        (format!("/contracts/fulfilment?by={by}&area={}{all}", area.short()), text, wanted.by() == by)
    };
    let other = if wanted.all.is_some() {
        ("", "只看今天有效的签约")
    } else {
        ("&all=true", "包括已结束的签约")
    };
    html! {
        (ui::tabs(&[tab("institution", "按机构"), tab("doctor", "按医生"), tab("area", "按区划")]))
        p.d-print-none { a href={ "/contracts/fulfilment?by=" (wanted.by()) "&area=" (area.short()) (other.0) } { (other.1) } }
    }
}

fn summary(total: &Tally) -> Markup {
    let served = total.contracts - total.idle;
    ui::columns(&[
        ui::figure("签约", total.contracts, html! { "份" }),
        ui::figure("已有服务", served, html! { "份至少做过一项" }),
        ui::figure("签而不约", total.idle, html! { "份至今一项未做" }),
        ui::figure(
            "履约率",
            rate(total.kept()),
            html! { "应做 " (total.due) " 项，按期 " (total.in_time) "，补做 " (total.late) },
        ),
    ])
}

fn rate(share: Option<kernel::Bp>) -> String {
    share.map_or_else(|| "—".to_owned(), |share| share.to_string())
}

fn chart(rows: &[Figures]) -> Markup {
    if rows.is_empty() {
        return html! {};
    }
    let shown = &rows[..rows.len().min(BARS)];
    let names: Vec<&str> = shown.iter().map(|row| row.name.as_str()).collect();
    let signed: Vec<i64> = shown.iter().map(|row| row.tally.contracts).collect();
    let served: Vec<i64> = shown.iter().map(|row| row.tally.contracts - row.tally.idle).collect();
    let option = json!({
        "tooltip": { "trigger": "axis" },
        "legend": { "data": ["签约", "已有服务"] },
        "grid": { "left": 60, "right": 20, "bottom": 90 },
        "xAxis": { "type": "category", "data": names, "axisLabel": { "rotate": 30 } },
        "yAxis": { "type": "value", "name": "份" },
        "series": [
            { "name": "签约", "type": "bar", "data": signed },
            { "name": "已有服务", "type": "bar", "data": served },
        ],
    });
    ui::chart("fulfilment", 320, &option, "各组的签约份数与已有服务的份数，两者相差的是签而不约")
}

fn cells(tally: &Tally) -> Vec<Markup> {
    let counts = [tally.contracts, tally.idle, tally.due, tally.in_time, tally.late, tally.overdue, tally.missed];
    let mut cells: Vec<Markup> = counts.iter().map(ui::text).collect();
    cells.extend([
        ui::bp(tally.kept()),
        ui::bp(tally.punctual()),
        ui::text(format!("{} / {}", tally.done, tally.promised)),
    ]);
    cells
}

fn table(rows: &[Figures], total: &Tally, (group, area): (Group, Area)) -> Markup {
    let headings = [
        "名称",
        ">签约",
        ">一项未做",
        ">应做",
        ">按期",
        ">补做",
        ">逾期待补",
        ">未履行",
        ">履约率",
        ">按期率",
        ">已做 / 全期应做",
    ];
    let line = |first: Markup, tally: &Tally| {
        let mut row = vec![first];
        row.extend(cells(tally));
        row
    };
    let lines = rows.iter().map(|row| line(name(row, group, area), &row.tally));
    let last = (!rows.is_empty()).then(|| line(html! { strong { "合计" } }, total));
    ui::table(&headings, lines.chain(last))
}

/// A group's name, leading to the contracts behind its figures.
fn name(row: &Figures, group: Group, area: Area) -> Markup {
    let href = match group {
        Group::Area(12) => format!("/contracts?institution=all&state=signed&area={}", row.id),
        Group::Area(_) => format!("/contracts/fulfilment?by=area&area={}", row.id),
        Group::Institution => format!("/contracts?state=signed&institution={}&area={}", row.id, area.short()),
        Group::Doctor => format!("/contracts?institution=all&state=signed&doctor={}&area={}", row.id, area.short()),
    };
    html! { (ui::row_link(&href, &row.name)) @if !row.place.is_empty() { br; (ui::muted(&row.place)) } }
}

fn idle_list(idle: &[lists::Listed], total: &Tally, area: Area) -> Markup {
    let rows = idle.iter().map(|one| {
        vec![
            ui::row_link(&one.key.href(), &one.name),
            ui::text(&one.institution),
            ui::text(&one.doctor),
            ui::opt(one.from),
            html! { @if one.overdue > 0 { (ui::badge(Tone::Warning, format!("逾期 {} 项", one.overdue))) } },
        ]
    });
    html! {
        (ui::table_or(&["老年人", "签约机构", "家庭医生", "起始日", "提醒"], rows, ui::empty("每份有效签约都已有服务。", None)))
        @if total.idle > idle.len() as i64 {
            p { a href={ "/contracts?institution=all&idle=true&area=" (area.short()) } { "查看全部" } }
        }
    }
}
