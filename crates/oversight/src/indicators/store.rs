//! What indicators ask the database: the ground they stand on, the lists behind the figures, the figures that are kept.

use super::model::{Code, Figure, Side, Verdict};
use super::places::KINDS;
use super::rules::Rules;
use db::audit::Entry;
use db::{Actor, Result, Row, Tx, Value, params};
use kernel::citizen::Sex;
use kernel::{Area, Date, ElderId, Instant, Month};
use registry::areas::{self, AreaKind, AreaRow};
use registry::institutions::{self, Institution};
use web::Error;

/// An area with what lies in it.
#[derive(Clone, Debug)]
pub struct Ground {
    /// The area itself.
    pub area: AreaRow,
    /// The areas directly below it.
    pub children: Vec<AreaRow>,
    /// The counties and streets in it, itself included.
    pub areas: Vec<AreaRow>,
    /// The institutions in it that any indicator looks at.
    pub institutions: Vec<Institution>,
}

/// The ground of an area.
///
/// # Errors
/// [`Error::NotFound`] for an area outside the actor's, [`Error::Forbidden`] for those confined to an institution.
pub fn ground(tx: &mut Tx<'_>, by: &Actor, area: Area) -> Result<Ground, Error> {
    within(by, area)?;
    let all = areas::store::all_under(tx, area)?;
    let children = areas::store::children(tx, area)?;
    let own = match all.first().filter(|first| first.code == area) {
        Some(first) => first.clone(),
        None if area == Area::COUNTRY => country(),
        None => return Err(Error::NotFound),
    };
    let filter = institutions::store::Filter { kinds: KINDS.to_vec(), area: Some(area), name: None };
    let institutions = institutions::store::list(tx, by, &filter, i64::MAX, 0)?;
    let areas = all.into_iter().filter(|a| matches!(a.kind, AreaKind::County | AreaKind::Street)).collect();
    Ok(Ground { area: own, children, areas, institutions })
}

/// The country is no row of the table of areas.
fn country() -> AreaRow {
    AreaRow {
        code: Area::COUNTRY,
        name: AreaKind::Country.name().into(),
        kind: AreaKind::Country,
        parent: None,
        lon: None,
        lat: None,
    }
}

/// Indicators are of areas: within one's own, and not for those who see the elders of one institution only.
///
/// # Errors
/// [`Error::NotFound`] or [`Error::Forbidden`].
pub fn within(by: &Actor, area: Area) -> Result<(), Error> {
    match by.scope.institution {
        Some(_) => Err(Error::Forbidden),
        None if by.scope.area.contains(area) => Ok(()),
        None => Err(Error::NotFound),
    }
}

/// Someone on a list behind a figure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Identity.
    pub id: ElderId,
    /// Name.
    pub name: String,
    /// Sex.
    pub sex: Option<Sex>,
    /// Day of birth.
    pub born: Date,
    /// Where.
    pub area: Area,
    /// Last four characters of the identity number.
    pub id_tail: String,
    /// Last completed health management.
    pub managed_on: Option<Date>,
    /// Disability level of the care insurance.
    pub ltci_level: Option<i64>,
    /// Last month with a benefit.
    pub benefit_month: Option<Month>,
}

/// A list of people behind a figure.
#[derive(Clone, Copy, Debug)]
pub struct PeopleList<'a> {
    /// Of which indicator; it must be one about people.
    pub code: Code,
    /// Those who count, or those who are missing.
    pub side: Side,
    /// In which area.
    pub area: Area,
    /// Who counts.
    pub rules: &'a Rules,
}

/// A condition that grows, with its parameters.
struct Where {
    sql: String,
    values: Vec<Value<'static>>,
}

impl Where {
    fn bind(&mut self, value: impl Into<Value<'static>>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }

    fn and(&mut self, condition: &str) {
        self.sql += " and ";
        self.sql += condition;
    }
}

/// Whoever is alive on the day, in the area and within the actor's sight; also answers the place of the day.
fn alive(by: &Actor, area: Area, on: Date) -> (Where, String) {
    let (scope, values) = by.scope.elders("e.area", "e.id", 1);
    let mut w = Where { sql: scope, values };
    let (low, high) = area.bounds();
    let (low, high) = (w.bind(low), w.bind(high));
    w.and(&format!("e.area between {low} and {high} and e.merged_into is null"));
    let on = w.bind(on);
    w.and(&format!("(e.status = 'alive' or (e.status = 'dead' and e.died_on > {on}))"));
    (w, on)
}

/// The same conditions as in the pass over the column copy (`people.rs`); a test and `verify` hold the two together.
fn condition(w: &mut Where, list: &PeopleList<'_>, on: &str) -> String {
    match list.code {
        Code::HealthManaged => managed(w, list, on),
        Code::BenefitUrban => format!("e.urban = 1 and {}", benefit(w, list, on)),
        Code::BenefitRural => format!("e.urban = 0 and {}", benefit(w, list, on)),
        _ => benefit(w, list, on),
    }
}

fn managed(w: &mut Where, list: &PeopleList<'_>, on: &str) -> String {
    let Some(born_by) = list.rules.born_by else { return "1 = 0".into() };
    let (born_by, from) = (w.bind(born_by), w.bind(list.rules.year_from));
    let done = sided(&format!("coalesce(f.managed_on, '') between {from} and {on}"), list.side);
    format!("e.born <= {born_by} and coalesce(e.resident, 1) = 1 and {done}")
}

fn benefit(w: &mut Where, list: &PeopleList<'_>, on: &str) -> String {
    let levels = |bits| format!("f.ltci_level in ({})", places(&Rules::list(bits)));
    let (plain, dementia) = (levels(list.rules.levels), levels(list.rules.levels_dementia));
    let sick = "',' || coalesce(e.chronic, '') || ',' like '%,dementia,%'";
    let month = w.bind(list.rules.month);
    let paid = sided(&format!("coalesce(f.benefit_month, '') >= {month}"), list.side);
    format!(
        "((case when {sick} then {dementia} else {plain} end and (f.ltci_until is null or f.ltci_until > {on}))
          or (f.entitled_from <= {on} and (f.entitled_until is null or f.entitled_until > {on}))) and {paid}"
    )
}

/// A list for `in (…)` that is never empty.
fn places(levels: &[u8]) -> String {
    let all: Vec<String> = levels.iter().map(u8::to_string).collect();
    if all.is_empty() { "-1".into() } else { all.join(", ") }
}

fn sided(condition: &str, side: Side) -> String {
    match side {
        Side::Counted => format!("({condition})"),
        Side::Missing => format!("not ({condition})"),
    }
}

/// How many are on each of some lists of the same area and day, in one scan.
///
/// # Errors
/// What the engine says.
pub fn count_people(tx: &mut Tx<'_>, by: &Actor, lists: &[PeopleList<'_>]) -> Result<Vec<i64>> {
    let Some(first) = lists.first() else { return Ok(Vec::new()) };
    let (mut w, on) = alive(by, first.area, first.rules.on);
    let whole = w.sql.clone();
    let sums: Vec<String> = lists
        .iter()
        .map(|list| condition(&mut w, list, &on))
        .map(|own| format!("cast(coalesce(sum(case when {own} then 1 else 0 end), 0) as bigint)"))
        .collect();
    let sql =
        format!("select {} from elders e left join elder_facts f on f.elder_id = e.id where {whole}", sums.join(", "));
    tx.query_one(&sql, &w.values, |row| (0..lists.len()).map(|at| row.get(at)).collect())
}

/// The people of a list, by area.
///
/// # Errors
/// What the engine says.
pub fn people(tx: &mut Tx<'_>, by: &Actor, list: &PeopleList<'_>, limit: i64, offset: i64) -> Result<Vec<Person>> {
    let (mut w, on) = alive(by, list.area, list.rules.on);
    let own = condition(&mut w, list, &on);
    w.and(&own);
    let (limit, offset) = (w.bind(limit), w.bind(offset));
    let sql = format!(
        "select e.id, e.name, e.sex, e.born, e.area, e.id_tail, f.managed_on, f.ltci_level, f.benefit_month
         from elders e left join elder_facts f on f.elder_id = e.id where {}
         order by e.area, e.id limit {limit} offset {offset}",
        w.sql
    );
    tx.query(&sql, &w.values, person)
}

fn person(row: &Row<'_>) -> Result<Person> {
    let mut c = row.columns();
    Ok(Person {
        id: c.take()?,
        name: c.take()?,
        sex: Sex::of(c.take()?),
        born: c.take()?,
        area: c.take()?,
        id_tail: c.take()?,
        managed_on: c.take()?,
        ltci_level: c.take()?,
        benefit_month: c.take()?,
    })
}

/// Notes that a list of people left the house.
///
/// # Errors
/// What the engine says.
pub fn exported(tx: &mut Tx<'_>, by: &Actor, subject: String, detail: String) -> Result<()> {
    tx.audit(by, Entry { action: "indicators.export", subject, detail, ..Entry::default() })
}

/// A figure as it was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Code of the indicator.
    pub code: String,
    /// The month.
    pub month: Month,
    /// The day of that month that it was counted on, the last one.
    pub on: Date,
    /// What was counted.
    pub numerator: i64,
    /// Among what; none for plain counts.
    pub denominator: Option<i64>,
    /// How many were short of the target; 0 when it was reached, none without a target or data.
    pub gap: Option<i64>,
}

impl Kept {
    /// What one of the counted is called.
    #[must_use]
    pub fn unit(&self) -> &'static str {
        Code::parse(&self.code).map_or("", |code| code.unit(self.denominator.is_none()))
    }
}

/// Keeps the figures of a day; later days of the same month replace them.
///
/// # Errors
/// What the engine says.
pub fn keep(tx: &mut Tx<'_>, on: Date, now: Instant, figures: &[Figure]) -> Result<()> {
    for figure in figures {
        let gap = match figure.verdict() {
            Verdict::Met => Some(0),
            Verdict::Below(gap) => Some(gap),
            Verdict::NoData | Verdict::NoTarget => None,
        };
        tx.exec(
            "insert into indicators_figures (area, code, month, on_day, numerator, denominator, met, gap, counted_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
             on conflict (area, code, month) do update set on_day = excluded.on_day, numerator = excluded.numerator,
               denominator = excluded.denominator, met = excluded.met, gap = excluded.gap, counted_at = excluded.counted_at",
            params![
                figure.area,
                figure.code.key(),
                Month::of(on),
                on,
                figure.numerator(),
                figure.denominator(),
                gap.map(|gap| gap == 0),
                gap,
                now,
            ],
        )?;
    }
    Ok(())
}

const KEPT: &str = "code, month, on_day, numerator, denominator, gap";

fn kept(row: &Row<'_>) -> Result<Kept> {
    let mut c = row.columns();
    Ok(Kept {
        code: c.take()?,
        month: c.take()?,
        on: c.take()?,
        numerator: c.take()?,
        denominator: c.take()?,
        gap: c.take()?,
    })
}

/// The course of an indicator in an area, month by month.
///
/// # Errors
/// What the engine says.
pub fn course(tx: &mut Tx<'_>, area: Area, code: Code) -> Result<Vec<Kept>> {
    let sql = format!("select {KEPT} from indicators_figures where area = $1 and code = $2 order by month");
    tx.query(&sql, params![area, code.key()], kept)
}

/// The newest figures of an area that are below their target.
///
/// # Errors
/// What the engine says.
pub fn below(tx: &mut Tx<'_>, area: Area) -> Result<Vec<Kept>> {
    let sql = format!(
        "select {KEPT} from indicators_figures
         where area = $1 and met = 0 and month = (select max(month) from indicators_figures where area = $1)
         order by code"
    );
    tx.query(&sql, params![area], kept)
}

/// The urban streets in the actor's area that have no nursing station at work on the day.
///
/// # Errors
/// What the engine says.
pub fn streets_without_station(tx: &mut Tx<'_>, by: &Actor, on: Date) -> Result<Vec<(Area, String)>> {
    let (low, high) = by.scope.area.bounds();
    let sql = "select a.code, a.name from areas a where a.kind = 'street' and a.code between $1 and $2
         and not exists (select 1 from institutions i where i.kind = 'nursing_station'
           and substr(i.area, 1, 9) = substr(a.code, 1, 9) and (i.opened_on is null or i.opened_on <= $3))
         order by a.code";
    tx.query(sql, params![low, high, on], |row| Ok((row.get(0)?, row.get(1)?)))
}
