//! The facts of many as columns: those of the register within an area, or of a population that is made up.

use super::Ask;
use super::model;
use db::{Actor, Db};
use kernel::area::Level;
use kernel::chance::mix;
use kernel::time::age_on;
use kernel::{Area, Date, ElderId, InstitutionId};
use policy::Library;
use policy::simulate::{Column, Columns, read_csv};
use registry::areas::NameTable;
use registry::elders::columns::record::{Day, NO_LEVEL};
use registry::elders::columns::{Snapshot, flag};
use registry::elders::{Chronic, Columns as ColumnCopy};
use registry::institutions::{self, Institution, Kind, Ownership, Profit};
use std::path::Path;
use web::Error;

/// The column of a file in which everybody's area stands.
const HOME: &str = "area";

/// Of whom a question is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// 老年人
    Elders,
    /// 机构
    Institutions,
}

impl Of {
    /// Of whom a question is, by the facts that it looks at.
    ///
    /// # Errors
    /// When a side does not answer, in words.
    pub fn question(library: &Library, ask: &Ask) -> Result<Self, String> {
        const THEIRS: [&str; 7] =
            ["kind", "ownership", "beds", "profit_status", "hospital_level", "hospital_kind", "new_beds"];
        let wanted = model::wanted(library, ask)?;
        let theirs = wanted.keys().any(|name| THEIRS.contains(&name.as_str()));
        let age = wanted.contains_key("age");
        Ok(if theirs && !age { Self::Institutions } else { Self::Elders })
    }

    /// What one of them is called.
    #[must_use]
    pub const fn unit(self) -> &'static str {
        match self {
            Self::Elders => "人",
            Self::Institutions => "家",
        }
    }
}

/// Whose row it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// An elder of the register.
    Elder(ElderId),
    /// An institution of the register.
    Institution(InstitutionId),
    /// Nobody: made up.
    Nobody,
}

/// Many with their facts.
#[derive(Clone, Debug)]
pub struct Population {
    /// Of whom.
    pub of: Of,
    /// Their facts.
    pub columns: Columns,
    /// For everybody the place of their area in `areas`.
    pub places: Vec<u16>,
    /// The areas by which they are counted, with their names.
    pub areas: Vec<(Area, String)>,
    /// Who they are.
    pub who: Vec<Who>,
    /// The day of their facts.
    pub on: Date,
    /// Where they are from.
    pub from: Origin,
}

/// Where the facts of many are from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The register.
    Register,
    /// Nowhere: they are made up.
    Nowhere,
    /// A file that somebody wrote.
    File,
}

/// The level by which people of an area are counted: one that is read at a glance.
const fn counted_by(area: Area) -> Level {
    match area.level() {
        Level::Country | Level::Province | Level::City => Level::County,
        Level::County => Level::Town,
        Level::Town | Level::Village => Level::Village,
    }
}

/// Gives each area its place in a list.
#[derive(Default)]
struct Places(Vec<Area>);

impl Places {
    fn of(&mut self, area: Area) -> u16 {
        let known = self.0.iter().position(|one| *one == area);
        known.unwrap_or_else(|| {
            self.0.push(area);
            self.0.len() - 1
        }) as u16
    }

    /// The list in the order of codes, and the places in it.
    fn sorted(self, places: &mut [u16], name: impl Fn(Area) -> String) -> Vec<(Area, String)> {
        let mut order: Vec<usize> = (0..self.0.len()).collect();
        order.sort_by_key(|at| self.0[*at]);
        let mut to = vec![0; order.len()];
        order.iter().enumerate().for_each(|(new, old)| to[*old] = new as u16);
        places.iter_mut().for_each(|place| *place = to[usize::from(*place)]);
        order.into_iter().map(|at| (self.0[at], name(self.0[at]))).collect()
    }
}

/// Those of the register within an area that concern the question. Nobody sees beyond their own area, and who is confined
/// to an institution simulates nothing.
///
/// # Errors
/// [`Error::Forbidden`], [`Error::NotFound`] for an area outside the actor's, or what the store says.
pub fn registered(
    db: &Db,
    copy: &ColumnCopy,
    library: &Library,
    by: &Actor,
    ask: &Ask,
    area: Area,
    on: Date,
) -> Result<Population, Error> {
    if by.scope.institution.is_some() {
        return Err(Error::Forbidden);
    }
    if !by.scope.area.contains(area) {
        return Err(Error::NotFound);
    }
    let of = Of::question(library, ask).map_err(|why| Error::field("question", "问题", why))?;
    let names = db.read(|tx| registry::areas::Names::default().at(tx))?;
    let made = match of {
        Of::Elders => {
            copy.refresh(db)?;
            elders(&copy.snapshot(), &names, ask, area, on)
        }
        Of::Institutions => {
            let filter = institutions::store::Filter { kinds: Kind::ALL.to_vec(), area: Some(area), name: None };
            let all = db.read(|tx| institutions::store::list(tx, by, &filter, i64::MAX, 0))?;
            of_institutions(&all, &names, area, on)
        }
    };
    made.map_err(Error::Internal)
}

/// The days of a column of the copy: known for everybody, nothing where there is none.
fn days(name: &str, all: impl Iterator<Item = Day>) -> Column {
    let all: Vec<Day> = all.collect();
    let never = bits(all.iter().map(|day| !day.is_some()));
    Column::days(name, all.iter().map(|day| day.date().unwrap_or_default())).nothing(never)
}

fn bits(all: impl Iterator<Item = bool>) -> Vec<u64> {
    let mut words = vec![];
    for (at, one) in all.enumerate() {
        if at % 64 == 0 {
            words.push(0);
        }
        words[at / 64] |= u64::from(one) << (at % 64);
    }
    words
}

fn elders(s: &Snapshot, names: &NameTable, ask: &Ask, area: Area, on: Date) -> Result<Population, String> {
    let under = s.under(area);
    let away = flag::GONE | flag::MOVED | flag::DEAD;
    let rows: Vec<usize> = s.rows().filter(|row| under[s.area[*row] as usize] && s.flags[*row] & away == 0).collect();
    let level = counted_by(area);
    let mut places = Places::default();
    let of_area: Vec<u16> =
        s.areas.iter().map(|one| if area.contains(*one) { places.of(one.up_to(level)) } else { 0 }).collect();
    let mut place: Vec<u16> = rows.iter().map(|row| of_area[s.area[*row] as usize]).collect();
    let has = |bit: u16| rows.iter().map(move |row| s.flags[*row] & bit != 0);
    let age = |row: &usize| s.born[*row].date().map(|born| age_on(born, on).clamp(0, 150) as u8);
    let now =
        |row: &usize| s.ltci[*row] != NO_LEVEL && (!s.ltci_until[*row].is_some() || Day::of(on) < s.ltci_until[*row]);
    let levels = |name: &str| {
        let all = rows.iter().map(|row| if now(row) { s.ltci[*row] } else { 0 }).collect();
        Column::bytes(name, all).known(bits(rows.iter().map(now)))
    };
    let done = |row: &usize| if ask.question == "tcm_due" { s.tcm_on[*row] } else { s.managed_on[*row] };
    let chronic = Chronic::ALL.iter().map(|one| one.code().to_owned()).collect();
    let sick: Vec<i64> = rows.iter().map(|row| i64::from(s.chronic[*row])).collect();
    let sick_known = sick.clone();
    let columns = Columns::new(rows.len())
        .with(
            Column::bytes("age", rows.iter().map(|row| age(row).unwrap_or(0)).collect())
                .known(bits(rows.iter().map(|row| age(row).is_some()))),
        )?
        .with(levels("level"))?
        // A person whom nobody has assessed counts as not disabled where priority is asked, as in signing contracts.
        .with(Column::bytes(
            "disability_level",
            rows.iter().map(|row| if now(row) { s.ltci[*row] } else { 0 }).collect(),
        ))?
        .with(Column::flags("seriously_ill", has(flag::SERIOUSLY_ILL)))?
        .with(Column::flags("special_family", has(flag::SPECIAL_FAMILY)))?
        .with(Column::flags("handicapped", has(flag::HANDICAPPED)))?
        .with(Column::flags("dementia", rows.iter().map(|row| s.chronic[*row] & Chronic::Dementia.bit() != 0)))?
        .with(Column::sets("chronic_diseases", sick, chronic).ok_or_else(|| format!("{} 行慢性病", sick_known.len()))?)?
        .with(Column::flags("urban_registration", has(flag::URBAN)).known(bits(has(flag::URBAN | flag::RURAL))))?
        .with(days("last_done", rows.iter().map(done)))?
        .with(districts(rows.iter().map(|row| s.areas[s.area[*row] as usize]), names)?)?;
    let areas = places.sorted(&mut place, |area| names.name(area));
    let who = rows.iter().map(|row| Who::Elder(s.ids[*row])).collect();
    Ok(Population { of: Of::Elders, columns, places: place, areas, who, on, from: Origin::Register })
}

/// The name of everybody's county.
fn districts(areas: impl Iterator<Item = Area>, names: &NameTable) -> Result<Column, String> {
    let mut places = Places::default();
    let all: Vec<u16> = areas.map(|area| places.of(area.up_to(Level::County))).collect();
    let list = places.0.iter().map(|area| names.name(*area)).collect();
    Column::words("district", all, list).ok_or_else(|| "区县太多".into())
}

/// Words of which one may not be known.
fn words<'a>(name: &str, all: impl Iterator<Item = Option<&'a str>>) -> Result<Column, String> {
    let all: Vec<Option<&str>> = all.collect();
    let mut list: Vec<String> = vec![];
    let mut place = |word: &str| {
        let known = list.iter().position(|one| one == word);
        known.unwrap_or_else(|| {
            list.push(word.to_owned());
            list.len() - 1
        }) as u16
    };
    let places: Vec<u16> = all.iter().map(|word| word.map_or(0, &mut place)).collect();
    if list.is_empty() {
        list.push(String::new());
    }
    let column = Column::words(name, places, list).ok_or_else(|| format!("“{name}”的词太多"))?;
    Ok(column.known(bits(all.iter().map(Option::is_some))))
}

fn of_institutions(all: &[Institution], names: &NameTable, area: Area, on: Date) -> Result<Population, String> {
    let level = counted_by(area);
    let mut places = Places::default();
    let mut place: Vec<u16> = all.iter().map(|one| places.of(one.facts.area.up_to(level))).collect();
    let known = |one: &dyn Fn(&Institution) -> bool| bits(all.iter().map(one));
    let number = |name: &str, one: fn(&Institution) -> Option<i64>| {
        let column = Column::longs(name, all.iter().map(|i| one(i).unwrap_or(0)).collect());
        column.known(known(&|i| one(i).is_some()))
    };
    let columns = Columns::new(all.len())
        .with(words("kind", all.iter().map(|one| Some(one.facts.kind.code())))?)?
        .with(words("ownership", all.iter().map(|one| one.facts.ownership.map(Ownership::code)))?)?
        .with(words("profit_status", all.iter().map(|one| one.facts.profit.map(Profit::code)))?)?
        .with(words("hospital_level", all.iter().map(|one| one.facts.hospital_level.as_deref()))?)?
        .with(number("beds", |one| one.facts.beds))?
        .with(districts(all.iter().map(|one| one.facts.area), names)?)?;
    let areas = places.sorted(&mut place, |area| names.name(area));
    let who = all.iter().map(|one| Who::Institution(one.id)).collect();
    Ok(Population { of: Of::Institutions, columns, places: place, areas, who, on, from: Origin::Register })
}

/// A repeatable stream of whole numbers.
struct Dice(u64);

impl Dice {
    /// From 0 to `n` - 1.
    fn below(&mut self, n: u64) -> u64 {
        ((u128::from(mix(&mut self.0)) * u128::from(n)) >> 64) as u64
    }

    /// One of the values by their weights.
    fn of<T: Copy>(&mut self, weighted: &[(T, u64)]) -> T {
        let mut rest = self.below(weighted.iter().map(|(_, weight)| weight).sum());
        for (value, weight) in weighted {
            if rest < *weight {
                return *value;
            }
            rest -= weight;
        }
        weighted[0].0
    }
}

impl Population {
    /// A population that is made up: nobody, of no county in particular, in rough proportions; the same for the same seed.
    ///
    /// # Errors
    /// When a side does not answer, or no county is known; in words.
    pub fn made_up(
        library: &Library,
        ask: &Ask,
        many: usize,
        (seed, on): (u64, Date),
        counties: &[(Area, String)],
    ) -> Result<Self, String> {
        if counties.is_empty() || counties.len() > usize::from(u16::MAX) {
            return Err("这个地区没有已知的区县，不能生成合成人群；用 --area 指定".into());
        }
        let of = Of::question(library, ask)?;
        let mut dice = Dice(seed);
        let places: Vec<u16> = (0..many).map(|_| dice.below(counties.len() as u64) as u16).collect();
        let district =
            Column::words("district", places.clone(), counties.iter().map(|(_, name)| name.clone()).collect());
        let columns = Columns::new(many).with(district.ok_or("区县太多")?)?;
        let columns = match of {
            Of::Elders => people(columns, many, on, &mut dice)?,
            Of::Institutions => places_of_care(columns, many, &mut dice)?,
        };
        Ok(Self {
            of,
            columns,
            places,
            areas: counties.to_vec(),
            who: vec![Who::Nobody; many],
            on,
            from: Origin::Nowhere,
        })
    }
}

impl Population {
    /// Those of a CSV file whose columns have the names of facts; `area` (a code) says where each is at home.
    ///
    /// # Errors
    /// When a side does not answer, or the file cannot be read; in words, with the line.
    pub fn of_file(
        library: &Library,
        ask: &Ask,
        file: &Path,
        on: Date,
        counties: &[(Area, String)],
    ) -> Result<Self, String> {
        let of = Of::question(library, ask)?;
        let mut wanted = model::wanted(library, ask)?;
        wanted.insert(HOME.into(), policy::Kind::Text);
        let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let columns = read_csv(file, &wanted, threads)?;
        let mut areas = counties.to_vec();
        areas.push((Area::COUNTRY, "没有写地区".into()));
        let nowhere = areas.len() - 1;
        let home = |word: &str| {
            let area = Area::parse(word).map_err(|e| format!("{} 列 {HOME}：“{word}”{e}", file.display()))?;
            let county = area.up_to(Level::County);
            let known = counties.iter().position(|(one, _)| *one == county);
            known.ok_or_else(|| format!("{} 列 {HOME}：没有代码 {word} 的区县", file.display()))
        };
        let places = match columns.get(HOME) {
            None => vec![nowhere as u16; columns.len()],
            Some(column) => {
                let homes = column.words_of().iter().map(|word| home(word)).collect::<Result<Vec<usize>, _>>()?;
                let place = |(row, number): (usize, i64)| {
                    let known = column.value(row).and(homes.get(number as usize));
                    *known.unwrap_or(&nowhere) as u16
                };
                column.numbers().enumerate().map(place).collect()
            }
        };
        let who = vec![Who::Nobody; columns.len()];
        Ok(Self { of, columns, places, areas, who, on, from: Origin::File })
    }
}

/// Old people in rough proportions. The shares are ours and stand for no place.
fn people(columns: Columns, many: usize, on: Date, dice: &mut Dice) -> Result<Columns, String> {
    const AGES: [(u64, u64); 8] = [(60, 29), (65, 26), (70, 18), (75, 12), (80, 8), (85, 4), (90, 2), (95, 1)];
    const LEVELS: [(u8, u64); 6] = [(0, 880), (1, 50), (2, 30), (3, 20), (4, 12), (5, 8)];
    let ages: Vec<u8> = (0..many).map(|_| (dice.of(&AGES) + dice.below(5)) as u8).collect();
    let levels: Vec<u8> = (0..many).map(|_| dice.of(&LEVELS)).collect();
    let words: Vec<String> = Chronic::ALL.iter().map(|one| one.code().to_owned()).collect();
    let sick: Vec<i64> =
        (0..many).map(|_| (0..words.len()).map(|at| i64::from(dice.below(10) == 0) << at).sum()).collect();
    let demented: Vec<bool> = sick.iter().map(|set| set & i64::from(Chronic::Dementia.bit()) != 0).collect();
    let back: Vec<Option<u64>> = (0..many).map(|_| Some(dice.below(900)).filter(|days| *days < 800)).collect();
    let done = back.iter().map(|days| on.checked_sub_days(chrono::Days::new(days.unwrap_or(0))).unwrap_or(on));
    let last_done = Column::days("last_done", done).nothing(bits(back.iter().map(Option::is_none)));
    let mut share = |name: &str, of_thousand: u64| {
        Column::flags(name, (0..many).map(|_| dice.below(1000) < of_thousand).collect::<Vec<_>>())
    };
    let (ill, special, handicapped) =
        (share("seriously_ill", 60), share("special_family", 15), share("handicapped", 80));
    let (urban, supported) = (share("urban_registration", 550), share("government_supported", 20));
    let months: Vec<u8> = (0..many).map(|_| dice.below(36) as u8).collect();
    columns
        .with(Column::bytes("age", ages))?
        .with(Column::bytes("level", levels.clone()))?
        .with(Column::bytes("disability_level", levels))?
        .with(Column::sets("chronic_diseases", sick, words).ok_or("慢性病的词太多")?)?
        .with(Column::flags("dementia", demented))?
        .with(last_done)?
        .with(ill)?
        .with(special)?
        .with(handicapped)?
        .with(urban)?
        .with(supported)?
        .with(Column::bytes("months_stayed", months))
}

/// Institutions in rough proportions. The shares are ours and stand for no place.
fn places_of_care(columns: Columns, many: usize, dice: &mut Dice) -> Result<Columns, String> {
    const KINDS: [(Kind, u64); 6] = [
        (Kind::ElderCareInstitution, 50),
        (Kind::WelfareHome, 5),
        (Kind::RuralElderHome, 25),
        (Kind::DayCareCentre, 10),
        (Kind::NursingHome, 6),
        (Kind::Hospital, 4),
    ];
    const OWNERSHIP: [(Ownership, u64); 3] =
        [(Ownership::Private, 60), (Ownership::Public, 30), (Ownership::PublicPrivate, 10)];
    const PROFIT: [(Profit, u64); 2] = [(Profit::NonProfit, 70), (Profit::ForProfit, 30)];
    const GRADES: [(&str, u64); 5] =
        [("一级", 40), ("二级乙等", 20), ("二级甲等", 25), ("三级乙等", 8), ("三级甲等", 7)];
    let kinds: Vec<Kind> = (0..many).map(|_| dice.of(&KINDS)).collect();
    let ownership: Vec<Ownership> = (0..many).map(|_| dice.of(&OWNERSHIP)).collect();
    let profit: Vec<Profit> = (0..many).map(|_| dice.of(&PROFIT)).collect();
    let grades: Vec<&str> = (0..many).map(|_| dice.of(&GRADES)).collect();
    let beds: Vec<i64> = (0..many).map(|_| 10 + dice.below(390) as i64).collect();
    let near: Vec<bool> = (0..many).map(|_| dice.below(4) == 0).collect();
    let hospitals: Vec<&str> = (0..many).map(|_| dice.of(&[("general", 6), ("tcm", 3), ("specialist", 1)])).collect();
    columns
        .with(words("kind", kinds.iter().map(|one| Some(one.code())))?)?
        .with(words("ownership", ownership.iter().map(|one| Some(one.code())))?)?
        .with(words("profit_status", profit.iter().map(|one| Some(one.code())))?)?
        .with(words("hospital_level", grades.iter().map(|one| Some(*one)))?)?
        .with(words("hospital_kind", hospitals.iter().map(|one| Some(*one)))?)?
        .with(Column::longs("beds", beds))?
        .with(Column::flags("adjacent_to_medical", near))
}
