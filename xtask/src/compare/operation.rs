//! Compares the operations of two documents, matched by method and path.

use super::refs::{elements, flag, keys, member, string};
use super::rules;
use super::walk::Walk;
use super::{parameter, prose, response, rest, security, servers, text};
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
        let before = walk.resolve_old(member(old, path)).node;
        let after = walk.resolve_new(member(new, path)).node;
        let place = text::clean(path, 120);
        for method in METHODS {
            let place = format!("{} {place}", method.to_uppercase());
            match (before.get(method), after.get(method)) {
                (Some(a), Some(b)) => compare(walk, (before, a), (after, b), &place),
                (Some(a), None) => removed(walk, a, new.get(path).is_none(), place),
                (None, Some(_)) => {
                    walk.report(&rules::ENDPOINT_ADDED, place, "the operation is new");
                }
                (None, None) => {}
            }
        }
        if !before.is_null() && !after.is_null() {
            servers::compare(walk, before, after, &place);
            prose::compare(walk, before, after, &place);
            let handled = ["servers", "parameters", "summary", "description", "$ref"];
            rest::compare(walk, before, after, &[&METHODS, &handled], &place);
        }
    }
}

fn removed(walk: &mut Walk<'_>, old: &Value, whole_path: bool, place: String) {
    let rule = match (whole_path, flag(old, "deprecated")) {
        (true, false) => &rules::PATH_REMOVED,
        (true, true) => &rules::DEPRECATED_PATH_REMOVED,
        (false, false) => &rules::OPERATION_REMOVED,
        (false, true) => &rules::DEPRECATED_OPERATION_REMOVED,
    };
    walk.report(rule, place, "the operation was removed");
}

fn compare<'a>(
    walk: &mut Walk<'a>,
    (old_path, old): (&'a Value, &'a Value),
    (new_path, new): (&'a Value, &'a Value),
    place: &str,
) {
    identity(walk, old, new, place);
    lifecycle(walk, old, new, place);
    security::compare_operation(walk, old, new, place);
    servers::compare(walk, old, new, place);
    prose::compare(walk, old, new, place);
    parameter::compare(walk, (old_path, old), (new_path, new), place);
    response::compare_request(walk, old, new, place);
    response::compare_all(walk, old, new, place);
    rest::compare(walk, old, new, &[&HANDLED], place);
}

fn identity(walk: &mut Walk<'_>, old: &Value, new: &Value, place: &str) {
    let (before, after) = (string(old, "operationId"), string(new, "operationId"));
    match (before, after) {
        (Some(a), Some(b)) if a != b => {
            let said = format!(
                "the operation id {} was replaced with {}",
                text::name(a),
                text::name(b)
            );
            walk.report(&rules::OPERATION_ID_REMOVED, place, &said);
        }
        (Some(a), None) => {
            let said = format!("the operation id {} was removed", text::name(a));
            walk.report(&rules::OPERATION_ID_REMOVED, place, &said);
        }
        (None, Some(b)) => {
            let said = format!("the operation id {} is new", text::name(b));
            walk.report(&rules::OPERATION_ID_ADDED, place, &said);
        }
        _ => {}
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
        walk.report(&rules::TAG_ADDED, place, &said);
    }
    for tag in before.difference(&after) {
        let said = format!("the tag {} was removed", text::name(tag));
        walk.report(&rules::TAG_REMOVED, place, &said);
    }
}

fn lifecycle(walk: &mut Walk<'_>, old: &Value, new: &Value, place: &str) {
    match (flag(old, "deprecated"), flag(new, "deprecated")) {
        (false, true) => {
            let said = "the operation is now deprecated";
            walk.report(&rules::ENDPOINT_DEPRECATED, place, said);
        }
        (true, false) => {
            let said = "the operation is no longer deprecated";
            walk.report(&rules::ENDPOINT_REACTIVATED, place, said);
        }
        _ => {}
    }
}
