//! All indicators of an area and of its parts: what the store and the column copy know, put together. Pure but for
//! [`Survey::take`], which fetches both.

use super::model::{ALL, About, Code, Definition, Figure, Goal, Goals, Measure};
use super::people;
use super::places::{self, Stocked};
use super::rules::Rules;
use super::store::{self, Ground};
use db::{Actor, Db};
use kernel::area::Level;
use kernel::{Area, Date, Month};
use policy::Library;
use registry::areas::{AreaKind, AreaRow};
use registry::elders::Columns;
use registry::elders::columns::Snapshot;
use registry::institutions::Kind;
use web::Error;

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ask {
    /// Of which area.
    pub area: Area,
    /// On which day.
    pub on: Date,
    /// Of which month the benefits are; none for the last one that was paid.
    pub month: Option<Month>,
}

/// A part of the area.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// Which one; none for what lies in no part (未细分).
    pub area: Option<AreaRow>,
    /// Its indicators.
    pub figures: Vec<Figure>,
}

impl Part {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.area.as_ref().map_or("未细分到下级", |area| area.name.as_str())
    }

    /// Its figure of an indicator.
    #[must_use]
    pub fn figure(&self, code: Code) -> Option<&Figure> {
        self.figures.iter().find(|f| f.code == code)
    }
}

/// The indicators of an area.
#[derive(Clone, Debug)]
pub struct Survey {
    /// Which area, what lies in it, its institutions.
    pub ground: Ground,
    /// Who counts.
    pub rules: Rules,
    /// Whether anybody in the area ever received a benefit.
    pub ever_paid: bool,
    /// How many nursing stations the documents ask of each street.
    pub stations_needed: Option<i64>,
    /// The indicators of the whole.
    pub figures: Vec<Figure>,
    /// The indicators of its parts.
    pub parts: Vec<Part>,
}

impl Survey {
    /// Takes the survey: institutions from the store, people from the column copy.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an area outside the actor's, [`Error::Forbidden`] for those confined to an institution
    /// (indicators are of areas), or what the store says.
    pub fn take(db: &Db, columns: &Columns, library: &Library, by: &Actor, ask: &Ask) -> Result<Self, Error> {
        columns.refresh(db)?;
        let ground = db.read(|tx| store::ground(tx, by, ask.area))?;
        Ok(Self::of(ground, library, &columns.snapshot(), ask))
    }

    /// Puts together what is known.
    #[must_use]
    pub fn of(ground: Ground, library: &Library, people: &Snapshot, ask: &Ask) -> Self {
        let now = Month::of(ask.on);
        let paid = people::last_benefit(people, ask.area, now);
        let month = ask.month.or(paid).unwrap_or(now.previous());
        let rules = Rules::at(library, ask.area, ask.on, month);
        let stations = Goals::at(library, ask.area, ask.on).raw(Code::StationsInStreet.key()).map(|t| t.value);
        let mut survey = Self {
            ground,
            rules,
            ever_paid: paid.is_some(),
            stations_needed: stations,
            figures: Vec::new(),
            parts: Vec::new(),
        };
        survey.fill(library, people);
        survey
    }

    fn fill(&mut self, library: &Library, people: &Snapshot) {
        let children: Vec<Area> = self.ground.children.iter().map(|child| child.code).collect();
        let tallies = people::count(people, &self.rules, self.ground.area.code, &children);
        let whole = tallies.iter().fold(people::Tally::default(), |all, one| all.plus(one));
        self.figures = self.figures_of(library, &self.ground.area, &whole);
        let named = self.ground.children.iter().zip(&tallies);
        let part = |(area, tally): (&AreaRow, _)| Part {
            area: Some(area.clone()),
            figures: self.figures_of(library, area, tally),
        };
        let mut parts: Vec<Part> = named.map(part).collect();
        parts.extend(tallies.last().and_then(|rest| self.rest(library, &children, rest)));
        self.parts = if children.is_empty() { Vec::new() } else { parts };
    }

    fn figures_of(&self, library: &Library, area: &AreaRow, people: &people::Tally) -> Vec<Figure> {
        let goals = Goals::at(library, area.code, self.rules.on);
        let places = places::count(&self.ground.institutions, area.code, self.rules.on);
        let (level, street) = (area.code.level(), area.kind == AreaKind::Street);
        let suited = ALL.iter().filter(|d| d.code.suits(level, street));
        suited.filter_map(|d| self.figure(d, &goals, area.code, (&places, people))).collect()
    }

    /// What lies in the area itself but in none of its parts; none when there is nothing.
    fn rest(&self, library: &Library, children: &[Area], people: &people::Tally) -> Option<Part> {
        let outside = |area: Area| !children.iter().any(|child| child.contains(area));
        let own: Vec<_> = self.ground.institutions.iter().filter(|i| outside(i.facts.area)).cloned().collect();
        let places = places::count(&own, self.ground.area.code, self.rules.on);
        let goals = Goals::at(library, self.ground.area.code, self.rules.on);
        let counted = [Code::Medical, Code::NursingBeds];
        let shown = ALL.iter().filter(|d| d.about == About::People || counted.contains(&d.code));
        let figures: Vec<Figure> =
            shown.filter_map(|d| self.figure(d, &goals, self.ground.area.code, (&places, people))).collect();
        let any = figures.iter().any(|f| f.denominator() != Some(0));
        any.then_some(Part { area: None, figures })
    }

    fn figure(
        &self,
        definition: &Definition,
        goals: &Goals<'_>,
        area: Area,
        (places, people): (&places::Tally, &people::Tally),
    ) -> Option<Figure> {
        let code = definition.code;
        let goal = goals.of(code, area);
        let need = goal.as_ref().map(|g| g.target.value);
        let measure = match definition.about {
            About::People => self.of_people(code, people)?,
            About::Streets => self.of_streets(area, self.stations_needed?),
            About::Counties if area.level() == Level::County => Measure::Count(places.nursing_homes),
            About::Counties => self.of_counties(area, need?),
            About::Institutions => of_institutions(code, places),
        };
        let unverified = self.unverified(code, goal.as_ref());
        Some(Figure { code, area, measure, goal, notes: self.notes(code, area, places, people), unverified })
    }

    fn of_people(&self, code: Code, t: &people::Tally) -> Option<Measure> {
        let share = |part: u32, whole: u32| Measure::Share { part: part.into(), whole: whole.into() };
        match code {
            Code::HealthManaged => self.rules.born_by.map(|_| share(t.managed, t.due)),
            _ if !self.rules.benefits => None,
            Code::BenefitUrban => Some(share(t.paid[people::URBAN], t.standard[people::URBAN])),
            Code::BenefitRural => Some(share(t.paid[people::RURAL], t.standard[people::RURAL])),
            _ => Some(share(t.paid.iter().sum(), t.standard.iter().sum())),
        }
    }

    fn of_streets(&self, area: Area, need: i64) -> Measure {
        let streets = self.streets(area);
        let part = streets.iter().filter(|s| s.count >= need).count() as i64;
        Measure::Share { part, whole: streets.len() as i64 }
    }

    fn of_counties(&self, area: Area, need: i64) -> Measure {
        let counties = self.counties(area);
        let reached = counties.iter().filter(|c| c.count >= need).count() as i64;
        Measure::Each { reached, of: counties.len() as i64 }
    }

    /// The urban streets within `area`, with their nursing stations.
    #[must_use]
    pub fn streets(&self, area: Area) -> Vec<Stocked<'_>> {
        let g = &self.ground;
        places::stock(&g.areas, (area, AreaKind::Street), &g.institutions, Kind::NursingStation, self.rules.on)
    }

    /// The counties within `area`, with their nursing homes.
    #[must_use]
    pub fn counties(&self, area: Area) -> Vec<Stocked<'_>> {
        let g = &self.ground;
        places::stock(&g.areas, (area, AreaKind::County), &g.institutions, Kind::NursingHome, self.rules.on)
    }

    /// What a reader must know to trust a figure.
    fn notes(&self, code: Code, area: Area, places: &places::Tally, people: &people::Tally) -> Vec<String> {
        let mut notes: Vec<String> = Vec::new();
        let mut say = |count: i64, text: &str| {
            if count > 0 {
                notes.push(format!("{count} {text}"));
            }
        };
        match code {
            Code::Medical => say(places.undated, "家的签约没有登记有效期，按有效计"),
            Code::NursingBeds => {
                say(places.beds_unsaid, "家没有登记床位数，未计入");
                say(places.nursing_unsaid, "家没有登记护理型床位数，按 0 张计");
            }
            Code::NursingHomes | Code::NursingHomesPerCounty => {
                say(self.bare_counties(area), "个县（市）、区没有登记任何养老或护理机构，可能尚未导入机构名册");
            }
            Code::HealthManaged => say(people.resident_unsaid.into(), "人没有登记是否常住，按常住计"),
            Code::Benefit => say(people.standard[people::UNSAID].into(), "人没有登记城镇或农村，只计入合计"),
            _ => {}
        }
        if is_benefit(code) && !self.ever_paid {
            notes.push("辖区内还没有任何月份结算支付过待遇".into());
        }
        notes
    }

    /// Counties within `area` of which the register of institutions knows nothing.
    fn bare_counties(&self, area: Area) -> i64 {
        let counties = self.ground.areas.iter().filter(|a| a.kind == AreaKind::County && area.contains(a.code));
        let known = |county: Area| self.ground.institutions.iter().any(|i| county.contains(i.facts.area));
        counties.filter(|county| !known(county.code)).count() as i64
    }

    fn unverified(&self, code: Code, goal: Option<&Goal>) -> Vec<String> {
        let document = goal.and_then(|g| g.unverified.as_ref()).map(|why| format!("目标所在文件：{why}"));
        let table = self.rules.unverified.as_ref().filter(|_| is_benefit(code));
        document.into_iter().chain(table.map(|why| format!("待遇条件取自待遇表：{why}"))).collect()
    }

    /// The figure of an indicator for the whole.
    #[must_use]
    pub fn find(&self, code: Code) -> Option<&Figure> {
        self.figures.iter().find(|f| f.code == code)
    }
}

const fn is_benefit(code: Code) -> bool {
    matches!(code, Code::Benefit | Code::BenefitUrban | Code::BenefitRural)
}

fn of_institutions(code: Code, t: &places::Tally) -> Measure {
    match code {
        Code::Medical => Measure::Share { part: t.served, whole: t.homes },
        Code::NursingBeds => Measure::Share { part: t.nursing_beds, whole: t.beds },
        Code::StationsInStreet => Measure::Count(t.stations),
        _ => Measure::Count(t.nursing_homes),
    }
}
