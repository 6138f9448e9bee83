//! One question asked by a program (JSON), or many, line by line (NDJSON), each answered as it comes. Nothing is kept for
//! later: who sends more lines than a network holds has to read the answers while it sends (`curl -T` does), else both wait.

use super::divisions::Divisions;
use super::json;
use axum::body::{Body, BodyDataStream, to_bytes};
use axum::extract::{Path, Request};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use futures_util::stream::unfold;
use policy::Library;
use registry::areas::Names;
use serde::Serialize;
use std::convert::Infallible;
use std::sync::Arc;
use web::{Cx, Problem};

/// The most that one question may weigh, in bytes, and one line among many. An installation setting.
const LONGEST: usize = 1 << 20;
/// What lines are sent as.
const LINES: &str = "application/x-ndjson";

pub(super) async fn decide(cx: Cx, Path(question): Path<String>, request: Request) -> Response {
    match answer(&cx, question, request).await {
        Ok(response) => response,
        Err(problem) => problem.into_response(),
    }
}

async fn answer(cx: &Cx, question: String, request: Request) -> Result<Response, Problem> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let names = cx.state.get::<Names>();
    let divisions: Divisions = cx.read(move |tx, _| names.at(tx)).await?.codes().collect();
    match kind.as_str() {
        "application/x-ndjson" | "application/ndjson" | "application/jsonl" => {
            if cx.state.policies.title(&question).is_none() {
                return Err(json::unknown(&cx.state.policies, &question));
            }
            let asking = Asking { library: cx.state.policies.clone(), question, divisions };
            Ok(stream(asking, request.into_body()))
        }
        "application/json" | "" => {
            let bytes = to_bytes(request.into_body(), LONGEST).await.map_err(|_| too_long())?;
            let asked = json::request(&bytes, &divisions)?;
            let reply = json::answer(&cx.state.policies, &question, asked)?;
            Ok(([(header::CONTENT_TYPE, "application/json; charset=utf-8")], text(&reply)).into_response())
        }
        other => Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "不支持的内容类型",
            format!("内容类型“{other}”不支持"),
            "一个问题用 application/json，许多问题用 application/x-ndjson（每行一个）",
        )),
    }
}

fn too_long() -> Problem {
    let detail = format!("请求超过 {} KB，或没有收完", LONGEST / 1024);
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "请求太长", detail, "许多问题请逐行发送（application/x-ndjson）")
}

fn text(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// What every line is asked with.
struct Asking {
    library: Arc<Library>,
    question: String,
    divisions: Divisions,
}

#[derive(Serialize)]
struct Line<T> {
    line: usize,
    #[serde(flatten)]
    reply: T,
}

#[derive(Serialize)]
struct Failed {
    error: Problem,
}

impl Asking {
    /// The answer to a line with its number, or what is wrong with it.
    fn line(&self, line: usize, sent: &[u8]) -> String {
        let asked = json::request_at(line, sent, &self.divisions);
        match asked.and_then(|asked| json::answer(&self.library, &self.question, asked)) {
            Ok(reply) => text(&Line { line, reply }),
            Err(error) => text(&Line { line, reply: Failed { error } }),
        }
    }
}

/// Lines on their way.
struct Flow {
    asking: Asking,
    body: BodyDataStream,
    /// What has come of a line that has not ended.
    rest: Vec<u8>,
    line: usize,
    /// The line has grown too long: it is passed over to its end.
    skipping: bool,
    ended: bool,
}

fn stream(asking: Asking, body: Body) -> Response {
    let flow = Flow { asking, body: body.into_data_stream(), rest: vec![], line: 0, skipping: false, ended: false };
    let answers = unfold(flow, |mut flow| async move {
        let part = flow.next().await?;
        Some((Ok::<_, Infallible>(part), flow))
    });
    ([(header::CONTENT_TYPE, LINES)], Body::from_stream(answers)).into_response()
}

impl Flow {
    /// The answers to the lines that end in the next part of the body; none at its end.
    async fn next(&mut self) -> Option<String> {
        while !self.ended {
            let mut out = String::new();
            match self.body.next().await {
                Some(Ok(part)) => self.take(&part, &mut out),
                Some(Err(_)) => {
                    self.ended = true;
                    self.rest.clear();
                    let broken = Problem::new(StatusCode::BAD_REQUEST, "没有收完", "请求中断", "从这一行起重新发送");
                    out += &text(&Line { line: self.line + 1, reply: Failed { error: broken } });
                    out.push('\n');
                }
                None => {
                    self.ended = true;
                    if !self.rest.is_empty() || self.skipping {
                        self.end_of_line(&mut out);
                    }
                }
            }
            if !out.is_empty() {
                return Some(out);
            }
        }
        None
    }

    fn take(&mut self, mut part: &[u8], out: &mut String) {
        while let Some(end) = part.iter().position(|byte| *byte == b'\n') {
            self.keep(&part[..end]);
            self.end_of_line(out);
            part = &part[end + 1..];
        }
        self.keep(part);
    }

    fn keep(&mut self, part: &[u8]) {
        self.skipping |= self.rest.len() + part.len() > LONGEST;
        if self.skipping { self.rest.clear() } else { self.rest.extend_from_slice(part) }
    }

    /// Answers the line; a blank one is counted and passed over.
    fn end_of_line(&mut self, out: &mut String) {
        self.line += 1;
        let sent = std::mem::take(&mut self.rest);
        if std::mem::take(&mut self.skipping) {
            *out += &text(&Line { line: self.line, reply: Failed { error: too_long() } });
        } else if sent.trim_ascii().is_empty() {
            return;
        } else {
            *out += &self.asking.line(self.line, &sent);
        }
        out.push('\n');
    }
}
