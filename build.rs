//! Generates the client from `openapi.json` into `OUT_DIR`; opens no socket and writes nothing else.

use std::path::PathBuf;
use std::process::ExitCode;
use std::{env, fs};

#[path = "build/generate.rs"]
mod generate;
#[path = "build/lower.rs"]
mod lower;

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
                "openapi.json: {error}\nrun `cargo xtask update-spec --offline` to write it anew"
            )
        })?;
    let target = PathBuf::from(variable("OUT_DIR")?).join("client.rs");
    fs::write(&target, source).map_err(|error| format!("{}: {error}", target.display()))
}

fn variable(name: &str) -> Result<String, String> {
    env::var(name).map_err(|error| format!("{name}: {error}"))
}
