//! The invariants themselves. ARCHITECTURE.md says them in words; here they are checked.

use crate::licences;
use crate::tables;
use crate::tidy::{Offence, Rule, Tree, is_test};

/// All rules, in the order in which they are printed.
pub const RULES: &[Rule] = &[
    Rule {
        name: "arrows",
        why: "a crate knows only what stands to its left, so that a change cannot run in circles",
        check: arrows,
    },
    Rule {
        name: "pure",
        why: "kernel, policy and routing do no I/O, so that a decision can be repeated anywhere",
        check: pure,
    },
    Rule {
        name: "sql",
        why: "SQL stands in store.rs and crates/db only, so that scope and encryption are applied in one place",
        check: sql,
    },
    Rule { name: "clock", why: "time and chance are handed in, so that every run can be repeated", check: clock },
    Rule {
        name: "numbers",
        why: "a number that a document names stands under policies/ only, so that a new document needs no new program",
        check: numbers,
    },
    Rule { name: "file-length", why: "a file over 600 lines hides two things in one", check: file_length },
    Rule {
        name: "function-length",
        why: "median <= 10 and nine in ten <= 35 lines: a function is read without scrolling",
        check: function_length,
    },
    Rule { name: "capability", why: "a capability's folder opens with its contents page", check: capability },
    Rule {
        name: "state-table",
        why: "the state table that one reads is the one that runs",
        check: tables::state_tables,
    },
    Rule {
        name: "public-routes",
        why: "what is open to everybody is a list that one signs, not an accident",
        check: tables::public_routes,
    },
    Rule {
        name: "glossary",
        why: "a word of the field has one name in the code, and it is there",
        check: tables::glossary,
    },
    Rule { name: "paths", why: "what the documents point to exists", check: tables::paths },
    Rule { name: "tests", why: "a test that sleeps or is ignored says nothing", check: tests_wait_for_things },
    Rule {
        name: "licences",
        why: "who takes the program may do with all of it what its licence says",
        check: licences::check,
    },
    Rule {
        name: "vendored",
        why: "third-party code comes from its registry by lock file, so that its licence and version are known",
        check: vendored,
    },
    Rule { name: "machine", why: "nothing in the tree knows the machine it was written on", check: machine },
];

/// The crates from left to right.
const CRATES: &[&str] = &[
    "kernel",
    "policy",
    "routing",
    "db",
    "web",
    "registry",
    "care",
    "watch",
    "money",
    "oversight",
    "exchange",
    "yiyang",
];

/// Of ours these know the kernel and nothing else.
const KERNEL_ONLY: &[&str] = &["policy", "routing", "db"];

/// Crates of the slices, whose folders are capabilities.
const SLICES: &[&str] = &["registry", "care", "watch", "money", "oversight", "exchange"];

const LONGEST_FILE: usize = 600;
const MEDIAN: usize = 10;
const NINE_IN_TEN: usize = 35;

fn manifest(tree: &Tree, name: &str) -> Option<(String, toml::Table)> {
    let path = format!("crates/{name}/Cargo.toml");
    let table = tree.texts.get(&path)?.parse().ok()?;
    Some((path, table))
}

fn dependencies(table: &toml::Table, section: &str) -> Vec<String> {
    table.get(section).and_then(toml::Value::as_table).map(|t| t.keys().cloned().collect()).unwrap_or_default()
}

fn arrows(tree: &Tree) -> Vec<Offence> {
    let manifests = CRATES.iter().enumerate().filter_map(|(n, name)| Some((n, manifest(tree, name)?)));
    manifests.flat_map(|(n, (path, table))| backward(n, &path, &table)).collect()
}

fn backward(n: usize, path: &str, table: &toml::Table) -> Vec<Offence> {
    let uses = dependencies(table, "dependencies");
    let wrong = uses.iter().filter(|used| {
        let at = CRATES.iter().position(|name| name == used);
        at.is_some_and(|at| at >= n) || (KERNEL_ONLY.contains(&CRATES[n]) && *used != "kernel" && at.is_some())
    });
    wrong.map(|used| Offence::new(path, format!("{} must not know {used}", CRATES[n]))).collect()
}

fn pure(tree: &Tree) -> Vec<Offence> {
    const IMPURE: &[&str] = &["axum", "tokio", "rusqlite", "postgres", "r2d2", "db", "web", "tower", "tower-http"];
    let manifests = ["kernel", "policy", "routing"].iter().filter_map(|name| manifest(tree, name));
    let uses = manifests.flat_map(|(path, table)| {
        dependencies(&table, "dependencies").into_iter().map(move |used| (path.clone(), used))
    });
    let wrong = uses.filter(|(_, used)| IMPURE.contains(&used.as_str()));
    wrong.map(|(path, used)| Offence::new(path, format!("depends on {used}"))).collect()
}

fn sql(tree: &Tree) -> Vec<Offence> {
    let elsewhere = tree.production().filter(|(path, _)| !may_hold_sql(path));
    let literals = elsewhere.flat_map(|(path, source)| {
        let end = source.tests_from();
        source.literals.iter().filter(move |literal| literal.line < end).map(move |literal| (path, literal))
    });
    let found = literals.filter(|(_, literal)| is_sql(&literal.text));
    found.map(|(path, literal)| Offence::line(path, literal.line, "SQL outside a store")).collect()
}

fn may_hold_sql(path: &str) -> bool {
    path.ends_with("/store.rs")
        || path.contains("/store/")
        || path.starts_with("crates/db/")
        || path.starts_with("xtask/")
}

fn is_sql(text: &str) -> bool {
    let words: Vec<String> = text.to_lowercase().split_whitespace().map(str::to_owned).collect();
    let text = words.join(" ");
    (text.starts_with("select ") && text.contains(" from "))
        || text.contains("(select ")
        || text.contains("insert into ")
        || text.contains("delete from ")
        || text.contains("create table ")
        || (text.starts_with("update ") && text.contains(" set "))
}

fn clock(tree: &Tree) -> Vec<Offence> {
    const BANNED: &[&str] = &["Utc::now", "Local::now", "SystemTime::now", "now_v7(", "new_v4(", "getrandom::"];
    let outside =
        tree.production().filter(|(path, _)| !path.starts_with("crates/yiyang/") && !path.starts_with("xtask/"));
    let lines = outside.flat_map(|(path, source)| source.production_lines().map(move |(n, line)| (path, n, line)));
    let hits = lines.filter_map(|(path, n, line)| Some((path, n, BANNED.iter().find(|word| line.contains(**word))?)));
    hits.map(|(path, n, word)| Offence::line(path, n, format!("{word}: take kernel::Clock or kernel::Chance")))
        .collect()
}

/// Numbers from 10,000 up (smaller ones are too common to tell) that stand in a policy pack; round units and milliseconds are no document's own.
fn amounts(tree: &Tree) -> std::collections::BTreeSet<i64> {
    const UNITS: &[i64] = &[10_000, 100_000, 1_000_000, 60_000, 3_600_000, 86_400_000];
    let packs = tree.texts.iter().filter(|(path, _)| path.starts_with("policies/") && path.ends_with(".toml"));
    let mut found = std::collections::BTreeSet::new();
    for (_, text) in packs {
        let words = text.lines().filter(|line| !line.trim_start().starts_with('#')).flat_map(tokens);
        found.extend(words.filter_map(number).filter(|n| *n >= 10_000 && !UNITS.contains(n)));
    }
    found
}

fn tokens(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

fn number(word: &str) -> Option<i64> {
    let digits = word.trim_end_matches("i64").trim_end_matches("u32").trim_end_matches("usize").replace('_', "");
    digits.parse().ok().filter(|_| word.starts_with(|c: char| c.is_ascii_digit()))
}

fn numbers(tree: &Tree) -> Vec<Offence> {
    let named = amounts(tree);
    let slices = tree.production().filter(|(path, _)| SLICES.iter().any(|s| path.starts_with(&format!("crates/{s}/"))));
    let lines = slices.flat_map(|(path, source)| source.production_lines().map(move |(n, line)| (path, n, line)));
    let hits = lines.filter_map(|(path, n, line)| {
        let found = tokens(line).filter_map(number).find(|value| named.contains(value))?;
        Some(Offence::line(path, n, format!("{found} stands in a policy document: ask the policy library")))
    });
    hits.collect()
}

fn file_length(tree: &Tree) -> Vec<Offence> {
    let code = tree.texts.iter().filter(|(path, _)| path.ends_with(".rs") || path.ends_with(".mjs"));
    let long = code.map(|(path, text)| (path, text.lines().count())).filter(|(_, lines)| *lines > LONGEST_FILE);
    long.map(|(path, lines)| Offence::new(path.as_str(), format!("{lines} lines"))).collect()
}

fn lengths(tree: &Tree) -> Vec<usize> {
    let mut found: Vec<usize> =
        tree.production().flat_map(|(_, source)| source.functions()).map(|function| function.length).collect();
    found.sort_unstable();
    found
}

fn quantile(sorted: &[usize], percent: usize) -> usize {
    sorted.get(sorted.len() * percent / 100).copied().unwrap_or(0)
}

fn function_length(tree: &Tree) -> Vec<Offence> {
    let all = lengths(tree);
    let over = [(50, MEDIAN), (90, NINE_IN_TEN)].into_iter().filter(|(percent, most)| quantile(&all, *percent) > *most);
    let mut offences: Vec<Offence> = over
        .map(|(percent, most)| {
            Offence::new(
                "production code",
                format!("{percent} % are at {} lines, at most {most} allowed", quantile(&all, percent)),
            )
        })
        .collect();
    if !offences.is_empty() {
        offences.extend(longest(tree));
    }
    offences
}

/// The ten longest functions: where to begin.
fn longest(tree: &Tree) -> Vec<Offence> {
    let mut all: Vec<_> =
        tree.production().flat_map(|(path, source)| source.functions().into_iter().map(move |f| (path, f))).collect();
    all.sort_by_key(|(_, function)| std::cmp::Reverse(function.length));
    let first = all.into_iter().take(10);
    first.map(|(path, f)| Offence::line(path, f.line, format!("{} has {} lines", f.name, f.length))).collect()
}

/// One line on how long files and functions are.
pub fn sizes(tree: &Tree) -> String {
    let all = lengths(tree);
    let lines: usize = tree.production().map(|(_, source)| source.production_lines().count()).sum();
    let (median, p90, most) = (quantile(&all, 50), quantile(&all, 90), all.last().copied().unwrap_or(0));
    format!(
        "     {lines} lines of production Rust, {} functions: median {median}, p90 {p90}, longest {most}",
        all.len()
    )
}

fn capability(tree: &Tree) -> Vec<Offence> {
    let folders: std::collections::BTreeSet<String> =
        tree.rust.keys().filter_map(|path| capability_folder(path)).collect();
    let bare = folders.into_iter().filter(|folder| {
        let pages = [format!("{folder}/mod.rs"), format!("{folder}.rs")];
        !pages.iter().filter_map(|page| tree.texts.get(page)).any(|text| text.starts_with("//!"))
    });
    bare.map(|folder| Offence::new(folder, "needs a mod.rs that begins with //!")).collect()
}

fn capability_folder(path: &str) -> Option<String> {
    let (name, rest) = path.strip_prefix("crates/")?.split_once("/src/")?;
    let (folder, _) = rest.rsplit_once('/')?;
    SLICES.contains(&name).then(|| format!("crates/{name}/src/{folder}"))
}

fn tests_wait_for_things(tree: &Tree) -> Vec<Offence> {
    const RUST: &[&str] = &["#[ignore", "thread::sleep", "time::sleep"];
    const SCRIPT: &[&str] = &["waitForTimeout", "test.skip", "test.only", "test.todo"];
    let rust = tree.rust.iter().filter(|(path, _)| path.starts_with("crates/"));
    let rust = rust.flat_map(|(path, source)| {
        let from = if is_test(path) { 0 } else { source.tests_from() };
        source.code.lines().enumerate().filter(move |(n, _)| n + 1 >= from).map(move |(n, line)| (path, n, line, RUST))
    });
    let scripts = tree.texts.iter().filter(|(path, _)| path.starts_with("e2e/"));
    let scripts =
        scripts.flat_map(|(path, text)| text.lines().enumerate().map(move |(n, line)| (path, n, line, SCRIPT)));
    let hits = rust.chain(scripts).filter_map(|(path, n, line, words)| {
        let word = words.iter().find(|word| line.contains(**word))?;
        Some(Offence::line(path, n + 1, format!("{word}: wait for the thing itself")))
    });
    hits.collect()
}

fn vendored(tree: &Tree) -> Vec<Offence> {
    const MOST: u64 = 2_000_000;
    let wrong = tree.sizes.iter().filter_map(|(path, size)| {
        let minified = path.ends_with(".min.js") || path.ends_with(".min.css");
        let folder = path.split('/').any(|part| matches!(part, "node_modules" | "vendor" | "third_party"));
        (minified || folder || *size > MOST)
            .then(|| Offence::new(path.as_str(), format!("{size} bytes, looks third-party or generated")))
    });
    wrong.collect()
}

/// The needles are put together here, so that this file does not hold them.
fn machine(tree: &Tree) -> Vec<Offence> {
    let needles = [["/wo", "rk/"], ["/ro", "ot/"], ["/tm", "p/t/"], ["/tm", "p/plan"], ["../sha", "red"]]
        .map(|parts| parts.concat());
    let lines =
        tree.texts.iter().flat_map(|(path, text)| text.lines().enumerate().map(move |(n, line)| (path, n, line)));
    let hits =
        lines.filter_map(|(path, n, line)| Some((path, n, needles.iter().find(|needle| line.contains(*needle))?)));
    hits.map(|(path, n, needle)| Offence::line(path, n + 1, format!("speaks of {needle}"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[(&str, &str)]) -> Tree {
        let mut tree = Tree::default();
        files.iter().for_each(|(path, text)| tree.add(path, text));
        tree
    }

    #[test]
    fn an_arrow_to_the_right_is_found() {
        let tree =
            tree(&[("crates/care/Cargo.toml", "[dependencies]\nmoney.workspace = true\nregistry.workspace = true\n")]);
        assert_eq!(arrows(&tree).len(), 1);
    }

    #[test]
    fn policy_may_not_know_a_database() {
        let tree = tree(&[(
            "crates/policy/Cargo.toml",
            "[dependencies]\nrusqlite.workspace = true\nserde.workspace = true\n",
        )]);
        assert_eq!(pure(&tree).len(), 1);
    }

    #[test]
    fn sql_belongs_in_the_store() {
        let text = "fn f() -> &'static str { \"select a from b\" }\nfn g() -> &'static str { \"please select one\" }\n";
        let tree = tree(&[("crates/care/src/visits/pages.rs", text), ("crates/care/src/visits/store.rs", text)]);
        let found = sql(&tree);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].at, "crates/care/src/visits/pages.rs:1");
    }

    #[test]
    fn the_clock_may_be_read_in_the_binary_only() {
        let text = "fn f() { let _ = Utc::now(); } // Utc::now\n";
        let tree = tree(&[("crates/care/src/a.rs", text), ("crates/yiyang/src/a.rs", text)]);
        assert_eq!(clock(&tree).len(), 1);
    }

    #[test]
    fn a_number_of_a_document_is_found_in_code() {
        let pack = ("policies/x/y/tables/t.toml", "cap_fen = 180_000\n# 5555\n");
        let tree = tree(&[pack, ("crates/money/src/a.rs", "const CAP: i64 = 180_000;\nconst OTHER: i64 = 5555;\n")]);
        assert_eq!(numbers(&tree).len(), 1);
    }

    #[test]
    fn quantiles_of_function_lengths() {
        assert_eq!((quantile(&[1, 2, 3, 40], 50), quantile(&[1, 2, 3, 40], 90), quantile(&[], 50)), (3, 40, 0));
    }

    #[test]
    fn a_capability_without_contents_page_is_found() {
        let good = ("crates/care/src/visits/mod.rs", "//! Visits.\n");
        let tree = tree(&[good, ("crates/care/src/stays/model.rs", "")]);
        assert_eq!(capability(&tree).len(), 1);
    }

    #[test]
    fn waiting_for_a_while_is_found() {
        let tree = tree(&[
            ("e2e/journeys/a.mjs", "await page.waitForTimeout(5)\n"),
            ("crates/care/src/a/tests.rs", "#[ignore]\nfn f() {}\n"),
        ]);
        assert_eq!(tests_wait_for_things(&tree).len(), 2);
    }
}
