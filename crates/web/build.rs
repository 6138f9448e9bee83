//! The styles and scripts of pages come from npm and are embedded: says so when they are not there yet.

use std::path::Path;

const NEEDED: [&str; 3] =
    ["@tabler/core/dist/css/tabler.min.css", "htmx.org/dist/htmx.min.js", "echarts/dist/echarts.common.min.js"];

fn main() {
    // Asked when it runs: a build folder may serve several clones, and this program is compiled in one of them.
    let here = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default();
    let modules = Path::new(&here).join("../../node_modules");
    println!("cargo::rerun-if-changed=assets");
    for file in NEEDED {
        println!("cargo::rerun-if-changed={}", modules.join(file).display());
        if !modules.join(file).is_file() {
            println!("cargo::error=node_modules/{file} is missing: run `npm ci` in the root of the repository first");
        }
    }
}
