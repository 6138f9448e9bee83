//! The three rosters with their planted mistakes: institutions, staff, and old people with what is known of them.

use super::dirt::{self, Mistake, Row};
use super::draw::Draw;
use super::files::{Book, Cell, Shape, Table};
use super::institutions::{self, Institution, Institutions, Kind};
use super::people::People;
use super::records::Records;
use super::{Maker, Progress, elders, staff};
use std::collections::VecDeque;

/// The file names under which mistakes are counted.
const INSTITUTIONS: &str = "institutions.xlsx";
const STAFF: &str = "staff.xlsx";

/// How often progress is told, in people.
const STEP: usize = 1_000;

/// Writes the roster of institutions and gives its rows.
pub fn institutions(maker: &mut Maker<'_>, all: &Institutions) -> anyhow::Result<usize> {
    let options = maker.options;
    let dirty = options.dirty > 0.0;
    let title = dirty.then_some("医养结合服务机构名册（合成数据）");
    let shape = Shape { sheet: "机构名册", headings: &institutions::HEADINGS, title, rows: all.list.len() };
    let mut table = Book::create(&options.out.join(INSTITUTIONS), &shape)?;
    let mut draw = Draw::new(options.seed, "mistakes in institutions");
    let chosen = if dirty { institution_mistakes(&all.list, options.dirty) } else { Vec::new() };
    let mut merge = dirty;
    let planted = &mut maker.summary.planted;
    for (at, one) in all.list.iter().enumerate() {
        let mut row = Row { headings: &institutions::HEADINGS, cells: one.row(maker.places) };
        if let Some((_, mistake)) = chosen.iter().find(|(row, _)| *row == at) {
            row.spoil(&mut draw, *mistake);
            planted.add(INSTITUTIONS, *mistake);
        }
        table.row(&row.cells)?;
        if merge && one.kind == Kind::DayCareCentre && all.list[at - 1].village == one.village {
            merge_area(&mut table, &row.cells)?;
            planted.add(INSTITUTIONS, Mistake::MergedCells);
            merge = false;
        }
    }
    if dirty {
        planted.add(INSTITUTIONS, Mistake::TitleAbove);
    }
    table.finish()?;
    Ok(all.list.len())
}

fn merge_area(table: &mut Table, cells: &[Cell]) -> anyhow::Result<()> {
    let column = institutions::HEADINGS.iter().position(|heading| *heading == "区划代码").unwrap_or_default();
    match table {
        Table::Book(book) => book.merge_with_above(column as u16, &cells[column]),
        Table::Lines(_) => Ok(()),
    }
}

/// Which rows get which mistake. Those that get a row refused fall on day-care centres, on which little else hangs.
fn institution_mistakes(list: &[Institution], rate: f64) -> Vec<(usize, Mistake)> {
    let turn = [Mistake::DateAsText, Mistake::FullWidth, Mistake::NumberWithUnit, Mistake::UnknownArea];
    let count = ((list.len() as f64 * rate).round() as usize).max(turn.len());
    let of = |wanted: fn(Kind) -> bool| (0..list.len()).filter(move |at| wanted(list[*at].kind));
    let mut mild = of(Kind::home);
    let mut grave = of(|kind| kind == Kind::DayCareCentre);
    let next = |mistake: Mistake| {
        let row = if matches!(mistake, Mistake::DateAsText | Mistake::FullWidth) { mild.next() } else { grave.next() };
        row.map(|row| (row, mistake))
    };
    turn.into_iter().cycle().take(count).filter_map(next).collect()
}

/// Writes the staff roster and gives its rows.
pub fn staff(maker: &mut Maker<'_>, people: Vec<Vec<Cell>>) -> anyhow::Result<usize> {
    let options = maker.options;
    let dirty = options.dirty > 0.0;
    // The telephone is the last column: a list without it is a list of one column less.
    let columns = if dirty { staff::HEADINGS.len() - 1 } else { staff::HEADINGS.len() };
    let headings = &staff::HEADINGS[..columns];
    let mut table = maker.book(STAFF, "人员名册", headings, people.len())?;
    let mut draw = Draw::new(options.seed, "mistakes in staff");
    let planted = &mut maker.summary.planted;
    let mut rows = 0;
    for (at, mut cells) in people.into_iter().enumerate() {
        cells.truncate(columns);
        let mistake = staff_mistake(&mut draw, at, options.dirty);
        rows += 1 + usize::from(mistake.is_some_and(dirt::doubles));
        if mistake.is_some_and(dirt::doubles) {
            table.row(&cells)?;
        }
        let mut row = Row { headings, cells };
        if let Some(mistake) = mistake.filter(|mistake| has_what_it_spoils(&row, *mistake)) {
            row.spoil(&mut draw, mistake);
            planted.add(STAFF, mistake);
        }
        table.row(&row.cells)?;
    }
    if dirty {
        planted.add(STAFF, Mistake::MissingColumn);
    }
    table.finish()?;
    Ok(rows)
}

/// Most staff hold a certificate without an end: there is no date in such a row to write otherwise.
fn has_what_it_spoils(row: &Row<'_>, mistake: Mistake) -> bool {
    mistake != Mistake::DateAsText || row.cells.iter().any(|cell| matches!(cell, Cell::Day(_)))
}

/// One mistake of each sort among the first rows, so that even a small list has them all; then by the rate.
fn staff_mistake(draw: &mut Draw, at: usize, rate: f64) -> Option<Mistake> {
    let turn = [
        Mistake::WrongCheckDigit,
        Mistake::FullWidth,
        Mistake::MissingName,
        Mistake::UnknownInstitution,
        Mistake::TwiceSameNumber,
        Mistake::DateAsText,
    ];
    let chosen = draw.yes(rate).then(|| draw.pick(&turn));
    if rate > 0.0 && at % 10 == 9 && at / 10 < turn.len() { Some(turn[at / 10]) } else { chosen }
}

/// Writes the old people, their check-ups and their stays, and gives the rows of the three files.
pub fn people(
    maker: &mut Maker<'_>,
    all: &Institutions,
    tables: [Table; 3],
    file: &'static str,
    progress: Progress<'_>,
) -> anyhow::Result<[usize; 3]> {
    let options = maker.options;
    let homes = all.homes();
    let mut people = People::new(options.seed, &mut maker.numbers, maker.places, &homes, options.today);
    let mut records = Records::new(options.seed, maker.places, &all.providers, options.today);
    let mut writer = Writer::new(tables, Draw::new(options.seed, "mistakes in people"));
    let mut done = 0;
    while done < options.elders {
        for elder in people.household().into_iter().take(options.elders - done) {
            let mistake = dirt::elder_mistake(&mut writer.draw, options.dirty);
            let second =
                (mistake == Some(Mistake::TwiceOtherNumber)).then(|| people.another_number(&mut writer.draw, &elder));
            let row = Row { headings: &elders::HEADINGS, cells: elders::row(&elder, maker.places) };
            writer.elder(row, mistake, second)?;
            writer.records(&records.checkups(&elder), &records.stays(&elder))?;
            mistake.into_iter().for_each(|mistake| maker.summary.planted.add(file, mistake));
            done += 1;
            if done % STEP == 0 || done == options.elders {
                progress("老年人", done, options.elders);
            }
        }
    }
    writer.finish()
}

/// The three open files, and second rows of the same people that are still to come.
struct Writer {
    tables: [Table; 3],
    counts: [usize; 3],
    draw: Draw,
    later: VecDeque<Vec<Cell>>,
}

impl Writer {
    fn new(tables: [Table; 3], draw: Draw) -> Self {
        Self { tables, counts: [0; 3], draw, later: VecDeque::new() }
    }

    fn put(&mut self, table: usize, cells: &[Cell]) -> anyhow::Result<()> {
        self.counts[table] += 1;
        self.tables[table].row(cells)
    }

    /// A row with its mistake, if it has one; `second` is the other identity number of somebody entered twice.
    fn elder(&mut self, mut row: Row<'_>, mistake: Option<Mistake>, second: Option<String>) -> anyhow::Result<()> {
        let Some(mistake) = mistake else { return self.clean(&row.cells) };
        if !dirt::doubles(mistake) {
            row.spoil(&mut self.draw, mistake);
            return self.put(0, &row.cells);
        }
        self.put(0, &row.cells)?;
        row.spoil(&mut self.draw, mistake);
        second.into_iter().for_each(|number| row.renumber(&number));
        self.later.push_back(row.cells);
        Ok(())
    }

    /// A row without a mistake; now and then a second row of somebody earlier follows it.
    fn clean(&mut self, cells: &[Cell]) -> anyhow::Result<()> {
        self.put(0, cells)?;
        if !self.later.is_empty()
            && self.draw.yes(0.05)
            && let Some(again) = self.later.pop_front()
        {
            self.put(0, &again)?;
        }
        Ok(())
    }

    fn records(&mut self, checkups: &[Vec<Cell>], stays: &[Vec<Cell>]) -> anyhow::Result<()> {
        checkups.iter().try_for_each(|row| self.put(1, row))?;
        stays.iter().try_for_each(|row| self.put(2, row))
    }

    fn finish(mut self) -> anyhow::Result<[usize; 3]> {
        while let Some(again) = self.later.pop_front() {
            self.put(0, &again)?;
        }
        self.tables.into_iter().try_for_each(Table::finish)?;
        Ok(self.counts)
    }
}
