//! A map that we draw ourselves: institutions as points, pairs as lines. No tiles from elsewhere.

use super::super::model::Side;
use super::super::store::pairs::Proposal;
use kernel::InstitutionId;
use std::collections::HashMap;
use web::ui::Frame;
use web::{Markup, html};

/// Pairs as lines, homes as circles, medical institutions as squares with the number of their row in the table.
pub(super) fn map(proposal: &Proposal, numbers: &HashMap<InstitutionId, usize>) -> Markup {
    let homes = proposal.pairs.iter().map(|pair| &pair.home).chain(&proposal.left_over);
    let homes: Vec<&Side> = homes.collect();
    let medical: Vec<&Side> = proposal.medical.iter().map(|(one, _)| one).collect();
    let places: Vec<(f64, f64)> = homes.iter().chain(&medical).filter_map(|one| one.at).collect();
    let Some(frame) = Frame::around(&places) else { return html! {} };
    let at = |side: &Side| side.at.map(|at| frame.point(at));
    html! {
        svg.yy-map viewBox=(Frame::view_box()) role="img" aria-label="结对示意图：圆点为养老机构，方块为医疗机构，连线为结对" {
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
