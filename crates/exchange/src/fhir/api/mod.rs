//! The interface under `/fhir/r4`: who asks, whether they may, what they get, and that it is noted before they get it.

mod ask;
mod send;

use super::model::{HEAVIEST, Partner, Resource};
use super::outcome::{self, Issue, Problem};
use super::store::{self, Exchange};
use super::{bundle as bundles, outbound};
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use db::{Actor, Db};
use kernel::Instant;
use serde_json::Value;
use web::{Error, Form, Query, Visitor};

const TYPE: &str = "application/fhir+json; charset=utf-8";
/// Where the interface begins.
const ROOT: &str = "/fhir/r4";

/// Names and values of a search.
type Pairs = Vec<(String, String)>;

/// A request before it is known who asks.
struct Call {
    db: Db,
    ip: String,
    now: Instant,
    base: String,
    secret: Option<String>,
}

/// What is at hand once it is known.
struct Desk {
    db: Db,
    by: Actor,
    partner: Partner,
    base: String,
}

/// What the partner gets, and what is noted of it.
struct Reply {
    status: u16,
    body: Value,
    location: Option<String>,
    done: Exchange,
}

impl Call {
    fn of(visitor: Visitor, headers: &HeaderMap) -> Self {
        let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
        let secret = text("authorization").and_then(|value| {
            let (scheme, secret) = value.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| secret.trim().to_owned())
        });
        let plain = |b: u8| b.is_ascii_alphanumeric() || b".-:[]".contains(&b);
        let host = text("host").filter(|host| host.bytes().all(plain)).unwrap_or_default();
        let scheme = if text("x-forwarded-proto") == Some("https") { "https" } else { "http" };
        let base = if host.is_empty() { ROOT.to_owned() } else { format!("{scheme}://{host}{ROOT}") };
        Self { db: visitor.state.db.clone(), ip: visitor.ip, now: visitor.now, base, secret }
    }

    /// The partner whose secret was sent.
    fn admit(&self) -> Result<Partner, Problem> {
        let no =
            || Problem::of(401, Issue::error("login", "FX-01 没有密钥或密钥不对：请带上 Authorization: Bearer 密钥"));
        let secret = self.secret.as_deref().ok_or_else(no)?;
        self.db.read(|tx| store::by_secret(tx, secret))?.ok_or_else(no)
    }
}

impl Desk {
    fn check(&self) -> Result<(), Problem> {
        self.partner.open_on(self.by.today())?;
        let most = self.partner.facts.per_minute;
        if self.db.read(|tx| store::lately(tx, self.partner.id, self.by.now))? < most {
            return Ok(());
        }
        let text = format!("FX-04 一分钟内超过 {most} 次请求，请稍后再试");
        Err(Problem::of(429, Issue::error("throttled", text)))
    }
}

/// Does what was asked for a partner that may ask, and notes it; nothing is given that is not noted.
async fn serve<F>(call: Call, (interaction, resource): (&'static str, String), work: F) -> Response
where
    F: FnOnce(&Desk) -> Result<Reply, Problem> + Send + 'static,
{
    let whole = move || Ok::<_, Error>(noted(&call, (interaction, resource), work));
    match web::cx::blocking(whole).await {
        Ok(Ok(reply)) => answer(reply.status, &reply.body, reply.location.as_deref()),
        Ok(Err(problem)) => refuse(&problem),
        Err(e) => refuse(&e.into()),
    }
}

fn noted<F>(call: &Call, (interaction, resource): (&'static str, String), work: F) -> Result<Reply, Problem>
where
    F: FnOnce(&Desk) -> Result<Reply, Problem>,
{
    let partner = call.admit()?;
    let by = store::actor(&partner, &call.ip, call.now);
    let desk = Desk { db: call.db.clone(), by, partner, base: call.base.clone() };
    let result = desk.check().and_then(|()| work(&desk));
    let done = match &result {
        // Whoever asks too often should not fill the list with it.
        Err(problem) if problem.status == 429 => return result,
        Err(problem) => Exchange { status: problem.status, refused: 1, detail: problem.line(), ..Exchange::default() },
        Ok(reply) => Exchange { status: reply.status, ..reply.done.clone() },
    };
    let done = Exchange { interaction, resource, ..done };
    desk.db.write(|tx| store::note(tx, &desk.by, &desk.partner, &done))?;
    result
}

fn answer(status: u16, body: &Value, location: Option<&str>) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, [(header::CONTENT_TYPE, TYPE)], body.to_string()).into_response();
    let mut put = |name: header::HeaderName, value: &str| {
        if let Ok(value) = value.parse() {
            response.headers_mut().insert(name, value);
        }
    };
    if let Some(location) = location {
        put(header::LOCATION, location);
    }
    match status {
        StatusCode::UNAUTHORIZED => put(header::WWW_AUTHENTICATE, "Bearer"),
        StatusCode::TOO_MANY_REQUESTS => put(header::RETRY_AFTER, "60"),
        _ => {}
    }
    response
}

fn refuse(problem: &Problem) -> Response {
    answer(problem.status, &outcome::resource(&problem.issues), None)
}

/// The parts of an address after the root.
fn parts(uri: &Uri) -> Vec<String> {
    uri.path().trim_start_matches(ROOT).split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// The kind that an address names.
fn kind(uri: &Uri) -> Result<(Resource, String), Problem> {
    let parts = parts(uri);
    let name = parts.first().map(String::as_str).unwrap_or_default();
    let found = Resource::ALL.iter().copied().find(|kind| kind.code() == name);
    let known: Vec<&str> = Resource::ALL.iter().map(|kind| kind.code()).collect();
    let text = format!("没有这种资源，支持 {}", known.join("、"));
    let found = found.ok_or_else(|| Problem::of(404, Issue::error("not-supported", text)))?;
    Ok((found, parts.get(1).cloned().unwrap_or_default()))
}

/// Only JSON is spoken.
fn speaks_json(headers: &HeaderMap, pairs: &Pairs) -> Result<(), Problem> {
    let accept = headers.get(header::ACCEPT).and_then(|v| v.to_str().ok()).unwrap_or("*/*");
    let format = pairs.iter().find(|(name, _)| name == "_format").map_or("json", |(_, value)| value.as_str());
    if (accept.contains("json") || accept.contains('*')) && format.contains("json") {
        return Ok(());
    }
    Err(Problem::of(406, Issue::error("not-supported", "只提供 JSON（application/fhir+json）")))
}

pub(super) async fn metadata(visitor: Visitor, headers: HeaderMap) -> Response {
    let call = Call::of(visitor, &headers);
    answer(200, &outbound::capabilities(&call.base, call.now), None)
}

pub(super) async fn read(visitor: Visitor, headers: HeaderMap, uri: Uri) -> Response {
    let call = Call::of(visitor, &headers);
    match speaks_json(&headers, &vec![]).and_then(|()| kind(&uri)) {
        Ok((kind, id)) => serve(call, ("read", kind.code().into()), move |desk| ask::read(desk, kind, &id)).await,
        Err(problem) => turned_away(call, ("read", String::new()), problem).await,
    }
}

pub(super) async fn search(
    visitor: Visitor,
    headers: HeaderMap,
    uri: Uri,
    pairs: Result<Query<Pairs>, Error>,
) -> Response {
    searched(Call::of(visitor, &headers), &headers, &uri, pairs.map(|Query(pairs)| pairs)).await
}

pub(super) async fn search_by_form(visitor: Visitor, headers: HeaderMap, uri: Uri, body: Request) -> Response {
    use axum::extract::FromRequest;
    let pairs = Form::<Pairs>::from_request(body, &()).await.map(|Form(pairs)| pairs);
    searched(Call::of(visitor, &headers), &headers, &uri, pairs).await
}

async fn searched(call: Call, headers: &HeaderMap, uri: &Uri, pairs: Result<Pairs, Error>) -> Response {
    let ready = pairs.map_err(Problem::from).and_then(|pairs| {
        speaks_json(headers, &pairs)?;
        Ok((kind(uri)?.0, pairs))
    });
    match ready {
        Ok((kind, pairs)) => {
            serve(call, ("search", kind.code().into()), move |desk| ask::search(desk, kind, &pairs)).await
        }
        Err(problem) => turned_away(call, ("search", String::new()), problem).await,
    }
}

pub(super) async fn everything(
    visitor: Visitor,
    headers: HeaderMap,
    uri: Uri,
    pairs: Result<Query<Pairs>, Error>,
) -> Response {
    let call = Call::of(visitor, &headers);
    let ready = pairs.map_err(Problem::from).and_then(|Query(pairs)| {
        speaks_json(&headers, &pairs)?;
        match kind(&uri)? {
            (Resource::Patient, id) => Ok((id, pairs)),
            _ => Err(Problem::of(404, Issue::error("not-supported", "$everything 只用于 Patient"))),
        }
    });
    match ready {
        Ok((id, pairs)) => {
            serve(call, ("everything", "Patient".into()), move |desk| ask::everything(desk, &id, &pairs)).await
        }
        Err(problem) => turned_away(call, ("everything", String::new()), problem).await,
    }
}

/// A request that says nothing that could be done: whoever is unknown learns that first.
async fn turned_away(call: Call, what: (&'static str, String), problem: Problem) -> Response {
    serve(call, what, move |_| Err(problem)).await
}

/// What was sent, as JSON.
async fn json(headers: &HeaderMap, body: Body) -> Result<Value, Problem> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if !matches!(kind.as_str(), "application/fhir+json" | "application/json") {
        let text = "只接收 application/fhir+json 或 application/json";
        return Err(Problem::of(415, Issue::error("not-supported", text)));
    }
    let bytes = to_bytes(body, HEAVIEST).await.map_err(|_| {
        let text = format!("FX-04 超过 {} MB，或没有收完，请分批", HEAVIEST >> 20);
        Problem::of(413, Issue::error("too-costly", text))
    })?;
    serde_json::from_slice(&bytes).map_err(|e| {
        let text = format!("不是 JSON：第 {} 行第 {} 列", e.line(), e.column());
        Problem::of(400, Issue::error("structure", text))
    })
}

pub(super) async fn create(visitor: Visitor, headers: HeaderMap, uri: Uri, body: Body) -> Response {
    let call = Call::of(visitor, &headers);
    // A stranger's megabytes are not even read.
    let found = match kind(&uri) {
        Ok((kind, _)) if call.secret.is_some() => json(&headers, body).await.map(|sent| (kind, sent)),
        Ok(_) => Err(Problem::of(401, Issue::error("login", ""))),
        Err(problem) => Err(problem),
    };
    match found {
        Ok((kind, sent)) => {
            serve(call, ("create", kind.code().into()), move |desk| send::create(desk, kind, &sent)).await
        }
        Err(problem) => turned_away(call, ("create", String::new()), problem).await,
    }
}

pub(super) async fn bundle(visitor: Visitor, headers: HeaderMap, body: Body) -> Response {
    let call = Call::of(visitor, &headers);
    let sent = match call.secret {
        Some(_) => json(&headers, body).await,
        None => Err(Problem::of(401, Issue::error("login", ""))),
    };
    let read = sent.and_then(|sent| Ok((bundles::entries(&sent)?, sent)));
    match read {
        Ok(((whole, entries), sent)) => {
            let name = if whole { "transaction" } else { "batch" };
            serve(call, (name, String::new()), move |desk| send::bundle(desk, whole, &entries, &sent)).await
        }
        Err(problem) => turned_away(call, ("batch", String::new()), problem).await,
    }
}
