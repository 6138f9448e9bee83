//! Pages of agreements: the list, a draft, one agreement, the sheet to print, the proposal for a county.

pub(super) mod case;
pub(super) mod draft;
pub(super) mod list;
pub(super) mod map;
pub(super) mod pairs;
pub(super) mod print;

use super::model::{Agreement, Terms};
use kernel::AgreementId;
use web::ui;
use web::{Error, Markup};

/// Where what the pages show comes from.
const SOURCE: &str = "合作协议、巡诊和转诊由本平台登记；协议生效、到期或终止时，机构名册的签约医疗机构随之改变。";

fn parse(id: &str) -> Result<AgreementId, Error> {
    AgreementId::parse(id).ok_or(Error::NotFound)
}

/// The first and the last day, as the paper says them.
fn span(a: &Agreement) -> String {
    let show = |day: Option<kernel::Date>| day.map(ui::date_zh).unwrap_or_default();
    match a.from {
        Some(_) => format!("{} 至 {}", show(a.from), show(a.last_day())),
        None => format!("签署后 {} 个月", a.terms.months),
    }
}

fn services(terms: &Terms) -> String {
    terms.items.iter().map(|item| item.name()).collect::<Vec<_>>().join("、")
}

fn terms_facts(terms: &Terms) -> Vec<(&'static str, Markup)> {
    vec![
        ("服务清单", ui::opt(Some(services(terms)))),
        ("补充约定", ui::opt(Some(&terms.note))),
        ("每周巡诊", ui::text(format!("{} 次", terms.rounds_per_week))),
        ("绿色通道答复", ui::opt(terms.green_minutes.map(|minutes| format!("{minutes} 分钟内")))),
    ]
}

/// `3.4 公里`.
fn kilometres(metres: i64) -> String {
    format!("{}.{} 公里", metres / 1000, metres % 1000 / 100)
}
