//! Counting institutions and streets. Pure.

use kernel::{Area, Date};
use registry::areas::{AreaKind, AreaRow};
use registry::institutions::{Institution, Kind, MedicalUnit};

/// The kinds that the document calls homes (养老机构).
pub const HOMES: &[Kind] = &[Kind::ElderCareInstitution, Kind::WelfareHome, Kind::RuralElderHome];
/// The kinds that any indicator looks at.
pub const KINDS: &[Kind] =
    &[Kind::ElderCareInstitution, Kind::WelfareHome, Kind::RuralElderHome, Kind::NursingHome, Kind::NursingStation];

/// Whether it works on the day: it has opened (an unknown day counts).
#[must_use]
pub fn running(one: &Institution, on: Date) -> bool {
    one.facts.opened_on.is_none_or(|opened| opened <= on)
}

/// Whether it is a home.
#[must_use]
pub fn is_home(one: &Institution) -> bool {
    HOMES.contains(&one.facts.kind)
}

/// In what form a home gives medical service on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// By a unit of its own.
    Unit(MedicalUnit),
    /// By an agreement that is in force.
    Agreement,
    /// By an agreement whose last day nobody registered; it counts.
    AgreementUndated,
    /// By an agreement that has ended.
    Ended(Date),
    /// Not at all.
    None,
}

impl Service {
    /// What a home has on a day.
    #[must_use]
    pub fn of(one: &Institution, on: Date) -> Self {
        let f = &one.facts;
        match (f.medical_unit, &f.partner_code, f.partner_until) {
            (Some(unit), _, _) if unit != MedicalUnit::None => Self::Unit(unit),
            (_, Some(_), None) => Self::AgreementUndated,
            (_, Some(_), Some(last)) if last >= on => Self::Agreement,
            (_, Some(_), Some(last)) => Self::Ended(last),
            _ => Self::None,
        }
    }

    /// Whether it counts as giving medical service.
    #[must_use]
    pub const fn counts(self) -> bool {
        matches!(self, Self::Unit(_) | Self::Agreement | Self::AgreementUndated)
    }

    /// In words.
    #[must_use]
    pub fn words(self) -> String {
        match self {
            Self::Unit(unit) => format!("内设{unit}"),
            Self::Agreement => "签约，有效".into(),
            Self::AgreementUndated => "签约，未登记有效期".into(),
            Self::Ended(last) => format!("签约已于 {last} 到期"),
            Self::None => "没有登记内设医疗机构或签约".into(),
        }
    }
}

/// What was counted in an area.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Homes.
    pub homes: i64,
    /// Homes that give medical service.
    pub served: i64,
    /// Of those, by an agreement without a last day.
    pub undated: i64,
    /// Beds of homes.
    pub beds: i64,
    /// Nursing-type beds of homes.
    pub nursing_beds: i64,
    /// Homes of which nobody said how many beds there are.
    pub beds_unsaid: i64,
    /// Homes of which nobody said how many of them are nursing beds.
    pub nursing_unsaid: i64,
    /// Nursing homes.
    pub nursing_homes: i64,
    /// Nursing stations.
    pub stations: i64,
}

impl Tally {
    fn add(&mut self, one: &Institution, on: Date) {
        match one.facts.kind {
            Kind::NursingHome => self.nursing_homes += 1,
            Kind::NursingStation => self.stations += 1,
            _ if is_home(one) => self.add_home(one, on),
            _ => {}
        }
    }

    fn add_home(&mut self, one: &Institution, on: Date) {
        let service = Service::of(one, on);
        self.homes += 1;
        self.served += i64::from(service.counts());
        self.undated += i64::from(service == Service::AgreementUndated);
        match one.facts.beds {
            None => self.beds_unsaid += 1,
            Some(beds) => {
                self.beds += beds;
                self.nursing_beds += one.facts.nursing_beds.unwrap_or_default();
                self.nursing_unsaid += i64::from(one.facts.nursing_beds.is_none());
            }
        }
    }
}

/// Counts the institutions that lie in an area.
#[must_use]
pub fn count(all: &[Institution], area: Area, on: Date) -> Tally {
    let mut tally = Tally::default();
    all.iter().filter(|one| area.contains(one.facts.area) && running(one, on)).for_each(|one| tally.add(one, on));
    tally
}

/// An area with how many institutions of a kind it has.
#[derive(Clone, Debug, PartialEq)]
pub struct Stocked<'a> {
    /// The area.
    pub area: &'a AreaRow,
    /// How many.
    pub count: i64,
}

/// The areas of a kind within `area`, each with the number of institutions of a kind.
#[must_use]
pub fn stock<'a>(
    areas: &'a [AreaRow],
    (area, sort): (Area, AreaKind),
    all: &[Institution],
    kind: Kind,
    on: Date,
) -> Vec<Stocked<'a>> {
    let wanted: Vec<&Institution> = all.iter().filter(|one| one.facts.kind == kind && running(one, on)).collect();
    let within = areas.iter().filter(|one| one.kind == sort && area.contains(one.code));
    let stocked = |one: &'a AreaRow| Stocked {
        area: one,
        count: wanted.iter().filter(|i| one.code.contains(i.facts.area)).count() as i64,
    };
    within.map(stocked).collect()
}
