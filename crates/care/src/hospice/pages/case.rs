//! One case: where it stands, the plan, the rounds as a course, what can be done.

use super::super::model::{Case, END_REASONS, FollowUp, Party, Place, Plan, Round, Seen, State, Symptom, level_name};
use super::super::views::tone;
use super::super::{ROUND, WRITE, steps, store};
use super::{SOURCE, key};
use crate::chart::{self, Latest};
use crate::subject::{self, Subject};
use axum::extract::Path;
use axum::response::Response;
use db::audit::Entry;
use kernel::{BereavementId, Date};
use policy::Scale;
use serde::Deserialize;
use web::ui::{self, Field, Tone};
use web::{Cx, Error, Form, Markup, Page, Permission, html};

type Ids = Path<(String, String)>;

/// So many of the last rounds stand on the course.
const SHOWN: usize = 8;

struct View {
    case: Case,
    subject: Subject,
    plans: Vec<Plan>,
    seen: Vec<Seen>,
    rounds: Vec<Round>,
    follow_ups: Vec<FollowUp>,
    latest: Latest,
}

pub(in super::super) async fn show(cx: Cx, Path(ids): Ids) -> Result<Markup, Error> {
    let key = key(ids)?;
    let view = cx
        .read(move |tx, by| {
            let case = store::find(tx, by, key)?;
            let subject = subject::store::find(tx, by, key.elder)?;
            let (plans, seen) = (store::plans(tx, key)?, store::seen(tx, key)?);
            let (rounds, follow_ups) = (store::rounds(tx, key)?, store::follow_ups(tx, key)?);
            let latest = chart::latest(tx, key.elder)?;
            Ok::<_, Error>(View { case, subject, plans, seen, rounds, follow_ups, latest })
        })
        .await?;
    cx.note(Entry { action: "hospice.view", elder: Some(key.elder), ..Entry::default() }).await?;
    let library = cx.state.policies.clone();
    let scale = steps::scale(&library)?;
    let body = html! {
        @if view.case.urgent { (ui::alert(Tone::Danger, "症状严重，请尽快复查", html! { "见最近一次巡访。" })) }
        @if view.case.state.open() { (chart::banner(&view.latest)) }
        (overview(&cx, &view))
        (next(&cx, &view))
        (plan_card(&cx, &view))
        (course(scale, &view))
        @if !view.follow_ups.is_empty() || view.case.state == State::Bereaved { (bereaved(&cx, &view)) }
        (ending(&cx, &view))
    };
    let page = Page::new(&cx, &format!("安宁疗护：{}", view.subject.name)).crumb("安宁疗护", "/hospice");
    let page = page.crumb(&view.subject.name, &format!("/elders/{}", key.elder));
    Ok(page.actions(actions(&cx, &view)).source(SOURCE).body(body))
}

/// Whether somebody may do it and works where it is done: nobody fills in a form that is refused afterwards (HO-05).
fn may(cx: &Cx, case: &Case, permission: Permission) -> bool {
    let (own, centre, hospital) = (cx.user.institution, case.facts.institution, case.facts.hospital);
    cx.may(permission) && own.is_none_or(|own| own == centre || Some(own) == hospital)
}

fn actions(cx: &Cx, view: &View) -> Markup {
    let (c, href) = (&view.case, view.case.key().href());
    html! {
        @if c.version > 0 { (ui::link_button(&format!("{href}/print"), "打印计划", Tone::Neutral)) }
        @if may(cx, c, WRITE) && matches!(c.state, State::Applied | State::Active) {
            (ui::link_button(&format!("{href}/plan"), if c.version > 0 { "修改计划" } else { "写计划" }, Tone::Neutral))
        }
        @if may(cx, c, ROUND) && c.state == State::Active { (ui::link_button(&format!("{href}/round"), "登记巡访", Tone::Primary)) }
    }
}

fn overview(cx: &Cx, view: &View) -> Markup {
    let (c, f) = (&view.case, &view.case.facts);
    let said = &f.consent;
    let mut facts = vec![
        (
            "老年人",
            html! { a href={ "/elders/" (f.elder) } { (view.subject.name) } " " (view.subject.age_and_sex(cx.today())) },
        ),
        ("状态", ui::badge(tone(c.state), c.state.name())),
        ("现在何处", ui::text(f.place)),
        ("牵头机构", ui::text(&c.institution_name)),
        ("后盾医院", ui::opt(Some(&c.hospital_name))),
        ("主要诊断", ui::text(&f.diagnosis)),
        (
            "医师判断",
            html! { @if f.terminal { "终末期" } @else { "未到终末期" } "，预计 " (f.prognosis_months) " 个月（" (f.judged_by) "）" },
        ),
        ("知情同意", html! { (said.on) " " (said.by.name()) " " (said.name) "，" (said.how.name()) }),
        ("申请", html! { (c.applied_on) " " (c.made_by) }),
        ("开始", ui::opt(c.admitted_on)),
    ];
    if let Some(day) = c.due_on {
        let label = if c.state == State::Bereaved { "随访应在" } else { "下次应办" };
        facts.push((label, html! { (day) @if day < cx.today() { " " (ui::badge(Tone::Warning, "已逾期")) } }));
    }
    if let Some(day) = c.ended_on {
        facts.push(("结束", html! { (day) " " (c.end_reason) }));
    }
    ui::card("", html! { (ui::facts(&facts)) (ui::because(&cx.state.policies, &c.decision)) })
}

fn next(cx: &Cx, view: &View) -> Markup {
    let (c, href) = (&view.case, view.case.key().href());
    html! {
        @if c.state == State::Applied && may(cx, c, WRITE) {
            (ui::card("接收", html! {
                p { "接收后即开始安宁疗护：牵头机构和后盾医院都能看到这位老年人的档案，老年人的照护去向随之改变。" }
                (ui::form(cx, &format!("{href}/admit"), html! {
                    (ui::select("在哪里疗护", "place", &Place::options(), c.facts.place.code()))
                    (ui::submit("接收，开始疗护"))
                }))
                details.mt-3 { summary { "不能接收" } (declining(cx, &format!("{href}/refuse"), "refuse", "不接收")) }
                details.mt-2 { summary { "申请人撤回" } (declining(cx, &format!("{href}/withdraw"), "withdraw", "撤回申请")) }
            }))
        }
    }
}

fn declining(cx: &Cx, url: &str, id: &str, button: &str) -> Markup {
    ui::form(
        cx,
        url,
        html! {
            div.mb-3 { label.form-label.required for=(id) { "理由" }
                textarea.form-control id=(id) name="reason" rows="2" required maxlength="200" {} }
            (ui::submit_toned(button, Tone::Danger))
        },
    )
}

fn plan_card(cx: &Cx, view: &View) -> Markup {
    let Some(plan) = view.plans.first() else {
        return ui::card("症状与舒适照护计划", html! { p.text-secondary { "还没有计划。" } });
    };
    let actions = html! { (ui::badge(Tone::Info, format!("第 {} 版，{} {}", plan.version, plan.on, plan.by))) };
    ui::card_with(
        "症状与舒适照护计划",
        actions,
        html! {
            (content(plan))
            (read_by(cx, view, plan))
            @if view.plans.len() > 1 {
                details.mt-3 { summary { "以往 " (view.plans.len() - 1) " 版" }
                    @for old in &view.plans[1..] { h4.mt-3 { "第 " (old.version) " 版（" (old.on) " " (old.by) "）" } (content(old)) }
                }
            }
        },
    )
}

/// What a plan says, for the page and the paper.
pub(super) fn content(plan: &Plan) -> Markup {
    let c = &plan.content;
    let place = c.wished_place.name().to_owned();
    let parts = [
        ("目标和意愿", &c.goals),
        ("希望最后在", &place),
        ("不希望做的", &c.unwanted),
        ("症状处置", &c.symptoms),
        ("日常舒适照护", &c.comfort),
        ("心理和家人", &c.mind),
        ("这一版改了什么", &c.why),
    ];
    html! {
        dl.mb-2 { @for (label, text) in parts.iter().filter(|(_, text)| !text.is_empty()) {
            dt { (label) } dd { @for line in text.lines() { (line) br; } }
        } }
        (ui::table(&["有事找谁", "什么事", "电话"], plan.contacts.iter().map(|one| vec![
            ui::text(&one.name), ui::opt(Some(&one.role)), html! { a href={ "tel:" (one.phone) } { (one.phone) } },
        ])))
    }
}

/// Who of the three has read the newest version; who has not can be noted.
fn read_by(cx: &Cx, view: &View, plan: &Plan) -> Markup {
    let of = |party: Party| view.seen.iter().find(|s| s.version == plan.version && s.party == party);
    let open: Vec<(&str, &str)> =
        Party::ALL.iter().filter(|party| of(**party).is_none()).map(|party| (party.code(), party.name())).collect();
    html! {
        p { @for party in Party::ALL { span.me-3 { (party.name()) "："
            @match of(*party) {
                Some(seen) => { (ui::badge(Tone::Success, "已知悉")) " " (seen.name) " " (seen.on) }
                None => (ui::badge(Tone::Warning, "未确认")),
            }
        } } }
        @if may(cx, &view.case, ROUND) && view.case.state == State::Active && !open.is_empty() {
            details { summary { "登记知悉" }
                (ui::form(cx, &format!("{}/seen", view.case.key().href()), html! {
                    (ui::hidden("version", plan.version.to_string()))
                    (ui::form_row(&[
                        ui::select("哪一方", "party", &open, ""),
                        ui::field("知悉人", "name", "", Field::text().required().limit(40)),
                    ]))
                    (ui::submit("已说明，登记知悉"))
                }))
            }
        }
    }
}

/// The last rounds beside each other: a row for each symptom, the newest on the left.
fn course(scale: &Scale, view: &View) -> Markup {
    let last: Vec<&Round> = view.rounds.iter().take(SHOWN).collect();
    if last.is_empty() {
        return html! {};
    }
    let days: Vec<String> = last.iter().map(|round| round.on.format("%m-%d").to_string()).collect();
    let mut headings = vec!["症状"];
    headings.extend(days.iter().map(String::as_str));
    let asked = Symptom::ALL.iter().filter(|s| last.iter().any(|round| round.scores.contains_key(s)));
    let rows = asked.map(|symptom| {
        let mut row = vec![ui::text(symptom)];
        row.extend(last.iter().map(|round| score(scale, round.scores.get(symptom).copied())));
        row
    });
    let notes = last.iter().map(|r| {
        vec![ui::text(r.on), ui::text(r.place), ui::opt(Some(&r.answer)), ui::opt(Some(&r.note)), ui::text(&r.by)]
    });
    ui::card(
        "症状的变化",
        html! {
            p.text-secondary { "0 为没有，10 为能想到的最重；分级同“" (scale.name) "”。" }
            @if let Some(why) = scale.unverified() { (ui::unverified(why)) }
            (ui::table(&headings, rows))
            h3.mt-3 { "巡访" }
            (ui::table(&["日期", "地点", "处置", "其他情况", "巡访人"], notes))
        },
    )
}

fn score(scale: &Scale, score: Option<i64>) -> Markup {
    let Some(score) = score else { return ui::opt(None::<i64>) };
    let level = scale.level_of(score).map_or(0, |level| level.code);
    let worst = scale.levels.iter().map(|level| level.code).max().unwrap_or_default();
    let tone = match worst - level {
        0 => Tone::Danger,
        1 => Tone::Warning,
        _ => Tone::Neutral,
    };
    ui::badge(tone, format!("{score} {}", level_name(scale, score)))
}

fn bereaved(cx: &Cx, view: &View) -> Markup {
    let href = view.case.key().href();
    let rows = view.follow_ups.iter().filter(|one| one.done_on.is_some()).map(|one| {
        vec![
            ui::text(one.due_on),
            ui::opt(one.done_on),
            ui::text(&one.contact),
            html! { (one.note) @if one.referred { " " (ui::badge(Tone::Warning, "已转介")) } },
            ui::text(&one.by),
        ]
    });
    let next = view.follow_ups.iter().find(|one| one.done_on.is_none());
    ui::card(
        "丧亲随访",
        html! {
            @if view.follow_ups.is_empty() { p.text-secondary { "随访日期在当天夜间排定。" } }
            @if view.follow_ups.iter().any(|one| one.done_on.is_some()) {
                (ui::table(&["应在", "随访日期", "家属", "情况", "随访人"], rows))
            }
            @if let Some(one) = next.filter(|_| may(cx, &view.case, ROUND)) {
                p { "下一次随访应在 " (one.due_on) " 以前。" }
                (ui::form(cx, &format!("{href}/followup"), html! {
                    (ui::hidden("followup", one.id.to_string()))
                    (ui::form_row(&[
                        ui::date_with("随访日期", "on", Some(cx.today()), Field::date().required().max(cx.today())),
                        ui::field("随访的家属", "contact", "", Field::text().required().limit(40)),
                    ]))
                    (ui::textarea("随访情况", "note", "", Field::text().required().limit(500)))
                    (ui::checkbox("悲伤过重，已转介", "referred", false))
                    (ui::submit("登记随访"))
                }))
            }
            @if next.is_none() && view.case.state == State::Bereaved && !view.follow_ups.is_empty() && may(cx, &view.case, WRITE) {
                (ui::button_post(cx, &format!("{href}/close"), "结案", Tone::Primary))
            }
        },
    )
}

fn ending(cx: &Cx, view: &View) -> Markup {
    let case = &view.case;
    if case.state != State::Active || !may(cx, case, WRITE) {
        return html! {};
    }
    let reasons: Vec<(&str, &str)> = END_REASONS.iter().map(|text| (*text, *text)).collect();
    let first = case.admitted_on.unwrap_or(case.applied_on);
    ui::seldom(
        "结束安宁疗护",
        false,
        ui::form(
            cx,
            &format!("{}/end", case.key().href()),
            html! {
                p { "老年人去世的不用在这里办理：登记去世后自动结束，并转入丧亲随访。" }
                (ui::form_row(&[
                    ui::date_with("结束日期", "on", Some(cx.today()), Field::date().required().min(first).max(cx.today())),
                    ui::select("结束原因", "reason", &reasons, ""),
                ]))
                (ui::submit_toned("结束", Tone::Danger))
            },
        ),
    )
}

#[derive(Deserialize)]
pub(in super::super) struct Where {
    place: Place,
}

pub(in super::super) async fn admit(cx: Cx, Path(ids): Ids, Form(to): Form<Where>) -> Result<Response, Error> {
    let (key, library) = (key(ids)?, cx.state.policies.clone());
    cx.write(move |tx, by| steps::admit(tx, by, &library, key, to.place)).await?;
    Ok(web::see_with(&key.href(), "已接收，安宁疗护开始"))
}

#[derive(Deserialize)]
pub(in super::super) struct Why {
    reason: String,
}

async fn decline(cx: Cx, ids: (String, String), event: &'static str, why: Why) -> Result<Response, Error> {
    let key = key(ids)?;
    cx.write(move |tx, by| steps::decline(tx, by, key, event, &why.reason)).await?;
    Ok(web::see_with(&key.href(), if event == "refuse" { "已登记不接收" } else { "申请已撤回" }))
}

pub(in super::super) async fn refuse(cx: Cx, Path(ids): Ids, Form(why): Form<Why>) -> Result<Response, Error> {
    decline(cx, ids, "refuse", why).await
}

pub(in super::super) async fn withdraw(cx: Cx, Path(ids): Ids, Form(why): Form<Why>) -> Result<Response, Error> {
    decline(cx, ids, "withdraw", why).await
}

#[derive(Deserialize)]
pub(in super::super) struct End {
    on: Date,
    reason: String,
}

pub(in super::super) async fn end(cx: Cx, Path(ids): Ids, Form(end): Form<End>) -> Result<Response, Error> {
    let key = key(ids)?;
    cx.write(move |tx, by| steps::end(tx, by, key, end.on, &end.reason)).await?;
    Ok(web::see_with(&key.href(), "安宁疗护已结束"))
}

pub(in super::super) async fn close(cx: Cx, Path(ids): Ids) -> Result<Response, Error> {
    let key = key(ids)?;
    cx.write(move |tx, by| steps::close(tx, by, key)).await?;
    Ok(web::see_with(&key.href(), "已结案"))
}

#[derive(Deserialize)]
pub(in super::super) struct Called {
    followup: String,
    on: Date,
    contact: String,
    note: String,
    referred: Option<bool>,
}

pub(in super::super) async fn followup(cx: Cx, Path(ids): Ids, Form(f): Form<Called>) -> Result<Response, Error> {
    let key = key(ids)?;
    let followup = BereavementId::parse(&f.followup).ok_or(Error::NotFound)?;
    let referred = f.referred.unwrap_or_default();
    cx.write(move |tx, by| steps::follow_up(tx, by, key, followup, (f.on, &f.contact, &f.note, referred))).await?;
    Ok(web::see_with(&key.href(), "随访已登记"))
}
