//! Reads the habits of Swagger 2 that documents of OpenAPI 3 still have: the type of a parameter
//! beside its name, the schema of a response beside its description, definitions at the root.

use serde_json::{Map, Value, json};

use super::openapi::{self, Kind};
use super::walk;

type Object = Map<String, Value>;

/// Where Swagger 2 keeps shared parts, and where OpenAPI 3 does.
const SHARED: [(&str, &str); 4] = [
    ("definitions", "schemas"),
    ("parameters", "parameters"),
    ("responses", "responses"),
    ("securityDefinitions", "securitySchemes"),
];

/// Reads the whole document and notes what was read. It does nothing to a document that says that
/// it is Swagger 2.
pub(crate) fn read(document: &mut Value, notes: &mut Vec<String>) {
    let Some(root) = document
        .as_object_mut()
        .filter(|root| root.contains_key("openapi"))
    else {
        return;
    };
    shared_parts(root, notes);
    server(root, notes);
    let types = media_types(root.remove("produces").as_ref());
    root.remove("consumes");
    root.remove("schemes");
    walk::rename_references(document, &mut |reference| {
        SHARED.iter().find_map(|(old, new)| {
            let name = reference.strip_prefix("#/")?.strip_prefix(old)?;
            (name.starts_with('/')).then(|| format!("#/components/{new}{name}"))
        })
    });
    if let Some(components) = document.get_mut("components") {
        for (kind, read) in [
            (
                "parameters",
                parameter as fn(&mut Value, &str, &mut Vec<String>),
            ),
            ("headers", parameter),
        ] {
            for (name, part) in walk::members(components, kind) {
                let place = walk::below(&format!("/components/{kind}"), name);
                read(part, &place, notes);
            }
        }
        for (name, part) in walk::members(components, "responses") {
            response(
                part,
                &types,
                &walk::below("/components/responses", name),
                notes,
            );
        }
    }
    for (path, item) in walk::members(document, "paths") {
        let place = walk::below("/paths", path);
        parameters(item, &place, notes);
        for (method, operation) in item.as_object_mut().into_iter().flatten() {
            let Some(holder) = operation.as_object_mut() else {
                continue;
            };
            let own = holder.remove("produces");
            holder.remove("consumes");
            holder.remove("schemes");
            let types = own
                .as_ref()
                .map_or_else(|| types.clone(), |own| media_types(Some(own)));
            let place = walk::below(&place, method);
            body(holder, &place, notes);
            parameters(operation, &place, notes);
            for (status, one) in walk::members(operation, "responses") {
                let place = walk::below(&format!("{place}/responses"), status);
                response(one, &types, &place, notes);
            }
        }
    }
}

fn shared_parts(root: &mut Object, notes: &mut Vec<String>) {
    for (old, new) in SHARED {
        if !root.get(old).is_some_and(Value::is_object) {
            continue;
        }
        let Some(Value::Object(parts)) = root.remove(old) else {
            continue;
        };
        let components = root.entry("components").or_insert_with(|| json!({}));
        let Some(components) = components.as_object_mut() else {
            continue;
        };
        let standing = components.entry(new).or_insert_with(|| json!({}));
        if let Some(standing) = standing.as_object_mut() {
            for (name, part) in parts {
                standing.entry(name).or_insert(part);
            }
        }
        notes.push(format!("read /{old} as /components/{new}"));
    }
}

/// Swagger 2 gives the server in three parts.
fn server(root: &mut Object, notes: &mut Vec<String>) {
    let host = root.remove("host");
    let path = root.remove("basePath");
    let (host, path) = (
        host.as_ref().and_then(Value::as_str),
        path.as_ref().and_then(Value::as_str),
    );
    if (host.is_none() && path.is_none()) || root.contains_key("servers") {
        return;
    }
    let schemes = root.get("schemes").and_then(Value::as_array);
    let plain = schemes.is_some_and(|list| !list.is_empty() && !list.contains(&json!("https")));
    let scheme = if plain { "http" } else { "https" };
    let path = path.unwrap_or_default();
    let url = host.map_or_else(
        || path.to_owned(),
        |host| format!("{scheme}://{host}{path}"),
    );
    notes.push(format!("read `host` and `basePath` as the server {url}"));
    root.insert("servers".to_owned(), json!([{"url": url}]));
}

fn media_types(produces: Option<&Value>) -> Vec<String> {
    let list = produces.and_then(Value::as_array).into_iter().flatten();
    let mut types: Vec<String> = list.filter_map(Value::as_str).map(str::to_owned).collect();
    if types.is_empty() {
        types.push("application/json".to_owned());
    }
    types
}

/// Moves a parameter with the body to where OpenAPI 3 has it, and leaves out the fields of forms.
fn body(operation: &mut Object, place: &str, notes: &mut Vec<String>) {
    let Some(Value::Array(list)) = operation.get_mut("parameters") else {
        return;
    };
    let mut bodies = Vec::new();
    list.retain(|one| {
        let sent_in = one["in"].as_str().unwrap_or_default();
        if sent_in == "formData" {
            let name = one["name"].as_str().unwrap_or_default();
            notes.push(format!(
                "{place}: left out the parameter {name}, which Swagger 2 sends in a form"
            ));
        } else if sent_in == "body" {
            bodies.push(one.clone());
        }
        sent_in != "formData" && sent_in != "body"
    });
    if let Some(body) = bodies.into_iter().next() {
        notes.push(format!(
            "{place}: read the parameter in the body as `requestBody`"
        ));
        let schema = body.get("schema").cloned().unwrap_or_else(|| json!({}));
        operation
            .entry("requestBody")
            .or_insert_with(|| json!({"content": {"application/json": {"schema": schema}}}));
    }
}

fn parameters(holder: &mut Value, place: &str, notes: &mut Vec<String>) {
    for (at, one) in walk::items(holder, "parameters").enumerate() {
        parameter(one, &format!("{place}/parameters/{at}"), notes);
    }
}

/// Moves the keywords of a schema that are beside the name of a parameter or header into its
/// schema.
fn parameter(one: &mut Value, place: &str, notes: &mut Vec<String>) {
    let Some(map) = one.as_object_mut() else {
        return;
    };
    if map.contains_key("$ref") || map.contains_key("content") {
        return;
    }
    separator(map);
    let is_keyword = |key: &str| {
        openapi::holds(Kind::Schema, key).is_some()
            && openapi::holds(Kind::Parameter, key).is_none()
    };
    let found: Vec<String> = map.keys().filter(|key| is_keyword(key)).cloned().collect();
    if found.is_empty() {
        return;
    }
    let mut moved = Object::new();
    for key in &found {
        moved.extend(map.remove(key).map(|value| (key.clone(), value)));
    }
    let schema = map.entry("schema").or_insert_with(|| json!({}));
    if schema.get("$ref").is_some() {
        *schema = json!({"allOf": [schema.clone()]});
    }
    if let Some(schema) = schema.as_object_mut() {
        for (key, value) in moved {
            schema.entry(key).or_insert(value);
        }
    }
    notes.push(format!(
        "read {} at {place} as parts of its schema",
        found
            .iter()
            .map(|key| format!("`{key}`"))
            .collect::<Vec<_>>()
            .join(", ")
    ));
}

/// How Swagger 2 says which character separates the values of a list.
fn separator(map: &mut Object) {
    let (style, explode) = match map
        .remove("collectionFormat")
        .as_ref()
        .and_then(Value::as_str)
    {
        Some("csv") => ("form", false),
        Some("multi") => ("form", true),
        Some("pipes") => ("pipeDelimited", false),
        Some("ssv") => ("spaceDelimited", false),
        _ => return,
    };
    map.entry("style").or_insert_with(|| json!(style));
    map.entry("explode").or_insert_with(|| json!(explode));
}

/// Moves the schema of a response, and its examples, into its content.
fn response(one: &mut Value, types: &[String], place: &str, notes: &mut Vec<String>) {
    for (name, header) in walk::members(one, "headers") {
        parameter(
            header,
            &walk::below(&format!("{place}/headers"), name),
            notes,
        );
    }
    let Some(map) = one.as_object_mut() else {
        return;
    };
    let examples = map.remove("examples");
    let schema = map.remove("schema");
    if schema.is_none() && examples.is_none() {
        return;
    }
    let types = match &examples {
        Some(Value::Object(examples)) if schema.is_none() => examples.keys().cloned().collect(),
        _ => types.to_vec(),
    };
    let content = map.entry("content").or_insert_with(|| json!({}));
    for media in types {
        let Some(content) = content.as_object_mut() else {
            return;
        };
        let example = examples.as_ref().and_then(|examples| examples.get(&media));
        let body = content.entry(media.clone()).or_insert_with(|| json!({}));
        if let Some(body) = body.as_object_mut() {
            if let Some(schema) = &schema {
                body.entry("schema").or_insert_with(|| schema.clone());
            }
            if let Some(example) = example {
                body.entry("example").or_insert_with(|| example.clone());
            }
        }
    }
    notes.push(format!(
        "read the `schema` at {place} as the content of the response"
    ));
}
