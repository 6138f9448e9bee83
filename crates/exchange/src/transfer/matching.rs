//! Which column of the file is which: by heading, tolerant of blanks, full width, stars and brackets, and by alias.

use super::kinds::{Column, Kind};
use super::read::{Row, Top, Unreadable, letters};
use kernel::text::clean;
use serde::{Deserialize, Serialize};

/// Where things stand in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layout {
    /// Name of the sheet; empty for csv.
    pub sheet: String,
    /// Number of the row with the headings.
    pub heading_row: u32,
    /// The headings as they stand in the file.
    pub headings: Vec<String>,
    /// For each column of the kind, the column of the file that it is read from.
    pub map: Vec<Option<usize>>,
}

impl Layout {
    /// Headings of the file that nothing is read from, each with its letter.
    #[must_use]
    pub fn ignored(&self) -> Vec<String> {
        let free = |(at, text): (usize, &String)| {
            let used = self.map.contains(&Some(at)) || text.is_empty();
            (!used).then(|| format!("{}列“{text}”", letters(at)))
        };
        self.headings.iter().enumerate().filter_map(free).collect()
    }

    /// Columns of the kind that the file does not have.
    #[must_use]
    pub fn missing(&self, kind: Kind) -> Vec<&'static str> {
        let all = kind.columns().iter().zip(&self.map);
        all.filter(|(_, at)| at.is_none()).map(|(column, _)| column.heading).collect()
    }

    /// The same file read by another matching.
    ///
    /// # Errors
    /// When a required column would have no source, or one source would serve two columns.
    pub fn rematched(&self, kind: Kind, map: Vec<Option<usize>>) -> Result<Self, String> {
        let layout = Self { map, ..self.clone() };
        if layout.map.len() != kind.columns().len()
            || layout.map.iter().flatten().any(|at| *at >= layout.headings.len())
        {
            return Err("列的对应关系不完整，请重新选择".into());
        }
        lacking(kind, &layout.map).map_or(Ok(()), |names| Err(format!("必需的列没有对应：{names}")))?;
        let mut used: Vec<_> = layout.map.iter().flatten().collect();
        used.sort_unstable();
        match used.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => Err(format!("文件的 {} 列被选了两次，每一列只能对应一项", letters(*pair[0]))),
            None => Ok(layout),
        }
    }
}

/// A heading for comparing: plain width, no blanks, no stars, no brackets.
fn key(heading: &str) -> String {
    let text = clean(heading).to_lowercase();
    let bare = text.split(['(', '（', '[', '【']).next().unwrap_or_default();
    let bare = if bare.trim().is_empty() { &text } else { bare };
    bare.chars().filter(|c| !c.is_whitespace() && !matches!(c, '*' | '※' | ':' | '：' | '"' | '\'')).collect()
}

fn fits(column: &Column, heading: &str) -> bool {
    key(column.heading) == heading || column.aliases.iter().any(|alias| key(alias) == heading)
}

/// The column of the file for each column of the kind. A heading proper goes before an alias.
fn map(kind: Kind, row: &Row) -> Vec<Option<usize>> {
    let keys: Vec<String> = row.cells().map(key).collect();
    let exact = |column: &Column| keys.iter().position(|k| *k == key(column.heading));
    let mut map: Vec<Option<usize>> = kind.columns().iter().map(exact).collect();
    for (at, column) in kind.columns().iter().enumerate() {
        if map[at].is_none() {
            let free = |i: &usize| !map.contains(&Some(*i)) && fits(column, &keys[*i]);
            map[at] = (0..keys.len()).find(free);
        }
    }
    map
}

fn score(map: &[Option<usize>]) -> usize {
    map.iter().flatten().count()
}

fn lacking(kind: Kind, map: &[Option<usize>]) -> Option<String> {
    let names: Vec<_> =
        kind.columns().iter().zip(map).filter(|(c, at)| c.required && at.is_none()).map(|(c, _)| c.heading).collect();
    (!names.is_empty()).then(|| names.join("、"))
}

/// Finds sheet, heading row and columns.
///
/// # Errors
/// Says which sheets there are, which required columns are missing, or which kind of roster it looks like instead.
pub fn find(kind: Kind, tops: &[Top]) -> Result<Layout, Unreadable> {
    let rows = tops.iter().flat_map(|top| top.rows.iter().map(move |row| (top, row)));
    // The first of equal rows is the heading: a later one would be a repeated title.
    let best = rows.map(|(top, row)| (map(kind, row), top, row)).rev_max();
    let Some((found, top, row)) = best.filter(|(found, ..)| score(found) >= 2) else {
        return Err(Unreadable::new(format!("{}{}", no_headings(kind, tops), sheets(tops))));
    };
    if let Some(names) = lacking(kind, &found) {
        let place = if top.sheet.is_empty() { String::new() } else { format!("工作表“{}”", top.sheet) };
        let other = other_kind(kind, tops).unwrap_or_default();
        return Err(Unreadable::new(format!(
            "{place}第 {} 行的标题中缺少必需的列：{names}。请补上这些列（可下载{}模板对照）{other}",
            row.number,
            kind.name()
        )));
    }
    let headings = row.cells().map(clean).collect();
    Ok(Layout { sheet: top.sheet.clone(), heading_row: row.number, headings, map: found })
}

fn no_headings(kind: Kind, tops: &[Top]) -> String {
    if tops.iter().all(|top| top.rows.iter().all(Row::is_empty)) {
        return "文件里没有任何内容。".into();
    }
    let other = other_kind(kind, tops).unwrap_or_default();
    let wanted: Vec<_> = kind.columns().iter().filter(|c| c.required).map(|c| c.heading).collect();
    format!("前 20 行里没有找到{}的标题行（需要：{}）{other}。", kind.name(), wanted.join("、"))
}

fn other_kind(kind: Kind, tops: &[Top]) -> Option<String> {
    let rows = || tops.iter().flat_map(|top| &top.rows);
    let complete = |other: &Kind| {
        rows().map(|row| map(*other, row)).filter(|found| lacking(*other, found).is_none()).map(|f| score(&f)).max()
    };
    let others = Kind::ALL.iter().filter(|other| **other != kind);
    let best = others.filter_map(|other| complete(other).map(|n| (n, other))).max_by_key(|(n, _)| *n);
    best.map(|(_, other)| format!("；从标题看，这像是一份{}，请确认选对了种类", other.name()))
}

fn sheets(tops: &[Top]) -> String {
    let names: Vec<_> = tops.iter().filter(|t| !t.sheet.is_empty()).map(|t| format!("“{}”", t.sheet)).collect();
    if names.is_empty() { String::new() } else { format!("工作簿里有这些工作表：{}", names.join("、")) }
}

/// The first of the best, where `Iterator::max_by_key` would answer the last.
trait FirstBest<'a>: Iterator<Item = (Vec<Option<usize>>, &'a Top, &'a Row)> + Sized {
    fn rev_max(self) -> Option<Self::Item> {
        self.fold(None, |best: Option<Self::Item>, next| match best {
            Some(best) if score(&best.0) >= score(&next.0) => Some(best),
            _ => Some(next),
        })
    }
}

impl<'a, I: Iterator<Item = (Vec<Option<usize>>, &'a Top, &'a Row)>> FirstBest<'a> for I {}

#[cfg(test)]
mod tests {
    use super::*;

    fn top(sheet: &str, rows: &[&[&str]]) -> Top {
        let rows = rows.iter().zip(1..).map(|(cells, n)| Row::of(n, cells.iter().copied())).collect();
        Top { sheet: sheet.into(), rows }
    }

    #[test]
    fn headings_are_found_under_a_title_in_the_fitting_sheet() {
        let tops = [
            top("说明", &[&["填表说明"], &["姓名要填全"]]),
            top("老人", &[&["某县老年人名册"], &["序号", "姓　名 *", "公民身份号码", "所属村居代码", "备注"]]),
        ];
        let layout = find(Kind::Elders, &tops).expect("found");
        assert_eq!((layout.sheet.as_str(), layout.heading_row), ("老人", 2));
        assert_eq!(&layout.map[..2], [Some(1), Some(2)]);
        assert_eq!(layout.ignored(), ["A列“序号”", "E列“备注”"]);
        assert!(layout.missing(Kind::Elders).contains(&"联系电话"));
    }

    #[test]
    fn missing_columns_and_wrong_kinds_are_named() {
        let no_area = find(Kind::Elders, &[top("名册", &[&["姓名", "身份证号"]])]).expect_err("no area");
        assert!(no_area.0.contains("缺少必需的列：区划代码"), "{no_area}");
        let sheets = find(Kind::Elders, &[top("甲", &[&["收入"]]), top("乙", &[&["支出"]])]).expect_err("nothing");
        assert!(sheets.0.contains("“甲”、“乙”"), "{sheets}");
        let staff = [top("人", &[&["姓名", "身份证号", "所属机构信用代码", "岗位"]])];
        let wrong = find(Kind::Elders, &staff).expect_err("staff");
        assert!(wrong.0.contains("像是一份人员名册"), "{wrong}");
        assert!(find(Kind::Elders, &[top("空", &[])]).expect_err("empty").0.contains("没有任何内容"));
    }

    #[test]
    fn a_matching_by_hand_is_checked() {
        let layout = find(Kind::Areas, &[top("", &[&["区划代码", "名称", "经", "纬"]])]).expect("found");
        let mut map = layout.map.clone();
        map[4] = Some(2);
        assert_eq!(layout.rematched(Kind::Areas, map.clone()).expect("fine").map[4], Some(2));
        map[5] = Some(2);
        assert!(layout.rematched(Kind::Areas, map.clone()).expect_err("twice").contains("C 列被选了两次"));
        map[0] = None;
        assert!(layout.rematched(Kind::Areas, map).expect_err("required").contains("区划代码"));
    }
}
