//! Rules for what the packages depend on: each dependency has a reason, and the sandbox does not
//! depend on the library.

use super::tree::{Source, Violation};

/// A comment above each dependency says what it is for.
pub(super) fn comments(sources: &[Source]) -> Vec<Violation> {
    let mut found = Vec::new();
    for source in manifests(sources) {
        let mut above = "";
        for (line, text) in dependencies(source) {
            let entry = text.contains('=') && !text.starts_with(['#', ' ', ']', '}']);
            if entry && !above.starts_with("# ") {
                let name = text.split([' ', '.', '=']).next().unwrap_or_default();
                found.push(source.violation(
                    line,
                    format!("a comment above `{name}` says what it is for"),
                ));
            }
            above = text;
        }
    }
    found
}

/// A sandbox that used the types of the library would repeat its misunderstandings.
pub(super) fn independent_sandbox(sources: &[Source]) -> Vec<Violation> {
    let rule = "the sandbox does not depend on `cpalead`";
    let mut found = Vec::new();
    for source in sources
        .iter()
        .filter(|source| source.path.starts_with("sandbox/"))
    {
        let manifest = source.path.ends_with("/Cargo.toml");
        for (line, text) in (1..).zip(source.text.lines()) {
            let code = !text.trim_start().starts_with("//") && source.is_rust();
            let names = text.split(['.', ' ', '=']).next() == Some("cpalead")
                || text.contains("\"cpalead\"");
            let depends =
                manifest && names && !text.starts_with("keywords") && !text.starts_with("name");
            if depends || (code && text.contains("cpalead::")) {
                found.push(source.violation(line, rule));
            }
        }
    }
    found
}

/// Everything that is built comes from the public registry.
pub(super) fn lock(sources: &[Source]) -> Vec<Violation> {
    let rule = "a locked package comes from crates.io";
    let mut found = Vec::new();
    for source in sources
        .iter()
        .filter(|source| source.path.ends_with("Cargo.lock"))
    {
        for (line, text) in (1..).zip(source.text.lines()) {
            let foreign = text.starts_with("source = ")
                && text != "source = \"registry+https://github.com/rust-lang/crates.io-index\"";
            if foreign {
                found.push(source.violation(line, rule));
            }
        }
    }
    found
}

fn manifests(sources: &[Source]) -> impl Iterator<Item = &Source> {
    let is_manifest =
        |source: &&Source| source.path == "Cargo.toml" || source.path.ends_with("/Cargo.toml");
    sources.iter().filter(is_manifest)
}

/// The lines of the tables that list dependencies.
fn dependencies(source: &Source) -> impl Iterator<Item = (usize, &str)> {
    let mut within = false;
    (1..).zip(source.text.lines()).filter(move |(_, line)| {
        if line.starts_with('[') {
            within = line.trim_end().ends_with("dependencies]");
            return false;
        }
        within
    })
}
