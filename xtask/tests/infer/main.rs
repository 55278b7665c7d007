//! `cargo xtask infer`: what it proposes, that the proposals silence the drift report, and that
//! inferred schemas accept what they were inferred from.

mod accepts;
mod report;
mod silence;

#[path = "../../../src/endpoint.rs"]
#[allow(dead_code, unreachable_pub, missing_docs)]
mod endpoint;

/// The pure part of the drift report, here with the table of another document.
#[path = "../../../src/drift"]
#[allow(dead_code, unreachable_pub, missing_docs)]
mod drift {
    pub(crate) mod finding;
    pub(crate) mod known;
    pub(crate) mod members;
    pub(crate) mod scan;
}

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use xtask::infer::{Options, run};

/// A folder with answers, and what is proposed for them.
struct Answers(tempfile::TempDir);

impl Answers {
    fn new(answers: &[(&str, &Value)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, answer) in answers {
            fs::write(folder.path().join(name), answer.to_string()).unwrap();
        }
        Self(folder)
    }

    fn infer(&self) -> Result<String, String> {
        infer(&[self.0.path().to_owned()])
    }
}

fn infer(paths: &[PathBuf]) -> Result<String, String> {
    let options = Options {
        paths: paths.to_vec(),
        endpoint: None,
    };
    let mut out = Vec::new();
    run(&options, &mut out)?;
    Ok(String::from_utf8(out).unwrap())
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
