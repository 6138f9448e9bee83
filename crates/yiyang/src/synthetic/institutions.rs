//! The institutions of a county, of every kind, in numbers that fit its old people.

use super::draw::Draw;
use super::files::Cell;
use super::numbers::{credit_code, landline};
use super::places::{Places, near};
use super::records::Providers;
use chrono::{Days, Months};
use kernel::Date;
use std::collections::HashSet;

/// Headings of the roster of institutions.
pub const HEADINGS: [&str; 20] = [
    "机构名称",
    "统一社会信用代码",
    "机构类型",
    "所有制",
    "营利性质",
    "区划代码",
    "详细地址",
    "经度",
    "纬度",
    "联系电话",
    "养老床位数",
    "护理型床位数",
    "医疗床位数",
    "内设医疗机构",
    "签约医疗机构信用代码",
    "签约有效期至",
    "执业许可证号",
    "许可证有效期至",
    "开业日期",
    "医院等级",
];

/// Beds in homes for each thousand old people.
const BEDS_PER_THOUSAND: usize = 42;

/// What sort of institution it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// 医院
    Hospital,
    /// 社区卫生服务中心
    CommunityHealthCentre,
    /// 乡镇卫生院
    TownshipHealthCentre,
    /// 护理院
    NursingHome,
    /// 社区护理站
    NursingStation,
    /// 养老机构
    ElderCareInstitution,
    /// 社会福利院
    WelfareHome,
    /// 农村敬老院
    RuralElderHome,
    /// 日间照料中心
    DayCareCentre,
    /// 评估机构
    AssessmentAgency,
}

impl Kind {
    /// The word in the roster.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hospital => "医院",
            Self::CommunityHealthCentre => "社区卫生服务中心",
            Self::TownshipHealthCentre => "乡镇卫生院",
            Self::NursingHome => "护理院",
            Self::NursingStation => "社区护理站",
            Self::ElderCareInstitution => "养老机构",
            Self::WelfareHome => "社会福利院",
            Self::RuralElderHome => "农村敬老院",
            Self::DayCareCentre => "日间照料中心",
            Self::AssessmentAgency => "评估机构",
        }
    }

    /// Whether it works under a medical licence.
    pub const fn medical(self) -> bool {
        use Kind::*;
        matches!(self, Hospital | CommunityHealthCentre | TownshipHealthCentre | NursingHome | NursingStation)
    }

    /// Whether old people live in it.
    pub const fn home(self) -> bool {
        matches!(self, Self::ElderCareInstitution | Self::WelfareHome | Self::RuralElderHome)
    }
}

/// One institution.
pub struct Institution {
    /// Name; the county's own hospitals have 示例 in it, so that nobody takes them for real ones.
    pub name: String,
    /// Credit code.
    pub code: String,
    /// Kind.
    pub kind: Kind,
    /// 公办, 民办 or 公建民营.
    pub ownership: &'static str,
    /// 非营利 or 营利.
    pub profit: &'static str,
    /// Where in [`Places::villages`].
    pub village: usize,
    address: String,
    at: (f64, f64),
    phone: String,
    /// Beds for residents.
    pub beds: u32,
    nursing_beds: u32,
    /// Beds under the medical licence.
    pub medical_beds: u32,
    /// The medical unit inside: 无, 医务室, 护理站, ….
    pub unit: &'static str,
    partner: Option<(String, Option<Date>)>,
    licence: Option<(String, Option<Date>)>,
    opened: Date,
    grade: Option<&'static str>,
}

impl Institution {
    /// The row of the roster.
    pub fn row(&self, places: &Places) -> Vec<Cell> {
        let text = |text: &str| Cell::Text(text.to_owned());
        let beds = |count: u32, matters: bool| if matters { Cell::Int(i64::from(count)) } else { Cell::Blank };
        let (partner, licence) = (self.partner.as_ref(), self.licence.as_ref());
        vec![
            text(&self.name),
            text(&self.code),
            Cell::Word(self.kind.name()),
            Cell::Word(self.ownership),
            Cell::Word(self.profit),
            text(&places.villages[self.village].code),
            text(&self.address),
            Cell::Number(self.at.0),
            Cell::Number(self.at.1),
            text(&self.phone),
            beds(self.beds, self.kind.home() || self.beds > 0),
            beds(self.nursing_beds, self.kind.home()),
            beds(self.medical_beds, self.kind.medical() || self.medical_beds > 0),
            if self.kind.home() { Cell::Word(self.unit) } else { Cell::Blank },
            Cell::maybe(partner.map(|(code, _)| code.as_str())),
            Cell::day(partner.and_then(|(_, until)| *until)),
            Cell::maybe(licence.map(|(number, _)| number.as_str())),
            Cell::day(licence.and_then(|(_, until)| *until)),
            Cell::Day(self.opened),
            self.grade.map_or(Cell::Blank, Cell::Word),
        ]
    }
}

/// A home, as far as its residents' addresses need it.
pub struct Home {
    /// Where in [`Places::villages`].
    pub village: usize,
    /// Address without the name.
    pub address: String,
    /// Name.
    pub name: String,
    /// Beds: how likely it is to be the one.
    pub beds: u32,
}

/// All institutions of the places.
pub struct Institutions {
    /// Those that others have agreements with come first.
    pub list: Vec<Institution>,
    /// Who examines and treats.
    pub providers: Providers,
}

impl Institutions {
    /// Makes up the institutions for so many old people.
    pub fn new(draw: &mut Draw, places: &Places, elders: usize, today: Date) -> Self {
        let mut founder = Founder { draw, places, today, list: Vec::new(), names: HashSet::new() };
        let total: u32 = places.counties.iter().map(|county| county.weight).sum();
        let mut providers = Providers { centres: Vec::new(), hospitals: Vec::new() };
        for county in 0..places.counties.len() {
            providers.hospitals.push(founder.hospitals(county));
            providers.centres.extend(founder.centres(county));
        }
        for (county, hospitals) in providers.hospitals.iter().enumerate() {
            let here = elders * places.counties[county].weight as usize / total as usize;
            founder.nursing(county);
            founder.homes(county, here, hospitals, &providers.centres);
            founder.day_care(county, &providers.centres);
            founder.agencies(county, here);
        }
        Self { list: founder.list, providers }
    }

    /// The homes in which old people live.
    pub fn homes(&self) -> Vec<Home> {
        let homes = self.list.iter().filter(|one| one.kind.home());
        homes
            .map(|one| Home {
                village: one.village,
                address: one.address.clone(),
                name: one.name.clone(),
                beds: one.beds,
            })
            .collect()
    }
}

struct Founder<'a> {
    draw: &'a mut Draw,
    places: &'a Places,
    today: Date,
    list: Vec<Institution>,
    names: HashSet<String>,
}

/// Who owns an institution, and the credit code's beginning that goes with it.
#[derive(Clone, Copy)]
struct Owner {
    office: &'static str,
    ownership: &'static str,
    profit: &'static str,
}

const PUBLIC: Owner = Owner { office: "12", ownership: "公办", profit: "非营利" };
const CHARITY: Owner = Owner { office: "52", ownership: "民办", profit: "非营利" };
const COMPANY: Owner = Owner { office: "91", ownership: "民办", profit: "营利" };
const TRUSTED: Owner = Owner { office: "52", ownership: "公建民营", profit: "非营利" };

/// Name, beds, owner and grade.
const HOSPITALS: [(&str, u32, Owner, &str); 4] = [
    ("示例人民医院", 600, PUBLIC, "三级乙等"),
    ("示例中医院", 360, PUBLIC, "二级甲等"),
    ("示例第二人民医院", 240, PUBLIC, "二级乙等"),
    ("示例康复医院", 120, COMPANY, "一级甲等"),
];
const WORDS: &[&str] =
    &["颐养", "松鹤", "福寿", "康宁", "夕照", "鹤年", "乐龄", "春晖", "长青", "怡安", "百合", "常乐", "金穗", "暖阳"];
/// Beds of homes, on purpose with some just below and just above a hundred.
const HOME_BEDS: &[u32] = &[99, 100, 30, 150, 48, 101, 60, 200, 80, 120, 36, 240, 55, 320, 72, 400, 40, 180];

impl Founder<'_> {
    fn found(&mut self, kind: Kind, owner: Owner, village: usize, name: String) -> &mut Institution {
        let county = self.places.counties[self.places.county_of(village)];
        let serial = self.list.len() + 1;
        let (licence, name) = (self.licence(kind, county.code, serial), self.unique(name));
        self.list.push(Institution {
            name,
            code: credit_code(owner.office, county.code, serial),
            kind,
            ownership: owner.ownership,
            profit: owner.profit,
            village,
            address: format!("{}示例路{}号", self.places.address(village), self.draw.between(1, 299)),
            at: near(self.draw, self.places.villages[village].at),
            phone: landline(self.draw),
            beds: 0,
            nursing_beds: 0,
            medical_beds: 0,
            unit: "无",
            partner: None,
            licence,
            opened: self.today - Days::new(self.draw.between(400, 9_000) as u64),
            grade: None,
        });
        let last = self.list.len() - 1;
        &mut self.list[last]
    }

    /// A medical licence with its end, for a few run out; for a home the number under which it is on file.
    fn licence(&mut self, kind: Kind, county: &str, serial: usize) -> Option<(String, Option<Date>)> {
        if kind.home() {
            return Some((format!("合成养备{county}-{serial:04}"), None));
        }
        let until = match self.draw.yes(0.02) {
            true => self.today - Days::new(self.draw.between(5, 200) as u64),
            false => self.today + Months::new(self.draw.between(1, 58) as u32),
        };
        kind.medical().then(|| (format!("合成医字{county}-{serial:04}"), Some(until)))
    }

    fn unique(&mut self, name: String) -> String {
        let name = (0..)
            .map(|n| if n == 0 { name.clone() } else { format!("{name}（{}号）", n + 1) })
            .find(|name| !self.names.contains(name));
        let name = name.unwrap_or_default();
        self.names.insert(name.clone());
        name
    }

    fn towns(&self, county: usize) -> Vec<usize> {
        (0..self.places.towns.len()).filter(|town| self.places.towns[*town].county == county).collect()
    }

    fn any_village(&mut self, county: usize) -> usize {
        let towns = self.towns(county);
        let town = self.draw.pick(&towns);
        self.places.in_town(self.draw, town)
    }

    /// A name of the town's, without its suffix, an auspicious word and what it is.
    fn town_name(&mut self, town: usize, what: &str) -> String {
        let stem = self.places.towns[town].name.trim_end_matches("街道").trim_end_matches(['镇', '乡']);
        format!("{stem}{}{what}", self.draw.pick(WORDS))
    }

    fn hospitals(&mut self, county: usize) -> Vec<String> {
        let seat = self.places.towns[self.towns(county)[0]].villages.start;
        let short = self.places.counties[county].short;
        let mut codes = Vec::new();
        for (n, (name, beds, sort, grade)) in HOSPITALS.into_iter().enumerate() {
            let village = if n < 2 { seat } else { self.any_village(county) };
            let hospital = self.found(Kind::Hospital, sort, village, format!("{short}{name}"));
            (hospital.medical_beds, hospital.grade) = (beds, Some(grade));
            codes.push(hospital.code.clone());
        }
        codes
    }

    /// One health centre for each street and each town.
    fn centres(&mut self, county: usize) -> Vec<String> {
        let mut codes = Vec::new();
        for town in self.towns(county) {
            let kind = if self.places.towns[town].is_street() {
                Kind::CommunityHealthCentre
            } else {
                Kind::TownshipHealthCentre
            };
            let name = match kind {
                Kind::CommunityHealthCentre => format!("{}社区卫生服务中心", self.places.towns[town].name),
                _ => format!("{}卫生院", self.places.towns[town].name),
            };
            let beds = self.draw.between(10, 60) as u32;
            let centre = self.found(kind, PUBLIC, self.places.towns[town].villages.start, name);
            (centre.medical_beds, centre.grade) = (beds, None);
            codes.push(centre.code.clone());
        }
        codes
    }

    /// Two to four nursing homes, and a nursing station for most urban streets and some towns.
    fn nursing(&mut self, county: usize) {
        for n in 0..self.draw.between(2, 4) {
            let village = self.any_village(county);
            let sort = if n == 0 { CHARITY } else { COMPANY };
            let name = self.town_name(self.places.villages[village].town, "护理院");
            let beds = 20 * self.draw.between(3, 10) as u32;
            self.found(Kind::NursingHome, sort, village, name).medical_beds = beds;
        }
        let streets = self.towns(county).iter().filter(|town| self.places.towns[**town].is_street()).count();
        for (n, town) in self.towns(county).into_iter().enumerate() {
            let street = self.places.towns[town].is_street();
            let missing = if street { n + 1 == streets } else { n % 2 == 0 };
            if !missing {
                let sort = self.draw.pick(&[CHARITY, COMPANY]);
                let name = self.town_name(town, "护理站");
                self.found(Kind::NursingStation, sort, self.places.towns[town].villages.start, name);
            }
        }
    }

    /// A welfare home, rural homes for every other town, then private and entrusted ones until there are beds enough.
    fn homes(&mut self, county: usize, elders: usize, hospitals: &[String], centres: &[String]) {
        let short = self.places.counties[county].short;
        let seat = self.places.towns[self.towns(county)[0]].villages.start;
        let welfare = self.found(Kind::WelfareHome, PUBLIC, seat, format!("{short}示例社会福利院"));
        welfare.beds = 160;
        self.equip(hospitals, centres);
        let mut beds = 160;
        let country: Vec<usize> =
            self.towns(county).into_iter().filter(|town| !self.places.towns[*town].is_street()).collect();
        for (n, town) in country.into_iter().step_by(2).enumerate() {
            let village = self.places.towns[town].villages.start;
            let name = format!("{}敬老院", self.places.towns[town].name);
            let count = 10 * self.draw.between(4, 9) as u32;
            self.found(Kind::RuralElderHome, if n % 2 == 0 { PUBLIC } else { TRUSTED }, village, name).beds = count;
            self.equip(hospitals, centres);
            beds += count as usize;
        }
        for n in 0.. {
            if n >= 8 && beds >= elders * BEDS_PER_THOUSAND / 1000 {
                break;
            }
            beds += self.private_home(county, n, hospitals, centres) as usize;
        }
    }

    fn private_home(&mut self, county: usize, n: usize, hospitals: &[String], centres: &[String]) -> u32 {
        let village = self.any_village(county);
        let sort = [CHARITY, CHARITY, COMPANY, TRUSTED][self.draw.weighted([40, 25, 20, 15].into_iter())];
        let suffix = self.draw.pick(&["养老院", "老年公寓", "养老服务中心"]);
        let name = self.town_name(self.places.villages[village].town, suffix);
        let beds = HOME_BEDS[n % HOME_BEDS.len()];
        self.found(Kind::ElderCareInstitution, sort, village, name).beds = beds;
        self.equip(hospitals, centres);
        beds
    }

    /// Nursing beds, a medical unit and an agreement for the last home: most have what the rules ask, some do not.
    fn equip(&mut self, hospitals: &[String], centres: &[String]) {
        let last = self.list.len() - 1;
        let draw = &mut *self.draw;
        let home = &mut self.list[last];
        home.nursing_beds = home.beds * draw.between(35, 78) as u32 / 100;
        home.unit = match home.beds {
            300.. => draw.of(&[("综合门诊部", 2), ("护理院", 2), ("医务室", 1)]),
            100.. => draw.of(&[("医务室", 5), ("护理站", 3), ("门诊部", 1), ("无", 2)]),
            _ => draw.of(&[("无", 7), ("医务室", 2), ("护理站", 1)]),
        };
        if home.unit == "护理院" {
            home.medical_beds = home.beds / 4;
        }
        let town = self.places.villages[home.village].town;
        let partner = if draw.yes(0.7) { &centres[town] } else { &hospitals[draw.below(hospitals.len())] };
        home.partner = agreement(draw, partner, self.today, 0.93);
    }

    /// A day-care centre for every third village or community; the last village has two.
    fn day_care(&mut self, county: usize, centres: &[String]) {
        let towns = self.towns(county);
        let villages: Vec<usize> =
            towns.iter().flat_map(|town| self.places.towns[*town].villages.clone().step_by(3)).collect();
        for village in villages.iter().chain(villages.last()).copied() {
            let (place, town) = (&self.places.villages[village], self.places.villages[village].town);
            let name = format!("{}{}日间照料中心", self.places.towns[town].name, place.name);
            let owner = if self.draw.yes(0.3) { CHARITY } else { TRUSTED };
            let beds = self.draw.between(4, 15) as u32;
            let partner = agreement(self.draw, &centres[town], self.today, 0.75);
            let centre = self.found(Kind::DayCareCentre, owner, village, name);
            (centre.beds, centre.partner) = (beds, partner);
        }
    }

    fn agencies(&mut self, county: usize, elders: usize) {
        let short = self.places.counties[county].short;
        for n in 0..(elders / 8_000).clamp(2, 6) {
            let village = self.any_village(county);
            let word = WORDS[n % WORDS.len()];
            self.found(Kind::AssessmentAgency, CHARITY, village, format!("{short}{word}老年人能力评估中心"));
        }
    }
}

/// An agreement with a medical institution: usually in force, now and then run out, sometimes without an end.
fn agreement(draw: &mut Draw, partner: &str, today: Date, share: f64) -> Option<(String, Option<Date>)> {
    let until = match draw.below(100) {
        0..5 => Some(today - Days::new(draw.between(5, 300) as u64)),
        5..9 => None,
        _ => Some(today + Days::new(draw.between(20, 1000) as u64)),
    };
    draw.yes(share).then(|| (partner.to_owned(), until))
}
