//! The places of an elder as one picture: a lane for each kind of place, a bar for each stretch of time.

use super::super::model::Place;
use super::{Stretch, tone};
use kernel::Date;
use web::ui;
use web::{Markup, html};

/// Units across the picture.
const WIDTH: i64 = 1000;
/// A stretch is never drawn narrower.
const NARROWEST: i64 = 6;

/// The picture, and the same in words below it.
pub(super) fn thread(all: &[Stretch], today: Date) -> Markup {
    let Some(first) = all.iter().map(|s| s.spell.from).min() else { return html! {} };
    let last = all.iter().filter_map(|s| s.spell.until).max().unwrap_or(today).max(today);
    let days = (last - first).num_days() + 1;
    let at = |day: Date| (day - first).num_days() * WIDTH / days;
    let lanes: Vec<Place> = Place::ALL.iter().copied().filter(|p| all.iter().any(|s| s.spell.place == *p)).collect();
    html! {
        figure.yy-thread {
            @for lane in &lanes {
                span { (lane.name()) }
                svg viewBox=(format!("0 0 {WIDTH} 24")) preserveAspectRatio="none" aria-hidden="true" {
                    rect.yy-thread-ground x="0" y="11" width=(WIDTH) height="2" {}
                    @for s in all.iter().filter(|s| s.spell.place == *lane) {
                        @let from = at(s.spell.from);
                        @let until = s.spell.until.map_or(WIDTH, at);
                        rect class=(format!("yy-thread-{}", lane.code())) x=(from.min(WIDTH - NARROWEST)) y="3"
                            width=((until - from).max(NARROWEST)) height="18" rx="2" {}
                    }
                }
            }
            span {}
            figcaption { span { (first) } span { @if last == today { "今天 " } (last) } }
        }
        (words(all, today))
    }
}

fn words(all: &[Stretch], today: Date) -> Markup {
    let row = |s: &Stretch| {
        let until = s.spell.until.map_or_else(|| "至今".to_owned(), |day| day.to_string());
        let end = s.spell.until.unwrap_or(today + chrono::Days::new(1));
        let place = html! {
            (ui::badge(tone(s.spell.place), s.spell.place.name())) " " (s.institution)
            @if s.spell.kept { " " (ui::muted("保留")) }
        };
        vec![place, ui::text(s.spell.from), ui::text(until), ui::text((end - s.spell.from).num_days().max(0))]
    };
    ui::table(&["去向", "自", "至", ">天数"], all.iter().rev().map(row))
}
