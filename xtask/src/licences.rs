//! Licences of all that the product is linked from: each has to allow what Apache-2.0 promises to those who take it.

use crate::project::{Project, output};
use crate::tidy::{Offence, Tree};
use anyhow::{Context, Result};

/// Licences that we may link with and hand on.
const ALLOWED: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "BSD-0-Clause",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Name and licence expression of every package, from cargo's and npm's own lock files.
pub fn collect(project: &Project) -> Result<Vec<(String, String)>> {
    let mut found = crates(project)?;
    found.extend(scripts(project)?);
    Ok(found)
}

fn crates(project: &Project) -> Result<Vec<(String, String)>> {
    let version = output(project.command("rustc").arg("-vV"))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc names no host")?;
    let text =
        output(project.cargo().args(["metadata", "--quiet", "--format-version", "1", "--filter-platform", host]))?;
    let metadata: serde_json::Value = serde_json::from_str(&text)?;
    let packages = metadata["packages"].as_array().context("cargo metadata lists no packages")?;
    let named = |package: &serde_json::Value, key: &str| package[key].as_str().unwrap_or("none").to_owned();
    Ok(packages.iter().map(|package| (named(package, "name"), named(package, "license"))).collect())
}

fn scripts(project: &Project) -> Result<Vec<(String, String)>> {
    let lock: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(project.root.join("package-lock.json"))?)?;
    let packages = lock["packages"].as_object().context("package-lock.json lists no packages")?;
    let outside = packages.iter().filter(|(path, _)| !path.is_empty());
    Ok(outside
        .map(|(path, package)| (path.clone(), package["license"].as_str().unwrap_or("none").to_owned()))
        .collect())
}

/// Packages that none of the allowed licences covers.
pub fn check(tree: &Tree) -> Vec<Offence> {
    let wrong = tree.licences.iter().filter(|(_, licence)| !allows(licence));
    wrong.map(|(name, licence)| Offence::new(name.as_str(), format!("licence {licence}"))).collect()
}

/// Whether an SPDX expression leaves us an allowed way.
fn allows(expression: &str) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    let allowed = either(&words, &mut at);
    allowed && at == words.len()
}

fn either(words: &[&str], at: &mut usize) -> bool {
    let mut allowed = both(words, at);
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        allowed |= both(words, at);
    }
    allowed
}

fn both(words: &[&str], at: &mut usize) -> bool {
    let mut allowed = one(words, at);
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        allowed &= one(words, at);
    }
    allowed
}

fn one(words: &[&str], at: &mut usize) -> bool {
    let word = words.get(*at).copied().unwrap_or_default();
    *at += 1;
    if word == "(" {
        let allowed = either(words, at);
        *at += 1;
        return allowed;
    }
    // An exception only takes demands away.
    if words.get(*at) == Some(&"WITH") {
        *at += 2;
    }
    ALLOWED.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::allows;

    #[test]
    fn expressions_leave_a_way_or_none() {
        for good in [
            "MIT",
            "MIT/Apache-2.0",
            "GPL-3.0 OR MIT",
            "(MIT OR X) AND Unicode-3.0",
            "Apache-2.0 WITH LLVM-exception OR X",
        ] {
            assert!(allows(good), "{good}");
        }
        for bad in ["AGPL-3.0-only", "MIT AND X", "(MIT OR X) AND X", "none", "", "MIT)"] {
            assert!(!allows(bad), "{bad}");
        }
    }
}
