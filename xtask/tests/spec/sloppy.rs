//! Habits of careless documents: each is read as what it means, with a note, or refused with its
//! place. The result is valid OpenAPI every time, because the pipeline checks it.

use std::fs;

use serde_json::{Value, json};
use xtask::spec::{Exit, Form, Options};

use crate::tree::{Tree, upstream};

const GET: &str = "/paths/~1api~1offers/get";

/// What a run reported, and the document that it wrote.
struct Read {
    report: Value,
    effective: Value,
}

impl Read {
    fn notes(&self) -> Vec<&str> {
        let notes = self.report["notes"].as_array().unwrap();
        notes.iter().map(|note| note.as_str().unwrap()).collect()
    }

    /// The ids, levels and places of the changes, without documentation.
    fn changes(&self) -> Vec<String> {
        let changes = self.report["changes"].as_array().unwrap();
        changes
            .iter()
            .filter(|change| {
                let id = change["id"].as_str().unwrap();
                !id.starts_with("prose") && !id.starts_with("example")
            })
            .map(|change| {
                let word = |key: &str| change[key].as_str().unwrap();
                format!("{} {} @ {}", word("id"), word("level"), word("place"))
            })
            .collect()
    }

    fn offers(&self) -> &Value {
        &self.effective["paths"]["/api/offers"]["get"]
    }

    fn parameter(&self, name: &str) -> &Value {
        let parameters = self.offers()["parameters"].as_array().unwrap();
        parameters.iter().find(|one| one["name"] == name).unwrap()
    }
}

fn run(tree: &Tree, document: &Value) -> Result<Value, (Exit, String)> {
    let options = Options {
        accept: vec!["all".to_owned()],
        report: Form::Json,
        ..tree.from(&serde_json::to_vec(document).unwrap())
    };
    match tree.run(&options) {
        Ok(outcome) => {
            assert_eq!(outcome.exit, Exit::Done, "{}", outcome.report);
            Ok(serde_json::from_str(&outcome.report).unwrap())
        }
        Err(problem) => Err((problem.exit, problem.message)),
    }
}

/// Reads the provider's document after a change.
#[track_caller]
fn read(change: impl FnOnce(&mut Value)) -> Read {
    let mut document = upstream();
    change(&mut document);
    let tree = Tree::new();
    let report = run(&tree, &document).unwrap_or_else(|(_, message)| panic!("{message}"));
    let effective = tree.effective();
    every_reference_resolves(&effective, &effective);
    Read { report, effective }
}

#[track_caller]
fn every_reference_resolves(node: &Value, document: &Value) {
    if let Some(reference) = node.get("$ref").and_then(Value::as_str) {
        let target = document.pointer(reference.trim_start_matches('#'));
        assert!(target.is_some(), "{reference}");
    }
    let members = node.as_object().into_iter().flat_map(|map| map.values());
    let items = node.as_array().into_iter().flatten();
    members
        .chain(items)
        .for_each(|inner| every_reference_resolves(inner, document));
}

/// The change is read with exactly these notes.
#[track_caller]
fn noted(change: impl FnOnce(&mut Value), notes: &[&str]) -> Read {
    let read = read(change);
    assert_eq!(read.notes(), notes);
    read
}

/// Sets the value at a place in offers, which is read with exactly this note.
#[track_caller]
fn set(place: &str, value: Value, note: &str) -> Read {
    let put = |doc: &mut Value| put(doc, &format!("{GET}{place}"), value);
    noted(put, &[note])
}

fn put(document: &mut Value, place: &str, value: Value) {
    let (parent, key) = place.rsplit_once('/').unwrap();
    let parent = document.pointer_mut(parent).unwrap();
    let key = key.replace("~1", "/");
    match parent {
        Value::Array(list) => list[key.parse::<usize>().unwrap()] = value,
        other => other[key] = value,
    }
}

#[track_caller]
fn refused(change: impl FnOnce(&mut Value), message: &str) {
    let mut document = upstream();
    change(&mut document);
    let tree = Tree::new();
    let before = tree.files();
    assert_eq!(
        run(&tree, &document),
        Err((Exit::Unverified, message.to_owned()))
    );
    assert_eq!(tree.files(), before);
}

/// A response of offers whose rows have these properties, and the schemas they need.
fn rows(document: &mut Value, properties: &Value, schemas: &Value) {
    put(
        document,
        &format!("{GET}/responses/200"),
        json!({"description": "OK", "content": {"application/json": {"schema": {"type": "object", "properties": {
            "offers": {"type": "array", "items": {"type": "object", "properties": properties}}
        }}}}}),
    );
    document["components"]["schemas"] = schemas.clone();
}

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

#[test]
fn a_comma_list_described_as_plain_text_takes_what_the_client_sends() {
    let at = upstream()["paths"]["/api/offers"]["get"]["parameters"]
        .as_array()
        .unwrap()
        .iter()
        .position(|one| one["name"] == "device")
        .unwrap();
    let found = read(|doc| {
        put(
            doc,
            &format!("{GET}/parameters/{at}"),
            json!({"name": "device", "in": "query", "schema": {"type": "string"}}),
        );
    });
    assert_eq!(
        found.changes(),
        ["request-parameter-list-type-changed info @ GET /api/offers query device"]
    );
}

#[test]
fn a_bound_that_the_overlay_confirms_is_not_breaking_and_not_excluded() {
    let id = "/parameters/0/schema";
    for schema in [
        json!({"type": "integer", "format": "int64", "minimum": 1}),
        json!({"type": "integer", "format": "int64", "minimum": 1, "example": 50}),
        json!({"type": "integer", "format": "int64", "exclusiveMinimum": 0, "example": 50}),
        json!({"type": "integer", "format": "int64", "minimum": 0, "exclusiveMinimum": true}),
    ] {
        let found = read(|doc| put(doc, &format!("{GET}{id}"), schema.clone()));
        let breaking: Vec<String> = found
            .changes()
            .into_iter()
            .filter(|change| change.contains("breaking"))
            .collect();
        assert_eq!(breaking, [] as [&str; 0], "{schema}");
        let written = &found.parameter("id")["schema"];
        assert_eq!(written["minimum"], 1, "{schema}");
        assert!(written.get("exclusiveMinimum").is_none(), "{schema}");
    }
}

#[test]
fn wrapped_references_are_the_same_type_or_nullable() {
    let reference = json!({"$ref": "#/components/schemas/Money"});
    let schemas = json!({"Money": {"type": "number"}});
    let tree = Tree::new();
    let mut document = upstream();
    rows(&mut document, &json!({"epc_new": reference}), &schemas);
    run(&tree, &document).unwrap();
    for (wrapped, expected) in [
        (json!({"allOf": [reference]}), vec![]),
        (json!({"oneOf": [reference]}), vec![]),
        (
            json!({"oneOf": [reference, {"type": "null"}]}),
            vec!["response-property-became-nullable review @ GET /api/offers 200 offers[].epc_new"],
        ),
        (
            json!({"$ref": "#/components/schemas/Money", "nullable": true}),
            vec!["response-property-became-nullable review @ GET /api/offers 200 offers[].epc_new"],
        ),
    ] {
        rows(&mut document, &json!({"epc_new": wrapped}), &schemas);
        let options = Options {
            check: true,
            report: Form::Json,
            ..tree.from(&serde_json::to_vec(&document).unwrap())
        };
        let report = serde_json::from_str(&tree.run(&options).unwrap().report).unwrap();
        let found = Read {
            report,
            effective: Value::Null,
        };
        assert_eq!(found.changes(), expected, "{wrapped}");
    }
}

#[test]
fn on_the_wire_a_query_is_text() {
    let limit = "/parameters/2/schema";
    let found = read(|doc| put(doc, &format!("{GET}{limit}"), json!({"type": "string"})));
    let breaking = |found: &Read| -> Vec<String> {
        let changes = found.changes().into_iter();
        changes
            .filter(|change| change.contains(" breaking "))
            .collect()
    };
    assert_eq!(breaking(&found), [] as [&str; 0]);
    let found = read(|doc| {
        let schema = json!({"anyOf": [{"type": "integer"}, {"type": "string"}]});
        put(doc, &format!("{GET}/parameters/1/schema"), schema);
    });
    assert_eq!(found.changes(), [] as [&str; 0]);
    let schema = &found.parameter("country")["schema"];
    assert_eq!(schema["type"], "string");
    assert!(schema.get("anyOf").is_none(), "{schema}");
}

#[test]
fn an_optional_key_asks_for_nothing_and_some_headers_are_ignored() {
    let found = read(|doc| {
        let list = doc.pointer_mut(&format!("{GET}/parameters")).unwrap();
        let list = list.as_array_mut().unwrap();
        list.push(json!({"name": "api_key", "in": "query", "schema": {"type": "string"}}));
    });
    assert_eq!(
        found.changes(),
        ["api-security-added additive @ GET /api/offers"]
    );
    let found = read(|doc| {
        let list = doc.pointer_mut(&format!("{GET}/parameters")).unwrap();
        for name in ["Accept", "content-type", "Authorization"] {
            list.as_array_mut().unwrap().push(
                json!({"name": name, "in": "header", "required": true, "schema": {"type": "string"}}),
            );
        }
    });
    assert_eq!(
        found.notes(),
        ["Accept", "content-type", "Authorization"].map(|name| format!(
            "GET /api/offers: left out the header {name}, which OpenAPI ignores as a parameter"
        ))
    );
    assert_eq!(found.changes(), [] as [&str; 0]);
}

#[test]
fn bodies_clashing_fields_and_a_missing_version_are_left_out_or_mended() {
    set(
        "/requestBody",
        json!({"content": {"application/json": {}, "text/plain": {}}}),
        "GET /api/offers: left out the body, which a request of this method does not have",
    );
    let found = noted(
        |doc| {
            rows(
                doc,
                &json!({"offer-rank": {}, "offer_rank": {}, "--": {}, "my-key": {}, "my_key": {}}),
                &json!({}),
            );
        },
        &[
            "left out the property `--` of /components/schemas/Offer, which has no letter or digit for a name in Rust",
            "left out the property `my_key` of /components/schemas/Offer, which has the same name in Rust as `my-key`",
            "left out the property `offer-rank` of /components/schemas/Offer, which has the same name in Rust as `offer_rank`",
        ],
    );
    let properties = &found.effective["components"]["schemas"]["Offer"]["properties"];
    assert!(properties["offer_rank"].is_object() && properties.get("offer-rank").is_none());
    noted(
        |doc| drop(doc["info"].as_object_mut().unwrap().remove("version")),
        &["the document has no /info/version; it was read as \"unversioned\""],
    );
}

#[test]
fn media_types_of_scripts_are_jsonp_and_equal_parameters_are_noted() {
    let schema = json!({"schema": {"type": "object", "properties": {"offers": {"type": "array", "items": {"type": "object", "properties": {"new_one": {"type": "string"}}}}}}});
    for media in [
        "application/x-jsonp",
        "text/javascript",
        "application/x-javascript; charset=utf-8",
        "text/ecmascript",
    ] {
        let found = read(|doc| {
            let content =
                json!({media: {"schema": {"type": "string"}}, "application/json": schema});
            put(
                doc,
                &format!("{GET}/responses/200"),
                json!({"description": "OK", "content": content}),
            );
        });
        let content = found.offers()["responses"]["200"]["content"].as_object();
        let mut names: Vec<&String> = content.unwrap().keys().collect();
        names.sort();
        assert_eq!(
            names,
            ["application/javascript", "application/json"],
            "{media}"
        );
        assert!(
            found.effective["components"]["schemas"]["Offer"]["properties"]["new_one"].is_object()
        );
    }
    noted(
        |doc| {
            let list = doc.pointer_mut(&format!("{GET}/parameters")).unwrap();
            let list = list.as_array_mut().unwrap();
            list.push(list[1].clone());
        },
        &["GET /api/offers: left out the second of two parameters country"],
    );
    let found = read(|doc| {
        let cap = json!({"oneOf": [{"type": "integer"}, {"enum": [false]}]});
        rows(doc, &json!({"new_one": cap}), &json!({}));
    });
    assert_eq!(
        found.effective["components"]["schemas"]["Offer"]["properties"]["new_one"]["oneOf"][1],
        json!({"type": "boolean", "enum": [false]})
    );
}

#[test]
fn what_came_instead_of_a_document_is_named_with_what_to_do() {
    noted(
        |doc| {
            let item = &mut doc["paths"]["/api/offers"];
            *item = json!({"GET": item["get"]});
        },
        &["read `GET` at /paths/~1api~1offers/GET as `get`"],
    );
    refused(
        |doc| doc["servers"] = json!([{"url": "www.cpalead.com"}]),
        "GET /api/conversions: the server `www.cpalead.com` has no scheme, so it is a path and not a host: it should be \
         `https://www.cpalead.com`; a client would not know where to send a request",
    );
    let tree = Tree::new();
    let source = |bytes: &[u8]| {
        let problem = tree.run(&tree.from(bytes)).unwrap_err();
        assert_eq!(problem.exit, Exit::Unverified);
        problem.message
    };
    let document = upstream().to_string();
    let warning = format!("Warning: Undefined array key \"x\" in /srv/a.php on line 3\n{document}");
    for (bytes, part) in [
        (
            warning,
            "has text before the JSON (`Warning: Undefined array key \"x\" in /srv/a.php on line 3`)",
        ),
        (
            format!("{{\"status\":\"success\",\"data\":{document}}}"),
            "holds a document at /data, inside another object",
        ),
        (
            "{\"status\":\"error\",\"message\":\"Maintenance\"}".to_owned(),
            "is an error and not a document: the server says `Maintenance`",
        ),
    ] {
        let message = source(bytes.as_bytes());
        assert!(message.contains(part), "{message}");
    }
}

#[test]
fn an_action_of_ours_that_removes_what_the_client_needs_is_status_one() {
    let tree = Tree::new();
    let overlay = tree.text("spec/overlay.yaml")
        + "
  - target: $.components.schemas.OfferId
    description: The id.
    x-kind: correction
    x-reason: A test.
    x-evidence: observed.
    x-old: {}
    remove: true
";
    fs::write(tree.root.join("spec/overlay.yaml"), overlay).unwrap();
    let problem = tree
        .run(&Options {
            offline: true,
            ..Options::default()
        })
        .unwrap_err();
    assert_eq!(problem.exit, Exit::Failed);
    let part = "(target $.components.schemas.OfferId): the action breaks the document, which is right without it: \
                /components/schemas/OfferId is missing after the overlay; the client is written against it";
    assert!(problem.message.ends_with(part), "{problem}");
}
