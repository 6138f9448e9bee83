//! The settlement itself: pure, exact, and the same whatever order its inputs come in.
//!
//! The checks run in a fixed order. Those that look at one visit alone come first (01, 02, 03, 07, 09, 10, 14, then the
//! duration 08 and the cuts 11, 15 and 16); then those that compare visits, each among the visits still standing: duplicates (12),
//! the carer's time (04), the elder's time (05); last, visit by visit in time, the month's quota (06) and cap (13).
//! Of two visits that exclude each other the earlier one stands; at the same time the one with the smaller id.

use super::model::{Amounts, Cap, Correction, Inputs, Line, LineKind, Outcome, Quota, Standing, Totals, Visit};
use super::reason::{Reason, Reasons};
use kernel::{Bp, Date, Fen, Month};
use std::collections::{BTreeMap, BTreeSet};

/// Settles a month.
#[must_use]
pub fn settle(inputs: &Inputs) -> Outcome {
    let mut lines: Vec<Line> = inputs.visits.iter().map(|visit| assess(inputs, visit)).collect();
    lines.sort_unstable_by_key(|line| (inputs.elders[line.elder as usize].id, line.start, line.visit));
    duplicates(&mut lines);
    overlaps(&mut lines, |line| line.carer, Reason::CarerOverlap);
    overlaps(&mut lines, |line| line.elder, Reason::ElderOverlap);
    limits(inputs, &mut lines);
    lines.extend(corrected(inputs));
    lines.sort_by_key(|line| (inputs.elders[line.elder as usize].id, line.start, line.visit, line.kind));
    sum(lines)
}

/// Whether the minutes fall short of the least share of the standard minutes; exactly the share is enough.
#[must_use]
pub const fn too_short(minutes: i64, standard: i64, least: Bp) -> bool {
    minutes * 10_000 < standard * least.0
}

/// What can be said of one visit alone; `approved` is still what is asked for after the cuts.
fn assess(inputs: &Inputs, visit: &Visit) -> Line {
    let elder = &inputs.elders[visit.elder as usize];
    let entitled = elder.entitled_on(visit.day);
    let mut reasons = Reasons::NONE;
    reasons.add_if(entitled.is_none(), Reason::NoEntitlement);
    reasons.add_if(elder.died_on.is_some_and(|died| visit.day > died), Reason::AfterDeath);
    reasons.add_if(elder.in_hospital(visit.day), Reason::InHospital);
    reasons.add_if(visit.minutes().is_none_or(|minutes| minutes < 0), Reason::NotCheckedOut);
    reasons.add_if(late(inputs, visit), Reason::LateEntry);
    reasons.add_if(!inputs.carers[visit.carer as usize].certified_on(visit.day), Reason::NoCertificate);
    reasons.add_if(!inputs.plans[visit.plan as usize].period.contains(visit.day), Reason::PlanNotInForce);
    let minutes = visit.minutes().unwrap_or_default().max(0);
    let (asked, standard_minutes, adjusted) = price(inputs, visit, minutes, &mut reasons);
    Line {
        kind: LineKind::Visit,
        visit: visit.id,
        elder: visit.elder,
        institution: visit.institution,
        carer: visit.carer,
        plan: visit.plan,
        items: visit.items,
        entitlement: entitled.map(|e| e.id),
        level: entitled.map_or(0, |e| e.level),
        rate: entitled.map_or(Bp(0), |e| e.rate),
        day: visit.day,
        start: visit.start(),
        end: visit.ended,
        standard_minutes,
        minutes,
        reasons,
        counted: 0,
        amounts: Amounts { asked, adjusted, ..Amounts::default() },
        correction: None,
    }
}

fn late(inputs: &Inputs, visit: &Visit) -> bool {
    let days = |entered_on: Date| (entered_on - visit.day).num_days();
    visit.late.is_some_and(|late| !late.reason || days(late.entered_on) > inputs.rules.late_days)
}

/// Asked amount, standard minutes of the items that count, and the amount after the cuts.
fn price(inputs: &Inputs, visit: &Visit, minutes: i64, reasons: &mut Reasons) -> (Fen, i64, Fen) {
    let (plan, carer) = (&inputs.plans[visit.plan as usize], &inputs.carers[visit.carer as usize]);
    let prices = inputs.prices.get(&visit.day);
    let (mut asked, mut standard, mut counts) = (Fen::ZERO, 0, Fen::ZERO);
    for &item in &inputs.item_sets[visit.items as usize] {
        let Some(price) = prices.and_then(|list| list[item as usize]) else {
            reasons.add(Reason::NotPriced);
            continue;
        };
        asked += price.price;
        let planned = plan.items.contains(&item);
        let qualified = carer.kind.is_some_and(|kind| kind.may_do(price.staff));
        reasons.add_if(!planned, Reason::ItemNotInPlan);
        reasons.add_if(!qualified, Reason::WrongStaffKind);
        if planned && qualified {
            standard += price.minutes;
            counts += price.price;
        }
    }
    let short = visit.minutes().is_some() && too_short(minutes, standard, inputs.rules.least_share);
    reasons.add_if(short, Reason::TooShort);
    (asked, standard, counts)
}

/// Of visits of one elder by one carer that began in the same minute, the first stands.
fn duplicates(lines: &mut [Line]) {
    let same = |a: &Line, b: &Line| a.elder == b.elder && a.start / 60_000 == b.start / 60_000;
    let mut from = 0;
    while from < lines.len() {
        let count = lines[from..].iter().take_while(|line| same(&lines[from], line)).count();
        let mut seen: Vec<u32> = vec![];
        for line in lines[from..from + count].iter_mut().filter(|line| !line.reasons.refuse()) {
            let again = seen.contains(&line.carer);
            line.reasons.add_if(again, Reason::Duplicate);
            if !again {
                seen.push(line.carer);
            }
        }
        from += count;
    }
}

/// Refuses a visit that begins before an earlier standing one of the same carer (or elder) has ended. Touching is allowed.
fn overlaps(lines: &mut [Line], whose: impl Fn(&Line) -> u32, reason: Reason) {
    let standing =
        |(at, line): (usize, &Line)| (!line.reasons.refuse()).then_some((whose(line), line.start, at as u32));
    // Lines stand by elder, beginning and id; a stable order by beginning keeps ties in that order.
    let mut order: Vec<(u32, i64, u32)> = lines.iter().enumerate().filter_map(standing).collect();
    order.sort_unstable();
    let mut current = (u32::MAX, i64::MIN);
    for (who, start, at) in order {
        let line = &mut lines[at as usize];
        let end = line.end.unwrap_or(start);
        if current.0 == who && start < current.1 {
            line.reasons.add(reason);
        } else {
            current = (who, end);
        }
    }
}

/// Counts against quota and cap, elder by elder in time, and computes what is approved and paid.
fn limits(inputs: &Inputs, lines: &mut [Line]) {
    let (mut elder, mut used) = (u32::MAX, Vec::new());
    for line in lines {
        if line.elder != elder {
            elder = line.elder;
            used.clear();
        }
        if limit(inputs, line, &used) {
            used.push((line.day, line.amounts.approved));
        }
    }
}

/// Whether the line counts, given the days and amounts that the elder has used up of the month.
fn limit(inputs: &Inputs, line: &mut Line, used: &[(Date, Fen)]) -> bool {
    let entitled = inputs.elders[line.elder as usize].entitled_on(line.day);
    let Some(entitled) = entitled.filter(|_| !line.reasons.refuse()) else { return false };
    if entitled.quota.is_some_and(|quota| used_up(quota, line.day, used)) {
        line.reasons.add(Reason::OverQuota);
        return false;
    }
    let left = entitled.cap.map_or(line.amounts.adjusted, |cap| left(cap, line.day, used));
    line.reasons.add_if(line.amounts.adjusted > left, Reason::CapReached);
    line.amounts.approved = line.amounts.adjusted.min(left);
    line.amounts.paid = line.amounts.approved.share(entitled.rate);
    line.counted = 1;
    true
}

/// Whether a quota leaves no room for one more visit on the day.
fn used_up(quota: Quota, day: Date, used: &[(Date, Fen)]) -> bool {
    match quota {
        Quota::Visits(most) => used.len() as i64 >= most,
        Quota::Days(most) => {
            let days: BTreeSet<Date> = used.iter().map(|(day, _)| *day).collect();
            !days.contains(&day) && days.len() as i64 >= most
        }
    }
}

/// What a cap leaves for one more visit on the day.
fn left(cap: Cap, day: Date, used: &[(Date, Fen)]) -> Fen {
    let (most, used): (Fen, Fen) = match cap {
        Cap::Month(most) => (most, used.iter().map(|(_, approved)| *approved).sum()),
        Cap::Day(most) => (most, used.iter().filter(|(on, _)| *on == day).map(|(_, approved)| *approved).sum()),
    };
    (most - used).max(Fen::ZERO)
}

/// The counter-entries and new entries of all corrections, by elder, visit and id.
fn corrected(inputs: &Inputs) -> Vec<Line> {
    let mut order: Vec<&Correction> = inputs.corrections.iter().collect();
    order.sort_by_key(|c| (inputs.elders[c.line.elder as usize].id, c.line.start, c.line.visit, c.id));
    let mut standing = inputs.standing.clone();
    let mut lines = Vec::with_capacity(2 * order.len());
    for correction in order {
        standing.retain(|s| s.visit != correction.line.visit);
        lines.push(counter(correction));
        if let Some(visit) = &correction.visit {
            lines.push(anew(inputs, correction, visit, &mut standing));
        }
    }
    lines
}

/// The exact negative of the settled line.
fn counter(correction: &Correction) -> Line {
    let line = &correction.line;
    Line {
        kind: LineKind::Counter,
        counted: -line.counted,
        amounts: line.amounts.negated(),
        correction: Some(correction.id),
        ..line.clone()
    }
}

/// The visit as it should have been, checked against what else stands in its month.
fn anew(inputs: &Inputs, correction: &Correction, visit: &Visit, standing: &mut Vec<Standing>) -> Line {
    let mut line = assess(inputs, visit);
    (line.kind, line.correction) = (LineKind::Corrected, Some(correction.id));
    let (from, to) = (line.start, line.end.unwrap_or(line.start));
    let meets = |s: &&Standing| s.from < to && from < s.to;
    line.reasons.add_if(standing.iter().filter(meets).any(|s| s.carer == line.carer), Reason::CarerOverlap);
    line.reasons.add_if(standing.iter().filter(meets).any(|s| s.elder == line.elder), Reason::ElderOverlap);
    let own = |s: &&Standing| s.elder == line.elder && Month::of(s.day) == Month::of(line.day);
    let used: Vec<(Date, Fen)> = standing.iter().filter(own).map(|s| (s.day, s.approved)).collect();
    if limit(inputs, &mut line, &used) {
        let (day, approved) = (line.day, line.amounts.approved);
        standing.push(Standing { visit: line.visit, elder: line.elder, carer: line.carer, from, to, day, approved });
    }
    line
}

fn sum(lines: Vec<Line>) -> Outcome {
    let (mut total, mut institutions, mut reasons) = (Totals::default(), BTreeMap::new(), BTreeMap::new());
    for line in &lines {
        total.add(line);
        institutions.entry(line.institution).or_insert_with(Totals::default).add(line);
        if let Some(reason) = line.main_reason() {
            let entry: &mut (i64, Fen) = reasons.entry(reason).or_default();
            entry.0 += 1;
            entry.1 += line.amounts.cut();
        }
    }
    Outcome { lines, total, institutions, reasons }
}
