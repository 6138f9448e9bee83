//! Pages of the catalogue: the list and its sheet, prices beside each other, one item, its form.

pub(super) mod case;
pub(super) mod compare;
pub(super) mod form;
pub(super) mod list;

use kernel::CatalogueId;
use web::{Error, Markup, ui};

/// Where what the pages show comes from.
const SOURCE: &str = "产品和服务由提供机构或经办登记，监管人员审核后上架；价格由提供方填写，每次变动留存。类别和应有的证件见政策文件“目录”一项。";

fn parse(id: &str) -> Result<CatalogueId, Error> {
    CatalogueId::parse(id).ok_or(Error::NotFound)
}

/// `¥60.00／小时`.
fn price(item: &super::Item) -> Markup {
    match item.facts.price {
        Some(amount) => web::html! { (ui::money(amount)) "／" (item.facts.unit) },
        None => ui::muted("未定价"),
    }
}

/// `2026-11-01 起，至 2027-10-31`.
fn days(item: &super::Item) -> String {
    match item.facts.until {
        Some(last) => format!("{} 至 {last}", item.facts.from),
        None => format!("{} 起", item.facts.from),
    }
}
