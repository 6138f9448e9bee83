//! What a merge makes of two files, and what stands against it. Pure.

use crate::elders::facts::Facts;
use crate::elders::links::Link;
use crate::elders::model::{Details, Status};
use crate::saved::{self, FieldChange, Refused};
use kernel::{Date, ElderId, Instant, MergeId, Month};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use web::Reason;

/// One elder's file, as far as the register has it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct File {
    /// What the roster says.
    pub details: Details,
    /// Current facts.
    pub facts: Facts,
    /// Which institutions serve.
    pub links: Vec<Link>,
}

/// Rows of another capability's table that a merge re-pointed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// The table.
    pub table: String,
    /// What its rows are called.
    pub title: String,
    /// The column that tells them from each other.
    pub key: String,
    /// The column and the table of the rows to which they belong, if any.
    pub of: Option<(String, String)>,
    /// The table and the column of the rows that belong to them, if any.
    #[serde(default)]
    pub parts: Option<(String, String)>,
    /// What stands in the key, as hexadecimal digits.
    pub rows: Vec<String>,
    /// How many the primary had of its own.
    pub own: i64,
}

/// Tables and columns that were renamed since a merge may have noted them: old name, new name.
const RENAMED: &[(&str, &str)] = &[("ltci_visits", "visits"), ("plan_id", "source_id")];

impl Moved {
    /// The same, with the names that its tables have today.
    #[must_use]
    pub fn today(mut self) -> Self {
        let new = |name: &mut String| {
            if let Some((_, now)) = RENAMED.iter().find(|(old, _)| old == name) {
                *name = (*now).to_owned();
            }
        };
        new(&mut self.table);
        if let Some((column, table)) = &mut self.of {
            new(column);
            new(table);
        }
        self
    }
}

/// Everything that undoing needs. Holds personal data: kept sealed.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The primary before.
    pub primary: File,
    /// The secondary before.
    pub secondary: File,
    /// The primary after.
    pub merged: File,
    /// Whose identity numbers were re-pointed: the secondary and what had been merged into it before.
    pub identities: Vec<ElderId>,
    /// What was re-pointed elsewhere.
    pub moved: Vec<Moved>,
}

/// A merge as pages list it.
#[derive(Clone, Debug)]
pub struct Merge {
    /// Identity.
    pub id: MergeId,
    /// The file that remained.
    pub primary: ElderId,
    /// The file that was merged into it.
    pub secondary: ElderId,
    /// Why.
    pub reason: String,
    /// When.
    pub merged_at: Instant,
    /// By whom.
    pub merged_by: String,
    /// When it was undone, if it was.
    pub undone_at: Option<Instant>,
}

/// Facts that merging fills, for comparing.
const FACTS: &[(&str, &str)] = &[
    ("ability_level", "能力等级"),
    ("ability_until", "能力等级有效期"),
    ("ltci_level", "失能等级"),
    ("ltci_until", "失能等级有效期"),
    ("entitled_from", "长护险待遇起"),
    ("entitled_until", "长护险待遇止"),
    ("contract_from", "签约起"),
    ("contract_until", "签约止"),
    ("checkup_on", "健康体检"),
    ("managed_on", "健康管理"),
    ("tcm_on", "中医药健康管理"),
    ("benefit_month", "待遇享受月份"),
    ("hospital_since", "住院"),
];

/// What stands against a merge, numbered; nothing for most pairs.
#[must_use]
pub fn conflicts(primary: &File, secondary: &File, today: Date) -> Vec<Reason> {
    let (a, b) = (&primary.facts, &secondary.facts);
    let dead = |file: &File| file.details.status == Some(Status::Dead);
    let checks = [
        (primary.details.sex != secondary.details.sex, "两份档案性别不同，不是同一人或登记有误，请先核实"),
        (dead(primary) != dead(secondary), "一份档案登记为死亡、另一份不是，请先核实并更正状态"),
        (a.contracted_on(today) && b.contracted_on(today), "两份档案都有有效的家庭医生签约，请先终止其中一份"),
        (a.entitled_on(today) && b.entitled_on(today), "两份档案都有有效的长护险待遇，请先终止其中一份"),
        (
            a.ltci_on(today).is_some() && b.ltci_on(today).is_some(),
            "两份档案都有生效的失能等级评估，请先由经办机构确认以哪一份为准并终止另一份",
        ),
        (
            a.ability_on(today).is_some() && b.ability_on(today).is_some(),
            "两份档案都有生效的能力评估，请先确认以哪一份为准并终止另一份",
        ),
    ];
    let against = checks.iter().enumerate().filter(|(_, (against, _))| *against);
    against.map(|(i, (_, text))| Reason::new(&format!("ELDERS-{:02}", i + 1), *text)).collect()
}

/// The merged file: the primary wins, the secondary fills blanks.
///
/// # Errors
/// Only what [`saved::fill_blanks`] says.
pub fn combine(primary: &File, secondary: &File, today: Date) -> saved::Result<File> {
    Ok(File {
        details: saved::fill_blanks(&primary.details, &secondary.details)?,
        facts: combine_facts(&primary.facts, &secondary.facts, today),
        links: combine_links(&primary.links, &secondary.links),
    })
}

/// Of two pairs the one in effect, else the primary's, else the secondary's.
fn pick<T>(
    first: (Option<T>, Option<Date>),
    second: (Option<T>, Option<Date>),
    current: bool,
) -> (Option<T>, Option<Date>) {
    if first.0.is_none() || current { second } else { first }
}

fn combine_facts(a: &Facts, b: &Facts, today: Date) -> Facts {
    let ability = (a.ability_on(today).is_none(), b.ability_on(today).is_some());
    let ltci = (a.ltci_on(today).is_none(), b.ltci_on(today).is_some());
    let entitled = (!a.entitled_on(today), b.entitled_on(today));
    let contracted = (!a.contracted_on(today), b.contracted_on(today));
    let (ability_level, ability_until) =
        pick((a.ability_level, a.ability_until), (b.ability_level, b.ability_until), ability == (true, true));
    let (ltci_level, ltci_until) =
        pick((a.ltci_level, a.ltci_until), (b.ltci_level, b.ltci_until), ltci == (true, true));
    let (entitled_from, entitled_until) =
        pick((a.entitled_from, a.entitled_until), (b.entitled_from, b.entitled_until), entitled == (true, true));
    let (contract_from, contract_until) =
        pick((a.contract_from, a.contract_until), (b.contract_from, b.contract_until), contracted == (true, true));
    Facts {
        ability_level,
        ability_until,
        ltci_level,
        ltci_until,
        entitled_from,
        entitled_until,
        contract_from,
        contract_until,
        // The later one is the last one, whoever's file it stood in.
        checkup_on: a.checkup_on.max(b.checkup_on),
        managed_on: a.managed_on.max(b.managed_on),
        tcm_on: a.tcm_on.max(b.tcm_on),
        benefit_month: a.benefit_month.max(b.benefit_month),
        hospital_since: a.hospital_since.or(b.hospital_since),
    }
}

type Key = (kernel::InstitutionId, crate::elders::LinkKind, Date);

fn by_key(links: &[Link]) -> BTreeMap<Key, Link> {
    links.iter().map(|l| ((l.institution, l.kind, l.from), l.clone())).collect()
}

fn combine_links(a: &[Link], b: &[Link]) -> Vec<Link> {
    let mut all = by_key(a);
    for (key, link) in by_key(b) {
        let kept = all.entry(key).or_insert_with(|| link.clone());
        // The same service twice: it goes on as long as either does.
        if link.until.is_none() {
            kept.until = None;
        }
    }
    all.into_values().collect()
}

/// The primary as it was, with what was changed since and has nothing to do with the merge, and the secondary's facts.
///
/// # Errors
/// The numbered reason why that cannot be done by itself.
pub fn split(now: &File, was: &Snapshot) -> Result<(File, Facts), Reason> {
    let refuse = |e: Refused| Reason::new("ELDERS-11", e.to_string());
    let back = |changes: Vec<FieldChange>| saved::put_back(&now.details, &changes).map_err(refuse);
    let details = back(saved::changes(&was.primary.details, &was.merged.details, crate::elders::model::LABELS))?;
    let (first, second) = split_benefit(now, was)?;
    let now_facts = Facts { benefit_month: was.merged.facts.benefit_month, ..now.facts.clone() };
    let changes = saved::changes(&was.primary.facts, &was.merged.facts, FACTS);
    let facts = Facts { benefit_month: first, ..saved::put_back(&now_facts, &changes).map_err(refuse)? };
    let secondary = Facts { benefit_month: second, ..was.secondary.facts.clone() };
    Ok((File { details, facts, links: split_links(now, was)? }, secondary))
}

/// The last paid month of the primary and of the secondary: months settled since belong to the one who is entitled.
fn split_benefit(now: &File, was: &Snapshot) -> Result<(Option<Month>, Option<Month>), Reason> {
    let (first, second, paid) = (&was.primary.facts, &was.secondary.facts, now.facts.benefit_month);
    if paid == was.merged.facts.benefit_month {
        return Ok((first.benefit_month, second.benefit_month));
    }
    match (first.entitled_from, second.entitled_from) {
        (None, Some(_)) => Ok((first.benefit_month, paid)),
        (_, None) => Ok((paid, second.benefit_month)),
        (Some(_), Some(_)) => {
            let text = "两份档案都享受过长护险待遇，合并之后又有月份已结算，不能自动拆分，请人工核对";
            Err(Reason::new("ELDERS-16", text))
        }
    }
}

fn split_links(now: &File, was: &Snapshot) -> Result<Vec<Link>, Reason> {
    let (before, after) = (by_key(&was.primary.links), by_key(&was.merged.links));
    let mut current = by_key(&now.links);
    for (key, link) in after.iter().filter(|(key, link)| before.get(*key) != Some(*link)) {
        if current.get(key) != Some(link) {
            return Err(Reason::new("ELDERS-12", "合并之后服务机构关系又有变动，不能自动拆分，请人工核对"));
        }
        match before.get(key) {
            Some(old) => current.insert(*key, old.clone()),
            None => current.remove(key),
        };
    }
    Ok(current.into_values().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::elders::LinkKind;
    use kernel::chance::Seeded;
    use kernel::{Area, CitizenNumber, InstitutionId};

    fn day(text: &str) -> Date {
        text.parse().expect("date")
    }

    fn file(name: &str) -> File {
        let today = day("2026-11-01");
        let citizen = CitizenNumber::parse("11010519491231002X", today).expect("number");
        let mut details = Details::of(name, &citizen, Area::parse("320623").expect("area"));
        details.status = Some(Status::Alive);
        File { details, facts: Facts::default(), links: Vec::new() }
    }

    fn link(number: u64, until: Option<&str>) -> Link {
        let now = chrono::DateTime::from_timestamp_millis(0).expect("instant");
        let institution = InstitutionId::new(now, &Seeded::new(number));
        Link { institution, kind: LinkKind::Ltci, from: day("2026-01-01"), until: until.map(day) }
    }

    fn snapshot(primary: File, secondary: File) -> Snapshot {
        let merged = combine(&primary, &secondary, day("2026-11-01")).expect("combines");
        Snapshot { primary, secondary, merged, identities: Vec::new(), moved: Vec::new() }
    }

    #[test]
    fn the_primary_wins_and_the_secondary_fills_blanks() {
        let (mut a, mut b) = (file("王建国"), file("王建囯"));
        a.details.phone = Some("13800138000".into());
        b.details.phone = Some("13900139000".into());
        b.details.address = Some("一号".into());
        a.facts.checkup_on = Some(day("2025-03-01"));
        b.facts.checkup_on = Some(day("2026-03-01"));
        let merged = combine(&a, &b, day("2026-11-01")).expect("combines");
        assert_eq!((merged.details.name.as_str(), merged.details.phone.as_deref()), ("王建国", Some("13800138000")));
        assert_eq!(merged.details.address.as_deref(), Some("一号"));
        assert_eq!(merged.facts.checkup_on, Some(day("2026-03-01")));
    }

    #[test]
    fn two_contracts_in_effect_refuse_and_one_that_ended_does_not() {
        let (mut a, mut b) = (file("王"), file("王"));
        let contract = |until: &str| (Some(day("2026-01-01")), Some(day(until)));
        (a.facts.contract_from, a.facts.contract_until) = contract("2027-01-01");
        for (until, refused) in [("2026-11-02", true), ("2026-11-01", false), ("2026-10-31", false)] {
            (b.facts.contract_from, b.facts.contract_until) = contract(until);
            assert_eq!(!conflicts(&a, &b, day("2026-11-01")).is_empty(), refused, "{until}");
        }
        // The one in effect is kept, in whichever file it stands.
        assert_eq!(combine(&b, &a, day("2026-11-01")).expect("combines").facts.contract_until, Some(day("2027-01-01")));
    }

    #[test]
    fn each_contradiction_has_its_number() {
        let (a, today) = (file("王"), day("2026-11-01"));
        let with = |change: &dyn Fn(&mut File)| {
            let (mut a, mut b) = (a.clone(), a.clone());
            change(&mut a);
            change(&mut b);
            conflicts(&a, &b, today).into_iter().map(|r| r.code).collect::<Vec<_>>()
        };
        assert_eq!(with(&|f| f.facts.entitled_from = Some(day("2026-01-01"))), ["ELDERS-04"]);
        assert_eq!(with(&|f| f.facts.ltci_level = Some(3)), ["ELDERS-05"]);
        assert_eq!(with(&|f| f.facts.ability_level = Some(2)), ["ELDERS-06"]);
        let mut dead = a.clone();
        (dead.details.status, dead.details.died_on) = (Some(Status::Dead), Some(today));
        assert_eq!(conflicts(&a, &dead, today)[0].code, "ELDERS-02");
        assert!(conflicts(&a, &a, today).is_empty());
    }

    #[test]
    fn splitting_gives_back_both_and_keeps_later_changes() {
        let (a, mut b) = (file("王建国"), file("王建国"));
        b.details.address = Some("一号".into());
        b.facts.tcm_on = Some(day("2026-05-01"));
        b.links = vec![link(1, None)];
        let was = snapshot(a.clone(), b);
        assert_eq!(split(&was.merged, &was).expect("splits"), (a, was.secondary.facts.clone()));
        let mut later = was.merged.clone();
        later.details.phone = Some("13800138000".into());
        later.links.push(link(2, None));
        let (back, _) = split(&later, &was).expect("splits");
        assert_eq!((back.details.phone.as_deref(), back.details.address), (Some("13800138000"), None));
        assert_eq!(back.links, [link(2, None)]);
    }

    #[test]
    fn what_was_changed_again_is_not_split() {
        let (a, mut b) = (file("王建国"), file("王建国"));
        b.details.address = Some("一号".into());
        b.links = vec![link(1, None)];
        let was = snapshot(a, b);
        let mut moved = was.merged.clone();
        moved.details.address = Some("二号".into());
        assert_eq!(split(&moved, &was).expect_err("changed again").code, "ELDERS-11");
        let mut closed = was.merged.clone();
        closed.links = vec![link(1, Some("2026-11-02"))];
        assert_eq!(split(&closed, &was).expect_err("closed since").code, "ELDERS-12");
    }

    #[test]
    fn what_was_paid_since_belongs_to_the_one_who_is_entitled() {
        let month = |text: &str| Month::parse(text);
        let paid = |first: bool, second: bool, since: Option<&str>| {
            let (mut a, mut b) = (file("王建国"), file("王建国"));
            a.facts.entitled_from = first.then(|| day("2026-01-01"));
            b.facts.entitled_from = second.then(|| day("2026-02-01"));
            b.facts.entitled_until = second.then(|| day("2026-08-01"));
            (a.facts.benefit_month, b.facts.benefit_month) = (month("2026-05"), month("2026-07"));
            let was = snapshot(a, b);
            let mut now = was.merged.clone();
            now.facts.benefit_month = since.map_or(now.facts.benefit_month, month);
            let split = split(&now, &was).map(|(a, b)| (a.facts.benefit_month, b.benefit_month));
            split.map_err(|reason| reason.code)
        };
        let as_before = Ok((month("2026-05"), month("2026-07")));
        for (first, second) in [(true, true), (true, false), (false, true), (false, false)] {
            assert_eq!(paid(first, second, None), as_before);
        }
        assert_eq!(paid(false, true, Some("2026-12")), Ok((month("2026-05"), month("2026-12"))));
        assert_eq!(paid(true, false, Some("2026-12")), Ok((month("2026-12"), month("2026-07"))));
        assert_eq!(paid(true, true, Some("2026-12")), Err("ELDERS-16".to_owned()));
    }
}
