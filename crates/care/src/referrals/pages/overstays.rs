//! Who has been in hospital for long (压床): the hospital says why they are still treated, or proposes a transfer for care.

use super::super::model::{Kind, days_in};
use super::super::store::overstays::{self, Overstay};
use super::SOURCE;
use axum::extract::Path;
use axum::response::Response;
use chrono::Days;
use kernel::{Date, ElderId, StayId};
use serde::Deserialize;
use web::ui::{self, Tone};
use web::{Cx, Error, Form, Markup, Page, html};

/// The longest list. Whoever has more long stays has another problem.
const MOST: i64 = 500;

pub(in super::super) async fn list(cx: Cx) -> Result<Markup, Error> {
    let parameter = cx.state.policies.parameter("overstay_days", cx.user.scope.area, cx.today());
    let Some(parameter) = parameter else {
        return Err(Error::refused("RF-10", "本地没有施行中的文件规定核查天数"));
    };
    let days = parameter.value;
    let before = cx.today().checked_sub_days(Days::new(days.unsigned_abs())).ok_or(Error::NotFound)?;
    let all = cx.read(move |tx, by| overstays::list(tx, by, before, MOST)).await?;
    let (open, explained): (Vec<&Overstay>, Vec<&Overstay>) = all.iter().partition(|one| one.unexplained(cx.today()));
    let body = html! {
        p { "住院满 " (days) " 天的老年人。仍需住院治疗的，登记治疗理由和下次核查日期；主要为照护而住院的，转往养老机构、护理院或家庭病床。" }
        (ui::card(&format!("没有治疗理由（{}）", open.len()), table(&cx, &open)))
        (ui::card(&format!("已登记治疗理由（{}）", explained.len()), table(&cx, &explained)))
        @if let Some(why) = parameter.unverified() { p { "核查天数 " (ui::parameter(parameter)) " " (ui::unverified(why)) } }
    };
    Ok(Page::new(&cx, "长期住院核查").crumb("转诊", "/referrals").source(SOURCE).body(body))
}

fn table(cx: &Cx, all: &[&Overstay]) -> Markup {
    let rows = all.iter().map(|one| {
        vec![
            ui::row_link(&format!("/elders/{}", one.elder), &one.name),
            ui::text(format!("{} 岁", kernel::time::age_on(one.born, cx.today()))),
            ui::text(&one.hospital_name),
            ui::text(one.admitted_on),
            ui::text(days_in(one.admitted_on, cx.today())),
            ui::opt(Some(&one.diagnosis)),
            ui::opt(one.level.map(|level| format!("{level} 级"))),
            html! { @if let Some((reason, until)) = &one.treated { (reason) br; span.text-secondary { (until) " 前再核查" } } },
            next(cx, one),
        ]
    });
    let headings = ["老年人", "年龄", "医院", "入院日期", ">天数", "主要诊断", "失能", "治疗理由", "处理"];
    ui::table_or(&headings, rows, ui::empty("没有。", None))
}

fn next(cx: &Cx, one: &Overstay) -> Markup {
    let new = format!("/referrals/new?elder={}&kind={}", one.elder, Kind::CareTransfer.code());
    let url = format!("/referrals/overstays/{}/{}", one.elder, one.stay);
    let own = cx.user.institution.is_none_or(|own| own == one.hospital);
    html! {
        @match one.referral {
            Some(id) => a href=(format!("/referrals/{}/{id}", one.elder)) { (ui::badge(Tone::Info, "照护转介办理中")) },
            None => a.btn.btn-sm.btn-primary href=(new) { "照护转介" },
        }
        @if own {
            details {
                summary { "登记治疗理由" }
                (ui::form(cx, &url, html! {
                    // The names are ids, and there is a form in each row.
                    label.form-label { "治疗理由" input.form-control name="reason" required maxlength="400"; }
                    label.form-label { "下次核查日期" input.form-control type="date" name="until_on" required min=(cx.today()); }
                    (ui::submit("保存"))
                }))
            }
        }
    }
}

#[derive(Deserialize)]
pub(in super::super) struct Explained {
    reason: String,
    until_on: Date,
}

pub(in super::super) async fn explain(
    cx: Cx,
    Path((elder, stay)): Path<(String, String)>,
    Form(f): Form<Explained>,
) -> Result<Response, Error> {
    let elder = ElderId::parse(&elder).ok_or(Error::NotFound)?;
    let stay = StayId::parse(&stay).ok_or(Error::NotFound)?;
    cx.write(move |tx, by| overstays::explain(tx, by, (elder, stay), &f.reason, f.until_on)).await?;
    Ok(web::see_with("/referrals/overstays", "治疗理由已登记"))
}
