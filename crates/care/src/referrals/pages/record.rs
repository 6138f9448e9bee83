//! What of the record is shared with the destination: only the parts that were named, only while the sharing lasts, and each
//! look is noted before it is shown.

use super::super::model::{Part, Referral};
use super::super::store;
use super::{SOURCE, key};
use crate::{contracts, records, stays};
use axum::extract::Path;
use db::audit::Entry;
use db::{Actor, Scope, Tx};
use registry::elders::{Chronic, Elder, Facts};
use web::ui;
use web::{Cx, Error, Markup, Page, html};

/// What was read of the record; none for a part that is not shared.
struct Shared {
    elder: Elder,
    facts: Facts,
    checkups: Option<Vec<records::model::Checkup>>,
    stays: Option<Vec<(String, stays::Stay)>>,
    contract: Option<Option<contracts::Contract>>,
}

pub(in super::super) async fn show(cx: Cx, Path((elder, id)): Path<(String, String)>) -> Result<Markup, Error> {
    let key = key(&elder, &id)?;
    let r = cx.read(move |tx, by| store::find(tx, by, key)).await?;
    if cx.user.institution.is_none() || cx.user.institution != r.to {
        return Err(Error::refused("RF-05", "共享的资料只供转入机构查看"));
    }
    if let Some(reason) = r.against_looking(cx.now) {
        return Err(Error::Refused(vec![reason]));
    }
    let parts = r.shared.iter().map(|part| part.name()).collect::<Vec<_>>().join("、");
    let detail = format!("用途：{}；{parts}", r.purpose);
    let entry = Entry { action: "referrals.record", elder: Some(key.elder), subject: key.id.to_string(), detail };
    cx.note(entry).await?;
    let parts = r.shared.clone();
    let shared = cx.read(move |tx, by| read(tx, by, key.elder, &parts)).await?;
    let page = Page::new(&cx, &format!("共享的资料：{}", r.elder_name))
        .crumb("转诊", "/referrals")
        .crumb("转诊单", &key.href());
    Ok(page.source(SOURCE).body(body(&r, &shared, &cx)))
}

/// Reads the named parts. The right to look was checked by the caller: it comes from the sharing, not from the area.
fn read(tx: &mut Tx<'_>, by: &Actor, elder: kernel::ElderId, parts: &[Part]) -> Result<Shared, Error> {
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
    Ok(Shared {
        elder: registry::elders::store::find(tx, &wide, elder)?,
        facts: registry::elders::facts::of(tx, elder)?,
        checkups,
        stays,
        contract,
    })
}

fn body(r: &Referral, shared: &Shared, cx: &Cx) -> Markup {
    let has = |part| r.shared.contains(&part);
    html! {
        (ui::alert(ui::Tone::Info, "限定用途", format!("用途：{}。共享至 {}，办结即停止；本次查看已记录。", r.purpose, r.shared_until)))
        @if has(Part::Summary) { (ui::card(Part::Summary.name(), summary(&shared.elder, cx))) }
        @if has(Part::Levels) { (ui::card(Part::Levels.name(), levels(&shared.facts, cx))) }
        @if let Some(checkups) = &shared.checkups { (ui::card(Part::Checkups.name(), checkup_table(checkups))) }
        @if let Some(stays) = &shared.stays { (ui::card(Part::Stays.name(), stay_table(stays))) }
        @if let Some(contract) = &shared.contract { (ui::card(Part::Contract.name(), doctor(contract.as_ref()))) }
    }
}

fn summary(elder: &Elder, cx: &Cx) -> Markup {
    let chronic = elder.chronic.as_deref().map(Chronic::names);
    ui::facts(&[
        ("姓名", ui::text(&elder.name)),
        ("性别、年龄", ui::text(format!("{} {} 岁", elder.sex.name(), elder.age_on(cx.today())))),
        ("慢性病", ui::opt(chronic)),
        ("自理情况（名册）", ui::opt(elder.self_care)),
        ("居住情况", ui::opt(elder.living)),
        ("医保", ui::opt(elder.scheme)),
        ("紧急联系人", ui::opt(elder.contact_name.as_ref())),
    ])
}

fn levels(facts: &Facts, cx: &Cx) -> Markup {
    let level = |level: Option<i64>| level.map(|level| format!("{level} 级"));
    ui::facts(&[
        ("能力等级（GB/T 42195）", ui::opt(level(facts.ability_on(cx.today())))),
        ("失能等级（长护险）", ui::opt(level(facts.ltci_on(cx.today())))),
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
