//! Repairs harmless mistakes of JSON writers: an empty list in place of an empty object, null in
//! place of an absent value.
//!
//! PHP has one type for lists and objects and writes an empty one as `[]`.

use serde_json::{Value, json};

use super::walk;

/// Keys whose value is an object, even when it is empty.
const OBJECTS: [&str; 6] = [
    "components",
    "schema",
    "items",
    "additionalProperties",
    "info",
    "discriminator",
];

/// How many places are named individually.
const NAMED: usize = 5;

/// Repairs the whole document and returns a note for each repair.
pub(crate) fn repair(document: &mut Value) -> Vec<String> {
    let mut places = Vec::new();
    if let Some(version) = document.pointer_mut("/info/version")
        && version.is_number()
    {
        *version = json!(version.to_string());
        places.push("the number at /info/version as text".to_owned());
    }
    node(document, "", Inside::Object, &mut places);
    let more = places.len().saturating_sub(NAMED);
    places.truncate(NAMED);
    let mut notes: Vec<String> = places
        .into_iter()
        .map(|text| format!("read {text}"))
        .collect();
    if more > 0 {
        notes.push(format!(
            "read {more} more empty lists and nulls in the same way"
        ));
    }
    notes
}

/// What kind of keys an object has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    /// Words of OpenAPI.
    Object,
    /// Names that the document gives.
    Names,
}

fn node(value: &mut Value, place: &str, inside: Inside, places: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            let names = inside == Inside::Names;
            let keys: Vec<String> = map.keys().cloned().collect();
            for key in keys {
                let Some(inner) = map.get_mut(&key) else {
                    continue;
                };
                if !names && walk::opaque(&key, inner) {
                    continue;
                }
                let place = walk::below(place, &key);
                let below = walk::names_below(names, &key, inner);
                if inner.is_null() && !names {
                    map.remove(&key);
                    places.push(format!("the null at {place} as absent"));
                    continue;
                }
                let empty = inner.as_array().is_some_and(Vec::is_empty);
                let object = names || below || OBJECTS.contains(&key.as_str());
                // In a map from names to objects, null describes nothing, as an empty object does.
                if inner.is_null() || (empty && object) {
                    let what = if empty { "empty list" } else { "null" };
                    places.push(format!("the {what} at {place} as an empty object"));
                    *inner = json!({});
                }
                let below = if below { Inside::Names } else { Inside::Object };
                node(inner, &place, below, places);
            }
        }
        Value::Array(items) => {
            for (at, item) in items.iter_mut().enumerate() {
                node(item, &format!("{place}/{at}"), Inside::Object, places);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::repair;

    #[track_caller]
    fn check(before: &Value, after: &Value, notes: &[&str]) {
        let mut document = before.clone();
        let said = repair(&mut document);
        assert_eq!(&document, after);
        assert_eq!(said, notes);
    }

    #[test]
    fn an_empty_list_is_read_as_an_empty_object_where_a_list_is_not_allowed() {
        check(
            &json!({"components": [], "paths": {"/a": {"get": {"responses": {"200": {"content": []}}}}}}),
            &json!({"components": {}, "paths": {"/a": {"get": {"responses": {"200": {"content": {}}}}}}}),
            &[
                "read the empty list at /components as an empty object",
                "read the empty list at /paths/~1a/get/responses/200/content as an empty object",
            ],
        );
        check(
            &json!({"components": {"schemas": {"A": {"properties": {"b": []}}}}}),
            &json!({"components": {"schemas": {"A": {"properties": {"b": {}}}}}}),
            &["read the empty list at /components/schemas/A/properties/b as an empty object"],
        );
    }

    #[test]
    fn null_is_read_as_absent_and_a_version_number_as_text() {
        check(
            &json!({"info": {"version": 1.2, "description": null}, "components": null, "servers": null}),
            &json!({"info": {"version": "1.2"}}),
            &[
                "read the number at /info/version as text",
                "read the null at /components as absent",
                "read the null at /info/description as absent",
                "read the null at /servers as absent",
            ],
        );
    }

    #[test]
    fn real_lists_and_data_are_not_changed() {
        let sound = json!({
            "security": [], "tags": [],
            "components": {"schemas": {"A": {"required": [], "enum": [null], "default": null, "example": {"a": [], "b": null}}}},
            "paths": {"/a": {"get": {"parameters": [], "security": [], "x-note": null}}},
        });
        check(&sound, &sound, &[]);
    }

    #[test]
    fn only_the_first_places_are_named() {
        let schemas: Value = (0..9).map(|at| (format!("S{at}"), json!([]))).collect();
        let mut document = json!({"components": {"schemas": schemas}});
        let notes = repair(&mut document);
        assert_eq!(notes.len(), 6);
        assert_eq!(
            notes[5],
            "read 4 more empty lists and nulls in the same way"
        );
    }
}
