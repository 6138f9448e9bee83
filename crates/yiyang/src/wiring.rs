//! Wiring: which capabilities there are, in the order of the arrows. The only file that knows all of them.

use crate::place::Installation;
use care::{
    agreements, assessments, beds, chart, consents, consultations, contracts, daycare, episodes, family, followups,
    hospice, records, referrals, screenings, sickbeds, stays, tcm, vaccinations, visits,
};
use db::{Actor, Follower};
use exchange::{fhir, transfer};
use money::ltci;
use oversight::{duties, indicators, licensing, policies, simulation};
use registry::elders::{Columns, ElderPage, OwnedTable, OwnedTables};
use registry::{accounts, areas, catalogue, elders, institutions, staff};
use std::sync::Arc;
use watch::{Watching, alarms, devices, emergencies, huts, vitals as monitoring};
use web::shell::Places;
use web::state::StateBuilder;
use web::work::WorkSources;
use web::{Nav, Routes, State};

/// So many transactions of the register's change log are kept for the column copies of all servers to follow.
const CHANGES_KEPT: i64 = 1_000_000;

/// A day planned anew, and planned, takes so many seconds at most: clause 4 of what the product promises for a county's day.
const REPLAN_SECONDS: f64 = 2.5;
const PLAN_SECONDS: f64 = 25.0;

/// All routes with their permissions.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .merge(web::home::routes())
        .merge(web::jobs::routes())
        .merge(web::audit::routes())
        .merge(accounts::routes())
        .merge(areas::routes())
        .merge(institutions::routes())
        .merge(catalogue::routes())
        .merge(staff::routes())
        .merge(elders::routes())
        .merge(episodes::routes())
        .merge(assessments::routes())
        .merge(records::routes())
        .merge(chart::routes())
        .merge(followups::routes())
        .merge(stays::routes())
        .merge(sickbeds::routes())
        .merge(beds::routes())
        .merge(daycare::routes())
        .merge(contracts::routes())
        .merge(visits::routes())
        .merge(referrals::routes())
        .merge(consultations::routes())
        .merge(agreements::routes())
        .merge(hospice::routes())
        .merge(screenings::routes())
        .merge(tcm::routes())
        .merge(vaccinations::routes())
        .merge(consents::routes())
        .merge(family::routes())
        .merge(monitoring::routes())
        .merge(alarms::routes())
        .merge(emergencies::routes())
        .merge(devices::routes())
        .merge(huts::routes())
        .merge(ltci::routes())
        .merge(indicators::routes())
        .merge(duties::routes())
        .merge(licensing::routes())
        .merge(policies::routes())
        .merge(simulation::routes())
        .merge(transfer::routes())
        .merge(fhir::routes())
}

/// The menu.
fn nav() -> Vec<Nav> {
    [
        web::home::NAV,
        web::jobs::NAV,
        web::audit::NAV,
        accounts::NAV,
        areas::NAV,
        institutions::NAV,
        catalogue::NAV,
        staff::NAV,
        elders::NAV,
        episodes::NAV,
        assessments::NAV,
        records::NAV,
        chart::NAV,
        followups::NAV,
        stays::NAV,
        sickbeds::NAV,
        beds::NAV,
        daycare::NAV,
        contracts::NAV,
        visits::NAV,
        referrals::NAV,
        consultations::NAV,
        agreements::NAV,
        hospice::NAV,
        screenings::NAV,
        tcm::NAV,
        vaccinations::NAV,
        consents::NAV,
        family::NAV,
        alarms::NAV,
        emergencies::NAV,
        monitoring::NAV,
        devices::NAV,
        huts::NAV,
        ltci::NAV,
        indicators::NAV,
        duties::NAV,
        licensing::NAV,
        policies::NAV,
        simulation::NAV,
        transfer::NAV,
        fhir::NAV,
    ]
    .concat()
}

/// The state and the routes of an installation.
///
/// # Errors
/// When the folder for uploads cannot be made, or the store fails.
pub fn wire(installation: &Installation) -> anyhow::Result<(State, Routes)> {
    let Installation { db, policies, clock, chance, files, ice, routing, exchanges, .. } = installation.clone();
    let places = Arc::new(Places::default());
    let uploads = Arc::new(transfer::Uploads::new(&files)?);
    let watching = Watching::start(&db, &clock, &policies)?;
    let builder = State::builder(db, clock, chance, policies, accounts::loader(places.clone()));
    let builder = watching.into_state(builder);
    let state = extras(builder, places, uploads).with(ice).with(planning(routing)).with(exchanges).build();
    register_jobs(&state);
    state.db.write(|tx| elders::columns::store::prune(tx, CHANGES_KEPT))?;
    Ok((state, routes()))
}

/// How a day of visits is planned: as long as a person waits, on as many cores as there are.
fn planning(service: Option<visits::planner::road::Service>) -> visits::planner::jobs::Planning {
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(4);
    visits::planner::jobs::Planning { service, steps: None, seconds: Some((REPLAN_SECONDS, PLAN_SECONDS)), threads }
}

/// What the capabilities want to find in the state.
#[must_use]
pub fn extras(builder: StateBuilder, places: Arc<Places>, uploads: Arc<transfer::Uploads>) -> StateBuilder {
    builder
        .nav(&nav())
        .with_arc(places)
        .with_arc(uploads)
        .with(consultations::Rooms::default())
        .with(emergencies::Boards::default())
        .with(Columns::default())
        .with(areas::Names::default())
        .with(elder_page())
        .with(OwnedTables(owned()))
        .with(open_things())
        .with(visits::Neighbours(vec![ltci::beside, sickbeds::beside]))
        .with(WorkSources(vec![
            institutions::work,
            catalogue::work,
            episodes::work,
            assessments::work,
            contracts::work,
            visits::work,
            referrals::work,
            consultations::work,
            agreements::work,
            records::work,
            followups::work,
            chart::work,
            sickbeds::work,
            beds::work,
            hospice::work,
            vaccinations::work,
            consents::work,
            alarms::work,
            emergencies::work,
            huts::work,
            monitoring::work,
            ltci::work,
            indicators::work,
            duties::work,
            licensing::work,
            transfer::work,
        ]))
}

/// Who follows what happens to elders, in this order: first the place they are in, then what is open.
#[must_use]
pub fn followers() -> Vec<Follower> {
    vec![
        episodes::follow,
        assessments::follow,
        contracts::follow,
        stays::follow,
        visits::follow,
        referrals::follow,
        consultations::follow,
        ltci::follow,
        followups::follow,
        records::follow,
        sickbeds::follow,
        beds::follow,
        daycare::follow,
        hospice::follow,
        family::follow,
        devices::follow,
        huts::follow,
    ]
}

/// Who says what is open for an elder.
fn open_things() -> episodes::OpenThings {
    episodes::OpenThings(vec![
        (assessments::READ, assessments::open),
        (stays::READ, stays::open),
        (contracts::READ, contracts::open),
        (ltci::READ, ltci::open),
        (referrals::READ, referrals::open),
        (consultations::READ, consultations::open),
        (sickbeds::READ, sickbeds::open),
        (beds::READ, beds::open),
        (daycare::READ, daycare::open),
        (hospice::READ, hospice::open),
    ])
}

/// The tables whose rows a merge of two elder files re-points.
fn owned() -> Vec<OwnedTable> {
    [care::OWNED, watch::OWNED, money::OWNED, exchange::OWNED].concat()
}

/// Who does which background job.
pub fn register_jobs(state: &State) {
    if let Some(uploads) = state.try_get::<transfer::Uploads>() {
        transfer::register(&state.jobs, &state.db, &state.clock, &uploads);
    }
    assessments::jobs::wire(state);
    visits::planner::jobs::wire(state);
    ltci::wire(state);
}

/// What the capabilities to the right of the register show on an elder's page.
fn elder_page() -> ElderPage {
    ElderPage {
        timelines: vec![
            (episodes::READ, episodes::timeline),
            (assessments::READ, assessments::timeline),
            (records::READ, records::timeline),
            (chart::READ, chart::timeline),
            (followups::READ, followups::timeline),
            (stays::READ, stays::timeline),
            (sickbeds::READ, sickbeds::timeline),
            (beds::READ, beds::timeline),
            (daycare::READ, daycare::timeline),
            (contracts::READ, contracts::timeline),
            (visits::READ, visits::timeline),
            (referrals::READ, referrals::timeline),
            (consultations::READ, consultations::timeline),
            (hospice::READ, hospice::timeline),
            (screenings::READ, screenings::timeline),
            (tcm::READ, tcm::timeline),
            (vaccinations::READ, vaccinations::timeline),
            (consents::READ, consents::timeline),
            (family::ACCESS, family::timeline),
            (alarms::READ, alarms::timeline),
            (emergencies::READ, emergencies::timeline),
            (devices::READ, devices::timeline),
            (huts::READ, huts::timeline),
            (ltci::READ, ltci::timeline),
            (elders::READ, fhir::timeline),
        ],
        cards: vec![
            (episodes::READ, episodes::card),
            (assessments::READ, assessments::card),
            (records::READ, records::card),
            (chart::READ, chart::card),
            (followups::READ, followups::card),
            (stays::READ, stays::card),
            (sickbeds::READ, sickbeds::card),
            (beds::READ, beds::card),
            (daycare::READ, daycare::card),
            (contracts::READ, contracts::card),
            (visits::READ, visits::card),
            (referrals::READ, referrals::card),
            (consultations::READ, consultations::card),
            (hospice::READ, hospice::card),
            (screenings::READ, screenings::card),
            (tcm::READ, tcm::card),
            (vaccinations::READ, vaccinations::card),
            (consents::READ, consents::card),
            (family::ACCESS, family::card),
            (alarms::READ, alarms::card),
            (emergencies::READ, emergencies::card),
            (monitoring::READ, monitoring::card),
            (ltci::READ, ltci::card),
            (consents::READ, fhir::card),
        ],
    }
}

/// What a date brings about by itself: notices that end, results and contracts that expire, uploads nobody wanted.
///
/// # Errors
/// What a capability answers.
pub fn daily(state: &State, by: &Actor) -> Result<(), web::Error> {
    assessments::jobs::nightly(&state.db, by, &state.policies)?;
    contracts::jobs::nightly(&state.db, by, &state.policies)?;
    referrals::jobs::nightly(&state.db, by)?;
    consultations::jobs::nightly(&state.db, by)?;
    agreements::jobs::nightly(&state.db, by)?;
    records::jobs::nightly(&state.db, by, &state.policies)?;
    state.db.write(|tx| beds::tidy_up(tx, by))?;
    sickbeds::jobs::nightly(&state.db, by, &state.policies)?;
    hospice::jobs::nightly(&state.db, by, &state.policies)?;
    consents::jobs::nightly(&state.db, by)?;
    monitoring::jobs::nightly(&state.db, by, &state.policies)?;
    emergencies::jobs::nightly(&state.db, by)?;
    monitoring::trends::refresh(&state.db, by, &state.policies)?;
    state.db.write(|tx| ltci::entitlements::store::sweep(tx, by, &state.policies))?;
    episodes::jobs::nightly(&state.db, by)?;
    licensing::jobs::nightly(&state.db, by, &state.policies)?;
    indicators::daily(&state.db, &state.get::<Columns>(), &state.policies, by)?;
    if let Some(uploads) = state.try_get::<transfer::Uploads>() {
        transfer::sweep(&state.db, by, &uploads)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_table_with_rows_of_elders_is_repointed_by_a_merge_or_has_its_reason_not_to_be() {
        let mut known: BTreeSet<&str> = owned().iter().map(|owned| owned.table).collect();
        let own = ("elder_merges", "what was merged into which file is what it says");
        for (table, reason) in [&[own], watch::FROZEN, money::FROZEN].concat() {
            assert!(!reason.is_empty() && known.insert(table), "{table} is both");
        }
        assert_eq!(known, elders::store::dependents().collect());
    }

    #[test]
    fn what_belongs_to_a_row_names_an_owned_table() {
        let owned = owned();
        for (_, table) in owned.iter().filter_map(|one| one.of) {
            assert!(owned.iter().any(|one| one.table == table), "{table}");
        }
        for (table, _) in owned.iter().filter_map(|one| one.parts) {
            assert!(owned.iter().any(|one| one.table == table), "{table}");
        }
    }
}
