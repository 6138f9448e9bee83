//! The files that a county brings: which columns each kind has, and what a row of it means.

pub mod cells;

mod areas;
mod elders;
mod institutions;
mod records;
mod staff;

use super::read::{Row, address};
use cells::Cells;
use db::Scope;
use kernel::area::Level;
use kernel::{Area, CitizenNumber, CreditCode, Date, InstitutionId};
use registry::areas::NewArea;
use registry::elders::NewElder;
use registry::institutions::NewInstitution;
use registry::staff::NewStaff;
use std::collections::HashMap;

pub use records::{CheckupRow, StayRow};

/// A column of a roster.
#[derive(Debug)]
pub struct Column {
    /// The heading of the template.
    pub heading: &'static str,
    /// What other lists call it.
    pub aliases: &'static [&'static str],
    /// Whether the column must be there and filled in.
    pub required: bool,
    /// What to write, for the template.
    pub note: &'static str,
    /// The words to choose from, if they are a list.
    pub words: &'static [&'static str],
    /// A synthetic example.
    pub example: &'static str,
}

impl Column {
    const fn new(heading: &'static str, note: &'static str, example: &'static str) -> Self {
        Self { heading, aliases: &[], required: false, note, words: &[], example }
    }

    const fn required(self) -> Self {
        Self { required: true, ..self }
    }

    const fn or(self, aliases: &'static [&'static str]) -> Self {
        Self { aliases, ..self }
    }

    const fn of(self, words: &'static [&'static str]) -> Self {
        Self { words, ..self }
    }
}

const YES_NO: &[&str] = &["是", "否"];

/// What kind of roster it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// 行政区划
    Areas,
    /// 机构名册
    Institutions,
    /// 人员名册
    Staff,
    /// 老年人名册
    Elders,
    /// 健康体检
    Checkups,
    /// 住院记录
    Stays,
}

impl Kind {
    /// All of them, in the order in which they are brought in.
    pub const ALL: &'static [Self] =
        &[Self::Areas, Self::Institutions, Self::Staff, Self::Elders, Self::Checkups, Self::Stays];

    /// The name in addresses, files and the database.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Areas => "areas",
            Self::Institutions => "institutions",
            Self::Staff => "staff",
            Self::Elders => "elders",
            Self::Checkups => "checkups",
            Self::Stays => "stays",
        }
    }

    /// Reads a slug.
    #[must_use]
    pub fn parse(slug: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.slug() == slug)
    }

    /// What people call the file; also the name of the template's sheet.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Areas => "行政区划",
            Self::Institutions => "机构名册",
            Self::Staff => "人员名册",
            Self::Elders => "老年人名册",
            Self::Checkups => "健康体检",
            Self::Stays => "住院记录",
        }
    }

    /// How the row is found again: said on the page of the kind.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Areas => "区划代码",
            Self::Institutions => "统一社会信用代码",
            Self::Staff | Self::Elders => "身份证号",
            Self::Checkups => "身份证号与体检日期",
            Self::Stays => "身份证号、医院与入院日期",
        }
    }

    /// Its columns, from the left of the template.
    #[must_use]
    pub const fn columns(self) -> &'static [Column] {
        match self {
            Self::Areas => areas::COLUMNS,
            Self::Institutions => institutions::COLUMNS,
            Self::Staff => staff::COLUMNS,
            Self::Elders => elders::COLUMNS,
            Self::Checkups => records::CHECKUPS,
            Self::Stays => records::STAYS,
        }
    }

    /// The column of a heading.
    #[must_use]
    pub fn column(self, heading: &str) -> Option<usize> {
        self.columns().iter().position(|c| c.heading == heading)
    }

    /// What a row means.
    ///
    /// # Errors
    /// Every cell of it that cannot be taken.
    pub fn parse_row(self, row: &Row, map: &[Option<usize>], context: &Context) -> Result<Parsed, Vec<Fault>> {
        let cells = Cells::new(row, map, self.columns(), context);
        match self {
            Self::Areas => areas::parse(cells).map(Parsed::Area),
            Self::Institutions => institutions::parse(cells).map(|i| Parsed::Institution(Box::new(i))),
            Self::Staff => staff::parse(cells).map(Parsed::Staff),
            Self::Elders => elders::parse(cells).map(|e| Parsed::Elder(Box::new(e))),
            Self::Checkups => records::checkup(cells).map(Parsed::Checkup),
            Self::Stays => records::stay(cells).map(Parsed::Stay),
        }
    }
}

/// What rows are read against.
#[derive(Clone, Debug)]
pub struct Context {
    /// The date of the batch: no birth, check-up or admission lies after it.
    pub today: Date,
    /// How far the person who imports may see.
    pub scope: Scope,
    /// Number and name of every known area.
    pub areas: HashMap<u64, String>,
    /// Every known institution by its credit code.
    pub institutions: HashMap<String, (InstitutionId, Area)>,
    /// Whether names of the file replace those on record (以文件为准).
    pub rename: bool,
}

impl Context {
    /// The name of the county (or city) that an area lies in, or its code.
    #[must_use]
    pub fn county_name(&self, area: Area) -> String {
        let name = |level| self.areas.get(&area.up_to(level).number()).cloned();
        let known = name(Level::County).or_else(|| name(Level::City));
        known.unwrap_or_else(|| format!("区划 {}", area.up_to(Level::County).short()))
    }

    /// The name of an area with its county before it.
    #[must_use]
    pub fn area_name(&self, area: Area) -> String {
        let county = self.county_name(area);
        match self.areas.get(&area.number()) {
            Some(own) if *own != county => format!("{county}{own}"),
            _ => county,
        }
    }

    fn institution(&self, code: &CreditCode) -> Option<(InstitutionId, Area)> {
        self.institutions.get(code.as_str()).copied()
    }
}

/// What is wrong with a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Column of the kind, if it is one cell.
    pub column: Option<usize>,
    /// What is wrong and what to do.
    pub message: String,
    /// The area that the row belongs to, when that lies outside the sight of whoever imports.
    pub outside: Option<String>,
}

impl Fault {
    /// A fault of one column, or of the whole row.
    pub fn new(column: Option<usize>, message: impl Into<String>) -> Self {
        Self { column, message: message.into(), outside: None }
    }

    /// The address of its cell, if the file has the column.
    #[must_use]
    pub fn cell(&self, row: u32, map: &[Option<usize>]) -> String {
        self.column.and_then(|c| map.get(c).copied().flatten()).map_or_else(String::new, |at| address(at, row))
    }

    /// The heading and the message.
    #[must_use]
    pub fn words(&self, kind: Kind) -> String {
        match self.column.and_then(|c| kind.columns().get(c)) {
            Some(column) => format!("{}：{}", column.heading, self.message),
            None => self.message.clone(),
        }
    }
}

/// A row, understood.
#[derive(Clone, Debug)]
pub enum Parsed {
    /// Of areas.
    Area(NewArea),
    /// Of institutions.
    Institution(Box<NewInstitution>),
    /// Of staff.
    Staff(NewStaff),
    /// Of elders.
    Elder(Box<NewElder>),
    /// Of check-ups.
    Checkup(CheckupRow),
    /// Of stays.
    Stay(StayRow),
}

impl Parsed {
    /// What makes two rows of a file the same thing.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::Area(a) => a.code.to_string(),
            Self::Institution(i) => i.credit_code.as_str().to_owned(),
            Self::Staff(s) => s.citizen.as_str().to_owned(),
            Self::Elder(e) => e.citizen.as_str().to_owned(),
            Self::Checkup(c) => format!("{} {}", c.citizen.as_str(), c.on),
            Self::Stay(s) => format!("{} {} {}", s.citizen.as_str(), s.hospital.uuid(), s.admitted_on),
        }
    }

    /// The name by which two spellings of one person are told apart; empty where names are no question.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Staff(s) => &s.facts.name,
            Self::Elder(e) => &e.details.name,
            Self::Area(a) => &a.name,
            Self::Institution(i) => &i.name,
            Self::Checkup(_) | Self::Stay(_) => "",
        }
    }

    /// Where the row belongs, if it says so itself.
    #[must_use]
    pub fn area(&self) -> Option<Area> {
        match self {
            Self::Area(a) => Some(a.code),
            Self::Institution(i) => Some(i.area),
            Self::Elder(e) => Some(e.details.area),
            Self::Staff(_) | Self::Checkup(_) | Self::Stay(_) => None,
        }
    }

    /// The identity number of the person it is about.
    #[must_use]
    pub fn citizen(&self) -> Option<&CitizenNumber> {
        match self {
            Self::Staff(s) => Some(&s.citizen),
            Self::Elder(e) => Some(&e.citizen),
            Self::Checkup(c) => Some(&c.citizen),
            Self::Stay(s) => Some(&s.citizen),
            Self::Area(_) | Self::Institution(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of each template is a row that its own parser takes.
    #[test]
    fn examples_are_valid() {
        let mut context = Context {
            today: Date::from_ymd_opt(2026, 11, 1).expect("date"),
            scope: Scope::ALL,
            areas: HashMap::new(),
            institutions: HashMap::new(),
            rename: false,
        };
        let place = (InstitutionId(Default::default()), Area::COUNTRY);
        for kind in [Kind::Areas, Kind::Institutions, Kind::Staff, Kind::Elders, Kind::Checkups, Kind::Stays] {
            let row = Row::of(2, kind.columns().iter().map(|c| c.example));
            for cell in row.cells() {
                if let Ok(area) = Area::parse(cell) {
                    context.areas.insert(area.number(), "某地".into());
                }
                if let Ok(code) = CreditCode::parse(cell) {
                    context.institutions.insert(code.as_str().into(), place);
                }
            }
            let map: Vec<_> = (0..kind.columns().len()).map(Some).collect();
            let parsed = kind.parse_row(&row, &map, &context);
            assert!(parsed.is_ok(), "{}: {parsed:?}", kind.slug());
        }
    }

    #[test]
    fn each_column_stands_once() {
        for kind in Kind::ALL {
            for (at, column) in kind.columns().iter().enumerate() {
                assert_eq!(kind.column(column.heading), Some(at), "{}", column.heading);
            }
            assert_eq!(Kind::parse(kind.slug()), Some(*kind));
        }
    }
}
