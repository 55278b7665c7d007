//! An outline of the effective document as a snapshot, so that every change is reviewed.

use std::fs;

use serde_json::{Map, Value};

use crate::tree::home;

fn document() -> Value {
    serde_json::from_slice(&fs::read(home().join("openapi.json")).unwrap()).unwrap()
}

/// A schema in one line.
fn words(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|at| at.rsplit('/').next()) {
        return name.to_owned();
    }
    let choices = ["oneOf", "anyOf", "allOf"]
        .into_iter()
        .find_map(|key| Some((key, schema[key].as_array()?)));
    let mut text = match (choices, schema["type"].as_str()) {
        (Some((key, parts)), _) => format!(
            "{key}({})",
            parts.iter().map(words).collect::<Vec<_>>().join(" | ")
        ),
        (None, Some("array")) => format!("[{}]", words(&schema["items"])),
        (None, Some("object")) if schema["additionalProperties"].is_object() => {
            format!("map of {}", words(&schema["additionalProperties"]))
        }
        (None, Some("object")) => {
            let names: Vec<&str> = members(&schema["properties"])
                .map(|(name, _)| name.as_str())
                .collect();
            format!("{{{}}}", names.join(", "))
        }
        (None, Some(kind)) => kind.to_owned(),
        (None, None) => "anything".to_owned(),
    };
    for key in [
        "format",
        "nullable",
        "enum",
        "default",
        "minimum",
        "maximum",
        "minLength",
        "pattern",
        "x-extensible-enum",
    ] {
        if let Some(value) = schema.get(key) {
            text += &format!(" {key} {value}");
        }
    }
    text
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter)
}

#[test]
fn the_operations_with_their_parameters() {
    let document = document();
    let mut lines = vec![format!(
        "server {}",
        document["servers"][0]["url"].as_str().unwrap()
    )];
    for (path, item) in members(&document["paths"]) {
        for (method, operation) in members(item) {
            let id = operation["operationId"].as_str().unwrap();
            lines.push(format!(
                "{} {path}: {id}, security {}",
                method.to_uppercase(),
                operation["security"]
            ));
            for parameter in operation["parameters"].as_array().unwrap() {
                let need = if parameter["required"] == true {
                    "required"
                } else {
                    "optional"
                };
                let list = if parameter["explode"] == false {
                    ", commas"
                } else {
                    ""
                };
                let name = parameter["name"].as_str().unwrap();
                let place = parameter["in"].as_str().unwrap();
                lines.push(format!(
                    "  {place} {name}: {}, {need}{list}",
                    words(&parameter["schema"])
                ));
            }
            for (status, answer) in members(&operation["responses"]) {
                let bodies: Vec<String> = members(&answer["content"])
                    .map(|(media, body)| format!("{media} {}", words(&body["schema"])))
                    .collect();
                lines.push(format!("  {status}: {}", bodies.join(", ")));
            }
        }
    }
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn the_outline_of_the_effective_document() {
    let document = document();
    let mut lines = Vec::new();
    for (name, schema) in members(&document["components"]["schemas"]) {
        lines.push(format!("{name}: {}", words(schema)));
        for (property, shape) in members(&schema["properties"]) {
            let required = schema["required"]
                .as_array()
                .is_some_and(|names| names.iter().any(|one| one == property));
            lines.push(format!(
                "  {property}{}: {}",
                if required { "!" } else { "" },
                words(shape)
            ));
        }
    }
    insta::assert_snapshot!(lines.join("\n"));
}
