//! Compares the paths of two documents, matched by method and path, and each operation that both have.

use super::Level::{Additive, Breaking, Info, Review};
use super::refs::{elements, flag, keys, member, members, string};
use super::walk::{Walk, verdict};
use super::{document, parameter, prose, response, rest, text};
use serde_json::Value;
use std::collections::BTreeSet;

const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

const HANDLED: [&str; 10] = [
    "operationId",
    "tags",
    "summary",
    "description",
    "deprecated",
    "security",
    "servers",
    "parameters",
    "requestBody",
    "responses",
];

/// Compares `paths` of both documents.
pub(super) fn compare_all(walk: &mut Walk<'_>) {
    let (old, new) = (member(walk.old, "paths"), member(walk.new, "paths"));
    rest::extensions(walk, old, new, "paths");
    for path in keys(old, new) {
        if path.starts_with("x-") {
            continue;
        }
        let before = walk.old(member(old, path)).node;
        let after = walk.new_side(member(new, path)).node;
        let place = text::clean(path, 120);
        for method in METHODS {
            let place = format!("{} {place}", method.to_uppercase());
            match (before.get(method), after.get(method)) {
                (Some(a), Some(b)) => compare(walk, (before, a), (after, b), &place),
                (Some(a), None) => removed(walk, a, new.get(path).is_none(), place),
                (None, Some(_)) => {
                    let verdict = verdict(Additive, Additive);
                    walk.report("endpoint-added", verdict, place, "the operation is new");
                }
                (None, None) => {}
            }
        }
        if !before.is_null() && !after.is_null() {
            document::servers(walk, before, after, &place);
            prose::compare(walk, before, after, &place);
            let handled = ["servers", "parameters", "summary", "description", "$ref"];
            rest::compare(walk, before, after, &[&METHODS, &handled], &place);
        }
    }
}

fn removed(walk: &mut Walk<'_>, old: &Value, whole_path: bool, place: String) {
    let id = match (whole_path, flag(old, "deprecated")) {
        (true, false) => "api-path-removed-without-deprecation",
        (true, true) => "api-path-removed-with-deprecation",
        (false, false) => "api-removed-without-deprecation",
        (false, true) => "api-removed-with-deprecation",
    };
    // Announced or not, clients already shipped call it.
    walk.report(
        id,
        verdict(Breaking, Breaking),
        place,
        "the operation was removed",
    );
}

fn compare<'a>(
    walk: &mut Walk<'a>,
    (old_path, old): (&'a Value, &'a Value),
    (new_path, new): (&'a Value, &'a Value),
    place: &str,
) {
    identity(walk, old, new, place);
    lifecycle(walk, old, new, place);
    security(walk, old, new, place);
    document::servers(walk, old, new, place);
    prose::compare(walk, old, new, place);
    parameter::compare(walk, (old_path, old), (new_path, new), place);
    response::compare_request(walk, old, new, place);
    response::compare_all(walk, old, new, place);
    rest::compare(walk, old, new, &[&HANDLED], place);
}

fn identity(walk: &mut Walk<'_>, old: &Value, new: &Value, place: &str) {
    let (before, after) = (string(old, "operationId"), string(new, "operationId"));
    let (id, said) = match (before, after) {
        (Some(a), Some(b)) if a != b => (
            "api-operation-id-removed",
            format!(
                "the operation id {} was replaced with {}",
                text::name(a),
                text::name(b)
            ),
        ),
        (Some(a), None) => (
            "api-operation-id-removed",
            format!("the operation id {} was removed", text::name(a)),
        ),
        (None, Some(b)) => (
            "api-operation-id-added",
            format!("the operation id {} is new", text::name(b)),
        ),
        _ => ("", String::new()),
    };
    if !id.is_empty() {
        // The id names the generated function.
        walk.report(id, verdict(Info, Breaking), place, &said);
    }
    let tags = |node| -> BTreeSet<&str> {
        elements(node, "tags")
            .iter()
            .filter_map(Value::as_str)
            .collect()
    };
    let (before, after) = (tags(old), tags(new));
    for tag in after.difference(&before) {
        let said = format!("the tag {} is new", text::name(tag));
        walk.report("api-tag-added", verdict(Info, Info), place, &said);
    }
    for tag in before.difference(&after) {
        let said = format!("the tag {} was removed", text::name(tag));
        walk.report("api-tag-removed", verdict(Info, Info), place, &said);
    }
}

fn lifecycle(walk: &mut Walk<'_>, old: &Value, new: &Value, place: &str) {
    match (flag(old, "deprecated"), flag(new, "deprecated")) {
        (false, true) => {
            let said = "the operation is now deprecated";
            walk.report("endpoint-deprecated", verdict(Review, Review), place, said);
        }
        (true, false) => {
            let said = "the operation is no longer deprecated";
            walk.report("endpoint-reactivated", verdict(Info, Info), place, said);
        }
        _ => {}
    }
}

fn security(walk: &mut Walk<'_>, old: &Value, new: &Value, place: &str) {
    let own = |node: &Value| members(node).contains_key("security");
    if !own(old) && !own(new) {
        // What both inherit is compared once, for the whole document.
        return;
    }
    let (standing, coming) = (walk.old, walk.new);
    let before = document::requirements(if own(old) { old } else { standing });
    let after = document::requirements(if own(new) { new } else { coming });
    document::compare_requirements(walk, &before, &after, "api-security", place);
}
