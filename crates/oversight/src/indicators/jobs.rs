//! What happens without being asked: the figures of the day are kept, what is below its target becomes work, and the
//! column copy is held against SQL.

use super::READ;
use super::model::{ALL, About, Code, Side};
use super::people::{self, Tally};
use super::rules::Rules;
use super::store::{self, Kept, PeopleList};
use super::survey::{Ask, Survey};
use db::{Actor, Db, Tx};
use kernel::area::Level;
use kernel::{Area, Date, Month};
use policy::Library;
use registry::accounts::Role;
use registry::elders::Columns;
use registry::elders::columns::Snapshot;
use std::collections::BTreeSet;
use web::{Desk, Error, WorkGroup, WorkItem};

/// How many the home page shows of a kind.
const SHOWN: usize = 5;

/// Keeps the figures of today, for each province, city and county that anybody lives in and for the parts of each county.
///
/// # Errors
/// What the store says.
pub fn daily(db: &Db, columns: &Columns, library: &Library, by: &Actor) -> Result<(), Error> {
    columns.refresh(db)?;
    let areas = inhabited(&columns.snapshot());
    for area in areas {
        let survey = match Survey::take(db, columns, library, by, &Ask { area, on: by.today(), month: None }) {
            Err(Error::NotFound) => continue,
            taken => taken?,
        };
        let mut figures = survey.figures;
        if area.level() == Level::County {
            let parts = survey.parts.into_iter().filter(|part| part.area.is_some());
            figures.extend(parts.flat_map(|part| part.figures));
        }
        db.write(|tx| store::keep(tx, by.today(), by.now, &figures))?;
    }
    Ok(())
}

fn inhabited(s: &Snapshot) -> BTreeSet<Area> {
    let levels = [Level::Province, Level::City, Level::County];
    s.areas.iter().flat_map(|area| levels.map(|level| area.up_to(level))).collect()
}

/// For those who answer for an area: what is below its target there, and streets without a nursing station.
///
/// # Errors
/// What the engine says.
pub fn work(tx: &mut Tx<'_>, desk: &Desk<'_>) -> db::Result<Vec<WorkGroup>> {
    let Desk { user, by, .. } = *desk;
    let answers = matches!(Role::parse(&user.role), Some(Role::Clerk | Role::Supervisor));
    if !answers || !user.may(READ) || by.scope.institution.is_some() {
        return Ok(Vec::new());
    }
    let below: Vec<WorkItem> = store::below(tx, by.scope.area)?.iter().filter_map(short).collect();
    let streets = store::streets_without_station(tx, by, by.today())?;
    let streets: Vec<WorkItem> = streets.iter().map(|(area, name)| bare(*area, name)).collect();
    let area = by.scope.area;
    Ok(vec![
        group("未达标的考核指标", below, format!("/indicators?area={area}")),
        group("没有社区护理站的城镇街道", streets, list_href(Code::Stations, area, Side::Missing)),
    ])
}

fn group(title: &str, mut items: Vec<WorkItem>, href: String) -> WorkGroup {
    let total = items.len() as i64;
    items.truncate(SHOWN);
    WorkGroup { title: title.into(), items, total, href }
}

fn short(kept: &Kept) -> Option<WorkItem> {
    // Urban and rural are parts of a figure that stands in the list already.
    let definition = Some(Code::parse(&kept.code)?.definition()).filter(|d| d.key == d.target)?;
    let gap = kept.gap.unwrap_or_default();
    let among = kept.denominator.map(|d| format!(" / {d}")).unwrap_or_default();
    Some(WorkItem {
        title: definition.title.into(),
        detail: format!("截至 {}：{}{among}，还差 {gap} {}", kept.on, kept.numerator, kept.unit()),
        href: format!("/indicators/{}", kept.code),
        due: None,
        urgent: false,
    })
}

fn bare(area: Area, name: &str) -> WorkItem {
    WorkItem {
        title: name.into(),
        detail: "区划表中是城镇街道，机构名册中没有已开业的社区护理站".into(),
        href: format!("/indicators/{}?area={area}", Code::StationsInStreet.key()),
        due: None,
        urgent: false,
    }
}

/// The address of the list behind a figure.
#[must_use]
pub fn list_href(code: Code, area: Area, side: Side) -> String {
    format!("/indicators/{}/list?area={area}&side={}", code.key(), side.code())
}

/// Holds the column copy against SQL: elder by elder, and the counts of every indicator about people. Answers the
/// differences in words; none is as it should be.
///
/// # Errors
/// What the store says.
pub fn verify(db: &Db) -> Result<Vec<String>, Error> {
    let columns = Columns::new(db)?;
    let mut wrong: Vec<String> =
        columns.verify(db)?.iter().map(|id| format!("老年人 {id} 的列存副本与数据库不一致")).collect();
    let snapshot = columns.snapshot();
    let by = Actor::system(kernel::Instant::UNIX_EPOCH);
    for rules in probes(&snapshot) {
        let tally = people::count(&snapshot, &rules, Area::COUNTRY, &[]).pop().unwrap_or_default();
        db.read(|tx| compare(tx, &by, &rules, &tally, &mut wrong))?;
    }
    Ok(wrong)
}

/// Rules to compare by, on a day that the facts themselves name, with some levels and with the others: no document is
/// needed to find out whether two ways of counting agree.
fn probes(s: &Snapshot) -> Vec<Rules> {
    let day = s.managed_on.iter().chain(&s.entitled_from).max().and_then(|day| day.date());
    day.into_iter().flat_map(|on| [0b1010_1010, 0b0101_0101].map(|levels| probe(on, levels))).collect()
}

fn probe(on: Date, levels: u8) -> Rules {
    let back = |months| on.checked_sub_months(chrono::Months::new(months)).unwrap_or(on);
    Rules {
        on,
        year_from: back(12),
        month: Month::of(back(1)),
        born_by: Some(back(12 * 70)),
        benefits: true,
        levels,
        levels_dementia: levels >> 1,
        unverified: None,
    }
}

fn compare(tx: &mut Tx<'_>, by: &Actor, rules: &Rules, tally: &Tally, wrong: &mut Vec<String>) -> db::Result<()> {
    let people = ALL.iter().filter(|d| d.about == About::People).map(|d| d.code);
    let lists: Vec<PeopleList<'_>> = people
        .flat_map(|code| {
            [Side::Counted, Side::Missing].map(|side| PeopleList { code, side, area: Area::COUNTRY, rules })
        })
        .collect();
    for (list, found) in lists.iter().zip(store::count_people(tx, by, &lists)?) {
        let (counted, whole) = tally_of(list.code, tally);
        let expected = if list.side == Side::Counted { counted } else { whole - counted };
        if found != expected {
            let (key, on, side) = (list.code.key(), rules.on, list.side.name());
            wrong.push(format!("{key}（{on}，{side}）：列存副本 {expected} 人，数据库 {found} 人"));
        }
    }
    Ok(())
}

fn tally_of(code: Code, t: &Tally) -> (i64, i64) {
    let kind = |kind: usize| (t.paid[kind].into(), t.standard[kind].into());
    match code {
        Code::HealthManaged => (t.managed.into(), t.due.into()),
        Code::BenefitUrban => kind(people::URBAN),
        Code::BenefitRural => kind(people::RURAL),
        _ => (t.paid.iter().sum::<u32>().into(), t.standard.iter().sum::<u32>().into()),
    }
}
