//! What the home page says of duties: free clinics that are due, to be confirmed, disputed; who is behind.

use super::calendar::{Standing, Verdict, horizon, standings};
use super::ledger;
use super::model::{Clinic, State};
use super::store::{self, Filter, rows};
use super::{CLINIC, CONFIRM, NOTE};
use chrono::TimeDelta;
use db::{Result, Tx};
use kernel::InstitutionId;
use registry::institutions::Kind;
use web::ui::Tone;
use web::{Desk, WorkGroup, WorkItem};

/// How many of each kind the home page names.
const SHOWN: usize = 5;

/// What waits for a person.
///
/// # Errors
/// What the engine says.
pub fn work(tx: &mut Tx<'_>, desk: &Desk<'_>) -> Result<Vec<WorkGroup>> {
    let mut groups = Vec::new();
    if let Some(own) = desk.user.institution {
        if desk.user.may(CLINIC) {
            groups.push(due(tx, desk, own)?);
            groups.push(clinics(tx, desk, own, State::Disputed)?);
        }
        if desk.user.may(CONFIRM) {
            groups.push(clinics(tx, desk, own, State::Recorded)?);
        }
    }
    if desk.user.may(NOTE) {
        groups.push(behind(tx, desk)?);
        groups.push(overdue(tx, desk)?);
    }
    groups.retain(|group| group.total > 0);
    Ok(groups)
}

fn group(title: &str, items: Vec<WorkItem>, href: &str) -> WorkGroup {
    let total = items.len() as i64;
    WorkGroup { title: title.into(), items: items.into_iter().take(SHOWN).collect(), total, href: href.into() }
}

fn all(tx: &mut Tx<'_>, desk: &Desk<'_>) -> Result<Vec<Standing>> {
    let today = desk.by.today();
    let hospitals = store::institutions(tx, desk.by, &[Kind::Hospital], None)?;
    if hospitals.is_empty() {
        return Ok(Vec::new());
    }
    let (kinds, held) = (rows::kinds(tx, desk.by)?, store::held(tx, desk.by, horizon(today))?);
    Ok(standings(desk.policies, hospitals, &kinds, &held, today))
}

/// What one's own hospital still owes. It is urgent when the last span was missed, or this one ends soon.
fn due(tx: &mut Tx<'_>, desk: &Desk<'_>, own: InstitutionId) -> Result<WorkGroup> {
    let all = all(tx, desk)?;
    let mine = all.iter().filter(|one| one.hospital.id == own && one.left() > 0);
    let items = mine.filter_map(|one| {
        let (_, span) = one.owed?;
        let notice = desk.number("clinic_notice_days", one.hospital.facts.area).unwrap_or_default();
        let soon = span.last - desk.by.today() <= TimeDelta::days(notice);
        Some(WorkItem {
            title: format!("{}义诊还差 {} 次", span.name(), one.left()),
            detail: "到医疗资源薄弱的养老机构义诊，做完登记".into(),
            href: "/duties".into(),
            due: Some(span.last),
            urgent: soon || one.verdict() == Verdict::Behind,
        })
    });
    Ok(group("应做的义诊", items.collect(), "/duties"))
}

fn clinics(tx: &mut Tx<'_>, desk: &Desk<'_>, own: InstitutionId, state: State) -> Result<WorkGroup> {
    let filter = Filter { state: Some(state), with: Some(own), since: None };
    let all = store::list(tx, desk.by, &filter, 500, 0)?;
    let asked = state == State::Recorded;
    let mine = all.iter().filter(|one| if asked { one.home == own } else { one.hospital == own });
    let item = |one: &Clinic| WorkItem {
        title: if asked { one.hospital_name.clone() } else { one.home_name.clone() },
        detail: if asked {
            format!("{} 来义诊，请核对后确认", one.facts.on)
        } else {
            format!("异议：{}", one.answer)
        },
        href: one.href(),
        due: None,
        urgent: !asked,
    };
    let title = if asked { "待确认的义诊" } else { "有异议的义诊" };
    Ok(group(title, mine.map(item).collect(), &format!("/duties/clinics?state={}", state.code())))
}

/// Hospitals that have done too little in the last span.
fn behind(tx: &mut Tx<'_>, desk: &Desk<'_>) -> Result<WorkGroup> {
    let all = all(tx, desk)?;
    let items = all.iter().filter(|one| one.verdict() == Verdict::Behind).filter_map(|one| {
        let (span, tally) = one.missed?;
        Some(WorkItem {
            title: one.hospital.facts.name.clone(),
            detail: format!("{}义诊只有 {} 次计数，本期也还没有", span.name(), tally.done),
            href: "/duties".into(),
            due: Some(span.last),
            urgent: true,
        })
    });
    Ok(group("义诊逾期的医院", items.collect(), "/duties"))
}

/// Duties of documents whose last day is over and that nobody noted as done.
fn overdue(tx: &mut Tx<'_>, desk: &Desk<'_>) -> Result<WorkGroup> {
    let (area, today) = (desk.by.scope.area, desk.by.today());
    let notes = rows::notes(tx, area)?;
    let lines = ledger::lines(desk.policies, area, today, &notes);
    let items = lines.iter().filter(|line| line.overdue(today)).map(|line| WorkItem {
        title: format!("{} {}", line.clause.at, line.duty.who),
        detail: format!("{}（{}）", line.duty.what, line.state()),
        href: line.href(),
        due: line.by,
        urgent: true,
    });
    Ok(group("到期没有办结的责任", items.collect(), "/duties/ledger?state=overdue"))
}

/// Tone of a state.
pub(super) const fn tone(state: State) -> Tone {
    match state {
        State::Recorded => Tone::Warning,
        State::Confirmed => Tone::Success,
        State::Disputed => Tone::Danger,
        State::Withdrawn => Tone::Neutral,
    }
}
