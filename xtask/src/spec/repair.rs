//! Mends what writers of JSON get wrong without meaning anything by it: an empty list for an empty object, null for nothing.
//!
//! PHP, which the provider's server may well be written in, has one type for lists and objects, and writes an empty one as `[]`.

use serde_json::{Value, json};

use super::walk;

/// Keys whose value is an object, whatever it is empty of.
const OBJECTS: [&str; 6] = [
    "components",
    "schema",
    "items",
    "additionalProperties",
    "info",
    "discriminator",
];

/// How many places are named one by one.
const NAMED: usize = 5;

/// Mends the whole document and says what was taken for what.
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
        .map(|text| format!("took {text}"))
        .collect();
    if more > 0 {
        notes.push(format!("took {more} more empty lists and nulls likewise"));
    }
    notes
}

/// What the keys of an object are.
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
                    places.push(format!("the null at {place} as nothing"));
                    continue;
                }
                let empty = inner.as_array().is_some_and(Vec::is_empty);
                let object = names || below || OBJECTS.contains(&key.as_str());
                // Where names lead to things, a thing that is null is one of which nothing is said.
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
    fn an_empty_list_is_an_empty_object_where_there_can_be_no_list() {
        check(
            &json!({"components": [], "paths": {"/a": {"get": {"responses": {"200": {"content": []}}}}}}),
            &json!({"components": {}, "paths": {"/a": {"get": {"responses": {"200": {"content": {}}}}}}}),
            &[
                "took the empty list at /components as an empty object",
                "took the empty list at /paths/~1a/get/responses/200/content as an empty object",
            ],
        );
        check(
            &json!({"components": {"schemas": {"A": {"properties": {"b": []}}}}}),
            &json!({"components": {"schemas": {"A": {"properties": {"b": {}}}}}}),
            &["took the empty list at /components/schemas/A/properties/b as an empty object"],
        );
    }

    #[test]
    fn null_is_nothing_and_a_number_of_a_version_its_text() {
        check(
            &json!({"info": {"version": 1.2, "description": null}, "components": null, "servers": null}),
            &json!({"info": {"version": "1.2"}}),
            &[
                "took the number at /info/version as text",
                "took the null at /components as nothing",
                "took the null at /info/description as nothing",
                "took the null at /servers as nothing",
            ],
        );
    }

    #[test]
    fn lists_that_are_lists_and_data_stay_as_they_are() {
        let sound = json!({
            "security": [], "tags": [],
            "components": {"schemas": {"A": {"required": [], "enum": [null], "default": null, "example": {"a": [], "b": null}}}},
            "paths": {"/a": {"get": {"parameters": [], "security": [], "x-note": null}}},
        });
        check(&sound, &sound, &[]);
    }

    #[test]
    fn of_many_places_a_few_are_named() {
        let schemas: Value = (0..9).map(|at| (format!("S{at}"), json!([]))).collect();
        let mut document = json!({"components": {"schemas": schemas}});
        let notes = repair(&mut document);
        assert_eq!(notes.len(), 6);
        assert_eq!(notes[5], "took 4 more empty lists and nulls likewise");
    }
}
