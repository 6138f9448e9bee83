//! The queue: who waits by which channel, why, in which place.

use super::super::model::{Channel, Resident, State};
use super::super::store;
use super::super::store::steps::{self, NewApplication};
use super::{SOURCE, institution, place_id, tabs, tone};
use crate::beds::WRITE;
use axum::extract::Path;
use axum::response::Response;
use kernel::CitizenNumber;
use policy::Library;
use serde::Deserialize;
use web::ui::{self, Field};
use web::{Cx, Error, Form, Markup, Page, html};

pub(in super::super) async fn show(cx: Cx, Path(id): Path<String>) -> Result<Markup, Error> {
    let id = place_id(&id)?;
    let (place, all) = cx
        .read(move |tx, by| {
            let place = institution(tx, by, id)?;
            Ok::<_, Error>((place, store::of_institution(tx, by, id, &[State::Waiting, State::Invited])?))
        })
        .await?;
    let rows = all.iter().enumerate().map(|(at, (name, r))| row(&cx.state.policies, at + 1, name, r));
    let counts = Channel::ALL.iter().map(|channel| {
        let n = all.iter().filter(|(_, r)| r.channel == *channel).count();
        format!("{} {n} 人", channel.name())
    });
    let body = html! {
        (tabs(&cx, id, "/queue"))
        p { (counts.collect::<Vec<_>>().join("，")) "。依次安排特殊、优先、普通通道，同一通道按登记先后。" }
        (ui::table_or(&["次序", "老年人", "通道和理由", "登记日期", "状态", "意愿"], rows, ui::empty("现在没有人轮候。", None)))
        @if cx.may(WRITE) { (ui::card("登记轮候", apply_form(&cx, id))) }
    };
    let page = Page::new(&cx, "入住轮候").crumb("床位与入住", "/beds").crumb(&place.facts.name, &format!("/beds/{id}"));
    Ok(page.source(SOURCE).body(body))
}

/// Why somebody waits by this channel, in words.
pub(super) fn reason(library: &Library, r: &Resident) -> String {
    let code = r.decision.text("reason").unwrap_or_default();
    library.label("queue reason", code).unwrap_or("没有可依据的规则，按普通通道").to_owned()
}

fn row(library: &Library, at: usize, name: &str, r: &Resident) -> Vec<Markup> {
    vec![
        ui::text(at),
        ui::row_link(&r.key.href(), name),
        ui::text(format!("{}：{}", r.channel.name(), reason(library, r))),
        ui::text(r.applied_on),
        html! { (ui::badge(tone(r.state), r.state.name())) @if let Some(day) = r.held_until { " 至 " (day) } },
        ui::opt(Some(&r.wish)),
    ]
}

fn apply_form(cx: &Cx, id: kernel::InstitutionId) -> Markup {
    let body = html! {
        (ui::form_row(&[
            ui::field("姓名", "name", "", Field::text().required().limit(40).hint("与证件一致")),
            ui::field("身份证号", "citizen", "", Field::text().required().limit(18).autocomplete("off")),
        ]))
        (ui::checkbox("政府供养（特困人员供养证明已核对）", "supported", false))
        (ui::field("意愿", "wish", "", Field::text().limit(100).placeholder("如：朝南、与老伴同住")))
        (ui::submit("登记"))
    };
    html! {
        p.text-secondary { "核对本人证件后登记。登记后本机构可以看到这位老年人的档案，退住或撤销后不再看到。" }
        (ui::form(cx, &format!("/beds/{id}/queue"), body))
    }
}

#[derive(Deserialize)]
pub(in super::super) struct Applied {
    name: String,
    citizen: String,
    #[serde(default)]
    supported: bool,
    wish: Option<String>,
}

pub(in super::super) async fn apply(cx: Cx, Path(id): Path<String>, Form(a): Form<Applied>) -> Result<Response, Error> {
    let (id, library) = (place_id(&id)?, cx.state.policies.clone());
    let wrong = |e: kernel::citizen::NotACitizenNumber| Error::field("citizen", "身份证号", e.to_string());
    let new = NewApplication { name: a.name, government_supported: a.supported, wish: a.wish.unwrap_or_default() };
    let key = cx
        .write(move |tx, by| {
            // Whoever may not see the institution learns nothing of what is wrong with the form.
            institution(tx, by, id)?;
            let citizen = CitizenNumber::parse(a.citizen.trim(), by.today()).map_err(wrong)?;
            steps::apply(tx, by, &library, (id, &citizen), &new)
        })
        .await?;
    Ok(web::see_with(&key.href(), "已登记轮候"))
}
