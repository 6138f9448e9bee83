//! Who does something, when, and how far they may see. Every store function on people takes an [`Actor`].

use crate::value::Value;
use kernel::{AccountId, Area, Instant, InstitutionId};

/// How far an account sees: an area and what lies under it, and perhaps only those linked to one institution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope {
    /// The area; what lies under it is seen too.
    pub area: Area,
    /// Set for those who see only elders with a service link (`elder_links`) to this institution.
    pub institution: Option<InstitutionId>,
}

impl Scope {
    /// Everything: for the command line and for jobs of the installation itself.
    pub const ALL: Self = Self { area: Area::COUNTRY, institution: None };

    /// A condition on elders for a `where`, with its parameters; placeholders begin at `$first`.
    ///
    /// `area` and `elder` are the columns, such as `e.area` and `e.id`. The condition is in brackets and never empty.
    #[must_use]
    pub fn elders(self, area: &str, elder: &str, first: usize) -> (String, Vec<Value<'static>>) {
        let (low, high) = self.area.bounds();
        let mut values = vec![low.into(), high.into()];
        let mut sql = format!("({area} between ${first} and ${}", first + 1);
        if let Some(institution) = self.institution {
            let at = first + 2;
            sql += &format!(
                " and exists (select 1 from elder_links l where l.elder_id = {elder} and l.institution_id = ${at} and l.until is null)"
            );
            values.push(institution.into());
        }
        (sql + ")", values)
    }

    /// A condition on institutions (or what belongs to one) for a `where`; placeholders begin at `$first`.
    #[must_use]
    pub fn institutions(self, area: &str, institution: &str, first: usize) -> (String, Vec<Value<'static>>) {
        let (low, high) = self.area.bounds();
        let mut values = vec![low.into(), high.into()];
        let mut sql = format!("({area} between ${first} and ${}", first + 1);
        if let Some(own) = self.institution {
            sql += &format!(" and {institution} = ${}", first + 2);
            values.push(own.into());
        }
        (sql + ")", values)
    }
}

/// Who does something, from where and when. Made by the web layer from the session; by commands and jobs for themselves.
#[derive(Clone, Debug)]
pub struct Actor {
    /// The account; none for the installation itself (commands, jobs).
    pub account: Option<AccountId>,
    /// The person's name as it stands in the audit.
    pub name: String,
    /// Network address; empty for commands and jobs.
    pub ip: String,
    /// Where the person works, if anywhere; not a limit of sight (that is `scope`).
    pub institution: Option<InstitutionId>,
    /// How far they may see.
    pub scope: Scope,
    /// The instant of the request: the only time that a store function knows.
    pub now: Instant,
}

impl Actor {
    /// The installation itself, at the given instant.
    #[must_use]
    pub fn system(now: Instant) -> Self {
        Self { account: None, name: "系统".into(), ip: String::new(), institution: None, scope: Scope::ALL, now }
    }

    /// The date in China at the instant of the request.
    #[must_use]
    pub fn today(&self) -> kernel::Date {
        kernel::time::date_of(self.now)
    }
}
