//! Names of areas in memory: nearly every page shows one.

use super::store;
use db::{Result, Tx};
use kernel::Area;
use kernel::area::Level;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// A copy of the names that renews itself when an area was changed.
#[derive(Default)]
pub struct Names(RwLock<Arc<Table>>);

/// The names as they are at one moment.
#[derive(Default)]
pub struct Table {
    stamp: Option<(i64, i64)>,
    names: HashMap<Area, String>,
}

impl Names {
    /// The names as they are now.
    ///
    /// # Errors
    /// What the store says.
    pub fn at(&self, tx: &mut Tx<'_>) -> Result<Arc<Table>> {
        let stamp = store::stamp(tx)?;
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner).clone();
        if known.stamp == Some(stamp) {
            return Ok(known);
        }
        let fresh = Arc::new(Table { stamp: Some(stamp), names: store::all_names(tx)? });
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = fresh.clone();
        Ok(fresh)
    }

    /// The names as they were when somebody last looked.
    #[must_use]
    pub fn known(&self) -> Arc<Table> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Table {
    /// The areas that have names.
    pub fn codes(&self) -> impl Iterator<Item = Area> {
        self.names.keys().copied()
    }

    /// The name of an area; its code if nobody named it.
    #[must_use]
    pub fn name(&self, area: Area) -> String {
        match self.names.get(&area) {
            Some(name) => name.clone(),
            None if area == Area::COUNTRY => "全国".into(),
            None => area.short(),
        }
    }

    /// What a list can be narrowed to: the areas one level below `under`, and the one chosen now.
    #[must_use]
    pub fn choices(&self, under: Area, chosen: Option<Area>) -> Vec<(String, String)> {
        let below = |area: &&Area| under.contains(**area) && **area != under;
        let level = self.names.keys().filter(below).map(|area| area.level()).min();
        let listed = |area: &&Area| below(area) && (Some(area.level()) == level || Some(**area) == chosen);
        let mut all: Vec<Area> = self.names.keys().filter(listed).copied().collect();
        all.sort_unstable();
        let named = all.into_iter().map(|area| (area.to_string(), self.name(area)));
        std::iter::once((String::new(), "全部".to_owned())).chain(named).collect()
    }

    /// The names from the county down: 如东县 掘港街道 江海社区.
    #[must_use]
    pub fn path(&self, area: Area) -> String {
        if area.level() < Level::County {
            return self.name(area);
        }
        let mut steps: Vec<Area> = [Level::County, Level::Town, Level::Village].map(|level| area.up_to(level)).into();
        steps.dedup();
        steps.into_iter().map(|step| self.name(step)).collect::<Vec<_>>().join(" ")
    }
}
