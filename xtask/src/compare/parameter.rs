//! Compares the parameters of an operation, matched by location and name.

use super::Level::{Additive, Breaking, Info, Review};
use super::refs::{ABSENT, elements, flag, member, members, string};
use super::slot::{Part, Slot, Spot};
use super::walk::{Role, Walk, verdict};
use super::{prose, rest, text};
use serde_json::Value;
use std::collections::BTreeMap;

const HANDLED: [&str; 10] = [
    "name",
    "in",
    "required",
    "schema",
    "style",
    "explode",
    "deprecated",
    "summary",
    "description",
    "$ref",
];

/// A parameter's location and name, which together are its identity.
type Key<'a> = (&'a str, String);

/// Compares the parameters of `old` and `new`, those of their path items included.
pub(super) fn compare<'a>(
    walk: &mut Walk<'a>,
    (old_path, old): (&'a Value, &'a Value),
    (new_path, new): (&'a Value, &'a Value),
    place: &str,
) {
    let before = collect(|node| walk.old(node).node, old_path, old);
    let after = collect(|node| walk.new_side(node).node, new_path, new);
    for (key, parameter) in &before {
        let spot = spot(key, place);
        match after.get(key) {
            Some(other) => compare_one(walk, parameter, other, spot),
            None => {
                let said = "was removed";
                // A filter that is silently ignored is worse than an error: more or other offers come back.
                walk.report_at(&spot, "removed", verdict(Breaking, Breaking), said);
            }
        }
    }
    for (key, parameter) in after.iter().filter(|(key, _)| !before.contains_key(*key)) {
        added(walk, key, flag(parameter, "required"), place);
    }
}

fn collect<'a>(
    resolve: impl Fn(&'a Value) -> &'a Value,
    path_item: &'a Value,
    operation: &'a Value,
) -> BTreeMap<Key<'a>, &'a Value> {
    // Later entries win: an operation's own parameter replaces that of its path item.
    elements(path_item, "parameters")
        .iter()
        .chain(elements(operation, "parameters"))
        .map(resolve)
        .filter_map(|node| {
            let location = string(node, "in")?;
            let name = string(node, "name")?;
            let name = match location {
                "header" => name.to_lowercase(),
                _ => name.to_owned(),
            };
            Some(((location, name), node))
        })
        .collect()
}

fn spot((location, name): &Key<'_>, place: &str) -> Spot {
    let base = format!("{place} {}", text::clean(location, 20));
    Spot::new(Slot::of(Part::Parameter), base, text::clean(name, 80), true)
}

fn added(walk: &mut Walk<'_>, key: &Key<'_>, required: bool, place: &str) {
    let spot = spot(key, place);
    let (id, verdict, said) = if key.0 == "path" {
        (
            "new-request-path-parameter",
            verdict(Breaking, Breaking),
            "is new",
        )
    } else if required {
        (
            "new-required-request-parameter",
            verdict(Breaking, Breaking),
            "is new and required",
        )
    } else {
        (
            "new-optional-request-parameter",
            verdict(Additive, Additive),
            "is new",
        )
    };
    let sentence = format!("{} {said}", spot.subject());
    walk.report(id, verdict, spot.place(), &sentence);
}

fn compare_one<'a>(walk: &mut Walk<'a>, old: &'a Value, new: &'a Value, spot: Spot) {
    let place = spot.place();
    match (flag(old, "required"), flag(new, "required")) {
        (false, true) => {
            walk.report_at(
                &spot,
                "became-required",
                verdict(Breaking, Breaking),
                "is now required",
            );
        }
        (true, false) => {
            let said = "is no longer required";
            walk.report_at(&spot, "became-optional", verdict(Additive, Additive), said);
        }
        _ => {}
    }
    serialization(walk, old, new, &spot);
    match (flag(old, "deprecated"), flag(new, "deprecated")) {
        (false, true) => {
            walk.report_at(
                &spot,
                "deprecated",
                verdict(Review, Review),
                "is now deprecated",
            );
        }
        (true, false) => {
            walk.report_at(
                &spot,
                "reactivated",
                verdict(Info, Info),
                "is no longer deprecated",
            );
        }
        _ => {}
    }
    prose::compare(walk, old, new, &place);
    rest::compare(walk, old, new, &[&HANDLED], &place);
    walk.push(schema(old), schema(new), spot, Role::Whole);
}

/// The schema of a parameter; one that is described by content has it inside its only media type.
fn schema(parameter: &Value) -> &Value {
    let content = || members(member(parameter, "content")).values().next();
    parameter
        .get("schema")
        .or_else(|| content().map(|media| member(media, "schema")))
        .unwrap_or(&ABSENT)
}

fn serialization<'a>(walk: &mut Walk<'a>, old: &'a Value, new: &'a Value, spot: &Spot) {
    // Writing a default out is no change.
    let (style_before, explode_before) = in_effect(old);
    let (style_after, explode_after) = in_effect(new);
    if style_before != style_after {
        let said = format!(
            "is written in the style {} instead of {}",
            text::name(style_after),
            text::name(style_before)
        );
        walk.report_at(spot, "style-changed", verdict(Breaking, Review), &said);
    } else if explode_before != explode_after {
        let is_scalar = |schema| {
            matches!(
                string(schema, "type"),
                Some("string" | "integer" | "number" | "boolean")
            )
        };
        let before = walk.old(schema(old)).node;
        let after = walk.new_side(schema(new)).node;
        // A single value is written the same either way.
        if !(is_scalar(before) && is_scalar(after)) {
            let said = if explode_after {
                "repeats its name for each value instead of joining the values"
            } else {
                "joins its values instead of repeating its name for each"
            };
            walk.report_at(spot, "explode-changed", verdict(Breaking, Review), said);
        }
    }
}

fn in_effect(parameter: &Value) -> (&str, bool) {
    let usual = match string(parameter, "in") {
        Some("query" | "cookie") => "form",
        _ => "simple",
    };
    let style = string(parameter, "style").unwrap_or(usual);
    let explode = member(parameter, "explode")
        .as_bool()
        .unwrap_or(style == "form");
    (style, explode)
}
