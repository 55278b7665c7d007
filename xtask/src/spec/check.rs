//! Checks an effective document for what the client's generator cannot process, before anybody
//! builds it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::expected::{OPERATIONS, SCHEMAS};
use super::outcome::Problem;
use super::walk;
use crate::lower;

/// Checks that a client can be generated, and adds a note for what lowering has to leave out.
///
/// # Errors
///
/// A missing name that the handwritten layer needs, or something that makes the generator panic.
pub(crate) fn check(document: &Value, notes: &mut Vec<String>) -> Result<(), Problem> {
    let fault = |message: String| Err(Problem::unverified(message));
    for name in SCHEMAS {
        if !document["components"]["schemas"][name].is_object() {
            return fault(format!(
                "/components/schemas/{name} is missing after the overlay; the client is written against it"
            ));
        }
    }
    for ours in OPERATIONS {
        operation(document, ours.path)?;
    }
    // Lowering has further requirements, so it is simply tried.
    if let Err(message) = lower::lower(document) {
        return fault(format!("the build could not lower the document: {message}"));
    }
    panics(document, notes);
    Ok(())
}

fn operation(document: &Value, path: &str) -> Result<(), Problem> {
    let operation = &document["paths"][path]["get"];
    let good: Vec<&String> = operation["responses"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(status, _)| status)
        .filter(|status| status.starts_with('2'))
        .collect();
    if let [first, second, ..] = good.as_slice() {
        return Err(Problem::unverified(format!(
            "GET {path} has the success responses {first} and {second}; the generator accepts one: remove one with a correction"
        )));
    }
    for status in good {
        for (media, body) in operation["responses"][status]["content"]
            .as_object()
            .into_iter()
            .flatten()
        {
            if media.contains("json") && body.get("schema").is_none() {
                return Err(Problem::unverified(format!(
                    "GET {path}, response {status}, {media} has no schema; the generator needs one: supply it"
                )));
            }
        }
    }
    Ok(())
}

/// Leaves out properties whose name in Rust is missing or the same as that of another property. A
/// property that the client reads stays.
pub(crate) fn leave_out_clashes(document: &mut Value, notes: &mut Vec<String>) {
    for model in lower::MODELS {
        let place = format!("/components/schemas/{}", model.name);
        let Some(schema) = document.pointer_mut(&place) else {
            continue;
        };
        let reads = |name: &str| model.properties.iter().any(|(ours, _)| *ours == name);
        let mut names: Vec<String> = schema["properties"]
            .as_object()
            .into_iter()
            .flat_map(|map| map.keys())
            .cloned()
            .collect();
        names.sort_by_key(|name| !reads(name));
        let mut fields: BTreeMap<String, String> = BTreeMap::new();
        for name in names {
            let field = rust_name(&name);
            let why = match fields.get(&field) {
                _ if field.is_empty() => {
                    "which has no letter or digit for a name in Rust".to_owned()
                }
                Some(other) => {
                    format!("which has the same name in Rust as `{other}`")
                }
                None => {
                    fields.insert(field, name);
                    continue;
                }
            };
            notes.push(format!("left out the property `{name}` of {place}, {why}"));
            if let Some(properties) = schema["properties"].as_object_mut() {
                properties.remove(&name);
            }
            if let Some(Value::Array(required)) = schema.get_mut("required") {
                required.retain(|one| *one != name);
            }
        }
        if schema["required"] == json!([])
            && let Some(schema) = schema.as_object_mut()
        {
            schema.remove("required");
        }
    }
}

/// Notes the places where the generator would panic if lowering did not remove them.
fn panics(document: &Value, notes: &mut Vec<String>) {
    let mut copy = document.clone();
    walk::schemas(&mut copy, &mut |schema, place| {
        if schema.get("not").is_some() {
            notes.push(format!(
                "{place} has `not`, which the generator cannot process; the build leaves it out"
            ));
        }
        let mut variants: BTreeMap<String, &str> = BTreeMap::new();
        for value in schema["enum"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
        {
            if let Some(other) = variants.insert(rust_name(value), value) {
                notes.push(format!(
                    "{place} has the values `{other}` and `{value}`, which have the same name in Rust; the build reads them as text"
                ));
            }
        }
    });
}

fn rust_name(text: &str) -> String {
    text.chars()
        .filter(char::is_ascii_alphanumeric)
        .collect::<String>()
        .to_ascii_lowercase()
}
