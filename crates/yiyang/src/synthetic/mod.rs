//! The synthetic county: `yiyang generate` writes the files that a real county would bring, and nothing privileged.
//!
//! Everybody in it is made up. The county-level division codes are real; streets, towns, villages, names, numbers and
//! institutions are not. The same options give the same bytes.
//!
//! | file | holds | written by |
//! |---|---|---|
//! | `areas.csv` | streets, towns, communities, villages | `places` |
//! | `institutions.xlsx` | 机构名册 | `institutions` |
//! | `staff.xlsx` | 人员名册 | `staff` |
//! | `elders.xlsx` or `.csv` | 老年人名册 | `people`, `health`, `elders` |
//! | `checkups.csv` (GB18030) | 健康体检 | `records` |
//! | `stays.csv` | 住院记录 | `records` |
//! | `说明.txt` | what this is, and which mistakes were planted | here |

mod dirt;
mod draw;
mod elders;
mod files;
mod health;
mod institutions;
mod names;
mod numbers;
mod people;
mod places;
mod records;
mod roster;
mod staff;
#[cfg(test)]
mod tests;

pub use dirt::{Mistake, Planted};

use anyhow::{Context, bail, ensure};
pub(crate) use draw::Draw;
use files::{Book, Cell, Lines, Shape, Table, Text};
use institutions::Institutions;
use kernel::Date;
use numbers::Numbers;
use places::{County, DEFAULT_COUNTY, NANTONG, Places};
use staff::{Need, Personnel};
use std::fmt;
use std::path::PathBuf;

/// From this many old people on, and without a county named, the whole city takes part.
const WHOLE_CITY: usize = 100_000;
/// More than this many numbers of identity would crowd the days of birth of a county.
const MOST: usize = 5_000_000;
/// Rows that an xlsx sheet takes beside its headings and the second rows that `--dirty` adds.
const MOST_IN_A_SHEET: usize = 1_000_000;

/// In which form the roster of old people comes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// A workbook, as most counties have.
    #[default]
    Xlsx,
    /// Text in UTF-8, for more rows than a sheet takes.
    Csv,
}

/// What is to be made.
#[derive(Clone, Debug)]
pub struct Options {
    /// The place: `nantong`.
    pub place: String,
    /// One county-level division by its 6-digit code; without it 如东县, or the whole city from 100 000 people on.
    pub county: Option<String>,
    /// How many different old people.
    pub elders: usize,
    /// The seed: the same seed and options give the same bytes.
    pub seed: u64,
    /// The share of rows with a planted mistake, 0 to 1.
    pub dirty: f64,
    /// The folder for the files; made if it is not there.
    pub out: PathBuf,
    /// The day on which the lists were drawn up; ages and dates relate to it.
    pub today: Date,
    /// Form of the roster of old people.
    pub format: Format,
}

/// What was made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Each file and its rows, headings not counted.
    pub files: Vec<(String, usize)>,
    /// Different old people.
    pub elders: usize,
    /// Mistakes that were planted.
    pub planted: Planted,
}

impl Summary {
    /// Rows of a file.
    pub fn rows(&self, file: &str) -> usize {
        self.files.iter().filter(|(name, _)| name == file).map(|(_, rows)| rows).sum()
    }

    fn wrote(&mut self, file: &str, rows: usize) {
        self.files.push((file.to_owned(), rows));
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.files.iter().try_for_each(|(file, rows)| writeln!(f, "  {file}  {rows} 行"))?;
        writeln!(f, "  其中不同的老年人 {} 人", self.elders)?;
        if self.planted != Planted::default() {
            write!(f, "有意埋入的差错（文件、差错、处数）：\n{}", self.planted)?;
        }
        Ok(())
    }
}

/// Tells how far it is: what is being written, rows done, rows in all.
pub type Progress<'a> = &'a mut dyn FnMut(&str, usize, usize);

/// Writes all files of a synthetic county into the folder.
///
/// # Errors
/// When an option is out of range, or the folder cannot be written; the message is for the user.
pub fn generate(options: &Options, progress: Progress<'_>) -> anyhow::Result<Summary> {
    check(options)?;
    let counties = counties(options)?;
    std::fs::create_dir_all(&options.out).with_context(|| format!("无法建立目录 {}", options.out.display()))?;
    let places = Places::new(&mut Draw::new(options.seed, "places"), counties, options.elders);
    let institutions =
        Institutions::new(&mut Draw::new(options.seed, "institutions"), &places, options.elders, options.today);
    let mut maker = Maker { options, places: &places, numbers: Numbers::default(), summary: Summary::default() };
    maker.areas(progress)?;
    maker.institutions(&institutions, progress)?;
    maker.staff(&institutions, progress)?;
    maker.people(&institutions, progress)?;
    let summary = maker.summary;
    std::fs::write(options.out.join("说明.txt"), explain(options, &places, &summary))?;
    Ok(summary)
}

fn check(options: &Options) -> anyhow::Result<()> {
    ensure!(options.place == "nantong", "没有“{}”这个地方的合成数据，目前可用：nantong", options.place);
    ensure!((1..=MOST).contains(&options.elders), "老年人数应在 1 至 {MOST} 之间，这里是 {}", options.elders);
    ensure!((0.0..=1.0).contains(&options.dirty), "差错比例应在 0 至 1 之间，这里是 {}", options.dirty);
    let fits = options.format == Format::Csv || options.elders <= MOST_IN_A_SHEET;
    ensure!(fits, "一张 Excel 工作表放不下 {} 行，请改用 --format csv", options.elders);
    Ok(())
}

fn counties(options: &Options) -> anyhow::Result<Vec<&'static County>> {
    let one = match &options.county {
        Some(code) => code.as_str(),
        None if options.elders >= WHOLE_CITY => return Ok(NANTONG.iter().collect()),
        None => DEFAULT_COUNTY,
    };
    match NANTONG.iter().find(|county| county.code == one) {
        Some(county) => Ok(vec![county]),
        None => {
            let known: Vec<String> = NANTONG.iter().map(|county| format!("{} {}", county.code, county.name)).collect();
            bail!("南通市没有区划代码为 {one} 的县（市、区），可用：{}", known.join("、"))
        }
    }
}

/// Writes one file after the other.
struct Maker<'a> {
    options: &'a Options,
    places: &'a Places,
    numbers: Numbers,
    summary: Summary,
}

impl Maker<'_> {
    fn path(&self, file: &str) -> PathBuf {
        self.options.out.join(file)
    }

    fn areas(&mut self, progress: Progress<'_>) -> anyhow::Result<()> {
        let headings = ["区划代码", "名称", "上级代码", "类型", "经度", "纬度"];
        let mut table = Lines::create(&self.path("areas.csv"), Text::Utf8, &headings)?;
        for town in &self.places.towns {
            let county = self.places.counties[town.county].code;
            table.row(&area(
                &format!("{}000", town.code),
                &town.name,
                &format!("{county}000000"),
                town.kind,
                town.at,
            ))?;
            for village in &self.places.villages[town.villages.clone()] {
                let kind = if village.urban { "社区" } else { "村" };
                table.row(&area(&village.code, &village.name, &format!("{}000", town.code), kind, village.at))?;
            }
        }
        table.finish()?;
        let rows = self.places.towns.len() + self.places.villages.len();
        progress("区划", rows, rows);
        self.summary.wrote("areas.csv", rows);
        Ok(())
    }

    fn institutions(&mut self, institutions: &Institutions, progress: Progress<'_>) -> anyhow::Result<()> {
        let rows = roster::institutions(self, institutions)?;
        progress("机构", rows, rows);
        self.summary.wrote("institutions.xlsx", rows);
        Ok(())
    }

    fn staff(&mut self, institutions: &Institutions, progress: Progress<'_>) -> anyhow::Result<()> {
        let need = Need::new(self.options.elders, &institutions.list);
        let mut personnel = Personnel::new(self.options.seed, &mut self.numbers, self.places, self.options.today);
        let people: Vec<Vec<Cell>> = institutions.list.iter().flat_map(|one| personnel.of(one, &need)).collect();
        let rows = roster::staff(self, people)?;
        progress("人员", rows, rows);
        self.summary.wrote("staff.xlsx", rows);
        Ok(())
    }

    fn people(&mut self, institutions: &Institutions, progress: Progress<'_>) -> anyhow::Result<()> {
        let (name, table) = match self.options.format {
            Format::Xlsx => {
                ("elders.xlsx", self.book("elders.xlsx", "老年人名册", &elders::HEADINGS, self.options.elders)?)
            }
            Format::Csv => ("elders.csv", Lines::create(&self.path("elders.csv"), Text::Utf8, &elders::HEADINGS)?),
        };
        let checkups = Lines::create(&self.path("checkups.csv"), Text::Gb18030, &records::CHECKUP_HEADINGS)?;
        let stays = Lines::create(&self.path("stays.csv"), Text::Utf8, &records::STAY_HEADINGS)?;
        let counts = roster::people(self, institutions, [table, checkups, stays], name, progress)?;
        for (file, rows) in [name, "checkups.csv", "stays.csv"].into_iter().zip(counts) {
            self.summary.wrote(file, rows);
        }
        self.summary.elders = self.options.elders;
        Ok(())
    }

    fn book(&self, file: &str, sheet: &str, headings: &[&str], rows: usize) -> anyhow::Result<Table> {
        Book::create(&self.path(file), &Shape { sheet, headings, title: None, rows })
    }
}

fn area(code: &str, name: &str, parent: &str, kind: &'static str, (lon, lat): (f64, f64)) -> [Cell; 6] {
    let text = |text: &str| Cell::Text(text.to_owned());
    [text(code), text(name), text(parent), Cell::Word(kind), Cell::Number(lon), Cell::Number(lat)]
}

/// The text that lies beside the files, so that nobody takes them for real.
fn explain(options: &Options, places: &Places, summary: &Summary) -> String {
    let counties: Vec<&str> = places.counties.iter().map(|county| county.name).collect();
    format!(
        "合成数据，仅供演示和测试，不含任何真实个人或机构的信息。\n\n\
         由 yiyang generate 生成：地区 {}（{}），老年人 {} 人，种子 {}，差错比例 {}，名册日期 {}。\n\
         同样的参数生成的文件逐字节相同。\n\n\
         真实的只有县级及以上区划代码；街道、乡镇、村（居）及其代码（后三位以 9 开头）、姓名、住址、机构均为虚构。\n\
         身份证号、统一社会信用代码只是格式和校验码正确，为随机生成；信用代码中的组织机构代码以 0 开头，不对应任何机构。\n\
         手机号以 154 开头，固定电话局号以 00 开头，均为编写时未见分配的号段。\n\
         checkups.csv 为 GB18030 编码，其余 csv 为 UTF-8（带 BOM）。\n\n{}",
        options.place,
        counties.join("、"),
        options.elders,
        options.seed,
        options.dirty,
        options.today,
        summary
    )
}
