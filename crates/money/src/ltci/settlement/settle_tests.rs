//! Each reason below, at and above its threshold; sums; order.

use super::model::*;
use super::reason::{Reason, Reasons};
use super::settle;
use crate::ltci::catalogue::StaffKind;
use kernel::chance::mix;
use kernel::{
    Bp, CorrectionId, Date, ElderId, EntitlementId, Fen, InstitutionId, Month, Period, PlanId, StaffId, VisitId,
};
use std::collections::BTreeMap;
use uuid::Uuid;

const HOUR: i64 = 3_600_000;

fn day(n: u32) -> Date {
    Date::from_ymd_opt(2026, 10, n).expect("day")
}

/// 08:00 in China on the n-th.
fn at(n: u32, hour: i64, minute: i64) -> i64 {
    kernel::time::at(day(n), 0, 0).expect("midnight").timestamp_millis() + hour * HOUR + minute * 60_000
}

fn uuid(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

/// Two elders, two carers (the second a nurse), items 0 (60 min, 60 yuan), 1 (30 min, 30 yuan), 2 (nurse, 20 min, 30 yuan)
/// and 3 (no price); the plan has 0, 1 and 2.
fn county() -> Inputs {
    let rules = Rules { least_share: Bp(8_000), late_days: 3 };
    let price = |fen, minutes, staff| Some(Price { price: Fen(fen), minutes, staff });
    let list = vec![
        price(6_000, 60, StaffKind::Carer),
        price(3_000, 30, StaffKind::Carer),
        price(3_000, 20, StaffKind::Nurse),
        None,
        price(1_000, 10, StaffKind::Carer),
    ];
    let entitled = |n| Entitled {
        id: EntitlementId(uuid(n)),
        level: 3,
        period: Period { from: day(2), until: Some(day(30)) },
        quota: Some(Quota::Visits(12)),
        rate: Bp(9_000),
        cap: Some(Cap::Month(Fen(120_000))),
    };
    let elder = |n| Elder { id: ElderId(uuid(n)), died_on: None, entitlements: vec![entitled(100 + n)], stays: vec![] };
    let carer = |n, kind| Carer { id: StaffId(uuid(n)), kind: Some(kind), certificate: true, certified_until: None };
    let whole = Period { from: day(1), until: None };
    Inputs {
        items: ["a", "b", "n", "x", "o"].map(String::from).to_vec(),
        prices: (1..=31).map(|n| (day(n), list.clone())).collect(),
        item_sets: vec![vec![0], vec![1], vec![0, 2], vec![3], vec![0, 4], vec![2]],
        elders: vec![elder(1), elder(2)],
        carers: vec![carer(11, StaffKind::Carer), carer(12, StaffKind::Nurse)],
        plans: vec![Plan { id: PlanId(uuid(21)), period: whole, items: vec![0, 1, 2, 3] }],
        institutions: vec![InstitutionId(uuid(31)), InstitutionId(uuid(32))],
        ..Inputs::empty(Month::of(day(1)), rules)
    }
}

fn visit(id: u128, elder: u32, carer: u32, n: u32, hour: i64) -> Visit {
    let from = at(n, hour, 0);
    Visit {
        id: VisitId(uuid(id)),
        elder,
        institution: 0,
        carer,
        plan: 0,
        items: 0,
        day: day(n),
        planned_from: from,
        began: Some(from),
        ended: Some(from + HOUR),
        late: None,
    }
}

fn reasons(inputs: &Inputs) -> Vec<Reasons> {
    settle(inputs).lines.iter().map(|line| line.reasons).collect()
}

fn only(reason: Option<Reason>) -> Reasons {
    let mut set = Reasons::NONE;
    reason.into_iter().for_each(|r| set.add(r));
    set
}

/// Settles one visit after a change to the county and the visit; answers its line.
fn one(change: impl FnOnce(&mut Inputs, &mut Visit)) -> Line {
    let mut inputs = county();
    let mut visit = visit(1, 0, 0, 15, 9);
    change(&mut inputs, &mut visit);
    inputs.visits = vec![visit];
    settle(&inputs).lines.remove(0)
}

fn found(change: impl FnOnce(&mut Inputs, &mut Visit)) -> Reasons {
    one(change).reasons
}

fn on(n: u32) -> impl FnOnce(&mut Inputs, &mut Visit) {
    move |_, v| *v = visit(1, 0, 0, n, 9)
}

#[test]
fn a_visit_in_order_is_paid_at_its_rate() {
    let line = one(|_, _| {});
    assert_eq!(line.verdict(), Verdict::Passed);
    let expected = Amounts { asked: Fen(6_000), adjusted: Fen(6_000), approved: Fen(6_000), paid: Fen(5_400) };
    assert_eq!((line.amounts, line.amounts.own(), line.counted), (expected, Fen(600), 1));
}

#[test]
fn reason_01_the_entitlement_covers_its_first_day_and_not_its_end() {
    for (n, bad) in [(1, true), (2, false), (29, false), (30, true), (31, true)] {
        assert_eq!(found(on(n)), only(bad.then_some(Reason::NoEntitlement)), "{n}");
    }
}

#[test]
fn of_two_entitlements_the_one_of_the_day_counts() {
    let line = one(|inputs, _| {
        let mut second = inputs.elders[0].entitlements[0].clone();
        inputs.elders[0].entitlements[0].period.until = Some(day(15));
        (second.level, second.rate, second.id) = (5, Bp(8_000), EntitlementId(uuid(200)));
        second.period.from = day(15);
        inputs.elders[0].entitlements.push(second);
    });
    assert_eq!((line.level, line.amounts.paid, line.reasons), (5, Fen(4_800), Reasons::NONE));
}

#[test]
fn reason_02_the_day_of_death_is_still_paid() {
    for (died, bad) in [(14, true), (15, false), (16, false)] {
        assert_eq!(
            found(|i, _| i.elders[0].died_on = Some(day(died))),
            only(bad.then_some(Reason::AfterDeath)),
            "{died}"
        );
    }
}

#[test]
fn reason_03_the_days_of_admission_and_discharge_are_free() {
    for (from, until, bad) in [
        (14, Some(16), true),
        (15, Some(17), false),
        (13, Some(15), false),
        (15, Some(15), false),
        (14, None, true),
        (15, None, false),
    ] {
        let line = found(|i, _| i.elders[0].stays = vec![(day(from), until.map(day))]);
        assert_eq!(line, only(bad.then_some(Reason::InHospital)), "{from} {until:?}");
    }
}

#[test]
fn reasons_04_and_05_touching_is_allowed_and_one_minute_of_overlap_is_not() {
    for (minute, bad) in [(59, true), (60, false), (61, false)] {
        let second = |elder, carer| {
            let mut v = visit(2, elder, carer, 15, 9);
            (v.began, v.ended) = (Some(at(15, 9, minute)), Some(at(15, 10, minute)));
            v
        };
        let mut inputs = county();
        inputs.visits = vec![visit(1, 0, 0, 15, 9), second(1, 0)];
        assert_eq!(reasons(&inputs), [Reasons::NONE, only(bad.then_some(Reason::CarerOverlap))]);
        inputs.visits = vec![visit(1, 0, 0, 15, 9), second(0, 1)];
        assert_eq!(reasons(&inputs), [Reasons::NONE, only(bad.then_some(Reason::ElderOverlap))]);
    }
}

#[test]
fn a_refused_visit_stands_in_nobodys_way() {
    let mut inputs = county();
    inputs.elders[0].died_on = Some(day(3));
    inputs.visits = vec![visit(1, 0, 0, 15, 9), visit(2, 1, 0, 15, 9)];
    assert_eq!(reasons(&inputs), [only(Some(Reason::AfterDeath)), Reasons::NONE]);
}

#[test]
fn of_three_in_a_chain_the_middle_one_falls() {
    let mut inputs = county();
    let mut middle = visit(2, 1, 0, 15, 9);
    (middle.began, middle.ended) = (Some(at(15, 9, 30)), Some(at(15, 10, 30)));
    inputs.visits = vec![visit(1, 0, 0, 15, 9), middle, visit(3, 0, 0, 15, 10)];
    assert_eq!(reasons(&inputs), [Reasons::NONE, Reasons::NONE, only(Some(Reason::CarerOverlap))]);
}

#[test]
fn reason_06_the_quota_counts_paid_visits_only() {
    let mut inputs = county();
    inputs.elders[0].entitlements[0].quota = Some(Quota::Visits(2));
    inputs.visits = (5..9).map(|n| visit(n.into(), 0, 0, n, 9)).collect();
    inputs.visits[0].ended = None;
    let (missed, over) = (only(Some(Reason::NotCheckedOut)), only(Some(Reason::OverQuota)));
    assert_eq!(reasons(&inputs), [missed, Reasons::NONE, Reasons::NONE, over]);
}

#[test]
fn reason_06_a_quota_of_days_counts_days() {
    let mut inputs = county();
    inputs.elders[0].entitlements[0].quota = Some(Quota::Days(1));
    inputs.visits = vec![visit(1, 0, 0, 5, 9), visit(2, 0, 0, 5, 14), visit(3, 0, 0, 6, 9)];
    assert_eq!(reasons(&inputs), [Reasons::NONE, Reasons::NONE, only(Some(Reason::OverQuota))]);
}

#[test]
fn reason_07_check_in_and_check_out_are_both_needed() {
    let missing = only(Some(Reason::NotCheckedOut));
    assert_eq!(found(|_, v| v.ended = None), missing);
    assert_eq!(found(|_, v| (v.began, v.ended) = (None, None)), missing);
    assert!(found(|_, v| v.ended = Some(at(15, 8, 59))).has(Reason::NotCheckedOut));
}

#[test]
fn reason_08_eighty_per_cent_of_the_minutes_are_enough() {
    for (minutes, bad) in [(47, true), (48, false), (49, false), (0, true)] {
        let line = one(|_, v| v.ended = Some(at(15, 9, minutes)));
        assert_eq!(line.reasons, only(bad.then_some(Reason::TooShort)), "{minutes}");
        assert_eq!(line.amounts.approved, if bad { Fen::ZERO } else { Fen(6_000) });
    }
    // A started minute is none.
    assert!(found(|_, v| v.ended = Some(at(15, 9, 48) - 1)).has(Reason::TooShort));
}

#[test]
fn reason_09_late_within_the_days_and_with_a_reason() {
    for (entered, bad) in [(17, false), (18, false), (19, true)] {
        let late = Some(Late { entered_on: day(entered), reason: true });
        assert_eq!(found(|_, v| v.late = late), only(bad.then_some(Reason::LateEntry)), "{entered}");
    }
    let late = Some(Late { entered_on: day(15), reason: false });
    assert_eq!(found(|_, v| v.late = late), only(Some(Reason::LateEntry)));
}

#[test]
fn reason_10_the_last_day_of_a_certificate_counts() {
    for (until, bad) in [(14, true), (15, false), (16, false)] {
        let line = found(|i, _| i.carers[0].certified_until = Some(day(until)));
        assert_eq!(line, only(bad.then_some(Reason::NoCertificate)), "{until}");
    }
    assert_eq!(found(|i, _| i.carers[0].certificate = false), only(Some(Reason::NoCertificate)));
}

#[test]
fn reason_11_an_item_outside_the_plan_is_cut_and_the_rest_paid() {
    let line = one(|_, v| (v.items, v.ended) = (4, Some(at(15, 10, 10))));
    assert_eq!((line.reasons, line.verdict()), (only(Some(Reason::ItemNotInPlan)), Verdict::Cut));
    assert_eq!((line.amounts.asked, line.amounts.adjusted, line.standard_minutes), (Fen(7_000), Fen(6_000), 60));
}

#[test]
fn reason_12_the_same_visit_twice_is_paid_once() {
    let mut inputs = county();
    let mut again = visit(2, 0, 0, 15, 9);
    again.began = Some(at(15, 9, 0) + 59_999);
    inputs.visits = vec![again, visit(1, 0, 0, 15, 9)];
    assert_eq!(reasons(&inputs), [Reasons::NONE, only(Some(Reason::Duplicate))]);
}

#[test]
fn reason_13_the_cap_pays_what_is_left_of_it() {
    for (cap, approved) in
        [(11_999, [6_000, 5_999]), (12_000, [6_000, 6_000]), (12_001, [6_000, 6_000]), (6_000, [6_000, 0])]
    {
        let mut inputs = county();
        inputs.elders[0].entitlements[0].cap = Some(Cap::Month(Fen(cap)));
        inputs.visits = vec![visit(1, 0, 0, 5, 9), visit(2, 0, 0, 6, 9)];
        let lines = settle(&inputs).lines;
        let amounts: Vec<i64> = lines.iter().map(|line| line.amounts.approved.0).collect();
        assert_eq!(amounts, approved, "{cap}");
        assert_eq!(lines[1].reasons.has(Reason::CapReached), approved[1] < 6_000);
    }
    let mut inputs = county();
    inputs.elders[0].entitlements[0].cap = Some(Cap::Day(Fen(7_000)));
    inputs.visits = vec![visit(1, 0, 0, 5, 9), visit(2, 0, 0, 5, 14), visit(3, 0, 0, 6, 9)];
    let amounts: Vec<i64> = settle(&inputs).lines.iter().map(|line| line.amounts.approved.0).collect();
    assert_eq!(amounts, [6_000, 1_000, 6_000]);
}

#[test]
fn reason_14_a_plan_in_force_from_its_first_day_until_its_end() {
    for (from, until, bad) in [(16, None, true), (15, None, false), (1, Some(15), true), (1, Some(16), false)] {
        let line = found(|i, _| i.plans[0].period = Period { from: day(from), until: until.map(day) });
        assert_eq!(line, only(bad.then_some(Reason::PlanNotInForce)), "{from} {until:?}");
    }
}

#[test]
fn reason_15_a_nurses_item_by_a_carer_is_cut() {
    let line = one(|_, v| (v.items, v.ended) = (2, Some(at(15, 10, 20))));
    assert_eq!((line.reasons, line.amounts.adjusted), (only(Some(Reason::WrongStaffKind)), Fen(6_000)));
    let line = one(|_, v| (v.items, v.carer, v.ended) = (2, 1, Some(at(15, 10, 20))));
    assert_eq!((line.reasons, line.amounts.adjusted), (Reasons::NONE, Fen(9_000)));
}

#[test]
fn reason_16_an_item_without_a_price_asks_for_nothing() {
    let line = one(|_, v| v.items = 3);
    assert_eq!((line.reasons, line.amounts.asked), (only(Some(Reason::NotPriced)), Fen::ZERO));
}

#[test]
fn the_funds_share_is_rounded_half_up_on_each_line() {
    for (price, rate, paid) in [(5, 5_000, 3), (3, 5_000, 2), (1, 4_999, 0), (6_001, 9_000, 5_401)] {
        let line = one(|i, _| {
            i.elders[0].entitlements[0].rate = Bp(rate);
            i.prices.values_mut().for_each(|list| list[0].as_mut().expect("price").price = Fen(price));
        });
        assert_eq!((line.amounts.paid, line.amounts.own()), (Fen(paid), Fen(price - paid)));
    }
}

fn standing(line: &Line) -> Standing {
    Standing {
        visit: line.visit,
        elder: line.elder,
        carer: line.carer,
        from: line.start,
        to: line.end.unwrap_or(line.start),
        day: line.day,
        approved: line.amounts.approved,
    }
}

/// Settles October, then corrects the line at `place` in November.
fn correct(october: &Inputs, place: usize, visit: Option<Visit>) -> Vec<Line> {
    let lines = settle(october).lines;
    let mut november = Inputs { month: october.month.next(), visits: vec![], ..october.clone() };
    november.standing = lines.iter().filter(|line| line.counted == 1).map(standing).collect();
    let line = lines[place].clone();
    november.corrections = vec![Correction { id: CorrectionId(uuid(900)), line, visit }];
    settle(&november).lines
}

#[test]
fn a_correction_takes_back_exactly_and_enters_anew() {
    let mut october = county();
    october.visits = vec![visit(1, 0, 0, 5, 9), visit(2, 0, 0, 6, 9)];
    let mut right = visit(2, 0, 0, 6, 9);
    (right.items, right.ended) = (1, Some(at(6, 9, 30)));
    let lines = correct(&october, 1, Some(right));
    let kinds: Vec<_> = lines.iter().map(|line| (line.kind, line.amounts.approved.0, line.counted)).collect();
    assert_eq!(kinds, [(LineKind::Counter, -6_000, -1), (LineKind::Corrected, 3_000, 1)]);
    assert_eq!(correct(&october, 1, None).len(), 1);
}

#[test]
fn a_corrected_visit_meets_the_quota_the_cap_and_the_others_of_its_own_month() {
    let mut october = county();
    october.elders[0].entitlements[0].quota = Some(Quota::Visits(2));
    october.visits = vec![visit(1, 0, 0, 5, 9), visit(2, 0, 0, 6, 9), visit(3, 0, 0, 7, 9)];
    let lines = correct(&october, 2, Some(visit(3, 0, 0, 7, 9)));
    assert_eq!(lines[1].reasons, only(Some(Reason::OverQuota)));
    let lines = correct(&october, 1, Some(visit(2, 0, 0, 6, 10)));
    assert_eq!(lines[1].amounts.approved, Fen(6_000), "its own place in the quota is free again");
    october.elders[0].entitlements[0].cap = Some(Cap::Month(Fen(7_000)));
    let lines = correct(&october, 1, Some(visit(2, 0, 0, 6, 10)));
    assert_eq!((lines[0].amounts.approved, lines[1].amounts.approved), (Fen(-1_000), Fen(1_000)));
    let mut onto = visit(2, 0, 0, 5, 9);
    onto.began = Some(at(5, 9, 30));
    let lines = correct(&october, 1, Some(onto));
    let anew = lines.iter().find(|line| line.kind == LineKind::Corrected).expect("new line");
    assert!(anew.reasons.has(Reason::CarerOverlap) && anew.reasons.has(Reason::ElderOverlap));
}

/// A county of many random visits, some of them wrong in every way.
fn random(seed: u64) -> Inputs {
    let mut inputs = county();
    let mut state = seed;
    let mut draw = |below: u64| mix(&mut state) % below;
    for n in 0..40 {
        let mut elder = inputs.elders[(n % 2) as usize].clone();
        elder.id = ElderId(uuid(u128::from(mix(&mut (seed + n)))));
        elder.died_on = (draw(9) == 0).then(|| day(1 + draw(30) as u32));
        elder.stays = if draw(5) == 0 { vec![(day(1 + draw(20) as u32), Some(day(25)))] } else { vec![] };
        elder.entitlements[0].quota = Some(Quota::Visits(draw(9) as i64));
        elder.entitlements[0].cap = Some(Cap::Month(Fen(draw(40_000) as i64)));
        elder.entitlements[0].rate = Bp(draw(10_001) as i64);
        inputs.elders.push(elder);
    }
    for id in 0..600_u128 {
        let (elder, carer) = (draw(42) as u32, draw(2) as u32);
        let mut v = visit(id + 1, elder, carer, 1 + draw(31) as u32, 7 + draw(11) as i64);
        v.institution = draw(2) as u32;
        v.items = draw(6) as u32;
        v.began = v.began.map(|t| t + draw(50) as i64 * 60_000);
        v.ended = (draw(20) > 0).then(|| v.start() + draw(100) as i64 * 60_000);
        v.late = (draw(6) == 0).then(|| Late { entered_on: day(31), reason: draw(3) > 0 });
        inputs.visits.push(v);
    }
    inputs
}

#[test]
fn sums_of_lines_are_the_totals_and_amounts_only_fall() {
    for seed in 0..40 {
        let inputs = random(seed);
        let outcome = settle(&inputs);
        assert_eq!(outcome.lines.len(), inputs.visits.len());
        let mut totals = Totals::default();
        outcome.lines.iter().for_each(|line| totals.add(line));
        assert_eq!(totals, outcome.total);
        let mut by_institution = Amounts::default();
        outcome.institutions.values().for_each(|t| by_institution.add(t.amounts));
        assert_eq!(by_institution, outcome.total.amounts);
        assert_eq!(outcome.reasons.values().map(|(_, cut)| *cut).sum::<Fen>(), outcome.total.amounts.cut());
        for line in &outcome.lines {
            let a = line.amounts;
            assert!(a.asked >= a.adjusted && a.adjusted >= a.approved && a.approved >= a.paid && a.paid >= Fen::ZERO);
            assert_eq!(a.cut() > Fen::ZERO, a.asked > a.approved);
            assert!(a.cut() == Fen::ZERO || !line.reasons.is_empty(), "no cut without a reason");
            assert!(!line.reasons.refuse() || a.approved == Fen::ZERO);
        }
    }
}

#[test]
fn paid_visits_never_overlap_and_keep_within_quota_and_cap() {
    for seed in 40..80 {
        let inputs = random(seed);
        let lines: Vec<Line> = settle(&inputs).lines.into_iter().filter(|line| line.counted == 1).collect();
        let mut used: BTreeMap<u32, (i64, Fen)> = BTreeMap::new();
        for (n, a) in lines.iter().enumerate() {
            for b in &lines[n + 1..] {
                let apart = a.end.expect("end") <= b.start || b.end.expect("end") <= a.start;
                assert!(apart || (a.elder != b.elder && a.carer != b.carer));
            }
            let entry = used.entry(a.elder).or_default();
            *entry = (entry.0 + 1, entry.1 + a.amounts.approved);
        }
        for (elder, (visits, approved)) in used {
            let entitled = &inputs.elders[elder as usize].entitlements[0];
            assert!(
                Quota::Visits(visits) == entitled.quota.expect("quota")
                    || matches!(entitled.quota, Some(Quota::Visits(q)) if visits < q)
            );
            assert!(matches!(entitled.cap, Some(Cap::Month(cap)) if approved <= cap));
        }
    }
}

#[test]
fn the_order_of_the_inputs_does_not_matter() {
    for seed in 0..20 {
        let inputs = random(seed);
        let first = settle(&inputs);
        let mut other = inputs.clone();
        let mut state = seed ^ 77;
        for n in (1..other.visits.len()).rev() {
            other.visits.swap(n, (mix(&mut state) % (n as u64 + 1)) as usize);
        }
        // Elders and carers also stand elsewhere.
        let last = other.elders.len() as u32 - 1;
        other.elders.reverse();
        other.carers.reverse();
        other.visits.iter_mut().for_each(|v| (v.elder, v.carer) = (last - v.elder, 1 - v.carer));
        let mut second = settle(&other);
        second.lines.iter_mut().for_each(|l| (l.elder, l.carer) = (last - l.elder, 1 - l.carer));
        assert_eq!(first, second);
    }
}
