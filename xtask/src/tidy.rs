//! What `cargo test` checks in the tree beyond what compilers and linters see: the rules of
//! ARCHITECTURE.md. The test of each rule plants a violation.

mod circles;
mod floors;
mod library;
mod manifests;
mod modules;
mod names;
mod paths;
mod pieces;
mod prose;
mod sources;
mod tree;
mod words;
mod workflows;

pub use floors::floors;
pub use names::at_the_root;
pub use tree::{Source, Violation, read};

/// A rule sees the whole tree, because some rules are about several files at once.
type Rule = fn(&[Source]) -> Vec<Violation>;

const RULES: &[Rule] = &[
    sources::opening,
    sources::length,
    sources::imports,
    sources::leftovers,
    library::no_panics,
    library::no_printing,
    library::out_dir,
    library::reqwest,
    floors::direction,
    circles::none,
    manifests::comments,
    manifests::independent_sandbox,
    manifests::lock,
    prose::width,
    prose::phrases,
    words::secrets,
    words::workplace,
    workflows::commands,
    workflows::pinned,
];

/// Everything that breaks a rule.
///
/// ```
/// use xtask::tidy::{Source, check};
///
/// let sources = [Source { path: "src/a.rs".into(), text: "fn a() {}\n".into() }];
/// assert!(!check(&sources).is_empty());
/// ```
#[must_use]
pub fn check(sources: &[Source]) -> Vec<Violation> {
    RULES.iter().flat_map(|rule| rule(sources)).collect()
}
