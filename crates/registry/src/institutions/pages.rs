//! Pages of institutions: the list, one institution, its form.

use super::model::{
    Institution, Kind, MedicalUnit, NewInstitution, Ownership, Profit, Validity, WARNING_DAYS, check,
    has_medical_function, medical_facts, validity,
};
use super::store::{self, Filter};
use super::{READ, WRITE};
use crate::areas::Names;
use crate::staff;
use axum::extract::Path;
use axum::response::Response;
use kernel::{Area, CreditCode, Date, InstitutionId};
use serde::Deserialize;
use web::ui::{self, Field, PageInfo, Tone};
use web::{Cx, Error, Form, Markup, Page, Query, html};

/// Rows on a page of the list.
const SIZE: i64 = 50;
/// Where the entries come from.
const KEPT: &str = "机构名册由导入或本页维护；床位数为机构申报数。";

#[derive(Deserialize)]
pub(super) struct Asked {
    name: Option<String>,
    kind: Option<Kind>,
    area: Option<String>,
    #[serde(default)]
    ending: bool,
    #[serde(default)]
    page: i64,
}

impl Asked {
    fn filter(&self) -> Result<Filter, Error> {
        let area = self.area.as_deref().map(Area::parse).transpose();
        Ok(Filter {
            kinds: self.kind.into_iter().collect(),
            area: area.map_err(|e| Error::field("area", "区划代码", e.to_string()))?,
            name: self.name.as_deref().map(kernel::text::clean),
        })
    }

    fn base(&self) -> String {
        let mut pairs = Vec::new();
        pairs.extend(self.name.as_deref().map(|name| format!("name={}", encode(name))));
        pairs.extend(self.kind.map(|kind| format!("kind={}", kind.code())));
        pairs.extend(self.area.as_deref().map(|area| format!("area={}", encode(area))));
        format!("/institutions?{}", pairs.join("&"))
    }
}

/// A text for a query string.
pub(crate) fn encode(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    text.bytes().map(|b| if plain(b) { (b as char).to_string() } else { format!("%{b:02X}") }).collect()
}

pub(super) async fn list(cx: Cx, Query(asked): Query<Asked>) -> Result<Markup, Error> {
    let (filter, ending, today) = (asked.filter()?, asked.ending, cx.today());
    let (names, page) = (cx.state.get::<Names>(), asked.page.max(1));
    let (all, (total, beds, nursing), names) = cx
        .read(move |tx, by| {
            let names = names.at(tx)?;
            if ending {
                let all = store::ending(tx, by, today + chrono::TimeDelta::days(WARNING_DAYS))?;
                let total = all.len() as i64;
                return Ok::<_, Error>((all, (total, 0, 0), names));
            }
            let all = store::list(tx, by, &filter, SIZE, (page - 1) * SIZE)?;
            Ok((all, store::totals(tx, by, &filter)?, names))
        })
        .await?;
    let rows = all.iter().map(|one| row(one, today, &names.path(one.facts.area)));
    let body = html! {
        (filters(&asked))
        @if ending { p { "许可证或签约已到期、或 " (WARNING_DAYS) " 天内到期的机构。" } }
        @else { p.text-secondary { "共 " (total) " 家机构，养老床位 " (beds) " 张，其中护理型 " (nursing) " 张。" } }
        (ui::table(&["机构名称", "类型", "所有制", "所在区划", ">养老床位", ">护理型", "内设医疗机构", "许可证"], rows))
        @if !ending { (ui::pager(&PageInfo::new(asked.base(), page, SIZE, total))) }
    };
    let mut page = Page::new(&cx, "机构").source(KEPT);
    if cx.may(WRITE) {
        page = page.actions(ui::link_button("/institutions/new", "新增机构", Tone::Primary));
    }
    Ok(page.body(body))
}

fn filters(asked: &Asked) -> Markup {
    let mut kinds = vec![("", "全部类型")];
    kinds.extend(Kind::options());
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let body = html! {
        (ui::field("名称或信用代码", "name", text(&asked.name), Field::search()))
        (ui::select("类型", "kind", &kinds, asked.kind.map(Kind::code).unwrap_or_default()))
        (ui::field("区划代码", "area", text(&asked.area), Field::text().placeholder("6、9 或 12 位")))
    };
    ui::filters("/institutions", body)
}

fn row(one: &Institution, today: Date, place: &str) -> Vec<Markup> {
    let f = &one.facts;
    vec![
        ui::row_link(&format!("/institutions/{}", one.id), &f.name),
        ui::text(f.kind),
        ui::opt(f.ownership),
        ui::text(place),
        ui::opt(f.beds),
        ui::opt(f.nursing_beds),
        ui::opt(f.medical_unit),
        paper(f.licence_until, today),
    ]
}

/// How a dated paper stands, as a badge with its last day.
pub(crate) fn paper(until: Option<Date>, today: Date) -> Markup {
    let (tone, text) = match validity(until, today) {
        Validity::Unknown => return ui::opt(None::<String>),
        Validity::Valid => (Tone::Success, "有效".to_owned()),
        Validity::Ending(days) => (Tone::Warning, format!("还有 {days} 天到期")),
        Validity::Ended(days) => (Tone::Danger, format!("已过期 {days} 天")),
    };
    html! { (ui::badge(tone, text)) @if let Some(day) = until { " " span.text-secondary { "至 " (day) } } }
}

fn parse(id: &str) -> Result<InstitutionId, Error> {
    InstitutionId::parse(id).ok_or(Error::NotFound)
}

pub(super) async fn show(cx: Cx, Path(id): Path<String>) -> Result<Markup, Error> {
    let (id, names, sees_staff) = (parse(&id)?, cx.state.get::<Names>(), cx.may(staff::READ));
    let (one, people, names, partner, agreed) = cx
        .read(move |tx, by| {
            let one = store::find(tx, by, id)?;
            let filter = staff::store::Filter { institution: Some(id), ..Default::default() };
            let people = if sees_staff { staff::store::list(tx, by, &filter, 500, 0)? } else { Vec::new() };
            let partner = one.facts.partner_code.as_deref().and_then(|code| CreditCode::parse(code).ok());
            let partner = partner.map(|code| store::by_credit_code(tx, &code)).transpose()?.flatten();
            let partner = partner.map(|id| store::name(tx, id)).transpose()?;
            let agreed = store::partner_agreement(tx, id)?.is_some();
            Ok::<_, Error>((one, people, names.at(tx)?, partner, agreed))
        })
        .await?;
    let today = cx.today();
    let body = html! {
        (ui::card("基本情况", about(&one, &names.path(one.facts.area))))
        (ui::columns(&[ui::card("床位", beds(&one)), ui::card("许可与签约", papers(&one, (partner.as_deref(), agreed), today))]))
        (medical(&cx, &one))
        @if sees_staff { (ui::card(&format!("从业人员（{}）", people.len()), staff_table(&people, today))) }
    };
    let mut page = Page::new(&cx, &one.facts.name).crumb("机构", "/institutions");
    if cx.may(WRITE) {
        page = page.actions(ui::link_button(&format!("/institutions/{id}/edit"), "修改", Tone::Primary));
    }
    Ok(page.source("机构名册（导入或人工维护）；医疗功能要求按政策文件的规则表判定，见“依据”。").body(body))
}

fn about(one: &Institution, place: &str) -> Markup {
    let f = &one.facts;
    let position = f.lon.zip(f.lat).map(|(lon, lat)| format!("{lon:.5}, {lat:.5}"));
    ui::facts(&[
        ("统一社会信用代码", html! { span.yy-code { (f.credit_code.as_str()) } }),
        ("类型", ui::text(f.kind)),
        ("所有制", ui::opt(f.ownership)),
        ("营利性质", ui::opt(f.profit)),
        ("所在区划", ui::text(place)),
        ("详细地址", ui::opt(f.address.as_deref())),
        ("经纬度", ui::opt(position)),
        ("联系电话", ui::opt(f.phone.as_deref())),
        ("开业日期", ui::opt(f.opened_on)),
        ("医院等级", ui::opt(f.hospital_level.as_deref())),
    ])
}

fn beds(one: &Institution) -> Markup {
    let f = &one.facts;
    let share =
        f.beds.filter(|all| *all > 0).zip(f.nursing_beds).map(|(all, nursing)| kernel::Bp(nursing * 10_000 / all));
    ui::facts(&[
        ("养老床位", ui::opt(f.beds)),
        ("护理型床位", ui::opt(f.nursing_beds)),
        ("护理型占比", ui::opt(share)),
        ("医疗床位", ui::opt(f.medical_beds)),
    ])
}

fn papers(one: &Institution, (partner, agreed): (Option<&str>, bool), today: Date) -> Markup {
    let f = &one.facts;
    let with = partner.or(f.partner_code.as_deref());
    ui::facts(&[
        ("执业许可证号", ui::opt(f.licence_no.as_deref())),
        ("许可证有效期", paper(f.licence_until, today)),
        ("内设医疗机构", ui::opt(f.medical_unit)),
        ("签约医疗机构", html! { (ui::opt(with)) @if agreed { " " span.text-secondary { "（以合作协议为准）" } } }),
        ("签约有效期", paper(f.partner_until, today)),
    ])
}

fn medical(cx: &Cx, one: &Institution) -> Markup {
    let homes = [Kind::ElderCareInstitution, Kind::WelfareHome, Kind::RuralElderHome];
    if !homes.contains(&one.facts.kind) {
        return html! {};
    }
    let (library, facts) = (&cx.state.policies, medical_facts(&one.facts));
    let decision = library.decide("required_medical_function", one.facts.area, cx.today(), &facts);
    let word = |list: &str, code: &str| library.label(list, code).unwrap_or(code).to_owned();
    let any_of =
        decision.set("any_of").map(|set| set.iter().map(|code| word("medical unit", code)).collect::<Vec<_>>());
    let state = match has_medical_function(&one.facts, &decision, cx.today()) {
        Some(true) => ui::badge(Tone::Success, "已具备"),
        Some(false) if decision.text("duty") == Some("must") => ui::badge(Tone::Danger, "未达到要求"),
        Some(false) => ui::badge(Tone::Warning, "尚未具备"),
        None => ui::badge(Tone::Neutral, "无法判定"),
    };
    let body = html! {
        @if let Some(any_of) = any_of {
            p { (decision.text("duty").map(|duty| word("duty", duty)).unwrap_or_default()) "设置：" (any_of.join("或"))
                @if decision.bool("or_agreement") == Some(true) { "，也可与医疗机构签约合作" } " " (state) }
        }
        (ui::because(library, &decision))
    };
    ui::card("应有的医疗功能", body)
}

fn staff_table(people: &[staff::Staff], today: Date) -> Markup {
    let rows = people.iter().map(|one| {
        let f = &one.facts;
        vec![
            ui::row_link(&format!("/staff/{}", one.id), &f.name),
            ui::text(f.post),
            ui::opt(f.qualification.as_deref()),
            paper(f.certificate_until, today),
        ]
    });
    ui::table_or(&["姓名", "岗位", "资格证书", "证书有效期"], rows, ui::empty("还没有登记从业人员", None))
}

/// What another page knows already, so that nobody types it twice.
#[derive(Deserialize)]
pub(super) struct Given {
    credit_code: Option<String>,
    name: Option<String>,
    kind: Option<Kind>,
    ownership: Option<Ownership>,
    area: Option<String>,
    address: Option<String>,
    phone: Option<String>,
    beds: Option<i64>,
    medical_beds: Option<i64>,
    medical_unit: Option<MedicalUnit>,
}

impl Given {
    /// The institution that it is enough for.
    fn facts(&self) -> Option<NewInstitution> {
        Some(NewInstitution {
            credit_code: CreditCode::parse(&kernel::text::clean(self.credit_code.as_deref()?).to_ascii_uppercase())
                .ok()?,
            name: self.name.clone()?,
            kind: self.kind?,
            ownership: self.ownership,
            profit: None,
            area: Area::parse(self.area.as_deref()?).ok()?,
            address: self.address.clone(),
            lon: None,
            lat: None,
            phone: self.phone.clone(),
            beds: self.beds,
            nursing_beds: None,
            medical_beds: self.medical_beds,
            medical_unit: self.medical_unit,
            partner_code: None,
            partner_until: None,
            licence_no: None,
            licence_until: None,
            opened_on: None,
            hospital_level: None,
        })
    }
}

pub(super) async fn blank(cx: Cx, Query(given): Query<Given>) -> Result<Markup, Error> {
    let facts = given.facts();
    let code = given.credit_code.unwrap_or_default();
    let body = html! {
        (ui::field("统一社会信用代码", "credit_code", code, Field::text().required().limit(18).focus()))
        (fields(facts.as_ref(), &cx.user.scope.area.short(), false))
        (ui::submit("保存"))
    };
    Ok(Page::new(&cx, "新增机构")
        .crumb("机构", "/institutions")
        .source(KEPT)
        .body(ui::card("", ui::form(&cx, "/institutions", body))))
}

pub(super) async fn edit(cx: Cx, Path(id): Path<String>, Query(given): Query<Given>) -> Result<Markup, Error> {
    let id = parse(&id)?;
    let read = move |tx: &mut db::Tx<'_>, by: &db::Actor| {
        Ok::<_, Error>((store::find(tx, by, id)?, store::partner_agreement(tx, id)?))
    };
    let (mut one, agreement) = cx.read(read).await?;
    one.facts.medical_unit = given.medical_unit.or(one.facts.medical_unit);
    let url = format!("/institutions/{id}");
    let body = html! {
        (ui::field("统一社会信用代码", "credit_code", one.facts.credit_code.as_str(), Field::text().readonly()))
        (fields(Some(&one.facts), "", agreement.is_some()))
        (ui::submit("保存"))
    };
    let page = Page::new(&cx, "修改机构").crumb("机构", "/institutions").crumb(&one.facts.name, &url);
    Ok(page.source(KEPT).body(ui::card("", ui::form(&cx, &url, body))))
}

/// With `agreed` the partner follows from an agreement and cannot be typed.
fn fields(f: Option<&NewInstitution>, area: &str, agreed: bool) -> Markup {
    let partner = |field: Field| {
        if agreed { field.readonly().hint("以合作协议为准，请在合作协议中办理") } else { field }
    };
    let text = |get: fn(&NewInstitution) -> Option<&str>| f.and_then(get).unwrap_or_default().to_owned();
    let degrees = |get: fn(&NewInstitution) -> Option<f64>| f.and_then(get).map(|d| d.to_string()).unwrap_or_default();
    let code = f.map_or_else(|| area.to_owned(), |f| f.area.to_string());
    html! {
        (ui::field("机构名称", "name", text(|f| Some(&f.name)), Field::text().required().limit(80)))
        (ui::form_row(&[
            ui::select("机构类型", "kind", &Kind::options(), f.map(|f| f.kind.code()).unwrap_or_default()),
            ui::select("所有制", "ownership", &or_blank(Ownership::options()), f.and_then(|f| f.ownership).map_or("", Ownership::code)),
            ui::select("营利性质", "profit", &or_blank(Profit::options()), f.and_then(|f| f.profit).map_or("", Profit::code)),
        ]))
        (ui::form_row(&[
            ui::field("区划代码", "area", code, Field::text().required().hint("所在街道、镇或村居的代码，9 或 12 位")),
            ui::field("详细地址", "address", text(|f| f.address.as_deref()), Field::text().limit(120)),
            ui::field("联系电话", "phone", text(|f| f.phone.as_deref()), Field::phone().limit(30)),
        ]))
        (ui::form_row(&[
            ui::field("经度", "lon", degrees(|f| f.lon), Field::number().step("any")),
            ui::field("纬度", "lat", degrees(|f| f.lat), Field::number().step("any")),
            ui::date("开业日期", "opened_on", f.and_then(|f| f.opened_on)),
        ]))
        (ui::form_row(&[
            ui::number("养老床位数", "beds", f.and_then(|f| f.beds), Field::number().min(0)),
            ui::number("护理型床位数", "nursing_beds", f.and_then(|f| f.nursing_beds), Field::number().min(0)),
            ui::number("医疗床位数", "medical_beds", f.and_then(|f| f.medical_beds), Field::number().min(0)),
        ]))
        (ui::form_row(&[
            ui::select("内设医疗机构", "medical_unit", &or_blank(MedicalUnit::options()), f.and_then(|f| f.medical_unit).map_or("", MedicalUnit::code)),
            ui::field("签约医疗机构信用代码", "partner_code", text(|f| f.partner_code.as_deref()), partner(Field::text().limit(18))),
            ui::date_with("签约有效期至", "partner_until", f.and_then(|f| f.partner_until), partner(Field::date())),
        ]))
        (ui::form_row(&[
            ui::field("执业许可证号", "licence_no", text(|f| f.licence_no.as_deref()), Field::text().limit(60)),
            ui::date("许可证有效期至", "licence_until", f.and_then(|f| f.licence_until)),
            ui::field("医院等级", "hospital_level", text(|f| f.hospital_level.as_deref()), Field::text().limit(20)),
        ]))
    }
}

fn or_blank(options: Vec<(&'static str, &'static str)>) -> Vec<(&'static str, &'static str)> {
    [("", "未填写")].into_iter().chain(options).collect()
}

#[derive(Deserialize)]
pub(super) struct Filled {
    credit_code: String,
    name: String,
    kind: Kind,
    ownership: Option<Ownership>,
    profit: Option<Profit>,
    area: String,
    address: Option<String>,
    lon: Option<f64>,
    lat: Option<f64>,
    phone: Option<String>,
    beds: Option<i64>,
    nursing_beds: Option<i64>,
    medical_beds: Option<i64>,
    medical_unit: Option<MedicalUnit>,
    partner_code: Option<String>,
    partner_until: Option<Date>,
    licence_no: Option<String>,
    licence_until: Option<Date>,
    opened_on: Option<Date>,
    hospital_level: Option<String>,
}

impl Filled {
    /// The institution that was filled in, or all that is wrong with it.
    fn read(self, today: Date) -> Result<NewInstitution, Error> {
        let clean = |text: Option<String>| text.map(|t| kernel::text::clean(&t)).filter(|t| !t.is_empty());
        let code = CreditCode::parse(&kernel::text::clean(&self.credit_code));
        let area = Area::parse(&kernel::text::clean(&self.area));
        let new = NewInstitution {
            credit_code: code.map_err(|e| Error::field("credit_code", "统一社会信用代码", e.to_string()))?,
            name: kernel::text::clean(&self.name),
            kind: self.kind,
            ownership: self.ownership,
            profit: self.profit,
            area: area.map_err(|e| Error::field("area", "区划代码", e.to_string()))?,
            address: clean(self.address),
            lon: self.lon,
            lat: self.lat,
            phone: clean(self.phone),
            beds: self.beds,
            nursing_beds: self.nursing_beds,
            medical_beds: self.medical_beds,
            medical_unit: self.medical_unit,
            partner_code: clean(self.partner_code).map(|code| code.to_ascii_uppercase()),
            partner_until: self.partner_until,
            licence_no: clean(self.licence_no),
            licence_until: self.licence_until,
            opened_on: self.opened_on,
            hospital_level: clean(self.hospital_level),
        };
        let wrong = check(&new, today);
        if wrong.is_empty() { Ok(new) } else { Err(Error::Invalid(wrong)) }
    }
}

pub(super) async fn create(cx: Cx, Form(form): Form<Filled>) -> Result<Response, Error> {
    let new = form.read(cx.today())?;
    let id = cx
        .write(move |tx, by| {
            if store::by_credit_code(tx, &new.credit_code)?.is_some() {
                return Err(Error::Conflict("已有这个信用代码的机构，请在名册中查找后修改".into()));
            }
            Ok(store::save(tx, by, &new)?.0)
        })
        .await?;
    Ok(web::see_with(&format!("/institutions/{id}"), "机构已保存"))
}

pub(super) async fn update(cx: Cx, Path(id): Path<String>, Form(form): Form<Filled>) -> Result<Response, Error> {
    let (id, new) = (parse(&id)?, form.read(cx.today())?);
    cx.write(move |tx, by| store::update(tx, by, id, &new)).await?;
    let url = if cx.may(READ) { format!("/institutions/{id}") } else { "/".into() };
    Ok(web::see_with(&url, "机构已保存"))
}
