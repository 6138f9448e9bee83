//! docs/reference is written by the program itself, so that it cannot drift from it.

use crate::project::{Project, output};
use anyhow::{Context, Result};
use std::process::ExitCode;

/// A generated page: where it goes, its title, and what the program is asked.
struct Page {
    path: &'static str,
    title: &'static str,
    ask: &'static [&'static str],
    /// Columns by blanks, not Markdown.
    plain: bool,
}

const PAGES: &[Page] = &[
    Page { path: "docs/reference/routes.md", title: "网址与权限", ask: &["routes"], plain: true },
    Page {
        path: "docs/reference/policies.md",
        title: "政策文件、决策表与参数",
        ask: &["policy", "check"],
        plain: false,
    },
    Page { path: "docs/reference/clauses.md", title: "条款", ask: &["policy", "clauses"], plain: false },
];

/// `cargo xtask docs [--check]`
pub fn run(project: &Project, check: bool) -> Result<ExitCode> {
    let program = project.program()?;
    let mut stale = 0;
    for page in PAGES {
        let said = output(project.command(path(&program)?).args(page.ask)).with_context(|| page.path)?;
        stale += usize::from(keep(project, page, &text(page, &said), check)?);
    }
    println!("docs: {} pages, {stale} stale", PAGES.len());
    Ok(if check && stale > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn text(page: &Page, said: &str) -> String {
    let ask = page.ask.join(" ");
    let said = said.trim();
    let said = if page.plain { format!("```\n{said}\n```") } else { said.to_owned() };
    format!(
        "# {}\n\n<!-- Written by `cargo xtask docs` from `yiyang {ask}`; do not edit. -->\n\n{}\n",
        page.title,
        said.trim()
    )
}

/// Whether the page was stale; unless only checking, it is written.
fn keep(project: &Project, page: &Page, text: &str, check: bool) -> Result<bool> {
    let path = project.root.join(page.path);
    if std::fs::read_to_string(&path).is_ok_and(|old| old == text) {
        return Ok(false);
    }
    if check {
        println!("stale: {}; run cargo xtask docs", page.path);
    } else {
        std::fs::create_dir_all(path.parent().context("a page in no folder")?)?;
        std::fs::write(&path, text)?;
        println!("wrote {}", page.path);
    }
    Ok(true)
}

fn path(path: &std::path::Path) -> Result<&str> {
    path.to_str().context("a path that is not UTF-8")
}
