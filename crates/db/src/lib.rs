//! One store on two engines: SQLite (embedded, the default) and PostgreSQL.
//!
//! SQL is written once, in a dialect that both speak: columns are only `text`, `bigint`, `double precision` and `blob`;
//! placeholders `$1 …`; `on conflict`, `returning`, common table expressions and window functions are fine;
//! sums are `cast(sum(x) as bigint)`; dates are ISO text, instants milliseconds since 1970 in UTC, ids 16 bytes, JSON text.
//! What must differ lives in [`engine`].
//!
//! Store functions are plain synchronous functions that take a [`Tx`]; handlers run them with `cx.read` and `cx.write`.

pub mod actor;
pub mod audit;
pub mod condition;
pub mod engine;
pub mod error;
pub mod jobs;
pub mod migrate;
mod notes;
pub mod value;
pub mod vault;

#[cfg(feature = "testing")]
pub mod testing;

pub use actor::{Actor, Scope};
pub use condition::Condition;
pub use engine::{Db, EngineKind, Follower, Tx};
pub use error::{Error, Result};
pub use value::{Cell, FromCell, Json, Row, Value};
pub use vault::Vault;
