//! The board: carers × hours as a table whose columns are five minutes, so that it prints, and lists for a telephone.

use super::super::day::{Day, DayCarer};
use super::super::words::{Names, clock, minutes};
use routing::{Plan, Seconds, Tour};
use web::ui::{self, Tone};
use web::{Markup, html};

/// Width of a column.
const CELL: Seconds = 300;
const HOUR: Seconds = 3_600;

/// What is shown of a plan.
pub(super) struct Shown<'a> {
    pub day: &'a Day,
    pub plan: &'a Plan,
    pub names: &'a Names,
    /// What does not move: agreed, begun, about to begin.
    pub firm: Vec<String>,
    /// What the plan moves.
    pub moved: Vec<String>,
    /// May be dragged.
    pub open: bool,
}

struct Grid {
    from: Seconds,
    until: Seconds,
}

impl Grid {
    fn of(plan: &Plan) -> Self {
        let from = plan.tours.iter().map(|tour| tour.leave).min().unwrap_or(8 * HOUR);
        let until = plan.tours.iter().map(|tour| tour.home).max().unwrap_or(17 * HOUR);
        Self { from: from.div_euclid(HOUR) * HOUR, until: (until + HOUR - 1).div_euclid(HOUR) * HOUR }
    }

    fn cells(&self) -> Seconds {
        (self.until - self.from) / CELL
    }

    fn cell(&self, at: Seconds) -> Seconds {
        ((at - self.from + CELL / 2).div_euclid(CELL)).clamp(0, self.cells())
    }

    fn at(&self, cell: Seconds) -> Seconds {
        self.from + cell * CELL
    }
}

/// A stretch of a carer's row.
enum Part {
    Gap,
    Road,
    Rest,
    Visit(String, Seconds, Seconds),
}

/// The stretches of a tour in cells: first cell, cells, what.
fn parts(grid: &Grid, tour: Option<&Tour>) -> Vec<(Seconds, Seconds, Part)> {
    let mut all = vec![];
    let mut now = 0;
    let mut put = |until: Seconds, least: Seconds, part: Part| {
        let until = until.max(now + least).min(grid.cells());
        if until > now {
            all.push((now, until - now, part));
            now = until;
        }
    };
    if let Some(tour) = tour {
        put(grid.cell(tour.leave), 0, Part::Gap);
        for stop in &tour.stops {
            put(grid.cell(stop.arrival), 0, Part::Road);
            put(grid.cell(stop.start), 0, Part::Gap);
            let part = stop.visit.clone().map_or(Part::Rest, |visit| Part::Visit(visit, stop.start, stop.end));
            put(grid.cell(stop.end), 1, part);
        }
        put(grid.cell(tour.home), 0, Part::Road);
    }
    put(grid.cells(), 0, Part::Gap);
    all
}

/// The carers who have a row: those on duty, those with a tour.
fn rows<'a>(s: &Shown<'a>) -> Vec<(&'a DayCarer, Option<&'a Tour>)> {
    let tour = |one: &DayCarer| s.plan.tours.iter().find(|tour| tour.carer == one.id.to_string());
    let all = s.day.carers.iter().map(|one| (one, tour(one)));
    all.filter(|(one, tour)| one.there() || tour.is_some()).collect()
}

/// The table.
pub(super) fn board(s: &Shown<'_>) -> Markup {
    let grid = Grid::of(s.plan);
    let hours = (grid.until - grid.from) / HOUR;
    html! {
        div.yy-board-frame {
            table.yy-board aria-label="各人员一天的安排" {
                colgroup { col.yy-board-name; @for _ in 0..grid.cells() { col; } }
                thead { tr {
                    th scope="col" { "人员" }
                    @for n in 0..hours { th scope="col" colspan=(HOUR / CELL) { (clock(grid.from + n * HOUR)) } }
                } }
                tbody { @for (one, tour) in rows(s) { tr {
                    th scope="row" { (one.name) }
                    @for (first, cells, part) in parts(&grid, tour) { (cell(s, &grid, one, (first, cells, part))) }
                } } }
            }
        }
        p.yy-legend.mb-3 {
            span { span.yy-key.yy-stop {} " 上门" } span { span.yy-key.yy-stop.yy-firm {} " 已约定或已开始，不动" }
            span { span.yy-key.yy-stop.yy-moved {} " 有改动" } span { span.yy-key.yy-road {} " 路上" } span { span.yy-key.yy-rest {} " 休息" }
        }
    }
}

fn cell(s: &Shown<'_>, grid: &Grid, one: &DayCarer, (first, cells, part): (Seconds, Seconds, Part)) -> Markup {
    let (carer, from, until) = (one.id.to_string(), grid.at(first) / 60, grid.at(first + cells) / 60);
    let drop = s.open.then_some(carer.as_str());
    html! {
        @match part {
            Part::Gap => td.yy-gap colspan=(cells) data-drop=[drop] data-from=(from) data-until=(until) {},
            Part::Road => td.yy-road colspan=(cells) data-drop=[drop] data-from=(from) data-until=(until) title="路上" {},
            Part::Rest => td.yy-rest colspan=(cells) data-drop=[drop] data-from=(from) data-until=(until) title="休息" { "休" },
            Part::Visit(visit, start, end) => {
                @let firm = s.firm.contains(&visit);
                @let title = format!("{} {}—{}", s.names.visit(&visit), clock(start), clock(end));
                td.yy-stop .yy-firm[firm] .yy-moved[s.moved.contains(&visit)] colspan=(cells) title=(title)
                    draggable=[(s.open && !firm).then_some("true")] data-visit=(visit) data-carer=(carer)
                    data-drop=[drop] data-from=(from) data-until=(until) { span { (s.names.visit(&visit)) } }
            },
        }
    }
}

/// The same as lists: one for each carer, for a telephone and for reading aloud.
pub(super) fn lists(s: &Shown<'_>) -> Markup {
    html! {
        div.yy-tours {
            @for (one, tour) in rows(s) {
                section.yy-tour {
                    h3 { (one.name) " " @if let Some(tour) = tour { (ui::muted(summary(tour))) } @else { (ui::muted("没有上门")) } }
                    @if let Some(tour) = tour { ol { @for stop in &tour.stops { li {
                        span.yy-code { (clock(stop.start)) "—" (clock(stop.end)) } " "
                        @match &stop.visit {
                            None => "休息",
                            Some(visit) => {
                                @if s.open && !s.firm.contains(visit) { a href=(format!("?visit={visit}&from={}#move", one.id)) { (s.names.visit(visit)) } }
                                @else { (s.names.visit(visit)) }
                                @if s.firm.contains(visit) { " " (ui::badge(Tone::Success, "不动")) }
                                @if s.moved.contains(visit) { " " (ui::badge(Tone::Warning, "有改动")) }
                            },
                        }
                        @if stop.travel > 0 || stop.wait > 0 {
                            " " (ui::muted(format!("路上 {} 分钟{}", minutes(stop.travel.into()),
                                if stop.wait >= 60 { format!("，等 {} 分钟", minutes(stop.wait.into())) } else { String::new() })))
                        }
                    } } } }
                }
            }
        }
    }
}

fn summary(tour: &Tour) -> String {
    let visits = tour.stops.iter().filter(|stop| stop.visit.is_some()).count();
    let road: Seconds = tour.stops.iter().map(|stop| stop.travel).sum::<Seconds>() + tour.travel_home;
    format!("{} 出发，{} 回；{visits} 次，路上 {} 分钟", clock(tour.leave), clock(tour.home), minutes(road.into()))
}
