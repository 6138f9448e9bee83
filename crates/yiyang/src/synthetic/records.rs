//! What other systems hold about the people: yearly check-ups and stays in hospital.

use super::draw::Draw;
use super::files::Cell;
use super::people::Elder;
use super::places::Places;
use chrono::Days;
use kernel::Date;

/// Headings of the check-up file.
pub const CHECKUP_HEADINGS: [&str; 9] = [
    "身份证号",
    "体检日期",
    "体检机构信用代码",
    "已建健康档案",
    "已健康指导",
    "体检表完整",
    "收缩压",
    "舒张压",
    "空腹血糖",
];

/// Headings of the file of hospital stays.
pub const STAY_HEADINGS: [&str; 5] = ["身份证号", "医院信用代码", "入院日期", "出院日期", "主要诊断"];

/// How far back both files reach, about fourteen months.
const REACH: i64 = 425;

/// Who examines and who treats: by town the township's own centre, by county its hospitals.
pub struct Providers {
    /// Credit code of each town's health centre.
    pub centres: Vec<String>,
    /// Credit codes of each county's hospitals.
    pub hospitals: Vec<Vec<String>>,
}

/// Draws the records of one person after the other.
pub struct Records<'a> {
    draw: Draw,
    places: &'a Places,
    providers: &'a Providers,
    today: Date,
}

impl<'a> Records<'a> {
    /// Records that end on `today`.
    pub fn new(seed: u64, places: &'a Places, providers: &'a Providers, today: Date) -> Self {
        Self { draw: Draw::new(seed, "records"), places, providers, today }
    }

    fn ago(&self, days: i64) -> Date {
        self.today - Days::new(days as u64)
    }

    /// The rows of the check-up file, none to two.
    pub fn checkups(&mut self, elder: &Elder) -> Vec<Vec<Cell>> {
        let town = self.places.villages[elder.village].town;
        let rate = if elder.age < 65 { 0.15 } else { self.places.towns[town].checkup_rate };
        let rate = if elder.resident && elder.status != "迁出" { rate } else { 0.03 };
        let mut rows = Vec::new();
        if self.draw.yes(rate * 0.4) {
            let days = self.draw.between(366, REACH);
            rows.extend(self.checkup(elder, town, days));
        }
        if self.draw.yes(rate) {
            let days = self.draw.between(1, 364);
            rows.extend(self.checkup(elder, town, days));
        }
        rows
    }

    fn checkup(&mut self, elder: &Elder, town: usize, days: i64) -> Option<Vec<Cell>> {
        let day = self.ago(days);
        let draw = &mut self.draw;
        let systolic = if elder.health.hypertension() { draw.normal(143.0, 14.0) } else { draw.normal(126.0, 11.0) };
        let diastolic = systolic * 0.35 + draw.normal(34.0, 6.5);
        let sugar = if elder.health.diabetes() { draw.normal(8.0, 1.5) } else { draw.normal(5.3, 0.5) };
        let row = vec![
            Cell::Text(elder.number.clone()),
            Cell::Day(day),
            Cell::Text(self.providers.centres[town].clone()),
            Cell::yes(draw.yes(0.985)),
            Cell::yes(draw.yes(0.97)),
            Cell::yes(draw.yes(0.975)),
            Cell::Int(systolic.round() as i64),
            Cell::Int(diastolic.round() as i64),
            Cell::Number((sugar * 10.0).round() / 10.0),
        ];
        elder.alive_on(day).then_some(row)
    }

    /// The rows of the file of hospital stays, none to two, never overlapping.
    pub fn stays(&mut self, elder: &Elder) -> Vec<Vec<Cell>> {
        let weak = if elder.health.needs_help() { 2.2 } else { 1.0 };
        let chance = (0.10 + (elder.age - 60) as f64 * 0.005) * weak;
        let mut rows = Vec::new();
        if self.draw.yes(chance * 0.5) {
            let days = self.draw.between(240, REACH);
            rows.extend(self.stay(elder, days));
        }
        if self.draw.yes(chance * 0.7) {
            let days = self.draw.between(0, 190);
            rows.extend(self.stay(elder, days));
        }
        rows
    }

    fn stay(&mut self, elder: &Elder, days: i64) -> Option<Vec<Cell>> {
        let admitted = self.ago(days);
        let length = self.draw.normal(9.0, 4.0).round().max(1.0) as u64;
        let out = (admitted + Days::new(length)).min(elder.died.unwrap_or(Date::MAX));
        let hospitals = &self.providers.hospitals[self.places.county_of(elder.village)];
        let row = vec![
            Cell::Text(elder.number.clone()),
            Cell::Text(hospitals[self.draw.below(hospitals.len())].clone()),
            Cell::Day(admitted),
            Cell::day((out <= self.today).then_some(out)),
            Cell::Word(elder.health.diagnosis(&mut self.draw)),
        ];
        elder.alive_on(admitted).then_some(row)
    }
}
