//! The rules for every Rust file, each with a planted violation.

use crate::{in_library, planted};

#[test]
fn a_file_that_does_not_say_what_it_owns_is_found() {
    let rule = "src/plain.rs:1: a file begins with `//!` and a sentence on what it owns";
    planted("src/plain.rs", "fn a() {}\n", rule);
    planted("src/plain.rs", "//! Texts\n\nfn a() {}\n", rule);
    planted("src/plain.rs", "\n//! Owns texts.\n", rule);
    planted("src/plain.rs", "//! Owns texts, as they\n//! come.\n", "");
}

#[test]
fn a_long_file_is_found_and_its_tests_do_not_count() {
    let lines = |count| "fn a() {}\n".repeat(count);
    planted(
        "src/plain.rs",
        &format!("//! Owns texts.\n{}", lines(399)),
        "",
    );
    planted(
        "src/plain.rs",
        &format!("//! Owns texts.\n{}", lines(400)),
        "src/plain.rs:401: a file has at most 400 lines without its tests, and this has 401: split it",
    );
    let tests = format!(
        "//! Owns texts.\n#[cfg(test)]\nmod tests {{\n{}}}\n",
        lines(500)
    );
    planted("src/plain.rs", &tests, "");
    let declared = format!("//! Owns texts.\n#[cfg(test)]\nmod tests;\n{}", lines(398));
    planted(
        "src/plain.rs",
        &declared,
        "src/plain.rs:401: a file has at most 400 lines without its tests, and this has 401: split it",
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
        "src/offers.rs:2: no ignored tests: let it run, or delete it",
    );
    in_library(
        "#[should_panic]",
        "src/offers.rs:2: no tests that expect a panic: check the error",
    );
    in_library("fn a() { todo!() }", "src/offers.rs:2: no unfinished code");
    in_library(
        "fn a() { unimplemented!() }",
        "src/offers.rs:2: no unfinished code",
    );
    in_library("fn a() { dbg!(1) }", "src/offers.rs:2: no debugging output");
    in_library(
        "// TODO: more",
        "src/offers.rs:2: a note on open work carries a link",
    );
    in_library("// TODO: https://example.com/1", "");
    in_library(
        "/// ```ignore",
        "src/offers.rs:2: no ignored examples: mark one that cannot run `no_run` or `text`",
    );
}
