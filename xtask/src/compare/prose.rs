//! Judges changed prose: a sentence that states a limit, a month, a key or a deprecation is for a person to read.

use super::Level;
use super::refs::{member, string};
use super::text;
use super::walk::{Verdict, Walk, verdict};
use serde_json::Value;
use std::collections::BTreeSet;

/// Beginnings of the words that make a sentence a term of use.
const TERMS: [&str; 26] = [
    "limit",
    "max",
    "min",
    "most",
    "least",
    "month",
    "week",
    "day",
    "hour",
    "second",
    "rate",
    "quota",
    "throttl",
    "key",
    "token",
    "secret",
    "password",
    "deprecat",
    "sunset",
    "retire",
    "remov",
    "discontinu",
    "longer",
    "required",
    "must",
    "exceed",
];

/// Compares the members that are prose: `title` has its own rule in schemas, the others are read by people alone.
pub(super) fn compare(walk: &mut Walk<'_>, old: &Value, new: &Value, place: &str) {
    for key in ["summary", "description"] {
        let (before, after) = (member(old, key), member(new, key));
        if before == after {
            continue;
        }
        let words = (string(old, key), string(new, key));
        let (before, after) = (words.0.unwrap_or_default(), words.1.unwrap_or_default());
        let (gone, come) = changed_sentences(before, after);
        let is_term = gone
            .iter()
            .chain(&come)
            .any(|sentence| states_a_term(sentence));
        let (id, level) = if is_term {
            ("prose-terms-changed", Level::Review)
        } else {
            ("prose-changed", Level::Info)
        };
        let said = match (gone.is_empty(), come.is_empty()) {
            (true, true) => format!("the {key} was laid out anew"),
            (true, false) => format!("the {key} now says {}", quote(&come)),
            (false, true) => format!("the {key} no longer says {}", quote(&gone)),
            (false, false) => format!(
                "the {key} says {} instead of {}",
                quote(&come),
                quote(&gone)
            ),
        };
        walk.report(id, verdict(level, Level::Info), place, &said);
    }
}

/// What an extension means: one that names a term is for a person to read, the others are noted.
pub(super) fn extension_verdict(name: &str) -> Verdict {
    if states_a_term(&name.replace(['-', '_'], " ")) {
        verdict(Level::Review, Level::Info)
    } else {
        verdict(Level::Info, Level::Info)
    }
}

/// Whether the text holds a word of terms, or any number: `Default is 2500` is a term without such a word.
fn states_a_term(sentence: &str) -> bool {
    let sentence = sentence.to_lowercase();
    sentence
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .any(|word| {
            word.bytes().all(|byte| byte.is_ascii_digit())
                || TERMS.iter().any(|term| word.starts_with(term))
        })
}

/// The sentences of either text that the other does not have, in their order.
fn changed_sentences<'a>(old: &'a str, new: &'a str) -> (Vec<&'a str>, Vec<&'a str>) {
    let (before, after) = (sentences(old), sentences(new));
    let known_before: BTreeSet<&str> = before.iter().copied().collect();
    let known_after: BTreeSet<&str> = after.iter().copied().collect();
    (
        before
            .into_iter()
            .filter(|s| !known_after.contains(s))
            .collect(),
        after
            .into_iter()
            .filter(|s| !known_before.contains(s))
            .collect(),
    )
}

fn sentences(text: &str) -> Vec<&str> {
    // A full stop inside a number or an address is followed by no space.
    text.split('\n')
        .flat_map(|line| line.split_inclusive(". "))
        .map(|sentence| sentence.trim().trim_end_matches('.'))
        .filter(|sentence| !sentence.is_empty())
        .collect()
}

fn quote(sentences: &[&str]) -> String {
    // The sentence that states a term first: the excerpt is cut, and that one is what the reader is here for.
    let mut ordered: Vec<&str> = sentences.to_vec();
    ordered.sort_by_key(|sentence| !states_a_term(sentence));
    format!("`{}`", text::clean(&ordered.join(". "), 160))
}
