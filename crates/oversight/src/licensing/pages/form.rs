//! The form of an application: new at the counter or by the institution itself, and changed.

use super::super::model::{Mode, NewApplication, Promises, Unit};
use super::super::store;
use super::{SOURCE, parse};
use crate::duties::model::{HOMES, MEDICAL};
use axum::extract::Path;
use axum::response::Response;
use kernel::{Area, CreditCode, InstitutionId};
use registry::institutions::{self, Institution, Kind};
use serde::Deserialize;
use web::ui::{self, Field, Tone};
use web::{Cx, Error, Form, Markup, Page, html};

type Options = Vec<(String, String)>;

/// Who may apply as an institution of the register: for people of one only that, else all in sight.
fn applicants(tx: &mut db::Tx<'_>, by: &db::Actor) -> Result<(Options, Option<Institution>), Error> {
    if by.institution.is_some() {
        let own = store::applicant(tx, by, by.institution)?;
        let options = own.iter().map(|one| (one.id.to_string(), one.facts.name.clone())).collect();
        return Ok((options, own));
    }
    let kinds: Vec<Kind> = HOMES.iter().chain(MEDICAL).copied().collect();
    let found = institutions::store::options(tx, by, &kinds)?;
    let none = (String::new(), "尚未在名册（窗口代录）".to_owned());
    let options = std::iter::once(none).chain(found.into_iter().map(|(id, name)| (id.to_string(), name)));
    Ok((options.collect(), None))
}

pub(in super::super) async fn blank(cx: Cx) -> Result<Markup, Error> {
    let (options, own) = cx.read(applicants).await?;
    let body = html! {
        (fields(&cx, None, &options, own.as_ref()))
        (ui::submit("保存草稿"))
    };
    let page = Page::new(&cx, "申请设立").crumb("设立审批", "/licensing");
    let page = page.actions(ui::link_button("/licensing/conditions", "公布的条件", Tone::Neutral));
    Ok(page.source(SOURCE).body(ui::card("", ui::form(&cx, "/licensing", body))))
}

pub(in super::super) async fn edit(cx: Cx, Path(id): Path<String>) -> Result<Markup, Error> {
    let id = parse(&id)?;
    let (a, (options, own)) =
        cx.read(move |tx, by| Ok::<_, Error>((store::find(tx, by, id)?, applicants(tx, by)?))).await?;
    if a.state.after("edit").is_none() {
        return Err(Error::Conflict(format!("申请现为“{}”，不能再改", a.state)));
    }
    let body = html! {
        (ui::hidden("version", a.version.to_string()))
        (fields(&cx, Some(&a.facts), &options, own.as_ref()))
        (ui::submit("保存"))
    };
    let page = Page::new(&cx, "修改申请").crumb("设立审批", "/licensing").crumb(&a.facts.name, &a.href());
    Ok(page.source(SOURCE).body(ui::card("", ui::form(&cx, &a.href(), body))))
}

fn fields(cx: &Cx, of: Option<&NewApplication>, applicants: &Options, own: Option<&Institution>) -> Markup {
    let text = |get: fn(&NewApplication) -> &str| of.map(get).unwrap_or_default().to_owned();
    let code = of.and_then(|f| f.credit_code.as_ref()).map(|code| code.as_str().to_owned()).unwrap_or_default();
    let place = own.map_or_else(|| cx.user.scope.area.short(), |own| own.facts.area.to_string());
    let area = of.map_or(place, |f| f.area.to_string());
    let given = own.and_then(|own| own.facts.address.clone()).unwrap_or_default();
    let address = of.map_or(given, |f| f.address.clone());
    let institution =
        of.and_then(|f| f.institution).or(own.map(|own| own.id)).map(|id| id.to_string()).unwrap_or_default();
    html! {
        (ui::form_row(&[
            ui::select("申请设立", "unit", &Unit::options(), of.map_or("", |f| f.unit.code())),
            ui::select("兴办方式", "mode", &Mode::options(), of.map_or("", |f| f.mode.code())),
            ui::select_with("申请机构", "institution", applicants, &institution,
                Field::default().hint("养老机构内设的，选这家养老机构")),
        ]))
        (ui::form_row(&[
            ui::field("拟用名称", "name", text(|f| &f.name), Field::text().required().limit(80)),
            ui::field("统一社会信用代码", "credit_code", code, Field::text().limit(18).hint("已有的填写；新设的可以登记后再填")),
        ]))
        (ui::form_row(&[
            ui::field("区划代码", "area", area, Field::text().required().hint("所在街道、镇或村居的代码，9 或 12 位")),
            ui::field("地址", "address", address, Field::text().required().limit(120)),
            ui::field("联系人", "contact", text(|f| &f.contact), Field::text().required().limit(40)),
            ui::field("联系电话", "phone", text(|f| &f.phone), Field::phone().required().limit(30)),
        ]))
        (numbers(of.map(|f| &f.promises)))
    }
}

fn numbers(p: Option<&Promises>) -> Markup {
    let number = |label, name, get: fn(&Promises) -> i64| {
        ui::number(label, name, Some(p.map(get).unwrap_or_default()), Field::number().required().min(0).max(9_999))
    };
    let yes = |get: fn(&Promises) -> bool| p.is_some_and(get);
    html! {
        (ui::form_row(&[
            number("床位数", "beds", |p| p.beds),
            number("医师人数", "physicians", |p| p.physicians),
            number("护士人数", "nurses", |p| p.nurses),
            number("康复治疗师人数", "therapists", |p| p.therapists),
        ]))
        fieldset.mb-3 {
            legend.form-label { "已经具备的（打勾表示有证明材料）" }
            (ui::checkbox("有合法使用的场所", "premises", yes(|p| p.premises)))
            (ui::checkbox("符合区域规划", "planning", yes(|p| p.planning)))
            (ui::checkbox("消防安全合格", "fire", yes(|p| p.fire)))
            (ui::checkbox("环保、卫生防疫合格", "sanitation", yes(|p| p.sanitation)))
            (ui::checkbox("利用现有资源开办", "existing", yes(|p| p.existing)))
        }
        (ui::textarea("说明", "note", p.map(|p| p.note.as_str()).unwrap_or_default(), Field::text().limit(600)
            .hint("材料清单、文号等")))
    }
}

#[derive(Deserialize)]
pub(in super::super) struct Filled {
    #[serde(default)]
    version: i64,
    unit: Unit,
    mode: Mode,
    institution: Option<String>,
    name: String,
    credit_code: Option<String>,
    area: String,
    address: String,
    contact: String,
    phone: String,
    beds: i64,
    physicians: i64,
    nurses: i64,
    therapists: i64,
    #[serde(default)]
    premises: bool,
    #[serde(default)]
    planning: bool,
    #[serde(default)]
    fire: bool,
    #[serde(default)]
    sanitation: bool,
    #[serde(default)]
    existing: bool,
    note: Option<String>,
}

impl Filled {
    fn read(self) -> Result<NewApplication, Error> {
        let tidy = |text: &str| kernel::text::clean(text).to_ascii_uppercase();
        let code = self.credit_code.as_deref().map(|code| CreditCode::parse(&tidy(code))).transpose();
        let unknown = || Error::field("institution", "申请机构", "请从列表中选择");
        let institution =
            self.institution.as_deref().map(|id| InstitutionId::parse(id).ok_or_else(unknown)).transpose()?;
        let area = Area::parse(&kernel::text::clean(&self.area));
        Ok(NewApplication {
            unit: self.unit,
            mode: self.mode,
            name: self.name,
            credit_code: code.map_err(|e| Error::field("credit_code", "统一社会信用代码", e.to_string()))?,
            institution,
            area: area.map_err(|e| Error::field("area", "区划代码", e.to_string()))?,
            address: self.address,
            contact: self.contact,
            phone: self.phone,
            promises: Promises {
                beds: self.beds,
                physicians: self.physicians,
                nurses: self.nurses,
                therapists: self.therapists,
                premises: self.premises,
                planning: self.planning,
                fire: self.fire,
                sanitation: self.sanitation,
                existing: self.existing,
                note: self.note.unwrap_or_default(),
            },
        })
    }
}

pub(in super::super) async fn create(cx: Cx, Form(f): Form<Filled>) -> Result<Response, Error> {
    let (new, library) = (f.read()?, cx.state.policies.clone());
    let id = cx.write(move |tx, by| store::steps::draft(tx, by, &library, &new)).await?;
    Ok(web::see_with(&format!("/licensing/{id}"), "草稿已保存，核对后提交"))
}

pub(in super::super) async fn save(cx: Cx, Path(id): Path<String>, Form(f): Form<Filled>) -> Result<Response, Error> {
    let (id, version) = (parse(&id)?, f.version);
    let (new, library) = (f.read()?, cx.state.policies.clone());
    cx.write(move |tx, by| store::steps::edit(tx, by, &library, (id, version), &new)).await?;
    Ok(web::see_with(&format!("/licensing/{id}"), "已保存"))
}
