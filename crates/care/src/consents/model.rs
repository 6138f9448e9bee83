//! What a consent is, and the words of its withdrawal. Pure.

use crate::{contracts, referrals};
use kernel::{ConsentId, Date, ElderId, Instant, InstitutionId};
use uuid::Uuid;

registry::choice! {
    /// What was agreed to.
    pub enum Scope {
        /// 家庭医生签约
        Contract = "contract" "家庭医生签约",
        /// 家庭病床
        Sickbed = "sickbed" "家庭病床",
        /// What of the record goes along with a referral
        Sharing = "sharing" "转诊资料共享",
        /// What of the record goes along with a remote consultation
        Consultation = "consultation" "会诊资料共享",
        /// 安宁疗护
        Hospice = "hospice" "安宁疗护",
        /// That a person may look at the elder's own page
        FamilyPage = "family" "家庭页查看",
        /// That the record is exchanged with the area's health platform: a duty of the documents, which the elder may object to
        Platform = "platform" "健康信息平台对接",
    }

    /// As what somebody gave or withdrew a consent.
    pub enum Role {
        /// The elder.
        Elder = "elder" "本人",
        /// A member of the family.
        Family = "family" "家属",
        /// The guardian, by law or by a court.
        Guardian = "guardian" "监护人",
        /// Somebody with a written power.
        Agent = "agent" "委托代理人",
        /// Nobody could be asked in time; the person in charge answered for it.
        Emergency = "emergency" "危急未及征询（由负责人签字）",
    }

    /// How it was given or withdrawn.
    pub enum How {
        /// Signed on paper.
        Written = "written" "书面签字",
        /// In words, face to face.
        Spoken = "spoken" "当面口头",
        /// By telephone.
        Telephone = "telephone" "电话",
        /// On the elder's own page.
        Page = "page" "在家庭页上",
    }

    /// Where a consent stands.
    pub enum State {
        /// Given.
        Given = "given" "已同意",
        /// Withdrawn; whoever it concerns has not said what they did.
        Withdrawn = "withdrawn" "已撤回，待处理",
        /// Withdrawn, and seen to.
        Handled = "handled" "已撤回，已处理",
    }
}

/// Every step that there is: state, event, next state.
pub const TRANSITIONS: &[(&str, &str, &str)] =
    &[("given", "withdraw", "withdrawn"), ("withdrawn", "handle", "handled")];

impl State {
    /// The state after the event, if the event can happen here.
    #[must_use]
    pub fn after(self, event: &str) -> Option<Self> {
        let step = TRANSITIONS.iter().find(|(from, by, _)| *from == self.code() && *by == event)?;
        Self::parse(step.2)
    }
}

impl From<contracts::ConsentBy> for Role {
    fn from(by: contracts::ConsentBy) -> Self {
        Self::parse(by.code()).unwrap_or(Self::Family)
    }
}

impl From<referrals::model::ConsentBy> for Role {
    fn from(by: referrals::model::ConsentBy) -> Self {
        Self::parse(by.code()).unwrap_or(Self::Family)
    }
}

impl From<contracts::ConsentHow> for How {
    fn from(how: contracts::ConsentHow) -> Self {
        Self::parse(how.code()).unwrap_or(Self::Written)
    }
}

impl Scope {
    /// What a withdrawal does, in words for a person who is about to do it.
    #[must_use]
    pub const fn effect(self) -> &'static str {
        match self {
            Self::Contract => "签约从今天起解除，不再安排签约服务；已经做过的服务和记录保留。",
            Self::Sickbed => {
                "家庭病床从今天起撤床，之后的巡诊取消；另外约定的上门护理不受影响；已经做过的治疗、费用和记录保留。"
            }
            Self::Sharing => "对方机构从现在起不能再看共享的资料；已经看过的留有记录。转诊本身继续办理。",
            Self::Consultation => "会诊机构从现在起不能再看共享的资料；已经看过的留有记录。会诊本身继续办理。",
            Self::Hospice => "安宁疗护从今天起结束，之后的巡访取消；已经做过的照护和记录保留。",
            Self::FamilyPage => "这个账号从现在起不能再看家庭页；以前看过的留有记录。",
            Self::Platform => "从现在起，健康信息平台不能再经接口查询或传入这位老人的资料；以前交换过的留有记录。",
        }
    }

    /// What whoever it concerns has to do about a withdrawal.
    #[must_use]
    pub const fn to_do(self) -> &'static str {
        match self {
            Self::Contract => "联系本人或家属，说明解约后的服务去向",
            Self::Sickbed => "联系本人或家属，完成撤床小结和用药交代",
            Self::Sharing => "告知转入机构，需要的病情改由电话或本人携带",
            Self::Consultation => "告知会诊医生，需要的病情由申请方在会诊中口述",
            Self::Hospice => "联系本人或家属，交代后续照护和用药",
            Self::FamilyPage => "知悉，必要时与老人或家属核实",
            Self::Platform => "函告对接单位，停止使用已经取得的资料",
        }
    }

    /// Whether a withdrawal leaves somebody without treatment who had it: to be seen to before the others.
    #[must_use]
    pub const fn urgent(self) -> bool {
        matches!(self, Self::Sickbed | Self::Hospice)
    }
}

/// A consent to be written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewConsent {
    /// Whose.
    pub elder: ElderId,
    /// To what.
    pub scope: Scope,
    /// What rests on it: the contract, sickbed, referral, consultation, hospice case or access; for the health platform the elder.
    pub source: Uuid,
    /// Whom a withdrawal concerns.
    pub institution: Option<InstitutionId>,
    /// For which purpose.
    pub purpose: String,
    /// When it was given.
    pub from: Date,
    /// Its last day; none for as long as what rests on it lasts.
    pub until: Option<Date>,
    /// Who gave it.
    pub name: String,
    /// As what.
    pub role: Role,
    /// What they are to the elder; blank for the elder.
    pub relation: String,
    /// How.
    pub how: How,
}

/// Who withdraws, as what, how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Withdrawal {
    /// Their name.
    pub name: String,
    /// As what.
    pub role: Role,
    /// How.
    pub how: How,
}

/// What became of a consent that was withdrawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Withdrawn {
    /// When.
    pub at: Instant,
    /// Who, as what, how.
    pub by: Withdrawal,
    /// What it did, in words.
    pub effect: String,
    /// When somebody saw to it, who, and what they did.
    pub handled: Option<(Instant, String, String)>,
}

/// A consent as it stands in the register.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    /// Identity.
    pub id: ConsentId,
    /// Where it stands.
    pub state: State,
    /// What was given.
    pub given: NewConsent,
    /// Name of the institution that it concerns; empty without one.
    pub institution_name: String,
    /// Who wrote it down.
    pub recorded_by: String,
    /// Its withdrawal.
    pub withdrawn: Option<Withdrawn>,
    /// Whether something rests on it now.
    pub live: bool,
}

impl Consent {
    /// 转诊资料共享：会诊
    #[must_use]
    pub fn title(&self) -> String {
        format!("{}：{}", self.given.scope, self.given.purpose)
    }

    /// 王小红（女儿，监护人）
    #[must_use]
    pub fn giver(&self) -> String {
        let more: Vec<&str> =
            [self.given.relation.as_str(), self.given.role.name()].into_iter().filter(|t| !t.is_empty()).collect();
        format!("{}（{}）", self.given.name, more.join("，"))
    }
}
