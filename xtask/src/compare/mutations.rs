//! The mutation corpus: single edits of a small document, each with the verdict that it must get.
//!
//! The edits are data: `testdata/mutations.json` holds JSON Patches of `testdata/base.json`. Each
//! edit names the verdict it expects, so that accepting a snapshot cannot change one. `before`
//! prepares the standing document where the base lacks something.

use super::{Comparison, compare};
use serde_json::Value;
use std::collections::HashMap;

pub(super) fn base() -> Value {
    serde_json::from_str(include_str!("testdata/base.json")).unwrap()
}

pub(super) fn corpus() -> Vec<Value> {
    serde_json::from_str(include_str!("testdata/mutations.json")).unwrap()
}

fn text<'a>(node: &'a Value, key: &str) -> &'a str {
    node[key].as_str().unwrap()
}

/// Applies one operation of RFC 6902. The corpus uses neither `test` nor `copy`.
#[track_caller]
fn apply(document: &mut Value, operation: &Value) {
    let path = text(operation, "path");
    match text(operation, "op") {
        "add" => insert(document, path, operation["value"].clone()),
        "remove" => drop(take(document, path)),
        "replace" => {
            *document
                .pointer_mut(path)
                .unwrap_or_else(|| panic!("no {path}")) = operation["value"].clone();
        }
        "move" => {
            let value = take(document, text(operation, "from"));
            insert(document, path, value);
        }
        other => panic!("unknown operation {other}"),
    }
}

fn parent<'a>(document: &'a mut Value, path: &str) -> (&'a mut Value, String) {
    let (parent, key) = path.rsplit_once('/').unwrap();
    let node = document
        .pointer_mut(parent)
        .unwrap_or_else(|| panic!("no {parent}"));
    (node, key.replace("~1", "/").replace("~0", "~"))
}

fn insert(document: &mut Value, path: &str, value: Value) {
    match parent(document, path) {
        (Value::Array(list), key) if key == "-" => list.push(value),
        (Value::Array(list), key) => list.insert(key.parse().unwrap(), value),
        (Value::Object(members), key) => drop(members.insert(key, value)),
        _ => panic!("nothing to add to at {path}"),
    }
}

fn take(document: &mut Value, path: &str) -> Value {
    match parent(document, path) {
        (Value::Array(list), key) => list.remove(key.parse().unwrap()),
        (Value::Object(members), key) => {
            members.remove(&key).unwrap_or_else(|| panic!("no {path}"))
        }
        _ => panic!("nothing to remove at {path}"),
    }
}

/// The document before an edit and after it.
pub(super) fn documents(mutation: &Value) -> (Value, Value) {
    let operations = |key: &str| mutation[key].as_array().cloned().unwrap_or_default();
    let mut standing = base();
    for operation in operations("before") {
        apply(&mut standing, &operation);
    }
    let mut new = standing.clone();
    for operation in operations("ops") {
        apply(&mut new, &operation);
    }
    (standing, new)
}

fn compared(mutation: &Value) -> Comparison {
    let (standing, new) = documents(mutation);
    compare(&standing, &new)
}

#[test]
fn every_edit_gets_the_verdict_that_it_must_get() {
    let mut wrong = Vec::new();
    for mutation in corpus() {
        let found = compared(&mutation);
        let mut got: Vec<String> = found
            .changes
            .iter()
            .map(|change| {
                format!(
                    "{} {} {}",
                    change.id,
                    change.level.as_str(),
                    change.api_level.as_str()
                )
            })
            .collect();
        let mut must: Vec<String> = mutation["expect"]
            .as_array()
            .unwrap()
            .iter()
            .map(|line| line.as_str().unwrap().to_owned())
            .collect();
        got.sort();
        must.sort();
        if got != must || found.step().as_str() != text(&mutation, "step") {
            wrong.push(format!(
                "{}: expected {must:?} {}, got {got:?} {}",
                text(&mutation, "edit"),
                text(&mutation, "step"),
                found.step().as_str()
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_edit_is_named_once() {
    let mut seen = HashMap::new();
    for mutation in corpus() {
        *seen.entry(text(&mutation, "edit").to_owned()).or_insert(0) += 1;
    }
    assert!(seen.len() >= 60);
    assert!(seen.values().all(|count| *count == 1), "{seen:?}");
}

#[test]
fn the_table_of_edits_and_verdicts() {
    let mut rows = vec![["edit", "rule id", "wire", "api", "step"].map(str::to_owned)];
    for mutation in corpus() {
        let found = compared(&mutation);
        let mut edit = text(&mutation, "edit").to_owned();
        let mut step = found.step().as_str().to_owned();
        if found.changes.is_empty() {
            rows.push([edit, "-".into(), "-".into(), "-".into(), step]);
            continue;
        }
        for change in &found.changes {
            rows.push([
                std::mem::take(&mut edit),
                change.id.clone(),
                change.level.as_str().to_owned(),
                change.api_level.as_str().to_owned(),
                std::mem::take(&mut step),
            ]);
        }
    }
    let width = |column: usize| rows.iter().map(|row| row[column].len()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..5).map(width).collect();
    let table: Vec<String> = rows
        .iter()
        .map(|row| {
            let cells: Vec<String> = row
                .iter()
                .zip(&widths)
                .map(|(cell, width)| format!("{cell:width$}"))
                .collect();
            cells.join(" | ").trim_end().to_owned()
        })
        .collect();
    insta::assert_snapshot!(table.join("\n"));
}

#[test]
fn the_sentences_and_places_of_all_edits() {
    let lines: Vec<String> = corpus()
        .iter()
        .flat_map(|mutation| compared(mutation).changes)
        .map(|change| format!("{}\n    {}", change.place, change.text))
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
}
