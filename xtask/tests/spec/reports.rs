//! The report that a maintainer reads when the provider changed something.

use serde_json::{Value, json};
use xtask::spec::{Exit, Form, Options};

use crate::tree::{Tree, home, upstream};

/// A field removed, one added, a limit lowered, the host changed.
fn eventful() -> Vec<u8> {
    let mut document = upstream();
    document["servers"] = json!([{"url": "https://api.cpalead.example"}]);
    let parameters = document["paths"]["/api/offers"]["get"]["parameters"]
        .as_array_mut()
        .unwrap();
    parameters.retain(|parameter| parameter["name"] != "gaid");
    parameters.push(json!({"name": "sort", "in": "query", "schema": {"type": "string"}}));
    parameters[2]["schema"]["maximum"] = json!(1000);
    document["paths"]["/api/offers"]["get"]["responses"]["200"]["content"] = json!({"application/json": {"schema": {
        "type": "object",
        "properties": {"offers": {"type": "array", "items": {"type": "object", "properties": {
            "id": {"type": "integer"}, "title": {"type": "object"}, "updated_at": {"type": "string"},
        }}}},
    }}});
    serde_json::to_vec(&document).unwrap()
}

#[test]
fn a_report_to_decide_on() {
    let tree = Tree::new();
    let options = Options {
        report: Form::Md,
        ..tree.from(&eventful())
    };
    let outcome = tree.run(&options).unwrap();
    assert_eq!(outcome.exit, Exit::Breaking);
    let root = tree.root.to_string_lossy().into_owned();
    insta::assert_snapshot!(outcome.report.replace(&root, "TREE"));
}

#[test]
fn the_report_for_programs_has_the_documented_keys() {
    let tree = Tree::new();
    let outcome = tree
        .run(&Options {
            report: Form::Json,
            ..tree.from(&eventful())
        })
        .unwrap();
    let report: Value = serde_json::from_str(&outcome.report).unwrap();
    assert_eq!(report["status"], 5);
    assert_eq!(report["step"], "major");
    for change in report["changes"].as_array().unwrap() {
        for key in ["id", "level", "api_level", "place", "text"] {
            assert!(change[key].is_string(), "{change}");
        }
    }
    let uncovered = report["differences"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["covered"] != "whole")
        .unwrap();
    assert_eq!(
        uncovered["place"],
        "/components/schemas/Offer/properties/title"
    );
}

#[test]
fn the_suggested_command_keeps_the_accepted_ids() {
    let tree = Tree::new();
    let accept = vec!["all".to_owned(), "servers-changed".to_owned()];
    let outcome = tree
        .run(&Options {
            accept,
            check: true,
            ..tree.from(&eventful())
        })
        .unwrap();
    assert_eq!(outcome.exit, Exit::Update);
    assert!(
        outcome
            .report
            .contains(" --accept all,servers-changed` applies it."),
        "{}",
        outcome.report
    );
}

#[test]
fn a_document_is_read_from_standard_input() {
    let tree = Tree::new();
    let options = Options {
        from: Some("-".to_owned()),
        accept: vec!["all".to_owned(), "servers-changed".to_owned()],
        ..Options::default()
    };
    let outcome = tree.run_with(&options, &eventful()).unwrap();
    assert_eq!(outcome.exit, Exit::Done, "{}", outcome.report);
    assert!(
        tree.text("spec/provenance.toml")
            .contains("kind = \"stdin\"\nsource = \"standard input\"")
    );
}

#[test]
fn an_id_that_no_change_has_is_a_usage_error() {
    let tree = Tree::new();
    let mut options = tree.from(&eventful());
    options.accept = vec!["all".to_owned(), "request-parameter-remove".to_owned()];
    let before = tree.files();
    let problem = tree.run(&options).unwrap_err();
    assert_eq!(problem.exit, Exit::Usage);
    assert!(
        problem.message.starts_with(
            "--accept request-parameter-remove: no change of this update has this id; the ids are "
        ) && problem.message.contains(" request-parameter-removed, "),
        "{problem}"
    );
    assert_eq!(tree.files(), before);
}

#[test]
fn a_command_with_ids_may_be_given_twice() {
    let tree = Tree::new();
    let mut options = tree.from(&eventful());
    options.accept = vec![
        "all".to_owned(),
        "servers-changed".to_owned(),
        "request-parameter-removed".to_owned(),
    ];
    assert_eq!(tree.run(&options).unwrap().exit, Exit::Done);
    let written = tree.files();
    let again = tree.run(&options).unwrap();
    assert_eq!(again.exit, Exit::Done, "{}", again.report);
    assert!(again.report.starts_with("Up to date"), "{}", again.report);
    assert_eq!(tree.files(), written);
}

#[test]
fn a_check_says_the_same_twice_and_changes_nothing() {
    let tree = Tree::new();
    let options = Options {
        check: true,
        ..tree.from(&eventful())
    };
    let before = tree.files();
    let first = tree.run(&options).unwrap();
    let second = tree.run(&options).unwrap();
    assert_eq!((first.exit, first.report), (second.exit, second.report));
    assert_eq!(tree.files(), before);
}

#[test]
fn a_field_that_vanishes_behind_the_overlay_is_shown() {
    let corpus = home().join("xtask/tests/corpus/02-inline-closed-ids.json");
    let standing: Value = serde_json::from_slice(&std::fs::read(corpus).unwrap()).unwrap();
    let tree = Tree::new();
    let accept = vec!["all".to_owned()];
    tree.run(&Options {
        accept,
        ..tree.from(standing.to_string().as_bytes())
    })
    .unwrap();
    let effective = tree.text("openapi.json");

    let mut new = standing.clone();
    let envelope = "/paths/~1api~1offers/get/responses/200/content/application~1json/schema";
    let offer = format!("{envelope}/properties/offers/items/properties");
    new.pointer_mut(&offer)
        .unwrap()
        .as_object_mut()
        .unwrap()
        .remove("epc");
    let options = Options {
        report: Form::Json,
        check: true,
        ..tree.from(new.to_string().as_bytes())
    };
    let outcome = tree.run(&options).unwrap();
    assert_eq!(outcome.exit, Exit::Update);
    let report: Value = serde_json::from_str(&outcome.report).unwrap();
    let change = report["changes"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["place"].as_str().unwrap().ends_with("offers[].epc"));
    let change = change.unwrap_or_else(|| panic!("{}", outcome.report));
    assert_eq!(change["level"], "review");
    assert!(
        change["text"]
            .as_str()
            .unwrap()
            .ends_with("; the overlay keeps our document as it was"),
        "{change}"
    );

    // The effective document does not show it, because the field was optional before.
    tree.run(&Options {
        check: false,
        ..options
    })
    .unwrap();
    assert_eq!(tree.text("openapi.json"), effective);
    assert!(tree.text("CHANGELOG.md").contains("epc"));
}
