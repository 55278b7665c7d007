//! Compares the shape of answers with the document's schema, and proposes an action for each
//! difference.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::action::Action;
use super::answers::grouped;
use super::schema::{alternatives, schema};
use super::shape::{Kind, Object, Shape};

/// Schemas deeper than this are not followed.
const DEEPEST: usize = 16;

/// The most names that are proposed in one place.
const MOST_NAMES: usize = 100;

/// The actions for the answers of an endpoint. Null and `false` in an optional place mean that
/// there is no value, so they change no schema.
pub(super) fn propose(document: &Value, endpoint: &str, shape: &Shape) -> Vec<Action> {
    let mut start = endpoint[..1].to_ascii_uppercase();
    start.push_str(&endpoint[1..]);
    let mut proposer = Proposer {
        document,
        endpoint,
        actions: BTreeMap::new(),
    };
    let place = Place {
        pointer: format!("/components/schemas/{start}Response"),
        path: String::new(),
        of: shape.values,
    };
    proposer.compare(&place, shape, 0);
    proposer.actions.into_values().collect()
}

struct Proposer<'a> {
    document: &'a Value,
    endpoint: &'a str,
    /// By target and sort, so that several places of one component become one action.
    actions: BTreeMap<(String, &'static str), Action>,
}

/// A place in the document, and the same place in the answers.
struct Place {
    pointer: String,
    path: String,
    /// How many objects were around it.
    of: usize,
}

impl Proposer<'_> {
    fn compare(&mut self, place: &Place, shape: &Shape, depth: usize) {
        let at = self.resolved(&place.pointer);
        if depth > DEEPEST {
            return;
        }
        let branches = self.branches(&at, 0);
        self.types(place, &at, &branches, shape);
        self.words(place, &branches, shape);
        if let Some(items) = &shape.items
            && let Some(branch) = branches.iter().find(|at| self.at(at)["items"].is_object())
        {
            let inside = Place {
                pointer: format!("{branch}/items"),
                path: match place.path.as_str() {
                    // A bare list of rows.
                    "" => format!("{}[]", self.endpoint),
                    path => format!("{path}[]"),
                },
                of: items.values,
            };
            self.compare(&inside, items, depth + 1);
        }
        if let Some(object) = &shape.object {
            self.object(place, &branches, object, depth);
        }
    }

    fn object(&mut self, place: &Place, branches: &[String], object: &Object, depth: usize) {
        let with = |key: &str| -> Vec<&String> {
            let branches = branches.iter();
            branches.filter(|at| self.at(at)[key].is_object()).collect()
        };
        let path = &place.path;
        let fields_at = with("properties");
        let Some(first) = fields_at.first().filter(|_| !object.fields.is_empty()) else {
            // A map, or a list with gaps.
            let (map_at, list_at) = (with("additionalProperties"), with("items"));
            let inside = map_at
                .first()
                .map(|at| format!("{at}/additionalProperties"));
            let inside = inside.or_else(|| Some(format!("{}/items", list_at.first()?)));
            if let (Some(pointer), Some(entries)) = (inside, object.entries()) {
                let path = format!("{path}.*");
                let of = entries.values;
                self.compare(&Place { pointer, path, of }, &entries, depth + 1);
            }
            return;
        };
        let of = place.of;
        for (name, shape) in &object.fields {
            let escaped = name.replace('~', "~0").replace('/', "~1");
            let mut pointers = fields_at
                .iter()
                .map(|at| format!("{at}/properties/{escaped}"));
            let known = pointers.find(|pointer| self.document.pointer(pointer).is_some());
            let path = match path.as_str() {
                "" => name.clone(),
                path => format!("{path}.{name}"),
            };
            match known {
                Some(pointer) => self.compare(&Place { pointer, path, of }, shape, depth + 1),
                None => self.field(&format!("{first}/properties"), name, &path, of, shape),
            }
        }
    }

    /// A field that the document lacks.
    fn field(&mut self, target: &str, name: &str, path: &str, of: usize, shape: &Shape) {
        let action = self.action(target, "field", || Action {
            target: target.to_owned(),
            counts: Vec::new(),
            description: "Fields that the answers have.",
            reason: "The document lacks them.",
            old: None,
            update: json!({}),
        });
        if action.counts.len() < MOST_NAMES {
            action.update[name] = schema(shape);
            action.counts.push(count(path, shape, of));
        }
    }

    /// Types that the document lacks.
    fn types(&mut self, place: &Place, at: &str, branches: &[String], shape: &Shape) {
        let types: Vec<&str> = branches
            .iter()
            .filter_map(|at| self.at(at)["type"].as_str())
            .collect();
        if types.is_empty() {
            return;
        }
        let lacks = |new: &Value| {
            let name = new["type"].as_str().unwrap_or_default();
            let is_within = name == "integer" && types.contains(&"number");
            // A list with gaps, which PHP writes as an object.
            let is_gapped = name == "object"
                && types.contains(&"array")
                && shape
                    .object
                    .as_ref()
                    .is_some_and(|object| object.entries().is_some());
            !types.contains(&name) && !is_within && !is_gapped
        };
        let only_false = shape.only_false();
        let new: Vec<Value> = alternatives(shape)
            .into_iter()
            .filter(|new| lacks(new) && !(new["type"] == "boolean" && only_false))
            .collect();
        if new.is_empty() {
            return;
        }
        let node = self.at(at).clone();
        let line = count(&place.path, shape, place.of);
        let standing = node["oneOf"].as_array().cloned();
        let action = self.action(at, "type", || Action {
            target: at.to_owned(),
            counts: Vec::new(),
            description: "Types that the answers have.",
            reason: "The document lacks them.",
            old: standing.as_ref().map(|list| json!({ "oneOf": list })),
            update: json!({ "oneOf": standing.unwrap_or_else(|| vec![plain(&node)]) }),
        });
        action.counts.push(line);
        let Some(list) = action.update["oneOf"].as_array_mut() else {
            return;
        };
        for new in new {
            if list.iter().all(|old| old["type"] != new["type"]) {
                // A number takes the place of a whole number: a value fits one schema only.
                list.retain(|old| !(new["type"] == "number" && old["type"] == "integer"));
                list.push(new);
            }
        }
    }

    /// Words that the document lacks in an open set.
    fn words(&mut self, place: &Place, branches: &[String], shape: &Shape) {
        let Some(words) = shape.few_words() else {
            return;
        };
        let set = |at: &&String| self.at(at)["x-extensible-enum"].is_array();
        let Some(at) = branches.iter().find(set).cloned() else {
            return;
        };
        let standing = self.at(&at)["x-extensible-enum"].clone();
        let known = |word: &str| {
            let mut known = standing
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str);
            known.any(|known| known.eq_ignore_ascii_case(word.trim()))
        };
        let new: Vec<&String> = words
            .iter()
            .filter(|word| !word.trim().is_empty() && !known(word))
            .collect();
        if new.is_empty() {
            return;
        }
        let line = count(&place.path, shape, place.of);
        let action = self.action(&at, "words", || Action {
            target: at.clone(),
            counts: Vec::new(),
            description: "Words that the answers have.",
            reason: "The document lacks them.",
            old: Some(json!({ "x-extensible-enum": standing })),
            update: json!({ "x-extensible-enum": standing }),
        });
        action.counts.push(line);
        if let Some(list) = action.update["x-extensible-enum"].as_array_mut() {
            for word in new {
                if !list.iter().any(|known| known == word) {
                    list.push(word.as_str().into());
                }
            }
        }
    }

    fn action(
        &mut self,
        target: &str,
        sort: &'static str,
        new: impl FnOnce() -> Action,
    ) -> &mut Action {
        self.actions
            .entry((target.to_owned(), sort))
            .or_insert_with(new)
    }

    fn at(&self, pointer: &str) -> &Value {
        self.document.pointer(pointer).unwrap_or(&Value::Null)
    }

    /// The place that a reference points to.
    fn resolved(&self, pointer: &str) -> String {
        let mut pointer = pointer.to_owned();
        for _ in 0..DEEPEST {
            match self.at(&pointer)["$ref"]
                .as_str()
                .and_then(|to| to.strip_prefix('#'))
            {
                Some(to) => pointer = to.to_owned(),
                None => break,
            }
        }
        pointer
    }

    /// The schemas of which a value fits one.
    fn branches(&self, at: &str, depth: usize) -> Vec<String> {
        let node = self.at(at);
        let mut all = Vec::new();
        for key in ["oneOf", "anyOf", "allOf"] {
            for index in 0..node[key].as_array().map_or(0, Vec::len) {
                let inside = self.resolved(&format!("{at}/{key}/{index}"));
                if depth < DEEPEST {
                    all.extend(self.branches(&inside, depth + 1));
                }
            }
        }
        if all.is_empty() {
            all.push(at.to_owned());
        }
        all
    }
}

/// A schema without its prose, as an alternative beside others.
fn plain(node: &Value) -> Value {
    let mut node = node.clone();
    if let Some(members) = node.as_object_mut() {
        members.remove("description");
    }
    node
}

/// How often something was seen: `offers[].boost: boolean, in 412 of 2,500`.
fn count(path: &str, shape: &Shape, of: usize) -> String {
    let kinds: Vec<String> = shape
        .kinds
        .iter()
        .filter(|(kind, _)| **kind != Kind::Null || shape.kinds.len() == 1)
        .map(|(kind, count)| format!("{} in {}", kind.name(), grouped(*count)))
        .collect();
    let path: String = path
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(200)
        .collect();
    format!("{path}: {} of {}", kinds.join(", "), grouped(of))
}
