//! Parts of an elder's watching page that are seldom changed: devices, own limits, the safe area.

use super::super::limits::model::Whose;
use super::super::limits::{Band, Limit};
use super::super::model::Vital;
use super::super::safe_area::{self, SafeArea};
use super::super::views;
use super::elder::{Case, may_limit};
use crate::alarms;
use crate::devices::{self, Device};
use kernel::ElderId;
use policy::Library;
use web::ui::{self, Field, Frame, Tone};
use web::{Cx, Markup, html};

/// What the elder wears, and the form for one more.
pub(super) fn worn(cx: &Cx, case: &Case) -> Markup {
    let rows = case.worn.iter().map(|(d, contact)| {
        let name = if cx.may(devices::READ) {
            ui::row_link(&format!("/devices/{}", d.id), format!("{} {}", d.kind, d.serial))
        } else {
            ui::text(format!("{} {}", d.kind, d.serial))
        };
        let heard = html! {
            @match contact.heard { Some(at) => (ui::moment(at)), None => (ui::muted("还没有消息")) }
            @if let Some(percent) = contact.battery { "，电量 " (percent) "%" }
        };
        vec![name, since(d), heard]
    });
    let none = ui::empty("没有配戴设备。", None);
    let body = html! {
        (ui::table_or(&["设备", "自", "最近消息"], rows, none))
        @if cx.may(devices::WRITE) && case.subject.present { div.mt-3 #bind { (bind_form(cx, case.subject.id)) } }
    };
    ui::card("设备", body)
}

fn since(d: &Device) -> Markup {
    d.bound_at.map_or_else(|| ui::opt(None::<&str>), |at| ui::text(kernel::time::date_of(at)))
}

fn bind_form(cx: &Cx, elder: ElderId) -> Markup {
    let body = html! {
        (ui::field("绑定设备", "serial", "", Field::text().required().limit(64).autocomplete("off").hint("设备编号，印在设备上；没有登记过的先到“监测设备”登记")))
        (ui::submit("绑定"))
    };
    ui::form(cx, &format!("/vitals/{elder}/devices"), body)
}

/// Own limits: those in force, the form, those that have ended.
pub(super) fn limits(cx: &Cx, library: &Library, whose: &Whose, case: &Case) -> Markup {
    let elder = case.subject.id;
    let may = may_limit(cx, case);
    let (now, past): (Vec<&Limit>, Vec<&Limit>) = case.limits.iter().partition(|limit| limit.ended_at.is_none());
    let row = |limit: &&Limit| {
        let url = format!("/vitals/{elder}/limits/{}/end", limit.id);
        let question = "结束后恢复通用界限。确定吗？";
        let end = match limit.ended_at {
            Some(at) => html! { (ui::moment(at)) " " (limit.ended_by) },
            None if may => ui::confirm_post(cx, &url, "结束", Tone::Neutral, question),
            None => html! {},
        };
        vec![
            ui::text(limit.vital.name()),
            ui::text(limit.band.words(limit.vital)),
            ui::text(&limit.why),
            html! { (ui::moment(limit.set_at)) " " (limit.set_by) },
            end,
        ]
    };
    let headings = ["指标", "个人界限", "理由", "设定", "结束"];
    let none = ui::empty("没有个人界限，按通用界限判断。", None);
    let body = html! {
        div #limits {
            (ui::table_or(&headings, now.iter().map(row), none))
            @if may { details { summary { "设定个人界限" } (limit_form(cx, library, whose, elder)) } }
            @if !past.is_empty() { details { summary { "已结束的个人界限（" (past.len()) "）" } (ui::table(&headings, past.iter().map(row))) } }
        }
    };
    ui::card("个人界限", body)
}

fn limit_form(cx: &Cx, library: &Library, whose: &Whose, elder: ElderId) -> Markup {
    let number = |label: &str, name: &str| ui::field(label, name, "", Field::number().step("any"));
    let general = Vital::ALL.iter().filter(|vital| vital.charted());
    let general =
        general.map(|vital| (vital, Band::of_table(library, whose, *vital))).filter(|(_, band)| !band.is_empty());
    let form = html! {
        p { "只填与通用界限不同的；没有填写的按通用界限。等于界限的算正常。" }
        (ui::select_with("指标", "vital", &views::limited(), "sbp", Field::default().required()))
        (ui::form_row(&[
            number("危急下限（低于）", "danger_low"),
            number("预警下限（低于）", "low"),
            number("预警上限（高于）", "high"),
            number("危急上限（高于）", "danger_high"),
        ]))
        (ui::field("理由", "why", "", Field::text().required().limit(200).placeholder("如：长期服药，目标血压较低")))
        (ui::submit("保存个人界限"))
    };
    html! {
        details { summary { "通用界限（本平台设定，未核实）" } ul { @for (vital, band) in general { li { (vital.name()) "：" (band.words(*vital)) @if !vital.unit().is_empty() { "（" (vital.unit()) "）" } } } } }
        (ui::form_among(cx, &format!("/vitals/{elder}/limits"), form))
    }
}

/// The last alarms about the elder.
pub(super) fn alarms(cx: &Cx, case: &Case) -> Markup {
    if !cx.may(alarms::READ) || case.alarms.is_empty() {
        return html! {};
    }
    let rows = case.alarms.iter().map(|alarm| {
        let tone = match (alarm.state, alarm.level) {
            (alarms::model::State::Closed, _) => Tone::Neutral,
            (_, alarms::model::Level::Danger) => Tone::Danger,
            _ => Tone::Warning,
        };
        vec![
            ui::moment(alarm.raised_at),
            ui::row_link(&alarm.key.href(), alarm.kind),
            ui::text(&alarm.message),
            ui::badge(tone, alarm.state.name()),
        ]
    });
    ui::card("最近的报警", ui::table(&["时间", "报警", "情况", "状态"], rows))
}

/// The safe area with its picture and form.
pub(super) fn area(cx: &Cx, case: &Case) -> Markup {
    let elder = case.subject.id;
    let may = cx.may(devices::WRITE) && case.subject.present;
    if case.area.is_none() && case.position.is_none() && !may {
        return html! {};
    }
    let body = html! {
        div #area {
            @match &case.area {
                Some(area) => (standing(case, area)),
                None => p.text-secondary { "没有设定安全区域。有走失风险的老年人设定后，离开区域会报警。" },
            }
            (map(case))
            @if may {
                details { summary { @if case.area.is_some() { "修改安全区域" } @else { "设定安全区域" } } (area_form(cx, case, elder)) }
                @if case.area.is_some() { (ui::confirm_post(cx, &format!("/vitals/{elder}/area/end"), "取消安全区域", Tone::Neutral, "取消后，离开区域不再报警。确定吗？")) }
            }
        }
    };
    ui::card("安全区域", body)
}

fn degrees(value: i64) -> String {
    format!("{:.5}", value as f64 / 1e6)
}

fn standing(case: &Case, area: &SafeArea) -> Markup {
    let away = case.position.map(|(lat, lon, at)| (safe_area::metres((lat, lon), (area.latitude, area.longitude)), at));
    html! { p {
        (area.name) "（纬度 " (degrees(area.latitude)) "，经度 " (degrees(area.longitude)) "）方圆 " (area.radius) " 米，"
        (area.set_by) " 设于 " (ui::moment(area.set_at)) "。"
        @if let Some((metres, at)) = away {
            "最近一次位置（" (ui::moment(at)) "）距中心 " (metres) " 米，"
            @if metres > area.radius { (ui::badge(Tone::Danger, "在区域外")) } @else { (ui::badge(Tone::Success, "在区域内")) }
        }
    } }
}

/// The circle, and where the elder was last.
fn map(case: &Case) -> Markup {
    let (Some(area), place) = (&case.area, case.position) else { return html! {} };
    let point = |lat: i64, lon: i64| (lon as f64 / 1e6, lat as f64 / 1e6);
    let up = area.radius as f64 / 111_320.0;
    let middle = point(area.latitude, area.longitude);
    let side = up / middle.1.to_radians().cos().max(0.01);
    let mut all = vec![(middle.0 - side, middle.1 - up), (middle.0 + side, middle.1 + up)];
    all.extend(place.map(|(lat, lon, _)| point(lat, lon)));
    let Some(frame) = Frame::around(&all) else { return html! {} };
    let (x, y) = frame.point(middle);
    let (_, top) = frame.point((middle.0, middle.1 + up));
    html! {
        svg.yy-safe-area viewBox=(Frame::view_box()) role="img" aria-label="安全区域和最近一次位置的示意图" {
            circle cx=(x) cy=(y) r=(y - top) fill="#e3f2e1" stroke="#4b8f45" stroke-width="3" {}
            text x=(x) y=(y) text-anchor="middle" font-size="26" { (area.name) }
            @if let Some((lat, lon, _)) = place {
                @let (px, py) = frame.point(point(lat, lon));
                circle cx=(px) cy=(py) r="11" fill="#b8402a" {}
                text x=(px) y=(py + 36) text-anchor="middle" font-size="24" { "最近位置" }
            }
        }
    }
}

fn area_form(cx: &Cx, case: &Case, elder: ElderId) -> Markup {
    let area = case.area.as_ref();
    let shown = |value: Option<i64>| value.map(degrees).unwrap_or_default();
    let form = html! {
        (ui::form_row(&[
            ui::field("地点", "place", area.map_or("家", |area| area.name.as_str()), Field::text().limit(50)),
            ui::number("半径（米）", "radius", Some(area.map_or(500, |area| area.radius)), Field::number().required().min(50).max(20_000)),
        ]))
        @if let Some((lat, lon, at)) = case.position {
            (ui::checkbox(&format!("用最近一次位置（{}，{}，{}）", degrees(lat), degrees(lon), kernel::time::show(at)), "last", false))
        }
        (ui::form_row(&[
            ui::field("纬度", "latitude", shown(area.map(|area| area.latitude)), Field::number().step("any")),
            ui::field("经度", "longitude", shown(area.map(|area| area.longitude)), Field::number().step("any")),
        ]))
        (ui::submit("保存安全区域"))
    };
    ui::form_among(cx, &format!("/vitals/{elder}/area"), form)
}
