//! The rules on comments and words, each with a planted violation.

use crate::{in_library, planted};

/// A text of so many columns.
fn columns(begin: &str, count: usize) -> String {
    format!("{begin}{}", "ab ".repeat(40))
        .chars()
        .take(count)
        .collect()
}

#[test]
fn a_comment_of_101_columns_is_found() {
    let rule = "a comment has at most 100 columns, and this has 101: wrap it";
    for begin in ["// ", "/// ", "    //! ", "fn a() {} // "] {
        in_library(&columns(begin, 100), "");
        in_library(&columns(begin, 101), &format!("src/offers.rs:2: {rule}"));
    }
    // Columns are characters, not bytes.
    in_library(&columns("// ä", 100), "");
    for (path, marker) in [
        ("a/b.lua", "-- "),
        ("a/b.sh", "  # "),
        ("a/b.yaml", "# "),
        (".ci/run", "# "),
    ] {
        planted(path, &columns(marker, 100), "");
        planted(path, &columns(marker, 101), &format!("{path}:1: {rule}"));
    }
}

#[test]
fn what_is_not_a_comment_or_cannot_be_wrapped_may_be_wide() {
    in_library(
        &format!("/// <https://example.com/{}>", "a".repeat(100)),
        "",
    );
    in_library(&columns("fn a() {} ", 101), "");
    in_library(&format!("const A: &str = \"{}\";", columns("// ", 101)), "");
    planted("a/b.yaml", &columns("a: ", 101), "");
}

#[test]
fn a_phrase_that_is_not_plain_english_is_found() {
    let check = |text: &str, phrase: &str, better: &str| {
        let rule = format!("not plain English: for `{phrase}` write {better}");
        in_library(&format!("/// {text}"), &format!("src/offers.rs:2: {rule}"));
        in_library(
            &format!("const A: &str = \"{text}\";"),
            &format!("src/offers.rs:2: {rule}"),
        );
        planted("README.md", text, &format!("README.md:1: {rule}"));
    };
    let is_not = "`is not`, as in `is not a valid amount`";
    check("`ten` is no amount: why?", "is no amount", is_not);
    check("`ten` is no valid amount", "is no valid", is_not);
    check(
        "Bytes that are no UTF-8.",
        "are no utf-8",
        "`are not`, as in `is not a valid amount`",
    );
    check(
        "One that is none that counts",
        "is none that",
        "`is not one that`",
    );
    check("The text could not be had.", "be had", "`available`");
    check("No connection came about,", "came about", "`happened`");
    check("It may come about.", "come about", "`happen`");
    check("Offers are not told of; they go", "told of", "`reported`");
    check(
        "It reads otherwise than that",
        "otherwise than",
        "`differently from`",
    );
    check(
        "A key of its own.",
        "of its own",
        "`separate`, or `its own` before the noun",
    );
    check(
        "(Threads of their own)",
        "of their own",
        "`separate`, or `their own` before the noun",
    );
    check("It is another one now", "another one now", "`changed`");
}

#[test]
fn a_phrase_is_found_across_lines() {
    let rule = "not plain English: for `told of` write `reported`";
    in_library(
        "/// They are told\n/// of it.",
        &format!("src/offers.rs:2: {rule}"),
    );
    in_library(
        "const A: &str = \"They are told \\\n    of it.\";",
        &format!("src/offers.rs:2: {rule}"),
    );
    planted(
        "README.md",
        "They are told\nof it.\n",
        &format!("README.md:1: {rule}"),
    );
}

#[test]
fn plain_english_is_left_alone() {
    let check = |text: &str| {
        in_library(&format!("/// {text}"), "");
        planted("README.md", text, "");
    };
    check("There is no list, there are no rows, and it is no longer than that.");
    check("Its own key is no worse. What is told, of course, is not had.");
    in_library("/// It is told\n///\n/// of", "");
    in_library("const A: [&str; 2] = [\"is\", \"no\"];", "");
    in_library("fn is(no: u8) { let be = had; }", "");
    planted("spec/notes.md", "to be had", "");
}
