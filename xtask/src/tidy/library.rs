//! Rules for the library's own source: it neither panics nor prints, and only named files touch the generator and reqwest.

use super::{Source, Violation, has_word};

/// Files that may name reqwest: its errors hold the URL, and the URL holds the key.
const NAME_REQWEST: [&str; 3] = ["transport", "builder", "error"];

/// Its panic is a constant's, and meets whoever writes the constant.
const AT_COMPILE_TIME: &str = "src/country/codes.rs";

/// What may be missing is an `Option` or an error to the caller.
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

/// The generated code has one door.
pub(super) fn out_dir(sources: &[Source]) -> Vec<Violation> {
    let rule = "only src/generated.rs names OUT_DIR";
    lines(sources, rule, |path, line| {
        path != "src/generated.rs" && has_word(line, "OUT_DIR")
    })
}

/// reqwest stays behind the transport.
pub(super) fn reqwest(sources: &[Source]) -> Vec<Violation> {
    let rule = "only transport, builder and error name reqwest";
    lines(sources, rule, |path, line| {
        let module = module(path).unwrap_or_default();
        !NAME_REQWEST.contains(&module) && has_word(line, "reqwest")
    })
}

/// The module at the root of the crate that a file belongs to: `src/a/b.rs` is of `a`.
pub(super) fn module(path: &str) -> Option<&str> {
    let below = path.strip_prefix("src/")?;
    let name = below.split('/').next()?;
    Some(name.strip_suffix(".rs").unwrap_or(name))
}

/// The library's files, without those that are tests from beginning to end.
pub(super) fn files(sources: &[Source]) -> impl Iterator<Item = &Source> {
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
