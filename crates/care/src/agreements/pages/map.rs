//! A map that we draw ourselves: institutions as points, pairs as lines. No tiles from elsewhere.

use super::super::model::Side;
use super::super::store::pairs::Proposal;
use kernel::InstitutionId;
use std::collections::HashMap;
use web::{Markup, html};

/// Size of the picture in its own units.
const WIDE: f64 = 960.0;
const HIGH: f64 = 640.0;
const EDGE: f64 = 40.0;

/// Where each institution lies in the picture.
struct Frame {
    west: f64,
    north: f64,
    /// Units of the picture for a degree of latitude.
    scale: f64,
    /// What is left over on the left and at the top, so that the drawing stands in the middle.
    slack: (f64, f64),
    /// A degree of longitude is shorter than one of latitude by this.
    squeeze: f64,
}

impl Frame {
    /// The frame around all places; none without a place.
    fn around(places: &[(f64, f64)]) -> Option<Self> {
        let edge = |of: fn(&(f64, f64)) -> f64, pick: fn(f64, f64) -> f64| places.iter().map(of).reduce(pick);
        let (west, east) = (edge(|p| p.0, f64::min)?, edge(|p| p.0, f64::max)?);
        let (south, north) = (edge(|p| p.1, f64::min)?, edge(|p| p.1, f64::max)?);
        let squeeze = f64::midpoint(south, north).to_radians().cos();
        let across = (WIDE - 2.0 * EDGE) / ((east - west) * squeeze).max(1e-6);
        let down = (HIGH - 2.0 * EDGE) / (north - south).max(1e-6);
        let scale = across.min(down);
        let slack = |room: f64, degrees: f64| (room - degrees * scale).max(0.0) / 2.0;
        let slack = (slack(WIDE, (east - west) * squeeze), slack(HIGH, north - south));
        Some(Self { west, north, scale, slack, squeeze })
    }

    fn point(&self, (lon, lat): (f64, f64)) -> (i64, i64) {
        let x = self.slack.0 + (lon - self.west) * self.squeeze * self.scale;
        let y = self.slack.1 + (self.north - lat) * self.scale;
        (x.round() as i64, y.round() as i64)
    }
}

/// Pairs as lines, homes as circles, medical institutions as squares with the number of their row in the table.
pub(super) fn map(proposal: &Proposal, numbers: &HashMap<InstitutionId, usize>) -> Markup {
    let homes = proposal.pairs.iter().map(|pair| &pair.home).chain(&proposal.left_over);
    let homes: Vec<&Side> = homes.collect();
    let medical: Vec<&Side> = proposal.medical.iter().map(|(one, _)| one).collect();
    let places: Vec<(f64, f64)> = homes.iter().chain(&medical).filter_map(|one| one.at).collect();
    let Some(frame) = Frame::around(&places) else { return html! {} };
    let at = |side: &Side| side.at.map(|at| frame.point(at));
    let box_of = format!("0 0 {WIDE} {HIGH}");
    html! {
        svg.yy-map viewBox=(box_of) role="img" aria-label="结对示意图：圆点为养老机构，方块为医疗机构，连线为结对" {
            @for pair in &proposal.pairs {
                @if let (Some((x, y)), Some((x2, y2))) = (at(&pair.home), at(&pair.medical)) {
                    line.yy-map-agreed[pair.agreed] x1=(x) y1=(y) x2=(x2) y2=(y2) {
                        title { (pair.home.name) " — " (pair.medical.name) " " (super::kilometres(pair.metres)) }
                    }
                }
            }
            @for home in &homes {
                @if let Some((x, y)) = at(home) { circle cx=(x) cy=(y) r="6" { title { (home.name) } } }
            }
            @for one in &medical {
                @if let Some((x, y)) = at(one) {
                    rect x=(x - 9) y=(y - 9) width="18" height="18" { title { (one.name) } }
                    @if let Some(number) = numbers.get(&one.id) { text x=(x) y=(y + 5) { (number) } }
                }
            }
        }
    }
}
