//! Writes the client's source into `OUT_DIR`: generated from `openapi.json` with the feature
//! `generate`, otherwise copied from `src/generated`. Opens no socket and writes nothing else.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs};

#[cfg(feature = "generate")]
#[path = "build/generate.rs"]
mod generate;
#[cfg(feature = "generate")]
#[path = "build/known.rs"]
mod known;
#[cfg(feature = "generate")]
#[path = "build/lower.rs"]
mod lower;
#[path = "build/stamp.rs"]
mod stamp;

/// The variable with the path of another document, which is not compared with the checked-in
/// sources.
const OPENAPI: &str = "CPALEAD_OPENAPI";

/// The generated sources.
const NAMES: [&str; 2] = ["client.rs", "known.rs"];

fn main() -> ExitCode {
    for path in ["openapi.json", "build.rs", "build", stamp::DIRECTORY] {
        println!("cargo::rerun-if-changed={path}");
    }
    println!("cargo::rerun-if-env-changed={OPENAPI}");
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
    let out = PathBuf::from(variable("OUT_DIR")?);
    let sources = match env::var_os(OPENAPI) {
        Some(path) => of_another(&root, Path::new(&path))?,
        None => checked_in(&root)?,
    };
    for (name, source) in NAMES.iter().zip(sources) {
        let target = out.join(name);
        fs::write(&target, source).map_err(|error| format!("{}: {error}", target.display()))?;
    }
    Ok(())
}

/// The sources below `src/generated`, after a check that they belong to the document.
fn checked_in(root: &Path) -> Result<[String; 2], String> {
    let document = read(&root.join("openapi.json"))?;
    let directory = root.join(stamp::DIRECTORY);
    let sources = [
        read(&directory.join(NAMES[0]))?,
        read(&directory.join(NAMES[1]))?,
    ];
    let expected = stamp::of(&document, root)?;
    for (name, source) in NAMES.iter().zip(&sources) {
        if stamp::found(source) != Some(&expected) {
            return Err(format!(
                "openapi.json or build/ is not what {}/{name} was generated from; run `{}` to write it again",
                stamp::DIRECTORY,
                stamp::COMMAND
            ));
        }
    }
    compare(root, &document, &sources)?;
    Ok(sources)
}

/// Compares the checked-in sources with what the generator makes now.
#[cfg(feature = "generate")]
fn compare(root: &Path, document: &str, sources: &[String; 2]) -> Result<(), String> {
    let generated = generate::sources(document, root).map_err(|error| {
        format!(
            "openapi.json: {error}\nrun `{}` to write it again",
            stamp::COMMAND
        )
    })?;
    for ((name, source), generated) in NAMES.iter().zip(sources).zip(generated) {
        if source.replace('\r', "") == generated {
            continue;
        }
        let difference = format!(
            "{}/{name} differs from what {} generates from openapi.json",
            stamp::DIRECTORY,
            stamp::GENERATOR
        );
        // In a package only a new release of a part of the generator makes a difference. Its user
        // gets the reviewed source, and no build that fails.
        if root.join("xtask").is_dir() {
            return Err(format!(
                "{difference}; run `{}` to write it again",
                stamp::COMMAND
            ));
        }
        println!("cargo::warning={difference}; the checked-in source is compiled");
    }
    Ok(())
}

/// There is no generator to compare with.
#[cfg(not(feature = "generate"))]
fn compare(_: &Path, _: &str, _: &[String; 2]) -> Result<(), String> {
    Ok(())
}

/// The sources of another document.
#[cfg(feature = "generate")]
fn of_another(root: &Path, path: &Path) -> Result<[String; 2], String> {
    println!("cargo::rerun-if-changed={}", path.display());
    generate::sources(&read(path)?, root).map_err(|error| format!("{}: {error}", path.display()))
}

#[cfg(not(feature = "generate"))]
fn of_another(_: &Path, path: &Path) -> Result<[String; 2], String> {
    Err(format!(
        "{OPENAPI} is {}, but the client is only generated with the feature `generate` of cpalead",
        path.display()
    ))
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn variable(name: &str) -> Result<String, String> {
    env::var(name).map_err(|error| format!("{name}: {error}"))
}
