//! What a partner sends, into the record: each resource once, by its identifier.

use super::super::bundle::{Answer, Who, who};
use super::super::inbound::{self, Meaning, ReceivedStay};
use super::super::model::{Partner, Resource};
use super::super::outcome::{Issue, Problem};
use super::super::shape;
use super::serve;
use care::chart;
use care::stays::NewStay;
use db::{Actor, Tx, params};
use kernel::{ChartItemId, CreditCode, ElderId, ExchangeId};
use registry::institutions;
use serde_json::Value;
use sm3::{Digest, Sm3};
use uuid::Uuid;

/// What came of a resource: its answer, and whom it was about if anybody was found.
pub type Taken = (Answer, Option<ElderId>);

/// Takes a resource of a partner. What is wrong with it is in the answer; nothing is written then.
///
/// # Errors
/// A failure of ours, for which all of it is taken back.
pub fn take(
    tx: &mut Tx<'_>,
    by: &Actor,
    partner: &Partner,
    (kind, resource): (Resource, &Value),
    bundle: Option<&Value>,
) -> Result<Taken, Problem> {
    match attempt(tx, by, partner, (kind, resource), bundle) {
        Ok((answer, elder)) => Ok((answer, Some(elder))),
        Err(problem) if problem.status >= 500 => Err(problem),
        Err(Problem { status, issues }) => Ok((Answer { status, location: None, issues }, None)),
    }
}

fn attempt(
    tx: &mut Tx<'_>,
    by: &Actor,
    partner: &Partner,
    (kind, resource): (Resource, &Value),
    bundle: Option<&Value>,
) -> Result<(Answer, ElderId), Problem> {
    if kind == Resource::Patient {
        return matched(tx, by, resource);
    }
    partner.facts.rights.may_write(kind)?;
    let issues = shape::faults(resource);
    if !issues.is_empty() {
        return Err(Problem { status: 422, issues });
    }
    let who = who(kind, resource, bundle).map_err(|issue| Problem::of(422, issue))?;
    let elder = person(tx, by, kind, &who)?;
    let meaning = inbound::read(kind, resource, elder, by.today());
    let meaning = meaning.map_err(|issues| Problem { status: 422, issues })?;
    Ok((keep(tx, by, partner, (kind, resource, elder), meaning)?, elder))
}

/// The person in the register to whom a reference leads, with the place of the reference where it does not.
fn person(tx: &mut Tx<'_>, by: &Actor, kind: Resource, who: &Who) -> Result<ElderId, Problem> {
    let element = if kind == Resource::AllergyIntolerance { "patient" } else { "subject" };
    let at = |mut problem: Problem| {
        problem.issues.iter_mut().for_each(|issue| issue.path = format!("{}.{element}", kind.code()));
        problem
    };
    serve::elder(tx, by, who).map(|found| found.id).map_err(at)
}

/// A Patient of a bundle: looked for by its identity number, never changed.
fn matched(tx: &mut Tx<'_>, by: &Actor, resource: &Value) -> Result<(Answer, ElderId), Problem> {
    let all = resource["identifier"].as_array().map(Vec::as_slice).unwrap_or_default();
    let Some(number) = super::super::bundle::citizen(all) else {
        let text = format!("应有身份证号（system 为 {}）", inbound::CITIZEN);
        return Err(Problem::of(422, Issue::at("Patient.identifier", "required", text)));
    };
    let found = serve::elder(tx, by, &Who::Citizen(number)).map_err(|mut problem| {
        problem.issues.iter_mut().for_each(|issue| issue.path = "Patient.identifier".into());
        problem
    })?;
    let issues = vec![Issue::note("名册中已有这位老人；基本信息以名册为准，没有改动")];
    Ok((Answer { status: 200, location: Some(format!("Patient/{}", found.id.uuid())), issues }, found.id))
}

/// What is known of a resource that came before.
struct Before {
    elder: ElderId,
    id: ExchangeId,
    digest: Vec<u8>,
    item: Uuid,
    own: bool,
}

fn before(tx: &mut Tx<'_>, partner: &Partner, kind: Resource, identifier: &[u8]) -> Result<Option<Before>, db::Error> {
    let sql = "select elder_id, id, digest, item_id, own from fhir_received
               where partner_id = $1 and resource = $2 and identifier = $3";
    tx.query_opt(sql, params![partner.id, kind, identifier], |row| {
        let mut c = row.columns();
        Ok(Before { elder: c.take()?, id: c.take()?, digest: c.take()?, item: c.take()?, own: c.take()? })
    })
}

/// The identifier that a resource counts by: the first with a system, hashed, as it may name a person.
fn identifier(tx: &Tx<'_>, kind: Resource, resource: &Value) -> Result<Vec<u8>, Problem> {
    let all = resource["identifier"].as_array().map(Vec::as_slice).unwrap_or_default();
    let whole = all.iter().find_map(|one| one["system"].as_str().zip(one["value"].as_str()));
    let Some((system, value)) = whole else {
        let text = "应有 system 和 value 都填写的标识，重复传入时按它只计一次";
        return Err(Problem::of(422, Issue::at(format!("{}.identifier", kind.code()), "required", text)));
    };
    Ok(tx.vault().index("fhir.identifier", &format!("{system}|{value}")))
}

fn keep(
    tx: &mut Tx<'_>,
    by: &Actor,
    partner: &Partner,
    (kind, resource, elder): (Resource, &Value, ElderId),
    meaning: Meaning,
) -> Result<Answer, Problem> {
    let identifier = identifier(tx, kind, resource)?;
    let digest = Sm3::digest(resource.to_string().as_bytes()).to_vec();
    match before(tx, partner, kind, &identifier)? {
        None => {
            let (item, own) = write(tx, by, elder, meaning)?;
            insert(tx, by, partner, (kind, elder), (&identifier, &digest), (item, own))?;
            Ok(done(kind, item, own, true))
        }
        Some(old) if old.elder != elder => {
            let text = "FX-07 这个标识已用于另一位老人的资料，请核对";
            Err(Problem::of(409, Issue::at(format!("{}.identifier", kind.code()), "duplicate", text)))
        }
        Some(old) if old.digest == digest || !old.own => {
            again(tx, by, &old, (&digest, old.item))?;
            Ok(done(kind, old.item, old.own, false))
        }
        Some(old) => {
            let item = rewrite(tx, by, &old, meaning)?;
            again(tx, by, &old, (&digest, item))?;
            Ok(Answer { issues: vec![Issue::note("已按新内容更新")], ..done(kind, item, true, true) })
        }
    }
}

fn done(kind: Resource, item: Uuid, own: bool, new: bool) -> Answer {
    let issues = match (own, new) {
        (true, true) => vec![],
        (true, false) => vec![Issue::note("以前已收到同样的内容，不重复登记")],
        (false, _) => vec![Issue::note("档案中已有同样的内容，不重复登记")],
    };
    let status = if own && new { 201 } else { 200 };
    Answer { status, location: Some(format!("{}/{item}", kind.code())), issues }
}

fn write(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, meaning: Meaning) -> Result<(Uuid, bool), Problem> {
    match meaning {
        Meaning::Item(item) => {
            let mut item = *item;
            // A medicine that is taken is a fact, whatever speaks against it: the record says so beside it.
            item.new.in_spite =
                if item.new.kind == chart::Kind::Medication { format!("{}传来", by.name) } else { String::new() };
            let (id, own) = chart::store::receive::receive(tx, by, &item)?;
            Ok((id.uuid(), own))
        }
        Meaning::Stay(told) => stay(tx, by, elder, &told),
    }
}

fn rewrite(tx: &mut Tx<'_>, by: &Actor, old: &Before, meaning: Meaning) -> Result<Uuid, Problem> {
    match meaning {
        Meaning::Item(item) => {
            let key = (old.elder, ChartItemId(old.item));
            Ok(chart::store::receive::revise(tx, by, key, &item)?.uuid())
        }
        Meaning::Stay(told) => Ok(stay(tx, by, old.elder, &told)?.0),
    }
}

fn stay(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, told: &ReceivedStay) -> Result<(Uuid, bool), Problem> {
    let missing = |text: String| {
        Problem::of(422, Issue::at("Encounter.serviceProvider.identifier", "not-found", format!("FX-08 {text}")))
    };
    let code = CreditCode::parse(&told.hospital.to_ascii_uppercase()).map_err(|e| missing(e.to_string()))?;
    let hospital = institutions::store::by_credit_code(tx, &code)?;
    let institution = hospital.ok_or_else(|| missing("机构名册中没有这个信用代码的医院，请先登记".into()))?;
    let new = NewStay {
        elder,
        institution,
        admitted_on: told.admitted_on,
        discharged_on: told.discharged_on,
        diagnosis: told.diagnosis.clone(),
    };
    let (id, saved) = care::stays::store::save(tx, by, &new, inbound::SOURCE).map_err(web::Error::from)?;
    let entry = db::audit::Entry {
        action: "stays.write",
        elder: Some(elder),
        subject: id.to_string(),
        detail: format!("住院 {} 起（接收，{}）", new.admitted_on, saved.name()),
    };
    tx.audit(by, entry)?;
    Ok((id.uuid(), true))
}

fn insert(
    tx: &mut Tx<'_>,
    by: &Actor,
    partner: &Partner,
    (kind, elder): (Resource, ElderId),
    (identifier, digest): (&[u8], &[u8]),
    (item, own): (Uuid, bool),
) -> Result<(), db::Error> {
    let id = ExchangeId::new(by.now, tx.chance());
    tx.exec(
        "insert into fhir_received (elder_id, id, partner_id, resource, identifier, digest, item_id, own, times, created_at,
           changed_at) values ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9, $9)",
        params![elder, id, partner.id, kind, identifier, digest, item, own, by.now],
    )?;
    Ok(())
}

fn again(tx: &mut Tx<'_>, by: &Actor, old: &Before, (digest, item): (&[u8], Uuid)) -> Result<(), db::Error> {
    tx.exec_one(
        "update fhir_received set digest = $3, item_id = $4, times = times + 1, changed_at = $5
         where elder_id = $1 and id = $2",
        params![old.elder, old.id, digest, item, by.now],
    )
}
