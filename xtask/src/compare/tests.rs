//! Tests of the comparison as a whole: its properties over many documents.

mod reports;

use super::mutations::{base, corpus, documents};
use super::{Comparison, compare, walked};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

#[track_caller]
fn check(old: &Value, new: &Value, expected: &[&str]) {
    let found: Vec<String> = walked(old, new)
        .changes
        .iter()
        .map(|change| format!("{} @ {}", change.id, change.place))
        .collect();
    assert_eq!(found, expected);
}

/// A document with one answer of the given schema.
fn answering(schema: &Value) -> Value {
    json!({
        "paths": {"/a": {"get": {"responses": {"200": {"content": {"application/json": {"schema": schema}}}}}}},
        "components": {"schemas": {}}
    })
}

fn with_schemas(schema: &Value, schemas: &Value) -> Value {
    let mut document = answering(schema);
    document["components"]["schemas"] = schemas.clone();
    document
}

/// A small generator of numbers, so that the cases are the same on every machine.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound.max(1) as u64).unwrap()
    }

    fn pick<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.below(words.len())]
    }
}

const WORDS: [&str; 44] = [
    "paths",
    "/a",
    "get",
    "responses",
    "200",
    "404",
    "default",
    "content",
    "application/json",
    "schema",
    "$ref",
    "#/components/schemas/A",
    "#",
    "#/paths",
    "components",
    "schemas",
    "A",
    "type",
    "string",
    "array",
    "object",
    "items",
    "properties",
    "required",
    "oneOf",
    "anyOf",
    "allOf",
    "enum",
    "nullable",
    "parameters",
    "name",
    "in",
    "query",
    "security",
    "servers",
    "url",
    "maximum",
    "minimum",
    "description",
    "x-rate-limit",
    "additionalProperties",
    "headers",
    "requestBody",
    "securitySchemes",
];

fn random_value(dice: &mut Dice, depth: usize) -> Value {
    match dice.below(if depth == 0 { 5 } else { 9 }) {
        0 => Value::Null,
        1 => json!(dice.below(2) == 0),
        2 => json!(dice.below(1000)),
        3 => json!(1.5 - dice.below(9) as f64),
        4 => json!(dice.pick(&WORDS)),
        5 => (0..dice.below(4))
            .map(|_| random_value(dice, depth - 1))
            .collect(),
        _ => {
            let members = (0..dice.below(5))
                .map(|_| (dice.pick(&WORDS).to_owned(), random_value(dice, depth - 1)))
                .collect();
            Value::Object(members)
        }
    }
}

/// The JSON pointers of all nodes below the root.
fn pointers(document: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![(String::new(), document)];
    while let Some((pointer, node)) = open.pop() {
        let children: Vec<(String, &Value)> = match node {
            Value::Object(members) => members
                .iter()
                .map(|(key, child)| (key.replace('~', "~0").replace('/', "~1"), child))
                .collect(),
            Value::Array(list) => (0..)
                .map(|index: usize| index.to_string())
                .zip(list)
                .collect(),
            _ => Vec::new(),
        };
        for (key, child) in children {
            let below = format!("{pointer}/{key}");
            found.push(below.clone());
            open.push((below, child));
        }
    }
    found.sort();
    found
}

#[test]
fn a_document_compared_with_itself_has_no_change() {
    check(&base(), &base(), &[]);
    for mutation in corpus() {
        let document = documents(&mutation).1;
        // The walk of a document that is too deep stops even where nothing changed.
        if !mutation["expect"]
            .to_string()
            .contains("comparison-stopped")
        {
            check(&document, &document.clone(), &[]);
        }
    }
}

#[test]
fn every_edit_is_seen_in_both_directions_or_in_none() {
    for mutation in corpus() {
        let (standing, new) = documents(&mutation);
        let [there, back] = [compare(&standing, &new), compare(&new, &standing)];
        let (there, back) = (there.changes.is_empty(), back.changes.is_empty());
        assert_eq!(there, back, "{}", mutation["edit"]);
    }
}

#[test]
fn lists_that_are_sets_may_stand_in_any_order() {
    let mut turned = base();
    let mut turned_lists = 0;
    for pointer in pointers(&base()) {
        let is_set = [
            "required",
            "enum",
            "tags",
            "x-extensible-enum",
            "parameters",
            "oneOf",
        ]
        .iter()
        .any(|key| pointer.ends_with(&format!("/{key}")));
        if let (true, Some(Value::Array(list))) = (is_set, turned.pointer_mut(&pointer)) {
            list.reverse();
            turned_lists += 1;
        }
    }
    assert!(turned_lists > 20);
    check(&base(), &turned, &[]);
    check(&turned, &base(), &[]);
}

#[test]
fn a_reference_and_its_target_written_in_place_differ_in_the_name_only() {
    let inline = answering(&json!({"type": "object", "properties": {"a": {"type": "string"}}}));
    let named = with_schemas(
        &json!({"$ref": "#/components/schemas/A"}),
        &json!({"A": {"type": "object", "properties": {"a": {"type": "string"}}}}),
    );
    check(
        &inline,
        &named,
        &[
            "schema-name-changed @ GET /a 200",
            "api-schema-added @ components.schemas.A",
        ],
    );
}

#[test]
fn no_removed_or_replaced_node_goes_unnoticed() {
    let base = base();
    // A style that equals the default may be left out.
    let harmless = |pointer: &str| pointer.ends_with("/style");
    let mut silent = Vec::new();
    for pointer in pointers(&base).iter().filter(|pointer| !harmless(pointer)) {
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        let key = key.replace("~1", "/").replace("~0", "~");
        let mut removed = base.clone();
        match removed.pointer_mut(parent).unwrap() {
            Value::Object(members) => drop(members.remove(&key)),
            Value::Array(list) => drop(list.remove(key.parse().unwrap())),
            _ => unreachable!("a parent is an object or a list"),
        }
        let mut replaced = base.clone();
        *replaced.pointer_mut(pointer).unwrap() = json!("another value");
        for (how, document) in [("removed", removed), ("replaced", replaced)] {
            if compare(&base, &document).changes.is_empty() {
                silent.push(format!("{how} {pointer}"));
            }
        }
    }
    assert!(silent.is_empty(), "{}\n{}", silent.len(), silent.join("\n"));
}

#[test]
fn references_in_a_circle_end() {
    let schemas = json!({
        "A": {"type": "object", "properties": {"next": {"$ref": "#/components/schemas/A"}, "b": {"type": "string"}}},
        "B": {"$ref": "#/components/schemas/C"},
        "C": {"$ref": "#/components/schemas/B"},
        "D": {"oneOf": [{"$ref": "#/components/schemas/D"}, {"type": "string"}]}
    });
    for name in ["A", "B", "D"] {
        let schema = json!({"$ref": format!("#/components/schemas/{name}")});
        let old = with_schemas(&schema, &schemas);
        let mut new = old.clone();
        new["components"]["schemas"]["A"]["properties"]["b"]["type"] = json!("integer");
        let seen = compare(&old, &new).changes;
        assert_eq!(seen.len(), 1, "{seen:?}");
        check(&old, &old.clone(), &[]);
    }
}

#[test]
fn schemas_that_refer_to_each_other_in_many_ways_are_visited_once() {
    // Without references this document would have two to the sixtieth fields.
    let mut schemas = json!({"S60": {"type": "string"}});
    for level in 0..60 {
        let next = json!({"$ref": format!("#/components/schemas/S{}", level + 1)});
        schemas[format!("S{level}")] =
            json!({"type": "object", "properties": {"left": next, "right": next}});
    }
    let old = with_schemas(&json!({"$ref": "#/components/schemas/S0"}), &schemas);
    let mut new = old.clone();
    new["components"]["schemas"]["S60"]["type"] = json!("integer");
    let found = compare(&old, &new).changes;
    assert_eq!(found.len(), 1);
    assert!(
        found[0].text.ends_with("(`S60` is used in 2 places)."),
        "{}",
        found[0].text
    );
}

#[test]
fn a_comparison_that_stopped_is_reported() {
    let mut schemas = json!({"S500": {"type": "string"}});
    for level in 0..500 {
        schemas[format!("S{level}")] = json!({
            "type": "object",
            "properties": {"n": {"$ref": format!("#/components/schemas/S{}", level + 1)}}
        });
    }
    let old = with_schemas(&json!({"$ref": "#/components/schemas/S0"}), &schemas);
    let mut new = old.clone();
    new["components"]["schemas"]["S500"]["type"] = json!("integer");
    let found = compare(&old, &new);
    assert!(
        found
            .changes
            .iter()
            .any(|change| change.id == "comparison-stopped")
    );
    assert!(!found.unaccepted(&["nothing"]).is_empty());
    assert_eq!(compare(&old, &old.clone()), Comparison::default());
}

#[test]
fn any_two_values_compare_without_a_panic() {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    for _ in 0..4000 {
        let (old, new) = (random_value(&mut dice, 6), random_value(&mut dice, 6));
        let found = compare(&old, &new);
        let _ = (found.to_text(), found.to_markdown(), found.changelog());
        let read: Value = serde_json::from_str(&found.to_json()).unwrap();
        assert_eq!(
            read["changes"].as_array().unwrap().len(),
            found.changes.len()
        );
        assert!(walked(&old, &old).changes.is_empty(), "{old}");
    }
}

#[test]
fn a_document_with_random_parts_replaced_compares_without_a_panic() {
    let base = base();
    let places = pointers(&base);
    let mut dice = Dice(0x1234_5678_9abc_def1);
    for _ in 0..400 {
        let mut document = base.clone();
        for _ in 0..=dice.below(3) {
            let pointer = &places[dice.below(places.len())];
            // An earlier swap may have removed this place.
            if let Some(node) = document.pointer_mut(pointer) {
                *node = match dice.below(3) {
                    0 => base
                        .pointer(&places[dice.below(places.len())])
                        .unwrap()
                        .clone(),
                    _ => random_value(&mut dice, 3),
                };
            }
        }
        let found = compare(&base, &document);
        let back = compare(&document, &base);
        assert!(walked(&document, &document).changes.is_empty());
        assert_eq!(found.changes.is_empty(), back.changes.is_empty());
    }
}

#[test]
fn ten_times_the_document_takes_about_ten_times_as_long() {
    let object = |count: usize, of: &dyn Fn(usize) -> (String, Value)| -> Value {
        Value::Object((0..count).map(of).collect())
    };
    let document = |count: usize, kind: &str| {
        let field = |index| {
            let schema = json!({"type": kind, "description": "A field."});
            (format!("f{index}"), schema)
        };
        let schema = |index| {
            let schema = json!({"type": "object", "properties": object(20, &field)});
            (format!("S{index}"), schema)
        };
        let reference = |index| {
            let schema = json!({"$ref": format!("#/components/schemas/S{index}")});
            (format!("p{index}"), schema)
        };
        let root = json!({"type": "object", "properties": object(count, &reference)});
        with_schemas(&root, &object(count, &schema))
    };
    let time = |count| -> Duration {
        let (old, new) = (document(count, "string"), document(count, "integer"));
        let start = Instant::now();
        assert_eq!(compare(&old, &new).changes.len(), count * 20);
        start.elapsed()
    };
    let (small, large) = (time(100), time(1000));
    // Ten would be linear; a quadratic walk takes a hundred. The machine may be busy.
    assert!(large < small * 40, "{small:?} {large:?}");
}

#[test]
fn a_schema_behind_two_names_is_reported_where_it_is_used() {
    let schemas = json!({
        "A": {"$ref": "#/components/schemas/B"},
        "B": {"type": "object", "properties": {"b": {"type": "string"}}}
    });
    let old = with_schemas(&json!({"$ref": "#/components/schemas/A"}), &schemas);
    let mut new = old.clone();
    new["components"]["schemas"]["B"]["properties"]["b"]["type"] = json!("integer");
    check(
        &old,
        &new,
        &["response-property-type-changed @ GET /a 200 b"],
    );
}

#[test]
fn extensions_beside_paths_and_statuses_are_seen() {
    let old = answering(&json!({}));
    let mut new = old.clone();
    new["paths"]["x-limit-note"] = json!("new");
    new["paths"]["/a"]["get"]["responses"]["x-note"] = json!(1);
    check(
        &old,
        &new,
        &["rate-limit-changed @ paths", "extension-changed @ GET /a"],
    );
}
