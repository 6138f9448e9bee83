//! Runs the invariants over the work tree and prints each with its reason.

use crate::invariants;
use crate::licences;
use crate::project::Project;
use crate::source::Source;
use anyhow::Result;
use std::collections::BTreeMap;
use std::process::ExitCode;

/// Where a rule is broken, and how.
pub struct Offence {
    /// File, with the line when there is one.
    pub at: String,
    /// What is wrong there.
    pub what: String,
}

impl Offence {
    /// An offence at a place.
    pub fn new(at: impl Into<String>, what: impl Into<String>) -> Self {
        Self { at: at.into(), what: what.into() }
    }

    /// An offence on a line of a file.
    pub fn line(path: &str, line: usize, what: impl Into<String>) -> Self {
        Self::new(format!("{path}:{line}"), what)
    }
}

/// One invariant: its name, why it is one, and how it is checked.
pub struct Rule {
    /// Short name.
    pub name: &'static str,
    /// Why breaking it costs.
    pub why: &'static str,
    /// Finds where it is broken.
    pub check: fn(&Tree) -> Vec<Offence>,
}

/// All texts of the work tree, Rust taken apart.
#[derive(Default)]
pub struct Tree {
    /// Text files by path.
    pub texts: BTreeMap<String, String>,
    /// Rust sources by path.
    pub rust: BTreeMap<String, Source>,
    /// Sizes of all files, also of those that are no text.
    pub sizes: BTreeMap<String, u64>,
    /// Name and licence of every package that we link or embed.
    pub licences: Vec<(String, String)>,
}

impl Tree {
    /// Reads the files that git knows.
    pub fn read(project: &Project) -> Result<Self> {
        let mut tree = Self { licences: licences::collect(project)?, ..Self::default() };
        for path in project.files()? {
            let bytes = std::fs::read(project.root.join(&path))?;
            tree.sizes.insert(path.clone(), bytes.len() as u64);
            if let Ok(text) = String::from_utf8(bytes) {
                tree.add(&path, &text);
            }
        }
        Ok(tree)
    }

    /// Puts one text in.
    pub fn add(&mut self, path: &str, text: &str) {
        if path.ends_with(".rs") {
            self.rust.insert(path.into(), Source::read(text));
        }
        self.texts.insert(path.into(), text.into());
    }

    /// Rust that goes into the product: sources of crates, without test files.
    pub fn production(&self) -> impl Iterator<Item = (&str, &Source)> {
        let rust = self.rust.iter().map(|(path, source)| (path.as_str(), source));
        rust.filter(|(path, _)| path.contains("/src/") && !is_test(path))
    }

    /// Whether a file or a folder of this path is there.
    pub fn has(&self, path: &str) -> bool {
        let folder = format!("{}/", path.trim_end_matches('/'));
        self.sizes.contains_key(path)
            || self.texts.contains_key(path)
            || self.sizes.range(folder.clone()..).next().is_some_and(|(found, _)| found.starts_with(&folder))
    }
}

/// Whether a path holds tests only.
pub fn is_test(path: &str) -> bool {
    path.ends_with("/tests.rs")
        || path.ends_with("/testing.rs")
        || path.contains("/tests/")
        || path.contains("_tests.rs")
        || path.contains("/testing/")
}

/// `cargo xtask tidy`
pub fn run(project: &Project) -> Result<ExitCode> {
    let tree = Tree::read(project)?;
    let mut broken: usize = invariants::RULES.iter().map(|rule| report(rule, &(rule.check)(&tree))).sum();
    broken += invariants::RULES.iter().filter(|rule| unsaid(rule, &tree)).count();
    println!("{}", invariants::sizes(&tree));
    println!("tidy: {} rules, {broken} offences", invariants::RULES.len());
    Ok(if broken == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// A rule that ARCHITECTURE.md does not name surprises people.
fn unsaid(rule: &Rule, tree: &Tree) -> bool {
    let said = tree.texts.get("ARCHITECTURE.md").is_some_and(|text| text.contains(&format!("| `{}` |", rule.name)));
    if !said {
        println!("FAIL {:<22}is no row in ARCHITECTURE.md", rule.name);
    }
    !said
}

fn report(rule: &Rule, offences: &[Offence]) -> usize {
    println!("{} {:<22}{}", if offences.is_empty() { "ok  " } else { "FAIL" }, rule.name, rule.why);
    offences.iter().for_each(|offence| println!("       {}: {}", offence.at, offence.what));
    offences.len()
}
