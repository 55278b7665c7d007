//! Rules for the library's source: it neither panics nor prints, and only named files mention the
//! generator's output and reqwest.

use super::tree::{Source, Violation, has_word};

/// The files that may name reqwest. Its errors hold the URL, and the URL holds the key.
const NAME_REQWEST: [&str; 5] = [
    "src/call/attempts.rs",
    "src/call/inner.rs",
    "src/call/operation.rs",
    "src/call/wire.rs",
    "src/client/builder.rs",
];

/// It panics in a constant, so only whoever writes a wrong constant sees the panic.
const AT_COMPILE_TIME: &str = "src/values/country/codes.rs";

/// A missing value is an `Option`, or an error for the caller.
pub(super) fn no_panics(sources: &[Source]) -> Vec<Violation> {
    let rule = "the library does not panic: return an error, or show why this cannot fail";
    let words = [
        ".unwrap()",
        ".expect(",
        ".unwrap_err()",
        ".expect_err(",
        "panic!(",
        "unreachable!(",
    ];
    lines(sources, rule, |path, line| {
        path != AT_COMPILE_TIME && words.iter().any(|word| line.contains(word))
    })
}

/// Standard output belongs to the program.
pub(super) fn no_printing(sources: &[Source]) -> Vec<Violation> {
    let words = ["print!(", "println!(", "eprint!(", "eprintln!("];
    let printing = |line: &str| {
        words
            .iter()
            .any(|word| has_word(line, word.trim_end_matches('(')) && line.contains(word))
    };
    lines(sources, "the library does not print", |_, line| {
        printing(line)
    })
}

/// One file includes the generated code.
pub(super) fn out_dir(sources: &[Source]) -> Vec<Violation> {
    let rule = "only src/generated.rs names OUT_DIR";
    lines(sources, rule, |path, line| {
        path != "src/generated.rs" && has_word(line, "OUT_DIR")
    })
}

/// reqwest stays behind the call.
pub(super) fn reqwest(sources: &[Source]) -> Vec<Violation> {
    let rule =
        "only call/attempts, call/inner, call/operation, call/wire and client/builder name reqwest";
    lines(sources, rule, |path, line| {
        !NAME_REQWEST.contains(&path) && has_word(line, "reqwest")
    })
}

/// The library's files, without those that only hold tests.
fn files(sources: &[Source]) -> impl Iterator<Item = &Source> {
    let is_tests =
        |source: &Source| source.path.ends_with("/tests.rs") || source.path.contains("/tests/");
    sources.iter().filter(move |source| {
        source.is_rust() && source.path.starts_with("src/") && !is_tests(source)
    })
}

fn lines(sources: &[Source], rule: &str, broken: impl Fn(&str, &str) -> bool) -> Vec<Violation> {
    let mut found = Vec::new();
    for source in files(sources) {
        let bad = source.code().filter(|(_, line)| broken(&source.path, line));
        found.extend(bad.map(|(line, _)| source.violation(line, rule)));
    }
    found
}
