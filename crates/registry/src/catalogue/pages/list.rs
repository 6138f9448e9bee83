//! The list with its filters, and the same on A4.

use super::super::model::{Item, Kind, State};
use super::super::store::{self, Filter};
use super::super::views::tone;
use super::super::{REVIEW, WRITE};
use super::{SOURCE, days, price};
use crate::areas::{NameTable as Table, Names};
use crate::institutions::pages::encode;
use kernel::{Area, Date, Fen};
use serde::Deserialize;
use web::ui::{self, Field, PageInfo, Tone};
use web::{Cx, Error, Markup, Page, Query, html};

const SIZE: i64 = 40;
/// The most rows that a sheet prints.
const PRINTED: i64 = 400;

#[derive(Deserialize)]
pub(in super::super) struct Asked {
    words: Option<String>,
    kind: Option<Kind>,
    state: Option<State>,
    area: Option<String>,
    least: Option<String>,
    most: Option<String>,
    #[serde(default)]
    ending: bool,
    page: Option<i64>,
}

fn yuan(field: &'static str, label: &'static str, text: Option<&String>) -> Result<Option<Fen>, Error> {
    let read =
        |text: &String| Fen::parse_yuan(text).ok_or_else(|| Error::field(field, label, "请填写金额，如 50 或 50.50"));
    text.map(read).transpose()
}

impl Asked {
    fn filter(&self, cx: &Cx) -> Result<Filter, Error> {
        let area = self.area.as_deref().map(Area::parse).transpose();
        let days = cx.state.policies.parameter("catalogue_ending_days", cx.user.scope.area, cx.today());
        let soon = days.and_then(|p| cx.today().checked_add_days(chrono::Days::new(p.value.unsigned_abs())));
        Ok(Filter {
            words: self.words.as_deref().map(kernel::text::clean).unwrap_or_default(),
            kind: self.kind,
            state: self.state,
            area: area.map_err(|e| Error::field("area", "区划", e.to_string()))?,
            least: yuan("least", "最低价", self.least.as_ref())?,
            most: yuan("most", "最高价", self.most.as_ref())?,
            on: None,
            ending_by: soon.filter(|_| self.ending),
        })
    }

    /// The same questions for another page.
    fn base(&self, path: &str) -> String {
        let mut pairs = vec![];
        let texts = [("words", &self.words), ("area", &self.area), ("least", &self.least), ("most", &self.most)];
        pairs.extend(texts.iter().filter_map(|(name, text)| Some(format!("{name}={}", encode(text.as_deref()?)))));
        pairs.extend(self.kind.map(|kind| format!("kind={}", kind.code())));
        pairs.extend(self.state.map(|state| format!("state={}", state.code())));
        pairs.extend(self.ending.then(|| "ending=true".to_owned()));
        if pairs.is_empty() { path.to_owned() } else { format!("{path}?{}", pairs.join("&")) }
    }
}

pub(in super::super) async fn list(cx: Cx, Query(asked): Query<Asked>) -> Result<Markup, Error> {
    let (filter, page, names) = (asked.filter(&cx)?, asked.page.unwrap_or(1).max(1), cx.state.get::<Names>());
    let (rows, total, names) = cx
        .read(move |tx, by| {
            let rows = store::list(tx, by, &filter, SIZE, (page - 1) * SIZE)?;
            Ok::<_, Error>((rows, store::count(tx, by, &filter)?, names.at(tx)?))
        })
        .await?;
    let none = ui::empty("没有符合条件的产品或服务。", None);
    let headings = ["名称", "类别", "提供方", ">价格", "服务区划", "联系电话", "状态"];
    let body = html! {
        (filters(&cx, &asked, &names))
        (ui::table_or(&headings, rows.iter().map(|item| row(item, &names, cx.today())), none))
        (ui::pager(&PageInfo::new(asked.base("/catalogue"), page, SIZE, total)))
    };
    Ok(Page::new(&cx, "服务与用品目录").actions(actions(&cx, &asked)).source(SOURCE).body(body))
}

fn actions(cx: &Cx, asked: &Asked) -> Markup {
    let kind = asked.kind.unwrap_or(Kind::DailyCare);
    html! {
        (ui::link_button(&asked.base("/catalogue/print"), "打印目录", Tone::Neutral)) " "
        (ui::link_button(&format!("/catalogue/compare?kind={}", kind.code()), "同类比价", Tone::Neutral))
        @if cx.may(WRITE) { " " (ui::link_button("/catalogue/new", "登记产品或服务", Tone::Primary)) }
    }
}

fn filters(cx: &Cx, asked: &Asked, names: &Table) -> Markup {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let mut kinds = vec![("", "全部类别")];
    kinds.extend(Kind::options());
    let mut states = vec![("", "全部状态")];
    states.extend(State::options());
    let chosen = asked.area.as_deref().and_then(|code| Area::parse(code).ok());
    let areas = names.choices(cx.user.scope.area, chosen);
    let workers = cx.may(WRITE) || cx.may(REVIEW);
    let body = html! {
        (ui::field("名称、提供方或拼音首字母", "words", text(&asked.words), Field::search().limit(60)))
        (ui::select("类别", "kind", &kinds, asked.kind.map(Kind::code).unwrap_or_default()))
        (ui::select("在哪里可以得到", "area", &areas, &chosen.map(|area| area.to_string()).unwrap_or_default()))
        (ui::field("最低价（元）", "least", text(&asked.least), Field::text().limit(12)))
        (ui::field("最高价（元）", "most", text(&asked.most), Field::text().limit(12)))
        @if workers { (ui::select("状态", "state", &states, asked.state.map(State::code).unwrap_or_default())) }
    };
    ui::filters("/catalogue", body)
}

fn row(item: &Item, names: &Table, today: Date) -> Vec<Markup> {
    let over = item.state == State::Published && item.facts.until.is_some_and(|last| last < today);
    let state = html! {
        @if over { (ui::badge(Tone::Danger, "已过有效期")) } @else { (ui::badge(tone(item.state), item.state.name())) }
    };
    vec![
        ui::row_link(&item.href(), &item.facts.name),
        ui::text(item.facts.kind),
        ui::text(&item.provider_name),
        price(item),
        ui::text(names.path(item.facts.area)),
        ui::opt(Some(&item.facts.phone)),
        state,
    ]
}

pub(in super::super) async fn print(cx: Cx, Query(asked): Query<Asked>) -> Result<Markup, Error> {
    let (mut filter, names) = (asked.filter(&cx)?, cx.state.get::<Names>());
    // What hangs on a wall says only what is to be had today.
    (filter.state, filter.on) = (Some(State::Published), Some(cx.today()));
    let (rows, total, names) = cx
        .read(move |tx, by| {
            let rows = store::list(tx, by, &filter, PRINTED, 0)?;
            Ok::<_, Error>((rows, store::count(tx, by, &filter)?, names.at(tx)?))
        })
        .await?;
    let title = format!("{}老年人服务与用品目录", names.name(cx.user.scope.area));
    let page = Page::new(&cx, "打印目录").crumb("服务与用品目录", &asked.base("/catalogue"));
    Ok(page.source(SOURCE).body(ui::print_sheet(&title, sheet(&rows, total, &names, cx.today()))))
}

fn sheet(rows: &[Item], total: i64, names: &Table, today: Date) -> Markup {
    let of = |kind: Kind| rows.iter().filter(move |item| item.facts.kind == kind).peekable();
    html! {
        p { (ui::date_zh(today)) "在架 " (total) " 项"
            @if total > PRINTED { "，本页只印前 " (PRINTED) " 项，请按类别分别打印" } "。" }
        @if rows.is_empty() { (ui::empty("没有在架的产品或服务。", None)) }
        @for kind in Kind::ALL {
            @let mut items = of(*kind);
            @if items.peek().is_some() {
                h3 { (kind.name()) }
                (ui::table(&["名称", "提供方", ">价格", "服务区划", "电话", "有效期"], items.map(|item| vec![
                    ui::text(&item.facts.name),
                    ui::text(&item.provider_name),
                    price(item),
                    ui::text(names.path(item.facts.area)),
                    ui::opt(Some(&item.facts.phone)),
                    ui::text(days(item)),
                ])))
            }
        }
    }
}
