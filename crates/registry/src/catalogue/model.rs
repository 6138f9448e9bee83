//! What stands in the catalogue, and every decision about it. Pure.

use kernel::{AccountId, Area, CatalogueId, CreditCode, Date, Fen, Instant, InstitutionId};
use policy::{Facts, Library};
use web::{FieldError, Reason};

crate::choice! {
    /// Kinds of products and services (words of the policy table `catalogue_kind`).
    pub enum Kind {
        /// Food and drugs for elders, NT-2.4.2.
        FoodDrug = "food_drug" "老年食品药品",
        /// Rehabilitation aids, NT-2.4.2.
        RehabAid = "rehab_aid" "康复辅具",
        /// Daily care, NT-2.4.2.
        DailyCare = "daily_care" "日常照护",
        /// Nursing and rehabilitation, NT-2.2.1, NT-3.3a.
        Nursing = "nursing" "护理与康复服务",
        /// Culture and pastime, NT-2.4.2.
        Culture = "culture" "文化娱乐",
        /// Smart products of health management, JX-9.
        SmartHealth = "smart_health" "健康管理智能产品",
        /// Smart products that watch over somebody, JX-9.
        SmartMonitor = "smart_monitor" "监护智能产品",
        /// Smart aids, JX-9.
        SmartAid = "smart_aid" "智能辅具",
        /// Smart products of traditional medicine, JX-9.
        SmartTcm = "smart_tcm" "中医智能产品",
    }

    /// Where an item stands.
    pub enum State {
        /// Being written.
        Draft = "draft" "草稿",
        /// Waits for the review.
        Submitted = "submitted" "待审核",
        /// To be seen by all.
        Published = "published" "已上架",
        /// Not to be had for a while.
        Suspended = "suspended" "暂停",
        /// Gone for good.
        Withdrawn = "withdrawn" "已下架",
    }

    /// What can happen to an item.
    pub enum Event {
        /// It is handed in.
        Submit = "submit" "提交审核",
        /// It goes back to whoever wrote it.
        Return = "return" "退回修改",
        /// It is to be seen by all.
        Publish = "publish" "审核上架",
        /// It is not to be had for a while.
        Suspend = "suspend" "暂停",
        /// It is to be had again.
        Resume = "resume" "恢复上架",
        /// It is gone for good.
        Withdraw = "withdraw" "下架",
    }
}

/// Every step that there is: state, event, next state.
pub const TRANSITIONS: &[(&str, &str, &str)] = &[
    ("draft", "submit", "submitted"),
    ("draft", "withdraw", "withdrawn"),
    ("submitted", "return", "draft"),
    ("submitted", "publish", "published"),
    ("published", "suspend", "suspended"),
    ("published", "withdraw", "withdrawn"),
    ("suspended", "resume", "published"),
    ("suspended", "withdraw", "withdrawn"),
];

impl State {
    /// The state after the event, if the event can happen here.
    #[must_use]
    pub fn after(self, event: Event) -> Option<Self> {
        let step = TRANSITIONS.iter().find(|(from, by, _)| *from == self.code() && *by == event.code())?;
        Self::parse(step.2)
    }
}

impl Event {
    /// Whether the step needs words of why.
    #[must_use]
    pub const fn wants_reason(self) -> bool {
        matches!(self, Self::Return | Self::Suspend | Self::Withdraw)
    }

    /// Whether it lets the item be seen by all: then everything is looked at again.
    #[must_use]
    pub const fn shows(self) -> bool {
        matches!(self, Self::Submit | Self::Publish | Self::Resume)
    }
}

/// Who provides it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Provider {
    /// An institution of the register.
    Institution(InstitutionId),
    /// Somebody else.
    Other {
        /// Name as on the licence.
        name: String,
        /// Unified social credit number, as typed.
        credit_code: String,
    },
}

/// An item as a form brings it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewItem {
    /// What kind it is.
    pub kind: Kind,
    /// What it is called.
    pub name: String,
    /// What it is, for whom, how it is done.
    pub what: String,
    /// From whom.
    pub provider: Provider,
    /// Whom to call.
    pub phone: String,
    /// Number of the paper that the kind needs; blank if none is needed.
    pub paper: String,
    /// Where it is to be had: the area and what lies under it.
    pub area: Area,
    /// Price of one unit; none while it is not known.
    pub price: Option<Fen>,
    /// The unit: 次, 小时, 台, 月.
    pub unit: String,
    /// First day.
    pub from: Date,
    /// Last day; none without one.
    pub until: Option<Date>,
}

/// An item as it stands in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Identity.
    pub id: CatalogueId,
    /// What it says.
    pub facts: NewItem,
    /// Name of the provider.
    pub provider_name: String,
    /// Credit number of the provider.
    pub credit_code: String,
    /// Last day of the institution's licence, if the register knows it.
    pub licence_until: Option<Date>,
    /// Where it stands.
    pub state: State,
    /// Why it was returned, suspended or withdrawn.
    pub reason: String,
    /// Who wrote it.
    pub made_by: String,
    /// By which account.
    pub made_account: Option<AccountId>,
    /// Who reviewed it; blank before.
    pub reviewed_by: String,
    /// When.
    pub reviewed_at: Option<Instant>,
    /// Counts its changes, for two people who change it at once.
    pub version: i64,
    /// When it was last changed.
    pub changed_at: Instant,
}

impl Item {
    /// Its page.
    #[must_use]
    pub fn href(&self) -> String {
        format!("/catalogue/{}", self.id)
    }

    /// The institution that provides it, if it is one of the register.
    #[must_use]
    pub const fn institution(&self) -> Option<InstitutionId> {
        match self.facts.provider {
            Provider::Institution(id) => Some(id),
            Provider::Other { .. } => None,
        }
    }
}

/// A price of an item, kept for ever.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Price {
    /// For one unit.
    pub price: Fen,
    /// The unit.
    pub unit: String,
    /// Why it changed; blank for the first.
    pub reason: String,
    /// Who set it.
    pub by: String,
    /// When.
    pub at: Instant,
}

/// Something that happened to an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happened {
    /// What.
    pub event: String,
    /// In words.
    pub note: String,
    /// Who.
    pub by: String,
    /// When.
    pub at: Instant,
}

impl NewItem {
    /// What is wrong with the fields.
    #[must_use]
    pub fn faults(&self) -> Vec<FieldError> {
        let blank = |text: &str| text.trim().is_empty();
        let long = |text: &str, most: usize| text.chars().count() > most;
        let other = match &self.provider {
            Provider::Other { name, .. } => blank(name) || long(name, 100),
            Provider::Institution(_) => false,
        };
        let digits = self.phone.bytes().filter(u8::is_ascii_digit).count();
        let dial = self.phone.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'-' | b' ' | b'+'));
        let checks = [
            (blank(&self.name) || long(&self.name, 60), "name", "名称", "请填写名称，不超过 60 字"),
            (long(&self.what, 500), "what", "内容说明", "不超过 500 字"),
            (other, "provider_name", "提供方名称", "不在机构名册中的，请填写营业执照上的名称"),
            (!blank(&self.phone) && (!dial || !(7..=15).contains(&digits)), "phone", "联系电话", "应为 7 至 15 位数字"),
            (self.price.is_some_and(|price| price < Fen::ZERO), "price", "价格", "不能是负数"),
            (blank(&self.unit) || long(&self.unit, 10), "unit", "计价单位", "请填写单位，如 次、小时、台、月"),
            (self.until.is_some_and(|last| last < self.from), "valid_until", "有效期至", "早于开始日期"),
            (long(&self.paper, 60), "paper", "证件编号", "不超过 60 字"),
        ];
        let wrong = checks.into_iter().filter(|(wrong, ..)| *wrong);
        wrong.map(|(_, field, label, text)| FieldError::new(field, label, text)).collect()
    }
}

/// The paper that a kind needs by the documents, in words; none if it needs none.
#[must_use]
pub fn paper(library: &Library, kind: Kind, place: Area, on: Date) -> Option<String> {
    let decision = library.decide("catalogue_kind", place, on, &Facts::new().with("kind", kind.code()));
    let word = decision.text("paper").filter(|word| *word != "none")?;
    Some(library.label("catalogue paper", word).unwrap_or(word).to_owned())
}

/// What is against showing an item to all on the day. `paper`: what its kind needs, see [`paper`]; `twin`: the same of the same
/// provider that is shown already.
#[must_use]
pub fn against(item: &Item, paper: Option<&str>, twin: Option<&str>, on: Date) -> Vec<Reason> {
    let facts = &item.facts;
    let mut reasons = vec![];
    let mut say = |code: &str, text: String| reasons.push(Reason::new(code, text));
    if facts.price.is_none() {
        say("CA-01", "没有价格；免费的填 0".into());
    }
    if let Provider::Other { credit_code, .. } = &facts.provider
        && let Err(e) = CreditCode::parse(credit_code)
    {
        say("CA-02", format!("提供方的统一社会信用代码不对：{e}"));
    }
    if let Some(last) = item.licence_until.filter(|last| *last < on) {
        say("CA-03", format!("{}的执业许可证已于 {last} 到期，请先续办并更新机构名册", item.provider_name));
    }
    if facts.phone.trim().is_empty() {
        say("CA-04", "没有联系电话，老人和家属无从联系".into());
    }
    if let Some(paper) = paper.filter(|_| facts.paper.trim().is_empty()) {
        say("CA-05", format!("{}应写明{paper}", facts.kind));
    }
    if let Some(last) = facts.until.filter(|last| *last < on) {
        say("CA-06", format!("有效期 {last} 已过，请先改有效期"));
    }
    if let Some(twin) = twin {
        say("CA-07", format!("{}已上架同名的{}（{twin}），请在原条目上改价", item.provider_name, facts.kind));
    }
    reasons
}

/// What the prices of one unit come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spread {
    /// The unit.
    pub unit: String,
    /// How many there are.
    pub count: usize,
    /// The lowest.
    pub least: Fen,
    /// The one in the middle; of two the lower.
    pub middle: Fen,
    /// The highest.
    pub most: Fen,
}

/// Prices side by side: only those of the same unit can be compared. The unit with most offers first.
#[must_use]
pub fn spreads(items: &[Item]) -> Vec<Spread> {
    let mut units: Vec<&str> = items.iter().map(|item| item.facts.unit.as_str()).collect();
    units.sort_unstable();
    units.dedup();
    let of = |unit: &str| {
        let mut prices: Vec<Fen> =
            items.iter().filter(|item| item.facts.unit == unit).filter_map(|item| item.facts.price).collect();
        prices.sort_unstable();
        let (least, most) = (*prices.first()?, *prices.last()?);
        let middle = prices[(prices.len() - 1) / 2];
        Some(Spread { unit: unit.to_owned(), count: prices.len(), least, middle, most })
    };
    let mut all: Vec<Spread> = units.into_iter().filter_map(of).collect();
    all.sort_by_key(|one| std::cmp::Reverse(one.count));
    all
}
