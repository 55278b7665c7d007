//! The committed documents are the output of the pipeline; a difference is reported.

use xtask::spec::{Exit, Options, update};

use crate::tree::Tree;

fn offline() -> Options {
    Options {
        offline: true,
        check: true,
        ..Options::default()
    }
}

#[test]
fn the_committed_openapi_json_is_what_spec_makes() {
    let outcome = update(&offline()).unwrap_or_else(|problem| {
        panic!("\n{problem}\nthen run: cargo xtask update-spec --offline\n")
    });
    assert_eq!(
        outcome.exit,
        Exit::Done,
        "\n{}\nrun: cargo xtask update-spec --offline\n",
        outcome.report
    );
}

#[test]
fn an_openapi_json_edited_by_hand_is_noticed_and_restored() {
    let tree = Tree::new();
    let sound = tree.text("openapi.json");
    for (from, to) in [
        ("\"maximum\": 5000", "\"maximum\": 9000"),
        ("https://www.cpalead.com", "https://evil.example"),
        ("\"offers\"", "\"offerz\""),
        ("{", "{{"),
    ] {
        tree.edit("openapi.json", from, to);
        let outcome = tree.run(&offline()).unwrap();
        assert_eq!(outcome.exit, Exit::Update, "{from}");
        assert!(outcome.report.contains(
            "openapi.json is out of date; `cargo xtask update-spec --offline` writes it again"
        ));
        let written = tree
            .run(&Options {
                check: false,
                ..offline()
            })
            .unwrap();
        assert_eq!(written.exit, Exit::Done);
        assert_eq!(tree.text("openapi.json"), sound);
    }
}

#[test]
fn an_edited_overlay_action_is_noticed() {
    let edits = [
        ("operationId: offers", "operationId: offerings"),
        ("minimum: 1", "minimum: 2"),
        ("description: The rank", "description: The runk"),
        (
            "          epc:\n            $ref: '#/components/schemas/Amount'\n",
            "",
        ),
    ];
    for (from, to) in edits {
        let tree = Tree::new();
        tree.edit("spec/overlay.yaml", from, to);
        match tree.run(&offline()) {
            Ok(outcome) => {
                // The description of an action is not part of the document.
                let expected = if to.contains("runk") {
                    Exit::Done
                } else {
                    Exit::Update
                };
                assert_eq!(outcome.exit, expected, "{from}");
            }
            // Without an id or a field that the client needs, the build would fail.
            Err(problem) => {
                assert_eq!(problem.exit, Exit::Unverified, "{problem}");
                assert!(
                    problem
                        .message
                        .contains("the build could not lower the document"),
                    "{problem}"
                );
            }
        }
    }
}

#[test]
fn an_upstream_edited_by_hand_is_noticed() {
    let tree = Tree::new();
    tree.edit(
        "spec/upstream.json",
        "\"maximum\": 5000",
        "\"maximum\": 4000",
    );
    let problem = tree.run(&offline()).unwrap_err();
    assert_eq!(problem.exit, Exit::Unverified);
    assert!(
        problem.message.starts_with(
            "spec/upstream.json is not the document that spec/provenance.toml records"
        ),
        "{problem}"
    );
}

#[test]
fn an_upstream_edited_on_purpose_is_accepted_by_name() {
    let tree = Tree::new();
    tree.edit(
        "spec/upstream.json",
        "\"maximum\": 5000",
        "\"maximum\": 4000",
    );
    let from = Some(
        tree.root
            .join("spec/upstream.json")
            .to_string_lossy()
            .into_owned(),
    );
    let options = Options {
        from,
        offline: true,
        ..Options::default()
    };
    assert_eq!(
        tree.run(&Options {
            check: true,
            ..options.clone()
        })
        .unwrap()
        .exit,
        Exit::Update
    );
    assert_eq!(tree.run(&options).unwrap().exit, Exit::Done);
    assert!(tree.text("openapi.json").contains("\"maximum\": 4000"));
    assert!(
        tree.text("spec/provenance.toml")
            .contains("kind = \"reconstruction\"")
    );
    assert_eq!(tree.run(&offline()).unwrap().exit, Exit::Done);
}
