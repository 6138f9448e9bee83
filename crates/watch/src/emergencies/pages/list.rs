//! All cases: open ones first.

use super::super::ACT;
use super::super::measure::spoken;
use super::super::model::{Case, Source, State};
use super::super::store::{self, Filter};
use super::super::views::{drill, tone};
use super::SOURCE;
use kernel::Date;
use registry::areas::Names;
use serde::Deserialize;
use web::ui::{self, PageInfo, Tone};
use web::{Cx, Error, Markup, Page, Query, html};

const SIZE: i64 = 30;

#[derive(Deserialize)]
pub(in super::super) struct Wanted {
    state: Option<String>,
    source: Option<String>,
    drill: Option<String>,
    from: Option<Date>,
    until: Option<Date>,
    page: Option<i64>,
}

impl Wanted {
    fn filter(&self) -> Filter {
        let midnight = |day: Date| kernel::time::at(day, 0, 0);
        let next = self.until.and_then(|day| day.succ_opt());
        Filter {
            open: self.state.as_deref() == Some("open"),
            state: self.state.as_deref().and_then(State::parse),
            source: self.source.as_deref().and_then(Source::parse),
            drill: match self.drill.as_deref() {
                Some("only") => Some(true),
                Some("none") => Some(false),
                _ => None,
            },
            from: self.from.and_then(midnight),
            until: next.and_then(midnight),
            ..Filter::default()
        }
    }

    fn base(&self) -> String {
        let plain = |text: &&String| text.chars().all(|c| c.is_ascii_lowercase() || c == '_');
        let given = [("state", &self.state), ("source", &self.source), ("drill", &self.drill)];
        let words = given.iter().filter_map(|(name, value)| Some(format!("{name}={}", value.as_ref().filter(plain)?)));
        let days = [("from", self.from), ("until", self.until)];
        let days = days.iter().filter_map(|(name, day)| Some(format!("{name}={}", (*day)?)));
        format!("/emergencies?{}", words.chain(days).collect::<Vec<_>>().join("&"))
    }
}

pub(in super::super) async fn list(cx: Cx, Query(wanted): Query<Wanted>) -> Result<Markup, Error> {
    let (filter, page, names) = (wanted.filter(), wanted.page.unwrap_or(1).max(1), cx.state.get::<Names>());
    let (total, all, names) = cx
        .read(move |tx, by| {
            let all = store::list(tx, by, &filter, SIZE, (page - 1) * SIZE)?;
            Ok::<_, Error>((store::count(tx, by, &filter)?, all, names.at(tx)?))
        })
        .await?;
    let rows = all.iter().map(|c| row(c, names.path(c.area)));
    let headings = ["老年人", "种类", "住地", "来源", "开始", "状态", "接听用时", "派出用时", "到场用时", "坐席"];
    let body = html! {
        (filters(&wanted))
        (ui::table_or(&headings, rows, ui::empty("没有这样的呼救。", None)))
        (ui::pager(&PageInfo::new(wanted.base(), page, SIZE, total)))
    };
    let actions = html! {
        (ui::link_button("/emergencies/board", "值班台", Tone::Neutral))
        @if cx.may(ACT) { (ui::link_button("/emergencies/new", "登记呼救", Tone::Danger)) }
    };
    Ok(Page::new(&cx, "呼救事件").actions(actions).source(SOURCE).body(body))
}

fn row(c: &Case, path: String) -> Vec<Markup> {
    let took = |at: Option<kernel::Instant>| ui::opt(at.map(|at| spoken((at - c.began_at).num_seconds().max(0))));
    vec![
        html! { (ui::row_link(&c.key.href(), &c.name)) (drill(c.drill)) },
        ui::text(c.kind),
        ui::text(path),
        ui::text(c.source),
        ui::moment(c.began_at),
        html! { (ui::badge(tone(c.state), c.state.name())) @if let Some(outcome) = c.outcome { " " (outcome) } },
        took(Some(c.answered_at)),
        took(c.dispatched_at),
        took(c.arrived_at),
        ui::text(&c.operator_name),
    ]
}

fn filters(wanted: &Wanted) -> Markup {
    let with = |first: (&'static str, &'static str), rest: Vec<(&'static str, &'static str)>| {
        std::iter::once(first).chain(rest).collect::<Vec<_>>()
    };
    let chosen = |text: &Option<String>| text.clone().unwrap_or_default();
    let states = with(("", "全部"), with(("open", "未结束"), State::options()));
    let drills = [("", "含演练"), ("none", "不含演练"), ("only", "只看演练")];
    ui::filters(
        "/emergencies",
        html! {
            (ui::select("状态", "state", &states, &chosen(&wanted.state)))
            (ui::select("来源", "source", &with(("", "全部"), Source::options()), &chosen(&wanted.source)))
            (ui::select("演练", "drill", &drills, &chosen(&wanted.drill)))
            (ui::date("自", "from", wanted.from))
            (ui::date("至", "until", wanted.until))
        },
    )
}
