//! The rules on floors and circles, each with a planted violation.

use xtask::tidy::floors;

use crate::{in_library, planted, planted_all, root};

/// Plants an import in `src/offers/offer.rs`.
#[track_caller]
fn in_offer(code: &str, expected: &str) {
    let offer = format!("//! Owns one offer.\n{code}\n");
    let files = [
        ("src/offers.rs", "//! Owns the request.\n"),
        ("src/offers/list.rs", "//! Owns the list.\n"),
        ("src/offers/offer.rs", offer.as_str()),
        ("src/offers/parts.rs", "//! Owns the parts.\n"),
    ];
    planted_all(&files, expected);
}

#[test]
fn an_import_from_a_higher_floor_is_found() {
    planted_all(
        &[
            ("src/offers.rs", "//! Owns the request.\n"),
            (
                "src/values/text.rs",
                "//! Owns texts.\nuse crate::offers::OffersRequest;\n",
            ),
        ],
        "src/values/text.rs:2: `values::text` imports `offers`, which is not on a lower floor",
    );
    planted_all(
        &[
            (
                "src/offers.rs",
                "//! Owns the request.\nfn a(_: crate::reversals::R) {}\n",
            ),
            ("src/reversals.rs", "//! Owns the request.\n"),
        ],
        "src/offers.rs:2: `offers` imports `reversals`, which is not on a lower floor",
    );
}

#[test]
fn an_upward_import_inside_a_folder_is_found_in_every_spelling() {
    let list = "`offers::offer` imports `offers::list`, which is not on a lower floor";
    let parent = "`offers::offer` imports `offers`, which is not on a lower floor";
    let at = |line: usize, rule: &str| format!("src/offers/offer.rs:{line}: {rule}");
    in_offer("use super::list::OfferList;", &at(2, list));
    in_offer("use super::list;", &at(2, list));
    in_offer("pub(crate) use super::list as rows;", &at(2, list));
    in_offer("use self::super::list::OfferList;", &at(2, list));
    in_offer(
        "use super::{\n    parts::OfferEvent,\n    list::{self, OfferList},\n};",
        &at(4, list),
    );
    in_offer("use crate::{offers::{list::OfferList}};", &at(2, list));
    in_offer("fn a() { crate::offers::list::read() }", &at(2, list));
    in_offer("fn a() -> Vec<super::list::OfferList> {}", &at(2, list));
    in_offer(
        "use crate::offers;\nfn a() { offers::list::read() }",
        &format!("{}\n{}", at(2, parent), at(3, list)),
    );
    in_offer("use super::OffersRequest;", &at(2, parent));
    in_offer(
        "mod inner {\n    fn a() { super::super::list::read() }\n}",
        &format!(
            "src/offers/offer.rs:3: no `super::super`: name the path from `crate`\n{}",
            at(3, list)
        ),
    );
}

#[test]
fn an_import_that_runs_downwards_or_leaves_the_package_is_in_order() {
    in_offer("use super::parts::OfferEvent;", "");
    in_offer(
        "use std::fmt;\nuse ::list::Value;\nuse serde::de::{self, Error};",
        "",
    );
    in_offer("mod inner {\n    use super::Offer;\n}", "");
    in_offer("// use super::list::OfferList;", "");
    in_offer("const A: &str = \"crate::offers::list\";", "");
    in_offer("const A: &str = r#\"\" crate::offers::list\"#;", "");
    in_offer(
        "const A: char = '\"';\nconst B: &str = \"crate::offers::list\";",
        "",
    );
    in_offer(
        "fn a<'a>(_: &'a str) {}\npub(in crate::offers) fn b() {}",
        "",
    );
    in_offer("#[cfg(test)]\nuse super::list::OfferList;", "");
    in_offer(
        "#[cfg(test)]\nmod tests {\n    use super::super::list;\n}\nfn a() {}",
        "src/offers/offer.rs:4: no `super::super`: name the path from `crate`",
    );
    planted_all(
        &[
            (
                "src/redact.rs",
                "//! Owns redaction.\n#[cfg(test)]\nmod tests;\n",
            ),
            (
                "src/redact/tests.rs",
                "//! Tests redaction.\nuse crate::offers::OffersRequest;\n",
            ),
            ("src/offers.rs", "//! Owns the request.\n"),
        ],
        "",
    );
}

#[test]
fn a_file_without_a_floor_is_found() {
    planted(
        "src/offers/novelty.rs",
        "//! Owns novelties.\n",
        "src/offers/novelty.rs:1: `offers::novelty` has no floor: add it to the table in xtask/src/tidy/floors.rs",
    );
}

#[test]
fn every_floor_belongs_to_a_file() {
    for name in floors() {
        let path = format!("src/{}.rs", name.replace("::", "/"));
        assert!(
            root().join(&path).is_file(),
            "{path} is in the table of floors"
        );
    }
}

/// Plants files in a package where no floors are checked.
#[track_caller]
fn in_command(files: &[(&str, &str)], expected: &str) {
    let texts: Vec<(String, String)> = files
        .iter()
        .map(|(path, code)| {
            (
                format!("cli/src/{path}"),
                format!("//! Owns a part.\n{code}\n"),
            )
        })
        .collect();
    let files: Vec<(&str, &str)> = texts
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    planted_all(&files, expected);
}

#[test]
fn files_that_import_each_other_in_a_circle_are_found() {
    let circle = "these files import each other in a circle";
    in_command(
        &[
            ("key.rs", "use crate::state::State;"),
            ("state.rs", "use crate::key::Key;"),
        ],
        &format!(
            "cli/src/key.rs:2: {circle}: cli/src/key.rs -> cli/src/state.rs -> cli/src/key.rs"
        ),
    );
    in_command(
        &[
            ("a.rs", "use crate::b::B;"),
            ("b.rs", "use super::c;"),
            ("c.rs", "fn c() { crate::a::a() }"),
        ],
        &format!(
            "cli/src/a.rs:2: {circle}: cli/src/a.rs -> cli/src/b.rs -> cli/src/c.rs -> cli/src/a.rs"
        ),
    );
    in_command(
        &[
            ("a.rs", "mod b;\nfn a() { b::b() }"),
            ("a/b.rs", "use super::A;"),
        ],
        &format!("cli/src/a.rs:3: {circle}: cli/src/a.rs -> cli/src/a/b.rs -> cli/src/a.rs"),
    );
    in_command(
        &[
            ("main.rs", "mod a;\nuse a::A;"),
            ("a.rs", "use crate::run;"),
        ],
        &format!("cli/src/a.rs:2: {circle}: cli/src/a.rs -> cli/src/main.rs -> cli/src/a.rs"),
    );
}

#[test]
fn each_circle_is_reported_once_and_what_only_leads_to_it_is_not() {
    let circle = "these files import each other in a circle";
    in_command(
        &[
            (
                "a.rs",
                "use crate::b::B;\nuse crate::c::C;\nfn a(_: crate::b::B) {}",
            ),
            ("b.rs", "use crate::a::A;"),
            ("c.rs", "use crate::a::A;\nuse crate::d::D;"),
            ("d.rs", ""),
            ("e.rs", "use crate::a::A;"),
        ],
        &format!(
            "cli/src/a.rs:2: {circle}: cli/src/a.rs -> cli/src/b.rs -> cli/src/a.rs\n\
             cli/src/a.rs:3: {circle}: cli/src/a.rs -> cli/src/c.rs -> cli/src/a.rs"
        ),
    );
}

#[test]
fn a_declared_module_is_not_an_import() {
    in_command(&[("a.rs", "mod b;"), ("a/b.rs", "use super::A;")], "");
    in_library("mod list;", "");
}
