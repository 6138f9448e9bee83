//! Whether what was signed is also done (签而不约 is the field's first complaint). Pure.

use kernel::{Bp, CheckupId, Date, PromiseId, StaffId};
use std::collections::HashSet;

/// The service that a health check-up fulfils, as the policy table names it.
pub const CHECKUP: &str = "annual_checkup";
/// The service that a check-up fulfils when it says that the health record is built.
pub const RECORD: &str = "health_record";

/// A promise: one time that a service is owed, and whether it was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promise {
    /// Identity.
    pub id: PromiseId,
    /// Word of the policy table.
    pub service: String,
    /// Its Chinese name when the contract was signed.
    pub title: String,
    /// Who pays: word of the policy table.
    pub payer: String,
    /// Why the interval or the payer is not verified, if so.
    pub unverified: Option<String>,
    /// The how many-eth time, from 1.
    pub nth: i64,
    /// Its days.
    pub slot: Slot,
    /// What was done.
    pub done: Option<Done>,
}

/// The days of a promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// First day on which doing it counts.
    pub opens_on: Date,
    /// Last day in time.
    pub due_on: Date,
    /// First day on which it can no longer be made up.
    pub lapses_on: Date,
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// When.
    pub on: Date,
    /// By whom, if they are in the register.
    pub by_id: Option<StaffId>,
    /// By whom, in words.
    pub by: String,
    /// What came of it, in a line.
    pub result: String,
    /// The check-up that shows it, if one does.
    pub checkup: Option<CheckupId>,
}

/// How it stands with a promise on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Not due yet.
    Waiting,
    /// Done by its due date.
    InTime,
    /// Done after its due date.
    Late,
    /// Due, not done, can still be made up.
    Overdue,
    /// Not done, and it cannot be made up any more.
    Missed,
    /// The contract ended before it was due.
    Void,
}

impl Progress {
    /// In Chinese.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Waiting => "未到期",
            Self::InTime => "按期完成",
            Self::Late => "逾期补做",
            Self::Overdue => "已逾期",
            Self::Missed => "未履行",
            Self::Void => "不再要求",
        }
    }
}

/// How it stands with a promise on a day. `ended_on` is the day on which its contract was ended before its time.
#[must_use]
pub fn progress(slot: Slot, done_on: Option<Date>, ended_on: Option<Date>, today: Date) -> Progress {
    let last = ended_on.map_or(slot.lapses_on, |ended| ended.min(slot.lapses_on));
    match done_on {
        Some(day) if day <= slot.due_on => Progress::InTime,
        Some(_) => Progress::Late,
        None if ended_on.is_some_and(|ended| ended <= slot.due_on) => Progress::Void,
        None if slot.due_on >= today => Progress::Waiting,
        None if last <= today => Progress::Missed,
        None => Progress::Overdue,
    }
}

impl Promise {
    /// How it stands on a day.
    #[must_use]
    pub fn progress(&self, ended_on: Option<Date>, today: Date) -> Progress {
        progress(self.slot, self.done.as_ref().map(|done| done.on), ended_on, today)
    }

    /// Why a day cannot be the one on which this was done; `end` is the first day on which the contract does not hold.
    #[must_use]
    pub fn against_day(&self, day: Date, end: Date, today: Date) -> Option<String> {
        let slot = self.slot;
        if day > today {
            Some(format!("完成日期 {day} 晚于今天"))
        } else if day < slot.opens_on {
            Some(format!("这一期从 {} 开始，{day} 完成的应登记在前一期", slot.opens_on))
        } else if day >= end {
            Some(format!("签约到 {end} 已不再有效"))
        } else if day >= slot.lapses_on {
            Some(format!("这一期到 {} 已不能补做，请登记在后一期", slot.lapses_on))
        } else {
            None
        }
    }

    /// Whether a check-up fulfils it, so that it is not entered by hand.
    #[must_use]
    pub fn by_checkup(&self) -> bool {
        self.service == CHECKUP
    }
}

/// Figures of fulfilment: of one contract, a doctor, an institution, an area.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Contracts.
    pub contracts: i64,
    /// Contracts of which nothing at all was done so far.
    pub idle: i64,
    /// Services owed over the whole term.
    pub promised: i64,
    /// Services done, due or not.
    pub done: i64,
    /// Services whose due date is over.
    pub due: i64,
    /// Of those, done in time.
    pub in_time: i64,
    /// Of those, done late.
    pub late: i64,
    /// Of those, not done and still to be made up.
    pub overdue: i64,
    /// Of those, not done and no longer to be made up.
    pub missed: i64,
}

impl Tally {
    /// Counts the promises of one contract.
    #[must_use]
    pub fn of(promises: &[Promise], ended_on: Option<Date>, today: Date) -> Self {
        let mut tally = Self { contracts: 1, ..Self::default() };
        for promise in promises {
            tally.count(promise.progress(ended_on, today), promise.slot.due_on < today);
        }
        tally.idle = i64::from(tally.done == 0);
        tally
    }

    fn count(&mut self, progress: Progress, over: bool) {
        let (over, was) = (i64::from(over), |one| i64::from(progress == one));
        self.promised += 1 - was(Progress::Void);
        self.done += was(Progress::InTime) + was(Progress::Late);
        self.due += over * (1 - was(Progress::Void));
        self.in_time += over * was(Progress::InTime);
        self.late += over * was(Progress::Late);
        self.overdue += over * was(Progress::Overdue);
        self.missed += over * was(Progress::Missed);
    }

    /// These and the others.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self {
            contracts: self.contracts + other.contracts,
            idle: self.idle + other.idle,
            promised: self.promised + other.promised,
            done: self.done + other.done,
            due: self.due + other.due,
            in_time: self.in_time + other.in_time,
            late: self.late + other.late,
            overdue: self.overdue + other.overdue,
            missed: self.missed + other.missed,
        }
    }

    /// 履约率: done, in time or late, of what was due so far; none when nothing was due.
    #[must_use]
    pub fn kept(&self) -> Option<Bp> {
        share(self.in_time + self.late, self.due)
    }

    /// 按期率: done in time of what was due so far.
    #[must_use]
    pub fn punctual(&self) -> Option<Bp> {
        share(self.in_time, self.due)
    }
}

/// A share, half a basis point rounded up; none of nothing.
#[must_use]
pub fn share(part: i64, whole: i64) -> Option<Bp> {
    (whole > 0).then(|| Bp((2 * part * 10_000 + whole) / (2 * whole)))
}

/// A promise that a check-up may fulfil.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Which.
    pub id: PromiseId,
    /// Its service.
    pub service: String,
    /// Its days.
    pub slot: Slot,
    /// First day on which its contract does not hold.
    pub end: Date,
}

/// A check-up that may fulfil a promise.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    /// Which.
    pub id: CheckupId,
    /// When.
    pub on: Date,
    /// Whether it says that the health record is built.
    pub file_built: bool,
}

/// Which check-up fulfils which promise: first those done in time, then, with what is left, those made up late. Each
/// check-up counts once for a service.
#[must_use]
pub fn match_checkups(wanted: &[Wanted], seen: &[Seen]) -> Vec<(PromiseId, Option<Seen>)> {
    let mut used: HashSet<(CheckupId, &str)> = HashSet::new();
    let mut found: Vec<(PromiseId, Option<Seen>)> = wanted.iter().map(|w| (w.id, None)).collect();
    for late in [false, true] {
        for (want, (_, found)) in wanted.iter().zip(&mut found).filter(|(_, (_, found))| found.is_none()) {
            let (from, until) =
                if late { (want.slot.due_on, want.slot.lapses_on) } else { (want.slot.opens_on, want.end) };
            let fits = |c: &&Seen| {
                let day = if late { c.on > from } else { c.on >= from && c.on <= want.slot.due_on };
                day && c.on < until
                    && c.on < want.end
                    && (want.service == CHECKUP || c.file_built)
                    && !used.contains(&(c.id, want.service.as_str()))
            };
            *found = seen.iter().filter(fits).min_by_key(|c| c.on).copied();
            used.extend(found.map(|c| (c.id, want.service.as_str())));
        }
    }
    found
}
