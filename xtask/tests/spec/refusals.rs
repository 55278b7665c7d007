//! Bad input ends with its exit status and one paragraph that names the place. Nothing is written.

use serde_json::{Value, json};
use xtask::spec::{Exit, Options};

use crate::tree::{Tree, upstream};

#[track_caller]
fn refused(tree: &Tree, options: &Options, input: &[u8], exit: Exit, parts: &[&str]) {
    let before = tree.files();
    let problem = tree.run_with(options, input).unwrap_err();
    assert_eq!(problem.exit, exit, "{problem}");
    for part in parts {
        assert!(problem.message.contains(part), "{problem} has no `{part}`");
    }
    assert!(
        !problem.to_string().contains('\n'),
        "one paragraph: {problem}"
    );
    assert_eq!(tree.files(), before, "something was written");
}

#[track_caller]
fn document(change: impl FnOnce(&mut Value), parts: &[&str]) {
    let mut changed = upstream();
    change(&mut changed);
    bytes(&serde_json::to_vec(&changed).unwrap(), parts);
}

#[track_caller]
fn bytes(bytes: &[u8], parts: &[&str]) {
    let tree = Tree::new();
    refused(&tree, &tree.from(bytes), b"", Exit::Unverified, parts);
}

#[test]
fn a_truncated_document() {
    let whole = serde_json::to_vec_pretty(&upstream()).unwrap();
    bytes(
        &whole[..whole.len() / 2],
        &["given.json is cut short", "inside /paths/~1api~1"],
    );
}

#[test]
fn an_html_page() {
    bytes(
        b"<!DOCTYPE html>\n<html><head><title>Sign in</title>",
        &[
            "is an HTML page, not an OpenAPI document",
            "<!DOCTYPE html>",
        ],
    );
}

#[test]
fn an_empty_file_and_one_in_another_encoding() {
    bytes(b"", &["is empty"]);
    bytes(b"{\"openapi\": \"\xe9\"}", &["not UTF-8 after byte 13"]);
    bytes(
        b"\xff\xfe{\0}\0",
        &["is text in UTF-16", "save it as UTF-8"],
    );
    bytes(b"openapi: 3.0.3\n", &["is YAML, not JSON"]);
}

#[test]
fn a_document_without_offers() {
    document(
        |doc| {
            doc["paths"].as_object_mut().unwrap().remove("/api/offers");
        },
        &[
            "no operation GET /api/offers",
            "operations found: GET /api/conversions, GET /api/reversals",
        ],
    );
    document(|doc| doc["paths"] = json!({}), &["operations found: none"]);
    document(
        |doc| doc["paths"]["/api/offers"] = json!({"post": {"responses": {}}}),
        &["no operation GET /api/offers", "POST /api/offers"],
    );
}

#[test]
fn a_duplicate_key() {
    let text = upstream().to_string().replacen(
        "\"/api/offers\":",
        "\"/api/offers\":{},\"/api/offers\":",
        1,
    );
    bytes(
        text.as_bytes(),
        &["at /paths: the key `/api/offers` is duplicated"],
    );
}

#[test]
fn a_circle_of_references() {
    document(
        |doc| {
            doc["components"]["schemas"] = json!({"A": {"$ref": "#/components/schemas/B"}, "B": {"$ref": "#/components/schemas/A"}});
        },
        &["runs in a circle: #/components/schemas/B -> #/components/schemas/A"],
    );
}

#[test]
fn a_reference_to_another_file() {
    document(
        |doc| {
            doc["paths"]["/api/offers"]["get"]["responses"]["200"] =
                json!({"$ref": "common.yaml#/responses/Offers"});
        },
        &[
            "the reference at /paths/~1api~1offers/get/responses/200 leads out of the document, to `common.yaml#/responses/Offers`",
        ],
    );
}

#[test]
fn another_kind_or_version_of_document() {
    document(
        |doc| *doc = json!({"swagger": "2.0", "info": {}, "paths": {}}),
        &["is Swagger \"2.0\"", "convert it to OpenAPI 3.0"],
    );
    document(
        |doc| doc["openapi"] = json!("4.0.0"),
        &["OpenAPI `4.0.0` (at /openapi)"],
    );
    bytes(b"[1, 2]", &["/openapi is missing"]);
    bytes(b"\"openapi\"", &["/openapi is missing"]);
}

#[test]
fn other_values_in_place_of_objects() {
    document(
        |doc| doc["components"] = json!("none"),
        &["no object at /components,"],
    );
    document(
        |doc| doc["components"]["schemas"] = json!([1]),
        &["no object at /components/schemas"],
    );
    document(
        |doc| doc["paths"]["/api/offers"]["get"] = json!(1),
        &["no object at /paths/~1api~1offers/get"],
    );
    document(
        |doc| doc["paths"]["/api/offers"]["get"]["responses"]["200"] = json!("OK"),
        &["no object at /paths/~1api~1offers/get/responses/200"],
    );
}

#[test]
fn a_server_that_would_see_the_key_in_clear_text() {
    document(
        |doc| doc["servers"] = json!([{"url": "http://www.cpalead.com"}]),
        &["http://www.cpalead.com", "only https is allowed"],
    );
    document(
        |doc| doc["servers"] = json!([{"url": "https://{host}"}]),
        &["a variable without a value"],
    );
}

#[test]
fn operations_on_different_servers() {
    document(
        |doc| doc["paths"]["/api/reversals"]["servers"] = json!([{"url": "https://other.example"}]),
        &["on different servers: https://www.cpalead.com, https://other.example"],
    );
}

#[test]
fn more_bytes_than_a_document_has() {
    let tree = Tree::new();
    let mut large = serde_json::to_vec(&upstream()).unwrap();
    large.resize(2 * 1024 * 1024 + 1, b' ');
    refused(
        &tree,
        &tree.from(&large),
        b"",
        Exit::Failed,
        &["has more than 2097152 bytes"],
    );
    let options = Options {
        from: Some("-".to_owned()),
        ..Options::default()
    };
    refused(
        &tree,
        &options,
        &large,
        Exit::Failed,
        &["standard input has more than 2097152 bytes"],
    );
}

#[test]
fn an_overlay_with_a_typo() {
    for (from, to, part) in [
        (
            "x-reason: The key travels",
            "x-raeson: The key travels",
            "unknown key `x-raeson`",
        ),
        (
            "$.components.securitySchemes",
            "$.components.securityShemes",
            "the target matches nothing",
        ),
        (
            "parameters[?@.name=='limit']",
            "parameters[?@.name=='limt']",
            "the target matches nothing",
        ),
        (
            "    update:\n      operationId: offers",
            "    udpate:\n      operationId: offers",
            "update",
        ),
        ("actions:", "actoins:", "actions"),
        ("overlay: 1.1.0", "overlay: 2.0.0", "2.0.0"),
        (
            "x-kind: supply\n    x-reason: The key",
            "x-kind: suply\n    x-reason: The key",
            "`x-kind` has to be `supply` or `correction`",
        ),
        (
            "      operationId: offers\n",
            "      operationId: offers\n      operationId: offers\n",
            "operationId",
        ),
    ] {
        let tree = Tree::new();
        tree.edit("spec/overlay.yaml", from, to);
        let options = Options {
            offline: true,
            ..Options::default()
        };
        refused(
            &tree,
            &options,
            b"",
            Exit::Failed,
            &["spec/overlay.yaml", part],
        );
    }
}

#[test]
fn an_invalid_provenance() {
    let tree = Tree::new();
    tree.edit("spec/provenance.toml", "sha256", "sha265");
    refused(
        &tree,
        &Options {
            offline: true,
            ..Options::default()
        },
        b"",
        Exit::Failed,
        &["spec/provenance.toml", "sha265"],
    );
}

#[test]
fn a_missing_file_and_an_address_when_offline() {
    let tree = Tree::new();
    let from = |from: &str, offline: bool| Options {
        from: Some(from.to_owned()),
        offline,
        ..Options::default()
    };
    refused(
        &tree,
        &from("no/such/file.json", true),
        b"",
        Exit::Failed,
        &["cannot read no/such/file.json"],
    );
    refused(
        &tree,
        &from("https://www.cpalead.com/api/openapi.json", true),
        b"",
        Exit::Usage,
        &["--offline opens no socket"],
    );
    refused(
        &tree,
        &from("http://www.cpalead.com/api/openapi.json", false),
        b"",
        Exit::Usage,
        &["only https is used"],
    );
    refused(
        &tree,
        &from("https://user:pass@www.cpalead.com/", false),
        b"",
        Exit::Usage,
        &["--from https://www.cpalead.com/: not an address"],
    );
}

#[test]
fn a_changed_host_is_accepted_only_by_name() {
    let tree = Tree::new();
    let mut changed = upstream();
    changed["servers"] = json!([{"url": "https://api.cpalead.example"}]);
    let options = tree.from(&serde_json::to_vec(&changed).unwrap());
    let before = tree.files();
    for accept in [vec![], vec!["all".to_owned()]] {
        let outcome = tree
            .run(&Options {
                accept,
                ..options.clone()
            })
            .unwrap();
        assert_eq!(outcome.exit, Exit::Breaking);
        assert!(
            outcome.report.contains("servers-changed"),
            "{}",
            outcome.report
        );
        assert_eq!(tree.files(), before);
    }
    let accept = vec!["servers-changed".to_owned()];
    assert_eq!(
        tree.run(&Options { accept, ..options }).unwrap().exit,
        Exit::Done
    );
    assert_eq!(
        tree.effective()["servers"][0]["url"],
        "https://api.cpalead.example"
    );
    // Once it is accepted, the new host is home, and a return to the old one would be the change.
    let back = tree
        .run(&tree.from(&serde_json::to_vec(&upstream()).unwrap()))
        .unwrap();
    assert_eq!(back.exit, Exit::Breaking);
}
