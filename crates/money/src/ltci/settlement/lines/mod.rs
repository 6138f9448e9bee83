//! The lines of settlements as pages and sheets read them: by institution, verdict, reason, elder or visit.

pub mod store;
