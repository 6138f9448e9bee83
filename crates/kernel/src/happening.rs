//! What happens to an elder and has to be followed at once by everything that is open for them.

use crate::{Date, ElderId, InstitutionId};

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum What {
    /// 去世
    Died,
    /// 迁出: they live in another place now.
    MovedAway,
    /// 入院
    AdmittedToHospital,
    /// 出院
    LeftHospital,
    /// 入住养老机构
    MovedIn,
    /// 退住
    MovedOut,
    /// 家庭病床建床
    SickbedOpened,
    /// 家庭病床撤床
    SickbedClosed,
    /// 日间照护入托
    DayCareBegun,
    /// 日间照护退托
    DayCareEnded,
    /// 安宁疗护开始
    HospiceBegun,
    /// 安宁疗护结束
    HospiceEnded,
    /// 签约家庭医生
    ContractSigned,
    /// 转诊: sent on to a hospital, as a rule of the follow-up or an emergency asks for.
    Referred,
}

impl What {
    /// What it is called.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Died => "去世",
            Self::MovedAway => "迁出",
            Self::AdmittedToHospital => "入院",
            Self::LeftHospital => "出院",
            Self::MovedIn => "入住养老机构",
            Self::MovedOut => "退住养老机构",
            Self::SickbedOpened => "家庭病床建床",
            Self::SickbedClosed => "家庭病床撤床",
            Self::DayCareBegun => "日间照护入托",
            Self::DayCareEnded => "日间照护退托",
            Self::HospiceBegun => "安宁疗护开始",
            Self::HospiceEnded => "安宁疗护结束",
            Self::ContractSigned => "家庭医生签约",
            Self::Referred => "转诊",
        }
    }

    /// Its code, as it is kept.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Died => "died",
            Self::MovedAway => "moved_away",
            Self::AdmittedToHospital => "admitted_to_hospital",
            Self::LeftHospital => "left_hospital",
            Self::MovedIn => "moved_in",
            Self::MovedOut => "moved_out",
            Self::SickbedOpened => "sickbed_opened",
            Self::SickbedClosed => "sickbed_closed",
            Self::DayCareBegun => "day_care_begun",
            Self::DayCareEnded => "day_care_ended",
            Self::HospiceBegun => "hospice_begun",
            Self::HospiceEnded => "hospice_ended",
            Self::ContractSigned => "contract_signed",
            Self::Referred => "referred",
        }
    }
}

/// Something that happened to an elder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Happening {
    /// To whom.
    pub elder: ElderId,
    /// What.
    pub what: What,
    /// The day.
    pub on: Date,
    /// The institution it has to do with, if there is one.
    pub institution: Option<InstitutionId>,
}
