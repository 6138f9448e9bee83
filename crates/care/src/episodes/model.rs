//! What an episode is, and the one rule by which an elder goes from place to place: pure.

use kernel::{Date, ElderId, EpisodeId, GoalId, Happening, Instant, InstitutionId, MemberId, StaffId, What};
use uuid::Uuid;

/// From where, on what happening, to where; the table in `mod.rs` says the same. `back` is the place that was kept last, or
/// home without one; `gone` is nowhere any more: the episode closes. What is not in the table moves nobody.
pub const TRANSITIONS: &[(&str, &str, &str)] = &[
    ("home", "admitted_to_hospital", "ward"),
    ("home", "moved_in", "institution"),
    ("home", "sickbed_opened", "sickbed"),
    ("home", "day_care_begun", "day_care"),
    ("home", "hospice_begun", "hospice"),
    ("day_care", "admitted_to_hospital", "ward"),
    ("day_care", "moved_in", "institution"),
    ("day_care", "sickbed_opened", "sickbed"),
    ("day_care", "hospice_begun", "hospice"),
    ("day_care", "day_care_ended", "back"),
    ("sickbed", "admitted_to_hospital", "ward"),
    ("sickbed", "moved_in", "institution"),
    ("sickbed", "hospice_begun", "hospice"),
    ("sickbed", "sickbed_closed", "back"),
    ("institution", "admitted_to_hospital", "ward"),
    ("institution", "moved_in", "institution"),
    ("institution", "hospice_begun", "hospice"),
    ("institution", "moved_out", "back"),
    ("ward", "admitted_to_hospital", "ward"),
    ("ward", "moved_in", "institution"),
    ("ward", "hospice_begun", "hospice"),
    ("ward", "left_hospital", "back"),
    ("hospice", "admitted_to_hospital", "ward"),
    ("hospice", "moved_in", "institution"),
    ("hospice", "hospice_ended", "back"),
    ("home", "died", "gone"),
    ("home", "moved_away", "gone"),
    ("day_care", "died", "gone"),
    ("day_care", "moved_away", "gone"),
    ("sickbed", "died", "gone"),
    ("sickbed", "moved_away", "gone"),
    ("institution", "died", "gone"),
    ("institution", "moved_away", "gone"),
    ("ward", "died", "gone"),
    ("ward", "moved_away", "gone"),
    ("hospice", "died", "gone"),
    ("hospice", "moved_away", "gone"),
];

/// A place that is left for another, and held until the elder comes back: (left, for).
const KEPT: &[(Place, Place)] = &[
    (Place::DayCare, Place::Ward),
    (Place::DayCare, Place::Sickbed),
    (Place::DayCare, Place::Hospice),
    (Place::Sickbed, Place::Hospice),
    (Place::Institution, Place::Ward),
    (Place::Institution, Place::Hospice),
    (Place::Ward, Place::Hospice),
    (Place::Hospice, Place::Ward),
    (Place::Hospice, Place::Institution),
];

/// Places that are held no longer once this has happened.
const RELEASED: &[(What, Place)] = &[
    (What::MovedOut, Place::Institution),
    (What::DayCareEnded, Place::DayCare),
    (What::SickbedClosed, Place::Sickbed),
    (What::LeftHospital, Place::Ward),
    (What::HospiceEnded, Place::Hospice),
    (What::MovedIn, Place::DayCare),
    (What::MovedIn, Place::Sickbed),
    (What::MovedIn, Place::Institution),
    (What::MovedIn, Place::Ward),
    (What::AdmittedToHospital, Place::Sickbed),
    (What::AdmittedToHospital, Place::Ward),
];

registry::choice! {
    /// Where an elder is.
    pub enum Place {
        /// 居家
        Home = "home" "居家",
        /// 日间照护: lives at home, spends the days at a centre.
        DayCare = "day_care" "日间照护",
        /// 家庭病床
        Sickbed = "sickbed" "家庭病床",
        /// 养老机构
        Institution = "institution" "养老机构",
        /// 住院
        Ward = "ward" "住院",
        /// 安宁疗护
        Hospice = "hospice" "安宁疗护",
    }

    /// How it stands with a goal.
    pub enum GoalState {
        /// 进行中
        Open = "open" "进行中",
        /// 已达到
        Reached = "reached" "已达到",
        /// 已放弃
        GivenUp = "given_up" "已放弃",
    }

    /// What sort of thing stands on the thread of an episode.
    pub enum EventKind {
        /// 开始
        Open = "open" "照护开始",
        /// 转换
        Move = "move" "照护转换",
        /// What the move closed, held or took up again elsewhere.
        Follow = "follow" "联动办理",
        /// 牵头人
        Lead = "lead" "牵头人",
        /// 目标
        Goal = "goal" "照护目标",
        /// 团队
        Team = "team" "照护团队",
        /// 备注
        Note = "note" "照护备注",
        /// 结束
        Close = "close" "照护结束",
    }
}

impl Place {
    /// The place after the happening, if it moves anybody from here. [`Next::Back`] is decided by what is kept.
    #[must_use]
    pub fn after(self, what: What) -> Option<Next> {
        let row = TRANSITIONS.iter().find(|(from, event, _)| *from == self.code() && *event == what.code())?;
        match row.2 {
            "back" => Some(Next::Back),
            "gone" => Some(Next::Gone),
            place => Self::parse(place).map(Next::To),
        }
    }
}

/// Where a happening takes an elder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// There.
    To(Place),
    /// To the place that was kept last, or home.
    Back,
    /// Nowhere: the episode closes.
    Gone,
}

/// A stretch of time in one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spell {
    /// Identity.
    pub id: Uuid,
    /// Where.
    pub place: Place,
    /// The institution, where there is one.
    pub institution: Option<InstitutionId>,
    /// First day.
    pub from: Date,
    /// The first day elsewhere; none while the elder is there.
    pub until: Option<Date>,
    /// Whether the place is held until they come back.
    pub kept: bool,
}

/// What a happening does to the places of an episode.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moves {
    /// The spell that ends, on which day, and whether its place is held.
    pub ends: Option<(Uuid, Date, bool)>,
    /// Places that are held no longer.
    pub released: Vec<Uuid>,
    /// A spell at home or in day care that would not have lasted a day: it never was.
    pub dropped: Option<Uuid>,
    /// Where the elder is from then on.
    pub begins: Option<(Place, Option<InstitutionId>, Date)>,
    /// Whether the elder is nowhere any more.
    pub closes: bool,
}

impl Moves {
    /// Whether nothing changes.
    #[must_use]
    pub fn none(&self) -> bool {
        *self == Self::default()
    }
}

/// Where a happening takes an elder from where they are. `spells` are those of the open episode, oldest first.
///
/// News that comes late never turns the thread round: a move happens on its day, or on the day of the last one if that is
/// later; only when nothing but the first spell stands there is it put back to the true day.
#[must_use]
pub fn moves(spells: &[Spell], happening: &Happening) -> Moves {
    let what = happening.what;
    let other = |s: &Spell| s.institution.is_some() && happening.institution.is_some_and(|i| Some(i) != s.institution);
    let gone = |s: &&Spell| {
        s.kept && RELEASED.contains(&(what, s.place)) && (what == What::MovedIn || !leaves(what) || !other(s))
    };
    let mut result = Moves { released: spells.iter().filter(gone).map(|s| s.id).collect(), ..Moves::default() };
    let Some(now) = spells.iter().rev().find(|s| s.until.is_none()) else { return result };
    let Some(next) = now.place.after(what).filter(|_| !(leaves(what) && other(now))) else { return result };
    let back = spells.iter().rev().find(|s| s.kept && !result.released.contains(&s.id));
    let (place, institution) = match next {
        Next::Gone => {
            result.closes = true;
            result.released = spells.iter().filter(|s| s.kept).map(|s| s.id).collect();
            result.ends = Some((now.id, happening.on.max(now.from), false));
            return result;
        }
        Next::To(place) => (place, happening.institution),
        Next::Back => back.map_or((Place::Home, None), |s| (s.place, s.institution)),
    };
    if next == Next::Back {
        result.released.extend(back.map(|s| s.id));
    }
    let alone = spells.len() == 1;
    let on = if alone { happening.on } else { happening.on.max(now.from) };
    if fleeting(now, place) && on <= now.from {
        result.dropped = Some(now.id);
    } else {
        result.ends = Some((now.id, on.max(now.from), KEPT.contains(&(now.place, place))));
    }
    result.begins = Some((place, institution, on));
    result
}

/// Whether a stretch that would not have lasted a day never was: at home; or at the centre on the way from the ward to another
/// place, which nobody came back to.
fn fleeting(now: &Spell, next: Place) -> bool {
    now.place == Place::Home || now.place == Place::DayCare && !KEPT.contains(&(now.place, next))
}

/// Whether it is about leaving an institution: then it only moves those who are in that one.
const fn leaves(what: What) -> bool {
    matches!(what, What::LeftHospital | What::MovedOut | What::DayCareEnded | What::SickbedClosed | What::HospiceEnded)
}

/// In which spell a stay in hospital belongs that is over already when it becomes known: one at home, in day care or in an
/// institution that lasted through all of it. None when the thread knows better.
#[must_use]
pub fn around(spells: &[Spell], from: Date, until: Date) -> Option<&Spell> {
    let stayed = |s: &&Spell| matches!(s.place, Place::Home | Place::DayCare | Place::Institution) && !s.kept;
    let whole = |s: &&Spell| s.from <= from && from < until && s.until.is_none_or(|end| until <= end);
    spells.iter().filter(stayed).find(whole)
}

/// The spells before, in and after a stay in hospital that is taken back: the elder never left the first.
#[must_use]
pub fn never_left(spells: &[Spell], from: Date, until: Date) -> Option<[&Spell; 3]> {
    let ward = spells.iter().find(|s| s.place == Place::Ward && s.from == from && s.until == Some(until))?;
    let before = spells.iter().find(|s| s.until == Some(from) && s.id != ward.id && !s.kept)?;
    let after = spells.iter().find(|s| s.from == until && s.id != ward.id)?;
    let same = (before.place, before.institution) == (after.place, after.institution);
    same.then_some([before, ward, after])
}

/// Where the first happening of an episode finds the elder; none if it begins no episode.
#[must_use]
pub fn first_place(what: What) -> Option<Place> {
    match what {
        What::ContractSigned => Some(Place::Home),
        _ => match Place::Home.after(what) {
            Some(Next::To(place)) => Some(place),
            _ => None,
        },
    }
}

/// An episode of care.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Episode {
    /// Whose.
    pub elder: ElderId,
    /// Identity.
    pub id: EpisodeId,
    /// First day.
    pub opened_on: Date,
    /// With what it began.
    pub because: String,
    /// The day on which it was closed.
    pub closed_on: Option<Date>,
    /// Why it was closed.
    pub why: String,
    /// Who leads.
    pub lead: Option<Lead>,
    /// Who changed it last.
    pub changed_by: String,
    /// When: who edits shows that they have seen this state.
    pub changed_at: Instant,
}

/// Who leads an episode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lead {
    /// Who.
    pub staff: StaffId,
    /// Their name on that day.
    pub name: String,
    /// Where they work.
    pub institution: InstitutionId,
}

/// A goal of the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Goal {
    /// Identity.
    pub id: GoalId,
    /// What is to be.
    pub text: String,
    /// By what one sees that it is.
    pub measure: String,
    /// Until when.
    pub due_on: Option<Date>,
    /// How it stands.
    pub state: GoalState,
    /// Since when.
    pub set_on: Date,
    /// By whom.
    pub set_by: String,
    /// When it was reached or given up.
    pub closed_on: Option<Date>,
    /// The result, or why it was given up.
    pub reason: String,
    /// Who changed it last.
    pub changed_by: String,
    /// When.
    pub changed_at: Instant,
}

/// Somebody of the team: staff, or another person by name (family, volunteer).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Identity.
    pub id: MemberId,
    /// The member of staff, if they are one.
    pub staff: Option<StaffId>,
    /// Name.
    pub name: String,
    /// What they do: 责任护士, 女儿.
    pub role: String,
    /// First day.
    pub from: Date,
    /// The first day without them.
    pub until: Option<Date>,
}

/// Something on the thread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The day it concerns.
    pub on: Date,
    /// When it was written.
    pub at: Instant,
    /// What sort.
    pub kind: EventKind,
    /// Number of the rule by which it happened, if it was one.
    pub code: String,
    /// In a line.
    pub title: String,
    /// More.
    pub detail: String,
    /// Where it stands in full.
    pub href: Option<String>,
    /// Who did it.
    pub by: String,
}
