//! What a supply does beyond a merge: it keeps the document's prose, replaces its shapes, and notes
//! each difference.

use serde_json::{Map, Value};

use crate::spec::{coverage, walk};

/// A difference as found, before it is described in words.
#[derive(Clone, Debug)]
pub(super) struct Raw {
    pub(super) place: String,
    pub(super) theirs: Value,
    pub(super) ours: Value,
}

/// Prose and examples. Those of the document stay, ours fill gaps.
const PROSE: [&str; 6] = [
    "description",
    "summary",
    "title",
    "example",
    "examples",
    "externalDocs",
];

/// Prepares `node` for a merge with `update`. Lists and shapes that the update has are removed from
/// the node, because the standard's merge would append and mix them. Prose that the node has is
/// removed from the update.
pub(super) fn prepare(node: &mut Value, update: &mut Value, place: &str, found: &mut Vec<Raw>) {
    let names = coverage::is_map(place);
    prepare_at(node, update, place, names, found);
}

fn prepare_at(
    node: &mut Value,
    update: &mut Value,
    place: &str,
    names: bool,
    found: &mut Vec<Raw>,
) {
    let (Value::Object(theirs), Value::Object(ours)) = (node, update) else {
        return;
    };
    if !names {
        keep_prose(theirs, ours);
        replace_exclusive_bounds(theirs, ours, place, found);
        remove_shape(theirs, ours, place, found);
    }
    let keys: Vec<String> = ours.keys().cloned().collect();
    for key in keys {
        let (Some(their), Some(our)) = (theirs.get_mut(&key), ours.get_mut(&key)) else {
            continue;
        };
        let place = walk::below(place, &key);
        if their.is_object() && our.is_object() {
            prepare_at(
                their,
                our,
                &place,
                !names && coverage::MAPS.contains(&key.as_str()),
                found,
            );
        } else if their != our {
            found.push(Raw {
                place,
                theirs: their.clone(),
                ours: our.clone(),
            });
            theirs.remove(&key);
        } else if their.is_array() {
            theirs.remove(&key);
        }
    }
}

fn keep_prose(theirs: &Map<String, Value>, ours: &mut Map<String, Value>) {
    for key in PROSE {
        if theirs.contains_key(key) {
            ours.remove(key);
        }
    }
    // The two exclude each other.
    if theirs.contains_key("example") {
        ours.remove("examples");
    }
}

/// Removes the flag that excludes a bound where our bound replaces it. Their flag would exclude our
/// bound.
fn replace_exclusive_bounds(
    theirs: &mut Map<String, Value>,
    ours: &Map<String, Value>,
    place: &str,
    found: &mut Vec<Raw>,
) {
    for (bound, flag) in [
        ("minimum", "exclusiveMinimum"),
        ("maximum", "exclusiveMaximum"),
    ] {
        if !ours.contains_key(bound)
            || ours.contains_key(flag)
            || theirs.get(flag) != Some(&Value::Bool(true))
        {
            continue;
        }
        if let Some(excluded) = theirs.remove(flag) {
            found.push(Raw {
                place: walk::below(place, flag),
                theirs: excluded,
                ours: Value::Bool(false),
            });
        }
    }
}

/// Removes the shape of the document's schema where ours has a different one, because a mixture
/// describes neither.
fn remove_shape(
    theirs: &mut Map<String, Value>,
    ours: &Map<String, Value>,
    place: &str,
    found: &mut Vec<Raw>,
) {
    if theirs == ours || !coverage::has_shape(ours) {
        return;
    }
    let like = coverage::same_type(theirs, ours);
    if coverage::has_shape(theirs) && (!like || theirs.get("nullable") != ours.get("nullable")) {
        found.push(Raw {
            place: place.to_owned(),
            theirs: Value::Object(theirs.clone()),
            ours: Value::Object(ours.clone()),
        });
    }
    // Responses are read with tolerance, so the document's bounds are removed there. A request has
    // to keep its bounds.
    let tolerant = place.starts_with("/components/schemas/");
    theirs.retain(|key, _| {
        let key = key.as_str();
        let is_shape = coverage::SHAPE.contains(&key);
        let bound = coverage::BOUNDS.contains(&key) || key == "format";
        let is_removed = if like {
            (bound && tolerant) || (is_shape && !coverage::INNER.contains(&key))
        } else {
            bound || is_shape
        };
        !is_removed || (like && ours.contains_key(key))
    });
}
