//! Areas (行政区划): the tree of division codes that every scope and every figure hangs on.

pub mod model;

pub use model::{AreaKind, AreaRow, NewArea};
