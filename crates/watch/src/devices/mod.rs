//! Devices (监测设备; clauses NT-2.2.2, NT-3.5b, JX-9): which there are, who looks after them, who wears them.
//!
//! | state | event | next |
//! |---|---|---|
//! | active | suspend | suspended |
//! | suspended | resume | active |
//! | active | retire | retired |
//! | suspended | retire | retired |
//!
//! | file | holds |
//! |---|---|
//! | [`model`] | what a device is |
//! | [`directory`] | the devices in memory, for the intake |

pub mod directory;
pub mod model;

pub use directory::Directory;
pub use model::{Device, TRANSITIONS};
