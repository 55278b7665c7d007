//! Compares prose. A person has to read a changed sentence that states a limit, a period, a key or
//! a deprecation.

use super::refs::{member, string};
use super::rules;
use super::text;
use super::walk::Walk;
use serde_json::Value;
use std::collections::BTreeSet;

/// A sentence with a word that starts like one of these states a term of use.
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

/// Compares the summary and the description. The title has a separate rule, because the generator
/// uses it.
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
        let rule = if is_term {
            &rules::PROSE_TERMS_CHANGED
        } else {
            &rules::PROSE_CHANGED
        };
        let said = match (gone.is_empty(), come.is_empty()) {
            (true, true) => format!("the {key} was laid out differently"),
            (true, false) => format!("the {key} now says {}", quote(&come)),
            (false, true) => format!("the {key} no longer says {}", quote(&gone)),
            (false, false) => format!(
                "the {key} says {} instead of {}",
                quote(&come),
                quote(&gone)
            ),
        };
        walk.report(rule, place, &said);
    }
}

/// Whether the text contains such a word or any number: `Default is 2500` states a term too.
pub(super) fn states_a_term(sentence: &str) -> bool {
    let sentence = sentence.to_lowercase();
    sentence
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .any(|word| {
            word.bytes().all(|byte| byte.is_ascii_digit())
                || TERMS.iter().any(|term| word.starts_with(term))
        })
}

/// The sentences that only the old text has, and those that only the new text has.
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
    // A full stop inside a number or an address is not followed by a space.
    text.split('\n')
        .flat_map(|line| line.split_inclusive(". "))
        .map(|sentence| sentence.trim().trim_end_matches('.'))
        .filter(|sentence| !sentence.is_empty())
        .collect()
}

fn quote(sentences: &[&str]) -> String {
    // A sentence that states a term comes first, because the excerpt is cut.
    let mut ordered: Vec<&str> = sentences.to_vec();
    ordered.sort_by_key(|sentence| !states_a_term(sentence));
    format!("`{}`", text::clean(&ordered.join(". "), 160))
}
