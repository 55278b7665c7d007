//! The generated sources are checked in, and the JSON Schema of the public models has snapshots, so
//! that every change is reviewed.

mod lean;

use std::fs;
use std::path::{Path, PathBuf};

use xtask::codegen;

/// The models behind public types, and the names of their snapshots.
const MODELS: [(&str, &str); 5] = [
    ("Offer", "json_schema_of_Offer"),
    ("OfferEvent", "json_schema_of_OfferEvent"),
    ("Creative", "json_schema_of_Creative"),
    ("Conversion", "json_schema_of_Conversion"),
    ("Reversal", "json_schema_of_Reversal"),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// insta shows the difference. The message says how to go on, because the snapshot may be right.
fn reviewed(name: &str, text: &str) {
    let compared = std::panic::catch_unwind(|| {
        insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(name, text) });
    });
    assert!(
        compared.is_ok(),
        "the public model of {name} has changed. On purpose? Run `cargo insta review` and describe it in CHANGELOG.md. By \
         mistake? Fix build/lower.rs or spec/overlay.yaml, then run `cargo xtask update-spec --offline`"
    );
}

#[test]
fn the_checked_in_sources_are_what_the_document_makes() {
    let document = fs::read_to_string(root().join("openapi.json")).unwrap();
    let generated = codegen::generated(&root(), &document).unwrap();
    for (name, generated) in ["client.rs", "known.rs"].iter().zip(generated) {
        let path = root().join("src/generated").join(name);
        let checked_in = fs::read_to_string(path).unwrap().replace('\r', "");
        assert!(
            checked_in == generated,
            "src/generated/{name} differs from what openapi.json makes; run: cargo xtask update-spec --offline"
        );
    }
}

#[test]
fn sources_with_the_stamp_of_the_document_are_not_made_again() {
    let document = fs::read_to_string(root().join("openapi.json")).unwrap();
    assert!(codegen::sources(&root(), &document).unwrap().is_empty());
}

#[test]
fn the_json_schema_of_each_public_model() {
    let offer = schemars::schema_for!(cpalead::Offer).to_value();
    // These two belong to an offer and are described in its schema.
    let (event, creative) = (
        offer["$defs"]["OfferEvent"].clone(),
        offer["$defs"]["Creative"].clone(),
    );
    let conversion = schemars::schema_for!(cpalead::Conversion).to_value();
    let reversal = schemars::schema_for!(cpalead::Reversal).to_value();
    for ((name, snapshot), schema) in MODELS
        .into_iter()
        .zip([offer, event, creative, conversion, reversal])
    {
        assert!(schema["properties"].is_object(), "{name} has no schema");
        reviewed(snapshot, &format!("{schema:#}"));
    }
}

#[test]
fn what_codegen_writes_is_what_the_client_is_built_from() {
    let out = std::env::temp_dir().join(format!("cpalead-codegen-{}", std::process::id()));
    codegen::write(&root(), &root().join("openapi.json"), &out).unwrap();
    let client = fs::read_to_string(out.join("client.rs")).unwrap();
    let known = fs::read_to_string(out.join("known.rs")).unwrap();
    let lowered: serde_json::Value =
        serde_json::from_slice(&fs::read(out.join("lowered.json")).unwrap()).unwrap();
    fs::remove_dir_all(&out).unwrap();
    let document = fs::read_to_string(root().join("openapi.json")).unwrap();
    assert_eq!(
        [client, known],
        codegen::generated(&root(), &document).unwrap()
    );
    assert_eq!(lowered["openapi"], "3.0.3");
    assert_eq!(lowered["paths"].as_object().unwrap().len(), 3);
}
