//! What medical institutions report of departments and beds, and what is noted of duties. Both only grow: the newest row holds.

use super::super::calendar::Kinds;
use super::super::model::{Note, Report};
use db::audit::Entry;
use db::{Actor, Result, Row, Tx, params};
use kernel::{Area, DutyRowId, InstitutionId};
use web::Error;

fn report_row(row: &Row<'_>) -> Result<(InstitutionId, Report)> {
    let mut c = row.columns();
    let whose = c.take()?;
    Ok((
        whose,
        Report {
            on: c.take()?,
            kind: c.take()?,
            department: c.take()?,
            geriatric_beds: c.take()?,
            rehabilitation_beds: c.take()?,
            hospice_beds: c.take()?,
            note: c.take()?,
            said_by: c.take()?,
        },
    ))
}

const REPORT: &str = "r.institution_id, r.on_date, r.kind, r.department, r.geriatric_beds, r.rehabilitation_beds, r.hospice_beds, r.note,
     r.said_by";

/// The reports of all institutions within sight, the newest of each first.
///
/// # Errors
/// What the engine says.
pub fn reports(tx: &mut Tx<'_>, by: &Actor) -> Result<Vec<(InstitutionId, Report)>> {
    let (scope, values) = by.scope.institutions("i.area", "i.id", 1);
    let sql = format!(
        "select {REPORT} from duty_reports r join institutions i on i.id = r.institution_id where {scope}
         order by r.institution_id, r.on_date desc, r.reported_at desc, r.id desc"
    );
    tx.query(&sql, &values, report_row)
}

/// The kinds of the hospitals within sight, as they reported them last.
///
/// # Errors
/// What the engine says.
pub fn kinds(tx: &mut Tx<'_>, by: &Actor) -> Result<Kinds> {
    let mut kinds = Kinds::new();
    for (whose, report) in reports(tx, by)? {
        if let Some(kind) = report.kind {
            kinds.entry(whose).or_insert(kind);
        }
    }
    Ok(kinds)
}

/// The reports of an institution, newest first. Ask whether it is in sight first.
///
/// # Errors
/// What the engine says.
pub fn reports_of(tx: &mut Tx<'_>, id: InstitutionId) -> Result<Vec<Report>> {
    let sql = format!(
        "select {REPORT} from duty_reports r where r.institution_id = $1 order by r.on_date desc, r.reported_at desc, r.id desc"
    );
    Ok(tx.query(&sql, params![id], report_row)?.into_iter().map(|(_, report)| report).collect())
}

/// Adds a report of an institution.
///
/// # Errors
/// [`Error::Invalid`] with the fields, [`Error::Refused`] for another institution than one's own.
pub fn report(tx: &mut Tx<'_>, by: &Actor, id: InstitutionId, new: &Report) -> std::result::Result<(), Error> {
    let faults = new.faults(by.today());
    if !faults.is_empty() {
        return Err(Error::Invalid(faults));
    }
    let subject = registry::institutions::store::find(tx, by, id)?.facts.name;
    if by.institution.is_some_and(|own| own != id) {
        return Err(Error::refused("DU-04", "您只能填报本机构的情况"));
    }
    let row = DutyRowId::new(by.now, tx.chance());
    tx.exec(
        "insert into duty_reports (institution_id, id, on_date, kind, department, geriatric_beds, rehabilitation_beds, hospice_beds,
           note, said_by, reported_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        params![
            id,
            row,
            new.on,
            new.kind,
            new.department,
            new.geriatric_beds,
            new.rehabilitation_beds,
            new.hospice_beds,
            kernel::text::prose(&new.note),
            &new.said_by,
            by.now
        ],
    )?;
    let detail = format!("{} 老年病科{}，为老床位 {} 张", new.on, new.department, new.beds());
    Ok(tx.audit(by, Entry { action: "duties.report", subject, detail, ..Entry::default() })?)
}

fn note_row(row: &Row<'_>) -> Result<(String, Note)> {
    let mut c = row.columns();
    let (area, duty) = (c.take()?, c.take()?);
    let note = Note { area, state: c.take()?, on: c.take()?, note: c.take()?, evidence: c.take()?, by: c.take()? };
    Ok((duty, note))
}

const NOTE: &str = "select n.area, n.duty, n.state, n.on_date, n.note, n.evidence, n.noted_by from duty_notes n";
const NEWEST: &str = "order by n.duty, n.on_date desc, n.noted_at desc, n.id desc";

/// The notes of an area itself, by duty, the newest of each first.
///
/// # Errors
/// What the engine says.
pub fn notes(tx: &mut Tx<'_>, area: Area) -> Result<Vec<(String, Note)>> {
    tx.query(&format!("{NOTE} where n.area = $1 {NEWEST}"), params![area], note_row)
}

/// The notes of a duty in an area and in what lies under it, newest first.
///
/// # Errors
/// What the engine says.
pub fn notes_of(tx: &mut Tx<'_>, by: &Actor, duty: &str) -> Result<Vec<Note>> {
    let (low, high) = by.scope.area.bounds();
    let sql = format!("{NOTE} where n.duty = $1 and n.area between $2 and $3 {NEWEST}");
    Ok(tx.query(&sql, params![duty, low, high], note_row)?.into_iter().map(|(_, note)| note).collect())
}

/// Notes how far a duty is in one's own area.
///
/// # Errors
/// [`Error::Invalid`] with the fields, [`Error::Refused`] for what is done without evidence.
pub fn note(tx: &mut Tx<'_>, by: &Actor, duty: &str, new: &Note) -> std::result::Result<(), Error> {
    let faults = new.faults(by.today());
    if !faults.is_empty() {
        return Err(Error::Invalid(faults));
    }
    if let Some(reason) = new.against() {
        return Err(Error::Refused(vec![reason]));
    }
    let row = DutyRowId::new(by.now, tx.chance());
    tx.exec(
        "insert into duty_notes (area, duty, id, state, on_date, note, evidence, noted_by, noted_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        params![
            new.area,
            duty,
            row,
            new.state,
            new.on,
            kernel::text::prose(&new.note),
            kernel::text::prose(&new.evidence),
            &new.by,
            by.now
        ],
    )?;
    let detail = format!("{} {}", new.on, new.state);
    Ok(tx.audit(by, Entry { action: "duties.note", subject: duty.to_owned(), detail, ..Entry::default() })?)
}
