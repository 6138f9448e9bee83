//! Drawing rooms and beds, and saying what each room suits.

use super::super::model::{BedUse, InfectionZone, Plan, Room, UseZone, Ward};
use super::super::store::rooms;
use super::{SOURCE, institution, place_id, tabs};
use axum::extract::Path;
use axum::response::Response;
use kernel::{InstitutionId, RoomId};
use serde::Deserialize;
use web::ui::{self, Field};
use web::{Cx, Error, Form, Markup, Page, html};

pub(in super::super) async fn show(cx: Cx, Path(id): Path<String>) -> Result<Markup, Error> {
    let id = place_id(&id)?;
    let (place, all) = cx.read(move |tx, by| Ok::<_, Error>((institution(tx, by, id)?, rooms::rooms(tx, id)?))).await?;
    let last = all.last();
    let rows = all.iter().map(|room| {
        vec![ui::text(format!("{} {} 室", room.building, room.name)), ui::text(room.floor), zone_form(&cx, id, room)]
    });
    let body = html! {
        (tabs(&cx, id, "/rooms"))
        (ui::card("画一层楼", html! {
            p.text-secondary { "例：1号楼，第 3 层，房号 301 至 320，每间 2 床。已经画过的房间不会重复画。" }
            (ui::form(&cx, &format!("/beds/{id}/rooms"), draw_form(last)))
        }))
        (ui::card("房间的区域", ui::table(&["房间", ">楼层", "适合与防控分区"], rows)))
    };
    let page =
        Page::new(&cx, "房间与床位").crumb("床位与入住", "/beds").crumb(&place.facts.name, &format!("/beds/{id}"));
    Ok(page.source(SOURCE).body(body))
}

fn draw_form(last: Option<&Room>) -> Markup {
    let building = last.map_or("1号楼", |room| room.building.as_str());
    let floor = last.map_or(1, |room| room.floor + 1);
    let wards: Vec<(&str, &str)> = Ward::options();
    html! {
        (ui::form_row(&[
            ui::field("楼栋", "building", building, Field::text().required().limit(20)),
            ui::number("楼层", "floor", Some(floor), Field::number().required()),
            ui::number("首间房号", "first", Some(floor * 100 + 1), Field::number().required().min(1)),
            ui::number("末间房号", "last", Some(floor * 100 + 20), Field::number().required().min(1)),
            ui::number("每间床数", "beds", Some(2), Field::number().required().min(1)),
        ]))
        (ui::form_row(&[
            ui::select("床位用途", "bed_use", &BedUse::options(), "elder_care"),
            ui::select("区域", "use_zone", &UseZone::options(), "elder_care"),
            ui::select_with("病区", "ward", &wards, "other", Field::default().hint("只对医疗床位有用")),
        ]))
        (ui::checkbox("护理型床位", "nursing", true))
        (ui::submit("画出房间和床位"))
    }
}

fn zone_form(cx: &Cx, id: InstitutionId, room: &Room) -> Markup {
    let select = |name: &str, label: &str, options: Vec<(&'static str, &'static str)>, chosen: &str| {
        html! {
            select.form-select.form-select-sm name=(name) aria-label=(format!("{} 室的{label}", room.name)) {
                @for (value, text) in options { option value=(value) selected[value == chosen] { (text) } }
            }
        }
    };
    html! {
        form.yy-inline method="post" action=(format!("/beds/{id}/rooms/{}", room.id)) {
            (ui::csrf(cx))
            (ui::hidden("seen", room.changed_at.timestamp_millis().to_string()))
            (select("use_zone", "区域", UseZone::options(), room.use_zone.code()))
            (select("infection_zone", "防控分区", InfectionZone::options(), room.infection_zone.code()))
            button.btn.btn-sm type="submit" { "保存" }
        }
    }
}

#[derive(Deserialize)]
pub(in super::super) struct Drawn {
    building: String,
    floor: i64,
    first: i64,
    last: i64,
    beds: i64,
    bed_use: BedUse,
    use_zone: UseZone,
    ward: Ward,
    #[serde(default)]
    nursing: bool,
}

pub(in super::super) async fn draw(cx: Cx, Path(id): Path<String>, Form(d): Form<Drawn>) -> Result<Response, Error> {
    let id = place_id(&id)?;
    let plan = Plan {
        building: d.building,
        floor: d.floor,
        first: d.first,
        last: d.last,
        beds: d.beds,
        bed_use: d.bed_use,
        ward: if d.bed_use == BedUse::Medical { d.ward } else { Ward::Other },
        nursing: d.nursing,
        use_zone: d.use_zone,
    };
    let beds = cx.write(move |tx, by| rooms::draw(tx, by, id, &plan)).await?;
    Ok(web::see_with(&format!("/beds/{id}"), &format!("已画出 {beds} 张床")))
}

#[derive(Deserialize)]
pub(in super::super) struct Zoned {
    use_zone: UseZone,
    infection_zone: InfectionZone,
    seen: i64,
}

/// The instant at which a page was made, as its form carries it.
pub(super) fn seen(millis: i64) -> Result<kernel::Instant, Error> {
    let stale = || Error::Conflict("页面已过期，请刷新后再办理".into());
    chrono::DateTime::from_timestamp_millis(millis).ok_or_else(stale)
}

pub(in super::super) async fn zone(
    cx: Cx,
    Path((id, room)): Path<(String, String)>,
    Form(z): Form<Zoned>,
) -> Result<Response, Error> {
    let (id, room) = (place_id(&id)?, RoomId::parse(&room).ok_or(Error::NotFound)?);
    let at = seen(z.seen)?;
    cx.write(move |tx, by| rooms::zone(tx, by, (id, room, at), (z.use_zone, z.infection_zone))).await?;
    Ok(web::see_with(&format!("/beds/{id}/rooms"), "房间的区域已保存"))
}
