//! The elder that something is done for: as much of the register as a decision in this crate needs.

pub mod store;

use kernel::{Area, Date, ElderId};

/// An elder within the actor's sight.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// Identity.
    pub id: ElderId,
    /// Name.
    pub name: String,
    /// 男 or 女, as code of GB/T 2261.1.
    pub sex: i64,
    /// Date of birth.
    pub born: Date,
    /// Where they live.
    pub area: Area,
    /// Codes of chronic diseases, with commas.
    pub chronic: String,
    /// Whether they are alive and live here.
    pub present: bool,
    /// Day of death.
    pub died_on: Option<Date>,
}

impl Subject {
    /// Age in full years and sex, for headings: `82 岁 女`.
    #[must_use]
    pub fn age_and_sex(&self, on: Date) -> String {
        let sex = kernel::citizen::Sex::of(self.sex).map_or("", kernel::citizen::Sex::name);
        format!("{} 岁 {sex}", kernel::time::age_on(self.born, on))
    }

    /// What is wrong with a date of something that was done for the elder; `what` names it.
    #[must_use]
    pub fn against_date(&self, what: &str, day: Date, today: Date) -> Option<String> {
        if day > today {
            Some(format!("{what} {day} 晚于今天（{today}）"))
        } else if day < self.born {
            Some(format!("{what} {day} 早于老年人的出生日期"))
        } else {
            self.died_on.filter(|died| day > *died).map(|died| format!("{what} {day} 晚于去世日期（{died}）"))
        }
    }
}
