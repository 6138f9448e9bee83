//! A day's visits: who goes where when.
//!
//! Pure: no clock, no chance of its own, no I/O. The caller hands in the travel times ([`Travel`], [`Matrix`]), how far
//! the time has gone ([`Effort`]) and the seed; with a seed and a number of steps the same plan comes out again.
//!
//! | file | holds |
//! |---|---|
//! | `model.rs` | visits, carers, shifts, rests, what is agreed, weights |
//! | `mistake.rs` | what is wrong with a question, numbered RT01 … |
//! | `travel.rs` | straight line × factor, the answer of an OSRM-like service, RT31 … |
//! | `plan.rs` | tours with their times, who is left out and why (RT21 …), the cost in its parts |
//! | `solve.rs` | [`plan`](plan()) and [`replan`] |
//! | `price.rs` | [`Pricer`]: a visit dragged by hand |
//! | `breach.rs` | [`breaches`]: every rule asked again of a finished plan, RT41 … |
//! | `core` | the search, in the terms of no field |
//! | `vrptw.rs` | the textbook problem on the same search, for the benchmark |
//!
//! Visits of two carers begin at one instant, which is theirs from when both are placed until both are taken out again:
//! so every tour can be judged by itself.

mod book;
mod breach;
mod core;
mod mistake;
mod model;
mod plan;
mod price;
mod reason;
mod solve;
mod translate;
mod travel;
pub mod vrptw;

pub use breach::{Breach, breaches};
pub use mistake::Mistake;
pub use model::{Carer, Pin, Problem, Rest, Seconds, Sex, Shift, Visit, Weights, Window};
pub use plan::{Cost, Plan, Reason, Stop, Tour, Unassigned};
pub use price::{Move, Price, Pricer, Target};
pub use solve::{Effort, plan, replan};
pub use travel::{Matrix, NoTravel, Place, StraightLine, Travel, metres, osrm_path, osrm_table};
