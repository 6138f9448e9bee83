//! Sending: one resource, or a bundle of them, all or each for itself.

use super::super::bundle::{self, Answer, Sent};
use super::super::model::Resource;
use super::super::outcome::{self, Issue, Problem};
use super::super::store::Exchange;
use super::super::store::receive::{Taken, take};
use super::{Desk, Reply};
use db::Tx;
use kernel::ElderId;
use serde_json::Value;

/// What is noted of some answers: whom they were about, how many were taken and refused.
fn noted(all: &[Taken]) -> Exchange {
    let mut elders: Vec<(ElderId, usize)> = vec![];
    for elder in all.iter().filter(|(answer, _)| !answer.refused()).filter_map(|(_, elder)| *elder) {
        match elders.iter_mut().find(|(known, _)| *known == elder) {
            Some((_, count)) => *count += 1,
            None => elders.push((elder, 1)),
        }
    }
    let refused = all.iter().filter(|(answer, _)| answer.refused()).count();
    let issues = all.iter().filter(|(a, _)| a.refused()).flat_map(|(a, _)| a.issues.iter().cloned()).collect();
    let detail = Problem { status: 0, issues }.line();
    Exchange { elders, resources: all.len() - refused, refused, detail, ..Exchange::default() }
}

/// A single resource.
pub(super) fn create(desk: &Desk, kind: Resource, sent: &Value) -> Result<Reply, Problem> {
    if sent["resourceType"].as_str() != Some(kind.code()) {
        let text = format!("resourceType 应与地址一致，为 {}", kind.code());
        return Err(Problem::of(400, Issue::at("resourceType", "structure", text)));
    }
    if kind == Resource::Patient {
        return Err(Problem::of(405, Issue::error("not-supported", "基本信息以名册为准，不经接口传入")));
    }
    let taken = desk.db.write(|tx| take(tx, &desk.by, &desk.partner, (kind, sent), None))?;
    let answer = &taken.0;
    if answer.refused() {
        return Err(Problem { status: answer.status, issues: answer.issues.clone() });
    }
    let location = answer.location.as_ref().map(|place| format!("{}/{place}", desk.base));
    let body = outcome::resource(if answer.issues.is_empty() { &[] } else { &answer.issues });
    let body = if answer.issues.is_empty() { outcome::resource(&[Issue::note("已登记")]) } else { body };
    let status = answer.status;
    Ok(Reply { status, body, location, done: noted(std::slice::from_ref(&taken)) })
}

/// An entry, with its issues where they stand in the bundle.
fn entry(tx: &mut Tx<'_>, desk: &Desk, sent: &Sent, whole: &Value) -> Result<Taken, Problem> {
    let kind = match &sent.kind {
        Ok(kind) => *kind,
        Err(issue) => return Ok((Answer { status: 400, location: None, issues: vec![issue.clone()] }, None)),
    };
    let (mut answer, elder) = take(tx, &desk.by, &desk.partner, (kind, &sent.resource), Some(whole))?;
    answer.issues = answer.issues.into_iter().map(|issue| issue.within(&sent.place)).collect();
    Ok((answer, elder))
}

/// Why a transaction is taken back.
enum Back {
    /// Some entries are wrong: all that is wrong.
    Wrong(Vec<Taken>),
    /// It could not be done.
    Failed(Problem),
}

impl From<db::Error> for Back {
    fn from(e: db::Error) -> Self {
        Self::Failed(e.into())
    }
}

/// A bundle: in a transaction all entries or none, in a batch each for itself. Every entry is answered.
pub(super) fn bundle(desk: &Desk, whole: bool, entries: &[Sent], sent: &Value) -> Result<Reply, Problem> {
    let taken = if whole { transaction(desk, entries, sent)? } else { batch(desk, entries, sent)? };
    let answers: Vec<Answer> = taken.iter().map(|(answer, _)| answer.clone()).collect();
    let body = bundle::response(whole, &answers);
    Ok(Reply { status: 200, body, location: None, done: noted(&taken) })
}

fn transaction(desk: &Desk, entries: &[Sent], sent: &Value) -> Result<Vec<Taken>, Problem> {
    let done = desk.db.write(|tx| {
        let each = entries.iter().map(|one| entry(tx, desk, one, sent));
        let all = each.collect::<Result<Vec<Taken>, Problem>>().map_err(Back::Failed)?;
        if all.iter().any(|(answer, _)| answer.refused()) { Err(Back::Wrong(all)) } else { Ok(all) }
    });
    match done {
        Ok(all) => Ok(all),
        Err(Back::Failed(problem)) => Err(problem),
        Err(Back::Wrong(all)) => {
            let wrong = all.into_iter().filter(|(answer, _)| answer.refused());
            Err(Problem { status: 422, issues: wrong.flat_map(|(answer, _)| answer.issues).collect() })
        }
    }
}

fn batch(desk: &Desk, entries: &[Sent], sent: &Value) -> Result<Vec<Taken>, Problem> {
    entries
        .iter()
        .map(|one| {
            let done = desk.db.write(|tx| match entry(tx, desk, one, sent)? {
                taken if taken.0.refused() => Err(Stop::Refused(taken)),
                taken => Ok::<_, Stop>(taken),
            });
            match done {
                Ok(taken) | Err(Stop::Refused(taken)) => Ok(taken),
                Err(Stop::Failed(problem)) => Err(problem),
            }
        })
        .collect()
}

/// Why an entry of a batch is taken back: nothing of one that is refused may stay.
enum Stop {
    Refused(Taken),
    Failed(Problem),
}

impl From<db::Error> for Stop {
    fn from(e: db::Error) -> Self {
        Self::Failed(e.into())
    }
}

impl From<Problem> for Stop {
    fn from(problem: Problem) -> Self {
        Self::Failed(problem)
    }
}
