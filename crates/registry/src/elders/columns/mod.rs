//! The column copy: one small column in memory per fact that an indicator, a rule or a search asks (about 60 bytes an
//! elder, and the names). Row stores count slowly; SQL remains the truth, and this follows its change log.

pub mod record;
pub mod store;
pub mod text;

pub use record::{Day, Record, flag};

use db::{Db, Tx};
use kernel::{Area, ElderId};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError, RwLock, RwLockReadGuard};
use text::Names;

/// From so many changes on, an import's say, one scan is quicker than fetching each.
const MANY: usize = 40_000;

/// The column copy of one store. Shared by the server's handlers; [`Columns::refresh`] before each use keeps it exact.
#[derive(Default)]
pub struct Columns {
    snapshot: RwLock<Snapshot>,
    /// How far the change log was read. Held during a refresh, so that two of them never overtake each other.
    position: Mutex<Option<i64>>,
}

impl Columns {
    /// Builds the copy by one scan.
    ///
    /// # Errors
    /// What the engine says.
    pub fn new(db: &Db) -> db::Result<Self> {
        let columns = Self::default();
        columns.refresh(db)?;
        Ok(columns)
    }

    /// Takes in what was committed since the last time (all of it the first time). Cheap when there is nothing.
    /// Must not be called from within a transaction: it begins one of its own.
    ///
    /// # Errors
    /// What the engine says.
    pub fn refresh(&self, db: &Db) -> db::Result<()> {
        let mut position = self.position.lock().unwrap_or_else(PoisonError::into_inner);
        let next = db.read(|tx| match *position {
            None => self.build(tx),
            Some(from) => self.follow(tx, from),
        })?;
        *position = Some(next);
        Ok(())
    }

    fn build(&self, tx: &mut Tx<'_>) -> db::Result<i64> {
        let next = store::position(tx)?;
        let mut fresh = Snapshot::with_capacity(store::size(tx)?);
        store::scan(tx, |record| fresh.push(record))?;
        fresh.seal();
        *self.snapshot.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(next)
    }

    fn follow(&self, tx: &mut Tx<'_>, from: i64) -> db::Result<i64> {
        let next = store::position(tx)?;
        let changed = store::changed(tx, from)?;
        if changed.is_empty() {
            return Ok(next);
        }
        if changed.len() > MANY {
            return self.build(tx);
        }
        let records = store::records(tx, &changed)?;
        let mut snapshot = self.snapshot.write().unwrap_or_else(PoisonError::into_inner);
        changed.iter().for_each(|id| snapshot.forget(*id));
        records.into_iter().for_each(|record| snapshot.put(record));
        Ok(next)
    }

    /// The columns, for reading. Do not hold it longer than a computation takes: refreshing waits for it.
    pub fn snapshot(&self) -> RwLockReadGuard<'_, Snapshot> {
        self.snapshot.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Compares the copy with SQL, elder by elder; answers the ids that differ. For an operator's command.
    ///
    /// # Errors
    /// What the engine says.
    pub fn verify(&self, db: &Db) -> db::Result<Vec<ElderId>> {
        self.refresh(db)?;
        self.differences(db)
    }

    /// The ids in which the copy, as it is, differs from SQL.
    pub(super) fn differences(&self, db: &Db) -> db::Result<Vec<ElderId>> {
        let (mut wrong, mut seen) = (Vec::new(), 0);
        let snapshot = self.snapshot();
        db.read(|tx| {
            store::scan(tx, |record| {
                seen += 1;
                if snapshot.row(record.id).map(|row| snapshot.record(row)).as_ref() != Some(&record) {
                    wrong.push(record.id);
                }
            })
        })?;
        if seen != snapshot.count() {
            wrong.extend(snapshot.rows().filter(|row| !snapshot.live(*row)).map(|row| snapshot.ids[row]));
        }
        Ok(wrong)
    }
}

/// No dictionary entry: the area is not known.
const NOWHERE: u32 = u32::MAX;

macro_rules! columns {
    ($($(#[$doc:meta])* $name:ident: $type:ty),* $(,)?) => {
        /// One entry per elder in each column; the row is the place in it.
        #[derive(Default)]
        pub struct Snapshot {
            /// Identity.
            pub ids: Vec<ElderId>,
            /// 区划, as a place in [`Snapshot::areas`].
            pub area: Vec<u32>,
            /// 户籍地, as a place in [`Snapshot::areas`]; `u32::MAX` when not known.
            pub registered: Vec<u32>,
            $($(#[$doc])* pub $name: Vec<$type>,)*
            /// The areas that occur, each once, in the order of first appearance.
            pub areas: Vec<Area>,
            /// Names and how they are typed.
            pub names: Names,
            place: HashMap<Area, u32>,
            sorted: Vec<u32>,
            late: HashMap<ElderId, u32>,
            gone: usize,
        }

        impl Snapshot {
            fn with_capacity(size: usize) -> Self {
                let mut fresh = Self { names: Names::with_capacity(size), ..Self::default() };
                fresh.ids.reserve_exact(size);
                fresh.area.reserve_exact(size);
                fresh.registered.reserve_exact(size);
                $(fresh.$name.reserve_exact(size);)*
                fresh
            }

            /// Adds a row at the end.
            fn push(&mut self, record: Record) {
                self.ids.push(record.id);
                let (area, registered) = (self.place_of(Some(record.area)), self.place_of(record.registered));
                self.area.push(area);
                self.registered.push(registered);
                $(self.$name.push(record.$name);)*
                self.names.push(&record.name);
            }

            fn replace(&mut self, row: usize, record: Record) {
                self.area[row] = self.place_of(Some(record.area));
                self.registered[row] = self.place_of(record.registered);
                $(self.$name[row] = record.$name;)*
                self.names.replace(row, &record.name);
            }

            /// Everything that the columns know of a row.
            #[must_use]
            pub fn record(&self, row: usize) -> Record {
                Record {
                    id: self.ids[row],
                    name: self.names.name(row).to_owned(),
                    area: self.areas[self.area[row] as usize],
                    registered: self.areas.get(self.registered[row] as usize).copied(),
                    $($name: self.$name[row],)*
                }
            }
        }
    };
}

columns! {
    /// 出生日期
    born: Day,
    /// 死亡日期
    died: Day,
    /// Bits of [`flag`].
    flags: u16,
    /// 居住情况: 1 + place in `Living::ALL`, 0 for nothing.
    living: u8,
    /// 医保类型: 1 + place in `Scheme::ALL`, 0 for nothing.
    scheme: u8,
    /// 自理情况: 1 + place in `SelfCare::ALL`, 0 for nothing.
    self_care: u8,
    /// Bits of `Chronic::bit`.
    chronic: u16,
    /// Ability level, [`record::NO_LEVEL`] for none.
    ability: u8,
    /// The first day without it.
    ability_until: Day,
    /// Disability level of the care insurance, [`record::NO_LEVEL`] for none.
    ltci: u8,
    /// The first day without it.
    ltci_until: Day,
    /// First day of the entitlement.
    entitled_from: Day,
    /// The first day without it.
    entitled_until: Day,
    /// First day of the family-doctor contract.
    contract_from: Day,
    /// The first day without it.
    contract_until: Day,
    /// Last check-up.
    checkup_on: Day,
    /// Last completed health management.
    managed_on: Day,
    /// Last traditional-medicine service.
    tcm_on: Day,
    /// Last month with a benefit: months since 1900, 1 is January 1900; 0 for none.
    benefit_month: u16,
    /// In hospital since.
    hospital_since: Day,
    /// Last four characters of the identity number, packed by [`record::pack_id_tail`].
    id_tail: u16,
    /// Last four digits of the telephone; 10 000 for none.
    phone_tail: u16,
}

impl Snapshot {
    fn place_of(&mut self, area: Option<Area>) -> u32 {
        let Some(area) = area else { return NOWHERE };
        let areas = &mut self.areas;
        *self.place.entry(area).or_insert_with(|| {
            areas.push(area);
            areas.len() as u32 - 1
        })
    }

    /// After the scan: makes rows findable by id.
    fn seal(&mut self) {
        let mut sorted: Vec<u32> = (0..self.ids.len() as u32).collect();
        sorted.sort_unstable_by_key(|row| self.ids[*row as usize]);
        self.sorted = sorted;
    }

    /// The row of an elder.
    #[must_use]
    pub fn row(&self, id: ElderId) -> Option<usize> {
        let found = self.sorted.binary_search_by_key(&id, |row| self.ids[*row as usize]);
        let known = found.ok().map(|at| self.sorted[at]).or_else(|| self.late.get(&id).copied());
        known.map(|row| row as usize)
    }

    fn put(&mut self, record: Record) {
        match self.row(record.id) {
            Some(row) => {
                self.gone -= usize::from(self.flags[row] & flag::GONE != 0);
                self.replace(row, record);
            }
            None => {
                self.late.insert(record.id, self.ids.len() as u32);
                self.push(record);
            }
        }
    }

    fn forget(&mut self, id: ElderId) {
        if let Some(row) = self.row(id) {
            self.gone += usize::from(self.flags[row] & flag::GONE == 0);
            self.flags[row] |= flag::GONE;
        }
    }

    /// All rows, also those of files that are gone: ask [`Snapshot::live`].
    #[must_use]
    pub fn rows(&self) -> std::ops::Range<usize> {
        0..self.ids.len()
    }

    /// Whether the row is a file of its own: neither deleted nor merged into another.
    #[must_use]
    pub fn live(&self, row: usize) -> bool {
        self.flags[row] & flag::GONE == 0
    }

    /// How many files there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.ids.len() - self.gone
    }

    /// For each place in [`Snapshot::areas`], whether it lies under the area: look it up with `under[snapshot.area[row] as usize]`.
    #[must_use]
    pub fn under(&self, area: Area) -> Vec<bool> {
        self.areas.iter().map(|one| area.contains(*one)).collect()
    }
}
