//! The numbers by which an assessment is conducted, as the documents of the place set them.

use kernel::{Area, Date};
use policy::{Library, Parameter, Scale};

/// A number and where it comes from, for pages to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// What it is: 评估结论有效期.
    pub title: String,
    /// The number with its unit: `24 个月`.
    pub value: String,
    /// The clause that sets it.
    pub clause: kernel::ClauseId,
    /// Why it is not verified, if it is not.
    pub unverified: Option<String>,
}

/// What a scale is for. Each purpose has its own documents, so its own parameters, and its own fact on the elder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// 老年人能力: services, subsidies, statistics.
    Ability,
    /// 长期护理失能等级: the care insurance.
    CareInsurance,
}

impl Purpose {
    /// The purpose of the scale of a stored assessment. Only scales that [`Purpose::decided_by`] knows are ever stored.
    #[must_use]
    pub fn of(scale: &str) -> Self {
        if scale.starts_with("ltci") { Self::CareInsurance } else { Self::Ability }
    }

    /// What is decided by a scale here; none for screening scales and for the grading of institutions, which must never
    /// become somebody's level. It goes by what the scale itself says, and its id must agree.
    #[must_use]
    pub fn decided_by(scale: &Scale) -> Option<Self> {
        let purpose = match scale.purpose {
            policy::Purpose::Ability => Self::Ability,
            policy::Purpose::CareInsurance => Self::CareInsurance,
            policy::Purpose::Screening | policy::Purpose::Institution => return None,
        };
        (purpose == Self::of(&scale.id)).then_some(purpose)
    }

    /// The scales that an assessment can be asked for by.
    pub fn scales(library: &Library) -> impl Iterator<Item = &Scale> {
        library.scales().filter(|scale| Self::decided_by(scale).is_some())
    }

    /// Its name on pages.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Ability => "老年人能力评估",
            Self::CareInsurance => "长护险失能等级评估",
        }
    }

    const fn prefix(self) -> &'static str {
        match self {
            Self::Ability => "ability_",
            Self::CareInsurance => "",
        }
    }
}

/// What the documents ask of an assessment by one scale, at a place and on a day. A number that no document sets is none,
/// and nothing is asked then.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// Least number of assessors, each with a whole form.
    pub assessors: Option<i64>,
    /// For how many months the disability must have lasted.
    pub disability_months: Option<i64>,
    /// Months that must pass after an assessment that found no disability.
    pub reapply_months: Option<i64>,
    /// Working days within which an application is to be admitted or not.
    pub acceptance_days: Option<i64>,
    /// Days of public notice.
    pub notice_days: Option<i64>,
    /// Days during which one may object, from the same day on.
    pub dispute_days: Option<i64>,
    /// For how many months a result holds.
    pub valid_months: Option<i64>,
    /// Where the numbers come from.
    pub sources: Vec<Source>,
}

impl Rules {
    /// Reads the numbers for a scale.
    #[must_use]
    pub fn of(library: &Library, scale: &str, place: Area, on: Date) -> Self {
        let (prefix, mut rules, mut sources) = (Purpose::of(scale).prefix(), Self::default(), vec![]);
        for (name, slot) in [
            ("assessors_min", &mut rules.assessors),
            ("disability_duration_months", &mut rules.disability_months),
            ("reapply_gap_months", &mut rules.reapply_months),
            ("acceptance_days", &mut rules.acceptance_days),
            ("public_notice_days", &mut rules.notice_days),
            ("dispute_days", &mut rules.dispute_days),
            ("result_validity_months", &mut rules.valid_months),
        ] {
            let found = library.parameter(&format!("{prefix}{name}"), place, on);
            *slot = found.map(|parameter| parameter.value);
            sources.extend(found.map(source));
        }
        Self { sources, ..rules }
    }

    /// The last day on which an application of that day is admitted or not in time.
    #[must_use]
    pub fn accept_by(&self, applied_on: Date) -> Option<Date> {
        self.acceptance_days.map(|days| kernel::time::workdays_after(applied_on, days))
    }

    /// How long notice and objection take together: both run from the same day, and the result waits for the longer.
    #[must_use]
    pub fn notice_length(&self) -> Option<i64> {
        self.notice_days.into_iter().chain(self.dispute_days).max()
    }
}

fn source(parameter: &Parameter) -> Source {
    Source {
        title: parameter.title.clone(),
        value: match parameter.unit.as_str() {
            "count" => format!("{} 名", parameter.value),
            unit => policy::quantity(parameter.value, unit),
        },
        clause: parameter.clause.clone(),
        unverified: parameter.unverified().map(str::to_owned),
    }
}
