//! Prices of one kind beside each other, unit by unit.

use super::super::model::{Kind, Spread, State, spreads};
use super::super::store::{self, Filter};
use super::{SOURCE, days, price};
use crate::areas::Names;
use kernel::Fen;
use serde::Deserialize;
use web::ui::{self, Tone};
use web::{Cx, Error, Markup, Page, Query, html};

/// The most offers that are set beside each other.
const MOST: i64 = 500;

#[derive(Deserialize)]
pub(in super::super) struct Asked {
    kind: Option<Kind>,
}

pub(in super::super) async fn show(cx: Cx, Query(asked): Query<Asked>) -> Result<Markup, Error> {
    let (kind, names) = (asked.kind.unwrap_or(Kind::DailyCare), cx.state.get::<Names>());
    let filter = Filter { kind: Some(kind), state: Some(State::Published), on: Some(cx.today()), ..Filter::default() };
    let (items, names) =
        cx.read(move |tx, by| Ok::<_, Error>((store::list(tx, by, &filter, MOST, 0)?, names.at(tx)?))).await?;
    let tabs: Vec<(String, &str, bool)> = Kind::ALL
        .iter()
        .map(|one| (format!("/catalogue/compare?kind={}", one.code()), one.name(), *one == kind))
        .collect();
    let all = spreads(&items);
    let body = html! {
        (ui::tabs(&tabs))
        @if all.is_empty() { (ui::empty("这一类还没有在架的产品或服务。", None)) }
        @for spread in &all {
            (ui::card(&format!("按“{}”计价（{} 项）", spread.unit, spread.count), html! {
                (figures(spread))
                (ui::table(&["名称", "提供方", ">价格", "与中间价", "服务区划", "有效期"],
                    items.iter().filter(|item| item.facts.unit == spread.unit).map(|item| vec![
                        ui::row_link(&item.href(), &item.facts.name),
                        ui::text(&item.provider_name),
                        price(item),
                        beside(item.facts.price, spread),
                        ui::text(names.path(item.facts.area)),
                        ui::text(days(item)),
                    ])))
            }))
        }
    };
    Ok(Page::new(&cx, &format!("同类比价：{kind}")).crumb("服务与用品目录", "/catalogue").source(SOURCE).body(body))
}

fn figures(spread: &Spread) -> Markup {
    ui::facts(&[
        ("最低", ui::money(spread.least)),
        ("中间价", ui::money(spread.middle)),
        ("最高", ui::money(spread.most)),
    ])
}

fn beside(price: Option<Fen>, spread: &Spread) -> Markup {
    let Some(price) = price else { return ui::opt(None::<String>) };
    let more = Fen(price.0 - spread.middle.0);
    match more.0.signum() {
        1 => html! { (ui::badge(Tone::Warning, format!("高 {more} 元"))) },
        -1 => html! { (ui::badge(Tone::Success, format!("低 {} 元", Fen(-more.0)))) },
        _ => ui::muted("持平"),
    }
}
