//! Old people, household by household: age, sex, marriage, where and with whom they live, insurance and registration.

use super::draw::Draw;
use super::health::{Health, at_age};
use super::institutions::Home;
use super::names;
use super::numbers::{self, Numbers};
use super::places::{ELSEWHERE, Places};
use chrono::{Datelike, Days};
use kernel::Date;
use kernel::citizen::Sex;

/// The youngest and the oldest on the roster.
pub const AGES: (i64, i64) = (60, 105);
/// How many of 10 000 old people stand at the beginning of each band of five years, as single years of age.
const PYRAMID: [f64; 10] = [560.0, 510.0, 440.0, 330.0, 216.0, 135.0, 60.0, 17.0, 2.6, 0.2];

/// One row of the roster, as it really is.
pub struct Elder {
    /// Name.
    pub name: String,
    /// Identity number.
    pub number: String,
    /// Sex.
    pub sex: Sex,
    /// Date of birth.
    pub born: Date,
    /// Full years of age on the day of the roster.
    pub age: i64,
    /// Telephone.
    pub phone: Option<String>,
    /// Where in [`Places::villages`].
    pub village: usize,
    /// Address.
    pub address: String,
    /// Division code of the household registration (户籍).
    pub registered: String,
    /// Lives here for most of the year (常住).
    pub resident: bool,
    /// 独居, 与配偶居住, 与子女居住, 养老机构 or 其他.
    pub living: &'static str,
    /// 已婚, 丧偶, 离婚 or 未婚.
    pub marital: &'static str,
    /// 职工医保, 居民医保 or 未参保.
    pub scheme: &'static str,
    /// In the long-term-care insurance (长护险).
    pub care_insured: bool,
    /// Diseases and disability.
    pub health: Health,
    /// Lost an only child (计划生育特殊家庭).
    pub special: bool,
    /// 在世, 死亡 or 迁出.
    pub status: &'static str,
    /// Date of death.
    pub died: Option<Date>,
    /// Whom to call, and where.
    pub contact: Option<(String, String)>,
}

impl Elder {
    /// Whether he was still alive on the day.
    pub fn alive_on(&self, day: Date) -> bool {
        self.died.is_none_or(|died| day < died)
    }
}

/// Makes people up, household by household.
pub struct People<'a> {
    draw: Draw,
    numbers: &'a mut Numbers,
    places: &'a Places,
    homes: &'a [Home],
    today: Date,
}

/// What a household shares.
struct House {
    village: usize,
    address: String,
    registered: String,
    region: &'static str,
    resident: bool,
    /// The husband's, and most of the children's.
    surname: &'static str,
    contact: Option<(String, String)>,
}

impl<'a> People<'a> {
    /// People of these places; some of them live in the homes.
    pub fn new(seed: u64, numbers: &'a mut Numbers, places: &'a Places, homes: &'a [Home], today: Date) -> Self {
        Self { draw: Draw::new(seed, "people"), numbers, places, homes, today }
    }

    /// Another identity number that would fit the person, as when somebody was entered twice.
    pub fn another_number(&mut self, draw: &mut Draw, elder: &Elder) -> String {
        self.numbers.issue(draw, &elder.number[..6], elder.born, elder.sex)
    }

    /// The next household: one person, or a couple.
    pub fn household(&mut self) -> Vec<Elder> {
        let (age, sex, partner) = self.head();
        let marital = self.marital(age, sex, partner.is_some());
        let house = self.house(age);
        let first = self.person(&house, age, sex, marital);
        let mut family = vec![first];
        if let Some(age) = partner {
            let other = if sex == Sex::Male { Sex::Female } else { Sex::Male };
            let spouse = self.person(&house, age, other, "已婚");
            family.push(spouse);
        }
        self.arrange(&mut family);
        family
    }

    /// Age and sex of a head of household, and the age of the spouse if there is one on the roster too.
    ///
    /// A couple would be drawn from either side, so half of them are drawn again: the pyramid stays as it is.
    fn head(&mut self) -> (i64, Sex, Option<i64>) {
        loop {
            let age = draw_age(&mut self.draw);
            let female = at_age([0.505, 0.520, 0.570, 0.665], age).min(0.80);
            let sex = if self.draw.yes(female) { Sex::Female } else { Sex::Male };
            if !self.draw.yes(married(age, sex)) {
                return (age, sex, None);
            }
            let older = if sex == Sex::Male { -2.0 } else { 2.0 };
            let partner = (age as f64 + self.draw.normal(older, 2.4)).round() as i64;
            match partner {
                ..60 => return (age, sex, None),
                _ if self.draw.yes(0.5) => return (age, sex, Some(partner.min(AGES.1))),
                _ => {}
            }
        }
    }

    fn marital(&mut self, age: i64, sex: Sex, partner: bool) -> &'static str {
        // A man of 60 to 64 without a spouse on the roster usually has a wife who is not 60 yet.
        let young_wife = sex == Sex::Male && age < 65 && self.draw.yes(0.75);
        if partner || young_wife {
            return "已婚";
        }
        let widowed = at_age([0.55, 0.82, 0.93, 0.97], age);
        match self.draw.unit() {
            x if x < widowed => "丧偶",
            x if x < widowed + (1.0 - widowed) * 0.5 => "离婚",
            _ => "未婚",
        }
    }

    /// Where a household lives, where it is registered and whom to call.
    fn house(&mut self, age: i64) -> House {
        let draw = &mut self.draw;
        let village = self.places.somewhere(draw);
        let place = &self.places.villages[village];
        let address = match place.urban {
            true => format!(
                "{}{}幢{}0{}室",
                self.places.address(village),
                draw.between(1, 40),
                draw.between(1, 6),
                draw.between(1, 4)
            ),
            false => format!("{}{}组{}号", self.places.address(village), draw.between(1, 24), draw.between(1, 60)),
        };
        let ((registered, region), resident) = match draw.below(1000) {
            0..935 => ((place.code.clone(), None), true),
            935..955 => ((place.code.clone(), None), false),
            _ => {
                let (county, region) = draw.of(ELSEWHERE);
                ((format!("{county}000000"), Some(region)), true)
            }
        };
        let region = region.unwrap_or_else(|| draw.of(self.places.counties[self.places.county_of(village)].regions));
        let child = Date::from_ymd_opt(self.today.year() - age as i32 + 26, 1, 1).unwrap_or(self.today);
        let sex = if draw.yes(0.5) { Sex::Male } else { Sex::Female };
        let surname = names::surname(draw);
        let name = if draw.yes(0.75) { surname } else { names::surname(draw) };
        let name = format!("{name}{}", names::given(draw, sex, child.year()));
        let contact = draw.yes(0.93).then(|| (name, numbers::mobile(draw)));
        House { village, address, registered, region, resident, surname, contact }
    }

    fn person(&mut self, house: &House, age: i64, sex: Sex, marital: &'static str) -> Elder {
        let born = self.birthday(age);
        let draw = &mut self.draw;
        let number = self.numbers.issue(draw, house.region, born, sex);
        let village = &self.places.villages[house.village];
        let outsider = !house.registered.starts_with(&village.code[..6]);
        let scheme = scheme(draw, village.urban, outsider, age);
        let health = Health::new(draw, age);
        let phone = draw.yes(at_age([0.99, 0.95, 0.82, 0.62], age)).then(|| numbers::mobile(draw));
        let (status, died) = self.fate(age);
        let draw = &mut self.draw;
        let surname = if sex == Sex::Male { house.surname } else { names::surname(draw) };
        Elder {
            name: format!("{surname}{}", names::given(draw, sex, born.year())),
            number,
            sex,
            born,
            age,
            phone,
            village: house.village,
            address: house.address.clone(),
            registered: house.registered.clone(),
            resident: house.resident,
            living: "其他",
            marital,
            scheme,
            care_insured: scheme != "未参保" && draw.yes(0.97),
            health,
            special: age < 80 && draw.yes(0.008),
            status,
            died,
            contact: house.contact.clone(),
        }
    }

    /// A birthday that makes somebody `age` years old today.
    fn birthday(&mut self, age: i64) -> Date {
        let years = |n: i64| {
            let (year, month, day) = (self.today.year() - n as i32, self.today.month(), self.today.day());
            Date::from_ymd_opt(year, month, day).or_else(|| Date::from_ymd_opt(year, 2, 28)).unwrap_or(self.today)
        };
        let (last, first) = (years(age), years(age + 1));
        let days = (last - first).num_days();
        last - Days::new(self.draw.below(days as usize) as u64)
    }

    fn fate(&mut self, age: i64) -> (&'static str, Option<Date>) {
        let draw = &mut self.draw;
        match draw.unit() {
            x if x < at_age([0.002, 0.006, 0.018, 0.055], age) => {
                ("死亡", Some(self.today - Days::new(draw.between(3, 420) as u64)))
            }
            x if x > 0.994 => ("迁出", None),
            _ => ("在世", None),
        }
    }

    /// With whom they live, now that it is known who they are.
    fn arrange(&mut self, family: &mut [Elder]) {
        let couple = family.len() == 2;
        let dead = family.iter().any(|elder| elder.status == "死亡");
        if couple && dead {
            family.iter_mut().filter(|elder| elder.status != "死亡").for_each(|elder| elder.marital = "丧偶");
        }
        let together =
            if couple && !dead { if self.draw.yes(0.84) { "与配偶居住" } else { "与子女居住" } } else { "" };
        for elder in family {
            let weak = if elder.health.needs_help() { 4.5 } else { 0.6 };
            if self.draw.yes(at_age([0.004, 0.012, 0.030, 0.060], elder.age) * weak) && self.admit(elder) {
                continue;
            }
            elder.living = if together.is_empty() { self.without_spouse(elder) } else { together };
        }
    }

    fn without_spouse(&mut self, elder: &Elder) -> &'static str {
        if elder.marital == "已婚" {
            return if self.draw.yes(0.85) { "与配偶居住" } else { "与子女居住" };
        }
        let alone = if elder.health.needs_help() { 0.28 } else { at_age([0.46, 0.52, 0.55, 0.48], elder.age) };
        match self.draw.unit() {
            x if x < alone => "独居",
            x if x < 0.95 => "与子女居住",
            _ => "其他",
        }
    }

    /// Moves somebody into a home of his county; the address becomes the home's.
    fn admit(&mut self, elder: &mut Elder) -> bool {
        let county = self.places.county_of(elder.village);
        let places = self.places;
        let near = self.homes.iter().filter(move |home| places.county_of(home.village) == county);
        let Some(home) = near.clone().nth(self.draw.weighted(near.map(|home| home.beds))) else { return false };
        elder.village = home.village;
        elder.address = format!("{}（{}）", home.address, home.name);
        elder.living = "养老机构";
        true
    }
}

/// An age by the pyramid.
fn draw_age(draw: &mut Draw) -> i64 {
    let (low, high) = AGES;
    let weight = |age: i64| (10_000.0 * persons_at(age)) as u32;
    low + draw.weighted((low..=high).map(weight)) as i64
}

/// How many of 10 000 old people have just this age.
pub fn persons_at(age: i64) -> f64 {
    let years = (age - AGES.0).max(0) as f64 / 5.0;
    let band = (years as usize).min(PYRAMID.len() - 2);
    (PYRAMID[band] + (PYRAMID[band + 1] - PYRAMID[band]) * (years - band as f64)).max(0.0)
}

fn married(age: i64, sex: Sex) -> f64 {
    match sex {
        Sex::Male => at_age([0.92, 0.87, 0.73, 0.45], age),
        Sex::Female => at_age([0.89, 0.74, 0.44, 0.14], age),
    }
}

fn scheme(draw: &mut Draw, urban: bool, outsider: bool, age: i64) -> &'static str {
    let employee = match (urban, age) {
        (true, _) => 72,
        (false, ..75) => 22,
        (false, _) => 13,
    };
    let (employee, none) = if outsider { (34, 36) } else { (employee, 2) };
    draw.of(&[("职工医保", employee), ("居民医保", 100 - employee - none), ("未参保", none)])
}
