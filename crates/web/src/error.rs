//! What a handler can answer instead of a page: in the user's words, with what to do.

use crate::shell;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

/// What is wrong with one field of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// Name in the form.
    pub field: String,
    /// Name on the page.
    pub label: String,
    /// What is wrong and what to do.
    pub message: String,
}

impl FieldError {
    /// A field error.
    pub fn new(field: &str, label: &str, message: impl Into<String>) -> Self {
        Self { field: field.into(), label: label.into(), message: message.into() }
    }
}

/// A numbered reason for a refusal.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Reason {
    /// Number, such as `LTCI-03`.
    pub code: String,
    /// In the user's words.
    pub text: String,
}

impl Reason {
    /// A reason.
    pub fn new(code: &str, text: impl Into<String>) -> Self {
        Self { code: code.into(), text: text.into() }
    }
}

/// An answer that is no page.
#[derive(Debug)]
pub enum Error {
    /// Not there, or not within one's sight: the two are not told apart.
    NotFound,
    /// The role may not do this.
    Forbidden,
    /// Fields are wrong.
    Invalid(Vec<FieldError>),
    /// The rules say no, for these reasons.
    Refused(Vec<Reason>),
    /// Somebody was faster, or the thing is in another state by now.
    Conflict(String),
    /// The store failed.
    Db(db::Error),
    /// Something else failed; the text goes to the log, not to the page.
    Internal(String),
}

impl Error {
    /// One wrong field.
    pub fn field(field: &str, label: &str, message: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError::new(field, label, message)])
    }

    /// One reason for a refusal.
    pub fn refused(code: &str, text: impl Into<String>) -> Self {
        Self::Refused(vec![Reason::new(code, text)])
    }

    /// In one line, for commands, jobs and tests.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::NotFound => "没有找到，或不在您的权限范围内".into(),
            Self::Forbidden => "您的角色没有这项权限".into(),
            Self::Invalid(fields) => {
                fields.iter().map(|f| format!("{}：{}", f.label, f.message)).collect::<Vec<_>>().join("；")
            }
            Self::Refused(reasons) => {
                reasons.iter().map(|r| format!("{} {}", r.code, r.text)).collect::<Vec<_>>().join("；")
            }
            Self::Conflict(text) => text.clone(),
            Self::Db(e) => e.to_string(),
            Self::Internal(_) => "程序内部错误".into(),
        }
    }

    /// As an error of the store, for what follows in the same transaction and must take all of it back.
    #[must_use]
    pub fn into_db(self) -> db::Error {
        match self {
            Self::NotFound => db::Error::NotFound,
            Self::Db(error) => error,
            other => db::Error::Conflict(other.text()),
        }
    }

    pub(crate) const fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::Invalid(_) | Self::Refused(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Conflict(_) => StatusCode::CONFLICT,
            Self::Db(db::Error::Busy | db::Error::DiskFull) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Db(_) | Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    pub(crate) fn heading(&self) -> &'static str {
        match self {
            Self::NotFound => "没有找到",
            Self::Forbidden => "没有权限",
            Self::Invalid(_) => "请检查填写的内容",
            Self::Refused(_) => "不能办理",
            Self::Conflict(_) => "情况已有变化",
            Self::Db(_) | Self::Internal(_) => "出错了",
        }
    }

    pub(crate) fn advice(&self) -> &'static str {
        match self {
            Self::NotFound => "请返回上一页，或从列表重新进入。",
            Self::Forbidden => "如工作需要，请联系系统管理员调整角色或辖区。",
            Self::Invalid(_) => "请返回上一页修改后再提交，已填内容仍在。",
            Self::Refused(_) => "请按所列原因核实；如认为有误，请联系经办机构。",
            Self::Conflict(_) => "请刷新页面，查看最新情况后再办理。",
            Self::Db(_) | Self::Internal(_) => "本次操作没有保存。请稍后再试；仍不行请联系系统管理员。",
        }
    }

    fn body(&self) -> Markup {
        html! {
            @match self {
                Self::Invalid(fields) => ul { @for f in fields { li { strong { (f.label) } "：" (f.message) } } },
                Self::Refused(reasons) => ol.reasons { @for r in reasons { li { span.reason-code { (r.code) } " " (r.text) } } },
                other => p { (other.text()) }
            }
            p.text-secondary { (self.advice()) }
        }
    }
}

impl From<db::Error> for Error {
    fn from(e: db::Error) -> Self {
        match e {
            db::Error::NotFound => Self::NotFound,
            db::Error::Conflict(text) => Self::Conflict(text),
            other => Self::Db(other),
        }
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text())
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        match &self {
            Self::Db(e) => tracing::error!(error = %e, "store"),
            Self::Internal(text) => tracing::error!(error = text, "internal"),
            _ => {}
        }
        (self.status(), shell::message(self.heading(), &self.body())).into_response()
    }
}
