//! Mends values of the wrong type that have one meaning, such as `"true"` for `true`, and notes
//! each.
//!
//! It runs on documents of OpenAPI 3.0 and 3.1, and leaves alone what only 3.1 has.

mod meant;
mod types;

use serde_json::{Map, Value, json};

use super::openapi::{self, Kind, Type};
use super::outcome::Problem;
use super::{valid, walk};

/// How many repairs are named individually.
const NAMED: usize = 24;

/// Keywords of OpenAPI 3.1 and of JSON Schema that hold schemas.
const LATER: [(&str, Type); 12] = [
    ("$defs", Type::Map(&Type::Ref(Kind::Schema))),
    ("definitions", Type::Map(&Type::Ref(Kind::Schema))),
    ("patternProperties", Type::Map(&Type::Ref(Kind::Schema))),
    ("dependentSchemas", Type::Map(&Type::Ref(Kind::Schema))),
    ("prefixItems", Type::List(&Type::Ref(Kind::Schema))),
    ("if", Type::FlagOr(Kind::Schema)),
    ("then", Type::FlagOr(Kind::Schema)),
    ("else", Type::FlagOr(Kind::Schema)),
    ("contains", Type::FlagOr(Kind::Schema)),
    ("propertyNames", Type::FlagOr(Kind::Schema)),
    ("unevaluatedItems", Type::FlagOr(Kind::Schema)),
    ("unevaluatedProperties", Type::FlagOr(Kind::Schema)),
];

/// Mends the whole document and returns a note for each repair.
///
/// # Errors
///
/// A schema that is neither an object nor the name of a type, with its place.
pub(crate) fn mend(document: &mut Value) -> Result<Vec<String>, Problem> {
    let mut mender = Mender {
        schemas: super::convert::names(document),
        notes: Vec::new(),
    };
    information(document, &mut mender.notes);
    mender
        .node(document, Type::One(Kind::Document), "")
        .map_err(Problem::unverified)?;
    let mut notes = mender.notes;
    let more = notes.len().saturating_sub(NAMED);
    notes.truncate(NAMED);
    if more > 0 {
        notes.push(format!("{more} more values were read in the same way"));
    }
    Ok(notes)
}

/// Adds a title and a version where the document has none. The client needs neither.
fn information(document: &mut Value, notes: &mut Vec<String>) {
    let Some(document) = document
        .as_object_mut()
        .filter(|map| map.contains_key("openapi"))
    else {
        return;
    };
    let info = document.entry("info").or_insert_with(|| json!({}));
    for (key, value) in [("title", "untitled"), ("version", "unversioned")] {
        if let Some(info) = info.as_object_mut()
            && !info.contains_key(key)
        {
            info.insert(key.to_owned(), json!(value));
            notes.push(format!(
                "the document has no /info/{key}; it was read as \"{value}\""
            ));
        }
    }
}

struct Mender {
    /// The names of the document's schemas.
    schemas: Vec<String>,
    notes: Vec<String>,
}

impl Mender {
    fn node(&mut self, value: &mut Value, holds: Type, place: &str) -> Result<(), String> {
        if !valid::fits(value, holds) {
            self.coerce(value, holds, place)?;
        }
        match (holds, value) {
            (Type::One(kind) | Type::Ref(kind) | Type::FlagOr(kind), Value::Object(map))
                if kind == Kind::PathItem || !map.contains_key("$ref") =>
            {
                self.object(map, kind, place)?;
            }
            (Type::List(inner) | Type::Several(inner), Value::Array(list)) => {
                for (at, item) in list.iter_mut().enumerate() {
                    self.node(item, *inner, &format!("{place}/{at}"))?;
                }
            }
            (Type::Map(inner) | Type::Named(inner), Value::Object(map)) => {
                for (name, item) in map {
                    if !name.starts_with("x-") || matches!(holds, Type::Map(_)) {
                        self.node(item, *inner, &walk::below(place, name))?;
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn object(
        &mut self,
        map: &mut Map<String, Value>,
        kind: Kind,
        place: &str,
    ) -> Result<(), String> {
        match kind {
            Kind::PathItem => self.rename(map, place, meant::method),
            Kind::Responses => self.rename(map, place, meant::status),
            Kind::Schema => types::read(map, place, &mut self.notes),
            Kind::MediaType | Kind::Parameter | Kind::Header => self.examples(map, place),
            _ => {}
        }
        for (key, value) in map.iter_mut() {
            let later = || LATER.iter().find(|(name, _)| name == key);
            let holds = openapi::holds(kind, key).or_else(|| {
                let (_, holds) = later().filter(|_| kind == Kind::Schema)?;
                Some(*holds)
            });
            let inside = walk::below(place, key);
            match holds {
                _ if key.starts_with("x-") && openapi::is_extensible(kind) => {}
                // 3.1 has lists of types, and bounds where 3.0 has flags: `"1"` may be either.
                Some(_) if kind == Kind::Schema && key == "type" => {}
                Some(_)
                    if key.starts_with("exclusive")
                        && !matches!(value.as_str(), Some("true" | "false")) => {}
                // A property that declares itself required is for the conversion.
                Some(Type::Several(_)) if key == "required" && meant::flag(value).is_some() => {
                    if let (Some(flag), true) = (meant::flag(value), value.is_string()) {
                        *value = json!(flag);
                    }
                }
                Some(holds) => self.node(value, holds, &inside)?,
                None => {}
            }
        }
        if kind == Kind::Schema {
            self.values(map, place);
        }
        Ok(())
    }

    /// Replaces a value by the one that it means, if there is one.
    fn coerce(&mut self, value: &mut Value, holds: Type, place: &str) -> Result<(), String> {
        let meant = match holds {
            Type::Ref(_) if value.as_str().is_some_and(|text| text.starts_with("#/")) => {
                Some(json!({"$ref": value.clone()}))
            }
            Type::Ref(Kind::Schema) | Type::FlagOr(Kind::Schema) => {
                match self.schema(value, holds, place) {
                    Some(meant) => Some(meant),
                    // 3.1 has schemas that are true or false.
                    None if value.is_boolean() || value.is_null() => None,
                    None => {
                        return Err(format!(
                            "the schema at {place} is {}, which is neither a schema nor the name of one",
                            meant::shown(value)
                        ));
                    }
                }
            }
            Type::One(Kind::MediaType) => value.as_str().map(|text| {
                self.named_schema(text)
                    .map_or_else(|| json!({}), |schema| json!({"schema": schema}))
            }),
            _ => meant::meant(value, holds),
        };
        if let Some(meant) = meant {
            self.note(value, &meant, place);
            *value = meant;
        }
        Ok(())
    }

    fn schema(&self, value: &Value, holds: Type, place: &str) -> Option<Value> {
        match value {
            Value::String(_)
                if matches!(holds, Type::FlagOr(_)) && meant::flag(value).is_some() =>
            {
                meant::flag(value).map(Value::Bool)
            }
            Value::String(text) => self.named_schema(text),
            Value::Array(list) if list.len() == 1 && list[0].is_object() => list.first().cloned(),
            // A schema for each position is not in OpenAPI.
            Value::Array(list) if list.len() > 1 && place.ends_with("/items") => Some(json!({})),
            _ => None,
        }
    }

    /// The schema that a text names: a type, or a schema of the document.
    fn named_schema(&self, text: &str) -> Option<Value> {
        if text.starts_with("#/") {
            return Some(json!({"$ref": text}));
        }
        if self.schemas.iter().any(|name| name == text) {
            let place = walk::below("#/components/schemas", text);
            return Some(json!({"$ref": place}));
        }
        types::schema(text)
    }

    fn rename(
        &mut self,
        map: &mut Map<String, Value>,
        place: &str,
        meant: fn(&str, &Map<String, Value>) -> meant::Name,
    ) {
        let keys: Vec<String> = map.keys().cloned().collect();
        for key in keys {
            let place = walk::below(place, &key);
            match meant(&key, map) {
                meant::Name::Right => {}
                meant::Name::Means(name) => {
                    if let Some(value) = map.remove(&key) {
                        self.notes
                            .push(format!("read `{key}` at {place} as `{name}`"));
                        map.insert(name, value);
                    }
                }
                meant::Name::Nothing => {
                    map.remove(&key);
                    self.notes.push(format!(
                        "left out {place}, because `{key}` is not the status of a response"
                    ));
                }
            }
        }
    }

    /// Reads a list of examples as a map. Only a schema has a list of them.
    fn examples(&mut self, map: &mut Map<String, Value>, place: &str) {
        if let Some(Value::Array(list)) = map.get("examples") {
            let named = list.iter().zip(1..).map(|(example, number)| {
                let example = meant::example(example).unwrap_or_else(|| example.clone());
                (format!("example{number}"), example)
            });
            let named: Map<String, Value> = named.collect();
            self.notes.push(format!(
                "read the list at {place}/examples as examples without names"
            ));
            if named.is_empty() {
                map.remove("examples");
            } else {
                map.insert("examples".to_owned(), Value::Object(named));
            }
        }
    }

    /// Reads a default and the values of an enum as what the type of the schema says.
    fn values(&mut self, map: &mut Map<String, Value>, place: &str) {
        let holds = match map.get("type").and_then(Value::as_str) {
            Some("integer" | "number") => Type::Number,
            Some("boolean") => Type::Flag,
            Some("string") => Type::Text,
            _ => return,
        };
        let mut mend = |value: &mut Value, place: &str| {
            if let (false, Some(meant)) = (
                valid::fits(value, holds) || value.is_null(),
                meant::meant(value, holds),
            ) {
                self.note(value, &meant, place);
                *value = meant;
            }
        };
        if let Some(value) = map.get_mut("default") {
            mend(value, &format!("{place}/default"));
        }
        let values = map.get_mut("enum").and_then(Value::as_array_mut);
        for (at, value) in values.into_iter().flatten().enumerate() {
            mend(value, &format!("{place}/enum/{at}"));
        }
    }

    fn note(&mut self, before: &Value, after: &Value, place: &str) {
        self.notes.push(format!(
            "read {} at {place} as {}",
            meant::shown(before),
            meant::shown(after)
        ));
    }
}

#[cfg(test)]
mod tests;
