//! Converts the keywords of one schema from OpenAPI 3.1 to 3.0.

use serde_json::{Map, Value, json};

/// Keywords that have no meaning in 3.0.
const SILENT: [&str; 7] = [
    "$schema",
    "$id",
    "$comment",
    "$anchor",
    "$vocabulary",
    "contentMediaType",
    "contentEncoding",
];

/// Keywords that limit a value and that 3.0 does not have. Without them the schema accepts more.
const NARROWING: [&str; 15] = [
    "patternProperties",
    "prefixItems",
    "additionalItems",
    "if",
    "then",
    "else",
    "contains",
    "minContains",
    "maxContains",
    "propertyNames",
    "dependentSchemas",
    "dependentRequired",
    "unevaluatedItems",
    "unevaluatedProperties",
    "contentSchema",
];

/// Keywords beside a reference that do not limit a value.
const PROSE: [&str; 9] = [
    "description",
    "summary",
    "title",
    "example",
    "deprecated",
    "readOnly",
    "writeOnly",
    "externalDocs",
    "default",
];

const STRING: [&str; 4] = ["format", "pattern", "minLength", "maxLength"];
const NUMBER: [&str; 6] = [
    "format",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
];
const ARRAY: [&str; 4] = ["items", "minItems", "maxItems", "uniqueItems"];
const OBJECT: [&str; 5] = [
    "properties",
    "required",
    "additionalProperties",
    "minProperties",
    "maxProperties",
];

/// Converts one schema. Its inner schemas are already converted.
pub(super) fn lower(schema: &mut Value, place: &str, notes: &mut Vec<String>) {
    match schema {
        // The conversion of the outer schema removes these keywords.
        Value::Bool(_)
            if NARROWING
                .iter()
                .any(|key| place.ends_with(&format!("/{key}"))) => {}
        // 3.0 has `additionalProperties: false` too. Elsewhere a schema is an object.
        Value::Bool(_) if place.ends_with("/additionalProperties") => {}
        Value::Bool(true) => *schema = json!({}),
        Value::Bool(false) => {
            notes.push(format!(
                "opened {place}: OpenAPI 3.0 cannot express that no value is allowed"
            ));
            *schema = json!({});
        }
        Value::Object(map) => {
            drop_unknown(map, place, notes);
            examples(map);
            constant(map);
            enum_type(map);
            bound(map, "exclusiveMinimum", "minimum", |exclusive, plain| {
                exclusive >= plain
            });
            bound(map, "exclusiveMaximum", "maximum", |exclusive, plain| {
                exclusive <= plain
            });
            for (exclusive, plain, step) in [
                ("exclusiveMinimum", "minimum", 1),
                ("exclusiveMaximum", "maximum", -1),
            ] {
                whole_bound(map, exclusive, plain, step);
            }
            null_choice(map);
            any_value(map);
            types(map);
            siblings(map);
        }
        _ => {}
    }
}

fn drop_unknown(map: &mut Map<String, Value>, place: &str, notes: &mut Vec<String>) {
    for key in SILENT {
        map.remove(key);
    }
    for key in NARROWING {
        if map.remove(key).is_some() {
            notes.push(format!(
                "left out {place}/{key}, which OpenAPI 3.0 does not have"
            ));
        }
    }
    // In old versions of JSON Schema a property declared itself required.
    if map.get("required").is_some_and(Value::is_boolean) {
        map.remove("required");
        notes.push(format!(
            "left out {place}/required, which has to be a list of names and not true or false"
        ));
    }
    // 3.0 requires `items` for a list.
    let list = map.get("type").is_some_and(|kind| {
        kind == "array"
            || kind
                .as_array()
                .is_some_and(|kinds| kinds.iter().any(|kind| kind == "array"))
    });
    if list && !map.contains_key("items") {
        map.insert("items".to_owned(), json!({}));
    }
}

fn examples(map: &mut Map<String, Value>) {
    if let Some(Value::Array(examples)) = map.get("examples") {
        let first = examples.first().cloned();
        map.remove("examples");
        if let Some(first) = first {
            map.entry("example").or_insert(first);
        }
    }
}

fn constant(map: &mut Map<String, Value>) {
    if let Some(value) = map.remove("const") {
        map.insert("enum".to_owned(), json!([value]));
    }
}

fn bound(
    map: &mut Map<String, Value>,
    exclusive: &str,
    plain: &str,
    tighter: fn(f64, f64) -> bool,
) {
    let Some(value) = map
        .get(exclusive)
        .filter(|value| value.is_number())
        .cloned()
    else {
        return;
    };
    map.remove(exclusive);
    let standing = map.get(plain).and_then(Value::as_f64);
    if standing.is_none_or(|standing| value.as_f64().is_some_and(|value| tighter(value, standing)))
    {
        map.insert(plain.to_owned(), value);
        map.insert(exclusive.to_owned(), json!(true));
    }
}

/// Writes the bound of a whole number without the flag that excludes it, so that it can be compared
/// with other bounds and merged with them.
fn whole_bound(map: &mut Map<String, Value>, exclusive: &str, plain: &str, step: i64) {
    let is = |kind: &str| match map.get("type") {
        Some(Value::Array(kinds)) => kinds.iter().any(|one| one == kind),
        Some(one) => one == kind,
        None => false,
    };
    if !is("integer") || is("number") || map.get(exclusive) != Some(&json!(true)) {
        return;
    }
    let bound = map.get(plain).and_then(Value::as_i64);
    if let Some(bound) = bound.and_then(|bound| bound.checked_add(step)) {
        map.insert(plain.to_owned(), json!(bound));
        map.remove(exclusive);
    }
}

/// Gives an enum without a type the one type of its values.
fn enum_type(map: &mut Map<String, Value>) {
    let Some(Value::Array(values)) = map.get("enum") else {
        return;
    };
    if ["type", "$ref", "oneOf", "anyOf", "allOf"]
        .iter()
        .any(|key| map.contains_key(*key))
    {
        return;
    }
    let null = values.iter().any(Value::is_null);
    let mut kinds = values
        .iter()
        .filter(|value| !value.is_null())
        .map(|value| match value {
            Value::Bool(_) => "boolean",
            Value::String(_) => "string",
            Value::Number(number) if number.is_f64() => "number",
            Value::Number(_) => "integer",
            Value::Array(_) => "array",
            _ => "object",
        });
    let Some(kind) = kinds
        .next()
        .filter(|first| kinds.all(|kind| kind == *first))
    else {
        return;
    };
    map.insert("type".to_owned(), json!(kind));
    if null {
        map.insert("nullable".to_owned(), json!(true));
    }
}

/// Removes an `anyOf` of which one member allows every value, because then any value is allowed.
fn any_value(map: &mut Map<String, Value>) {
    let is_open = |schema: &Value| {
        let open = |(key, value): (&String, &Value)| {
            PROSE.contains(&key.as_str())
                || key.starts_with("x-")
                || (key == "nullable" && value == true)
        };
        schema
            .as_object()
            .is_some_and(|schema| schema.iter().all(open))
    };
    let choices = map.get("anyOf").and_then(Value::as_array);
    let Some(Value::Object(open)) = choices.and_then(|list| list.iter().find(|one| is_open(one)))
    else {
        return;
    };
    let open = open.clone();
    map.remove("anyOf");
    for (key, value) in open {
        map.entry(key).or_insert(value);
    }
}

/// Converts `null` as one of several choices.
fn null_choice(map: &mut Map<String, Value>) {
    for key in ["oneOf", "anyOf"] {
        let Some(Value::Array(choices)) = map.get_mut(key) else {
            continue;
        };
        let before = choices.len();
        choices.retain(|choice| !is_null(choice));
        if choices.len() == before {
            continue;
        }
        let typed = choices.iter_mut().find(|choice| choice["type"].is_string());
        if let Some(typed) = typed {
            typed["nullable"] = json!(true);
            only_choice(map, key);
        } else {
            let choices = std::mem::take(choices);
            map.insert("nullable".to_owned(), json!(true));
            if choices.len() == 1 {
                map.remove(key);
                map.insert("allOf".to_owned(), Value::Array(choices));
            } else {
                map.insert(key.to_owned(), Value::Array(choices));
            }
        }
    }
}

/// Replaces a choice of one schema with that schema, unless the outer schema has the same keywords.
fn only_choice(map: &mut Map<String, Value>, key: &str) {
    let Some([Value::Object(only)]) = map.get(key).and_then(Value::as_array).map(Vec::as_slice)
    else {
        return;
    };
    let clash =
        |(name, _): (&String, &Value)| map.contains_key(name) && !PROSE.contains(&name.as_str());
    if only.iter().any(clash) {
        return;
    }
    let only = only.clone();
    map.remove(key);
    for (name, value) in only {
        map.entry(name).or_insert(value);
    }
}

/// Whether a schema, already converted, accepts only null.
fn is_null(schema: &Value) -> bool {
    schema["type"] == "null" || (schema["nullable"] == true && schema["enum"] == json!([null]))
}

fn types(map: &mut Map<String, Value>) {
    let kinds: Vec<String> = match map.get("type") {
        Some(Value::Array(kinds)) => kinds
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        Some(Value::String(kind)) if kind == "null" => vec!["null".to_owned()],
        _ => return,
    };
    let null = kinds.iter().any(|kind| kind == "null");
    let kinds: Vec<String> = kinds.into_iter().filter(|kind| kind != "null").collect();
    map.remove("type");
    match kinds.as_slice() {
        [] => {
            map.insert("nullable".to_owned(), json!(true));
            map.insert("enum".to_owned(), json!([null]));
        }
        [kind] => {
            map.insert("type".to_owned(), json!(kind));
            if null {
                map.insert("nullable".to_owned(), json!(true));
            }
        }
        several => {
            let mut choices: Vec<Value> = several.iter().map(|kind| choice(map, kind)).collect();
            if null && let Some(first) = choices.first_mut() {
                first["nullable"] = json!(true);
            }
            for key in STRING.iter().chain(&NUMBER).chain(&ARRAY).chain(&OBJECT) {
                map.remove(*key);
            }
            map.insert("oneOf".to_owned(), Value::Array(choices));
        }
    }
}

fn choice(map: &Map<String, Value>, kind: &str) -> Value {
    let keys: &[&str] = match kind {
        "string" => &STRING,
        "integer" | "number" => &NUMBER,
        "array" => &ARRAY,
        "object" => &OBJECT,
        _ => &[],
    };
    let mut choice = json!({"type": kind});
    for key in keys {
        if let Some(value) = map.get(*key) {
            choice[*key] = value.clone();
        }
    }
    choice
}

/// Removes or wraps the keywords beside a reference, which 3.0 ignores.
fn siblings(map: &mut Map<String, Value>) {
    if !map.contains_key("$ref") || map.len() == 1 {
        return;
    }
    let reference = map.remove("$ref");
    let rest: Map<String, Value> = std::mem::take(map)
        .into_iter()
        .filter(|(key, _)| !PROSE.contains(&key.as_str()) && !key.starts_with("x-"))
        .collect();
    let mut rest = rest;
    let nullable = rest.remove("nullable").filter(|nullable| *nullable == true);
    let reference = json!({"$ref": reference});
    *map = match (rest.is_empty(), &nullable) {
        (true, None) => Map::from_iter([("$ref".to_owned(), reference["$ref"].clone())]),
        (true, Some(_)) => Map::from_iter([("allOf".to_owned(), json!([reference]))]),
        (false, _) => Map::from_iter([("allOf".to_owned(), json!([reference, rest]))]),
    };
    map.extend(nullable.map(|nullable| ("nullable".to_owned(), nullable)));
}
