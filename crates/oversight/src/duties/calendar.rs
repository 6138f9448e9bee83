//! What hospitals owe in which quarter or year, and whether they did it (clauses NT-2.3.2, SH-2.3.2). Pure.

use super::model::{HospitalKind, State};
use chrono::Datelike;
use kernel::time::plus_months;
use kernel::{Date, InstitutionId};
use policy::{Decision, Facts, Library};
use registry::institutions::Institution;
use std::collections::HashMap;

registry::choice! {
    /// How often.
    pub enum Per {
        /// Within a natural quarter.
        Quarter = "quarter" "每季度",
        /// Within a calendar year.
        Year = "year" "每年",
    }
}

/// A quarter or a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Which of the two.
    pub per: Per,
    /// First day.
    pub first: Date,
    /// Last day.
    pub last: Date,
}

impl Span {
    /// The quarter or year that a day lies in.
    #[must_use]
    pub fn of(per: Per, day: Date) -> Option<Self> {
        let months = match per {
            Per::Quarter => 3,
            Per::Year => 12,
        };
        let first = Date::from_ymd_opt(day.year(), day.month0() / months * months + 1, 1)?;
        let last = plus_months(first, i64::from(months))?.pred_opt()?;
        Some(Self { per, first, last })
    }

    /// The one before.
    #[must_use]
    pub fn before(self) -> Option<Self> {
        Self::of(self.per, self.first.pred_opt()?)
    }

    /// Whether the day lies in it.
    #[must_use]
    pub fn contains(self, day: Date) -> bool {
        self.first <= day && day <= self.last
    }

    /// `2026年第4季度`, `2026年`.
    #[must_use]
    pub fn name(self) -> String {
        match self.per {
            Per::Quarter => format!("{}年第{}季度", self.first.year(), self.first.month0() / 3 + 1),
            Per::Year => format!("{}年", self.first.year()),
        }
    }
}

/// What counts of a free clinic: whose, when, where it stands, whether the home was short of medicine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// The medical side.
    pub hospital: InstitutionId,
    /// The day.
    pub on: Date,
    /// Where it stands.
    pub state: State,
    /// Whether the home was short of medicine.
    pub short: bool,
}

/// How many clinics of a hospital in a span there are, by what they are worth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Confirmed, at a home short of medicine: they count.
    pub done: i64,
    /// Recorded, or disputed, at a home short of medicine: they may count yet.
    pub open: i64,
    /// Confirmed, at a home that is not short of medicine.
    pub elsewhere: i64,
}

impl Tally {
    /// Counts.
    #[must_use]
    pub fn of(held: &[Held], hospital: InstitutionId, span: Span) -> Self {
        let mut tally = Self::default();
        for one in held.iter().filter(|one| one.hospital == hospital && span.contains(one.on)) {
            match one.state {
                State::Confirmed if one.short => tally.done += 1,
                State::Confirmed => tally.elsewhere += 1,
                State::Recorded | State::Disputed if one.short => tally.open += 1,
                _ => {}
            }
        }
        tally
    }
}

/// How a hospital stands, the most pressing first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Nothing yet in this span, and too little in the one before.
    Behind,
    /// Still due in this span.
    Due,
    /// The document cannot say what this hospital owes.
    Undecided,
    /// Done in this span, too little in the one before.
    Missed,
    /// Done.
    Done,
    /// The document encourages it.
    Encouraged,
    /// Not asked for.
    Free,
}

/// What a hospital owes and has done.
#[derive(Clone, Debug)]
pub struct Standing {
    /// Who.
    pub hospital: Institution,
    /// What the region's document says, with its because.
    pub decision: Decision,
    /// How many times in which span, where it is a must.
    pub owed: Option<(i64, Span)>,
    /// What was done in the span.
    pub now: Tally,
    /// The span before and what was done in it, where that was too little.
    pub missed: Option<(Span, Tally)>,
}

impl Standing {
    /// Times that are left to do in the span.
    #[must_use]
    pub fn left(&self) -> i64 {
        self.owed.map_or(0, |(times, _)| (times - self.now.done).max(0))
    }

    /// How it stands.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        match (self.owed, self.left() > 0, self.missed.is_some()) {
            (Some(_), true, true) => Verdict::Behind,
            (Some(_), true, false) => Verdict::Due,
            (Some(_), false, true) => Verdict::Missed,
            (Some(_), false, false) => Verdict::Done,
            (None, ..) if self.decision.undecided().is_some() => Verdict::Undecided,
            (None, ..) if self.decision.text("duty") == Some("none") => Verdict::Free,
            (None, ..) => Verdict::Encouraged,
        }
    }
}

/// What the tables `free_clinic` and `geriatric_department` ask about a hospital. A level that is not written as the tables write it is
/// not given: then they say what is missing.
#[must_use]
pub fn hospital_facts(library: &Library, hospital: &Institution, kind: Option<HospitalKind>) -> Facts {
    let level = hospital.facts.hospital_level.as_deref().map(str::trim);
    let level = level.filter(|level| library.label("hospital level", level).is_some());
    let mut facts = Facts::new();
    if let Some(level) = level {
        facts = facts.with("hospital_level", level);
    }
    if let Some(kind) = kind {
        facts = facts.with("hospital_kind", kind.code());
    }
    facts
}

/// The kinds of hospitals, as they reported them last.
pub type Kinds = HashMap<InstitutionId, HospitalKind>;

/// How a hospital stands on a day.
#[must_use]
pub fn standing(library: &Library, hospital: Institution, kinds: &Kinds, held: &[Held], on: Date) -> Standing {
    let facts = hospital_facts(library, &hospital, kinds.get(&hospital.id).copied());
    let decision = library.decide("free_clinic", hospital.facts.area, on, &facts);
    let per = decision.text("per").and_then(Per::parse);
    let times = decision.int("times").filter(|_| decision.text("duty") == Some("must"));
    let owed = times.zip(per.and_then(|per| Span::of(per, on)));
    let now = owed.map(|(_, span)| Tally::of(held, hospital.id, span)).unwrap_or_default();
    let missed = owed.and_then(|owed| missed(library, &hospital, &decision, held, owed));
    Standing { hospital, decision, owed, now, missed }
}

/// The span before, if the document was in force and the hospital open through all of it and too little was done.
fn missed(
    library: &Library,
    hospital: &Institution,
    decision: &Decision,
    held: &[Held],
    (times, span): (i64, Span),
) -> Option<(Span, Tally)> {
    let before = span.before()?;
    let since = library.document(&decision.because.first()?.document)?.period.from;
    let there = since <= before.first && hospital.facts.opened_on.is_none_or(|day| day <= before.first);
    let tally = Tally::of(held, hospital.id, before);
    (there && tally.done < times).then_some((before, tally))
}

/// All hospitals as they stand, the most pressing first.
#[must_use]
pub fn standings(
    library: &Library,
    hospitals: Vec<Institution>,
    kinds: &Kinds,
    held: &[Held],
    on: Date,
) -> Vec<Standing> {
    let mut all: Vec<Standing> = hospitals.into_iter().map(|one| standing(library, one, kinds, held, on)).collect();
    all.sort_by_key(Standing::verdict);
    all
}

/// The first day of which clinics matter for a day: a year and the year before.
#[must_use]
pub fn horizon(on: Date) -> Date {
    let year = Span::of(Per::Year, on).and_then(Span::before);
    year.map_or(on, |span| span.first)
}
