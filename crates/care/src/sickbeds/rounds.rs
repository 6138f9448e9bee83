//! What a round finds and does: pure.

use kernel::{Date, SickbedItemId, SickbedRoundId, StaffId};
use web::FieldError;

registry::choice! {
    /// What sort of call it is.
    pub enum RoundKind {
        /// 巡诊: it was planned.
        Round = "round" "巡诊",
        /// 出诊: it was called for.
        CallOut = "call_out" "出诊",
    }

    /// Where a round stands.
    pub enum RoundState {
        /// It is to be made.
        Planned = "planned" "待巡诊",
        /// It was made.
        Done = "done" "已巡诊",
        /// The bed was closed before.
        Void = "void" "已取消",
    }
}

/// Vital signs, each only if it was taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Vitals {
    /// 体温 in tenths of a degree.
    pub temperature: Option<i64>,
    /// 脉搏 per minute.
    pub pulse: Option<i64>,
    /// 呼吸 per minute.
    pub breaths: Option<i64>,
    /// 收缩压 in mmHg.
    pub sbp: Option<i64>,
    /// 舒张压 in mmHg.
    pub dbp: Option<i64>,
    /// 血氧饱和度 in per cent.
    pub spo2: Option<i64>,
}

/// What a vital sign can be in a living person; outside is a slip of the pen. Limits of plausibility of this program, not of
/// a document. Field, label, least, most.
const PLAUSIBLE: [(&str, &str, i64, i64); 6] = [
    ("temperature", "体温", 300, 430),
    ("pulse", "脉搏", 20, 250),
    ("breaths", "呼吸", 4, 80),
    ("sbp", "收缩压", 50, 300),
    ("dbp", "舒张压", 20, 200),
    ("spo2", "血氧饱和度", 40, 100),
];

impl Vitals {
    /// What cannot be.
    #[must_use]
    pub fn faults(&self) -> Vec<FieldError> {
        let values = [self.temperature, self.pulse, self.breaths, self.sbp, self.dbp, self.spo2];
        let wrong = |(at, value): (usize, Option<i64>)| {
            let (field, label, least, most) = PLAUSIBLE[at];
            let show = |n: i64| if field == "temperature" { crate::records::model::tenths(n) } else { n.to_string() };
            value
                .filter(|n| !(least..=most).contains(n))
                .map(|_| FieldError::new(field, label, format!("应在 {} 到 {} 之间", show(least), show(most))))
        };
        let mut faults: Vec<FieldError> = values.into_iter().enumerate().filter_map(wrong).collect();
        if self.sbp.zip(self.dbp).is_some_and(|(sbp, dbp)| sbp <= dbp) {
            faults.push(FieldError::new("dbp", "舒张压", "应低于收缩压"));
        }
        faults
    }

    /// In a line: 体温 36.8 ℃，血压 150/85.
    #[must_use]
    pub fn line(&self) -> String {
        let one = |label: &str, value: Option<i64>, unit: &str| value.map(|n| format!("{label} {n}{unit}"));
        let temperature = self.temperature.map(|n| format!("体温 {} ℃", crate::records::model::tenths(n)));
        let pressure = match (self.sbp, self.dbp) {
            (Some(sbp), Some(dbp)) => Some(format!("血压 {sbp}/{dbp}")),
            (sbp, dbp) => one("收缩压", sbp, "").or(one("舒张压", dbp, "")),
        };
        let parts = [
            temperature,
            one("脉搏", self.pulse, " 次/分"),
            one("呼吸", self.breaths, " 次/分"),
            pressure,
            one("血氧", self.spo2, "%"),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join("，")
    }
}

/// What was found and done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Vital signs.
    pub vitals: Vitals,
    /// What was found.
    pub found: String,
    /// What was done besides the items of the plan.
    pub done: String,
    /// Doctor's orders.
    pub orders: String,
}

/// A round as it stands in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Round {
    /// Identity.
    pub id: SickbedRoundId,
    /// What sort.
    pub kind: RoundKind,
    /// Where it stands.
    pub state: RoundState,
    /// Last day in time.
    pub due_on: Date,
    /// When it was made.
    pub done_on: Option<Date>,
    /// By whom.
    pub staff: Option<StaffId>,
    /// Their name on that day.
    pub staff_name: String,
    /// What came of it.
    pub report: Report,
    /// Who wrote it down.
    pub recorded_by: String,
}

impl Round {
    /// Whether it should have been made by now.
    #[must_use]
    pub fn overdue(&self, today: Date) -> bool {
        self.state == RoundState::Planned && self.due_on < today
    }
}

/// A round that was made, as a form brings it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRound {
    /// The planned one that it is; none for one that nobody planned.
    pub planned: Option<SickbedRoundId>,
    /// What sort.
    pub kind: RoundKind,
    /// When.
    pub on: Date,
    /// By whom.
    pub staff: StaffId,
    /// What came of it.
    pub report: Report,
    /// Items of the plan that were done.
    pub items: Vec<SickbedItemId>,
    /// When the next one is due; by the interval of the place if none.
    pub next_on: Option<Date>,
    /// Who pays the fee of the call, if not the elder or the insurance by the price list.
    pub funded_by: Option<super::fees::Funder>,
    /// Whether a home-visit fee was charged for the same call.
    pub visit_fee_charged: bool,
}
