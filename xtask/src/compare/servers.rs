//! Compares the servers of a document, a path or an operation: where a client sends its key.

use super::refs::{elements, string};
use super::rules;
use super::text;
use super::walk::Walk;
use serde_json::Value;
use std::collections::BTreeSet;

/// Compares the `servers` of two nodes.
pub(super) fn compare(walk: &mut Walk<'_>, old: &Value, new: &Value, place: &str) {
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
    walk.report(&rules::SERVERS_CHANGED, place.trim_start(), &said);
}

/// A server's address and variables. Its description does not matter to a client.
fn address(server: &Value) -> String {
    let url = string(server, "url")
        .unwrap_or_default()
        .trim_end_matches('/');
    match server.get("variables") {
        Some(variables) => format!("{url} {variables}"),
        None => url.to_owned(),
    }
}
