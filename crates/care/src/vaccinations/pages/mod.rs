//! Pages of vaccination: who is due, coverage, lots, an elder's doses.

pub(super) mod dose;
pub(super) mod lists;
pub(super) mod lots;

use super::model::Vaccine;
use web::{Markup, ui};

/// Where what the pages show comes from.
const SOURCE: &str = "接种由本平台登记；是否该种、能不能种按接种间隔和接种前询问的规则表判定，须由接种单位核对。";

fn tabs(here: &str) -> Markup {
    let all = [
        ("/vaccinations", "应种名单"),
        ("/vaccinations/coverage", "各地覆盖"),
        ("/vaccinations/season", "流感接种季"),
        ("/vaccinations/lots", "疫苗批次"),
    ];
    ui::tabs(&all.map(|(href, text)| (href, text, href == here)))
}

fn chosen(text: Option<&str>) -> Vaccine {
    text.and_then(Vaccine::parse).unwrap_or(Vaccine::Influenza)
}
