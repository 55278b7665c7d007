//! Which kinds of JSON value a schema accepts, as far as needed to say whether one schema covers
//! another.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// Keywords that decide which kind of value a schema describes.
pub(crate) const SHAPE: [&str; 11] = [
    "$ref",
    "type",
    "format",
    "nullable",
    "oneOf",
    "anyOf",
    "allOf",
    "not",
    "items",
    "properties",
    "discriminator",
];

/// Those of them that two schemas of the same type can both have.
pub(crate) const INNER: [&str; 3] = ["properties", "items", "format"];

/// Keywords that limit what a schema accepts.
pub(crate) const BOUNDS: [&str; 16] = [
    "enum",
    "default",
    "pattern",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
    "required",
];

/// Keys whose value maps names to objects, so that the names are not keywords.
pub(crate) const MAPS: [&str; 10] = [
    "paths",
    "properties",
    "schemas",
    "responses",
    "headers",
    "content",
    "examples",
    "securitySchemes",
    "value",
    "example",
];

/// Whether the object at a JSON pointer maps names to objects.
pub(crate) fn is_map(pointer: &str) -> bool {
    pointer
        .split('/')
        .skip(1)
        .fold(false, |inside, token| !inside && MAPS.contains(&token))
}

/// Whether a schema says which kind of value it describes.
pub(crate) fn has_shape(schema: &Map<String, Value>) -> bool {
    SHAPE.iter().any(|key| schema.contains_key(*key)) && !schema.contains_key("in")
}

/// Whether both describe the same single kind of value.
pub(crate) fn same_type(a: &Map<String, Value>, b: &Map<String, Value>) -> bool {
    let plain = |schema: &Map<String, Value>| {
        !["$ref", "oneOf", "anyOf", "allOf", "not"]
            .iter()
            .any(|key| schema.contains_key(*key))
    };
    a.get("type").is_some() && a.get("type") == b.get("type") && plain(a) && plain(b)
}

/// How much of what one schema describes another accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cover {
    /// All of it.
    Whole,
    /// Some kinds of value.
    Partly,
    /// None.
    Nothing,
}

impl Cover {
    /// The word used in the JSON form of a report.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Partly => "partly",
            Self::Nothing => "nothing",
        }
    }
}

/// Whether a schema takes every text.
pub(crate) fn takes_every_text(schema: &Value) -> bool {
    let limits = ["enum", "pattern", "format", "maxLength"];
    schema["type"] == "string" && limits.iter().all(|key| schema.get(*key).is_none())
}

/// How many of the kinds of value that `theirs` describes are accepted by `ours`.
pub(crate) fn cover(
    our_document: &Value,
    ours: &Value,
    their_document: &Value,
    theirs: &Value,
) -> Cover {
    if !ours.is_object() || !theirs.is_object() {
        // Names, flags and lists of names: ours apply, and no value is read by them.
        return Cover::Whole;
    }
    let ours = kinds(our_document, ours, 0);
    let theirs = kinds(their_document, theirs, 0);
    let shared = theirs.intersection(&ours).count();
    if shared == theirs.len() {
        Cover::Whole
    } else if shared > 0 {
        Cover::Partly
    } else {
        Cover::Nothing
    }
}

/// A schema in a few words: a component's name, or the kinds of value.
pub(crate) fn words(document: &Value, schema: &Value) -> String {
    let Some(map) = schema.as_object() else {
        return schema.to_string();
    };
    let kinds: Vec<&str> = kinds(document, schema, 0).into_iter().collect();
    let kinds = if kinds.len() == ALL.len() {
        "anything".to_owned()
    } else {
        kinds.join(" or ")
    };
    match map
        .get("$ref")
        .and_then(Value::as_str)
        .and_then(|at| at.rsplit('/').next())
    {
        Some(name) => format!("{name} ({kinds})"),
        None => kinds,
    }
}

const ALL: [&str; 7] = [
    "array", "boolean", "integer", "null", "number", "object", "string",
];

fn kinds<'a>(document: &'a Value, schema: &'a Value, depth: usize) -> BTreeSet<&'a str> {
    let all = || BTreeSet::from(ALL);
    // A document may be cyclic. No real schema nests this deep.
    if depth > 16 {
        return all();
    }
    if let Some(reference) = schema["$ref"].as_str() {
        return match document.pointer(reference.trim_start_matches('#')) {
            Some(schema) => kinds(document, schema, depth + 1),
            None => all(),
        };
    }
    let mut found = match schema["type"].as_str() {
        Some("number") => BTreeSet::from(["integer", "number"]),
        Some(kind) => BTreeSet::from([kind]),
        None if schema.get("properties").is_some() => BTreeSet::from(["object"]),
        None if schema.get("items").is_some() => BTreeSet::from(["array"]),
        None => all(),
    };
    for key in ["oneOf", "anyOf"] {
        if let Some(choices) = schema[key].as_array() {
            let union: BTreeSet<&str> = choices
                .iter()
                .flat_map(|one| kinds(document, one, depth + 1))
                .collect();
            found = found.intersection(&union).copied().collect();
        }
    }
    for part in schema["allOf"].as_array().into_iter().flatten() {
        found = found
            .intersection(&kinds(document, part, depth + 1))
            .copied()
            .collect();
    }
    if schema["nullable"] == true {
        found.insert("null");
    }
    found
}
