//! Chronic diseases by age, each making others likelier, and how far a person looks after himself because of them.

use super::draw::Draw;

/// A chronic disease of the roster, with its share among people of 60, 70, 80 and 90.
struct Disease {
    name: &'static str,
    share: [f64; 4],
    /// How much likelier it is beside each disease before it in the list.
    beside: &'static [(usize, f64)],
    /// How much likelier it makes disability.
    disabling: f64,
}

const HYPERTENSION: usize = 0;
const DIABETES: usize = 1;
const CORONARY: usize = 2;
const STROKE: usize = 3;
const TUMOUR: usize = 5;

/// The shares are rough and synthetic; dementia roughly doubles every six years, as everywhere.
const DISEASES: [Disease; 10] = [
    Disease { name: "高血压", share: [0.42, 0.55, 0.63, 0.62], beside: &[], disabling: 1.0 },
    Disease { name: "糖尿病", share: [0.14, 0.19, 0.20, 0.16], beside: &[(HYPERTENSION, 1.5)], disabling: 1.1 },
    Disease {
        name: "冠心病",
        share: [0.05, 0.10, 0.16, 0.20],
        beside: &[(HYPERTENSION, 1.5), (DIABETES, 1.4)],
        disabling: 1.1,
    },
    Disease {
        name: "脑卒中",
        share: [0.025, 0.05, 0.08, 0.09],
        beside: &[(HYPERTENSION, 1.8), (DIABETES, 1.3)],
        disabling: 3.2,
    },
    Disease { name: "慢阻肺", share: [0.04, 0.08, 0.12, 0.12], beside: &[], disabling: 1.3 },
    Disease { name: "肿瘤", share: [0.018, 0.028, 0.034, 0.030], beside: &[], disabling: 1.4 },
    Disease { name: "痴呆", share: [0.006, 0.024, 0.085, 0.23], beside: &[(STROKE, 1.8)], disabling: 3.6 },
    Disease { name: "帕金森病", share: [0.004, 0.012, 0.024, 0.026], beside: &[], disabling: 2.8 },
    Disease { name: "骨关节病", share: [0.20, 0.28, 0.33, 0.34], beside: &[], disabling: 1.15 },
    Disease { name: "精神障碍", share: [0.010, 0.010, 0.011, 0.012], beside: &[], disabling: 1.6 },
];

/// Shares of 部分自理 and 不能自理 at ages 60, 70, 80 and 90, for somebody with none of the diseases.
const PARTIAL: [f64; 4] = [0.020, 0.046, 0.115, 0.215];
const UNABLE: [f64; 4] = [0.004, 0.011, 0.034, 0.105];

/// The health of one person.
pub struct Health {
    /// Bit n: has disease n of the list.
    chronic: u16,
    /// 能自理, 部分自理 or 不能自理.
    pub care: &'static str,
    /// Gravely ill (重病).
    pub severe: bool,
    /// Holds a disability certificate (残疾).
    pub disabled: bool,
}

impl Health {
    /// Draws the health of somebody of this age.
    pub fn new(draw: &mut Draw, age: i64) -> Self {
        let mut chronic = 0;
        for (at, disease) in DISEASES.iter().enumerate() {
            let beside: f64 =
                disease.beside.iter().filter(|(other, _)| has(chronic, *other)).map(|(_, times)| times).product();
            if draw.yes(at_age(disease.share, age) * beside) {
                chronic |= 1 << at;
            }
        }
        let burden: f64 = (0..DISEASES.len()).filter(|at| has(chronic, *at)).map(|at| DISEASES[at].disabling).product();
        let care = care(draw, age, burden);
        let severe = has(chronic, TUMOUR) && draw.yes(0.4) || care == "不能自理" && draw.yes(0.12);
        let disabled = draw.yes(if care == "能自理" { 0.035 } else { 0.24 });
        Self { chronic, care, severe, disabled }
    }

    /// The diseases as the roster lists them: `高血压、糖尿病`.
    pub fn list(&self) -> String {
        let names: Vec<&str> =
            (0..DISEASES.len()).filter(|at| has(self.chronic, *at)).map(|at| DISEASES[at].name).collect();
        names.join("、")
    }

    /// Whether blood pressure is high.
    pub const fn hypertension(&self) -> bool {
        has(self.chronic, HYPERTENSION)
    }

    /// Whether blood sugar is high.
    pub const fn diabetes(&self) -> bool {
        has(self.chronic, DIABETES)
    }

    /// Whether the person needs somebody's help every day.
    pub fn needs_help(&self) -> bool {
        self.care != "能自理"
    }

    /// A diagnosis for a stay in hospital: one of the person's own diseases, or one that anybody may have.
    pub fn diagnosis(&self, draw: &mut Draw) -> &'static str {
        let own: Vec<&'static str> = [
            (HYPERTENSION, "高血压病"),
            (DIABETES, "2型糖尿病"),
            (CORONARY, "冠状动脉粥样硬化性心脏病"),
            (STROKE, "脑梗死"),
            (4, "慢性阻塞性肺病急性加重"),
            (TUMOUR, "恶性肿瘤维持治疗"),
        ]
        .into_iter()
        .filter_map(|(at, name)| has(self.chronic, at).then_some(name))
        .collect();
        if own.is_empty() || draw.yes(0.3) {
            draw.pick(&["肺部感染", "股骨颈骨折", "腰椎间盘突出症", "胆囊结石", "白内障", "消化道出血"])
        } else {
            draw.pick(&own)
        }
    }
}

const fn has(chronic: u16, disease: usize) -> bool {
    (chronic >> disease) & 1 == 1
}

fn care(draw: &mut Draw, age: i64, burden: f64) -> &'static str {
    let unable = (at_age(UNABLE, age) * burden).min(0.55);
    let partial = (at_age(PARTIAL, age) * burden.min(4.0)).min(0.4);
    match draw.unit() {
        x if x < unable => "不能自理",
        x if x < unable + partial => "部分自理",
        _ => "能自理",
    }
}

/// The share at an age, straight lines between 60, 70, 80 and 90 and on beyond.
pub fn at_age(shares: [f64; 4], age: i64) -> f64 {
    let years = (age.clamp(60, 105) - 60) as f64;
    let step = ((years / 10.0) as usize).min(2);
    let part = years / 10.0 - step as f64;
    (shares[step] + (shares[step + 1] - shares[step]) * part).clamp(0.0, 0.95)
}
