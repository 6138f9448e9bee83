//! What a visit costs that is not the care insurance's: the medical price of each item and the fee for coming, each only
//! if nobody else has paid for it already. Pure: the region's table decides, this asks it and reads its answer.

use super::catalogue::{self, Item};
use super::model::{Kind, Visit};
use super::rules;
use kernel::Fen;
use policy::{Facts, Library, Value};
use std::collections::BTreeMap;

/// The question that the region's table answers.
pub const QUESTION: &str = "home_visit_charge";
/// The line of the fee for coming.
pub const FEE: &str = "visit_fee";
/// What names the funders of the lines.
const FUNDERS: &str = "funder";
/// What names the reasons of the lines.
const REASONS: &str = "charge reason";

/// One line of what a visit costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Code of the item; [`FEE`] for the fee.
    pub code: String,
    /// Its price.
    pub price: Fen,
    /// Who pays for it already.
    pub funded_by: Option<String>,
    /// What is charged; none while no document decides.
    pub charge: Option<Fen>,
    /// Why so much, as a word of the list `charge reason`.
    pub reason: Option<String>,
}

/// What a visit costs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Charge {
    /// The lines, the fee last.
    pub lines: Vec<Line>,
    /// All of them together; none while no document decides.
    pub total: Option<Fen>,
    /// Why nothing is decided.
    pub open: Option<String>,
}

/// Who pays for the elder already on the day of the visit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Funded {
    /// The care insurance entitles them.
    pub entitled: bool,
    /// A family-doctor contract runs.
    pub contracted: bool,
}

impl Funded {
    /// Who pays for an item: item by item, as the rule against double charges asks.
    #[must_use]
    pub fn by(self, policies: &Library, visit: &Visit, code: &str) -> Option<&'static str> {
        let insured = || catalogue::item(policies, visit.county, visit.day(), code).is_some();
        match visit.kind {
            Kind::Contract if self.contracted => Some("family_doctor_contract"),
            _ if self.entitled && insured() => Some("long_term_care_insurance"),
            _ => None,
        }
    }
}

/// What a visit costs, by the table of the region. None for one that the care insurance settles by the month.
#[must_use]
pub fn charge(policies: &Library, visit: &Visit, funded: Funded) -> Option<Charge> {
    if visit.kind == Kind::CareInsurance {
        return None;
    }
    let item = |code| catalogue::item_of(policies, visit.kind, visit.county, visit.day(), code);
    let items: Vec<Item> = catalogue::split(&visit.items).filter_map(item).collect();
    let mut lines: Vec<Line> = items.into_iter().map(|item| asked(policies, visit, funded, item)).collect();
    lines.push(fee(policies, visit));
    let facts = facts(&lines);
    let decision = policies.decide(QUESTION, visit.county, visit.day(), &facts);
    if let Some(why) = decision.undecided() {
        return Some(Charge { lines, total: None, open: Some(why.to_owned()) });
    }
    if let Some(Value::List(answers)) = decision.get("lines") {
        for (line, answer) in lines.iter_mut().zip(answers) {
            line.charge = answer.get("charge_fen").and_then(Value::int).map(Fen);
            line.reason = answer.get("reason").and_then(Value::text).map(str::to_owned);
        }
    }
    Some(Charge { lines, total: decision.int("charge_fen").map(Fen), open: None })
}

fn asked(policies: &Library, visit: &Visit, funded: Funded, item: Item) -> Line {
    let funded_by = funded.by(policies, visit, &item.code).map(str::to_owned);
    Line { code: item.code, price: item.price.price, funded_by, charge: None, reason: None }
}

/// The fee for coming. The round of a home sickbed has its own price among the items: the two exclude each other.
fn fee(policies: &Library, visit: &Visit) -> Line {
    let fee = match visit.kind {
        Kind::SickbedRound => 0,
        _ => rules::shown(policies, "home_visit_fee_fen", visit.county, visit.day()).map_or(0, |p| p.value),
    };
    Line { code: FEE.into(), price: Fen(fee), funded_by: None, charge: None, reason: None }
}

fn facts(lines: &[Line]) -> Facts {
    let funder = |line: &Line| line.funded_by.clone().map_or(Value::Nothing, Value::Text);
    let item = |line: &Line| {
        BTreeMap::from([
            ("code".to_owned(), Value::Text(line.code.clone())),
            ("price_fen".to_owned(), Value::Int(line.price.0)),
            ("funded_by".to_owned(), funder(line)),
        ])
    };
    let (items, fees): (Vec<&Line>, Vec<&Line>) = lines.iter().partition(|line| line.code != FEE);
    let fee: i64 = fees.iter().map(|line| line.price.0).sum();
    let mut facts = Facts::new().with("visit_fee_fen", fee);
    facts.0.insert("items".into(), Value::List(items.into_iter().map(item).collect()));
    facts.0.insert("visit_fee_funded_by".into(), Value::Nothing);
    facts
}

/// What a line is called.
#[must_use]
pub fn name(policies: &Library, code: &str) -> String {
    if code == FEE { "上门服务费".into() } else { catalogue::name(policies, code) }
}

/// Who pays for it, in words.
#[must_use]
pub fn funder(policies: &Library, word: &str) -> String {
    policies.label(FUNDERS, word).unwrap_or(word).to_owned()
}

/// Why so much, in words.
#[must_use]
pub fn reason(policies: &Library, word: &str) -> String {
    policies.label(REASONS, word).unwrap_or(word).to_owned()
}
