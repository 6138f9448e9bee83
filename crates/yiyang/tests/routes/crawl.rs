//! Everything that somebody can reach by following links, with the forms that are offered on the way.

use crate::addresses::{self, route_of};
use crate::html::{self, Form};
use crate::world::{County, World};
use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use web::testing::Client;

/// How many addresses of one route with the same questions are opened.
const OF_A_KIND: usize = 4;

/// What was found.
#[derive(Default)]
pub struct Found {
    /// Answers by address: status and text.
    pub pages: BTreeMap<String, (u16, String)>,
    /// Addresses that were tried because of their route, without any page leading there.
    pub guessed: HashSet<String>,
    /// Links with the page on which each stands.
    pub links: BTreeMap<String, String>,
    /// Forms that post, by the address to which they go, with the page on which each stands.
    pub forms: Vec<(Form, String)>,
    /// Forms that ask.
    pub questions: Vec<Form>,
    kinds: HashMap<String, usize>,
}

/// What tells an address from others of its kind: the route and the names of its questions.
fn kind(world: &World, url: &str) -> Option<String> {
    let route = route_of(&world.app.routes, "GET", url)?;
    let query = url.split_once('?').map_or("", |(_, query)| query.split('#').next().unwrap_or_default());
    let names: Vec<&str> = query.split('&').map(|pair| pair.split('=').next().unwrap_or_default()).collect();
    Some(format!("{} {}", route.path, names.join("&")))
}

/// Goes everywhere that somebody of the county can go.
pub fn everywhere(world: &World, client: &Client<'_>, county: &County) -> Found {
    let mut found = Found::default();
    let mut waiting: VecDeque<String> = VecDeque::new();
    for route in world.app.routes.iter().filter(|r| r.method == "GET" && r.permission.is_some()) {
        waiting.extend(addresses::of_everybody(route));
        waiting.extend(addresses::of_county(&world.app.db, route, county.area, &|_| true));
    }
    let certain = waiting.len();
    found.guessed = waiting.iter().cloned().collect();
    let mut step = 0;
    while let Some(url) = waiting.pop_front() {
        step += 1;
        found.open(world, client, &url, step <= certain, &mut waiting);
    }
    found
}

impl Found {
    fn open(&mut self, world: &World, client: &Client<'_>, url: &str, certain: bool, waiting: &mut VecDeque<String>) {
        let Some(kind) = kind(world, url).filter(|_| !self.pages.contains_key(url)) else { return };
        let count = self.kinds.entry(kind).or_default();
        if *count >= OF_A_KIND && !certain {
            return;
        }
        *count += 1;
        let answer = client.get(url);
        let (status, text) = (answer.status.as_u16(), answer.text());
        for link in html::links(&text) {
            if !self.links.contains_key(&link) {
                waiting.push_back(link.clone());
                self.guessed.remove(&link);
                self.links.insert(link, url.to_owned());
            }
        }
        let (posts, questions) = html::forms(&text, url).into_iter().partition::<Vec<_>, _>(|form| form.post);
        self.forms.extend(posts.into_iter().map(|form| (form, url.to_owned())));
        self.questions.extend(questions);
        self.pages.insert(url.to_owned(), (status, text));
    }
}
