//! The person behind a request, as the session layer loads them.

use crate::routes::Permission;
use db::Scope;
use kernel::{AccountId, InstitutionId, StaffId};
use std::sync::Arc;

/// A logged-in person with what they may do and how far they see.
#[derive(Clone, Debug)]
pub struct User {
    /// The account.
    pub account: AccountId,
    /// The log-in name.
    pub login: String,
    /// The person's name.
    pub name: String,
    /// Role's name in code: `doctor`.
    pub role: String,
    /// Role's name on pages: 家庭医生.
    pub role_name: String,
    /// What the role may do: names or `prefix.*`.
    pub permissions: Arc<[&'static str]>,
    /// How far they see.
    pub scope: Scope,
    /// Where they work; what they write carries it.
    pub institution: Option<InstitutionId>,
    /// Their entry in the staff register, if they have one.
    pub staff: Option<StaffId>,
    /// Whether they must choose a new password before anything else.
    pub must_change: bool,
}

/// The role, in code, of those who do not work here: elders and who acts for them.
const FAMILY: &str = "family";

impl User {
    /// Whether this is an elder or somebody who acts for one: then pages come large, without a menu, and home is their own page.
    #[must_use]
    pub fn at_home(&self) -> bool {
        self.role == FAMILY
    }

    /// Whether the role has the permission.
    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        permission == Permission::ANYONE || self.permissions.iter().any(|granted| permission.is_granted_by(granted))
    }
}
