//! What stands against crossing a line between zones while an outbreak lasts (clause JX-18a). The bed page asks here, and so
//! may whoever plans visits.

use super::model::{Bed, InfectionZone, Resident};
use super::store;
use super::store::outbreak::{Dedicated, current, dedicated};
use db::{Actor, Result, Tx};
use kernel::{BedId, BedRowId, ElderId, InstitutionId, StaffId};
use policy::{Facts, Library};
use registry::institutions;
use web::Reason;

/// What somebody intends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// Somebody of the staff goes to an elder who lives there: what the planner of visits asks.
    Visit(StaffId, ElderId),
    /// Somebody of the staff goes to a bed.
    Bed(StaffId, BedId),
    /// A resident goes out.
    Leave,
}

/// What stands against it: nothing while no outbreak is on. Staff serve the zone to which they are dedicated, and no other;
/// staff who are dedicated to none may enter the clean zone only.
///
/// # Errors
/// What the engine says.
pub fn against(tx: &mut Tx<'_>, institution: InstitutionId, what: What) -> Result<Vec<Reason>> {
    let Some(open) = current(tx, institution)? else { return Ok(vec![]) };
    match what {
        What::Leave => Ok(vec![Reason::new("BED-08", format!("{} 起疫情防控，解除前不办理外出", open.began_on))]),
        What::Visit(staff, elder) => {
            let all = store::all(tx, elder)?;
            let here = all.into_iter().find(|r| r.institution == institution && r.state.lives());
            enters(tx, institution, open.id, (staff, here.and_then(|r| r.bed)))
        }
        What::Bed(staff, bed) => enters(tx, institution, open.id, (staff, Some(bed))),
    }
}

/// Refuses to send somebody to an elder who lives in an institution where an outbreak keeps them out: the planner of visits
/// asks before it gives a visit to anybody.
///
/// # Errors
/// [`web::Error::Refused`] with the reason, or what the engine says.
pub fn refuse_visit(tx: &mut Tx<'_>, elder: ElderId, staff: StaffId) -> std::result::Result<(), web::Error> {
    let home = store::all(tx, elder)?.into_iter().find(|r| r.state.lives());
    let Some(home) = home else { return Ok(()) };
    let reasons = against(tx, home.institution, What::Visit(staff, elder))?;
    if reasons.is_empty() { Ok(()) } else { Err(web::Error::Refused(reasons)) }
}

/// Those of some members of staff whom an outbreak keeps away from an elder: for whoever plans a whole day.
///
/// # Errors
/// What the engine says.
pub fn barred(tx: &mut Tx<'_>, elder: ElderId, staff: &[StaffId]) -> Result<Vec<StaffId>> {
    let home = store::all(tx, elder)?.into_iter().find(|r| r.state.lives());
    let Some(home) = home else { return Ok(vec![]) };
    if current(tx, home.institution)?.is_none() {
        return Ok(vec![]);
    }
    let mut all = vec![];
    for one in staff {
        if !against(tx, home.institution, What::Visit(*one, elder))?.is_empty() {
            all.push(*one);
        }
    }
    Ok(all)
}

fn enters(
    tx: &mut Tx<'_>,
    institution: InstitutionId,
    outbreak: BedRowId,
    (staff, bed): (StaffId, Option<BedId>),
) -> Result<Vec<Reason>> {
    let Some(bed) = bed else { return Ok(vec![]) };
    let Some(zone) = store::rooms::zone_of(tx, institution, bed)? else { return Ok(vec![]) };
    let all = dedicated(tx, institution, outbreak)?;
    Ok(against_staff(&all, staff, zone).into_iter().collect())
}

/// Pure: whether staff may enter a zone.
#[must_use]
pub fn against_staff(all: &[Dedicated], staff: StaffId, zone: InfectionZone) -> Option<Reason> {
    let own = all.iter().find(|one| one.staff == Some(staff));
    match own {
        Some(one) if one.zone == zone => None,
        Some(one) => {
            let text = format!("{}专门服务{}，防控期间不能到{}", one.name, one.zone.name(), zone.name());
            Some(Reason::new("BED-09", text))
        }
        None if zone == InfectionZone::Clean => None,
        None => Some(Reason::new("BED-09", format!("{}只由专职人员服务，请先指定专人", zone.name()))),
    }
}

/// What stands against moving a resident to a bed.
///
/// # Errors
/// What the engine says.
pub fn against_move(
    tx: &mut Tx<'_>,
    by: &Actor,
    library: &Library,
    resident: &Resident,
    to: &Bed,
) -> Result<Vec<Reason>> {
    if current(tx, resident.institution)?.is_none() {
        return Ok(vec![]);
    }
    let area = institutions::store::find(tx, by, resident.institution)?.facts.area;
    let from = match resident.bed {
        Some(bed) => store::rooms::zone_of(tx, resident.institution, bed)?.unwrap_or(InfectionZone::Clean),
        None => InfectionZone::Clean,
    };
    let zone = to.room.infection_zone;
    let asked = Facts::new().with("moved", "elder").with("from", from.code()).with("to", zone.code());
    let decision = library.decide("zone_crossing", area, by.today(), &asked);
    Ok(match decision.bool("allowed") {
        Some(true) => vec![],
        _ => vec![Reason::new("BED-08", format!("疫情防控期间不能从{}转到{}", from.name(), zone.name()))],
    })
}
