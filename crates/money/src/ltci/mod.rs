//! Long-term care insurance (长期护理保险): level → entitlement → care plan → visits → monthly settlement → correction.
//!
//! | folder | what | addresses |
//! |---|---|---|
//! | [`entitlements`] | who gets what, by the region's table, with its clause | `/ltci/entitlements` |
//! | [`plans`] | what is done how often and by whom, and the visits of a month ([`care::visits`]) | `/ltci/plans` |
//! | [`settlement`] | the month: priced, checked, capped, frozen, paid | `/ltci/settlements` |
//! | [`corrections`] | counter-entries to what is settled | `/ltci/corrections` |
//!
//! Numbers of refusals: LTCI-01 … 16 of the settlement ([`settlement::reason`]), 21 … 26 of entitlements, 31 … 42 of plans,
//! 63 … 64 of settling, 71 … 72 of corrections. A number never changes its meaning.

pub mod corrections;
pub mod entitlements;
pub mod following;
#[cfg(test)]
mod following_tests;
pub mod plans;
pub mod rules;
pub mod settlement;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod views;

pub use care::visits::{self, catalogue};
pub use following::{follow, open};
pub use views::{beside, card, timeline, work};
use web::{Nav, Permission, Routes};

/// Sees entitlements, plans and settlements.
pub const READ: Permission = Permission("ltci.read");
/// Grants and ends entitlements.
pub const ENTITLE: Permission = Permission("ltci.entitle");
/// Makes plans and schedules visits.
pub const PLAN: Permission = Permission("ltci.plan");
/// Tries out, settles and notes payments.
pub const SETTLE: Permission = Permission("ltci.settle");
/// Asks for corrections.
pub const CORRECT: Permission = Permission("ltci.correct");

/// The menu entries.
pub const NAV: &[Nav] = &[
    Nav { group: "长期护理保险", title: "待遇", href: "/ltci/entitlements", permission: READ, order: 410 },
    Nav { group: "长期护理保险", title: "照护计划", href: "/ltci/plans", permission: READ, order: 420 },
    Nav { group: "长期护理保险", title: "月度结算", href: "/ltci/settlements", permission: READ, order: 440 },
    Nav { group: "长期护理保险", title: "更正", href: "/ltci/corrections", permission: READ, order: 450 },
];

/// All routes of the capability.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .merge(entitlements::routes())
        .merge(plans::routes())
        .merge(settlement::routes())
        .merge(corrections::routes())
}

/// Tells the queue who settles.
pub fn wire(state: &web::State) {
    settlement::jobs::wire(state);
}
