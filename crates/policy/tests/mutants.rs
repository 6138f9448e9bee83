//! `policy check` against changed tables: none makes it crash, and it sees a gap or an overlap exactly where a second
//! reading of the table (`mutants/oracle.rs`) sees one.
//!
//! `cargo xtask fuzz [N]` runs it with many more (the number stands in `MUTANTS`); the changes are the same every time.

#[path = "mutants/mutate.rs"]
mod mutate;
#[path = "mutants/oracle.rs"]
mod oracle;

use kernel::chance::mix;
use policy::{Library, Mistake, lines};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Tables when nothing else is said.
const FEW: usize = 3_000;

/// A table to start from: its text and the files that it needs around it.
struct Seed {
    text: String,
    around: Vec<(String, String)>,
    words: oracle::Words,
}

const TABLE: &str = "policies/a/b/tables/t.toml";

fn toml_files(folder: &Path, all: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            toml_files(&path, all);
        } else if path.extension().is_some_and(|ending| ending == "toml") {
            all.push(path);
        }
    }
    all.sort();
}

/// Every table of the packs that stands alone, each as the only one of a made-up document.
fn seeds() -> Vec<Seed> {
    let policies = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies");
    let mut files = vec![];
    toml_files(&policies, &mut files);
    let read = |path: &PathBuf| std::fs::read_to_string(path).expect("text");
    let words: String = files.iter().filter(|path| path.ends_with("words.toml")).map(read).collect();
    let tables = files.iter().filter(|path| path.components().any(|part| part.as_os_str() == "tables"));
    tables.filter_map(|path| seed(read(path), &words)).collect()
}

fn seed(text: String, words: &str) -> Option<Seed> {
    let parsed: toml::Table = toml::from_str(&text).expect("toml");
    let head = parsed["table"].as_table().expect("head");
    let plain = ["table", "row", "otherwise"];
    if parsed.keys().any(|key| !plain.contains(&key.as_str())) {
        return None;
    }
    let used: Vec<String> = ["inputs", "outputs"]
        .iter()
        .flat_map(|part| head[*part].as_table().expect("columns").values())
        .filter_map(|kind| kind.as_str()?.split('=').next().map(str::trim))
        .map(|kind| kind.trim_end_matches('?').trim_start_matches("set of ").to_owned())
        .collect();
    let lists: toml::Table = toml::from_str(words).expect("words");
    let lists: toml::Table = lists.into_iter().filter(|(name, _)| used.contains(name)).collect();
    let words = toml::to_string(&lists).expect("words");
    let rows = parsed.get("row").and_then(|rows| rows.as_array()).into_iter().flatten().chain(parsed.get("otherwise"));
    let clauses: BTreeSet<&str> = rows.filter_map(|row| row.get("clause")?.as_str()).collect();
    let prefix = clauses.first()?.split('-').next()?;
    let day = |name: &str| head.get(name).and_then(|day| day.as_datetime()).map(ToString::to_string);
    let from = day("from").unwrap_or_else(|| "2000-01-01".into());
    let until = day("until").map_or_else(String::new, |day| format!("until = {day}\n"));
    let mut document =
        format!("prefix = \"{prefix}\"\nnumber = \"x\"\ntitle = \"x\"\narea = \"990123\"\nfrom = {from}\n{until}");
    for clause in &clauses {
        document += &format!(
            "[[clause]]\nid = \"{clause}\"\nat = \"一\"\ntitle = \"x\"\nsummary = \"x\"\nkind = \"rule\"\ndepartments = []\n"
        );
    }
    let words_read = oracle::words(&words);
    let around = vec![
        ("policies/words.toml".to_owned(), words),
        ("policies/a/b/document.toml".to_owned(), document),
        // Cases that cannot be read keep the loader from asking for one at every boundary.
        ("policies/a/b/cases.toml".to_owned(), "no cases".to_owned()),
    ];
    Some(Seed { text, around, words: words_read })
}

/// What became of the changed tables.
#[derive(Debug, Default)]
struct Count {
    refused: usize,
    proven: usize,
    gaps: usize,
    overlaps: usize,
    too_many: usize,
}

fn try_one(seed: &Seed, text: &str, count: &mut Count) {
    let files = seed.around.iter().cloned().chain([(TABLE.to_owned(), text.to_owned())]).collect();
    let mistakes = Library::from_files(files).expect_err("its cases cannot be read");
    let said = |what: &str| mistakes.iter().any(|mistake| mistake.what.contains(what));
    let (gap, overlap, needless) = (said("有的情况没有规则"), said("同时适用"), said("表头有 silent，但"));
    let cases = |mistake: &Mistake| mistake.file.ends_with("cases.toml");
    let proof = usize::from(gap) + usize::from(overlap) + usize::from(needless);
    if mistakes.iter().filter(|mistake| !cases(mistake)).count() > proof {
        count.refused += 1;
        return;
    }
    let Some(found) = oracle::look(text, &seed.words) else {
        count.too_many += 1;
        return;
    };
    let expected =
        (found.gap && !found.silent && !found.otherwise, found.overlap && found.unique, found.silent && !found.gap);
    assert_eq!((gap, overlap, needless), expected, "{text}\n{}{found:?}", lines(&mistakes));
    count.gaps += usize::from(gap);
    count.overlaps += usize::from(overlap);
    count.proven += usize::from(proof == 0);
}

#[test]
fn gaps_and_overlaps_of_changed_tables_are_seen() {
    let many = std::env::var("MUTANTS").ok().and_then(|many| many.parse().ok()).unwrap_or(FEW);
    let mut count = Count::default();
    // A table that needs parameters or other tables does not stand alone.
    let alone = |seed: &Seed| {
        let mut count = Count::default();
        try_one(seed, &seed.text, &mut count);
        count.refused == 0
    };
    let seeds: Vec<Seed> = seeds().into_iter().filter(alone).collect();
    assert!(seeds.len() > 10, "{}", seeds.len());
    seeds.iter().for_each(|seed| try_one(seed, &seed.text, &mut count));
    // The oracle tries every situation, and a table of many inputs has too many: few may be left to the prover alone.
    assert!(count.too_many * 20 <= seeds.len(), "{} tables are too large to try", count.too_many);
    assert_eq!(
        (count.proven, count.gaps, count.overlaps),
        (seeds.len() - count.too_many, 0, 0),
        "the tables themselves"
    );
    for number in 0..many {
        let mut state = number as u64;
        let mut dice = |sides: usize| (mix(&mut state) % sides as u64) as usize;
        let seed = &seeds[dice(seeds.len())];
        let text = mutate::mutate(&seed.text, &mut dice);
        try_one(seed, &text, &mut count);
    }
    println!("{many} changed tables of {}: {count:?}", seeds.len());
    let enough = many / 50;
    assert!(count.gaps > enough && count.overlaps > enough && count.proven > enough, "{count:?}");
}
