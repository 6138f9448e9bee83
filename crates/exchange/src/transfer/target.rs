//! Where a row goes: one call to the capability that owns it, for saving and for taking back.

use super::kinds::{Fault, Kind, Parsed};
use super::store::Done;
use care::records::{self, NewCheckup};
use care::stays::{self, NewStay};
use db::{Actor, Error, Tx};
use kernel::{Area, CheckupId, CitizenNumber, ElderId, InstitutionId, StaffId, StayId};
use registry::saved::{Refused, Saved};
use registry::{areas, elders, institutions, staff};
use uuid::Uuid;

/// Where imported check-ups and stays say that they come from.
const SOURCE: &str = "导入";

/// What a row became.
pub struct Landed {
    /// What it is now, in bytes.
    pub subject: Vec<u8>,
    /// The elder that it belongs to.
    pub owner: Option<Vec<u8>>,
    /// What saving did.
    pub saved: Saved,
}

fn own(id: Uuid, saved: Saved) -> Landed {
    Landed { subject: id.as_bytes().to_vec(), owner: None, saved }
}

fn of(elder: ElderId, id: Uuid, saved: Saved) -> Landed {
    Landed { owner: Some(elder.uuid().as_bytes().to_vec()), ..own(id, saved) }
}

/// Saves a row.
///
/// # Errors
/// A fault of the row inside, a failure of the store outside.
pub fn save(tx: &mut Tx<'_>, by: &Actor, kind: Kind, row: &Parsed) -> db::Result<Result<Landed, Fault>> {
    let result = match row {
        Parsed::Area(new) => areas::store::save(tx, by, new).map(|(code, saved)| Landed {
            subject: code.to_string().into_bytes(),
            owner: None,
            saved,
        }),
        Parsed::Institution(new) => institutions::store::save(tx, by, new).map(|(id, saved)| own(id.uuid(), saved)),
        Parsed::Staff(new) => staff::store::save(tx, by, new).map(|(id, saved)| own(id.uuid(), saved)),
        Parsed::Elder(new) => elders::store::save(tx, by, new).map(|(id, saved)| own(id.uuid(), saved)),
        Parsed::Checkup(new) => checkup(tx, by, new),
        Parsed::Stay(new) => stay(tx, by, new),
    };
    match result {
        Ok(landed) => Ok(Ok(landed)),
        Err(Refused::Field { field, message }) => Ok(Err(fault(kind, &field, &message))),
        Err(Refused::Store(e)) => Err(e),
    }
}

fn fault(kind: Kind, field: &str, message: &str) -> Fault {
    match kind.column(field) {
        Some(column) => Fault::new(Some(column), message),
        None => Fault::new(None, format!("{field}：{message}")),
    }
}

fn known(tx: &mut Tx<'_>, by: &Actor, citizen: &CitizenNumber) -> Result<ElderId, Refused> {
    let found = elders::store::by_citizen(tx, by, citizen)?;
    let missing = || Refused::field("身份证号", "没有这位老年人的档案（或不在您的辖区内），请先导入老年人名册");
    let id = found.ok_or_else(missing)?;
    // A merged file answers through the one that it was merged into.
    Ok(elders::store::primary(tx, id)?)
}

fn checkup(tx: &mut Tx<'_>, by: &Actor, row: &super::kinds::CheckupRow) -> Result<Landed, Refused> {
    let elder = known(tx, by, &row.citizen)?;
    let new = NewCheckup {
        elder,
        on: row.on,
        institution: row.institution,
        file_built: row.file_built,
        guided: row.guided,
        complete: row.complete,
        sbp: row.systolic,
        dbp: row.diastolic,
        glucose: row.glucose_tenths,
    };
    let (id, saved) = records::store::save(tx, by, &new, SOURCE)?;
    Ok(of(elder, id.uuid(), saved))
}

fn stay(tx: &mut Tx<'_>, by: &Actor, row: &super::kinds::StayRow) -> Result<Landed, Refused> {
    let elder = known(tx, by, &row.citizen)?;
    let new = NewStay {
        elder,
        institution: row.hospital,
        admitted_on: row.admitted_on,
        discharged_on: row.discharged_on,
        diagnosis: row.diagnosis.clone(),
    };
    let (id, saved) = stays::store::save(tx, by, &new, SOURCE)?;
    Ok(of(elder, id.uuid(), saved))
}

fn id(bytes: &[u8]) -> Result<Uuid, Refused> {
    Uuid::from_slice(bytes).map_err(|e| Refused::Store(Error::Engine(e.to_string())))
}

fn owner(done: &Done) -> Result<ElderId, Refused> {
    id(done.owner.as_deref().unwrap_or_default()).map(ElderId)
}

fn code(bytes: &[u8]) -> Result<Area, Refused> {
    let text = String::from_utf8_lossy(bytes);
    Area::parse(&text).map_err(|e| Refused::Store(Error::Engine(e.to_string())))
}

/// Takes a row back: what was created goes, what was changed becomes what it was.
///
/// # Errors
/// Why it cannot be taken back inside, a failure of the store outside.
pub fn take_back(tx: &mut Tx<'_>, by: &Actor, kind: Kind, done: &Done) -> db::Result<Result<(), String>> {
    let result = match &done.changes {
        None => remove(tx, by, kind, done),
        Some(_) => restore(tx, by, kind, done),
    };
    match result {
        Ok(()) => Ok(Ok(())),
        Err(Refused::Field { field, message }) => Ok(Err(format!("{field}：{message}"))),
        Err(Refused::Store(Error::NotFound)) => Ok(Err("这条记录已不存在，或已不在您的辖区内".into())),
        Err(Refused::Store(e)) => Err(e),
    }
}

fn remove(tx: &mut Tx<'_>, by: &Actor, kind: Kind, done: &Done) -> Result<(), Refused> {
    match kind {
        Kind::Areas => areas::store::remove(tx, by, code(&done.subject)?),
        Kind::Institutions => institutions::store::remove(tx, by, InstitutionId(id(&done.subject)?)),
        Kind::Staff => staff::store::remove(tx, by, StaffId(id(&done.subject)?)),
        Kind::Elders => elders::store::remove(tx, by, ElderId(id(&done.subject)?)),
        Kind::Checkups => Ok(records::store::remove(tx, by, owner(done)?, CheckupId(id(&done.subject)?))?),
        Kind::Stays => Ok(stays::store::remove(tx, by, owner(done)?, StayId(id(&done.subject)?))?),
    }
}

fn restore(tx: &mut Tx<'_>, by: &Actor, kind: Kind, done: &Done) -> Result<(), Refused> {
    let changes = done.changes.as_deref().unwrap_or_default();
    match kind {
        Kind::Areas => areas::store::restore(tx, by, code(&done.subject)?, changes),
        Kind::Institutions => institutions::store::restore(tx, by, InstitutionId(id(&done.subject)?), changes),
        Kind::Staff => staff::store::restore(tx, by, StaffId(id(&done.subject)?), changes),
        Kind::Elders => elders::store::restore(tx, by, ElderId(id(&done.subject)?), changes),
        Kind::Checkups => records::store::restore(tx, by, owner(done)?, CheckupId(id(&done.subject)?), changes),
        Kind::Stays => stays::store::restore(tx, by, owner(done)?, StayId(id(&done.subject)?), changes),
    }
}
