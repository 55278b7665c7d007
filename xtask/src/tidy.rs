//! What `cargo test` checks of the tree beyond what compilers and linters see: the rules of ARCHITECTURE.md, each with a planted violation.

mod imports;
mod library;
mod manifests;
mod sources;
mod words;
mod workflows;

use std::fmt;
use std::fs;
use std::io;
use std::path::Path;

/// A text file of the tree.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its path from the root, with `/` between the parts.
    pub path: String,
    /// What is in it.
    pub text: String,
}

/// A place that breaks a rule.
///
/// ```
/// let found = xtask::tidy::Violation { place: "src/lib.rs:1".into(), rule: "begins with `//!`".into() };
/// assert_eq!(found.to_string(), "src/lib.rs:1: begins with `//!`");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The file and the line.
    pub place: String,
    /// The rule, in words that say what to do.
    pub rule: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.rule)
    }
}

/// Looks at the whole tree, since some rules are about several files at once.
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
    imports::direction,
    manifests::comments,
    manifests::independent_sandbox,
    manifests::lock,
    words::secrets,
    words::workplace,
    workflows::commands,
    workflows::pinned,
];

/// Everything that breaks a rule.
///
/// ```
/// let sources = [xtask::tidy::Source { path: "src/a.rs".into(), text: "fn a() {}\n".into() }];
/// assert!(!xtask::tidy::check(&sources).is_empty());
/// ```
#[must_use]
pub fn check(sources: &[Source]) -> Vec<Violation> {
    RULES.iter().flat_map(|rule| rule(sources)).collect()
}

/// The text files below a directory: not what is built, and not what git keeps.
///
/// ```no_run
/// let sources = xtask::tidy::read(std::path::Path::new("."))?;
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
///
/// When a directory or a file cannot be read.
pub fn read(root: &Path) -> io::Result<Vec<Source>> {
    let mut sources = Vec::new();
    let mut directories = vec![root.to_owned()];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory)? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let built = name == "target" || name.starts_with("target-");
            if built || name == ".git" || name.ends_with(".snap.new") {
                continue;
            }
            if path.is_dir() {
                directories.push(path);
            } else if let Ok(text) = fs::read_to_string(&path) {
                let below = path.strip_prefix(root).unwrap_or(&path);
                let parts: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
                sources.push(Source {
                    path: parts.join("/"),
                    text,
                });
            }
        }
    }
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(sources)
}

impl Source {
    fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// The rules name what they look for, and their tests plant it.
    fn is_of_the_rules(&self) -> bool {
        self.path.starts_with("xtask/src/tidy") || self.path == "xtask/tests/tidy.rs"
    }

    /// The lines before the module with the tests, numbered from 1.
    fn without_tests(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines: Vec<&str> = self.text.lines().collect();
        let begins = |pair: &[&str]| {
            pair[0] == "#[cfg(test)]" && pair[1].starts_with("mod ") && pair[1].ends_with('{')
        };
        let end = lines.windows(2).position(begins).unwrap_or(lines.len());
        (1..).zip(lines).take(end)
    }

    /// The same without comments and documentation.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        self.without_tests()
            .filter(|(_, line)| !line.trim_start().starts_with("//"))
    }

    fn violation(&self, line: usize, rule: impl Into<String>) -> Violation {
        Violation {
            place: format!("{}:{line}", self.path),
            rule: rule.into(),
        }
    }
}

/// Whether a word stands in a text by itself, and not as a part of a longer one.
fn has_word(text: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word).any(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + word.len()..]);
        !before.ends_with(part) && !after.starts_with(part)
    })
}
