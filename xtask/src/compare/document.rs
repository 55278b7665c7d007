//! Compares what belongs to the whole document: servers, security, schema names, information; then its operations.

use super::Level::{Additive, Breaking, Info, Review};
use super::SERVERS_CHANGED;
use super::refs::{elements, keys, member, members, string};
use super::walk::{Verdict, Walk, verdict};
use super::{operation, prose, rest, schema, text};
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
    version(walk, (old, new), "openapi", "the version of OpenAPI");
    servers(walk, old, new, "");
    let (before, after) = (requirements(old), requirements(new));
    compare_requirements(walk, &before, &after, "api-global-security", "security");
    schemes(walk);
    operation::compare_all(walk);
    schema::compare_all(walk);
    // Only now is it known which schemas some operation refers to.
    schema_names(walk);
    let (before, after) = (member(old, "info"), member(new, "info"));
    prose::compare(walk, before, after, "info");
    version(walk, (before, after), "version", "the document's version");
    rest::compare(
        walk,
        before,
        after,
        &[&["version", "summary", "description"]],
        "info",
    );
    // Descriptions of tags stand in a list; its order says nothing, so it is read as a set.
    if set_of(old, "tags") != set_of(new, "tags") {
        walk.report(
            "tags-changed",
            verdict(Info, Info),
            "tags",
            "the list of tags changed",
        );
    }
    rest::compare(walk, old, new, &[&HANDLED, &["tags"]], "document");
}

fn version(walk: &mut Walk<'_>, (old, new): (&Value, &Value), key: &str, what: &str) {
    let (before, after) = (member(old, key), member(new, key));
    if before != after {
        let said = format!(
            "{what} is {} instead of {}",
            text::value(after),
            text::value(before)
        );
        // Neither number promises anything: what changed under it is told by the other rules.
        let (id, place) = match key {
            "openapi" => ("openapi-version-changed", "openapi"),
            _ => ("api-version-changed", "info.version"),
        };
        walk.report(id, verdict(Info, Info), place, &said);
    }
}

fn set_of(node: &Value, key: &str) -> BTreeSet<String> {
    elements(node, key).iter().map(Value::to_string).collect()
}

/// Compares the servers of a document, a path item or an operation.
pub(super) fn servers(walk: &mut Walk<'_>, old: &Value, new: &Value, place: &str) {
    let urls = |node| -> Vec<String> { elements(node, "servers").iter().map(address).collect() };
    let (before, after) = (urls(old), urls(new));
    let sorted = |urls: &[String]| urls.iter().cloned().collect::<BTreeSet<String>>();
    if sorted(&before) == sorted(&after) && before.first() == after.first() {
        return;
    }
    let shown = |urls: &[String]| match urls {
        [] => "none".to_owned(),
        urls => text::names(urls.iter().take(6).map(String::as_str)),
    };
    let said = format!(
        "the servers are {} instead of {}",
        shown(&after),
        shown(&before)
    );
    let place = format!("{place} servers");
    walk.report(
        SERVERS_CHANGED,
        verdict(Breaking, Breaking),
        place.trim_start(),
        &said,
    );
}

/// A server's address and variables; its description moves no client.
fn address(server: &Value) -> String {
    let url = string(server, "url")
        .unwrap_or_default()
        .trim_end_matches('/');
    match server.get("variables") {
        Some(variables) => format!("{url} {variables}"),
        None => url.to_owned(),
    }
}

/// The security requirements of a document or an operation, each in one line; their order says nothing.
pub(super) fn requirements(node: &Value) -> BTreeSet<String> {
    elements(node, "security").iter().map(requirement).collect()
}

fn requirement(node: &Value) -> String {
    let mut parts: Vec<String> = members(node)
        .iter()
        .map(|(scheme, scopes)| match scopes.as_array() {
            Some(scopes) if scopes.is_empty() => scheme.clone(),
            Some(scopes) => {
                let scopes: BTreeSet<String> = scopes.iter().map(Value::to_string).collect();
                let scopes: Vec<String> = scopes.into_iter().collect();
                format!("{scheme}({})", scopes.join(" "))
            }
            None => format!("{scheme}({scopes})"),
        })
        .collect();
    parts.sort_unstable();
    if parts.is_empty() {
        "no key at all".to_owned()
    } else {
        parts.join(" with ")
    }
}

/// Reports requirements that came or went, under `<prefix>-added` and `<prefix>-removed`.
pub(super) fn compare_requirements(
    walk: &mut Walk<'_>,
    before: &BTreeSet<String>,
    after: &BTreeSet<String>,
    prefix: &str,
    place: &str,
) {
    // Either way: a key that is asked for is missing, or a key is sent to someone who does not want it.
    let both = verdict(Breaking, Breaking);
    for requirement in after.difference(before) {
        let said = format!("calls may now be secured by {}", text::name(requirement));
        walk.report(format!("{prefix}-added"), both, place, &said);
    }
    for requirement in before.difference(after) {
        let said = format!("calls are no longer secured by {}", text::name(requirement));
        walk.report(format!("{prefix}-removed"), both, place, &said);
    }
}

fn schemes(walk: &mut Walk<'_>) {
    let (old, new) = (
        component(walk.old, "securitySchemes"),
        component(walk.new, "securitySchemes"),
    );
    for name in keys(old, new) {
        let shown = text::name(name);
        let place = format!("components.securitySchemes.{}", text::clean(name, 80));
        let before = walk.old(member(old, name)).node;
        let after = walk.new_side(member(new, name)).node;
        match (before.is_null(), after.is_null()) {
            (true, _) => {
                // No operation asks for it yet, or the operation's own change says so.
                let said = format!("the security scheme {shown} is new");
                walk.report(
                    "api-security-component-added",
                    verdict(Review, Review),
                    place,
                    &said,
                );
            }
            (_, true) => {
                let said = format!("the security scheme {shown} was removed");
                let verdict = verdict(Breaking, Breaking);
                walk.report("api-security-component-removed", verdict, place, &said);
            }
            _ => scheme(walk, before, after, &place),
        }
    }
}

fn scheme(walk: &mut Walk<'_>, old: &Value, new: &Value, place: &str) {
    const DECIDING: [&str; 7] = [
        "type",
        "name",
        "in",
        "scheme",
        "flows",
        "openIdConnectUrl",
        "bearerFormat",
    ];
    for key in DECIDING {
        let (before, after) = (member(old, key), member(new, key));
        if before != after {
            let said = format!(
                "the security scheme's {key} is {} instead of {}",
                text::value(after),
                text::value(before)
            );
            let id = format!("api-security-component-{}-changed", key.to_lowercase());
            walk.report(id, verdict(Breaking, Breaking), place, &said);
        }
    }
    prose::compare(walk, old, new, place);
    rest::compare(
        walk,
        old,
        new,
        &[&DECIDING, &["description", "$ref"]],
        place,
    );
}

fn component<'a>(document: &'a Value, kind: &str) -> &'a Value {
    member(member(document, "components"), kind)
}

/// Names that came or went matter to the handwritten layer; a body that no operation reaches matters to nobody yet.
fn schema_names(walk: &mut Walk<'_>) {
    let (old, new) = (
        component(walk.old, "schemas"),
        component(walk.new, "schemas"),
    );
    for name in keys(old, new) {
        let place = format!("components.schemas.{}", text::clean(name, 80));
        let shown = text::name(name);
        let (id, verdict, said): (&str, Verdict, String) = match (old.get(name), new.get(name)) {
            (Some(_), None) => {
                let said = format!("the schema {shown} was removed");
                ("api-schema-removed", verdict(Info, Breaking), said)
            }
            (None, Some(_)) => (
                "api-schema-added",
                verdict(Info, Additive),
                format!("the schema {shown} is new"),
            ),
            (Some(a), Some(b)) if a != b && !walk.is_reached(name, a) => {
                let said = format!("the schema {shown} changed, which no operation refers to");
                ("api-schema-changed", verdict(Info, Review), said)
            }
            _ => continue,
        };
        walk.report(id, verdict, place, &said);
    }
}
