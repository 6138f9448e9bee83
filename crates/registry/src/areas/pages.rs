//! Pages of areas: the tree, one level at a time, and a form.

use super::model::{AreaKind, NewArea, above};
use super::{WRITE, store};
use axum::extract::Path;
use axum::response::Response;
use kernel::Area;
use kernel::area::Level;
use serde::Deserialize;
use web::ui::{self, Field, Tone};
use web::{Cx, Error, Form, Markup, Page, Query, html};

/// Where the tree comes from.
const KEPT: &str = "区划名册：县级以上为公开的行政区划代码，县级以下由本地名册导入或在本页维护。";

#[derive(Deserialize)]
pub(super) struct Under {
    under: Option<String>,
}

fn parse(text: &str) -> Result<Area, Error> {
    Area::parse(text).map_err(|e| Error::field("code", "区划代码", e.to_string()))
}

pub(super) async fn tree(cx: Cx, Query(query): Query<Under>) -> Result<Markup, Error> {
    let scope = cx.user.scope.area;
    let top = query.under.as_deref().map(parse).transpose()?.filter(|area| scope.contains(*area)).unwrap_or(scope);
    let (children, counts, name, way) = cx
        .read(move |tx, by| {
            let mut way = Vec::new();
            let mut at = above(top).filter(|area| scope.contains(*area));
            while let Some(area) = at {
                way.push((area, store::name(tx, area)?));
                at = above(area).filter(|area| scope.contains(*area));
            }
            Ok::<_, Error>((store::children(tx, top)?, store::counts(tx, by, top)?, store::name(tx, top)?, way))
        })
        .await?;
    let rows = children.iter().map(|area| {
        let count = counts.get(&area.code).copied().unwrap_or_default();
        let deeper = area.code.level() < Level::Village;
        vec![
            html! { @if deeper { (ui::row_link(&href(area.code), &area.name)) } @else { (area.name) } },
            ui::text(area.kind),
            html! { span.yy-code { (area.code) } },
            html! { a href={ "/elders?area=" (area.code.short()) } { (count.elders) } },
            html! { a href={ "/institutions?area=" (area.code.short()) } { (count.institutions) } },
            html! { @if cx.may(WRITE) { a href={ "/areas/" (area.code) "/edit" } { "修改" } } },
        ]
    });
    let none = ui::empty("这一级之下还没有区划。可从“导入”一次导入街道、村居名单。", None);
    let body = ui::table_or(&["名称", "类型", "代码", ">在世老年人", ">机构", ""], rows, none);
    let mut page = Page::new(&cx, &name);
    for (area, name) in way.iter().rev() {
        page = page.crumb(name, &href(*area));
    }
    if cx.may(WRITE) {
        page = page.actions(ui::link_button(&format!("/areas/new?under={top}"), "新增下级区划", Tone::Primary));
    }
    let source = "县级及以上取自国家统计局公布的区划代码，街道以下由本地导入；人数和机构数按您的辖区实时统计。";
    Ok(page.source(source).body(body))
}

fn href(area: Area) -> String {
    format!("/areas?under={area}")
}

pub(super) async fn blank(cx: Cx, Query(query): Query<Under>) -> Result<Markup, Error> {
    let top = query.under.as_deref().map(parse).transpose()?.unwrap_or(cx.user.scope.area);
    let hint = format!("12 位或 9 位，前几位与上级 {} 一致", top.short());
    let body = html! {
        (ui::field("区划代码", "code", top.short(), Field::text().required().hint(hint)))
        (ui::field("名称", "name", "", Field::text().required().limit(40)))
        (kinds(likely(top.level())))
        (place(None, None))
        (ui::submit("保存"))
    };
    Ok(Page::new(&cx, "新增区划")
        .crumb("行政区划", "/areas")
        .source(KEPT)
        .body(ui::card("", ui::form(&cx, "/areas", body))))
}

pub(super) async fn edit(cx: Cx, Path(code): Path<String>) -> Result<Markup, Error> {
    let code = parse(&code)?;
    if !cx.user.scope.area.contains(code) {
        return Err(Error::NotFound);
    }
    let area = cx.read(move |tx, _| store::find(tx, code)).await?;
    let body = html! {
        (ui::field("区划代码", "code", code.to_string(), Field::text().readonly()))
        (ui::field("名称", "name", &area.name, Field::text().required().limit(40)))
        (kinds(area.kind))
        (place(area.lon, area.lat))
        (ui::submit("保存"))
    };
    Ok(Page::new(&cx, &area.name)
        .crumb("行政区划", "/areas")
        .source(KEPT)
        .body(ui::card("", ui::form(&cx, "/areas", body))))
}

/// The sort that most areas directly below such a level are.
const fn likely(above: Level) -> AreaKind {
    match above {
        Level::Country => AreaKind::Province,
        Level::Province => AreaKind::City,
        Level::City => AreaKind::County,
        Level::County => AreaKind::Street,
        Level::Town | Level::Village => AreaKind::Community,
    }
}

fn kinds(selected: AreaKind) -> Markup {
    ui::select("类型", "kind", &AreaKind::options(), selected.code())
}

fn place(lon: Option<f64>, lat: Option<f64>) -> Markup {
    let show = |degrees: Option<f64>| degrees.map(|d| d.to_string()).unwrap_or_default();
    ui::form_row(&[
        ui::field("经度", "lon", show(lon), Field::number().step("any").hint("WGS 84，度，可不填")),
        ui::field("纬度", "lat", show(lat), Field::number().step("any")),
    ])
}

#[derive(Deserialize)]
pub(super) struct Filled {
    code: String,
    name: String,
    kind: AreaKind,
    lon: Option<f64>,
    lat: Option<f64>,
}

pub(super) async fn save(cx: Cx, Form(form): Form<Filled>) -> Result<Response, Error> {
    let Filled { code, name, kind, lon, lat } = form;
    let new = NewArea { code: parse(&code)?, name: kernel::text::clean(&name), kind, parent: None, lon, lat };
    let back = above(new.code).map_or_else(|| "/areas".into(), href);
    cx.write(move |tx, by| store::save(tx, by, &new)).await?;
    Ok(web::see_with(&back, "区划已保存"))
}
