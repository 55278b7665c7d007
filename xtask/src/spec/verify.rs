//! Verifies that a document is an OpenAPI document that the rest of the pipeline can process.

use std::collections::HashMap;

use serde_json::Value;

use super::outcome::Problem;
use super::walk;

/// Verifies a document before anything else is done with it.
///
/// # Errors
///
/// A document of another kind or version, a missing title or missing paths, a reference that leads
/// nowhere, out of the document or in a circle.
pub(crate) fn document(document: &Value) -> Result<(), Problem> {
    version(document)?;
    for place in ["/info/title", "/info/version"] {
        if !document.pointer(place).is_some_and(Value::is_string) {
            return Err(Problem::unverified(format!(
                "the document has no text at {place}, which OpenAPI requires"
            )));
        }
    }
    if !document["paths"].is_object() {
        return Err(Problem::unverified(
            "the document has no object at /paths: it describes no operation",
        ));
    }
    structure(document)?;
    references(document)?;
    circles(document)
}

/// Verifies that objects are where OpenAPI requires them. Later steps rely on this.
fn structure(document: &Value) -> Result<(), Problem> {
    let mut places = vec![(String::from("/info"), &document["info"])];
    if let Some(components) = document.get("components") {
        places.push(("/components".to_owned(), components));
        members(components, "/components", &mut places);
        for kind in components
            .as_object()
            .into_iter()
            .flat_map(|map| map.keys())
        {
            members(
                &components[kind],
                &walk::below("/components", kind),
                &mut places,
            );
        }
    }
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        let place = walk::below("/paths", path);
        places.push((place.clone(), item));
        parameters(item, &place)?;
        for (method, operation) in item.as_object().into_iter().flatten() {
            let place = walk::below(&place, method);
            if [
                "get", "put", "post", "delete", "options", "head", "patch", "trace",
            ]
            .contains(&method.as_str())
            {
                places.push((place.clone(), operation));
                parameters(operation, &place)?;
            }
            if let Some(responses) = operation.get("responses") {
                places.push((format!("{place}/responses"), responses));
                members(responses, &format!("{place}/responses"), &mut places);
            }
        }
    }
    for (place, value) in places {
        // Schemas may be true or false in 3.1; `x-` keys may be anything.
        let schema = place.starts_with("/components/schemas/") && value.is_boolean();
        if !value.is_object() && !schema && !place.contains("/x-") {
            return Err(Problem::unverified(format!(
                "the document has no object at {place}, where OpenAPI requires one"
            )));
        }
    }
    Ok(())
}

/// Verifies that each parameter has a name and a location, or refers to one that has.
fn parameters(holder: &Value, place: &str) -> Result<(), Problem> {
    let Some(parameters) = holder.get("parameters") else {
        return Ok(());
    };
    let place = format!("{place}/parameters");
    let Some(list) = parameters.as_array() else {
        return Err(Problem::unverified(format!(
            "the document has no list at {place}, where OpenAPI requires one"
        )));
    };
    for (at, parameter) in list.iter().enumerate() {
        let named = parameter["name"].is_string() && parameter["in"].is_string();
        if !named && !parameter["$ref"].is_string() {
            return Err(Problem::unverified(format!(
                "the parameter at {place}/{at} has no `name` or no `in`, so a client does not know what to send"
            )));
        }
    }
    Ok(())
}

fn members<'a>(value: &'a Value, place: &str, places: &mut Vec<(String, &'a Value)>) {
    for (key, inner) in value.as_object().into_iter().flatten() {
        places.push((walk::below(place, key), inner));
    }
}

fn version(document: &Value) -> Result<(), Problem> {
    if let Some(swagger) = document.get("swagger") {
        return Err(Problem::unverified(format!(
            "the document is Swagger {swagger}, the predecessor of OpenAPI 3, which this pipeline does not read: \
             convert it to OpenAPI 3.0 with a tool of your choice, review the result, and pass it with --from"
        )));
    }
    match document["openapi"].as_str() {
        Some("3.0" | "3.1") => Ok(()),
        Some(version) if version.starts_with("3.0.") || version.starts_with("3.1.") => Ok(()),
        Some(version) => Err(Problem::unverified(format!(
            "the document is OpenAPI `{version}` (at /openapi); this pipeline reads 3.0 and 3.1"
        ))),
        None => Err(Problem::unverified(
            "the document does not say that it is OpenAPI: /openapi is missing, or is not a text such as `3.0.3`",
        )),
    }
}

/// Verifies that every reference leads to a place in this document.
fn references(document: &Value) -> Result<(), Problem> {
    let mut fault = None;
    walk::references(document, &mut |place, reference| {
        if fault.is_some() {
            return;
        }
        fault = if !reference.starts_with('#') {
            Some(format!(
                "the reference at {place} leads out of the document, to `{reference}`; only references within it are \
                 followed, so have the document bundled into one file first"
            ))
        } else if !reference.starts_with("#/") {
            Some(format!(
                "the reference at {place} is `{reference}`; anchors are not read, only paths that start with #/"
            ))
        } else if target(document, reference).is_none() {
            Some(format!(
                "the reference at {place} leads nowhere: the document has no `{reference}`"
            ))
        } else {
            None
        };
    });
    fault.map_or(Ok(()), |message| Err(Problem::unverified(message)))
}

/// The target of a reference within the document.
pub(crate) fn target<'a>(document: &'a Value, reference: &str) -> Option<&'a Value> {
    let pointer = reference.strip_prefix('#')?;
    document
        .pointer(pointer)
        .or_else(|| document.pointer(&percent_decoded(pointer)))
}

/// An object with its reference followed.
pub(crate) fn resolved(document: &Value, value: &Value) -> Value {
    let mut value = value;
    // Verification refuses circles. The limit is for documents that were not verified.
    for _ in 0..32 {
        match value["$ref"]
            .as_str()
            .and_then(|reference| target(document, reference))
        {
            Some(target) => value = target,
            None => break,
        }
    }
    value.clone()
}

/// A pointer in a URL fragment may be percent-encoded.
pub(crate) fn percent_decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = text
            .get(at + 1..at + 3)
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match (bytes[at], hex) {
            (b'%', Some(byte)) => {
                out.push(byte);
                at += 3;
            }
            (byte, _) => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8(out).unwrap_or_else(|_| text.to_owned())
}

/// The longest chain of references, and the most parts that one schema may expand into.
const CHAIN: usize = 64;
const PARTS: u32 = 10_000;

/// Verifies that no schema is defined by itself, and that none expands without limit. A schema that
/// contains itself in a property or an item is a tree, which is allowed.
fn circles(document: &Value) -> Result<(), Problem> {
    let mut starts = Vec::new();
    walk::references(document, &mut |place, _| starts.push(place.to_owned()));
    let mut known = HashMap::new();
    for start in starts {
        if let Some(node) = document.pointer(&start) {
            parts(document, node, &mut Vec::new(), &mut known).map_err(|fault| {
                Problem::unverified(format!("the reference at {start} {fault}"))
            })?;
        }
    }
    Ok(())
}

/// How many parts a schema consists of once all references are followed.
fn parts<'a>(
    document: &'a Value,
    node: &'a Value,
    trail: &mut Vec<&'a str>,
    known: &mut HashMap<&'a str, u32>,
) -> Result<u32, String> {
    let mut total = 1_u32;
    if let Some(reference) = node["$ref"].as_str() {
        if trail.contains(&reference) {
            trail.push(reference);
            return Err(format!(
                "runs in a circle: {}; it has no meaning",
                trail.join(" -> ")
            ));
        }
        if trail.len() >= CHAIN {
            return Err(format!("starts a chain of more than {CHAIN} references"));
        }
        let count = match (known.get(reference), target(document, reference)) {
            (Some(count), _) => *count,
            (None, None) => 0,
            (None, Some(next)) => {
                trail.push(reference);
                let count = parts(document, next, trail, known)?;
                trail.pop();
                known.insert(reference, count);
                count
            }
        };
        total = total.saturating_add(count);
    }
    for key in ["allOf", "oneOf", "anyOf"] {
        for part in node[key].as_array().into_iter().flatten() {
            total = total.saturating_add(parts(document, part, trail, known)?);
        }
    }
    if total > PARTS {
        return Err(format!(
            "expands into more than {PARTS} parts, which no client could read"
        ));
    }
    Ok(total)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::document;
    use crate::spec::Exit;

    fn sound() -> Value {
        json!({"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": {}})
    }

    #[track_caller]
    fn refused(change: impl FnOnce(&mut Value), message: &str) {
        let mut changed = sound();
        change(&mut changed);
        match document(&changed) {
            Ok(()) => panic!("it was accepted: {changed}"),
            Err(problem) => {
                assert_eq!(problem.exit, Exit::Unverified);
                assert!(problem.message.contains(message), "{problem}");
            }
        }
    }

    #[test]
    fn openapi_three_is_read_and_nothing_else() {
        for version in ["3.0", "3.0.4", "3.1", "3.1.1"] {
            let mut named = sound();
            named["openapi"] = json!(version);
            assert!(document(&named).is_ok(), "{version}");
        }
        refused(|doc| doc["openapi"] = json!("3.2.0"), "OpenAPI `3.2.0`");
        refused(|doc| doc["openapi"] = json!(3), "/openapi is missing");
        refused(
            |doc| *doc = json!({"swagger": "2.0", "paths": {}}),
            "is Swagger \"2.0\", the predecessor",
        );
        refused(|doc| doc["paths"] = json!([]), "no object at /paths");
        refused(
            |doc| doc["paths"]["/a"]["parameters"] = json!({"id": {}}),
            "no list at /paths/~1a/parameters",
        );
        refused(
            |doc| doc["paths"]["/a"]["get"]["parameters"] = json!([{"$ref": "#/x"}, "id"]),
            "the parameter at /paths/~1a/get/parameters/1 has no `name`",
        );
        refused(
            |doc| doc["info"] = json!({"title": "t"}),
            "no text at /info/version",
        );
        refused(|doc| *doc = json!([1]), "/openapi is missing");
    }

    #[test]
    fn references_stay_within_the_document() {
        let schema =
            |reference: &str| json!({"schemas": {"A": {"properties": {"b": {"$ref": reference}}}}});
        refused(
            |doc| doc["components"] = schema("other.json#/A"),
            "the reference at /components/schemas/A/properties/b leads out of the document, to `other.json#/A`",
        );
        refused(
            |doc| doc["components"] = schema("#/components/schemas/B"),
            "leads nowhere",
        );
        refused(
            |doc| doc["components"] = schema("#anchor"),
            "anchors are not read",
        );
    }

    #[test]
    fn a_circle_of_references_is_refused_and_a_tree_is_not() {
        refused(
            |doc| {
                doc["components"] = json!({"schemas": {
                    "A": {"$ref": "#/components/schemas/B"}, "B": {"allOf": [{"$ref": "#/components/schemas/A"}]}
                }});
            },
            "runs in a circle: #/components/schemas/B -> #/components/schemas/A -> #/components/schemas/B",
        );
        let mut tree = sound();
        tree["components"] = json!({"schemas": {"A": {"properties": {"a": {"items": {"$ref": "#/components/schemas/A"}}}}}});
        assert!(document(&tree).is_ok());
    }

    #[test]
    fn a_schema_that_expands_without_limit_is_refused() {
        let twice = |next: usize| {
            let reference = json!({"$ref": format!("#/components/schemas/S{next}")});
            json!({"allOf": [reference.clone(), reference]})
        };
        refused(
            |doc| {
                for at in 0..40 {
                    doc["components"]["schemas"][format!("S{at}")] = twice(at + 1);
                }
                doc["components"]["schemas"]["S40"] = json!({});
            },
            "expands into more than 10000 parts",
        );
        refused(
            |doc| {
                for at in 0..100 {
                    let next = json!({"$ref": format!("#/components/schemas/S{:03}", at + 1)});
                    doc["components"]["schemas"][format!("S{at:03}")] = next;
                }
                doc["components"]["schemas"]["S100"] = json!({});
            },
            "starts a chain of more than 64 references",
        );
    }

    #[test]
    fn a_reference_in_an_example_is_data() {
        let mut sample = sound();
        sample["components"] =
            json!({"schemas": {"A": {"example": {"$ref": "https://elsewhere.example/x"}}}});
        assert!(document(&sample).is_ok());
    }
}
