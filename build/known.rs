//! What the document says about answers: names, JSON types and open sets of words, as a tree that
//! becomes a table in the source.

use serde_json::{Map, Value, json};

use crate::lower::MODELS;

/// A component, the handwritten type for it, and the JSON types that this type reads.
pub(crate) type DomainType = (&'static str, &'static str, &'static [&'static str]);

/// The schema of each endpoint's answer, and the name of its table.
const ANSWERS: &[(&str, &str)] = &[
    ("OFFERS", "OffersResponse"),
    ("CONVERSIONS", "ConversionsResponse"),
    ("REVERSALS", "ReversalsResponse"),
];

/// Schemas deeper than this are not described: anything may be there.
const DEEPEST: usize = 12;

const TYPES: [(&str, &str); 6] = [
    ("null", "Null"),
    ("boolean", "Boolean"),
    ("number", "Number"),
    ("string", "String"),
    ("array", "Array"),
    ("object", "Object"),
];

/// The tree of each answer: `types`, `values`, `members`, `entries` and `items`.
pub(crate) fn known(document: &Value, domain: &[DomainType]) -> Result<Value, String> {
    let describe = Describe { document, domain };
    let mut tables = Map::new();
    for (table, schema) in ANSWERS {
        let found = &document["components"]["schemas"][schema];
        if !found.is_object() {
            return Err(format!("components.schemas.{schema} is missing"));
        }
        tables.insert((*table).into(), describe.schema(found, 0));
    }
    Ok(Value::Object(tables))
}

struct Describe<'a> {
    document: &'a Value,
    domain: &'a [DomainType],
}

impl Describe<'_> {
    /// A union: whatever one of several schemas allows is known.
    fn schema(&self, schema: &Value, depth: usize) -> Value {
        let mut node = json!({ "types": {}, "values": [], "members": {} });
        if depth > DEEPEST {
            add_types(&mut node, TYPES.map(|(name, _)| name));
            return node;
        }
        if let Some(name) = component(schema) {
            merge(
                &mut node,
                self.schema(&self.document["components"]["schemas"][name], depth + 1),
            );
            // What the library needs is required, whatever the document says.
            let model = MODELS.iter().find(|model| model.name == name);
            for field in model.map_or(&[][..], |model| model.required) {
                node["members"][field]["required"] = Value::Bool(true);
                if let Some(types) = node["members"][field]["types"].as_object_mut() {
                    types.remove("null");
                }
            }
            let domain = self.domain.iter().find(|(domain, ..)| *domain == name);
            add_types(
                &mut node,
                domain.map_or(&[][..], |(.., reads)| reads).iter().copied(),
            );
            return node;
        }
        let alternatives = ["oneOf", "anyOf", "allOf"].map(|key| schema[key].as_array());
        for alternative in alternatives.into_iter().flatten().flatten() {
            merge(&mut node, self.schema(alternative, depth + 1));
        }
        match schema["type"].as_str() {
            Some("integer") => add_types(&mut node, ["number"]),
            // Only `false`, which stands for no value as null does.
            Some("boolean") if schema["enum"] == json!([false]) => add_types(&mut node, ["null"]),
            Some(name) => add_types(&mut node, [name]),
            None => {}
        }
        self.inside(schema, &mut node, depth);
        if node["types"].as_object().is_none_or(Map::is_empty) {
            add_types(&mut node, TYPES.map(|(name, _)| name));
        }
        if schema["nullable"] == true {
            add_types(&mut node, ["null"]);
        }
        if let Some(values) = schema["x-extensible-enum"].as_array() {
            node["values"] = values
                .iter()
                .filter(|value| value.is_string())
                .cloned()
                .collect();
        }
        node
    }

    /// The members, entries and items of a schema.
    fn inside(&self, schema: &Value, node: &mut Value, depth: usize) {
        let required = schema["required"].as_array();
        let is_required =
            |name: &str| required.is_some_and(|names| names.iter().any(|at| at == name));
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            add_types(node, ["object"]);
            let mut member = self.schema(property, depth + 1);
            member["required"] = is_required(name).into();
            if !is_required(name) {
                // The models read null in such a place as an absent value.
                add_types(&mut member, ["null"]);
            }
            node["members"][name] = member;
        }
        if schema["items"].is_object() {
            add_types(node, ["array"]);
            node["items"] = self.schema(&schema["items"], depth + 1);
        }
        if schema["additionalProperties"].is_object() {
            add_types(node, ["object"]);
            node["entries"] = self.schema(&schema["additionalProperties"], depth + 1);
        }
    }
}

fn component(schema: &Value) -> Option<&str> {
    schema["$ref"]
        .as_str()?
        .strip_prefix("#/components/schemas/")
}

fn add_types<'a>(node: &mut Value, names: impl IntoIterator<Item = &'a str>) {
    for name in names {
        node["types"][name] = Value::Bool(true);
    }
}

/// Adds what `other` allows to `node`.
fn merge(node: &mut Value, other: Value) {
    let Value::Object(other) = other else {
        return;
    };
    for (key, value) in other {
        match (&mut node[&key], value) {
            (Value::Object(mine), Value::Object(theirs)) if key == "members" || key == "types" => {
                for (name, value) in theirs {
                    match mine.get_mut(&name) {
                        Some(member) => merge(member, value),
                        None => {
                            mine.insert(name, value);
                        }
                    }
                }
            }
            (mine @ Value::Object(_), theirs) => merge(mine, theirs),
            (Value::Array(mine), Value::Array(theirs)) => mine.extend(theirs),
            (mine, theirs) => *mine = theirs,
        }
    }
}

/// The tables as source, for the types in `src/drift/known.rs`.
pub(crate) fn source(known: &Value) -> String {
    let mut source = "use crate::drift::known::{JsonType, Known, Member};\n".to_owned();
    for (table, node) in known.as_object().into_iter().flatten() {
        source.push_str(&format!(
            "pub(crate) static {table}: Known = {};\n",
            literal(node)
        ));
    }
    source
}

fn literal(node: &Value) -> String {
    let types: String = TYPES
        .iter()
        .filter(|(name, _)| node["types"][name] == true)
        .map(|(_, variant)| format!("JsonType::{variant}, "))
        .collect();
    let values = node["values"].as_array().into_iter().flatten();
    let values: String = values.map(|value| format!("{value}, ")).collect();
    // In the order of the names, which `Known::member` relies on.
    let mut members: Vec<_> = node["members"].as_object().into_iter().flatten().collect();
    members.sort_by_key(|(name, _)| *name);
    let members: String = members
        .into_iter()
        .map(|(name, member)| {
            let required = member["required"] == true;
            let known = literal(member);
            format!("Member {{ name: {name:?}, required: {required}, known: {known} }}, ")
        })
        .collect();
    let part = |key: &str| match &node[key] {
        Value::Null => "None".to_owned(),
        part => format!("Some(&{})", literal(part)),
    };
    let (entries, items) = (part("entries"), part("items"));
    format!(
        "Known {{ types: &[{types}], values: &[{values}], members: &[{members}], entries: {entries}, items: {items} }}"
    )
}
