//! The page of an elder, for the elder and who acts for them: large, few words, the next thing first.

use super::super::CONSENT;
use super::super::model::Access;
use super::super::sheet::{self, Asked, Coming, Number, Sheet, Told};
use super::super::store::{self, LOOKS};
use super::super::words::words;
use super::{SOURCE, elder};
use crate::consents::{Consent, State};
use crate::hospice::model::Plan;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use chrono::Datelike;
use db::audit::Entry;
use kernel::time::{date_of, in_words};
use kernel::{Date, ElderId};
use web::ui::{self, Tone};
use web::{Cx, Error, Markup, Page, html};

/// Those whose pages the account sees; for one alone, straight to it.
pub(in super::super) async fn list(cx: Cx) -> Result<Response, Error> {
    let all = cx.read(store::mine).await?;
    if let [one] = all.as_slice()
        && one.holds(cx.today())
    {
        return Ok(web::see(&format!("/family/{}", one.elder)));
    }
    let body = html! {
        @if all.is_empty() {
            (ui::alert(Tone::Warning, "还没有可看的家庭页", "请带身份证和证明文件到家庭医生或街道、乡镇经办处开通。"))
        }
        @for one in all.iter().filter(|one| !renewed(one, &all, cx.today())) {
            @match one.told(cx.today()) {
                None => a.yy-big href=(format!("/family/{}", one.elder)) { (one.elder_name) },
                Some(why) => (ended(&why)),
            }
        }
    };
    Ok(Page::new(&cx, "家庭页").source(SOURCE).body(body).into_response())
}

/// Whether an access that is over was opened again: the person need not be told of the old one.
fn renewed(one: &Access, all: &[Access], today: Date) -> bool {
    !one.holds(today) && all.iter().any(|other| other.elder == one.elder && other.holds(today))
}

fn ended(why: &str) -> Markup {
    ui::alert(Tone::Warning, "现在不能查看", html! { (why) " 有疑问请联系家庭医生或开通时的经办处。" })
}

pub(in super::super) async fn show(cx: Cx, Path(id): Path<String>) -> Result<Markup, Error> {
    let id = elder(&id)?;
    let (access, others) =
        cx.read(move |tx, by| Ok::<_, Error>((store::gate(tx, by, id)?, store::mine(tx, by)?.len() > 1))).await?;
    let title = access.elder_name.clone();
    if let Some(why) = access.told(cx.today()) {
        return Ok(Page::new(&cx, &title).source(SOURCE).body(ended(&why)));
    }
    cx.note(Entry { action: "family.view", elder: Some(id), ..Entry::default() }).await?;
    let library = cx.state.policies.clone();
    let sheet = cx
        .read(move |tx, by| {
            let (_, by) = store::enter(tx, by, id)?;
            sheet::gather(tx, &by, &library, id)
        })
        .await?;
    Ok(Page::new(&cx, &title).source(SOURCE).body(body(&cx, (&access, others), &sheet)))
}

fn body(cx: &Cx, (access, others): (&Access, bool), s: &Sheet) -> Markup {
    html! {
        (who(access, others))
        (asked(cx, access.elder, &s.asked))
        (coming(&s.coming, cx.today()))
        (doctor(s.doctor.as_ref()))
        @if let Some(plan) = &s.plan { (comfort(plan)) }
        (results(&s.results, cx.today()))
        (open(&s.open))
        (team(&s.team))
        (consents(cx, access.elder, &s.consents))
        (looks(s))
    }
}

fn section(title: &str, body: Markup) -> Markup {
    html! { section.yy-part { h2 { (title) } (body) } }
}

/// As what one looks, until when; and the way to another elder.
fn who(access: &Access, others: bool) -> Markup {
    html! {
        @if access.kind.proxy() {
            p.yy-soft {
                "您以" (access.kind.name()) "身份查看"
                @if let Some(until) = access.until { "，到 " (in_words(until)) " 为止" } "。"
            }
        }
        @if others { p { a.yy-more-link href="/family" { "看另一位老人" } } }
    }
}

/// 明天 11月3日 周二
fn day(on: Date, today: Date) -> String {
    let week = ["一", "二", "三", "四", "五", "六", "日"][on.weekday().num_days_from_monday() as usize];
    let near = match (on - today).num_days() {
        0 => "今天 ",
        1 => "明天 ",
        2 => "后天 ",
        _ => "",
    };
    let year = if on.year() == today.year() { String::new() } else { format!("{}年", on.year()) };
    format!("{near}{year}{}月{}日 周{week}", on.month(), on.day())
}

fn coming(all: &[Coming], today: Date) -> Markup {
    let one = |one: &Coming| {
        html! {
            div.yy-next {
                p.yy-when { (day(one.on, today)) @if let Some(at) = one.at { br; (sheet::hours(at, one.until)) } }
                p { (one.what) }
                @if !one.who.is_empty() { p.yy-soft { (one.who) } }
            }
        }
    };
    let body = html! { @if all.is_empty() { p { "现在没有安排。" } } @for c in all { (one(c)) } };
    section("下一次", body)
}

/// A large button that dials.
fn dial(number: &Number) -> Markup {
    let digits: String = number.phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
    html! {
        @if digits.is_empty() { p.yy-soft { "没有登记电话。" } }
        @else { a.yy-dial href=(format!("tel:{digits}")) { "打电话 " span { (number.phone) } } }
    }
}

fn doctor(found: Option<&Number>) -> Markup {
    let body = html! {
        @match found {
            Some(one) => {
                p.yy-name { (one.name) }
                p.yy-soft { (one.about) }
                (dial(one))
            }
            None => p { "还没有签约家庭医生。可以到就近的社区卫生服务中心或乡镇卫生院签约。" },
        }
        p { "要紧的急病，直接打 " a.yy-dial.yy-dial-120 href="tel:120" { "120" } }
    };
    section("家庭医生", body)
}

/// What the family reads of the plan for the end of life: what to do when, who to call.
fn comfort(plan: &Plan) -> Markup {
    let c = &plan.content;
    let parts = [
        ("难受的时候怎么办", &c.symptoms),
        ("每天怎么照顾", &c.comfort),
        ("心里的事", &c.mind),
        ("不要做的", &c.unwanted),
    ];
    let body = html! {
        @for (title, text) in parts.iter().filter(|(_, text)| !text.is_empty()) { h3 { (title) } p.yy-prose { (text) } }
        @if !plan.contacts.is_empty() {
            h3 { "找谁" }
            @for one in &plan.contacts {
                p { strong { (one.name) } "，" (one.role) }
                (dial(&Number { phone: one.phone.clone(), ..Number::default() }))
            }
        }
        p.yy-soft { "第 " (plan.version) " 版，" (in_words(plan.on)) " 起" }
    };
    section("安宁疗护", body)
}

fn results(all: &[Told], today: Date) -> Markup {
    let one = |one: &Told| {
        html! {
            div.yy-told.yy-told-urgent[one.urgent] {
                h3 { (one.title) }
                p.yy-soft { (one.figure) }
                p { (one.said.means) }
                p { strong { "接下来：" } (one.said.next) }
                @if let Some(by) = one.by {
                    p {
                        strong { "日期：" } (in_words(by))
                        @if by < today { " 之前（已过，请尽快）" } @else { " 之前" }
                    }
                }
            }
        }
    };
    let body = html! {
        @if all.is_empty() { p { "还没有结果。" } }
        @for told in all { (one(told)) }
        @if !all.is_empty() { p.yy-soft { (words().note) } }
    };
    section("检查和评估的结果", body)
}

fn open(all: &[String]) -> Markup {
    section("正在办的事", html! { @if all.is_empty() { p { "没有。" } } ul { @for line in all { li { (line) } } } })
}

fn team(all: &[(String, String)]) -> Markup {
    html! {
        @if !all.is_empty() { (section("谁在照护", html! { ul { @for (name, role) in all { li { (name) "，" (role) } } } })) }
    }
}

fn asked(cx: &Cx, elder: ElderId, all: &[Asked]) -> Markup {
    let one = |one: &Asked| {
        let form = html! {
            (ui::hidden("scope", one.scope.code()))
            (ui::hidden("source", one.source.as_simple().to_string()))
            (ui::submit("同意"))
        };
        html! {
            p { (one.text) }
            @if cx.may(CONSENT) { (ui::form(cx, &format!("/family/{elder}/agree"), form)) }
        }
    };
    html! { @if !all.is_empty() { (section("请您决定", html! { @for a in all { (one(a)) } })) } }
}

fn consents(cx: &Cx, elder: ElderId, all: &[Consent]) -> Markup {
    let (live, gone): (Vec<&Consent>, Vec<&Consent>) = all.iter().partition(|one| one.state == State::Given);
    let mut scopes: Vec<&str> = vec![];
    for one in &live {
        let name = one.given.scope.name();
        if !scopes.contains(&name) {
            scopes.push(name);
        }
    }
    let body = html! {
        @if live.is_empty() { p { "现在没有。" } }
        @else {
            p { (scopes.join("、")) "。" }
            details { summary { "查看和撤回" } @for one in &live { (consent(cx, elder, one)) } }
        }
        @if !gone.is_empty() {
            details { summary { "已经撤回的" } @for one in gone { (withdrawn(one)) } }
        }
    };
    section("同意过的事", body)
}

fn consent(cx: &Cx, elder: ElderId, one: &Consent) -> Markup {
    html! {
        div.yy-consent {
            h3 { (one.given.scope) }
            p { (one.given.purpose) }
            p.yy-soft {
                (one.giver()) " " (in_words(one.given.from)) " " (one.given.how)
                @if let Some(until) = one.given.until { "，到 " (in_words(until)) " 为止" }
            }
            @if cx.may(CONSENT) { a.btn href=(format!("/family/{elder}/consents/{}", one.id)) { "不再同意" } }
        }
    }
}

fn withdrawn(one: &Consent) -> Markup {
    let Some(done) = &one.withdrawn else { return html! {} };
    html! {
        div.yy-consent {
            h3 { (one.given.scope) }
            p { (done.by.name) " 在 " (in_words(date_of(done.at))) " 撤回。" }
            p.yy-soft { (done.effect) }
            @if let Some((at, who, note)) = &done.handled {
                p.yy-soft { (who) " " (in_words(date_of(*at))) "：" (note) }
            }
        }
    }
}

fn looks(s: &Sheet) -> Markup {
    let what = |action: &str| LOOKS.iter().find(|(code, _)| *code == action).map_or("看了档案", |(_, words)| words);
    let body = html! {
        @if s.looks.is_empty() { p { "最近没有人看过。" } }
        ul { @for one in &s.looks {
            li {
                (in_words(date_of(one.at))) "，" (one.name)
                @if !one.place.is_empty() { "（" (one.place) "）" }
                (what(&one.action))
            }
        } }
    };
    section("最近谁看过档案", body)
}
