//! Pages of hospice care: the list, the application, one case, its plan, a round, the sheet for the bedside.

pub(super) mod apply;
pub(super) mod case;
pub(super) mod plan;
pub(super) mod print;
pub(super) mod round;

use super::model::{Key, State};
use super::views::tone;
use super::{WRITE, store};
use registry::areas::Names;
use serde::Deserialize;
use web::ui::{self, PageInfo, Tone};
use web::{Cx, Error, Markup, Page, Query, html};

/// Rows on a page of the list.
const SIZE: i64 = 30;
/// Where what the pages show comes from.
pub(super) const SOURCE: &str =
    "安宁疗护的申请、计划、巡访和随访由本平台登记；准入条件、巡访间隔和症状级别按规则表和参数判定。";

pub(super) fn key((elder, id): (String, String)) -> Result<Key, Error> {
    store::key(&elder, &id).ok_or(Error::NotFound)
}

#[derive(Deserialize)]
pub(super) struct Wanted {
    state: Option<String>,
    due: Option<String>,
    urgent: Option<String>,
    own: Option<String>,
    page: Option<i64>,
}

impl Wanted {
    fn filter(&self, cx: &Cx) -> store::Filter {
        let open = || State::ALL.iter().copied().filter(|state| state.open()).collect();
        let states = match self.state.as_deref() {
            None => open(),
            Some(text) => State::parse(text).into_iter().collect(),
        };
        store::Filter {
            states,
            due_by: self.due.as_ref().map(|_| cx.today()),
            urgent: self.urgent.is_some(),
            institution: self.own.as_ref().and(cx.user.institution),
        }
    }

    fn base(&self) -> String {
        let state = self.state.as_deref().map(|text| State::parse(text).map_or("all", State::code));
        let marks = [("due", &self.due), ("urgent", &self.urgent), ("own", &self.own)];
        let marks = marks.into_iter().filter(|(_, given)| given.is_some()).map(|(name, _)| format!("&{name}=true"));
        format!(
            "/hospice?list=1{}{}",
            state.map_or(String::new(), |s| format!("&state={s}")),
            marks.collect::<String>()
        )
    }
}

pub(super) async fn list(cx: Cx, Query(wanted): Query<Wanted>) -> Result<Markup, Error> {
    let (filter, names) = (wanted.filter(&cx), cx.state.get::<Names>());
    let page = wanted.page.unwrap_or(1).max(1);
    let (total, rows, names) = cx
        .read(move |tx, by| {
            let rows = store::list(tx, by, &filter, SIZE, (page - 1) * SIZE)?;
            Ok::<_, Error>((store::count(tx, by, &filter)?, rows, names.at(tx)?))
        })
        .await?;
    let rows = rows.iter().map(|one| {
        let c = &one.case;
        vec![
            ui::row_link(&c.key().href(), &one.name),
            ui::text(format!("{} 岁", kernel::time::age_on(one.born, cx.today()))),
            ui::text(names.path(one.area)),
            ui::badge(tone(c.state), c.state.name()),
            ui::text(c.facts.place),
            ui::text(&c.facts.diagnosis),
            html! { (c.institution_name) @if !c.hospital_name.is_empty() { br; (c.hospital_name) } },
            ui::opt(c.due_on),
            html! { @if c.urgent { (ui::badge(Tone::Danger, "症状严重")) }
            @else if c.due_on.is_some_and(|day| day < cx.today()) { (ui::badge(Tone::Warning, "已逾期")) } },
        ]
    });
    let headings = ["老年人", "年龄", "住地", "状态", "现在何处", "主要诊断", "牵头机构、医院", "下次应办", "提醒"];
    let body = html! {
        (filters(&cx, &wanted))
        (ui::table_or(&headings, rows, ui::empty("没有符合条件的安宁疗护。可在老年人的页面上申请。", None)))
        (ui::pager(&PageInfo::new(wanted.base(), page, SIZE, total)))
    };
    let mut page = Page::new(&cx, "安宁疗护");
    if cx.may(WRITE) {
        page = page.actions(ui::link_button("/elders", "查找老年人后申请", Tone::Neutral));
    }
    Ok(page.source(SOURCE).body(body))
}

fn filters(cx: &Cx, wanted: &Wanted) -> Markup {
    let mut states = vec![("", "办理中"), ("all", "全部")];
    states.extend(State::options());
    ui::filters(
        "/hospice",
        html! {
            (ui::select("状态", "state", &states, wanted.state.as_deref().unwrap_or_default()))
            (ui::checkbox("今天以前该办的", "due", wanted.due.is_some()))
            (ui::checkbox("症状严重", "urgent", wanted.urgent.is_some()))
            @if cx.user.institution.is_some() { (ui::checkbox("只看本机构", "own", wanted.own.is_some())) }
        },
    )
}
