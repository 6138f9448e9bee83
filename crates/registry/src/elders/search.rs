//! Searching the column copy: one box that understands what people at a counter type, and a few filters.

use super::columns::record::{NO_LEVEL, pack_id_tail, pack_phone_tail};
use super::columns::text::Fit;
use super::columns::{Day, Snapshot, flag};
use super::model::{Chronic, Living, Scheme, Status};
use chrono::{Datelike, Months};
use kernel::{Area, CitizenNumber, Date, ElderId};
use std::collections::HashSet;

/// Names that fit beyond this are not looked at: nobody reads so many, and the box can be filled further.
const MOST_HITS: usize = 20_000;

/// What one word in the box may mean.
#[derive(Clone, Debug, PartialEq)]
pub enum Term {
    /// Part of a name in Chinese characters.
    Name(String),
    /// Initials or pinyin.
    Letters(String),
    /// Four characters: end of the identity number or of the telephone.
    Tail(String),
    /// Five or six characters: end of the identity number, beginning with the last digits of the day of birth.
    IdTail(String),
    /// A date of birth of eight digits.
    Born(Date),
    /// A telephone number.
    Phone(String),
    /// A whole identity number.
    Citizen(CitizenNumber),
}

/// Reads the box: words by blanks, each with its meaning.
///
/// # Errors
/// A word that can mean nothing, with what to do.
pub fn read(text: &str, today: Date) -> Result<Vec<Term>, String> {
    kernel::text::clean(text).split_whitespace().map(|word| term(word, today)).collect()
}

fn term(word: &str, today: Date) -> Result<Term, String> {
    let upper = word.to_ascii_uppercase();
    let digits = upper.strip_suffix('X').unwrap_or(&upper);
    let numeric = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    match upper.len() {
        _ if !numeric && word.is_ascii() => Ok(Term::Letters(word.to_owned())),
        _ if !numeric => Ok(Term::Name(word.to_owned())),
        18 => CitizenNumber::parse(&upper, today).map(Term::Citizen).map_err(|e| e.to_string()),
        4 => Ok(Term::Tail(upper)),
        5 | 6 => Ok(Term::IdTail(upper)),
        8 if let Ok(born) = Date::parse_from_str(&upper, "%Y%m%d") => Ok(Term::Born(born)),
        7..=15 if digits.len() == upper.len() => Ok(Term::Phone(upper)),
        n => Err(format!("“{word}”是 {n} 位数字：请输入身份证号后 4 至 6 位、电话后 4 位，或完整的身份证号、电话")),
    }
}

/// What a page of the search asks.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Query {
    /// All of these must fit.
    pub terms: Vec<Term>,
    /// Lives under this area.
    pub area: Option<Area>,
    /// At least this old today.
    pub age_from: Option<u32>,
    /// At most this old today.
    pub age_to: Option<u32>,
    /// 男 (true) or 女.
    pub male: Option<bool>,
    /// 状态
    pub status: Option<Status>,
    /// Disability level of the care insurance, in effect today.
    pub ltci: Option<u8>,
    /// Ability level, in effect today.
    pub ability: Option<u8>,
    /// Has this disease.
    pub chronic: Option<Chronic>,
    /// 居住情况
    pub living: Option<Living>,
    /// 医保类型
    pub scheme: Option<Scheme>,
    /// Has a family-doctor contract today, or has none.
    pub contracted: Option<bool>,
    /// Has a care-insurance entitlement today, or has none.
    pub entitled: Option<bool>,
}

/// How far the search may look; always within the actor's scope.
pub struct Sight {
    /// The area of the scope.
    pub area: Area,
    /// For those confined to an institution: the elders linked to it.
    pub only: Option<HashSet<ElderId>>,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// The best ones.
    pub ids: Vec<ElderId>,
    /// How many there are in all (of names at most 20 000).
    pub total: usize,
}

/// Searches. A whole identity number is not in the columns: the caller looks it up by its hash first.
#[must_use]
pub fn search(s: &Snapshot, query: &Query, sight: &Sight, today: Date, limit: usize) -> Found {
    let named = query.terms.iter().position(|t| matches!(t, Term::Name(_) | Term::Letters(_)));
    let sieve = Sieve::new(s, query, named, sight, today);
    match named {
        Some(at) => by_name(s, query, at, &sieve, limit),
        None => by_scan(s, &sieve, limit),
    }
}

fn by_name(s: &Snapshot, query: &Query, at: usize, sieve: &Sieve<'_>, limit: usize) -> Found {
    let mut hits: Vec<(usize, Fit)> = Vec::new();
    let mut note = |row, fit| {
        hits.push((row, fit));
        hits.len() < MOST_HITS
    };
    match &query.terms[at] {
        Term::Name(text) => s.names.with_name(text, |row| sieve.lets(row), &mut note),
        Term::Letters(text) => s.names.with_sound(text, |row| sieve.lets(row), &mut note),
        _ => {}
    }
    hits.sort_unstable();
    hits.dedup_by_key(|(row, _)| *row);
    hits.sort_unstable_by_key(|(row, fit)| (*fit, *row));
    Found { total: hits.len(), ids: hits.iter().take(limit).map(|(row, _)| s.ids[*row]).collect() }
}

fn by_scan(s: &Snapshot, sieve: &Sieve<'_>, limit: usize) -> Found {
    let mut found = Found::default();
    for row in s.rows().filter(|row| sieve.lets(*row)) {
        if found.ids.len() < limit {
            found.ids.push(s.ids[row]);
        }
        found.total += 1;
    }
    found
}

/// A query turned into comparisons of small numbers.
struct Sieve<'a> {
    s: &'a Snapshot,
    query: &'a Query,
    /// The term that brought the row here and needs no second look.
    driven: Option<usize>,
    only: Option<&'a HashSet<ElderId>>,
    under: Vec<bool>,
    born: std::ops::RangeInclusive<Day>,
    today: Day,
    needed: u16,
    unwanted: u16,
}

impl<'a> Sieve<'a> {
    fn new(s: &'a Snapshot, query: &'a Query, driven: Option<usize>, sight: &'a Sight, today: Date) -> Self {
        let within = |area: &Area| sight.area.contains(*area) && query.area.is_none_or(|a| a.contains(*area));
        let (mut needed, mut unwanted) = (0, flag::GONE);
        let mut bit = |bit: u16, wanted: bool| if wanted { needed |= bit } else { unwanted |= bit };
        if let Some(male) = query.male {
            bit(flag::MALE, male);
        }
        if let Some(status) = query.status {
            bit(flag::DEAD, status == Status::Dead);
            bit(flag::MOVED, status == Status::Moved);
        }
        let under = s.areas.iter().map(within).collect();
        let (born, today) = (born_between(query, today), Day::of(today));
        Self { s, query, driven, only: sight.only.as_ref(), under, born, today, needed, unwanted }
    }

    fn lets(&self, row: usize) -> bool {
        let (s, flags) = (self.s, self.s.flags[row]);
        flags & self.unwanted == 0
            && flags & self.needed == self.needed
            && self.under[s.area[row] as usize]
            && self.born.contains(&s.born[row])
            && self.query.terms.iter().enumerate().all(|(i, term)| self.driven == Some(i) || self.fits(term, row))
            && self.kinds(row)
            && self.facts(row)
            && self.only.is_none_or(|only| only.contains(&s.ids[row]))
    }

    fn kinds(&self, row: usize) -> bool {
        let (s, q) = (self.s, self.query);
        let word = |column: &[u8], wanted: u8| wanted == 0 || column[row] == wanted;
        q.chronic.is_none_or(|one| s.chronic[row] & one.bit() != 0)
            && word(&s.living, super::columns::record::living(q.living))
            && word(&s.scheme, super::columns::record::scheme(q.scheme))
    }

    fn facts(&self, row: usize) -> bool {
        let (s, q, today) = (self.s, self.query, self.today);
        let current = |level: u8, until: Day| level != NO_LEVEL && (!until.is_some() || today < until);
        let within = super::columns::record::within;
        q.ltci.is_none_or(|l| s.ltci[row] == l && current(l, s.ltci_until[row]))
            && q.ability.is_none_or(|l| s.ability[row] == l && current(l, s.ability_until[row]))
            && q.contracted.is_none_or(|yes| within(s.contract_from[row], s.contract_until[row], today) == yes)
            && q.entitled.is_none_or(|yes| within(s.entitled_from[row], s.entitled_until[row], today) == yes)
    }

    fn fits(&self, term: &Term, row: usize) -> bool {
        let s = self.s;
        match term {
            Term::Name(text) => s.names.name(row).contains(kernel::text::name_key(text).as_str()),
            Term::Letters(text) => {
                let (initials, full) = super::pinyin::reading(s.names.name(row));
                let typed = text.to_ascii_lowercase();
                initials.contains(&typed) || full.contains(&typed)
            }
            Term::Tail(tail) => s.id_tail[row] == pack_id_tail(tail) || is_phone(s.phone_tail[row], tail),
            Term::IdTail(tail) => {
                s.id_tail[row] == pack_id_tail(&tail[tail.len() - 4..]) && self.day_ends(row, &tail[..tail.len() - 4])
            }
            Term::Born(born) => s.born[row] == Day::of(*born),
            Term::Phone(phone) => is_phone(s.phone_tail[row], &phone[phone.len() - 4..]),
            Term::Citizen(number) => {
                s.id_tail[row] == pack_id_tail(number.tail()) && s.born[row] == Day::of(number.born())
            }
        }
    }

    /// Before the last four characters of an identity number stands the day of birth.
    fn day_ends(&self, row: usize, digits: &str) -> bool {
        let day = self.s.born[row].date().map_or(0, |d| d.day());
        format!("{day:02}").ends_with(digits)
    }
}

fn is_phone(known: u16, tail: &str) -> bool {
    known < super::columns::record::NO_PHONE && known == pack_phone_tail(Some(tail))
}

/// The birthdays of those who are of the asked age today.
fn born_between(query: &Query, today: Date) -> std::ops::RangeInclusive<Day> {
    let years_ago = |years: u32| today.checked_sub_months(Months::new(years.saturating_mul(12)));
    let latest = query.age_from.and_then(years_ago).map_or(Day(u16::MAX), Day::of);
    let earliest = query.age_to.and_then(|age| years_ago(age.saturating_add(1)));
    let earliest = earliest.and_then(|d| d.succ_opt()).map_or(Day(0), Day::of);
    earliest..=latest
}
