//! Those who come: the staff of an institution as a visit asks about them.

use super::super::catalogue::StaffKind;
use db::{Actor, Row, Tx, Value, params};
use kernel::area::Level;
use kernel::{Area, Date, InstitutionId, StaffId};
use registry::staff::Post;

/// A member of staff whom a visit or a plan names, as far as it asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carer {
    /// Who.
    pub id: StaffId,
    /// Name.
    pub name: String,
    /// For whom they work.
    pub institution: InstitutionId,
    /// As what.
    pub kind: Option<StaffKind>,
    /// Has a numbered certificate.
    pub certificate: bool,
    /// Last day of the certificate.
    pub until: Option<Date>,
}

impl Carer {
    /// Whether the certificate holds on the day.
    #[must_use]
    pub fn certified(&self, on: Date) -> bool {
        self.certificate && self.until.is_none_or(|until| until >= on)
    }
}

fn carer(row: &Row<'_>) -> db::Result<Carer> {
    let mut c = row.columns();
    Ok(Carer {
        id: c.take()?,
        name: c.take()?,
        institution: c.take()?,
        kind: StaffKind::of_post(c.take::<Post>()?),
        certificate: c.take::<Option<String>>()?.is_some_and(|no| !no.is_empty()),
        until: c.take()?,
    })
}

const CARER: &str = "s.id, s.name, s.institution_id, s.post, s.certificate_no, s.certificate_until";

/// A member of staff.
///
/// # Errors
/// [`db::Error::NotFound`], or what the engine says.
pub fn staff(tx: &mut Tx<'_>, id: StaffId) -> db::Result<Carer> {
    tx.query_one(&format!("select {CARER} from staff s where s.id = $1"), params![id], carer)
}

/// Those of the given members of staff who are there, each once.
///
/// # Errors
/// What the engine says.
pub fn named(tx: &mut Tx<'_>, mut ids: Vec<StaffId>) -> db::Result<Vec<Carer>> {
    ids.sort_unstable();
    ids.dedup();
    let mut carers = vec![];
    for id in ids {
        carers.extend(tx.query_opt(&format!("select {CARER} from staff s where s.id = $1"), params![id], carer)?);
    }
    Ok(carers)
}

/// The staff of an institution who may give care, by post and name.
///
/// # Errors
/// What the engine says.
pub fn carers(tx: &mut Tx<'_>, institution: InstitutionId) -> db::Result<Vec<Carer>> {
    let sql = format!(
        "select {CARER} from staff s where s.institution_id = $1 and s.post in ('doctor', 'nurse', 'therapist', 'carer')
         order by s.post, s.name, s.id"
    );
    tx.query(&sql, params![institution], carer)
}

/// The institutions of a county with staff who may come; only the actor's own if they are confined.
///
/// # Errors
/// What the engine says.
pub fn providers(tx: &mut Tx<'_>, by: &Actor, near: Area) -> db::Result<Vec<(InstitutionId, String)>> {
    let (low, high) = near.up_to(Level::County).bounds();
    let mut values: Vec<Value<'_>> = vec![low.into(), high.into()];
    let own = by.scope.institution.map(|id| {
        values.push(id.into());
        " and i.id = $3"
    });
    let sql = format!(
        "select i.id, i.name from institutions i where i.area between $1 and $2 and i.kind <> 'assessment_agency'
           and exists (select 1 from staff s where s.institution_id = i.id and s.post in ('doctor', 'nurse', 'carer'))
           {} order by i.name, i.id",
        own.unwrap_or_default()
    );
    tx.query(&sql, &values, |row| Ok((row.get(0)?, row.get(1)?)))
}
