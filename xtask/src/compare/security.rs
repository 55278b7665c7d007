//! Compares security: which keys an operation asks for, and how each key is sent.

use super::refs::{component, elements, keys, member, members};
use super::rules::{self, Rule};
use super::walk::Walk;
use super::{prose, rest, text};
use serde_json::Value;
use std::collections::BTreeSet;

/// The members of a security scheme that decide how a key is sent, each with its rule.
const MEMBERS: [(&str, &Rule); 7] = [
    ("type", &rules::SECURITY_TYPE_CHANGED),
    ("name", &rules::SECURITY_NAME_CHANGED),
    ("in", &rules::SECURITY_IN_CHANGED),
    ("scheme", &rules::SECURITY_SCHEME_CHANGED),
    ("flows", &rules::SECURITY_FLOWS_CHANGED),
    ("openIdConnectUrl", &rules::SECURITY_OPENID_URL_CHANGED),
    ("bearerFormat", &rules::SECURITY_BEARER_FORMAT_CHANGED),
];

/// A requirement that asks for nothing.
const NO_KEY: &str = "no key at all";

/// Compares the requirements that hold for the whole document.
pub(super) fn compare_global(walk: &mut Walk<'_>) {
    let (before, after) = (requirements(walk.old), requirements(walk.new));
    let rules = (
        &rules::GLOBAL_SECURITY_ADDED,
        &rules::GLOBAL_SECURITY_REMOVED,
    );
    compare_requirements(walk, &before, &after, rules, "security");
}

/// Compares the requirements of an operation that has its own in at least one of the documents.
pub(super) fn compare_operation(walk: &mut Walk<'_>, old: &Value, new: &Value, place: &str) {
    let has_own = |node: &Value| members(node).contains_key("security");
    if !has_own(old) && !has_own(new) {
        // The requirements that both inherit are compared once, for the whole document.
        return;
    }
    let before = requirements(if has_own(old) { old } else { walk.old });
    let after = requirements(if has_own(new) { new } else { walk.new });
    let rules = (&rules::SECURITY_ADDED, &rules::SECURITY_REMOVED);
    compare_requirements(walk, &before, &after, rules, place);
}

fn compare_requirements(
    walk: &mut Walk<'_>,
    before: &BTreeSet<String>,
    after: &BTreeSet<String>,
    (added, removed): (&Rule, &Rule),
    place: &str,
) {
    // A client goes on as before where one of the ways that it knows is still allowed. No
    // requirement at all is the way without a key.
    let open = |ways: &BTreeSet<String>| ways.is_empty() || ways.contains(NO_KEY);
    let goes_on = (open(before) && open(after)) || before.intersection(after).next().is_some();
    let news = |way: &&String| *way != NO_KEY || !open(before);
    for requirement in after.difference(before).filter(news) {
        let (rule, said) = match (goes_on || open(after), requirement.as_str()) {
            (true, NO_KEY) => (
                &rules::SECURITY_BECAME_OPTIONAL,
                "calls may now also be made without a key".to_owned(),
            ),
            (true, way) => (
                &rules::SECURITY_ALTERNATIVE_ADDED,
                format!("calls may now also be secured by {}", text::name(way)),
            ),
            (false, way) => (
                added,
                format!("calls may now be secured by {}", text::name(way)),
            ),
        };
        walk.report(rule, place, &said);
    }
    for requirement in before
        .difference(after)
        .filter(|way| *way != NO_KEY || !open(after))
    {
        let said = format!("calls are no longer secured by {}", text::name(requirement));
        walk.report(removed, place, &said);
    }
}

/// The security requirements of a document or an operation, each as one text. Their order does not
/// matter.
fn requirements(node: &Value) -> BTreeSet<String> {
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
        NO_KEY.to_owned()
    } else {
        parts.join(" with ")
    }
}

/// Compares the security schemes of both documents.
pub(super) fn compare_schemes(walk: &mut Walk<'_>) {
    let (old, new) = (
        component(walk.old, "securitySchemes"),
        component(walk.new, "securitySchemes"),
    );
    for name in keys(old, new) {
        let shown = text::name(name);
        let place = format!("components.securitySchemes.{}", text::clean(name, 80));
        let before = walk.resolve_old(member(old, name)).node;
        let after = walk.resolve_new(member(new, name)).node;
        match (before.is_null(), after.is_null()) {
            (true, _) => {
                let said = format!("the security scheme {shown} is new");
                walk.report(&rules::SECURITY_SCHEME_ADDED, place, &said);
            }
            (_, true) => {
                let said = format!("the security scheme {shown} was removed");
                walk.report(&rules::SECURITY_SCHEME_REMOVED, place, &said);
            }
            _ => compare_scheme(walk, before, after, &place),
        }
    }
}

fn compare_scheme(walk: &mut Walk<'_>, old: &Value, new: &Value, place: &str) {
    for (key, rule) in MEMBERS {
        let (before, after) = (member(old, key), member(new, key));
        if before != after {
            let said = format!(
                "the security scheme's {key} is {} instead of {}",
                text::value(after),
                text::value(before)
            );
            walk.report(rule, place, &said);
        }
    }
    prose::compare(walk, old, new, place);
    let handled = MEMBERS.map(|(key, _)| key);
    rest::compare(walk, old, new, &[&handled, &["description", "$ref"]], place);
}
