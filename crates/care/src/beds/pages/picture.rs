//! One picture of all beds of an institution: a letter and a colour for each.

use super::super::model::{Bed, BedUse, InfectionZone, Tally};
use super::super::store::{self, outbreak};
use super::{SOURCE, institution, overview, place_id, tabs};
use crate::beds::MANAGE;
use axum::extract::Path;
use std::fmt::Write;
use web::ui::{self, Tone};
use web::{Cx, Error, Markup, Page, html};

pub(in super::super) async fn show(cx: Cx, Path(id): Path<String>) -> Result<Markup, Error> {
    let id = place_id(&id)?;
    let (place, beds, care, medical, open) = cx
        .read(move |tx, by| {
            let place = institution(tx, by, id)?;
            let beds = store::beds(tx, by, id)?;
            let care = store::tally(tx, id, BedUse::ElderCare)?;
            let medical = store::tally(tx, id, BedUse::Medical)?;
            Ok::<_, Error>((place, beds, care, medical, outbreak::current(tx, id)?))
        })
        .await?;
    cx.note(db::audit::Entry { action: "beds.read", subject: place.facts.name.clone(), ..Default::default() }).await?;
    let body = html! {
        (tabs(&cx, id, ""))
        @if let Some(open) = &open {
            (ui::alert(Tone::Danger, "疫情防控中", html! { (open.began_on) " 起：" (open.reason) "。跨区安排一律不予办理。" }))
        }
        (body(&cx, id, &beds, (care, medical), open.is_some()))
    };
    Ok(Page::new(&cx, &place.facts.name).crumb("床位与入住", "/beds").source(SOURCE).body(body))
}

fn body(cx: &Cx, id: kernel::InstitutionId, beds: &[Bed], (care, medical): (Tally, Tally), zoned: bool) -> Markup {
    if beds.is_empty() {
        let way = cx.may(MANAGE).then(|| ui::link_button(&format!("/beds/{id}/rooms"), "画房间和床位", Tone::Primary));
        return ui::empty("还没有画房间和床位。", way);
    }
    html! {
        (overview::tallies(care, medical))
        (legend())
        @for floor in beds.chunk_by(|a, b| a.room.building == b.room.building && a.room.floor == b.room.floor) {
            section.yy-floor {
                h2 { (floor[0].room.building) " " (floor[0].room.floor) " 层 " span.text-secondary { (spare(floor)) } }
                div.yy-rooms { (maud::PreEscaped(rooms(floor, zoned))) }
            }
        }
    }
}

fn spare(floor: &[Bed]) -> String {
    format!("{} 张，空床 {} 张", floor.len(), floor.iter().filter(|bed| bed.free()).count())
}

fn legend() -> Markup {
    let signs = [
        ("空", "free", "空床"),
        ("住", "living", "在住"),
        ("外", "away", "外出"),
        ("院", "hospital", "住院保留"),
        ("留", "held", "已预留"),
        ("停", "closed", "停用"),
    ];
    html! {
        p.yy-legend {
            @for (letter, class, word) in signs { span { span class={ "yy-bed yy-" (class) } { (letter) } " " (word) } }
            span { span.yy-bed.yy-free.yy-medical { "空" } " 双线框为医疗床位" }
        }
    }
}

/// The rooms of a floor as text: thousands of beds are written without a tree of values between.
fn rooms(floor: &[Bed], zoned: bool) -> String {
    let mut out = String::with_capacity(floor.len() * 160);
    for room in floor.chunk_by(|a, b| a.room.id == b.room.id) {
        let first = &room[0].room;
        let zone = if zoned { first.infection_zone } else { InfectionZone::Clean };
        _ = write!(out, "<div class=\"yy-room yy-zone-{}\"><b>{}</b>", zone.code(), escaped(&first.name));
        if zoned {
            _ = write!(out, "<small>{}</small>", zone.name());
        }
        for bed in room {
            one(&mut out, bed);
        }
        out.push_str("</div>");
    }
    out
}

fn one(out: &mut String, bed: &Bed) {
    let (letter, word, class) = bed.sign();
    let medical = if bed.bed_use == BedUse::Medical { " yy-medical" } else { "" };
    let name = bed.taken.as_ref().and_then(|taken| taken.name.as_deref()).map(escaped).unwrap_or_default();
    _ = write!(
        out,
        "<a class=\"yy-bed yy-{class}{medical}\" href=\"/beds/{}/bed/{}\" title=\"{} 床 {word} {name}\">{letter}</a>",
        bed.institution,
        bed.id,
        escaped(&bed.label)
    );
}

fn escaped(text: &str) -> String {
    html! { (text) }.into_string()
}
