//! The shared parts of a record: read for those to whom they were shared, and shown.

use super::Part;
use crate::chart::banner;
use crate::chart::model::Latest;
use crate::{chart, contracts, records, stays};
use db::{Actor, Scope, Tx};
use kernel::{Date, ElderId};
use registry::elders::{Chronic, Elder, Facts};
use web::ui;
use web::{Error, Markup, html};

/// What was read of the record; none for a part that is not shared.
pub struct Shared {
    elder: Elder,
    facts: Facts,
    chart: Option<Latest>,
    checkups: Option<Vec<records::model::Checkup>>,
    stays: Option<Vec<(String, stays::Stay)>>,
    contract: Option<Option<contracts::Contract>>,
}

/// Reads the named parts. The right to look was checked by the caller: it comes from the sharing, not from the area.
///
/// # Errors
/// What the engine says.
pub fn read(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, parts: &[Part]) -> Result<Shared, Error> {
    let wide = Actor { scope: Scope::ALL, ..by.clone() };
    let has = |part| parts.contains(&part);
    let checkups = if has(Part::Checkups) { Some(records::store::of_elder(tx, &wide, elder)?) } else { None };
    let stays = if has(Part::Stays) {
        let mut all = vec![];
        for stay in stays::store::of_elder(tx, &wide, elder)? {
            all.push((registry::institutions::store::name(tx, stay.facts.institution).unwrap_or_default(), stay));
        }
        Some(all)
    } else {
        None
    };
    let contract = if has(Part::Contract) {
        let all = contracts::store::of_elder(tx, &wide, elder)?;
        Some(all.into_iter().find(|c| c.in_force(by.today())))
    } else {
        None
    };
    let chart = if has(Part::Chart) { Some(chart::store::latest(tx, elder)?) } else { None };
    Ok(Shared {
        elder: registry::elders::store::find(tx, &wide, elder)?,
        facts: registry::elders::facts::of(tx, elder)?,
        chart,
        checkups,
        stays,
        contract,
    })
}

/// The parts, each as a card.
#[must_use]
pub fn cards(shared: &Shared, parts: &[Part], today: Date) -> Markup {
    let has = |part| parts.contains(&part);
    html! {
        @if has(Part::Summary) { (ui::card(Part::Summary.name(), summary(&shared.elder, today))) }
        @if let Some(latest) = &shared.chart { (ui::card(Part::Chart.name(), chart_of(latest))) }
        @if has(Part::Levels) { (ui::card(Part::Levels.name(), levels(&shared.facts, today))) }
        @if let Some(checkups) = &shared.checkups { (ui::card(Part::Checkups.name(), checkup_table(checkups))) }
        @if let Some(stays) = &shared.stays { (ui::card(Part::Stays.name(), stay_table(stays))) }
        @if let Some(contract) = &shared.contract { (ui::card(Part::Contract.name(), doctor(contract.as_ref()))) }
    }
}

fn chart_of(latest: &Latest) -> Markup {
    html! {
        (banner(latest))
        (ui::facts(&[
            ("诊断", ui::opt(Some(latest.conditions.join("、")))),
            ("用药", ui::opt(Some(latest.medicines.join("；")))),
        ]))
    }
}

fn summary(elder: &Elder, today: Date) -> Markup {
    let chronic = elder.chronic.as_deref().map(Chronic::names);
    ui::facts(&[
        ("姓名", ui::text(&elder.name)),
        ("性别、年龄", ui::text(format!("{} {} 岁", elder.sex.name(), elder.age_on(today)))),
        ("慢性病", ui::opt(chronic)),
        ("自理情况（名册）", ui::opt(elder.self_care)),
        ("居住情况", ui::opt(elder.living)),
        ("医保", ui::opt(elder.scheme)),
        ("紧急联系人", ui::opt(elder.contact_name.as_ref())),
    ])
}

fn levels(facts: &Facts, today: Date) -> Markup {
    let level = |level: Option<i64>| level.map(|level| format!("{level} 级"));
    ui::facts(&[
        ("能力等级（GB/T 42195）", ui::opt(level(facts.ability_on(today)))),
        ("失能等级（长护险）", ui::opt(level(facts.ltci_on(today)))),
    ])
}

fn checkup_table(all: &[records::model::Checkup]) -> Markup {
    let pressure =
        |c: &records::model::Checkup| c.facts.sbp.zip(c.facts.dbp).map(|(high, low)| format!("{high}/{low}"));
    let tenths = |n: i64| format!("{}.{}", n / 10, n % 10);
    let rows =
        all.iter().map(|c| vec![ui::text(c.facts.on), ui::opt(pressure(c)), ui::opt(c.facts.glucose.map(tenths))]);
    ui::table_or(&["日期", "血压（毫米汞柱）", "空腹血糖（毫摩尔/升）"], rows, ui::empty("没有体检记录。", None))
}

fn stay_table(all: &[(String, stays::Stay)]) -> Markup {
    let rows = all.iter().map(|(hospital, stay)| {
        vec![
            ui::text(hospital),
            ui::text(stay.facts.admitted_on),
            ui::opt(stay.facts.discharged_on),
            ui::opt(stay.facts.diagnosis.as_ref()),
        ]
    });
    ui::table_or(&["医院", "入院", "出院", "主要诊断"], rows, ui::empty("没有住院记录。", None))
}

fn doctor(contract: Option<&contracts::Contract>) -> Markup {
    match contract {
        Some(c) => ui::facts(&[
            ("签约机构", ui::text(&c.institution_name)),
            ("家庭医生", ui::text(&c.doctor_name)),
            ("服务包", ui::text(c.package.name())),
        ]),
        None => html! { p.text-secondary { "没有生效的家庭医生签约。" } },
    }
}
