//! Those who are not let in: nobody in particular, somebody without the permission, somebody without the token.

use crate::{addresses, store, world};
use web::Permission;
use yiyang::wiring;

/// An address of the route with something in the place of each parameter.
fn some(path: &str) -> String {
    let values = vec!["0198c0de000070008000000000000001".to_owned(); path.matches('{').count()];
    addresses::fill(path, &values)
}

#[test]
fn the_public_routes_are_those_that_were_signed() {
    let list = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/public-routes.txt");
    let signed = std::fs::read_to_string(list).expect("docs/reference/public-routes.txt");
    let lines = signed.lines().map(|line| line.split('#').next().unwrap_or_default());
    let mut signed: Vec<String> =
        lines.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).filter(|l| !l.is_empty()).collect();
    let routes = wiring::routes();
    let public = routes.list().iter().filter(|route| route.permission.is_none());
    let mut public: Vec<String> = public.map(|route| format!("{} {}", route.method, route.path)).collect();
    signed.sort();
    public.sort();
    assert_eq!(
        public, signed,
        "a route is public that is not signed in docs/reference/public-routes.txt, or the reverse"
    );
}

db::on_both! {
    fn strangers_are_sent_to_the_door_and_change_nothing(db: TestDb) {
        let folder = world::folder(&db);
        let app = world::empty(db, &folder);
        let before = store::digest(&app.db);
        let stranger = app.stranger();
        for route in app.routes.iter().filter(|route| route.permission.is_some()) {
            let url = some(route.path);
            if route.method == "GET" {
                let to = stranger.get(&url).goes_to();
                assert!(to.starts_with("/login"), "GET {url} leads to {to}");
            } else {
                let answer = stranger.post(&url, &[("name", "王")]);
                let away = answer.location.as_deref().is_some_and(|to| to.starts_with("/login"));
                assert!(away || answer.status.is_client_error(), "POST {url}: {}", answer.status);
            }
        }
        assert_eq!(store::differences(&before, &store::digest(&app.db)), Vec::<String>::new());
        let _ = std::fs::remove_dir_all(folder);
    }

    fn a_role_without_the_permission_is_refused_and_changes_nothing(db: TestDb) {
        let folder = world::folder(&db);
        let app = world::empty(db, &folder);
        let mut all: Vec<&'static str> = app.routes.iter().filter_map(|r| r.permission).map(|p| p.0).collect();
        all.sort_unstable();
        all.dedup();
        let before = store::digest(&app.db);
        for needed in all.iter().copied().filter(|p| *p != Permission::ANYONE.0) {
            // Everything but this.
            let others: Vec<&'static str> = all.iter().copied().filter(|p| *p != needed && !p.is_empty()).collect();
            let client = app.person("缺一", &others, "320623");
            for route in app.routes.iter().filter(|r| r.permission == Some(Permission(needed))) {
                let url = some(route.path);
                let answer = if route.method == "GET" { client.get(&url) } else { client.post(&url, &[]) };
                assert_eq!(answer.status.as_u16(), 403, "{} {url} without {needed}", route.method);
                assert!(answer.text().contains("没有权限"));
            }
        }
        assert_eq!(store::differences(&before, &store::digest(&app.db)), Vec::<String>::new());
        let _ = std::fs::remove_dir_all(folder);
    }

    fn steps_without_the_token_are_refused_and_change_nothing(db: TestDb) {
        let folder = world::folder(&db);
        let app = world::empty(db, &folder);
        let client = app.person("无证", &["*"], "320623");
        let before = store::digest(&app.db);
        for route in app.routes.iter().filter(|route| route.method == "POST" && route.permission.is_some()) {
            for kind in ["application/x-www-form-urlencoded", "multipart/form-data; boundary=XX", "application/json", "text/plain"] {
                for body in ["", "name=x", "_csrf=", "_csrf=wrong&name=x"] {
                    let answer = client.post_raw(&some(route.path), kind, body.as_bytes().to_vec());
                    assert_eq!(answer.status.as_u16(), 409, "POST {} as {kind} with {body:?}", route.path);
                }
            }
        }
        assert_eq!(store::differences(&before, &store::digest(&app.db)), Vec::<String>::new());
        let _ = std::fs::remove_dir_all(folder);
    }
}
