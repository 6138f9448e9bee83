//! The list behind a figure: who counts, and who is missing.

use super::one::parse;
use super::{Asked, wrong};
use crate::indicators::book;
use crate::indicators::listing::{self, Listing};
use crate::indicators::model::{About, Code, Figure, Side};
use crate::indicators::store;
use crate::indicators::survey::Survey;
use axum::extract::Path;
use axum::response::Response;
use registry::areas::Names;
use registry::elders::Columns;
use serde::Deserialize;
use web::ui::{self, PageInfo, Tone};
use web::{Cx, Error, Markup, Page, Query, html};

/// Rows on a page.
const SIZE: i64 = 50;
/// Rows of one workbook; more are asked for area by area. Not a policy.
const MOST: i64 = 200_000;

#[derive(Clone, Deserialize)]
pub(in super::super) struct Wanted {
    area: Option<String>,
    on: Option<String>,
    month: Option<String>,
    side: Option<Side>,
    page: Option<i64>,
}

impl Wanted {
    fn asked(&self) -> Asked {
        Asked { area: self.area.clone(), on: self.on.clone(), month: self.month.clone() }
    }

    fn side(&self) -> Side {
        self.side.unwrap_or(Side::Missing)
    }
}

/// The survey and a part of the list.
async fn fetch(cx: &Cx, code: Code, wanted: &Wanted, limit: i64, offset: i64) -> Result<(Survey, Listing), Error> {
    if code.definition().about == About::People && !cx.may(registry::elders::READ) {
        return Err(Error::Forbidden);
    }
    let (state, by, inner) = (cx.state.clone(), cx.actor(), cx.clone());
    let (asked, side) = (wanted.asked(), wanted.side());
    cx.blocking(move || {
        let ask = asked.ask(&inner)?;
        let survey = Survey::take(&state.db, &state.get::<Columns>(), &state.policies, &by, &ask)?;
        let names = state.get::<Names>();
        let listing = state.db.read(|tx| {
            let names = names.at(tx)?;
            listing::list(tx, &by, &survey, (code, side), &|area| names.path(area), (limit, offset))
        })?;
        Ok::<_, Error>((survey, listing))
    })
    .await
}

fn title(survey: &Survey, code: Code, side: Side) -> String {
    let indicator = survey.find(code).map_or(code.definition().title, Figure::title);
    format!("{} {indicator}：{}名单", survey.ground.area.name, side.name())
}

pub(in super::super) async fn show(
    cx: Cx,
    Path(code): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Markup, Error> {
    let (code, side, page) = (parse(&code)?, wanted.side(), wanted.page.unwrap_or(1).max(1));
    let (survey, listing) = fetch(&cx, code, &wanted, SIZE, (page - 1) * SIZE).await?;
    let query = wanted.asked().query(survey.ground.area.code);
    let base = format!("/indicators/{}/list{query}&side={}", code.key(), side.code());
    let about_people = code.definition().about == About::People;
    let body = html! {
        (tabs(code, &query, side))
        p.text-secondary { (meaning(code, side)) " 统计日 " (survey.rules.on) "。" }
        (ui::table(listing.headings, listing.rows.iter().map(row)))
        @if about_people { (ui::pager(&PageInfo::new(base, page, SIZE, listing.total))) }
        @else { p.text-secondary { "共 " (listing.total) " 条。" } }
    };
    let export = format!("/indicators/{}/export{query}&side={}", code.key(), side.code());
    let page = Page::new(&cx, &title(&survey, code, side))
        .crumb("考核指标", &format!("/indicators{query}"))
        .crumb(code.definition().title, &format!("/indicators/{}{query}", code.key()))
        .actions(ui::link_button(&export, "导出 Excel", Tone::Neutral));
    Ok(page.source(format!("{}；名单直接取自数据库，只含您辖区内的记录。", code.definition().source)).body(body))
}

fn tabs(code: Code, query: &str, side: Side) -> Markup {
    let tab =
        |one: Side| (format!("/indicators/{}/list{query}&side={}", code.key(), one.code()), one.name(), one == side);
    ui::tabs(&[tab(Side::Missing), tab(Side::Counted)])
}

fn meaning(code: Code, side: Side) -> String {
    let definition = code.definition();
    match side {
        Side::Counted => format!("计入：{}。", definition.numerator),
        Side::Missing if definition.denominator.is_empty() => "这项指标只数总数，没有未计入的名单。".into(),
        Side::Missing => format!("范围：{}；其中不符合“{}”的。", definition.denominator, definition.numerator),
    }
}

fn row(one: &listing::Row) -> Vec<Markup> {
    let rest = one.cells.iter().skip(1).map(|cell| ui::opt(Some(cell)));
    let first = one.cells.first().map(String::as_str).unwrap_or_default();
    std::iter::once(ui::row_link(&one.href, first)).chain(rest).collect()
}

pub(in super::super) async fn export(
    cx: Cx,
    Path(code): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Error> {
    let (code, side) = (parse(&code)?, wanted.side());
    let (survey, listing) = fetch(&cx, code, &wanted, MOST, 0).await?;
    if listing.total > MOST {
        return Err(wrong("area", "区划", &format!("名单超过 {MOST} 条，请按下级区划分别导出")));
    }
    let name = title(&survey, code, side);
    let bytes = book::list(&name, &listing).map_err(|e| Error::Internal(e.to_string()))?;
    let (subject, rows) = (code.key().to_owned(), listing.total);
    let detail = format!("{name}（统计日 {}）：{rows} 条", survey.rules.on);
    cx.write(move |tx, by| store::exported(tx, by, subject, detail)).await?;
    Ok(web::download(&format!("{}-{}.xlsx", name.replace(['：', ' '], "-"), survey.rules.on), web::XLSX, bytes))
}
