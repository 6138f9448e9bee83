//! Opening and editing a file by hand.

use super::model::{Chronic, Details, Elder, Living, Marital, NewElder, Private, Scheme, SelfCare, Status};
use super::pages::{href, id};
use super::store;
use crate::areas;
use axum::extract::Path;
use axum::response::Response;
use db::{Actor, Tx};
use kernel::area::Level;
use kernel::text::clean;
use kernel::{Area, CitizenNumber, Date};
use serde::Deserialize;
use web::ui::{self, Field};
use web::{Cx, Error, Form, Markup, Page, html};

/// What erases a sealed field that is otherwise kept when left blank.
const ERASE: &str = "无";
/// Where what is typed goes.
const SOURCE: &str = "本页登记，修改记入老年人的经过与审计日志";

/// The form as it comes in.
#[derive(Deserialize)]
pub(super) struct Filled {
    citizen: Option<String>,
    name: String,
    phone: Option<String>,
    area: Area,
    address: Option<String>,
    registered_area: Option<String>,
    resident: Option<bool>,
    urban: Option<bool>,
    living: Option<Living>,
    marital: Option<Marital>,
    scheme: Option<Scheme>,
    ltci_insured: Option<bool>,
    #[serde(default)]
    chronic: Vec<Chronic>,
    self_care: Option<SelfCare>,
    seriously_ill: Option<bool>,
    special_family: Option<bool>,
    handicapped: Option<bool>,
    status: Option<Status>,
    died_on: Option<Date>,
    contact_name: Option<String>,
    contact_phone: Option<String>,
}

impl Filled {
    fn details(self, blank: Details) -> Result<Details, Error> {
        let registered = self.registered_area.as_deref().map(|a| Area::parse(&clean(a)));
        let registered_area =
            registered.transpose().map_err(|e| Error::field("registered_area", "户籍地区划代码", e.to_string()))?;
        let plain = |text: Option<String>| text.map(|t| clean(&t)).filter(|t| !t.is_empty());
        Ok(Details {
            name: clean(&self.name),
            phone: kept(self.phone, blank.phone),
            area: self.area,
            address: kept(self.address, blank.address),
            registered_area,
            resident: self.resident,
            urban: self.urban,
            living: self.living,
            marital: self.marital,
            scheme: self.scheme,
            ltci_insured: self.ltci_insured,
            chronic: Some(self.chronic),
            self_care: self.self_care,
            seriously_ill: self.seriously_ill,
            special_family: self.special_family,
            handicapped: self.handicapped,
            status: self.status,
            died_on: self.died_on,
            contact_name: plain(self.contact_name),
            contact_phone: kept(self.contact_phone, blank.contact_phone),
            ..blank
        })
    }
}

/// A sealed field is not shown in the form: blank keeps it, 无 erases it.
fn kept(typed: Option<String>, old: Option<String>) -> Option<String> {
    match typed.map(|t| clean(&t)) {
        None => old,
        Some(text) if text == ERASE => None,
        Some(text) => Some(text),
    }
}

type Places = Vec<(String, String)>;

/// The areas to choose from; empty above the county, where the code is typed.
fn places(tx: &mut Tx<'_>, by: &Actor) -> db::Result<Places> {
    if by.scope.area.level() < Level::County {
        return Ok(Vec::new());
    }
    let all = areas::store::all_under(tx, by.scope.area)?;
    Ok(all.into_iter().map(|a| (a.code.to_string(), format!("{} {}", a.code.short(), a.name))).collect())
}

pub(super) async fn blank(cx: Cx) -> Result<Markup, Error> {
    let places = cx.read(places).await?;
    let number = Field::text().required().limit(18).focus().hint("18 位；性别与出生日期由身份证号得出");
    let body = html! {
        (ui::field("身份证号", "citizen", "", number))
        (fields(None, &places))
        (ui::submit("建档"))
    };
    let page = Page::new(&cx, "新建档案").crumb("老年人名册", "/elders").source(SOURCE);
    Ok(page.body(ui::card("", ui::form(&cx, "/elders", body))))
}

pub(super) async fn create(cx: Cx, Form(form): Form<Filled>) -> Result<Response, Error> {
    let typed = clean(form.citizen.as_deref().unwrap_or_default());
    let citizen = CitizenNumber::parse(&typed, cx.today());
    let citizen = citizen.map_err(|e| Error::field("citizen", "身份证号", e.to_string()))?;
    let blank = Details::of("", &citizen, form.area);
    let new = NewElder { details: form.details(blank)?, citizen, overrule: false };
    let id = cx.write(move |tx, by| store::create_by_hand(tx, by, &new)).await?;
    Ok(web::see_with(&href(id), "已建档"))
}

pub(super) async fn edit(cx: Cx, Path(text): Path<String>) -> Result<Markup, Error> {
    let id = id(&text)?;
    let (elder, private, places) = cx
        .read(move |tx, by| {
            let elder = store::find(tx, by, id)?;
            let private = elder.masked(tx.vault())?;
            Ok::<_, Error>((elder, private, places(tx, by)?))
        })
        .await?;
    let body = html! { (fields(Some((&elder, &private)), &places)) (ui::submit("保存")) };
    let page = Page::new(&cx, "编辑档案").crumb("老年人名册", "/elders").crumb(&elder.name, &href(id)).source(SOURCE);
    Ok(page.body(ui::card(&private.citizen, ui::form(&cx, &href(id), body))))
}

pub(super) async fn save(cx: Cx, Path(text): Path<String>, Form(form): Form<Filled>) -> Result<Response, Error> {
    let id = id(&text)?;
    cx.write(move |tx, by| {
        let old = store::find(tx, by, id)?.details(tx.vault())?;
        let details = form.details(old)?;
        store::edit(tx, by, id, &details).map_err(Error::from)
    })
    .await?;
    Ok(web::see_with(&href(id), "已保存"))
}

fn choice(options: Vec<(&'static str, &'static str)>) -> Vec<(&'static str, &'static str)> {
    std::iter::once(("", "未填")).chain(options).collect()
}

fn yes_no(label: &str, name: &str, answer: Option<bool>, yes: &'static str, no: &'static str) -> Markup {
    let chosen = answer.map(|a| a.to_string()).unwrap_or_default();
    ui::select(label, name, &[("", "未填"), ("true", yes), ("false", no)], &chosen)
}

fn sealed(label: &str, name: &str, now: Option<&String>, field: Field) -> Markup {
    let hint = now.map(|now| format!("现为 {now}；不改请留空，清除请填“{ERASE}”"));
    let field = match hint {
        Some(hint) => field.hint(hint),
        None => field,
    };
    ui::field(label, name, "", field)
}

fn area_field(places: &Places, chosen: Option<Area>) -> Markup {
    let chosen = chosen.map(|a| a.to_string()).unwrap_or_default();
    if places.is_empty() {
        return ui::field("居住地区划代码", "area", &chosen, Field::text().required().hint("6、9 或 12 位"));
    }
    ui::select_with("居住地", "area", places, &chosen, Field::default().required())
}

fn fields(known: Option<(&Elder, &Private)>, places: &Places) -> Markup {
    let e = known.map(|(e, _)| e);
    let p = known.map(|(_, p)| p);
    let code = |code: Option<&'static str>| code.unwrap_or("");
    let registered = e.and_then(|e| e.registered_area).map(|a| a.to_string()).unwrap_or_default();
    html! {
        (ui::form_row(&[
            ui::field("姓名", "name", e.map_or("", |e| &e.name), Field::text().required().limit(40)),
            sealed("联系电话", "phone", p.and_then(|p| p.phone.as_ref()), Field::phone()),
        ]))
        (ui::form_row(&[
            area_field(places, e.map(|e| e.area)),
            sealed("居住地址", "address", p.and_then(|p| p.address.as_ref()), Field::text().limit(200)),
            ui::field("户籍地区划代码", "registered_area", registered, Field::text().hint("6、9 或 12 位，可不填")),
        ]))
        (ui::form_row(&[
            yes_no("常住", "resident", e.and_then(|e| e.resident), "是", "否"),
            yes_no("城乡", "urban", e.and_then(|e| e.urban), "城镇", "农村"),
            ui::select("居住情况", "living", &choice(Living::options()), code(e.and_then(|e| e.living).map(Living::code))),
            ui::select("婚姻状况", "marital", &choice(Marital::options()), code(e.and_then(|e| e.marital).map(Marital::code))),
        ]))
        (health(e))
        (ui::form_row(&[
            ui::select("状态", "status", &Status::options(), e.map_or(Status::Alive, |e| e.status).code()),
            ui::date("死亡日期", "died_on", e.and_then(|e| e.died_on)),
        ]))
        (ui::form_row(&[
            ui::field("紧急联系人", "contact_name", e.and_then(|e| e.contact_name.clone()).unwrap_or_default(), Field::text().limit(40)),
            sealed("紧急联系人电话", "contact_phone", p.and_then(|p| p.contact_phone.as_ref()), Field::phone()),
        ]))
    }
}

fn health(e: Option<&Elder>) -> Markup {
    let code = |code: Option<&'static str>| code.unwrap_or("");
    html! {
        (ui::form_row(&[
            ui::select("医保类型", "scheme", &choice(Scheme::options()), code(e.and_then(|e| e.scheme).map(Scheme::code))),
            yes_no("长护险参保", "ltci_insured", e.and_then(|e| e.ltci_insured), "是", "否"),
            ui::select("自理情况", "self_care", &choice(SelfCare::options()), code(e.and_then(|e| e.self_care).map(SelfCare::code))),
        ]))
        (diseases(e.and_then(|e| e.chronic.as_deref()).unwrap_or_default()))
        (ui::form_row(&[
            yes_no("重病", "seriously_ill", e.and_then(|e| e.seriously_ill), "是", "否"),
            yes_no("特殊家庭", "special_family", e.and_then(|e| e.special_family), "是", "否"),
            yes_no("残疾", "handicapped", e.and_then(|e| e.handicapped), "是", "否"),
        ]))
    }
}

fn diseases(chosen: &[Chronic]) -> Markup {
    html! {
        fieldset.mb-3 {
            legend.form-label { "慢性病" }
            @for one in Chronic::ALL {
                label.form-check.form-check-inline {
                    input.form-check-input type="checkbox" name="chronic" value=(one.code()) checked[chosen.contains(one)];
                    span.form-check-label { (one.name()) }
                }
            }
        }
    }
}
