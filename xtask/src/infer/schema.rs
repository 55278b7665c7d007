//! The OpenAPI 3.0 schema of a shape. It accepts every value that the shape was made of.

use serde_json::{Map, Value, json};

use super::shape::{Kind, Object, Shape};

/// What a text that is a decimal number looks like.
const DECIMAL: &str = r"^-?[0-9]+(\.[0-9]+)?$";

/// The schema of a shape.
pub(super) fn schema(shape: &Shape) -> Value {
    let mut all = alternatives(shape);
    let is_nullable = shape.kinds.contains_key(&Kind::Null);
    match all.first_mut() {
        // Only null was seen: anything may be there.
        None => return json!({}),
        Some(first) if is_nullable => first["nullable"] = Value::Bool(true),
        Some(_) => {}
    }
    match all.len() {
        1 => all.remove(0),
        _ => json!({ "oneOf": all }),
    }
}

/// A schema for each type of value, without null. No value fits two of them.
pub(super) fn alternatives(shape: &Shape) -> Vec<Value> {
    let has = |kind: Kind| shape.kinds.contains_key(&kind);
    let mut all = Vec::new();
    if has(Kind::Boolean) {
        all.push(json!({ "type": "boolean" }));
    }
    if has(Kind::Number) {
        all.push(json!({ "type": "number" }));
    } else if has(Kind::Integer) {
        all.push(json!({ "type": "integer" }));
    }
    if has(Kind::Text) {
        let mut text = json!({ "type": "string" });
        if let Some(words) = shape.enumeration() {
            text["x-extensible-enum"] = words.iter().cloned().collect();
        }
        all.push(text);
    } else if has(Kind::Decimal) {
        all.push(json!({ "type": "string", "pattern": DECIMAL }));
    }
    if has(Kind::List) {
        let items = shape.items.as_deref().filter(|items| items.values > 0);
        let items = items.map_or_else(|| json!({}), schema);
        all.push(json!({ "type": "array", "items": items }));
    }
    if has(Kind::Object) {
        all.push(object(shape.object.as_ref()));
    }
    all
}

fn object(object: Option<&Object>) -> Value {
    let mut found = json!({ "type": "object" });
    let Some(object) = object else {
        return found;
    };
    match object.entries() {
        Some(entries) => found["additionalProperties"] = schema(&entries),
        None => {
            let fields = object.fields.iter();
            let properties: Map<_, _> = fields
                .map(|(name, shape)| (name.clone(), schema(shape)))
                .collect();
            found["properties"] = Value::Object(properties);
        }
    }
    found
}
