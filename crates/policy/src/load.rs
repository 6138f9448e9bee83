//! From the files of `policies/` and `scales/` to a library, or to the list of all mistakes in them.

use crate::document;
use crate::error::Mistake;
use crate::files::{self, Files};
use crate::kind;
use crate::library::Library;
use crate::{cases, check, duty, scale, table};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

impl Library {
    /// Reads and proves documents and scales from files; paths begin with `policies/` or `scales/`.
    ///
    /// # Errors
    /// All mistakes: nothing is in force unless everything is proven.
    pub fn from_files(mut files: Files) -> Result<Self, Vec<Mistake>> {
        files.sort();
        let mut mistakes = vec![];
        let mut library = Self::default();
        read_words(&mut library, &files, &mut mistakes);
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        read_documents(&mut library, &files, &mut mistakes);
        for (file, text) in &files {
            read_rest(&mut library, file, text, &mut mistakes);
        }
        mistakes.extend(check::check(&library, mistakes.is_empty()));
        if mistakes.is_empty() {
            cases::run(&mut library, &files, &mut mistakes);
        }
        if mistakes.is_empty() { Ok(library) } else { Err(mistakes) }
    }

    /// Reads and proves the folders `policies` and `scales` under a root.
    ///
    /// # Errors
    /// All mistakes, also files that cannot be read.
    pub fn load(root: &Path) -> Result<Self, Vec<Mistake>> {
        Self::from_files(files::read(root)?)
    }
}

/// What a file is, by its path.
enum Place<'a> {
    /// Of a document folder, with the path below it.
    Document(&'a str, &'a str),
    Words,
    Scale,
    Unknown,
}

fn place(file: &str) -> Place<'_> {
    if file.strip_prefix("scales/").is_some_and(|name| !name.contains('/')) {
        return Place::Scale;
    }
    let Some(path) = file.strip_prefix("policies/") else { return Place::Unknown };
    if path == "words.toml" {
        return Place::Words;
    }
    let mut slashes = path.match_indices('/').skip(1);
    slashes.next().map_or(Place::Unknown, |(at, _)| Place::Document(&path[..at], &path[at + 1..]))
}

fn read_words(library: &mut Library, files: &Files, mistakes: &mut Vec<Mistake>) {
    for (file, text) in files {
        if !matches!(place(file), Place::Words | Place::Document(_, "words.toml")) {
            continue;
        }
        match kind::lists(file, text) {
            Ok(lists) => {
                for (name, list) in lists {
                    if library.lists.insert(name.clone(), list).is_some() {
                        mistakes.push(Mistake::new(
                            file,
                            format!("词表“{name}”已在别处定义"),
                            "换一个词表名，或把词并入原来的",
                        ));
                    }
                }
            }
            Err(mistake) => mistakes.push(mistake),
        }
    }
}

fn read_documents(library: &mut Library, files: &Files, mistakes: &mut Vec<Mistake>) {
    for (file, text) in files {
        let Place::Document(id, "document.toml") = place(file) else { continue };
        match document::read(file, text, id) {
            Ok((document, clauses)) => {
                check::clauses(file, &document, &clauses, mistakes);
                library.documents.insert(id.to_owned(), document);
                for clause in clauses {
                    library.clauses.insert(clause.id.clone(), clause);
                }
            }
            Err(mistake) => mistakes.push(mistake),
        }
    }
}

fn read_rest(library: &mut Library, file: &str, text: &str, mistakes: &mut Vec<Mistake>) {
    match place(file) {
        Place::Words | Place::Document(_, "document.toml" | "cases.toml" | "words.toml") => {}
        Place::Scale => match scale::read(file, text) {
            Ok(scale) => {
                let id = scale.id.clone();
                if library.scales.insert(id.clone(), scale).is_some() {
                    mistakes.push(Mistake::new(file, format!("量表“{id}”重复"), "换一个 id"));
                }
            }
            Err(more) => mistakes.extend(more),
        },
        Place::Document(id, path) => match library.documents.get(id).cloned() {
            Some(document) => {
                mistakes.extend(of_document(library, &document, (file, path), text).err().unwrap_or_default())
            }
            None => {
                let what = format!("目录“{id}”没有能读懂的 document.toml");
                let known = mistakes.iter().any(|m| m.file.ends_with("document.toml") && m.file.contains(id));
                if !known {
                    mistakes.push(Mistake::new(file, what, "写上 document.toml，或移走这个文件"));
                }
            }
        },
        Place::Unknown => {
            mistakes.push(Mistake::new(file, "不知道这个文件是什么", "按 policies/README.md 放到文件目录中"))
        }
    }
}

fn of_document(
    library: &mut Library,
    document: &document::Document,
    (file, path): (&str, &str),
    text: &str,
) -> Result<(), Vec<Mistake>> {
    match path {
        "parameters.toml" => {
            for parameter in document::parameters(file, text, document).map_err(|m| vec![m])? {
                library.parameters.entry(parameter.name.clone()).or_default().push(parameter);
            }
        }
        "targets.toml" => library.targets.extend(document::targets(file, text, document).map_err(|m| vec![m])?),
        "duties.toml" => library.duties.extend(duty::read(file, text, document).map_err(|m| vec![m])?),
        _ if path.starts_with("tables/") => {
            let parameters: Vec<_> = library.parameters().filter(|p| p.document == document.id).collect();
            let words = crate::columns::Words { lists: &library.lists, parameters: &parameters };
            let table = table::read(file, text, (&document.id, document.period), words)?;
            library.tables.entry(table.question.clone()).or_default().push(Arc::new(table));
        }
        _ => {
            return Err(vec![Mistake::new(
                file,
                "不知道这个文件是什么",
                "表放在 tables/ 下，其余按 policies/README.md",
            )]);
        }
    }
    Ok(())
}

/// The files with cases, by the folder of their document.
pub(crate) fn case_files(files: &Files) -> BTreeMap<&str, (&str, &str)> {
    files
        .iter()
        .filter_map(|(file, text)| match place(file) {
            Place::Document(id, "cases.toml") => Some((id, (file.as_str(), text.as_str()))),
            _ => None,
        })
        .collect()
}
