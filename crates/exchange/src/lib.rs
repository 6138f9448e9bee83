//! In and out: rosters from and to spreadsheets.

pub mod transfer;
