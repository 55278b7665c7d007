//! Parameters in the normal form: their schemas in place, the api key apart, ignored headers named.

use serde_json::{Value, json};

use crate::spec::coverage::takes_every_text;
use crate::spec::expected::API_KEY;
use crate::spec::verify::resolved;
use crate::spec::walk;

/// A parameter with its schema copied into it, because the schemas of parameters need no names.
pub(super) fn plain_parameter(document: &Value, parameter: &Value) -> Value {
    let mut parameter = parameter.clone();
    let Some(map) = parameter.as_object_mut() else {
        return parameter;
    };
    if let Some(content) = map.remove("content") {
        let schema = content
            .as_object()
            .and_then(|content| content.values().next())
            .map(|media| media["schema"].clone());
        map.insert(
            "schema".to_owned(),
            schema.filter(Value::is_object).unwrap_or_else(|| json!({})),
        );
    }
    let schema = map.entry("schema").or_insert_with(|| json!({}));
    *schema = single(document, &resolved(document, schema));
    text_of_any(schema);
    // A query cannot express null; such a parameter is not sent.
    if let Some(schema) = schema.as_object_mut() {
        schema.remove("nullable");
    }
    if let Some(items) = schema.get_mut("items") {
        *items = single(document, &resolved(document, items));
    }
    for (_, example) in walk::members(&mut parameter, "examples") {
        *example = resolved(document, example);
    }
    parameter
}

/// Replaces a choice with its member that takes every text. On the wire every value is text.
fn text_of_any(schema: &mut Value) {
    for key in ["anyOf", "oneOf"] {
        let choices = schema[key].as_array();
        let text = choices
            .and_then(|choices| choices.iter().find(|one| takes_every_text(one)))
            .cloned();
        if let (Some(Value::Object(text)), Some(schema)) = (text, schema.as_object_mut()) {
            schema.remove(key);
            for (name, value) in text {
                schema.entry(name).or_insert(value);
            }
        }
    }
}

/// Replaces an `allOf` of one schema with that schema.
fn single(document: &Value, schema: &Value) -> Value {
    match schema["allOf"].as_array().map(Vec::as_slice) {
        Some([one]) => {
            let mut inner = resolved(document, one);
            if let (Some(inner), Some(outer)) = (inner.as_object_mut(), schema.as_object()) {
                inner.extend(
                    outer
                        .iter()
                        .filter(|(key, _)| *key != "allOf")
                        .map(|(key, value)| (key.clone(), value.clone())),
                );
            }
            inner
        }
        _ => schema.clone(),
    }
}

/// The headers that OpenAPI ignores as parameters.
pub(super) fn is_ignored(parameter: &Value) -> bool {
    let name = parameter["name"].as_str().unwrap_or_default();
    parameter["in"] == "header"
        && ["accept", "content-type", "authorization"]
            .iter()
            .any(|ignored| name.eq_ignore_ascii_case(ignored))
}

/// What an operation asks for that has the key among its parameters. An optional one may be left
/// out.
pub(super) fn secured_by_key(declared: Option<Value>, required: bool) -> Option<Value> {
    match declared {
        _ if required => Some(json!([{API_KEY: []}])),
        Some(declared) => Some(declared),
        None => Some(json!([{}, {API_KEY: []}])),
    }
}

pub(super) fn is_api_key(parameter: &Value) -> bool {
    is_called_key(parameter) && parameter["in"] == "query"
}

pub(super) fn is_called_key(parameter: &Value) -> bool {
    let name = parameter["name"].as_str();
    name.is_some_and(|name| name.eq_ignore_ascii_case(API_KEY))
}
