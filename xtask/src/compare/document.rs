//! Compares what belongs to the whole document: servers, security, schema names, information; then
//! its operations.

use super::refs::{component, elements, keys, member};
use super::rules::{self, Rule};
use super::walk::Walk;
use super::{operation, prose, rest, schema, security, servers, text};
use serde_json::Value;
use std::collections::BTreeSet;

const HANDLED: [&str; 6] = [
    "openapi",
    "info",
    "servers",
    "security",
    "paths",
    "components",
];

/// Compares both documents as a whole.
pub(super) fn compare(walk: &mut Walk<'_>) {
    let (old, new) = (walk.old, walk.new);
    if member(old, "openapi") != member(new, "openapi") {
        let said = replaced("the version of OpenAPI", old, new, "openapi");
        walk.report(&rules::OPENAPI_VERSION_CHANGED, "openapi", &said);
    }
    servers::compare(walk, old, new, "");
    security::compare_global(walk);
    security::compare_schemes(walk);
    operation::compare_all(walk);
    schema::compare_all(walk);
    // Last, because only now it is known which schemas the operations refer to.
    schema_names(walk);
    let (before, after) = (member(old, "info"), member(new, "info"));
    prose::compare(walk, before, after, "info");
    if member(before, "version") != member(after, "version") {
        let said = replaced("the document's version", before, after, "version");
        walk.report(&rules::API_VERSION_CHANGED, "info.version", &said);
    }
    rest::compare(
        walk,
        before,
        after,
        &[&["version", "summary", "description"]],
        "info",
    );
    // The list of tags is read as a set, because its order does not matter.
    if set_of(old, "tags") != set_of(new, "tags") {
        walk.report(&rules::TAGS_CHANGED, "tags", "the list of tags changed");
    }
    rest::compare(walk, old, new, &[&HANDLED, &["tags"]], "document");
}

fn replaced(what: &str, old: &Value, new: &Value, key: &str) -> String {
    format!(
        "{what} is {} instead of {}",
        text::value(member(new, key)),
        text::value(member(old, key))
    )
}

fn set_of(node: &Value, key: &str) -> BTreeSet<String> {
    elements(node, key).iter().map(Value::to_string).collect()
}

/// Compares the names of schemas, and the schemas that no operation refers to.
fn schema_names(walk: &mut Walk<'_>) {
    let (old, new) = (
        component(walk.old, "schemas"),
        component(walk.new, "schemas"),
    );
    for name in keys(old, new) {
        let place = format!("components.schemas.{}", text::clean(name, 80));
        let shown = text::name(name);
        let (rule, said): (&Rule, String) = match (old.get(name), new.get(name)) {
            (Some(_), None) => (
                &rules::SCHEMA_REMOVED,
                format!("the schema {shown} was removed"),
            ),
            (None, Some(_)) => (&rules::SCHEMA_ADDED, format!("the schema {shown} is new")),
            (Some(a), Some(b)) if a != b && !walk.is_reached(name, a) => (
                &rules::SCHEMA_CHANGED,
                format!("the schema {shown} changed, but no operation refers to it"),
            ),
            _ => continue,
        };
        walk.report(rule, place, &said);
    }
}
