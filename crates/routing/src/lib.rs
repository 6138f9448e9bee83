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
//!
//! ```
//! use routing::{Carer, Effort, Problem, Shift, StraightLine, Place, Travel, Visit, Weights, Window, breaches, plan};
//!
//! let places = [Place { lon: 120.56, lat: 32.39 }, Place { lon: 120.60, lat: 32.41 }];
//! let matrix = StraightLine { factor: 1.4, km_h: 25.0, settle: 120 }.matrix(&places).unwrap();
//! let visit = Visit {
//!     id: "visit".into(), place: 1, service: 40 * 60,
//!     windows: vec![Window { from: 9 * 3600, until: 10 * 3600 }],
//!     skills: vec!["nursing".into()], sex: None, refused: vec![], only: vec![],
//!     preferred: None, pinned: None, carers: 1, priority: 1,
//! };
//! let shift = Shift { from: 8 * 3600, until: 17 * 3600, overtime: 0, start: Some(0), end: Some(0), rest: None };
//! let carer = Carer { id: "carer".into(), skills: vec!["nursing".into()], sex: None, shifts: vec![shift], absent: false };
//! let day = Problem { visits: vec![visit], carers: vec![carer], weights: Weights::default() };
//! // With a clock instead: `progress: &|| begin.elapsed().as_secs_f64() / seconds, steps: None`.
//! let found = plan(&day, &matrix, Effort::steps(200, 1)).unwrap();
//! assert_eq!(found.tours[0].stops[0].start, 9 * 3600);
//! assert!(breaches(&day, &matrix, &found).is_empty());
//! ```

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
