//! What is done with a proposal: priced, moved by hand, accepted, discarded; and a visit agreed, a carer refused.

use super::super::model::{Dayplan, State};
use super::super::store;
use super::super::store::accept::{self, Left};
use super::super::words::{Names, clock, minutes, soft};
use super::proposal::{Read, read, reasons};
use super::{hours, parse, start};
use crate::visits::pages::ids;
use crate::visits::store::fit;
use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::Response;
use kernel::StaffId;
use routing::{Breach, Matrix, Move, Plan, Price, Pricer, Target};
use serde::Deserialize;
use uuid::Uuid;
use web::ui::{self, Tone};
use web::{Cx, Error, Form, Markup, Page, Reason, html, see_with};

/// A visit dragged by hand.
#[derive(Deserialize)]
pub(in crate::visits) struct Drag {
    visit: String,
    #[serde(default)]
    carer: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    at: String,
    seen: i64,
}

/// A move with what it comes to.
struct Priced {
    price: Price,
    plan: Plan,
    hard: Vec<Reason>,
    mild: Vec<Reason>,
}

fn some(text: &str) -> Option<String> {
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

impl Drag {
    /// Where in a tour: before the first stop that begins later.
    fn target(&self, plan: &Plan) -> Result<Option<Target>, Error> {
        let Some(carer) = some(&self.carer) else { return Ok(None) };
        let at = hours::minute(&self.at).ok_or_else(|| Error::field("at", "大约几点", "请填写时间，如 09:30"))?;
        let at = at as routing::Seconds * super::super::day::MINUTE;
        let tour = plan.tours.iter().find(|tour| tour.carer == carer);
        let others = tour.iter().flat_map(|tour| &tour.stops).filter(|stop| stop.visit.as_deref() != Some(&self.visit));
        let position = others.take_while(|stop| stop.start < at).count();
        Ok(Some(Target { carer, shift: 0, position }))
    }

    /// What it costs and breaks.
    fn priced(&self, of: &Dayplan, names: &Names) -> Result<Priced, Error> {
        store::step(of, "move", self.seen)?;
        let (plan, matrix) = of.plan.as_ref().zip(of.matrix.as_ref()).ok_or(Error::NotFound)?;
        let matrix: Matrix = of.asked.spread(matrix);
        let visit = of.asked.problem.visits.iter().find(|visit| visit.id == self.visit);
        let two = visit.ok_or_else(|| Error::field("visit", "哪一次上门", "请选择"))?.carers == 2;
        let to = self.target(plan)?;
        let gone =
            |all: Vec<routing::Mistake>| Error::Refused(all.iter().map(|m| names.reason(&m.to_string())).collect());
        let pricer = Pricer::new(&of.asked.problem, &matrix, plan, Some(&of.before)).map_err(gone)?;
        let change = Move { visit: self.visit.clone(), from: some(&self.from).filter(|_| two), to };
        let price = pricer.price(&change).map_err(|m| gone(vec![m]))?;
        let plan = pricer.moved(&change).map_err(|m| gone(vec![m]))?;
        let (mild, hard): (Vec<&Breach>, Vec<&Breach>) = price.breaks.iter().partition(|b| soft(&of.asked, b));
        let words = |all: Vec<&Breach>| all.into_iter().map(|b| names.reason(&b.to_string())).collect();
        let (hard, mild) = (words(hard), words(mild));
        Ok(Priced { price, plan, hard, mild })
    }
}

pub(in crate::visits) async fn price(
    cx: Cx,
    Path(id): Path<String>,
    headers: HeaderMap,
    Form(drag): Form<Drag>,
) -> Result<Markup, Error> {
    let read = read(&cx, &id).await?;
    let priced = drag.priced(&read.of, &read.names)?;
    let part = told(&cx, &read, &drag, &priced);
    if headers.contains_key("hx-request") {
        return Ok(part);
    }
    let page = Page::new(&cx, "手工调整").crumb("方案", &read.of.href());
    Ok(page.source(super::SOURCE).body(part))
}

/// What a move comes to, in words, with the button that keeps it.
fn told(cx: &Cx, read: &Read, drag: &Drag, p: &Priced) -> Markup {
    let change = p.price.change;
    let line = |label: &str, value: i64, unit: &str| {
        let sign = if value > 0 { "多" } else { "少" };
        (value != 0).then(|| format!("{label}{sign} {} {unit}", value.abs()))
    };
    let parts: Vec<String> = [
        line("路上", minutes(change.travel), "分钟"),
        line("空等", minutes(change.idle), "分钟"),
        line("超时", minutes(change.overtime), "分钟"),
        line("不熟悉", change.lost_continuity, "次"),
        line("没有排上", change.unassigned, "次"),
    ]
    .into_iter()
    .flatten()
    .collect();
    let start = super::super::model::going(&p.plan, &drag.visit).map(|going| clock(going.start));
    html! {
        p.mt-3 {
            strong { (read.names.visit(&drag.visit)) } "："
            @match (&start, some(&drag.carer)) {
                (Some(start), Some(carer)) => { (read.names.carer(&carer)) "，" (start) " 开始。" },
                _ => "移出，没有人去。",
            }
            @if parts.is_empty() { "代价不变。" } @else { (parts.join("，")) "。" }
        }
        @if !p.mild.is_empty() { (ui::alert(Tone::Warning, "请留意", reasons(&p.mild))) }
        @if p.hard.is_empty() {
            (ui::form(cx, &format!("{}/move", read.of.href()), html! {
                (ui::hidden("visit", &drag.visit)) (ui::hidden("carer", &drag.carer)) (ui::hidden("from", &drag.from))
                (ui::hidden("at", &drag.at)) (ui::hidden("seen", drag.seen.to_string()))
                (ui::submit("保留这个调整"))
            }))
        } @else { (ui::alert(Tone::Danger, "不能这样调整", reasons(&p.hard))) }
    }
}

pub(in crate::visits) async fn shift(
    cx: Cx,
    Path(id): Path<String>,
    Form(drag): Form<Drag>,
) -> Result<Response, Error> {
    let read = read(&cx, &id).await?;
    let priced = drag.priced(&read.of, &read.names)?;
    if !priced.hard.is_empty() {
        return Err(Error::Refused(priced.hard));
    }
    let (of, href) = (read.of.clone(), read.of.href());
    cx.write(move |tx, by| store::keep(tx, by, &of, &priced.plan, drag.seen)).await?;
    Ok(see_with(&href, "已保留；采用方案之后才改变安排"))
}

#[derive(Deserialize)]
pub(in crate::visits) struct Decide {
    seen: i64,
    left: Option<Left>,
}

pub(in crate::visits) async fn accept(
    cx: Cx,
    Path(id): Path<String>,
    Form(form): Form<Decide>,
) -> Result<Response, Error> {
    let id = parse(&id)?;
    let policies = cx.state.policies.clone();
    let left = form.left.unwrap_or(Left::Keep);
    let (of, count) = cx.write(move |tx, by| accept::accept(tx, by, &policies, id, form.seen, left)).await?;
    let note = format!("已采用，改动 {count} 次；请按名单电话告知");
    Ok(see_with(&if count > 0 { format!("{}/calls", of.href()) } else { of.href() }, &note))
}

pub(in crate::visits) async fn discard(
    cx: Cx,
    Path(id): Path<String>,
    Form(form): Form<Decide>,
) -> Result<Response, Error> {
    let id = parse(&id)?;
    let of = cx.write(move |tx, by| store::discard(tx, by, id, form.seen)).await?;
    debug_assert!(of.state.after("discard") == Some(State::Discarded));
    Ok(start::back(of.institution, of.day, "已放弃，原来的安排不变"))
}

#[derive(Deserialize)]
pub(in crate::visits) struct Agreement {
    agreed: bool,
}

pub(in crate::visits) async fn agree(
    cx: Cx,
    Path((elder, id)): Path<(String, String)>,
    Form(form): Form<Agreement>,
) -> Result<Response, Error> {
    let (elder, id) = ids(&elder, &id)?;
    cx.write(move |tx, by| fit::agree(tx, by, elder, id, form.agreed)).await?;
    let note = if form.agreed { "已登记约定，排班不再变动这次时间" } else { "已取消约定" };
    Ok(see_with(&format!("/visits/{elder}/{id}"), note))
}

#[derive(Deserialize)]
pub(in crate::visits) struct Refused {
    #[serde(default)]
    staff: String,
    #[serde(default)]
    why: String,
    #[serde(default)]
    end: String,
}

pub(in crate::visits) async fn refuse(
    cx: Cx,
    Path((elder, id)): Path<(String, String)>,
    Form(form): Form<Refused>,
) -> Result<Response, Error> {
    let (elder, id) = ids(&elder, &id)?;
    cx.write(move |tx, by| {
        crate::visits::store::find(tx, by, elder, id)?;
        match (Uuid::try_parse(&form.end), StaffId::parse(&form.staff)) {
            (Ok(end), _) => fit::welcome(tx, by, elder, end),
            (_, Some(staff)) => fit::refuse(tx, by, elder, staff, &form.why),
            _ => Err(Error::field("staff", "人员", "请选择")),
        }
    })
    .await?;
    Ok(see_with(&format!("/visits/{elder}/{id}"), "已登记"))
}
