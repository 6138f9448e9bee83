//! Watching over elders: devices that measure and call, what they measured, alarms, the 24-hour emergency call centre
//! (clauses NT-2.2.2, NT-3.5b, WF-4.5c, JX-9).
//!
//! Each folder is a capability. A measurement comes in by [`vitals::gateway`], [`vitals::bridge`] or HTTP, is written by
//! [`vitals::intake`] together with the alarms it raises, and only then acknowledged.

pub mod alarms;
pub mod devices;
pub mod emergencies;
pub mod huts;
pub mod live;
pub mod service;
#[cfg(test)]
mod testing;
pub mod vitals;

pub use live::Live;
pub use service::Watching;

use registry::elders::OwnedTable;

/// Tables of this crate whose rows belong to an elder: a merge of two elder files re-points them.
pub const OWNED: &[OwnedTable] = &[
    OwnedTable::new("devices", "监测设备"),
    OwnedTable::new("device_bindings", "设备绑定"),
    OwnedTable::new("vital_limits", "个人阈值"),
    OwnedTable::new("alarms", "报警"),
    OwnedTable::new("alarm_events", "报警经过").of("alarm_id", "alarms"),
    OwnedTable::new("emergency_cases", "呼救事件").parts("alarms", "case_id"),
    OwnedTable::new("emergency_dispatches", "呼救派员").of("case_id", "emergency_cases"),
    OwnedTable::new("emergency_events", "呼救经过").of("case_id", "emergency_cases"),
    OwnedTable::new("emergency_contacts", "呼救联系人").of("case_id", "emergency_cases"),
    OwnedTable::new("emergency_phones", "来电号码"),
    OwnedTable::new("emergency_calls", "来电").of("case_id", "emergency_cases"),
    OwnedTable::new("vital_trends", "变差的趋势"),
    OwnedTable::new("hut_cards", "健康小屋卡"),
    OwnedTable::new("hut_visits", "健康小屋测量"),
];

/// Tables of this crate whose rows stay under the file for which they were written, whatever is merged: with each the reason.
/// Whoever reads them by elder asks [`vitals::store::files`].
pub const FROZEN: &[(&str, &str)] = &[
    ("measurements", "there may be millions, and undoing a merge must not look for each"),
    ("measurement_summaries", "they are computed from the measurements of their file"),
    ("alarm_pending", "a run of readings is counted anew under the file that goes on"),
    ("safe_areas", "each file has one at most, and which holds is asked when it is read"),
];
