//! Rules for every Rust file: how it begins, how long it is, how it imports, and what must not be
//! left in it.

use super::tree::{Source, Violation, has_word};

/// The most lines that a file may have without its tests.
const LONGEST: usize = 400;

/// A file begins by saying what it owns.
pub(super) fn opening(sources: &[Source]) -> Vec<Violation> {
    let broken = |source: &&Source| !opens_with_a_sentence(&source.text);
    let rule = "a file begins with `//!` and a sentence on what it owns";
    rust(sources)
        .filter(broken)
        .map(|source| source.violation(1, rule))
        .collect()
}

fn opens_with_a_sentence(text: &str) -> bool {
    let lines = text.lines().map_while(|line| line.strip_prefix("//! "));
    let paragraph = lines.collect::<Vec<_>>().join(" ");
    paragraph.contains(' ') && paragraph.ends_with(['.', ':'])
}

/// A file can be read at one sitting.
pub(super) fn length(sources: &[Source]) -> Vec<Violation> {
    let count = |source: &Source| source.without_tests().count();
    let long = rust(sources).filter(|source| count(source) > LONGEST);
    let rule = |lines| {
        format!(
            "a file has at most {LONGEST} lines without its tests, and this has {lines}: split it"
        )
    };
    long.map(|source| source.violation(LONGEST + 1, rule(count(source))))
        .collect()
}

/// Imports name each item, and do not climb by two modules.
pub(super) fn imports(sources: &[Source]) -> Vec<Violation> {
    let mut found = Vec::new();
    for source in others(sources) {
        let mut within_use = false;
        for (line, text) in numbered(source) {
            if text.contains("super::super") {
                found.push(source.violation(line, "no `super::super`: name the path from `crate`"));
            }
            let code = text
                .trim_start()
                .trim_start_matches("/// ")
                .trim_start_matches("//! ");
            within_use |= is_use(code);
            let star = code.contains("::*")
                || code.contains("{*")
                || code.trim() == "*,"
                || code.contains(" *}");
            if within_use && star {
                found.push(source.violation(line, "no glob imports: name what is used"));
            }
            within_use &= !code.contains(';');
        }
    }
    found
}

fn is_use(code: &str) -> bool {
    let code = match code.strip_prefix("pub") {
        Some(rest) if rest.starts_with('(') => rest.split_once(')').map_or(rest, |(_, rest)| rest),
        Some(rest) => rest,
        None => code,
    };
    code.trim_start().starts_with("use ")
}

/// No work is left for later, and no test is skipped.
pub(super) fn leftovers(sources: &[Source]) -> Vec<Violation> {
    const NONE: [(&str, &str); 5] = [
        ("#[ignore", "no ignored tests: let it run, or delete it"),
        (
            "should_panic",
            "no tests that expect a panic: check the error",
        ),
        ("todo!(", "no unfinished code"),
        ("unimplemented!(", "no unfinished code"),
        ("dbg!(", "no debugging output"),
    ];
    let mut found = Vec::new();
    for source in others(sources) {
        for (line, text) in numbered(source) {
            for (word, rule) in NONE {
                if text.contains(word) {
                    found.push(source.violation(line, rule));
                }
            }
            if text.contains("```") && has_word(text, "ignore") {
                found.push(source.violation(
                    line,
                    "no ignored examples: mark one that cannot run `no_run` or `text`",
                ));
            }
            let open = has_word(text, "TODO") || has_word(text, "FIXME");
            if open && !text.contains("https://") {
                found.push(source.violation(line, "a note on open work carries a link"));
            }
        }
    }
    found
}

fn rust(sources: &[Source]) -> impl Iterator<Item = &Source> {
    sources.iter().filter(|source| source.is_rust())
}

fn others(sources: &[Source]) -> impl Iterator<Item = &Source> {
    rust(sources).filter(|source| !source.is_of_the_rules())
}

fn numbered(source: &Source) -> impl Iterator<Item = (usize, &str)> {
    (1..).zip(source.text.lines())
}
