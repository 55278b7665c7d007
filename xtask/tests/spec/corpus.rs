//! Documents that differ in everything that may differ in the provider's document. Each result has
//! all of our names.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};
use xtask::spec::{Exit, Form, OPERATIONS, Options, SCHEMAS};

use crate::tree::{Tree, home};

pub(crate) fn documents() -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<PathBuf> = fs::read_dir(home().join("xtask/tests/corpus"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
        .into_iter()
        .filter(|path| path.extension().is_some_and(|end| end == "json"))
        .map(|path| {
            (
                path.file_stem().unwrap().to_string_lossy().into_owned(),
                fs::read(&path).unwrap(),
            )
        })
        .collect()
}

fn accepted(tree: &Tree, bytes: &[u8]) -> Options {
    Options {
        accept: vec!["all".to_owned(), "servers-changed".to_owned()],
        ..tree.from(bytes)
    }
}

#[test]
fn every_document_becomes_one_with_all_names() {
    let documents = documents();
    assert!(documents.len() >= 38, "only {} documents", documents.len());
    for (name, bytes) in documents {
        let tree = Tree::new();
        let outcome = tree
            .run(&accepted(&tree, &bytes))
            .unwrap_or_else(|problem| panic!("{name}: {problem}"));
        assert_eq!(outcome.exit, Exit::Done, "{name}: {}", outcome.report);
        has_all_names(&name, &tree.effective());
        assert_eq!(
            fs::read(tree.root.join("spec/upstream.json")).unwrap(),
            bytes,
            "{name}: byte for byte"
        );
        let again = Options {
            offline: true,
            check: true,
            ..Options::default()
        };
        assert_eq!(
            tree.run(&again).unwrap().exit,
            Exit::Done,
            "{name}: a second run has nothing to do"
        );
    }
}

#[track_caller]
fn has_all_names(name: &str, document: &Value) {
    assert_eq!(document["openapi"], "3.0.3", "{name}");
    assert_eq!(
        document["servers"],
        json!([{"url": "https://www.cpalead.com"}]),
        "{name}"
    );
    for ours in OPERATIONS {
        let operation = &document["paths"][ours.path]["get"];
        assert_eq!(operation["operationId"], ours.id, "{name}");
        let parameters = operation["parameters"].as_array().unwrap();
        let names: Vec<&str> = parameters
            .iter()
            .map(|one| one["name"].as_str().unwrap())
            .collect();
        assert_eq!(&names[..ours.parameters.len()], ours.parameters, "{name}");
        assert!(
            !names
                .iter()
                .any(|name| name.eq_ignore_ascii_case("api_key")),
            "{name}"
        );
        for parameter in &parameters[..ours.parameters.len()] {
            let required = parameter["name"] == "id"
                || (ours.id == "conversions" && parameter["name"] == "subid");
            assert_eq!(parameter["required"], required, "{name}: {parameter}");
            assert_eq!(parameter["in"], "query", "{name}: {parameter}");
        }
        let security = if ours.id == "offers" {
            json!([])
        } else {
            json!([{"api_key": []}])
        };
        assert_eq!(operation["security"], security, "{name}: {}", ours.id);
        let content = &operation["responses"]["200"]["content"];
        assert_eq!(
            content["application/json"]["schema"]["$ref"],
            format!("#/components/schemas/{}", ours.response),
            "{name}"
        );
        assert_eq!(
            content["application/javascript"]["schema"]["type"], "string",
            "{name}"
        );
        for status in ["400", "403", "429", "5XX"] {
            assert!(
                operation["responses"][status].is_object(),
                "{name}: {status}"
            );
        }
        if ours.id != "offers" {
            assert!(operation["responses"]["401"].is_object(), "{name}");
        }
    }
    assert_eq!(
        document["components"]["securitySchemes"]["api_key"]["in"], "query",
        "{name}"
    );
    let standing: Value =
        serde_json::from_slice(&fs::read(home().join("openapi.json")).unwrap()).unwrap();
    for schema in SCHEMAS {
        let (here, ours) = (
            &document["components"]["schemas"][schema],
            &standing["components"]["schemas"][schema],
        );
        for (property, shape) in ours["properties"].as_object().into_iter().flatten() {
            let found = &here["properties"][property];
            assert_eq!(found["$ref"], shape["$ref"], "{name}: {schema}.{property}");
            assert_eq!(found["type"], shape["type"], "{name}: {schema}.{property}");
        }
        for key in [
            "type",
            "oneOf",
            "nullable",
            "enum",
            "minimum",
            "maxLength",
            "pattern",
            "required",
        ] {
            assert_eq!(here.get(key), ours.get(key), "{name}: {schema} {key}");
        }
    }
}

#[test]
fn what_each_document_means_is_known() {
    let mut table = Vec::new();
    for (name, bytes) in documents() {
        let tree = Tree::new();
        let options = Options {
            report: Form::Json,
            check: true,
            ..tree.from(&bytes)
        };
        let outcome = tree
            .run(&options)
            .unwrap_or_else(|problem| panic!("{name}: {problem}"));
        let report: Value = serde_json::from_str(&outcome.report).unwrap();
        let count = |level: &str| {
            report["changes"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|change| change["level"] == level)
                .count()
        };
        let uncovered: Vec<&str> = report["differences"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|one| one["covered"] != "whole")
            .map(|one| one["place"].as_str().unwrap())
            .collect();
        table.push(format!(
            "{name}: exit {}, step {}; {} breaking, {} review, {} additive, {} info; {} only in the overlay; not covered: {}",
            outcome.exit.status(),
            report["step"].as_str().unwrap(),
            count("breaking"),
            count("review"),
            count("additive"),
            count("info"),
            report["lacking"].as_array().unwrap().len(),
            if uncovered.is_empty() { "nothing".to_owned() } else { uncovered.join(", ") },
        ));
        for note in report["notes"].as_array().unwrap() {
            table.push(format!("    {}", note.as_str().unwrap()));
        }
    }
    insta::assert_snapshot!(table.join("\n"));
}

#[test]
fn extra_fields_and_operations_are_kept_in_the_honest_document() {
    let bytes =
        fs::read(home().join("xtask/tests/corpus/08-extra-operations-and-fields.json")).unwrap();
    let tree = Tree::new();
    tree.run(&accepted(&tree, &bytes)).unwrap();
    let document = tree.effective();
    assert_eq!(
        document["components"]["schemas"]["Offer"]["properties"]["refreshed_at"]["format"],
        "date-time"
    );
    assert_eq!(
        document["paths"]["/api/stats/{day}"]["get"]["operationId"],
        "get_api_stats_day"
    );
    assert!(
        document["paths"].get("/view.php").is_none(),
        "it is on another server"
    );
}
