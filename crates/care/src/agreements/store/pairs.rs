//! The proposal for a whole county: which home with which medical institution.

use super::super::model::Side;
use super::super::pairing;
use super::{both, list};
use db::{Actor, Result, Tx, params};
use kernel::Area;
use kernel::area::Level;
use registry::institutions::Kind;

/// A home with the medical institution that is proposed for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Pair {
    /// The home.
    pub home: Side,
    /// The medical institution.
    pub medical: Side,
    /// Metres as the crow flies.
    pub metres: i64,
    /// Whether the two have an agreement already.
    pub agreed: bool,
}

/// What is proposed for an area.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Proposal {
    /// Pairs, by name of the home.
    pub pairs: Vec<Pair>,
    /// Homes for which no place is left.
    pub left_over: Vec<Side>,
    /// Institutions without a position in the register.
    pub nowhere: Vec<Side>,
    /// The medical institutions, with how many homes each gets.
    pub medical: Vec<(Side, usize)>,
}

impl Proposal {
    /// The sum of the distances of what is new, in metres.
    #[must_use]
    pub fn metres(&self) -> i64 {
        self.pairs.iter().filter(|pair| !pair.agreed).map(|pair| pair.metres).sum()
    }
}

/// Who could be paired with whom, and what is so already.
struct Known {
    homes: Vec<Side>,
    medical: Vec<Side>,
    agreed: Vec<Pair>,
}

/// Proposes pairs for an area: agreements in force stay, the others go to the nearest with room, so that the sum is least.
/// `most` is how many homes a medical institution takes, those it has included. `kinds` narrows the medical side.
///
/// # Errors
/// What the engine says.
pub fn propose(tx: &mut Tx<'_>, by: &Actor, area: Area, most: usize, kinds: &[Kind]) -> Result<Proposal> {
    let (homes, medical) = both(tx, by, area)?;
    let in_force = list(tx, by, super::Filter { on: Some(by.today()), ..Default::default() })?;
    let mut agreed = vec![];
    for a in &in_force {
        let home = homes.iter().find(|one| one.id == a.home);
        let other = medical.iter().find(|one| one.id == a.medical);
        let (Some(home), Some(other)) = (home, other) else { continue };
        let metres = home.at.zip(other.at).map(|(one, two)| pairing::metres(one, two)).unwrap_or_default();
        agreed.push(Pair { home: home.clone(), medical: other.clone(), metres, agreed: true });
    }
    let medical = medical.into_iter().filter(|one| kinds.contains(&one.kind)).collect();
    Ok(settle(Known { homes, medical, agreed }, most))
}

fn settle(known: Known, most: usize) -> Proposal {
    let Known { homes, medical, agreed } = known;
    let taken = |side: &Side| agreed.iter().filter(|pair| pair.medical.id == side.id).count();
    let waiting = homes.into_iter().filter(|home| home.agreements == 0);
    let (homes, mut nowhere): (Vec<Side>, Vec<Side>) = waiting.partition(|home| home.at.is_some());
    let (medical, lost): (Vec<Side>, Vec<Side>) = medical.into_iter().partition(|one| one.at.is_some());
    nowhere.extend(lost);
    let metres = |home: &Side, other: &Side| home.at.zip(other.at).map(|(one, two)| pairing::metres(one, two));
    let costs: Vec<Vec<Option<i64>>> =
        homes.iter().map(|home| medical.iter().map(|other| metres(home, other)).collect()).collect();
    let capacity: Vec<usize> = medical.iter().map(|one| most.saturating_sub(taken(one))).collect();
    let given = pairing::assign(&costs, &capacity);
    let mut proposal = Proposal { nowhere, ..Proposal::default() };
    for ((row, home), at) in homes.into_iter().enumerate().zip(given) {
        match at {
            Some(at) => proposal.pairs.push(Pair {
                metres: costs[row][at].unwrap_or_default(),
                medical: medical[at].clone(),
                home,
                agreed: false,
            }),
            None => proposal.left_over.push(home),
        }
    }
    proposal.pairs.extend(agreed);
    proposal.pairs.sort_by(|a, b| a.home.name.cmp(&b.home.name).then(a.home.id.cmp(&b.home.id)));
    let count = |one: &Side| proposal.pairs.iter().filter(|pair| pair.medical.id == one.id).count();
    proposal.medical = medical.iter().map(|one| (one.clone(), count(one))).collect();
    proposal
}

/// The counties that lie in an area.
///
/// # Errors
/// What the engine says.
pub fn counties(tx: &mut Tx<'_>, area: Area) -> Result<Vec<Area>> {
    let (low, high) = area.bounds();
    let sql = "select code from areas where code between $1 and $2 and code like '______000000' order by code";
    let mut all: Vec<Area> = tx.query(sql, params![low, high], |row| row.get(0))?;
    all.retain(|one| one.level() == Level::County);
    Ok(all)
}
