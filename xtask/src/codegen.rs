//! `cargo xtask codegen`: writes the generated source of the client for people to read.
//!
//! The generator takes longer to build than everything else here. It is therefore behind the
//! feature `codegen`, and the command builds and runs a separate program.

#[cfg(feature = "codegen")]
mod source;

use std::path::{Path, PathBuf};
use std::process::Command;

#[cfg(feature = "codegen")]
pub use source::{known, model, source, write};

use crate::spec::Problem;

/// The options of `codegen`.
///
/// ```
/// let options = xtask::codegen::Options { out: "target/codegen".into() };
/// assert!(options.out.is_relative());
/// ```
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// The directory for client.rs, the generated source, and lowered.json, from which it is
    /// generated.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}

/// Builds and runs the program with the generator. Its output goes to the terminal.
///
/// # Errors
///
/// Cargo cannot be started, or the program does not build or fails.
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
        .map_err(|err| Problem::failed(format!("codegen: cannot start cargo: {err}")))?;
    if status.success() {
        Ok(())
    } else {
        Err(Problem::failed(
            "codegen: the program with the generator failed; see its output above",
        ))
    }
}
