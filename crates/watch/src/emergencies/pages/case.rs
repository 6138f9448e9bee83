//! One case: the elder's card on the left, what is to be done on the right, what happened below.

use super::super::ACT;
use super::super::measure::spoken;
use super::super::model::{Case, Dispatch, Event, Kind, Leg, Outcome, Proposal, State, Told};
use super::super::store::card::{self as cards, Card};
use super::super::store::{self, duties};
use super::super::views::{drill, tone};
use super::{SOURCE, card, key, since};
use axum::extract::Path;
use care::referrals;
use care::referrals::model::Channel;
use kernel::Instant;
use kernel::time::show;
use registry::areas::Names;
use web::ui::{self, Field, Tone};
use web::{Cx, Error, Markup, Page, assets, html};

/// Responders that are offered at once; the rest unfolds.
const OFFERED: usize = 5;

struct Whole {
    c: Case,
    card: Card,
    path: String,
    sent: Vec<Dispatch>,
    events: Vec<Event>,
    told: Vec<Told>,
    proposals: Vec<Proposal>,
    channels: Vec<Channel>,
}

pub(in super::super) async fn open(cx: Cx, Path((elder, id)): Path<(String, String)>) -> Result<Markup, Error> {
    let (key, act) = (key(&elder, &id)?, cx.may(ACT));
    let (names, library) = (cx.state.get::<Names>(), cx.state.policies.clone());
    let whole = cx
        .read(move |tx, by| {
            let c = store::find(tx, by, key)?;
            let offers = act && c.closed_at.is_none();
            let proposals = if offers { duties::proposals(tx, by, &library, &c)? } else { vec![] };
            let channels = if offers { referrals::store::channels(tx, by, key.elder, c.area)? } else { vec![] };
            Ok::<_, Error>(Whole {
                // Who only looks sees what is personal masked, as on the elder's own page.
                card: cards::of(tx, by, key.elder, act)?,
                path: names.at(tx)?.path(c.area),
                sent: store::dispatches(tx, key)?,
                events: store::events(tx, key)?,
                told: store::told(tx, key)?,
                proposals,
                channels,
                c,
            })
        })
        .await?;
    let looked = db::audit::Entry { action: "emergencies.view", ..cards::entry(key.elder, key.id.to_string()) };
    cx.note(if act { cards::entry(key.elder, key.id.to_string()) } else { looked }).await?;
    Ok(page(&cx, &whole))
}

fn page(cx: &Cx, w: &Whole) -> Markup {
    let c = &w.c;
    let open = c.closed_at.is_none();
    let body = html! {
        link rel="stylesheet" href=(assets::url("board.css"));
        section data-timers data-now=(cx.now.timestamp_millis()) {
            (head(c, cx.now))
            div.yy-case {
                div { (ui::card("老年人", card::card(&w.card, &w.path, cx.today(), cx.now))) }
                div {
                    @if cx.may(ACT) && open { (doing(cx, w)) }
                    @if let Some(id) = c.referral { (referred(cx, c, id)) }
                    @if let Some(outcome) = c.outcome { (ui::card("结果", html! { p { strong { (outcome) } "：" (c.note) } p.text-secondary { (c.closed_by) "，" (c.closed_at.map(show).unwrap_or_default()) } })) }
                }
            }
            (ui::card("派出", sent(&w.sent)))
            (ui::card("通知的联系人", told(&w.told)))
            (ui::card("经过（只增不改）", course(c, &w.events)))
        }
        script src=(assets::url("board.js")) defer {}
    };
    let title = format!("{}{}：{}", if c.drill { "【演练】" } else { "" }, c.kind, c.name);
    let actions = html! {
        (ui::link_button("/emergencies/board", "回到值班台", Tone::Neutral))
        (ui::link_button(&format!("/elders/{}", c.key.elder), "老年人页面", Tone::Neutral))
    };
    Page::new(cx, &title).crumb("呼救事件", "/emergencies").actions(actions).source(SOURCE).body(body)
}

fn referred(cx: &Cx, c: &Case, id: kernel::ReferralId) -> Markup {
    let href = referrals::Key { elder: c.key.elder, id }.href();
    ui::card(
        "绿色通道",
        html! { p { @if cx.may(referrals::READ) { a href=(href) { "打开转诊单" } } @else { "已发出" } } },
    )
}

fn head(c: &Case, now: Instant) -> Markup {
    let spot =
        format!("{}{}", c.spot.from, c.spot.at.map(|(lon, lat)| format!("（{lon:.4}, {lat:.4}）")).unwrap_or_default());
    html! {
        @if c.drill { (ui::alert(Tone::Warning, "演练", "本次呼救是演练：不要真的呼叫 120，不计入时效。")) }
        div.yy-case-head {
            span.yy-case-state { (ui::badge(tone(c.state), c.state.name())) (drill(c.drill)) }
            @if c.closed_at.is_none() { span { "已过 " (since(c.began_at, now)) } }
            span { (c.source) "　" (show(c.began_at)) }
            span { "坐席：" strong { (c.operator_name) } }
            span { "位置：" (spot) }
        }
        p.yy-case-what { (c.what) }
    }
}

fn version(c: &Case) -> Markup {
    ui::hidden("version", c.version.to_string())
}

fn post(cx: &Cx, c: &Case, step: &str, body: Markup) -> Markup {
    ui::form_among(cx, &format!("{}/{step}", c.key.href()), html! { (version(c)) (body) })
}

/// What the operator does next, the most likely first.
fn doing(cx: &Cx, w: &Whole) -> Markup {
    let c = &w.c;
    let bound = w.sent.iter().rev().find(|d| d.leg.active());
    html! {
        @if c.operator != Some(cx.user.account) {
            (ui::alert(Tone::Warning, &format!("{}正在处理", c.operator_name), html! {
                "您也可以登记；要由您负责的，请先接手。"
                (post(cx, c, "take-over", ui::submit("由我接手")))
            }))
        }
        @match bound {
            Some(d) => (ui::card("派出的人", responding(cx, c, d))),
            None if c.state == State::Answered => (ui::card("派谁去（近的、合适的在前）", offers(cx, c, &w.proposals))),
            None => {},
        }
        (ui::card("120", ambulance(cx, c)))
        (ui::card("通知联系人", contact(cx, w)))
        @if c.referral.is_none() && !c.drill && cx.may(referrals::REQUEST) { (ui::card("绿色通道（一键）", green(cx, w))) }
        (ui::card("补充情况", noting(cx, c)))
        @if !c.state.under_way() { (ui::card("结束", closing(cx, c))) }
    }
}

fn offers(cx: &Cx, c: &Case, all: &[Proposal]) -> Markup {
    if all.is_empty() {
        return ui::empty(
            "现在没有人值守。请直接拨打 120，或先登记值守表。",
            Some(ui::link_button("/emergencies/duties", "值守表", Tone::Primary)),
        );
    }
    let some = |part: &[Proposal]| html! { ul.yy-offers { @for p in part { (offer(cx, c, p)) } } };
    html! {
        (some(&all[..all.len().min(OFFERED)]))
        @if all.len() > OFFERED { details { summary { "其余 " (all.len() - OFFERED) " 人" } (some(&all[OFFERED..])) } }
    }
}

fn offer(cx: &Cx, c: &Case, p: &Proposal) -> Markup {
    let d = &p.duty;
    let far = match (p.metres, p.minutes) {
        (Some(metres), Some(minutes)) => {
            format!("直线 {}.{} 公里，约 {minutes} 分钟", metres / 1000, metres % 1000 / 100)
        }
        _ => "距离未知".to_owned(),
    };
    html! {
        li {
            div {
                strong { (d.kind) " " (d.name) } " " a.text-nowrap href={ "tel:" (d.phone) } { (d.phone) }
                br; span.text-secondary { (d.place) "，" (far) }
                @if p.busy { " " (ui::badge(Tone::Warning, "正在处理另一呼救")) }
                @if p.declined { " " (ui::badge(Tone::Neutral, "已说不能前往")) }
            }
            @if !p.busy {
                form method="post" action={ (c.key.href()) "/dispatch" } {
                    (ui::csrf(cx)) (version(c)) input type="hidden" name="duty" value=(d.id);
                    button.btn.btn-primary type="submit" { "派出" }
                }
            }
        }
    }
}

fn responding(cx: &Cx, c: &Case, d: &Dispatch) -> Markup {
    let steps = [("confirm", "已确认前往"), ("set_out", "已出发"), ("arrive", "已到场")];
    let possible = steps.into_iter().filter(|(event, _)| c.state.after(event).is_some());
    html! {
        p { strong { (d.kind) " " (d.name) } " " a.yy-card-phone.text-nowrap href={ "tel:" (d.phone) } { (d.phone) } " " (ui::badge(Tone::Info, d.leg.name())) }
        div.btn-list {
            @for (event, text) in possible {
                form method="post" action={ (c.key.href()) "/respond" } {
                    (ui::csrf(cx)) (version(c)) input type="hidden" name="event" value=(event);
                    button.btn.btn-primary.btn-lg type="submit" { (text) }
                }
            }
        }
        @if d.leg != Leg::Arrived {
            details {
                summary { "不能前往、改派" }
                (post(cx, c, "respond", html! {
                    (ui::radios("怎样", "event", &[("decline", "对方不能前往"), ("recall", "召回，改派别人")], "decline"))
                    (ui::field("原因", "why", "", Field::text().required().limit(100)))
                    (ui::submit("登记，重新派人"))
                }))
            }
        }
    }
}

fn local(at: Instant) -> String {
    show(at).replace(' ', "T")
}

fn ambulance(cx: &Cx, c: &Case) -> Markup {
    let form = html! {
        (ui::form_row(&[
            ui::field("呼叫 120 的时间", "at", local(c.ambulance_at.unwrap_or(cx.now)), Field::time().required()),
            ui::field("车号（知道的话）", "number", &c.ambulance_number, Field::text().limit(40)),
        ]))
        (ui::submit_toned(if c.ambulance_at.is_some() { "更新" } else { "登记已呼叫 120" }, Tone::Danger))
    };
    html! {
        @match c.ambulance_at {
            None => (post(cx, c, "ambulance", form)),
            Some(at) => {
                p { (ui::badge(Tone::Danger, "已呼 120")) " " (show(at)) " " (c.ambulance_number) }
                @if c.state.after("hand_over").is_some() {
                    (post(cx, c, "hand-over", html! {
                        (ui::field("交接情况", "text", "", Field::text().limit(200).placeholder("如：意识清楚，血压 150/90，已上车")))
                        (ui::submit("120 已到，交接"))
                    }))
                }
                details { summary { "更正时间、车号" } (post(cx, c, "ambulance", form)) }
            }
        }
    }
}

fn contact(cx: &Cx, w: &Whole) -> Markup {
    let e = &w.card.elder;
    let form = post(
        cx,
        &w.c,
        "contact",
        html! {
            (ui::form_row(&[
                ui::field("联系人", "name", e.contact_name.clone().unwrap_or_default(), Field::text().required().limit(40)),
                ui::field("与老年人的关系", "relation", "", Field::text().limit(20)),
            ]))
            (ui::radios("结果", "reached", &[("yes", "已接通"), ("no", "没有接通")], "yes"))
            (ui::field("说了什么", "note", "", Field::text().limit(200)))
            (ui::submit("登记"))
        },
    );
    html! { (form) (remembered(cx, w)) }
}

/// Numbers that operators remembered, and the way to forget one that is wrong.
fn remembered(cx: &Cx, w: &Whole) -> Markup {
    html! {
        @if !w.card.phones.is_empty() {
            details {
                summary { "记住的号码（" (w.card.phones.len()) "）" }
                @for p in &w.card.phones {
                    div.yy-offers-line {
                        span { (p.relation) " " (p.name) " " (p.number) }
                        (ui::confirm_post(cx, &format!("/emergencies/phones/{}/{}/forget", w.c.key.elder, p.id), "删除", Tone::Neutral, "删除后，这个号码来电不再显示这位老年人。确定吗？"))
                    }
                }
            }
        }
    }
}

fn green(cx: &Cx, w: &Whole) -> Markup {
    let text = |one: &Channel| {
        let far = one.metres.map(|m| format!("，约 {}.{} 公里", m / 1000, m % 1000 / 100)).unwrap_or_default();
        let minutes = one.minutes.map(|minutes| format!("，{minutes} 分钟内答复")).unwrap_or_default();
        format!("{}{far}{minutes}", one.name)
    };
    let options: Vec<(String, String)> =
        w.channels.iter().map(|one| (format!("{}.{}", one.hospital, one.agreement), text(one))).collect();
    match options.first().map(|(value, _)| value.clone()) {
        None => html! { p.text-secondary { "没有与本地医院约定绿色通道的协议，请拨打 120。" } },
        Some(first) => post(
            cx,
            &w.c,
            "green",
            html! {
                (ui::select("医院（最近的在前）", "channel", &options, &first))
                p.text-secondary { "按本次呼救的情况发出，危急未及征询同意，由您负责。" }
                (ui::submit_toned("发出绿色通道", Tone::Danger))
            },
        ),
    }
}

fn noting(cx: &Cx, c: &Case) -> Markup {
    post(
        cx,
        c,
        "note",
        html! {
            (ui::select("种类", "kind", &Kind::options(), c.kind.code()))
            (ui::field("情况", "text", "", Field::text().required().limit(200)))
            (ui::submit("补充"))
        },
    )
}

fn closing(cx: &Cx, c: &Case) -> Markup {
    let fits = |(code, _): &(&str, &str)| (*code == Outcome::Drill.code()) == c.drill;
    let options: Vec<(&str, &str)> = Outcome::options().into_iter().filter(fits).collect();
    let first = options.first().map_or("", |(code, _)| *code);
    post(
        cx,
        c,
        "close",
        html! {
            (ui::select("结果", "outcome", &options, first))
            (ui::textarea("处置经过", "note", "", Field::text().required().limit(400)))
            (ui::submit("结束呼救"))
        },
    )
}

fn sent(all: &[Dispatch]) -> Markup {
    let at = |at: Option<Instant>| ui::opt(at.map(|at| show(at).split(' ').next_back().unwrap_or_default().to_owned()));
    let rows = all.iter().map(|d| {
        let far = d.metres.map(|m| format!("{}.{} 公里", m / 1000, m % 1000 / 100));
        vec![
            html! { (d.kind) " " (d.name) br; span.text-secondary { (d.place) } },
            ui::opt(far),
            html! { (d.leg) @if !d.why.is_empty() { "：" (d.why) } },
            at(Some(d.asked_at)),
            at(d.confirmed_at),
            at(d.set_out_at),
            at(d.arrived_at),
        ]
    });
    ui::table_or(&["谁", "直线距离", "怎样", "通知", "确认", "出发", "到场"], rows, ui::empty("还没有派人。", None))
}

fn told(all: &[Told]) -> Markup {
    let rows = all.iter().map(|t| {
        let result = if t.reached { (Tone::Success, "已接通") } else { (Tone::Warning, "没有接通") };
        vec![
            html! { (t.relation) " " (t.name) },
            ui::badge(result.0, result.1),
            ui::moment(t.at),
            ui::text(&t.by),
            ui::opt(Some(&t.note)),
        ]
    });
    ui::table_or(&["联系人", "结果", "时间", "谁打的", "说了什么"], rows, ui::empty("还没有通知联系人。", None))
}

fn course(c: &Case, events: &[Event]) -> Markup {
    let rows = events.iter().map(|e| {
        vec![
            html! { (show(e.at)) br; span.text-secondary { "第 " (spoken((e.at - c.began_at).num_seconds().max(0))) } },
            html! { strong { (e.title()) } },
            ui::text(&e.note),
            ui::text(&e.by),
        ]
    });
    ui::table(&["时间", "步骤", "情况", "登记人"], rows)
}
