//! Where a happening takes an elder: pure.

use crate::episodes::ending::{Effect, RULES, Thing, ends};
use crate::episodes::model::{Moves, Next, Place, Spell, TRANSITIONS, first_place, moves};
use crate::testing::day;
use kernel::{ElderId, Happening, InstitutionId, What};
use std::collections::BTreeSet;
use uuid::Uuid;

const HOSPITAL: u128 = 7;
const HOUSE: u128 = 8;

fn institution(number: u128) -> Option<InstitutionId> {
    Some(InstitutionId(Uuid::from_u128(number)))
}

fn happens(what: What, on: &str, at: Option<InstitutionId>) -> Happening {
    Happening { elder: ElderId(Uuid::from_u128(1)), what, on: day(on), institution: at }
}

fn spell(id: u128, place: Place, at: Option<InstitutionId>, from: &str) -> Spell {
    Spell { id: Uuid::from_u128(id), place, institution: at, from: day(from), until: None, kept: false }
}

/// Does to the spells what the moves say, as the store does.
fn after(mut spells: Vec<Spell>, happening: &Happening) -> Vec<Spell> {
    let m: Moves = moves(&spells, happening);
    for s in &mut spells {
        s.kept &= !m.released.contains(&s.id);
        if let Some((_, on, kept)) = m.ends.filter(|(id, ..)| *id == s.id) {
            (s.until, s.kept) = (Some(on), kept);
        }
    }
    spells.retain(|s| Some(s.id) != m.dropped);
    if let Some((place, institution, from)) = m.begins {
        let id = Uuid::from_u128(spells.len() as u128 + 100);
        spells.push(Spell { id, place, institution, from, until: None, kept: false });
    }
    spells
}

fn here(spells: &[Spell]) -> Vec<Place> {
    spells.iter().filter(|s| s.until.is_none()).map(|s| s.place).collect()
}

#[test]
fn the_bed_in_the_institution_waits_for_the_way_back_from_hospital() {
    let start = vec![spell(1, Place::Institution, institution(HOUSE), "2026-01-01")];
    let away = after(start, &happens(What::AdmittedToHospital, "2026-03-01", institution(HOSPITAL)));
    assert_eq!((here(&away), away[0].kept, away[0].until), (vec![Place::Ward], true, Some(day("2026-03-01"))));
    let back = after(away.clone(), &happens(What::LeftHospital, "2026-03-09", institution(HOSPITAL)));
    assert_eq!((here(&back), back[2].institution, back[0].kept), (vec![Place::Institution], institution(HOUSE), false));
    let given_up = after(away, &happens(What::MovedOut, "2026-03-05", institution(HOUSE)));
    assert_eq!((here(&given_up), given_up[0].kept), (vec![Place::Ward], false));
    let home = after(given_up, &happens(What::LeftHospital, "2026-03-09", institution(HOSPITAL)));
    assert_eq!(here(&home), vec![Place::Home]);
}

#[test]
fn a_home_sickbed_does_not_wait_for_the_way_back() {
    let start = vec![spell(1, Place::Sickbed, institution(3), "2026-01-01")];
    let away = after(start, &happens(What::AdmittedToHospital, "2026-03-01", institution(HOSPITAL)));
    assert!(!away[0].kept);
    // The sickbed closes because of the admission, and says so in its turn: nobody is moved twice.
    let told = after(away.clone(), &happens(What::SickbedClosed, "2026-03-01", institution(3)));
    assert_eq!(told, away);
    assert_eq!(here(&after(told, &happens(What::LeftHospital, "2026-03-09", None))), vec![Place::Home]);
}

#[test]
fn nobody_comes_back_to_the_centre_on_the_way_from_the_ward_to_an_institution() {
    let start = vec![spell(1, Place::DayCare, institution(4), "2026-01-01")];
    let ward = after(start, &happens(What::AdmittedToHospital, "2026-03-01", institution(HOSPITAL)));
    let left = after(ward, &happens(What::LeftHospital, "2026-03-20", institution(HOSPITAL)));
    assert_eq!(here(&left), vec![Place::DayCare]);
    let same = after(left.clone(), &happens(What::MovedIn, "2026-03-20", institution(5)));
    let places = |spells: &[Spell]| spells.iter().map(|s| s.place).collect::<Vec<_>>();
    assert_eq!(places(&same), [Place::DayCare, Place::Ward, Place::Institution]);
    assert_eq!(same[1].until, Some(same[2].from));
    let later = after(left, &happens(What::MovedIn, "2026-03-21", institution(5)));
    assert_eq!(places(&later), [Place::DayCare, Place::Ward, Place::DayCare, Place::Institution]);
    // What is held is not forgotten, however short it was.
    let day = after(
        vec![spell(1, Place::Home, None, "2026-01-01")],
        &happens(What::DayCareBegun, "2026-03-01", institution(4)),
    );
    let held = after(day, &happens(What::AdmittedToHospital, "2026-03-01", institution(HOSPITAL)));
    assert_eq!((places(&held), held[1].kept), (vec![Place::Home, Place::DayCare, Place::Ward], true));
}

#[test]
fn leaving_another_hospital_moves_nobody() {
    let start = vec![spell(1, Place::Ward, institution(HOSPITAL), "2026-01-01")];
    assert!(moves(&start, &happens(What::LeftHospital, "2026-01-05", institution(99))).none());
    assert!(!moves(&start, &happens(What::LeftHospital, "2026-01-05", institution(HOSPITAL))).none());
}

#[test]
fn the_whole_road_of_one_elder_has_no_gap() {
    let road = [
        (What::DayCareBegun, "2026-02-01", Place::DayCare),
        (What::AdmittedToHospital, "2026-03-01", Place::Ward),
        (What::LeftHospital, "2026-03-08", Place::DayCare),
        (What::DayCareEnded, "2026-04-01", Place::Home),
        (What::AdmittedToHospital, "2026-05-01", Place::Ward),
        (What::LeftHospital, "2026-05-20", Place::Home),
        (What::MovedIn, "2026-05-20", Place::Institution),
        (What::MovedOut, "2026-07-01", Place::Home),
        (What::SickbedOpened, "2026-07-02", Place::Sickbed),
        (What::HospiceBegun, "2026-08-01", Place::Hospice),
        (What::HospiceEnded, "2026-08-10", Place::Sickbed),
        (What::SickbedClosed, "2026-08-20", Place::Home),
    ];
    let mut spells = vec![spell(1, Place::Home, None, "2026-01-01")];
    for (what, on, place) in road {
        spells = after(spells, &happens(what, on, None));
        assert_eq!(here(&spells), vec![place], "{what:?}");
    }
    for pair in spells.windows(2) {
        assert_eq!(pair[0].until, Some(pair[1].from));
    }
    assert!(!spells.iter().any(|s| s.kept));
    let end = after(spells, &happens(What::Died, "2026-09-01", None));
    assert!(here(&end).is_empty());
}

#[test]
fn late_news_does_not_turn_the_thread_round() {
    // Only the first spell stands there: it is put back to the true day.
    let home = vec![spell(1, Place::Home, None, "2026-03-10")];
    let back = after(home, &happens(What::AdmittedToHospital, "2026-03-01", None));
    assert_eq!((back.len(), back[0].from), (1, day("2026-03-01")));
    // More is known: the day of the last move is the earliest.
    let mut two = vec![spell(1, Place::Home, None, "2026-01-01"), spell(2, Place::Institution, None, "2026-03-10")];
    two[0].until = Some(day("2026-03-10"));
    for (on, from) in [("2026-03-09", "2026-03-10"), ("2026-03-10", "2026-03-10"), ("2026-03-11", "2026-03-11")] {
        let moved = after(two.clone(), &happens(What::AdmittedToHospital, on, None));
        assert_eq!((here(&moved), moved[2].from), (vec![Place::Ward], day(from)), "{on}");
    }
}

#[test]
fn every_place_can_be_left_and_every_step_names_a_place() {
    let places: BTreeSet<&str> = Place::ALL.iter().map(|p| p.code()).collect();
    for (from, _, next) in TRANSITIONS {
        assert!(places.contains(from) && (places.contains(next) || ["back", "gone"].contains(next)), "{from} {next}");
    }
    for place in Place::ALL {
        assert_eq!([place.after(What::Died), place.after(What::MovedAway)], [Some(Next::Gone); 2]);
    }
    assert_eq!(Place::Home.after(What::LeftHospital), None);
    assert_eq!(
        [first_place(What::ContractSigned), first_place(What::MovedIn)],
        [Some(Place::Home), Some(Place::Institution)]
    );
    assert_eq!([first_place(What::LeftHospital), first_place(What::Died)], [None; 2]);
}

#[test]
fn everything_that_is_open_ends_with_death_and_each_reason_has_its_own_number() {
    for thing in Thing::ALL {
        assert_eq!(ends(*thing, What::Died).map(|e| e.effect), Some(Effect::Ends), "{thing:?}");
    }
    let numbers: BTreeSet<&str> = RULES.iter().map(|rule| rule.3).collect();
    let pairs: BTreeSet<_> = RULES.iter().map(|rule| (rule.0, rule.1)).collect();
    assert_eq!((numbers.len(), pairs.len()), (RULES.len(), RULES.len()));
    assert_eq!(
        ends(Thing::Sickbed, What::AdmittedToHospital).map(|e| (e.effect, e.code)),
        Some((Effect::Ends, "EP-37"))
    );
    assert_eq!(ends(Thing::Bed, What::AdmittedToHospital).map(|e| e.effect), Some(Effect::Rests));
    assert_eq!(ends(Thing::Contract, What::AdmittedToHospital), None);
}
