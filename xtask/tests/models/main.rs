//! The public models: snapshots of their generated source and their JSON Schema, so that every
//! change is reviewed.

use std::fs;
use std::path::{Path, PathBuf};

use xtask::codegen;

/// The models behind public types, and the names of their snapshots.
const MODELS: [(&str, &str, &str); 5] = [
    ("Offer", "source_of_Offer", "json_schema_of_Offer"),
    (
        "OfferEvent",
        "source_of_OfferEvent",
        "json_schema_of_OfferEvent",
    ),
    ("Creative", "source_of_Creative", "json_schema_of_Creative"),
    (
        "Conversion",
        "source_of_Conversion",
        "json_schema_of_Conversion",
    ),
    ("Reversal", "source_of_Reversal", "json_schema_of_Reversal"),
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
fn the_source_of_each_public_model() {
    let document = fs::read_to_string(root().join("openapi.json")).unwrap();
    let source =
        codegen::source(&serde_json::from_str(&document).unwrap()).unwrap_or_else(|message| {
            panic!("openapi.json: {message}\nrun: cargo xtask update-spec --offline")
        });
    for (name, snapshot, _) in MODELS {
        reviewed(snapshot, &codegen::model(&source, name).unwrap());
    }
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
    for ((name, _, snapshot), schema) in MODELS
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
    codegen::write(&root().join("openapi.json"), &out).unwrap();
    let client = fs::read_to_string(out.join("client.rs")).unwrap();
    let lowered: serde_json::Value =
        serde_json::from_slice(&fs::read(out.join("lowered.json")).unwrap()).unwrap();
    fs::remove_dir_all(&out).unwrap();
    assert!(client.contains("pub async fn offers<"), "{client}");
    assert_eq!(lowered["openapi"], "3.0.3");
    assert_eq!(lowered["paths"].as_object().unwrap().len(), 3);
}
