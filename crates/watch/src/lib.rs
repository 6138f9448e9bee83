//! Watching over elders: devices that measure and call, what they measured, alarms, the 24-hour emergency call centre
//! (clauses NT-2.2.2, NT-3.5b, WF-4.5c, JX-9).
//!
//! Each folder is a capability. A measurement comes in by [`vitals::gateway`], [`vitals::bridge`] or HTTP, is written by
//! [`vitals::intake`] together with the alarms it raises, and only then acknowledged.

pub mod alarms;
pub mod devices;
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
    OwnedTable::new("measurements", "监测数据"),
    OwnedTable::new("measurement_summaries", "监测汇总"),
    OwnedTable::new("vital_limits", "个人阈值"),
    OwnedTable::new("alarm_pending", "报警判断"),
    OwnedTable::new("alarms", "报警"),
    OwnedTable::new("alarm_events", "报警经过").of("alarm_id", "alarms"),
    OwnedTable::new("safe_areas", "安全区域"),
];
