//! The page of one visit: what it is, what it cost, what can be done about it.

use super::list::{At, glance, over, own, tone};
use super::{SOURCE, badge, bound, clock, href, ids, item_boxes, time_fields};
use crate::visits::catalogue::{self, Item};
use crate::visits::charges::{self, Charge};
use crate::visits::model::{Note, NoteKind, Place, State, Visit};
use crate::visits::offline::{self, Outcome, Vital};
use crate::visits::planner::day::skill_name;
use crate::visits::store::crew::Carer;
use crate::visits::store::fit::{self, Refusal};
use crate::visits::store::reviews::{self, Review};
use crate::visits::store::sync::{self, Noted};
use crate::visits::store::{self, crew, door};
use crate::visits::{Beside, Neighbours, PLAN, VISIT, rules};
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use db::audit::Entry;
use kernel::{ElderId, Instant, VisitId};
use web::ui::{self, Field, Tone};
use web::{Cx, Error, Markup, Page, html, see};

struct Shown {
    visit: Visit,
    name: String,
    at: At,
    notes: Vec<Note>,
    institution: String,
    carer: String,
    second: Option<String>,
    carers: Vec<Carer>,
    charge: Option<Charge>,
    review: Option<Review>,
    beside: Beside,
    locked: bool,
    events: Vec<Noted>,
    vitals: Vec<(Vital, f64, Instant)>,
    pictures: usize,
    agreed: Option<(Instant, String)>,
    refusals: Vec<Refusal>,
}

pub(in crate::visits) async fn show(cx: Cx, Path((elder, id)): Path<(String, String)>) -> Result<Response, Error> {
    let (elder, id) = ids(&elder, &id)?;
    // Files were merged or parted since somebody noted this address, or since the visit was settled.
    let moved = cx.read(move |tx, by| store::moved(tx, by, elder, id)).await?;
    match moved {
        Some(visit) => Ok(see(&href(&visit))),
        None => Ok(page(cx, elder, id).await?.into_response()),
    }
}

async fn read(cx: &Cx, elder: ElderId, id: VisitId) -> Result<Shown, Error> {
    let there = cx.clone();
    cx.read(move |tx, by| {
        let visit = store::find(tx, by, elder, id)?;
        let person = registry::elders::store::find(tx, by, elder)?;
        let mine = own(&there, &visit) && !over(&visit) && visit.day() == there.today();
        let door = if mine { Some(door::of(tx, by, elder)?) } else { None };
        let name = |tx: &mut db::Tx<'_>, id| crew::staff(tx, id).map(|c| c.name).unwrap_or_default();
        Ok::<_, Error>(Shown {
            at: At { area: registry::areas::store::name(tx, person.area)?, door },
            name: person.name,
            notes: door::notes(tx, elder)?,
            institution: registry::institutions::store::name(tx, visit.institution)?,
            carer: name(tx, visit.carer),
            second: visit.second.map(|second| name(tx, second)),
            carers: crew::carers(tx, visit.institution)?,
            charge: store::charges::of(tx, elder, id)?,
            review: reviews::of(tx, elder, id)?,
            beside: Neighbours::of(&there.state, tx, &there, &visit)?,
            locked: store::locked(tx, &visit)?,
            events: sync::events(tx, elder, id)?,
            vitals: sync::vitals(tx, elder, id)?,
            pictures: sync::files(tx, elder, id)?.len(),
            agreed: fit::agreed(tx, elder, id)?,
            refusals: fit::refusals(tx, elder)?,
            visit,
        })
    })
    .await
}

async fn page(cx: Cx, elder: ElderId, id: VisitId) -> Result<Markup, Error> {
    let shown = read(&cx, elder, id).await?;
    if shown.at.door.is_some() {
        cx.note(door::entry(elder, id)).await?;
    }
    let v = &shown.visit;
    let items = catalogue::items_of(&cx.state.policies, v.kind, v.county, v.day());
    let (frozen, theirs) = (shown.locked, v.is_theirs(cx.user.scope));
    let late = !frozen && matches!(v.state, State::Planned | State::CheckedIn | State::Missed | State::Done);
    let waiting = !over(v) && v.planned_to <= cx.now;
    let body = html! {
        @if own(&cx, v) && !over(v) { div.yy-visits { (ui::card("", glance(&cx, v, (&shown.name, &shown.at), true, None))) } }
        @if waiting { (ui::alert(Tone::Warning, "已过计划时间，没有签退", what_now(frozen))) }
        (ui::card("服务", visit_facts(&cx, &shown)))
        @if let Some(charge) = &shown.charge { (ui::card("费用", charge_table(&cx, charge))) }
        @if let Some(review) = &shown.review { (ui::card("核查", review_card(&cx, v, review))) }
        @if !shown.vitals.is_empty() { (ui::card("测量", vital_table(&shown.vitals))) }
        @if shown.pictures > 0 { (ui::card("照片和签名", ui::link(&format!("{}/files", href(v)), &format!("查看 {} 张", shown.pictures)))) }
        @if !shown.events.is_empty() { (ui::card("手机记录", event_table(&shown.events))) }
        (shown.beside.cards)
        @if late && theirs && cx.may(VISIT) { (late_form(&cx, v, &items, waiting)) }
        @if v.state == State::Planned && theirs && cx.may(PLAN) && !frozen { (bound::agree_form(&cx, v, shown.agreed.is_some())) (reassign_form(&cx, v, &shown.carers)) (bound::refuse_form(&cx, v, &shown.carers, &shown.refusals)) }
        @if v.state == State::Planned && theirs && cx.may(VISIT) && !frozen { (call_off_form(&cx, v)) }
        @if cx.may(VISIT) { (notes_form(&cx, v, &shown.notes)) }
        (shown.beside.forms)
    };
    let title = format!("{}　{} 上门服务", shown.name, v.day());
    let list = if own(&cx, v) { ("我的上门", "/visits/mine") } else { ("上门服务", "/visits") };
    Ok(Page::new(&cx, &title).crumb(list.0, list.1).source(SOURCE).body(body))
}

const fn what_now(frozen: bool) -> &'static str {
    if frozen {
        "所在月份已结算，不能再补录；确有差错的，请由长护险经办办理更正。"
    } else {
        "服务过的请补录并写明原因，没有服务的请登记未服务。"
    }
}

fn visit_facts(cx: &Cx, shown: &Shown) -> Markup {
    let v = &shown.visit;
    let mut facts = vec![
        ("老年人", html! { (ui::link(&format!("/elders/{}", v.elder), &shown.name)) "　" (shown.at.area) }),
        ("类别", ui::text(v.kind.name())),
        ("状态", badge(v.state)),
        ("计划时间", html! { (v.day()) " " (clock(v.planned_from)) "—" (clock(v.planned_to)) }),
        ("项目", ui::text(catalogue::names(&cx.state.policies, &v.items))),
        ("服务人员", html! { (shown.carer) "，" (shown.institution) }),
    ];
    if let Some((label, link)) = &shown.beside.source {
        facts.push((label, ui::link(link, "查看")));
    }
    if let Some(second) = &shown.second {
        let there = v.second_in_at.map(|at| format!("，{} 到场", clock(at))).unwrap_or_default();
        facts.push(("同行人员", ui::text(format!("{second}{there}"))));
    }
    facts.extend(wishes(v));
    if let Some((at, who)) = &shown.agreed {
        facts.push(("时间约定", html! { "已与老年人约定（" (who) "，" (ui::moment(*at)) "）" }));
    }
    if !shown.refusals.is_empty() {
        let names: Vec<&str> = shown.refusals.iter().map(|one| one.name.as_str()).collect();
        facts.push(("不派人员", ui::text(names.join("、"))));
    }
    if let Some(at) = v.in_at {
        facts.extend([("签到", ui::moment(at)), ("签到位置", position(cx, v))]);
    }
    if let Some(at) = v.out_at {
        facts.push(("签退", ui::moment(at)));
    }
    if let Some(minutes) = v.minutes() {
        facts.push(("实际时长", html! { (minutes) " 分钟" }));
    }
    if let Some(at) = v.late_entered_at {
        facts.push(("补录", html! { (ui::moment(at)) "：" (v.late_reason.clone().unwrap_or_default()) }));
    }
    if let Some(note) = &v.note {
        facts.push(("备注", ui::text(note)));
    }
    ui::facts(&facts)
}

/// What the visit asks for beside its time.
fn wishes(v: &Visit) -> Vec<(&'static str, Markup)> {
    let w = &v.wishes;
    let mut facts = vec![];
    if w.earliest.is_some() || w.latest.is_some() {
        let text = |at: Option<Instant>| at.map(clock).unwrap_or_default();
        facts.push(("可上门时间", ui::text(format!("{}—{}", text(w.earliest), text(w.latest)))));
    }
    if let Some(sex) = w.sex {
        facts.push(("性别要求", ui::text(format!("{}性服务人员", sex.name()))));
    }
    if !w.skills.is_empty() {
        let names: Vec<String> = catalogue::split(&w.skills).map(skill_name).collect();
        facts.push(("技能要求", ui::text(names.join("、"))));
    }
    facts
}

/// Where the check-in was. A distance beyond the region's parameter is noted, not refused: telephones err.
fn position(cx: &Cx, v: &Visit) -> Markup {
    let most = rules::shown(&cx.state.policies, rules::DISTANCE, v.county, v.day());
    let far = |metres: i64| most.is_some_and(|p| metres > p.value);
    html! {
        @match v.in_place {
            None => (ui::muted("没有取得位置")),
            Some(Place { lon, lat, accuracy }) => {
                (format!("{lon:.5}, {lat:.5}"))
                @if let Some(metres) = accuracy { "（误差约 " (metres) " 米）" }
                @if let Some(metres) = v.in_distance {
                    br; "距所在村（社区）中心 " (metres) " 米"
                    @if far(metres) { " " (ui::badge(Tone::Warning, "距离较远，请核实")) }
                }
            }
        }
    }
}

/// What the visit cost, line by line with the reason.
fn charge_table(cx: &Cx, charge: &Charge) -> Markup {
    let policies = &cx.state.policies;
    let rows = charge.lines.iter().map(|line| {
        vec![
            ui::text(charges::name(policies, &line.code)),
            ui::money(line.price),
            html! { @if let Some(charge) = line.charge { (ui::money(charge)) } @else { (ui::muted("未定")) } },
            html! {
                @if let Some(reason) = &line.reason { (charges::reason(policies, reason)) }
                @if let Some(funder) = &line.funded_by { "（" (charges::funder(policies, funder)) "）" }
            },
        ]
    });
    html! {
        (ui::table(&["项目", ">价格", ">收取", "理由"], rows))
        @if let Some(total) = charge.total { p { "合计收取 " strong { (total) } " 元" } }
        @if let Some(why) = &charge.open { div.yy-undecided { "尚不能判定：" (why) } }
    }
}

fn vital_table(vitals: &[(Vital, f64, Instant)]) -> Markup {
    let rows = vitals.iter().map(|(vital, value, at)| vec![ui::text(vital.name()), html! { (value) }, ui::moment(*at)]);
    ui::table(&["测量", ">数值", "时间"], rows)
}

/// What the telephone noted and what came of it.
fn event_table(events: &[Noted]) -> Markup {
    let rows = events.iter().map(|e| {
        let tone = match e.outcome {
            Outcome::Done => Tone::Success,
            Outcome::Told => Tone::Warning,
            Outcome::Refused => Tone::Danger,
        };
        vec![
            ui::text(offline::name(&e.kind)),
            ui::moment(e.at),
            html! { (ui::moment(e.received_at)) br; (ui::muted(&e.by)) },
            html! { (ui::badge(tone, e.outcome.name())) @if !e.message.is_empty() { br; (e.message) } },
        ]
    });
    ui::table(&["记录", "发生", "上传", "结果"], rows)
}

/// The photos and signatures of a visit; that somebody saw them is noted.
pub(in crate::visits) async fn files(cx: Cx, Path((elder, id)): Path<(String, String)>) -> Result<Markup, Error> {
    let (elder, id) = ids(&elder, &id)?;
    let (visit, name, pictures) = cx
        .read(move |tx, by| {
            let visit = store::find(tx, by, elder, id)?;
            let name = registry::elders::store::find(tx, by, elder)?.name;
            Ok::<_, Error>((visit, name, sync::pictures(tx, elder, id)?))
        })
        .await?;
    let detail = format!("{} 张照片和签名", pictures.len());
    cx.note(Entry { action: "visits.files", elder: Some(elder), subject: id.to_string(), detail }).await?;
    let body = html! {
        @if pictures.is_empty() { (ui::empty("没有照片和签名", None)) }
        @for (kind, at, data) in &pictures {
            (ui::card(kind.name(), html! { p { (ui::moment(*at)) } img.img-fluid src=(data) alt=(kind.name()); }))
        }
    };
    let title = format!("{name}　{} 照片和签名", visit.day());
    Ok(Page::new(&cx, &title).crumb("上门服务", &href(&visit)).source(SOURCE).body(body))
}

fn review_card(cx: &Cx, v: &Visit, review: &Review) -> Markup {
    html! {
        @match review.finding.as_deref() {
            None => {
                p { "这次服务的补录或签到位置被抽中核查。" }
                @if cx.may(PLAN) && !own(cx, v) { (ui::link(&format!("{}/review", href(v)), "去核查")) }
            }
            Some(found) => p {
                (ui::badge(if found == "fine" { Tone::Success } else { Tone::Danger }, if found == "fine" { "属实" } else { "有问题" }))
                " " (review.note.clone().unwrap_or_default()) "（" (review.by.clone().unwrap_or_default()) "）"
            },
        }
    }
}

/// What is to be known at this door; whoever plans or comes may add and end it.
fn notes_form(cx: &Cx, v: &Visit, notes: &[Note]) -> Markup {
    let body = html! {
        @for note in notes {
            div.mb-2 {
                (ui::badge(tone(note.kind), note.kind.name())) " "
                @if note.kind == NoteKind::KeyBox { (ui::muted("服务当天由服务人员本人查看")) } @else { (note.text) }
                " " (ui::muted(format!("{}，{}", note.entered_by, kernel::time::date_of(note.created_at)))) " "
                (ui::button_post(cx, &format!("/visits/notes/{}/{}/end", v.elder, note.id.as_simple()), "删除", Tone::Neutral))
            }
        }
        (ui::form(cx, &format!("{}/note", href(v)), html! {
            (ui::select("类别", "kind", &NoteKind::options(), "risk"))
            (ui::field("内容", "text", "", Field::text().required().limit(200)))
            (ui::submit_toned("添加", Tone::Neutral))
        }))
    };
    ui::seldom("入户须知（钥匙、过敏、风险）", false, body)
}

fn late_form(cx: &Cx, v: &Visit, items: &[Item], waiting: bool) -> Markup {
    let (title, button) = if v.state == State::Done {
        ("修改服务记录", "保存修改")
    } else {
        ("补录（手机没电、没有信号时）", "补录")
    };
    ui::seldom(
        title,
        waiting,
        ui::form(
            cx,
            &format!("{}/late", href(v)),
            html! {
                (time_fields(v))
                (item_boxes(items, &v.items))
                (ui::textarea("原因", "reason", "", Field::text().required().limit(200).hint("如：手机没电、现场无信号。超过补录期限的不能补录。")))
                (ui::submit(button))
            },
        ),
    )
}

fn reassign_form(cx: &Cx, v: &Visit, carers: &[Carer]) -> Markup {
    let options: Vec<(String, String)> = carers
        .iter()
        .filter(|c| c.id != v.carer)
        .map(|c| (c.id.to_string(), format!("{}（{}）", c.name, c.kind.map_or("", |k| k.name()))))
        .collect();
    ui::seldom(
        "改派服务人员",
        false,
        ui::form(
            cx,
            &format!("{}/reassign", href(v)),
            html! { (ui::select("服务人员", "carer", &options, "")) (ui::submit("改派")) },
        ),
    )
}

fn call_off_form(cx: &Cx, v: &Visit) -> Markup {
    let over = v.planned_to <= cx.now;
    let (title, tone) = if over { ("登记未服务", Tone::Danger) } else { ("取消本次服务", Tone::Danger) };
    ui::seldom(
        title,
        over,
        ui::form(
            cx,
            &format!("{}/call-off", href(v)),
            html! {
                (ui::field("说明", "call_off_reason", "", Field::text().required().limit(200)))
                (ui::submit_toned(title, tone))
            },
        ),
    )
}
