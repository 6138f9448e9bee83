//! Reading: one resource, a search, everything of an elder.

use super::super::bundle::{self, Asked, Who};
use super::super::inbound::CITIZEN;
use super::super::model::Resource;
use super::super::outbound::Served;
use super::super::outcome::{Issue, Problem};
use super::super::store::{Exchange, serve};
use super::{Desk, Pairs, Reply};
use db::Tx;
use kernel::ElderId;
use registry::elders::model::Elder;

/// Parameters that every search knows.
const COMMON: &[&str] = &["_count", "_page", "_format"];

fn get<'p>(pairs: &'p Pairs, name: &str) -> Option<&'p str> {
    pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
}

/// A parameter that is not understood would be a filter that does not filter.
fn only(pairs: &Pairs, known: &[&str]) -> Result<(), Problem> {
    let odd = pairs.iter().find(|(name, _)| !known.contains(&name.as_str()) && !COMMON.contains(&name.as_str()));
    let Some((name, _)) = odd else { return Ok(()) };
    let name: String = name.chars().take(40).collect();
    let text = format!("不支持的参数“{name}”，可用 {}", known.join("、"));
    Err(Problem::of(400, Issue::error("not-supported", text)))
}

fn given(elder: ElderId, resources: usize) -> Exchange {
    Exchange { elders: vec![(elder, resources)], resources, ..Exchange::default() }
}

fn page(desk: &Desk, query: String, pairs: &Pairs) -> Result<Asked, Problem> {
    let (count, page) = bundle::paging(get(pairs, "_count"), get(pairs, "_page"))?;
    Ok(Asked { base: desk.base.clone(), query, count, page })
}

fn listed(asked: &Asked, found: Vec<Served>, elder: Option<ElderId>, notes: &[Issue]) -> Reply {
    let shown = found.len().saturating_sub((asked.page - 1).saturating_mul(asked.count)).min(asked.count);
    let done = elder.map(|elder| given(elder, shown)).unwrap_or_default();
    Reply { status: 200, body: bundle::searchset(asked, found, notes), location: None, done }
}

/// One resource by its id.
pub(super) fn read(desk: &Desk, kind: Resource, id: &str) -> Result<Reply, Problem> {
    let rights = &desk.partner.facts.rights;
    rights.may_read(kind)?;
    let (elder, one) = desk.db.read(|tx| {
        let who = match kind {
            Resource::Patient => Who::Id(id.to_owned()),
            _ => Who::Id(serve::owner(tx, kind, id)?.to_string()),
        };
        let elder = serve::elder(tx, &desk.by, &who)?;
        let all = serve::record(tx, &desk.by, &elder, (rights, Some(kind)), kernel::Instant::UNIX_EPOCH)?;
        let one = all.into_iter().find(|one| uuid::Uuid::try_parse(id).is_ok_and(|id| id == one.id));
        let one = one.ok_or_else(|| Problem::of(404, Issue::error("not-found", "没有这个资源")))?;
        Ok::<_, Problem>((elder.id, one))
    })?;
    Ok(Reply { status: 200, body: one.resource, location: None, done: given(elder, 1) })
}

/// A search for an elder by identity number or id, or for what stands in the record of one.
pub(super) fn search(desk: &Desk, kind: Resource, pairs: &Pairs) -> Result<Reply, Problem> {
    desk.partner.facts.rights.may_read(kind)?;
    if kind == Resource::Patient { patients(desk, pairs) } else { of_patient(desk, kind, pairs) }
}

fn wanted(pairs: &Pairs) -> Result<(Who, String), Problem> {
    let missing = "请给出 identifier（身份证号）或 _id；不提供整份名册";
    match (get(pairs, "identifier"), get(pairs, "_id")) {
        (Some(token), _) => {
            let (system, value) = token.split_once('|').unwrap_or((CITIZEN, token));
            if system != CITIZEN {
                let text = format!("identifier 只支持身份证号，system 为 {CITIZEN}");
                return Err(Problem::of(400, Issue::error("not-supported", text)));
            }
            // The number itself stands in no answer and no list.
            Ok((Who::Citizen(value.to_owned()), "Patient?identifier=***".into()))
        }
        (None, Some(id)) if uuid::Uuid::try_parse(id).is_ok() => Ok((Who::Id(id.into()), format!("Patient?_id={id}"))),
        (None, Some(_)) => Err(Problem::of(400, Issue::error("value", "_id 应为本平台给出的编号"))),
        (None, None) => Err(Problem::of(400, Issue::error("required", missing))),
    }
}

fn patients(desk: &Desk, pairs: &Pairs) -> Result<Reply, Problem> {
    only(pairs, &["identifier", "_id"])?;
    let (who, query) = wanted(pairs)?;
    let asked = page(desk, query, pairs)?;
    let found = desk.db.read(|tx| {
        let elder = serve::elder(tx, &desk.by, &who)?;
        Ok::<_, Problem>((elder.id, serve::patient(tx, &elder)?))
    });
    match found {
        Ok((elder, one)) => Ok(listed(&asked, vec![one], Some(elder), &[])),
        // Nobody is an answer to a search; why nothing is given of somebody who objects is to be known.
        Err(problem) if problem.status == 404 => Ok(listed(&asked, vec![], None, &[])),
        Err(problem) if problem.status == 403 => {
            let notes: Vec<Issue> = problem.issues.iter().map(|issue| Issue::note(issue.text.clone())).collect();
            Ok(listed(&asked, vec![], None, &notes))
        }
        Err(problem) => Err(problem),
    }
}

fn of_patient(desk: &Desk, kind: Resource, pairs: &Pairs) -> Result<Reply, Problem> {
    only(pairs, &["patient", "subject", "_lastUpdated"])?;
    let patient = get(pairs, "patient").or_else(|| get(pairs, "subject"));
    let missing = || Problem::of(400, Issue::error("required", "请用 patient 说明是哪位老人，如 patient=Patient/编号"));
    let id = patient.ok_or_else(missing)?.trim_start_matches("Patient/").to_owned();
    let since = bundle::since("_lastUpdated", get(pairs, "_lastUpdated"))?;
    let (elder, found) = desk.db.read(|tx| whole(tx, desk, &id, (Some(kind), since)))?;
    let mut query = format!("{}?patient={}", kind.code(), elder.id.uuid());
    if let Some(text) = get(pairs, "_lastUpdated").map(plain) {
        query += &format!("&_lastUpdated={text}");
    }
    Ok(listed(&page(desk, query, pairs)?, found, Some(elder.id), &[]))
}

/// Everything of an elder, as far as the partner's rights go.
pub(super) fn everything(desk: &Desk, id: &str, pairs: &Pairs) -> Result<Reply, Problem> {
    desk.partner.facts.rights.may_read(Resource::Patient)?;
    only(pairs, &["_since"])?;
    let since = bundle::since("_since", get(pairs, "_since"))?;
    let (elder, found) = desk.db.read(|tx| whole(tx, desk, id, (None, since)))?;
    let mut query = format!("Patient/{}/$everything", elder.id.uuid());
    if let Some(text) = get(pairs, "_since").map(plain) {
        query += &format!("?_since={text}");
    }
    Ok(listed(&page(desk, query, pairs)?, found, Some(elder.id), &[]))
}

fn whole(
    tx: &mut Tx<'_>,
    desk: &Desk,
    id: &str,
    (only, since): (Option<Resource>, kernel::Instant),
) -> Result<(Elder, Vec<Served>), Problem> {
    let elder = serve::elder(tx, &desk.by, &Who::Id(id.to_owned()))?;
    let found = serve::record(tx, &desk.by, &elder, (&desk.partner.facts.rights, only), since)?;
    Ok((elder, found))
}

/// An instant as it may stand in an address.
fn plain(text: &str) -> String {
    text.replace(['+', ' '], "%2B").chars().filter(|c| c.is_ascii_graphic()).collect()
}
