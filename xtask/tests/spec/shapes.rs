//! Shapes of documents from other OpenAPI tools: each is accepted, or refused with its status and
//! place.

use serde_json::{Value, json};
use xtask::spec::{Exit, Options};

use crate::tree::{Tree, upstream};

const HOME: &str = "https://www.cpalead.com";

/// Runs a changed document and returns the exit status with the report or the message.
fn run(change: impl FnOnce(&mut Value)) -> (Exit, String) {
    let mut document = upstream();
    change(&mut document);
    let tree = Tree::new();
    let options = Options {
        check: true,
        ..tree.from(&serde_json::to_vec(&document).unwrap())
    };
    match tree.run(&options) {
        Ok(outcome) => (outcome.exit, outcome.report),
        Err(problem) => (problem.exit, problem.message),
    }
}

/// The document is accepted without a breaking change and with a note.
#[track_caller]
fn accepted(change: impl FnOnce(&mut Value), note: &str) {
    let (exit, said) = run(change);
    assert_eq!(exit, Exit::Update, "{said}");
    assert!(said.contains(note), "{said}");
}

#[track_caller]
fn stopped(change: impl FnOnce(&mut Value), status: Exit, part: &str) {
    let (exit, said) = run(change);
    assert_eq!(exit, status, "{said}");
    assert!(said.contains(part), "{said}");
}

fn moved(document: &mut Value, name: impl Fn(&str) -> String) {
    let paths = document["paths"].take();
    document["paths"] = paths
        .as_object()
        .unwrap()
        .iter()
        .map(|(path, item)| (name(path), item.clone()))
        .collect();
}

#[test]
fn a_missing_server_is_read_as_the_standing_one_with_a_note() {
    let note = "names no server; it was read as a document of https://www.cpalead.com";
    accepted(
        |doc| {
            doc.as_object_mut().unwrap().remove("servers");
        },
        note,
    );
    for servers in [
        json!([]),
        json!(null),
        json!([{"url": "/"}]),
        json!([{"url": "../"}]),
    ] {
        accepted(|doc| doc["servers"] = servers.clone(), note);
    }
    accepted(
        |doc| {
            doc["servers"] = json!([{"url": "."}]);
            moved(doc, |path| path.replace("/api", ""));
        },
        note,
    );
}

#[test]
fn a_server_given_in_part_or_twice_is_understood() {
    accepted(
        |doc| doc["servers"] = json!([{"url": "{scheme}://{host}", "variables": {"scheme": {"default": "https"}, "host": {"default": "www.cpalead.com"}}}]),
        "An update is available",
    );
    accepted(
        |doc| doc["servers"] = json!([{"url": format!("{HOME}/api")}]),
        "`api` is in both the server and the path, and was used once",
    );
    accepted(
        |doc| {
            doc["servers"] =
                json!([{"url": "https://staging.cpalead.com"}, {"url": format!("{HOME}/api")}]);
        },
        "was used once",
    );
    accepted(
        |doc| doc["servers"] = json!([{"url": format!("{HOME}/dashboard")}, {"url": HOME}]),
        "An update is available",
    );
}

#[test]
fn another_host_is_never_read_as_the_one_at_home() {
    for url in [
        "https://api.cpalead.com",
        "https://cpalead.com",
        "//www.cpalead.example",
        "https://www.cpalead.com.evil.example",
    ] {
        stopped(
            |doc| doc["servers"] = json!([{"url": url}]),
            Exit::Breaking,
            "servers-changed",
        );
    }
    let variable = json!([{"url": "https://www.cpalead.com{x}", "variables": {"x": {"default": ".evil.example"}}}]);
    stopped(
        |doc| doc["servers"] = variable,
        Exit::Breaking,
        "servers-changed",
    );
    let refused = [
        (
            json!({"url": "https://evil.example"}),
            "`servers` is not a list",
        ),
        (json!(["https://evil.example"]), "a server has no url"),
        (
            json!([{"url": "https://{host}"}]),
            "a variable without a value",
        ),
        (
            json!([{"url": "https://www.cpalead.com\\@evil.example"}]),
            "is not an http address",
        ),
        (
            json!([{"url": "evil.example"}]),
            "the server `evil.example` has no scheme, so it is a path and not a host: it should be `https://evil.example`",
        ),
    ];
    for (servers, part) in refused {
        stopped(|doc| doc["servers"] = servers, Exit::Unverified, part);
    }
}

#[test]
fn slashes_at_the_end_are_left_out_and_one_operation_stays() {
    accepted(
        |doc| moved(doc, |path| format!("{path}/")),
        "GET /api/offers/: left out the slash at the end; the client calls /api/offers",
    );
    accepted(
        |doc| {
            doc["paths"]["/api/offers/"] =
                json!({"get": {"responses": {"200": {"description": "A shadow."}}}});
        },
        "left out GET /api/offers/: /api/offers is described already",
    );
}

#[test]
fn empty_lists_are_read_as_empty_objects_and_nulls_as_absent() {
    accepted(
        |doc| doc["components"]["schemas"] = json!([]),
        "read the empty list at /components/schemas as an empty object",
    );
    accepted(
        |doc| doc["paths"]["/api/offers"]["get"]["operationId"] = json!(null),
        "read the null at /paths/~1api~1offers/get/operationId as absent",
    );
    accepted(
        |doc| doc["info"]["version"] = json!(2),
        "read the number at /info/version as text",
    );
    accepted(
        |doc| doc["openapi"] = json!("3.1"),
        "converted from OpenAPI 3.1 to 3.0.3",
    );
}

#[test]
fn parameters_that_cannot_be_sent_are_refused() {
    stopped(
        |doc| doc["paths"]["/api/offers"]["get"]["parameters"][2] = json!("limit"),
        Exit::Unverified,
        "the parameter at /paths/~1api~1offers/get/parameters/2 has no `name` or no `in`",
    );
    stopped(
        |doc| doc["paths"]["/api/offers"]["get"]["parameters"] = json!({}),
        Exit::Unverified,
        "no list at /paths/~1api~1offers/get/parameters",
    );
}

#[test]
fn rows_under_another_name_are_breaking() {
    let answer = |name: &str| {
        json!({"200": {"description": "The offers.", "content": {"application/json": {"schema": {
            "type": "object", "properties": {"status": {"type": "string"}, name: {"type": "array", "items": {"type": "object"}}},
        }}}}})
    };
    let give = |name| {
        move |doc: &mut Value| doc["paths"]["/api/offers"]["get"]["responses"] = answer(name)
    };
    stopped(
        give("data"),
        Exit::Breaking,
        "the provider now says `an object of data, status`, and the client reads `the rows under offers`",
    );
    accepted(give("offers"), "An update is available");
}

#[test]
fn changed_prose_changes_only_the_prose_of_the_effective_document() {
    let mut document = upstream();
    document["info"]["description"] = json!("Now with more words.");
    document["paths"]["/api/offers"]["get"]["summary"] = json!("Offers");
    let tree = Tree::new();
    let before = tree.effective();
    tree.run(&tree.from(&serde_json::to_vec(&document).unwrap()))
        .unwrap();
    let mut after = tree.effective();
    assert_ne!(after, before);
    after["info"]["description"] = before["info"]["description"].clone();
    after["paths"]["/api/offers"]["get"]["summary"] =
        before["paths"]["/api/offers"]["get"]["summary"].clone();
    assert_eq!(after, before);
}
