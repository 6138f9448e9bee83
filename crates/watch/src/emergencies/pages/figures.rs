//! How fast it was: to answer, to send, to be there; by area and by hour. Drills are left out.

use super::super::measure::{Stat, Target, Times, spoken};
use super::super::model::Step;
use super::super::store;
use super::{SOURCE, book};
use axum::response::Response;
use chrono::TimeDelta;
use db::Actor;
use kernel::{Area, Bp, Date};
use policy::{Facts, Library};
use registry::areas::NameTable;
use registry::areas::Names;
use serde::Deserialize;
use std::collections::BTreeMap;
use web::ui::{self, Tone};
use web::{Cx, Error, Markup, Page, Query, html};

/// Without a choice the figures look back so many days.
const DAYS: i64 = 30;
/// The longest span, in days: two years.
const MOST: i64 = 731;

#[derive(Clone, Debug, Deserialize)]
pub(in super::super) struct Wanted {
    from: Option<Date>,
    until: Option<Date>,
}

/// Figures of one row: answering, sending, being there.
pub(super) type Row = (String, [Stat; 3]);

/// All that page and workbook show.
pub(super) struct Figures {
    pub(super) place: String,
    pub(super) from: Date,
    pub(super) until: Date,
    pub(super) targets: [Option<Target>; 3],
    pub(super) whole: [Stat; 3],
    pub(super) areas: Vec<Row>,
    pub(super) hours: Vec<Row>,
}

/// The target of a step, by the documents of the actor's area.
pub(super) fn target(library: &Library, by: &Actor, step: Step) -> Option<Target> {
    let decision =
        library.decide("emergency_targets", by.scope.area, by.today(), &Facts::new().with("step", step.code()));
    let (within, share) = (decision.int("within_seconds")?, Bp(decision.int("share_bp")?));
    Some(Target { within, share, unverified: decision.unverified.first().cloned() })
}

fn stats(all: &[&Times], targets: &[Option<Target>; 3]) -> [Stat; 3] {
    let of = |at: usize| Stat::of(all.iter().copied(), Step::ALL[at], targets[at].as_ref());
    [of(0), of(1), of(2)]
}

/// The level by which figures are parted: what lies directly below.
fn part(scope: Area, of: Area) -> Area {
    use kernel::area::Level;
    let below = [Level::City, Level::County, Level::Town, Level::Village].into_iter().find(|l| *l > scope.level());
    of.up_to(below.unwrap_or(Level::Village))
}

async fn gather(cx: &Cx, wanted: &Wanted) -> Result<Figures, Error> {
    let until = wanted.until.unwrap_or_else(|| cx.today());
    let from = wanted.from.unwrap_or(until - TimeDelta::days(DAYS - 1));
    if from > until || (until - from).num_days() > MOST {
        return Err(Error::field("from", "自", "应不晚于结束日期，最长两年"));
    }
    let wrong = || Error::field("until", "至", "请核对日期");
    let begin = kernel::time::at(from, 0, 0).ok_or_else(wrong)?;
    let end = until.succ_opt().and_then(|next| kernel::time::at(next, 0, 0)).ok_or_else(wrong)?;
    let names = cx.state.get::<Names>();
    let (all, names) =
        cx.read(move |tx, by| Ok::<_, Error>((store::times(tx, by, (begin, end), None)?, names.at(tx)?))).await?;
    let by = cx.actor();
    let target = |step| target(&cx.state.policies, &by, step);
    let targets = [target(Step::Answer), target(Step::Dispatch), target(Step::Arrive)];
    Ok(parted(&all, &names, by.scope.area, (from, until), targets))
}

fn parted(
    all: &[Times],
    names: &NameTable,
    scope: Area,
    (from, until): (Date, Date),
    targets: [Option<Target>; 3],
) -> Figures {
    let mut areas: BTreeMap<Area, Vec<&Times>> = BTreeMap::new();
    let mut hours: BTreeMap<i64, Vec<&Times>> = (0..24).map(|hour| (hour, vec![])).collect();
    for one in all {
        areas.entry(part(scope, one.area)).or_default().push(one);
        hours.entry(one.hour()).or_default().push(one);
    }
    let whole: Vec<&Times> = all.iter().collect();
    Figures {
        place: names.name(scope),
        whole: stats(&whole, &targets),
        areas: areas.iter().map(|(area, some)| (names.name(*area), stats(some, &targets))).collect(),
        hours: hours.iter().map(|(hour, some)| (format!("{hour} 时"), stats(some, &targets))).collect(),
        from,
        until,
        targets,
    }
}

pub(in super::super) async fn show(cx: Cx, Query(wanted): Query<Wanted>) -> Result<Markup, Error> {
    let f = gather(&cx, &wanted).await?;
    let body = html! {
        (ui::filters("/emergencies/figures", html! { (ui::date("自", "from", Some(f.from))) (ui::date("至", "until", Some(f.until))) }))
        (ui::columns(&(0..3).map(|at| figure(&f, at)).collect::<Vec<_>>()))
        (ui::card("按地区", table("地区", &f.areas)))
        (ui::card("按时段（北京时间）", table("时段", &f.hours)))
        (reading(&f))
    };
    let href = format!("/emergencies/figures/xlsx?from={}&until={}", f.from, f.until);
    let actions = ui::link_button(&href, "下载 Excel", Tone::Neutral);
    Ok(Page::new(&cx, "响应时效").crumb("值班台", "/emergencies/board").actions(actions).source(SOURCE).body(body))
}

fn figure(f: &Figures, at: usize) -> Markup {
    let (stat, target) = (f.whole[at], f.targets[at].as_ref());
    let label = format!("{}及时", Step::ALL[at]);
    let share = stat.share().map_or_else(|| "—".to_owned(), |share| share.to_string());
    let met = target.zip(stat.share()).map(|(target, share)| share >= target.share);
    ui::figure(
        &label,
        share,
        html! {
            (stat.in_time) " / " (stat.count) " 件"
            @if let Some(t) = target { "，目标 " (spoken(t.within)) "内 " (t.share.to_string()) }
            @match met { Some(true) => { " " (ui::badge(Tone::Success, "达到")) }, Some(false) => { " " (ui::badge(Tone::Danger, "未达到")) }, None => {} }
        },
    )
}

fn table(first: &str, rows: &[Row]) -> Markup {
    let headings = [
        first,
        ">件数",
        ">接听中位",
        ">接听九成",
        ">及时接听",
        ">派单中位",
        ">派单九成",
        ">及时派单",
        ">到场中位",
        ">到场九成",
        ">及时到场",
    ];
    let took = |seconds: Option<i64>| ui::opt(seconds.map(spoken));
    let rows = rows.iter().map(|(name, stats)| {
        let cells = stats.iter().flat_map(|s| [took(s.median), took(s.p90), ui::bp(s.share())]);
        [ui::text(name), ui::text(stats[0].count)].into_iter().chain(cells).collect()
    });
    ui::table_or(&headings, rows, ui::empty("这段时间没有呼救。", None))
}

fn reading(f: &Figures) -> Markup {
    let doubts: Vec<String> = f.targets.iter().flatten().filter_map(|t| t.unverified.clone()).collect();
    html! {
        p.text-secondary {
            "接听：从报警或振铃到坐席接手，没有人接的来电计入件数、不算及时；坐席手工登记的呼救和在报警列表上直接结束的报警不计。派单、到场：从报警或振铃到派出第一人、第一人（或 120）到场，只计派了人的。"
            "中位：一半不超过；九成：十次中九次不超过。演练不计入。"
        }
        @if let Some(why) = doubts.first() { p { "目标 " (ui::unverified(why)) } }
    }
}

pub(in super::super) async fn workbook(cx: Cx, Query(wanted): Query<Wanted>) -> Result<Response, Error> {
    let f = gather(&cx, &wanted).await?;
    let bytes = book::write(&f).map_err(|e| Error::Internal(e.to_string()))?;
    let name = format!("呼救响应时效-{}-{}至{}.xlsx", f.place, f.from, f.until);
    Ok(web::download(&name, web::XLSX, bytes))
}
