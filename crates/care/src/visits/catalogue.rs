//! The service items that a region's price lists have, as its policy tables answer: the care insurance's own list, and
//! the one for all other visits.

use super::model::Kind;
use kernel::{Area, Date, Fen};
use policy::{Facts, Library};
use registry::staff::Post;

/// The question that the care insurance's price list answers.
pub const QUESTION: &str = "service_item";
/// The question that the price list of all other visits answers.
pub const HOME: &str = "home_service_item";
/// The word list that names the items.
const WORDS: &str = "care item";

registry::choice! {
    /// What a person must work as to do an item; the words of the list `staff kind`.
    pub enum StaffKind {
        /// 医师
        Physician = "physician" "医师",
        /// 护士
        Nurse = "nurse" "护士",
        /// 康复治疗师
        Therapist = "therapist" "康复治疗师",
        /// 养老护理员
        Carer = "carer" "养老护理员",
    }
}

impl StaffKind {
    /// What the post of a member of staff counts as; managers and assessors give no care.
    #[must_use]
    pub const fn of_post(post: Post) -> Option<Self> {
        match post {
            Post::Doctor => Some(Self::Physician),
            Post::Nurse => Some(Self::Nurse),
            Post::Therapist => Some(Self::Therapist),
            Post::Carer => Some(Self::Carer),
            Post::Assessor | Post::Manager => None,
        }
    }

    /// Whether somebody of this kind may do what needs the other: everybody what needs a carer, a physician also what
    /// needs a nurse, else only one's own.
    #[must_use]
    pub fn may_do(self, needed: Self) -> bool {
        self == needed || needed == Self::Carer || (self == Self::Physician && needed == Self::Nurse)
    }
}

/// What the price list says of an item on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Price {
    /// Price of one performance.
    pub price: Fen,
    /// Standard minutes of one performance.
    pub minutes: i64,
    /// Who may do it.
    pub staff: StaffKind,
}

/// An item of the price list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Code: `body_cleaning`.
    pub code: String,
    /// Name: 身体清洁.
    pub name: String,
    /// 生活照料 or 医疗护理.
    pub category: String,
    /// Price, standard minutes, who may do it.
    pub price: Price,
    /// Why the price is not verified, if it is not.
    pub unverified: Vec<String>,
}

const fn question(kind: Kind) -> &'static str {
    match kind {
        Kind::CareInsurance => QUESTION,
        Kind::SickbedRound | Kind::Contract | Kind::Nursing | Kind::Respite => HOME,
    }
}

/// The care insurance's price list of a place on a day, in the order of the policy table; empty where no document has one.
#[must_use]
pub fn items(library: &Library, place: Area, on: Date) -> Vec<Item> {
    items_of(library, Kind::CareInsurance, place, on)
}

/// The price list for a kind of visit of a place on a day, in the order of the policy table; empty where there is none.
#[must_use]
pub fn items_of(library: &Library, kind: Kind, place: Area, on: Date) -> Vec<Item> {
    let Some(table) = library.table(question(kind), place, on) else { return vec![] };
    let codes = table.table().rows.iter().filter_map(|row| row.sources().next());
    codes.filter_map(|source| item_of(library, kind, place, on, source.trim_matches('"'))).collect()
}

/// An item of the care insurance's price list of a place on a day.
#[must_use]
pub fn item(library: &Library, place: Area, on: Date, code: &str) -> Option<Item> {
    item_of(library, Kind::CareInsurance, place, on, code)
}

/// An item of the price list for a kind of visit of a place on a day.
#[must_use]
pub fn item_of(library: &Library, kind: Kind, place: Area, on: Date, code: &str) -> Option<Item> {
    let decision = library.decide(question(kind), place, on, &Facts::new().with("item", code));
    let category = decision.text("category")?;
    Some(Item {
        code: code.to_owned(),
        name: name(library, code),
        category: library.label("care category", category).unwrap_or(category).to_owned(),
        price: Price {
            price: Fen(decision.int("price_fen")?),
            minutes: decision.int("minutes")?,
            staff: StaffKind::parse(decision.text("staff")?)?,
        },
        unverified: decision.unverified,
    })
}

/// The name of an item; its code where no list has it.
#[must_use]
pub fn name(library: &Library, code: &str) -> String {
    library.label(WORDS, code).unwrap_or(code).to_owned()
}

/// The names of a set of items as visits keep it: codes joined by commas.
#[must_use]
pub fn names(library: &Library, codes: &str) -> String {
    split(codes).map(|code| name(library, code)).collect::<Vec<_>>().join("、")
}

/// The codes of a set of items.
pub fn split(codes: &str) -> impl Iterator<Item = &str> {
    codes.split(',').filter(|code| !code.is_empty())
}

/// A set of items as visits keep it: each once, in alphabetical order, so that equal sets are equal texts.
#[must_use]
pub fn join<S: AsRef<str>>(codes: &[S]) -> String {
    let mut codes: Vec<&str> = codes.iter().map(AsRef::as_ref).collect();
    codes.sort_unstable();
    codes.dedup();
    codes.join(",")
}
