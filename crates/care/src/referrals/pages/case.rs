//! One referral: request, consent, course, and what can be done with it, for either side.

use super::super::model::{Kind, Part, Referral, State};
use super::super::store;
use super::super::store::steps;
use super::super::views::{events, tone};
use super::super::{ANSWER, REQUEST};
use super::{SOURCE, key, local};
use crate::beds;
use crate::stays;
use crate::subject::{self, Subject};
use axum::extract::Path;
use chrono::TimeDelta;
use db::audit::Entry;
use db::{Actor, Scope};
use policy::Decision;
use web::ui::{self, Field, Tone};
use web::{Cx, Error, Markup, Page, html};

struct Case {
    r: Referral,
    subject: Subject,
    on_platform: bool,
    /// Whether the elder's own page is within sight.
    visible: bool,
    /// Where the elder waits for a bed of the destination.
    waits: Option<String>,
}

/// Which side the person at the keyboard is on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Seat {
    /// The destination.
    Destination,
    /// The side that asks, for a destination that answers by telephone.
    Telephone,
    /// The side that asks, or the county.
    Asking,
}

impl Case {
    fn seat(&self, cx: &Cx) -> Seat {
        let own = cx.user.institution;
        if own.is_some() && own == self.r.to {
            Seat::Destination
        } else if !self.on_platform && own.is_none_or(|own| own == self.r.from) {
            Seat::Telephone
        } else {
            Seat::Asking
        }
    }
}

pub(in super::super) async fn show(cx: Cx, Path((elder, id)): Path<(String, String)>) -> Result<Markup, Error> {
    let key = key(&elder, &id)?;
    let case = cx
        .read(move |tx, by| {
            let r = store::find(tx, by, key)?;
            // A destination outside the elder's county sees what the referral itself says of them.
            let wide = Actor { scope: Scope::ALL, ..by.clone() };
            let subject = subject::store::find(tx, &wide, key.elder)?;
            let on_platform = r.to.map(|to| store::site(tx, to)).transpose()?.is_some_and(|site| site.on_platform);
            let visible = registry::elders::store::visible(tx, by, key.elder).is_ok();
            let queue = if visible { beds::store::of_elder(tx, by, key.elder)? } else { vec![] };
            let waits = queue.iter().find(|one| one.state.queues() && Some(one.institution) == r.to);
            let waits = waits.map(|one| one.key.href());
            Ok::<_, Error>(Case { r, subject, on_platform, visible, waits })
        })
        .await?;
    let entry =
        Entry { action: "referrals.view", elder: Some(key.elder), subject: key.id.to_string(), ..Entry::default() };
    cx.note(entry).await?;
    let r = &case.r;
    let decision =
        steps::decision(&cx.state.policies, r.kind, case.subject.area, kernel::time::date_of(r.requested_at));
    let body = html! {
        (onward(&cx, &case))
        @if r.late(cx.now) { (ui::alert(Tone::Danger, "超过答复时限", format!("应在 {} 前答复，请电话催办或另选去向。", kernel::time::show(r.answer_due)))) }
        @if cx.may(ANSWER) { (answering(&cx, &case)) }
        (ui::card("转诊", overview(&case, &decision, &cx)))
        (ui::columns(&[ui::card("知情同意与共享", sharing(&cx, &case)), ui::card("经过", course(r))]))
        @if r.concluded_at.is_some() { (ui::card("转回的结论", conclusion(r))) }
        @if cx.may(REQUEST) { (asking(&cx, &case)) }
    };
    let title = format!("{}：{}", r.kind, r.elder_name);
    let actions = ui::link_button(&format!("{}/print", r.key.href()), "打印转诊单", Tone::Neutral);
    Ok(Page::new(&cx, &title).crumb("转诊", "/referrals").actions(actions).source(SOURCE).body(body))
}

/// What comes next elsewhere, for the side that can do it.
fn onward(cx: &Cx, case: &Case) -> Markup {
    let r = &case.r;
    if r.kind != Kind::CareTransfer || !matches!(r.state, State::Accepted | State::Booked) {
        return html! {};
    }
    let own = cx.user.institution;
    html! {
        @if own.is_some() && own == r.to && cx.may(beds::WRITE) {
            @if let Some(waits) = &case.waits {
                (ui::alert(Tone::Info, "已列入本机构轮候", html! { "医院登记出院后，" a href=(waits) { "安排床位、办理入住" } "，本转介随之自动办结。" }))
            }
        }
        @if own == Some(r.from) && cx.may(stays::WRITE) {
            (ui::alert(Tone::Info, "对方已接受", html! { "出发当天" a href=(format!("/stays/{}", r.key.elder)) { "登记出院" } "，对方才能办理入住。" }))
        }
    }
}

fn overview(case: &Case, decision: &Decision, cx: &Cx) -> Markup {
    let r = &case.r;
    let to = html! {
        (r.to_name) @if !r.to_phone.is_empty() { "　电话 " (r.to_phone) }
        @if !case.on_platform { " " (ui::badge(Tone::Neutral, "电话答复")) }
    };
    let name = if case.visible {
        ui::link(&format!("/elders/{}", r.key.elder), &r.elder_name)
    } else {
        ui::text(&r.elder_name)
    };
    let mut facts = vec![
        ("老年人", name),
        ("年龄、性别", ui::text(case.subject.age_and_sex(cx.today()))),
        ("状态", ui::badge(tone(r.state), r.state.name())),
        ("转出机构", ui::text(&r.from_name)),
        ("转入机构", to),
        ("转诊原因", ui::text(&r.reason)),
        ("初步诊断", ui::opt(Some(&r.diagnosis))),
        ("发出", html! { (ui::moment(r.requested_at)) " " (r.requested_by) }),
        ("应在此前答复", ui::moment(r.answer_due)),
    ];
    if !r.refusal.is_empty() {
        facts.push(("拒绝原因", ui::text(&r.refusal)));
    }
    if let Some(at) = r.booked_for {
        facts.push(("预约", html! { (ui::moment(at)) "　" (r.booked_place) }));
    }
    if !r.closed_reason.is_empty() {
        facts.push(("结束原因", ui::text(&r.closed_reason)));
    }
    html! { (ui::facts(&facts)) (ui::because(&cx.state.policies, decision)) }
}

fn sharing(cx: &Cx, case: &Case) -> Markup {
    let (r, said) = (&case.r, &case.r.consent);
    let relation = if said.relation.is_empty() { String::new() } else { format!("（{}）", said.relation) };
    let parts = r.shared.iter().map(|part| Part::name(*part)).collect::<Vec<_>>().join("、");
    let over = r.against_looking(cx.now);
    let destination = case.seat(cx) == Seat::Destination && cx.may(ANSWER);
    html! {
        (ui::facts(&[
            ("同意人", ui::text(format!("{} {}{relation}", said.by, said.name))),
            ("方式、时间", html! { (said.how) " " (ui::moment(said.at)) }),
            ("共享的资料", ui::opt(Some(parts))),
            ("用途", ui::opt(Some(&r.purpose))),
            ("共享至", ui::text(r.shared_until)),
        ]))
        @match &over {
            Some(why) => p.text-secondary { (why.text) "。" },
            None if destination => p { (ui::link_button(&format!("{}/record", r.key.href()), "查看共享的资料", Tone::Primary)) },
            None => p.text-secondary { "转入机构可以查看，每次查看都有记录；办结、撤回或到期即停止。" },
        }
    }
}

fn course(r: &Referral) -> Markup {
    let mut all = events(r);
    all.sort_by_key(|one| (one.on, one.at));
    html! {
        ul.list-unstyled {
            @for one in &all {
                li.mb-2 {
                    @match one.at { Some(at) => (ui::moment(at)), None => (one.on) } " " strong { (one.title) }
                    @if !one.detail.is_empty() { br; span.text-secondary { (one.detail) } }
                }
            }
        }
    }
}

fn conclusion(r: &Referral) -> Markup {
    let c = &r.conclusion;
    let mut facts = vec![
        ("诊断或结论", ui::text(&c.finding)),
        ("做了什么", ui::text(&c.done)),
        ("用药", ui::opt(Some(&c.medication))),
        ("建议", ui::opt(Some(&c.advice))),
        ("填写人", ui::text(&r.concluded_by)),
        ("随访", ui::text(c.follow_up_due.map_or_else(|| "不需要".to_owned(), |day| format!("{day} 前")))),
    ];
    if let Some(on) = r.followed_up_on {
        facts.push(("随访情况", ui::text(format!("{on} {}：{}", r.followed_up_by, r.follow_up_note))));
    }
    ui::facts(&facts)
}

fn version(r: &Referral) -> Markup {
    ui::hidden("version", r.version.to_string())
}

/// What the destination can do, or the side that asks on the telephone.
fn answering(cx: &Cx, case: &Case) -> Markup {
    let (r, seat) = (&case.r, case.seat(cx));
    if seat == Seat::Asking {
        return html! {};
    }
    html! {
        @if r.state == State::Requested { (answer(cx, r, seat)) }
        @if matches!(r.state, State::Accepted | State::Booked) { (booking(cx, r)) }
        @if r.state.under_way() { (arrival(cx, r, seat)) }
        @if r.state == State::Arrived { (concluding(cx, r)) }
    }
}

fn call(cx: &Cx, seat: Seat) -> Markup {
    html! {
        @if seat == Seat::Telephone {
            (ui::form_row(&[
                ui::field("对方接电话的人", "call_name", "", Field::text().required().limit(40)),
                ui::field("通话时间", "call_at", local(cx.now), Field::time().required()),
            ]))
        }
    }
}

fn answer(cx: &Cx, r: &Referral, seat: Seat) -> Markup {
    let href = r.key.href();
    let head = if seat == Seat::Telephone { "登记电话答复" } else { "答复" };
    // Field names are ids: the second form stays folded and has its own page part.
    html! {
        (ui::card(head, html! {
            @if seat == Seat::Telephone { p { (r.to_name) "不在本平台办理。请打印转诊单、电话联系，把对方的答复登记在这里。" } }
            form.yy-form method="post" action=(format!("{href}/accept")) {
                (ui::csrf(cx)) (version(r)) (call(cx, seat))
                (ui::textarea("拒绝的原因", "refusal", "", Field::text().limit(400).hint("接受的不填；拒绝的必填")))
                div.btn-list {
                    (ui::submit("接受"))
                    button.btn.btn-danger type="submit" formaction=(format!("{href}/refuse")) { "拒绝" }
                }
            }
        }))
    }
}

fn booking(cx: &Cx, r: &Referral) -> Markup {
    let at = r.booked_for.unwrap_or(cx.now + TimeDelta::hours(1));
    let title = if r.booked_for.is_some() { "改约" } else { "预约" };
    ui::card(
        title,
        ui::form(
            cx,
            &format!("{}/book", r.key.href()),
            html! {
                (version(r))
                (ui::form_row(&[
                    ui::field("时间", "booked_for", local(at), Field::time().required()),
                    ui::field("科室、病区或医生", "booked_place", &r.booked_place, Field::text().required().limit(80)),
                ]))
                (ui::submit(title))
            },
        ),
    )
}

fn arrival(cx: &Cx, r: &Referral, seat: Seat) -> Markup {
    // Who waits for a bed is written down by moving in.
    if let (Kind::CareTransfer, Seat::Destination, true) = (r.kind, seat, r.state != State::Requested) {
        return html! {};
    }
    let hospital = matches!(r.kind, Kind::Up | Kind::GreenChannel) && seat == Seat::Destination;
    let emergency = r.kind == Kind::GreenChannel;
    let complaint = if r.diagnosis.is_empty() { &r.reason } else { &r.diagnosis };
    ui::card(
        "到诊登记",
        ui::form(
            cx,
            &format!("{}/arrive", r.key.href()),
            html! {
                (version(r))
                (ui::form_row(&[
                    ui::field("到诊时间", "arrived_at", local(cx.now), Field::time().required()),
                    ui::field("证件号码后四位", "id_tail", "", Field::text().required().limit(4).hint("核对来的是不是本人")),
                ]))
                @if hospital && cx.may(stays::WRITE) {
                    (ui::checkbox("收住入院（同时登记住院，不必另填）", "admit", emergency))
                    (ui::field("入院诊断", "diagnosis", complaint, Field::text().limit(100).hint("收住入院的必填；取自转诊单，可改")))
                }
                (ui::submit("登记到诊"))
            },
        ),
    )
}

fn concluding(cx: &Cx, r: &Referral) -> Markup {
    ui::card(
        "转回结论",
        ui::form(
            cx,
            &format!("{}/conclude", r.key.href()),
            html! {
                (version(r))
                (ui::textarea("诊断或结论", "finding", "", Field::text().required().limit(400)))
                (ui::textarea("做了什么", "done", "", Field::text().required().limit(400)))
                (ui::textarea("用药", "medication", "", Field::text().limit(400)))
                (ui::textarea("建议", "advice", "", Field::text().limit(400)))
                (ui::date_with("随访日期", "follow_up_due", None, Field::date().min(cx.today()).hint("不填的按转诊类别的默认天数")))
                (ui::checkbox("不需要随访", "no_follow_up", false))
                (ui::submit("转回结论"))
            },
        ),
    )
}

/// What the side that asks can do.
fn asking(cx: &Cx, case: &Case) -> Markup {
    let r = &case.r;
    let own = cx.user.institution;
    let mine = own.is_none_or(|own| own == r.from);
    html! {
        @if r.state == State::Concluded && r.owes() && case.seat(cx) != Seat::Destination {
            (ui::card("随访", ui::form(cx, &format!("{}/follow-up", r.key.href()), html! {
                (version(r))
                (ui::date_with("随访日期", "followed_up_on", Some(cx.today()), Field::date().required().max(cx.today())))
                (ui::textarea("随访情况", "follow_up_note", "", Field::text().required().limit(400)))
                (ui::submit("登记随访"))
            })))
        }
        @if r.state.under_way() && mine {
            (ui::seldom("撤回转诊", false, ui::form(cx, &format!("{}/cancel", r.key.href()), html! {
                (version(r))
                (ui::field("撤回原因", "reason", "", Field::text().required().limit(200)))
                (ui::submit_toned("撤回", Tone::Danger))
            })))
        }
        @if matches!(r.state, State::Refused | State::Lapsed) && mine {
            (ui::link_button(&format!("/referrals/new?elder={}&kind={}", r.key.elder, r.kind.code()), "另选去向", Tone::Primary))
        }
    }
}
