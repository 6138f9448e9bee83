//! What to put into the addresses of routes: whose thing each parameter names.

use crate::store::{self, Rows};
use db::Db;
use kernel::Area;
use web::routes::Route;

/// Whose the things under an address are.
pub enum Owner {
    /// A county's: somebody of another one must not see them.
    County(Rows),
    /// Nobody's: a document, a kind of roster. Everybody may see them.
    Everybody(&'static [&'static [&'static str]]),
}

const fn county(path: &'static str, kinds: &'static str, sql: &'static str) -> (&'static str, Owner) {
    (path, Owner::County(Rows { kinds, sql }))
}

/// The longest beginning that fits a route's path names what its parameters are.
const TABLE: &[(&str, Owner)] = &[
    county("/accounts/{id}", "b", "select id, role from accounts where area between $1 and $2 order by id"),
    county("/areas/{code}", "t", "select code, kind from areas where code between $1 and $2 order by code"),
    county(
        "/agreements/{id}",
        "b",
        "select a.id, a.state from agreements a join institutions i on i.id = a.home_id
        where i.area between $1 and $2 order by a.id",
    ),
    county(
        "/assessments/{elder}/{id}",
        "bb",
        "select a.elder_id, a.id, a.state || ' ' || a.scale from assessments a
        join elders e on e.id = a.elder_id where e.area between $1 and $2 order by a.id",
    ),
    county(
        "/alarms/{elder}/{id}",
        "bb",
        "select a.elder_id, a.id, a.kind || ' ' || a.state from alarms a join elders e on e.id = a.elder_id
        where e.area between $1 and $2 order by a.id",
    ),
    ("/vitals/{serial}/{form}", Owner::Everybody(&[&["W-1", "senml"]])),
    county("/catalogue/{id}", "b", "select id, state from catalogue_items where area between $1 and $2 order by id"),
    county("/fhir/partners/{id}", "b", "select id, state from fhir_partners where area between $1 and $2 order by id"),
    ("/fhir/r4/{kind}", Owner::Everybody(&[&["Patient"]])),
    ("/fhir/r4/{kind}/{id}", Owner::Everybody(&[&["Patient", "0198c0de000070008000000000000001"]])),
    county(
        "/chart/{elder}",
        "b",
        "select c.elder_id, '' from chart_items c join elders e on e.id = c.elder_id
        where e.area between $1 and $2 order by c.elder_id",
    ),
    county(
        "/chart/{elder}/items/{id}",
        "bb",
        "select c.elder_id, c.id, c.state from chart_items c
        join elders e on e.id = c.elder_id where e.area between $1 and $2 order by c.id",
    ),
    county(
        "/chart/{elder}/reviews/{id}",
        "bb",
        "select r.elder_id, r.id, r.state from chart_reviews r
        join elders e on e.id = r.elder_id where e.area between $1 and $2 order by r.id",
    ),
    county(
        "/beds/{institution}",
        "b",
        "select r.institution_id, '' from bed_rooms r join institutions i on i.id = r.institution_id
        where i.area between $1 and $2 order by r.id",
    ),
    county(
        "/beds/{institution}/bed/{bed}",
        "bb",
        "select b.institution_id, b.id, coalesce(r.state, b.state) from beds b
        join institutions i on i.id = b.institution_id left join bed_residents r on r.bed_id = b.id
        where i.area between $1 and $2 order by b.id",
    ),
    county(
        "/beds/{institution}/rooms/{room}",
        "bb",
        "select r.institution_id, r.id, '' from bed_rooms r join institutions i on i.id = r.institution_id
        where i.area between $1 and $2 order by r.id",
    ),
    county(
        "/beds/residents/{elder}/{id}",
        "bb",
        "select r.elder_id, r.id, r.state from bed_residents r
        join elders e on e.id = r.elder_id where e.area between $1 and $2 order by r.id",
    ),
    county(
        "/daycare/{institution}",
        "b",
        "select m.institution_id, '' from daycare_members m join institutions i on i.id = m.institution_id
        where i.area between $1 and $2 order by m.id",
    ),
    county(
        "/daycare/members/{elder}/{id}",
        "bb",
        "select m.elder_id, m.id, m.state from daycare_members m
        join elders e on e.id = m.elder_id where e.area between $1 and $2 order by m.id",
    ),
    county(
        "/alarms/{elder}/{id}",
        "bb",
        "select a.elder_id, a.id, a.state from alarms a join elders e on e.id = a.elder_id
        where e.area between $1 and $2 order by a.id",
    ),
    ("/vitals/{serial}/{form}", Owner::Everybody(&[&["W-0", "senml"]])),
    county(
        "/devices/{id}",
        "b",
        "select d.id, d.state || case when d.elder_id is null then '' else ' worn' end from devices d
        where d.area between $1 and $2 order by d.id",
    ),
    county(
        "/huts/{device}",
        "b",
        "select d.id, '' from devices d where d.kind = 'health_hut' and d.state = 'active' and d.area between $1 and $2
        order by d.id",
    ),
    county(
        "/huts/visits/{elder}/{id}",
        "bb",
        "select v.elder_id, v.id, v.light from hut_visits v join elders e on e.id = v.elder_id
        where e.area between $1 and $2 order by v.id",
    ),
    county(
        "/huts/cards/{elder}",
        "b",
        "select id, '' from elders where area between $1 and $2 and status = 'alive' and merged_into is null order by id",
    ),
    county(
        "/vitals/{elder}",
        "b",
        "select b.elder_id, '' from device_bindings b join elders e on e.id = b.elder_id
        where e.area between $1 and $2 order by b.elder_id",
    ),
    county(
        "/vitals/{elder}/limits/{id}",
        "bb",
        "select l.elder_id, l.id, '' from vital_limits l join elders e on e.id = l.elder_id
        where e.area between $1 and $2 order by l.id",
    ),
    county(
        "/consents/{elder}",
        "b",
        "select c.elder_id, '' from consents c join elders e on e.id = c.elder_id
        where e.area between $1 and $2 order by c.elder_id",
    ),
    county(
        "/consents/{elder}/{id}",
        "bb",
        "select c.elder_id, c.id, c.scope || ' ' || c.state from consents c join elders e on e.id = c.elder_id
        where e.area between $1 and $2 order by c.id",
    ),
    county(
        "/family/{elder}",
        "b",
        "select f.elder_id, '' from family_accesses f join elders e on e.id = f.elder_id
        where e.area between $1 and $2 order by f.elder_id",
    ),
    county(
        "/family/{elder}/consents/{id}",
        "bb",
        "select c.elder_id, c.id, c.scope || ' ' || c.state from consents c join elders e on e.id = c.elder_id
        where e.area between $1 and $2 order by c.id",
    ),
    county(
        "/family/accesses/{elder}",
        "b",
        "select f.elder_id, '' from family_accesses f join elders e on e.id = f.elder_id
        where e.area between $1 and $2 order by f.elder_id",
    ),
    county(
        "/family/accesses/{elder}/{id}",
        "bb",
        "select f.elder_id, f.id, f.kind from family_accesses f join elders e on e.id = f.elder_id
        where e.area between $1 and $2 order by f.id",
    ),
    county(
        "/contracts/{elder}/{id}",
        "bb",
        "select c.elder_id, c.id, c.state from contracts c
        join elders e on e.id = c.elder_id where e.area between $1 and $2 order by c.id",
    ),
    county(
        "/contracts/{elder}/{id}/promises/{promise}",
        "bbb",
        "select p.elder_id, p.contract_id, p.id,
        p.service || case when p.done_on is null then '' else ' done' end from contract_promises p
        join elders e on e.id = p.elder_id where e.area between $1 and $2 order by p.id",
    ),
    county(
        "/duties/clinics/{id}",
        "b",
        "select c.id, c.state from duty_clinics c join institutions i on i.id = c.hospital_id
        where i.area between $1 and $2 order by c.id",
    ),
    county(
        "/duties/departments/{institution}",
        "b",
        "select i.id, i.kind from institutions i where i.area between $1 and $2
        and i.kind in ('hospital', 'township_health_centre') order by i.id",
    ),
    ("/duties/of/{duty}", Owner::Everybody(&[&["NT-4.1"], &["NT-2.1.2-rules"]])),
    county(
        "/licensing/{id}",
        "b",
        "select a.id, a.path || ' ' || a.state from licensing_applications a where a.area between $1 and $2 order by a.id",
    ),
    county(
        "/elders/{id}",
        "b",
        "select id, status || coalesce(self_care, '') || case when merged_into is null then '' else ' merged' end
        from elders where area between $1 and $2 order by id",
    ),
    county(
        "/elders/{id}/merges/{merge}",
        "bb",
        "select m.elder_id, m.id, '' from elder_merges m
        join elders e on e.id = m.elder_id where e.area between $1 and $2",
    ),
    county(
        "/emergencies/{elder}/{id}",
        "bb",
        "select c.elder_id, c.id, c.state || ' ' || c.drill from emergency_cases c
        join elders e on e.id = c.elder_id where e.area between $1 and $2 order by c.id",
    ),
    county(
        "/emergencies/take/{elder}/{alarm}",
        "bb",
        "select a.elder_id, a.id, a.state from alarms a
        join elders e on e.id = a.elder_id where e.area between $1 and $2 order by a.id",
    ),
    county(
        "/emergencies/phones/{elder}/{id}",
        "bb",
        "select p.elder_id, p.id, p.source from emergency_phones p
        join elders e on e.id = p.elder_id where e.area between $1 and $2 and p.source = 'hand' order by p.id",
    ),
    county(
        "/emergencies/calls/{id}",
        "b",
        "select k.id, case when k.case_id is not null then 'case' when k.dismissed_at is not null then 'over' else 'open' end
        from emergency_calls k where k.area between $1 and $2 order by k.id",
    ),
    county(
        "/emergencies/duties/{id}",
        "b",
        "select d.id, d.kind from emergency_duties d where d.area between $1 and $2 order by d.id",
    ),
    county(
        "/emergencies/shifts/{id}",
        "b",
        "select s.id, case when s.acknowledged_at is null then 'given' else 'read' end from emergency_shifts s
        where s.area between $1 and $2 order by s.id",
    ),
    county(
        "/episodes/{elder}",
        "b",
        "select p.elder_id, case when p.closed_on is null then 'open' else 'closed' end from episodes p
        join elders e on e.id = p.elder_id where e.area between $1 and $2 order by p.id",
    ),
    county(
        "/episodes/{elder}/goals/{goal}",
        "bb",
        "select g.elder_id, g.id, g.state from episode_goals g
        join elders e on e.id = g.elder_id where e.area between $1 and $2 order by g.id",
    ),
    county(
        "/episodes/{elder}/team/{member}",
        "bb",
        "select t.elder_id, t.id, case when t.until_on is null then 'in' else 'out' end from episode_team t
        join elders e on e.id = t.elder_id where e.area between $1 and $2 order by t.id",
    ),
    county(
        "/followups/{elder}",
        "b",
        "select f.elder_id, '' from followups f join elders e on e.id = f.elder_id
        where e.area between $1 and $2 order by f.elder_id",
    ),
    county(
        "/followups/{elder}/{id}",
        "bb",
        "select f.elder_id, f.id, f.disease from followups f
        join elders e on e.id = f.elder_id where e.area between $1 and $2 order by f.id",
    ),
    county(
        "/followups/{elder}/{id}/visits/{visit}",
        "bbb",
        "select v.elder_id, v.followup_id, v.id, v.referral from followup_visits v
        join elders e on e.id = v.elder_id where e.area between $1 and $2 order by v.id",
    ),
    county(
        "/hospice/{elder}/{id}",
        "bb",
        "select c.elder_id, c.id, c.state from hospice_cases c
        join elders e on e.id = c.elder_id where e.area between $1 and $2 order by c.id",
    ),
    county("/institutions/{id}", "b", "select id, kind from institutions where area between $1 and $2 order by id"),
    county("/jobs/{id}", "b", "select j.id, j.state from jobs j where j.payload between $1 and $2"),
    county(
        "/ltci/corrections/{elder}/{id}",
        "bb",
        "select v.elder_id, v.id, v.state from visits v
        join elders e on e.id = v.elder_id where e.area between $1 and $2 order by v.id",
    ),
    county(
        "/ltci/corrections/{elder}/{id}/withdraw",
        "bb",
        "select c.elder_id, c.id, c.state from ltci_corrections c
        join elders e on e.id = c.elder_id where e.area between $1 and $2 order by c.id",
    ),
    county(
        "/ltci/entitlements/{elder}/{id}",
        "bb",
        "select n.elder_id, n.id, n.setting from ltci_entitlements n
        join elders e on e.id = n.elder_id where e.area between $1 and $2 order by n.id",
    ),
    county(
        "/ltci/plans/{elder}/{id}",
        "bb",
        "select p.elder_id, p.id, '' from ltci_plans p
        join elders e on e.id = p.elder_id where e.area between $1 and $2 order by p.id",
    ),
    county(
        "/ltci/settlements/of/{county}/{month}",
        "tt",
        "select county, month, state from ltci_settlements where county between $1 and $2",
    ),
    county("/ltci/settlements/{id}", "b", "select id, state from ltci_settlements where county between $1 and $2"),
    county(
        "/records/{elder}/findings/{id}",
        "bb",
        "select k.elder_id, k.id, k.state from checkup_findings k
        join elders e on e.id = k.elder_id where e.area between $1 and $2 order by k.id",
    ),
    county(
        "/records/{elder}/{id}/form",
        "bb",
        "select c.elder_id, c.id, '' from checkups c
        join elders e on e.id = c.elder_id where e.area between $1 and $2 order by c.id",
    ),
    county(
        "/screenings/{elder}",
        "b",
        "select s.elder_id, '' from screenings s join elders e on e.id = s.elder_id
        where e.area between $1 and $2 order by s.elder_id",
    ),
    county(
        "/screenings/{elder}/{id}",
        "bb",
        "select s.elder_id, s.id, s.scale from screenings s
        join elders e on e.id = s.elder_id where e.area between $1 and $2 order by s.id",
    ),
    county(
        "/sickbeds/{elder}/{id}",
        "bb",
        "select b.elder_id, b.id, b.state from sickbeds b
        join elders e on e.id = b.elder_id where e.area between $1 and $2 order by b.id",
    ),
    county(
        "/sickbeds/{elder}/{id}/fees/{fee}",
        "bbb",
        "select f.elder_id, f.sickbed_id, f.id, '' from sickbed_fees f
        join elders e on e.id = f.elder_id where e.area between $1 and $2 order by f.id",
    ),
    county(
        "/sickbeds/{elder}/{id}/items/{item}",
        "bbb",
        "select t.elder_id, t.sickbed_id, t.id, '' from sickbed_items t
        join elders e on e.id = t.elder_id where e.area between $1 and $2 order by t.id",
    ),
    county(
        "/tcm/{elder}/{screening}",
        "bb",
        "select t.elder_id, t.screening_id, '' from tcm_services t
        join elders e on e.id = t.elder_id where e.area between $1 and $2 order by t.id",
    ),
    county(
        "/vaccinations/lots/{lot}",
        "b",
        "select l.id, l.stopped from vaccination_lots l join institutions i on i.id = l.institution_id
        where i.area between $1 and $2 order by l.id",
    ),
    county(
        "/visits/planner/{id}",
        "b",
        "select p.id, p.state from visit_dayplans p join institutions i on i.id = p.institution_id
        where i.area between $1 and $2 order by p.id",
    ),
    ("/indicators/{code}", Owner::Everybody(&[&["elders"]])),
    ("/api/policy/decisions/{question}", Owner::Everybody(&[&["required_medical_function"]])),
    ("/policies/{place}/{document}", Owner::Everybody(&[&["nantong", "2018-54"], &["shanghai", "2015"]])),
    (
        "/policies/{place}/{document}/tables/{table}",
        Owner::Everybody(&[
            &["nantong", "2018-54", "required_medical_function"],
            &["jiangxi", "2023-5", "home_visit_charge"],
        ]),
    ),
    ("/policies/ask/{question}", Owner::Everybody(&[&["required_medical_function"], &["home_visit_charge"]])),
    ("/policies/beside/{question}", Owner::Everybody(&[&["required_medical_function"], &["family_doctor_priority"]])),
    ("/policies/scales/{scale}", Owner::Everybody(&[&["gbt42195"], &["ltci2021"]])),
    ("/simulation/{question}", Owner::Everybody(&[&["tcm_due"], &["required_medical_function"]])),
    ("/simulation/{question}/open", Owner::Everybody(&[&["tcm_due"]])),
    ("/transfer/templates/{kind}", Owner::Everybody(&[&["elders"], &["institutions"], &["stays"]])),
    county(
        "/vaccinations/{elder}",
        "b",
        "select v.elder_id, '' from vaccinations v join elders e on e.id = v.elder_id
        where e.area between $1 and $2 order by v.elder_id",
    ),
    county(
        "/vaccinations/{elder}/{id}",
        "bb",
        "select v.elder_id, v.id, v.state from vaccinations v
        join elders e on e.id = v.elder_id where e.area between $1 and $2 order by v.id",
    ),
    county(
        "/visits/{elder}/{id}",
        "bb",
        "select v.elder_id, v.id, v.state from visits v
        join elders e on e.id = v.elder_id where e.area between $1 and $2 order by v.id",
    ),
    county(
        "/records/{elder}",
        "b",
        "select c.elder_id, '' from checkups c join elders e on e.id = c.elder_id
        where e.area between $1 and $2 order by c.elder_id",
    ),
    county(
        "/consultations/{elder}/{id}",
        "bb",
        "select c.elder_id, c.id, c.state from consultations c join elders e on e.id = c.elder_id
        where e.area between $1 and $2 order by c.id",
    ),
    county(
        "/referrals/{elder}/{id}",
        "bb",
        "select r.elder_id, r.id, r.kind || ' ' || r.state from referrals r join elders e on e.id = r.elder_id
        where e.area between $1 and $2 order by r.id",
    ),
    county(
        "/referrals/overstays/{elder}/{stay}",
        "bb",
        "select s.elder_id, s.id, '' from stays s join elders e on e.id = s.elder_id
        where e.area between $1 and $2 and s.discharged_on is null order by s.id",
    ),
    county(
        "/staff/{id}",
        "b",
        "select s.id, s.post from staff s join institutions i on i.id = s.institution_id
        where i.area between $1 and $2 order by s.id",
    ),
    county(
        "/stays/{elder}",
        "b",
        "select s.elder_id, '' from stays s join elders e on e.id = s.elder_id
        where e.area between $1 and $2 order by s.elder_id",
    ),
    county(
        "/stays/{elder}/{id}",
        "bb",
        "select s.elder_id, s.id, case when s.discharged_on is null then 'in' else 'out' end
        from stays s join elders e on e.id = s.elder_id where e.area between $1 and $2 order by s.id",
    ),
    county(
        "/transfer/{id}",
        "b",
        "select id, kind || ' ' || state from transfer_batches where area between $1 and $2 order by id",
    ),
    county(
        "/visits/notes/{elder}/{id}",
        "bb",
        "select n.elder_id, n.id, n.kind from visit_notes n
        join elders e on e.id = n.elder_id where e.area between $1 and $2 order by n.id",
    ),
    ("/indicators/{code}", Owner::Everybody(&[&["elders"]])),
    ("/api/policy/decisions/{question}", Owner::Everybody(&[&["required_medical_function"]])),
    ("/policies/{place}/{document}", Owner::Everybody(&[&["nantong", "2018-54"], &["shanghai", "2015"]])),
    (
        "/policies/{place}/{document}/tables/{table}",
        Owner::Everybody(&[
            &["nantong", "2018-54", "required_medical_function"],
            &["jiangxi", "2023-5", "home_visit_charge"],
        ]),
    ),
    ("/policies/ask/{question}", Owner::Everybody(&[&["required_medical_function"], &["home_visit_charge"]])),
    ("/policies/beside/{question}", Owner::Everybody(&[&["required_medical_function"], &["family_doctor_priority"]])),
    ("/policies/scales/{scale}", Owner::Everybody(&[&["gbt42195"], &["ltci2021"]])),
    ("/simulation/{question}", Owner::Everybody(&[&["tcm_due"], &["required_medical_function"]])),
    ("/simulation/{question}/open", Owner::Everybody(&[&["tcm_due"]])),
    ("/transfer/templates/{kind}", Owner::Everybody(&[&["elders"], &["institutions"], &["stays"]])),
];

/// Whose the things under a route's path are; `None` for a path without parameters.
///
/// # Panics
/// With what to do, when nobody said so yet.
pub fn owner(path: &str) -> Option<&'static Owner> {
    let parameters = path.matches('{').count();
    let fits = |known: &str| {
        (path == known || path.starts_with(&format!("{known}/"))) && known.matches('{').count() == parameters
    };
    let found = TABLE.iter().filter(|(known, _)| fits(known)).max_by_key(|(known, _)| known.len());
    assert!(
        parameters == 0 || found.is_some(),
        "the route {path} has parameters that tests/routes/addresses.rs does not know: add a line to TABLE that says \
         which rows of a county they name (so that the neighbour's seat can be tried), or that they are everybody's"
    );
    found.map(|(_, owner)| owner)
}

/// A route's path with the parameters filled in.
pub fn fill(path: &str, values: &[String]) -> String {
    let mut values = values.iter();
    let segment = |part: &str| {
        if part.starts_with('{') { values.next().cloned().unwrap_or_default() } else { part.to_owned() }
    };
    path.split('/').map(segment).collect::<Vec<_>>().join("/")
}

/// Addresses of a route for things of a county: one for each state. `fit` picks by the parameters.
pub fn of_county(db: &Db, route: &Route, county: Area, fit: &dyn Fn(&[String]) -> bool) -> Vec<String> {
    let Some(Owner::County(what)) = owner(route.path) else { return Vec::new() };
    let mut seen = std::collections::HashSet::new();
    let all = store::rows(db, county, what).into_iter();
    let fitting = all.filter(|(values, state)| fit(values) && seen.insert(state.clone()));
    fitting.map(|(values, _)| fill(route.path, &values)).collect()
}

/// Addresses of a route for what is everybody's.
pub fn of_everybody(route: &Route) -> Vec<String> {
    match owner(route.path) {
        None => vec![route.path.to_owned()],
        Some(Owner::Everybody(all)) => {
            let own = |values: &&[&str]| fill(route.path, &values.iter().map(|v| (*v).to_owned()).collect::<Vec<_>>());
            all.iter().map(own).collect()
        }
        Some(Owner::County(_)) => Vec::new(),
    }
}

/// The route that answers at an address: words win over parameters.
pub fn route_of<'r>(routes: &'r [Route], method: &str, url: &str) -> Option<&'r Route> {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let parts: Vec<&str> = path.split('/').collect();
    let fits = |route: &&Route| {
        let own: Vec<&str> = route.path.split('/').collect();
        let same = |(a, b): (&&str, &&str)| a == b || (a.starts_with('{') && !b.is_empty());
        route.method == method && own.len() == parts.len() && own.iter().zip(&parts).all(same)
    };
    routes.iter().filter(fits).min_by_key(|route| route.path.matches('{').count())
}

#[test]
fn words_win_over_parameters() {
    let route = |path| Route { method: "GET", path, permission: None };
    let all = [route("/elders/{id}"), route("/elders/new"), route("/")];
    assert_eq!(route_of(&all, "GET", "/elders/new?x=1").map(|r| r.path), Some("/elders/new"));
    assert_eq!(route_of(&all, "GET", "/elders/0a").map(|r| r.path), Some("/elders/{id}"));
    assert_eq!(route_of(&all, "GET", "/").map(|r| r.path), Some("/"));
    assert!(route_of(&all, "POST", "/elders/new").is_none() && route_of(&all, "GET", "/elders/").is_none());
    assert_eq!(fill("/a/{x}/b/{y}", &["1".into(), "2".into()]), "/a/1/b/2");
}
