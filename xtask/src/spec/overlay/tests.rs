//! Tests of supplies and corrections.

use serde_json::{Value, json};

use super::{Overlay, apply};
use crate::spec::coverage::Cover;
use crate::spec::outcome::Exit;

fn overlay(actions: &str) -> String {
    format!("overlay: 1.1.0\ninfo: {{title: t, version: '1'}}\nactions:\n{actions}")
}

fn supply(target: &str, update: &Value) -> String {
    overlay(&format!(
        "  - {{target: \"{target}\", x-kind: supply, x-reason: r, x-evidence: e, update: {update}}}\n"
    ))
}

fn correction(target: &str, old: &Value, update: &Value) -> String {
    overlay(&format!(
        "  - {{target: \"{target}\", x-kind: correction, x-reason: r, x-evidence: e, x-old: {old}, update: {update}}}\n"
    ))
}

#[track_caller]
fn applied(text: &str, mut document: Value) -> (Value, Vec<super::Difference>) {
    match Overlay::read(text).and_then(|overlay| apply(&overlay, &mut document)) {
        Ok(differences) => (document, differences),
        Err(problem) => panic!("{problem}"),
    }
}

#[track_caller]
fn refused(text: &str, mut document: Value, exit: Exit, part: &str) {
    let before = document.clone();
    match Overlay::read(text).and_then(|overlay| apply(&overlay, &mut document)) {
        Ok(_) => panic!("the overlay was applied"),
        Err(problem) => {
            assert_eq!(problem.exit, exit, "{problem}");
            assert!(problem.message.contains(part), "{problem}");
        }
    }
    assert_eq!(document, before);
}

#[test]
fn a_supply_gives_what_is_lacking() {
    let (document, differences) =
        applied(&supply("$.a", &json!({"type": "string"})), json!({"a": {}}));
    assert_eq!(document, json!({"a": {"type": "string"}}));
    assert_eq!(differences, []);
}

#[test]
fn a_supply_replaces_a_shape_and_reports_whether_it_covers_it() {
    let ours = json!({"Amount": {"oneOf": [{"type": "string"}, {"type": "number"}]}});
    let theirs = |kind: &str| json!({"components": {"schemas": {"Amount": {"type": kind, "minimum": 0, "description": "their words"}}}});
    let (document, differences) = applied(&supply("$.components.schemas", &ours), theirs("number"));
    assert_eq!(
        document["components"]["schemas"]["Amount"],
        json!({"oneOf": [{"type": "string"}, {"type": "number"}], "description": "their words"})
    );
    assert_eq!(differences.len(), 1);
    assert_eq!(differences[0].place, "/components/schemas/Amount");
    assert_eq!(differences[0].theirs, "integer or number");
    assert_eq!(differences[0].cover, Cover::Whole);

    let (_, differences) = applied(&supply("$.components.schemas", &ours), theirs("object"));
    assert_eq!(differences[0].cover, Cover::Nothing);
}

#[test]
fn a_supply_keeps_fields_it_does_not_know_and_opens_what_is_closed() {
    let ours = json!({"Offer": {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}, "additionalProperties": true}});
    let theirs = json!({"components": {"schemas": {"Offer": {
        "type": "object", "required": ["id", "new"], "additionalProperties": false,
        "properties": {"id": {"type": "integer"}, "new": {"type": "string", "enum": ["a"]}},
    }}}});
    let (document, _) = applied(&supply("$.components.schemas", &ours), theirs);
    assert_eq!(
        document["components"]["schemas"]["Offer"],
        json!({
            "type": "object", "required": ["id"], "additionalProperties": true,
            "properties": {"id": {"type": "integer"}, "new": {"type": "string", "enum": ["a"]}},
        })
    );
}

#[test]
fn a_supply_leaves_the_bounds_of_a_parameter_alone() {
    let theirs = json!({"paths": {"/p": {"get": {"parameters": [{"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 5000}}]}}}});
    let ours = json!({"schema": {"type": "integer", "minimum": 1}});
    let (document, differences) = applied(
        &supply("$.paths['/p'].get.parameters[?@.name=='limit']", &ours),
        theirs,
    );
    assert_eq!(
        document["paths"]["/p"]["get"]["parameters"][0]["schema"],
        json!({"type": "integer", "minimum": 1, "maximum": 5000})
    );
    assert_eq!(differences, []);
}

#[test]
fn a_property_called_description_is_not_prose() {
    let ours = json!({"Offer": {"properties": {"description": {"type": "string"}}}});
    let theirs = json!({"components": {"schemas": {"Offer": {"properties": {"description": {"type": "integer"}}}}}});
    let (document, differences) = applied(&supply("$.components.schemas", &ours), theirs);
    assert_eq!(
        document["components"]["schemas"]["Offer"]["properties"]["description"]["type"],
        "string"
    );
    assert_eq!(differences.len(), 1);
}

#[test]
fn a_supply_with_a_target_that_matches_nothing_is_a_fault_of_the_overlay() {
    refused(
        &supply("$.pahts", &json!({"a": 1})),
        json!({"paths": {}}),
        Exit::Failed,
        "action 1 (target $.pahts)",
    );
}

#[test]
fn a_correction_changes_what_it_names() {
    let text = correction(
        "$.a",
        &json!({"list": [1], "b": 1}),
        &json!({"list": [2], "b": 2}),
    );
    let (document, _) = applied(&text, json!({"a": {"list": [1], "b": 1, "c": 3}}));
    assert_eq!(document, json!({"a": {"list": [2], "b": 2, "c": 3}}));
}

#[test]
fn a_correction_whose_old_value_is_gone_ends_the_run() {
    let text = correction("$.a", &json!({"b": 1}), &json!({"b": 2}));
    refused(
        &text,
        json!({"a": {"b": 2}}),
        Exit::Correction,
        "At /a/b the correction expects 1, the document has 2. The provider fixed it",
    );
    refused(
        &text,
        json!({"a": {"b": 3}}),
        Exit::Correction,
        "The provider changed it to something else",
    );
    refused(
        &text,
        json!({}),
        Exit::Correction,
        "no longer has what the correction is about",
    );
}

#[test]
fn an_unknown_key_is_refused() {
    let text = supply("$.a", &json!({})).replace("x-reason", "x-raeson");
    refused(
        &text,
        json!({"a": {}}),
        Exit::Failed,
        "unknown key `x-raeson`",
    );
    let text = supply("$.a", &json!({})).replace("x-kind: supply", "x-kind: suply");
    refused(
        &text,
        json!({"a": {}}),
        Exit::Failed,
        "`x-kind` has to be `supply` or `correction`",
    );
    let text = supply("$.a", &json!({})).replace("x-evidence: e", "x-evidence: ''");
    refused(
        &text,
        json!({"a": {}}),
        Exit::Failed,
        "`x-evidence` is missing",
    );
}

#[test]
fn a_target_that_is_not_a_json_path_is_refused() {
    refused(
        &supply("$.a[", &json!({"b": 1})),
        json!({"a": {}}),
        Exit::Failed,
        "JSONPath",
    );
}

#[test]
fn a_bound_of_ours_is_not_excluded_by_their_flag() {
    let theirs = json!({"a": {"type": "number", "minimum": 0, "exclusiveMinimum": true, "maximum": 9, "exclusiveMaximum": true}});
    let (document, differences) = applied(
        &supply("$.a", &json!({"type": "number", "minimum": 1})),
        theirs,
    );
    assert_eq!(
        document["a"],
        json!({"type": "number", "minimum": 1, "maximum": 9, "exclusiveMaximum": true})
    );
    let places: Vec<&str> = differences.iter().map(|one| one.place.as_str()).collect();
    assert_eq!(places, ["/a/exclusiveMinimum", "/a/minimum"]);
}
