//! Elders who are getting worse by trend, each with the reason in words and a small picture.

use super::super::trends::store::{self, Whose, Worse};
use super::super::trends::{Trend, Windows};
use super::SOURCE;
use chrono::Days;
use serde::Deserialize;
use web::ui::{self, PageInfo};
use web::{Cx, Error, Markup, Page, Query, html};

const SIZE: i64 = 20;
/// Size of a small picture in its own units.
const WIDE: i64 = 120;
const HIGH: i64 = 28;

#[derive(Deserialize)]
pub(in super::super) struct Asked {
    show: Option<String>,
    page: Option<i64>,
}

/// The values of days behind a trend.
type Drawn = Vec<Vec<i64>>;

pub(in super::super) async fn list(cx: Cx, Query(asked): Query<Asked>) -> Result<Markup, Error> {
    let page = asked.page.unwrap_or(1).max(1);
    let whose = if asked.show.as_deref() == Some("all") { Whose::All } else { Whose::Mine };
    let windows = Windows::of(&cx.state.policies, cx.user.scope.area, cx.today());
    let Some(windows) = windows else {
        let text = "本地没有施行中的监测约定，不比较趋势。";
        return Ok(Page::new(&cx, "指标变差的老年人").source(SOURCE).body(ui::empty(text, None)));
    };
    let from = cx.today() - Days::new((windows.recent + windows.before).unsigned_abs());
    let (total, rows) = cx
        .read(move |tx, by| {
            let mut rows: Vec<(Worse, Drawn)> = vec![];
            for one in store::worse(tx, by, whose, (SIZE, (page - 1) * SIZE))? {
                let drawn = one.trends.iter().map(|t| store::days(tx, by, one.elder, t.vital, from));
                let drawn = drawn.collect::<db::Result<Drawn>>()?;
                rows.push((one, drawn));
            }
            Ok::<_, Error>((store::count(tx, by, whose)?, rows))
        })
        .await?;
    let shown = rows.iter().map(|(one, drawn)| row(&cx, &windows, one, drawn));
    let none = ui::empty("没有变差的老年人。每天夜里按监测约定重新比较一次。", None);
    let base = if whose == Whose::All { "/vitals/worse?show=all" } else { "/vitals/worse" };
    let mine = cx.user.institution.is_some();
    let body = html! {
        p { "把最近 " (windows.recent) " 天的中位数同之前 " (windows.before) " 天比，变化超过"
            a href="/policies/national/vital-signs/tables/vital_trend" { "规则表" } "的界限就列在这里，"
            "虽然每一次测量可能都没有超过报警的界限。每天夜里重新比较。" }
        @if mine { (ui::tabs(&[
            ("/vitals/worse", "本机构签约的", whose == Whose::Mine),
            ("/vitals/worse?show=all", "辖区内全部", whose == Whose::All),
        ])) }
        (ui::table_or(&["老年人", "年龄", "变差的指标", "近况"], shown, none))
        (ui::pager(&PageInfo::new(base, page, SIZE, total)))
    };
    Ok(Page::new(&cx, "指标变差的老年人").crumb("监测中的老年人", "/vitals").source(SOURCE).body(body))
}

fn row(cx: &Cx, windows: &Windows, one: &Worse, drawn: &[Vec<i64>]) -> Vec<Markup> {
    vec![
        ui::row_link(&format!("/vitals/{}?span=month", one.elder), &one.name),
        ui::text(format!("{} 岁", kernel::time::age_on(one.born, cx.today()))),
        html! { ul.yy-plain-list { @for trend in &one.trends { li { (trend.words(windows)) } } } },
        html! { @for (trend, values) in one.trends.iter().zip(drawn) { (spark(trend, values)) } },
    ]
}

/// A small line of the days; its words stand beside it, so screen readers pass it by.
fn spark(trend: &Trend, values: &[i64]) -> Markup {
    let (Some(least), Some(most)) = (values.iter().min(), values.iter().max()) else { return html! {} };
    let steps = (values.len() as i64 - 1).max(1);
    let point = |(at, value): (usize, &i64)| {
        let x = at as i64 * WIDE / steps;
        let y = HIGH - 2 - (value - least) * (HIGH - 4) / (most - least).max(1);
        format!("{x},{y}")
    };
    let points: Vec<String> = values.iter().enumerate().map(point).collect();
    html! {
        svg.yy-spark viewBox=(format!("0 0 {WIDE} {HIGH}")) width=(WIDE) height=(HIGH) aria-hidden="true" focusable="false" {
            title { (trend.vital.name()) }
            polyline points=(points.join(" ")) fill="none" stroke="currentColor" stroke-width="1.5" {}
        }
    }
}
