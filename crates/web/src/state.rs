//! What every handler can reach: the store, the clock, chance, the policies, the jobs, and what was wired in.

use crate::routes::Nav;
use crate::user::User;
use db::jobs::Jobs;
use db::{Db, Tx};
use kernel::{AccountId, Chance, Clock};
use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::Arc;

/// Loads the person of an account; `None` when it is gone or disabled. `registry::accounts` has the real one.
pub type LoadUser = Arc<dyn Fn(&mut Tx<'_>, AccountId) -> db::Result<Option<User>> + Send + Sync>;

/// The shared state. Cheap to clone.
#[derive(Clone)]
pub struct State(Arc<Inner>);

/// What is inside; reached through [`State`].
pub struct Inner {
    /// The store.
    pub db: Db,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Random bytes, fit for secrets.
    pub chance: Arc<dyn Chance>,
    /// The policy documents and scales.
    pub policies: Arc<policy::Library>,
    /// Background jobs.
    pub jobs: Jobs,
    /// The menu.
    pub nav: Vec<Nav>,
    /// How accounts become users.
    pub load_user: LoadUser,
    extras: HashMap<TypeId, Arc<dyn Any + Send + Sync>>,
}

impl std::ops::Deref for State {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl State {
    /// Begins a state; wiring goes on with [`StateBuilder::with`].
    pub fn builder(
        db: Db,
        clock: Arc<dyn Clock>,
        chance: Arc<dyn Chance>,
        policies: Arc<policy::Library>,
        load_user: LoadUser,
    ) -> StateBuilder {
        let jobs = Jobs::new(db.clone(), clock.clone());
        StateBuilder(Inner { db, clock, chance, policies, jobs, nav: Vec::new(), load_user, extras: HashMap::new() })
    }

    /// Something that was put in at wiring time; the default if nothing was.
    #[must_use]
    pub fn get<T: Any + Send + Sync + Default>(&self) -> Arc<T> {
        self.try_get().unwrap_or_default()
    }

    /// Something that was put in at wiring time.
    #[must_use]
    pub fn try_get<T: Any + Send + Sync>(&self) -> Option<Arc<T>> {
        self.0.extras.get(&TypeId::of::<T>()).cloned().and_then(|any| any.downcast().ok())
    }
}

/// Builds a [`State`].
pub struct StateBuilder(Inner);

impl StateBuilder {
    /// Puts something in for [`State::get`], one of each type.
    #[must_use]
    pub fn with<T: Any + Send + Sync>(self, extra: T) -> Self {
        self.with_arc(Arc::new(extra))
    }

    /// Like [`StateBuilder::with`], for something that is shared with others already.
    #[must_use]
    pub fn with_arc<T: Any + Send + Sync>(mut self, extra: Arc<T>) -> Self {
        self.0.extras.insert(TypeId::of::<T>(), extra);
        self
    }

    /// Adds entries to the menu.
    #[must_use]
    pub fn nav(mut self, entries: &[Nav]) -> Self {
        self.0.nav.extend_from_slice(entries);
        self.0.nav.sort_by_key(|n| n.order);
        self
    }

    /// The finished state.
    #[must_use]
    pub fn build(self) -> State {
        State(Arc::new(self.0))
    }
}
