//! Errors for programs that ask under `/api/`: a problem document (RFC 9457) in Chinese instead of a page.

use crate::error::Error;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// What went wrong, where, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The kind of problem in a word or two.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What went wrong.
    pub detail: String,
    /// What to do.
    pub advice: String,
    /// The places that are wrong, each with what would be right.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<At>,
}

/// Something wrong at a place of what was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct At {
    /// The place: `facts.beds`.
    pub at: String,
    /// What is wrong and what would be right.
    pub message: String,
}

impl Problem {
    /// A problem without places.
    pub fn new(status: StatusCode, title: &str, detail: impl Into<String>, advice: &str) -> Self {
        let (title, advice) = (title.to_owned(), advice.to_owned());
        Self { title, status: status.as_u16(), detail: detail.into(), advice, errors: vec![] }
    }

    /// The same with one more place that is wrong.
    #[must_use]
    pub fn at(mut self, at: impl Into<String>, message: impl Into<String>) -> Self {
        self.errors.push(At { at: at.into(), message: message.into() });
        self
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let plain = Self::new(error.status(), error.heading(), error.text(), error.advice());
        match error {
            Error::Invalid(fields) => fields.into_iter().fold(plain, |p, f| p.at(f.field, f.message)),
            Error::Refused(reasons) => reasons.into_iter().fold(plain, |p, r| p.at(r.code, r.text)),
            _ => plain,
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let text = serde_json::to_string(&self).unwrap_or_default();
        (status, [(header::CONTENT_TYPE, "application/problem+json; charset=utf-8")], text).into_response()
    }
}

/// Whether a path is asked by programs, which want no pages.
pub(crate) fn for_programs(path: &str) -> bool {
    path.starts_with("/api/")
}

/// An error as the asker of a path wants it: a page, or a problem document.
pub(crate) fn answer(error: Error, path: &str) -> Response {
    if for_programs(path) { Problem::from(error).into_response() } else { error.into_response() }
}

/// What a program is told that nobody has logged in for.
pub(crate) fn logged_out() -> Response {
    let detail = "没有登录，或登录已失效";
    let advice = "先在 /login 登录，随请求带上会话 cookie，并在 X-CSRF-Token 头中带上页面里的 csrf-token";
    Problem::new(StatusCode::UNAUTHORIZED, "需要登录", detail, advice).into_response()
}
