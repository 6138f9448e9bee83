//! What of an elder's record is shared with another institution, for a purpose and a time, and who consented to it: what
//! referrals and remote consultations have in common. Each of them decides itself how long, notes each look, and ends it.
//!
//! | file | holds |
//! |---|---|
//! | this one | the consent, the parts of the record |
//! | [`record`] | reading the parts, and showing them |
//! | [`store`] | who sees what has two sides |
//! | [`fields`] | the part of a request's form about it |

pub mod fields;
pub mod record;
pub(crate) mod store;

use crate::contracts::model::ConsentHow;
use kernel::{Date, Instant, time};
use web::FieldError;

registry::choice! {
    /// Who consented to the request and to what of the record goes along.
    pub enum ConsentBy {
        /// The elder.
        Elder = "elder" "本人",
        /// A member of the family.
        Family = "family" "家属",
        /// The guardian.
        Guardian = "guardian" "监护人",
        /// Nobody could be asked in time; the person in charge at the institution answers for it.
        Emergency = "emergency" "危急未及征询（由负责人签字）",
    }

    /// A part of the record that may go along.
    pub enum Part {
        /// Chronic diseases, self-care, insurance.
        Summary = "summary" "基本情况与慢性病",
        /// Allergies, risks, diagnoses, medication, last results.
        Chart = "chart" "健康档案（过敏、诊断、用药）",
        /// Results of assessments in effect.
        Levels = "levels" "评估结论",
        /// Health check-ups.
        Checkups = "checkups" "健康体检",
        /// Stays in hospital.
        Stays = "stays" "住院记录",
        /// The family doctor and what was done.
        Contract = "contract" "家庭医生签约与服务",
    }
}

impl Part {
    /// As a column keeps them: codes with commas, each once.
    #[must_use]
    pub fn join(list: &[Self]) -> String {
        let known = Self::ALL.iter().filter(|one| list.contains(one));
        known.map(|one| one.code()).collect::<Vec<_>>().join(",")
    }

    /// Reads what [`Part::join`] wrote.
    #[must_use]
    pub fn split(text: &str) -> Vec<Self> {
        text.split(',').filter_map(Self::parse).collect()
    }

    /// In words.
    #[must_use]
    pub fn names(list: &[Self]) -> String {
        list.iter().map(|part| part.name()).collect::<Vec<_>>().join("、")
    }
}

/// Who consented, how, when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    /// Who spoke.
    pub by: ConsentBy,
    /// Their name.
    pub name: String,
    /// What they are to the elder; blank for the elder.
    pub relation: String,
    /// How.
    pub how: ConsentHow,
    /// When.
    pub at: Instant,
}

/// What is wrong with the fields about consent and sharing.
#[must_use]
pub fn faults(said: &Consent, shared: &[Part], purpose: &str, until: Option<Date>, now: Instant) -> Vec<FieldError> {
    let blank = |text: &str| text.trim().is_empty();
    let substitute = matches!(said.by, ConsentBy::Family | ConsentBy::Guardian);
    let early = until.is_some_and(|day| day < time::date_of(now));
    let checks = [
        (blank(&said.name), "consent_name", "表示意愿的人", "请填写姓名"),
        (substitute && blank(&said.relation), "relation", "与老年人的关系", "代为表示意愿的，请填写关系"),
        (!shared.is_empty() && blank(purpose), "purpose", "共享用途", "共享资料应写明用途"),
        (early, "shared_until", "共享至", "不能早于今天"),
    ];
    let wrong = checks.into_iter().filter(|(wrong, ..)| *wrong);
    wrong.map(|(_, field, label, text)| FieldError::new(field, label, text)).collect()
}
