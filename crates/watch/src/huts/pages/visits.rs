//! Who measured what at the huts; what waits for the family doctor; cards.

use super::super::model::{Verdict, Visit};
use super::super::store::{self, Which};
use super::super::{ANSWER, bars};
use super::SOURCE;
use axum::extract::Path;
use axum::response::Response;
use care::subject;
use kernel::{ElderId, HutId};
use serde::Deserialize;
use web::ui::{self, Field, PageInfo, Tone};
use web::{Cx, Error, Form, Markup, Page, Query, html};

const SIZE: i64 = 30;

#[derive(Deserialize)]
pub(in super::super) struct Asked {
    show: Option<String>,
    page: Option<i64>,
}

pub(in super::super) async fn list(cx: Cx, Query(asked): Query<Asked>) -> Result<Markup, Error> {
    let which = match asked.show.as_deref() {
        Some("all") => Which::All,
        Some("waiting") => Which::Waiting,
        _ => Which::Mine,
    };
    let page = asked.page.unwrap_or(1).max(1);
    let (total, rows) = cx
        .read(move |tx, by| {
            Ok::<_, Error>((store::count(tx, by, which)?, store::list(tx, by, which, (SIZE, (page - 1) * SIZE))?))
        })
        .await?;
    let shown = rows.iter().map(|(name, v)| row(&cx, name, v));
    let code = asked.show.as_deref().unwrap_or_default();
    let tabs = [
        (
            "/huts/visits",
            if cx.user.institution.is_some() { "待处理：本机构签约的" } else { "待处理" },
            which == Which::Mine,
        ),
        ("/huts/visits?show=waiting", "待处理：辖区内全部", which == Which::Waiting),
        ("/huts/visits?show=all", "全部测量", which == Which::All),
    ];
    let none = ui::empty("没有健康小屋的测量。", None);
    let body = html! {
        (ui::tabs(&tabs))
        (ui::table_or(&["时间", "老年人", "结果", "测量", "处理"], shown, none))
        (ui::pager(&PageInfo::new(format!("/huts/visits?show={}", crate::devices::encoded(code)), page, SIZE, total)))
    };
    Ok(Page::new(&cx, "健康小屋测量").source(SOURCE).body(body))
}

fn tone(verdict: Verdict) -> Tone {
    match verdict {
        Verdict::Nothing => Tone::Neutral,
        Verdict::Normal => Tone::Success,
        Verdict::Warning => Tone::Warning,
        Verdict::Danger => Tone::Danger,
    }
}

fn row(cx: &Cx, name: &str, v: &Visit) -> Vec<Markup> {
    let asks = matches!(v.verdict, Verdict::Warning | Verdict::Danger);
    let word = if v.verdict == Verdict::Danger { "危急" } else { v.verdict.name() };
    let done = match v.seen_at {
        Some(at) => html! { (v.seen_note) "（" (v.seen_by) " " (ui::moment(at)) "）" },
        None if asks && cx.may(ANSWER) => html! { details { summary.text-nowrap { "登记处理" } (answer_form(cx, v)) } },
        None if asks => ui::badge(Tone::Warning, "待处理"),
        None => html! {},
    };
    let words = if v.ended.is_none() { "正在测量" } else { &v.words };
    let result = if v.ended.is_none() { ui::badge(Tone::Info, "测量中") } else { ui::badge(tone(v.verdict), word) };
    vec![ui::moment(v.begun), ui::link(&format!("/vitals/{}", v.elder), name), result, ui::opt(Some(words)), done]
}

fn answer_form(cx: &Cx, v: &Visit) -> Markup {
    let body = html! {
        (ui::field("处理情况", "note", "", Field::text().required().limit(200).placeholder("如：已电话联系，约明日复测")))
        (ui::submit("登记已处理"))
    };
    ui::form_among(cx, &format!("/huts/visits/{}/{}", v.elder, v.id), body)
}

#[derive(Deserialize)]
pub(in super::super) struct Note {
    note: Option<String>,
}

pub(in super::super) async fn answer(
    cx: Cx,
    Path((elder, id)): Path<(String, String)>,
    Form(n): Form<Note>,
) -> Result<Response, Error> {
    let elder = ElderId::parse(&elder).ok_or(Error::NotFound)?;
    let id = HutId::parse(&id).ok_or(Error::NotFound)?;
    cx.write(move |tx, by| store::answer(tx, by, elder, id, &n.note.unwrap_or_default())).await?;
    Ok(web::see_with("/huts/visits", "已登记处理情况"))
}

pub(in super::super) async fn card(cx: Cx, Path(elder): Path<String>) -> Result<Markup, Error> {
    let elder = ElderId::parse(&elder).ok_or(Error::NotFound)?;
    let (name, code) = cx
        .write(move |tx, by| {
            let subject = subject::store::find(tx, by, elder)?;
            Ok::<_, Error>((subject.name, store::card(tx, by, elder)?))
        })
        .await?;
    let grouped: Vec<&str> = [0, 4, 8].iter().filter_map(|at| code.get(*at..at + 4)).collect();
    let sheet = html! {
        div.yy-slip.yy-hut-card {
            p { "健康小屋卡：" strong { (name) } }
            (drawn(&code))
            p { code { (grouped.join(" ")) } }
            ol { li { "在小屋的终端上刷这个条码，或输入 12 位数字。" } li { "按设备的提示测量，看屏幕上的结果。" } li { "卡丢了，请工作人员重发；旧卡马上作废。" } }
        }
    };
    let body = html! {
        (ui::alert(Tone::Warning, "卡号只显示这一次", "请打印后交给本人。以前发的卡已经作废。"))
        (ui::print_sheet("健康小屋卡", sheet))
        (ui::link_button(&format!("/vitals/{elder}"), "返回", Tone::Neutral))
    };
    let page = Page::new(&cx, "健康小屋卡").crumb(&name, &format!("/elders/{elder}"));
    Ok(page.source(SOURCE).body(body))
}

/// The number as bars, with the white on both sides that a scanner needs.
fn drawn(code: &str) -> Markup {
    let Some((bars, wide)) = bars::code39(code) else { return html! {} };
    html! {
        svg.yy-bars viewBox=(format!("-10 0 {} 40", wide + 20)) role="img" aria-label="卡号的条码" preserveAspectRatio="none" {
            @for (at, width) in bars { rect x=(at) y="0" width=(width) height="40" fill="#000" {} }
        }
    }
}
