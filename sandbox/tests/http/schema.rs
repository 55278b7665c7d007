//! The document's schemas: whether an answer fits, and which of their branches it takes.

use std::collections::BTreeSet;

use regex::Regex;
use serde_json::{Map, Value};

/// The document, and the branches that answers took so far.
///
/// A branch is a choice that a schema leaves to the server: one of several schemas, one of several
/// values, null or not, an optional property there or not.
pub(crate) struct Document {
    json: Value,
    pub(crate) taken: BTreeSet<String>,
}

impl Document {
    pub(crate) fn read() -> Document {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../openapi.json");
        let text = std::fs::read_to_string(path).unwrap();
        Document {
            json: serde_json::from_str(&text).unwrap(),
            taken: BTreeSet::new(),
        }
    }

    /// Whether the component `name` describes a value.
    pub(crate) fn describes(&self, name: &str, value: &Value) -> bool {
        self.fits(&self.json["components"]["schemas"][name], value)
    }

    /// Checks an answer against the component `name`, and notes the branches that it takes.
    #[track_caller]
    pub(crate) fn take(&mut self, name: &str, answer: &Value) {
        let schema = serde_json::json!({"$ref": format!("#/components/schemas/{name}")});
        let mut taken = std::mem::take(&mut self.taken);
        self.walk(&schema, "", answer, &mut taken);
        self.taken = taken;
    }

    /// Every branch of the component `name` and of those that it refers to.
    pub(crate) fn branches(&self, name: &str) -> BTreeSet<String> {
        let schema = serde_json::json!({"$ref": format!("#/components/schemas/{name}")});
        let mut all = BTreeSet::new();
        self.list(&schema, "", &mut all);
        all
    }

    fn resolved<'a>(&'a self, schema: &'a Value, at: &str) -> (&'a Value, String) {
        match schema["$ref"].as_str() {
            Some(reference) => {
                let pointer = reference.trim_start_matches('#');
                let name = pointer.rsplit('/').next().unwrap();
                (self.json.pointer(pointer).unwrap(), name.to_owned())
            }
            None => (schema, at.to_owned()),
        }
    }

    #[track_caller]
    fn walk(&self, schema: &Value, at: &str, value: &Value, taken: &mut BTreeSet<String>) {
        let (schema, at) = self.resolved(schema, at);
        assert!(self.fits(schema, value), "{at}: {value} is not {schema}");
        if schema["nullable"] == true {
            let what = if value.is_null() { "null" } else { "a value" };
            taken.insert(format!("{at} is {what}"));
        }
        for (place, choice) in choices(schema, &at) {
            if self.fits(choice, value) {
                taken.insert(place.clone());
                self.walk(choice, &place, value, taken);
            }
        }
        if words(schema).contains(value) {
            taken.insert(format!("{at} is {value}"));
        }
        for item in value.as_array().into_iter().flatten() {
            if schema["items"].is_object() {
                self.walk(&schema["items"], &format!("{at}[]"), item, taken);
            }
        }
        let Some(members) = value.as_object() else {
            return;
        };
        for (name, property) in entries(&schema["properties"]) {
            let place = format!("{at}.{name}");
            let there = members.get(name);
            if !is_required(schema, name) {
                let what = if there.is_some() { "there" } else { "absent" };
                taken.insert(format!("{place} is {what}"));
            }
            if let Some(member) = there {
                self.walk(property, &place, member, taken);
            }
        }
        if schema["additionalProperties"].is_object() {
            for (_, member) in members {
                self.walk(
                    &schema["additionalProperties"],
                    &format!("{at}.*"),
                    member,
                    taken,
                );
            }
        }
    }

    fn list(&self, schema: &Value, at: &str, all: &mut BTreeSet<String>) {
        let (schema, at) = self.resolved(schema, at);
        if schema["nullable"] == true {
            all.insert(format!("{at} is null"));
            all.insert(format!("{at} is a value"));
        }
        for (place, choice) in choices(schema, &at) {
            all.insert(place.clone());
            self.list(choice, &place, all);
        }
        for value in words(schema) {
            all.insert(format!("{at} is {value}"));
        }
        if schema["items"].is_object() {
            self.list(&schema["items"], &format!("{at}[]"), all);
        }
        for (name, property) in entries(&schema["properties"]) {
            let place = format!("{at}.{name}");
            if !is_required(schema, name) {
                all.insert(format!("{place} is there"));
                all.insert(format!("{place} is absent"));
            }
            self.list(property, &place, all);
        }
        if schema["additionalProperties"].is_object() {
            self.list(&schema["additionalProperties"], &format!("{at}.*"), all);
        }
    }

    fn fits(&self, schema: &Value, value: &Value) -> bool {
        let (schema, _) = self.resolved(schema, "");
        let fitting = |key: &str| {
            let choices = schema[key].as_array()?;
            Some(choices.iter().filter(|one| self.fits(one, value)).count())
        };
        if let Some(count) = fitting("oneOf") {
            return count == 1;
        }
        if let Some(count) = fitting("anyOf") {
            return count > 0;
        }
        if value.is_null() {
            return schema["nullable"] == true;
        }
        if schema["enum"]
            .as_array()
            .is_some_and(|list| !list.contains(value))
        {
            return false;
        }
        match (schema["type"].as_str().unwrap(), value) {
            ("boolean", Value::Bool(_)) => true,
            ("integer", Value::Number(number)) => {
                number.as_f64().unwrap().fract() == 0.0
                    && in_bounds(schema, number.as_f64().unwrap())
            }
            ("number", Value::Number(number)) => in_bounds(schema, number.as_f64().unwrap()),
            ("string", Value::String(text)) => schema["pattern"]
                .as_str()
                .is_none_or(|pattern| Regex::new(pattern).unwrap().is_match(text)),
            ("array", Value::Array(items)) => {
                items.iter().all(|item| self.fits(&schema["items"], item))
            }
            ("object", Value::Object(members)) => self.fits_members(schema, members),
            _ => false,
        }
    }

    fn fits_members(&self, schema: &Value, members: &Map<String, Value>) -> bool {
        let mut required = schema["required"].as_array().into_iter().flatten();
        required.all(|name| members.contains_key(name.as_str().unwrap()))
            && members.iter().all(|(name, member)| {
                match (&schema["properties"][name], &schema["additionalProperties"]) {
                    (property @ Value::Object(_), _) => self.fits(property, member),
                    (_, others @ Value::Object(_)) => self.fits(others, member),
                    _ => true,
                }
            })
    }
}

fn choices<'a>(schema: &'a Value, at: &str) -> Vec<(String, &'a Value)> {
    let lists = ["oneOf", "anyOf"]
        .into_iter()
        .filter_map(|key| Some((key, schema[key].as_array()?)));
    let each = |(key, list): (&str, &'a Vec<Value>)| {
        let place = |(index, choice)| (format!("{at} {key} {index}"), choice);
        list.iter().enumerate().map(place).collect::<Vec<_>>()
    };
    lists.flat_map(each).collect()
}

/// The values that a schema names, of an open set as well.
fn words(schema: &Value) -> &[Value] {
    let list = ["enum", "x-extensible-enum"].map(|key| schema[key].as_array());
    list.into_iter().flatten().next().map_or(&[], Vec::as_slice)
}

fn entries(map: &Value) -> impl Iterator<Item = (&String, &Value)> {
    map.as_object().into_iter().flatten()
}

fn is_required(schema: &Value, name: &str) -> bool {
    let mut names = schema["required"].as_array().into_iter().flatten();
    names.any(|one| one == name)
}

fn in_bounds(schema: &Value, number: f64) -> bool {
    schema["minimum"]
        .as_f64()
        .is_none_or(|least| number >= least)
        && schema["maximum"].as_f64().is_none_or(|most| number <= most)
}
