//! Tests of single repairs: what is seen, and what is read.

use serde_json::{Value, json};

use super::mend;

/// Mends a schema of the components.
#[track_caller]
fn check(before: &Value, after: &Value, notes: &[&str]) {
    let mut document = json!({"components": {"schemas": {"A": before, "B": {}}}});
    let said = mend(&mut document).unwrap();
    assert_eq!(&document["components"]["schemas"]["A"], after);
    let place = "/components/schemas/A";
    let notes: Vec<String> = notes.iter().map(|note| note.replace('@', place)).collect();
    assert_eq!(said, notes);
}

/// One value of a schema is read as another.
#[track_caller]
fn value(key: &str, before: &Value, after: &Value) {
    let note = format!("read {before} at @/{key} as {after}");
    check(&json!({key: before}), &json!({key: after}), &[&note]);
}

#[test]
fn a_value_of_the_wrong_type_is_read_where_it_has_one_meaning() {
    for (before, after) in [
        (json!("true"), true),
        (json!("False"), false),
        (json!(1), true),
        (json!("0"), false),
        (json!("yes"), true),
    ] {
        value("nullable", &before, &json!(after));
    }
    value("maximum", &json!(" 5000 "), &json!(5000));
    value("minimum", &json!("-0.5"), &json!(-0.5));
    value("maxLength", &json!(255.0), &json!(255));
    value("description", &json!(7), &json!("7"));
    value("required", &json!("id"), &json!(["id"]));
    value("enum", &json!({"0": "a", "2": "b"}), &json!(["a", "b"]));
    value("properties", &json!(["id"]), &json!({"id": {}}));
    value("items", &json!("string"), &json!({"type": "string"}));
    value(
        "items",
        &json!("B"),
        &json!({"$ref": "#/components/schemas/B"}),
    );
    value(
        "items",
        &json!([{"type": "string"}]),
        &json!({"type": "string"}),
    );
    value("additionalProperties", &json!("false"), &json!(false));
    value(
        "externalDocs",
        &json!("https://www.cpalead.com"),
        &json!({"url": "https://www.cpalead.com"}),
    );
}

#[test]
fn a_value_with_two_meanings_stays_for_a_later_step() {
    for schema in [
        json!({"enum": "cpa,cpi"}),
        json!({"maximum": "many"}),
        json!({"nullable": "maybe"}),
        json!({"minLength": "1.5"}),
        json!({"oneOf": []}),
        json!({"properties": [1]}),
        json!({"items": true}),
        json!({"type": ["string", "null"], "exclusiveMinimum": 0}),
        json!({"exclusiveMinimum": "1"}),
        json!({"x-maximum": "5", "example": {"nullable": "true"}, "default": "5"}),
    ] {
        check(&schema, &schema, &[]);
    }
}

#[test]
fn types_of_other_languages_are_read() {
    for (word, meant) in [
        ("Integer", json!({"type": "integer"})),
        ("long", json!({"format": "int64", "type": "integer"})),
        ("decimal", json!({"type": "number"})),
        ("string|null", json!({"type": ["string", "null"]})),
        ("?int", json!({"type": ["integer", "null"]})),
        (
            "int[]",
            json!({"items": {"type": "integer"}, "type": "array"}),
        ),
        ("mixed", json!({})),
    ] {
        check(
            &json!({"type": word}),
            &meant,
            &[&format!("read \"{word}\" at @/type as {meant}")],
        );
    }
    check(
        &json!({"type": "money", "minimum": 0}),
        &json!({"minimum": 0}),
        &[
            "left out @/type, because \"money\" is not a type of OpenAPI; any value is allowed there",
        ],
    );
}

#[test]
fn a_default_and_the_values_of_an_enum_have_the_type_of_the_schema() {
    check(
        &json!({"type": "integer", "default": "2500", "enum": [1, "2500"]}),
        &json!({"type": "integer", "default": 2500, "enum": [1, 2500]}),
        &[
            "read \"2500\" at @/default as 2500",
            "read \"2500\" at @/enum/1 as 2500",
        ],
    );
}

#[test]
fn a_schema_that_is_neither_an_object_nor_a_name_is_refused_with_its_place() {
    for (schema, shown) in [(json!("nonsense"), "\"nonsense\""), (json!(7), "7")] {
        let mut document = json!({"components": {"schemas": {"A": {"items": schema}}}});
        let problem = mend(&mut document).unwrap_err();
        assert_eq!(
            problem.message,
            format!(
                "the schema at /components/schemas/A/items is {shown}, which is neither a schema nor the name of one"
            )
        );
    }
}

#[test]
fn many_repairs_are_counted() {
    let properties: Value = (0..40)
        .map(|at| (format!("p{at:02}"), json!({"nullable": "true"})))
        .collect();
    let mut document = json!({"components": {"schemas": {"A": {"properties": properties}}}});
    let notes = mend(&mut document).unwrap();
    assert_eq!(notes.len(), 25);
    assert_eq!(notes[24], "16 more values were read in the same way");
}
