//! From the text of a scale's file to a proven scale.

use crate::document::{Status, not_toml};
use crate::error::Mistake;
use crate::scale::{Adjust, Alert, Case, Direction, Domain, Flag, Level, Licence, Matrix, Purpose, Scale, SelfScreen};
use crate::scale_finding::{Finding, Profile, Verdict};
use crate::scale_item::{Item, Measure, PointTable};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Options by name, for items that share them.
type OptionSets = BTreeMap<String, Vec<(i64, String)>>;
/// Verdicts by name, for findings that share them.
type VerdictSets = BTreeMap<String, Vec<Verdict>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    id: String,
    name: String,
    version: String,
    source: String,
    unverified: Option<String>,
    #[serde(default)]
    unclear: Vec<String>,
    purpose: Purpose,
    licence: Licence,
    #[serde(default)]
    direction: Direction,
    domain: Vec<Domain>,
    #[serde(default)]
    option_set: OptionSets,
    item: Vec<RawItem>,
    #[serde(default)]
    flag: Vec<Flag>,
    #[serde(default)]
    level: Vec<Level>,
    matrix: Option<Matrix>,
    #[serde(default)]
    adjust: Vec<Adjust>,
    raise_at_most: Option<usize>,
    self_screen: Option<SelfScreen>,
    #[serde(default)]
    verdict_set: VerdictSets,
    #[serde(default)]
    finding: Vec<RawFinding>,
    profile: Option<Profile>,
    #[serde(default)]
    alert: Vec<Alert>,
    #[serde(default)]
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawItem {
    code: String,
    domain: String,
    name: String,
    #[serde(default)]
    guide: String,
    #[serde(default)]
    options: Vec<(i64, String)>,
    option_set: Option<String>,
    measure: Option<Measure>,
    #[serde(default)]
    points: Vec<PointTable>,
    instead_of: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFinding {
    code: String,
    name: String,
    items: Vec<String>,
    #[serde(default)]
    reverse: Vec<String>,
    #[serde(default)]
    verdicts: Vec<Verdict>,
    verdict_set: Option<String>,
}

/// Reads and proves a scale.
pub(crate) fn read(file: &str, text: &str) -> Result<Scale, Vec<Mistake>> {
    let raw: File = toml::from_str(text).map_err(|e| vec![not_toml(file, &e)])?;
    let mut mistakes = vec![];
    let items = items(file, raw.item, (&raw.option_set, raw.direction), &mut mistakes);
    let findings = findings(file, raw.finding, &raw.verdict_set, &mut mistakes);
    let scale = Scale {
        id: raw.id,
        name: raw.name,
        version: raw.version,
        source: raw.source,
        status: raw.unverified.map_or(Status::Verified, |why| Status::Unverified { why }),
        unclear: raw.unclear,
        purpose: raw.purpose,
        licence: raw.licence,
        direction: raw.direction,
        domains: raw.domain,
        items,
        flags: raw.flag,
        levels: raw.level,
        matrix: raw.matrix,
        adjust: raw.adjust,
        raise_at_most: raw.raise_at_most.unwrap_or(usize::MAX),
        self_screen: raw.self_screen,
        findings,
        profile: raw.profile,
        alerts: raw.alert,
        cases: raw.case,
    };
    if mistakes.is_empty() {
        mistakes = crate::scale_check::check(file, &scale);
    }
    if mistakes.is_empty() { Ok(scale) } else { Err(mistakes) }
}

fn items(
    file: &str,
    raw: Vec<RawItem>,
    (sets, direction): (&OptionSets, Direction),
    mistakes: &mut Vec<Mistake>,
) -> Vec<Item> {
    let mut items = vec![];
    for (at, item) in raw.into_iter().enumerate() {
        let shared = shared(file, (at, "option_set"), item.option_set, sets, mistakes);
        let mut options = shared.unwrap_or(item.options);
        match direction {
            // Options whose points are listed apart stay in the order of the file.
            _ if !item.points.is_empty() => {}
            Direction::Higher => options.sort_by_key(|(points, _)| -points),
            Direction::Lower => options.sort_by_key(|(points, _)| *points),
            Direction::None => {}
        }
        items.push(Item {
            code: item.code,
            domain: item.domain,
            name: item.name,
            guide: item.guide,
            options,
            measure: item.measure,
            tables: item.points,
            instead_of: item.instead_of,
        });
    }
    items
}

fn findings(file: &str, raw: Vec<RawFinding>, sets: &VerdictSets, mistakes: &mut Vec<Mistake>) -> Vec<Finding> {
    let mut findings = vec![];
    for (at, finding) in raw.into_iter().enumerate() {
        let shared = shared(file, (at, "verdict_set"), finding.verdict_set, sets, mistakes);
        findings.push(Finding {
            code: finding.code,
            name: finding.name,
            items: finding.items,
            reverse: finding.reverse,
            verdicts: shared.unwrap_or(finding.verdicts),
        });
    }
    findings
}

/// What stands under a name that several entries share.
fn shared<T: Clone>(
    file: &str,
    (at, field): (usize, &str),
    name: Option<String>,
    sets: &BTreeMap<String, T>,
    mistakes: &mut Vec<Mistake>,
) -> Option<T> {
    let name = name?;
    let found = sets.get(&name).cloned();
    if found.is_none() {
        let known = sets.keys().cloned().collect::<Vec<_>>().join("、");
        let todo = format!("在 [{field}] 中写上“{name}”，或改为已有的：{known}");
        mistakes.push(Mistake::new(file, format!("{field}“{name}”不存在"), todo).row(at + 1));
    }
    found
}
