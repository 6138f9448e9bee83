//! Every page that somebody of the county can reach.

use crate::addresses::route_of;
use crate::crawl::{self, Found};
use crate::world;
use web::testing::Client;

/// Pieces of pages, which a script puts into a page that has its own title and source.
const FRAGMENTS: [&str; 3] = ["/jobs/{id}/progress", "/emergencies/board/events", "/huts/{device}/now"];
/// Pages of a person's own, on which no figure stands.
const WITHOUT_FIGURES: [&str; 1] = ["/account"];

/// What templates would leave on a page if they showed a value as the program sees it.
const LEFTOVERS: [&str; 8] = ["Some(", "None", "Ok(", "Err(", "NaN", "ElderId(", "{}", "todo"];

/// The text of a page without its tags and without the data of its charts.
fn visible(page: &str) -> String {
    let mut text = String::new();
    let (mut inside, mut quoted) = (false, false);
    for c in page.chars() {
        match c {
            '<' if !inside => inside = true,
            '"' if inside => quoted = !quoted,
            '>' if inside && !quoted => inside = false,
            c if !inside => text.push(c),
            _ => {}
        }
    }
    text
}

fn faults_of(world: &world::World, found: &Found, url: &str) -> Vec<String> {
    let (status, page) = &found.pages[url];
    let (status, guessed) = (*status, found.guessed.contains(url));
    let route = route_of(&world.app.routes, "GET", url).map_or("", |route| route.path);
    let mut faults = Vec::new();
    let mut check = |fine: bool, what: String| {
        if !fine {
            faults.push(format!("{url}: {what}"));
        }
    };
    // Where no page leads, the state or a missing question may be against it.
    check(
        matches!(status, 200 | 303) || (guessed && matches!(status, 403 | 404 | 409 | 422)),
        format!("status {status}: {}", visible(page).chars().take(300).collect::<String>()),
    );
    if !page.starts_with("<!DOCTYPE") || status != 200 {
        check(status != 200 || FRAGMENTS.contains(&route) || !page.starts_with('<'), "a page without a frame".into());
        return faults;
    }
    let title = page.split_once("<title>").and_then(|(_, rest)| rest.split_once(" · ")).map(|(title, _)| title.trim());
    check(title.is_some_and(|t| !t.is_empty()), "no title".into());
    let sourced = page.contains("数据来源") || WITHOUT_FIGURES.contains(&route);
    check(sourced, "does not say where what it shows comes from (Page::source)".into());
    let text = visible(page);
    for leftover in LEFTOVERS.iter().filter(|leftover| text.contains(**leftover)) {
        check(false, format!("shows “{leftover}”"));
    }
    for (form, _) in crate::html::forms(page, url).iter().filter(|form| form.post).map(|form| (form, ())) {
        check(form.proves_itself(), format!("the form to {} has no _csrf", form.action));
        let known = route_of(&world.app.routes, "POST", &form.action).is_some();
        check(known, format!("the form to {} leads nowhere", form.action));
    }
    faults
}

fn faults(world: &world::World, found: &Found) -> Vec<String> {
    let pages = found.pages.keys().flat_map(|url| faults_of(world, found, url));
    let stranger = world.app.stranger();
    let dead = found.links.iter().filter(|(url, _)| {
        if url.starts_with("/assets/") {
            stranger.get(url).status != 200
        } else {
            route_of(&world.app.routes, "GET", url).is_none()
        }
    });
    pages.chain(dead.map(|(url, on)| format!("{on}: the link to {url} leads nowhere"))).collect()
}

/// Forms for steps that the person may not take.
fn offers_too_much(world: &world::World, client: &Client<'_>, found: &Found) -> Vec<String> {
    let forbidden = |action: &str| {
        let route = route_of(&world.app.routes, "POST", action)?;
        (!client.may(route.permission)).then_some(route.path)
    };
    let mut all: Vec<String> = Vec::new();
    for (form, on) in &found.forms {
        let on = route_of(&world.app.routes, "GET", on).map_or(on.as_str(), |route| route.path);
        let fault = forbidden(&form.action).map(|path| format!("{on} offers POST {path}, which the role may not do"));
        all.extend(fault.filter(|fault| !all.contains(fault)));
    }
    all
}

db::on_both! {
    fn every_page_says_what_it_is_and_where_it_comes_from_and_leads_somewhere(db: TestDb) {
        let world = world::both(db);
        let client = world.everything(&world.a);
        let found = crawl::everywhere(&world, &client, &world.a);
        let faults = faults(&world, &found);
        assert!(faults.is_empty(), "{} faults on {} pages:\n{}", faults.len(), found.pages.len(), faults.join("\n"));
        let seen: std::collections::HashSet<&str> =
            found.pages.keys().filter_map(|url| route_of(&world.app.routes, "GET", url)).map(|r| r.path).collect();
        let unseen: Vec<&str> = world.app.routes.iter().filter(|r| r.method == "GET" && r.permission.is_some())
            .map(|r| r.path).filter(|path| !seen.contains(path)).collect();
        assert!(unseen.is_empty(), "no page of these routes was reached: {unseen:?}");
        let offered: std::collections::HashSet<&str> =
            found.forms.iter().filter_map(|(form, _)| route_of(&world.app.routes, "POST", &form.action)).map(|r| r.path).collect();
        let hidden: Vec<&str> = world.app.routes.iter().filter(|r| r.method == "POST" && r.permission.is_some())
            .map(|r| r.path).filter(|path| !offered.contains(path)).collect();
        println!("{} pages, {} links, {} forms; steps that no page offered: {hidden:?}", found.pages.len(), found.links.len(), found.forms.len());
    }

    fn no_page_leads_its_reader_where_their_role_may_not_go(db: TestDb) {
        let world = world::both(db);
        let crew = &world.a.crew;
        let mut everyone = vec![&crew.clerk, &crew.reviewer, &crew.doctor, &crew.station, &crew.carer, &crew.assessors[0].0];
        everyone.extend(&crew.others);
        let mut faults = Vec::new();
        for member in everyone {
            let client = world.in_role(member);
            let found = crawl::everywhere(&world, &client, &world.a);
            let own = self::faults(&world, &found).into_iter().chain(offers_too_much(&world, &client, &found));
            faults.extend(own.map(|fault| format!("{}: {fault}", member.role.name())));
        }
        assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    }
}
