//! All institutions with beds: registered beside drawn, by area.

use super::super::model::{BedUse, Tally};
use super::super::store::figures::{self, Place};
use super::SOURCE;
use registry::areas::Names;
use serde::Deserialize;
use web::ui::{self, PageInfo, Tone};
use web::{Cx, Error, Markup, Page, Query, html};

const SIZE: i64 = 30;

#[derive(Deserialize)]
pub(in super::super) struct Turn {
    page: Option<i64>,
}

pub(in super::super) async fn list(cx: Cx, Query(turn): Query<Turn>) -> Result<Markup, Error> {
    let (page, names) = (turn.page.unwrap_or(1).max(1), cx.state.get::<Names>());
    let (total, places, sums, areas) = cx
        .read(move |tx, by| {
            let places = figures::places(tx, by, SIZE, (page - 1) * SIZE)?;
            let sums = (figures::sums(tx, by, BedUse::ElderCare)?, figures::sums(tx, by, BedUse::Medical)?);
            let table = names.at(tx)?;
            let areas: Vec<(String, i64, Tally, Tally)> = figures::by_area(tx, by)?
                .into_iter()
                .map(|(area, n, care, medical)| (table.name(area), n, care, medical))
                .collect();
            Ok::<_, Error>((figures::count(tx, by)?, places, sums, areas))
        })
        .await?;
    let body = html! {
        (tallies(sums.0, sums.1))
        (ui::table_or(&HEADINGS, places.iter().map(row), ui::empty("您的辖区内没有设床位的机构。", None)))
        (ui::pager(&PageInfo::new("/beds", page, SIZE, total)))
        @if areas.len() > 1 { (ui::card("按镇（街道）", by_area(&areas))) }
    };
    Ok(Page::new(&cx, "床位与入住").source(SOURCE).body(body))
}

/// The two uses apart, each with its three numbers.
pub(super) fn tallies(care: Tally, medical: Tally) -> Markup {
    let one = |name: &str, tally: Tally| {
        let note = html! { "开放 " (tally.open) " 张，占用 " (tally.occupied) " 张，空床 " (tally.open - tally.occupied) " 张" };
        ui::figure(&format!("{name}（张）"), tally.beds, note)
    };
    html! { div.yy-figures { (one("养老床位", care)) (one("医疗床位", medical)) } }
}

const HEADINGS: [&str; 7] =
    ["机构", ">养老床位", ">开放", ">占用", ">医疗床位（开放/占用）", ">轮候", "与登记床位数相比"];

fn row(place: &Place) -> Vec<Markup> {
    let care = place.elder_care;
    let medical = place.medical;
    vec![
        html! {
            (ui::row_link(&format!("/beds/{}", place.id), &place.name))
            @if place.outbreak { " " (ui::badge(Tone::Danger, "疫情防控")) }
        },
        ui::text(care.beds),
        ui::text(care.open),
        ui::text(care.occupied),
        ui::text(format!("{}（{}/{}）", medical.beds, medical.open, medical.occupied)),
        ui::text(place.waiting),
        difference(place),
    ]
}

/// What is registered and not drawn, or drawn and not registered.
pub(super) fn difference(place: &Place) -> Markup {
    if place.elder_care.beds + place.medical.beds == 0 {
        return ui::muted("尚未画床位");
    }
    let words = |what: &str, n: Option<i64>| {
        n.map(|n| if n > 0 { format!("{what}多 {n} 张") } else { format!("{what}少 {} 张", -n) })
    };
    let (care, medical) = place.differences();
    let all: Vec<String> = words("养老", care).into_iter().chain(words("医疗", medical)).collect();
    if all.is_empty() { ui::badge(Tone::Success, "一致") } else { ui::badge(Tone::Warning, all.join("，")) }
}

fn by_area(areas: &[(String, i64, Tally, Tally)]) -> Markup {
    let rows = areas.iter().map(|(name, n, care, medical)| {
        let three = |t: &Tally| ui::text(format!("{} / {} / {}", t.beds, t.open, t.occupied));
        vec![ui::text(name), ui::text(n), three(care), three(medical)]
    });
    ui::table(&["镇（街道）", ">机构", ">养老床位 共有/开放/占用", ">医疗床位 共有/开放/占用"], rows)
}
