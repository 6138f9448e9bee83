//! The current facts of an elder (现状): one row that rules, indicators and searches ask, set by the capability that
//! decides each of them.

pub mod store;

pub use store::{of, set};

use kernel::{Date, Month};
use serde::{Deserialize, Serialize};

/// One fact to set. In periods `until` is the first day that no longer belongs to it; `None` everywhere means "none any more".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fact {
    /// Ability level by GB/T 42195 (0 能力完好 … 4 完全丧失), while it is in effect.
    AbilityLevel {
        /// The level.
        level: Option<i64>,
        /// The first day without it.
        until: Option<Date>,
    },
    /// Disability level by the long-term-care standard (0 … 5), while it is in effect.
    LtciLevel {
        /// The level.
        level: Option<i64>,
        /// The first day without it.
        until: Option<Date>,
    },
    /// Care-insurance entitlement (长护险待遇).
    Entitled {
        /// First day.
        from: Option<Date>,
        /// The first day without it.
        until: Option<Date>,
    },
    /// Family-doctor contract (家庭医生签约).
    Contract {
        /// First day.
        from: Option<Date>,
        /// The first day without it.
        until: Option<Date>,
    },
    /// The last health check-up (健康体检).
    CheckupOn(Option<Date>),
    /// The last day on which all parts of health management (健康管理) were done.
    ManagedOn(Option<Date>),
    /// The last traditional-medicine health service (中医药健康管理).
    TcmOn(Option<Date>),
    /// The last month for which the care insurance paid.
    BenefitMonth(Option<Month>),
    /// In hospital since.
    HospitalSince(Option<Date>),
}

/// All current facts of an elder.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// See [`Fact::AbilityLevel`].
    pub ability_level: Option<i64>,
    /// The first day without it.
    pub ability_until: Option<Date>,
    /// See [`Fact::LtciLevel`].
    pub ltci_level: Option<i64>,
    /// The first day without it.
    pub ltci_until: Option<Date>,
    /// See [`Fact::Entitled`].
    pub entitled_from: Option<Date>,
    /// The first day without it.
    pub entitled_until: Option<Date>,
    /// See [`Fact::Contract`].
    pub contract_from: Option<Date>,
    /// The first day without it.
    pub contract_until: Option<Date>,
    /// See [`Fact::CheckupOn`].
    pub checkup_on: Option<Date>,
    /// See [`Fact::ManagedOn`].
    pub managed_on: Option<Date>,
    /// See [`Fact::TcmOn`].
    pub tcm_on: Option<Date>,
    /// See [`Fact::BenefitMonth`].
    pub benefit_month: Option<Month>,
    /// See [`Fact::HospitalSince`].
    pub hospital_since: Option<Date>,
}

/// Whether something with these edges is in effect on the day: it began (an unknown beginning counts) and has not ended.
#[must_use]
pub fn in_effect(from: Option<Date>, until: Option<Date>, day: Date) -> bool {
    from.is_none_or(|first| day >= first) && until.is_none_or(|end| day < end)
}

impl Facts {
    /// The ability level in effect on the day.
    #[must_use]
    pub fn ability_on(&self, day: Date) -> Option<i64> {
        self.ability_level.filter(|_| in_effect(None, self.ability_until, day))
    }

    /// The disability level in effect on the day.
    #[must_use]
    pub fn ltci_on(&self, day: Date) -> Option<i64> {
        self.ltci_level.filter(|_| in_effect(None, self.ltci_until, day))
    }

    /// Whether the care insurance entitles on the day.
    #[must_use]
    pub fn entitled_on(&self, day: Date) -> bool {
        self.entitled_from.is_some() && in_effect(self.entitled_from, self.entitled_until, day)
    }

    /// Whether a family-doctor contract is in effect on the day.
    #[must_use]
    pub fn contracted_on(&self, day: Date) -> bool {
        self.contract_from.is_some() && in_effect(self.contract_from, self.contract_until, day)
    }
}
