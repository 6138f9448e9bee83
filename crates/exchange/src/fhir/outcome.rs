//! What is wrong, as FHIR says it: an OperationOutcome with a place for each mistake.

use serde_json::{Value, json};

/// How grave it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// It was not done.
    Error,
    /// It was done, and something is to be known about it.
    Information,
}

/// One thing that is wrong, or to be known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue {
    /// How grave.
    pub severity: Severity,
    /// Of the value set issue-type: `required`, `structure`, `code-invalid`, `not-found` …
    pub code: &'static str,
    /// In words.
    pub text: String,
    /// The FHIRPath of the element; blank when it is none.
    pub path: String,
}

impl Issue {
    /// A mistake at no element.
    pub fn error(code: &'static str, text: impl Into<String>) -> Self {
        Self { severity: Severity::Error, code, text: text.into(), path: String::new() }
    }

    /// A mistake at an element.
    pub fn at(path: impl Into<String>, code: &'static str, text: impl Into<String>) -> Self {
        Self { path: path.into(), ..Self::error(code, text) }
    }

    /// Something to be known.
    pub fn note(text: impl Into<String>) -> Self {
        Self { severity: Severity::Information, ..Self::error("informational", text) }
    }

    /// The same, where the resource stands in a bundle: `Bundle.entry[2].resource` in the place of its type.
    #[must_use]
    pub fn within(mut self, place: &str) -> Self {
        let rest = self.path.split_once('.').map(|(_, rest)| format!(".{rest}")).unwrap_or_default();
        self.path = format!("{place}{rest}");
        self
    }

    fn json(&self) -> Value {
        let severity = if self.severity == Severity::Error { "error" } else { "information" };
        let mut issue = json!({
            "severity": severity, "code": self.code, "details": { "text": self.text }, "diagnostics": self.text,
        });
        if !self.path.is_empty() {
            issue["expression"] = json!([self.path]);
        }
        issue
    }
}

/// The issues as a resource.
#[must_use]
pub fn resource(issues: &[Issue]) -> Value {
    json!({ "resourceType": "OperationOutcome", "issue": issues.iter().map(Issue::json).collect::<Vec<_>>() })
}

/// An answer that is no resource that was asked for: a status with its issues.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Of HTTP.
    pub status: u16,
    /// Why.
    pub issues: Vec<Issue>,
}

impl Problem {
    /// A problem with one issue.
    #[must_use]
    pub fn of(status: u16, issue: Issue) -> Self {
        Self { status, issues: vec![issue] }
    }

    /// In one line, for the list of exchanges: no values that were sent stand in it.
    #[must_use]
    pub fn line(&self) -> String {
        let told = |issue: &Issue| match issue.code {
            // What a rule says may name what stands in the record: its number is enough here.
            "business-rule" | "conflict" => issue.text.split(' ').next().unwrap_or_default().chars().take(10).collect(),
            _ => issue.text.clone(),
        };
        let all: Vec<String> = self.issues.iter().take(3).map(|i| format!("{} {}", i.path, told(i))).collect();
        let more = if self.issues.len() > 3 { format!("等 {} 处", self.issues.len()) } else { String::new() };
        format!("{}{more}", all.join("；")).trim().chars().take(300).collect()
    }
}

impl From<db::Error> for Problem {
    fn from(e: db::Error) -> Self {
        web::Error::from(e).into()
    }
}

impl From<web::Error> for Problem {
    fn from(e: web::Error) -> Self {
        let (status, code) = match &e {
            web::Error::NotFound => (404, "not-found"),
            web::Error::Forbidden => (403, "forbidden"),
            web::Error::Invalid(_) => (422, "value"),
            web::Error::Refused(_) => (422, "business-rule"),
            web::Error::Conflict(_) => (409, "conflict"),
            web::Error::Db(db::Error::Busy | db::Error::DiskFull) => (503, "transient"),
            web::Error::Db(_) | web::Error::Internal(_) => (500, "exception"),
        };
        if status == 500 {
            tracing::error!(error = ?e, "fhir");
        }
        Self::of(status, Issue::error(code, e.text()))
    }
}
