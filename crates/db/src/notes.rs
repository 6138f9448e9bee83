//! Notes: audit rows about looking, written before what was looked at is shown. Fifty people who open files at once would
//! be fifty transactions, each of which makes every reader of a SQLite file forget its pages; whoever comes while one is
//! being written waits, and the next one writes for all of them.

use crate::actor::Actor;
use crate::audit::Entry;
use crate::engine::Db;
use crate::error::Result;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// The notes of a store.
#[derive(Default)]
pub(crate) struct Notes {
    desk: Mutex<Desk>,
    written: Condvar,
}

#[derive(Default)]
struct Desk {
    /// How many notes were ever handed in.
    handed_in: u64,
    /// How many of them are written.
    written: u64,
    /// Those that are not, in order.
    waiting: Vec<(Actor, Entry<'static>)>,
    /// Whether somebody is writing.
    busy: bool,
}

impl Notes {
    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands a note in; waits until it is written (then there is nothing left to do), or until one may write all that wait.
    fn hand_in(&self, by: &Actor, entry: Entry<'static>) -> Option<Turn<'_>> {
        let mut desk = self.desk();
        desk.waiting.push((by.clone(), entry));
        desk.handed_in += 1;
        let number = desk.handed_in;
        let waits = |desk: &mut Desk| desk.busy && desk.written < number;
        let mut desk = self.written.wait_while(desk, waits).unwrap_or_else(PoisonError::into_inner);
        if desk.written >= number {
            return None;
        }
        desk.busy = true;
        Some(Turn { of: self, unwritten: std::mem::take(&mut desk.waiting), written: 0 })
    }
}

/// Somebody's turn to write. What could not be written waits for the next turn.
struct Turn<'a> {
    of: &'a Notes,
    unwritten: Vec<(Actor, Entry<'static>)>,
    written: usize,
}

impl Turn<'_> {
    fn write(&mut self, db: &Db) -> Result<()> {
        db.write(|tx| self.unwritten.iter().try_for_each(|(by, entry)| tx.audit(by, entry.clone())))?;
        self.written = self.unwritten.len();
        self.unwritten.clear();
        Ok(())
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut desk = self.of.desk();
        desk.busy = false;
        desk.written += self.written as u64;
        desk.waiting.splice(0..0, self.unwritten.drain(..));
        drop(desk);
        self.of.written.notify_all();
    }
}

impl Db {
    /// Writes an audit row of its own, together with those of others who ask at the same moment. It is committed when
    /// this returns. When writing fails, everybody whose row was in it tries again by themselves; the row of somebody who
    /// was told of a failure may still be written with the next.
    ///
    /// # Errors
    /// What the engine says.
    pub fn note(&self, by: &Actor, entry: Entry<'static>) -> Result<()> {
        self.0.notes.hand_in(by, entry).map_or(Ok(()), |mut turn| turn.write(self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TestDb;

    fn entry(n: usize) -> Entry<'static> {
        Entry { action: "elders.view", subject: n.to_string(), ..Entry::default() }
    }

    fn subjects(db: &TestDb) -> Vec<usize> {
        let all = db.read(|tx| tx.query("select subject from audit", &[], |row| row.get::<String>(0))).expect("read");
        let mut all: Vec<usize> = all.iter().map(|text| text.parse().expect("number")).collect();
        all.sort_unstable();
        all
    }

    crate::on_both! {
        fn every_note_of_a_crowd_is_written_once_before_its_return(db: TestDb) {
            let by = Actor::system(kernel::Instant::UNIX_EPOCH);
            std::thread::scope(|scope| {
                for n in 0..40 {
                    let (db, by) = (&db, &by);
                    scope.spawn(move || {
                        db.note(by, entry(n)).expect("noted");
                        assert!(subjects(db).contains(&n));
                    });
                }
            });
            assert_eq!(subjects(&db), (0..40).collect::<Vec<_>>());
        }

        fn a_note_that_failed_does_not_lose_those_that_follow(db: TestDb) {
            let by = Actor::system(kernel::Instant::UNIX_EPOCH);
            db.write(|tx| tx.exec("alter table audit rename to away", &[])).expect("renamed");
            assert!(db.note(&by, entry(0)).is_err());
            db.write(|tx| tx.exec("alter table away rename to audit", &[])).expect("renamed back");
            db.note(&by, entry(1)).expect("noted");
            db.note(&by, entry(2)).expect("noted");
            assert_eq!(subjects(&db), [0, 1, 2]);
        }
    }
}
