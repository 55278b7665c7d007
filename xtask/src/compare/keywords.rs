//! Judges the schema keywords that narrow or widen what a value may be: bounds, pattern, enum, default.

use super::Level::{Additive, Breaking, Info, Review};
use super::refs::{elements, flag, member, same};
use super::slot::{Slot, Spot};
use super::text;
use super::walk::{Verdict, Walk, verdict};
use serde_json::Value;
use std::cmp::Ordering;
use std::collections::BTreeMap;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Upper,
    Lower,
}

/// Keyword, its segment in rule ids, its words, and the side that it bounds.
const BOUNDS: [(&str, &str, &str, Side); 8] = [
    ("maximum", "max", "maximum", Side::Upper),
    ("minimum", "min", "minimum", Side::Lower),
    ("maxLength", "max-length", "maximum length", Side::Upper),
    ("minLength", "min-length", "minimum length", Side::Lower),
    (
        "maxItems",
        "max-items",
        "maximum number of items",
        Side::Upper,
    ),
    (
        "minItems",
        "min-items",
        "minimum number of items",
        Side::Lower,
    ),
    (
        "maxProperties",
        "max-properties",
        "maximum number of properties",
        Side::Upper,
    ),
    (
        "minProperties",
        "min-properties",
        "minimum number of properties",
        Side::Lower,
    ),
];

/// The keywords that this file answers for.
pub(super) const HANDLED: [&str; 14] = [
    "maximum",
    "minimum",
    "maxLength",
    "minLength",
    "maxItems",
    "minItems",
    "maxProperties",
    "minProperties",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "pattern",
    "enum",
    "default",
    "x-extensible-enum",
];

/// A value that was allowed is no longer: requests break, answers only become more regular.
pub(super) fn narrowed(slot: Slot) -> Verdict {
    if slot.is_request() {
        verdict(Breaking, Review)
    } else {
        verdict(Info, Info)
    }
}

/// A value that was not allowed now is: our clients validate no answer, but someone may have counted on the bound.
pub(super) fn widened(slot: Slot) -> Verdict {
    if slot.is_request() {
        verdict(Additive, Additive)
    } else {
        verdict(Review, Info)
    }
}

/// Compares all keywords of this file.
pub(super) fn compare(walk: &mut Walk<'_>, old: &Value, new: &Value, spot: &Spot) {
    for (keyword, segment, words, side) in BOUNDS {
        bound(
            walk,
            (member(old, keyword), member(new, keyword)),
            spot,
            (segment, words, side),
        );
    }
    exclusive(walk, old, new, spot);
    pattern(walk, member(old, "pattern"), member(new, "pattern"), spot);
    default(walk, old, new, spot);
    closed_enum(walk, old, new, spot);
    open_enum(walk, old, new, spot);
}

fn bound(
    walk: &mut Walk<'_>,
    (old, new): (&Value, &Value),
    spot: &Spot,
    (segment, words, side): (&str, &str, Side),
) {
    if same(old, new) {
        return;
    }
    let slot = spot.slot;
    let (action, verdict, said) = match (old.is_null(), new.is_null()) {
        (true, _) => (
            "set",
            narrowed(slot),
            format!("has a new {words} of {}", text::value(new)),
        ),
        (_, true) => {
            let said = format!("lost its {words} of {}", text::value(old));
            ("unset", widened(slot), said)
        }
        _ => {
            let said = format!(
                "has a {words} of {} instead of {}",
                text::value(new),
                text::value(old)
            );
            match order(old, new) {
                Some(Ordering::Less) if side == Side::Upper => ("increased", widened(slot), said),
                Some(Ordering::Less) => ("increased", narrowed(slot), said),
                Some(_) if side == Side::Upper => ("decreased", narrowed(slot), said),
                Some(_) => ("decreased", widened(slot), said),
                // Not numbers: nothing can be said about the direction.
                None => ("changed", verdict(Review, Review), said),
            }
        }
    };
    walk.report_at(spot, &format!("{segment}-{action}"), verdict, &said);
}

/// How two numbers stand, exactly where both are integers.
fn order(old: &Value, new: &Value) -> Option<Ordering> {
    let integer = |value: &Value| {
        value
            .as_i64()
            .map(i128::from)
            .or_else(|| value.as_u64().map(i128::from))
    };
    match (integer(old), integer(new)) {
        (Some(a), Some(b)) => Some(a.cmp(&b)),
        _ => old.as_f64()?.partial_cmp(&new.as_f64()?),
    }
}

/// In OpenAPI 3.0 these are flags that sharpen the bound beside them.
fn exclusive(walk: &mut Walk<'_>, old: &Value, new: &Value, spot: &Spot) {
    for (keyword, segment, words) in [
        ("exclusiveMaximum", "exclusive-max", "maximum"),
        ("exclusiveMinimum", "exclusive-min", "minimum"),
    ] {
        match (flag(old, keyword), flag(new, keyword)) {
            (false, true) => {
                let said = format!("no longer allows its {words} itself");
                walk.report_at(spot, &format!("{segment}-set"), narrowed(spot.slot), &said);
            }
            (true, false) => {
                let said = format!("now allows its {words} itself");
                walk.report_at(spot, &format!("{segment}-unset"), widened(spot.slot), &said);
            }
            _ => {}
        }
    }
}

fn pattern(walk: &mut Walk<'_>, old: &Value, new: &Value, spot: &Spot) {
    if old == new {
        return;
    }
    let (what, verdict, said) = match (old.is_null(), new.is_null()) {
        (true, _) => {
            let said = format!("has to match the new pattern {}", text::value(new));
            ("pattern-added", narrowed(spot.slot), said)
        }
        (_, true) => {
            let said = format!("no longer has to match the pattern {}", text::value(old));
            ("pattern-removed", widened(spot.slot), said)
        }
        _ => {
            // Which of two patterns allows more is not decided here: each side takes the graver reading.
            let verdict = if spot.slot.is_request() {
                narrowed(spot.slot)
            } else {
                widened(spot.slot)
            };
            let said = format!(
                "has the pattern {} instead of {}",
                text::value(new),
                text::value(old)
            );
            ("pattern-changed", verdict, said)
        }
    };
    walk.report_at(spot, what, verdict, &said);
}

fn default(walk: &mut Walk<'_>, old: &Value, new: &Value, spot: &Spot) {
    // A default of null is a default, so presence is asked for and not the value.
    let (before, after) = (old.get("default"), new.get("default"));
    let (what, said) = match (before, after) {
        (None, Some(value)) => (
            "added",
            format!("has the new default {}", text::value(value)),
        ),
        (Some(value), None) => (
            "removed",
            format!("lost its default {}", text::value(value)),
        ),
        (Some(a), Some(b)) if !same(a, b) => {
            let said = format!(
                "has the default {} instead of {}",
                text::value(b),
                text::value(a)
            );
            ("changed", said)
        }
        _ => return,
    };
    let api = if spot.slot.is_request() { Review } else { Info };
    walk.report_at(
        spot,
        &format!("default-value-{what}"),
        verdict(Review, api),
        &said,
    );
}

fn closed_enum(walk: &mut Walk<'_>, old: &Value, new: &Value, spot: &Spot) {
    let request = spot.slot.is_request();
    match (
        member(old, "enum").is_array(),
        member(new, "enum").is_array(),
    ) {
        (false, false) => {}
        (false, true) => {
            let verdict = if request {
                verdict(Breaking, Breaking)
            } else {
                verdict(Info, Review)
            };
            let said = format!("now allows only {}", list(elements(new, "enum")));
            walk.report_at(spot, "became-enum", verdict, &said);
        }
        (true, false) => {
            walk.report_at(
                spot,
                "became-not-enum",
                verdict(Additive, Review),
                "is no longer bound to a list of values",
            );
        }
        (true, true) => values(walk, old, new, spot, "enum"),
    }
}

fn open_enum(walk: &mut Walk<'_>, old: &Value, new: &Value, spot: &Spot) {
    values(walk, old, new, spot, "x-extensible-enum");
}

/// Compares two lists of values as sets: their order and repetitions say nothing.
fn values<'a>(walk: &mut Walk<'_>, old: &'a Value, new: &'a Value, spot: &Spot, keyword: &str) {
    // Compared in full, shown shortened.
    let set = |node: &'a Value| -> BTreeMap<String, &'a Value> {
        elements(node, keyword)
            .iter()
            .map(|value| (value.to_string(), value))
            .collect()
    };
    let (before, after) = (set(old), set(new));
    let request = spot.slot.is_request();
    for (_, value) in after.iter().filter(|(key, _)| !before.contains_key(*key)) {
        // Our enums are open: a released client carries a value that it does not know.
        let said = format!("may now be {}", text::value(value));
        walk.report_at(
            spot,
            &format!("{keyword}-value-added"),
            verdict(Additive, Additive),
            &said,
        );
    }
    for (_, value) in before.iter().filter(|(key, _)| !after.contains_key(*key)) {
        let verdict = if request {
            verdict(Breaking, Breaking)
        } else {
            verdict(Info, Review)
        };
        let said = format!("is no longer {}", text::value(value));
        walk.report_at(spot, &format!("{keyword}-value-removed"), verdict, &said);
    }
}

fn list(values: &[Value]) -> String {
    let mut words: Vec<String> = values.iter().take(12).map(text::value).collect();
    if values.len() > words.len() {
        words.push(format!("{} more", values.len() - words.len()));
    }
    words.join(", ")
}
