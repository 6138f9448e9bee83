//! What a line of the account costs and who pays it: pure, asked of the policy library.

use kernel::{Area, Date, Fen, SickbedFeeId};
use policy::{Decision, Facts, Library, Value};
use std::collections::BTreeMap;
use web::Error;

registry::choice! {
    /// What sort of fee (words of the policy table).
    pub enum Fee {
        /// 建床费: once for each opening.
        Opening = "opening" "建床费",
        /// 巡诊费: for each round.
        Round = "round" "巡诊费",
        /// 出诊费: for each call-out.
        CallOut = "call_out" "出诊费",
        /// A medical item at the institution's price.
        Item = "item" "诊疗、护理项目",
    }

    /// Who has already paid for it (words of the policy tables).
    pub enum Funder {
        /// 公卫经费
        PublicHealth = "public_health" "基本公共卫生服务经费",
        /// 签约服务费
        FamilyDoctor = "family_doctor_contract" "家庭医生签约服务费",
        /// 长护险
        CareInsurance = "long_term_care_insurance" "长期护理保险",
        /// 第三方保险
        ThirdParty = "third_party" "第三方保险",
    }
}

/// A line to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewFee {
    /// The day of the service.
    pub on: Date,
    /// What sort.
    pub fee: Fee,
    /// Name of a medical item; the fee's own if it is blank.
    pub title: String,
    /// Price of a medical item; the price list's for the others.
    pub price: Option<Fen>,
    /// Who has already paid.
    pub funded_by: Option<Funder>,
    /// Whether a home-visit fee was charged for the same call.
    pub visit_fee_charged: bool,
}

/// What a line costs, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Charge {
    /// Name on the account.
    pub title: String,
    /// Code of the price list; blank without one.
    pub price_code: String,
    /// Price.
    pub price: Fen,
    /// What is charged.
    pub charge: Fen,
    /// Why, in words.
    pub reason: String,
    /// The price as it was asked for, then the charge.
    pub decisions: Vec<Decision>,
}

/// A line of the account.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Identity.
    pub id: SickbedFeeId,
    /// The day of the service.
    pub on: Date,
    /// What sort.
    pub fee: Fee,
    /// What it costs, and why.
    pub charge: Charge,
    /// Who has already paid.
    pub funded_by: Option<Funder>,
    /// The line that this one takes back.
    pub reverses: Option<SickbedFeeId>,
    /// Why it takes it back.
    pub note: String,
    /// Who wrote it down.
    pub recorded_by: String,
}

fn unanswered(what: &str, decision: &Decision) -> Error {
    let why = decision.undecided().unwrap_or("没有结果");
    Error::refused("SB-06", format!("{what}不能确定：{why}"))
}

/// What a line costs at a place.
///
/// Where a document of the place decides on home visits (`home_visit_charge`), that table says whether the item is charged;
/// elsewhere, and where a home-visit fee stands against it, the table of the home sickbeds does.
///
/// # Errors
/// [`Error::Refused`] where no table answers, [`Error::Invalid`] for a medical item without name or price.
pub fn charge(library: &Library, place: Area, new: &NewFee) -> Result<Charge, Error> {
    let mut decisions = vec![];
    let (title, price_code, price) = match new.fee {
        Fee::Item => of_item(new)?,
        fee => {
            let facts = Facts::new().with("fee", fee.code());
            let decision = library.decide("sickbed_price", place, new.on, &facts);
            let price = decision.int("price_fen").ok_or_else(|| unanswered("价格", &decision))?;
            let code = decision.text("price_code").unwrap_or_default().to_owned();
            decisions.push(decision);
            let title = library.label("sickbed fee", fee.code()).unwrap_or(fee.name()).to_owned();
            (title, code, Fen(price))
        }
    };
    let local = library.table("home_visit_charge", place, new.on).is_some() && !new.visit_fee_charged;
    let (decision, amount, reason) =
        if local { of_visit(library, place, new, (&title, price))? } else { of_bed(library, place, new, price)? };
    decisions.push(decision);
    Ok(Charge { title, price_code, price, charge: amount, reason, decisions })
}

fn of_item(new: &NewFee) -> Result<(String, String, Fen), Error> {
    let title = kernel::text::clean(&new.title);
    if title.is_empty() || title.chars().count() > 60 {
        return Err(Error::field("title", "项目", "请填写项目名称，60 字以内"));
    }
    let price = new.price.filter(|price| (1..=MOST).contains(&price.0));
    let price =
        price.ok_or_else(|| Error::field("price", "单价", "请填写本机构执行的价格，在 0.01 元至 99999.99 元之间"))?;
    Ok((title, String::new(), price))
}

/// Above this a price of one item is a slip of the pen. A limit of plausibility of this program.
const MOST: i64 = 9_999_999;

fn funder(new: &NewFee) -> Value {
    new.funded_by.map_or(Value::Nothing, |one| one.code().into())
}

type Answer = (Decision, Fen, String);

fn of_visit(library: &Library, place: Area, new: &NewFee, (title, price): (&str, Fen)) -> Result<Answer, Error> {
    let item: BTreeMap<String, Value> = [
        ("code".to_owned(), Value::from(title)),
        ("price_fen".to_owned(), price.0.into()),
        ("funded_by".to_owned(), funder(new)),
    ]
    .into();
    let facts = Facts::new()
        .with("items", Value::List(vec![item]))
        .with("visit_fee_fen", 0_i64)
        .with("visit_fee_funded_by", Value::Nothing);
    let decision = library.decide("home_visit_charge", place, new.on, &facts);
    let charge = decision.int("charge_fen").ok_or_else(|| unanswered("实收", &decision))?;
    let word = match decision.get("lines") {
        Some(Value::List(lines)) => lines.first().and_then(|line| line.get("reason")?.text().map(str::to_owned)),
        _ => None,
    };
    let word = word.unwrap_or_default();
    let reason = library.label("charge reason", &word).unwrap_or(&word).to_owned();
    Ok((decision, Fen(charge), reason))
}

fn of_bed(library: &Library, place: Area, new: &NewFee, price: Fen) -> Result<Answer, Error> {
    let facts = Facts::new()
        .with("fee", new.fee.code())
        .with("price_fen", price.0)
        .with("funded_by", funder(new))
        .with("visit_fee_charged", new.visit_fee_charged);
    let decision = library.decide("sickbed_charge", place, new.on, &facts);
    let charge = decision.int("charge_fen").ok_or_else(|| unanswered("实收", &decision))?;
    let word = decision.text("reason").unwrap_or_default().to_owned();
    let reason = library.label("sickbed charge reason", &word).unwrap_or(&word).to_owned();
    Ok((decision, Fen(charge), reason))
}

/// The sum of an account: the prices, and what is charged.
#[must_use]
pub fn sum(lines: &[Line]) -> (Fen, Fen) {
    (lines.iter().map(|line| line.charge.price).sum(), lines.iter().map(|line| line.charge.charge).sum())
}
