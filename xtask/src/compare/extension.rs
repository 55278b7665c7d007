//! Judges `x-` members: a rate limit that falls breaks clients, one that names a term is shown, the others are noted.

use super::Level::{Breaking, Info, Review};
use super::prose;
use super::walk::{Walk, verdict};
use serde_json::Value;

/// Words in the path to a number that count what is allowed: less of it is worse.
const ALLOWANCES: [&str; 6] = ["limit", "max", "quota", "requests", "calls", "burst"];
/// Words in the path to a number that count how long one has to wait: more of it is worse.
const WAITS: [&str; 6] = ["period", "interval", "window", "seconds", "minutes", "wait"];
/// Extensions are small; what is larger than this is not a rate limit.
const MOST_LEAVES: usize = 256;

/// Compares the extension `key`, which differs; `said` tells how.
pub(super) fn compare(
    walk: &mut Walk<'_>,
    key: &str,
    (old, new): (&Value, &Value),
    place: &str,
    said: &str,
) {
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
