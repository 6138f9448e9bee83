//! What whoever comes must know at the door: the whole address, the telephones, the key box, allergies and risks.

use super::super::model::{NewNote, Note};
use db::audit::Entry;
use db::{Actor, Tx, params};
use kernel::ElderId;
use uuid::Uuid;
use web::Error;

/// The column to which a sealed note is bound.
const SEALED: &str = "visit_notes.text";

/// An elder's door.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Door {
    /// The whole address.
    pub address: Option<String>,
    /// The elder's telephone.
    pub phone: Option<String>,
    /// The telephone of whoever is called in an emergency.
    pub contact: Option<String>,
    /// What else is to be known.
    pub notes: Vec<Note>,
}

/// The door of an elder within sight. Showing it needs an audit row: see [`entry`].
///
/// # Errors
/// [`db::Error::NotFound`] out of sight; what the engine says.
pub fn of(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> db::Result<Door> {
    let private = registry::elders::store::find(tx, by, elder)?.open(tx.vault())?;
    let notes = notes(tx, elder)?;
    Ok(Door { address: private.address, phone: private.phone, contact: private.contact_phone, notes })
}

/// The audit row of somebody who saw a door.
#[must_use]
pub fn entry(elder: ElderId, visit: kernel::VisitId) -> Entry<'static> {
    let detail = "本人上门服务所需的住址、电话和入户须知".into();
    Entry { action: "visits.door", elder: Some(elder), subject: visit.to_string(), detail }
}

/// What stands for an elder, key box first. Ask whether the elder is in sight first.
///
/// # Errors
/// What the engine says.
pub fn notes(tx: &mut Tx<'_>, elder: ElderId) -> db::Result<Vec<Note>> {
    let sql = "select id, kind, text_sealed, entered_by, created_at from visit_notes
               where elder_id = $1 and ended_at is null order by kind desc, created_at, id";
    let sealed = tx.query(sql, params![elder], |row| {
        let mut c = row.columns();
        let (id, kind) = (c.take()?, c.take()?);
        let sealed: Vec<u8> = c.take()?;
        Ok((sealed, Note { id, kind, text: String::new(), entered_by: c.take()?, created_at: c.take()? }))
    })?;
    let open = |(sealed, note): (Vec<u8>, Note)| Ok(Note { text: tx.vault().open(SEALED, &sealed)?, ..note });
    sealed.into_iter().map(open).collect()
}

/// Writes down what is to be known at the door.
///
/// # Errors
/// [`Error::Invalid`] for a blank text; [`Error::NotFound`] out of sight.
pub fn note(tx: &mut Tx<'_>, by: &Actor, new: &NewNote) -> Result<(), Error> {
    let person = crate::subject::store::find(tx, by, new.elder)?;
    let text = new.text.trim();
    if text.is_empty() {
        return Err(Error::field("text", "内容", "请填写"));
    }
    let id = kernel::id::new_uuid(by.now, tx.chance());
    let sealed = tx.seal(SEALED, text);
    let sql = "insert into visit_notes (elder_id, id, kind, text_sealed, entered_by, created_at)
               values ($1, $2, $3, $4, $5, $6)";
    tx.exec(sql, params![person.id, id, new.kind, sealed, &by.name, by.now])?;
    // What it says stays out of the audit: a key box's number opens a house.
    let detail = new.kind.name().to_owned();
    Ok(tx.audit(by, Entry { action: "visits.note", elder: Some(person.id), subject: id.to_string(), detail })?)
}

/// Ends a note.
///
/// # Errors
/// [`Error::Conflict`] when it has ended already; [`Error::NotFound`] out of sight.
pub fn end(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, id: Uuid) -> Result<(), Error> {
    let person = crate::subject::store::find(tx, by, elder)?;
    let sql = "update visit_notes set ended_at = $3 where elder_id = $1 and id = $2 and ended_at is null";
    if tx.exec(sql, params![person.id, id, by.now])? == 0 {
        return Err(Error::Conflict("这条须知已经删除；请刷新页面".into()));
    }
    let detail = "删除入户须知".to_owned();
    Ok(tx.audit(by, Entry { action: "visits.note", elder: Some(person.id), subject: id.to_string(), detail })?)
}
