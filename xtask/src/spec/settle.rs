//! Leaves out of a normal form what OpenAPI 3.0 does not have, and adds what it requires and what
//! has one meaning. Each step is noted.

use serde_json::{Map, Value, json};

use super::openapi::{self, Kind, Type};
use super::{valid, walk};

/// How many fields of one name are named with their places.
const NAMED: usize = 3;

/// Settles the whole document. What has no meaning without a part that is wrong stays, for the
/// check of the result to refuse.
pub(crate) fn settle(document: &mut Value, notes: &mut Vec<String>) {
    let mut left_out = Vec::new();
    path_parameters(document, notes);
    node(document, Type::One(Kind::Document), "", &mut left_out);
    let mut counts: Vec<(String, usize)> = Vec::new();
    for LeftOut { place, why } in left_out {
        let field = place.rsplit('/').next().unwrap_or_default().to_owned();
        let at = counts.iter().position(|(name, _)| *name == field);
        let at = at.unwrap_or_else(|| {
            counts.push((field, 0));
            counts.len() - 1
        });
        counts[at].1 += 1;
        if counts[at].1 <= NAMED {
            notes.push(format!("left out {place}, {why}"));
        }
    }
    for (field, count) in counts.into_iter().filter(|(_, count)| *count > NAMED) {
        notes.push(format!(
            "left out `{field}` in {} more places in the same way",
            count - NAMED
        ));
    }
}

struct LeftOut {
    place: String,
    why: String,
}

fn node(value: &mut Value, holds: Type, place: &str, left_out: &mut Vec<LeftOut>) {
    match (holds, value) {
        (Type::One(kind) | Type::Ref(kind) | Type::FlagOr(kind), Value::Object(map)) => {
            if kind == Kind::PathItem || !map.contains_key("$ref") {
                object(map, kind, place, left_out);
            }
        }
        (Type::List(inner) | Type::Several(inner), Value::Array(list)) => {
            for (at, item) in list.iter_mut().enumerate() {
                node(item, *inner, &format!("{place}/{at}"), left_out);
            }
        }
        (Type::Map(inner) | Type::Named(inner), Value::Object(map)) => {
            for (name, item) in map {
                node(item, *inner, &walk::below(place, name), left_out);
            }
        }
        _ => {}
    }
}

fn object(map: &mut Map<String, Value>, kind: Kind, place: &str, left_out: &mut Vec<LeftOut>) {
    let keys: Vec<String> = map.keys().cloned().collect();
    for key in keys {
        if openapi::is_extensible(kind) && key.starts_with("x-") {
            continue;
        }
        let inside = walk::below(place, &key);
        let holds = openapi::holds(kind, &key);
        let Some(value) = map.get_mut(&key) else {
            continue;
        };
        let why = match holds {
            None => Some("which OpenAPI 3.0 does not have".to_owned()),
            Some(holds) => {
                node(value, holds, &inside, left_out);
                let required = |field: &openapi::Field| field.name == key && field.required;
                let wrong = !valid::fits(value, holds)
                    && openapi::names(kind).is_none()
                    && !openapi::fields(kind).iter().any(required);
                let broken = is_incomplete(value, holds);
                if wrong {
                    Some(format!("which is not {}", valid::words(holds)))
                } else {
                    broken.map(|name| format!("which has no `{name}`"))
                }
            }
        };
        if let Some(why) = why {
            let value = map.remove(&key);
            // An empty list of names says nothing, so nobody has to read about it.
            if key != "required" || value != Some(json!([])) {
                left_out.push(LeftOut { place: inside, why });
            }
        }
    }
    complete(map, kind, place, left_out);
}

/// The required field that an object of little weight lacks. Without the object the document only
/// says less.
fn is_incomplete(value: &Value, holds: Type) -> Option<&'static str> {
    let Type::One(kind @ (Kind::ExternalDocs | Kind::License | Kind::Discriminator | Kind::Flow)) =
        holds
    else {
        return None;
    };
    let fields = openapi::fields(kind).iter();
    fields
        .filter(|field| field.required)
        .map(|field| field.name)
        .find(|name| value.get(name).is_none())
}

/// Adds what OpenAPI requires and what has one meaning, and removes what contradicts it.
fn complete(map: &mut Map<String, Value>, kind: Kind, place: &str, left_out: &mut Vec<LeftOut>) {
    let mut drop = |map: &mut Map<String, Value>, key: &str, why: &str| {
        if map.remove(key).is_some() {
            left_out.push(LeftOut {
                place: walk::below(place, key),
                why: why.to_owned(),
            });
        }
    };
    match kind {
        Kind::Response => {
            map.entry("description").or_insert_with(|| json!(""));
        }
        Kind::Parameter | Kind::Header => {
            if map.contains_key("schema") {
                drop(map, "content", "because `schema` describes the value");
            } else if !map.contains_key("content") {
                map.insert("schema".to_owned(), json!({}));
            }
        }
        Kind::Schema => {
            if let Some(Value::Array(names)) = map.get_mut("required") {
                let mut seen = std::collections::BTreeSet::new();
                names.retain(|name| seen.insert(name.to_string()));
            }
            if map.get("type") == Some(&json!("array")) {
                map.entry("items").or_insert_with(|| json!({}));
            }
            if !valid::default_fits(map) {
                drop(map, "default", "which its schema does not allow");
            }
        }
        _ => {}
    }
    if matches!(kind, Kind::Parameter | Kind::Header | Kind::MediaType)
        && map.contains_key("examples")
    {
        drop(map, "example", "because `examples` is there too");
    }
}

/// Describes the parameters of paths where an operation does not, and leaves out those that its
/// path does not have.
fn path_parameters(document: &mut Value, notes: &mut Vec<String>) {
    walk::operations(document, &mut |path, method, operation| {
        let place = format!("{} {path}", method.to_uppercase());
        let Some(operation) = operation.as_object_mut() else {
            return;
        };
        let list = operation.entry("parameters").or_insert_with(|| json!([]));
        let Some(list) = list.as_array_mut() else {
            return;
        };
        let in_path = |one: &Value, name: &str| one["in"] == "path" && one["name"] == name;
        list.retain(|one| {
            let name = one["name"].as_str().unwrap_or_default();
            let has = one["in"] != "path" || walk::placeholders(path).any(|part| part == name);
            if !has {
                notes.push(format!(
                    "{place}: left out the parameter {name}, which its path does not have"
                ));
            }
            has
        });
        for name in walk::placeholders(path) {
            match list.iter_mut().find(|one| in_path(one, name)) {
                Some(one) if one["required"] == true => {}
                Some(one) => {
                    one["required"] = json!(true);
                    notes.push(format!(
                        "{place}: read the parameter {name} as required, because it is in the path"
                    ));
                }
                None => {
                    list.push(json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}));
                    notes.push(format!(
                        "{place}: added the parameter {name}, which is in the path and not described"
                    ));
                }
            }
        }
    });
}
