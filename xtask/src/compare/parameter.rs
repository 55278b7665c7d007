//! Compares the parameters of an operation, matched by name and by where they are sent.

use super::location::{Carrier, Location, Part};
use super::refs::{ABSENT, elements, flag, member, members, string};
use super::rules;
use super::walk::{Role, Walk};
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

/// A parameter is identified by where it is sent and by its name.
type Key<'a> = (&'a str, String);

/// Compares the parameters of two operations, including those of their path items.
pub(super) fn compare<'a>(
    walk: &mut Walk<'a>,
    (old_path, old): (&'a Value, &'a Value),
    (new_path, new): (&'a Value, &'a Value),
    place: &str,
) {
    let before = collect(|node| walk.resolve_old(node).node, old_path, old);
    let after = collect(|node| walk.resolve_new(node).node, new_path, new);
    for (key, parameter) in &before {
        let location = location(key, place);
        match after.get(key) {
            Some(other) => compare_one(walk, parameter, other, location),
            None => walk.report_at(&location, &rules::PARAMETER_REMOVED, "was removed"),
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
    // Later entries win: a parameter of the operation replaces the one of its path item.
    elements(path_item, "parameters")
        .iter()
        .chain(elements(operation, "parameters"))
        .map(resolve)
        .filter_map(|node| {
            let sent_in = string(node, "in")?;
            let name = string(node, "name")?;
            let name = match sent_in {
                "header" => name.to_lowercase(),
                _ => name.to_owned(),
            };
            Some(((sent_in, name), node))
        })
        .collect()
}

fn location((sent_in, name): &Key<'_>, place: &str) -> Location {
    let base = format!("{place} {}", text::clean(sent_in, 20));
    let carrier = Carrier::of(Part::Parameter);
    Location::new(carrier, base, text::clean(name, 80), true)
}

fn added(walk: &mut Walk<'_>, key: &Key<'_>, required: bool, place: &str) {
    let (rule, said) = if key.0 == "path" {
        (&rules::PATH_PARAMETER_ADDED, "is new")
    } else if required {
        (&rules::REQUIRED_PARAMETER_ADDED, "is new and required")
    } else {
        (&rules::OPTIONAL_PARAMETER_ADDED, "is new")
    };
    walk.report_at(&location(key, place), rule, said);
}

fn compare_one<'a>(walk: &mut Walk<'a>, old: &'a Value, new: &'a Value, location: Location) {
    let place = location.place();
    match (flag(old, "required"), flag(new, "required")) {
        (false, true) => walk.report_at(&location, &rules::BECAME_REQUIRED, "is now required"),
        (true, false) => {
            walk.report_at(&location, &rules::BECAME_OPTIONAL, "is no longer required");
        }
        _ => {}
    }
    serialization(walk, old, new, &location);
    match (flag(old, "deprecated"), flag(new, "deprecated")) {
        (false, true) => walk.report_at(&location, &rules::DEPRECATED, "is now deprecated"),
        (true, false) => walk.report_at(&location, &rules::REACTIVATED, "is no longer deprecated"),
        _ => {}
    }
    prose::compare(walk, old, new, &place);
    rest::compare(walk, old, new, &[&HANDLED], &place);
    let before = walk.resolve_old(schema(old)).node;
    let after = walk.resolve_new(schema(new)).node;
    if is_joined(old, before) && takes_every_text(after) {
        let said = "is now one text instead of a list joined by commas";
        walk.report_at(&location, &rules::LIST_TYPE_CHANGED, said);
    } else if takes_every_text(before) && is_joined(new, after) {
        let said = "is now a list joined by commas instead of one text";
        walk.report_at(&location, &rules::LIST_TYPE_CHANGED, said);
        walk.push(schema(old), member(after, "items"), location, Role::Whole);
    } else {
        walk.push(schema(old), schema(new), location, Role::Whole);
    }
}

/// Whether a parameter is a list whose values are joined by commas.
fn is_joined(parameter: &Value, schema: &Value) -> bool {
    string(schema, "type") == Some("array")
        && matches!(in_effect(parameter), ("form" | "simple", false))
}

/// Whether a schema takes every text, and so also one with commas.
fn takes_every_text(schema: &Value) -> bool {
    let limits = ["enum", "pattern", "format", "maxLength"];
    string(schema, "type") == Some("string") && limits.iter().all(|key| schema.get(key).is_none())
}

/// The schema of a parameter. A parameter described by `content` has it in its only media type.
fn schema(parameter: &Value) -> &Value {
    let content = || members(member(parameter, "content")).values().next();
    parameter
        .get("schema")
        .or_else(|| content().map(|media| member(media, "schema")))
        .unwrap_or(&ABSENT)
}

fn serialization<'a>(walk: &mut Walk<'a>, old: &'a Value, new: &'a Value, location: &Location) {
    // A default that is now written out is not a change.
    let (style_before, explode_before) = in_effect(old);
    let (style_after, explode_after) = in_effect(new);
    if style_before != style_after {
        let said = format!(
            "is written in the style {} instead of {}",
            text::name(style_after),
            text::name(style_before)
        );
        walk.report_at(location, &rules::STYLE_CHANGED, &said);
    } else if explode_before != explode_after {
        let is_scalar = |schema| {
            matches!(
                string(schema, "type"),
                Some("string" | "integer" | "number" | "boolean")
            )
        };
        let before = walk.resolve_old(schema(old)).node;
        let after = walk.resolve_new(schema(new)).node;
        // A single value is sent the same way in both cases. Where a list became one, the change of
        // the type says so.
        if !(is_scalar(before) || is_scalar(after)) {
            let said = if explode_after {
                "repeats its name for each value instead of joining the values"
            } else {
                "joins its values instead of repeating its name for each"
            };
            walk.report_at(location, &rules::EXPLODE_CHANGED, said);
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
