//! From routes to a service: layers, headers, answers that are no pages.

use crate::error::Error;
use crate::routes::Routes;
use crate::state::State;
use crate::{assets, csrf, problem, session};
use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

/// Media type of an Excel workbook.
pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/// Media type of a CSV file.
pub const CSV: &str = "text/csv; charset=utf-8";
/// What a page may ask of the device that shows it.
const DEVICES: HeaderName = HeaderName::from_static("permissions-policy");
/// Name of the cookie that carries a note to the next page.
pub(crate) const FLASH: &str = "yiyang_flash";

/// The whole service.
pub fn app(state: State, routes: Routes) -> Router {
    routes
        .into_router()
        .fallback(|request: Request| async move { problem::answer(Error::NotFound, request.uri().path()) })
        .layer(from_fn(csrf::layer))
        .layer(from_fn_with_state(state.clone(), session::layer))
        .merge(assets::router())
        .layer(CatchPanicLayer::custom(|_| Error::Internal("panic".into()).into_response()))
        .layer(CompressionLayer::new())
        .layer(from_fn(secure))
        .with_state(state)
}

async fn secure(request: Request, next: Next) -> Response {
    let asset = request.uri().path().starts_with("/assets/");
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let policy = "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; script-src 'self'; \
                  frame-ancestors 'none'; form-action 'self'; base-uri 'none'";
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    // Only a page that is for seeing each other says otherwise.
    headers.entry(DEVICES).or_insert(HeaderValue::from_static("camera=(), microphone=(), display-capture=()"));
    if !asset {
        // Pages hold personal data: a shared office PC must not keep them.
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

/// Sends the browser on to another page after a step.
#[must_use]
pub fn see(url: &str) -> Response {
    let target = HeaderValue::from_str(url).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(header::LOCATION, target)]).into_response()
}

/// Like [`see`], with a note that the next page shows once.
#[must_use]
pub fn see_with(url: &str, note: &str) -> Response {
    let mut response = see(url);
    let note: String = form_urlencoded::byte_serialize(note.as_bytes()).collect();
    if let Ok(value) = HeaderValue::from_str(&format!("{FLASH}={note}; Path=/; SameSite=Lax; Max-Age=15")) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}

/// A file for the user to keep. The name may be Chinese.
#[must_use]
pub fn download(name: &str, kind: &'static str, bytes: Vec<u8>) -> Response {
    let encoded: String = name
        .bytes()
        .map(|b| {
            if b.is_ascii_alphanumeric() || b"-._".contains(&b) { (b as char).to_string() } else { format!("%{b:02X}") }
        })
        .collect();
    let disposition = format!("attachment; filename*=UTF-8''{encoded}");
    ([(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, disposition)], bytes).into_response()
}
