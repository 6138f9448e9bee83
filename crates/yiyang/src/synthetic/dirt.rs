//! The mistakes that real lists have, planted on purpose and counted.

use super::draw::Draw;
use super::files::Cell;
use super::names;
use std::collections::BTreeMap;
use std::fmt;

/// One sort of mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mistake {
    /// The last character of the identity number is another.
    WrongCheckDigit,
    /// The same person stands in a second row, the name spelled otherwise; same identity number.
    TwiceSameNumber,
    /// The same person stands in a second row with another, also valid, identity number.
    TwiceOtherNumber,
    /// A date as a text: `1949年3月5日`, `1949.3.5`, `1949/3/5`, `19490305`. A careful reader understands it.
    DateAsText,
    /// Full-width digits. A careful reader understands them.
    FullWidth,
    /// A division code that does not exist.
    UnknownArea,
    /// A date of birth other than the identity number's.
    BirthMismatch,
    /// No name.
    MissingName,
    /// A telephone number that cannot be one.
    ImpossiblePhone,
    /// A real formula in a cell, with a link.
    FormulaLink,
    /// A text that looks like a formula, `=1+1`.
    FormulaText,
    /// The 15-digit identity number that has not been legal since 2013.
    OldNumber,
    /// A number of beds with its unit behind it: `120张`.
    NumberWithUnit,
    /// An institution that is not in the roster of institutions.
    UnknownInstitution,
    /// A whole optional column is missing.
    MissingColumn,
    /// A title stands above the headings, merged over all columns.
    TitleAbove,
    /// Two cells below each other are merged; the lower one reads as empty.
    MergedCells,
}

impl Mistake {
    /// The mistake in the words of the field.
    pub const fn name(self) -> &'static str {
        match self {
            Self::WrongCheckDigit => "身份证号校验码不符",
            Self::TwiceSameNumber => "同一人重复（证号相同、姓名写法不同）",
            Self::TwiceOtherNumber => "同一人重复（证号不同）",
            Self::DateAsText => "日期为各种文本写法",
            Self::FullWidth => "全角数字",
            Self::UnknownArea => "区划代码不存在",
            Self::BirthMismatch => "出生日期与身份证号不一致",
            Self::MissingName => "缺姓名",
            Self::ImpossiblePhone => "联系电话不可能",
            Self::FormulaLink => "单元格为公式（链接）",
            Self::FormulaText => "单元格为公式样文本",
            Self::OldNumber => "15位旧身份证号",
            Self::NumberWithUnit => "数字带单位",
            Self::UnknownInstitution => "所属机构不存在",
            Self::MissingColumn => "缺列（非必填）",
            Self::TitleAbove => "表头上方有合并的标题行",
            Self::MergedCells => "合并单元格",
        }
    }
}

/// How many mistakes of each sort were planted, by file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Planted(BTreeMap<(&'static str, Mistake), usize>);

impl Planted {
    /// Counts one more.
    pub fn add(&mut self, file: &'static str, mistake: Mistake) {
        *self.0.entry((file, mistake)).or_default() += 1;
    }

    /// How many of the sort stand in the file.
    pub fn count(&self, file: &str, mistake: Mistake) -> usize {
        self.0.iter().filter(|((name, kind), _)| *name == file && *kind == mistake).map(|(_, count)| count).sum()
    }

    /// All mistakes of one file.
    pub fn in_file(&self, file: &str) -> usize {
        self.0.iter().filter(|((name, _), _)| *name == file).map(|(_, count)| count).sum()
    }
}

impl fmt::Display for Planted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|((file, mistake), count)| writeln!(f, "  {file}  {}  {count}", mistake.name()))
    }
}

/// How often each mistake is the one in a row of old people.
const IN_ELDERS: &[(Mistake, u32)] = &[
    (Mistake::WrongCheckDigit, 15),
    (Mistake::TwiceSameNumber, 12),
    (Mistake::TwiceOtherNumber, 12),
    (Mistake::DateAsText, 15),
    (Mistake::FullWidth, 15),
    (Mistake::UnknownArea, 8),
    (Mistake::BirthMismatch, 6),
    (Mistake::MissingName, 4),
    (Mistake::ImpossiblePhone, 6),
    (Mistake::FormulaLink, 3),
    (Mistake::FormulaText, 2),
    (Mistake::OldNumber, 2),
];

/// The mistake to plant in the next row of old people, if any.
pub fn elder_mistake(draw: &mut Draw, rate: f64) -> Option<Mistake> {
    draw.yes(rate).then(|| draw.of(IN_ELDERS))
}

/// A row under its headings.
pub struct Row<'a> {
    /// The headings of the file.
    pub headings: &'a [&'a str],
    /// The cells below them.
    pub cells: Vec<Cell>,
}

impl Row<'_> {
    fn cell(&mut self, heading: &str) -> &mut Cell {
        let at = self.headings.iter().position(|one| *one == heading).unwrap_or_default();
        &mut self.cells[at]
    }

    fn text(&mut self, heading: &str) -> String {
        self.cell(heading).text()
    }

    fn set(&mut self, heading: &str, text: impl Into<String>) {
        *self.cell(heading) = Cell::Text(text.into());
    }

    /// Plants a mistake that stays within the row.
    pub fn spoil(&mut self, draw: &mut Draw, mistake: Mistake) {
        match mistake {
            Mistake::WrongCheckDigit => self.wrong_check_digit(draw),
            Mistake::TwiceSameNumber => {
                let name = names::other_spelling(draw, &self.text("姓名"));
                self.set("姓名", name);
            }
            Mistake::DateAsText => self.date_as_text(draw),
            Mistake::FullWidth => self.full_width(),
            Mistake::UnknownArea => {
                let wrong = draw.pick(&["320699001201", "320623999999", "32062300", "福星镇"]);
                self.set("区划代码", wrong);
            }
            Mistake::BirthMismatch => self.birth_mismatch(),
            Mistake::MissingName => *self.cell("姓名") = Cell::Blank,
            Mistake::ImpossiblePhone => {
                let wrong = draw.pick(&["12345", "154000000001", "15400-abcde", "无"]);
                self.set("联系电话", wrong);
            }
            Mistake::FormulaLink => {
                let link = "=HYPERLINK(\"http://example.invalid/\",\"点击查看\")".to_owned();
                *self.cell("居住地址") = Cell::Formula(link, "点击查看");
            }
            Mistake::FormulaText => self.set("紧急联系人", "=1+1"),
            Mistake::OldNumber => {
                let number = self.text("身份证号");
                self.set("身份证号", format!("{}{}", &number[..6], &number[8..17]));
            }
            Mistake::NumberWithUnit => {
                let beds = self.text("养老床位数");
                self.set("养老床位数", format!("{beds}张"));
            }
            Mistake::UnknownInstitution => self.set("所属机构信用代码", "91320600MA00000000"),
            Mistake::TwiceOtherNumber | Mistake::MissingColumn | Mistake::TitleAbove | Mistake::MergedCells => {}
        }
    }

    /// Puts another identity number into the row.
    pub fn renumber(&mut self, number: &str) {
        self.set("身份证号", number);
    }

    fn wrong_check_digit(&mut self, draw: &mut Draw) {
        let number = self.text("身份证号");
        let right = number.chars().next_back();
        let others: Vec<char> = "0123456789X".chars().filter(|c| Some(*c) != right).collect();
        self.set("身份证号", format!("{}{}", &number[..17], draw.pick(&others)));
    }

    /// The first column that holds a date becomes a text.
    fn date_as_text(&mut self, draw: &mut Draw) {
        let shape = draw.pick(&["%Y年%-m月%-d日", "%Y.%-m.%-d", "%Y/%-m/%-d", "%Y%m%d"]);
        if let Some(cell) = self.cells.iter_mut().find(|cell| matches!(cell, Cell::Day(_)))
            && let Cell::Day(day) = *cell
        {
            *cell = Cell::Text(day.format(shape).to_string());
        }
    }

    /// The identity or credit number, and the telephone number, in full-width characters.
    fn full_width(&mut self) {
        let wide = |c: char| if c.is_ascii_graphic() { char::from_u32(c as u32 + 0xfee0).unwrap_or(c) } else { c };
        for (heading, cell) in self.headings.iter().zip(&mut self.cells) {
            if let Cell::Text(text) = cell
                && matches!(*heading, "身份证号" | "统一社会信用代码" | "联系电话")
            {
                *text = text.chars().map(wide).collect();
            }
        }
    }

    /// A year later than in the identity number.
    fn birth_mismatch(&mut self) {
        if let Cell::Day(born) = self.cell("出生日期") {
            *born = born.checked_add_months(chrono::Months::new(12)).unwrap_or(*born);
        }
    }
}

/// Whether the mistake adds a second row rather than spoiling the first.
pub const fn doubles(mistake: Mistake) -> bool {
    matches!(mistake, Mistake::TwiceSameNumber | Mistake::TwiceOtherNumber)
}
