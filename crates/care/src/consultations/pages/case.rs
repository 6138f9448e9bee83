//! One consultation: request, consent, course, conclusion, and what can be done with it, for either side.

use super::super::model::{Addendum, Consultation, Limits, Means, Refusal, Side, State};
use super::super::store::steps;
use super::super::views::{events, tone};
use super::super::{ANSWER, store};
use super::{SOURCE, bill, conclusion, key, own_side};
use crate::sharing::{Part, fields::local};
use crate::subject::{self, Subject};
use axum::extract::Path;
use chrono::TimeDelta;
use db::audit::Entry;
use db::{Actor, Scope};
use kernel::StaffId;
use kernel::time::{date_of, show as said_at};
use policy::Decision;
use web::ui::{self, Field, Tone};
use web::{Cx, Error, Markup, Page, html};

struct Case {
    c: Consultation,
    addenda: Vec<Addendum>,
    subject: Subject,
    /// Doctors of the consulting side, for its own people.
    doctors: Vec<(StaffId, String)>,
    /// What an hour of it would cost, asked today; for one that is not concluded.
    price: Option<Decision>,
    /// Whether the elder's own page is within sight.
    visible: bool,
}

pub(in super::super) async fn show(cx: Cx, Path((elder, id)): Path<(String, String)>) -> Result<Markup, Error> {
    let key = key(&elder, &id)?;
    let library = cx.state.policies.clone();
    let case = cx
        .read(move |tx, by| {
            let c = store::find(tx, by, key)?;
            // A consultant outside the elder's county sees what the consultation itself says of them.
            let wide = Actor { scope: Scope::ALL, ..by.clone() };
            let subject = subject::store::find(tx, &wide, key.elder)?;
            let asked = by.institution == Some(c.to);
            let doctors = if asked { store::doctors(tx, c.to, by.now)? } else { vec![] };
            let price = match (&c.conclusion, c.state.open()) {
                (None, true) => steps::charge(tx, &library, &c, (0, by.today())).ok(),
                _ => None,
            };
            let price = price.and_then(|charge| charge.decisions.into_iter().next());
            let visible = registry::elders::store::visible(tx, by, key.elder).is_ok();
            Ok::<_, Error>(Case { addenda: store::addenda(tx, key)?, c, subject, doctors, price, visible })
        })
        .await?;
    let (action, subject) = ("consultations.view", key.id.to_string());
    cx.note(Entry { action, elder: Some(key.elder), subject, ..Entry::default() }).await?;
    let c = &case.c;
    let decision = steps::decision(&cx.state.policies, c.urgency, case.subject.area, date_of(c.requested_at));
    let side = own_side(&cx, c);
    let limits = Limits::of(&decision);
    let body = html! {
        @if c.late(cx.now) { (ui::alert(Tone::Danger, "超过答复时限", overdue(c, side))) }
        @if let (Some(side), Some(limits)) = (side, limits) { (door(&cx, c, side, &limits)) }
        @if c.conclusion.is_some() { (ui::card("会诊结论", conclusion(c, &case.addenda))) }
        @match side {
            Some(Side::Consulting) => (consulting(&cx, &case)),
            Some(Side::Asking) => (acknowledging(&cx, c)),
            None => {},
        }
        (ui::card("会诊申请", html! { (overview(&case, &cx)) (ui::because(&cx.state.policies, &decision)) }))
        (ui::columns(&[ui::card("知情同意与共享", sharing(&cx, c, side)), ui::card("经过", course(c))]))
        @if let Some(bill) = bill(c) { (ui::card("费用", html! { (bill) @if let Some(signed) = &c.conclusion { @for one in &signed.charge.decisions { (ui::because(&cx.state.policies, one)) } } })) }
        @else if let Some(price) = &case.price { (ui::card("费用", expected(&cx, c, price))) }
        @if let Some(side) = side { (seldom(&cx, &case, side)) }
    };
    let actions = ui::link_button(&format!("{}/print", c.key.href()), "打印会诊单", Tone::Neutral);
    let page = Page::new(&cx, &format!("远程会诊：{}", c.elder_name)).crumb("远程会诊", "/consultations");
    Ok(page.actions(actions).source(SOURCE).body(body))
}

fn overdue(c: &Consultation, side: Option<Side>) -> String {
    let todo = if side == Some(Side::Consulting) { "请尽快答复" } else { "请电话催办" };
    format!("应在 {} 前答复，{todo}。", said_at(c.answer_due))
}

/// The way into the room, or when it opens.
fn door(cx: &Cx, c: &Consultation, side: Side, limits: &Limits) -> Markup {
    if !matches!(c.state, State::Booked | State::UnderWay) {
        return html! {};
    }
    let against = c.against_entering(limits, cx.now);
    let href = c.key.href();
    let body = html! {
        p {
            @if let Some(at) = c.booked_for { strong { (said_at(at)) } }
            "　会诊医生 " (c.consultant_name) "（" (c.to_name) (c.department) "）"
        }
        @match &against {
            Some(why) => p.text-secondary { (why.text) "。" },
            None => div.btn-list {
                (ui::link_button(&format!("{href}/room"), "进入视频会诊", Tone::Primary))
                @if side == Side::Consulting && c.state == State::Booked {
                    form method="post" action=(format!("{href}/start")) {
                        (ui::csrf(cx)) (version(c)) button.btn type="submit" { "不用视频，直接开始" }
                    }
                }
            },
        }
    };
    ui::card(if c.state == State::UnderWay { "会诊正在进行" } else { "已预约" }, body)
}

fn overview(case: &Case, cx: &Cx) -> Markup {
    let c = &case.c;
    let name = if case.visible {
        ui::link(&format!("/elders/{}", c.key.elder), &c.elder_name)
    } else {
        ui::text(&c.elder_name)
    };
    let phone = |side| {
        let phone = c.phone(side);
        html! { (c.name(side)) @if !phone.is_empty() { "　电话 " a.text-nowrap href={ "tel:" (phone) } { (phone) } } }
    };
    let mut facts = vec![
        ("老年人", name),
        ("年龄、性别", ui::text(case.subject.age_and_sex(cx.today()))),
        ("状态", html! { (ui::badge(tone(c.state), c.state.name())) " " (ui::badge(Tone::Neutral, c.urgency.name())) }),
        ("申请机构", phone(Side::Asking)),
        ("会诊机构", phone(Side::Consulting)),
        ("科室", ui::opt(Some(&c.department))),
        ("发出", html! { (ui::moment(c.requested_at)) " " (c.requested_by) }),
        ("应在此前答复", ui::moment(c.answer_due)),
    ];
    if let Some(why) = c.refusal {
        facts.push(("拒绝原因", ui::text(format!("{why} {}", c.refusal_note))));
    }
    if !c.closed_reason.is_empty() {
        facts.push(("结束原因", ui::text(&c.closed_reason)));
    }
    html! {
        h3.h4 { "请会诊回答" } p.yy-prose { (c.question) }
        @if !c.situation.is_empty() { h3.h4 { "病情摘要" } p.yy-prose { (c.situation) } }
        (ui::facts(&facts))
    }
}

fn sharing(cx: &Cx, c: &Consultation, side: Option<Side>) -> Markup {
    let said = &c.consent;
    let relation = if said.relation.is_empty() { String::new() } else { format!("（{}）", said.relation) };
    html! {
        (ui::facts(&[
            ("同意人", ui::text(format!("{} {}{relation}", said.by, said.name))),
            ("方式、时间", html! { (said.how) " " (ui::moment(said.at)) }),
            ("共享的资料", ui::opt(Some(Part::names(&c.shared)))),
            ("用途", ui::opt(Some(&c.purpose))),
            ("共享至", ui::text(c.shared_until)),
        ]))
        @match c.against_looking(cx.now) {
            Some(why) => p.text-secondary { (why.text) "。" },
            None if side == Some(Side::Consulting) && cx.may(ANSWER) => {
                p { (ui::link_button(&format!("{}/record", c.key.href()), "查看共享的资料", Tone::Primary)) }
            },
            None => p.text-secondary { "会诊机构可以查看，每次查看都有记录；签名、撤回或到期即停止。" },
        }
    }
}

fn course(c: &Consultation) -> Markup {
    let mut all = events(c);
    all.sort_by_key(|one| (one.on, one.at));
    html! {
        ul.list-unstyled {
            @for one in &all {
                li.mb-2 {
                    @if let Some(at) = one.at { (ui::moment(at)) } " " strong { (one.title) }
                    @if !one.detail.is_empty() { br; span.text-secondary { (one.detail) } }
                }
            }
        }
    }
}

fn expected(cx: &Cx, c: &Consultation, price: &Decision) -> Markup {
    let payer = match c.funded_by {
        Some(fund) => format!("{fund}已保障，不再收取"),
        None => format!("{}付", c.payer),
    };
    html! {
        p { "预计 " (ui::fen(price.int("price_fen").map(kernel::Fen))) "，" (payer) "。按实际时长在签名时结算，没有结论的不收。" }
        (ui::because(&cx.state.policies, price))
    }
}

pub(super) fn version(c: &Consultation) -> Markup {
    ui::hidden("version", c.version.to_string())
}

/// What the consulting side can do next.
fn consulting(cx: &Cx, case: &Case) -> Markup {
    let c = &case.c;
    match c.state {
        State::Requested => html! { (ui::card("接受并预约", booking(cx, case, "接受并预约"))) (refusing(cx, c)) },
        State::NoShow => ui::card("改约", booking(cx, case, "改约")),
        State::UnderWay => concluding(cx, c),
        State::Concluded | State::Acknowledged if signs(cx, c) => appending(cx, c),
        _ => html! {},
    }
}

/// Whether the person is the consultant.
pub(super) fn signs(cx: &Cx, c: &Consultation) -> bool {
    cx.user.staff.is_some() && cx.user.staff == c.consultant
}

fn booking(cx: &Cx, case: &Case, title: &str) -> Markup {
    let c = &case.c;
    let step = if c.state == State::Requested { "accept" } else { "book" };
    let at = c.booked_for.filter(|at| *at > cx.now).unwrap_or(cx.now + TimeDelta::hours(1));
    let first = (String::new(), "请选择".to_owned());
    let all = case.doctors.iter().map(|(id, name)| (id.to_string(), name.clone()));
    let doctors: Vec<(String, String)> = std::iter::once(first).chain(all).collect();
    let usual = c.consultant.or(cx.user.staff).map(|id| id.to_string()).unwrap_or_default();
    let form = html! {
        (version(c))
        (ui::form_row(&[
            ui::field("会诊时间", "booked_for", local(at), Field::time().required()),
            ui::select_with("会诊医生（负责并签名）", "consultant", &doctors, &usual, Field::default().required()),
            ui::field("视频不通时的电话", "consult_phone", c.phone(Side::Consulting), Field::phone().required().limit(30)),
        ]))
        (ui::submit(title))
    };
    ui::form(cx, &format!("{}/{step}", c.key.href()), form)
}

fn refusing(cx: &Cx, c: &Consultation) -> Markup {
    let form = html! {
        (version(c))
        (ui::select("原因", "why", &Refusal::options(), Refusal::NoSpecialist.code()))
        (ui::field("说明", "refusal", "", Field::text().limit(200).hint("选“其他原因”的必填")))
        (ui::submit_toned("拒绝", Tone::Danger))
    };
    ui::seldom("拒绝申请", false, ui::form(cx, &format!("{}/refuse", c.key.href()), form))
}

/// The form of the conclusion, for the consultant; whoever else is there is told who signs.
pub(super) fn concluding(cx: &Cx, c: &Consultation) -> Markup {
    if !signs(cx, c) {
        return ui::card(
            "会诊结论",
            html! { p { "由会诊医生 " strong { (c.consultant_name) } " 本人登录后书写、签名。" } },
        );
    }
    let form = html! {
        (version(c))
        (ui::select("会诊方式", "means", &Means::options(), Means::Video.code()))
        (ui::textarea("会诊意见（回答申请的问题）", "finding", "", Field::text().required().limit(2000)))
        (ui::textarea("处理建议", "advice", "", Field::text().required().limit(2000)))
        (ui::textarea("用药建议", "medication", "", Field::text().limit(2000)))
        p.text-secondary { "签名后不能修改，只能补充。签名记下姓名、时间和全文的 SM3 指纹，资料共享随即停止。" }
        button.btn.btn-primary type="submit" data-confirm="签名后不能修改，确定签名？" { "签名并发出结论" }
    };
    ui::card("书写结论", ui::form(cx, &format!("{}/conclude", c.key.href()), form))
}

fn appending(cx: &Cx, c: &Consultation) -> Markup {
    let form = html! {
        (ui::textarea("补充意见", "content", "", Field::text().required().limit(2000)))
        (ui::submit("签名并补充"))
    };
    ui::seldom("补充意见", false, ui::form(cx, &format!("{}/append", c.key.href()), form))
}

fn acknowledging(cx: &Cx, c: &Consultation) -> Markup {
    if c.state != State::Concluded {
        return html! {};
    }
    let due = c.acknowledge_due.map(|day| format!("请在 {day} 前签收。")).unwrap_or_default();
    let form = html! {
        (version(c))
        p { (due) "签收表示已看到结论，并写明接下来怎么办。" }
        (ui::textarea("后续安排", "note", "", Field::text().required().limit(400)))
        (ui::submit("签收结论"))
    };
    ui::card("签收结论", ui::form(cx, &format!("{}/acknowledge", c.key.href()), form))
}

/// What is seldom done: another hour, somebody did not come, taking back.
fn seldom(cx: &Cx, case: &Case, side: Side) -> Markup {
    let (c, href) = (&case.c, case.c.key.href());
    let note = |label: &str, name: &str| ui::field(label, name, "", Field::text().required().limit(200));
    let passed = c.booked_for.is_some_and(|at| cx.now >= at);
    let step = |title: &str, path: &str, body: Markup| {
        ui::seldom(title, false, ui::form_among(cx, &format!("{href}/{path}"), body))
    };
    html! {
        @if side == Side::Consulting && matches!(c.state, State::Booked | State::UnderWay) {
            (ui::seldom("改约时间或换会诊医生", false, booking(cx, case, "改约")))
        }
        @if c.state == State::Booked && passed {
            (step("对方没有来", "miss", html! { (version(c)) (note("情况（是否电话联系过）", "note")) (ui::submit("登记对方未到")) }))
        }
        @if side == Side::Asking && c.state.after("cancel").is_some() {
            (step("撤回申请", "cancel", html! { (version(c)) (note("撤回原因", "reason")) (ui::submit_toned("撤回", Tone::Danger)) }))
        }
    }
}
