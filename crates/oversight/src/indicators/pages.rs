//! Pages of indicators: all of an area; one of them with its parts, its course and its definition; the list behind it.

mod bar;
pub(super) mod list;
pub(super) mod one;

use super::book;
use super::model::{ALL, Code, Figure, Verdict};
use super::survey::{Ask, Part, Survey};
use axum::response::Response;
use kernel::area::Level;
use kernel::{Area, Date, Month};
use registry::areas::model::above;
use registry::elders::Columns;
use serde::Deserialize;
use serde_json::json;
use web::ui::{self, Field, Tone};
use web::{Cx, Error, Markup, Page, Query, html};

/// Which area, day and month a page is about.
#[derive(Clone, Deserialize)]
pub(super) struct Asked {
    pub area: Option<String>,
    pub on: Option<String>,
    pub month: Option<String>,
}

fn wrong(field: &str, label: &str, message: &str) -> Error {
    Error::field(field, label, message)
}

impl Asked {
    /// What is asked, as numbers; the day is today unless said.
    fn ask(&self, cx: &Cx) -> Result<Ask, Error> {
        let area =
            self.area.as_deref().map(|text| Area::parse(text).map_err(|e| wrong("area", "区划", &e.to_string())));
        let on = self.on.as_deref().map(|text| text.parse().map_err(|_| wrong("on", "统计日", "不是日期")));
        let month = self
            .month
            .as_deref()
            .map(|text| Month::parse(text).ok_or_else(|| wrong("month", "待遇统计月", "不是月份")));
        let on: Date = on.transpose()?.unwrap_or(cx.today());
        if on > cx.today() {
            return Err(wrong("on", "统计日", "晚于今天"));
        }
        let area = area.transpose()?.map_or_else(|| usual(cx), Ok)?;
        Ok(Ask { area, on, month: month.transpose()? })
    }

    /// The query string of another page about the same.
    fn query(&self, area: Area) -> String {
        let on = self.on.as_deref().map(|on| format!("&on={on}")).unwrap_or_default();
        let month = self.month.as_deref().map(|month| format!("&month={month}")).unwrap_or_default();
        format!("?area={area}{on}{month}")
    }
}

/// The area that a person sees first: their own; for those who see more than a city, the city when there is only one.
fn usual(cx: &Cx) -> Result<Area, Error> {
    let own = cx.user.scope.area;
    if own.level() >= Level::City {
        return Ok(own);
    }
    let columns = cx.state.get::<Columns>();
    columns.refresh(&cx.state.db)?;
    let cities: std::collections::BTreeSet<Area> =
        columns.snapshot().areas.iter().filter(|a| own.contains(**a)).map(|a| a.up_to(Level::City)).collect();
    Ok(cities.first().copied().filter(|_| cities.len() == 1).unwrap_or(own))
}

/// Takes the survey off the request threads.
async fn survey(cx: &Cx, asked: &Asked) -> Result<Survey, Error> {
    let (state, by, inner, asked) = (cx.state.clone(), cx.actor(), cx.clone(), asked.clone());
    cx.blocking(move || {
        let ask = asked.ask(&inner)?;
        Survey::take(&state.db, &state.get::<Columns>(), &state.policies, &by, &ask)
    })
    .await
}

pub(super) async fn overview(cx: Cx, Query(asked): Query<Asked>) -> Result<Markup, Error> {
    let survey = survey(&cx, &asked).await?;
    let area = survey.ground.area.code;
    let cards: Vec<Markup> = survey.figures.iter().map(|f| card(f, &asked)).collect();
    let body = html! {
        (filters("/indicators", &survey, &asked))
        (backward(&cx, &survey))
        @if cards.is_empty() { (ui::empty("没有适用于这个区域的指标：请选择下级区划，或先导入名册。", None)) }
        (ui::columns(&cards))
        @if !survey.parts.is_empty() { (ui::card("按下级区划", html! { (chart(&survey)) (table(&survey, &asked)) })) }
    };
    let href = format!("/indicators/export{}", asked.query(area));
    let page = crumbs(&cx, Page::new(&cx, &format!("{} 考核指标", survey.ground.area.name)), &survey, &asked);
    Ok(page.actions(ui::link_button(&href, "导出 Excel", Tone::Neutral)).source(SOURCE).body(body))
}

const SOURCE: &str = "人员按老年人名册和各业务的当前结果实时统计，机构、街道按机构名册和区划表实时统计；目标取自所列政策文件。\
比例保留两位小数，其余舍去，不会把未达标显示成达标。";

/// The way down from one's own area to this one.
fn crumbs<'a>(cx: &Cx, mut page: Page<'a>, survey: &Survey, asked: &Asked) -> Page<'a> {
    let here = survey.ground.area.code;
    if let Some(up) = above(here).filter(|up| cx.user.scope.area.contains(*up)) {
        page = page.crumb("上级区划", &format!("/indicators{}", asked.query(up)));
    }
    page
}

fn filters(action: &str, survey: &Survey, asked: &Asked) -> Markup {
    let area = &survey.ground.area;
    let mut areas = vec![(area.code.to_string(), area.name.clone())];
    areas.extend(survey.ground.children.iter().map(|c| (c.code.to_string(), format!("　{}", c.name))));
    let (on, month) = (survey.rules.on, survey.rules.month);
    let body = html! {
        (ui::select("区划", "area", &areas, &area.code.to_string()))
        (ui::date_with("统计日", "on", Some(on), Field::date()))
        (ui::field("待遇统计月", "month", asked.month.clone().unwrap_or(month.to_string()), Field::month()))
    };
    ui::filters(action, body)
}

/// The present state cannot be turned back: who looks at an earlier day is told so.
fn backward(cx: &Cx, survey: &Survey) -> Markup {
    let on = survey.rules.on;
    html! {
        @if on < cx.today() {
            (ui::alert(Tone::Warning, "按当前登记推算", html! {
                "人员和机构只保存现状：" (ui::date_zh(on)) "之后的变动（如新的体检、评估、签约）不能退回，数字与当日实际可能不同。\
                 各月实际留存的数字见单项指标页的“各月情况”。"
            }))
        }
    }
}

/// The tone of a verdict; the word says the same.
pub(super) const fn tone(verdict: Verdict) -> Tone {
    match verdict {
        Verdict::Met => Tone::Success,
        Verdict::Below(_) => Tone::Danger,
        Verdict::NoData | Verdict::NoTarget => Tone::Neutral,
    }
}

fn card(f: &Figure, asked: &Asked) -> Markup {
    let title = html! { a href={ "/indicators/" (f.code.key()) (asked.query(f.area)) } { (f.title()) } };
    html! {
        section.card.mb-3 {
            div.card-body {
                h2.card-title { (title) }
                (standing(f))
            }
        }
    }
}

/// The figure beside its target, with the clause and what one must know.
pub(super) fn standing(f: &Figure) -> Markup {
    let verdict = f.verdict();
    html! {
        div.yy-figure-value { (f.shown()) " " (ui::badge(tone(verdict), verdict.word())) }
        @if let Some(denominator) = f.denominator() {
            p.text-secondary { (f.numerator()) " / " (denominator) " " (f.unit()) @if let Verdict::Below(_) = verdict { "，" (f.standing()) } }
        } @else if let Verdict::Below(_) = verdict { p.text-secondary { (f.standing()) } }
        (bar::bar(f))
        @if let Some(goal) = &f.goal {
            p {
                @if goal.reference { "对照全域目标：" } @else { "目标：" }
                strong { (goal.shown(f.unit())) } "（" (goal.target.by_year) " 年）"
            }
            details.yy-because {
                summary { "依据：" (goal.target.number) " " (goal.at) }
                p { (goal.summary) }
                p { a href={ "/policies/" (goal.target.document) "#" (goal.target.clause) } { "查看条款" } }
            }
        } @else { p.text-secondary { "没有适用于这个区域的目标。" } }
        @for note in &f.notes { p.text-secondary { "注：" (note) } }
        @for why in &f.unverified { (ui::unverified(why)) }
    }
}

/// Indicators that are columns of the table: those that any part has.
fn columns(survey: &Survey) -> Vec<Code> {
    let has = |code: &Code| survey.parts.iter().any(|part| part.figure(*code).is_some());
    ALL.iter().map(|d| d.code).filter(has).collect()
}

fn short(code: Code) -> &'static str {
    match code {
        Code::Medical => ">有医疗服务的养老机构",
        Code::NursingHomes | Code::NursingHomesPerCounty => ">护理院",
        Code::NursingBeds => ">护理型床位",
        Code::Stations => ">有护理站的街道",
        Code::StationsInStreet => ">社区护理站",
        Code::Benefit => ">享受照护保险待遇",
        Code::BenefitUrban => ">其中城镇",
        Code::BenefitRural => ">其中农村",
        Code::HealthManaged => ">健康管理率",
    }
}

fn table(survey: &Survey, asked: &Asked) -> Markup {
    let codes = columns(survey);
    let mut headings = vec!["区划"];
    headings.extend(codes.iter().map(|code| short(*code)));
    let rows = survey.parts.iter().map(|part| {
        let mut cells = vec![name(part, asked)];
        cells.extend(codes.iter().map(|code| cell(part.figure(*code), asked)));
        cells
    });
    ui::table(&headings, rows)
}

fn name(part: &Part, asked: &Asked) -> Markup {
    match &part.area {
        Some(area) => ui::row_link(&format!("/indicators{}", asked.query(area.code)), &area.name),
        None => ui::muted(part.name()),
    }
}

fn cell(figure: Option<&Figure>, asked: &Asked) -> Markup {
    let Some(f) = figure else { return ui::opt(None::<String>) };
    html! {
        a href={ "/indicators/" (f.code.key()) (asked.query(f.area)) } { (f.shown()) }
        @if let Verdict::Below(_) = f.verdict() { br; span.text-danger { (f.standing()) } }
    }
}

/// Shares of the parts side by side. The table below has the same figures.
fn chart(survey: &Survey) -> Markup {
    let shares = [Code::Medical, Code::NursingBeds, Code::Benefit, Code::HealthManaged];
    let codes: Vec<Code> = columns(survey).into_iter().filter(|code| shares.contains(code)).collect();
    let names: Vec<&str> = survey.parts.iter().map(Part::name).collect();
    let series: Vec<_> = codes
        .iter()
        .map(|code| {
            json!({ "type": "bar", "name": short(*code).trim_start_matches('>'), "data": percents(survey, *code) })
        })
        .collect();
    let option = json!({
        "legend": { "top": 0 }, "tooltip": { "trigger": "axis" }, "grid": { "top": 40, "left": 48, "right": 16, "bottom": 72 },
        "xAxis": { "type": "category", "data": names, "axisLabel": { "rotate": 30 } },
        "yAxis": { "type": "value", "max": 100, "axisLabel": { "formatter": "{value}%" } },
        "series": series,
    });
    let alt = format!("{}各下级区划的指标比例（百分比），数字见下表；没有数据的不画柱。", survey.ground.area.name);
    ui::chart("by-area", 320, &option, &alt)
}

/// Per cent with two decimals for a chart; nothing where there is no data.
fn percents(survey: &Survey, code: Code) -> Vec<Option<f64>> {
    let share = |part: &Part| part.figure(code).and_then(Figure::share).map(|bp| bp.0 as f64 / 100.0);
    survey.parts.iter().map(share).collect()
}

pub(super) async fn export(cx: Cx, Query(asked): Query<Asked>) -> Result<Response, Error> {
    let survey = survey(&cx, &asked).await?;
    let bytes = book::figures(&survey).map_err(|e| Error::Internal(e.to_string()))?;
    let name = format!("考核指标-{}-{}.xlsx", survey.ground.area.name, survey.rules.on);
    Ok(web::download(&name, web::XLSX, bytes))
}
