//! What makes a supply more than a merge: it keeps the document's prose, takes the place of its shapes, and notes each difference.

use serde_json::{Map, Value};

use crate::spec::coverage;

/// A difference as found, before it is put in words.
#[derive(Clone, Debug)]
pub(super) struct Raw {
    pub(super) place: String,
    pub(super) theirs: Value,
    pub(super) ours: Value,
}

/// Prose and examples: the document's own stay, ours fill a gap.
const PROSE: [&str; 6] = [
    "description",
    "summary",
    "title",
    "example",
    "examples",
    "externalDocs",
];

/// Makes `node` ready to have `update` merged over it: lists and shapes that the update gives are taken out of the node,
/// for the standard's merge would append the one and mix the other; prose that the node has is taken out of the update.
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
        make_way(theirs, ours, place, found);
    }
    let keys: Vec<String> = ours.keys().cloned().collect();
    for key in keys {
        let (Some(their), Some(our)) = (theirs.get_mut(&key), ours.get_mut(&key)) else {
            continue;
        };
        let place = format!("{place}/{}", super::escaped(&key));
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

/// Where both are schemas of unlike shape, theirs gives way as a whole: half a shape of each would be neither.
fn make_way(
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
    // A response is read with tolerance, so that no bound of theirs stays; a request keeps to the bounds it is given.
    let tolerant = place.starts_with("/components/schemas/");
    theirs.retain(|key, _| {
        let key = key.as_str();
        let is_shape = coverage::SHAPE.contains(&key);
        let bound = coverage::BOUNDS.contains(&key) || key == "format";
        let gives_way = if like {
            (bound && tolerant) || (is_shape && !coverage::INNER.contains(&key))
        } else {
            bound || is_shape
        };
        !gives_way || (like && ours.contains_key(key))
    });
}
