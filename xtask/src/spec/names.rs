//! Gives the normal form the names that the handwritten layer needs, whatever the document's names
//! are.

mod adopt;

use serde_json::{Value, json};

use super::convert::{names, pascal, unique};
use super::expected::{API_KEY, OPERATIONS, SCHEMAS};
use super::walk;

/// Names operations, responses, schemas and the api key, and adds a note for what was left out.
pub(crate) fn give(document: &mut Value, notes: &mut Vec<String>) {
    step_aside(document);
    api_key(document);
    order_parameters(document, notes);
    for operation in OPERATIONS {
        adopt::answer(document, &operation, notes);
    }
    adopt::errors(document);
    other_operations(document);
    hoist_answers(document);
}

/// Adds the parameters that the document lacks, each with its name only, for the overlay to
/// describe. Returns them.
pub(crate) fn lacking(document: &mut Value) -> Vec<String> {
    let mut lacking = Vec::new();
    for operation in OPERATIONS {
        let Some(standing) = parameters(document, operation.path) else {
            continue;
        };
        let mut ordered = Vec::new();
        for name in operation.parameters {
            let at = standing
                .iter()
                .position(|parameter| parameter["name"] == *name);
            ordered.push(at.map_or_else(
                || {
                    lacking.push(format!("GET {} parameter {name}", operation.path));
                    json!({"name": name, "in": "query", "schema": {}})
                },
                |at| standing.remove(at),
            ));
        }
        ordered.append(standing);
        *standing = ordered;
    }
    lacking
}

/// Renames the document's components that have one of our names, because they may mean something
/// different.
fn step_aside(document: &mut Value) {
    let mut taken = names(document);
    taken.extend(SCHEMAS.map(str::to_owned));
    for name in names(document) {
        if SCHEMAS.contains(&name.as_str()) {
            let new = unique(&format!("Provider{name}"), &taken);
            taken.push(new.clone());
            walk::rename_component(document, &name, &new);
        }
    }
}

/// Names the security scheme of the query parameter `api_key` after it, also where operations refer
/// to it.
fn api_key(document: &mut Value) {
    let schemes = document["components"]["securitySchemes"]
        .as_object()
        .cloned()
        .unwrap_or_default();
    let key = schemes.iter().find(|(_, scheme)| {
        scheme["type"] == "apiKey"
            && scheme["in"] == "query"
            && scheme["name"]
                .as_str()
                .is_some_and(|name| name.eq_ignore_ascii_case(API_KEY))
    });
    let Some((old, scheme)) = key.map(|(name, scheme)| (name.clone(), scheme.clone())) else {
        return;
    };
    if old == API_KEY {
        return;
    }
    if let Some(schemes) = document
        .pointer_mut("/components/securitySchemes")
        .and_then(Value::as_object_mut)
    {
        schemes.remove(&old);
        schemes.insert(API_KEY.to_owned(), scheme);
    }
    walk::operations(document, &mut |_, _, operation| {
        for choice in walk::items(operation, "security") {
            if let Some(choice) = choice.as_object_mut()
                && let Some(scopes) = choice.remove(&old)
            {
                choice.insert(API_KEY.to_owned(), scopes);
            }
        }
    });
}

/// Orders the parameters: ours in our order, then the others as in the document.
fn order_parameters(document: &mut Value, notes: &mut Vec<String>) {
    for operation in OPERATIONS {
        let Some(list) = parameters(document, operation.path) else {
            continue;
        };
        for name in operation.parameters {
            let same = |parameter: &Value| parameter["name"] == *name;
            let in_query = |parameter: &Value| same(parameter) && parameter["in"] == "query";
            // The client sends the query parameter, so a header with the same name is left out.
            if list.iter().any(in_query) {
                let before = list.len();
                list.retain(|parameter| !same(parameter) || in_query(parameter));
                if list.len() < before {
                    notes.push(format!(
                        "GET {}: left out the parameter {name} that is not in the query",
                        operation.path
                    ));
                }
            }
        }
        list.sort_by_key(|parameter| {
            let name = parameter["name"].as_str().unwrap_or_default();
            operation
                .parameters
                .iter()
                .position(|ours| *ours == name)
                .unwrap_or(usize::MAX)
        });
    }
}

/// Operations that we do not call keep their id, or get one from method and path.
fn other_operations(document: &mut Value) {
    let mut taken: Vec<String> = OPERATIONS.iter().map(|ours| ours.id.to_owned()).collect();
    walk::operations(document, &mut |path, method, operation| {
        if is_ours(path, method) {
            return;
        }
        let theirs = operation["operationId"]
            .as_str()
            .map(str::to_owned)
            .filter(|id| !id.trim().is_empty());
        let id = unique(
            &theirs.unwrap_or_else(|| snake(&format!("{method}_{path}"))),
            &taken,
        );
        taken.push(id.clone());
        operation["operationId"] = json!(id);
    });
}

fn parameters<'a>(document: &'a mut Value, path: &str) -> Option<&'a mut Vec<Value>> {
    let operation = document.get_mut("paths")?.get_mut(path)?.get_mut("get")?;
    operation.get_mut("parameters")?.as_array_mut()
}

fn is_ours(path: &str, method: &str) -> bool {
    method == "get" && OPERATIONS.iter().any(|ours| ours.path == path)
}

fn snake(text: &str) -> String {
    let words: Vec<&str> = text
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    words.join("_").to_ascii_lowercase()
}

/// Names the schemas of responses. The generator would give an operation's success and error
/// schemas the same name.
fn hoist_answers(document: &mut Value) {
    let mut taken = names(document);
    let mut hoisted = Vec::new();
    walk::operations(document, &mut |path, method, operation| {
        let ours = OPERATIONS
            .iter()
            .find(|ours| is_ours(path, method) && ours.path == path);
        let id = ours.map_or_else(
            || {
                operation["operationId"]
                    .as_str()
                    .unwrap_or_default()
                    .to_owned()
            },
            |ours| ours.id.to_owned(),
        );
        for (status, response) in walk::members(operation, "responses") {
            for (media, body) in walk::members(response, "content") {
                let Some(schema) = body.get_mut("schema") else {
                    continue;
                };
                let named =
                    schema.get("$ref").is_some() || !schema.is_object() || !media.contains("json");
                if named
                    || schema
                        .get("properties")
                        .or_else(|| schema.get("items"))
                        .is_none()
                {
                    continue;
                }
                let kind = if status.starts_with('2') {
                    "Response".to_owned()
                } else {
                    format!("Error{}", pascal(status).trim_start_matches('X'))
                };
                let name = unique(&format!("{}{kind}", pascal(&id)), &taken);
                taken.push(name.clone());
                hoisted.push((
                    name.clone(),
                    std::mem::replace(
                        schema,
                        json!({"$ref": format!("#/components/schemas/{name}")}),
                    ),
                ));
            }
        }
    });
    if let Some(schemas) = walk::components(document) {
        schemas.extend(hoisted);
    }
}
