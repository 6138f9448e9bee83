//! What ends, rests or goes on with what: the one table that every capability asks when something happens to an elder, so
//! that no two of them disagree.
//!
//! | reason | against |
//! |---|---|
//! | EP-21 … EP-64 | see [`RULES`]: each says its own words |

use kernel::{Date, What};

registry::choice! {
    /// Something that can be open for an elder.
    pub enum Thing {
        /// 家庭医生签约
        Contract = "contract" "家庭医生签约",
        /// 长护险待遇, with its plans
        Entitlement = "entitlement" "长护险待遇",
        /// 上门服务 that is planned
        Visit = "visit" "上门服务",
        /// 住院
        Stay = "stay" "住院",
        /// 转诊
        Referral = "referral" "转诊",
        /// 家庭病床
        Sickbed = "sickbed" "家庭病床",
        /// 入住床位
        Bed = "bed" "入住床位",
        /// 外出 from an institution
        Leave = "leave" "外出",
        /// 轮候
        Waiting = "waiting" "入住轮候",
        /// 日间照护
        DayCare = "day_care" "日间照护",
        /// 安宁疗护
        Hospice = "hospice" "安宁疗护",
        /// 远程会诊
        Consultation = "consultation" "远程会诊",
        /// 评估
        Assessment = "assessment" "评估",
        /// 监测设备 that the elder wears
        Device = "device" "监测设备",
    }
}

/// What happens to an open thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It is closed.
    Ends,
    /// It rests, and is held.
    Rests,
    /// It goes on.
    GoesOn,
}

/// What happens to an open thing, with the number and the words of the reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ending {
    /// What happens.
    pub effect: Effect,
    /// Number of the reason.
    pub code: &'static str,
    /// The reason in words, as it stands on the thing and on the thread.
    pub words: &'static str,
}

/// Which thing, on what happening, does what, with which reason. What is not here is not touched.
pub const RULES: &[(Thing, What, Effect, &str, &str)] = &[
    (Thing::Contract, What::Died, Effect::Ends, "EP-21", "死亡"),
    (Thing::Contract, What::MovedAway, Effect::Ends, "EP-22", "迁出"),
    (Thing::Entitlement, What::Died, Effect::Ends, "EP-23", "死亡"),
    (Thing::Entitlement, What::MovedAway, Effect::Ends, "EP-24", "迁出"),
    (Thing::Visit, What::Died, Effect::Ends, "EP-25", "去世，取消未上门的服务"),
    (Thing::Visit, What::MovedAway, Effect::Ends, "EP-26", "迁出，取消未上门的服务"),
    (Thing::Visit, What::AdmittedToHospital, Effect::Rests, "EP-27", "住院期间不上门"),
    (Thing::Visit, What::LeftHospital, Effect::GoesOn, "EP-28", "已出院，恢复上门"),
    (Thing::Visit, What::MovedIn, Effect::Ends, "EP-30", "已入住养老机构，取消未上门的服务"),
    (Thing::Stay, What::Died, Effect::Ends, "EP-29", "去世，住院结束"),
    (Thing::Referral, What::Died, Effect::Ends, "EP-31", "去世，转诊关闭"),
    (Thing::Referral, What::MovedAway, Effect::Ends, "EP-32", "迁出，转诊关闭"),
    (Thing::Referral, What::AdmittedToHospital, Effect::Ends, "EP-33", "已在别处住院，转诊关闭"),
    (Thing::Referral, What::MovedIn, Effect::Ends, "EP-34", "已入住养老机构，转诊关闭"),
    (Thing::Sickbed, What::Died, Effect::Ends, "EP-35", "去世，家庭病床撤床"),
    (Thing::Sickbed, What::MovedAway, Effect::Ends, "EP-36", "迁出，家庭病床撤床"),
    (Thing::Sickbed, What::AdmittedToHospital, Effect::Ends, "EP-37", "入院，家庭病床自动撤床"),
    (Thing::Sickbed, What::MovedIn, Effect::Ends, "EP-38", "入住养老机构，家庭病床撤床"),
    (Thing::Bed, What::Died, Effect::Ends, "EP-41", "去世，床位空出"),
    (Thing::Bed, What::MovedAway, Effect::Ends, "EP-42", "迁出，床位空出"),
    (Thing::Bed, What::AdmittedToHospital, Effect::Rests, "EP-43", "住院，床位保留"),
    (Thing::Bed, What::LeftHospital, Effect::GoesOn, "EP-44", "出院，回到原床位"),
    (Thing::Leave, What::Died, Effect::Ends, "EP-45", "去世，外出结束"),
    (Thing::Leave, What::MovedAway, Effect::Ends, "EP-46", "迁出，外出结束"),
    (Thing::Leave, What::AdmittedToHospital, Effect::Ends, "EP-47", "外出期间住院，外出结束"),
    (Thing::Waiting, What::Died, Effect::Ends, "EP-48", "去世，退出轮候"),
    (Thing::Waiting, What::MovedAway, Effect::Ends, "EP-49", "迁出，退出轮候"),
    (Thing::Waiting, What::MovedIn, Effect::Ends, "EP-50", "已入住，退出轮候"),
    (Thing::DayCare, What::Died, Effect::Ends, "EP-51", "去世，日间照护结束"),
    (Thing::DayCare, What::MovedAway, Effect::Ends, "EP-52", "迁出，日间照护结束"),
    (Thing::DayCare, What::MovedIn, Effect::Ends, "EP-53", "入住养老机构，日间照护结束"),
    (Thing::DayCare, What::AdmittedToHospital, Effect::Rests, "EP-54", "住院，日间照护暂停，名额保留"),
    (Thing::DayCare, What::LeftHospital, Effect::GoesOn, "EP-55", "出院，日间照护恢复"),
    (Thing::Hospice, What::Died, Effect::Ends, "EP-56", "去世，安宁疗护结束"),
    (Thing::Hospice, What::MovedAway, Effect::Ends, "EP-57", "迁出，安宁疗护结束"),
    (Thing::Consultation, What::Died, Effect::Ends, "EP-58", "去世，会诊取消"),
    (Thing::Consultation, What::MovedAway, Effect::Ends, "EP-59", "迁出，会诊取消"),
    (Thing::Assessment, What::Died, Effect::Ends, "EP-60", "老年人去世"),
    (Thing::Device, What::Died, Effect::Ends, "EP-63", "去世，设备解除绑定"),
    (Thing::Device, What::MovedAway, Effect::Ends, "EP-64", "迁出，设备解除绑定"),
];

/// What happens to an open thing of this kind when this happens to the elder; none if it is not touched.
#[must_use]
pub fn ends(thing: Thing, what: What) -> Option<Ending> {
    let row = RULES.iter().find(|(t, w, ..)| *t == thing && *w == what)?;
    Some(Ending { effect: row.2, code: row.3, words: row.4 })
}

/// Something that is open for an elder now, for their page and for the lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenThing {
    /// What kind.
    pub thing: Thing,
    /// In a line: 如东县人民医院，脑梗死.
    pub title: String,
    /// Where it is dealt with.
    pub href: String,
    /// Since when.
    pub since: Date,
}
