//! What a handler is given: the person, the time, and the way to the store.

use crate::error::Error;
use crate::state::State;
use crate::user::User;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use db::{Actor, Tx};
use kernel::{Date, Instant};

/// Put into the request by the session layer.
#[derive(Clone)]
pub(crate) struct LoggedIn {
    pub user: User,
    pub csrf: String,
    pub ip: String,
    pub now: Instant,
    pub flash: Option<String>,
}

/// The context of a request by a logged-in person.
#[derive(Clone)]
pub struct Cx {
    /// The shared state.
    pub state: State,
    /// The person.
    pub user: User,
    /// The instant of the request, read once.
    pub now: Instant,
    pub(crate) csrf: String,
    pub(crate) ip: String,
    pub(crate) path: String,
    pub(crate) flash: Option<String>,
}

impl Cx {
    /// The date in China.
    #[must_use]
    pub fn today(&self) -> Date {
        kernel::time::date_of(self.now)
    }

    /// Whether the person may do this.
    #[must_use]
    pub fn may(&self, permission: crate::Permission) -> bool {
        self.user.may(permission)
    }

    /// The token that forms carry; `ui::csrf` puts it there.
    #[must_use]
    pub fn csrf(&self) -> &str {
        &self.csrf
    }

    /// Path of the request, for marking the menu.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The person as store functions want them.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor {
            account: Some(self.user.account),
            name: self.user.name.clone(),
            ip: self.ip.clone(),
            institution: self.user.institution,
            scope: self.user.scope,
            now: self.now,
        }
    }

    /// Reads from the store on a thread where blocking is fine.
    ///
    /// # Errors
    /// What the work answers, as a page.
    pub async fn read<T, E, F>(&self, work: F) -> Result<T, Error>
    where
        F: FnOnce(&mut Tx<'_>, &Actor) -> Result<T, E> + Send + 'static,
        E: From<db::Error> + Into<Error> + Send + 'static,
        T: Send + 'static,
    {
        let (db, by) = (self.state.db.clone(), self.actor());
        blocking(move || db.read(|tx| work(tx, &by))).await
    }

    /// Writes to the store, all or nothing; then the jobs are told that there may be something to do.
    ///
    /// # Errors
    /// What the work answers, as a page; then nothing was written.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, Error>
    where
        F: FnOnce(&mut Tx<'_>, &Actor) -> Result<T, E> + Send + 'static,
        E: From<db::Error> + Into<Error> + Send + 'static,
        T: Send + 'static,
    {
        let (db, by) = (self.state.db.clone(), self.actor());
        let result = blocking(move || db.write(|tx| work(tx, &by))).await;
        self.state.jobs.wake();
        result
    }

    /// Notes in the audit that the person looked at something, before it is shown. See [`db::Db::note`].
    ///
    /// # Errors
    /// What the engine says.
    pub async fn note(&self, entry: db::audit::Entry<'static>) -> Result<(), Error> {
        let (db, by) = (self.state.db.clone(), self.actor());
        blocking(move || db.note(&by, entry)).await
    }

    /// Runs something long or blocking off the request threads.
    ///
    /// # Errors
    /// What the work answers, or an internal error if it panics.
    pub async fn blocking<T, E, F>(&self, work: F) -> Result<T, Error>
    where
        F: FnOnce() -> Result<T, E> + Send + 'static,
        E: Into<Error> + Send + 'static,
        T: Send + 'static,
    {
        blocking(work).await
    }
}

/// Runs something blocking off the request threads; for handlers of public routes, which have no [`Cx`].
///
/// # Errors
/// What the work answers, or an internal error if it panics.
pub async fn blocking<T, E, F>(work: F) -> Result<T, Error>
where
    F: FnOnce() -> Result<T, E> + Send + 'static,
    E: Into<Error> + Send + 'static,
    T: Send + 'static,
{
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result.map_err(Into::into),
        Err(e) => Err(Error::Internal(e.to_string())),
    }
}

impl FromRequestParts<State> for Cx {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Error> {
        let LoggedIn { user, csrf, ip, now, flash } =
            parts.extensions.get::<LoggedIn>().cloned().ok_or(Error::Forbidden)?;
        Ok(Self { state: state.clone(), user, now, csrf, ip, path: parts.uri.path().to_owned(), flash })
    }
}

/// The context of a request to a public route: somebody, perhaps not logged in.
#[derive(Clone)]
pub struct Visitor {
    /// The shared state.
    pub state: State,
    /// The instant of the request.
    pub now: Instant,
    /// Network address.
    pub ip: String,
    /// Whether somebody is logged in on this browser.
    pub logged_in: bool,
    /// A note left by the page before.
    pub flash: Option<String>,
}

/// Put into every request by the session layer.
#[derive(Clone)]
pub(crate) struct Caller {
    pub ip: String,
    pub now: Instant,
    pub flash: Option<String>,
}

impl FromRequestParts<State> for Visitor {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Error> {
        let missing = || Error::Internal("session layer missing".into());
        let Caller { ip, now, flash } = parts.extensions.get::<Caller>().cloned().ok_or_else(missing)?;
        let logged_in = parts.extensions.get::<LoggedIn>().is_some();
        Ok(Self { state: state.clone(), now, ip, logged_in, flash })
    }
}
