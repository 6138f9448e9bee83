//! Drives routes in tests: a store of its own, a clock that one sets, people with the permissions one gives them.

use crate::routes::{Permission, Route, Routes};
use crate::serve;
use crate::state::{LoadUser, State, StateBuilder};
use crate::user::User;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use chrono::TimeDelta;
use db::Scope;
use db::testing::TestDb;
use kernel::chance::Seeded;
use kernel::{AccountId, Area, Chance, Clock, Instant, InstitutionId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use tower::ServiceExt;

/// A clock that stands until it is moved. Begins at 2026-11-02 09:00 in China, a Monday.
pub struct TestClock(Mutex<Instant>);

impl Default for TestClock {
    fn default() -> Self {
        Self(Mutex::new(kernel::time::parse_local("2026-11-02 09:00").expect("instant")))
    }
}

impl TestClock {
    /// Moves the clock forward.
    pub fn advance(&self, by: TimeDelta) {
        *self.0.lock().expect("clock") += by;
    }

    /// Sets the clock.
    pub fn set(&self, to: Instant) {
        *self.0.lock().expect("clock") = to;
    }
}

impl Clock for TestClock {
    fn now(&self) -> Instant {
        *self.0.lock().expect("clock")
    }
}

type People = Arc<Mutex<HashMap<AccountId, User>>>;

/// The application under test.
pub struct TestApp {
    /// The store.
    pub db: TestDb,
    /// The clock.
    pub clock: Arc<TestClock>,
    /// The state.
    pub state: State,
    /// All routes.
    pub routes: Vec<Route>,
    router: Router,
    people: People,
    runtime: tokio::runtime::Runtime,
}

impl TestApp {
    /// An application of these routes. `wire` puts in what the routes want to find in the state.
    ///
    /// # Panics
    /// When it cannot be built.
    pub fn new(
        db: TestDb,
        policies: policy::Library,
        routes: Routes,
        wire: impl FnOnce(StateBuilder) -> StateBuilder,
    ) -> Self {
        let clock = Arc::new(TestClock::default());
        let people = People::default();
        let known = people.clone();
        let load: LoadUser = Arc::new(move |_, account| Ok(known.lock().expect("people").get(&account).cloned()));
        let chance: Arc<dyn Chance> = Arc::new(Seeded::new(11));
        let state = wire(State::builder(db.clone(), clock.clone(), chance, Arc::new(policies), load)).build();
        let list = routes.list().to_vec();
        let router = serve::app(state.clone(), routes);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("runtime");
        Self { db, clock, state, routes: list, router, people, runtime }
    }

    /// A person of this name with these permissions in this area, logged in.
    ///
    /// # Panics
    /// When the session cannot be written.
    pub fn person(&self, name: &str, permissions: &[&'static str], area: &str) -> Client<'_> {
        let scope = Scope { area: Area::parse(area).expect("area"), institution: None };
        self.person_with(name, permissions, scope, None)
    }

    /// The same, with a scope and the institution where they work.
    ///
    /// # Panics
    /// When the session cannot be written.
    pub fn person_with(
        &self,
        name: &str,
        permissions: &[&'static str],
        scope: Scope,
        institution: Option<InstitutionId>,
    ) -> Client<'_> {
        let account = AccountId::new(self.clock.now(), self.state.chance.as_ref());
        let user = User {
            account,
            login: name.into(),
            name: name.into(),
            role: "test".into(),
            role_name: "测试".into(),
            permissions: permissions.to_vec().into(),
            scope,
            institution,
            staff: None,
            must_change: false,
        };
        self.login(user)
    }

    /// Logs a user in.
    ///
    /// # Panics
    /// When the session cannot be written.
    pub fn login(&self, user: User) -> Client<'_> {
        let account = user.account;
        self.people.lock().expect("people").insert(account, user.clone());
        let cookie = self.db.write(|tx| crate::session::begin(tx, account, self.clock.now())).expect("session");
        let cookie = cookie.to_str().expect("ascii").split(';').next().unwrap_or_default().to_owned();
        let csrf = self.db.read(|tx| {
            tx.query_one("select csrf from sessions where account_id = $1", db::params![account], |row| {
                row.get::<String>(0)
            })
        });
        Client { app: self, user, cookie, csrf: csrf.expect("csrf") }
    }

    /// Somebody who is not logged in.
    #[must_use]
    pub fn stranger(&self) -> Client<'_> {
        let user = User {
            account: AccountId::new(self.clock.now(), self.state.chance.as_ref()),
            login: String::new(),
            name: String::new(),
            role: String::new(),
            role_name: String::new(),
            permissions: Arc::new([]),
            scope: Scope { area: Area::COUNTRY, institution: None },
            institution: None,
            staff: None,
            must_change: false,
        };
        Client { app: self, user, cookie: String::new(), csrf: String::new() }
    }
}

/// A person with a browser.
pub struct Client<'a> {
    app: &'a TestApp,
    /// Who it is.
    pub user: User,
    cookie: String,
    csrf: String,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// Status.
    pub status: StatusCode,
    /// Where to go on, if anywhere.
    pub location: Option<String>,
    /// Cookies that were set.
    pub cookies: Vec<String>,
    /// Body, as bytes.
    pub bytes: Vec<u8>,
}

impl Answer {
    /// Body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// Fails unless the answer is a page; answers its text.
    ///
    /// # Panics
    /// When it is something else.
    #[must_use]
    pub fn page(self) -> String {
        assert_eq!(self.status, StatusCode::OK, "{}", self.text());
        self.text()
    }

    /// Fails unless the answer sends the browser on; answers where to.
    ///
    /// # Panics
    /// When it is something else.
    #[must_use]
    pub fn goes_to(self) -> String {
        assert_eq!(self.status, StatusCode::SEE_OTHER, "{}", self.text());
        self.location.expect("location")
    }
}

impl Client<'_> {
    /// Whether this person may call a route.
    #[must_use]
    pub fn may(&self, permission: Option<Permission>) -> bool {
        permission.is_none_or(|p| self.user.may(p))
    }

    /// Opens a page.
    pub fn get(&self, url: &str) -> Answer {
        self.send(Request::get(url).body(Body::empty()).expect("request"))
    }

    /// Sends a form with the token that the page would have had.
    pub fn post(&self, url: &str, form: &[(&str, &str)]) -> Answer {
        let pairs = form.iter().copied().chain([("_csrf", self.csrf.as_str())]);
        self.post_raw(
            url,
            "application/x-www-form-urlencoded",
            form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish().into_bytes(),
        )
    }

    /// Uploads a file in the field `file`, with other fields before it.
    pub fn upload(&self, url: &str, fields: &[(&str, &str)], name: &str, bytes: &[u8]) -> Answer {
        let mut body = Vec::new();
        for (key, value) in fields {
            body.extend(
                format!("--XX\r\nContent-Disposition: form-data; name=\"{key}\"\r\n\r\n{value}\r\n").into_bytes(),
            );
        }
        body.extend(format!("--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: application/octet-stream\r\n\r\n").into_bytes());
        body.extend(bytes);
        body.extend(b"\r\n--XX--\r\n");
        let mark = if url.contains('?') { '&' } else { '?' };
        self.post_raw(&format!("{url}{mark}_csrf={}", self.csrf), "multipart/form-data; boundary=XX", body)
    }

    /// Sends any body, without adding a token.
    pub fn post_raw(&self, url: &str, kind: &str, body: Vec<u8>) -> Answer {
        self.send(Request::post(url).header(header::CONTENT_TYPE, kind).body(Body::from(body)).expect("request"))
    }

    /// Sends any body with the token in its header, as a program does.
    pub fn post_with_token(&self, url: &str, kind: &str, body: Vec<u8>) -> Answer {
        let request = Request::post(url).header(header::CONTENT_TYPE, kind).header("x-csrf-token", &self.csrf);
        self.send(request.body(Body::from(body)).expect("request"))
    }

    /// Sends anything with these headers, as a program does that has no browser.
    pub fn call(&self, method: &str, url: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Answer {
        let mut request = Request::builder().method(method).uri(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::from(body)).expect("request"))
    }

    fn send(&self, mut request: Request<Body>) -> Answer {
        if !self.cookie.is_empty() {
            request.headers_mut().insert(header::COOKIE, self.cookie.parse().expect("cookie"));
        }
        self.app.runtime.block_on(async {
            let response = self.app.router.clone().oneshot(request).await.expect("infallible");
            let header = |name| response.headers().get(name).and_then(|v| v.to_str().ok()).map(str::to_owned);
            let location = header(header::LOCATION);
            let cookies = response
                .headers()
                .get_all(header::SET_COOKIE)
                .iter()
                .filter_map(|v| v.to_str().ok().map(str::to_owned))
                .collect();
            let status = response.status();
            let bytes = to_bytes(response.into_body(), usize::MAX).await.expect("body").to_vec();
            Answer { status, location, cookies, bytes }
        })
    }
}
