//! Finds the schemas of a response and its rows, and puts them under our names.

use serde_json::{Map, Value, json};

use crate::spec::expected::Operation;
use crate::spec::verify::resolved;
use crate::spec::walk;

/// Media types of our responses, as written in the normal form.
const JSON: &str = "application/json";
const JSONP: &str = "application/javascript";
/// What the names of JSONP's media types contain.
const JSONP_WORDS: [&str; 4] = ["javascript", "ecmascript", "jsonp", "json-p"];
/// What the names of media types with one JSON text in each line contain.
const LINES: [&str; 3] = ["ndjson", "jsonl", "json-seq"];

/// Leaves an operation one success response, and gives its schemas our names.
pub(super) fn answer(document: &mut Value, operation: &Operation, notes: &mut Vec<String>) {
    let place = format!("GET {}", operation.path);
    let Some(responses) = document
        .get_mut("paths")
        .and_then(|paths| paths.get_mut(operation.path)?.get_mut("get"))
        .and_then(Value::as_object_mut)
        .map(|operation| operation.entry("responses").or_insert_with(|| json!({})))
        .and_then(Value::as_object_mut)
    else {
        return;
    };
    let mut good = one_good(responses, &place, notes);
    media(&mut good, &place, notes);
    let schema = good.pointer("/content/application~1json/schema").cloned();
    if schema.is_some() {
        good["content"][JSON]["schema"] = reference(operation.response);
    }
    responses.insert("200".to_owned(), good);
    if let Some(schema) = schema {
        response(document, operation, &schema);
    }
}

/// Removes the responses of class 2xx, and returns the one that a client reads.
fn one_good(responses: &mut Map<String, Value>, place: &str, notes: &mut Vec<String>) -> Value {
    let mut good: Vec<String> = responses
        .keys()
        .filter(|status| status.starts_with('2'))
        .cloned()
        .collect();
    // 200 comes first, then a response with a body. A lone `default` describes all responses.
    good.sort_by_key(|status| (status != "200", responses[status].get("content").is_none()));
    if good.is_empty() && responses.contains_key("default") {
        good.push("default".to_owned());
        notes.push(format!(
            "{place}: read the response `default` as 200, because no other success response is described"
        ));
    }
    let mut answers = good
        .into_iter()
        .filter_map(|status| Some((responses.remove(&status)?, status)));
    let first = answers.next().map(|(answer, _)| answer);
    for (_, status) in answers {
        notes.push(format!(
            "{place}: left out the response {status}; the client reads one success response"
        ));
    }
    first.unwrap_or_else(
        || json!({"description": "A success response; the document describes none."}),
    )
}

/// Keeps our two media types, each under one spelling.
fn media(answer: &mut Value, place: &str, notes: &mut Vec<String>) {
    let Some(Value::Object(content)) = answer.get_mut("content") else {
        return;
    };
    let mut spelt = Map::new();
    for (media, body) in std::mem::take(content) {
        let bare = media
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase();
        let ours = if JSONP_WORDS.iter().any(|word| bare.contains(word)) {
            JSONP
        } else if (bare.contains("json") && !LINES.iter().any(|word| bare.contains(word)))
            || bare == "*/*"
            || bare == "application/*"
        {
            JSON
        } else {
            notes.push(format!("{place}: left out the media type {media}"));
            continue;
        };
        if bare == ours || !spelt.contains_key(ours) {
            spelt.insert(ours.to_owned(), body);
        }
    }
    *content = spelt;
}

fn response(document: &mut Value, operation: &Operation, schema: &Value) {
    let envelope = with_property(document, schema, operation.rows, 0);
    let rows = match &envelope {
        Some(envelope) => rows(document, &envelope["properties"][operation.rows]),
        None => bare_rows(document, schema),
    };
    let envelope = envelope.map(|mut envelope| {
        if rows.is_some() {
            envelope["properties"][operation.rows] =
                json!({"type": "array", "items": reference(operation.row)});
        }
        envelope
    });
    put(
        document,
        operation.response,
        schema,
        Some(envelope.unwrap_or_else(|| flat(document, schema, 0))),
    );
    let Some(rows) = rows else { return };
    let row = object(document, &rows);
    put(document, operation.row, &rows, row);
    if operation.row == "Offer" {
        part(document, "creatives", "Creative");
        part(document, "events", "OfferEvent");
    }
}

/// Names the object that a property of an offer holds, alone or in a list.
fn part(document: &mut Value, property: &str, name: &str) {
    let Some(schema) = document
        .pointer(&format!("/components/schemas/Offer/properties/{property}"))
        .cloned()
    else {
        return;
    };
    let item = rows(document, &schema);
    let alone = item.is_none();
    let item = item.unwrap_or(schema);
    let mut found = object(document, &item);
    // The property may be null, but the named object is not.
    if let (true, Some(Value::Object(found))) = (alone, &mut found) {
        found.remove("nullable");
    }
    put(document, name, &item, found);
}

/// Names the schema of error responses.
pub(super) fn errors(document: &mut Value) {
    let mut found = Vec::new();
    walk::operations(document, &mut |path, _, operation| {
        if !crate::spec::expected::OPERATIONS
            .iter()
            .any(|ours| ours.path == path)
        {
            return;
        }
        for (status, answer) in walk::members(operation, "responses") {
            if !status.starts_with('2')
                && let Some(schema) = answer.pointer("/content/application~1json/schema")
            {
                found.push(schema.clone());
            }
        }
    });
    let error = found
        .into_iter()
        .find_map(|schema| object(document, &schema).map(|object| (schema, object)));
    if let Some((schema, object)) = error {
        put(document, "ErrorResponse", &schema, Some(object));
    }
}

/// Puts a schema under one of our names. The document's name for it is replaced.
fn put(document: &mut Value, name: &str, source: &Value, schema: Option<Value>) {
    let Some(schema) = schema else { return };
    let Some(schemas) = walk::components(document) else {
        return;
    };
    schemas.insert(name.to_owned(), schema);
    let theirs = source["$ref"]
        .as_str()
        .and_then(|at| at.strip_prefix("#/components/schemas/"));
    if let Some(theirs) = theirs.filter(|theirs| !crate::spec::expected::SCHEMAS.contains(theirs)) {
        walk::rename_component(document, theirs, name);
    }
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

/// The object with this property: the schema itself or one of its choices.
fn with_property(document: &Value, schema: &Value, property: &str, depth: usize) -> Option<Value> {
    let flat = flat(document, schema, depth);
    if flat["properties"].get(property).is_some() {
        return Some(flat);
    }
    choices(&flat).find_map(|choice| {
        (depth < 8).then(|| with_property(document, choice, property, depth + 1))?
    })
}

/// The schema of the rows of a list, as the document writes it.
fn rows(document: &Value, schema: &Value) -> Option<Value> {
    let flat = flat(document, schema, 0);
    let list = |schema: &Value| schema.get("items").cloned();
    list(&flat).or_else(|| choices(&flat).find_map(|choice| list(&resolved(document, choice))))
}

/// The rows of a response that is a plain list of objects.
fn bare_rows(document: &Value, schema: &Value) -> Option<Value> {
    rows(document, schema).filter(|row| object(document, row).is_some())
}

/// The object: the schema itself or one of its choices.
fn object(document: &Value, schema: &Value) -> Option<Value> {
    let flat = flat(document, schema, 0);
    if flat.get("properties").is_some() || flat["type"] == "object" {
        return Some(flat);
    }
    choices(&flat)
        .map(|choice| self::flat(document, choice, 0))
        .find(|choice| choice.get("properties").is_some())
}

fn choices(schema: &Value) -> impl Iterator<Item = &Value> {
    ["oneOf", "anyOf"]
        .into_iter()
        .filter_map(|key| schema[key].as_array())
        .flatten()
}

/// A schema with its reference followed and its `allOf` merged.
fn flat(document: &Value, schema: &Value, depth: usize) -> Value {
    let mut schema = resolved(document, schema);
    let Some(map) = schema.as_object_mut() else {
        return json!({});
    };
    if depth > 8 || !map.get("allOf").is_some_and(Value::is_array) {
        return schema;
    }
    let parts = map.remove("allOf");
    for part in parts.iter().filter_map(Value::as_array).flatten() {
        let part = flat(document, part, depth + 1);
        for (key, value) in part.as_object().into_iter().flatten() {
            match (map.get_mut(key), value) {
                (Some(Value::Object(ours)), Value::Object(theirs)) if key == "properties" => {
                    for (name, property) in theirs {
                        ours.entry(name).or_insert_with(|| property.clone());
                    }
                }
                (Some(Value::Array(ours)), Value::Array(theirs)) if key == "required" => {
                    ours.extend(theirs.iter().cloned());
                    ours.sort_by_key(Value::to_string);
                    ours.dedup();
                }
                (Some(_), _) => {}
                (None, _) => {
                    map.insert(key.clone(), value.clone());
                }
            }
        }
    }
    schema
}
