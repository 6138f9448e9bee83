//! What an access to an elder's page is, and what is against one. Pure.

use crate::consents::Role;
use crate::subject::Subject;
use kernel::{AccessId, AccountId, Date, ElderId, Instant};
use web::{FieldError, Reason};

registry::choice! {
    /// As what somebody sees the page of an elder.
    pub enum Kind {
        /// The elder.
        Own = "self" "老人本人",
        /// Guardian by law: spouse, children and so on, in the order of the civil code.
        ByLaw = "guardian_law" "法定监护人",
        /// Guardian named by a court.
        ByCourt = "guardian_court" "法院指定监护人",
        /// Agent by a written power.
        Agent = "agent" "委托代理人（书面委托）",
    }
}

/// Every step that there is: state, event, next state. `over` is what the days say.
pub const TRANSITIONS: &[(&str, &str, &str)] = &[("open", "end", "ended"), ("open", "time_passes", "over")];

impl Kind {
    /// As what such a person gives and withdraws consents.
    #[must_use]
    pub const fn role(self) -> Role {
        match self {
            Self::Own => Role::Elder,
            Self::ByLaw | Self::ByCourt => Role::Guardian,
            Self::Agent => Role::Agent,
        }
    }

    /// Whether somebody acts for the elder.
    #[must_use]
    pub const fn proxy(self) -> bool {
        !matches!(self, Self::Own)
    }
}

/// An access to be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAccess {
    /// Whose page.
    pub elder: ElderId,
    /// As what.
    pub kind: Kind,
    /// Name of the person.
    pub name: String,
    /// What they are to the elder; blank for the elder.
    pub relation: String,
    /// Number of the judgement, certificate or power; blank for the elder.
    pub document: String,
    /// First day.
    pub from: Date,
    /// Last day; none until it is ended.
    pub until: Option<Date>,
    /// Whether the one who opens it has seen identity card and document.
    pub checked: bool,
}

/// An access as it stands in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    /// Identity.
    pub id: AccessId,
    /// Whose page.
    pub elder: ElderId,
    /// Name of the elder.
    pub elder_name: String,
    /// The account.
    pub account: AccountId,
    /// Its log-in name.
    pub login: String,
    /// As what.
    pub kind: Kind,
    /// Name of the person.
    pub name: String,
    /// What they are to the elder.
    pub relation: String,
    /// Number of the document.
    pub document: String,
    /// First day.
    pub from: Date,
    /// Last day.
    pub until: Option<Date>,
    /// Who checked the person and the document.
    pub checked_by: String,
    /// When it was ended, by whom, why.
    pub ended: Option<(Instant, String, String)>,
}

/// How an access stands on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It holds.
    Open,
    /// It begins later.
    Later,
    /// Its last day is past.
    Over(Date),
    /// Somebody, or a death, ended it.
    Ended(Date, String),
}

impl Access {
    /// How it stands on the day.
    #[must_use]
    pub fn on(&self, day: Date) -> Standing {
        match (&self.ended, self.until) {
            (Some((at, _, why)), _) => Standing::Ended(kernel::time::date_of(*at), why.clone()),
            (None, Some(until)) if until < day => Standing::Over(until),
            _ if self.from > day => Standing::Later,
            _ => Standing::Open,
        }
    }

    /// Whether it holds on the day.
    #[must_use]
    pub fn holds(&self, day: Date) -> bool {
        self.on(day) == Standing::Open
    }

    /// What the person is told when it does not hold; none when it does.
    #[must_use]
    pub fn told(&self, day: Date) -> Option<String> {
        let name = &self.elder_name;
        match self.on(day) {
            Standing::Open => None,
            Standing::Later => Some(format!("您可以从 {} 起查看 {name} 的家庭页。", kernel::time::in_words(self.from))),
            Standing::Over(last) => {
                Some(format!("您查看 {name} 的期限到 {} 为止，已经结束。", kernel::time::in_words(last)))
            }
            Standing::Ended(on, why) => {
                Some(format!("您查看 {name} 的权限已在 {} 结束：{why}。", kernel::time::in_words(on)))
            }
        }
    }
}

/// An access is opened for at most ten years: whoever stands before the clerk then is looked at again.
const LONGEST_DAYS: chrono::Days = chrono::Days::new(3653);
/// The longest name, relation and document number, in characters.
pub const LONGEST: usize = 60;

impl NewAccess {
    /// What is wrong with the fields.
    #[must_use]
    pub fn faults(&self, today: Date) -> Vec<FieldError> {
        let proxy = self.kind.proxy();
        let long = [&self.name, &self.relation, &self.document].iter().any(|text| text.chars().count() > LONGEST);
        let checks = [
            (self.name.is_empty(), "name", "姓名", "请填写查看人的姓名"),
            (proxy && self.relation.is_empty(), "relation", "与老年人的关系", "请填写，如：女儿"),
            (
                proxy && self.document.is_empty(),
                "document",
                "证明文件编号",
                "请填写户口簿页码、判决书、公证书或委托书的编号",
            ),
            (long, "name", "姓名、关系、编号", "每项不超过 60 个字"),
            (self.until.is_some_and(|day| day < self.from), "until", "止于", "不能早于起始日期"),
            (self.until.is_some_and(|day| day < today), "until", "止于", "不能早于今天"),
            (
                self.until.is_some_and(|day| day > today + LONGEST_DAYS),
                "until",
                "止于",
                "最多十年，到期可以再开；请核对年份",
            ),
            (self.kind == Kind::Agent && self.until.is_none(), "until", "止于", "委托应有期限，请按委托书填写"),
        ];
        let wrong = checks.into_iter().filter(|(wrong, ..)| *wrong);
        wrong.map(|(_, field, label, text)| FieldError::new(field, label, text)).collect()
    }
}

/// What is against opening an access. `others` are those of the same elder; `account` is the one that is there already.
#[must_use]
pub fn against(
    new: &NewAccess,
    subject: &Subject,
    others: &[Access],
    account: Option<AccountId>,
    today: Date,
) -> Vec<Reason> {
    let mut reasons = vec![];
    if !subject.present {
        reasons.push(Reason::new("FA-01", "老年人已去世或已迁出，不能开通家庭页"));
    }
    if !new.checked {
        reasons.push(Reason::new("FA-02", "请当面核对身份证和证明文件，核对后勾选"));
    }
    let open = |one: &&Access| matches!(one.on(today), Standing::Open | Standing::Later);
    if others.iter().filter(open).any(|one| Some(one.account) == account) {
        reasons.push(Reason::new("FA-04", "这个登录名已经可以查看这位老年人，不需要再开"));
    }
    reasons
}
