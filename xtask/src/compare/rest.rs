//! Compares the members that no other rule covers, so that every difference is reported.
//!
//! Of the extensions, a rate limit that allows less breaks clients. An extension named after a term
//! of use is for a person to read.

use super::refs::{ABSENT, keys, member, same};
use super::rules;
use super::walk::Walk;
use super::{prose, text};
use serde_json::Value;

/// In the path to a number, words that count what is allowed: less is worse.
const ALLOWANCES: [&str; 6] = ["limit", "max", "quota", "requests", "calls", "burst"];
/// In the path to a number, words that measure a wait: more is worse.
const WAITS: [&str; 6] = ["period", "interval", "window", "seconds", "minutes", "wait"];
/// An extension with more members than this is not a rate limit.
const MOST_LEAVES: usize = 256;

/// Members that are false unless a document says something else. Writing that out is not a change.
const FALSE_BY_DEFAULT: [&str; 7] = [
    "uniqueItems",
    "readOnly",
    "writeOnly",
    "allowEmptyValue",
    "allowReserved",
    "deprecated",
    "explode",
];

/// Compares the extensions of an object whose other keys are names.
pub(super) fn extensions(walk: &mut Walk<'_>, old: &Value, new: &Value, place: &str) {
    for key in keys(old, new) {
        let (before, after) = (member(old, key), member(new, key));
        if key.starts_with("x-") && !same(before, after) {
            extension(walk, key, (before, after), place);
        }
    }
}

/// Compares every member of two nodes whose key is not in one of the lists `handled`.
pub(super) fn compare(
    walk: &mut Walk<'_>,
    old: &Value,
    new: &Value,
    handled: &[&[&str]],
    place: &str,
) {
    for key in keys(old, new) {
        let (before, after) = (stated(old, key), stated(new, key));
        if same(before, after) || handled.iter().any(|keys| keys.contains(&key)) {
            continue;
        }
        let said = difference(key, (before, after));
        match key {
            "example" | "examples" => {
                let said = format!("{} changed", text::name(key));
                walk.report(&rules::EXAMPLE_CHANGED, place, &said);
            }
            "externalDocs" => walk.report(&rules::PROSE_CHANGED, place, &said),
            _ if key.starts_with("x-") => extension(walk, key, (before, after), place),
            _ => walk.report(&rules::MEMBER_CHANGED, place, &said),
        }
    }
}

/// A member, or the absent value where the document only writes a default out.
fn stated<'a>(node: &'a Value, key: &str) -> &'a Value {
    match member(node, key) {
        Value::Bool(false) if FALSE_BY_DEFAULT.contains(&key) => &ABSENT,
        value if key == "style" && value == "simple" => &ABSENT,
        value => value,
    }
}

fn difference(key: &str, (before, after): (&Value, &Value)) -> String {
    let (key, before, after) = (text::name(key), text::value(before), text::value(after));
    format!("{key} is {after} instead of {before}")
}

/// Reports the extension `key`, which differs.
fn extension(walk: &mut Walk<'_>, key: &str, (old, new): (&Value, &Value), place: &str) {
    let name = key.to_lowercase();
    let is_rate_limit = ["rate", "limit", "quota", "throttl"]
        .iter()
        .any(|word| name.contains(word));
    let rule = if is_rate_limit && is_tighter(&name, old, new) {
        &rules::RATE_LIMIT_TIGHTENED
    } else if is_rate_limit {
        &rules::RATE_LIMIT_CHANGED
    } else if prose::states_a_term(&key.replace(['-', '_'], " ")) {
        &rules::EXTENSION_TERMS_CHANGED
    } else {
        &rules::EXTENSION_CHANGED
    };
    walk.report(rule, place, &difference(key, (old, new)));
}

/// Whether a number in the extension changed to the disadvantage of clients.
fn is_tighter(name: &str, old: &Value, new: &Value) -> bool {
    let mut open = vec![(name.to_owned(), old, new)];
    let mut seen = 0;
    while let Some((path, old, new)) = open.pop() {
        seen += 1;
        if seen > MOST_LEAVES {
            return false;
        }
        if let (Some(a), Some(b)) = (old.as_f64(), new.as_f64()) {
            // The word closest to the number decides: `x-rate-limit.period` measures a wait.
            let nearest = |words: &[&str]| words.iter().filter_map(|word| path.rfind(word)).max();
            let (allowance, wait) = (nearest(&ALLOWANCES), nearest(&WAITS));
            if (allowance > wait && b < a) || (wait > allowance && b > a) {
                return true;
            }
        } else if let (Some(before), Some(after)) = (old.as_object(), new.as_object()) {
            for (key, value) in before {
                if let Some(other) = after.get(key) {
                    open.push((format!("{path}.{}", key.to_lowercase()), value, other));
                }
            }
        }
    }
    false
}
