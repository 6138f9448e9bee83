//! Lists of referrals: received, sent, all.

use super::super::model::{Kind, Referral, State};
use super::super::store::lists::{self, Figures, Filter, Side};
use super::super::views::tone;
use super::super::{READ, REQUEST};
use super::SOURCE;
use chrono::TimeDelta;
use kernel::Bp;
use kernel::time::show;
use serde::Deserialize;
use web::ui::{self, PageInfo, Tone};
use web::{Cx, Error, Markup, Page, Query, html};

const SIZE: i64 = 30;
/// The figures look back over so many days: a quarter of a year.
const LOOK_BACK: i64 = 90;

#[derive(Deserialize)]
pub(in super::super) struct Wanted {
    side: Option<String>,
    state: Option<String>,
    kind: Option<String>,
    late: Option<String>,
    page: Option<i64>,
}

impl Wanted {
    fn filter(&self, cx: &Cx) -> Filter {
        let side = match self.side.as_deref() {
            Some("received") => Side::Received,
            Some("sent") => Side::Sent,
            _ => Side::Any,
        };
        let state = self.state.as_deref().and_then(State::parse);
        let states = match state {
            // Both wait for the elder to come; the work list counts them as one.
            Some(State::Accepted) => vec![State::Accepted, State::Booked],
            other => other.into_iter().collect(),
        };
        Filter {
            side,
            institution: cx.user.institution,
            kind: self.kind.as_deref().and_then(Kind::parse),
            states,
            late_at: self.late.as_ref().map(|_| cx.now),
            ..Filter::default()
        }
    }

    fn base(&self) -> String {
        let given = [("side", &self.side), ("state", &self.state), ("kind", &self.kind), ("late", &self.late)];
        let plain = |text: &str| text.chars().all(|c| c.is_ascii_lowercase() || c == '_');
        let pairs: Vec<String> = given
            .iter()
            .filter_map(|(name, value)| Some(format!("{name}={}", value.as_deref().filter(|v| plain(v))?)))
            .collect();
        format!("/referrals?{}", pairs.join("&"))
    }
}

pub(in super::super) async fn list(cx: Cx, Query(wanted): Query<Wanted>) -> Result<Markup, Error> {
    debug_assert!(cx.may(READ));
    let (filter, page) = (wanted.filter(&cx), wanted.page.unwrap_or(1).max(1));
    let since = cx.now - TimeDelta::days(LOOK_BACK);
    let (total, rows, sums) = cx
        .read(move |tx, by| {
            let rows = lists::list(tx, by, &filter, SIZE, (page - 1) * SIZE)?;
            Ok::<_, Error>((lists::count(tx, by, &filter)?, rows, lists::figures(tx, by, since)?))
        })
        .await?;
    let rows = rows.iter().map(|r| row(&cx, r));
    let headings = ["老年人", "类别", "转出 → 转入", "发出时间", "状态", "答复时限", "提醒"];
    let body = html! {
        (figures(sums))
        (filters(&cx, &wanted))
        (ui::table_or(&headings, rows, ui::empty("没有这样的转诊。从老年人的页面发出转诊。", None)))
        (ui::pager(&PageInfo::new(wanted.base(), page, SIZE, total)))
    };
    let mut page = Page::new(&cx, "转诊");
    if cx.may(REQUEST) {
        page = page.actions(ui::link_button("/elders", "选择老年人发出转诊", Tone::Primary));
    }
    Ok(page.source(SOURCE).body(body))
}

fn row(cx: &Cx, r: &Referral) -> Vec<Markup> {
    vec![
        ui::row_link(&r.key.href(), &r.elder_name),
        ui::text(r.kind),
        html! { (r.from_name) " → " (r.to_name) @if r.to.is_none() { " " (ui::badge(Tone::Neutral, "平台外")) } },
        ui::moment(r.requested_at),
        ui::badge(tone(r.state), r.state.name()),
        ui::moment(r.answer_due),
        html! {
            @if r.late(cx.now) { (ui::badge(Tone::Danger, "超时未答复")) }
            @else if let (State::Booked, Some(at)) = (r.state, r.booked_for) { "预约 " (show(at)) }
            @else if let (State::Concluded, Some(day)) = (r.state, r.conclusion.follow_up_due) { (day) " 前随访" }
        },
    ]
}

fn figures(sums: Figures) -> Markup {
    let share = |part: i64, whole: i64| ui::bp((whole > 0).then(|| Bp(part * 10_000 / whole)));
    ui::columns(&[
        ui::figure("近 90 天发出", sums.asked, html! { "件" }),
        ui::figure("按时答复", format!("{} / {}", sums.in_time, sums.due), share(sums.in_time, sums.due)),
        ui::figure("到诊", sums.arrived, share(sums.arrived, sums.asked)),
        ui::figure("已转回结论", sums.concluded, share(sums.concluded, sums.arrived)),
    ])
}

fn filters(cx: &Cx, wanted: &Wanted) -> Markup {
    let with = |first: (&'static str, &'static str), rest: Vec<(&'static str, &'static str)>| {
        std::iter::once(first).chain(rest).collect::<Vec<_>>()
    };
    let chosen = |text: &Option<String>| text.clone().unwrap_or_default();
    let sides = [("", "全部"), ("received", "本机构收到的"), ("sent", "本机构发出的")];
    ui::filters(
        "/referrals",
        html! {
            @if cx.user.institution.is_some() { (ui::select("方向", "side", &sides, &chosen(&wanted.side))) }
            (ui::select("类别", "kind", &with(("", "全部类别"), Kind::options()), &chosen(&wanted.kind)))
            (ui::select("状态", "state", &with(("", "全部状态"), State::options()), &chosen(&wanted.state)))
            (ui::checkbox("超时未答复", "late", wanted.late.is_some()))
        },
    )
}
