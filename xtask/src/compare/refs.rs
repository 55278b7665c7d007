//! Follows `$ref` inside one document up to a fixed length, and reads members without trusting
//! their types.

use serde_json::{Map, Value};
use std::sync::LazyLock;

/// Used in place of a member that is absent or of the wrong type.
pub(super) static ABSENT: Value = Value::Null;

static NO_MEMBERS: LazyLock<Map<String, Value>> = LazyLock::new(Map::new);

/// A longer chain of references is treated as a cycle.
const LONGEST_CHAIN: usize = 32;

/// A node with its references followed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Resolved<'a> {
    /// The node at the end of the chain; `ABSENT` where the chain leads nowhere.
    pub(super) node: &'a Value,
    /// The last part of the first reference, for example `Offer`.
    pub(super) name: Option<&'a str>,
    /// Whether the chain ends in this document.
    pub(super) found: bool,
}

/// Follows the references of `node` inside `document`.
pub(super) fn resolve<'a>(document: &'a Value, node: &'a Value) -> Resolved<'a> {
    let mut current = node;
    let mut name = None;
    for _ in 0..LONGEST_CHAIN {
        let Some(reference) = reference(current) else {
            return Resolved {
                node: current,
                name,
                found: true,
            };
        };
        name = name.or_else(|| reference.rsplit('/').next());
        // `Value::pointer` decodes ~0 and ~1. A reference to another file does not start with `#`.
        match reference
            .strip_prefix('#')
            .and_then(|path| document.pointer(path))
        {
            Some(target) => current = target,
            None => break,
        }
    }
    Resolved {
        node: &ABSENT,
        name,
        found: false,
    }
}

/// What may stand beside the only member of a wrapper without limiting its values.
const BESIDE: [&str; 8] = [
    "nullable",
    "title",
    "summary",
    "description",
    "deprecated",
    "example",
    "readOnly",
    "writeOnly",
];

/// The keyword and the only member of a schema that is nothing but an `allOf`, `oneOf` or `anyOf`
/// of one member.
pub(super) fn wrapped(node: &Value) -> Option<(&str, &Value)> {
    let mut found = None;
    for (key, value) in members(node) {
        match (key.as_str(), value.as_array().map(Vec::as_slice)) {
            ("allOf" | "oneOf" | "anyOf", Some([only])) if found.is_none() => {
                found = Some((key.as_str(), only));
            }
            _ if BESIDE.contains(&key.as_str()) || key.starts_with("x-") => {}
            _ => return None,
        }
    }
    found
}

/// The schema inside all wrappers of one member, where `opens` allows a wrapper to be opened.
pub(super) fn unwrap<'a>(
    document: &'a Value,
    schema: Resolved<'a>,
    opens: impl Fn(&str) -> bool,
) -> Resolved<'a> {
    let mut current = schema;
    for _ in 0..LONGEST_CHAIN {
        let Some((_, only)) = wrapped(current.node).filter(|(key, _)| opens(key)) else {
            break;
        };
        let inner = resolve(document, only);
        current = Resolved {
            name: current.name.or(inner.name),
            ..inner
        };
    }
    current
}

/// The text of `$ref`, where the node is a reference.
pub(super) fn reference(node: &Value) -> Option<&str> {
    node.get("$ref").and_then(Value::as_str)
}

/// The components of one kind, for example `schemas`.
pub(super) fn component<'a>(document: &'a Value, kind: &str) -> &'a Value {
    member(member(document, "components"), kind)
}

/// The members of an object, or none for any other value.
pub(super) fn members(node: &Value) -> &Map<String, Value> {
    node.as_object().unwrap_or(&NO_MEMBERS)
}

/// The member `key`, or the absent value.
pub(super) fn member<'a>(node: &'a Value, key: &str) -> &'a Value {
    node.get(key).unwrap_or(&ABSENT)
}

/// The elements of an array member, or none for any other value.
pub(super) fn elements<'a>(node: &'a Value, key: &str) -> &'a [Value] {
    member(node, key).as_array().map_or(&[], Vec::as_slice)
}

/// The text of a string member.
pub(super) fn string<'a>(node: &'a Value, key: &str) -> Option<&'a str> {
    member(node, key).as_str()
}

/// Whether a member is `true`.
pub(super) fn flag(node: &Value, key: &str) -> bool {
    member(node, key).as_bool().unwrap_or(false)
}

/// The keys of both objects, each once, sorted, because their order in a document does not matter.
pub(super) fn keys<'a>(old: &'a Value, new: &'a Value) -> Vec<&'a str> {
    let mut keys: Vec<&str> = members(old)
        .keys()
        .chain(members(new).keys())
        .map(String::as_str)
        .collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// Whether two values are the same; `1` and `1.0` are.
pub(super) fn same(old: &Value, new: &Value) -> bool {
    old == new
        || match (old.as_f64(), new.as_f64()) {
            // Two large integers may have the same float, so floats are compared only where one is
            // written as a float.
            (Some(a), Some(b)) => (old.is_f64() || new.is_f64()) && a == b,
            _ => false,
        }
}
