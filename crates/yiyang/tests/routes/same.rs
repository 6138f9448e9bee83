//! The synthetic county is the same for the same seed and day: on both engines, at whatever hour it is made.

use crate::{store, world};
use chrono::TimeDelta;
use db::EngineKind;
use db::testing::TestDb;
use std::collections::BTreeMap;

/// As many as the browser journeys have.
const ELDERS: usize = 300;

/// How many rows each table has, and the visits of each carer on each day by their state.
type Essence = (BTreeMap<String, usize>, Vec<(Vec<String>, String)>);

fn made(kind: EngineKind, later: TimeDelta) -> Essence {
    let db = TestDb::new(kind);
    let folder = world::folder(&db);
    let app = world::empty(db, &folder);
    app.clock.advance(later);
    world::divide(&app);
    let county = world::alone(&app, &folder, "320623", 2018, ELDERS);
    // The log of changes is kept as each engine needs it.
    let rows = store::digest(&app.db).into_iter().map(|(table, (rows, _))| (table, rows));
    let rows = rows.filter(|(table, _)| table != "elder_changes").collect();
    let essence = (rows, store::calendar(&app.db, county.area));
    let _ = std::fs::remove_dir_all(&folder);
    essence
}

#[track_caller]
fn alike(one: &Essence, other: &Essence) {
    assert!(one.1.len() > 100, "{} visits", one.1.len());
    let lines = |(rows, visits): &Essence| format!("{rows:#?}\n{visits:#?}");
    let (one, other) = (lines(one), lines(other));
    let differ: Vec<_> = one.lines().zip(other.lines()).filter(|(a, b)| a != b).take(20).collect();
    assert!(one == other, "{differ:#?}");
}

#[test]
fn two_hours_later_on_the_same_day() {
    let made = |hours| made(EngineKind::Sqlite, TimeDelta::hours(hours));
    alike(&made(0), &made(2));
}

mod on_the_other_engine {
    use super::*;

    #[test]
    fn postgres() {
        alike(&made(EngineKind::Sqlite, TimeDelta::zero()), &made(EngineKind::Postgres, TimeDelta::zero()));
    }
}
