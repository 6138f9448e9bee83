//! The documents and scales of this repository, whole.

use kernel::{Area, ClauseId, Date};
use policy::{Answers, Facts, Library, lines};
use std::path::Path;
use std::sync::OnceLock;

fn library() -> &'static Library {
    static LIBRARY: OnceLock<Library> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        Library::load(&root).unwrap_or_else(|mistakes| panic!("{}", lines(&mistakes)))
    })
}

fn rudong() -> Area {
    Area::parse("320623").expect("area")
}

fn day(text: &str) -> Date {
    text.parse().expect("date")
}

#[test]
fn all_documents_are_proven() {
    println!("{}", library().check());
    assert!(library().summary().documents >= 4);
}
