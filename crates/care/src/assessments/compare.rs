//! The forms of one round side by side: where they differ, and what they agree on.

use policy::{Answers, Scale, Scored};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A question that the assessors answered differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Code of the item or flag.
    pub code: String,
    /// What is asked.
    pub name: String,
    /// The answers in the order of the seats.
    pub values: Vec<i64>,
    /// The answer of more than half of at least three assessors.
    pub majority: Option<i64>,
}

/// What came of putting the forms side by side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// Where they differ, in the order of the form.
    pub differences: Vec<Difference>,
    /// Whether all forms lead to the same level.
    pub same_level: bool,
    /// The answers that stand without further talk: all agree, or more than half of at least three do.
    pub agreed: Answers,
}

impl Comparison {
    /// The questions that still need an agreement with a reason.
    pub fn open(&self) -> impl Iterator<Item = &Difference> {
        self.differences.iter().filter(|difference| difference.majority.is_none())
    }
}

/// One change to an answer when the assessors (or a reviewer's question) settled it, with the reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Code of the item or flag.
    pub code: String,
    /// What is asked.
    pub name: String,
    /// The answers in the order of the seats.
    pub from: Vec<i64>,
    /// The answer that counts.
    pub to: i64,
    /// Why: 多数一致, or the assessors' own words.
    pub reason: String,
}

/// Every question of a scale: code, name, and whether it is a flag beside the items.
pub fn questions(scale: &Scale) -> impl Iterator<Item = (&str, &str, bool)> {
    let items = scale.items.iter().map(|item| (item.code.as_str(), item.name.as_str(), false));
    items.chain(scale.flags.iter().map(|flag| (flag.code.as_str(), flag.text.as_str(), true)))
}

/// A question as pages name it: items with their number, flags by their text alone.
#[must_use]
pub fn title(scale: &Scale, code: &str, name: &str) -> String {
    if scale.item(code).is_some() { format!("{code} {name}") } else { name.to_owned() }
}

/// The answer to a question, be it an item or a flag.
#[must_use]
pub fn answer(answers: &Answers, code: &str) -> Option<i64> {
    answers.items.get(code).or_else(|| answers.flags.get(code)).copied()
}

/// Writes an answer where it belongs.
pub fn put(answers: &mut Answers, code: &str, flag: bool, value: i64) {
    let kept = if flag { &mut answers.flags } else { &mut answers.items };
    kept.insert(code.to_owned(), value);
}

/// Puts whole forms side by side. `forms` is in the order of the seats.
#[must_use]
pub fn compare(scale: &Scale, forms: &[(&Answers, &Scored)]) -> Comparison {
    let mut differences = vec![];
    let mut agreed = Answers::default();
    for (code, name, flag) in questions(scale) {
        let values: Vec<i64> = forms.iter().filter_map(|(answers, _)| answer(answers, code)).collect();
        let same = values.windows(2).all(|pair| pair[0] == pair[1]);
        let majority = majority(&values);
        if let Some(value) = values.first().copied().filter(|_| same).or(majority) {
            put(&mut agreed, code, flag, value);
        }
        if !same {
            differences.push(Difference { code: code.to_owned(), name: name.to_owned(), values, majority });
        }
    }
    let same_level = forms.windows(2).all(|pair| pair[0].1.level == pair[1].1.level);
    Comparison { differences, same_level, agreed }
}

/// What more than half of at least three say; two who differ have no majority.
fn majority(values: &[i64]) -> Option<i64> {
    let most = values.iter().copied().find(|v| 2 * values.iter().filter(|w| *w == v).count() > values.len());
    most.filter(|_| values.len() > 2)
}

/// Settles what is open: each open question needs a choice, and others may be changed too (a reviewer sent it back).
///
/// # Errors
/// The names of the questions that have no choice.
pub fn settle(
    scale: &Scale,
    comparison: &Comparison,
    choices: &BTreeMap<String, i64>,
    reason: &str,
) -> Result<(Answers, Vec<Change>), Vec<String>> {
    let missing: Vec<String> = comparison
        .open()
        .filter(|difference| !choices.contains_key(&difference.code))
        .map(|difference| title(scale, &difference.code, &difference.name))
        .collect();
    if !missing.is_empty() {
        return Err(missing);
    }
    let mut answers = comparison.agreed.clone();
    let mut changes = vec![];
    for (code, name, flag) in questions(scale) {
        let found = comparison.differences.iter().find(|difference| difference.code == code);
        let before = answer(&answers, code);
        let chosen = choices.get(code).copied();
        let Some(to) = chosen.or(before) else { continue };
        if found.is_none() && before == Some(to) {
            continue;
        }
        let from = found.map_or_else(|| before.into_iter().collect(), |difference| difference.values.clone());
        let why = if chosen.is_some() && chosen != before { reason } else { "多数评估员意见一致" };
        changes.push(Change { code: code.to_owned(), name: name.to_owned(), from, to, reason: why.to_owned() });
        put(&mut answers, code, flag, to);
    }
    Ok((answers, changes))
}
