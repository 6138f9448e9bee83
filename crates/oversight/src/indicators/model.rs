//! What an indicator is, what it is measured against, and what comes out. Pure.

use kernel::area::Level;
use kernel::{Area, Bp};
use policy::{Library, Target};

/// The whole, in basis points.
pub const WHOLE: i64 = 10_000;

/// An indicator that this platform has the data for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    /// Homes that give medical service, of all homes.
    Medical,
    /// Number of nursing homes in the document's area.
    NursingHomes,
    /// Number of nursing homes in a county; above a county, how many counties have enough.
    NursingHomesPerCounty,
    /// Nursing-type beds, of all beds of homes.
    NursingBeds,
    /// Urban streets with enough nursing stations, of all.
    Stations,
    /// Number of nursing stations in a street.
    StationsInStreet,
    /// Elders who meet the standard and receive the benefit, of all who meet it.
    Benefit,
    /// The same for those registered as urban.
    BenefitUrban,
    /// The same for those registered as rural.
    BenefitRural,
    /// Elders whose health was managed this year, of all residents of that age.
    HealthManaged,
}

/// What an indicator counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// 老年人
    People,
    /// 机构
    Institutions,
    /// 县（市）、区
    Counties,
    /// 街道
    Streets,
}

/// An indicator in the words of the profession. What it must reach stands in the documents, not here.
#[derive(Debug)]
pub struct Definition {
    /// Which one.
    pub code: Code,
    /// Its code in addresses, files and reports.
    pub key: &'static str,
    /// The target in the documents that it is measured against.
    pub target: &'static str,
    /// Its name where no document gives one.
    pub title: &'static str,
    /// What is counted.
    pub numerator: &'static str,
    /// Of what; empty for plain counts.
    pub denominator: &'static str,
    /// What one of them is called: 人、家、张.
    pub unit: &'static str,
    /// What it counts.
    pub about: About,
    /// Where the figures come from.
    pub source: &'static str,
}

const ROSTER: &str = "机构名册（床位、内设医疗机构、签约为机构申报）";
const PEOPLE: &str = "老年人名册、失能等级评估结论、照护保险月度结算";

/// All indicators, in the order of the document. Indicators of the document that this platform has no data for are not here.
pub const ALL: &[Definition] = &[
    Definition {
        code: Code::Medical,
        key: "NT-1.3a",
        target: "NT-1.3a",
        title: "提供医疗卫生服务的养老机构占比",
        numerator: "内设有医疗机构，或与医疗机构的签约在统计日有效的养老机构",
        denominator: "统计日已开业的养老机构、社会福利院、农村敬老院",
        unit: "家",
        about: About::Institutions,
        source: ROSTER,
    },
    Definition {
        code: Code::NursingHomes,
        key: "NT-1.3b-city",
        target: "NT-1.3b-city",
        title: "护理院数",
        numerator: "统计日已开业的护理院",
        denominator: "",
        unit: "所",
        about: About::Institutions,
        source: ROSTER,
    },
    Definition {
        code: Code::NursingHomesPerCounty,
        key: "NT-1.3b-county",
        target: "NT-1.3b-county",
        title: "每个县（市）、区护理院数",
        numerator: "护理院数达到文件要求的县（市）、区",
        denominator: "辖区内的县（市）、区（含开发区，按区划表）",
        unit: "个",
        about: About::Counties,
        source: ROSTER,
    },
    Definition {
        code: Code::NursingBeds,
        key: "NT-1.3b-beds",
        target: "NT-1.3b-beds",
        title: "护理型床位占养老机构床位总数",
        numerator: "养老机构的护理型床位",
        denominator: "统计日已开业的养老机构、社会福利院、农村敬老院的养老床位",
        unit: "张",
        about: About::Institutions,
        source: ROSTER,
    },
    Definition {
        code: Code::Stations,
        key: "NT-1.3c",
        target: "NT-1.3c",
        title: "有社区护理站的城镇街道占比",
        numerator: "已开业的社区护理站数达到文件要求的城镇街道",
        denominator: "区划表中类型为城镇街道的街道",
        unit: "个",
        about: About::Streets,
        source: "机构名册、区划表",
    },
    Definition {
        code: Code::StationsInStreet,
        key: "NT-1.3c-street",
        target: "NT-1.3c-street",
        title: "街道的社区护理站数",
        numerator: "统计日已开业、所在区划在本街道的社区护理站",
        denominator: "",
        unit: "家",
        about: About::Institutions,
        source: "机构名册、区划表",
    },
    Definition {
        code: Code::Benefit,
        key: "NT-1.3d",
        target: "NT-1.3d",
        title: "符合评定标准的失能老年人享受照护保险待遇的比例",
        numerator: "其中在统计月（或之后的月份）照护保险已结算支付过待遇的",
        denominator: "统计日在世、失能等级评估结论有效且按待遇表够得上待遇，或已核定待遇在有效期内的老年人",
        unit: "人",
        about: About::People,
        source: PEOPLE,
    },
    Definition {
        code: Code::BenefitUrban,
        key: "NT-1.3d-urban",
        target: "NT-1.3d",
        title: "符合评定标准的失能老年人享受照护保险待遇的比例（城镇）",
        numerator: "其中在统计月（或之后的月份）照护保险已结算支付过待遇的",
        denominator: "名册登记为城镇、统计日符合评定标准的老年人",
        unit: "人",
        about: About::People,
        source: PEOPLE,
    },
    Definition {
        code: Code::BenefitRural,
        key: "NT-1.3d-rural",
        target: "NT-1.3d",
        title: "符合评定标准的失能老年人享受照护保险待遇的比例（农村）",
        numerator: "其中在统计月（或之后的月份）照护保险已结算支付过待遇的",
        denominator: "名册登记为农村、统计日符合评定标准的老年人",
        unit: "人",
        about: About::People,
        source: PEOPLE,
    },
    Definition {
        code: Code::HealthManaged,
        key: "NT-2.1.1",
        target: "NT-2.1.1",
        title: "老年人健康管理率",
        numerator: "本年内（截至统计日）接受了健康管理的：建档、体检、健康指导、体检表完整四项齐全",
        denominator: "本年 12 月 31 日前达到文件规定年龄、统计日在世的常住老年人",
        unit: "人",
        about: About::People,
        source: "老年人名册、健康体检记录",
    },
];

impl Code {
    /// Its definition.
    #[must_use]
    pub fn definition(self) -> &'static Definition {
        // ALL has every code; the first stands in for one that a mistake left out, and a test looks for that.
        ALL.iter().find(|d| d.code == self).unwrap_or(&ALL[0])
    }

    /// Its code in addresses and reports.
    #[must_use]
    pub fn key(self) -> &'static str {
        self.definition().key
    }

    /// Reads such a code.
    #[must_use]
    pub fn parse(key: &str) -> Option<Self> {
        ALL.iter().find(|d| d.key == key).map(|d| d.code)
    }

    /// What one of the counted is called; within a county, nursing homes are counted and not counties.
    #[must_use]
    pub fn unit(self, count: bool) -> &'static str {
        match self {
            Self::NursingHomesPerCounty if count => Self::NursingHomes.definition().unit,
            _ => self.definition().unit,
        }
    }

    /// Whether it makes sense for an area of this level; `street` when it is an urban street.
    #[must_use]
    pub fn suits(self, level: Level, street: bool) -> bool {
        match self {
            Self::NursingHomes => level <= Level::City,
            Self::NursingHomesPerCounty | Self::Stations => level <= Level::County,
            Self::StationsInStreet => street,
            _ => true,
        }
    }
}

/// What was measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// So many of so many.
    Share {
        /// Counted.
        part: i64,
        /// Of these.
        whole: i64,
    },
    /// So many.
    Count(i64),
    /// So many areas reach what each of them should.
    Each {
        /// Areas that do.
        reached: i64,
        /// Areas in all.
        of: i64,
    },
}

/// What a document demands, as it applies to an area.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Goal {
    /// The target as it stands in the document.
    pub target: Target,
    /// Where the clause stands in the document: 一（三）.
    pub at: String,
    /// What the clause says, in a line.
    pub summary: String,
    /// The document sets it for a larger area; here it is something to compare with.
    pub reference: bool,
    /// Why the document is not verified, if it is not.
    pub unverified: Option<String>,
}

/// What comes of holding a figure against its target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// 达标
    Met,
    /// 未达标, so many short.
    Below(i64),
    /// 无数据: there is nothing to count among.
    NoData,
    /// No document sets a target here.
    NoTarget,
}

impl Verdict {
    /// In words: never by colour alone.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Met => "达标",
            Self::Below(_) => "未达标",
            Self::NoData => "无数据",
            Self::NoTarget => "无目标",
        }
    }
}

/// An indicator measured in an area.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// Which one.
    pub code: Code,
    /// Where.
    pub area: Area,
    /// What was measured.
    pub measure: Measure,
    /// What it should be.
    pub goal: Option<Goal>,
    /// What a reader must know to trust it.
    pub notes: Vec<String>,
    /// Why something that it rests on is not verified.
    pub unverified: Vec<String>,
}

impl Figure {
    /// What is counted.
    #[must_use]
    pub const fn numerator(&self) -> i64 {
        match self.measure {
            Measure::Share { part, .. } => part,
            Measure::Count(count) => count,
            Measure::Each { reached, .. } => reached,
        }
    }

    /// Among what; none for plain counts.
    #[must_use]
    pub const fn denominator(&self) -> Option<i64> {
        match self.measure {
            Measure::Share { whole, .. } => Some(whole),
            Measure::Count(_) => None,
            Measure::Each { of, .. } => Some(of),
        }
    }

    /// The share, rounded down so that rounding never reaches a target; none for counts and where there is nothing to count among.
    #[must_use]
    pub fn share(&self) -> Option<Bp> {
        let whole = self.denominator().filter(|whole| *whole > 0)?;
        Some(Bp(self.numerator() * WHOLE / whole))
    }

    /// The figure held against its target.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        if self.denominator() == Some(0) {
            return Verdict::NoData;
        }
        let Some(goal) = &self.goal else { return Verdict::NoTarget };
        let gap = match self.measure {
            Measure::Share { part, whole } => share_needed(goal.target.value, whole) - part,
            Measure::Count(count) => goal.target.value - count,
            Measure::Each { reached, of } => of - reached,
        };
        if gap <= 0 { Verdict::Met } else { Verdict::Below(gap) }
    }

    /// Its name: the document's where it has one.
    #[must_use]
    pub fn title(&self) -> &str {
        let definition = self.code.definition();
        match &self.goal {
            Some(goal) if definition.key == definition.target => &goal.target.title,
            _ => definition.title,
        }
    }

    /// The figure as people read it: `66.66%`, `31 所`, `6 / 8 个`, 无数据.
    #[must_use]
    pub fn shown(&self) -> String {
        let unit = self.unit();
        match (self.measure, self.share()) {
            (Measure::Count(count), _) => format!("{count} {unit}"),
            (_, None) => Verdict::NoData.word().into(),
            (Measure::Each { reached, of }, _) => format!("{reached} / {of} {unit}"),
            (Measure::Share { .. }, Some(share)) => share.to_string(),
        }
    }

    /// What one of the counted is called.
    #[must_use]
    pub fn unit(&self) -> &'static str {
        self.code.unit(matches!(self.measure, Measure::Count(_)))
    }

    /// How it stands to its target: `还差 3 家`, 达标.
    #[must_use]
    pub fn standing(&self) -> String {
        match self.verdict() {
            Verdict::Below(gap) => format!("还差 {gap} {}", self.unit()),
            other => other.word().into(),
        }
    }
}

/// How many of the whole it takes to reach a share: 50 % of 3 are 2.
const fn share_needed(share: i64, whole: i64) -> i64 {
    let exact = share * whole;
    exact / WHOLE + if exact % WHOLE > 0 { 1 } else { 0 }
}

impl Goal {
    /// The target as people read it: `≥ 75%`, `≥ 30 所`, `100%`.
    #[must_use]
    pub fn shown(&self, unit: &str) -> String {
        let sign = if self.target.op == "==" { "" } else { "≥ " };
        let value = match self.target.unit.as_str() {
            "bp" => Bp(self.target.value).to_string(),
            _ => format!("{} {unit}", self.target.value),
        };
        let each = match self.target.per.as_str() {
            "county" => "每个县（市）、区 ",
            "street" => "每个街道 ",
            _ => "",
        };
        format!("{each}{sign}{value}")
    }
}

/// The targets that hold for an area, of all documents in force there on the day.
pub struct Goals<'a> {
    library: &'a Library,
    targets: Vec<&'a Target>,
}

impl<'a> Goals<'a> {
    /// The targets at an area on a day.
    #[must_use]
    pub fn at(library: &'a Library, area: Area, on: kernel::Date) -> Self {
        Self { library, targets: library.targets(area, on) }
    }

    /// The target of this name as the document has it.
    #[must_use]
    pub fn raw(&self, indicator: &str) -> Option<&'a Target> {
        self.targets.iter().copied().find(|t| t.indicator == indicator)
    }

    /// What an indicator should reach in `area`, the one that was asked for. A number of things that the document
    /// demands of its whole area is no target for a part of it; a share is, to compare with.
    #[must_use]
    pub fn of(&self, code: Code, area: Area) -> Option<Goal> {
        let target = self.raw(code.definition().target)?;
        let document = self.library.document(&target.document)?;
        let reference = target.per == "whole" && document.area != area;
        if reference && target.unit != "bp" {
            return None;
        }
        let clause = self.library.clause(&target.clause);
        Some(Goal {
            target: target.clone(),
            at: clause.map(|c| c.at.clone()).unwrap_or_default(),
            summary: clause.map(|c| c.summary.clone()).unwrap_or_default(),
            reference,
            unverified: document.unverified.clone(),
        })
    }
}

/// Which list behind a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Those who count.
    Counted,
    /// Those who are missing.
    Missing,
}

impl Side {
    /// In addresses.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Counted => "counted",
            Self::Missing => "missing",
        }
    }

    /// On pages.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Counted => "已计入",
            Self::Missing => "未计入",
        }
    }
}
