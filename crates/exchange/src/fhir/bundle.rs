//! Bundles: a page of a search, and entries with their answers. Pure.

use super::model::{MOST_ENTRIES, PAGE, Resource};
use super::outbound::Served;
use super::outcome::{self, Issue, Problem};
use kernel::Instant;
use serde_json::{Value, json};

/// Where the interface is, and what was asked: the address without the page.
#[derive(Clone, Debug)]
pub struct Asked {
    /// `https://…/fhir/r4`
    pub base: String,
    /// `Condition?patient=…`; identity numbers never stand in it.
    pub query: String,
    /// Resources of a page.
    pub count: usize,
    /// Which page, from 1.
    pub page: usize,
}

impl Asked {
    fn link(&self, relation: &str, page: usize) -> Value {
        let mark = if self.query.contains('?') { '&' } else { '?' };
        let url = format!("{}/{}{mark}_count={}&_page={page}", self.base, self.query, self.count);
        json!({ "relation": relation, "url": url })
    }
}

/// `_count` and `_page` as they were sent.
///
/// # Errors
/// When one of them is no number that can be.
pub fn paging(count: Option<&str>, page: Option<&str>) -> Result<(usize, usize), Problem> {
    let read = |text: &str, name: &str| {
        let number = text.parse::<usize>().ok().filter(|n| (1..=1_000_000_000).contains(n));
        number.ok_or_else(|| Problem::of(400, Issue::error("invalid", format!("{name} 应为正整数"))))
    };
    let count = count.map_or(Ok(PAGE.0), |text| read(text, "_count"))?.min(PAGE.1);
    Ok((count, page.map_or(Ok(1), |text| read(text, "_page"))?))
}

/// An instant that changes are asked from: `2026-11-02T08:30:00+08:00`, or a day in China, with or without `ge`.
///
/// # Errors
/// When it is neither, or has another prefix.
pub fn since(name: &str, text: Option<&str>) -> Result<Instant, Problem> {
    let Some(text) = text else { return Ok(Instant::UNIX_EPOCH) };
    let bare = text.strip_prefix("ge").unwrap_or(text);
    // A plus sign of a form or an address is often sent as it is, and arrives as a blank.
    let instant = chrono::DateTime::parse_from_rfc3339(&bare.replace(' ', "+")).ok().map(|at| at.to_utc());
    let day = || kernel::time::day(bare).and_then(|day| kernel::time::at(day, 0, 0));
    let wrong = || format!("{name} 应为日期或带时区的时间，前缀只支持 ge，如 ge2026-11-02");
    instant.or_else(day).ok_or_else(|| Problem::of(400, Issue::error("invalid", wrong())))
}

/// A page of what was found, with the way to the next; `notes` are for the asker to know.
#[must_use]
pub fn searchset(asked: &Asked, found: Vec<Served>, notes: &[Issue]) -> Value {
    let total = found.len();
    let pages = total.div_ceil(asked.count).max(1);
    let mut links = vec![asked.link("self", asked.page)];
    if asked.page < pages {
        links.push(asked.link("next", asked.page + 1));
    }
    if asked.page > 1 {
        links.push(asked.link("previous", (asked.page - 1).min(pages)));
    }
    let shown = found.into_iter().skip((asked.page - 1).saturating_mul(asked.count)).take(asked.count);
    let mut entries: Vec<Value> = shown.map(|one| entry(&asked.base, one)).collect();
    if !notes.is_empty() {
        entries.push(json!({ "resource": outcome::resource(notes), "search": { "mode": "outcome" } }));
    }
    json!({ "resourceType": "Bundle", "type": "searchset", "total": total, "link": links, "entry": entries })
}

fn entry(base: &str, one: Served) -> Value {
    let url = format!("{base}/{}/{}", one.kind.code(), one.id);
    json!({ "fullUrl": url, "resource": one.resource, "search": { "mode": "match" } })
}

/// An entry of a bundle that was sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Sent {
    /// `Bundle.entry[2].resource`
    pub place: String,
    /// Its kind, or what is wrong with the entry.
    pub kind: Result<Resource, Issue>,
    /// The resource.
    pub resource: Value,
}

/// Whether all or nothing is to be done, and the entries.
///
/// # Errors
/// When it is no bundle of steps, or has too many.
pub fn entries(bundle: &Value) -> Result<(bool, Vec<Sent>), Problem> {
    let wrong = |path: &str, code, text: &str| Problem::of(400, Issue::at(path, code, text));
    if bundle["resourceType"] != "Bundle" {
        return Err(wrong("resourceType", "structure", "应为 Bundle；单个资源请发到 /fhir/r4/资源类型"));
    }
    let whole = match bundle["type"].as_str() {
        Some("transaction") => true,
        Some("batch") => false,
        _ => return Err(wrong("Bundle.type", "code-invalid", "应为 transaction 或 batch")),
    };
    let all = bundle["entry"].as_array().filter(|all| !all.is_empty());
    let Some(all) = all else { return Err(wrong("Bundle.entry", "required", "没有任何条目")) };
    if all.len() > MOST_ENTRIES {
        let text = format!("FX-04 有 {} 项，一次最多 {MOST_ENTRIES} 项，请分批", all.len());
        return Err(Problem::of(413, Issue::at("Bundle.entry", "too-costly", text)));
    }
    Ok((whole, all.iter().enumerate().map(|(n, one)| sent(n, one)).collect()))
}

fn sent(n: usize, entry: &Value) -> Sent {
    let place = format!("Bundle.entry[{n}]");
    let resource = entry["resource"].clone();
    let name: String = resource["resourceType"].as_str().unwrap_or_default().chars().take(40).collect();
    let method = entry["request"]["method"].as_str();
    let url = entry["request"]["url"].as_str().unwrap_or_default();
    let kind = match Resource::ALL.iter().copied().find(|kind| kind.code() == name) {
        None => Err(Issue::at(format!("{place}.resource"), "not-supported", format!("不接收的资源类型“{name}”"))),
        Some(Resource::Patient) if entry["request"].is_null() => Ok(Resource::Patient),
        Some(_) if method != Some("POST") => Err(Issue::at(
            format!("{place}.request.method"),
            "not-supported",
            "只支持 POST；重复传入的按 identifier 只计一次",
        )),
        Some(kind) if url != kind.code() => {
            Err(Issue::at(format!("{place}.request.url"), "value", format!("应为 {}", kind.code())))
        }
        Some(kind) => Ok(kind),
    };
    Sent { place: format!("{place}.resource"), kind, resource }
}

/// The person to whom a reference leads: an identity number, or an id of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// By identity number.
    Citizen(String),
    /// By id.
    Id(String),
}

/// Whom a resource is about: its reference is followed within the bundle first.
///
/// # Errors
/// The place of a reference that leads nowhere.
pub fn who(kind: Resource, resource: &Value, bundle: Option<&Value>) -> Result<Who, Issue> {
    let element = if kind == Resource::AllergyIntolerance { "patient" } else { "subject" };
    let path = format!("{}.{element}", kind.code());
    let reference = &resource[element];
    if let Some(number) = citizen(std::slice::from_ref(&reference["identifier"])) {
        return Ok(Who::Citizen(number));
    }
    let Some(text) = reference["reference"].as_str() else {
        return Err(Issue::at(path, "required", "应写明是谁：identifier（身份证号），或 reference"));
    };
    let tail = format!("/{text}");
    let inside = bundle.and_then(|b| b["entry"].as_array()).into_iter().flatten();
    let mut patients = inside.filter(|entry| entry["resource"]["resourceType"] == "Patient");
    let meant = patients.find(|entry| entry["fullUrl"].as_str().is_some_and(|url| url == text || url.ends_with(&tail)));
    if let Some(entry) = meant {
        let all = entry["resource"]["identifier"].as_array().map(Vec::as_slice).unwrap_or_default();
        return citizen(all).map(Who::Citizen).ok_or_else(|| {
            Issue::at(format!("{path}.reference"), "not-found", "所指的 Patient 没有身份证号（identifier）")
        });
    }
    match text.rsplit_once("Patient/") {
        Some((_, id)) if !id.is_empty() => Ok(Who::Id(id.to_owned())),
        _ => Err(Issue::at(
            format!("{path}.reference"),
            "not-found",
            "应为 Patient/编号，或同一 Bundle 内 Patient 的 fullUrl",
        )),
    }
}

/// The identity number among identifiers.
#[must_use]
pub fn citizen(identifiers: &[Value]) -> Option<String> {
    let own = identifiers.iter().find(|one| one["system"] == super::inbound::CITIZEN)?;
    own["value"].as_str().map(str::to_owned)
}

/// What became of an entry.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// Of HTTP.
    pub status: u16,
    /// Where the thing is now: `Condition/…`.
    pub location: Option<String>,
    /// What is wrong, or to be known.
    pub issues: Vec<Issue>,
}

impl Answer {
    /// Whether it was refused.
    #[must_use]
    pub const fn refused(&self) -> bool {
        self.status >= 400
    }
}

/// The answers to all entries, in their order.
#[must_use]
pub fn response(whole: bool, answers: &[Answer]) -> Value {
    let kind = if whole { "transaction-response" } else { "batch-response" };
    let entries: Vec<Value> = answers
        .iter()
        .map(|one| {
            let mut response = json!({ "status": one.status.to_string() });
            if let Some(location) = &one.location {
                response["location"] = json!(location);
            }
            if !one.issues.is_empty() {
                response["outcome"] = outcome::resource(&one.issues);
            }
            json!({ "response": response })
        })
        .collect();
    json!({ "resourceType": "Bundle", "type": kind, "entry": entries })
}
