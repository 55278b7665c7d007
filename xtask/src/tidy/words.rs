//! Rules for all text of the tree: it contains no secret, and nothing about the place where it was
//! written.

use super::tree::{Source, Violation};

/// How keys of well-known services begin, and how many characters at least follow.
const SECRETS: [(&str, usize); 8] = [
    ("-----BEGIN RSA PRIVATE KEY", 0),
    ("-----BEGIN PRIVATE KEY", 0),
    ("-----BEGIN OPENSSH PRIVATE KEY", 0),
    ("AKIA", 16),
    ("ghp_", 30),
    ("github_pat_", 30),
    ("xoxb-", 20),
    ("sk_live_", 16),
];

/// No key is in the tree, not even one for a test.
pub(super) fn secrets(sources: &[Source]) -> Vec<Violation> {
    lines(
        sources,
        "no secrets, and nothing that looks like one",
        |line| {
            SECRETS.iter().any(|(beginning, more)| {
                line.match_indices(beginning).any(|(at, _)| {
                    let rest = &line[at + beginning.len()..];
                    rest.chars()
                        .take_while(|c| c.is_ascii_alphanumeric() || *c == '_' || *c == '-')
                        .count()
                        >= *more
                })
            })
        },
    )
}

/// Paths and hosts that mean something on one machine only, and traces of how a text was written.
const WORKPLACE: [&str; 14] = [
    "/work/",
    "../shared",
    "shared/design",
    "shared/facts",
    "shared/style",
    "shared/provider",
    "/farm/",
    "/tmp/helpers",
    "/tmp/iss",
    "/home/",
    "/Users/",
    "C:\\Users",
    "/opt/wheels",
    "as an AI",
];

/// A reader has nothing but the repository and the public network.
pub(super) fn workplace(sources: &[Source]) -> Vec<Violation> {
    lines(sources, "no path, host or note of one workplace", |line| {
        WORKPLACE.iter().any(|word| line.contains(word))
            || is_numbered_issue(line)
            || has_private_host(line)
    })
}

/// `issue 4` without a link to its tracker.
fn is_numbered_issue(line: &str) -> bool {
    let lower = line.to_lowercase();
    lower.match_indices("issue ").any(|(at, found)| {
        let rest = lower[at + found.len()..].trim_start_matches('#');
        rest.starts_with(|c: char| c.is_ascii_digit()) && !lower.contains("https://")
    })
}

/// A host that exists in one private network only.
fn has_private_host(line: &str) -> bool {
    line.match_indices("://").any(|(at, _)| {
        let host = line[at + 3..]
            .split(['/', ':', '"', '\'', '`', ' ', ')', '>'])
            .next()
            .unwrap_or_default();
        [".internal", ".corp", ".lan", ".intranet"]
            .iter()
            .any(|end| host.ends_with(end))
    })
}

fn lines(sources: &[Source], rule: &str, broken: impl Fn(&str) -> bool) -> Vec<Violation> {
    let mut found = Vec::new();
    for source in sources.iter().filter(|source| !source.is_of_the_rules()) {
        let bad = (1..)
            .zip(source.text.lines())
            .filter(|(_, line)| broken(line));
        found.extend(bad.map(|(line, _)| source.violation(line, rule)));
    }
    found
}
