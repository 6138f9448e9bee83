//! What is done with an episode.

use super::super::OpenThings;
use super::super::model::GoalState;
use super::super::store::steps::{self, Joining, NewGoal};
use super::{elder, href};
use axum::extract::Path;
use axum::response::Response;
use kernel::{Date, ElderId, GoalId, Instant, MemberId, StaffId};
use serde::Deserialize;
use web::{Cx, Error, Form};

/// The state that the form's reader has seen, as the hidden field brings it.
fn seen(millis: i64) -> Result<Instant, Error> {
    Instant::from_timestamp_millis(millis).ok_or(Error::NotFound)
}

fn back(elder: ElderId, text: &str) -> Response {
    web::see_with(&href(elder), text)
}

#[derive(Deserialize)]
pub(in super::super) struct Opening {
    why: String,
}

pub(in super::super) async fn open(
    cx: Cx,
    Path(text): Path<String>,
    Form(form): Form<Opening>,
) -> Result<Response, Error> {
    let id = elder(&text)?;
    cx.write(move |tx, by| steps::open(tx, by, id, &form.why)).await?;
    Ok(back(id, "照护全程已开始"))
}

#[derive(Deserialize)]
pub(in super::super) struct Closing {
    why: String,
    seen: i64,
}

pub(in super::super) async fn close(
    cx: Cx,
    Path(text): Path<String>,
    Form(form): Form<Closing>,
) -> Result<Response, Error> {
    let (id, things, seen) = (elder(&text)?, cx.state.get::<OpenThings>(), seen(form.seen)?);
    cx.write(move |tx, by| {
        // What the person may not see holds the closing up as well.
        let open = things.of(tx, by, |_| true, id)?;
        steps::close(tx, by, id, (&form.why, seen), &open)
    })
    .await?;
    Ok(back(id, "照护全程已结束"))
}

#[derive(Deserialize)]
pub(in super::super) struct Leading {
    staff: String,
    seen: i64,
}

pub(in super::super) async fn lead(
    cx: Cx,
    Path(text): Path<String>,
    Form(form): Form<Leading>,
) -> Result<Response, Error> {
    let (id, seen) = (elder(&text)?, seen(form.seen)?);
    let staff = StaffId::parse(&form.staff).ok_or_else(|| Error::field("staff", "牵头人", "请选择"))?;
    cx.write(move |tx, by| steps::lead(tx, by, id, staff, seen)).await?;
    Ok(back(id, "牵头人已确定"))
}

#[derive(Deserialize)]
pub(in super::super) struct Aim {
    text: String,
    measure: String,
    due_on: Option<Date>,
}

pub(in super::super) async fn add_goal(
    cx: Cx,
    Path(text): Path<String>,
    Form(form): Form<Aim>,
) -> Result<Response, Error> {
    let id = elder(&text)?;
    let new = NewGoal { text: form.text, measure: form.measure, due_on: form.due_on };
    cx.write(move |tx, by| steps::add_goal(tx, by, id, &new)).await?;
    Ok(back(id, "目标已增加"))
}

#[derive(Deserialize)]
pub(in super::super) struct AimEnd {
    state: GoalState,
    reason: String,
    seen: i64,
}

pub(in super::super) async fn end_goal(
    cx: Cx,
    Path((text, goal)): Path<(String, String)>,
    Form(form): Form<AimEnd>,
) -> Result<Response, Error> {
    let (id, goal, seen) = (elder(&text)?, GoalId::parse(&goal).ok_or(Error::NotFound)?, seen(form.seen)?);
    cx.write(move |tx, by| steps::end_goal(tx, by, id, goal, (form.state, &form.reason, seen))).await?;
    Ok(back(id, "目标已办理"))
}

#[derive(Deserialize)]
pub(in super::super) struct Member {
    staff: Option<String>,
    name: Option<String>,
    role: String,
}

pub(in super::super) async fn join(
    cx: Cx,
    Path(text): Path<String>,
    Form(form): Form<Member>,
) -> Result<Response, Error> {
    let id = elder(&text)?;
    let given = form.staff.filter(|text| !text.is_empty());
    let staff = given.map(|text| StaffId::parse(&text).ok_or(Error::NotFound)).transpose()?;
    let new = Joining { staff, name: form.name.unwrap_or_default(), role: form.role };
    cx.write(move |tx, by| steps::join(tx, by, id, &new)).await?;
    Ok(back(id, "成员已增加"))
}

pub(in super::super) async fn leave(cx: Cx, Path((text, member)): Path<(String, String)>) -> Result<Response, Error> {
    let (id, member) = (elder(&text)?, MemberId::parse(&member).ok_or(Error::NotFound)?);
    cx.write(move |tx, by| steps::leave(tx, by, id, member)).await?;
    Ok(back(id, "已登记离开"))
}

#[derive(Deserialize)]
pub(in super::super) struct Remark {
    note: String,
}

pub(in super::super) async fn remark(
    cx: Cx,
    Path(text): Path<String>,
    Form(form): Form<Remark>,
) -> Result<Response, Error> {
    let id = elder(&text)?;
    cx.write(move |tx, by| steps::remark(tx, by, id, &form.note)).await?;
    Ok(back(id, "已写入经过"))
}
