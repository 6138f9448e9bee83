//! A family at home: its own elder's page, and nothing else of the program.

use crate::{addresses, store, world};
use kernel::ElderId;
use web::Permission;
use web::routes::Route;
use web::testing::Client;

/// The real account of the daughter, and the elder whom she looks after.
fn daughter<'w>(world: &'w world::World, county: &world::County) -> (Client<'w>, ElderId) {
    let member = county.crew.others.iter().find(|m| m.login.starts_with("family")).expect("a family");
    let account = member.account.expect("account");
    let load = |tx: &mut db::Tx<'_>| {
        let by =
            db::Actor { account: Some(account), ..db::Actor::system(kernel::Clock::now(world.app.clock.as_ref())) };
        let own = care::family::store::mine(tx, &by)?;
        Ok::<_, db::Error>((registry::accounts::load_user(tx, account)?, own))
    };
    let (user, own) = world.app.db.read(load).expect("read");
    assert_eq!(own.len(), 1);
    (world.app.login(user.expect("user")), own[0].elder)
}

fn urls(world: &world::World, county: &world::County, route: &Route) -> Vec<String> {
    let everybody = addresses::of_everybody(route);
    if everybody.is_empty() { addresses::of_county(&world.app.db, route, county.area, &|_| true) } else { everybody }
}

db::on_both! {
    fn a_family_reaches_its_own_elder_and_nothing_else(db: TestDb) {
        let world = world::both(db);
        let (client, own) = daughter(&world, &world.a);
        assert_eq!(client.get("/").goes_to(), "/family");
        assert_eq!(client.get(&format!("/family/{own}")).status.as_u16(), 200);
        let (before, mut tried) = (store::digest(&world.app.db), 0);
        for route in world.app.routes.iter().filter(|r| r.permission.is_some_and(|p| p != Permission::ANYONE)) {
            let family = matches!(route.permission, Some(p) if p.0 == "family.read" || p.0 == "family.consent");
            for url in urls(&world, &world.a, route).into_iter().chain(urls(&world, &world.b, route)) {
                if family && (url == "/family" || url.contains(&own.to_string())) {
                    continue;
                }
                let form = [("scope", "sickbed"), ("source", "0198c0de000070008000000000000001")];
                let answer = if route.method == "GET" { client.get(&url) } else { client.post(&url, &form) };
                let expected = if family { 404 } else { 403 };
                assert_eq!(answer.status.as_u16(), expected, "{} {url}", route.method);
                tried += 1;
            }
        }
        assert!(tried > 300, "{tried} addresses");
        assert_eq!(store::differences(&before, &store::digest(&world.app.db)), Vec::<String>::new());
    }
}
