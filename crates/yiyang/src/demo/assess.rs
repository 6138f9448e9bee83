//! The simulated assessments: applied for, done by two, reviewed, noticed, in force before the month begins.

use super::forms::{self, Draw};
use super::{Crew, Story};
use anyhow::anyhow;
use care::assessments::compare;
use care::assessments::model::{Application, Key, State};
use care::assessments::steps;
use chrono::TimeDelta;
use db::{Actor, Tx};
use kernel::{ElderId, StaffId};
use policy::{Answers, Scale};
use registry::elders::{Chronic, SelfCare};
use std::collections::BTreeMap;

/// Days before the month on which the steps are taken.
const APPLIED: i64 = 48;
const FORMS: i64 = 44;
const REVIEWED: i64 = 42;
const NOTICED: i64 = 41;
const CLOSED: i64 = 20;
/// Elders in one transaction.
const CHUNK: usize = 100;

/// Somebody who may apply.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Who.
    pub elder: ElderId,
    /// What the roster says.
    pub self_care: SelfCare,
    /// Chronic diseases.
    pub chronic: Vec<Chronic>,
}

/// How far an application is let go, so that every list has something in it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd)]
enum Until {
    Applied,
    Assigned,
    Half,
    Submitted,
    Noticed,
    Effective,
}

/// Runs the assessments of all candidates by the scale; answers how many took effect.
///
/// # Errors
/// What the steps answer.
pub fn run(
    story: &Story<'_>,
    crew: &Crew,
    scale_id: &str,
    candidates: &[Candidate],
    bar: &mut dyn FnMut(usize, usize),
) -> anyhow::Result<usize> {
    let library = &story.policies;
    let scale = library.scale(scale_id).ok_or_else(|| anyhow!("没有量表 {scale_id}"))?;
    for (i, chunk) in candidates.chunks(CHUNK).enumerate() {
        story
            .db
            .write(|tx| {
                for candidate in chunk {
                    one(tx, story, crew, scale, candidate)?;
                }
                Ok::<_, web::Error>(())
            })
            .map_err(|e| anyhow!(e.text()))?;
        bar((i * CHUNK).min(candidates.len()), candidates.len());
    }
    let by = story.actor(&crew.clerk, -CLOSED);
    close(story, &by).map_err(|e| anyhow!(e.text()))?;
    let effective = story.db.read(|tx| care::assessments::store::effective(tx, &by, scale_id, by.today()))?;
    Ok(effective.len())
}

/// Closes the notices that are over; a call takes a few hundred.
fn close(story: &Story<'_>, by: &Actor) -> Result<(), web::Error> {
    while story.db.write(|tx| steps::close_notices(tx, by, &story.policies))? > 0 {}
    Ok(())
}

fn one(
    tx: &mut Tx<'_>,
    story: &Story<'_>,
    crew: &Crew,
    scale: &Scale,
    candidate: &Candidate,
) -> Result<(), web::Error> {
    let mut draw = Draw::of(candidate.elder.uuid().into_bytes(), 1);
    let until = match draw.below(100) {
        0..2 => Until::Applied,
        2..3 => Until::Assigned,
        3..5 => Until::Half,
        5..7 => Until::Submitted,
        7..9 => Until::Noticed,
        _ => Until::Effective,
    };
    // What is still under way began only lately.
    let shift = if until == Until::Effective { 0 } else { story.days_since_month_began() + APPLIED - 9 };
    let at = |crew: &super::Member, before: i64| story.actor(crew, shift - before);
    let library = &story.policies;
    let need = forms::need(&mut draw, candidate.self_care);
    let key =
        steps::apply(tx, &at(&crew.clerk, APPLIED), library, candidate.elder, &application(story, scale, need, shift))?;
    let admitted = steps::against(tx, &at(&crew.clerk, APPLIED), library, key)?.is_empty();
    if until == Until::Applied {
        return Ok(());
    }
    if !admitted {
        return steps::reject(tx, &at(&crew.clerk, APPLIED - 1), library, key, "").map(drop);
    }
    steps::accept(tx, &at(&crew.clerk, APPLIED - 1), library, key)?;
    let pair = crew.pair(&mut draw);
    steps::assign(tx, &at(&crew.clerk, APPLIED - 2), library, key, &[pair[0].1, pair[1].1])?;
    if until == Until::Assigned {
        return Ok(());
    }
    let dementia = candidate.chronic.contains(&Chronic::Dementia);
    let first = forms::fill(scale, &mut draw, need, dementia);
    let second = forms::second_opinion(scale, &mut draw, &first);
    submit(tx, &at(&pair[0].0, FORMS), story, key, pair[0].1, &first)?;
    if until == Until::Half {
        return Ok(());
    }
    let state = submit(tx, &at(&pair[1].0, FORMS), story, key, pair[1].1, &second)?;
    if state == State::Compared {
        if until == Until::Submitted {
            return Ok(());
        }
        let choices: BTreeMap<String, i64> = compare::questions(scale)
            .filter_map(|(code, _, _)| Some((code.to_owned(), compare::answer(&first, code)?)))
            .filter(|(code, value)| compare::answer(&second, code) != Some(*value))
            .collect();
        steps::reconcile(
            tx,
            &at(&pair[0].0, FORMS - 1),
            library,
            key,
            pair[0].1,
            &choices,
            "两名评估员现场复看后一致认定",
        )?;
    }
    if until == Until::Submitted {
        return Ok(());
    }
    steps::review(tx, &at(&crew.reviewer, REVIEWED), library, key, None, true, "同意")?;
    if State::Reviewed == steps_state(tx, &at(&crew.reviewer, REVIEWED), key)? {
        steps::open_notice(tx, &at(&crew.reviewer, NOTICED), library, key)?;
    }
    Ok(())
}

fn steps_state(tx: &mut Tx<'_>, by: &Actor, key: Key) -> Result<State, web::Error> {
    let subject = care::subject::store::find(tx, by, key.elder)?;
    Ok(care::assessments::store::find(tx, &subject, key.id)?.state)
}

fn submit(
    tx: &mut Tx<'_>,
    by: &Actor,
    story: &Story<'_>,
    key: Key,
    staff: StaffId,
    answers: &Answers,
) -> Result<State, web::Error> {
    steps::save_form(tx, by, &story.policies, key, staff, answers)?;
    steps::submit_form(tx, by, &story.policies, key, staff)
}

fn application(story: &Story<'_>, scale: &Scale, need: u64, shift: i64) -> Application {
    let applied = story.day(shift - APPLIED);
    let screen = scale.self_screen.as_ref().map_or(0, |s| s.class_a.len() + s.class_b.len());
    let last = scale.self_screen.as_ref().map_or(0, |s| s.answers.len().saturating_sub(1));
    // The self-screen is answered the worse the more help is needed; those below the bar are refused, as in life.
    let dependent = if need >= 35 { screen } else { screen / 3 };
    Application {
        scale: scale.id.clone(),
        applicant: "家属（合成）".into(),
        relation: "子女".into(),
        phone: "15400000000".into(),
        reason: care::assessments::model::REASONS[0].into(),
        consent_on: Some(applied),
        disabled_since: Some(applied - TimeDelta::days(400)),
        self_screen: (0..screen).map(|i| if i < dependent { last } else { 0 }).collect(),
    }
}
