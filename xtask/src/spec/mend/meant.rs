//! What a value of the wrong type means, where it has one meaning.

use serde_json::{Map, Value, json};

use crate::spec::openapi::{self, Kind, Type};
use crate::spec::valid;

/// What a name in an object means.
pub(super) enum Name {
    Right,
    Means(String),
    Nothing,
}

/// The value that is meant. `None` is a value that has no meaning, or more than one.
pub(super) fn meant(value: &Value, holds: Type) -> Option<Value> {
    match holds {
        Type::Text => (value.is_number() || value.is_boolean()).then(|| json!(value.to_string())),
        Type::Flag => flag(value).map(Value::Bool),
        Type::Number | Type::Positive | Type::Count => {
            number(value).filter(|number| valid::fits(number, holds))
        }
        Type::Word(words) => {
            let word = value.as_str()?.trim();
            let known = words.iter().find(|known| known.eq_ignore_ascii_case(word));
            known.map(|known| json!(known))
        }
        Type::List(inner) | Type::Several(inner) => list(value, *inner),
        Type::Map(inner) | Type::Named(inner) => map(value, *inner),
        Type::One(Kind::Tag | Kind::License) => value.as_str().map(|text| json!({"name": text})),
        Type::One(Kind::ExternalDocs) => value.as_str().map(|text| json!({"url": text})),
        Type::Ref(Kind::Header) => value
            .as_str()
            .map(|text| json!({"description": text, "schema": {"type": "string"}})),
        Type::Ref(Kind::Example) => example(value),
        _ => None,
    }
}

/// `true` or `false`, where the value is a usual spelling of one.
pub(super) fn flag(value: &Value) -> Option<bool> {
    let text = match value {
        Value::Bool(flag) => return Some(*flag),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.trim().to_ascii_lowercase(),
        _ => return None,
    };
    match text.as_str() {
        "true" | "1" | "yes" => Some(true),
        "false" | "0" | "no" => Some(false),
        _ => None,
    }
}

fn number(value: &Value) -> Option<Value> {
    let whole = |number: f64| number.fract() == 0.0 && number.abs() < 9.0e15;
    match value {
        Value::String(text) => {
            let parsed: Value = serde_json::from_str(text.trim()).ok()?;
            parsed.is_number().then_some(parsed)
        }
        // `5.0` for `5`.
        Value::Number(number) => number
            .as_f64()
            .filter(|number| whole(*number))
            .and_then(|number| serde_json::from_str(&format!("{number:.0}")).ok()),
        _ => None,
    }
}

fn list(value: &Value, inner: Type) -> Option<Value> {
    match value {
        Value::Object(map) if inner == Type::One(Kind::Requirement) => Some(json!([map])),
        // PHP writes a list with gaps as an object.
        Value::Object(map) => {
            let mut items = Vec::new();
            for (key, item) in map {
                items.push((key.parse::<u32>().ok()?, item.clone()));
            }
            items.sort_by_key(|(key, _)| *key);
            let items: Vec<Value> = items.into_iter().map(|(_, item)| item).collect();
            (!items.is_empty()).then_some(Value::Array(items))
        }
        Value::String(text) if inner == Type::Text => {
            let parts = text.split(',').map(str::trim);
            let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
            (!parts.is_empty()).then(|| json!(parts))
        }
        // Whether a comma separates values or belongs to one is not known.
        Value::String(text) if text.contains([',', '|']) => None,
        Value::String(_) | Value::Number(_) | Value::Bool(_) => {
            let one = Some(value.clone()).filter(|value| valid::fits(value, inner));
            one.or_else(|| meant(value, inner)).map(|one| json!([one]))
        }
        _ => None,
    }
}

fn map(value: &Value, inner: Type) -> Option<Value> {
    let named = |item: &Value| match (item, inner) {
        (Value::String(name), Type::One(_) | Type::Ref(Kind::Schema)) => {
            Some((name.clone(), json!({})))
        }
        (Value::Object(map), Type::Ref(Kind::Schema)) => {
            let mut map = map.clone();
            let name = map.remove("name")?.as_str()?.to_owned();
            Some((name, Value::Object(map)))
        }
        _ => None,
    };
    match value {
        Value::Array(items) if items.is_empty() => Some(json!({})),
        Value::Array(items) => {
            let named: Vec<_> = items.iter().filter_map(named).collect();
            let map: Map<String, Value> = named.into_iter().collect();
            (map.len() == items.len()).then_some(Value::Object(map))
        }
        Value::String(text) if inner == Type::One(Kind::MediaType) && text.contains('/') => {
            Some(json!({text.as_str(): {}}))
        }
        _ => None,
    }
}

/// The object of an example that is written as its value alone.
pub(super) fn example(value: &Value) -> Option<Value> {
    let is_example = value.as_object().is_some_and(|map| {
        map.contains_key("$ref")
            || (!map.is_empty()
                && map.keys().all(|key| {
                    key.starts_with("x-") || openapi::holds(Kind::Example, key).is_some()
                }))
    });
    (!is_example).then(|| json!({"value": value}))
}

/// A method is written in lower case.
pub(super) fn method(key: &str, item: &Map<String, Value>) -> Name {
    let lower = key.to_ascii_lowercase();
    let is_method = openapi::holds(Kind::PathItem, &lower) == Some(Type::One(Kind::Operation));
    if is_method && lower != key && !item.contains_key(&lower) {
        Name::Means(lower)
    } else {
        Name::Right
    }
}

/// A status is a number, a class such as `4XX`, or `default`.
pub(super) fn status(key: &str, responses: &Map<String, Value>) -> Name {
    if openapi::is_status(key) || key.starts_with("x-") {
        return Name::Right;
    }
    let lower = key.trim().to_ascii_lowercase();
    let class = lower.to_ascii_uppercase();
    let number: String = lower.chars().take_while(char::is_ascii_digit).collect();
    let wanted = if openapi::is_status(&class) {
        class
    } else if lower == "default" {
        lower
    } else if ["success", "ok"].contains(&lower.as_str()) {
        "200".to_owned()
    } else {
        number
    };
    if openapi::is_status(&wanted) && !responses.contains_key(&wanted) {
        Name::Means(wanted)
    } else {
        Name::Nothing
    }
}

/// A value in a note: as JSON, cut where it is long.
pub(super) fn shown(value: &Value) -> String {
    const LONGEST: usize = 60;
    let text = value.to_string();
    let mut short: String = text.chars().take(LONGEST).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}
