//! What the documents say: by which way, on which conditions, in which time; and what is against a step. Pure.

use super::model::{Application, Condition, NewApplication, Promises, State, Unit, Way};
use chrono::Datelike;
use kernel::time::workdays_after;
use kernel::{Area, Date};
use policy::{Decision, Facts, Library};
use registry::institutions::Kind;
use std::collections::BTreeSet;
use web::Reason;

/// What is published for a kind of institution.
#[derive(Clone, Debug)]
pub struct Terms {
    /// By approval or by filing.
    pub way: Way,
    /// The conditions, and no others.
    pub conditions: Vec<Condition>,
    /// Working days to accept or to tell all that is missing.
    pub tell: i64,
    /// Working days to decide, or to file.
    pub decide: i64,
    /// Working days of an extension; 0 for none.
    pub extend: i64,
    /// Working days to hand out the licence.
    pub deliver: i64,
    /// How often an application may be sent back.
    pub returns: i64,
    /// Why: the rows of the documents.
    pub because: Vec<Decision>,
}

fn conditions(set: Option<&BTreeSet<String>>) -> Vec<Condition> {
    let named = |one: &&Condition| set.is_some_and(|set| set.contains(one.code()));
    Condition::ALL.iter().filter(named).copied().collect()
}

/// What is published; none where no document says how this is opened.
#[must_use]
pub fn terms(library: &Library, area: Area, on: Date, unit: Unit) -> Option<Terms> {
    let decision = library.decide("licensing_route", area, on, &Facts::new().with("opens", unit.code()));
    let days = |name| decision.int(name);
    Some(Terms {
        way: Way::parse(decision.text("path")?)?,
        conditions: conditions(decision.set("conditions")),
        tell: days("tell")?,
        decide: days("decide")?,
        extend: days("extend")?,
        deliver: days("deliver")?,
        returns: days("returns")?,
        because: vec![decision],
    })
}

/// What holds for an application: an institution of primary care that uses what it has need only file where a document says so
/// (clause JX-2). `applicant` is what the register says they are.
#[must_use]
pub fn terms_of(library: &Library, on: Date, new: &NewApplication, applicant: Option<Kind>) -> Option<Terms> {
    let mut terms = terms(library, new.area, on, new.unit)?;
    if let (Unit::ElderService, Some(kind)) = (new.unit, applicant) {
        let facts = Facts::new()
            .with("kind", kind.code())
            .with("existing_resources", new.promises.existing)
            .with("safety_kept", new.promises.fire && new.promises.sanitation);
        let direct = library.decide("direct_registration", new.area, on, &facts);
        if direct.bool("allowed") == Some(true) {
            (terms.way, terms.extend, terms.deliver) = (Way::Filing, 0, 0);
            terms.because.push(direct);
        }
    }
    Some(terms)
}

/// The published conditions that an application does not meet by its own numbers.
#[must_use]
pub fn shortfall(library: &Library, on: Date, area: Area, unit: Unit, p: &Promises) -> (Vec<Condition>, Decision) {
    let facts = Facts::new()
        .with("opens", unit.code())
        .with("beds", p.beds)
        .with("physicians", p.physicians)
        .with("nurses", p.nurses)
        .with("therapists", p.therapists)
        .with("premises", p.premises)
        .with("planning", p.planning)
        .with("fire", p.fire)
        .with("sanitation", p.sanitation);
    let decision = library.decide("licensing_shortfall", area, on, &facts);
    (conditions(decision.set("missing")), decision)
}

/// Last day of the office in a state that begins on a day.
#[must_use]
pub fn due(terms: &Terms, state: State, from: Date) -> Option<Date> {
    let days = match (state, terms.way) {
        (State::Submitted, Way::Filing) => terms.decide,
        (State::Submitted, Way::Approval) => terms.tell,
        (State::Accepted, _) => terms.decide,
        (State::Approved, _) => terms.deliver,
        _ => return None,
    };
    Some(workdays_after(from, days))
}

/// Working days after the first day, up to the last: Monday to Friday, public holidays are not known here.
#[must_use]
pub fn workdays_between(from: Date, to: Date) -> i64 {
    let working =
        from.iter_days().skip(1).take_while(|day| *day <= to).filter(|day| day.weekday().number_from_monday() <= 5);
    working.count() as i64
}

fn named(conditions: &[Condition]) -> String {
    conditions.iter().map(|one| one.name()).collect::<Vec<_>>().join("、")
}

/// What is against sending an application back.
#[must_use]
pub fn against_return(a: &Application, terms: &Terms, missing: &[Condition], text: &str) -> Vec<Reason> {
    let mut reasons = unpublished(terms, missing);
    if a.returns >= terms.returns {
        reasons.push(Reason::new("LI-01", format!("补正只能要求 {} 次，请受理后按公布的条件决定", terms.returns)));
    }
    if missing.is_empty() && text.trim().is_empty() {
        reasons.push(Reason::new("LI-02", "请一次列出全部缺少的条件或材料"));
    }
    reasons
}

/// What is against refusing it: only a published condition and a reason count.
#[must_use]
pub fn against_refusal(terms: &Terms, unmet: &[Condition]) -> Vec<Reason> {
    let mut reasons = unpublished(terms, unmet);
    if unmet.is_empty() {
        reasons.push(Reason::new("LI-02", "非禁即入：不予批准必须指明没有达到公布的哪一条条件"));
    }
    reasons
}

fn unpublished(terms: &Terms, named_by: &[Condition]) -> Vec<Reason> {
    let others: Vec<Condition> = named_by.iter().filter(|one| !terms.conditions.contains(one)).copied().collect();
    let text = || format!("“{}”不在这类机构公布的条件之中，不得作为理由", named(&others));
    if others.is_empty() { vec![] } else { vec![Reason::new("LI-03", text())] }
}

/// What is against letting it in although conditions are not met.
#[must_use]
pub fn against_entry(missing: &[Condition]) -> Option<Reason> {
    let text = || format!("申请填报的情况没有达到：{}。请先要求补正，或按公布的条件决定", named(missing));
    (!missing.is_empty()).then(|| Reason::new("LI-06", text()))
}

/// What is against taking a step of the other way.
#[must_use]
pub fn against_way(a: &Application, wanted: Way) -> Option<Reason> {
    let text = match wanted {
        Way::Approval => "这类机构备案即可，不必受理审批，请直接备案",
        Way::Filing => "这类机构须审批，不能直接备案",
    };
    (a.way != wanted).then(|| Reason::new("LI-08", text))
}

/// What is against more time.
#[must_use]
pub fn against_extension(a: &Application, terms: &Terms) -> Option<Reason> {
    (terms.extend == 0 || a.extended > 0).then(|| Reason::new("LI-07", "决定的期限只能延长一次"))
}
