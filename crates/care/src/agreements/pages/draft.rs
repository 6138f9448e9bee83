//! A new agreement, or the renewal of one.

use super::super::model::{Item, Side, Terms};
use super::super::store;
use super::{SOURCE, kilometres, parse};
use crate::agreements::pairing;
use axum::response::Response;
use kernel::InstitutionId;
use kernel::area::Level;
use serde::Deserialize;
use web::ui::{self, Field};
use web::{Cx, Error, Form, Markup, Page, Query, html};

#[derive(Deserialize)]
pub(in super::super) struct Whom {
    home: Option<String>,
    medical: Option<String>,
    renews: Option<String>,
}

pub(in super::super) async fn blank(cx: Cx, Query(whom): Query<Whom>) -> Result<Markup, Error> {
    let renews = whom.renews.as_deref().map(parse).transpose()?;
    let (old, (homes, medical)) = cx
        .read(move |tx, by| {
            let old = renews.map(|id| store::find(tx, by, id)).transpose()?;
            let area = match by.institution {
                Some(own) => registry::institutions::store::find(tx, by, own).map_or(by.scope.area, |i| i.facts.area),
                None => by.scope.area,
            };
            let mut sides = store::both(tx, by, area.up_to(Level::County))?;
            if let Some(own) = by.institution {
                let mine = |one: &Side| one.id == own;
                // Whoever writes for their own institution stands on its side of the paper.
                if sides.0.iter().any(mine) {
                    sides.0.retain(mine);
                } else {
                    sides.1.retain(mine);
                }
            }
            Ok::<_, Error>((old, sides))
        })
        .await?;
    let chosen = |given: Option<String>, old: Option<InstitutionId>| {
        given.and_then(|id| InstitutionId::parse(&id)).or(old).map(|id| id.to_string()).unwrap_or_default()
    };
    let home = chosen(whom.home, old.as_ref().map(|a| a.home));
    let other = chosen(whom.medical, old.as_ref().map(|a| a.medical));
    let terms = old.as_ref().map_or_else(|| usual(&cx), |a| a.terms.clone());
    let body = html! {
        @if let Some(old) = &old { (ui::hidden("renews", old.id.to_string())) p { "续签 " (old.home_name) " 与 " (old.medical_name) " 的协议。" } }
        (ui::form_row(&[
            ui::select_with("养老机构或日间照料中心", "home", &options(&homes, None), &home, Field::default().required()),
            ui::select_with("医疗机构", "medical", &options(&medical, near(&homes, &home)), &other, Field::default().required()
                .hint("选定养老机构的，按直线距离由近到远")),
        ]))
        (form(&terms))
        (ui::submit("保存为待签署"))
    };
    let title = if old.is_some() { "续签合作协议" } else { "起草合作协议" };
    let page = Page::new(&cx, title).crumb("合作协议", "/agreements");
    Ok(page.source(SOURCE).body(ui::card("", ui::form(&cx, "/agreements", body))))
}

/// What a new agreement begins with.
pub(super) fn usual(cx: &Cx) -> Terms {
    let number = |name: &str| cx.state.policies.parameter(name, cx.user.scope.area, cx.today()).map(|p| p.value);
    Terms {
        items: vec![Item::Rounds, Item::Advice, Item::Screening, Item::GreenChannel, Item::Priority, Item::Referral],
        note: String::new(),
        rounds_per_week: 1,
        green_minutes: number("agreement_green_minutes"),
        months: number("agreement_months").unwrap_or(1),
    }
}

fn near(homes: &[Side], chosen: &str) -> Option<(f64, f64)> {
    homes.iter().find(|one| one.id.to_string() == chosen)?.at
}

/// The sides as choices; by distance from a place, if there is one.
fn options(sides: &[Side], from: Option<(f64, f64)>) -> Vec<(String, String)> {
    let far = |one: &Side| from.zip(one.at).map(|(here, there)| pairing::metres(here, there));
    let mut all: Vec<(Option<i64>, &Side)> = sides.iter().map(|one| (far(one), one)).collect();
    all.sort_by_key(|(metres, _)| metres.unwrap_or(i64::MAX));
    let text = |metres: Option<i64>, one: &Side| match metres {
        Some(metres) => format!("{}（{}，{}）", one.name, one.kind, kilometres(metres)),
        None => format!("{}（{}）", one.name, one.kind),
    };
    let blank = (String::new(), "请选择".to_owned());
    std::iter::once(blank).chain(all.iter().map(|(metres, one)| (one.id.to_string(), text(*metres, one)))).collect()
}

fn form(terms: &Terms) -> Markup {
    html! {
        fieldset.mb-3 {
            legend.form-label { "服务清单（双方商定）" }
            div.yy-radios {
                @for item in Item::ALL {
                    label.form-check.form-check-inline {
                        input.form-check-input type="checkbox" name="items" value=(item.code()) checked[terms.items.contains(item)];
                        span.form-check-label { (item.name()) }
                    }
                }
            }
        }
        (ui::textarea("补充约定", "note", &terms.note, Field::text().limit(600).hint("清单以外的服务、费用、责任")))
        (ui::form_row(&[
            ui::number("每周巡诊次数", "rounds_per_week", Some(terms.rounds_per_week), Field::number().required().min(0).max(21)),
            ui::number("绿色通道答复分钟数", "green_minutes", terms.green_minutes, Field::number().min(1).max(1440)),
            ui::number("期限（月）", "months", Some(terms.months), Field::number().required().min(1).max(120)),
        ]))
    }
}

#[derive(Deserialize)]
pub(in super::super) struct Filled {
    home: String,
    medical: String,
    renews: Option<String>,
    #[serde(default)]
    items: Vec<Item>,
    note: Option<String>,
    rounds_per_week: i64,
    green_minutes: Option<i64>,
    months: i64,
}

pub(in super::super) async fn create(cx: Cx, Form(f): Form<Filled>) -> Result<Response, Error> {
    let side =
        |text: &str, field, label| InstitutionId::parse(text).ok_or_else(|| Error::field(field, label, "请选择"));
    let sides = (side(&f.home, "home", "养老机构")?, side(&f.medical, "medical", "医疗机构")?);
    let renews = f.renews.as_deref().map(parse).transpose()?;
    let terms = Terms {
        items: f.items,
        note: f.note.unwrap_or_default(),
        rounds_per_week: f.rounds_per_week,
        green_minutes: f.green_minutes,
        months: f.months,
    };
    let id = cx.write(move |tx, by| store::draft(tx, by, sides, &terms, renews)).await?;
    Ok(web::see_with(&format!("/agreements/{id}"), "已保存，请打印、双方盖章后登记签署"))
}
