//! Did the person mean it? A step must come from one of our own pages: the browser says so, and the session's token
//! comes with it, in the form (`_csrf`), in the address (uploads) or in a header (htmx).

use crate::cx::LoggedIn;
use crate::error::Error;
use crate::problem;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::Response;

/// A form without a file is never longer than this, in bytes.
const LONGEST_FORM: usize = 2 << 20;

pub(crate) async fn layer(request: Request, next: Next) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
        return next.run(request).await;
    }
    let path = request.uri().path().to_owned();
    if foreign(request.headers()) {
        return refused(&path);
    }
    let Some(expected) = request.extensions().get::<LoggedIn>().map(|l| l.csrf.clone()) else {
        return next.run(request).await;
    };
    match find_token(request).await {
        Some((request, token)) if token == expected => next.run(request).await,
        _ => refused(&path),
    }
}

fn refused(path: &str) -> Response {
    problem::answer(Error::Conflict("页面已过期或请求来源不明，没有执行。请刷新页面后重新提交。".into()), path)
}

/// Whether the browser says that another site sent this.
fn foreign(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return !matches!(site, "same-origin" | "none");
    }
    match (text("origin"), text(header::HOST.as_str())) {
        (Some(origin), Some(host)) => origin.split_once("://").is_none_or(|(_, from)| from != host),
        _ => false,
    }
}

async fn find_token(request: Request) -> Option<(Request, String)> {
    let header = request.headers().get("x-csrf-token").and_then(|v| v.to_str().ok()).map(str::to_owned);
    if let Some(token) = header.or_else(|| in_pairs(request.uri().query().unwrap_or_default().as_bytes())) {
        return Some((request, token));
    }
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    if !kind.starts_with("application/x-www-form-urlencoded") {
        return None;
    }
    let (parts, body) = request.into_parts();
    let bytes = to_bytes(body, LONGEST_FORM).await.ok()?;
    let token = in_pairs(&bytes)?;
    Some((Request::from_parts(parts, Body::from(bytes)), token))
}

fn in_pairs(text: &[u8]) -> Option<String> {
    form_urlencoded::parse(text).find(|(key, _)| key == "_csrf").map(|(_, value)| value.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(k, v)| (k.parse().expect("name"), v.parse().expect("value"))).collect()
    }

    #[test]
    fn other_sites_are_noticed() {
        assert!(foreign(&headers(&[("sec-fetch-site", "cross-site")])));
        assert!(foreign(&headers(&[("sec-fetch-site", "same-site")])));
        assert!(!foreign(&headers(&[("sec-fetch-site", "same-origin")])));
        assert!(foreign(&headers(&[("origin", "http://evil.example"), ("host", "127.0.0.1:8080")])));
        assert!(foreign(&headers(&[("origin", "null"), ("host", "127.0.0.1:8080")])));
        assert!(!foreign(&headers(&[("origin", "http://127.0.0.1:8080"), ("host", "127.0.0.1:8080")])));
    }
}
