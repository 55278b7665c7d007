//! Habits of careless documents: each is read as what it means, with a note, or refused with its
//! place. The result is valid OpenAPI every time, because the pipeline checks it.

use serde_json::{Value, json};

use crate::reading::{GET, noted, put, read, refused, rows, set};

#[test]
fn only_the_servers_of_our_operations_count() {
    let good = "https://www.cpalead.com";
    let left_out = |method: &str| {
        format!(
            "GET /api/{method}: left out a server: the server `https://{{x}}` has a variable without a value"
        )
    };
    let found = read(|doc| doc["servers"] = json!([{"url": good}, {"url": "https://{x}"}]));
    assert_eq!(
        found.notes(),
        ["conversions", "offers", "reversals"].map(left_out)
    );
    assert_eq!(found.changes(), [] as [&str; 0]);
    noted(
        |doc| {
            doc["paths"]["/postback"] =
                json!({"post": {"servers": [{"url": "https://{x}"}], "responses": {}}});
        },
        &["left out POST /postback: the server `https://{x}` has a variable without a value"],
    );
    refused(
        |doc| doc["servers"] = json!([{"url": "https://{x}"}]),
        "GET /api/conversions: the server `https://{x}` has a variable without a value; a client would not know where to \
         send a request",
    );
}

#[test]
fn names_that_openapi_forbids_are_made_valid_and_references_follow() {
    let found = noted(
        |doc| {
            rows(
                doc,
                &json!({"a": {"$ref": "#/components/schemas/Offer%20Part"}, "b": {"$ref": "#/components/schemas/x~1y"}}),
                &json!({"Offer Part": {"type": "object", "properties": {"n": {"type": "integer"}}}, "x/y": {"type": "string"}}),
            );
        },
        &[
            "named the component `Offer Part` of /components/schemas `OfferPart`, because OpenAPI does not allow its name",
            "named the component `x/y` of /components/schemas `XY`, because OpenAPI does not allow its name",
        ],
    );
    let properties = &found.effective["components"]["schemas"]["Offer"]["properties"];
    assert_eq!(
        properties["a"],
        json!({"$ref": "#/components/schemas/OfferPart"})
    );
    assert_eq!(properties["b"], json!({"$ref": "#/components/schemas/XY"}));
}

#[test]
fn values_of_the_wrong_type_are_read_as_what_they_mean() {
    let found = set(
        "/parameters/1/required",
        json!("true"),
        "read \"true\" at /paths/~1api~1offers/get/parameters/1/required as true",
    );
    // Our overlay says that it is optional, and the report says what the document says.
    assert_eq!(
        found.changes(),
        ["request-parameter-became-required breaking @ GET /api/offers query country"]
    );
    let limit = "/parameters/2/schema";
    for (word, meant) in [
        ("int", json!({"type": "integer"})),
        ("float", json!({"format": "float", "type": "number"})),
        ("bool", json!({"type": "boolean"})),
        ("datetime", json!({"format": "date-time", "type": "string"})),
    ] {
        let place = "/parameters/1/schema/type";
        set(
            place,
            json!(word),
            &format!("read \"{word}\" at {GET}{place} as {meant}"),
        );
    }
    let found = set(
        &format!("{limit}/maximum"),
        json!("5000"),
        &format!("read \"5000\" at {GET}{limit}/maximum as 5000"),
    );
    assert_eq!(found.changes(), [] as [&str; 0]);
    set(
        "/tags",
        json!("x"),
        &format!("read \"x\" at {GET}/tags as [\"x\"]"),
    );
    set(
        "/parameters/1/schema",
        json!("string"),
        &format!("read \"string\" at {GET}/parameters/1/schema as {{\"type\":\"string\"}}"),
    );
    let found = set(
        "/responses/4xx",
        json!({"description": "Wrong"}),
        &format!("read `4xx` at {GET}/responses/4xx as `4XX`"),
    );
    assert_eq!(
        found.changes(),
        ["response-non-success-status-added additive @ GET /api/offers 4XX"]
    );
    noted(
        |doc| {
            let responses = &mut doc["paths"]["/api/offers"]["get"]["responses"];
            *responses = json!({"success": responses["200"]});
        },
        &[&format!(
            "read `success` at {GET}/responses/success as `200`"
        )],
    );
    set(
        "/responses/failure",
        json!({"description": "Wrong"}),
        &format!(
            "left out {GET}/responses/failure, because `failure` is not the status of a response"
        ),
    );
    set(
        "/responses/400",
        json!({"description": "Wrong", "content": {"application/json": "an error"}}),
        &format!("read \"an error\" at {GET}/responses/400/content/application~1json as {{}}"),
    );
    set(
        "/parameters/1/examples",
        json!(["US", "CA"]),
        &format!("read the list at {GET}/parameters/1/examples as examples without names"),
    );
    refused(
        |doc| {
            put(
                doc,
                &format!("{GET}/parameters/1/schema"),
                json!("a country"),
            );
        },
        "the schema at /paths/~1api~1offers/get/parameters/1/schema is \"a country\", which is neither a schema nor the name \
         of one",
    );
}

#[test]
fn what_has_no_meaning_in_a_row_is_left_out_with_a_note() {
    let offer = "/components/schemas/Offer/properties";
    let place = format!(
        "{GET}/responses/200/content/application~1json/schema/properties/offers/items/properties"
    );
    let row = |property: Value, note: String| {
        noted(
            |doc| rows(doc, &json!({"a": property}), &json!({})),
            &[&note],
        )
    };
    row(
        json!({"type": "object", "properties": ["id"]}),
        format!("read [\"id\"] at {place}/a/properties as {{\"id\":{{}}}}"),
    );
    row(
        json!({"type": "array", "items": "string"}),
        format!("read \"string\" at {place}/a/items as {{\"type\":\"string\"}}"),
    );
    row(
        json!({"type": "string", "oneOf": []}),
        format!("left out {offer}/a/oneOf, which is not a list with at least one item"),
    );
    row(
        json!({"type": "string", "maximum": "many"}),
        format!("left out {offer}/a/maximum, which is not a number"),
    );
    row(
        json!({"type": "money"}),
        format!(
            "left out {place}/a/type, because \"money\" is not a type of OpenAPI; any value is allowed there"
        ),
    );
}

#[test]
fn the_habits_of_swagger_two_are_read_as_what_they_mean() {
    let found = set(
        "/parameters/1",
        json!({"name": "country", "in": "query", "type": "string", "maxLength": 2, "enum": ["US"]}),
        &format!("read `enum`, `maxLength`, `type` at {GET}/parameters/1 as parts of its schema"),
    );
    let country = found.parameter("country");
    let schema = &country["schema"];
    assert_eq!(schema["maxLength"], 2);
    assert_eq!(schema["enum"], json!(["US"]));
    assert!(country.get("maxLength").is_none(), "{country}");
    let found = set(
        "/responses/200",
        json!({"description": "OK", "schema": {"type": "object", "properties": {"offers": {"type": "array", "items": {"type": "object", "properties": {"new_one": {"type": "string"}}}}}}}),
        &format!("read the `schema` at {GET}/responses/200 as the content of the response"),
    );
    assert_eq!(
        found.effective["components"]["schemas"]["Offer"]["properties"]["new_one"],
        json!({"type": "string"})
    );
}
