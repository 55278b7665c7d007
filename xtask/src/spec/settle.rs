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
    let mut steps = Vec::new();
    path_parameters(document, notes);
    node(document, Type::One(Kind::Document), "", &mut steps);
    let mut counts: Vec<(String, usize)> = Vec::new();
    for step in steps {
        let (field, note) = step.words();
        let at = counts.iter().position(|(name, _)| *name == field);
        let at = at.unwrap_or_else(|| {
            counts.push((field, 0));
            counts.len() - 1
        });
        counts[at].1 += 1;
        if counts[at].1 <= NAMED {
            notes.push(note);
        }
    }
    for (field, count) in counts.into_iter().filter(|(_, count)| *count > NAMED) {
        notes.push(format!(
            "the same for `{field}` in {} more places",
            count - NAMED
        ));
    }
}

/// What was done at a place.
enum Step {
    LeftOut { place: String, why: String },
    Described { place: String },
}

impl Step {
    /// The field and the note.
    fn words(self) -> (String, String) {
        match self {
            Self::LeftOut { place, why } => {
                let field = place.rsplit('/').next().unwrap_or_default().to_owned();
                (field, format!("left out {place}, {why}"))
            }
            Self::Described { place } => (
                "description".to_owned(),
                format!("the response at {place} has no description; it was given an empty one"),
            ),
        }
    }
}

fn node(value: &mut Value, holds: Type, place: &str, steps: &mut Vec<Step>) {
    match (holds, value) {
        (Type::One(kind) | Type::Ref(kind) | Type::FlagOr(kind), Value::Object(map))
            if kind == Kind::PathItem || !map.contains_key("$ref") =>
        {
            object(map, kind, place, steps);
        }
        (Type::List(inner) | Type::Several(inner), Value::Array(list)) => {
            for (at, item) in list.iter_mut().enumerate() {
                node(item, *inner, &format!("{place}/{at}"), steps);
            }
        }
        (Type::Map(inner) | Type::Named(inner), Value::Object(map)) => {
            for (name, item) in map {
                node(item, *inner, &walk::below(place, name), steps);
            }
        }
        _ => {}
    }
}

fn object(map: &mut Map<String, Value>, kind: Kind, place: &str, steps: &mut Vec<Step>) {
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
                node(value, holds, &inside, steps);
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
                steps.push(Step::LeftOut { place: inside, why });
            }
        }
    }
    complete(map, kind, place, steps);
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
fn complete(map: &mut Map<String, Value>, kind: Kind, place: &str, steps: &mut Vec<Step>) {
    match kind {
        Kind::Response if !map.contains_key("description") => {
            map.insert("description".to_owned(), json!(""));
            steps.push(Step::Described {
                place: place.to_owned(),
            });
        }
        Kind::Parameter | Kind::Header => {
            if map.contains_key("schema") {
                leave_out(
                    map,
                    "content",
                    "because `schema` describes the value",
                    place,
                    steps,
                );
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
                leave_out(
                    map,
                    "default",
                    "which its schema does not allow",
                    place,
                    steps,
                );
            }
        }
        _ => {}
    }
    if matches!(kind, Kind::Parameter | Kind::Header | Kind::MediaType)
        && map.contains_key("examples")
    {
        leave_out(
            map,
            "example",
            "because `examples` is there too",
            place,
            steps,
        );
    }
}

fn leave_out(
    map: &mut Map<String, Value>,
    key: &str,
    why: &str,
    place: &str,
    steps: &mut Vec<Step>,
) {
    if map.remove(key).is_some() {
        steps.push(Step::LeftOut {
            place: walk::below(place, key),
            why: why.to_owned(),
        });
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
