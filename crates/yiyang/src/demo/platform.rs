//! A health platform that asks and sends, one that was revoked, and an elder who objects. All synthetic; nobody knows the secrets.

use super::{Crew, Story, store as people};
use anyhow::{Context, anyhow};
use care::consents::{How, Role as Said, Withdrawal, steps};
use chrono::TimeDelta;
use db::{Actor, Tx};
use exchange::fhir::outcome::Problem;
use exchange::fhir::store::{self, Exchange, receive};
use exchange::fhir::{NewPartner, Partner, Resource, Rights};
use kernel::{ElderId, Instant, PartnerId};
use registry::accounts::Role;
use serde_json::{Value, json};

/// Runs it; answers what came of it in a sentence.
///
/// # Errors
/// What the steps answer.
pub fn run(story: &Story<'_>, crew: &Crew) -> anyhow::Result<String> {
    let admin = crew.others.iter().find(|m| m.role == Role::Admin).context("没有管理员的账号")?;
    let own = crew.doctor.institution.context("医生没有机构")?;
    let elders = story.db.read(|tx| people::contracted(tx, own, 40))?;
    let by = story.actor(admin, 0);
    let open = |name: &str, write: bool| -> Result<Partner, web::Error> {
        let new = partner(story, crew, name, write);
        story.db.write(|tx| {
            let (id, _) = store::create(tx, &by, &new)?;
            Ok(store::find(tx, &by, id)?)
        })
    };
    let told = |e: web::Error| anyhow!(e.text());
    let platform = open("县全民健康信息平台（合成）", true).map_err(told)?;
    let old = open("旧版档案系统（合成）", false).map_err(told)?;
    let revoking = story.actor(admin, 3);
    story.db.write(|tx| store::revoke(tx, &revoking, old.id, "系统下线（合成）")).map_err(told)?;
    for (n, elder) in elders.iter().rev().take(6).enumerate() {
        let at = story.now - TimeDelta::hours(30) + TimeDelta::minutes(n as i64 * 260);
        talk(story, &platform, (*elder, n), at).map_err(|p| anyhow!(p.line()))?;
    }
    if let Some(elder) = elders.iter().rev().nth(7) {
        let said = Withdrawal { name: "家属（合成）".into(), role: Said::Family, how: How::Telephone };
        let clerk = story.actor_at(&crew.clerk, story.now);
        story.db.write(|tx| steps::platform(tx, &clerk, *elder, &said, true)).map_err(told)?;
    }
    Ok(format!("{} 人", elders.len().min(6)))
}

fn partner(story: &Story<'_>, crew: &Crew, name: &str, write: bool) -> NewPartner {
    let write = if write { Resource::ALL[1..].to_vec() } else { vec![] };
    NewPartner {
        name: name.to_owned(),
        area: crew.county,
        rights: Rights { read: Resource::ALL.to_vec(), write },
        purpose: "基本信息、健康档案、病历互通（通政发〔2018〕54号三（五））".into(),
        contact: "信息科 0513-00000004".into(),
        per_minute: exchange::fhir::model::PER_MINUTE,
        from: story.day(0),
        until: story.day(720),
    }
}

/// Everything is asked of an elder, and a measurement sent; one of them is sent wrongly.
fn talk(story: &Story<'_>, partner: &Partner, (elder, n): (ElderId, usize), at: Instant) -> Result<(), Problem> {
    let by = store::actor(partner, "10.0.0.8", at);
    story.db.write(|tx| {
        let read = receive_nothing(tx, &by, partner, elder)?;
        store::note(tx, &by, partner, &read)?;
        let sent = pressure(elder, partner.id, n, &by);
        let (answer, whom) = receive::take(tx, &by, partner, (Resource::Observation, &sent), None)?;
        let refused = usize::from(answer.refused());
        let detail = Problem { status: 0, issues: if refused > 0 { answer.issues } else { vec![] } }.line();
        let elders = whom.map(|elder| (elder, 1)).into_iter().collect();
        let (resources, resource) = (1 - refused, "Observation".to_owned());
        let status = answer.status;
        store::note(
            tx,
            &by,
            partner,
            &Exchange { interaction: "create", resource, elders, resources, refused, status, detail },
        )?;
        Ok::<_, Problem>(())
    })
}

fn receive_nothing(tx: &mut Tx<'_>, by: &Actor, partner: &Partner, elder: ElderId) -> Result<Exchange, Problem> {
    let found = store::serve::elder(tx, by, &exchange::fhir::bundle::Who::Id(elder.to_string()))?;
    let all = store::serve::record(tx, by, &found, (&partner.facts.rights, None), Instant::UNIX_EPOCH)?;
    let resource = Resource::Patient.code().to_owned();
    let (resources, elders) = (all.len(), vec![(elder, all.len())]);
    Ok(Exchange { interaction: "everything", resource, elders, resources, status: 200, ..Exchange::default() })
}

fn pressure(elder: ElderId, partner: PartnerId, n: usize, by: &Actor) -> Value {
    let unit = if n == 4 { "kPa" } else { "mm[Hg]" };
    let part = |code: &str, value: usize| {
        json!({
            "code": { "coding": [{ "system": "http://loinc.org", "code": code }] },
            "valueQuantity": { "value": value, "system": "http://unitsofmeasure.org", "code": unit },
        })
    };
    json!({
        "resourceType": "Observation",
        "identifier": [{ "system": "urn:x-local:synthetic", "value": format!("{partner}-{n}") }],
        "status": "final",
        "category": [{ "coding": [{ "code": "vital-signs" }] }],
        "code": { "coding": [{ "system": "http://loinc.org", "code": "85354-9" }], "text": "血压" },
        "subject": { "reference": format!("Patient/{}", elder.uuid()) },
        "effectiveDateTime": by.today().to_string(),
        "component": [part("8480-6", 128 + n * 3), part("8462-4", 76 + n)],
    })
}
