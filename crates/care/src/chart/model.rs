//! What stands in a health record, and every decision about it. Pure.

use super::codes::{self, Measure};
use crate::subject::Subject;
use kernel::{ChartItemId, Date, ElderId, Instant};
use web::Reason;

registry::choice! {
    /// What an item is.
    pub enum Kind {
        /// A diagnosis.
        Condition = "condition" "诊断",
        /// Something that is not borne.
        Allergy = "allergy" "过敏",
        /// A medicine that is taken.
        Medication = "medication" "用药",
        /// Something measured or found by the laboratory.
        Result = "result" "检查检验",
        /// An operation or another procedure.
        Procedure = "procedure" "手术与操作",
        /// A habit.
        Lifestyle = "lifestyle" "生活方式",
        /// What whoever comes must know: falls, choking, wandering.
        Risk = "risk" "风险提示",
    }

    /// Where an item stands.
    pub enum State {
        /// It holds; a result, a procedure stays so.
        Active = "active" "有效",
        /// It was, and is no more.
        Ended = "ended" "已结束",
        /// It should not have been written down.
        Error = "error" "录入有误",
    }
}

/// Every step that there is: state, event, next state.
pub const TRANSITIONS: &[(&str, &str, &str)] =
    &[("active", "end", "ended"), ("active", "void", "error"), ("ended", "void", "error")];

/// What is written when somebody was asked and nothing is known: not the same as nobody having asked.
pub const NO_ALLERGY: &str = "无已知过敏";

impl State {
    /// The state after the event, if the event can happen here.
    #[must_use]
    pub fn after(self, event: &str) -> Option<Self> {
        let step = TRANSITIONS.iter().find(|(from, by, _)| *from == self.code() && *by == event)?;
        Self::parse(step.2)
    }
}

impl Kind {
    /// Whether an item of this kind goes on until it is ended; the others are moments.
    #[must_use]
    pub const fn lasts(self) -> bool {
        !matches!(self, Self::Result | Self::Procedure)
    }

    /// What the free text beside the name says.
    #[must_use]
    pub const fn detail(self) -> &'static str {
        match self {
            Self::Allergy => "反应",
            Self::Medication => "用法用量",
            Self::Condition | Self::Procedure | Self::Result | Self::Lifestyle | Self::Risk => "说明",
        }
    }

    /// What its first day is.
    #[must_use]
    pub const fn begins(self) -> &'static str {
        match self {
            Self::Condition => "确诊日期",
            Self::Allergy | Self::Risk => "发现日期",
            Self::Medication => "开始日期",
            Self::Result => "检查日期",
            Self::Procedure => "操作日期",
            Self::Lifestyle => "询问日期",
        }
    }
}

/// An item to be written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewItem {
    /// Whose.
    pub elder: ElderId,
    /// What it is.
    pub kind: Kind,
    /// ICD-10 of a condition, LOINC of a result; blank where there is none.
    pub code: String,
    /// What it is called.
    pub name: String,
    /// See [`Kind::begins`].
    pub began_on: Date,
    /// An allergy that can kill, a risk that must not be overlooked.
    pub severe: bool,
    /// A result in hundredths of its unit; of a blood pressure the systolic one.
    pub value: Option<i64>,
    /// Of a blood pressure the diastolic one, in hundredths.
    pub second: Option<i64>,
    /// See [`Kind::detail`].
    pub detail: String,
    /// Why a medicine is taken in spite of an allergy.
    pub in_spite: String,
    /// Where it comes from: 登记, 随访, 体检, 上门服务 …
    pub source: &'static str,
}

impl NewItem {
    /// An item of the day, with nothing but its name.
    #[must_use]
    pub fn new(elder: ElderId, kind: Kind, name: &str, began_on: Date) -> Self {
        let (code, detail, in_spite) = (String::new(), String::new(), String::new());
        let (value, second, name) = (None, None, name.to_owned());
        Self { elder, kind, code, name, began_on, severe: false, value, second, detail, in_spite, source: "登记" }
    }

    /// Fills in what a diagnosis typed as code, letters or name means; what is not in the list stays as it was typed.
    #[must_use]
    pub fn resolved(mut self) -> Self {
        let typed = kernel::text::clean(&self.name);
        self.name.clone_from(&typed);
        if self.kind == Kind::Condition && self.code.is_empty() {
            let (head, rest) = typed.split_once(' ').unwrap_or((&typed, ""));
            let code = head.to_ascii_uppercase();
            let found = codes::search(&typed);
            if codes::is_icd10(&code) {
                let known = codes::search(&code).first().map(|one| one.name).unwrap_or_default();
                self.name = if rest.is_empty() { known.to_owned() } else { rest.trim().to_owned() };
                self.code = code;
            } else if let Some(one) = found.iter().find(|one| one.name == typed || one.letters == typed.to_lowercase())
            {
                (self.code, self.name) = (one.code.to_owned(), one.name.to_owned());
            }
        }
        if let Some(measure) = codes::measure(&self.code).filter(|_| self.kind == Kind::Result) {
            measure.name.clone_into(&mut self.name);
        }
        self
    }

    /// What cannot be true: (field, label, why).
    #[must_use]
    pub fn fault(&self, subject: &Subject, today: Date) -> Option<(&'static str, &'static str, String)> {
        let label = self.kind.begins();
        if let Some(why) = subject.against_date(label, self.began_on, today) {
            return Some(("began_on", label, why));
        }
        if self.name.is_empty() {
            return Some(("name", "名称", "请填写名称；只填编码的，编码应在本页的列表中".to_owned()));
        }
        if self.kind == Kind::Condition && !self.code.is_empty() && !codes::is_icd10(&self.code) {
            let why = format!("“{}”不像 ICD-10 编码，应如 I10 或 E11.901；没有编码的只填名称", self.code);
            return Some(("code", "ICD-10 编码", why));
        }
        let measure = codes::measure(&self.code).filter(|_| self.kind == Kind::Result)?;
        implausible(measure, self.value, self.second).map(|why| ("value", measure.name, why))
    }
}

/// What is wrong with a measurement.
#[must_use]
pub fn implausible(measure: &Measure, value: Option<i64>, second: Option<i64>) -> Option<String> {
    let (low, high) = measure.plausible;
    let Some(value) = value else { return Some("请填写数值，最多两位小数".to_owned()) };
    let pressure = measure.code == codes::PRESSURE;
    if pressure && second.is_none() {
        return Some("请填写收缩压和舒张压两个数".to_owned());
    }
    for number in [Some(value), second].into_iter().flatten() {
        if !(low..=high).contains(&number) {
            let (number, low, high) = (codes::show(number), codes::show(low), codes::show(high));
            return Some(format!("{number} {}不合常理（应在 {low} 至 {high} 之间），请核对", measure.unit));
        }
    }
    let turned = second.filter(|second| pressure && *second >= value)?;
    Some(format!("舒张压 {} 不低于收缩压 {}，可能填反了", codes::show(turned), codes::show(value)))
}

/// An item as it stands in the store.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// Identity.
    pub id: ChartItemId,
    /// Where it stands.
    pub state: State,
    /// What it says.
    pub facts: NewItem,
    /// The last day it held, or the day on which it was found to be wrong.
    pub ended_on: Option<Date>,
    /// Why it ended.
    pub end_reason: String,
    /// Where it came from.
    pub source: String,
    /// Who wrote it down.
    pub recorded_by: String,
    /// When it was written down or changed.
    pub changed_at: Instant,
    /// Counts its changes, for two people who change it at once.
    pub version: i64,
}

impl Item {
    /// Whether it stands.
    #[must_use]
    pub fn active(&self) -> bool {
        self.state == State::Active
    }

    /// The value with its unit: `138/82 毫米汞柱`.
    #[must_use]
    pub fn figure(&self) -> String {
        figure(&self.facts.code, self.facts.value, self.facts.second)
    }
}

/// A value with its unit: `138/82 毫米汞柱`.
#[must_use]
pub fn figure(code: &str, value: Option<i64>, second: Option<i64>) -> String {
    let numbers: Vec<String> = [value, second].into_iter().flatten().map(codes::show).collect();
    let unit = codes::measure(code).map_or("", |measure| measure.unit);
    if numbers.is_empty() { String::new() } else { format!("{} {unit}", numbers.join("/")) }
}

/// What is against writing an item beside those that stand.
#[must_use]
pub fn against(new: &NewItem, standing: &[Item]) -> Vec<Reason> {
    let mut reasons = vec![];
    let of = |kind: Kind| standing.iter().filter(move |item| item.active() && item.facts.kind == kind);
    let same = |item: &&Item| item.facts.name == new.name || (!new.code.is_empty() && item.facts.code == new.code);
    if let Some(item) = of(new.kind).find(same).filter(|_| new.kind.lasts() && new.kind != Kind::Lifestyle) {
        let text =
            format!("“{}”已在档案中（{} 起），不重复登记；有变化的先结束原来的", item.facts.name, item.facts.began_on);
        reasons.push(Reason::new("CH-01", text));
    }
    if new.kind == Kind::Allergy && new.name == NO_ALLERGY {
        let known: Vec<&str> = of(Kind::Allergy).map(|item| item.facts.name.as_str()).collect();
        if !known.is_empty() && known != [NO_ALLERGY] {
            reasons
                .push(Reason::new("CH-02", format!("档案中有过敏记录（{}），不能记为{NO_ALLERGY}", known.join("、"))));
        }
    }
    if new.kind == Kind::Medication && new.in_spite.trim().is_empty() {
        let clash = of(Kind::Allergy).find(|item| related(&new.name, &item.facts.name));
        reasons.extend(clash.map(|item| {
            let text = format!("对“{}”过敏，“{}”可能不能用；确需使用的，请填写理由", item.facts.name, new.name);
            Reason::new("CH-03", text)
        }));
    }
    reasons
}

/// Whether a medicine and an allergen share a name: one stands within the other, without 类 or 过敏. A help, no proof: a
/// medicine of the same group under another name is not found.
#[must_use]
pub fn related(medicine: &str, allergen: &str) -> bool {
    let bare = |text: &str| text.replace("过敏", "").replace(['类', '药', ' '], "");
    let known = allergen != NO_ALLERGY;
    let (medicine, allergen) = (bare(medicine), bare(allergen));
    let long = |text: &str| text.chars().count() >= 2;
    known && long(&medicine) && long(&allergen) && (medicine.contains(&allergen) || allergen.contains(&medicine))
}

/// What another person's page shows of a health record: what must not be overlooked, and the last vital signs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Latest {
    /// Allergies that stand: name, reaction, whether it can kill.
    pub allergies: Vec<(String, String, bool)>,
    /// Whether anybody ever asked about allergies.
    pub asked: bool,
    /// Risks that stand, those that must not be overlooked first.
    pub risks: Vec<String>,
    /// Diagnoses that stand.
    pub conditions: Vec<String>,
    /// Medicines that are taken, with their dosage.
    pub medicines: Vec<String>,
    /// The last value of each vital sign: name, value with unit, day.
    pub vitals: Vec<(String, String, Date)>,
}

impl Latest {
    /// Puts together what stands of all items, newest first.
    #[must_use]
    pub fn of(items: &[Item]) -> Self {
        let mut latest = Self::default();
        for item in items.iter().filter(|item| item.active()) {
            let facts = &item.facts;
            let with_detail = || format!("{} {}", facts.name, facts.detail).trim_end().to_owned();
            match facts.kind {
                Kind::Allergy => latest.asked = true,
                Kind::Risk if facts.severe => latest.risks.insert(0, with_detail()),
                Kind::Risk => latest.risks.push(with_detail()),
                Kind::Condition => latest.conditions.push(facts.name.clone()),
                Kind::Medication => latest.medicines.push(with_detail()),
                Kind::Result | Kind::Procedure | Kind::Lifestyle => {}
            }
            if facts.kind == Kind::Allergy && facts.name != NO_ALLERGY {
                latest.allergies.push((facts.name.clone(), facts.detail.clone(), facts.severe));
            }
        }
        latest.allergies.sort_by_key(|(_, _, severe)| !severe);
        latest.vitals = vitals(items);
        latest
    }

    /// Adds what a check-up measured, where it is later than what stands: `(code, value, second)` in hundredths.
    pub fn measured(&mut self, on: Date, values: &[(&str, i64, Option<i64>)]) {
        for (code, value, second) in values {
            let Some(measure) = codes::measure(code) else { continue };
            let new = (measure.name.to_owned(), figure(code, Some(*value), *second), on);
            match self.vitals.iter_mut().find(|(name, ..)| *name == measure.name) {
                Some(old) if old.2 < on => *old = new,
                Some(_) => {}
                None => self.vitals.push(new),
            }
        }
    }
}

fn vitals(items: &[Item]) -> Vec<(String, String, Date)> {
    let last = |measure: &&Measure| {
        let of = items.iter().filter(|item| item.active() && item.facts.code == measure.code);
        let item = of.max_by_key(|item| (item.facts.began_on, item.changed_at))?;
        Some((measure.name.to_owned(), item.figure(), item.facts.began_on))
    };
    codes::MEASURES
        .iter()
        .filter(|measure| measure.vital || measure.code == codes::FASTING_GLUCOSE)
        .filter_map(|m| last(&m))
        .collect()
}
