//! What a family-doctor contract is, and every decision about one. Pure: the day, the policies' answers and the history are
//! handed in.

use crate::consents::{NewConsent, Scope};
use chrono::{Days, Months};
use kernel::{Area, ContractId, Date, ElderId, InstitutionId, StaffId};
use policy::{Decision, Facts};
use registry::elders::{Chronic, SelfCare};
use web::Reason;

registry::choice! {
    /// Where a contract stands.
    pub enum State {
        /// Consent is recorded; it is to be signed.
        Draft = "draft" "待签约",
        /// The elder or the family does not want one.
        Declined = "declined" "已谢绝",
        /// Signed; services are owed.
        Signed = "signed" "履约中",
        /// Ended before its time, with a reason.
        Ended = "ended" "已解约",
        /// Its time is over.
        Expired = "expired" "已到期",
        /// Consent was taken back before signing.
        Withdrawn = "withdrawn" "已作废",
    }

    /// The package of services (words of the policy table).
    pub enum Package {
        /// For elders who look after themselves.
        Healthy = "healthy" "健康老人服务包",
        /// For disabled elders.
        Disabled = "disabled" "失能老人服务包",
    }

    /// Who consented.
    pub enum ConsentBy {
        /// The elder.
        Elder = "elder" "本人",
        /// A member of the family on the elder's behalf.
        Family = "family" "家属",
        /// The guardian.
        Guardian = "guardian" "监护人",
    }

    /// How the consent was given.
    pub enum ConsentHow {
        /// Signed on paper.
        Written = "written" "书面签字",
        /// In words, face to face.
        Spoken = "spoken" "当面口头",
        /// By telephone.
        Telephone = "telephone" "电话",
    }
}

/// Every step that there is: state, event, next state.
pub const TRANSITIONS: &[(&str, &str, &str)] = &[
    ("draft", "sign", "signed"),
    ("draft", "withdraw", "withdrawn"),
    ("signed", "end", "ended"),
    ("signed", "expire", "expired"),
];

/// Why a contract may end before its time.
pub const END_REASONS: &[&str] = &["本人或家属要求解约", "改签其他机构", "迁出", "死亡", "机构原因", "其他"];

impl State {
    /// The state after the event, if the event can happen here.
    #[must_use]
    pub fn after(self, event: &str) -> Option<Self> {
        let step = TRANSITIONS.iter().find(|(from, by, _)| *from == self.code() && *by == event)?;
        Self::parse(step.2)
    }
}

/// Key of a contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// Whose.
    pub elder: ElderId,
    /// Which.
    pub id: ContractId,
}

impl Key {
    /// Its page.
    #[must_use]
    pub fn href(self) -> String {
        format!("/contracts/{}/{}", self.elder, self.id)
    }
}

/// The consent, or the refusal: who gave it, how, when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    /// Whether a contract is wanted.
    pub agreed: bool,
    /// Who spoke.
    pub by: ConsentBy,
    /// Their name.
    pub name: String,
    /// What they are to the elder; blank for the elder.
    pub relation: String,
    /// How.
    pub how: ConsentHow,
    /// When.
    pub on: Date,
    /// What else was said.
    pub note: String,
    /// After a refusal: from when on one may ask again. None: not of our own accord.
    pub ask_again_on: Option<Date>,
}

impl Consent {
    /// What is wrong with the fields: (field, label, what to do).
    #[must_use]
    pub fn faults(&self, today: Date) -> Vec<(&'static str, &'static str, &'static str)> {
        let substitute = self.by != ConsentBy::Elder;
        let checks = [
            (self.name.trim().is_empty(), "consent_name", "表示意愿的人", "请填写姓名"),
            (substitute && self.relation.trim().is_empty(), "relation", "与老年人的关系", "代为表示意愿的，请填写关系"),
            (self.on > today, "consent_on", "征询日期", "不能晚于今天"),
            (
                self.ask_again_on.is_some_and(|day| day <= self.on),
                "ask_again_on",
                "下次可征询日期",
                "应晚于本次征询日期",
            ),
        ];
        checks.into_iter().filter(|(wrong, ..)| *wrong).map(|(_, field, label, text)| (field, label, text)).collect()
    }
}

/// An elder as far as a contract concerns them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    /// Identity.
    pub id: ElderId,
    /// Name.
    pub name: String,
    /// Sex, 男 or 女.
    pub sex: &'static str,
    /// The last four characters of the identity number.
    pub id_tail: String,
    /// Date of birth.
    pub born: Date,
    /// Where the elder lives.
    pub area: Area,
    /// Alive, and neither moved away nor merged into another file.
    pub present: bool,
    /// Whether the elder lives here for good; none if nobody said.
    pub resident: Option<bool>,
    /// The level of the assessments in effect, the graver if there are two; none without one.
    pub level: Option<i64>,
    /// The roster's word on self-care.
    pub self_care: Option<SelfCare>,
    /// 重病
    pub seriously_ill: Option<bool>,
    /// 计划生育特殊家庭
    pub special_family: Option<bool>,
    /// 残疾
    pub handicapped: Option<bool>,
    /// 慢性病
    pub chronic: Option<Vec<Chronic>>,
}

impl Party {
    /// Full years of age.
    #[must_use]
    pub fn age(&self, on: Date) -> i64 {
        kernel::time::age_on(self.born, on)
    }

    /// The facts for `family_doctor_priority`. What the roster does not say counts as "no"; see [`Party::assumed`].
    #[must_use]
    pub fn facts(&self, on: Date) -> Facts {
        let chronic = self.chronic.iter().flatten().map(|one| one.code().to_owned());
        priority_facts(self.age(on), self.level, chronic.collect())
            .with("seriously_ill", self.seriously_ill == Some(true))
            .with("special_family", self.special_family == Some(true))
            .with("handicapped", self.handicapped == Some(true))
    }

    /// What the roster does not say and was taken as "no", among what the rule of the place asks for (`asks`).
    #[must_use]
    pub fn assumed(&self, asks: impl Fn(&str) -> bool) -> Vec<&'static str> {
        let silent = [
            (self.level.is_none(), "disability_level", "失能等级（未评估）"),
            (self.seriously_ill.is_none(), "seriously_ill", "重病"),
            (self.chronic.is_none(), "chronic_diseases", "慢性病"),
            (self.special_family.is_none(), "special_family", "计划生育特殊家庭"),
            (self.handicapped.is_none(), "handicapped", "残疾"),
        ];
        silent.into_iter().filter(|(silent, fact, _)| *silent && asks(fact)).map(|(_, _, name)| name).collect()
    }

    /// The package that fits: for the disabled where the priority rule found so, or, without an assessment, where the
    /// roster says that the elder cannot look after themselves. With the reason.
    #[must_use]
    pub fn proposed(&self, priority: &Decision) -> (Package, &'static str) {
        let disabled = priority.set("reasons").is_some_and(|reasons| reasons.contains("disabled"));
        match (disabled, self.level, self.self_care) {
            (true, ..) => (Package::Disabled, "评估结论为失能"),
            (false, Some(_), _) => (Package::Healthy, "评估结论不属于失能"),
            (false, None, Some(SelfCare::Unable)) => (Package::Disabled, "名册写“不能自理”，尚未评估，请核实后确定"),
            (false, None, _) => (Package::Healthy, "没有失能评估结论"),
        }
    }
}

/// The inputs of `family_doctor_priority` by their names in the tables, without the marks that are yes or no.
pub(super) fn priority_facts(age: i64, level: Option<i64>, chronic: Vec<String>) -> Facts {
    Facts::new().with("age", age).with("disability_level", level.unwrap_or_default()).with("chronic_diseases", chronic)
}

/// An institution that may contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Centre {
    /// Identity.
    pub id: InstitutionId,
    /// Name.
    pub name: String,
    /// Whether it is a community health centre or a township health centre.
    pub primary: bool,
}

/// A member of staff as a possible family doctor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doctor {
    /// Identity.
    pub id: StaffId,
    /// Name.
    pub name: String,
    /// Where they work.
    pub institution: InstitutionId,
    /// Whether their post is that of a doctor.
    pub physician: bool,
    /// Qualification as written in the roster.
    pub qualification: Option<String>,
    /// Last day of the certificate, if it has one.
    pub certificate_until: Option<Date>,
}

impl Doctor {
    /// Whether they may sign for their institution on the day.
    #[must_use]
    pub fn may_sign(&self, on: Date) -> bool {
        against_doctor(self, self.institution, on).is_empty()
    }
}

/// A contract as it stands in the store.
#[derive(Clone, Debug, PartialEq)]
pub struct Contract {
    /// Key.
    pub key: Key,
    /// Where it stands.
    pub state: State,
    /// With whom.
    pub institution: InstitutionId,
    /// Name of it.
    pub institution_name: String,
    /// The family doctor.
    pub doctor: Option<StaffId>,
    /// Name of the doctor as signed.
    pub doctor_name: String,
    /// Package; before signing, the one that was proposed.
    pub package: Package,
    /// Whether the elder belongs to a group that comes first.
    pub priority: bool,
    /// Why, as decided at consent and again at signing.
    pub decision: Decision,
    /// What the package promises, as decided at signing.
    pub promised: Option<Decision>,
    /// The consent.
    pub consent: Consent,
    /// The contract that this one goes on from.
    pub renews: Option<ContractId>,
    /// Day of signing.
    pub signed_on: Option<Date>,
    /// First day.
    pub from: Option<Date>,
    /// First day on which its term is over.
    pub until: Option<Date>,
    /// First day on which it no longer held because it was ended.
    pub ended_on: Option<Date>,
    /// Why it was ended or withdrawn.
    pub end_reason: String,
    /// Who recorded the consent.
    pub made_by: String,
}

impl Contract {
    /// First day on which it does not hold any more.
    #[must_use]
    pub fn end(&self) -> Option<Date> {
        self.ended_on.or(self.until)
    }

    /// Whether it holds on the day.
    #[must_use]
    pub fn in_force(&self, on: Date) -> bool {
        self.from.is_some_and(|from| on >= from) && self.end().is_some_and(|end| on < end)
    }

    /// The state on the day: a term that is over counts as expired before the night's job has said so.
    #[must_use]
    pub fn state_on(&self, on: Date) -> State {
        let over = self.state == State::Signed && self.until.is_some_and(|until| until <= on);
        if over { State::Expired } else { self.state }
    }

    /// The consent as the register keeps it.
    #[must_use]
    pub fn as_consent(&self) -> NewConsent {
        let (Consent { name, relation, .. }, source) = (&self.consent, self.key.id.uuid());
        NewConsent {
            elder: self.key.elder,
            scope: Scope::Contract,
            source,
            institution: Some(self.institution),
            purpose: "家庭医生签约服务".into(),
            from: self.consent.on,
            until: None,
            name: name.clone(),
            role: self.consent.by.into(),
            relation: relation.clone(),
            how: self.consent.how.into(),
        }
    }

    /// Last day on which it holds, as the paper says it.
    #[must_use]
    pub fn last_day(&self) -> Option<Date> {
        self.end().and_then(|end| end.pred_opt())
    }
}

/// A reason against something.
pub(super) fn reason(code: &str, text: impl Into<String>) -> Reason {
    Reason::new(code, text)
}

/// What is against a contract with this person, whatever the institution. `from_age` is the age from which the documents of
/// the place provide contracts.
#[must_use]
pub fn against_person(party: &Party, from_age: Option<i64>, on: Date) -> Vec<Reason> {
    let mut reasons = vec![];
    match from_age {
        None => reasons.push(reason("FD-09", "本地没有施行中的文件规定家庭医生签约，不能办理")),
        Some(from) if party.age(on) < from => {
            reasons.push(reason("FD-01", format!("{}未满 {from} 岁（{} 岁）", party.name, party.age(on))));
        }
        Some(_) => {}
    }
    if !party.present {
        reasons.push(reason("FD-03", "老年人已去世或已迁出"));
    }
    if party.resident == Some(false) {
        reasons.push(reason("FD-06", "不是本地常住居民，应由常住地的机构签约"));
    }
    reasons
}

/// What is against this institution; `own` is where the person at the keyboard works, if anywhere.
#[must_use]
pub fn against_centre(centre: &Centre, own: Option<InstitutionId>) -> Vec<Reason> {
    let mut reasons = vec![];
    if !centre.primary {
        reasons.push(reason("FD-07", format!("{}不是社区卫生服务中心或乡镇卫生院", centre.name)));
    }
    if own.is_some_and(|own| own != centre.id) {
        reasons.push(reason("FD-08", "您只能为本机构办理签约"));
    }
    reasons
}

/// What is against another contract in the term `from..until` beside those that the elder has. `renews` may touch it.
#[must_use]
pub fn against_others(others: &[Contract], renews: Option<ContractId>, from: Date, until: Option<Date>) -> Vec<Reason> {
    let overlaps = |c: &&Contract| {
        let (Some(begin), Some(end)) = (c.from, c.end()) else { return false };
        begin < end && end > from && until.is_none_or(|until| begin < until)
    };
    let clash = others.iter().filter(|c| Some(c.key.id) != renews).find(overlaps);
    let text = |c: &Contract| {
        let last = c.last_day().map(|day| day.to_string()).unwrap_or_default();
        format!("已与{}签约，有效至 {last}，不能重复签约", c.institution_name)
    };
    clash.map(|c| reason("FD-02", text(c))).into_iter().collect()
}

/// What is against the consent at the signing.
#[must_use]
pub fn against_consent(consent: &Consent, on: Date, today: Date) -> Vec<Reason> {
    let mut reasons = vec![];
    if !consent.agreed {
        reasons.push(reason("FD-04", "没有知情同意的记录，签约应当自愿"));
    } else if consent.on > on {
        reasons.push(reason("FD-04", format!("知情同意（{}）应在签约（{on}）之前", consent.on)));
    }
    if on > today {
        reasons.push(reason("FD-11", format!("签约日期 {on} 晚于今天")));
    }
    reasons
}

/// What is against the doctor.
#[must_use]
pub fn against_doctor(doctor: &Doctor, institution: InstitutionId, on: Date) -> Vec<Reason> {
    let name = &doctor.name;
    let mut reasons = vec![];
    if doctor.institution != institution {
        reasons.push(reason("FD-05", format!("{name}不是本机构的从业人员")));
    }
    if !doctor.physician {
        reasons.push(reason("FD-05", format!("{name}的岗位不是医师")));
    } else if doctor.qualification.as_deref().is_none_or(|text| text.trim().is_empty()) {
        reasons.push(reason("FD-05", format!("{name}没有登记医师资格证书")));
    }
    if let Some(last) = doctor.certificate_until.filter(|last| *last < on) {
        reasons.push(reason("FD-05", format!("{name}的证书已于 {last} 到期")));
    }
    reasons
}

/// First day and first day after a term of so many months.
#[must_use]
pub fn term(from: Date, months: i64) -> Option<Date> {
    let months = u32::try_from(months).ok().filter(|months| *months > 0)?;
    from.checked_add_months(Months::new(months))
}

/// A service of a package, as the policy table promises it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promised {
    /// Word of the policy table: `annual_checkup`.
    pub service: String,
    /// Days between one time and the next.
    pub interval_days: i64,
    /// Who pays: word of the policy table.
    pub payer: String,
}

/// The services that a decision on `contract_promises` lists.
#[must_use]
pub fn promised(decision: &Decision) -> Vec<Promised> {
    let row = |row: &std::collections::BTreeMap<String, policy::Value>| {
        Some(Promised {
            service: row.get("service")?.text()?.to_owned(),
            interval_days: row.get("interval_days")?.int()?,
            payer: row.get("payer")?.text()?.to_owned(),
        })
    };
    decision.rows.iter().filter_map(row).collect()
}

/// One time that a service is owed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// Word of the policy table.
    pub service: String,
    /// Who pays.
    pub payer: String,
    /// The how many-eth time, from 1.
    pub nth: i64,
    /// First day on which doing it counts for this time.
    pub opens_on: Date,
    /// Last day in time.
    pub due_on: Date,
    /// First day on which it can no longer be made up: the next time is over then, or the term.
    pub lapses_on: Date,
}

/// When each service is due within the term `from..until`: at the last day of each whole interval. A service whose interval
/// is longer than the term is owed once, by the last day: what is promised is owed.
#[must_use]
pub fn schedule(services: &[Promised], from: Date, until: Date) -> Vec<Due> {
    let days = (until - from).num_days();
    let mut all: Vec<Due> = services
        .iter()
        .flat_map(|service| {
            let every = service.interval_days.clamp(1, days.max(1));
            let count = (days / every).max(1);
            (1..=count).map(move |nth| due(service, (from, until), every, nth, count))
        })
        .collect();
    all.sort_by(|a, b| (a.due_on, &a.service).cmp(&(b.due_on, &b.service)));
    all
}

fn due(service: &Promised, (from, until): (Date, Date), every: i64, nth: i64, count: i64) -> Due {
    let at = |n: i64| from + Days::new((n * every).unsigned_abs());
    let last = nth == count;
    Due {
        service: service.service.clone(),
        payer: service.payer.clone(),
        nth,
        opens_on: at(nth - 1),
        due_on: at(nth) - Days::new(1),
        lapses_on: if last { until } else { at(nth + 1) },
    }
}

/// From when until when the elder is contracted, for the current facts: the last chain of contracts that touch each other.
#[must_use]
pub fn standing(contracts: &[Contract]) -> Option<(Date, Date)> {
    let mut terms: Vec<(Date, Date)> = contracts.iter().filter_map(|c| Some((c.from?, c.end()?))).collect();
    terms.retain(|(from, end)| from < end);
    terms.sort_unstable();
    terms.into_iter().reduce(|chain, next| if next.0 <= chain.1 { (chain.0, chain.1.max(next.1)) } else { next })
}
