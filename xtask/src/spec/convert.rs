//! Converts OpenAPI 3.1 to 3.0, and moves every schema that is referred to into the components.
//!
//! It runs on documents of both versions, because documents that claim to be 3.0 often use keywords
//! of 3.1.

mod keywords;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{verify, walk};

/// Converts the whole document and returns a note for everything that could not be converted.
pub(crate) fn convert(document: &mut Value) -> Vec<String> {
    let mut notes = Vec::new();
    hoist_targets(document);
    walk::schemas(document, &mut |schema, place| {
        keywords::lower(schema, place, &mut notes);
    });
    let version = document["openapi"].as_str().unwrap_or_default();
    if !version.starts_with("3.0") {
        notes.push(format!("converted from OpenAPI {version} to 3.0.3"));
    }
    document["openapi"] = json!("3.0.3");
    if let Some(map) = document.as_object_mut() {
        for key in ["webhooks", "jsonSchemaDialect", "$self"] {
            if map.remove(key).is_some() {
                notes.push(format!("left out /{key}, which OpenAPI 3.0 does not have"));
            }
        }
    }
    if let Some(Value::Object(info)) = document.get_mut("info") {
        info.remove("summary");
        if let Some(Value::Object(license)) = info.get_mut("license") {
            license.remove("identifier");
        }
    }
    notes
}

/// Moves each schema that is referred to outside the components into them, and updates its
/// references.
fn hoist_targets(document: &mut Value) {
    let mut targets = BTreeMap::new();
    let standing = document.clone();
    let mut taken: Vec<String> = names(&standing);
    walk::schemas(document, &mut |schema, _| {
        let Some(reference) = schema["$ref"].as_str() else {
            return;
        };
        if is_component(reference) || targets.contains_key(reference) {
            return;
        }
        let name = unique(
            &pascal(
                reference
                    .rsplit('/')
                    .find(|token| !GENERIC.contains(token))
                    .unwrap_or("Schema"),
            ),
            &taken,
        );
        taken.push(name.clone());
        targets.insert(reference.to_owned(), name);
    });
    for (reference, name) in &targets {
        if let Some(schema) = verify::target(&standing, reference) {
            document["components"]["schemas"][name] = schema.clone();
        }
    }
    walk::schemas(document, &mut |schema, _| {
        if let Some(name) = schema["$ref"]
            .as_str()
            .and_then(|reference| targets.get(reference))
        {
            schema["$ref"] = json!(format!("#/components/schemas/{name}"));
        }
    });
    // The definitions are components now.
    walk::schemas(document, &mut |schema, _| {
        if let Some(map) = schema.as_object_mut() {
            map.remove("$defs");
            map.remove("definitions");
        }
    });
}

/// Words of a pointer that do not describe its target.
const GENERIC: [&str; 8] = [
    "schema",
    "items",
    "properties",
    "$defs",
    "definitions",
    "content",
    "0",
    "1",
];

fn is_component(reference: &str) -> bool {
    reference
        .strip_prefix("#/components/schemas/")
        .is_some_and(|name| !name.contains('/'))
}

/// The names of a document's schemas.
pub(crate) fn names(document: &Value) -> Vec<String> {
    document["components"]["schemas"]
        .as_object()
        .into_iter()
        .flat_map(Map::keys)
        .cloned()
        .collect()
}

/// The wanted name, numbered if it is taken.
pub(crate) fn unique(wanted: &str, taken: &[String]) -> String {
    let free = |name: &String| !taken.contains(name);
    let mut numbered = (2..).map(|number| format!("{wanted}{number}"));
    Some(wanted.to_owned())
        .filter(free)
        .or_else(|| numbered.find(free))
        .unwrap_or_default()
}

/// A name in the style of types: `offer_list` and `offer-list` become `OfferList`.
pub(crate) fn pascal(text: &str) -> String {
    let mut name = String::new();
    for word in text
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
    {
        let (first, rest) = word.split_at(1);
        name.push_str(&first.to_ascii_uppercase());
        name.push_str(rest);
    }
    if name.starts_with(|c: char| c.is_ascii_digit()) || name.is_empty() {
        name.insert(0, 'X');
    }
    name
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{convert, pascal};

    #[track_caller]
    fn check(schema: &Value, converted: &Value) {
        let mut document = json!({"openapi": "3.1.0", "info": {}, "components": {"schemas": {"A": schema, "B": {}}}});
        convert(&mut document);
        assert_eq!(&document["components"]["schemas"]["A"], converted);
        assert_eq!(document["openapi"], "3.0.3");
    }

    #[test]
    fn a_type_list_with_null_is_nullable() {
        check(
            &json!({"type": ["string", "null"]}),
            &json!({"type": "string", "nullable": true}),
        );
        check(
            &json!({"type": ["string", "number", "null"], "minLength": 1, "minimum": 0, "description": "d"}),
            &json!({"description": "d", "oneOf": [{"type": "string", "minLength": 1, "nullable": true}, {"type": "number", "minimum": 0}]}),
        );
        check(
            &json!({"anyOf": [{"type": "string"}, {"type": "null"}]}),
            &json!({"type": "string", "nullable": true}),
        );
    }

    #[test]
    fn the_schema_around_a_single_choice_is_kept() {
        check(
            &json!({"anyOf": [{"type": "string", "title": "inner"}, {"type": "null"}], "title": "outer", "default": null}),
            &json!({"type": "string", "nullable": true, "title": "outer", "default": null}),
        );
        check(
            &json!({"anyOf": [{"type": "string", "minLength": 2}, {"type": "null"}], "minLength": 1}),
            &json!({"anyOf": [{"type": "string", "minLength": 2, "nullable": true}], "minLength": 1}),
        );
    }

    #[test]
    fn a_reference_or_null_is_nullable_beside_the_reference() {
        check(
            &json!({"oneOf": [{"$ref": "#/components/schemas/B"}, {"type": "null"}]}),
            &json!({"nullable": true, "allOf": [{"$ref": "#/components/schemas/B"}]}),
        );
    }

    #[test]
    fn a_constant_is_an_enum_of_one() {
        check(
            &json!({"const": "x"}),
            &json!({"type": "string", "enum": ["x"]}),
        );
        check(
            &json!({"type": "boolean", "const": false}),
            &json!({"type": "boolean", "enum": [false]}),
        );
    }

    #[test]
    fn an_enum_without_a_type_has_the_type_of_its_values() {
        check(
            &json!({"enum": [false]}),
            &json!({"type": "boolean", "enum": [false]}),
        );
        check(
            &json!({"enum": [1, 2, null]}),
            &json!({"type": "integer", "nullable": true, "enum": [1, 2, null]}),
        );
        check(&json!({"enum": [1, "a"]}), &json!({"enum": [1, "a"]}));
    }

    #[test]
    fn a_choice_of_which_one_member_allows_everything_allows_everything() {
        check(
            &json!({"anyOf": [{"type": "string"}, {"title": "Any"}], "description": "d"}),
            &json!({"title": "Any", "description": "d"}),
        );
        check(
            &json!({"oneOf": [{"type": "string"}, {}]}),
            &json!({"oneOf": [{"type": "string"}, {}]}),
        );
    }

    #[test]
    fn the_first_of_several_examples_stays() {
        check(
            &json!({"type": "string", "examples": ["a", "b"]}),
            &json!({"type": "string", "example": "a"}),
        );
    }

    #[test]
    fn exclusive_bounds_become_flags() {
        check(
            &json!({"type": "integer", "exclusiveMinimum": 0, "exclusiveMaximum": 10, "maximum": 5}),
            &json!({"type": "integer", "minimum": 1, "maximum": 5}),
        );
        check(
            &json!({"type": "number", "exclusiveMinimum": 0}),
            &json!({"type": "number", "minimum": 0, "exclusiveMinimum": true}),
        );
        check(
            &json!({"type": ["integer", "null"], "exclusiveMinimum": 0}),
            &json!({"type": "integer", "minimum": 1, "nullable": true}),
        );
        check(
            &json!({"type": "integer", "maximum": 10, "exclusiveMaximum": true}),
            &json!({"type": "integer", "maximum": 9}),
        );
    }

    #[test]
    fn keywords_beside_a_reference_are_kept_where_they_limit_a_value() {
        check(
            &json!({"$ref": "#/components/schemas/B", "description": "d"}),
            &json!({"$ref": "#/components/schemas/B"}),
        );
        check(
            &json!({"$ref": "#/components/schemas/B", "minLength": 1}),
            &json!({"allOf": [{"$ref": "#/components/schemas/B"}, {"minLength": 1}]}),
        );
        check(
            &json!({"$ref": "#/components/schemas/B", "nullable": true, "description": "d"}),
            &json!({"allOf": [{"$ref": "#/components/schemas/B"}], "nullable": true}),
        );
        check(
            &json!({"$ref": "#/components/schemas/B", "nullable": false}),
            &json!({"$ref": "#/components/schemas/B"}),
        );
    }

    #[test]
    fn keywords_that_three_zero_lacks_are_left_out() {
        check(
            &json!({"type": "object", "patternProperties": {"^x": {}}, "unevaluatedProperties": false, "$comment": "c"}),
            &json!({"type": "object"}),
        );
        check(
            &json!({"type": "array", "prefixItems": [{"type": "string"}]}),
            &json!({"type": "array", "items": {}}),
        );
        check(
            &json!({"type": "array", "items": true}),
            &json!({"type": "array", "items": {}}),
        );
        check(
            &json!({"type": "array"}),
            &json!({"type": "array", "items": {}}),
        );
    }

    #[test]
    fn keywords_that_no_version_has_are_left_out() {
        check(
            &json!({"type": "string", "required": true}),
            &json!({"type": "string"}),
        );
        check(
            &json!({"required": ["a"], "properties": {"a": {"required": false}}}),
            &json!({"required": ["a"], "properties": {"a": {}}}),
        );
    }

    #[test]
    fn definitions_become_components() {
        let mut document = json!({"openapi": "3.1.0", "info": {}, "components": {"schemas": {
            "A": {"$defs": {"money": {"type": "number"}}, "properties": {"p": {"$ref": "#/components/schemas/A/$defs/money"}}},
            "C": {"properties": {"q": {"$ref": "#/components/schemas/A/properties/p"}}},
        }}});
        convert(&mut document);
        let schemas = &document["components"]["schemas"];
        assert_eq!(
            schemas["A"],
            json!({"properties": {"p": {"$ref": "#/components/schemas/Money"}}})
        );
        assert_eq!(schemas["Money"], json!({"type": "number"}));
        assert_eq!(
            schemas["C"],
            json!({"properties": {"q": {"$ref": "#/components/schemas/P"}}})
        );
        assert_eq!(schemas["P"], json!({"$ref": "#/components/schemas/Money"}));
    }

    #[test]
    fn names_become_type_names() {
        assert_eq!(pascal("offer_list-v2.Item"), "OfferListV2Item");
        assert_eq!(pascal("2fast"), "X2fast");
        assert_eq!(pascal("--"), "X");
    }
}
