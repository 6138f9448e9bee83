//! Recording a free clinic, and mending one that the home disputes.

use super::super::model::{HOMES, MEDICAL, NewClinic, Side, short};
use super::super::store;
use super::overview::medical;
use super::{SOURCE, parse};
use axum::extract::Path;
use axum::response::Response;
use kernel::area::Level;
use kernel::{Date, InstitutionId};
use serde::Deserialize;
use web::ui::{self, Field};
use web::{Cx, Error, Form, Markup, Page, html};

pub(in super::super) async fn blank(cx: Cx) -> Result<Markup, Error> {
    let (hospitals, homes) = cx
        .read(move |tx, by| {
            let own = by.institution.map(|own| store::side(tx, by, own)).transpose()?;
            let area = own.as_ref().map_or(by.scope.area, |own| own.facts.area).up_to(Level::County);
            let hospitals = match own {
                Some(own) => vec![own],
                None => store::sides(tx, by, area, MEDICAL)?,
            };
            Ok::<_, Error>((hospitals, store::sides(tx, by, area, HOMES)?))
        })
        .await?;
    let hospitals: Vec<Side> = hospitals.into_iter().filter(|one| medical(one.facts.kind)).collect();
    let first = if hospitals.len() == 1 { hospitals[0].id.to_string() } else { String::new() };
    let body = html! {
        @if hospitals.is_empty() { (ui::empty("义诊由医疗机构登记，本机构不是医疗机构。", None)) } @else {
            (ui::form(&cx, "/duties/clinics", html! {
                (ui::form_row(&[
                    ui::select_with("医院", "hospital", &names(&hospitals), &first, Field::default().required()),
                    ui::select_with("养老机构", "home", &places(&cx, &homes), "", Field::default().required()
                        .hint("医疗资源薄弱的在前面；到其他机构义诊也登记，但不计入应做次数")),
                ]))
                (fields(&cx, None))
                (ui::submit("登记，送养老机构确认"))
            }))
        }
    };
    let page = Page::new(&cx, "登记义诊").crumb("责任台账", "/duties").crumb("义诊记录", "/duties/clinics");
    Ok(page.source(SOURCE).body(ui::card("", body)))
}

fn blank_first(more: impl Iterator<Item = (String, String)>) -> Vec<(String, String)> {
    std::iter::once((String::new(), "请选择".to_owned())).chain(more).collect()
}

fn names(sides: &[Side]) -> Vec<(String, String)> {
    blank_first(sides.iter().map(|one| (one.id.to_string(), format!("{}（{}）", one.facts.name, one.facts.kind))))
}

/// The homes as choices: those that come first, those short of medicine, the others.
fn places(cx: &Cx, homes: &[Side]) -> Vec<(String, String)> {
    let judged = homes.iter().map(|home| (short(&cx.state.policies, &home.facts, cx.today()), home));
    let mut all: Vec<_> = judged.collect();
    all.sort_by_key(|(found, _)| (!found.first, !found.short));
    let word = |first: bool, short: bool| match (first, short) {
        (true, _) => "优先前往",
        (_, true) => "医疗资源薄弱",
        _ => "不计入",
    };
    let text = all.iter().map(|(found, home)| {
        (home.id.to_string(), format!("{}（{}）", home.facts.name, word(found.first, found.short)))
    });
    blank_first(text)
}

/// The fields of a clinic.
pub(super) fn fields(cx: &Cx, of: Option<&NewClinic>) -> Markup {
    let text = |get: fn(&NewClinic) -> &str| of.map(get).unwrap_or_default().to_owned();
    html! {
        (ui::form_row(&[
            ui::date_with("义诊日期", "on", Some(of.map_or(cx.today(), |c| c.on)), Field::date().required().max(cx.today())),
            ui::number("派出人数", "staff", of.map(|c| c.staff), Field::number().required().min(1).max(9999)),
            ui::number("看诊老人数", "seen", of.map(|c| c.seen), Field::number().required().min(1).max(9999)),
        ]))
        (ui::field("派出人员", "team", text(|c| &c.team), Field::text().required().limit(400).placeholder("老年病科医师 2 名、护士 1 名")))
        (ui::textarea("义诊内容", "what", text(|c| &c.what), Field::text().required().limit(400)))
    }
}

#[derive(Deserialize)]
pub(in super::super) struct New {
    hospital: String,
    home: String,
    on: Date,
    staff: i64,
    seen: i64,
    team: String,
    what: String,
}

pub(in super::super) async fn create(cx: Cx, Form(f): Form<New>) -> Result<Response, Error> {
    let side =
        |text: &str, field, label| InstitutionId::parse(text).ok_or_else(|| Error::field(field, label, "请选择"));
    let sides = (side(&f.hospital, "hospital", "医院")?, side(&f.home, "home", "养老机构")?);
    let new = NewClinic { on: f.on, team: f.team, staff: f.staff, seen: f.seen, what: f.what };
    let library = cx.state.policies.clone();
    let id = cx.write(move |tx, by| store::record(tx, by, &library, sides, &new)).await?;
    Ok(web::see_with(&format!("/duties/clinics/{id}"), "已登记，等养老机构确认"))
}

#[derive(Deserialize)]
pub(in super::super) struct Amended {
    version: i64,
    on: Date,
    staff: i64,
    seen: i64,
    team: String,
    what: String,
}

pub(in super::super) async fn amend(cx: Cx, Path(id): Path<String>, Form(f): Form<Amended>) -> Result<Response, Error> {
    let (id, library, version) = (parse(&id)?, cx.state.policies.clone(), f.version);
    let new = NewClinic { on: f.on, team: f.team, staff: f.staff, seen: f.seen, what: f.what };
    cx.write(move |tx, by| store::amend(tx, by, &library, (id, version), &new)).await?;
    Ok(web::see_with(&format!("/duties/clinics/{id}"), "已更正，等养老机构确认"))
}
