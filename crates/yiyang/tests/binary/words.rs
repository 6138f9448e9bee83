//! Commands that answer with a list or a verdict.

use crate::run::Folder;

#[test]
fn the_policies_that_come_along_are_proven() {
    let folder = Folder::new("policies");
    let text = folder.run(&["policy", "check"]).fine();
    assert!(text.contains("nantong"), "{text}");
    assert!(!folder.path("data").exists(), "checking policies made a data folder");
    folder.run(&["policy", "--policies", "nowhere", "check"]).refuses(&["政策文件"]);
}

#[test]
fn the_routes_are_listed_with_their_permissions() {
    let text = Folder::new("routes").run(&["routes"]).fine();
    assert_eq!(text.lines().count(), yiyang::wiring::routes().list().len());
    for line in text.lines() {
        assert_eq!(line.split_whitespace().count().min(3), 3, "{line}");
    }
    assert!(text.contains("elders.merge") && text.contains("public"));
}

#[test]
fn every_capability_that_carries_a_clause_has_its_page() {
    let text = Folder::new("carried").run(&["policy", "clauses"]).fine();
    let routes = yiyang::wiring::routes();
    let pages: Vec<&str> = text.split("（页面 ").skip(1).filter_map(|rest| rest.split('）').next()).collect();
    let there = |page: &&&str| routes.list().iter().any(|route| route.method == "GET" && route.path == **page);
    assert!(pages.len() > 90, "{text}");
    assert_eq!(pages.iter().find(|page| !there(page)), None);
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let folder = Folder::new("seed");
    let make = |seed: &str, out: &str| {
        let fixed = ["generate", "--elders", "120", "--today", "2026-11-02", "--seed", seed, "--out", out];
        folder.run(&fixed).fine();
    };
    make("5", "one");
    make("5", "two");
    make("6", "three");
    let mut names: Vec<_> =
        std::fs::read_dir(folder.path("one")).expect("folder").map(|e| e.expect("entry").file_name()).collect();
    names.sort();
    assert!(names.len() >= 6, "{names:?}");
    for name in &names {
        let bytes = |of: &str| std::fs::read(folder.path(of).join(name)).expect("file");
        assert!(bytes("one") == bytes("two"), "{name:?} differs");
    }
    let elders = |of: &str| std::fs::read(folder.path(of).join("elders.xlsx")).expect("file");
    assert!(elders("one") != elders("three"));
}

#[test]
fn a_changed_or_deleted_audit_row_is_found() {
    let folder = Folder::new("audit");
    folder.county(30, "csv");
    folder.run(&["import", "--kind", "elders", "rosters/elders.csv"]).fine();
    let db = db::Db::open(
        &folder.path("data/yiyang.db").display().to_string(),
        db::Vault::from_file(&folder.path("data/key"), &kernel::chance::Seeded::new(1)).expect("key"),
        std::sync::Arc::new(kernel::chance::Seeded::new(1)),
    );
    let later = kernel::time::parse_local("2099-01-01 00:00").expect("instant");
    let sealed = db.expect("opens").write(|tx| db::audit::seal(tx, later)).expect("sealed");
    assert!(sealed > 3, "{sealed} rows");
    assert!(folder.run(&["audit", "verify"]).fine().contains("完好"));
    let row = "(select id from audit order by id limit 1 offset 2)";
    folder.store().execute(&format!("update audit set account_name = '别人' where id = {row}"), []).expect("changed");
    folder.run(&["audit", "verify"]).refuses(&["被改动"]);
    folder.store().execute(&format!("update audit set account_name = '系统' where id = {row}"), []).expect("back");
    assert!(folder.run(&["audit", "verify"]).fine().contains("完好"));
    folder.store().execute(&format!("delete from audit where id = {row}"), []).expect("deleted");
    folder.run(&["audit", "verify"]).refuses(&["被改动"]);
}

#[test]
fn words_that_are_no_area_month_or_roster_are_refused() {
    let folder = Folder::new("words");
    for arguments in [
        &["settle", "--area", "32062", "--month", "2026-10"][..],
        &["settle", "--area", "320623", "--month", "2026-13"],
        &["indicators", "--area", "如东"],
        &["nonsense"],
    ] {
        let said = folder.run(arguments);
        assert!(!said.fine && !said.text.contains("panicked"), "{arguments:?}: {}", said.text);
    }
    folder.run(&["import", "--kind", "nonsense", "x.csv"]).refuses(&["没有“nonsense”这种名册"]);
    folder.run(&["generate", "--county", "999999", "--out", "x"]).refuses(&["999999"]);
}
