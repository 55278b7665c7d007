//! The program behind `cargo xtask codegen`, the only one that contains the client's generator.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

fn main() -> ExitCode {
    let Some(out) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("codegen: no directory given; run `cargo xtask codegen --out DIR`");
        return ExitCode::from(2);
    };
    let openapi = Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi.json");
    match xtask::codegen::write(&openapi, &out) {
        Ok(()) => {
            println!("wrote client.rs and lowered.json to {}", out.display());
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!(
                "codegen: {message}\nrun `cargo xtask update-spec --offline` to write openapi.json again"
            );
            ExitCode::FAILURE
        }
    }
}
