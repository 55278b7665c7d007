//! The program behind `cargo xtask codegen`, the only one that contains the client's generator.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(out), Some(openapi)) = (arguments.next(), arguments.next()) else {
        eprintln!("codegen: no directory or document; run `cargo xtask codegen --out DIR`");
        return ExitCode::from(2);
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    match xtask::codegen::write(&root, &openapi, &out) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("codegen: {message}");
            ExitCode::FAILURE
        }
    }
}
