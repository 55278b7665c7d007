//! Normalizes a document: whole paths on one server, only schemas shared, the api key as a security
//! scheme.

mod parameters;

use serde_json::{Map, Value, json};

use super::expected::{API_KEY, OPERATIONS};
use super::outcome::Problem;
use super::servers::{self, Base};
use super::verify::resolved;
use super::walk;
use parameters::{is_api_key, is_called_key, is_ignored, plain_parameter, secured_by_key};

const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

/// Normalizes a converted document. `home` is the origin of the standing document.
///
/// # Errors
///
/// A server that is not a valid address or not https, a missing operation.
pub(crate) fn normalize(
    document: &mut Value,
    home: &str,
    notes: &mut Vec<String>,
) -> Result<(), Problem> {
    if names_no_server(document) {
        notes.push(format!(
            "the document names no server; it was read as a document of {home}, like the standing one"
        ));
    }
    let found = operations(document, home, notes)?;
    let origin = origin(&found)?;
    let mut paths = Map::new();
    for (at, path, method, operation) in found {
        if at == origin {
            let item = paths.entry(path).or_insert_with(|| json!({}));
            item[method] = operation;
        } else {
            notes.push(format!(
                "left out {} {path}, which is on another server, {at}",
                method.to_uppercase()
            ));
        }
    }
    document["paths"] = Value::Object(paths);
    document["servers"] = json!([{"url": origin}]);
    let keyed = declares_key(document);
    if let Some(map) = document.as_object_mut() {
        map.remove("security");
        let components = map.entry("components").or_insert_with(|| json!({}));
        if let Some(components) = components.as_object_mut() {
            components.retain(|key, _| key == "schemas" || key == "securitySchemes");
            for key in ["schemas", "securitySchemes"] {
                components.entry(key).or_insert_with(|| json!({}));
            }
            // Where the key was declared as a parameter, it becomes a scheme.
            if let (true, Some(Value::Object(schemes))) =
                (keyed, components.get_mut("securitySchemes"))
            {
                schemes
                    .entry(API_KEY)
                    .or_insert_with(|| json!({"type": "apiKey", "in": "query", "name": API_KEY}));
            }
        }
    }
    Ok(())
}

/// Whether an operation of the normal form requires the key under our name.
fn declares_key(document: &mut Value) -> bool {
    let mut declares = false;
    walk::operations(document, &mut |_, _, operation| {
        let mut choices = walk::items(operation, "security");
        declares |= choices.any(|choice| choice.get(API_KEY).is_some());
    });
    declares
}

type Found = (String, String, &'static str, Value);

/// Whether no server of the document names a host.
fn names_no_server(document: &Value) -> bool {
    let mut urls = document["servers"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|server| server["url"].as_str());
    !urls.any(|url| url.contains("//") || url.contains('{'))
}

/// Every operation: origin, whole path, method, and the operation with its shared parts copied into
/// it.
fn operations(
    document: &Value,
    home: &str,
    notes: &mut Vec<String>,
) -> Result<Vec<Found>, Problem> {
    let mut found: Vec<Found> = Vec::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        let item = resolved(document, item);
        for method in METHODS {
            let Some(operation) = item.get(method).filter(|operation| operation.is_object()) else {
                continue;
            };
            let place = format!("{} {path}", method.to_uppercase());
            let servers = [operation, &item, document]
                .into_iter()
                .find_map(|level| level.get("servers"));
            let (bases, faults) = match servers::bases(servers, home) {
                Ok(found) => found,
                Err(fault) if method == "get" && ends_like_ours(path) => {
                    return Err(Problem::unverified(format!(
                        "{place}: {fault}; a client would not know where to send a request"
                    )));
                }
                Err(fault) => {
                    notes.push(format!("left out {place}: {fault}"));
                    continue;
                }
            };
            notes.extend(
                faults
                    .iter()
                    .map(|fault| format!("{place}: left out a server: {fault}")),
            );
            let (origin, whole) = address(&bases, path, &place, notes);
            let known = |one: &Found| one.0 == origin && one.1 == whole && one.2 == method;
            if found.iter().any(known) {
                notes.push(format!("left out {place}: {whole} is described already"));
                continue;
            }
            if path.len() > 1 && path.ends_with('/') {
                notes.push(format!(
                    "{place}: left out the slash at the end; the client calls {whole}"
                ));
            }
            let operation = self_contained(document, &item, operation, &place, notes);
            found.push((origin, whole, method, operation));
        }
    }
    Ok(found)
}

/// Origin and whole path, on the first server where the path is one of ours, else on the first
/// server. A match at home with a repeated word removed is preferred to an exact match elsewhere.
fn address(bases: &[Base], path: &str, place: &str, notes: &mut Vec<String>) -> (String, String) {
    let path = path.trim_matches('/');
    let home = bases.first().map_or("", |base| base.origin.as_str());
    let (here, elsewhere): (Vec<&Base>, Vec<&Base>) =
        bases.iter().partition(|base| base.origin == home);
    for bases in [here, elsewhere] {
        for base in &bases {
            let whole = format!("{}/{path}", base.path);
            if is_ours(&whole) {
                return (base.origin.clone(), whole);
            }
        }
        for base in bases {
            if let Some((whole, word)) = once(&base.path, path).filter(|(whole, _)| is_ours(whole))
            {
                notes.push(format!(
                    "{place}: `{word}` is in both the server and the path, and was used once"
                ));
                return (base.origin.clone(), whole);
            }
        }
    }
    let first = bases.first().map_or("", |base| &base.path);
    (home.to_owned(), format!("{first}/{path}"))
}

fn is_ours(path: &str) -> bool {
    OPERATIONS.iter().any(|ours| ours.path == path)
}

/// Whether a path may be one of ours, on a server that is not known.
fn ends_like_ours(path: &str) -> bool {
    let last = path.trim_end_matches('/').rsplit('/').next();
    OPERATIONS.iter().any(|ours| last == Some(ours.rows))
}

/// Joins both paths where one ends and the other begins with the same word, and returns that word.
fn once<'a>(base: &'a str, path: &str) -> Option<(String, &'a str)> {
    let (above, word) = base.rsplit_once('/')?;
    (path.split('/').next() == Some(word)).then(|| (format!("{above}/{path}"), word))
}

/// The common origin of our three operations.
fn origin(found: &[Found]) -> Result<String, Problem> {
    let mut origins = Vec::new();
    for ours in OPERATIONS {
        let here = found
            .iter()
            .find(|(_, path, method, _)| path == ours.path && *method == "get");
        let Some((origin, ..)) = here else {
            let mut others: Vec<String> = found
                .iter()
                .map(|(_, path, method, _)| format!("{} {path}", method.to_uppercase()))
                .collect();
            others.truncate(8);
            let others = if others.is_empty() {
                "none".to_owned()
            } else {
                others.join(", ")
            };
            return Err(Problem::unverified(format!(
                "the document has no operation GET {} (operations found: {others}); the client needs it",
                ours.path
            )));
        };
        origins.push(origin.clone());
    }
    origins.dedup();
    match origins.as_slice() {
        [one] if one.starts_with("https://") || servers::is_loopback(one) => Ok(one.clone()),
        [one] => Err(Problem::unverified(format!(
            "the document's server is {one}: the api key would be sent in clear text; only https is allowed"
        ))),
        several => Err(Problem::unverified(format!(
            "the three operations are on different servers: {}; the client uses one",
            several.join(", ")
        ))),
    }
}

fn self_contained(
    document: &Value,
    item: &Value,
    operation: &Value,
    place: &str,
    notes: &mut Vec<String>,
) -> Value {
    let mut operation = operation.clone();
    let mut secured = operation
        .get("security")
        .or_else(|| document.get("security"))
        .cloned();
    let mut parameters: Vec<Value> = Vec::new();
    // A parameter of the operation replaces the path's parameter with the same name, and keeps its
    // position.
    let own = operation["parameters"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let shared = item["parameters"].as_array().cloned().unwrap_or_default();
    for (at, parameter) in own.iter().chain(&shared).enumerate() {
        let parameter = plain_parameter(document, &resolved(document, parameter));
        let name = parameter["name"].as_str().unwrap_or_default();
        let same = |one: &Value| one["name"] == parameter["name"] && one["in"] == parameter["in"];
        if is_api_key(&parameter) {
            secured = secured_by_key(secured, parameter["required"] == true);
        } else if is_ignored(&parameter) {
            notes.push(format!(
                "{place}: left out the header {name}, which OpenAPI ignores as a parameter"
            ));
        } else if !parameters.iter().any(same) {
            parameters.push(parameter);
        } else if at < own.len() {
            notes.push(format!(
                "{place}: left out the second of two parameters {name}"
            ));
        }
    }
    // The key in the query is already the security scheme. A parameter elsewhere is a second way to
    // send it.
    if secured == Some(json!([{API_KEY: []}])) {
        let before = parameters.len();
        parameters.retain(|parameter| !is_called_key(parameter));
        if parameters.len() < before {
            notes.push(format!(
                "{place}: left out the parameter {API_KEY} that is not in the query; the client sends the key there"
            ));
        }
    }
    operation["parameters"] = Value::Array(parameters);
    for (_, response) in walk::members(&mut operation, "responses") {
        *response = resolved(document, response);
        if let Some(Value::Object(headers)) = response.get_mut("headers") {
            // OpenAPI ignores it: the key of `content` is the media type.
            headers.retain(|name, _| !name.eq_ignore_ascii_case("content-type"));
        }
        for (_, header) in walk::members(response, "headers") {
            *header = resolved(document, header);
        }
        plain_examples(document, response);
        if let Some(response) = response.as_object_mut() {
            response.remove("links");
        }
    }
    if let Some(body) = operation.get_mut("requestBody") {
        *body = resolved(document, body);
        plain_examples(document, body);
        if let (true, Some(operation)) = (is_bodyless(place), operation.as_object_mut()) {
            operation.remove("requestBody");
            notes.push(format!(
                "{place}: left out the body, which a request of this method does not have"
            ));
        }
    }
    if let Some(map) = operation.as_object_mut() {
        for key in ["callbacks", "servers"] {
            map.remove(key);
        }
        if let Some(security) = secured {
            map.insert("security".to_owned(), security);
        }
    }
    operation
}

fn plain_examples(document: &Value, holder: &mut Value) {
    for (_, media) in walk::members(holder, "content") {
        for (_, example) in walk::members(media, "examples") {
            *example = resolved(document, example);
        }
    }
}

/// Whether requests of the method have no body, in `GET /api/offers`.
fn is_bodyless(place: &str) -> bool {
    ["GET ", "HEAD ", "DELETE "]
        .iter()
        .any(|method| place.starts_with(method))
}
