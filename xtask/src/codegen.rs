//! `cargo xtask codegen`: writes the generated source of the client for people to read, and makes
//! the checked-in sources for `update-spec`.
//!
//! The generator takes longer to build than everything else here. It is therefore behind the
//! feature `codegen`, and the commands build and run a separate program.

#[cfg(feature = "codegen")]
mod source;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

#[cfg(feature = "codegen")]
pub use source::{known, sources as generated, write};

use crate::stamp;

/// The options of `codegen`.
///
/// ```
/// let options = xtask::codegen::Options { out: "target/codegen".into() };
/// assert!(options.out.is_relative());
/// ```
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// The directory for client.rs and known.rs, the generated sources, and lowered.json, from
    /// which they are generated.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}

/// Builds and runs the program with the generator. Its output goes to the terminal.
///
/// # Errors
///
/// Cargo cannot be started, or the program does not build or fails.
pub fn run(options: &Options) -> Result<(), String> {
    let document = root().join("openapi.json");
    generate(&options.out, &document)?;
    println!(
        "wrote client.rs, known.rs and lowered.json to {}",
        options.out.display()
    );
    Ok(())
}

/// A generated source: its path below the root, and its bytes.
pub type Source = (&'static str, Vec<u8>);

/// The generated sources by the names that the generator gives them, and by their checked-in paths.
const SOURCES: [(&str, &str); 2] = [
    ("client.rs", "src/generated/client.rs"),
    ("known.rs", "src/generated/known.rs"),
];

/// The checked-in sources of the tree at `root` that the text of an effective document changes.
///
/// Their stamps tell whether there are any, so the generator is only built when it is needed.
///
/// # Errors
///
/// A document that the generator refuses, or a file that cannot be read or written.
pub fn sources(root: &Path, document: &str) -> Result<Vec<Source>, String> {
    let stamp = stamp::of(document, root)?;
    let standing = SOURCES.map(|(_, path)| fs::read_to_string(root.join(path)).unwrap_or_default());
    if standing
        .iter()
        .all(|source| stamp::found(source) == Some(&stamp))
    {
        return Ok(Vec::new());
    }
    let directory = std::env::temp_dir().join(format!("cpalead-codegen-{}", std::process::id()));
    let made = made(&directory, document);
    // A failure does not matter: the directory is temporary.
    let _ = fs::remove_dir_all(&directory);
    let differ = made?
        .into_iter()
        .zip(standing)
        .filter(|(made, standing)| made.1 != standing.as_bytes());
    Ok(differ.map(|(made, _)| made).collect())
}

fn made(directory: &Path, document: &str) -> Result<Vec<Source>, String> {
    let say = |path: &Path, error: &std::io::Error| format!("codegen: {}: {error}", path.display());
    let openapi = directory.join("openapi.json");
    fs::create_dir_all(directory).map_err(|error| say(directory, &error))?;
    fs::write(&openapi, document).map_err(|error| say(&openapi, &error))?;
    generate(directory, &openapi)?;
    SOURCES
        .iter()
        .map(|(name, path)| {
            let bytes = fs::read(directory.join(name)).map_err(|error| say(directory, &error))?;
            Ok((*path, bytes))
        })
        .collect()
}

/// Runs the program with the generator.
fn generate(out: &Path, openapi: &Path) -> Result<(), String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args([
            "run",
            "--quiet",
            "--features",
            "codegen",
            "--bin",
            "codegen",
        ])
        .arg("--manifest-path")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"))
        .arg("--")
        .args([out, openapi])
        .status()
        .map_err(|err| format!("codegen: cannot start cargo: {err}"))?;
    if status.success() {
        Ok(())
    } else {
        Err("codegen: the program with the generator failed; see its output above".to_owned())
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .map_or_else(PathBuf::new, Path::to_owned)
}
