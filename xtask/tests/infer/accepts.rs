//! An inferred schema accepts every value that it was inferred from.

use proptest::collection::{btree_map, vec};
use proptest::prelude::{Just, Strategy, any};
use proptest::{prop_assert, prop_oneof, proptest};
use serde_json::{Map, Value, json};
use xtask::infer::schema_of;

/// Whether a value fits a schema, by the keywords that an inferred schema has.
fn accepts(schema: &Value, value: &Value) -> bool {
    if value.is_null() {
        return is_nullable(schema);
    }
    if let Some(all) = schema["oneOf"].as_array() {
        // One and no more.
        return all.iter().filter(|schema| accepts(schema, value)).count() == 1;
    }
    let Some(name) = schema["type"].as_str() else {
        return true;
    };
    match (name, value) {
        ("boolean", Value::Bool(_)) | ("number", Value::Number(_)) => true,
        ("integer", Value::Number(number)) => !number.is_f64(),
        ("string", Value::String(text)) => {
            let is_decimal = || text.parse::<f64>().is_ok() && !text.contains(['e', 'n', 'N', '+']);
            let words = schema["x-extensible-enum"].as_array();
            (schema.get("pattern").is_none() || is_decimal())
                && words.is_none_or(|words| words.iter().any(|word| word == text))
        }
        ("array", Value::Array(list)) => list.iter().all(|value| accepts(&schema["items"], value)),
        ("object", Value::Object(members)) => members.iter().all(|(name, value)| {
            let property = schema["properties"]
                .get(name)
                .or(schema.get("additionalProperties"));
            property.is_some_and(|schema| accepts(schema, value))
        }),
        _ => false,
    }
}

fn is_nullable(schema: &Value) -> bool {
    let inside = schema["oneOf"].as_array().into_iter().flatten();
    schema["nullable"] == true
        || schema.as_object().is_some_and(Map::is_empty)
        || inside.into_iter().any(is_nullable)
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "-?[0-9]{1,3}(\\.[0-9]{1,2})?".prop_map(Value::from),
        "[a-c]{0,2}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 48, 6, |inner| {
        let names = prop_oneof!["[a-d]", "[A-Z]{2}", "[0-3]"];
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::from),
            btree_map(names, inner, 0..6).prop_map(|members| members.into_iter().collect()),
        ]
    })
}

proptest! {
    #[test]
    fn an_inferred_schema_accepts_all_its_inputs(values in vec(values(), 1..8)) {
        let schema = schema_of(&values);
        for value in &values {
            prop_assert!(accepts(&schema, value), "{schema} {value}");
        }
    }
}

#[track_caller]
fn check(values: &[Value], expected: &Value) {
    let schema = schema_of(values);
    assert_eq!(schema, *expected);
    assert!(
        values.iter().all(|value| accepts(&schema, value)),
        "{schema}"
    );
}

#[test]
fn each_step_of_the_lattice_has_its_schema() {
    check(&[json!(null)], &json!({}));
    check(&[json!(1)], &json!({ "type": "integer" }));
    check(&[json!(1), json!(0.5)], &json!({ "type": "number" }));
    check(
        &[json!("1.50"), json!(null)],
        &json!({ "type": "string", "nullable": true, "pattern": r"^-?[0-9]+(\.[0-9]+)?$" }),
    );
    check(&[json!("1.50"), json!("ten")], &json!({ "type": "string" }));
    check(
        &[json!(false), json!(250)],
        &json!({ "oneOf": [{ "type": "boolean" }, { "type": "integer" }] }),
    );
    check(
        &[json!([]), json!([{ "a": 1 }])],
        &json!({ "type": "array", "items": { "type": "object", "properties": { "a": { "type": "integer" } } } }),
    );
}

#[test]
fn keys_of_two_capitals_make_a_map_and_so_do_too_many_names() {
    let map = json!({ "type": "object", "additionalProperties": { "type": "number" } });
    check(&[json!({ "US": 1, "CA": 0.5 })], &map);
    let many: Value = (0..600)
        .map(|number| (format!("n{number}"), json!(0.5)))
        .collect();
    check(&[many], &map);
}

#[test]
fn few_words_in_many_rows_are_an_enumeration() {
    let words = |words: u32, rows: u32| -> Vec<Value> {
        (0..rows)
            .map(|row| json!(format!("w{:02}", row % words)))
            .collect()
    };
    let has_words = |words: &[Value]| schema_of(words).get("x-extensible-enum").is_some();
    assert!(has_words(&words(16, 200)));
    assert!(!has_words(&words(17, 200)));
    assert!(!has_words(&words(16, 199)));
}
