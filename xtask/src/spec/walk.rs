//! Finds the schemas and the references of a document, wherever OpenAPI allows them.

use serde_json::Value;

/// Keys whose value maps names to objects.
const NAMES: [&str; 20] = [
    "paths",
    "properties",
    "patternProperties",
    "schemas",
    "responses",
    "requestBodies",
    "headers",
    "examples",
    "securitySchemes",
    "links",
    "callbacks",
    "pathItems",
    "$defs",
    "definitions",
    "dependentSchemas",
    "content",
    "variables",
    "encoding",
    "webhooks",
    "mapping",
];

/// Keys whose value is data and not part of the document.
const DATA: [&str; 5] = ["example", "default", "enum", "const", "value"];

/// Keys of a schema whose value maps names to schemas.
const SCHEMA_MAPS: [&str; 5] = [
    "properties",
    "patternProperties",
    "$defs",
    "definitions",
    "dependentSchemas",
];
/// Keys of a schema whose value is a schema.
const SCHEMA_ONES: [&str; 12] = [
    "items",
    "additionalProperties",
    "not",
    "if",
    "then",
    "else",
    "contains",
    "propertyNames",
    "unevaluatedItems",
    "unevaluatedProperties",
    "additionalItems",
    "contentSchema",
];
/// Keys of a schema whose value is a list of schemas.
const SCHEMA_LISTS: [&str; 4] = ["allOf", "anyOf", "oneOf", "prefixItems"];

/// The JSON pointer one level further down.
pub(crate) fn below(place: &str, key: &str) -> String {
    format!("{place}/{}", key.replace('~', "~0").replace('/', "~1"))
}

/// Calls `see` with every reference and the place of the object that holds it.
pub(crate) fn references(document: &Value, see: &mut impl FnMut(&str, &str)) {
    nodes(document, "", false, &mut |place, map| {
        if let Some(reference) = map.get("$ref").and_then(Value::as_str) {
            see(place, reference);
        }
    });
}

/// Calls `change` with every reference, which may return a replacement.
pub(crate) fn rename_references(
    document: &mut Value,
    change: &mut impl FnMut(&str) -> Option<String>,
) {
    nodes_mut(document, false, &mut |map| {
        if let Some(Value::String(reference)) = map.get_mut("$ref")
            && let Some(new) = change(reference)
        {
            *reference = new;
        }
        if let Some(Value::Object(mapping)) = map.get_mut("mapping") {
            for target in mapping.values_mut() {
                if let Some(new) = target.as_str().and_then(&mut *change) {
                    *target = Value::String(new);
                }
            }
        }
    });
}

/// Whether the value of a key is data or an extension, and not part of the document.
pub(crate) fn opaque(key: &str, value: &Value) -> bool {
    DATA.contains(&key) || key.starts_with("x-") || (key == "examples" && value.is_array())
}

/// Whether the value of a key maps names to objects, where the key itself is not such a name.
pub(crate) fn names_below(names: bool, key: &str, value: &Value) -> bool {
    !names && (NAMES.contains(&key) || (key == "parameters" && value.is_object()))
}

type Object = serde_json::Map<String, Value>;

fn nodes(value: &Value, place: &str, names: bool, see: &mut impl FnMut(&str, &Object)) {
    match value {
        Value::Object(map) => {
            if !names {
                see(place, map);
            }
            for (key, inner) in map {
                if names || !opaque(key, inner) {
                    nodes(
                        inner,
                        &below(place, key),
                        names_below(names, key, inner),
                        see,
                    );
                }
            }
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                nodes(item, &format!("{place}/{at}"), false, see);
            }
        }
        _ => {}
    }
}

fn nodes_mut(value: &mut Value, names: bool, see: &mut impl FnMut(&mut Object)) {
    match value {
        Value::Object(map) => {
            if !names {
                see(map);
            }
            for (key, inner) in map {
                if names || !opaque(key, inner) {
                    let below = names_below(names, key, inner);
                    nodes_mut(inner, below, see);
                }
            }
        }
        Value::Array(items) => items
            .iter_mut()
            .for_each(|item| nodes_mut(item, false, see)),
        _ => {}
    }
}

/// Calls `change` with every schema and its place, inner schemas first.
pub(crate) fn schemas(document: &mut Value, change: &mut impl FnMut(&mut Value, &str)) {
    outside(document, "", false, change);
}

fn outside(value: &mut Value, place: &str, names: bool, change: &mut impl FnMut(&mut Value, &str)) {
    match value {
        Value::Object(map) => {
            for (key, inner) in map {
                let place = below(place, key);
                if !names && key == "schema" {
                    schema(inner, &place, change);
                } else if !names && key == "schemas" {
                    each(inner, &place, change);
                } else if names || !opaque(key, inner) {
                    let below = names_below(names, key, inner);
                    outside(inner, &place, below, change);
                }
            }
        }
        Value::Array(items) => {
            for (at, item) in items.iter_mut().enumerate() {
                outside(item, &format!("{place}/{at}"), false, change);
            }
        }
        _ => {}
    }
}

fn each(map: &mut Value, place: &str, change: &mut impl FnMut(&mut Value, &str)) {
    for (key, inner) in map.as_object_mut().into_iter().flatten() {
        schema(inner, &below(place, key), change);
    }
}

/// Calls `change` with a schema and all schemas in it, the innermost first.
pub(crate) fn schema(value: &mut Value, place: &str, change: &mut impl FnMut(&mut Value, &str)) {
    if let Value::Object(map) = value {
        for (key, inner) in map.iter_mut() {
            let place = below(place, key);
            if SCHEMA_MAPS.contains(&key.as_str()) {
                each(inner, &place, change);
            } else if SCHEMA_ONES.contains(&key.as_str()) && !inner.is_array() {
                schema(inner, &place, change);
            } else if SCHEMA_LISTS.contains(&key.as_str()) {
                for (at, item) in inner.as_array_mut().into_iter().flatten().enumerate() {
                    schema(item, &format!("{place}/{at}"), change);
                }
            }
        }
    }
    change(value, place);
}

/// The members of the object under a key, or nothing.
pub(crate) fn members<'a>(
    value: &'a mut Value,
    key: &str,
) -> impl Iterator<Item = (&'a String, &'a mut Value)> {
    let map = value.get_mut(key).and_then(Value::as_object_mut);
    map.into_iter().flatten()
}

/// The items of the list under a key, or nothing.
pub(crate) fn items<'a>(value: &'a mut Value, key: &str) -> impl Iterator<Item = &'a mut Value> {
    let list = value.get_mut(key).and_then(Value::as_array_mut);
    list.into_iter().flatten()
}

/// Calls `change` with path, method and operation of every operation in a normal form.
pub(crate) fn operations(document: &mut Value, change: &mut impl FnMut(&str, &str, &mut Value)) {
    for (path, item) in members(document, "paths") {
        for (method, operation) in item.as_object_mut().into_iter().flatten() {
            change(path, method, operation);
        }
    }
}

/// The schemas of the components in a normal form.
pub(crate) fn components(document: &mut Value) -> Option<&mut Object> {
    document
        .pointer_mut("/components/schemas")
        .and_then(Value::as_object_mut)
}

/// The names of the placeholders in a path: `day` in `/stats/{day}`.
pub(crate) fn placeholders(path: &str) -> impl Iterator<Item = &str> {
    let parts = path.split('{').skip(1);
    parts.filter_map(|part| part.split_once('}').map(|(name, _)| name))
}

/// Renames a component and updates all references. An existing component of the new name stays.
pub(crate) fn rename_component(document: &mut Value, old: &str, new: &str) {
    if let Some(schemas) = components(document)
        && let Some(component) = schemas.remove(old)
    {
        schemas.entry(new).or_insert(component);
    }
    let old = format!("#/components/schemas/{old}");
    let new = format!("#/components/schemas/{new}");
    rename_references(document, &mut |reference| {
        (reference == old).then(|| new.clone())
    });
}
