//! Pages of assessments: lists and notices here, the rest in the modules below.

pub(super) mod apply;
pub(super) mod case;
pub(super) mod form;
pub(super) mod parts;
pub(super) mod sheet;

use super::jobs;
use super::model::{EXPIRY_WARNING_DAYS, Key, State};
use super::rules::Purpose;
use super::store::{self, Filter, Listed};
use super::{APPLY, REVIEW};
use axum::response::Response;
use chrono::Days;
use kernel::time::age_on;
use kernel::{Area, AssessmentId, ElderId};
use policy::Scale;
use registry::areas::Names;
use serde::Deserialize;
use web::ui::{self, PageInfo, Tone};
use web::{Cx, Error, Markup, Page, Query, html};

/// Rows on a page of the list.
const SIZE: i64 = 30;
/// Rows on a notice that is printed whole.
const NOTICES: i64 = 1000;

/// Reads the two ids of an address.
fn key((elder, id): (String, String)) -> Result<Key, Error> {
    let elder = ElderId::parse(&elder).ok_or(Error::NotFound)?;
    Ok(Key { elder, id: AssessmentId::parse(&id).ok_or(Error::NotFound)? })
}

fn tone(state: State) -> Tone {
    use State as S;
    match state {
        S::Effective => Tone::Success,
        S::Rejected | S::Disputed | S::Cancelled => Tone::Danger,
        S::Compared | S::Reassessing | S::Noticed => Tone::Warning,
        S::Expired | S::Replaced | S::Withdrawn => Tone::Neutral,
        _ => Tone::Info,
    }
}

fn state_badge(state: State) -> Markup {
    ui::badge(tone(state), state.name())
}

/// `3 级 重度失能Ⅰ级`.
fn level_text(scale: Option<&Scale>, level: i64) -> String {
    let name = scale.and_then(|scale| scale.level(level)).map_or("", |level| level.name.as_str());
    format!("{level} 级 {name}").trim_end().to_owned()
}

/// What the list is narrowed to, as its address has it.
#[derive(Default, Deserialize)]
pub(super) struct Narrow {
    scale: Option<String>,
    state: Option<String>,
    area: Option<String>,
    mine: Option<bool>,
    page: Option<i64>,
}

impl Narrow {
    fn filter(&self, cx: &Cx) -> Filter {
        let mut filter = Filter { scale: self.scale.clone(), ..Filter::default() };
        filter.area = self.area.as_deref().and_then(|text| Area::parse(text).ok());
        match self.state.as_deref() {
            Some("open") => filter.states = State::ALL.iter().copied().filter(|s| !s.settled()).collect(),
            Some("expiring") => {
                filter.states = vec![State::Effective];
                filter.until = cx.today().checked_add_days(Days::new(EXPIRY_WARNING_DAYS.unsigned_abs()));
            }
            Some(code) => filter.states = State::parse(code).into_iter().collect(),
            None => {}
        }
        if self.mine == Some(true) {
            filter.mine = cx.user.staff;
        }
        filter
    }

    fn href(&self) -> String {
        let mut parts = vec![];
        let fields = [("scale", &self.scale), ("state", &self.state), ("area", &self.area)];
        parts.extend(fields.iter().filter_map(|(name, value)| Some(format!("{name}={}", value.as_ref()?))));
        if self.mine == Some(true) {
            parts.push("mine=true".to_owned());
        }
        format!("/assessments?{}", parts.join("&"))
    }

    fn form(&self, cx: &Cx) -> Markup {
        let mut scales = vec![("", "全部标准")];
        scales.extend(Purpose::scales(&cx.state.policies).map(|s| (s.id.as_str(), s.name.as_str())));
        let mut states = vec![("", "全部状态"), ("open", "在办"), ("expiring", "60 天内到期")];
        states.extend(State::ALL.iter().map(|s| (s.code(), s.name())));
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let chosen = self.area.as_deref().and_then(|text| Area::parse(text).ok());
        let places = cx.state.get::<Names>().known().choices(cx.user.scope.area, chosen);
        let body = html! {
            (ui::select("评估标准", "scale", &scales, &text(&self.scale)))
            (ui::select("状态", "state", &states, &text(&self.state)))
            (ui::select("居住地", "area", &places, &chosen.map(|area| area.to_string()).unwrap_or_default()))
            @if cx.user.staff.is_some() { (ui::checkbox("只看由我评估的", "mine", self.mine == Some(true))) }
        };
        ui::filters("/assessments", body)
    }
}

pub(super) async fn list(cx: Cx, Query(narrow): Query<Narrow>) -> Result<Markup, Error> {
    let (filter, names) = (narrow.filter(&cx), cx.state.get::<Names>());
    let page = narrow.page.unwrap_or(1).max(1);
    let (total, rows, names) = cx
        .read(move |tx, by| {
            let rows = store::list(tx, by, &filter, SIZE, (page - 1) * SIZE)?;
            Ok::<_, Error>((store::count(tx, by, &filter)?, rows, names.at(tx)?))
        })
        .await?;
    let rows = rows.iter().map(|one| row(&cx, one, &names.path(one.area)));
    let none = ui::empty("没有符合条件的评估。申请可在老年人页面上提出。", Some(ui::link("/elders", "到老年人名册")));
    let body = html! {
        (narrow.form(&cx))
        (ui::table_or(&["老年人", "评估标准", "状态", "等级", "申请日期", "有效期至", "居住地"], rows, none))
        (ui::pager(&PageInfo::new(narrow.href(), page, SIZE, total)))
    };
    let source = "评估申请和结论由本平台办理产生；等级按量表逐项计算，列表只含您辖区内的老年人。";
    Ok(Page::new(&cx, "评估办理").source(source).body(body))
}

fn row(cx: &Cx, one: &Listed, place: &str) -> Vec<Markup> {
    let scale = cx.state.policies.scale(&one.scale);
    vec![
        html! {
            (ui::row_link(&one.key.href(), &one.name)) " "
            span.text-secondary { (age_on(one.born, cx.today())) " 岁" }
        },
        ui::text(Purpose::of(&one.scale).title()),
        state_badge(one.state),
        ui::opt(one.level.map(|level| level_text(scale, level))),
        ui::text(one.applied_on),
        ui::opt(one.until.and_then(|day| day.pred_opt())),
        ui::text(place),
    ]
}

/// The public notice of one's area, with masked names, to be printed and put up.
pub(super) async fn notices(cx: Cx) -> Result<Markup, Error> {
    let names = cx.state.get::<Names>();
    let (rows, names) = cx
        .read(move |tx, by| {
            let filter = Filter { states: vec![State::Noticed], ..Filter::default() };
            Ok::<_, Error>((store::list(tx, by, &filter, NOTICES, 0)?, names.at(tx)?))
        })
        .await?;
    let over = rows.iter().filter(|one| one.notice.1.is_some_and(|day| day <= cx.today())).count();
    let table = ui::table_or(
        &["姓名", ">年龄", "居住地", "评估标准", "评估等级", "公示期"],
        rows.iter().map(|one| notice_row(&cx, one, &names.path(one.area))),
        ui::empty("现在没有公示中的评估结论。", None),
    );
    let body = html! {
        @if over > 0 && cx.may(REVIEW) {
            (ui::alert(Tone::Info, "公示期满", html! { "有 " (over) " 件公示期已满、没有异议，可以办理生效。" }))
            p.d-print-none { (ui::button_post(&cx, "/assessments/notices/close", "办理公示期满的结论生效", Tone::Primary)) }
        }
        (ui::print_sheet("评估结论公示", html! {
            p { "下列人员的评估结论现予公示。对结论有异议的，请在公示期内向受理机构提出，并说明理由。" }
            (table)
            (ui::seals(&["公示单位"]))
        }))
    };
    let source = "公示只列姓名（隐去部分）、年龄、居住地和等级；公示天数取自政策库参数。";
    Ok(Page::new(&cx, "评估公示").crumb("评估办理", "/assessments").source(source).body(body))
}

fn notice_row(cx: &Cx, one: &Listed, place: &str) -> Vec<Markup> {
    let scale = cx.state.policies.scale(&one.scale);
    let last = one.notice.1.and_then(|day| day.pred_opt());
    vec![
        ui::text(registry::elders::model::mask_name(&one.name)),
        ui::text(age_on(one.born, cx.today())),
        ui::text(place),
        ui::text(Purpose::of(&one.scale).title()),
        ui::opt(one.level.map(|level| level_text(scale, level))),
        html! { @if let (Some(from), Some(last)) = (one.notice.0, last) { (from) " 至 " (last) } },
    ]
}

pub(super) async fn close(cx: Cx) -> Result<Response, Error> {
    let (db, by, library) = (cx.state.db.clone(), cx.actor(), cx.state.policies.clone());
    let done = cx.blocking(move || jobs::nightly(&db, &by, &library)).await?;
    Ok(web::see_with("/assessments/notices", &done))
}

/// The button to apply, for the pages of others.
pub(super) fn apply_link(elder: ElderId, scale: &str, text: &str) -> Markup {
    ui::link_button(&format!("/assessments/new?elder={elder}&scale={scale}"), text, Tone::Neutral)
}

/// Whether the person may hand in applications.
pub(super) fn may_apply(cx: &Cx) -> bool {
    cx.may(APPLY)
}
