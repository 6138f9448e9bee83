//! Which institutions serve an elder (`elder_links`), and may therefore see the file.

pub mod store;

pub use store::{close, of, open, take_back};

use crate::choice;
use kernel::{Date, InstitutionId};
use serde::{Deserialize, Serialize};

choice! {
    /// Why an institution sees an elder's file.
    pub enum LinkKind {
        /// 家庭医生签约
        Contract = "contract" "家庭医生签约",
        /// 长护险服务
        Ltci = "ltci" "长护险服务",
        /// 入住
        Resident = "resident" "入住",
        /// 上门服务: as long as a visit is to come
        Visit = "visit" "上门服务",
        /// 住院: while the elder is in.
        Stay = "stay" "住院",
        /// 转诊: from arrival until the conclusion.
        Referral = "referral" "转诊",
        /// 家庭病床: as long as it is open
        Sickbed = "sickbed" "家庭病床",
        /// 日间照护
        DayCare = "day_care" "日间照护",
        /// 安宁疗护
        Hospice = "hospice" "安宁疗护",
    }
}

/// One link.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Link {
    /// The institution that serves.
    pub institution: InstitutionId,
    /// Why.
    pub kind: LinkKind,
    /// First day.
    pub from: Date,
    /// The first day on which it no longer serves; none while it does.
    pub until: Option<Date>,
}
