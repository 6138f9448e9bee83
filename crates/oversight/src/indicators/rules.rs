//! What the documents say about who counts, asked once and not for every elder.

use chrono::Datelike;
use kernel::{Area, Date, Month};
use policy::{Facts, Kind, Library};

/// The parameter with the age from which health is managed, in years.
const AGE: &str = "contract_age";
/// The question whose answer says whether a level gives a benefit.
const BENEFIT: &str = "care_insurance_benefit";
/// Levels that are asked about; a level that the table does not know is not eligible.
const LEVELS: u8 = 8;

/// Who counts on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// The day that is reported.
    pub on: Date,
    /// The first day of its statistical year.
    pub year_from: Date,
    /// The month whose benefits are reported.
    pub month: Month,
    /// The latest birthday of those who reach the age by 31 December of the year; none when no document says the age.
    pub born_by: Option<Date>,
    /// Whether a document says who receives a benefit at all.
    pub benefits: bool,
    /// Bits of the levels that meet the standard, without dementia.
    pub levels: u8,
    /// Bits of the levels that meet the standard, with dementia.
    pub levels_dementia: u8,
    /// Why the table of benefits is not verified, if it is not.
    pub unverified: Option<String>,
}

impl Rules {
    /// The rules of an area on a day.
    #[must_use]
    pub fn at(library: &Library, area: Area, on: Date, month: Month) -> Self {
        let age = library.parameter(AGE, area, on).and_then(|p| i32::try_from(p.value).ok());
        let unverified = library.table(BENEFIT, area, on).and_then(|compiled| {
            let table = compiled.table();
            table.unverified.clone().or_else(|| library.document(&table.document)?.unverified.clone())
        });
        Self {
            on,
            year_from: Date::from_ymd_opt(on.year(), 1, 1).unwrap_or(on),
            month,
            born_by: age.and_then(|age| Date::from_ymd_opt(on.year() - age, 12, 31)),
            benefits: library.table(BENEFIT, area, on).is_some(),
            levels: levels(library, area, on, false),
            levels_dementia: levels(library, area, on, true),
            unverified,
        }
    }

    /// The levels (from 0) of a set of bits.
    #[must_use]
    pub fn list(bits: u8) -> Vec<u8> {
        (0..LEVELS).filter(|level| bits & (1 << level) != 0).collect()
    }
}

/// Bits of the levels that are eligible in one setting or another.
fn levels(library: &Library, area: Area, on: Date, dementia: bool) -> u8 {
    let settings = settings(library, area, on);
    let eligible = |level: u8| {
        settings.iter().any(|setting| {
            let facts = Facts::new()
                .with("level", i64::from(level))
                .with("setting", setting.as_str())
                .with("dementia", dementia);
            library.decide(BENEFIT, area, on, &facts).bool("eligible") == Some(true)
        })
    };
    (0..LEVELS).filter(|level| eligible(*level)).fold(0, |bits, level| bits | 1 << level)
}

/// The settings that the table of benefits tells apart.
fn settings(library: &Library, area: Area, on: Date) -> Vec<String> {
    let Some(table) = library.table(BENEFIT, area, on) else { return Vec::new() };
    let Some(Kind::Word(list)) = table.input("setting").map(|at| &table.table().inputs[at].kind) else {
        return Vec::new();
    };
    list.words.iter().map(|(word, _)| word.clone()).collect()
}
