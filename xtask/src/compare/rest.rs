//! Judges the members that no other rule answers for, so that no difference is passed over in silence.
//!
//! Of extensions, a rate limit that falls breaks clients, one whose name is a term is shown, and the others are noted.

use super::Level::{Breaking, Info, Review};
use super::refs::{keys, member, same};
use super::walk::{Walk, verdict};
use super::{prose, text};
use serde_json::Value;

/// Words in the path to a number that count what is allowed: less of it is worse.
const ALLOWANCES: [&str; 6] = ["limit", "max", "quota", "requests", "calls", "burst"];
/// Words in the path to a number that count how long one has to wait: more of it is worse.
const WAITS: [&str; 6] = ["period", "interval", "window", "seconds", "minutes", "wait"];
/// Extensions are small; what is larger than this is not a rate limit.
const MOST_LEAVES: usize = 256;

/// Reports the extensions that differ, of an object whose other keys are names.
pub(super) fn extensions(walk: &mut Walk<'_>, old: &Value, new: &Value, place: &str) {
    for key in keys(old, new) {
        let (before, after) = (member(old, key), member(new, key));
        if key.starts_with("x-") && !same(before, after) {
            extension(walk, key, (before, after), place);
        }
    }
}

/// Reports every member of the two nodes that differs and is in none of the lists of `handled` keys.
pub(super) fn compare(
    walk: &mut Walk<'_>,
    old: &Value,
    new: &Value,
    handled: &[&[&str]],
    place: &str,
) {
    for key in keys(old, new) {
        let (before, after) = (member(old, key), member(new, key));
        if same(before, after) || handled.iter().any(|keys| keys.contains(&key)) {
            continue;
        }
        let said = difference(key, (before, after));
        match key {
            "example" | "examples" => {
                let said = format!("{} changed", text::name(key));
                walk.report("example-changed", verdict(Info, Info), place, &said);
            }
            "externalDocs" => walk.report("prose-changed", verdict(Info, Info), place, &said),
            _ if key.starts_with("x-") => extension(walk, key, (before, after), place),
            _ => walk.report("member-changed", verdict(Review, Review), place, &said),
        }
    }
}

fn difference(key: &str, (before, after): (&Value, &Value)) -> String {
    let (key, before, after) = (text::name(key), text::value(before), text::value(after));
    format!("{key} is {after} instead of {before}")
}

/// Reports the extension `key`, which differs.
fn extension(walk: &mut Walk<'_>, key: &str, (old, new): (&Value, &Value), place: &str) {
    let said = &difference(key, (old, new));
    let name = key.to_lowercase();
    if !["rate", "limit", "quota", "throttl"]
        .iter()
        .any(|word| name.contains(word))
    {
        walk.report(
            "extension-changed",
            prose::extension_verdict(key),
            place,
            said,
        );
    } else if is_tighter(&name, old, new) {
        walk.report(
            "rate-limit-tightened",
            verdict(Breaking, Review),
            place,
            said,
        );
    } else {
        walk.report("rate-limit-changed", verdict(Review, Info), place, said);
    }
}

/// Whether some number in the extension moved to the clients' disadvantage.
fn is_tighter(name: &str, old: &Value, new: &Value) -> bool {
    let mut open = vec![(name.to_owned(), old, new)];
    let mut seen = 0;
    while let Some((path, old, new)) = open.pop() {
        seen += 1;
        if seen > MOST_LEAVES {
            return false;
        }
        if let (Some(a), Some(b)) = (old.as_f64(), new.as_f64()) {
            // The word nearest to the number decides: `x-rate-limit.period` is a wait, not an allowance.
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
