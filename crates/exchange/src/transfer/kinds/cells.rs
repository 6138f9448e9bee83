//! The cells of one row, read as what they should be; each that is not gets its own fault.

use super::{Column, Context, Fault};
use crate::transfer::read::Row;
use chrono::Datelike;
use kernel::text::clean;
use kernel::{Area, CitizenNumber, CreditCode, Date};

/// Reads cells of a row by column of the kind, and gathers what is wrong with them.
pub struct Cells<'a> {
    row: &'a Row,
    map: &'a [Option<usize>],
    columns: &'static [Column],
    /// What the row is read against.
    pub context: &'a Context,
    faults: Vec<Fault>,
}

impl<'a> Cells<'a> {
    /// The cells of a row.
    #[must_use]
    pub const fn new(row: &'a Row, map: &'a [Option<usize>], columns: &'static [Column], context: &'a Context) -> Self {
        Self { row, map, columns, context, faults: Vec::new() }
    }

    /// Says that a cell is wrong.
    pub fn fault(&mut self, column: usize, message: impl Into<String>) {
        self.faults.push(Fault::new(Some(column), message));
    }

    /// Says that a row belongs elsewhere.
    pub fn outside(&mut self, column: usize, area: Area) {
        let message = format!("{} 不在您的辖区内，请由所在辖区导入", self.context.area_name(area));
        let county = self.context.county_name(area);
        self.faults.push(Fault { outside: Some(county), ..Fault::new(Some(column), message) });
    }

    /// What was made of the row, unless something is wrong with it.
    ///
    /// # Errors
    /// All faults of the row.
    pub fn done<T>(self, made: Option<T>) -> Result<T, Vec<Fault>> {
        match made {
            Some(made) if self.faults.is_empty() => Ok(made),
            _ => Err(self.faults),
        }
    }

    /// The text of a cell, if there is one.
    pub fn text(&mut self, column: usize) -> Option<String> {
        let at = self.map.get(column).copied().flatten()?;
        if let Some(mark) = self.row.marked(at) {
            self.fault(column, mark.message());
            return None;
        }
        let raw = self.row.get(at);
        if raw.is_empty() {
            return None;
        }
        // A text that begins like a formula comes from somebody who wants a spreadsheet to run it.
        if raw.trim_start().trim_start_matches('\'').starts_with(['=', '@', '＝', '＠']) {
            self.fault(column, "内容以“=”或“@”开头，像是公式，请改为普通文字");
            return None;
        }
        Some(clean(raw)).filter(|text| !text.is_empty())
    }

    /// The text of a cell that must not be empty.
    pub fn need(&mut self, column: usize) -> Option<String> {
        let known = self.faults.len();
        let text = self.text(column);
        if text.is_none() && self.faults.len() == known {
            self.fault(column, format!("“{}”为必填项，不能为空", self.columns[column].heading));
        }
        text
    }

    /// A text without any blanks.
    fn tight(&mut self, column: usize) -> Option<String> {
        self.text(column).map(|text| text.chars().filter(|c| !c.is_whitespace()).collect())
    }

    fn need_tight(&mut self, column: usize) -> Option<String> {
        self.need(column).map(|text| text.chars().filter(|c| !c.is_whitespace()).collect())
    }

    fn judged<T>(&mut self, column: usize, result: Result<T, String>) -> Option<T> {
        result.map_err(|message| self.fault(column, message)).ok()
    }

    /// A person's name.
    pub fn name(&mut self, column: usize) -> Option<String> {
        let name: String = self.need(column)?.split_whitespace().collect::<Vec<_>>().join(" ");
        // Chinese names are often stretched with blanks; names in letters keep theirs.
        let name = if name.is_ascii() { name } else { name.replace(' ', "") };
        let good = (2..=50).contains(&name.chars().count()) && !name.chars().any(|c| c.is_ascii_digit());
        let result = if good { Ok(name) } else { Err("不像姓名（应为 2–50 个字，不含数字）".into()) };
        self.judged(column, result)
    }

    /// An identity number.
    pub fn citizen(&mut self, column: usize) -> Option<CitizenNumber> {
        let text = self.need_tight(column)?;
        let result = CitizenNumber::parse(&text, self.context.today).map_err(|e| e.to_string());
        self.judged(column, result)
    }

    /// A credit code.
    pub fn credit(&mut self, column: usize) -> Option<CreditCode> {
        let text = self.need_tight(column)?;
        self.judged(column, CreditCode::parse(&text).map_err(|e| e.to_string()))
    }

    /// A credit code that may be left out.
    pub fn maybe_credit(&mut self, column: usize) -> Option<CreditCode> {
        let text = self.tight(column)?;
        self.judged(column, CreditCode::parse(&text).map_err(|e| e.to_string()))
    }

    /// A division code that may be left out.
    pub fn maybe_area(&mut self, column: usize) -> Option<Area> {
        let text = self.tight(column)?;
        self.judged(column, Area::parse(&text).map_err(|e| e.to_string()))
    }

    /// A division code.
    pub fn area(&mut self, column: usize) -> Option<Area> {
        let text = self.need_tight(column)?;
        self.judged(column, Area::parse(&text).map_err(|e| e.to_string()))
    }

    /// A division code that must be among the known ones and within the sight of whoever imports.
    pub fn known_area(&mut self, column: usize) -> Option<Area> {
        let area = self.area(column)?;
        if !self.context.scope.area.contains(area) {
            self.outside(column, area);
            return None;
        }
        let result = if !self.context.areas.contains_key(&area.number()) {
            Err(format!("没有区划代码 {}，请核对，或先导入行政区划", area.short()))
        } else {
            Ok(area)
        };
        self.judged(column, result)
    }

    /// A date in one of the forms that people write.
    pub fn date(&mut self, column: usize) -> Option<Date> {
        let text = self.tight(column)?;
        let wrong = || format!("“{}”不是日期，请写成 2026-11-01 的形式", shorten(&text));
        self.judged(column, date(&text).ok_or_else(wrong))
    }

    /// A date that must not be empty.
    pub fn need_date(&mut self, column: usize) -> Option<Date> {
        self.need(column)?;
        self.date(column)
    }

    /// A date that must not lie after today.
    pub fn past(&mut self, column: usize) -> Option<Date> {
        let date = self.date(column)?;
        let result = if date > self.context.today { Err(format!("日期 {date} 在今天之后")) } else { Ok(date) };
        self.judged(column, result)
    }

    /// 是 or 否, and what people write instead.
    pub fn yes(&mut self, column: usize) -> Option<bool> {
        let text = self.tight(column)?;
        let result = match text.to_lowercase().as_str() {
            "是" | "有" | "√" | "✓" | "y" | "yes" | "1" | "true" | "对" => Ok(true),
            "否" | "无" | "×" | "x" | "n" | "no" | "0" | "false" | "不是" | "没有" => Ok(false),
            _ => Err(format!("“{}”应为“是”或“否”", shorten(&text))),
        };
        self.judged(column, result)
    }

    /// A word of a list; `parse` says what it means.
    pub fn word<T>(&mut self, column: usize, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        let text = self.tight(column)?;
        let words = self.columns[column].words;
        let wrong = || format!("“{}”不在可选项中，请填：{}", shorten(&text), words.join("、"));
        self.judged(column, parse(&text).ok_or_else(wrong))
    }

    /// A word of a list that must not be empty.
    pub fn need_word<T>(&mut self, column: usize, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        self.need(column)?;
        self.word(column, parse)
    }

    /// A whole number within bounds.
    pub fn whole(&mut self, column: usize, most: i64) -> Option<i64> {
        let text = self.tight(column)?;
        let number =
            text.trim_end_matches(".0").replace(',', "").parse::<i64>().ok().filter(|n| (0..=most).contains(n));
        self.judged(column, number.ok_or_else(|| format!("“{}”应为 0 到 {most} 的整数", shorten(&text))))
    }

    /// A number within bounds.
    pub fn number(&mut self, column: usize, low: f64, high: f64) -> Option<f64> {
        let text = self.tight(column)?;
        let number = text.parse::<f64>().ok().filter(|n| (low..=high).contains(n));
        self.judged(column, number.ok_or_else(|| format!("“{}”应为 {low} 到 {high} 之间的数", shorten(&text))))
    }

    /// A telephone number: mobile, or landline with or without area code.
    pub fn phone(&mut self, column: usize) -> Option<String> {
        let text: String = self.tight(column)?.chars().filter(|c| !matches!(c, '-' | '—' | '(' | ')' | '+')).collect();
        let text = text.strip_prefix("86").filter(|rest| rest.len() == 11).unwrap_or(&text).to_owned();
        let digits = text.bytes().all(|b| b.is_ascii_digit());
        let mobile = text.len() == 11 && text.starts_with('1') && !matches!(text.as_bytes()[1], b'0'..=b'2');
        let line = (10..=12).contains(&text.len()) && text.starts_with('0');
        let local = matches!(text.len(), 7 | 8) && !text.starts_with('0');
        let result = if digits && (mobile || line || local) {
            Ok(text)
        } else {
            Err("不是有效的电话号码（手机 11 位，或固定电话连区号）".to_owned())
        };
        self.judged(column, result)
    }

    /// All other texts, at most so many characters.
    pub fn note(&mut self, column: usize, most: usize) -> Option<String> {
        let text = self.text(column)?;
        let length = text.chars().count();
        let result =
            if length > most { Err(format!("太长（{length} 字），最多 {most} 字")) } else { Ok(text) };
        self.judged(column, result)
    }
}

fn shorten(text: &str) -> String {
    if text.chars().count() > 20 { text.chars().take(20).chain(['…']).collect() } else { text.to_owned() }
}

/// Reads `2026-11-01`, `2026/11/1`, `2026.11.1`, `20261101`, `2026年11月1日`, and Excel's day numbers in text.
#[must_use]
pub fn date(text: &str) -> Option<Date> {
    let text = text.split([' ', 'T']).next().unwrap_or_default();
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    if digits && text.len() == 8 {
        return sensible(&[&text[..4], &text[4..6], &text[6..]]);
    }
    // 1910-01-01 is day 3654; later than 2100 (73050) is no date of this register.
    if digits && text.len() == 5 {
        let days = text.parse::<u64>().ok().filter(|n| (3_654..73_050).contains(n))?;
        return Date::from_ymd_opt(1899, 12, 30)?.checked_add_days(chrono::Days::new(days));
    }
    let text = text.trim_end_matches(['日', '号']);
    sensible(&text.split(['-', '/', '.', '年', '月']).collect::<Vec<_>>())
}

fn sensible(parts: &[&str]) -> Option<Date> {
    let [year, month, day] = parts else { return None };
    if year.len() != 4 || parts.iter().any(|p| p.is_empty() || !p.bytes().all(|b| b.is_ascii_digit())) {
        return None;
    }
    let date = Date::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)?;
    (1850..=2200).contains(&date.year()).then_some(date)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_people_write_them() {
        let first = Date::from_ymd_opt(2026, 11, 1);
        for text in
            ["2026-11-01", "2026/11/1", "2026.11.1", "20261101", "2026年11月1日", "2026-11-01T00:00:00", "46327"]
        {
            assert_eq!(date(text), first, "{text}");
        }
        for text in ["", "2026-13-01", "26-11-01", "2026-11", "3653", "99999", "11/1/2026", "2026-11-01-02", "昨天"] {
            assert_eq!(date(text), None, "{text}");
        }
    }
}
