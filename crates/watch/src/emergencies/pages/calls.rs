//! Incoming telephone calls: whose it is, and what becomes of it.

use super::super::ACT;
use super::super::model::{Key, Kind};
use super::super::phone::{self, Call};
use super::super::store::{calls, phones, steps};
use super::hand::{self, Found, what_fields};
use super::{SOURCE, row, told};
use axum::extract::Path;
use axum::response::Response;
use kernel::ElderId;
use registry::elders::search::Term;
use serde::Deserialize;
use web::ui::{self, Field, PageInfo, Tone};
use web::{Cx, Error, Form, Markup, Page, Query, html};

const SIZE: i64 = 30;

#[derive(Deserialize)]
pub(in super::super) struct Wanted {
    page: Option<i64>,
    q: Option<String>,
}

fn number(cx: &Cx, call: &Call) -> String {
    if cx.may(ACT) && !call.number.is_empty() { call.number.clone() } else { phone::masked(&call.number) }
}

fn standing(call: &Call) -> Markup {
    html! {
        @if call.case.is_some() { (ui::badge(Tone::Success, "已立案")) }
        @else if call.dismissed_at.is_some() { (ui::badge(Tone::Neutral, "不需立案")) }
        @else if call.unanswered() && call.ended_at.is_some() { (ui::badge(Tone::Danger, "未接，待回电")) }
        @else if call.unanswered() { (ui::badge(Tone::Danger, "振铃")) }
        @else { (ui::badge(Tone::Warning, "已接听，待处理")) }
    }
}

pub(in super::super) async fn list(cx: Cx, Query(wanted): Query<Wanted>) -> Result<Markup, Error> {
    let page = wanted.page.unwrap_or(1).max(1);
    let (all, total) = cx.read(move |tx, by| calls::list(tx, by, SIZE, (page - 1) * SIZE)).await?;
    let rows = all.iter().map(|call| {
        vec![
            ui::row_link(&call.href(), number(&cx, call)),
            ui::opt(Some(&call.elder_name)),
            ui::moment(call.rang_at),
            standing(call),
            ui::opt(Some(&call.taken_name)),
            ui::opt(call.answered_at.map(|at| super::super::measure::spoken((at - call.rang_at).num_seconds().max(0)))),
            ui::opt(Some(&call.note)),
        ]
    });
    let none = "没有来电。电话交换机接入见安装说明 docs/ops/calls.md。";
    let body = html! {
        (ui::table_or(&["来电号码", "老年人", "振铃", "状态", "坐席", "接听用时", "处理情况"], rows, ui::empty(none, None)))
        (ui::pager(&PageInfo::new("/emergencies/calls", page, SIZE, total)))
    };
    Ok(Page::new(&cx, "来电").crumb("值班台", "/emergencies/board").source(SOURCE).body(body))
}

/// Elders who are known by the number of a call: their own, then a contact's.
async fn candidates(cx: &Cx, call: &Call) -> Result<Vec<Found>, Error> {
    if call.number.len() < 7 {
        return Ok(vec![]);
    }
    let own = hand::fitting(cx, vec![Term::Phone(call.number.clone())]).await?;
    let mut ids: Vec<ElderId> = own.into_iter().map(|(one, _)| one.id).collect();
    let number = call.number.clone();
    for id in cx.read(move |tx, by| phones::known_by(tx, by, &number)).await? {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    hand::briefs(cx, ids).await
}

pub(in super::super) async fn show(
    cx: Cx,
    Path(id): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Markup, Error> {
    let id = row(&id)?;
    let call = cx.read(move |tx, by| calls::find(tx, by, id)).await?;
    let known = if call.waits() { candidates(&cx, &call).await? } else { vec![] };
    let (found, wrong) = match hand::find(&cx, wanted.q.as_deref().unwrap_or_default()).await {
        Err(Error::Invalid(fields)) => (vec![], fields.into_iter().next().map(|f| f.message)),
        other => (other?, None),
    };
    let body = html! {
        (ui::card("来电", facts(&cx, &call)))
        @if call.waits() && cx.may(ACT) {
            @if call.taken.is_none() { (ui::card("接听", ui::form(&cx, &format!("{}/answer", call.href()), ui::submit_toned("由我接听", Tone::Danger)))) }
            (ui::card("号码对应的老年人", people(&cx, &call, &known, "号码不在册：请问清是谁，在下面查找。")))
            (ui::card("查找其他老年人", html! {
                (ui::filters(&call.href(), hand::searching(wanted.q.as_deref(), wrong.as_deref())))
                @if wanted.q.is_some() { (people(&cx, &call, &found, "没有找到，请换一个写法。")) }
            }))
            (ui::seldom("不需要立案（打错、不在册、咨询）", false, ui::form(&cx, &format!("{}/dismiss", call.href()), html! {
                (ui::field("处理情况", "why", "", Field::text().required().limit(200).placeholder("如：打错电话；不在册，已请其拨打 120")))
                (ui::submit("登记"))
            })))
        }
    };
    let title = format!("来电 {}", number(&cx, &call));
    Ok(Page::new(&cx, &title).crumb("来电", "/emergencies/calls").source(SOURCE).body(body))
}

fn facts(cx: &Cx, call: &Call) -> Markup {
    let case = call.elder.zip(call.case).map(|(elder, id)| Key { elder, id }.href());
    html! {
        (ui::facts(&[
            ("号码", html! { strong.yy-card-phone { (number(cx, call)) } }),
            ("拨打的号码", ui::opt(Some(&call.dialled))),
            ("老年人", ui::opt(Some(&call.elder_name))),
            ("状态", standing(call)),
            ("振铃", ui::moment(call.rang_at)),
            ("接通", ui::opt(call.answered_at.map(kernel::time::show))),
            ("挂断", ui::opt(call.ended_at.map(kernel::time::show))),
            ("坐席", ui::opt(Some(&call.taken_name))),
        ]))
        @if !call.note.is_empty() { p { "处理情况：" (call.note) } }
        @if let Some(href) = case { (ui::link_button(&href, "打开呼救事件", Tone::Primary)) }
    }
}

fn people(cx: &Cx, call: &Call, found: &[Found], none: &str) -> Markup {
    if found.is_empty() {
        return html! { p.text-secondary { (none) } };
    }
    let unknown = call.elder.is_none() && !call.number.is_empty();
    html! {
        @for (one, path) in found {
            section.yy-caller {
                p { strong { (one.name) } " " (one.sex.name()) " " (kernel::time::age_on(one.born, cx.today())) " 岁　" (path) "　" (one.id_masked) }
                details open[found.len() == 1] {
                    summary { "是这位，立案" }
                    form.yy-form method="post" action={ (call.href()) "/elder" } {
                        (ui::csrf(cx)) input type="hidden" name="elder" value=(one.id);
                        (apart(what_fields(Kind::Sos), &one.id.to_string()))
                        @if unknown { (apart(remembering(), &one.id.to_string())) }
                        (ui::submit_toned("立案", Tone::Danger))
                    }
                }
            }
        }
    }
}

/// Several forms of a page ask for the same: the ids of their fields carry the elder's.
fn apart(fields: Markup, scope: &str) -> Markup {
    let text = ["id", "for", "aria-describedby"].iter().fold(fields.into_string(), |html, attribute| {
        html.replace(&format!(" {attribute}=\""), &format!(" {attribute}=\"{scope}-"))
    });
    maud::PreEscaped(text)
}

fn remembering() -> Markup {
    html! {
        (ui::checkbox("记住这个号码：以后来电直接显示这位老年人", "remember", false))
        (ui::form_row(&[
            ui::field("号码是谁的", "phone_name", "", Field::text().limit(40)),
            ui::field("与老年人的关系", "relation", "", Field::text().limit(20).placeholder("如：女儿、邻居")),
        ]))
    }
}

pub(in super::super) async fn answer(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    let id = row(&id)?;
    let call = cx.write(move |tx, by| calls::take(tx, by, id)).await?;
    told(&cx);
    Ok(web::see_with(&call.href(), "由您接听"))
}

#[derive(Deserialize)]
pub(in super::super) struct Given {
    elder: String,
    kind: Kind,
    what: Option<String>,
    drill: Option<String>,
    remember: Option<String>,
    phone_name: Option<String>,
    relation: Option<String>,
}

pub(in super::super) async fn give(cx: Cx, Path(id): Path<String>, Form(f): Form<Given>) -> Result<Response, Error> {
    let (id, elder) = (row(&id)?, ElderId::parse(&f.elder).ok_or(Error::NotFound)?);
    let library = cx.state.policies.clone();
    let key = cx
        .write(move |tx, by| {
            let what = f.what.unwrap_or_default();
            let key = steps::open_for_call(tx, by, &library, id, (elder, f.kind, &what, f.drill.is_some()))?;
            if f.remember.is_some() {
                let number = calls::find(tx, by, id)?.number;
                let (name, relation) = (f.phone_name.unwrap_or_default(), f.relation.unwrap_or_default());
                let relation = super::super::model::short(&relation);
                phones::remember(tx, by, elder, (&number, &name, &relation))?;
            }
            Ok::<_, Error>(key)
        })
        .await?;
    told(&cx);
    Ok(web::see_with(&key.href(), "已立案，由您处理"))
}

#[derive(Deserialize)]
pub(in super::super) struct Dismissed {
    why: Option<String>,
}

pub(in super::super) async fn dismiss(
    cx: Cx,
    Path(id): Path<String>,
    Form(f): Form<Dismissed>,
) -> Result<Response, Error> {
    let id = row(&id)?;
    let why = f.why.unwrap_or_default();
    cx.write(move |tx, by| calls::dismiss(tx, by, id, &why)).await?;
    told(&cx);
    Ok(web::see_with("/emergencies/calls", "已登记"))
}

pub(in super::super) async fn forget(cx: Cx, Path((elder, id)): Path<(String, String)>) -> Result<Response, Error> {
    let (elder, id) = (ElderId::parse(&elder).ok_or(Error::NotFound)?, row(&id)?);
    cx.write(move |tx, by| phones::forget(tx, by, elder, id)).await?;
    Ok(web::see_with(&format!("/elders/{elder}"), "号码已删除"))
}
