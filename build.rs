//! Generates the client from `openapi.json` into `OUT_DIR`. Opens no socket and writes nothing
//! else.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs};

#[path = "build/generate.rs"]
mod generate;
#[path = "build/known.rs"]
mod known;
#[path = "build/lower.rs"]
mod lower;

/// The reviewed source of the public models.
const REVIEWED: &str = "xtask/tests/models/snapshots";

fn main() -> ExitCode {
    println!("cargo::rerun-if-changed=openapi.json");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=build");
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), String> {
    let root = PathBuf::from(variable("CARGO_MANIFEST_DIR")?);
    let document = fs::read_to_string(root.join("openapi.json"))
        .map_err(|error| format!("openapi.json: {error}"))?;
    let document =
        serde_json::from_str(&document).map_err(|error| format!("openapi.json: {error}"))?;
    let json_schema = if env::var_os("CARGO_FEATURE_SCHEMARS").is_some() {
        generate::JsonSchema::Derived
    } else {
        generate::JsonSchema::Left
    };
    let source = lower::lower(&document)
        .and_then(|lowered| generate::generate(&lowered, json_schema))
        .map_err(|error| {
            format!(
                "openapi.json: {error}\nrun `cargo xtask update-spec --offline` to write it again"
            )
        })?;
    warn_of_unreviewed(&source, &root.join(REVIEWED))?;
    let known = known::known(&document, generate::DOMAIN_TYPES)
        .map_err(|error| format!("openapi.json: {error}"))?;
    let out = PathBuf::from(variable("OUT_DIR")?);
    for (name, source) in [("client.rs", source), ("known.rs", known::source(&known))] {
        let target = out.join(name);
        fs::write(&target, source).map_err(|error| format!("{}: {error}", target.display()))?;
    }
    Ok(())
}

/// Warns of a model that differs from its reviewed source, because the compiler's errors do not say
/// where a model comes from.
fn warn_of_unreviewed(source: &str, reviewed: &Path) -> Result<(), String> {
    // The reviewed sources are not part of the package.
    if !reviewed.is_dir() {
        return Ok(());
    }
    println!("cargo::rerun-if-changed={REVIEWED}");
    for model in lower::MODELS {
        let snapshot = reviewed.join(format!("models__source_of_{}.snap", model.name));
        let Ok(snapshot) = fs::read_to_string(snapshot) else {
            continue;
        };
        let built = generate::model_source(source, model)?;
        if !generate::squeezed(&snapshot).contains(&generate::squeezed(built)) {
            println!(
                "cargo::warning=the model {} is not the reviewed one. On purpose? Adapt src, then run `cargo insta review`. \
                 By mistake? Fix build/ or spec/overlay.yaml, then run `cargo xtask update-spec --offline`",
                model.name
            );
        }
    }
    Ok(())
}

fn variable(name: &str) -> Result<String, String> {
    env::var(name).map_err(|error| format!("{name}: {error}"))
}
