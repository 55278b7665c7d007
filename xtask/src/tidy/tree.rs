//! The files of the tree as the rules see them, and the violations that a rule finds.

use std::fmt;
use std::fs;
use std::io;
use std::path::Path;

/// A text file of the tree.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its path from the root, with `/` between the parts.
    pub path: String,
    /// Its content.
    pub text: String,
}

/// A place that breaks a rule.
///
/// ```
/// use xtask::tidy::Violation;
///
/// let found = Violation { place: "src/lib.rs:1".into(), rule: "begins with `//!`".into() };
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

/// The text files below a directory, without build output, generated sources and git's own files.
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
            // Nobody writes the generated sources.
            if path.ends_with("src/generated") {
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
    pub(super) fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Whether this is a file of the rules or of their tests, which contain what the rules forbid.
    pub(super) fn is_of_the_rules(&self) -> bool {
        self.path.starts_with("xtask/src/tidy") || self.path.starts_with("xtask/tests/tidy/")
    }

    /// The lines before the module with the tests, numbered from 1.
    pub(super) fn without_tests(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines: Vec<&str> = self.text.lines().collect();
        let begins = |pair: &[&str]| {
            pair[0] == "#[cfg(test)]" && pair[1].starts_with("mod ") && pair[1].ends_with('{')
        };
        let end = lines.windows(2).position(begins).unwrap_or(lines.len());
        (1..).zip(lines).take(end)
    }

    /// The same lines without comments and documentation.
    pub(super) fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        self.without_tests()
            .filter(|(_, line)| !line.trim_start().starts_with("//"))
    }

    pub(super) fn violation(&self, line: usize, rule: impl Into<String>) -> Violation {
        Violation {
            place: format!("{}:{line}", self.path),
            rule: rule.into(),
        }
    }
}

/// Whether a text contains a whole word, not as a part of a longer one.
pub(super) fn has_word(text: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word).any(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + word.len()..]);
        !before.ends_with(part) && !after.starts_with(part)
    })
}
