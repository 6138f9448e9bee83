//! Day care: members, their days, what was measured. Pure.

use kernel::{Date, DayCareId, ElderId, Instant, InstitutionId};
use registry::choice;

/// States of a member, as the table in `mod.rs` has them.
pub const TRANSITIONS: &[(&str, &str, &str)] = &[("open", "end", "ended")];

choice! {
    /// How it stands with a member.
    pub enum State {
        /// 在托
        Open = "open" "在托",
        /// 已退托
        Ended = "ended" "已退托",
    }

    /// What was done on a day (当日服务).
    pub enum Service {
        /// 健康监测
        Monitoring = "monitoring" "健康监测",
        /// 康复训练
        Rehabilitation = "rehabilitation" "康复训练",
        /// 助浴
        Bath = "bath" "助浴",
        /// 服药提醒
        Medicine = "medicine" "服药提醒",
        /// 午休照料
        Rest = "rest" "午休照料",
        /// 文娱活动
        Activity = "activity" "文娱活动",
        /// 心理慰藉
        Comfort = "comfort" "心理慰藉",
        /// 理发修剪
        Grooming = "grooming" "理发修剪",
    }

    /// 用餐
    pub enum Meal {
        /// 早餐
        Breakfast = "breakfast" "早餐",
        /// 午餐
        Lunch = "lunch" "午餐",
        /// 晚餐
        Dinner = "dinner" "晚餐",
    }
}

/// Key of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// Whose.
    pub elder: ElderId,
    /// Which.
    pub id: DayCareId,
}

impl Key {
    /// Address of the page.
    #[must_use]
    pub fn href(self) -> String {
        format!("/daycare/members/{}/{}", self.elder, self.id)
    }
}

/// Somebody who comes to a centre.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Key.
    pub key: Key,
    /// The centre.
    pub institution: InstitutionId,
    /// State.
    pub state: State,
    /// First day.
    pub from: Date,
    /// The day it ended.
    pub ended_on: Option<Date>,
    /// Why.
    pub end_reason: String,
    /// Whom to call.
    pub contact: String,
    /// What to mind: 忌口, 走失风险.
    pub note: String,
    /// When it was last changed.
    pub changed_at: Instant,
}

/// One day of a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Day {
    /// Which day.
    pub on: Date,
    /// Minutes since midnight at which they came.
    pub came: i64,
    /// And went.
    pub went: Option<i64>,
    /// What was done.
    pub services: Vec<Service>,
    /// What was eaten.
    pub meals: Vec<Meal>,
    /// Remarks.
    pub note: String,
    /// Who wrote it.
    pub who: String,
}

/// What was measured at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Measured {
    /// 收缩压 in mmHg.
    pub sbp: Option<i64>,
    /// 舒张压 in mmHg.
    pub dbp: Option<i64>,
    /// 脉搏, beats a minute.
    pub pulse: Option<i64>,
    /// 血糖 in tenths of mmol/L.
    pub glucose: Option<i64>,
    /// Whether the glucose was measured before eating.
    pub fasting: bool,
    /// 体重 in tenths of kg.
    pub weight: Option<i64>,
}

/// What each can be in a living person; outside is a slip of the pen. Limits of plausibility of this program, not of a document.
const PLAUSIBLE: [(&str, &str, i64, i64); 5] = [
    ("sbp", "收缩压", 50, 300),
    ("dbp", "舒张压", 20, 200),
    ("pulse", "脉搏", 20, 250),
    ("glucose", "血糖", 10, 500),
    ("weight", "体重", 200, 2_500),
];

impl Measured {
    const fn values(&self) -> [Option<i64>; 5] {
        [self.sbp, self.dbp, self.pulse, self.glucose, self.weight]
    }

    /// What cannot be: field, label, why.
    #[must_use]
    pub fn fault(&self) -> Option<(&'static str, &'static str, String)> {
        if self.values().iter().all(Option::is_none) {
            return Some(("sbp", "测量", "请至少填写一项".into()));
        }
        let wild = |((field, label, low, high), value): (&(&'static str, &'static str, i64, i64), Option<i64>)| {
            let value = value.filter(|value| !(*low..=*high).contains(value))?;
            let tenths = matches!(*field, "glucose" | "weight");
            let show = |n: i64| if tenths { crate::records::model::tenths(n) } else { n.to_string() };
            let why = format!("{} 不合常理（应在 {} 至 {} 之间），请核对", show(value), show(*low), show(*high));
            Some((*field, *label, why))
        };
        if let Some(found) = PLAUSIBLE.iter().zip(self.values()).find_map(wild) {
            return Some(found);
        }
        match (self.sbp, self.dbp) {
            (Some(high), Some(low)) if low >= high => {
                Some(("dbp", "舒张压", format!("舒张压 {low} 不低于收缩压 {high}，可能填反了")))
            }
            (Some(_), None) => Some(("dbp", "舒张压", "只有收缩压，请补填舒张压".into())),
            (None, Some(_)) => Some(("sbp", "收缩压", "只有舒张压，请补填收缩压".into())),
            _ => None,
        }
    }

    /// In a line: 血压 138/82 毫米汞柱，脉搏 72 次/分.
    #[must_use]
    pub fn words(&self) -> String {
        let tenths = crate::records::model::tenths;
        let pressure = self.sbp.zip(self.dbp).map(|(high, low)| format!("血压 {high}/{low} 毫米汞柱"));
        let pulse = self.pulse.map(|n| format!("脉搏 {n} 次/分"));
        let kind = if self.fasting { "空腹血糖" } else { "餐后或随机血糖" };
        let glucose = self.glucose.map(|n| format!("{kind} {} 毫摩尔/升", tenths(n)));
        let weight = self.weight.map(|n| format!("体重 {} 公斤", tenths(n)));
        [pressure, pulse, glucose, weight].into_iter().flatten().collect::<Vec<_>>().join("，")
    }
}

/// `08:05` as minutes since midnight.
#[must_use]
pub fn minutes(text: &str) -> Option<i64> {
    let (hour, minute) = text.trim().split_once(':')?;
    let number = |part: &str| if part.len() == 2 { part.parse::<i64>().ok() } else { None };
    let (hour, minute) = (number(hour)?, number(minute)?);
    ((0..24).contains(&hour) && (0..60).contains(&minute)).then_some(hour * 60 + minute)
}

/// Minutes since midnight as `08:05`.
#[must_use]
pub fn clock(minutes: i64) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

/// What is wrong with the times of a day.
#[must_use]
pub fn against_times(came: i64, went: Option<i64>) -> Option<String> {
    went.filter(|went| *went <= came).map(|went| format!("离开时间 {} 不晚于到达时间 {}", clock(went), clock(came)))
}
