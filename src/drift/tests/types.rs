//! The JSON types that the tables know, against those that the client reads.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::conversions::conversion::Conversion;
use crate::decode::decode;
use crate::decode::row::{Bare, Row, Shape};
use crate::drift::{Drift, JsonType};
use crate::endpoint::Endpoint;
use crate::offers::offer::Offer;
use crate::reversals::reversal::Reversal;

/// Whether nothing is odd in an answer.
fn is_sound<R: Row>(list: &'static str, body: String) -> bool {
    let shape = Shape {
        list,
        bare: Bare::Refused,
        most: 10,
    };
    let decoded = decode::<R>(&Arc::new(body), None, shape, &str::to_owned);
    decoded.is_ok_and(|decoded| decoded.defects.count() == 0)
}

/// The JSON types that the client reads in a field, one sample at a time.
fn read_by_the_client(endpoint: Endpoint, list: &'static str, field: &str) -> Vec<JsonType> {
    let samples = [
        (JsonType::Null, vec![json!(null)]),
        (JsonType::Boolean, vec![json!(true)]),
        (
            JsonType::Number,
            vec![json!(1), json!(1_767_225_600), json!(20_260_912)],
        ),
        (
            JsonType::String,
            vec![
                json!("1"),
                json!("2026-09-12"),
                json!("US"),
                json!("https://a.example"),
            ],
        ),
        (JsonType::Array, vec![json!([]), json!([{}]), json!(["US"])]),
        (
            JsonType::Object,
            vec![
                json!({}),
                json!({ "US": 1 }),
                json!({ "date": "2026-09-12 00:00:00.000000", "timezone_type": 3, "timezone": "UTC" }),
            ],
        ),
    ];
    let reads = |value: &Value| {
        let mut row = json!({ "id": 1, "amount": 1, "lead_id": "a" });
        row[field] = value.clone();
        let body = json!({ "status": "success", list: [row] }).to_string();
        match endpoint {
            Endpoint::Offers => is_sound::<Offer>(list, body),
            Endpoint::Conversions => is_sound::<Conversion>(list, body),
            Endpoint::Reversals => is_sound::<Reversal>(list, body),
        }
    };
    let found = samples
        .into_iter()
        .filter(|(_, samples)| samples.iter().any(reads));
    found.map(|(json_type, _)| json_type).collect()
}

/// The JSON types that are not told as drift in a field.
fn known(endpoint: Endpoint, list: &str, field: &str) -> Vec<JsonType> {
    let samples = [
        (JsonType::Null, json!(null)),
        (JsonType::Boolean, json!(true)),
        (JsonType::Number, json!(1)),
        (JsonType::String, json!("")),
        (JsonType::Array, json!([])),
        (JsonType::Object, json!({})),
    ];
    let is_known = |value: &Value| {
        let mut row = json!({ "id": 1, "amount": 1, "lead_id": "a" });
        row[field] = value.clone();
        let body = json!({ "status": "success", list: [row] }).to_string();
        let drifts = Drift::of_answer(endpoint, body.as_bytes()).unwrap();
        drifts
            .iter()
            .all(|drift| drift.path() != format!("{list}[].{field}"))
    };
    let found = samples.into_iter().filter(|(_, sample)| is_known(sample));
    found.map(|(json_type, _)| json_type).collect()
}

#[test]
fn the_json_types_that_count_as_known_are_those_that_the_client_reads() {
    let document: Value = serde_json::from_str(include_str!("../../../openapi.json")).unwrap();
    let mut differ = Vec::new();
    let mut fields = 0;
    for (endpoint, list, model) in [
        (Endpoint::Offers, "offers", "Offer"),
        (Endpoint::Conversions, "conversions", "Conversion"),
        (Endpoint::Reversals, "reversals", "Reversal"),
    ] {
        let properties = &document["components"]["schemas"][model]["properties"];
        for (field, _) in properties.as_object().unwrap() {
            fields += 1;
            let (reads, known) = (
                read_by_the_client(endpoint, list, field),
                known(endpoint, list, field),
            );
            if reads != known {
                differ.push(format!("{model}.{field}: reads {reads:?}, known {known:?}"));
            }
        }
    }
    assert!(fields > 40, "{fields}");
    assert_eq!(differ, Vec::<String>::new());
}
