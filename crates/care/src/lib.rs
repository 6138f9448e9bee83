//! What is done for an elder: health check-ups, stays in hospital, assessments, family-doctor contracts.
//!
//! Each folder is a capability; [`subject`] is what they share: the elder that something is done for.

pub mod assessments;
pub mod contracts;
pub mod records;
pub mod stays;
pub mod subject;
#[cfg(test)]
mod testing;

use registry::elders::OwnedTable;

/// Tables of this crate whose rows belong to an elder: a merge of two elder files re-points them.
pub const OWNED: &[OwnedTable] = &[
    OwnedTable { table: "checkups", title: "健康体检" },
    OwnedTable { table: "stays", title: "住院" },
    OwnedTable { table: "assessments", title: "评估" },
    OwnedTable { table: "assessment_forms", title: "评估表" },
    OwnedTable { table: "assessment_events", title: "评估办理过程" },
    OwnedTable { table: "contracts", title: "家庭医生签约" },
    OwnedTable { table: "contract_promises", title: "签约服务项" },
];
