//! Beds, residents, the queue and zones: what they are and what stands against a step. Pure.

use kernel::{BedId, Date, ElderId, Instant, InstitutionId, ResidentId, RoomId};
use policy::{Decision, Facts};
use registry::choice;
use registry::institutions::Kind;
use web::Reason;

/// Whether an institution of this kind keeps a queue and beds for residents.
#[must_use]
pub const fn houses(kind: Kind) -> bool {
    matches!(kind, Kind::ElderCareInstitution | Kind::WelfareHome | Kind::RuralElderHome | Kind::NursingHome)
}

/// States of a resident, as the table in `mod.rs` has them.
pub const TRANSITIONS: &[(&str, &str, &str)] = &[
    ("waiting", "invite", "invited"),
    ("waiting", "admit", "living"),
    ("waiting", "withdraw", "withdrawn"),
    ("invited", "release", "waiting"),
    ("invited", "admit", "living"),
    ("invited", "withdraw", "withdrawn"),
    ("living", "move", "living"),
    ("living", "leave", "away"),
    ("away", "return", "living"),
    ("living", "hospital", "hospital"),
    ("away", "hospital", "hospital"),
    ("hospital", "return", "living"),
    ("living", "discharge", "discharged"),
    ("away", "discharge", "discharged"),
    ("hospital", "discharge", "discharged"),
];

choice! {
    /// What a bed is counted as (床位用途).
    pub enum BedUse {
        /// 养老床位
        ElderCare = "elder_care" "养老床位",
        /// 医疗床位
        Medical = "medical" "医疗床位",
    }

    /// What a part of the house suits (区域).
    pub enum UseZone {
        /// 养老区
        ElderCare = "elder_care" "养老区",
        /// 医疗区
        Medical = "medical" "医疗区",
        /// 养老、医疗都适合
        Both = "both" "两用区",
    }

    /// Ward of a medical bed (病区), as the documents name it for payment by bed-day.
    pub enum Ward {
        /// 老年病区
        Geriatric = "geriatric" "老年病区",
        /// 康复病区
        Rehabilitation = "rehabilitation" "康复病区",
        /// 安宁疗护病区
        Hospice = "hospice" "安宁疗护病区",
        /// 其他病区
        Other = "other" "其他病区",
    }

    /// Whether a bed is in use at all.
    pub enum BedState {
        /// 开放
        Open = "open" "开放",
        /// 停用
        Closed = "closed" "停用",
    }

    /// Zones while an outbreak lasts (防控分区).
    pub enum InfectionZone {
        /// 清洁区
        Clean = "clean" "清洁区",
        /// 半污染区
        Half = "half" "半污染区",
        /// 污染区
        Contaminated = "contaminated" "污染区",
    }

    /// Channel of the queue (轮候通道), in the order in which they are served.
    pub enum Channel {
        /// 特殊通道
        Special = "special" "特殊通道",
        /// 优先通道
        Priority = "priority" "优先通道",
        /// 普通通道
        Ordinary = "ordinary" "普通通道",
    }

    /// How it stands with somebody who wants a bed, has one, or had one.
    pub enum State {
        /// 轮候中
        Waiting = "waiting" "轮候中",
        /// 已预留床位
        Invited = "invited" "已预留床位",
        /// 在住
        Living = "living" "在住",
        /// 外出
        Away = "away" "外出",
        /// 住院保留床位
        Hospital = "hospital" "住院",
        /// 已退住
        Discharged = "discharged" "已退住",
        /// 已撤销
        Withdrawn = "withdrawn" "已撤销",
    }
}

impl State {
    /// Whether a bed is taken by somebody in this state.
    #[must_use]
    pub const fn lives(self) -> bool {
        matches!(self, Self::Living | Self::Away | Self::Hospital)
    }

    /// Whether it goes on at all.
    #[must_use]
    pub const fn open(self) -> bool {
        !matches!(self, Self::Discharged | Self::Withdrawn)
    }

    /// Whether they stand in the queue.
    #[must_use]
    pub const fn queues(self) -> bool {
        matches!(self, Self::Waiting | Self::Invited)
    }
}

/// The state after an event, if the table allows it.
#[must_use]
pub fn next(state: State, event: &str) -> Option<State> {
    let row = TRANSITIONS.iter().find(|(from, what, _)| *from == state.code() && *what == event)?;
    State::parse(row.2)
}

impl UseZone {
    /// Whether a bed of this use may stand here.
    #[must_use]
    pub const fn suits(self, bed: BedUse) -> bool {
        matches!((self, bed), (Self::Both, _) | (Self::ElderCare, BedUse::ElderCare) | (Self::Medical, BedUse::Medical))
    }
}

/// A room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Room {
    /// Identity.
    pub id: RoomId,
    /// 楼栋
    pub building: String,
    /// 楼层
    pub floor: i64,
    /// 房间号
    pub name: String,
    /// What the place suits.
    pub use_zone: UseZone,
    /// Zone while an outbreak lasts.
    pub infection_zone: InfectionZone,
    /// When it was last changed: two people who edit it notice each other by this.
    pub changed_at: Instant,
}

/// A bed with its room, and who is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bed {
    /// Identity.
    pub id: BedId,
    /// Its institution.
    pub institution: InstitutionId,
    /// Its room.
    pub room: Room,
    /// 床号 within the room.
    pub label: String,
    /// 养老 or 医疗.
    pub bed_use: BedUse,
    /// Ward, of a medical bed.
    pub ward: Ward,
    /// 护理型
    pub nursing: bool,
    /// 开放 or 停用.
    pub state: BedState,
    /// Why it is closed.
    pub note: String,
    /// When it was last changed.
    pub changed_at: Instant,
    /// Who takes it.
    pub taken: Option<Taken>,
}

/// Who takes a bed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Which row.
    pub key: Key,
    /// In which state.
    pub state: State,
    /// Name; none for an elder out of the actor's sight.
    pub name: Option<String>,
}

impl Bed {
    /// `1号楼 301 室 2 床`
    #[must_use]
    pub fn place(&self) -> String {
        format!("{} {} 室 {} 床", self.room.building, self.room.name, self.label)
    }

    /// Whether somebody can be given this bed.
    #[must_use]
    pub fn free(&self) -> bool {
        self.state == BedState::Open && self.taken.is_none()
    }

    /// One letter and a word for the picture: colour alone says nothing.
    #[must_use]
    pub fn sign(&self) -> (&'static str, &'static str, &'static str) {
        match (self.state, self.taken.as_ref().map(|taken| taken.state)) {
            (_, Some(State::Living)) => ("住", "在住", "living"),
            (_, Some(State::Away)) => ("外", "外出", "away"),
            (_, Some(State::Hospital)) => ("院", "住院保留", "hospital"),
            (_, Some(_)) => ("留", "已预留", "held"),
            (BedState::Closed, None) => ("停", "停用", "closed"),
            (BedState::Open, None) => ("空", "空床", "free"),
        }
    }
}

/// Key of a resident's row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// Whose.
    pub elder: ElderId,
    /// Which.
    pub id: ResidentId,
}

impl Key {
    /// Address of the page.
    #[must_use]
    pub fn href(self) -> String {
        format!("/beds/residents/{}/{}", self.elder, self.id)
    }
}

/// Somebody who waits, lives, or lived at an institution.
#[derive(Clone, Debug, PartialEq)]
pub struct Resident {
    /// Key.
    pub key: Key,
    /// Where.
    pub institution: InstitutionId,
    /// State.
    pub state: State,
    /// Channel of the queue.
    pub channel: Channel,
    /// Why that channel: replayable.
    pub decision: Decision,
    /// Level at admission, or when they applied.
    pub level: Option<i64>,
    /// What they wish for.
    pub wish: String,
    /// Day of the application.
    pub applied_on: Date,
    /// The bed, reserved or taken.
    pub bed: Option<BedId>,
    /// Until when it is reserved or, in hospital, kept: the last day.
    pub held_until: Option<Date>,
    /// Day of admission.
    pub admitted_on: Option<Date>,
    /// Away or in hospital since.
    pub away_since: Option<Date>,
    /// Expected back.
    pub away_until: Option<Date>,
    /// Where to and why.
    pub away_why: String,
    /// The day it ended.
    pub ended_on: Option<Date>,
    /// Why it ended.
    pub end_reason: String,
    /// When it was last changed.
    pub changed_at: Instant,
}

/// All, open and occupied beds of one use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// 全部
    pub beds: i64,
    /// 护理型, of those.
    pub nursing: i64,
    /// 开放
    pub open: i64,
    /// 占用, with those away and in hospital.
    pub occupied: i64,
}

impl Tally {
    /// What does not fit: occupied ≤ open ≤ all.
    #[must_use]
    pub fn fault(&self) -> Option<String> {
        let Self { beds, open, occupied, .. } = self;
        (occupied > open || open > beds).then(|| {
            format!("床位数对不上：占用 {occupied} 张，开放 {open} 张，共 {beds} 张（应为占用 ≤ 开放 ≤ 共有）")
        })
    }

    /// Both together.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            beds: self.beds + other.beds,
            nursing: self.nursing + other.nursing,
            open: self.open + other.open,
            occupied: self.occupied + other.occupied,
        }
    }
}

/// Rooms of one floor, drawn at once: `301–320` with so many beds each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// 楼栋
    pub building: String,
    /// 楼层
    pub floor: i64,
    /// First room number.
    pub first: i64,
    /// Last room number.
    pub last: i64,
    /// Beds in each.
    pub beds: i64,
    /// What the beds count as.
    pub bed_use: BedUse,
    /// Ward, of medical beds.
    pub ward: Ward,
    /// 护理型
    pub nursing: bool,
    /// What the place suits.
    pub use_zone: UseZone,
}

/// Most beds in one room, and most that are drawn at once: beyond it is a slip of the pen. Limits of this program.
const IN_ROOM: i64 = 12;
const AT_ONCE: i64 = 3_000;
/// Floors and room numbers beyond these are a slip of the pen as well.
const LOWEST_FLOOR: i64 = -5;
const HIGHEST_FLOOR: i64 = 99;
const GREATEST_ROOM: i64 = 20_000;

impl Plan {
    /// What is wrong with it: field, label, why.
    #[must_use]
    pub fn fault(&self) -> Option<(&'static str, &'static str, String)> {
        let Self { floor, first, last, beds, .. } = self;
        if self.building.trim().is_empty() || self.building.chars().count() > 20 {
            return Some(("building", "楼栋", "请填写，最多 20 个字".into()));
        }
        if !(LOWEST_FLOOR..=HIGHEST_FLOOR).contains(floor) {
            return Some(("floor", "楼层", format!("应在 {LOWEST_FLOOR} 至 {HIGHEST_FLOOR} 之间")));
        }
        if !(1..=GREATEST_ROOM).contains(first) || !(*first..=GREATEST_ROOM).contains(last) {
            return Some(("last", "末间房号", format!("房号应从小到大，在 1 至 {GREATEST_ROOM} 之间")));
        }
        if !(1..=IN_ROOM).contains(beds) {
            return Some(("beds", "每间床数", format!("应在 1 至 {IN_ROOM} 之间")));
        }
        let all = (last - first + 1) * beds;
        if all > AT_ONCE {
            return Some(("last", "末间房号", format!("一次最多画 {AT_ONCE} 张床，这里有 {all} 张")));
        }
        let unsuited = !self.use_zone.suits(self.bed_use);
        unsuited.then(|| ("use_zone", "区域", format!("{}不能放{}", self.use_zone.name(), self.bed_use.name())))
    }
}

/// A bed to be given to somebody, and what is known that could stand against it.
pub struct Giving<'a> {
    /// The bed.
    pub bed: &'a Bed,
    /// The row that is to get it.
    pub key: Key,
    /// What the level demands.
    pub need: &'a Decision,
    /// Who took the bed and when, in words, if somebody did.
    pub taken_by: Option<String>,
}

/// What stands against giving a bed to somebody.
#[must_use]
pub fn against_bed(giving: &Giving<'_>) -> Vec<Reason> {
    let Giving { bed, key, need, taken_by } = giving;
    let mut all = vec![];
    if bed.taken.as_ref().is_some_and(|taken| taken.key != *key) {
        let by = taken_by.clone().unwrap_or_default();
        all.push(Reason::new("BED-04", format!("{} 已经有人：{by}。请另选一张空床", bed.place())));
    }
    if bed.state == BedState::Closed {
        all.push(Reason::new("BED-05", format!("{} 已停用（{}）", bed.place(), bed.note)));
    }
    match need.text("need") {
        None => all.push(Reason::new("BED-06", need.undecided().unwrap_or("不能判定应安排的床位").to_owned())),
        Some("assessment") => all.push(Reason::new("BED-06", "没有在有效期内的评估结论，请先申请评估")),
        Some("nursing") if !bed.nursing && bed.bed_use == BedUse::ElderCare => {
            all.push(Reason::new("BED-07", format!("按评估等级应安排护理型床位，{} 不是", bed.place())));
        }
        Some(_) => {}
    }
    all
}

/// What the table of conversion asks.
#[must_use]
pub fn conversion_facts(to: BedUse, suits: bool, approved: bool, licence: bool, room_left: i64) -> Facts {
    Facts::new()
        .with("target", to.code())
        .with("zone_suits", suits)
        .with("approved", approved)
        .with("licence_valid", licence)
        .with("room_left", room_left)
}

/// A stretch of time in a medical bed, for the average stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// The resident.
    pub key: Key,
    /// Days.
    pub days: i64,
    /// Whether its ward counts in the average stay, by the documents of the place.
    pub counts: bool,
}

/// Average length of the stays, in tenths of a day, and how many they were; none without stays.
#[must_use]
pub fn average(stretches: &[Stretch], all: bool) -> (Option<i64>, i64) {
    let counted: Vec<&Stretch> = stretches.iter().filter(|one| all || one.counts).collect();
    let people: std::collections::BTreeSet<Key> = counted.iter().map(|one| one.key).collect();
    let days: i64 = counted.iter().map(|one| one.days).sum();
    let n = people.len() as i64;
    ((n > 0).then(|| (days * 10 + n / 2) / n), n)
}
