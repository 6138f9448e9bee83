//! The list of home sickbeds.

use super::super::model::{State, plus};
use super::super::store::lists::{self, Filter, Listed};
use super::super::views::{last_day, tone};
use super::{SIZE, SOURCE};
use serde::Deserialize;
use web::ui::{self, PageInfo, Tone};
use web::{Cx, Error, Markup, Page, Query, html};

#[derive(Deserialize)]
pub(in super::super) struct Wanted {
    state: Option<String>,
    rounds: Option<String>,
    own: Option<String>,
    page: Option<i64>,
}

/// Rounds that are due by today.
const DUE: &str = "due";
/// Cycles that will soon be over.
const ENDING: &str = "ending";

impl Wanted {
    fn filter(&self, cx: &Cx) -> Filter {
        let ending = cx.state.policies.parameter("sickbed_ending_days", cx.user.scope.area, cx.today());
        let ending = plus(cx.today(), ending.map_or(0, |p| p.value) + 1);
        let rounds = self.rounds.as_deref();
        Filter {
            state: self.state.as_deref().and_then(State::parse),
            institution: cx.user.institution.filter(|_| self.own.is_some()),
            round_before: (rounds == Some(DUE)).then(|| plus(cx.today(), 1)),
            over_before: (rounds == Some(ENDING)).then_some(ending),
            asked_before: None,
        }
    }

    fn base(&self) -> String {
        let given = [("state", &self.state), ("rounds", &self.rounds), ("own", &self.own)];
        let given: Vec<String> = given
            .iter()
            .filter_map(|(name, value)| value.as_ref().map(|value| format!("{name}={}", plain(value))))
            .collect();
        format!("/sickbeds?{}", given.join("&"))
    }
}

/// Only letters of a choice go into an address.
fn plain(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').collect()
}

pub(in super::super) async fn list(cx: Cx, Query(wanted): Query<Wanted>) -> Result<Markup, Error> {
    let (filter, page) = (wanted.filter(&cx), wanted.page.unwrap_or(1).max(1));
    let (rows, total) = cx
        .read(move |tx, by| {
            let rows = lists::list(tx, by, &filter, SIZE, (page - 1) * SIZE)?;
            Ok::<_, Error>((rows, lists::count(tx, by, &filter)?))
        })
        .await?;
    let rows = rows.iter().map(|one| row(&cx, one));
    let headings = ["老年人", "状态", "诊断", "机构、医师", "起止", "下次巡诊"];
    let none = ui::empty("没有符合条件的家庭病床。从老年人的档案页可以申请。", None);
    let body = html! {
        (choices(&cx, &wanted))
        (ui::table_or(&headings, rows, none))
        (ui::pager(&PageInfo::new(wanted.base(), page, SIZE, total)))
    };
    Ok(Page::new(&cx, "家庭病床").source(SOURCE).body(body))
}

fn choices(cx: &Cx, wanted: &Wanted) -> Markup {
    let mut states = vec![("", "全部状态")];
    states.extend(State::options());
    let rounds = [("", "不限"), (DUE, "今天该巡诊的、逾期的"), (ENDING, "周期将满的、已满的")];
    let state = wanted.state.as_deref().unwrap_or_default();
    ui::filters(
        "/sickbeds",
        html! {
            (ui::select("状态", "state", &states, state))
            (ui::select("巡诊与期限", "rounds", &rounds, wanted.rounds.as_deref().unwrap_or_default()))
            @if cx.user.institution.is_some() { (ui::checkbox("只看本机构", "own", wanted.own.is_some())) }
        },
    )
}

fn row(cx: &Cx, one: &Listed) -> Vec<Markup> {
    let today = cx.today();
    let late = one.round_on.is_some_and(|day| day < today);
    vec![
        ui::row_link(&one.key.href(), format!("{} {} 岁", one.name, kernel::time::age_on(one.born, today))),
        ui::badge(tone(one.state), one.state.name()),
        html! { (one.diagnosis) br; span.text-secondary { (one.condition.name()) } },
        html! { (one.institution) br; span.text-secondary { (one.doctor) } },
        html! {
            @match (one.opened_on, last_day(one.until)) {
                (Some(from), Some(last)) => { (from) " 起" br; span.text-secondary { "周期至 " (last) } },
                _ => { span.text-secondary { (one.asked_on) " 申请" } },
            }
        },
        html! {
            @if let Some(day) = one.round_on { (day) @if late { " " (ui::badge(Tone::Danger, "逾期")) } }
        },
    ]
}
