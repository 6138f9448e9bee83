//! Elders (老年人): the register that everything else hangs on.

pub mod columns;
pub mod duplicates;
pub mod facts;
pub mod links;
pub mod merges;
pub mod model;
pub mod pinyin;
pub mod search;
pub mod store;
pub mod timeline;

pub use columns::Columns;
pub use facts::{Fact, Facts};
pub use links::{Link, LinkKind};
pub use merges::{OwnedTable, OwnedTables};
pub use model::{Brief, Chronic, Details, Elder, Living, Marital, NewElder, Private, Scheme, SelfCare, Status};
pub use timeline::{CardSource, ElderCard, ElderPage, TimelineItem, TimelineSource};
