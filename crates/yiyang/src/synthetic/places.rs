//! Where the synthetic people live: the real county-level codes of Nantong, with made-up streets, towns and villages below.

use super::draw::Draw;
use std::collections::HashSet;

/// A county-level division.
pub struct County {
    /// Its real 6-digit code.
    pub code: &'static str,
    /// Its real name.
    pub name: &'static str,
    /// The name as it begins an institution's name.
    pub short: &'static str,
    /// Elders in thousands, rounded: only a weight.
    pub weight: u32,
    /// Share of its towns that are urban streets, in per cent.
    streets: usize,
    /// A box well inside its borders: west, east, south, north, in degrees.
    inside: [f64; 4],
    /// The county-level codes in its old people's identity numbers, most of them historical, with weights.
    pub regions: &'static [(&'static str, u32)],
}

/// The county that a small roster is about.
pub const DEFAULT_COUNTY: &str = "320623";

/// All of Nantong. The development zone (320671) is a statistical division and never in an identity number.
pub const NANTONG: &[County] = &[
    County {
        code: "320613",
        name: "崇川区",
        short: "崇川",
        weight: 220,
        streets: 100,
        inside: [120.80, 120.93, 31.97, 32.07],
        regions: &[("320602", 60), ("320611", 28), ("320624", 6), ("320625", 3), ("320626", 3)],
    },
    County {
        code: "320612",
        name: "通州区",
        short: "通州",
        weight: 330,
        streets: 30,
        inside: [120.86, 121.25, 32.02, 32.20],
        regions: &[("320624", 80), ("320683", 10), ("320602", 5), ("320625", 3), ("320623", 2)],
    },
    County {
        code: "320614",
        name: "海门区",
        short: "海门",
        weight: 300,
        streets: 30,
        inside: [121.08, 121.45, 31.86, 32.02],
        regions: &[("320625", 84), ("320684", 8), ("320626", 4), ("320624", 4)],
    },
    County {
        code: "320623",
        name: "如东县",
        short: "如东",
        weight: 340,
        streets: 30,
        inside: [120.80, 121.25, 32.24, 32.45],
        regions: &[("320623", 88), ("320622", 4), ("320624", 4), ("320621", 2), ("320625", 1), ("320626", 1)],
    },
    County {
        code: "320671",
        name: "南通经济技术开发区",
        short: "开发区",
        weight: 50,
        streets: 100,
        inside: [120.90, 120.99, 31.86, 31.94],
        regions: &[("320624", 62), ("320602", 30), ("320625", 5), ("320623", 3)],
    },
    County {
        code: "320681",
        name: "启东市",
        short: "启东",
        weight: 330,
        streets: 20,
        inside: [121.50, 121.80, 31.75, 31.98],
        regions: &[("320626", 88), ("320681", 8), ("320625", 4)],
    },
    County {
        code: "320682",
        name: "如皋市",
        short: "如皋",
        weight: 390,
        streets: 25,
        inside: [120.42, 120.75, 32.10, 32.42],
        regions: &[("320622", 90), ("320682", 6), ("320623", 2), ("320621", 2)],
    },
    County {
        code: "320685",
        name: "海安市",
        short: "海安",
        weight: 270,
        streets: 25,
        inside: [120.30, 120.68, 32.46, 32.64],
        regions: &[("320621", 92), ("320622", 4), ("320623", 4)],
    },
];

/// Counties elsewhere that people moved here from: code of registration and the region in their identity numbers.
pub const ELSEWHERE: &[((&str, &str), u32)] = &[
    (("341221", "341221"), 12),
    (("341222", "341222"), 9),
    (("341225", "341225"), 8),
    (("341226", "341226"), 8),
    (("320921", "320921"), 8),
    (("320922", "320922"), 9),
    (("320923", "320923"), 7),
    (("320924", "320924"), 6),
    (("320826", "320826"), 6),
    (("310151", "310230"), 7),
    (("310115", "310224"), 5),
    (("360731", "360731"), 4),
    (("361128", "361128"), 4),
    (("360483", "360427"), 3),
    (("210281", "210225"), 2),
];

/// A street, town or township. Made up.
pub struct Town {
    /// 9 digits; the last three begin with 9, which no real one in Nantong does.
    pub code: String,
    /// Its name with 街道, 镇 or 乡.
    pub name: String,
    /// 城镇街道, 镇 or 乡.
    pub kind: &'static str,
    /// Where in [`Places::counties`].
    pub county: usize,
    /// Its villages: from, until in [`Places::villages`].
    pub villages: std::ops::Range<usize>,
    /// How many old people, as a weight.
    pub weight: u32,
    /// The share of those over 65 who come to the yearly check-up.
    pub checkup_rate: f64,
    /// Degrees east and north.
    pub at: (f64, f64),
}

impl Town {
    /// Whether it is an urban street.
    pub fn is_street(&self) -> bool {
        self.kind == "城镇街道"
    }
}

/// A village or urban community. Made up.
pub struct Village {
    /// 12 digits.
    pub code: String,
    /// Its name with 社区 or 村.
    pub name: String,
    /// A community counts as urban.
    pub urban: bool,
    /// Where in [`Places::towns`].
    pub town: usize,
    /// Degrees east and north.
    pub at: (f64, f64),
}

/// Everything that `areas.csv` holds.
pub struct Places {
    /// The counties that take part.
    pub counties: Vec<&'static County>,
    /// By county.
    pub towns: Vec<Town>,
    /// By town.
    pub villages: Vec<Village>,
}

const FIRST: &[&str] =
    &["安", "福", "仁", "永", "康", "瑞", "祥", "嘉", "清", "泰", "善", "丰", "颐", "乐", "宁", "惠"];
const SECOND: &[&str] =
    &["和", "泽", "宁", "源", "阳", "庆", "溪", "桥", "港", "洲", "湾", "塘", "桐", "云", "禾", "澜"];
/// Combinations that are real towns or streets somewhere near, and so not used.
const REAL: &[&str] = &["丰溪", "乐港", "仁和", "安和", "安塘", "安源", "康桥", "永和", "永宁", "永阳", "清溪", "惠阳"];
const VILLAGE_FIRST: &[&str] =
    &["新", "东", "西", "南", "北", "长", "双", "大", "联", "同", "万", "三", "向", "光", "金", "百"];
const VILLAGE_SECOND: &[&str] = &["园", "河", "桥", "庄", "兴", "和", "荣", "林", "堤", "圩", "田", "家", "岸", "灶"];

/// How many old people one town has; a county has at least four towns.
const ELDERS_PER_TOWN: usize = 1500;
/// How many old people one village has; a town has at least four.
const ELDERS_PER_VILLAGE: usize = 130;

impl Places {
    /// Makes up the towns and villages of the counties, for so many old people in all.
    pub fn new(draw: &mut Draw, counties: Vec<&'static County>, elders: usize) -> Self {
        let total: u32 = counties.iter().map(|county| county.weight).sum();
        let mut places = Self { counties, towns: Vec::new(), villages: Vec::new() };
        let mut taken: HashSet<String> = REAL.iter().map(|name| (*name).to_owned()).collect();
        for at in 0..places.counties.len() {
            let here = elders * places.counties[at].weight as usize / total as usize;
            places.add_county(draw, at, here, &mut taken);
        }
        places
    }

    fn add_county(&mut self, draw: &mut Draw, at: usize, elders: usize, taken: &mut HashSet<String>) {
        let county = self.counties[at];
        let count = (elders / ELDERS_PER_TOWN).clamp(4, 20);
        let streets = (count * county.streets).div_ceil(100);
        for n in 0..count {
            let kind = if n < streets {
                "城镇街道"
            } else if n + 1 == count {
                "乡"
            } else {
                "镇"
            };
            let suffix = if n < streets { "街道" } else { kind };
            let name = format!("{}{suffix}", unused(draw, taken, FIRST, SECOND));
            let town = Town {
                code: format!("{}{}", county.code, 901 + n),
                name,
                kind,
                county: at,
                villages: 0..0,
                weight: draw.between(70, 140) as u32,
                checkup_rate: 0.66 + draw.unit() * 0.16,
                at: inside(draw, county.inside),
            };
            self.add_town(draw, town, elders / count);
        }
    }

    fn add_town(&mut self, draw: &mut Draw, mut town: Town, elders: usize) {
        let first = self.villages.len();
        let count = (elders / ELDERS_PER_VILLAGE).clamp(4, 30);
        let communities = if town.is_street() { count } else { 1 };
        let mut taken = HashSet::new();
        for n in 0..count {
            let urban = n < communities;
            let (number, suffix) = if urban { (1 + n, "社区") } else { (201 + n - communities, "村") };
            let name = format!("{}{suffix}", unused(draw, &mut taken, VILLAGE_FIRST, VILLAGE_SECOND));
            self.villages.push(Village {
                code: format!("{}{number:03}", town.code),
                name,
                urban,
                town: self.towns.len(),
                at: near(draw, town.at),
            });
        }
        town.villages = first..self.villages.len();
        self.towns.push(town);
    }

    /// The village where somebody lives, drawn by the towns' weights.
    pub fn somewhere(&self, draw: &mut Draw) -> usize {
        let county = draw.weighted(self.counties.iter().map(|county| county.weight));
        let first = self.towns.partition_point(|town| town.county < county);
        let here = &self.towns[first..];
        let count = here.partition_point(|town| town.county == county);
        let town = draw.weighted(here[..count].iter().map(|town| town.weight));
        self.in_town(draw, first + town)
    }

    /// A village of the town; a country town's one community is three times as large as a village.
    pub fn in_town(&self, draw: &mut Draw, town: usize) -> usize {
        let town = &self.towns[town];
        let count = town.villages.len();
        let extra = if town.is_street() { 0 } else { 2 };
        town.villages.start + draw.below(count + extra).saturating_sub(extra)
    }

    /// County, town and village in one, as an address begins.
    pub fn address(&self, village: usize) -> String {
        let village = &self.villages[village];
        let town = &self.towns[village.town];
        format!("{}{}{}", self.counties[town.county].name, town.name, village.name)
    }

    /// The county in which the village lies.
    pub fn county_of(&self, village: usize) -> usize {
        self.towns[self.villages[village].town].county
    }
}

/// A name of two characters that is not taken yet.
fn unused(draw: &mut Draw, taken: &mut HashSet<String>, first: &[&str], second: &[&str]) -> String {
    loop {
        let (a, b) = (draw.pick(first), draw.pick(second));
        let name = format!("{a}{b}");
        if a != b && taken.insert(name.clone()) {
            return name;
        }
    }
}

fn inside(draw: &mut Draw, [west, east, south, north]: [f64; 4]) -> (f64, f64) {
    (round(west + draw.unit() * (east - west)), round(south + draw.unit() * (north - south)))
}

/// A place within about two kilometres.
pub fn near(draw: &mut Draw, (lon, lat): (f64, f64)) -> (f64, f64) {
    (round(lon + (draw.unit() - 0.5) * 0.036), round(lat + (draw.unit() - 0.5) * 0.032))
}

/// Five decimals, about a metre.
fn round(degrees: f64) -> f64 {
    (degrees * 100_000.0).round() / 100_000.0
}
