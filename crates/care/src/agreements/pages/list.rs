//! The agreements of a county beside how they were kept.

use super::super::model::{Agreement, HOMES, Kept, State};
use super::super::views::tone;
use super::super::{WRITE, store};
use super::{SOURCE, span};
use kernel::Bp;
use registry::institutions::Kind;
use serde::Deserialize;
use web::ui::{self, Tone};
use web::{Cx, Error, Markup, Page, Query, html};

#[derive(Deserialize)]
pub(in super::super) struct Wanted {
    state: Option<String>,
    ending: Option<String>,
}

type Counted = (i64, i64);

pub(in super::super) async fn list(cx: Cx, Query(wanted): Query<Wanted>) -> Result<Markup, Error> {
    let days = cx.state.policies.parameter("agreement_renewal_days", cx.user.scope.area, cx.today());
    let soon = days.and_then(|p| cx.today().checked_add_days(chrono::Days::new(p.value.unsigned_abs())));
    let state = wanted.state.as_deref().and_then(State::parse);
    let ending_by = soon.filter(|_| wanted.ending.is_some());
    let filter = store::Filter { state, ending_by, ..Default::default() };
    let (rows, homes, day_care) = cx
        .read(move |tx, by| {
            let mut rows = vec![];
            for a in store::list(tx, by, filter)? {
                rows.push((store::kept(tx, by, &a)?, a));
            }
            let homes: Vec<Kind> = HOMES.iter().copied().filter(|kind| *kind != Kind::DayCareCentre).collect();
            Ok::<_, Error>((rows, store::covered(tx, by, &homes)?, store::covered(tx, by, &[Kind::DayCareCentre])?))
        })
        .await?;
    let body = html! {
        (ui::columns(&[
            covered("养老机构有协议在生效", homes),
            covered("日间照料中心有协议在生效", day_care),
            all_rounds(&rows),
            all_referrals(&rows),
        ]))
        (ui::filters("/agreements", html! {
            (ui::select("状态", "state", &states(), wanted.state.as_deref().unwrap_or_default()))
            (ui::checkbox("即将到期", "ending", wanted.ending.is_some()))
        }))
        (table(&cx, &rows))
    };
    let mut page = Page::new(&cx, "合作协议");
    if cx.may(WRITE) {
        page = page.actions(html! {
            (ui::link_button("/agreements/pairs", "结对方案", Tone::Neutral)) " "
            (ui::link_button("/agreements/new", "起草协议", Tone::Primary))
        });
    }
    Ok(page.source(SOURCE).body(body))
}

fn states() -> Vec<(&'static str, &'static str)> {
    [("", "全部状态")].into_iter().chain(State::options()).collect()
}

fn covered(label: &str, (all, with): Counted) -> Markup {
    let share = (all > 0).then(|| Bp(with * 10_000 / all));
    ui::figure(label, format!("{with} / {all}"), html! { (ui::bp(share)) })
}

fn all_rounds(rows: &[(Kept, Agreement)]) -> Markup {
    let sum = |of: fn(&Kept) -> i64| rows.iter().map(|(kept, _)| of(kept)).sum::<i64>();
    let note = html! { "看诊 " (sum(|k| k.seen)) " 人次" };
    ui::figure("巡诊：已做 / 应做", format!("{} / {}", sum(|k| k.rounds), sum(|k| k.rounds_due)), note)
}

fn all_referrals(rows: &[(Kept, Agreement)]) -> Markup {
    let sum = |of: fn(&Kept) -> i64| rows.iter().map(|(kept, _)| of(kept)).sum::<i64>();
    let value = format!("{} / {}", sum(|k| k.referrals_in_time), sum(|k| k.referrals_due));
    ui::figure("转诊：按时答复 / 应答复", value, html! { "只计已到时限的" })
}

fn table(cx: &Cx, rows: &[(Kept, Agreement)]) -> Markup {
    let row = |(kept, a): &(Kept, Agreement)| {
        let state = a.state_on(cx.today());
        vec![
            ui::row_link(&a.href(), &a.home_name),
            ui::text(&a.medical_name),
            ui::badge(tone(state), state.name()),
            ui::text(span(a)),
            ui::text(format!("{} / {}", kept.rounds, kept.rounds_due)),
            share(kept.rounds_share()),
            ui::text(format!("{} / {}", kept.referrals_in_time, kept.referrals_due)),
            share(kept.referrals_share()),
        ]
    };
    let headings = ["养老机构", "医疗机构", "状态", "期限", ">巡诊 已做/应做", ">巡诊率", ">转诊 按时/应答", ">按时率"];
    ui::table_or(&headings, rows.iter().map(row), ui::empty("还没有合作协议。", None))
}

/// A share with a mark when it is not whole.
pub(super) fn share(share: Option<Bp>) -> Markup {
    let short = share.is_some_and(|share| share < Bp(10_000));
    html! { (ui::bp(share)) @if short { " " (ui::badge(Tone::Warning, "未达约定")) } }
}
