//! Lists of consultations: received, sent, today's, all.

use super::super::REQUEST;
use super::super::model::{Consultation, State};
use super::super::store::lists::{self, Figures, Filter, Way};
use super::super::views::tone;
use super::SOURCE;
use chrono::TimeDelta;
use kernel::time::{at, show};
use kernel::{Bp, Instant};
use serde::Deserialize;
use web::ui::{self, PageInfo, Tone};
use web::{Cx, Error, Markup, Page, Query, html};

const SIZE: i64 = 30;
/// The figures look back over so many days: a quarter of a year.
const LOOK_BACK: i64 = 90;

#[derive(Deserialize)]
pub(in super::super) struct Wanted {
    way: Option<String>,
    state: Option<String>,
    late: Option<String>,
    today: Option<String>,
    page: Option<i64>,
}

impl Wanted {
    fn filter(&self, cx: &Cx) -> Filter {
        let way = match self.way.as_deref() {
            Some("received") => Way::Received,
            Some("sent") => Way::Sent,
            _ => Way::Any,
        };
        let states = self.state.as_deref().and_then(State::parse).into_iter().collect();
        let day = |cx: &Cx| -> (Instant, Instant) {
            let first = at(cx.today(), 0, 0).unwrap_or(cx.now);
            (first, first + TimeDelta::days(1))
        };
        Filter {
            way,
            institution: cx.user.institution,
            states,
            late_at: self.late.as_ref().map(|_| cx.now),
            booked: self.today.as_ref().map(|_| day(cx)),
            consultant: None,
        }
    }

    fn base(&self) -> String {
        let given = [("way", &self.way), ("state", &self.state), ("late", &self.late), ("today", &self.today)];
        let plain = |text: &str| text.chars().all(|c| c.is_ascii_lowercase() || c == '_');
        let pairs: Vec<String> = given
            .iter()
            .filter_map(|(name, value)| Some(format!("{name}={}", value.as_deref().filter(|v| plain(v))?)))
            .collect();
        format!("/consultations?{}", pairs.join("&"))
    }
}

pub(in super::super) async fn list(cx: Cx, Query(wanted): Query<Wanted>) -> Result<Markup, Error> {
    let (filter, page) = (wanted.filter(&cx), wanted.page.unwrap_or(1).max(1));
    let since = cx.now - TimeDelta::days(LOOK_BACK);
    let (total, rows, sums) = cx
        .read(move |tx, by| {
            let rows = lists::list(tx, by, &filter, SIZE, (page - 1) * SIZE)?;
            Ok::<_, Error>((lists::count(tx, by, &filter)?, rows, lists::figures(tx, by, since)?))
        })
        .await?;
    let headings = ["老年人", "申请 → 会诊", "问题", "状态", "时间", "会诊医生"];
    let rows = rows.iter().map(|c| row(&cx, c));
    let body = html! {
        (figures(sums))
        (filters(&cx, &wanted))
        (ui::table_or(&headings, rows, ui::empty("没有这样的会诊。从老年人的页面申请会诊。", None)))
        (ui::pager(&PageInfo::new(wanted.base(), page, SIZE, total)))
    };
    let mut page = Page::new(&cx, "远程会诊");
    if cx.may(REQUEST) && cx.user.institution.is_some() {
        page = page.actions(ui::link_button("/elders", "选择老年人申请会诊", Tone::Primary));
    }
    Ok(page.source(SOURCE).body(body))
}

fn row(cx: &Cx, c: &Consultation) -> Vec<Markup> {
    vec![
        ui::row_link(&c.key.href(), &c.elder_name),
        html! { (c.from_name) " → " (c.to_name) @if !c.department.is_empty() { "（" (c.department) "）" } },
        ui::text(short(&c.question)),
        ui::badge(tone(c.state), c.state.name()),
        when(cx, c),
        ui::opt(Some(&c.consultant_name)),
    ]
}

/// The first letters of a question.
fn short(question: &str) -> String {
    const LETTERS: usize = 40;
    let first: String = question.chars().take(LETTERS).collect();
    if question.chars().count() > LETTERS { format!("{first}…") } else { first }
}

fn when(cx: &Cx, c: &Consultation) -> Markup {
    html! {
        @if c.late(cx.now) { (ui::badge(Tone::Danger, "超时未答复")) }
        @else if c.state == State::Requested { (show(c.answer_due)) " 前答复" }
        @else if let Some(signed) = &c.conclusion { "签名 " (show(signed.at)) }
        @else if let Some(at) = c.booked_for { "预约 " (show(at)) }
        @else { (show(c.requested_at)) }
    }
}

fn figures(sums: Figures) -> Markup {
    let share = |part: i64, whole: i64| ui::bp((whole > 0).then(|| Bp(part * 10_000 / whole)));
    ui::columns(&[
        ui::figure("近 90 天申请", sums.asked, html! { "件" }),
        ui::figure("按时答复", format!("{} / {}", sums.in_time, sums.due), share(sums.in_time, sums.due)),
        ui::figure("已出结论", sums.signed, share(sums.signed, sums.asked)),
        ui::figure("其中视频", sums.by_video, share(sums.by_video, sums.signed)),
    ])
}

fn filters(cx: &Cx, wanted: &Wanted) -> Markup {
    let chosen = |text: &Option<String>| text.clone().unwrap_or_default();
    let ways = [("", "全部"), ("received", "请本机构会诊的"), ("sent", "本机构申请的")];
    let states: Vec<(&str, &str)> = std::iter::once(("", "全部状态")).chain(State::options()).collect();
    ui::filters(
        "/consultations",
        html! {
            @if cx.user.institution.is_some() { (ui::select("方向", "way", &ways, &chosen(&wanted.way))) }
            (ui::select("状态", "state", &states, &chosen(&wanted.state)))
            (ui::checkbox("今天的", "today", wanted.today.is_some()))
            (ui::checkbox("超时未答复", "late", wanted.late.is_some()))
        },
    )
}
