//! Corrections in the whole pipeline: applied while they are needed, status 6 once they are not.

use std::fs;

use xtask::spec::{Exit, Options};

use crate::tree::{Tree, upstream};

const CORRECTION: &str = "
  - target: $.paths['/api/offers'].get.parameters[?@.name=='limit'].schema
    description: The maximum.
    x-kind: correction
    x-reason: The document allows more than the provider gives.
    x-evidence: documented.
    x-old: {maximum: 9000}
    update: {maximum: 5000}
";

fn with_maximum(maximum: u32) -> Vec<u8> {
    let mut document = upstream();
    document["paths"]["/api/offers"]["get"]["parameters"][2]["schema"]["maximum"] = maximum.into();
    serde_json::to_vec(&document).unwrap()
}

fn tree() -> Tree {
    let tree = Tree::new();
    let overlay = tree.text("spec/overlay.yaml") + CORRECTION;
    fs::write(tree.root.join("spec/overlay.yaml"), overlay).unwrap();
    tree
}

#[test]
fn a_correction_is_applied_while_the_document_is_wrong() {
    let tree = tree();
    let options = Options {
        accept: vec!["all".to_owned()],
        ..tree.from(&with_maximum(9000))
    };
    assert_eq!(tree.run(&options).unwrap().exit, Exit::Done);
    assert!(tree.text("openapi.json").contains("\"maximum\": 5000"));
}

#[test]
fn a_correction_that_the_provider_made_ends_the_run() {
    let tree = tree();
    let before = tree.files();
    let problem = tree.run(&tree.from(&with_maximum(5000))).unwrap_err();
    assert_eq!(problem.exit, Exit::Correction);
    assert!(
        problem
            .message
            .contains("The provider fixed it: delete the correction"),
        "{problem}"
    );
    assert!(
        problem.message.contains(
            "parameters/2/schema/maximum the correction expects 9000, the document has 5000"
        ),
        "{problem}"
    );
    assert_eq!(tree.files(), before);
}

#[test]
fn a_correction_of_a_value_that_changed_ends_the_run() {
    let tree = tree();
    let problem = tree.run(&tree.from(&with_maximum(7000))).unwrap_err();
    assert_eq!(problem.exit, Exit::Correction);
    assert!(
        problem
            .message
            .contains("The provider changed it to something else"),
        "{problem}"
    );
}
