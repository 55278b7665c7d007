//! The tree keeps its rules, and each rule finds a violation that was planted for it.

use std::path::Path;

use xtask::tidy::{Source, check, read};

#[test]
fn the_tree_is_tidy() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let found = check(&read(&root).unwrap());
    let lines: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert!(
        lines.is_empty(),
        "{} violations:\n{}",
        lines.len(),
        lines.join("\n")
    );
}

/// Plants a text in a tree that is in order and looks at what is found.
#[track_caller]
fn planted(path: &str, text: &str, expected: &str) {
    let main = "//! The tasks, by name.\nenum Command {\n    UpdateSpec(Options),\n    Bench,\n}\n";
    let sources = [("xtask/src/main.rs", main), (path, text)].map(|(path, text)| Source {
        path: path.to_owned(),
        text: text.to_owned(),
    });
    let found: Vec<String> = check(&sources).iter().map(ToString::to_string).collect();
    assert_eq!(found.join("\n"), expected, "{text}");
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
    in_library("use crate::text::Text;\n/// `x.unwrap()`\nfn a() {}", "");
    in_library(
        "fn a() {}\n\n#[cfg(test)]\nmod tests {\n    fn b() { Some(1).unwrap(); println!(); }\n}",
        "",
    );
    in_library("fn a(x: Option<u8>) -> u8 {\n    x.unwrap_or(1)\n}", "");
    planted(
        "src/transport.rs",
        "//! Owns the calls.\nuse reqwest::Client;\n",
        "",
    );
    planted(
        "sandbox/src/lib.rs",
        "//! Owns the names.\n//! See `cpalead::Client`.\n",
        "",
    );
}

#[test]
fn a_file_that_does_not_say_what_it_owns_is_found() {
    let rule = "src/text.rs:1: a file begins with `//!` and a sentence on what it owns";
    planted("src/text.rs", "fn a() {}\n", rule);
    planted("src/text.rs", "//! Texts\n\nfn a() {}\n", rule);
    planted("src/text.rs", "\n//! Owns texts.\n", rule);
    planted("src/text.rs", "//! Owns texts, as they\n//! come.\n", "");
}

#[test]
fn a_long_file_is_found_and_its_tests_do_not_count() {
    let lines = |count| "fn a() {}\n".repeat(count);
    planted(
        "src/text.rs",
        &format!("//! Owns texts.\n{}", lines(399)),
        "",
    );
    planted(
        "src/text.rs",
        &format!("//! Owns texts.\n{}", lines(400)),
        "src/text.rs:401: a file has at most 400 lines without its tests, and this has 401: split it",
    );
    let tests = format!(
        "//! Owns texts.\n#[cfg(test)]\nmod tests {{\n{}}}\n",
        lines(500)
    );
    planted("src/text.rs", &tests, "");
    let declared = format!("//! Owns texts.\n#[cfg(test)]\nmod tests;\n{}", lines(398));
    planted(
        "src/text.rs",
        &declared,
        "src/text.rs:401: a file has at most 400 lines without its tests, and this has 401: split it",
    );
}

#[test]
fn imports_from_nowhere_in_particular_are_found() {
    let glob = "src/offers.rs:2: no glob imports: name what is used";
    in_library("use super::*;", glob);
    in_library("    pub(crate) use serde::de::*;", glob);
    in_library("/// use cpalead::*;", glob);
    in_library(
        "use serde::{\n    de::*,\n};",
        "src/offers.rs:3: no glob imports: name what is used",
    );
    in_library(
        "use super::super::Text;",
        "src/offers.rs:2: no `super::super`: name the path from `crate`",
    );
}

#[test]
fn what_was_left_for_later_is_found() {
    in_library(
        "#[ignore]",
        "src/offers.rs:2: no ignored tests: a test runs or is not there",
    );
    in_library(
        "#[should_panic]",
        "src/offers.rs:2: no tests that expect a panic: look at the error",
    );
    in_library(
        "fn a() { todo!() }",
        "src/offers.rs:2: nothing is left to do",
    );
    in_library(
        "fn a() { unimplemented!() }",
        "src/offers.rs:2: nothing is left to do",
    );
    in_library("fn a() { dbg!(1) }", "src/offers.rs:2: no debugging output");
    in_library(
        "// TODO: more",
        "src/offers.rs:2: what is left to do carries a link",
    );
    in_library("// TODO: https://example.com/1", "");
    in_library(
        "/// ```ignore",
        "src/offers.rs:2: no ignored examples: one that cannot run is `no_run` or `text`",
    );
}

#[test]
fn a_library_that_panics_or_prints_is_found() {
    let panics = "src/offers.rs:2: the library does not panic: return an error, or show why this cannot fail";
    in_library("fn a() { Some(1).unwrap(); }", panics);
    in_library("fn a() { Some(1).expect(\"one\"); }", panics);
    in_library("fn a() { panic!(\"no\") }", panics);
    in_library(
        "fn a() { println!() }",
        "src/offers.rs:2: the library does not print",
    );
    in_library(
        "fn a() { eprintln!() }",
        "src/offers.rs:2: the library does not print",
    );
}

#[test]
fn a_second_door_to_generated_code_or_to_reqwest_is_found() {
    in_library(
        "include!(concat!(env!(\"OUT_DIR\")));",
        "src/offers.rs:2: only src/generated.rs names OUT_DIR",
    );
    in_library(
        "use reqwest::Url;",
        "src/offers.rs:2: only transport, builder and error name reqwest",
    );
}

#[test]
fn an_import_against_the_direction_is_found() {
    planted(
        "src/text.rs",
        "//! Owns texts.\nuse crate::offers::OffersRequest;\n",
        "src/text.rs:2: `text` does not name `offers`: imports run from lib down to clock",
    );
    in_library(
        "fn a(_: crate::reversals::Reversals) {}",
        "src/offers.rs:2: `offers` does not name `reversals`: imports run from lib down to clock",
    );
    planted(
        "src/watch.rs",
        "//! Owns watching.\nuse crate::conversions::ConversionsRequest;\n",
        "",
    );
    planted(
        "src/novelty.rs",
        "//! Owns novelties.\n",
        "src/novelty.rs:1: `novelty` has no place in the order of modules: give it one in xtask/src/tidy/imports.rs",
    );
}

#[test]
fn a_dependency_without_a_reason_is_found() {
    let check = |text: &str, expected: &str| planted("cli/Cargo.toml", text, expected);
    check("[dependencies]\n# Reads.\nserde = \"1\"\n", "");
    check(
        "[dependencies]\nserde = \"1\"\n",
        "cli/Cargo.toml:2: a comment above `serde` says what it is for",
    );
    check(
        "[target.'cfg(unix)'.dev-dependencies]\n# Reads.\na = \"1\"\nb.workspace = true\n",
        "cli/Cargo.toml:4: a comment above `b` says what it is for",
    );
    check("[package]\nname = \"a\"\n", "");
}

#[test]
fn a_sandbox_that_knows_the_library_is_found() {
    let rule = "the sandbox does not depend on `cpalead`";
    planted(
        "sandbox/Cargo.toml",
        "[dependencies]\n# Types.\ncpalead = \"1\"\n",
        &format!("sandbox/Cargo.toml:3: {rule}"),
    );
    planted(
        "sandbox/Cargo.toml",
        "[dependencies]\n# Types.\nx = { package = \"cpalead\" }\n",
        &format!("sandbox/Cargo.toml:3: {rule}"),
    );
    planted(
        "sandbox/src/lib.rs",
        "//! Owns names.\nuse cpalead::Offer;\n",
        &format!("sandbox/src/lib.rs:2: {rule}"),
    );
}

#[test]
fn a_package_from_elsewhere_is_found() {
    planted(
        "Cargo.lock",
        "source = \"registry+https://mirror.example/index\"\n",
        "Cargo.lock:1: a locked package comes from crates.io",
    );
    planted(
        "Cargo.lock",
        "source = \"registry+https://github.com/rust-lang/crates.io-index\"\n",
        "",
    );
}

#[test]
fn secrets_and_traces_of_a_workplace_are_found() {
    let secret = "spec/a.yaml:1: no secrets, and nothing that looks like one";
    planted("spec/a.yaml", "key: AKIAABCDEFGHIJKLMNOP\n", secret);
    planted("spec/a.yaml", "-----BEGIN PRIVATE KEY-----\n", secret);
    planted("spec/a.yaml", "key: AKIA\n", "");
    let place = "README.md:1: no path, host or note of one workplace";
    planted("README.md", "see /work/main\n", place);
    planted("README.md", "see ../shared/design.md\n", place);
    planted("README.md", "as issue 4 asks\n", place);
    planted("README.md", "from http://crates.build.internal/x\n", place);
    planted("README.md", "https://github.com/a/b, issue 4\n", "");
}

#[test]
fn a_job_that_calls_what_is_not_there_is_found() {
    let check = |line: &str, expected: &str| planted(".github/workflows/ci.yml", line, expected);
    check("run: cargo xtask update-spec --check\n", "");
    check(
        "run: cargo xtask update\n",
        ".github/workflows/ci.yml:1: there is no `cargo xtask update`",
    );
    check(
        "run: cargo nextest run\n",
        ".github/workflows/ci.yml:1: there is no `cargo nextest`",
    );
    check(
        "run: bash .ci/run\n",
        ".github/workflows/ci.yml:1: there is no .ci/run",
    );
}

#[test]
fn an_action_without_a_version_is_found() {
    let check = |line: &str, expected: &str| planted(".github/workflows/ci.yml", line, expected);
    check("- uses: actions/checkout@v5\n", "");
    check(
        "- uses: actions/checkout\n",
        ".github/workflows/ci.yml:1: an action is pinned to a version",
    );
    check(
        "- uses: actions/checkout@main\n",
        ".github/workflows/ci.yml:1: an action is pinned to a version",
    );
}
