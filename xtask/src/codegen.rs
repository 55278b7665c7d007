//! `cargo xtask codegen`: the generated source of the client, written out for people to read.
//!
//! The generator takes longer to build than all else here, so that it is behind the feature `codegen`: the command builds
//! and runs a program of its own.

#[cfg(feature = "codegen")]
mod source;

use std::path::{Path, PathBuf};
use std::process::Command;

#[cfg(feature = "codegen")]
pub use source::{model, source, write};

use crate::spec::Problem;

/// What `codegen` was asked to do.
///
/// ```
/// let options = xtask::codegen::Options { out: "target/codegen".into() };
/// assert!(options.out.is_relative());
/// ```
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// The directory to write into: client.rs as it is generated, and lowered.json, which it is generated from.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}

/// Builds the program that has the generator, and has it write. What it says goes to the terminal.
///
/// # Errors
///
/// No cargo, or a program that does not build or does not come through.
pub fn run(options: &Options) -> Result<(), Problem> {
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
        .arg(&options.out)
        .status()
        .map_err(|err| Problem::failed(format!("codegen: cargo does not start: {err}")))?;
    if status.success() {
        Ok(())
    } else {
        Err(Problem::failed(
            "codegen: the program with the generator failed; what it said stands above",
        ))
    }
}
