//! Reads the names of types that other languages use: `int`, `bool`, `datetime`, `string[]`.

use serde_json::{Map, Value, json};

use crate::spec::walk;

/// The type and the format that a word means. An empty type means any value.
fn word(word: &str) -> Option<(&'static str, Option<&'static str>)> {
    Some(match word.trim().to_ascii_lowercase().as_str() {
        "string" | "str" | "text" | "varchar" | "char" => ("string", None),
        "integer" | "int" | "unsigned" => ("integer", None),
        "int32" => ("integer", Some("int32")),
        "int64" | "long" | "bigint" => ("integer", Some("int64")),
        "number" | "decimal" | "numeric" => ("number", None),
        "float" => ("number", Some("float")),
        "double" => ("number", Some("double")),
        "boolean" | "bool" => ("boolean", None),
        "array" | "list" => ("array", None),
        "object" | "map" | "dict" | "hash" => ("object", None),
        "datetime" | "date-time" => ("string", Some("date-time")),
        "date" => ("string", Some("date")),
        "uuid" => ("string", Some("uuid")),
        "email" => ("string", Some("email")),
        "uri" | "url" => ("string", Some("uri")),
        "file" | "binary" => ("string", Some("binary")),
        "null" => ("null", None),
        "any" | "mixed" => ("", None),
        _ => return None,
    })
}

/// The schema that the name of a type means.
pub(super) fn schema(text: &str) -> Option<Value> {
    let text = text.trim();
    if let Some(item) = text.strip_suffix("[]") {
        return schema(item).map(|items| json!({"type": "array", "items": items}));
    }
    let (text, optional) = match text.strip_prefix('?') {
        Some(rest) => (rest, Some("null")),
        None => (text, None),
    };
    let words: Vec<&str> = text.split('|').chain(optional).collect();
    let kinds: Option<Vec<_>> = words.iter().map(|one| word(one)).collect();
    Some(match kinds?.as_slice() {
        [("", _)] => json!({}),
        [(kind, None)] => json!({"type": kind}),
        [(kind, Some(format))] => json!({"type": kind, "format": format}),
        several if several.iter().any(|(kind, _)| kind.is_empty()) => json!({}),
        several => {
            let mut kinds: Vec<&str> = several.iter().map(|(kind, _)| *kind).collect();
            kinds.dedup();
            json!({"type": kinds})
        }
    })
}

/// Reads the type of a schema. A word that is not a type is left out, so that any value is allowed.
pub(super) fn read(map: &mut Map<String, Value>, place: &str, notes: &mut Vec<String>) {
    const RIGHT: [&str; 7] = [
        "array", "boolean", "integer", "null", "number", "object", "string",
    ];
    let right = |value: &Value| value.as_str().is_some_and(|word| RIGHT.contains(&word));
    let Some(given) = map.get("type").cloned() else {
        return;
    };
    let wrong = match &given {
        Value::Array(kinds) => kinds.is_empty() || !kinds.iter().all(right),
        one => !right(one),
    };
    if !wrong {
        return;
    }
    let place = walk::below(place, "type");
    let text = match &given {
        Value::String(text) => Some(text.clone()),
        Value::Array(kinds) if kinds.iter().all(Value::is_string) && !kinds.is_empty() => {
            let kinds: Vec<&str> = kinds.iter().filter_map(Value::as_str).collect();
            Some(kinds.join("|"))
        }
        _ => None,
    };
    map.remove("type");
    let meant = text.as_deref().and_then(schema);
    let Some(Value::Object(meant)) = meant else {
        notes.push(format!(
            "left out {place}, because {} is not a type of OpenAPI; any value is allowed there",
            super::meant::shown(&given)
        ));
        return;
    };
    notes.push(format!(
        "read {} at {place} as {}",
        super::meant::shown(&given),
        super::meant::shown(&Value::Object(meant.clone()))
    ));
    for (key, value) in meant {
        map.entry(key).or_insert(value);
    }
}
