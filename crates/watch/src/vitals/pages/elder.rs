//! An elder's watching page: what they wear, the newest values, one picture at a time, own limits, the safe area.

use super::super::curves::{self, Curve, GROUPS, Grain, Group, Span};
use super::super::limits::model::Whose;
use super::super::limits::{self, Band, Limit};
use super::super::model::{Measurement, Vital};
use super::super::safe_area::{self, SafeArea};
use super::super::trends::{self, Trend, Windows};
use super::super::views::{self, Standing};
use super::super::{LIMIT, store};
use super::{SOURCE, elder_id, parts};
use crate::alarms::{self, model::Alarm};
use crate::devices::store::Contact;
use crate::devices::{self, Device};
use axum::extract::Path;
use care::subject::Subject;
use db::{Actor, Tx};
use kernel::{ElderId, Instant};
use policy::Library;
use serde::Deserialize;
use web::ui::{self, Tone};
use web::{Cx, Error, Markup, Page, Query, html};

/// So many rows stand under a picture.
const MOST_ROWS: usize = 400;
/// So many alarms are named.
const ALARMS: i64 = 5;

#[derive(Clone, Deserialize)]
pub(in super::super) struct Asked {
    show: Option<String>,
    span: Option<String>,
}

pub(super) struct Case {
    pub subject: Subject,
    pub worn: Vec<(Device, Contact)>,
    pub latest: Vec<Measurement>,
    pub limits: Vec<Limit>,
    pub worse: Vec<Trend>,
    pub area: Option<SafeArea>,
    pub position: Option<(i64, i64, Instant)>,
    pub group: Option<&'static Group>,
    pub curves: Vec<Curve>,
    pub alarms: Vec<Alarm>,
}

/// Which picture: the one asked for, or the first that has values.
fn group(asked: Option<&str>, latest: &[Measurement]) -> Option<&'static Group> {
    let has = |group: &&Group| latest.iter().any(|m| group.vitals.contains(&m.vital));
    GROUPS.iter().find(|group| Some(group.code) == asked).or_else(|| GROUPS.iter().find(has))
}

fn load(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, asked: &Asked) -> Result<Case, Error> {
    let (subject, limits) = views::own(tx, by, elder)?;
    let latest = store::latest(tx, elder)?;
    let group = group(asked.show.as_deref(), &latest);
    let span = Span::parse(asked.span.as_deref());
    let mut drawn = vec![];
    for vital in group.map_or(&[][..], |group| group.vitals) {
        drawn.push(curves::store::curve(tx, elder, *vital, span, by.now)?);
    }
    Ok(Case {
        worn: devices::store::worn(tx, elder)?,
        worse: trends::store::of_elder(tx, elder)?,
        area: safe_area::store::of_elder(tx, elder)?,
        position: safe_area::store::last_position(tx, elder)?,
        subject,
        latest,
        limits,
        group,
        curves: drawn,
        alarms: alarms::store::of_elder(tx, elder, ALARMS)?,
    })
}

pub(in super::super) async fn show(
    cx: Cx,
    Path(elder): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Markup, Error> {
    let elder = elder_id(&elder)?;
    let wanted = asked.clone();
    let case = cx.read(move |tx, by| load(tx, by, elder, &wanted)).await?;
    cx.note(db::audit::Entry { action: "vitals.read", elder: Some(elder), ..Default::default() }).await?;
    let (library, whose) = (cx.state.policies.clone(), Whose::of(&case.subject, cx.today()));
    let standings = views::standings(&library, &whose, &case.limits, &case.latest);
    let body = html! {
        (worse(&cx, &case))
        (ui::columns(&[
            ui::card("最近数值", newest(&library, &whose, &case, &standings, cx.now)),
            parts::worn(&cx, &case),
        ]))
        (picture(&library, &whose, &case, Span::parse(asked.span.as_deref()), elder))
        (parts::alarms(&cx, &case))
        (parts::limits(&cx, &library, &whose, &case))
        (parts::area(&cx, &case))
    };
    let name = &case.subject.name;
    let actions = html! {
        button.btn type="button" data-print { "打印" }
        @if cx.may(crate::huts::CARD) { (ui::button_post(&cx, &format!("/huts/cards/{elder}"), "发健康小屋卡", Tone::Neutral)) }
    };
    let title = format!("健康监测：{name}");
    let page = Page::new(&cx, &title).crumb("监测中的老年人", "/vitals").crumb(name, &format!("/elders/{elder}"));
    Ok(page.actions(actions).source(SOURCE).body(body))
}

fn worse(cx: &Cx, case: &Case) -> Markup {
    let windows = Windows::of(&cx.state.policies, case.subject.area, cx.today());
    let Some(windows) = windows.filter(|_| !case.worse.is_empty()) else { return html! {} };
    let list = html! { ul { @for trend in &case.worse { li { (trend.words(&windows)) } } } };
    ui::alert(Tone::Warning, "指标变差", list)
}

fn newest(library: &Library, whose: &Whose, case: &Case, all: &[Standing], now: Instant) -> Markup {
    let rows = all.iter().map(|s| {
        let vital = s.measured.vital;
        let band = limits::store::in_force(library, whose, &case.limits, vital);
        let own = case.limits.iter().any(|limit| limit.vital == vital && limit.ended_at.is_none());
        let said = html! { (band.words(vital)) @if own { " " (ui::badge(Tone::Info, "个人")) } };
        vec![ui::text(vital.name()), views::value(s, now), said]
    });
    let none = ui::empty("还没有测量。", None);
    html! { p.text-secondary { (case.subject.age_and_sex(kernel::time::date_of(now))) } (ui::table_or(&["指标", "数值", "界限"], rows, none)) }
}

fn picture(library: &Library, whose: &Whose, case: &Case, span: Span, elder: ElderId) -> Markup {
    let Some(group) = case.group else { return html! {} };
    let has = |one: &&Group| one.code == group.code || case.latest.iter().any(|m| one.vitals.contains(&m.vital));
    let href = |code: &str, span: Span| format!("/vitals/{elder}?show={code}&span={}#chart", span.code());
    let groups: Vec<(String, &str, bool)> =
        GROUPS.iter().filter(has).map(|one| (href(one.code, span), one.name, one.code == group.code)).collect();
    let spans: Vec<(String, &str, bool)> =
        Span::ALL.iter().map(|(one, _, name)| (href(group.code, *one), *name, *one == span)).collect();
    let body = html! {
        div #chart {
            (ui::tabs(&groups))
            div.btn-list.mb-3.d-print-none role="group" aria-label="时间长短" {
                @for (href, name, here) in &spans {
                    a.btn.btn-primary[*here] href=(href) aria-current=[here.then_some("true")] { (name) }
                }
            }
            (drawing(library, whose, case, group, span))
        }
    };
    ui::card(&format!("{}：{}", group.name, span.name()), body)
}

fn drawing(library: &Library, whose: &Whose, case: &Case, group: &Group, span: Span) -> Markup {
    let bands: Vec<Band> =
        group.vitals.iter().map(|vital| limits::store::in_force(library, whose, &case.limits, *vital)).collect();
    let own = |vital: &Vital| {
        let set = case.limits.iter().find(|limit| limit.vital == *vital && limit.ended_at.is_none());
        set.map(|limit| limit.band).unwrap_or_default()
    };
    let own: Vec<Band> = group.vitals.iter().map(own).collect();
    let count: usize = case.curves.iter().map(|curve| curve.points.len()).sum();
    if count == 0 {
        return ui::empty(&format!("{}内没有测量，可以看更长的时间。", span.name()), None);
    }
    let alt = alt(case, group, span, &bands);
    html! {
        (ui::chart("vitals", 340, &curves::option(&case.curves, &bands, &own), &alt))
        details { summary { "数据表（" (count.min(MOST_ROWS)) " 行，从新到旧）" } (rows(case, &bands)) }
    }
}

/// What the picture shows, in words.
fn alt(case: &Case, group: &Group, span: Span, bands: &[Band]) -> String {
    let said = case.curves.iter().zip(bands).map(|(curve, band)| {
        let vital = curve.vital;
        let least = curve.points.iter().map(|p| p.least).min().unwrap_or_default();
        let most = curve.points.iter().map(|p| p.most).max().unwrap_or_default();
        let out =
            curve.points.iter().filter(|p| band.light(p.least).weight() + band.light(p.most).weight() > 0).count();
        let out = if out > 0 { format!("，{out} 处超出界限") } else { String::new() };
        format!("{} 最低 {}、最高 {}{out}", vital.name(), vital.show(least), vital.shown(most))
    });
    let grain = case.curves.first().map_or("", |curve| curve.grain.name());
    let said: Vec<String> = said.collect();
    format!("{} {}（{grain}）：{}。同色的底为界限之内，横线为个人界限。", group.name, span.name(), said.join("；"))
}

fn rows(case: &Case, bands: &[Band]) -> Markup {
    let each =
        case.curves.iter().zip(bands).flat_map(|(curve, band)| curve.points.iter().map(move |p| (curve, band, p)));
    let mut all: Vec<_> = each.collect();
    all.sort_by_key(|(_, _, point)| std::cmp::Reverse(point.at));
    let shown = all.into_iter().take(MOST_ROWS).map(|(curve, band, p)| {
        let (vital, light) = (curve.vital, band.light(p.drawn(curve.vital)));
        let value = if curve.grain == Grain::Raw {
            vital.shown(p.least)
        } else {
            format!(
                "{}（{} 至 {}，{} 次）",
                vital.shown(p.drawn(vital)),
                vital.show(p.least),
                vital.show(p.most),
                p.count
            )
        };
        vec![
            ui::text(p.when(curve.grain)),
            ui::text(vital.name()),
            ui::text(value),
            ui::badge(light.tone(), light.word()),
        ]
    });
    ui::table(&["时间", "指标", "数值", "判断"], shown)
}

/// Whether the person may set limits of this elder.
pub(super) fn may_limit(cx: &Cx, case: &Case) -> bool {
    cx.may(LIMIT) && case.subject.present
}
