//! Runs the pipeline on a changed document of the provider, and reads the report and the result.

use serde_json::{Value, json};
use xtask::spec::{Exit, Form, Options};

use crate::tree::{Tree, upstream};

pub(crate) const GET: &str = "/paths/~1api~1offers/get";

/// What a run reported, and the document that it wrote.
pub(crate) struct Read {
    pub(crate) report: Value,
    pub(crate) effective: Value,
}

impl Read {
    pub(crate) fn notes(&self) -> Vec<&str> {
        let notes = self.report["notes"].as_array().unwrap();
        notes.iter().map(|note| note.as_str().unwrap()).collect()
    }

    /// The ids, levels and places of the changes, without documentation.
    pub(crate) fn changes(&self) -> Vec<String> {
        let changes = self.report["changes"].as_array().unwrap();
        changes
            .iter()
            .filter(|change| {
                let id = change["id"].as_str().unwrap();
                !id.starts_with("prose") && !id.starts_with("example")
            })
            .map(|change| {
                let word = |key: &str| change[key].as_str().unwrap();
                format!("{} {} @ {}", word("id"), word("level"), word("place"))
            })
            .collect()
    }

    pub(crate) fn offers(&self) -> &Value {
        &self.effective["paths"]["/api/offers"]["get"]
    }

    pub(crate) fn parameter(&self, name: &str) -> &Value {
        let parameters = self.offers()["parameters"].as_array().unwrap();
        parameters.iter().find(|one| one["name"] == name).unwrap()
    }
}

pub(crate) fn run(tree: &Tree, document: &Value) -> Result<Value, (Exit, String)> {
    let options = Options {
        accept: vec!["all".to_owned()],
        report: Form::Json,
        ..tree.from(&serde_json::to_vec(document).unwrap())
    };
    match tree.run(&options) {
        Ok(outcome) => {
            assert_eq!(outcome.exit, Exit::Done, "{}", outcome.report);
            Ok(serde_json::from_str(&outcome.report).unwrap())
        }
        Err(problem) => Err((problem.exit, problem.message)),
    }
}

/// Reads the provider's document after a change.
#[track_caller]
pub(crate) fn read(change: impl FnOnce(&mut Value)) -> Read {
    let mut document = upstream();
    change(&mut document);
    let tree = Tree::new();
    let report = run(&tree, &document).unwrap_or_else(|(_, message)| panic!("{message}"));
    let effective = tree.effective();
    every_reference_resolves(&effective, &effective);
    Read { report, effective }
}

#[track_caller]
fn every_reference_resolves(node: &Value, document: &Value) {
    if let Some(reference) = node.get("$ref").and_then(Value::as_str) {
        let target = document.pointer(reference.trim_start_matches('#'));
        assert!(target.is_some(), "{reference}");
    }
    let members = node.as_object().into_iter().flat_map(|map| map.values());
    let items = node.as_array().into_iter().flatten();
    members
        .chain(items)
        .for_each(|inner| every_reference_resolves(inner, document));
}

/// The change is read with exactly these notes.
#[track_caller]
pub(crate) fn noted(change: impl FnOnce(&mut Value), notes: &[&str]) -> Read {
    let read = read(change);
    assert_eq!(read.notes(), notes);
    read
}

/// Sets the value at a place in offers, which is read with exactly this note.
#[track_caller]
pub(crate) fn set(place: &str, value: Value, note: &str) -> Read {
    let put = |doc: &mut Value| put(doc, &format!("{GET}{place}"), value);
    noted(put, &[note])
}

pub(crate) fn put(document: &mut Value, place: &str, value: Value) {
    let (parent, key) = place.rsplit_once('/').unwrap();
    let parent = document.pointer_mut(parent).unwrap();
    let key = key.replace("~1", "/");
    match parent {
        Value::Array(list) => list[key.parse::<usize>().unwrap()] = value,
        other => other[key] = value,
    }
}

#[track_caller]
pub(crate) fn refused(change: impl FnOnce(&mut Value), message: &str) {
    let mut document = upstream();
    change(&mut document);
    let tree = Tree::new();
    let before = tree.files();
    assert_eq!(
        run(&tree, &document),
        Err((Exit::Unverified, message.to_owned()))
    );
    assert_eq!(tree.files(), before);
}

/// A response of offers whose rows have these properties, and the schemas they need.
pub(crate) fn rows(document: &mut Value, properties: &Value, schemas: &Value) {
    put(
        document,
        &format!("{GET}/responses/200"),
        json!({"description": "OK", "content": {"application/json": {"schema": {"type": "object", "properties": {
            "offers": {"type": "array", "items": {"type": "object", "properties": properties}}
        }}}}}),
    );
    document["components"]["schemas"] = schemas.clone();
}
