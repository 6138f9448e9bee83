//! Routes: a path does not get in without the permission that it needs.

use crate::cx::LoggedIn;
use crate::error::Error;
use crate::problem;
use crate::serve::see;
use crate::state::State;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::handler::Handler;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::{MethodRouter, get, post};

/// The most that an upload may weigh, in bytes. An installation setting, not a policy.
pub const LARGEST_UPLOAD: usize = 512 << 20;

/// What one must be allowed to do: `elders.read`. The part before the dot is the capability's slug.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Permission(pub &'static str);

impl Permission {
    /// For pages that every logged-in person sees: the home page, one's own account.
    pub const ANYONE: Self = Self("");

    /// Whether a grant such as `elders.read`, `elders.*` or `*` covers this permission.
    #[must_use]
    pub fn is_granted_by(self, grant: &str) -> bool {
        match grant.strip_suffix('*') {
            Some(prefix) => self.0.starts_with(prefix),
            None => self.0 == grant,
        }
    }
}

/// An entry of the menu.
#[derive(Clone, Copy, Debug)]
pub struct Nav {
    /// Heading that it stands under.
    pub group: &'static str,
    /// Text.
    pub title: &'static str,
    /// Where it leads.
    pub href: &'static str,
    /// Who sees it.
    pub permission: Permission,
    /// Place among all entries; groups stand where their first entry stands.
    pub order: u32,
}

/// A route as the list of all routes has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// Path with `{names}`.
    pub path: &'static str,
    /// What it needs; `None` for a public route.
    pub permission: Option<Permission>,
}

/// Routes with their permissions.
#[derive(Default)]
pub struct Routes {
    router: Router<State>,
    list: Vec<Route>,
}

impl Routes {
    /// No routes yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A page for those who have the permission.
    #[must_use]
    pub fn get<H: Handler<T, State>, T: 'static>(self, path: &'static str, permission: Permission, handler: H) -> Self {
        self.add("GET", path, Some(permission), get(handler))
    }

    /// A step for those who have the permission.
    #[must_use]
    pub fn post<H: Handler<T, State>, T: 'static>(
        self,
        path: &'static str,
        permission: Permission,
        handler: H,
    ) -> Self {
        self.add("POST", path, Some(permission), post(handler))
    }

    /// A step that takes a file of up to [`LARGEST_UPLOAD`].
    #[must_use]
    pub fn upload<H: Handler<T, State>, T: 'static>(
        self,
        path: &'static str,
        permission: Permission,
        handler: H,
    ) -> Self {
        self.add("POST", path, Some(permission), post(handler).layer(DefaultBodyLimit::max(LARGEST_UPLOAD)))
    }

    /// A page for everybody. Each stands in `docs/reference/public-routes.txt`.
    #[must_use]
    pub fn public_get<H: Handler<T, State>, T: 'static>(self, path: &'static str, handler: H) -> Self {
        self.add("GET", path, None, get(handler))
    }

    /// A step for everybody. Each stands in `docs/reference/public-routes.txt`.
    #[must_use]
    pub fn public_post<H: Handler<T, State>, T: 'static>(self, path: &'static str, handler: H) -> Self {
        self.add("POST", path, None, post(handler))
    }

    /// These and the others.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.router = self.router.merge(other.router);
        self.list.extend(other.list);
        self
    }

    /// All routes, for the reference and for the tests that try each of them.
    #[must_use]
    pub fn list(&self) -> &[Route] {
        &self.list
    }

    pub(crate) fn into_router(self) -> Router<State> {
        self.router
    }

    fn add(
        mut self,
        method: &'static str,
        path: &'static str,
        permission: Option<Permission>,
        handler: MethodRouter<State>,
    ) -> Self {
        self.list.push(Route { method, path, permission });
        let handler = match permission {
            Some(needed) => handler.route_layer(from_fn(move |request, next| guard(needed, request, next))),
            None => handler,
        };
        self.router = self.router.route(path, handler);
        self
    }
}

async fn guard(needed: Permission, request: Request, next: Next) -> Response {
    let Some(LoggedIn { user, .. }) = request.extensions().get::<LoggedIn>() else {
        if problem::for_programs(request.uri().path()) {
            return problem::logged_out();
        }
        let from = request.uri().path_and_query().map_or("/", |p| p.as_str());
        let next: String = form_urlencoded::byte_serialize(from.as_bytes()).collect();
        return see(&if request.method() == "GET" { format!("/login?next={next}") } else { "/login".into() });
    };
    if user.must_change && !matches!(request.uri().path(), "/account" | "/logout") {
        return if problem::for_programs(request.uri().path()) {
            problem::answer(Error::Conflict("须先登录页面修改初始密码".into()), request.uri().path())
        } else {
            see("/account")
        };
    }
    if !user.may(needed) {
        return problem::answer(Error::Forbidden, request.uri().path());
    }
    if is_text(request.uri().path()) {
        next.run(request).await
    } else {
        problem::answer(Error::NotFound, request.uri().path())
    }
}

/// Whether the `%` parts of a path are text: no thing has another address, and the parameters would refuse it in English.
fn is_text(path: &str) -> bool {
    let (mut bytes, mut rest) = (Vec::with_capacity(path.len()), path.as_bytes());
    while let [first, after @ ..] = rest {
        let hex = after.get(..2).filter(|_| *first == b'%').and_then(|hex| std::str::from_utf8(hex).ok());
        let coded = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok());
        bytes.push(coded.unwrap_or(*first));
        rest = if coded.is_some() { &after[2..] } else { after };
    }
    std::str::from_utf8(&bytes).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_text() {
        assert!(is_text("/elders/%E7%8E%8B") && is_text("/100%") && is_text("/%zz") && is_text("/王"));
        assert!(!is_text("/elders/%FF") && !is_text("/%E7%8E"));
    }

    #[test]
    fn a_grant_covers_its_own_and_no_other() {
        let read = Permission("elders.read");
        assert!(read.is_granted_by("elders.read") && read.is_granted_by("elders.*") && read.is_granted_by("*"));
        assert!(!read.is_granted_by("elders.write") && !read.is_granted_by("staff.*") && !read.is_granted_by(""));
    }
}
