//! The numbered reasons for which a settlement cuts or refuses a visit, in the words that the field uses.

use serde::{Deserialize, Serialize};

/// What a reason does to the visit that it meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Nothing of the visit is approved (拒付).
    Refuses,
    /// Part of the visit is not approved (核减).
    Cuts,
}

macro_rules! reasons {
    ($($number:literal $name:ident $effect:ident $title:literal $advice:literal;)*) => {
        /// A reason; its number never changes its meaning.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Reason {
            $(#[doc = $title] $name = $number,)*
        }

        impl Reason {
            /// All, by number.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// What is wrong, as sheets and pages say it.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }

            /// What the institution can do about it.
            #[must_use]
            pub const fn advice(self) -> &'static str {
                match self { $(Self::$name => $advice,)* }
            }

            /// Whether it refuses the visit or cuts it.
            #[must_use]
            pub const fn effect(self) -> Effect {
                match self { $(Self::$name => Effect::$effect,)* }
            }
        }
    };
}

reasons! {
    1 NoEntitlement Refuses "服务日不在待遇享受期内" "核对待遇起止日期；待遇已终止的，应同时终止照护计划";
    2 AfterDeath Refuses "服务日在老年人死亡之后" "核对死亡日期；死亡日期录错的，先更正老年人档案再重新核验";
    3 InHospital Refuses "服务日老年人正在住院" "核对住院记录；入院当日和出院当日不受此限";
    4 CarerOverlap Refuses "同一服务人员的服务时间重叠" "核对签到、签退时间；时间录错的，在结算前更正";
    5 ElderOverlap Refuses "同一老年人的服务时间重叠" "核对签到、签退时间；时间录错的，在结算前更正";
    6 OverQuota Refuses "超过当月服务次数限额" "按待遇限额安排照护计划";
    7 NotCheckedOut Refuses "缺少签到或签退" "已服务的，在补录期限内补录并说明原因；未服务的，登记为未服务";
    8 TooShort Refuses "服务时长不足" "实际时长须达到项目标准时长的规定比例";
    9 LateEntry Refuses "补录无原因或超过补录期限" "补录须在期限内并写明原因";
    10 NoCertificate Refuses "服务当日服务人员无有效资格证书" "核对人员名册中的证书编号与有效期";
    11 ItemNotInPlan Cuts "服务项目不在照护计划内" "先调整照护计划再提供服务";
    12 Duplicate Refuses "重复申报" "同一次服务只申报一次";
    13 CapReached Cuts "达到当月支付限额" "限额以上部分不予支付";
    14 PlanNotInForce Refuses "服务日照护计划未生效或已终止" "核对照护计划的起止日期";
    15 WrongStaffKind Cuts "服务人员岗位不符合项目要求" "医疗护理类项目由护士、康复类项目由康复治疗师提供";
    16 NotPriced Cuts "服务项目当日无价格" "核对服务项目目录；目录外项目不予支付";
}

impl Reason {
    /// The number as sheets print it: `LTCI-03`.
    #[must_use]
    pub fn code(self) -> String {
        format!("LTCI-{:02}", self as u8)
    }

    /// The reason that a printed number means.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|reason| reason.code() == code)
    }
}

/// A set of reasons; bit n stands for reason n.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Reasons(pub u32);

impl Reasons {
    /// No reason: the visit is in order.
    pub const NONE: Self = Self(0);

    /// The same with one more.
    pub const fn add(&mut self, reason: Reason) {
        self.0 |= 1 << reason as u32;
    }

    /// Adds the reason if the condition holds.
    pub const fn add_if(&mut self, condition: bool, reason: Reason) {
        if condition {
            self.add(reason);
        }
    }

    /// Whether the reason is among them.
    #[must_use]
    pub const fn has(self, reason: Reason) -> bool {
        self.0 & (1 << reason as u32) != 0
    }

    /// Whether one of them refuses the visit.
    #[must_use]
    pub fn refuse(self) -> bool {
        self.iter().any(|reason| reason.effect() == Effect::Refuses)
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Each of them, by number.
    pub fn iter(self) -> impl Iterator<Item = Reason> {
        Reason::ALL.iter().copied().filter(move |reason| self.has(*reason))
    }

    /// Their numbers: `LTCI-03、LTCI-08`.
    #[must_use]
    pub fn codes(self) -> String {
        self.iter().map(Reason::code).collect::<Vec<_>>().join("、")
    }

    /// Numbers and titles, as a cell of a sheet shows them.
    #[must_use]
    pub fn words(self) -> String {
        self.iter().map(|reason| format!("{} {}", reason.code(), reason.title())).collect::<Vec<_>>().join("；")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_stable_and_read_back() {
        for (at, reason) in Reason::ALL.iter().enumerate() {
            assert_eq!(*reason as usize, at + 1);
            assert_eq!(Reason::parse(&reason.code()), Some(*reason));
        }
        assert_eq!(Reason::InHospital.code(), "LTCI-03");
        assert_eq!(Reason::parse("LTCI-99"), None);
    }

    #[test]
    fn a_set_knows_whether_it_refuses() {
        let mut reasons = Reasons::NONE;
        reasons.add(Reason::CapReached);
        assert!(!reasons.refuse());
        reasons.add(Reason::AfterDeath);
        assert!(reasons.refuse());
        assert_eq!(reasons.codes(), "LTCI-02、LTCI-13");
    }
}
