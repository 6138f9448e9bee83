//! The list behind a figure: people from the database page by page, institutions, counties and streets at once.

use super::model::{About, Code, Side};
use super::places::{self, Service, Stocked};
use super::store::{self, PeopleList, Person};
use super::survey::Survey;
use db::{Actor, Tx};
use kernel::Area;
use kernel::citizen::Sex;
use registry::institutions::{Institution, Kind};

/// Names an area with those above it: 如东县 掘港街道.
pub type Paths<'a> = &'a dyn Fn(Area) -> String;

/// A row of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Where the first cell leads.
    pub href: String,
    /// The cells.
    pub cells: Vec<String>,
    /// How much it adds to the figure (or to what is missing): 1, or its beds.
    pub weight: i64,
}

/// A list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// Its headings.
    pub headings: &'static [&'static str],
    /// Its rows, or a page of them.
    pub rows: Vec<Row>,
    /// How many there are in all.
    pub total: i64,
}

const PEOPLE: &[&str] =
    &["姓名", "性别", "出生日期", "所在区划", "身份证号后四位", "最近一次健康管理", "失能等级", "最近支付待遇的月份"];
const HOMES: &[&str] = &["机构名称", "机构类型", "所在区划", "医疗服务形式", ">养老床位", ">护理型床位"];
const OTHERS: &[&str] = &["机构名称", "机构类型", "所在区划", "开业日期"];
const COUNTIES: &[&str] = &["县（市）、区", "代码", ">护理院（所）"];
const STREETS: &[&str] = &["街道", "代码", ">社区护理站（家）"];

/// The list of a side of an indicator. `limit` and `offset` are for people only; other lists are short.
///
/// # Errors
/// What the engine says.
pub fn list(
    tx: &mut Tx<'_>,
    by: &Actor,
    survey: &Survey,
    (code, side): (Code, Side),
    names: Paths<'_>,
    (limit, offset): (i64, i64),
) -> db::Result<Listing> {
    if code.definition().about == About::People {
        let list = PeopleList { code, side, area: survey.ground.area.code, rules: &survey.rules };
        let rows = store::people(tx, by, &list, limit, offset)?.iter().map(|one| person(one, names)).collect();
        return Ok(Listing { headings: PEOPLE, rows, total: total(survey, code, side) });
    }
    Ok(short(survey, code, side, names))
}

/// How many the figure itself says: counted from the same columns, so that a page needs no second scan.
fn total(survey: &Survey, code: Code, side: Side) -> i64 {
    let Some(figure) = survey.find(code) else { return 0 };
    match side {
        Side::Counted => figure.numerator(),
        Side::Missing => figure.denominator().unwrap_or_default() - figure.numerator(),
    }
}

fn person(one: &Person, names: Paths<'_>) -> Row {
    let sex = match one.sex {
        Some(Sex::Male) => "男",
        Some(Sex::Female) => "女",
        None => "",
    };
    let cells = vec![
        one.name.clone(),
        sex.to_owned(),
        one.born.to_string(),
        names(one.area),
        one.id_tail.clone(),
        one.managed_on.map(|d| d.to_string()).unwrap_or_default(),
        one.ltci_level.map(|l| format!("{l} 级")).unwrap_or_default(),
        one.benefit_month.map(|m| m.to_string()).unwrap_or_default(),
    ];
    Row { href: format!("/elders/{}", one.id), cells, weight: 1 }
}

fn short(survey: &Survey, code: Code, side: Side, names: Paths<'_>) -> Listing {
    let area = survey.ground.area.code;
    let (headings, rows) = match code {
        Code::NursingHomesPerCounty if area.level() < kernel::area::Level::County => {
            (COUNTIES, stocked(&survey.counties(area), need(survey, code), side, Code::NursingHomesPerCounty))
        }
        Code::Stations => {
            let need = need(survey, Code::Stations);
            (STREETS, stocked(&survey.streets(area), need, side, Code::StationsInStreet))
        }
        Code::Medical | Code::NursingBeds => (HOMES, homes(survey, code, side, names)),
        Code::StationsInStreet => (OTHERS, of_kind(survey, Kind::NursingStation, side, names)),
        _ => (OTHERS, of_kind(survey, Kind::NursingHome, side, names)),
    };
    Listing { headings, total: rows.len() as i64, rows }
}

/// How many each street or county needs to count.
fn need(survey: &Survey, code: Code) -> i64 {
    match code {
        Code::Stations => survey.stations_needed.unwrap_or(i64::MAX),
        _ => survey.find(code).and_then(|f| f.goal.as_ref()).map_or(i64::MAX, |g| g.target.value),
    }
}

fn stocked(all: &[Stocked<'_>], need: i64, side: Side, code: Code) -> Vec<Row> {
    let chosen = all.iter().filter(|one| (one.count >= need) == (side == Side::Counted));
    let row = |one: &Stocked<'_>| Row {
        href: format!("/indicators/{}?area={}", code.key(), one.area.code),
        cells: vec![one.area.name.clone(), one.area.code.short(), one.count.to_string()],
        weight: 1,
    };
    chosen.map(row).collect()
}

fn here(survey: &Survey) -> impl Iterator<Item = &Institution> {
    survey.ground.institutions.iter().filter(|one| places::running(one, survey.rules.on))
}

fn homes(survey: &Survey, code: Code, side: Side, names: Paths<'_>) -> Vec<Row> {
    let homes = here(survey).filter(|one| places::is_home(one));
    let weigh = |one: &Institution| match code {
        Code::Medical => i64::from(Service::of(one, survey.rules.on).counts() == (side == Side::Counted)),
        _ => beds(one, side),
    };
    let row = |one: &Institution| {
        let number = |n: Option<i64>| n.map(|n| n.to_string()).unwrap_or_default();
        let cells = vec![
            one.facts.name.clone(),
            one.facts.kind.to_string(),
            names(one.facts.area),
            Service::of(one, survey.rules.on).words(),
            number(one.facts.beds),
            number(one.facts.nursing_beds),
        ];
        Row { href: format!("/institutions/{}", one.id), cells, weight: weigh(one) }
    };
    homes.map(row).filter(|row| row.weight > 0).collect()
}

/// The nursing-type beds of a home, or its other beds.
fn beds(one: &Institution, side: Side) -> i64 {
    let Some(beds) = one.facts.beds else { return 0 };
    let nursing = one.facts.nursing_beds.unwrap_or_default();
    if side == Side::Counted { nursing } else { beds - nursing }
}

fn of_kind(survey: &Survey, kind: Kind, side: Side, names: Paths<'_>) -> Vec<Row> {
    let row = |one: &Institution| {
        let opened = one.facts.opened_on.map(|d| d.to_string()).unwrap_or_default();
        let cells = vec![one.facts.name.clone(), one.facts.kind.to_string(), names(one.facts.area), opened];
        Row { href: format!("/institutions/{}", one.id), cells, weight: 1 }
    };
    let counted = side == Side::Counted;
    here(survey).filter(|one| counted && one.facts.kind == kind).map(row).collect()
}
