//! The tours on a map that we draw ourselves: a line for each carer, from the institution and back.

use super::super::model::Asked;
use super::super::words::Names;
use routing::{Place, Plan, Tour};
use web::ui::Frame;
use web::{Markup, html};

/// So many lines look different.
const STYLES: usize = 7;

/// The map; nothing when all is in one place.
pub(super) fn map(asked: &Asked, plan: &Plan, names: &Names) -> Markup {
    let places: Vec<(f64, f64)> = asked.places.iter().map(|place| (place.lon, place.lat)).collect();
    let Some(frame) = Frame::around(&places).filter(|_| places.len() > 1) else { return html! {} };
    let (x, y) = frame.point(places[0]);
    html! {
        svg.yy-map.yy-roads viewBox=(Frame::view_box()) role="img" aria-label="路线示意图：方块为机构，每名人员一条线" {
            @for (n, tour) in plan.tours.iter().enumerate() {
                polyline class=(format!("yy-road-{}", n % STYLES)) points=(points(asked, &frame, tour)) {
                    title { (names.carer(&tour.carer)) }
                }
            }
            @for at in places.iter().skip(1) { @let (x, y) = frame.point(*at); circle cx=(x) cy=(y) r="5" {} }
            rect x=(x - 8) y=(y - 8) width="16" height="16" { title { "机构" } }
        }
        p.yy-legend { @for (n, tour) in plan.tours.iter().enumerate() {
            span { svg.yy-road-key viewBox="0 0 40 8" aria-hidden="true" { line class=(format!("yy-road-{}", n % STYLES)) x1="0" y1="4" x2="40" y2="4" {} } " " (names.carer(&tour.carer)) }
        } }
    }
}

fn points(asked: &Asked, frame: &Frame, tour: &Tour) -> String {
    let place =
        |visit: &str| asked.problem.visits.iter().find(|v| v.id == visit).map(|v| asked.places[asked.rows[v.place]]);
    let stops = tour.stops.iter().filter_map(|stop| place(stop.visit.as_deref()?));
    let home = asked.places.first().copied();
    let all: Vec<Place> = home.into_iter().chain(stops).chain(home).collect();
    let point = |place: &Place| {
        let (x, y) = frame.point((place.lon, place.lat));
        format!("{x},{y}")
    };
    all.iter().map(point).collect::<Vec<_>>().join(" ")
}
