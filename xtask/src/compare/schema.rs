//! Compares one pair of schemas and puts the pairs inside it on the work list.

use super::Level::{Additive, Breaking, Info, Review};
use super::refs::{elements, flag, keys, member, members, reference, string};
use super::slot::{Slot, Spot};
use super::walk::{Pair, Role, Verdict, Walk, verdict};
use super::{keywords, prose, refs, rest, text, union};
use serde_json::Value;
use std::collections::BTreeSet;

/// The members of a schema that this file and its neighbours answer for, besides the keywords.
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

/// Works until no pair is left.
pub(super) fn compare_all(walk: &mut Walk<'_>) {
    while let Some(pair) = walk.next_pair() {
        compare(walk, &pair);
    }
}

fn compare<'a>(walk: &mut Walk<'a>, pair: &Pair<'a>) {
    let spot = &pair.spot;
    let (old, new) = (walk.old(pair.old), walk.new_side(pair.new));
    if old.name != new.name && pair.role != Role::Wrapped {
        renamed(walk, old.name, new.name, spot);
    }
    if !(old.found && new.found) {
        if old.found != new.found || reference(pair.old) != reference(pair.new) {
            let said = "refers to a schema that is not in the document";
            walk.report_at(
                spot,
                "reference-unresolved",
                verdict(Breaking, Breaking),
                said,
            );
        }
        return;
    }
    if pair.role == Role::Whole {
        nullability(walk, old.node, new.node, spot);
    }
    if !walk.visit(spot.slot, old, new) {
        return;
    }
    let (old, new) = (old.node, new.node);
    if pair.role != Role::Wrapped {
        annotations(walk, old, new, spot);
    }
    let wrapped = union::compare(walk, (pair.old, old), (pair.new, new), spot);
    if wrapped {
        // One side is a plain schema and was compared as the single member of a union.
        return;
    }
    kind(walk, old, new, spot);
    keywords::compare(walk, old, new, spot);
    properties(walk, old, new, spot);
    items(walk, old, new, spot);
    additional(walk, old, new, spot);
    rest::compare(
        walk,
        old,
        new,
        &[&HANDLED, &keywords::HANDLED],
        &spot.place(),
    );
}

fn renamed(walk: &mut Walk<'_>, old: Option<&str>, new: Option<&str>, spot: &Spot) {
    // The type's name in Rust is the schema's name; a shared schema is named at many places and renamed once.
    if !walk.first_time(format!("{old:?} {new:?} {}", spot.slot.failure)) {
        return;
    }
    let shown = |name: Option<&str>| name.map_or("a nameless schema".to_owned(), text::name);
    let said = format!(
        "is now described by {} instead of {}",
        shown(new),
        shown(old)
    );
    let verdict = spot.slot.temper(verdict(Info, Breaking));
    let sentence = format!("{} {said}", spot.subject());
    walk.report("schema-name-changed", verdict, spot.place(), &sentence);
}

fn nullability(walk: &mut Walk<'_>, old: &Value, new: &Value, spot: &Spot) {
    let before = accepts_null(walk.old, old);
    let after = accepts_null(walk.new, new);
    let once = format!("null {old:p} {new:p} {:?} {}", spot.slot, spot.optional);
    if before == after || !walk.first_time(once) {
        return;
    }
    let request = spot.slot.is_request();
    // An absent value and null are both `None` where the value may be absent, but a list has no place for null.
    let tolerated = spot.optional && string(old, "type") != Some("array");
    let (what, verdict) = match (after, request) {
        (true, true) => ("became-nullable", verdict(Additive, Additive)),
        (false, true) => ("became-not-nullable", verdict(Breaking, Review)),
        (true, false) if tolerated => ("became-nullable", verdict(Review, Info)),
        (true, false) => ("became-nullable", verdict(Breaking, Breaking)),
        (false, false) if tolerated => ("became-not-nullable", verdict(Info, Info)),
        (false, false) => ("became-not-nullable", verdict(Info, Breaking)),
    };
    let said = if after {
        "may now be null"
    } else {
        "may no longer be null"
    };
    walk.report_at(spot, what, verdict, said);
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

fn annotations(walk: &mut Walk<'_>, old: &Value, new: &Value, spot: &Spot) {
    let place = spot.place();
    prose::compare(walk, old, new, &place);
    if member(old, "title") != member(new, "title") {
        // The generator takes a title for the name of a nameless schema.
        let said = format!(
            "the title is {} instead of {}",
            text::value(member(new, "title")),
            text::value(member(old, "title"))
        );
        let verdict = spot.slot.temper(verdict(Info, Review));
        walk.report("schema-title-changed", verdict, place, &said);
    }
    match (flag(old, "deprecated"), flag(new, "deprecated")) {
        (false, true) => {
            walk.report_at(
                spot,
                "deprecated",
                verdict(Review, Review),
                "is now deprecated",
            );
        }
        (true, false) => {
            walk.report_at(
                spot,
                "reactivated",
                verdict(Info, Info),
                "is no longer deprecated",
            );
        }
        _ => {}
    }
}

/// Compares type and format, which together are what oasdiff calls the type.
fn kind(walk: &mut Walk<'_>, old: &Value, new: &Value, spot: &Spot) {
    let of = |node| (member(node, "type"), member(node, "format"));
    let (before, after) = (of(old), of(new));
    if before == after {
        return;
    }
    let wider = is_within(before, after);
    let narrower = is_within(after, before);
    let request = spot.slot.is_request();
    let (what, verdict) = match (wider, narrower, request) {
        (true, _, true) => ("type-generalized", verdict(Additive, Breaking)),
        (true, _, false) => ("type-generalized", verdict(Breaking, Breaking)),
        (_, true, false) => ("type-specialized", verdict(Info, Breaking)),
        _ => ("type-changed", verdict(Breaking, Breaking)),
    };
    let said = format!(
        "changed its type from {} to {}",
        shown_type(before),
        shown_type(after)
    );
    walk.report_at(spot, what, verdict, &said);
}

/// Whether every value of `inner` is one of `outer`.
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

fn properties<'a>(walk: &mut Walk<'a>, old: &'a Value, new: &'a Value, spot: &Spot) {
    let required = |node| -> BTreeSet<&'a str> {
        elements(node, "required")
            .iter()
            .filter_map(Value::as_str)
            .collect()
    };
    let (needed_before, needed_after) = (required(old), required(new));
    let (before, after) = (member(old, "properties"), member(new, "properties"));
    let slot = spot.slot.property();
    for name in keys(before, after) {
        let optional = !needed_after.contains(name);
        let below = spot.below(slot, spot.property_path(name), optional);
        match (before.get(name), after.get(name)) {
            (Some(old), Some(new)) => walk.push(old, new, below, Role::Whole),
            (Some(_), None) => removed(walk, &below, needed_before.contains(name)),
            _ => added(walk, &below, !optional),
        }
    }
    for name in needed_before.symmetric_difference(&needed_after) {
        // A property that came or went was reported with its requiredness.
        if members(before).contains_key(*name) == members(after).contains_key(*name) {
            let below = spot.below(slot, spot.property_path(name), true);
            requiredness(walk, &below, needed_after.contains(name));
        }
    }
}

fn removed(walk: &mut Walk<'_>, spot: &Spot, required: bool) {
    let (id, verdict) = match (spot.slot.is_request(), required) {
        (true, _) => (
            format!("{}-removed", spot.slot.prefix()),
            verdict(Review, Breaking),
        ),
        (false, true) => (
            "response-required-property-removed".to_owned(),
            verdict(Breaking, Breaking),
        ),
        (false, false) => (
            "response-optional-property-removed".to_owned(),
            verdict(Breaking, Breaking),
        ),
    };
    report_property(walk, id, verdict, spot, "was removed");
}

fn added(walk: &mut Walk<'_>, spot: &Spot, required: bool) {
    let (id, verdict) = match (spot.slot.is_request(), required) {
        (true, true) => (
            format!("new-required-{}", spot.slot.prefix()),
            verdict(Breaking, Breaking),
        ),
        (true, false) => (
            format!("new-optional-{}", spot.slot.prefix()),
            verdict(Additive, Additive),
        ),
        // The library keeps fields that it does not know.
        (false, true) => (
            "response-required-property-added".to_owned(),
            verdict(Additive, Additive),
        ),
        (false, false) => (
            "response-optional-property-added".to_owned(),
            verdict(Additive, Additive),
        ),
    };
    report_property(walk, id, verdict, spot, "is new");
}

fn requiredness(walk: &mut Walk<'_>, spot: &Spot, required: bool) {
    let (what, said) = if required {
        ("became-required", "is now required")
    } else {
        ("became-optional", "is no longer required")
    };
    let verdict = match (spot.slot.is_request(), required) {
        (true, true) | (false, false) => verdict(Breaking, Breaking),
        (true, false) => verdict(Additive, Additive),
        // The field may stay an `Option`; whether it should is for a person.
        (false, true) => verdict(Info, Review),
    };
    walk.report_at(spot, what, verdict, said);
}

fn report_property(walk: &mut Walk<'_>, id: String, verdict: Verdict, spot: &Spot, said: &str) {
    let sentence = format!("{} {said}", spot.subject());
    walk.report(id, spot.slot.temper(verdict), spot.place(), &sentence);
}

fn items<'a>(walk: &mut Walk<'a>, old: &'a Value, new: &'a Value, spot: &Spot) {
    let (before, after) = (member(old, "items"), member(new, "items"));
    if !(before.is_null() && after.is_null()) {
        let below = spot.below(spot.slot, format!("{}[]", spot.path), false);
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

fn additional<'a>(walk: &mut Walk<'a>, old: &'a Value, new: &'a Value, spot: &Spot) {
    let slot: Slot = spot.slot;
    let request = slot.is_request();
    let (what, verdict, said) = match (additional_of(old), additional_of(new)) {
        (Additional::Typed(before), Additional::Typed(after)) => {
            let below = spot.below(slot.property(), format!("{}{{}}", spot.path), false);
            return walk.push(before, after, below, Role::Whole);
        }
        (Additional::Open, Additional::Open) | (Additional::Closed, Additional::Closed) => return,
        (Additional::Open, Additional::Closed) => {
            let verdict = if request {
                verdict(Breaking, Review)
            } else {
                verdict(Info, Info)
            };
            (
                "closed",
                verdict,
                "no longer allows properties that it does not name",
            )
        }
        (Additional::Closed, Additional::Open) => (
            "opened",
            verdict(Additive, Info),
            "now allows properties that it does not name",
        ),
        _ => (
            "changed",
            verdict(Review, Breaking),
            "describes its unnamed properties otherwise",
        ),
    };
    walk.report_at(
        spot,
        &format!("additional-properties-{what}"),
        verdict,
        said,
    );
}
