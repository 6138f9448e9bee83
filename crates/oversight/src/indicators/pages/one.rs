//! One indicator: the figure, its parts, its course over the months, what it counts.

use super::{Asked, backward, filters, standing, survey};
use crate::indicators::jobs::list_href;
use crate::indicators::model::{Code, Definition, Figure, Measure, Side, Verdict, WHOLE};
use crate::indicators::store::{self, Kept};
use crate::indicators::survey::{Part, Survey};
use axum::extract::Path;
use serde_json::{Value, json};
use web::ui::{self, Tone};
use web::{Cx, Error, Markup, Page, Query, html};

/// Reads the code of an address.
pub(super) fn parse(code: &str) -> Result<Code, Error> {
    Code::parse(code).ok_or(Error::NotFound)
}

pub(in super::super) async fn show(
    cx: Cx,
    Path(code): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Markup, Error> {
    let code = parse(&code)?;
    let survey = survey(&cx, &asked).await?;
    let area = survey.ground.area.code;
    let course = cx.read(move |tx, _| store::course(tx, area, code)).await?;
    let definition = code.definition();
    let title = survey.find(code).map_or(definition.title, Figure::title).to_owned();
    let body = html! {
        (filters(&format!("/indicators/{}", definition.key), &survey, &asked))
        (backward(&cx, &survey))
        @match survey.find(code) {
            Some(f) => { (ui::card(&survey.ground.area.name, html! { (standing(f)) (lists(f, &asked)) })) }
            None => { (ui::empty("这项指标不适用于这一级区划，请选择上级或下级区划。", None)) }
        }
        (parts(&survey, code, &asked))
        (months(&course))
        (meaning(definition, &survey))
    };
    let page = Page::new(&cx, &title).crumb("考核指标", &format!("/indicators{}", asked.query(area)));
    let source = format!("{}；目标取自所列政策文件。", definition.source);
    Ok(page.source(source).body(body))
}

/// The ways to the lists behind a figure, each with how many it has.
fn lists(f: &Figure, asked: &Asked) -> Markup {
    let rest = asked.query(f.area);
    let rest = rest.split_once('&').map(|(_, rest)| format!("&{rest}")).unwrap_or_default();
    let href = |side| format!("{}{rest}", list_href(f.code, f.area, side));
    let missing = f.denominator().map(|d| d - f.numerator());
    html! {
        div.btn-list {
            (ui::link_button(&href(Side::Counted), &format!("已计入 {} {}", f.numerator(), f.unit()), Tone::Neutral))
            @if let Some(missing) = missing {
                (ui::link_button(&href(Side::Missing), &format!("未计入 {missing} {}", f.unit()), Tone::Primary))
            }
        }
    }
}

fn parts(survey: &Survey, code: Code, asked: &Asked) -> Markup {
    let parts: Vec<(&Part, &Figure)> = survey.parts.iter().filter_map(|p| Some((p, p.figure(code)?))).collect();
    if parts.is_empty() {
        return html! {};
    }
    let rows = parts.iter().map(|(part, f)| row(part, f, asked));
    let headings = ["区划", ">分子", ">分母", ">数值", "结论", "名单"];
    ui::card("按下级区划", html! { (chart(survey, code)) (ui::table(&headings, rows)) })
}

fn row(part: &Part, f: &Figure, asked: &Asked) -> Vec<Markup> {
    let verdict = f.verdict();
    let name = match &part.area {
        Some(area) => ui::row_link(&format!("/indicators/{}{}", f.code.key(), asked.query(area.code)), part.name()),
        None => ui::muted(part.name()),
    };
    let missing = list_href(f.code, f.area, Side::Missing);
    vec![
        name,
        ui::text(f.numerator()),
        ui::opt(f.denominator()),
        ui::text(f.shown()),
        html! { (ui::badge(super::tone(verdict), verdict.word())) @if let Verdict::Below(_) = verdict { " " (f.standing()) } },
        html! { @if part.area.is_some() && f.denominator().is_some_and(|d| d > f.numerator()) { a href=(missing) { "未计入名单" } } },
    ]
}

/// The parts side by side with the target as a line; the table below has the same figures.
fn chart(survey: &Survey, code: Code) -> Markup {
    let with: Vec<(&Part, &Figure)> = survey.parts.iter().filter_map(|p| Some((p, p.figure(code)?))).collect();
    let counts = with.iter().all(|(_, f)| matches!(f.measure, Measure::Count(_)));
    let goal = with.iter().find_map(|(_, f)| f.goal.as_ref()).map(|g| g.target.value);
    let names: Vec<&str> = with.iter().map(|(part, _)| part.name()).collect();
    let percent = |f: &Figure| f.share().map(|share| share.0 as f64 / 100.0);
    let (data, line, top, unit) = if counts {
        let most = with.iter().map(|(_, f)| f.numerator()).chain(goal).max().unwrap_or_default();
        (json!(with.iter().map(|(_, f)| f.numerator()).collect::<Vec<_>>()), json!(goal), most + 1, code.unit(true))
    } else {
        let line = json!(goal.map(|g| g as f64 / 100.0));
        (json!(with.iter().map(|(_, f)| percent(f)).collect::<Vec<_>>()), line, 100, "%")
    };
    let title = code.definition().title;
    let alt = format!("各下级区划的{title}（{unit}），横线为目标；数字见下表。");
    ui::chart("by-part", 300, &option(title, &names, &data, &line, top), &alt)
}

/// What ECharts calls an option: bars, and a line where the target is.
fn option(title: &str, names: &[&str], data: &Value, goal: &Value, top: i64) -> Value {
    let line: Vec<Value> = if goal.is_null() { Vec::new() } else { vec![json!({ "yAxis": goal, "name": "目标" })] };
    json!({
        "tooltip": { "trigger": "axis" }, "grid": { "top": 24, "left": 48, "right": 72, "bottom": 72 },
        "xAxis": { "type": "category", "data": names, "axisLabel": { "rotate": 30 } },
        "yAxis": { "type": "value", "min": 0, "max": top },
        "series": [{ "type": "bar", "name": title, "data": data, "barMaxWidth": 56,
            "markLine": { "symbol": "none", "data": line, "label": { "formatter": "目标 {c}" } } }],
    })
}

/// The figures that were kept, the newest first.
fn months(course: &[Kept]) -> Markup {
    let rows = course.iter().rev().map(|kept| {
        let share = kept.denominator.filter(|d| *d > 0).map(|d| kernel::Bp(kept.numerator * WHOLE / d));
        vec![
            ui::text(ui::month_zh(kept.month)),
            ui::text(kept.on),
            ui::text(kept.numerator),
            ui::opt(kept.denominator),
            ui::opt(share),
            match kept.gap {
                None => ui::opt(None::<String>),
                Some(0) => ui::text(Verdict::Met.word()),
                Some(gap) => ui::text(format!("还差 {gap} {}", kept.unit())),
            },
        ]
    });
    let none = ui::empty("还没有留存的数字：每天第一次运行时留存当日数字，每月保留最后一次。", None);
    ui::card("各月情况", ui::table_or(&["月份", "统计日", ">分子", ">分母", ">数值", "结论"], rows, none))
}

fn meaning(definition: &Definition, survey: &Survey) -> Markup {
    let mut facts = vec![("计入", html! { (definition.numerator) })];
    if !definition.denominator.is_empty() {
        facts.push(("占", html! { (definition.denominator) }));
    }
    facts.push(("统计日", ui::text(survey.rules.on)));
    facts.push(("数据来源", html! { (definition.source) }));
    if definition.target == Code::Benefit.key() {
        facts.push(("待遇统计月", ui::text(survey.rules.month)));
        facts.push(("说明", html! { "该月尚未结算的县（市）、区显示为没有支付；结算后即计入。" }));
    }
    if let (Code::HealthManaged, Some(born)) = (definition.code, survey.rules.born_by) {
        facts.push(("出生日期不晚于", ui::text(born)));
    }
    ui::card("怎样统计", ui::facts(&facts))
}
