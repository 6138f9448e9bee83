//! What a correction is: pure.

use crate::ltci::settlement::model::LineKind;
use kernel::{Area, CorrectionId, Date, ElderId, Instant, SettlementId, VisitId};
use web::Reason;

/// The steps that a correction may take; the table in `mod.rs` says the same.
pub const TRANSITIONS: &[(&str, &str, &str)] =
    &[("none", "propose", "open"), ("open", "settle", "settled"), ("open", "withdraw", "withdrawn")];

registry::choice! {
    /// How far a correction is.
    pub enum State {
        /// 待结算
        Open = "open" "待下次结算",
        /// 已结算
        Settled = "settled" "已结算",
        /// 已撤回
        Withdrawn = "withdrawn" "已撤回",
    }
}

/// What should have stood in a settled line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCorrection {
    /// The elder.
    pub elder: ElderId,
    /// The visit.
    pub visit: VisitId,
    /// What really happened; none when the visit should not have been asked for at all.
    pub happened: Option<Happened>,
    /// Why it is corrected.
    pub reason: String,
}

/// What really happened at a visit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happened {
    /// Beginning.
    pub from: Instant,
    /// End.
    pub to: Instant,
    /// Codes of the items.
    pub items: Vec<String>,
}

/// A correction as it stands in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correction {
    /// The elder.
    pub elder: ElderId,
    /// Identity.
    pub id: CorrectionId,
    /// The county that pays.
    pub county: Area,
    /// The settlement in which the corrected line stands.
    pub settlement: SettlementId,
    /// The visit.
    pub visit: VisitId,
    /// The kind of the corrected line.
    pub kind: LineKind,
    /// How far it is.
    pub state: State,
    /// Why.
    pub reason: String,
    /// The visit should not have been asked for at all.
    pub withdrawn: bool,
    /// Beginning, as it should have been.
    pub from: Option<Instant>,
    /// End, as it should have been.
    pub to: Option<Instant>,
    /// Items, as they should have been.
    pub items: String,
    /// Who asked for it.
    pub entered_by: String,
    /// When.
    pub created_at: Instant,
    /// The settlement that took it up.
    pub settled_in: Option<SettlementId>,
}

/// What speaks against a correction of a line of that day.
#[must_use]
pub fn faults(new: &NewCorrection, day: Date, open: bool) -> Vec<Reason> {
    let mut reasons = vec![];
    let mut refuse = |condition: bool, code: &str, text: String| {
        if condition {
            reasons.push(Reason::new(code, text));
        }
    };
    refuse(open, "LTCI-71", "这次服务已有一项更正待结算，请先撤回或等待结算".into());
    refuse(new.reason.trim().chars().count() < 2, "LTCI-72", "请写明更正原因".into());
    if let Some(happened) = &new.happened {
        let on = kernel::time::date_of;
        refuse(happened.to <= happened.from, "LTCI-54", "签退时间须晚于签到时间".into());
        refuse(on(happened.from) != day || on(happened.to) != day, "LTCI-56", format!("服务时间须在原服务日（{day}）"));
        refuse(happened.items.is_empty(), "LTCI-31", "至少选择一个服务项目；整次撤销请选“撤销本次服务”".into());
    }
    reasons
}
