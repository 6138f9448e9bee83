//! What the page tells of an elder, gathered from the other capabilities. The gate was passed; `by` sees the elder.

use super::words::{Said, words};
use crate::consents::{self, Consent};
use crate::contracts::{self, Contract};
use crate::episodes::{self, OpenThing};
use crate::hospice::model::Plan;
use crate::{assessments, followups, hospice, records, referrals, sickbeds, stays, subject, visits};
use db::{Actor, Result, Tx};
use kernel::time::{date_of, show};
use kernel::{Date, ElderId, Instant, InstitutionId, StaffId};
use policy::Library;
use uuid::Uuid;
use web::Error;

/// How many visits that are to come are told: the elder wants to know of the next days, not of the month.
const VISITS: i64 = 3;

/// How many looks at the file are told.
const LOOKS: usize = 8;

/// Something that is to happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coming {
    /// When: an hour, or only a day.
    pub at: Option<Instant>,
    /// The day.
    pub on: Date,
    /// When it ends.
    pub until: Option<Instant>,
    /// What for.
    pub what: String,
    /// Who, or where.
    pub who: String,
}

/// Somebody to call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Number {
    /// Who.
    pub name: String,
    /// Of where, or for what.
    pub about: String,
    /// The telephone; empty when nobody wrote it down.
    pub phone: String,
}

/// A result in plain words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// 血压
    pub title: String,
    /// 138/82，2026年10月12日
    pub figure: String,
    /// What it means, what to do next.
    pub said: Said,
    /// By when.
    pub by: Option<Date>,
    /// Whether it cannot wait.
    pub urgent: bool,
}

/// Something that waits for a consent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// `sickbed` or `sharing`.
    pub scope: consents::Scope,
    /// Which.
    pub source: Uuid,
    /// What is asked, in a sentence.
    pub text: String,
}

/// Everything on the page.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// Name of the elder.
    pub name: String,
    /// What comes next, soonest first.
    pub coming: Vec<Coming>,
    /// The family doctor.
    pub doctor: Option<Number>,
    /// Results.
    pub results: Vec<Told>,
    /// What is open.
    pub open: Vec<String>,
    /// The plan for the end of life.
    pub plan: Option<Plan>,
    /// Who cares: name, what they do.
    pub team: Vec<(String, String)>,
    /// What waits for a consent.
    pub asked: Vec<Asked>,
    /// Consents that something rests on, and those that were withdrawn.
    pub consents: Vec<Consent>,
    /// Who looked at the file.
    pub looks: Vec<super::store::Look>,
}

/// Reads all of it.
///
/// # Errors
/// What the stores say.
pub fn gather(tx: &mut Tx<'_>, by: &Actor, library: &Library, elder: ElderId) -> std::result::Result<Sheet, Error> {
    let today = by.today();
    let contract = contracts::store::of_elder(tx, by, elder)?.into_iter().find(|c| c.in_force(today));
    let mut consents = consents::store::of_elder(tx, elder, today)?;
    let asked = asked(tx, by, elder, &consents)?;
    consents.retain(|one| one.live || one.withdrawn.is_some());
    Ok(Sheet {
        name: subject::store::find(tx, by, elder)?.name,
        coming: coming(tx, by, library, elder)?,
        doctor: contract.map(|c| doctor(tx, by, &c)).transpose()?,
        results: results(tx, by, library, elder)?,
        open: open(tx, by, elder)?,
        plan: plan(tx, by, elder)?,
        team: team(tx, elder, today)?,
        asked,
        consents,
        looks: super::store::looks(tx, elder, LOOKS)?,
    })
}

fn place(tx: &mut Tx<'_>, id: InstitutionId) -> String {
    registry::institutions::store::name(tx, id).unwrap_or_default()
}

/// The next visit, the booking of a referral, the next follow-up.
fn coming(tx: &mut Tx<'_>, by: &Actor, library: &Library, elder: ElderId) -> Result<Vec<Coming>> {
    let mut all = vec![];
    for v in visits::store::next_of_elder(tx, by, elder, VISITS)? {
        let people = visits::store::crew::named(tx, std::iter::once(v.carer).chain(v.second).collect())?;
        let names: Vec<&str> = people.iter().map(|one| one.name.as_str()).collect();
        let items = visits::catalogue::names(library, &v.items);
        let what = if items.is_empty() { v.kind.name().to_owned() } else { items };
        let who = format!("{}（{}）", names.join("、"), place(tx, v.institution));
        all.push(Coming { at: Some(v.planned_from), on: v.day(), until: Some(v.planned_to), what, who });
    }
    for r in referrals::store::of_elder(tx, by, elder)? {
        let booked = r.booked_for.filter(|at| r.state == referrals::State::Booked && *at >= by.now);
        if let Some(at) = booked {
            let who = format!("{}，{}", r.to_name, r.booked_place);
            all.push(Coming {
                at: Some(at), on: date_of(at), until: None, what: "去医院就诊（已约好）".into(), who
            });
        }
    }
    for f in followups::store::of_elder(tx, by, elder)? {
        if let Some(on) = f.next_by.filter(|on| f.ended_on.is_none() && *on >= by.today()) {
            let what = format!("{}随访，在这一天之前", f.disease);
            all.push(Coming { at: None, on, until: None, what, who: f.doctor });
        }
    }
    all.extend(rounds(tx, by, elder)?);
    all.sort_by_key(|one| (one.on, one.at));
    Ok(all)
}

/// The planned rounds of the home sickbeds that are open.
fn rounds(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> Result<Vec<Coming>> {
    let mut all = vec![];
    for bed in sickbeds::store::of_elder(tx, by, elder)?.into_iter().filter(|b| b.state == sickbeds::State::Open) {
        let planned = sickbeds::store::rounds(tx, bed.key)?.into_iter();
        for round in planned.filter(|r| r.state == sickbeds::rounds::RoundState::Planned && r.due_on >= by.today()) {
            let who = format!("{}、{}（{}）", bed.doctor_name, bed.nurse_name, bed.institution_name);
            let what = "家庭病床巡诊，在这一天之前".to_owned();
            all.push(Coming { at: None, on: round.due_on, until: None, what, who });
        }
    }
    Ok(all)
}

fn doctor(tx: &mut Tx<'_>, by: &Actor, c: &Contract) -> Result<Number> {
    let own =
        c.doctor.and_then(|id: StaffId| registry::staff::store::find(tx, by, id).ok()).and_then(|s| s.facts.phone);
    let phone = match own {
        Some(phone) => Some(phone),
        None => registry::institutions::store::find(tx, by, c.institution)?.facts.phone,
    };
    let (name, about) = (c.doctor_name.clone(), c.institution_name.clone());
    Ok(Number { name, about, phone: phone.unwrap_or_default() })
}

fn said(from: &std::collections::BTreeMap<String, Said>, code: &str) -> Said {
    from.get(code).cloned().unwrap_or_default()
}

fn results(tx: &mut Tx<'_>, by: &Actor, library: &Library, elder: ElderId) -> std::result::Result<Vec<Told>, Error> {
    let mut all = chronic(tx, by, elder)?;
    all.extend(checkup(tx, by, library, elder)?);
    all.extend(levels(tx, by, elder)?);
    Ok(all)
}

fn chronic(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> Result<Vec<Told>> {
    let visits = followups::store::visits(tx, by, elder)?;
    let told = |f: followups::model::Followup| {
        let outcome = f.last_outcome.filter(|_| f.ended_on.is_none())?;
        let last = visits.iter().find(|v| v.followup == f.key.id)?;
        Some(Told {
            title: f.disease.to_string(),
            figure: format!("{}（{}）", last.facts.figures(), kernel::time::in_words(last.facts.on)),
            said: said(&words().outcome, outcome.code()),
            by: f.next_by,
            urgent: outcome == followups::model::Outcome::Urgent,
        })
    };
    Ok(followups::store::of_elder(tx, by, elder)?.into_iter().filter_map(told).collect())
}

fn checkup(tx: &mut Tx<'_>, by: &Actor, library: &Library, elder: ElderId) -> Result<Vec<Told>> {
    let Some(last) = records::store::of_elder(tx, by, elder)?.into_iter().max_by_key(|one| one.facts.on) else {
        return Ok(vec![]);
    };
    let on = kernel::time::in_words(last.facts.on);
    let open = records::store::findings::findings_of(tx, by, elder)?.into_iter();
    let mut all: Vec<Told> = open
        .filter(|one| one.state == records::findings::FindingState::Open)
        .map(|one| Told {
            title: library.label("checkup finding", &one.found.finding).unwrap_or("体检").to_owned(),
            figure: format!("{}（{on} 体检）", one.detail),
            said: said(&words().action, &one.found.action),
            by: Some(one.found.due_on),
            urgent: one.found.action == "refer_now",
        })
        .collect();
    if all.is_empty() {
        let said = said(&words().checkup, "clear");
        all.push(Told { title: "体检".into(), figure: on, said, by: None, urgent: false });
    }
    Ok(all)
}

fn levels(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> Result<Vec<Told>> {
    let subject = subject::store::find(tx, by, elder)?;
    let all = assessments::store::all_of(tx, &subject)?.into_iter();
    let told = |a: assessments::model::Assessment| {
        let scored = a.scored.filter(|_| a.state == assessments::model::State::Effective)?;
        let title = assessments::rules::Purpose::of(&a.application.scale).title().to_owned();
        let figure = format!("{}（{} 级）", scored.level_name, scored.level);
        Some(Told { title, figure, said: words().level.clone(), by: None, urgent: false })
    };
    Ok(all.filter_map(told).collect())
}

fn open(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> Result<Vec<String>> {
    let mut all: Vec<OpenThing> = referrals::open(tx, by, elder)?;
    all.extend(sickbeds::open(tx, by, elder)?);
    all.extend(stays::open(tx, by, elder)?);
    all.extend(assessments::open(tx, by, elder)?);
    let line =
        |one: OpenThing| format!("{}：{}，{} 起", one.thing.name(), one.title, kernel::time::in_words(one.since));
    Ok(all.into_iter().map(line).collect())
}

fn plan(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> Result<Option<Plan>> {
    let active = hospice::store::of_elder(tx, by, elder)?.into_iter().find(|one| one.state == hospice::State::Active);
    let Some(case) = active else { return Ok(None) };
    Ok(hospice::store::plans(tx, case.key())?.into_iter().next())
}

fn team(tx: &mut Tx<'_>, elder: ElderId, today: Date) -> Result<Vec<(String, String)>> {
    let all = episodes::store::team(tx, elder)?.into_iter();
    let now = all.filter(|one| one.from <= today && one.until.is_none_or(|until| until > today));
    Ok(now.map(|one| (one.name, one.role)).collect())
}

/// What waits for a consent: a home sickbed whose criteria hold, and a sharing that was withdrawn and could go on.
pub(super) fn asked(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, consents: &[Consent]) -> Result<Vec<Asked>> {
    let mut all = vec![];
    for bed in sickbeds::store::of_elder(tx, by, elder)? {
        if bed.state == sickbeds::State::Accepted {
            let text =
                format!("{}可以为您在家建立家庭病床（{}），请您决定。", bed.institution_name, bed.asked.diagnosis);
            all.push(Asked { scope: consents::Scope::Sickbed, source: bed.key.id.uuid(), text });
        }
    }
    for r in referrals::store::of_elder(tx, by, elder)? {
        let source = r.key.id.uuid();
        let gone = consents.iter().any(|one| one.given.source == source && one.withdrawn.is_some());
        let again = r.share_ended_at.is_some() && r.state.shares() && by.today() <= r.shared_until;
        if gone && again {
            let text = format!(
                "您撤回过给{}看资料的同意。如果改了主意，可以再同意，到 {} 为止。",
                r.to_name,
                kernel::time::in_words(r.shared_until)
            );
            all.push(Asked { scope: consents::Scope::Sharing, source, text });
        }
    }
    Ok(all)
}

/// 9:00 至 10:00
#[must_use]
pub fn hours(from: Instant, until: Option<Instant>) -> String {
    let clock = |at: Instant| show(at)[11..].to_owned();
    until.map_or_else(|| clock(from), |until| format!("{} 至 {}", clock(from), clock(until)))
}
