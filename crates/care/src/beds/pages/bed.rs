//! One bed: who is in it, who was, opening and closing, conversion.

use super::super::model::{Bed, BedState, BedUse, Ward};
use super::super::store::figures::{self, Converted};
use super::super::store::rooms::{self, Conversion};
use super::super::store::{self, steps};
use super::{SOURCE, bed_id, institution, place_id, rooms::seen, tone};
use crate::beds::MANAGE;
use axum::extract::Path;
use axum::response::Response;
use kernel::Date;
use policy::Decision;
use registry::institutions::Institution;
use serde::Deserialize;
use web::ui::{self, Field, Tone};
use web::{Cx, Error, Form, Markup, Page, html};

type Ids = Path<(String, String)>;

struct Case {
    place: Institution,
    bed: Bed,
    lain: Vec<store::Lain>,
    trail: Vec<Converted>,
    may: Decision,
}

const fn other(bed_use: BedUse) -> BedUse {
    match bed_use {
        BedUse::Medical => BedUse::ElderCare,
        BedUse::ElderCare => BedUse::Medical,
    }
}

pub(in super::super) async fn show(cx: Cx, Path((id, bed)): Ids) -> Result<Markup, Error> {
    let (id, bed, library) = (place_id(&id)?, bed_id(&bed)?, cx.state.policies.clone());
    let case = cx
        .read(move |tx, by| {
            let place = institution(tx, by, id)?;
            let bed = store::bed_of(tx, by, id, bed)?;
            let may = rooms::convertible(tx, by, &library, &bed, (other(bed.bed_use), true))?;
            let (lain, trail) = (store::lain(tx, by, &bed)?, figures::conversions(tx, id, Some(bed.id))?);
            Ok::<_, Error>(Case { place, bed, lain, trail, may })
        })
        .await?;
    let bed = &case.bed;
    let entry = db::audit::Entry {
        action: "beds.read",
        subject: bed.place(),
        elder: bed.taken.as_ref().map(|taken| taken.key.elder),
        ..Default::default()
    };
    cx.note(entry).await?;
    let rows = case
        .lain
        .iter()
        .map(|(name, from, until, bed_use)| vec![ui::text(name), ui::text(from), ui::opt(*until), ui::text(bed_use)]);
    let body = html! {
        (ui::card("床位", overview(bed)))
        @if cx.may(MANAGE) { (ui::columns(&[state_form(&cx, bed), convert_form(&cx, &case)])) }
        (ui::card("入住过的老年人", ui::table(&["姓名", "起", "止", "当时的用途"], rows)))
        (ui::card("床位转换", trail(&case.trail)))
    };
    let page = Page::new(&cx, &bed.place()).crumb("床位与入住", "/beds");
    Ok(page.crumb(&case.place.facts.name, &format!("/beds/{id}")).source(SOURCE).body(body))
}

fn overview(bed: &Bed) -> Markup {
    let (_, word, _) = bed.sign();
    let who = match &bed.taken {
        Some(taken) => html! {
            a href=(taken.key.href()) { (taken.name.as_deref().unwrap_or("（不在您的辖区内）")) } " "
            (ui::badge(tone(taken.state), taken.state.name()))
        },
        None => ui::text(word),
    };
    let mut facts = vec![
        ("现在", who),
        ("用途", ui::text(steps::kind(bed))),
        ("区域", ui::text(bed.room.use_zone)),
        ("防控分区", ui::text(bed.room.infection_zone)),
        ("状态", ui::text(bed.state)),
    ];
    if !bed.note.is_empty() {
        facts.push(("停用原因", ui::text(&bed.note)));
    }
    ui::facts(&facts)
}

fn state_form(cx: &Cx, bed: &Bed) -> Markup {
    let url = format!("/beds/{}/bed/{}/state", bed.institution, bed.id);
    let seen = ui::hidden("seen", bed.changed_at.timestamp_millis().to_string());
    match bed.state {
        BedState::Open => ui::card(
            "停用",
            ui::form(
                cx,
                &url,
                html! {
                    (seen) (ui::hidden("state", BedState::Closed.code()))
                    (ui::field("停用原因", "note", "", Field::text().required().limit(100)))
                    (ui::submit_toned("停用这张床", Tone::Neutral))
                },
            ),
        ),
        BedState::Closed => ui::card(
            "重新开放",
            ui::form(
                cx,
                &url,
                html! { (seen) (ui::hidden("state", BedState::Open.code())) (ui::submit("开放这张床")) },
            ),
        ),
    }
}

fn convert_form(cx: &Cx, case: &Case) -> Markup {
    let (bed, to) = (&case.bed, other(case.bed.bed_use));
    let url = format!("/beds/{}/bed/{}/convert", bed.institution, bed.id);
    let blocked = case.may.bool("refused") != Some(false);
    let form = html! {
        (ui::hidden("to", to.code()))
        @if to == BedUse::Medical { (ui::select("病区", "ward", &Ward::options(), Ward::Other.code())) }
        @else { (ui::hidden("ward", Ward::Other.code())) }
        (ui::field("批准文号", "approval_no", "", Field::text().required().limit(80)))
        (ui::field("批准机关", "approved_by", "", Field::text().required().limit(80)))
        (ui::form_row(&[
            ui::date_with("批准日期", "approved_on", None, Field::date().required().max(cx.today())),
            ui::date_with("转换日期", "on", Some(cx.today()), Field::date().required().max(cx.today())),
        ]))
        (ui::submit(&format!("转为{}", to.name())))
    };
    ui::card(
        &format!("转为{}", to.name()),
        html! {
            @if bed.taken.is_some() { p { "有人占用或已预留，空出后才能转换。" } }
            @else {
                @if blocked { (ui::alert(Tone::Warning, "现在还不能转换", obstacles(cx, &case.may))) }
                (ui::form(cx, &url, form))
            }
            (ui::because(&cx.state.policies, &case.may))
        },
    )
}

fn obstacles(cx: &Cx, decision: &Decision) -> Markup {
    let word = |code: &String| cx.state.policies.label("conversion obstacle", code).unwrap_or(code).to_owned();
    let all: Vec<String> = decision.set("reasons").into_iter().flatten().map(word).collect();
    ui::text(if all.is_empty() { decision.undecided().unwrap_or_default().to_owned() } else { all.join("、") })
}

/// The conversions as a table.
pub(super) fn trail(all: &[Converted]) -> Markup {
    let rows = all.iter().map(|(on, bed, from, to, number, approved, by, who)| {
        vec![
            ui::text(on),
            ui::text(bed),
            ui::text(format!("{} → {}", from.name(), to.name())),
            ui::text(format!("{number}（{by}，{approved}）")),
            ui::text(who),
        ]
    });
    ui::table_or(&["日期", "床位", "转换", "批准", "办理人"], rows, ui::empty("没有转换过。", None))
}

#[derive(Deserialize)]
pub(in super::super) struct Stated {
    state: BedState,
    note: Option<String>,
    seen: i64,
}

pub(in super::super) async fn state(cx: Cx, Path((id, bed)): Ids, Form(s): Form<Stated>) -> Result<Response, Error> {
    let (id, bed, at) = (place_id(&id)?, bed_id(&bed)?, seen(s.seen)?);
    let note = s.note.unwrap_or_default();
    cx.write(move |tx, by| rooms::set_state(tx, by, (id, bed, at), (s.state, &note))).await?;
    Ok(web::see_with(&format!("/beds/{id}/bed/{bed}"), &format!("已改为{}", s.state.name())))
}

#[derive(Deserialize)]
pub(in super::super) struct Converting {
    to: BedUse,
    ward: Ward,
    approval_no: Option<String>,
    approved_by: Option<String>,
    approved_on: Date,
    on: Date,
}

pub(in super::super) async fn convert(
    cx: Cx,
    Path((id, bed)): Ids,
    Form(c): Form<Converting>,
) -> Result<Response, Error> {
    let (id, bed, library) = (place_id(&id)?, bed_id(&bed)?, cx.state.policies.clone());
    let new = Conversion {
        to: c.to,
        ward: c.ward,
        approval_no: c.approval_no.unwrap_or_default(),
        approved_on: c.approved_on,
        approved_by: c.approved_by.unwrap_or_default(),
        on: c.on,
    };
    let to = new.to.name();
    cx.write(move |tx, by| rooms::convert(tx, by, &library, (id, bed), &new)).await?;
    Ok(web::see_with(&format!("/beds/{id}/bed/{bed}"), &format!("已转为{to}")))
}
