//! Invariants that compare a table that people read with the thing that it speaks of.

use crate::tidy::{Offence, Tree};
use std::collections::BTreeSet;

type Transition = (String, String, String);

/// `//! | state | event | next |` in a mod.rs against `TRANSITIONS` in the same folder.
pub fn state_tables(tree: &Tree) -> Vec<Offence> {
    let pages = tree.texts.iter().filter(|(path, text)| path.ends_with("/mod.rs") && text.contains("//! | state |"));
    pages.flat_map(|(path, text)| compare_states(tree, path, text)).collect()
}

fn compare_states(tree: &Tree, path: &str, text: &str) -> Vec<Offence> {
    let folder = path.trim_end_matches("mod.rs");
    let read = documented(text);
    let run: BTreeSet<Transition> = tree
        .texts
        .iter()
        .filter(|(file, text)| {
            let name = file.strip_prefix(folder);
            name.is_some_and(|name| !name.contains('/')) && text.contains("const TRANSITIONS")
        })
        .flat_map(|(_, text)| coded(text))
        .collect();
    let missing =
        read.difference(&run).map(|t| Offence::new(path, format!("{t:?} is in the doc comment, not in TRANSITIONS")));
    let unsaid =
        run.difference(&read).map(|t| Offence::new(path, format!("{t:?} is in TRANSITIONS, not in the doc comment")));
    missing.chain(unsaid).collect()
}

fn cells(line: &str) -> Vec<String> {
    line.trim().trim_matches('|').split('|').map(|cell| cell.trim().trim_matches('`').to_owned()).collect()
}

fn documented(text: &str) -> BTreeSet<Transition> {
    let table = text.lines().skip_while(|line| !line.starts_with("//! | state |")).skip(2);
    let rows = table.take_while(|line| line.starts_with("//! |")).map(|line| cells(&line[3..]));
    rows.filter_map(|row| Some((row.first()?.clone(), row.get(1)?.clone(), row.get(2)?.clone()))).collect()
}

/// Rows of the form `("draft", "submit", "accepted"),`, over one line or more.
fn coded(text: &str) -> BTreeSet<Transition> {
    let Some((_, after)) = text.split_once("const TRANSITIONS") else { return BTreeSet::new() };
    let body = after.split_once("];").map_or(after, |(body, _)| body);
    let words: Vec<&str> = body.split('"').skip(1).step_by(2).collect();
    words.chunks_exact(3).map(|row| (row[0].into(), row[1].into(), row[2].into())).collect()
}

/// Routes registered as public against the list that was signed.
pub fn public_routes(tree: &Tree) -> Vec<Offence> {
    const LIST: &str = "docs/reference/public-routes.txt";
    let signed: BTreeSet<&str> = tree.texts.get(LIST).map(|text| listed(text)).unwrap_or_default();
    let mut open = BTreeSet::new();
    for (_, source) in tree.production().filter(|(path, _)| path.starts_with("crates/")) {
        open.extend(public_in(source));
    }
    let unsigned = open.iter().filter(|path| !signed.contains(path.as_str()));
    let unsigned = unsigned.map(|path| Offence::new(LIST, format!("{path} is open to everybody and not on the list")));
    let gone = signed.iter().filter(|path| !open.contains(**path));
    unsigned.chain(gone.map(|path| Offence::new(LIST, format!("{path} is on the list, but no route")))).collect()
}

fn listed(text: &str) -> BTreeSet<&str> {
    text.lines().map(|line| line.split('#').next().unwrap_or_default().trim()).filter(|line| !line.is_empty()).collect()
}

/// Method and address of each route that needs no permission; rustfmt may put the address on a later line.
fn public_in(source: &crate::source::Source) -> Vec<String> {
    let methods = [(".public_get(", "GET"), (".public_post(", "POST")];
    let calls = source.production_lines().flat_map(|(n, line)| {
        methods.into_iter().filter(move |(call, _)| line.contains(call)).map(move |(_, method)| (n, method))
    });
    let named = calls.filter_map(|(n, method)| {
        let address = source.literals.iter().find(|literal| literal.line >= n && literal.text.starts_with('/'))?;
        Some(format!("{method} {}", address.text))
    });
    named.collect()
}

/// Each row of the glossary: term, name in code, where; the name occurs there.
pub fn glossary(tree: &Tree) -> Vec<Offence> {
    const PATH: &str = "docs/glossary.md";
    let Some(text) = tree.texts.get(PATH) else { return vec![Offence::new(PATH, "is missing")] };
    let rows = text.lines().enumerate().filter(|(_, line)| line.starts_with("| ") && line.matches('`').count() >= 4);
    let checked = rows.filter_map(|(n, line)| {
        let row = cells(line);
        let (name, place) = (row.get(1)?, row.get(2)?);
        let found =
            tree.texts.iter().any(|(path, text)| path.starts_with(place.as_str()) && text.contains(name.as_str()));
        (!found).then(|| Offence::line(PATH, n + 1, format!("{name} does not occur in {place}")))
    });
    checked.collect()
}

/// Paths in backticks and relative links of the documents.
pub fn paths(tree: &Tree) -> Vec<Offence> {
    let pages = tree.texts.iter().filter(|(path, _)| path.ends_with(".md"));
    let lines = pages.flat_map(|(path, text)| text.lines().enumerate().map(move |(n, line)| (path, n, line)));
    lines.flat_map(|(path, n, line)| missing_on(tree, path, n + 1, line)).collect()
}

fn missing_on(tree: &Tree, page: &str, n: usize, line: &str) -> Vec<Offence> {
    let quoted =
        line.split('`').skip(1).step_by(2).filter(|word| is_path(word)).map(|word| strip_line(word).to_owned());
    let links = line.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next());
    let links = links.filter(|link| !link.is_empty() && !link.contains("://")).map(|link| beside(page, link));
    let missing = quoted.chain(links).filter(|path| !tree.has(path));
    missing.map(|path| Offence::line(page, n, format!("{path} is not there"))).collect()
}

fn is_path(word: &str) -> bool {
    const FOLDERS: &[&str] = &["crates/", "policies/", "scales/", "docs/", "xtask/", "e2e/", "data/"];
    FOLDERS.iter().any(|folder| word.starts_with(folder)) && !word.contains(['*', '<', '…', ' ', '{'])
}

fn strip_line(word: &str) -> &str {
    word.split_once(':').map_or(word, |(path, _)| path)
}

/// A link relative to the page that holds it.
fn beside(page: &str, link: &str) -> String {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in link.split('/') {
        match part {
            "." | "" => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[(&str, &str)]) -> Tree {
        let mut tree = Tree::default();
        files.iter().for_each(|(path, text)| tree.add(path, text));
        tree
    }

    const MOD: &str = "//! Visits.\n//!\n//! | state | event | next |\n//! |---|---|---|\n//! | `planned` | `check_in` | `running` |\n//! | `running` | `check_out` | `done` |\n";

    #[test]
    fn a_state_table_that_differs_is_found() {
        let model = "const TRANSITIONS: &[(&str, &str, &str)] = &[\n    (\"planned\", \"check_in\", \"running\"),\n    (\"running\", \"cancel\", \"cancelled\"),\n];\n";
        let tree = tree(&[("crates/care/src/visits/mod.rs", MOD), ("crates/care/src/visits/model.rs", model)]);
        assert_eq!(state_tables(&tree).len(), 2);
    }

    #[test]
    fn a_public_route_has_to_be_on_the_list() {
        let code = "fn routes() { r.public_get(\n\"/login\", page)\n.get(\"/elders\", READ, list); }\n";
        let open = tree(&[("crates/web/src/a.rs", code)]);
        assert_eq!(public_routes(&open).len(), 1);
        let signed = tree(&[
            ("crates/web/src/a.rs", code),
            ("docs/reference/public-routes.txt", "GET /login  # one must get in\n"),
        ]);
        assert!(public_routes(&signed).is_empty());
    }

    #[test]
    fn documents_point_to_what_exists() {
        let tree =
            tree(&[("docs/a.md", "see [b](../b.md) and `crates/care/src/lib.rs:3`\n"), ("crates/care/src/lib.rs", "")]);
        let found = paths(&tree);
        assert_eq!(found.len(), 1);
        assert!(found[0].what.starts_with("b.md"), "{}", found[0].what);
    }

    #[test]
    fn the_glossary_names_what_the_code_names() {
        let tree = tree(&[
            ("docs/glossary.md", "| 老年人 | `elder` | `crates/registry` |\n| 床 | `bed` | `crates/registry` |\n"),
            ("crates/registry/src/lib.rs", "struct elder;"),
        ]);
        assert_eq!(glossary(&tree).len(), 1);
    }
}
