//! The carer's telephone page that works without a signal: an empty page that the browser keeps, today's visits as data,
//! and the door by which what was noted comes in. What the page does stands in `crates/web/assets/day.js`.

use super::list::over;
use super::{SOURCE, clock};
use crate::visits::catalogue;
use crate::visits::model::{State, Visit};
use crate::visits::offline::{Answer, Event, Kept, Outcome, Vital};
use crate::visits::store::{self, Filter, Listed, door, sync};
use axum::Json;
use axum::body::Bytes;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use kernel::StaffId;
use policy::Library;
use serde::Serialize;
use web::shell::PRODUCT;
use web::{Cx, Error, Markup, assets, html};

/// The page without anybody in it: the browser may keep it for the day without a signal.
pub(in crate::visits) async fn page(_: Cx) -> Markup {
    let vitals = Vital::ALL.iter().map(|vital| {
        let (low, high) = vital.plausible();
        (vital.code(), vital.name(), low, high)
    });
    html! {
        (maud::DOCTYPE)
        html lang="zh-CN" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "今天的上门 · " (PRODUCT) }
                link rel="icon" href=(assets::url("icon.svg"));
                link rel="stylesheet" href=(assets::url("day.css"));
                script src=(assets::url("day.js")) data-worker={ "/visits/worker.js?v=" (assets::version()) } defer {}
            }
            body {
                header {
                    h1 { "今天的上门" }
                    p #net role="status" { "正在打开…" }
                }
                main #main { p { "正在打开…" } }
                template #vitals {
                    @for (code, name, low, high) in vitals {
                        label { (name) input type="number" inputmode="decimal" step="any" name=(code) min=(low) max=(high); }
                    }
                }
                footer {
                    p { strong { "数据来源：" } (SOURCE) "没有信号时先记在本机，联网后按顺序上传。" }
                    p { a href="/visits/mine" { "普通页面" } " " button #wipe type="button" { "清除本机资料" } }
                }
            }
        }
    }
}

/// What keeps the page. Its address names the version of the program's files, so that a new one is fetched anew.
pub(in crate::visits) async fn worker(_: Cx) -> Response {
    let headers = [(header::CONTENT_TYPE, "text/javascript; charset=utf-8")];
    (headers, assets::WORKER).into_response()
}

#[derive(Serialize)]
struct Day {
    account: String,
    name: String,
    csrf: String,
    day: String,
    /// The server's clock in milliseconds, by which the telephone measures its own.
    now: i64,
    visits: Vec<Kept>,
}

/// Today's visits of whoever asks; who they are told about is noted.
pub(in crate::visits) async fn data(cx: Cx) -> Result<Response, Error> {
    let kept = match cx.user.staff {
        Some(carer) => visits(&cx, carer).await?,
        None => vec![],
    };
    let day = Day {
        account: cx.user.account.to_string(),
        name: cx.user.name.clone(),
        csrf: cx.csrf().to_owned(),
        day: cx.today().to_string(),
        now: cx.now.timestamp_millis(),
        visits: kept,
    };
    Ok(Json(day).into_response())
}

async fn visits(cx: &Cx, carer: StaffId) -> Result<Vec<Kept>, Error> {
    let filter = Filter { carer: Some(carer), ..Filter::day(cx.today()) };
    let policies = cx.state.policies.clone();
    let kept = cx
        .read(move |tx, by| {
            let mut all = vec![];
            for row in store::list(tx, by, &filter, 100, 0)? {
                let area = registry::areas::store::name(tx, row.area)?;
                let open = !over(&row.visit);
                let door = if open { door::of(tx, by, row.visit.elder)? } else { door::Door::default() };
                all.push(keep(&policies, row, carer, area, door));
            }
            Ok::<_, Error>(all)
        })
        .await?;
    for visit in kept.iter().filter(|v| [State::Planned, State::CheckedIn].iter().any(|s| s.code() == v.state)) {
        cx.note(door::entry(visit.elder, visit.id)).await?;
    }
    Ok(kept)
}

fn keep(policies: &Library, row: Listed, carer: StaffId, area: String, door: door::Door) -> Kept {
    let v: Visit = row.visit;
    let list = catalogue::items_of(policies, v.kind, v.county, v.day());
    Kept {
        elder: v.elder,
        id: v.id,
        name: row.elder,
        area,
        from: clock(v.planned_from),
        to: clock(v.planned_to),
        kind: v.kind.name(),
        state: v.state.code(),
        second: v.second == Some(carer),
        joined: v.second_in_at.is_some(),
        items: catalogue::split(&v.items).map(str::to_owned).collect(),
        choices: list.into_iter().map(|item| (item.code, item.name)).collect(),
        address: door.address,
        phone: door.phone,
        contact: door.contact,
        notes: door.notes.into_iter().map(|n| (n.kind.code(), n.kind.name(), n.text)).collect(),
        note: v.note,
    }
}

/// Takes one event in. Whatever comes of it is an answer; only what is to be sent again is an error.
pub(in crate::visits) async fn sync(cx: Cx, body: Bytes) -> Result<Response, Error> {
    let event: Event =
        serde_json::from_slice(&body).map_err(|_| Error::field("event", "记录", "看不懂这条记录；请更新页面后再试"))?;
    let (policies, staff, id) = (cx.state.policies.clone(), cx.user.staff, event.id);
    let answer = match cx.write(move |tx, by| sync::accept(tx, by, &policies, staff, &event)).await {
        Err(Error::NotFound) => {
            let message = "找不到这次服务，或老人已不由本机构服务；请联系护理站".into();
            Answer { id, outcome: Outcome::Refused, message }
        }
        answer => answer?,
    };
    Ok(Json(answer).into_response())
}
