//! Forms and query strings as typed values. Blank fields count as absent.

use crate::error::Error;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

/// The body of a form. Repeated names become a `Vec`; use `#[serde(default)]` for what may be missing.
pub struct Form<T>(pub T);

/// The query string.
pub struct Query<T>(pub T);

/// Digits of a page number. With more of them the first row of the page would be no number that the store can count to.
const PAGE_DIGITS: usize = 9;

fn parse<T: DeserializeOwned>(text: &[u8]) -> Result<T, Error> {
    if let Some((key, _)) = form_urlencoded::parse(text).find(|(_, value)| value.contains('\0')) {
        // PostgreSQL keeps no text with it, and nobody types it.
        return Err(Error::field(&key, &key, "含有不可见的控制字符，请删去后重新填写"));
    }
    let filled = form_urlencoded::parse(text).filter(|(key, value)| key != "_csrf" && !value.trim().is_empty());
    let clean: String = form_urlencoded::Serializer::new(String::new()).extend_pairs(filled).finish();
    serde_html_form::from_str(&clean).map_err(|e| explain(&e.to_string()))
}

/// A query string whose page can be reckoned with.
fn turned(query: &str) -> Vec<u8> {
    let far = |key: &str, value: &str| {
        key == "page" && value.len() > PAGE_DIGITS && value.bytes().all(|b| b.is_ascii_digit())
    };
    let last = "9".repeat(PAGE_DIGITS);
    let pairs = form_urlencoded::parse(query.as_bytes()).map(|(key, value)| {
        let value = if far(&key, &value) { last.as_str().into() } else { value };
        (key, value)
    });
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish().into_bytes()
}

fn explain(text: &str) -> Error {
    let field = text.split('`').nth(1).unwrap_or_default();
    let message = if text.contains("missing field") { "没有填写" } else { "格式不对，请检查" };
    tracing::debug!(reason = text, "form");
    Error::field(field, if field.is_empty() { "表单" } else { field }, message)
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Form<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self, Error> {
        let bytes = axum::body::Bytes::from_request(request, state).await;
        parse(&bytes.map_err(|e| Error::field("", "表单", e.to_string()))?).map(Form)
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        parse(&turned(parts.uri.query().unwrap_or_default())).map(Query)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize, PartialEq)]
    struct Sample {
        name: String,
        age: Option<i64>,
        #[serde(default)]
        tags: Vec<String>,
    }

    #[test]
    fn blanks_are_absent_and_repeats_are_lists() {
        let sample: Sample = parse("name=%E7%8E%8B&age=&tags=a&tags=b&_csrf=x".as_bytes()).expect("parses");
        assert_eq!(sample, Sample { name: "王".into(), age: None, tags: vec!["a".into(), "b".into()] });
        assert!(parse::<Sample>(b"name=+").expect_err("blank name").text().contains("没有填写"));
        assert!(parse::<Sample>(b"name=x&age=old").is_err());
        assert!(parse::<Sample>(b"name=x%00").is_err());
    }

    #[test]
    fn no_page_lies_so_far_that_its_rows_cannot_be_counted() {
        assert_eq!(turned("q=1&page=12"), b"q=1&page=12");
        assert_eq!(turned("page=9223372036854775807"), b"page=999999999");
    }
}
