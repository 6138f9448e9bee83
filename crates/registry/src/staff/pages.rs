//! Pages of staff: the list, one person, their form.

use super::model::{Post, Staff, StaffFacts};
use super::store::{self, Filter};
use super::{NewStaff, WRITE};
use crate::institutions;
use crate::institutions::model::WARNING_DAYS;
use crate::institutions::pages::{encode, paper};
use axum::extract::Path;
use axum::response::Response;
use kernel::{CitizenNumber, Date, InstitutionId, StaffId};
use serde::Deserialize;
use std::collections::HashMap;
use web::ui::{self, Field, PageInfo, Tone};
use web::{Cx, Error, Form, Markup, Page, Query, html};

/// Rows on a page of the list.
const SIZE: i64 = 50;
/// Where the entries come from.
const KEPT: &str = "人员名册由导入或本页维护；证书信息为机构申报。";

#[derive(Deserialize)]
pub(super) struct Asked {
    name: Option<String>,
    post: Option<Post>,
    institution: Option<String>,
    #[serde(default)]
    ending: bool,
    #[serde(default)]
    page: i64,
}

impl Asked {
    fn filter(&self, today: Date) -> Filter {
        Filter {
            institution: self.institution.as_deref().and_then(InstitutionId::parse),
            post: self.post,
            name: self.name.as_deref().map(kernel::text::clean),
            ends_by: self.ending.then(|| today + chrono::TimeDelta::days(WARNING_DAYS)),
        }
    }

    fn base(&self) -> String {
        let mut pairs = Vec::new();
        pairs.extend(self.name.as_deref().map(|name| format!("name={}", encode(name))));
        pairs.extend(self.post.map(|post| format!("post={}", post.code())));
        pairs.extend(self.institution.as_deref().map(|id| format!("institution={}", encode(id))));
        pairs.extend(self.ending.then(|| "ending=true".to_owned()));
        format!("/staff?{}", pairs.join("&"))
    }
}

type Choice = Vec<(InstitutionId, String)>;

pub(super) async fn list(cx: Cx, Query(asked): Query<Asked>) -> Result<Markup, Error> {
    let (filter, page) = (asked.filter(cx.today()), asked.page.max(1));
    let (people, total, homes) = cx
        .read(move |tx, by| {
            let people = store::list(tx, by, &filter, SIZE, (page - 1) * SIZE)?;
            let homes = institutions::store::options(tx, by, &[])?;
            Ok::<_, Error>((people, store::count(tx, by, &filter)?, homes))
        })
        .await?;
    let names: HashMap<InstitutionId, &str> = homes.iter().map(|(id, name)| (*id, name.as_str())).collect();
    let today = cx.today();
    let rows = people.iter().map(|one| {
        let f = &one.facts;
        let home = names.get(&f.institution).copied().unwrap_or_default();
        vec![
            ui::row_link(&format!("/staff/{}", one.id), &f.name),
            ui::text(f.post),
            ui::link(&format!("/institutions/{}", f.institution), home),
            ui::opt(f.qualification.as_deref()),
            paper(f.certificate_until, today),
        ]
    });
    let body = html! {
        (filters(&asked, &homes))
        (ui::table(&["姓名", "岗位", "所属机构", "资格证书", "证书有效期"], rows))
        (ui::pager(&PageInfo::new(asked.base(), page, SIZE, total)))
    };
    let mut page = Page::new(&cx, "从业人员").source(KEPT);
    if cx.may(WRITE) {
        page = page.actions(ui::link_button("/staff/new", "新增人员", Tone::Primary));
    }
    Ok(page.body(body))
}

fn filters(asked: &Asked, homes: &Choice) -> Markup {
    let mut posts = vec![("", "全部岗位")];
    posts.extend(Post::options());
    let body = html! {
        (ui::field("姓名或身份证后四位", "name", asked.name.clone().unwrap_or_default(), Field::search()))
        (ui::select("岗位", "post", &posts, asked.post.map(Post::code).unwrap_or_default()))
        (ui::select("所属机构", "institution", &choice(homes, "全部机构"), asked.institution.as_deref().unwrap_or_default()))
        (ui::checkbox("只看证书到期的", "ending", asked.ending))
    };
    ui::filters("/staff", body)
}

fn choice(homes: &Choice, first: &str) -> Vec<(String, String)> {
    let all = homes.iter().map(|(id, name)| (id.to_string(), name.clone()));
    [(String::new(), first.to_owned())].into_iter().chain(all).collect()
}

fn parse(id: &str) -> Result<StaffId, Error> {
    StaffId::parse(id).ok_or(Error::NotFound)
}

pub(super) async fn show(cx: Cx, Path(id): Path<String>) -> Result<Markup, Error> {
    let id = parse(&id)?;
    let (one, home) = cx
        .read(move |tx, by| {
            let one = store::find(tx, by, id)?;
            let home = institutions::store::name(tx, one.facts.institution)?;
            Ok::<_, Error>((one, home))
        })
        .await?;
    let f = &one.facts;
    let whole = cx.may(WRITE);
    let phone = f.phone.as_deref().map(|p| if whole { p.to_owned() } else { kernel::text::mask_phone(p) });
    let body = ui::card(
        "",
        ui::facts(&[
            ("身份证号", ui::text(&one.id_masked)),
            ("岗位", ui::text(f.post)),
            ("所属机构", ui::link(&format!("/institutions/{}", f.institution), home)),
            ("联系电话", ui::opt(phone)),
            ("资格证书", ui::opt(f.qualification.as_deref())),
            ("证书编号", ui::opt(f.certificate_no.as_deref())),
            ("证书有效期", paper(f.certificate_until, cx.today())),
        ]),
    );
    let mut page = Page::new(&cx, &f.name).crumb("从业人员", "/staff");
    if whole {
        page = page.actions(ui::link_button(&format!("/staff/{id}/edit"), "修改", Tone::Primary));
    }
    Ok(page.source("人员名册（导入或人工维护）。身份证号、联系电话加密保存。").body(body))
}

pub(super) async fn blank(cx: Cx) -> Result<Markup, Error> {
    let homes = cx.read(|tx, by| institutions::store::options(tx, by, &[])).await?;
    let body = html! {
        (ui::field("身份证号", "citizen", "", Field::text().required().limit(18).autocomplete("off").focus()))
        (fields(None, &homes))
        (ui::submit("保存"))
    };
    Ok(Page::new(&cx, "新增人员")
        .crumb("从业人员", "/staff")
        .source(KEPT)
        .body(ui::card("", ui::form(&cx, "/staff", body))))
}

pub(super) async fn edit(cx: Cx, Path(id): Path<String>) -> Result<Markup, Error> {
    let id = parse(&id)?;
    let read = move |tx: &mut db::Tx<'_>, by: &db::Actor| {
        Ok::<_, Error>((store::find(tx, by, id)?, institutions::store::options(tx, by, &[])?))
    };
    let (one, homes): (Staff, Choice) = cx.read(read).await?;
    let url = format!("/staff/{id}");
    let body = html! {
        (ui::field("身份证号", "citizen", &one.id_masked, Field::text().readonly()))
        (fields(Some(&one.facts), &homes))
        (ui::submit("保存"))
    };
    let page = Page::new(&cx, "修改人员").crumb("从业人员", "/staff").crumb(&one.facts.name, &url);
    Ok(page.source(KEPT).body(ui::card("", ui::form(&cx, &url, body))))
}

fn fields(f: Option<&StaffFacts>, homes: &Choice) -> Markup {
    let text = |get: fn(&StaffFacts) -> Option<&str>| f.and_then(get).unwrap_or_default().to_owned();
    let home = f.map(|f| f.institution.to_string()).unwrap_or_default();
    html! {
        (ui::form_row(&[
            ui::field("姓名", "name", text(|f| Some(&f.name)), Field::text().required().limit(50)),
            ui::select("岗位", "post", &Post::options(), f.map(|f| f.post.code()).unwrap_or_default()),
            ui::field("联系电话", "phone", text(|f| f.phone.as_deref()), Field::phone().limit(30)),
        ]))
        (ui::select_with("所属机构", "institution", &choice(homes, "请选择"), &home, Field::default().required()))
        (ui::form_row(&[
            ui::field("资格证书", "qualification", text(|f| f.qualification.as_deref()), Field::text().limit(60)),
            ui::field("证书编号", "certificate_no", text(|f| f.certificate_no.as_deref()), Field::text().limit(60)),
            ui::date("证书有效期至", "certificate_until", f.and_then(|f| f.certificate_until)),
        ]))
    }
}

#[derive(Deserialize)]
pub(super) struct Filled {
    citizen: String,
    name: String,
    institution: String,
    post: Post,
    qualification: Option<String>,
    certificate_no: Option<String>,
    certificate_until: Option<Date>,
    phone: Option<String>,
}

impl Filled {
    fn facts(&self) -> Result<StaffFacts, Error> {
        let clean = |text: &Option<String>| text.as_deref().map(kernel::text::clean).filter(|t| !t.is_empty());
        let institution = InstitutionId::parse(&self.institution);
        Ok(StaffFacts {
            name: kernel::text::clean(&self.name),
            institution: institution.ok_or_else(|| Error::field("institution", "所属机构", "请选择机构"))?,
            post: self.post,
            qualification: clean(&self.qualification),
            certificate_no: clean(&self.certificate_no),
            certificate_until: self.certificate_until,
            phone: clean(&self.phone),
        })
    }
}

pub(super) async fn create(cx: Cx, Form(form): Form<Filled>) -> Result<Response, Error> {
    let citizen = CitizenNumber::parse(&kernel::text::clean(&form.citizen), cx.today());
    let citizen = citizen.map_err(|e| Error::field("citizen", "身份证号", e.to_string()))?;
    let new = NewStaff { citizen, facts: form.facts()? };
    let id = cx
        .write(move |tx, by| {
            if store::by_citizen(tx, &new.citizen)?.is_some() {
                return Err(Error::Conflict("已有这个身份证号的人员，请在名册中查找后修改".into()));
            }
            Ok(store::save(tx, by, &new)?.0)
        })
        .await?;
    Ok(web::see_with(&format!("/staff/{id}"), "人员已保存"))
}

pub(super) async fn update(cx: Cx, Path(id): Path<String>, Form(form): Form<Filled>) -> Result<Response, Error> {
    let (id, facts) = (parse(&id)?, form.facts()?);
    cx.write(move |tx, by| store::update(tx, by, id, &facts)).await?;
    Ok(web::see_with(&format!("/staff/{id}"), "人员已保存"))
}
