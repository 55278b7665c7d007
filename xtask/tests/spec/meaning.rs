//! Documents that say the same in other words: the report names only what changes for a client.

use std::fs;

use serde_json::{Value, json};
use xtask::spec::{Exit, Form, Options};

use crate::reading::{GET, Read, noted, put, read, refused, rows, run, set};
use crate::tree::{Tree, upstream};

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
