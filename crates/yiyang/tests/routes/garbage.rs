//! What people and programs send that nobody meant: it is refused in Chinese, or kept as harmless text, and never breaks
//! anything.

use crate::addresses::{fill, route_of};
use crate::crawl;
use crate::html::Form;
use crate::world::{self, World};
use std::collections::HashMap;
use web::testing::{Answer, Client};

/// A script, as it would have to stand in a page to run.
const SCRIPT: &str = "<script>alert(1)</script>";
/// Steps that would end the session under test.
const APART: [&str; 2] = ["/logout", "/account"];
/// Forms of one step that are tried, as different pages offer them.
const OF_A_KIND: usize = 2;

fn values() -> Vec<String> {
    let plain = [
        "-1",
        "0",
        "999999999999999999999999999999",
        "1e309",
        "NaN",
        "2026-99-99",
        "0001-01-01",
        "9999-12-31",
        "9999-12",
        "24:61",
        "\u{1F475}\u{1F3FB}",
        "\u{0}",
        "a\u{0}b",
        "\u{202e}\u{feff}",
        "' or 1=1 --",
        "../../etc/passwd",
        SCRIPT,
        "\"><img src=x onerror=alert(1)>",
    ];
    let long = ["长".repeat(10_000), "9".repeat(10_000)];
    plain.iter().map(|text| (*text).to_owned()).chain(long).collect()
}

struct Trial<'w> {
    world: &'w World,
    faults: Vec<String>,
    tried: usize,
}

impl Trial<'_> {
    fn check(&mut self, what: &str, answer: &Answer) {
        self.tried += 1;
        let text = answer.text();
        let code = answer.status.as_u16();
        let short: String = what.chars().take(160).collect();
        if code >= 500 {
            self.faults.push(format!("{short}: {code}"));
        }
        if (400..500).contains(&code) && !text.chars().any(|c| ('\u{4e00}'..'\u{9fff}').contains(&c)) {
            self.faults.push(format!(
                "{short}: {code} without a word of Chinese: {}",
                text.chars().take(80).collect::<String>()
            ));
        }
        if text.contains("<script>alert(") || text.contains("<img src=x") {
            self.faults.push(format!("{short}: what was sent stands in the page unescaped"));
        }
    }

    fn post(&mut self, client: &Client<'_>, form: &Form, fields: &[(&str, &str)]) {
        let answer = if form.upload {
            client.upload(form.url(), fields, "x.xlsx", b"no workbook")
        } else {
            client.post(form.url(), fields)
        };
        let what = format!("POST {} {:?}", form.url(), fields);
        self.check(&what, &answer);
        if let Some(on) = answer.location.filter(|on| on.starts_with('/')) {
            let next = client.get(&on);
            self.check(&format!("{what}, then GET {on}"), &next);
        }
    }

    /// Nothing; every value in all fields; and in each field alone, the values taking turns.
    fn form(&mut self, client: &Client<'_>, form: &Form, values: &[String]) {
        let pairs = form.pairs();
        self.post(client, form, &[]);
        for value in values {
            let all: Vec<(&str, &str)> = pairs.iter().map(|(name, _)| (*name, value.as_str())).collect();
            self.post(client, form, &all);
        }
        for at in 0..pairs.len() {
            for turn in 0..3 {
                let mut one = pairs.clone();
                one[at].1 = &values[(at * 3 + turn + pairs.len()) % values.len()];
                self.post(client, form, &one);
            }
        }
    }

    fn ask(&mut self, client: &Client<'_>, url: &str) {
        let answer = client.get(url);
        self.check(&format!("GET {url}"), &answer);
    }

    fn end(self) {
        let mut faults = self.faults;
        faults.dedup();
        assert!(
            faults.is_empty(),
            "{} faults in {} requests:\n{}",
            faults.len(),
            self.tried,
            faults[..faults.len().min(80)].join("\n")
        );
    }
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// Forms by the step to which they belong, a few of each.
fn chosen(world: &World, forms: Vec<(Form, String)>) -> Vec<Form> {
    let mut count: HashMap<&'static str, usize> = HashMap::new();
    let fresh = |form: &Form| {
        let Some(route) = route_of(&world.app.routes, "POST", &form.action) else { return false };
        let known = count.entry(route.path).or_default();
        *known += 1;
        *known <= OF_A_KIND && !APART.contains(&route.path)
    };
    let mut fresh = fresh;
    forms.into_iter().map(|(form, _)| form).filter(|form| fresh(form)).collect()
}

db::on_both! {
    fn garbage_in_forms_breaks_nothing(db: TestDb) {
        let world = world::both(db);
        let client = world.everything(&world.a);
        let found = crawl::everywhere(&world, &client, &world.a);
        let mut trial = Trial { world: &world, faults: Vec::new(), tried: 0 };
        let values = values();
        let forms = chosen(&world, found.forms);
        assert!(forms.len() > 30, "{} forms", forms.len());
        for form in &forms {
            trial.form(&client, form, &values);
        }
        trial.world.app.state.jobs.run_waiting().expect("jobs");
        // What was kept is harmless wherever it is shown.
        let after = crawl::everywhere(&world, &client, &world.a);
        for (url, (code, text)) in &after.pages {
            if *code >= 500 || text.contains("<script>alert(") || text.contains("<img src=x") {
                trial.faults.push(format!("afterwards GET {url}: {code}, or unescaped"));
            }
        }
        trial.end();
    }

    fn garbage_in_addresses_breaks_nothing(db: TestDb) {
        let world = world::both(db);
        let client = world.everything(&world.a);
        let found = crawl::everywhere(&world, &client, &world.a);
        let mut trial = Trial { world: &world, faults: Vec::new(), tried: 0 };
        let values: Vec<String> = values().into_iter().map(|v| encoded(&v.chars().take(300).collect::<String>())).collect();
        let mut questions: HashMap<&str, Vec<String>> = HashMap::new();
        let asked = found.pages.keys().filter_map(|url| url.split_once('?'));
        let of_links = asked.flat_map(|(path, query)| {
            query.split('&').map(move |pair| (path, pair.split('=').next().unwrap_or_default().to_owned()))
        });
        let of_forms = found.questions.iter().flat_map(|form| form.pairs().into_iter().map(|(name, _)| (form.url(), name.to_owned())));
        for (path, name) in of_links.chain(of_forms) {
            let names = questions.entry(path).or_default();
            if !names.contains(&name) {
                names.push(name);
            }
        }
        for (path, names) in &questions {
            for name in names.iter().map(String::as_str).chain(["page"]) {
                for value in values.iter().map(String::as_str).chain(["9223372036854775807", "-9223372036854775808", "%FF%FE"]) {
                    trial.ask(&client, &format!("{path}?{name}={value}"));
                }
            }
        }
        let odd = ["x", "0", "%00", "%FF", "..%2f..%2fetc", "00000000000000000000000000000000", "%3Cscript%3Ealert(1)%3C%2Fscript%3E"];
        for route in world.app.routes.iter().filter(|route| route.path.contains('{')) {
            for value in odd {
                let url = fill(route.path, &vec![value.to_owned(); route.path.matches('{').count()]);
                if route.method == "GET" {
                    trial.ask(&client, &url);
                } else {
                    let answer = client.post(&url, &[]);
                    trial.check(&format!("POST {url}"), &answer);
                }
            }
        }
        trial.end();
    }

    fn garbage_at_the_door_breaks_nothing(db: TestDb) {
        let folder = world::folder(&db);
        let app = world::empty(db, &folder);
        let stranger = app.stranger();
        for value in values() {
            let answer = stranger.post("/login", &[("login", &value), ("password", &value)]);
            let text = answer.text();
            assert!(answer.status.as_u16() < 500 && !text.contains("<script>alert("), "{}: {}", value.chars().take(20).collect::<String>(), answer.status);
        }
        assert!(stranger.post_raw("/login", "application/x-www-form-urlencoded", vec![0xff; 4096]).status.is_client_error());
        assert!(stranger.post_raw("/login", "application/x-www-form-urlencoded", vec![b'a'; 3 << 20]).status.is_client_error());
        assert_eq!(stranger.get("/nowhere").status.as_u16(), 404);
        let _ = std::fs::remove_dir_all(folder);
    }
}
