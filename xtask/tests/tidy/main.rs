//! The tree keeps its rules, and each rule finds a violation that was planted for it.

mod files;
mod imports;
mod library;
mod names;
mod packages;
mod prose;

use std::path::{Path, PathBuf};

use xtask::tidy::{Source, check, read};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[test]
fn the_tree_is_tidy() {
    let found = check(&read(&root()).unwrap());
    let lines: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert!(
        lines.is_empty(),
        "{} violations:\n{}",
        lines.len(),
        lines.join("\n")
    );
}

/// Plants texts in a tree that is in order and looks at what is found.
#[track_caller]
fn planted_all(files: &[(&str, &str)], expected: &str) {
    let main = "//! The tasks, by name.\nenum Command {\n    UpdateSpec(Options),\n    Bench,\n}\n";
    let sources: Vec<Source> = [("xtask/src/main.rs", main)]
        .iter()
        .chain(files)
        .map(|(path, text)| Source {
            path: (*path).to_owned(),
            text: (*text).to_owned(),
        })
        .collect();
    let found: Vec<String> = check(&sources).iter().map(ToString::to_string).collect();
    assert_eq!(found.join("\n"), expected, "{files:?}");
}

#[track_caller]
fn planted(path: &str, text: &str, expected: &str) {
    planted_all(&[(path, text)], expected);
}

#[track_caller]
fn in_library(code: &str, expected: &str) {
    planted(
        "src/offers.rs",
        &format!("//! Owns the offers.\n{code}\n"),
        expected,
    );
}

#[test]
fn what_is_in_order_is_left_alone() {
    in_library(
        "use crate::values::text::Text;\n/// `x.unwrap()`\nfn a() {}",
        "",
    );
    in_library(
        "fn a() {}\n\n#[cfg(test)]\nmod tests {\n    fn b() { Some(1).unwrap(); println!(); }\n}",
        "",
    );
    in_library("fn a(x: Option<u8>) -> u8 {\n    x.unwrap_or(1)\n}", "");
    planted(
        "src/call/wire.rs",
        "//! Owns the calls.\nuse reqwest::Client;\n",
        "",
    );
    planted(
        "sandbox/src/lib.rs",
        "//! Owns the names.\n//! See `cpalead::Client`.\n",
        "",
    );
}
