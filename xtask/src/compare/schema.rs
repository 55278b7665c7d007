//! Compares one pair of schemas and puts the pairs inside it on the work list.

use super::location::{Location, Part};
use super::refs::{Resolved, elements, flag, keys, member, members, reference, string};
use super::rules::{self, Rule};
use super::walk::{Pair, Role, Walk};
use super::{keywords, prose, refs, rest, text, union};
use serde_json::Value;
use std::collections::BTreeSet;

/// The members of a schema that are compared here or in `union`. `keywords` has a separate list.
const HANDLED: [&str; 15] = [
    "type",
    "format",
    "nullable",
    "properties",
    "required",
    "items",
    "additionalProperties",
    "oneOf",
    "anyOf",
    "allOf",
    "summary",
    "description",
    "title",
    "deprecated",
    "$ref",
];

/// Compares pairs until the work list is empty.
pub(super) fn compare_all(walk: &mut Walk<'_>) {
    while let Some(pair) = walk.next_pair() {
        compare(walk, &pair);
    }
}

fn compare<'a>(walk: &mut Walk<'a>, pair: &Pair<'a>) {
    let location = &pair.location;
    let outer = (walk.resolve_old(pair.old), walk.resolve_new(pair.new));
    let (old, new) = unwrapped(walk, outer);
    let is_wrapper = !std::ptr::eq(outer.0.node, old.node) || !std::ptr::eq(outer.1.node, new.node);
    if old.name != new.name && pair.role != Role::Wrapped {
        renamed(walk, old.name, new.name, location);
    }
    if !(old.found && new.found) {
        if old.found != new.found || reference(pair.old) != reference(pair.new) {
            let said = "refers to a schema that is not in the document";
            walk.report_at(location, &rules::REFERENCE_UNRESOLVED, said);
        }
        return;
    }
    if pair.role == Role::Whole {
        nullability(
            walk,
            (outer.0.node, old.node),
            (outer.1.node, new.node),
            location,
        );
    }
    if is_wrapper && pair.role != Role::Wrapped {
        wrapper_annotations(
            walk,
            (outer.0.node, old.node),
            (outer.1.node, new.node),
            location,
        );
    }
    if !walk.visit(location.carrier, old, new) {
        return;
    }
    let (old, new) = (old.node, new.node);
    if pair.role != Role::Wrapped && !is_wrapper {
        annotations(walk, old, new, location);
    }
    let wrapped = union::compare(walk, (pair.old, old), (pair.new, new), location);
    if wrapped {
        // One side is not a union and was compared as the single member of a union.
        return;
    }
    kind(walk, old, new, location);
    keywords::compare(walk, old, new, location);
    properties(walk, old, new, location);
    items(walk, old, new, location);
    additional(walk, old, new, location);
    rest::compare(
        walk,
        old,
        new,
        &[&HANDLED, &keywords::HANDLED],
        &location.place(),
    );
}

/// Both schemas without the wrappers around them, such as an `allOf` of one reference. A wrapper
/// stays where the other side has several members under the same keyword.
fn unwrapped<'a>(
    walk: &Walk<'a>,
    (old, new): (Resolved<'a>, Resolved<'a>),
) -> (Resolved<'a>, Resolved<'a>) {
    let opens = |other: &Value, key: &str| {
        let keywords: &[&str] = if key == "allOf" {
            &["allOf"]
        } else {
            &["oneOf", "anyOf"]
        };
        keywords.iter().all(|key| elements(other, key).len() < 2)
    };
    (
        refs::unwrap(walk.old, old, |key| opens(new.node, key)),
        refs::unwrap(walk.new, new, |key| opens(old.node, key)),
    )
}

/// Compares what is beside the only member of a wrapper. Where nothing is, the member speaks for
/// it.
fn wrapper_annotations(
    walk: &mut Walk<'_>,
    old: (&Value, &Value),
    new: (&Value, &Value),
    location: &Location,
) {
    let once = format!("wrapper {:p} {:p} {:?}", old.0, new.0, location.carrier);
    if !walk.first_time(once) {
        return;
    }
    let has_prose = |node: &Value| {
        ["title", "summary", "description", "deprecated"]
            .iter()
            .any(|key| node.get(key).is_some())
    };
    let spoken = |(outer, inner)| if has_prose(outer) { outer } else { inner };
    annotations(walk, spoken(old), spoken(new), location);
    let beside = |node: &Value| -> Value {
        let kept = members(node).iter().filter(|(key, _)| {
            key.starts_with("x-") || ["example", "readOnly", "writeOnly"].contains(&key.as_str())
        });
        kept.map(|(key, value)| (key.clone(), value.clone()))
            .collect()
    };
    rest::compare(walk, &beside(old.0), &beside(new.0), &[], &location.place());
}

fn renamed(walk: &mut Walk<'_>, old: Option<&str>, new: Option<&str>, location: &Location) {
    // A shared schema is used in many places, but its new name is reported once.
    if !walk.first_time(format!("{old:?} {new:?} {}", location.carrier.in_error)) {
        return;
    }
    let shown = |name: Option<&str>| name.map_or("a nameless schema".to_owned(), text::name);
    let said = format!(
        "is now described by {} instead of {}",
        shown(new),
        shown(old)
    );
    walk.report_at(location, &rules::SCHEMA_NAME_CHANGED, &said);
}

fn nullability(
    walk: &mut Walk<'_>,
    (old_outer, old): (&Value, &Value),
    (new_outer, new): (&Value, &Value),
    location: &Location,
) {
    let before = flag(old_outer, "nullable") || accepts_null(walk.old, old);
    let after = flag(new_outer, "nullable") || accepts_null(walk.new, new);
    let once = format!(
        "null {old_outer:p} {new_outer:p} {:?} {}",
        location.carrier, location.optional
    );
    if before == after || !walk.first_time(once) {
        return;
    }
    // An absent value and null are both `None` where the value may be absent, but a list cannot be
    // null.
    let tolerated =
        !location.carrier.is_request() && location.optional && string(old, "type") != Some("array");
    let rule = match (after, tolerated) {
        (true, false) => &rules::BECAME_NULLABLE,
        (true, true) => &rules::OPTIONAL_BECAME_NULLABLE,
        (false, false) => &rules::BECAME_NOT_NULLABLE,
        (false, true) => &rules::OPTIONAL_BECAME_NOT_NULLABLE,
    };
    let said = if after {
        "may now be null"
    } else {
        "may no longer be null"
    };
    walk.report_at(location, rule, said);
}

/// Whether null is allowed: by the schema or by a member of its union.
fn accepts_null(document: &Value, schema: &Value) -> bool {
    let plain =
        |node: &Value| flag(node, "nullable") || elements(node, "enum").iter().any(Value::is_null);
    plain(schema)
        || ["oneOf", "anyOf"]
            .iter()
            .flat_map(|key| elements(schema, key))
            .any(|member| plain(refs::resolve(document, member).node))
}

fn annotations(walk: &mut Walk<'_>, old: &Value, new: &Value, location: &Location) {
    let place = location.place();
    prose::compare(walk, old, new, &place);
    if member(old, "title") != member(new, "title") {
        let said = format!(
            "the title is {} instead of {}",
            text::value(member(new, "title")),
            text::value(member(old, "title"))
        );
        walk.report_in(location.carrier, &rules::SCHEMA_TITLE_CHANGED, place, &said);
    }
    match (flag(old, "deprecated"), flag(new, "deprecated")) {
        (false, true) => walk.report_at(location, &rules::DEPRECATED, "is now deprecated"),
        (true, false) => walk.report_at(location, &rules::REACTIVATED, "is no longer deprecated"),
        _ => {}
    }
}

/// Compares type and format. oasdiff calls both together the type.
fn kind(walk: &mut Walk<'_>, old: &Value, new: &Value, location: &Location) {
    let of = |node| (member(node, "type"), member(node, "format"));
    let (before, after) = (of(old), of(new));
    if before == after {
        return;
    }
    let wider = is_within(before, after) || is_text_on_the_wire(before, after, location);
    let narrower = is_within(after, before);
    let rule = match (wider, narrower, location.carrier.is_request()) {
        (true, _, _) => &rules::TYPE_GENERALIZED,
        (_, true, false) => &rules::TYPE_SPECIALIZED,
        _ => &rules::TYPE_CHANGED,
    };
    let said = format!(
        "changed its type from {} to {}",
        shown_type(before),
        shown_type(after)
    );
    walk.report_at(location, rule, &said);
}

/// Whether every value of the type `inner` is also a value of the type `outer`.
fn is_within(inner: (&Value, &Value), outer: (&Value, &Value)) -> bool {
    let integer = |format: &Value| matches!(format.as_str(), Some("int32"));
    match (inner.0.as_str(), outer.0.as_str()) {
        (_, None) if outer.0.is_null() => true,
        (Some("integer"), Some("number")) => true,
        (Some("integer"), Some("integer")) => {
            outer.1.is_null() || (integer(inner.1) && outer.1.as_str() == Some("int64"))
        }
        (a, b) => a == b && outer.1.is_null(),
    }
}

/// Whether a parameter of this type is now a plain text. In a query and in a header every value is
/// text.
fn is_text_on_the_wire(
    before: (&Value, &Value),
    after: (&Value, &Value),
    location: &Location,
) -> bool {
    location.carrier.part == Part::Parameter
        && matches!(before.0.as_str(), Some("integer" | "number" | "boolean"))
        && after.0 == "string"
        && after.1.is_null()
}

fn shown_type((kind, format): (&Value, &Value)) -> String {
    let kind = if kind.is_null() {
        "any".to_owned()
    } else {
        text::value(kind)
    };
    if format.is_null() {
        kind
    } else {
        format!("{kind} in the format {}", text::value(format))
    }
}

fn properties<'a>(walk: &mut Walk<'a>, old: &'a Value, new: &'a Value, location: &Location) {
    let required = |node| -> BTreeSet<&'a str> {
        elements(node, "required")
            .iter()
            .filter_map(Value::as_str)
            .collect()
    };
    let (needed_before, needed_after) = (required(old), required(new));
    let (before, after) = (member(old, "properties"), member(new, "properties"));
    let carrier = location.carrier.property();
    for name in keys(before, after) {
        let optional = !needed_after.contains(name);
        let below = location.below(carrier, location.property_path(name), optional);
        match (before.get(name), after.get(name)) {
            (Some(old), Some(new)) => walk.push(old, new, below, Role::Whole),
            (Some(_), None) => removed(walk, &below, needed_before.contains(name)),
            _ => added(walk, &below, !optional),
        }
    }
    for name in needed_before.symmetric_difference(&needed_after) {
        // For a property that is new or was removed, this is part of that change.
        if members(before).contains_key(*name) == members(after).contains_key(*name) {
            let below = location.below(carrier, location.property_path(name), true);
            requiredness(walk, &below, needed_after.contains(name));
        }
    }
}

fn removed(walk: &mut Walk<'_>, location: &Location, required: bool) {
    let rule = match (location.carrier.is_request(), required) {
        (true, _) => &rules::REQUEST_PROPERTY_REMOVED,
        (false, true) => &rules::REQUIRED_PROPERTY_REMOVED,
        (false, false) => &rules::OPTIONAL_PROPERTY_REMOVED,
    };
    walk.report_at(location, rule, "was removed");
}

fn added(walk: &mut Walk<'_>, location: &Location, required: bool) {
    let rule = if required {
        &rules::REQUIRED_PROPERTY_ADDED
    } else {
        &rules::OPTIONAL_PROPERTY_ADDED
    };
    walk.report_at(location, rule, "is new");
}

fn requiredness(walk: &mut Walk<'_>, location: &Location, required: bool) {
    let (rule, said) = if required {
        (&rules::BECAME_REQUIRED, "is now required")
    } else {
        (&rules::BECAME_OPTIONAL, "is no longer required")
    };
    walk.report_at(location, rule, said);
}

fn items<'a>(walk: &mut Walk<'a>, old: &'a Value, new: &'a Value, location: &Location) {
    let (before, after) = (member(old, "items"), member(new, "items"));
    if !(before.is_null() && after.is_null()) {
        let below = location.below(location.carrier, format!("{}[]", location.path), false);
        walk.push(before, after, below, Role::Whole);
    }
}

enum Additional<'a> {
    Open,
    Closed,
    Typed(&'a Value),
}

fn additional_of(node: &Value) -> Additional<'_> {
    match member(node, "additionalProperties") {
        Value::Bool(false) => Additional::Closed,
        schema @ Value::Object(members) if !members.is_empty() => Additional::Typed(schema),
        _ => Additional::Open,
    }
}

fn additional<'a>(walk: &mut Walk<'a>, old: &'a Value, new: &'a Value, location: &Location) {
    let carrier = location.carrier;
    let (rule, said): (&Rule, &str) = match (additional_of(old), additional_of(new)) {
        (Additional::Typed(before), Additional::Typed(after)) => {
            let path = format!("{}{{}}", location.path);
            let below = location.below(carrier.property(), path, false);
            return walk.push(before, after, below, Role::Whole);
        }
        (Additional::Open, Additional::Open) | (Additional::Closed, Additional::Closed) => return,
        (Additional::Open, Additional::Closed) => (
            &rules::OBJECT_CLOSED,
            "no longer allows properties that it does not name",
        ),
        (Additional::Closed, Additional::Open) => (
            &rules::OBJECT_OPENED,
            "now allows properties that it does not name",
        ),
        _ => (
            &rules::UNNAMED_PROPERTIES_CHANGED,
            "describes the properties that it does not name differently",
        ),
    };
    walk.report_at(location, rule, said);
}
