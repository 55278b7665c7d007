//! Compares the schema keywords that limit a value: bounds, pattern, default, enum.

use super::location::Location;
use super::refs::{self, elements, flag, member, same};
use super::rules;
use super::text;
use super::walk::Walk;
use serde_json::Value;
use std::cmp::Ordering;
use std::collections::BTreeMap;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Upper,
    Lower,
}

/// Each bound: the keyword, its name in rule ids, its name in sentences, and the side it limits.
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

/// The keywords that are compared here.
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

/// Compares all keywords of this file.
pub(super) fn compare(walk: &mut Walk<'_>, old: &Value, new: &Value, location: &Location) {
    for (keyword, segment, words, side) in BOUNDS {
        bound(
            walk,
            (member(old, keyword), member(new, keyword)),
            location,
            (segment, words, side),
        );
    }
    exclusive(walk, old, new, location);
    pattern(
        walk,
        member(old, "pattern"),
        member(new, "pattern"),
        location,
    );
    default(walk, old, new, location);
    closed_enum(walk, old, new, location);
    open_enum(walk, old, new, location);
}

fn bound(
    walk: &mut Walk<'_>,
    (old, new): (&Value, &Value),
    location: &Location,
    (segment, words, side): (&str, &str, Side),
) {
    // A length or a number of zero or more is every one.
    let written = |bound| match bound {
        bound if segment.starts_with("min-") && same(bound, &Value::from(0)) => &refs::ABSENT,
        bound => bound,
    };
    let (old, new) = (written(old), written(new));
    if same(old, new) {
        return;
    }
    let (rule, said) = match (old.is_null(), new.is_null()) {
        (true, _) => (
            &rules::BOUND_SET,
            format!("has a new {words} of {}", text::value(new)),
        ),
        (_, true) => (
            &rules::BOUND_UNSET,
            format!("lost its {words} of {}", text::value(old)),
        ),
        _ => {
            let rule = match (order(old, new), side) {
                (Some(Ordering::Less), Side::Upper) => &rules::UPPER_BOUND_INCREASED,
                (Some(Ordering::Less), Side::Lower) => &rules::LOWER_BOUND_INCREASED,
                (Some(_), Side::Upper) => &rules::UPPER_BOUND_DECREASED,
                (Some(_), Side::Lower) => &rules::LOWER_BOUND_DECREASED,
                (None, _) => &rules::BOUND_CHANGED,
            };
            let said = format!(
                "has a {words} of {} instead of {}",
                text::value(new),
                text::value(old)
            );
            (rule, said)
        }
    };
    walk.report_keyword(location, rule, segment, &said);
}

/// The order of two numbers, exact where both are integers; `None` where one is not a number.
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

/// In OpenAPI 3.0 these are flags that exclude the bound itself.
fn exclusive(walk: &mut Walk<'_>, old: &Value, new: &Value, location: &Location) {
    for (keyword, segment, words) in [
        ("exclusiveMaximum", "exclusive-max", "maximum"),
        ("exclusiveMinimum", "exclusive-min", "minimum"),
    ] {
        match (flag(old, keyword), flag(new, keyword)) {
            (false, true) => {
                let said = format!("no longer allows its {words} itself");
                walk.report_keyword(location, &rules::BOUND_SET, segment, &said);
            }
            (true, false) => {
                let said = format!("now allows its {words} itself");
                walk.report_keyword(location, &rules::BOUND_UNSET, segment, &said);
            }
            _ => {}
        }
    }
}

fn pattern(walk: &mut Walk<'_>, old: &Value, new: &Value, location: &Location) {
    if old == new {
        return;
    }
    let (rule, said) = match (old.is_null(), new.is_null()) {
        (true, _) => (
            &rules::PATTERN_ADDED,
            format!("has to match the new pattern {}", text::value(new)),
        ),
        (_, true) => (
            &rules::PATTERN_REMOVED,
            format!("no longer has to match the pattern {}", text::value(old)),
        ),
        _ => {
            let said = format!(
                "has the pattern {} instead of {}",
                text::value(new),
                text::value(old)
            );
            (&rules::PATTERN_CHANGED, said)
        }
    };
    walk.report_at(location, rule, &said);
}

fn default(walk: &mut Walk<'_>, old: &Value, new: &Value, location: &Location) {
    // A default may be null, so this looks at presence and not at the value.
    let (before, after) = (old.get("default"), new.get("default"));
    let (rule, said) = match (before, after) {
        (None, Some(value)) => (
            &rules::DEFAULT_ADDED,
            format!("has the new default {}", text::value(value)),
        ),
        (Some(value), None) => (
            &rules::DEFAULT_REMOVED,
            format!("lost its default {}", text::value(value)),
        ),
        (Some(a), Some(b)) if !same(a, b) => {
            let said = format!(
                "has the default {} instead of {}",
                text::value(b),
                text::value(a)
            );
            (&rules::DEFAULT_CHANGED, said)
        }
        _ => return,
    };
    walk.report_at(location, rule, &said);
}

fn closed_enum(walk: &mut Walk<'_>, old: &Value, new: &Value, location: &Location) {
    match (
        member(old, "enum").is_array(),
        member(new, "enum").is_array(),
    ) {
        (false, false) => {}
        (false, true) => {
            let said = format!("now allows only {}", list(elements(new, "enum")));
            walk.report_at(location, &rules::BECAME_ENUM, &said);
        }
        (true, false) => {
            let said = "is no longer limited to a list of values";
            walk.report_at(location, &rules::BECAME_NOT_ENUM, said);
        }
        (true, true) => values(walk, old, new, location, "enum"),
    }
}

fn open_enum(walk: &mut Walk<'_>, old: &Value, new: &Value, location: &Location) {
    values(walk, old, new, location, "x-extensible-enum");
}

/// Compares two lists of values as sets. Order and repetition do not matter.
fn values<'a>(
    walk: &mut Walk<'_>,
    old: &'a Value,
    new: &'a Value,
    location: &Location,
    keyword: &str,
) {
    // Values are compared in full and shown shortened.
    let set = |node: &'a Value| -> BTreeMap<String, &'a Value> {
        elements(node, keyword)
            .iter()
            .map(|value| (value.to_string(), value))
            .collect()
    };
    let (before, after) = (set(old), set(new));
    for (_, value) in after.iter().filter(|(key, _)| !before.contains_key(*key)) {
        let said = format!("may now be {}", text::value(value));
        walk.report_keyword(location, &rules::ENUM_VALUE_ADDED, keyword, &said);
    }
    for (_, value) in before.iter().filter(|(key, _)| !after.contains_key(*key)) {
        let said = format!("is no longer {}", text::value(value));
        walk.report_keyword(location, &rules::ENUM_VALUE_REMOVED, keyword, &said);
    }
}

fn list(values: &[Value]) -> String {
    let mut words: Vec<String> = values.iter().take(12).map(text::value).collect();
    if values.len() > words.len() {
        words.push(format!("{} more", values.len() - words.len()));
    }
    words.join(", ")
}
