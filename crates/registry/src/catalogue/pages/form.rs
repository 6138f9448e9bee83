//! Writing an item, and changing a draft.

use super::super::model::{Kind, NewItem, Provider, State};
use super::super::store;
use super::{SOURCE, parse};
use crate::areas::Names;
use crate::institutions;
use axum::extract::Path;
use axum::response::Response;
use kernel::{Area, Date, Fen, InstitutionId};
use serde::Deserialize;
use web::ui::{self, Field};
use web::{Cx, Error, Form, Markup, Page, html};

/// Institutions that may be chosen: one's own, or all in sight.
type Places = Vec<(InstitutionId, String)>;

async fn places(cx: &Cx) -> Result<(Places, Vec<(String, String)>), Error> {
    let (names, own, top) = (cx.state.get::<Names>(), cx.user.institution, cx.user.scope.area);
    let (mut places, names) =
        cx.read(move |tx, by| Ok::<_, Error>((institutions::store::options(tx, by, &[])?, names.at(tx)?))).await?;
    if let Some(own) = own {
        places.retain(|(id, _)| *id == own);
    }
    let mut areas = vec![(top.to_string(), names.path(top))];
    areas.extend(names.choices(top, None).into_iter().filter(|(code, _)| !code.is_empty()));
    Ok((places, areas))
}

pub(in super::super) async fn blank(cx: Cx) -> Result<Markup, Error> {
    let (places, areas) = places(&cx).await?;
    let body = html! { (fields(&cx, None, (&places, &areas))) (ui::submit("存为草稿")) };
    let page = Page::new(&cx, "登记产品或服务").crumb("服务与用品目录", "/catalogue");
    Ok(page.source(SOURCE).body(ui::card("", ui::form(&cx, "/catalogue", body))))
}

pub(in super::super) async fn edit(cx: Cx, Path(id): Path<String>) -> Result<Markup, Error> {
    let id = parse(&id)?;
    let item = cx.read(move |tx, by| store::find(tx, by, id)).await?;
    if !cx.user.scope.area.contains(item.facts.area) {
        return Err(Error::NotFound);
    }
    if item.state != State::Draft {
        return Err(Error::Conflict(format!("这个条目{}，只有草稿可以修改；已上架的请用“调价”", item.state)));
    }
    let (places, areas) = places(&cx).await?;
    let body = html! {
        (ui::hidden("version", item.version.to_string()))
        (fields(&cx, Some(&item.facts), (&places, &areas)))
        (ui::submit("保存草稿"))
    };
    let page = Page::new(&cx, "修改草稿").crumb("服务与用品目录", "/catalogue").crumb(&item.facts.name, &item.href());
    Ok(page.source(SOURCE).body(ui::card("", ui::form(&cx, &item.href(), body))))
}

fn fields(cx: &Cx, old: Option<&NewItem>, (places, areas): (&Places, &[(String, String)])) -> Markup {
    let text = |get: fn(&NewItem) -> &str| old.map(get).unwrap_or_default().to_owned();
    let price = old.and_then(|o| o.price).map(Fen::plain).unwrap_or_default();
    let area = old.map_or_else(|| cx.user.scope.area.to_string(), |o| o.area.to_string());
    html! {
        (ui::form_row(&[
            ui::select("类别", "kind", &Kind::options(), old.map(|o| o.kind.code()).unwrap_or_default()),
            ui::field("名称", "name", text(|o| &o.name), Field::text().required().limit(60)),
        ]))
        (ui::textarea("内容说明", "what", text(|o| &o.what), Field::text().limit(500).hint("是什么、适合谁、怎样提供；服务写明时长和内容")))
        (provider(cx, old, places))
        (ui::form_row(&[
            ui::field("联系电话", "phone", text(|o| &o.phone), Field::phone().limit(30)),
            ui::field("证件编号", "paper", text(|o| &o.paper), Field::text().limit(60).hint("类别要求的许可证、备案号；不要求的不填")),
        ]))
        (ui::form_row(&[
            ui::field("价格（元）", "price", price, Field::text().limit(12).hint("免费的填 0；没有定价的先不填，定价后才能上架")),
            ui::field("计价单位", "unit", text(|o| &o.unit), Field::text().required().limit(10).hint("如 次、小时、台、月")),
        ]))
        (ui::form_row(&[
            ui::select("服务区划", "area", areas, &area),
            ui::date_with("开始日期", "valid_from", old.map(|o| o.from).or(Some(cx.today())), Field::date().required()),
            ui::date_with("有效期至", "valid_until", old.and_then(|o| o.until), Field::date().hint("长期的不填")),
        ]))
    }
}

fn provider(cx: &Cx, old: Option<&NewItem>, places: &Places) -> Markup {
    let chosen = match old.map(|o| &o.provider) {
        Some(Provider::Institution(id)) => id.to_string(),
        _ => cx.user.institution.filter(|_| old.is_none()).map(|id| id.to_string()).unwrap_or_default(),
    };
    let (name, code) = match old.map(|o| &o.provider) {
        Some(Provider::Other { name, credit_code }) => (name.as_str(), credit_code.as_str()),
        _ => ("", ""),
    };
    let outside = cx.user.institution.is_none();
    let mut options: Vec<(String, &str)> = places.iter().map(|(id, name)| (id.to_string(), name.as_str())).collect();
    if outside {
        options.insert(0, (String::new(), "名册以外的提供方（填写下面两项）"));
    }
    html! {
        (ui::select("提供机构", "institution", &options, &chosen))
        @if outside {
            (ui::form_row(&[
                ui::field("名册以外的提供方名称", "provider_name", name, Field::text().limit(100)),
                ui::field("统一社会信用代码", "credit_code", code, Field::text().limit(18)),
            ]))
        }
    }
}

#[derive(Deserialize)]
pub(in super::super) struct Filled {
    kind: Kind,
    name: String,
    what: Option<String>,
    institution: Option<String>,
    provider_name: Option<String>,
    credit_code: Option<String>,
    phone: Option<String>,
    paper: Option<String>,
    price: Option<String>,
    unit: String,
    area: String,
    valid_from: Date,
    valid_until: Option<Date>,
    version: Option<i64>,
}

/// Days with years of four digits: others the store could not keep in order.
fn plain(day: Date, field: &'static str, label: &'static str) -> Result<Date, Error> {
    if kernel::time::in_four_digits(day) { Ok(day) } else { Err(Error::field(field, label, "年份应为四位数")) }
}

impl Filled {
    fn read(self) -> Result<NewItem, Error> {
        let area = Area::parse(&kernel::text::clean(&self.area));
        let price = self.price.as_deref().map(|text| {
            Fen::parse_yuan(text).ok_or_else(|| Error::field("price", "价格", "请填写金额，如 60 或 60.50"))
        });
        let provider = match self.institution {
            Some(id) => Provider::Institution(
                InstitutionId::parse(&id).ok_or_else(|| Error::field("institution", "提供机构", "请从列表中选择"))?,
            ),
            None => Provider::Other {
                name: self.provider_name.unwrap_or_default(),
                credit_code: self.credit_code.unwrap_or_default(),
            },
        };
        Ok(NewItem {
            kind: self.kind,
            name: self.name,
            what: self.what.unwrap_or_default(),
            provider,
            phone: self.phone.unwrap_or_default(),
            paper: self.paper.unwrap_or_default(),
            area: area.map_err(|e| Error::field("area", "服务区划", e.to_string()))?,
            price: price.transpose()?,
            unit: self.unit,
            from: plain(self.valid_from, "valid_from", "开始日期")?,
            until: self.valid_until.map(|day| plain(day, "valid_until", "有效期至")).transpose()?,
        })
    }
}

pub(in super::super) async fn create(cx: Cx, Form(form): Form<Filled>) -> Result<Response, Error> {
    let new = form.read()?;
    let id = cx.write(move |tx, by| store::create(tx, by, new)).await?;
    Ok(web::see_with(&format!("/catalogue/{id}"), "已存为草稿，核对后请提交审核"))
}

pub(in super::super) async fn update(
    cx: Cx,
    Path(id): Path<String>,
    Form(form): Form<Filled>,
) -> Result<Response, Error> {
    let (id, version) = (parse(&id)?, form.version.unwrap_or_default());
    let new = form.read()?;
    cx.write(move |tx, by| store::update(tx, by, id, version, new)).await?;
    Ok(web::see_with(&format!("/catalogue/{id}"), "草稿已保存"))
}
