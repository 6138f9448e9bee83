//! The search itself, in the terms of no field: jobs, duties, whole numbers. Everything that people say of visits is
//! translated into these by `crate::translate` and back again.
//!
//! | file | holds |
//! |---|---|
//! | `instance.rs` | jobs and duties with all costs |
//! | `tour.rs` | one duty's jobs in order, with what makes an insertion cheap to judge |
//! | `solution.rs` | all tours, what is left over, and the way back from a change |
//! | `ruin.rs`, `recreate.rs`, `pairs.rs` | taking strings of jobs out and putting them back, two at a time where two go |
//! | `search.rs` | which change is kept; fewer tours first where that is asked |
//!
//! The way is that of Christiaens and Vanden Berghe, "Slack Induction by String Removals for Vehicle Routing Problems"
//! (Transportation Science 54(2), 2020), with breaks, fixed starts, pairs, idle time and overtime added.

pub mod instance;
mod pairs;
mod recreate;
mod rng;
mod ruin;
pub mod search;
pub mod solution;
pub mod tour;
