//! Pages of visits. Those of a carer are made for a telephone: two large buttons.

mod bound;
pub(super) mod case;
pub(super) mod day;
pub(super) mod list;
pub(super) mod plan;
pub(super) mod reviews;
pub(super) mod steps;

use super::catalogue::{self, Item};
use super::model::{State, Visit};
use super::store::Listed;
use kernel::time::parse_local;
use kernel::{ElderId, VisitId};
use web::ui::{self, Field, Tone};
use web::{Cx, Error, Markup, html};

pub(super) const SOURCE: &str = "签到、签退时间由服务器记录（没有信号时由手机记录，按服务器时钟校正），位置由手机提供；补录须写明原因，并在结算时核验。";

/// Reads the two ids of a visit's address.
///
/// # Errors
/// [`Error::NotFound`] when they are none.
pub fn ids(elder: &str, id: &str) -> Result<(ElderId, VisitId), Error> {
    Ok((ElderId::parse(elder).ok_or(Error::NotFound)?, VisitId::parse(id).ok_or(Error::NotFound)?))
}

fn href(v: &Visit) -> String {
    format!("/visits/{}/{}", v.elder, v.id)
}

fn badge(state: State) -> Markup {
    let tone = match state {
        State::Planned => Tone::Info,
        State::CheckedIn => Tone::Warning,
        State::Done => Tone::Success,
        State::Missed => Tone::Danger,
        State::Cancelled => Tone::Neutral,
    };
    ui::badge(tone, state.name())
}

fn clock(at: kernel::Instant) -> String {
    kernel::time::show(at)[11..].to_owned()
}

/// A table of visits; other pages of the insurance show it too.
pub fn table(cx: &Cx, visits: &[Listed]) -> Markup {
    let rows = visits.iter().map(|row| {
        let v = &row.visit;
        vec![
            ui::row_link(&href(v), format!("{} {}—{}", v.day(), clock(v.planned_from), clock(v.planned_to))),
            ui::text(&row.elder),
            ui::text(catalogue::names(&cx.state.policies, &v.items)),
            html! { (row.carer) br; span.text-secondary { (row.institution) } },
            html! { (badge(v.state)) @if v.late_entered_at.is_some() { " " (ui::badge(Tone::Warning, "补录")) } },
            html! { @if let (Some(from), Some(minutes)) = (v.in_at, v.minutes()) { (clock(from)) " 起 " (minutes) " 分钟" } },
        ]
    });
    ui::table_or(&["计划时间", "老年人", "项目", "服务人员", "状态", "实际"], rows, ui::empty("没有上门服务", None))
}

/// The boxes by which what was done is ticked.
pub fn item_boxes(items: &[Item], ticked: &str) -> Markup {
    html! {
        fieldset.mb-3 {
            legend.form-label { "实际完成的项目" }
            @for item in items {
                label.form-check.form-check-inline {
                    input.form-check-input type="checkbox" name="items" value=(item.code) checked[catalogue::split(ticked).any(|c| c == item.code)];
                    span.form-check-label { (item.name) }
                }
            }
        }
    }
}

/// Beginning and end in fields for Chinese time.
pub fn time_fields(v: &Visit) -> Markup {
    let local = |at: kernel::Instant| kernel::time::show(at).replace(' ', "T");
    ui::form_row(&[
        ui::field("开始时间", "from", local(v.in_at.unwrap_or(v.planned_from)), Field::time().required()),
        ui::field("结束时间", "to", local(v.out_at.unwrap_or(v.planned_to)), Field::time().required()),
    ])
}

/// Reads a beginning and an end from a form.
pub fn span(from: &str, to: &str) -> Result<(kernel::Instant, kernel::Instant), Error> {
    let read = |name, label, text| parse_local(text).ok_or_else(|| Error::field(name, label, "请填写日期和时间"));
    Ok((read("from", "开始时间", from)?, read("to", "结束时间", to)?))
}
