//! Guidance on medicines (用药指导) and reviews of prescriptions (处方点评), as services with their findings. Pure.

use kernel::{Date, ElderId, ReviewId};
use serde::{Deserialize, Serialize};

registry::choice! {
    /// Which service it is.
    pub enum ReviewKind {
        /// The elder or the family is told how to take the medicines.
        Guidance = "guidance" "用药指导",
        /// The prescriptions are looked at for what does not fit.
        Review = "review" "处方点评",
    }

    /// Where it stands.
    pub enum ReviewState {
        /// Nothing is left to do.
        Done = "done" "已完成",
        /// The prescriber has not answered yet.
        Open = "open" "待处方医师答复",
        /// The prescriber has answered.
        Answered = "answered" "已答复",
    }

    /// What does not fit: of a prescription, or of how the medicines are taken. The kinds are those that reviews of
    /// prescriptions in hospitals go by, written down from memory.
    pub enum Problem {
        /// 适应证不适宜
        Indication = "indication" "适应证不适宜",
        /// 遴选的药品不适宜
        Choice = "choice" "药品选择不适宜",
        /// 剂型或给药途径不适宜
        Route = "route" "剂型或给药途径不适宜",
        /// 用法、用量不适宜
        Dose = "dose" "用法用量不适宜",
        /// 重复给药
        Duplicate = "duplicate" "重复给药",
        /// 联合用药不适宜、不良相互作用
        Interaction = "interaction" "联合用药不适宜或相互作用",
        /// 与过敏史冲突
        Allergy = "allergy" "与过敏史冲突",
        /// 不良反应
        Adverse = "adverse" "有不良反应",
        /// 漏服、错服、自行停药
        Adherence = "adherence" "漏服、错服或自行停药",
        /// 其他
        Other = "other" "其他",
    }
}

/// A service to be written down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewReview {
    /// Whose medicines.
    pub elder: ElderId,
    /// Which service.
    pub kind: ReviewKind,
    /// The day.
    pub on: Date,
    /// The medicines that were looked at, as they stood in the record.
    pub medicines: Vec<String>,
    /// What does not fit.
    pub problems: Vec<Problem>,
    /// What was found, and what is advised.
    pub advice: String,
}

impl NewReview {
    /// A review with problems waits for the prescriber; everything else is done.
    #[must_use]
    pub fn state(&self) -> ReviewState {
        if self.kind == ReviewKind::Review && !self.problems.is_empty() { ReviewState::Open } else { ReviewState::Done }
    }

    /// What it came to, in short.
    #[must_use]
    pub fn verdict(&self) -> String {
        let names: Vec<&str> = self.problems.iter().map(|one| one.name()).collect();
        match (self.kind, names.is_empty()) {
            (ReviewKind::Review, true) => "合理".to_owned(),
            (ReviewKind::Guidance, true) => "未发现问题".to_owned(),
            _ => names.join("、"),
        }
    }
}

/// A service as it stands in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// Identity.
    pub id: ReviewId,
    /// Where it stands.
    pub state: ReviewState,
    /// What it says.
    pub facts: NewReview,
    /// What the prescriber answered.
    pub answer: String,
    /// When.
    pub answered_on: Option<Date>,
    /// Who did the service.
    pub recorded_by: String,
    /// Counts its changes.
    pub version: i64,
}
