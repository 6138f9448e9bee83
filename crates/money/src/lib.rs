//! Who pays: long-term care insurance (长期护理保险) from the level to the settled month.

pub mod ltci;

use registry::elders::OwnedTable;

/// Tables of this crate that carry an `elder_id`: a merge of two elder files re-points their rows.
pub const OWNED: &[OwnedTable] = &[
    OwnedTable { table: "ltci_entitlements", title: "长护险待遇" },
    OwnedTable { table: "ltci_refusals", title: "长护险不予核定" },
    OwnedTable { table: "ltci_plans", title: "照护计划" },
    OwnedTable { table: "ltci_visits", title: "上门服务" },
    OwnedTable { table: "ltci_lines", title: "结算明细" },
    OwnedTable { table: "ltci_corrections", title: "结算更正" },
];
